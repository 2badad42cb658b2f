"""What a walk of thirty thousand steps found: tasks left where no act ends them, and time for evidence that began before
the letter that begins it. Nothing a party asked for falls with the hearing, and no desk keeps what has no way out.
"""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import select

from odr.docket.models import Party, Role, Stage
from odr.filing.course.evidence_periods import EVIDENCE
from odr.procedure.models import Task, Window
from tests.model import walks
from tests.model.hands import Hands, let_in_more
from tests.model.test_guards_removed import binds
from tests.scene import Scene

WORDS = "The rules named in the request are read as they stand."


@pytest.fixture
def hands(small_scene: Scene) -> Hands:
    """Everybody of the model in a case that is not lodged yet."""
    let_in_more(small_scene)
    return Hands(small_scene)


def held(hands: Hands, lot: Random) -> None:
    """In a hearing in the courtroom that was held and is not closed."""
    hands.lodge()
    hands.accept(lot, "simple")
    hands.wait(hours=1)
    hands.joins("haiyun")
    hands.wait(days=22)
    hands.do("open_examination", Role.JUDGE, lot, mode="offline")
    assert hands.scene.case().stage is Stage.HEARING, hands.story


def finish(hands: Hands, lot: Random) -> bool:
    """Summoned, held, recorded; then the judge would close it: whether the court let them."""
    hands.do("summon", Role.CLERK, lot, mode="offline", on="2026-04-20", at="09:30", place="Courtroom 3")
    hands.wait(days=29)
    assert hands.do("record_hearing", Role.CLERK, lot), hands.story
    return hands.do("close_hearing", Role.JUDGE, lot, reasons="Everything was heard.")


def left(hands: Hands) -> set[str]:
    """Kinds of tasks that lie on a desk of the case."""
    with hands.scene.court.database.read() as session:
        rows = select(Task.kind).where(Task.case_id == hands.scene.case_id, Task.done_at.is_(None))
        return set(session.scalars(rows))


APPRAISAL = {"fact": "Whether the seal is real.", "questions": "Is it?", "why": "The contract hangs on it."}


def test_a_hearing_is_not_closed_while_an_appraisal_waits(hands: Hands) -> None:
    """Asked for and not ruled on, it could never be had any more (CPL 79, EV 31); refused, the hearing is closed, and
    nothing more is asked for in it.
    """
    lot = Random(1)
    held(hands, lot)
    assert hands.do("ask_for_appraisal", Role.CLAIMANT, lot, **APPRAISAL), hands.story
    assert not finish(hands, lot) and "Rule on this first" in hands.story[-1]
    request = hands.offered("appraisals", Role.JUDGE)
    ruled = {"appraisal": request, "answer": "refuse", "reasons": WORDS}
    assert hands.do("rule_on_appraisal", Role.JUDGE, lot, **ruled), hands.story
    assert hands.do("close_hearing", Role.JUDGE, lot, reasons="Everything was heard."), hands.story
    for name, given in (("ask_for_appraisal", APPRAISAL), ("raise_objection", {"words": WORDS})):
        assert not hands.do(name, Role.CLAIMANT, lot, **given)
        assert "The hearing is closed" in hands.story[-1]
    assert hands.stalled() == [] and hands.broken == []


def test_a_failure_reported_while_the_record_is_read_is_ruled_on(hands: Hands) -> None:
    """The record is signed meanwhile, and the case is decided on: the judge still answers it (OLR 25)."""
    lot = Random(2)
    held(hands, lot)
    assert finish(hands, lot), hands.story
    assert hands.do("report_failure", Role.CLAIMANT, lot, what="The line was gone since nine."), hands.story
    hands.wait(days=9)
    assert hands.scene.case().stage is Stage.DELIBERATION and hands.stalled() == []
    report = hands.offered("failures", Role.JUDGE)
    ruled = {"failure": report, "answer": "refuse", "reasons": WORDS}
    assert hands.do("rule_on_failure", Role.JUDGE, lot, **ruled), hands.story


