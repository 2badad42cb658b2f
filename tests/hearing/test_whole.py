"""Whole disputes, from the opening to the sealed record: by programs over HTTP, and in a browser in both languages."""

from __future__ import annotations

import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import pyotp
import pytest
from playwright.sync_api import Page
from pypdf import PdfReader
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Stage, Track
from odr.evidence.store.ports import desk_of
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.models import Hearing, Motion, Phase, RecordCorrection, TechnicalFailure, Witness
from odr.hearing.record.papers import record_digest, seal_records
from odr.identity.models import Account
from odr.identity.sign_in import one_time_codes, program_tokens
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.program_tokens import Scope
from odr.procedure.audit.docket_audit import audit
from odr.procedure.models import Task
from tests.entering import let_in
from tests.hearing.scene import BAIHUA, CHEN, DING, HAIYUN, LI, WANG, Scene, accepted_case, opinion, whole_court
from tests.peers.browser import PHONE, OpenContext
from tests.scene import take_places
from tests.sound import is_sound_to_both

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PHOTO = b"what the camera saw"


class Speaker(Protocol):
    """Somebody's way of acting in the case."""

    def act(self, who: str, name: str, /, **given: Any) -> None:
        """Perform an act as somebody."""

    def look(self, who: str, page: str) -> None:
        """Look at a page of the case, and find it sound."""


@dataclass
class Program:
    """Programs with bearer tokens over HTTP."""

    scene: Scene
    origin: str
    reference: str

    def __post_init__(self) -> None:
        with self.scene.court.database.write() as session:
            for account_id in self.scene.accounts.values():
                account = session.get_one(Account, account_id)
                account.totp_secret = one_time_codes.seal_secret(keyring(self.scene.court.settings.secret_key), SECRET)
        self.given: dict[tuple[str, object], str] = {}

    def token(self, who: str) -> str:
        """Somebody's token of the day."""
        now = self.scene.clock.machine_now()
        if (who, now.date()) not in self.given:
            with self.scene.court.database.write() as session:
                account = session.get_one(Account, self.scene.accounts[who])
                scopes = [Scope.ACT, Scope.READ]
                self.given[who, now.date()] = program_tokens.issue(
                    session, account, name="program", scopes=scopes, lasts=timedelta(days=2), two_factor=True, now=now
                )
        return self.given[who, now.date()]

    def ask(self, who: str, path: str, body: object = None, **headers: str) -> Any:
        """One request; a refusal shows what the court said."""
        data = json.dumps(body).encode() if body is not None else None
        head = {"Authorization": f"Bearer {self.token(who)}", "Content-Type": "application/json", **headers}
        try:
            with urllib.request.urlopen(
                urllib.request.Request(f"{self.origin}/api/v1/cases/{self.reference}{path}", data, head)
            ) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError((who, path, body, error.read().decode())) from error

    def act(self, who: str, name: str, /, **given: Any) -> None:
        code = pyotp.TOTP(SECRET).at(self.scene.clock.machine_now())
        answer = self.ask(
            who, f"/acts/{name}", given, **({"Identity-Code": code} if self.scene.court.table[name].strong else {})
        )
        assert answer["act"] == name

    def look(self, who: str, page: str) -> None:
        if page == "/examination":
            assert self.ask(who, page)["mode"] in ("asynchronous", "hybrid")


