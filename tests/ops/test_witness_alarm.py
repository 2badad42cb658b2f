"""What the court's keepers see of its witnesses: an alarm everywhere for a refusal, a worry for an absence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from odr.app import create_app
from odr.ground.clock import FixedClock
from odr.notary.check.witness import Witness
from odr.notary.check.witness_refusals import REFUSALS
from odr.notary.log.note import NoteKey
from odr.notary.models import LogEntry
from odr.notary.time.time_tokens import RemoteTimestamper
from odr.operations import backup
from odr.operations.worker import work_once
from tests.notary.test_witness import Peer
from tests.ops.conftest import Keeper
from tests.patience import PATIENCE
from tests.scene import Scene
from tests.typed import typed_words


@pytest.fixture
def watched(
    small_kept: tuple[Scene, Keeper], clock: FixedClock, serve: Callable[..., str]
) -> tuple[Scene, Keeper, Peer]:
    """A court that has signed one act, with one witness; its keeper's commands have the same settings."""
    scene, keeper = small_kept
    scene.lodge()
    peer = Peer(clock, [NoteKey.parse(scene.court.notary.log_public_key_vkey())])
    witness = Witness(peer.key, serve(peer), timeout=PATIENCE)
    scene.court.notary.witnesses = (witness,)
    keeper.settings = keeper.settings.model_copy(update={"witnesses": f"{peer.key.vkey} {witness.url}"})
    return scene, keeper, peer


def lines(told: StringIO, level: str) -> list[dict[str, object]]:
    """What the court told at a level, of its worker."""
    found = [json.loads(line) for line in told.getvalue().splitlines()]
    return [line for line in found if (line["level"], line["logger"]) == (level, "odr.operations.worker")]


def number(text: str, name: str) -> float:
    """The value of a metric."""
    (value,) = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(name)]
    return float(value)


def waiting(scene: Scene) -> int:
    """Leaves that wait for their place."""
    with scene.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.log_index.is_(None))) or 0


def test_a_refusal_is_an_alarm_everywhere_until_an_operator_answers(
    watched: tuple[Scene, Keeper, Peer], told: StringIO
) -> None:
    """Log, metrics, check-up and readiness say it; acts are acknowledged and wait; `log resume` with name and reason
    lets the vault sign again.
    """
    scene, keeper, peer = watched
    client = create_app(court=scene.court).test_client()
    assert work_once(scene.court)["witnesses"] == 1
    assert keeper.well("doctor").count("witness") == 0 and client.get("/health/ready").status_code == 200
    scene.accept()
    peer.forced = Response(status=422)
    assert work_once(scene.court)["witnesses"] == 0, "a refusal is no attestation"
    work_once(scene.court)
    (alarm,) = lines(told, "critical")
    assert "witness.example/w1 refused the tree head of" in str(alarm["event"]) and (alarm["who"], alarm["status"]) == (
        peer.name,
        422,
    )
    assert client.get("/health/ready").get_json() == {"status": "not ready", "wrong": ["witnesses"]}
    assert number(client.get("/metrics").get_data(as_text=True), "court_witness_refusals ") == 1
    said = keeper.run("doctor")
    assert (
        said.exit_code == 1
        and "BAD   the witness witness.example/w1 refused the tree head" in said.output
        and "flask log resume" in said.output
    )
    before = waiting(scene)
    scene.join()
    assert waiting(scene) > before, "an act is acknowledged and waits"
    assert "NOT ANSWERED" in keeper.run("log", "resume").output and keeper.run("log", "resume").exit_code == 1
    assert keeper.run("log", "resume", "--by", "Li Wen").exit_code == 2
    answered = keeper.well(
        *typed_words("/srv/court/app/.venv/bin/flask --app wsgi log resume", {"Your Name": "Li Wen"})
    )
    assert "Li Wen on" in answered and "The witness kept the tree of the drill" in answered
    peer.forced = None
    done = work_once(scene.court)
    assert (waiting(scene), done["witnesses"]) == (0, 1)
    assert (
        client.get("/health/ready").status_code == 200
        and number(client.get("/metrics").get_data(as_text=True), "court_witness_refusals ") == 0
    )
    assert keeper.run("doctor").exit_code == 0 and len(lines(told, "critical")) == 1


