"""Acts that open, move, change, convert and close an examination."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator
from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry, Role, Stage
from odr.docket.queries import parties
from odr.filing.claim.procedure_bars import the_panel_sits
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T, Text
from odr.hearing import desks, names
from odr.hearing.courtroom.inputs import AllTheSame, Minutes, OwnVideo, SummonInput
from odr.hearing.examination import phases
from odr.hearing.examination.choices import phase_options
from odr.hearing.examination.inputs import CloseInput, PhaseInput
from odr.hearing.examination.plan import (
    RECORD,
    PlannedPhase,
    latest_end,
    ordered,
    plan_of,
    require_may_be_left_out,
    require_plan_fits,
    title_of,
)
from odr.hearing.examination.statement_rows import voice_of, write_posting
from odr.hearing.inputs import OrderInput, Reasons
from odr.hearing.mode.consent_effects import in_person
from odr.hearing.mode.consents import Step
from odr.hearing.models import Examination, Phase
from odr.hearing.queries import away, closed_by_order, examination_of, without_consent
from odr.hearing.ripeness.basis import is_needed
from odr.hearing.ripeness.times import not_yet
from odr.hearing.vocabulary import DutyState, Mode, PhaseState, PostingKind
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import ExaminationClosed
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Premise, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.hours import CourtHour
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtText, field
from odr.procedure.rules.base import law
from odr.procedure.time.written_working import bilingual

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

HEARD = (
    desks.PUT_QUESTIONS,
    desks.UNANSWERED,
    desks.QUESTION_LEAVE,
    desks.TIME_REQUEST,
    desks.SUMMON,
    desks.CLOSE_HEARING,
)
"""What waits on a desk until the examination is closed."""


@guard("CPL 141, 144", "OLR 20")
def hearing_open(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to hear: not opened, or closed."""
    examination = examination_of(sitting.session, case)
    if examination is None:
        return T("The examination has not been opened yet.")
    return T("The examination is closed.") if examination.closed_at is not None else None


