"""The pages of the hearing as a browser without scripts gets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from icalendar import Calendar
from pypdf import PdfReader
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Document, Stage, Track
from odr.filing.agenda.agenda import calendar_of
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.models import Hearing
from odr.hearing.record.papers import record_digest, seal_records
from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.web.presence import session_cookie_name
from tests.hearing.scene import (
    CHEN,
    DING,
    HAIYUN,
    LI,
    ORIGIN,
    WANG,
    Scene,
    accepted_case,
    allow_writing,
    opinion,
    whole_court,
)
from tests.kept import Shelf, kept


class Browser:
    """Somebody signed in with a second factor."""

    def __init__(self, app: Flask, scene: Scene, name: str, locale: str = "en") -> None:
        self.client = app.test_client()
        self.scene = scene
        with scene.court.database.write() as session:
            account = session.get_one(Account, scene.accounts[name])
            account.locale = locale
            token, _ = open_session(
                session, account, scene.clock.machine_now(), device="test", address="127.0.0.1", two_factor=True
            )
        self.client.set_cookie(session_cookie_name(False), token, domain="court.test")

    @property
    def base(self) -> str:
        with self.scene.look() as (_, case):
            return f"/cases/{case.reference}"

    def get(self, path: str, status: int = 200, **headers: str) -> str:
        """A page."""
        answer = self.client.get(
            path if path.startswith(("/today", "/home", "/agenda")) else self.base + path,
            base_url=ORIGIN,
            headers=headers,
        )
        assert answer.status_code == status, (path, answer.status_code, answer.text[:1500])
        return answer.text

    def post(self, path: str, page: str, status: int = 303, **values: object) -> str:
        """Send values with the token of the page they stand on."""
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
        answer = self.client.post(
            self.base + path, base_url=ORIGIN, data={"csrf_token": token, **values}, headers={"Origin": ORIGIN}
        )
        assert answer.status_code == status, (path, answer.status_code, answer.text[:3000])
        return answer.text


@pytest.fixture
def accepted(sqlite_url: str, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Iterator[Scene]:
    """A small claim accepted by the whole court, with an exhibit of each side."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = accepted_case(whole_court(database, clock, tmp_path / "court", shelf), clock)
    scene.exhibits(1)
    yield scene
    database.dispose()


@pytest.fixture
def scene(accepted: Scene) -> Scene:
    """Its exhibits are under examination in writing."""
    opened(accepted)
    return accepted


@kept
def opened(scene: Scene) -> None:
    """The judge opens in writing, Li speaks, Haiyun has nothing to add."""
    scene.act(CHEN, "open_examination", mode="asynchronous", words="You may ask that I step aside.")
    scene.act(LI, "post_statement", words="I stand by <b>my</b> claim.")
    scene.act(HAIYUN, "finish_turn")


@pytest.fixture
def app(accepted: Scene) -> Flask:
    """The application of the scene's court."""
    return create_app(court=accepted.court)


def test_the_page_shows_time_left_questions_record_and_plan(scene: Scene, app: Flask) -> None:
    """Time left first, then what is asked of me, then the record; words of people are never markup."""
    scene.act(
        CHEN,
        "put_question",
        addressees=[scene.party(LI)],
        words="Which device took C-1?",
        exhibit=scene.refs[LI, 1],
        place="page 1",
    )
    page = Browser(app, scene, LI).get("/examination")
    places = [
        page.index(part)
        for part in ("court-timeleft", "Which device took C-1?", "You may ask that I step aside.", "court-line")
    ]
    assert places == sorted(places)
    assert "I stand by &lt;b&gt;my&lt;/b&gt; claim." in page and "<b>my</b>" not in page
    assert "page 1" in page
    other = Browser(app, scene, HAIYUN).get("/examination")
    assert "Which device took C-1?" in other and 'name="words"' not in other


def test_in_chinese_nothing_of_the_court_is_english(scene: Scene, app: Flask) -> None:
    """The page in Chinese has the plan, the time and the acts in Chinese."""
    page = Browser(app, scene, LI, "zh-Hans").get("/examination")
    assert 'lang="zh-Hans"' in page and "质证与发问" in page and "非同步审理" in page
    assert "Time left" not in page and "What you can do now" not in page


