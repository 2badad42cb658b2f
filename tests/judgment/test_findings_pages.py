"""Findings on the desk: several at once, and what the assistant drafts for the judge."""

from __future__ import annotations

from sqlalchemy import select

from odr.docket.models import Case
from odr.judgment.decision.queries import standing_findings
from odr.judgment.models import Finding
from odr.judgment.vocabulary import FindingResult
from tests.judgment.bench import Bench
from tests.judgment.test_pages import visitors
from tests.judgment.test_partial import issue, pay


def found(bench: Bench) -> list[Finding]:
    """The findings that stand."""
    with bench.court.database.read() as session:
        return list(standing_findings(session, session.get_one(Case, bench.case_id)))


def test_one_finding_for_several(bench: Bench) -> None:
    """What is ticked gets the same finding and reasons; without reasons on what is disputed nothing is recorded, and
    what was typed stays.
    """
    (judge,) = visitors(bench, "judge")
    ticked = {"together-subjects": "exhibit/C-2", "together-result": "rejected"}
    page = judge.send("/decision/desk", "/decision/findings/group", ticked, status=422)
    assert "Say why: it is disputed" in page and not found(bench)
    nothing = judge.send(
        "/decision/desk",
        "/decision/findings/group",
        {"together-result": "rejected", "together-reasons": "Both come from one source."},
        status=422,
    )
    assert "Both come from one source." in nothing and 'href="#together-subjects' in nothing
    both = {
        "together-subjects": ["exhibit/C-2", "fact/2"],
        "together-result": "rejected",
        "together-reasons": "Both come from one source.",
    }
    judge.send("/decision/desk", "/decision/findings/group", both)  # type: ignore[arg-type]
    assert {(f.result, f.reasons) for f in found(bench)} == {
        (FindingResult.REJECTED, "Both come from one source.")
    } and len(found(bench)) == 2


def test_the_assistant_drafts_a_finding_and_the_judge_makes_it(bench: Bench) -> None:
    """A draft is no finding: it fills the judge's form, who records it in these or other words or leaves it aside;
    nobody else reads it.
    """
    assistant, judge, li = visitors(bench, "assistant", "judge", "li")
    written = {"findings-0-result": "partly", "findings-0-reasons": "The platform keeps the same list."}
    assistant.send("/decision/desk?on=exhibit/C-2", "/decision/findings/draft", written)
    assert not found(bench) and "The platform keeps the same list" not in li.get("")
    desk = judge.get("/decision/desk?on=exhibit/C-2")
    assert "Drafted by Assistant" in desk and "The platform keeps the same list." in desk
    judge.send("/decision/desk?on=exhibit/C-2", "/decision/findings", which=-1)
    assert [f.reasons for f in found(bench)] == ["The platform keeps the same list."] and "Drafted by" not in judge.get(
        "/decision/desk?on=exhibit/C-2"
    )
    assistant.send(
        "/decision/desk?on=fact/2",
        "/decision/findings/draft",
        {"findings-0-result": "adopted", "findings-0-reasons": "So it was."},
    )
    answer = judge.client.post(
        judge.base + "/decision/findings/leave",
        base_url="http://court.test",
        headers={"Origin": "http://court.test"},
        data={**judge.form(judge.get("/decision/desk?on=fact/2"), "/decision/findings", -1), "subject": "fact/2"},
    )
    assert (
        answer.status_code == 303
        and "Drafted by" not in judge.get("/decision/desk?on=fact/2")
        and len(found(bench)) == 1
    )
    assistant.send(
        "/decision/desk?on=fact/2", "/decision/findings/draft", {"findings-0-reasons": "Half a sentence"}, status=422
    )


def test_every_decision_of_a_case_can_be_read(bench: Bench) -> None:
    """After a partial judgment and the one on the rest the page lists both; each shows the findings as they stood when
    it was pronounced.
    """
    bench.findings()
    part = issue(bench, kind="partial", orders=[pay(bench, 1, "8,000.00")])
    later = {"subject": "fact/2", "result": "rejected", "reasons": "Found otherwise for the rest."}
    bench.do("judge", "record_findings", {"findings": [later]})
    rest = issue(bench, orders=[{"kind": "dismiss", "relief": bench.relief(2)}])
    (li,) = visitors(bench, "li")
    newest = li.get("/decision")
    assert "Decisions in this case" in newest and f"/decision/{part}/page" in newest and "Found otherwise" in newest
    assert "Found otherwise" not in li.get(f"/decision/{part}/page") and f"/decision/{rest}/page" in li.get("")
    with bench.court.database.read() as session:
        assert len(session.scalars(select(Finding).where(Finding.replaced_by.is_not(None))).all()) == 1


def test_a_draft_is_no_decision_to_read(bench: Bench) -> None:
    """Only what was pronounced has a page of its own; for a draft there is nothing, whoever asks."""
    reference = bench.sign()
    li, judge = visitors(bench, "li", "judge")
    li.get(f"/decision/{reference}/page", 404)
    judge.get(f"/decision/{reference}/page", 404)