@guard("CPL 144")
def the_hearing_goes_on(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing more is asked for in a hearing: it is closed, and its record is being read."""
    examination = examination_of(sitting.session, case)
    closed = examination is not None and examination.hearing_closed_at is not None
    return T("The hearing is closed; nothing more is asked for in it.") if closed else None


@guard("CPL 50, 128, 130", "COURT plan")
def everybody_could_answer(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the examination does not begin yet: somebody may still answer, or what is ruled on first is not."""
    return next(not_yet(sitting, case), None)


@guard("OLR 20", "COURT plan")
def in_writing(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no phase runs: the case is heard with everybody at the same time."""
    examination = examination_of(sitting.session, case)
    if examination is not None and examination.mode is not Mode.ASYNCHRONOUS and examination.hearing_closed_at is None:
        return T("The case is heard with everybody at the same time, not in phases.")
    return None


def the_examination(sitting: Sitting, case: Case) -> Examination:
    """The open examination. Raises ActNotOpen."""
    found = examination_of(sitting.session, case)
    if found is None or found.closed_at is not None:
        raise ActNotOpen(T("The examination has not been opened yet."))
    return found


def require_agreed(sitting: Sitting, case: Case) -> None:
    """Refuse a hearing in writing that somebody has not agreed to (OLR 20), or of which somebody does not know."""
    silent = away(case)
    if silent:
        raise ActNotOpen(
            T(
                "%(name)s has not joined, and nobody who never appeared has agreed to a hearing in writing.",
                name=silent[0].name,
            ),
            T("Hear the case in the courtroom, live, or in both ways at the same time."),
            sitting.pack(case).cited("OLR 4, 20"),
        )
    lacking = without_consent(sitting.session, case)
    if lacking:
        raise ActNotOpen(
            T("%(name)s has not agreed to be heard in writing.", name=lacking[0].name),
            T("Ask for the agreement, or hear the case live [OLR 20]."),
            sitting.pack(case).cited("OLR 20"),
        )


@choice_source("plan_phases")
def plan_phases(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Phases of the pack's plan, or those still to come of the plan in hand."""
    if examination_of(sitting.session, case) is not None:
        return phase_options(sitting, case, PhaseState.PLANNED)
    pack = sitting.pack(case)
    seen = {p.key: p for p in plan_of(pack, case.track.value, Mode.ASYNCHRONOUS)}
    return [Option(key, bilingual(p.title["en"], p.title["zh-Hans"])) for key, p in seen.items()]


class PhaseLength(CourtModel):
    """Another length for a phase."""

    phase: Annotated[str, field(T("Phase"), choices="plan_phases")]
    days: Annotated[int, Field(ge=1, le=60), field(T("Working days for each turn"))]


@choice_source("sealable_phases")
def sealable_phases(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Phases in which both sides act alike."""
    pack = sitting.pack(case)
    seen = {p.key: p for p in plan_of(pack, case.track.value, Mode.ASYNCHRONOUS) if p.may_be_sealed}
    return [Option(key, bilingual(p.title["en"], p.title["zh-Hans"])) for key, p in seen.items()]


class OpenInput(CourtModel):
    """How the case is heard, and the plan's changes against the pack's."""

    mode: Annotated[
        Mode,
        Choice(Mode),
        field(
            T("How is the case heard?"),
            T("In writing needs the agreement of everybody who takes part [OLR 20]."),
        ),
    ]
    on: Annotated[
        CourtDate | None,
        field(
            T("Day of the hearing"),
            T("If you fix it now, the summons goes out with this. Left empty, the clerk fixes it."),
        ),
    ] = None
    at: Annotated[str | None, CourtHour(), field(T("Hour"), T("For example 09:30."))] = None
    length: Minutes = 60
    place: Annotated[str | None, CourtText(2, 300), field(T("Courtroom, or address of the video room"))] = None
    here: OwnVideo = False
    despite: AllTheSame = False
    lengths: Annotated[
        list[PhaseLength],
        Field(max_length=12),
        field(T("Other length"), T("Only where the plan of this procedure does not fit.")),
    ] = []
    sealed: Annotated[
        list[str],
        Field(max_length=4),
        field(T("Keep sealed until both sides have filed"), choices="sealable_phases", widget="checkboxes"),
    ] = []
    left_out: Annotated[
        list[str], Field(max_length=12), field(T("Leave out"), choices="plan_phases", widget="checkboxes")
    ] = []
    words: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Notice to the parties"),
            T("Who sits, rights and duties, recusal, what the hearing is about."),
            widget="textarea",
        ),
    ] = None

    @model_validator(mode="after")
    def _a_day_is_whole(self) -> OpenInput:
        if self.on is None and not (self.at or self.place):
            return self
        if self.mode is Mode.ASYNCHRONOUS:
            words = T(
                "A case heard in writing has no day of a hearing. Leave it empty, or choose how everybody is heard."
            )
            raise InvalidInput.at("on", words)
        lacks = {"on": T("Say the day."), "at": T("Say the hour."), "place": T("Say where.")}
        faults = [FieldFault((name,), words) for name, words in lacks.items() if not getattr(self, name)]
        if faults:
            raise InvalidInput(faults)
        return self

    def summons(self) -> SummonInput | None:
        """The call to the hearing, where its day is fixed with the opening."""
        if self.on is None or self.at is None or self.place is None:
            return None
        return SummonInput(
            mode=self.mode,
            on=self.on,
            at=self.at,
            length=self.length,
            place=self.place,
            here=self.here,
            despite=self.despite,
        )


def way_agreed_to(sitting: Sitting, case: Case, actor: Actor) -> dict[str, Text | str]:
    """How the case is heard by what everybody has said of taking part online (OLR 4, 5); for the judge to read and change.

    In writing is never proposed: it is the judge's choice, and asks for an agreement of its own (OLR 20).
    """
    away = in_person(sitting, case, Step.HEARING)
    some = len(away) < len(parties(case))
    return {"mode": (Mode.LIVE if not away else Mode.HYBRID if some else Mode.OFFLINE).value}


@act(
    title=T("Open the examination"),
    input=OpenInput,
    prefill=way_agreed_to,
    version=2,
    by={Role.JUDGE},
    at={Stage.PENDING},
    to={Stage.HEARING},
    guard=(everybody_could_answer, the_panel_sits),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The examination of your case has begun"),
        T(
            "Read how your case is examined: when it is your turn to speak, a letter names the day; if everybody is to be heard at the same time, a summons tells you when."
        ),
        names.OPEN_EXAMINATION,
        when_due=T(
            "Read how your case is examined. %(limits)s If you say nothing by then, the case goes on without it; if everybody is to be heard at the same time, a summons tells you when.",
            limits=LIMITS,
        ),
    ),
    source=law("OLR 14, 20", "CPL 140"),
    means={Milestone.EXAMINATION_OPENED},
    seen_by=Audience.HEARING,
    desk=desks.OPEN_EXAMINATION,
    topic=Topic.HEARING,
    premise=Premise.NOTHING,
)
def open_examination(sitting: Sitting, case: Case, given: OpenInput, *, actor: Actor, now: datetime) -> Recorded:
    """Open the hearing; a plan in writing ends in good time before the trial limit, a hearing with everybody at the same time may always be
    held.

    Only when everybody could answer and what is ruled on first is ruled on. In writing only by everybody's consent on
    record; agreed to online proceedings but not to this mode, the case is heard live (OLR 14, 20). What goes in writing
    is the exchange; a hearing with everybody at the same time follows, unless the judge allows one in writing (OLR 20(2)).
    """
    if given.mode is Mode.ASYNCHRONOUS:
        require_agreed(sitting, case)
    pack = sitting.pack(case)
    plan = ordered(
        pack,
        case.track.value,
        given.mode,
        lengths={one.phase: one.days for one in given.lengths},
        sealed=given.sealed,
        left_out=given.left_out,
    )
    lengths = [days for phase in plan for days in ([phase.days] if phase.sealed else [t.days for t in phase.turns])]
    end = latest_end(pack, lengths, now)
    # A hearing with everybody at the same time is no plan of windows: late as it is, the case must be heard.
    last = require_plan_fits(sitting, case, end) if given.mode is Mode.ASYNCHRONOUS else end.astimezone(pack.tz).date()
    examination = Examination(
        case_id=case.id,
        mode=given.mode,
        opened_at=now,
        opened_by=sitting.next_number(case),
        ends_by=end,
        closed_doors=closed_by_order(sitting.session, case),
        plan={"article": str(pack.plan_for(case.track.value).article), "phases": [phase.to_json() for phase in plan]},
    )
    sitting.session.add(examination)
    sitting.session.flush()
    for ordinal, phase in enumerate(plan, 1):
        examination.phases.append(phase_row(case, phase, ordinal * phases.STEP))
    sitting.session.flush()
    sitting.move(case, Stage.HEARING)
    if given.words:
        write_posting(sitting, case, voice_of(sitting, case, actor, now), PostingKind.NOTICE, given.words)
    if given.mode is Mode.ASYNCHRONOUS:
        phases.go_on(sitting, case, examination, None, now)
    else:
        call = given.summons()
        if call is not None:
            sitting.then(names.SUMMON, call, actor=actor)
        else:
            sitting.open_task(case, Role.CLERK, desks.SUMMON, T("Fix the hearing and summon everybody."), risk=30)
    words = (
        T("Examination opened, %(mode)s, until %(day)s at the latest", mode=given.mode.label, day=last)
        if plan
        else T("Examination opened, %(mode)s", mode=given.mode.label)
    )
    return Recorded(words, {"mode": given.mode.value, "plan": examination.plan, "ends_by": last.isoformat()})


@upcast(names.OPEN_EXAMINATION, from_version=1)
def _no_day_with_it(old: dict[str, Any]) -> dict[str, Any]:
    """An examination opened before fixed no day: the summons was an act of its own."""
    return {**old, "on": None, "at": None, "length": 60, "place": None, "here": False, "despite": False}


def ready_to_be_examined(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """After every act of a case in preparation: once everybody could answer, the judge is asked to open the
    examination; no case that is ready waits for nobody, and nobody is asked for what is done.
    """
    if case.stage is not Stage.PENDING or next(not_yet(sitting, case), None) is not None:
        sitting.close_tasks(case, desks.OPEN_EXAMINATION)
    elif not sitting.tasks(case, desks.OPEN_EXAMINATION):
        sitting.open_task(
            case,
            Role.JUDGE,
            desks.OPEN_EXAMINATION,
            T("Everybody could answer. Open the examination, or rule on what waits."),
            risk=25,
        )


def phase_row(case: Case, planned: PlannedPhase, ordinal: int) -> Phase:
    """A planned phase as a row."""
    return Phase(
        case_id=case.id,
        ordinal=ordinal,
        key=planned.key,
        title=dict(planned.title),
        article=planned.article,
        round=planned.round,
        turns=[turn.to_json() for turn in planned.turns],
        turn=0,
        sealed=planned.sealed,
        part=planned.part,
        state=PhaseState.PLANNED,
    )


def _phase(sitting: Sitting, case: Case, reference: str) -> Phase:
    return sitting.session.scalars(select(Phase).where(Phase.case_id == case.id, Phase.reference == reference)).one()


@act(
    title=T("A turn of the examination ended"),
    input=PhaseInput,
    by={Role.CLOCK},
    at={Stage.HEARING},
    to={Stage.HEARING},
    listed=False,
    source=law("OLR 20"),
    means={Milestone.PHASE_MOVED},
    seen_by=Audience.HEARING,
    in_record=True,
)
def close_phase(sitting: Sitting, case: Case, given: PhaseInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that a turn or phase is over, because everybody has acted or time has ended, and open what follows.

    Dated by what completed it, so a late worker changes nothing.
    """
    phase = _phase(sitting, case, given.phase)
    lapsed = any(d.state is DutyState.LAPSED and d.turn == phase.turn for d in phase.duties)
    if not phase.sealed:
        while phase.turn + 1 < len(phase.turns):
            phase.turn += 1
            if phases.open_turn(sitting, case, phase, now):
                phase.state = PhaseState.OPEN
                phase.examination.ends_by = phases.projected_end(sitting, case, phase.examination)
                return Recorded(
                    T("“%(phase)s”: the next turn is open", phase=title_of(phase)),
                    {"phase": phase.key, "turn": phase.turn + 1},
                )
    return end_of_phase(sitting, case, phase, now, "lapsed" if lapsed else "acted")


def end_of_phase(sitting: Sitting, case: Case, phase: Phase, now: datetime, because: str) -> Recorded:
    """Close a phase, open its seal, and open the next phase or close the examination."""
    phases.close(phase, now, because)
    seal = phases.seal_of(sitting, phase)
    if seal is not None:
        phases.end_seal_next(sitting, seal, now)
    sitting.close_tasks(case, desks.PUT_QUESTIONS, phase.reference)
    following = phases.go_on(sitting, case, phase.examination, phase, now)
    result = {
        "phase": phase.key,
        "round": phase.round,
        "because": because,
        "next": following.key if following else None,
    }
    if following is None:
        if phase.examination.mode is Mode.HYBRID and phase.examination.exchanged_at == now:
            return Recorded(
                T(
                    "“%(phase)s” closed. The exchange in writing is over, and a hearing with everybody at the same time follows",
                    phase=title_of(phase),
                ),
                {**result, "exchange": "over", "mode": phase.examination.mode.value},
            )
        return Recorded(T("“%(phase)s” closed", phase=title_of(phase)), result)
    return Recorded(
        T("“%(phase)s” closed; “%(next)s” is open", phase=title_of(phase), next=title_of(following)), result
    )


@guard("COURT plan")
def phase_runs(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no phase can be ended by order."""
    examination = examination_of(sitting.session, case)
    phase = examination.current if examination else None
    return None if phase is not None and phase.state is PhaseState.OPEN else T("No phase is open.")


@act(
    title=T("End this phase by order"),
    input=OrderInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    to={Stage.HEARING},
    guard=(hearing_open, phase_runs),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The judge has ended this part of the examination"),
        T("It is not your turn now: when it is, a letter names the day."),
        when_due=T(
            "It is your turn. %(limits)s If you say nothing by then, the case goes on, and what comes later is marked late.",
            limits=LIMITS,
        ),
    ),
    source=law("OLR 20", "CPL 144"),
    means={Milestone.UNTIL_THE_TEXT, Milestone.PHASE_MOVED},
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def end_phase(sitting: Sitting, case: Case, given: OrderInput, *, actor: Actor, now: datetime) -> Recorded:
    """Shorten the plan: the phase in hand ends now, with reasons, and the next opens."""
    phase = the_examination(sitting, case).current
    if phase is None or phase.key == RECORD:
        raise ActNotOpen(
            T("The record stays open until its time ends: everybody may read, correct and sign it [CPL 150].")
        )
    if phase.part == "hearing" and is_needed(sitting, case, phase):
        require_may_be_left_out(sitting.pack(case), case.track.value, phase.key, title_of(phase))
    phases.end_duties(sitting, case, phase)
    return end_of_phase(sitting, case, phase, now, "order")


@choice_source("coming_phases")
def coming_phases(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Phases still to come."""
    return phase_options(sitting, case, PhaseState.PLANNED)


@choice_source("past_phases")
def past_phases(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Phases that are over."""
    return phase_options(sitting, case, PhaseState.CLOSED)


class ChangePlanInput(CourtModel):
    """A change of the plan by order."""

    lengths: Annotated[list[PhaseLength], Field(max_length=12), field(T("Other length"))] = []
    left_out: Annotated[
        list[str], Field(max_length=12), field(T("Leave out"), choices="coming_phases", widget="checkboxes")
    ] = []
    again: Annotated[
        list[str], Field(max_length=4), field(T("Take up again"), choices="past_phases", widget="checkboxes")
    ] = []
    reasons: Reasons


@act(
    title=T("Change the plan"),
    input=ChangePlanInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, in_writing),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The plan of the examination has changed"),
        T("It is not your turn now: when it is, a letter names the day."),
        when_due=T(
            "It is your turn. %(limits)s If you say nothing by then, the case goes on, and what comes later is marked late.",
            limits=LIMITS,
        ),
    ),
    source=law("OLR 20"),
    means={Milestone.PHASE_MOVED},
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def change_plan(sitting: Sitting, case: Case, given: ChangePlanInput, *, actor: Actor, now: datetime) -> Recorded:
    """Shorten, lengthen, leave out or take up again what is still to come; with reasons, never over the trial limit."""
    examination = the_examination(sitting, case)
    coming = {p.reference: p for p in examination.phases if p.state is PhaseState.PLANNED}
    past = {p.reference: p for p in examination.phases if p.state is PhaseState.CLOSED}
    by_key = {p.key: p for p in examination.phases if p.state is PhaseState.PLANNED}
    for length in given.lengths:
        chosen = coming.get(length.phase) or by_key.get(length.phase)
        if chosen is None:
            raise InvalidInput.at(
                "lengths",
                T("Only a phase that is still to come can get another length; for one that runs, rule on more time."),
            )
        chosen.turns = [{**turn, "days": length.days} for turn in chosen.turns]
    for reference in given.left_out:
        dropped = coming.get(reference)
        if dropped is None:
            raise InvalidInput.at("left_out", T("This phase cannot be left out."))
        if is_needed(sitting, case, dropped):
            require_may_be_left_out(sitting.pack(case), case.track.value, dropped.key, title_of(dropped))
        dropped.state = PhaseState.DROPPED
    for reference in given.again:
        _take_up_again(examination, past.get(reference))
    sitting.session.flush()
    end = phases.projected_end(sitting, case, examination)
    if end is not None:
        require_plan_fits(sitting, case, end)
    examination.ends_by = end
    return Recorded(T("Plan changed by order"), {"reasons": given.reasons, "ends_by": end.isoformat() if end else None})


def _take_up_again(examination: Examination, old: Phase | None) -> None:
    """Put another round of a closed phase right after the one that runs."""
    if old is None or old.key == RECORD:
        raise InvalidInput.at("again", T("Only a phase that is closed can be taken up again."))
    current = examination.current
    after = max(
        [current.ordinal if current else 0, *(p.ordinal for p in examination.phases if p.state is PhaseState.CLOSED)]
    )
    examination.phases.append(phases.another_round(examination, old, after + 1))
    examination.phases.sort(key=lambda p: p.ordinal)


@act(
    title=T("The examination ended"),
    input=CloseInput,
    by={Role.CLOCK},
    at={Stage.HEARING},
    to={Stage.DELIBERATION},
    listed=False,
    source=law("CPL 144"),
    seen_by=Audience.HEARING,
    in_record=False,
)
def close_examination(sitting: Sitting, case: Case, given: CloseInput, *, actor: Actor, now: datetime) -> Recorded:
    """The plan is at its end: the case is ready to be decided. Nothing is found or decided by this."""
    examination = the_examination(sitting, case)
    examination.closed_at, examination.closed_by = now, sitting.next_number(case)
    examination.hearing_closed_at = examination.hearing_closed_at or now
    for seal in phases.open_seals(sitting, case.id):
        phases.end_seal_next(sitting, seal, now)
    for desk in HEARD:
        sitting.close_tasks(case, desk)
    sitting.move(case, Stage.DELIBERATION)
    sitting.announce(ExaminationClosed(case))
    return Recorded(T("Examination closed"))
