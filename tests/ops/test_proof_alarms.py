"""What keeps the log from proving is an alarm everywhere, and a clock that was set is stated, never stamped over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import DocketEntry
from odr.ground.clock import TOLERANCE, ClockWatch, FixedClock
from odr.ground.migrate import install_triggers
from odr.notary.models import LogCheckpoint, TimestampToken
from odr.operations import backup
from odr.operations.worker import work_once
from tests.ops.conftest import Keeper
from tests.ops.test_backup import faults, moved, reopened, work
from tests.scene import Scene


class Machine:
    """A machine whose two clocks are told what to do."""

    def __init__(self) -> None:
        self.wall, self.since, self.starts = datetime(2026, 3, 2, tzinfo=UTC), 100.0, 1

    def watch(self, folder: Path) -> ClockWatch:
        """As a process begun now sees it."""
        return ClockWatch(folder, lambda: self.wall, lambda: self.since, lambda: f"start-{self.starts}")

    def run(self, seconds: float) -> None:
        """Time goes by."""
        self.wall += timedelta(seconds=seconds)
        self.since += seconds


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["run", "set", "process", "answer", "see"]), st.integers(-200_000, 200_000)),
        max_size=20,
    )
)
def test_a_clock_that_was_set_is_noticed_by_every_process_until_somebody_answers(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """However time ran, processes began and the worker looked: the leap that is told is the sum of what was set since the
    last answer, and nothing is told where the clock only ran.
    """
    folder = tmp_path_factory.mktemp("clock")
    machine, unanswered = Machine(), timedelta()
    noted = machine.since
    watch = machine.watch(folder)
    watch.see()
    for what, number in steps:
        if what == "run":
            machine.run(abs(number))
        elif what == "set":
            machine.wall += timedelta(seconds=number)
            unanswered += timedelta(seconds=number)
        elif what == "process":
            watch = machine.watch(folder)
        elif what == "answer":
            watch.answer()
            unanswered, noted = timedelta(), machine.since
        elif what == "see":
            if abs(unanswered) <= TOLERANCE and machine.since - noted >= TOLERANCE.total_seconds():
                unanswered, noted = timedelta(), machine.since
            watch.see()
        told = watch.was_set()
        expected = unanswered if abs(unanswered) > TOLERANCE else timedelta()
        assert abs(told - expected) < timedelta(milliseconds=1)


def test_after_a_start_only_a_clock_that_went_back_can_be_told(tmp_path: Path) -> None:
    """Switched off for a month is no leap; standing before what was last seen is one."""
    machine = Machine()
    machine.watch(tmp_path).see()
    machine.wall, machine.since, machine.starts = machine.wall + timedelta(days=30), 5.0, 2
    assert machine.watch(tmp_path).was_set() == timedelta()
    machine.wall -= timedelta(days=31)
    assert machine.watch(tmp_path).was_set() == timedelta(days=-1)
    (tmp_path / ClockWatch.FILE).write_text("rubbish")
    assert machine.watch(tmp_path).was_set() == timedelta()


def doubts(scene: Scene) -> list[str | None]:
    """What each entry says against its time, oldest first."""
    with scene.court.database.read() as session:
        entries = session.scalars(select(DocketEntry.payload).order_by(DocketEntry.id)).all()
        return [json.loads(payload)["time_doubt"] for payload in entries]


def unstamped(scene: Scene) -> int:
    """Tree heads without a token of the court's own."""
    with scene.court.database.read() as session:
        heads = {tuple(row) for row in session.execute(select(LogCheckpoint.log_id, LogCheckpoint.size))}
        stamped = {tuple(row) for row in session.execute(select(TimestampToken.log_id, TimestampToken.size))}
        return len(heads - stamped)


def wrong(client: FlaskClient) -> list[str]:
    """What readiness says cannot."""
    return list(client.get("/health/ready").get_json()["wrong"])


def alarmed(client: FlaskClient) -> set[str]:
    """The kinds of alarm in the metrics."""
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    return {line.split('"')[1] for line in lines if line.startswith("court_proof_alarms{") and line.endswith(" 1.0")}


def critical(told: StringIO) -> list[str]:
    """What the worker told as critical."""
    found = [json.loads(line) for line in told.getvalue().splitlines()]
    return [
        str(one["event"]) for one in found if (one["level"], one["logger"]) == ("critical", "odr.operations.worker")
    ]


@pytest.fixture
def kept_court(small_kept: tuple[Scene, Keeper]) -> Iterator[tuple[Scene, Keeper, FlaskClient]]:
    """A court that works, with its keeper and somebody who looks."""
    scene, keeper = small_kept
    scene.lodge()
    work_once(scene.court)
    yield scene, keeper, create_app(court=scene.court).test_client()


