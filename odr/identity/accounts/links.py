"""One-time links: a secret sent to an address, of which the court keeps the fingerprint only."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from odr.ground.errors import NotFound
from odr.ground.text import T
from odr.identity.models import LinkPurpose, OneTimeLink
from odr.identity.sign_in.keys import fingerprint, new_token

LIFETIMES = {
    LinkPurpose.CONFIRM_ADDRESS: timedelta(days=3),
    LinkPurpose.RESET_PASSWORD: timedelta(hours=1),
    LinkPurpose.JOIN_CASE: timedelta(days=90),
    LinkPurpose.SIGN_MANDATE: timedelta(days=30),
    LinkPurpose.PASSKEY_CHALLENGE: timedelta(minutes=5),
    LinkPurpose.CONFIRM_FILING: timedelta(days=7),
    LinkPurpose.PROVIDER_STATE: timedelta(minutes=10),
}


def issue(
    session: Session,
    purpose: LinkPurpose,
    now: datetime,
    *,
    account_id: int | None = None,
    subject: str | None = None,
    token: str | None = None,
) -> str:
    """Make a link's secret for an account or a subject (such as ``mandate/<reference>``) and give it; only its hash
    stays.
    """
    secret = token or new_token()
    session.add(
        OneTimeLink(
            token_hash=fingerprint(secret),
            purpose=purpose,
            account_id=account_id,
            subject=subject,
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
    )
    session.flush()
    return secret


def look(session: Session, purpose: LinkPurpose, token: str, now: datetime) -> OneTimeLink:
    """The live link, not used up by looking. Raises NotFound, whatever is wrong with it."""
    link = session.scalar(
        select(OneTimeLink).where(OneTimeLink.token_hash == fingerprint(token), OneTimeLink.purpose == purpose)
    )
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise NotFound(T("This link has been used or is too old. Ask for a new one."))
    return link


def use(session: Session, purpose: LinkPurpose, token: str, now: datetime) -> OneTimeLink:
    """Use the link up; of two at once one succeeds. Raises NotFound."""
    link = look(session, purpose, token, now)
    result = session.execute(
        update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None)).values(used_at=now)
    )
    if getattr(result, "rowcount", 0) != 1:
        raise NotFound(T("This link has been used or is too old. Ask for a new one."))
    return link


def void(
    session: Session, purpose: LinkPurpose, now: datetime, *, account_id: int | None = None, subject: str | None = None
) -> None:
    """End earlier links of one purpose, as when a newer one is sent."""
    owner = OneTimeLink.account_id == account_id if account_id is not None else OneTimeLink.subject == (subject or "")
    session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.purpose == purpose, owner, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
    )


def sweep(session: Session, now: datetime) -> int:
    """Forget links that ended a week ago; gives their number."""
    old = now - timedelta(days=7)
    result = session.execute(delete(OneTimeLink).where(or_(OneTimeLink.expires_at < old, OneTimeLink.used_at < old)))
    return int(getattr(result, "rowcount", 0))
