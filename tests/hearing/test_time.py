"""Windows of the examination: never early, the same whoever comes late, extended from the end they had."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from odr.docket.models import Track
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen
from odr.hearing.examination.plan import latest_end, ordered, plan_of
from odr.hearing.queries import WINDOW
from odr.hearing.vocabulary import Mode
from odr.operations import worker
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.reckoning import reckon
from tests.hearing.scene import CHEN, HAIYUN, LI, Scene, accepted_case, agreed_to_writing, at, open_court

CN = PackRegistry.load().for_case("cn", date(2026, 3, 2))


@given(
    st.datetimes(
        min_value=at("2026-01-01T00:00").replace(tzinfo=None), max_value=at("2026-11-30T23:59").replace(tzinfo=None)
    ),
    st.integers(1, 20),
)
def test_a_turn_never_ends_before_its_working_days(start: object, days: int) -> None:
    """Between the opening of a turn and its end lie at least its working days, whole, and the last is one of them."""
    opened = start.replace(tzinfo=CN.tz)  # type: ignore[attr-defined]
    due = reckon(CN, WINDOW, opened, amount=days).due_at.astimezone(CN.tz)
    whole = [opened.date() + timedelta(days=n) for n in range(1, (due.date() - opened.date()).days + 1)]
    assert sum(CN.working_calendar.is_working(day) for day in whole) == days
    assert CN.working_calendar.is_working(due.date())
    assert due.hour == 23 and due.minute == 59


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 300))
def test_a_plan_is_as_long_as_its_turns(lengths: list[int], day: int) -> None:
    """The latest end of a plan is the end of all its working days in a row, however they are split into turns."""
    start = at("2026-01-05T10:00") + timedelta(days=day)
    assert latest_end(CN, lengths, start) == latest_end(CN, [sum(lengths)], start)


def test_plans_are_those_of_the_pack() -> None:
    """The full plan has its nine phases and debate in two rounds; small claims have four; at one hour only the record
    is left.
    """
    full = plan_of(CN, "ordinary", Mode.ASYNCHRONOUS)
    assert [p.key for p in full] == [
        "opening",
        "pleadings",
        "cross_examination",
        "judge_questions",
        "party_questions",
        "issues",
        "debate",
        "debate",
        "final",
        "record",
    ]
    assert [p.key for p in plan_of(CN, "small_claims", Mode.ASYNCHRONOUS)] == [
        "opening",
        "cross_examination",
        "final",
        "record",
    ]
    assert [p.key for p in plan_of(CN, "ordinary", Mode.HYBRID)] == ["record"]
    assert sum(p.days for p in full) == CN.plan_for("ordinary").length()


def test_what_cannot_be_ordered() -> None:
    """An asymmetric phase is not sealed; what a judgment would be set aside without is left out on no track (CPL 71, 144,
    162; CPI 103).
    """
    order = partial(ordered, CN, mode=Mode.ASYNCHRONOUS, lengths={})
    with pytest.raises(ActNotOpen):
        order("ordinary", sealed=["pleadings"], left_out=[])
    for track, kept in [
        *(("ordinary", key) for key in ("cross_examination", "debate", "final", "record")),
        *((track, key) for track in ("simple", "small_claims") for key in ("cross_examination", "final", "record")),
    ]:
        with pytest.raises(ActNotOpen, match="cannot be left out"):
            order(track, sealed=[], left_out=[kept])
    assert "debate" not in {p.key for p in order("simple", sealed=[], left_out=["debate", "issues"])}


def test_sealed_turns_count_once() -> None:
    """Turns that run side by side last as long as the longest of them."""
    plan = ordered(CN, "ordinary", Mode.ASYNCHRONOUS, lengths={}, sealed=["cross_examination"], left_out=[])
    assert next(p.days for p in plan if p.key == "cross_examination") == 5


def history(scene: Scene) -> list[tuple[str, str, bool]]:
    """What the docket says of each entry that does not depend on chance: act, when it took effect, late."""
    with scene.look() as (court, _):
        return [(e.act, e.effective_at.isoformat(), scene.payload(e.number)["late"]) for e in scene.docket(court)]


def test_a_worker_that_was_down_changes_nothing(sqlite_template: Path, tmp_path: Path) -> None:
    """Every window of a plan lapses while nobody works: the docket then tells the same story as with a worker every
    day.
    """
    stories = []
    for name, step in (("awake", 24.0), ("asleep", 24.0 * 60)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "court.sqlite").write_bytes(sqlite_template.read_bytes())
        database = Database(f"sqlite:///{folder / 'court.sqlite'}", synchronous="OFF")
        clock = FixedClock(at("2026-03-02T09:00"))
        scene = accepted_case(open_court(database, clock, folder / "court"), clock, track=Track.SIMPLE)
        scene.exhibit(LI, 1)
        scene.exhibit(HAIYUN, 1)
        agreed_to_writing(scene, LI, HAIYUN)
        scene.act(CHEN, "open_examination", mode="asynchronous")
        end = clock.now() + timedelta(days=60)
        while clock.now() < end:
            clock.advance(timedelta(hours=step))
            worker.sweep_windows(scene.court)
        assert scene.current() is None and scene.entries().count("close_phase") == 8
        stories.append(history(scene))
        database.dispose()
    assert stories[0] == stories[1]
    assert sum(act == "close_window" for act, _, _ in stories[0]) >= 9


def test_an_act_after_the_end_finds_the_next_phase(scene_of: Callable[..., Scene]) -> None:
    """Without any worker, what comes after a window ended falls into the phase that began then, and a late word is
    marked.
    """
    scene = scene_of()
    scene.exhibit(LI, 1)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    with scene.look() as (court, _):
        opening = scene.examination(court).phases[0].reference
    scene.days(6)
    receipt = scene.act(LI, "post_statement", words="I stand by my claim.", phase=opening)
    assert scene.current() == "cross_examination"
    assert scene.payload(receipt.number)["late"] is True


def test_a_stay_halts_the_examination(scene_of: Callable[..., Scene]) -> None:
    """While the case is stayed no window lapses and nothing is said."""
    scene = scene_of()
    scene.act(CHEN, "open_examination", mode="asynchronous")
    with scene.sit() as (sitting, case):
        case.stayed_at = sitting.now
    scene.days(30)
    assert scene.due() == 0
    with pytest.raises(ActNotOpen):
        scene.act(LI, "post_statement", words="Still here.")