def test_a_court_that_was_set_back_closes_its_log_and_goes_on(watched: tuple[Scene, Keeper, Peer]) -> None:
    """`log close --breach` gives its statement to publish and says that nothing is signed yet; answered for, the
    successor signs what waited.
    """
    scene, keeper, peer = watched
    work_once(scene.court)
    scene.accept()
    peer.forced = Response("9999\n", 409)
    work_once(scene.court)
    refused = keeper.run("log", "rotate", "--yes")
    assert refused.exit_code == 1 and "knows 9999 entries" in refused.output, "the log cannot end as if it were whole"
    closed = keeper.well("log", "close", "--breach", "--yes")
    assert "reason breach" in closed and "Publish this statement" in closed and "nothing is signed yet" in closed
    scene.join()
    assert waiting(scene) > 0
    keeper.well("log", "resume", "--by", "Li Wen", "--why", "Set back by a snapshot; the log is closed.")
    peer.forced = None
    peer.trusted.append(NoteKey.parse(scene.court.notary.log_public_key_vkey()))
    assert work_once(scene.court)["witnesses"] == 1 and waiting(scene) == 0
    assert keeper.run("doctor").exit_code == 0


def test_an_absent_witness_is_a_worry_and_stops_nothing(watched: tuple[Scene, Keeper, Peer], told: StringIO) -> None:
    """It is told in the log once, in the metrics by its lag, in the check-up after a quarter of an hour; the court
    stays ready and signs.
    """
    scene, keeper, peer = watched
    client = create_app(court=scene.court).test_client()
    work_once(scene.court)
    lag = f'court_attestation_lag_seconds{{kind="witness",who="{peer.name}"}}'
    assert number(client.get("/metrics").get_data(as_text=True), lag) == 0
    scene.accept()
    peer.forced = Response(status=503)
    for _ in range(3):
        assert work_once(scene.court)["witnesses"] == 0
    (line,) = lines(told, "warning")
    assert (line["who"], line["status"]) == (peer.name, 503)
    scene.clock.advance(timedelta(minutes=16))
    assert number(client.get("/metrics").get_data(as_text=True), lag) == 16 * 60
    assert client.get("/health/ready").status_code == 200 and waiting(scene) == 0
    said = keeper.well("doctor")
    assert f"worry the witness {peer.name} lacks every tree head since" in said
    peer.forced = None
    assert work_once(scene.court)["witnesses"] == 1
    assert "worry the witness" not in keeper.well("doctor") and len(lines(told, "warning")) == 2


def test_a_refusal_outlasts_the_database_and_goes_into_the_backup(
    watched: tuple[Scene, Keeper, Peer], tmp_path: Path
) -> None:
    """It lies with the signer's memory: a database that is put back does not take it away, and the nightly backup holds
    it.
    """
    scene, keeper, peer = watched
    backup.back_up(keeper.settings, tmp_path / "before", now=keeper.clock.now())
    assert work_once(scene.court)["witnesses"] == 1
    scene.accept()
    peer.forced = Response(status=403)
    work_once(scene.court)
    backup.back_up(keeper.settings, tmp_path / "after", now=keeper.clock.now())
    assert (tmp_path / "after/vault" / REFUSALS).is_file() and not (tmp_path / "before/vault" / REFUSALS).exists()
    scene.court.database.dispose()
    database = Path(scene.court.settings.url.removeprefix("sqlite:///"))
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()
    keeper.well("restore", str(tmp_path / "before"))
    assert "BAD   the witness witness.example/w1 refused" in keeper.run("doctor").output


def test_a_dead_time_authority_and_a_log_caught_lying_are_worries(
    watched: tuple[Scene, Keeper, Peer], told: StringIO, tmp_path: Path
) -> None:
    """An outside authority that gives no token is told like a witness; heads that contradict one another, kept by the
    monitor, are named.
    """
    scene, keeper, _ = watched
    with scene.court.database.read() as session:
        root = scene.court.notary.authority.root(session)
    (tmp_path / "roots.pem").write_text(scene.court.notary.tsa_ca_pem())
    keeper.settings = keeper.settings.model_copy(
        update={"external_tsa": f"tsa.example http://127.0.0.1:9 {tmp_path / 'roots.pem'}"}
    )
    scene.court.notary.timestampers = (RemoteTimestamper("tsa.example", "http://127.0.0.1:9", [root], timeout=0.2),)
    assert work_once(scene.court)["witnesses"] == 1, "the witness did, the authority did not"
    assert [line["who"] for line in lines(told, "warning")] == ["tsa.example"]
    scene.clock.advance(timedelta(minutes=16))
    lag = 'court_attestation_lag_seconds{kind="authority",who="tsa.example"}'
    assert number(create_app(court=scene.court).test_client().get("/metrics").get_data(as_text=True), lag) >= 16 * 60
    assert "worry the time authority tsa.example lacks every tree head since" in keeper.well("doctor")
    (keeper.settings.data_dir / "monitored").mkdir()
    (keeper.settings.data_dir / "monitored/ab-cd.checkpoint").write_text("head")
    assert "contradict one another: ab-cd.checkpoint" in keeper.well("doctor")
