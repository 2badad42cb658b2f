"""An action of many: announced, registered for, conducted by representatives (CPL 56, 57; CPI 75–80)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.docket.queries import parties
from odr.filing.group.conduct import conducted_by_others, representatives, represented
from odr.filing.group.inputs import RegistrationInput
from odr.filing.group.models import GroupAction, GroupMember, MemberState
from odr.filing.group.registration import register
from odr.filing.inputs import JoinInput
from odr.filing.models import Request
from odr.filing.parties.joining_by_code import join
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.identity.models import Account, AccountState
from odr.payments.costs.demands import settle_bears, standing_fee
from odr.payments.fee.at_end import fee_at_end, standing_at_end
from odr.payments.fee.fee_computation import Assessment, Matter
from odr.payments.models import AssessmentState, FeeAssessment, FeeBasis, Refund
from odr.procedure.models import Task
from odr.service.models import Packet
from tests.filing.test_merging import pay
from tests.filing.visitor import Visitor
from tests.kept import kept
from tests.scene import Scene, claim

Door = Callable[[str | None], Visitor]
ABOUT = {
    "about": "Capsules of one batch with an additive that is not allowed.",
    "asked": "The price back and ten times the price.",
    "days": 30,
}
SAID: dict[str, Any] = {
    "email": "m@parties.example",
    "tie": "Order BH-77 of 6 November",
    "harm": "Paid 100 for what may not be sold.",
    "amount": "100.00",
}


def members(scene: Scene, count: int) -> list[str]:
    """People with accounts of their own."""
    names = [f"member{n}" for n in range(count)]
    with scene.court.database.write() as session:
        for name in names:
            account = Account(
                email=f"{name}@court.example",
                name=name.title(),
                state=AccountState.ACTIVE,
                created_at=scene.clock.now(),
                confirmed_at=scene.clock.now(),
                identity_verified_at=scene.clock.now(),
            )
            session.add(account)
            session.flush()
            scene.people[name] = account.id
    return names


@kept
def announced(scene: Scene) -> str:
    """An accepted case, announced; the public reference."""
    scene.lodge()
    scene.accept("small_claims")
    scene.do("announce_registration", "judge", **ABOUT)
    with scene.court.database.read() as session:
        return session.scalars(select(GroupAction.reference)).one()


def registered(scene: Scene, reference: str, name: str, answer: str = "allow") -> GroupMember:
    register(
        scene.court, scene.people[name], reference, RegistrationInput.model_validate({**SAID, "name": name.title()})
    )
    with scene.court.database.read() as session:
        member = session.scalars(select(GroupMember).order_by(GroupMember.id.desc()).limit(1)).one()
    scene.do("decide_registration", "clerk", member=member.reference, answer=answer, reasons="Order and payment shown.")
    with scene.court.database.read() as session:
        return session.get_one(GroupMember, member.id)


@kept
def group(scene: Scene, count: int = 9) -> list[str]:
    """An action of ten claimants after the time to register; Li is the first of them."""
    reference, names = announced(scene), members(scene, count)
    for name in names:
        registered(scene, reference, name)
    scene.clock.advance(timedelta(days=40))
    return names


def claimants(scene: Scene) -> dict[str, str]:
    return {p.name: p.reference for p in parties(scene.case(), Role.CLAIMANT)}


@kept
def named(scene: Scene) -> None:
    """Li and Member0 conduct the case, elected by three."""
    known = claimants(scene)
    for voter in ("member1", "member2", "li"):
        scene.do("elect_representative", voter, candidates=[known["Li Wen"], known["Member0"]])
    scene.do(
        "name_representatives",
        "judge",
        people=[known["Li Wen"], known["Member0"]],
        how="elected",
        reasons="They have the most votes.",
    )


def test_an_announcement_takes_no_fee_in_advance_and_ends_small_claims(small_scene: Scene) -> None:
    """The fee asked for is cancelled (CPI 194); with many on one side the judge is asked to leave small claims
    procedure.
    """
    announced(small_scene)
    with small_scene.court.database.read() as session:
        assert {row.state for row in session.scalars(select(FeeAssessment))} <= {AssessmentState.CANCELLED}
        asked = session.scalars(select(Task).where(Task.kind == "track", Task.done_at.is_(None))).one()
    assert "many members" in asked.title["en"]


def test_thirty_days_are_the_least(small_scene: Scene) -> None:
    """A shorter time is refused at its field (CPI 79), a second announcement too, and a party announces nothing."""
    small_scene.lodge()
    small_scene.accept("simple")
    with pytest.raises(InvalidInput):
        small_scene.do("announce_registration", "judge", **{**ABOUT, "days": 29})
    with pytest.raises(Forbidden):
        small_scene.do("announce_registration", "li", **ABOUT)
    small_scene.do("announce_registration", "judge", **ABOUT)
    with pytest.raises(ActNotOpen):
        small_scene.do("announce_registration", "judge", **ABOUT)


def test_who_registers_is_a_claimant_with_a_claim_of_her_own_or_may_sue_alone(small_scene: Scene) -> None:
    """The registry decides on tie and harm; twice, by the other side, or late nobody registers."""
    reference = announced(small_scene)
    small_scene.join()
    one, two = members(small_scene, 2)
    assert registered(small_scene, reference, one).state is MemberState.REGISTERED
    assert registered(small_scene, reference, two, "refuse").state is MemberState.REFUSED
    assert set(claimants(small_scene)) == {"Li Wen", "Member0"}
    for name in (one, "haiyun"):
        with pytest.raises(ActNotOpen):
            registered(small_scene, reference, name)
    small_scene.clock.advance(timedelta(days=40))
    with pytest.raises(ActNotOpen):
        registered(small_scene, reference, "stranger")


def test_fewer_than_ten_are_not_many(small_scene: Scene) -> None:
    """Each acts for herself; while others may still register nobody is named either (CPI 75)."""
    reference = announced(small_scene)
    registered(small_scene, reference, *members(small_scene, 1))
    known = claimants(small_scene)
    given = {"people": list(known.values()), "how": "appointed", "reasons": "Nobody else offered."}
    with pytest.raises(ActNotOpen):
        small_scene.do("name_representatives", "judge", **given)
    small_scene.clock.advance(timedelta(days=40))
    with pytest.raises(ActNotOpen):
        small_scene.do("name_representatives", "judge", **given)


@pytest.mark.slow
def test_the_elected_are_those_with_the_most_votes(small_scene: Scene) -> None:
    """The latest word of each counts; naming others as elected is refused, appointing them is the court's."""
    group(small_scene)
    known = claimants(small_scene)
    for voter in ("member1", "member2"):
        small_scene.do("elect_representative", voter, candidates=[known["Member5"], known["Member6"]])
    given = {"people": [known["Li Wen"], known["Member0"]], "how": "elected", "reasons": "They offered."}
    with pytest.raises(InvalidInput):
        small_scene.do("name_representatives", "judge", **given)
    named(small_scene)
    assert len(represented(small_scene.case())) == 8


