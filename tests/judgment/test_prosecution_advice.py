"""The prosecution beside this court advises that a case be heard again: taken in, looked at in time, ordered or answered (CPL 219;
CPI 411, 414, 417, 418).
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.docket.queries import entries_of
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.judgment.models import Decision, ProsecutionAdvice
from odr.judgment.vocabulary import AdviceState, DecisionState
from odr.procedure.models import Task, Window, WindowState
from tests.judgment.bench import Bench
from tests.judgment.mediated import others, settled
from tests.judgment.retried import heard, sits
from tests.judgment.test_own_statement_retrial import END, STANDS, WRONG
from tests.judgment.test_retrial_ending import ASKED
from tests.judgment.test_retrial_here import let_in
from tests.judgment.test_statement_retrial import paper_text

PANEL = "Chen Yao: no error.\nLi Na: no error.\nZhao Min: no error."


def advise(bench: Bench, **other: Any) -> None:
    """The clerk takes in advice that came today."""
    given = {
        "office": "Prosecution of the district",
        "number": "Advice 12 of 2026",
        "came_on": bench.today,
        "asked": "party",
        "grounds": ["law"],
        "says": "Interest was awarded twice for the same days.",
    }
    bench.do("clerk", "record_prosecution_advice", {**given, **other})


def answer(bench: Bench, how: str, **other: Any) -> None:
    """The president answers in writing."""
    given: dict[str, Any] = {"answer": how, "reasons": "The days are different ones."}
    if how == "no_retrial":
        given["looked"] = PANEL
    bench.do("president", "answer_prosecution_advice", {**given, **other})


def row(bench: Bench) -> ProsecutionAdvice:
    """The last advice of the case."""
    with bench.court.database.read() as session:
        return session.scalars(select(ProsecutionAdvice).order_by(ProsecutionAdvice.id.desc())).first() or pytest.fail(
            "none"
        )


def waits(bench: Bench) -> dict[str, int]:
    """What of the prosecution waits on desks, and how urgent it is."""
    with bench.court.database.read() as session:
        open_ones = select(Task).where(Task.case_id == bench.case_id, Task.done_at.is_(None))
        return {task.kind: task.risk for task in session.scalars(open_ones) if task.kind.startswith("prosecution")}


def day(bench: Bench, **away: int) -> str:
    """Today, or so many days away."""
    return str((bench.clock.now() + timedelta(**away)).date())


def review(bench: Bench) -> Window:
    """The three months of the court."""
    with bench.court.database.read() as session:
        return session.scalars(select(Window).where(Window.kind == "prosecution_advice")).one()


def test_it_is_looked_at_in_three_months_and_the_case_heard_again_as_the_committee_decides(bench: Bench) -> None:
    """Nobody in the court has to point out the error once more; the retrial is the court's own, and names the advice (CPI 417)."""
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    advise(bench)
    assert row(bench).state is AdviceState.WAITING
    days = (review(bench).due_at - bench.clock.now()).days
    assert 88 <= days <= 93 and review(bench).party_id is None
    with pytest.raises(InvalidInput, match="later than this"):
        bench.do(
            "president",
            "order_own_retrial",
            {"decided_on": day(bench, days=-1), "reasons": "Interest was awarded twice."},
        )
    bench.do("president", "order_own_retrial", {"decided_on": bench.today, "reasons": "Interest was awarded twice."})
    assert bench.case().stage is Stage.PENDING
    assert row(bench).state is AdviceState.ORDERED and review(bench).state is WindowState.MET
    with bench.court.database.read() as session:
        assert session.scalars(select(Decision)).one().state is DecisionState.SET_ASIDE
        (entry,) = entries_of(session, session.get_one(Case, bench.case_id), "order_own_retrial")
        assert json.loads(entry.payload)["result"]["advice"] == row(bench).reference
    assert waits(bench) == {}


