"""After judgment each side reads first what it means for them: who pays what to whom by when, and what if not."""

from __future__ import annotations

from odr.docket.models import Case
from odr.judgment.queries import obligations_of
from odr.procedure.case.next_box import NextBox, next_box
from tests.judgment.bench import Bench


def box(bench: Bench, who: str) -> NextBox:
    """What a party sees first."""
    with bench.court.database.read() as session:
        found = next_box(bench.court.look(session), session.get_one(Case, bench.case_id), bench.actor(who))
        assert found is not None
        return found


def test_each_side_is_told_in_plain_words_what_is_to_be_paid_by_when_and_what_if_not(bench: Bench) -> None:
    """In effect: the debtor pays, the creditor waits. Overdue: the debtor is late, the creditor may enforce. Paid: nobody
    has anything to do.
    """
    bench.effective()
    lost, won = box(bench, "respondent/1"), box(bench, "claimant/1")
    assert str(lost.waits).startswith("Next for you: pay") and "8,000.00" in str(lost.waits) and not lost.is_quiet
    assert lost.owed is not None and lost.owed.otherwise is not None and lost.owed_act is not None
    assert won.is_quiet and "must pay you" in str(won.waits) and "8,000.00" in str(won.waits)
    bench.wait(days=40)
    lost, won = box(bench, "respondent/1"), box(bench, "claimant/1")
    assert str(lost.waits).startswith("You are late")
    assert "You can ask the court to enforce" in str(won.waits) and won.owed_act is not None
    assert won.owed_act.name == "apply_for_enforcement"
    assert won.owed_by is not None and won.owed_act not in [step.act for step in won.remedies]
    with bench.court.database.read() as session:
        (reference,) = [o.reference for o in obligations_of(session, bench.case()) if o.amount_minor == 800_000]
    today = bench.clock.now().date().isoformat()
    bench.do("claimant/1", "record_performance", {"obligation": reference, "amount": "8,000.00", "on": today})
    assert box(bench, "claimant/1").owed is None and box(bench, "respondent/1").owed is None
