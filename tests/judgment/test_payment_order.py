"""Payment orders: asked for, ordered, paid, objected to, in effect and enforced, lapsed and gone over into a lawsuit (CPL
225 to 228; CPI 425 to 441; FEE 14, 36).
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Document, Outcome, Stage
from odr.evidence.models import Exhibit
from odr.filing.counter.assisting import take
from odr.filing.counter.inputs import TakenInput
from odr.filing.models import Claim
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, OutOfTime
from odr.ground.text import LOCALES
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.payment_order.inputs import PaymentObjectionInput, PaymentOrderInput
from odr.judgment.payment_order.models import ObjectionState, PaymentObjection, PaymentOrder, PaymentOrderState
from odr.judgment.payment_order.opening import open_payment_order
from odr.judgment.preservation.case_without_claim import claims_that_follow, open_before_claim
from odr.judgment.preservation.inputs import BeforeClaimInput
from odr.judgment.vocabulary import Instrument
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import FeeAssessment, ReliefRequest
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task, Window, WindowState
from odr.register.publication.models import Publication
from odr.service.models import Packet
from tests.filing.visitor import Visitor
from tests.kept import kept
from tests.scene import Scene
from tests.settlement.test_before_filing import AS_IN_A_CLAIM, HAIYUN, LI, box, reads, row, walk

ASKED: dict[str, Any] = {
    "cause": "online_shopping",
    "applicant": LI | {"address": "1 Lake Road"},
    "debtor": {"name": HAIYUN, "email": "post@haiyun.example", "address": "8 Harbour Road"},
    "demands": [
        {"what": "The price of the goods of 3 January", "amount": "20,000.00", "due_on": "2026-01-10"},
        {"what": "The price of the goods of 3 February", "amount": "10,000.00", "due_on": "2026-02-10"},
    ],
    "facts": [{"what": "I delivered thirty cartons.", "happened_on": "2026-01-03"}, {"what": "They signed for them."}],
    "evidence": "The contract, and the note of the debt.",
    "owes_nothing": True,
    "no_other_dispute": True,
    "not_preserved": True,
}
WHY = "The contract and the note show it."


@kept
def asks(scene: Scene, key: str | None = None, **changes: Any) -> str:
    """Li asks for a payment order against Haiyun; the scene walks that case."""
    given = PaymentOrderInput.model_validate(ASKED | changes)
    return walk(scene, open_payment_order(scene.court, scene.account("li"), given, key=key).case_reference)


@kept
def taken(scene: Scene) -> None:
    """The registry takes it, and Li pays the fee."""
    asks(scene)
    scene.do("take_payment_order", "clerk", result="taken")
    scene.pay(Matter.PAYMENT_ORDER)


def number(scene: Scene) -> str:
    """The number that is typed."""
    return str(scene.case().number)


@kept
def ordered(scene: Scene) -> None:
    """The judge makes the order."""
    taken(scene)
    scene.do("issue_payment_order", "judge", reasons=WHY, case_number=number(scene))


@kept
def served(scene: Scene) -> None:
    """The order reaches Haiyun, who joins with its code."""
    ordered(scene)
    scene.join()
    scene.work()


def objects(scene: Scene, *demands: int) -> None:
    """Haiyun objects to some of the sums."""
    scene.do("object_to_payment_order", "haiyun", demands=list(demands), words="The second delivery never came.")


def rules(scene: Scene, result: str, ground: str | None) -> None:
    """The judge rules on the objection by its form."""
    scene.do(
        "rule_on_payment_objection",
        "judge",
        result=result,
        ground=ground,
        reasons="By its form it is about the debt itself.",
        case_number=number(scene),
    )


def ends(scene: Scene, ground: str) -> None:
    """The judge ends the procedure."""
    scene.do("end_payment_order", "judge", ground=ground, reasons=WHY, case_number=number(scene))


def owed(scene: Scene) -> list[int]:
    """What is owed under the order as it stands, in minor units."""
    with scene.court.database.read() as session:
        mine = Obligation.case_id == scene.case_id, Obligation.ended_at.is_(None)
        return [
            one.amount_minor or 0 for one in session.scalars(select(Obligation).where(*mine).order_by(Obligation.id))
        ]


def windows(scene: Scene, kind: str) -> list[Window]:
    """Time limits of a kind in the case."""
    with scene.court.database.read() as session:
        return list(session.scalars(select(Window).where(Window.case_id == scene.case_id, Window.kind == kind)))


def desk(scene: Scene) -> set[str]:
    """What lies on desks for the case."""
    with scene.court.database.read() as session:
        return set(session.scalars(select(Task.kind).where(Task.case_id == scene.case_id, Task.done_at.is_(None))))


def lawsuits(scene: Scene) -> list[Case]:
    """Cases in which somebody claims."""
    with scene.court.database.read() as session:
        return [one for one in session.scalars(select(Case).order_by(Case.id)) if not one.is_without_claim]


def packet_out(scene: Scene) -> str:
    """The packet with the order for the debtor."""
    with scene.court.database.read() as session:
        mine = Packet.case_id == scene.case_id, Packet.occasion == "issue_payment_order"
        return session.scalars(select(Packet.reference).where(*mine)).one()


# -- applying ---------------------------------------------------------------------


def test_a_payment_order_is_applied_for(small_scene: Scene) -> None:
    """A case of its own with a number of its series; five days for the registry; the debtor hears nothing of it (CPL 226)."""
    scene = small_scene
    asks(scene)
    scene.work()
    case = scene.case()
    assert case.stage is Stage.PAYMENT_ORDER and case.is_without_claim and "民督" in (case.number or "")
    assert desk(scene) == {"payment_order_asked"} and len(windows(scene, "payment_order_acceptance")) == 1
    with scene.court.database.read() as session:
        assert {p.party_id for p in session.scalars(select(Packet).where(Packet.case_id == case.id))} <= {
            case.parties[0].id
        }


@pytest.mark.parametrize(
    "wrong",
    [
        {"owes_nothing": False},
        {"no_other_dispute": False},
        {"not_preserved": False},
        {"demands": []},
        {"demands": [{"what": "The price", "amount": "10.00", "due_on": "2027-02-10"}]},
        {"demands": [{"what": "The price", "amount": "0.00", "due_on": "2026-02-10"}]},
        {"demands": [{"what": "The price", "amount": {"minor": 1, "currency": "GBP"}, "due_on": "2026-02-10"}]},
        {"debtor": {"name": HAIYUN}},
    ],
)
def test_what_is_no_case_of_a_payment_order_is_not_opened(small_scene: Scene, wrong: dict[str, Any]) -> None:
    """Something owed in return, another dispute, a sum that is not due or not definite, nobody to serve: no case (CPI 427)."""
    with pytest.raises((InvalidInput, ValidationError)):
        asks(small_scene, **wrong)
    with small_scene.court.database.read() as session:
        assert session.scalars(select(Case)).first() is None


def test_repeating_the_application_opens_no_second_case(small_scene: Scene) -> None:
    """The same key gives the first receipt, and another request under it is refused."""
    assert asks(small_scene, "once") == asks(small_scene, "once")
    with pytest.raises(InvalidInput):
        asks(small_scene, "once", evidence="Another paper.")


def test_the_registry_says_on_which_condition_it_is_not_taken(small_scene: Scene) -> None:
    """A ground of the rules is named, and one they do not know is refused; then the case is over, and nothing is to be paid."""
    scene = small_scene
    asks(scene)
    with pytest.raises(InvalidInput):
        scene.do("take_payment_order", "clerk", result="not_taken", ground="because", reasons="It is so.")
    with pytest.raises(Forbidden):
        scene.do("take_payment_order", "li", result="taken")
    scene.do("take_payment_order", "clerk", result="not_taken", ground="other_court", reasons="They live elsewhere.")
    assert scene.case().outcome is Outcome.REFUSED and row(scene, FeeAssessment) is None and not desk(scene)
    with pytest.raises(ActNotOpen):
        scene.do("take_payment_order", "clerk", result="taken")


def test_it_is_not_taken_where_preservation_was_asked_for_first(small_scene: Scene) -> None:
    """Whoever asked for preservation before a claim against the debtor gets no payment order (CPI 427(7))."""
    scene = small_scene
    open_before_claim(
        scene.court,
        scene.account("li"),
        BeforeClaimInput.model_validate(
            {
                "cause": "online_shopping",
                "applicant": LI,
                "respondents": [{"name": HAIYUN}],
                "asks": "The account.",
                "grounds": "It is being emptied.",
                "security": "A deposit.",
            }
        ),
    )
    walked = row(scene, Case)
    asks(scene)
    with pytest.raises(ActNotOpen, match="preservation"):
        scene.do("take_payment_order", "clerk", result="taken")
    with scene.court.database.read() as session:
        assert claims_that_follow(session, session.get_one(Case, walked.id)) == [], (
            "an application is no claim (CPL 104)"
        )


def test_the_fee_is_a_third_and_comes_before_the_order(small_scene: Scene) -> None:
    """A third of the fee of 30,000 is 183.33; before it is paid no order is made, and unpaid it is ruled withdrawn (FEE 14, 20)."""
    scene = small_scene
    asks(scene)
    scene.do("take_payment_order", "clerk", result="taken")
    assert row(scene, FeeAssessment).amount_minor == 18_333
    with pytest.raises(ActNotOpen, match="fee"):
        scene.do("issue_payment_order", "judge", reasons=WHY, case_number=number(scene))
    scene.work()
    scene.later(days=10)
    assert "fee_unpaid" in desk(scene)
    scene.do("deem_withdrawn", "judge", assessment=row(scene, FeeAssessment).reference, reasons="Not paid in time.")
    assert scene.case().outcome is Outcome.DEEMED_WITHDRAWN and row(scene, PaymentOrder).state is PaymentOrderState.OVER
    assert desk(scene) <= {"make_public"}


# -- ordering and serving -----------------------------------------------------------


def test_the_order_is_sealed_and_goes_to_the_debtor_with_a_code(small_scene: Scene) -> None:
    """Signed, sealed, with both sums and the fee; a letter of its own to the debtor, a copy to the applicant; nobody typing another
    number makes one (CPL 227; CPI 428, 429).
    """
    scene = small_scene
    taken(scene)
    with pytest.raises(InvalidInput, match="not the number"):
        scene.do("issue_payment_order", "judge", reasons=WHY, case_number="(2026)浙0192民督99号")
    with pytest.raises(Forbidden):
        scene.do("issue_payment_order", "clerk", reasons=WHY, case_number=number(scene))
    scene.do("issue_payment_order", "judge", reasons=WHY, case_number=number(scene))
    paper = row(scene, Document)
    with scene.court.database.read() as session:
        letters = session.scalars(select(Packet).where(Packet.entry_ids.is_not(None)).order_by(Packet.id)).all()
        told = {
            (p.occasion, p.letter, p.first_contact)
            for p in letters
            if row(scene, PaymentOrder).issued_entry in p.entry_ids
        }
        assert told == {
            ("issue_payment_order", "payment_order", True),
            ("payment_order_copy", "decision_served", False),
        }
        assert session.get_one(PaymentOrder, row(scene, PaymentOrder).id).document_id is not None
    assert paper is not None and row(scene, PaymentOrder).fee_minor == 18_333
    with pytest.raises(ActNotOpen):
        scene.do("issue_payment_order", "judge", reasons=WHY, case_number=number(scene))


def test_no_order_is_made_once_the_creditor_has_sued(small_scene: Scene) -> None:
    """Suing the debtor since is another dispute, or the same: the judge ends or dismisses it (CPL 225; CPI 430)."""
    scene = small_scene
    taken(scene)
    mine = scene.case_id
    scene.lodge()
    scene.case_id = mine
    with pytest.raises(ActNotOpen, match="sued"):
        scene.do("issue_payment_order", "judge", reasons=WHY, case_number=number(scene))
    ends(scene, "sued")
    assert scene.case().outcome is Outcome.DISMISSED


def test_an_application_is_dismissed_with_its_ground(small_scene: Scene) -> None:
    """Before the order on grounds of CPI 427 and 428, not on those of an order (CPI 434); the debtor never hears of it."""
    scene = small_scene
    taken(scene)
    for ground in ("not_served", "security_sued"):
        with pytest.raises(InvalidInput):
            ends(scene, ground)
    ends(scene, "no_interest_agreed")
    scene.work()
    case = scene.case()
    assert case.outcome is Outcome.DISMISSED and owed(scene) == []
    with scene.court.database.read() as session:
        assert {p.party_id for p in session.scalars(select(Packet).where(Packet.case_id == case.id))} == {
            case.parties[0].id
        }
        assert (
            session.scalars(select(Window).where(Window.case_id == case.id, Window.state == WindowState.OPEN)).first()
            is None
        )


def test_a_judge_who_lets_the_fifteen_days_pass_is_reminded(small_scene: Scene) -> None:
    """The clock makes no order: it lies on the judge's desk (CPL 227)."""
    scene = small_scene
    taken(scene)
    scene.later(days=17)
    assert desk(scene) == {"payment_order_to_make"} and scene.case().stage is Stage.PAYMENT_ORDER


