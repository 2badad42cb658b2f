"""Acts about money that goes back: settling, approving by one or two persons, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import func, select

from odr.docket.models import Case, Outcome, Party, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.payments import desks, names
from odr.payments.books.bookings import (
    HOLDS,
    book_assessment,
    book_outside_refund,
    book_refund_end,
    earn,
    outstanding,
    was_sent_as,
)
from odr.payments.costs.acts import carry_out_waiting
from odr.payments.fee.acts import EVERY_STAGE, OVER
from odr.payments.fee.addressees import who_pays
from odr.payments.fee.assessment import Readers, assessments_of, end_basis, readers_of, write_assessment
from odr.payments.fee.at_end import standing_at_end
from odr.payments.fee.fee_computation import FIRST_INSTANCE, Matter
from odr.payments.fee.reassessment import replace_unpaid
from odr.payments.fee.unpaid import ask_no_more
from odr.payments.inputs import OutsideRefundInput, ReduceInput, RefundEndInput, WithdrawnFeeInput
from odr.payments.models import (
    AssessmentState,
    Channel,
    FeeAssessment,
    FeeBasis,
    LedgerAccount,
    Payment,
    Refund,
    RefundApproval,
    RefundState,
)
from odr.payments.refund.alarms import ALARMS
from odr.payments.refund.orders import (
    DEMAND_WINDOW,
    REFUND_WINDOW,
    due_when_ended,
    order_back,
    orders_of,
    touched_by,
    touched_of,
    unpaid_rows,
)
from odr.payments.stripe.disputes import is_disputed, is_of_bank
from odr.procedure.acts.events import (
    AppealDecided,
    CaseClosed,
    CaseEffective,
    ClaimRefused,
    ClaimWithdrawn,
    SettlementReached,
)
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Premise, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law
from odr.procedure.rules.tariff import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ENDINGS = {
    Outcome.WITHDRAWN: Ending.WITHDRAWN,
    Outcome.DEEMED_WITHDRAWN: Ending.WITHDRAWN,
    Outcome.DISMISSED: Ending.DISMISSED,
    Outcome.REFUSED: Ending.REFUSED,
    Outcome.SETTLED: Ending.MEDIATED,
    Outcome.TRANSFERRED: Ending.TRANSFERRED,
}
"""Outcome of a case without a decision on the merits → what it means for its fee."""

APPEAL_ENDINGS = {"sent_back": Ending.REMITTED, "withdrawn": Ending.WITHDRAWN}
"""What the higher court did → what it means for the appeal fee; a judgment that was upheld or changed leaves it paid.
"""


class SettleInput(CourtModel):
    """The clock settles the fees of a case that has ended or taken effect; with ``party`` or ``matter``, only those."""

    ending: str | None = None
    party: str | None = None
    matter: str | None = None


@act(
    title=T("Settlement of the fees"),
    input=SettleInput,
    by={Role.CLOCK},
    at=EVERY_STAGE,
    listed=False,
    source=law("FEE 15, 24–28, 53"),
    in_record=False,
)
def settle_fees(sitting: Sitting, case: Case, given: SettleInput, *, actor: Actor, now: datetime) -> Recorded:
    """Order back what the ending of the case leaves, drop what is no longer owed, and earn the rest (FEE 15, 27, 53).

    A refund follows the ruling or statement that ended the case; the clock only computes it.
    """
    ending = Ending(given.ending) if given.ending else None
    matters = (Matter(given.matter),) if given.matter else touched_by(ending) if ending else FIRST_INSTANCE
    currency, back = sitting.pack(case).currency, 0
    if ending is not None:
        back = _settle(sitting, case, ending, matters, given.party)
    if case.stage not in OVER:
        words = T("Fees settled: %(back)s goes back", back=Money(back, currency))
        return Recorded(
            words,
            {
                "back": back,
                "currency": currency,
                "ending": given.ending,
                "matters": [matter.value for matter in matters],
            },
        )
    earned = earn(sitting.session, case.id, currency, f"{case.reference}/{sitting.next_number(case)}", now)
    words = T(
        "Fees settled: %(back)s goes back, %(earned)s stays with the court", back=Money(back, currency), earned=earned
    )
    due = sum(outstanding(sitting.session, row).minor for row in unpaid_rows(sitting, case))
    if due:
        # The fee of an enforcement is paid after it (FEE 20): that nothing of it came yet is not that nothing is owed.
        words = T(
            "Fees settled: %(back)s goes back, %(earned)s stays with the court, %(due)s is still to be paid",
            back=Money(back, currency),
            earned=earned,
            due=Money(due, currency),
        )
    return Recorded(words, {"back": back, "earned": earned.minor, "currency": currency, "ending": given.ending})


def _settle(sitting: Sitting, case: Case, ending: Ending, matters: tuple[Matter, ...], label: str | None) -> int:
    """Drop what is unpaid for these matters, demand what of it stays due all the same, and order back what the ending
    leaves; a matter that ended before, or was demanded at its end, is left alone.
    """
    back = 0
    for party in case.parties:
        if label is not None and party.label != label:
            continue
        touched = matters if label is not None else _of_what_is_heard(sitting, case, party, ending, matters)
        for row in unpaid_rows(sitting, case):
            if row.party_id == party.id and row.matter in touched and row.window_kind != DEMAND_WINDOW:
                _demand_what_stays(sitting, case, row, ending)
                ask_no_more(sitting, case, row)
        # Half after a conversion is not halved again.
        left = [
            m for m in touched if all(one.ending is Ending.REDUCED for one in orders_of(sitting, case, party, (m,)))
        ]
        back += order_back(sitting, case, party, ending, matters=left).minor
    return back


def _of_what_is_heard(
    sitting: Sitting, case: Case, party: Party, ending: Ending, matters: tuple[Matter, ...]
) -> tuple[Matter, ...]:
    """Of these matters those that the end of a case settles for a party: the fee of a retrial heard before is settled (FEE 28)."""
    return touched_of(sitting, case, party, ending) if Matter.RETRIAL in matters else matters


def _demand_what_stays(sitting: Sitting, case: Case, row: FeeAssessment, ending: Ending) -> None:
    """Half of a fee that nobody had paid stays due where the case was mediated or the claim withdrawn (FEE 15)."""
    basis = sitting.session.get(FeeBasis, row.basis_id) if row.basis_id is not None else None
    found = due_when_ended(sitting, case, basis, ending) if basis is not None else None
    if basis is not None and found is not None and found.total.minor:
        sitting.then(names.DEMAND_HALVED_FEE, HalvedFeeInput(basis=basis.reference, ending=ending.value))


class HalvedFeeInput(CourtModel):
    """A fee that was not paid before the case ended, and how it ended."""

    basis: str
    ending: str


@act(
    title=T("The court fee, halved, is still to be paid"),
    input=HalvedFeeInput,
    by={Role.CLOCK},
    at=EVERY_STAGE,
    listed=False,
    source=law("FEE 15, 31, 34"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("The court fee, halved, is still to be paid"),
        T("Pay it in the way the page of the case shows. If you do not, the court can enforce it."),
        "costs_demand",
    ),
    concerns=who_pays,
    in_record=False,
)
def demand_halved_fee(sitting: Sitting, case: Case, given: HalvedFeeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask who had to pay a fee in advance, and had not when the case ended by mediation or withdrawal, for what is left of
    its half (FEE 15).

    After a mediation the parties agree who bears it (FEE 31): the court asks who owed it, and what the other side takes
    on stands among the terms. Whoever withdraws bears it (FEE 34). No time limit runs that could end anything.
    """
    basis = sitting.session.scalars(
        select(FeeBasis).where(FeeBasis.case_id == case.id, FeeBasis.reference == given.basis)
    ).one()
    payer, found = case.party(basis.party_id), due_when_ended(sitting, case, basis, Ending(given.ending))
    if found is None or found.total.minor == 0:
        raise ActNotOpen(T("Nothing of this fee is to be paid."))
    row = write_assessment(sitting, case, payer, basis, basis.matter, found, DEMAND_WINDOW)
    book_assessment(sitting.session, row)
    words = T("%(amount)s of the halved court fee is still to be paid by %(name)s", amount=row.amount, name=payer.name)
    return Recorded(
        words,
        {
            "assessment": row.reference,
            "party": payer.label,
            "matter": basis.matter.value,
            "ending": given.ending,
            **found.to_json(),
        },
    )


