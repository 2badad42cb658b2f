"""The pages of judgment, over HTTP."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from sqlalchemy import event

from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.docket.queries import entries_of
from odr.judgment.decision.drafting import draft_values
from odr.judgment.queries import current_draft
from odr.procedure.acts.act_versions import input_of
from odr.procedure.case.act_drafts import keep
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
        found: dict[str, str | list[str]] = {"findings-0-result": result, "findings-0-reasons": "见 C-2 and fact 1."}
        if subject.startswith("fact"):
            found["findings-0-rests_on"] = ["C-1", "C-2"]
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
    page = judge.send(
        "/decision/desk", "/decision/draft", status=422, claims="", history="A long history of this case."
    )
    assert "A long history of this case." in page and 'href="#claims"' in page


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_references_and_sentences_are_put_into_the_text(bench: Bench, locale: str) -> None:
    """A reference chosen from the list stands in the paragraph, in the language of the case, and is a link; a sentence with a gap
    keeps the draft from being signed.
    """
    (judge,) = visitors(bench, "judge", locale=locale)
    bench.findings()
    put = {"insert": "1", "insert_into": "reasons-0-text"}
    page = judge.send(
        "/decision/desk",
        "/decision/draft",
        put | {"reasons-0-text": "Read this.", "insert_what": "objection/C-2"},
        status=200,
    )
    words = "objection to C-2"
    assert f"Read this. {words}" in page
    judge.send(
        "/decision/desk",
        "/decision/draft",
        {"reasons-0-text": f"Read this. {words}", "answers": "So it was."},
    )
    assert re.search(rf'href="#o-\w+">{words}', judge.get("/decision/draft"))
    page = judge.send("/decision/desk", "/decision/draft", put | {"insert_what": "sentence/1"}, status=200)
    judge.send("/decision/desk", "/decision/draft", {"reasons-0-text": "[…]"})
    assert "[…]" in judge.get("/decision/desk").split('id="ready"')[1].split("</section>")[0]


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_a_party_sees_what_became_of_her_objection(bench: Bench, locale: str) -> None:
    """The decision leads who objected to the finding that answers it, and the finding back to the objection; the other
    side has no such list.
    """
    bench.issue()
    haiyun, li = visitors(bench, "haiyun", "li", locale=locale)
    mine = haiyun.get("/decision").split('id="yours"')[1].split("</section>")[0]
    assert "C-2" in mine and "relied on in that point" in mine and 'href="#o-' in mine and 'href="#f2"' in mine
    assert 'id="yours"' not in li.get("/decision")


def test_a_draft_begun_in_another_language_is_sent_in_that_of_the_case(bench: Bench) -> None:
    """What an earlier version kept of the judge's screen is no field that refuses the draft and that nobody sees."""
    (judge,) = visitors(bench, "judge", locale="zh-Hans")
    figures = {"history": None, "claims": "8000", "answers": "0", "issues": None, "reasons": [{"text": "8000"}]}
    _called(bench, "李某诉海云公司")
    bench.do("judge", "draft_decision", bench.draft(**figures, language="zh-Hans"))
    _called(bench, "Li v Haiyun")
    with bench.court.database.write() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        decision = current_draft(session, case)
        assert decision is not None and decision.language == "zh-Hans"
        assert draft_values(look, case, decision)["language"] == "en"
    judge.send("/decision/desk", "/decision/draft")
    assert _drafted(bench) == "en"
    with bench.court.database.write() as session:
        case, act = session.get_one(Case, bench.case_id), bench.court.table["draft_decision"]
        typed = {"claims": "The price back.", "language": "zh-Hans"}
        keep(session, case, bench.actor("judge"), act, typed, "", bench.clock.now())
    page = judge.get("/decision/desk")
    assert "The price back." in page and 'name="language" value="zh-Hans"' not in page


def _called(bench: Bench, title: str) -> None:
    """The case of which nobody has said anything yet is held in the language of its title."""
    with bench.court.database.write() as session:
        session.get_one(Case, bench.case_id).title = title


def _drafted(bench: Bench) -> str:
    """The language the newest draft was written in."""
    with bench.court.database.read() as session:
        return str(
            input_of(entries_of(session, session.get_one(Case, bench.case_id), "draft_decision")[-1])["language"]
        )


def test_a_page_that_tells_how_long_a_decision_is_does_not_read_it(bench: Bench) -> None:
    """Its bytes come where they are asked for; the figure is theirs all the same."""
    reference = bench.issue()
    (judge,) = visitors(bench, "judge")
    paper = judge.bytes(f"/decision/{reference}/decision.pdf")
    asked: list[str] = []
    event.listen(bench.court.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    for path in ("", "/decision"):
        assert f"Sealed PDF ({len(paper) // 1024} kB)" in judge.get(path)
    read = [one for one in asked if "document.content" in one.replace("length(document.content)", "")]
    assert asked and not read
