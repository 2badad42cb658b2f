"""Photographs of a leaving at the residence: what is taken, and in which form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.service.packet.outcomes import Photograph

MOST = 8
MOST_BYTES = 8_000_000
MOST_TOGETHER = MOST * MOST_BYTES
_HEADS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"%PDF-": "application/pdf"}


def media_type(content: bytes) -> str | None:
    """What a file is by its own bytes, or None for what is not taken; names and claims are not believed."""
    if content[4:12] in (b"ftypisom", b"ftypmp42", b"ftypMSNV", b"ftypqt  "):
        return "video/mp4"
    return next((kind for head, kind in _HEADS.items() if content.startswith(head)), None)


def read_all(sent: Sequence[tuple[str, IO[bytes]]]) -> list[Photograph]:
    """The files of a form. Raises InvalidInput at ``shown_by`` for too many, too large, or another kind."""
    if len(sent) > MOST:
        raise InvalidInput.at("shown_by", T("At most %(count)s photographs.", count=MOST))
    taken = []
    for name, stream in sent:
        content = stream.read(MOST_BYTES + 1)
        kind = media_type(content)
        if len(content) > MOST_BYTES:
            raise InvalidInput.at("shown_by", T("“%(name)s” is larger than 8 MB.", name=name[:60]))
        if kind is None:
            raise InvalidInput.at("shown_by", T("“%(name)s” is not a photograph, video or PDF.", name=name[:60]))
        taken.append(Photograph(name, kind, content))
    return taken
