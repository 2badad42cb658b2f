"""An action of many: announced, registered for, conducted by representatives (CPL 56, 57; CPI 75–80)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Role
from odr.docket.queries import parties
from odr.errors import ActNotOpen, Forbidden, InvalidInput
from odr.filing.acts_group import represented
from odr.filing.grouping import register
from odr.filing.inputs_merging import RegistrationInput
from odr.filing.models import Request
from odr.filing.models_group import GroupAction, GroupMember, MemberState
from odr.identity.models import Account, AccountState
from odr.payments.models import AssessmentState, FeeAssessment
from odr.procedure.models import Task
from tests.filing.visitor import Visitor
from tests.scene import Scene

Door = Callable[[str | None], Visitor]
ABOUT = {"about": "Capsules of one batch with an additive that is not allowed.", "asked": "The price back and ten times the price.", "days": 30}
SAID: dict[str, Any] = {"email": "m@parties.example", "tie": "Order BH-77 of 6 November", "harm": "Paid 100 for what may not be sold.", "amount": "100.00"}


def members(scene: Scene, count: int) -> list[str]:
    """People with accounts of their own."""
    names = [f"member{n}" for n in range(count)]
    with scene.court.database.write() as session:
        for name in names:
            account = Account(
                email=f"{name}@court.example", name=name.title(), state=AccountState.ACTIVE, created_at=scene.clock.now(), confirmed_at=scene.clock.now()
            )
            session.add(account)
            session.flush()
            scene.people[name] = account.id
    return names


def announced(scene: Scene) -> str:
    """An accepted case, announced; the public reference."""
    scene.lodge()
    scene.accept("small_claims")
    scene.do("announce_registration", "judge", **ABOUT)
    with scene.court.database.read() as session:
        return session.scalars(select(GroupAction.reference)).one()


def registered(scene: Scene, reference: str, name: str, answer: str = "allow") -> GroupMember:
    register(scene.court, scene.people[name], reference, RegistrationInput.model_validate({**SAID, "name": name.title()}))
    with scene.court.database.read() as session:
        member = session.scalars(select(GroupMember).order_by(GroupMember.id.desc()).limit(1)).one()
    scene.do("decide_registration", "clerk", member=member.reference, answer=answer, reasons="Order and payment shown.")
    with scene.court.database.read() as session:
        return session.get_one(GroupMember, member.id)


def group(scene: Scene, count: int = 9) -> list[str]:
    """An action of ten claimants after the time to register; Li is the first of them."""
    reference, names = announced(scene), members(scene, count)
    for name in names:
        registered(scene, reference, name)
    scene.clock.advance(timedelta(days=40))
    return names


def claimants(scene: Scene) -> dict[str, str]:
    return {p.name: p.reference for p in parties(scene.case(), Role.CLAIMANT)}


def named(scene: Scene) -> None:
    """Li and Member0 conduct the case, elected by three."""
    known = claimants(scene)
    for voter in ("member1", "member2", "li"):
        scene.do("elect_representative", voter, candidates=[known["Li Wen"], known["Member0"]])
    scene.do("name_representatives", "judge", people=[known["Li Wen"], known["Member0"]], how="elected", reasons="They have the most votes.")


def test_an_announcement_takes_no_fee_in_advance_and_ends_small_claims(small_scene: Scene) -> None:
    """The fee asked for is cancelled (CPI 194); with many on one side the judge is asked to leave small claims procedure."""
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
    """Others no longer act by themselves; what changes, waives, admits or settles needs everybody's yes, and one no ends it (CPL 56)."""
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


def test_everybody_reads_the_announcement_and_registers_from_its_page(small_scene: Scene, visitor: Door) -> None:
    """Signed out it names no private person; signed in the form keeps what was typed and leads to the list with the state."""
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
