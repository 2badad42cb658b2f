"""Acts about what is owed and what came: the fee notice, the payment, and what follows from neither."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import select

from odr.docket.models import Audience, Case, Outcome, Party, Role, Stage
from odr.docket.visibility import side_and_court
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.payments import desks
from odr.payments.books.bookings import (
    book_assessment,
    book_payment,
    earn,
    outstanding,
    stripe_source,
)
from odr.payments.fee.addressees import who_pays
from odr.payments.fee.assessment import (
    FEE_WINDOW,
    TOPUP_WINDOW,
    WINDOWS,
    assessments_of,
    end_basis,
    keep_basis,
    put_off_until,
    question_for,
    readers_of,
    write_assessment,
)
from odr.payments.fee.fee_computation import FIRST_INSTANCE, NO_FEE, Matter, assess_filing, top_up
from odr.payments.fee.unpaid import (
    ask_no_more,
    comes_too_late,
    counts_as_withdrawn,
    is_unpaid_for_good,
    leads_to_ruling,
    off_the_desks,
)
from odr.payments.inputs import AssessInput, PaymentInput
from odr.payments.models import (
    AssessmentState,
    BankLine,
    Channel,
    FactKind,
    FeeAssessment,
    FeeBasis,
    StripeFact,
)
from odr.payments.refund.orders import held_for, order_back, order_excess, order_surplus, standing_claims
from odr.payments.stripe.stripe_reports import INTENT_SUCCEEDED, SESSION_PAID
from odr.procedure.acts.events import CaseClosed, FeeLapsed, FeePaid
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Premise, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.tariff import Ending
from odr.procedure.time.reckoning import Extension

if TYPE_CHECKING:
    from collections.abc import Mapping

    from odr.procedure.sitting import Sitting

EVERY_STAGE = set(Stage)

APPEAL_PERIOD = "appeal_judgment"

OVER = {Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED}


def has_window(pack: RulePack, kind: str) -> bool:
    """Whether the pack has this time limit; where fees are paid on filing it has none."""
    return kind in pack.windows.rules


@act(
    title=T("Fee notice"),
    input=AssessInput,
    by={Role.CLOCK},
    at=EVERY_STAGE,
    listed=False,
    source=law("FEE 13, 22"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("Notice of the court fee"),
        T(
            "Read what the fee is. Where nothing is to be paid in advance, or the time to pay it has not begun, there is nothing you have to do now."
        ),
        "fee_notice",
        when_due=T(
            "Pay it by the end of %(day)s, or ask for help with the fee by then. If you do neither, the judge may rule that what the fee is for is withdrawn.",
            day=DAY,
        ),
    ),
    concerns=who_pays,
    in_record=False,
)
def assess_fee(sitting: Sitting, case: Case, given: AssessInput, *, actor: Actor, now: datetime) -> Recorded:
    """Compute a fee, keep every step, and start the payer's time (FEE 13–18, 22).

    With ``topup_article``, what was paid for the same matter counts and only the
    difference is asked for (FEE 21, CPI 199), or goes back where the fee is less by now than what was paid; what was asked
    for and not paid is replaced.
    """
    basis = sitting.session.scalars(
        select(FeeBasis).where(FeeBasis.case_id == case.id, FeeBasis.reference == given.basis)
    ).one()
    payer = case.party(basis.party_id)
    question = question_for(sitting, case, basis)
    found = assess_filing(sitting.pack(case), question)
    kind, back = WINDOWS.get(basis.matter, FEE_WINDOW), Money(0, sitting.pack(case).currency)
    if given.topup_article is not None:
        for old in assessments_of(sitting.session, case, party_id=payer.id):
            if old.matter is basis.matter and old.state in (AssessmentState.DUE, AssessmentState.DEFERRED):
                ask_no_more(sitting, case, old)
        paid = held_for(sitting, case, payer, basis.matter)
        found = top_up(sitting.pack(case), paid, question, given.topup_article)
        kind = TOPUP_WINDOW if paid.minor else kind
        back = order_surplus(sitting, case, payer, question)
    row = write_assessment(sitting, case, payer, basis, basis.matter, found, kind)
    book_assessment(sitting.session, row)
    if found.prepaid:
        ask_for(sitting, case, payer, row, _notice_runs_from(sitting, case, payer, basis.matter, now))
    words = T("Fee of %(amount)s assessed, to be paid by %(name)s", amount=row.amount, name=payer.name)
    if row.state is AssessmentState.NOTHING:
        words = T("No fee is to be paid by %(name)s", name=payer.name)
    facts = {"assessment": row.reference, "party": payer.label, "matter": basis.matter.value, **found.to_json()}
    if back.minor:
        words = T("%(back)s of the fee goes back to %(name)s", back=back, name=payer.name)
        facts["back"] = back.minor
    if basis.matter is Matter.PRESERVATION:
        # The fee would tell the other side of a preservation that is not carried out yet.
        return Recorded(
            words,
            facts,
            audience=Audience.NAMED,
            named=side_and_court(payer.id, Role.CASHIER),
        )
    return Recorded(words, facts)


def _notice_runs_from(sitting: Sitting, case: Case, payer: Party, matter: Matter, now: datetime) -> datetime:
    """From when the time to pay runs: an appeal is paid for within the time to appeal, and only where that ends unused do
    the seven days of the notice begin (FEE 22).
    """
    periods = sitting.windows(case, APPEAL_PERIOD, party=payer, state=None) if matter is Matter.APPEAL else []
    return max([now, *(window.due_at for window in periods[-1:] if window.due_at is not None)])


def ask_for(
    sitting: Sitting, case: Case, payer: Party, row: FeeAssessment, start: datetime, proof: Text | None = None
) -> None:
    """Start the time to pay (FEE 22): from the notice, or until the day to which payment was put off (FEE 47)."""
    is_put_off = row.state is AssessmentState.DEFERRED
    until = put_off_until(sitting.session, case, payer.id, row.matter) if is_put_off else None
    owed = row.state is AssessmentState.DUE or until is not None
    row.reminded_at = None
    if not owed or not has_window(sitting.pack(case), row.window_kind):
        return
    more: dict[str, Any] = (
        {"extensions": (Extension(T("payment was put off by the court"), "FEE 47", until_on=until),)} if until else {}
    )
    proof = proof or T("The notice stood on the payer’s page from this moment.")
    sitting.start_window(case, row.window_kind, party=payer, start=start, subject=row.reference, proof=proof, **more)


def assessment_named(sitting: Sitting, case: Case, reference: str) -> FeeAssessment:
    """An assessment of this case. Raises InvalidInput for another."""
    row = sitting.session.scalar(
        select(FeeAssessment).where(FeeAssessment.case_id == case.id, FeeAssessment.reference == reference)
    )
    if row is None:
        raise InvalidInput.at("assessment", T("This is not in the case, or you cannot see it."))
    return row


@act(
    title=T("Payment of the fee"),
    input=PaymentInput,
    by={Role.CLOCK, Role.CASHIER},
    at=EVERY_STAGE,
    while_stayed=True,
    listed=False,
    source=law("FEE 22, 52"),
    desk=desks.FEE_UNPAID,
    strong=True,
    in_record=False,
)
def record_payment(sitting: Sitting, case: Case, given: PaymentInput, *, actor: Actor, now: datetime) -> Recorded:
    """Credit money that came, once, and only on evidence: Stripe's own word, a line of the bank, or the cashier's slip.

    Raises ActNotOpen where the evidence is missing or was credited before. What was
    paid too much is ordered back in the same entry.
    """
    row = _still_owed(sitting, case, assessment_named(sitting, case, given.assessment))
    _need_evidence(sitting, given, actor)
    payer = case.party(row.party_id)
    due = outstanding(sitting.session, row)
    payment = book_payment(
        sitting.session,
        row,
        given.channel,
        given.amount,
        given.source,
        given.received_at,
        sitting.next_number(case),
        left=due,
    )
    if payment is None:
        raise ActNotOpen(T("This payment was credited before."))
    excess, left = (
        Money(max(given.amount.minor - due.minor, 0), due.currency),
        Money(max(due.minor - given.amount.minor, 0), due.currency),
    )
    if excess.minor:
        order_excess(sitting, case, payment, excess)
    if row.state is AssessmentState.PAID:
        sitting.close_windows(case, row.window_kind, WindowState.MET, subject=row.reference)
        off_the_desks(sitting, case, row)
        sitting.announce(FeePaid(case, row.reference))
    if case.stage in OVER:
        earn(sitting.session, case.id, row.currency, f"{case.reference}/{sitting.next_number(case)}", now)
    words = T(
        "%(amount)s received for the fee from %(name)s (%(channel)s)",
        amount=given.amount,
        name=payer.name,
        channel=given.channel.label,
    )
    return Recorded(
        words,
        {
            "payment": payment.reference,
            "assessment": row.reference,
            "party": payer.label,
            "matter": row.matter.value,
            "left": left.minor,
            "excess": excess.minor,
            "currency": row.currency,
        },
        *readers_of(sitting.session, case, row),
    )


def _still_owed(sitting: Sitting, case: Case, named: FeeAssessment) -> FeeAssessment:
    """The notice that money counts for: the one it names, or, where nothing is owed on that any more, the one its payer has
    got since for the same matter. Whoever pays by the code of a notice that was replaced has paid.
    """
    if named.matter in NO_FEE or outstanding(sitting.session, named).minor:
        return named
    since = assessments_of(sitting.session, case, party_id=named.party_id, demands=True)
    owed = (AssessmentState.DUE, AssessmentState.DEFERRED)
    return next((row for row in since if row.matter is named.matter and row.state in owed), named)


def _need_evidence(sitting: Sitting, given: PaymentInput, actor: Actor) -> None:
    if given.channel is Channel.COUNTER:
        proven = actor.role is Role.CASHIER and given.source.startswith("counter/")
    elif given.channel is Channel.TRANSFER:
        line = sitting.session.scalar(select(BankLine).where(BankLine.reference == given.source.removeprefix("bank/")))
        proven = line is not None and line.amount == given.amount
    else:
        proven = actor.role is Role.CLOCK and _stripe_says(sitting, given)
    if not proven:
        raise ActNotOpen(T("There is no evidence of this payment."))


def _stripe_says(sitting: Sitting, given: PaymentInput) -> bool:
    intent = given.source.removeprefix(stripe_source(""))
    facts = sitting.session.scalars(
        select(StripeFact).where(StripeFact.intent == intent, StripeFact.kind.in_((FactKind.INTENT, FactKind.SESSION)))
    )
    return any(
        f.rank == (INTENT_SUCCEEDED if f.kind is FactKind.INTENT else SESSION_PAID)
        and Money(f.amount_minor, f.currency) == given.amount
        for f in facts
    )


def consider_unpaid(sitting: Sitting, case: Case, row: FeeAssessment) -> bool:
    """Put a prepared ruling on the judge's desk where a fee stays unpaid; the clock itself rules nothing (CPI 213)."""
    if case.stage is Stage.CLOSED or not is_unpaid_for_good(sitting, case, row):
        return False
    off_the_desks(sitting, case, row)
    who = case.party(row.party_id).name
    if row.matter is Matter.RETRIAL:
        title = T(
            "The fee of the retrial, %(amount)s, was not paid by %(name)s in time. Rule whether what they asked ends.",
            amount=outstanding(sitting.session, row),
            name=who,
        )
        sitting.open_task(case, Role.JUDGE, desks.RETRIAL_FEE_UNPAID, title, risk=60, subject=row.reference)
        return True
    title = T(
        "The fee of %(amount)s was not paid by %(name)s in time and nothing is pending. A ruling is prepared.",
        amount=outstanding(sitting.session, row),
        name=who,
    )
    sitting.open_task(case, Role.JUDGE, desks.FEE_UNPAID, title, risk=60, subject=row.reference)
    return True


