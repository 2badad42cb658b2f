"""Whoever is owed something may let the rest of it be; a sum is not performed before its interest is paid (CPL 13, 264)."""

from __future__ import annotations

import pytest

from odr.docket.models import Outcome, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.judgment.queries import obligations_of
from odr.procedure.models import WindowState
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.test_what_is_owed import box, letters, lines


def owed(bench: Bench) -> str:
    """The only thing that is still owed."""
    with bench.court.database.read() as session:
        (row,) = [o for o in obligations_of(session, bench.case()) if o.done_at is None]
        return row.reference


def pays(bench: Bench, amount: str, who: str = "claimant/1") -> None:
    """A payment of today is noted."""
    given = {"obligation": owed(bench), "amount": amount, "on": bench.clock.now().date().isoformat()}
    bench.do(who, "record_performance", given)


def running(bench: Bench) -> set[str]:
    """Kinds of time limits that still run."""
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), bench.case()
        return {w.kind for w in look.windows(case, state=WindowState.OPEN)}


def test_the_sum_alone_leaves_its_interest_owed(bench: Bench) -> None:
    """Whoever pays late pays what delay adds too: both sides read how much it is, and it can be enforced; paid, no time
    runs on for anybody and the case can be closed.
    """
    bench.effective()
    bench.wait(days=40)
    pays(bench, "8,000.00")
    rest = to_the_cent(bench.court, bench.case_id)
    lost, won = box(bench, "respondent/1"), box(bench, "claimant/1")
    assert str(lost.waits).startswith("You are late: pay") and rest in str(lost.waits)
    assert rest in str(won.waits) and won.owed_act is not None and won.owed_act.name == "apply_for_enforcement"
    assert "If that is enough for you" in lines(won) and "If that is enough for you" not in lines(lost)
    with pytest.raises(ActNotOpen, match="still owed"):
        bench.do("clerk", "close_case", {})
    bench.wait(days=30)
    assert to_the_cent(bench.court, bench.case_id) == rest, "interest bears no interest"
    pays(bench, rest)
    assert not {"performance", "enforcement_application"} & running(bench)
    bench.do("clerk", "close_case", {})


def test_forgo_rest_is_recorded(bench: Bench) -> None:
    """The creditor is content with the sum: the debtor gets a letter, nothing is owed, and the clerk closes the case."""
    bench.effective()
    bench.wait(days=40)
    pays(bench, "8,000.00")
    bench.do("claimant/1", "forgo_rest", {"obligation": owed(bench)})
    assert letters(bench, "forgo_rest") == {"respondent/1"}
    assert box(bench, "respondent/1").owed is None and box(bench, "claimant/1").owed is None
    bench.do("clerk", "close_case", {})
    assert bench.case().outcome is Outcome.PERFORMED


def test_forgo_rest_is_refused_to_another_role(bench: Bench) -> None:
    """Nobody gives up what is owed to somebody else: not the debtor, not the court."""
    bench.effective()
    with pytest.raises(ActNotOpen, match="Nothing is owed to you"):
        bench.do("respondent/1", "forgo_rest", {"obligation": owed(bench)})
    for who in ("judge", "clerk"):
        with pytest.raises(Forbidden):
            bench.do(who, "forgo_rest", {"obligation": owed(bench)})


def test_forgo_rest_is_refused_at_another_stage(bench: Bench) -> None:
    """Before the judgment binds nothing is owed under it yet."""
    bench.issue()
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "forgo_rest", {"obligation": "x" * 26})


def test_forgo_rest_is_refused_too_late(bench: Bench) -> None:
    """Once the case is closed nothing is left to let be; in an enforcement it ends what is owed, and the judge ends it."""
    bench.effective()
    bench.wait(days=40)
    bench.do("claimant/1", "apply_for_enforcement", {})
    bench.do("claimant/1", "forgo_rest", {"obligation": owed(bench)})
    for who in ("claimant/1", "respondent/1"):
        assert "everything is paid or done" in str(box(bench, who).waits)
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "The creditor let the rest be."})
    assert bench.case().stage is Stage.CLOSED
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "forgo_rest", {"obligation": "x" * 26})


def test_forgo_rest_twice(bench: Bench) -> None:
    """What was let be is owed no more: it is not offered again."""
    bench.effective()
    reference = owed(bench)
    with pytest.raises(InvalidInput):
        bench.do("claimant/1", "forgo_rest", {"obligation": "x" * 26})
    bench.do("claimant/1", "forgo_rest", {"obligation": reference})
    with pytest.raises(ActNotOpen, match="Nothing is owed to you"):
        bench.do("claimant/1", "forgo_rest", {"obligation": reference})
