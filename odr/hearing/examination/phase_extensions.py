"""The time of the phases: more of it asked for, agreed or ruled on; technical failures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.hearing import desks
from odr.hearing.examination import phases
from odr.hearing.examination.acts import hearing_open
from odr.hearing.examination.plan import require_plan_fits
from odr.hearing.inputs import ANSWERS, Reasons
from odr.hearing.models import Examination, TechnicalFailure, TimeRequest
from odr.hearing.queries import (
    WINDOW,
    asked_for,
    examination_of,
    is_asked,
    participants,
    row_named,
    turn_windows,
)
from odr.hearing.vocabulary import RequestState
from odr.identity.actors import Actor
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.rulings import ASKED, WITH_THE_JUDGMENT
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("OLR 20")
def own_window(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no time can be asked for: none runs."""
    party = case.party_if_any(actor.party_id)
    running = party is not None and any(
        w.party_id == party.id and w.state is WindowState.OPEN for w in turn_windows(sitting, case.id)
    )
    return None if running else T("No time is running for you.")


Days = Annotated[int, Field(ge=1, le=30), field(T("Working days"))]


class TimeInput(CourtModel):
    """More time asked for."""

    days: Days
    reason: Annotated[str, CourtText(3, 1000), field(T("Why do you need it?"), widget="textarea")]


