"""Damage, restored backups, crashes and rotation: found, named, and never signed over."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.notary.check.audit import FaultKind
from odr.notary.check.receipt import verify_receipt
from odr.notary.check.recovery import Unrecoverable
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_rows import WrittenLog, tree_size
from odr.notary.log.note import Note, NoteKey, NoteRefused, SignatureLine, parse_note, verify_note
from odr.notary.log.publish import publish_tiles
from odr.notary.log.sequencer import integrate
from odr.notary.log.strict import b64
from odr.notary.log.tiles import CorruptTile
from odr.notary.log.years import Closing
from odr.notary.models import KeyState, Log, LogCheckpoint, LogEntry, LogTile, Receipt, TimestampToken
from odr.notary.notary import Notary
from odr.notary.vault import CLOSING, FileVault, KeyFrozen, SignerAhead, VaultRefused
from tests.notary.conftest import ORIGIN, damage, record, subject
from tests.patience import PATIENCE


def faults(notary: Notary) -> list[tuple[FaultKind, str]]:
    with notary.database.read() as session:
        return [(fault.kind, fault.culprit) for fault in notary.audit(session)]


def flip(data: bytes, at: int = 5) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def flip_tile(level: int, index: int, at: int) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        tile = session.get_one(LogTile, ("2026", level, index))
        tile.data = flip(bytes(tile.data), at)

    return work


@pytest.mark.parametrize(
    ("level", "index", "at"), [(0, 0, 5), (0, 0, 8191), (0, 1, 0), (0, 2, 100), (1, 0, 5), (1, 0, 40)]
)
def test_one_flipped_bit_in_a_tile_is_found_and_named(sqlite_notary: Notary, level: int, index: int, at: int) -> None:
    """The audit names the tile in which one bit flipped, and nothing else."""
    record(sqlite_notary, 600)
    damage(sqlite_notary.database, flip_tile(level, index, at))
    assert faults(sqlite_notary) == [(FaultKind.TILE_ALTERED, f"2026 tile {level}/{index}")]


@pytest.mark.parametrize(("level", "index", "at"), [(0, 2, 100), (1, 0, 5), (1, 0, 40)])
def test_signer_does_not_sign_over_a_flipped_bit(sqlite_notary: Notary, level: int, index: int, at: int) -> None:
    """A damaged right edge is never signed; the acts stay recorded and waiting or unsigned."""
    record(sqlite_notary, 600)
    damage(sqlite_notary.database, flip_tile(level, index, at))
    with pytest.raises((CorruptTile, VaultRefused)):
        record(sqlite_notary, 1)
    assert sqlite_notary.vault.remembered("log-2026").size == 600


def test_bit_flipped_between_commit_and_signature_is_not_signed(notary: Notary) -> None:
    """The signer recomputes new tiles from the entries, so damage after the sequencer's commit is seen."""
    record(notary, 10)
    with notary.database.write() as session:
        notary.record_many(session, [subject(i) for i in range(400)], now=notary.clock.now())
    with notary.database.write() as session:
        integrate(session, "2026", tree_size(session, "2026"))
    damage(notary.database, flip_tile(0, 0, 300 * 8))
    with pytest.raises(CorruptTile, match="tile 0/0"):
        notary.sequence()


@pytest.mark.parametrize("place", [0, 255, 256, 599])
def test_altered_entry_is_found_and_named(sqlite_notary: Notary, place: int) -> None:
    """One byte of one entry: the entry is the culprit, not the tile the signed tree vouches for."""
    references = record(sqlite_notary, 600)
    damage(
        sqlite_notary.database,
        lambda session: session.execute(update(LogEntry).where(LogEntry.log_index == place).values(leaf=b"other\n")),
    )
    assert faults(sqlite_notary) == [
        (FaultKind.ENTRY_ALTERED, f"2026 entry {place}"),
        (FaultKind.RECEIPT_ALTERED, f"receipt {references[place]}"),
    ]


