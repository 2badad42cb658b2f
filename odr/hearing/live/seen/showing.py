"""What of a hearing held here is open to the public now, and who sits there."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from odr.docket.models import Case, DocketEntry, Role
from odr.hearing.live.models import LiveAck, LiveLine, LivePerson, LiveRoom
from odr.hearing.live.rules import KEPT_APART
from odr.hearing.live.seen.cut import SETTLES, Closure, Moment, closures
from odr.hearing.live.seen.models import Broadcast, BroadcastObjection, BroadcastState, ShownPiece, Watcher
from odr.hearing.live.vocabulary import LiveStage, Place, RoomState, What
from odr.hearing.models import Examination, Hearing, Motion
from odr.hearing.vocabulary import MotionKind, RequestState
from odr.procedure.rules.court_rules import WatchingRules


@dataclass(frozen=True)
class Door:
    """A way in which a hearing is shut to the public: the lines that shut it, those that open it, whether what was said just
    before goes with it, and how long after the opening something may still be on its way.
    """

    shut_by: frozenset[What]
    opened_by: frozenset[What]
    cuts_back: bool
    settles: timedelta


DOORS = (
    Door(frozenset({What.SEALED}), frozenset({What.UNSEALED}), True, SETTLES),
    Door(
        frozenset({What.PAUSED, What.SUSPENDED, What.DELIBERATES}),
        frozenset({What.RESUMED, What.REASSEMBLED}),
        False,
        timedelta(),
    ),
    Door(frozenset({What.CLOSED}), frozenset(), False, timedelta()),
)
"""Each is reckoned by itself: that a break is over opens no sealed part. A media room that did not obey goes on recording in
a break and after the end; what the court ended is not shown all the same.
"""
LINES = frozenset({What.OPENED}).union(*(door.shut_by | door.opened_by for door in DOORS))
TAKES_THE_FLOOR = frozenset(
    {What.FLOOR_BACK, What.MUTED, What.LOCKED, What.ORDER, What.FOUND, What.DELIBERATES, What.CLOSED}
)
"""Lines after which somebody has the floor no more, where they are about them or everybody and the media room does something."""
STAYS = timedelta(seconds=90)
"""How long a piece can be fetched after it was made: nobody goes back in a hearing, as in a courtroom."""


def closed_to_the_public() -> ColumnElement[bool]:
    """Whether a hearing is not in public, or somebody asked that it be not and it is not decided: until then nobody's
    name is announced and nobody watches.
    """
    closed = exists().where(
        Examination.case_id == Hearing.case_id, Examination.replaced_by.is_(None), Examination.closed_doors.is_(True)
    )
    asked = exists().where(
        Motion.case_id == Hearing.case_id, Motion.kind == MotionKind.CLOSED_DOORS, Motion.state == RequestState.ASKED
    )
    return or_(Hearing.closed_doors.is_(True), closed, asked)


def is_closed_to_the_public(session: Session, hearing: Hearing) -> bool:
    """Whether that holds of a hearing now."""
    return bool(session.scalar(select(closed_to_the_public()).where(Hearing.id == hearing.id)))


def closures_of(session: Session, room: LiveRoom, rules: WatchingRules) -> list[Closure]:
    """What of a hearing the public does not see: what was before it was opened, what its journal shuts, and what was said
    while a request that it be not public waited, whatever became of that.
    """
    rows = session.execute(
        select(LiveLine, LiveAck)
        .outerjoin(LiveAck, LiveAck.line_id == LiveLine.id)
        .where(LiveLine.room_id == room.id, LiveLine.what.in_(LINES))
        .order_by(LiveLine.number)
    ).all()
    cut_back = timedelta(seconds=rules.cut_back_seconds)
    opened = next(((line, ack) for line, ack in rows if line.what is What.OPENED), None)
    found = [Closure(datetime.min.replace(tzinfo=UTC), _before(*opened) if opened is not None else None)]
    for door in DOORS:
        told = [_moment(door, line, ack) for line, ack in rows if line.what in door.shut_by | door.opened_by]
        found += closures(told, cut_back, door.settles)
    ahead = _by_clock(*opened) - opened[0].at if opened is not None else timedelta()
    return [*found, *_asked_to_be_closed(session, room, cut_back, ahead)]


def opened_at(session: Session, room: LiveRoom) -> datetime | None:
    """When a hearing was opened, by the machine's clock; a recorder may have run before."""
    found = session.execute(
        select(LiveLine, LiveAck)
        .outerjoin(LiveAck, LiveAck.line_id == LiveLine.id)
        .where(LiveLine.room_id == room.id, LiveLine.what == What.OPENED)
        .order_by(LiveLine.number)
    ).first()
    return _by_clock(*found) if found is not None else None