def test_a_draft_is_kept_for_oneself_and_an_answer_is_sent(scene: Scene, app: Flask) -> None:
    """What is typed is kept as a draft nobody else sees; sent, it is an entry and the draft is gone; a blank answer
    keeps the page.
    """
    scene.act(CHEN, "put_question", addressees=[scene.party(LI)], words="Which device?")
    ref = scene.question(1).reference
    li = Browser(app, scene, LI)
    page = li.get("/examination")
    li.post("/examination/answer", page, question=ref, words="I took it with my", later="1")
    assert "I took it with my" in li.get("/examination") and "Draft saved" in li.get("/examination")
    assert "I took it with my" not in Browser(app, scene, HAIYUN).get("/examination")
    premise = re.findall(r'name="premise" value="([^"]*)"', page)[0]
    assert "govuk-error-message" in li.post("/examination/answer", page, 422, question=ref, words=" ", premise=premise)
    li.post(
        "/examination/answer",
        page,
        question=ref,
        words="I took it with my phone.",
        premise=premise,
        exhibits=scene.refs[LI, 1],
    )
    assert "I took it with my phone." in Browser(app, scene, HAIYUN).get("/examination")
    assert "Draft saved" not in li.get("/examination")


def test_an_answer_to_a_question_that_changed_is_asked_again(scene: Scene, app: Flask) -> None:
    """Who answers a question that was withdrawn meanwhile is told so and keeps the words."""
    scene.act(CHEN, "put_question", addressees=[scene.party(LI)], words="Which device?")
    li = Browser(app, scene, LI)
    page = li.get("/examination")
    premise = re.findall(r'name="premise" value="([^"]*)"', page)[0]
    scene.act(CHEN, "withdraw_question", question=scene.question(1).reference, reasons="It is clear now.")
    li.post("/examination/answer", page, 409, question=scene.question(1).reference, words="My phone.", premise=premise)


def test_opinions_are_given_on_one_page(scene: Scene, app: Flask) -> None:
    """Three radios to each exhibit; a dispute without reason comes back at its field with everything typed; then it
    stands in the matrix.
    """
    haiyun = Browser(app, scene, HAIYUN)
    page = haiyun.get("/examination/opinions")
    values = {
        "opinions-0-exhibit": scene.refs[LI, 1],
        "opinions-0-authenticity": "dispute",
        "opinions-0-legality": "accept",
        "opinions-0-relevance": "no_view",
        "opinions-0-reason": "",
    }
    again = haiyun.post("/examination/opinions", page, 422, **values)
    assert 'href="#opinions-0-reason"' in again and 'value="dispute" checked' in again
    haiyun.post("/examination/opinions", page, **{**values, "opinions-0-reason": "No address bar."})
    bench = Browser(app, scene, CHEN).get("/bench")
    assert "Disputes" in bench and "No view" in bench and "nothing said" in bench and "Day 0 of" in bench
    assert "No address bar." in Browser(app, scene, LI).get("/examination")


def test_polling_costs_nothing_while_nothing_changed(scene: Scene, app: Flask) -> None:
    """The fragment has an ETag; asked again with it the answer is 304, with ``known`` 204; after an act it says that
    something is new.
    """
    li = Browser(app, scene, LI)
    answer = li.client.get(li.base + "/examination/time", base_url=ORIGIN)
    tag = answer.headers["ETag"]
    assert (answer.status_code == 200 and "left" in answer.text) or "days" in answer.text
    assert li.get("/examination/time", 304, **{"If-None-Match": tag}) == ""
    assert li.get(f"/examination/time?known={tag.strip(chr(34))}", 204) == ""
    scene.act(HAIYUN, "post_statement", words="One more thing.")
    assert "Another entry has come in" in li.get(
        f"/examination/time?known={tag.strip(chr(34))}", **{"If-None-Match": tag}
    )


def test_notes_are_the_judges_alone(scene: Scene, app: Flask) -> None:
    """A private note is shown to its author and to nobody else; a party has no bench."""
    chen = Browser(app, scene, CHEN)
    chen.post("/bench", chen.get("/bench"), words="Ask about the label.")
    assert "Ask about the label." in chen.get("/bench")
    Browser(app, scene, LI).get("/bench", 403)
    Browser(app, scene, WANG).get("/bench", 403)


