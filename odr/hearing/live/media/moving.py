"""A media host dies in the middle of a hearing: another one holds it from then on (OLR 25).

The court writes it into the journal, and the line carries everything the other host has to be told: who is let in, muted,
isolated or out, what is sealed, and since when nothing is recorded. It stands still until the judge goes on. What the dead
host had recorded stays where it is, and is handed over when that host answers again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.hearing.live import journal, moves, obeying
from odr.hearing.live.media import hosts
from odr.hearing.live.media.control import Do, Media, MediaAway, MediaRefused
from odr.hearing.live.media.reading import NotReadable, open_segment
from odr.hearing.live.models import LiveAck, LiveLine, LiveRoom, LiveSegment
from odr.hearing.live.queries import held_room, segments_of
from odr.hearing.live.rules import BENCH
from odr.hearing.live.vocabulary import CARRIED_OVER, Place, RoomState, What
from odr.hearing.models import Hearing
from odr.identity.actors import CLOCK_ACTOR

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

log = logging.getLogger("odr.hearing.live")
WAITS = timedelta(days=3)
"""How long a closed recording waits for what a dead host has of it, before the docket says that it is missing."""


def move_on(court: Court, room_id: int, dead: str, silent: set[str] | None = None) -> int:
    """Have another living host hold the hearing, if there is one. Returns how many lines were written. Hosts that are
    ``silent`` are not asked, and who does not answer, if only once, becomes one of them.
    """
    silent = set() if silent is None else silent
    if not hosts.are_several(court) and dead == court.settings.media_name:
        return 0  # there is one, and no other is named by a hearing of before
    finish(court, room_id, silent)
    with court.database.read() as session:
        room = session.get_one(LiveRoom, room_id)
        hearing = session.get_one(Hearing, room.hearing_id).reference
        left = room.left_hosts.split()
        names = [n for n in hosts.by_load(court, session, without=dead) if n not in left]
    for name in (n for n in names if n not in silent):
        media = hosts.media_on(court, name)
        heard_of = _newest(media, hearing) if media is not None else None
        if heard_of is not None:
            with court.sit() as sitting:
                return _put(sitting, room_id, dead, name, heard_of)
        silent.add(name)
    log.error("the media host %s does not answer, and no other does that could hold the hearing", dead)
    return 0


def _newest(media: Media, hearing: str) -> int | None:
    """Number of the last event a living host has of a hearing that was on it before; None where it does not answer."""
    newest = 0
    try:
        media.health()
        while news := media.events(hearing, newest):
            newest = news[-1].number
    except (MediaAway, MediaRefused):
        return None
    return newest


def _put(sitting: Sitting, room_id: int, dead: str, name: str, heard_of: int) -> int:
    """Write that another host holds it, with all that host has to do; unless somebody else did so, or it goes on again."""
    room = held_room(sitting.session, room_id)
    if hosts.name_of(sitting.court, room) != dead or room.state in (RoomState.OPEN, RoomState.CLOSED):
        return 0
    written = 1
    if room.recorder_runs:
        journal.write(sitting, room, What.RECORDER_STOPPED, CLOCK_ACTOR)
        written += 1
    gap = _gap(sitting, room)
    for line in journal.unconfirmed(sitting.session, room):
        sitting.session.add(
            LiveAck(line_id=line.id, at=sitting.court.clock.machine_now(), media_ms=0, refused=CARRIED_OVER)
        )
    all_gone(sitting, room)
    room.host, room.heard_of = name, heard_of
    room.left_hosts = " ".join([*(n for n in room.left_hosts.split() if n != name), dead])
    orders = as_it_stands(sitting, room)
    if gap is not None:
        orders[0] = {**orders[0], "gap": gap}
    journal.write(sitting, room, What.HOST_LEFT, CLOCK_ACTOR, orders=orders, before=dead, host=name, gap=gap)
    return written


def all_gone(sitting: Sitting, room: LiveRoom) -> None:
    """Everybody was connected to a media room that is gone; who comes in anew is back."""
    for person in room.people:
        if person.place is not Place.OUT and person.lost_at is None:
            person.lost_at, person.hand_at = sitting.now, None


def as_it_stands(sitting: Sitting, room: LiveRoom) -> list[dict[str, Any]]:
    """Orders by which a media room that knows nothing of a hearing that stands still holds it as the court decided."""
    room.recorder_runs = room.state in (RoomState.PAUSED, RoomState.SUSPENDED)
    return moves.anew(sitting, room) if room.recorder_runs else _without_recorder(room)


def _without_recorder(room: LiveRoom) -> list[dict[str, Any]]:
    """Orders for a hearing that is not opened yet, or whose bench deliberates: nobody else is in before that is said."""
    opened, *people = moves.as_decided(room)
    if room.state is not RoomState.DELIBERATING:
        return [opened, *people]
    bench = [p.reference for p in room.people if p.role in BENCH]
    return [opened, {"do": Do.DELIBERATE.value, "persons": bench}, *people]


def _gap(sitting: Sitting, room: LiveRoom) -> dict[str, int] | None:
    """Since when nothing is recorded, as well as it is known now: by the last link on the disk where the court reads that,
    else by what the host confirmed last. The link says it to the second, once the host answers again.
    """
    running = [piece for piece in segments_of(sitting.session, room) if piece.ended_at is None]
    if not running:
        return None
    piece, hearing = running[-1], sitting.session.get_one(Hearing, room.hearing_id).reference
    folder = hosts.piece_folder(sitting.court.settings, hearing, piece)
    try:
        written = open_segment(folder)
        return {"since": written.began_ms + written.length_ms, "after": piece.number}
    except (OSError, NotReadable, KeyError, TypeError):
        said = select(func.max(LiveAck.at)).join(LiveLine, LiveLine.id == LiveAck.line_id)
        last = sitting.session.scalar(said.where(LiveLine.room_id == room.id, LiveAck.segment == piece.number))
        since = last or sitting.court.clock.machine_now()
        return {"since": round(since.timestamp() * 1000), "after": piece.number}


def finish(court: Court, room_id: int, silent: set[str] | None = None) -> int:
    """Have the hosts that were left close what they had of a hearing, and take their last links. Returns how many did.
    Those that are ``silent`` are not asked, and who does not answer becomes one of them.
    """
    silent = set() if silent is None else silent
    with court.database.read() as session:
        room = session.get_one(LiveRoom, room_id)
        left, hearing = room.left_hosts.split(), session.get_one(Hearing, room.hearing_id).reference
    done = 0
    for name in (n for n in left if n not in silent):
        media = hosts.media_on(court, name)
        try:
            pieces = _handed_over(media, hearing) if media is not None else None
        except MediaAway as error:
            log.info("a media host that was left does not answer: %s", error)
            silent.add(name)
            continue
        if media is None or pieces is None:
            continue
        with court.sit() as sitting:
            taken = _take(sitting, room_id, name, pieces)
        if taken:
            let_forget(media, hearing)
        done += taken
    return done


def let_forget(media: Media, hearing: str) -> None:
    """Tell a media room that the court has everything of a closed hearing. One that does not hear it forgets by itself later."""
    try:
        media.command(hearing, Do.FORGET)
    except (MediaAway, MediaRefused) as error:
        log.info("a media room was not told that a hearing may be forgotten: %s", error)


def _handed_over(media: Media, hearing: str) -> list[dict[str, Any]] | None:
    """The last links of what a host recorded; nobody is in the hearing there any more. None where it cannot
    hand them over, which says nothing of other hearings. Raises MediaAway.
    """
    try:
        media.command(hearing, Do.OPEN, persons=[])
        pieces: list[dict[str, Any]] = media.command(hearing, Do.CLOSE).told.get("pieces", [])
    except MediaRefused as error:
        log.info("a media host that was left does not hand over what it recorded: %s", error)
        return None
    return pieces


def _take(sitting: Sitting, room_id: int, name: str, pieces: list[dict[str, Any]]) -> int:
    room = held_room(sitting.session, room_id)
    if name not in room.left_hosts.split():
        return 0
    on_record = sitting.session.get_one(Hearing, room.hearing_id).recording_sha256 is not None
    given = {piece.get("ended"): piece for piece in pieces}
    open_ended = [piece for piece in _of(sitting, room, name) if piece.ended_at is None]
    lacking = _began(sitting, room, {piece.number for piece in open_ended} - given.keys())
    for piece in open_ended:
        if piece.number in given:
            obeying.end_segment(sitting.session, room_id, given[piece.number], sitting.now)
            if on_record and piece.head is not None:
                # The docket says already that it is missing: that it came, and as what, stands in the log.
                sitting.court.notary.record(
                    sitting.session,
                    {"sha256": piece.head, "hearing": room.reference, "segment": piece.number, "late": True},
                    now=sitting.now,
                )
    if lacking:
        # Its disk is not there, or another one: what it had is owed until it comes, or the docket says that it is missing.
        log.error(
            "the media host %s answers, but not with what it recorded: %s lacks %s", name, room.reference, lacking
        )
        return 0
    room.left_hosts = " ".join(n for n in room.left_hosts.split() if n != name)
    if room.state is not RoomState.CLOSED:
        journal.write(sitting, room, What.HOST_BACK, CLOCK_ACTOR, host=name, pieces=sorted(n for n in given if n))
    return 1


def _began(sitting: Sitting, room: LiveRoom, numbers: set[int]) -> list[int]:
    """Which of these pieces a host said that it records; it may have died before it began one that it was asked for."""
    said = select(LiveAck.segment).join(LiveLine, LiveLine.id == LiveAck.line_id)
    return sorted(n for n in set(sitting.session.scalars(said.where(LiveLine.room_id == room.id))) if n in numbers)


def _of(sitting: Sitting, room: LiveRoom, name: str) -> list[LiveSegment]:
    return [piece for piece in segments_of(sitting.session, room) if piece.host == name]


def give_up(court: Court, room_id: int, dead: str) -> int:
    """A hearing was closed, and its own host does not answer: what that has of it is owed, as by one that was left before, and after
    the same while nobody waits for its word any more. Returns how much was noted.
    """
    with court.database.read() as session:
        room = session.get_one(LiveRoom, room_id)
        if not _still_owed(session, room, dead, court):
            return 0
    with court.sit() as sitting:
        room = held_room(sitting.session, room_id)
        if not _still_owed(sitting.session, room, dead, court):
            return 0
        if dead not in room.left_hosts.split():
            room.left_hosts = f"{room.left_hosts} {dead}".strip()
        if is_over(room, sitting.now):
            for line in journal.unconfirmed(sitting.session, room):
                at = court.clock.machine_now()
                sitting.session.add(LiveAck(line_id=line.id, at=at, media_ms=0, refused=CARRIED_OVER))
    return 1


def _still_owed(session: Session, room: LiveRoom, dead: str, court: Court) -> bool:
    closed = room.state is RoomState.CLOSED and hosts.name_of(court, room) == dead
    if not closed or session.get_one(Hearing, room.hearing_id).recording_sha256 is not None:
        return False
    waits = bool(journal.unconfirmed(session, room))
    if dead in room.left_hosts.split():
        return waits and is_over(room, court.clock.now())
    return waits or any(piece.ended_at is None and piece.host == dead for piece in segments_of(session, room))


def is_over(room: LiveRoom, now: datetime) -> bool:
    """Whether a closed recording waited long enough for a host that died."""
    return room.closed_at is not None and now >= room.closed_at + WAITS


def waits_until(room: LiveRoom) -> datetime | None:
    """Until when a closed recording waits for a host that died; None where nothing is owed."""
    return room.closed_at + WAITS if room.left_hosts and room.closed_at is not None else None
