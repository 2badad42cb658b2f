"""Appeals from rulings that refuse or dismiss a claim or say which court hears it (CPL 126, 130, 157, 158, 171, 178)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Outcome, Role, Stage
from odr.filing import desks, names
from odr.filing.claim.outsider_action.queries import outsider_action_of
from odr.filing.claim.progress import ask, decide, end_case, requests_of
from odr.filing.course.ending_rulings import (
    APPEAL_DISMISSAL,
    APPEAL_JURISDICTION,
    APPEAL_REFUSAL,
    RUNS,
    goes_on,
    is_final,
    ruling_appealed,
)
from odr.filing.course.objections import TO_ANOTHER_COURT, WHILE_SEATED, evidence_goes_on
from odr.filing.inputs import Words
from odr.filing.models import Request, RequestKind, RequestState
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.events import ObjectionWon
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.acts.tasks import DESKS
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, RefTo, field
from odr.procedure.models import Window
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

APPEAL, RULING_APPEAL, ENDING = RequestKind.APPEAL, RequestKind.RULING_APPEAL, RequestKind.ENDING

HELP = T(
    "Within [time appeal_ruling] of receiving the ruling, without fee. The higher court decides; until then the ruling has no effect."
)


def _appeal(
    sitting: Sitting,
    case: Case,
    given: RulingAppealInput,
    actor: Actor,
    kind: RequestKind,
    window: str,
    title: Text,
    words: Text,
) -> Recorded:
    ruling = ruling_appealed(sitting, case, actor, window)
    request = ask(
        sitting,
        case,
        kind,
        sitting.party_of(case, actor),
        given.words,
        subject=ruling.reference,
        ground=ruling.details.get("ground"),
    )
    sitting.open_task(case, Role.CLERK, DESKS[kind.value], title, risk=65, subject=request.reference)
    return Recorded(words, {"request": request.reference})


class RulingAppealInput(CourtModel):
    """Why a ruling is wrong."""

    words: Words


@act(
    title=T("Appeal from the ruling on jurisdiction"),
    input=RulingAppealInput,
    by=set(PARTY_ROLES),
    at=WHILE_SEATED,
    window=APPEAL_JURISDICTION,
    remedy=True,
    special=True,
    while_stayed=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Appeal against the ruling on jurisdiction"),
        T("There is nothing you have to do now. The higher court decides, and the outcome is sent to you."),
    ),
    source=law("CPL 130, 157, 171", "FEE 8"),
    topic=Topic.CLAIM,
    in_record=False,
    help=HELP,
)
def appeal_jurisdiction(
    sitting: Sitting, case: Case, given: RulingAppealInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Appeal from the ruling that the case goes on here, or that it does not; it has no effect until the higher court
    has decided (CPL 171; EV 55).
    """
    name = sitting.party_of(case, actor).name
    title = T("%(name)s appealed from the ruling on jurisdiction. Send the file up, and record the outcome.", name=name)
    return _appeal(
        sitting,
        case,
        given,
        actor,
        APPEAL,
        APPEAL_JURISDICTION,
        title,
        T("%(name)s appealed from the ruling on jurisdiction", name=name),
    )


