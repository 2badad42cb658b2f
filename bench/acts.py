"""Acts over HTTP against the same ``perform()`` in process; the docket page against its bare template; many cases."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import template_rendered
from sqlalchemy import insert, select
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import EnvironBuilder

from bench.frame import Ratio, compare, compare_together, report, timed
from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database, new_reference
from odr.hearing.models import Question
from odr.identity.models import Account
from odr.identity.sign_in import program_tokens, sessions
from odr.identity.sign_in.program_tokens import Scope
from odr.procedure.models import Window
from odr.web.guards import current_session
from odr.web.presence import session_cookie_name
from tests.conftest import MORNING
from tests.scene import Scene, open_court

ACTS, PAGES = 60, 40
ROOT = Path(__file__).resolve().parent.parent
BOTH = ("li", "haiyun")


def fresh(folder: Path) -> Scene:
    """A court on a new SQLite database with one accepted case."""
    url = f"sqlite:///{folder / 'court.sqlite'}"
    migrate.upgrade(url)
    scene = open_court(Database(url), FixedClock(MORNING), folder / "court", sequencing="at_once")
    scene.lodge()
    scene.accept()
    scene.join()
    return scene


def dispute(scene: Scene) -> Scene:
    """Bring the case through what parties and judge really do: exhibits, answer, statements, questions, answers."""
    for number in range(6):
        for who in BOTH:
            upload = scene.upload(who, f"Page {number} of {who}".encode(), f"page-{number}.txt")
            scene.do(
                "submit_exhibit",
                who,
                upload=upload.reference,
                title=f"Order page {number}",
                proves="What was ordered, and when",
                source="My phone",
            )
    scene.do(
        "file_answer",
        "haiyun",
        position="defend",
        statement="The goods were inspected on entry, and the label was lawful when they were sold. " * 5,
    )
    scene.do("open_examination", "judge", mode="asynchronous")
    for number in range(16):
        for who in BOTH:
            scene.do(
                "post_statement",
                who,
                words=f"On point {number}: "
                + "the parcel came on the day the page shows, and nobody opened it before. " * 4,
            )
    with scene.court.database.read() as session:
        parties = {p.account_id: p.reference for p in session.get_one(Case, scene.case_id).parties}
    for number in range(24):
        who = BOTH[number % 2]
        scene.do(
            "put_question",
            "judge",
            addressees=[parties[scene.people[who]]],
            words=f"Question {number}: who took the parcel in, and when?",
        )
        with scene.court.database.read() as session:
            asked = session.scalars(select(Question.reference).order_by(Question.id.desc())).first()
        scene.do(
            "answer_question",
            who,
            question=asked,
            words="My neighbour did, on the Friday, and gave it to me that evening.",
        )
    return scene


class Silent(WSGIRequestHandler):
    """Serves without a line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


@contextmanager
def serving(scene: Scene) -> Iterator[str]:
    """The court over HTTP on loopback, in this process."""
    server = make_server("127.0.0.1", 0, create_app(court=scene.court), threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


class Gunicorn:
    """The court of a folder as ``make run`` serves it: gunicorn, one process, eight threads; with two, as its unit does."""

    def __init__(self, folder: Path, sequencing: str = "", processes: int = 1) -> None:
        socket = folder / "port"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--worker-class",
            "odr.web.patient_worker.PatientWorker",
            "--threads",
            "8",
            "--workers",
            str(processes),
            "--bind",
            "127.0.0.1:0",
            "bench.served:app",
        ]
        env = {**os.environ, "ODR_BENCH_FOLDER": str(folder), "ODR_BENCH_SEQUENCING": sequencing}
        with socket.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 60
        while (
            not (found := re.search(r"Listening at: (http://\S+)", socket.read_text()))
            or len(self.workers()) < processes
        ):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the court did not come up: {socket.read_text()[-2000:]}")
            time.sleep(0.05)
        self.base = found[1]

    def __enter__(self) -> Gunicorn:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    def workers(self) -> list[int]:
        """Process ids of those who answer."""
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def cpu(self) -> float:
        """Seconds of CPU its workers have used."""
        ticks = 0
        for pid in self.workers():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def syncs(self, act: Callable[[], object]) -> int | None:
        """How often its workers wait for the disk while ``act`` runs, counted by strace; None where that is not there
        or not allowed.
        """
        if shutil.which("strace") is None:
            return None
        with tempfile.NamedTemporaryFile() as told:
            command = [
                "strace",
                "-f",
                "-qq",
                "-e",
                "trace=fsync,fdatasync,msync,sync_file_range",
                "-o",
                told.name,
                *(f"--attach={worker}" for worker in self.workers()),
            ]
            tracer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1)
            if tracer.poll() is not None:
                return None
            act()
            time.sleep(1)
            tracer.send_signal(signal.SIGINT)
            tracer.wait(10)
            return sum("sync" in line and "resumed" not in line for line in Path(told.name).read_text().splitlines())


