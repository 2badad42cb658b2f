"""Finding the files behind the receipts of docket entries, papers and rules put in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import DocketEntry, Document
from odr.notary.rehash.rounds import Holding
from odr.procedure.rules.models import LaidVersion

if TYPE_CHECKING:
    from odr.procedure.court import Court


def in_row(source: str, data: bytes) -> Holding:
    """A file that lies in a row."""
    return Holding(source, lambda: iter((data,)))


def holdings(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """Entries, papers and records of rules with these receipts."""
    found: dict[str, Holding] = {}
    entries = select(DocketEntry.id, DocketEntry.receipt, DocketEntry.payload).where(
        DocketEntry.receipt.in_(references)
    )
    for number, receipt, payload in session.execute(entries):
        found[receipt] = in_row(f"entry {number}", payload.encode())
    papers = select(Document.id, Document.receipt, Document.content).where(Document.receipt.in_(references))
    for number, paper, content in session.execute(papers):
        found[paper or ""] = in_row(f"document {number}", bytes(content))
    rules = select(LaidVersion.id, LaidVersion.receipt, LaidVersion.record).where(
        LaidVersion.receipt.in_(references), LaidVersion.record.is_not(None)
    )
    for number, version, record in session.execute(rules):
        found[version or ""] = in_row(f"rules {number}", (record or "").encode())
    return found


def all_holdings(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """What every room keeps for these receipts."""
    found: dict[str, Holding] = {}
    for room in court.hooks.holdings:
        found.update(room(court, session, references))
    return found
