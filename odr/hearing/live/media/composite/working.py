"""The composite film of each piece is made once it has ended, by a process of its own, and kept beside everybody's own copy: of
an open piece as it is, of a sealed one under the piece's key.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.ground.errors import NotFound
from odr.hearing.live import journal
from odr.hearing.live.media.composite.making import CannotCompose, compose
from odr.hearing.live.media.composite.sealed import SealedReader, SealedWriter
from odr.hearing.live.media.composite.telling import piece_of
from odr.hearing.live.media.hosts import written_pieces
from odr.hearing.live.media.reading import NotReadable, Segment
from odr.hearing.live.models import LiveRoom, LiveSegment
from odr.hearing.live.obeying import key_context
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Hearing
from odr.procedure.papers.language import language_of

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.hearing.live")
AT_ONCE = 200
"""Hearings looked at together, the newest first; the ones before them follow."""


@dataclass(frozen=True)
class Due:
    """A piece of which no film lies ready."""

    hearing: Hearing
    room: LiveRoom
    piece: LiveSegment
    written: Segment
    following: Segment | None


def kept_at(court: Court, hearing: Hearing, piece: LiveSegment) -> Path:
    """Where the film of a piece lies."""
    ending = "webm" if piece.key is None else "sealed"
    return court.settings.data_dir / "played" / hearing.reference / f"{piece.number}.{ending}"


def _name(room: LiveRoom, piece: LiveSegment) -> str:
    return f"{room.reference}/{piece.number}/whole"


def lies_ready(court: Court, hearing: Hearing, piece: LiveSegment) -> bool:
    """Whether the film of a piece can be seen."""
    return kept_at(court, hearing, piece).is_file()


def whole_film(court: Court, hearing: Hearing, room: LiveRoom, piece: LiveSegment) -> Path | SealedReader:
    """The film of a piece: its file, or a reader that opens the sealed one where it is read. Raises NotFound."""
    path = kept_at(court, hearing, piece)
    if not path.is_file():
        raise NotFound
    if piece.key is None:
        return path
    key = court.notary.vault.unseal(piece.key, key_context(room.reference, piece.number))
    try:
        return SealedReader(path, _name(room, piece), key)
    except (NotReadable, OSError):
        raise NotFound from None


def _held(court: Court) -> Iterator[tuple[Hearing, LiveRoom, list[LiveSegment]]]:
    before: int | None = None
    while True:
        over = (
            select(LiveRoom, Hearing)
            .join(Hearing, Hearing.id == LiveRoom.hearing_id)
            .where(LiveRoom.state == RoomState.CLOSED, LiveRoom.erased_at.is_(None))
            .where(LiveRoom.id < before if before is not None else LiveRoom.id.is_not(None))
            .order_by(LiveRoom.id.desc())
            .limit(AT_ONCE)
        )
        with court.database.read() as session:
            rows = [(row[0], row[1]) for row in session.execute(over)]
            mine = select(LiveSegment).where(LiveSegment.room_id.in_([room.id for room, _ in rows]))
            pieces = list(session.scalars(mine.order_by(LiveSegment.number)))
        for room, hearing in rows:
            yield hearing, room, [each for each in pieces if each.room_id == room.id]
        if len(rows) < AT_ONCE:
            return
        before = rows[-1][0].id


def due(court: Court) -> Iterator[Due]:
    """Every piece of this machine, of a hearing that is over, of which no film lies ready; the newest hearing first."""
    for hearing, room, pieces in _held(court):
        waiting = [p for p in pieces if p.ended_at is not None and not lies_ready(court, hearing, p)]
        if not waiting:
            continue
        by_number = written_pieces(court.settings, hearing.reference)
        for piece in waiting:
            own = by_number.get(piece.number)  # None where it is not on this machine, or damaged
            if own is not None and own.is_closed and own.persons:
                after = next((by_number[number] for number in sorted(by_number) if number > piece.number), None)
                yield Due(hearing, room, piece, own, after)


def make_due(court: Court) -> int:
    """One round: the film of every piece that waits. A piece that cannot be made keeps no other from being made, and is tried
    again in the next round. The number of films made. Raises CannotCompose.
    """
    made = 0
    for each in due(court):
        try:
            made += make(court, each)
        except CannotCompose:
            raise
        except NotReadable:
            log.warning("piece %s of room %s cannot be read; no film of it", each.piece.number, each.room.reference)
        except Exception as error:
            kind = type(error).__name__
            log.error("no film of piece %s of room %s (%s); it waits", each.piece.number, each.room.reference, kind)
    return made


def make(court: Court, each: Due) -> bool:
    """The film of a piece; whether it lies ready then: of what was erased meanwhile nothing is left."""
    room, piece = each.room, each.piece
    key = None
    if piece.key is not None:
        key = court.notary.vault.unseal(piece.key, key_context(room.reference, piece.number))
    with court.database.read() as session:
        sitting = court.look(session)
        case = session.get_one(Case, room.case_id)
        asked = session.get_one(LiveRoom, room.id)
        zone, locale = sitting.pack(case).tz, language_of(sitting, case)
        lines, acks = journal.lines_of(session, asked), journal.acks_of(session, asked)
        drawn = piece_of(case, asked, each.written, each.following, lines, acks, zone, locale, key)
    target = kept_at(court, each.hearing, piece)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.part")
    try:
        with beside.open("wb") as out:
            if key is None:
                compose(drawn, out, drawn.title)
            else:
                sealed = SealedWriter(out, _name(room, piece), key)
                compose(drawn, sealed, drawn.title)  # type: ignore[arg-type]
                sealed.finish()
        with court.database.write() as session:
            if session.get_one(LiveRoom, room.id, with_for_update=True).erased_at is not None:
                return False
            beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return True
