"""What follows from a ruling on a witness's costs: who advances it, when it is paid, and when it goes back (CPL 77)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, DocketEntry, Role
from odr.ground.text import T
from odr.hearing import desks, names
from odr.hearing.courtroom.calling_witnesses import tell
from odr.hearing.courtroom.witness_costs.models import TO_PAY, WitnessCost, WitnessCostState
from odr.hearing.courtroom.witness_costs.queries import WINDOW, came, costs_of, is_awaited, may_be_paid, notice_of
from odr.payments.costs.attendance import collect, give_back
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.scales import FeeStep
from odr.payments.models import AssessmentState
from odr.procedure.acts.events import CaseClosed, CaseEffective, FeePaid, Served
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def ask_for_advance(sitting: Sitting, case: Case, row: WitnessCost) -> None:
    """Ask the party who called the witness to advance it; the court advances it where it called them itself (CPL 77)."""
    payer = case.party_if_any(row.witness.called_by)
    if payer is None:
        row.state = WitnessCostState.READY
    else:
        row.state = WitnessCostState.AWAITED
        steps = [FeeStep.from_json(step) for step in row.working]
        row.assessment_id = collect(sitting, case, payer, steps, WINDOW, matter=Matter.WITNESS).id
    offer_to_desk(sitting, case, row)


def offer_to_desk(sitting: Sitting, case: Case, row: WitnessCost) -> None:
    """Put it on the pay desk as soon as it can be paid."""
    if row.state in TO_PAY and not is_awaited(sitting, case, row):
        row.state = WitnessCostState.READY
    if not may_be_paid(sitting, case, row) or sitting.tasks(case, desks.WITNESS_PAY, row.reference):
        return
    title = T("Pay the witness %(name)s %(amount)s for coming.", name=row.witness.name, amount=row.allowed)
    sitting.open_task(case, Role.CASHIER, desks.WITNESS_PAY, title, risk=30, subject=row.reference)


def on_fee_paid(sitting: Sitting, event: FeePaid) -> None:
    """The party who called the witness has advanced it."""
    for row in costs_of(sitting.session, event.case, WitnessCostState.AWAITED):
        notice = notice_of(sitting.session, row)
        if notice is not None and notice.reference == event.assessment and notice.state is AssessmentState.PAID:
            offer_to_desk(sitting, event.case, row)


def on_not_advanced(sitting: Sitting, case: Case, window: Window) -> None:
    """The party has not advanced it in time: the witness does not wait for it, the court advances it, and the costs decision
    says who bears it. Nothing is found against the party by that.
    """
    for row in costs_of(sitting.session, case, WitnessCostState.AWAITED):
        notice = notice_of(sitting.session, row)
        if notice is not None and notice.reference == window.subject:
            offer_to_desk(sitting, case, row)


def on_served(sitting: Sitting, event: Served) -> None:
    """The notice reached its payer later than it stood on the page, and their time runs anew: the pay desk waits again."""
    for row in costs_of(sitting.session, event.case, WitnessCostState.READY):
        if is_awaited(sitting, event.case, row):
            row.state = WitnessCostState.AWAITED
            sitting.close_tasks(event.case, desks.WITNESS_PAY, row.reference)


def after_hearing(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """Somebody was heard, whose costs were allowed before: now they are paid."""
    if entry.act not in (names.TESTIFY, names.RECORD_HEARING):
        return
    for row in costs_of(sitting.session, case, *TO_PAY):
        offer_to_desk(sitting, case, row)


def on_over(sitting: Sitting, event: CaseClosed | CaseEffective) -> None:
    """The case is over: who came is paid all the same; what was advanced for who did not come goes back."""
    case = event.case
    for row in costs_of(sitting.session, case, *TO_PAY):
        if row.hardship is not None or came(sitting.session, case, row.witness):
            offer_to_desk(sitting, case, row)
            continue
        row.state = WitnessCostState.ENDED
        sitting.close_tasks(case, desks.WITNESS_PAY, row.reference)
        notice = notice_of(sitting.session, row)
        if notice is not None:
            give_back(sitting, case, notice, T("The witness did not come."), "CPL 77")
        tell(sitting, case, row.witness, T("Nothing is paid: you were not heard as a witness"))
