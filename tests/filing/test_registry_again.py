"""A returned claim that nobody mends, and who may join a case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Outcome, Stage
from odr.ground.errors import ActNotOpen, Forbidden, OutOfTime
from odr.ground.text import T
from odr.procedure.acts.events import Served
from odr.procedure.models import Task
from tests.scene import Scene, claim

DEFECTS = [{"part": "facts", "what": "Say when the goods came."}]
REFUSAL = {"reasons": "The claim was returned on a list of defects and not mended.", "article": "CPL 122"}


def desk(scene: Scene) -> list[str]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(Task.kind).where(Task.case_id == scene.case_id, Task.done_at.is_(None))))


def returned(scene: Scene) -> None:
    scene.lodge()
    scene.do("return_claim", "clerk", defects=DEFECTS, days=7)
    scene.work()


def test_a_returned_claim_is_decided_only_after_its_time(small_scene: Scene) -> None:
    """While the claimant may mend it nobody refuses; afterwards more time may be given, within which she mends it (REG
    7).
    """
    returned(small_scene)
    for act, given in (("propose_refusal", REFUSAL), ("allow_more_correction", {"days": 5, "reasons": "She was ill."})):
        with pytest.raises(ActNotOpen):
            small_scene.do(act, "clerk", **given)
    small_scene.later(days=12)
    assert "not_corrected" in desk(small_scene)
    with pytest.raises(OutOfTime):
        small_scene.do("correct_claim", "li", claim())
    with pytest.raises(Forbidden):
        small_scene.do("allow_more_correction", "li", days=5, reasons="I was ill.")
    small_scene.do("allow_more_correction", "clerk", days=5, reasons="She was ill.")
    assert "not_corrected" not in desk(small_scene)
    with pytest.raises(ActNotOpen):
        small_scene.do("allow_more_correction", "clerk", days=5, reasons="She was ill.")
    small_scene.clock.advance(timedelta(days=4))
    small_scene.do("correct_claim", "li", claim())
    assert small_scene.case().stage is Stage.LODGED


def test_a_claim_not_mended_is_refused_by_ruling(small_scene: Scene) -> None:
    """After the time ended unused the judge refuses with reasons, once, and the claimant may appeal from it (REG 7, CPL
    126).
    """
    returned(small_scene)
    small_scene.later(days=12)
    small_scene.refuse(**REFUSAL)
    case = small_scene.case()
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.REFUSED) and desk(small_scene) == []
    with pytest.raises(ActNotOpen):
        small_scene.do("propose_refusal", "clerk", **REFUSAL)


BY_POST = {"name": "Li Wen", "email": "li@parties.example", "address": "1 Lake Road"}


def test_the_days_to_mend_a_claim_are_counted_from_receipt(small_scene: Scene) -> None:
    """A list that comes by post ten days later leaves the days it names: nobody refuses the claim while it is on its way, and
    what had ended runs again with its arrival (CPL 85; OLR 9; REG 7).
    """
    small_scene.lodge(claim(claimant=BY_POST))
    number = small_scene.do("return_claim", "clerk", defects=DEFECTS, days=7).number
    small_scene.work()
    small_scene.later(days=9)
    with pytest.raises(ActNotOpen, match="has not reached"):
        small_scene.do("propose_refusal", "clerk", **REFUSAL)
    with small_scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, small_scene.case_id)
        event = Served(case, case.parties[0], "registry", small_scene.clock.now(), T("Signed for."), (number,))
        sitting.follow(case, lambda: sitting.announce(event))
    small_scene.clock.advance(timedelta(days=6))
    small_scene.do("correct_claim", "li", claim(claimant=BY_POST))
    assert small_scene.case().stage is Stage.LODGED and "not_corrected" not in desk(small_scene)


def test_a_party_joins_once(small_scene: Scene) -> None:
    """Who has joined does not join again, whenever she opens the letter once more: no second entry, no second consent."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.work()
    small_scene.join()
    for days in (0, 12):
        small_scene.later(days=days)
        with pytest.raises(ActNotOpen, match="joined this case already"):
            small_scene.join()


def test_nobody_of_the_court_or_of_the_other_side_joins(small_scene: Scene) -> None:
    """Clerk, judge, claimant and her representative are refused with the letter's code in hand, and the respondent is
    not (CPL 47).
    """
    small_scene.lodge()
    small_scene.accept()
    small_scene.represent("li", "stranger")
    for who in ("clerk", "judge", "li", "stranger"):
        with pytest.raises(ActNotOpen):
            small_scene.join(who)
    small_scene.join("haiyun")
    with pytest.raises(ActNotOpen):
        small_scene.join("cashier")
