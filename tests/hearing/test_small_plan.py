"""A small claim heard in writing from opening to deliberation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from odr.docket.models import Role, Seat, Stage
from odr.ground.errors import InvalidInput
from odr.hearing.queries import disputed_exhibits, matrix, undisputed_exhibits
from odr.hearing.vocabulary import DutyState
from odr.procedure.audit.docket_audit import audit
from tests.hearing.scene import CHEN, HAIYUN, LI, Scene, agreed_to_writing, allow_writing, opinion


def test_everybody_acts_and_the_plan_runs_through_by_itself(scene_of: Callable[..., Scene]) -> None:
    """When everybody who had to act has acted, each phase opens the next in the same Sitting, to deliberation; between
    exchange and hearing the judge rules once.
    """
    scene = scene_of()
    c1, r1 = scene.exhibit(LI, 1), scene.exhibit(HAIYUN, 1)
    agreed_to_writing(scene, LI, HAIYUN)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    assert scene.current() == "opening"
    scene.act(LI, "post_statement", words="I stand by my claim.")
    assert scene.current() == "opening"
    scene.act(HAIYUN, "post_statement", words="I stand by my answer.")
    assert scene.current() == "cross_examination"
    scene.act(CHEN, "put_question", addressees=[_party(scene, LI)], words="Which device took it?", days=3)
    scene.act(HAIYUN, "give_opinion", **opinion(c1, authenticity="dispute", reason="No address bar."))
    scene.act(LI, "give_opinion", **opinion(r1))
    assert scene.current() == "cross_examination", "the question still waits"
    scene.act(LI, "answer_question", question=scene.question(1).reference, words="My own phone.", exhibits=[c1])
    assert scene.current() is None, "the hearing itself waits for the judge's ruling"
    allow_writing(scene)
    assert scene.current() == "final"
    scene.act(LI, "post_statement", words="Final word.")
    scene.act(HAIYUN, "finish_turn")
    assert scene.current() == "record"
    with scene.look() as (court, case):
        from odr.hearing.record.papers import record_digest

        digest = record_digest(court, case)
        assert [e.label for e in disputed_exhibits(court.session, case)] == ["C-1"]
        assert [e.label for e in undisputed_exhibits(court.session, case)] == ["R-1"]
        assert len(matrix(court.session, case)[0].cells) == 3
    scene.act(LI, "sign_record", digest=digest)
    scene.act(HAIYUN, "refuse_record", reasons="I was not heard on the label.")
    assert scene.stage() is Stage.DELIBERATION
    assert scene.entries()[-2:] == ["close_phase", "close_examination"]
    with scene.look() as (court, _):
        assert not audit(scene.court, court.session)


def test_once_the_hearing_began_a_challenge_says_when_its_reason_was_learned(scene_of: Callable[..., Scene]) -> None:
    """Before, nobody is asked; later only what became known later counts (CPL 48(1))."""
    scene = scene_of()
    scene.exhibit(LI, 1)
    agreed_to_writing(scene, LI, HAIYUN)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    scene.act(LI, "post_statement", words="I stand by my claim.")
    scene.act(HAIYUN, "post_statement", words="I stand by my answer.")
    with scene.look() as (court, case):
        judge = court.session.scalars(
            select(Seat.id).where(Seat.case_id == case.id, Seat.role == Role.JUDGE, Seat.until_at.is_(None))
        ).one()
    given = {"seat": str(judge), "words": "They dined together."}
    with pytest.raises(InvalidInput) as refused:
        scene.act(LI, "challenge", **given)
    assert [fault.location for fault in refused.value.faults] == [("learned",)]
    scene.act(LI, "challenge", **given, learned="Yesterday, from a photograph.")


def _party(scene: Scene, name: str) -> str:
    with scene.look() as (_, case):
        return case.party(scene.parties[name]).reference


def test_silence_closes_nothing_early_and_decides_nothing(scene_of: Callable[..., Scene]) -> None:
    """A silent party's window runs to its last instant; then the phase closes and what she did not say counts as
    nothing.
    """
    scene = scene_of()
    scene.exhibit(LI, 1)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    scene.act(LI, "post_statement", words="I stand by my claim.")
    with scene.look() as (court, case):
        due = court.windows(case, "examination")[0].due_at
    assert due is not None
    scene.clock.set(due)
    assert scene.due() == 0
    assert scene.current() == "opening"
    scene.days(0.00001)
    assert scene.due() == 1
    assert scene.current() == "cross_examination"
    with scene.look() as (court, case):
        first = scene.examination(court).phases[0]
        assert first.closed_at == due
        assert {d.state for d in first.duties} == {DutyState.DONE, DutyState.LAPSED}
        assert all(o is None for row in matrix(court.session, case) for o in row.cells.values())
