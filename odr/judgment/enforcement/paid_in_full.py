"""What follows once something was paid or done: it is marked, no time runs on, and whoever ends or closes is asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Role, Stage
from odr.ground.text import T
from odr.judgment import desks, names
from odr.judgment.enforcement.effect import (
    ENFORCE,
    PERFORMANCE,
    all_done,
    interest_left,
    left_of,
    nothing_owed_to,
)
from odr.judgment.enforcement.queries import is_said_done, open_enforcement
from odr.judgment.enforcement.settlement import after_payment, agreements_over
from odr.judgment.models import Obligation
from odr.judgment.queries import obligations_of
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def settle(sitting: Sitting, case: Case, obligation: Obligation) -> None:
    """Mark what is fully performed: a sum of money once its interest is paid too, as ordered and for delay (CPL 264);
    something else once whoever it is owed to has said so, whatever report of it was never answered.
    """
    left = left_of(sitting, obligation)
    paid = left is not None and not left.minor and not interest_left(sitting, case, obligation)
    if paid or (left is None and is_said_done(sitting.session, obligation)):
        obligation.done_at = obligation.done_at or sitting.now
    sitting.session.flush()
    after_payment(sitting, case)
    follow_up(sitting, case)


def follow_up(sitting: Sitting, case: Case) -> None:
    """Nobody's time to perform or to apply runs on once nothing is owed by them, or to them; whoever ends the enforcement is
    asked to once nothing is owed to its creditor, and whoever closes the case once nothing is owed at all.
    """
    agreements_over(sitting, case)
    end_their_time(sitting, case)
    if case.stage is Stage.ENFORCEMENT:
        found, role = open_enforcement(sitting.session, case), Role(sitting.pack(case).decider(names.END_ENFORCEMENT))
        if found is None or not nothing_owed_to(sitting, case, found.party_id):
            return
        if not sitting.tasks(case, desks.ENFORCEMENT_PAID):
            title = T("Enforcement %(number)s: everything is performed. End it.", number=found.number)
            sitting.open_task(case, role, desks.ENFORCEMENT_PAID, title, risk=30, subject=found.reference)
    elif all_done(sitting, case) and not sitting.tasks(case, desks.CLOSE_CASE):
        sitting.open_task(case, Role.CLERK, desks.CLOSE_CASE, T("Everything is performed. Close the case."), risk=5)


def end_their_time(sitting: Sitting, case: Case) -> None:
    """Nobody's time to perform runs who owes nothing, and nobody's to apply to whom nothing is owed."""
    still = [o for o in obligations_of(sitting.session, case) if o.done_at is None]
    owe, owed = {o.debtor_id for o in still}, {o.creditor_id for o in still}
    for party in case.parties:
        if party.id not in owe:
            sitting.close_windows(case, PERFORMANCE, WindowState.MET, party=party)
        if party.id not in owed:
            sitting.close_windows(case, ENFORCE, WindowState.ENDED, party=party)
