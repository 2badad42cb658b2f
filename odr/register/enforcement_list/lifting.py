"""A bar on costly consumption is asked to be lifted: against security, or with the creditor's word (RHC 9)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Party, Role
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.papers.rulings import STANDS as NO_REVIEW
from odr.procedure.rules.base import law
from odr.register import desks
from odr.register.enforcement_list.consumption import creditor_of_bar, lift, not_while_listed
from odr.register.enforcement_list.inputs import AnswerLiftingInput, AskLiftingInput, RuleOnLiftingInput
from odr.register.enforcement_list.models import ConsumptionLifting, ConsumptionOrder
from odr.register.enforcement_list.queries import OVER, bars_of, liftings_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def _my_bar(sitting: Sitting, case: Case, actor: Actor) -> ConsumptionOrder | None:
    """The bar that stands against a party."""
    return next((one for one in bars_of(sitting.session, case, "ordered") if one.party_id == actor.party_id), None)


def waiting_for(sitting: Sitting, case: Case, order: ConsumptionOrder) -> ConsumptionLifting | None:
    """What was asked about a bar, and nobody has ruled on."""
    return next((one for one in liftings_of(sitting.session, case, is_open=True) if one.order_id == order.id), None)


@guard("RHC 1, 9")
def my_bar_can_be_lifted(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only whoever is barred asks, once at a time, and not while the list itself bars them."""
    mine = _my_bar(sitting, case, actor)
    if mine is None:
        return T("Costly consumption is not barred for you in this case.")
    if waiting_for(sitting, case, mine) is not None:
        return T("This is asked already, and the judge has not ruled on it yet.")
    return not_while_listed(sitting, case, mine)


