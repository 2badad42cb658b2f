"""What is wrong with the ground of a finding: of one that is proposed, and of those that stand when a decision is signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import Text
from odr.hearing.models import Witness
from odr.judgment.decision.file_before_judge import CaseFile, ExhibitOnFile, FactOnFile
from odr.judgment.decision.grounds import Rest, basis_faults, testimony_bar
from odr.judgment.vocabulary import Basis, FindingResult, Weakness

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Proposed:
    """The file with what is found on exhibits together with the finding in hand."""

    file: CaseFile
    found: Mapping[str, tuple[FindingResult, Weakness | None]]
    """Subject → result, and why it is weak."""

    def weak(self, item: ExhibitOnFile) -> Weakness | None:
        """Why an exhibit grounds nothing alone: as the file says, or as the judge found."""
        if item.weight.weak is not None:
            return item.weight.weak
        if item.subject in self.found:
            return self.found[item.subject][1]
        return item.finding.weak if item.finding is not None else None


def exhibit_faults(
    sitting: Sitting, case: Case, item: ExhibitOnFile, witness: Witness | None
) -> Iterator[tuple[str, Text]]:
    """Why an exhibit is not adopted: it is barred, or testimony of somebody who neither came nor had leave (EV 68)."""
    if item.weight.bar is not None:
        yield "result", item.weight.bar
    elif item.is_testimony:
        bar = testimony_bar(sitting, case, witness, item.label)
        if bar is not None:
            yield "witness", bar


def fact_faults(
    sitting: Sitting,
    case: Case,
    news: Proposed,
    item: FactOnFile,
    rests_on: Sequence[str],
    basis: Basis | None,
    witness: Witness | None,
) -> Iterator[tuple[str, Text]]:
    """Why a fact is not found on this ground, where the rules of this court say so."""
    if not news.file.by_grounds:
        return
    by_label = {one.label: one for one in (*news.file.exhibits, *news.file.taken_back)}
    rests = []
    for label in dict.fromkeys(rests_on):
        exhibit = by_label.get(label)
        weak = news.weak(exhibit) if exhibit is not None else None
        rests.append(Rest(label, news.file.barred.get(label), weak))
    yield from basis_faults(sitting, case, item.fact, rests, basis, witness)


def standing_faults(sitting: Sitting, case: Case, file: CaseFile) -> Iterator[Text]:
    """What is wrong with the ground of a finding that stands: it may have been excluded since it was found."""
    news = Proposed(file, {})
    for exhibit in file.exhibits:
        finding = exhibit.finding
        if finding is not None and finding.result is not FindingResult.REJECTED:
            yield from (
                words for _, words in exhibit_faults(sitting, case, exhibit, _witness(sitting, finding.witness_id))
            )
    for fact in file.facts:
        finding = fact.finding
        if finding is None or finding.undisputed or finding.result is FindingResult.REJECTED:
            continue
        witness = _witness(sitting, finding.witness_id)
        yield from (
            words for _, words in fact_faults(sitting, case, news, fact, finding.rests_on, finding.basis, witness)
        )


def _witness(sitting: Sitting, number: int | None) -> Witness | None:
    return sitting.session.get(Witness, number) if number is not None else None
