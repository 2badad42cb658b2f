"""What is signed, and voted on, is what was read: nobody puts other words before it goes out."""

from __future__ import annotations

import pytest

from odr.app import create_app
from odr.ground.errors import CaseMovedOn
from odr.judgment.queries import decision_named
from odr.judgment.vocabulary import DecisionState
from tests.judgment.bench import Bench
from tests.judgment.test_panel import FOR, panel, sit
from tests.judgment.web import Visitor

__all__ = ["panel"]


def read(bench: Bench, act: str) -> str:
    """What a page carries of the draft as it stands."""
    with bench.court.database.read() as session:
        look = bench.court.look(session)
        return look.premise_now(bench.court.table[act], bench.case(), bench.actor("judge"), {})


def drafted(bench: Bench) -> str:
    """A draft every check holds of; its reference."""
    bench.findings()
    bench.do("assistant", "draft_decision", bench.draft())
    return bench.draft_reference()


def test_a_draft_changed_between_reading_and_signing_is_not_signed(bench: Bench) -> None:
    """The assistant writes other words under the same reference: the judge reads them first."""
    reference = drafted(bench)
    seen = read(bench, "send_for_signing")
    bench.do("assistant", "draft_decision", bench.draft(issues="Other words, which the judge has not read."))
    with pytest.raises(CaseMovedOn):
        bench.do("judge", "send_for_signing", {"decision": reference}, premise=seen)
    bench.do("judge", "send_for_signing", {"decision": reference}, premise=read(bench, "send_for_signing"))
    with bench.court.database.read() as session:
        assert decision_named(session, bench.case(), reference).state is DecisionState.COOLING


def test_a_finding_changed_between_reading_and_signing_counts_too(bench: Bench) -> None:
    """The decision rests on findings: other findings are another decision."""
    reference = drafted(bench)
    seen = read(bench, "send_for_signing")
    other = {"subject": "exhibit/C-2", "result": "partly", "reasons": "Only its first line is relied on."}
    bench.do("judge", "record_findings", {"findings": [other]})
    with pytest.raises(CaseMovedOn):
        bench.do("judge", "send_for_signing", {"decision": reference}, premise=seen)


def test_a_vote_is_on_the_text_that_was_read(panel: Bench) -> None:
    """A member who read the draft before it was changed has not voted on the new one."""
    reference = drafted(panel)
    seen = read(panel, "vote_on_decision")
    panel.do("judge", "draft_decision", panel.draft(issues="Was the label untrue?"))
    with pytest.raises(CaseMovedOn):
        panel.do("judge", "vote_on_decision", {"decision": reference, **FOR}, premise=seen)
    sit(panel, "ann", "vote_on_decision", decision=reference, **FOR)


def test_the_desk_carries_what_was_read(bench: Bench) -> None:
    """The button of the judge's desk names the text that stood when the desk was opened."""
    drafted(bench)
    judge = Visitor(create_app(court=bench.court), bench, "judge")
    page = judge.get("/decision/desk")
    assert f'name="premise" value="{read(bench, "send_for_signing")}"' in page