@pytest.mark.slow
def test_the_representatives_conduct_the_case_and_need_consent_to_give_anything_up(small_scene: Scene) -> None:
    """Others no longer act by themselves; what changes, waives, admits or settles needs everybody's yes, and one no
    ends it (CPL 56).
    """
    names = group(small_scene)
    named(small_scene)
    lower = {"relief": [{"kind": "money", "what": "The price back", "amount": "7,000.00"}], "reasons": "Less was paid."}
    with pytest.raises(ActNotOpen):
        small_scene.do("challenge", "member3", seat="1", words="She knows the seller.")
    with pytest.raises(ActNotOpen):
        small_scene.do("amend_claim", "li", **lower)
    small_scene.do("propose_disposition", "li", what="change", words="We ask for 7,000 instead of 8,000.")
    with small_scene.court.database.read() as session:
        proposal = session.scalars(select(Request.reference).order_by(Request.id.desc()).limit(1)).one()
    for name in names[1:]:
        small_scene.do("consent_to_disposition", name, proposal=proposal, agrees="yes")
    small_scene.do("amend_claim", "li", **lower)
    small_scene.do("propose_disposition", "member0", what="settle", words="We take half and are done.")
    with small_scene.court.database.read() as session:
        proposal = session.scalars(select(Request.reference).order_by(Request.id.desc()).limit(1)).one()
    small_scene.do("consent_to_disposition", "member4", proposal=proposal, agrees="no")
    with pytest.raises(ActNotOpen):
        small_scene.do("amend_claim", "li", **lower)


def _agreed(scene: Scene, names: list[str], what: str) -> None:
    """Everybody who is represented says yes to a proposal."""
    scene.do("propose_disposition", "li", what=what, words="As we told everybody by letter.")
    with scene.court.database.read() as session:
        proposal = session.scalars(select(Request.reference).order_by(Request.id.desc()).limit(1)).one()
    for name in names[1:]:
        scene.do("consent_to_disposition", name, proposal=proposal, agrees="yes")