def test_what_is_asked_late_is_answered_after_an_appeal_too(hands: Hands) -> None:
    """Relief for lateness waits while the case goes up: the judge here rules on it (CPL 86)."""
    lot = Random(9)
    walks.judged(hands, lot, "ordinary", joined=True)
    hands.everything_served(lot, "decision")
    missed = hands.offered("missed_windows", Role.CLAIMANT)
    asked = {"window": missed, "ended_on": hands.scene.clock.now().date().isoformat(), "words": WORDS}
    assert hands.do("ask_relief_for_lateness", Role.CLAIMANT, lot, **asked), hands.story
    assert hands.do("appeal_decision", Role.CLAIMANT, lot), hands.story
    assert hands.scene.case().stage is Stage.APPEALED and "lateness" in left(hands) and hands.stalled() == []
    ruled = {"request": hands.offered("latenesses", Role.JUDGE), "answer": "refuse", "reasons": WORDS}
    assert hands.do("rule_on_lateness", Role.JUDGE, lot, **ruled), hands.story


def test_nothing_is_left_on_a_desk_when_the_case_goes_back_or_ends(hands: Hands) -> None:
    """Enforcement was asked for; then the judgment is found not to have arrived, and the case is at the judgment again:
    nobody's desk asks to go on enforcing.
    """
    lot = Random(4)
    binds(hands, lot)
    hands.wait(days=15)
    assert hands.do("apply_for_enforcement", Role.CLAIMANT, lot), hands.story
    assert "enforcement" in left(hands)
    assert hands.rebut(lot, "decision"), hands.story
    assert hands.scene.case().stage is Stage.PRONOUNCED, hands.story
    assert "enforcement" not in left(hands) and hands.stalled() == []


def test_a_motion_to_join_somebody_ends_with_the_case(hands: Hands) -> None:
    """Asked for, and the claim counts as withdrawn since its fee was not paid: the judge's desk is empty of it."""
    lot = Random(5)
    hands.lodge()
    hands.accept(lot, "simple", pays=False)
    hands.wait(hours=1)
    hands.joins("haiyun")
    asked = {"role": "third_party", "name": "Baihua Market", "kind": "company", "email": "post@parties.example"}
    assert hands.do("ask_for_joinder", Role.CLAIMANT, lot, **asked, words=WORDS), hands.story
    assert "joinder" in left(hands)
    hands.wait(days=40)
    hands.do("deem_withdrawn", Role.JUDGE, lot)
    assert hands.scene.case().stage is Stage.CLOSED, hands.story
    assert "joinder" not in left(hands) and hands.stalled() == []


def test_time_for_evidence_of_a_claimant_brought_in_waits_for_their_letter(hands: Hands) -> None:
    """A counterclaim gives everybody new time, save whom no letter has reached: theirs runs from it (EV 51, 55)."""
    lot = Random(6)
    hands.lodge(respondents=2, amount="90,000.00")
    hands.accept(lot, "ordinary")
    hands.wait(hours=1)
    hands.joins("haiyun")
    hands.wait(days=3)
    called = {"role": "claimant", "name": "Wu Min", "kind": "person", "address": "8 Harbour Road", "reasons": WORDS}
    assert hands.do("bring_in_party", Role.JUDGE, lot, **called), hands.story
    asks = {"facts": [{"what": WORDS}], "relief": [{"what": WORDS, "amount": "1,000.00"}]}
    assert hands.do("file_counterclaim", Role.RESPONDENT, lot, **asks), hands.story
    assert hands.broken == []
    with hands.scene.court.database.read() as session:
        newcomer = session.scalars(
            select(Party.id).where(Party.case_id == hands.scene.case_id, Party.name == "Wu Min")
        ).one()
        mine = select(Window).where(Window.kind == EVIDENCE, Window.party_id == newcomer)
        assert session.scalars(mine).all() == []
    hands.everything_served(lot, "joinder")
    hands.wait(hours=2)
    with hands.scene.court.database.read() as session:
        assert len(session.scalars(mine).all()) == 1, hands.story
    assert hands.broken == []
