"""Do the time limits stand as the docket says? Who opened and closed each, and the end its own working leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.procedure import names
from odr.procedure.acts.table import TABLE
from odr.procedure.acts.windows import TIME_LIMITS, TimeLimit
from odr.procedure.audit.entry_facts import EntryFacts
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.procedure.time.reckoned_again import is_complete, reckon_working

if TYPE_CHECKING:
    from odr.procedure.court import Court

CLOSED = (WindowState.MET, WindowState.LAPSED, WindowState.ENDED)


@dataclass(frozen=True)
class Step:
    """What an entry means for time limits: the act, whose, whether too late, and the window it ran out."""

    number: int
    act: str
    role: Role
    party_id: int | None
    late: bool
    at: datetime
    ran_out: str | None

    @classmethod
    def of(cls, entry: EntryFacts) -> Step:
        """The step that an entry is."""
        ran_out = entry.payload["input"].get("window") if entry.act == names.CLOSE_WINDOW else None
        payload = entry.payload
        role = Role(payload["actor"]["role"])
        return cls(entry.number, entry.act, role, entry.party_id, bool(payload.get("late")), entry.times[0], ran_out)


def audit_windows(court: Court, session: Session, case: Case, steps: Mapping[int, Step]) -> Iterator[str]:
    """Where the time limits of a case are not what its entries make them.

    A window's opening entry is the row's own word: most entries do not name what they open, and none names the
    instant from which it runs, so a start that was changed together with the whole working is not found here.
    """
    rows = list(session.scalars(select(Window).where(Window.case_id == case.id).order_by(Window.id)))
    ran_out = {step.ran_out: step for step in steps.values() if step.ran_out is not None}
    for reference in sorted(ran_out.keys() - {row.reference for row in rows}):
        yield f"entry {ran_out[reference].number}: ends time limit {reference}, which is gone"
    for row in rows:
        found = [*_states(row, steps, ran_out.get(row.reference)), *_reckoned(court, case, row, steps)]
        yield from (f"entry {row.opened_by}: time limit {row.kind} ({row.reference}) {what}" for what in found)
    yield from _met(rows, steps)
    due = min((row.due_at for row in rows if row.state is WindowState.OPEN and row.due_at is not None), default=None)
    if case.next_due_at != due:
        yield f"the next time limit ends at {_at(due)}, the case waits for {_at(case.next_due_at)}"


def _at(at: datetime | None) -> str:
    return at.isoformat() if at is not None else "nothing"


def _states(row: Window, steps: Mapping[int, Step], ran_out: Step | None) -> Iterator[str]:
    closing = steps.get(row.closed_by or 0)
    for number in (row.opened_by, row.closed_by):
        if number is not None and number not in steps:
            yield f"names entry {number}, which is not there"
    if row.closed_by is not None and row.opened_by is not None and row.closed_by < row.opened_by:
        yield f"was closed by entry {row.closed_by}, before it was opened"
    if row.state not in CLOSED and row.closed_by is not None:
        yield f"is {row.state.value}, and entry {row.closed_by} closed it"
    if row.state in CLOSED and row.closed_by is None:
        yield f"is {row.state.value}, and no entry closed it"
    if row.state not in CLOSED and (row.state is WindowState.HALTED) != (row.halted_at is not None):
        yield f"is {row.state.value}, and its halt says otherwise"
    if row.state is WindowState.LAPSED and closing is not None and closing.ran_out != row.reference:
        yield f"is lapsed, and entry {row.closed_by} does not end it"
    if ran_out is not None:
        # An order may let it run again; then it ends later than it did.
        if row.state is WindowState.OPEN and (row.due_at is None or row.due_at <= ran_out.at):
            yield f"is open, and entry {ran_out.number} ended it"
        if row.closed_by is not None and row.closed_by < ran_out.number:
            yield f"was closed by entry {row.closed_by}, and entry {ran_out.number} ended it"
    limit = TIME_LIMITS.get(row.kind)
    if row.state is WindowState.MET and limit is not None and closing is not None and not _meets(closing.act, limit):
        yield f"is met by entry {closing.number}, and {closing.act} does not meet it"


def _meets(name: str, limit: TimeLimit) -> bool:
    """Whether an act may meet a kind of window: it is declared to, or is of a room whose acts are."""
    act = TABLE.get(name)
    rooms = {other.room for other in map(TABLE.get, limit.met_by) if other is not None}
    return name in limit.met_by or act is None or act.window == limit.kind or act.room in rooms


def _met(rows: Sequence[Window], steps: Mapping[int, Step]) -> Iterator[str]:
    """Time limits that still run, or ran out, though an entry met them in time: one whose act is tied to the kind."""
    for step in steps.values():
        act = TABLE.get(step.act)
        if act is None or act.window is None or not act.meets or step.late:
            continue
        party_id = step.party_id if step.role in PARTY_ROLES else None
        mine = [row for row in rows if row.kind == act.window and row.party_id == party_id]
        before = [row for row in mine if row.opened_by is not None and row.opened_by < step.number]
        waits = [row for row in before if row.closed_by is None or row.closed_by > step.number]
        if waits and not any(row.closed_by == step.number for row in mine):
            yield f"entry {step.number}: met a time limit {act.window}, and it is {waits[0].state.value}"


def _reckoned(court: Court, case: Case, row: Window, steps: Mapping[int, Step]) -> Iterator[str]:
    working = row.working
    if (row.due_at.isoformat() if row.due_at else None) != working.get("due_at"):
        yield f"ends at {_at(row.due_at)}, its working at {working.get('due_at')}"
    elif row.opened_at != datetime.fromisoformat(working["start"]):
        yield f"runs from {_at(row.opened_at)}, its working from {working['start']}"
    elif is_complete(working):
        ends = {reckon_working(pack, working).due_at for pack in _packs(court, case, row, steps)}
        if ends and row.due_at not in ends:
            yield f"ends at {_at(row.due_at)}, and its working leads to {_at(min(ends))}"


def _packs(court: Court, case: Case, row: Window, steps: Mapping[int, Step]) -> Iterator[RulePack]:
    """The rules it may have been reckoned under: those its working names, and those of the day it was opened."""
    try:
        yield court.packs.get(row.working["pack"], row.working["version"])
        opening = steps.get(row.opened_by or 0)
        yield court.rules_of(case, opening.at if opening is not None else row.opened_at)
    except NoSuchRule:
        return
