"""The roll of representatives: a licence is looked at once, outside any case, and counts in every case (CPL 61; CPI 88)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from odr.filing.parties.firm.models import Firm, RollEntry
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T
from odr.identity.accounts.account_letters import Letter
from odr.identity.models import Account, AccountState, Licence
from odr.notary.administration import FORMAT, administration_act
from odr.notary.canonical import JSON
from odr.notary.notary import Notary
from odr.notary.rehash.rounds import Holding
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, field
from odr.procedure.receipt_files import in_row

if TYPE_CHECKING:
    from odr.procedure.court import Court


class RollInput(CourtModel):
    """What the registry compares with the public register of lawyers."""

    licence_number: Annotated[
        str,
        CourtText(4, 60, one_line=True),
        field(T("Number of your licence"), T("The registry looks it up in the register. Nobody else sees it.")),
    ]
    until: Annotated[CourtDate | None, field(T("Licence valid until"), T("Leave it empty if it has no end."))] = None


def ask(session: Session, account_id: int, firm: Firm, given: RollInput, now: datetime, today: date) -> RollEntry:
    """Somebody of an office asks to be put on the roll; it takes the place of what still waits. Raises InvalidInput."""
    if given.until is not None and given.until < today:
        raise InvalidInput.at("until", T("This licence has ended."))
    for before in session.scalars(select(RollEntry).where(RollEntry.account_id == account_id, _waits())):
        before.off_at = now
    entry = RollEntry(
        account_id=account_id,
        firm_id=firm.id,
        licence_number=given.licence_number,
        until_on=given.until,
        asked_at=now,
    )
    session.add(entry)
    session.flush()
    return entry


def _waits() -> ColumnElement[bool]:
    return RollEntry.decided_at.is_(None) & RollEntry.off_at.is_(None)


def stands(today: date) -> ColumnElement[bool]:
    """Entries that count on a day."""
    return (
        RollEntry.admitted.is_(True)
        & RollEntry.off_at.is_(None)
        & or_(RollEntry.until_on.is_(None), RollEntry.until_on >= today)
    )


def newest(session: Session, account_id: int) -> RollEntry | None:
    """What somebody asked for last."""
    return session.scalar(
        select(RollEntry).where(RollEntry.account_id == account_id).order_by(RollEntry.id.desc()).limit(1)
    )


def standing(session: Session, account_id: int, today: date) -> RollEntry | None:
    """The entry by which somebody is on the roll on a day."""
    return session.scalar(
        select(RollEntry)
        .where(RollEntry.account_id == account_id, stands(today))
        .order_by(RollEntry.id.desc())
        .limit(1)
    )


def waiting(session: Session, after: str | None = None) -> Listed[tuple[RollEntry, Account, Firm]]:
    """What waits for the registry, the oldest first; whoever's firm is not let in yet waits with it."""
    query = (
        select(RollEntry, Account, Firm)
        .join(Account, Account.id == RollEntry.account_id)
        .join(Firm, Firm.id == RollEntry.firm_id)
        .where(_waits(), Firm.admitted.is_(True), Firm.ended_at.is_(None))
    )
    page = page_of(session, query, (Key(RollEntry.id),), after)
    return page.of([(entry, account, firm) for entry, account, firm in page.rows])


def listed(
    session: Session, today: date, words: str = "", after: str | None = None
) -> Listed[tuple[RollEntry, Account, Firm]]:
    """Who is on the roll, by name; ``words`` are looked for in the names of people and firms."""
    query = (
        select(RollEntry, Account, Firm)
        .join(Account, Account.id == RollEntry.account_id)
        .join(Firm, Firm.id == RollEntry.firm_id)
        .where(stands(today), Account.state == AccountState.ACTIVE)
    )
    if words:
        query = query.where(
            Account.name.icontains(words, autoescape=True) | Firm.name.icontains(words, autoescape=True)
        )
    page = page_of(session, query, (Key(Account.name, str), Key(RollEntry.id)), after)
    return page.of([(entry, account, firm) for entry, account, firm in page.rows])