def test_strangers_find_nothing(scene: Scene, app: Flask) -> None:
    """Somebody not in the case gets the same answer as for a case that does not exist."""
    for path in ("/examination", "/examination/record", "/examination/time", "/bench", "/examination/record.pdf"):
        Browser(app, scene, DING).get(path, 404)


def test_a_witness_gets_her_own_room(scene: Scene, app: Flask) -> None:
    """Her page shows her questions and her words, nothing of the file, and not the record."""
    scene.act(
        LI,
        "ask_leave_for_witness",
        name=DING,
        email="ding@x.example",
        about="Saw the delivery.",
        manner="written",
        ground="distance",
    )
    with scene.look() as (court, _):
        from sqlalchemy import select

        from odr.hearing.models import Witness

        ref = court.session.scalars(select(Witness.reference)).one()
    scene.act(CHEN, "rule_on_witness", witness=ref, answer="allow", reasons="She lives far away.")
    scene.act(CHEN, "put_question", addressees=[ref], words="What did you see?")
    page = Browser(app, scene, DING).get("/examination")
    assert "What did you see?" in page and "claim" not in page.split("<main")[1].split("</main>")[0].lower()
    Browser(app, scene, DING).get("/examination/record", 403)


def finish(scene: Scene, app: Flask) -> None:
    """Everybody acts to the end; Li signs on the page."""
    scene.act(LI, "give_opinion", **opinion(scene.refs[HAIYUN, 1]))
    scene.act(LI, "apply_for_written_hearing", difficulty="We work in shifts that do not meet.")
    scene.act(HAIYUN, "answer_written_hearing", agrees="yes")
    scene.act(HAIYUN, "give_opinion", **opinion(scene.refs[LI, 1], authenticity="dispute", reason="截图没有地址栏。"))
    allow_writing(scene)
    scene.act(LI, "finish_turn")
    scene.act(HAIYUN, "finish_turn")
    li = Browser(app, scene, LI)
    page = li.get("/examination/record")
    with scene.look() as (court, case):
        digest = record_digest(court, case)
    assert digest in page
    for words in ("截图没有地址栏。", "I stand by &lt;b&gt;my&lt;/b&gt; claim."):
        assert words in page, "what one signs shows what was said, and not only that something was"
    assert 'hidden data-read-aloud="record-words"' in page, "a browser with a voice shows the button"
    li.post("/examination/record", page, digest=digest)
    scene.act(HAIYUN, "refuse_record", reasons="I disagree.")
    assert scene.stage() is Stage.DELIBERATION


def test_the_record_becomes_a_sealed_paper_in_both_languages(scene: Scene, app: Flask) -> None:
    """After the examination the worker sets and seals the record once; it holds every posting, the refusal and the
    digest.
    """
    finish(scene, app)
    assert seal_records(scene.court) == 1
    assert seal_records(scene.court) == 0
    answer = Browser(app, scene, HAIYUN)
    with scene.look() as (court, case):
        from sqlalchemy import select

        paper = court.session.scalars(
            select(Document).where(Document.case_id == case.id, Document.kind == "record")
        ).one()
        digest = record_digest(court, case)
        content = paper.content
    assert answer.client.get(answer.base + "/examination/record.pdf", base_url=ORIGIN).data == content
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).replace("\n", "").replace(" ", "")
    for part in ("Istandby<b>my</b>claim.", "refusedtosign", "庭审", digest[:20]):
        assert part in text, part
    assert "Sealed record (PDF)" in answer.get("/examination/record")


def test_today_ranks_by_law_then_time(scene: Scene, app: Flask) -> None:
    """What is in danger comes before rulings, rulings before work; a case near its trial limit is in danger; filters
    hide.
    """
    chen = Browser(app, scene, CHEN)
    assert "Nothing needs you." in chen.get("/today")
    scene.act(HAIYUN, "ask_leave_for_question", addressee=scene.party(LI), words="Are you a professional buyer?")
    scene.act(LI, "report_failure", what="The platform was down all day.")
    page = chen.get("/today")
    assert (
        page.index("Law or right in danger")
        < page.index("technical failure")
        < page.index("Work ready for you")
        < page.index("asks leave")
    )
    assert "asks leave" not in chen.get("/today?risk=1") and "technical failure" not in chen.get("/today?q=leave")
    scene.days(45)
    scene.clock.advance(timedelta(hours=1))
    late = Browser(app, scene, CHEN).get("/today")
    assert "Ask the president for an extension, or decide" in late or "The trial limit is near" in late
    Browser(app, scene, LI).get("/today", 404)


