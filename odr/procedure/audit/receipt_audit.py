"""The audit from the other end: whatever the court has receipted must still be on the docket, and whatever is in the
log must have its receipt.

Who owns the database can take down triggers, take an entry out and set counters back; the docket alone then looks
whole. Its receipt and its line in the log say otherwise, and the parties hold copies of both.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Document
from odr.ground.canonical import sha256_hex
from odr.notary.models import Log, LogCheckpoint, LogEntry, Receipt
from odr.procedure.audit.entry_receipts import place_of
from odr.procedure.hooks import Erasures

BATCH = 2048
LOST_FOLDER = "lost"
"""In the court's data folder: lines whose acts a restore has lost, one JSON list for each restore."""


def audit_receipts(
    session: Session, *, known_lost: Collection[str] = (), erasures: Iterable[Erasures] = ()
) -> list[str]:
    """Every receipt of an entry or paper that nothing on a docket answers, and every line of the log without a receipt.

    ``known_lost`` are lines that a restore has lost, see :func:`known_lost_lines`; ``erasures`` tell what was
    erased by a rule, which is no fault.
    """
    return [
        *_of_docket(session),
        *_papers(session),
        *_papers_without_row(session),
        *_erased(session, list(erasures)),
        *_lines_without_receipt(session, known_lost),
    ]


@dataclass(frozen=True)
class Named:
    """The entry that a receipt names."""

    case: str
    number: int
    sha256: str
    document: str | None
    """The paper it is a receipt of; None for the receipt of the entry itself."""
    received_at: str


def named_entry(told: Any) -> Named | None:
    """The entry a receipt's content names, itself or for a paper it made; None for receipts of files of no entry."""
    if not isinstance(told, dict):
        return None
    case, number, document = told.get("case"), told.get("entry"), told.get("document")
    if not isinstance(case, str) or not isinstance(number, int):
        return None
    return Named(
        case,
        number,
        str(told.get("sha256")),
        document if isinstance(document, str) else None,
        str(told.get("received_at")),
    )


def what_is_gone(session: Session, named: Named) -> str | None:
    """What a receipt names and the docket no longer has: which case, which entry or paper, and when it was received;
    None where all is there.
    """
    here = (Case.reference == named.case, DocketEntry.number == named.number)
    entry = session.scalar(select(DocketEntry.digest).join(Case, Case.id == DocketEntry.case_id).where(*here))
    if entry is None:
        return f"{_words(session, named)} is gone from the docket"
    if named.document is None:
        return (
            None
            if entry == named.sha256
            else f"{_words(session, named)} is gone from the docket: another entry bears its number"
        )
    paper = (
        select(Document.id)
        .join(Case, Case.id == Document.case_id)
        .where(Document.reference == named.document, Case.reference == named.case)
    )
    return (
        None
        if session.scalar(paper) is not None
        else f"{_words(session, named)} is on the docket, but its paper {named.document} is gone"
    )


def known_lost_lines(data_dir: Path) -> list[str]:
    """Lines of the log whose acts were lost by a restore, as the restore wrote them down."""
    return [
        line["leaf"]
        for path in sorted((data_dir / LOST_FOLDER).glob("*.json"))
        for line in json.loads(path.read_text())
    ]


def _words(session: Session, named: Named) -> str:
    number = session.scalar(select(Case.number).where(Case.reference == named.case))
    return f"case {number or named.case}: entry {named.number}, received {named.received_at},"


_BODIES = (
    select(
        Receipt.reference,
        Receipt.docket_place,
        Receipt.body,
        DocketEntry.number,
        DocketEntry.digest,
        Case.reference.label("case"),
    )
    .outerjoin(DocketEntry, DocketEntry.receipt == Receipt.reference)
    .outerjoin(Case, Case.id == DocketEntry.case_id)
    .where(Receipt.body.is_not(None))
)


def _of_docket(session: Session) -> Iterator[str]:
    """Each receipt of an entry is that of exactly one entry, with its number and digest; each of a paper has its entry
    and its paper.
    """
    for row in session.execute(_BODIES.execution_options(yield_per=BATCH)):
        body = bytes(row.body)
        named = _read(body) if b'"entry":' in body else None
        if named is None:
            continue
        gone = None
        if named.document is not None:
            gone = what_is_gone(session, named)
        elif (row.case, row.number, row.digest) != (named.case, named.number, named.sha256):
            gone = what_is_gone(session, named) or f"{_words(session, named)} stands on the docket with another receipt"
        elif row.docket_place != place_of(named.case, named.number):
            gone = f"{_words(session, named)} has a receipt that keeps another place, {row.docket_place}"
        if gone is not None:
            yield f"{gone}: receipt {row.reference}"


