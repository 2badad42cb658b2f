"""What is said in the phases, and the time for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, Role, Stage
from odr.errors import ActNotOpen, InvalidInput
from odr.hearing import phases
from odr.hearing.acts_plan import hearing_open, in_writing, title_of
from odr.hearing.inputs import AgreeTimeInput, FailureInput, FailureRulingInput, IssuesInput, NoteInput, NothingInput, ObjectionInput, StatementInput, TimeInput, TimeRulingInput
from odr.hearing.kinds import DutyState, PhaseState, PostingKind, RequestState
from odr.hearing.models import Examination, Phase, Posting, Question, TechnicalFailure, TimeRequest
from odr.hearing.plan import RECORD, WINDOW, require_plan_fits
from odr.hearing.queries import examination_of, participants
from odr.identity.actors import Actor
from odr.procedure.models import Window
from odr.procedure.table import Everyone, Recorded, act
from odr.text import T, Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SPEAKING = ("opening", "pleadings", "issues", "debate", "final")
"""Phases in which a statement is what a party has to give."""


def speaks_now(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no statement can be made: no phase for it has opened yet."""
    examination = examination_of(court.session, case)
    if examination is None or not any(p.opened_at is not None for p in examination.phases if p.key != RECORD):
        return T("No phase for statements is open yet.")
    return None


def _speaking_phase(court: Sitting, case: Case, given: StatementInput) -> Phase:
    if given.phase:
        chosen: Phase = court.resolved("exam_phase", given.phase)
        if chosen.opened_at is None or chosen.key == RECORD:
            raise InvalidInput.at("phase", T("This phase has not opened yet."))
        return chosen
    examination = examination_of(court.session, case)
    opened = [p for p in examination.phases if p.opened_at is not None and p.key != RECORD] if examination else []
    if not opened:
        raise ActNotOpen(T("No phase for statements is open yet."))
    return opened[-1]


def comes_late(phase: Phase, party: Party) -> bool:
    """Whether a posting in a phase is late: it is closed, or the party's own time in it ended without the other turn to come."""
    if phase.is_over:
        return True
    mine = [d for d in phase.duties if d.party_id == party.id and d.turn == phase.turn]
    return any(d.state is DutyState.LAPSED for d in mine) and not any(d.state is DutyState.WAITING for d in mine)


@act(title=T("Make a statement"), input=StatementInput, by=set(PARTY_ROLES), at={Stage.HEARING}, guard=(hearing_open, in_writing, speaks_now), source="CPL 141, 144")
def post_statement(court: Sitting, case: Case, given: StatementInput, *, actor: Actor, now: datetime) -> Recorded:
    """Say what one has to say in a phase: pleading, comment on the issues, argument, final statement.

    Append-only: a correction is another statement. After the phase it is kept and
    marked late.
    """
    party = court.party_of(case, actor)
    phase = _speaking_phase(court, case, given)
    corrects: Posting | None = court.resolved("posting", given.corrects) if given.corrects else None
    if corrects is not None and corrects.party_id != party.id:
        raise InvalidInput.at("corrects", T("You can correct only your own posting."))
    court.late = comes_late(phase, party)
    seal = phases.seal_of(court, phase)
    _post(court, case, actor, PostingKind.STATEMENT, given.words, now, phase=phase, exhibits=[court.resolved("exhibit", r).id for r in given.exhibits],
          corrects=corrects.id if corrects else None, seal_id=seal.id if seal else None, late=court.late)  # fmt: skip
    if phase.key in SPEAKING and phase.state is PhaseState.OPEN:
        phases.done(court, case, phases.turn_duty(court, phase, party.id))
    return Recorded(T("%(party)s: statement in “%(phase)s”", party=party.name, phase=title_of(phase)), {"phase": phase.key, "round": phase.round}, Audience.OWN_SIDE if seal else None)


