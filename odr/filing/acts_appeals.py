"""Appeals from the ruling on jurisdiction, and complaints about the court's own work (CPL 130, 157, 171, 178; EXT 7)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Outcome, Role, Stage
from odr.errors import InvalidInput
from odr.filing.acts_objections import APPEAL_WINDOW, evidence_goes_on, seat_decider
from odr.filing.inputs_motions import ComplaintAnswer, ComplaintInput, JurisdictionAppealInput, JurisdictionAppealOutcome
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.progress import ask, decide, end_case, requests_of
from odr.identity.actors import Actor
from odr.procedure.models import Window, WindowState
from odr.procedure.table import Everyone, Recorded, act
from odr.text import T, Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

TRIAL = {Stage.PENDING, Stage.HEARING}
APPEAL, COMPLAINT = RequestKind.APPEAL, RequestKind.COMPLAINT
COMPLAINT_WINDOW = "complaint_reply"


@act(
    title=T("Appeal from the ruling on jurisdiction"),
    input=JurisdictionAppealInput,
    by={Role.RESPONDENT},
    at=TRIAL,
    window=APPEAL_WINDOW,
    special=True,
    serves=Everyone.BUT_ACTOR,
    source="CPL 130, 157, 171; FEE 8",
    help=T("Within ten days, without fee. The higher court decides; your time for evidence stands still meanwhile."),
)
def appeal_jurisdiction(court: Sitting, case: Case, given: JurisdictionAppealInput, *, actor: Actor, now: datetime) -> Recorded:
    """Appeal from the ruling that the case goes on here; evidence stands still until the higher court has decided (CPL 171; EV 55)."""
    me = court.party_of(case, actor)
    ruled = next(r for r in reversed(requests_of(court, case, RequestKind.JURISDICTION, RequestState.REFUSED)) if r.party_id == me.id)
    request = ask(court, case, APPEAL, me, given.words, subject=ruled.reference, ground=ruled.details["ground"])
    title = T("%(name)s appealed from the ruling on jurisdiction. Send the file up, and record the outcome.", name=me.name)
    court.open_task(case, Role.CLERK, APPEAL.value, title, risk=65, subject=request.reference)
    return Recorded(T("%(name)s appealed from the ruling on jurisdiction", name=me.name), {"request": request.reference})


def jurisdiction_appealed(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no outcome to record."""
    return None if requests_of(court, case, APPEAL) else T("No appeal from a ruling on jurisdiction is pending.")


@act(
    title=T("Record the outcome of the appeal on jurisdiction"),
    input=JurisdictionAppealOutcome,
    by={Role.CLERK},
    at=TRIAL,
    to={Stage.CLOSED},
    guard=jurisdiction_appealed,
    serves=Everyone.PARTIES,
    source="CPL 178, 182",
)
def record_jurisdiction_appeal(court: Sitting, case: Case, given: JurisdictionAppealOutcome, *, actor: Actor, now: datetime) -> Recorded:
    """Record what the higher court ruled: the case goes on and evidence runs again, or it goes elsewhere (CPL 178; EV 55)."""
    request: Request = court.resolved("jurisdiction_appeal", given.request)
    ground = request.details["ground"]
    if given.decided_on > now.astimezone(court.pack(case).tz).date():
        raise InvalidInput.at("decided_on", T("This day is still to come."))
    result = {"request": request.reference, "outcome": given.outcome, "number": given.number, "decided_on": given.decided_on.isoformat(), "court": given.court}
    if given.outcome == "upheld":
        decide(court, case, request, RequestState.REFUSED)
        if not requests_of(court, case, APPEAL):
            evidence_goes_on(court, case, now)
        return Recorded(T("The higher court upheld the ruling: the case goes on here (%(number)s)", number=given.number), result)
    if ground == "place" and not given.court:
        raise InvalidInput.at("court", T("Name the court to which the case goes."))
    decide(court, case, request, RequestState.GRANTED)
    end_case(court, case, Outcome.TRANSFERRED if ground == "place" else Outcome.DISMISSED, now)
    words = (
        T("The higher court set the ruling aside: the case goes to %(court)s", court=given.court or "")
        if ground == "place"
        else T("The higher court set the ruling aside: the action is dismissed")
    )
    return Recorded(words, result)


