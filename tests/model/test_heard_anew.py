"""What was heard without somebody who was never called is heard anew, and with it everything that is bound to the debate
comes back (CPL 48, 177; CPI 216, 232).
"""

from __future__ import annotations

from datetime import timedelta
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


def test_a_case_heard_further_is_judged_after_everybodys_last_words(small_scene: Scene) -> None:
    """From the deliberation back to a hearing in the courtroom, through all that follows to the judgment: at every step the law
    holds, and no judgment comes before the further hearing was held and closed.
    """
    let_in_more(small_scene)
    hands, lot = Hands(small_scene), Random(3)
    heard(hands, lot, days=13)
    hands.wait(days=9)
    assert small_scene.case().stage is Stage.DELIBERATION, hands.story
    hands.decides_without(lot)
    for name in ("record_findings", "draft_decision"):
        assert hands.do(name, Role.JUDGE, lot), hands.story
    reasons = "It is unclear who packed the goods."
    assert hands.do("hear_further", Role.JUDGE, lot, phase=None, reasons=reasons), hands.story
    assert small_scene.case().stage is Stage.HEARING
    assert not hands.do("send_for_signing", Role.JUDGE, lot)
    assert not hands.do("close_hearing", Role.JUDGE, lot, reasons="Nothing more is needed.")
    day = (small_scene.clock.now() + timedelta(days=12)).date()
    hands.do("summon", Role.CLERK, lot, mode="offline", on=day.isoformat(), at="09:30", place="Courtroom 3")
    hands.wait(hours=1)
    hands.wait(days=13)
    assert hands.do("record_hearing", Role.CLERK, lot), hands.story
    assert hands.do("close_hearing", Role.JUDGE, lot, reasons="Everybody was heard on it."), hands.story
    hands.wait(days=16)  # Five working days, over the holidays of May.
    assert small_scene.case().stage is Stage.DELIBERATION, hands.story
    assert hands.do("send_for_signing", Role.JUDGE, lot), hands.story
    hands.wait(hours=26)
    assert hands.do("issue_decision", Role.JUDGE, lot), hands.story
    assert hands.broken == []
