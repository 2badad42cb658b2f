"""A multipart form (RFC 7578) read as it comes: its files are never collected in memory or in a temporary folder.

The ``multipart`` library finds the parts; Werkzeug's own decoder (3.1.9) adds a carriage return to a part when the
network cuts the body inside the boundary's last characters (decision 0050).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from multipart import MultipartError, MultipartSegment, PushMultipartParser
from werkzeug.http import parse_options_header

from odr.evidence.intake.upload_errors import BadForm
from odr.evidence.store.store import Reader

PIECE = 64 * 1024
FIELD_LIMIT = 64 * 1024
"""Bytes of one ordinary field."""
PARTS_LIMIT = 200
"""Fields and files of one form."""
HEADERS_LIMIT = 16 * 1024
"""Bytes of one part's headers."""
HEADER_LINES_LIMIT = 8
"""Headers of one part. A form needs three (RFC 7578, 4.8)."""


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
    digest: str | None = None
    """What the sender calls its digest (``Repr-Digest``, RFC 9530), as it was written."""


class StreamedForm:
    """The parts of a multipart body, in the order in which they come.

    Raises BadForm for anything that is not a whole form, BodyCut when the sender's
    connection breaks.
    """

    def __init__(self, body: Reader, content_type: str, most_parts: int = PARTS_LIMIT) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get("boundary", "")
        if kind != "multipart/form-data" or not 0 < len(boundary) <= 200 or not boundary.isascii():
            raise BadForm
        self._most_parts = most_parts
        self._events = self._read(body, boundary)
        self._whole = self._in_part = False
        self._rest = b""

    def parts(self) -> Iterator[FormField | FormFile]:
        """Each part in turn."""
        for event in self._events:
            if not isinstance(event, MultipartSegment):
                continue  # what the reader left of the part before
            self._in_part, self._rest = True, b""
            name, filename, declared_type = _described(event)
            yield (
                FormField(name, self._value())
                if filename is None
                else FormFile(name, filename, declared_type, _PartBody(self), event.header("Repr-Digest"))
            )
        if not self._whole:
            raise BadForm

    def take(self, size: int) -> bytes:
        """At most ``size`` bytes of the current part; nothing at its end."""
        while self._in_part and not self._rest:
            try:
                event = next(self._events)
            except StopIteration:
                raise BadForm from None  # it broke off before: what is read again must not look whole
            if isinstance(event, bytes):
                self._rest = event
            else:
                self._in_part = False
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def _read(self, body: Reader, boundary: str) -> Iterator[MultipartSegment | bytes | None]:
        """A part's headers, its bytes piece by piece, nothing at its end; then the next part."""
        parser = PushMultipartParser(
            boundary,
            max_header_size=HEADERS_LIMIT,
            max_header_count=HEADER_LINES_LIMIT,
            max_segment_count=self._most_parts,
        )
        try:
            yield from parser.parse_blocking(body.read, PIECE)
        except MultipartError:
            raise BadForm from None
        self._whole = True

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


class _PartBody:
    """The bytes of one part."""

    def __init__(self, form: StreamedForm) -> None:
        self._form = form

    def read(self, size: int = PIECE, /) -> bytes:
        return self._form.take(size)


def _described(segment: MultipartSegment) -> tuple[str, str | None, str | None]:
    """Field name, file name if it is a file, and what the sender calls its type."""
    if sum(len(name) + len(value) for name, value in segment.headerlist) > HEADERS_LIMIT:
        raise BadForm
    _, options = parse_options_header(segment.header("Content-Disposition"))
    name = options.get("name", "")
    if not 0 < len(name) <= 200:
        raise BadForm
    return name, options.get("filename"), segment.header("Content-Type")
