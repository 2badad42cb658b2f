"""One-time secrets, most of them sent to an address, of which the court keeps the fingerprint only.

A message of the court has no link that anybody could get used to following. What goes by mail is a code to type:
twenty letters and digits of five bits (100 bits), in groups of four, ``K7M2-9XQD-4V3T-HH2P-8QWE``.
"""

from __future__ import annotations

import secrets
import unicodedata
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
    LinkPurpose.CONFIRM_SEARCH: timedelta(days=3),
    LinkPurpose.STOP_SEARCH: timedelta(days=3650),
}

PAGES = {
    LinkPurpose.CONFIRM_ADDRESS: "/account/confirm-address/",
    LinkPurpose.RESET_PASSWORD: "/account/reset/",
    LinkPurpose.SIGN_MANDATE: "/account/mandate/",
    LinkPurpose.CONFIRM_FILING: "/confirm/",
    LinkPurpose.CONFIRM_SEARCH: "/decisions/saved/",
    LinkPurpose.STOP_SEARCH: "/decisions/saved/stop/",
}
"""What is sent as a code to type → the page that the code opens, which has it as the end of its address."""
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, O, 1 or I: they are read for each other."""
CODE_LETTERS = 20


def new_code() -> str:
    """A code of 100 random bits, grouped so that it can be read and typed."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
    return "-".join(letters[i : i + 4] for i in range(0, CODE_LETTERS, 4))


def typed_code(typed: str) -> str | None:
    """The code as it was sent, from whatever a person typed: case, spaces, dashes and wide letters are forgiven. None for
    what has another length or other letters, such as the code of a letter in a case.
    """
    letters = "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())
    if len(letters) != CODE_LETTERS or set(letters) - set(ALPHABET):
        return None
    return "-".join(letters[i : i + 4] for i in range(0, CODE_LETTERS, 4))


def page_behind(session: Session, typed: str, now: datetime) -> str | None:
    """The address of the page that a mailed code opens; None for a code that is none, was used, or is too old. Looking
    uses nothing up.
    """
    code = typed_code(typed)
    found = code and session.scalar(select(OneTimeLink).where(OneTimeLink.token_hash == fingerprint(code)))
    if not found or found.purpose not in PAGES or found.used_at is not None or found.expires_at <= now:
        return None
    return f"{PAGES[found.purpose]}{code}"


def issue(
    session: Session,
    purpose: LinkPurpose,
    now: datetime,
    *,
    account_id: int | None = None,
    subject: str | None = None,
    token: str | None = None,
) -> str:
    """Make a secret for an account or a subject (such as ``mandate/<reference>``) and give it, as a code where it goes by
    mail; only its hash stays.
    """
    secret = token or (new_code() if purpose in PAGES else new_token())
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
        raise NotFound(T("This code or link has been used or is too old. Ask for a new one."))
    return link


def use(session: Session, purpose: LinkPurpose, token: str, now: datetime) -> OneTimeLink:
    """Use the link up; of two at once one succeeds. Raises NotFound."""
    link = look(session, purpose, token, now)
    result = session.execute(
        update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None)).values(used_at=now)
    )
    if getattr(result, "rowcount", 0) != 1:
        raise NotFound(T("This code or link has been used or is too old. Ask for a new one."))
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