def test_a_yes_to_one_thing_is_no_yes_to_another(small_scene: Scene) -> None:
    """Whoever agreed to settle agreed to no change of the claims, and who agreed to one change to no second (CPL 56)."""
    names = group(small_scene)
    named(small_scene)
    lower = {"relief": [{"kind": "money", "what": "The price back", "amount": "7,000.00"}], "reasons": "Less was paid."}
    _agreed(small_scene, names, "settle")
    with pytest.raises(ActNotOpen):
        small_scene.do("amend_claim", "li", **lower)
    _agreed(small_scene, names, "change")
    small_scene.do("amend_claim", "li", **lower)
    with pytest.raises(ActNotOpen):
        small_scene.do("amend_claim", "li", **lower)


@pytest.mark.parametrize("who", ["li", "member3"])
@pytest.mark.parametrize("act", ["appeal_decision", "apply_for_retrial", "apply_for_enforcement", "name_account"])
def test_after_the_decision_everybody_acts_for_themselves(small_scene: Scene, act: str, who: str) -> None:
    """No claimant loses an appeal or what the judgment gives them because others conducted the case, and a representative
    asks nobody before they appeal: nothing is given up by it (CPL 56). To settle, they ask as before.
    """
    group(small_scene)
    named(small_scene)
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        case.stage = Stage.PRONOUNCED
        look, table = small_scene.court.look(session), small_scene.court.table
        assert conducted_by_others(look, table[act], case, small_scene.actor(who)) is None
        assert conducted_by_others(look, table["accept_offer"], case, small_scene.actor(who)) is not None


def test_where_it_was_known_who_claims_the_court_appoints_nobody(small_scene: Scene) -> None:
    """Ten who sue together elect who conducts the case for them; whoever elected nobody acts themselves (CPI 76)."""
    names = members(small_scene, 9)
    fellows = [{"name": n.title(), "email": f"{n}@court.example", "amount": "100.00"} for n in names]
    small_scene.lodge(claim(fellows=fellows))
    with small_scene.court.database.read() as session:
        letters = {p.recipient_name: p.code for p in session.scalars(select(Packet).where(Packet.first_contact))}
    for name in names:
        own = JoinInput(name=name.title(), email=f"{name}@court.example", e_service=True)
        join(small_scene.court, small_scene.people[name], letters[name.title()], own)
    small_scene.accept("simple")
    known = claimants(small_scene)
    given = {"people": [known["Li Wen"], known["Member0"]], "reasons": "They offered."}
    for how in ("agreed", "appointed"):
        with pytest.raises(InvalidInput):
            small_scene.do("name_representatives", "judge", **given, how=how)
    for voter in ("member1", "li"):
        small_scene.do("elect_representative", voter, candidates=[known["Li Wen"], known["Member0"]])
    small_scene.do("name_representatives", "judge", **given, how="elected")
    assert [p.name for p in represented(small_scene.case())] == ["Member1"]
    lower = {"relief": [{"kind": "money", "what": "The price back", "amount": "90.00"}], "reasons": "Less was paid."}
    with pytest.raises(ActNotOpen):
        small_scene.do("amend_claim", "member1", **lower)
    small_scene.do("amend_claim", "member2", **lower)


def at_end(scene: Scene) -> Assessment:
    """The fee of the action as it would be today."""
    with scene.court.database.read() as session:
        found = fee_at_end(scene.court.look(session), session.get_one(Case, scene.case_id))
    assert found is not None
    return found


def bases(scene: Scene) -> list[FeeBasis]:
    with scene.court.database.read() as session:
        return standing_at_end(scene.court.look(session), session.get_one(Case, scene.case_id))


def leaves(scene: Scene, who: str) -> None:
    """Somebody asks for leave to withdraw her own claim, and gets it."""
    scene.do("withdraw_claim", who)
    with scene.court.database.read() as session:
        request = session.scalars(select(Request.reference).order_by(Request.id.desc()).limit(1)).one()
    scene.do("rule_on_withdrawal", "judge", request=request, answer="allow", reasons="Nobody objects.")
    scene.work()


def fees(scene: Scene) -> list[FeeAssessment]:
    with scene.court.database.read() as session:
        return list(
            session.scalars(
                select(FeeAssessment).where(
                    FeeAssessment.case_id == scene.case_id, FeeAssessment.state != AssessmentState.CANCELLED
                )
            )
        )


