"""When a decision takes effect every party comes to what it bears: nothing is asked for twice, and nothing is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select

from odr.docket.models import Case, Party, PartyKind, Role
from odr.ground.errors import InvalidInput
from odr.identity.actors import CLOCK_ACTOR
from odr.identity.models import AccountRole
from odr.judgment.queries import issued
from odr.payments.books.paydesk import cashier
from odr.payments.costs.acts import AskReviewInput, DemandInput, ReviewCostsInput, what_is_left
from odr.payments.costs.demands import borne_at_most
from odr.payments.costs.rules import Allocation
from odr.payments.fee.assessment import keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import AssessInput, BearsInput
from odr.payments.models import AssessmentState, ReliefRequest, ReliefState
from odr.procedure.models import Task
from odr.procedure.rules.tariff import ReliefKind
from tests.judgment.bench import Bench
from tests.judgment.conftest import bench, whole_court  # noqa: F401 - fixtures
from tests.judgment.test_attendance_costs import till
from tests.kept import kept
from tests.payments.conftest import PayCourt, yuan
from tests.payments.test_relief_and_costs import WHY, effective
from tests.payments.test_triggers import back, fees, pay


def grant(bench: Bench, kind: ReliefKind, **more: Any) -> None:  # noqa: F811
    """The claimant was granted help with the fee on 10,000 by simple procedure before it was assessed."""
    with bench.court.sit() as sitting:
        case = sitting.session.get_one(Case, bench.case_id)
        granted = ReliefRequest(
            case_id=case.id,
            party_id=case.parties[0].id,
            kind=kind,
            state=ReliefState.GRANTED,
            granted_kind=kind,
            asked_at=sitting.now,
            decided_at=sitting.now,
            **more,
        )
        sitting.session.add(granted)
        sitting.session.flush()
        basis = keep_basis(sitting.session, case, case.parties[0], Matter.CLAIM, [1_000_000], 0, sitting.now)
        sitting.perform("assess_fee", case, AssessInput(basis=basis.reference), actor=CLOCK_ACTOR)


@kept
def put_off(bench: Bench) -> None:  # noqa: F811
    """The claimant may pay the fee, 25, in December."""
    grant(bench, ReliefKind.DEFERRAL, ground="accident", until_on=date(2026, 12, 1))


@kept
def helped(bench: Bench, kind: ReliefKind, percent: int | None) -> None:  # noqa: F811
    """The claimant was granted help and paid the rest."""
    grant(bench, kind, ground="other", granted_percent=percent)
    (notice,) = fees(bench.court, bench.case_id)
    if notice.amount_minor:
        pay(bench.court, bench.case_id, notice)


def collected(bench: Bench) -> list[str]:  # noqa: F811
    """What the cashier is to demand, in words."""
    with bench.court.database.read() as session:
        query = select(Task.title).where(Task.case_id == bench.case_id, Task.kind == "collect_costs")
        return [str(title) for title in session.scalars(query.order_by(Task.id))]


def test_whoever_won_is_not_asked_for_a_fee_that_was_put_off(bench: Bench) -> None:  # noqa: F811
    """Four fifths are the loser's, one fifth the winner's: the notice over the whole falls, and each owes their part once
    (FEE 29, 50; CPI 207).
    """
    put_off(bench)
    bench.effective()
    (notice,) = fees(bench.court, bench.case_id)
    assert notice.state is AssessmentState.CANCELLED
    told = collected(bench)
    assert len(told) == 2 and "5.00" in told[0] and "20.00" in told[1]


def test_whoever_lost_and_has_a_notice_is_not_asked_by_another(bench: Bench) -> None:  # noqa: F811
    """All is dismissed: the notice the claimant has is what the claimant bears."""
    put_off(bench)
    bench.issue(orders=[{"kind": "dismiss"}])
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    (notice,) = fees(bench.court, bench.case_id)
    assert (notice.state, notice.amount_minor) == (AssessmentState.DEFERRED, 25_00)
    assert collected(bench) == []


@pytest.mark.parametrize(
    ("kind", "percent", "refund"), [(ReliefKind.EXEMPTION, None, 0), (ReliefKind.REDUCTION, 40, 12_00)]
)
def test_the_loser_bears_what_the_winner_was_helped_with(
    bench: Bench,  # noqa: F811
    kind: ReliefKind,
    percent: int | None,
    refund: int,
) -> None:
    """Help is given to one side and not to the other: four fifths of the whole fee of 25 are the loser's, and of the fifth that
    is the winner's own only what was not waived is borne (FEE 50).
    """
    helped(bench, kind, percent)
    bench.effective()
    (told,) = collected(bench)
    assert "20.00" in told
    assert back(bench.court, bench.case_id) == ({"claimant/1": refund} if refund else {})
    with bench.court.database.read() as session:
        decision = issued(session, session.get_one(Case, bench.case_id))
        assert decision is not None
        costs = Allocation.from_json(decision.costs)
        most = borne_at_most(bench.court.look(session), session.get_one(Case, bench.case_id))
    mine = 0 if percent is None else 5_00 * (100 - percent) // 100
    assert (costs.of("claimant/1").bears.minor, costs.of("respondent/1").bears.minor) == (mine, 20_00)
    assert costs.fee.minor == 20_00 + mine and "FEE 50" in costs.articles and most.minor == 25_00


def test_what_was_paid_after_the_decision_was_written_comes_back(bench: Bench) -> None:  # noqa: F811
    """Paid between the judgment and its effect: the winner has back what the loser bears, and owes nothing (CPI 207)."""
    put_off(bench)
    bench.issue()
    pay(bench.court, bench.case_id, fees(bench.court, bench.case_id)[0])
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    assert back(bench.court, bench.case_id) == {"claimant/1": 20_00}
    (told,) = collected(bench)
    assert "20.00" in told


@pytest.mark.parametrize(("bears", "left"), [("200", 200_00), ("550", 550_00), ("0", 0)])
def test_a_review_lowers_what_was_demanded_and_not_paid(pay_court: PayCourt, bears: str, left: int) -> None:
    """Demanded 550 and not paid; the president lays less on the loser: no more than that is asked for (FEE 43)."""
    case_id = effective(pay_court)
    given = DemandInput(party="respondent/1", amount=yuan("550"))
    pay_court.act("demand_costs", case_id, given, pay_court.actor(case_id, Role.CASHIER))
    pay_court.act("ask_costs_review", case_id, AskReviewInput(reasons=WHY), pay_court.actor(case_id, Role.CLAIMANT))
    lines: list[Any] = [
        BearsInput(party="claimant/1", bears=yuan(str(550 - int(bears)))),
        BearsInput(party="respondent/1", bears=yuan(bears)),
    ]
    change = ReviewCostsInput(decision="change", lines=lines, reasons=WHY)
    pay_court.act("review_costs", case_id, change, pay_court.actor(case_id, Role.PRESIDENT))
    asked = [f.amount_minor for f in pay_court.fees(case_id) if f.state is AssessmentState.DUE]
    assert sum(asked) == left


def test_what_was_waived_is_asked_once_for_all_parties(pay_court: PayCourt) -> None:
    """Many sue in one case: what was waived for them is not asked of each by itself (FEE 50)."""
    case_id = pay_court.accepted()

    def asked() -> int:
        statements: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            statements.append(statement)

        with pay_court.court.database.read() as session:
            look, case = pay_court.court.look(session), session.get_one(Case, case_id)
            event.listen(session.get_bind(), "before_cursor_execute", note)
            try:
                borne_at_most(look, case)
            finally:
                event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(statements)

    few = asked()
    with pay_court.court.database.write() as session:
        for ordinal in range(2, 12):
            wu = {"role": Role.CLAIMANT, "ordinal": ordinal, "name": "Wu Mei", "kind": PartyKind.PERSON, "locale": "en"}
            session.add(Party(case_id=case_id, online=True, **wu))
    assert 0 < asked() <= few


def demands(bench: Bench, party: str, amount: str) -> None:  # noqa: F811
    """The cashier demands a sum of a party."""
    bench.do("cashier", "demand_costs", {"party": party, "amount": amount}, actor=till(bench))


def test_nobody_is_asked_for_more_than_they_bear(bench: Bench) -> None:  # noqa: F811
    """The loser bears 20 of the fee of 25: more is not demanded, nor the same twice, nor anything of the winner (FEE 29)."""
    helped(bench, ReliefKind.REDUCTION, 60)
    bench.effective()
    with bench.court.sit() as sitting:
        at_the_desk = AccountRole(account_id=bench.account("president").id, role=Role.CASHIER, granted_at=sitting.now)
        sitting.session.add(at_the_desk)
        sitting.session.flush()
        case = sitting.session.get_one(Case, bench.case_id)
        cashier(sitting.session, case, at_the_desk.account_id, "Cashier", sitting.now, sitting.now)
    (told,) = collected(bench)
    assert "20.00" in told
    with pytest.raises(InvalidInput, match=r"no more than .*20\.00"):
        demands(bench, "respondent/1", "20.01")
    with pytest.raises(InvalidInput, match="nothing can be demanded"):
        demands(bench, "claimant/1", "0.01")
    demands(bench, "respondent/1", "15.00")
    with pytest.raises(InvalidInput, match=r"no more than .*5\.00"):
        demands(bench, "respondent/1", "20.00")
    demands(bench, "respondent/1", "5.00")
    with pytest.raises(InvalidInput, match="nothing can be demanded"):
        demands(bench, "respondent/1", "0.01")
    with bench.court.database.read() as session:
        case, look = session.get_one(Case, bench.case_id), bench.court.look(session)
        assert what_is_left(look, case, CLOCK_ACTOR) == []


def test_where_nobody_decided_no_more_is_demanded_than_was_incurred(pay_court: PayCourt) -> None:
    """Without a decision on the costs the fee as it stands is the bound (FEE 53)."""
    case_id = effective(pay_court)
    cashier = pay_court.actor(case_id, Role.CASHIER)
    with pytest.raises(InvalidInput, match=r"550\.00"):
        pay_court.act("demand_costs", case_id, DemandInput(party="respondent/1", amount=yuan("550.01")), cashier)
