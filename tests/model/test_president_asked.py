"""Whatever is put on the president's desk, a president sits in the case to decide it (FEE 43; CPL 119, 237)."""

from __future__ import annotations

from random import Random

import pytest

from odr.docket.models import Case, Role, Stage
from odr.ground.text import T
from odr.procedure.acts.tasks import DESKS
from tests.model.hands import Hands, let_in_more
from tests.model.test_guards_removed import binds
from tests.scene import Scene


def test_a_review_of_costs_is_decided_by_a_president_who_sees_it(small_scene: Scene) -> None:
    """The party asks, a president takes a seat, reads the case and decides (FEE 43)."""
    let_in_more(small_scene)
    hands, lot = Hands(small_scene), Random(1)
    binds(hands, lot)
    assert hands.do("ask_costs_review", Role.CLAIMANT, lot, reasons="The share of the fee is too large."), hands.story
    assert hands.stalled() == []
    uphold = {"decision": "uphold", "lines": [], "reasons": "The claimant lost as much."}
    assert hands.do("review_costs", Role.PRESIDENT, lot, **uphold), hands.story


@pytest.mark.parametrize("kind", sorted(desk.kind for desk in DESKS if Role.PRESIDENT in desk.roles))
def test_every_desk_of_the_president_has_one(small_scene: Scene, kind: str) -> None:
    """Whichever act or time limit puts it there."""
    small_scene.lodge()
    with small_scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, small_scene.case_id)
        sitting.open_task(case, Role.PRESIDENT, DESKS[kind], T("Decide."))
    assert small_scene.actor("president").role is Role.PRESIDENT


@pytest.mark.parametrize("stage", [Stage.HEARING, Stage.DELIBERATION, Stage.EFFECTIVE, Stage.ENFORCEMENT])
def test_help_with_the_fee_is_decided_wherever_the_case_has_come_to(small_scene: Scene, stage: Stage) -> None:
    """Asked for before, it does not hang where the hearing was closed, or the judgment took effect meanwhile (FEE 48)."""
    hands = Hands(small_scene)
    hands.lodge()
    given = {"kind": "reduction", "ground": "welfare_body", "reasons": "We care for others.", "documents": []}
    assert hands.do("request_relief", Role.CLAIMANT, Random(1), **given), hands.story
    with small_scene.court.database.write() as session:
        session.get_one(Case, small_scene.case_id).stage = stage
    assert [words for words in hands.stalled() if "fee_relief waits at" in words] == []
