"""Replacing a fee notice: after relief, a correction, or when a day put off has come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party
from odr.payments.books.bookings import book_assessment, book_cancellation
from odr.payments.fee.acts import ask_for
from odr.payments.fee.assessment import TOPUP_WINDOW, question_for, write_assessment
from odr.payments.fee.fee_computation import FeeQuestion, Matter, assess_filing, top_up
from odr.payments.models import FeeAssessment, FeeBasis
from odr.payments.refund.orders import held_for
from odr.procedure.models import WindowState
from odr.procedure.rules.tariff import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def replace_unpaid(
    sitting: Sitting,
    case: Case,
    payer: Party,
    old: FeeAssessment,
    question: FeeQuestion | None = None,
    article: str = "FEE 21",
) -> FeeAssessment:
    """Cancel what is unpaid of a notice and write a new one in its place, counting what was paid for the same matter."""
    basis = sitting.session.get_one(FeeBasis, old.basis_id) if old.basis_id else None
    if question is None:
        if basis is None:
            raise ValueError("a notice without a basis is computed by hand")
        question = question_for(sitting, case, basis)
        if old.matter is Matter.WITHDRAWN_CLAIM:
            question = replace(question, ending=Ending.WITHDRAWN)
    paid = held_for(sitting, case, payer, old.matter)
    sitting.close_windows(case, old.window_kind, WindowState.ENDED, subject=old.reference)
    book_cancellation(sitting.session, old, sitting.now)
    pack = sitting.pack(case)
    found = top_up(pack, paid, question, article) if paid.minor else assess_filing(pack, question)
    row = write_assessment(
        sitting, case, payer, basis, old.matter, found, TOPUP_WINDOW if paid.minor else old.window_kind
    )
    book_assessment(sitting.session, row)
    if found.prepaid:
        ask_for(sitting, case, payer, row, sitting.now)
    return row