@pytest.mark.parametrize("when", [asks, taken, ordered])
def test_it_is_taken_back_until_the_debtor_has_the_order(small_scene: Scene, when: Any) -> None:
    """Before it is taken that is the end; afterwards the judge ends the procedure, and no lawsuit follows (CPI 430(3))."""
    scene = small_scene
    when(scene)
    scene.do("withdraw_payment_order", "li")
    with pytest.raises(ActNotOpen):
        scene.do("withdraw_payment_order", "li")
    if when is not asks:
        with pytest.raises(ActNotOpen):
            scene.do("issue_payment_order", "judge", reasons=WHY, case_number=number(scene))
        ends(scene, "withdrawn")
    assert scene.case().outcome is Outcome.WITHDRAWN and desk(scene) <= {"make_public", "without_effect"}
    scene.later(days=20)
    assert lawsuits(scene) == []


def test_what_the_debtor_has_is_taken_back_no_more(small_scene: Scene) -> None:
    """Once it is received, neither the applicant nor a judge for them takes the order away (CPI 430)."""
    scene = small_scene
    served(scene)
    with pytest.raises(ActNotOpen, match="received"):
        scene.do("withdraw_payment_order", "li")
    for ground in ("withdrawn", "not_served"):
        with pytest.raises(InvalidInput):
            ends(scene, ground)


