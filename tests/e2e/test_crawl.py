"""The training court as it opens: every link of every page, followed by everybody, in both languages."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from odr.app import create_app, create_court
from odr.docket.models import Case
from odr.ground.config import Settings
from odr.hearing.models import Witness
from odr.identity import mandates
from odr.identity.models import Account, AccountState, Mandate
from odr.identity.sign_in.sessions import open_session
from odr.procedure.court import Court
from odr.training.story import Story, in_story_time
from odr.training.training_staff import PEOPLE
from odr.web import reader_language
from odr.web.presence import session_cookie_name
from tests.patience import PATIENCE
from tests.raw_words import faults_in
from tests.test_translations import translated

ROOT = Path(__file__).resolve().parents[2]
MOST = 400
"""Pages that one person may reach in the demonstration; more would mean that two addresses show one page."""
WITNESS = "ding@witnesses.example"
WHO = {
    "nobody": None,
    "claimant": "li@parties.example",
    "respondent": "haiyun@parties.example",
    "representative": "gu@lawyers.example",
    "witness": WITNESS,
    **{str(role.value): email for email, _, role, _ in PEOPLE if role is not None},
}
"""Whose links are followed: one person for each capacity."""
AS_SENT = ("/training", "/inbox")
"""Pages that show letters in the language in which they were sent."""
TOLD_APART = ("name", "step", "page", "part")
"""Parts of an address that make another kind of page; every case is opened, and each kind of page in one case of them.
"""


class Page(HTMLParser):
    """Links, headings, title, language and words of a page; a letter shown on it is its addressee's."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headings = 0
        self.title = self.lang = ""
        self.words: list[str] = []
        self.empty = 0
        """Questions with nothing to choose or fill in, and no word on why."""
        self.in_box: list[str] = []
        """Where the box of what is next leads."""
        self._groups: list[int] = []
        self._in_box = False
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and values.get("href") and "pre" not in self._open:
            self.links.append(str(values["href"]))
            if self._in_box:
                self.in_box.append(str(values["href"]))
        if tag == "fieldset":
            self._groups.append(0)
        elif tag in ("input", "select", "textarea", "button", "p"):
            self._groups = [count + 1 for count in self._groups]
        self._in_box = self._in_box or (tag == "section" and values.get("aria-labelledby") == "next")
        self.headings += tag == "h1"
        if tag == "html":
            self.lang = values.get("lang") or ""
        if tag in ("script", "style", "pre", "code", "textarea", "title"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset":
            self.empty += self._groups.pop() == 0
        self._in_box = self._in_box and tag != "section"
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["title"]:
            self.title += data
        elif not self._open:
            self.words.append(data)


def free_port() -> int:
    """The first of three neighbouring ports that nobody listens on."""
    while True:
        with socket.socket() as one, socket.socket() as two, socket.socket() as three:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
                three.bind(("127.0.0.1", port + 2))
            except OSError:
                continue
            return port


def start(folder: Path, port: int) -> tuple[subprocess.Popen[str], list[str], float]:
    """``make run`` without the installing; gives the process, what it said until it was open, and after how long."""
    began = time.monotonic()
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("ODR_")},
        "ODR_DATA_DIR": str(folder),
        "ODR_PORT": str(port),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "odr.training.run"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line.strip())
        if "Stop with" in line:
            return process, said, time.monotonic() - began
    raise AssertionError("\n".join(said))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a training court that was opened for the first time and closed again."""
    folder = tmp_path_factory.mktemp("court") / "var"
    process, _, _ = start(folder, free_port())
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    yield folder


@pytest.fixture(scope="module")
def app(opened: Path) -> Flask:
    """The opened court in this process, with a representative and a witness in one of its cases."""
    court = create_court(Settings(mode="training", data_dir=opened, argon2_cheap=True, base_url="http://localhost"))
    bring_in(court)
    return create_app(court=court)


def bring_in(court: Court) -> None:
    """Gu represents Li in the case before its hearing, and Ding is admitted there to testify in writing."""
    now = court.clock.now()
    with court.database.write() as session:
        session.add(
            Account(email=WITNESS, name="丁一 Ding Yi", state=AccountState.ACTIVE, created_at=now, confirmed_at=now)
        )
    with court.database.read() as session:
        people = {account.email.partition("@")[0]: account.id for account in session.scalars(select(Account))}
        before_hearing = session.scalars(select(Case.id).where(Case.title.contains("墨韵书店"))).one()
    story = Story(*in_story_time(court, now), people, before_hearing)
    story.do("appoint_representative", "li", email="gu@lawyers.example")
    with court.database.write() as session:
        mandates.accept(
            session,
            session.scalars(select(Mandate).where(Mandate.case_id == before_hearing)).one(),
            people["gu"],
            now,
            most=2,
        )
    story.do(
        "ask_leave_for_witness",
        "li",
        name="丁一",
        email=WITNESS,
        about="她看见店员答应退款。",
        manner="written",
        ground="distance",
    )
    story.do("rule_on_witness", "judge", witness=story.newest(Witness), answer="allow", reasons="路途遥远。")


@pytest.mark.slow
def test_a_second_start_finds_everything_and_an_interrupt_ends_all(opened: Path) -> None:
    """What was told stays told, a taken port is named, and Ctrl-C leaves no process behind."""
    port = free_port()
    process, said, _ = start(opened, port)
    try:
        assert any(f"http://127.0.0.1:{port}" in line for line in said) and not any(
            "first time" in line for line in said
        )
        assert all(any(email in line for line in said) for email, *_ in PEOPLE)
        env = {**os.environ, "ODR_DATA_DIR": str(opened.parent / "other"), "ODR_PORT": str(port)}
        second = subprocess.run(
            [sys.executable, "-m", "odr.training.run"],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert second.returncode == 1 and str(port) in second.stderr
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def client_of(app: Flask, email: str | None, locale: str) -> FlaskClient:
    """A browser of somebody signed in with a second factor, or of nobody."""
    client = app.test_client()
    client.set_cookie(reader_language.COOKIE, locale)
    court = app.extensions["court"]
    if email is not None:
        with court.database.write() as session:
            account = session.scalars(select(Account).where(Account.email == email)).one()
            account.locale = locale
            token, _ = open_session(
                session, account, court.clock.machine_now(), device="test", address="::1", two_factor=True
            )
        client.set_cookie(session_cookie_name(False), token)
    return client


RAW_DAY = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-]| \d{2}:)")
"""A day as machines write it; instants to the second of receipts are meant for them."""
VERSIONS = re.compile(r"^/rules|^/account/mandates$|/time/")
"""Where versions of rules are named by such days, or a day is an example of what one may type."""


def faults_of(page: Page, locale: str) -> list[str]:
    """What is wrong with a page itself."""
    found = []
    if page.headings != 1:
        found.append(f"{page.headings} headings of the first level")
    if not page.title.strip().strip("–").strip():
        found.append("no title")
    if page.empty:
        found.append(f"{page.empty} questions with nothing to choose")
    found += [f"the box offers {link} twice" for link, times in Counter(page.in_box).items() if times > 1]
    if page.lang != locale:
        found.append(f"language {page.lang}")
    found += [f"a word of the program: {raw}" for w in page.words for raw in faults_in(w, codes=True)]
    found += [f"a day as machines write it: {' '.join(w.split())}" for w in page.words if RAW_DAY.search(w)]
    if locale == "zh-Hans":
        found += [
            f"English: {words}"
            for words in (" ".join(w.split()) for w in page.words)
            if " " in words and translated().get(words, words) != words
        ]
    return found


def desks_of(app: Flask, email: str | None) -> set[str]:
    """Pages without parameters that somebody's role at the court opens."""
    role = next((role for known, _, role, _ in PEOPLE if known == email), None)
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return {
        rule.rule
        for rule in rules
        if role in getattr(getattr(app.view_functions[rule.endpoint], "__guard__", None), "roles", ())
    }


