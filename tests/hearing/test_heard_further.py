"""A case that is being decided is heard further in writing: every part from one on once more, the last words with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from odr.docket.models import Document, Stage, Track
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.hearing.record.papers import record_digest, seal_records
from odr.hearing.ripeness.basis import without_basis
from odr.hearing.vocabulary import PhaseState
from tests.hearing.scene import BAIHUA, CHEN, HAIYUN, LI, Scene
from tests.hearing.test_full_plan import say_all, to_debate, to_questions
from tests.kept import kept

WHY = "It is unclear who packed the goods."


@pytest.fixture
def full(scene_of: Callable[..., Scene]) -> Scene:
    """A case in simple procedure with a third party and two exhibits a side."""
    scene = scene_of(track=Track.SIMPLE, third=True)
    scene.exhibits(2)
    return scene


@kept
def to_deliberation(scene: Scene) -> None:
    """Everything was gone through in writing, and the record is signed."""
    to_debate(scene)
    while scene.current() == "debate":
        say_all(scene, LI, HAIYUN, BAIHUA)
    say_all(scene, LI, HAIYUN, BAIHUA)
    sign(scene)
    assert scene.stage() is Stage.DELIBERATION


def sign(scene: Scene) -> None:
    """Everybody signs the record."""
    assert scene.current() == "record"
    with scene.look() as (court, case):
        digest = record_digest(court, case)
    for name in (LI, HAIYUN, BAIHUA):
        scene.act(name, "sign_record", digest=digest)


def part(scene: Scene, key: str) -> str:
    """The reference of a part that was gone through."""
    with scene.look() as (court, _):
        return [p.reference for p in scene.examination(court).phases if p.key == key][-1]


def to_come(scene: Scene) -> list[tuple[str, int]]:
    """What is still to come, and which round of it."""
    with scene.look() as (court, _):
        return [(p.key, p.round) for p in scene.examination(court).phases if p.state is PhaseState.PLANNED]


def lacking(scene: Scene) -> list[str]:
    """Why no judgment may be given."""
    with scene.look() as (court, case):
        return [str(why) for why in without_basis(court, case)]


def test_every_part_from_one_on_is_gone_through_once_more(full: Scene) -> None:
    """Each side is asked in turn again; what was said stays; the judgment waits until everybody had their last words on it and
    the record was read and signed anew, of which there is another paper.
    """
    to_deliberation(full)
    assert lacking(full) == []
    seal_records(full.court)
    full.act(CHEN, "hear_further", phase=part(full, "judge_questions"), reasons=WHY)
    assert full.stage() is Stage.HEARING and full.current() == "judge_questions"
    assert to_come(full)[-2:] == [("final", 2), ("record", 2)]
    assert ("opening", 2) not in to_come(full) and ("cross_examination", 2) not in to_come(full)
    assert any("not closed" in why for why in lacking(full))
    say_all(full, CHEN)
    while full.current() not in ("final", "record"):
        full.act(CHEN, "end_phase", reasons="Nothing more is needed.")
    with pytest.raises(ActNotOpen, match="cannot be left out"):
        full.act(CHEN, "end_phase", reasons="Nobody needs the last word.")
    say_all(full, LI, HAIYUN, BAIHUA)
    sign(full)
    assert full.stage() is Stage.DELIBERATION and lacking(full) == []
    assert seal_records(full.court) == 1
    with full.look() as (court, case):
        records = court.session.query(Document).filter_by(case_id=case.id, kind="record").all()
        assert len({record.entry_number for record in records}) == 2


def test_what_is_not_needed_is_left_out_but_not_the_last_words(full: Scene) -> None:
    """Of the rounds that were gone through before the judge leaves out what nobody needs."""
    to_deliberation(full)
    full.act(CHEN, "hear_further", phase=part(full, "cross_examination"), reasons=WHY)
    with full.look() as (court, _):
        rounds = {p.key: p.reference for p in full.examination(court).phases if p.state is PhaseState.PLANNED}
    with pytest.raises(ActNotOpen, match="cannot be left out"):
        full.act(CHEN, "change_plan", left_out=[rounds["final"]], reasons="No need.")
    full.act(CHEN, "change_plan", left_out=[rounds["debate"]], reasons="No need.")
    assert "debate" not in dict(to_come(full)) and "final" in dict(to_come(full))


def test_where_it_is_heard_in_writing_a_part_is_named(full: Scene) -> None:
    """No part, the record, or a part that is none: each is refused, and nothing is changed."""
    to_deliberation(full)
    for wrong in (None, "", part(full, "record"), "nowhere"):
        with pytest.raises(InvalidInput, match="Choose a part"):
            full.act(CHEN, "hear_further", phase=wrong, reasons=WHY)
    assert full.stage() is Stage.DELIBERATION and to_come(full) == []


def test_it_is_not_heard_further_beyond_the_trial_limit(full: Scene) -> None:
    """The plan of what follows fits into the time there is; more of it is the president's to give."""
    to_deliberation(full)
    full.days(75)
    with pytest.raises(ActNotOpen, match="trial limit"):
        full.act(CHEN, "hear_further", phase=part(full, "opening"), reasons=WHY)


def test_while_the_examination_runs_its_plan_is_changed(full: Scene) -> None:
    """Nothing is taken up that has not ended."""
    to_questions(full)
    with pytest.raises(ActNotOpen):
        full.act(CHEN, "hear_further", phase=part(full, "opening"), reasons=WHY)
