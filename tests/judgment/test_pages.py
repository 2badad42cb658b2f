"""The pages of judgment, over HTTP."""

from __future__ import annotations

from collections import Counter

import pytest

from odr.app import create_app
from odr.docket.models import Stage
from tests.judgment.bench import Bench
from tests.judgment.web import Options, Visitor


def visitors(bench: Bench, *names: str, locale: str = "en") -> list[Visitor]:
    """Signed-in people at one court."""
    app = create_app(court=bench.court)
    return [Visitor(app, bench, name, locale) for name in names]


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_a_judge_decides_in_the_browser(bench: Bench, locale: str) -> None:
    """Adopt what is undisputed, two findings, the prefilled draft as it stands, sign, wait, type the number: decided."""
    judge, li = visitors(bench, "judge", "li", locale=locale)
    judge.send("/decision/desk", "/decision/findings")
    for subject, result in (("exhibit/C-2", "partly"), ("fact/2", "adopted")):
        found = {"findings-0-result": result, "findings-0-reasons": "见 C-2 and fact 1."}
        judge.send(f"/decision/desk?on={subject}", "/decision/findings", found, which=-1)
    judge.send("/decision/desk", "/decision/draft", answers="The goods were as described.")
    assert "C-2" in judge.get("/decision/draft")
    judge.send("/decision/desk", "/decision/sign")
    li.get("/decision")
    bench.wait(hours=26)
    judge, li = visitors(bench, "judge", "li", locale=locale)
    assert bench.number in judge.get("/decision/issue")
    judge.send("/decision/issue", "/decision/issue", status=422, case_number="(2026)网0192民初124号")
    assert bench.case().stage is Stage.DELIBERATION
    judge.send("/decision/issue", "/decision/issue", case_number=bench.number)
    assert bench.case().stage is Stage.PRONOUNCED
    page = li.get("/decision")
    assert 'href="#x-C-2"' in page and "8,000.00" in page
    assert li.get("")
    pdf = page.split("/decision/")[1].split('"')[0]
    assert li.bytes("/decision/" + pdf).startswith(b"%PDF")


def test_no_page_has_one_id_twice(bench: Bench) -> None:
    """Labels and links of a page lead to one place only."""
    (judge,) = visitors(bench, "judge")
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    for path in ("/decision/desk", "/decision/desk?on=fact/2", "/decision/draft", ""):
        forms = Options()
        forms.feed(judge.get(path))
        assert [i for i, n in Counter(forms.ids).items() if n > 1] == [], path


def test_the_desk_is_the_benchs(bench: Bench) -> None:
    """Neither party, clerk nor stranger opens the desk, the draft or the issue page."""
    li, clerk, stranger = visitors(bench, "li", "clerk", "stranger")
    for path in ("/decision/desk", "/decision/draft", "/decision/issue"):
        li.get(path, 403)
        clerk.get(path, 403)
        stranger.get(path, 404)


def test_nothing_typed_is_lost_when_the_draft_cannot_be_taken(bench: Bench) -> None:
    """A draft with a fault comes back with its words and the fault at its place."""
    (judge,) = visitors(bench, "judge")
    page = judge.send("/decision/desk", "/decision/draft", status=422, claims="", history="A long history of this case.")
    assert "A long history of this case." in page and 'href="#claims"' in page
