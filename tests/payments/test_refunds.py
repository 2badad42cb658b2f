"""Money that goes back: by rule, by one or two persons, sent once, and its end always known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odr.docket.models import Case, Outcome, Role, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, StepUpNeeded
from odr.payments.books.bookings import stripe_source
from odr.payments.fee.assessment import keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import RefundEndInput
from odr.payments.models import AssessmentState, BankLine, Channel, Payment, Refund, RefundState
from odr.payments.refund.acts import ApproveRefundInput
from odr.payments.refund.orders import due_when_ended, order_back
from odr.payments.stripe import refunds
from odr.procedure.acts.events import CaseClosed
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.tariff import Ending
from odr.training.stripe_peer.webhooks import Faults
from tests.patience import until
from tests.payments.conftest import BASE, PayCourt, Served, pay_page
from tests.payments.test_fee_acts import stripe_paid
from tests.payments.test_paydesk import HEAD, take


def end(pay: PayCourt, case_id: int, outcome: Outcome) -> None:
    """End a case as another room would."""
    with pay.court.sit() as sitting:
        case = sitting.session.get_one(Case, case_id)

        def close() -> None:
            case.stage, case.outcome, case.closed_at = Stage.CLOSED, outcome, sitting.now
            sitting.announce(CaseClosed(case))

        sitting.follow(case, close)


def approve(pay: PayCourt, case_id: int, *names: str) -> None:
    """Each of these cashiers approves the newest refund."""
    refund = pay.rows(Refund, case_id=case_id)[-1]
    for name in names:
        pay.act(
            "approve_refund",
            case_id,
            ApproveRefundInput(refund=refund.reference),
            pay.actor(case_id, Role.CASHIER, name),
        )


@pytest.mark.parametrize(
    ("amount", "track", "outcome", "back"),
    [
        ("80000", "ordinary", Outcome.WITHDRAWN, 900_00),
        ("80000", "simple", Outcome.WITHDRAWN, 0),
        ("30000", "ordinary", Outcome.SETTLED, 275_00),
        ("30000", "simple", Outcome.DISMISSED, 275_00),
    ],
)
def test_what_goes_back_follows_the_ending(
    pay_court: PayCourt, amount: str, track: str, outcome: Outcome, back: int
) -> None:
    """Withdrawn or mediated: half of the fee, never half of a half; dismissed: all (FEE 15, 27; CPI 206)."""
    case_id = pay_court.accepted(amount, track)
    stripe_paid(pay_court, case_id)
    paid = pay_court.fees(case_id)[0].amount_minor
    end(pay_court, case_id, outcome)
    assert -pay_court.balances().get("refunds", 0) == back
    assert -pay_court.balances().get("income", 0) == paid - back
    assert "deferred" not in pay_court.balances()


def test_an_ending_is_settled_once(pay_court: PayCourt) -> None:
    """A room that ordered the refund itself and then closed the case does not make it go back twice."""
    case_id = pay_court.accepted("30000", "ordinary")
    stripe_paid(pay_court, case_id)
    with pay_court.court.sit() as sitting:
        case = sitting.session.get_one(Case, case_id)
        order_back(sitting, case, case.parties[0], Ending.MEDIATED)
    end(pay_court, case_id, Outcome.SETTLED)
    assert [r.amount_minor for r in pay_court.rows(Refund)] == [275_00]


@pytest.mark.parametrize(
    ("amount", "track", "outcome", "half"),
    [
        ("80000", "ordinary", Outcome.SETTLED, 900_00),
        ("80000", "ordinary", Outcome.WITHDRAWN, 900_00),
        ("80000", "simple", Outcome.SETTLED, 900_00),
        ("80000", "ordinary", Outcome.DEEMED_WITHDRAWN, 0),
        ("80000", "ordinary", Outcome.DISMISSED, 0),
        ("80000", "ordinary", Outcome.TRANSFERRED, 0),
    ],
)
def test_half_of_an_unpaid_fee_stays_due_where_the_law_halves_it(
    pay_court: PayCourt, amount: str, track: str, outcome: Outcome, half: int
) -> None:
    """Mediated or withdrawn on application: half is due whoever has paid or not, and half of a half never (FEE 15; CPI 206).
    Deemed withdrawn, dismissed or sent elsewhere: nothing is demanded (CPI 213; FEE 8, 24).
    """
    case_id = pay_court.accepted(amount, track)
    end(pay_court, case_id, outcome)
    notice, *demands = pay_court.fees(case_id)
    assert notice.state is AssessmentState.CANCELLED
    assert [(row.amount_minor, row.state, row.party_id) for row in demands] == (
        [(half, AssessmentState.DUE, notice.party_id)] if half else []
    )
    assert pay_court.balances().get("receivable", 0) == half
    assert all(any(step["article"].startswith(("FEE 15", "FEE 16")) for step in row.steps) for row in demands)
    if demands:
        stripe_paid(pay_court, case_id)
        assert pay_court.fees(case_id)[-1].state is AssessmentState.PAID
        assert pay_court.balances() == {"clearing": half, "income": -half}


def test_whoever_paid_a_part_owes_what_is_missing_of_the_half_once(pay_court: PayCourt) -> None:
    """An increase that is not paid when the case is settled: of the higher fee half is due, and what was paid counts."""
    case_id = pay_court.accepted("80000", "simple")
    stripe_paid(pay_court, case_id)
    with pay_court.court.sit() as sitting:
        case = sitting.session.get_one(Case, case_id)
        raised = keep_basis(sitting.session, case, case.parties[0], Matter.CLAIM, [150_000_00], 0, sitting.now)
        found = due_when_ended(sitting, case, raised, Ending.MEDIATED)
        assert found is not None and found.total.minor == 1650_00 - 900_00
        sitting.session.rollback()


def test_one_person_approves_below_the_limit_and_two_above(pay_court: PayCourt) -> None:
    """Up to the limit one cashier is enough; above it a second, different one must agree."""
    small, large = pay_court.accepted(), pay_court.accepted("300000", "ordinary")
    for number, case_id in enumerate((small, large)):
        stripe_paid(pay_court, case_id, intent=f"pi_{number}")
        end(pay_court, case_id, Outcome.DISMISSED)
    approve(pay_court, small, "first")
    assert pay_court.rows(Refund, case_id=small)[0].state is RefundState.APPROVED
    approve(pay_court, large, "first")
    assert pay_court.rows(Refund, case_id=large)[0].state is RefundState.ORDERED
    with pytest.raises(ActNotOpen):
        approve(pay_court, large, "first")
    approve(pay_court, large, "second")
    assert pay_court.rows(Refund, case_id=large)[0].state is RefundState.APPROVED


def test_a_sum_that_was_paid_in_parts_needs_two_persons_as_one(pay_court: PayCourt) -> None:
    """1,800 paid in two halves goes back out of both, and is above the limit as a whole: one cashier alone sends neither half."""
    case_id = pay_court.accepted("80000", "ordinary")
    code, tz = pay_court.fees(case_id)[0].transfer_code, pay_court.court.settings.tz
    today = pay_court.clock.now().astimezone(tz).date()
    take(pay_court, f"{HEAD}{today},900.00,Li Wei,{code} first\n{today},900.00,Li Wei,{code} second\n")
    end(pay_court, case_id, Outcome.DISMISSED)
    approve(pay_court, case_id, "first")
    assert [(row.amount_minor, row.persons_needed) for row in pay_court.rows(Refund)] == [(900_00, 2)] * 2
    assert {row.state for row in pay_court.rows(Refund)} == {RefundState.ORDERED}


def test_only_a_cashier_freshly_proved_approves(pay_court: PayCourt) -> None:
    """The judge cannot let money go, and a cashier confirms identity first."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    given = ApproveRefundInput(refund=pay_court.rows(Refund)[0].reference)
    with pytest.raises(Forbidden):
        pay_court.act("approve_refund", case_id, given, pay_court.actor(case_id, Role.JUDGE))
    actor = pay_court.actor(case_id, Role.CASHIER)
    pay_court.clock.advance(timedelta(minutes=16))
    with pytest.raises(StepUpNeeded):
        pay_court.act("approve_refund", case_id, given, actor)


