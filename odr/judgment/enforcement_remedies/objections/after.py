"""After the ruling on an objection in an enforcement: service, review above, an action, and what comes of it (CPL 236, 238)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.docket.queries import parties
from odr.docket.same_person import is_person
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks, names, time_limits
from odr.judgment.enforcement.part import BOUND
from odr.judgment.enforcement_remedies.objections.acts import carry_out, received_at
from odr.judgment.enforcement_remedies.objections.inputs import (
    AskObjectionReviewInput,
    NameObjectionActionInput,
    RecordForOutsiderInput,
    RecordObjectionOutcomeInput,
)
from odr.judgment.enforcement_remedies.objections.models import EnforcementObjection, ObjectionKind, ObjectionState
from odr.judgment.enforcement_remedies.objections.queries import (
    ACTION,
    REVIEW,
    RULED,
    creditor_of_objection,
    goes_on,
    objection_named,
    objections_of,
    who_objects,
)
from odr.judgment.enforcement_remedies.objections.sides import names_to_sue, require_sued
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import Served, ServiceFell
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

AFTER = BOUND | {Stage.CLOSED}
"""Where a ruling on an objection is still looked after: also once the enforcement is over."""


def _remedy_of(sitting: Sitting, row: EnforcementObjection, party_id: int | None) -> str | None:
    """Which time runs for somebody from the service of a ruling; None where they have nothing to object to in it.

    Anybody whom it concerns may have the court's conduct looked at (CPL 236). About property whoever objected sues where it was
    rejected, and the creditor where it was halted; the debtor is told to sue by themselves (CPI 303, 304, 307).
    """
    if row.kind is ObjectionKind.CONDUCT:
        return REVIEW
    loser = row.party_id if row.state is ObjectionState.UNFOUNDED else creditor_of_objection(sitting, row)
    return ACTION if loser == party_id else None


def on_served(sitting: Sitting, event: Served) -> None:
    """The ruling reached a party: their days begin (CPL 236, 238)."""
    case = event.case
    for row in objections_of(sitting.session, case, *RULED):
        kind = _remedy_of(sitting, row, event.party.id) if row.ruled_entry in event.entries else None
        if kind is None or row.outcome is not None:
            continue
        known = sitting.windows(case, kind, party=event.party, state=None, subject=row.reference)
        if all(window.state is WindowState.ENDED for window in known):
            sitting.start_window(
                case, kind, party=event.party, start=event.at, subject=row.reference, proof=event.proof
            )


def on_service_fell(sitting: Sitting, event: ServiceFell) -> None:
    """The ruling had not reached them: what ran from it runs no more, and begins with the service that is good (OLR 31)."""
    for row in objections_of(sitting.session, event.case, *RULED):
        if row.ruled_entry in event.entries:
            for kind in (REVIEW, ACTION):
                sitting.close_windows(event.case, kind, WindowState.ENDED, party=event.party, subject=row.reference)


def _of_my_window(sitting: Sitting, case: Case, actor: Actor, kind: str) -> EnforcementObjection | None:
    """The ruling in whose time an act of a party falls: the one whose time it has just met, else the last."""
    me, number = sitting.party_of(case, actor), sitting.next_number(case)
    known = sitting.windows(case, kind, party=me, state=None)
    met = [window for window in known if window.state is WindowState.MET and window.closed_by == number]
    running = [window for window in known if window.state is WindowState.OPEN]
    about = (met or running or known)[-1].subject if known else None
    return objection_named(sitting.session, case, about or "", *RULED)


def _about(sitting: Sitting, case: Case, actor: Actor, kind: str) -> list[Text]:
    """Which ruling a form is about: the newest whose time runs."""
    row = _of_my_window(sitting, case, actor, kind)
    if row is None:
        return []
    return [T("It is about the objection of %(name)s: %(what)s", name=who_objects(case, row), what=row.what)]


def about_conduct(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """About which ruling the higher court is asked."""
    return _about(sitting, case, actor, REVIEW)


def about_property(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """About which ruling an action is named, whom it is against, and who proves what."""
    row, lines = _of_my_window(sitting, case, actor, ACTION), _about(sitting, case, actor, ACTION)
    if row is None:
        return lines
    proves = T(
        "Whoever sues: %(name)s has to prove a right in it that keeps the enforcement out (%(article)s).",
        name=who_objects(case, row),
        article=sitting.pack(case).cite("CPI 309"),
    )
    return [*lines, names_to_sue(sitting, case, row), proves]


@act(
    title=T("Ask the higher court about a ruling on an objection"),
    input=AskObjectionReviewInput,
    by=set(PARTY_ROLES),
    at=set(AFTER),
    of_part=True,
    window=time_limits.ENFORCEMENT_OBJECTION_REVIEW,
    remedy=True,
    while_stayed=True,
    says=about_conduct,
    source=law("CPL 236"),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("The higher court is asked about a ruling on an objection"),
        T(
            "There is nothing you have to do. The registry passes it on, and what the higher court decides is served on you."
        ),
    ),
    topic=Topic.DECISION,
    in_record=False,
    help=T("It costs nothing. The enforcement goes on meanwhile."),
)
def ask_objection_review(
    sitting: Sitting, case: Case, given: AskObjectionReviewInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the higher court about a ruling on how this court enforces; the registry passes it on (CPL 236)."""
    me, row = sitting.party_of(case, actor), _of_my_window(sitting, case, actor, REVIEW)
    if row is None:
        raise ActNotOpen(T("No ruling on an objection can be looked at again."))
    asked(sitting, case, row, me.name)
    words = T("%(name)s asks the higher court about the ruling on an objection", name=me.name)
    return Recorded(words, {"objection": row.reference})


