"""Complaints about how the court does its work (EXT 7; REG 13; PUB 15)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from sqlalchemy import select

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Audience, Case, DocketEntry, Party, Role, Seat, Stage
from odr.docket.queries import seat as seat_of
from odr.docket.visibility import named_among
from odr.filing import desks, names
from odr.filing.claim.progress import ask, decide, requests_of
from odr.filing.complaints.queries import (
    COMPLAINT_WINDOW,
    answerer,
    answerers,
    concerned,
    duty,
    is_answered_by,
    lies_with,
    office,
)
from odr.filing.complaints.rules import ABOUT
from odr.filing.course.objections import request_options, seat_decider
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.registry.seats import choose, conflicted
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text, words_of
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

COMPLAINT = RequestKind.COMPLAINT
CONDUCT = COURT_ROLES | {Role.MEDIATOR}
"""Whom a complaint can name."""
ABOVE = "above"
"""A complaint is passed on to the higher court."""


@guard("COURT complaint")
def may_complain(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no complaint can be made: the rules know none, or one of the actor's waits."""
    if COMPLAINT_WINDOW not in sitting.pack(case).windows.rules:
        return T("The rules of this court know no such complaint.")
    mine = [one for one in requests_of(sitting, case, COMPLAINT) if one.party_id == actor.party_id]
    return T("Your complaint waits for its answer.") if mine else None