def acts_over_http(folder: Path) -> Ratio:
    """Changes of consent, one by one: a small act, its entry, its leaf of the log, its letters."""
    scene = fresh(folder)
    with scene.court.database.write() as session:
        account, now = session.get_one(Account, scene.people["li"]), scene.clock.machine_now()
        secret = program_tokens.issue(
            session, account, name="bench", scopes=[Scope.ACT], lasts=timedelta(days=1), two_factor=True, now=now
        )
    path = f"/api/v1/cases/{scene.case().reference}/acts/change_consent"
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    used: dict[str, list[float]] = {"server": [], "here": []}

    with Gunicorn(folder) as court:

        def send(count: int) -> None:
            for _ in range(count):
                asked = urllib.request.Request(court.base + path, json.dumps({"agrees": True}).encode(), headers)
                with urllib.request.urlopen(asked) as answer:
                    answer.read()

        def over_http() -> float:
            before = court.cpu()
            rate = ACTS / timed(lambda: send(ACTS))
            used["server"].append((court.cpu() - before) / ACTS)
            return rate

        def in_process() -> float:
            before = time.process_time()
            rate = ACTS / timed(lambda: [scene.do("change_consent", "li", agrees=True) for _ in range(ACTS)])
            used["here"].append((time.process_time() - before) / ACTS)
            return rate

        ratio = compare(
            "acts a second over HTTP",
            ("over HTTP", over_http),
            ("perform() in process", in_process),
            limit=0.4,
            at_least=True,
            tell=False,
        )
        syncs = court.syncs(lambda: send(20))
    ratio.notes.append(
        "CPU of an act: "
        + ", ".join(
            f"{statistics.median(values) * 1000:.1f} ms {words}"
            for words, values in (("in the web process", used["server"]), ("by perform() alone", used["here"]))
        )
    )
    ratio.notes.append(
        f"syncs of an act over HTTP, its place in the log included: {syncs / 20:.2f}"
        if syncs is not None
        else "syncs not counted: strace is not there or may not attach"
    )
    report(ratio)
    return ratio


def docket_page(scene: Scene) -> Ratio:
    """The docket page against bare rendering of its template with the same data, turn by turn, so that both find the
    processor as warm.
    """
    app = create_app(court=scene.court)
    path = f"/cases/{scene.case().reference}/docket"
    client = app.test_client()
    sign_in(app, client, scene)
    taken: dict[str, Any] = {}

    def capture(sender: Any, template: Any, context: dict[str, Any], **more: Any) -> None:
        taken.update(template=template, context=dict(context))

    with template_rendered.connected_to(capture, app):
        shown = client.get(path)
    entries = shown.text.count("court-table") and len(taken["context"]["entries"])
    if shown.status_code != 200 or not 50 <= entries <= 100:
        raise AssertionError(f"{shown.status_code}, {entries} entries")
    cookies = "; ".join(
        f"{name}={found.value}"
        for name in (session_cookie_name(False), "page_token")
        if (found := client.get_cookie(name))
    )
    environ = EnvironBuilder(path, headers={"Cookie": cookies}).get_environ()

    def page() -> float:
        began = time.process_time()
        parts = app.wsgi_app(dict(environ), lambda status, headers, error=None: lambda data: None)
        size = sum(map(len, parts))
        parts.close()  # type: ignore[attr-defined]
        spent = time.process_time() - began
        assert size > 10_000
        return spent

    def bare() -> float:
        with app.request_context(dict(environ)):
            current_session().connection()
            began = time.process_time()
            taken["template"].render(taken["context"])
            return time.process_time() - began

    ratio = compare_together(
        "docket page, CPU", ("the page", page), ("its template alone", bare), limit=1.5, at_least=False, turns=PAGES
    )
    ratio.notes.append(f"{entries} entries on the page, {len(shown.data)} bytes")
    report(ratio)
    return ratio


def sign_in(app: Any, client: Any, scene: Scene) -> None:
    """Give the client a session of the claimant's."""
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.people["li"])
        token, _ = sessions.open_session(
            session, account, scene.clock.machine_now(), device="bench", address="127.0.0.1", two_factor=False
        )
    client.set_cookie("session_token", token)


def fill(scene: Scene, count: int) -> None:
    """Add cases that nobody here looks at."""
    case, now = scene.case(), scene.clock.now()
    with scene.court.database.write() as session:
        for start in range(0, count, 10_000):
            rows = [
                {
                    "reference": new_reference(),
                    "number": f"x{start + i}",
                    "pack_id": case.pack_id,
                    "pack_version": case.pack_version,
                    "stage": Stage.PENDING,
                    "track": case.track,
                    "cause": case.cause,
                    "title": "x",
                    "filed_on": case.filed_on,
                    "lodged_at": now,
                    "entry_count": 0,
                    "head_digest": "0" * 64,
                    "foreign_related": False,
                }
                for i in range(min(10_000, count - start))
            ]
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

    return compare(
        "case page, p95, 100,000 cases",
        ("100,000 cases", lambda: p95(*clients[1])),
        ("1,000 cases", lambda: p95(*clients[0])),
        limit=1.2,
        at_least=False,
    )


def scene_window(scene: Scene) -> dict[str, Any]:
    """The plain columns of a window the scene has."""
    with scene.court.database.read() as session:
        found = session.scalars(select(Window).where(Window.kind == "evidence")).first()
        assert found is not None
        return {"kind": "bench", "working": found.working, "party_id": None, "opened_by": None}


def run() -> list[Ratio]:
    """Every figure of this module."""
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        tempfile.TemporaryDirectory() as three,
    ):
        first = acts_over_http(Path(three))
        few, many = fresh(Path(one)), fresh(Path(two))
        fill(few, 1_000)
        fill(many, 100_000)
        cases = many_cases(few, many)
        return [first, docket_page(dispute(few)), cases]