def test_an_order_that_reaches_nobody_ends_after_thirty_days(small_scene: Scene) -> None:
    """Never by announcement: the judge ends it, and it becomes a lawsuit unless the applicant says no (CPI 430(2), 438)."""
    scene = small_scene
    ordered(scene)
    with pytest.raises(InvalidInput):
        ends(scene, "not_served")
    with pytest.raises(ActNotOpen, match="not open to this procedure"):
        scene.do(
            "order_announcement",
            "clerk",
            packet=packet_out(scene),
            causes="Every way was tried, and none reached them.",
            place="The court’s site.",
        )
    scene.later(days=31)
    assert "payment_order_to_end" in desk(scene)
    ends(scene, "not_served")
    assert row(scene, PaymentOrder).state is PaymentOrderState.LAPSED and owed(scene) == []
    reads(scene, "li")
    scene.later(days=8)
    assert len(lawsuits(scene)) == 1 and scene.case().outcome is Outcome.LAPSED


# -- paying, and the effect -----------------------------------------------------------


@pytest.mark.slow
def test_neither_paid_nor_objected_to_it_is_enforced(small_scene: Scene) -> None:
    """After fifteen days it is in effect; the applicant is owed the sums and the fee, and has them enforced (CPL 227; CPI 440; FEE 36)."""
    scene = small_scene
    served(scene)
    with pytest.raises(ActNotOpen):
        scene.do("apply_for_enforcement", "li")
    scene.later(days=16)
    assert scene.case().stage is Stage.EFFECTIVE and row(scene, PaymentOrder).state is PaymentOrderState.IN_EFFECT
    assert owed(scene) == [2_000_000, 1_000_000, 18_333]
    assert row(scene, Obligation).instrument is Instrument.PAYMENT_ORDER
    with pytest.raises(ActNotOpen):
        objects(scene, 1)
    scene.do("apply_for_enforcement", "li")
    assert scene.case().stage is Stage.ENFORCEMENT
    assert sum(one["principal"] for one in row(scene, EnforcementCase).claimed) == 3_018_333


