"""The time to apply for enforcement: from the last instalment, no bar to acceptance, the debtor's to raise (CPL 250; CPI
481).
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.vocabulary import EnforcementState
from odr.procedure.models import Window
from tests.judgment.bench import Bench
from tests.judgment.test_preservation import motion_of

ASKED = {"kind": "enforcement_time", "asks": "Do not enforce.", "grounds": "More than two years have passed."}
RULED = {
    "result": "granted",
    "orders": "It is not enforced.",
    "reasons": "The two years ended before the application.",
    "language": "en",
}


def test_an_application_after_two_years_is_accepted_and_the_debtor_objects(bench: Bench) -> None:
    """Late as it is, it is accepted; the debtor alone raises the time, the judge rules, and what was ruled not to be
    enforced is not applied for again.
    """
    bench.effective()
    bench.wait(days=900)
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert bench.case().stage is Stage.ENFORCEMENT
    with pytest.raises(InvalidInput, match="debtor"):
        bench.do("claimant/1", "ask_for_ruling", ASKED)
    with pytest.raises(InvalidInput, match="only where the debtor"):
        bench.do("judge", "give_ruling", {**RULED, "kind": "enforcement_time"})
    bench.do("respondent/1", "ask_for_ruling", ASKED)
    bench.do("judge", "give_ruling", {**RULED, "motion": motion_of(bench)})
    assert bench.case().stage is Stage.EFFECTIVE
    with bench.court.database.read() as session:
        assert session.scalars(select(EnforcementCase)).one().state is EnforcementState.BARRED
        assert session.scalars(select(Obligation)).one().ended_at is None, "what is owed stays owed"
    with pytest.raises(ActNotOpen, match="not enforced"):
        bench.do("claimant/1", "apply_for_enforcement", {})


def test_the_two_years_run_from_the_last_instalment(bench: Bench) -> None:
    """Where the judgment is performed in parts, the time begins with the last of them (CPL 250)."""
    orders = bench.draft()["orders"]
    orders[0] |= {"instalments": 4}
    bench.issue(orders=orders)
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    bench.wait(days=20)
    with bench.court.database.read() as session:
        last = max(o.due_on for o in session.scalars(select(Obligation)))
        window = session.scalars(select(Window).where(Window.kind == "enforcement_application")).one()
        assert window.due_at is not None and window.due_at.date() >= last + timedelta(days=729)
