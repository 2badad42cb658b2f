"""A fee that is not paid is reminded of before its time ends, and money that is to go back is watched."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Outcome, Role, Stage
from odr.ground.errors import Forbidden
from odr.operations.worker import sweep_windows
from odr.payments.fee import fee_reminders
from odr.payments.fee.acts import DeemInput
from odr.payments.fee.fee_reminders import RemindInput
from odr.payments.inputs import RefundEndInput
from odr.payments.models import Channel, Refund
from odr.payments.refund import alarms
from odr.procedure.models import Task
from odr.service.models import Packet
from odr.service.packet.copies import copy_paper
from tests.payments.conftest import PayCourt
from tests.payments.test_fee_acts import REASONS, stripe_paid
from tests.payments.test_refunds import approve, end
from tests.payments.test_relief_and_costs import ask, decide
from tests.scene import Scene


def reminders(pay: PayCourt, case_id: int) -> int:
    """Entries of reminders on a docket."""
    return len(pay.rows(DocketEntry, case_id=case_id, act="remind_fee"))


def test_one_reminder_in_every_period_and_never_a_ruling(pay_court: PayCourt) -> None:
    """Three days before the end the payer is reminded once; the clock then prepares and rules nothing; a new period has
    its own reminder (FEE 22).
    """
    case_id = pay_court.accepted()
    assert fee_reminders.sweep(pay_court.court) == 0
    pay_court.clock.advance(timedelta(days=5))
    assert [fee_reminders.sweep(pay_court.court) for _ in range(2)] == [1, 0]
    request = ask(pay_court, case_id)
    pay_court.clock.advance(timedelta(days=4))
    sweep_windows(pay_court.court)
    assert pay_court.rows(Case, id=case_id)[0].stage is Stage.PENDING
    decide(pay_court, case_id, request, "refuse")
    pay_court.clock.advance(timedelta(days=5))
    assert fee_reminders.sweep(pay_court.court) == 1 and reminders(pay_court, case_id) == 2
    pay_court.clock.advance(timedelta(days=5))
    sweep_windows(pay_court.court)
    assert fee_reminders.sweep(pay_court.court) == 0
    fee = pay_court.fees(case_id)[-1]
    pay_court.act(
        "deem_withdrawn",
        case_id,
        DeemInput(assessment=fee.reference, reasons=REASONS),
        pay_court.actor(case_id, Role.JUDGE),
    )
    assert pay_court.rows(Case, id=case_id)[0].outcome is Outcome.DEEMED_WITHDRAWN


def test_nobody_is_reminded_of_what_is_paid_or_pending(pay_court: PayCourt) -> None:
    """A paid fee and one about which relief is asked bring no letter; and no person can send one by hand."""
    paid, asked, open_ = (pay_court.accepted() for _ in range(3))
    stripe_paid(pay_court, paid)
    ask(pay_court, asked)
    given = RemindInput(assessment=pay_court.fees(open_)[0].reference, due=pay_court.clock.now(), code="x")
    with pytest.raises(Forbidden):
        pay_court.act("remind_fee", open_, given, pay_court.actor(open_, Role.CLERK))
    pay_court.clock.advance(timedelta(days=5))
    assert fee_reminders.sweep(pay_court.court) == 1
    assert [reminders(pay_court, one) for one in (paid, asked, open_)] == [0, 0, 1]


def test_the_reminder_is_a_letter_in_both_languages(small_scene: Scene) -> None:
    """The payer alone is written to; entry and paper say the sum, the last day, the code and what may follow, in
    English and Chinese.
    """
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    small_scene.later(days=5)
    small_scene.work()
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        (packet,) = session.scalars(select(Packet).where(Packet.case_id == case.id, Packet.occasion == "fee_reminder"))
        assert packet.party_id == case.parties[0].id
        entry = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.act == "remind_fee")
        ).one()
        words = json.loads(entry.payload)["words"]
        paper = copy_paper(small_scene.court.look(session), case, entry)
    assert "25.00" in words["en"] and "deemed withdrawn" in words["en"]
    assert "25.00元" in words["zh-Hans"] and "按撤诉处理" in words["zh-Hans"] and "2026" in words["zh-Hans"]
    assert "To be paid by" in str(paper.blocks) and "Payment code" in str(paper.blocks)
    assert packet.documents and packet.documents[0]["sha256"], "the paper goes along"


def on_desk(pay: PayCourt) -> set[tuple[str, Role]]:
    """Alarms that lie on desks."""
    return {
        (t.kind, t.role)
        for t in pay.rows(Task)
        if t.kind in {desk.kind for desk in alarms.ALARMS} and t.done_at is None
    }


def test_the_fifteen_days_are_watched_until_the_money_is_back(pay_court: PayCourt) -> None:
    """Three days before the last day the cashier is warned, past it the president too, each once, even in a stayed
    case; paid back, all is quiet (FEE 53).
    """
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    end(pay_court, case_id, Outcome.DISMISSED)
    with pay_court.court.database.write() as session:
        session.get_one(Case, case_id).stayed_at = pay_court.clock.now()
    assert alarms.sweep(pay_court.court) == 0
    pay_court.clock.advance(timedelta(days=13))
    assert [alarms.sweep(pay_court.court) for _ in range(2)] == [1, 0]
    assert on_desk(pay_court) == {("refund_soon", Role.CASHIER)}
    pay_court.clock.advance(timedelta(days=4))
    assert [alarms.sweep(pay_court.court) for _ in range(2)] == [1, 0]
    assert on_desk(pay_court) == {("refund_late", Role.CASHIER), ("refund_late", Role.PRESIDENT)}
    approve(pay_court, case_id, "first")
    given = RefundEndInput(
        refund=pay_court.rows(Refund)[0].reference,
        paid=True,
        channel=Channel.CARD,
        way="re_1",
        at=pay_court.clock.now(),
    )
    pay_court.act("record_refund", case_id, given)
    assert on_desk(pay_court) == set()
