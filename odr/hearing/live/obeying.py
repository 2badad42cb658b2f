"""The media room does what was decided: what it has not confirmed is asked of it again, in order, until it has."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from odr.hearing.live.media.control import Ack, Do, Media, MediaAway, MediaRefused
from odr.hearing.live.media.hosts import media_on
from odr.hearing.live.models import LiveAck, LiveLine, LiveRoom, LiveSegment
from odr.hearing.live.vocabulary import What
from odr.hearing.models import Hearing

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.hearing.live")
MOST_AT_ONCE = 50
"""Lines asked of the media room in one go; the rest follows in the next."""
USED = "segment_used"


def key_context(room: str, number: int) -> bytes:
    """What the key of a sealed segment is bound to in the vault."""
    return f"live segment/{room}/{number}".encode()


def obey(court: Court, room_id: int) -> int:
    """Ask the media room for what it has not confirmed, the oldest first; stops where it is away. Returns how many it
    did.
    """
    return asked(court, room_id)[0]


def asked(court: Court, room_id: int) -> tuple[int, bool]:
    """As :func:`obey`, and whether the media room left an order unanswered."""
    with court.database.read() as session:
        media = media_on(court, session.scalars(select(LiveRoom.host).where(LiveRoom.id == room_id)).one())
        if media is None:
            return 0, False
        waits = (
            select(LiveLine, Hearing.reference)
            .join(LiveRoom, LiveRoom.id == LiveLine.room_id)
            .join(Hearing, Hearing.id == LiveRoom.hearing_id)
            .where(LiveLine.room_id == room_id, ~exists().where(LiveAck.line_id == LiveLine.id))
            .order_by(LiveLine.number)
        )
        waiting = [
            (line.id, line.number, _with_keys(court, session, line), hearing)
            for line, hearing in session.execute(waits)
            if line.orders
        ][:MOST_AT_ONCE]
    done = 0
    try:
        if waiting:
            # An order may take a while where all is well; whether anybody is there is known sooner.
            media.health()
    except MediaAway:
        log.warning("the media room does not answer; it is asked again")
        return done, True
    for line_id, number, orders, hearing in waiting:
        try:
            acks, refused = _ask(media, hearing, number, orders)
        except MediaAway:
            log.warning("the media room does not answer; it is asked again")
            return done, True
        _confirm(court, room_id, line_id, acks, refused)
        done += 1
    return done, False


def _with_keys(court: Court, session: Session, line: LiveLine) -> list[dict[str, Any]]:
    """The orders of a line, a sealed segment with its key."""
    orders = [dict(each) for each in line.orders]
    for each in orders:
        if each.pop("keyed", False):
            room = session.get_one(LiveRoom, line.room_id)
            sealed = select(LiveSegment.key).where(
                LiveSegment.room_id == room.id, LiveSegment.number == each["segment"]
            )
            key = session.scalars(sealed).one()
            assert key is not None
            each["key"] = court.notary.vault.unseal(key, key_context(room.reference, each["segment"]))
    return orders


def _ask(media: Media, hearing: str, number: int, orders: list[dict[str, Any]]) -> tuple[list[Ack], str | None]:
    """Every order of a line, and the word by which one was refused. Each says its place in the journal: the worker and a request
    may ask for the same line at once, and the one that is slower must not undo what came after it. Raises MediaAway.
    """
    acks: list[Ack] = []
    for part, order in enumerate(orders):
        what = {**order, "place": (number, part)}
        do = what.pop("do")
        try:
            acks.append(media.command(hearing, do, **what))
        except MediaRefused as error:
            state = media.state(hearing) if error.why == USED else None
            if state is None or state.segment != what.get("segment"):
                log.warning("the media room refuses to %s: %s", do, error)
                return acks, error.why
            # It was asked before, and its answer was lost on the way.
            acks.append(Ack(state.at, state.media_ms, state.segment))
    return acks, None


def _confirm(court: Court, room_id: int, line_id: int, acks: list[Ack], refused: str | None) -> None:
    with court.database.write() as session:
        session.scalars(select(LiveRoom.id).where(LiveRoom.id == room_id).with_for_update()).one()
        if session.scalar(select(LiveAck.id).where(LiveAck.line_id == line_id)) is not None:
            return
        last = acks[-1] if acks else None
        now = court.clock.machine_now()
        session.add(
            LiveAck(
                line_id=line_id,
                at=last.at if last else now,
                media_ms=last.media_ms if last else 0,
                segment=last.segment if last else None,
                refused=refused,
            )
        )
        if refused is not None and session.get_one(LiveLine, line_id).what in (What.HOST_LEFT, What.TOLD_ANEW):
            # The host holds the hearing, and does not record it: nobody is told that it does.
            session.get_one(LiveRoom, room_id).recorder_runs = False
        for ack in acks:
            for piece in (ack.told, *ack.told.get("pieces", ())):
                end_segment(session, room_id, piece, court.clock.now())


def end_segment(session: Session, room_id: int, told: Mapping[str, Any], now: datetime) -> None:
    """Keep the closing link of a segment that ended, by an order or cut off."""
    ended = told.get("ended")
    found = select(LiveSegment).where(LiveSegment.room_id == room_id, LiveSegment.number == ended)
    segment = session.scalar(found) if ended is not None else None
    if segment is not None and segment.ended_at is None:
        segment.closing, segment.head, segment.ended_at = told.get("closing"), told.get("head"), now


def recorder_of(media: Media, hearing: str, persons: list[str], number: int) -> int | None:
    """The segment that the recorder writes, started if none ran; None where it does not run or the room is away."""
    try:
        media.command(hearing, Do.OPEN, persons=persons)
        state = media.state(hearing)
        if state.recorder.running_since is not None and state.segment is not None:
            return state.segment
        for segment in range(number, number + 20):
            try:
                return media.command(hearing, Do.RECORD, segment=segment).segment
            except MediaRefused as error:
                if error.why != USED:
                    return None
    except (MediaAway, MediaRefused):
        return None
    return None
