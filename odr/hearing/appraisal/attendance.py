"""An expert called to be heard on their report: prepaid by who still objects, found given up where it is not, and paid
(CPL 81; EV 38, 39, 81).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator
from sqlalchemy import select

from odr.docket.models import Audience, Case, Role, Stage
from odr.evidence.kit.compiling import recall
from odr.evidence.models import ExhibitState
from odr.filing.course.time_limit_changes import reopen
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import Money, T, Text
from odr.hearing import desks
from odr.hearing.appraisal.attendance_rules import (
    RATES,
    advance,
    ask,
    calls_of,
    calls_on,
    calls_to_pay,
    come,
    drop,
    end,
    notice_of,
    rest_of,
    return_all,
    stayed_away,
    was_heard,
)
from odr.hearing.appraisal.choices import appraisal_options
from odr.hearing.appraisal.inputs import RestInput
from odr.hearing.appraisal.models import LIVE, Appraisal, AppraisalState, CallState, ExpertCall, ExpertShare, ShareState
from odr.hearing.appraisal.queries import ANSWER, ATTENDANCE, appraisals_of, still_objecting, witness_of
from odr.hearing.courtroom.calling_witnesses import tell
from odr.hearing.queries import row_named
from odr.identity.actors import Actor
from odr.payments.books.bookings import book_passed_on
from odr.payments.costs.attendance import give_back, is_on_its_way
from odr.payments.costs.rules import split
from odr.payments.models import Channel
from odr.procedure.acts.events import FeePaid, Served
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.rulings import WITH_THE_JUDGMENT
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

S = CallState

TRIED = {Stage.PENDING, Stage.HEARING}

UNTIL_DECIDED = TRIED | {Stage.DELIBERATION}

PAID_AT = UNTIL_DECIDED | {Stage.PRONOUNCED, Stage.APPEALED, Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED}


def contested(sitting: Sitting, case: Case) -> list[Appraisal]:
    """Appraisals on whose report a party still objects after the expert's answer."""
    return [row for row in appraisals_of(sitting.session, case, AppraisalState.REPORTED) if still_objecting(row)]