def _post(court: Sitting, case: Case, actor: Actor, kind: PostingKind, words: str, now: datetime, *, phase: Phase | None = None, **more: object) -> Posting:
    posting = Posting(
        case_id=case.id, kind=kind, phase_id=phase.id if phase else None, role=actor.role, party_id=actor.party_id, account_id=actor.account_id, speaker=actor.name, words=words,
        **{"exhibits": [], "uploads": [], "entry_number": court.next_number(case), "at": now, **more},
    )  # fmt: skip
    court.session.add(posting)
    court.session.flush()
    return posting


def _current(court: Sitting, case: Case) -> Phase | None:
    examination = examination_of(court.session, case)
    return examination.current if examination else None


def has_a_turn(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is asked of the actor in the turn that runs."""
    phase = _current(court, case)
    if phase is None or phases.turn_duty(court, phase, actor.party_id) is None:
        return T("Nothing waits for you in this phase.")
    return T("The record is signed, or the refusal to sign is noted.") if phase.key == RECORD else None


@act(title=T("I have nothing to add in this phase"), input=NothingInput, by=set(PARTY_ROLES) | {Role.JUDGE}, at={Stage.HEARING}, guard=(hearing_open, has_a_turn), source="OLR 20")
def finish_turn(court: Sitting, case: Case, given: NothingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Say that one has acted in this turn, so that nobody waits for the window. It admits nothing."""
    phase = _current(court, case)
    if phase is None:
        raise ActNotOpen(T("No phase is open."))
    seal = phases.seal_of(court, phase)
    _post(court, case, actor, PostingKind.NOTHING, given.words or "", now, phase=phase, seal_id=seal.id if seal else None)
    phases.done(court, case, phases.turn_duty(court, phase, actor.party_id))
    court.close_tasks(case, "put_questions", phase.reference)
    name = court.party_of(case, actor).name if actor.party_id else actor.name
    return Recorded(T("%(name)s has nothing to add in “%(phase)s”", name=name, phase=title_of(phase)), {"phase": phase.key}, Audience.OWN_SIDE if seal else None)


@act(title=T("Object"), input=ObjectionInput, by=set(PARTY_ROLES), at={Stage.HEARING}, guard=hearing_open, source="CPL 142; EV 78")
def raise_objection(court: Sitting, case: Case, given: ObjectionInput, *, actor: Actor, now: datetime) -> Recorded:
    """Object to a question or to the course of the hearing; the judge answers in the record."""
    question: Question | None = court.resolved("question", given.question) if given.question else None
    _post(court, case, actor, PostingKind.OBJECTION, given.words, now, phase=_current(court, case), question_id=question.id if question else None)
    party = court.party_of(case, actor)
    court.open_task(case, Role.JUDGE, "objection", T("%(party)s objects. Answer in the record.", party=party.name), risk=25, subject=f"entry/{court.next_number(case)}")
    return Recorded(T("%(party)s objected", party=party.name), {"question": question.number if question else None})


@act(title=T("List the issues"), input=IssuesInput, by={Role.JUDGE}, at={Stage.HEARING}, guard=hearing_open, serves=Everyone.PARTIES, source="CPI 226")
def list_issues(court: Sitting, case: Case, given: IssuesInput, *, actor: Actor, now: datetime) -> Recorded:
    """State what the dispute turns on; in the phase for it, who has not commented gets her full time anew (CPI 226)."""
    phase = _current(court, case)
    _post(court, case, actor, PostingKind.ISSUES, "\n".join(given.issues), now, phase=phase)
    if phase is not None and phase.key == "issues" and phase.state is PhaseState.OPEN:
        waiting = {d.party_id for d in phase.duties if d.state is DutyState.WAITING}
        phases.end_duties(court, case, phase)
        for party in participants(case):
            if party.id in waiting:
                phases.add_duty(court, case, phase, party, phase.turns[phase.turn]["days"], now)
    court.close_tasks(case, "list_issues")
    return Recorded(T("Issues listed: %(count)s", count=len(given.issues)), {"issues": list(given.issues)})


@act(title=T("Write a note for the record"), input=NoteInput, by={Role.JUDGE}, at={Stage.HEARING}, guard=hearing_open, serves=Everyone.PARTIES, source="CPL 142, 150")
def note_in_record(court: Sitting, case: Case, given: NoteInput, *, actor: Actor, now: datetime) -> Recorded:
    """A word of the judge for the record: what she rules on an objection, what she told the parties."""
    _post(court, case, actor, PostingKind.NOTICE, given.words, now, phase=_current(court, case))
    court.close_tasks(case, "objection")
    return Recorded(T("Note of the judge for the record"))


def own_window(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no time can be asked for: none runs."""
    party = next((p for p in case.parties if p.id == actor.party_id), None)
    return None if party is not None and court.windows(case, WINDOW, party=party) else T("No time is running for you.")


@act(title=T("Ask for more time"), input=TimeInput, by=set(PARTY_ROLES), at={Stage.HEARING}, guard=(hearing_open, own_window), serves=Everyone.BUT_ACTOR, source="OLR 20; CPL 86")
def ask_for_time(court: Sitting, case: Case, given: TimeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask for more time before one's own has ended; the judge rules, or every other side agrees with one click."""
    party = court.party_of(case, actor)
    window = court.windows(case, WINDOW, party=party)[-1]
    request = TimeRequest(case_id=case.id, party_id=party.id, window=window.reference, days=given.days, reason=given.reason, state=RequestState.ASKED, agreed_by=[], entry_number=court.next_number(case))
    court.session.add(request)
    court.session.flush()
    court.open_task(case, Role.JUDGE, "time_request", T("%(party)s asks for %(days)s more working days.", party=party.name, days=given.days), risk=25, due_at=window.due_at, subject=request.reference)
    return Recorded(T("%(party)s asked for %(days)s more working days", party=party.name, days=given.days), {"request": request.reference, "reason": given.reason})


def _asked(request: TimeRequest) -> TimeRequest:
    if request.state is not RequestState.ASKED:
        raise ActNotOpen(T("This request is decided already."))
    return request


def _grant_time(court: Sitting, case: Case, request: TimeRequest, days: int) -> None:
    """Extend every running window of the party, then see that the plan still ends in good time."""
    party = next(p for p in case.parties if p.id == request.party_id)
    windows: list[Window] = court.windows(case, WINDOW, party=party)
    if not windows:
        raise ActNotOpen(T("The time asked for has ended meanwhile. The phase can be taken up again by changing the plan."))
    for window in windows:
        phases.extend(court, case, window, days, "OLR 20")
    request.state, request.decided_by = RequestState.GRANTED, court.next_number(case)
    court.close_tasks(case, "time_request", request.reference)
    court.session.flush()
    _still_fits(court, case, examination_of(court.session, case))


def _still_fits(court: Sitting, case: Case, examination: Examination | None) -> None:
    if examination is None:
        return
    end = phases.projected_end(court, case, examination)
    if end is not None:
        require_plan_fits(court, case, end)
    examination.ends_by = end


def time_was_asked(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no request for time to answer."""
    found = court.session.scalar(select(TimeRequest.id).where(TimeRequest.case_id == case.id, TimeRequest.state == RequestState.ASKED).limit(1))
    return None if found else T("Nobody asks for more time.")


@act(title=T("Rule on more time"), input=TimeRulingInput, by={Role.JUDGE}, at={Stage.HEARING}, guard=(hearing_open, time_was_asked), serves=Everyone.PARTIES, source="OLR 20")
def rule_on_time(court: Sitting, case: Case, given: TimeRulingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Give more time, or not, with reasons; never so much that the plan overruns the trial limit."""
    request = _asked(court.resolved("time_request", given.request))
    request.why = given.reasons
    name = next(p.name for p in case.parties if p.id == request.party_id)
    if given.answer == "refuse":
        request.state, request.decided_by = RequestState.REFUSED, court.next_number(case)
        court.close_tasks(case, "time_request", request.reference)
        return Recorded(T("No more time for %(party)s", party=name), {"reasons": given.reasons})
    days = given.days or request.days
    _grant_time(court, case, request, days)
    return Recorded(T("%(party)s has %(days)s more working days", party=name, days=days), {"days": days, "reasons": given.reasons})


@act(title=T("Agree to more time for the other side"), input=AgreeTimeInput, by=set(PARTY_ROLES), at={Stage.HEARING}, guard=(hearing_open, time_was_asked), source="OLR 20")
def agree_extension(court: Sitting, case: Case, given: AgreeTimeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Agree with one click; once every other party has, the time is given without a ruling."""
    request = _asked(court.resolved("time_request", given.request))
    party = court.party_of(case, actor)
    if request.party_id == party.id or party.id in request.agreed_by:
        raise InvalidInput.at("request", T("This waits for the other side, not for you."))
    request.agreed_by = [*request.agreed_by, party.id]
    others = {p.id for p in participants(case) if p.id != request.party_id}
    if others <= set(request.agreed_by):
        _grant_time(court, case, request, request.days)
        return Recorded(T("All sides agree to %(days)s more working days", days=request.days), {"days": request.days})
    return Recorded(T("%(party)s agrees to more time", party=party.name), {"request": request.reference})


@act(title=T("Report a technical failure"), input=FailureInput, by=set(PARTY_ROLES), at={Stage.HEARING}, guard=hearing_open, source="OLR 5, 25; CPL 86")
def report_failure(court: Sitting, case: Case, given: FailureInput, *, actor: Actor, now: datetime) -> Recorded:
    """Report that network, equipment, power or the platform failed: a failure is never absence (OLR 25)."""
    party = court.party_of(case, actor)
    failure = TechnicalFailure(case_id=case.id, party_id=party.id, what=given.what, state=RequestState.ASKED, reported_at=now, entry_number=court.next_number(case))
    court.session.add(failure)
    court.session.flush()
    court.open_task(case, Role.JUDGE, "failure", T("%(party)s reports a technical failure. Rule on it.", party=party.name), risk=60, subject=failure.reference)
    return Recorded(T("%(party)s reported a technical failure", party=party.name), {"failure": failure.reference})


@act(title=T("Rule on a technical failure"), input=FailureRulingInput, by={Role.JUDGE}, at={Stage.HEARING}, guard=hearing_open, serves=Everyone.PARTIES, source="OLR 5, 25")
def rule_on_failure(court: Sitting, case: Case, given: FailureRulingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Give back the time that a failure cost, to everybody alike; or not, with reasons.

    This alone may push a plan over its margin: the judge is then told to ask for
    an extension of the trial limit.
    """
    failure: TechnicalFailure = court.resolved("failure", given.failure)
    if failure.state is not RequestState.ASKED:
        raise ActNotOpen(T("This report is decided already."))
    failure.why, failure.decided_by = given.reasons, court.next_number(case)
    court.close_tasks(case, "failure", failure.reference)
    if given.answer == "refuse":
        failure.state = RequestState.REFUSED
        return Recorded(T("The report of a failure does not change the time"), {"reasons": given.reasons})
    failure.state = RequestState.GRANTED
    for window in court.windows(case, WINDOW):
        phases.extend(court, case, window, given.days, "OLR 25")
    court.session.flush()
    try:
        _still_fits(court, case, examination_of(court.session, case))
    except ActNotOpen as error:
        court.open_task(case, Role.JUDGE, "trial_limit", error.message, risk=80)
    return Recorded(T("Because of a technical failure everybody has %(days)s more working days", days=given.days), {"days": given.days, "reasons": given.reasons})
