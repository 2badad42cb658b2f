"""Publication of decisions: who does what, in which order, and what the public learns (JDP 3, 4, 7, 8, 10, 16)."""

from __future__ import annotations

from odr.register.publication import ledger
from odr.register.publication.models import PublicationState
from tests.judgment.bench import Bench
from tests.register.publishing import numbered, publish


def test_a_decision_gets_its_number_when_it_is_sealed_and_is_public_after_two_people(bench: Bench) -> None:
    """Numbered with the seal, owed once it has effect, proposed by the clerk, approved by the judge, published."""
    bench.issue()
    (row,) = numbered(bench)
    assert row.number == 1 and row.state is PublicationState.PENDING and row.effective_at is None
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    (row,) = numbered(bench)
    assert row.effective_at is not None and row.due_on is not None
    row = publish(bench)
    assert row.state is PublicationState.PUBLISHED
    with bench.court.database.read() as session:
        assert ledger.wrong_in(session) == []
        (line,) = ledger.lines(session).values()
        assert (line.state, line.version) == ("published", 1)
