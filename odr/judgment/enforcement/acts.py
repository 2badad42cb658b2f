"""Acts after a decision or statement binds: performance, enforcement, closing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, Outcome, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.enforcement.agreed_terms import is_settled_whole, under_agreement
from odr.judgment.enforcement.beginning import begin
from odr.judgment.enforcement.effect import all_done, interest_left, left_of, to_apply_for
from odr.judgment.enforcement.ending import INACTION, halt
from odr.judgment.enforcement.paid_in_full import follow_up, settle
from odr.judgment.enforcement.part import BOUND, goes_to
from odr.judgment.enforcement.queries import (
    barred,
    enforcement_settlements,
    is_performed,
    open_enforcement,
    unconfirmed,
)
from odr.judgment.enforcement_remedies.for_now.models import LIVES_ON
from odr.judgment.enforcement_remedies.for_now.queries import why_not_for_now
from odr.judgment.enforcement_remedies.objections.models import ObjectionKind
from odr.judgment.enforcement_remedies.objections.queries import (
    RULED,
    objection_named,
    objections_of,
    who_objects,
    why_untouched,
)
from odr.judgment.enforcement_remedies.successors.bound import article_of, estate_for
from odr.judgment.enforcement_remedies.successors.models import DebtorGround
from odr.judgment.models import EnforcementCase, EnforcementMeasure, Obligation, Performance
from odr.judgment.queries import names_of, obligations_of
from odr.judgment.vocabulary import EnforcementState, Instrument, SettlementState
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import CaseClosed
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtMoney, CourtText, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OWED_AT = BOUND | {Stage.PAYMENT_ORDER}


@choice_source("open_obligations")
def open_obligations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What is still owed, as far as it concerns the one who asks."""
    rows = [o for o in obligations_of(sitting.session, case) if o.done_at is None]
    return [
        Option(o.reference, obligation_words(case, o))
        for o in rows
        if actor.party_id is None or o.creditor_id is None or actor.party_id in (*o.debtors, o.creditor_id)
    ]


class PerformanceInput(CourtModel):
    """A payment or act by which an obligation was performed."""

    obligation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("What was performed"), choices="open_obligations")
    ]
    amount: Annotated[
        CourtMoney | None,
        field(
            T("Amount paid"),
            T(
                "Part payments count too. What is more than is open of it counts towards what else is owed to the same party."
            ),
        ),
    ] = None
    on: Annotated[CourtDate, field(T("On which day"))]
    note: Annotated[
        str | None,
        CourtText(0, 1000),
        field(T("How it can be seen"), T("For example the reference of the transfer."), widget="textarea"),
    ] = None
    proof: Annotated[
        str | None,
        RefTo("upload"),
        field(T("Bank slip or screenshot"), T("The other side sees it. Send the file first; it then stands here.")),
    ] = None