@dataclass
class Reader:
    """Somebody at a browser: every act from its page, as it stands there; what was done by hand once is repeated
    without the browser.

    The judge and the claimant sit at a desk with scripts, the others have a phone without.
    """

    scene: Scene
    origin: str
    reference: str
    desk: Page
    phone: Page
    twin: Page

    def enter(self, who: str, page: Page, locale: str = "") -> None:
        """Be somebody, signed in just now."""
        let_in(self.scene.court, self.scene.accounts[who], page.context, self.origin, locale)

    def __post_init__(self) -> None:
        self.page = self.desk
        self.done: set[str] = set()
        self.sound: set[tuple[bool, str]] = set()

    def act(self, who: str, name: str, /, **given: Any) -> None:
        if name in self.done:
            self.scene.act(who, name, **given)
            return
        self.done.add(name)
        self.page, locale = (self.desk, "en") if who in (CHEN, LI) else (self.phone, "zh-Hans")
        self.enter(who, self.page, locale)
        base = f"/cases/{self.reference}"
        form = self.page.locator("main form").last
        if name == "give_opinions":
            self.page.goto(f"{base}/examination/opinions", wait_until="domcontentloaded")
            self._opinions(given["opinions"])
        elif name == "answer_question":
            self.page.goto(f"{base}/examination", wait_until="domcontentloaded")
            form = self.page.locator(f"form:has(input[name=question][value='{given.pop('question')}'])")
            self._fill(form, given)
            form.locator("button.govuk-button:not([name])").click()
        elif name == "sign_record":
            self.page.goto(f"{base}/examination/record", wait_until="domcontentloaded")
            self.page.locator("main form button.govuk-button").click()
        else:
            self.page.goto(f"{base}/do/{name}", wait_until="domcontentloaded")
            form = self.page.locator("main form").last
            self._rows(form, given)
            self._fill(form, given)
            form.locator("button.govuk-button:not([name]):not([formaction])").last.click()
        assert "/docket/" in self.page.url, (who, name, self.page.locator("main").inner_text()[:1500])

    def _rows(self, form: Any, given: dict[str, Any]) -> None:
        for name in [n for n, v in given.items() if isinstance(v, list) and v and isinstance(v[0], dict)]:
            rows = given.pop(name)
            for number, row in enumerate(rows):
                its_fields = form.locator(f"[name^='{name}-{number}-']")
                if not its_fields.count():
                    with self.page.expect_navigation(wait_until="domcontentloaded"):
                        form.locator(f"button[name=add][value='{name}']").click()
                    its_fields.last.wait_for(state="attached")
                self._fill(form, {f"{name}-{number}-{key}": value for key, value in row.items()})
            # Who stands on a roll and was not called is taken off it.
            while (more := form.locator(f"[name^='{name}-{len(rows)}-']")).count():
                with self.page.expect_navigation(wait_until="domcontentloaded"):
                    form.locator(f"button[name=remove][value='{name}-{len(rows)}']").click()
                form, more = self.page.locator("main form").last, more

    def _opinions(self, lines: list[dict[str, Any]]) -> None:
        for line in lines:
            row = self.page.locator(f"input[type=hidden][value='{line['exhibit']}']").get_attribute("name") or ""
            start = row.removesuffix("exhibit")
            self._fill(
                self.page.locator("main form").last,
                {start + key: value for key, value in line.items() if key != "exhibit" and value},
            )
        self.page.locator("main form button.govuk-button:not([name]):not([formaction])").last.click()

    def _fill(self, form: Any, given: dict[str, Any]) -> None:
        for name, value in given.items():
            for one in value if isinstance(value, list) else [value]:
                self._field(form, name, one)

    def _field(self, form: Any, name: str, value: Any) -> None:
        marked = "yes" if value is True else str(value).replace("\\", "").replace("'", "").splitlines()[0]
        chosen = form.locator(f"input[name='{name}'][value='{marked}']")
        field = form.locator(f"[name='{name}']")
        if chosen.count() and chosen.first.get_attribute("type") in ("radio", "checkbox"):
            chosen.first.check()
        elif not field.count():
            for part, text in zip(("year", "month", "day"), str(value).split("-"), strict=True):
                form.locator(f"[name='{name}-{part}']").fill(text)
        elif field.first.get_attribute("type") in ("checkbox", "radio"):
            field.first.check()
        elif field.first.evaluate("e => e.tagName") == "SELECT":
            field.first.select_option(str(value))
        else:
            field.first.fill(str(value))

    def look(self, who: str, page: str) -> None:
        self.enter(who, self.twin)
        self.twin.goto(f"/cases/{self.reference}{page}", wait_until="domcontentloaded")
        seen = (who == CHEN, page)
        is_sound_to_both(self.twin, axe=seen not in self.sound or who == DING)
        self.sound.add(seen)


def one(scene: Scene, kind: Any) -> str:
    """Reference of the newest row of a kind in the case."""
    with scene.look() as (court, case):
        return str(
            court.session.scalars(
                select(kind.reference).where(kind.case_id == case.id).order_by(kind.id.desc())
            ).first()
        )


