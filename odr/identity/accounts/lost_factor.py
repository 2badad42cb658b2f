"""Restoring the sign-in of whoever lost their second factor and their recovery codes.

Whoever can take a factor off an account can become its owner, a judge perhaps, or a party who may settle. So nobody
does it alone: one person makes sure who asks, at the machine for people of the court and at the registry for everybody
else; an administrator decides; and what was done stands as an administration act whose digest the public log holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.identity.accounts import staff
from odr.identity.accounts.account_letters import Letter
from odr.identity.accounts.accounts import Means, by_email, end_everything, normal_email, reset_letter
from odr.identity.models import Account, AccountState, FactorReset, LinkedIdentity, Passkey
from odr.identity.sign_in import one_time_codes
from odr.notary.administration import FORMAT, administration_act
from odr.notary.canonical import JSON
from odr.notary.notary import Notary
from odr.notary.rehash.rounds import Holding


def ask(session: Session, account: Account, *, by: str, why: str, now: datetime) -> FactorReset:
    """Ask that the second factor of somebody of the court be taken off; asking again keeps the first. Raises
    InvalidInput.

    ``by`` is the name of the person at the machine, ``why`` what happened and how they made sure who asks.
    """
    if not account.staff_roles or not one_time_codes.is_enrolled(session, account):
        raise InvalidInput.at(
            "account",
            T(
                "This is for people of the court who have set up a second factor. For everybody else the registry asks, at /registry/way-back."
            ),
        )
    return _asked(session, account, by=by, why=why, now=now)


def _asked(session: Session, account: Account, *, by: str, why: str, now: datetime) -> FactorReset:
    if not by.strip() or not why.strip():
        raise InvalidInput.at("why", T("Say who asks, what happened, and how it was made sure who they are."))
    waits = session.scalar(
        select(FactorReset).where(FactorReset.account_id == account.id, FactorReset.decided_at.is_(None))
    )
    if waits is not None:
        return waits
    row = FactorReset(account_id=account.id, asked_by=by.strip()[:200], why=why.strip()[:1000], asked_at=now)
    session.add(row)
    session.flush()
    return row


SEEN: dict[str, Text] = {
    "counter": T("They came to the counter and showed their identity document"),
    "video": T("I saw them by video with their identity document"),
    "agent": T("Their representative came with a power of attorney and both identity documents"),
}
"""How the registry may have made sure who asks; a voice on the telephone is not enough."""


def ask_at_registry(
    session: Session, means: Means, *, email: str, seen: str, why: str, by: Account, now: datetime
) -> Letter:
    """The registry asks for somebody who is nobody of the court; gives the letter that tells the person. Raises
    InvalidInput.

    One answer for an address without an account and for one without a second factor.
    """
    address = normal_email(email)
    if seen not in SEEN:
        raise InvalidInput.at("seen", T("Choose how you made sure who they are."))
    account = by_email(session, address)
    if account is None or account.staff_roles or not one_time_codes.is_enrolled(session, account):
        raise InvalidInput.at(
            "email",
            T(
                "No account with a second factor is kept for this address. Ask which address the court writes to; for people of the court the operator asks."
            ),
        )
    if account.id == by.id:
        raise InvalidInput.at("email", T("Nobody asks for their own account."))
    if not why.strip():
        raise InvalidInput.at("why", T("Say what was lost, and when."))
    said = f"{SEEN[seen].render(by.locale)}. {why.strip()}"
    row = _asked(session, account, by=by.name, why=said, now=now)
    row.asked_by_id = by.id
    return Letter(
        account.email,
        T("Somebody asks to take the second factor off your account"),
        (
            T(
                "The registry was asked on %(at)s to take the second factor off your account at the court, because it was lost. An administrator decides.",
                at=now,
            ),
            T("If this was not you, tell the registry at once: what you do in your cases is done with this account."),
        ),
        account.locale,
        means.site,
    )


def asked_by(session: Session, clerk: Account, most: int = 20) -> Sequence[tuple[FactorReset, Account]]:
    """What a clerk asked for, newest first, with whom it is about."""
    rows = session.scalars(
        select(FactorReset).where(FactorReset.asked_by_id == clerk.id).order_by(FactorReset.id.desc()).limit(most)
    )
    return [(row, session.get_one(Account, row.account_id)) for row in rows.all()]


def others(session: Session, account_id: int) -> int:
    """How many administrators could decide: active ones other than whom it is about."""
    account = session.get_one(Account, account_id)
    return staff.count(session, Role.ADMIN) - (
        Role.ADMIN in account.staff_roles and account.state is AccountState.ACTIVE
    )


def waiting(session: Session) -> Sequence[tuple[FactorReset, Account]]:
    """What waits for an administrator, oldest first, with whom it is about."""
    rows = session.scalars(select(FactorReset).where(FactorReset.decided_at.is_(None)).order_by(FactorReset.id)).all()
    return [(row, session.get_one(Account, row.account_id)) for row in rows]


def waiting_one(session: Session, number: int) -> FactorReset:
    """A request that waits. Raises NotFound for one that does not exist, or was decided."""
    row = session.get(FactorReset, number, with_for_update=True)
    if row is None or row.decided_at is not None:
        raise NotFound
    return row


def decide(
    session: Session, means: Means, notary: Notary, number: int, approved: bool, *, by: Account, now: datetime
) -> Letter | None:
    """An administrator approves or declines. Raises NeedsTwo where it is their own account, or they are the one who
    asked; NotFound.
    """
    if by.state is not AccountState.ACTIVE or Role.ADMIN not in by.staff_roles:
        raise NotFound
    row = waiting_one(session, number)
    if approved and (
        by.id in (row.account_id, row.asked_by_id)
        or row.asked_by.casefold() in (by.name.casefold(), by.email.casefold())
    ):
        raise staff.NeedsTwo
    return _decided(session, means, notary, row, approved, by.name, now)


def decide_without_administrators(
    session: Session, means: Means, notary: Notary, row: FactorReset, *, second: str, now: datetime
) -> Letter | None:
    """A second person at the machine decides, where no other administrator is left. Raises NeedsTwo for the one who
    asked, or where one is left.
    """
    if others(session, row.account_id) or not second.strip() or second.strip().casefold() == row.asked_by.casefold():
        raise staff.NeedsTwo
    return _decided(session, means, notary, row, True, second.strip()[:200], now)


def _decided(
    session: Session, means: Means, notary: Notary, row: FactorReset, approved: bool, by: str, now: datetime
) -> Letter | None:
    """Put the act on record; approved, factor, passkeys, recovery codes, password, links to identity providers and every session
    end, and they set up new ones.
    """
    account = session.get_one(Account, row.account_id)
    row.approved, row.decided_by, row.decided_at = approved, by, now
    act: dict[str, JSON] = {
        "type": FORMAT,
        "act": "take_off_second_factor",
        "account": account.reference,
        "asked_by": row.asked_by,
        "why": row.why,
        "asked_at": row.asked_at.isoformat(),
        "decided_by": by,
        "decided_at": now.isoformat(),
        "approved": approved,
    }
    row.record, row.receipt = administration_act(notary, session, act, now=now)
    if not approved:
        session.flush()
        return None
    one_time_codes.remove(session, account)
    session.execute(delete(Passkey).where(Passkey.account_id == account.id))
    # By a provider somebody would come in with one factor, past the letter: it is linked anew by who has read that.
    session.execute(delete(LinkedIdentity).where(LinkedIdentity.account_id == account.id))
    account.password_hash = None
    end_everything(session, account.id, now)
    session.flush()
    return reset_letter(means, session, account, now)


def records(session: Session, references: Sequence[str]) -> dict[str, Holding]:
    """The administration acts with these receipts, byte for byte."""
    found = select(FactorReset.id, FactorReset.receipt, FactorReset.record).where(
        FactorReset.receipt.in_(references), FactorReset.record.is_not(None)
    )
    return {
        receipt or "": Holding(f"factor reset {number}", lambda record=record: iter(((record or "").encode(),)))  # type: ignore[misc]
        for number, receipt, record in session.execute(found)
    }
