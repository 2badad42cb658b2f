"""The Actor: account + role + case + party + mandate, resolved once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Seat
from odr.identity.models import Account, AccountState, Mandate, MandateScope


@dataclass(frozen=True)
class Actor:
    """In what capacity somebody acts in one case, or at the court."""

    role: Role
    account_id: int | None = None
    name: str = ""
    case_id: int | None = None
    party_id: int | None = None
    mandate_id: int | None = None
    scope: MandateScope | None = None
    strong_at: datetime | None = None

    @property
    def hat(self) -> str:
        """Key of the acting-for selector: ``party/12`` or ``judge``."""
        return f"party/{self.party_id}" if self.party_id is not None else self.role.value

    @property
    def is_representative(self) -> bool:
        """Whether the person acts for somebody else."""
        return self.mandate_id is not None


CLOCK_ACTOR = Actor(role=Role.CLOCK, name="clock")


def actors_in(session: Session, account: Account, case: Case, now: datetime, strong_at: datetime | None = None) -> list[Actor]:
    """Every capacity in which the account may look at or act in the case, own party first.

    Locks nothing; ``perform`` calls it again inside the act's transaction, so a
    capacity lost in between is lost for the act too.
    """
    if account.state is not AccountState.ACTIVE:
        return []
    actors = [
        Actor(p.role, account.id, account.name, case.id, p.id, strong_at=strong_at) for p in case.parties if p.account_id == account.id and p.left_at is None
    ]
    parties: dict[int, Party] = {p.id: p for p in case.parties}
    for mandate in session.scalars(select(Mandate).where(Mandate.case_id == case.id, Mandate.account_id == account.id)):
        party = parties.get(mandate.party_id)
        if party is not None and party.left_at is None and mandate.is_live(now):
            actors.append(Actor(party.role, account.id, account.name, case.id, party.id, mandate.id, mandate.scope, strong_at))
    held = account.staff_roles
    for seat in session.scalars(select(Seat).where(Seat.case_id == case.id, Seat.account_id == account.id, Seat.until_at.is_(None))):
        if seat.role in held or seat.role in (Role.WITNESS, Role.EXPERT, Role.INTERPRETER, Role.MEDIATOR):
            actors.append(Actor(seat.role, account.id, account.name, case.id, strong_at=strong_at))
    return actors


def still_holds(session: Session, actor: Actor, case: Case, now: datetime) -> bool:
    """Whether the actor still has the capacity, checked in the act's own transaction."""
    if actor.role is Role.CLOCK:
        return True
    if actor.account_id is None:
        return False
    account = session.get(Account, actor.account_id, populate_existing=True, with_for_update={"read": True})
    if account is None:
        return False
    return any(a.role is actor.role and a.party_id == actor.party_id and a.mandate_id == actor.mandate_id for a in actors_in(session, account, case, now))
