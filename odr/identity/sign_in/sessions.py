"""Signed-in devices. A session lives in the database, so that ending it ends it at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, OFFICE_BEHIND, Role
from odr.identity.models import Account, AccountRole, AccountState, SessionRow
from odr.identity.sign_in.keys import fingerprint, new_token

IDLE = timedelta(hours=12)
STAFF_IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
"""How often a session's last use is written: reading pages should not write each time."""

KEPT = timedelta(days=30)
"""How long a session that ended is kept."""

MOST_DEVICES = 20
"""Sessions of one account at a time."""

OFFICE_ROLES = (COURT_ROLES - OFFICE_BEHIND.keys()) | {Role.CASHIER, Role.ADMIN, Role.MEDIATOR}
"""Roles of the court's own people: a second factor is required of them."""


def is_staff(account: Account) -> bool:
    """Whether the account belongs to somebody who serves the court."""
    return bool(account.staff_roles & OFFICE_ROLES)


def open_session(
    session: Session,
    account: Account,
    now: datetime,
    *,
    device: str,
    address: str,
    two_factor: bool,
    proved_at: datetime | None = None,
) -> tuple[str, int]:
    """Sign a device in; gives its token and the row's id. Nothing else opens a session.

    ``proved_at`` is when the person proved who they are where that was not just now, at an identity provider.
    """
    token = new_token()
    row = SessionRow(
        token_hash=fingerprint(token),
        account_id=account.id,
        created_at=now,
        seen_at=now,
        expires_at=now + ABSOLUTE,
        strong_at=min(now, proved_at or now),
        two_factor=two_factor,
        device=device_name(device),
        address=address[:60],
    )
    session.add(row)
    session.flush()
    _end_beyond_limit(session, account, now)
    return token, row.id


def _end_beyond_limit(session: Session, account: Account, now: datetime) -> None:
    """Of more devices than one person has, the one that was used longest ago is signed out."""
    live = select(SessionRow.id).where(
        SessionRow.account_id == account.id, SessionRow.revoked_at.is_(None), SessionRow.expires_at > now
    )
    many = session.scalars(live.order_by(SessionRow.seen_at.desc(), SessionRow.id.desc()).offset(MOST_DEVICES)).all()
    if many:
        session.execute(update(SessionRow).where(SessionRow.id.in_(many)).values(revoked_at=now))


class Owner(NamedTuple):
    """The account behind a session or token, with the roles of the court it holds now."""

    account_id: int
    reference: str
    name: str
    email: str
    roles: frozenset[Role]
    locale: str


class OpenSession(NamedTuple):
    """What a request needs to know of the session it comes in."""

    id: int
    seen_at: datetime
    strong_at: datetime | None
    two_factor: bool
    acting_for: str | None


def with_owner(kind: Any, *columns: Any) -> Select[Any]:
    """Columns of a table of sessions or tokens by its hash, with the account and, a row each, its roles: one query, for
    it is asked at every request.
    """
    account, role = Account.__table__.c, AccountRole.__table__.c
    return (
        select(
            account.id.label("account_id"),
            account.reference,
            account.name,
            account.email,
            account.locale,
            account.state,
            role.role,
            *columns,
        )
        .join_from(kind.__table__, Account.__table__, account.id == kind.__table__.c.account_id)
        .outerjoin(AccountRole.__table__, (role.account_id == account.id) & role.revoked_at.is_(None))
        .where(kind.__table__.c.token_hash == bindparam("hash"))
    )


def owner_of(rows: Sequence[Row[Any]]) -> Owner | None:
    """Who stands in the rows of :func:`with_owner`; None when there are none, or the account may not sign in."""
    if not rows or rows[0].state is not AccountState.ACTIVE:
        return None
    one = rows[0]
    return Owner(
        one.account_id,
        one.reference,
        one.name,
        one.email,
        frozenset(row.role for row in rows if row.role is not None),
        one.locale,
    )


_T = SessionRow.__table__.c
_BY_TOKEN = with_owner(
    SessionRow, _T.id, _T.seen_at, _T.strong_at, _T.two_factor, _T.acting_for, _T.revoked_at, _T.expires_at
)


