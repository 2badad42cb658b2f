"""Letters about accounts on their way: kept, sealed, until a mail server has taken them or refused them for good.

The request that causes a letter only keeps it, so that its answer takes as long whether there is a mailbox or not; it
leaves right after, or in the worker's next round. A letter holds a link that opens an account: the database keeps it
sealed, and only until it has left.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.ground.background import each_alone
from odr.ground.clock import Clock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.ground.memory.built_once import built_once
from odr.ground.silence import outward
from odr.identity.accounts.account_letters import Letter, MailPort
from odr.identity.models import AccountLetter
from odr.identity.sign_in.keys import Keyring, keyring

log = logging.getLogger("odr.identity")
PURPOSE = "account letter"
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30))
"""After which a letter is tried again; its link lasts an hour."""
AT_ONCE = 50
"""Letters of one round."""
KEPT = timedelta(days=30)
"""How long a line about a letter stays."""


class House(Protocol):
    """What letters need of a court."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def ports(self) -> Any: ...
    def beside(self, step: Callable[[Any], object]) -> None:
        """Have a step done right after the request."""
        ...


def keep(session: Session, ring: Keyring, letters: Iterable[Letter], now: datetime) -> None:
    """Put letters on their way. One to nobody is kept like any other and goes nowhere."""
    for letter in letters:
        words = json.dumps([letter.to, letter.subject.render(letter.locale), letter.text, letter.locale])
        session.add(AccountLetter(sealed=ring.seal(PURPOSE, words), written_at=now, try_at=now))


def write(court: House, session: Session, letters: Iterable[Letter]) -> None:
    """Put letters on their way in the transaction that makes what they tell of: neither is there without the other, whenever the
    process ends. Call :func:`send_soon` once it is committed.
    """
    keep(session, keyring(court.settings.secret_key), letters, court.clock.machine_now())


def send_soon(court: House) -> None:
    """Have what was written leave beside the request, which waits for no mail server; else the worker sends it. One that reaches nobody
    is an operator's matter and tells the caller nothing.
    """
    court.beside(send_letters)


def post(court: House, letters: Iterable[Letter]) -> None:
    """Put letters on their way that tell of nothing the court has written."""
    written = list(letters)
    if not written:
        return
    with court.database.write() as session:
        write(court, session, written)
    send_soon(court)


@outward
def send_letters(court: House) -> int:
    """Send what waits; gives the number of letters that are done with, sent or refused for good."""
    ring, now = keyring(court.settings.secret_key), court.clock.machine_now()
    with court.database.read() as session:
        waiting = session.scalars(
            built_once(
                lambda: (
                    select(AccountLetter.id)
                    .where(AccountLetter.sealed.is_not(None), AccountLetter.try_at <= now)
                    .order_by(AccountLetter.try_at, AccountLetter.id)
                    .limit(AT_ONCE)
                )
            )
        ).all()
    return each_alone(
        waiting,
        lambda number: _send(court.database, ring, court.ports.mail, number, now),
        "a letter about an account could not be sent",
    )


def _send(database: Database, ring: Keyring, port: MailPort, number: int, now: datetime) -> bool:
    with database.write() as session:
        row = session.get_one(AccountLetter, number, with_for_update=True)
        if row.sealed is None or row.try_at > now:
            return False  # somebody else has it
        pause = PAUSES[row.tries] if row.tries < len(PAUSES) else None
        row.tries += 1
        row.try_at = now + (pause or PAUSES[-1])
        words = ring.unseal(PURPOSE, row.sealed)
    refused = _hand_over(port, words)
    with database.write() as session:
        row = session.get_one(AccountLetter, number)
        row.said = refused[:200] if refused else None
        if refused is None:
            row.sealed, row.sent_at = None, now
        elif pause is None:
            row.sealed, row.failed_at = None, now
            log.warning("letter %d about an account reached no mailbox after %d tries", row.id, row.tries)
    return row.sealed is None


def _hand_over(port: MailPort, words: str | None) -> str | None:
    """What the other side said against it; None where it was taken, or was to nobody."""
    if words is None:
        return "sealed under another secret"
    to, subject, text, locale = json.loads(words)
    if not to:
        return None
    try:
        return port.send(to, subject, text, None, locale)
    except Exception as error:
        log.exception("a letter about an account could not be handed over")
        return type(error).__name__


def sweep(session: Session, now: datetime) -> int:
    """Forget letters that left or failed a month ago; gives their number."""
    over = delete(AccountLetter).where(AccountLetter.sealed.is_(None), AccountLetter.written_at < now - KEPT)
    return int(getattr(session.execute(over), "rowcount", 0))
