"""What a claim's fee is after its mediation statement was set aside and a judgment followed: the half that stood is shared anew, no
yuan is lost and none is asked for twice (FEE 9, 15, 32; CPI 206).
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select

from odr.docket.models import Case, Track
from odr.ground.clock import FixedClock
from odr.identity.actors import CLOCK_ACTOR
from odr.judgment.decision.costs import allocation_for
from odr.judgment.decision.inputs import DraftInput
from odr.judgment.decision.papers import cost_words
from odr.judgment.models import Decision, Obligation
from odr.payments.books.ledger import is_balanced, trial_balance
from odr.payments.costs.demands import held_in_all, standing_fee
from odr.payments.costs.rules import Allocation
from odr.payments.fee.assessment import keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import AssessInput
from odr.procedure.court import Court
from tests.judgment.bench import Bench, lay_case
from tests.judgment.mediated import others, settled
from tests.judgment.retried import found, heard, in_effect, judged
from tests.judgment.test_own_retrial import ERROR
from tests.judgment.test_own_statement_retrial import WRONG
from tests.payments.test_triggers import fees, pay

HALF = 2500


def heard_again(court: Court, clock: FixedClock, track: Track, *, paid: bool) -> Bench:
    """A claim over 10,000, mediated and performed; its statement is heard again."""
    bench = lay_case(court, clock, track=track)
    with court.sit() as sitting:
        case = sitting.session.get_one(Case, bench.case_id)
        basis = keep_basis(sitting.session, case, case.parties[0], Matter.CLAIM, [1_000_000], 0, sitting.now)
        sitting.perform("assess_fee", case, AssessInput(basis=basis.reference), actor=CLOCK_ACTOR)
    if paid:
        pay(court, bench.case_id, fees(court, bench.case_id)[0])
    settled(bench)
    with court.database.read() as session:
        owed = [(one.reference, one.amount_minor or 0) for one in session.scalars(select(Obligation))]
    for reference, minor in owed:
        given = {"obligation": reference, "amount": f"{minor / 100:.2f}", "on": bench.today}
        bench.do("claimant/1", "record_performance", given)
    others(bench)
    bench.do("judge", "point_out_error", ERROR)
    bench.do("president", "order_own_retrial", {"decided_on": bench.today, **WRONG})
    return bench


@pytest.mark.parametrize(("track", "paid"), [(Track.ORDINARY, True), (Track.ORDINARY, False), (Track.SIMPLE, True)])
def test_the_half_that_stood_is_shared_anew(whole_court: Court, clock: FixedClock, track: Track, *, paid: bool) -> None:
    """Whatever the shares, they are of the half that stands, and add up to it; a fee that simple procedure had halved is not said
    to be halved by the mediation.
    """
    bench = heard_again(whole_court, clock, track, paid=paid)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert standing_fee(look, case).minor == HALF

        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.integers(min_value=0, max_value=10_000))
        def adds_up(hundredths: int) -> None:
            lines = [
                {"party": "claimant/1", "percent": f"{hundredths / 100:.2f}"},
                {"party": "respondent/1", "percent": f"{(10_000 - hundredths) / 100:.2f}"},
            ]
            made = allocation_for(look, case, DraftInput.model_validate(bench.draft(costs=lines)))
            assert made.fee.minor == HALF == sum(share.bears.minor for share in made.shares)
            held = HALF if paid else 0
            assert held == sum(share.bears.minor + share.refund.minor - share.owes_court.minor for share in made.shares)
            assert made.mediated is (track is Track.ORDINARY)
            assert Allocation.from_json(made.to_json()) == made

        adds_up()


def test_in_effect_nothing_is_lost_and_nothing_asked_for_twice(whole_court: Court, clock: FixedClock) -> None:
    """Half went back when the case was mediated; after the judgment what is held and what the loser owes are the half that stood,
    and the judgment says why it is half.
    """
    bench = heard_again(whole_court, clock, Track.ORDINARY, paid=True)
    heard(bench)
    found(bench)
    judged(bench, first_why="The deposit was counted twice.")
    in_effect(bench)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        decision = session.scalars(select(Decision)).one()
        allocation = Allocation.from_json(decision.costs)
        held = sum(held_in_all(look, case, party).minor for party in case.parties)
        owed = sum(share.owes_court.minor for share in allocation.shares)
        assert (allocation.fee.minor, held + owed) == (HALF, HALF)
        said = " ".join(str(one) for one in cost_words(case, decision))
        assert "It stays halved" in said
        assert is_balanced(trial_balance(session))
