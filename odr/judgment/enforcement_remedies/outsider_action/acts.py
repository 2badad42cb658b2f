"""An outsider's action in its own case: the decision is named, and the court takes the action or refuses it (CPL 59; CPI 290 to 296, 301)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role, Stage, Track
from odr.docket.queries import seat
from odr.docket.same_person import is_person
from odr.filing import desks as filing_desks, names as filing_names
from odr.filing.claim.outsider_action.models import OutsiderAction
from odr.filing.claim.outsider_action.queries import actions_against, outsider_action_of
from odr.filing.claim.outsider_action.respondents import call_third_parties, put_in_parties
from odr.filing.inputs import AcceptInput
from odr.filing.registry.seats import take_seat
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, last_day, side_by_side
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.judgment.enforcement_remedies.outsider_action.inputs import NameAttackedDecisionInput, TakeOutsiderActionInput
from odr.judgment.enforcement_remedies.outsider_action.queries import (
    BINDING,
    BROUGHT,
    REVIEW,
    attacked_case,
    is_over,
    is_to_be_taken,
    not_reached,
    objected_in_vain,
    opinions_run,
    owing,
    own_case,
)
from odr.procedure.acts.events import ClaimAccepted
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPI 290")
def no_decision_is_named(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no decision is named: one is, or the rules of the country know no such action."""
    if BROUGHT not in sitting.pack(case).windows.rules:
        return T("The rules of this court know no action of an outsider against a decision.")
    if outsider_action_of(sitting.session, case) is not None:
        return T("You have named the decision that your claim attacks.")
    return None