def test_whoever_pays_in_time_has_nothing_enforced(small_scene: Scene) -> None:
    """Paid within the fifteen days and confirmed, nothing is owed when they end, and the clerk closes the case."""
    scene = small_scene
    served(scene)
    with scene.court.database.read() as session:
        rows = session.scalars(select(Obligation).where(Obligation.case_id == scene.case_id)).all()
        sums = [(one.reference, f"{(one.amount_minor or 0) / 100:,.2f}") for one in rows]
    for reference, amount in sums:
        scene.do(
            "record_performance", "haiyun", obligation=reference, amount=amount, on=scene.clock.now().date().isoformat()
        )
        scene.do("confirm_performance", "li", obligation=reference, arrived=True)
    scene.later(days=16)
    assert scene.case().stage is Stage.EFFECTIVE and "close_case" in desk(scene)
    with pytest.raises(ActNotOpen):
        scene.do("apply_for_enforcement", "li")
    scene.do("close_case", "clerk")
    assert scene.case().outcome is Outcome.PERFORMED


# -- objections ---------------------------------------------------------------------


def test_an_objection_before_the_order_came_or_too_late_is_none(small_scene: Scene) -> None:
    """The time begins with receipt and ends after fifteen days (CPL 227; CPI 431)."""
    scene = small_scene
    ordered(scene)
    with pytest.raises(LookupError):
        scene.actor("haiyun")
    scene.join()
    scene.work()
    with pytest.raises(Forbidden):
        scene.do("object_to_payment_order", "li", demands=[1], words="I do not want it.")
    scene.clock.advance(timedelta(days=16))
    with pytest.raises((OutOfTime, ActNotOpen)):
        objects(scene, 1)


@pytest.mark.slow
def test_an_objection_that_stands_makes_the_order_lapse(small_scene: Scene) -> None:
    """Nothing is owed, the paper holds no more, the applicant bears the fee; seven days after they have the ruling it is a claim,
    filed on the day of the application, with a fee of its own (CPL 228; CPI 195, 435, 439; FEE 36).
    """
    scene = small_scene
    served(scene)
    objects(scene, 1, 2)
    with pytest.raises(ActNotOpen):
        objects(scene, 1)
    scene.later(days=16)
    assert scene.case().stage is Stage.PAYMENT_ORDER, "an objection waits: no effect"
    with pytest.raises(InvalidInput):
        rules(scene, "upheld", "cannot_pay")
    rules(scene, "upheld", "doubt")
    assert owed(scene) == [] and row(scene, PaymentOrder).state is PaymentOrderState.LAPSED
    with scene.court.database.read() as session:
        paper = session.get_one(Document, row(scene, PaymentOrder).document_id)
        assert paper.void_by is not None
    reads(scene, "li")
    with scene.court.database.read() as session:
        numbers = {one.kind: one for one in session.scalars(select(Publication))}
        desks = set(session.scalars(select(Task.kind).where(Task.done_at.is_(None))))
        session.expunge_all()
    assert numbers.keys() == {"payment_order", "in_case"} and "without_effect" in desks, "no number is pending for ever"
    scene.do("withhold", "judge", publication=numbers["payment_order"].reference, reason="no_effect")
    assert lawsuits(scene) == []
    applied = scene.case()
    scene.later(days=8)
    suit = lawsuits(scene)[0]
    assert (suit.stage, suit.filed_on, suit.lodged_at) == (Stage.LODGED, applied.filed_on, applied.lodged_at)
    assert scene.case().outcome is Outcome.LAPSED
    with scene.court.database.read() as session:
        claim = session.scalars(select(Claim).where(Claim.case_id == suit.id)).one()
        assert claim.amount_minor == 3_000_000
    scene.case_id = suit.id
    scene.accept("ordinary")
    assert scene.case().stage is Stage.PENDING
    fee = row(scene, FeeAssessment)
    assert (fee.matter, fee.amount_minor) == (Matter.CLAIM, 55_000)


def test_whoever_says_no_in_time_has_no_lawsuit(small_scene: Scene) -> None:
    """Within seven days of the ruling; then the case is over and nothing is claimed (CPI 438)."""
    scene = small_scene
    served(scene)
    objects(scene, 1, 2)
    with pytest.raises(ActNotOpen):
        scene.do("refuse_lawsuit", "li")
    rules(scene, "upheld", "doubt")
    reads(scene, "li")
    scene.do("refuse_lawsuit", "li")
    assert scene.case().outcome is Outcome.LAPSED
    scene.later(days=20)
    assert lawsuits(scene) == []


