"""Accounts: registered, confirmed, signed in to, reset.

Whoever asks about an address learns nothing: the answer, the letter and the work
are the same whether it has an account or not. The slow part, the password, is
reckoned outside every transaction.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.lookalikes import is_mixed
from odr.ground.db import Database
from odr.ground.errors import CourtError, FieldFault, InvalidInput, NotFound
from odr.ground.text import LOCALES, SOURCE_LOCALE, T
from odr.identity.accounts import links, outbox
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.accounts.ways_in import end_others
from odr.identity.models import Account, AccountState, LinkPurpose, OneTimeLink
from odr.identity.sign_in import one_time_codes, program_tokens, rate_limits, sessions
from odr.identity.sign_in.keys import Keyring
from odr.identity.sign_in.known_devices import KnownDevice
from odr.identity.sign_in.passwords import Passwords, check_choice
from odr.identity.sign_in.rate_limits import Counted


class WrongCredentials(CourtError):
    """Address and password do not belong together; which of them is wrong is not said."""

    status = 422
    problem = "wrong-credentials"

    def __init__(self) -> None:
        super().__init__(T("The email address or the password is wrong."), T("Try again, or set a new password."))


@dataclass(frozen=True)
class Means:
    """What the identity room works with."""

    database: Database
    keyring: Keyring
    passwords: Passwords
    base_url: str

    def address(self, path: str) -> str:
        """A path as a full address, for another machine that sends somebody back here."""
        return f"{self.base_url.rstrip('/')}{path}"

    @property
    def site(self) -> str:
        """The court's address as a letter gives it, to be typed."""
        return site_of(self.base_url)


