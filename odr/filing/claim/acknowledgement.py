"""Acknowledging service, where the rules of the court know it: whoever does has longer for the defence (CPR 10.3,
15.4).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case, Party, Role, Stage
from odr.filing.course.time_limit_changes import by_rule
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ACKNOWLEDGEMENT, OBJECTION_WINDOW = "acknowledgement", "jurisdiction_objection"
SHORTER = "answer_unacknowledged"
"""Rule of the answer while service is not acknowledged."""
INTENTS: dict[str, Text] = {
    "defend": T("I will defend all of the claim"),
    "defend_part": T("I will defend part of the claim"),
    "object": T("I will object that this court does not hear the case"),
}


@choice_source("intents")
def intents(court: object, case: object, actor: object) -> list[Option]:
    """What somebody who acknowledges service may mean to do."""
    return [Option(key, words) for key, words in INTENTS.items()]


class AcknowledgeInput(CourtModel):
    """That the claim has arrived, and what the respondent means to do. Nothing is admitted by it."""

    intends: Annotated[
        Literal["defend", "defend_part", "object"], field(T("What do you mean to do?"), choices="intents")
    ]


@guard("CPR 10.3, 15.4")
def not_answered(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to acknowledge: the answer is there."""
    met = sitting.windows(case, "answer", party=sitting.party_of(case, actor), state=WindowState.MET)
    return T("You have answered; nothing more has to be acknowledged.") if met else None


@act(
    title=T("Acknowledge service"),
    input=AcknowledgeInput,
    by={Role.RESPONDENT},
    at={Stage.PENDING},
    window=ACKNOWLEDGEMENT,
    late=True,
    rule=ACKNOWLEDGEMENT,
    guard=not_answered,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A respondent has confirmed receipt of the claim"),
        T(
            "There is nothing you have to do. The respondent may have a longer time to answer now, as the law gives it to whoever acknowledges service."
        ),
    ),
    source=law("CPR 10.3, 15.4"),
    topic=Topic.CLAIM,
    help=T("You tell the court that the claim has reached you. You admit nothing, and have longer for your defence."),
)
def acknowledge_service(
    sitting: Sitting, case: Case, given: AcknowledgeInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Give the respondent the longer time for the defence, from the same service; from now runs the time to object to
    the court (CPR 10.3, 15.4, 11(4)).

    A late acknowledgement counts, marked, as long as nothing was decided: the longer
    time still runs from service.
    """
    who = sitting.party_of(case, actor)
    running = [
        w
        for w in sitting.windows(case, "answer", party=who, state=None)
        if w.state in (WindowState.OPEN, WindowState.LAPSED)
    ]
    longer = [w for w in running if by_rule(sitting, case, w, "answer")]
    for window in longer:
        if window.state is WindowState.LAPSED and window.due_at is not None and window.due_at >= now:
            window.state, window.closed_by = WindowState.OPEN, None
    if OBJECTION_WINDOW in sitting.pack(case).windows.rules:
        sitting.start_window(case, OBJECTION_WINDOW, party=who, start=now)
    due = longer[-1].due_at if longer else None
    return Recorded(
        T("%(name)s acknowledged service of the claim", name=who.name),
        {"intends": given.intends, "answer_due": due.isoformat() if due else None},
    )


def start_acknowledgement(sitting: Sitting, case: Case, who: Party, served_at: datetime, proof: Text | None) -> str:
    """Let the time to acknowledge run where the rules know it; gives the rule by which the answer runs meanwhile."""
    if ACKNOWLEDGEMENT not in sitting.pack(case).windows.rules:
        return "answer"
    sitting.start_window(case, ACKNOWLEDGEMENT, party=who, start=served_at, proof=proof)
    return SHORTER


def answered(sitting: Sitting, case: Case, who: Party) -> None:
    """Who has answered acknowledges nothing more, and has taken the court as it is."""
    for kind in (ACKNOWLEDGEMENT, OBJECTION_WINDOW):
        sitting.close_windows(case, kind, WindowState.ENDED, party=who)


@guard("CPR 11")
def may_object(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no objection to the court can be raised where service is acknowledged first: not acknowledged, or the
    time after that is over (CPR 11(4)).
    """
    if ACKNOWLEDGEMENT not in sitting.pack(case).windows.rules:
        return None
    mine = sitting.windows(case, OBJECTION_WINDOW, party=sitting.party_of(case, actor), state=None)
    if not mine:
        return T("Acknowledge service first; then you have time to object.")
    return (
        None
        if mine[-1].state is WindowState.OPEN
        else T("Your time to object ended; you are taken to accept this court.")
    )
