"""A training court opens at any minute of the day: nothing in its stories lies in the future."""

from __future__ import annotations

from datetime import datetime

from hypothesis import example, given, strategies as st

from odr.training.story import first_minute


@given(at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
@example(at=datetime(2026, 11, 30, 0, 0, 30))
@example(at=datetime(2026, 11, 30, 0, 1))
def test_what_happened_early_on_a_day_has_happened(at: datetime) -> None:
    """Half a minute after midnight a minute after it is still to come."""
    hour, minute = map(int, first_minute(at).split(":"))
    assert at.replace(hour=hour, minute=minute, second=0, microsecond=0) <= at
