"""Digests before their files: a list is read, anchored line by line in one transaction, and matched with files that
come later.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.evidence.models import Exhibit, Upload, UploadState
from odr.evidence.sources.models import DigestBatch, DigestLine
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.db import new_reference
from odr.ground.errors import CourtError, FieldFault, InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T
from odr.notary.log.log_rows import insert_rows

if TYPE_CHECKING:
    from odr.procedure.court import Court

MOST = 10_000
"""Digests of one batch."""
MOST_BYTES = 6 * 2**20
"""Of a list as it is sent."""
COLUMNS = ("sha256", "name", "size", "made_at", "note")
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_SUMS = re.compile(r"\\?([0-9A-Fa-f]{64}) [ *](.+)\Z")
"""A line as ``sha256sum`` writes it."""
FAULTS_TOLD = 20


class FileNotOfDigest(CourtError):
    """The file sent later is not the one whose digest was filed."""

    status = 422
    problem = "file-not-of-digest"

    def __init__(self, line: DigestLine, upload: Upload) -> None:
        super().__init__(
            T(
                "This is not the file of line %(line)s: its digest is %(found)s, the one filed is %(filed)s.",
                line=line.position,
                found=upload.sha256 or "",
                filed=line.sha256,
            ),
            T(
                "Choose the file as it was when you computed the digest: one that was opened and saved again is another file."
            ),
        )


@dataclass(frozen=True)
class Given:
    """One line as it was sent."""

    sha256: str
    name: str | None = None
    size: int | None = None
    made_at: str | None = None
    note: str | None = None


def read_list(text: str) -> list[Given]:
    """A list as people have it: CSV with the names of :data:`COLUMNS` in its first line, or what ``sha256sum`` prints.

    Raises InvalidInput naming each wrong line.
    """
    lines = text.lstrip("\ufeff").splitlines()
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not filled:
        raise InvalidInput.at("list", T("Send at least one digest."))
    head = [cell.strip().lower() for cell in next(csv.reader([filled[0][1].replace(";", ",").replace("\t", ",")]))]
    if "sha256" in head:
        return checked(_from_csv(text.lstrip("\ufeff"), head))
    found: list[tuple[int, dict[str, Any]]] = []
    for number, line in filled:
        sums = _SUMS.match(line)
        found.append((number, {"sha256": sums[1], "name": sums[2]} if sums else {"sha256": line.strip()}))
    return checked(found)


def _from_csv(text: str, head: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    first = text.lstrip().splitlines()[0]
    reader = csv.reader(io.StringIO(text), delimiter=next((mark for mark in ("\t", ";") if mark in first), ","))
    found = []
    try:
        rows = iter(reader)
        next(row for row in rows if any(cell.strip() for cell in row))
        for row in rows:
            if any(cell.strip() for cell in row):
                found.append(
                    (reader.line_num, {name: cell for name, cell in zip(head, row, strict=False) if name in COLUMNS})
                )
    except csv.Error:
        raise InvalidInput.at(
            "list", T("The list is not readable as CSV near line %(line)s.", line=reader.line_num)
        ) from None
    return found


def checked(rows: Iterable[tuple[int, dict[str, Any]]]) -> list[Given]:
    """The lines, each as it will be anchored. Raises InvalidInput naming the first wrong ones."""
    given: list[Given] = []
    faults: list[FieldFault] = []
    for number, row in rows:
        try:
            given.append(_line(row))
        except ValueError as error:
            faults.append(FieldFault(("list",), T("Line %(line)s: %(why)s", line=number, why=error.args[0])))
            if len(faults) >= FAULTS_TOLD:
                break
    if faults:
        raise InvalidInput(faults)
    if not given:
        raise InvalidInput.at("list", T("Send at least one digest."))
    if len(given) > MOST:
        raise InvalidInput.at(
            "list",
            T(
                "A batch has at most %(most)s digests; there are %(have)s. Send them in several batches.",
                most=MOST,
                have=len(given),
            ),
        )
    return given


def _line(row: dict[str, Any]) -> Given:
    said = {name: " ".join(str(row[name]).split()) if row.get(name) is not None else "" for name in COLUMNS}
    sha256 = said["sha256"].lower()
    if not _HEX.match(sha256):
        raise ValueError(T("a SHA-256 digest has 64 characters of 0 to 9 and a to f."))
    size = said["size"]
    if size and not (size.isascii() and size.isdigit() and len(size) <= 15):
        raise ValueError(T("a size is a whole number of bytes."))
    for name, most in (("name", 255), ("made_at", 60), ("note", 1000)):
        if len(said[name]) > most:
            raise ValueError(T("“%(name)s” has at most %(most)s characters.", name=name, most=most))
        if any(not c.isprintable() for c in said[name]):
            raise ValueError(T("“%(name)s” has characters that cannot be shown.", name=name))
    return Given(
        sha256, said["name"] or None, int(size) if size else None, said["made_at"] or None, said["note"] or None
    )


def file_batch(court: Court, account_id: int, title: str, given: Sequence[Given]) -> DigestBatch:
    """Anchor the whole list in one transaction, a receipt for each line; one checkpoint covers them all.

    The same list sent again by the same person gives the batch that is there.
    """
    rows = [dict(vars(line)) for line in given]
    list_sha256 = sha256_hex(
        canonical([{name: value for name, value in row.items() if value is not None} for row in rows])
    )
    now = court.clock.now()
    with court.sit() as sitting:
        session = sitting.session
        known = session.scalar(
            select(DigestBatch).where(DigestBatch.account_id == account_id, DigestBatch.list_sha256 == list_sha256)
        )
        if known is not None:
            return known
        batch = DigestBatch(
            reference=new_reference(),
            account_id=account_id,
            title=title,
            count=len(given),
            list_sha256=list_sha256,
            received_at=now,
        )
        session.add(batch)
        session.flush()
        subjects = [_subject(batch, position, row) for position, row in enumerate(rows, 1)]
        receipts = court.notary.record_many(session, subjects, now=now)
        names = ("batch_id", "position", "sha256", "name", "size", "made_at", "note", "receipt")
        lines = [
            (batch.id, n, g.sha256, g.name, g.size, g.made_at, g.note, receipt)
            for n, (g, receipt) in enumerate(zip(given, receipts, strict=True), 1)
        ]
        insert_rows(session, "digest_line", names, lines)
    return batch


def _subject(batch: DigestBatch, position: int, row: dict[str, Any]) -> dict[str, Any]:
    """What the receipt of a line says: bound to the batch, not yet to any case."""
    said = {name: value for name, value in row.items() if value is not None}
    return {"kind": "digest", "batch": batch.reference, "account": batch.account_id, "position": position, **said}


def batches_of(session: Session, account_id: int, after: str | None = None) -> Listed[DigestBatch]:
    """A person's batches, newest first."""
    mine = select(DigestBatch).where(DigestBatch.account_id == account_id)
    page = page_of(session, mine, (Key(DigestBatch.id, descending=True),), after)
    return page.of([row[0] for row in page.rows])


