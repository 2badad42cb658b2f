"""Evidence that the court fetches for a claim still being written: pages of the web, records of platforms (OLR 16–19; EV 14,
93, 94).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from odr.app import create_app
from odr.docket.models import Case, DocketEntry
from odr.evidence.models import CaptureState, Category, Exhibit, Upload
from odr.evidence.sources.early_fetches import MOST_A_DAY, MOST_WAITING
from odr.evidence.sources.models import EarlyFetch, EarlyFile, Platform
from odr.evidence.sources.webpage.capturer import browser
from odr.evidence.sources.webpage_worker import capture_early_due
from odr.evidence.store.ports import desk_of
from odr.filing.draft.facts_of_files import filled
from odr.filing.models import Draft, DraftShare
from tests.evidence.test_capture import Site, with_peer
from tests.evidence.test_platform_records import KEY, RECORDS, signed
from tests.filing.test_linking import ready
from tests.filing.visitor import Forms
from tests.peers import missing
from tests.scene import Scene
from tests.test_bad_input import signed_in

Client = tuple[FlaskClient, dict[str, str]]
PAGE = {"title": "The shop’s page", "proves": "What was offered"}
ASKED = {
    "platform": "baihua",
    "order_number": "BH-1",
    "kinds": ["order", "payment", "logistics", "chat"],
    "agrees": "true",
}


@pytest.fixture
def draft(small_scene: Scene) -> str:
    """The address of a draft of which every part but the evidence is done."""
    return f"/claim/{ready(small_scene)}"


@pytest.fixture
def li(small_scene: Scene, draft: str) -> Client:
    """Li, who writes it."""
    return signed_in(small_scene, create_app(court=small_scene.court), "li")


@pytest.fixture
def origin(small_scene: Scene, draft: str, serve: Callable[..., str]) -> str:
    """A shop on loopback, open to this court alone."""
    if browser() is None:
        missing("Chromium", "apt install chromium")
    found = serve(Site())
    with_peer(small_scene, found)
    return found


@pytest.fixture
def baihua(small_scene: Scene, draft: str) -> None:
    """A platform the court has accredited."""
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    with small_scene.court.database.write() as session:
        session.add(
            Platform(key="baihua", name="Baihua Market", public_key=public, accredited_at=small_scene.clock.now())
        )


def rows(scene: Scene) -> list[EarlyFetch]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(EarlyFetch).order_by(EarlyFetch.id)))


def form_of(client: FlaskClient, path: str) -> dict[str, Any]:
    """What a browser would send from the step's own form."""
    page = Forms()
    page.feed(client.get(path).text)
    return page.found[path]


def lodged(li: Client, draft: str) -> None:
    """Looked through once more, and lodged."""
    client, csrf = li
    page = Forms()
    page.feed(client.get(f"{draft}/check-answers").text)
    answer = client.post(f"{draft}/lodge", data=page.found[f"{draft}/lodge"], headers=csrf)
    assert answer.status_code == 303 and "/cases/" in answer.location, re.findall("<h1.*|<li>.*", answer.text)


