"""What people give in the hearing: one model for form, API and draft."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.hearing.kinds import (
    AdjournmentGround,
    Axis,
    InterpreterPay,
    Mode,
    MotionKind,
    Presence,
    Stance,
    TestimonyGround,
    TestimonyManner,
)
from odr.hearing.place import CourtMoment, CourtRegion
from odr.procedure.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtMoneyOrZero, CourtText, RefTo, field
from odr.text import T

Reasons = Annotated[str, CourtText(5, 2000), field(T("Reasons"), widget="textarea")]
Days = Annotated[int, Field(ge=1, le=30), field(T("Working days"))]
Page = Annotated[int | None, Field(ge=1, le=9999), field(T("Page of it"))]
Moment = Annotated[
    str | None, CourtMoment(0, 12, one_line=True), field(T("Moment of a recording"), T("For example 0:41."))
]
RegionText = Annotated[
    str | None,
    CourtRegion(0, 40, one_line=True),
    field(T("Region of the page"), T("Left, top, width, height in hundredths of the page, for example 10, 20, 50, 8.")),
]
PlaceWords = Annotated[str | None, CourtText(0, 120), field(T("Where in the exhibit, in words"))]
ANSWERS = {"allow": T("Allow it"), "refuse": T("Refuse it")}


class PhaseInput(CourtModel):
    """A phase, by its reference (the clock's)."""

    phase: str


class SealInput(CourtModel):
    """A seal, by its reference (the clock's)."""

    seal: str


class CloseInput(CourtModel):
    """An examination, by its reference (the clock's)."""

    examination: str


class PhaseLength(CourtModel):
    """Another length for a phase."""

    phase: Annotated[str, field(T("Phase"), choices="plan_phases")]
    days: Annotated[int, Field(ge=1, le=60), field(T("Working days for each turn"))]


class OpenInput(CourtModel):
    """How the case is heard, and the plan's changes against the pack's."""

    mode: Annotated[
        Mode,
        Choice(Mode),
        field(
            T("How is the case heard?"),
            T("In writing needs the agreement of everybody who takes part (Online Litigation Rules, art. 20)."),
        ),
    ]
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


class OrderInput(CourtModel):
    """An order with its reasons."""

    reasons: Reasons


class ExcludeInput(CourtModel):
    """Days that do not count towards the trial limit (CPI 243)."""

    ground: Annotated[
        Literal["appraisal", "settlement"],
        field(
            T("Ground"), options={"appraisal": T("Appraisal"), "settlement": T("The parties asked for time to settle")}
        ),
    ]
    from_on: Annotated[CourtDate, field(T("First day"))]
    until_on: Annotated[CourtDate, field(T("Last day"))]
    reasons: Reasons

    @model_validator(mode="after")
    def _in_order(self) -> ExcludeInput:
        if self.until_on < self.from_on:
            raise InvalidInput([FieldFault(("until_on",), T("The last day is not before the first."))])
        return self


class ConvertInput(CourtModel):
    """Another way of hearing the case."""

    mode: Annotated[Mode, Choice(Mode), field(T("How is the case heard from now on?"))]
    reasons: Reasons


class OpinionInput(CourtModel):
    """What a party says to one exhibit: three questions, a reason where it disputes."""

    exhibit: Annotated[str, RefTo("exhibit"), field(T("Exhibit"), choices="exhibits_of_others")]
    authenticity: Annotated[
        Stance, Choice(Stance), field(T("Is it authentic?"), T("Is it what it is said to be, unaltered?"))
    ]
    legality: Annotated[Stance, Choice(Stance), field(T("Was it come by lawfully?"))]
    relevance: Annotated[Stance, Choice(Stance), field(T("Does it bear on what is in dispute?"))]
    reason: Annotated[
        str | None, CourtText(0, 4000), field(T("Reason"), T("Needed where you dispute anything."), widget="textarea")
    ] = None
    counter_exhibit: Annotated[
        str | None,
        RefTo("exhibit"),
        field(T("Exhibit that speaks against it"), choices="own_exhibits", widget="select"),
    ] = None

    @model_validator(mode="after")
    def _dispute_has_a_reason(self) -> OpinionInput:
        if Stance.DISPUTE in (self.authenticity, self.legality, self.relevance) and not self.reason:
            raise InvalidInput([FieldFault(("reason",), T("Say why you dispute it."))])
        return self

    def stance(self, axis: Axis) -> Stance:
        """What is said on one axis."""
        found: Stance = getattr(self, axis.value)
        return found


class OpinionsInput(CourtModel):
    """Opinions on several exhibits at once."""

    opinions: Annotated[list[OpinionInput], Field(min_length=1, max_length=100), field(T("Exhibit"))]


class RetractInput(CourtModel):
    """Taking an opinion back; both stay on record."""

    opinion: Annotated[str, RefTo("opinion"), field(T("Opinion"), choices="own_opinions")]
    reasons: Reasons


class AskInput(CourtModel):
    """A question of the judge."""

    addressees: Annotated[
        list[str],
        RefTo("addressee"),
        Field(min_length=1, max_length=10),
        field(T("To whom"), choices="addressees", widget="checkboxes"),
    ]
    words: Annotated[str, CourtText(5, 2000), field(T("Question"), T("One thing at a time."), widget="textarea")]
    exhibit: Annotated[
        str | None, RefTo("exhibit"), field(T("About an exhibit"), choices="exhibit", widget="select")
    ] = None
    page: Page = None
    moment: Moment = None
    region: RegionText = None
    place: PlaceWords = None
    fact: Annotated[str | None, RefTo("fact"), field(T("About a fact"), choices="facts", widget="select")] = None
    days: Annotated[int, Field(ge=1, le=30), field(T("Working days to answer"))] = 3
    sealed: Annotated[bool, field(T("Keep the answers sealed until all are in"))] = False


class PartyQuestionInput(CourtModel):
    """A question a party asks leave for."""

    addressee: Annotated[str, RefTo("addressee"), field(T("To whom"), choices="addressees")]
    words: Annotated[str, CourtText(5, 2000), field(T("Question"), widget="textarea")]
    exhibit: Annotated[
        str | None, RefTo("exhibit"), field(T("About an exhibit"), choices="exhibit", widget="select")
    ] = None
    page: Page = None
    moment: Moment = None
    region: RegionText = None
    place: PlaceWords = None


class LeaveInput(CourtModel):
    """Allowing a party's question, as it stands or in other words."""

    question: Annotated[str, RefTo("question"), field(T("Question"), choices="questions_for_leave")]
    rephrased: Annotated[
        str | None,
        CourtText(0, 2000),
        field(T("In other words"), T("Leave empty to put it as it stands."), widget="textarea"),
    ] = None
    days: Annotated[int, Field(ge=1, le=30), field(T("Working days to answer"))] = 3


class DisallowInput(CourtModel):
    """Not allowing a question."""

    question: Annotated[str, RefTo("question"), field(T("Question"), choices="questions_for_leave")]
    reasons: Reasons


class QuestionInput(CourtModel):
    """A question, with reasons for what is done to it."""

    question: Annotated[str, RefTo("question"), field(T("Question"), choices="unanswered_questions")]
    reasons: Reasons


class AskAgainInput(CourtModel):
    """Explaining a question and asking it again (EV 4)."""

    question: Annotated[str, RefTo("question"), field(T("Question"), choices="unanswered_questions")]
    explanation: Annotated[
        str,
        CourtText(10, 2000),
        field(T("Explain the question, and what may follow if it stays unanswered"), widget="textarea"),
    ]
    days: Annotated[int, Field(ge=1, le=30), field(T("Working days to answer"))] = 3


class AnswerQuestionInput(CourtModel):
    """The answer to a question."""

    question: Annotated[str, RefTo("question"), field(T("Question"), choices="my_questions")]
    words: Annotated[
        str,
        CourtText(1, 8000),
        field(
            T("Your answer"),
            T("Say only what you know yourself. If you do not know, say so and why."),
            widget="textarea",
        ),
    ]
    exhibits: Annotated[
        list[str],
        RefTo("exhibit"),
        Field(max_length=50),
        field(T("Exhibits you refer to"), choices="exhibit", widget="checkboxes"),
    ] = []
    uploads: Annotated[
        list[str],
        RefTo("upload"),
        Field(max_length=10),
        field(T("Files that go with it"), choices="upload", widget="checkboxes"),
    ] = []


class StatementInput(CourtModel):
    """A party's statement in a phase: pleading, comment, argument or final statement."""

    phase: Annotated[
        str | None,
        RefTo("exam_phase"),
        field(
            T("In which phase"),
            T("Leave as it is for the phase that runs now."),
            choices="speaking_phases",
            widget="select",
        ),
    ] = None
    words: Annotated[str, CourtText(1, 12000), field(T("Your statement"), widget="textarea")]
    exhibits: Annotated[
        list[str],
        RefTo("exhibit"),
        Field(max_length=50),
        field(T("Exhibits you refer to"), choices="exhibit", widget="checkboxes"),
    ] = []
    corrects: Annotated[
        str | None, RefTo("posting"), field(T("It corrects"), choices="own_postings", widget="select")
    ] = None


class ObjectionInput(CourtModel):
    """An objection to a question or to the course of the hearing."""

    question: Annotated[
        str | None, RefTo("question"), field(T("To a question"), choices="questions_put", widget="select")
    ] = None
    words: Annotated[str, CourtText(5, 2000), field(T("What do you object to, and why?"), widget="textarea")]


class NoteInput(CourtModel):
    """A word of the judge for the record."""

    words: Annotated[str, CourtText(3, 4000), field(T("Note"), widget="textarea")]


class NothingInput(CourtModel):
    """Nothing to add in this turn."""

    words: Annotated[str | None, CourtText(0, 500), field(T("A word on it, if you want"))] = None


class IssuesInput(CourtModel):
    """The judge's list of issues (CPI 226)."""

    issues: Annotated[
        list[Annotated[str, CourtText(3, 500)]],
        Field(min_length=1, max_length=20),
        field(T("Issues, one to a line"), widget="textarea"),
    ]

    @model_validator(mode="before")
    @classmethod
    def _lines(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("issues"), str | list):
            lines = given["issues"] if isinstance(given["issues"], list) else [given["issues"]]
            return {
                **given,
                "issues": [part.strip() for line in lines for part in str(line).splitlines() if part.strip()],
            }
        return given


class TimeInput(CourtModel):
    """More time asked for."""

    days: Days
    reason: Annotated[str, CourtText(3, 1000), field(T("Why do you need it?"), widget="textarea")]


class TimeRulingInput(CourtModel):
    """The judge's word on more time."""

    request: Annotated[str, RefTo("time_request"), field(T("Request"), choices="time_requests")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Ruling"), options=ANSWERS)]
    days: Annotated[int | None, Field(ge=1, le=30), field(T("Working days, if other than asked"))] = None
    reasons: Reasons


class AgreeTimeInput(CourtModel):
    """The other side agrees to more time: one click."""

    request: Annotated[str, RefTo("time_request"), field(T("Request"), choices="time_requests")]


class FailureInput(CourtModel):
    """A technical failure reported by a party."""

    what: Annotated[
        str, CourtText(5, 1000), field(T("What failed, since when, and what did you try?"), widget="textarea")
    ]


class FailureRulingInput(CourtModel):
    """Whether a failure is accepted, and how much time it gives back."""

    failure: Annotated[str, RefTo("failure"), field(T("Report"), choices="failures")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Ruling"), options=ANSWERS)]
    days: Annotated[int, Field(ge=1, le=30), field(T("Working days given back"))] = 1
    reasons: Reasons


class MotionInput(CourtModel):
    """Something asked about the way the hearing is held."""

    kind: Annotated[MotionKind, Choice(MotionKind), field(T("What do you ask for?"))]
    words: Annotated[
        str,
        CourtText(5, 2000),
        field(T("Why?"), T("Which secret or private matter; or which language, and for whom."), widget="textarea"),
    ]


class MotionRulingInput(CourtModel):
    """The judge's word on it."""

    motion: Annotated[str, RefTo("motion"), field(T("Motion"), choices="motions")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Ruling"), options=ANSWERS)]
    reasons: Reasons


class FactInput(CourtModel):
    """A fact proposed as agreed."""

    words: Annotated[
        str,
        CourtText(5, 1000),
        field(T("The fact"), T("One fact, so that the other side can say yes or no to it."), widget="textarea"),
    ]
    fact: Annotated[
        str | None, RefTo("fact"), field(T("Number of the claim’s fact it settles"), choices="facts", widget="select")
    ] = None


class FactStanceInput(CourtModel):
    """A word to a fact proposed as agreed."""

    fact: Annotated[str, RefTo("agreed_fact"), field(T("Fact"), choices="proposed_facts")]
    agrees: Annotated[
        Literal["yes", "no"], field(T("Do you agree?"), options={"yes": T("Yes, it is so"), "no": T("No")})
    ]


class WitnessInput(CourtModel):
    """Leave asked for to hear somebody (EV 68, 69)."""

    kind: Annotated[
        Literal["witness", "expert"],
        field(
            T("Who is to be heard"), options={"witness": T("A witness"), "expert": T("Somebody with special knowledge")}
        ),
    ] = "witness"
    name: Annotated[str, CourtText(1, 200, one_line=True), field(T("Name"))]
    email: Annotated[
        str,
        CourtEmail(),
        field(T("E-mail address"), T("The court writes to it; the testimony is given in an own room.")),
    ]
    about: Annotated[str, CourtText(5, 1000), field(T("What can she say, and how does she know?"), widget="textarea")]
    manner: Annotated[TestimonyManner, Choice(TestimonyManner), field(T("How is she to be heard?"))]
    ground: Annotated[
        TestimonyGround | None,
        Choice(TestimonyGround),
        field(
            T("Why not in person?"),
            T("Needed for testimony in writing or as a recording (Civil Procedure Law, art. 76)."),
        ),
    ] = None

    @model_validator(mode="after")
    def _not_in_person_needs_a_ground(self) -> WitnessInput:
        if self.manner is not TestimonyManner.LIVE and self.ground is None:
            raise InvalidInput([FieldFault(("ground",), T("Say why she cannot come (Civil Procedure Law, art. 76)."))])
        return self


class WitnessRulingInput(CourtModel):
    """The judge's word on a witness."""

    witness: Annotated[str, RefTo("witness"), field(T("Witness"), choices="witnesses_for_leave")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Ruling"), options=ANSWERS)]
    reasons: Reasons


class EmptyInput(CourtModel):
    """Nothing more is asked."""


class UndertakingInput(CourtModel):
    """The witness's undertaking to tell the truth (EV 71)."""

    promise: Annotated[
        Literal["yes"],
        field(T("I shall tell the truth, and I know what follows if I do not"), options={"yes": T("I promise it")}),
    ]


class TestimonyInput(CourtModel):
    """Testimony, or the answer of a witness to a question."""

    question: Annotated[
        str | None, RefTo("question"), field(T("Answers the question"), choices="my_questions", widget="select")
    ] = None
    words: Annotated[str, CourtText(1, 12000), field(T("Your testimony"), widget="textarea")]
    uploads: Annotated[
        list[str],
        RefTo("upload"),
        Field(max_length=10),
        field(T("Recording or files"), choices="upload", widget="checkboxes"),
    ] = []


class SummonInput(CourtModel):
    """A hearing at one hour, and the call to it."""

    mode: Annotated[Mode, Choice(Mode), field(T("How is it held?"))]
    on: Annotated[CourtDate, field(T("Day"))]
    at: Annotated[str, CourtText(4, 5, one_line=True), field(T("Hour"), T("For example 09:30."))]
    place: Annotated[str, CourtText(2, 300), field(T("Courtroom, or address of the video room"))]
    gap: Annotated[
        Literal["", "agreed", "force_majeure"],
        field(
            T("More than a month after the last hearing"),
            T("Only where the parties agree or force majeure left no earlier day (Extension Rules, art. 5)."),
            options={"": T("It is not"), "agreed": T("The parties agree"), "force_majeure": T("Force majeure")},
        ),
    ] = ""
    closed_doors: Annotated[bool, field(T("Closed to the public, by the judge’s order"))] = False


class AdjournInput(CourtModel):
    """A hearing put off."""

    hearing: Annotated[str, RefTo("hearing"), field(T("Hearing"), choices="hearings_to_come")]
    ground: Annotated[
        AdjournmentGround, Choice(AdjournmentGround), field(T("Ground"), T("Civil Procedure Law, art. 149."))
    ]
    reasons: Reasons


class AdjournmentRulingInput(CourtModel):
    """The president's word on a hearing put off for force majeure or an accident (EXT 6)."""

    hearing: Annotated[str, RefTo("hearing"), field(T("Hearing"), choices="hearings_put_off")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Ruling"), options=ANSWERS)]
    reasons: Reasons


class ExtensionRulingInput(CourtModel):
    """The president's word on a longer trial limit (EXT 1)."""

    extension: Annotated[str, RefTo("trial_extension"), field(T("Request"), choices="trial_extensions")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Ruling"), options=ANSWERS)]
    reasons: Reasons


class InterpreterInput(CourtModel):
    """An interpreter, and who pays her."""

    motion: Annotated[str, RefTo("motion"), field(T("For the motion"), choices="motions_for_interpreter")]
    name: Annotated[str, CourtText(1, 200, one_line=True), field(T("Name"))]
    email: Annotated[str, CourtEmail(), field(T("E-mail address"))]
    language: Annotated[
        str, CourtText(2, 100, one_line=True), field(T("Language"), T("From which language and into which."))
    ]
    pay: Annotated[
        InterpreterPay,
        Choice(InterpreterPay),
        field(T("Who pays?"), T("Measures on Litigation Costs, art. 11 and 12.")),
    ]


class InterpreterPaidInput(CourtModel):
    """That an interpreter was paid, and how much."""

    interpreter: Annotated[str, RefTo("interpreter"), field(T("Interpreter"), choices="interpreters_unpaid")]
    amount: Annotated[CourtMoneyOrZero, field(T("Amount"))]
    words: Annotated[str | None, CourtText(0, 500), field(T("How it was paid, number of the receipt"))] = None


class AttendanceInput(CourtModel):
    """Who was there, and how."""

    who: Annotated[str, RefTo("attendee"), field(T("Who"), choices="attendees")]
    presence: Annotated[Presence, Choice(Presence), field(T("Took part"))]
    by_failure: Annotated[bool, field(T("Absent because of network, equipment or power, as far as known"))] = False
    note: Annotated[str | None, CourtText(0, 500), field(T("Note"))] = None


class RecordHearingInput(CourtModel):
    """The record of a hearing at one hour: minutes, recording, attendance."""

    hearing: Annotated[str, RefTo("hearing"), field(T("Hearing"), choices="hearings_to_come")]
    begun: Annotated[str, CourtText(4, 5, one_line=True), field(T("Begun at"), T("For example 09:32."))]
    ended: Annotated[str, CourtText(4, 5, one_line=True), field(T("Ended at"))]
    attendance: Annotated[list[AttendanceInput], Field(min_length=1, max_length=40), field(T("Who took part"))]
    minutes: Annotated[str | None, CourtText(0, 40000), field(T("Minutes"), widget="textarea")] = None
    minutes_file: Annotated[
        str | None, RefTo("upload"), field(T("Minutes as a file"), choices="upload", widget="select")
    ] = None
    recording: Annotated[str | None, RefTo("upload"), field(T("Recording"), choices="upload", widget="select")] = None
    recording_sha256: Annotated[
        str | None, CourtText(0, 64, one_line=True), field(T("SHA-256 of a recording kept elsewhere"))
    ] = None
    held_exhibits: Annotated[bool, field(T("The exhibits were examined in this hearing"))] = True

    @model_validator(mode="after")
    def _has_minutes(self) -> RecordHearingInput:
        if not self.minutes and not self.minutes_file:
            raise InvalidInput(
                [FieldFault(("minutes",), T("Write the minutes, or attach them (Civil Procedure Law, art. 150)."))]
            )
        if self.recording_sha256 and (
            len(self.recording_sha256) != 64 or set(self.recording_sha256.lower()) - set("0123456789abcdef")
        ):
            raise InvalidInput(
                [FieldFault(("recording_sha256",), T("A SHA-256 has 64 characters of 0 to 9 and a to f."))]
            )
        return self


class ConfirmRecordingInput(CourtModel):
    """A party's word to a recording's checksum (REC 9)."""

    hearing: Annotated[str, RefTo("hearing"), field(T("Hearing"), choices="hearings_recorded")]
    confirms: Annotated[
        Literal["yes", "no"],
        field(T("Is the checksum the one you have noted?"), options={"yes": T("Yes"), "no": T("No")}),
    ]
    words: Annotated[str | None, CourtText(0, 1000), field(T("Remark"), widget="textarea")] = None


class SignInput(CourtModel):
    """Signing the record that stands under a digest."""

    digest: Annotated[
        str, CourtText(64, 64, one_line=True), field(T("Digest of the record you have read"), widget="hidden")
    ]


class CorrectionInput(CourtModel):
    """A correction of the record (CPL 150)."""

    place: Annotated[str, CourtText(1, 200), field(T("Where in the record"), T("For example: entry 21."))]
    words: Annotated[
        str, CourtText(3, 2000), field(T("What is missing or wrong, and how it should read"), widget="textarea")
    ]


class CorrectionRulingInput(CourtModel):
    """The judge's word on a correction."""

    correction: Annotated[str, RefTo("correction"), field(T("Correction"), choices="corrections")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Ruling"), options=ANSWERS)]
    reasons: Reasons


class RefuseSignatureInput(CourtModel):
    """Not signing; it is noted with the reason (CPL 150)."""

    reasons: Reasons
