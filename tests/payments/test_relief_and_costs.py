"""Help with the fee, and who bears it in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from odr.docket.models import Case, DocketEntry, Outcome, PartyKind, Role, Stage, Track
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.ground.text import Money
from odr.operations.worker import sweep_windows
from odr.payments.costs.acts import AskCorrectionInput, AskReviewInput, CorrectFeeInput, DemandInput, ReviewCostsInput
from odr.payments.fee.acts import DeemInput
from odr.payments.fee.assessment import granted_relief
from odr.payments.fee.case_views import fee_views
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.relief import ReliefDecisionInput, ReliefInput
from odr.payments.inputs import BearsInput
from odr.payments.models import AssessmentState, Refund, ReliefRequest, ReliefState
from odr.procedure.acts.events import (
    AppealLodged,
    Asked,
    CaseClosed,
    CaseEffective,
    ClaimChanged,
    Event,
    TrackConverted,
)
from odr.procedure.acts.resolvers import RESOLVERS
from odr.procedure.models import Task, Window, WindowState
from tests.payments.conftest import PayCourt, yuan
from tests.payments.test_fee_acts import REASONS, stripe_paid

WHY = "I lost my work in January and care for two children."


def ask(pay: PayCourt, case_id: int, kind: Any = "reduction", ground: str = "disaster") -> str:
    """The claimant asks; gives the request's reference."""
    pay.act(
        "request_relief", case_id, ReliefInput(kind=kind, ground=ground, reasons=WHY), pay.actor(case_id, Role.CLAIMANT)
    )
    return str(pay.rows(ReliefRequest)[-1].reference)


def decide(pay: PayCourt, case_id: int, request: str, decision: Any, role: Role = Role.JUDGE, **more: Any) -> None:
    """The court decides."""
    pay.act(
        "decide_relief",
        case_id,
        ReliefDecisionInput(request=request, decision=decision, reasons=WHY, **more),
        pay.actor(case_id, role),
    )


def happen(pay: PayCourt, case_id: int, event: Callable[[Case], Event]) -> None:
    """Something happens in another room."""
    with pay.court.sit() as sitting:
        case = sitting.session.get_one(Case, case_id)
        sitting.follow(case, lambda: sitting.announce(event(case)))


def test_what_is_owed_after_help_was_granted_is_no_secret(pay_court: PayCourt) -> None:
    """The decision on the help is read by who asked and the court; the fee that is left, and its payment, by the other side and
    the cashier too (FEE 53).
    """
    case_id = pay_court.accepted()
    decide(pay_court, case_id, ask(pay_court, case_id), "grant", percent=40)
    stripe_paid(pay_court, case_id)
    last = pay_court.fees(case_id)[-1].reference
    actors = [pay_court.actor(case_id, role) for role in (Role.CLAIMANT, Role.CASHIER, Role.RESPONDENT)]
    with pay_court.court.database.read() as session:
        look, case = pay_court.court.look(session), session.get_one(Case, case_id)
        for actor in actors:
            seen = [view.row.reference for view in fee_views(look, case, actor)]
            assert last in seen and RESOLVERS["assessment"](look, case, actor, last) is not None
        (paid,) = entries_of(session, case, "record_payment")
        assert reads_entry(actors[-1], paid)


def test_a_reduction_replaces_the_notice(pay_court: PayCourt) -> None:
    """A reduction of 40 percent cancels the notice and asks for the rest, with its step; less than 30 percent is
    refused (FEE 46).
    """
    case_id = pay_court.accepted()
    request = ask(pay_court, case_id)
    with pytest.raises(InvalidInput):
        decide(pay_court, case_id, request, "grant", percent=29)
    decide(pay_court, case_id, request, "grant", percent=40)
    old, new = pay_court.fees(case_id)
    assert (old.state, new.state, new.amount_minor) == (AssessmentState.CANCELLED, AssessmentState.DUE, 165_00)
    assert pay_court.balances() == {"receivable": 165_00, "deferred": -165_00}


