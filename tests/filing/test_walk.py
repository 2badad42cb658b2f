"""The first steps of a case, on both databases."""

from __future__ import annotations

import pytest

from odr.docket.models import Stage
from odr.ground.errors import ActNotOpen, Forbidden
from odr.procedure.audit.docket_audit import audit
from tests.scene import Scene, claim


def test_a_claim_is_lodged_accepted_served_and_answered(scene: Scene) -> None:
    """From lodging to the answer, each step stands on the docket and in the log, whole."""
    upload = scene.upload("li", b"order 8842")
    line = {"upload": upload.reference, "title": "Order page", "proves": "That I bought them", "source": "My phone"}
    scene.lodge(claim(exhibits=[line]))
    scene.accept()
    scene.work()
    scene.join()
    scene.do("file_answer", "haiyun", position="defend", statement="The goods were inspected on entry.")
    scene.work()
    case = scene.case()
    assert case.stage is Stage.PENDING and case.number is not None
    with scene.court.database.read() as session:
        assert audit(scene.court, session) == []
        assert scene.court.notary.audit(session) == []


def test_only_the_clerk_of_the_case_accepts(scene: Scene) -> None:
    """A judge or a party cannot accept a claim."""
    scene.lodge()
    with pytest.raises(Forbidden):
        scene.do("accept_claim", "li", track="small_claims")


def test_a_claim_is_returned_only_once(scene: Scene) -> None:
    """Every defect is told at once; a second return is refused (OLR 9)."""
    scene.lodge()
    scene.do("return_claim", "clerk", defects=[{"part": "facts", "what": "Say when."}], days=7)
    scene.do("correct_claim", "li", claim())
    with pytest.raises(ActNotOpen):
        scene.do("return_claim", "clerk", defects=[{"part": "facts", "what": "Say where."}], days=7)


@pytest.mark.slow
def test_an_undecided_claim_is_accepted_first(scene: Scene) -> None:
    """After seven days without a decision the claim is accepted (REG 8)."""
    scene.lodge()
    scene.later(days=6)
    assert scene.case().stage is Stage.LODGED
    scene.later(days=3)
    assert scene.case().stage is Stage.PENDING


def test_the_same_key_gives_the_first_receipt(scene: Scene) -> None:
    """Sending an act twice under one key performs it once."""
    scene.lodge()
    first = scene.do("accept_claim", "clerk", track="small_claims", key="k")
    again = scene.do("accept_claim", "clerk", track="small_claims", key="k")
    assert again.repeated and again.digest == first.digest
