"""Whoever reads until when something can be done is told a day of the court, and never an hour that is the machine's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from odr.ground.text import LastDay, last_day
from tests.parsed import files, nodes_of

RECKONED = ("odr/procedure/time/", "odr/procedure/outages/", "odr/ground/")
"""Where days are reckoned and not shown."""
DUE = re.compile(r"due|until|due_at|announced_until")


def told_with_an_hour(node: ast.AST) -> Iterator[str]:
    """Instants that a sentence calls the end of a day."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "T" and node.args):
        return
    words = node.args[0]
    if isinstance(words, ast.Constant) and isinstance(words.value, str):
        for name in re.findall(r"end of %\((\w+)\)s", words.value):
            for one in node.keywords:
                if one.arg == name and isinstance(one.value, ast.Attribute) and one.value.attr.endswith("_at"):
                    yield ast.unparse(one.value)


def reckoned_by_hand(node: ast.AST) -> Iterator[str]:
    """The day an end falls on, taken from its instant: an end at midnight would be told a day late."""
    match node:
        case ast.Call(func=ast.Attribute(attr="date", value=ast.Call(func=ast.Attribute(attr="astimezone", value=of)))):
            name = of.attr if isinstance(of, ast.Attribute) else getattr(of, "id", "")
            if DUE.fullmatch(name):
                yield ast.unparse(node)


def test_the_end_of_a_day_is_a_day() -> None:
    """No sentence says "the end of" an instant, and no room takes the last day of a time limit from its instant by hand."""
    found = {
        f"{path}: {one}"
        for path in files()
        if not any(each in path.as_posix() for each in RECKONED)
        for node in nodes_of(path)
        for one in (*told_with_an_hour(node), *reckoned_by_hand(node))
    }
    assert found == set(), "use odr.ground.text.last_day"


@pytest.mark.parametrize(
    "written",
    [
        'T("Rule by the end of %(day)s.", day=window.due_at)',
        "window.due_at.astimezone(zone).date()",
        "due.astimezone(sitting.court.settings.tz).date()",
    ],
)
def test_what_would_be_told_wrongly_is_seen(written: str) -> None:
    """Each way of telling an instant as a day is found, and the right way is not."""
    (call,) = ast.parse(written).body
    assert isinstance(call, ast.Expr)
    assert [*told_with_an_hour(call.value), *reckoned_by_hand(call.value)]
    right = ast.parse('T("Rule by the end of %(day)s.", day=last_day(window.due_at, zone))').body[0]
    assert isinstance(right, ast.Expr) and [*told_with_an_hour(right.value), *reckoned_by_hand(right.value)] == []


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York"]),
)
def test_an_end_at_midnight_belongs_to_the_day_before(day: date, name: str) -> None:
    """Whatever the zone: the last day is the one whose last moment is before the end, with its hour where the day goes on after it."""
    zone = ZoneInfo(name)
    assert last_day(datetime.combine(day, time(), zone), zone) == day - timedelta(days=1)
    told = last_day(datetime.combine(day, time(16), zone), zone)
    assert isinstance(told, LastDay) and told == day
