"""No payment is lost, counted twice or kept beyond the fee, whatever happens to the notice it was made on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from odr.docket.models import Case, Outcome, Party, PartyKind, Role, Stage, Track
from odr.filing.claim.queries import claims_of
from odr.filing.models import Claim
from odr.identity.actors import CLOCK_ACTOR
from odr.operations.worker import sweep_windows
from odr.payments.books.audit import audit_books
from odr.payments.costs.acts import CorrectFeeInput
from odr.payments.fee.acts import DeemInput
from odr.payments.fee.assessment import keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import AssessInput, PaymentInput
from odr.payments.models import (
    AssessmentState,
    Channel,
    EventOrigin,
    FactKind,
    FeeAssessment,
    FeeBasis,
    Refund,
    StripeFact,
)
from odr.payments.refund.orders import held_for
from odr.payments.stripe.webhook import take as take_event
from odr.procedure.acts.events import Asked, CaseJoined, ClaimChanged, ClaimWithdrawn, TrackConverted
from odr.procedure.models import Task, Window, WindowState
from tests.payments.conftest import ON_BOTH, PayCourt, yuan
from tests.payments.test_fee_acts import REASONS, stripe_paid
from tests.payments.test_paydesk import HEAD, take
from tests.payments.test_refunds import end
from tests.payments.test_relief_and_costs import ask, decide, happen


def pay_on(pay: PayCourt, fee: FeeAssessment, minor: int, intent: str = "pi_on") -> None:
    """Stripe tells of money for a certain notice, however old."""
    with pay.court.database.write() as session:
        known = {"kind": FactKind.INTENT, "stripe_id": intent, "rank": 2, "intent": intent, "ours": fee.reference}
        session.add(StripeFact(**known, amount_minor=minor, currency="CNY", at=pay.clock.now()))
    (row,) = pay.rows(FeeAssessment, reference=fee.reference)
    given = PaymentInput(
        assessment=fee.reference,
        channel=Channel.CARD,
        amount=yuan(str(minor / 100)),
        source=f"stripe/{intent}",
        received_at=pay.clock.now(),
    )
    pay.act("record_payment", row.case_id, given)


def held(pay: PayCourt, case_id: int, role: Role = Role.CLAIMANT) -> int:
    """What the court holds of a party's fee for the claim, in minor units."""
    with pay.court.database.read() as session:
        case = session.get_one(Case, case_id)
        party = next(p for p in case.parties if p.role is role)
        return held_for(pay.court.look(session), case, party, Matter.CLAIM).minor


def agree(pay: PayCourt, *cases: int) -> None:
    """Docket, rows and books tell the same."""
    with pay.court.database.read() as session:
        for case_id in cases:
            assert list(audit_books(pay.court, session, session.get_one(Case, case_id))) == []


def reduced(pay: PayCourt, percent: int = 40) -> tuple[int, FeeAssessment, FeeAssessment]:
    """A claim whose first notice was replaced by one over less; gives the case, the old and the new notice."""
    case_id = pay.accepted()
    decide(pay, case_id, ask(pay, case_id), "grant", percent=percent)
    old, new = pay.fees(case_id)
    return case_id, old, new


def test_money_for_a_replaced_notice_pays_the_one_in_its_place(pay_court: PayCourt) -> None:
    """Whoever pays by the code of a notice that was replaced has paid what is owed now; only the rest goes back."""
    case_id, old, new = reduced(pay_court)
    pay_on(pay_court, old, 275_00)
    assert [f.state for f in pay_court.fees(case_id)] == [AssessmentState.CANCELLED, AssessmentState.PAID]
    assert pay_court.rows(Window, kind="fee_payment")[-1].state is WindowState.MET
    assert [r.amount_minor for r in pay_court.rows(Refund)] == [110_00]
    assert held(pay_court, case_id) == new.amount_minor == 165_00
    assert pay_court.balances() == {"clearing": 275_00, "deferred": -165_00, "refunds": -110_00}
    agree(pay_court, case_id)


@ON_BOTH
def test_what_went_back_is_not_counted_as_paid_later(pay_court: PayCourt) -> None:
    """Money that came when nothing was owed went back whole: a later increase does not find it paid."""
    case_id, old, new = reduced(pay_court)
    pay_on(pay_court, new, 165_00)
    pay_on(pay_court, old, 275_00, "pi_again")
    assert held(pay_court, case_id) == 165_00
    asked = Asked((yuan("80000").minor,), 0)
    happen(pay_court, case_id, lambda case: ClaimChanged(case, case.parties[0], "claim", asked, in_time=True))
    assert pay_court.fees(case_id)[-1].amount_minor == 900_00 * 60 // 100 - 165_00
    agree(pay_court, case_id)


