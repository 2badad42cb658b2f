"""What follows when a payment order lapses, in whole or for some of its sums (CPL 228; CPI 430, 432, 435). No flask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from odr.docket.models import Case, Document, Outcome, Stage
from odr.docket.queries import void
from odr.filing.claim.progress import end_case
from odr.judgment import desks
from odr.judgment.enforcement.ending import instrument_fell
from odr.judgment.enforcement_remedies.reversal.queries import see_to_giving_back
from odr.judgment.models import Obligation
from odr.judgment.payment_order.models import PaymentOrder, PaymentOrderState
from odr.judgment.payment_order.queries import fee_borne, standing
from odr.judgment.time_limits import PAYMENT_ORDER_OBJECTION, PAYMENT_ORDER_SERVICE
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

FEE = "fee"


def lapse(
    sitting: Sitting,
    case: Case,
    row: PaymentOrder,
    numbers: Sequence[int],
    *,
    goes_over: bool,
    outcome: Outcome = Outcome.LAPSED,
) -> None:
    """These demands are ordered no more: nothing is owed under them, and the fee the debtor bears falls with them (FEE 36).

    Where nothing stands, the order's paper holds no more; the case waits for the applicant's word on a lawsuit, or is over.
    """
    number = sitting.next_number(case)
    row.lapses = [
        *row.lapses,
        {"entry": number, "demands": list(numbers), "goes_over": goes_over, "case": None, "refused": False},
    ]
    for key in [str(one) for one in numbers]:
        _owed_no_more(sitting, row, key)
    row.fee_minor = min(row.fee_minor, fee_borne(sitting, case, row))
    fee = sitting.session.get(Obligation, row.owed[FEE]) if FEE in row.owed else None
    if fee is not None:
        fee.amount_minor = row.fee_minor
    if standing(row):
        return
    _owed_no_more(sitting, row, FEE)
    row.state = PaymentOrderState.LAPSED
    paper = sitting.session.get(Document, row.document_id) if row.document_id is not None else None
    if paper is not None:
        void(paper, number, sitting.now)
    for kind in (PAYMENT_ORDER_SERVICE, PAYMENT_ORDER_OBJECTION):
        sitting.close_windows(case, kind, WindowState.ENDED)
    for desk in (desks.PAYMENT_ORDER_TO_END, desks.PAYMENT_ORDER_OBJECTED, desks.PAYMENT_ORDER_SUED):
        sitting.close_tasks(case, desk)
    if not any(one["goes_over"] and one["case"] is None and not one["refused"] for one in row.lapses):
        over(sitting, case, row, outcome)


def over(sitting: Sitting, case: Case, row: PaymentOrder, outcome: Outcome) -> None:
    """The case of the order is over; what was paid under it rests on nothing, and a judge rules whether it goes back (CPL 244)."""
    row.state = PaymentOrderState.OVER
    see_to_giving_back(sitting, case)
    end_case(sitting, case, outcome, sitting.now)


def _owed_no_more(sitting: Sitting, row: PaymentOrder, key: str) -> None:
    owed = sitting.session.get(Obligation, row.owed[key]) if key in row.owed else None
    if owed is not None and owed.ended_at is None:
        owed.ended_at = sitting.now


def leave_effect(sitting: Sitting, case: Case, row: PaymentOrder) -> None:
    """The order is in effect no more, because it had not reached the debtor, or not on that day: it waits for its service
    again, and nothing is enforced. What was paid stays recorded (CPL 158 by analogy).
    """
    if row.state is not PaymentOrderState.IN_EFFECT:
        return
    instrument_fell(sitting, case)
    sitting.close_windows(case, "enforcement_application", WindowState.ENDED)
    row.state, case.effective_at = PaymentOrderState.ISSUED, None
    sitting.close_tasks(case, desks.CLOSE_CASE)
    if case.stage in (Stage.EFFECTIVE, Stage.ENFORCEMENT):
        sitting.move(case, Stage.PAYMENT_ORDER)
