"""Hearings at one hour, in the courtroom or by outside video: summons, minutes, recording, attendance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationInfo, model_validator
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, Role, Stage, Track
from odr.evidence.models import Upload
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing import desks, names
from odr.hearing.courtroom.absence.waiting import prepare_absences
from odr.hearing.courtroom.calendar.clashes import Wanted, keep_free
from odr.hearing.courtroom.calling_witnesses import call_everybody, call_off
from odr.hearing.courtroom.inputs import SummonInput
from odr.hearing.examination.acts import hearing_open
from odr.hearing.examination.choices import addressees
from odr.hearing.inputs import ANSWERS, Reasons
from odr.hearing.mode.consent_effects import call_where
from odr.hearing.models import Attendance, Hearing, Interpreter, RecordingConfirmation, Summons, Witness
from odr.hearing.queries import (
    examination_of,
    find_addressee,
    hearings_of,
    hearings_that_count,
    row_named,
    standing_exhibits,
)
from odr.hearing.ripeness.basis import DEBATE, FINAL, INVESTIGATION, missing_stages
from odr.hearing.ripeness.times import too_early
from odr.hearing.trial_limit.acts import seat_president
from odr.hearing.vocabulary import AdjournmentGround, Away, HearingState, IdentityCheck, Mode, Presence, TestimonyManner
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import Served, ServiceFell
from odr.procedure.acts.letter import HOUR, OLD_HOUR, PLACE, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.faults import FROM_FORM
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.hours import hour_of
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, RefTo, field
from odr.procedure.papers.rulings import STANDS
from odr.procedure.rules.base import Period, Unit, law
from odr.procedure.rules.court_rules import Invariant
from odr.procedure.rules.pack import NoSuchRule
from odr.procedure.time.reckoning import reckon, reckon_before

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


MOST_ON_ROLL = 40
YES_NO = {"yes": T("Yes"), "no": T("No")}


@guard("OLR 20")
def at_one_hour(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody is summoned: the case is heard in writing."""
    examination = examination_of(sitting.session, case)
    if examination is not None and examination.mode is Mode.ASYNCHRONOUS:
        return T(
            "The case is heard in writing. To hear it with everybody at the same time, the judge changes how it is heard."
        )
    if examination is not None and examination.hearing_closed_at is not None:
        return T("The hearing is closed; the record is being read.")
    return None


def check_day(sitting: Sitting, case: Case, begins: datetime, *, gap: bool = False) -> None:
    """Whether a hearing may be fixed for a moment: to come, within a month of the last but with a reason for the ``gap``,
    after everybody’s time for evidence, and with the notice the law asks for (CPL 139; EV 51; EXT 5). Raises InvalidInput.
    """
    if begins <= sitting.now:
        raise InvalidInput.at("on", T("The hearing lies in the past."))
    _require_gap(sitting, case, gap, begins)
    for reason in too_early(sitting, case, begins):
        raise InvalidInput.at("on", reason)
    if not in_time(sitting, case, begins):
        raise InvalidInput.at(
            "on",
            T("In this procedure the summons goes out at least [time summons] before [CPL 139]. Choose a later day."),
        )


def in_time(sitting: Sitting, case: Case, begins: datetime, *, track: Track | None = None) -> bool:
    """Whether a summons that goes out now is early enough in this procedure, or in that of ``track`` (CPL 139)."""
    try:
        latest = reckon_before(sitting.pack(case), "summons", begins, track=(track or case.track).value).due_at
    except NoSuchRule:
        latest = begins
    return latest >= sitting.now


def _require_gap(sitting: Sitting, case: Case, gap: bool, begins: datetime) -> None:
    """After a hearing that was held or put off, the next is within a month, but for force majeure or by agreement (EXT
    5).
    """
    before = [
        h.begins_at
        for h in hearings_that_count(sitting.session, case)
        if h.state in (HearingState.HELD, HearingState.ADJOURNED)
    ]
    if not before or gap:
        return
    pack = sitting.pack(case)
    latest = reckon(pack, Period(amount=1, unit=Unit.MONTHS), max(before), article="EXT 5").due_at
    if begins > latest:
        raise InvalidInput.at(
            "on",
            T(
                "The next hearing is within a month of the last, unless the parties agree or force majeure prevents it [EXT 5]."
            ),
        )


def as_the_case_is_heard(sitting: Sitting, case: Case, actor: Actor) -> dict[str, Text | str]:
    """A summons begun is to a hearing of the kind the judge chose."""
    examination = examination_of(sitting.session, case)
    return {"mode": examination.mode.value} if examination is not None else {}


