"""A case with a third party in it, who claims what the two sides dispute, or only stands by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from odr.docket.models import Case
from odr.filing.inputs import JoinInput
from odr.filing.models import RequestKind
from odr.filing.parties.joinder import AddPartyInput
from odr.filing.parties.joining_by_code import join
from odr.payments.fee.fee_computation import Matter
from tests.filing.test_joinder import newest
from tests.filing.test_motions import request_of
from tests.scene import Scene

OWNER = "Capsule Works Ltd."
ADDRESSES = {"email": "law@capsules.example", "address": "3 Mill Lane"}
HERS = [{"kind": "money", "what": "The price, which is owed to the maker", "amount": "5,000.00"}]
FACTS = [{"what": "The goods were sold on commission and stayed the maker's."}]


def begun(scene: Scene, track: str) -> Scene:
    """A claim accepted in this procedure, and served; the respondent is there."""
    scene.lodge()
    scene.accept(track)
    scene.work()
    scene.join()
    scene.work()
    return scene


def brought_in(scene: Scene, **changes: Any) -> None:
    """The judge brings the maker of the goods into the case; her letter comes and she joins."""
    given = {"role": "third_party", "name": OWNER, "kind": "company", **ADDRESSES, "reasons": "It concerns her."}
    scene.do("bring_in_party", "judge", AddPartyInput.model_validate({**given, **changes}))
    _, letter = newest(scene)
    join(
        scene.court,
        scene.people["stranger"],
        letter.code,
        JoinInput(name=OWNER, email="law@capsules.example", e_service=True, in_writing=True),
    )
    scene.work()


def with_claim(scene: Scene, *, answered: bool = True, paid: bool = True) -> None:
    """She claims the price for herself; it is served, her fee comes in, and both sides answer."""
    brought_in(scene)
    scene.do("file_third_party_claim", "stranger", facts=FACTS, relief=HERS)
    scene.later(days=1)
    if paid:
        scene.pay(Matter.THIRD_PARTY_CLAIM)
    for who in ("li", "haiyun") if answered else ():
        scene.do("answer_third_party", who, position="defend", statement="It is owed to nobody else.")


def leave_asked(scene: Scene, who: str = "li") -> str:
    """Somebody asks to withdraw; the reference of what they ask."""
    scene.do("withdraw_claim", who)
    return request_of(scene, RequestKind.WITHDRAWAL).reference


def leave(scene: Scene, who: str = "li", answer: str = "allow") -> int:
    """Somebody asks to withdraw and the judge rules; the number of the entry of the ruling."""
    asked = leave_asked(scene, who)
    return scene.do(
        "rule_on_withdrawal", "judge", request=asked, answer=answer, reasons="Nothing speaks against it."
    ).number


def other_case(scene: Scene) -> Case:
    """The newest case beside the scene's."""
    with scene.court.database.read() as session:
        return session.scalars(select(Case).where(Case.id != scene.case_id).order_by(Case.id.desc())).one()
