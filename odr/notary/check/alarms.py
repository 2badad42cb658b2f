"""What keeps the log from proving what the court acknowledges: told by log, metrics, check-up and readiness alike."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.notary.log.log_rows import latest_checkpoint, open_log
from odr.notary.models import COURT, Log, LogCheckpoint, LogEntry, Receipt, TimestampToken

if TYPE_CHECKING:
    from odr.notary.notary import Notary

PATIENCE = timedelta(minutes=15)
"""How long an acknowledged entry may wait for its signature, and a tree head for its time token."""


class Kind(enum.Enum):
    """What is wrong."""

    CLOCK_SET = "clock_set"
    """The machine's clock was set by hand: no time token is given, and entries say so."""
    KEY_HELD_BACK = "key_held_back"
    """The log's key came out of a backup: nothing is signed."""
    UNSIGNED = "unsigned"
    """Acknowledged entries stand under no signed tree head."""
    UNSTAMPED = "unstamped"
    """Tree heads bear no time token of the court's own authority."""


MENDS = {
    Kind.CLOCK_SET: "set the clock by NTP; once it is right, or if it is right now: `flask log clock --by … --why …`",
    Kind.KEY_HELD_BACK: "`flask log close --breach`, or restore with --nothing-signed-since if that is so",
    Kind.UNSIGNED: "see whether the vault answers and the worker runs; `flask log audit` names damaged tiles",
    Kind.UNSTAMPED: "the clock stood wrong, or the time key is missing: see the other lines, and the worker's log",
}


@dataclass(frozen=True)
class Alarm:
    """One thing that is wrong, since when, in a keeper's words."""

    kind: Kind
    since: datetime | None
    words: str

    @property
    def mend(self) -> str:
        """How it is mended."""
        return MENDS[self.kind]


def alarms(notary: Notary, session: Session) -> list[Alarm]:
    """Everything that stands in the way of a proof now. Raises OSError or VaultRefused where the vault cannot be asked."""
    log = open_log(session)
    return [*_of_the_clock(notary), *(_of_the_log(notary, session, log) if log is not None else ())]


def _of_the_clock(notary: Notary) -> Iterator[Alarm]:
    leap = notary.clock.was_set()
    if leap:
        way = "forward" if leap > timedelta() else "back"
        yield Alarm(
            Kind.CLOCK_SET, None, f"the machine's clock was set {way} by {abs(leap)} and nobody has answered for it"
        )


def _of_the_log(notary: Notary, session: Session, log: Log) -> Iterator[Alarm]:
    now = notary.clock.machine_now()
    if log.key_id in notary.vault.held_back():
        yield Alarm(Kind.KEY_HELD_BACK, None, f"the key of {log.origin} came out of a backup and signs nothing")
    unsigned = unsigned_since(session, log)
    if unsigned is not None and now - unsigned > PATIENCE:
        yield Alarm(
            Kind.UNSIGNED, unsigned, f"entries received since {unsigned:%F %T} UTC stand under no signed tree head"
        )
    unstamped = unstamped_since(session, log)
    if unstamped is not None and now - unstamped > PATIENCE:
        yield Alarm(
            Kind.UNSTAMPED, unstamped, f"tree heads since {unstamped:%F %T} UTC bear no time token of this court"
        )


def unsigned_since(session: Session, log: Log) -> datetime | None:
    """When the oldest entry was received that no signed tree head holds; None where there is none."""
    head = latest_checkpoint(session, log.id)
    size = head.size if head is not None else 0
    beyond = select(LogEntry.id).where(LogEntry.log_id == log.id, LogEntry.log_index >= size)
    waiting = select(LogEntry.id).where(LogEntry.log_index.is_(None))
    for query in (beyond.order_by(LogEntry.log_index), waiting.order_by(LogEntry.id)):
        oldest = session.scalar(query.limit(1))
        body = session.scalar(select(Receipt.body).where(Receipt.entry_id == oldest)) if oldest is not None else None
        if body is not None:
            return datetime.fromisoformat(json.loads(body)["logged_at"])
    return None


def unstamped_since(session: Session, log: Log) -> datetime | None:
    """When the first tree head after the last stamped one was signed; None where the newest is stamped."""
    stamped = select(func.max(TimestampToken.size)).where(
        TimestampToken.log_id == log.id, TimestampToken.provider == COURT
    )
    last = session.scalar(stamped)
    lacking = select(LogCheckpoint.signed_at).where(
        LogCheckpoint.log_id == log.id, LogCheckpoint.size > (-1 if last is None else last)
    )
    return session.scalar(lacking.order_by(LogCheckpoint.size).limit(1))
