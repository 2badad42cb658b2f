"""What a retrial costs: nothing, but where it is ordered on new evidence, or whoever applied had not appealed (FEE 9, 19, 23, 32)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money
from odr.judgment.decision.costs import allocation_for
from odr.judgment.decision.inputs import DraftInput
from odr.judgment.models import Decision
from odr.judgment.vocabulary import DecisionState
from odr.payments.costs.rules import Allocation
from odr.payments.fee.case_views import free_retrial
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import AssessmentState, FeeAssessment, Refund
from odr.procedure.models import Task, Window, WindowState
from tests.judgment.bench import Bench
from tests.judgment.test_appeal_again import APPEAL, bound
from tests.judgment.test_retrial import OUTCOME, retrial
from tests.judgment.test_retrial_ending import end, new_judge
from tests.judgment.test_retrial_here import let_in
from tests.payments.test_triggers import pay


def fees(bench: Bench) -> list[FeeAssessment]:
    """Notices of the fee of the retrial."""
    with bench.court.database.read() as session:
        of_retrial = select(FeeAssessment).where(FeeAssessment.matter == Matter.RETRIAL).order_by(FeeAssessment.id)
        found = list(session.scalars(of_retrial.where(FeeAssessment.case_id == bench.case_id)))
        session.expunge_all()
        return found


def ordered(bench: Bench, *grounds: str, new_evidence: bool = False, **more: str) -> FeeAssessment:
    """A retrial is ordered on the respondent's application; gives the notice of its fee."""
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    retrial(bench, *grounds, **more)
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True, "new_evidence": new_evidence})
    (found,) = fees(bench)
    return found


def decided_so(bench: Bench, **changes: Any) -> Allocation:
    """The costs decision of a judgment that would be given now, as it is kept."""
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        found = allocation_for(look, case, DraftInput.model_validate(bench.draft(**changes)))
    assert Allocation.from_json(found.to_json()) == found
    return found


def test_whoever_did_not_appeal_pays_for_the_retrial_by_what_they_contest(bench: Bench) -> None:
    """Nobody appealed: the applicant prepays, by the part of the decision they contest, with every step and its article, within
    seven days of the notice.
    """
    fee = ordered(bench, "law", contested="4,000.00")
    assert (fee.state, fee.window_kind) == (AssessmentState.DUE, "retrial_fee")
    assert [step["article"] for step in fee.steps] == ["FEE 9(2)", "FEE 19", "FEE 13(1)"]
    assert fee.amount == Money(50_00, "CNY")
    with bench.court.database.read() as session:
        window = session.scalars(select(Window).where(Window.subject == fee.reference)).one()
    assert window.state is WindowState.OPEN and window.due_at is not None
    assert window.due_at > bench.clock.now() + timedelta(days=7)


def test_all_that_was_decided_against_them_counts_where_nothing_else_is_said(bench: Bench) -> None:
    """The respondent owes 8,000 by the judgment, and did not say how much of it they contest."""
    fee = ordered(bench, "law")
    assert fee.steps[1]["article"] == "FEE 19" and "800000" in json.dumps(fee.steps[1])


def test_new_evidence_costs_by_its_own_article(bench: Bench) -> None:
    """Ordered on it: the working names the other case of the law; not about money, it is the fee of other cases."""
    fee = ordered(bench, "new_evidence", contested="0", new_evidence=True)
    assert [step["article"] for step in fee.steps] == ["FEE 9(1)", "FEE 13(2)"]


def test_new_evidence_is_said_only_where_somebody_brought_it(bench: Bench) -> None:
    """A retrial that is not ordered, or on which nobody brought new evidence, is ordered on none."""
    bench.effective()
    retrial(bench, "law")
    for given in ({"ordered": True}, {"ordered": False}):
        with pytest.raises(InvalidInput, match="new evidence"):
            bench.do("clerk", "record_retrial_outcome", {**OUTCOME, **given, "new_evidence": True})


@pytest.mark.parametrize(("grounds", "new_evidence", "costs"), [(["law"], False, 0), (["new_evidence"], True, 1)])
def test_after_an_appeal_only_new_evidence_costs(
    bench: Bench, grounds: list[str], new_evidence: bool, costs: int
) -> None:
    """Whoever appealed and brings nothing new pays nothing, and the page says by which article (FEE 9)."""
    bound(bench)
    bench.do("respondent/1", "appeal_decision", APPEAL)
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    upheld = {"outcome": "upheld", "court": "Intermediate Court", "number": "(2026) 9", "summary": "Upheld."}
    bench.do("clerk", "record_appeal_outcome", {**upheld, "decided_on": bench.today})
    retrial(bench, *grounds)
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True, "new_evidence": new_evidence})
    assert len(fees(bench)) == costs
    with bench.court.database.read() as session:
        words = free_retrial(bench.court.look(session), session.get_one(Case, bench.case_id))
    assert (words is None) == bool(costs)
    assert words is None or "art. 9" in words.render("en")