def test_four_hundred_cases_are_listed_with_few_queries(scene: Scene) -> None:
    """The list of the day asks the database the same number of times for one case as for many."""
    from sqlalchemy import event, select

    from odr.docket.models import Case, Role, Seat
    from odr.hearing.bench.today import today_of
    from odr.procedure.models import Task

    def queries() -> int:
        count = 0

        def note(*_: object) -> None:
            nonlocal count
            count += 1

        with scene.court.database.read() as session:
            event.listen(scene.court.database.engine, "before_cursor_execute", note)
            shown = today_of(scene.court.look(session), scene.accounts[CHEN])
            event.remove(scene.court.database.engine, "before_cursor_execute", note)
        assert len(shown.lines) <= 50
        return count

    def more(*numbers: int) -> None:
        with scene.court.database.write() as session:
            like = session.scalars(select(Case)).first()
            assert like is not None
            for n in range(*numbers):
                case = Case(
                    pack_id="cn",
                    pack_version=like.pack_version,
                    stage=Stage.HEARING,
                    track=Track.SMALL,
                    cause=like.cause,
                    title=f"A{n} v B{n}",
                    number=f"(2026) {n + 100}",
                    filed_on=like.filed_on,
                    lodged_at=like.lodged_at,
                    accepted_at=like.accepted_at,
                    entry_count=0,
                    head_digest="0" * 64,
                )
                session.add(case)
                session.flush()
                session.add(
                    Seat(case_id=case.id, account_id=scene.accounts[CHEN], role=Role.JUDGE, from_at=like.lodged_at)
                )
                session.add(
                    Task(
                        case_id=case.id,
                        role=Role.JUDGE,
                        kind="objection",
                        title={"en": "x", "zh-Hans": "x"},
                        risk=n % 90,
                        opened_at=like.lodged_at,
                    )
                )

    more(0, 40)
    before = queries()
    more(40, 400)
    assert queries() == before


def test_a_fixed_hearing_stands_wherever_one_looks_for_dates(app: Flask, accepted: Scene) -> None:
    """Overview, home, agenda and calendar name it, for party, judge and clerk, until it is put off."""
    accepted.act(CHEN, "open_examination", mode="offline")
    accepted.act(WANG, "summon", mode="offline", on="2026-03-12", at="09:30", place="Courtroom 3")
    said = "12\N{NO-BREAK SPACE}March 2026, 09:30"
    li, chen, wu = Browser(app, accepted, LI), Browser(app, accepted, CHEN), Browser(app, accepted, HAIYUN, "zh-Hans")
    pages = [li.get(""), chen.get(""), li.get("/home"), chen.get("/home"), li.get("/agenda"), chen.get("/agenda")]
    assert [f"Hearing: {said}" in page for page in pages[:4]] == [True] * 4
    assert all(said in page and "Courtroom 3" in page for page in pages[4:])
    assert "开庭" in wu.get("/agenda") and "Hearing" not in wu.get("/agenda")
    with accepted.look() as (court, _):
        events = Calendar.from_ical(
            calendar_of(court, court.session.get_one(Account, accepted.accounts[LI]), ORIGIN)
        ).walk("VEVENT")
        hearing = court.session.scalars(select(Hearing)).one()
    begins = [event["DTSTART"].dt for event in events if str(event["SUMMARY"]).startswith("Hearing")]
    assert begins == [hearing.begins_at]
    accepted.act(
        CHEN, "adjourn_hearing", hearing=hearing.reference, ground="absent_with_reason", reasons="The claimant is ill."
    )
    assert [said in li.get(path) for path in ("/home", "/agenda")] == [
        False,
        False,
    ] and f"Hearing: {said}" not in li.get("")
