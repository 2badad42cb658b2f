"""What the court collects for experts and witnesses who come: asked for, given back, passed on, or advanced by the court; never
its own (CPL 77; FEE 11; EV 38, 39).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party
from odr.ground.text import Money, T, Text
from odr.payments.books.bookings import book_advanced, book_assessment, book_refund_order, paid_on, refundable
from odr.payments.fee.assessment import write_assessment
from odr.payments.fee.fee_computation import Assessment, Matter
from odr.payments.fee.scales import FeeStep
from odr.payments.fee.unpaid import ask_no_more
from odr.payments.models import (
    AssessmentState,
    Channel,
    CheckoutSession,
    CheckoutState,
    CourtAdvance,
    FeeAssessment,
    FeeBasis,
    Payment,
)
from odr.payments.refund.orders import write_refund
from odr.procedure.rules.tariff import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def collect(
    sitting: Sitting,
    case: Case,
    payer: Party,
    steps: Sequence[FeeStep],
    window: str,
    days: int | None = None,
    *,
    matter: Matter = Matter.ATTENDANCE,
) -> FeeAssessment:
    """Ask a party for its part of what an expert's attendance costs (EV 38), for what a witness is paid (CPL 77), or for
    what its copies cost (FEE 11), and start its time.

    ``steps`` add up to the part, in minor units; ``window`` is the time limit of the pack,
    ``days`` another length within its bounds. Raises InvalidInput outside of them.
    """
    pack = sitting.pack(case)
    part = Money(sum(step.amount.minor for step in steps), pack.currency)
    basis = FeeBasis(case_id=case.id, party_id=payer.id, matter=matter, amounts=[part.minor], since=sitting.now)
    sitting.session.add(basis)
    sitting.session.flush()
    found = Assessment(part, part, tuple(steps), pack.id, pack.version_of("windows").isoformat())
    row = write_assessment(sitting, case, payer, basis, matter, found, window)
    book_assessment(sitting.session, row)
    proof = T("The notice stood on the payer’s page from this moment.")
    sitting.start_window(case, window, party=payer, start=sitting.now, subject=row.reference, amount=days, proof=proof)
    return row


def is_on_its_way(sitting: Sitting, row: FeeAssessment) -> bool:
    """Whether an online payment was made and its end is not known yet: nothing is found meanwhile."""
    moving = (CheckoutSession.assessment_id == row.id, CheckoutSession.state == CheckoutState.PROCESSING)
    return sitting.session.scalar(select(CheckoutSession.id).where(*moving).limit(1)) is not None


def advance_by_court(sitting: Sitting, case: Case, subject: str, amount: Money, channel: Channel) -> None:
    """The court pays somebody out of its own means; the costs decision says who bears it (CPL 77). ``subject`` is the row of
    another room for which it is paid, once.
    """
    sitting.session.add(
        CourtAdvance(
            case_id=case.id,
            subject=subject,
            amount_minor=amount.minor,
            currency=amount.currency,
            entry_number=sitting.next_number(case),
            at=sitting.now,
        )
    )
    book_advanced(sitting.session, subject, amount, channel, sitting.now, case.id)


def give_back(
    sitting: Sitting, case: Case, row: FeeAssessment, why: Text, article: str, amount: Money | None = None
) -> Money:
    """Ask for no more, and order back what came (or ``amount`` of it); returns what goes back.

    ``why`` and its article are the step that the payer reads. Partial payments go back too.
    """
    came = paid_on(sitting.session, row)
    if row.state is AssessmentState.DUE:
        ask_no_more(sitting, case, row)
    left = min(came.minor, amount.minor if amount is not None else came.minor)
    back, nothing = Money(left, came.currency), Money(0, came.currency)
    steps = (
        FeeStep(T("Paid."), came, "paid", "FEE 11"),
        FeeStep(why, nothing, Ending.NOT_USED.value, article),
        FeeStep(T("Goes back."), back, "refund", article),
    )
    computation = {"reason": "not used", "steps": [step.to_json() for step in steps]}
    for payment in sitting.session.scalars(
        select(Payment).where(Payment.assessment_id == row.id).order_by(Payment.id.desc())
    ):
        part = min(left, refundable(sitting.session, payment).minor)
        if part > 0:
            book_refund_order(
                sitting.session,
                write_refund(
                    sitting, case, payment, Money(part, came.currency), Ending.NOT_USED, computation, whole=back
                ),
            )
            left -= part
    return back
