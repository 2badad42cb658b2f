"""In which procedure a case is decided: its bounds, what the parties agree to, and what they object to."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Track
from odr.filing.models import RequestKind, RequestState
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.procedure.models import Task
from odr.procedure.time.written_working import text_from_json
from odr.service.models import Packet
from tests.filing.test_motions import request_of
from tests.scene import Scene, claim

BELOW_TWICE = [{"kind": "money", "what": "The price back", "amount": "100,000.00"}]
ABOVE_TWICE = [{"kind": "money", "what": "The price back", "amount": "300,000.00"}]
WHY = "The facts are disputed and the sum is high."


def desk(scene: Scene) -> list[str]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(Task.kind).where(Task.case_id == scene.case_id, Task.done_at.is_(None))))


def pend(scene: Scene, relief: list[dict[str, str]], track: str) -> None:
    scene.lodge(claim(relief=relief))
    scene.accept(track)
    scene.work()
    scene.join()
    scene.work()


def ruled(scene: Scene, answer: str, to: str | None = None) -> None:
    reference = request_of(scene, RequestKind.PROCEDURE).reference
    scene.do("rule_on_procedure", "judge", request=reference, answer=answer, to=to, reasons=WHY)


def test_the_parties_agree_to_small_claims_up_to_twice_the_wage(small_scene: Scene) -> None:
    """One agreement moves nothing; when both have agreed the case is a small claim, and stays one when it is raised
    within that bound (CPL 165).
    """
    pend(small_scene, BELOW_TWICE, "simple")
    with pytest.raises(InvalidInput):
        small_scene.do("agree_small_claims", "li", final=False)
    small_scene.do("agree_small_claims", "li", final=True)
    assert small_scene.case().track is Track.SIMPLE
    with pytest.raises(ActNotOpen, match="agreed already"):
        small_scene.do("agree_small_claims", "li", final=True)
    small_scene.do("agree_small_claims", "haiyun", final=True)
    assert small_scene.case().track is Track.SMALL
    small_scene.do(
        "amend_claim", "li", relief=[{**BELOW_TWICE[0], "amount": "150,000.00"}], reasons="The shipping too."
    )
    assert small_scene.case().track is Track.SMALL
    small_scene.do("amend_claim", "li", relief=ABOVE_TWICE, reasons="And the loss of profit.")
    assert small_scene.case().track is Track.SIMPLE


def test_nobody_agrees_to_small_claims_above_twice_the_wage(small_scene: Scene) -> None:
    """The bound of the agreement is the law's, and the refusal says it (CPL 165)."""
    pend(small_scene, ABOVE_TWICE, "simple")
    with pytest.raises(ActNotOpen, match="above"):
        small_scene.do("agree_small_claims", "li", final=True)


def test_no_way_into_small_claims_without_an_agreement(small_scene: Scene) -> None:
    """The judge alone moves no case into the procedure without appeal."""
    pend(small_scene, BELOW_TWICE, "simple")
    with pytest.raises(InvalidInput, match="no way"):
        small_scene.do("convert_track", "judge", to="small_claims", reasons=WHY)


def test_no_conversion_into_a_barred_procedure(small_scene: Scene) -> None:
    """A case of many goes on in no simple procedure, whoever wishes it (CPI 257)."""
    pend(small_scene, BELOW_TWICE, "ordinary")
    small_scene.do(
        "announce_registration", "judge", about="Capsules with an additive.", asked="The price back.", days=30
    )
    with pytest.raises(InvalidInput, match="many members"):
        small_scene.do("convert_track", "judge", to="simple", reasons=WHY)


def test_a_foreign_party_bars_small_claims(small_scene: Scene) -> None:
    """Who lives abroad is noted before acceptance: the claim is then taken into no small claims procedure (CPL 166)."""
    small_scene.lodge()
    reference = small_scene.case().parties[1].reference
    small_scene.do("note_abode_abroad", "clerk", party=reference, state="DE", shown_by="The platform’s record.")
    with pytest.raises(InvalidInput, match="foreign"):
        small_scene.accept("small_claims")


def test_small_claims_are_told_of_on_acceptance(small_scene: Scene) -> None:
    """Both sides are told who decides, that it is final, by when, and at which fee; in simple procedure nobody is (CPI
    274).
    """
    small_scene.lodge()
    small_scene.accept()
    with small_scene.court.database.read() as session:
        told = [
            text_from_json(packet.what_next).render("en")
            for packet in session.scalars(select(Packet).where(Packet.case_id == small_scene.case_id))
            if packet.what_next
        ]
    assert sum("nobody can appeal" in words and "2 months" in words and "half" in words for words in told) == 2


def test_a_party_objects_to_small_claims_and_is_ruled_on(small_scene: Scene) -> None:
    """Upheld, the case goes on in simple procedure; a second objection to what was rejected is not taken (CPL 169)."""
    small_scene.pend()
    with pytest.raises(ActNotOpen):
        small_scene.do("object_to_procedure", "haiyun", what="simple", words=WHY)
    small_scene.do("object_to_procedure", "haiyun", what="small_claims", words=WHY)
    assert "procedure" in desk(small_scene)
    with pytest.raises(Forbidden):
        small_scene.do("rule_on_procedure", "clerk", request="x" * 26, answer="refuse", reasons=WHY)
    ruled(small_scene, "refuse")
    assert small_scene.case().track is Track.SMALL and "procedure" not in desk(small_scene)
    with pytest.raises(ActNotOpen, match="ruled on already"):
        small_scene.do("object_to_procedure", "haiyun", what="small_claims", words=WHY)
    small_scene.do("object_to_procedure", "li", what="small_claims", words=WHY)
    with pytest.raises(InvalidInput, match="simple or in ordinary"):
        ruled(small_scene, "allow")
    ruled(small_scene, "allow", "simple")
    assert small_scene.case().track is Track.SIMPLE
    assert request_of(small_scene, RequestKind.PROCEDURE).state is RequestState.GRANTED


def test_an_objection_to_the_single_judge_brings_a_panel(small_scene: Scene) -> None:
    """Upheld, the case moves to ordinary procedure and the judge has to convene a panel (CPL 43)."""
    pend(small_scene, BELOW_TWICE, "simple")
    small_scene.do("object_to_procedure", "li", what="one_judge", words=WHY)
    ruled(small_scene, "allow")
    assert small_scene.case().track is Track.ORDINARY and "panel" in desk(small_scene)
