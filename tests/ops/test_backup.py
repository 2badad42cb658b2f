"""Backup and restore, drilled: a court is lost and goes on, everything verifies, and what was lost is named."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from odr.app import create_app, create_court
from odr.docket.models import Case
from odr.evidence.models import Upload
from odr.evidence.store.integrity_check import FaultKind, check
from odr.ground.db import Database
from odr.notary.check.audit import audit
from odr.notary.vault import SignerAhead, VaultRefused
from odr.operations.backup import give_to_owners, restore, verify
from odr.operations.maintenance import closed_app
from odr.procedure.audit.docket_audit import audit as audit_dockets
from tests.faults.conftest import copy_database, put_back
from tests.ops.conftest import Keeper
from tests.scene import Scene, claim


def receipt_file(scene: Scene, reference: str, to: Path) -> Path:
    """What somebody keeps at home: the receipt of an act."""
    with scene.court.database.read() as session:
        to.write_bytes(scene.court.notary.receipt_files(session, reference).json)
    return to


def faults(scene: Scene) -> list[str]:
    """What all three audits find; files that no row names apart, see ``unclaimed``."""
    with scene.court.database.read() as session:
        found = audit_dockets(scene.court, session) + [fault.culprit for fault in audit(scene.court.notary, session)]
        return found + [
            str(fault) for fault in check(scene.court.ports.store, session) if fault.kind is not FaultKind.UNCLAIMED
        ]


def unclaimed(scene: Scene) -> int:
    """Files in the store that no row names."""
    with scene.court.database.read() as session:
        return sum(fault.kind is FaultKind.UNCLAIMED for fault in check(scene.court.ports.store, session))


def work(scene: Scene) -> str:
    """A large file, a small one, a claim, its acceptance; gives the receipt of the claim."""
    scene.upload("li", b"large" * 40_000)
    scene.upload("li", b"small")
    receipt = scene.lodge()
    scene.accept()
    return receipt.receipt


def lose_database(database: Database) -> None:
    """Every row is gone."""
    database.dispose()
    if database.path is not None:
        for end in ("", "-wal", "-shm", ".lock", ".sequencer"):
            database.path.with_name(database.path.name + end).unlink(missing_ok=True)
        return
    engine = Database(database.url).engine
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


@contextmanager
def reopened(keeper: Keeper) -> Iterator[Scene]:
    """The court opened again on what is there."""
    database = Database(keeper.settings.url)
    yield Scene(create_court(keeper.settings, keeper.clock, database), keeper.clock)
    database.dispose()


def moved(keeper: Keeper, folder: Path) -> Keeper:
    """The same court's settings on another machine."""
    return Keeper(
        keeper.settings.model_copy(update={"data_dir": folder, "database_url": f"sqlite:///{folder / 'court.sqlite'}"}),
        keeper.clock,
    )


