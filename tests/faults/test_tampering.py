"""Somebody changes what is stored, or puts an old backup back: the audits name the culprit, and the signer signs over
nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from odr.app import create_app, create_court
from odr.docket.models import Case, DocketEntry
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.note import parse_note
from odr.notary.log.tiles import CorruptTile
from odr.notary.models import LogCheckpoint, LogTile
from odr.notary.vault import SignerAhead, VaultRefused
from tests.faults.conftest import copy_database, put_back, without_triggers
from tests.scene import Scene, claim


def accepted(scene: Scene) -> Flask:
    """A case with some entries, and the court's commands."""
    scene.lodge()
    scene.accept()
    scene.work()
    return create_app(court=scene.court)


def audits(app: Flask) -> tuple[Result, Result]:
    """``flask docket audit`` and ``flask log audit``."""
    runner = app.test_cli_runner()
    return runner.invoke(args=["docket", "audit"]), runner.invoke(args=["log", "audit"])


def test_an_untouched_court_is_found_whole(scene: Scene) -> None:
    """Both audits are content, and say so with their exit code."""
    docket, log = audits(accepted(scene))
    assert (docket.exit_code, log.exit_code) == (0, 0), docket.output + log.output


def test_the_database_itself_keeps_entries(scene: Scene) -> None:
    """Nobody who merely has the court's connection edits or deletes an entry."""
    accepted(scene)
    for statement in (delete(DocketEntry), update(DocketEntry).values(digest="0" * 64)):
        with pytest.raises(DatabaseError), scene.court.database.write() as session:
            session.execute(statement)


@pytest.mark.parametrize("number", [1, 2])
def test_an_entry_taken_out_of_the_docket_is_named(scene: Scene, number: int) -> None:
    """The triggers taken down and an entry removed: the docket's audit says which entry of which case is missing."""
    app = accepted(scene)
    with without_triggers(scene.court.database) as database, database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET session_replication_role = replica")
        connection.execute(delete(DocketEntry).where(DocketEntry.number == number))
    docket, _ = audits(app)
    assert docket.exit_code == 1
    assert f"case {scene.case().number}: entry {number} is missing" in docket.output


def test_the_last_entry_taken_out_is_named(scene: Scene) -> None:
    """Cut off at the end, where no number is left over, it is found all the same, even when the case's count is set
    back with it.
    """
    app = accepted(scene)
    case = scene.case()
    with without_triggers(scene.court.database) as database, database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET session_replication_role = replica")
        connection.execute(delete(DocketEntry).where(DocketEntry.number == case.entry_count))
    docket, _ = audits(app)
    assert docket.exit_code == 1
    assert (
        f"case {case.number}: the case counts {case.entry_count} entries, the docket holds {case.entry_count - 1}"
        in docket.output
    )


def test_one_changed_word_in_an_entry_is_named(scene: Scene) -> None:
    """A word of an entry changed, and its digest made to fit: its receipt and the chain name it."""
    app = accepted(scene)
    with scene.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.number == 1)).one()
    with without_triggers(scene.court.database) as database, database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SET session_replication_role = replica")
        connection.execute(
            update(DocketEntry)
            .where(DocketEntry.id == entry.id)
            .values(payload=entry.payload.replace("8,000", "9,000").replace("800000", "900000"))
        )
    docket, _ = audits(app)
    assert docket.exit_code == 1
    assert f"case {scene.case().number}: entry 1: its content does not match its digest" in docket.output


def flip_tile(scene: Scene) -> None:
    with without_triggers(scene.court.database), scene.court.database.write() as session:
        tile = session.scalars(select(LogTile).where(LogTile.level == 0).order_by(LogTile.tile_index)).first()
        assert tile is not None
        data = bytearray(tile.data)
        data[40] ^= 1
        tile.data = bytes(data)


def test_a_flipped_bit_in_a_tile_is_named_and_not_signed_over(small_scene: Scene) -> None:
    """The log's audit names the tile; the next act is recorded, and its leaf waits, since the signer does not sign over
    the damage.
    """
    app = accepted(small_scene)
    flip_tile(small_scene)
    docket, log = audits(app)
    assert (docket.exit_code, log.exit_code) == (1, 1)
    assert "2026 tile 0/0" in log.output and "2026 tile 0/0" in docket.output
    before = small_scene.court.notary.vault.remembered("log-2026").size
    small_scene.lodge(claim())
    with pytest.raises((CorruptTile, VaultRefused)):
        small_scene.court.notary.sequence()
    assert small_scene.court.notary.vault.remembered("log-2026").size == before


def test_a_checkpoint_of_another_tree_is_named(small_scene: Scene) -> None:
    """A stored checkpoint that does not lead to the stored entries is named with its size."""
    app = accepted(small_scene)
    with without_triggers(small_scene.court.database), small_scene.court.database.write() as session:
        row = session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size.desc())).first()
        assert row is not None
        told = Checkpoint.parse(parse_note(bytes(row.note)).text)
        forged = Checkpoint(told.origin, told.size, bytes(32))
        row.note = bytes(row.note).replace(told.text.encode(), forged.text.encode())
        size = row.size
    _, log = audits(app)
    assert log.exit_code == 1
    assert f"2026 checkpoint {size}" in log.output


def test_an_older_database_is_named_and_the_log_is_not_forked(small_scene: Scene, tmp_path: Path) -> None:
    """Restored without the signer's memory: audit and signer say so, nothing is signed, and a court does not open on
    it.
    """
    app = accepted(small_scene)
    database = small_scene.court.database
    copy_database(database, tmp_path / "backup.sqlite")
    small_scene.lodge(claim())
    small_scene.court.notary.sequence()
    signed = small_scene.court.notary.vault.remembered("log-2026").size
    put_back(database, tmp_path / "backup.sqlite")
    docket, log = audits(app)
    assert (docket.exit_code, log.exit_code) == (1, 1)
    assert "2026 signer" in log.output and "set back" in log.output
    with database.write() as session:
        case = session.scalars(select(Case)).first()
        assert case is not None
    small_scene.lodge(claim())
    with pytest.raises(SignerAhead):
        small_scene.court.notary.sequence()
    assert small_scene.court.notary.vault.remembered("log-2026").size == signed
    with pytest.raises(SignerAhead, match=f"signed {signed} entries"):
        create_court(small_scene.court.settings, small_scene.clock, database)
