"""What was heard without somebody who was never called is heard anew, and with it everything that is bound to the debate
comes back (CPL 48, 177; CPI 216, 232).
"""

from __future__ import annotations

from random import Random

import pytest

from odr.docket.models import Role, Stage
from tests.model.hands import Hands, let_in_more
from tests.model.test_guards_removed import heard
from tests.scene import Scene


@pytest.fixture
def hands(small_scene: Scene) -> Hands:
    """Heard and closed, the record being read; then the summons is found not to have reached the respondent, and the case is opened anew."""
    let_in_more(small_scene)
    mine, lot = Hands(small_scene), Random(1)
    heard(mine, lot, days=13)
    assert mine.rebut(lot, "summons"), mine.story
    assert small_scene.case().stage is Stage.PENDING
    assert mine.do("open_examination", Role.JUDGE, lot, mode="offline"), mine.story
    return mine


def test_a_debate_nobody_was_called_to_has_not_ended(hands: Hands) -> None:
    """In the hearing anew a judge is challenged on what became known, the claim is changed, a counterclaim brought (CPL
    48, 143; CPI 232).
    """
    lot = Random(2)
    assert hands.scene.case().stage is Stage.HEARING
    for name, role in (
        ("amend_claim", Role.CLAIMANT),
        ("challenge", Role.RESPONDENT),
    ):
        assert hands.do(name, role, lot), (name, hands.story)
    assert hands.broken == []


def test_before_the_hearing_anew_the_first_hearing_has_not_begun(hands: Hands) -> None:
    """Who was never called to the hearing may say before the next that there is an agreement to arbitrate (CPI 216)."""
    given = {"ground": "arbitration", "words": "Clause 9 of the contract."}
    assert hands.do("object_to_jurisdiction", Role.RESPONDENT, Random(2), **given), hands.story