def test_a_page_is_fetched_before_filing_and_becomes_an_exhibit_with_the_truth_about_it(
    small_scene: Scene, draft: str, origin: str, li: Client
) -> None:
    """Asked for from the draft, kept encrypted and anchored, shown with its state, put into the evidence by itself; lodged,
    its exhibit says when it was fetched, when anchored, and what neither shows, whatever the party wrote.
    """
    scene = small_scene
    client, csrf = li
    answer = client.post(f"{draft}/fetch/page", data={**PAGE, "url": f"{origin}/page"}, headers=csrf)
    assert answer.location == f"{draft}/exhibits#fetched", answer.text[:3000]
    assert "Waiting its turn" in client.get(f"{draft}/exhibits").text
    assert "Still being fetched: 1" in client.get(draft).text
    assert capture_early_due(scene.court) == 1 and capture_early_due(scene.court) == 0
    scene.court.notary.sequence()
    with scene.court.database.read() as session:
        files = list(session.scalars(select(EarlyFile).order_by(EarlyFile.id)))
        assert [file.kind for file in files] == ["screenshot", "archive", "record"]
        for file in files:
            blob = file.upload.blob
            assert blob is not None and blob.wrapped is not None and blob.content is None, "kept encrypted"
            assert file.upload.account_id == scene.people["li"] and file.upload.receipt is not None
        record = json.loads(b"".join(desk_of(scene.court).contents(files[2].upload)))
    assert record["url"] == f"{origin}/page"
    # Nobody lodges past it: the check leads to the evidence, where it stands with its own words.
    assert client.get(f"{draft}/check-answers").location.endswith("/exhibits")
    assert "Files the court fetched to look at: 3" in client.get(draft).text
    page = client.get(f"{draft}/exhibits").text
    assert "The shop’s page: picture of the page" in page and "anchored in the court’s log" in page
    assert "It does not show" not in page and "Whether it was true at its source, people decide." in page
    typed = form_of(client, f"{draft}/exhibits")
    typed = {name: ("My own words" if name.endswith("-source") else value) for name, value in typed.items()}
    saved = client.post(f"{draft}/exhibits", data={**typed, "continue": "1"}, headers=csrf)
    assert saved.status_code == 303, saved.text
    check = client.get(saved.location if "check" in saved.location else f"{draft}/check-answers")
    assert check.status_code == 200, check.location
    lodged(li, draft)
    scene.work()
    with scene.court.database.read() as session:
        found = list(session.scalars(select(Exhibit).order_by(Exhibit.id)))[-3:]
        told = [
            json.loads(entry.payload)["result"]
            for entry in session.scalars(
                select(DocketEntry).where(DocketEntry.act == "submit_exhibit").order_by(DocketEntry.id)
            )
        ][-3:]
    assert [e.category for e in found] == [Category.WEB] * 3
    for exhibit, result in zip(found, told, strict=True):
        assert exhibit.source.startswith("Captured by the court itself from ") and "before the claim" in exhibit.source
        assert "court’s own browser" in exhibit.provenance["made_with"]
        assert "anchored in the court’s log on" in exhibit.provenance["kept"]
        assert "Whether it was true at its source, no log shows" in exhibit.provenance["kept"]
        assert result["fetched_before_filing"]["url"] == f"{origin}/page"
        assert result["fetched_before_filing"]["began_at"] and result["fetched_before_filing"]["anchored_at"]


def test_records_of_a_platform_come_before_filing(small_scene: Scene, li: Client, draft: str, baihua: None) -> None:
    """Asked for with consent, written by the platform under the code, shown as come; lodged, the exhibit is the platform's
    signed word, shown in its own form. Sent again nothing changes; the platform learns of no case.
    """
    client, csrf = li
    without = client.post(
        f"{draft}/fetch/records", data={**ASKED, "agrees": "", "proves": "What was ordered"}, headers=csrf
    )
    assert without.status_code == 422 and "What was ordered" in without.text and 'value="BH-1"' in without.text
    client.post(f"{draft}/fetch/records", data={**ASKED, "proves": "What was ordered"}, headers=csrf)
    code = rows(small_scene)[0].reference
    assert code in client.get(f"{draft}/exhibits").text
    platform = client.application.test_client()
    answer = platform.post("/platform-records", data=signed(code))
    assert answer.status_code == 201 and answer.json is not None and answer.json["exhibit"] is None
    assert platform.post("/platform-records", data=signed(code)).status_code == 200
    other = [{**RECORDS[0], "buyer": "somebody"}]
    assert platform.post("/platform-records", data=signed(code, other)).status_code == 422
    page = client.get(f"{draft}/exhibits").text
    assert "Came, signed by the platform" in page and "by the platform, anchored in the court’s log" in page
    saved = client.post(f"{draft}/exhibits", data=form_of(client, f"{draft}/exhibits"), headers=csrf)
    assert saved.status_code == 303, saved.text
    lodged(li, draft)
    small_scene.work()
    with small_scene.court.database.read() as session:
        exhibit = session.scalars(select(Exhibit).order_by(Exhibit.id.desc())).first()
        assert exhibit is not None and exhibit.provenance["signed_by"] == "Baihua Market"
        assert exhibit.category is Category.RECORDS and "by its own clock" in exhibit.provenance["made_at"]
        case = exhibit.case_id
    with small_scene.court.database.read() as session:
        reference = session.get_one(Case, case).reference
    shown = client.get(f"/cases/{reference}/exhibits/{exhibit.label}").text
    assert "Capsules" in shown and "It is all right to take." in shown


