"""Errors that browsers report: counted and told to the keepers, and nothing personal survives, whatever is sent."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, strategies as st

from odr.app import create_app
from odr.ground.logs import JsonLines
from odr.operations import browser_errors
from odr.operations.browser_errors import ADDRESS, OF_A_NETWORK, read
from tests.peers.browser import OpenPage, until_on
from tests.scene import Scene

BROKEN = "export const canListen = () => false, speakInto = () => {}; setTimeout(() => null.li_wei, 0);"
SECRETS = (
    "li.wei@example.org",
    "Li Wei was cheated",
    "13812345678",
    "k3v9q2m8x7c1b5n4z6a0s8d2f4",
    "203.0.113.77",
    "?q=my+illness",
    "李伟",
)
"""What somebody may have typed, or what stands in an address."""


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court, answering."""
    return create_app(court=small_scene.court)


def counted(app: Flask) -> dict[str, float]:
    """What the court tells of reports."""
    lines = app.test_client().get("/metrics").text.splitlines()
    return {
        line.split('"')[1]: float(line.rpartition(" ")[2])
        for line in lines
        if line.startswith("court_browser_errors_total{")
    }


class Kept(logging.Handler):
    """Lines as they leave a process of a sitting court."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(JsonLines().format(record))


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is told of reports meanwhile."""
    handler = Kept()
    browser_errors.told_log.addHandler(handler)
    yield handler.lines
    browser_errors.told_log.removeHandler(handler)


def test_a_script_that_failed_is_counted_and_told(app: Flask, lines: list[str]) -> None:
    """File, line, kind and route reach the keepers, of a script and of the policy."""
    client = app.test_client()
    script = {
        "kind": "script",
        "error": "TypeError",
        "file": "/static/court.js",
        "line": 12,
        "route": "/account/sign-in",
    }
    policy = {
        "csp-report": {
            "document-uri": "https://court.example/cases/k3v9q2m8x7c1b5n4z6a0s8d2f4?q=my+illness",
            "effective-directive": "script-src-elem",
            "blocked-uri": "inline",
            "source-file": "https://court.example/static/0123456789abcdef/upload.js",
            "line-number": 3,
            "script-sample": "Li Wei was cheated",
        }
    }
    assert client.post(ADDRESS, json=script).status_code == 204
    kind = "application/csp-report"
    assert client.post(ADDRESS, data=json.dumps(policy), content_type=kind).status_code == 204
    assert counted(app) == {"policy": 1, "script": 1, "promise": 0}
    told = [json.loads(line) for line in lines]
    assert [(one["kind"], one["what"], one["file"], one["line"], one["route"]) for one in told] == [
        ("script", "typeerror", "/static/court.js", 12, "/account/sign-in"),
        ("policy", "script-src-elem", "/static/upload.js", 3, "/cases/<reference>"),
    ]
    assert not any(secret in line for line in lines for secret in SECRETS)


def test_what_is_no_report_is_nothing(app: Flask) -> None:
    """Nonsense is thanked for and not counted; what is too long is refused; nobody can fill the log."""
    client = app.test_client()
    for body in (b"", b"[" * 9000, b'"x"', b'{"kind": ["script"]}', b"\xff", b'{"kind": "other"}', b"1" * 5000):
        assert client.post(ADDRESS, data=body).status_code == 204
    assert client.post(ADDRESS, data=b"x" * 20_000).status_code == 413
    assert sum(counted(app).values()) == 0
    many = [{"kind": "script"}] * 100
    assert client.post(ADDRESS, json=many).status_code == 204
    assert counted(app)["script"] == browser_errors.AT_ONCE
    answers = [client.post(ADDRESS, json={"kind": "script"}).status_code for _ in range(OF_A_NETWORK)]
    assert answers[0] == 204 and answers[-1] == 429


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from(SECRETS),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
    max_leaves=6,
)
address = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(("https", "http", "data", "chrome-extension", "//[")),
    st.sampled_from(("court.example", "evil.example", *SECRETS)),
    st.sampled_from(("/", "/cases/", "/static/court.js", "/static/../", "/check/")),
    st.sampled_from(("", *SECRETS)),
)
value = (
    anything
    | address
    | st.sampled_from(("TypeError", "script-src", "/static/court.js", "inline", "/cases/<reference>"))
)
names = ("document-uri", "documentURL", "effective-directive", "violated-directive", "blocked-uri", "blockedURL")
policy = st.fixed_dictionaries(
    {}, optional=dict.fromkeys((*names, "source-file", "line-number", "script-sample"), value)
)
report = (
    st.builds(lambda body: {"csp-report": body}, policy)
    | st.builds(lambda body: {"type": "csp-violation", "body": body, "url": SECRETS[0]}, policy)
    | st.fixed_dictionaries(
        {"kind": st.sampled_from(("script", "promise")) | value},
        optional=dict.fromkeys(("error", "file", "line", "route", "message"), value),
    )
)


def test_nothing_personal_survives(app: Flask) -> None:
    """Of whatever a browser, or anybody, sends, only names of the court's own are kept: none of its words, no number that
    is not a line of the named file.
    """
    with app.test_request_context():
        rules = {each.rule for each in app.url_map.iter_rules()}

        @given(st.lists(report, max_size=4) | report | anything)
        def survives(sent: Any) -> None:
            for told in read(json.dumps(sent).encode("utf-8", "surrogatepass")):
                assert told.kind in browser_errors.KINDS
                assert told.what in browser_errors.ERRORS | browser_errors.DIRECTIVES | {"other"}
                assert told.blocked in browser_errors.BLOCKED | {"ours", "foreign", "extension", "other"}
                assert told.file in browser_errors.files().keys() | {"other"}
                assert 0 <= told.line <= browser_errors.files().get(told.file, 0)
                assert told.route in rules | {"other"}
                assert not any(secret in str(asdict(told)) for secret in SECRETS)

        survives()


def test_a_failing_script_is_reported_by_a_browser(
    open_page: OpenPage, serve: Callable[..., str], app: Flask, lines: list[str]
) -> None:
    """In a browser: a script of ours that throws is reported with route and kind, and without what was typed."""
    page = open_page()
    origin = serve(app)
    page.route("**/static/*/voice.js", lambda route: route.fulfill(content_type="text/javascript", body=BROKEN))
    with page.expect_response(lambda answer: answer.url.endswith(ADDRESS)) as reported:
        page.goto(f"{origin}/account/sign-in?q=my+illness")
    assert reported.value.status == 204

    def told() -> list[tuple[str, str, str]]:
        return [(one["kind"], one["what"], one["route"]) for one in map(json.loads, lines)]

    until_on(page, lambda: ("script", "typeerror", "/account/sign-in") in told(), "it stands in the log")
    assert not any(secret in line for line in lines for secret in SECRETS)