def test_a_leap_of_two_days_is_stated_in_every_entry_and_stamps_nothing(
    kept_court: tuple[Scene, Keeper, FlaskClient], told: StringIO
) -> None:
    """While the clock stands two days ahead entries state it and no token is given; set right, the next tree head is
    stamped at once, and no head of later days goes without.
    """
    scene, keeper, client = kept_court
    assert (doubts(scene)[-1], unstamped(scene), wrong(client), alarmed(client)) == (None, 0, [], set())
    scene.clock.advance(timedelta(days=2))
    scene.clock.leap = timedelta(days=2)
    scene.lodge()
    work_once(scene.court)
    assert doubts(scene)[-1] == "clock_was_set" and unstamped(scene) > 0
    assert wrong(client) == [] and "clock_set" in alarmed(client), "acts are received and signed for all the same"
    work_once(scene.court)
    assert sum("clock_set" in line for line in critical(told)) == 1, "said once, and again after an hour"
    said = keeper.run("doctor")
    assert said.exit_code == 1 and "was set forward by 2 days" in said.output and "flask log clock" in said.output

    scene.clock.advance(timedelta(days=-2))
    scene.clock.leap = timedelta()
    without = unstamped(scene) - 1
    scene.clock.advance(timedelta(minutes=1))
    work_once(scene.court)
    assert unstamped(scene) == without, "nobody files, and the newest head is stamped all the same"
    for _ in range(3):
        scene.clock.advance(timedelta(hours=1))
        scene.lodge()
        work_once(scene.court)
    assert doubts(scene)[-1] is None and unstamped(scene) == without
    assert (wrong(client), alarmed(client)) == ([], set())
    assert faults(scene) == []


def test_a_clock_set_back_two_hours_is_stated_in_other_cases_too(kept_court: tuple[Scene, Keeper, FlaskClient]) -> None:
    """Also where nothing noticed the leap itself, as after a start of the machine: the log knows a later time."""
    scene, _, client = kept_court
    scene.clock.advance(timedelta(hours=-2))
    scene.lodge()
    work_once(scene.court)
    assert doubts(scene)[-1] == "before_the_log"
    scene.clock.advance(timedelta(minutes=20))
    assert wrong(client) == [] and alarmed(client) == {"unstamped"}
    scene.clock.advance(timedelta(hours=2))
    scene.lodge()
    assert doubts(scene)[-1] is None and wrong(client) == []
    assert faults(scene) == []


def test_keys_out_of_a_backup_are_an_alarm(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """A court on keys nobody has answered for is not ready, and the check-up names the command."""
    scene, keeper = small_kept
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    elsewhere = moved(keeper, tmp_path / "new")
    backup.restore(elsewhere.settings, tmp_path / "backup", now=keeper.clock.now())
    with reopened(elsewhere) as again:
        client = create_app(court=again.court).test_client()
        assert wrong(client) == ["log"] and alarmed(client) == {"key_held_back"}
        assert "came out of a backup and signs nothing" in elsewhere.run("doctor").output


def test_what_stands_under_no_signature_is_an_alarm_after_a_quarter_of_an_hour(
    kept_court: tuple[Scene, Keeper, FlaskClient], told: StringIO
) -> None:
    """A damaged tile: nothing is signed over it, acts are acknowledged, and everybody is told since when."""
    scene, keeper, client = kept_court
    scene.court.settings = scene.court.settings.model_copy(update={"sequencing": "when_asked"})
    with scene.court.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER log_tile_grows")
        connection.exec_driver_sql("UPDATE log_tile SET data = zeroblob(length(data))")
        install_triggers(connection)
    scene.lodge()
    work_once(scene.court)
    assert wrong(client) == []
    scene.clock.advance(timedelta(minutes=16))
    work_once(scene.court)
    assert "log" in wrong(client) and "unsigned" in alarmed(client)
    assert any("unsigned" in line for line in critical(told))
    assert "stand under no signed tree head" in keeper.run("doctor").output


def test_a_split_view_of_the_courts_own_log_is_no_mere_worry(kept_court: tuple[Scene, Keeper, FlaskClient]) -> None:
    """Caught by the monitor on this machine: not ready, bad, counted; another court's is a worry and counted apart."""
    scene, keeper, client = kept_court
    folder = scene.court.settings.data_dir / "monitored"
    folder.mkdir()
    (folder / "a.checkpoint").write_text("other.example/log/2026\n7\nx\n")
    assert wrong(client) == [] and keeper.run("doctor").output.count("contradict one another") == 1
    (folder / "b.checkpoint").write_text(f"{scene.court.settings.origin}/2026\n7\nx\n")
    said = keeper.run("doctor")
    assert wrong(client) == ["split view"] and said.exit_code == 1 and "BAD   this court's log" in said.output
    metrics = client.get("/metrics").get_data(as_text=True)
    assert 'court_split_views{of="this court"} 1.0' in metrics and 'court_split_views{of="anybody"} 2.0' in metrics


def test_a_note_of_the_clocks_that_cannot_be_written_stops_no_worker(
    kept_court: tuple[Scene, Keeper, FlaskClient], tmp_path: Path
) -> None:
    """What is due is done and signed; a note of another shape says nothing of the clock."""
    scene, _, _ = kept_court

    class Watched(FixedClock):
        watch = ClockWatch(tmp_path / "nowhere", scene.clock.now)

    scene.court.clock = scene.court.notary.clock = Watched(scene.clock.now())
    scene.lodge()
    work_once(scene.court)
    assert scene.court.notary.is_idle()
    for rubbish in ("{}", "[]", "7", '{"at": 5, "start": 1, "since_start": "x"}'):
        (tmp_path / ClockWatch.FILE).write_text(rubbish)
        assert ClockWatch(tmp_path, scene.clock.now).was_set() == timedelta()
