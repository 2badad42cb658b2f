"""A claim that is corrected says anew where everybody is reached: nothing goes to what it does not name any more."""

from __future__ import annotations

from sqlalchemy import select

from odr.service.models import Packet
from odr.service.packet.packets import contacts_of
from odr.service.vocabulary import Channel
from tests.scene import Scene, claim

WRONG = {"email": "info@other-haiyun.example", "phone": "0571 5550 0100", "address": "1 Wrong Street"}
RIGHT = {"email": "post@haiyun.example", "address": "8 Harbour Road"}
COMPANY = {"name": "Haiyun Information Technology Co., Ltd.", "kind": "company"}
LI = {"name": "Li Wen", "email": "li@parties.example", "in_writing": True}


def reached(scene: Scene, label: str) -> dict[Channel, str]:
    """Where a party is reached, the inbox here apart."""
    (party,) = (p for p in scene.case().parties if p.label == label)
    with scene.court.database.read() as session:
        found = contacts_of(session, party.id)
        return {one.channel: one.value for one in found.addresses if one.channel is not Channel.PLATFORM}


def agrees(scene: Scene) -> bool:
    """Whether the claimant has agreed to papers by message."""
    (party,) = (p for p in scene.case().parties if p.label == "claimant/1")
    with scene.court.database.read() as session:
        return any(one.withdrawn_at is None for one in contacts_of(session, party.id).consents)


def test_the_claim_goes_nowhere_the_corrected_one_does_not_name(small_scene: Scene) -> None:
    """Whoever was named by mistake gets neither mail nor letter, and a claimant who takes back that papers come by message, or
    an address, has taken it back (CPL 128; OLR 30).
    """
    scene = small_scene
    scene.lodge(claim(respondents=[COMPANY | WRONG], claimant={**LI, "address": "1 Lake Road", "e_service": True}))
    assert agrees(scene)
    defects = [{"part": "parties", "what": "The register names another address."}]
    scene.do("return_claim", "clerk", defects=defects, days=7)
    moved = {**LI, "address": "9 Hill Street", "e_service": False}
    scene.do("correct_claim", "li", claim(respondents=[COMPANY | RIGHT], claimant=moved))
    assert reached(scene, "respondent/1") == {Channel.EMAIL: RIGHT["email"], Channel.POST: RIGHT["address"]}
    assert reached(scene, "claimant/1")[Channel.POST] == "9 Hill Street" and not agrees(scene)
    scene.accept()
    with scene.court.database.read() as session:
        (letter,) = session.scalars(select(Packet).where(Packet.occasion == "claim"))
        assert {one.address.value for one in letter.attempts if one.address} == set(RIGHT.values())


def test_what_was_confirmed_beside_the_claim_outlasts_its_correction(small_scene: Scene) -> None:
    """The claimant's own word on a form of its own is not in the claim, and does not end with it (OLR 30)."""
    scene = small_scene
    without = {**LI, "address": "1 Lake Road", "e_service": False}
    scene.lodge(claim(claimant=without))
    scene.do("return_claim", "clerk", defects=[{"part": "facts", "what": "Say when."}], days=7)
    confirmed = {"email": "li@elsewhere.example", "address": "1 Lake Road", "scope": ["notice"]}
    scene.do("confirm_address", "li", **confirmed)
    scene.do("correct_claim", "li", claim(claimant=without))
    assert agrees(scene)
