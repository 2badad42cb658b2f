"""Time for evidence once more, after one's own has ended: to rebut, or to mend where evidence came from or its form
(EV 51(3); CPI 99(3)).
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case
from odr.evidence.models import Exhibit, ExhibitState
from odr.filing.course.evidence_periods import begin_again
from odr.filing.models import RequestKind
from odr.ground.errors import ActNotOpen, Forbidden
from odr.hearing.models import Examination
from odr.hearing.ripeness.times import nothing_found_yet, too_early, unripe
from odr.hearing.vocabulary import PhaseState
from odr.procedure.acts.windows import window_title
from odr.procedure.models import Window, WindowState
from tests.filing.test_evidence_periods import of, served
from tests.filing.test_motions import MONEY, request_of
from tests.scene import Scene

ASKED = {"purpose": "rebut", "words": "Against exhibit C-2: the log of the warehouse.", "days": 5}


@pytest.fixture
def over(pending: Scene) -> Scene:
    """Everybody's time for evidence is over."""
    served(pending, "claimant/1", occasion="acceptance")
    pending.pay()
    pending.later(days=20)
    assert of(pending, "claimant/1") == of(pending, "respondent/1") == []
    return pending


def ruled(scene: Scene, answer: str = "allow", **more: object) -> Window | None:
    """The respondent asks, the judge rules; her time for evidence that runs, if one does."""
    scene.do("ask_rebuttal_time", "haiyun", **ASKED)
    reference = request_of(scene, RequestKind.REBUTTAL).reference
    reasons = "C-2 came on the last day."
    scene.do("rule_on_rebuttal_time", "judge", request=reference, answer=answer, reasons=reasons, **more)
    return next(iter(of(scene, "respondent/1")), None)


def keeps(scene: Scene) -> list[str]:
    """What keeps the court from finding anything because of somebody's evidence."""
    with scene.court.database.read() as session:
        told = nothing_found_yet(scene.court.look(session), scene.case())
    return [words.render("en") for words in told if "evidence" in words.render("en")]


def brought(scene: Scene, who: str) -> ExhibitState:
    """Somebody brings an exhibit now: whether it is late."""
    upload = scene.upload(who, f"The log of {who}.".encode()).reference
    given = {"title": "Log", "proves": "It left in time", "source": "Our own log", "category": "files"}
    scene.do("submit_exhibit", who, upload=upload, **given)
    with scene.court.database.read() as session:
        return session.scalars(select(Exhibit).order_by(Exhibit.id.desc())).first().state  # type: ignore[union-attr]


def test_what_comes_in_the_time_given_again_is_not_late_and_is_waited_for(over: Scene) -> None:
    """The judge sets it as long as they see fit, below the least of the first; for who asked alone."""
    assert keeps(over) == []
    window = ruled(over, days=3)
    assert window is not None and window.due_at is not None
    assert timedelta(days=3) <= window.due_at - over.clock.now() <= timedelta(days=4)
    with over.court.database.read() as session:
        look = over.court.look(session)
        assert "rebuttal" in window_title(look, over.case(), window).render("en")
        assert list(too_early(look, over.case(), over.clock.now() + timedelta(days=1)))
        assert not list(too_early(look, over.case(), over.clock.now() + timedelta(days=6)))
    (reason,) = keeps(over)
    assert reason.startswith("The time for Haiyun")
    assert (brought(over, "haiyun"), brought(over, "li")) == (ExhibitState.SUBMITTED, ExhibitState.LATE)
    over.later(days=6)
    assert keeps(over) == [] and brought(over, "haiyun") is ExhibitState.LATE


def test_it_is_asked_for_after_the_own_time_once_and_ruled_on_before_judgment(over: Scene) -> None:
    """Refused, nothing begins; a request that waits keeps the judgment (CPI 99(3))."""
    over.do("ask_rebuttal_time", "haiyun", **ASKED)
    with pytest.raises(ActNotOpen, match="already asked"):
        over.do("ask_rebuttal_time", "haiyun", **ASKED)
    with over.court.database.read() as session:
        told = [words.render("en") for words in unripe(over.court.look(session), over.case())]
    assert any("time for evidence again is not ruled on" in words for words in told)
    ruling = {"request": request_of(over, RequestKind.REBUTTAL).reference, "reasons": "It rebuts nothing."}
    with pytest.raises(Forbidden):
        over.do("rule_on_rebuttal_time", "clerk", answer="refuse", **ruling)
    over.do("rule_on_rebuttal_time", "judge", answer="refuse", **ruling)
    assert of(over, "respondent/1") == [] and keeps(over) == []
    with pytest.raises(ActNotOpen, match="Nobody asks"):
        over.do("rule_on_rebuttal_time", "judge", answer="refuse", **ruling)


def test_while_the_own_time_runs_more_of_it_is_asked_for(pending: Scene) -> None:
    """What has not ended is lengthened, for everybody (EV 54)."""
    with pytest.raises(ActNotOpen, match="is not over"):
        pending.do("ask_rebuttal_time", "haiyun", **ASKED)


def test_it_stands_still_with_an_objection_and_outlasts_what_begins_anew(over: Scene) -> None:
    """An objection halts it like every time for evidence (EV 55(1)); a changed claim or another procedure gives new time
    and takes nothing of it (EV 55(4)).
    """
    window = ruled(over, days=30)
    assert window is not None
    over.do("object_to_jurisdiction", "haiyun", ground="elsewhere", words="The same is heard in Ningbo.")
    assert [w.state for w in of(over, "respondent/1")] == [WindowState.HALTED]
    asked = request_of(over, RequestKind.JURISDICTION).reference
    over.do("rule_on_jurisdiction", "judge", request=asked, answer="refuse", reasons="Nothing is heard there.")
    over.do("amend_claim", "li", relief=MONEY, reasons="The shipping too.")
    over.do("convert_track", "judge", to="ordinary", reasons="It is not simple.")
    mine = {w.id: w for w in of(over, "respondent/1")}
    assert len(mine) == 2 and mine[window.id].state is WindowState.OPEN
    assert mine[window.id].due_at is not None and mine[window.id].due_at == window.due_at


def test_it_is_waited_for_after_the_exchange_of_evidence_too(over: Scene) -> None:
    """The exchange ends the time for evidence (EV 56), not one that was given afterwards (EV 51(3))."""
    over.do("file_answer", "haiyun", position="defend", statement="It was inspected.")
    over.do("open_examination", "judge", mode="offline")
    with over.court.sit() as sitting:
        case = sitting.session.get_one(Case, over.case_id)
        examination = sitting.session.scalars(select(Examination)).one()
        for phase in (p for p in examination.phases if p.key == "cross_examination"):
            phase.state = PhaseState.CLOSED
        party = next(p for p in case.parties if p.label == "respondent/1")
        sitting.follow(case, lambda: begin_again(sitting, case, party, 5, "given"))
    (reason,) = keeps(over)
    assert reason.startswith("The time for Haiyun")
