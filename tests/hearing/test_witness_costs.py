"""What a witness is paid: stated, ruled on at the standards of the rules, advanced by who called them, paid, and borne by the
loser (CPL 77; CPI 118; EV 75; FEE 11).
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.filing.models import Request
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.courtroom.called_by_court import CallWitnessInput
from odr.hearing.courtroom.witness_costs.models import WitnessCost, WitnessCostState
from odr.hearing.courtroom.witness_costs.rules import Heads, daily_wage, most_for, total_of, working
from odr.hearing.courtroom.witnesses import WitnessInput
from odr.hearing.models import Posting, Witness
from odr.hearing.vocabulary import PostingKind
from odr.payments.books.ledger import balance, is_balanced, trial_balance
from odr.payments.books.paydesk import cashier
from odr.payments.costs.demands import standing_fee
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import PaymentInput
from odr.payments.models import AssessmentState, Channel, CourtAdvance, FeeAssessment, LedgerAccount, Refund
from odr.procedure.models import Task
from odr.procedure.rules.registry import PackRegistry
from odr.service.models import Packet
from tests.evidence.test_case_file import signed_in
from tests.kept import kept
from tests.scene import Scene

STATED = {
    "transport": "120.00",
    "lodging": "300.00",
    "meals": "200.00",
    "days_away": 2,
    "lost_days": 2,
    "words": "Train tickets and the bill of the inn.",
}
ALLOWED = {
    "transport": "120.00",
    "lodging": "300.00",
    "meals": "200.00",
    "lost_days": 2,
    "reasons": "The tickets show it.",
}
TOTAL = 12_000 + 30_000 + 20_000 + 2 * 47_552
"""In minor units: transport, lodging, meals, and two days at the daily wage of 2024."""


@kept
def named(scene: Scene) -> None:
    """The claimant has a witness, and the judge hears them."""
    scene.pend()
    asked = {"name": "Ding", "email": "ding@people.example", "about": "She saw the parcel being opened."}
    scene.do("ask_leave_for_witness", "li", WitnessInput.model_validate({**asked, "manner": "live"}))
    scene.do("rule_on_witness", "judge", witness=witness(scene).reference, answer="allow", reasons="She was there.")


def witness(scene: Scene) -> Witness:
    """The newest witness of the case."""
    with scene.court.database.read() as session:
        rows = select(Witness).where(Witness.case_id == scene.case_id).order_by(Witness.id.desc())
        return session.scalars(rows).first()  # type: ignore[return-value]


def speaks(scene: Scene) -> None:
    """The witness has said what they know."""
    with scene.court.database.write() as session:
        one = session.scalars(select(Witness).where(Witness.case_id == scene.case_id)).one()
        about: dict[str, Any] = {"exhibits": [], "uploads": [], "entry_number": 1, "at": scene.clock.now()}
        session.add(
            Posting(
                case_id=scene.case_id,
                witness_id=one.id,
                kind=PostingKind.TESTIMONY,
                role=Role.WITNESS,
                speaker=one.name,
                words="The seal was broken.",
                **about,
            )
        )


def cost(scene: Scene) -> WitnessCost:
    """The newest statement."""
    with scene.court.database.read() as session:
        rows = select(WitnessCost).where(WitnessCost.case_id == scene.case_id).order_by(WitnessCost.id.desc())
        return session.scalars(rows).first()  # type: ignore[return-value]


def state(scene: Scene, who: str = "li", **more: Any) -> None:
    """Somebody states what coming costs the witness."""
    scene.do("state_witness_costs", who, witness=witness(scene).reference, **{**STATED, **more})


def allow(scene: Scene, **more: Any) -> None:
    """The judge rules."""
    scene.do("rule_on_witness_costs", "judge", cost=cost(scene).reference, **{**ALLOWED, **more})


def notice(scene: Scene) -> FeeAssessment:
    """What the party is asked to advance."""
    with scene.court.database.read() as session:
        rows = select(FeeAssessment).where(FeeAssessment.matter == Matter.WITNESS)
        return session.scalars(rows.where(FeeAssessment.case_id == scene.case_id)).one()


def advance(scene: Scene) -> None:
    """The party pays at the counter."""
    row = notice(scene)
    given = PaymentInput(
        assessment=row.reference,
        channel=Channel.COUNTER,
        amount=row.amount,
        source=f"counter/{row.reference}",
        received_at=scene.clock.now(),
    )
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        me = cashier(sitting.session, case, scene.people["cashier"], "Cashier", sitting.now, scene.clock.machine_now())
        sitting.perform("record_payment", case, given, actor=me)


def pay(scene: Scene, amount: str = "1571.04", reference: str | None = None) -> None:
    """The pay desk pays the witness."""
    given = {"cost": reference or cost(scene).reference, "amount": amount, "channel": "transfer", "slip": "T-1"}
    model = scene.court.table["pay_witness"].input.model_validate(given)
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        me = cashier(sitting.session, case, scene.people["cashier"], "Cashier", sitting.now, scene.clock.machine_now())
        sitting.perform("pay_witness", case, model, actor=me)


def on_desks(scene: Scene) -> set[str]:
    """Kinds of what waits on the desks about it."""
    with scene.court.database.read() as session:
        rows = select(Task.kind).where(Task.case_id == scene.case_id, Task.done_at.is_(None))
        return set(session.scalars(rows)) & {"witness_costs", "witness_pay"}


def books(scene: Scene) -> dict[LedgerAccount, int]:
    """What the books hold for the case, by account; they balance."""
    with scene.court.database.read() as session:
        assert is_balanced(trial_balance(session))
        return {one: balance(session, one, "CNY", case_id=scene.case_id) for one in LedgerAccount}


def letters(scene: Scene) -> list[str]:
    """Titles of what was sent to the witness, in English."""
    with scene.court.database.read() as session:
        rows = select(Packet).where(Packet.case_id == scene.case_id, Packet.recipient_name == "Ding")
        return [str(packet.title) for packet in session.scalars(rows.order_by(Packet.id))]


def test_a_party_advances_it_the_witness_is_paid_and_it_is_part_of_the_costs(small_scene: Scene) -> None:
    """Stated, ruled on with every step, advanced by who called the witness, and passed on: none of it is the court's own (CPL 77;
    FEE 11).
    """
    scene = small_scene
    named(scene)
    state(scene)
    assert on_desks(scene) == {"witness_costs"}
    allow(scene)
    row = cost(scene)
    assert (row.allowed_minor, row.state) == (TOTAL, WitnessCostState.AWAITED)
    assert [step["article"] for step in row.working] == ["CPL 77; CPI 118"] * 4
    assert sum(step["minor"] for step in row.working) == TOTAL == notice(scene).amount_minor
    assert on_desks(scene) == set()
    advance(scene)
    first = row.reference
    assert on_desks(scene) == set(), "paid when she has been heard"
    with pytest.raises(ActNotOpen):
        pay(scene)
    speaks(scene)
    state(scene, transport="1.00", lodging="0", meals="0", lost_days=0)
    allow(scene, transport="0", lodging="0", meals="0", lost_days=0)
    assert cost(scene).state is WitnessCostState.REFUSED
    pay(scene, reference=first)
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        assert standing_fee(look, case, (Matter.WITNESS,)).minor == TOTAL
        assert session.scalars(select(CourtAdvance)).all() == []
    assert books(scene)[LedgerAccount.ENTRUSTED] == 0
    scene.work()
    assert any("to be paid" in one for one in letters(scene)) and any("You are paid" in one for one in letters(scene))


def test_the_court_advances_what_a_party_did_not(small_scene: Scene) -> None:
    """The witness does not wait for who called them: when the time is over the pay desk pays out of the court's means, and
    what the party was asked for is asked for no more, but borne by who loses.
    """
    scene = small_scene
    named(scene)
    speaks(scene)
    state(scene)
    allow(scene)
    with pytest.raises(ActNotOpen):
        pay(scene)
    scene.later(hours=1)
    scene.later(days=9)
    assert on_desks(scene) == {"witness_pay"}
    before = books(scene)
    pay(scene)
    assert notice(scene).state is AssessmentState.CANCELLED
    with scene.court.database.read() as session:
        look, case = scene.court.look(session), session.get_one(Case, scene.case_id)
        assert standing_fee(look, case, (Matter.WITNESS,)).minor == TOTAL
        assert session.scalars(select(CourtAdvance.amount_minor)).all() == [TOTAL]
    after = books(scene)
    assert after[LedgerAccount.ENTRUSTED] == 0
    assert after[LedgerAccount.DEFERRED] - before[LedgerAccount.DEFERRED] == TOTAL


def test_the_court_advances_it_for_whom_it_called_itself(small_scene: Scene) -> None:
    """Where nobody asked for the witness no party advances it (CPL 77), and on a ground of article 96 only (EV 69)."""
    scene = small_scene
    scene.pend()
    called = {"ground": "collusion", "name": "Ding", "email": "ding@people.example", "about": "Who ordered the parcel."}
    reasons = "Both sides say the same, and a third pays for it."
    scene.do("call_witness", "judge", CallWitnessInput.model_validate({**called, "reasons": reasons}))
    speaks(scene)
    with pytest.raises(ActNotOpen):
        state(scene, "li")
    state(scene, "clerk")
    allow(scene)
    assert cost(scene).state is WitnessCostState.READY and on_desks(scene) == {"witness_pay"}
    pay(scene, "100.00")
    assert cost(scene).paid_minor == 10_000
    with scene.court.database.read() as session:
        assert session.scalars(select(CourtAdvance.amount_minor)).all() == [10_000]
        assert session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.WITNESS)).all() == []


def test_what_was_needed_less_goes_back_to_who_advanced_it(small_scene: Scene) -> None:
    """Paid before she comes since she cannot lay it out (EV 75); what was over returns to the party."""
    scene = small_scene
    named(scene)
    state(scene, hardship="She lives on a small pension.")
    allow(scene)
    advance(scene)
    assert on_desks(scene) == {"witness_pay"}
    pay(scene, "1000.00")
    with scene.court.database.read() as session:
        back = session.scalars(select(Refund).where(Refund.case_id == scene.case_id)).all()
        assert [one.amount_minor for one in back] == [TOTAL - 100_000]
    assert books(scene)[LedgerAccount.ENTRUSTED] == 0


def test_who_does_not_come_is_not_paid_and_it_goes_back(small_scene: Scene) -> None:
    """The claim is withdrawn before she was heard: what was advanced goes back, and she is told."""
    scene = small_scene
    named(scene)
    state(scene)
    allow(scene)
    advance(scene)
    scene.do("withdraw_claim", "li")
    with scene.court.database.read() as session:
        asked = session.scalars(select(Request.reference).order_by(Request.id.desc())).first()
    scene.do("rule_on_withdrawal", "judge", request=asked, answer="allow", reasons="Nothing stands against it.")
    assert cost(scene).state is WitnessCostState.ENDED
    with scene.court.database.read() as session:
        rows = select(Refund.amount_minor).where(Refund.case_id == scene.case_id)
        assert TOTAL in session.scalars(rows).all()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"transport": "120.01"}, "transport"),
        ({"meals": "200.01"}, "meals"),
        ({"lost_days": 3}, "lost_days"),
    ],
)
def test_no_more_than_was_stated(small_scene: Scene, more: dict[str, Any], field: str) -> None:
    """The judge allows what was needed, never more than was stated."""
    named(small_scene)
    state(small_scene)
    with pytest.raises(InvalidInput) as caught:
        allow(small_scene, **more)
    assert [fault.location for fault in caught.value.faults] == [(field,)]


def test_no_more_for_meals_than_the_standard(small_scene: Scene) -> None:
    """Meals are paid at the rate of the rules for the days away (CPI 118)."""
    named(small_scene)
    state(small_scene, meals="500.00")
    with pytest.raises(InvalidInput, match="At most"):
        allow(small_scene, meals="200.01")
    allow(small_scene)


def test_nothing_is_stated_for_nothing_twice_or_by_others(small_scene: Scene) -> None:
    """One statement at a time, of the party who called them or the registry; the other side states nothing."""
    named(small_scene)
    with pytest.raises(InvalidInput):
        state(small_scene, transport="0", lodging="0", meals="0", lost_days=0)
    with pytest.raises(ActNotOpen):
        state(small_scene, "haiyun")
    with pytest.raises(Forbidden):
        state(small_scene, "judge")
    state(small_scene)
    with pytest.raises(ActNotOpen):
        state(small_scene)


def test_the_page_shows_the_working_to_parties_and_court(small_scene: Scene) -> None:
    """Every step with its article, who advances it, and until when, in both languages."""
    scene = small_scene
    named(scene)
    state(scene)
    allow(scene)
    for who in ("li", "haiyun", "judge", "clerk"):
        page = signed_in(scene, who).get(f"/cases/{scene.case().reference}/examination/witness-costs").text
        assert "1,571.04" in page and "Civil Procedure Law, art. 77" in page and "475.52" in page, who


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 60), st.integers(0, 60))
def test_the_steps_add_up_to_what_is_paid(transport: int, lodging: int, meals: int, away: int, lost: int) -> None:
    """Whatever is allowed, the steps add up to it, none is empty, and a day of work counts a year's wage by the days worked in
    it, rounded half up (CPI 118).
    """
    pack = PackRegistry.load().in_force("cn", date(2026, 3, 2))
    wage = daily_wage(pack, date(2026, 3, 2))
    assert wage is not None and abs(Fraction(12_411_000, 261) - wage.amount.minor) <= Fraction(1, 2)
    steps = working(pack, Heads(transport, lodging, meals, away, lost), date(2026, 3, 2))
    assert total_of(pack, steps).minor == transport + lodging + meals + lost * wage.amount.minor
    assert all(step.amount.minor for step in steps)
    assert pack.witness_costs is not None and most_for(pack.witness_costs, "meals", away) == 10_000 * away
