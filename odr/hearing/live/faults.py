"""What the media room reports: losses, returns, a recorder that stopped. The court decides what follows (OLR 25)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case
from odr.ground.text import LOCALES, T, Text
from odr.hearing.live import journal, obeying
from odr.hearing.live.acts import KeepRecordingInput, SuspendInput
from odr.hearing.live.media.control import MediaAway, MediaRefused, RoomEvent
from odr.hearing.live.models import LivePerson, LiveRoom
from odr.hearing.live.queries import held_room, missing_from, pause_after, segments_of
from odr.hearing.live.rules import is_gone
from odr.hearing.live.vocabulary import Place, RoomState, What
from odr.hearing.models import Hearing
from odr.hearing.names import KEEP_RECORDING, SUSPEND_LIVE_HEARING
from odr.identity.actors import CLOCK_ACTOR

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

GONE = {"lost", "left"}
RECORDER_GONE = {"recorder_failed", "gap"}


def watch(court: Court, limit: int = 50) -> int:
    """The worker's round: every hearing held here that is not over, and every recording that waits to be put on record."""
    if obeying.media_of(court) is None:
        return 0
    with court.database.read() as session:
        going_on = select(LiveRoom.id).where(LiveRoom.state.not_in((RoomState.WAITING, RoomState.CLOSED)))
        closed = (
            select(LiveRoom.id)
            .join(Hearing, Hearing.id == LiveRoom.hearing_id)
            .where(LiveRoom.state == RoomState.CLOSED, Hearing.recording_sha256.is_(None))
        )
        rooms = list(session.scalars(going_on.union(closed).limit(limit)))
    return sum(follow(court, room_id) for room_id in rooms)


def follow(court: Court, room_id: int) -> int:
    """Have the room do what it has not done, hear what happened in it, and draw what follows. Returns how much was new."""
    media = obeying.media_of(court)
    if media is None:
        return 0
    done = obeying.obey(court, room_id)
    with court.database.read() as session:
        room = session.get_one(LiveRoom, room_id)
        hearing = session.get_one(Hearing, room.hearing_id).reference
        heard_of, state = room.heard_of, room.state
        lost = any(p.lost_at is not None for p in room.people)
    try:
        news = media.events(hearing, heard_of)
    except (MediaAway, MediaRefused):
        news = []
    if not news and not lost and state is not RoomState.CLOSED and done == 0:
        return 0
    with court.sit() as sitting:
        return done + _take_in(sitting, room_id, news)


def _take_in(sitting: Sitting, room_id: int, news: list[RoomEvent]) -> int:
    case = sitting.session.get_one(Case, sitting.session.get_one(LiveRoom, room_id).case_id)
    room = held_room(sitting.session, room_id)
    taken = 0
    for event in news:
        if event.number > room.heard_of:
            room.heard_of = event.number
            taken += _note(sitting, room, event)
    sitting.session.flush()
    stop = _why_stop(sitting, case, room)
    if stop is not None:
        words = "\n".join(stop.render(locale) for locale in LOCALES)
        sitting.perform(SUSPEND_LIVE_HEARING, case, SuspendInput(words=words), actor=CLOCK_ACTOR)
        taken += 1
    return taken + _keep(sitting, case, room)


def _note(sitting: Sitting, room: LiveRoom, event: RoomEvent) -> int:
    """One event of the media room as a line, where it is one."""
    person = next((p for p in room.people if p.reference == event.person), None)
    at = _court_time(sitting, event.at)
    place = {"media_ms": event.media_ms, "segment": event.segment}
    if event.kind in GONE and person is not None and room.state is not RoomState.CLOSED:
        person.lost_at, person.hand_at = person.lost_at or at, None
        return _say(sitting, room, What.LOST, person, closed=event.kind == "left", **place)
    if event.kind in ("back", "entered") and person is not None and person.lost_at is not None:
        missed = (at - person.lost_at).total_seconds()
        person.lost_at, person.back_at = None, at
        return _say(sitting, room, What.BACK, person, seconds=max(0, round(missed)), **place)
    if event.kind == "hand" and person is not None and person.hand_at is None and person.place is Place.ROOM:
        person.hand_at = at
        return _say(sitting, room, What.HAND, person)
    if event.kind == "hand_down" and person is not None and person.hand_at is not None:
        person.hand_at = None
        return _say(sitting, room, What.HAND_DOWN, person)
    if event.kind == "held_back" and person is not None:
        return _say(sitting, room, What.HELD_BACK, person)
    if event.kind == "refused":
        journal.write(sitting, room, What.REFUSED, CLOCK_ACTOR, person=person, words=str(event.told.get("why", "")))
        return 1
    if event.kind in RECORDER_GONE and room.recorder_runs:
        room.recorder_runs = False
        return _say(sitting, room, What.RECORDER_STOPPED, None, **place)
    if event.kind == "head" and event.told.get("head"):
        head = str(event.told["head"])
        subject = {"sha256": head, "hearing": room.reference, "segment": event.segment or 0, "link": event.told["link"]}
        receipt = sitting.court.notary.record(sitting.session, subject, now=sitting.now)
        return _say(sitting, room, What.HEAD, None, head=head, receipt=receipt.reference, **place)
    return 0


def _say(sitting: Sitting, room: LiveRoom, what: What, person: LivePerson | None, **facts: Any) -> int:
    journal.write(sitting, room, what, CLOCK_ACTOR, person=person, **facts)
    return 1


def _court_time(sitting: Sitting, at: datetime) -> datetime:
    """An instant of the media room's clock on the court's own, which may be moved in training; never one to come."""
    return min(sitting.now, sitting.now - (sitting.court.clock.machine_now() - at))


def _why_stop(sitting: Sitting, case: Case, room: LiveRoom) -> Text | None:
    """Reason why the hearing stands still by itself: the recorder is gone, or somebody who is needed for too long."""
    if room.state is not RoomState.OPEN:
        return None
    if not room.recorder_runs:
        return T("The recorder stopped. What was said until then is kept; the gap is named.")
    after = pause_after(sitting, case)
    gone = [p for p in missing_from(room) if is_gone(p.lost_at, sitting.now, after)]
    return T("The connection of %(name)s is lost. The place is kept.", name=gone[0].name) if gone else None


def _keep(sitting: Sitting, case: Case, room: LiveRoom) -> int:
    """Once the media room closed the recording, its closing link goes onto the docket."""
    hearing = sitting.session.get_one(Hearing, room.hearing_id)
    if room.state is not RoomState.CLOSED or hearing.recording_sha256 is not None:
        return 0
    pieces = segments_of(sitting.session, room)
    if not pieces or pieces[-1].head is None or journal.unconfirmed(sitting.session, room):
        return 0
    given = KeepRecordingInput(hearing=hearing.reference, head=pieces[-1].head)
    sitting.perform(KEEP_RECORDING, case, given, actor=CLOCK_ACTOR)
    return 1
