"""What becomes of the fee of a retrial when the case ends another way, with help, and when it is heard once more (FEE 8, 9, 15, 32, 44)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role, Stage, Track
from odr.docket.queries import seat
from odr.filing.models import Request, RequestKind
from odr.ground.clock import FixedClock
from odr.ground.errors import InvalidInput
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.payments.fee.assessment import keep_basis
from odr.payments.fee.case_views import free_retrial
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import AssessInput
from odr.payments.models import AssessmentState, FeeAssessment, Refund, ReliefRequest, ReliefState
from odr.procedure.court import Court
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.rules.tariff import ReliefKind
from tests.judgment.bench import Bench, lay_case
from tests.judgment.test_own_retrial import ERROR
from tests.judgment.test_preservation import RULING
from tests.judgment.test_retrial import OUTCOME, retrial
from tests.judgment.test_retrial_costs import decided_so, fees, ordered
from tests.judgment.test_retrial_ending import end
from tests.judgment.test_retrial_here import ORDER, apply, heard, let_in, small  # noqa: F401
from tests.payments.test_triggers import pay
from tests.settlement.test_offers import settle

OWED = (AssessmentState.DUE, AssessmentState.DEFERRED)


def back(bench: Bench) -> list[int]:
    """What goes back, payment by payment."""
    with bench.court.database.read() as session:
        found = select(Refund.amount_minor).where(Refund.case_id == bench.case_id).order_by(Refund.id)
        return list(session.scalars(found))


def owed(bench: Bench) -> list[int]:
    """What of the fees of the retrial is asked for now."""
    return [row.amount_minor for row in fees(bench) if row.state in OWED]


def said(bench: Bench) -> str:
    """What the page of the fee says of the retrial."""
    with bench.court.database.read() as session:
        words = free_retrial(bench.court.look(session), session.get_one(Case, bench.case_id))
    return words.render("en") if words is not None else ""


def new_judge(bench: Bench) -> Actor:
    """Whoever sits as judge now."""
    with bench.court.database.read() as session:
        seated = seat(session, session.get_one(Case, bench.case_id), Role.JUDGE)
        assert seated is not None
    return replace(bench.actor("judge"), account_id=seated.account_id)


def mediated(bench: Bench) -> None:
    """The parties settle in the retrial, and the statement is signed by both."""
    dates = [{"on": "2026-12-20", "amount": "2,000.00"}, {"on": "2027-04-20", "amount": "4,000.00"}]
    agreement = settle(bench, instalments=dates)
    signs = {"agreement": agreement, "case_number": bench.case().number, "language": "en"}
    bench.do("other", "sign_mediation", signs, actor=new_judge(bench))
    for who in ("claimant/1", "respondent/1"):
        bench.do(who, "sign_statement", {"agreement": agreement})


def withdrawn(bench: Bench) -> None:
    """The claim is withdrawn in the retrial, with everybody's consent (CPI 408)."""
    bench.do("claimant/1", "withdraw_claim", {})
    bench.do("respondent/1", "agree_to_withdrawal", {})
    with bench.court.database.read() as session:
        asked = session.scalars(select(Request).where(Request.kind == RequestKind.WITHDRAWAL)).one().reference
    allowed = {"request": asked, "answer": "allow", "reasons": "Nothing stands against it."}
    bench.do("other", "rule_on_withdrawal", allowed, actor=new_judge(bench))


def dismissed(bench: Bench) -> None:
    """The action is dismissed in the retrial, and nobody appeals (CPI 406)."""
    given: dict[str, Any] = {**RULING, "kind": "dismissal", "security": None, "orders": "The action is dismissed."}
    bench.do("other", "give_ruling", given, actor=new_judge(bench))
    bench.nobody_appeals()
    assert bench.case().stage is Stage.CLOSED


ENDS = {"mediated": mediated, "withdrawn": withdrawn, "dismissed": dismissed}


