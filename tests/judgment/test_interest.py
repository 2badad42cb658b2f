"""Interest with its working: what was ordered, and what delay adds (CPL 264)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, strategies as st

from odr.judgment.enforcement.effect import instalments
from odr.procedure.time.interest import InterestKind, InterestLine, interest_lines, rounded, total

START = date(2026, 1, 1)
LATE = Fraction(175, 1_000_000)
days = st.integers(0, 2000).map(lambda n: START + timedelta(days=n))
sums = st.integers(0, 10**9)


def lines(principal: int, payments: list[tuple[date, int]], day: date, percent: str = "3.1") -> list[InterestLine]:
    """Interest ordered from the first day of 2026, due by the end of January."""
    return interest_lines(
        principal,
        payments,
        day,
        ordered_from=START,
        percent=Decimal(percent),
        due_on=date(2026, 1, 31),
        late_per_day=LATE,
    )


def test_the_addition_for_delay_is_worked_out_by_hand() -> None:
    """10,000.00 due on 31 January, 4,000.00 paid on 10 February, reckoned to 2 March: 10 days on 10,000 and 20 on 6,000
    at 0.0175 percent a day.
    """
    found = [
        line
        for line in lines(1_000_000, [(date(2026, 2, 10), 400_000)], date(2026, 3, 2))
        if line.kind is InterestKind.LATE
    ]
    assert [(line.days, line.principal, rounded(line.exact)) for line in found] == [
        (10, 1_000_000, 1750),
        (20, 600_000, 2100),
    ]
    assert total(found, InterestKind.LATE) == 3850


def test_a_year_of_ordered_interest_is_its_rate() -> None:
    """8,000.00 at 3.1 percent for 365 days is 248.00; on the first day it is nothing, and before the last day to
    perform delay adds nothing.
    """
    assert total(lines(800_000, [], START + timedelta(days=365)), InterestKind.ORDERED) == 24_800
    assert lines(800_000, [], START) == []
    assert total(lines(800_000, [], date(2026, 1, 31)), InterestKind.LATE) == 0


@given(sums, st.lists(st.tuples(days, sums), max_size=6), days)
def test_payments_only_ever_lower_interest(principal: int, payments: list[tuple[date, int]], day: date) -> None:
    """No payment raises interest, a later day never lowers it, and the stretches of a kind join without gap or overlap."""
    found = lines(principal, payments, day)
    for kind in InterestKind:
        assert (
            0
            <= total(found, kind)
            <= total(lines(principal, payments[:-1], day), kind)
            <= total(lines(principal, [], day), kind)
        )
        assert total(found, kind) <= total(lines(principal, payments, day + timedelta(days=1)), kind)
        mine = [line for line in found if line.kind is kind]
        assert all(a.end == b.start and a.principal >= b.principal for a, b in pairwise(mine))
        assert all(line.days > 0 and line.principal > 0 for line in mine)


@given(st.integers(1, 10**9), st.integers(1, 60), days)
def test_instalments_are_the_whole_sum(amount: int, count: int, first: date) -> None:
    """Monthly parts add up to the sum exactly, fall on rising days one in each month, and differ only in the first."""
    parts = instalments(amount, count, first)
    assert sum(part for _, part in parts) == amount and len(parts) == count
    assert all((b.year * 12 + b.month) - (a.year * 12 + a.month) == 1 for (a, _), (b, _) in pairwise(parts))
    assert len({part for _, part in parts[1:]}) <= 1 and all(part >= 0 for _, part in parts)


def test_the_time_in_which_a_retrial_halted_execution_adds_nothing_for_delay() -> None:
    """Due on 31 January, halted from 10 to 20 February, reckoned to 2 March: 10 days before and 10 after; what was ordered goes on
    (CPL 217; LPI 3).
    """
    found = interest_lines(
        1_000_000,
        [],
        date(2026, 3, 2),
        ordered_from=START,
        percent=Decimal("3.1"),
        due_on=date(2026, 1, 31),
        late_per_day=LATE,
        still=[(date(2026, 2, 10), date(2026, 2, 20)), (date(2026, 2, 25), date(2026, 2, 25))],
    )
    late = [(line.start, line.end) for line in found if line.kind is InterestKind.LATE]
    assert late == [(date(2026, 1, 31), date(2026, 2, 10)), (date(2026, 2, 20), date(2026, 3, 2))]
    assert [line.days for line in found if line.kind is InterestKind.ORDERED] == [60]


@given(sums, days, days, days)
def test_what_stood_still_is_taken_out_once_and_nothing_else(principal: int, day: date, one: date, other: date) -> None:
    """Whatever lies where: the days for delay are those after the last day to perform, less those that stood still."""
    since, until = sorted((one, other))
    due = date(2026, 1, 31)
    found = interest_lines(
        principal, [], day, ordered_from=None, percent=None, due_on=due, late_per_day=LATE, still=[(since, until)]
    )
    stood = max(0, (min(until, day) - max(since, due)).days)
    assert sum(line.days for line in found) == (max(0, (day - due).days - stood) if principal else 0)
