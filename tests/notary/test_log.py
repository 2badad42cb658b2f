"""Recording, sequencing and proving, on both engines."""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select, text, update
from sqlalchemy.exc import DatabaseError

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import NotFound
from odr.notary.check.receipt import verify_receipt
from odr.notary.log import publish
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.merkle_tree import leaf_hash, verify_inclusion
from odr.notary.log.note import parse_note
from odr.notary.log.publish import each_together
from odr.notary.log.strict import b64
from odr.notary.log.tiles import unbundle
from odr.notary.models import LogCheckpoint, LogEntry, LogTile, Receipt
from odr.notary.notary import Notary
from odr.notary.vault import FileVault, KeyKind, NoSuchKey
from tests.notary.conftest import ORIGIN, record, subject
from tests.patience import PATIENCE


def test_receipt_is_proven_after_sequencing(notary: Notary) -> None:
    """Act, sequence, proof: the receipt's files verify with the log's key."""
    (reference,) = record(notary)
    with notary.database.read() as session:
        files = notary.receipt_files(session, reference)
    assert files.index == 0
    assert files.proof is not None
    assert verify_receipt(files.json, files.leaf, files.proof, vkeys=notary.log_vkeys(), digest=f"{0:064x}").holds
    assert str(files.standing) == "Entered in the court's log. Timestamped by the court only; witnessed by 0."


def test_unsequenced_receipt_says_so(notary: Notary) -> None:
    """Before sequencing there is a receipt and a leaf, and no proof is claimed."""
    with notary.database.write() as session:
        receipt = notary.record(session, subject(), now=notary.clock.now())
        row = session.get_one(Receipt, receipt.reference)
        assert (row.log_id, row.log_index) == (None, None)
    with notary.database.read() as session:
        files = notary.receipt_files(session, receipt.reference)
    assert (files.proof, files.index) == (None, None)
    assert "follows within seconds" in str(files.standing)


def test_act_that_rolls_back_leaves_nothing_in_the_log(notary: Notary) -> None:
    """Receipt and leaf belong to the act's own transaction."""
    with pytest.raises(RuntimeError, match="act fails"), notary.database.write() as session:
        notary.record(session, subject(), now=notary.clock.now())
        raise RuntimeError("act fails")
    assert notary.sequence() == 0
    with notary.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Receipt)) == 0
        assert Checkpoint.parse(parse_note(notary.checkpoint(session) or b"").text).size == 0


def test_receipt_says_what_was_received(notary: Notary) -> None:
    """The notary adds format, log, salt, times and an earlier tree head to what the caller names."""
    record(notary)
    (reference,) = record(notary)
    with notary.database.read() as session:
        body = json.loads(notary.receipt_files(session, reference).json)
        first = session.get_one(LogCheckpoint, ("2026", 1))
        head = Checkpoint.parse(parse_note(first.note).text)
    assert len(bytes.fromhex(body.pop("salt"))) == 32
    assert body == {
        **subject(),
        "format": "odr-receipt@v1",
        "log": ORIGIN,
        "received_at": "2026-03-02T01:00:00.000000Z",
        "logged_at": "2026-03-02T01:00:00.000000Z",
        "not_earlier_than": {"log": f"{ORIGIN}/2026", "size": 1, "root": b64(head.root)},
    }


def test_caller_cannot_write_the_notarys_own_words(notary: Notary) -> None:
    """A subject with a salt or time of its own is refused."""
    with pytest.raises(ValueError, match="salt"), notary.database.write() as session:
        notary.record(session, subject(salt="00"), now=notary.clock.now())


def test_same_document_gives_unlike_leaves(notary: Notary) -> None:
    """A form letter cannot be guessed from the public log: its receipts are salted."""
    references = record(notary, 1) + record(notary, 1)
    with notary.database.read() as session:
        assert len({notary.receipt_files(session, reference).leaf for reference in references}) == 2


