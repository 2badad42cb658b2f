"""Options of forms about preservation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.judgment.models import Motion, Preservation
from odr.judgment.preservation.queries import preservations_of
from odr.judgment.vocabulary import PreservationState
from odr.procedure.forms.fields import Option

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def preservation_options(sitting: Sitting, case: Case, unsecured: bool) -> list[tuple[Option, Preservation]]:
    rows = [
        p
        for p in preservations_of(sitting.session, case, PreservationState.ORDERED)
        if p.waits_for_security is unsecured
    ]
    return [
        (
            Option(
                p.reference, sitting.session.get_one(Motion, p.motion_id).asks, str(p.security) if p.security else None
            ),
            p,
        )
        for p in rows
    ]