def find(session: Session | Connection, token: str, now: datetime) -> tuple[OpenSession, Owner] | None:
    """The live session of a token with its owner, or None: ended, idle too long, or the account may not sign in."""
    rows = session.execute(_BY_TOKEN, {"hash": fingerprint(token)}).all()
    owner = owner_of(rows)
    if owner is None:
        return None
    row = rows[0]
    idle = STAFF_IDLE if owner.roles & OFFICE_ROLES else IDLE
    if row.revoked_at is not None or row.expires_at <= now or row.seen_at + idle <= now:
        return None
    return OpenSession(row.id, row.seen_at, row.strong_at, row.two_factor, row.acting_for), owner


def needs_touch(row: OpenSession, now: datetime) -> bool:
    """Whether the session's last use is old enough to be written anew."""
    return now - row.seen_at >= SEEN_EVERY


def touch(session: Session, row_id: int, now: datetime) -> None:
    """Note that the session was used; one that ended meanwhile stays ended."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.id == row_id, SessionRow.revoked_at.is_(None), SessionRow.seen_at < now)
        .values(seen_at=now)
    )


def confirm(session: Session, row_id: int, now: datetime, *, two_factor: bool) -> None:
    """The person proved again who they are (step-up); a session that knew a second factor keeps knowing it."""
    values: dict[str, object] = {"strong_at": now}
    if two_factor:
        values["two_factor"] = True
    session.execute(update(SessionRow).where(SessionRow.id == row_id, SessionRow.revoked_at.is_(None)).values(**values))


def factor_given_up(session: Session, row_id: int) -> None:
    """The session rests on no second factor any more."""
    session.execute(update(SessionRow).where(SessionRow.id == row_id).values(two_factor=False))


def act_for(session: Session, row_id: int, hat: str | None) -> None:
    """Choose for whom the person acts from now on: ``party/12``, ``judge``, or nobody in particular."""
    session.execute(update(SessionRow).where(SessionRow.id == row_id).values(acting_for=hat))


def live(session: Session, account_id: int, now: datetime) -> Sequence[SessionRow]:
    """The account's signed-in devices, last used first."""
    return session.scalars(
        select(SessionRow)
        .where(
            SessionRow.account_id == account_id,
            SessionRow.revoked_at.is_(None),
            SessionRow.expires_at > now,
            SessionRow.seen_at > now - IDLE,
        )
        .order_by(SessionRow.seen_at.desc(), SessionRow.id.desc())
    ).all()


def revoke(session: Session, account_id: int, row_id: int, now: datetime) -> bool:
    """End one of the account's own sessions; False when it has no such one."""
    result = session.execute(
        update(SessionRow)
        .where(SessionRow.id == row_id, SessionRow.account_id == account_id, SessionRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return getattr(result, "rowcount", 0) == 1


def revoke_everywhere(
    session: Session, account_id: int, now: datetime, *, but: int | None = None, weak_only: bool = False
) -> int:
    """End every session of the account, or every other one, or those without a second factor; gives their number."""
    ending = update(SessionRow).where(SessionRow.account_id == account_id, SessionRow.revoked_at.is_(None))
    if weak_only:
        ending = ending.where(SessionRow.two_factor.is_(False))
    if but is not None:
        ending = ending.where(SessionRow.id != but)
    return int(getattr(session.execute(ending.values(revoked_at=now)), "rowcount", 0))


def end_presented(session: Session, token: str, now: datetime) -> None:
    """End the session of a token that a device still carries when it signs in anew or out."""
    session.execute(
        update(SessionRow)
        .where(SessionRow.token_hash == fingerprint(token), SessionRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def is_first_time(session: Session, account: Account, now: datetime) -> bool:
    """Whether the account comes in for the first time: it was opened no longer ago than ended sessions are kept, and has had none.
    Of an older one without any nobody can tell: they were forgotten.
    """
    opened_at = account.confirmed_at or account.created_at
    return (
        now - opened_at < KEPT
        and session.scalar(select(SessionRow.id).where(SessionRow.account_id == account.id).limit(1)) is None
    )


def sweep(session: Session, now: datetime) -> int:
    """Forget sessions that ended a month ago; gives their number."""
    old = now - KEPT
    result = session.execute(delete(SessionRow).where(or_(SessionRow.expires_at < old, SessionRow.revoked_at < old)))
    return int(getattr(result, "rowcount", 0))


_BROWSERS = (
    ("Edg", "Edge"),
    ("MicroMessenger", "WeChat"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Browser and system in two words, as the person knows them."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    named = " · ".join(part for part in (browser, system) if part)
    return named or re.sub(r"[^\x20-\x7e]", "", user_agent)[:60] or "?"
