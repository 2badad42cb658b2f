"""After a restored backup: the signer has signed entries the database no longer has. Read them back and prove them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_rows import leaves, open_log, tile_reader, tree_size
from odr.notary.log.note import NoteRefused, parse_note, verify_note
from odr.notary.log.publish import published_entries, published_extent
from odr.notary.log.sequencer import assign
from odr.notary.log.signer import log_key
from odr.notary.log.strict import Malformed
from odr.notary.log.tiles import WIDTH
from odr.notary.models import Log, LogEntry, Receipt
from odr.notary.vault import Remembered

if TYPE_CHECKING:
    from odr.notary.notary import Notary


class Unrecoverable(Exception):
    """The published files do not give the tree that was signed; the log must be closed and a successor opened."""


def recover(notary: Notary) -> int:
    """Enter the lost entries from the published files; nothing is kept unless they give exactly the signed root.

    What the files hold beyond it is entered too: it was written to be signed next, and whoever stopped the machine in
    between does not know whether it was. A tree that holds it continues both.
    """
    with notary.database.write() as session:
        log = open_log(session)
        if log is None:
            return 0
        signed = notary.vault.remembered(log.key_id)
        size = tree_size(session, log.id)
        if notary.log_dir is None:
            if size >= signed.size:
                return 0
            raise Unrecoverable("the log was not published as files")
        folder = notary.log_dir / log.id
        extent = published_extent(folder, signed.size)
        if size >= extent:
            return 0
        lost = _lost(session, log.id, folder, size, extent)
        rows = _waiting_rows(session, lost)
        assign(
            session,
            log.id,
            size,
            [(rows[leaf].pop() if rows.get(leaf) else _insert(session, leaf), leaf) for leaf in lost],
        )
        for head in filter(None, (signed, _published_head(log, folder))):
            if tile_reader(session, log.id).root(head.size) != head.root:
                raise Unrecoverable(
                    f"published entries do not give the root signed as {Checkpoint(log.origin, head.size, head.root).text!r}"
                )
        return len(lost)


def _published_head(log: Log, folder: Path) -> Remembered | None:
    """The tree head among the files, which may be newer than a copy of the signer's memory."""
    try:
        note = parse_note((folder / "checkpoint").read_bytes())
        verify_note(note, [log_key(log)])
        head = Checkpoint.parse(note.text)
    except (FileNotFoundError, Malformed, NoteRefused):
        return None
    return Remembered(head.size, head.root)


@dataclass(frozen=True)
class Lost:
    """A line that was signed for and whose receipt and act this database no longer has."""

    log: str
    index: int
    leaf: str


def lost_lines(session: Session, log_id: str, start: int) -> list[Lost]:
    """Lines from ``start`` on that no receipt explains: acts and uploads acknowledged after the backup that was put
    back.
    """
    query = (
        select(LogEntry.log_index, LogEntry.leaf)
        .outerjoin(Receipt, Receipt.entry_id == LogEntry.id)
        .where(LogEntry.log_id == log_id, LogEntry.log_index >= start, Receipt.reference.is_(None))
        .order_by(LogEntry.log_index)
    )
    return [Lost(log_id, index or 0, bytes(leaf).decode().strip()) for index, leaf in session.execute(query)]


def _lost(session: Session, log_id: str, folder: Path, size: int, extent: int) -> list[bytes]:
    start = size // WIDTH * WIDTH
    try:
        published = published_entries(folder, extent, start)
    except (LookupError, ValueError) as error:
        raise Unrecoverable(str(error)) from error
    if published[: size - start] != leaves(session, log_id, start, size):
        raise Unrecoverable("published entries differ from those in the database")
    return published[size - start :]


def _waiting_rows(session: Session, lost: list[bytes]) -> dict[bytes, list[int]]:
    # A backup taken between act and sequencing still has the act's leaf, waiting.
    wanted = set(lost)
    rows: dict[bytes, list[int]] = {}
    for entry_id, leaf in session.execute(
        select(LogEntry.id, LogEntry.leaf).where(LogEntry.log_index.is_(None)).order_by(LogEntry.id.desc())
    ):
        if bytes(leaf) in wanted:
            rows.setdefault(bytes(leaf), []).append(entry_id)
    return rows


def _insert(session: Session, leaf: bytes) -> int:
    return session.execute(insert(LogEntry).values(leaf=leaf).returning(LogEntry.id)).scalar_one()
