"""Several who claim together: what one does takes nothing from the others, and nobody sues in another's name (CPL 55, 122)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing.claim.queries import claims_of
from odr.filing.inputs import ClaimInput, JoinInput
from odr.filing.models import Request
from odr.filing.parties.audit import audit_parties
from odr.filing.parties.joining_by_code import join
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.payments.models import AssessmentState, FeeAssessment, FeeBasis
from odr.procedure.acts.events import FeeLapsed
from odr.service.models import Packet
from tests.scene import Scene, claim

WU: dict[str, Any] = {"name": "Wu Min", "email": "wu@parties.example", "amount": "500.00"}
ZHOU: dict[str, Any] = {"name": "Zhou Lan", "email": "zhou@parties.example", "amount": "300.00"}
LOWER = {"relief": [{"kind": "money", "what": "The price back", "amount": "8,100.00"}], "reasons": "More was paid."}


def codes(scene: Scene) -> dict[str, str]:
    """The code of the letter to each who was named, by name."""
    with scene.court.database.read() as session:
        sent = select(Packet).where(Packet.case_id == scene.case_id, Packet.first_contact.is_(True))
        return {packet.recipient_name: packet.code for packet in session.scalars(sent.order_by(Packet.id))}


def comes(scene: Scene, who: str, named: dict[str, Any]) -> None:
    """Somebody who was named joins by the code of the letter to them."""
    own = JoinInput(name=named["name"], email=named["email"], e_service=True)
    join(scene.court, scene.people[who], codes(scene)[named["name"]], own)


def claimants(scene: Scene) -> dict[str, Party]:
    return {p.name: p for p in parties(scene.case(), Role.CLAIMANT)}


def standing(scene: Scene) -> dict[str, int]:
    """What each claims now."""
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        return {case.party(c.party_id).name: c.amount_minor for c in claims_of(session, case)}


def basis(scene: Scene) -> list[tuple[str, int]]:
    """Who pays a fee, and on how much."""
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        rows = session.scalars(select(FeeBasis).where(FeeBasis.case_id == case.id, FeeBasis.until.is_(None)))
        return [(case.party(row.party_id).name, sum(row.amounts)) for row in rows]


def sound(scene: Scene) -> list[str]:
    """What the docket and the rows of parties do not agree on."""
    with scene.court.database.read() as session:
        return list(audit_parties(scene.court, session, session.get_one(Case, scene.case_id)))


def returned(scene: Scene) -> None:
    scene.do("return_claim", "clerk", defects=[{"part": "parties", "what": "Say who claims what."}])


def corrected(scene: Scene, *fellows: dict[str, Any], **changes: Any) -> None:
    given: ClaimInput = claim(fellows=list(fellows), **changes)
    scene.do("correct_claim", "li", given)


def test_who_claims_along_leaves_and_the_others_go_on(small_scene: Scene) -> None:
    """Before acceptance nobody's leave is needed: their claim is gone, nobody else's, and no fee is asked on it (CPL 55)."""
    small_scene.lodge(claim(fellows=[WU, ZHOU]))
    comes(small_scene, "stranger", WU)
    small_scene.do("withdraw_claim", "stranger")
    assert small_scene.case().stage is Stage.LODGED
    assert standing(small_scene) == {"Li Wen": 800_000, "Zhou Lan": 30_000}
    assert set(claimants(small_scene)) == {"Li Wen", "Zhou Lan"}
    assert basis(small_scene) == [("Li Wen", 830_000)] and sound(small_scene) == []


def test_nobody_takes_back_the_claim_of_who_joined_it(small_scene: Scene) -> None:
    """While others have joined, whoever lodged the claim waits for its acceptance and withdraws their own; alone they take it
    back at once (CPL 55, 148).
    """
    small_scene.lodge(claim(fellows=[WU]))
    comes(small_scene, "stranger", WU)
    with pytest.raises(ActNotOpen, match="Wu Min"):
        small_scene.do("withdraw_claim", "li")
    small_scene.do("withdraw_claim", "stranger")
    small_scene.do("withdraw_claim", "li")
    assert small_scene.case().stage is Stage.CLOSED


def test_who_claims_together_with_another_without_a_sum_may_leave_too(small_scene: Scene) -> None:
    """They asked for nothing of their own; they are a party no more, and the claim stands (CPL 13, 55)."""
    small_scene.lodge(claim(fellows=[{**WU, "amount": None}]))
    comes(small_scene, "stranger", WU)
    small_scene.do("withdraw_claim", "stranger")
    assert set(claimants(small_scene)) == {"Li Wen"} and standing(small_scene) == {"Li Wen": 800_000}


def test_a_corrected_claim_knows_who_is_who(small_scene: Scene) -> None:
    """Whoever is left out takes nobody's place with them: who stays keeps their place and their sum, however they are
    ordered, and whoever comes anew has a code of their own.
    """
    small_scene.lodge(claim(fellows=[WU, ZHOU]))
    comes(small_scene, "stranger", ZHOU)
    old = codes(small_scene)["Wu Min"]
    zhou = claimants(small_scene)["Zhou Lan"].id
    returned(small_scene)
    new = {"name": "Sun Hao", "email": "sun@parties.example", "amount": "200.00"}
    corrected(small_scene, ZHOU, new)
    assert claimants(small_scene)["Zhou Lan"].id == zhou
    assert standing(small_scene) == {"Li Wen": 800_000, "Zhou Lan": 30_000, "Sun Hao": 20_000}
    with pytest.raises(NotFound):
        join(small_scene.court, small_scene.people["haiyun"], old, JoinInput(name="Wu Min", email="wu@parties.example"))
    comes(small_scene, "haiyun", new)
    assert claimants(small_scene)["Sun Hao"].account_id == small_scene.people["haiyun"]
    assert sound(small_scene) == []


def test_nobody_is_left_out_who_has_joined(small_scene: Scene) -> None:
    """What one of those who claim together does has no effect for the others (CPL 55)."""
    small_scene.lodge(claim(fellows=[WU, ZHOU]))
    comes(small_scene, "stranger", WU)
    returned(small_scene)
    with pytest.raises(InvalidInput) as refused:
        corrected(small_scene, ZHOU)
    assert refused.value.faults[0].location[0] == "fellows" and "Wu Min" in refused.value.faults[0].message.render("en")


def test_a_corrected_claim_gives_nobody_what_was_found_of_another(small_scene: Scene) -> None:
    """Who is named in the place of somebody the court had found out about is not known by that (CPI 209)."""
    shop, other = {"name": "Haiyun", "kind": "company"}, {"name": "Baihua", "kind": "company", "address": "1 Road"}
    small_scene.lodge(claim(respondents=[shop, other]))
    with small_scene.court.database.write() as session:
        first = next(p for p in session.get_one(Case, small_scene.case_id).parties if p.role is Role.RESPONDENT)
        first.details = {"identified_entry": 2}
    returned(small_scene)
    corrected(small_scene, respondents=[other, {"name": "Third Ltd.", "kind": "company"}])
    found = {p.name: p for p in parties(small_scene.case(), Role.RESPONDENT)}
    assert found["Baihua"].ordinal == 2 and found["Third Ltd."].details == {}
    assert sound(small_scene) == []


def test_no_accepted_case_binds_who_never_joined(small_scene: Scene) -> None:
    """Accepted by the clock, a claim is that of those who said that they claim: who was only named has no part in it, no
    fee is asked on their sum, and the code lets them in no more (CPL 122; REG 8).
    """
    small_scene.lodge(claim(fellows=[WU, ZHOU]))
    comes(small_scene, "stranger", ZHOU)
    small_scene.later(days=9)
    assert small_scene.case().stage is Stage.PENDING
    assert set(claimants(small_scene)) == {"Li Wen", "Zhou Lan"} and "Wu Min" not in standing(small_scene)
    assert basis(small_scene) == [("Li Wen", 830_000)] and sound(small_scene) == []
    with pytest.raises(NotFound):
        comes(small_scene, "haiyun", WU)


def test_a_change_by_one_keeps_the_others_in_the_fee(small_scene: Scene) -> None:
    """Whoever raises their own claim lowers nobody's: one fee on the sum of all, from the first (CPI 201; FEE 21)."""
    small_scene.lodge(claim(fellows=[WU]))
    comes(small_scene, "stranger", WU)
    small_scene.accept("simple")
    small_scene.do("amend_claim", "li", **LOWER)
    assert basis(small_scene) == [("Li Wen", 860_000)]
    more = [{"kind": "money", "what": "The price back", "amount": "900.00"}]
    small_scene.do("amend_claim", "stranger", relief=more, reasons="More was paid.")
    assert basis(small_scene) == [("Li Wen", 900_000)]


