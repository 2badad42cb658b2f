"""What holds in the room, apart from any page or device: the ladder of order, who hears and sees what, what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from odr.docket.models import DECIDING_ROLES, Role
from odr.ground.canonical import sha256_hex
from odr.hearing.live.vocabulary import LiveStage, Mic, Place, RoomState, Rung

BENCH = DECIDING_ROLES
"""Who decides, and is alone in a deliberation."""

COURT = BENCH | {Role.CLERK}
"""Who sits for the court in the room: never muted, isolated or sent out by a page."""

KEPT_APART = frozenset({Role.WITNESS, Role.EXPERT})
"""Who hears nothing of the case before and after being heard (OLR 26; EV 72)."""

BESIDE = frozenset({Role.INTERPRETER})
"""Who speaks into a channel beside the hearing (CPL 11): heard by whoever chose it, their microphone stays open until the
court mutes them themselves.
"""

LADDER = tuple(Rung)
STAGES = tuple(LiveStage)
FIRST = "0" * 64
"""What the first line of a journal follows."""


def next_rung(taken: Rung | None) -> Rung | None:
    """The only step of order open now; None once somebody was removed (CTR 19)."""
    if taken is None:
        return LADDER[0]
    place = LADDER.index(taken) + 1
    return LADDER[place] if place < len(LADDER) else None


def puts_out(rung: Rung) -> bool:
    """Whether a step takes somebody out of the room: ordered out, their device has left it; removed, it is not let in."""
    return rung in (Rung.ORDERED_OUT, Rung.REMOVED)


@dataclass(frozen=True)
class Standing:
    """What must be known of somebody to say what reaches them."""

    role: Role
    place: Place
    may_stay: bool
    """Whether they stay while a part is sealed."""


def hears(state: RoomState, sealed: bool, who: Standing) -> bool:
    """Whether anything of the hearing reaches somebody now: picture, sound, caption, page, list or journal alike.

    An isolated person is reached by nothing at all; a break, a fault and the time before and after reach nobody.
    """
    if state is RoomState.DELIBERATING:
        return who.role in BENCH
    if state is not RoomState.OPEN or who.place is not Place.ROOM:
        return False
    return not sealed or who.role in COURT or who.may_stay


def is_recorded(state: RoomState) -> bool:
    """Whether the recorder runs: from opening to closing, but for breaks, faults and the deliberation (REC 3)."""
    return state is RoomState.OPEN


def sends(state: RoomState, sealed: bool, who: Standing, mic: Mic) -> bool:
    """Whether what somebody says goes on to others and into the recording."""
    return hears(state, sealed, who) and mic is Mic.OPEN


def sees_people(role: Role) -> bool:
    """Whether somebody is shown who else is there; a witness or expert never is."""
    return role not in KEPT_APART


def is_gone(lost_at: datetime | None, now: datetime, after: timedelta) -> bool:
    """Whether somebody is gone for so long that the hearing stands still until they are back (OLR 25)."""
    return lost_at is not None and now - lost_at >= after


def may_find_left(prompted_at: datetime | None, warned_at: datetime | None, back_at: datetime | None) -> bool:
    """Whether somebody may be found to have left: prompted, then warned, and not back since the warning (OLR 25)."""
    if prompted_at is None or warned_at is None or warned_at < prompted_at:
        return False
    return back_at is None or back_at < warned_at


def next_stage(stage: LiveStage) -> LiveStage | None:
    """The stage that comes next; the last words are the last."""
    place = STAGES.index(stage) + 1
    return STAGES[place] if place < len(STAGES) else None


def link(before: str, content: bytes) -> str:
    """Digest of a line of the journal: over the line before it and its own content, so that none can be left out."""
    return sha256_hex(before.encode() + b"\n" + content)