def test_no_retrial_is_answered_in_writing_and_the_answer_sent(bench: Bench) -> None:
    """A panel has to have looked at it; the parties read the sealed answer, the clerk sends it, and the decision stands (CPI 417)."""
    bench.effective()
    advise(bench)
    with pytest.raises(InvalidInput, match="panel"):
        answer(bench, "no_retrial", looked=None)
    answer(bench, "no_retrial")
    assert row(bench).state is AdviceState.NOT_FOLLOWED and review(bench).state is WindowState.MET
    assert bench.case().effective_at is not None
    assert waits(bench) == {"prosecution_answer": 35}
    text = paper_text(bench, "answer_prosecution_advice")
    assert "This answers Prosecution of the district on its advice, number Advice 12 of 2026." in text
    assert "ruled" not in text and "art. 157" not in text and "arts. 157" not in text
    with pytest.raises(ActNotOpen, match="No advice of"):
        answer(bench, "no_retrial")
    advise(bench, number="Advice 13 of 2026")
    answer(bench, "no_retrial")
    assert row(bench).number == "Advice 13 of 2026" and row(bench).state is AdviceState.NOT_FOLLOWED


def test_what_is_missing_is_named_where_it_is_not_taken_in(bench: Bench) -> None:
    """One of the five things the law asks of it, or several; in no other answer (CPI 414)."""
    bench.effective()
    advise(bench)
    with pytest.raises(InvalidInput, match="what is missing"):
        answer(bench, "not_taken")
    with pytest.raises(InvalidInput, match="what is missing"):
        answer(bench, "withdrawn", lacks=["committee"])
    answer(bench, "not_taken", lacks=["committee", "papers"])
    assert row(bench).state is AdviceState.NOT_TAKEN


def test_what_is_taken_back_needs_no_answer_to_be_sent(bench: Bench) -> None:
    """The prosecution takes it back: the parties are told, and nothing is sent out (CPI 414)."""
    bench.effective()
    advise(bench)
    answer(bench, "withdrawn")
    assert row(bench).state is AdviceState.WITHDRAWN
    assert waits(bench) == {}


def test_one_waits_at_a_time_and_none_before_anything_binds(bench: Bench) -> None:
    """A second one is answered after the first; a day to come, or before the decision took effect, is refused."""
    bench.effective()
    with pytest.raises(InvalidInput, match="still to come"):
        advise(bench, came_on=day(bench, days=1))
    with pytest.raises(InvalidInput, match="not in effect yet"):
        advise(bench, came_on=day(bench, days=-400))
    advise(bench)
    with pytest.raises(ActNotOpen, match="waits already"):
        advise(bench)


def test_a_retrial_on_a_partys_application_takes_the_advice_with_it(bench: Bench) -> None:
    """What the prosecution asked for has happened: nothing waits on a desk, and no time runs."""
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    bench.do("respondent/1", "apply_for_retrial", {**ASKED, "court": "above"})
    advise(bench)
    bench.do(
        "clerk",
        "record_retrial_outcome",
        {"ordered": True, "court": "Higher court", "number": "7", "summary": "Heard again."},
    )
    assert row(bench).state is AdviceState.ORDERED and review(bench).state is WindowState.MET


def test_three_months_without_an_answer_are_marked(bench: Bench) -> None:
    """The advice goes on waiting, and its task is the president's first (CPI 417)."""
    bench.effective()
    advise(bench)
    bench.wait(days=100)
    assert review(bench).state is WindowState.LAPSED and row(bench).state is AdviceState.WAITING
    assert waits(bench) == {"prosecution_advice": 90}
    answer(bench, "no_retrial")
    assert row(bench).state is AdviceState.NOT_FOLLOWED


def test_a_statement_is_heard_again_on_advice_for_the_public_alone(bench: Bench) -> None:
    """No party's ground is named against a mediation statement by the prosecution: harm to the state or to the public is; it is
    ordered and ended as the court's own retrial, and the ruling names the advice (CPL 219; CPI 407, 417).
    """
    settled(bench)
    others(bench)
    with pytest.raises(InvalidInput):
        advise(bench, grounds=["law"])
    advise(bench, grounds=["public_interest"], asked="itself")
    assert row(bench).statement_id is not None and row(bench).of_itself
    bench.do("president", "order_own_retrial", {"decided_on": bench.today, **WRONG})
    assert row(bench).state is AdviceState.ORDERED
    text = paper_text(bench, "order_own_retrial")
    assert "Prosecution of the district advised it: Advice 12 of 2026." in text
    heard(bench)
    sits(bench, END, **STANDS)
    assert bench.case().effective_at is not None