@guard("CPL 81", "EV 38")
def somebody_still_objects(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no expert is called."""
    return None if contested(sitting, case) else T("Nobody still objects to a report after the expert’s answer.")


def _parts_words(case: Case, shares: Sequence[ExpertShare], words: Text) -> Text:
    names = {p.id: p.name for p in case.parties}
    for share in shares:
        words = T(
            "%(before)s; %(name)s prepays %(amount)s", before=words, name=names[share.party_id], amount=share.amount
        )
    return words


def _parts_facts(case: Case, shares: Sequence[ExpertShare]) -> list[dict[str, Any]]:
    labels = {p.id: p.label for p in case.parties}
    return [
        {"party": labels[share.party_id], "share": share.reference, "amount": share.amount_minor} for share in shares
    ]


def _total(sitting: Sitting, row: Appraisal, given: CallExpertInput) -> Money:
    """What is to be prepaid; nothing only where their fee holds it, or they come anyway. Raises InvalidInput."""
    heads = (given.travel, given.board, given.earnings)
    total = Money(sum(head.minor for head in heads), given.travel.currency)
    if row.attendance_included and total.minor:
        raise InvalidInput.at("travel", T("The fee of the appraisal holds the attendance: nobody prepays it [EV 39]."))
    if not total.minor and not row.attendance_included and not calls_on(sitting.session, row, *LIVE):
        raise InvalidInput.at("travel", T("Say what the attendance costs."))
    return total


@choice_source("appraisals_contested")
def appraisals_contested(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Appraisals to whose report a party still objects after the expert's answer."""
    return appraisal_options(contested(sitting, case))


class CallExpertInput(CourtModel):
    """An expert is called to be heard, and what their attendance costs (EV 38, 39)."""

    appraisal: Annotated[
        str,
        RefTo("appraisal"),
        field(
            T("Report"),
            T("Reports to which a party objects after the expert’s answer."),
            choices="appraisals_contested",
        ),
    ]
    travel: Annotated[
        CourtMoneyOrZero,
        field(
            T("Travel"),
            T("At the rates for officials on duty [CPI 118]. 0 if nothing."),
        ),
    ]
    board: Annotated[CourtMoneyOrZero, field(T("Lodging and board"), T("At the same rates. 0 if nothing."))]
    earnings: Annotated[
        CourtMoneyOrZero,
        field(T("Lost earnings"), T("At the State’s average daily wage of the year before. 0 if nothing.")),
    ]
    days: Annotated[
        int | None,
        Field(ge=1, le=30),
        field(T("Days to prepay"), T("If you write nothing, the days that the rules give.")),
    ] = None


@act(
    title=T("Call the expert to be heard"),
    input=CallExpertInput,
    by={Role.JUDGE},
    at=TRIED,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The expert is called to be heard"),
        T("The expert is called to the hearing. Nothing is to be paid by you now."),
        when_due=T(
            "Pay your share of the cost by the end of %(day)s; if you do not, the judge may find that your objection is given up.",
            day=DAY,
        ),
    ),
    source=law("CPL 81", "EV 38, 39", "CPI 118", "FEE 11"),
    seen_by=Audience.HEARING,
    desk=desks.EXPERT_HEAR,
    topic=Topic.HEARING,
    in_record=False,
    guard=somebody_still_objects,
)
def call_expert(sitting: Sitting, case: Case, given: CallExpertInput, *, actor: Actor, now: datetime) -> Recorded:
    """Tell who still objects after the expert's answer to prepay what their attendance costs, and tell them that they
    are called (EV 38).

    Both sides objecting share it. Reckoned as the attendance of a witness, collected by the
    court (FEE 11); where their fee holds it nobody prepays (EV 39).
    """
    row: Appraisal = sitting.resolved("appraisal", given.appraisal)
    objections = still_objecting(row)
    if row.state is not AppraisalState.REPORTED or not objections:
        raise InvalidInput.at("appraisal", T("Choose one of those listed."))
    total, number = _total(sitting, row, given), sitting.next_number(case)
    call = ExpertCall(
        case_id=case.id,
        appraisal_id=row.id,
        travel_minor=given.travel.minor,
        board_minor=given.board.minor,
        earnings_minor=given.earnings.minor,
        currency=total.currency,
        days=given.days,
        state=S.PREPAYING,
        entry_number=number,
    )
    sitting.session.add(call)
    sitting.session.flush()
    for objection in objections:
        objection.called_by = number
        sitting.close_tasks(case, desks.EXPERT_HEAR, objection.reference)
    witness = witness_of(sitting.session, row)
    if not total.minor:
        come(sitting, case, call)
        words = T("The expert %(name)s is called to be heard on the report; nothing is prepaid", name=witness.name)
        return Recorded(words, {"call": call.reference, "appraisal": row.reference, "total": 0, "shares": []})
    tell(
        sitting,
        case,
        witness,
        T("The court calls you to be heard on your report, if the attendance is prepaid; keep ready"),
    )
    shares = ask(sitting, case, call, {o.party_id for o in objections}, total)
    words = T(
        "The expert %(name)s is called to be heard on the report; the attendance costs %(total)s",
        name=witness.name,
        total=total,
    )
    facts = {
        "call": call.reference,
        "appraisal": row.reference,
        "total": total.minor,
        "shares": _parts_facts(case, shares),
    }
    return Recorded(_parts_words(case, shares, words), facts)


