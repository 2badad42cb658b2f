"""What was found before somebody waited for a case is looked at anew: others have acted meanwhile (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Outcome, Role
from odr.ground.errors import ActNotOpen
from odr.payments.books.paydesk import cashier, fee_by_code, take_at_counter
from odr.payments.inputs import RefundEndInput
from odr.payments.models import AssessmentState, Channel, Refund, RefundState
from tests.payments.conftest import PayCourt, yuan
from tests.payments.test_fee_acts import stripe_paid
from tests.payments.test_nothing_lost import agree
from tests.payments.test_refunds import approve, end
from tests.payments.test_relief_and_costs import ask, decide


def meanwhile(doing: Callable[[], object]) -> None:
    """Somebody else does something and ends, while the one who calls holds a transaction open."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(doing).result()


ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@ON_POSTGRESQL
def test_money_taken_while_the_notice_was_replaced_pays_the_one_in_its_place(pay_court: PayCourt) -> None:
    """The cashier has found the fee by its code; before the money is booked the judge grants a reduction: what came counts for
    the notice that stands, and the old one stays cancelled.
    """
    case_id = pay_court.accepted()
    request, me = ask(pay_court, case_id), pay_court.account("cashier", Role.CASHIER)
    with pay_court.court.sit() as sitting:
        fee = fee_by_code(sitting.session, pay_court.fees(case_id)[0].transfer_code)
        meanwhile(lambda: decide(pay_court, case_id, request, "grant", percent=40))
        case = sitting.session.get_one(Case, case_id)
        who = cashier(sitting.session, case, me.id, "cashier", sitting.now, sitting.now)
        take_at_counter(sitting, fee, yuan("275"), "7", who)
    assert [f.state for f in pay_court.fees(case_id)] == [AssessmentState.CANCELLED, AssessmentState.PAID]
    assert pay_court.balances() == {"cash": 275_00, "deferred": -165_00, "refunds": -110_00}
    agree(pay_court, case_id)


@ON_POSTGRESQL
def test_a_refund_that_was_paid_meanwhile_is_not_recorded_again(pay_court: PayCourt) -> None:
    """Two cashiers have the same refund before them: the second to record a transfer is told that it is paid."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    approve(pay_court, case_id, "first")
    (refund,), at = pay_court.rows(Refund), pay_court.clock.now()
    first, second = (
        RefundEndInput(refund=refund.reference, paid=True, channel=Channel.TRANSFER, way=way, at=at)
        for way in ("B-17", "B-18")
    )
    me, other = (pay_court.actor(case_id, Role.CASHIER, name) for name in ("second", "first"))
    with pytest.raises(ActNotOpen), pay_court.court.sit() as sitting:
        row = sitting.session.scalars(select(Refund).where(Refund.id == refund.id)).one()
        assert row.state is RefundState.APPROVED
        meanwhile(lambda: pay_court.act("record_refund", case_id, first, other))
        sitting.perform("record_refund", sitting.session.get_one(Case, case_id), second, actor=me)
    assert pay_court.balances() == {"bank": -275_00, "clearing": 275_00}