def test_whoever_leaves_an_action_of_many_bears_half_the_fee_of_her_own_claim(small_scene: Scene) -> None:
    """100 in dispute make 50, halved once, demanded from her alone; the fee of the rest is computed without her (FEE
    13, 15, 34; CPI 194, 206).
    """
    group(small_scene)
    before = at_end(small_scene)
    leaves(small_scene, "member3")
    (hers,) = fees(small_scene)
    party = next(p for p in small_scene.case().parties if p.name == "Member3")
    assert (hers.party_id, hers.amount_minor, hers.full_minor, hers.state) == (
        party.id,
        2_500,
        5_000,
        AssessmentState.DUE,
    )
    assert {step["article"] for step in hers.steps} >= {"FEE 34"} and hers.matter is Matter.WITHDRAWN_CLAIM
    assert at_end(small_scene).full.minor <= before.full.minor and len(bases(small_scene)) == 9
    with small_scene.court.database.read() as session:
        letters = session.scalars(
            select(Packet).where(Packet.case_id == small_scene.case_id, Packet.occasion == "costs_demand")
        ).all()
    assert [letter.party_id for letter in letters] == [party.id]


def test_no_costs_decision_and_no_end_of_the_action_takes_up_again_what_was_settled_on_leaving(
    small_scene: Scene,
) -> None:
    """Costs brought to what each bears leave her half alone; when the last of them withdraw it stays due, once."""
    names = group(small_scene)
    leaves(small_scene, "member3")
    with small_scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, small_scene.case_id)
        settle_bears(sitting, case, {"respondent/1": standing_fee(sitting, case)})
    assert [(row.amount_minor, row.state) for row in fees(small_scene) if row.matter is Matter.WITHDRAWN_CLAIM] == [
        (2_500, AssessmentState.DUE)
    ]
    for name in ("li", *(name for name in names if name != "member3")):
        leaves(small_scene, name)
    hers = [row for row in fees(small_scene) if row.matter is Matter.WITHDRAWN_CLAIM]
    assert (
        small_scene.case().stage is Stage.CLOSED
        and len(hers) == 9
        and {row.state for row in hers} == {AssessmentState.DUE}
    )


def test_whoever_had_paid_in_advance_gets_half_back_and_owes_nothing_more_on_leaving(small_scene: Scene) -> None:
    """Li paid 50 halved before the action was announced: half of what she owes in the end is hers to bear, the rest
    goes back (FEE 15; CPI 194).
    """
    small_scene.lodge()
    small_scene.accept("simple")
    pay(small_scene)
    small_scene.do("announce_registration", "judge", **ABOUT)
    with small_scene.court.database.read() as session:
        reference = session.scalars(select(GroupAction.reference)).one()
    registered(small_scene, reference, members(small_scene, 1)[0])
    leaves(small_scene, "li")
    (prepaid, after) = fees(small_scene)
    assert prepaid.matter is after.matter is Matter.WITHDRAWN_CLAIM and after.state is AssessmentState.NOTHING
    with small_scene.court.database.read() as session:
        back = session.scalars(select(Refund.amount_minor).where(Refund.case_id == small_scene.case_id)).all()
    assert prepaid.amount_minor - sum(back) == 2_500


def test_representatives_need_no_consent_of_who_withdrew(small_scene: Scene) -> None:
    """She is no longer represented, and a representative who withdraws represents nobody (CPL 56)."""
    group(small_scene)
    named(small_scene)
    leaves(small_scene, "member3")
    assert (
        "Member3" not in {p.name for p in represented(small_scene.case())} and len(represented(small_scene.case())) == 7
    )
    leaves(small_scene, "member0")
    assert [p.name for p in representatives(small_scene.case())] == ["Li Wen"]


def test_everybody_reads_the_announcement_and_registers_from_its_page(small_scene: Scene, visitor: Door) -> None:
    """Signed out it names no private person; signed in the form keeps what was typed and leads to the list with the
    state.
    """
    reference = announced(small_scene)
    page = visitor(None).get(f"/registrations/{reference}")
    assert ABOUT["about"] in page and "Haiyun Information" in page and "Li Wen" not in page
    assert "Register by the end of" in visitor(None).get("/registrations")
    who = visitor("stranger")
    place = f"/registrations/{reference}/register"
    assert "Order BH-77" in who.send(place, place, 422, **{**SAID, "amount": "x"}).text
    who.send(place, place, **SAID)
    assert "Being looked at" in who.get("/registrations")
    assert "registered already" in who.send(place, place, 409, **SAID).text
