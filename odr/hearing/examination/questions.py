"""Questions: the judge's, the parties' through the judge, answers, and asking again before EV 4 applies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from sqlalchemy import bindparam, func, select

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, Role, Stage
from odr.evidence.models import Exhibit, Upload
from odr.ground.db import new_reference
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text, side_by_side
from odr.hearing import desks, names as act_names
from odr.hearing.examination import phases
from odr.hearing.examination.acts import hearing_open
from odr.hearing.examination.choices import as_options
from odr.hearing.examination.exhibit_places import CourtMoment, CourtRegion, place_of
from odr.hearing.examination.statement_rows import voice_of, write_posting
from odr.hearing.inputs import Reasons
from odr.hearing.models import Duty, Phase, Question, Seal, Witness
from odr.hearing.queries import WINDOW, examination_of, questions_of, questions_to, reads_question
from odr.hearing.sealed.words import seal_away
from odr.hearing.vocabulary import OPEN_QUESTIONS, DutyState, PhaseState, PostingKind, QuestionState
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Premise, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law
from odr.service.queries import packets_of
from odr.service.vocabulary import PacketState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from odr.procedure.sitting import Sitting

Addressee = Party | Witness

MOST_ON_DOCKET = 240
"""Signs of a question that stand in the line of the docket; the whole question is in its entry."""


def _shortened(words: str) -> str:
    """A question as the docket tells it: its whole words, if they are not long."""
    line = " ".join(words.split())
    return line if len(line) <= MOST_ON_DOCKET else line[: MOST_ON_DOCKET - 1] + "…"


@upcast(act_names.PUT_QUESTION, from_version=1)
@upcast(act_names.ASK_LEAVE_FOR_QUESTION, from_version=1)
def place_in_words_only(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first a place in an exhibit was words alone: no page, moment or region was given."""
    return {**given, "page": None, "moment": None, "region": None}


_HIGHEST = select(func.max(Question.number)).where(Question.case_id == bindparam("case"))
_PENDING = (
    select(Question.id)
    .where(Question.case_id == bindparam("case"), Question.state == QuestionState.PENDING_LEAVE)
    .limit(1)
)
_DUTY = select(Duty).where(Duty.window == bindparam("window"))


def _next_question(sitting: Sitting, case: Case) -> int:
    return (sitting.session.scalar(_HIGHEST, {"case": case.id}) or 0) + 1


def _phase_in_hand(sitting: Sitting, case: Case) -> Phase | None:
    examination = examination_of(sitting.session, case)
    return examination.current if examination else None


def put(sitting: Sitting, case: Case, phase: Phase | None, question: Question, days: int, now: datetime) -> None:
    """Put a question: the addressee's own window starts, and the phase in hand waits for it."""
    question.state = QuestionState.ASKED_AGAIN if question.explained else QuestionState.PUT
    question.put_by, question.put_at = sitting.next_number(case), now
    party = case.party_if_any(question.party_id)
    if party is None:
        return
    if phase is not None and phase.state is PhaseState.OPEN:
        question.window = phases.add_duty(sitting, case, phase, party, days, now, subject=question.reference).reference
    else:
        question.window = sitting.start_window(
            case, WINDOW, party=party, start=now, amount=days, subject=question.reference
        ).reference


def _address(question: Question, to: Addressee) -> None:
    if isinstance(to, Witness):
        question.witness_id = to.id
    else:
        question.party_id = to.id


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


