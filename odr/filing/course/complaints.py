"""Complaints about how the court does its work (EXT 7)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Party, Role, Stage
from odr.filing import desks
from odr.filing.claim.progress import ask, decide, requests_of
from odr.filing.course.objections import seat_decider
from odr.filing.models import Request, RequestKind, RequestState
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

COMPLAINT = RequestKind.COMPLAINT

COMPLAINT_WINDOW = "complaint_reply"


@guard("COURT complaint")
def may_complain(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no complaint can be made: the rules know none, or one of the actor's waits."""
    if COMPLAINT_WINDOW not in sitting.pack(case).windows.rules:
        return T("The rules of this court know no such complaint.")
    mine = [one for one in requests_of(sitting, case, COMPLAINT) if one.party_id == actor.party_id]
    return T("Your complaint waits for its answer.") if mine else None


COMPLAINTS = {
    "delay": T("Something takes too long"),
    "conduct": T("How somebody of the court treated me"),
    "system": T("A page or a message that failed"),
    "other": T("Something else"),
}


class ComplaintInput(CourtModel):
    """What somebody complains of."""

    about: Annotated[Literal["delay", "conduct", "system", "other"], field(T("What is it about?"), options=COMPLAINTS)]
    words: Annotated[str, CourtText(5, 4000), field(T("What happened, and what do you want?"), widget="textarea")]


@act(
    title=T("Complain about how the court does its work"),
    input=ComplaintInput,
    by=set(PARTY_ROLES),
    at=set(Stage),
    guard=may_complain,
    while_stayed=True,
    before_identity=True,
    source=law("EXT 7", "COURT complaint"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.TAKING_PART,
    in_record=False,
    help=T(
        "Delay, a page that failed, how you were treated. The president answers within 15 days. It changes no time limit and no decision."
    ),
)
def complain(sitting: Sitting, case: Case, given: ComplaintInput, *, actor: Actor, now: datetime) -> Recorded:
    """Complain to the president about delay or conduct; the president answers within the time of the rules, and nobody
    else reads it (EXT 7).
    """
    me = sitting.party_of(case, actor)
    seat_decider(sitting, case, Role.PRESIDENT)
    request = ask(sitting, case, COMPLAINT, me, given.words, about=given.about)
    window = sitting.start_window(case, COMPLAINT_WINDOW, start=now, subject=request.reference)
    title = T("%(name)s complains. Answer within 15 days.", name=me.name)
    sitting.open_task(
        case, Role.PRESIDENT, desks.COMPLAINT, title, risk=40, due_at=window.due_at, subject=request.reference
    )
    return Recorded(
        T("%(name)s complained", name=me.name),
        {"request": request.reference},
        audience=Audience.NAMED,
        named=_readers(me.id),
    )


def _readers(party_id: int | None) -> tuple[str, ...]:
    return (f"party/{party_id}", Role.PRESIDENT.value)


@guard("COURT complaint")
def complaint_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to answer."""
    return None if requests_of(sitting, case, COMPLAINT) else T("No complaint waits for an answer.")


def who_complained(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """The answer to a complaint goes to the one who complained, and to nobody else."""
    return [p for p in case.parties if f"party/{p.id}" in entry.named]


class ComplaintAnswer(CourtModel):
    """What was found, and what is done."""

    request: Annotated[str, RefTo("complaint"), field(T("Complaint"), choices="complaints")]
    found: Annotated[
        Literal["founded", "partly", "unfounded"],
        field(
            T("What was found?"),
            options={
                "founded": T("It is right"),
                "partly": T("It is right in part"),
                "unfounded": T("It is not right"),
            },
        ),
    ]
    words: Annotated[
        str,
        CourtText(5, 4000),
        field(T("Answer"), T("What was looked into, what was found, what is done about it."), widget="textarea"),
    ]


@act(
    title=T("Answer a complaint"),
    input=ComplaintAnswer,
    by={Role.PRESIDENT},
    at=set(Stage),
    guard=complaint_waits,
    while_stayed=True,
    source=law("EXT 7", "COURT complaint"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("Answer to your complaint"),
        T("The answer says what was found and what is done about it. There is nothing you have to do."),
    ),
    concerns=who_complained,
    desk=desks.COMPLAINT,
    topic=Topic.CLAIM,
    in_record=False,
)
def answer_complaint(sitting: Sitting, case: Case, given: ComplaintAnswer, *, actor: Actor, now: datetime) -> Recorded:
    """Answer a complaint with what was found and what is done about it; the answer is served on the one who complained
    (EXT 7).
    """
    request: Request = sitting.resolved("complaint", given.request)
    sitting.close_windows(case, COMPLAINT_WINDOW, WindowState.MET, subject=request.reference)
    decide(sitting, case, request, RequestState.REFUSED if given.found == "unfounded" else RequestState.GRANTED)
    name = case.party(request.party_id).name
    result = {"request": request.reference, "found": given.found, "party": request.party_id}
    return Recorded(
        T("The complaint of %(name)s was answered", name=name),
        result,
        audience=Audience.NAMED,
        named=_readers(request.party_id),
    )


def complaint_overdue(sitting: Sitting, case: Case, window: Window) -> None:
    """The time to answer a complaint passed: it lies before everything else on the president's desk."""
    request = sitting.session.scalar(
        select(Request).where(Request.case_id == case.id, Request.reference == window.subject)
    )
    if request is not None and request.state is RequestState.ASKED:
        name = case.party(request.party_id).name
        sitting.close_tasks(case, desks.COMPLAINT, request.reference)
        title = T("The complaint of %(name)s was not answered in 15 days.", name=name)
        sitting.open_task(case, Role.PRESIDENT, desks.COMPLAINT, title, risk=90, subject=request.reference)
