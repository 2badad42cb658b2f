"""What is owed once the higher court has changed a judgment: who pays whom, and whose time to pay runs (CPL 177, 182)."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pydantic import ValidationError
from pypdf import PdfReader
from sqlalchemy import select

from odr.docket.models import Case, Document, Stage
from odr.ground.errors import InvalidInput
from odr.judgment.enforcement.audit import audit_orders
from odr.judgment.models import Obligation
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.time.reckoning import reckon
from tests.judgment.bench import Bench
from tests.judgment.test_appeal_again import APPEAL
from tests.scene import PAPERS

CHANGED = {
    "outcome": "changed",
    "court": "Intermediate Court",
    "number": "2",
    "summary": "See there.",
}
SIDES = {"debtor": "respondent/1", "creditor": "claimant/1"}


def appealed(bench: Bench, who: str, **changes: Any) -> None:
    """A judgment that one side appeals from."""
    bench.issue(**changes)
    for each in ("claimant/1", "respondent/1"):
        bench.serve_decision(each)
    bench.do(who, "appeal_decision", APPEAL)


def owed(bench: Bench) -> list[tuple[str, str, int]]:
    """Who owes whom how much money now."""
    with bench.court.database.read() as session:
        labels = {party.id: party.label for party in session.get_one(Case, bench.case_id).parties}
        query = select(Obligation).where(Obligation.ended_at.is_(None), Obligation.amount_minor.is_not(None))
        rows = session.scalars(query.order_by(Obligation.id)).all()
        return [(labels[row.debtor_id], labels[row.creditor_id or 0], row.amount_minor or 0) for row in rows]


def time_to_pay(bench: Bench) -> list[str]:
    """Whose time to perform runs."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        return [case.party(one.party_id).label for one in bench.court.look(session).windows(case, "performance")]


def audited(bench: Bench) -> list[str]:
    """What the rows of orders say otherwise than the docket."""
    with bench.court.database.read() as session:
        return list(audit_orders(bench.court, session, session.get_one(Case, bench.case_id)))


def test_who_won_nothing_here_and_wins_there_is_owed_it(bench: Bench) -> None:
    """The claim was dismissed, the higher court grants it: who pays whom is said, is owed from then, and can be enforced."""
    appealed(bench, "claimant/1", orders=[{"kind": "dismiss"}])
    with pytest.raises(InvalidInput, match="who pays whom"):
        bench.do("clerk", "record_appeal_outcome", CHANGED | {"decided_on": bench.today} | {"amount": "5,000.00"})
    interest = {"interest_from": "2026-01-15", "interest_percent": "3.1"}
    payments = [SIDES | {"amount": "5,000.00"} | interest]
    bench.do(
        "clerk",
        "record_appeal_outcome",
        CHANGED | {"decided_on": bench.today} | {"amount": "5,000.00", "payments": payments},
    )
    assert owed(bench) == [("respondent/1", "claimant/1", 500_000)] and time_to_pay(bench) == ["respondent/1"]
    with bench.court.database.read() as session:
        assert session.scalars(select(Obligation.interest_percent)).one() is not None
    bench.wait(days=60)
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert bench.case().stage is Stage.ENFORCEMENT and audited(bench) == []