@pytest.mark.slow
def test_an_objection_to_one_sum_leaves_the_other(small_scene: Scene) -> None:
    """What was not objected to takes effect with its part of the fee; what lapsed becomes a lawsuit beside it (CPI 432)."""
    scene = small_scene
    served(scene)
    objects(scene, 2)
    with pytest.raises(InvalidInput):
        rules(scene, "dismissed", "doubt")
    rules(scene, "upheld", "to_be_dismissed")
    assert owed(scene) == [2_000_000, 10_000]
    reads(scene, "li")
    scene.later(days=16)
    assert scene.case().stage is Stage.EFFECTIVE
    suit = lawsuits(scene)[0]
    with scene.court.database.read() as session:
        assert session.scalars(select(Claim.amount_minor).where(Claim.case_id == suit.id)).one() == 1_000_000


def test_what_only_asks_for_time_is_no_objection(small_scene: Scene) -> None:
    """Dismissed on a ground of CPI 436, the order stands and takes effect when the fifteen days are over, or at once after them."""
    scene = small_scene
    served(scene)
    objects(scene, 1, 2)
    scene.later(days=16)
    rules(scene, "dismissed", "later")
    assert scene.case().stage is Stage.EFFECTIVE and owed(scene) == [2_000_000, 1_000_000, 18_333]
    assert row(scene, PaymentObjection).state is ObjectionState.DISMISSED


def test_whoever_withdraws_an_objection_cannot_make_it_again(small_scene: Scene) -> None:
    """Leave must be given, and the order stands (CPI 437)."""
    scene = small_scene
    served(scene)
    with pytest.raises(ActNotOpen):
        scene.do("withdraw_payment_objection", "haiyun")
    objects(scene, 1, 2)
    with pytest.raises(ActNotOpen, match="not taken"):
        rules(scene, "withdrawn", None)
    scene.do("withdraw_payment_objection", "haiyun")
    with pytest.raises(ActNotOpen, match="leave"):
        rules(scene, "upheld", "doubt")
    rules(scene, "withdrawn", None)
    with pytest.raises(ActNotOpen, match="again"):
        objects(scene, 1)
    scene.later(days=16)
    assert scene.case().stage is Stage.EFFECTIVE


def test_whoever_withdraws_an_objection_to_one_sum_may_still_object_to_another(small_scene: Scene) -> None:
    """In the fifteen days that all of them have: only on what was withdrawn nobody goes back (CPL 227; CPI 432, 437)."""
    scene = small_scene
    served(scene)
    objects(scene, 1)
    scene.do("withdraw_payment_objection", "haiyun")
    rules(scene, "withdrawn", None)
    for again in ((1,), (1, 2)):
        with pytest.raises(InvalidInput):
            objects(scene, *again)
    objects(scene, 2)
    rules(scene, "upheld", "doubt")
    scene.later(days=16)
    assert scene.case().stage is Stage.EFFECTIVE and owed(scene) == [2_000_000, 10_000]


# -- afterwards -----------------------------------------------------------------------


def test_an_order_that_is_wrong_is_set_aside_by_the_court(small_scene: Scene) -> None:
    """In effect, discussed by the committee, set aside by the president: nothing is owed any more (CPI 441)."""
    scene = small_scene
    served(scene)
    given = {"committee_on": "2026-03-01", "reasons": "The note was forged.", "case_number": number(scene)}
    with pytest.raises(ActNotOpen):
        scene.do("doubt_payment_order", "judge", reasons="The note seems forged.")
    scene.later(days=16)
    scene.do("doubt_payment_order", "judge", reasons="The note seems forged.")
    assert "payment_order_wrong" in desk(scene)
    with pytest.raises(Forbidden):
        scene.do("set_aside_payment_order", "judge", **given)
    with pytest.raises(InvalidInput):
        scene.do("set_aside_payment_order", "president", **given | {"committee_on": "2027-03-01"})
    scene.do("set_aside_payment_order", "president", **given)
    assert scene.case().outcome is Outcome.DISMISSED and owed(scene) == []


def test_an_order_that_had_not_reached_the_debtor_binds_nobody(small_scene: Scene) -> None:
    """Found by the judge on the debtor's word, it is in effect no more and nothing is enforced; the judge ends it, or it is served
    again and its time begins anew (OLR 31; CPI 135, 430).
    """
    scene = small_scene
    served(scene)
    scene.later(days=16)
    scene.do("apply_for_enforcement", "li")
    packet = packet_out(scene)
    scene.do("rebut_service", "haiyun", packet=packet, says="not_received", grounds="The address is not ours.")
    scene.do("decide_rebuttal", "judge", packet=packet, finding="not_received", reasons="The register shows another.")
    assert scene.case().stage is Stage.PAYMENT_ORDER and row(scene, PaymentOrder).state is PaymentOrderState.ISSUED
    with pytest.raises(ActNotOpen):
        scene.do("apply_for_enforcement", "li")
    scene.later(days=16)
    assert scene.case().stage is Stage.PAYMENT_ORDER, "no time runs that would bring it into effect"
    scene.later(days=20)
    assert "payment_order_to_end" in desk(scene)