def asked(sitting: Sitting, case: Case, row: EnforcementObjection, name: str) -> None:
    """Put a request to the higher court on the clerk's desk."""
    row.review_entry = row.review_entry or sitting.next_number(case)
    row.outcome = row.outcome_entry = None
    if not sitting.tasks(case, desks.OBJECTION_OUTCOME, row.reference):
        title = T(
            "%(name)s asks the higher court about a ruling on an objection. Pass it on, and record the answer.",
            name=name,
        )
        sitting.open_task(case, Role.CLERK, desks.OBJECTION_OUTCOME, title, risk=60, subject=row.reference)


def _action(
    sitting: Sitting,
    case: Case,
    row: EnforcementObjection,
    code: str,
    until: datetime | None,
    name: str,
    account: int | None = None,
) -> Case:
    """The case an action was brought in at this court, after the ruling, in time, and by whom the ruling gives it, a party or who
    objected from outside (CPI 302, 303, 304): what others claim holds up no enforcement. Raises InvalidInput.
    """
    typed = code.strip()
    found = sitting.session.scalar(select(Case).where((Case.number == typed) | (Case.reference == typed)))
    if found is None or found.id == case.id or found.is_without_claim or not _is_by(found, name, account):
        raise InvalidInput.at("claim", T("%(name)s brought no claim of this number or code at this court.", name=name))
    if row.ruled_at is not None and found.lodged_at < row.ruled_at:
        raise InvalidInput.at("claim", T("This claim was brought before the ruling, so it is not an action about it."))
    if until is not None and found.lodged_at > until:
        raise InvalidInput.at("claim", T("This claim was brought after the last day for it, %(day)s.", day=until))
    return found


def _is_by(claim: Case, name: str, account: int | None) -> bool:
    return any(is_person(one, name, account) for one in parties(claim, Role.CLAIMANT))


def brought(sitting: Sitting, case: Case, row: EnforcementObjection, action: Case, name: str) -> None:
    """An action is under way: what may follow waits for its judgment (CPI 313)."""
    row.suit_id, row.suit_entry = action.id, sitting.next_number(case)
    title = T("%(name)s brought an action about enforced property. Record here how it ends.", name=name)
    sitting.open_task(case, Role.CLERK, desks.OBJECTION_OUTCOME, title, risk=40, subject=row.reference)


