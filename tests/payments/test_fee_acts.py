"""The fee of a claim: assessed on acceptance, paid only on evidence, never ruled on by the clock."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.docket.models import Case as CaseRow, Outcome, Role, Stage
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen, Forbidden, StepUpNeeded
from odr.identity.actors import Actor
from odr.operations.worker import sweep_windows
from odr.payments.fee.acts import DeemInput
from odr.payments.inputs import PaymentInput
from odr.payments.models import AssessmentState, Channel, FactKind, StripeFact
from odr.procedure.models import Task, Window, WindowState
from tests.payments.conftest import PayCourt, open_court, yuan

REASONS = "Notice of 2 March, last day 9 March, nothing paid and nothing pending."


def stripe_paid(pay: PayCourt, case_id: int, *, intent: str = "pi_1", amount: int | None = None) -> None:
    """Stripe's word, then the clock's entry."""
    fee = pay.fees(case_id)[-1]
    minor = fee.amount_minor if amount is None else amount
    with pay.court.database.write() as session:
        session.add(
            StripeFact(
                kind=FactKind.INTENT,
                stripe_id=intent,
                rank=2,
                intent=intent,
                amount_minor=minor,
                currency="CNY",
                ours=fee.reference,
                at=pay.clock.now(),
            )
        )
    given = PaymentInput(
        assessment=fee.reference,
        channel=Channel.CARD,
        amount=yuan(str(minor / 100)),
        source=f"stripe/{intent}",
        received_at=pay.clock.now(),
    )
    pay.act("record_payment", case_id, given)


def test_acceptance_assesses_the_fee_and_starts_seven_days(pay_court: PayCourt) -> None:
    """On acceptance the claimant is asked for the fee by simple procedure, with every step, within seven days from the
    next day (FEE 13, 16, 22).
    """
    case_id = pay_court.accepted("30000")
    (fee,) = pay_court.fees(case_id)
    assert (fee.amount_minor, fee.full_minor, fee.state) == (275_00, 550_00, AssessmentState.DUE)
    assert sum(step["minor"] for step in fee.steps) == fee.amount_minor
    (window,) = pay_court.rows(Window, kind="fee_payment")
    assert window.due_at.astimezone(pay_court.court.settings.tz).date().isoformat() == "2026-03-09"
    assert pay_court.balances() == {"receivable": 275_00, "deferred": -275_00}


def test_payment_is_credited_on_evidence_and_closes_the_window(pay_court: PayCourt) -> None:
    """Stripe's word credits the fee, meets the time limit and moves the money in the books."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    assert pay_court.fees(case_id)[0].state is AssessmentState.PAID
    assert pay_court.rows(Window, kind="fee_payment")[0].state is WindowState.MET
    assert pay_court.balances() == {"clearing": 275_00, "deferred": -275_00}


def test_no_payment_without_evidence(pay_court: PayCourt) -> None:
    """The clock cannot record a payment that Stripe never told of, and a party cannot record one at all."""
    case_id = pay_court.accepted()
    fee = pay_court.fees(case_id)[0]
    given = PaymentInput(
        assessment=fee.reference,
        channel=Channel.CARD,
        amount=fee.amount,
        source="stripe/pi_none",
        received_at=pay_court.clock.now(),
    )
    with pytest.raises(ActNotOpen):
        pay_court.act("record_payment", case_id, given)
    with pytest.raises(Forbidden):
        pay_court.act("record_payment", case_id, given, pay_court.actor(case_id, Role.CLAIMANT))
    assert pay_court.fees(case_id)[0].state is AssessmentState.DUE


def test_the_same_payment_is_credited_once(pay_court: PayCourt) -> None:
    """A second entry for the same charge is refused and the books stay as they were."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    before = pay_court.balances()
    fee = pay_court.fees(case_id)[0]
    with pytest.raises(ActNotOpen):
        pay_court.act(
            "record_payment",
            case_id,
            PaymentInput(
                assessment=fee.reference,
                channel=Channel.CARD,
                amount=fee.amount,
                source="stripe/pi_1",
                received_at=pay_court.clock.now(),
            ),
        )
    assert pay_court.balances() == before


def test_what_is_paid_twice_is_owed_back(pay_court: PayCourt) -> None:
    """A second charge for a paid fee is credited and ordered back whole; the books owe it at once."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    stripe_paid(pay_court, case_id, intent="pi_2")
    assert pay_court.balances() == {"clearing": 550_00, "deferred": -275_00, "refunds": -275_00}
    assert [t.kind for t in pay_court.rows(Task) if t.role is Role.CASHIER and t.done_at is None] == ["refund_approval"]