def test_a_creditor_applies_from_the_page(small_scene: Scene) -> None:
    """The form names what is missing, opens the case once, and its page shows the sums; under both languages."""
    scene = small_scene
    app = create_app(court=scene.court)
    li = Visitor(app, scene, "li", "zh-Hans")
    assert "支付令" in li.get("/payment-order")
    assert "error" in li.send("/payment-order", "/payment-order", 422).get_data(as_text=True)
    told = {
        "cause": "online_shopping",
        "applicant-name": "Li Wen",
        "applicant-email": "li@parties.example",
        "applicant-kind": "person",
        "debtor-name": HAIYUN,
        "debtor-kind": "company",
        "debtor-address": "8 Harbour Road",
        "demands-0-what": "The price",
        "demands-0-amount": "20,000.00",
        "demands-0-due_on": "2026-01-10",
        "facts-0-what": "I delivered thirty cartons.",
        "evidence": "The contract.",
        "owes_nothing": "true",
        "no_other_dispute": "true",
        "not_preserved": "true",
    }
    sent = li.send("/payment-order", "/payment-order", **told)
    assert sent.status_code == 303, sent.get_data(as_text=True)[:400]
    with scene.court.database.read() as session:
        reference = session.scalars(select(Case.reference)).one()
    page = li.get(f"/cases/{reference}")
    assert "20,000.00" in page and "原告" not in page


def test_each_side_reads_what_is_asked_of_it(small_scene: Scene) -> None:
    """To pay the fee; to pay the sum with it, or to object; then nothing but whom one waits for, and a word on the lawsuit."""
    scene = small_scene
    asks(scene)
    scene.do("take_payment_order", "clerk", result="taken")
    assert "183.33" in str(box(scene, "li").step.title)  # type: ignore[union-attr]
    scene.pay(Matter.PAYMENT_ORDER)
    scene.do("issue_payment_order", "judge", reasons=WHY, case_number=number(scene))
    scene.join()
    scene.work()
    step = box(scene, "haiyun").step
    assert step is not None and step.act is not None and step.act.name == "object_to_payment_order"
    assert "30,183.33" in str(step.title) and "object in writing" in str(step.title)
    objects(scene, 1, 2)
    assert "judge" in str(box(scene, "haiyun").waits)
    rules(scene, "upheld", "doubt")
    reads(scene, "li")
    assert [one.act.name for one in box(scene, "li").remedies if one.act] == ["refuse_lawsuit"]


def test_spoken_words_are_no_objection(small_scene: Scene) -> None:
    """The counter takes a paper, and nothing from the debtor's mouth (CPI 436)."""
    scene = small_scene
    served(scene)
    given = PaymentObjectionInput(demands=[1], words="I owe nothing of it.")
    clerk = scene.actor("clerk")
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
    debtor = case.parties[1]
    taken = {"manner": "oral", "confirmation": "signature", "paper": scene.upload("clerk", b"signed").reference}
    name = "object_to_payment_order"
    with pytest.raises(InvalidInput, match="Spoken words"):
        take(scene.court, case, debtor, name, given, TakenInput.model_validate(taken), clerk)
    on_paper = taken | {"manner": "paper", "received_on": scene.clock.now().date().isoformat()}
    take(scene.court, case, debtor, name, given, TakenInput.model_validate(on_paper), clerk)
    assert row(scene, PaymentObjection).state is ObjectionState.WAITING


def test_an_objection_posted_in_time_undoes_the_effect(small_scene: Scene) -> None:
    """Handed to the post on the last day and come after the effect: it is in time, and the order binds nobody (CPL 85(4))."""
    scene = small_scene
    served(scene)
    last = scene.clock.now().date() + timedelta(days=15)
    scene.later(days=18)
    assert scene.case().stage is Stage.EFFECTIVE
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
    taken = {
        "manner": "paper",
        "confirmation": "signature",
        "paper": scene.upload("clerk", b"signed").reference,
        "received_on": scene.clock.now().date().isoformat(),
        "posted_on": last.isoformat(),
    }
    given = PaymentObjectionInput(demands=[1, 2], words="I owe nothing of it.")
    told = TakenInput.model_validate(taken)
    take(scene.court, case, case.parties[1], "object_to_payment_order", given, told, scene.actor("clerk"))
    scene.work()
    assert scene.case().stage is Stage.PAYMENT_ORDER and row(scene, PaymentObjection).state is ObjectionState.WAITING
    rules(scene, "upheld", "doubt")
    assert owed(scene) == []


@pytest.mark.parametrize("same", [True, False])
def test_an_order_waits_where_the_creditor_has_sued_meanwhile(small_scene: Scene, same: bool) -> None:
    """It takes no effect by the clock: the judge ends it over the same debt, or says that it is another (CPI 430(1))."""
    scene = small_scene
    served(scene)
    with pytest.raises(ActNotOpen):
        scene.do("keep_payment_order", "judge", reasons="There is no lawsuit at all.")
    mine = scene.case_id
    scene.lodge()
    scene.case_id = mine
    scene.later(days=16)
    assert scene.case().stage is Stage.PAYMENT_ORDER and "payment_order_sued" in desk(scene)
    if same:
        ends(scene, "sued")
        assert scene.case().outcome is Outcome.LAPSED and owed(scene) == []
    else:
        scene.do("keep_payment_order", "judge", reasons="It is over capsules bought by the applicant.")
        assert scene.case().stage is Stage.EFFECTIVE
    assert "payment_order_sued" not in desk(scene)


