"""What the page of an application to enforce shows before it opens and when it is open, and what waiting costs. No flask.

CPL 247, 250, 264; FEE 14, 20.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import Money, Text
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.enforcement.effect import ENFORCE, interest_on, left_of
from odr.judgment.models import Obligation
from odr.judgment.queries import obligations_of
from odr.procedure.acts.availability import refusal
from odr.procedure.models import Window
from odr.procedure.time.interest import rounded

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

LATER = 30
"""Days after the last one for which a debtor is shown what waiting costs: people do not multiply percentages."""


@dataclass(frozen=True)
class Claimed:
    """One thing that is owed, as an application made today would name it."""

    obligation: Obligation
    debtor: str
    left: Money | None
    interest: Money | None
    """Interest to today, as ordered and for delay."""


@dataclass(frozen=True)
class Application:
    """The application to enforce of one creditor: what is filled in already, and when it opens."""

    claimed: list[Claimed]
    debtors: list[str]
    opens_on: date | None
    """The first day on which it is open; None where nothing is owed any more."""
    is_open: bool
    why_not: Text | None
    until: Window | None


@dataclass(frozen=True)
class Waiting:
    """What a debtor pays in all on a day."""

    on: date
    amount: Money
    days: int
    """Days after the last day to perform; 0: in time."""


def application(sitting: Sitting, case: Case, actor: Actor) -> Application:
    """The questions of an application to enforce for a creditor, readable before it opens."""
    rows = [o for o in obligations_of(sitting.session, case) if o.creditor_id == actor.party_id and o.done_at is None]
    breach = refusal(sitting, sitting.court.table[names.APPLY_FOR_ENFORCEMENT], case, actor)
    running = sitting.windows(case, ENFORCE, party=case.party_if_any(actor.party_id)) if actor.party_id else []
    claimed = [_claimed(sitting, case, row) for row in rows]
    return Application(
        claimed,
        sorted({one.debtor for one in claimed}),
        min((row.due_on for row in rows), default=None),
        breach is None,
        breach.message if breach is not None else None,
        running[-1] if running else None,
    )


def _claimed(sitting: Sitting, case: Case, row: Obligation) -> Claimed:
    debtor, left = case.party_if_any(row.debtor_id), left_of(sitting, row)
    today = sitting.now.astimezone(sitting.court.settings.tz).date()
    adds = _interest(sitting, case, row, today)
    interest = Money(adds, left.currency) if left is not None and adds else None
    return Claimed(row, debtor.name if debtor is not None else "", left, interest)


def waiting_costs(sitting: Sitting, case: Case, actor: Actor) -> list[Waiting]:
    """What a debtor pays in all in time, today where that is late, and a month after the last day; nothing where no sum
    of money is owed.
    """
    rows = [o for o in obligations_of(sitting.session, case) if o.debtor_id == actor.party_id and o.done_at is None]
    sums = [(row, left) for row in rows if (left := left_of(sitting, row)) is not None]
    if actor.party_id is None or not sums:
        return []
    due = min(row.due_on for row, _ in sums)
    today = sitting.now.astimezone(sitting.court.settings.tz).date()
    days = sorted({due, today, due + timedelta(days=LATER)} if today > due else {due, due + timedelta(days=LATER)})
    return [
        Waiting(
            day,
            Money(sum(left.minor + _interest(sitting, case, row, day) for row, left in sums), sums[0][1].currency),
            (day - due).days,
        )
        for day in days
    ]


def _interest(sitting: Sitting, case: Case, row: Obligation, day: date) -> int:
    return sum(rounded(line.exact) for line in interest_on(sitting, case, row, day))
