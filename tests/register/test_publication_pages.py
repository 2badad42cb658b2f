"""The pages of publication: the desk, the judge's approval, what the parties read, and what anybody sees."""

from __future__ import annotations

import json
import re
from pathlib import Path

from odr.app import create_app
from odr.register.publication.models import PublicationState
from tests.judgment.bench import Bench
from tests.judgment.web import Visitor
from tests.register.publishing import fixed, numbered, propose, publish

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def test_nothing_of_the_parties_is_in_public(bench: Bench) -> None:
    """List, decision, JSON, PDF and ledger are made from the redacted text: no name of a party stands in any of them."""
    bench.effective()
    row = publish(bench)
    stranger = create_app(court=bench.court).test_client()
    for path in ("/decisions", f"/decisions/{row.address}", f"/decisions/{row.address}.json", "/decisions/ledger"):
        answer = stranger.get(path)
        assert answer.status_code == 200, path
        assert "Haiyun" not in answer.text and ">Li<" not in answer.text and "1 Court Road" not in answer.text, path
        assert bench.number in (answer.json["case_number"] if answer.is_json else answer.text), path
    pdf = stranger.get(f"/decisions/{row.address}.pdf")
    assert pdf.status_code == 200 and pdf.data.startswith(b"%PDF") and b"Haiyun" not in pdf.data
    told = stranger.get(f"/decisions/{row.address}.json").json
    assert told["text_sha256"] and told["versions"][0]["change"] == "first"
    part = json.loads(stranger.get("/decisions/ledger.json").text)
    assert [json.loads(one["body"])["event"] for one in part["records"]] == ["numbered", "in_effect", "published"]
    assert all(one["proof"] for one in part["records"])


def test_the_desk_works_without_a_script(bench: Bench) -> None:
    """The clerk sees original and public text, decides what is open, and sends; the parties read it, the judge approves."""
    bench.effective()
    app = create_app(court=bench.court)
    clerk, party, judge = (Visitor(app, bench, who) for who in ("clerk", "li", "judge"))
    page = clerk.get("/publication")
    assert "Haiyun Ltd" in page and "Original beside public text" in page
    ticked = {f"choices-{place}-choice": "replace" for place in range(page.count('class="court-choice"'))}
    assert "Show how it would read" in page
    clerk.send("/publication", "/publication", ticked)
    assert numbered(bench)[-1].state is PublicationState.PROPOSED
    text = party.get("/publication/text")
    assert "Haiyun Ltd" not in text and "Object to something in it" in text
    assert "Read the text that is to be public" in party.get("")
    assert "before that nobody approves" in judge.get("/publication/approve")
    assert "A judge reads this text next" in text and "You can object until" in text and "To be public by" in text
    bench.wait(days=6)
    judge = Visitor(app, bench, "judge")
    text = Visitor(app, bench, "li").get("/publication/text")
    assert "You can object until" not in text and "A judge reads this text next" in text
    assert "It was to be public by" in judge.get("/publication/approve") and "It was to be public by" in text
    judge.send("/publication/approve", "/publication/approve")
    assert numbered(bench)[-1].state is PublicationState.APPROVED
    text = Visitor(app, bench, "li").get("/publication/text")
    assert "It is published next." in text


def test_whoever_objected_goes_on_reading_what_and_is_told_what_is_next(bench: Bench) -> None:
    """The text stays until the clerk proposes it anew: the objector reads their own words, the other side that there are some."""
    bench.effective()
    row = propose(bench)
    words = "Lodged on 3 February 2026."
    given = {"publication": row.reference, "passages": [{"words": words}], "reasons": "Private."}
    bench.do("claimant/1", "object_to_publication", given)
    app = create_app(court=bench.court)
    party = Visitor(app, bench, "li")
    assert "Read what it was and what is next" in party.get("")
    text = party.get("/publication/text")
    assert "The clerk decides on the words that were named" in text and f"<q>{words}</q>" in text
    assert "To be public by" in text and "A judge reads this text next" not in text
    other = Visitor(app, bench, "haiyun").get("/publication/text")
    assert "The clerk decides on the words that were named" in other and "You objected" not in other
    # What one party did takes nothing from the time of the other.
    assert "You can object until" in other
    bench.do("respondent/1", "object_to_publication", {**given, "passages": [{"words": "1 Court Road"}]})
    other = Visitor(app, bench, "haiyun").get("/publication/text")
    assert "<q>1 Court Road</q>" in other and f"<q>{words}</q>" not in other
    propose(bench)
    text = Visitor(app, bench, "li").get("/publication/text")
    assert "A judge reads this text next" in text and "The clerk decides" not in text


def test_what_is_wrong_is_told_first_and_leads_to_its_place(bench: Bench) -> None:
    """The desk: a summary whose links lead to a field of the page, the same words there, and what was typed is kept."""
    bench.effective()
    publish(bench)
    clerk = Visitor(create_app(court=bench.court), bench, "clerk")
    typed = {"passages-0-words": "words that stand nowhere"}
    unread = clerk.send("/publication", "/publication", typed, status=422)
    assert _summary(unread) == {"reason": "Choose an answer: Reason"}
    reason = re.findall(r'name="reason" value="(\w+)"', unread)[0]
    unread = clerk.send("/publication", "/publication", {**typed, "reason": reason}, status=422)
    assert _summary(unread) == {"passages-0-words": "These words do not stand in the decision like this."}
    assert 'value="words that stand nowhere"' in unread and f'value="{reason}" checked' in unread


def _summary(page: str) -> dict[str, str]:
    """What the summary of a page says, by the place it leads to. Fails where that is no field of the page, or silent."""
    listed = page.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
    found = dict(re.findall(r'<a href="#([^"]+)">([^<]*)</a>', listed))
    for place, words in found.items():
        assert f'id="{place}"' in page and f'id="{place}-error"' in page and page.count(words) == 2, place
    assert "Everything you typed is kept." in page
    return found


def test_no_page_of_a_form_has_a_summary_that_says_nothing() -> None:
    """A page that is shown again names its faults first. One page takes nothing but the proof of who one is."""
    silent = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if "error_summary([])" in path.read_text(encoding="utf-8")
    }
    assert silent == {"identity/kept.html"}


def test_an_old_page_is_answered_with_the_candidates_of_now(bench: Bench) -> None:
    """A choice on what nobody chooses about, from a page opened before: the desk is shown, and nothing falls over."""
    bench.effective()
    number = fixed(bench, numbered(bench)[-1])
    clerk = Visitor(create_app(court=bench.court), bench, "clerk")
    old = {"choices-0-number": str(number), "choices-0-choice": "leave"}
    assert "Original beside public text" in clerk.send(
        "/publication", "/publication", {**old, "do": "look"}, status=200
    )
    assert numbered(bench)[-1].state is PublicationState.PENDING


def test_a_withdrawn_decision_is_gone_but_for_its_line(bench: Bench) -> None:
    """410 everywhere, with the line of the ledger and nothing of the text."""
    bench.effective()
    row = publish(bench)
    bench.do("judge", "withdraw_publication", {"publication": row.reference, "reason": "masking"})
    stranger = create_app(court=bench.court).test_client()
    for form in ("", ".json", ".pdf", ".txt", ".akn.xml"):
        answer = stranger.get(f"/decisions/{row.address}{form}")
        assert answer.status_code == 410 and "listing" not in answer.text, form
    page = stranger.get(f"/decisions/{row.address}").text
    assert "Wrongly masked" in page and "listing" not in page
    assert row.address not in stranger.get("/decisions").text
