"""A payment the payer's bank disputes: money never goes back twice, and what was taken for good is owed again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from odr.docket.models import Outcome, Role
from odr.ground.errors import ActNotOpen
from odr.payments.books.bookings import stripe_source
from odr.payments.books.unmatched import part_paid, proposals
from odr.payments.inputs import RefundEndInput
from odr.payments.models import (
    AssessmentState,
    BankLine,
    Channel,
    EventOrigin,
    Payment,
    Refund,
    RefundState,
    StripeFact,
)
from odr.payments.stripe import refunds
from odr.payments.stripe.disputes import is_disputed
from odr.payments.stripe.gateway import RefundOrder, StripeGateway
from odr.payments.stripe.stripe_reports import DISPUTE_OPEN
from odr.payments.stripe.webhook import take
from odr.procedure.acts.events import Asked, ClaimChanged
from odr.procedure.models import Task
from odr.training.stripe_peer.webhooks import Faults
from tests.payments.conftest import ON_BOTH, SECRET, PayCourt, Served, yuan
from tests.payments.test_fee_acts import stripe_paid
from tests.payments.test_hardness import dispute
from tests.payments.test_nothing_lost import agree, held
from tests.payments.test_refunds import approve, end, ready
from tests.payments.test_relief_and_costs import ask, decide, happen

MakeEvent = Callable[..., dict[str, Any]]
STEPS = {
    "opened": ("created", "needs_response"),
    "taken": ("funds_withdrawn", "needs_response"),
    "lost": ("closed", "lost"),
    "won": ("closed", "won"),
    "back": ("funds_reinstated", "lost"),
    "asked": ("created", "warning_needs_response"),
    "dropped": ("closed", "warning_closed"),
}


def tell(pay: PayCourt, make: MakeEvent, *steps: str) -> None:
    """Stripe tells of the dispute about the charge pi_1, step by step, each of them twice."""
    for step in steps:
        for time in (1, 2):
            take(pay.court, dispute(make, *STEPS[step], f"evt_{step}_{time}"), EventOrigin.LISTED)


def waiting(pay: PayCourt, kind: str) -> list[str]:
    """What lies on a desk of this kind, in words."""
    return [str(t.title) for t in pay.rows(Task, kind=kind) if t.done_at is None]


@ON_BOTH
@pytest.mark.parametrize("seed", range(2))
def test_a_fee_taken_back_for_good_is_owed_and_can_be_paid_again(
    pay_court: PayCourt, make_event: MakeEvent, seed: int
) -> None:
    """Lost, the fee is due again and lies with the cashier; paid once more, it counts; no ruling rests on it."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    steps = ["opened", "taken", "lost"]
    random.Random(seed).shuffle(steps)
    tell(pay_court, make_event, *steps)
    assert pay_court.fees(case_id)[0].state is AssessmentState.DUE and held(pay_court, case_id) == 0
    assert len(waiting(pay_court, "fee_unpaid")) == 1 and waiting(pay_court, "fee_dispute") == []
    agree(pay_court, case_id)
    stripe_paid(pay_court, case_id, intent="pi_again")
    assert pay_court.fees(case_id)[0].state is AssessmentState.PAID and held(pay_court, case_id) == 275_00
    assert waiting(pay_court, "fee_unpaid") == [] and pay_court.rows(Refund) == []
    assert pay_court.balances() == {"clearing": 275_00, "deferred": -275_00}
    agree(pay_court, case_id)


