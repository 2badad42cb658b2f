"""What was found on each fact of the evidence standard: the findings fact by fact, and the review of a decision. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.evidence.exhibits.checklist import by_standard
from odr.ground.text import T, Text
from odr.judgment.decision.file_before_judge import CaseFile, FactOnFile, case_file
from odr.judgment.models import Decision, Finding
from odr.judgment.vocabulary import DecisionKind
from odr.procedure.rules.standards import Covered

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Found:
    """A fact of the standard, what was brought for it, and what was found on the told facts that it was brought for."""

    needed: Covered
    told: Sequence[FactOnFile]
    """The parties' own facts that these exhibits are said to show."""
    findings: Sequence[Finding]
    """Those of them the court found on, and its findings on the exhibits themselves where it told no fact."""
    beside: Sequence[FactOnFile] = ()
    """Where no exhibit is said to be of its kind: told facts tied to no fact of the standard that need none, being admitted
    (EV 3, 4), or that something else is said to show, such as testimony. Whether one of them is this fact, nobody has said.
    """

    @property
    def is_admitted(self) -> bool:
        """Whether every told fact it is tied to is admitted: it needs no proof."""
        return bool(self.told) and all(one.undisputed for one in self.told)

    @property
    def state(self) -> Text:
        """How it stands, in a word; it says that something was found, never whether it suffices."""
        if self.findings:
            return T("Found on")
        return self.brought_state if self.needed.is_bare or self.is_admitted else T("No finding yet")

    @property
    def brought_state(self) -> Text:
        """The same without what was found."""
        if self.is_admitted:
            return T("Admitted, needs no proof")
        if not self.needed.is_bare:
            return T("There")
        return T("No exhibit of its kind") if self.beside else T("Nothing brought")

    @property
    def mark(self) -> str:
        """The status's kind on a page."""
        return "ok" if self.findings else self.brought_mark if self.needed.is_bare or self.is_admitted else "warn"

    @property
    def brought_mark(self) -> str:
        """The same without what was found."""
        return "none" if self.needed.is_bare and not self.is_admitted else "ok"

    @property
    def is_open(self) -> bool:
        """Whether something was brought for it and nothing found on that."""
        return not self.findings and not self.needed.is_bare

    def before_decision(self) -> Found:
        """As the parties read it before the decision: nothing of it says what was found."""
        return Found(self.needed, self.told, [], [one for one in self.beside if _may_be(one, self.needed)])


def _may_be(fact: FactOnFile, needed: Covered) -> bool:
    """Whether a told fact may be that of the standard without an exhibit of its kind: admitted, whoever told it, or said to be
    shown by something, on the side that bears it.
    """
    return fact.undisputed or (bool(fact.shown_by) and _bears(fact, needed))


def _bears(fact: FactOnFile, needed: Covered) -> bool:
    return fact.party is not None and fact.party.role in (needed.fact.bears.role, Role.THIRD_PARTY)


def found_by_standard(sitting: Sitting, case: Case, file: CaseFile) -> list[Found]:
    """Each fact of the standard beside the findings of a file."""
    facts = {one.fact.number: one for one in file.facts}
    exhibits = {one.label: one for one in file.exhibits}

    every = by_standard(sitting, case)
    tied = {number for needed in every for number in needed.told}
    untied = [fact for number, fact in facts.items() if number not in tied]

    def one(needed: Covered) -> Found:
        told = [facts[number] for number in needed.told if number in facts]
        own = [exhibits[each.label] for each in needed.brought if not each.facts and each.label in exhibits]
        told_of = [each.finding for each in told if each.finding is not None]
        beside = [
            fact
            for fact in (untied if needed.is_bare else ())
            if _may_be(fact, needed) or (fact.finding is not None and _bears(fact, needed))
        ]
        return Found(needed, told, told_of or [each.finding for each in own if each.finding is not None], beside)

    return [one(needed) for needed in every]


def last_issued(sitting: Sitting, case: Case) -> Decision | None:
    """The decision by which everybody may read what was found: the newest that was issued. A partial judgment decides its part
    alone: what was found on the rest by then is still part of the deliberation (CPL 45, 156).
    """
    query = select(Decision).where(
        Decision.case_id == case.id, Decision.issued_entry.is_not(None), Decision.kind != DecisionKind.PARTIAL
    )
    return sitting.session.scalars(query.order_by(Decision.issued_entry.desc()).limit(1)).first()


def reviewed(sitting: Sitting, case: Case) -> list[Found] | None:
    """As the newest decision left it: what was found when it was issued, and nothing since. None while nothing is decided."""
    decision = last_issued(sitting, case)
    if decision is None:
        return None
    return found_by_standard(sitting, case, case_file(sitting, case, decision.issued_entry))
