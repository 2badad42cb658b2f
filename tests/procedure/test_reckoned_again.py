"""A time limit is reckoned again from its own working alone: what halted or lengthened it stands there too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from odr.docket.models import Case
from odr.filing.course.time_limit_changes import go_on, halt
from odr.ground.text import T
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.counting import Suspension
from odr.procedure.time.reckoned_again import extension_to_json, is_complete, reckon_working
from odr.procedure.time.reckoning import Extension, reckon
from odr.procedure.time.written_working import text_to_json
from tests.scene import Scene

PACK = PackRegistry.load().in_force("cn", date(2026, 3, 2))
DAYS = st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS])
EXTENSIONS = st.lists(
    st.one_of(
        st.builds(
            lambda amount, unit: Extension(T("Illness"), "CPL 86", period=Period(amount=amount, unit=unit)),
            st.integers(1, 40),
            DAYS,
        ),
        st.builds(
            lambda day: Extension(T("Illness"), "CPL 86", until_on=day), st.dates(date(2026, 3, 1), date(2026, 12, 1))
        ),
    ),
    max_size=3,
)


@given(
    amount=st.integers(1, 60),
    unit=st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS, Unit.HOURS, Unit.MONTHS]),
    hours=st.integers(0, 5000),
    extensions=EXTENSIONS,
)
def test_a_working_leads_to_the_end_it_came_from(
    amount: int, unit: Unit, hours: int, extensions: list[Extension]
) -> None:
    """Whatever its length and however it was lengthened, a limit's kept working gives the same last instant."""
    start = datetime(2026, 3, 2, 1, tzinfo=UTC) + timedelta(hours=hours)
    found = reckon(PACK, Period(amount=amount, unit=unit), start, article="CPL 85", extensions=extensions)
    working: dict[str, Any] = found.to_json() | {"extensions": [extension_to_json(one) for one in extensions]}
    assert is_complete(working) and reckon_working(PACK, working).due_at == found.due_at
    bare = {name: value for name, value in working.items() if name != "extensions"}
    assert is_complete(bare) is not bool(extensions)


@given(
    amount=st.integers(1, 60),
    unit=st.sampled_from([Unit.DAYS, Unit.WORKING_DAYS, Unit.MONTHS]),
    days=st.integers(0, 200),
    left=st.integers(0, 9),
    still=st.integers(1, 40),
    put_off=st.none() | st.integers(1, 30),
)
def test_whoever_had_time_left_has_time_left_when_it_runs_again(
    amount: int, unit: Unit, days: int, left: int, still: int, put_off: int | None
) -> None:
    """A limit that stood still on any day up to its last, also one it has only because the last was a day off or because
    it was put off to a day, ends after the day it runs again (CPL 85, 153).
    """
    start = datetime(2026, 1, 5, 4, tzinfo=UTC) + timedelta(days=days)
    period = Period(amount=amount, unit=unit)
    plain = reckon(PACK, period, start, article="CPL 85")
    longer = [
        Extension(T("Flood"), "CPL 86", until_on=plain.result + timedelta(days=put_off), since=plain.due_at)
        for put_off in ([put_off] if put_off is not None else [])
    ]
    told = reckon(PACK, period, start, article="CPL 85", extensions=longer)
    halted = max(start, told.due_at - timedelta(days=left, hours=3))
    if longer and halted < plain.due_at:
        halted = plain.due_at + timedelta(hours=1)  # What was put off stands still after that day was fixed.
    on = halted + timedelta(days=still)
    suspended = Suspension(halted, on, T("The case stood still."), "CPL 153")
    found = reckon(PACK, period, start, article="CPL 85", extensions=longer, suspensions=[suspended])
    assert found.result > on.astimezone(PACK.tz).date()
    working = found.to_json() | {
        "extensions": [extension_to_json(one) for one in longer],
        "suspensions": [
            {
                "from": halted.isoformat(),
                "until": on.isoformat(),
                "article": "CPL 153",
                "reason": text_to_json(suspended.reason),
            }
        ],
    }
    assert reckon_working(PACK, working).due_at == found.due_at


@pytest.mark.parametrize("until", [date(2026, 5, 20), date(2026, 6, 30)])
def test_a_day_put_off_stands_after_a_standstill(small_scene: Scene, until: date) -> None:
    """A window that was opened until a later day keeps that day when it stood still and runs again."""
    small_scene.lodge()
    small_scene.accept()
    with small_scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, small_scene.case_id)
        window = sitting.start_window(
            case, "answer", party=case.parties[1], extensions=[Extension(T("put off"), "FEE 47", until_on=until)]
        )
        due = window.due_at
        assert due is not None and due.date() == until
        halt([window], sitting.now)
        go_on(sitting, case, [window], sitting.now, T("The case stood still."), "CPL 153")
        assert window.due_at == due
