"""Which articles and decisions a decision cites, and which cite it. How it is cited is for the reader to read: the sentence
is shown, and nobody labels it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.text import Text
from odr.register.publication.models import Publication
from odr.register.publication.public_views import IN_STATE, Published
from odr.register.search.facts import DECIDING, FactReader, article_words, compact
from odr.register.search.hits import Hit, hits
from odr.register.search.language import Words
from odr.register.search.queries import Asked
from odr.register.search.searching import Search

SHOWN = 20
"""Decisions that cite one which its page shows; the search lists all."""
MOST_SHOWN = 50
"""Articles, and decisions, of the list of what is cited most."""


@dataclass(frozen=True)
class CitedArticle:
    """An article with its words, and how many other decisions cite it; None where the index cannot tell now."""

    key: str
    words: Text | str
    others: int | None


@dataclass(frozen=True)
class CitedDecision:
    """A decision that is cited: its number, and where it is read, where it is public here."""

    number: str
    address: str | None


@dataclass(frozen=True)
class Citations:
    """What a decision cites, and what cites it."""

    articles: Sequence[CitedArticle]
    decisions: Sequence[CitedDecision]
    cited_by: Sequence[Hit]
    cited_by_all: int


@dataclass(frozen=True)
class OftenCited:
    """An article or a decision, and how many published decisions cite it."""

    key: str
    words: Text | str
    address: str | None
    """Where the decision is read, where it is public here; None for an article."""
    count: int


@dataclass(frozen=True)
class MostCited:
    """What published decisions cite most, and how many articles and decisions they cite in all."""

    articles: Sequence[OftenCited]
    decisions: Sequence[OftenCited]
    articles_all: int
    decisions_all: int


def most_cited(session: Session, reader: FactReader, search: Search, cause: str | None = None) -> MostCited:
    """The articles and decisions that most published decisions cite, of one kind of case where named. How often something
    is cited is counted from published texts alone, each decision once.
    """
    found = search.cited(cause)
    articles, decisions = found["article"], found["cites"]
    addresses = {key: search.address_of(key) for key, _ in decisions[:MOST_SHOWN]}
    numbers = _numbers_at(session, [address for address in addresses.values() if address is not None])
    told = [
        OftenCited(key, numbers.get(addresses[key] or "", key), addresses[key], count)
        for key, count in decisions[:MOST_SHOWN]
    ]
    return MostCited(
        [OftenCited(key, article_words(reader.pack, key), None, count) for key, count in articles[:MOST_SHOWN]],
        told,
        len(articles),
        len(decisions),
    )


def _numbers_at(session: Session, addresses: Sequence[str]) -> dict[str, str]:
    rows = session.execute(
        select(Publication.address, Case.number)
        .join(Case, Case.id == Publication.case_id)
        .where(Publication.address.in_(addresses), Case.number.is_not(None))
    )
    return {address: number for address, number in rows if number is not None}


def citations_of(session: Session, reader: FactReader, search: Search | None, one: Published) -> Citations:
    """The citations of a published decision, from published texts alone."""
    articles = [
        CitedArticle(key, article_words(reader.pack, key), _others(search, key, one.row.address))
        for key in reader.articles(one.text)
    ]
    own = compact(one.text.number)
    numbers = [number for number in reader.cited_as_written(one.text) if compact(number) != own]
    decisions = [CitedDecision(number, _address(session, number)) for number in numbers]
    if search is None:
        return Citations(articles, decisions, [], 0)
    found = search.find(Asked(filters=(("cites", one.text.number),)), size=SHOWN, facets=False)
    by = hits(session, reader, found.facts, Words(one.text.number))
    return Citations(articles, decisions, by, found.total)


def _others(search: Search | None, key: str, address: str) -> int | None:
    """How many decisions cite an article beside one, whether the index knows that one already or not."""
    if search is None:
        return None
    return search.count_of(search.compiler.kept_article(key, [*search.left_out, address]))


def _address(session: Session, number: str) -> str | None:
    """Where a decision of this court with this number is read: the newest, if several of the case are public, and what ended it before
    what was ruled on the way.
    """
    written = number.replace("（", "(").replace("）", ")")
    return session.scalar(
        select(Publication.address)
        .join(Case, Case.id == Publication.case_id)
        .where(Case.number == written, IN_STATE["published"])
        .order_by(Publication.kind.in_(DECIDING).desc(), Publication.number.desc())
        .limit(1)
    )
