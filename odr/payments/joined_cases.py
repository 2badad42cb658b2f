"""Fees of cases that are heard together or apart: what was paid goes along, what is due is asked for where the claim is
(CPI 201).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.ground.text import Money
from odr.payments import names
from odr.payments.books.bookings import HOLDS, paid_on, refundable
from odr.payments.books.ledger import post
from odr.payments.fee.assessment import assessments_of, keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.unpaid import ask_no_more
from odr.payments.inputs import AssessInput
from odr.payments.models import (
    AssessmentState,
    Channel,
    FeeAssessment,
    FeeBasis,
    LedgerAccount,
    Payment,
    ReliefRequest,
    ReliefState,
)
from odr.procedure.acts.events import CaseJoined, ClaimSevered, GroupMemberRegistered, GroupOpened

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
    longer halves it). Where it goes on alone because the case it was brought into was withdrawn, nobody is asked for more: the
    court had decided to hear it together, and the law raises no fee for what another does (FEE 18, 21; CPI 237).
    """
    case, matter = event.case, Matter(event.kind)
    old = next((b for b in _standing(sitting, case) if b.party_id == event.party.id and b.matter is matter), None)
    if old is not None:
        _go_along(sitting, case, event.into, old, event.new_party, Matter.CLAIM, joined=event.heard_together_before)


def _standing(sitting: Sitting, case: Case) -> list[FeeBasis]:
    query = (
        select(FeeBasis)
        .where(FeeBasis.case_id == case.id, FeeBasis.matter.in_(OF_CLAIMS), FeeBasis.until.is_(None))
        .order_by(FeeBasis.id)
    )
    return list(sitting.session.scalars(query))


def _go_along(
    sitting: Sitting, case: Case, into: Case, old: FeeBasis, party: Party, matter: Matter, *, joined: bool = False
) -> None:
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
        joined=old.joined and (joined or matter is not Matter.CLAIM),
    )
    old.until = sitting.now
    if there is None:
        _take_relief(sitting, old.party_id, into, party)
    paid = False
    for row in rows:
        if row.state in (AssessmentState.DUE, AssessmentState.DEFERRED):
            ask_no_more(sitting, case, row)
        # A part of a fee counts like the whole, on a notice that was replaced too.
        if paid_on(sitting.session, row).minor:
            _move(sitting, into, row, party, matter, joined=basis.joined)
            paid = True
        else:
            row.goes_on_as = basis.reference
    if rows and not basis.at_end:
        # What was paid for the same matter counts; only a difference is asked for.
        sitting.then(
            names.ASSESS_FEE,
            AssessInput(basis=basis.reference, topup_article="FEE 21" if paid or there else None),
            case=into,
        )


def _move(sitting: Sitting, into: Case, row: FeeAssessment, party: Party, matter: Matter, *, joined: bool) -> None:
    """The notice and what was paid on it belong to the other case from now on, in the rows and in the books: as much as the
    court still holds of it. What was ordered back before goes back in the case that ordered it.
    """
    payments = sitting.session.scalars(select(Payment).where(Payment.assessment_id == row.id)).all()
    for channel in Channel:
        held = [refundable(sitting.session, payment).minor for payment in payments if payment.channel is channel]
        _book_along(sitting, row, into, channel, Money(max(sum(held), 0), row.currency))
    for payment in payments:
        payment.case_id, payment.party_id = into.id, party.id
    row.case_id, row.party_id, row.basis_id, row.matter, row.entry_number = (
        into.id,
        party.id,
        _paid_on(sitting, row, into, party, matter, joined=joined).id,
        matter,
        sitting.next_number(into),
    )
    sitting.session.flush()


def _paid_on(
    sitting: Sitting, row: FeeAssessment, into: Case, party: Party, matter: Matter, *, joined: bool
) -> FeeBasis:
    """What a notice that goes along was computed on, as it stands in the other case: so much is paid for where an increase
    falls (FEE 21).
    """
    own = sitting.session.get_one(FeeBasis, row.basis_id)
    basis = FeeBasis(
        case_id=into.id,
        party_id=party.id,
        matter=matter,
        amounts=list(own.amounts),
        non_property=own.non_property,
        joined=own.joined and joined,
        since=own.since,
        until=sitting.now,
    )
    sitting.session.add(basis)
    sitting.session.flush()
    return basis


def notice_in_its_place(session: Session, named: FeeAssessment) -> FeeAssessment:
    """The notice that money for a notice counts for where its claim is heard in another case since: what its payer owes for the
    claim there. The notice itself where nothing is owed there, or the claim is where it was.
    """
    row, seen = named, set[int]()
    while row.goes_on_as is not None and row.id not in seen:
        seen.add(row.id)
        basis = session.scalars(select(FeeBasis).where(FeeBasis.reference == row.goes_on_as)).one()
        case = session.get_one(Case, basis.case_id)
        there = [
            one
            for one in assessments_of(session, case, party_id=basis.party_id)
            if one.matter is basis.matter and one is not row
        ]
        owed = [one for one in there if one.state in (AssessmentState.DUE, AssessmentState.DEFERRED)]
        if owed:
            return owed[0]
        row = next((one for one in reversed(there) if one.goes_on_as is not None), named)
    return named


def _take_relief(sitting: Sitting, before: int, into: Case, party: Party) -> None:
    """Help with the fee that was granted for a claim is granted for it wherever it is heard (FEE 44)."""
    granted = (
        select(ReliefRequest)
        .where(ReliefRequest.state == ReliefState.GRANTED, ReliefRequest.party_id.in_((before, party.id)))
        .where(ReliefRequest.for_appeal.is_(False))
        .order_by(ReliefRequest.id)
    )
    rows = sitting.session.scalars(granted).all()
    if not rows or any(row.party_id == party.id for row in rows):
        return
    last = rows[-1]
    sitting.session.add(
        ReliefRequest(
            case_id=into.id,
            party_id=party.id,
            kind=last.kind,
            ground=last.ground,
            documents=list(last.documents),
            state=last.state,
            granted_kind=last.granted_kind,
            granted_percent=last.granted_percent,
            until_on=last.until_on,
            asked_at=last.asked_at,
            decided_at=last.decided_at,
        )
    )
    sitting.session.flush()


def _book_along(sitting: Sitting, row: FeeAssessment, into: Case, channel: Channel, held: Money) -> None:
    case, where = sitting.session.get_one(Case, row.case_id), HOLDS[channel]
    for way, of, debit, credit in (
        ("left", case, LedgerAccount.DEFERRED, where),
        ("came", into, where, LedgerAccount.DEFERRED),
    ):
        cause = f"assessment/{row.reference}/{way}/{of.reference}/{channel.value}"
        what = "fee went along" if way == "left" else "fee came along"
        post(sitting.session, cause, what, debit, credit, held, at=sitting.now, case_id=of.id)


def on_group_opened(sitting: Sitting, event: GroupOpened) -> None:
    """An action of many: no fee is asked for in advance (CPI 194). What was paid is counted when the case ends."""
    case = event.case
    for basis in _standing(sitting, case):
        basis.at_end = True
    for row in assessments_of(sitting.session, case):
        if row.state in (AssessmentState.DUE, AssessmentState.DEFERRED) and row.matter in OF_CLAIMS:
            ask_no_more(sitting, case, row)


def on_group_member(sitting: Sitting, event: GroupMemberRegistered) -> None:
    """Somebody registered: what they ask for is kept for the fee that the losing side pays in the end (CPI 194)."""
    keep_basis(sitting.session, event.case, event.party, Matter.CLAIM, [event.amount_minor], 0, sitting.now)