OF_A_FREE_HOUR = {"/registry/hearings/slot"}
"""What only a free hour of a judge and a room leads to: ``tests/hearing/test_calendar_pages.py`` goes that way."""


def app_rule(app: Flask, endpoint: str) -> str:
    """The first rule of an endpoint."""
    return next(app.url_map.iter_rules(endpoint)).rule


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
@pytest.mark.parametrize("who", WHO)
@pytest.mark.slow
def test_every_link_offered_leads_somewhere(app: Flask, who: str, locale: str) -> None:
    """Nobody is offered a link that fails, is forbidden or leads nowhere; each page has its one heading, title and
    language; every desk is found.
    """
    email = WHO[who]
    client = client_of(app, email, locale)
    adapter = app.url_map.bind("localhost")
    waiting, seen, wrong, pages = [("/", ""), ("/home", "")] if email else [("/", "")], set(), [], 0
    while waiting:
        address, shown_on = waiting.pop(0)
        path = urlsplit(address).path
        endpoint, values = adapter.match(path, method="GET")
        kind = (
            endpoint,
            *(values[key] for key in TOLD_APART if key in values),
            *(values.values() if endpoint == "cases.overview" else ()),
        )
        if kind in seen or endpoint == "static" or endpoint.endswith(("language", "sign_out")):
            continue
        seen.add(kind)
        answer = client.get(address, follow_redirects=False, base_url="http://localhost")
        if answer.status_code in (301, 302, 303, 307):
            waiting.append((urljoin(address, answer.headers["Location"]).removeprefix("http://localhost"), shown_on))
            continue
        if answer.status_code >= 400:
            wrong.append(f"{shown_on} → {address}: {answer.status_code}")
            continue
        if answer.mimetype != "text/html":
            continue
        pages += 1
        page = Page(answer.text)
        wrong += [
            f"{address}: {fault}"
            for fault in faults_of(page, locale)
            if not (path.endswith(AS_SENT) and fault.startswith("English"))
            and not (VERSIONS.search(path) and fault.startswith("a day"))
        ]
        for link in page.links:
            target = urlsplit(urljoin(f"http://localhost{address}", link))
            if target.netloc == "localhost" and target.scheme == "http":
                waiting.append((target.path + (f"?{target.query}" if target.query else ""), address))
        assert pages < MOST
    wrong += [
        f"no page links to {rule}"
        for rule in desks_of(app, email) - OF_A_FREE_HOUR - {app_rule(app, kind[0]) for kind in seen}
    ]
    assert wrong == [] and pages > 8, "\n".join(wrong)