@act(
    title=T("Fix a hearing and summon"),
    input=SummonInput,
    prefill=as_the_case_is_heard,
    by={Role.CLERK, Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, at_one_hour),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Summons to a hearing"),
        T(
            "Come, or join online, at the time and in the way the summons says; if you cannot, tell the court at once. If you stay away without a good reason, a claim of yours may be treated as withdrawn, and the case may be decided without you."
        ),
        "summons",
        when_held=T(
            "The hearing is on %(at)s: %(where)s. If you cannot come or join, tell the court at once. If you stay away without a good reason, a claim of yours may be treated as withdrawn, and the case may be decided without you.",
            at=HOUR,
            where=PLACE,
        ),
    ),
    version=3,
    source=law("CPL 139, 162", "CPI 227, 261"),
    seen_by=Audience.HEARING,
    desk=(desks.SUMMON, desks.HEARING_PLACE),
    topic=Topic.HEARING,
    in_record=True,
)
def summon(sitting: Sitting, case: Case, given: SummonInput, *, actor: Actor, now: datetime) -> Recorded:
    """Fix day, hour and place and call everybody, in ordinary procedure at least three days before (CPL 139).

    By video alone only where everybody agreed to that; else who did not is called to the courtroom (OLR 4). Whoever
    decides and the room are kept free for its length: another hearing at that time is refused. Served on every party,
    those that never joined too: without a summons that arrived there is no decision in default (CPL 147).
    """
    if given.mode is Mode.ASYNCHRONOUS:
        raise InvalidInput.at(
            "mode", T("A hearing with everybody at the same time is live, in the courtroom, or both.")
        )
    if given.here:
        check_own_video(sitting, case, given.mode)
    begins = hour_of(sitting, case, given.on, given.at, "at")
    check_day(sitting, case, begins, gap=bool(given.gap))
    where = call_where(sitting, case, given.mode)
    keep_free(sitting, case, Wanted(begins, given.length, given.place), despite=given.despite)
    examination = examination_of(sitting.session, case)
    number = sitting.next_number(case)
    hearing = Hearing(
        case_id=case.id,
        ordinal=len(hearings_of(sitting.session, case)) + 1,
        mode=given.mode,
        begins_at=begins,
        length=given.length,
        place=given.place,
        held_here=given.here,
        closed_doors=given.closed_doors or (examination is not None and examination.closed_doors),
        state=HearingState.SUMMONED,
        summoned_by=number,
    )
    hearing.summonses = [Summons(party_id=p.id, sent_by=number) for p in case.parties if p.left_at is None]
    sitting.session.add(hearing)
    sitting.session.flush()
    sitting.close_tasks(case, desks.SUMMON)
    sitting.close_tasks(case, desks.HEARING_PLACE)
    sitting.open_task(
        case,
        Role.CLERK,
        desks.RECORD_HEARING,
        T("Record the hearing of %(at)s.", at=begins),
        risk=30,
        due_at=begins,
        subject=hearing.reference,
    )
    call_everybody(sitting, case, hearing)
    return Recorded(
        T("Hearing fixed for %(at)s, %(mode)s, %(place)s", at=begins, mode=given.mode.label, place=given.place),
        {
            "hearing": hearing.reference,
            "begins_at": begins.isoformat(),
            "closed_doors": hearing.closed_doors,
            "called_to": where,
        },
    )


def check_own_video(sitting: Sitting, case: Case, mode: Mode) -> None:
    """Raises InvalidInput where the court has no media room, or the hearing is in the courtroom alone (OLR 21, 24)."""
    if sitting.court.ports.media is None or sitting.pack(case).live is None:
        raise InvalidInput.at(
            "here",
            T(
                "Hearings by the court’s own video are not set up at this court. Choose the courtroom, or outside video."
            ),
        )
    if mode is Mode.OFFLINE:
        raise InvalidInput.at("here", T("A hearing in the courtroom alone is not held by video."))


@upcast(names.SUMMON, from_version=2)
def _not_here(old: dict[str, Any]) -> dict[str, Any]:
    """A summons of before was never to a hearing by the court's own video."""
    return {**old, "here": False}


@upcast(names.SUMMON, from_version=1)
def _hour_unsaid(old: dict[str, Any]) -> dict[str, Any]:
    """A summons of before said nothing of a length: it kept judge and room for an hour. Its own hour was any text; one that no
    clock shows called nobody, and reads as the beginning of its day.
    """
    try:
        time.fromisoformat(str(old["at"]).zfill(5))
    except ValueError:
        return {**old, "at": "00:00", "length": 60, "despite": False}
    return {**old, "length": 60, "despite": False}


