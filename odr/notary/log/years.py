"""Opening and closing logs: each year, on rotation of the key, or because a log cannot go on."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from odr.notary.log.log_rows import latest_checkpoint, tree_size
from odr.notary.log.note import Note, NoteKey, SignatureLine, SignatureType
from odr.notary.log.receipts import instant
from odr.notary.log.signer import log_key
from odr.notary.log.strict import b64
from odr.notary.models import KeyState, KeyUse, Log, LogEntry, Receipt, SigningKey
from odr.notary.vault import CLOSING, KeyKind, Vault


class Closing(enum.Enum):
    """Why a log is closed."""

    YEAR = "year"
    """A new year has a new log."""
    ROTATION = "rotation"
    """Its key is replaced."""
    BREACH = "breach"
    """The database lost entries that had been signed for, and they could not be recovered."""


def next_name(session: Session, now: datetime) -> str:
    """``2026``, and ``2026-2`` for a second log in the same year."""
    taken = set(session.execute(select(Log.id)).scalars())
    name, number = f"{now:%Y}", 2
    while name in taken:
        name, number = f"{now:%Y}-{number}", number + 1
    return name


def key_of(vault: Vault, origin: str, name: str) -> NoteKey:
    """The verifier key of the log of this name, made if it is new."""
    return NoteKey(f"{origin}/{name}", SignatureType.ED25519, vault.create_key(f"log-{name}", KeyKind.ED25519))


def open_successor(session: Session, vault: Vault, origin: str, name: str, now: datetime) -> Log:
    """Open a log under its own address with its own key."""
    key = key_of(vault, origin, name)
    signing = SigningKey(
        id=f"log-{name}",
        use=KeyUse.LOG,
        public=key.public,
        certificate=None,
        not_before=now,
        not_after=None,
        state=KeyState.ACTIVE,
    )
    log = Log(id=name, origin=key.name, key=signing, opened_at=now, closed_at=None, closing_note=None)
    session.add(log)
    session.flush()
    return log


def is_breach(log: Log) -> bool:
    """Whether the court itself has said, in the closing statement, that this log could not go on."""
    return log.closing_note is not None and f"\nreason {Closing.BREACH.value}\n".encode() in bytes(log.closing_note)


def closing_statement(
    session: Session, vault: Vault, log: Log, successor: NoteKey, reason: Closing, now: datetime
) -> str:
    """What the old key signs last: the tree it ends with, the largest it ever signed, and the key that follows."""
    remembered = vault.remembered(log.key_id)
    lines = [
        log.origin,
        f"closed {instant(now)}",
        f"reason {reason.value}",
        f"stored {tree_size(session, log.id)}",
        f"signed {remembered.size} {b64(remembered.root)}",
        f"successor {successor.vkey}",
    ]
    return CLOSING + "\n".join(lines) + "\n"


def close(session: Session, vault: Vault, log: Log, origin: str, reason: Closing, now: datetime) -> Log:
    """Freeze the log's key with a signed statement and open the successor it names.

    A log closed halfway (the process died after the vault froze the key) is closed
    with the statement of that time. Entries no checkpoint covers are entered again in the successor.
    """
    candidate = key_of(vault, origin, next_name(session, now))
    statement, signature = vault.freeze(log.key_id, closing_statement(session, vault, log, candidate, reason, now))
    successor = NoteKey.parse(statement.rstrip("\n").rsplit("\nsuccessor ", 1)[1])
    log.closing_note = Note(statement, (SignatureLine(log.origin, log_key(log).id, signature),)).encode()
    log.closed_at = now
    log.key.state, log.key.not_after = KeyState.FROZEN, now
    _enter_again(session, log)
    return open_successor(session, vault, origin, successor.name.rsplit("/", 1)[1], now)


def _enter_again(session: Session, log: Log) -> None:
    last = latest_checkpoint(session, log.id)
    covered = last.size if last else 0
    stranded = session.execute(
        select(LogEntry.id, LogEntry.leaf)
        .where(LogEntry.log_id == log.id, LogEntry.log_index >= covered)
        .order_by(LogEntry.log_index)
    ).all()
    for old, leaf in stranded:
        new = session.execute(insert(LogEntry).values(leaf=leaf).returning(LogEntry.id)).scalar_one()
        session.execute(
            update(Receipt)
            .where(Receipt.entry_id == old)
            .values(entry_id=new)
            .execution_options(synchronize_session=False)
        )