def test_help_granted_after_a_part_was_paid_gives_back_what_is_too_much(pay_court: PayCourt) -> None:
    """Half the fee had come when nothing was to be paid any more: it goes back, with its steps and their article."""
    case_id = pay_court.accepted()
    pay_on(pay_court, pay_court.fees(case_id)[0], 100_00)
    decide(pay_court, case_id, ask(pay_court, case_id, "exemption", "social_minimum"), "grant")
    assert [f.state for f in pay_court.fees(case_id)] == [AssessmentState.CANCELLED, AssessmentState.NOTHING]
    (refund,) = pay_court.rows(Refund)
    steps = refund.computation["steps"]
    assert (refund.amount_minor, steps[-1]["minor"], steps[0]["minor"]) == (100_00, 100_00, 100_00)
    assert all(step["article"] for step in steps)
    assert held(pay_court, case_id) == 0
    agree(pay_court, case_id)


def test_simple_procedure_instead_of_ordinary_gives_half_back(pay_court: PayCourt) -> None:
    """Moved to simple procedure before the hearing, the case costs half: paid, it goes back; unpaid, half is asked (FEE 16)."""
    paid, unpaid = (pay_court.accepted("80000", "ordinary") for _ in range(2))
    pay_on(pay_court, pay_court.fees(paid)[0], 1800_00)
    for case_id in (paid, unpaid):
        with pay_court.court.database.write() as session:
            session.get_one(Case, case_id).track = Track.SIMPLE
        happen(pay_court, case_id, lambda case: TrackConverted(case, Track.ORDINARY))
    assert [r.amount_minor for r in pay_court.rows(Refund)] == [900_00] and held(pay_court, paid) == 900_00
    first, second = pay_court.fees(unpaid)
    assert (first.state, second.state, second.amount_minor) == (
        AssessmentState.CANCELLED,
        AssessmentState.DUE,
        900_00,
    )
    agree(pay_court, paid, unpaid)


def test_a_difference_after_conversion_stays_one_when_help_is_granted(pay_court: PayCourt) -> None:
    """The other half, reduced and not paid, still decides about the whole claim: it is no increase (CPI 199)."""
    case_id = pay_court.accepted("80000")
    stripe_paid(pay_court, case_id, amount=None)
    with pay_court.court.database.write() as session:
        session.get_one(Case, case_id).track = Track.ORDINARY
    happen(pay_court, case_id, lambda case: TrackConverted(case, Track.SIMPLE))
    decide(pay_court, case_id, ask(pay_court, case_id), "grant", percent=30)
    last = pay_court.fees(case_id)[-1]
    assert (last.amount_minor, last.state) == (1260_00 - 900_00, AssessmentState.DUE)
    assert [s["article"] for s in last.steps if s["rule"] == "paid"] == ["CPL 170; CPI 258"]


def test_a_fee_halved_at_the_end_stays_halved_when_help_is_granted(pay_court: PayCourt) -> None:
    """Settled before anything was paid, half is due; a reduction granted then lowers the half and not the whole (FEE 15, 46)."""
    case_id = pay_court.accepted("80000", "ordinary")
    request = ask(pay_court, case_id)
    end(pay_court, case_id, Outcome.SETTLED)
    assert pay_court.fees(case_id)[-1].amount_minor == 900_00
    with pay_court.court.database.write() as session:
        case = session.get_one(Case, case_id)
        case.stage, case.outcome, case.closed_at = Stage.EFFECTIVE, None, None
    decide(pay_court, case_id, request, "grant", percent=40)
    last = pay_court.fees(case_id)[-1]
    assert (last.amount_minor, last.window_kind) == (540_00, "costs_demand")


def test_a_ruling_prepared_for_a_replaced_notice_leaves_the_desk(pay_court: PayCourt) -> None:
    """Help granted after the time to pay ended: the ruling that was prepared is about nothing any more (CPI 213)."""
    case_id = pay_court.accepted()
    pay_court.clock.advance(timedelta(days=9))
    sweep_windows(pay_court.court)
    assert [t.done_at is None for t in pay_court.rows(Task, kind="fee_unpaid")] == [True]
    decide(pay_court, case_id, ask(pay_court, case_id), "grant", percent=40)
    assert [t.done_at is None for t in pay_court.rows(Task, kind="fee_unpaid")] == [False]