@pytest.mark.parametrize("count", [255, 256, 257, 600])
def test_batches_of_every_size_are_proven(notary: Notary, count: int) -> None:
    """Around the edge of a tile every receipt has its proof, in the order of recording."""
    references = record(notary, count)
    with notary.database.read() as session:
        for index in (0, count // 2, count - 2, count - 1):
            files = notary.receipt_files(session, references[index])
            assert files.index == index
            assert files.proof is not None
            assert verify_receipt(
                files.json, files.leaf, files.proof, vkeys=notary.log_vkeys(), digest=f"{index:064x}"
            ).holds
        assert notary.audit(session) == []


def test_served_tiles_and_bundles_give_the_signed_root(notary: Notary) -> None:
    """What HTTP serves is enough to recompute the tree; what no checkpoint covers is not served."""
    record(notary, 300)
    with notary.database.read() as session:
        entries = unbundle(notary.entry_bundle(session, 0) or b"") + unbundle(
            notary.entry_bundle(session, 1, 44) or b""
        )
        hashes = b"".join(map(leaf_hash, entries))
        assert notary.tile(session, 0, 0) == hashes[:8192]
        assert notary.tile(session, 0, 1, 44) == hashes[8192:]
        assert notary.tile(session, 0, 1, 43) == hashes[8192:-32]
        assert len(notary.tile(session, 1, 0, 1, f"{ORIGIN}/2026") or b"") == 32
        for level, index, width in ((0, 1, None), (0, 1, 45), (0, 2, 1), (1, 0, 2), (1, 0, 0), (9, 0, 1)):
            assert notary.tile(session, level, index, width) is None
        assert notary.entry_bundle(session, 1) is None
        with pytest.raises(NotFound):
            notary.tile(session, 0, 0, None, "1999")
        with pytest.raises(NotFound):
            notary.tile(session, 0, 0, None, "other.example/2026")


def test_published_files_are_those_served(notary: Notary) -> None:
    """The folder holds checkpoint, tiles and bundles under the standard's paths; outgrown partial tiles are gone."""
    record(notary, 200)
    record(notary, 100)
    assert notary.log_dir is not None
    folder = notary.log_dir / "2026"
    with notary.database.read() as session:
        assert (folder / "checkpoint").read_bytes() == notary.checkpoint(session)
        assert (folder / "tile/0/000").read_bytes() == notary.tile(session, 0, 0)
        assert (folder / "tile/0/001.p/44").read_bytes() == notary.tile(session, 0, 1, 44)
        assert (folder / "tile/1/000.p/1").read_bytes() == notary.tile(session, 1, 0, 1)
        assert (folder / "tile/entries/000").read_bytes() == notary.entry_bundle(session, 0)
    assert not list(folder.glob("tile/0/000.p/*"))


def test_sequencing_again_changes_nothing(notary: Notary) -> None:
    """Called with nothing waiting, the sequencer signs nothing new."""
    record(notary, 3)
    with notary.database.read() as session:
        before = notary.checkpoint(session)
    assert notary.sequence() == 0
    with notary.database.read() as session:
        assert notary.checkpoint(session) == before
        assert session.scalar(select(func.count()).select_from(LogCheckpoint)) == 1


def test_writers_and_sequencers_racing_leave_one_whole_tree(notary: Notary) -> None:
    """Many threads recording and sequencing at once: each leaf once, no gap, every checkpoint in one history."""
    notary.establish()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(4):
                record(notary, 3)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert failures == []
    with notary.database.read() as session:
        assert sorted(session.scalars(select(LogEntry.log_index))) == list(range(72))
        assert notary.audit(session) == []


def test_second_process_with_its_own_pool_continues_the_log(notary: Notary, make_notary: Callable[..., Notary]) -> None:
    """Another process over the same database and vault takes what waits, once."""
    record(notary, 5)
    other = make_notary(Database(notary.database.url, synchronous="OFF"))
    with notary.database.write() as session:
        notary.record(session, subject(), now=notary.clock.now())
    assert (other.sequence(), notary.sequence()) == (1, 0)
    other.database.dispose()


def test_erased_receipt_leaves_its_neighbours_provable(notary: Notary) -> None:
    """Erasure takes text and salt and the link to the leaf; the tree and every other receipt stand."""
    references = record(notary, 5)
    with notary.database.write() as session:
        notary.erase(session, references[2], now=notary.clock.now())
    with notary.database.read() as session:
        with pytest.raises(NotFound):
            notary.receipt_files(session, references[2])
        row = session.get_one(Receipt, references[2])
        assert (row.body, row.entry_id, row.log_index) == (None, None, None)
        files = notary.receipt_files(session, references[3])
        assert verify_receipt(files.json, files.leaf, files.proof or b"", vkeys=notary.log_vkeys()).holds
        assert notary.audit(session) == []


REWRITES = [
    update(LogEntry).values(leaf=b"other"),
    update(LogEntry).values(log_index=LogEntry.log_index + 10),
    update(LogEntry).values(log_index=None, log_id=None),
    delete(Receipt),
    delete(LogEntry),
    delete(LogTile),
    update(LogTile).values(data=b""),
    update(LogTile).values(data=b"\x00" * 8192),
    delete(LogCheckpoint),
    update(LogCheckpoint).values(note=b"other"),
    update(Receipt).values(body=b"{}"),
    update(Receipt).values(entry_id=None),
]


def test_database_itself_refuses_to_rewrite_the_log(notary: Notary) -> None:
    """Entries, tiles, checkpoints and receipts cannot be changed or deleted, by whatever program."""
    record(notary, 2)
    for statement in REWRITES:
        with pytest.raises(DatabaseError, match="append-only"), notary.database.write() as session:
            session.execute(statement)


def test_waiting_leaf_cannot_be_exchanged(notary: Notary) -> None:
    """Even before sequencing a leaf may only receive its place."""
    with notary.database.write() as session:
        notary.record(session, subject(), now=notary.clock.now())
    with pytest.raises(DatabaseError, match="append-only"), notary.database.write() as session:
        session.execute(update(LogEntry).values(leaf=b"other"))


def test_replacing_insert_is_refused(sqlite_notary: Notary) -> None:
    """SQLite's INSERT OR REPLACE, which deletes silently, is refused too."""
    record(sqlite_notary, 2)
    with pytest.raises(DatabaseError, match="append-only"), sqlite_notary.database.write() as session:
        session.execute(text("INSERT OR REPLACE INTO log_entry (id, leaf) VALUES (1, x'00')"))


def test_truncating_is_refused_on_postgresql(postgres_court_url: str, make_notary: Callable[..., Notary]) -> None:
    """PostgreSQL's TRUNCATE does not empty the log."""
    database = Database(postgres_court_url)
    record(make_notary(database))
    with pytest.raises(DatabaseError, match="append-only"), database.write() as session:
        session.execute(text("TRUNCATE log_entry, receipt"))
    database.dispose()


def test_other_programs_accept_what_a_receipt_consists_of(
    sqlite_notary: Notary, tmp_path: Path, program: Callable[..., object], clock: FixedClock
) -> None:
    """sha256sum, openssl and litetlog, which know nothing of this court, accept the files as they are."""
    reference = record(sqlite_notary, 700)[433]
    with sqlite_notary.database.read() as session:
        files = sqlite_notary.receipt_files(session, reference)
    kit = tmp_path / "kit"
    kit.mkdir()
    contents = {
        "receipt.json": files.json,
        "receipt.leaf": files.leaf,
        "receipt.leaf.spicy": files.spicy,
        "checkpoint": files.checkpoint,
        "checkpoint.body": files.checkpoint_body,
        "checkpoint.sig": files.checkpoint_sig,
        "checkpoint.tsr": files.tsr,
        "log.pem": sqlite_notary.log_public_pem().encode(),
        "tsa-ca.pem": sqlite_notary.tsa_ca_pem().encode(),
    }
    for name, data in contents.items():
        assert data is not None
        (kit / name).write_bytes(data)
    moment = str(int((clock.now() + timedelta(minutes=1)).timestamp()))
    verify_time = (
        "openssl",
        "ts",
        "-verify",
        "-data",
        "checkpoint",
        "-in",
        "checkpoint.tsr",
        "-CAfile",
        "tsa-ca.pem",
        "-attime",
        moment,
    )
    verify_key = (
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "log.pem",
        "-rawin",
        "-in",
        "checkpoint.body",
        "-sigfile",
        "checkpoint.sig",
    )
    verify_log = ("spicy-litetlog", "-verify", sqlite_notary.log_public_key_vkey(), "receipt.leaf")
    for command in (("sha256sum", "-c", "receipt.leaf"), verify_key, verify_time, verify_log):
        program(*command, cwd=kit)
    (kit / "receipt.json").write_bytes(files.json + b" ")
    program("sha256sum", "-c", "receipt.leaf", cwd=kit, ok=False)
    (kit / "receipt.leaf").write_bytes(files.leaf.replace(b"= ", b"= 0"))
    program(*verify_log, cwd=kit, ok=False)
    (kit / "checkpoint").write_bytes((files.checkpoint or b"") + b"\n")
    program(*verify_time, cwd=kit, ok=False)


def test_proof_of_the_first_covering_checkpoint_stays(notary: Notary) -> None:
    """A receipt keeps its proof when the log grows, and the proof still verifies."""
    (reference,) = record(notary, 1)
    with notary.database.read() as session:
        before = notary.receipt_files(session, reference)
    record(notary, 300)
    with notary.database.read() as session:
        assert notary.receipt_files(session, reference) == before
        head = Checkpoint.parse(parse_note(before.checkpoint or b"").text)
    verify_inclusion(leaf_hash(before.leaf), 0, head.size, [], head.root)


def test_files_are_written_together_and_one_of_them_by_whoever_asks() -> None:
    """Two files wait for the disk at the same time, and only one of them is given to another thread."""
    both, threads = threading.Barrier(2), set()

    def write(name: str) -> None:
        both.wait(PATIENCE)
        threads.add(threading.get_ident())

    each_together(write, ["tile", "entries"])
    assert len(threads) == 2 and threading.get_ident() in threads


def test_a_file_that_cannot_be_written_is_told_when_the_others_are() -> None:
    """Whoever hears of a full disk hears it when nobody writes any more."""
    failed, written = threading.Event(), []

    def write(name: str) -> None:
        if name == "tile":
            failed.set()
            raise OSError("no space left")
        assert failed.wait(PATIENCE)
        written.append(name)

    with pytest.raises(OSError, match="no space left"):
        each_together(write, ["tile", "entries"])
    assert written == ["entries"]


FILE_CALLS = ("open", "replace", "fsync", "mkdir")


@pytest.fixture
def counted_calls() -> Iterator[Counter[str]]:
    """How often this process and the threads that write the log's files open, rename and sync while the test lasts."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, what: str, called: Any) -> None:
        if what == "c_call" and called.__module__ in ("posix", "_io") and called.__name__ in FILE_CALLS:
            calls[called.__name__] += 1

    publish._pool.cache_clear()  # its threads would have begun uncounted
    threading.setprofile(note)
    sys.setprofile(note)
    yield calls
    sys.setprofile(None)
    threading.setprofile(None)
    publish._pool.cache_clear()


@pytest.mark.parametrize("leaves", [1, 16])
def test_a_round_opens_renames_and_syncs_a_counted_number_of_times(
    sqlite_notary: Notary, counted_calls: Counter[str], leaves: int
) -> None:
    """However many leaves it takes in: two tiles, the vault's memory and the tree head, each written once with its name;
    what nothing new stands in is not written again.
    """
    record(sqlite_notary, 300)
    record(sqlite_notary)
    with sqlite_notary.database.write() as session:
        sqlite_notary.record_many(session, [subject(i) for i in range(leaves)], now=sqlite_notary.clock.now())
    statements: list[str] = []
    event.listen(sqlite_notary.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    counted_calls.clear()
    assert sqlite_notary.sequence() == leaves
    counts = dict(counted_calls)
    assert (counts["replace"], counts["fsync"], counts.get("mkdir", 0)) == (4, 8, 0)
    assert counts["open"] <= 19
    assert len(statements) == 10, statements


def test_a_key_taken_away_signs_nothing_though_it_was_read_before(vault: FileVault) -> None:
    """A key is read from its file once, and the file still is what counts: taken away there is none, replaced it is the
    other.
    """
    vault.create_key("time-1", KeyKind.P256)
    vault.create_key("time-2", KeyKind.P256)
    first, other = vault.public_key("time-1"), vault.public_key("time-2")
    assert vault.public_key("time-1") == first
    (vault.folder / "time-2.key").replace(vault.folder / "time-1.key")
    assert vault.public_key("time-1") == other != first
    (vault.folder / "time-1.key").unlink()
    with pytest.raises(NoSuchKey):
        vault.sign_digest("time-1", bytes(32))