def test_a_refund_by_transfer_is_recorded_with_the_banks_reference(pay_court: PayCourt) -> None:
    """What was not paid online is transferred by hand; recording it meets the fifteen days (FEE 53) and empties the
    books.
    """
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    approve(pay_court, case_id, "first")
    (refund,) = pay_court.rows(Refund)
    failed = RefundEndInput(
        refund=refund.reference, paid=False, channel=Channel.CARD, way="re_x", at=pay_court.clock.now()
    )
    pay_court.act("record_refund", case_id, failed)
    by_hand = RefundEndInput(
        refund=refund.reference, paid=True, channel=Channel.TRANSFER, way="B-17", at=pay_court.clock.now()
    )
    pay_court.act("record_refund", case_id, by_hand, pay_court.actor(case_id, Role.CASHIER))
    assert pay_court.rows(Refund)[0].state is RefundState.PAID
    assert pay_court.rows(Window, kind="refund_execution")[0].state is WindowState.MET
    assert pay_court.balances() == {"bank": -275_00, "clearing": 275_00}
    with pytest.raises(ActNotOpen):
        pay_court.act("record_refund", case_id, by_hand, pay_court.actor(case_id, Role.CASHIER))


def ready(served: Served) -> int:
    """A case whose paid fee is approved to go back."""
    case_id = served.pay.accepted()
    pay_page(served.start_paying(case_id))
    until(lambda: served.pay.fees(case_id)[-1].state is AssessmentState.PAID, "Stripe's event has been applied")
    end(served.pay, case_id, Outcome.DISMISSED)
    approve(served.pay, case_id, "first")
    return case_id