def _by_clock(line: LiveLine, ack: LiveAck | None) -> datetime:
    said = line.facts.get("clock")
    return datetime.fromisoformat(said) if said else ack.at if ack is not None else line.at


def _before(line: LiveLine, ack: LiveAck | None) -> datetime:
    return _by_clock(line, ack) - timedelta(microseconds=1)


def _moment(door: Door, line: LiveLine, ack: LiveAck | None) -> Moment:
    at = _by_clock(line, ack)
    done = ack.at if ack is not None and ack.refused is None else None
    if line.what in door.shut_by:
        # The clock of a media room on another machine may be behind: what is taken back is counted from the earlier.
        return Moment(True, min(at, done or at), done, door.cuts_back)
    return Moment(False, done or at, done)


def _asked_to_be_closed(session: Session, room: LiveRoom, cut_back: timedelta, ahead: timedelta) -> list[Closure]:
    """The times in which somebody's request that the hearing be not public waited; ``ahead``: how far the machine's clock is
    before the court's.
    """
    asked, decided = aliased(DocketEntry), aliased(DocketEntry)
    rows = session.execute(
        select(asked.recorded_at, decided.recorded_at)
        .select_from(Motion)
        .join(asked, and_(asked.case_id == Motion.case_id, asked.number == Motion.entry_number))
        .join(decided, and_(decided.case_id == Motion.case_id, decided.number == Motion.decided_by))
        .where(Motion.case_id == room.case_id, Motion.kind == MotionKind.CLOSED_DOORS)
        .order_by(Motion.id)
    )
    return [Closure(since + ahead - cut_back, until + ahead) for since, until in rows]


def shows_a_child(case: Case) -> bool:
    """Whether a child, or somebody under guardianship, is or was a party: this court can make no face or voice unknown."""
    return any("guardian" in party.details for party in case.parties)


def is_for_everybody(session: Session, row: Broadcast, hearing: Hearing) -> bool:
    """Whether a broadcast binds now: approved, not ended, and nothing of what forbids one has happened since (LIV 2, 3)."""
    if row.state is not BroadcastState.APPROVED or is_closed_to_the_public(session, hearing):
        return False
    return not shows_a_child(session.get_one(Case, hearing.case_id))


class Shown(enum.Enum):
    """How a hearing stands for the public."""

    BEFORE = "before"
    OPEN = "open"
    CLOSED_PART = "closed_part"
    WITNESS_WAITS = "witness_waits"  # at the open door alone
    PAUSED = "paused"
    SUSPENDED = "suspended"
    DELIBERATING = "deliberating"
    OVER = "over"
    NOT_PUBLIC = "not_public"


@dataclass(frozen=True)
class Now:
    """What the public is told of a hearing now. Of a closed part nothing but that it is one."""

    kind: Shown
    since: datetime
    until: datetime | None
    stage: LiveStage | None
    stages: Sequence[tuple[LiveStage, bool, bool]]
    floor: Role | None
    """Who has the floor, by role."""

    @property
    def tag(self) -> str:
        """What changes when the page has to say something else."""
        floor = self.floor.value if self.floor is not None else ""
        stage = self.stage.value if self.stage is not None else ""
        return f"{self.kind.value}-{self.since.timestamp():.0f}-{stage}-{floor}"


_STATES = {
    RoomState.WAITING: Shown.BEFORE,
    RoomState.OPEN: Shown.OPEN,
    RoomState.PAUSED: Shown.PAUSED,
    RoomState.SUSPENDED: Shown.SUSPENDED,
    RoomState.DELIBERATING: Shown.DELIBERATING,
    RoomState.CLOSED: Shown.OVER,
}


def now_of(session: Session, hearing: Hearing, room: LiveRoom | None) -> Now:
    """How a hearing stands for the public."""
    if is_closed_to_the_public(session, hearing):
        return Now(Shown.NOT_PUBLIC, hearing.begins_at, None, None, (), None)
    if room is None:
        return Now(Shown.BEFORE, hearing.begins_at, None, None, (), None)
    kind = _STATES[room.state]
    if room.sealed_by is not None and room.state is not RoomState.CLOSED:
        sealed = select(func.max(LiveLine.at)).where(LiveLine.room_id == room.id, LiveLine.what == What.SEALED)
        return Now(Shown.CLOSED_PART, session.scalar(sealed) or room.since, None, None, (), None)
    begun = kind not in (Shown.BEFORE, Shown.OVER)
    floor = next((p.role for p in room.people if p.id == room.floor_id), None) if kind is Shown.OPEN else None
    stages = [(s, s.value in room.stages and s is not room.stage, s is room.stage) for s in LiveStage] if begun else []
    since = hearing.begins_at if kind is Shown.BEFORE else room.since
    return Now(kind, since, room.until, room.stage if begun else None, stages, floor)