@act(
    title=T("Name the decision in effect that your claim attacks"),
    input=NameAttackedDecisionInput,
    by={Role.CLAIMANT},
    at={Stage.LODGED},
    guard=no_decision_is_named,
    serves=Everyone.NOBODY,
    source=law("CPL 59", "CPI 290, 293, 294, 295"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "Only for somebody who was no party of a case and whose rights its decision harms. A judge looks within [time outsider_action_review] whether your claim is taken. The decision can be enforced meanwhile."
    ),
)
def name_attacked_decision(
    sitting: Sitting, case: Case, given: NameAttackedDecisionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Say which decision of this court a claim attacks, why its maker could not take part without fault, what is wrong in it and what
    right it harms; a judge has thirty days to take or refuse it (CPL 59; CPI 290, 291).

    Raises InvalidInput for a decision that is not in effect, for a party of it, for one that no action lies against (CPI 295), for
    a day to come, and where the same person attacks it already.
    """
    me = sitting.party_of(case, actor)
    attacked = _attacked(sitting, case, given.number.strip())
    if given.known_on > sitting.today:
        raise InvalidInput.at("known_on", T("This day is still to come."))
    if any(is_person(party, me.name, me.account_id) for party in attacked.parties):
        raise InvalidInput.at(
            "number", T("You are a party of this case: apply for a retrial there, or appeal while you can.")
        )
    for other in actions_against(sitting.session, attacked):
        theirs = own_case(sitting, other)
        if not is_over(sitting, other) and any(
            is_person(p, me.name, me.account_id) for p in theirs.parties if p.role is Role.CLAIMANT
        ):
            raise InvalidInput.at("number", T("You attack this decision already."))
    time_to_sue = reckon(sitting.pack(case), BROUGHT, _noon(sitting, case, given.known_on))
    row = OutsiderAction(
        case_id=case.id,
        attacked_id=attacked.id,
        absence=given.absence,
        known_on=given.known_on,
        until_on=time_to_sue.result,
        named_entry=sitting.next_number(case),
        given={**given.model_dump(mode="json", exclude={"number"}), "name": me.name},
    )
    sitting.session.add(row)
    sitting.session.flush()
    sitting.close_windows(case, "registry_review", WindowState.ENDED)
    window = sitting.start_window(case, REVIEW, start=now, subject=row.reference)
    if seat(sitting.session, case, Role.JUDGE) is None:
        take_seat(sitting, case, Role.JUDGE)
    title = T(
        "%(name)s attacks the decision of case %(number)s. Take the action or refuse it.",
        name=me.name,
        number=attacked.number,
    )
    sitting.close_tasks(case, filing_desks.REFUSAL)
    sitting.open_task(case, Role.JUDGE, filing_desks.REFUSAL, title, risk=60, due_at=window.due_at)
    words = T("%(name)s attacks the decision of case %(number)s", name=me.name, number=attacked.number)
    return Recorded(words, {"action": row.reference, "attacked": attacked.number, "six_months": time_to_sue.to_json()})


def _attacked(sitting: Sitting, case: Case, number: str) -> Case:
    """The case of this court whose decision is in effect. Raises InvalidInput."""
    found = sitting.session.scalar(select(Case).where(Case.number == number))
    if found is None or found.id == case.id or found.stage not in BINDING or found.effective_at is None:
        raise InvalidInput.at("number", T("No decision of this court in a case of this number is in effect."))
    if found.is_without_claim:
        raise InvalidInput.at(
            "number",
            T(
                "No action of an outsider lies against what is ordered or confirmed without a lawsuit (%(article)s).",
                article=sitting.pack(case).cite("CPI 295"),
            ),
        )
    return found


def _noon(sitting: Sitting, case: Case, day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=sitting.pack(case).tz)


@guard("CPI 291")
def an_action_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to take: the claim attacks no decision, or it was taken."""
    row = outsider_action_of(sitting.session, case)
    return None if row is not None and row.taken_entry is None else T("No action against a decision is waiting here.")


@guard("CPI 291")
def others_could_answer(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is decided yet: the parties of the decision were not told, or somebody's ten days run."""
    row = outsider_action_of(sitting.session, case)
    if row is None:
        return None
    if row.told_entry is None:
        return T("The parties of the decision are being told of the action. Try again in a few minutes.")
    running = opinions_run(sitting, row)
    if not running or running[0].due_at is None:
        return None
    name = attacked_case(sitting, row).name_of(running[0].party_id)
    return T(
        "%(name)s may still say what they think of the action, until the end of %(day)s.",
        name=name,
        day=last_day(running[0].due_at, sitting.court.settings.tz),
    )


@guard("CPL 59", "CPI 290")
def brought_in_six_months(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the action is not taken: it came after the six months, which nobody extends (CPI 127)."""
    row = outsider_action_of(sitting.session, case)
    in_time = row is None or case.lodged_at.astimezone(sitting.pack(case).tz).date() <= row.until_on
    if row is None or in_time or is_to_be_taken(sitting, case):
        return None
    return T(
        "The time to bring the action ended on %(day)s, before the claim was brought. Refuse it.", day=row.until_on
    )


@guard("CPI 301")
def no_objection_failed_before(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the action is not taken: the outsider's objection in the enforcement was rejected before, and whoever then holds the
    judgment to be wrong applies for a retrial.
    """
    row = outsider_action_of(sitting.session, case)
    if row is None or is_to_be_taken(sitting, case) or not objected_in_vain(sitting, row):
        return None
    return T(
        "Their objection in the enforcement was rejected before: a retrial is the way, not this action. Refuse it."
    )


@guard("CPI 290")
def the_decision_still_binds(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is taken now: what is attacked has no effect, because it is heard again or was set aside."""
    row = outsider_action_of(sitting.session, case)
    if row is None or attacked_case(sitting, row).stage in BINDING:
        return None
    return T("The decision is not in effect now: its case is heard again.")


def what_was_found(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """What the judge reads before the action is taken: which decision, whether in time, and whom it has not reached."""
    row = outsider_action_of(sitting.session, case)
    if row is None:
        return []
    found = [
        T("It attacks the decision of case %(number)s.", number=attacked_case(sitting, row).number),
        T(
            "Known on %(known)s; the time to bring the action ends with %(until)s; brought on %(brought)s.",
            known=row.known_on,
            until=row.until_on,
            brought=case.lodged_at,
        ),
        T("Its parties become respondents; a third party on whom it lays nothing stays a third party."),
    ]
    missing = not_reached(sitting, row)
    return [*found, T("Not reached yet: %(names)s", names=side_by_side(missing))] if missing else found


@act(
    title=T("Take the action against the decision"),
    input=TakeOutsiderActionInput,
    by={Role.JUDGE},
    at={Stage.LODGED},
    guard=(
        an_action_waits,
        the_decision_still_binds,
        others_could_answer,
        brought_in_six_months,
        no_objection_failed_before,
    ),
    says=what_was_found,
    serves=Everyone.NOBODY,
    source=law("CPL 59", "CPI 290, 291, 292, 296, 301"),
    desk=filing_desks.REFUSAL,
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "The claim is accepted at once, in ordinary procedure before a panel. Where a condition is missing, refuse the claim: that is a ruling, and an appeal lies against it."
    ),
)
def take_outsider_action(
    sitting: Sitting, case: Case, given: TakeOutsiderActionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take an outsider's action: the parties of the decision stand against it, and the claim is accepted in ordinary procedure, before a
    panel (CPI 291, 292, 296). Raises ActNotOpen where the claim cannot be accepted yet.
    """
    row = outsider_action_of(sitting.session, case)
    if row is None:
        raise ActNotOpen(T("No action against a decision is waiting here."))
    attacked = attacked_case(sitting, row)
    row.taken_entry = sitting.next_number(case)
    sitting.close_windows(case, REVIEW, WindowState.MET)
    sitting.close_tasks(case, filing_desks.REFUSAL)
    labels = put_in_parties(sitting, case, attacked, owing(sitting, attacked))
    case.track = Track.ORDINARY
    sitting.then(filing_names.ACCEPT_CLAIM, AcceptInput(track=Track.ORDINARY.value), actor=CLOCK_ACTOR)
    words = T("The action against the decision of case %(number)s is taken", number=attacked.number)
    return Recorded(words, {"action": row.reference, "parties": labels, "reasons": given.reasons})


def review_overdue(sitting: Sitting, case: Case, window: Window) -> None:
    """Thirty days are over: it lies before the judge again, before everything else; the clock never rules (CPI 291)."""
    row = outsider_action_of(sitting.session, case)
    if row is None or row.taken_entry is not None:
        return
    title = T(
        "An action against a decision was neither taken nor refused within [time outsider_action_review]. Decide it now."
    )
    sitting.close_tasks(case, filing_desks.REFUSAL)
    sitting.open_task(case, Role.JUDGE, filing_desks.REFUSAL, title, risk=90)


def on_accepted(sitting: Sitting, event: ClaimAccepted) -> None:
    """The action is accepted and its claim served: who is a third party in it is called (CPI 296)."""
    call_third_parties(sitting, event.case)
