"""The court hears a mediation statement again of its own motion: ordered by the committee, ended or judged (CPL 209; CPI 407)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Document, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.judgment.models import Decision, Obligation
from odr.judgment.remedies.supervision.own_retrial import OwnRetrialInput, _chosen, what_binds
from odr.judgment.vocabulary import FirstJudgment, RetrialState
from tests.judgment.bench import Bench
from tests.judgment.mediated import AGAINST, others, settled
from tests.judgment.retried import found, heard, in_effect, judged, ordered as retried, sits
from tests.judgment.test_own_retrial import ERROR
from tests.judgment.test_retrial_costs import fees
from tests.judgment.test_retrial_ending import row
from tests.judgment.test_statement_retrial import as_the_docket_says, judgment_says, paper_text
from tests.judgment.web import Visitor

WRONG = {"reasons": "The sum agreed on counts the deposit twice, which the law forbids."}
STANDS = {"reasons": "Both had lawyers; the deposit was counted once, as R-2 shows."}
END = "end_statement_retrial"


def ordered(bench: Bench, **more: Any) -> None:
    """An error in the statement is pointed out, and the committee decides that it is heard again."""
    settled(bench)
    others(bench)
    bench.do("judge", "point_out_error", ERROR)
    bench.do("president", "order_own_retrial", {"decided_on": bench.today, **WRONG, **more})


def statement(bench: Bench) -> Document:
    """The paper of the mediation statement."""
    with bench.court.database.read() as session:
        return session.scalars(select(Document).where(Document.kind == "mediation_statement")).one()


def test_the_statement_is_not_wrong_and_is_performed_again(bench: Bench) -> None:
    """Ordered, it is owed by nobody; ended, the same paper holds again and the same is owed. Nobody applied, so no application is
    dismissed, and there is no fee of the retrial.
    """
    ordered(bench)
    assert bench.case().stage is Stage.PENDING
    assert statement(bench).void_by is not None
    assert "mediation statement of this court" in paper_text(bench, "order_own_retrial")
    heard(bench)
    with pytest.raises(ActNotOpen, match="own motion"):
        sits(bench, "dismiss_statement_retrial", **STANDS)
    sits(bench, END, **STANDS)
    assert statement(bench).void_by is None and bench.case().effective_at is not None
    with bench.court.database.read() as session:
        assert all(one.ended_at is None for one in session.scalars(select(Obligation)))
    assert fees(bench) == []
    text = paper_text(bench, END)
    assert "The retrial ends." in text and "What was asked of the retrial is dismissed." not in text
    as_the_docket_says(bench)


def test_what_a_party_asked_besides_is_dismissed_with_it(bench: Bench) -> None:
    """A party may ask something of the court's own retrial; ended, that is dismissed, and the ruling says so (CPI 403, 407)."""
    ordered(bench)
    joined = {key: AGAINST[key] for key in ("grounds", "facts", "asks")}
    bench.do("respondent/1", "join_retrial", joined)
    heard(bench)
    sits(bench, END, **STANDS)
    assert row(bench).state is RetrialState.REFUSED
    assert "What was asked of the retrial is dismissed." in paper_text(bench, END)


def test_the_statement_is_wrong_and_the_claim_is_judged(bench: Bench) -> None:
    """As on an application: the judgment sets the statement aside first and decides on the claim (CPI 407)."""
    ordered(bench)
    heard(bench)
    found(bench)
    judged(bench, first_why="The deposit was counted twice.")
    in_effect(bench)
    with bench.court.database.read() as session:
        assert session.scalars(select(Decision)).one().first_judgment is FirstJudgment.REVOKED
    assert "is set aside" in " ".join(str(one) for one in judgment_says(bench))
    as_the_docket_says(bench)


def test_end_statement_retrial_is_refused(bench: Bench) -> None:
    """To whoever does not hear it, before it was heard, and a second time."""
    ordered(bench)
    with pytest.raises(ActNotOpen):
        sits(bench, END, **STANDS)
    heard(bench)
    for who in ("clerk", "president", "respondent/1"):
        with pytest.raises(Forbidden):
            bench.do(who, END, STANDS)
    sits(bench, END, **STANDS)
    with pytest.raises(ActNotOpen):
        sits(bench, END, **STANDS)


def test_a_retrial_that_a_party_brought_about_is_not_ended_so(bench: Bench) -> None:
    """Nor one of a judgment: there the court upholds or changes it (CPI 405)."""
    bench.effective()
    retried(bench)
    heard(bench)
    with pytest.raises(ActNotOpen, match="own motion"):
        sits(bench, END, **STANDS)


def test_what_is_heard_again_is_what_binds(bench: Bench) -> None:
    """Only the statement binds: it is offered and taken without a word; a decision that is none is refused. An order of before was
    of the decision.
    """
    settled(bench)
    with bench.court.database.read() as session:
        sitting, case = bench.court.look(session), session.get_one(type(bench.case()), bench.case_id)
        assert [one.value for one in what_binds(sitting, case, bench.actor("president"))] == ["statement"]
        with pytest.raises(InvalidInput, match="Say what is heard again"):
            _chosen(sitting, case, "decision")
    assert OwnRetrialInput(decided_on=bench.today, **WRONG).what is None


def test_where_one_thing_binds_nobody_is_asked_which_is_heard_again(bench: Bench) -> None:
    """The form of the president asks it only where a part was decided and the rest agreed on."""
    settled(bench)
    bench.do("judge", "point_out_error", ERROR)
    page = Visitor(create_app(court=bench.court), bench, "president").get("/do/order_own_retrial")
    assert 'name="reasons"' in page and 'name="what"' not in page