def test_a_refusal_gives_a_new_period(pay_court: PayCourt) -> None:
    """While a request is undecided nothing lapses; its refusal starts the time to pay anew (FEE 22, 48)."""
    case_id = pay_court.accepted()
    request = ask(pay_court, case_id)
    pay_court.clock.advance(timedelta(days=9))
    sweep_windows(pay_court.court)
    assert [t for t in pay_court.rows(Task) if t.kind == "fee_unpaid"] == []
    decide(pay_court, case_id, request, "refuse")
    with pytest.raises(ActNotOpen):
        pay_court.act(
            "deem_withdrawn",
            case_id,
            DeemInput(assessment=pay_court.fees(case_id)[0].reference, reasons=REASONS),
            pay_court.actor(case_id, Role.JUDGE),
        )
    assert [w.state for w in pay_court.rows(Window, kind="fee_payment")] == [WindowState.LAPSED, WindowState.OPEN]
    pay_court.clock.advance(timedelta(days=9))
    sweep_windows(pay_court.court)
    assert [t.kind for t in pay_court.rows(Task) if t.kind == "fee_unpaid" and t.done_at is None] == ["fee_unpaid"]


def test_relief_asked_with_the_claim_counts_on_acceptance(pay_court: PayCourt) -> None:
    """An exemption granted before acceptance leaves nothing to pay; a company cannot be exempted (FEE 44)."""
    case_id = pay_court.claim()
    pay_court.seat(case_id, "president", Role.PRESIDENT)
    decide(pay_court, case_id, ask(pay_court, case_id, "exemption", "social_minimum"), "grant", Role.PRESIDENT)
    pay_court.accept(case_id)
    assert pay_court.fees(case_id)[0].state is AssessmentState.NOTHING
    company = pay_court.claim(kind=PartyKind.COMPANY)
    with pytest.raises(InvalidInput):
        ask(pay_court, company, "exemption", "other")


def test_a_deferral_is_decided_before_acceptance(pay_court: PayCourt) -> None:
    """Payment can be put off only before acceptance (FEE 49); then the time to pay runs until that day, and only then a
    ruling is prepared.
    """
    late = pay_court.accepted()
    with pytest.raises(InvalidInput):
        decide(pay_court, late, ask(pay_court, late, "deferral", "accident"), "grant", until="2026-06-01")
    early = pay_court.claim()
    pay_court.seat(early, "judge", Role.JUDGE)
    request = ask(pay_court, early, "deferral", "accident")
    yesterday = (pay_court.clock.now() - timedelta(days=1)).date().isoformat()
    with pytest.raises(InvalidInput, match="day is over"):
        decide(pay_court, early, request, "grant", until=yesterday)
    decide(pay_court, early, request, "grant", until="2026-06-01")
    pay_court.accept(early)
    assert pay_court.fees(early)[0].state is AssessmentState.DEFERRED
    (window,) = pay_court.rows(Window, kind="fee_payment", case_id=early)
    assert window.due_at.astimezone(pay_court.court.settings.tz).date().isoformat() == "2026-06-01"
    pay_court.clock.advance(timedelta(days=80))
    sweep_windows(pay_court.court)
    assert [t.kind for t in pay_court.rows(Task, case_id=early) if t.kind == "fee_unpaid"] == []
    pay_court.clock.advance(timedelta(days=20))
    sweep_windows(pay_court.court)
    assert pay_court.fees(early)[0].state is AssessmentState.DUE
    assert [t.kind for t in pay_court.rows(Task, case_id=early) if t.kind == "fee_unpaid"] == ["fee_unpaid"]


def test_only_one_side_and_the_court_read_a_request(pay_court: PayCourt) -> None:
    """The other side sees that something was asked and not what; and cannot decide it."""
    case_id = pay_court.accepted()
    request = ask(pay_court, case_id)
    (entry,) = [e for e in pay_court.rows(DocketEntry) if e.act == "request_relief"]
    assert not reads_entry(pay_court.actor(case_id, Role.RESPONDENT), entry)
    assert reads_entry(pay_court.actor(case_id, Role.CLAIMANT), entry) and reads_entry(
        pay_court.actor(case_id, Role.JUDGE), entry
    )
    with pytest.raises(Forbidden):
        pay_court.act(
            "decide_relief",
            case_id,
            ReliefDecisionInput(request=request, decision="grant", percent=50, reasons=WHY),
            pay_court.actor(case_id, Role.RESPONDENT),
        )
    with pytest.raises(ActNotOpen):
        ask(pay_court, case_id)


def test_conversion_asks_for_the_difference_and_default_returns_half(pay_court: PayCourt) -> None:
    """From simple to ordinary the other half is due in seven days; in default the claim is deemed withdrawn and half of
    what was paid goes back (CPI 199).
    """
    case_id = pay_court.accepted("80000")
    stripe_paid(pay_court, case_id)
    with pay_court.court.database.write() as session:
        session.get_one(Case, case_id).track = Track.ORDINARY
    happen(pay_court, case_id, lambda case: TrackConverted(case, Track.SIMPLE))
    topup = pay_court.fees(case_id)[-1]
    assert (topup.amount_minor, topup.window_kind) == (900_00, "fee_topup")
    pay_court.clock.advance(timedelta(days=8))
    pay_court.act(
        "deem_withdrawn",
        case_id,
        DeemInput(assessment=topup.reference, reasons=REASONS),
        pay_court.actor(case_id, Role.JUDGE),
    )
    assert pay_court.balances() == {"clearing": 900_00, "refunds": -450_00, "income": -450_00}