@guard("CPL 247")
def something_is_still_owed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There is something to tell of: owed by whoever tells it, or to them."""
    return (
        None
        if open_obligations(sitting, case, actor)
        else T("Nothing is owed any more between you and the other side: there is nothing to report.")
    )


def what_it_comes_to(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """What each sum comes to today with its interest, so that nobody pays a little too little; where another sum was agreed
    in the enforcement, that one is owed.
    """
    found: list[Text] = []
    agreed = under_agreement(sitting, case)
    for o in obligations_of(sitting.session, case):
        left, interest = left_of(sitting, o), interest_left(sitting, case, o)
        concerned = actor.party_id is None or actor.party_id in (*o.debtors, o.creditor_id)
        if o.done_at is None and left is not None and interest and concerned and o.reference not in agreed:
            minor, estate = left.minor + interest, estate_for(sitting, case, o)
            whole = Money(estate.asks(minor) if estate is not None else minor, left.currency)
            found.append(
                T(
                    "%(owed)s. With its interest to today, %(amount)s is open.",
                    owed=obligation_words(case, o),
                    amount=whole,
                )
            )
    return found


@act(
    title=T("Say what was paid or done"),
    input=PerformanceInput,
    version=2,
    by=set(PARTY_ROLES) | {Role.CLERK},
    at=OWED_AT,
    of_part=True,
    in_record=False,
    guard=something_is_still_owed,
    says=what_it_comes_to,
    source=law("CPL 247"),
    means={Milestone.PERFORMANCE_TOLD},
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A payment or another performance is reported"),
        T(
            "If it was to come to you, say on the page of the case whether it arrived. If you say nothing, it counts as reported and not confirmed."
        ),
    ),
    topic=Topic.DECISION,
)
def record_performance(
    sitting: Sitting, case: Case, given: PerformanceInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record what was paid or done; the debtor's own word waits for the creditor's, the creditor's and the clerk's
    count at once.
    """
    obligation = obligation_named(sitting.session, case, given.obligation)
    if obligation.done_at is not None:
        raise ActNotOpen(T("This was performed already."))
    if actor.party_id is not None and actor.party_id not in (*obligation.debtors, obligation.creditor_id):
        raise InvalidInput.at("obligation", T("This is not between you and somebody else."))
    if (given.amount is None) != (obligation.amount_minor is None):
        raise InvalidInput.at("amount", T("Enter the amount that was paid; for something else, leave it empty."))
    if given.amount is not None and given.amount.currency != obligation.currency:
        raise InvalidInput.at("amount", T("The amount is not in the currency of this court."))
    if given.on > sitting.today:
        raise InvalidInput.at("on", T("This day is still to come."))
    estate = estate_for(sitting, case, obligation)
    if estate is not None and actor.party_id is None and given.amount and given.amount.minor > estate.left_minor:
        words = T(
            "Of the heir no more than %(amount)s is taken (%(article)s).",
            amount=estate.left,
            article=article_of(sitting, case, DebtorGround.HEIR),
        )
        raise InvalidInput.at("amount", words)
    is_mine = actor.party_id is not None and actor.party_id == obligation.creditor_id
    if is_mine and given.amount is not None and unconfirmed(sitting.session, obligation):
        # Noted here and confirmed there, one payment would count twice.
        name = names_of(case, obligation.debtors)
        raise InvalidInput.at(
            "obligation", T("%(name)s has reported a payment of this. Say first whether it arrived.", name=name)
        )
    counts = actor.party_id is None or is_mine
    number = sitting.next_number(case)
    sitting.session.add(
        Performance(
            obligation_id=obligation.id,
            amount_minor=given.amount.minor if given.amount else None,
            on=given.on,
            note=given.note,
            confirmed=counts,
            confirmed_entry=number if counts else None,
            entry_number=number,
        )
    )
    sitting.session.flush()
    settle(sitting, case, obligation)
    # Of several who owe it jointly whoever reports it is named; who of them paid is nothing to the creditor.
    one = actor.party_id in obligation.debtors
    who: Any = case.name_of(actor.party_id or 0) if one else names_of(case, obligation.debtors)
    what: Any = given.amount if given.amount else obligation.what or ""
    words = T("%(name)s performed: %(what)s", name=who, what=what)
    return Recorded(
        words if counts else T("%(name)s reports: %(what)s", name=who, what=what),
        {"obligation": obligation.reference, "confirmed": counts},
    )


@upcast(names.RECORD_PERFORMANCE, from_version=1)
def told_without_a_file(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first what was paid was told in words only."""
    return {**given, "proof": None}


@choice_source("reported_obligations")
def reported_obligations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Performance that a debtor reported and the creditor has not answered."""
    live = [o for o in obligations_of(sitting.session, case) if o.done_at is None]
    rows = [o for o in live if unconfirmed(sitting.session, o)]
    return [Option(o.reference, _reported_words(sitting, case, o)) for o in rows if o.creditor_id == actor.party_id]


def _reported_words(sitting: Sitting, case: Case, obligation: Obligation) -> Text:
    """What a debtor says they paid, beside what they owed."""
    owed = obligation_words(case, obligation)
    sums = [one.amount_minor for one in unconfirmed(sitting.session, obligation) if one.amount_minor]
    if not sums or not obligation.currency:
        return owed
    return T("%(amount)s reported, of this: %(owed)s", amount=Money(sum(sums), obligation.currency), owed=owed)


@guard("CPL 247")
def something_is_reported_to_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only the creditor answers, and only what a debtor has reported."""
    return None if reported_obligations(sitting, case, actor) else T("Nobody has reported a payment to you.")


class ConfirmPerformanceInput(CourtModel):
    """The creditor's word that a reported performance arrived."""

    obligation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("What was performed"), choices="reported_obligations")
    ]
    arrived: Annotated[
        bool,
        field(
            T("Did it arrive?"),
            widget="radios",
            options={"true": T("Yes, it arrived"), "false": T("No, it did not arrive")},
            missing=T("Say whether it arrived"),
        ),
    ]


