"""What the media room reports: losses, returns, a recorder that stopped. The court decides what follows (OLR 25)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.text import LOCALES, T, Text
from odr.hearing.live import journal, obeying
from odr.hearing.live.acts import KeepRecordingInput, SuspendInput
from odr.hearing.live.media import hosts, moving
from odr.hearing.live.media.control import HALL, Media, MediaAway, MediaRefused, RoomEvent
from odr.hearing.live.models import LivePerson, LiveRoom
from odr.hearing.live.queries import DOORS_OPEN, held_room, missing_from, pause_after, segments_of
from odr.hearing.live.rules import is_gone
from odr.hearing.live.vocabulary import Place, RoomState, What
from odr.hearing.models import Hearing
from odr.hearing.names import KEEP_RECORDING, SUSPEND_LIVE_HEARING
from odr.hearing.vocabulary import HearingState
from odr.identity.actors import CLOCK_ACTOR

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

log = logging.getLogger("odr.hearing.live")
GONE = {"lost", "left"}
STANDS = frozenset({RoomState.WAITING, RoomState.PAUSED, RoomState.SUSPENDED, RoomState.DELIBERATING})
"""States in which nobody is heard by everybody, and which a media room that forgot the hearing is told as they are."""
AT_ONCE = 1_000
"""Hearings that go on, or wait to be opened, at the same time: each is asked about in every round, or its media room would end it."""
LOOKED_FOR = timedelta(days=30)
"""How long after a hearing its recording is looked for in every round; after that, when the host that owes it answers."""
SO_LONG = timedelta(days=1)
"""How long a hearing that was never opened is looked after: those who wait for it talk with their own side."""


def watch(court: Court, limit: int = 50) -> int:
    """The worker's round: every hearing held here that is not over, from when its doors are open, and every recording that waits to
    be put on record. Of what is over, the newest up to a ``limit``.
    """
    if hosts.media_of(court) is None:
        return 0
    with court.database.read() as session:
        rooms, owed = _due(session, court.clock.now(), limit)
    silent, tried = set[str](), set[str]()
    steps: list[tuple[int, Callable[[], int]]] = [
        *((room_id, partial(follow, court, room_id, silent, tried)) for room_id in rooms),
        *((room_id, partial(_hand_over, court, room_id, silent, tried, room_id in rooms)) for room_id in owed),
    ]
    done, wrong = 0, list[Exception]()
    for room_id, step in steps:
        try:
            done += step()
        except Exception as error:
            # Whatever goes wrong in one hearing keeps no other from being asked about.
            log.error("room %s could not be looked after (%s); the others are", room_id, type(error).__name__)
            wrong.append(error)
    if wrong:
        raise wrong[0]
    return done


def is_under_way(court: Court) -> bool:
    """Whether a hearing goes on here, or its doors are open: what happens in its media room is asked about every second, whether or
    not anybody does anything in the court meanwhile.
    """
    if hosts.media_of(court) is None:
        return False
    with court.database.read() as session:
        _, going_on, doors_open = _not_over(court.clock.now())
        return any(session.scalar(rooms.limit(1)) is not None for rooms in (going_on, doors_open))


Rooms = Select[int]


def _not_over(now: datetime) -> tuple[Rooms, Rooms, Rooms]:
    """Rooms whose recording is kept; of those, rooms of hearings that go on, and rooms that wait with open doors."""
    # By the index of recordings that are kept: rooms of hearings that are over are not gone through.
    kept = select(LiveRoom.id).where(LiveRoom.erased_at.is_(None))
    not_over = kept.where(LiveRoom.closed_at.is_(None))
    going_on = not_over.where(LiveRoom.state.not_in((RoomState.WAITING, RoomState.CLOSED)))
    doors_open = (
        not_over.join(Hearing, Hearing.id == LiveRoom.hearing_id)
        .where(LiveRoom.state == RoomState.WAITING, Hearing.state == HearingState.SUMMONED)
        .where(Hearing.begins_at <= now + DOORS_OPEN, Hearing.begins_at > now - SO_LONG)
    )
    return kept, going_on, doors_open


def _due(session: Session, now: datetime, limit: int) -> tuple[list[int], Sequence[int]]:
    """Rooms that are looked after in a round, and those of which a host that was left owes something."""
    kept, going_on, doors_open = _not_over(now)
    closed = (
        kept.join(Hearing, Hearing.id == LiveRoom.hearing_id)
        .where(LiveRoom.closed_at > now - LOOKED_FOR, LiveRoom.state == RoomState.CLOSED)
        .where(Hearing.recording_sha256.is_(None))
        .order_by(LiveRoom.closed_at.desc(), LiveRoom.id.desc())
    )
    rooms = [
        *session.scalars(going_on.limit(AT_ONCE)),
        *session.scalars(doors_open.order_by(Hearing.begins_at, LiveRoom.id).limit(AT_ONCE)),
        *session.scalars(closed.limit(limit)),
    ]
    left = select(LiveRoom.id).where(LiveRoom.left_hosts != "").order_by(LiveRoom.id.desc()).limit(limit)
    return rooms, session.scalars(left).all()


def _hand_over(court: Court, room_id: int, silent: set[str], tried: set[str], looked_after: bool) -> int:
    """What a host that was left owes of a hearing; what comes after nobody looks for it any more goes on record at once."""
    done = moving.finish(court, room_id, silent)
    return done + follow(court, room_id, silent, tried) if done and not looked_after else done


def follow(court: Court, room_id: int, silent: set[str] | None = None, tried: set[str] | None = None) -> int:
    """Have the room do what it has not done, hear what happened in it, and draw what follows. Returns how much was new.
    Hosts found ``silent`` in a round of the worker are not waited for once more for each of their hearings; nor are those
    that were ``tried``, once and in vain, by a hearing that has to go on elsewhere: of their own hearings that says nothing.
    """
    if hosts.media_of(court) is None:
        return 0
    silent = set() if silent is None else silent
    tried = set() if tried is None else tried
    with court.database.read() as session:
        host = hosts.name_of(court, session.get_one(LiveRoom, room_id))
    done, unanswered = obeying.asked(court, room_id) if host not in silent else (0, False)
    with court.database.read() as session:
        room = session.get_one(LiveRoom, room_id)
        hearing = session.get_one(Hearing, room.hearing_id).reference
        heard_of, state, lines, host = room.heard_of, room.state, room.lines, hosts.name_of(court, room)
        expected = room.sealed_by is not None
        lost = state is RoomState.OPEN and any(p.lost_at is not None for p in room.people)
    media = hosts.media_on(court, host) if host not in silent else None
    news, away = _news(media, hearing, heard_of, 1 if unanswered else 2) if media is not None else ([], True)
    if away:
        silent.add(host)
        tried.add(host)
    stopped = None
    if state is RoomState.OPEN and (media is None or away or not _goes_on(media, hearing, sealed=expected)):
        stopped = Stopped(lines, away)
    # First everything that it has to say of before: else the end of the piece of before would be taken for that of the new one.
    settled = state in STANDS and not news and not away
    forgotten = lines if media is not None and settled and _is_unknown(media, hearing) else None
    if news or lost or state is RoomState.CLOSED or done or stopped is not None or forgotten is not None:
        with court.sit() as sitting:
            done += _take_in(sitting, room_id, news, stopped, host)
            if forgotten is not None:
                done += _tell_anew(sitting, room_id, host, forgotten)
    if media is not None and not away and state is RoomState.CLOSED:
        _let_forget(court, media, room_id, hearing)
    if away and state is RoomState.CLOSED:
        done += moving.give_up(court, room_id, host)
    elif away:
        done += moving.move_on(court, room_id, host, tried)
    return done


def _let_forget(court: Court, media: Media, room_id: int, hearing: str) -> None:
    """Once a closed recording is on record, nothing is asked of its media room any more, which then need not remember it."""
    with court.database.read() as session:
        on_record = session.get_one(Hearing, session.get_one(LiveRoom, room_id).hearing_id).recording_sha256 is not None
    if on_record:
        moving.let_forget(media, hearing)


@dataclass(frozen=True)
class Stopped:
    """The media room did not hold an open hearing as the court does, when the journal had so many lines."""

    lines: int
    away: bool
    """It answered nothing, twice."""


def _news(media: Media, hearing: str, heard_of: int, times: int) -> tuple[list[RoomEvent], bool]:
    """What happened since, and whether the room is away: asked so many ``times`` before that is said of it."""
    for _ in range(times):
        try:
            return media.events(hearing, heard_of), False
        except MediaRefused:
            return [], False
        except MediaAway:
            continue
    return [], True


def _goes_on(media: Media, hearing: str, *, sealed: bool) -> bool:
    """Whether the media room holds an open hearing as the court does: it knows of it, records, stands not still, and is
    open to those whom it should be open to. A room that was killed and came back knows of none.
    """
    try:
        state = media.state(hearing)
    except MediaRefused:
        return False
    except MediaAway:
        return True  # it answered a moment ago: the next round says
    records = state.recorder.running_since is not None
    return records and state.paused is None and not state.deliberating and state.sealed == sealed


def _is_unknown(media: Media, hearing: str) -> bool:
    """Whether the media room knows of no such hearing: it was started anew, or sent everybody away as it did not hear the court."""
    try:
        return not media.state(hearing).is_open
    except MediaRefused:
        return True
    except MediaAway:
        return False


def _tell_anew(sitting: Sitting, room_id: int, host: str, lines: int) -> int:
    """A hearing that stands still, and of which the media room knows nothing any more, is told to it as it stands: everybody waits
    there for it to go on, and those who deliberate go on at once.
    """
    room = held_room(sitting.session, room_id)
    same = hosts.name_of(sitting.court, room) == host and room.lines == lines and room.state in STANDS
    if not same or journal.unconfirmed(sitting.session, room):
        return 0
    moving.all_gone(sitting, room)
    journal.write(sitting, room, What.TOLD_ANEW, CLOCK_ACTOR, orders=moving.as_it_stands(sitting, room))
    return 1


def _take_in(sitting: Sitting, room_id: int, news: list[RoomEvent], stopped: Stopped | None, host: str) -> int:
    case = sitting.session.get_one(Case, sitting.session.get_one(LiveRoom, room_id).case_id)
    room = held_room(sitting.session, room_id)
    if hosts.name_of(sitting.court, room) != host:
        return 0  # it went to another host meanwhile: what this one said of it holds no more
    taken = 0
    for event in news:
        if event.number > room.heard_of:
            room.heard_of = event.number
            taken += _note(sitting, room, event)
    if stopped is not None and room.recorder_runs and _still(sitting, room, stopped):
        room.recorder_runs = False
        taken += _say(sitting, room, What.RECORDER_STOPPED, None)
    sitting.session.flush()
    stop = _why_stop(sitting, case, room)
    if stop is not None:
        words = "\n".join(stop.render(locale) for locale in LOCALES)
        sitting.perform(SUSPEND_LIVE_HEARING, case, SuspendInput(words=words), actor=CLOCK_ACTOR)
        taken += 1
    return taken + _keep(sitting, case, room)


def _still(sitting: Sitting, room: LiveRoom, stopped: Stopped) -> bool:
    """Whether what was found still holds: nothing was decided since, and nothing waits to be done by the room."""
    if stopped.away:
        return room.state is RoomState.OPEN
    return stopped.lines == room.lines and not journal.unconfirmed(sitting.session, room)


def _note(sitting: Sitting, room: LiveRoom, event: RoomEvent) -> int:
    """One event of the media room as a line, where it is one."""
    person = next((p for p in room.people if p.reference == event.person), None)
    at = _court_time(sitting, event.at)
    place = {"media_ms": event.media_ms, "segment": event.segment}
    if event.kind in GONE and person is not None and room.state is not RoomState.CLOSED:
        person.lost_at, person.hand_at = person.lost_at or at, None
        return _say(sitting, room, What.LOST, person, closed=event.kind == "left", **place)
    if event.kind in ("back", "entered") and person is not None and event.told.get("room", HALL) != HALL:
        # Who talks alone is not in the hearing: it does not go on without them, and of the talk itself nothing is written.
        person.lost_at = person.lost_at or at
        return 0
    if event.kind in ("back", "entered") and person is not None and person.lost_at is not None:
        missed = (at - person.lost_at).total_seconds()
        # A prompt and a warning are of one absence: the next needs its own (OLR 25).
        person.lost_at, person.back_at, person.prompted_at, person.told_at = None, at, None, None
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
    if event.kind == "court_silent" and room.recorder_runs:
        room.recorder_runs = False
        return _say(sitting, room, What.RECORDER_STOPPED, None, silent=int(event.told.get("seconds", 0)), **place)
    if event.kind == "recorder_failed" and room.recorder_runs:
        room.recorder_runs = False
        return _say(sitting, room, What.RECORDER_STOPPED, None, **place)
    if event.kind == "gap":
        # Told when the recorder runs again: since when nothing was recorded, to the second.
        gap: dict[str, Any] = {name: event.told[name] for name in ("since", "until", "after") if name in event.told}
        for name in ("since", "until"):
            gap[f"{name}_at"] = _court_time(sitting, _instant(gap[name])).isoformat() if name in gap else None
        return _say(sitting, room, What.RECORDER_RUNS, None, **gap, **place)
    if event.kind == "head" and event.told.get("head"):
        head = str(event.told["head"])
        subject = {"sha256": head, "hearing": room.reference, "segment": event.segment or 0, "link": event.told["link"]}
        receipt = sitting.court.notary.record(sitting.session, subject, now=sitting.now)
        return _say(sitting, room, What.HEAD, None, head=head, receipt=receipt.reference, **place)
    return 0


def _say(sitting: Sitting, room: LiveRoom, what: What, person: LivePerson | None, **facts: Any) -> int:
    journal.write(sitting, room, what, CLOCK_ACTOR, person=person, **facts)
    return 1


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


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
    waits = moving.waits_until(room)
    if waits is not None and sitting.now < waits:
        return 0  # a media host that died still has a piece of it
    # A piece that the recorder never began, because it failed before, has no link; the last that has one closes the chain.
    heads = [piece.head for piece in segments_of(sitting.session, room) if piece.head is not None]
    if not heads and waits is not None:
        # None of them ever comes: the last link that the court anchored while it was recorded is what it can name.
        heads = journal.anchored(sitting.session, room)
    if not heads or journal.unconfirmed(sitting.session, room):
        return 0
    given = KeepRecordingInput(hearing=hearing.reference, head=heads[-1])
    sitting.perform(KEEP_RECORDING, case, given, actor=CLOCK_ACTOR)
    return 1
