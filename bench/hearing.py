"""The hearing's pages: one with 500 postings against its bare template; other pages while 200 people poll."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from flask import template_rendered
from sqlalchemy import insert

from bench.acts import serving
from bench.frame import Ratio, compare, cpu
from odr.app import create_app
from odr.docket.models import Role, Track
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database, new_reference
from odr.hearing.models import Posting
from odr.hearing.vocabulary import PostingKind
from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.web.presence import session_cookie_name
from tests.conftest import MORNING
from tests.hearing.scene import CHEN, HAIYUN, LI, Scene, accepted_case, whole_court

POSTINGS, READERS = 500, 200


def hearing_with(folder: Path, postings: int) -> Scene:
    """A case in examination with so many statements."""
    url = f"sqlite:///{folder / 'court.sqlite'}"
    migrate.upgrade(url)
    scene = accepted_case(
        whole_court(Database(url), clock := FixedClock(MORNING), folder / "court"), clock, track=Track.SIMPLE
    )
    for owner in (LI, HAIYUN):
        scene.exhibit(owner, 1)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    party = scene.parties[LI]
    with scene.court.database.write() as session:
        rows = [
            {
                "reference": new_reference(),
                "case_id": scene.case_id,
                "kind": PostingKind.STATEMENT,
                "role": Role.CLAIMANT,
                "party_id": party,
                "account_id": scene.accounts[LI],
                "speaker": LI,
                "words": f"Statement {n}. " + "I saw it. " * 20,
                "exhibits": [],
                "uploads": [],
                "late": False,
                "entry_number": 2,
                "at": scene.clock.now(),
            }
            for n in range(postings)
        ]
        session.execute(insert(Posting), rows)
    return scene


def cookie(scene: Scene, who: str) -> str:
    """A session of somebody's."""
    with scene.court.database.write() as session:
        token, _ = open_session(
            session,
            session.get_one(Account, scene.accounts[who]),
            scene.clock.machine_now(),
            device="bench",
            address="::1",
            two_factor=True,
        )
    return token


def long_page(scene: Scene) -> Ratio:
    """The page with every posting against bare rendering of its template with the same data."""
    app = create_app(court=scene.court)
    client = app.test_client()
    client.set_cookie(session_cookie_name(False), cookie(scene, LI), domain="court.test")
    with scene.look() as (_, case):
        path = f"/cases/{case.reference}/examination?all=1"
    taken: dict[str, Any] = {}

    def capture(sender: Any, template: Any, context: dict[str, Any], **more: Any) -> None:
        taken.update(template=template, context=dict(context))

    def get() -> None:
        answer = client.get(path, base_url="http://court.test")
        assert answer.status_code == 200 and answer.text.count("court-post__who") >= POSTINGS

    with template_rendered.connected_to(capture, app):
        get()

    def bare() -> float:
        with app.test_request_context(path):
            return cpu(lambda: [taken["template"].render(taken["context"]) for _ in range(5)])

    return compare(
        f"examination with {POSTINGS} postings, CPU",
        ("the page", lambda: cpu(lambda: [get() for _ in range(5)])),
        ("its template alone", bare),
        limit=1.5,
        at_least=False,
    )


def polled(scene: Scene) -> Ratio:
    """p95 of the docket page while 200 readers poll, each once a minute, against the same without them."""
    sessions = [cookie(scene, name) for name in (LI, HAIYUN, CHEN)]
    with scene.look() as (_, case):
        base_path = f"/cases/{case.reference}"
    with serving(scene) as base:

        def get(path: str, token: str, tag: str | None = None) -> str | None:
            asked = urllib.request.Request(
                base + base_path + path,
                headers={"Cookie": f"{session_cookie_name(False)}={token}", **({"If-None-Match": tag} if tag else {})},
            )
            try:
                with urllib.request.urlopen(asked) as answer:
                    answer.read()
                    return answer.headers.get("ETag")
            except urllib.error.HTTPError as error:
                assert error.code == 304
                return tag

        def p95() -> float:
            taken = []
            # Spread over three seconds and more: ten readers ask meanwhile.
            for n in range(60):
                time.sleep(0.05)
                began = time.perf_counter()
                get("/docket", sessions[n % 3])
                taken.append(time.perf_counter() - began)
            return sorted(taken)[56]

        asked: list[int] = []

        def under_load() -> float:
            stop = threading.Event()

            def poll(number: int) -> None:
                tag, every = None, 60 * 8 / READERS
                # Each of this thread's readers asks once a minute; the eight threads begin one after the other.
                stop.wait(every * number / 8)
                while not stop.wait(every):
                    asked.append(number)
                    tag = get("/examination/time", sessions[number % 3], tag)

            threads = [threading.Thread(target=poll, args=(n,)) for n in range(8)]
            for thread in threads:
                thread.start()
            try:
                return p95()
            finally:
                stop.set()
                for thread in threads:
                    thread.join()

        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        ratio = compare(
            f"docket page, p95, {READERS} readers polling",
            ("while they poll", under_load),
            ("alone", p95),
            limit=2.0,
            at_least=False,
        )
        ratio.notes.append(f"{len(asked)} times a reader asked")
        return ratio


def run() -> list[Ratio]:
    """Every figure of this module."""
    with tempfile.TemporaryDirectory() as folder:
        scene = hearing_with(Path(folder), POSTINGS)
        return [long_page(scene), polled(scene)]
