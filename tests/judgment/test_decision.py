"""From findings to a decision in effect."""

from __future__ import annotations

from sqlalchemy import select

from odr.docket.models import Case, Stage
from odr.judgment.models import Decision, Obligation
from tests.judgment.bench import Bench


def test_a_case_is_decided_from_findings_to_effect(bench: Bench) -> None:
    """Findings, draft, cooling-off, issuing, service and the end of everybody's appeal time bring a decision into effect."""
    reference = bench.issue()
    assert bench.case().stage is Stage.PRONOUNCED
    bench.serve_decision("claimant/1")
    bench.wait(days=20)
    assert bench.case().stage is Stage.PRONOUNCED, "the respondent was not served yet"
    bench.serve_decision("respondent/1")
    bench.wait(days=20)
    assert bench.case().stage is Stage.EFFECTIVE
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation)).one()
        assert (owed.amount_minor, owed.currency) == (800_000, "CNY")
        assert session.scalars(select(Decision).where(Decision.reference == reference)).one().effective_at is not None
        assert bench.court.look(session).windows(session.get_one(Case, bench.case_id), "performance")
