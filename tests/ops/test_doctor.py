"""The check-up: quiet on a sound court, and for each fault a line that names it and says how to mend it."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select, update

from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.config import Mode, Settings
from odr.ground.db import Database
from odr.notary.models import LogEntry, LogTile, SigningKey
from odr.notary.vault import FileVault, KeyKind
from odr.operations.doctor import check_settings
from odr.operations.maintenance import closed_app
from tests.faults.conftest import without_triggers
from tests.ops.conftest import Keeper
from tests.peers.smtp import SmtpPeer
from tests.scene import Scene, open_court


def bad(result: Result) -> list[str]:
    """The lines that say that something is bad."""
    return [line for line in result.output.splitlines() if line.startswith("BAD")]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_sound_court_is_well(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> None:
    """Nothing bad on either database with a court that works; it ends with 0 and leaves no file behind."""
    url = request.getfixturevalue("sqlite_url" if engine == "sqlite" else "postgres_court_url")
    database, clock = Database(url), FixedClock(datetime.now(UTC))
    scene = open_court(database, clock, tmp_path / "court")
    scene.lodge()
    before = sorted(path for path in (tmp_path / "court" / "blobs").rglob("*") if path.is_file())
    result = Keeper(scene.court.settings, clock).run("doctor")
    wrong = [
        line for line in bad(result) if not (engine == "postgresql" and "synced" in line)
    ]  # the tests' cluster has fsync off
    assert wrong == [], result.output
    assert result.exit_code == (0 if engine == "sqlite" else 1)
    assert sorted(path for path in (tmp_path / "court" / "blobs").rglob("*") if path.is_file()) == before
    database.dispose()


def test_a_court_in_production_names_the_court_above_it() -> None:
    """Judgments say to which court one appeals (CPL 155, 173): the words the program comes with name none."""
    standard = Settings.model_fields
    plain = {name: standard[name].default for name in ("zone", "pack", "witnesses", "external_tsa")}
    common = {"mode": Mode.PRODUCTION, "base_url": "https://court.example", "origin": "court.example", **plain}
    unnamed = Settings.model_construct(**common)
    named = Settings.model_construct(**common, appeal_court="Ningbo Intermediate Court", appeal_court_zh="宁波中院")
    said = [[finding.what for finding in check_settings(each)] for each in (unnamed, named)]
    assert "judgments name no court of appeal by its name" in said[0]
    assert "judgments name no court of appeal by its name" not in said[1]


def test_each_fault_of_the_database_is_named(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """A missing trigger, a form too old, a form too new, no database at all."""
    scene, keeper = small_kept
    with without_triggers(scene.court.database):
        assert "append-only triggers are missing" in bad(keeper.run("doctor"))[0]
    assert bad(keeper.run("doctor")) == []
    newer = Keeper(keeper.settings, keeper.clock)
    with scene.court.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.exec_driver_sql("DELETE FROM database_form")
        connection.exec_driver_sql("INSERT INTO database_form (id, oldest) VALUES (1, '9999')")
    assert "does not know" in bad(newer.run("doctor"))[0]
    empty = keeper.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'empty.sqlite'}"})
    result = Keeper(empty, keeper.clock).run("doctor")
    assert result.exit_code == 1 and "lacks 0001" in bad(result)[0] and "flask db upgrade" in result.output


def test_each_fault_of_keys_and_log_is_named(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """Another vault, another key in the vault, a signer that is ahead, a tree that differs, a clock before the log."""
    scene, keeper = small_kept
    scene.lodge()
    other = keeper.settings.model_copy(update={"vault_dir": str(tmp_path / "other")})
    assert "the vault lacks a key" in bad(Keeper(other, keeper.clock).run("doctor"))[0]
    with scene.court.database.read() as session:
        for key in session.scalars(select(SigningKey)):
            FileVault(tmp_path / "other").create_key(
                key.id, KeyKind.ED25519 if key.use.value == "log" else KeyKind.P256
            )
    assert "are not those of the database" in bad(Keeper(other, keeper.clock).run("doctor"))[0]
    keeper.clock.advance(-timedelta(hours=1))
    assert "stands before the newest tree head" in bad(keeper.run("doctor"))[0]
    keeper.clock.advance(timedelta(hours=1))
    with without_triggers(scene.court.database), scene.court.database.write() as session:
        session.execute(update(LogTile).values(data=b"x" * 32 * 4))
    assert any("another tree" in line or "could not be done" in line for line in bad(keeper.run("doctor")))
    with without_triggers(scene.court.database), scene.court.database.write() as session:
        session.execute(update(LogEntry).values(log_id=None, log_index=None))
    assert any("set back" in line for line in bad(keeper.run("doctor")))


def test_each_fault_of_the_outside_is_named(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """A mail server, a scanner, a vault or a store that does not answer, rules that are not there."""
    _, keeper = small_kept
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{closed.getsockname()[1]}"
    (tmp_path / "file").write_text("in the way")
    for change, words in {
        ("smtp_url", f"smtp+plain://{nobody}"): "the mail server 127.0.0.1",
        ("clamd", f"tcp://{nobody}"): "clamd does not answer",
        ("vault_socket", str(tmp_path / "none.sock")): "the vault does not answer",
        ("store_url", f"file://{tmp_path}/file/store"): "the store of files cannot be written",
        ("pack", "nowhere"): "rule packs",
        ("zone", "Nowhere/None"): "there is no time zone",
    }.items():
        result = Keeper(keeper.settings.model_copy(update=dict([change])), keeper.clock).run("doctor")
        assert result.exit_code == 1, change
        assert any(words in line for line in bad(result)), result.output
        assert all(
            "→" in after
            for line, after in zip(result.output.splitlines(), result.output.splitlines()[1:], strict=False)
            if line.startswith("BAD")
        )


def test_the_mail_server_and_what_is_overdue(small_kept: tuple[Scene, Keeper], smtp_peer: SmtpPeer) -> None:
    """A server that greets is well; a case with something long due asks for the worker; a calendar that is missing is
    told.
    """
    scene, keeper = small_kept
    scene.lodge()
    found = Keeper(
        keeper.settings.model_copy(update={"smtp_url": f"smtp+plain://127.0.0.1:{smtp_peer.port}"}), keeper.clock
    )
    assert "the mail server 127.0.0.1 answers" in found.well("doctor")
    keeper.clock.advance(timedelta(days=40))
    assert "start the worker" in keeper.well("doctor")
    keeper.clock.advance(timedelta(days=5 * 365))
    assert "calendar" in keeper.run("doctor").output


def test_an_upgrade_needs_no_open_court(tmp_path: Path) -> None:
    """A sitting court whose database lacks a step does not open, and the command that takes the step works all the
    same.
    """
    settings = Settings(
        mode="production",  # type: ignore[arg-type]
        secret_key="k" * 32,
        base_url="https://court.example",
        smtp_url="smtp://mail.example",
        data_dir=tmp_path / "court",
    )
    app = closed_app(settings)
    assert app.test_cli_runner().invoke(args=["db", "status"]).exit_code == 1
    done = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert done.exit_code == 0 and "took 0001" in done.output
    assert app.test_cli_runner().invoke(args=["db", "status"]).exit_code == 0
    assert migrate.pending(settings.url) == []
