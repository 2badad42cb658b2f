"""The very end of a time limit: the last second is in time, the next is not, whatever zone the reader's clock shows, and
two who act in the same second both did.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry
from odr.ground.errors import CourtError
from odr.procedure.models import Window, WindowState
from tests.kept import kept
from tests.scene import Scene

ZONE = ZoneInfo("Asia/Shanghai")


def window(scene: Scene, kind: str) -> Window:
    """The newest time limit of a kind in the case."""
    with scene.court.database.read() as session:
        mine = select(Window).where(Window.case_id == scene.case_id, Window.kind == kind).order_by(Window.id.desc())
        return session.scalars(mine).first() or pytest.fail(f"no {kind}")


@kept
def served(scene: Scene) -> None:
    """The respondent is served, and their time to answer runs."""
    scene.pend()


def due(scene: Scene) -> datetime:
    at = window(scene, "answer").due_at
    assert at is not None
    return at


def late_of(scene: Scene, number: int) -> bool:
    """Whether the record calls an entry late."""
    with scene.court.database.read() as session:
        mine = select(DocketEntry).where(DocketEntry.case_id == scene.case_id, DocketEntry.number == number)
        return bool(json.loads(session.scalars(mine).one().payload)["late"])


def stand(scene: Scene, at: datetime) -> None:
    """The court's clock shows an instant."""
    scene.clock.advance(at - scene.clock.now())


def test_a_limit_ends_with_its_day_in_the_courts_zone(small_scene: Scene) -> None:
    """The last moment of the last day as the court's walls show it, whatever the machine's zone: not UTC's midnight."""
    served(small_scene)
    ends = due(small_scene).astimezone(ZONE)
    assert ends.time().replace(microsecond=0) in (time(23, 59, 59), time(0, 0))
    assert due(small_scene).astimezone(UTC).hour in (15, 16)


def answer(scene: Scene) -> Any:
    """The respondent answers."""
    return scene.do("file_answer", "haiyun", position="defend", statement="It was inspected.")


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, False), (1, True)])
def test_the_last_second_is_in_time_and_the_next_is_not(small_scene: Scene, seconds: int, late: bool) -> None:
    """An answer in the last second is in time; one second after the end it is marked late and kept (CPL 128)."""
    served(small_scene)
    stand(small_scene, due(small_scene) + timedelta(seconds=seconds))
    assert late_of(small_scene, answer(small_scene).number) is late


def test_the_worker_ends_nothing_in_the_last_second(small_scene: Scene) -> None:
    """A round of the worker at the very end leaves the limit open; a second later it ends it."""
    served(small_scene)
    stand(small_scene, due(small_scene))
    small_scene.work()
    assert window(small_scene, "answer").state is WindowState.OPEN
    small_scene.later(seconds=1)
    assert window(small_scene, "answer").state is not WindowState.OPEN


def test_two_who_act_in_the_same_second_both_did(small_scene: Scene) -> None:
    """Both sides, in the last second, at once: two entries, one after the other, both in time; the same person twice with
    one key is one.
    """
    served(small_scene)
    stand(small_scene, due(small_scene))
    doing = [("haiyun", "one"), ("haiyun", "one"), ("li", "two"), ("li", "two")]
    barrier = Barrier(len(doing))

    def away(given: tuple[str, str]) -> int | str:
        who, key = given
        barrier.wait()
        try:
            return small_scene.do("change_consent", who, key=key, agrees=True).number
        except CourtError as error:
            return error.problem

    with ThreadPoolExecutor(len(doing)) as pool:
        numbers = list(pool.map(away, doing))
    assert numbers[0] == numbers[1]
    assert numbers[2] == numbers[3]
    assert numbers[0] != numbers[2]
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        mine = select(DocketEntry.number).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number)
        assert list(session.scalars(mine)) == list(range(1, case.entry_count + 1))