def _prepared_ruling(pay_court: PayCourt, case_id: int, judge: Actor) -> dict[str, str]:
    """What the judge's page proposes, in English."""
    act = pay_court.court.table["deem_withdrawn"]
    assert act.prefill is not None
    with pay_court.court.database.read() as session:
        found = act.prefill(pay_court.court.look(session), session.get_one(CaseRow, case_id), judge)
        return {name: words if isinstance(words, str) else words.render("en") for name, words in found.items()}


def test_an_unpaid_fee_lies_on_the_judges_desk_and_only_the_judge_rules(pay_court: PayCourt) -> None:
    """After the time ended with nothing pending a ruling is prepared; the clock moves nothing, the judge's ruling ends
    the case (CPI 213).
    """
    case_id = pay_court.accepted()
    judge = pay_court.actor(case_id, Role.JUDGE)
    fee = pay_court.fees(case_id)[0]
    given = DeemInput(assessment=fee.reference, reasons=REASONS)
    with pytest.raises(ActNotOpen):
        pay_court.act("deem_withdrawn", case_id, given, judge)
    pay_court.clock.advance(timedelta(days=8))
    sweep_windows(pay_court.court)
    assert [t.kind for t in pay_court.rows(Task) if t.role is Role.JUDGE and t.done_at is None] == ["fee_unpaid"]
    assert pay_court.rows(CaseRow)[0].stage is Stage.PENDING
    proposed = _prepared_ruling(pay_court, case_id, judge)
    assert proposed["assessment"] == fee.reference and "275" in proposed["reasons"] and "2026" in proposed["reasons"]
    with pytest.raises(StepUpNeeded):
        pay_court.act("deem_withdrawn", case_id, given, judge)
    pay_court.act("deem_withdrawn", case_id, given, pay_court.actor(case_id, Role.JUDGE))
    case = pay_court.rows(CaseRow)[0]
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.DEEMED_WITHDRAWN)
    assert pay_court.balances() == {}


def test_a_late_payment_before_the_ruling_saves_the_claim(pay_court: PayCourt) -> None:
    """A fee paid after its time but before the ruling takes the ruling off the desk."""
    case_id = pay_court.accepted()
    pay_court.clock.advance(timedelta(days=8))
    sweep_windows(pay_court.court)
    stripe_paid(pay_court, case_id)
    assert [t for t in pay_court.rows(Task) if t.kind == "fee_unpaid" and t.done_at is None] == []
    with pytest.raises(ActNotOpen):
        pay_court.act(
            "deem_withdrawn",
            case_id,
            DeemInput(assessment=pay_court.fees(case_id)[0].reference, reasons=REASONS),
            pay_court.actor(case_id, Role.JUDGE),
        )


def test_a_payment_after_the_ruling_goes_back_whole(pay_court: PayCourt) -> None:
    """Money that arrives when the claim is at an end is credited and ordered back."""
    case_id = pay_court.accepted()
    pay_court.clock.advance(timedelta(days=8))
    pay_court.act(
        "deem_withdrawn",
        case_id,
        DeemInput(assessment=pay_court.fees(case_id)[0].reference, reasons=REASONS),
        pay_court.actor(case_id, Role.JUDGE),
    )
    stripe_paid(pay_court, case_id)
    assert pay_court.balances() == {"clearing": 275_00, "refunds": -275_00}
    with pay_court.court.database.read() as session:
        assert session.scalars(select(Task.kind).where(Task.role == Role.CASHIER, Task.done_at.is_(None))).all() == [
            "refund_approval"
        ]


def test_a_claim_without_an_amount_pays_the_fixed_fee(pay_court: PayCourt) -> None:
    """A claim that asks for no money, under a cause priced by amount, pays as one not about property (FEE 13(2))."""
    case_id = pay_court.accepted(None, track="ordinary")
    assert pay_court.fees(case_id)[0].amount_minor == 80_00


def test_a_second_court_needs_no_code(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    """Under the rules of England and Wales the fee jumps by bands, is in pounds, and no week runs: it is due at once."""
    pay = PayCourt(open_court(database, clock, tmp_path, pack="ew"), clock)
    case_id = pay.accepted("1200", "small_claims", cause="online_money_claim", currency="GBP")
    (fee,) = pay.fees(case_id)
    assert (fee.amount_minor, fee.currency, fee.state) == (80_00, "GBP", AssessmentState.DUE)
    assert pay.rows(Window, kind="fee_payment") == []
