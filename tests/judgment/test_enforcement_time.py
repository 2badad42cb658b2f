"""The time to apply for enforcement: from the last instalment, no bar to acceptance, the debtor's to raise (CPL 250; CPI
481).
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.vocabulary import EnforcementState
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import FeeAssessment
from odr.procedure.models import Window, WindowState
from odr.procedure.outages import ledger
from odr.procedure.outages.models import Cause
from odr.procedure.outages.touched import until_of
from tests.judgment.bench import Bench
from tests.judgment.test_after_judgment_of_several import two_creditors
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


def test_what_is_owed_by_another_judgment_has_a_time_of_its_own(bench: Bench) -> None:
    """What was ruled not to be enforced was of one judgment; what a later one orders is applied for like any (CPL 250; CPI
    481).
    """
    bench.effective()
    bench.wait(days=900)
    bench.do("claimant/1", "apply_for_enforcement", {})
    bench.do("respondent/1", "ask_for_ruling", ASKED)
    bench.do("judge", "give_ruling", {**RULED, "motion": motion_of(bench)})
    with bench.court.database.write() as session:
        first = session.scalars(select(Obligation)).one()
        again = {
            name: getattr(first, name) for name in ("case_id", "instrument", "debtor_id", "creditor_id", "currency")
        }
        due_on = bench.clock.now().date() - timedelta(days=1)
        session.add(Obligation(**again, amount_minor=30_000, due_on=due_on, entry_number=first.entry_number + 1))
    bench.do("claimant/1", "apply_for_enforcement", {})
    with bench.court.database.read() as session:
        newest = session.scalars(select(EnforcementCase).order_by(EnforcementCase.id.desc())).first()
        assert newest is not None and [row["principal"] for row in newest.claimed] == [30_000]


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


def test_nobody_has_time_to_apply_for_what_is_enforced_and_it_begins_anew_when_that_ends(bench: Bench) -> None:
    """Applying interrupts the two years: while the court enforces no day to apply is named; taken back, they begin anew (CPL 250; CPI
    518).
    """
    bench.effective()
    bench.wait(days=200)
    (before,) = running(bench)
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert running(bench) == []
    bench.wait(days=30)
    bench.do("judge", "end_enforcement", {"state": "ended", "reasons": "The creditor took the application back."})
    (anew,) = running(bench)
    assert anew == bench.clock.now().date() + timedelta(days=730) or anew > before + timedelta(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert running(bench) == []
    bench.ends_for_now()
    assert running(bench) == [], "what ended for now goes on at any time (CPI 517)"
    bench.do("claimant/1", "apply_for_enforcement", {})


def test_the_time_to_apply_runs_on_for_what_another_debtor_owes(bench: Bench) -> None:
    """Two creditors, one applies: the other's time runs; theirs is interrupted when they apply."""
    two_creditors(bench)
    assert len(running(bench)) == 1
    bench.ends_for_now()
    bench.do("claimant/2", "apply_for_enforcement", {})
    assert running(bench) == []


def running(bench: Bench) -> list[date]:
    """Last days to apply that run now."""
    with bench.court.database.read() as session:
        rows = session.scalars(
            select(Window).where(Window.kind == "enforcement_application", Window.state == WindowState.OPEN)
        )
        return [row.due_at.date() for row in rows if row.due_at is not None]


def test_an_outage_moves_what_is_done_before_the_court_alone(bench: Bench) -> None:
    """A day given back moves the time to apply for enforcement. What is owed is paid to the other side, however the court
    is reached, and the six months for retrial nobody may make longer (CPI 127).
    """
    bench.effective()
    court, found = bench.court, {}
    late = timedelta(hours=3)
    for kind in ("performance", "retrial_application", "enforcement_application"):
        if kind == "retrial_application":
            bench.wait(days=20)
        with court.database.read() as session:
            ends = session.scalars(
                select(Window.due_at).where(Window.case_id == bench.case_id, Window.kind == kind)
            ).first()
        assert ends is not None, kind
        bench.clock.set(ends + late)
        ledger.tell(court, Cause.TOLD, "Keeper", ends - late, ends + timedelta(hours=2))
        with court.database.read() as session:
            look, case = court.look(session), session.get_one(Case, bench.case_id)
            found[kind] = any(until_of(look, case, window) is not None for window in look.windows(case, kind))
    assert found == {"performance": False, "retrial_application": False, "enforcement_application": True}


def test_a_ruling_on_the_time_bars_what_the_debtor_spoke_of_and_nobody_else(bench: Bench) -> None:
    """Ruled when Li's enforcement had ended for now and the court enforces for Mei: Li applies no more, and Mei's goes on."""
    two_creditors(bench)
    bench.do("respondent/1", "ask_for_ruling", ASKED)
    bench.ends_for_now()
    bench.do("claimant/2", "apply_for_enforcement", {})
    bench.do("judge", "give_ruling", {**RULED, "motion": motion_of(bench)})
    assert bench.case().stage is Stage.ENFORCEMENT
    with bench.court.database.read() as session:
        states = list(session.scalars(select(EnforcementCase.state).order_by(EnforcementCase.id)))
    assert states == [EnforcementState.BARRED, EnforcementState.OPEN]
    bench.ends_for_now()
    with pytest.raises(ActNotOpen, match="not enforced"):
        bench.do("claimant/1", "apply_for_enforcement", {})
    bench.do("claimant/2", "apply_for_enforcement", {})


def test_only_who_owes_what_is_enforced_raises_the_time(bench: Bench) -> None:
    """Another creditor of the same debtor would come before the one who applied (CPI 481)."""
    two_creditors(bench)
    with pytest.raises(InvalidInput, match="debtor"):
        bench.do("claimant/2", "ask_for_ruling", ASKED)


def test_what_goes_on_after_it_had_ended_for_now_costs_nothing_anew_and_is_bound_to_no_time(bench: Bench) -> None:
    """Nothing was found, and years later there is something: the same application goes on (CPL 265; CPI 517; FEE 26, 38)."""
    bench.effective()
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    bench.ends_for_now()
    bench.wait(days=900)
    bench.do("claimant/1", "apply_for_enforcement", {})
    with bench.court.database.read() as session:
        fees = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.ENFORCEMENT)).all()
    assert len(fees) == 1, "one application, one fee"
    with pytest.raises(InvalidInput, match="ended for now"):
        bench.do("respondent/1", "ask_for_ruling", ASKED)
