"""The recording as it is played: a file for each person and piece, made from what the recorder wrote, for whom it is open.

What the recorder wrote stays what counts. A copy of an open piece is kept beside the recordings and made again at any
time; of a sealed piece none is kept: it is made for each who may see it, and thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from odr.ground.errors import NotFound
from odr.hearing.live.media.derive import derive, derive_into
from odr.hearing.live.media.hosts import written_pieces
from odr.hearing.live.media.reading import NotReadable
from odr.hearing.live.models import LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.obeying import key_context
from odr.hearing.models import Hearing

if TYPE_CHECKING:
    from odr.procedure.court import Court


@dataclass(frozen=True)
class Played:
    """What can be played of somebody in a piece of the recording."""

    segment: int
    person: LivePerson
    sealed: bool


def playable(court: Court, hearing: Hearing, room: LiveRoom, pieces: list[LiveSegment]) -> list[Played]:
    """Everybody who can be played in each of these pieces; nothing where the recordings lie on another machine, or were erased:
    what still lies on a machine that has not heard of it is played to nobody.
    """
    if room.erased_at is not None:
        return []
    people = {person.reference: person for person in room.people}
    found, written = [], written_pieces(court.settings, hearing.reference, pieces)
    for piece in pieces:
        segment = written.get(piece.number) if piece.ended_at is not None else None
        for name in segment.persons if segment is not None else ():
            if name in people:
                found.append(Played(piece.number, people[name], piece.key is not None))
    return found


def film(court: Court, hearing: Hearing, room: LiveRoom, piece: LiveSegment, person: str) -> bytes | Path:
    """What is played of somebody in a piece: a file that is kept, or the bytes of a sealed one. Raises NotFound."""
    segment = written_pieces(court.settings, hearing.reference, [piece]).get(piece.number)
    if room.erased_at is not None or segment is None or person not in segment.persons:
        raise NotFound
    try:
        if piece.key is not None:
            key = court.notary.vault.unseal(piece.key, key_context(room.reference, piece.number))
            # In memory alone: nothing of a sealed part lies on a disk in the clear, not for a moment.
            made = BytesIO()
            derive_into(made, segment, person, key)
            return made.getvalue()
        kept = court.settings.data_dir / "played" / hearing.reference
        kept.mkdir(parents=True, exist_ok=True)
        target = kept / f"{piece.number}-{person}.webm"
        if not target.is_file():
            derive(segment, person, target)
    except NotReadable:
        raise NotFound from None
    return target
