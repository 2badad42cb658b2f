"""What the public reads of a broadcast hearing when it is seen again: what was said, as it was corrected, and the exhibit pages
that the judge let it see. The same moments as the films, and nothing of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.errors import NotFound
from odr.hearing.live.media.hosts import piece_folder
from odr.hearing.live.models import LiveRoom, LiveSegment
from odr.hearing.live.seen.cut import Closure
from odr.hearing.live.seen.exhibits import for_the_public, one_within, pages_shown, picture, stretches
from odr.hearing.live.seen.making import written_in
from odr.hearing.live.seen.replaying import kept_in, seen_again
from odr.hearing.live.seen.showing import closures_of
from odr.hearing.live.transcript.models import Transcript
from odr.hearing.live.transcript.reading import Said, cues_of, said_in
from odr.hearing.models import Hearing

if TYPE_CHECKING:
    from odr.procedure.court import Court

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _closed(court: Court, session: Session, room: LiveRoom) -> Sequence[Closure]:
    live = court.look(session).pack(session.get_one(Case, room.case_id)).live
    if live is None or live.watching is None:
        raise NotFound
    return closures_of(session, room, live.watching)


def heard_again(session: Session, room: LiveRoom) -> frozenset[tuple[int, int]]:
    """Of whom in which open piece there is a text: piece and person."""
    mine = select(Transcript.segment, Transcript.person_id).where(
        Transcript.room_id == room.id, Transcript.sealed.is_(None)
    )
    return frozenset((row[0], row[1]) for row in session.execute(mine))


def words_again(court: Court, session: Session, hearing: Hearing, room: LiveRoom, segment: int, person: int) -> str:
    """WebVTT of what somebody said in an open piece. A sentence of which a moment is closed is left out as a whole; who was
    corrected is read as corrected, without what a program had heard.
    """
    mine = select(LiveSegment).where(
        LiveSegment.room_id == room.id, LiveSegment.number == segment, LiveSegment.key.is_(None)
    )
    pieces = session.scalars(mine).all()
    again = next((a for a in seen_again(court, session, hearing, room) if a.segment == segment), None)
    if not pieces or again is None:
        raise NotFound
    closed = _closed(court, session, room)

    def is_open(one: Said) -> bool:
        since, until = (again.begun_at + timedelta(milliseconds=ms) for ms in (one.start_ms, one.end_ms))
        return not any(each.since <= until and (each.until is None or since <= each.until) for each in closed)

    said = [one for one in said_in(court, session, room, pieces) if one.person.id == person and not one.is_sealed]
    return cues_of(one for one in said if is_open(one))


@dataclass(frozen=True)
class PageAgain:
    """A page that the public could see: in which piece from which second of the film until which, and its number."""

    number: int
    page: int
    segment: int
    since: timedelta
    until: timedelta


def pages_again(court: Court, session: Session, hearing: Hearing, room: LiveRoom) -> list[PageAgain]:
    """Pages of exhibits as they stand beside the films, piece by piece."""
    closed = _closed(court, session, room)
    open_pages = [page for page in pages_shown(session, room) if for_the_public(session, room, page) is not None]
    found = []
    mine = select(LiveSegment).where(LiveSegment.room_id == room.id, LiveSegment.key.is_(None))
    for piece in session.scalars(mine.order_by(LiveSegment.number)):
        number, written = piece.number, written_in(piece_folder(court.settings, hearing.reference, piece))
        if written is None or written.ended_at is None:
            continue
        for page in open_pages:
            for since, until in stretches(page, closed, written.began, written.ended_at):
                found.append(PageAgain(page.number, page.page, number, since - written.began, until - written.began))
    return found


def page_again(court: Court, session: Session, hearing: Hearing, room: LiveRoom, number: int) -> Path:
    """The picture of a page that the public could see. Raises NotFound."""
    shown, exhibit = one_within(session, room, _closed(court, session, room), number, FIRST, LAST)
    return picture(court, exhibit, shown, kept_in(court, hearing))