def fee_lapsed(sitting: Sitting, case: Case, window: Any) -> None:
    """The time to pay ended."""
    row = sitting.session.scalar(
        select(FeeAssessment).where(FeeAssessment.case_id == case.id, FeeAssessment.reference == window.subject)
    )
    if row is None:
        return
    if row.state is AssessmentState.DEFERRED:
        row.state = AssessmentState.DUE
    left = outstanding(sitting.session, row)
    if left.minor and (not leads_to_ruling(row) or comes_too_late(case, row)):
        words = T(
            "%(name)s has not paid %(amount)s in time. Collect it.",
            name=case.party(row.party_id).name,
            amount=left,
        )
        sitting.open_task(case, Role.CASHIER, desks.FEE_UNPAID, words, risk=20, subject=row.reference)
    consider_unpaid(sitting, case, row)


@guard("FEE 22", "CPI 199, 213, 318")
def some_fee_is_unpaid(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A ruling for want of payment needs a fee whose time is over and about which nothing is pending."""
    if any(counts_as_withdrawn(sitting, case, row) for row in assessments_of(sitting.session, case)):
        return None
    return T("There is no fee that is overdue, unpaid and without an open request about it.")


def fee_state(sitting: Sitting, case: Case, values: Mapping[str, Any]) -> str:
    """State of the fee a ruling answers; a payment in between changes it."""
    row = sitting.session.scalar(
        select(FeeAssessment).where(
            FeeAssessment.case_id == case.id, FeeAssessment.reference == values.get("assessment")
        )
    )
    return f"{row.reference}:{row.state.value}:{outstanding(sitting.session, row).minor}" if row else "none"


def ruling_on_unpaid(sitting: Sitting, case: Case, actor: Actor) -> Mapping[str, Text | str]:
    """The prepared ruling: the fee, when its notice went out, when its time ran and ended, and that nothing is pending
    (CPI 213).
    """
    row = next((r for r in assessments_of(sitting.session, case) if counts_as_withdrawn(sitting, case, r)), None)
    return {} if row is None else {"assessment": row.reference, "reasons": why_unpaid(sitting, case, row)}


def why_unpaid(sitting: Sitting, case: Case, row: FeeAssessment) -> Text:
    """The prepared reasons of a ruling on one fee whose time is over."""
    window = sitting.windows(case, row.window_kind, state=None, subject=row.reference)[-1]
    return T(
        "The court told %(name)s on %(noticed)s to pay %(amount)s. The time to pay ran from %(began)s and ended on %(ended)s. "
        "%(left)s has not been paid, and no request for relief, objection or payment about it is pending.",
        name=case.party(row.party_id).name,
        noticed=row.assessed_at,
        amount=row.amount,
        began=window.opened_at,
        ended=window.due_at or sitting.now,
        left=outstanding(sitting.session, row),
    )


@choice_source("unpaid_fees")
def unpaid_fees(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Fees whose time is over, with nothing pending."""
    rows = [row for row in assessments_of(sitting.session, case) if counts_as_withdrawn(sitting, case, row)]
    return [
        Option(
            row.reference,
            T(
                "%(amount)s, %(name)s",
                amount=outstanding(sitting.session, row),
                name=case.party(row.party_id).name,
            ),
            row.matter.label,
        )
        for row in rows
    ]


class DeemInput(CourtModel):
    """The ruling after a fee was not paid."""

    assessment: Annotated[str, RefTo("assessment"), field(T("Unpaid fee"), choices="unpaid_fees", widget="select")]
    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(
            T("Reasons"), T("Notice, day it was received, last day, and that nothing is pending."), widget="textarea"
        ),
    ]


