"""Exhibits of a case joined into another: the numbers they have there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.evidence.exhibits.adding import label_in
from odr.evidence.models import Exhibit
from odr.procedure.acts.events import CaseJoined, EvidenceMoved

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def on_case_joined(sitting: Sitting, event: CaseJoined) -> None:
    """The case goes on within another: so do its exhibits."""
    _take_over(sitting, event, event.facts)


def on_evidence_moved(sitting: Sitting, event: EvidenceMoved) -> None:
    """What was preserved before the claim, brought for an order that lapsed, or brought for a claim that goes on by itself, is an
    exhibit of the claim's case now.
    """
    _take_over(sitting, event, event.facts)


def _take_over(sitting: Sitting, event: CaseJoined | EvidenceMoved, numbers: Mapping[int, int]) -> None:
    """Take every exhibit over with its file, receipt, seal and provenance; where it stood before is kept with it (EV
    55).

    ``numbers``: number of a fact → its number there. The old docket keeps the entry
    that took the exhibit, with its digest.
    """
    case, into = event.case, event.into
    for exhibit in sitting.session.scalars(
        select(Exhibit).where(Exhibit.case_id == case.id).order_by(Exhibit.party_id, Exhibit.number)
    ).all():
        party = event.parties.get(exhibit.party_id)
        if party is None:
            continue
        number, label = label_in(sitting, into, party, of_court=exhibit.of_court)
        before = {
            "from_case": case.number or case.reference,
            "from_label": exhibit.label,
            "from_entry": exhibit.entry_number,
        }
        exhibit.provenance = {**exhibit.provenance, **before}
        exhibit.case_id, exhibit.party_id, exhibit.number, exhibit.label = (
            into.id,
            party.id,
            number,
            label,
        )
        if exhibit.seal is not None:
            # Whom the judge named may open it there as well, under the number they have there.
            exhibit.seal.readers = [event.parties[n].id for n in exhibit.seal.readers if n in event.parties]
        exhibit.entry_number, exhibit.facts = (
            sitting.next_number(into),
            sorted(numbers[n] for n in exhibit.facts if n in numbers),
        )
        sitting.session.flush()
