"""A training court opens at any minute of the day: nothing in its stories lies in the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import example, given, strategies as st

from odr.training.story import first_minute

MIDNIGHT = datetime(2026, 11, 30, tzinfo=UTC)


@given(seconds=st.integers(0, 24 * 3600 - 1))
@example(seconds=30)
@example(seconds=60)
def test_what_happened_early_on_a_day_has_happened(seconds: int) -> None:
    """Half a minute after midnight a minute after it is still to come."""
    at = MIDNIGHT + timedelta(seconds=seconds)
    hour, minute = map(int, first_minute(at).split(":"))
    assert MIDNIGHT <= at.replace(hour=hour, minute=minute, second=0) <= at
