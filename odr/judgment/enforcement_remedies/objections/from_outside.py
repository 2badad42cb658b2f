"""Somebody outside objects to an enforcement by its number, from their own account (CPL 236, 238).

Whoever objects hears the same whether a court of that number enforces or not, and as fast: what they wrote is kept, and put on
the docket right after, by whoever does the worker's work. Only the ruling tells that there is such an enforcement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, PartyKind
from odr.filing.parties.kept_outside import put_on_dockets
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.identity.actors import CLOCK_ACTOR, actors_in
from odr.identity.models import Account
from odr.judgment import names
from odr.judgment.enforcement_remedies.objections.inputs import Asks, Grounds, OutsideObjectionInput, What
from odr.judgment.enforcement_remedies.objections.models import (
    EnforcementObjection,
    ObjectionKind,
    ObjectionState,
    OutsideObjection,
)
from odr.judgment.models import EnforcementCase
from odr.judgment.vocabulary import EnforcementState
from odr.procedure.forms.inputs import Choice, CourtEmail, CourtModel, CourtText, field

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

AGAIN_AFTER = timedelta(days=1)
"""How long after an objection without an answer the same may be sent again."""


class ObjectFromOutsideInput(CourtModel):
    """What somebody outside objects to, with the number of the enforcement or of its case."""

    number: Annotated[
        str,
        CourtText(1, 80, one_line=True),
        field(T("Number of the case or of the enforcement"), T("As it stands on a paper of the court or on a seal.")),
    ]
    kind: Annotated[ObjectionKind, Choice(ObjectionKind), field(T("What do you object to?"), widget="radios")]
    name: Annotated[str, CourtText(1, 200, one_line=True), field(T("Your full name, or the company’s"))]
    who: Annotated[PartyKind, Choice(PartyKind), field(T("You are"))] = PartyKind.PERSON
    email: Annotated[str, CourtEmail(), field(T("E-mail address for papers of the court"))]
    address: Annotated[str, CourtText(3, 400), field(T("Where the ruling is served"), T("It stands in no entry."))]
    what: What
    asks: Asks
    grounds: Grounds


@dataclass(frozen=True)
class OwnObjection:
    """What somebody outside objected to, and what became of it."""

    number: str
    objection: EnforcementObjection | None

    @property
    def state(self) -> ObjectionState:
        """How it stands; no enforcement of the number is as if nobody had ruled yet."""
        return self.objection.state if self.objection is not None else ObjectionState.OPEN

    @property
    def until_on(self) -> date | None:
        """The last day to go on, once the ruling was served."""
        return self.objection.until_on if self.objection is not None else None


def objections_from_outside(session: Session, account_id: int) -> list[OwnObjection]:
    """What an account objected to, newest first."""
    rows = session.execute(
        select(OutsideObjection.number, EnforcementObjection)
        .outerjoin(EnforcementObjection, EnforcementObjection.id == OutsideObjection.objection_id)
        .where(OutsideObjection.account_id == account_id)
        .order_by(OutsideObjection.id.desc())
        .limit(50)
    )
    return [OwnObjection(number, objection) for number, objection in rows]


def object_from_outside(court: Court, account_id: int, given: ObjectFromOutsideInput) -> None:
    """Keep the objection and have it put before the judge, if the court enforces under that number. Raises ActNotOpen where the
    same was sent within a day and nobody has ruled.
    """
    now = court.clock.now()
    with court.database.write() as session:
        earlier = select(OutsideObjection.objection_id).where(
            OutsideObjection.account_id == account_id,
            OutsideObjection.number == given.number,
            OutsideObjection.asked_at > now - AGAIN_AFTER,
        )
        for objection_id in session.scalars(earlier):
            found = session.get(EnforcementObjection, objection_id) if objection_id is not None else None
            if found is None or found.state is ObjectionState.OPEN:
                raise ActNotOpen(
                    T("You have already objected. Wait a day before you object again."),
                    source=court.cited_today("CPL 236, 238"),
                )
        words = given.model_dump(mode="json", exclude={"number"})
        session.add(OutsideObjection(account_id=account_id, number=given.number, given=words, asked_at=now))
    court.beside(put_objections)


def put_objections(court: Court, limit: int = 50) -> int:
    """The worker's step: put what was sent on the docket of the case that is enforced; what names none rests. Gives how many."""
    return put_on_dockets(
        court, OutsideObjection, _put, "an outsider's objection could not be put on its docket", limit
    )


def _put(sitting: Sitting, row: OutsideObjection, given: dict[str, Any]) -> None:
    case = _enforced(sitting.session, row.number)
    account = sitting.session.get_one(Account, row.account_id)
    if case is None or actors_in(sitting.session, account, case, sitting.now):
        return
    received = row.asked_at.astimezone(sitting.court.settings.tz).date().isoformat()
    objection = OutsideObjectionInput.model_validate({**given, "received_on": received})
    sitting.perform(names.RECORD_OUTSIDE_OBJECTION, case, objection, actor=CLOCK_ACTOR)
    mine = select(EnforcementObjection.id).where(EnforcementObjection.case_id == case.id)
    row.objection_id = sitting.session.scalars(mine.order_by(EnforcementObjection.id.desc()).limit(1)).one()


def _enforced(session: Session, number: str) -> Case | None:
    """The case whose enforcement is under way under a number, its own or the case's; locked."""
    under_way = (
        select(Case)
        .join(EnforcementCase, EnforcementCase.case_id == Case.id)
        .where(EnforcementCase.state == EnforcementState.OPEN)
        .where(or_(EnforcementCase.number == number, Case.number == number))
        .limit(1)
    )
    return session.scalar(under_way.with_for_update(of=Case))