def decide(
    session: Session, notary: Notary, reference: str, admit: bool, reason: str | None, by: int, now: datetime
) -> RollEntry:
    """The registry puts somebody on the roll, or says why not; put on record and in the public log. Raises NotFound,
    InvalidInput.
    """
    entry = session.scalar(select(RollEntry).where(RollEntry.reference == reference, _waits()).with_for_update())
    firm = session.get_one(Firm, entry.firm_id) if entry is not None else None
    if entry is None or firm is None or not firm.admitted or firm.ended_at is not None:
        raise NotFound
    if not admit and not reason:
        raise InvalidInput.at("reason", T("Say why they are not put on the roll. They read it."))
    entry.decided_at, entry.decided_by, entry.admitted, entry.reason = now, by, admit, reason
    if admit:
        for before in session.scalars(
            select(RollEntry).where(
                RollEntry.account_id == entry.account_id,
                RollEntry.id != entry.id,
                RollEntry.admitted.is_(True),
                RollEntry.off_at.is_(None),
            )
        ):
            # The newer licence takes the place of the older.
            _off(session, before, now)
        licence = Licence(
            account_id=entry.account_id,
            kind=firm.kind,
            firm=firm.name,
            verified_by=by,
            verified_at=now,
            until_on=entry.until_on,
        )
        session.add(licence)
        session.flush()
        entry.licence_id = licence.id
    said = _said(session, "decide_roll_entry", entry, by, now) | {"admitted": admit, "firm": firm.reference}
    entry.record, entry.receipt = administration_act(notary, session, said, now=now)
    session.flush()
    return entry


def take_off(session: Session, notary: Notary, reference: str, reason: str, by: int, now: datetime) -> RollEntry:
    """The registry takes somebody off the roll, with a reason; put on record. Raises NotFound, InvalidInput."""
    entry = session.scalar(
        select(RollEntry)
        .where(RollEntry.reference == reference, RollEntry.admitted.is_(True), RollEntry.off_at.is_(None))
        .with_for_update()
    )
    if entry is None:
        raise NotFound
    if not reason:
        raise InvalidInput.at("reason", T("Say why they are taken off the roll. They read it."))
    entry.reason = reason
    _recorded_off(session, notary, entry, by, now)
    return entry


def off_with_firm(session: Session, notary: Notary, account_id: int, firm: Firm, by: int, now: datetime) -> None:
    """Who leaves a firm is no longer on the roll with it; what was asked for falls away."""
    theirs = (RollEntry.account_id == account_id, RollEntry.firm_id == firm.id, RollEntry.off_at.is_(None))
    for entry in session.scalars(select(RollEntry).where(*theirs)).all():
        if entry.admitted:
            _recorded_off(session, notary, entry, by, now)
        elif entry.decided_at is None:
            entry.off_at = now


def _recorded_off(session: Session, notary: Notary, entry: RollEntry, by: int, now: datetime) -> None:
    _off(session, entry, now)
    said = _said(session, "take_off_roll", entry, by, now)
    entry.off_record, entry.off_receipt = administration_act(notary, session, said, now=now)
    session.flush()


def _off(session: Session, entry: RollEntry, now: datetime) -> None:
    entry.off_at = now
    licence = session.get(Licence, entry.licence_id) if entry.licence_id is not None else None
    if licence is not None:
        # A licence counts to the end of its last day: this one counted until yesterday, or ended before by itself.
        ended = (now - timedelta(days=1)).date()
        licence.until_on = min(licence.until_on or ended, ended)


def _said(session: Session, act: str, entry: RollEntry, by: int, now: datetime) -> dict[str, JSON]:
    return {
        "type": FORMAT,
        "act": act,
        "entry": entry.reference,
        "account": session.get_one(Account, entry.account_id).reference,
        "decided_by": session.get_one(Account, by).reference,
        "at": now.isoformat(),
    }


def told(session: Session, entry: RollEntry, site: str) -> Letter:
    """The letter to whom the roll is about: put on it, not put on it, or taken off."""
    account = session.get_one(Account, entry.account_id)
    if entry.off_at is not None:
        subject = T("You are no longer on the roll of representatives")
        words = T("The registry took you off the roll of representatives: %(reason)s", reason=entry.reason or "")
    elif entry.admitted:
        subject = T("You are on the roll of representatives")
        words = T("Your licence has been seen and counts in every case at this court.")
    else:
        subject = T("You were not put on the roll of representatives")
        words = T(
            "The registry did not put you on the roll of representatives. You can mend what is wrong and ask again. Its reason: %(reason)s",
            reason=entry.reason or "",
        )
    return Letter(account.email, subject, (words,), account.locale, site, page=T("Mandates"))


def records_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """What was put on record of offices and the roll, by these receipts."""
    found: dict[str, Holding] = {}
    for firm in session.scalars(select(Firm).where(Firm.receipt.in_(references))):
        found[firm.receipt or ""] = in_row(f"firm {firm.id}", (firm.record or "").encode())
    rows = select(RollEntry).where(RollEntry.receipt.in_(references) | RollEntry.off_receipt.in_(references))
    for entry in session.scalars(rows):
        if entry.receipt is not None and entry.receipt in references:
            found[entry.receipt] = in_row(f"roll entry {entry.id}", (entry.record or "").encode())
        if entry.off_receipt is not None and entry.off_receipt in references:
            found[entry.off_receipt] = in_row(f"end of roll entry {entry.id}", (entry.off_record or "").encode())
    return found
