"""A retrial keeps to what is asked, and ends without a judgment where nobody asks any more (CPI 398 to 400, 403, 404)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Document, Outcome, Role, Stage, Track
from odr.filing.models import Request, RequestKind
from odr.filing.registry.same_dispute import withdrawn_for_good
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, OutOfTime
from odr.judgment import desks
from odr.judgment.models import Decision, EnforcementCase, Finding, Obligation, RetrialApplication
from odr.judgment.remedies.retrial_subject import asked_of_the_retrial
from odr.judgment.vocabulary import DecisionState, EnforcementState, RetrialState
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.court import Court
from odr.procedure.models import Task, Window, WindowState
from tests.judgment.bench import Bench, lay_case, to_the_cent
from tests.judgment.test_retrial import OUTCOME
from tests.judgment.test_retrial_here import ORDER, apply, heard, let_in, small  # noqa: F401
from tests.register.test_publication_endings import in_ledger

ASKED = {"grounds": ["law"], "facts": "The label was right.", "asks": "Dismiss the claim."}
BACK = {"answer": "end", "ground": "withdrawn", "reasons": "They take it back, and nobody is harmed."}


def row(bench: Bench, who: str = "respondent/1") -> RetrialApplication:
    """The newest application of a party."""
    with bench.court.database.read() as session:
        party = next(p for p in session.get_one(Case, bench.case_id).parties if p.label == who)
        found = session.scalars(select(RetrialApplication).where(RetrialApplication.party_id == party.id)).all()
        return found[-1]


def ordered(bench: Bench, who: str = "respondent/1") -> None:
    """The higher court orders a retrial on a party's application."""
    let_in(bench, "other", Role.JUDGE)
    bench.do(who, "apply_for_retrial", ASKED)
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    assert bench.case().stage is Stage.PENDING


def end(bench: Bench, who: str = "respondent/1", **changes: Any) -> None:
    """The new judge rules that what a party asked is heard no more."""
    bench.do(
        "other", "end_retrial", {"application": row(bench, who).reference, **BACK, **changes}, actor=new_judge(bench)
    )


def new_judge(bench: Bench) -> Any:
    """The judge who hears the case again."""
    return replace(bench.actor("judge"), account_id=bench.account("other").id, name="other")


def whole(bench: Bench) -> None:
    """The rows say what the docket says."""
    with bench.court.database.read() as session:
        found = audit_projections(bench.court, session, session.get_one(Case, bench.case_id))
    assert [line for line in found if ": time limit " not in line] == []


def test_taken_back_while_it_is_heard_the_first_decision_lives_again(bench: Bench) -> None:
    """Enforced when the retrial began, it is enforced again by itself: the same paper, the same debt, the same enforcement, the
    findings it rests on; nothing of the retrial runs or lies on a desk (CPI 404).
    """
    bench.effective()
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    effective_at = bench.case().effective_at
    assert in_ledger(bench) == [("judgment", True)]
    ordered(bench)
    assert in_ledger(bench) == [("judgment", False)]
    bench.wait(days=30)
    with pytest.raises(InvalidInput, match="has not asked"):
        end(bench)
    bench.do("respondent/1", "withdraw_retrial", {})
    with pytest.raises(ActNotOpen, match="asked for it already"):
        bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    case = bench.case()
    assert (case.stage, case.effective_at, case.outcome) == (Stage.ENFORCEMENT, effective_at, None)
    with bench.court.database.read() as session:
        decision = session.scalars(select(Decision)).one()
        assert decision.state is DecisionState.ISSUED
        assert session.get_one(Document, decision.document_id).void_by is None
        assert session.scalars(select(Obligation)).one().ended_at is None
        assert session.scalars(select(EnforcementCase)).one().state is EnforcementState.OPEN
        assert session.scalars(select(Finding).where(Finding.replaced_by.is_(None))).all()
        open_tasks = set(
            session.scalars(select(Task.kind).where(Task.case_id == bench.case_id, Task.done_at.is_(None)))
        )
        runs = session.scalars(select(Window.kind).where(Window.state == WindowState.OPEN)).all()
    assert desks.ENFORCEMENT.kind in open_tasks and desks.HEARD_AGAIN.kind not in open_tasks
    assert "evidence" not in runs and "enforcement_inaction" in runs
    assert row(bench).state is RetrialState.WITHDRAWN
    assert in_ledger(bench) == [("judgment", True), ("retrial", False)], "the public reads the decision that holds"
    bench.do("clerk", "certify_effect", {})
    whole(bench)


