"""A payment order from the application to the order or its dismissal (CPL 225–227; CPI 426–430)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry, Document, Outcome, Party, Role, Stage
from odr.filing.claim.case_without_claim import note_applicant
from odr.filing.claim.progress import end_case
from odr.filing.parties.known_identity import unverified_claimant
from odr.filing.registry.seats import take_seat
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.payment_order.inputs import (
    EndPaymentOrderInput,
    IssuePaymentOrderInput,
    NothingSaid,
    PaymentOrderInput,
    TakePaymentOrderInput,
)
from odr.judgment.payment_order.lapse import lapse
from odr.judgment.payment_order.models import PaymentOrder, PaymentOrderState
from odr.judgment.payment_order.papers import ENDED, ORDER
from odr.judgment.payment_order.queries import (
    applicant_of,
    debtor_of,
    fee_borne,
    is_preserved,
    payment_order_of,
    standing,
    sued_since,
    sum_of,
    the_order,
)
from odr.judgment.payment_order.rules import end_grounds, ground_of, grounds
from odr.judgment.time_limits import (
    PAYMENT_ORDER_ACCEPTANCE,
    PAYMENT_ORDER_ISSUE,
    PAYMENT_ORDER_SERVICE,
)
from odr.payments import names as payments_names
from odr.payments.books.bookings import outstanding
from odr.payments.fee.assessment import assessments_of, keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import AssessInput
from odr.payments.models import AssessmentState
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law
from odr.service.packet.copies import papers_for
from odr.service.packet.occasions import Occasion
from odr.service.packet.packets import queue_packet, recipient_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

RULE = PAYMENT_ORDER_ACCEPTANCE
"""The time limit of the pack without which the court knows no payment orders."""
AT = {Stage.PAYMENT_ORDER}
ORDERED = Occasion(
    "payment_order_copy",
    T("The payment order was made"),
    PaperKind.DECISION,
    T(
        "There is nothing you have to do now. The order is served on the debtor, who can pay or object in writing. You are told what becomes of it."
    ),
)


@act(
    title=T("Apply for a payment order"),
    input=PaymentOrderInput,
    by={Role.CLAIMANT},
    at=AT,
    listed=False,
    rule=RULE,
    source=law("CPL 225", "CPI 427", "FEE 14"),
)
def ask_for_payment_order(
    sitting: Sitting, case: Case, given: PaymentOrderInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask that the debtor be ordered to pay definite sums that are due; the registry says within five days whether the
    application is taken (CPL 225, 226).

    Raises InvalidInput for a sum that is not due yet or not in the currency of the court (CPI 427(2)).
    """
    me, currency = sitting.party_of(case, actor), sitting.pack(case).currency
    for number, one in enumerate(given.demands):
        if one.amount.currency != currency:
            raise InvalidInput.at(f"demands.{number}.amount", T("The amount is not in the currency of this court."))
        if one.amount.minor <= 0:
            raise InvalidInput.at(f"demands.{number}.amount", T("A definite sum, for example 3,240.00."))
        if one.due_on >= sitting.today:
            raise InvalidInput.at(f"demands.{number}.due_on", T("A payment order is for what is due already."))
    row = PaymentOrder(
        case_id=case.id,
        state=PaymentOrderState.ASKED,
        demands=[
            {"what": one.what, "minor": one.amount.minor, "due_on": one.due_on.isoformat()} for one in given.demands
        ],
        currency=currency,
        facts=[one.model_dump(mode="json") for one in given.facts],
        evidence=given.evidence,
        lapses=[],
        owed={},
        fee_minor=0,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    note_applicant(sitting, case, me, given.applicant)
    window = sitting.start_window(case, PAYMENT_ORDER_ACCEPTANCE, start=now)
    title = T("%(name)s asks for a payment order. Say whether the application is taken.", name=me.name)
    sitting.open_task(case, Role.CLERK, desks.PAYMENT_ORDER_ASKED, title, risk=40, due_at=window.due_at)
    words = T("%(name)s asks for a payment order over %(amount)s", name=me.name, amount=sum_of(row))
    return Recorded(words, {"demands": row.demands})


def the_applicant(sitting: Sitting, case: Case, entry: DocketEntry) -> Sequence[Party]:
    """Whoever applied: before the order is made nobody else knows of it."""
    return [applicant_of(case)]


def the_debtor(sitting: Sitting, case: Case, entry: DocketEntry) -> Sequence[Party]:
    """Against whom the order is made."""
    return [debtor_of(case)]


@guard("CPL 226")
def not_answered_yet(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The registry answers an application once."""
    row = payment_order_of(sitting.session, case)
    open_now = row is not None and row.state is PaymentOrderState.ASKED
    return None if open_now else T("The registry has answered this application.")


@act(
    title=T("Say whether an application for a payment order is taken"),
    input=TakePaymentOrderInput,
    by={Role.CLERK},
    at=AT,
    to={Stage.CLOSED},
    guard=not_answered_yet,
    rule=RULE,
    serves=Everyone.CONCERNED,
    concerns=the_applicant,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your application for a payment order: whether it is taken"),
        T(
            "If it is taken, pay the fee by the day that a letter of its own names: no order is made before. If it is not taken, the reasons say what is missing; you may bring a claim instead."
        ),
    ),
    source=law("CPL 226", "CPI 427"),
    desk=desks.PAYMENT_ORDER_ASKED,
    topic=Topic.CLAIM,
)
def take_payment_order(
    sitting: Sitting, case: Case, given: TakePaymentOrderInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Tell the applicant that it is taken, and ask for the fee; or that it is not, on a named ground (CPL 226; CPI 427).

    Raises ActNotOpen where who applies is not verified, or asked for preservation before a claim (CPI 427(7); OLR 7).
    """
    row, me = the_order(sitting, case), applicant_of(case)
    sitting.close_windows(case, PAYMENT_ORDER_ACCEPTANCE, WindowState.MET)
    sitting.close_tasks(case, desks.PAYMENT_ORDER_ASKED)
    if given.result == "not_taken":
        found = ground_of(grounds(sitting, case, "not_taken"), given.ground)
        end_case(sitting, case, Outcome.REFUSED, now)
        words = T("The application for a payment order is not taken: %(ground)s", ground=found.title)
        return Recorded(words, {"ground": given.ground})
    _refuse_to_take(sitting, case)
    row.state = PaymentOrderState.TAKEN
    take_seat(sitting, case, Role.JUDGE)
    window = sitting.start_window(case, PAYMENT_ORDER_ISSUE, start=now)
    title = T("Make the payment order, or dismiss the application with reasons [CPL 227].")
    sitting.open_task(case, Role.JUDGE, desks.PAYMENT_ORDER_TO_MAKE, title, risk=50, due_at=window.due_at)
    amounts = [one["minor"] for one in row.demands]
    basis = keep_basis(sitting.session, case, me, Matter.PAYMENT_ORDER, amounts, 0, now)
    sitting.then(payments_names.ASSESS_FEE, AssessInput(basis=basis.reference))
    return Recorded(T("The application for a payment order is taken"))


def _refuse_to_take(sitting: Sitting, case: Case) -> None:
    unknown = unverified_claimant(sitting, case)
    if unknown is not None:
        raise ActNotOpen(
            T(
                "Who %(party)s is has not been verified. Verify it from the papers they sent, or ask for what is missing.",
                party=unknown.name,
            ),
            source=sitting.pack(case).cited("OLR 7"),
        )
    if is_preserved(sitting.session, case):
        raise ActNotOpen(
            T("The applicant has asked for preservation before a claim against the debtor: no payment order is made."),
            source=sitting.pack(case).cited("CPI 427"),
        )


@guard("CPI 430")
def the_debtor_has_it_not(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """An application is taken back until the debtor has received the order, and once."""
    row = payment_order_of(sitting.session, case)
    if row is None or row.state not in (PaymentOrderState.ASKED, PaymentOrderState.TAKEN, PaymentOrderState.ISSUED):
        return T("There is no application for a payment order that could be taken back.")
    if row.served_at is not None:
        return T("The debtor has received the order: the application cannot be taken back any more.")
    return None if row.withdrawn_entry is None else T("You have taken the application back. The judge rules on it.")


@act(
    title=T("Take the application for a payment order back"),
    input=NothingSaid,
    by={Role.CLAIMANT},
    at=AT,
    to={Stage.CLOSED},
    guard=the_debtor_has_it_not,
    rule=RULE,
    special=True,
    source=law("CPI 430"),
    topic=Topic.CLAIM,
    desk=(desks.PAYMENT_ORDER_ASKED,),
)
def withdraw_payment_order(
    sitting: Sitting, case: Case, given: NothingSaid, *, actor: Actor, now: datetime
) -> Recorded:
    """Take it back: before it was taken the case is over with that, afterwards the judge ends the procedure (CPI 430)."""
    row, me = the_order(sitting, case), sitting.party_of(case, actor)
    row.withdrawn_entry = sitting.next_number(case)
    words = T("%(name)s takes the application for a payment order back", name=me.name)
    if row.state is PaymentOrderState.ASKED:
        end_case(sitting, case, Outcome.WITHDRAWN, now)
        return Recorded(words)
    title = T("%(name)s takes the application for a payment order back. End the procedure.", name=me.name)
    sitting.open_task(case, Role.JUDGE, desks.PAYMENT_ORDER_TO_END, title, risk=60)
    return Recorded(words)


@guard("CPL 227", "CPI 427, 430", "FEE 20")
def an_order_may_be_made(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no order is made: none is asked for, its fee is not paid, it was taken back, or the creditor sues."""
    row = payment_order_of(sitting.session, case)
    if row is None or row.state is not PaymentOrderState.TAKEN:
        return T("There is no application for a payment order that waits for the judge.")
    if row.withdrawn_entry is not None:
        return T("The application was taken back. End the procedure.")
    for fee in assessments_of(sitting.session, case, party_id=applicant_of(case).id):
        due = fee.matter is Matter.PAYMENT_ORDER and fee.state is AssessmentState.DUE
        if due and outstanding(sitting.session, fee).minor:
            return T("The fee of the application is not paid yet.")
    if is_preserved(sitting.session, case):
        return T(
            "The applicant has asked for preservation before a claim against the debtor: no payment order is made."
        )
    if sued_since(sitting.session, case) is not None:
        return T("The applicant has sued the debtor since. End the procedure, or dismiss the application.")
    return None


@act(
    title=T("Make the payment order"),
    input=IssuePaymentOrderInput,
    by={Role.JUDGE},
    at=AT,
    guard=an_order_may_be_made,
    rule=RULE,
    strong=True,
    serves=Everyone.CONCERNED,
    concerns=the_debtor,
    letter=Letter(
        PaperKind.DECISION,
        T("Payment order against you"),
        T(
            "Pay what it orders, or object in writing, within the time this letter names, counted from the day after the order is served on you. If you do neither, it can be enforced like a judgment. If you object, the court does not decide who is right: what you object to lapses if the objection stands."
        ),
        runs="payment_order_objection",
        first="payment_order",
    ),
    paper=ORDER,
    source=law("CPL 227", "CPI 428, 429", "FEE 36"),
    desk=desks.PAYMENT_ORDER_TO_MAKE,
    topic=Topic.DECISION,
)
def issue_payment_order(
    sitting: Sitting, case: Case, given: IssuePaymentOrderInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Order the debtor to pay, or to object in writing within fifteen days of receiving it; sealed, by one judge (CPL
    227; CPI 428). It has thirty days to reach the debtor (CPI 430(2)).
    """
    need_number(case, given.case_number)
    row, number = the_order(sitting, case), sitting.next_number(case)
    row.state, row.issued_entry, row.issued_at = PaymentOrderState.ISSUED, number, now
    row.document_id = paper_of(sitting, case)
    row.fee_minor = fee_borne(sitting, case, row)
    # Before this nobody but the applicant is written to.
    case.accepted_at = case.accepted_at or now
    sitting.close_windows(case, PAYMENT_ORDER_ISSUE, WindowState.MET)
    sitting.close_tasks(case, desks.PAYMENT_ORDER_TO_MAKE)
    sitting.start_window(case, PAYMENT_ORDER_SERVICE, start=now)
    _tell_applicant(sitting, case, number)
    words = T("Payment order over %(amount)s against %(name)s", amount=sum_of(row), name=debtor_of(case).name)
    return Recorded(words, {"demands": [n for n, _ in standing(row)], "fee": row.fee_minor, "currency": row.currency})


def _tell_applicant(sitting: Sitting, case: Case, number: int) -> None:
    """A copy of the order: the time it sets runs for the debtor alone."""
    me = applicant_of(case)
    queue_packet(
        sitting.session,
        case_id=case.id,
        party_id=me.id,
        entry_ids=[number],
        title=ORDERED.title,
        what_next=ORDERED.what_next,
        first_contact=False,
        now=sitting.now,
        documents=papers_for(sitting, case, me, ORDERED, number, audience=Audience.PARTIES_AND_COURT),
        kind=ORDERED.kind,
        recipient=recipient_of(sitting, case, me),
        case_number=case.number,
        occasion=ORDERED.key,
    )


def need_number(case: Case, typed: str) -> None:
    """Raises InvalidInput where the number typed is not that of the case."""
    if case.number is None or typed != case.number:
        raise InvalidInput.at("case_number", T("This is not the number of this case. Nothing was issued."))


def paper_of(sitting: Sitting, case: Case) -> int | None:
    """The sealed paper of the entry that is being made."""
    mine = Document.case_id == case.id, Document.entry_number == sitting.next_number(case)
    return sitting.session.scalar(select(Document.id).where(*mine).order_by(Document.id))


@guard("CPL 227", "CPI 428, 430, 434")
def something_is_to_end(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be an application that was taken, and nothing in effect yet."""
    row = payment_order_of(sitting.session, case)
    if row is None or row.state not in (PaymentOrderState.TAKEN, PaymentOrderState.ISSUED):
        return T("No procedure of a payment order is under way here.")
    return None


@choice_source("payment_order_ends")
def payment_order_ends(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Grounds on which the procedure ends as it stands now."""
    return options(sitting, case, end_grounds(sitting, case))


@choice_source("payment_order_not_taken")
def payment_order_not_taken(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Conditions that can be missing."""
    return options(sitting, case, grounds(sitting, case, "not_taken"))


def options(sitting: Sitting, case: Case, found: Any) -> list[Option]:
    """Grounds to choose from, each with its article."""
    return [Option(key, one.title, sitting.pack(case).cite(one.article)) for key, one in found.items()]


@act(
    title=T("Dismiss the application for a payment order, or end the procedure"),
    input=EndPaymentOrderInput,
    by={Role.JUDGE},
    at=AT,
    to={Stage.CLOSED},
    guard=something_is_to_end,
    rule=RULE,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The procedure of the payment order has ended"),
        T(
            "There is nothing you have to pay under a payment order in this case any more. If you applied and the order could not be served, it becomes a lawsuit unless you say no in time; otherwise you may bring a claim."
        ),
    ),
    paper=ENDED,
    source=law("CPL 227, 228", "CPI 428, 430, 434"),
    desk=(
        desks.PAYMENT_ORDER_TO_MAKE,
        desks.PAYMENT_ORDER_TO_END,
        desks.PAYMENT_ORDER_OBJECTED,
        desks.PAYMENT_ORDER_SUED,
    ),
    topic=Topic.DECISION,
)
def end_payment_order(
    sitting: Sitting, case: Case, given: EndPaymentOrderInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Dismiss the application before an order was made (CPI 428), or end the procedure: an order that was made lapses by
    itself (CPI 430, 434).
    """
    need_number(case, given.case_number)
    row = the_order(sitting, case)
    found = ground_of(end_grounds(sitting, case), given.ground)
    words = T("The procedure of the payment order ends: %(ground)s", ground=found.title)
    facts: dict[str, Any] = {"ground": given.ground, "goes_over": found.goes_over and row.issued_at is not None}
    if row.issued_at is None:
        outcome = Outcome.WITHDRAWN if given.ground == "withdrawn" else Outcome.DISMISSED
        end_case(sitting, case, outcome, now)
        return Recorded(words, facts)
    outcome = Outcome.WITHDRAWN if given.ground == "withdrawn" else Outcome.LAPSED
    lapse(sitting, case, row, [n for n, _ in standing(row)], goes_over=found.goes_over, outcome=outcome)
    return Recorded(words, facts)