def test_a_lost_database_is_restored_and_what_came_after_is_named(kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """Back up, go on, lose the database, restore: keys and log are newer and stay, every audit is clean, exactly the
    later acts are named as lost.
    """
    scene, keeper = kept
    before = receipt_file(scene, work(scene), tmp_path / "before.json")
    said = keeper.well("backup", str(tmp_path / "backup"))
    assert "private keys" in said
    scene.court.notary.sequence()
    start = scene.court.notary.vault.remembered("log-2026").size
    after = receipt_file(scene, scene.lodge().receipt, tmp_path / "after.json")
    scene.upload("li", b"later" * 40_000)
    entries = scene.court.notary.vault.remembered("log-2026").size - start
    lose_database(scene.court.database)

    said = keeper.well("restore", str(tmp_path / "backup"))
    assert "still there and newer, so kept: vault, log" in said
    assert said.count("\nlost: log 2026 entry ") == entries >= 2
    with reopened(keeper) as again:
        # The file that came after lies in the store, named by nobody: it is told and kept.
        assert (faults(again), unclaimed(again)) == ([], 1)
        again.people = scene.people
        again.lodge(claim())
        again.court.notary.sequence()
        assert faults(again) == []
        with again.court.database.read() as session:
            assert session.scalar(select(func.count()).select_from(Case)) == 2
            assert session.scalar(select(func.count()).select_from(Upload)) == 2
    told = keeper.well("log", "lost", str(before), str(after))
    assert f"{before}: log 2026 entry" in told and told.splitlines()[0].count("held by the court") == 1
    assert "LOST" in told.splitlines()[1] and "entry" in told.splitlines()[1]
    assert keeper.well("log", "lost").count("log 2026 entry") == entries


def test_a_lost_machine_is_restored_and_does_not_contradict_itself(kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """Everything lost, keys too: their memory is as old as the backup, so the log ends with a signed statement and its
    successor goes on.
    """
    scene, keeper = kept
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    scene.lodge()
    lose_database(scene.court.database)
    shutil.rmtree(keeper.settings.data_dir)
    said = keeper.well("restore", str(tmp_path / "backup"))
    assert "reason breach" in said and "successor" in said and "log/2026-2" in said
    with reopened(keeper) as again:
        assert faults(again) == []
        again.people = scene.people
        again.lodge()
        again.court.notary.sequence()
        assert faults(again) == []
        assert again.court.notary.vault.remembered("log-2026-2").size >= 1
    assert keeper.run("restore", str(tmp_path / "backup")).exit_code == 1


@pytest.mark.parametrize("apart", [False, True])
def test_what_hearings_recorded_comes_back(small_kept: tuple[Scene, Keeper], tmp_path: Path, apart: bool) -> None:
    """Pieces of recordings are in the backup wherever the settings have them lie, and are laid back to there."""
    scene, keeper = small_kept
    if apart:
        settings = keeper.settings.model_copy(update={"recordings_dir": str(tmp_path / "recorded")})
        keeper = Keeper(settings, scene.clock)
    piece = keeper.settings.recordings_folder / "h1" / "1"
    piece.mkdir(parents=True)
    written = {"chain": b"a link\n", "anybody": b"\x00" * 1000, "witness": b"\x01" * 10}
    for name, data in written.items():
        (piece / name).write_bytes(data)
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    lose_database(scene.court.database)
    shutil.rmtree(keeper.settings.data_dir)
    shutil.rmtree(keeper.settings.recordings_folder, ignore_errors=True)
    keeper.well("restore", str(tmp_path / "backup"))
    assert {path.name: path.read_bytes() for path in piece.iterdir()} == written


def test_a_court_that_was_stopped_moves_and_keeps_its_log(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """Moved to another machine with nothing signed in between, and somebody vouching for it, the log goes on under its
    keys.
    """
    scene, keeper = small_kept
    work(scene)
    scene.court.notary.sequence()
    size = scene.court.notary.vault.remembered("log-2026").size
    keeper.well("backup", str(tmp_path / "backup"))
    elsewhere = moved(keeper, tmp_path / "new")
    said = elsewhere.well("restore", "--nothing-signed-since", str(tmp_path / "backup"))
    assert "nothing signed for is lost" in said
    with reopened(elsewhere) as again:
        assert faults(again) == []
        again.people = scene.people
        again.lodge()
        assert again.court.notary.vault.remembered("log-2026").size > size
        assert faults(again) == []


def test_restored_keys_sign_nothing_before_somebody_answers_for_them(
    small_kept: tuple[Scene, Keeper], tmp_path: Path
) -> None:
    """Put back by hand beside an older database, keys out of a backup refuse to sign a tree: the log cannot be forked
    by forgetting a step.
    """
    scene, keeper = small_kept
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    elsewhere = moved(keeper, tmp_path / "new")
    restore(elsewhere.settings, tmp_path / "backup", now=keeper.clock.now())
    with reopened(elsewhere) as again:
        again.people = scene.people
        again.lodge()
        with pytest.raises(VaultRefused, match="came out of a backup"):
            again.court.notary.sequence()


def damage(what: str, folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    blob = next(name for name in manifest["files"] if name.startswith("blobs/"))
    if what == "flipped":
        data = bytearray((folder / blob).read_bytes())
        data[7] ^= 1
        (folder / blob).write_bytes(data)
    elif what == "missing":
        (folder / blob).unlink()
    elif what == "added":
        (folder / "vault" / "log-2027.key").write_text("planted")
    elif what == "unfinished":
        (folder / "manifest.json").unlink()


@pytest.mark.parametrize("what", ["flipped", "missing", "added", "unfinished"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    small_kept: tuple[Scene, Keeper], tmp_path: Path, what: str
) -> None:
    """One bit, a missing file, a planted key, a backup that broke off: refused, and the file is named."""
    scene, keeper = small_kept
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    assert verify(tmp_path / "backup")["origin"] == keeper.settings.origin
    damage(what, tmp_path / "backup")
    lose_database(scene.court.database)
    result = keeper.run("restore", str(tmp_path / "backup"))
    assert result.exit_code == 1 and "Error" in result.output
    assert scene.court.database.path is not None and not scene.court.database.path.exists()


def test_what_does_not_fit_is_refused(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """Not over a living court, not with another secret, not under another log's name, not into a folder in use."""
    scene, keeper = small_kept
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    assert "not empty" in keeper.run("backup", str(tmp_path / "backup")).output
    assert "there is a database already" in keeper.run("restore", str(tmp_path / "backup")).output
    lose_database(scene.court.database)
    wrong: dict[str, Any] = {
        "secret_key": "another secret of this court",
        "base_url": "http://elsewhere.example",
        "database_url": "postgresql+psycopg://x@/y",
    }
    for name, value in wrong.items():
        result = Keeper(keeper.settings.model_copy(update={name: value}), keeper.clock).run(
            "restore", str(tmp_path / "backup")
        )
        assert result.exit_code == 1 and not (tmp_path / "court.sqlite").exists(), name


def test_a_court_goes_on_working_while_it_is_backed_up(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """Acts come in all the while: whatever moment the backup caught, it restores to a court whose audits are clean."""
    scene, keeper = small_kept
    work(scene)
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            scene.do("change_consent", "li", agrees=True)
            scene.upload("li", b"while" * 20_000)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        for number in range(3):
            keeper.well("backup", str(tmp_path / f"backup-{number}"))
    finally:
        stop.set()
        thread.join()
    for number in range(3):
        elsewhere = moved(keeper, tmp_path / f"new-{number}")
        elsewhere.well("restore", str(tmp_path / f"backup-{number}"))
        with reopened(elsewhere) as again:
            assert faults(again) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to somebody else")
def test_files_are_given_back_while_the_court_writes_others(small_kept: tuple[Scene, Keeper]) -> None:
    """A file that is renamed or taken away just then is no error: the command ends well, and what stays belongs to the owner."""
    _, keeper = small_kept
    folder = keeper.settings.data_dir / "log"
    folder.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for number in range(50):
                part = folder / f"{number}.new"
                part.write_bytes(b"a tile")
                part.rename(folder / f"{number}").unlink()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(200):
            give_to_owners(keeper.settings)
    finally:
        stop.set()
        thread.join()


def test_an_old_backup_put_back_by_hand_is_mended_by_one_command(
    small_kept: tuple[Scene, Keeper], tmp_path: Path
) -> None:
    """The court does not open on it and says why; the check-up names the command, the command recovers, the court
    opens.
    """
    from odr.app import create_court

    scene, keeper = small_kept
    work(scene)
    copy_database(scene.court.database, tmp_path / "old.sqlite")
    lost = scene.lodge()
    put_back(scene.court.database, tmp_path / "old.sqlite")
    with pytest.raises(SignerAhead):
        create_court(keeper.settings, keeper.clock, scene.court.database)
    assert "`flask log recover`" in keeper.run("doctor").output
    said = keeper.well("log", "recover")
    # The act, and what the log holds of the draw of its clerk.
    assert re.search(r"^[2-9] acknowledged acts or files are lost", said, re.M) and lost.number == 1
    with reopened(keeper) as again:
        assert faults(again) == []
    assert "nothing signed for is lost" in keeper.well("log", "recover")
    assert "the log is sound" in keeper.well("log", "audit")


def test_a_log_that_cannot_be_recovered_is_closed_by_command(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """Without its published files the log ends by a signed statement that says how many entries it had signed, and the
    court opens under the successor.
    """
    scene, keeper = small_kept
    work(scene)
    copy_database(scene.court.database, tmp_path / "old.sqlite")
    scene.lodge()
    put_back(scene.court.database, tmp_path / "old.sqlite")
    shutil.rmtree(keeper.settings.data_dir / "log")
    refused = keeper.run("log", "recover")
    assert refused.exit_code == 1 and "log close --breach" in refused.output
    assert "reason breach" in keeper.well("log", "close", "--breach", "--yes")
    with reopened(keeper) as again:
        again.people = scene.people
        again.lodge()
        assert faults(again) == []


def test_rotation_by_command(small_kept: tuple[Scene, Keeper]) -> None:
    """The log gets a new key, the old one signs the statement that names it, and both audits are clean."""
    scene, keeper = small_kept
    work(scene)
    said = keeper.well("log", "rotate", "--yes")
    assert "reason rotation" in said and "log/2026-2" in said
    scene.lodge()
    assert faults(scene) == []
    assert closed_app(keeper.settings).test_cli_runner().invoke(args=["log", "close"], input="n\n").exit_code == 1
    assert create_app(court=scene.court).test_client().get("/log/2026-2/checkpoint").status_code == 200
