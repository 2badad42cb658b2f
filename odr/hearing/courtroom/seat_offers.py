"""A place in a case that somebody else asked for is offered first: it opens nothing and bars nobody before it is
accepted.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat
from odr.ground.errors import ActNotOpen, NotFound
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.hearing import desks
from odr.hearing.models import Interpreter, SeatOffer, Witness
from odr.identity.accounts import outbox
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.models import Account, Mandate

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

NOT_THEY = T("Whoever is a party or serves the court in the case is neither heard as a witness nor interprets in it.")


class Offered(NamedTuple):
    """A place that waits until somebody accepts it, with the case's number alone: nothing else is shown before."""

    offer: SeatOffer
    number: str


def offer(sitting: Sitting, case: Case, account: Account, who: Witness | Interpreter, role: Role) -> None:
    """Offer a place, once, and write to whom it is offered. Raises ActNotOpen for who cannot have it."""
    refuse_taken(sitting.court, sitting.session, case, account)
    if has_offer(sitting.session, who):
        return
    row = SeatOffer(case_id=case.id, account_id=account.id, role=role, subject=who.reference, offered_at=sitting.now)
    sitting.session.add(row)
    sitting.session.flush()
    court = sitting.court
    outbox.write(court, sitting.session, [_letter(court, case, account)])
    sitting.after_commit.append(lambda: outbox.send_soon(court))


def has_offer(session: Session, who: Witness | Interpreter) -> bool:
    """Whether somebody's place waits for their word."""
    waits = (SeatOffer.subject == who.reference, SeatOffer.ended_at.is_(None))
    return session.scalar(select(SeatOffer.id).where(*waits).limit(1)) is not None


def refuse_taken(court: Court, session: Session, case: Case, account: Account) -> None:
    """Raises ActNotOpen for a party, somebody who acts or acted for one, and whoever serves the court."""
    seated = select(Seat.account_id).where(Seat.case_id == case.id, Seat.until_at.is_(None))
    acts = select(Mandate.account_id).where(Mandate.case_id == case.id, Mandate.accepted_at.is_not(None))
    taken = {p.account_id for p in case.parties} | set(session.scalars(seated)) | set(session.scalars(acts))
    if account.id in taken or account.staff_roles:
        raise ActNotOpen(NOT_THEY, source=court.cited_today("CPL 47, 61"))


def offered_to(session: Session, account_id: int) -> list[Offered]:
    """What waits for somebody's word, oldest first."""
    rows = session.execute(
        built_once(
            lambda: (
                select(SeatOffer, Case.number, Case.reference)
                .join(Case, Case.id == SeatOffer.case_id)
                .where(SeatOffer.account_id == account_id, SeatOffer.ended_at.is_(None))
                .order_by(SeatOffer.id)
                .limit(100)
            )
        )
    )
    return [Offered(row, number or reference) for row, number, reference in rows]


def accept(court: Court, session: Session, reference: str, account_id: int, now: datetime) -> None:
    """Take the place: from now on its room opens. Raises NotFound for anybody else's, ActNotOpen."""
    row = _mine(session, reference, account_id)
    account = session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    refuse_taken(court, session, session.get_one(Case, row.case_id), account)
    row.ended_at, row.accepted = now, True
    _subject(session, row).account_id = account_id
    session.add(Seat(case_id=row.case_id, account_id=account_id, role=row.role, from_at=now))
    session.flush()


def decline(sitting: Sitting, reference: str, account_id: int) -> None:
    """Say no; the clerk learns of it. Whoever is summoned as a witness has to appear all the same (CPL 75)."""
    row = _mine(sitting.session, reference, account_id)
    row.ended_at, row.accepted = sitting.now, False
    who, case = _subject(sitting.session, row), sitting.session.get_one(Case, row.case_id)
    title = T("%(name)s does not take the place offered. Speak with them, then offer it again.", name=who.name)
    sitting.open_task(case, Role.CLERK, desks.WITNESS_ACCOUNT, title, risk=20, subject=who.reference)


def _mine(session: Session, reference: str, account_id: int) -> SeatOffer:
    mine = (SeatOffer.reference == reference, SeatOffer.account_id == account_id, SeatOffer.ended_at.is_(None))
    found = session.scalar(select(SeatOffer).where(*mine).with_for_update())
    if found is None:
        raise NotFound
    return found


def _subject(session: Session, row: SeatOffer) -> Witness | Interpreter:
    if row.role is Role.INTERPRETER:
        return session.scalars(select(Interpreter).where(Interpreter.reference == row.subject)).one()
    return session.scalars(select(Witness).where(Witness.reference == row.subject)).one()


def _letter(court: Court, case: Case, account: Account) -> Letter:
    return Letter(
        account.email,
        T("You are asked to take part in a case"),
        (
            T(
                "The court offers you a place in case %(number)s. Please accept or decline it.",
                number=case.number or "",
            ),
            T("Before you accept, nothing of the case is open to you and nothing binds you."),
        ),
        account.locale,
        site_of(court.settings.base_url),
        page=T("Places offered to you"),
    )
