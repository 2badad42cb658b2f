"""Asking another machine: the question goes where the settings say, and nowhere the answer points to."""

from __future__ import annotations

import urllib.request
from http.client import HTTPMessage
from typing import IO, Any


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other that is not the one asked for."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


_DIRECT = urllib.request.build_opener(_NoRedirects)


def ask(request: urllib.request.Request, *, timeout: float) -> Any:
    """The open answer of an http or https address, as ``urlopen`` gives it. A redirect raises HTTPError with its code.

    Raises ValueError for an address of another kind: no file of this machine is read by it.
    """
    if request.type not in ("http", "https"):
        raise ValueError("only http and https addresses are asked")
    return _DIRECT.open(request, timeout=timeout)