def join(pay: PayCourt, case_id: int, into: int) -> None:
    """One case goes on within another, for the same claimant."""
    with pay.court.sit() as sitting:
        old, main = (sitting.session.get_one(Case, number) for number in (case_id, into))
        parties = dict(zip([p.id for p in old.parties], main.parties, strict=True))
        sitting.follow(old, lambda: sitting.announce(CaseJoined(old, into=main, parties=parties, facts={})))


def test_two_claims_of_one_person_cost_one_fee_when_they_are_joined(pay_court: PayCourt) -> None:
    """80,000 and 80,000, each paid by itself, are one claim over 160,000: what that costs less goes back (CPI 201)."""
    first, second = (pay_court.accepted("80000", "ordinary") for _ in range(2))
    for number, case_id in enumerate((first, second)):
        pay_on(pay_court, pay_court.fees(case_id)[0], 1800_00, f"pi_{number}")
    join(pay_court, second, first)
    assert [r.amount_minor for r in pay_court.rows(Refund)] == [100_00]
    assert held(pay_court, first) == 3500_00 and held(pay_court, second) == 0
    agree(pay_court, first, second)


@pytest.mark.parametrize("way", ["online", "transfer"])
def test_money_for_the_notice_of_a_case_that_was_joined_pays_the_one_in_its_place(
    pay_court: PayCourt, make_event: Callable[..., dict[str, Any]], way: str
) -> None:
    """Whoever pays on the page, or with the code, of a claim that is heard in another case since has paid for it there: nothing goes
    back, and no ruling can rest on a fee that came (FEE 22).
    """
    first, second, third = (pay_court.accepted("80000", "ordinary") for _ in range(3))
    pay_on(pay_court, pay_court.fees(first)[0], 1800_00, "pi_first")
    old = pay_court.fees(third)[0]
    join(pay_court, third, second)
    join(pay_court, second, first)
    owed = pay_court.fees(first)[-1]
    if way == "online":
        known = {"assessment": old.reference}
        found = {"id": "pi_old", "amount": owed.amount_minor, "currency": "cny", "metadata": known}
        paid = make_event("payment_intent.succeeded", found | {"amount_received": owed.amount_minor}, "evt_old")
        take_event(pay_court.court, paid, EventOrigin.LISTED)
    else:
        day = pay_court.clock.now().astimezone(pay_court.court.settings.tz).date()
        take(pay_court, f"{HEAD}{day},{owed.amount_minor / 100:.2f},Li Wei,{old.transfer_code}\n")
    assert pay_court.fees(first)[-1].state is AssessmentState.PAID
    assert held(pay_court, first) == 1800_00 + owed.amount_minor and pay_court.rows(Refund) == []
    agree(pay_court, first, second, third)


def test_a_part_that_was_paid_goes_along_and_is_not_asked_for_again(pay_court: PayCourt) -> None:
    """A part of a fee counts in the other case, also on a notice that was replaced."""
    first, second = (pay_court.accepted("80000", "ordinary") for _ in range(2))
    pay_on(pay_court, pay_court.fees(first)[0], 1800_00, "pi_first")
    pay_on(pay_court, pay_court.fees(second)[0], 500_00, "pi_part")
    join(pay_court, second, first)
    assert pay_court.fees(first)[-1].amount_minor == 3500_00 - 1800_00 - 500_00
    assert held(pay_court, first) == 2300_00
    agree(pay_court, first, second)


@ON_BOTH
def test_what_went_back_before_does_not_go_along(pay_court: PayCourt) -> None:
    """Lowered, refunded and then joined: only what the court still holds counts there, and nothing is paid twice."""
    first, second = (pay_court.accepted("80000", "ordinary") for _ in range(2))
    for number, case_id in enumerate((first, second)):
        pay_on(pay_court, pay_court.fees(case_id)[0], 1800_00, f"pi_{number}")
    asked = Asked((yuan("30000").minor,), 0)
    happen(pay_court, second, lambda case: ClaimChanged(case, case.parties[0], "claim", asked, in_time=True))
    assert [r.amount_minor for r in pay_court.rows(Refund)] == [1250_00]
    join(pay_court, second, first)
    assert held(pay_court, first) == 1800_00 + 550_00
    assert pay_court.fees(first)[-1].amount_minor == 2500_00 - 2350_00
    agree(pay_court, first, second)