def test_what_the_bank_took_for_good_does_not_go_back_when_the_case_ends(
    pay_court: PayCourt, make_event: MakeEvent
) -> None:
    """Dismissed after the payer's bank took the fee back: the payer has it already, and owes nothing either (FEE 27)."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    tell(pay_court, make_event, "opened", "taken", "lost")
    end(pay_court, case_id, Outcome.DISMISSED)
    assert pay_court.rows(Refund) == [] and pay_court.balances() == {}
    assert pay_court.fees(case_id)[0].state is AssessmentState.CANCELLED
    agree(pay_court, case_id)


@ON_BOTH
def test_a_refund_that_waits_is_set_off_against_what_the_bank_took(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """Ordered back and then taken back by the bank: nobody pays it a second time, and the books are even."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    tell(pay_court, make_event, "opened", "taken", "lost")
    (refund,) = pay_court.rows(Refund)
    assert (refund.state, refund.bank_reference) == (RefundState.PAID, "dp_1")
    assert waiting(pay_court, "refund_approval") == waiting(pay_court, "fee_unpaid") == []
    assert pay_court.balances() == {}
    agree(pay_court, case_id)
    tell(pay_court, make_event, "back")
    # Nobody had approved it yet: one cashier alone does not transfer it now.
    assert pay_court.rows(Refund)[0].state is RefundState.ORDERED and waiting(pay_court, "refund_transfer") == []
    assert len(waiting(pay_court, "refund_approval")) == 1
    assert pay_court.balances() == {"clearing": 275_00, "refunds": -275_00}
    agree(pay_court, case_id)
    approve(pay_court, case_id, "first")
    assert pay_court.rows(Refund)[0].state is RefundState.APPROVED
    agree(pay_court, case_id)


