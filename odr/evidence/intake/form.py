"""A multipart form (RFC 7578) read as it comes: its files are never collected in memory or in a temporary folder.

The decoder is our own because a file must come through byte for byte: Werkzeug's
(3.1.9) adds a carriage return to a part when the network cuts the body inside the
boundary's last characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from werkzeug.http import parse_options_header

from odr.evidence.intake.errors import BadForm
from odr.evidence.store.store import Reader

PIECE = 64 * 1024
FIELD_LIMIT = 64 * 1024
"""Bytes of one ordinary field."""
PARTS_LIMIT = 200
"""Fields and files of one form."""
HEADERS_LIMIT = 16 * 1024
"""Bytes of one part's headers."""


@dataclass(frozen=True)
class FormField:
    """An ordinary field."""

    name: str
    value: str


@dataclass(frozen=True)
class FormFile:
    """A file field. ``body`` must be read before the next part is asked for; what is left unread is skipped."""

    name: str
    filename: str
    declared_type: str | None
    body: Reader


class StreamedForm:
    """The parts of a multipart body, in the order in which they come.

    Raises BadForm for anything that is not a whole form, BodyCut when the sender's
    connection breaks.
    """

    def __init__(self, body: Reader, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get("boundary", "")
        if kind != "multipart/form-data" or not 0 < len(boundary) <= 200 or not boundary.isascii():
            raise BadForm
        self._body = body
        self._mark = b"\r\n--" + boundary.encode()
        # The first boundary stands at the very beginning, without its line break.
        self._buffer = bytearray(b"\r\n")
        self._in_part = False

    def parts(self) -> Iterator[FormField | FormFile]:
        """Each part in turn."""
        self._in_part = True
        for _ in range(PARTS_LIMIT + 1):
            while self._in_part:  # the preamble, or what the reader left of the part before
                self.take(PIECE)
            if self._starts_with_end():
                return
            name, filename, declared_type = _described(self._headers())
            self._in_part = True
            yield (
                FormField(name, self._value())
                if filename is None
                else FormFile(name, filename, declared_type, _PartBody(self))
            )
        raise BadForm

    def take(self, size: int) -> bytes:
        """At most ``size`` bytes of the current part; nothing at its end."""
        while self._in_part:
            at = self._buffer.find(self._mark)
            if at == 0 and self._is_boundary():
                self._in_part = False
                del self._buffer[: len(self._mark)]
                break
            if at > 0:
                return self._cut(min(at, size))
            # Not in the buffer, or only something that begins like it: all but a possible beginning is content.
            safe = 1 if at == 0 else len(self._buffer) - len(self._mark) + 1
            if safe > 0:
                return self._cut(min(safe, size))
            self._more()
        return b""

    def _is_boundary(self) -> bool:
        self._have(len(self._mark) + 2)
        return bytes(self._buffer[len(self._mark) : len(self._mark) + 2]) in {b"--", b"\r\n"}

    def _starts_with_end(self) -> bool:
        end = self._buffer[:2] == b"--"
        del self._buffer[:2]
        return end

    def _headers(self) -> dict[str, str]:
        self._have(2)
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > HEADERS_LIMIT:
                raise BadForm
            self._more()
        lines = self._cut(end)
        del self._buffer[:4]
        try:
            pairs = (line.partition(":") for line in lines.decode("utf-8").split("\r\n"))
            return {name.strip().lower(): value.strip() for name, _, value in pairs}
        except UnicodeDecodeError:
            raise BadForm from None

    def _value(self) -> str:
        value = bytearray()
        while data := self.take(PIECE):
            value += data
            if len(value) > FIELD_LIMIT:
                raise BadForm
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            raise BadForm from None

    def _cut(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _have(self, size: int) -> None:
        while len(self._buffer) < size:
            self._more()

    def _more(self) -> None:
        data = self._body.read(PIECE)
        if not data:
            raise BadForm
        self._buffer += data


class _PartBody:
    """The bytes of one part."""

    def __init__(self, form: StreamedForm) -> None:
        self._form = form

    def read(self, size: int = PIECE, /) -> bytes:
        return self._form.take(size)


def _described(headers: dict[str, str]) -> tuple[str, str | None, str | None]:
    """Field name, file name if it is a file, and what the sender calls its type."""
    disposition, options = parse_options_header(headers.get("content-disposition", ""))
    name = options.get("name", "")
    if disposition != "form-data" or not 0 < len(name) <= 200:
        raise BadForm
    return name, options.get("filename"), headers.get("content-type")