@act(
    title=T("Appeal from the dismissal of the action"),
    input=RulingAppealInput,
    by=set(PARTY_ROLES),
    at=set(RUNS),
    window=APPEAL_DISMISSAL,
    remedy=True,
    special=True,
    while_stayed=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("Appeal against the dismissal of the action"),
        T(
            "There is nothing you have to do now. The case stands still until the higher court has decided, and the outcome is sent to you."
        ),
    ),
    source=law("CPL 157, 171", "FEE 8"),
    topic=Topic.CLAIM,
    in_record=False,
    help=HELP,
    rule=APPEAL_DISMISSAL,
)
def appeal_dismissal(
    sitting: Sitting, case: Case, given: RulingAppealInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Appeal from the ruling that dismisses the action without deciding it; the case stands still until the higher
    court has decided (CPL 157, 171).
    """
    name = sitting.party_of(case, actor).name
    title = T(
        "%(name)s appealed from the dismissal of the action. Send the file up, and record the outcome.", name=name
    )
    return _appeal(
        sitting,
        case,
        given,
        actor,
        RULING_APPEAL,
        APPEAL_DISMISSAL,
        title,
        T("%(name)s appealed from the dismissal of the action", name=name),
    )


@act(
    title=T("Appeal from the refusal of the claim"),
    input=RulingAppealInput,
    by={Role.CLAIMANT},
    at={Stage.CLOSED},
    window=APPEAL_REFUSAL,
    remedy=True,
    special=True,
    source=law("CPL 126, 157, 171", "FEE 8"),
    topic=Topic.CLAIM,
    help=HELP,
    rule=APPEAL_REFUSAL,
)
def appeal_refusal(sitting: Sitting, case: Case, given: RulingAppealInput, *, actor: Actor, now: datetime) -> Recorded:
    """Appeal from the ruling that the claim is not accepted (CPL 126); nobody else has been told of the claim yet."""
    name = sitting.party_of(case, actor).name
    title = T("%(name)s appealed from the refusal of the claim. Send the file up, and record the outcome.", name=name)
    return _appeal(
        sitting,
        case,
        given,
        actor,
        RULING_APPEAL,
        APPEAL_REFUSAL,
        title,
        T("%(name)s appealed from the refusal of the claim", name=name),
    )


def _already(sitting: Sitting, case: Case, day: date, now: datetime) -> None:
    if day > now.astimezone(sitting.pack(case).tz).date():
        raise InvalidInput.at("decided_on", T("This day is still to come."))


def _behind(sitting: Sitting, case: Case, request: Request) -> Request:
    """The ruling that was appealed from."""
    return sitting.session.scalars(
        select(Request).where(Request.case_id == case.id, Request.reference == request.subject)
    ).one()


@guard("CPL 157, 171")
def jurisdiction_appealed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no outcome to record."""
    return None if requests_of(sitting, case, APPEAL) else T("No appeal from a ruling on jurisdiction is pending.")


class JurisdictionAppealOutcome(CourtModel):
    """What the higher court ruled on jurisdiction."""

    request: Annotated[str, RefTo("jurisdiction_appeal"), field(T("Appeal"), choices="jurisdiction_appeals")]
    outcome: Annotated[
        Literal["upheld", "set_aside"],
        field(
            T("Outcome"),
            options={
                "upheld": T("Upheld: it stays with what this court ruled"),
                "set_aside": T("Set aside: the opposite of what this court ruled holds"),
            },
        ),
    ]
    number: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of the higher court’s ruling"))]
    decided_on: Annotated[CourtDate, field(T("Day of the ruling"))]
    court: Annotated[
        str | None,
        CourtText(0, 200),
        field(T("Court that hears it"), T("Needed where the case goes to another court.")),
    ] = None


@act(
    title=T("Record the outcome of the appeal on jurisdiction"),
    input=JurisdictionAppealOutcome,
    by={Role.CLERK},
    at=WHILE_SEATED,
    to={Stage.CLOSED},
    guard=jurisdiction_appealed,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Outcome of the appeal against a ruling in your case"),
        T(
            "The docket says whether the case goes on at this court. If it does, time limits that stood still run on, and this letter names yours; if not, there is nothing you have to do here."
        ),
    ),
    source=law("CPL 178, 182"),
    desk=desks.JURISDICTION_APPEAL,
    topic=Topic.CLAIM,
    in_record=False,
)
def record_jurisdiction_appeal(
    sitting: Sitting, case: Case, given: JurisdictionAppealOutcome, *, actor: Actor, now: datetime
) -> Recorded:
    """Record what the higher court ruled: the case goes on and evidence runs again, or it goes elsewhere (CPL 178; EV
    55).
    """
    request: Request = sitting.resolved("jurisdiction_appeal", given.request)
    _already(sitting, case, given.decided_on, now)
    ruling, ground = _behind(sitting, case, request), request.details["ground"]
    result = {
        "request": request.reference,
        "outcome": given.outcome,
        "number": given.number,
        "decided_on": given.decided_on.isoformat(),
        "court": given.court,
    }
    if ruling.kind is ENDING:
        return Recorded(_on_ending(sitting, case, given.outcome, request, ruling, given.number, now), result)
    if given.outcome == "upheld":
        decide(sitting, case, request, RequestState.REFUSED)
        evidence_goes_on(sitting, case, now)
        return Recorded(
            T("The higher court upheld the ruling: the case goes on here (%(number)s)", number=given.number), result
        )
    if ground in TO_ANOTHER_COURT and not given.court:
        raise InvalidInput.at("court", T("Name the court to which the case goes."))
    decide(sitting, case, request, RequestState.GRANTED)
    sitting.announce(ObjectionWon(case, case.party(ruling.party_id)))
    end_case(sitting, case, Outcome.TRANSFERRED if ground in TO_ANOTHER_COURT else Outcome.DISMISSED, now)
    words = (
        T("The higher court set the ruling aside: the case goes to %(court)s", court=given.court or "")
        if ground in TO_ANOTHER_COURT
        else T("The higher court set the ruling aside: the action is dismissed")
    )
    return Recorded(words, result)


