"""Acts on the way a case is heard: consent, conversion, closing a hearing held at one hour."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, Role, Stage
from odr.filing.claim.procedure_bars import the_procedure_fits
from odr.ground.errors import InvalidInput
from odr.ground.text import Kept, T, Text
from odr.hearing import desks
from odr.hearing.appraisal.queries import no_report_is_awaited
from odr.hearing.courtroom.calling_witnesses import call_off_what_is_fixed
from odr.hearing.examination import phases
from odr.hearing.examination.acts import hearing_open, phase_row, require_agreed, the_examination
from odr.hearing.examination.plan import RECORD, plan_of, require_plan_fits
from odr.hearing.inputs import OrderInput, Reasons
from odr.hearing.models import Examination, Hearing, ModeConsent
from odr.hearing.queries import examination_of, written_hearing_of
from odr.hearing.ripeness.basis import missing_stages
from odr.hearing.vocabulary import HearingState, Mode, PhaseState, RequestState
from odr.identity.actors import Actor
from odr.procedure.acts.events import ClaimLodged, PartyJoined
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.acts.tasks import before_closing
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, field
from odr.procedure.models import Task
from odr.procedure.papers.rulings import STANDS
from odr.procedure.rules.base import law
from odr.procedure.rules.court_rules import Invariant

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class ConvertInput(CourtModel):
    """Another way of hearing the case."""

    mode: Annotated[Mode, Choice(Mode), field(T("How is the case heard from now on?"))]
    reasons: Reasons


@act(
    title=T("Change how the case is heard"),
    input=ConvertInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=hearing_open,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your case is heard in another way from now on"),
        T(
            "What was done stays valid. When it is your turn to speak, a letter names the day; if everybody is to be heard at the same time, a summons tells you when."
        ),
    ),
    source=law("OLR 5, 20, 21"),
    seen_by=Audience.HEARING,
    desk=(desks.MODE_DOUBT, desks.SUMMON),
    topic=Topic.HEARING,
    in_record=True,
)
def convert_mode(sitting: Sitting, case: Case, given: ConvertInput, *, actor: Actor, now: datetime) -> Recorded:
    """Go over to another mode in the same record; what was done stays valid (OLR 21).

    Back to writing, who had not acted gets their full time again.
    """
    examination = the_examination(sitting, case)
    if given.mode is examination.mode:
        raise InvalidInput.at("mode", T("The case is already heard this way."))
    before = examination.mode
    if given.mode is Mode.ASYNCHRONOUS:
        require_agreed(sitting, case)
        _require_something_to_exchange(sitting, case, examination)
    examination.mode, examination.doubted_by = given.mode, None
    phase = examination.current
    if before is Mode.ASYNCHRONOUS and phase is not None:
        phases.end_duties(sitting, case, phase)
        phase.state = PhaseState.HALTED
    if given.mode is Mode.ASYNCHRONOUS:
        _resume(sitting, case, examination, now)
        sitting.close_tasks(case, desks.SUMMON)
        call_off_what_is_fixed(sitting, case)
    elif before is Mode.ASYNCHRONOUS:
        sitting.open_task(case, Role.CLERK, desks.SUMMON, T("Fix the hearing and summon everybody."), risk=30)
    sitting.close_tasks(case, desks.MODE_DOUBT)
    return Recorded(
        T("The case is heard %(mode)s from now on", mode=given.mode.label),
        {"from": before.value, "to": given.mode.value, "reasons": given.reasons},
    )


def _require_something_to_exchange(sitting: Sitting, case: Case, examination: Examination) -> None:
    """Refuse to go back to writing when only the hearing is left and nobody has allowed that in writing (OLR 20(2))."""
    allowed = written_hearing_of(sitting.session, case)
    if examination.exchanged_at is None or (allowed is not None and allowed.state is RequestState.GRANTED):
        return
    raise InvalidInput.at(
        "mode",
        T(
            "The exchange in writing is over; what is left is the hearing, and that goes in writing only where a party applies for it and every condition is on record [OLR 20]."
        ),
    )


def _resume(sitting: Sitting, case: Case, examination: Examination, now: datetime) -> None:
    """Take the plan up where it was halted; a case opened live gets the pack's plan before its record."""
    phase = examination.current
    if phase is None and {p.key for p in examination.phases} <= {RECORD}:
        pack = sitting.pack(case)
        planned = [p for p in plan_of(pack, case.track.value, Mode.ASYNCHRONOUS) if p.key != RECORD]
        for ordinal, each in enumerate(planned, 1):
            examination.phases.append(phase_row(case, each, ordinal))
        examination.phases.sort(key=lambda p: p.ordinal)
        sitting.session.flush()
    if phase is None:
        phases.go_on(sitting, case, examination, None, now)
    elif not phases.open_phase(sitting, case, phase, now):
        phases.close(phase, now, "nobody")
        phases.go_on(sitting, case, examination, phase, now)
    end = phases.projected_end(sitting, case, examination)
    if end is not None:
        require_plan_fits(sitting, case, end)
    examination.ends_by = end


