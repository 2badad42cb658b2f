"""No pending case waits for nobody: whatever state it is in and however long everybody is silent, a party has a duty whose
time ends, or the court a task with a day, a reason and an act that is open to a named person.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from odr.assist.guide import handing
from odr.docket.models import Role
from odr.procedure.acts.tasks import DESKS
from odr.procedure.models import Task
from odr.service.models import ServiceAttempt
from odr.service.packet.deemed import Fact, Rules
from odr.service.packet.packets import still_open
from odr.service.vocabulary import AttemptState, Channel, FactKind
from tests.model import walks
from tests.model.hands import Hands, let_in_more
from tests.model.papers import set_once_each
from tests.model.test_left_on_desks import left
from tests.scene import Scene

WORDS = "The rules named in the request are read as they stand."


@pytest.fixture
def hands(small_scene: Scene) -> Hands:
    """Everybody of the model in a case that is not lodged yet."""
    let_in_more(small_scene)
    set_once_each(small_scene.court)
    return Hands(small_scene)


@pytest.mark.parametrize("beginning", walks.BEGINNINGS, ids=lambda one: one.__name__)
def test_a_silent_case_still_waits_for_somebody(hands: Hands, beginning: walks.Beginning) -> None:
    """Wherever a case has come, its fee paid, and nobody does anything for months: somebody is asked all the time."""
    walks.begin(hands, Random(beginning.__name__), beginning)
    hands.pays()
    for days in (0, 4, 9, 20, 31, 62):
        if days:
            hands.wait(days=days)
        assert hands.waits_for_nobody() == [], hands.story


def test_a_stayed_case_has_a_task_to_go_on(hands: Hands) -> None:
    """While no clock runs the judge is asked whether the reason has ended, with a day; resumed, nobody is asked (CPL 153)."""
    lot = Random(3)
    hands.lodge()
    hands.accept(lot, "simple")
    ruling = {"orders": WORDS, "reasons": WORDS, "language": "en", "result": "granted"}
    assert hands.do("give_ruling", Role.JUDGE, lot, kind="stay", **ruling), hands.story
    hands.wait(days=40)
    assert "stay" in left(hands) and hands.waits_for_nobody() == [], hands.story
    with hands.scene.court.database.read() as session:
        task = session.scalars(select(Task).where(Task.kind == "stay", Task.done_at.is_(None))).one()
        assert task.due_at is not None
    assert hands.do("give_ruling", Role.JUDGE, lot, kind="resume", **ruling), hands.story
    assert "stay" not in left(hands) and hands.waits_for_nobody() == [], hands.story


def test_nothing_more_is_expected_of_a_message_the_judge_found_not_to_have_arrived() -> None:
    """The clerk is asked on the day of the finding, not when the patience with that message has run out once more."""
    now = datetime(2026, 5, 30, tzinfo=UTC)
    attempt = ServiceAttempt(id=1, channel=Channel.EMAIL, state=AttemptState.SENT)
    reached = Fact("a", FactKind.REACHED_SYSTEM, now - timedelta(days=40), Channel.EMAIL, attempt=1)
    rebutted = Fact("b", FactKind.REBUTTED, now, Channel.EMAIL, attempt=1)
    assert not still_open([attempt], [reached, rebutted], Rules(), now)
    assert still_open([attempt], [replace(reached, at=now)], Rules(), now)


def test_every_task_has_a_day(hands: Hands) -> None:
    """What lies on a desk is done by a day, of the law or of this court's practice."""
    walks.judged(hands, Random(5), "ordinary", joined=True)
    with hands.scene.court.database.read() as session:
        tasks = session.scalars(select(Task).where(Task.case_id == hands.scene.case_id)).all()
    assert len(tasks) > 3
    assert [task.kind for task in tasks if task.due_at is None] == []


def test_the_packs_give_every_desk_a_day_and_name_no_desk_that_is_not_there(small_scene: Scene) -> None:
    """Each packaged pack says by when tasks are done, on which article, and only of kinds that are declared."""
    packs = small_scene.court.packs
    for pack_id in ("cn", "ew"):
        pack = packs.versions(pack_id)[-1]
        assert pack.desks is not None
        # A question to the registry is in no case, so it is no task of one; its desk has a day all the same.
        assert pack.desks.kinds.keys() <= {desk.kind for desk in DESKS} | {handing.DESK}
        for desk in DESKS:
            assert pack.cited(str(pack.desks.of(desk.kind).article)) is not None, desk.kind