@act(
    title=T("Put a question"),
    input=AskInput,
    version=2,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=hearing_open,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The judge has put a question"),
        T("It is put to somebody else, or not put yet. You have nothing to do now."),
        act_names.PUT_QUESTION,
        when_due=T(
            "Answer by the end of %(day)s. If you do not, the judge may explain it and ask again; only after that may silence count as an admission.",
            day=DAY,
        ),
    ),
    source=law("EV 4", "CPL 141"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def put_question(sitting: Sitting, case: Case, given: AskInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put a question to one or several; with several, their answers may stay sealed until all are in."""
    to: list[Addressee] = [sitting.resolved("addressee", reference) for reference in given.addressees]
    if given.sealed and len(to) < 2:
        raise InvalidInput.at("sealed", T("Answers are sealed only where several are asked the same."))
    seal = Seal(case_id=case.id) if given.sealed else None
    if seal is not None:
        sitting.session.add(seal)
        sitting.session.flush()
    number, phase = _next_question(sitting, case), _phase_in_hand(sitting, case)
    exhibit: Exhibit | None = sitting.resolved("exhibit", given.exhibit) if given.exhibit else None
    where = place_of(given.page, given.moment, given.region, exhibit)
    for offset, each in enumerate(to):
        question = Question(
            reference=new_reference(),
            case_id=case.id,
            number=number + offset,
            asked_by_role=actor.role,
            words=given.words,
            exhibit_id=exhibit.id if exhibit else None,
            place=given.place,
            page=where.page,
            second=where.second,
            region=str(where.region) if where.region else None,
            fact_id=sitting.resolved("fact", given.fact).id if given.fact else None,
            state=QuestionState.PUT,
            seal_id=seal.id if seal else None,
            entry_number=sitting.next_number(case),
        )
        _address(question, each)
        # Put before it is stored: then it is written once, with its time limit.
        put(sitting, case, phase, question, given.days, now)
        sitting.session.add(question)
    sitting.session.flush()
    _judge_has_asked(sitting, case, phase)
    names = side_by_side(each.name for each in to)
    return Recorded(
        T("Question %(number)s put to %(names)s: %(words)s", number=number, names=names, words=_shortened(given.words)),
        {"question": number, "count": len(to), "sealed": given.sealed},
    )


def _judge_has_asked(sitting: Sitting, case: Case, phase: Phase | None) -> None:
    """The judge's own duty of the turn is done once nothing waits for the judge's leave."""
    if phase is None or _pending(sitting, case):
        return
    phases.done(sitting, case, phases.turn_duty(sitting, phase, None))
    sitting.close_tasks(case, desks.PUT_QUESTIONS, phase.reference)


def _pending(sitting: Sitting, case: Case) -> bool:
    return sitting.session.scalar(_PENDING, {"case": case.id}) is not None


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


@act(
    title=T("Ask the other side something"),
    input=PartyQuestionInput,
    version=2,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=hearing_open,
    seen_by=Audience.OWN_SIDE_AND_COURT,
    source=law("CPL 142"),
    topic=Topic.HEARING,
    in_record=True,
)
def ask_leave_for_question(
    sitting: Sitting, case: Case, given: PartyQuestionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the judge to allow a question; nobody else sees it until the judge does (CPL 142)."""
    party = sitting.party_of(case, actor)
    to: Addressee = sitting.resolved("addressee", given.addressee)
    if isinstance(to, Party) and to.id == party.id:
        raise InvalidInput.at("addressee", T("A question is put to somebody else."))
    exhibit: Exhibit | None = sitting.resolved("exhibit", given.exhibit) if given.exhibit else None
    where = place_of(given.page, given.moment, given.region, exhibit)
    question = Question(
        case_id=case.id,
        number=_next_question(sitting, case),
        asked_by_role=actor.role,
        asked_by_party=party.id,
        words=given.words,
        exhibit_id=exhibit.id if exhibit else None,
        place=given.place,
        page=where.page,
        second=where.second,
        region=str(where.region) if where.region else None,
        state=QuestionState.PENDING_LEAVE,
        entry_number=sitting.next_number(case),
    )
    _address(question, to)
    sitting.session.add(question)
    sitting.session.flush()
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.QUESTION_LEAVE,
        T("%(party)s asks leave for question %(number)s.", party=party.name, number=question.number),
        risk=20,
        subject=question.reference,
    )
    return Recorded(
        T("%(party)s asked leave for a question to %(name)s", party=party.name, name=to.name),
        {"question": question.number},
    )


def state_of_question(sitting: Sitting, case: Case, values: Mapping[str, Any]) -> str:
    """State of the question an act answers, so that nobody answers what has changed."""
    reference = values.get("question")
    reference = reference[0] if isinstance(reference, list) and reference else reference
    every = sitting.session.scalars(select(Question).where(Question.case_id == case.id))
    question = next((one for one in every if one.reference == reference), None)
    return f"{question.state.value}/{question.put_by}" if question else ""


def _for_leave(sitting: Sitting, reference: str) -> Question:
    question: Question = sitting.resolved("question", reference)
    if question.state is not QuestionState.PENDING_LEAVE:
        raise ActNotOpen(T("Nobody waits for leave for this question."))
    return question


@guard("CPL 142")
def something_for_leave(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no leave to give."""
    return None if _pending(sitting, case) else T("Nobody asks leave for a question.")


@choice_source("questions_for_leave")
def questions_for_leave(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Questions that wait for the judge's leave."""
    return as_options(_questions(sitting, case, actor, [QuestionState.PENDING_LEAVE]))


class LeaveInput(CourtModel):
    """Allowing a party's question, as it stands or in other words."""

    question: Annotated[str, RefTo("question"), field(T("Question"), choices="questions_for_leave")]
    rephrased: Annotated[
        str | None,
        CourtText(0, 2000),
        field(T("In other words"), T("Leave empty to put it as it stands."), widget="textarea"),
    ] = None
    days: Annotated[int, Field(ge=1, le=30), field(T("Working days to answer"))] = 3


@act(
    title=T("Allow a question"),
    input=LeaveInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, something_for_leave),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party’s question has been allowed"),
        T("It is put to somebody else. You have nothing to do now."),
        when_due=T(
            "Answer by the end of %(day)s. If you do not, the judge may explain it and ask again; only after that may silence count as an admission.",
            day=DAY,
        ),
    ),
    source=law("CPL 142"),
    seen_by=Audience.HEARING,
    desk=desks.QUESTION_LEAVE,
    topic=Topic.HEARING,
    in_record=True,
    premise=Premise.SUBJECT,
    subject=state_of_question,
)
def allow_question(sitting: Sitting, case: Case, given: LeaveInput, *, actor: Actor, now: datetime) -> Recorded:
    """Allow a party's question, as it stands or rephrased; what was asked first stays in the record."""
    question = _for_leave(sitting, given.question)
    first = question.words
    if given.rephrased:
        question.words, question.why = given.rephrased, first
    phase = _phase_in_hand(sitting, case)
    put(sitting, case, phase, question, given.days, now)
    sitting.close_tasks(case, desks.QUESTION_LEAVE, question.reference)
    _judge_has_asked(sitting, case, phase)
    words = (
        T("Question %(number)s allowed in other words", number=question.number)
        if given.rephrased
        else T("Question %(number)s allowed", number=question.number)
    )
    return Recorded(words, {"question": question.number, "asked": first, "put": question.words})


