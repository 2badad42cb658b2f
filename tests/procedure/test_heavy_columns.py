"""Bytes of files come only where they are asked for: a page that lists papers does not read them all."""

from __future__ import annotations

from sqlalchemy import LargeBinary, event
from sqlalchemy.orm import Mapper

from odr.docket.models import Case, Document
from odr.docket.queries import documents
from odr.ground import migrate
from odr.ground.db import Base
from tests.scene import Scene

SMALL = {
    "HashRenewal.note": "a signed note of a few lines",
    "LiveSegment.key": "a key, wrapped",
    "Log.closing_note": "a signed note of a few lines",
    "LogCheckpoint.note": "a signed note of a few lines",
    "LogEntry.leaf": "a statement, bounded by the log",
    "LogTile.data": "256 hashes at most, and whoever reads a tile wants them",
    "Receipt.body": "a receipt of a few hundred bytes",
    "RenewedEntry.blind": "32 bytes",
    "RenewedEntry.digest": "a hash",
    "RenewedHead.text": "a signed note of a few lines",
    "RenewedNode.data": "256 hashes at most",
    "Blob.wrapped": "a key, wrapped",
    "SealedPosting.ciphertext": "words of one posting, read only to be opened",
    "SigningKey.certificate": "a certificate",
    "SigningKey.public": "a public key",
    "TimestampToken.token": "a token; whoever reads the row checks it",
    "TimestampRenewal.token": "a token; whoever reads the row checks it",
    "RenewedToken.token": "a token; whoever reads the row checks it",
    "BankFile.content": "one file at a time, to be read in",
    "Transcript.sealed": "sentences of one piece, read only to be opened",
    "TranscriptChange.sealed": "one sentence",
}
"""Columns of bytes that come with their row, and why that is no burden."""


def columns_of_bytes(mapper: Mapper[object]) -> dict[str, bool]:
    """By name whether each waits until it is asked for."""
    return {
        f"{mapper.class_.__name__}.{each.key}": each.deferred
        for each in mapper.column_attrs
        if isinstance(each.columns[0].type, LargeBinary)
    }


def test_bytes_wait_until_they_are_asked_for() -> None:
    """A column of a whole file comes with no row; the small ones are named with the reason."""
    migrate.load_models()
    waits = {name: is_late for mapper in Base.registry.mappers for name, is_late in columns_of_bytes(mapper).items()}
    assert {name for name, is_late in waits.items() if not is_late} == set(SMALL)
    assert waits["Document.content"]
    assert waits["Blob.content"]


def test_a_list_of_papers_reads_none_of_them(scene: Scene) -> None:
    """On both databases; the size of one is told without its bytes, and is theirs."""
    scene.lodge()
    scene.accept()
    scene.work()
    asked: list[str] = []
    with scene.court.database.read() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *told: asked.append(told[2]))
        rows = documents(session, session.get_one(Case, scene.case_id))
        assert rows
        assert not any("content" in statement for statement in asked)
        assert [paper.size for paper in rows] == [len(paper.content) for paper in rows]
        assert all(isinstance(paper, Document) for paper in rows)