def test_help_with_the_fee_goes_along_with_the_claim(pay_court: PayCourt) -> None:
    """Whoever need not pay for a claim need not pay for it where it is heard with another (FEE 44)."""
    first, second = pay_court.accepted(), pay_court.claim()
    pay_court.seat(second, "president", Role.PRESIDENT)
    decide(pay_court, second, ask(pay_court, second, "exemption", "social_minimum"), "grant", Role.PRESIDENT)
    pay_court.accept(second)
    with pay_court.court.sit() as sitting:
        main = sitting.session.get_one(Case, first)
        other = Party(
            case_id=first, role=Role.CLAIMANT, ordinal=2, name="Wu Mei", kind=PartyKind.PERSON, locale="en", online=True
        )
        main.parties.append(other)
        sitting.session.flush()
        old = sitting.session.get_one(Case, second)
        parties = {old.parties[0].id: other, old.parties[1].id: main.parties[1]}
        sitting.follow(old, lambda: sitting.announce(CaseJoined(old, into=main, parties=parties, facts={})))
    assert pay_court.fees(first)[-1].state is AssessmentState.NOTHING


def second_claimant(pay: PayCourt, case_id: int, minor: int) -> None:
    """Somebody else sues in the case too, and is asked for a fee of their own."""
    with pay.court.sit() as sitting:
        case = sitting.session.get_one(Case, case_id)
        other = Party(
            case_id=case_id,
            role=Role.CLAIMANT,
            ordinal=2,
            name="Wu Mei",
            kind=PartyKind.PERSON,
            locale="en",
            online=True,
        )
        case.parties.append(other)
        sitting.session.flush()
        number = claims_of(sitting.session, case)[0].entry_number
        told = {"case_id": case_id, "party_id": other.id, "kind": "claim", "currency": "CNY", "entry_number": number}
        sitting.session.add(Claim(amount_minor=minor, **told))
        basis = keep_basis(sitting.session, case, other, Matter.CLAIM, [minor], 0, sitting.now)
        sitting.perform("assess_fee", case, AssessInput(basis=basis.reference), actor=CLOCK_ACTOR)


