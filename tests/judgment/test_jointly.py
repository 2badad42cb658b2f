"""What several are ordered to pay jointly is owed once: each the whole, and what one of them pays counts for all."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from sqlalchemy import inspect, select

from odr.docket.models import Case, Role, Stage
from odr.ground.errors import ActNotOpen
from odr.ground.text import Money
from odr.hearing.models import Opinion
from odr.judgment.decision.inputs import OrderInput
from odr.judgment.enforcement.account_queries import owed_in_money
from odr.judgment.enforcement.audit import audit_orders
from odr.judgment.enforcement.owed import owed_by_decision
from odr.judgment.models import EnforcementCase, Obligation
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import FeeAssessment
from odr.procedure.acts.act_versions import current_input
from odr.procedure.models import Window
from odr.register.enforcement_list.queries import debtors
from tests.judgment.bench import Bench, lay_mei
from tests.judgment.test_partial import paper_of


def joined_by_a_third(bench: Bench) -> None:
    """A case in which a third party may be held liable beside the respondent (CPL 59)."""
    with bench.court.database.write() as session:
        mei = lay_mei(session, bench, Role.THIRD_PARTY)
        # Heard on every exhibit, in the words of the respondent.
        other = next(p.id for p in session.get_one(Case, bench.case_id).parties if p.label == "respondent/1")
        for said in session.scalars(select(Opinion).where(Opinion.party_id == other)).all():
            same = {
                c.key: getattr(said, c.key)
                for c in inspect(Opinion).columns
                if c.key not in ("id", "party_id", "reference")
            }
            session.add(Opinion(party_id=mei.id, **same))


def ordered(bench: Bench) -> str:
    """The respondent and the third party are ordered to pay 8,000.00 jointly, and nobody appeals."""
    bench.findings()
    joined_by_a_third(bench)
    order = {
        "kind": "pay",
        "relief": bench.relief(1),
        "debtor": "respondent/1",
        "jointly_with": ["third_party/1"],
        "creditor": "claimant/1",
        "amount": "8,000.00",
    }
    bench.do("judge", "draft_decision", bench.draft(orders=[order, {"kind": "dismiss", "relief": bench.relief(2)}]))
    reference = bench.draft_reference()
    bench.do("judge", "send_for_signing", {"decision": reference})
    bench.wait(hours=26)
    bench.do("judge", "issue_decision", {"decision": reference, "case_number": bench.number})
    bench.do("clerk", "countersign_decision", {"decision": reference})
    for who in ("claimant/1", "respondent/1", "third_party/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    assert bench.case().stage is Stage.EFFECTIVE
    return reference


def owed(bench: Bench) -> Obligation:
    """The one thing that is owed."""
    with bench.court.database.read() as session:
        return session.scalars(select(Obligation)).one()


def test_what_two_owe_jointly_is_one_debt_of_each(bench: Bench) -> None:
    """The paper says what it means; each reads that they owe the whole, with whom, and whoever is paid names an account to both."""
    assert "Theyoweitjointly:eachthewholeofit" in paper_of(bench, ordered(bench))
    assert owed(bench).amount == Money(800_000, "CNY")
    with bench.court.database.read() as session:
        case, look = session.get_one(Case, bench.case_id), bench.court.look(session)
        for who in ("respondent/1", "third_party/1"):
            told = owed_by_decision(look, case, bench.actor(who))
            assert told is not None and told.is_duty and "8,000.00" in told.words.render("en"), who
            assert any("each owes the whole" in line.then.render("en") for line in told.ifs), who
        creditor = next(p.id for p in case.parties if p.label == "claimant/1")
        assert {to for _, to in owed_in_money(look, case)} == {creditor} and len(owed_in_money(look, case)) == 2
        runs = session.scalars(select(Window).where(Window.kind == "performance")).all()
        assert len({window.party_id for window in runs}) == 2
        assert list(audit_orders(bench.court, session, case)) == []


def test_what_one_pays_counts_for_all(bench: Bench) -> None:
    """The second pays a part, the first the rest: nothing is owed by anybody, and nobody's time to pay runs."""
    ordered(bench)
    part = {"obligation": owed(bench).reference, "amount": "3,000.00", "on": bench.today}
    bench.do("third_party/1", "record_performance", part)
    bench.do("claimant/1", "confirm_performance", {"obligation": owed(bench).reference, "arrived": True})
    with bench.court.database.read() as session:
        case, look = session.get_one(Case, bench.case_id), bench.court.look(session)
        told = owed_by_decision(look, case, bench.actor("respondent/1"))
    assert told is not None and "5,000.00" in told.words.render("en")
    bench.do("clerk", "record_performance", {**part, "amount": "5,000.00"})
    assert owed(bench).done_at is not None
    bench.do("clerk", "close_case", {})
    assert bench.case().stage is Stage.CLOSED
    with bench.court.database.read() as session:
        windows = session.scalars(select(Window).where(Window.kind == "performance")).all()
    assert {window.state.value for window in windows} == {"met"}


def test_it_is_enforced_once_against_both(bench: Bench) -> None:
    """The application claims the sum once, with one fee; both are debtors of it and can be listed, and paid it is over for both."""
    ordered(bench)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    with bench.court.database.read() as session:
        case, look = session.get_one(Case, bench.case_id), bench.court.look(session)
        assert [p.label for p in debtors(look, case)] == ["respondent/1", "third_party/1"]
        (claimed,) = session.scalars(select(EnforcementCase)).one().claimed
        assert claimed["principal"] == 800_000
        fees = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.ENFORCEMENT)).all()
        assert len(fees) == 1
    bench.do(
        "clerk", "record_performance", {"obligation": owed(bench).reference, "amount": "9,000.00", "on": bench.today}
    )
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Everything is paid."})
    assert bench.case().stage is Stage.CLOSED


def test_an_order_names_each_of_them_once(bench: Bench) -> None:
    """Nobody owes it twice, nor to themselves, and somebody owes it first; a draft of before had one debtor."""
    order = {"kind": "pay", "relief": None, "creditor": "claimant/1", "amount": "8,000.00"}
    for given in (
        {"debtor": "respondent/1", "jointly_with": ["respondent/1"]},
        {"debtor": "respondent/1", "jointly_with": ["third_party/1", "third_party/1"]},
        {"debtor": "respondent/1", "jointly_with": ["claimant/1"]},
        {"debtor": None, "jointly_with": ["third_party/1"]},
    ):
        with pytest.raises(ValidationError):
            OrderInput.model_validate({**order, **given})
    old = {**bench.draft(), "orders": [{**order, "debtor": "respondent/1"}]}
    assert current_input(bench.court.table["draft_decision"], 1, old)["orders"][0]["jointly_with"] == []


def test_whoever_owes_nothing_reports_nothing(bench: Bench) -> None:
    """A payment is reported by those who owe it, and no other."""
    ordered(bench)
    bench.do(
        "clerk", "record_performance", {"obligation": owed(bench).reference, "amount": "8,000.00", "on": bench.today}
    )
    for who in ("respondent/1", "third_party/1"):
        with pytest.raises(ActNotOpen, match="Nothing is owed"):
            bench.do(
                who, "record_performance", {"obligation": owed(bench).reference, "amount": "1.00", "on": bench.today}
            )
