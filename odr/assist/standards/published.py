"""The standards as everybody reads them: on the court's pages and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from odr.ground.errors import NotFound
from odr.ground.text import Text, words_of
from odr.procedure.rules.cases import Cause, ChecklistItem
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.rules.standards import Standard, StandardFact, items_of, since, standard_of, versions

FORMAT = "court-evidence-standard/1"


@dataclass(frozen=True)
class Published:
    """One version of the standard of one cause."""

    key: str
    cause: Cause
    standard: Standard
    since: date
    until: date | None
    """The day from which a newer version governs; none while this one does."""
    pack: RulePack
    dates: Sequence[date]
    """Since when each of its versions stands, the newest first."""

    def items(self, fact: StandardFact) -> list[ChecklistItem]:
        """What usually shows a fact."""
        known = items_of(self.cause, fact.bears)
        return [known[key] for key in fact.shown_by]

    def cited(self, fact: StandardFact) -> Text:
        """The rule that puts the burden there."""
        return self.pack.cite(fact.article)

    @property
    def law(self) -> Text:
        """On what the standards of these rules rest."""
        assert self.pack.standards is not None
        return self.pack.cite(self.pack.standards.article)


def published(packs: PackRegistry, pack: RulePack, cause: str) -> Published:
    """The standard of a cause in some rules. Raises NotFound where they have none."""
    standard = standard_of(pack, cause)
    if standard is None:
        raise NotFound
    dates = [day for day, _ in versions(packs, pack.id, cause)]
    begun = since(packs, pack, cause)
    later = [day for day in dates if day > begun]
    return Published(cause, pack.cause(cause), standard, begun, min(later, default=None), pack, dates)


def all_published(packs: PackRegistry, pack: RulePack, on: date) -> list[Published]:
    """The standards of every cause one can file under on a day, in the order of the causes."""
    return [published(packs, pack, key) for key in pack.causes_on(on) if standard_of(pack, key) is not None]


def as_json(one: Published) -> dict[str, Any]:
    """A standard for programs, in both languages."""
    return {
        "format": FORMAT,
        "cause": one.key,
        "title": words_of(one.cause.title),
        "rules": f"{one.pack.id}/{one.pack.version.isoformat()}",
        "since": one.since.isoformat(),
        "until": one.until.isoformat() if one.until is not None else None,
        "versions": [day.isoformat() for day in one.dates],
        "provisional": words_of(one.standard.provisional) if one.standard.provisional is not None else None,
        "facts": [
            {
                "key": key,
                "fact": words_of(fact.fact),
                "bears": fact.bears.value,
                "article": fact.article,
                "cited": words_of(one.cited(fact)),
                "shown_by": [{"key": item.key, "label": words_of(item.label)} for item in one.items(fact)],
                "provisional": words_of(fact.provisional) if fact.provisional is not None else None,
            }
            for key, fact in one.standard.facts.items()
        ],
    }
