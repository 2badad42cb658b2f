"""A witness's own room: nothing of the case beside it, her film in pieces, the exhibit she was asked about."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from odr.app import create_app
from odr.docket.models import Role, Seat
from odr.evidence.models import Upload
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.models import Witness
from odr.hearing.vocabulary import QuestionState
from odr.identity.models import Account
from odr.notary.models import Receipt
from tests.hearing.scene import CHEN, DING, HAIYUN, LI, ORIGIN, Scene, accepted_case, whole_court
from tests.hearing.test_pages import Browser

TEXT = "A bottle stood open in the parcel."


@pytest.fixture
def house(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[tuple[Scene, Flask]]:
    """A case in examination with an exhibit a side; Ding and Gao are admitted as witnesses, Hua interprets."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = accepted_case(whole_court(database, clock, tmp_path / "court"), clock)
    for owner in (LI, HAIYUN):
        scene.refs[owner, 1] = scene.exhibit(owner, 1)
    for name in ("Gao", "Hua"):
        scene.registers(name)
    with database.write() as session:
        session.add(
            Seat(case_id=scene.case_id, account_id=scene.accounts["Hua"], role=Role.INTERPRETER, from_at=clock.now())
        )
    scene.act(CHEN, "open_examination", mode="asynchronous")
    scene.act(LI, "post_statement", words="I stand by my claim.")
    for name in (DING, "Gao"):
        scene.act(
            LI,
            "ask_leave_for_witness",
            name=name,
            email=f"{name}@x.example".lower(),
            about="Saw it.",
            manner="recorded",
            ground="distance",
        )
        scene.act(
            CHEN, "rule_on_witness", witness=row(scene, name).reference, answer="allow", reasons="She lives far away."
        )
        scene.act(name, "give_undertaking", promise="yes")
    scene.act(
        CHEN,
        "put_question",
        addressees=[row(scene, DING).reference],
        words="What was in the parcel?",
        exhibit=scene.refs[LI, 1],
        place="00:12 to 00:20",
    )
    yield scene, create_app(court=scene.court)
    database.dispose()


def row(scene: Scene, name: str) -> Witness:
    """The witness of that name."""
    with scene.look() as (court, _):
        return court.session.scalars(select(Witness).where(Witness.name == name)).one()


@pytest.mark.slow
def test_nothing_of_the_case_is_open_to_her(house: tuple[Scene, Flask]) -> None:
    """Overview leads to her room; every other page and file is refused; a link she is shown leads somewhere; programs
    get no more.
    """
    scene, app = house
    scene.act("Gao", "testify", words=TEXT)
    for name in (DING, "Hua"):
        browser = Browser(app, scene, name)
        led = browser.client.get(browser.base, base_url=ORIGIN)
        assert led.status_code == 303 and led.location.endswith("/examination")
        page = browser.get("/examination")
        assert TEXT not in page and "I stand by my claim." not in page and LI not in page.split("<main")[1]
        refused = (
            "/docket",
            "/exhibits",
            "/exhibits/C-1",
            "/exhibits/C-1/file",
            "/examination/record",
            "/examination/record.pdf",
            "/bench",
            "/decision",
        )
        for path in (*refused, "/claim", "/answer", "/fee", "/files", "/service", "/settlement"):
            assert browser.client.get(browser.base + path, base_url=ORIGIN).status_code in (403, 404), path
        with scene.look() as (court, case):
            mine = {e.number for e in scene.docket(court) if e.account_id == scene.accounts[name]}
            last = case.entry_count
        for number in range(1, last + 1):
            for part in ("", "/entry.json", "/receipt.json"):
                assert browser.client.get(f"{browser.base}/docket/{number}{part}", base_url=ORIGIN).status_code == (
                    200 if number in mine else 404
                )
        for link in {re.sub("#.*", "", href) for href in re.findall(r'href="(/cases/[^"]+)"', page)}:
            assert browser.client.get(link, base_url=ORIGIN).status_code in (200, 303), link
        case = browser.client.get(f"/api/v1{browser.base}", base_url=ORIGIN).get_json()
        assert (
            {e["entry"] for e in case["docket"]} == mine
            and not case["windows"]
            and not case["parties"]
            and not case["exhibits"]
        )