@act(
    title=T("Rule that the claim is deemed withdrawn: fee not paid"),
    input=DeemInput,
    by={Role.JUDGE},
    at={
        Stage.PAYMENT_ORDER,
        Stage.PENDING,
        Stage.HEARING,
        Stage.DELIBERATION,
        Stage.PRONOUNCED,
        Stage.APPEALED,
    },
    to={Stage.CLOSED, Stage.PRONOUNCED},
    guard=some_fee_is_unpaid,
    premise=Premise.SUBJECT,
    subject=fee_state,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling: treated as withdrawn because the fee was not paid"),
        T(
            "There is nothing you have to do. The docket says whose claim or appeal this is; if nothing else is left to decide, the case is over."
        ),
    ),
    paper=RulingForm(T("Fee not paid"), NO_APPEAL, ruled=T("What the fee was asked for is deemed withdrawn.")),
    source=law("CPI 213, 199, 318"),
    desk=desks.FEE_UNPAID,
    topic=Topic.FEE,
    in_record=False,
    prefill=ruling_on_unpaid,
)
def deem_withdrawn(sitting: Sitting, case: Case, given: DeemInput, *, actor: Actor, now: datetime) -> Recorded:
    """Rule that a claim, counterclaim or appeal whose fee was not paid is withdrawn (FEE 22; CPI 199, 213, 318).

    A claim ends the case, unless a counterclaim goes on without it (CPI 239); of a
    fee already paid before a conversion half goes back.
    """
    row: FeeAssessment = sitting.resolved("assessment", given.assessment)
    if not counts_as_withdrawn(sitting, case, row):
        raise ActNotOpen(T("This fee was paid, or something about it is pending."))
    payer = case.party(row.party_id)
    ask_no_more(sitting, case, row)
    back = Money(0, row.currency)
    stands = _paid_for(sitting, case, row)
    if stands is not None:
        return _increase_falls(sitting, case, row, payer, stands)
    if _follows_conversion(sitting, case, row):
        back = order_back(sitting, case, payer, Ending.CONVERSION_DEFAULT, matters=(row.matter,))
    elif row.matter in FIRST_INSTANCE:
        back = order_back(sitting, case, payer, Ending.WITHDRAWN, matters=(row.matter,))
    end_basis(sitting.session, case, payer, row.matter, now)
    words = T("Ruling: %(name)s is deemed to have withdrawn, because the fee was not paid", name=payer.name)
    sitting.announce(FeeLapsed(case, payer, row.matter.value))
    # Another's claim goes on without it, whoever raised it: a counterclaim, a third party's, or one that was joined (CPI 239).
    goes_on = any(standing_claims(sitting, case, matter) for matter in FIRST_INSTANCE)
    if row.matter in (Matter.CLAIM, Matter.PAYMENT_ORDER) and case.stage is not Stage.APPEALED and not goes_on:
        case.outcome, case.closed_at = Outcome.DEEMED_WITHDRAWN, now
        sitting.move(case, Stage.CLOSED)
        sitting.announce(CaseClosed(case))
    return Recorded(
        words,
        {
            "assessment": row.reference,
            "party": payer.label,
            "matter": row.matter.value,
            "back": back.minor,
            "currency": row.currency,
        },
    )


