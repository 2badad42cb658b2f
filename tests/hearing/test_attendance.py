"""An expert called to be heard: prepaid by who still objects, shared by both sides, given up where it is not, and borne
by the loser.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Case, Role, Seat, Stage
from odr.docket.queries import entries_of
from odr.evidence.models import Exhibit, ExhibitState
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, StepUpNeeded
from odr.ground.text import Money, T
from odr.hearing.appraisal.attendance_rules import calls_of, parts
from odr.hearing.appraisal.models import Appraisal, CallState, ExpertCall, ShareState
from odr.hearing.courtroom.calling_witnesses import who_comes
from odr.hearing.desks import ATTENDANCE_PASS_ON
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState
from odr.payments.books.ledger import balance, is_balanced, trial_balance
from odr.payments.books.paydesk import cashier
from odr.payments.costs.demands import standing_fee
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import PaymentInput
from odr.payments.models import AssessmentState, Channel, FeeAssessment, LedgerAccount, Refund
from odr.procedure.models import Window, WindowState
from odr.procedure.sitting import ActReceipt
from odr.service.models import Packet
from tests.evidence.test_case_file import signed_in, with_exhibits
from tests.hearing.test_appraisal import ALL, FACT, appoint, choose, reported, row, tasks
from tests.kept import kept
from tests.scene import Scene

COSTS = {"travel": "120.00", "board": "80.00", "earnings": "100.01"}
"""Three heads, 300.01 together: an odd cent where it is shared."""


def objects_twice(scene: Scene, who: str) -> None:
    """A party objects, is answered, and objects again."""
    scene.do("object_to_report", who, appraisal=row(scene).reference, words=f"The sample was open, says {who}.")
    scene.do(
        "answer_objection",
        "stranger",
        objection=row(scene).objections[-1].reference,
        words="It was sealed when it came, see page 2.",
    )
    scene.do("object_to_report", who, appraisal=row(scene).reference, words=f"Page 2 shows another bottle, says {who}.")


@kept
def contested(scene: Scene, *who: str) -> None:
    """A report to which these still object."""
    reported(scene)
    for each in who or ("haiyun",):
        objects_twice(scene, each)


@kept
def call(scene: Scene, **more: Any) -> ActReceipt:
    """The judge calls the expert, and the notices go out."""
    receipt = scene.do("call_expert", "judge", appraisal=row(scene).reference, **{**COSTS, **more})
    scene.later(hours=1)
    return receipt


def called(scene: Scene) -> ExpertCall:
    """The newest call, with its parts."""
    with scene.court.database.read() as session:
        return calls_of(session, session.get_one(Case, scene.case_id))[-1]


def notices(scene: Scene) -> list[FeeAssessment]:
    """What the parties are asked to prepay, in order."""
    with scene.court.database.read() as session:
        query = select(FeeAssessment).where(
            FeeAssessment.case_id == scene.case_id, FeeAssessment.matter == Matter.ATTENDANCE
        )
        return list(session.scalars(query.order_by(FeeAssessment.id)))


def pay(scene: Scene, place: int, amount: Money | None = None) -> None:
    """The cashier takes what a notice asks for, or another sum, at the counter."""
    notice = notices(scene)[place]
    given = PaymentInput(
        assessment=notice.reference,
        channel=Channel.COUNTER,
        amount=amount or notice.amount,
        source=f"counter/{notice.reference}/{scene.clock.now().isoformat()}",
        received_at=scene.clock.now(),
    )
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        me = cashier(sitting.session, case, scene.people["cashier"], "Cashier", sitting.now, scene.clock.machine_now())
        sitting.perform("record_payment", case, given, actor=me)


def give_up(scene: Scene, share: str, **more: Any) -> ActReceipt:
    """The judge finds that a part was not prepaid."""
    given = {"answer": "given_up", "reasons": "No payment came, and no reason was given.", **more}
    return scene.do("find_on_attendance_fee", "judge", share=share, **given)


def windows(scene: Scene) -> list[Window]:
    """The time limits to prepay as they stand, part by part."""
    with scene.court.database.read() as session:
        query = select(Window).where(Window.case_id == scene.case_id, Window.kind == "expert_attendance_fee")
        return list({window.subject: window for window in session.scalars(query.order_by(Window.id))}.values())


def coming(scene: Scene) -> list[str]:
    """Who is called to a hearing besides the parties."""
    with scene.court.database.read() as session:
        return [one.name for one in who_comes(scene.court.look(session), session.get_one(Case, scene.case_id))]


def letters(scene: Scene, name: str) -> list[str]:
    """Titles of what was sent to somebody, in English."""
    with scene.court.database.read() as session:
        rows = session.scalars(
            select(Packet).where(Packet.case_id == scene.case_id, Packet.recipient_name == name).order_by(Packet.id)
        )
        return [str(packet.title) for packet in rows]


def held_for_experts(scene: Scene) -> int:
    """What the books hold for experts, in minor units."""
    with scene.court.database.read() as session:
        assert is_balanced(trial_balance(session))
        return -balance(session, LedgerAccount.ENTRUSTED, "CNY", case_id=scene.case_id)


def going_back(scene: Scene) -> list[tuple[int, int]]:
    """Party and sum of every refund ordered."""
    with scene.court.database.read() as session:
        return [
            (r.party_id, r.amount_minor)
            for r in session.scalars(select(Refund).where(Refund.case_id == scene.case_id).order_by(Refund.id))
        ]


def hearing(scene: Scene, presence: str = "courtroom") -> None:
    """A hearing is fixed and held; the expert came, or did not."""
    if scene.case().stage is Stage.PENDING:
        scene.do("file_answer", "haiyun", position="defend", statement="The label is lawful.")
        scene.pay(Matter.CLAIM)
        scene.do("open_examination", "judge", mode="offline")
    day = (scene.clock.now() + timedelta(days=17)).date()
    scene.do("summon", "clerk", mode="offline", on=day.isoformat(), at="09:30", place="Courtroom 3")
    with scene.court.database.read() as session:
        fixed = session.scalars(
            select(Hearing).where(Hearing.case_id == scene.case_id, Hearing.state == HearingState.SUMMONED)
        ).one()
        case = session.get_one(Case, scene.case_id)
        expert = session.scalars(select(Appraisal).where(Appraisal.case_id == case.id)).all()[-1].witness
        assert expert is not None
        there = [
            {"who": case.parties[0].reference, "presence": "courtroom", "identity": "document"},
            {"who": expert.reference, "presence": presence, "identity": None if presence == "absent" else "document"},
        ]
    scene.later(days=17, hours=9)
    given = {
        "hearing": fixed.reference,
        "begun": "09:32",
        "ended": "09:50",
        "minutes": "The expert was asked about page 2.",
        "debated": "yes",
        "last_words": "yes",
    }
    scene.do("record_hearing", "clerk", attendance=there, **given)


def settle(scene: Scene, outcome: str) -> ActReceipt:
    """The judge finds how the attendance ended."""
    return scene.do(
        "settle_attendance", "judge", call=called(scene).reference, outcome=outcome, reasons="As the record shows."
    )


def pass_on(scene: Scene, amount: str) -> ActReceipt:
    """The cashier, who takes up the case, pays the expert."""
    with scene.court.sit() as sitting:
        cashier(
            sitting.session,
            sitting.session.get_one(Case, scene.case_id),
            scene.people["cashier"],
            "Cashier",
            sitting.now,
            None,
        )
    return scene.do(
        "pass_on_attendance_fee",
        "cashier",
        call=called(scene).reference,
        amount=amount,
        channel="transfer",
        slip="T-17",
    )


@pytest.mark.slow
def test_from_the_call_to_the_expert_who_is_paid(scene: Scene) -> None:
    """Called, prepaid, told the day, heard at a hearing, found heard, paid out of what was collected; what is over goes
    back; the costs hold the rest.
    """
    contested(scene)
    assert tasks(scene, "expert_hear") == 1 and coming(scene) == []
    receipt = call(scene)
    assert (
        "CNY\u00a0300.01" in receipt.words["en"]
        and "300.01" in receipt.words["zh-Hans"]
        and tasks(scene, "expert_hear") == 0
    )
    notice = notices(scene)[0]
    assert notice.amount_minor == 30_001 and [step["minor"] for step in notice.steps] == [12_000, 8_000, 10_001]
    assert windows(scene)[0].working["amount"] == 7 and "EV 38" in windows(scene)[0].working["article"]
    assert called(scene).state is CallState.PREPAYING and coming(scene) == []
    assert "if the attendance is prepaid" in letters(scene, "Lake Laboratory")[-1]
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        fee = standing_fee(look, case, (Matter.CLAIM,)).minor
        assert standing_fee(look, case).minor == fee + 30_001
    pay(scene, 0)
    assert called(scene).state is CallState.COMING and called(scene).shares[0].state is ShareState.PAID
    assert (
        windows(scene)[0].state is WindowState.MET
        and held_for_experts(scene) == 30_001
        and tasks(scene, "expert_attends") == 1
    )
    assert coming(scene) == ["Lake Laboratory"]
    with pytest.raises(InvalidInput, match="No record"):
        settle(scene, "heard")
    hearing(scene)
    assert any("Come to the hearing" in title for title in letters(scene, "Lake Laboratory"))
    with pytest.raises(InvalidInput, match="did not come"):
        settle(scene, "refused")
    assert "losing party bears" in settle(scene, "heard").words["en"]
    assert tasks(scene, "expert_attends") == 0 and tasks(scene, "attendance_pass_on") == 1
    with pytest.raises(ActNotOpen):
        settle(scene, "heard")
    with pytest.raises(InvalidInput, match="more than came in"):
        pass_on(scene, "300.02")
    pass_on(scene, "250.00")
    assert (
        held_for_experts(scene) == 0
        and going_back(scene) == [(called(scene).shares[0].party_id, 5_001)]
        and tasks(scene, "attendance_pass_on") == 0
    )
    assert "You are paid" in letters(scene, "Lake Laboratory")[-1]
    with pytest.raises(ActNotOpen):
        pass_on(scene, "250.00")
    with scene.court.database.read() as session:
        assert standing_fee(scene.court.look(session), session.get_one(Case, scene.case_id)).minor == fee + 25_000


def test_who_may_call_and_when(small_scene: Scene) -> None:
    """Only the judge calls, only while somebody still objects after the answer, with a sum, and once."""
    reported(small_scene)
    with pytest.raises(ActNotOpen):
        call(small_scene)
    small_scene.do("object_to_report", "haiyun", appraisal=row(small_scene).reference, words="The sample was open.")
    with pytest.raises(ActNotOpen):
        call(small_scene)
    small_scene.do(
        "answer_objection",
        "stranger",
        objection=row(small_scene).objections[-1].reference,
        words="It was sealed when it came.",
    )
    small_scene.do(
        "object_to_report", "haiyun", appraisal=row(small_scene).reference, words="Page 2 shows another bottle."
    )
    for who in ("haiyun", "li", "clerk"):
        with pytest.raises(Forbidden):
            small_scene.do("call_expert", who, appraisal=row(small_scene).reference, **COSTS)
    with pytest.raises(InvalidInput, match="what the attendance costs"):
        call(small_scene, travel="0", board="0", earnings="0")
    with pytest.raises(ValidationError):
        call(small_scene, days=31)
    call(small_scene, days=30)
    assert windows(small_scene)[0].working["amount"] == 30
    with pytest.raises(ActNotOpen):
        call(small_scene)


def test_both_sides_share_and_an_odd_cent_falls_to_the_first(small_scene: Scene) -> None:
    """Where both sides object each is asked for half, with the steps; together it is the whole to the cent (EV 38)."""
    contested(small_scene, "li", "haiyun")
    receipt = call(small_scene)
    assert [n.amount_minor for n in notices(small_scene)] == [15_001, 15_000]
    assert all(sum(step["minor"] for step in n.steps) == n.amount_minor for n in notices(small_scene))
    assert "CNY\u00a0150.01" in receipt.words["en"] and "CNY\u00a0150.00" in receipt.words["en"]
    pay(small_scene, 1)
    assert called(small_scene).state is CallState.PREPAYING
    pay(small_scene, 0)
    assert called(small_scene).state is CallState.COMING and held_for_experts(small_scene) == 30_001


def test_sides_share_alike_however_many_are_on_one(small_scene: Scene) -> None:
    """Two on one side bear half together, a third party is a side of its own, and nothing of the sum is lost (EV 38)."""
    with_exhibits(small_scene)
    with small_scene.court.database.write() as session:
        case = session.get_one(Case, small_scene.case_id)
        first, second = case.parties
        for role, ordinal in ((Role.RESPONDENT, 2), (Role.THIRD_PARTY, 1)):
            values = {
                "case_id": case.id,
                "role": role,
                "ordinal": ordinal,
                "name": f"{role.value} {ordinal}",
                "kind": second.kind,
                "online": True,
            }
            session.add(type(second)(**values))
        session.flush()
        session.refresh(case)
        both = [p.id for p in case.parties if p.role is Role.RESPONDENT]
        found = parts(case, [first.id, *both], Money(30_001, "CNY"))
        assert [(p.label, m.minor) for p, m in found] == [
            ("claimant/1", 15_001),
            ("respondent/1", 7_500),
            ("respondent/2", 7_500),
        ]
        everybody = parts(case, [p.id for p in case.parties], Money(100, "CNY"))
        assert [m.minor for _, m in everybody] == [33, 17, 17, 33]
        session.rollback()


def test_clock_only_tells_the_judge_who_finds_it_given_up(small_scene: Scene) -> None:
    """Not prepaid in time, the objection counts as given up by the judge's word only; then nobody comes, and it is not
    raised again.
    """
    contested(small_scene)
    call(small_scene)
    share = called(small_scene).shares[0].reference
    with pytest.raises(ActNotOpen):
        give_up(small_scene, share)
    small_scene.later(days=9)
    assert (
        called(small_scene).shares[0].state is ShareState.ASKED and windows(small_scene)[0].state is WindowState.LAPSED
    )
    assert tasks(small_scene, "attendance_unpaid") == 1 and row(small_scene).objections[-1].given_up_by is None
    with pytest.raises(Forbidden):
        small_scene.do("find_on_attendance_fee", "haiyun", share=share, answer="given_up", reasons="I do not pay.")
    receipt = give_up(small_scene, share)
    kept = row(small_scene).objections[-1]
    assert (kept.called_by, kept.given_up_by) == (called(small_scene).entry_number, receipt.number)
    assert row(small_scene).objections[0].given_up_by == receipt.number, "the whole objection, not only its last words"
    assert (
        called(small_scene).state is CallState.GIVEN_UP and notices(small_scene)[0].state is AssessmentState.CANCELLED
    )
    assert (
        tasks(small_scene, "attendance_unpaid") == 0
        and coming(small_scene) == []
        and held_for_experts(small_scene) == 0
    )
    assert "need not come" in letters(small_scene, "Lake Laboratory")[-1]
    with small_scene.court.database.read() as session:
        entry = entries_of(session, session.get_one(Case, small_scene.case_id), "find_on_attendance_fee")[-1]
        assert "document_receipt" in entry.payload  # a sealed paper
    with pytest.raises(ActNotOpen):
        give_up(small_scene, share)
    with pytest.raises(InvalidInput, match="given up"):
        small_scene.do("object_to_report", "haiyun", appraisal=row(small_scene).reference, words="I object once more.")
    page = (
        signed_in(small_scene, "judge")
        .get(f"/cases/{small_scene.case().reference}/examination/appraisals")
        .get_data(as_text=True)
    )
    assert "counts as given up" in page


def test_time_runs_from_the_day_the_notice_reached_its_payer(small_scene: Scene) -> None:
    """A notice that arrives days later starts the time anew from then, with the days the judge set."""
    contested(small_scene)
    small_scene.do("call_expert", "judge", appraisal=row(small_scene).reference, **COSTS, days=4)
    first = windows(small_scene)[0]
    small_scene.later(days=3)
    now = windows(small_scene)[0]
    assert first.due_at is not None and now.due_at is not None and now.opened_at > first.opened_at
    assert (
        now.working["amount"] == 4
        and now.due_at - first.due_at >= timedelta(days=2)
        and tasks(small_scene, "attendance_unpaid") == 0
    )


def test_late_payment_counts_until_the_judge_has_found(small_scene: Scene) -> None:
    """Paid after the time and before the finding, the expert comes; paid after the finding, the money goes back."""
    contested(small_scene)
    call(small_scene)
    small_scene.later(days=9)
    pay(small_scene, 0)
    assert called(small_scene).state is CallState.COMING and tasks(small_scene, "attendance_unpaid") == 0
    with pytest.raises(ActNotOpen):
        give_up(small_scene, called(small_scene).shares[0].reference)


def test_payment_after_the_finding_goes_back(small_scene: Scene) -> None:
    """A part paid in part goes back when the objection counts as given up, and so does whatever comes later."""
    contested(small_scene)
    call(small_scene)
    pay(small_scene, 0, Money(10_000, "CNY"))
    assert called(small_scene).shares[0].state is ShareState.ASKED
    small_scene.later(days=9)
    give_up(small_scene, called(small_scene).shares[0].reference)
    party = called(small_scene).shares[0].party_id
    assert going_back(small_scene) == [(party, 10_000)] and held_for_experts(small_scene) == 0
    pay(small_scene, 0, Money(20_001, "CNY"))
    assert (
        going_back(small_scene) == [(party, 10_000), (party, 20_001)]
        and called(small_scene).state is CallState.GIVEN_UP
    )
    assert held_for_experts(small_scene) == 0


@pytest.mark.slow
def test_one_pays_the_other_does_not_and_the_rest_falls_to_who_still_objects(scene: Scene) -> None:
    """Once one side counts as having given up, it is no longer shared: the other is asked for the rest, in a time of
    its own (EV 38).
    """
    contested(scene, "li", "haiyun")
    call(scene, days=10)
    pay(scene, 0)
    scene.later(days=12)
    give_up(scene, called(scene).shares[1].reference)
    rest = notices(scene)[2]
    assert (rest.amount_minor, rest.party_id) == (15_000, notices(scene)[0].party_id) and called(scene).shares[
        2
    ].is_rest
    assert windows(scene)[2].working["amount"] == 10 and called(scene).state is CallState.PREPAYING
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        served = entries_of(session, case, "share_rest_of_attendance")[0]
        assert "was not prepaid by who shared it" in served.payload
        assert any(
            served.number in p.entry_ids
            for p in session.scalars(select(Packet).where(Packet.party_id == rest.party_id))
        )
    pay(scene, 2)
    assert called(scene).state is CallState.COMING and held_for_experts(scene) == 30_001
    kept = [o for o in row(scene).objections if o.is_kept]
    assert [o.given_up_by is None for o in kept] == [True, False]


def test_who_does_not_prepay_the_rest_has_given_up_too(small_scene: Scene) -> None:
    """Where the rest is not prepaid either, nobody objects any more and what came goes back."""
    contested(small_scene, "li", "haiyun")
    call(small_scene)
    pay(small_scene, 0)
    small_scene.later(days=9)
    give_up(small_scene, called(small_scene).shares[1].reference)
    small_scene.later(hours=1)
    small_scene.later(days=9)
    give_up(small_scene, called(small_scene).shares[2].reference)
    assert called(small_scene).state is CallState.GIVEN_UP and coming(small_scene) == []
    assert (
        going_back(small_scene) == [(notices(small_scene)[0].party_id, 15_001)] and held_for_experts(small_scene) == 0
    )
    assert [o.given_up_by is not None for o in row(small_scene).objections if o.is_kept] == [True, True]


def test_rest_is_asked_for_when_who_still_objects_pays_last(small_scene: Scene) -> None:
    """The one gave up before the other paid: the rest is asked for with that payment."""
    contested(small_scene, "li", "haiyun")
    call(small_scene)
    small_scene.later(days=9)
    give_up(small_scene, called(small_scene).shares[0].reference)
    assert len(notices(small_scene)) == 2
    pay(small_scene, 1)
    assert [n.amount_minor for n in notices(small_scene)] == [15_001, 15_000, 15_001]
    assert notices(small_scene)[2].party_id == notices(small_scene)[1].party_id


def test_more_time_on_request_or_by_the_judges_finding(small_scene: Scene) -> None:
    """The time is longer on a request made before it ends (EV 54), or by the judge's finding after it, for a good
    reason.
    """
    contested(small_scene)
    call(small_scene)
    due = windows(small_scene)[0].due_at
    assert due is not None
    small_scene.do(
        "ask_extension", "haiyun", window=windows(small_scene)[0].reference, days=5, words="The bank is closed."
    )
    with small_scene.court.database.read() as session:
        from odr.filing.models import Request

        request = session.scalars(select(Request.reference).where(Request.case_id == small_scene.case_id)).all()[-1]
    small_scene.do("rule_on_extension", "judge", request=request, answer="allow", reasons="A good reason.")
    longer = windows(small_scene)[0].due_at
    assert longer is not None and (longer - due).days >= 5
    small_scene.later(days=16)
    share = called(small_scene).shares[0].reference
    with pytest.raises(ValidationError):
        give_up(small_scene, share, answer="more_time")
    receipt = give_up(small_scene, share, answer="more_time", days=3)
    assert (
        windows(small_scene)[0].state is WindowState.OPEN
        and "until" in receipt.words["en"]
        and tasks(small_scene, "attendance_unpaid") == 0
    )
    pay(small_scene, 0)
    assert called(small_scene).state is CallState.COMING


def test_nobody_prepays_what_the_fee_holds(small_scene: Scene) -> None:
    """Where the commission says that the fee holds the attendance, the expert comes at once and nothing is asked for
    (EV 39).
    """
    with_exhibits(small_scene)
    small_scene.do(
        "ask_for_appraisal",
        "li",
        fact=FACT,
        questions="Which additives?",
        why="Only a laboratory can tell.",
        materials=["C-1"],
    )
    small_scene.do(
        "rule_on_appraisal",
        "judge",
        appraisal=row(small_scene).reference,
        answer="grant",
        reasons="It bears on the claim.",
    )
    choose(small_scene, "li")
    choose(small_scene, "haiyun")
    appoint(small_scene, "agreed", attendance_included=True)
    small_scene.do(
        "undertake_appraisal", "stranger", appraisal=row(small_scene).reference, answer="undertake", pay_to="Account 42"
    )
    upload = small_scene.upload("stranger", b"%PDF-1.7 report", "report.pdf", "application/pdf")
    small_scene.do(
        "submit_report",
        "stranger",
        appraisal=row(small_scene).reference,
        upload=upload.reference,
        contents=ALL,
        opinion="E999 was found.",
    )
    objects_twice(small_scene, "haiyun")
    with pytest.raises(InvalidInput, match="holds the attendance"):
        call(small_scene)
    call(small_scene, travel="0", board="0", earnings="0")
    assert (
        called(small_scene).state is CallState.COMING
        and notices(small_scene) == []
        and coming(small_scene) == ["Lake Laboratory"]
    )
    hearing(small_scene)
    settle(small_scene, "heard")
    assert tasks(small_scene, "attendance_pass_on") == 0
    with pytest.raises(ActNotOpen):
        pass_on(small_scene, "1.00")


@pytest.mark.slow
def test_an_unclear_opinion_is_at_the_experts_own_cost(small_scene: Scene) -> None:
    """Heard because the opinion was unclear or flawed, the expert bears it: everything prepaid goes back and is no part
    of the costs (EV 39).
    """
    contested(small_scene)
    call(small_scene)
    pay(small_scene, 0)
    hearing(small_scene)
    settle(small_scene, "at_fault")
    assert (
        going_back(small_scene) == [(called(small_scene).shares[0].party_id, 30_001)]
        and held_for_experts(small_scene) == 0
    )
    with small_scene.court.database.read() as session:
        assert (
            standing_fee(
                small_scene.court.look(session), session.get_one(Case, small_scene.case_id), (Matter.ATTENDANCE,)
            ).minor
            == 0
        )


@pytest.mark.slow
def test_opinion_of_an_expert_who_does_not_come_grounds_nothing(small_scene: Scene) -> None:
    """The report of who was called and stayed away is no basis; the prepayment goes back, another appraisal can be
    asked for (CPL 81; EV 81).
    """
    contested(small_scene)
    call(small_scene)
    pay(small_scene, 0)
    with pytest.raises(InvalidInput, match="did not come"):
        settle(small_scene, "refused")
    hearing(small_scene, "absent")
    with pytest.raises(InvalidInput, match="that the expert came"):
        settle(small_scene, "heard")
    settle(small_scene, "refused")
    with small_scene.court.database.read() as session:
        assert session.get_one(Exhibit, row(small_scene).exhibit_id).state is ExhibitState.EXCLUDED
    assert going_back(small_scene) == [(called(small_scene).shares[0].party_id, 30_001)]
    small_scene.do(
        "ask_for_appraisal",
        "haiyun",
        fact=FACT,
        questions="Which?",
        why="The first expert stayed away.",
        again=row(small_scene).reference,
        ground="unusable",
    )


def test_not_needed_any_more(small_scene: Scene) -> None:
    """The judge lets the expert stay at home: she is told, what came goes back, and she is called to no hearing."""
    contested(small_scene, "li", "haiyun")
    call(small_scene)
    pay(small_scene, 0)
    settle(small_scene, "not_needed")
    assert called(small_scene).state is CallState.NOT_NEEDED and going_back(small_scene) == [
        (notices(small_scene)[0].party_id, 15_001)
    ]
    assert (
        notices(small_scene)[1].state is AssessmentState.CANCELLED
        and windows(small_scene)[1].state is WindowState.ENDED
    )
    assert held_for_experts(small_scene) == 0 and "any more" in letters(small_scene, "Lake Laboratory")[-1]


def test_case_that_ends_calls_nobody(small_scene: Scene) -> None:
    """A claim withdrawn before the expert was heard: what was prepaid goes back whole, and is not halved like the fee."""
    contested(small_scene)
    call(small_scene)
    pay(small_scene, 0)
    small_scene.do("withdraw_claim", "li", reasons="We have agreed outside the court.")
    with small_scene.court.database.read() as session:
        from odr.filing.models import Request

        request = session.scalars(select(Request.reference).where(Request.case_id == small_scene.case_id)).all()[-1]
    small_scene.do("rule_on_withdrawal", "judge", request=request, answer="allow", reasons="Nothing stands against it.")
    assert called(small_scene).state is CallState.NOT_NEEDED
    assert (called(small_scene).shares[0].party_id, 30_001) in going_back(small_scene) and held_for_experts(
        small_scene
    ) == 0


def test_another_appraisal_ends_the_call(small_scene: Scene) -> None:
    """When another appraisal is ordered the first expert need not come, and what was prepaid goes back (EV 40)."""
    contested(small_scene)
    call(small_scene)
    pay(small_scene, 0)
    first = row(small_scene)
    small_scene.do(
        "ask_for_appraisal",
        "haiyun",
        fact=FACT,
        questions="Which?",
        why="The method is not named.",
        again=first.reference,
        ground="baseless",
    )
    small_scene.do(
        "rule_on_appraisal",
        "judge",
        appraisal=row(small_scene).reference,
        answer="grant",
        reasons="No method is named.",
    )
    assert called(small_scene).state is CallState.NOT_NEEDED and len(going_back(small_scene)) == 1


def test_relief_and_corrections_leave_it_alone(small_scene: Scene) -> None:
    """What is collected for an expert is no fee: the court cannot forgo or recompute it (FEE 11, 44)."""
    contested(small_scene)
    call(small_scene)
    with pytest.raises(ActNotOpen, match="no fee to pay"):
        small_scene.do(
            "request_relief", "haiyun", kind="exemption", ground="other", reasons="I have nothing to pay it with."
        )
    with pytest.raises(ActNotOpen, match="cannot be computed anew"):
        small_scene.do(
            "correct_fee",
            "judge",
            assessment=notices(small_scene)[0].reference,
            amount="100",
            reasons="It was too much, I think.",
        )


def test_money_moves_only_with_identity_just_confirmed(small_scene: Scene) -> None:
    """The finding and the payment need identity confirmed a moment ago."""
    for name in ("find_on_attendance_fee", "settle_attendance", "pass_on_attendance_fee"):
        assert small_scene.court.table[name].strong
    contested(small_scene)
    call(small_scene)
    small_scene.later(days=9)
    share = called(small_scene).shares[0].reference
    given = small_scene.court.table["find_on_attendance_fee"].input.model_validate(
        {"share": share, "answer": "given_up", "reasons": "No payment came."}
    )
    stale = replace(small_scene.actor("judge"), strong_at=None)
    with pytest.raises(StepUpNeeded), small_scene.court.sit() as sitting:
        sitting.perform(
            "find_on_attendance_fee", sitting.session.get_one(Case, small_scene.case_id), given, actor=stale
        )


def test_cashier_takes_up_what_waits_in_a_case_nobody_seated_her_in(small_scene: Scene) -> None:
    """Money that came by transfer seats no cashier: her desk shows what waits in the case, and taking it up leads to
    the act, once.
    """
    with_exhibits(small_scene)
    with small_scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, small_scene.case_id)
        task = sitting.open_task(
            case, Role.CASHIER, ATTENDANCE_PASS_ON, T("Pay the expert %(name)s.", name="Lake"), subject="x"
        )
        number = task.reference
    desk = signed_in(small_scene, "cashier")
    page = desk.get("/payments/desk").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert "Pay the expert Lake." in page and token is not None
    sent = {"data": {"csrf_token": token[1]}, "headers": {"Origin": small_scene.court.settings.base_url}}
    answer = desk.post(f"/payments/desk/tasks/{number}", **sent)
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/do/pass_on_attendance_fee")
    with small_scene.court.sit() as sitting:
        assert sitting.session.scalars(select(Seat.account_id).where(Seat.role == Role.CASHIER)).all() == [
            small_scene.people["cashier"]
        ]
        sitting.close_tasks(sitting.session.get_one(Case, small_scene.case_id), ATTENDANCE_PASS_ON)
    assert desk.post(f"/payments/desk/tasks/{number}", **sent).status_code == 404