@pytest.mark.parametrize(
    ("amount", "in_time", "due", "back"),
    [("150000", True, 1500_00, 0), ("30000", True, 0, 1250_00), ("30000", False, 0, 0)],
)
def test_a_claim_that_changes(pay_court: PayCourt, amount: str, in_time: bool, due: int, back: int) -> None:
    """Raised from 80,000 to 150,000 by ordinary procedure: 1,500 more; lowered in time: the difference goes back; too
    late: nothing (FEE 21, 35).
    """
    case_id = pay_court.accepted("80000", "ordinary")
    stripe_paid(pay_court, case_id)
    asked = Asked((yuan(amount).minor,), 0)
    happen(pay_court, case_id, lambda case: ClaimChanged(case, case.parties[0], "claim", asked, in_time))
    assert sum(f.amount_minor for f in pay_court.fees(case_id)[1:] if f.state is AssessmentState.DUE) == due
    assert sum(r.amount_minor for r in pay_court.rows(Refund)) == back


def effective(pay: PayCourt, amount: str = "30000") -> int:
    """A paid case whose decision took effect."""
    case_id = pay.accepted(amount, "ordinary")
    stripe_paid(pay, case_id)
    with pay.court.database.write() as session:
        session.get_one(Case, case_id).stage = Stage.EFFECTIVE
    happen(pay, case_id, CaseEffective)
    return case_id


def test_the_loser_is_asked_for_the_fee_and_can_pay_it(pay_court: PayCourt) -> None:
    """The cashier demands what the loser bears; it is paid like any fee and then earned (CPI 207)."""
    case_id = effective(pay_court)
    before = pay_court.balances()
    given = DemandInput(party="respondent/1", amount=yuan("550"))
    with pytest.raises(Forbidden):
        pay_court.act("demand_costs", case_id, given, pay_court.actor(case_id, Role.JUDGE))
    pay_court.act("demand_costs", case_id, given, pay_court.actor(case_id, Role.CASHIER))
    stripe_paid(pay_court, case_id, intent="pi_loser")
    assert pay_court.balances() == {
        **before,
        "clearing": before["clearing"] + 550_00,
        "income": before["income"] - 550_00,
    }


def test_the_president_reviews_and_the_money_follows(pay_court: PayCourt) -> None:
    """On request the president changes who bears the costs; the difference goes back to one side and is demanded from
    the other (FEE 43).
    """
    case_id = effective(pay_court)
    president = pay_court.actor(case_id, Role.PRESIDENT)
    change = ReviewCostsInput(
        decision="change",
        lines=[BearsInput(party="claimant/1", bears=yuan("200")), BearsInput(party="respondent/1", bears=yuan("350"))],
        reasons=WHY,
    )
    with pytest.raises(ActNotOpen):
        pay_court.act("review_costs", case_id, change, president)
    pay_court.act("ask_costs_review", case_id, AskReviewInput(reasons=WHY), pay_court.actor(case_id, Role.CLAIMANT))
    wrong = ReviewCostsInput(decision="change", lines=[BearsInput(party="claimant/1", bears=yuan("200"))], reasons=WHY)
    with pytest.raises(InvalidInput):
        pay_court.act("review_costs", case_id, wrong, president)
    pay_court.act("review_costs", case_id, change, president)
    assert [r.amount for r in pay_court.rows(Refund)] == [Money(350_00, "CNY")]
    assert [(f.amount_minor, f.state) for f in pay_court.fees(case_id)][1:] == [(350_00, AssessmentState.DUE)]


