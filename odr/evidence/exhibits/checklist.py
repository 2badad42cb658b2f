"""What usually matters in a case of this cause, what is there of it and what is missing: the same for both sides to
see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from odr.docket.models import Case, Role
from odr.docket.visibility import READS_FILE
from odr.evidence.exhibits.facts_of_exhibits import STANDING, exhibits_by_fact
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.models import Exhibit
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.procedure.rules.cases import Cause, ChecklistItem
from odr.procedure.rules.standards import Bearer, Brought, Covered, covered, shows, standard_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Line:
    """One thing that usually matters, and the exhibits that are meant to show it."""

    item: ChecklistItem
    exhibits: list[Exhibit]


@dataclass(frozen=True)
class Side:
    """One side's list."""

    role: Role
    lines: list[Line]

    @property
    def missing(self) -> int:
        """How many have no exhibit yet."""
        return sum(not line.exhibits for line in self.lines)


@dataclass(frozen=True)
class Happening:
    """Something that somebody says happened on a day."""

    on: date
    what: str
    entry: int
    number: int
    """Of the fact."""
    exhibits: list[Exhibit]
    """That are said to show it."""


def items_for(cause: Cause, role: Role) -> Sequence[ChecklistItem]:
    """The list of a side; a third party has either side's to choose from."""
    return {Role.CLAIMANT: cause.claimant, Role.RESPONDENT: cause.respondent}.get(
        role, (*cause.claimant, *cause.respondent)
    )


def label_for(sitting: Sitting, case: Case, item: ChecklistItem, role: Role) -> Text:
    """A thing of the list with the facts of the standard it usually shows, as a party chooses by it what an exhibit is to prove."""
    bearers = [Bearer(role.value)] if role in (Role.CLAIMANT, Role.RESPONDENT) else list(Bearer)
    facts = [fact.fact for each in bearers for fact in shows(sitting.pack(case), case.cause, each, item.key)]
    return (
        T("%(what)s. It usually shows: %(facts)s", what=item.label, facts=side_by_side(facts, " "))
        if facts
        else item.label
    )


def by_standard(sitting: Sitting, case: Case, viewer: Actor | None = None) -> list[Covered]:
    """Each fact of the cause's standard beside the exhibits brought for it: the one way in which registry, parties, judge and review
    read it. A withdrawn or excluded exhibit shows nothing. Empty where the rules of the case have no standard.
    """
    pack = sitting.pack(case)
    standard = standard_of(pack, case.cause)
    if standard is None:
        return []
    roles = {p.id: p.role for p in case.parties}
    here = [e for e in exhibits_of(sitting.session, case) if e.state in STANDING and e.owner_id in roles]
    return covered(
        standard, pack.cause(case.cause), [Brought(e.label, roles[e.party_id], e.meets, e.facts) for e in here]
    )


def checklist(sitting: Sitting, case: Case) -> list[Side]:
    """Both sides' lists with what is there; a withdrawn or excluded exhibit shows nothing."""
    cause = sitting.pack(case).cause(case.cause)
    roles = {p.id: p.role for p in case.parties}
    here = [e for e in exhibits_of(sitting.session, case) if e.state in STANDING]

    def of(role: Role, key: str) -> list[Exhibit]:
        return [e for e in here if key in e.meets and roles[e.party_id] in (role, Role.THIRD_PARTY)]

    return [
        Side(role, [Line(item, of(role, item.key)) for item in items_for(cause, role)])
        for role in (Role.CLAIMANT, Role.RESPONDENT)
    ]


def chronology(sitting: Sitting, case: Case, viewer: Actor) -> list[Happening]:
    """What the parties say happened, by its day, with the exhibits that are said to show it."""
    if viewer.role not in READS_FILE:
        return []
    tell, speaking = sitting.court.hooks.facts_told, exhibits_by_fact(sitting, case, viewer)
    found = [
        Happening(fact.happened_on, fact.what, fact.entry, fact.number, speaking.get(fact.number, []))
        for fact in (tell(sitting, case, viewer) if tell is not None else ())
        if fact.happened_on is not None
    ]
    return sorted(found, key=lambda h: (h.on, h.number))
