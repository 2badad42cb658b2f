"""Is every docket whole, and do the rows say what it says? The chain, the receipts, and all that is derived from entries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry
from odr.ground.canonical import canonical, sha256_hex
from odr.notary.models import Receipt
from odr.procedure.audit.receipt_audit import audit_receipts, known_lost_lines
from odr.procedure.audit.row_audit import audit_projections

if TYPE_CHECKING:
    from odr.procedure.court import Court

FIRST = "0" * 64


def audit(court: Court, session: Session) -> list[str]:
    """Every fault of every docket, each naming the case, the entry and what does not hold, seen from the docket and
    from receipts and log, and where the docket is whole, from the rows that repeat it.
    """
    faults: list[str] = []
    for case in session.scalars(select(Case).order_by(Case.id)).yield_per(200):
        # From a docket with a hole nothing can be rebuilt: every row would differ.
        faults += audit_case(session, case) or audit_projections(court, session, case)
    known_lost = known_lost_lines(court.settings.data_dir)
    return faults + audit_receipts(session, known_lost=known_lost, erasures=court.hooks.erasures)


def audit_case(session: Session, case: Case) -> list[str]:
    """Faults of one docket."""
    faults = []
    name = case.number or case.reference
    previous, expected = FIRST, 0
    with_receipts = (
        select(DocketEntry, Receipt)
        .outerjoin(Receipt, Receipt.reference == DocketEntry.receipt)
        .where(DocketEntry.case_id == case.id)
        .order_by(DocketEntry.number)
    )
    for entry, receipt in session.execute(with_receipts.execution_options(yield_per=200)):
        expected += 1
        while entry.number > expected:
            faults.append(f"case {name}: entry {expected} is missing")
            expected += 1
        faults += [f"case {name}: entry {entry.number}: {what}" for what in _entry_faults(entry, receipt, previous)]
        previous = entry.digest
    if case.entry_count != expected:
        faults.append(f"case {name}: the case counts {case.entry_count} entries, the docket holds {expected}")
    elif case.head_digest != previous:
        faults.append(f"case {name}: the case's head is not the digest of entry {expected}")
    return faults


def _digest_in(body: bytes) -> object:
    """The digest a receipt names; None where it can no longer be read."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    return told.get("sha256") if isinstance(told, dict) else None


def _entry_faults(entry: DocketEntry, receipt: Receipt | None, previous: str) -> list[str]:
    faults = []
    payload = entry.payload.encode()
    if sha256_hex(payload) != entry.digest:
        faults.append("its content does not match its digest")
    try:
        content = json.loads(payload)
    except ValueError:
        return [*faults, "its content is not readable"]
    if canonical(content) != payload:
        faults.append("its content is not in canonical form")
    if content.get("previous") != previous:
        faults.append("it does not follow the entry before it")
    if (content.get("number"), content.get("act"), content.get("audience")) != (
        entry.number,
        entry.act,
        entry.audience.value,
    ):
        faults.append("its columns do not say what its content says")
    if receipt is None:
        faults.append("its receipt is missing")
    elif receipt.body is not None and _digest_in(bytes(receipt.body)) != entry.digest:
        faults.append("its receipt is for another content")
    return faults