def test_a_case_that_was_closed_is_closed_again(bench: Bench) -> None:
    """Everything was paid and the case closed before it was heard again: there it stands again, and is performed as it was."""
    bench.effective()
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one().reference
    paid = {"obligation": owed, "amount": to_the_cent(bench.court, bench.case_id), "on": bench.today}
    bench.do("claimant/1", "record_performance", paid)
    bench.do("clerk", "close_case", {})
    track = bench.case().track
    ordered(bench)
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    case = bench.case()
    assert (case.stage, case.outcome, case.track) == (Stage.CLOSED, Outcome.PERFORMED, track)
    assert case.closed_at is not None
    with bench.court.database.read() as session:
        waiting = session.scalars(select(Task.kind).where(Task.case_id == bench.case_id, Task.done_at.is_(None))).all()
    assert desks.REVERSAL_DUE.kind not in waiting, "what was paid rests on the decision again"
    whole(bench)


def test_while_another_asks_something_the_retrial_goes_on(bench: Bench) -> None:
    """The other side asks something of it too; the one who takes it back is heard no more, the retrial goes on for the other
    (CPI 403), and ends when nobody is left.
    """
    bench.effective()
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "join_retrial", ASKED)
    ordered(bench)
    with pytest.raises(ActNotOpen, match="applied already"):
        bench.do("respondent/1", "join_retrial", ASKED)
    with pytest.raises(InvalidInput, match="only for small claims"):
        bench.do("claimant/1", "join_retrial", {**ASKED, "grounds": ["not_small"]})
    bench.do("claimant/1", "join_retrial", {**ASKED, "asks": "Award the interest too."})
    with bench.court.database.read() as session:
        asked = asked_of_the_retrial(bench.court.look(session), session.get_one(Case, bench.case_id))
    assert [one.asks for one in asked] == ["Dismiss the claim.", "Award the interest too."]
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    assert bench.case().stage is Stage.PENDING
    end(bench, "claimant/1", ground="settled", reasons="They agreed, and it is paid.")
    assert bench.case().stage is Stage.EFFECTIVE and row(bench, "claimant/1").state is RetrialState.ENDED


def test_what_is_asked_of_a_retrial_later_is_asked_in_its_time(bench: Bench) -> None:
    """Six months from effect, also for who joins a retrial that is heard (CPI 403; CPL 216)."""
    bench.effective()
    ordered(bench)
    bench.wait(days=200)
    with pytest.raises(OutOfTime):
        bench.do("claimant/1", "join_retrial", ASKED)
    late = {**ASKED, "grounds": ["forged"], "known_on": bench.today}
    bench.do("claimant/1", "join_retrial", late)


def test_leave_may_be_refused_and_an_absence_has_to_be_one(bench: Bench) -> None:
    """Not taken back, it is heard on; who was called to no hearing did not stay away from one (CPI 404; CPL 146)."""
    bench.effective()
    ordered(bench)
    refused = {"answer": "go_on", "reasons": "The public interest is touched."}
    with pytest.raises(InvalidInput, match="has not asked"):
        end(bench, **refused)
    bench.do("respondent/1", "withdraw_retrial", {"reasons": "We agreed."})
    end(bench, **refused)
    assert bench.case().stage is Stage.PENDING and row(bench).back_entry is None
    with pytest.raises(ActNotOpen, match="No hearing was held"):
        end(bench, ground="absent")
    with pytest.raises(InvalidInput, match="those listed"):
        end(bench, ground="ordered_above")
    with pytest.raises(Forbidden):
        bench.do("clerk", "end_retrial", {"application": row(bench).reference, **BACK})


