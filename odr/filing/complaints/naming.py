"""Somebody of the president's office is named to answer the complaints that come from now on. No flask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.filing.complaints.models import ComplaintDuty
from odr.filing.complaints.queries import duty, office
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.notary.administration import administration_act
from odr.notary.notary import Notary
from odr.notary.rehash.rounds import Holding
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.receipt_files import in_row

if TYPE_CHECKING:
    from odr.procedure.court import Court


class DutyInput(CourtModel):
    """Who answers complaints; nobody in particular where it stays empty."""

    person: Annotated[str, CourtText(0, 26), field(T("Who answers complaints from now on"))] = ""


def name_answerer(notary: Notary, session: Session, given: DutyInput, by: int, now: datetime) -> None:
    """Name somebody of the office, or nobody in particular; put on record and in the public log. Naming who is named already
    changes nothing. Raises InvalidInput for somebody who does not hold the office.
    """
    people = {one.reference: one for one in office(session)}
    if given.person and given.person not in people:
        raise InvalidInput.at("person", T("Choose somebody who holds the president’s office."))
    chosen = people.get(given.person)
    before = duty(session)
    if (before.account_id if before is not None else None) == (chosen.id if chosen is not None else None):
        return
    if before is not None:
        before.until_at = now
    said = {
        "what": "answers_complaints",
        "who": chosen.reference if chosen is not None else None,
        "named_by": next(one.reference for one in people.values() if one.id == by),
        "at": now.isoformat(),
    }
    record, receipt = administration_act(notary, session, said, now=now)
    if chosen is not None:
        session.add(ComplaintDuty(account_id=chosen.id, named_by=by, from_at=now, record=record, receipt=receipt))
        session.flush()


def records_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """What was put on record of who answers complaints, by these receipts."""
    rows = session.scalars(select(ComplaintDuty).where(ComplaintDuty.receipt.in_(references)))
    return {row.receipt: in_row(f"who answers complaints {row.id}", row.record.encode()) for row in rows}
