"""Fees whose time is over: when what they are for can be ruled withdrawn, and when they are only collected (FEE 22; CPI 213)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.ground.memory.built_once import built_once
from odr.payments import desks
from odr.payments.books.bookings import book_cancellation, outstanding
from odr.payments.fee.assessment import assessments_of
from odr.payments.fee.fee_computation import APPEALS, HALVABLE, Matter
from odr.payments.models import (
    AssessmentState,
    CheckoutSession,
    CheckoutState,
    FeeAssessment,
    ReliefRequest,
    ReliefState,
)
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


UNPAID_DESKS = (desks.FEE_UNPAID, desks.RETRIAL_FEE_UNPAID)
"""On which a fee lies whose time is over."""


def is_pending(sitting: Sitting, row: FeeAssessment) -> bool:
    """Whether something about an unpaid fee is still open: a request for relief, or money on its way (FEE 22)."""
    asked = sitting.session.scalar(
        built_once(
            lambda: select(ReliefRequest.id).where(
                ReliefRequest.case_id == row.case_id,
                ReliefRequest.party_id == row.party_id,
                ReliefRequest.state == ReliefState.PENDING,
            )
        )
    )
    moving = sitting.session.scalar(
        built_once(
            lambda: select(CheckoutSession.id).where(
                CheckoutSession.assessment_id == row.id, CheckoutSession.state == CheckoutState.PROCESSING
            )
        )
    )
    return asked is not None or moving is not None


def ask_no_more(sitting: Sitting, case: Case, row: FeeAssessment) -> None:
    """The notice is at an end: its time with it, and what lies on a desk because it is not paid; what of it did not come is
    owed no more.
    """
    sitting.close_windows(case, row.window_kind, WindowState.ENDED, subject=row.reference)
    off_the_desks(sitting, case, row)
    book_cancellation(sitting.session, row, sitting.now)


def off_the_desks(sitting: Sitting, case: Case, row: FeeAssessment) -> None:
    """Nobody need do anything any more because a fee is not paid."""
    for desk in UNPAID_DESKS:
        sitting.close_tasks(case, desk, row.reference)


def leads_to_ruling(row: FeeAssessment) -> bool:
    """Whether what the fee is for can be ruled withdrawn: a claim, a counterclaim, an appeal, an application for a
    payment order, what is asked of a retrial; not an objection that failed.
    """
    return row.basis_id is not None and row.matter in {*HALVABLE, Matter.PAYMENT_ORDER}


def comes_too_late(case: Case, row: FeeAssessment) -> bool:
    """Whether nothing is ruled withdrawn any more: the decision is pronounced, and the fee is not an appeal's (provisional,
    by CPL 148). What is owed is then collected.
    """
    return case.pronounced_at is not None and row.matter not in APPEALS


def is_unpaid_for_good(sitting: Sitting, case: Case, row: FeeAssessment) -> bool:
    """Whether the payer's time is over, nothing is pending, and money is still missing."""
    if row.state is not AssessmentState.DUE or is_pending(sitting, row):
        return False
    windows = sitting.windows(case, row.window_kind, state=None, subject=row.reference)
    return (
        leads_to_ruling(row)
        and not comes_too_late(case, row)
        and bool(windows)
        and windows[-1].state is WindowState.LAPSED
        and outstanding(sitting.session, row).minor > 0
    )


def counts_as_withdrawn(sitting: Sitting, case: Case, row: FeeAssessment) -> bool:
    """Whether what a fee is for can be ruled withdrawn because it is not paid; a retrial has a ruling of its own (CPI 404)."""
    return row.matter is not Matter.RETRIAL and is_unpaid_for_good(sitting, case, row)


def retrial_is_unpaid(sitting: Sitting, case: Case, party_id: int) -> bool:
    """Whether a party's fee of the retrial is overdue, unpaid, and nothing about it is pending (FEE 22, 23)."""
    rows = assessments_of(sitting.session, case, party_id=party_id)
    return any(row.matter is Matter.RETRIAL and is_unpaid_for_good(sitting, case, row) for row in rows)
