"""Offices of firms: opened, let in by the registry, joined and left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from odr.filing.parties.firm import roll
from odr.filing.parties.firm.models import Firm, FirmMember, Place
from odr.ground.errors import CourtError, InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T
from odr.identity import mandates
from odr.identity.accounts import accounts
from odr.identity.accounts.account_letters import Letter
from odr.identity.models import Account, Mandate, Qualification
from odr.notary.administration import FORMAT, administration_act
from odr.notary.canonical import JSON
from odr.notary.notary import Notary
from odr.procedure.forms.inputs import CourtEmail, CourtModel, CourtText, field

KINDS = {Qualification.LAWYER.value: T("Law firm"), Qualification.LEGAL_WORKER.value: T("Local legal service office")}
PLACES = {
    Place.HEAD.value: T("Runs the office: invites people, hands cases over, puts assistants on them"),
    Place.LAWYER.value: T("Conducts cases: a lawyer or legal worker"),
    Place.CLERK.value: T("Assists: sees and does only what belongs to the cases they are put on"),
}
MOST_PEOPLE = 500
"""Who may belong to one office at a time, invitations included."""


class InOneOffice(CourtError):
    """Somebody belongs to one office at a time."""

    status = 409
    problem = "in-one-office"

    def __init__(self) -> None:
        super().__init__(T("You belong to an office already. Leave it first; one belongs to one at a time."))


class OpenOfficeInput(CourtModel):
    """What the registry compares with the public register of firms."""

    kind: Annotated[Literal["lawyer", "legal_worker"], field(T("What kind of firm is it?"), options=KINDS)]
    name: Annotated[str, CourtText(2, 200, one_line=True), field(T("Name of the firm"), T("As in its licence."))]
    licence_number: Annotated[
        str,
        CourtText(4, 60, one_line=True),
        field(T("Number of the firm’s licence"), T("The registry looks it up in the register of firms.")),
    ]


class InviteInput(CourtModel):
    """Whom an office asks to join."""

    email: Annotated[str, CourtEmail(), field(T("E-mail address"), T("The one they sign in with here."))]
    place: Annotated[Literal["head", "lawyer", "clerk"], field(T("As what?"), options=PLACES)]


def membership(session: Session, account_id: int) -> tuple[Firm, FirmMember] | None:
    """The office somebody belongs to now, with their place in it; also one that waits for the registry."""
    row = session.execute(
        select(Firm, FirmMember)
        .join(FirmMember, FirmMember.firm_id == Firm.id)
        .where(
            FirmMember.account_id == account_id,
            FirmMember.joined_at.is_not(None),
            FirmMember.left_at.is_(None),
            Firm.ended_at.is_(None),
        )
        .limit(1)
    ).first()
    return (row[0], row[1]) if row is not None else None


def run_by(session: Session, account_id: int) -> tuple[Firm, FirmMember]:
    """The office somebody runs, let in by the registry. Raises NotFound for anybody else."""
    found = membership(session, account_id)
    if found is None or found[1].place is not Place.HEAD or not found[0].admitted:
        raise NotFound
    return found


def last_refused(session: Session, account_id: int) -> Firm | None:
    """The office somebody asked for last, where it was not let in."""
    newest = session.scalar(select(Firm).where(Firm.opened_by == account_id).order_by(Firm.id.desc()).limit(1))
    return newest if newest is not None and newest.admitted is False else None


def people_of(session: Session, firm: Firm) -> list[tuple[FirmMember, Account | None]]:
    """Who belongs to an office or is invited to, by name; an invitation names nobody but its address."""
    rows = session.execute(
        select(FirmMember, Account)
        .outerjoin(Account, Account.id == FirmMember.account_id)
        .where(FirmMember.firm_id == firm.id, FirmMember.left_at.is_(None))
        .order_by(FirmMember.joined_at.is_(None), Account.name, FirmMember.id)
        .limit(MOST_PEOPLE)
    )
    return [(member, account) for member, account in rows]


def invitations(session: Session, account: Account) -> list[tuple[FirmMember, Firm]]:
    """Offices that ask the owner of this address to join."""
    rows = session.execute(
        select(FirmMember, Firm)
        .join(Firm, Firm.id == FirmMember.firm_id)
        .where(
            FirmMember.address == account.email,
            FirmMember.joined_at.is_(None),
            FirmMember.left_at.is_(None),
            Firm.ended_at.is_(None),
        )
        .order_by(FirmMember.id)
        .limit(MOST_PEOPLE)
    )
    return [(member, firm) for member, firm in rows]


def _held(session: Session, account_id: int) -> Account:
    """Whose belonging changes, held until the end: of two offices joined at once one is refused."""
    account = session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    if account.staff_roles:
        raise mandates.ServesCourt
    return account


def open_office(session: Session, account_id: int, given: OpenOfficeInput, now: datetime) -> Firm:
    """Ask the registry for an office; whoever asks runs it. Raises InOneOffice, ServesCourt."""
    account = _held(session, account_id)
    if membership(session, account.id) is not None:
        raise InOneOffice
    firm = Firm(
        kind=Qualification(given.kind),
        name=given.name,
        licence_number=given.licence_number,
        opened_by=account.id,
        opened_at=now,
    )
    session.add(firm)
    session.flush()
    session.add(
        FirmMember(
            firm_id=firm.id,
            account_id=account.id,
            address=account.email,
            place=Place.HEAD,
            invited_by=account.id,
            invited_at=now,
            joined_at=now,
        )
    )
    session.flush()
    return firm


def waiting_offices(session: Session, after: str | None = None) -> Listed[tuple[Firm, Account]]:
    """What waits for the registry, the oldest first."""
    query = (
        select(Firm, Account)
        .join(Account, Account.id == Firm.opened_by)
        .where(Firm.decided_at.is_(None), Firm.ended_at.is_(None))
    )
    page = page_of(session, query, (Key(Firm.id),), after)
    return page.of([(firm, account) for firm, account in page.rows])


def decide_office(
    session: Session, notary: Notary, reference: str, admit: bool, reason: str | None, by: int, now: datetime
) -> Firm:
    """The registry lets an office in, or says why not; put on record and in the public log. Raises NotFound,
    InvalidInput.
    """
    firm = session.scalar(
        select(Firm)
        .where(Firm.reference == reference, Firm.decided_at.is_(None), Firm.ended_at.is_(None))
        .with_for_update()
    )
    if firm is None:
        raise NotFound
    if not admit and not reason:
        raise InvalidInput.at("reason", T("Say why it is not let in. The firm reads it."))
    # Of two of one licence that are let in at the same time one is refused.
    alike = select(Firm.id).where(Firm.licence_number == firm.licence_number).order_by(Firm.id)
    session.scalars(alike.with_for_update()).all()
    same = (Firm.licence_number == firm.licence_number, Firm.admitted.is_(True), Firm.ended_at.is_(None))
    if admit and session.scalar(select(Firm.id).where(*same).limit(1)) is not None:
        raise InvalidInput.at(
            "reason", T("A firm with this licence has an office here already. Whoever runs that one invites them.")
        )
    firm.decided_at, firm.decided_by, firm.admitted, firm.reason = now, by, admit, reason
    said: dict[str, JSON] = {
        "type": FORMAT,
        "act": "decide_firm_office",
        "firm": firm.reference,
        "name": firm.name,
        "admitted": admit,
        "decided_by": session.get_one(Account, by).reference,
        "at": now.isoformat(),
    }
    firm.record, firm.receipt = administration_act(notary, session, said, now=now)
    if not admit:
        firm.ended_at = now
        _all_leave(session, firm, now)
    session.flush()
    return firm


def told_of_decision(session: Session, firm: Firm, site: str) -> Letter:
    """The letter to whoever asked for an office: let in, or why not."""
    asked = session.get_one(Account, firm.opened_by)
    if firm.admitted:
        subject = T("Your firm’s office is open")
        words = T("%(firm)s has an office at this court. You can invite your people now.", firm=firm.name)
    else:
        subject = T("Your firm’s office was not opened")
        words = T(
            "The registry did not open an office for %(firm)s. You can mend what is wrong and ask again. Its reason: %(reason)s",
            firm=firm.name,
            reason=firm.reason or "",
        )
    return Letter(asked.email, subject, (words,), asked.locale, site, page=T("Mandates"))


def invite(session: Session, firm: Firm, given: InviteInput, by: int, now: datetime) -> FirmMember:
    """Ask whoever has an account with an address to join; nobody learns by it who has one. Asking again changes as what.
    Raises InvalidInput.
    """
    people, email = people_of(session, firm), accounts.normal_email(given.email)
    for member, _ in people:
        if member.address == email:
            if member.joined_at is not None:
                raise InvalidInput.at("email", T("Somebody with this address belongs to the office already."))
            member.place = Place(given.place)
            return member
    if len(people) >= MOST_PEOPLE:
        raise InvalidInput.at("email", T("An office holds %(most)s people.", most=MOST_PEOPLE))
    member = FirmMember(firm_id=firm.id, address=email, place=Place(given.place), invited_by=by, invited_at=now)
    session.add(member)
    session.flush()
    return member


def invitation_letter(firm: Firm, member: FirmMember, inviter: Account, site: str) -> Letter:
    """What is written to who is asked to join."""
    return Letter(
        member.address,
        T("You are asked to join the office of a firm"),
        (
            T("%(name)s asks you to join the office of %(firm)s at this court.", name=inviter.name, firm=firm.name),
            T("If you have no account here yet, open one with this address first."),
            T("If you do not know this firm you need do nothing."),
        ),
        inviter.locale,
        site,
        page=T("Mandates"),
    )


def join(session: Session, account_id: int, reference: str, now: datetime) -> FirmMember:
    """Whoever was asked agrees: colleagues who run the office may hand them cases, which they accept, and put them on
    cases as assistant. Raises NotFound, InOneOffice, ServesCourt.
    """
    account = _held(session, account_id)
    member = _asked(session, account, reference)
    if membership(session, account.id) is not None:
        raise InOneOffice
    member.account_id, member.joined_at = account.id, now
    session.flush()
    return member


def decline(session: Session, account_id: int, reference: str, now: datetime) -> None:
    """Whoever was asked does not want to. Raises NotFound."""
    _asked(session, session.get_one(Account, account_id), reference).left_at = now


def _asked(session: Session, account: Account, reference: str) -> FirmMember:
    found = next((member for member, _ in invitations(session, account) if member.reference == reference), None)
    if found is None:
        raise NotFound
    return found


def leave(session: Session, notary: Notary, member: FirmMember, by: int, now: datetime) -> None:
    """Somebody leaves, or is taken off by who runs the office: the cases they are put on as assistant end for them, and
    the assistants the office put on theirs; what waits to be handed to or by them is not handed over, for the client
    agreed to a colleague of the same firm. Their own mandates stay, for those are their clients'. Whoever leaves is on
    the roll of no firm. Raises InvalidInput for the last who runs an office that others belong to, NotFound for who has
    left.
    """
    firm = session.get_one(Firm, member.firm_id)
    people = _people_held(session, firm)
    if member not in people:
        raise NotFound
    others = [other for other in people if other.id != member.id and other.joined_at is not None]
    if member.place is Place.HEAD and others and not any(other.place is Place.HEAD for other in others):
        raise InvalidInput.at("main", T("Somebody must run the office. Have a colleague run it before you leave."))
    member.left_at = now
    if member.account_id is not None:
        _end_assisting(session, firm, member.account_id, now)
        mandates.end_handing(session, member.account_id, now)
        roll.off_with_firm(session, notary, member.account_id, firm, by, now)
    if not others and member.joined_at is not None:
        firm.ended_at = now
        _all_leave(session, firm, now)
    session.flush()


def _end_assisting(session: Session, firm: Firm, account_id: int, now: datetime) -> None:
    own = select(Mandate.id).where(Mandate.account_id == account_id).scalar_subquery()
    theirs = (
        Mandate.office_id == firm.id,
        Mandate.revoked_at.is_(None),
        (Mandate.account_id == account_id) | Mandate.delegated_by.in_(own),
    )
    mandates.hold_cases(session, *theirs)
    session.execute(
        update(Mandate).where(*theirs).values(revoked_at=now).execution_options(synchronize_session="fetch")
    )


def _people_held(session: Session, firm: Firm) -> Sequence[FirmMember]:
    """The people of an office as they are once everybody else who was changing them has finished: of two who run it and
    leave or step back at once, one is refused.
    """
    session.get_one(Firm, firm.id, with_for_update=True, populate_existing=True)
    here = (FirmMember.firm_id == firm.id, FirmMember.left_at.is_(None))
    anew = select(FirmMember).where(*here).order_by(FirmMember.id).execution_options(populate_existing=True)
    return session.scalars(anew).all()


def _all_leave(session: Session, firm: Firm, now: datetime) -> None:
    for member, _ in people_of(session, firm):
        member.left_at = now


def give_place(session: Session, firm: Firm, reference: str, place: Place, now: datetime) -> None:
    """Whoever runs the office says as what a colleague belongs to it. Raises NotFound, InvalidInput."""
    people = _people_held(session, firm)
    member = next((one for one in people if one.reference == reference), None)
    if member is None:
        raise NotFound
    run = [one for one in people if one.place is Place.HEAD and one.joined_at is not None]
    if place is not Place.HEAD and run == [member]:
        raise InvalidInput.at("main", T("Somebody must run the office. Have a colleague run it first."))
    member.place = place


def of_firm(session: Session, firm: Firm, reference: str) -> FirmMember:
    """Somebody of this office, or invited to it. Raises NotFound."""
    for member, _ in people_of(session, firm):
        if member.reference == reference:
            return member
    raise NotFound
