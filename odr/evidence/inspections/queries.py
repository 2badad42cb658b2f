"""Finding inspections, and what each act may be about. No flask."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.docket.queries import rows_of
from odr.evidence.inspections.models import Inspection, InspectionState
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.case.coming_dates.models import Coming
from odr.procedure.hooks import Appointment, Cases

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

S = InspectionState


@remembered
def inspections_of(session: Session, case: Case, *states: InspectionState) -> list[Inspection]:
    """Inspections of a case in order, all or those in certain states."""
    return rows_of(session, Inspection, case, *states)


# One function for each act: what its list offers, what opens it and what it takes are the same.


def asked_for(sitting: Sitting, case: Case, actor: Actor) -> list[Inspection]:
    """Inspections that a party asks for, before the judge."""
    return inspections_of(sitting.session, case, S.ASKED)


def fixed(sitting: Sitting, case: Case, actor: Actor) -> list[Inspection]:
    """Inspections that are ordered and not held yet."""
    return inspections_of(sitting.session, case, S.ORDERED)


def begun(sitting: Sitting, case: Case, actor: Actor) -> list[Inspection]:
    """Inspections whose hour has come and that are not recorded yet."""
    return [one for one in fixed(sitting, case, actor) if one.begins_at is not None and one.begins_at <= sitting.now]


def to_sign(sitting: Sitting, case: Case, actor: Actor) -> list[Inspection]:
    """Records of inspections which the actor's party attended and under which it has said nothing yet (CPL 83)."""
    party = case.party_if_any(actor.party_id)
    if party is None:
        return []
    return [
        one
        for one in inspections_of(sitting.session, case, S.RECORDED)
        if party.label in one.record["present"] and all(s.party_id != party.id for s in one.signatures)
    ]


def title_of(case: Case, inspection: Inspection) -> Text:
    """An inspection in a line: what is looked at, and who asked."""
    if inspection.party_id is None:
        return T("Inspection of %(what)s, by the court itself", what=inspection.what)
    return T(
        "Inspection of %(what)s, asked for by %(name)s", what=inspection.what, name=case.name_of(inspection.party_id)
    )


def inspections_ahead(
    sitting: Sitting, cases: Cases, most: int | None = None, since: datetime | None = None
) -> list[Appointment]:
    """Inspections fixed in these cases, from the morning of their day until they are recorded; the next ``most``, or those from a
    later moment on.
    """
    begins = max(sitting.morning, since or sitting.morning)
    rows = sitting.session.execute(
        built_once(
            lambda: (
                select(
                    Inspection.case_id,
                    Inspection.reference,
                    Inspection.begins_at,
                    Inspection.manner,
                    Inspection.place,
                    Inspection.ordered_by,
                    Inspection.id,
                )
                .where(
                    Inspection.case_id.in_(cases),
                    Inspection.state == InspectionState.ORDERED,
                    Inspection.begins_at >= begins,
                )
                .order_by(Inspection.begins_at, Inspection.id)
                .limit(most)
            )
        )
    )
    return [
        Appointment(
            case,
            reference,
            T("Inspection"),
            at,
            T("%(place)s (%(mode)s)", mode=manner.label, place=place),
            "inspections.listing",
            called_by=entry,
            number=Coming.INSPECTION.counted_from + number,
        )
        for case, reference, at, manner, place, entry, number in rows
        if at is not None
    ]
