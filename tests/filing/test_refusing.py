"""A claim is refused by a judge, on the registry's proposal (CPL 126, 157)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Outcome, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.procedure.models import Task
from tests.scene import Scene

REFUSAL = {"reasons": "This is no dispute for a court of law.", "article": "CPL 122"}


def desk(scene: Scene) -> list[tuple[str, str]]:
    with scene.court.database.read() as session:
        open_tasks = select(Task.kind, Task.role).where(Task.case_id == scene.case_id, Task.done_at.is_(None))
        return [(kind, role.value) for kind, role in session.execute(open_tasks)]


def test_a_clerk_refuses_no_claim(small_scene: Scene) -> None:
    """A refusal is a ruling, and rulings are a judge's: the clerk proposes it, and the case stays where it was."""
    small_scene.lodge()
    with pytest.raises(Forbidden):
        small_scene.do("refuse_claim", "clerk", **REFUSAL)
    small_scene.do("propose_refusal", "clerk", **REFUSAL)
    assert small_scene.case().stage is Stage.LODGED and ("refusal", "judge") in desk(small_scene)
    with pytest.raises(Forbidden):
        small_scene.do("refuse_claim", "clerk", **REFUSAL)
    with pytest.raises(ActNotOpen, match="asked already"):
        small_scene.do("propose_refusal", "clerk", **REFUSAL)
    small_scene.do("refuse_claim", "judge", **REFUSAL)
    assert small_scene.case().outcome is Outcome.REFUSED
    small_scene.work()
    assert desk(small_scene) == [], "while the claimant may appeal from it nobody can rely on the ruling"
    small_scene.later(days=40)
    assert desk(small_scene) == [("make_public", "clerk")], "what is left is the ruling to be made public"


def test_a_judge_who_does_not_refuse_gives_the_claim_back(small_scene: Scene) -> None:
    """The registry then accepts it, and the judge of the case is drawn anew; who was asked sits no more."""
    small_scene.lodge()
    small_scene.do("propose_refusal", "clerk", **REFUSAL)
    small_scene.do("decline_refusal", "judge", reasons="The conditions of a claim are met.")
    assert desk(small_scene) == []
    with pytest.raises(LookupError):
        small_scene.actor("judge")
    small_scene.accept()
    assert small_scene.case().stage is Stage.PENDING and small_scene.actor("judge").role.value == "judge"


def test_an_undecided_proposal_keeps_nobody_from_the_court(small_scene: Scene) -> None:
    """The seven days of the registry go on while the judge thinks: at their end the claim is accepted first (REG 8)."""
    small_scene.lodge()
    small_scene.do("propose_refusal", "clerk", **REFUSAL)
    small_scene.later(days=9)
    assert small_scene.case().stage is Stage.PENDING and ("refusal", "judge") not in desk(small_scene)
    with pytest.raises((ActNotOpen, InvalidInput)):
        small_scene.do("refuse_claim", "judge", **REFUSAL)