def test_an_approved_refund_that_the_bank_gave_back_is_transferred(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """Who had to agree has agreed: given back by the bank after all, the money is transferred."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    approve(pay_court, case_id, "first")
    tell(pay_court, make_event, "opened", "taken", "lost", "back")
    assert pay_court.rows(Refund)[0].state is RefundState.FAILED and len(waiting(pay_court, "refund_transfer")) == 1
    agree(pay_court, case_id)


def test_what_is_taken_beyond_a_refund_is_owed(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """Half was to go back and the bank took all: the other half is owed again (FEE 15)."""
    case_id = pay_court.accepted("30000", "ordinary")
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.WITHDRAWN)
    found = {"id": "dp_1", "amount": 550_00, "currency": "cny", "payment_intent": "pi_1", "status": "lost"}
    take(pay_court.court, make_event("charge.dispute.closed", found, "evt_all"), EventOrigin.LISTED)
    assert pay_court.rows(Refund)[0].state is RefundState.PAID
    assert pay_court.rows(Payment)[0].taken_back_minor == 275_00 and held(pay_court, case_id) == 0
    (words,) = waiting(pay_court, "fee_unpaid")
    assert "275.00" in words
    agree(pay_court, case_id)


@ON_BOTH
@pytest.mark.parametrize("is_approved", [True, False])
def test_of_a_refund_that_waits_the_bank_may_have_taken_a_part(
    pay_court: PayCourt, make_event: MakeEvent, is_approved: bool
) -> None:
    """Of 275 that were to go back the bank took 200: 75 go back yet, and nobody owes anything; what it gives back after all is still to
    go back, and whoever had agreed to the whole has agreed to its parts.
    """
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    if is_approved:
        approve(pay_court, case_id, "first")

    def told(step: str) -> None:
        kind, status = STEPS[step]
        found = {"id": "dp_1", "amount": 200_00, "currency": "cny", "payment_intent": "pi_1", "status": status}
        for time in (1, 2):
            event = make_event(f"charge.dispute.{kind}", found, f"evt_{step}_{time}")
            take(pay_court.court, event, EventOrigin.LISTED)

    told("lost")
    before = RefundState.APPROVED if is_approved else RefundState.ORDERED
    assert [(r.amount_minor, r.state) for r in pay_court.rows(Refund)] == [
        (75_00, before),
        (200_00, RefundState.PAID),
    ]
    assert pay_court.balances() == {"clearing": 75_00, "refunds": -75_00}
    assert pay_court.rows(Payment)[0].taken_back_minor == 0 and waiting(pay_court, "fee_unpaid") == []
    assert ["75.00" in words for words in waiting(pay_court, "refund_approval")] == ([] if is_approved else [True])
    agree(pay_court, case_id)
    told("back")
    again = RefundState.FAILED if is_approved else RefundState.ORDERED
    assert [(r.amount_minor, r.state) for r in pay_court.rows(Refund)] == [(75_00, before), (200_00, again)]
    assert pay_court.balances() == {"clearing": 275_00, "refunds": -275_00}
    agree(pay_court, case_id)


@ON_BOTH
def test_a_part_of_an_order_that_was_refunded_at_stripes_own_page_is_not_sent_again(
    pay_court: PayCourt, make_event: MakeEvent
) -> None:
    """Of an approved 275 the cashier sends 100 there: the order is over 175 from then on, and nobody has to explain anything."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    approve(pay_court, case_id, "first")
    back = {"id": "re_1", "amount": 100_00, "currency": "cny", "status": "succeeded", "payment_intent": "pi_1"}
    for time in (1, 2):
        take(pay_court.court, make_event("refund.updated", back, f"evt_{time}"), EventOrigin.LISTED)
    assert [(r.amount_minor, r.state) for r in pay_court.rows(Refund)] == [
        (175_00, RefundState.APPROVED),
        (100_00, RefundState.PAID),
    ]
    assert waiting(pay_court, "outside_refund") == []
    assert pay_court.balances() == {"clearing": 175_00, "refunds": -175_00}
    agree(pay_court, case_id)


@ON_BOTH
def test_a_payment_disputed_twice_is_owed_for_both_parts(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """Of 550 paid the bank took 300 in one dispute and 200 in another: 500 are owed and 50 can go back; what it gives back of
    one leaves the other, and each word counts once however often it is told.
    """
    case_id = pay_court.accepted("30000", "ordinary")
    stripe_paid(pay_court, case_id)

    def told(step: str, number: int, minor: int) -> None:
        kind, status = STEPS[step]
        found = {
            "id": f"dp_{number}",
            "amount": minor,
            "currency": "cny",
            "payment_intent": "pi_1",
            "status": status,
        }
        for time in (1, 2):
            event = make_event(f"charge.dispute.{kind}", found, f"evt_{number}_{step}_{time}")
            take(pay_court.court, event, EventOrigin.LISTED)

    told("lost", 1, 300_00)
    told("lost", 2, 200_00)
    assert pay_court.rows(Payment)[0].taken_back_minor == 500_00 and held(pay_court, case_id) == 50_00
    (words,) = waiting(pay_court, "fee_unpaid")
    assert "500.00" in words
    agree(pay_court, case_id)
    told("back", 1, 300_00)
    assert pay_court.rows(Payment)[0].taken_back_minor == 200_00
    assert pay_court.fees(case_id)[0].state is AssessmentState.DUE
    (words,) = waiting(pay_court, "fee_unpaid")
    assert "200.00" in words
    end(pay_court, case_id, Outcome.DISMISSED)
    assert [row.amount_minor for row in pay_court.rows(Refund)] == [350_00]
    assert pay_court.balances() == {"clearing": 350_00, "refunds": -350_00}
    agree(pay_court, case_id)


def test_nobody_pays_by_hand_while_the_bank_decides(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """The money could go back twice: the cashier waits; an inquiry that is dropped holds nothing up any more."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    approve(pay_court, case_id, "first")
    tell(pay_court, make_event, "asked")
    (refund,) = pay_court.rows(Refund)
    by_hand = RefundEndInput(
        refund=refund.reference, paid=True, channel=Channel.TRANSFER, way="B-17", at=pay_court.clock.now()
    )
    cashier = pay_court.actor(case_id, Role.CASHIER)
    with pytest.raises(ActNotOpen, match="disputes"):
        pay_court.act("record_refund", case_id, by_hand, cashier)
    tell(pay_court, make_event, "dropped")
    assert waiting(pay_court, "fee_dispute") == []
    pay_court.act("record_refund", case_id, by_hand, cashier)
    assert pay_court.balances() == {"bank": -275_00, "clearing": 275_00}


@ON_BOTH
def test_an_inquiry_that_was_dropped_before_its_end_was_told_apart_holds_nothing_up(
    pay_court: PayCourt, make_event: MakeEvent
) -> None:
    """The version before learnt of a dropped inquiry only that it is there: the event itself says that it is closed, and what
    another payment's inquiry says is no word on this one.
    """
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    tell(pay_court, make_event, "asked")
    other = {"id": "dp_12", "amount": 1, "currency": "cny", "payment_intent": "pi_2", "status": "warning_closed"}
    take(pay_court.court, make_event("charge.dispute.closed", other, "evt_other"), EventOrigin.LISTED)
    (payment,) = pay_court.rows(Payment)
    with pay_court.court.database.read() as session:
        assert is_disputed(session, payment)
    tell(pay_court, make_event, "dropped")
    with pay_court.court.database.write() as session:
        session.execute(update(StripeFact).where(StripeFact.stripe_id == "dp_1").values(rank=DISPUTE_OPEN))
    with pay_court.court.database.read() as session:
        assert not is_disputed(session, payment)


@ON_BOTH
@pytest.mark.parametrize(("taken", "parts"), [(275_00, []), (40_00, [235_00])])
def test_the_pay_desk_knows_what_is_missing_of_a_fee_that_was_taken_back(
    pay_court: PayCourt, make_event: MakeEvent, taken: int, parts: list[int]
) -> None:
    """A transfer over what was taken back may be for this fee; what the bank left is a part that was paid."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    found = {"id": "dp_1", "amount": taken, "currency": "cny", "payment_intent": "pi_1", "status": "lost"}
    take(pay_court.court, make_event("charge.dispute.closed", found, "evt_part"), EventOrigin.LISTED)
    line = BankLine(id=1, amount_minor=taken, currency="CNY", payer="Wu Mei", purpose="fee")
    with pay_court.court.database.read() as session:
        assert [one.left.minor for one in proposals(session, [line])[1]] == [taken]
        assert [one.came.minor for one in part_paid(session).rows] == parts


def test_what_was_taken_back_is_not_asked_for_twice_where_the_claim_was_raised(
    pay_court: PayCourt, make_event: MakeEvent
) -> None:
    """The fee on 30,000 was taken back and the one on what was added is unpaid: help granted then lowers the fee on 80,000, which
    is asked for once.
    """
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    asked = Asked((yuan("80000").minor,), 0)
    happen(pay_court, case_id, lambda case: ClaimChanged(case, case.parties[0], "claim", asked, in_time=True))
    tell(pay_court, make_event, "opened", "taken", "lost")
    assert [f.amount_minor for f in pay_court.fees(case_id) if f.state is AssessmentState.DUE] == [275_00, 625_00]
    decide(pay_court, case_id, ask(pay_court, case_id), "grant", percent=40)
    assert [f.amount_minor for f in pay_court.fees(case_id) if f.state is AssessmentState.DUE] == [540_00]
    agree(pay_court, case_id)


def test_a_part_that_the_bank_took_of_more_than_the_fee_is_owed(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """Of 350 paid 75 were too much and go back; of the rest the bank took 40, which are owed, and no audit is alarmed."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id, amount=350_00)
    approve(pay_court, case_id, "first")
    told = {"id": "re_1", "amount": 75_00, "currency": "cny", "payment_intent": "pi_1", "status": "succeeded"}
    take(pay_court.court, make_event("refund.created", told, "evt_re"), EventOrigin.LISTED)
    found = {"id": "dp_1", "amount": 40_00, "currency": "cny", "payment_intent": "pi_1", "status": "lost"}
    take(pay_court.court, make_event("charge.dispute.closed", found, "evt_part"), EventOrigin.LISTED)
    assert pay_court.fees(case_id)[0].state is AssessmentState.DUE and held(pay_court, case_id) == 235_00
    agree(pay_court, case_id)


def test_what_the_bank_gives_back_after_the_case_was_over_alarms_no_audit(
    pay_court: PayCourt, make_event: MakeEvent
) -> None:
    """What was owed again fell with the case; the bank decides otherwise after all, and the books tell of both."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    tell(pay_court, make_event, "opened", "taken", "lost")
    end(pay_court, case_id, Outcome.DISMISSED)
    tell(pay_court, make_event, "back")
    agree(pay_court, case_id)


@ON_BOTH
def test_a_won_dispute_needs_no_second_word(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """Closed as won, the task is done whether or not Stripe tells of the money's return by itself."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    tell(pay_court, make_event, "opened", "won")
    assert waiting(pay_court, "fee_dispute") == [] and held(pay_court, case_id) == 275_00
    assert pay_court.balances() == {"clearing": 275_00, "deferred": -275_00}


def test_a_refused_question_is_no_failed_refund(served: Served) -> None:
    """The key is taken back while a refund is on its way: nobody is told to pay it by hand, and it ends as Stripe says."""
    ready(served)
    served.peer.faults = Faults(drop=True)
    (refund,), (payment,) = served.pay.rows(Refund), served.pay.rows(Payment)
    order = RefundOrder(refund.reference, payment.source.removeprefix(stripe_source("")), refund.amount)
    sent = served.pay.court.ports.payments.refund(order)
    with served.pay.court.database.write() as session:
        row = session.get_one(Refund, refund.id)
        row.state, row.stripe_id, row.next_try_at = RefundState.SENT, sent["id"], None
    whole = served.pay.court.ports.payments
    served.pay.court.ports.payments = StripeGateway(
        "rk_taken_back", SECRET, api_base=served.pay.court.settings.stripe_api_base
    )
    refunds.sweep(served.pay.court)
    assert served.pay.rows(Refund)[0].state is RefundState.SENT and waiting(served.pay, "refund_transfer") == []
    served.pay.court.ports.payments = whole
    served.pay.clock.advance(timedelta(hours=7))
    refunds.sweep(served.pay.court)
    assert served.pay.rows(Refund)[0].state is RefundState.PAID and served.pay.balances() == {}


def test_a_refund_that_was_given_up_and_paid_all_the_same_is_not_paid_by_hand(
    pay_court: PayCourt, make_event: MakeEvent
) -> None:
    """Stripe's word that the money arrived counts whatever the court thought before: the task to transfer it is done."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    approve(pay_court, case_id, "first")
    (refund,) = pay_court.rows(Refund)
    refunds._give_up(pay_court.court, refund.id, "unknown: refused")
    assert len(waiting(pay_court, "refund_transfer")) == 1
    told = {
        "id": "re_1",
        "amount": 275_00,
        "currency": "cny",
        "payment_intent": "pi_1",
        "status": "succeeded",
        "metadata": {"refund": refund.reference},
    }
    take(pay_court.court, make_event("refund.updated", told, "evt_re"), EventOrigin.LISTED)
    assert pay_court.rows(Refund)[0].state is RefundState.PAID and waiting(pay_court, "refund_transfer") == []
    assert pay_court.balances() == {}


def test_what_stripe_is_to_send_is_not_paid_by_hand_beside_it(served: Served) -> None:
    """An approved refund of an online payment leaves by Stripe: recorded by hand it could leave twice."""
    case_id = ready(served)
    refund = served.pay.rows(Refund)[0]
    by_hand = RefundEndInput(
        refund=refund.reference, paid=True, channel=Channel.TRANSFER, way="B-17", at=served.pay.clock.now()
    )
    with pytest.raises(ActNotOpen):
        served.pay.act("record_refund", case_id, by_hand, served.pay.actor(case_id, Role.CASHIER))


def test_a_refund_made_at_stripes_own_page_carries_out_the_order(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """The cashier, told that Stripe refused the court's order, makes the refund there: it is that refund, and nobody is told to
    transfer it as well.
    """
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    approve(pay_court, case_id, "first")
    refunds._give_up(pay_court.court, pay_court.rows(Refund)[0].id, "unknown: refused")
    told = {"id": "re_by_hand", "amount": 275_00, "currency": "cny", "payment_intent": "pi_1", "status": "succeeded"}
    for time in (1, 2):
        take(pay_court.court, make_event("refund.created", told, f"evt_re_{time}"), EventOrigin.LISTED)
    (refund,) = pay_court.rows(Refund)
    assert (refund.state, refund.stripe_id) == (RefundState.PAID, "re_by_hand")
    assert waiting(pay_court, "refund_transfer") == waiting(pay_court, "outside_refund") == []
    assert pay_court.balances() == {}
    agree(pay_court, case_id)
