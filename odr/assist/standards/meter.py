"""What each fact of a party still lacks: seen from what lies in the file, for the party whose fact it is. No flask.

It looks at what everybody of the case can see: answers to the fact, exhibits said to show it, whether they were open to
cross-examination, and what the other side disputes about them; never at a finding. It says what is not there, not whether what is
there is enough: that is for the court.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odr.docket.models import Case, Role
from odr.docket.visibility import same_side
from odr.evidence.exhibits.checklist import by_standard
from odr.evidence.exhibits.facts_of_exhibits import STANDING
from odr.evidence.models import Category
from odr.ground.text import T, Text
from odr.hearing.vocabulary import Axis
from odr.identity.actors import Actor
from odr.judgment.decision.file_before_judge import ExhibitOnFile, FactOnFile, case_file
from odr.procedure.rules.standards import Covered

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

DISPUTED: Mapping[Axis, Callable[[str], Text]] = {
    Axis.AUTHENTICITY: lambda label: T(
        "%(label)s: the other side doubts that it is authentic. Show the original, or how it was kept.", label=label
    ),
    Axis.LEGALITY: lambda label: T(
        "%(label)s: the other side says that it was not come by lawfully. Say how you got it.", label=label
    ),
    Axis.RELEVANCE: lambda label: T(
        "%(label)s: the other side says that it does not bear on this. Say how it shows the fact.", label=label
    ),
}
"""What to do about an exhibit that is disputed, by the question."""


@dataclass(frozen=True)
class FactGap:
    """A fact of the party, whether it needs no proof, and what it lacks."""

    fact: FactOnFile
    lacks: Sequence[Text]

    @property
    def needs_none(self) -> bool:
        """Whether the other side admits it: what is admitted needs no proof (EV 3)."""
        return self.fact.undisputed


@dataclass(frozen=True)
class Meter:
    """The facts of one party with what they lack, and the facts of the standard for which something usual is not there yet."""

    facts: Sequence[FactGap]
    uncovered: Sequence[Covered]
    admitted: Sequence[FactOnFile]
    """Facts of the case that are admitted and tied to no fact of the standard: where one of them is what it names, nothing is
    needed for that.
    """

    @property
    def open(self) -> int:
        """How many facts lack something."""
        return sum(bool(one.lacks) for one in self.facts)


def meter_for(sitting: Sitting, case: Case, viewer: Actor) -> Meter | None:
    """For a party of the case or whoever acts for it; None for everybody else."""
    mine = case.party_if_any(viewer.party_id) if viewer.party_id is not None else None
    if mine is None:
        return None
    file = case_file(sitting, case)
    exhibits = {one.exhibit.id: one for one in file.exhibits}
    facts = [
        FactGap(fact, list(_lacks(fact, [exhibits[e.id] for e in fact.shown_by if e.id in exhibits])))
        for fact in file.facts
        if fact.party is not None and same_side(fact.party, mine)
    ]
    undisputed = {one.fact.number: one for one in file.facts if one.undisputed}
    standard = by_standard(sitting, case)
    uncovered = [
        one
        for one in standard
        if one.missing
        and (mine.role is Role.THIRD_PARTY or one.fact.bears.role is mine.role)
        and not (one.told and undisputed.keys() >= set(one.told))
    ]
    tied = {number for one in standard for number in one.told}
    return Meter(facts, uncovered, [one for number, one in undisputed.items() if number not in tied])


def _lacks(fact: FactOnFile, shown_by: Sequence[ExhibitOnFile]) -> Iterator[Text]:
    if fact.undisputed:
        return
    standing = [one for one in shown_by if one.exhibit.state in STANDING]
    if not standing:
        yield T("No exhibit is said to show it.")
        return
    for one in standing:
        if not one.examined:
            yield T("%(label)s: the other side has not yet had it to answer.", label=one.label)
        for axis in Axis:
            if any(opinion.axis is axis for opinion in one.objections):
                yield DISPUTED[axis](one.label)
    if all(one.exhibit.category is Category.TESTIMONY for one in standing):
        yield T("Only testimony is said to show it; something written at the time would stand beside it.")
