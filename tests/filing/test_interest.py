"""Interest worked out for a claim being written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.filing.draft.claimed_interest import InterestInput, work_out
from odr.filing.models import Draft
from odr.ground.text import Money
from tests.filing.visitor import Visitor
from tests.scene import Scene

Door = Callable[[str | None], Visitor]
GIVEN: dict[str, Any] = {"principal": "8,000.00", "rate": "3.65"}
DAYS = {
    f"{side}-{part}": value
    for side, year in (("first", "2025"), ("last", "2026"))
    for part, value in (("day", "6"), ("month", "11"), ("year", year))
}


def test_a_year_at_a_rate_is_that_part_of_the_sum() -> None:
    """8,000 at 3.65 % for 365 days is 292.00."""
    worked = work_out(
        InterestInput(
            principal=Money(800000, "CNY"), rate=Decimal("3.65"), first=date(2025, 11, 6), last=date(2026, 11, 6)
        )
    )
    assert (worked.line.days, worked.amount) == (365, Money(29200, "CNY"))


@given(st.integers(1, 10**12), st.decimals("0.01", "36", places=2), st.integers(1, 4000), st.integers(1, 4000))
def test_interest_of_two_stretches_is_that_of_both_together(minor: int, rate: Decimal, one: int, two: int) -> None:
    """Splitting the days changes at most the rounding."""

    def days(start: int, end: int) -> int:
        begin = date(2020, 1, 1).toordinal()
        return work_out(
            InterestInput(
                principal=Money(minor, "CNY"),
                rate=rate,
                first=date.fromordinal(begin + start),
                last=date.fromordinal(begin + end),
            )
        ).amount.minor

    assert abs(days(0, one) + days(one, one + two) - days(0, one + two)) <= 1


@pytest.mark.parametrize("wrong", [{"rate": "0"}, {"rate": "x"}, {"principal": ""}, {"last-year": "2024"}])
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(visitor: Door, wrong: dict[str, str]) -> None:
    """A rate of nothing or in words, no sum, a last day before the first."""
    li = visitor("li")
    place = (
        li.send("/start", "/claim", cause="online_shopping").headers["Location"].removesuffix("/matter") + "/interest"
    )
    page = li.send(place, place, 422, **{**GIVEN, **DAYS, **wrong}).text
    assert "to put right" in page and 'value="6"' in page


def test_the_sum_is_shown_with_its_working_and_taken_over(small_scene: Scene, visitor: Door) -> None:
    """First the working; taken over it is a further row beside those that stand there."""
    li = visitor("li")
    draft = li.send("/start", "/claim", cause="online_shopping").headers["Location"].removesuffix("/matter")
    li.send(
        f"{draft}/relief",
        f"{draft}/relief",
        **{"relief-0-kind": "money", "relief-0-what": "The price", "relief-0-amount": "8,000.00", "continue": "1"},
    )
    page = li.send(f"{draft}/interest", f"{draft}/interest", 200, **GIVEN, **DAYS).text
    assert "292.00" in page and "365 days" in page
    li.send(f"{draft}/interest", f"{draft}/interest", **GIVEN, **DAYS, take="1")
    with small_scene.court.database.read() as session:
        kept = session.scalars(select(Draft)).one().values["relief"]
    assert kept["relief-0-amount"] == ["8,000.00"] and kept["relief-1-amount"] == "CNY 292.00"
    assert "Interest on" in li.get(f"{draft}/relief")