class DisallowInput(CourtModel):
    """Not allowing a question."""

    question: Annotated[str, RefTo("question"), field(T("Question"), choices="questions_for_leave")]
    reasons: Reasons


@act(
    title=T("Do not allow a question"),
    input=DisallowInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, something_for_leave),
    serves=Everyone.NOBODY,
    source=law("CPL 142"),
    seen_by=Audience.HEARING,
    desk=desks.QUESTION_LEAVE,
    topic=Topic.HEARING,
    in_record=True,
    premise=Premise.SUBJECT,
    subject=state_of_question,
)
def disallow_question(sitting: Sitting, case: Case, given: DisallowInput, *, actor: Actor, now: datetime) -> Recorded:
    """Refuse a question with reasons; question and reasons stay in the record (CPL 142)."""
    question = _for_leave(sitting, given.question)
    question.state, question.why, question.put_by = QuestionState.DISALLOWED, given.reasons, sitting.next_number(case)
    sitting.close_tasks(case, desks.QUESTION_LEAVE, question.reference)
    _judge_has_asked(sitting, case, _phase_in_hand(sitting, case))
    return Recorded(
        T("Question %(number)s not allowed", number=question.number),
        {"question": question.number, "asked": question.words, "reasons": given.reasons},
    )


@guard("EV 4")
def asked_something(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to answer."""
    mine = questions_to(sitting.session, case, actor.party_id) if actor.party_id is not None else []
    return (
        None
        if any(one.put_by is not None and one.state is not QuestionState.DISALLOWED for one in mine)
        else T("No question has been put to you.")
    )


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


@act(
    title=T("Answer a question"),
    input=AnswerQuestionInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(hearing_open, asked_something),
    source=law("CPL 141", "EV 4"),
    seen_by=Audience.HEARING,
    desk=desks.UNANSWERED,
    topic=Topic.HEARING,
    in_record=True,
    premise=Premise.SUBJECT,
    subject=state_of_question,
    page="hearing.page",
)
def answer_question(
    sitting: Sitting, case: Case, given: AnswerQuestionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Answer a question put to one's party; another answer adds to the first, a late one is marked (never dropped)."""
    question: Question = sitting.resolved("question", given.question)
    party = sitting.party_of(case, actor)
    if question.party_id != party.id or question.state in (
        QuestionState.PENDING_LEAVE,
        QuestionState.DISALLOWED,
        QuestionState.WITHDRAWN,
    ):
        raise InvalidInput.at("question", T("This question is not put to you."))
    duty, window = _owed(sitting, question)
    sitting.late = window is not None and window.state is WindowState.LAPSED
    seal = question.seal if question.seal is not None and question.seal.opened_at is None else None
    recorded = (
        _close(sitting, case, actor, given, question, seal, party)
        if seal is not None
        else _answer(sitting, case, actor, given, question, party, now)
    )
    meet(sitting, case, duty, window)
    if question.state in OPEN_QUESTIONS or question.state is QuestionState.UNANSWERED:
        question.state = QuestionState.ANSWERED
        sitting.close_tasks(case, desks.UNANSWERED, question.reference)
    phases.examined_all(sitting, case, party)
    return recorded


def _close(
    sitting: Sitting, case: Case, actor: Actor, given: AnswerQuestionInput, question: Question, seal: Seal, party: Party
) -> Recorded:
    if given.uploads:
        raise InvalidInput.at(
            "uploads",
            T(
                "A sealed answer carries no files: a file would lie open in the court’s store. Answer now, and add the files once the answers are open."
            ),
        )
    return seal_away(sitting, case, actor, act_names.ANSWER_QUESTION, given, seal, party, question=question)


def _answer(
    sitting: Sitting,
    case: Case,
    actor: Actor,
    given: AnswerQuestionInput,
    question: Question,
    party: Party,
    now: datetime,
) -> Recorded:
    exhibits = [sitting.resolved("exhibit", r).id for r in given.exhibits]
    write_posting(
        sitting,
        case,
        voice_of(sitting, case, actor, now),
        PostingKind.ANSWER,
        given.words,
        question_id=question.id,
        exhibits=exhibits,
        uploads=given.uploads,
    )
    files: list[Upload] = [sitting.resolved("upload", reference) for reference in given.uploads]
    result = {"question": question.number, "files": [{"sha256": f.sha256, "receipt": f.receipt} for f in files]}
    return Recorded(T("%(party)s answered question %(number)s", party=party.name, number=question.number), result)


def _owed(sitting: Sitting, question: Question) -> tuple[Duty | None, Window | None]:
    """The duty that a question laid on somebody, and its time limit."""
    duty = sitting.session.scalar(_DUTY, {"window": question.window}) if question.window else None
    return duty, phases.window_of(sitting, question.window)


def meet(sitting: Sitting, case: Case, duty: Duty | None, window: Window | None) -> None:
    """The duty and window of a question are met."""
    if duty is not None and duty.state is DutyState.WAITING:
        duty.state, duty.done_by = DutyState.DONE, sitting.next_number(case)
    if window is not None and window.state is WindowState.OPEN:
        window.state, window.closed_by = WindowState.MET, sitting.next_number(case)


@guard("EV 4")
def something_unanswered(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing can be asked again."""
    found = sitting.session.scalar(
        built_once(
            lambda: (
                select(Question.id)
                .where(Question.case_id == case.id, Question.state == QuestionState.UNANSWERED)
                .limit(1)
            )
        )
    )
    return None if found else T("No question stayed unanswered.")


@choice_source("unanswered_questions")
def unanswered_questions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Questions without an answer."""
    return as_options(_questions(sitting, case, actor, [*OPEN_QUESTIONS, QuestionState.UNANSWERED]))


class AskAgainInput(CourtModel):
    """Explaining a question and asking it again (EV 4)."""

    question: Annotated[str, RefTo("question"), field(T("Question"), choices="unanswered_questions")]
    explanation: Annotated[
        str,
        CourtText(10, 2000),
        field(T("Explain the question, and what may follow if it stays unanswered"), widget="textarea"),
    ]
    days: Annotated[int, Field(ge=1, le=30), field(T("Working days to answer"))] = 3


@act(
    title=T("Explain a question and ask it again"),
    input=AskAgainInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, something_unanswered),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The judge has explained a question and asks again"),
        T("It is put to somebody else. You have nothing to do now."),
        when_due=T("Answer by the end of %(day)s. If you do not, the judge may take the fact as admitted.", day=DAY),
    ),
    source=law("EV 4"),
    seen_by=Audience.HEARING,
    desk=desks.UNANSWERED,
    topic=Topic.HEARING,
    in_record=True,
    premise=Premise.SUBJECT,
    subject=state_of_question,
)
def ask_again(sitting: Sitting, case: Case, given: AskAgainInput, *, actor: Actor, now: datetime) -> Recorded:
    """Explain and ask again; only after that may silence count as an admission (EV 4)."""
    question: Question = sitting.resolved("question", given.question)
    if question.state is not QuestionState.UNANSWERED or question.explained:
        raise ActNotOpen(T("Only a question that stayed unanswered is explained and asked again, once."))
    question.explained = given.explanation
    put(sitting, case, _phase_in_hand(sitting, case), question, given.days, now)
    sitting.close_tasks(case, desks.UNANSWERED, question.reference)
    return Recorded(
        T("Question %(number)s explained and asked again", number=question.number),
        {"question": question.number, "explanation": given.explanation},
    )


