"""The court hears its own decision again: pointed out, laid before the committee, decided and recorded (CPL 209)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Audience, DocketEntry, Role, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.judgment.models import Decision
from odr.judgment.vocabulary import DecisionState, RetrialState
from tests.judgment.bench import Bench
from tests.judgment.test_retrial_ending import ASKED, end, row
from tests.judgment.test_retrial_here import let_in

ERROR = {"error": "Interest was awarded twice for the same days."}


def test_what_the_committee_decides_is_heard_again_and_no_party_takes_it_back(bench: Bench) -> None:
    """No party reads what was pointed out; ordered, the decision is halted and others hear it. What a party asks of it may be taken
    back, the retrial goes on (CPL 209; CPI 404).
    """
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    order = {"decided_on": bench.today, "reasons": "Interest was awarded twice for the same days."}
    bench.do("judge", "point_out_error", ERROR)
    with pytest.raises(ActNotOpen, match="pointed out already"):
        bench.do("clerk", "point_out_error", ERROR)
    with bench.court.database.read() as session:
        said = session.scalars(select(DocketEntry).where(DocketEntry.act == "point_out_error")).one()
        assert said.audience is Audience.NAMED
    with pytest.raises(Forbidden):
        bench.do("judge", "order_own_retrial", order)
    with pytest.raises(InvalidInput, match="still to come"):
        bench.do("president", "order_own_retrial", {**order, "decided_on": "2030-01-01"})
    with pytest.raises(InvalidInput, match="later than this"):
        bench.do("president", "order_own_retrial", {**order, "decided_on": "2020-01-01"})
    bench.do("president", "order_own_retrial", order)
    assert bench.case().stage is Stage.PENDING
    with bench.court.database.read() as session:
        assert session.scalars(select(Decision)).one().state is DecisionState.SET_ASIDE
    bench.do("respondent/1", "join_retrial", ASKED)
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    assert bench.case().stage is Stage.PENDING and row(bench).state is RetrialState.WITHDRAWN


def test_what_the_committee_leaves_stands(bench: Bench) -> None:
    """Recorded among the court; the decision binds as before, and another error may be pointed out later."""
    bench.effective()
    bench.do("clerk", "point_out_error", ERROR)
    given = {"decided_on": bench.today, "attended": "All seven, against.", "reasons": "The days are different ones."}
    bench.do("president", "leave_decision", given)
    assert bench.case().effective_at is not None
    with pytest.raises(ActNotOpen, match="No error"):
        bench.do("president", "order_own_retrial", {"decided_on": bench.today, "reasons": given["reasons"]})
    bench.do("president", "point_out_error", ERROR)
