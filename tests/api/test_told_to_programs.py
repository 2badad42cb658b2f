"""A breach is told to a program as data, at every address whose answers are for programs, and to a browser as a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

from odr.app import create_app
from odr.identity.sign_in.rate_limits import LIMITS, Counted
from odr.web.for_programs import READ_BY_PROGRAMS
from tests.faults.test_outage_answers import path_of
from tests.parsed import files
from tests.scene import Scene

PROBLEM = "application/problem+json"


def read_by_programs(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every method and route outside the interface whose address ends as programs read it."""
    for rule in app.url_map.iter_rules():
        if rule.rule.endswith(READ_BY_PROGRAMS) and not rule.rule.startswith("/api/"):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule


def test_whatever_is_wrong_a_program_is_told_in_data(small_scene: Scene) -> None:
    """Nothing there, nobody signed in, a limit reached, too large: with the accept of programs never a page and never the
    way to the sign-in page; what is told is what the status says. A browser gets a page at the same address.
    """
    app = create_app(court=small_scene.court)
    client, seen = app.test_client(), set()
    for method, rule in read_by_programs(app):
        path = path_of(rule, "nobodysreference2nobody2nob")
        answers = [
            client.open(path, method=method, headers={"Accept": accept}) for accept in ("*/*", "application/json")
        ]
        answers.append(client.open(path, method=method))
        for answer in answers:
            if answer.status_code < 300:
                continue
            seen.add(answer.status_code)
            assert answer.mimetype == PROBLEM, (method, rule.rule, answer.status)
            told = json.loads(answer.data)
            assert told["status"] == answer.status_code and told["title"] and told["type"].startswith("urn:court:")
        if method == "GET" and answers[0].status_code in (401, 404):
            page = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
            assert page.status_code == 303 or page.mimetype == "text/html", rule.rule
    assert {400, 401, 404} <= seen


def test_a_program_that_asks_too_often_is_told_in_data(small_scene: Scene) -> None:
    """The limit of the list and that of cases looked up by a code: 429 as problem details, with what to do."""
    client = create_app(court=small_scene.court).test_client()
    for path, given, counted in (
        ("/enforcement-list.json", {"name": "Li Na", "number": "330106199001010000"}, Counted.LIST_FROM),
        ("/process.json", {"number": "(2026) 1", "code": "AAAA-AAAA"}, Counted.PROGRESS_FROM),
    ):
        for _ in range(LIMITS[counted].tries):
            client.post(path, json=given)
        refused = client.post(path, json=given, headers={"Accept-Language": "zh"})
        assert (refused.status_code, refused.mimetype) == (429, PROBLEM)
        assert re.search("[一-鿿]", refused.get_json()["title"])


def test_one_place_says_who_is_a_program() -> None:
    """Whether an address is the interface's is asked where tokens are read and where a breach is told, and nowhere else."""
    asking = {
        path.relative_to(path.parents[2]).as_posix()
        for path in files("odr")
        if 'startswith("/api/")' in path.read_text(encoding="utf-8")
    }
    assert asking == {"odr/web/presence.py", "odr/web/for_programs.py"}, asking
