"""API tokens: a key with scopes and an end, given by a person to their own program."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.models import Account, ApiToken
from odr.identity.sign_in.keys import fingerprint, new_token
from odr.identity.sign_in.sessions import SEEN_EVERY, Owner, is_staff, owner_of, with_owner

PREFIX = "odr_"
"""By which a leaked token is recognised."""

LONGEST = timedelta(days=365)
LONGEST_STAFF = timedelta(days=30)


class Scope(enum.Enum):
    """What a token may be used for; never more than its owner may do."""

    READ = "cases:read"  # read the cases one takes part in
    FILE = "cases:file"  # lodge claims
    ACT = "cases:act"  # perform acts in cases
    UPLOAD = "uploads:write"  # upload files

    @property
    def label(self) -> Text:
        """The scope in words."""
        return _SCOPE_WORDS[self]


_SCOPE_WORDS = {
    Scope.READ: T("Read your cases"),
    Scope.FILE: T("Lodge claims in your name"),
    Scope.ACT: T("Act in your cases"),
    Scope.UPLOAD: T("Upload files"),
}


def issue(
    session: Session,
    account: Account,
    *,
    name: str,
    scopes: Iterable[Scope],
    lasts: timedelta,
    two_factor: bool,
    now: datetime,
) -> str:
    """Give the account a token; it is shown once, and is as strong as the session in which it is made.

    Raises InvalidInput for no scope or too long a life.
    """
    chosen = sorted(scope.value for scope in set(scopes))
    longest = LONGEST_STAFF if is_staff(account) else LONGEST
    if not name.strip():
        raise InvalidInput.at("name", T("Give the token a name by which you will know it."))
    if not chosen:
        raise InvalidInput.at("scopes", T("Choose what the token may be used for."))
    if not timedelta() < lasts <= longest:
        raise InvalidInput.at("days", T("A token lasts between 1 and %(days)s days.", days=longest.days))
    token = PREFIX + new_token()
    session.add(
        ApiToken(
            token_hash=fingerprint(token),
            account_id=account.id,
            name=name.strip()[:100],
            scopes=chosen,
            two_factor=two_factor,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    session.flush()
    return token


class LiveToken(NamedTuple):
    """What a request needs to know of the token it comes with."""

    id: int
    scopes: list[str]
    two_factor: bool
    used_at: datetime | None


_T = ApiToken.__table__.c
_BY_TOKEN = with_owner(ApiToken, _T.id, _T.scopes, _T.two_factor, _T.used_at, _T.revoked_at, _T.expires_at)


def find(session: Session | Connection, token: str, now: datetime) -> tuple[LiveToken, Owner] | None:
    """The live token with its owner, or None."""
    rows = session.execute(_BY_TOKEN, {"hash": fingerprint(token)}).all()
    owner = owner_of(rows)
    if owner is None or rows[0].revoked_at is not None or rows[0].expires_at <= now:
        return None
    return LiveToken(rows[0].id, rows[0].scopes, rows[0].two_factor, rows[0].used_at), owner


def live(session: Session, account_id: int, now: datetime) -> Sequence[ApiToken]:
    """The account's tokens that still work, newest first."""
    return session.scalars(
        select(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .order_by(ApiToken.id.desc())
    ).all()


def revoke(session: Session, account_id: int, token_id: int, now: datetime) -> bool:
    """End one of the account's own tokens; False when it has no such one."""
    result = session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return getattr(result, "rowcount", 0) == 1


def revoke_all(session: Session, account_id: int, now: datetime, *, weak_only: bool = False) -> None:
    """End every token of the account, or those made without a second factor."""
    ending = update(ApiToken).where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
    if weak_only:
        ending = ending.where(ApiToken.two_factor.is_(False))
    session.execute(ending.values(revoked_at=now))


def touch(session: Session, token_id: int, now: datetime) -> None:
    """Note that the token was used."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None)).values(used_at=now))


def needs_touch(row: LiveToken, now: datetime) -> bool:
    """Whether the last use is old enough to be written anew."""
    return row.used_at is None or now - row.used_at >= SEEN_EVERY