@pytest.mark.parametrize("locale", LOCALES)
def test_who_gets_the_letter_reads_of_an_order_and_of_no_claim(small_scene: Scene, locale: str) -> None:
    """The page behind the code, and every page of the case for both, before, while and after it is in effect."""
    scene = small_scene
    ordered(scene)
    app = create_app(court=scene.court)
    behind = Visitor(app, scene, "haiyun", locale).get(f"/join?code={scene.code()}")
    assert {"en": "has ordered", "zh-Hans": "已命令"}[locale] in behind
    assert not AS_IN_A_CLAIM[locale].search(re.sub(r"<[^>]+>", "\n", behind.partition("<main")[2]))
    scene.join()
    scene.work()
    reference = scene.case().reference
    for late in (False, True):
        if late:
            scene.later(days=16)
        for who in ("li", "haiyun"):
            visitor = Visitor(app, scene, who, locale)
            for page in ("", "/docket", "/service", "/entries/1", "/deadlines", "/fee"):
                told = visitor.raw(f"/cases/{reference}{page}").get_data(as_text=True).partition("<main")[2]
                text = " ".join(re.sub(r"<[^>]+>", "\n", told).split())
                found = AS_IN_A_CLAIM[locale].search(text)
                assert found is None, (page, late, text[max(0, found.start() - 80) : found.end() + 80])


def test_the_applicant_finds_the_lawsuit_from_the_order(small_scene: Scene) -> None:
    """The case of the order leads its applicant to the case in which it goes on, and shows it to nobody else."""
    scene = small_scene
    served(scene)
    objects(scene, 1, 2)
    rules(scene, "upheld", "doubt")
    reads(scene, "li")
    scene.later(days=8)
    app, here, there = create_app(court=scene.court), scene.case().reference, lawsuits(scene)[0].reference
    assert f'href="/cases/{there}"' in Visitor(app, scene, "li", "en").get(f"/cases/{here}")
    assert there not in Visitor(app, scene, "haiyun", "en").get(f"/cases/{here}")


def test_what_was_brought_for_the_order_is_in_the_lawsuit(small_scene: Scene) -> None:
    """The applicant's exhibits, with file and receipt, before the registry looks at the claim; what the debtor brought stays
    where it was, and the docket of the order still tells of both (CPI 439; EV 29).
    """
    scene = small_scene
    served(scene)
    sent = {who: scene.upload(who, f"paper of {who}".encode(), f"{who}.txt") for who in ("li", "haiyun")}
    for who, upload in sent.items():
        scene.do("submit_exhibit", who, upload=upload.reference, title="Note", proves="The debt", source="My desk")
    objects(scene, 1, 2)
    rules(scene, "upheld", "doubt")
    reads(scene, "li")
    order = scene.case()
    scene.later(days=8)
    (suit,) = lawsuits(scene)
    with scene.court.database.read() as session:
        found = {one.upload.sha256: one for one in session.scalars(select(Exhibit))}
        mine, theirs = found[sent["li"].sha256], found[sent["haiyun"].sha256]
        assert (mine.case_id, mine.label, theirs.case_id) == (suit.id, "C-1", order.id)
        assert mine.provenance["from_case"] == order.number and mine.upload.receipt == sent["li"].receipt
        told = session.scalars(select(DocketEntry).where(DocketEntry.act == "submit_exhibit")).all()
        assert [one.case_id for one in told] == [order.id, order.id]
        for case in session.scalars(select(Case)):
            assert list(audit_projections(scene.court, session, case)) == []
    page = Visitor(create_app(court=scene.court), scene, "li", "en").get(f"/cases/{suit.reference}/exhibits")
    assert "Note" in page


def test_help_with_the_fee_is_asked_for_as_with_any(small_scene: Scene) -> None:
    """While it is decided no order is made; reduced by half and paid, one is, and the debtor bears what was paid (FEE 36, 48)."""
    scene = small_scene
    asks(scene)
    scene.do("take_payment_order", "clerk", result="taken")
    scene.do("request_relief", "li", kind="reduction", ground="disaster", reasons="A flood took the workshop.")
    with pytest.raises(ActNotOpen, match="fee"):
        scene.do("issue_payment_order", "judge", reasons=WHY, case_number=number(scene))
    asked = row(scene, ReliefRequest).reference
    scene.do("decide_relief", "judge", request=asked, decision="grant", percent=50, reasons="The flood is shown.")
    scene.pay(Matter.PAYMENT_ORDER)
    scene.do("issue_payment_order", "judge", reasons=WHY, case_number=number(scene))
    assert row(scene, PaymentOrder).fee_minor == row(scene, FeeAssessment).amount_minor == 9_167