@pytest.mark.parametrize(("paid", "due", "back"), [(False, 550_00, 0), (True, 0, 1250_00)])
def test_a_miscalculation_is_corrected(pay_court: PayCourt, paid: bool, due: int, back: int) -> None:
    """On request a wrong amount is corrected: a lower fee is asked for, or the difference goes back (FEE 43)."""
    case_id = pay_court.accepted("80000", "ordinary")
    fee = pay_court.fees(case_id)[0]
    if paid:
        stripe_paid(pay_court, case_id)
    asked = AskCorrectionInput(assessment=fee.reference, reasons=WHY)
    pay_court.act("ask_fee_correction", case_id, asked, pay_court.actor(case_id, Role.CLAIMANT))
    with pytest.raises(ActNotOpen):
        pay_court.act("ask_fee_correction", case_id, asked, pay_court.actor(case_id, Role.CLAIMANT))
    pay_court.act(
        "correct_fee",
        case_id,
        CorrectFeeInput(assessment=fee.reference, amount=yuan("30000"), reasons=WHY),
        pay_court.actor(case_id, Role.JUDGE),
    )
    assert sum(f.amount_minor for f in pay_court.fees(case_id) if f.state is AssessmentState.DUE) == due
    assert sum(r.amount_minor for r in pay_court.rows(Refund)) == back


def test_help_with_the_fee_of_an_appeal_is_asked_for_by_itself(pay_court: PayCourt) -> None:
    """Whoever was helped with the fee of the claim may ask to pay nothing for their appeal (FEE 48): what they paid for the claim stays
    as it was decided then, and a third time nothing is asked.
    """
    case_id = pay_court.accepted("80000", "ordinary")
    decide(pay_court, case_id, ask(pay_court, case_id), "grant", percent=40)
    stripe_paid(pay_court, case_id)
    with pytest.raises(ActNotOpen):
        ask(pay_court, case_id)
    with pay_court.court.database.write() as session:
        session.get_one(Case, case_id).stage = Stage.APPEALED
    happen(pay_court, case_id, lambda case: AppealLodged(case, case.parties[0], yuan("30000").minor))
    assert pay_court.fees(case_id)[-1].amount_minor == 330_00
    request = ask(pay_court, case_id, "exemption", "social_minimum")
    decide(pay_court, case_id, request, "grant")
    appeal = pay_court.fees(case_id)[-1]
    assert appeal.state is AssessmentState.NOTHING and pay_court.rows(Refund) == []
    with pay_court.court.database.read() as session:
        case = session.get_one(Case, case_id)
        me = case.parties[0].id
        kinds = [granted_relief(session, case, me, matter) for matter in (Matter.CLAIM, Matter.APPEAL)]
    assert [one.kind.value if one else None for one in kinds] == ["reduction", "exemption"]
    with pytest.raises(ActNotOpen):
        ask(pay_court, case_id)


def test_what_goes_back_after_the_end_is_no_income_any_more(pay_court: PayCourt) -> None:
    """A fee that was earned when the case ended and turns out to be miscalculated: what goes back leaves the court's income
    (FEE 43, 52).
    """
    case_id = effective(pay_court, "80000")
    assert pay_court.balances() == {"clearing": 1800_00, "income": -1800_00}
    corrected = CorrectFeeInput(assessment=pay_court.fees(case_id)[0].reference, amount=yuan("30000"), reasons=WHY)
    pay_court.act("correct_fee", case_id, corrected, pay_court.actor(case_id, Role.JUDGE))
    assert pay_court.balances() == {"clearing": 1800_00, "refunds": -1250_00, "income": -550_00}


@pytest.mark.parametrize("is_due", [True, False])
def test_help_that_nobody_decided_on_is_decided_or_ends_when_the_case_is_over(
    pay_court: PayCourt, is_due: bool
) -> None:
    """What is due of the fee is due all the same: the request stays on its desk, and is granted afterwards. Where nothing is due
    it ends, and whoever asked gets a letter (FEE 48).
    """
    case_id = pay_court.accepted("30000", "ordinary")
    request = ask(pay_court, case_id)
    if not is_due:
        stripe_paid(pay_court, case_id)
    with pay_court.court.database.write() as session:
        case = session.get_one(Case, case_id)
        case.stage, case.outcome, case.closed_at = Stage.CLOSED, Outcome.WITHDRAWN, pay_court.clock.now()
    happen(pay_court, case_id, CaseClosed)
    (row,) = pay_court.rows(ReliefRequest)
    ended = [e for e in pay_court.rows(DocketEntry) if e.act == "drop_relief"]
    assert (row.state, len(ended)) == ((ReliefState.PENDING, 0) if is_due else (ReliefState.OVER, 1))
    waiting = [t for t in pay_court.rows(Task) if t.kind == "fee_relief" and t.done_at is None]
    assert len(waiting) == (1 if is_due else 0)
    if is_due:
        decide(pay_court, case_id, request, "grant", percent=60)
        (row,) = pay_court.rows(ReliefRequest)
        assert row.state is ReliefState.GRANTED