@act(
    title=T("Say that you brought an action about enforced property"),
    input=NameObjectionActionInput,
    by=set(PARTY_ROLES),
    at=set(AFTER),
    of_part=True,
    window=time_limits.ENFORCEMENT_OBJECTION_ACTION,
    remedy=True,
    late=True,
    while_stayed=True,
    says=about_property,
    version=2,
    source=law("CPL 238", "CPI 302, 303, 304, 305, 306, 307, 308, 309"),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("An action about enforced property was brought"),
        T(
            "There is nothing you have to do in this case. If you are sued, the claim is served on you; the property is left as it is until that is decided."
        ),
    ),
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Bring your claim first, in the time the ruling names. Then name it here, so that the enforcement knows of it."
    ),
)
def name_objection_action(
    sitting: Sitting, case: Case, given: NameObjectionActionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Tie the claim that was brought about enforced property to its objection (CPL 238; CPI 303, 304).

    It may be named later, if it was brought in time. Raises InvalidInput for a claim that is not here, or came too late.
    """
    me, row = sitting.party_of(case, actor), _of_my_window(sitting, case, actor, ACTION)
    if row is None or row.suit_id is not None:
        raise ActNotOpen(T("No ruling on property gives you an action."))
    window = sitting.windows(case, ACTION, party=me, state=None, subject=row.reference)[-1]
    claim = _action(sitting, case, row, given.claim, window.due_at, me.name, me.account_id)
    require_sued(sitting, case, row, claim, contests=given.debtor == "contests")
    brought(sitting, case, row, claim, me.name)
    sitting.close_tasks(case, desks.OBJECTION_CARRY_OUT, row.reference)
    words = T("%(name)s brought an action about enforced property", name=me.name)
    return Recorded(words, {"objection": row.reference})


@upcast(names.NAME_OBJECTION_ACTION, from_version=1)
@upcast(names.RECORD_FOR_OUTSIDER, from_version=1)
def debtor_had_said_nothing(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first nobody was asked whether the debtor contests what is claimed."""
    return {**given, "debtor": "does_not"}


@choice_source("outside_objections_ruled")
def outside_objections_ruled(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Rulings on objections of who is no party."""
    rows = [row for row in objections_of(sitting.session, case, *RULED) if row.party_id is None and row.outcome is None]
    return [Option(row.reference, who_objects(case, row), row.what) for row in rows]


@guard("CPL 236, 238")
def an_outsider_was_ruled_on(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There is a ruling on the objection of somebody who is no party."""
    return None if outside_objections_ruled(sitting, case, actor) else T("No objection of an outsider was ruled on.")


@act(
    title=T("Record what an outsider got or did after the ruling"),
    input=RecordForOutsiderInput,
    by={Role.CLERK},
    at=set(AFTER),
    of_part=True,
    guard=an_outsider_was_ruled_on,
    while_stayed=True,
    version=2,
    source=law("CPL 236, 238", "CPI 303, 305, 463"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The outsider’s next step in the enforcement"),
        T("There is nothing you have to do. The docket says what the outsider got or did; you hear what comes of it."),
    ),
    desk=desks.OBJECTION_OUTSIDER,
    topic=Topic.DECISION,
    in_record=False,
)
def record_for_outsider(
    sitting: Sitting, case: Case, given: RecordForOutsiderInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record that the ruling reached who objected from outside, that they ask the higher court, or that they sued in time.

    Raises InvalidInput for a day still to come or before the ruling, before the ruling reached them, after their last day, and for
    a step this ruling does not give.
    """
    row = objection_named(sitting.session, case, given.objection, *RULED)
    if row is None or row.party_id is not None or row.ruled_at is None:
        raise InvalidInput.at("objection", T("Choose one of those listed."))
    if given.on > sitting.today:
        raise InvalidInput.at("on", T("This day is still to come."))
    if given.on < row.ruled_at.astimezone(sitting.pack(case).tz).date():
        raise InvalidInput.at("on", T("The ruling was given later than that."))
    name = who_objects(case, row)
    facts: dict[str, object] = {"objection": row.reference, "step": given.step}
    if given.step == "served":
        return Recorded(_reached(sitting, case, row, given, name), facts)
    kind = _remedy_of(sitting, row, None)
    if (given.step, kind) not in (("review", REVIEW), ("action", ACTION)):
        raise InvalidInput.at("step", T("This ruling does not give that."))
    if row.until_on is None:
        raise InvalidInput.at("step", T("Record first when the ruling reached them."))
    if given.on > row.until_on:
        raise InvalidInput.at("on", T("The last day for it was %(day)s.", day=row.until_on))
    if given.step == "review":
        asked(sitting, case, row, name)
        return Recorded(T("%(name)s asks the higher court about the ruling on an objection", name=name), facts)
    if row.suit_id is not None:
        raise InvalidInput.at("step", T("This is recorded already."))
    until = datetime.combine(row.until_on, time.max, tzinfo=sitting.pack(case).tz)
    claim = _action(sitting, case, row, given.claim or "", until, name)
    require_sued(sitting, case, row, claim, contests=given.debtor == "contests")
    brought(sitting, case, row, claim, name)
    return Recorded(T("%(name)s brought an action about enforced property", name=name), facts)


def _reached(sitting: Sitting, case: Case, row: EnforcementObjection, given: RecordForOutsiderInput, name: str) -> Text:
    """The ruling reached who objected from outside: until when they can go on, if it gives them anything."""
    kind = _remedy_of(sitting, row, None)
    row.served_on, row.until_on = given.on, None
    if kind is not None:
        due = reckon(sitting.pack(case), kind, received_at(sitting, case, given.on)).result
        row.until_on = due
    sitting.close_tasks(case, desks.OBJECTION_OUTSIDER, row.reference)
    return T("The ruling on the objection reached %(name)s on %(day)s", name=name, day=given.on)


def no_action(sitting: Sitting, case: Case, window: Window) -> None:
    """The creditor's days to sue are over: what was done to the property is lifted within seven days (CPI 314)."""
    row = objection_named(sitting.session, case, window.subject or "", ObjectionState.FOUNDED)
    if row is not None and row.suit_id is None and window.party_id == creditor_of_objection(sitting, row):
        sitting.close_tasks(case, desks.OBJECTION_CARRY_OUT, row.reference)
        title = T(
            "No action was brought. Lift every measure on this, and record it as a measure: %(what)s", what=row.what
        )
        sitting.open_task(case, Role.CLERK, desks.OBJECTION_CARRY_OUT, title, risk=80, subject=row.reference)


@choice_source("objections_gone_on")
def objections_gone_on(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What is before the higher court, or in an action."""
    return [Option(row.reference, who_objects(case, row), row.what) for row in goes_on(sitting, case)]


@guard("CPL 236, 238")
def an_objection_went_on(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A review or an action is under way."""
    return (
        None
        if goes_on(sitting, case)
        else T("No objection is before the higher court, and no action about one is under way.")
    )


@act(
    title=T("Record how a review or action on an objection ended"),
    input=RecordObjectionOutcomeInput,
    by={Role.CLERK},
    at=set(AFTER),
    of_part=True,
    guard=an_objection_went_on,
    while_stayed=True,
    source=law("CPL 236, 238", "CPI 310, 311, 312"),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("How a review or action on an objection ended"),
        T(
            "The docket says what was decided. There is nothing you have to do: the court carries it out in the enforcement."
        ),
    ),
    desk=desks.OBJECTION_OUTCOME,
    topic=Topic.DECISION,
    in_record=False,
)
def record_objection_outcome(
    sitting: Sitting, case: Case, given: RecordObjectionOutcomeInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Put on record how the higher court, or the judgment in the action, decided; the ruling it replaces has no effect any more (CPI
    312). Raises InvalidInput for an answer that is not of this kind.
    """
    row = next((one for one in goes_on(sitting, case) if one.reference == given.objection), None)
    if row is None:
        raise InvalidInput.at("objection", T("Choose one of those listed."))
    mine = ("stays", "changed") if row.kind is ObjectionKind.CONDUCT else ("enforced", "not_enforced")
    if given.answer not in mine:
        raise InvalidInput.at(
            "answer", T("How the court enforces is decided by the higher court, property by a judgment.")
        )
    row.outcome, row.outcome_entry = given.answer, sitting.next_number(case)
    sitting.close_tasks(case, desks.OBJECTION_OUTCOME, row.reference)
    for kind in (REVIEW, ACTION):
        sitting.close_windows(case, kind, WindowState.ENDED, subject=row.reference)
    if given.answer in ("changed", "not_enforced"):
        carry_out(sitting, case, row, given.reasons)
    if given.answer == "enforced":
        sitting.close_tasks(case, desks.OBJECTION_CARRY_OUT, row.reference)
    words = {
        "stays": T("The higher court leaves the ruling on the objection as it is"),
        "changed": T("The higher court changes the ruling on the objection"),
        "enforced": T("By judgment the property may be enforced against: %(what)s", what=row.what),
        "not_enforced": T("By judgment the property may not be enforced against: %(what)s", what=row.what),
    }[given.answer]
    return Recorded(words, {"objection": row.reference, "answer": given.answer})
