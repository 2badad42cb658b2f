"""Whether the register's rows say what its anchored records say; and the records behind the log's receipts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.canonical import canonical, sha256_hex
from odr.notary.rehash.rounds import Holding
from odr.procedure.receipt_files import in_row
from odr.register.publication import ledger
from odr.register.publication.check_register import Wrong, replay
from odr.register.publication.models import Publication, PublicationVersion, PublishedText, RegisterRecord

if TYPE_CHECKING:
    from odr.procedure.court import Court


def records_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """The records of the ledger with these receipts."""
    rows = session.execute(
        select(RegisterRecord.number, RegisterRecord.receipt, RegisterRecord.body).where(
            RegisterRecord.receipt.in_(references)
        )
    )
    return {receipt: in_row(f"register record {number}", body.encode()) for number, receipt, body in rows}


def audit_case_publications(court: Court, session: Session, case: Case) -> Iterator[str]:
    """Decisions of a case whose row, versions or published words are not what their anchored records say."""
    rows = session.scalars(select(Publication).where(Publication.case_id == case.id)).all()
    for row in rows:
        records = session.scalars(
            select(RegisterRecord).where(RegisterRecord.publication_id == row.id).order_by(RegisterRecord.number)
        ).all()
        bodies = [json.loads(each.body) for each in records]
        if not bodies or bodies[0]["event"] != ledger.NUMBERED:
            yield f"ledger number {row.number}: it was never entered"
            continue
        # A case has some of the numbers: here each counts as the first, the chain as a whole is checked elsewhere.
        try:
            (line,) = replay([{**body, "decision": 1} for body in bodies]).values()
        except Wrong as wrong:
            yield f"ledger number {row.number}: {wrong}"
            continue
        if not ledger.agrees(row, line):
            yield f"ledger number {row.number}: its row is {row.state.value}, its records say {line.state}"
        yield from _versions(session, row, line.versions)


def _versions(session: Session, row: Publication, told: Mapping[int, str]) -> Iterator[str]:
    versions = session.scalars(select(PublicationVersion).where(PublicationVersion.publication_id == row.id)).all()
    if {each.number: each.sha256 for each in versions} != dict(told):
        yield f"ledger number {row.number}: its versions are not those of its records"
    for each in versions:
        kept = session.get(PublishedText, each.id)
        if kept is not None and sha256_hex(canonical(kept.text)) != each.sha256:
            yield f"ledger number {row.number}: the words of version {each.number} are not those that were published"