def on_ended(sitting: Sitting, event: CaseClosed | ClaimRefused | SettlementReached) -> None:
    """The case is over: its fees are settled, if there were any."""
    case = event.case
    ending = ENDINGS.get(case.outcome) if case.outcome else None
    if assessments_of(sitting.session, case):
        sitting.then(names.SETTLE_FEES, SettleInput(ending=ending.value if ending else None))


def refund_state(sitting: Sitting, case: Case, values: Mapping[str, Any]) -> str:
    """State of the refund an approval answers."""
    row = sitting.session.scalar(
        select(Refund).where(Refund.case_id == case.id, Refund.reference == values.get("refund"))
    )
    return f"{row.reference}:{row.state.value}:{row.amount_minor}" if row else "none"


@guard("FEE 53")
def some_refund_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Approving needs a refund that waits."""
    waits = sitting.session.scalar(
        select(Refund.id).where(Refund.case_id == case.id, Refund.state == RefundState.ORDERED)
    )
    return None if waits is not None else T("No refund is waiting for approval.")


@choice_source("refunds_waiting")
def refunds_waiting(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Refunds that wait for an approval."""
    rows = sitting.session.scalars(
        select(Refund).where(Refund.case_id == case.id, Refund.state == RefundState.ORDERED).order_by(Refund.id)
    )
    return [
        Option(row.reference, T("%(amount)s, %(name)s", amount=row.amount, name=case.party(row.party_id).name))
        for row in rows
    ]