def phase(scene: Scene, key: str, number: int = 1) -> str:
    """Reference of a phase of the plan."""
    with scene.look() as (court, case):
        return court.session.scalars(
            select(Phase.reference).where(Phase.case_id == case.id, Phase.key == key, Phase.round == number)
        ).one()


def sent(scene: Scene, who: str, name: str, data: bytes) -> str:
    """A file somebody has sent; the upload itself is the evidence room's and tested there."""
    kept = desk_of(scene.court).receive(scene.accounts[who], name, "text/plain", BytesIO(data))
    assert kept is not None
    scene.court.notary.sequence()
    return kept.reference


def pleaded(scene: Scene, by: Speaker) -> None:
    """Opening and claim and answer; a technical failure gives everybody a day."""
    by.act(LI, "apply_for_written_hearing", difficulty="I work nights, the others by day.")
    for who in (HAIYUN, BAIHUA):
        by.act(who, "answer_written_hearing", agrees="yes")
    by.act(CHEN, "open_examination", mode="asynchronous", sealed=["debate"], words="You may ask that I step aside.")
    by.look(LI, "/examination")
    by.act(LI, "report_failure", what="The platform did not answer all morning.")
    due = scene.due_of(HAIYUN)
    by.act(
        CHEN,
        "rule_on_failure",
        failure=one(scene, TechnicalFailure),
        answer="allow",
        days=1,
        reasons="The log shows it.",
    )
    assert scene.due_of(HAIYUN) > due
    for who in (LI, HAIYUN, BAIHUA, LI, HAIYUN, BAIHUA):
        by.act(who, "post_statement", words=f"{who}: I stand by what I said.")
    assert scene.current() == "cross_examination"


def examined(scene: Scene, by: Speaker) -> None:
    """Two exhibits a side; the third party speaks late, and is kept and marked."""
    by.act(
        HAIYUN,
        "give_opinions",
        opinions=[opinion(scene.refs[LI, n], authenticity="dispute", reason="截图没有地址栏。") for n in (1, 2)],
    )
    scene.days(9)
    scene.due()
    by.look(LI, "/examination/opinions")
    by.act(LI, "give_opinions", opinions=[opinion(scene.refs[HAIYUN, n]) for n in (1, 2)])
    by.act(CHEN, "end_phase", reasons="Everybody had the time.")
    by.act(BAIHUA, "give_opinions", opinions=[opinion(scene.refs[LI, n], relevance="no_view") for n in (1, 2)])
    with scene.look() as (court, _):
        late = scene.docket(court)[-1].number
    assert scene.payload(late)["late"] is True
    by.look(CHEN, "/bench")
    assert scene.current() == "judge_questions"


def asked(scene: Scene, by: Speaker) -> None:
    """A question at a place of an exhibit answered with a file; one of a party disallowed; a witness heard on her
    undertaking.
    """
    by.act(
        LI,
        "ask_leave_for_witness",
        kind="witness",
        name=DING,
        email="ding@x.example",
        about="Saw the delivery.",
        manner="written",
        ground="distance",
    )
    by.act(CHEN, "rule_on_witness", witness=one(scene, Witness), answer="allow", reasons="She lives far away.")
    take_places(scene.court)
    by.act(DING, "give_undertaking", promise="yes")
    by.act(HAIYUN, "ask_leave_for_question", addressee=scene.party(LI), words="Are you a professional buyer?")
    by.act(CHEN, "disallow_question", question=scene.question(1).reference, reasons="It bears on nothing in dispute.")
    by.act(
        CHEN,
        "put_question",
        addressees=[scene.party(LI)],
        words="Which device took it?",
        exhibit=scene.refs[LI, 1],
        page=1,
        place="top left",
        days=3,
    )
    by.act(CHEN, "put_question", addressees=[one(scene, Witness)], words="What was in the parcel?", days=3)
    by.look(DING, "/examination")
    by.act(DING, "testify", question=scene.question(3).reference, words="Thirty bottles.")
    upload = sent(scene, LI, "photo.txt", PHOTO)
    by.look(LI, "/examination")
    by.act(
        LI,
        "answer_question",
        question=scene.question(2).reference,
        words="My own phone.",
        exhibits=[scene.refs[LI, 1]],
        uploads=[upload],
    )
    with scene.look() as (court, _):
        files = [scene.payload(e.number)["result"]["files"] for e in scene.docket(court) if e.act == "answer_question"]
    assert files[0][0]["sha256"] == hashlib.sha256(PHOTO).hexdigest()


