"""What of a hearing held here is open to the public now, and who sits there."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.hearing.live.models import LiveAck, LiveLine, LivePerson, LiveRoom
from odr.hearing.live.seen.cut import Closure, Moment, closures
from odr.hearing.live.seen.models import Broadcast, BroadcastObjection, ShownPiece, Watcher
from odr.hearing.live.vocabulary import LiveStage, RoomState, What
from odr.hearing.models import Examination, Hearing, Motion
from odr.hearing.vocabulary import MotionKind, RequestState
from odr.procedure.rules.court_rules import WatchingRules

SHUTTING = {What.SEALED: True, What.DELIBERATES: False}
"""Lines that shut the door to the public, and whether what was said just before goes with them."""
OPENING = (What.UNSEALED, What.REASSEMBLED)
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
    """What of a hearing the public does not see, by its journal."""
    rows = session.execute(
        select(LiveLine, LiveAck)
        .outerjoin(LiveAck, LiveAck.line_id == LiveLine.id)
        .where(LiveLine.room_id == room.id, LiveLine.what.in_([*SHUTTING, *OPENING]))
        .order_by(LiveLine.number)
    )
    return closures([_moment(line, ack) for line, ack in rows], timedelta(seconds=rules.cut_back_seconds))


def _moment(line: LiveLine, ack: LiveAck | None) -> Moment:
    said = line.facts.get("clock")
    at = datetime.fromisoformat(said) if said else ack.at if ack is not None else line.at
    done = ack.at if ack is not None and ack.refused is None else None
    if line.what in SHUTTING:
        return Moment(True, at, done, SHUTTING[line.what])
    return Moment(False, done or at, done)


class Shown(enum.Enum):
    """How a hearing stands for the public."""

    BEFORE = "before"
    OPEN = "open"
    CLOSED_PART = "closed_part"
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