class ApproveRefundInput(CourtModel):
    """One person's approval of money going back."""

    refund: Annotated[str, RefTo("refund"), field(T("Refund"), choices="refunds_waiting", widget="select")]


@act(
    title=T("Approve a refund"),
    input=ApproveRefundInput,
    by={Role.CASHIER},
    at=EVERY_STAGE,
    while_stayed=True,
    guard=some_refund_waits,
    premise=Premise.SUBJECT,
    subject=refund_state,
    strong=True,
    source=law("FEE 53"),
    desk=desks.REFUND_APPROVAL,
    topic=Topic.FEE,
    in_record=False,
)
def approve_refund(sitting: Sitting, case: Case, given: ApproveRefundInput, *, actor: Actor, now: datetime) -> Recorded:
    """Approve money going back; above the court's limit two different persons must (FEE 53).

    Nothing leaves in this transaction: the worker sends what is approved.
    """
    refund: Refund = sitting.resolved("refund", given.refund)
    if refund.state is not RefundState.ORDERED or actor.account_id is None:
        raise ActNotOpen(T("This refund is not waiting for approval."))
    known = set(sitting.session.scalars(select(RefundApproval.account_id).where(RefundApproval.refund_id == refund.id)))
    if actor.account_id in known:
        raise ActNotOpen(
            T("You have approved this already; a second person must."),
            source=sitting.pack(case).cited("COURT two-persons"),
        )
    sitting.session.add(RefundApproval(refund_id=refund.id, account_id=actor.account_id, at=now))
    sitting.session.flush()
    count = _approvals(sitting, refund)
    result = {"refund": refund.reference, "approvals": count, "needed": refund.persons_needed}
    payment = sitting.session.get_one(Payment, refund.payment_id)
    if count < refund.persons_needed:
        words = T("Refund of %(amount)s approved by one person; a second must approve it", amount=refund.amount)
        return Recorded(words, result, *_readers_of(sitting, case, payment))
    refund.state = RefundState.APPROVED
    refund.next_try_at = sitting.court.clock.machine_now()
    sitting.close_tasks(case, desks.REFUND_APPROVAL, refund.reference)
    if not payment.is_online:
        sitting.open_task(
            case,
            Role.CASHIER,
            desks.REFUND_TRANSFER,
            T("Transfer %(amount)s and record it", amount=refund.amount),
            risk=40,
            due_at=refund.due_at,
            subject=refund.reference,
        )
    words = T("Refund of %(amount)s approved", amount=refund.amount)
    return Recorded(words, result, *_readers_of(sitting, case, payment))


def _readers_of(sitting: Sitting, case: Case, payment: Payment) -> Readers:
    """Who reads what becomes of a payment: whoever reads the notice it was for."""
    return readers_of(sitting.session, case, sitting.session.get_one(FeeAssessment, payment.assessment_id))


def _approvals(sitting: Sitting, refund: Refund) -> int:
    """How many persons have approved a refund."""
    query = select(func.count()).select_from(RefundApproval).where(RefundApproval.refund_id == refund.id)
    return sitting.session.scalar(query) or 0


