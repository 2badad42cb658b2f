"""Decisions like a case as people see them: each with what it shares, in the scope the rules set, and what became of such cases.

Only judgments that are published and in effect (SIM 1), found in the register's index. Nothing here is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from statistics import quantiles
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.assist.similar.finding import (
    LEAST,
    Finder,
    Profile,
    held_of,
    said_in,
    shared_share,
    shared_words,
    weights_of,
)
from odr.ground.text import Money, T, Text
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import Counted
from odr.procedure.rules.court_rules import GuidingCase, SimilarRules
from odr.register.publication.models import Publication
from odr.register.redaction.structure import PublicText
from odr.register.search.facts import JUDGED, FactReader, Outcome, compact
from odr.register.search.hits import Hit, hits
from odr.register.search.keeping import shown_columns
from odr.register.search.searching import Search

if TYPE_CHECKING:
    from odr.procedure.court import Court

SHOWN = 20
"""Decisions of a list; the ones most alike."""
LOOKED_AT = 60
"""Decisions whose text is read for what they share."""


class Rank(Enum):
    """Whose decision it is, the highest first (SIM 4)."""

    GUIDING = "guiding"
    SUPREME = "supreme"
    HIGH = "high"
    OWN = "own"

    @property
    def label(self) -> Text:
        """It in words."""
        return {
            Rank.GUIDING: T("Guiding cases of the Supreme People’s Court"),
            Rank.SUPREME: T("Decisions of the Supreme People’s Court"),
            Rank.HIGH: T("Decisions of the high court of the province"),
            Rank.OWN: T("Decisions of the court above and of this court"),
        }[self]


@dataclass(frozen=True)
class Alike:
    """A decision that shares something with a case, and what: the kind of case, articles, words."""

    hit: Hit
    same_cause: bool
    articles: Sequence[tuple[str, Text | str]]
    words: Sequence[str]
    share: float


@dataclass(frozen=True)
class Guiding:
    """A guiding case for the kind of case or its articles, and what it shares."""

    case: GuidingCase
    same_cause: bool
    articles: Sequence[str]
    replaced: bool


@dataclass(frozen=True)
class Step:
    """A rank that was looked in: since when, and how many were found."""

    rank: Rank
    since: date | None
    count: int
    label: Text


@dataclass(frozen=True)
class Scope:
    """A search as the rules have it: the ranks that were looked in, and what the first that had any holds."""

    steps: Sequence[Step]
    guiding: Sequence[Guiding]
    found: Sequence[Alike]


@dataclass(frozen=True)
class Range:
    """What sums of money lie between, and of how many cases: the lowest, the middle half, the highest."""

    count: int
    low: Money
    first: Money
    third: Money
    high: Money


@dataclass(frozen=True)
class Happened:
    """What became of cases like one: how many ended how, and what was awarded. No prediction."""

    count: int
    outcomes: Sequence[tuple[Outcome, int]]
    awarded: Range | None


def count_look(court: Court, account_id: int) -> None:
    """Raises TooMany for an account that looks too often: every look reads many decisions. Only that it looked is counted."""
    with court.database.write() as session:
        ring, now = keyring(court.settings.secret_key), court.clock.machine_now()
        rate_limits.take(session, ring, Counted.SIMILAR_BY, str(account_id), now)


def alike(
    session: Session, search: Search, reader: FactReader, profile: Profile, *, same_cause: bool = False
) -> list[Alike]:
    """The published judgments in effect most like a case, the most alike first; ``same_cause`` leaves out other kinds."""
    weights = weights_of(search, profile.looked_at)
    said = said_in(weights, profile.looked_at)
    matches = Finder(search).matches(profile)
    effective = in_effect(session, [one.address for one in matches])
    chosen = [one.facts for one in matches if one.address in effective][:LOOKED_AT]
    texts = _texts(session, [one.address for one in chosen])
    rarity = Finder(search).rarity_of(profile.articles)
    found = []
    for hit in hits(session, reader, chosen):
        if profile.own is not None and compact(hit.facts.number) == compact(profile.own):
            continue
        same = profile.cause is not None and hit.facts.cause == profile.cause
        articles = sorted(set(rarity) & set(hit.facts.articles), key=lambda key: (-rarity[key], key))
        held = held_of(weights, texts[hit.address])
        share = shared_share(weights, held)
        if (share < LEAST and not (articles and share >= LEAST / 2)) or (same_cause and not same):
            continue
        if not (same or articles):
            continue  # Words alone make no case alike (SIM 1): the law or the kind of dispute is shared too.
        words = shared_words(weights, said, held)
        found.append(Alike(hit, same, [(key, reader.article_words(key)) for key in articles], words, share))
    return found


def in_effect(session: Session, addresses: Sequence[str]) -> set[str]:
    """Which of these published judgments are in effect now."""
    if not addresses:
        return set()
    return set(
        session.scalars(
            select(Publication.address).where(
                Publication.address.in_(addresses),
                Publication.kind == JUDGED,
                Publication.effective_at.is_not(None),
                Publication.lost_at.is_(None),
            )
        )
    )


def _texts(session: Session, addresses: Sequence[str]) -> dict[str, list[str]]:
    if not addresses:
        return {}
    rows = session.execute(shown_columns().where(Publication.address.in_(addresses)))
    return {row.address: [cell for _, _, cell in PublicText.from_json(row.text).cells() if cell] for row in rows}


def guiding_for(rules: SimilarRules, profile: Profile, today: date) -> list[Guiding]:
    """The guiding cases of this kind of case, or on its articles; what was replaced is said to be."""
    found = []
    for case in rules.guiding:
        articles = [key for each in case.articles for key in each.split("; ") if key in profile.articles]
        same = profile.cause is not None and profile.cause in case.causes
        if case.published <= today and (same or articles):
            found.append(Guiding(case, same, articles, case.replaced_by is not None))
    return sorted(found, key=lambda one: (one.replaced, -len(one.articles), not one.same_cause, -one.case.number))


def in_scope(rules: SimilarRules, profile: Profile, found: Sequence[Alike], today: date) -> Scope:
    """What was found, rank by rank, stopping at the first that has any; the last years first but for guiding cases (SIM 4)."""
    guiding = guiding_for(rules, profile, today)
    steps = [_step(rules, Rank.GUIDING, None, len(guiding))] if rules.has(Rank.GUIDING.value) else []
    if any(not one.replaced for one in guiding):
        return Scope(steps, guiding, [])
    since = _years_before(today, rules.years)
    for rank in (one for one in (Rank.SUPREME, Rank.HIGH, Rank.OWN) if rules.has(one.value)):
        here = [one for one in found if rank_of(rules, one.hit.facts.court) is rank]
        newest = [one for one in here if one.hit.decided_on >= since]
        steps.append(_step(rules, rank, since, len(newest)))
        if not newest and here:
            steps.append(_step(rules, rank, None, len(here)))
        if here:
            return Scope(steps, guiding, newest or here)
    return Scope(steps, guiding, [])


def _step(rules: SimilarRules, rank: Rank, since: date | None, count: int) -> Step:
    """A rank as its readers call it."""
    told = {str(key): words for key, words in rules.ranks.items()}
    return Step(rank, since, count, told.get(rank.value, rank.label))


def _years_before(today: date, years: int) -> date:
    return replace_year(today, today.year - years)


def replace_year(day: date, year: int) -> date:
    """The same day of another year; the last of February where it has none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def rank_of(rules: SimilarRules, court: str) -> Rank:
    """Whose decision it is, by the name of the court."""
    for rank, words in ((Rank.SUPREME, rules.supreme), (Rank.HIGH, rules.high)):
        if rules.has(rank.value) and any(one in court for one in words):
            return rank
    return Rank.OWN


def happened(found: Sequence[Alike], minimum: int) -> Happened | None:
    """What became of some cases together; None where they are fewer than the least of which something may be said."""
    if len(found) < minimum:
        return None
    outcomes = Counter(one.hit.facts.outcome for one in found if one.hit.facts.outcome is not None)
    awarded = reach_of([one.hit.awarded for one in found if one.hit.awarded is not None], minimum)
    return Happened(len(found), [(one, outcomes[one]) for one in Outcome if outcomes[one]], awarded)


def reach_of(awarded: Sequence[Money], minimum: int) -> Range | None:
    """What sums lie between; None where they are too few, or in several currencies."""
    sums = sorted(awarded, key=lambda money: money.minor)
    if len(sums) < minimum or len({money.currency for money in sums}) != 1:
        return None
    first, _, third = quantiles([money.minor for money in sums], n=4, method="inclusive")
    return Range(
        len(sums), sums[0], replace(sums[0], minor=round(first)), replace(sums[0], minor=round(third)), sums[-1]
    )