@pytest.mark.parametrize(("how", "part"), [("mediated", 2), ("withdrawn", 2), ("dismissed", 1)])
def test_what_goes_back_of_a_paid_fee_follows_how_the_retrial_ends(bench: Bench, how: str, part: int) -> None:
    """Mediated, or the claim withdrawn in it: half of what was paid goes back (FEE 15; CPI 408). The action dismissed: all of it (FEE 8,
    27).
    """
    fee = ordered(bench, "law")
    pay(bench.court, bench.case_id, fee)
    ENDS[how](bench)
    assert back(bench) == [fee.amount_minor // part] and owed(bench) == []


@pytest.mark.parametrize(("how", "half"), [("mediated", True), ("withdrawn", True), ("dismissed", False)])
def test_what_is_still_owed_of_an_unpaid_fee_follows_how_the_retrial_ends(bench: Bench, how: str, half: bool) -> None:
    """Nobody had paid: half stays due after a mediation or a withdrawal (FEE 15), nothing after a dismissal (FEE 8)."""
    fee = ordered(bench, "law")
    ENDS[how](bench)
    assert owed(bench) == ([fee.amount_minor // 2] if half else []) and back(bench) == []
    assert fees(bench)[0].state is AssessmentState.CANCELLED


def test_taken_back_before_it_was_paid_half_is_demanded_of_whoever_applied(bench: Bench) -> None:
    """By leave, and nothing was paid: whoever applied bears half (FEE 15, 34); no time runs that could end anything."""
    fee = ordered(bench, "law")
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    assert bench.case().stage is Stage.EFFECTIVE
    first, demand = fees(bench)
    assert (first.state, demand.state) == (AssessmentState.CANCELLED, AssessmentState.DUE)
    assert (demand.amount_minor, demand.party_id) == (fee.amount_minor // 2, fee.party_id)
    with bench.court.database.read() as session:
        runs = select(Window).where(Window.subject.in_([first.reference, demand.reference]))
        assert not session.scalars(runs.where(Window.state == WindowState.OPEN)).all()
    pay(bench.court, bench.case_id, demand)
    assert owed(bench) == [] and back(bench) == []


def both_applied(bench: Bench) -> list[FeeAssessment]:
    """A retrial is ordered on what both sides applied for; gives the notices, the respondent's first."""
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    retrial(bench, "law", contested="8,000.00")
    retrial(bench, "no_proof", who="claimant/1", contested="60,000.00")
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    return fees(bench)


@pytest.mark.parametrize("who", ["respondent/1", "claimant/1"])
def test_where_both_applied_only_the_one_who_takes_it_back_gets_half(bench: Bench, who: str) -> None:
    """Each paid for what they contest: half of one fee goes back, the other's stays, and the retrial goes on (FEE 15, 23)."""
    rows = both_applied(bench)
    for row in rows:
        pay(bench.court, bench.case_id, row)
    mine = rows[0 if who == "respondent/1" else 1]
    bench.do(who, "withdraw_retrial", {})
    end(bench, who)
    assert bench.case().stage is Stage.PENDING
    assert back(bench) == [mine.amount_minor // 2]


def test_where_both_applied_and_one_paid_half_goes_back_and_half_is_demanded(bench: Bench) -> None:
    """The claim is withdrawn in the retrial: who paid gets half back, who did not is asked for half (FEE 15)."""
    mine, theirs = both_applied(bench)
    pay(bench.court, bench.case_id, mine)
    withdrawn(bench)
    assert back(bench) == [mine.amount_minor // 2] and owed(bench) == [theirs.amount_minor // 2]


def test_what_was_paid_for_one_retrial_is_settled_once(bench: Bench) -> None:
    """Half went back when it was taken back. The other side's retrial is mediated later: only their fee is halved, and the first stays."""
    first = ordered(bench, "law")
    pay(bench.court, bench.case_id, first)
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    let_in(bench, "third", Role.JUDGE)
    retrial(bench, "no_proof", who="claimant/1", contested="60,000.00")
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    second = fees(bench)[-1]
    assert second.party_id != first.party_id
    pay(bench.court, bench.case_id, second)
    withdrawn(bench)
    assert back(bench) == [first.amount_minor // 2, second.amount_minor // 2]


@pytest.mark.parametrize("how", ["mediated", "withdrawn", "dismissed"])
def test_what_was_paid_for_an_earlier_retrial_is_not_touched_by_the_end_of_a_later_one(bench: Bench, how: str) -> None:
    """The first ended for want of a successor, and nothing of its fee went back (FEE 28). The court's own that follows ends another way:
    still nothing of that fee goes back.
    """
    pay(bench.court, bench.case_id, ordered(bench, "law"))
    end(bench, ground="no_successor")
    own(bench)
    ENDS[how](bench)
    assert back(bench) == [] and owed(bench) == []


def own(bench: Bench) -> None:
    """The court hears its own decision again, by a judge who has not sat yet (CPL 209)."""
    let_in(bench, "third", Role.JUDGE)
    bench.do("clerk", "point_out_error", ERROR)
    order = {"decided_on": bench.today, "reasons": "Interest was awarded twice for the same days."}
    bench.do("president", "order_own_retrial", order)


def test_what_the_court_hears_again_of_its_own_motion_has_no_fee(bench: Bench) -> None:
    """Nobody applied, so nobody pays, and the page says by which article (FEE 9)."""
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    own(bench)
    assert fees(bench) == [] and "costs no court fee" in said(bench)


def test_what_is_applied_for_while_the_court_orders_its_own_retrial_has_no_fee(bench: Bench) -> None:
    """Their application was not reviewed: the court's own retrial takes it along (CPL 209; FEE 9)."""
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    retrial(bench, "law")
    own(bench)
    assert fees(bench) == [] and "costs no court fee" in said(bench)


def test_a_retrial_of_small_claims_has_no_fee_but_for_new_evidence(small: Bench) -> None:  # noqa: F811
    """No appeal lay, so none was left out (FEE 9(2); court rule)."""
    apply(small, "law")
    heard(small)
    small.do("president", "rule_on_retrial", ORDER)
    assert fees(small) == [] and "costs no court fee" in said(small)


def test_a_retrial_of_small_claims_on_new_evidence_has_its_fee(whole_court: Court, clock: FixedClock) -> None:
    """New evidence costs whatever the case was heard as (FEE 9(1))."""
    bench = lay_case(whole_court, clock, track=Track.SMALL)
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    apply(bench, "new_evidence")
    heard(bench)
    bench.do("president", "rule_on_retrial", {**ORDER, "new_evidence": True})
    (fee,) = fees(bench)
    assert fee.steps[0]["article"] == "FEE 9(1)" and said(bench) == ""


def test_a_second_retrial_that_costs_nothing_says_so(bench: Bench) -> None:
    """The first had a fee, was taken back and ended; the court's own that follows has none, and says it (FEE 9)."""
    ordered(bench, "law")
    assert said(bench) == ""
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    assert said(bench) == ""
    own(bench)
    assert "costs no court fee" in said(bench)


def relief(bench: Bench, kind: str, ground: str, who: str = "respondent/1") -> str:
    """Whoever applied asks for help with the fee; gives the request's reference."""
    given = {"kind": kind, "ground": ground, "reasons": "We lost everything in the flood."}
    bench.do(who, "request_relief", given)
    with bench.court.database.read() as session:
        found = session.scalars(select(ReliefRequest).order_by(ReliefRequest.id.desc())).first()
        assert found is not None
        return found.reference


def help_decided(bench: Bench, request: str, decision: str, **more: Any) -> None:
    """The new judge decides on it."""
    given = {"request": request, "decision": decision, "reasons": "The papers show it.", **more}
    bench.do("other", "decide_relief", given, actor=new_judge(bench))


def test_help_with_the_fee_of_a_retrial_makes_it_less(bench: Bench) -> None:
    """A company asks to pay less: while nobody decided nothing ends for want of it; granted, the rest is due (FEE 22, 46)."""
    fee = ordered(bench, "law")
    asked = relief(bench, "reduction", "disaster")
    bench.wait(days=9)
    with bench.court.database.read() as session:
        waits = select(Task).where(Task.kind == "retrial_fee_unpaid", Task.done_at.is_(None))
        assert not session.scalars(waits).all()
    help_decided(bench, asked, "grant", percent=40)
    assert owed(bench) == [fee.amount_minor * 60 // 100]


def test_waived_the_retrial_is_heard_and_nothing_is_to_be_paid(bench: Bench) -> None:
    """A natural person who applied is freed of it: nothing is due, and nothing ends for want of payment (FEE 45)."""
    bench.effective()
    let_in(bench, "other", Role.JUDGE)
    retrial(bench, "no_proof", who="claimant/1", contested="60,000.00")
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    help_decided(bench, relief(bench, "exemption", "social_minimum", "claimant/1"), "grant")
    bench.wait(days=30)
    assert owed(bench) == [] and fees(bench)[-1].state is AssessmentState.NOTHING
    bench.do("claimant/1", "withdraw_retrial", {})
    end(bench, "claimant/1")
    assert owed(bench) == [] and back(bench) == []


def test_payment_of_the_fee_of_a_retrial_is_put_off(bench: Bench) -> None:
    """It was not asked for before the retrial was ordered, so it is put off then: until that day nothing ends for want of it, and after
    it the judge rules (FEE 44, 47).
    """
    ordered(bench, "law")
    asked = relief(bench, "deferral", "other")
    with pytest.raises(InvalidInput, match="day is over"):
        help_decided(bench, asked, "grant", until="2026-01-02")
    help_decided(bench, asked, "grant", until="2026-12-01")
    assert fees(bench)[-1].state is AssessmentState.DEFERRED
    due = fees(bench)[-1]
    with bench.court.database.read() as session:
        window = session.scalars(select(Window).where(Window.subject == due.reference)).one()
        assert window.due_at is not None
        assert window.due_at.astimezone(bench.court.settings.tz).date().isoformat() == "2026-12-01"
    bench.wait(days=9)
    with bench.court.database.read() as session:
        assert not session.scalars(select(Task).where(Task.kind == "retrial_fee_unpaid")).all()
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    assert owed(bench) == [due.amount_minor // 2]


def test_refused_the_time_to_pay_begins_anew_and_nothing_lies_on_the_desk(bench: Bench) -> None:
    """Asked for when the time was over already: the ruling that lay ready waits for the new time (FEE 22)."""
    fee = ordered(bench, "law")
    bench.wait(days=9)
    waits = select(Task).where(Task.kind == "retrial_fee_unpaid", Task.done_at.is_(None))
    with bench.court.database.read() as session:
        assert session.scalars(waits).one().subject == fee.reference
    help_decided(bench, relief(bench, "reduction", "disaster"), "refuse")
    with bench.court.database.read() as session:
        assert not session.scalars(waits).all()
    bench.wait(days=9)
    with bench.court.database.read() as session:
        assert session.scalars(waits).one().subject == fee.reference


def test_a_day_that_is_over_puts_no_later_fee_off(bench: Bench) -> None:
    """Payment of the claim's fee was put off until a day that is over when the retrial is ordered: its fee is due as any (FEE 22, 47)."""
    with bench.court.database.write() as session:
        payer = next(p for p in session.get_one(Case, bench.case_id).parties if p.label == "respondent/1")
        session.add(
            ReliefRequest(
                case_id=bench.case_id,
                party_id=payer.id,
                kind=ReliefKind.DEFERRAL,
                ground="other",
                documents=[],
                state=ReliefState.GRANTED,
                granted_kind=ReliefKind.DEFERRAL,
                until_on=bench.clock.now().date(),
                asked_at=bench.clock.now(),
                decided_at=bench.clock.now(),
            )
        )
    fee = ordered(bench, "law")
    assert fee.state is AssessmentState.DUE
    relief(bench, "reduction", "disaster")


def test_the_fee_of_the_first_instance_is_decided_on_anew(bench: Bench) -> None:
    """Whoever won at first may lose in the retrial: its judgment divides the fee of the claim again, whatever the first said (FEE 32)."""
    with bench.court.sit() as sitting:
        case = sitting.session.get_one(Case, bench.case_id)
        basis = keep_basis(sitting.session, case, case.parties[0], Matter.CLAIM, [1_000_000], 0, sitting.now)
        sitting.perform("assess_fee", case, AssessInput(basis=basis.reference), actor=CLOCK_ACTOR)
    with bench.court.database.read() as session:
        claim = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.CLAIM)).one()
    pay(bench.court, bench.case_id, claim)
    pay(bench.court, bench.case_id, ordered(bench, "law"))
    lost = decided_so(bench, orders=[{"kind": "dismiss"}])
    assert {share.party: share.bears.minor for share in lost.shares if share.bears.minor} == {
        "claimant/1": claim.amount_minor
    }
    assert lost.alone == (("respondent/1", fees(bench)[0].amount),)