def _paid_for(sitting: Sitting, case: Case, row: FeeAssessment) -> FeeBasis | None:
    """Where only an increase is unpaid: what the fee that was paid had been computed on. A difference after conversion is
    no increase (CPI 199).
    """
    if row.window_kind != TOPUP_WINDOW or _follows_conversion(sitting, case, row):
        return None
    paid = [
        one
        for one in assessments_of(sitting.session, case, party_id=row.party_id)
        if one.matter is row.matter and one.state is AssessmentState.PAID and one.basis_id is not None
    ]
    return sitting.session.get(FeeBasis, paid[-1].basis_id) if paid else None


def _increase_falls(sitting: Sitting, case: Case, row: FeeAssessment, payer: Party, stands: FeeBasis) -> Recorded:
    """Only what was added and not paid for falls; the claim goes on as it was paid for (FEE 21; provisional)."""
    sum_paid_for = sum(stands.amounts)
    keep_basis(
        sitting.session,
        case,
        payer,
        row.matter,
        list(stands.amounts),
        stands.non_property,
        sitting.now,
        joined=stands.joined,
    )
    sitting.announce(FeeLapsed(case, payer, row.matter.value, sum_paid_for))
    still = Money(sum_paid_for, row.currency)
    return Recorded(
        T(
            "Ruling: the increase of %(name)s falls, because its fee was not paid; %(amount)s stands",
            name=payer.name,
            amount=still,
        ),
        {
            "assessment": row.reference,
            "party": payer.label,
            "matter": row.matter.value,
            "back": 0,
            "stands": sum_paid_for,
            "currency": row.currency,
        },
    )


def _follows_conversion(sitting: Sitting, case: Case, row: FeeAssessment) -> bool:
    """Whether a difference is owed because the case moved to another track, not because the claim was raised (CPI 199)."""
    articles = {way.article for track in sitting.pack(case).tracks.list.values() for way in track.conversions}
    return row.window_kind == TOPUP_WINDOW and any(step["article"] in articles for step in row.steps)