def creditor_and_debtor(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """Whom a bar concerns: whoever is barred, and whoever the court enforces for."""
    number = entry.number
    rows = [one for one in liftings_of(sitting.session, case) if number in (one.entry_number, one.agrees_entry)]
    orders = [one for one in bars_of(sitting.session, case) if any(row.order_id == one.id for row in rows)]
    concerned = {party for one in orders for party in (one.party_id, creditor_of_bar(sitting, case, one))}
    return [party for party in case.parties if party.id in concerned and party.id != entry.party_id]


@act(
    title=T("Ask to have a bar on costly consumption lifted"),
    input=AskLiftingInput,
    by=set(PARTY_ROLES),
    at=set(OVER),
    of_part=True,
    guard=my_bar_can_be_lifted,
    while_stayed=True,
    source=law("RHC 9"),
    serves=Everyone.CONCERNED,
    concerns=creditor_and_debtor,
    letter=Letter(
        PaperKind.PLEADING,
        T("The debtor asks to have a bar on costly consumption lifted"),
        T(
            "Say on the page of the case whether you agree. If you say nothing, the judge decides on the security alone; what is owed to you stays owed."
        ),
    ),
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Against security that really holds, or because the creditor agrees. It costs nothing. Once everything is performed it ends by itself."
    ),
)
def ask_to_lift_bar(sitting: Sitting, case: Case, given: AskLiftingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Whoever is barred names the security, or says that the creditor agrees; the judge decides (RHC 9)."""
    order, me = _my_bar(sitting, case, actor), sitting.party_of(case, actor)
    if order is None:
        raise ActNotOpen(T("Costly consumption is not barred for you in this case."))
    if (given.rests_on == "security") != bool(given.security):
        raise InvalidInput.at(
            "security", T("Say what the security is where you give one, and leave this empty where you give none.")
        )
    row = _asked(sitting, case, order, me, given.rests_on, given.security or given.words)
    words = (
        T("%(name)s offers security to have the bar on costly consumption lifted", name=me.name)
        if given.rests_on == "security"
        else T("%(name)s asks to have the bar on costly consumption lifted: the creditor agrees", name=me.name)
    )
    return Recorded(words, {"lifting": row.reference})


def _asked(
    sitting: Sitting, case: Case, order: ConsumptionOrder, by: Party, rests_on: str, words: str
) -> ConsumptionLifting:
    """Enter what is asked, and put it on the judge's desk."""
    row = ConsumptionLifting(
        case_id=case.id,
        order_id=order.id,
        party_id=by.id,
        rests_on=rests_on,
        words=words,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    title = T("Decide whether the bar on costly consumption is lifted for %(name)s.", name=case.name_of(order.party_id))
    sitting.open_task(case, Role.JUDGE, desks.CONSUMPTION_LIFTING, title, risk=55, subject=row.reference)
    return row


def _bars_for(sitting: Sitting, case: Case, actor: Actor) -> list[ConsumptionOrder]:
    """Bars that stand for what is owed to a party."""
    standing = bars_of(sitting.session, case, "ordered")
    return [one for one in standing if actor.party_id and creditor_of_bar(sitting, case, one) == actor.party_id]


@choice_source("bars_for_me")
def bars_for_me(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Bars of which a creditor says whether they may be lifted, with what is offered."""
    found = []
    for one in _bars_for(sitting, case, actor):
        asked = waiting_for(sitting, case, one)
        found.append(Option(one.reference, case.name_of(one.party_id), asked.words if asked is not None else None))
    return found


@guard("RHC 9")
def a_bar_is_for_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only the creditor for whom a bar stands agrees that it is lifted, and says so once."""
    mine = _bars_for(sitting, case, actor)
    if not mine:
        return T("No bar on costly consumption stands for what is owed to you.")
    asked = [waiting_for(sitting, case, one) for one in mine]
    return T("You have said so already. The judge decides.") if all(one and one.agrees_entry for one in asked) else None


@act(
    title=T("Say whether a bar on costly consumption may be lifted"),
    input=AnswerLiftingInput,
    by=set(PARTY_ROLES),
    at=set(OVER),
    of_part=True,
    guard=a_bar_is_for_me,
    while_stayed=True,
    special=True,
    source=law("RHC 9"),
    serves=Everyone.CONCERNED,
    concerns=creditor_and_debtor,
    letter=Letter(
        PaperKind.NOTICE,
        T("The creditor’s word on lifting a bar on costly consumption"),
        T("There is nothing you have to do. The judge decides; until then the bar stands."),
    ),
    topic=Topic.DECISION,
    in_record=False,
    help=T("What is owed to you stays owed. If you agree, the judge can lift the bar without any security."),
)
def answer_lifting(sitting: Sitting, case: Case, given: AnswerLiftingInput, *, actor: Actor, now: datetime) -> Recorded:
    """The creditor agrees, also where nobody has asked, or does not; the judge decides (RHC 9).

    Raises InvalidInput where nobody has asked and they do not agree, and for what they have said already.
    """
    me = sitting.party_of(case, actor)
    order = next((one for one in _bars_for(sitting, case, actor) if one.reference == given.order), None)
    if order is None:
        raise InvalidInput.at("order", T("Choose one of those listed."))
    row = waiting_for(sitting, case, order)
    if row is not None and row.agrees_entry is not None:
        raise InvalidInput.at("order", T("You have said so already. The judge decides."))
    if row is None:
        if not given.agrees:
            raise InvalidInput.at("agrees", T("Nobody has asked to have this bar lifted: it stands."))
        row = _asked(sitting, case, order, me, "consent", given.words or "")
    row.agrees, row.agrees_entry = given.agrees, sitting.next_number(case)
    debtor = case.name_of(order.party_id)
    words = (
        T("%(name)s agrees that the bar on costly consumption is lifted for %(debtor)s", name=me.name, debtor=debtor)
        if given.agrees
        else T("%(name)s does not agree that the bar on costly consumption is lifted", name=me.name)
    )
    return Recorded(words, {"lifting": row.reference, "agrees": given.agrees})


@choice_source("asked_liftings")
def asked_liftings(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What waits for the judge: for whom, what is offered, and what the creditor said."""
    orders = {one.id: one for one in bars_of(sitting.session, case)}
    return [
        Option(one.reference, _told(case, orders[one.order_id], one), one.words)
        for one in liftings_of(sitting.session, case, is_open=True)
    ]


def _told(case: Case, order: ConsumptionOrder, row: ConsumptionLifting) -> Text:
    name = case.name_of(order.party_id)
    if row.agrees:
        return T("%(name)s; the creditor agrees", name=name)
    if row.agrees_entry is not None:
        return T("%(name)s; the creditor does not agree", name=name)
    return T("%(name)s; the creditor has said nothing yet", name=name)


@guard("RHC 9")
def a_lifting_is_asked_for(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody asked that a bar be lifted."""
    waits = liftings_of(sitting.session, case, is_open=True)
    return None if waits else T("Nobody has asked to have a bar on costly consumption lifted.")


@act(
    title=T("Decide whether a bar on costly consumption is lifted"),
    input=RuleOnLiftingInput,
    by={Role.JUDGE},
    at=set(OVER),
    of_part=True,
    guard=a_lifting_is_asked_for,
    while_stayed=True,
    source=law("RHC 1, 9"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision: is the bar on costly consumption lifted?"),
        T(
            "If it is lifted, the debtor may spend again from the day of the decision; what is owed stays owed. If not, the bar stands until everything is performed, and the debtor may ask again."
        ),
    ),
    paper=RulingForm(
        T("Costly consumption"),
        NO_REVIEW,
        words={
            "lift": T("The bar on costly consumption is lifted."),
            "keep": T("The bar on costly consumption is not lifted."),
        },
        is_decision=True,
    ),
    desk=desks.CONSUMPTION_LIFTING,
    topic=Topic.DECISION,
    in_record=False,
)
def rule_on_lifting(
    sitting: Sitting, case: Case, given: RuleOnLiftingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Lift the bar against security that holds, or because the creditor agrees; else it stands (RHC 9).

    Raises InvalidInput where neither is there, and while the list itself bars the debtor (RHC 1).
    """
    row = next(
        (one for one in liftings_of(sitting.session, case, is_open=True) if one.reference == given.request), None
    )
    if row is None:
        raise InvalidInput.at("request", T("Choose one of those listed."))
    order = next(one for one in bars_of(sitting.session, case) if one.id == row.order_id)
    name = case.name_of(order.party_id)
    if given.answer == "keep":
        row.answer, row.answered_entry = "keep", sitting.next_number(case)
        sitting.close_tasks(case, desks.CONSUMPTION_LIFTING, row.reference)
        return Recorded(T("Costly consumption stays barred for %(name)s", name=name), {"lifting": row.reference})
    listed = not_while_listed(sitting, case, order)
    if listed is not None:
        raise InvalidInput.at("answer", listed)
    if row.rests_on != "security" and not row.agrees:
        raise InvalidInput.at("answer", T("The creditor has not agreed, and no security is offered."))
    ground = "consent" if row.agrees else "security"
    lift(sitting, case, order, ground)
    words = T("Costly consumption is barred no longer for %(name)s", name=name)
    return Recorded(words, {"lifting": row.reference, "order": order.reference, "ground": ground})