def turns_of(session: Session, person: LivePerson) -> list[tuple[datetime, datetime | None]]:
    """When somebody had the floor, by the media room's clock, from its journal; ``None``: they have it still."""
    rows = session.execute(
        select(LiveLine, LiveAck)
        .outerjoin(LiveAck, LiveAck.line_id == LiveLine.id)
        .where(LiveLine.room_id == person.room_id, LiveLine.what.in_({What.FLOOR, *TAKES_THE_FLOOR}))
        .order_by(LiveLine.number)
    )
    found: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for line, ack in rows:
        at = ack.at if ack is not None else _by_clock(line, ack)
        theirs = line.person_id == person.id
        if line.what is What.FLOOR and theirs:
            since = since or at
        elif since is not None and line.orders and (theirs or line.person_id is None or line.what is What.FLOOR):
            found.append((since, at))
            since = None
    return [*found, (since, None)] if since is not None else found


def witness_waits(room: LiveRoom | None) -> bool:
    """Whether a witness or an expert is here and waits to be heard: who they are is not asked at the open door, so that it
    stays shut meanwhile, lest they hear what they may not (EV 72; OLR 26).
    """
    waits = (Place.DOOR, Place.ISOLATED)
    return room is not None and any(p.role in KEPT_APART and p.place in waits for p in room.people)


def at_the_open_door(now: Now, room: LiveRoom | None) -> Now:
    """How a hearing stands for everybody, of whom nobody knows who they are."""
    return replace(now, kind=Shown.WITNESS_WAITS) if now.kind is Shown.OPEN and witness_waits(room) else now


def watcher_of(session: Session, hearing: Hearing, account_id: int) -> Watcher | None:
    """Somebody's seat in a hearing held here, if they ever came."""
    return session.scalar(select(Watcher).where(Watcher.hearing_id == hearing.id, Watcher.account_id == account_id))


def watchers_in(session: Session, hearing_id: int) -> int:
    """How many sit there now; who they are, nobody in the hearing is told."""
    sits = select(func.count()).where(
        Watcher.hearing_id == hearing_id, Watcher.left_at.is_(None), Watcher.sent_out_at.is_(None)
    )
    return session.scalar(sits) or 0


@dataclass(frozen=True)
class Playing:
    """Pieces that may be shown now, and of whom."""

    pieces: Sequence[ShownPiece]
    people: Sequence[LivePerson]


def playing(session: Session, room: LiveRoom, now: datetime, left_out: frozenset[Role] = frozenset()) -> Playing:
    """What can be fetched now: the newest pieces, but of those whose role is ``left_out``."""
    people = [p for p in room.people if p.role not in left_out]
    rows = session.scalars(
        select(ShownPiece)
        .where(ShownPiece.room_id == room.id, ShownPiece.name.is_not(None), ShownPiece.made_at > now - STAYS)
        .where(ShownPiece.person_id.in_([p.id for p in people]))
        .order_by(ShownPiece.id)
    ).all()
    shown = {row.person_id for row in rows}
    return Playing(rows, [p for p in people if p.id in shown])


def piece_of(
    session: Session, room: LiveRoom, number: int, now: datetime, left_out: frozenset[Role] = frozenset()
) -> ShownPiece | None:
    """One piece that may be fetched now."""
    row = session.get(ShownPiece, number)
    if row is None or row.room_id != room.id or row.name is None or row.made_at <= now - STAYS:
        return None
    return row if any(p.id == row.person_id and p.role not in left_out for p in room.people) else None


def broadcast_of(session: Session, hearing: Hearing) -> Broadcast | None:
    """What was proposed or decided of a broadcast of a hearing, the newest."""
    mine = select(Broadcast).where(Broadcast.hearing_id == hearing.id)
    return session.scalar(mine.order_by(Broadcast.id.desc()).limit(1))


def objections_to(session: Session, row: Broadcast) -> Sequence[BroadcastObjection]:
    """What the parties have against a broadcast; each once."""
    mine = select(BroadcastObjection).where(BroadcastObjection.broadcast_id == row.id)
    return session.scalars(mine.order_by(BroadcastObjection.id)).all()
