"""A lot that anybody can draw again: its seed is the root of the first signed head over a record that stood in the log before."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.note import parse_note
from odr.notary.models import LogCheckpoint, LogEntry, Receipt


def lot(seed: str, what: str) -> str:
    """The lot of what is drawn: the SHA-256 of the seed and its name, in hexadecimal, with a line feed between."""
    return hashlib.sha256(f"{seed}\n{what}".encode()).hexdigest()


def first_head_over(session: Session, receipt: str) -> tuple[str, int] | None:
    """Root and size of the first signed head over the record with this receipt; None until there is one.

    The first at all, whether a witness saw it or not yet: of several, nobody chooses by when they draw.
    """
    entry = session.scalar(
        select(LogEntry).join(Receipt, Receipt.entry_id == LogEntry.id).where(Receipt.reference == receipt)
    )
    if entry is None or entry.log_id is None or entry.log_index is None:
        return None
    signed = session.scalar(
        select(LogCheckpoint)
        .where(LogCheckpoint.log_id == entry.log_id, LogCheckpoint.size > entry.log_index)
        .order_by(LogCheckpoint.size)
        .limit(1)
    )
    if signed is None:
        return None
    head = Checkpoint.parse(parse_note(signed.note).text)
    return head.root.hex(), head.size


def note_over(session: Session, receipt: str) -> bytes | None:
    """The signed note of that head, as the court signed it."""
    return session.scalar(
        select(LogCheckpoint.note)
        .join(LogEntry, LogEntry.log_id == LogCheckpoint.log_id)
        .join(Receipt, Receipt.entry_id == LogEntry.id)
        .where(Receipt.reference == receipt, LogCheckpoint.size > LogEntry.log_index)
        .order_by(LogCheckpoint.size)
        .limit(1)
    )