class QuestionInput(CourtModel):
    """A question, with reasons for what is done to it."""

    question: Annotated[str, RefTo("question"), field(T("Question"), choices="unanswered_questions")]
    reasons: Reasons


@act(
    title=T("Take a fact as admitted by silence"),
    input=QuestionInput,
    by={Role.JUDGE},
    at={Stage.HEARING, Stage.DELIBERATION},
    guard=something_unanswered,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The judge’s finding: a fact is taken as admitted"),
        T(
            "A question that was explained and asked again stayed unanswered; the docket says which one, and the reasons. There is nothing you have to do now."
        ),
    ),
    source=law("EV 4"),
    seen_by=Audience.HEARING,
    desk=desks.UNANSWERED,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=True,
    premise=Premise.SUBJECT,
    subject=state_of_question,
)
def deem_admitted(sitting: Sitting, case: Case, given: QuestionInput, *, actor: Actor, now: datetime) -> Recorded:
    """After explaining and asking again in vain, take the fact as admitted (EV 4). Never before, never by the clock."""
    question: Question = sitting.resolved("question", given.question)
    if question.state is not QuestionState.UNANSWERED or not question.explained:
        raise ActNotOpen(
            T("Explain the question and ask it again first [EV 4]."),
            source=sitting.pack(case).cited("EV 4"),
        )
    if not _reached_in_time(sitting, case, question):
        raise ActNotOpen(
            T(
                "Nothing shows that the question, explained and asked again, reached who was asked before the time ended."
            ),
            T("Let it rest and put it anew once it can reach them; or ask it in a hearing, and let the record say so."),
            sitting.pack(case).cited("EV 4"),
        )
    question.state, question.why = QuestionState.DEEMED, given.reasons
    sitting.close_tasks(case, desks.UNANSWERED, question.reference)
    return Recorded(
        T("Question %(number)s: taken as admitted", number=question.number),
        {"question": question.number, "reasons": given.reasons},
    )