@guard("CPL 144, 150, 162", "COURT plan")
def hearing_was_held(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a hearing with everybody at the same time cannot be closed."""
    examination = examination_of(sitting.session, case)
    if examination is None or examination.mode is Mode.ASYNCHRONOUS:
        return T("The case is heard in writing: the plan closes by itself.")
    if examination.hearing_closed_at is not None:
        return T("The hearing is closed; the record is being read.")
    held = sitting.session.scalar(
        select(Hearing.id).where(Hearing.case_id == case.id, Hearing.state == HearingState.HELD).limit(1)
    )
    if not held:
        return T("No hearing has been held and recorded yet.")
    unrecorded = sitting.session.scalars(
        select(Hearing)
        .where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED, Hearing.begins_at <= sitting.now)
        .limit(1)
    ).first()
    if unrecorded is not None:
        return T("The hearing of %(at)s is not recorded yet. Record it, or put it off.", at=unrecorded.begins_at)
    if not sitting.pack(case).keeps(Invariant.HEARING_BEFORE_JUDGMENT):
        return None
    return next(missing_stages(sitting, case, examination), None)


@guard("CPL 144", "EV 31", "OLR 25")
def nothing_is_left_to_rule_on(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a hearing is not closed: a party asked for something that nobody could grant afterwards, such as an
    appraisal, a witness or a third party.
    """
    waiting = (
        select(Task)
        .where(Task.case_id == case.id, Task.done_at.is_(None), Task.kind.in_(before_closing()))
        .order_by(Task.risk.desc(), Task.id)
        .limit(1)
    )
    task = sitting.session.scalars(waiting).first()
    return T("Rule on this first: %(what)s", what=Kept.of(task.title)) if task is not None else None


@act(
    title=T("Close the hearing"),
    input=OrderInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    to={Stage.HEARING},
    guard=(hearing_open, hearing_was_held, nothing_is_left_to_rule_on, no_report_is_awaited, the_procedure_fits),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The hearing is closed"),
        T("The hearing is over. You have nothing to do now."),
        when_due=T(
            "Read the record and sign it, or ask for a correction, by the end of %(day)s. If you do nothing, the record stands and notes that you have not signed.",
            day=DAY,
        ),
    ),
    source=law("CPL 144, 150"),
    means={Milestone.UNTIL_THE_TEXT, Milestone.HEARING_CLOSED},
    seen_by=Audience.HEARING,
    desk=desks.CLOSE_HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def close_hearing(sitting: Sitting, case: Case, given: OrderInput, *, actor: Actor, now: datetime) -> Recorded:
    """Close a hearing held at one hour: what the plan still held is done with, the record is read and signed. A further
    hearing that is fixed does not take place.
    """
    examination = the_examination(sitting, case)
    examination.hearing_closed_at = now
    for phase in examination.phases:
        if phase.state in (PhaseState.PLANNED, PhaseState.HALTED) and phase.key != RECORD:
            phase.state = PhaseState.DROPPED
            seal = phases.seal_of(sitting, phase)
            if seal is not None:
                phases.end_seal_next(sitting, seal, now)
    sitting.close_tasks(case, desks.CLOSE_HEARING)
    sitting.close_tasks(case, desks.SUMMON)
    off = call_off_what_is_fixed(sitting, case)
    phases.go_on(sitting, case, examination, None, now)
    result = {"reasons": given.reasons} | ({"called_off": [hearing.reference for hearing in off]} if off else {})
    if off:
        return Recorded(T("Hearing closed; the one on %(at)s does not take place", at=off[0].begins_at), result)
    return Recorded(T("The judge closed the hearing"), result)


class ConsentInput(CourtModel):
    """Whether a party agrees to be heard in writing; it may be taken back for what is still to come."""

    agrees: Annotated[
        Literal["yes", "no"],
        field(
            T("May the case be examined in writing, each side when it suits them?"),
            options={"yes": T("Yes"), "no": T("No, I would rather be heard live")},
        ),
    ]
    reason: Annotated[str | None, CourtText(0, 1000), field(T("Why, if you want to say"), widget="textarea")] = None


@act(
    title=T("Say how you want to be heard"),
    input=ConsentInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    source=law("OLR 4, 20"),
    seen_by=Audience.HEARING,
    desk=desks.MODE_DOUBT,
    topic=Topic.TAKING_PART,
    in_record=True,
    special=False,
)
def consent_to_mode(sitting: Sitting, case: Case, given: ConsentInput, *, actor: Actor, now: datetime) -> Recorded:
    """Agree to be heard in writing, or take it back for what is still to come (OLR 4).

    Taken back while a plan runs, the next step waits until the judge has ruled (OLR 5); nothing done is lost.
    """
    who = sitting.party_of(case, actor)
    agrees = given.agrees == "yes"
    note_consent(sitting, case, who, agrees)
    examination = examination_of(sitting.session, case)
    if (
        not agrees
        and examination is not None
        and examination.mode is Mode.ASYNCHRONOUS
        and examination.closed_at is None
    ):
        phases.doubt(sitting, case, examination, who)
    if agrees:
        if examination is not None:
            phases.doubt_over(sitting, case, examination, now, who)
        return Recorded(T("%(name)s agrees to be heard in writing", name=who.name), {"agrees": True})
    return Recorded(T("%(name)s wants to be heard live", name=who.name), {"agrees": False})


@guard("OLR 5")
def consent_was_taken_back(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to rule on: nobody took their consent to writing back."""
    examination = examination_of(sitting.session, case)
    if examination is None or examination.doubted_by is None:
        return T("Nobody has taken back that they agree to writing.")
    return None


class KeepModeInput(CourtModel):
    """Why the case goes on in writing although somebody no longer wants that."""

    ground: Annotated[
        Literal["late", "dilatory"],
        field(
            T("Why the consent binds"),
            T("Only one of these lets it bind [OLR 5]."),
            options={
                "late": T("It was taken back too shortly before the step"),
                "dilatory": T("It was taken back to delay the case"),
            },
        ),
    ]
    reasons: Reasons


@act(
    title=T("Let the case go on in writing"),
    input=KeepModeInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, consent_was_taken_back),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Your case goes on in writing"),
        T(
            "Read why. When it is your turn to speak, a letter names the day. If you cannot take part in writing, tell the court at once: then it is changed for you."
        ),
    ),
    paper=RulingForm(
        T("Consent to writing taken back"), STANDS, ruled=T("The case goes on in writing."), is_decision=True
    ),
    source=law("OLR 5"),
    seen_by=Audience.HEARING,
    desk=desks.MODE_DOUBT,
    topic=Topic.HEARING,
    in_record=True,
)
def keep_mode(sitting: Sitting, case: Case, given: KeepModeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Refuse to change the way of hearing: the consent was taken back too late, or to delay the case (OLR 5(2))."""
    phases.doubt_over(sitting, case, the_examination(sitting, case), now)
    return Recorded(T("The case goes on in writing"), {"ground": given.ground, "reasons": given.reasons})


def note_consent(sitting: Sitting, case: Case, who: Party, agrees: bool) -> None:
    """A row of the ledger: person × examination × mode."""
    sitting.session.add(
        ModeConsent(
            case_id=case.id,
            party_id=who.id,
            mode=Mode.ASYNCHRONOUS,
            agrees=agrees,
            entry_number=sitting.next_number(case),
            at=sitting.now,
        )
    )
    sitting.session.flush()


def on_claim_lodged(sitting: Sitting, event: ClaimLodged) -> None:
    """What the claimant said to a hearing in writing when lodging."""
    note_consent(sitting, event.case, event.claimant, event.in_writing)


def on_party_joined(sitting: Sitting, event: PartyJoined) -> None:
    """What somebody who joined said to a hearing in writing."""
    note_consent(sitting, event.case, event.party, event.in_writing)