def test_missing_entry_is_named(sqlite_notary: Notary) -> None:
    """An entry taken away leaves its number behind."""
    (reference, *_) = record(sqlite_notary, 3)

    def remove(session: Session) -> None:
        session.execute(update(Receipt).where(Receipt.reference == reference).values(entry_id=None))
        session.execute(delete(LogEntry).where(LogEntry.log_index == 0))

    damage(sqlite_notary.database, remove)
    assert (FaultKind.ENTRY_MISSING, "2026 entry 0") in faults(sqlite_notary)


def test_tile_beyond_the_tree_is_named(sqlite_notary: Notary) -> None:
    """A tile nothing stands for is a fault."""
    record(sqlite_notary, 3)
    damage(
        sqlite_notary.database,
        lambda session: session.add(LogTile(log_id="2026", level=0, tile_index=7, data=bytes(32))),
    )
    assert faults(sqlite_notary) == [(FaultKind.TILE_BEYOND, "2026 tile 0/7")]


def test_altered_receipt_is_named(sqlite_notary: Notary) -> None:
    """A receipt's text that no longer is what its leaf names."""
    references = record(sqlite_notary, 3)
    damage(
        sqlite_notary.database,
        lambda session: session.execute(update(Receipt).where(Receipt.reference == references[1]).values(body=b"{}")),
    )
    assert faults(sqlite_notary) == [(FaultKind.RECEIPT_ALTERED, f"receipt {references[1]}")]


def test_forged_checkpoint_token_and_split_view_are_named(sqlite_notary: Notary, vault: FileVault) -> None:
    """A bad signature, a swapped token, and a well-signed checkpoint over another tree are told apart."""
    record(sqlite_notary, 1)
    record(sqlite_notary, 1)
    record(sqlite_notary, 1)
    stolen = FileVault(vault.folder.parent / "stolen")
    shutil.copy(vault.folder / "log-2026.key", stolen.folder)
    split = Checkpoint(f"{ORIGIN}/2026", 2, b"\x01" * 32)

    def work(session: Session) -> None:
        first, second, third = (session.get_one(LogCheckpoint, ("2026", size)) for size in (1, 2, 3))
        first.note = first.note.replace(b"\n1\n", b"\n9\n")
        line = parse_note(second.note).signatures[0]
        second.note = Note(
            split.text, (SignatureLine(line.name, line.key_id, stolen.sign_checkpoint("log-2026", split, [])),)
        ).encode()
        session.get_one(TimestampToken, ("2026", 3, "court")).token = session.get_one(
            TimestampToken, ("2026", 2, "court")
        ).token
        assert third.note

    damage(sqlite_notary.database, work)
    found = faults(sqlite_notary)
    assert (FaultKind.CHECKPOINT_FORGED, "2026 checkpoint 1") in found
    assert (FaultKind.SPLIT_TREE, "2026 checkpoint 2") in found
    assert (FaultKind.TOKEN_REFUSED, "2026 checkpoint 3 token court") in found