@pytest.mark.slow
def test_what_lapsed_goes_over_although_the_rest_is_paid_and_closed(small_scene: Scene) -> None:
    """The seven days run on when the case of the order is closed: the lawsuit is opened all the same (CPI 432, 439)."""
    scene = small_scene
    served(scene)
    objects(scene, 2)
    rules(scene, "upheld", "doubt")
    with scene.court.database.read() as session:
        mine = Obligation.case_id == scene.case_id, Obligation.ended_at.is_(None)
        sums = [
            (one.reference, f"{(one.amount_minor or 0) / 100:,.2f}")
            for one in session.scalars(select(Obligation).where(*mine))
        ]
    day = scene.clock.now().date().isoformat()
    for reference, amount in sums:
        scene.do("record_performance", "li", obligation=reference, amount=amount, on=day)
    scene.later(days=16)
    reads(scene, "li")
    scene.do("close_case", "clerk")
    assert scene.case().outcome is Outcome.PERFORMED and lawsuits(scene) == []
    scene.later(days=9)
    assert len(lawsuits(scene)) == 1 and scene.case().outcome is Outcome.PERFORMED


def test_what_was_taken_back_before_it_came_takes_no_effect_however_late_that_is_ruled(small_scene: Scene) -> None:
    """The debtor gets the order while the judge has still to end the procedure: it stays on the desk, and the clock does not have
    it enforced (CPI 430(3)).
    """
    scene = small_scene
    ordered(scene)
    scene.do("withdraw_payment_order", "li")
    scene.join()
    scene.work()
    assert "payment_order_to_end" in desk(scene)
    scene.later(days=16)
    assert scene.case().stage is Stage.PAYMENT_ORDER and row(scene, PaymentOrder).state is PaymentOrderState.ISSUED
    ends(scene, "withdrawn")
    assert scene.case().outcome is Outcome.WITHDRAWN and owed(scene) == [] and lawsuits(scene) == []


def test_an_order_that_waits_for_a_word_on_a_lawsuit_does_not_outlive_its_service(small_scene: Scene) -> None:
    """Found not to have reached the debtor while the judge looks at the lawsuit, no word on that brings it into effect (OLR 31)."""
    scene = small_scene
    served(scene)
    mine = scene.case_id
    scene.lodge()
    scene.case_id = mine
    scene.later(days=16)
    assert "payment_order_sued" in desk(scene)
    packet = packet_out(scene)
    scene.do("rebut_service", "haiyun", packet=packet, says="not_received", grounds="The address is not ours.")
    scene.do("decide_rebuttal", "judge", packet=packet, finding="not_received", reasons="The register shows another.")
    assert "payment_order_sued" not in desk(scene)
    with pytest.raises(ActNotOpen, match="no word"):
        scene.do("keep_payment_order", "judge", reasons="It is over capsules bought by the applicant.")


def test_once_the_procedure_has_ended_no_objection_is_ruled_on(small_scene: Scene) -> None:
    """While the seven days of what lapsed before still run: what ended without a lawsuit does not become one by a ruling on the
    objection that waited (CPI 430(1), 434, 438).
    """
    scene = small_scene
    served(scene)
    objects(scene, 2)
    rules(scene, "upheld", "doubt")
    objects(scene, 1)
    ends(scene, "security_sued")
    assert scene.case().stage is Stage.PAYMENT_ORDER and row(scene, PaymentOrder).state is PaymentOrderState.LAPSED
    with pytest.raises(ActNotOpen):
        rules(scene, "upheld", "doubt")
    with pytest.raises(ActNotOpen):
        scene.do("withdraw_payment_objection", "haiyun")
    reads(scene, "li")
    scene.later(days=8)
    assert scene.case().outcome is Outcome.LAPSED
    with scene.court.database.read() as session:
        assert session.scalars(select(Claim.amount_minor)).all() == [1_000_000]


@pytest.mark.parametrize("fell", ["set aside", "never served"])
def test_what_was_paid_under_an_order_that_fell_lies_before_the_judge(small_scene: Scene, fell: str) -> None:
    """Though the case of the order is over with that, a judge rules whether it goes back (CPL 244)."""
    scene = small_scene
    served(scene)
    scene.later(days=16)
    with scene.court.database.read() as session:
        first = session.scalars(select(Obligation.reference).where(Obligation.case_id == scene.case_id)).first()
    paid = {"obligation": first, "amount": "500.00", "on": scene.clock.now().date().isoformat()}
    scene.do("record_performance", "li", **paid)
    if fell == "set aside":
        scene.do("doubt_payment_order", "judge", reasons="The note seems forged.")
        scene.do(
            "set_aside_payment_order",
            "president",
            committee_on="2026-03-01",
            reasons="The note was forged.",
            case_number=number(scene),
        )
    else:
        packet = packet_out(scene)
        scene.do("rebut_service", "haiyun", packet=packet, says="not_received", grounds="The address is not ours.")
        scene.do("decide_rebuttal", "judge", packet=packet, finding="not_received", reasons="The register says so.")
        scene.later(days=31)
        ends(scene, "not_served")
        reads(scene, "li")
        scene.later(days=10)
    assert scene.case().stage is Stage.CLOSED and "reversal_due" in desk(scene)
    scene.do(
        "rule_on_reversal",
        "judge",
        giver="claimant/1",
        receiver="respondent/1",
        answer="order",
        amount="500.00",
        reasons="The order binds nobody.",
    )
    assert "reversal_due" not in desk(scene)