# -- complaints -------------------------------------------------------------


def may_complain(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no complaint can be made: the rules know none, or one of the actor's waits."""
    if COMPLAINT_WINDOW not in court.pack(case).windows.rules:
        return T("The rules of this court know no such complaint.")
    mine = [one for one in requests_of(court, case, COMPLAINT) if one.party_id == actor.party_id]
    return T("Your complaint waits for its answer.") if mine else None


@act(
    title=T("Complain about how the court does its work"),
    input=ComplaintInput,
    by=set(PARTY_ROLES),
    at=set(Stage),
    guard=may_complain,
    while_stayed=True,
    source="EXT 7; COURT complaint",
    help=T("Delay, a page that failed, how you were treated. The president answers within 15 days. It changes no time limit and no decision."),
)
def complain(court: Sitting, case: Case, given: ComplaintInput, *, actor: Actor, now: datetime) -> Recorded:
    """Complain to the president about delay or conduct; she answers within the time of the rules, and nobody else reads it (EXT 7)."""
    me = court.party_of(case, actor)
    seat_decider(court, case, Role.PRESIDENT)
    request = ask(court, case, COMPLAINT, me, given.words, about=given.about)
    window = court.start_window(case, COMPLAINT_WINDOW, start=now, subject=request.reference)
    title = T("%(name)s complains. Answer within 15 days.", name=me.name)
    court.open_task(case, Role.PRESIDENT, COMPLAINT.value, title, risk=40, due_at=window.due_at, subject=request.reference)
    return Recorded(T("%(name)s complained", name=me.name), {"request": request.reference}, audience=Audience.NAMED, named=_readers(me.id))


def _readers(party_id: int | None) -> tuple[str, ...]:
    return (f"party/{party_id}", Role.PRESIDENT.value)


def complaint_waits(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to answer."""
    return None if requests_of(court, case, COMPLAINT) else T("No complaint waits for an answer.")


@act(
    title=T("Answer a complaint"),
    input=ComplaintAnswer,
    by={Role.PRESIDENT},
    at=set(Stage),
    guard=complaint_waits,
    while_stayed=True,
    source="EXT 7; COURT complaint",
)
def answer_complaint(court: Sitting, case: Case, given: ComplaintAnswer, *, actor: Actor, now: datetime) -> Recorded:
    """Answer a complaint with what was found and what is done about it; the answer is served on the one who complained (EXT 7)."""
    request: Request = court.resolved("complaint", given.request)
    court.close_windows(case, COMPLAINT_WINDOW, WindowState.MET, subject=request.reference)
    decide(court, case, request, RequestState.REFUSED if given.found == "unfounded" else RequestState.GRANTED)
    name = next(p.name for p in case.parties if p.id == request.party_id)
    result = {"request": request.reference, "found": given.found, "party": request.party_id}
    return Recorded(T("The complaint of %(name)s was answered", name=name), result, audience=Audience.NAMED, named=_readers(request.party_id))


def serve_complaint_answer(court: Sitting, case: Case, entry: DocketEntry) -> None:
    """The answer to a complaint goes to the one who complained, and to nobody else."""
    if entry.act == "answer_complaint" and court.court.hooks.queue_service is not None:
        court.court.hooks.queue_service(court, case, entry, [p for p in case.parties if f"party/{p.id}" in entry.named])


def complaint_overdue(court: Sitting, case: Case, window: Window) -> None:
    """The time to answer a complaint passed: it lies before everything else on the president's desk."""
    request = court.session.scalar(select(Request).where(Request.case_id == case.id, Request.reference == window.subject))
    if request is not None and request.state is RequestState.ASKED:
        name = next(p.name for p in case.parties if p.id == request.party_id)
        court.close_tasks(case, COMPLAINT.value, request.reference)
        title = T("The complaint of %(name)s was not answered in 15 days.", name=name)
        court.open_task(case, Role.PRESIDENT, COMPLAINT.value, title, risk=90, subject=request.reference)
