"""Health, metrics and what the processes tell: useful to the court's keepers, and silent about everybody else."""

from __future__ import annotations

import json
import logging
import re
import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import text as sql_text

from odr.app import create_app
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.logs import harmless, new_request_id
from odr.notary.vault import FileVault
from odr.notary.vault_server import SocketVault, VaultServer
from tests.scene import Scene, open_court


def test_ready_says_which_part_cannot(small_scene: Scene, tmp_path: Path) -> None:
    """Live as long as it answers; ready only with database and vault, and the answer names the part, not the reason."""
    client = create_app(court=small_scene.court).test_client()
    assert client.get("/health/live").get_json() == {"status": "live"}
    assert (
        client.get("/health").get_json() == client.get("/health/ready").get_json() == {"status": "ready", "wrong": []}
    )
    small_scene.court.notary.vault = SocketVault(tmp_path / "nobody.sock")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "not ready", "wrong": ["vault"]})
    with small_scene.court.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.exec_driver_sql("DELETE FROM database_form")
        connection.exec_driver_sql("INSERT INTO database_form (id, oldest) VALUES (1, '9999')")
    assert client.get("/health/ready").get_json()["wrong"] == ["database"]
    assert client.get("/health/live").status_code == 200


def test_metrics_are_for_this_machine_or_a_token(
    sqlite_url: str, clock: FixedClock, tmp_path: Path, small_scene: Scene
) -> None:
    """Read on loopback; nothing there for others, nor for what a proxy passes on; with a token set, only with it."""
    client = create_app(court=small_scene.court).test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    strict = small_scene.court
    strict.settings = strict.settings.model_copy(update={"metrics_token": "t" * 32})
    client = create_app(court=strict).test_client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 31}x"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 32}"}).status_code == 200


def test_metrics_count_what_happened(small_scene: Scene) -> None:
    """Answers by route and status, the log's size, and what is overdue."""
    client = create_app(court=small_scene.court).test_client()
    small_scene.lodge()
    small_scene.court.notary.sequence()
    client.get("/fees")
    client.get("/fees")
    client.get("/cases/" + "a" * 26)
    small_scene.clock.advance(timedelta(days=30))
    text = client.get("/metrics").get_data(as_text=True)
    assert 'court_http_answers_total{method="GET",route="/fees",status="200"} 2.0' in text
    assert 'route="/cases/<reference>"' in text and "a" * 26 not in text
    assert "court_log_waiting 0.0" in text and "court_cases_overdue 1.0" in text and "court_rules_lacking " in text
    assert "court_log_entries " in text and "court_log_entries 0.0" not in text


def test_every_answer_has_a_number_and_a_proxy_may_give_it(small_scene: Scene) -> None:
    """The number is new for each request; one from outside is taken only where a proxy is trusted, and only if it is
    one.
    """
    client = create_app(court=small_scene.court).test_client()
    one, two = (
        client.get("/fees", headers={"X-Request-ID": "from-outside-1"}).headers["X-Request-ID"] for _ in range(2)
    )
    assert one != two and "from-outside-1" not in (one, two)
    assert new_request_id("from-outside-1") == "from-outside-1"
    assert new_request_id("two\r\nlines and more") != "two\r\nlines and more"


SECRETS = (
    "Li Wen",
    "li@parties.example",
    "capsules",
    "quite a long password",
    "BH-2025-1106-8842",
    "1 Lake Road",
    "order 8842",
    "Haiyun",
    "海云",
    "8,000",
    "li@court.example",
)


def test_nothing_of_a_case_is_told(small_scene: Scene, told: StringIO) -> None:
    """A filing, a wrong password, a crash with a row's values in its message, libraries that talk: no line holds
    anybody's words, names or secrets.
    """
    scene = small_scene
    app = create_app(court=scene.court)
    scene.upload("li", b"order 8842", "Li Wen order 8842.txt")
    scene.lodge()
    scene.accept()
    scene.work()
    scene.join()
    client = app.test_client()
    client.post("/account/sign-in", data={"email": "li@parties.example", "password": "quite a long password"})
    client.get(f"/cases/{scene.case().reference}?q=capsules")
    court = logging.getLogger("odr.test")
    try:
        with scene.court.database.write() as session:
            session.execute(sql_text("INSERT INTO account (email) VALUES (:email)"), {"email": "li@parties.example"})
    except Exception:
        court.exception("could not add %s for %s in %s", "Li Wen", "li@parties.example", "log-2026")
    logging.getLogger("foreign.driver").warning("row %s refused", "Li Wen, 1 Lake Road")
    logging.getLogger("foreign.driver").warning("row (%(who)s)", {"who": "海云"})
    put_together = f"Exception on /cases/{scene.case().reference} [GET]"
    logging.getLogger("odr").error(put_together)
    logging.getLogger("foreign.driver").error("cannot read '/home/li' for li@parties.example: 8,000 bytes")
    court.error(ValueError("capsules"))
    lines = told.getvalue().splitlines()
    assert len(lines) > 5
    for line in lines:
        assert json.loads(line)["at"]
        assert not [secret for secret in (*SECRETS, scene.case().reference) if secret in line], line
    assert any(
        '"could not add – for – in log-2026"' in line and "IntegrityError" in line and "test_health.py" in line
        for line in lines
    )
    assert any('"route": "/cases/<reference>"' in line and '"request"' in line for line in lines)


@given(st.text())
@pytest.mark.slow
def test_what_somebody_wrote_becomes_a_dash(text: str) -> None:
    """Whatever has a space, a capital, an @ or a character beyond ASCII is told as a dash."""
    said = harmless(text)
    assert said in ("–", text)
    if any(character.isspace() or character == "@" or ord(character) > 126 for character in text):
        assert said == "–"


def test_a_court_without_its_vault_records_acts_and_signs_later(
    sqlite_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    """The vault's process stops: acts are acknowledged and wait, the court is not ready; it starts again and everything
    is signed for.
    """
    vault = FileVault(tmp_path / "vault")
    server = VaultServer(tmp_path / "v.sock", vault)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    database = Database(sqlite_url)
    scene = open_court(database, clock, tmp_path / "court", vault_socket=str(tmp_path / "v.sock"))
    client = create_app(court=scene.court).test_client()
    server.shutdown()
    server.server_close()
    (tmp_path / "v.sock").unlink()
    scene.court.notary.vault.close()  # type: ignore[attr-defined]
    scene.lodge()
    assert client.get("/health/ready").get_json()["wrong"] == ["vault"]
    assert re.search(r"^court_log_waiting [1-9]", client.get("/metrics").get_data(as_text=True), re.M)
    again = VaultServer(tmp_path / "v.sock", vault)
    threading.Thread(target=again.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    assert scene.court.sequence_now() >= 1
    assert client.get("/health/ready").status_code == 200
    again.shutdown()
    again.server_close()
    database.dispose()
