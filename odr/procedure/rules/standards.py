"""The evidence standard of a cause: the facts it needs, who bears each, and what usually shows it.

One standard for everybody: the registry reads a filing by it, a party says by it what an exhibit is to show, the judge's findings
stand beside it fact by fact, and so does the review of a decision. It decides nothing and refuses nothing: what is proved is for
the court alone. A case keeps the standard of the day it was filed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from odr.docket.models import Role
from odr.procedure.rules.base import Applies, Article, Key, Rule, Words
from odr.procedure.rules.cases import Cause, ChecklistItem

if TYPE_CHECKING:
    from odr.procedure.rules.pack import RulePack
    from odr.procedure.rules.registry import PackRegistry


class Bearer(StrEnum):
    """Who bears the burden of a fact (CPI 91)."""

    CLAIMANT = "claimant"
    """Whoever brings the claim."""
    RESPONDENT = "respondent"
    """Whoever it is brought against."""

    @property
    def role(self) -> Role:
        """The side's role in a case."""
        return Role(self.value)


class StandardFact(Rule):
    """A fact that a cause needs."""

    fact: Words
    bears: Bearer
    article: Article
    """Which rule puts the burden there."""
    shown_by: Annotated[tuple[Key, ...], Field(min_length=1)]
    """Of the checklist of the cause, on the side that bears it: what usually shows the fact."""
    provisional: Words | None = None
    """What about it is not settled."""


class Standard(Rule):
    """The facts of one cause, in the order in which they are looked at."""

    facts: Annotated[dict[Key, StandardFact], Field(min_length=1)]
    provisional: Words | None = None

    def of(self, bearer: Bearer) -> dict[str, StandardFact]:
        """The facts one side bears."""
        return {key: fact for key, fact in self.facts.items() if fact.bears is bearer}


class Standards(Rule):
    """The standards of a court, by cause."""

    applies_to: Applies
    article: Article
    list: dict[Key, Standard]

    @model_validator(mode="after")
    def _stays_with_the_case(self) -> Self:
        if self.applies_to is not Applies.FILED_FROM:
            raise ValueError("a case keeps the standard of the day it was filed: applies_to is filed_from")
        return self


def items_of(cause: Cause, bearer: Bearer) -> Mapping[str, ChecklistItem]:
    """The checklist of a side, by key."""
    return {item.key: item for item in (cause.claimant if bearer is Bearer.CLAIMANT else cause.respondent)}


def unfitting(standards: Standards, causes: Mapping[str, Cause]) -> Iterator[tuple[str, str]]:
    """Where standards and causes do not fit each other: what a standard names and no checklist has, and what it leaves out."""
    for key in sorted(set(causes) ^ set(standards.list)):
        yield f"standards.list.{key}", "a standard for each cause, and none without one"
    for key in sorted(set(causes) & set(standards.list)):
        for bearer in Bearer:
            known, named = set(items_of(causes[key], bearer)), set[str]()
            for name, fact in standards.list[key].of(bearer).items():
                named.update(fact.shown_by)
                for lost in sorted(set(fact.shown_by) - known):
                    yield f"standards.list.{key}.facts.{name}", f"the checklist of that side has no {lost}"
            for unused in sorted(known - named):
                yield f"standards.list.{key}", f"no fact of the {bearer.value} is shown by {unused}"


@dataclass(frozen=True)
class Brought:
    """An exhibit as far as a standard asks about it: by whom, what it is said to be, which told facts it is said to show."""

    label: str
    role: Role
    meets: Collection[str]
    facts: Collection[int] = ()


@dataclass(frozen=True)
class Covered:
    """A fact of the standard beside what was brought for it."""

    key: str
    fact: StandardFact
    there: Sequence[tuple[ChecklistItem, Sequence[Brought]]]
    """Each thing that usually shows it, with the exhibits said to be that; none of them, and it is missing."""

    @property
    def brought(self) -> list[Brought]:
        """Every exhibit that is said to show it, once, in order."""
        return list({one.label: one for _, found in self.there for one in found}.values())

    @property
    def told(self) -> list[int]:
        """Numbers of the told facts that these exhibits are said to show."""
        return sorted({number for one in self.brought for number in one.facts})

    @property
    def missing(self) -> list[ChecklistItem]:
        """What usually shows it and is not there."""
        return [item for item, found in self.there if not found]

    @property
    def is_bare(self) -> bool:
        """Whether nothing at all was brought for it."""
        return not self.brought


def covered(standard: Standard, cause: Cause, brought: Iterable[Brought]) -> list[Covered]:
    """Each fact of a standard beside the exhibits brought for it. An exhibit of a third party counts for either side."""
    everything = list(brought)

    def found(fact: StandardFact, key: str) -> list[Brought]:
        sides = (fact.bears.role, Role.THIRD_PARTY)
        return [one for one in everything if key in one.meets and one.role in sides]

    return [
        Covered(
            key, fact, [(items_of(cause, fact.bears)[each], found(fact, each)) for each in dict.fromkeys(fact.shown_by)]
        )
        for key, fact in standard.facts.items()
    ]


def standard_of(pack: RulePack, cause: str) -> Standard | None:
    """The standard of a cause in some rules; None where they have none."""
    return pack.standards.list.get(cause) if pack.standards is not None else None


def shows(pack: RulePack, cause: str, bearer: Bearer, item: str) -> list[StandardFact]:
    """Which facts of the standard a thing of the checklist usually shows."""
    standard = standard_of(pack, cause)
    return [fact for fact in standard.of(bearer).values() if item in fact.shown_by] if standard is not None else []


def since(packs: PackRegistry, pack: RulePack, cause: str) -> date:
    """From when a standard has stood as these rules have it: the first day of the oldest version, back from this one without a
    gap, that says the same.
    """
    day = pack.effective_from
    for older in reversed([one for one in packs.versions(pack.id) if one.effective_from <= pack.effective_from]):
        if _said(older, cause) != _said(pack, cause):
            break
        day = older.effective_from
    return day


def versions(packs: PackRegistry, pack_id: str, cause: str) -> list[tuple[date, RulePack]]:
    """Every version of a cause's standard, the newest first: from when, and the rules that say it first."""
    found: dict[date, RulePack] = {}
    for pack in packs.versions(pack_id):
        if standard_of(pack, cause) is not None:
            found.setdefault(since(packs, pack, cause), pack)
    return sorted(found.items(), key=lambda one: one[0], reverse=True)


def _said(pack: RulePack, cause: str) -> tuple[object, ...] | None:
    standard = standard_of(pack, cause)
    if standard is None:
        return None
    of = pack.cause(cause)
    return standard, of.claimant, of.respondent