def test_unpaid_what_was_asked_of_the_retrial_counts_as_taken_back(bench: Bench) -> None:
    """Its time ended and nothing is pending: the judge rules, the first decision lives again, and nothing of the fee is owed. It is
    no claim that is withdrawn.
    """
    fee = ordered(bench, "law")
    with pytest.raises(ActNotOpen, match="not over"):
        end(bench, ground="unpaid")
    bench.wait(days=9)
    waits = select(Task).where(Task.subject == fee.reference, Task.done_at.is_(None))
    with bench.court.database.read() as session:
        assert session.scalars(waits).one().kind == "retrial_fee_unpaid"
    with pytest.raises(ActNotOpen):
        deem = {"assessment": fee.reference, "reasons": "Not paid in time."}
        bench.do("other", "deem_withdrawn", deem, actor=new_judge(bench))
    end(bench, ground="unpaid")
    assert bench.case().stage is Stage.EFFECTIVE
    assert fees(bench)[0].state is AssessmentState.CANCELLED
    with bench.court.database.read() as session:
        assert session.scalars(select(Decision)).one().state is DecisionState.ISSUED
        assert not session.scalars(waits).all()


def test_paid_it_ends_for_no_fee(bench: Bench) -> None:
    """Paid late, before the judge rules, it is paid: nothing lies on the desk, and no ruling rests on it."""
    fee = ordered(bench, "law")
    bench.wait(days=9)
    pay(bench.court, bench.case_id, fee)
    with bench.court.database.read() as session:
        assert not session.scalars(select(Task).where(Task.subject == fee.reference, Task.done_at.is_(None))).all()
    with pytest.raises(ActNotOpen, match="was paid"):
        end(bench, ground="unpaid")


@pytest.mark.parametrize(("ground", "share"), [("withdrawn", 2), ("no_successor", 0)])
def test_half_goes_back_to_whoever_takes_the_retrial_back(bench: Bench, ground: str, share: int) -> None:
    """Taken back by leave, half of its fee goes back (FEE 15, 34); ended otherwise, nothing (FEE 28). The costs of the first
    instance stay as the first decision has them.
    """
    fee = ordered(bench, "law")
    pay(bench.court, bench.case_id, fee)
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench, ground=ground)
    with bench.court.database.read() as session:
        back = [one.amount_minor for one in session.scalars(select(Refund).where(Refund.case_id == bench.case_id))]
    assert back == ([fee.amount_minor // share] if share else [])


def test_the_judgment_says_that_whoever_applied_bears_the_fee_of_the_retrial(bench: Bench) -> None:
    """One side applied: it bears that fee whatever is decided; the costs of the first instance are shared beside it (FEE 32)."""
    fee = ordered(bench, "law")
    pay(bench.court, bench.case_id, fee)
    found = decided_so(bench)
    assert (found.alone, found.retrial) == ((("respondent/1", fee.amount),), None)


def test_where_both_sides_applied_the_costs_decision_shares_the_fee(bench: Bench) -> None:
    """Each prepays by itself (FEE 23); together they are part of what the judgment divides (FEE 32), until one side takes its
    application back.
    """
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    retrial(bench, "law", contested="8,000.00")
    retrial(bench, "no_proof", who="claimant/1", contested="2,000.00")
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    rows = fees(bench)
    assert len({row.party_id for row in rows}) == 2
    for row in rows:
        pay(bench.court, bench.case_id, row)
    found = decided_so(bench)
    assert (found.alone, found.retrial) == ((), Money(sum(row.amount_minor for row in rows), "CNY"))
    assert sum(share.bears.minor for share in found.shares) == found.fee.minor
    bench.do("claimant/1", "withdraw_retrial", {})
    end(bench, "claimant/1")
    found = decided_so(bench)
    assert [party for party, _ in found.alone] == ["respondent/1"] and found.retrial is None


def test_what_is_joined_to_a_retrial_and_the_courts_own_cost_nothing(bench: Bench) -> None:
    """Nobody reviewed what another party asks of a retrial that is heard: it is not asked for a fee (FEE 3, 9)."""
    fee = ordered(bench, "law")
    asks: dict[str, Any] = {"grounds": ["no_proof"], "facts": "More was owed.", "asks": "Award 10,000."}
    bench.do("claimant/1", "join_retrial", asks)
    assert [row.reference for row in fees(bench)] == [fee.reference]