def test_no_tab_of_a_case_answers_403(house: tuple[Scene, Flask]) -> None:
    """Whoever takes part is shown only tabs that open."""
    scene, app = house
    with scene.court.database.write() as session:
        session.add(
            Seat(case_id=scene.case_id, account_id=scene.accounts["Gao"], role=Role.MEDIATOR, from_at=scene.clock.now())
        )
    for name in scene.accounts:
        browser = Browser(app, scene, name)
        page = browser.client.get(browser.base, base_url=ORIGIN, follow_redirects=True)
        tabs = (
            re.findall(r'href="([^"]+)"', page.text.split('class="court-nav"')[1].split("</nav>")[0])
            if 'class="court-nav"' in page.text
            else []
        )
        for tab in tabs:
            assert browser.client.get(tab, base_url=ORIGIN).status_code in (200, 303), (name, tab)


def test_the_exhibit_she_is_asked_about_and_no_other(house: tuple[Scene, Flask]) -> None:
    """The place in the exhibit stands with the question and the exhibit opens; another exhibit does not, nor does hers
    for the other witness.
    """
    scene, app = house
    ding = Browser(app, scene, DING)
    page = ding.get("/examination")
    assert "00:12 to 00:20" in page and "/examination/exhibits/C-1" in page
    assert ding.get("/examination/exhibits/C-1") == "abc"
    ding.get("/examination/exhibits/R-1", 404)
    Browser(app, scene, "Gao").get("/examination/exhibits/C-1", 404)
    Browser(app, scene, LI).get("/examination/exhibits/C-1", 403)


def test_her_film_arrives_in_pieces_and_is_anchored(house: tuple[Scene, Flask]) -> None:
    """Interrupted, the film is taken up where it stopped; sent with her testimony it is on record with digest and
    receipt, and the parties open it.
    """
    scene, app = house
    film = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(range(256)) * 300
    ding = Browser(app, scene, DING)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', ding.client.get("/uploads/new", base_url=ORIGIN).text)[-1]

    def tus(method: str, path: str, data: bytes = b"", **more: str) -> TestResponse:
        headers = {
            "Tus-Resumable": "1.0.0",
            "X-CSRF-Token": token,
            "Origin": ORIGIN,
            **{k.replace("_", "-"): v for k, v in more.items()},
        }
        return ding.client.open(path, method=method, base_url=ORIGIN, data=data, headers=headers)

    name = base64.b64encode(b"parcel.mp4").decode()
    made = tus("POST", "/uploads/", Upload_Length=str(len(film)), Upload_Metadata=f"filename {name}")
    where = made.headers["Location"]
    half = len(film) // 2
    tus("PATCH", where, film[:half], Upload_Offset="0", Content_Type="application/offset+octet-stream")
    assert tus("HEAD", where).headers["Upload-Offset"] == str(half)
    assert (
        tus(
            "PATCH", where, film[half:], Upload_Offset=str(half), Content_Type="application/offset+octet-stream"
        ).status_code
        == 204
    )
    scene.court.notary.sequence()
    reference = where.rstrip("/").split("/")[-1]
    page = ding.get("/do/testify")
    question = scene.question(1).reference
    assert reference in page and "Send a file first" in ding.get("/examination")
    ding.post("/do/testify", page, words="See the film.", question=question, uploads=reference, idempotency_key="once")
    assert scene.question(1).state is QuestionState.ANSWERED
    with scene.look() as (court, _):
        number = scene.docket(court)[-1].number
        files = scene.payload(number)["result"]["files"]
        assert files[0]["sha256"] == hashlib.sha256(film).hexdigest()
        assert court.session.scalar(select(Receipt.reference).where(Receipt.reference == files[0]["receipt"]))
    path = f"/examination/files/{reference}"
    for who in (LI, HAIYUN, CHEN, DING):
        answer = Browser(app, scene, who).client.get(ding.base + path, base_url=ORIGIN)
        assert answer.data == film and answer.headers["Content-Disposition"].startswith("attachment")
        assert path in Browser(app, scene, who).get("/examination")
    Browser(app, scene, "Gao").get(path, 404)
    with scene.court.database.write() as session:
        stranger = session.scalars(select(Account.id).where(Account.name == "Gao")).one()
        session.execute(update(Upload).where(Upload.reference == reference).values(account_id=stranger))
    # A posting that names a file somebody else sent opens it to nobody.
    Browser(app, scene, LI).get(path, 404)
