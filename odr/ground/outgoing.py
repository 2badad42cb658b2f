"""Asking another machine: the question goes where the settings say, and nowhere the answer points to."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPMessage
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

    Raises ValueError for an address of another kind: no file of this machine is read by it; OSError where nobody answers, or
    in no HTTP.
    """
    if request.type not in ("http", "https"):
        raise ValueError("only http and https addresses are asked")
    with in_http():
        return _DIRECT.open(request, timeout=timeout)


@contextmanager
def in_http() -> Iterator[None]:
    """What is no HTTP, or ends before its end, is an answer that did not come (OSError): ``http.client`` raises exceptions of its
    own for it.
    """
    try:
        yield
    except HTTPException as error:
        raise urllib.error.URLError(str(error) or type(error).__name__) from error
