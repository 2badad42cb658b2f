"""Fees of cases that are heard together or apart: what was paid goes along, what is due is asked for where the claim is
(CPI 201).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party
from odr.payments import desks, names
from odr.payments.books.bookings import book_cancellation, paid_on
from odr.payments.books.ledger import post
from odr.payments.fee.assessment import assessments_of, keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import AssessInput
from odr.payments.models import AssessmentState, FeeAssessment, FeeBasis, LedgerAccount, Payment
from odr.procedure.acts.events import CaseJoined, ClaimSevered, GroupMemberRegistered, GroupOpened
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OF_CLAIMS = (Matter.CLAIM, Matter.COUNTERCLAIM, Matter.THIRD_PARTY_CLAIM)


def on_case_joined(sitting: Sitting, event: CaseJoined) -> None:
    """The case goes on within another: each fee basis goes there and adds to what stands there for the same party."""
    for old in _standing(sitting, event.case):
        party = event.parties.get(old.party_id)
        if party is not None:
            _go_along(sitting, event.case, event.into, old, party, old.matter)


def on_claim_severed(sitting: Sitting, event: ClaimSevered) -> None:
    """A claim is heard by itself: its fee is reckoned anew as a claim's, and what was paid for it counts (FEE 18 no
    longer halves it).
    """
    case, matter = event.case, Matter(event.kind)
    old = next((b for b in _standing(sitting, case) if b.party_id == event.party.id and b.matter is matter), None)
    if old is not None:
        _go_along(sitting, case, event.into, old, event.new_party, Matter.CLAIM)


def _standing(sitting: Sitting, case: Case) -> list[FeeBasis]:
    query = (
        select(FeeBasis)
        .where(FeeBasis.case_id == case.id, FeeBasis.matter.in_(OF_CLAIMS), FeeBasis.until.is_(None))
        .order_by(FeeBasis.id)
    )
    return list(sitting.session.scalars(query))


def _go_along(sitting: Sitting, case: Case, into: Case, old: FeeBasis, party: Party, matter: Matter) -> None:
    rows = [row for row in assessments_of(sitting.session, case, party_id=old.party_id) if row.matter is old.matter]
    there = next((b for b in _standing(sitting, into) if b.party_id == party.id and b.matter is matter), None)
    amounts = [*(there.amounts if there else []), *old.amounts]
    others = (there.non_property if there else 0) + old.non_property
    basis = keep_basis(
        sitting.session,
        into,
        party,
        matter,
        amounts,
        others,
        sitting.now,
        joined=old.joined and matter is not Matter.CLAIM,
    )
    old.until = sitting.now
    paid = False
    for row in rows:
        if row.state in (AssessmentState.DUE, AssessmentState.DEFERRED):
            sitting.close_windows(case, row.window_kind, WindowState.ENDED, subject=row.reference)
            book_cancellation(sitting.session, row, sitting.now)
        elif row.state is AssessmentState.PAID:
            _move(sitting, into, row, party, basis, matter)
            paid = True
    if rows and not basis.at_end:
        # What was paid for the same matter counts; only a difference is asked for.
        sitting.then(
            names.ASSESS_FEE,
            AssessInput(basis=basis.reference, topup_article="FEE 21" if paid or there else None),
            case=into,
        )


def _move(sitting: Sitting, into: Case, row: FeeAssessment, party: Party, basis: FeeBasis, matter: Matter) -> None:
    """The paid notice and its payments belong to the other case from now on, in the rows and in the books."""
    amount, before = paid_on(sitting.session, row), row.case_id
    post(
        sitting.session,
        f"assessment/{row.reference}/left",
        "fee went along",
        LedgerAccount.DEFERRED,
        LedgerAccount.RECEIVABLE,
        amount,
        at=sitting.now,
        case_id=before,
    )
    post(
        sitting.session,
        f"assessment/{row.reference}/came",
        "fee came along",
        LedgerAccount.RECEIVABLE,
        LedgerAccount.DEFERRED,
        amount,
        at=sitting.now,
        case_id=into.id,
    )
    for payment in sitting.session.scalars(select(Payment).where(Payment.assessment_id == row.id)):
        payment.case_id, payment.party_id = into.id, party.id
    row.case_id, row.party_id, row.basis_id, row.matter, row.entry_number = (
        into.id,
        party.id,
        basis.id,
        matter,
        sitting.next_number(into),
    )
    sitting.session.flush()


def on_group_opened(sitting: Sitting, event: GroupOpened) -> None:
    """An action of many: no fee is asked for in advance (CPI 194). What was paid is counted when the case ends."""
    case = event.case
    for basis in _standing(sitting, case):
        basis.at_end = True
    for row in assessments_of(sitting.session, case):
        if row.state in (AssessmentState.DUE, AssessmentState.DEFERRED) and row.matter in OF_CLAIMS:
            sitting.close_windows(case, row.window_kind, WindowState.ENDED, subject=row.reference)
            sitting.close_tasks(case, desks.FEE_UNPAID, row.reference)
            book_cancellation(sitting.session, row, sitting.now)


def on_group_member(sitting: Sitting, event: GroupMemberRegistered) -> None:
    """Somebody registered: what they ask for is kept for the fee that the losing side pays in the end (CPI 194)."""
    keep_basis(sitting.session, event.case, event.party, Matter.CLAIM, [event.amount_minor], 0, sitting.now)