def test_a_failed_fetch_keeps_what_was_typed(small_scene: Scene, li: Client, draft: str) -> None:
    """An address that is none stands there again; a page inside the court's network is not fetched, and what was asked for
    stands with the reason, to be asked for again or changed; what was stopped likewise.
    """
    if browser() is None:
        missing("Chromium", "apt install chromium")
    client, csrf = li
    bad = client.post(f"{draft}/fetch/page", data={**PAGE, "url": "file:///etc/passwd"}, headers=csrf)
    assert bad.status_code == 422 and "file:///etc/passwd" in bad.text and "What was offered" in bad.text
    for inside in (
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://2130706433/",
    ):
        client.post(f"{draft}/fetch/page", data={**PAGE, "url": inside}, headers=csrf)
        while capture_early_due(small_scene.court):
            small_scene.clock.advance(timedelta(minutes=1))
        last = rows(small_scene)[-1]
        assert last.state is CaptureState.FAILED and last.why in ("internal", "unknown"), (inside, last.why)
    page = client.get(f"{draft}/exhibits").text
    assert "not on the public network" in page and "http://127.0.0.1/" in page
    first = rows(small_scene)[0]
    again = client.get(f"{draft}/fetch/page?again={first.reference}").text
    assert 'value="http://127.0.0.1/"' in again and "What was offered" in again
    assert client.post(f"{draft}/fetch/{first.reference}/again", headers=csrf).status_code == 303
    waiting = rows(small_scene)[-1]
    assert (waiting.state, waiting.url) == (CaptureState.WAITING, "http://127.0.0.1/")
    assert client.post(f"{draft}/fetch/{waiting.reference}/again", headers=csrf).status_code == 409
    client.post(f"{draft}/fetch/{waiting.reference}/stop", headers=csrf)
    assert capture_early_due(small_scene.court) == 0 and "You stopped it" in client.get(f"{draft}/exhibits").text


def test_limits_of_fetching_before_filing(small_scene: Scene, li: Client, draft: str) -> None:
    """Five pages wait at most, thirty are looked at a day; what was typed beyond that stands there still."""
    if browser() is None:
        missing("Chromium", "apt install chromium")
    client, csrf = li
    for number in range(MOST_WAITING):
        url = f"https://shop.example/{number}"
        assert client.post(f"{draft}/fetch/page", data={**PAGE, "url": url}, headers=csrf).status_code == 303
    more = {**PAGE, "url": "https://shop.example/more"}
    full = client.post(f"{draft}/fetch/page", data=more, headers=csrf)
    assert full.status_code == 409 and "Several pages wait" in full.text and "https://shop.example/more" in full.text
    with small_scene.court.database.write() as session:
        session.execute(update(EarlyFetch).values(state=CaptureState.FAILED, why="unreachable"))
        one = session.scalars(select(EarlyFetch)).first()
        assert one is not None
        for _ in range(MOST_A_DAY - MOST_WAITING):
            session.add(
                EarlyFetch(
                    account_id=one.account_id,
                    draft=one.draft,
                    kind=one.kind,
                    url=one.url,
                    title=one.title,
                    proves=one.proves,
                    state=CaptureState.FAILED,
                    asked_at=one.asked_at,
                    touched_at=one.touched_at,
                )
            )
    assert "within a day" in client.post(f"{draft}/fetch/page", data=more, headers=csrf).text
    small_scene.clock.advance(timedelta(days=1, minutes=1))


def test_asking_again_counts_as_asking(small_scene: Scene, li: Client, draft: str) -> None:
    """Whoever asks for the same page again and again comes to the same end, and sees each thing once."""
    if browser() is None:
        missing("Chromium", "apt install chromium")
    client, csrf = li
    client.post(f"{draft}/fetch/page", data={**PAGE, "url": "https://shop.example/1"}, headers=csrf)
    for turn in range(MOST_A_DAY):
        last = rows(small_scene)[-1]
        client.post(f"{draft}/fetch/{last.reference}/stop", headers=csrf)
        answer = client.post(f"{draft}/fetch/{last.reference}/again", headers=csrf)
        assert answer.status_code == (303 if turn < MOST_A_DAY - 1 else 409), turn
    assert len(rows(small_scene)) == MOST_A_DAY
    assert client.get(f"{draft}/exhibits").text.count("You stopped it") == 1
    first = rows(small_scene)[0]
    assert client.post(f"{draft}/fetch/{first.reference}/again", headers=csrf).status_code == 404


def test_no_form_is_offered_that_leads_to_a_refusal(small_scene: Scene, li: Client, draft: str) -> None:
    """A court that has accredited no platform says so, and asks for nothing it could not send."""
    page = li[0].get(f"{draft}/fetch/records").text
    assert "accredited no platform" in page and 'name="order_number"' not in page