def test_what_was_taken_back_is_applied_for_again_only_on_what_became_known(bench: Bench) -> None:
    """Not gone up yet, it is taken back at once; a second application only on grounds that count from knowledge (CPI 399)."""
    bench.effective()
    with pytest.raises(ActNotOpen, match="no application"):
        bench.do("respondent/1", "withdraw_retrial", {})
    bench.do("respondent/1", "apply_for_retrial", ASKED)
    bench.do("respondent/1", "withdraw_retrial", {})
    assert row(bench).state is RetrialState.WITHDRAWN
    with pytest.raises(ActNotOpen, match="took an application back"):
        bench.do("respondent/1", "apply_for_retrial", ASKED)
    bench.do("respondent/1", "apply_for_retrial", {**ASKED, "grounds": ["forged"], "known_on": bench.today})
    bench.do("clerk", "send_retrial_file", {"court": "Intermediate Court"})
    with pytest.raises(ActNotOpen, match="gone to the higher court"):
        bench.do("respondent/1", "withdraw_retrial", {})


def test_a_review_here_ends_by_ruling(small: Bench) -> None:  # noqa: F811
    """The president gives leave or refuses it; another's application is reviewed on (CPI 396, 398, 400)."""
    apply(small, "law")
    apply(small, "law", who="claimant/1")
    given = {"application": row(small).reference, **BACK}
    with pytest.raises(InvalidInput, match="has not asked"):
        small.do("president", "end_retrial_review", given)
    small.do("respondent/1", "withdraw_retrial", {})
    small.do("president", "end_retrial_review", {**given, "answer": "go_on"})
    assert row(small).state is RetrialState.FILED
    with pytest.raises(InvalidInput, match="those listed"):
        small.do("president", "end_retrial_review", {**given, "ground": "absent"})
    small.do("president", "end_retrial_review", {**given, "ground": "settled"})
    assert row(small).state is RetrialState.ENDED and row(small, "claimant/1").state is RetrialState.FILED
    assert small.case().effective_at is not None
    with pytest.raises(InvalidInput, match="those listed"):
        small.do("president", "end_retrial_review", given)


def test_of_small_claims_a_retrial_that_ended_leaves_them_small(whole_court: Court, clock: FixedClock) -> None:
    """The case is on its own track again, and another party may still apply in time."""
    bench = lay_case(whole_court, clock, track=Track.SMALL)
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    apply(bench, "not_examined")
    heard(bench)
    bench.do("president", "rule_on_retrial", ORDER)
    assert bench.case().track is not Track.SMALL
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    assert bench.case().track is Track.SMALL
    apply(bench, "law", who="claimant/1")


def test_the_claim_is_withdrawn_in_a_retrial_with_everybodys_consent_and_for_good(bench: Bench) -> None:
    """Without the other side's consent no leave is given; with it the first decision falls, and the claim is looked for when it
    is brought again (CPI 408).
    """
    bench.effective()
    ordered(bench)
    bench.do("claimant/1", "withdraw_claim", {})
    with bench.court.database.read() as session:
        asked = session.scalars(select(Request).where(Request.kind == RequestKind.WITHDRAWAL)).one().reference
    allowed = {"request": asked, "answer": "allow", "reasons": "Nothing stands against it."}
    with pytest.raises(ActNotOpen, match="must agree"):
        bench.do("other", "rule_on_withdrawal", allowed, actor=new_judge(bench))
    with pytest.raises(ActNotOpen, match="needs your consent"):
        bench.do("claimant/1", "agree_to_withdrawal", {})
    bench.do("respondent/1", "agree_to_withdrawal", {})
    with pytest.raises(ActNotOpen, match="needs your consent"):
        bench.do("respondent/1", "agree_to_withdrawal", {})
    bench.do("other", "rule_on_withdrawal", allowed, actor=new_judge(bench))
    case = bench.case()
    assert (case.stage, case.outcome, case.effective_at) == (Stage.CLOSED, Outcome.WITHDRAWN, None)
    with bench.court.database.read() as session:
        assert session.scalars(select(Decision)).one().state is DecisionState.SET_ASIDE
        assert bench.case_id in session.scalars(select(Case.id).where(withdrawn_for_good())).all()
