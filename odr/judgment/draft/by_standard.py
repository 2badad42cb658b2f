"""What was found on each fact of the evidence standard: the findings fact by fact, and the review of a decision. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.evidence.exhibits.checklist import by_standard
from odr.ground.text import T, Text
from odr.judgment.decision.file_before_judge import CaseFile, FactOnFile, case_file
from odr.judgment.models import Decision, Finding
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

    @property
    def state(self) -> Text:
        """How it stands, in a word; it says that something was found, never whether it suffices."""
        if self.findings:
            return T("Found on")
        return T("Nothing brought") if self.needed.is_bare else T("No finding yet")

    @property
    def mark(self) -> str:
        """The status's kind on a page."""
        return "ok" if self.findings else "none" if self.needed.is_bare else "warn"

    @property
    def is_open(self) -> bool:
        """Whether something was brought for it and nothing found on that."""
        return not self.findings and not self.needed.is_bare


def found_by_standard(sitting: Sitting, case: Case, file: CaseFile) -> list[Found]:
    """Each fact of the standard beside the findings of a file."""
    facts = {one.fact.number: one for one in file.facts}
    exhibits = {one.label: one for one in file.exhibits}

    def one(needed: Covered) -> Found:
        told = [facts[number] for number in needed.told if number in facts]
        own = [exhibits[each.label] for each in needed.brought if not each.facts and each.label in exhibits]
        told_of = [each.finding for each in told if each.finding is not None]
        return Found(needed, told, told_of or [each.finding for each in own if each.finding is not None])

    return [one(needed) for needed in by_standard(sitting, case)]


def last_issued(sitting: Sitting, case: Case) -> Decision | None:
    """The decision by which everybody may read what was found: the newest that was issued."""
    query = select(Decision).where(Decision.case_id == case.id, Decision.issued_entry.is_not(None))
    return sitting.session.scalars(query.order_by(Decision.issued_entry.desc()).limit(1)).first()


def reviewed(sitting: Sitting, case: Case) -> list[Found] | None:
    """As the newest decision left it: what was found when it was issued, and nothing since. None while nothing is decided."""
    decision = last_issued(sitting, case)
    if decision is None:
        return None
    return found_by_standard(sitting, case, case_file(sitting, case, decision.issued_entry))