def _reached_in_time(sitting: Sitting, case: Case, question: Question) -> bool:
    """Whether the letter by which a question was last put reached its addressee while they could still answer; who was never
    asked has not been silent. Where the court sent no letter there is nothing to look at.
    """
    sent = [p for p in packets_of(sitting.session, case, party_id=question.party_id) if question.put_by in p.entry_ids]
    window = phases.window_of(sitting, question.window)
    due = window.due_at if window is not None else None
    return not sent or any(
        p.state in (PacketState.SERVED, PacketState.PRESUMED)
        and p.effective_at is not None
        and (due is None or p.effective_at < due)
        for p in sent
    )


@act(
    title=T("Let a question rest"),
    input=QuestionInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=hearing_open,
    source=law("EV 4"),
    seen_by=Audience.HEARING,
    desk=desks.UNANSWERED,
    topic=Topic.HEARING,
    in_record=True,
)
def withdraw_question(sitting: Sitting, case: Case, given: QuestionInput, *, actor: Actor, now: datetime) -> Recorded:
    """Let a question rest; what was answered stays."""
    question: Question = sitting.resolved("question", given.question)
    if question.state not in (*OPEN_QUESTIONS, QuestionState.UNANSWERED):
        raise ActNotOpen(T("This question is not waiting for an answer."))
    question.state, question.why = QuestionState.WITHDRAWN, given.reasons
    meet(sitting, case, *_owed(sitting, question))
    sitting.close_tasks(case, desks.UNANSWERED, question.reference)
    return Recorded(
        T("Question %(number)s rests", number=question.number), {"question": question.number, "reasons": given.reasons}
    )


def _questions(sitting: Sitting, case: Case, actor: Actor, states: Sequence[QuestionState]) -> list[Question]:
    return [q for q in questions_of(sitting.session, case) if q.state in states and reads_question(actor, q)]