def _papers(session: Session) -> Iterator[str]:
    """Each paper of the court is, byte for byte, what its receipt in the log says; one without a receipt is none."""
    query = (
        select(Document.reference, Document.kind, Document.content, Document.sha256, Receipt.body)
        .outerjoin(Receipt, Receipt.reference == Document.receipt)
        .where(Document.sha256 != "")
        .order_by(Document.id)
    )
    for row in session.execute(query.execution_options(yield_per=64)):
        digest = sha256_hex(bytes(row.content))
        told = _json(bytes(row.body)) if row.body is not None else None
        if digest != row.sha256:
            yield f"paper {row.reference} ({row.kind}) is not what its digest says"
        elif told is None:
            yield f"paper {row.reference} ({row.kind}) has no receipt"
        elif told.get("sha256") != digest:
            yield f"paper {row.reference} ({row.kind}) is not what its receipt says"


def _papers_without_row(session: Session) -> Iterator[str]:
    """A paper the court receipted for itself, proof of service, record or receipt of a payment, is still kept."""
    kept = set(session.scalars(select(Document.receipt).where(Document.receipt.is_not(None))))
    query = select(Receipt.reference, Receipt.body).where(Receipt.body.is_not(None))
    for row in session.execute(query.execution_options(yield_per=BATCH)):
        if row.reference in kept:
            continue
        body = bytes(row.body)
        told = _json(body) if b'"submitted_by":"court"' in body else None
        if told is not None and "entry" not in told and "compilation" not in told:
            yield f"a paper of case {told.get('case')}, receipted on {told.get('received_at')}, is gone: receipt {row.reference}"


def _json(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body)
    except ValueError:
        return None  # the audit of the log names a receipt that is not what its leaf says
    return told if isinstance(told, dict) else None


def _read(body: bytes) -> Named | None:
    try:
        return named_entry(json.loads(body))
    except ValueError:
        return None  # the audit of the log names a receipt that is not what its leaf says


def _erased(session: Session, erasures: list[Erasures]) -> Iterator[str]:
    """A receipt is erased with its file, by a rule. That of an entry never is."""
    query = select(Receipt.reference, Receipt.docket_place).where(Receipt.body.is_(None)).order_by(Receipt.reference)
    for batch in session.execute(query.execution_options(yield_per=BATCH)).partitions():
        by_rule = {reference for told in erasures for reference in told(session, [reference for reference, _ in batch])}
        for reference, place in batch:
            if place is not None:
                yield f"receipt {reference} of entry {place} was erased: the receipt of an entry never is"
            elif erasures and reference not in by_rule:
                yield f"receipt {reference} was erased, and nothing says by which rule"


def _lines_without_receipt(session: Session, known_lost: Collection[str]) -> Iterator[str]:
    """So many lines have no receipt as receipts were erased by a rule; which is whose, nobody can tell, so they are
    counted.
    """
    covered = (
        select(func.coalesce(func.max(LogCheckpoint.size), 0))
        .where(LogCheckpoint.log_id == LogEntry.log_id)
        .correlate(LogEntry)
        .scalar_subquery()
    )
    # What no checkpoint of a closed log covers was entered again in its successor, and its receipt went with it.
    again = Log.closed_at.is_not(None) & (LogEntry.log_index >= covered)
    query = (
        select(LogEntry.leaf)
        .outerjoin(Receipt, Receipt.entry_id == LogEntry.id)
        .outerjoin(Log, Log.id == LogEntry.log_id)
        .where(Receipt.reference.is_(None), Log.id.is_(None) | ~again)
    )
    lost = Counter(known_lost)
    lines = 0
    for (leaf,) in session.execute(query.execution_options(yield_per=BATCH)):
        line = bytes(leaf).decode("utf-8", "replace").strip()
        lines += not lost[line]
        lost[line] -= lost[line] > 0
    erased = session.scalar(select(func.count()).select_from(Receipt).where(Receipt.body.is_(None))) or 0
    if lines > erased:
        yield f"{lines} lines of the log have no receipt, {erased} receipts were erased: {lines - erased} receipts are gone"