@act(
    title=T("End of a refund"),
    input=RefundEndInput,
    by={Role.CLOCK, Role.CASHIER},
    at=EVERY_STAGE,
    while_stayed=True,
    listed=False,
    source=law("FEE 53"),
    desk=(desks.REFUND_TRANSFER, desks.REFUND_LATE, desks.REFUND_SOON),
    in_record=False,
)
def record_refund(sitting: Sitting, case: Case, given: RefundEndInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that a refund arrived or came back: by Stripe's word, or by the cashier with the bank's reference.

    What came back is put before the cashier, who pays it another way.
    """
    refund: Refund = sitting.resolved("refund", given.refund)
    by_hand = actor.role is Role.CASHIER
    payment = sitting.session.get_one(Payment, refund.payment_id)
    if refund.state not in _open_to(sitting, given, payment, by_hand=by_hand) or by_hand != (
        given.channel is not Channel.CARD
    ):
        raise ActNotOpen(T("This refund is not waiting for that."))
    if by_hand and not given.paid and refund.bank_reference != given.way:
        raise ActNotOpen(T("This refund is not waiting for that."))
    if by_hand and given.paid and is_disputed(sitting.session, payment):
        raise ActNotOpen(
            T("The bank of the payer disputes this payment and has not decided: the money could go back twice."),
            T("Wait until the bank has decided. What it takes back is not paid back a second time."),
        )
    if by_hand and given.paid and was_sent_as(sitting.session, refund, given.way):
        raise InvalidInput.at(
            "way",
            T("The transfer with this reference came back. Write the bank’s reference of the new transfer."),
        )
    by_bank = not by_hand and is_of_bank(sitting.session, given.way)
    held = LedgerAccount.RECEIVABLE if by_bank else HOLDS[given.channel]
    book_refund_end(sitting.session, refund, held, given.paid, given.way, given.at)
    if by_hand or by_bank:
        refund.bank_reference = given.way if given.paid or by_hand else None
    name, readers = case.party(refund.party_id).name, _readers_of(sitting, case, payment)
    for desk in (desks.REFUND_APPROVAL, desks.REFUND_TRANSFER):
        sitting.close_tasks(case, desk, refund.reference)
    if given.paid:
        sitting.close_windows(case, REFUND_WINDOW, WindowState.MET, subject=refund.reference)
        for alarm in ALARMS:
            sitting.close_tasks(case, alarm, refund.reference)
        words = T("%(amount)s paid back to %(name)s", amount=refund.amount, name=name)
        if by_bank:
            words = T(
                "%(name)s has had %(amount)s back through their bank; it is not paid back a second time",
                name=name,
                amount=refund.amount,
            )
        return Recorded(words, {"refund": refund.reference, "paid": True}, *readers)
    if by_bank and _approvals(sitting, refund) < refund.persons_needed:
        # The payer's bank had taken it before anybody approved it: whoever has to agree still has to.
        refund.state, refund.finished_at = RefundState.ORDERED, None
        desk, words = desks.REFUND_APPROVAL, T("Pay back %(amount)s to %(name)s", amount=refund.amount, name=name)
    else:
        desk = desks.REFUND_TRANSFER
        words = T("A refund of %(amount)s came back. Ask for an account and transfer it.", amount=refund.amount)
    sitting.open_task(case, Role.CASHIER, desk, words, risk=70, due_at=refund.due_at, subject=refund.reference)
    return Recorded(
        T("The refund of %(amount)s to %(name)s came back", amount=refund.amount, name=name),
        {"refund": refund.reference, "paid": False},
        *readers,
    )


def _open_to(sitting: Sitting, given: RefundEndInput, payment: Payment, *, by_hand: bool) -> set[RefundState]:
    """In which states a refund may be told to have ended so. What Stripe is to send or has sent nobody pays by hand beside
    it; that it was paid is believed of one that was given up, too. A transfer comes back where the bank could not carry it
    out.
    """
    if by_hand and not given.paid:
        return {RefundState.PAID}
    if by_hand:
        sent_by_stripe = payment.is_online and sitting.court.ports.payments.takes_online
        return {RefundState.FAILED} if sent_by_stripe else {RefundState.APPROVED, RefundState.FAILED}
    return set(RefundState) - {RefundState.PAID if given.paid else RefundState.FAILED}


@act(
    title=T("Refund made outside the court’s books"),
    input=OutsideRefundInput,
    by={Role.CLOCK},
    at=EVERY_STAGE,
    while_stayed=True,
    listed=False,
    source=law("FEE 53"),
    in_record=False,
)
def record_outside_refund(
    sitting: Sitting, case: Case, given: OutsideRefundInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take up a refund that somebody made at Stripe without an order: the books follow the money, the cashier explains
    it.
    """
    payment = sitting.session.scalars(
        select(Payment).where(Payment.case_id == case.id, Payment.reference == given.payment)
    ).one()
    if given.amount.currency != payment.currency:
        raise InvalidInput.at("amount", T("The payment is not in the currency of this court."))
    refund = book_outside_refund(sitting.session, payment, given.stripe_id, given.amount, given.at)
    refund.entry_number = sitting.next_number(case)
    sitting.open_task(
        case,
        Role.CASHIER,
        desks.OUTSIDE_REFUND,
        T("%(amount)s was refunded at Stripe without an order of the court. Find out why.", amount=given.amount),
        risk=80,
        subject=refund.reference,
    )
    words = T("%(amount)s was paid back outside the court’s books", amount=given.amount)
    return Recorded(words, {"refund": refund.reference}, *_readers_of(sitting, case, payment))


@act(
    title=T("Fee after the claim was lowered"),
    input=ReduceInput,
    by={Role.CLOCK},
    at=EVERY_STAGE,
    listed=False,
    source=law("FEE 21, 35"),
    in_record=False,
)
def refund_lowered(sitting: Sitting, case: Case, given: ReduceInput, *, actor: Actor, now: datetime) -> Recorded:
    """Order back what a lowered claim no longer costs, or ask for less where nothing was paid (FEE 21).

    Lowered after the court investigation, nothing goes back (FEE 35).
    """
    basis = sitting.session.scalars(
        select(FeeBasis).where(FeeBasis.case_id == case.id, FeeBasis.reference == given.basis)
    ).one()
    payer = case.party(basis.party_id)
    currency = sitting.pack(case).currency
    back = Money(0, currency)
    if given.in_time:
        for row in unpaid_rows(sitting, case):
            is_owed = row.state is not AssessmentState.CANCELLED  # Replaced by the one before where there are several.
            if row.party_id == payer.id and row.matter is basis.matter and is_owed:
                row.basis_id = basis.id
                replace_unpaid(sitting, case, payer, row)
        back = order_back(sitting, case, payer, Ending.REDUCED, basis=basis)
    return Recorded(
        T("Claim lowered: %(back)s of the fee goes back to %(name)s", back=back, name=payer.name),
        {"back": back.minor, "currency": currency, "in_time": given.in_time},
    )


def on_effective(sitting: Sitting, event: CaseEffective) -> None:
    """The decision or the settlement binds: a changed costs decision is carried out, and what does not go back is
    earned (FEE 15, 53).
    """
    carry_out_waiting(sitting, event.case)
    if assessments_of(sitting.session, event.case):
        sitting.then(names.SETTLE_FEES, SettleInput(ending=event.ending.value if event.ending else None))


def on_claim_withdrawn(sitting: Sitting, event: ClaimWithdrawn) -> None:
    """One claim is withdrawn and the rest of the case goes on: its fee alone is settled (FEE 15; CPI 239).

    In an action of many nothing was asked for in advance: whoever leaves bears half the fee of their own claim (FEE
    34).
    """
    case, party, matter = event.case, event.party, Matter(event.kind)
    leaving = [basis for basis in standing_at_end(sitting, case, (matter,)) if basis.party_id == party.id]
    if any(row.matter is matter for row in assessments_of(sitting.session, case, party_id=party.id)):
        settled = SettleInput(ending=Ending.WITHDRAWN.value, party=party.label, matter=matter.value)
        sitting.then(names.SETTLE_FEES, settled)
    end_basis(sitting.session, case, party, matter, sitting.now)
    for basis in leaving:  # What is left in dispute makes the fee of an action of many (CPI 194).
        sitting.then(names.DEMAND_WITHDRAWN_FEE, WithdrawnFeeInput(basis=basis.reference))


def on_appeal_decided(sitting: Sitting, event: AppealDecided) -> None:
    """The higher court decided: sent back, the whole appeal fee goes back; withdrawn by leave, half of it (FEE 15, 27)."""
    ending = APPEAL_ENDINGS.get(event.outcome)
    if ending is not None and any(row.matter is Matter.APPEAL for row in assessments_of(sitting.session, event.case)):
        sitting.then(
            names.SETTLE_FEES,
            SettleInput(
                ending=ending.value, matter=Matter.APPEAL.value, party=event.party.label if event.party else None
            ),
        )


def on_settled(sitting: Sitting, event: SettlementReached) -> None:
    """A mediation statement that leaves nothing to perform ended the case: no other event says so (FEE 15)."""
    if event.case.stage is Stage.CLOSED and event.case.outcome is Outcome.SETTLED:
        on_ended(sitting, event)