@guard("CPL 139, 162")
def hearing_to_come(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no hearing to hold or put off."""
    found = sitting.session.scalar(
        built_once(
            lambda: (
                select(Hearing.id).where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED).limit(1)
            )
        )
    )
    return None if found else T("No hearing is fixed.")


def _to_come(hearing: Hearing) -> Hearing:
    if hearing.state is not HearingState.SUMMONED:
        raise ActNotOpen(T("This hearing was held or put off already."))
    return hearing


@resolver("hearing")
def find_hearing(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Hearing | None:
    """A hearing with everybody at the same time."""
    return row_named(sitting, case, Hearing, reference)


@choice_source("hearings_to_come")
def hearings_to_come(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Hearings that are fixed and not yet recorded."""
    return _hearings(sitting, case, state=HearingState.SUMMONED)


class AdjournInput(CourtModel):
    """A hearing put off."""

    hearing: Annotated[str, RefTo("hearing"), field(T("Hearing"), choices="hearings_to_come")]
    ground: Annotated[AdjournmentGround, Choice(AdjournmentGround), field(T("Ground"), T("[=CPL 149]."))]
    reasons: Reasons


@act(
    title=T("Put a hearing off"),
    input=AdjournInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, hearing_to_come),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Notice that your hearing is to be put off"),
        T(
            "Read whether it is put off already or the president of the court still has to approve; until then, keep the old day free. When it is put off, a new summons tells you the new day."
        ),
        when_off=T(
            "Read whether the hearing of %(off)s is put off already or the president of the court still has to approve; until then, keep that day free. When it is put off, do not come then: a new summons tells you the new day.",
            off=OLD_HOUR,
        ),
    ),
    source=law("CPL 149", "EXT 3, 4"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def adjourn_hearing(sitting: Sitting, case: Case, given: AdjournInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put a hearing off with reasons, as often as the track allows (EXT 3); for force majeure or an accident the
    president approves it (EXT 6).
    """
    hearing = _to_come(sitting.resolved("hearing", given.hearing))
    pack = sitting.pack(case)
    most = pack.track(case.track.value).adjournments
    before = sum(h.state is HearingState.ADJOURNED for h in hearings_that_count(sitting.session, case))
    if most is not None and before >= most:
        raise ActNotOpen(
            T("In this procedure a hearing is put off at most %(most)s times.", most=most),
            T("Ask the president, or hold the hearing."),
            pack.cited("EXT 3"),
        )
    hearing.ground, hearing.why = given.ground, given.reasons
    result = {"hearing": hearing.reference, "ground": given.ground.value, "reasons": given.reasons}
    if given.ground is AdjournmentGround.OTHER and pack.decider("adjournment") == "president":
        hearing.state = HearingState.ADJOURNING
        seat_president(sitting, case)
        title = T(
            "The judge puts the hearing of %(at)s off. Approve it or not [EXT 6].",
            at=hearing.begins_at,
        )
        sitting.open_task(
            case, Role.PRESIDENT, desks.ADJOURNMENT, title, risk=60, due_at=hearing.begins_at, subject=hearing.reference
        )
        return Recorded(T("Hearing of %(at)s put off, if the president approves", at=hearing.begins_at), result)
    _put_off(sitting, case, hearing)
    return Recorded(T("Hearing of %(at)s put off", at=hearing.begins_at), result)


def _put_off(sitting: Sitting, case: Case, hearing: Hearing) -> None:
    hearing.state = HearingState.ADJOURNED
    call_off(sitting, case, hearing)
    sitting.close_tasks(case, desks.RECORD_HEARING, hearing.reference)
    sitting.open_task(case, Role.CLERK, desks.SUMMON, T("Fix the hearing and summon everybody."), risk=40)


@guard("EXT 6")
def adjournment_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no adjournment to approve."""
    found = sitting.session.scalar(
        select(Hearing.id).where(Hearing.case_id == case.id, Hearing.state == HearingState.ADJOURNING).limit(1)
    )
    return None if found else T("No hearing is waiting for your approval to be put off.")


PUT_OFF = {"allow": T("The hearing is put off."), "refuse": T("The hearing takes place.")}


@choice_source("hearings_put_off")
def hearings_put_off(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Hearings put off that wait for the president."""
    return _hearings(sitting, case, state=HearingState.ADJOURNING)


class AdjournmentRulingInput(CourtModel):
    """The president's word on a hearing put off for force majeure or an accident (EXT 6)."""

    hearing: Annotated[str, RefTo("hearing"), field(T("Hearing"), choices="hearings_put_off")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Result of the ruling"), options=ANSWERS)]
    reasons: Reasons


@act(
    title=T("Approve that a hearing is put off"),
    input=AdjournmentRulingInput,
    by={Role.PRESIDENT},
    at={Stage.HEARING},
    guard=(hearing_open, adjournment_waits),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on putting off your hearing"),
        T(
            "If the hearing takes place, come as summoned. If it is put off, do not come on the old day: a new summons tells you the new one."
        ),
        when_off=T(
            "If the hearing of %(off)s takes place, come as summoned. If it is put off, do not come then: a new summons tells you the new day.",
            off=OLD_HOUR,
        ),
    ),
    paper=RulingForm(T("A hearing is put off"), STANDS, words=PUT_OFF, is_decision=True),
    source=law("EXT 2, 6"),
    seen_by=Audience.HEARING,
    desk=desks.ADJOURNMENT,
    topic=Topic.HEARING,
    in_record=True,
)
def rule_on_adjournment(
    sitting: Sitting, case: Case, given: AdjournmentRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Approve, or let the hearing take place, with reasons (EXT 6)."""
    hearing: Hearing = sitting.resolved("hearing", given.hearing)
    if hearing.state is not HearingState.ADJOURNING:
        raise ActNotOpen(T("This is decided already."))
    sitting.close_tasks(case, desks.ADJOURNMENT, hearing.reference)
    result = {"hearing": hearing.reference, "reasons": given.reasons}
    if given.answer == "refuse":
        hearing.state = HearingState.SUMMONED
        return Recorded(T("The hearing of %(at)s takes place", at=hearing.begins_at), result)
    _put_off(sitting, case, hearing)
    return Recorded(T("Hearing of %(at)s put off; the president approved", at=hearing.begins_at), result)


def _digest(upload: Upload | None) -> str | None:
    return upload.sha256 if upload is not None else None


@resolver("attendee")
def find_attendee(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Party | Witness | Interpreter | None:
    """Whoever may take part in a hearing with everybody at the same time: whom one may ask, and interpreters."""
    return find_addressee(sitting, case, actor, reference) or row_named(sitting, case, Interpreter, reference)


@choice_source("attendees")
def attendees(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who may have taken part in a hearing."""
    rows = sitting.session.scalars(select(Interpreter).where(Interpreter.case_id == case.id).order_by(Interpreter.id))
    return [*addressees(sitting, case, actor), *(Option(i.reference, i.name, Role.INTERPRETER.label) for i in rows)]


def roll_of_summons(sitting: Sitting, case: Case, actor: Actor) -> dict[str, Text | str]:
    """The roll of a record begun: a row for each party, for whoever testifies at one hour, and for interpreters; nothing is
    ticked, neither who came nor that the exhibits were examined.
    """
    writes = set(
        sitting.session.scalars(
            select(Witness.reference).where(Witness.case_id == case.id, Witness.manner == TestimonyManner.WRITTEN)
        )
    )
    called = [option.value for option in attendees(sitting, case, actor) if option.value not in writes][:MOST_ON_ROLL]
    rows: dict[str, Text | str] = {f"attendance-{number}-who": who for number, who in enumerate(called)}
    first = next((option.value for option in hearings_to_come(sitting, case, actor)), "")
    return {"hearing": first, **rows, "held_exhibits": ""}


class AttendanceInput(CourtModel):
    """Who was there, and how."""

    who: Annotated[str, RefTo("attendee"), field(T("Who"), choices="attendees")]
    presence: Annotated[Presence, Choice(Presence), field(T("Took part"))]
    by_failure: Annotated[bool, field(T("Absent because of network, equipment or power, as far as known"))] = False
    identity: Annotated[
        IdentityCheck | None,
        Choice(IdentityCheck),
        field(
            T("How was their identity checked in the hearing?"),
            T("Of everybody who took part, online as in the courtroom [OLR 7]."),
        ),
    ] = None
    away: Annotated[
        Away | None,
        Choice(Away),
        field(
            T("They came, and were not heard to the end"),
            T("Leave it empty for who was heard. What follows from it is for the judge [CPL 146, 147]."),
        ),
    ] = None
    note: Annotated[str | None, CourtText(0, 500), field(T("Note"))] = None


UNSAID = (None, "", False)


def _came(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the roll that says nothing but who: in the courtroom, by their document. Any other keeps what it says."""
    if any(value not in UNSAID for name, value in row.items() if name != "who"):
        return row
    return {**row, "presence": Presence.COURTROOM.value, "identity": IdentityCheck.DOCUMENT.value}


def _half_said(rows: Sequence[Any]) -> Iterator[FieldFault]:
    """Rows that say something of somebody, but not whether and how they took part."""
    for place, row in enumerate(rows):
        if isinstance(row, dict) and row.get("presence") in UNSAID:
            words = T(
                "Answer this here: that everybody was in the courtroom is said only of rows in which nothing else is said."
            )
            yield FieldFault(("attendance", place, "presence"), words)


class RecordHearingInput(CourtModel):
    """The record of a hearing with everybody at the same time: minutes, recording, attendance."""

    hearing: Annotated[str, RefTo("hearing"), field(T("Hearing"), choices="hearings_to_come")]
    begun: Annotated[str, CourtText(4, 5, one_line=True), field(T("Begun at"), T("For example 09:32."))]
    ended: Annotated[str, CourtText(4, 5, one_line=True), field(T("Ended at"))]
    everybody: Annotated[
        bool,
        field(
            T("Everybody on the roll was in the courtroom, and I saw their identity documents"),
            T("Who came otherwise, or did not come, is answered in their own row and keeps that answer."),
        ),
    ] = False
    attendance: Annotated[list[AttendanceInput], Field(min_length=1, max_length=MOST_ON_ROLL), field(T("Attendance"))]
    minutes: Annotated[str | None, CourtText(0, 40000), field(T("Minutes"), widget="textarea")] = None
    minutes_file: Annotated[
        str | None, RefTo("upload"), field(T("Minutes as a file"), choices="upload", widget="select")
    ] = None
    recording: Annotated[str | None, RefTo("upload"), field(T("Recording"), choices="upload", widget="select")] = None
    recording_sha256: Annotated[
        str | None, CourtText(0, 64, one_line=True), field(T("SHA-256 of a recording kept elsewhere"))
    ] = None
    whole: Annotated[
        bool,
        field(
            T("The exhibits were examined, there was debate, and everybody there was asked for their last words"),
            T("All three. Else answer each below."),
        ),
    ] = False
    held_exhibits: Annotated[bool, field(T("The exhibits were examined in this hearing"))] = True
    not_shown: Annotated[
        list[str],
        RefTo("exhibit"),
        Field(max_length=400),
        field(
            T("Exhibits that were not shown"),
            T("Nothing can be found on these until they are shown to the other side [CPI 103]."),
            choices="exhibit",
            widget="checkboxes",
        ),
    ] = []
    debated: Annotated[Literal["yes", "no"], field(T("Was there debate?"), T("[=CPL 144]."), options=YES_NO)]
    last_words: Annotated[
        Literal["yes", "no"],
        field(T("Was everybody there asked for their last words?"), T("[=CPL 144]."), options=YES_NO),
    ]

    @model_validator(mode="before")
    @classmethod
    def _said_once(cls, data: Any, info: ValidationInfo) -> Any:
        """What is said once for all is said of each who has no answer of their own; an answer given stands."""
        if not isinstance(data, dict):
            return data
        said: dict[str, Any] = dict(data)
        if said.get("everybody") in (True, "true") and isinstance(said.get("attendance"), list):
            said["attendance"] = [_came(row) if isinstance(row, dict) else row for row in said["attendance"]]
            if half := list(_half_said(said["attendance"])):
                raise InvalidInput(half)
        if said.get("whole") in (True, "true"):
            said |= {name: said.get(name) or "yes" for name in ("debated", "last_words")}
            if (info.context or {}).get(FROM_FORM):  # There a box without a tick is no answer.
                said["held_exhibits"] = True
        return said

    @model_validator(mode="after")
    def _the_whole_is_all_three(self) -> RecordHearingInput:
        said_no = {
            "held_exhibits": not self.held_exhibits,
            "debated": self.debated == "no",
            "last_words": self.last_words == "no",
        }
        words = T(
            "Above it is ticked that the exhibits were examined, there was debate and last words were asked for. Take that tick out, or answer yes here."
        )
        if self.whole and any(said_no.values()):
            raise InvalidInput([FieldFault((name,), words) for name, no in said_no.items() if no])
        return self

    @model_validator(mode="after")
    def _has_minutes(self) -> RecordHearingInput:
        if not self.minutes and not self.minutes_file:
            raise InvalidInput([FieldFault(("minutes",), T("Write the minutes, or attach them [CPL 150]."))])
        if self.recording_sha256 and (
            len(self.recording_sha256) != 64 or set(self.recording_sha256.lower()) - set("0123456789abcdef")
        ):
            raise InvalidInput(
                [FieldFault(("recording_sha256",), T("A SHA-256 has 64 characters of 0 to 9 and a to f."))]
            )
        return self


@act(
    title=T("Record a hearing"),
    input=RecordHearingInput,
    by={Role.CLERK},
    at={Stage.HEARING},
    guard=(hearing_open, hearing_to_come),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The record of the hearing has been entered"),
        T(
            "You may read it on the docket. If you were not there, or not to the end, tell the court at once why. Else there is nothing you have to do now; when the record is to be signed, a letter names the day."
        ),
    ),
    version=5,
    source=law("CPL 140, 144, 150", "OLR 7", "REC 5, 9"),
    means={Milestone.UNTIL_THE_TEXT, Milestone.HEARING_HELD},
    prefill=roll_of_summons,
    seen_by=Audience.HEARING,
    desk=desks.RECORD_HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def record_hearing(sitting: Sitting, case: Case, given: RecordHearingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Enter what was held outside in the same record: who attended and how, how each one's identity was checked again (CPL
    140; OLR 7(3)), minutes, recording with its digest (REC 9).

    An absence is a fact here; what follows from it is prepared for the judge.
    """
    _require_identity(sitting, case, given)
    _require_why_away(sitting, given)
    hearing = _to_come(sitting.resolved("hearing", given.hearing))
    day = hearing.begins_at.astimezone(sitting.pack(case).tz).date()
    hearing.begun_at, hearing.ended_at = (
        hour_of(sitting, case, day, given.begun, "begun"),
        hour_of(sitting, case, day, given.ended, "ended"),
    )
    if not hearing.begun_at < hearing.ended_at <= now:
        raise InvalidInput(
            [FieldFault(("ended",), T("A hearing ends after it begins, and is recorded after it has ended."))]
        )
    minutes: Upload | None = sitting.resolved("upload", given.minutes_file) if given.minutes_file else None
    recording: Upload | None = sitting.resolved("upload", given.recording) if given.recording else None
    hearing.minutes, hearing.minutes_upload, hearing.minutes_sha256 = (
        given.minutes,
        given.minutes_file,
        _digest(minutes),
    )
    hearing.recording_upload, hearing.recording_sha256 = (
        given.recording,
        _digest(recording) or (given.recording_sha256 or "").lower() or None,
    )
    hearing.state, hearing.recorded_by = HearingState.HELD, sitting.next_number(case)
    hearing.stages = [
        *([INVESTIGATION] if given.held_exhibits else []),
        *([DEBATE] if given.debated == "yes" else []),
        *([FINAL] if given.last_words == "yes" else []),
    ]
    hearing.shown = _shown(sitting, case, given, hearing.ended_at)
    for line in given.attendance:
        hearing.attendances.append(_attendance(sitting.resolved("attendee", line.who), line))
    sitting.session.flush()
    after_held(sitting, case, hearing)
    shown = [
        {
            "who": a.name,
            "role": a.role.value,
            "presence": a.presence.value,
            "failure": a.by_failure,
            "identity": a.identity.value if a.identity else None,
            "away": a.away.value if a.away else None,
        }
        for a in hearing.attendances
    ]
    result = {
        "hearing": hearing.reference,
        "attendance": shown,
        "minutes_sha256": hearing.minutes_sha256,
        "recording_sha256": hearing.recording_sha256,
        "exhibits_examined": given.held_exhibits,
        "stages": hearing.stages,
    }
    return Recorded(T("Hearing of %(at)s recorded", at=hearing.begins_at), result)


def after_held(sitting: Sitting, case: Case, hearing: Hearing) -> None:
    """What a hearing that was held and recorded brings onto desks: absences, and whether it was the whole."""
    sitting.close_tasks(case, desks.RECORD_HEARING, hearing.reference)
    prepare_absences(sitting, case, hearing)
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.CLOSE_HEARING,
        T("The hearing of %(at)s is recorded. Close the hearing, or go on.", at=hearing.begins_at),
        risk=20,
        subject=hearing.reference,
    )
    _ask_for_another(sitting, case, hearing)


def _require_identity(sitting: Sitting, case: Case, given: RecordHearingInput) -> None:
    """Nobody is recorded as present whose identity was not checked again in the hearing, where the court's law asks for it
    (OLR 7(3); CPL 140(2); CTR 6).
    """
    source = sitting.pack(case).cited("OLR 7", "CPL 140")
    faults = []
    for i, line in enumerate(given.attendance):
        at = ("attendance", i, "identity")
        if line.presence is Presence.ABSENT:
            if line.identity is not None:
                faults.append(
                    FieldFault(at, T("Of somebody who was absent no identity was checked. Leave this empty."))
                )
        elif line.identity is None and source is not None:
            faults.append(
                FieldFault(
                    at,
                    T(
                        "Say how it was checked in the hearing who this is [OLR 7; CPL 140]. If nobody checked it, check it now, online or by the document, before you record that they took part."
                    ),
                )
            )
        elif line.identity is IdentityCheck.OTHER and not line.note:
            faults.append(FieldFault(("attendance", i, "note"), T("Tell in the note how their identity was checked.")))
    if faults:
        raise InvalidInput(faults)


def _require_why_away(sitting: Sitting, given: RecordHearingInput) -> None:
    """Only who came can have left, or have come without their guardian; whom a failure cut off did not leave (OLR 25; CPI 235)."""
    faults = []
    for i, line in enumerate(given.attendance):
        if line.away is None:
            continue
        at, who = ("attendance", i, "away"), sitting.resolved("attendee", line.who)
        if line.presence is Presence.ABSENT:
            faults.append(FieldFault(at, T("This is for who came. Of somebody who was absent leave it empty.")))
        elif line.by_failure:
            faults.append(
                FieldFault(
                    at,
                    T("Whom network, equipment or power cut off did not leave [OLR 25]. Say one of the two."),
                )
            )
        elif not isinstance(who, Party):
            faults.append(FieldFault(at, T("Say this of a party alone.")))
        elif line.away is Away.NO_GUARDIAN and not (who.details.get("guardian") or {}).get("name"):
            faults.append(FieldFault(at, T("No guardian acts in the place of this party.")))
    if faults:
        raise InvalidInput(faults)


def _shown(sitting: Sitting, case: Case, given: RecordHearingInput, ended: datetime) -> list[int]:
    """Exhibits that were on file in time and open to the other side in the hearing."""
    not_shown = {sitting.resolved("exhibit", reference).id for reference in given.not_shown}
    if not given.held_exhibits:
        return []
    on_file = [e for e in standing_exhibits(sitting.session, case) if e.submitted_at <= ended]
    return [e.id for e in on_file if e.id not in not_shown]


def _attendance(who: Party | Witness | Interpreter, line: AttendanceInput) -> Attendance:
    party_id = who.id if isinstance(who, Party) else None
    role = Role.INTERPRETER if isinstance(who, Interpreter) else who.role
    return Attendance(
        party_id=party_id,
        role=role,
        name=who.name,
        presence=line.presence,
        by_failure=line.by_failure,
        note=line.note,
        identity=line.identity,
        away=line.away,
    )


def _ask_for_another(sitting: Sitting, case: Case, hearing: Hearing) -> None:
    """Where what was held carries no judgment yet and nothing more is fixed, the registry fixes the rest: the hearing cannot
    be closed, and the case would wait for nobody.
    """
    examination = examination_of(sitting.session, case)
    if examination is None or sitting.court.hooks.ahead(sitting, [case.id]) or sitting.tasks(case, desks.SUMMON):
        return
    if not sitting.pack(case).keeps(Invariant.HEARING_BEFORE_JUDGMENT):
        return
    missing = next(missing_stages(sitting, case, examination), None)
    if missing is not None:
        words = T("The hearing of %(at)s is not the whole: fix another. %(why)s", at=hearing.begins_at, why=missing)
        sitting.open_task(case, Role.CLERK, desks.SUMMON, words, risk=40)


@upcast(names.RECORD_HEARING, from_version=1)
def _stages_unsaid(old: dict[str, Any]) -> dict[str, Any]:
    """A record of before said nothing of debate and last words: they are not taken for held."""
    return {**old, "debated": "no", "last_words": "no", "not_shown": []}


@upcast(names.RECORD_HEARING, from_version=2)
def _identity_unsaid(old: dict[str, Any]) -> dict[str, Any]:
    """A record of before did not say how identity was checked: it goes on saying nothing of it."""
    return {**old, "attendance": [{**line, "identity": None} for line in old["attendance"]]}


@upcast(names.RECORD_HEARING, from_version=4)
def _heard_to_the_end(old: dict[str, Any]) -> dict[str, Any]:
    """A record of before said of nobody who came that they were not heard."""
    return {**old, "attendance": [{**line, "away": None} for line in old["attendance"]]}


@upcast(names.RECORD_HEARING, from_version=3)
def _each_said(old: dict[str, Any]) -> dict[str, Any]:
    """A record of before said each thing by itself."""
    return {**old, "everybody": False, "whole": False}


@guard("REC 9")
def recording_exists(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no checksum can be confirmed."""
    found = sitting.session.scalar(
        built_once(
            lambda: select(Hearing.id).where(Hearing.case_id == case.id, Hearing.recording_sha256.is_not(None)).limit(1)
        )
    )
    return None if found else T("No recording with a checksum is on record.")


@choice_source("hearings_recorded")
def hearings_recorded(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Hearings with a recording on record."""
    return _hearings(sitting, case, state=HearingState.HELD, recorded=True)


class ConfirmRecordingInput(CourtModel):
    """A party's word to a recording's checksum (REC 9)."""

    hearing: Annotated[str, RefTo("hearing"), field(T("Hearing"), choices="hearings_recorded")]
    confirms: Annotated[
        Literal["yes", "no"],
        field(T("Is the checksum the one you have noted?"), options={"yes": T("Yes"), "no": T("No")}),
    ]
    words: Annotated[str | None, CourtText(0, 1000), field(T("Remark"), widget="textarea")] = None


@act(
    title=T("Confirm the checksum of a recording"),
    input=ConfirmRecordingInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING, Stage.DELIBERATION},
    guard=recording_exists,
    source=law("REC 9"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=True,
)
def confirm_recording(
    sitting: Sitting, case: Case, given: ConfirmRecordingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """A party confirms that the recording has the digest on record, or says that it has not (REC 9)."""
    hearing: Hearing = sitting.resolved("hearing", given.hearing)
    party = sitting.party_of(case, actor)
    if hearing.recording_sha256 is None:
        raise InvalidInput.at("hearing", T("This hearing has no recording with a checksum."))
    if sitting.session.scalar(
        select(RecordingConfirmation.id).where(
            RecordingConfirmation.hearing_id == hearing.id, RecordingConfirmation.party_id == party.id
        )
    ):
        raise ActNotOpen(T("You have already done this."))
    confirms = given.confirms == "yes"
    sitting.session.add(
        RecordingConfirmation(
            hearing_id=hearing.id,
            party_id=party.id,
            confirms=confirms,
            sha256=hearing.recording_sha256,
            words=given.words,
            entry_number=sitting.next_number(case),
        )
    )
    if not confirms:
        sitting.open_task(
            case,
            Role.JUDGE,
            desks.RECORDING_DOUBT,
            T("%(party)s says that the recording’s checksum is another one.", party=party.name),
            risk=60,
            subject=hearing.reference,
        )
        return Recorded(
            T("%(party)s does not confirm the recording’s checksum", party=party.name),
            {"sha256": hearing.recording_sha256, "confirms": False},
        )
    return Recorded(
        T("%(party)s confirms the recording’s checksum", party=party.name),
        {"sha256": hearing.recording_sha256, "confirms": True},
    )


def on_served(sitting: Sitting, event: Served) -> None:
    """A paper reached a party: where it was the entry of a summons, the summons has arrived."""
    mine = (
        select(Summons)
        .join(Hearing, Hearing.id == Summons.hearing_id)
        .where(Hearing.case_id == event.case.id, Summons.party_id == event.party.id)
    )
    for row in sitting.session.scalars(mine.where(Summons.sent_by.in_(event.entries), Summons.served_at.is_(None))):
        row.served_at = event.at


def on_service_fell(sitting: Sitting, event: ServiceFell) -> None:
    """A summons did not reach a party, or did on another day: they are called once it has (CPL 139, 146)."""
    mine = (
        select(Summons)
        .join(Hearing, Hearing.id == Summons.hearing_id)
        .where(Hearing.case_id == event.case.id, Summons.party_id == event.party.id)
    )
    for row in sitting.session.scalars(mine.where(Summons.sent_by.in_(event.entries))):
        row.served_at = None


def _hearings(sitting: Sitting, case: Case, *, state: HearingState, recorded: bool = False) -> list[Option]:
    rows: list[Hearing] = [
        h for h in hearings_of(sitting.session, case) if h.state is state and (not recorded or h.recording_sha256)
    ]
    tz = sitting.pack(case).tz
    return [Option(h.reference, T("Hearing of %(at)s", at=h.begins_at.astimezone(tz)), h.place) for h in rows]