@choice_source("complained_of")
def complained_of(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who serves in the case and may be named in a complaint."""
    rows = sitting.session.execute(
        select(Seat, Account.name)
        .join(Account, Account.id == Seat.account_id)
        .where(Seat.case_id == case.id, Seat.until_at.is_(None), Seat.role.in_(CONDUCT))
        .order_by(Seat.id)
    )
    return [Option(str(seat.id), T("%(name)s, %(role)s", name=name, role=seat.role.label)) for seat, name in rows]


class ComplaintInput(CourtModel):
    """What somebody complains of."""

    about: Annotated[
        Literal["delay", "registration", "disclosure", "conduct", "system", "other"],
        field(T("What is it about?"), options=ABOUT),
    ]
    whom: Annotated[
        str | None,
        RefTo("seat"),
        field(
            T("About whom, if about one person"),
            T("Whoever the complaint is about never answers it."),
            choices="complained_of",
        ),
    ] = None
    words: Annotated[str, CourtText(5, 4000), field(T("What happened, and what do you want?"), widget="textarea")]


@act(
    title=T("Complain about how the court does its work"),
    input=ComplaintInput,
    by=set(PARTY_ROLES),
    at=set(Stage),
    guard=may_complain,
    version=2,
    while_stayed=True,
    before_identity=True,
    source=law("EXT 7", "REG 13", "PUB 15", "COURT complaint"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.TAKING_PART,
    in_record=False,
    help=T(
        "Delay, a page that failed, how you were treated. The president answers within [time complaint_reply], or somebody else of the court whom it is not about. It changes no time limit and no decision."
    ),
)
def complain(sitting: Sitting, case: Case, given: ComplaintInput, *, actor: Actor, now: datetime) -> Recorded:
    """Complain to the president about delay or conduct; the president answers within the time of the rules, and nobody
    else reads it (EXT 7).
    """
    me = sitting.party_of(case, actor)
    whom: Seat | None = sitting.resolved("seat", given.whom) if given.whom else None
    if whom is not None and whom.role not in CONDUCT:
        raise InvalidInput.at("whom", T("A complaint names somebody of the court or the mediator."))
    details = {} if whom is None else {"whom": str(whom.id)}
    request = ask(sitting, case, COMPLAINT, me, given.words, about=given.about, **details)
    window = sitting.start_window(case, COMPLAINT_WINDOW, start=now, subject=request.reference)
    _put_on_desk(sitting, case, request, window.due_at)
    about = sitting.session.get_one(Account, whom.account_id).name if whom is not None else None
    return Recorded(
        T("%(name)s complained", name=me.name),
        {"request": request.reference, "whom": about},
        audience=Audience.NAMED,
        named=_readers(me.id),
    )


def _put_on_desk(sitting: Sitting, case: Case, request: Request, due_at: datetime | None, risk: int = 40) -> None:
    """Whoever is to answer has the case before them and the task; where the complaint is about everybody who could, the
    task says to pass it on.
    """
    name = case.party(request.party_id).name
    found = answerer(sitting, case, request)
    if found is None:
        seat_decider(sitting, case, Role.PRESIDENT)
        if seat_of(sitting.session, case, Role.PRESIDENT) is None:
            _seat_whoever_there_is(sitting, case)
        title = T("%(name)s complains about whoever could answer. Pass it on to the higher court.", name=name)
        sitting.open_task(
            case, Role.PRESIDENT, desks.COMPLAINT, title, risk=risk, due_at=due_at, subject=request.reference
        )
        return
    _seat(sitting, case, request, found)
    title = T("%(name)s complains. Answer within [time complaint_reply].", name=name)
    sitting.open_task(case, Role.PRESIDENT, desks.COMPLAINT, title, risk=risk, due_at=due_at, subject=request.reference)


def _seat_whoever_there_is(sitting: Sitting, case: Case) -> None:
    """Nobody of the office is at work: somebody of it has the complaint before them all the same, on the day they are back."""
    barred = conflicted(sitting.session, case)
    found = next((one for one in office(sitting.session) if one.id not in barred), None)
    if found is not None:
        _named(sitting, case, found.id)


def _named(sitting: Sitting, case: Case, account: int) -> None:
    name = sitting.session.get_one(Account, account).name
    because = words_of(T("to answer a complaint"))
    sitting.seated(case, {"role": Role.PRESIDENT.value, "named": name, "because": because})
    sitting.session.add(Seat(case_id=case.id, account_id=account, role=Role.PRESIDENT, from_at=sitting.now))
    sitting.session.flush()


def _seat(sitting: Sitting, case: Case, request: Request, found: int) -> None:
    """Whoever is to answer takes a seat in the case: charged, named, or drawn by lot among those it is not about."""
    session = sitting.session
    here = select(Seat.id).where(
        Seat.case_id == case.id, Seat.account_id == found, Seat.role == Role.PRESIDENT, Seat.until_at.is_(None)
    )
    if session.scalar(here) is not None:
        return
    named, who = duty(session), concerned(session, request)
    if found not in (who.charged, named.account_id if named is not None else None):
        drawn = choose(sitting, case, Role.PRESIDENT, but=who.about)
        if drawn is not None:
            session.add(Seat(case_id=case.id, account_id=drawn.id, role=Role.PRESIDENT, from_at=sitting.now))
            session.flush()
            return
    _named(sitting, case, found)


def _readers(party_id: int | None) -> tuple[str, ...]:
    return (f"party/{party_id}", Role.PRESIDENT.value)


@upcast(names.COMPLAIN, from_version=1)
def about_nobody_by_name(given: dict[str, Any]) -> dict[str, Any]:
    """At first a complaint named nobody."""
    return {**given, "whom": None}


@guard("COURT complaint")
def complaint_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to answer."""
    return None if requests_of(sitting, case, COMPLAINT) else T("No complaint is waiting for an answer.")


@guard("REG 13", "COURT complaint")
def nobody_answers_for_themselves(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why somebody answers no complaint here: all that wait are about them, or somebody else was charged with them."""
    waiting = requests_of(sitting, case, COMPLAINT)
    if not waiting or any(is_answered_by(sitting.session, one, actor.account_id) for one in waiting):
        return None
    return T("Nobody answers a complaint about themselves, or one that somebody else was charged with. Pass it on.")


@choice_source("complaints_to_answer")
def complaints_to_answer(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Complaints that wait and are not about whoever looks."""
    waiting = requests_of(sitting, case, COMPLAINT)
    return request_options(
        sitting, case, [one for one in waiting if is_answered_by(sitting.session, one, actor.account_id)]
    )


def who_complained(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """The answer to a complaint goes to the one who complained, and to nobody else."""
    return named_among(case.parties, entry)


class ComplaintAnswer(CourtModel):
    """What was found, and what is done."""

    request: Annotated[str, RefTo("complaint"), field(T("Complaint"), choices="complaints_to_answer")]
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
    guard=(complaint_waits, nobody_answers_for_themselves),
    while_stayed=True,
    source=law("EXT 7", "REG 13", "PUB 15", "COURT complaint"),
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
    (EXT 7). Nobody answers a complaint about themselves (REG 13).
    """
    request: Request = sitting.resolved("complaint", given.request)
    if not is_answered_by(sitting.session, request, actor.account_id):
        raise InvalidInput.at("request", T("This complaint is about you, or somebody else was charged with it."))
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


# -- passed on ----------------------------------------------------------------------


@choice_source("complaint_answerers")
def complaint_answerers(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who else could answer: others of the president's office whom no waiting complaint is about, oneself where somebody
    was charged who cannot, and the higher court.
    """
    waiting = requests_of(sitting, case, COMPLAINT)
    people = {
        one.reference: one
        for request in waiting
        for one in answerers(sitting, case, request)
        if one.id != actor.account_id or not is_answered_by(sitting.session, request, one.id)
    }
    return [
        *(Option(one.reference, one.name) for one in people.values()),
        Option(ABOVE, T("The higher court")),
    ]


class ReferralInput(CourtModel):
    """Who answers a complaint instead, and why."""

    request: Annotated[str, RefTo("complaint"), field(T("Complaint"), choices="complaints")]
    to: Annotated[str, CourtText(1, 26), field(T("Who answers it instead?"), choices="complaint_answerers")]
    reasons: Annotated[str, CourtText(5, 2000), field(T("Why?"), widget="textarea")]


@act(
    title=T("Pass a complaint on"),
    input=ReferralInput,
    by={Role.PRESIDENT},
    at=set(Stage),
    guard=complaint_waits,
    while_stayed=True,
    source=law("REG 13", "PUB 15", "COURT complaint"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your complaint was passed on"),
        T(
            "The notice says who answers it now. There is nothing you have to do. As long as this court answers, the day of the answer does not change."
        ),
        for_information=True,
    ),
    concerns=who_complained,
    desk=desks.COMPLAINT,
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "To somebody else of the president’s office, or to the higher court. Nobody answers a complaint about themselves."
    ),
)
def refer_complaint(sitting: Sitting, case: Case, given: ReferralInput, *, actor: Actor, now: datetime) -> Recorded:
    """Charge somebody else with a complaint, or pass it on to the higher court; whoever complained is told (REG 13). The time
    for the answer goes on where it stays at this court. It is passed on by whoever it lies with: nobody takes a complaint
    about themselves out of the hands of somebody who can answer it.
    """
    request: Request = sitting.resolved("complaint", given.request)
    if request.reference not in lies_with(sitting.session, [request], actor.account_id or 0, sitting.today):
        raise InvalidInput.at(
            "request", T("Somebody else of the office answers this complaint. They alone pass it on.")
        )
    name, readers = case.party(request.party_id).name, _readers(request.party_id)
    result = {"request": request.reference, "party": request.party_id}
    if given.to == ABOVE:
        sitting.close_windows(case, COMPLAINT_WINDOW, WindowState.ENDED, subject=request.reference)
        decide(sitting, case, request, RequestState.OVER)
        return Recorded(
            T("The complaint of %(name)s goes to the higher court", name=name),
            result | {"to": None},
            audience=Audience.NAMED,
            named=readers,
        )
    other = next((one for one in answerers(sitting, case, request) if one.reference == given.to), None)
    if other is None or (other.id == actor.account_id and is_answered_by(sitting.session, request, other.id)):
        raise InvalidInput.at("to", T("This person cannot answer this complaint. Choose somebody else."))
    request.details = {**request.details, "charged": other.id}
    sitting.session.flush()
    sitting.close_tasks(case, desks.COMPLAINT, request.reference)
    window = sitting.windows(case, COMPLAINT_WINDOW, state=None, subject=request.reference)[-1]
    _put_on_desk(sitting, case, request, window.due_at, 40 if window.state is WindowState.OPEN else 90)
    return Recorded(
        T("%(other)s answers the complaint of %(name)s", other=other.name, name=name),
        result | {"to": other.name},
        audience=Audience.NAMED,
        named=readers,
    )


def complaint_overdue(sitting: Sitting, case: Case, window: Window) -> None:
    """The time to answer a complaint passed: it lies before everything else on the president's desk."""
    request = sitting.session.scalar(
        select(Request).where(Request.case_id == case.id, Request.reference == window.subject)
    )
    if request is not None and request.state is RequestState.ASKED:
        name = case.party(request.party_id).name
        sitting.close_tasks(case, desks.COMPLAINT, request.reference)
        title = T("The complaint of %(name)s was not answered in [time complaint_reply].", name=name)
        sitting.open_task(case, Role.PRESIDENT, desks.COMPLAINT, title, risk=90, subject=request.reference)