def test_nobody_reaches_into_anothers_draft(small_scene: Scene, li: Client, draft: str, baihua: None) -> None:
    """Whoever does not write in a draft finds nothing there, fetches nothing for it, stops and repeats nothing; who writes
    in it sees what was asked for, but another's code and button they do not get.
    """
    client, csrf = li
    client.post(f"{draft}/fetch/records", data={**ASKED, "proves": "What was ordered"}, headers=csrf)
    code = rows(small_scene)[0].reference
    haiyun, token = signed_in(small_scene, client.application, "haiyun")
    for path in (f"{draft}/fetch/page", f"{draft}/fetch/records"):
        assert haiyun.get(path).status_code == 404
        assert (
            haiyun.post(path, data={**PAGE, **ASKED, "url": "https://shop.example/"}, headers=token).status_code == 404
        )
    for verb in ("again", "stop"):
        assert haiyun.post(f"{draft}/fetch/{code}/{verb}", headers=token).status_code == 404
    with small_scene.court.database.write() as session:
        found = session.scalars(select(Draft).where(Draft.reference == draft.rsplit("/", 1)[1])).one()
        now = small_scene.clock.now()
        session.add(
            DraftShare(
                draft_id=found.id,
                email="haiyun@example.com",
                account_id=small_scene.people["haiyun"],
                shared_at=now,
                accepted_at=now,
            )
        )
    seen = haiyun.get(f"{draft}/exhibits").text
    assert "Records of Baihua Market" in seen and code not in seen
    assert haiyun.post(f"{draft}/fetch/{code}/stop", headers=token).status_code == 404
    assert rows(small_scene)[0].state is CaptureState.WAITING


def test_a_claim_lodged_or_set_aside_meanwhile(small_scene: Scene, draft: str, origin: str, li: Client) -> None:
    """Nothing is asked for in a claim that was lodged; what comes after that lies among the files one has sent, encrypted,
    and brought into the case the court says of it where it comes from.
    """
    scene = small_scene
    client, csrf = li
    client.post(f"{draft}/fetch/page", data={**PAGE, "url": f"{origin}/page"}, headers=csrf)
    assert "Still being fetched by the court: 1" in client.get(f"{draft}/check-answers").text
    lodged(li, draft)
    assert client.post(f"{draft}/fetch/page", data={**PAGE, "url": f"{origin}/page"}, headers=csrf).status_code == 409
    assert client.post(f"{draft}/fetch/{rows(scene)[0].reference}/stop", headers=csrf).status_code == 409
    capture_early_due(scene.court)
    with scene.court.database.read() as session:
        upload = session.scalars(select(Upload).join(EarlyFile).where(EarlyFile.kind == "screenshot")).one()
        scene.case_id = session.scalars(select(Case.id).order_by(Case.id.desc())).first()
    scene.do(
        "submit_exhibit", "li", upload=upload.reference, title="The page", proves="What was offered", source="Mine"
    )
    with scene.court.database.read() as session:
        exhibit = session.scalars(select(Exhibit).where(Exhibit.upload_id == upload.id)).one()
        assert exhibit.source.startswith("Captured by the court itself") and exhibit.category is Category.WEB


def test_what_was_taken_out_does_not_come_back_by_itself(
    small_scene: Scene, draft: str, origin: str, li: Client
) -> None:
    """A file taken out of the evidence stays out at the next opening and at the check; it can be put in by hand."""
    scene = small_scene
    client, csrf = li
    client.post(f"{draft}/fetch/page", data={**PAGE, "url": f"{origin}/page"}, headers=csrf)
    capture_early_due(scene.court)
    typed = form_of(client, f"{draft}/exhibits")
    client.post(f"{draft}/exhibits", data={**typed, "later": "1"}, headers=csrf)
    kept = {
        name: value
        for name, value in form_of(client, f"{draft}/exhibits").items()
        if not re.match("exhibits-[12]-", name)
    }
    client.post(f"{draft}/exhibits", data={**kept, "later": "1"}, headers=csrf)
    assert [name for name in form_of(client, f"{draft}/exhibits") if re.match("exhibits-[12]-", name)] == []
    assert client.get(f"{draft}/check-answers").status_code == 200
    assert "Files you sent that are not in this claim" in client.get(f"{draft}/exhibits").text


def test_where_the_court_fetched_a_file_says_nothing_of_the_files_after_it() -> None:
    """A file whose origin was left empty comes from where the file before it does, unless the court fetched that one."""
    values = {
        "exhibits-0-upload": "A",
        "exhibits-0-source": "My phone",
        "exhibits-1-upload": "B",
        "exhibits-1-source": "Captured by the court itself",
        "exhibits-1-fetched": "1",
        "exhibits-2-upload": "C",
    }
    found = filled(values)
    assert (found["exhibits-1-source"], found["exhibits-2-source"]) == ("Captured by the court itself", "My phone")