def converted(scene: Scene, by: Speaker) -> None:
    """Over to the courtroom with a hearing on record, and back to writing."""
    by.act(CHEN, "convert_mode", mode="hybrid", reasons="The device is looked at together.")
    day = (scene.clock.now() + timedelta(days=2)).date()
    by.act(WANG, "summon", mode="hybrid", on=day.isoformat(), at="09:30", place="Courtroom 3")
    scene.days(2.4)
    attendance = [
        {"who": scene.party(LI), "presence": "courtroom", "identity": "document"},
        {"who": scene.party(HAIYUN), "presence": "online", "identity": "online"},
    ]
    recording = hashlib.sha256(b"recording").hexdigest()
    by.act(
        WANG,
        "record_hearing",
        hearing=one(scene, Hearing),
        begun="09:32",
        ended="10:05",
        attendance=attendance,
        debated="yes",
        last_words="yes",
        minutes="The device was looked at.",
        recording_sha256=recording,
    )
    by.act(LI, "confirm_recording", hearing=one(scene, Hearing), confirms="yes")
    by.act(CHEN, "convert_mode", mode="asynchronous", reasons="It is settled.")
    by.look(HAIYUN, "/examination")


def argued(scene: Scene, by: Speaker) -> None:
    """The rest of the plan: issues, a sealed debate of one round, last words."""
    while scene.current() in ("judge_questions", "party_questions"):
        by.act(CHEN, "end_phase", reasons="Everything was asked.")
    by.act(CHEN, "change_plan", left_out=[phase(scene, "debate", 2)], reasons="One round is enough.")
    by.act(CHEN, "list_issues", issues="Is the additive allowed?\nWas the parcel whole?")
    for who in (LI, HAIYUN, BAIHUA):
        by.act(who, "post_statement", words=f"{who} on the issues.")
    by.act(
        CHEN,
        "rule_on_written_hearing",
        answer="allow",
        difficulty="One works at night.",
        undisputed="What is left is the law.",
        reasons="Every condition is met.",
    )
    assert scene.current() == "debate"
    by.act(LI, "post_statement", words="Ten times the price is owed.")
    by.look(CHEN, "/examination")
    with scene.look() as (court, _):
        assert set(scene.payload(scene.docket(court)[-1].number)["input"]) == {"commitment", "ciphertext_sha256"}
    for who in (HAIYUN, BAIHUA):
        by.act(who, "post_statement", words=f"{who} argues.")
    for who in (LI, HAIYUN, BAIHUA):
        by.act(who, "finish_turn")
    assert scene.current() == "record"


def signed(scene: Scene, by: Speaker) -> None:
    """The record is read, corrected by ruling, signed, and a refusal noted; the worker seals the paper."""
    by.look(HAIYUN, "/examination/record")
    by.act(HAIYUN, "correct_record", place="entry 5", words="I spoke of the label.")
    by.act(CHEN, "rule_on_correction", correction=one(scene, RecordCorrection), answer="allow", reasons="So it was.")
    with scene.look() as (court, case):
        digest = record_digest(court, case)
    by.act(LI, "sign_record", digest=digest)
    by.act(BAIHUA, "sign_record", digest=digest)
    by.act(HAIYUN, "refuse_record", reasons="I was not heard on the label.")
    assert scene.stage() is Stage.DELIBERATION
    assert seal_records(scene.court) == 1
    with scene.look() as (court, _):
        assert not audit(scene.court, court.session)


def paper(content: bytes) -> str:
    """The words of the sealed record, without spaces."""
    return "".join(p.extract_text() for p in PdfReader(BytesIO(content)).pages).replace("\n", "").replace(" ", "")


@pytest.fixture
def dispute(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Scene]:
    """Two sides, a third party, two exhibits a side, everybody agreed to writing."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = accepted_case(whole_court(database, clock, tmp_path / "court"), clock, track=Track.SIMPLE, third=True)
    for owner in (LI, HAIYUN):
        for number in (1, 2):
            scene.refs[owner, number] = scene.exhibit(owner, number)
    yield scene
    database.dispose()


def reference_of(scene: Scene) -> str:
    """The case's reference."""
    with scene.look() as (_, case):
        return case.reference