@act(
    title=T("Say whether it arrived"),
    input=ConfirmPerformanceInput,
    by=set(PARTY_ROLES),
    at=OWED_AT,
    of_part=True,
    in_record=False,
    guard=something_is_reported_to_me,
    source=law("CPL 247"),
    means={Milestone.PERFORMANCE_TOLD},
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("The other side’s answer: whether it was paid or done"),
        T(
            "The docket says whether it arrived. If it did not, send the proof of the payment, or pay; otherwise the court can be asked to enforce."
        ),
    ),
    topic=Topic.DECISION,
)
def confirm_performance(
    sitting: Sitting, case: Case, given: ConfirmPerformanceInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The creditor says whether what the debtor reported arrived."""
    obligation = obligation_named(sitting.session, case, given.obligation)
    reports = unconfirmed(sitting.session, obligation)
    if obligation.creditor_id != actor.party_id or not reports:
        raise InvalidInput.at("obligation", T("Choose one of those listed."))
    for report in reports:
        report.confirmed, report.confirmed_entry = given.arrived, sitting.next_number(case)
    sitting.session.flush()
    if given.arrived:
        settle(sitting, case, obligation)
    me = sitting.party_of(case, actor)
    words = (
        T("%(name)s confirms that it arrived", name=me.name)
        if given.arrived
        else T("%(name)s says that it did not arrive", name=me.name)
    )
    return Recorded(words, {"obligation": obligation.reference, "arrived": given.arrived})


@guard("CPL 247")
def nobody_is_enforced_for(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The court carries out one application at a time; of a part that is in effect it may go on when the rest is decided."""
    found = open_enforcement(sitting.session, case)
    if found is None:
        return None
    name = case.name_of(found.party_id)
    return T(
        "The court is enforcing for %(name)s. Once that has ended, you can apply for what is owed to you.", name=name
    )


@guard("CPL 241, 247")
def something_is_overdue(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Enforcement needs something that was due to this party and is not performed."""
    if to_apply_for(sitting, case, actor.party_id):
        return None
    mine = [o for o in obligations_of(sitting.session, case) if o.creditor_id == actor.party_id and o.done_at is None]
    if under_agreement(sitting, case) & {o.reference for o in mine}:
        return T("You settled in an enforcement. Have it resumed if that is not kept.")
    if barred(sitting.session, case) & {o.reference for o in mine}:
        return T("The court has ruled that this is not enforced, because the time to apply had passed.")
    return T("Nothing that is owed to you is overdue.")


class EnforcementInput(CourtModel):
    """The creditor's application for enforcement."""

    note: Annotated[
        str | None, CourtText(0, 2000), field(T("What you know of the debtor’s property"), widget="textarea")
    ] = None


@act(
    title=T("Apply for enforcement"),
    input=EnforcementInput,
    by=set(PARTY_ROLES),
    at={Stage.EFFECTIVE},
    of_part=True,
    to={Stage.ENFORCEMENT},
    guard=(nobody_is_enforced_for, something_is_overdue),
    window="enforcement_application",
    meets=False,
    late=True,
    special=True,
    in_record=False,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Application to enforce the decision"),
        T(
            "Whoever still owes something should pay or do it now. If they do not, the court can take measures of enforcement."
        ),
    ),
    source=law("CPL 247, 250", "CPI 481"),
    topic=Topic.DECISION,
    page="enforcement.page",
)
def apply_for_enforcement(
    sitting: Sitting, case: Case, given: EnforcementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Apply with one act: what is overdue with its interest to today and what delay adds, each with its working (CPL
    247, 250).

    Its fee is not prepaid, and the debtor bears it (FEE 14, 38). Where it was ordered or agreed so, one late instalment
    makes all the rest of that sum due. After the two years it is accepted too: whether they are over is looked at only where the
    debtor says so (CPI 481).
    """
    me = sitting.party_of(case, actor)
    number, rows, total = begin(sitting, case, me)
    goes_to(sitting, case, Stage.ENFORCEMENT)
    return Recorded(
        T(
            "Enforcement applied for by %(name)s: %(amount)s",
            name=me.name,
            amount=Money(total, sitting.pack(case).currency),
        ),
        {"number": number, "claimed": rows},
    )


class MeasureInput(CourtModel):
    """One measure of enforcement."""

    what: Annotated[str, CourtText(1, 2000), field(T("What was done"), widget="textarea")]
    on: Annotated[CourtDate, field(T("On which day"))]
    claimed: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(
            T("Sells, hands over or pays out property an outsider claims"),
            T("Empty: it does not. What may not be touched yet is refused."),
            choices="claimed_property",
        ),
    ] = None
    carries_out: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Carries out a ruling on an objection"), choices="rulings_to_carry_out"),
    ] = None


@choice_source("claimed_property")
def claimed_property(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Property that somebody outside claims, and why it is left alone now."""
    rows = [one for one in objections_of(sitting.session, case) if one.kind is ObjectionKind.PROPERTY]
    return [Option(one.reference, one.what, why_untouched(sitting, case, one)) for one in rows]


@choice_source("rulings_to_carry_out")
def rulings_to_carry_out(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What was ruled on objections and the registry has still to do."""
    waits = {one.subject for one in sitting.tasks(case, desks.OBJECTION_CARRY_OUT)}
    rows = [one for one in objections_of(sitting.session, case, *RULED) if one.reference in waits]
    return [Option(one.reference, who_objects(case, one), one.what) for one in rows]


def what_is_claimed(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """What is not sold, handed over or paid out now, and why, before anybody does it (CPI 313, 463)."""
    found = [(one, why_untouched(sitting, case, one)) for one in objections_of(sitting.session, case)]
    return [
        T("Not to be sold, handed over or paid out: %(what)s. %(why)s", what=one.what, why=why)
        for one, why in found
        if why is not None
    ]


@guard("CPL 236, 238", "CPI 314")
def something_is_enforced_or_undone(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """An enforcement is under way, or what was ruled on an objection is still to be carried out, though the enforcement is over."""
    waits = open_enforcement(sitting.session, case) is not None or rulings_to_carry_out(sitting, case, actor)
    return None if waits else T("No enforcement is under way.")


@act(
    title=T("Record a measure of enforcement"),
    input=MeasureInput,
    version=2,
    says=what_is_claimed,
    by={Role.CLERK},
    at={Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED},
    of_part=True,
    guard=something_is_enforced_or_undone,
    in_record=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A measure of enforcement was taken"),
        T(
            "The docket says what was done. Whoever still owes something should pay or do it now; otherwise further measures can follow."
        ),
    ),
    source=law("CPL 236, 238, 251 to 260", "CPI 313, 314, 463"),
    desk=desks.OBJECTION_CARRY_OUT,
    topic=Topic.DECISION,
)
def record_measure(sitting: Sitting, case: Case, given: MeasureInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record what was done to enforce; the watch over inaction begins anew (CPL 237).

    Raises InvalidInput where it disposes of property that an outsider claims and that is to be left as it is (CPI 313, 463), and
    for a day to come.
    """
    if given.on > sitting.today:
        raise InvalidInput.at("on", T("This day is still to come."))
    found = _enforcement_of(sitting, case, given)
    if found.halted_entry is not None and not given.carries_out:
        raise ActNotOpen(T("The enforcement is halted: no measure is taken until it goes on."))
    _about_objections(sitting, case, given)
    sitting.session.add(
        EnforcementMeasure(
            enforcement_id=found.id, what=given.what, on=given.on, entry_number=sitting.next_number(case)
        )
    )
    if found.state is EnforcementState.OPEN and found.halted_entry is None:
        sitting.close_windows(case, "enforcement_notice", WindowState.MET, subject=found.reference)
        sitting.close_windows(case, INACTION, WindowState.MET, subject=found.reference)
        sitting.start_window(case, INACTION, start=now, subject=found.reference)
    return Recorded(T("Enforcement measure: %(what)s", what=given.what), {"number": found.number})


def _enforcement_of(sitting: Sitting, case: Case, given: MeasureInput) -> EnforcementCase:
    """The enforcement under way, or that in which somebody objected, where what was ruled on it is carried out afterwards."""
    found = open_enforcement(sitting.session, case)
    row = objection_named(sitting.session, case, given.carries_out or "", *RULED)
    if row is not None:
        return sitting.session.get_one(EnforcementCase, row.enforcement_id)
    if found is None:
        raise ActNotOpen(T("No enforcement is under way."))
    return found


def _about_objections(sitting: Sitting, case: Case, given: MeasureInput) -> None:
    if given.claimed:
        row = objection_named(sitting.session, case, given.claimed)
        if row is None or row.kind is not ObjectionKind.PROPERTY:
            raise InvalidInput.at("claimed", T("Choose one of those listed."))
        why = why_untouched(sitting, case, row)
        if why is not None:
            raise InvalidInput.at("claimed", why)
    if given.carries_out:
        row = objection_named(sitting.session, case, given.carries_out, *RULED)
        if row is None or not sitting.close_tasks(case, desks.OBJECTION_CARRY_OUT, row.reference):
            raise InvalidInput.at("carries_out", T("Choose one of those listed."))
        row.carried_out_entry = sitting.next_number(case)


@upcast(names.RECORD_MEASURE, from_version=1)
def before_objections(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first nobody could object, so no measure was about an objection."""
    return {**given, "claimed": None, "carries_out": None}


@guard("CPL 157, 268")
def who_ends_it(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Ending an enforcement is whose the rules say: in ``cn`` the judge's, by ruling (CPL 157, 268)."""
    return (
        None
        if sitting.pack(case).decider("end_enforcement") == actor.role.value
        else T(
            "The rules of this case leave this to: %(who)s.",
            who=Role(sitting.pack(case).decider("end_enforcement")).label,
        )
    )


def takes_effect(sitting: Sitting, case: Case, given: Any) -> list[Text]:
    """From when a ruling that halts or ends an enforcement holds, where the rules say it (CPL 269)."""
    rules, pack = sitting.pack(case).enforcement_halt, sitting.pack(case)
    if rules is None:
        return []
    return [
        T("This ruling takes effect when it is served (%(article)s).", article=pack.cite(str(rules.effect_article)))
    ]


def what_an_end_says(sitting: Sitting, case: Case, given: Any) -> list[Text]:
    """From when it holds, and of one that ends for now that the claim lives on and goes on at any time (CPI 517)."""
    lives = [LIVES_ON] if given.state is EnforcementState.FOR_NOW else []
    return [*lives, *takes_effect(sitting, case, given)]


class EndEnforcementInput(CourtModel):
    """How an enforcement ended."""

    state: Annotated[EnforcementState, Choice(EnforcementState), field(T("How it ended"))]
    reasons: Annotated[str, CourtText(1, 4000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("End the enforcement"),
    input=EndEnforcementInput,
    by={Role.JUDGE, Role.CLERK},
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    to={Stage.EFFECTIVE, Stage.CLOSED},
    guard=who_ends_it,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling that ends the enforcement"),
        T(
            "The ruling says how the enforcement ended, and takes effect when it is served. If something is still owed, it stays owed, and the enforcement can be asked for again."
        ),
    ),
    paper=RulingForm(
        T("End of the enforcement"),
        NO_APPEAL,
        result="state",
        ruled=T("The enforcement is ended."),
        more=what_an_end_says,
    ),
    source=law("CPL 157, 241, 268, 269", "CPI 517"),
    desk=(desks.ENFORCEMENT, desks.ENFORCEMENT_SETTLED, desks.ENFORCEMENT_PAID, desks.ENDING_FOR_NOW),
    topic=Topic.DECISION,
)
def end_enforcement(
    sitting: Sitting, case: Case, given: EndEnforcementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """End it: performed, settled between the parties, or without full performance and then open again (CPL 241, 265,
    268). Performed, the case closes too, unless something is still owed to somebody else, who may apply then.
    """
    found = open_enforcement(sitting.session, case)
    if found is None:
        raise ActNotOpen(T("No enforcement is under way."))
    if given.state is EnforcementState.OPEN:
        raise InvalidInput.at("state", T("Say how it ended."))
    if given.state is EnforcementState.BARRED:
        raise InvalidInput.at("state", T("This is ruled only where the debtor asks for it: rule on their motion."))
    if given.state is EnforcementState.DONE and not is_performed(sitting.session, case, found):
        raise ActNotOpen(T("Something is still owed."))
    why = why_not_for_now(sitting, case, found) if given.state is EnforcementState.FOR_NOW else None
    if why is not None:
        raise ActNotOpen(why, T("Tell the creditor the result of the search first."))
    every = enforcement_settlements(sitting.session, case, SettlementState.SIGNED)
    signed = [row for row in every if row.enforcement_id == found.id]
    if given.state is EnforcementState.SETTLED and not signed:
        raise ActNotOpen(
            T("No agreement in an enforcement is signed."),
            T("The parties propose and sign it here first [CPL 241]."),
        )
    if given.state is EnforcementState.SETTLED and not is_settled_whole(sitting, case, found):
        raise ActNotOpen(
            T("What another debtor owes is enforced here too, and nothing is agreed about it."),
            T("The enforcement goes on for that, and what was agreed stands."),
        )
    for row in signed:
        sitting.close_tasks(case, desks.ENFORCEMENT_SETTLED, row.reference)
    halt(sitting, case, found, given.state)
    if given.state is EnforcementState.DONE and all_done(sitting, case) and case.stage in BOUND:
        case.outcome, case.closed_at = Outcome.ENFORCED, now
        sitting.move(case, Stage.CLOSED)
        sitting.announce(CaseClosed(case))
    else:
        goes_to(sitting, case, Stage.EFFECTIVE)
        follow_up(sitting, case)
    return Recorded(
        T("Enforcement %(number)s ended: %(how)s", number=found.number, how=given.state.label), {"number": found.number}
    )


def inaction(sitting: Sitting, case: Case, window: Any) -> None:
    """Six months without a measure: the creditor may turn to the higher court, and the president learns of it (CPL
    237).
    """
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.ENFORCEMENT_INACTION,
        T(
            "Nothing was done in an enforcement for [time enforcement_inaction]. The creditor may turn to the higher court."
        ),
        risk=75,
        subject=window.subject,
    )


@guard("COURT closing")
def nothing_is_owed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A case closes when nothing is owed any more."""
    if not all_done(sitting, case):
        return T("Something is still owed. The case can be closed once all of it is recorded as performed.")
    found = open_enforcement(sitting.session, case)
    return T("Enforcement %(number)s is under way. End it first.", number=found.number) if found is not None else None


class CloseInput(CourtModel):
    """Why the case can be closed."""

    note: Annotated[str | None, CourtText(0, 1000), field(T("Note for the file"), widget="textarea")] = None


@act(
    title=T("Close the case"),
    input=CloseInput,
    by={Role.CLERK},
    at={Stage.EFFECTIVE},
    to={Stage.CLOSED},
    guard=nothing_is_owed,
    source=law("COURT closing"),
    desk=desks.CLOSE_CASE,
    topic=Topic.DECISION,
)
def close_case(sitting: Sitting, case: Case, given: CloseInput, *, actor: Actor, now: datetime) -> Recorded:
    """Close the case: everything is performed, or there was nothing to perform."""
    settled = any(
        o.instrument in (Instrument.STATEMENT, Instrument.CONFIRMATION) for o in obligations_of(sitting.session, case)
    )
    case.outcome, case.closed_at = (Outcome.SETTLED if settled else Outcome.PERFORMED), now
    sitting.move(case, Stage.CLOSED)
    sitting.close_tasks(case, desks.CLOSE_CASE)
    sitting.announce(CaseClosed(case))
    return Recorded(T("Case closed: %(outcome)s", outcome=case.outcome.label))


def obligation_named(session: Session, case: Case, reference: str) -> Obligation:
    """A live obligation of this case. Raises InvalidInput for another."""
    found = next((o for o in obligations_of(session, case) if o.reference == reference), None)
    if found is None:
        raise InvalidInput.at("obligation", T("Choose one of those listed."))
    return found


def obligation_words(case: Case, obligation: Obligation) -> Text:
    """Who owes what, and by which day."""
    what = obligation.amount if obligation.amount else obligation.what or ""
    return T(
        "%(name)s: %(what)s, by %(day)s", name=names_of(case, obligation.debtors), what=what, day=obligation.due_on
    )