def together(scene: Scene, amount: str = "500.00") -> None:
    """Li and Wu claim together, and their claim is accepted: one fee on 8,000.00 and what Wu asks for."""
    named = {**WU, "amount": amount}
    scene.lodge(claim(fellows=[named]))
    comes(scene, "stranger", named)
    scene.accept("simple")


def withdraws(scene: Scene, who: str) -> None:
    """One of them asks to withdraw, and the judge gives leave."""
    scene.do("withdraw_claim", who)
    with scene.court.database.read() as session:
        asked = session.scalars(select(Request.reference).order_by(Request.id.desc())).first()
    scene.do("rule_on_withdrawal", "judge", request=asked, answer="allow", reasons="Nothing stands against it.")


def due(scene: Scene) -> list[int]:
    """The fees that are asked for, in minor units."""
    with scene.court.database.read() as session:
        rows = session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == scene.case_id))
        return [row.amount_minor for row in rows if row.state is AssessmentState.DUE]


@pytest.mark.parametrize(("who", "left"), [("stranger", 800_000), ("li", 2_000_000)])
def test_one_fee_falls_with_what_is_left_of_several_claims(small_scene: Scene, who: str, left: int) -> None:
    """Whoever of several withdraws after acceptance, the fee stands on what the others ask for: it is neither kept on the whole, nor
    settled as a whole so that they go on without one (CPL 55; CPI 201; FEE 21).
    """
    together(small_scene, "20,000.00")
    before = due(small_scene)
    withdraws(small_scene, who)
    assert small_scene.case().stage is Stage.PENDING and list(standing(small_scene).values()) == [left]
    assert basis(small_scene) == [("Li Wen", left)]
    assert len(due(small_scene)) == 1 and due(small_scene)[0] < before[0]


@pytest.mark.parametrize("who", [["stranger"], ["li"], ["li", "stranger"]])
def test_an_increase_of_one_of_several_is_taken_back(small_scene: Scene, who: list[str]) -> None:
    """Whose fee was not paid for more: everybody claims again what it was paid on (CPI 201; FEE 21)."""
    together(small_scene)
    more = [{"kind": "money", "what": "The price back", "amount": "9,000.00"}]
    for one in who:
        small_scene.do("amend_claim", one, relief=more, reasons="More was paid.")
    assert standing(small_scene) != {"Li Wen": 800_000, "Wu Min": 50_000}
    with small_scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, small_scene.case_id)
        first = next(p for p in case.parties if p.name == "Li Wen")
        sitting.follow(case, lambda: sitting.announce(FeeLapsed(case, first, "claim", 850_000)))
    assert standing(small_scene) == {"Li Wen": 800_000, "Wu Min": 50_000}
