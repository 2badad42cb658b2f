"""Which account a person vouched for by a provider signs in to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.docket.models import PartyKind
from odr.ground.errors import CourtError, NotFound
from odr.ground.text import T
from odr.identity.accounts import accounts
from odr.identity.models import Account, AccountState, LinkedIdentity, Passkey
from odr.identity.sign_in.provider import Voucher


class LinkedElsewhere(CourtError):
    """One person of a provider signs in to one account."""

    status = 409
    problem = "linked-elsewhere"

    def __init__(self) -> None:
        super().__init__(
            T("This identity is linked to another account of the court."),
            T("Sign in to that account, or end the link there first."),
        )


class LastWayIn(CourtError):
    """The account could not be entered any more."""

    status = 409
    problem = "last-way-in"

    def __init__(self) -> None:
        super().__init__(T("This is your only way to sign in."), T("Set a password or add a passkey first."))


def account_of(session: Session, voucher: Voucher, now: datetime) -> Account | None:
    """The active account that is linked, its use noted; None where there is none."""
    link = _find(session, voucher)
    if link is None:
        return None
    account = session.get_one(Account, link.account_id)
    if account.state is not AccountState.ACTIVE:
        return None
    _note(session, link, account, voucher, now)
    return account


def link(session: Session, account: Account, voucher: Voucher, now: datetime) -> LinkedIdentity:
    """Link a person to their account, and take over what the provider made sure of. Raises LinkedElsewhere."""
    found = _find(session, voucher)
    if found is not None and found.account_id != account.id:
        raise LinkedElsewhere
    if found is None:
        found = LinkedIdentity(account_id=account.id, issuer=voucher.issuer, subject=voucher.subject, linked_at=now)
        session.add(found)
    _note(session, found, account, voucher, now)
    session.flush()
    return found


def open_account(session: Session, voucher: Voucher, locale: str, now: datetime) -> Account | None:
    """A new account for somebody whose mailbox the provider vouches for.

    None without such a mailbox, or where it has an account already: that one is only
    linked by who can sign in to it, for a provider's word on a mailbox opens nothing here.
    """
    if (
        voucher.email is None
        or voucher.name is None
        or accounts.by_email(session, accounts.normal_email(voucher.email)) is not None
    ):
        return None
    account = accounts.create(session, email=voucher.email, name=voucher.name, locale=locale, now=now)
    link(session, account, voucher, now)
    return account


def of_account(session: Session, account_id: int) -> Sequence[LinkedIdentity]:
    """What is linked to an account."""
    return session.scalars(
        select(LinkedIdentity).where(LinkedIdentity.account_id == account_id).order_by(LinkedIdentity.id)
    ).all()


def end(session: Session, account: Account, link_id: int) -> None:
    """End a link of the account's own. Raises NotFound, LastWayIn."""
    mine = of_account(session, account.id)
    if not any(one.id == link_id for one in mine):
        raise NotFound
    other = (
        account.password_hash is not None
        or session.scalar(select(Passkey.id).where(Passkey.account_id == account.id).limit(1)) is not None
    )
    if not other and len(mine) == 1:
        raise LastWayIn
    session.execute(delete(LinkedIdentity).where(LinkedIdentity.id == link_id))


def vouched_name(account: Account) -> tuple[str, str] | None:
    """The name under which a provider verified the person, and the provider's address; None where none did."""
    verified = [(one.verified_at, one.name, one.issuer) for one in account.linked if one.verified_at and one.name]
    if not verified:
        return None
    _, name, issuer = max(verified)
    return name, issuer


def _find(session: Session, voucher: Voucher) -> LinkedIdentity | None:
    return session.scalar(
        select(LinkedIdentity)
        .where(LinkedIdentity.issuer == voucher.issuer, LinkedIdentity.subject == voucher.subject)
        .with_for_update()
    )


def _note(session: Session, link: LinkedIdentity, account: Account, voucher: Voucher, now: datetime) -> None:
    link.used_at = now
    link.name = voucher.name or link.name
    if voucher.is_verified and voucher.name:
        link.verified_at = voucher.at
        account.identity_verified_at = max(account.identity_verified_at or voucher.at, voucher.at)
        _remember(account, voucher.name)


def _remember(account: Account, name: str) -> None:
    """As whom the provider verified the owner, also once the link has ended: under another name nobody is verified by it."""
    mine = [PartyKind.PERSON.value, name]
    if mine not in (account.seen_as or []):
        account.seen_as = [*(account.seen_as or []), mine]
