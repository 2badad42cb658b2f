"""Money goes back once, whoever presses at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from odr.docket.models import Outcome, Role
from odr.ground.errors import CourtError
from odr.payments.inputs import RefundEndInput
from odr.payments.models import Channel, Refund, RefundApproval, RefundState
from odr.payments.refund.acts import ApproveRefundInput
from tests.payments.conftest import PayCourt
from tests.payments.test_fee_acts import stripe_paid
from tests.payments.test_refunds import approve, end

AT_ONCE = 8


def together(doing: Callable[[int], object]) -> int:
    """The same from several threads that start together; how many of them the court let do it."""
    barrier = Barrier(AT_ONCE)

    def one(number: int) -> int:
        barrier.wait()
        try:
            doing(number)
        except CourtError:
            return 0
        return 1

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(one, range(AT_ONCE)))


def test_one_cashier_eight_times_is_one_person(pay_court: PayCourt) -> None:
    """A refund above the limit wants two persons: one who presses eight times at once is one."""
    case_id = pay_court.accepted("300000", "ordinary")
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    given = ApproveRefundInput(refund=pay_court.rows(Refund)[-1].reference)
    first = pay_court.actor(case_id, Role.CASHIER, "first")
    assert together(lambda _: pay_court.act("approve_refund", case_id, given, first)) == 1
    assert len(pay_court.rows(RefundApproval)) == 1
    assert pay_court.rows(Refund)[0].state is RefundState.ORDERED


def test_many_cashiers_at_once_approve_once(pay_court: PayCourt) -> None:
    """Two are enough; who comes third at the same moment finds nothing that waits."""
    case_id = pay_court.accepted("300000", "ordinary")
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    given = ApproveRefundInput(refund=pay_court.rows(Refund)[-1].reference)
    actors = [pay_court.actor(case_id, Role.CASHIER, f"cashier{number}") for number in range(AT_ONCE)]
    assert together(lambda number: pay_court.act("approve_refund", case_id, given, actors[number])) == 2
    assert pay_court.rows(Refund)[0].state is RefundState.APPROVED


def test_a_transfer_back_is_booked_once(pay_court: PayCourt) -> None:
    """The same transfer recorded eight times at once leaves the bank once."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    approve(pay_court, case_id, "first")
    (refund,) = pay_court.rows(Refund)
    at = pay_court.clock.now()
    failed = RefundEndInput(refund=refund.reference, paid=False, channel=Channel.CARD, way="re_x", at=at)
    pay_court.act("record_refund", case_id, failed)
    by_hand = RefundEndInput(refund=refund.reference, paid=True, channel=Channel.TRANSFER, way="B-17", at=at)
    cashier = pay_court.actor(case_id, Role.CASHIER, "first")
    assert together(lambda _: pay_court.act("record_refund", case_id, by_hand, cashier)) == 1
    assert pay_court.balances() == {"bank": -275_00, "clearing": 275_00}