def normal_email(raw: str, field: str = "email") -> str:
    """One spelling for one mailbox. Raises InvalidInput at ``field``."""
    try:
        return validate_email(raw.strip(), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise InvalidInput.at(field, T("Write the email address like name@example.com.")) from None


def normal_name(raw: str) -> str:
    """A name without stray blanks, in one spelling (NFKC: wide letters are the plain ones). Raises InvalidInput at
    ``name``.
    """
    name = " ".join(unicodedata.normalize("NFKC", raw).split())
    if not name:
        raise InvalidInput.at("name", T("Write your name as it stands on your identity document."))
    if len(name) > 200 or not name.isprintable():
        raise InvalidInput.at("name", T("Write a name of at most 200 letters."))
    if is_mixed(name):
        raise InvalidInput.at("name", T("Write each word of the name in one alphabet. Some letters only look alike."))
    return name


def normal_locale(raw: str | None) -> str:
    """A language the court speaks."""
    return raw if raw in LOCALES else SOURCE_LOCALE


def by_email(session: Session, email: str) -> Account | None:
    """The account of a mailbox."""
    return session.scalar(select(Account).where(Account.email == email))


def to_look_at(session: Session, account: Account) -> Account:
    """The account as it stands now, to be looked at after its snapshot is closed; changing it changes nothing."""
    session.expunge(account)
    return account


@dataclass(frozen=True)
class Asked:
    """What came of asking for an account, alike whatever is known of the address."""

    letters: list[Letter]
    chose: str
    """Kept by the browser that asked: it shows that the password of the account was chosen there."""


def register(means: Means, *, email: str, name: str, password: str, locale: str, address: str, now: datetime) -> Asked:
    """Ask for an account: gives the one letter to send, whatever is known of the address.

    Nothing but that letter tells the owner of the mailbox that they have one already.
    Raises InvalidInput, TooMany.
    """
    _check_all(
        lambda: normal_name(name),
        lambda: normal_email(email),
        lambda: check_choice(password, email.split("@")[0], name),
    )
    email, name, locale = normal_email(email), normal_name(name), normal_locale(locale)
    stored = means.passwords.hash(password)
    chose = _chose(means, email, stored)
    with means.database.write() as session:
        rate_limits.take(session, means.keyring, Counted.LETTER_FROM, rate_limits.network(address), now)
        rate_limits.take(session, means.keyring, Counted.LETTER_TO, email, now)
        account = by_email(session, email)
        if account is not None and account.state is not AccountState.UNCONFIRMED:
            return Asked([_already_here(means, account)], chose)
        if account is None:
            account = Account(email=email, name=name, state=AccountState.UNCONFIRMED, created_at=now)
            session.add(account)
        # Whoever asked last decides the password, but only the mailbox together with that password makes it count.
        account.name, account.password_hash, account.locale = name, stored, locale
        session.flush()
        return Asked([_confirmation(means, session, account, now)], chose)


def _chose(means: Means, email: str, stored: str) -> str:
    return means.keyring.mac("chosen here", f"{email}\n{stored}")


def _check_all(*checks: Callable[[], object]) -> None:
    """Raise InvalidInput with every fault found."""
    faults: list[FieldFault] = []
    for check in checks:
        try:
            check()
        except InvalidInput as error:
            faults += error.faults
    if faults:
        raise InvalidInput(faults)


def create(
    session: Session, *, email: str, name: str, locale: str, now: datetime, password_hash: str | None = None
) -> Account:
    """An active account made by the court itself: staff, seeded parties. Raises InvalidInput when the address is taken."""
    email = normal_email(email)
    if by_email(session, email) is not None:
        raise InvalidInput.at("email", T("There is already an account with this address."))
    account = Account(
        email=email,
        name=normal_name(name),
        password_hash=password_hash,
        state=AccountState.ACTIVE,
        locale=normal_locale(locale),
        created_at=now,
        confirmed_at=now,
    )
    session.add(account)
    session.flush()
    return account


def confirm(means: Means, token: str, password: str, *, address: str, now: datetime) -> int:
    """Confirm the address with the link and the password chosen; gives the account's id.

    The password is asked again because somebody else might have registered this
    mailbox with a password of his own. Raises NotFound, WrongCredentials, TooMany.
    """
    with means.database.read() as session:
        account = to_look_at(
            session, _account_of(session, links.look(session, LinkPurpose.CONFIRM_ADDRESS, token, now))
        )
    _check_password(means, account.email, account.password_hash, password, address=address, now=now)
    with means.database.write() as session:
        return _confirmed(session, token, now).id


def confirm_here(means: Means, token: str, chose: str, *, now: datetime) -> int | None:
    """Confirm the address with the code alone, in the browser where the password was chosen (``chose``); gives the
    account's id. None elsewhere, or where somebody has chosen another since, or for a code that is none: nothing is used
    up then.
    """
    try:
        with means.database.write() as session:
            account = _account_of(session, links.look(session, LinkPurpose.CONFIRM_ADDRESS, token, now))
            if not hmac.compare_digest(_chose(means, account.email, account.password_hash or ""), chose):
                return None
            return _confirmed(session, token, now).id
    except NotFound:
        return None


def _confirmed(session: Session, token: str, now: datetime) -> Account:
    account = _account_of(session, links.use(session, LinkPurpose.CONFIRM_ADDRESS, token, now))
    if account.state is not AccountState.UNCONFIRMED:
        raise NotFound  # suspended meanwhile, or confirmed: the code is worth nothing more
    account.state, account.confirmed_at = AccountState.ACTIVE, now
    return account


def authenticate(
    means: Means, email: str, password: str, *, address: str, now: datetime, device: KnownDevice | None = None
) -> int:
    """The id of the account that address and password open; tries from a ``device`` known for it are counted apart.

    Raises WrongCredentials — the same for a wrong password, an unknown address, one
    never confirmed and a suspended one — and TooMany before the password is looked at.
    """
    try:
        email = normal_email(email)
    except InvalidInput:
        email = email.strip().lower()[:254]
    with means.database.read() as session:
        found = by_email(session, email)
        account = to_look_at(session, found) if found else None
    usable = account.password_hash if account is not None and account.state is AccountState.ACTIVE else None
    own = device.number if device and account and device.knows(account.id) else None
    _check_password(means, email, usable, password, address=address, now=now, device=own)
    assert account is not None and usable is not None
    if means.passwords.is_outdated(usable):
        _rehash(means, account.id, usable, password)
    return account.id


def recheck(means: Means, account_id: int, password: str, *, address: str, now: datetime) -> None:
    """Ask a signed-in person's password again (step-up). Raises WrongCredentials, TooMany."""
    with means.database.read() as session:
        account = to_look_at(session, session.get_one(Account, account_id))
    _check_password(means, account.email, account.password_hash, password, address=address, now=now, device="signed in")


def ask_reset(means: Means, email: str, *, address: str, now: datetime) -> list[Letter]:
    """Ask for a link to set a new password; where there is no account the letter goes nowhere. Raises InvalidInput, TooMany."""
    email = normal_email(email)
    with means.database.write() as session:
        rate_limits.take(session, means.keyring, Counted.LETTER_FROM, rate_limits.network(address), now)
        rate_limits.take(session, means.keyring, Counted.LETTER_TO, email, now)
        account = by_email(session, email)
        if account is None or account.state is AccountState.SUSPENDED:
            # The same work for whoever asks: a link that is nobody's, in a letter to nobody.
            account = Account(id=None, email="", name="", locale=SOURCE_LOCALE)
        return [reset_letter(means, session, account, now)]


def reset(means: Means, token: str, password: str, *, now: datetime) -> int:
    """Set a new password with the link; every session and token ends, and a letter says so. Gives the account.

    Raises NotFound, InvalidInput.
    """
    with means.database.read() as session:
        account = to_look_at(session, _account_of(session, links.look(session, LinkPurpose.RESET_PASSWORD, token, now)))
    check_choice(password, account.email.split("@")[0], account.name)
    stored = means.passwords.hash(password)
    with means.database.write() as session:
        account = _account_of(session, links.use(session, LinkPurpose.RESET_PASSWORD, token, now))
        account.password_hash = stored
        if account.state is AccountState.UNCONFIRMED:
            # The link went to the mailbox, so reading it confirms the address as well.
            account.state, account.confirmed_at = AccountState.ACTIVE, now
        links.void(session, LinkPurpose.CONFIRM_ADDRESS, now, account_id=account.id)
        end_everything(session, account.id, now)
        outbox.keep(session, means.keyring, [_password_changed(account)], now)
        return account.id


def change_password(means: Means, account_id: int, password: str, *, keep: int, now: datetime) -> None:
    """Set another password while signed in; every other way in ends, and a letter says so. Raises InvalidInput."""
    with means.database.read() as session:
        account = to_look_at(session, session.get_one(Account, account_id))
    check_choice(password, account.email.split("@")[0], account.name)
    stored = means.passwords.hash(password)
    with means.database.write() as session:
        account = session.get_one(Account, account_id)
        account.password_hash = stored
        sessions.revoke_everywhere(session, account_id, now, but=keep)
        program_tokens.revoke_all(session, account_id, now)
        end_others(session, account_id, now)
        outbox.keep(session, means.keyring, [_password_changed(account)], now)


def end_everything(session: Session, account_id: int, now: datetime) -> None:
    """End every way in that is open: sessions, tokens, and secret addresses such as that of a calendar."""
    sessions.revoke_everywhere(session, account_id, now)
    program_tokens.revoke_all(session, account_id, now)
    end_others(session, account_id, now)


def weaker_ways_end(session: Session, account_id: int, now: datetime, *, keep: int) -> None:
    """A second factor was set up: every session and token that has shown none ends, but the one that did it."""
    sessions.revoke_everywhere(session, account_id, now, but=keep, weak_only=True)
    program_tokens.revoke_all(session, account_id, now, weak_only=True)


def factor_given_up(session: Session, account: Account, now: datetime, *, keep: int) -> None:
    """A second factor was taken off: what rested on it ends, but the session that did it, and that one is as strong as
    what is left.
    """
    sessions.revoke_everywhere(session, account.id, now, but=keep)
    program_tokens.revoke_all(session, account.id, now)
    if not one_time_codes.is_enrolled(session, account):
        sessions.factor_given_up(session, keep)


def reset_letter(means: Means, session: Session, account: Account, now: datetime) -> Letter:
    """A letter with the code to set a password; earlier codes end."""
    links.void(session, LinkPurpose.RESET_PASSWORD, now, account_id=account.id)
    token = links.issue(session, LinkPurpose.RESET_PASSWORD, now, account_id=account.id)
    return Letter(
        account.email,
        T("Set your password"),
        (
            T("You can set a new password for your account at the court."),
            T(
                "The code works once and for one hour. If you did not ask for it, you need do nothing: your password stays as it is."
            ),
        ),
        account.locale,
        means.site,
        token,
    )


def new_device_letter(account: Account, device: str, at: datetime) -> Letter:
    """Tells the owner that a device signed in that had not before."""
    return Letter(
        account.email,
        T("New sign-in to your account"),
        (
            T("Somebody signed in to your account at the court on %(at)s with %(device)s.", at=at, device=device),
            T(
                "If it was you, you need do nothing. If not, set a new password and end all sessions on the page “Your devices”."
            ),
        ),
        account.locale,
    )


def _check_password(
    means: Means,
    email: str,
    stored: str | None,
    password: str,
    *,
    address: str,
    now: datetime,
    device: str | None = None,
) -> None:
    """Count the try, then look at the password. Strangers count together by where they are, so that they keep nobody
    out who is elsewhere; the owner's own ``device`` counts by itself.
    """
    network = rate_limits.network(address)
    counted = (
        [(Counted.SIGN_IN, f"{email} by device {device}")]
        if device
        else [
            (Counted.SIGN_IN, f"{email} from {network}"),
            (Counted.SIGN_IN_FROM, network),
            (Counted.SIGN_IN_TO, email),
        ]
    )
    with means.database.write() as session:
        taken = [rate_limits.take(session, means.keyring, what, subject, now) for what, subject in counted]
    if not means.passwords.matches(stored, password):
        raise WrongCredentials
    with means.database.write() as session:
        rate_limits.give_back(session, *taken)


def _rehash(means: Means, account_id: int, old: str, password: str) -> None:
    stored = means.passwords.hash(password)
    with means.database.write() as session:
        account = session.get_one(Account, account_id)
        if account.password_hash == old:
            account.password_hash = stored


def _account_of(session: Session, link: OneTimeLink) -> Account:
    return session.get_one(Account, link.account_id)


def _confirmation(means: Means, session: Session, account: Account, now: datetime) -> Letter:
    links.void(session, LinkPurpose.CONFIRM_ADDRESS, now, account_id=account.id)
    token = links.issue(session, LinkPurpose.CONFIRM_ADDRESS, now, account_id=account.id)
    return Letter(
        account.email,
        T("Confirm your email address"),
        (
            T("Please confirm that this is your address. Then you can use your account at the court."),
            T("The code works once and for three days. If you did not ask for an account, you need do nothing."),
        ),
        account.locale,
        means.site,
        token,
    )


def _already_here(means: Means, account: Account) -> Letter:
    return Letter(
        account.email,
        T("You already have an account"),
        (
            T(
                "Somebody, perhaps you, asked for an account at the court with this address. You have one already: sign in with it."
            ),
            T("If you have forgotten the password, you can set a new one where you sign in."),
        ),
        account.locale,
        means.site,
        page=T("Your cases"),
    )


def _password_changed(account: Account) -> Letter:
    return Letter(
        account.email,
        T("Your password was changed"),
        (
            T(
                "The password of your account at the court was changed. Other devices were signed out, and API tokens and the secret address of your calendar have ended: a calendar program that uses it no longer learns of new dates."
            ),
            T("If it was not you, ask for a new password at once and write to the registry."),
        ),
        account.locale,
    )
