"""A claim whose claimant no paper would reach: taken in with its receipt, asked for once, not registered without (REG 2, 7)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Stage
from odr.filing.draft.drafts import step_of
from odr.filing.models import ReviewReturn
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.procedure.forms import fields as forms
from odr.service.models import Packet
from tests.scene import Scene, claim

NOWHERE = {"name": "Li Wen", "email": "li@parties.example", "e_service": False, "in_writing": True}


def stage(scene: Scene) -> Stage:
    """Where the case stands."""
    with scene.court.database.read() as session:
        return session.get_one(Case, scene.case_id).stage


def test_it_is_received_and_not_accepted(small_scene: Scene) -> None:
    """The claim is lodged with its entry and receipt; the registry cannot accept it, and is told what to ask for."""
    small_scene.lodge(claim(claimant=NOWHERE))
    assert stage(small_scene) is Stage.LODGED
    with small_scene.court.database.read() as session:
        assert session.scalars(select(DocketEntry.receipt)).one()
    with pytest.raises(ActNotOpen, match="No paper would reach Li Wen"):
        small_scene.accept()


def test_one_notice_names_it_and_the_corrected_claim_is_accepted(small_scene: Scene) -> None:
    """When the registry's time ends the claim goes back with that point; an address mends it."""
    small_scene.lodge(claim(claimant=NOWHERE))
    small_scene.later(days=8)
    assert stage(small_scene) is Stage.RETURNED
    with small_scene.court.database.read() as session:
        (told,) = session.scalars(select(ReviewReturn)).all()
        (point,) = told.defects
        assert point["part"] == "parties" and "postal address" in point["what"]
        assert session.scalars(select(Packet).where(Packet.occasion == "registry")).one()
    small_scene.do("correct_claim", "li", **claim().model_dump(mode="json"))
    small_scene.accept()
    assert stage(small_scene) is Stage.PENDING


def test_a_second_time_it_is_the_clerks_to_refuse(small_scene: Scene) -> None:
    """A claim is returned once; what still lacks an address is not registered by the clock either."""
    small_scene.lodge(claim(claimant=NOWHERE))
    small_scene.later(days=8)
    small_scene.do("correct_claim", "li", **claim(claimant=NOWHERE).model_dump(mode="json"))
    small_scene.later(days=9)
    assert stage(small_scene) is Stage.LODGED


def test_the_page_before_asks_for_it() -> None:
    """Neither ticked nor written: the question names both ways, and a third for who has no address now."""
    model, said = step_of("claimant").model, {"name": ["Li"], "kind": ["person"], "email": ["li@parties.example"]}
    with pytest.raises(InvalidInput) as refused:
        forms.parse(model, said)
    assert [fault.location for fault in refused.value.faults] == [("address",)]
    for more in ({"address": ["1 Lake Road"]}, {"e_service": ["on"]}, {"no_address": ["on"]}):
        assert forms.parse(model, {**said, **more})
