"""What outages do to a time limit, for any outages and any end: nothing gets shorter, nothing is given twice."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from odr.procedure.outages.rules import Span, merged, runs_until
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.reckoning import end_of

PACKS = PackRegistry.load()
CN, EW = PACKS.for_case("cn", date(2026, 1, 1)), PACKS.for_case("ew", date(2026, 1, 1))
PACK = {"cn": CN, "ew": EW}


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=CN.tz)


LONG_AGO = at("2026-01-05T09:00")
LAST_DAY = end_of(CN, date(2026, 3, 17))
"""Tuesday 17 March 2026."""


def until(*spans: tuple[str, str], due: datetime = LAST_DAY, is_hours: bool = False) -> date | None:
    """The day a time limit runs until in the Chinese pack for outages told as local times."""
    assert CN.outages is not None
    given_spans = [Span(at(began), at(ended)) for began, ended in spans]
    return runs_until(CN.outages, CN, due, LONG_AGO, is_hours, given_spans)


@pytest.mark.parametrize(
    ("began", "ended", "day"),
    [
        ("2026-03-16T20:00", "2026-03-16T23:59", None),  # over before the last day
        ("2026-03-18T00:00", "2026-03-18T12:00", None),  # begun after it
        ("2026-03-17T10:00", "2026-03-17T10:30", None),  # half an hour of the day: the rest was there
        ("2026-03-17T10:00", "2026-03-17T11:00", date(2026, 3, 18)),  # an hour of it
        ("2026-03-17T23:40", "2026-03-17T23:45", date(2026, 3, 18)),  # five minutes, shortly before the end
        ("2026-03-17T23:40", "2026-03-18T02:00", date(2026, 3, 19)),  # back on the next day: the day after that
        ("2026-03-16T12:00", "2026-03-17T00:30", None),  # half an hour of the last day
        ("2026-03-16T12:00", "2026-03-17T01:00", date(2026, 3, 18)),
        ("2026-03-17T20:00", "2026-03-20T09:00", date(2026, 3, 23)),  # back on a Friday: Monday
    ],
)
def test_an_outage_counts_on_the_last_day_only(began: str, ended: str, day: date | None) -> None:
    """By hand: OLR 25, CPL 86 and the practice of the court in the pack."""
    assert until((began, ended)) == day


def test_minutes_of_several_outages_count_together() -> None:
    """Two of forty minutes took an hour of the day; what two noticed at once is counted once."""
    assert until(("2026-03-17T10:00", "2026-03-17T10:40"), ("2026-03-17T14:00", "2026-03-17T14:40")) == date(
        2026, 3, 18
    )
    assert until(("2026-03-17T10:00", "2026-03-17T10:40"), ("2026-03-17T10:05", "2026-03-17T10:40")) is None


def test_the_new_last_day_may_be_touched_again() -> None:
    """What is given is time in which the court can be reached."""
    again = (("2026-03-17T20:00", "2026-03-17T23:00"), ("2026-03-18T08:00", "2026-03-18T20:00"))
    assert until(*again) == date(2026, 3, 19)


def test_hours_look_at_their_last_24() -> None:
    """A limit of hours ends at an hour: an outage in the day before it took of its time."""
    due = at("2026-03-17T09:00")
    night = ("2026-03-16T20:00", "2026-03-16T23:00")
    assert until(night, due=due, is_hours=True) == date(2026, 3, 17)
    assert until(night, due=due, is_hours=False) is None


def test_hours_that_end_with_the_day_run_on_to_the_next() -> None:
    """To the end of the same day they would be given nothing."""
    rules, pack = PACK["ew"].outages, PACK["ew"]
    assert rules is not None
    due, night = end_of(pack, date(2026, 3, 5)), [Span(at("2026-03-05T00:00"), at("2026-03-05T01:00"))]
    assert runs_until(rules, pack, due, LONG_AGO, True, night) == date(2026, 3, 6)


def test_what_began_after_the_outage_lost_nothing() -> None:
    """A limit opened on its last day, when the court was back."""
    assert CN.outages is not None
    span = [Span(at("2026-03-17T08:00"), at("2026-03-17T12:00"))]
    assert runs_until(CN.outages, CN, LAST_DAY, at("2026-03-17T12:00"), False, span) is None


MINUTES = st.integers(min_value=0, max_value=20 * 24 * 60)
SPANS = st.lists(
    st.tuples(MINUTES, st.integers(min_value=1, max_value=4 * 24 * 60)).map(
        lambda one: Span(
            at("2026-03-05T00:00") + timedelta(minutes=one[0]), at("2026-03-05T00:00") + timedelta(minutes=sum(one))
        )
    ),
    max_size=4,
)
DAYS = st.integers(min_value=0, max_value=25).map(lambda n: date(2026, 3, 5) + timedelta(days=n))


@given(SPANS, DAYS, st.sampled_from(["cn", "ew"]), st.booleans())
def test_nothing_is_shortened_nor_given_twice(spans: list[Span], last: date, which: str, is_hours: bool) -> None:
    """For any outages: a later working day or none; asked again from the new end it is the same; neither the order of the
    outages, nor that several noticed one, nor that it was told in parts changes anything.
    """
    pack = PACK[which]
    rules = pack.outages
    assert rules is not None
    due = end_of(pack, last)
    day = runs_until(rules, pack, due, LONG_AGO, is_hours, spans)
    for order in permutations(spans):
        assert runs_until(rules, pack, due, LONG_AGO, is_hours, order) == day
    assert runs_until(rules, pack, due, LONG_AGO, is_hours, [*spans, *spans]) == day
    assert runs_until(rules, pack, due, LONG_AGO, is_hours, merged(spans)) == day
    parts = [half for one in spans for half in _halves(one)]
    assert runs_until(rules, pack, due, LONG_AGO, is_hours, parts) == day
    if day is None:
        return
    assert end_of(pack, day) > due and pack.working_calendar.is_working(day)
    assert any(one.began_at <= due or one.ended_at > due for one in spans)
    assert runs_until(rules, pack, end_of(pack, day), LONG_AGO, False, spans) is None


@given(SPANS, DAYS)
def test_one_after_the_other_is_all_at_once(spans: list[Span], last: date) -> None:
    """Dealt with each as it is told, in the order they ended, a limit ends where it ends when all are known."""
    rules = CN.outages
    assert rules is not None
    end, known = end_of(CN, last), []
    for span in sorted(spans, key=lambda one: one.ended_at):
        known.append(span)
        day = runs_until(rules, CN, end, LONG_AGO, False, known)
        end = end_of(CN, day) if day is not None else end
    day = runs_until(rules, CN, end_of(CN, last), LONG_AGO, False, spans)
    assert end == (end_of(CN, day) if day is not None else end_of(CN, last))


@given(SPANS, DAYS)
def test_what_lies_apart_touches_nothing(spans: list[Span], last: date) -> None:
    """Outages that were over before the last day, or began after it, give nothing."""
    rules = CN.outages
    assert rules is not None
    due = end_of(CN, last)
    apart = [one for one in spans if one.ended_at <= at(f"{last}T00:00") or one.began_at > due]
    assert runs_until(rules, CN, due, LONG_AGO, False, apart) is None


def _halves(span: Span) -> tuple[Span, Span]:
    middle = span.began_at + (span.ended_at - span.began_at) / 2
    return Span(span.began_at, middle), Span(middle, span.ended_at)
