"""The bar on costly consumption: asked for, ordered by the president, one thing allowed, lifted (RHC 1 to 9)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment.enforcement.queries import barred, enforcements_of, open_enforcement
from odr.judgment.enforcement_remedies.successors.bound import is_used_up
from odr.judgment.models import EnforcementCase
from odr.judgment.names import END_ENFORCEMENT
from odr.judgment.queries import obligations_of
from odr.judgment.vocabulary import EnforcementState
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.papers.language import language_of
from odr.procedure.papers.rulings import STANDS as NO_REVIEW
from odr.procedure.rules.base import law
from odr.register import desks, names
from odr.register.enforcement_list.inputs import AskBarInput, AskLeaveInput, BarInput, LiftBarInput, RuleOnLeaveInput
from odr.register.enforcement_list.listing import barred_lines, is_enforced_for_me
from odr.register.enforcement_list.models import STANDS, ConsumptionLeave, ConsumptionOrder, Listing, ListingState
from odr.register.enforcement_list.queries import (
    OVER,
    bars_of,
    creditor_of,
    is_person,
    leaves_of,
    liftings_of,
    listing_of_party,
    replaced_since,
)
from odr.register.enforcement_list.reporting import chosen_debtor, named, somebody_owes, whose_debt
from odr.register.enforcement_list.standing import LOOKED_AFTER

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


NEVER_RIGHT = {"wrong": "wrong", "review": "wrong", "not_enforced": "over"}
"""Why an entry came off, as far as the bar that came with it goes too → why the bar is lifted."""
WHY_LIFTED = {
    "performed": T("Nothing is owed any more under the decision that was enforced."),
    "over": T("What was decided has no effect any more, or the court ruled that it is not enforced."),
    "wrong": T("The bar came with an entry in the list that should never have been made."),
    "replaced": T("The bar was for somebody in whose place another stands now; what is owed stays owed."),
}


def _lines(typed: str) -> list[str]:
    return [line.strip() for line in typed.splitlines() if line.strip()]


@guard("RHC 1, 3")
def consumption_can_be_barred(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The rules of the country know such a bar."""
    known = sitting.pack(case).consumption is not None
    return None if known else T("The rules of this court know no bar on costly consumption.")