@act(
    title=T("Rest of an expert’s attendance"),
    input=RestInput,
    by={Role.CLOCK},
    at=TRIED,
    listed=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The rest of the cost of hearing the expert"),
        T("The rest of the cost was shared out. Nothing is to be paid by you now."),
        when_due=T(
            "Pay your share of the cost by the end of %(day)s; if you do not, the judge may find that your objection is given up.",
            day=DAY,
        ),
    ),
    source=law("EV 38"),
    seen_by=Audience.HEARING,
    in_record=False,
)
def share_rest_of_attendance(
    sitting: Sitting, case: Case, given: RestInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask who still objects for the part of who did not prepay: no longer do both sides object, so it is no longer
    shared (EV 38).
    """
    call = sitting.session.scalars(
        select(ExpertCall).where(ExpertCall.case_id == case.id, ExpertCall.reference == given.call)
    ).one()
    rest = rest_of(call)
    shares = ask(sitting, case, call, {share.party_id for share in call.shares_in(ShareState.PAID)}, rest, rest=True)
    words = T("%(rest)s of the expert’s attendance was not prepaid by who shared it", rest=rest)
    return Recorded(
        _parts_words(case, shares, words),
        {"call": call.reference, "rest": rest.minor, "shares": _parts_facts(case, shares)},
    )


def unpaid_shares(sitting: Sitting, case: Case) -> list[ExpertShare]:
    """Parts whose time has passed without payment, and of which no payment is on its way."""
    found = [
        share for call in calls_of(sitting.session, case, S.PREPAYING) for share in call.shares_in(ShareState.ASKED)
    ]
    return [share for share in found if _is_overdue(sitting, case, share)]


def _is_overdue(sitting: Sitting, case: Case, share: ExpertShare) -> bool:
    notice = notice_of(sitting.session, share)
    windows = sitting.windows(case, ATTENDANCE, state=None, subject=notice.reference)
    return bool(windows) and windows[-1].state is WindowState.LAPSED and not is_on_its_way(sitting, notice)


@guard("EV 38")
def some_share_is_unpaid(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to find."""
    return None if unpaid_shares(sitting, case) else T("No prepayment for an expert’s attendance is overdue.")


FOUND = {
    "given_up": T("The objection to the expert’s report counts as given up: the attendance was not prepaid."),
    "more_time": T("There is more time to prepay the expert’s attendance."),
}

Reasons = Annotated[str, CourtText(5, 4000), field(T("Reasons"), widget="textarea")]


@resolver("expert_share")
def find_expert_share(sitting: Sitting, case: Case, actor: Actor, reference: str) -> ExpertShare | None:
    """One party's part of what an expert's attendance costs."""
    query = select(ExpertShare).join(ExpertCall, ExpertCall.id == ExpertShare.call_id)
    return sitting.session.scalar(query.where(ExpertCall.case_id == case.id, ExpertShare.reference == reference))


@choice_source("shares_unpaid")
def shares_unpaid(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Parts of an expert's attendance that were not prepaid in time."""
    names = {p.id: p.name for p in case.parties}
    return [
        Option(s.reference, T("%(name)s, %(amount)s", name=names[s.party_id], amount=s.amount))
        for s in unpaid_shares(sitting, case)
    ]


class AttendanceFeeInput(CourtModel):
    """What follows from a part that was not prepaid in time (EV 38)."""

    share: Annotated[str, RefTo("expert_share"), field(T("Not prepaid in time"), choices="shares_unpaid")]
    answer: Annotated[
        Literal["given_up", "more_time"],
        field(
            T("Finding"),
            options={
                "given_up": T("The objection counts as given up"),
                "more_time": T("There is a good reason: more time to prepay"),
            },
            widget="radios",
        ),
    ]
    days: Annotated[int | None, Field(ge=1, le=30), field(T("Days more, if you give time"))] = None
    reasons: Reasons

    @model_validator(mode="after")
    def _time_has_days(self) -> AttendanceFeeInput:
        if (self.answer == "more_time") != (self.days is not None):
            raise InvalidInput(
                [FieldFault(("days",), T("Enter the days if you give more time; leave them empty otherwise."))]
            )
        return self


@act(
    title=T("Find on an expert’s attendance that was not prepaid"),
    input=AttendanceFeeInput,
    by={Role.JUDGE},
    at=TRIED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling: the expert’s attendance was not paid for"),
        T("Read what the judge found. There is nothing you have to do."),
        when_due=T(
            "You have more time: pay by the end of %(day)s; if you do not, the judge may find that your objection is given up.",
            day=DAY,
        ),
    ),
    paper=RulingForm(T("Attendance of the expert"), WITH_THE_JUDGMENT, words=FOUND),
    source=law("EV 38"),
    seen_by=Audience.HEARING,
    desk=desks.ATTENDANCE_UNPAID,
    topic=Topic.HEARING,
    in_record=False,
    guard=some_share_is_unpaid,
)
def find_on_attendance_fee(
    sitting: Sitting, case: Case, given: AttendanceFeeInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Find that an objection counts as given up since nothing was prepaid in time, or give more time for a good reason
    (EV 38).

    What the party prepaid in part goes back. The rest falls to who still objects; where
    nobody does, the expert does not come.
    """
    share: ExpertShare = sitting.resolved("expert_share", given.share)
    if share not in unpaid_shares(sitting, case):
        raise InvalidInput.at("share", T("The time to prepay has not passed, or a payment is on its way."))
    party = case.party(share.party_id)
    sitting.close_tasks(case, desks.ATTENDANCE_UNPAID, share.reference)
    facts = {"share": share.reference, "party": party.label, "answer": given.answer, "reasons": given.reasons}
    if given.days is not None:
        window = sitting.windows(case, ATTENDANCE, state=None, subject=notice_of(sitting.session, share).reference)[-1]
        reopen(
            sitting,
            case,
            window,
            now,
            given.days,
            T("ruling of the judge, entry %(number)s", number=sitting.next_number(case)),
            "EV 38",
        )
        words = T("%(name)s may prepay the expert’s attendance until %(day)s", name=party.name, day=window.due_at)
        return Recorded(words, {**facts, "due_at": window.due_at.isoformat() if window.due_at else None})
    call = sitting.session.get_one(ExpertCall, share.call_id)
    back = _give_up(sitting, case, call, party.id)
    advance(sitting, case, call)
    return Recorded(
        T("The objection of %(name)s to the report counts as given up", name=party.name),
        {**facts, "back": back.minor, "currency": back.currency},
    )


def _give_up(sitting: Sitting, case: Case, call: ExpertCall, party_id: int) -> Money:
    number, back = sitting.next_number(case), 0
    for share in call.shares:
        if share.party_id == party_id and share.state in (ShareState.ASKED, ShareState.PAID):
            why = T("The objection counts as given up; nothing is prepaid for it.")
            back += give_back(sitting, case, notice_of(sitting.session, share), why, "EV 38").minor
            share.state, share.found_by = ShareState.GIVEN_UP, number
    # The party gives up its objection, not only the words in which it last repeated it.
    for objection in call.appraisal.objections:
        if objection.party_id == party_id and objection.given_up_by is None:
            objection.given_up_by = number
            sitting.close_tasks(case, desks.EXPERT_HEAR, objection.reference)
            sitting.close_windows(case, ANSWER, WindowState.ENDED, subject=objection.reference)
    return Money(back, call.currency)


@guard("CPL 81")
def some_call_is_live(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no attendance is found on."""
    return None if calls_of(sitting.session, case, *LIVE) else T("No expert is called to be heard.")


def _require_record(sitting: Sitting, case: Case, call: ExpertCall, outcome: str) -> None:
    """Who was heard and who stayed away stands in the record, or it is not found. Raises InvalidInput."""
    witness = witness_of(sitting.session, call.appraisal)
    if outcome == "not_needed":
        return
    if call.state is not S.COMING:
        raise InvalidInput.at("outcome", T("The expert does not come before the attendance is prepaid."))
    if outcome == "refused" and not stayed_away(sitting.session, case, witness):
        raise InvalidInput.at("outcome", T("No record of a hearing says that the expert did not come."))
    if outcome in ("heard", "at_fault") and not was_heard(sitting.session, case, witness):
        raise InvalidInput.at(
            "outcome", T("No record of a hearing says that the expert came, and there is no testimony.")
        )


ENDED = {
    "heard": T("The expert was heard. The losing party bears what the attendance cost."),
    "at_fault": T("The expert bears what the attendance cost: the opinion was unclear or flawed."),
    "refused": T(
        "The expert did not come. No finding may rest on the opinion, and the party who paid the fee may ask for it back."
    ),
    "not_needed": T("The expert need not come any more."),
}


@resolver("expert_call")
def find_expert_call(sitting: Sitting, case: Case, actor: Actor, reference: str) -> ExpertCall | None:
    """A call of an expert to be heard."""
    return row_named(sitting, case, ExpertCall, reference)


@choice_source("expert_calls_live")
def expert_calls_live(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Experts who are called and of whom it is not found yet how that ended."""
    return _call_options(sitting, calls_of(sitting.session, case, *LIVE))


class AttendanceInput(CourtModel):
    """How an expert's attendance ended (EV 39, 81)."""

    call: Annotated[str, RefTo("expert_call"), field(T("Whose attendance?"), choices="expert_calls_live")]
    outcome: Annotated[
        Literal["heard", "at_fault", "refused", "not_needed"],
        field(
            T("How did it end?"),
            options={
                "heard": T("The expert was heard. What came in is for the expert, and the losing party bears it"),
                "at_fault": T("The expert was heard because the opinion was unclear or flawed, and bears the cost"),
                "refused": T("The expert refused to come: no finding may rest on the opinion"),
                "not_needed": T("It is no longer needed that the expert comes"),
            },
            widget="radios",
        ),
    ]
    reasons: Reasons


@act(
    title=T("Find how the expert’s attendance ended"),
    input=AttendanceInput,
    by={Role.JUDGE},
    at=UNTIL_DECIDED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on how the expert’s attendance ended"),
        T(
            "There is nothing you have to do now. If the expert refused to come, no finding may rest on the report: another appraisal may be asked for, and whoever paid the expert may ask for the fee back."
        ),
    ),
    paper=RulingForm(T("Attendance of the expert"), WITH_THE_JUDGMENT, result="outcome", words=ENDED),
    source=law("CPL 81", "EV 39, 81"),
    seen_by=Audience.HEARING,
    desk=desks.EXPERT_ATTENDS,
    topic=Topic.HEARING,
    in_record=False,
    guard=some_call_is_live,
)
def settle_attendance(sitting: Sitting, case: Case, given: AttendanceInput, *, actor: Actor, now: datetime) -> Recorded:
    """Find from the record whether the expert was heard, and who bears it: the loser, or themselves where their opinion
    made it needed (EV 39).

    Who refuses to come makes the opinion no basis for a finding (CPL 81; EV 81): another
    appraisal can then be asked for. What is not used goes back to who prepaid it.
    """
    call: ExpertCall = sitting.resolved("expert_call", given.call)
    if call.state not in LIVE:
        raise InvalidInput.at("call", T("Choose one of those listed."))
    _require_record(sitting, case, call, given.outcome)
    facts = {"call": call.reference, "outcome": given.outcome, "reasons": given.reasons}
    if given.outcome == "not_needed":
        drop(sitting, case, [call])
        return Recorded(ENDED["not_needed"], facts)
    if given.outcome == "heard":
        end(sitting, case, call, S.HEARD)
        _to_pass_on(sitting, case, call)
        return Recorded(ENDED["heard"], {**facts, "total": call.total.minor, "currency": call.currency})
    why = {
        "at_fault": T("The expert bears it: the opinion was unclear or flawed."),
        "refused": T("The expert did not come."),
    }[given.outcome]
    back = return_all(sitting, case, call, why, {"at_fault": "EV 39", "refused": "EV 81"}[given.outcome])
    end(sitting, case, call, S(given.outcome))
    if given.outcome == "refused" and call.appraisal.exhibit is not None:
        call.appraisal.exhibit.state = ExhibitState.EXCLUDED
        recall(sitting.session, case, sitting.court.clock.machine_now())
    return Recorded(ENDED[given.outcome], {**facts, "back": back.minor, "currency": back.currency})


def _to_pass_on(sitting: Sitting, case: Case, call: ExpertCall) -> None:
    if call.total.minor:
        name = witness_of(sitting.session, call.appraisal).name
        title = T(
            "Pay the expert %(name)s for the attendance out of the %(total)s that came in.", name=name, total=call.total
        )
        sitting.open_task(case, Role.CASHIER, desks.ATTENDANCE_PASS_ON, title, risk=30, subject=call.reference)


@guard("FEE 11", "EV 39")
def an_expert_is_to_be_paid(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is passed on."""
    return (
        None
        if calls_to_pay(sitting.session, case)
        else T("Nothing was collected for an expert that waits to be passed on.")
    )


@choice_source("expert_calls_to_pay")
def expert_calls_to_pay(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Experts who were heard and wait for what was collected for them."""
    return _call_options(sitting, calls_to_pay(sitting.session, case))


class PassOnInput(CourtModel):
    """What is paid to an expert out of what was collected for them (FEE 11)."""

    call: Annotated[str, RefTo("expert_call"), field(T("Expert who was heard"), choices="expert_calls_to_pay")]
    amount: Annotated[
        CourtMoney,
        field(
            T("Paid to the expert"),
            T("What the attendance really cost, never more than came in. The rest goes back to who prepaid it."),
        ),
    ]
    channel: Annotated[
        Literal["transfer", "counter"],
        field(
            T("How is it paid?"),
            options={one.value: one.label for one in (Channel.TRANSFER, Channel.COUNTER)},
            widget="radios",
        ),
    ]
    slip: Annotated[str, CourtText(1, 120, one_line=True), field(T("Number of the transfer or slip"))]


@act(
    title=T("Pass on what was collected for an expert"),
    input=PassOnInput,
    by={Role.CASHIER},
    at=PAID_AT,
    while_stayed=True,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The expert has been paid for attending"),
        T(
            "There is nothing you have to do. If less was needed than was prepaid, the rest is to go back to whoever paid it."
        ),
        for_information=True,
    ),
    source=law("FEE 11", "EV 39"),
    seen_by=Audience.HEARING,
    desk=desks.ATTENDANCE_PASS_ON,
    topic=Topic.HEARING,
    in_record=False,
    guard=an_expert_is_to_be_paid,
)
def pass_on_attendance_fee(
    sitting: Sitting, case: Case, given: PassOnInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Pay the expert what their attendance really cost, out of what was collected for them; what is over goes back to
    who prepaid it (FEE 11, 20).
    """
    call: ExpertCall = sitting.resolved("expert_call", given.call)
    if call not in calls_to_pay(sitting.session, case):
        raise ActNotOpen(T("You have already done this."))
    if given.amount.currency != call.currency or given.amount.minor > call.total.minor:
        raise InvalidInput.at("amount", T("Never more than came in: %(total)s.", total=call.total))
    call.passed_on_minor, call.passed_on_by = given.amount.minor, sitting.next_number(case)
    sitting.close_tasks(case, desks.ATTENDANCE_PASS_ON, call.reference)
    book_passed_on(sitting.session, call.reference, given.amount, Channel(given.channel), now, case.id)
    over = _return_over(sitting, case, call, call.total.minor - given.amount.minor)
    witness = witness_of(sitting.session, call.appraisal)
    tell(sitting, case, witness, T("You are paid %(amount)s for coming to be heard", amount=given.amount))
    words = T(
        "The expert %(name)s was paid %(amount)s for the attendance; %(over)s goes back",
        name=witness.name,
        amount=given.amount,
        over=over,
    )
    if not over.minor:
        words = T("The expert %(name)s was paid %(amount)s for the attendance", name=witness.name, amount=given.amount)
    return Recorded(
        words, {"call": call.reference, "amount": given.amount.minor, "over": over.minor, "currency": call.currency}
    )


def _return_over(sitting: Sitting, case: Case, call: ExpertCall, over: int) -> Money:
    """What is over goes back in proportion to what each prepaid, an odd cent to who was asked first."""
    shares = call.shares_in(ShareState.PAID)
    back = split(
        over, {f"{place:03}": Fraction(share.amount_minor, call.total.minor) for place, share in enumerate(shares)}
    )
    for place, share in enumerate(shares):
        if part := back[f"{place:03}"]:
            why = T("The attendance cost less than was prepaid.")
            give_back(sitting, case, notice_of(sitting.session, share), why, RATES, Money(part, call.currency))
    return Money(over, call.currency)


def _share_of(sitting: Sitting, case: Case, assessment: str | None) -> tuple[ExpertCall, ExpertShare] | None:
    for call in calls_of(sitting.session, case):
        for share in call.shares:
            if notice_of(sitting.session, share).reference == assessment:
                return call, share
    return None


def on_fee_paid(sitting: Sitting, event: FeePaid) -> None:
    """A part was prepaid; after its time too, as long as the judge has found nothing else."""
    case = event.case
    found = _share_of(sitting, case, event.assessment)
    if found is None or found[1].state is not ShareState.ASKED:
        return
    call, share = found
    share.state = ShareState.PAID
    sitting.close_tasks(case, desks.ATTENDANCE_UNPAID, share.reference)
    advance(sitting, case, call)


def on_attendance_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """Not prepaid in time: that the objection counts as given up is the judge's word, never the clock's (EV 38)."""
    found = _share_of(sitting, case, window.subject)
    if found is None or found[1].state is not ShareState.ASKED:
        return
    share = found[1]
    name = case.name_of(share.party_id)
    title = T(
        "%(name)s has not prepaid the expert’s attendance. Find whether the objection counts as given up [EV 38].",
        name=name,
    )
    sitting.open_task(case, Role.JUDGE, desks.ATTENDANCE_UNPAID, title, risk=50, subject=share.reference)


def on_served(sitting: Sitting, event: Served) -> None:
    """The notice reached its payer later than it stood on the page: the time to prepay runs from that day."""
    case = event.case
    for call in calls_of(sitting.session, case, S.PREPAYING):
        for share in call.shares_in(ShareState.ASKED):
            notice = notice_of(sitting.session, share)
            windows = sitting.windows(case, ATTENDANCE, state=None, subject=notice.reference)
            if (
                share.party_id != event.party.id
                or notice.entry_number not in event.entries
                or not windows
                or event.at <= windows[-1].opened_at
            ):
                continue
            sitting.close_windows(case, ATTENDANCE, WindowState.ENDED, subject=notice.reference)
            sitting.close_tasks(case, desks.ATTENDANCE_UNPAID, share.reference)
            sitting.start_window(
                case,
                ATTENDANCE,
                party=event.party,
                start=event.at,
                subject=notice.reference,
                amount=call.days,
                proof=event.proof,
            )


def _call_options(sitting: Sitting, rows: Sequence[ExpertCall]) -> list[Option]:
    return [
        Option(
            r.reference,
            T("%(name)s, %(total)s", name=witness_of(sitting.session, r.appraisal).name, total=r.total),
            r.state.label,
        )
        for r in rows
    ]
