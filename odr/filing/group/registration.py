"""What everybody may read of an action of many, and how somebody outside registers for it (CPL 57)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing import names
from odr.filing.group.acts import WINDOW
from odr.filing.group.inputs import RegistrationFact, RegistrationInput
from odr.filing.group.models import GroupAction, GroupMember
from odr.ground.errors import ActNotOpen, NotFound
from odr.ground.text import T, Text
from odr.identity.actors import CLOCK_ACTOR, actors_in
from odr.identity.models import Account
from odr.procedure.sitting import ActReceipt

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Announcement:
    """An action of many as the public reads it: number, kind, the other side where it is no private person."""

    group: GroupAction
    case: Case
    cause: Text
    against: tuple[str, ...]
    is_open: bool


def _seen(sitting: Sitting, found: GroupAction) -> Announcement:
    case = sitting.session.get_one(Case, found.case_id)
    against = tuple(p.name for p in parties(case, Role.RESPONDENT) if p.kind.value != "person")
    runs = any(w.due_at is None or w.due_at >= sitting.now for w in sitting.windows(case, WINDOW)) and case.stage in (
        Stage.PENDING,
        Stage.HEARING,
    )
    return Announcement(found, case, sitting.pack(case).cause(case.cause).title, against, runs)


def open_announcements(sitting: Sitting) -> list[Announcement]:
    """Announcements one may still register for, the first to end on top."""
    query = (
        select(GroupAction)
        .where(GroupAction.announced_entry.is_not(None), GroupAction.until >= sitting.now)
        .order_by(GroupAction.until)
        .limit(100)
    )
    return [one for one in (_seen(sitting, found) for found in sitting.session.scalars(query)) if one.is_open]


def find_announcement(sitting: Sitting, reference: str) -> Announcement:
    """An announcement by its public reference; past ones stay readable. Raises NotFound."""
    found = sitting.session.scalar(
        select(GroupAction).where(GroupAction.reference == reference, GroupAction.announced_entry.is_not(None))
    )
    if found is None:
        raise NotFound
    return _seen(sitting, found)


def registrations_of(session: Session, account_id: int) -> list[tuple[GroupMember, Case]]:
    """What an account registered for, and what became of it."""
    rows = session.execute(
        select(GroupMember, Case)
        .join(Case, Case.id == GroupMember.case_id)
        .where(GroupMember.account_id == account_id)
        .order_by(GroupMember.id.desc())
    )
    return [(member, case) for member, case in rows]


def register(court: Court, account_id: int, reference: str, given: RegistrationInput) -> ActReceipt:
    """Put on the docket that somebody registers; once for each person, and nobody of the other side or of the court.

    Raises NotFound, ActNotOpen.
    """
    with court.sit() as sitting:
        case = find_announcement(sitting, reference).case
        sitting.session.refresh(case, with_for_update=True)
        account = sitting.session.get_one(Account, account_id)
        if (
            sitting.session.scalar(
                select(GroupMember.id).where(GroupMember.case_id == case.id, GroupMember.account_id == account_id)
            )
            is not None
        ):
            raise ActNotOpen(T("You have registered already."), source=sitting.pack(case).cited("CPL 57"))
        if actors_in(sitting.session, account, case, sitting.now) or sitting.session.scalar(
            select(Party.id).where(Party.case_id == case.id, Party.account_id == account_id)
        ):
            raise ActNotOpen(T("You have a part in this case already."), source=sitting.pack(case).cited("CPL 57"))
        fact = RegistrationFact(**given.model_dump(), account=account.reference)
        return sitting.perform(names.RECORD_REGISTRATION, case, fact, actor=CLOCK_ACTOR)