def _on_ending(
    sitting: Sitting, case: Case, outcome: str, request: Request, ruling: Request, number: str, now: datetime
) -> Text:
    """Upheld, the ruling takes effect, as the higher court's is final (CPL 182); set aside, everything goes on from
    where it stood.
    """
    if outcome == "upheld":
        decide(sitting, case, request, RequestState.REFUSED)
        kind = request.kind
        if not any(one.subject == ruling.reference for one in requests_of(sitting, case, kind)):
            sitting.then(names.END_BY_RULING, EndingInput(ruling=ruling.reference))
        return T("The higher court upheld the ruling (%(number)s)", number=number)
    decide(sitting, case, request, RequestState.GRANTED)
    for one in requests_of(sitting, case, request.kind):
        if one.subject == ruling.reference:
            decide(sitting, case, one, RequestState.OVER)
    goes_on(sitting, case, ruling, now)
    return T("The higher court set the ruling aside: the case goes on here (%(number)s)", number=number)


@guard("CPL 157, 171")
def ruling_was_appealed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no outcome to record."""
    return (
        None if requests_of(sitting, case, RULING_APPEAL) else T("No appeal from a refusal or a dismissal is pending.")
    )


class RulingAppealOutcome(CourtModel):
    """What the higher court ruled on the refusal of a claim, or the dismissal of the action."""

    request: Annotated[str, RefTo("ruling_appeal"), field(T("Appeal"), choices="ruling_appeals")]
    outcome: Annotated[
        Literal["upheld", "set_aside"],
        field(
            T("Outcome"),
            options={"upheld": T("Upheld: the case is over"), "set_aside": T("Set aside: the case goes on here")},
        ),
    ]
    number: Annotated[str, CourtText(1, 80, one_line=True), field(T("Number of the higher court’s ruling"))]
    decided_on: Annotated[CourtDate, field(T("Day of the ruling"))]


@act(
    title=T("Record the outcome of the appeal from a ruling"),
    input=RulingAppealOutcome,
    by={Role.CLERK},
    at={*RUNS, Stage.CLOSED},
    to={Stage.LODGED},
    guard=ruling_was_appealed,
    while_stayed=True,
    source=law("CPL 178, 182", "CPI 330"),
    desk=desks.RULING_APPEAL,
    topic=Topic.CLAIM,
    in_record=False,
)
def record_ruling_appeal(
    sitting: Sitting, case: Case, given: RulingAppealOutcome, *, actor: Actor, now: datetime
) -> Recorded:
    """Record what the higher court ruled on a refusal or a dismissal: it stands, or the claim is taken up again as it
    was told to (CPI 330).
    """
    request: Request = sitting.resolved("ruling_appeal", given.request)
    _already(sitting, case, given.decided_on, now)
    ruling = _behind(sitting, case, request)
    result = {
        "request": request.reference,
        "outcome": given.outcome,
        "number": given.number,
        "decided_on": given.decided_on.isoformat(),
    }
    if ruling.subject != APPEAL_REFUSAL:
        return Recorded(_on_ending(sitting, case, given.outcome, request, ruling, given.number, now), result)
    if given.outcome == "upheld":
        decide(sitting, case, request, RequestState.REFUSED)
        decide(sitting, case, ruling, RequestState.GRANTED)
        return Recorded(T("The higher court upheld the ruling (%(number)s)", number=given.number), result)
    decide(sitting, case, request, RequestState.GRANTED)
    decide(sitting, case, ruling, RequestState.REFUSED)
    case.outcome, case.closed_at = None, None
    sitting.move(case, Stage.LODGED)
    if (attacks := outsider_action_of(sitting.session, case)) is not None:
        sitting.start_window(case, "outsider_action_review", start=now, subject=attacks.reference)
        title = T("The higher court set the refusal aside. Take the action against the decision.")
        sitting.open_task(case, Role.JUDGE, desks.REFUSAL, title, risk=80)
    else:
        sitting.start_window(case, "registry_review", start=now)
    return Recorded(
        T("The higher court set the refusal aside: the claim is taken up (%(number)s)", number=given.number), result
    )


def appeal_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """A party's time to appeal from a ruling ended; with the last one the ruling has effect (CPL 158)."""
    query = select(Request).where(Request.case_id == case.id, Request.reference == window.subject)
    ruling = sitting.session.scalar(query)
    if ruling is None or not is_final(sitting, case, ruling, window.kind):
        return
    if ruling.kind is not ENDING:
        evidence_goes_on(sitting, case, window.due_at or sitting.now)
    elif ruling.state is RequestState.ASKED and window.kind == APPEAL_REFUSAL:
        decide(sitting, case, ruling, RequestState.GRANTED)
    elif ruling.state is RequestState.ASKED:
        sitting.then(names.END_BY_RULING, EndingInput(ruling=ruling.reference), effective_at=window.due_at)