@act(
    title=T("Ask for more time"),
    input=TimeInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(hearing_open, own_window),
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party asks for more time in the examination"),
        T(
            "You may agree on the page of the case. If not everybody agrees, the judge rules on it; your own time limits go on meanwhile."
        ),
    ),
    source=law("OLR 20", "CPL 86"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def ask_for_time(sitting: Sitting, case: Case, given: TimeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask for more time before one's own has ended; the judge rules, or every other side agrees with one click."""
    party = sitting.party_of(case, actor)
    window = sitting.windows(case, WINDOW, party=party)[-1]
    request = TimeRequest(
        case_id=case.id,
        party_id=party.id,
        window=window.reference,
        days=given.days,
        reason=given.reason,
        state=RequestState.ASKED,
        agreed_by=[],
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(request)
    sitting.session.flush()
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.TIME_REQUEST,
        T("%(party)s asks for %(days)s more working days.", party=party.name, days=given.days),
        risk=25,
        due_at=window.due_at,
        subject=request.reference,
    )
    return Recorded(
        T("%(party)s asked for %(days)s more working days", party=party.name, days=given.days),
        {"request": request.reference, "reason": given.reason},
    )


def _asked(request: TimeRequest) -> TimeRequest:
    if request.state is not RequestState.ASKED:
        raise ActNotOpen(T("This request is decided already."))
    return request


def _grant_time(sitting: Sitting, case: Case, request: TimeRequest, days: int) -> None:
    """Extend every running window of the party, then see that the plan still ends in good time."""
    party = case.party(request.party_id)
    windows: list[Window] = sitting.windows(case, WINDOW, party=party)
    if not windows:
        raise ActNotOpen(
            T("The time asked for has ended meanwhile. The phase can be taken up again by changing the plan.")
        )
    for window in windows:
        phases.extend(sitting, case, window, days, "OLR 20")
    request.state, request.decided_by = RequestState.GRANTED, sitting.next_number(case)
    sitting.close_tasks(case, desks.TIME_REQUEST, request.reference)
    sitting.session.flush()
    _still_fits(sitting, case, examination_of(sitting.session, case))


def _still_fits(sitting: Sitting, case: Case, examination: Examination | None) -> None:
    if examination is None:
        return
    end = phases.projected_end(sitting, case, examination)
    if end is not None:
        require_plan_fits(sitting, case, end)
    examination.ends_by = end


@guard("OLR 20", "COURT plan")
def time_was_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no request for time to answer."""
    return None if is_asked(sitting, case, TimeRequest) else T("Nobody asks for more time.")


@resolver("time_request")
def find_time_request(sitting: Sitting, case: Case, actor: Actor, reference: str) -> TimeRequest | None:
    """A request for more time."""
    return row_named(sitting, case, TimeRequest, reference)


@choice_source("time_requests")
def time_requests(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Requests for time that wait; a party sees those of others."""
    names = {p.id: p.name for p in case.parties}
    rows = asked_for(sitting, case, TimeRequest)
    return [
        Option(r.reference, side_by_side((names[r.party_id], r.days), ":"), r.reason)
        for r in rows
        if r.party_id != actor.party_id
    ]


class TimeRulingInput(CourtModel):
    """The judge's word on more time."""

    request: Annotated[str, RefTo("time_request"), field(T("Request"), choices="time_requests")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Result of the ruling"), options=ANSWERS)]
    days: Annotated[int | None, Field(ge=1, le=30), field(T("Working days, if other than asked"))] = None
    reasons: Reasons


@act(
    title=T("Rule on more time"),
    input=TimeRulingInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, time_was_asked),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on more time in the examination"),
        T(
            "If your time limit was made longer, this letter names its new last day; if not, the day you had stays. The ruling says what was decided and why, and what can be done by whoever disagrees."
        ),
        when_due=T(
            "%(limits)s The ruling says what was decided and why, and what can be done by whoever disagrees.",
            limits=LIMITS,
        ),
    ),
    paper=RulingForm(T("More time in the hearing"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("OLR 20"),
    seen_by=Audience.HEARING,
    desk=desks.TIME_REQUEST,
    topic=Topic.HEARING,
    in_record=True,
)
def rule_on_time(sitting: Sitting, case: Case, given: TimeRulingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Give more time, or not, with reasons; never so much that the plan overruns the trial limit."""
    request = _asked(sitting.resolved("time_request", given.request))
    request.why = given.reasons
    name = case.party(request.party_id).name
    if given.answer == "refuse":
        request.state, request.decided_by = RequestState.REFUSED, sitting.next_number(case)
        sitting.close_tasks(case, desks.TIME_REQUEST, request.reference)
        return Recorded(T("No more time for %(party)s", party=name), {"reasons": given.reasons})
    days = given.days or request.days
    _grant_time(sitting, case, request, days)
    return Recorded(
        T("%(party)s has %(days)s more working days", party=name, days=days), {"days": days, "reasons": given.reasons}
    )


class AgreeTimeInput(CourtModel):
    """The other side agrees to more time: one click."""

    request: Annotated[str, RefTo("time_request"), field(T("Request"), choices="time_requests")]


@act(
    title=T("Agree to more time for the other side"),
    input=AgreeTimeInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(hearing_open, time_was_asked),
    source=law("OLR 20"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def agree_extension(sitting: Sitting, case: Case, given: AgreeTimeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Agree with one click; once every other party has, the time is given without a ruling."""
    request = _asked(sitting.resolved("time_request", given.request))
    party = sitting.party_of(case, actor)
    if request.party_id == party.id or party.id in request.agreed_by:
        raise InvalidInput.at("request", T("This waits for the other side, not for you."))
    request.agreed_by = [*request.agreed_by, party.id]
    others = {p.id for p in participants(case) if p.id != request.party_id}
    if others <= set(request.agreed_by):
        _grant_time(sitting, case, request, request.days)
        return Recorded(T("All sides agree to %(days)s more working days", days=request.days), {"days": request.days})
    return Recorded(T("%(party)s agrees to more time", party=party.name), {"request": request.reference})


class FailureInput(CourtModel):
    """A technical failure reported by a party."""

    what: Annotated[
        str, CourtText(5, 1000), field(T("What failed, since when, and what did you try?"), widget="textarea")
    ]


@act(
    title=T("Report a technical failure"),
    input=FailureInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=hearing_open,
    source=law("OLR 5, 25", "CPL 86"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def report_failure(sitting: Sitting, case: Case, given: FailureInput, *, actor: Actor, now: datetime) -> Recorded:
    """Report that network, equipment, power or the platform failed: a failure is never absence (OLR 25)."""
    party = sitting.party_of(case, actor)
    failure = TechnicalFailure(
        case_id=case.id,
        party_id=party.id,
        what=given.what,
        state=RequestState.ASKED,
        reported_at=now,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(failure)
    sitting.session.flush()
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.FAILURE,
        T("%(party)s reports a technical failure. Rule on it.", party=party.name),
        risk=60,
        subject=failure.reference,
    )
    return Recorded(T("%(party)s reported a technical failure", party=party.name), {"failure": failure.reference})


@guard("OLR 5, 25")
def failure_was_reported(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no failure to rule on."""
    return None if is_asked(sitting, case, TechnicalFailure) else T("No technical failure is reported.")


@resolver("failure")
def find_failure(sitting: Sitting, case: Case, actor: Actor, reference: str) -> TechnicalFailure | None:
    """A reported failure."""
    return row_named(sitting, case, TechnicalFailure, reference)


@choice_source("failures")
def failures(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Reports of failures that wait for a ruling."""
    names = {p.id: p.name for p in case.parties}
    rows = asked_for(sitting, case, TechnicalFailure)
    return [Option(f.reference, names[f.party_id], f.what) for f in rows]


class FailureRulingInput(CourtModel):
    """Whether a failure is accepted, and how much time it gives back."""

    failure: Annotated[str, RefTo("failure"), field(T("Report"), choices="failures")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Result of the ruling"), options=ANSWERS)]
    days: Annotated[int, Field(ge=1, le=30), field(T("Working days given back"))] = 1
    reasons: Reasons


@act(
    title=T("Rule on a technical failure"),
    input=FailureRulingInput,
    by={Role.JUDGE},
    at={Stage.HEARING, Stage.DELIBERATION},
    guard=failure_was_reported,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on a technical failure"),
        T(
            "If you were given time again, this letter names its last day. The ruling says what was decided and why, and what can be done by whoever disagrees."
        ),
        when_due=T(
            "%(limits)s The ruling says what was decided and why, and what can be done by whoever disagrees.",
            limits=LIMITS,
        ),
    ),
    paper=RulingForm(T("Technical failure"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("OLR 5, 25"),
    seen_by=Audience.HEARING,
    desk=desks.FAILURE,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=True,
)
def rule_on_failure(
    sitting: Sitting, case: Case, given: FailureRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Give back the time that a failure cost, to everybody alike; or not, with reasons.

    This alone may push a plan over its margin: the judge is then told to ask for
    an extension of the trial limit.
    """
    failure: TechnicalFailure = sitting.resolved("failure", given.failure)
    if failure.state is not RequestState.ASKED:
        raise ActNotOpen(T("This report is decided already."))
    failure.why, failure.decided_by = given.reasons, sitting.next_number(case)
    sitting.close_tasks(case, desks.FAILURE, failure.reference)
    if given.answer == "refuse":
        failure.state = RequestState.REFUSED
        return Recorded(T("The report of a failure does not change the time"), {"reasons": given.reasons})
    failure.state = RequestState.GRANTED
    for window in sitting.windows(case, WINDOW):
        phases.extend(sitting, case, window, given.days, "OLR 25")
    sitting.session.flush()
    try:
        _still_fits(sitting, case, examination_of(sitting.session, case))
    except ActNotOpen as error:
        sitting.open_task(case, Role.JUDGE, desks.TRIAL_LIMIT, error.message, risk=80)
    return Recorded(
        T("Because of a technical failure everybody has %(days)s more working days", days=given.days),
        {"days": given.days, "reasons": given.reasons},
    )