def test_a_claim_that_falls_leaves_another_persons_claim_alone(pay_court: PayCourt) -> None:
    """Two persons sue in one case, and one does not pay: that claim is ruled withdrawn, the other goes on (CPI 213, 239)."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    second_claimant(pay_court, case_id, 5_000_00)
    pay_court.clock.advance(timedelta(days=9))
    sweep_windows(pay_court.court)
    given = DeemInput(assessment=pay_court.fees(case_id)[-1].reference, reasons=REASONS)
    pay_court.act("deem_withdrawn", case_id, given, pay_court.actor(case_id, Role.JUDGE))
    (case,) = pay_court.rows(Case)
    assert (case.stage, case.outcome) == (Stage.PENDING, None)
    assert [c.withdrawn_at is None for c in pay_court.rows(Claim)] == [True, False]
    assert held(pay_court, case_id) == 275_00


def test_a_conversion_concerns_every_claim_that_stands(pay_court: PayCourt) -> None:
    """Two persons sue by simple procedure: moved to the ordinary one, each is asked for the other half; whoever withdrew
    before is asked for nothing (CPI 199).
    """
    whole, left = pay_court.accepted("80000"), pay_court.accepted("80000")
    for number, case_id in enumerate((whole, left)):
        stripe_paid(pay_court, case_id, intent=f"pi_{number}")
        second_claimant(pay_court, case_id, 30_000_00)
    happen(pay_court, left, lambda case: ClaimWithdrawn(case, case.parties[2], "claim"))
    for case_id in (whole, left):
        with pay_court.court.database.write() as session:
            session.get_one(Case, case_id).track = Track.ORDINARY
        happen(pay_court, case_id, lambda case: TrackConverted(case, Track.SIMPLE))
    due = {
        case_id: [f.amount_minor for f in pay_court.fees(case_id) if f.window_kind == "fee_topup"]
        for case_id in (whole, left)
    }
    again = [f.amount_minor for f in pay_court.fees(whole) if f.state is AssessmentState.DUE]
    assert due == {whole: [900_00], left: [900_00]} and again == [900_00, 550_00]


def test_what_was_paid_for_stands_where_the_rest_of_joined_claims_falls(pay_court: PayCourt) -> None:
    """Joined to a claim whose fee was not paid, the paid one stands by itself when the difference stays unpaid: not both (FEE
    21; CPI 201, 213).
    """
    unpaid, paid = (pay_court.accepted("80000", "ordinary") for _ in range(2))
    pay_on(pay_court, pay_court.fees(paid)[0], 1800_00)
    join(pay_court, paid, unpaid)
    assert pay_court.fees(unpaid)[-1].amount_minor == 3500_00 - 1800_00
    pay_court.clock.advance(timedelta(days=9))
    sweep_windows(pay_court.court)
    given = DeemInput(assessment=pay_court.fees(unpaid)[-1].reference, reasons=REASONS)
    pay_court.act("deem_withdrawn", unpaid, given, pay_court.actor(unpaid, Role.JUDGE))
    standing = [b.amounts for b in pay_court.rows(FeeBasis, case_id=unpaid) if b.until is None]
    assert standing == [[80_000_00]] and held(pay_court, unpaid) == 1800_00
    agree(pay_court, unpaid, paid)


def as_before(pay: PayCourt, case_id: int, number: int) -> None:
    """The basis of a claim stands in the rows though the claim has ended, as the version before left it."""
    with pay.court.database.write() as session:
        party = session.get_one(Case, case_id).parties[number]
        session.execute(
            update(FeeBasis).where(FeeBasis.case_id == case_id, FeeBasis.party_id == party.id).values(until=None)
        )


@pytest.mark.parametrize("paid", [True, False])
def test_a_claim_that_was_withdrawn_before_is_asked_for_nothing_and_holds_nothing_open(
    pay_court: PayCourt, paid: bool
) -> None:
    """Withdrawn under the version before, which let what its fee was computed on stand: a conversion asks that claimant for
    nothing, and the last claim that falls ends the case (CPI 199, 213).
    """
    case_id = pay_court.accepted("80000", "ordinary")
    second_claimant(pay_court, case_id, 30_000_00)
    if paid:
        stripe_paid(pay_court, case_id)
    happen(pay_court, case_id, lambda case: ClaimWithdrawn(case, case.parties[2], "claim"))
    as_before(pay_court, case_id, 2)
    known = len(pay_court.fees(case_id))
    with pay_court.court.database.write() as session:
        session.get_one(Case, case_id).track = Track.SIMPLE
    happen(pay_court, case_id, lambda case: TrackConverted(case, Track.ORDINARY))
    again = pay_court.fees(case_id)[known:]
    assert [f.party_id for f in again] == [pay_court.fees(case_id)[0].party_id]
    pay_court.clock.advance(timedelta(days=9))
    sweep_windows(pay_court.court)
    given = DeemInput(assessment=again[-1].reference, reasons=REASONS)
    pay_court.act("deem_withdrawn", case_id, given, pay_court.actor(case_id, Role.JUDGE))
    (case,) = pay_court.rows(Case)
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.DEEMED_WITHDRAWN)


def another_application(pay: PayCourt, case_id: int, minor: int) -> FeeAssessment:
    """The claimant applies for a preservation, and is asked for its fee."""
    with pay.court.sit() as sitting:
        case = sitting.session.get_one(Case, case_id)
        basis = keep_basis(sitting.session, case, case.parties[0], Matter.PRESERVATION, [minor], 0, sitting.now)
        sitting.perform("assess_fee", case, AssessInput(basis=basis.reference), actor=CLOCK_ACTOR)
    return pay.fees(case_id)[-1]


def test_what_was_paid_for_one_application_does_not_count_for_another(pay_court: PayCourt) -> None:
    """Two preservations have a fee each: help granted for the second lowers that one, and gives nothing of the first back; nor
    does its correction (FEE 14, 43, 44).
    """
    case_id = pay_court.accepted()
    pay_on(pay_court, pay_court.fees(case_id)[-1], 275_00, "pi_claim")
    first = another_application(pay_court, case_id, 80_000_00)
    pay_on(pay_court, first, first.amount_minor, "pi_first")
    second = another_application(pay_court, case_id, 30_000_00)
    decide(pay_court, case_id, ask(pay_court, case_id), "grant", percent=40)
    last = pay_court.fees(case_id)[-1]
    assert (last.state, last.amount_minor) == (AssessmentState.DUE, second.amount_minor * 60 // 100)
    assert pay_court.rows(Refund) == []
    pay_on(pay_court, last, last.amount_minor, "pi_second")
    corrected = CorrectFeeInput(assessment=last.reference, amount=yuan("40000"), reasons=REASONS)
    pay_court.act("correct_fee", case_id, corrected, pay_court.actor(case_id, Role.JUDGE))
    assert pay_court.rows(Refund) == [] and pay_court.fees(case_id)[-1].amount_minor == 100_00 * 60 // 100
    agree(pay_court, case_id)
