"""What follows once something was paid or done: it is marked, no time runs on, and whoever ends or closes is asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Role, Stage
from odr.ground.text import T
from odr.judgment import desks, names
from odr.judgment.enforcement.agreed_terms import under_agreement
from odr.judgment.enforcement.effect import (
    ENFORCE,
    PERFORMANCE,
    all_done,
    interest_left,
    interest_on,
    left_of,
)
from odr.judgment.enforcement.part import BOUND
from odr.judgment.enforcement.queries import confirmed, is_performed, is_said_done, open_enforcement, performed
from odr.judgment.enforcement.settlement import after_payment, agreements_over, to_be_halted
from odr.judgment.enforcement_remedies.deferral.queries import DEFERRAL
from odr.judgment.enforcement_remedies.successors.bound import nothing_more_to_ask
from odr.judgment.models import Obligation, Performance
from odr.judgment.queries import obligations_of
from odr.procedure.models import WindowState
from odr.procedure.time.interest import InterestKind, total

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def settle(sitting: Sitting, case: Case, obligation: Obligation) -> None:
    """Mark what is fully performed: a sum of money once its interest is paid too, as ordered and for delay (CPL 264);
    something else once whoever it is owed to has said so, whatever report of it was never answered.
    """
    following = _carry_over(sitting, case, obligation)
    left = left_of(sitting, obligation)
    paid = left is not None and not left.minor and not interest_left(sitting, case, obligation)
    if paid or (left is None and is_said_done(sitting.session, obligation)):
        obligation.done_at = obligation.done_at or sitting.now
    sitting.session.flush()
    if following is not None:
        settle(sitting, case, following)
        return
    for owed in nothing_more_to_ask(sitting, case):
        owed.done_at = sitting.now  # The heir has paid all that they got, and owes no more (CPI 473).
    sitting.session.flush()
    after_payment(sitting, case)
    follow_up(sitting, case)


def _carry_over(sitting: Sitting, case: Case, obligation: Obligation) -> Obligation | None:
    """Where more was paid than a sum and its interest came to, what is over counts, from the same day, towards what the same
    debtor owes the same creditor next; gives that, if there is any. Nobody pays several instalments at once for nothing.
    """
    if obligation.amount_minor is None:
        return None
    lines = interest_on(sitting, case, obligation, sitting.today)
    whole = obligation.amount_minor + sum(total(lines, kind) for kind in InterestKind)
    over = performed(sitting.session, obligation) - whole
    two = (obligation.debtors, obligation.creditor_id)
    owed = [o for o in obligations_of(sitting.session, case) if o.done_at is None and o.amount_minor is not None]
    agreed = under_agreement(sitting, case)
    if obligation.reference in agreed:
        # What is paid as agreed counts towards what was agreed, however little was enforced.
        owed = [o for o in owed if o.reference in agreed]
    rest = [o for o in owed if (o.debtors, o.creditor_id) == two and o.id != obligation.id]
    if over <= 0 or not rest:
        return None
    following = min(rest, key=lambda o: (o.due_on, o.id))
    for payment in reversed(confirmed(sitting.session, obligation)):
        if over and payment.amount_minor:
            over -= _move(sitting, payment, min(over, payment.amount_minor), following)
    sitting.session.flush()
    return following


def _move(sitting: Sitting, payment: Performance, amount: int, to: Obligation) -> int:
    """Count so much of a payment, in minor units, towards another sum."""
    assert payment.amount_minor is not None
    if amount == payment.amount_minor:
        payment.obligation_id = to.id
        return amount
    payment.amount_minor -= amount
    same = {name: getattr(payment, name) for name in ("on", "note", "confirmed", "confirmed_entry", "entry_number")}
    sitting.session.add(Performance(obligation_id=to.id, amount_minor=amount, **same))
    return amount


def follow_up(sitting: Sitting, case: Case) -> None:
    """Nobody's time to perform or to apply runs on once nothing is owed by them, or to them; whoever ends the enforcement is
    asked to once what is enforced in it is performed, and whoever closes the case once nothing is owed at all.
    """
    agreements_over(sitting, case)
    to_be_halted(sitting, case)
    end_their_time(sitting, case)
    found = open_enforcement(sitting.session, case)
    if found is not None or case.stage is Stage.ENFORCEMENT:
        role = Role(sitting.pack(case).decider(names.END_ENFORCEMENT))
        if found is None or not is_performed(sitting.session, case, found):
            return
        sitting.close_windows(case, DEFERRAL, WindowState.MET)
        if not sitting.tasks(case, desks.ENFORCEMENT_PAID):
            title = T("Enforcement %(number)s: everything is performed. End it.", number=found.number)
            sitting.open_task(case, role, desks.ENFORCEMENT_PAID, title, risk=30, subject=found.reference)
    elif case.stage in BOUND and all_done(sitting, case) and not sitting.tasks(case, desks.CLOSE_CASE):
        sitting.open_task(case, Role.CLERK, desks.CLOSE_CASE, T("Everything is performed. Close the case."), risk=5)


def end_their_time(sitting: Sitting, case: Case) -> None:
    """Nobody's time to perform runs who owes nothing, and nobody's to apply to whom nothing is owed."""
    still = [o for o in obligations_of(sitting.session, case) if o.done_at is None]
    owe, owed = {one for o in still for one in o.debtors}, {o.creditor_id for o in still}
    for party in case.parties:
        if party.id not in owe:
            sitting.close_windows(case, PERFORMANCE, WindowState.MET, party=party)
        if party.id not in owed:
            sitting.close_windows(case, ENFORCE, WindowState.ENDED, party=party)
