"""Finding preservations of a case."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.docket.queries import rows_of
from odr.ground.errors import InvalidInput
from odr.ground.memory.asked_once import remembered
from odr.ground.text import T
from odr.judgment.models import Preservation
from odr.judgment.preservation.models import EvidencePreservation
from odr.judgment.vocabulary import PreservationState


@remembered
def preservations_of(session: Session, case: Case, *states: PreservationState) -> Sequence[Preservation]:
    """What was preserved in a case, in some states (all, without any), in order."""
    return rows_of(session, Preservation, case, *states)


def preservation_named(session: Session, case: Case, reference: str) -> Preservation:
    """A preservation of this case. Raises InvalidInput for another."""
    found = next((p for p in preservations_of(session, case) if p.reference == reference), None)
    if found is None:
        raise InvalidInput.at("preservation", T("Choose one of those listed."))
    return found


def evidence_to_preserve(session: Session, row: Preservation) -> EvidencePreservation | None:
    """Which evidence a preservation is about; None where it is about property or conduct."""
    return session.get(EvidencePreservation, row.motion_id)
