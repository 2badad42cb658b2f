"""Small files of several senders in one commit: each has its own row, bytes and receipt, and what is refused of one
takes no other with it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from odr.evidence.intake.shared_commits import Together
from odr.evidence.intake.upload import Announced, Pieces, UploadDesk
from odr.evidence.models import Upload, UploadState
from odr.evidence.store.store import FolderStore
from odr.ground.clock import FixedClock
from odr.ground.db import Database, new_reference
from odr.notary.models import Receipt
from odr.notary.notary import Notary
from odr.notary.vault import FileVault
from tests.evidence.conftest import ALICE, NOW
from tests.patience import PATIENCE, until

SENDERS = 6


def row(reference: str) -> Upload:
    """An upload of Alice's that has begun."""
    return Upload(
        reference=reference,
        account_id=ALICE,
        filename="a.txt",
        size=3,
        state=UploadState.RECEIVING,
        created_at=NOW,
        expires_at=NOW,
    )


def test_what_the_database_refuses_of_one_file_takes_no_other_with_it(database: Database) -> None:
    """Six come while a commit is under way; one of them is refused, its sender alone is told, and the five are durable."""
    seen: list[int] = []
    begun, going_on = threading.Event(), threading.Event()

    def write(session: Session, references: Sequence[str]) -> None:
        seen.append(len(references))
        session.add_all(map(row, references))
        session.flush()
        if len(seen) == 1:
            begun.set()
            going_on.wait(PATIENCE)

    together = Together(database, write)
    first, others = new_reference(), [new_reference() for _ in range(SENDERS - 1)]
    with ThreadPoolExecutor(SENDERS + 1) as pool:
        leading = pool.submit(together.keep, first)
        assert begun.wait(PATIENCE)
        following = {reference: pool.submit(together.keep, reference) for reference in others}
        refused = pool.submit(together.keep, first)
        until(lambda: len(together._waiting) == SENDERS, "the others have come")
        going_on.set()
        leading.result()
        for kept in following.values():
            kept.result()
        with pytest.raises(IntegrityError):
            refused.result()
    assert seen == [1, SENDERS, *[1] * SENDERS]
    with database.read() as session:
        assert sorted(session.scalars(select(Upload.reference))) == sorted([first, *others])


def test_each_file_of_a_shared_commit_has_its_own_receipt(database_url: str, tmp_path: Path) -> None:
    """On both databases: bytes, digest and receipt of every sender's file belong together, under one reference each."""
    database, clock = Database(database_url, synchronous="OFF"), FixedClock(NOW)
    notary = Notary(database, vault=FileVault(tmp_path / "vault"), origin="court.test/log", clock=clock, log_dir=None)
    notary.establish()
    desk = UploadDesk(database, FolderStore(tmp_path / "blobs"), tmp_path / "parts", notary, clock)

    def send(number: int) -> tuple[Upload, bytes]:
        data = f"Photograph {number} of the shelf.".encode()
        return desk.hand_in(ALICE, Announced(f"{number}.txt", len(data)), Pieces(data)), data

    with ThreadPoolExecutor(SENDERS) as pool:
        kept = list(pool.map(send, range(5 * SENDERS)))
    assert len({upload.receipt for upload, _ in kept}) == len(kept) == notary.sequence()
    for upload, data in kept:
        assert b"".join(desk.contents(desk.find(ALICE, upload.reference))) == data
        with database.read() as session:
            body = json.loads(session.get_one(Receipt, upload.receipt).body or b"")
        assert (body["upload"], body["filename"], body["sha256"]) == (upload.reference, upload.filename, upload.sha256)
    database.dispose()


def test_what_a_small_file_asks_of_the_database_is_counted(sqlite_url: str, tmp_path: Path) -> None:
    """The newest head, the numbers of its line and rows, and four rows: sent alone or with others, no more."""
    database, clock = Database(sqlite_url, synchronous="OFF"), FixedClock(NOW)
    notary = Notary(database, vault=FileVault(tmp_path / "vault"), origin="court.test/log", clock=clock, log_dir=None)
    notary.establish()
    desk = UploadDesk(database, FolderStore(tmp_path / "blobs"), tmp_path / "parts", notary, clock)
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    desk.hand_in(ALICE, Announced("1.txt", 5), Pieces(b"shelf"))
    assert len(asked) == 6, asked
    assert len([one for one in asked if one.startswith("INSERT")]) == 4
    database.dispose()