@act(
    title=T("Ask to bar a debtor from costly consumption"),
    input=AskBarInput,
    by={*PARTY_ROLES, Role.JUDGE},
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    guard=(consumption_can_be_barred, somebody_owes, is_enforced_for_me),
    source=law("RHC 1, 4"),
    topic=Topic.DECISION,
    help=T(
        "Flights, fast trains, star hotels, private schools and other things that life and work do not need. It costs nothing."
    ),
)
def ask_for_consumption_bar(
    sitting: Sitting, case: Case, given: AskBarInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The creditor asks in writing, or a judge puts it before the president, who decides (RHC 4, 5)."""
    debtor = chosen_debtor(sitting, case, given.debtor)
    if any(one.party_id == debtor.id for one in bars_of(sitting.session, case, "asked", "ordered")):
        raise InvalidInput.at("debtor", T("This was asked for already, or is ordered."))
    row = ConsumptionOrder(
        case_id=case.id,
        party_id=debtor.id,
        state="asked",
        people=[],
        words=given.words,
        asked_entry=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    title = T("Decide whether %(name)s is barred from costly consumption.", name=debtor.name)
    sitting.open_task(case, Role.PRESIDENT, desks.CONSUMPTION_BAR, title, risk=50, subject=debtor.reference)
    return Recorded(T("Asked: bar %(name)s from costly consumption", name=debtor.name), {"order": row.reference})


def _said(sitting: Sitting, case: Case, given: BarInput) -> list[Text]:
    """What the paper says of a bar: what is barred, until when, and what follows otherwise (RHC 5)."""
    return barred_lines(sitting, case) if given.answer == "bar" else []


@act(
    title=T("Decide on a bar on costly consumption"),
    input=BarInput,
    by={Role.PRESIDENT},
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    guard=(consumption_can_be_barred, somebody_owes),
    source=law("RHC 1, 2, 3, 4, 5"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on costly consumption"),
        T(
            "If it is barred, the debtor and those named pay for nothing costly that life and work do not need. Whoever needs one such thing asks the court first. Who spends all the same can be fined or detained. It ends by performing everything."
        ),
    ),
    paper=RulingForm(
        T("Costly consumption"),
        NO_REVIEW,
        words={
            "bar": T(
                "The debtor and those named may not spend on what is costly and not needed for life and work, as the law lists it, until everything is performed or the bar is lifted."
            ),
            "decline": T("Costly consumption is not barred."),
        },
        is_decision=True,
        more=_said,
    ),
    desk=desks.CONSUMPTION_BAR,
    topic=Topic.DECISION,
)
def decide_consumption_bar(sitting: Sitting, case: Case, given: BarInput, *, actor: Actor, now: datetime) -> Recorded:
    """Bar a debtor, and of an organisation those who answer for it (RHC 2 to 5)."""
    debtor = chosen_debtor(sitting, case, given.debtor)
    people = _lines(given.people)
    if is_person(debtor) and people:
        raise InvalidInput.at("people", T("Only for an organisation others are barred too."))
    if given.answer == "bar" and not is_person(debtor) and not people:
        raise InvalidInput.at("people", T("Name who answers for the organisation."))
    asked = next((one for one in bars_of(sitting.session, case, "asked") if one.party_id == debtor.id), None)
    if any(one.party_id == debtor.id for one in bars_of(sitting.session, case, "ordered")):
        raise InvalidInput.at("debtor", T("Costly consumption is barred already."))
    if asked is None:
        asked = ConsumptionOrder(case_id=case.id, party_id=debtor.id, state="asked", people=[], words=given.reasons)
        sitting.session.add(asked)
    number = sitting.next_number(case)
    sitting.close_tasks(case, desks.CONSUMPTION_BAR, debtor.reference)
    if given.answer == "decline":
        asked.state, asked.lifted_entry = "refused", number
        sitting.session.flush()
        return Recorded(
            T("Costly consumption is not barred for %(name)s", name=debtor.name), {"order": asked.reference}
        )
    asked.state, asked.people, asked.ordered_entry, asked.ordered_at = "ordered", people, number, now
    sitting.session.flush()
    return Recorded(
        T("Costly consumption is barred for %(name)s", name=debtor.name), {"order": asked.reference, "people": people}
    )


@choice_source("standing_bars")
def standing_bars(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Bars that stand."""
    return [
        Option(one.reference, case.name_of(one.party_id), one.words)
        for one in bars_of(sitting.session, case, "ordered")
    ]


@guard("RHC 9")
def a_bar_stands(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Costly consumption is barred for somebody."""
    return (
        None
        if bars_of(sitting.session, case, "ordered")
        else T("Costly consumption is barred for nobody in this case.")
    )


@act(
    title=T("Lift a bar on costly consumption"),
    input=LiftBarInput,
    by={Role.JUDGE, Role.CLOCK},
    at=set(Stage),
    guard=a_bar_stands,
    while_stayed=True,
    source=law("RHC 9"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Costly consumption is barred no longer"),
        T("The decision says for whom, and why. There is nothing you have to do."),
    ),
    paper=RulingForm(T("Costly consumption"), NO_REVIEW, result="ground", is_decision=True),
    topic=Topic.DECISION,
    in_record=False,
)
def lift_consumption_bar(sitting: Sitting, case: Case, given: LiftBarInput, *, actor: Actor, now: datetime) -> Recorded:
    """Lift a bar: security that holds, the creditor's consent, or everything performed (RHC 9)."""
    row = next((one for one in bars_of(sitting.session, case, "ordered") if one.reference == given.order), None)
    if row is None:
        raise InvalidInput.at("order", T("Choose one of those listed."))
    listed = not_while_listed(sitting, case, row) if given.ground in ("security", "consent") else None
    if listed is not None:
        raise InvalidInput.at("ground", listed)
    lift(sitting, case, row, given.ground)
    debtor = case.party(row.party_id)
    was = replaced_since(debtor, row.asked_entry or row.ordered_entry or 0)
    return Recorded(
        T("Costly consumption is barred no longer for %(name)s", name=was or debtor.name),
        {"order": row.reference, "ground": given.ground},
    )


def lift(sitting: Sitting, case: Case, row: ConsumptionOrder, ground: str) -> None:
    """A bar ends, whoever ends it: nothing that was asked about it waits."""
    number = sitting.next_number(case)
    row.state, row.lifted_entry, row.lifted_ground = "lifted", number, ground
    for leave in leaves_of(sitting.session, case, is_open=True):
        if leave.order_id == row.id:
            leave.answer, leave.answered_entry = "allow", number
            sitting.close_tasks(case, desks.CONSUMPTION_LEAVE, leave.reference)
    for asked in liftings_of(sitting.session, case, is_open=True):
        if asked.order_id == row.id:
            asked.answer, asked.answered_entry = "lift", number
            sitting.close_tasks(case, desks.CONSUMPTION_LIFTING, asked.reference)
    sitting.close_tasks(case, desks.BAR_STANDS, row.reference)


def not_while_listed(sitting: Sitting, case: Case, row: ConsumptionOrder) -> Text | None:
    """Why no security and no consent lifts a bar while its debtor is on the list: whoever is on it is barred (RHC 1)."""
    if listing_of_party(sitting, case, row.party_id, *STANDS) is None:
        return None
    return T(
        "%(name)s is on the list of persons who do not perform, and is barred as long as the entry stands (%(article)s). The entry has to come off first.",
        name=case.name_of(row.party_id),
        article=sitting.pack(case).cite("RHC 1"),
    )


def due_lift(sitting: Sitting, case: Case, row: ConsumptionOrder) -> str | None:
    """Why a bar has to end now by the docket itself; None while it may stand (RHC 1, 9).

    It stands for what is owed to whoever the court was enforcing for; what is only asked for ends with the enforcement. One that came with the list goes with an entry that should
    never have been.
    """
    asked = row.asked_entry or row.ordered_entry or 0
    if replaced_since(case.party(row.party_id), asked) is not None:
        return "replaced"
    if row.state == "asked" and open_enforcement(sitting.session, case) is None:
        return "over"
    listing = sitting.session.get(Listing, row.listing_id) if row.listing_id is not None else None
    if listing is not None and listing.state is ListingState.REMOVED and listing.over_ground in NEVER_RIGHT:
        return NEVER_RIGHT[listing.over_ground]
    if is_used_up(sitting, case, row.party_id):
        return "performed"
    creditor = creditor_of_bar(sitting, case, row)
    not_enforced = barred(sitting.session, case)
    owed = [
        o
        for o in obligations_of(sitting.session, case)
        if row.party_id in o.debtors
        and (creditor is None or o.creditor_id == creditor)
        and o.reference not in not_enforced
    ]
    if not owed:
        return "over"
    return "performed" if all(o.done_at is not None for o in owed) else None


def creditor_of_bar(sitting: Sitting, case: Case, row: ConsumptionOrder) -> int | None:
    """For whom the court was enforcing when a bar was asked for or ordered."""
    listing = sitting.session.get(Listing, row.listing_id) if row.listing_id is not None else None
    if listing is not None:
        return creditor_of(sitting, listing)
    asked = row.asked_entry or row.ordered_entry or 0
    begun = [one for one in enforcements_of(sitting.session, case) if one.entry_number < asked]
    return begun[-1].party_id if begun else None


def follow_bars(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """After each act: who has performed, or owes nothing any more, is barred no longer (RHC 9)."""
    if case.stage not in LOOKED_AFTER or case.is_blank:
        return
    every = enforcements_of(sitting.session, case, EnforcementState.ENDED) if entry.act == END_ENFORCEMENT else ()
    ended = [one for one in every if one.closed_entry == entry.number]
    for row in bars_of(sitting.session, case, "ordered", "asked"):
        ground = due_lift(sitting, case, row) if row.lifted_ground is None else None
        if ground is None:
            if row.state == "ordered" and row.lifted_ground is None and ended:
                _look_at(sitting, case, row, ended[0])
            continue
        if row.state == "asked":
            row.state, row.lifted_entry = "refused", entry.number
            sitting.close_tasks(case, desks.CONSUMPTION_BAR, case.party(row.party_id).reference)
            continue
        row.lifted_ground = ground  # It is on its way: what follows in this Sitting does not ask for it again.
        reasons = WHY_LIFTED[ground].render(language_of(sitting, case))
        sitting.then(
            names.LIFT_CONSUMPTION_BAR,
            LiftBarInput.model_validate({"order": row.reference, "ground": ground, "reasons": reasons}),
            case=case,
        )


def _look_at(sitting: Sitting, case: Case, row: ConsumptionOrder, ended: EnforcementCase) -> None:
    """A judge looks at a bar whose enforcement was ended by ruling: nobody enforces anything any more, and the law does not say that
    it stays (RHC 9).
    """
    if creditor_of_bar(sitting, case, row) not in (None, ended.party_id):
        return
    title = T(
        "The enforcement was ended by ruling, and %(name)s is still barred from costly consumption. Lift the bar, or tick off that it stays.",
        name=case.name_of(row.party_id),
    )
    sitting.open_task(case, Role.JUDGE, desks.BAR_STANDS, title, risk=55, subject=row.reference)


@guard("RHC 3, 8")
def i_am_barred(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever is barred asks to be allowed something."""
    mine = any(one.party_id == actor.party_id for one in bars_of(sitting.session, case, "ordered"))
    return None if mine else T("Costly consumption is not barred for you in this case.")


@act(
    title=T("Ask to be allowed one costly thing"),
    input=AskLeaveInput,
    by=set(PARTY_ROLES),
    at=set(OVER),
    of_part=True,
    in_record=False,
    guard=i_am_barred,
    while_stayed=True,
    source=law("RHC 3, 8"),
    topic=Topic.DECISION,
    help=T("For example a flight to a doctor. Ask before you spend; it costs nothing."),
)
def ask_for_leave(sitting: Sitting, case: Case, given: AskLeaveInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask to be allowed one thing that life or work needs, or an officer's private purchase with own money (RHC 3, 8)."""
    me = sitting.party_of(case, actor)
    order = next((one for one in bars_of(sitting.session, case, "ordered") if one.party_id == me.id), None)
    if order is None:
        raise ActNotOpen(T("Costly consumption is not barred for you in this case."))
    if given.on < sitting.today:
        raise InvalidInput.at("on", T("This day is over."))
    if given.own_money and is_person(me):
        raise InvalidInput.at("own_money", T("Only for the officers of an organisation."))
    row = ConsumptionLeave(
        case_id=case.id,
        order_id=order.id,
        what=given.what,
        on=given.on,
        why=given.why,
        own_money=given.own_money,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    title = T(
        "%(name)s asks to be allowed: %(what)s, on %(day)s. Decide before that day.",
        name=me.name,
        what=given.what,
        day=given.on,
    )
    sitting.open_task(case, Role.JUDGE, desks.CONSUMPTION_LEAVE, title, risk=70, subject=row.reference)
    return Recorded(
        T("%(name)s asks to be allowed: %(what)s, on %(day)s", name=me.name, what=given.what, day=given.on),
        {"leave": row.reference},
    )


@choice_source("asked_leaves")
def asked_leaves(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What somebody asks to be allowed."""
    return [Option(one.reference, one.what, one.why) for one in leaves_of(sitting.session, case, is_open=True)]


@guard("RHC 8")
def a_leave_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody asks to be allowed something."""
    return None if leaves_of(sitting.session, case, is_open=True) else T("Nobody asks to be allowed anything.")


@act(
    title=T("Decide whether one costly thing is allowed"),
    input=RuleOnLeaveInput,
    by={Role.JUDGE},
    at=set(OVER),
    of_part=True,
    in_record=False,
    guard=a_leave_waits,
    while_stayed=True,
    source=law("RHC 3, 8"),
    serves=Everyone.CONCERNED,
    concerns=whose_debt,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision: may you spend on one costly thing?"),
        T(
            "If it is allowed, it is allowed this once, as the decision says; show the decision where you pay. If not, the bar holds for it too."
        ),
    ),
    paper=RulingForm(
        T("One costly thing"),
        NO_REVIEW,
        words={"allow": T("It is allowed this once, as it was asked for."), "refuse": T("It is not allowed.")},
        is_decision=True,
    ),
    desk=desks.CONSUMPTION_LEAVE,
    topic=Topic.DECISION,
)
def rule_on_leave(sitting: Sitting, case: Case, given: RuleOnLeaveInput, *, actor: Actor, now: datetime) -> Recorded:
    """Allow one thing, or not (RHC 3, 8)."""
    row = next((one for one in leaves_of(sitting.session, case, is_open=True) if one.reference == given.leave), None)
    if row is None:
        raise InvalidInput.at("leave", T("Choose one of those listed."))
    row.answer, row.answered_entry = given.answer, sitting.next_number(case)
    sitting.close_tasks(case, desks.CONSUMPTION_LEAVE, row.reference)
    order = next(one for one in bars_of(sitting.session, case) if one.id == row.order_id)
    words = (
        T("Allowed once: %(what)s, on %(day)s", what=row.what, day=row.on)
        if given.answer == "allow"
        else T("Not allowed: %(what)s, on %(day)s", what=row.what, day=row.on)
    )
    return Recorded(words, {"leave": row.reference}, named=named(case.party(order.party_id)))
