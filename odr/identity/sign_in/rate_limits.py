"""Limits on tries, counted in machine time by account and by network address."""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from odr.ground.errors import TooMany
from odr.ground.text import T
from odr.identity.models import Attempt
from odr.identity.sign_in.keys import Keyring


class Counted(enum.Enum):
    """What is counted."""

    SIGN_IN = "sign_in"  # passwords that were wrong, by account and by network address or known device
    SIGN_IN_TO = "sign_in_to"  # wrong passwords for one account from unknown devices, wherever they are
    SIGN_IN_FROM = "sign_in_from"  # wrong passwords from one network address
    CODE = "code"  # wrong one-time codes, by account
    NAMED_BY = "named_by"  # addresses somebody wrote to let their owners in, by account
    LETTER_TO = "letter_to"  # letters with a link to one mailbox
    LETTER_FROM = "letter_from"  # letters caused from one network address
    LINK_FROM = "link_from"  # links and invitation codes that do not exist, from one network address
    PROGRESS_FROM = "progress_from"  # numbers and codes that lead to no case, from one network address
    PROGRESS_NUMBER = "progress_number"  # wrong codes for one case number, wherever they come from
    PROGRESS_CODE = "progress_code"  # wrong numbers for one code, wherever they come from
    GUIDE_FROM = "guide_from"  # questions handed to the registry, or said not to be answered, from one network address
    GUIDE_GAP = "guide_gap"  # one network's askings of one question, or word of one, that the guide did not answer
    LINE_FROM = "line_from"  # messages of one telephone number or network to the text service
    LINE_TOLD = "line_told"  # answers to one telephone number that there were too many messages
    CALLED = "called"  # calls asked for to one telephone number, whoever asks
    KEYPAD_BY = "keypad_by"  # wrong codes typed on one telephone for one case number
    KEYPAD_NUMBER = (
        "keypad_number"  # wrong codes typed on telephones for one case number; a party's own is not stopped by it
    )
    SIMILAR_BY = "similar_by"  # looks at decisions like a claim that is written, by account
    LIST_FROM = "list_from"  # lookups in the list of persons who do not perform, from one network address
    LIST_NAME = "list_name"  # wrong numbers for one name in that list, from one network address
    CHALLENGE_FROM = "challenge_from"  # passkey challenges asked for from one network address


@dataclass(frozen=True)
class Limit:
    """``tries`` within ``span``; the next one is refused."""

    tries: int
    span: timedelta


LIMITS = {
    Counted.SIGN_IN: Limit(10, timedelta(minutes=15)),
    Counted.SIGN_IN_TO: Limit(100, timedelta(minutes=15)),
    Counted.SIGN_IN_FROM: Limit(18, timedelta(minutes=15)),
    Counted.CODE: Limit(6, timedelta(minutes=15)),
    Counted.NAMED_BY: Limit(18, timedelta(hours=1)),
    Counted.LETTER_TO: Limit(5, timedelta(hours=1)),
    Counted.LETTER_FROM: Limit(18, timedelta(hours=1)),
    Counted.LINK_FROM: Limit(18, timedelta(minutes=15)),
    Counted.PROGRESS_FROM: Limit(5, timedelta(minutes=10)),
    Counted.PROGRESS_NUMBER: Limit(30, timedelta(minutes=10)),
    Counted.PROGRESS_CODE: Limit(30, timedelta(minutes=10)),
    Counted.GUIDE_FROM: Limit(12, timedelta(hours=1)),
    Counted.GUIDE_GAP: Limit(1, timedelta(days=1)),
    Counted.LINE_FROM: Limit(30, timedelta(hours=1)),
    Counted.LINE_TOLD: Limit(1, timedelta(hours=1)),
    Counted.CALLED: Limit(3, timedelta(days=1)),
    Counted.KEYPAD_BY: Limit(6, timedelta(hours=1)),
    Counted.KEYPAD_NUMBER: Limit(30, timedelta(hours=1)),
    Counted.SIMILAR_BY: Limit(30, timedelta(minutes=10)),
    Counted.LIST_FROM: Limit(30, timedelta(minutes=10)),
    Counted.LIST_NAME: Limit(10, timedelta(hours=1)),
    Counted.CHALLENGE_FROM: Limit(60, timedelta(minutes=15)),
}


def network(address: str) -> str:
    """The address as it is counted: one IPv4 address, or an IPv6 network of 64 bits, which one subscriber has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def check(session: Session, keyring: Keyring, counted: Counted, subject: str, now: datetime) -> None:
    """Raise TooMany where the limit is reached, counting nothing: for tries of which only the failed ones count."""
    if _used(session, keyring.mac("limits", f"{counted.value}/{subject}"), counted, now) >= LIMITS[counted].tries:
        raise _too_many(counted)


def _used(session: Session, hidden: str, counted: Counted, now: datetime) -> int:
    query = select(func.count()).select_from(Attempt).where(Attempt.kind == counted.value, Attempt.subject == hidden)
    return session.scalar(query.where(Attempt.at > now - LIMITS[counted].span)) or 0


def _too_many(counted: Counted) -> TooMany:
    minutes = int(LIMITS[counted].span.total_seconds() // 60)
    if counted is Counted.SIMILAR_BY:
        return TooMany(
            T("You have looked very often. This waits %(minutes)s minutes.", minutes=minutes),
            T("What you wrote is kept; you can go on with it meanwhile."),
        )
    return TooMany(
        T("There were too many tries. For your safety this waits %(minutes)s minutes.", minutes=minutes),
        T("Wait, then try again. With a passkey, or a new password by e-mail, you come in at once."),
    )


def take(session: Session, keyring: Keyring, counted: Counted, subject: str, now: datetime) -> int:
    """Count a try before it is made and give its number, for :func:`give_back`.

    The count and the new row are one step, so that many tries at once are still
    counted one by one. Raises TooMany when the limit is reached.
    """
    hidden = keyring.mac("limits", f"{counted.value}/{subject}")
    _queue(session, hidden)
    if _used(session, hidden, counted, now) >= LIMITS[counted].tries:
        raise _too_many(counted)
    attempt = Attempt(kind=counted.value, subject=hidden, at=now)
    session.add(attempt)
    session.flush()
    return attempt.id


def give_back(session: Session, *attempts: int) -> None:
    """A try that succeeded does not count."""
    session.execute(delete(Attempt).where(Attempt.id.in_(attempts)))


def sweep(session: Session, now: datetime) -> int:
    """Forget tries that no limit looks at any more; gives their number."""
    longest = max(limit.span for limit in LIMITS.values())
    result = session.execute(delete(Attempt).where(Attempt.at < now - longest))
    return int(getattr(result, "rowcount", 0))


def _queue(session: Session, hidden: str) -> None:
    """On PostgreSQL tries of one subject wait for each other; SQLite's writers queue anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": int(hidden[:15], 16)})
