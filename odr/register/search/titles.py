"""What filters and their values are called."""

from __future__ import annotations

from odr.ground.text import T, Text
from odr.register.search.facts import FactReader, Outcome

TITLES: dict[str, Text] = {
    "cause": T("Kind of case"),
    "outcome": T("Outcome"),
    "court": T("Court"),
    "year": T("Year decided"),
    "judge": T("Judge or assessor"),
    "article": T("Article cited"),
    "from": T("Decided from"),
    "to": T("Decided until"),
    "min": T("Awarded at least"),
    "max": T("Awarded at most"),
    "cites": T("Cites"),
}


def value_words(reader: FactReader, name: str, value: str) -> Text | str:
    """A value of a filter in the reader's words."""
    pack = reader.pack
    if name == "cause" and value in pack.causes.list:
        return pack.causes.list[value].title
    if name == "outcome" and value in {one.value for one in Outcome}:
        return Outcome(value).label
    return reader.article_words(value) if name == "article" else value