def test_what_is_paid_both_ways_is_said_payment_by_payment(bench: Bench) -> None:
    """Payments add up, are between two, and only where the judgment was changed; each is owed by whoever was named."""
    appealed(bench, "respondent/1")
    back = {"debtor": "claimant/1", "creditor": "respondent/1", "amount": "700.00"}
    both = [SIDES | {"amount": "5,000.00"}, back]
    for wrong in (
        {"amount": "5,000.00", "payments": both},
        {"outcome": "upheld", "payments": both},
        {"amount": "700.00", "payments": [back | {"creditor": "claimant/2"}]},
        {"amount": "700.00", "payments": [back | {"creditor": "claimant/1"}]},
        {"amount": "700.00", "payments": [back | {"interest_percent": "3"}]},
    ):
        with pytest.raises((InvalidInput, ValidationError)):
            bench.do("clerk", "record_appeal_outcome", CHANGED | {"decided_on": bench.today} | wrong)
    bench.do(
        "clerk",
        "record_appeal_outcome",
        CHANGED | {"decided_on": bench.today} | {"amount": "5,700.00", "payments": both},
    )
    assert owed(bench) == [("respondent/1", "claimant/1", 500_000), ("claimant/1", "respondent/1", 70_000)]
    assert sorted(time_to_pay(bench)) == ["claimant/1", "respondent/1"] and audited(bench) == []


def test_whoever_owes_nothing_after_an_appeal_has_no_time_to_pay(bench: Bench) -> None:
    """The higher court dismisses what was granted: nobody is reminded of a payment that is not owed."""
    appealed(bench, "respondent/1")
    bench.do("clerk", "record_appeal_outcome", CHANGED | {"decided_on": bench.today} | {"amount": "0"})
    assert owed(bench) == [] and time_to_pay(bench) == [] and audited(bench) == []


def test_the_one_payment_there_was_keeps_its_two_sides(bench: Bench) -> None:
    """Where one party was to pay another and only the sum changes, nobody says it again."""
    appealed(bench, "respondent/1")
    bench.do("clerk", "record_appeal_outcome", CHANGED | {"decided_on": bench.today} | {"amount": "4,000.00"})
    assert owed(bench) == [("respondent/1", "claimant/1", 400_000)] and time_to_pay(bench) == ["respondent/1"]


def test_what_the_higher_court_decided_is_in_effect_since_it_was_served(bench: Bench) -> None:
    """The clerk records it ten days later: the days to pay run from the day of service, which no later day, and none before the
    judgment here, can be; the docket says both days (CPL 182).
    """
    appealed(bench, "respondent/1")
    before = (bench.clock.now() - timedelta(days=30)).date().isoformat()
    served = bench.clock.now()
    bench.wait(days=10)
    later = (bench.clock.now() + timedelta(days=1)).date().isoformat()
    for day in (before, later):
        with pytest.raises(InvalidInput):
            bench.do("clerk", "record_appeal_outcome", CHANGED | {"amount": "4,000.00", "decided_on": day})
    given = CHANGED | {"amount": "4,000.00", "decided_on": served.date().isoformat()}
    bench.do("clerk", "record_appeal_outcome", given)
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        assert case.effective_at is not None and case.effective_at.date() == served.date()
        (row,) = session.scalars(select(Obligation).where(Obligation.ended_at.is_(None)))
        pack = bench.court.look(session).pack(case)
        assert row.due_on == reckon(pack, "performance", served, amount=10).result
        assert not [told for told in audit_projections(bench.court, session, case) if "effect" in told]


@pytest.mark.parametrize(("outcome", "is_changed"), [("changed", True), ("upheld", False)])
def test_a_certificate_says_what_became_of_the_judgment_on_appeal(bench: Bench, outcome: str, is_changed: bool) -> None:
    """The sealed paper names the higher court's decision, and never says of a judgment that was changed that it binds as it stands
    (CPL 158, 182).
    """
    appealed(bench, "respondent/1")
    given = {"decided_on": bench.today, "outcome": outcome, "amount": "4,000.00" if is_changed else None}
    bench.do("clerk", "record_appeal_outcome", CHANGED | given)
    bench.do("clerk", "certify_effect", {"language": "en"})
    with bench.court.database.read() as session:
        paper = session.scalars(PAPERS.where(Document.kind == "certificate")).one()
    read = "".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages)
    text = re.sub(r"[\s\u200b\u00ad]", "", read)
    assert ("asthehighercourthaschangedit" in text) is is_changed
    assert "IntermediateCourt,2:" in text
