"""English counts one thing as one: "1 day", in every sentence that counts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from odr.ground.text import NOUNS, NUMBERED, REGULAR, VERBS, T, Text, catalogue, of_one, places

SENTENCES = [
    (
        "Within %(days)s days after the decision is in effect.",
        {"days": 1},
        "Within 1 day after the decision is in effect.",
    ),
    ("%(days)s days and %(hours)s hours left", {"days": 1, "hours": 2}, "1 day and 2 hours left"),
    ("%(days)s days and %(hours)s hours left", {"days": 2, "hours": 1}, "2 days and 1 hour left"),
    ("%(count)s entries are not shown", {"count": 1}, "1 entry is not shown"),
    ("%(count)s points in all stand on the desk.", {"count": 1}, "1 point in all stands on the desk."),
    ("There are %(count)s such cases", {"count": 1}, "There is 1 such case"),
    ("%(party)s has %(days)s more working days", {"party": "Li", "days": 1}, "Li has 1 more working day"),
    ("A draft is shared with at most %(count)s people.", {"count": "1"}, "A draft is shared with at most 1 person."),
    # One that is so by its number, or that somebody is called, counts nothing.
    ("Order %(number)s answers nothing.", {"number": 1}, "Order 1 answers nothing."),
    ("%(name)s claims along", {"name": "1"}, "1 claims along"),
    ("%(count)s days", {"count": True}, "True days"),
    ("%(count)s exhibits and facts wait", {"count": 1}, "1 exhibits and facts wait"),
]


@pytest.mark.parametrize(("msgid", "params", "english"), SENTENCES)
def test_one_is_counted_as_one(msgid: str, params: dict[str, Any], english: str) -> None:
    """The noun after a number that is one, and the verb right after that noun; with any other number the sentence stays."""
    assert Text(msgid, params).render("en") == english
    more = {name: value if isinstance(value, str | bool) else 7 for name, value in params.items()}
    if more != params:
        assert Text(msgid, more).render("en") == msgid % more


def test_chinese_has_one_form() -> None:
    """A number that is one changes nothing in Chinese."""
    one, two = (T("%(days)s days and %(hours)s hours left", days=days, hours=2).render("zh-Hans") for days in (1, 2))
    assert one == two.replace("2", "1", 1)


VERB_LIKE = frozenset(
    [
        "hears",
        "is",
        "was",
        "has",
        "does",
        "asks",
        "says",
        "goes",
        "takes",
        "stays",
        "this",
        "as",
        "its",
        "across",
        "less",
        "plus",
        "always",
        "decides",
    ]
)
"""Words with such an ending that count nothing."""
COUNTS = "count|days|hours|minutes|months|years|most|least|seconds|pages|size|tries|entries|exhibits|files|papers|all"


def test_every_noun_that_is_counted_is_known() -> None:
    """What a sentence of the court counts has its word for one: a new noun must be added, or "1 days" is back."""
    known = {*REGULAR, *NOUNS}
    counted = re.compile(rf"%\((?:{COUNTS})\)s (?:more |new |open |other )?([a-z]+s)\b")
    found = {noun for msgid in catalogue("zh-Hans") for noun in counted.findall(msgid)}
    assert len(found) > 40
    assert found - known - VERB_LIKE == set()


def test_places_stay() -> None:
    """Whatever is one, the sentence has the same parameters, and the words that are bent are counted words and verbs."""
    for msgid in catalogue("zh-Hans"):
        names = frozenset(places(msgid))
        one = of_one(msgid, names)
        assert places(one) == names, msgid
        assert one == msgid or names - NUMBERED, msgid
    assert not set(VERBS) & {*REGULAR, *NOUNS} - {"names"}