def test_an_approved_refund_is_sent_once_and_ends_paid(served: Served) -> None:
    """The worker sends it to Stripe; repeating the sweep sends nothing more; the books are empty in the end."""
    ready(served)
    refunds.sweep(served.pay.court)
    refunds.sweep(served.pay.court)
    until(lambda: served.pay.rows(Refund)[0].state is RefundState.PAID, "Stripe's event has been applied")
    assert served.peer.courier.wait()
    assert served.pay.balances() == {}


def test_a_refund_whose_answer_was_lost_is_not_sent_twice(served: Served) -> None:
    """Killed after Stripe took the order and before we kept its answer: the same key brings the same refund."""
    ready(served)
    served.peer.faults = Faults(drop=True)
    (refund,), (payment,) = served.pay.rows(Refund), served.pay.rows(Payment)
    from odr.payments.stripe.gateway import RefundOrder

    first = served.pay.court.ports.payments.refund(
        RefundOrder(refund.reference, payment.source.removeprefix(stripe_source("")), refund.amount)
    )
    refunds.sweep(served.pay.court)
    served.pay.clock.advance(timedelta(hours=2))
    refunds.sweep(served.pay.court)
    (refund,) = served.pay.rows(Refund)
    assert (refund.stripe_id, refund.state) == (first["id"], RefundState.PAID)
    assert served.pay.balances() == {}


def test_a_refund_that_the_bank_sends_back_is_owed_again(served: Served) -> None:
    """Transferred to an account that is closed, the money comes back with a line of the statement: the cashier says which
    refund it is, and pays it another way; the payer is not forgotten, and the books tell it (FEE 53).
    """
    pay = served.pay
    case_id = pay.accepted()
    code, tz = pay.fees(case_id)[0].transfer_code, pay.court.settings.tz
    today = pay.clock.now().astimezone(tz).date()
    take(pay, f"{HEAD}{today},275.00,Li Wei,{code}\n")
    end(pay, case_id, Outcome.DISMISSED)
    approve(pay, case_id, "first")
    (refund,) = pay.rows(Refund)

    def transferred(way: str) -> None:
        by_hand = RefundEndInput(
            refund=refund.reference, paid=True, channel=Channel.TRANSFER, way=way, at=pay.clock.now()
        )
        pay.act("record_refund", case_id, by_hand, pay.actor(case_id, Role.CASHIER, "first"))

    transferred("B-17")
    assert pay.balances() == {}
    take(pay, f"{HEAD}{today},275.00,Bank,returned: account closed\n")
    client, served.form_page = served.sign_in("first"), "/payments/desk"
    page = client.get("/payments/desk", base_url=BASE).get_data(as_text=True)
    assert "B-17" in page and "came back" in page
    line = pay.rows(BankLine)[-1]
    path = f"/payments/desk/lines/{line.reference}/refund"
    assert served.post(client, path, refund="none").status_code == 422
    assert served.post(client, path, refund=refund.reference).status_code == 303
    assert served.post(client, path, refund=refund.reference).status_code == 409
    (refund,) = pay.rows(Refund)
    assert refund.state is RefundState.FAILED and pay.balances() == {"bank": 275_00, "refunds": -275_00}
    with pytest.raises(InvalidInput, match="came back"):
        transferred("B-17")
    assert pay.rows(Refund)[0].state is RefundState.FAILED and pay.balances() == {"bank": 275_00, "refunds": -275_00}
    transferred("B-18")
    assert pay.rows(Refund)[0].state is RefundState.PAID and pay.balances() == {}
