"""How a file leaves the court: as an attachment that no browser runs, in ranges if asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from werkzeug.wrappers import Request, Response

from odr.evidence.intake.media import Group, Media

SANDBOX = "sandbox; default-src 'none'; style-src 'none'; script-src 'none'; frame-ancestors 'self'"
PLAYED = "sandbox; default-src 'none'; media-src 'self'; frame-ancestors 'self'"


@dataclass(frozen=True)
class Outgoing:
    """A file about to be served; ``open(start, length)`` gives its bytes."""

    filename: str
    media: Media
    size: int
    sha256: str
    open: Callable[[int, int | None], Iterator[bytes]]


def attachment(request: Request, file: Outgoing) -> Response:
    """The original, to be saved and never shown by the browser."""
    return _respond(request, file, file.media.served_as, f"attachment; {_named(file.filename)}", SANDBOX)


def playable(request: Request, file: Outgoing) -> Response:
    """A recording, for the page's player. Anything else leaves as an attachment."""
    if file.media.group not in {Group.AUDIO, Group.VIDEO}:
        return attachment(request, file)
    return _respond(request, file, file.media.type, "inline", PLAYED)


def shown(data: bytes, content_type: str) -> Response:
    """A preview that the court made itself: a PNG or plain text."""
    return _guard(Response(data, 200, content_type=content_type), "inline", SANDBOX)


def _respond(request: Request, file: Outgoing, content_type: str, disposition: str, policy: str) -> Response:
    tag = f'"{file.sha256}"'
    wanted = _range(request, file.size, tag)
    if wanted is None:
        response = Response(file.open(0, None), 200, content_type=content_type)
        response.content_length = file.size
    elif wanted == (0, 0):
        response = Response(status=416)
        response.headers["Content-Range"] = f"bytes */{file.size}"
    else:
        start, stop = wanted
        response = Response(file.open(start, stop - start), 206, content_type=content_type)
        response.content_length = stop - start
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
    response.headers["ETag"] = tag
    response.headers["Accept-Ranges"] = "bytes"
    return _guard(response, disposition, policy)


def _guard(response: Response, disposition: str, policy: str) -> Response:
    response.headers["Content-Disposition"] = disposition
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _range(request: Request, size: int, tag: str) -> tuple[int, int] | None:
    """Start and stop of the one range asked for; None for the whole; (0, 0) when it cannot be given."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if request.headers.get("If-Range", tag) != tag:
        return None
    found = asked.range_for_length(size)
    return found if found is not None else (0, 0)


def _named(filename: str) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in filename)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