def own_batch(session: Session, account_id: int, reference: str) -> DigestBatch:
    """A batch of the person. Raises NotFound."""
    found = session.scalar(
        select(DigestBatch).where(DigestBatch.reference == reference, DigestBatch.account_id == account_id)
    )
    if found is None:
        raise NotFound
    return found


def lines_of(session: Session, batch: DigestBatch, *, after: int = 0, limit: int = 100) -> list[DigestLine]:
    """Lines above a position, in order."""
    query = (
        select(DigestLine)
        .where(DigestLine.batch_id == batch.id, DigestLine.position > after)
        .order_by(DigestLine.position)
        .limit(limit)
    )
    return list(session.scalars(query))


def line_of(session: Session, batch: DigestBatch, position: int) -> DigestLine:
    """One line. Raises NotFound."""
    found = session.scalar(select(DigestLine).where(DigestLine.batch_id == batch.id, DigestLine.position == position))
    if found is None:
        raise NotFound
    return found


def attach_file(session: Session, batch: DigestBatch, position: int, upload_reference: str) -> DigestLine:
    """Put the file to its line; its bytes must be those whose digest was filed. Raises NotFound, FileNotOfDigest."""
    line = line_of(session, batch, position)
    own = (
        Upload.reference == upload_reference,
        Upload.account_id == batch.account_id,
        Upload.state == UploadState.ANCHORED,
    )
    upload = session.scalar(select(Upload).where(*own))
    if upload is None:
        raise NotFound
    if upload.sha256 != line.sha256 or (line.size is not None and line.size != upload.size):
        raise FileNotOfDigest(line, upload)
    line.upload_id, upload.used_at = upload.id, upload.used_at or upload.completed_at
    session.flush()
    return line


def matching_uploads(session: Session, batch: DigestBatch) -> dict[int, Upload]:
    """Position → a file of the same person that has its digest, for lines that have none yet."""
    same = (
        (Upload.account_id == batch.account_id)
        & (Upload.state == UploadState.ANCHORED)
        & (Upload.sha256 == DigestLine.sha256)
    )
    rows = session.execute(
        select(DigestLine.position, Upload)
        .join(Upload, same)
        .where(DigestLine.batch_id == batch.id, DigestLine.upload_id.is_(None))
    )
    return {row[0]: row[1] for row in rows}


def first_filed(session: Session, exhibit: Exhibit) -> DigestLine | None:
    """The earliest line by which the digest of an exhibit's file reached the court before the file: by its sender, in
    this case or not.
    """
    upload = exhibit.upload
    mine = (DigestLine.sha256 == upload.sha256, DigestBatch.account_id == upload.account_id)
    query = (
        select(DigestLine)
        .join(DigestBatch)
        .where(*mine)
        .order_by(DigestBatch.received_at, DigestLine.position)
        .limit(1)
    )
    found = session.scalar(query)
    return (
        found
        if found is not None and upload.completed_at is not None and found.batch.received_at < upload.completed_at
        else None
    )


def batches_in(session: Session, case_id: int) -> list[DigestBatch]:
    """Batches that were put into a case, in order."""
    return list(
        session.scalars(select(DigestBatch).where(DigestBatch.case_id == case_id).order_by(DigestBatch.entry_number))
    )


def as_csv(session: Session, batch: DigestBatch) -> str:
    """The batch with the reference of each receipt, for a spreadsheet: a cell that a spreadsheet would run is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("position", *COLUMNS, "receipt", "file"))
    for line in lines_of(session, batch, limit=MOST):
        cells = (line.sha256, line.name, line.size, line.made_at, line.note)
        writer.writerow(
            (
                line.position,
                *(_inert(cell) for cell in cells),
                line.receipt,
                line.upload.reference if line.upload else "",
            )
        )
    return out.getvalue()


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@" else cell


def count_of(session: Session, batch: DigestBatch) -> int:
    """How many of its files are here."""
    return (
        session.scalar(select(func.count()).where(DigestLine.batch_id == batch.id, DigestLine.upload_id.is_not(None)))
        or 0
    )