def backup(notary: Notary, to: Path) -> None:
    assert notary.database.path is not None
    with closing(sqlite3.connect(notary.database.path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def restored(make_notary: Callable[..., Notary], path: Path, **settings: object) -> Notary:
    return make_notary(Database(f"sqlite:///{path}", synchronous="OFF"), **settings)


def test_restored_database_does_not_fork_the_log(
    sqlite_notary: Notary, make_notary: Callable[..., Notary], tmp_path: Path
) -> None:
    """After an old backup nothing is sequenced or signed until it is recovered, which brings every leaf back."""
    record(sqlite_notary, 250)
    backup(sqlite_notary, tmp_path / "old.sqlite")
    lost = record(sqlite_notary, 50)
    with sqlite_notary.database.read() as session:
        kept = sqlite_notary.receipt_files(session, lost[7])
    old = restored(make_notary, tmp_path / "old.sqlite")
    assert faults(old) == [(FaultKind.SIGNER_AHEAD, "2026 signer")]
    with pytest.raises(SignerAhead):
        record(old, 1)
    with pytest.raises(SignerAhead):
        old.sequence()
    assert old.recover() == 50
    assert old.recover() == 0
    assert old.sequence() == 1
    assert faults(old) == []
    assert verify_receipt(kept.json, kept.leaf, kept.proof or b"", vkeys=old.log_vkeys()).holds
    with old.database.read() as session:
        assert old.vault.remembered("log-2026").size == 301
        again = session.scalars(select(LogEntry.leaf).where(LogEntry.log_index == kept.index)).one()
    assert again == kept.leaf


def test_what_is_signed_while_the_audit_reads_is_no_fault(notary: Notary) -> None:
    """The audit looks at the log as it stood when it began; the signer tells what it has signed since. Nothing was set back."""
    record(notary, 3)
    with notary.database.read() as session:
        assert tree_size(session, "2026") == 3
        record(notary, 2)
        assert tree_size(session, "2026") == 3, "the snapshot is from before"
        assert notary.audit(session) == []


@pytest.mark.parametrize("lost", [0, 50], ids=["none-signed", "some-signed"])
def test_what_was_published_and_perhaps_not_signed_is_recovered_too(
    sqlite_notary: Notary, make_notary: Callable[..., Notary], tmp_path: Path, lost: int
) -> None:
    """Files for a tree are written before it is signed: an old database takes them in, so that what comes next neither
    contradicts them nor is written beside them.
    """
    record(sqlite_notary, 250)
    backup(sqlite_notary, tmp_path / "old.sqlite")
    if lost:
        record(sqlite_notary, lost)
    with sqlite_notary.database.write() as session:
        sqlite_notary.record_many(session, [subject(i) for i in range(10)], now=sqlite_notary.clock.now())
    with sqlite_notary.database.write() as session:
        integrate(session, "2026", tree_size(session, "2026"))
    with sqlite_notary.database.read() as session:
        publish_tiles(WrittenLog(session, "2026"), tmp_path / "log/2026", 260 + lost)
    old = restored(make_notary, tmp_path / "old.sqlite")
    assert old.recover() == 10 + lost
    assert old.recover() == 0
    record(old, 1)
    assert faults(old) == []
    assert old.vault.remembered("log-2026").size == 261 + lost


def test_a_signers_memory_older_than_the_published_head_forks_nothing(
    sqlite_notary: Notary, make_notary: Callable[..., Notary], tmp_path: Path, vault: FileVault
) -> None:
    """A copy of the vault taken before the copy of the log: the head among the files counts as signed."""
    record(sqlite_notary, 20)
    backup(sqlite_notary, tmp_path / "old.sqlite")
    shutil.copytree(vault.folder, tmp_path / "older")
    record(sqlite_notary, 5)
    old = restored(make_notary, tmp_path / "old.sqlite", vault=FileVault(tmp_path / "older"))
    assert old.recover() == 5
    record(old, 1)
    assert faults(old) == []


def test_leaf_waiting_in_the_backup_gets_its_old_place(
    sqlite_notary: Notary, make_notary: Callable[..., Notary], tmp_path: Path
) -> None:
    """A backup taken between act and sequencing keeps the act's receipt; recovery gives it the index it was signed
    with.
    """
    record(sqlite_notary, 3)
    with sqlite_notary.database.write() as session:
        reference = sqlite_notary.record(session, subject(), now=sqlite_notary.clock.now()).reference
    backup(sqlite_notary, tmp_path / "old.sqlite")
    sqlite_notary.sequence()
    old = restored(make_notary, tmp_path / "old.sqlite")
    assert old.recover() == 1
    assert old.sequence() == 0
    with old.database.read() as session:
        files = old.receipt_files(session, reference)
    assert files.index == 3
    assert verify_receipt(files.json, files.leaf, files.proof or b"", vkeys=old.log_vkeys()).holds


@pytest.mark.parametrize("loss", ["missing", "altered", "unpublished"])
def test_log_that_cannot_be_recovered_is_closed_and_succeeded(
    sqlite_notary: Notary, make_notary: Callable[..., Notary], tmp_path: Path, loss: str
) -> None:
    """Without true published files the log ends with a signed statement, and its successor takes what waits."""
    record(sqlite_notary, 5)
    backup(sqlite_notary, tmp_path / "old.sqlite")
    record(sqlite_notary, 5)
    bundle = tmp_path / "log/2026/tile/entries/000.p/10"
    if loss == "missing":
        bundle.unlink()
    elif loss == "altered":
        bundle.write_bytes(flip(bundle.read_bytes(), -30))
    old = restored(make_notary, tmp_path / "old.sqlite", log_dir=None if loss == "unpublished" else tmp_path / "log")
    with old.database.write() as session:
        reference = old.record(session, subject(), now=old.clock.now()).reference
    with pytest.raises(Unrecoverable):
        old.recover()
    successor = old.close_log(Closing.BREACH)
    assert old.sequence() == 1
    with old.database.read() as session:
        files = old.receipt_files(session, reference)
        closed = session.get_one(Log, "2026")
        statement = parse_note(closed.closing_note or b"")
    verify_note(statement, [NoteKey.parse(old.log_vkeys()[0])])
    assert "reason breach\nstored 5\nsigned 10 " in statement.text
    assert (files.log, files.index) == (successor.id, 0) == ("2026-2", 0)
    assert verify_receipt(files.json, files.leaf, files.proof or b"", vkeys=old.log_vkeys()).holds
    assert faults(old) == []


def test_entries_no_checkpoint_covers_move_to_the_successor(sqlite_notary: Notary) -> None:
    """What was given an index but never signed for is entered again, so that every receipt gets a proof."""
    record(sqlite_notary, 3)
    with sqlite_notary.database.write() as session:
        reference = sqlite_notary.record(session, subject(), now=sqlite_notary.clock.now()).reference
    with sqlite_notary.database.write() as session:
        integrate(session, "2026", tree_size(session, "2026"))
    sqlite_notary.close_log(Closing.BREACH)
    assert sqlite_notary.sequence() == 1
    with sqlite_notary.database.read() as session:
        files = sqlite_notary.receipt_files(session, reference)
    assert files.log == "2026-2"
    assert verify_receipt(files.json, files.leaf, files.proof or b"", vkeys=sqlite_notary.log_vkeys()).holds


def test_rotation_keeps_old_proofs_and_names_the_new_key(notary: Notary) -> None:
    """The old key's last words name the new key; it signs nothing more; old and new proofs hold."""
    (before,) = record(notary)
    old_key = notary.log_public_key_vkey()
    successor = notary.close_log()
    (after,) = record(notary)
    with notary.database.read() as session:
        files = [notary.receipt_files(session, reference) for reference in (before, after)]
        closed = session.get_one(Log, "2026")
        assert (closed.key.state, closed.closed_at) == (KeyState.FROZEN, notary.clock.machine_now())
        statement = parse_note(closed.closing_note or b"")
    assert [each.log for each in files] == ["2026", successor.id]
    assert all(
        verify_receipt(each.json, each.leaf, each.proof or b"", vkeys=notary.log_vkeys()).holds for each in files
    )
    assert not verify_receipt(files[1].json, files[1].leaf, files[1].proof or b"", vkeys=[old_key]).holds
    verify_note(statement, [NoteKey.parse(old_key)])
    assert statement.text.endswith(f"\nsuccessor {notary.log_public_key_vkey()}\n")
    with pytest.raises(KeyFrozen):
        notary.vault.sign_checkpoint("log-2026", Checkpoint(f"{ORIGIN}/2026", 9, bytes(32)), [])
    with pytest.raises(NoteRefused):
        verify_note(statement, [NoteKey.parse(notary.log_public_key_vkey())])
    assert faults(notary) == []


def test_new_year_opens_a_new_log(sqlite_notary: Notary, clock: FixedClock) -> None:
    """What waits at midnight goes into the old year's log; then the new year's is opened. A clock set back does not
    reopen the old.
    """
    record(sqlite_notary, 2)
    clock.set(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    with sqlite_notary.database.write() as session:
        late = sqlite_notary.record(session, subject(), now=clock.now()).reference
    clock.set(datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC))
    sqlite_notary.sequence()
    (first,) = record(sqlite_notary)
    clock.set(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    (back,) = record(sqlite_notary)
    with sqlite_notary.database.read() as session:
        found = [sqlite_notary.receipt_files(session, reference) for reference in (late, first, back)]
    assert [(files.log, files.index) for files in found] == [("2026", 2), ("2027", 0), ("2027", 1)]


def test_clock_stepping_back_gives_no_token_rather_than_an_earlier_one(
    sqlite_notary: Notary, clock: FixedClock
) -> None:
    """Log time never runs backwards; the entries are proven all the same."""
    record(sqlite_notary)
    clock.advance(timedelta(hours=-1))
    (reference,) = record(sqlite_notary)
    with sqlite_notary.database.read() as session:
        files = sqlite_notary.receipt_files(session, reference)
    assert (files.tsr, str(files.standing)) == (
        None,
        "Entered in the court's log. Not timestamped yet; witnessed by 0.",
    )
    clock.advance(timedelta(hours=2))
    (reference,) = record(sqlite_notary)
    with sqlite_notary.database.read() as session:
        assert sqlite_notary.receipt_files(session, reference).tsr is not None


def test_closing_broken_off_after_the_key_froze_is_finished(sqlite_notary: Notary) -> None:
    """The process died between vault and database: the next sequencing closes the log with that same statement."""
    record(sqlite_notary)
    successor = NoteKey(f"{ORIGIN}/2026-2", NoteKey.parse(sqlite_notary.log_public_key_vkey()).type, bytes(32))
    head = sqlite_notary.vault.remembered("log-2026")
    statement = (
        f"{CLOSING}{ORIGIN}/2026\nclosed 2026-03-02T01:00:00.000000Z\nreason rotation\n"
        f"stored 1\nsigned 1 {b64(head.root)}\nsuccessor {successor.vkey}\n"
    )
    sqlite_notary.vault.freeze("log-2026", statement)
    (reference,) = record(sqlite_notary)
    with sqlite_notary.database.read() as session:
        assert sqlite_notary.receipt_files(session, reference).log == "2026-2"
        assert parse_note(session.get_one(Log, "2026").closing_note or b"").text == statement


@pytest.mark.parametrize("function", ["_sign", "sign_tree", "_stamp", "put_checkpoint"])
@pytest.mark.slow
def test_killed_process_leaves_a_log_that_goes_on(sqlite_notary: Notary, vault: FileVault, function: str) -> None:
    """Killed after the commit, after publishing tiles, after signing, before publishing the checkpoint: the next
    sequencing completes it.
    """
    record(sqlite_notary, 300)
    with sqlite_notary.database.write() as session:
        reference = sqlite_notary.record(session, subject(), now=sqlite_notary.clock.now()).reference
    arguments = [
        sqlite_notary.database.url,
        str(vault.folder),
        ORIGIN,
        str(sqlite_notary.log_dir),
        sqlite_notary.clock.now().isoformat(),
        function,
    ]
    done = subprocess.run([sys.executable, "-m", "tests.notary.crashing", *arguments], check=False, timeout=PATIENCE)
    assert done.returncode == -signal.SIGKILL
    sqlite_notary.sequence()
    with sqlite_notary.database.read() as session:
        files = sqlite_notary.receipt_files(session, reference)
        assert files.index == 300
        assert verify_receipt(files.json, files.leaf, files.proof or b"", vkeys=sqlite_notary.log_vkeys()).holds
        assert sqlite_notary.log_dir is not None
    assert faults(sqlite_notary) == []
    record(sqlite_notary)
    with sqlite_notary.database.read() as session:
        assert (sqlite_notary.log_dir / "2026/checkpoint").read_bytes() == sqlite_notary.checkpoint(session)