def whole(scene: Scene, by: Speaker) -> None:
    """The dispute from beginning to end."""
    for chapter in (pleaded, examined, asked, converted, argued, signed):
        chapter(scene, by)


@pytest.mark.slow
def test_a_whole_dispute_by_programs(dispute: Scene, serve: Callable[..., str]) -> None:
    """Everything a hearing in writing knows is done over the API, and the sealed record tells it all."""
    origin = serve(create_app(court=dispute.court))
    program = Program(dispute, origin, reference_of(dispute))
    whole(dispute, program)
    papers = program.ask(LI, "")["documents"]
    record = next(d for d in papers if d["kind"] == "record")
    head = {"Authorization": f"Bearer {program.token(LI)}"}
    url = f"{origin}/api/v1/cases/{program.reference}/documents/{record['reference']}"
    content = urllib.request.urlopen(urllib.request.Request(url, headers=head)).read()
    assert hashlib.sha256(content).hexdigest() == record["sha256"]
    text = paper(content)
    for part in (
        "Tentimesthepriceisowed.",
        "截图没有地址栏。",
        "Areyouaprofessionalbuyer",
        "Thirtybottles.",
        "refusedtosign",
        "Ispokeofthelabel.",
    ):
        assert part in text, part


def test_a_whole_dispute_in_the_browser(dispute: Scene, serve: Callable[..., str], open_context: OpenContext) -> None:
    """The same dispute by hand, at a desk in English and on a phone in Chinese without JavaScript; each page seen on
    the way is sound.
    """
    origin = serve(create_app(court=dispute.court))
    phone = open_context(origin, width=PHONE, javascript=False).new_page()
    desk, twin = (open_context(origin).new_page() for _ in range(2))
    whole(dispute, Reader(dispute, origin, reference_of(dispute), desk, phone, twin))
    assert ("质证" if twin.get_attribute("html", "lang") == "zh-Hans" else "Record of the hearing") in twin.content()


@pytest.mark.slow
def test_a_silent_respondent_is_heard_of_in_the_courtroom(
    sqlite_url: str, clock: FixedClock, tmp_path: Path, serve: Callable[..., str]
) -> None:
    """Nobody is heard in writing for whom nobody agreed: summons, closed doors, a hearing on record, absence put before
    the judge, the record signed.
    """
    database = Database(sqlite_url, synchronous="OFF")
    scene = accepted_case(whole_court(database, clock, tmp_path / "court"), clock, track=Track.ORDINARY, joined=False)
    by = Program(scene, serve(create_app(court=scene.court)), reference_of(scene))
    with pytest.raises(AssertionError, match="joined"):
        by.act(CHEN, "open_examination", mode="asynchronous")
    by.act(CHEN, "open_examination", mode="offline")
    by.act(LI, "ask_hearing_order", kind="closed_doors", words="My health is discussed.")
    by.act(CHEN, "rule_on_hearing_order", motion=one(scene, Motion), answer="allow", reasons="It is private.")
    by.act(WANG, "summon", mode="offline", on="2026-03-12", at="09:30", place="Courtroom 3")
    scene.clock.set(scene.clock.now().replace(month=3, day=12, hour=6, minute=0))
    attendance = [
        {"who": scene.party(LI), "presence": "courtroom", "identity": "document"},
        {"who": scene.party(HAIYUN), "presence": "absent"},
    ]
    by.act(
        WANG,
        "record_hearing",
        hearing=one(scene, Hearing),
        begun="09:32",
        ended="11:05",
        attendance=attendance,
        debated="yes",
        last_words="yes",
        minutes="The claimant was heard.",
    )
    with scene.look() as (court, case):
        waits = list(court.session.scalars(select(Task.kind).where(Task.case_id == case.id, Task.done_at.is_(None))))
        assert "absence" in waits and court.session.scalars(select(Hearing.closed_doors)).one()
    by.act(CHEN, "close_hearing", reasons="Everything was heard.")
    with scene.look() as (court, case):
        digest = record_digest(court, case)
    by.act(LI, "sign_record", digest=digest)
    assert scene.stage() is Stage.DELIBERATION and seal_records(scene.court) == 1
    database.dispose()