class EndingInput(CourtModel):
    """Which ruling ends the case."""

    ruling: str


@act(
    title=T("The ruling that ends the case takes effect"),
    input=EndingInput,
    by={Role.CLOCK},
    at=set(RUNS),
    to={Stage.CLOSED},
    listed=False,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The ruling that ends your case here has taken effect"),
        T(
            "There is nothing you have to do here. The case is over at this court; the docket says whether it was dismissed or goes to another court."
        ),
    ),
    source=law("CPL 158, 182"),
    in_record=False,
)
def end_by_ruling(sitting: Sitting, case: Case, given: EndingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that nobody appealed in time, or that the higher court upheld the ruling: the case ends as was ruled (CPL
    158).
    """
    query = select(Request).where(Request.case_id == case.id, Request.reference == given.ruling, Request.kind == ENDING)
    ruling = sitting.session.scalars(query).one()
    outcome, to = Outcome(ruling.details["outcome"]), ruling.details.get("to")
    decide(sitting, case, ruling, RequestState.GRANTED)
    end_case(sitting, case, outcome, now)
    words = (
        T("The ruling has effect: the case goes to %(court)s", court=to)
        if to
        else T("The ruling has effect: the action is dismissed")
    )
    result: dict[str, Any] = {"ruling": ruling.asked_entry, "outcome": outcome.value, "court": to}
    return Recorded(words, result)
