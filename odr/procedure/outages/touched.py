"""Which time limits of a case an outage touched: those that still run, and those that ended while nobody could act."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Stage
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.models import Window, WindowState
from odr.procedure.outages import ledger
from odr.procedure.outages.models import Outage
from odr.procedure.outages.rules import runs_until
from odr.procedure.rules.base import Unit
from odr.procedure.time.reckoning import end_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

A_DAY = timedelta(hours=25)
"""As long as a last day can be: one on which clocks are set back."""
STILL_RUNS = (WindowState.OPEN, WindowState.LAPSED)


def longer(sitting: Sitting, case: Case) -> list[tuple[Window, date]]:
    """The time limits of parties that still run and run longer for outages, each with its new last day.

    What the court itself is late with is not made longer by its own failure; nor is a day given that is over, nor more of
    what the rules let nobody make longer, or of what ends elsewhere on its day, such as a freeze at its bank.
    """
    found = []
    for window in sitting.windows(case, state=WindowState.OPEN):
        until = until_of(sitting, case, window)
        if until is not None and end_of(sitting.pack(case), until) >= sitting.now:
            found.append((window, until))
    return found


def until_of(sitting: Sitting, case: Case, window: Window) -> date | None:
    """The day a time limit runs until for outages, later than it has; None where none touched it."""
    pack, limit = sitting.pack(case), TIME_LIMITS.get(window.kind)
    if pack.outages is None or window.due_at is None or limit is None:
        return None
    if limit.nature not in (Nature.DUTY, Nature.REMEDY) or limit.runs_on or window.kind in pack.outages.leaves:
        return None
    spans = ledger.spans(sitting.session, window.due_at - A_DAY)
    is_hours = window.working.get("unit") == Unit.HOURS.value
    return runs_until(pack.outages, pack, window.due_at, window.opened_at, is_hours, spans) if spans else None


def cases_touched(session: Session, outage: Outage, states: Collection[WindowState] = STILL_RUNS) -> list[int]:
    """Ids of the cases with a time limit whose last day an outage may have touched."""
    query = (
        select(Case.id)
        .join(Window, Window.case_id == Case.id)
        .where(
            Window.state.in_(states),
            Window.due_at >= outage.began_at,
            Window.due_at <= outage.ended_at + A_DAY,
            Case.stage != Stage.CLOSED,
            Case.stayed_at.is_(None),
        )
    )
    return list(session.scalars(query.distinct().order_by(Case.id)))
