"""Replacing a fee notice: after relief, a correction, or when a day put off has come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party
from odr.payments.books.bookings import book_assessment
from odr.payments.fee.acts import ask_for
from odr.payments.fee.assessment import TOPUP_WINDOW, question_for, write_assessment
from odr.payments.fee.fee_computation import FeeQuestion, Matter, assess_filing, top_up
from odr.payments.fee.unpaid import ask_no_more
from odr.payments.models import FeeAssessment, FeeBasis
from odr.payments.refund.orders import DEMAND_WINDOW, held_on, notices_with, unpaid_rows
from odr.procedure.rules.tariff import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def ending_of(row: FeeAssessment) -> Ending | None:
    """The end of the case or the claim by which a notice halves the fee, as its steps say; None for a notice of the whole."""
    if row.matter is Matter.WITHDRAWN_CLAIM:
        return Ending.WITHDRAWN
    rules = {step["rule"] for step in row.steps}
    return next((ending for ending in (Ending.MEDIATED, Ending.WITHDRAWN) if ending.value in rules), None)


def question_of(sitting: Sitting, case: Case, row: FeeAssessment) -> FeeQuestion:
    """What the fee of a notice depends on, as the case stands; a fee that was halved at an end stays halved (FEE 15)."""
    if row.basis_id is None:
        raise ValueError("a notice without a basis is computed by hand")
    question = question_for(sitting, case, sitting.session.get_one(FeeBasis, row.basis_id))
    return replace(question, ending=ending_of(row))


def replace_unpaid(
    sitting: Sitting,
    case: Case,
    payer: Party,
    old: FeeAssessment,
    question: FeeQuestion | None = None,
    article: str = "FEE 21",
) -> FeeAssessment:
    """Cancel what is unpaid of a notice, and of others about the same thing, and write a new one in their place, counting what
    was paid for it.
    """
    basis = sitting.session.get_one(FeeBasis, old.basis_id) if old.basis_id else None
    question = question or question_of(sitting, case, old)
    counted = notices_with(sitting, case, old)
    paid = held_on(sitting, case, counted)
    # There are several where a bank took back what was paid on the first after the claim was raised.
    for row in [old, *(one for one in unpaid_rows(sitting, case) if one.id in counted and one is not old)]:
        ask_no_more(sitting, case, row)
    pack = sitting.pack(case)
    # What counts as paid counts by the article it counted by before: a difference after conversion stays one (CPI 199).
    article = next((str(step["article"]) for step in old.steps if step["rule"] == "paid"), article)
    found = top_up(pack, paid, question, article) if paid.minor else assess_filing(pack, question)
    kind = TOPUP_WINDOW if paid.minor and old.window_kind != DEMAND_WINDOW else old.window_kind
    row = write_assessment(sitting, case, payer, basis, old.matter, found, kind)
    book_assessment(sitting.session, row)
    if found.prepaid:
        ask_for(sitting, case, payer, row, sitting.now)
    return row
