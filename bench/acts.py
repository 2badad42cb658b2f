"""Acts over HTTP against the same ``perform()`` in process; pages against their bare templates; many cases; the sweep."""

from __future__ import annotations

import json
import tempfile
import threading
import urllib.request
from contextlib import contextmanager
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from werkzeug.serving import make_server

from bench.frame import PAIRS, Ratio, compare, cpu, timed
from odr import migrate, worker
from odr.app import create_app
from odr.clock import FixedClock
from odr.db import Database, new_reference
from odr.docket.models import Case, Stage
from odr.identity import sessions, tokens
from odr.identity.models import Account
from odr.identity.tokens import Scope
from odr.procedure.models import Window, WindowState
from tests.conftest import MORNING
from tests.scene import Scene, open_court

ACTS = 60


def fresh(folder: Path) -> Scene:
    """A court on a new SQLite database with one accepted case."""
    url = f"sqlite:///{folder / 'court.sqlite'}"
    migrate.upgrade(url)
    scene = open_court(Database(url), FixedClock(MORNING), folder / "court")
    scene.lodge()
    scene.accept()
    scene.join()
    return scene


@contextmanager
def serving(scene: Scene) -> Iterator[str]:
    """The court over HTTP on loopback."""
    server = make_server("127.0.0.1", 0, create_app(court=scene.court), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def acts_over_http(scene: Scene) -> Ratio:
    """Changes of consent: a small act of seven rows, one by one."""
    with scene.court.database.write() as session:
        secret = tokens.issue(session, session.get_one(Account, scene.people["li"]), name="bench", scopes=[Scope.ACT], lasts=timedelta(days=1), now=scene.clock.machine_now())
    reference = scene.case().reference

    with serving(scene) as base:

        def over_http() -> float:
            def one() -> None:
                asked = urllib.request.Request(
                    f"{base}/api/v1/cases/{reference}/acts/change_consent", json.dumps({"agrees": True}).encode(), {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
                )
                urllib.request.urlopen(asked).read()

            return ACTS / timed(lambda: [one() for _ in range(ACTS)])

        def in_process() -> float:
            return ACTS / timed(lambda: [scene.do("change_consent", "li", agrees=True) for _ in range(ACTS)])

        return compare("acts a second over HTTP", ("over HTTP", over_http), ("perform() in process", in_process), limit=0.4, at_least=True)


def docket_page(scene: Scene) -> Ratio:
    """The docket page against bare rendering of its template with the same data."""
    app = create_app(court=scene.court)
    client = app.test_client()
    sign_in(app, client, scene)
    reference = scene.case().reference
    taken: dict[str, Any] = {}

    def whole() -> float:
        return cpu(lambda: [client.get(f"/cases/{reference}/docket") for _ in range(20)])

    def capture(sender: Any, template: Any, context: dict[str, Any], **more: Any) -> None:
        taken.update(template=template, context=dict(context))

    from flask import template_rendered

    with template_rendered.connected_to(capture, app):
        client.get(f"/cases/{reference}/docket")

    def bare() -> float:
        with app.test_request_context(f"/cases/{reference}/docket"):
            return cpu(lambda: [taken["template"].render(taken["context"]) for _ in range(20)])

    return compare("docket page, CPU", ("the page", whole), ("its template alone", bare), limit=1.5, at_least=False)


def sign_in(app: Any, client: Any, scene: Scene) -> None:
    """Give the client a session of the claimant's."""
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.people["li"])
        token, _ = sessions.open_session(session, account, scene.clock.machine_now(), device="bench", address="127.0.0.1", two_factor=False)
    client.set_cookie("session_token", token)


def fill(scene: Scene, count: int) -> None:
    """Add cases that nobody here looks at."""
    case, now = scene.case(), scene.clock.now()
    with scene.court.database.write() as session:
        for start in range(0, count, 10_000):
            rows = [
                {
                    "reference": new_reference(), "number": f"x{start + i}", "pack_id": case.pack_id, "pack_version": case.pack_version, "stage": Stage.PENDING, "track": case.track,
                    "cause": case.cause, "title": "x", "filed_on": case.filed_on, "lodged_at": now, "entry_count": 0, "head_digest": "0" * 64, "foreign_related": False,
                }
                for i in range(min(10_000, count - start))
            ]  # fmt: skip
            session.execute(insert(Case), rows)


def many_cases(few: Scene, many: Scene) -> Ratio:
    """The case page among 100,000 cases against the same among 1,000 (p95 of 40)."""
    clients = []
    for scene in (few, many):
        app = create_app(court=scene.court)
        client = app.test_client()
        sign_in(app, client, scene)
        clients.append((client, f"/cases/{scene.case().reference}"))

    def p95(client: Any, path: str) -> float:
        taken = sorted(timed(lambda: client.get(path)) for _ in range(40))
        return taken[37]

    return compare("case page, p95, 100,000 cases", ("100,000 cases", lambda: p95(*clients[1])), ("1,000 cases", lambda: p95(*clients[0])), limit=1.2, at_least=False)


def sweep(scene: Scene, windows: int = 512) -> Ratio:
    """Lapsing windows in Sittings of 256 against one by one."""

    def lapse(batch: int) -> float:
        with scene.court.database.write() as session:
            ids = list(session.scalars(select(Case.id).where(Case.title == "x").limit(windows)))
            due = scene.clock.now() - timedelta(hours=1)
            window = scene_window(scene)
            session.execute(insert(Window), [{**window, "reference": new_reference(), "case_id": case_id, "state": WindowState.OPEN, "due_at": due, "opened_at": due} for case_id in ids])
            for case in session.scalars(select(Case).where(Case.id.in_(ids))):
                case.next_due_at = due
        return windows / timed(lambda: worker.sweep_windows(scene.court, batch))

    return compare("sweep of lapsing windows a second", ("Sittings of 256", lambda: lapse(256)), ("one by one", lambda: lapse(1)), limit=1.5, at_least=True, pairs=PAIRS)


def scene_window(scene: Scene) -> dict[str, Any]:
    """The plain columns of a window the scene has."""
    with scene.court.database.read() as session:
        found = session.scalars(select(Window).where(Window.kind == "evidence")).first()
        assert found is not None
        return {"kind": "bench", "working": found.working, "party_id": None, "opened_by": None}


def run() -> list[Ratio]:
    """Every figure of this module."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        few, many = fresh(Path(one)), fresh(Path(two))
        fill(few, 1_000)
        fill(many, 100_000)
        return [acts_over_http(few), docket_page(few), many_cases(few, many), sweep(few)]
