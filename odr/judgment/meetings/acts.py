"""Acts by which a case is put before the adjudication committee or the judges' meeting (COL 5, 12, 13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from odr.docket.models import Audience, Case, Role, Stage
from odr.docket.visibility import DELIBERATION
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, side_by_side, words_of
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.decision.acts import nothing_rests
from odr.judgment.meetings import papers
from odr.judgment.meetings.models import Body, Ground, Meeting, MeetingState
from odr.judgment.meetings.queries import (
    MINUTED_AFTER,
    RUNS,
    attended,
    decided_by_committee,
    digest_of,
    meetings_of,
    people,
    signed_by,
)
from odr.judgment.panel import rules as panel_rules
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtText, RefTo, field
from odr.procedure.papers.frame import PDF, SealedPaper, keep_document
from odr.procedure.rules.base import Period, Unit, law
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

READERS = tuple(sorted(role.value for role in DELIBERATION))
"""Who reads the closed part of the file in which meetings stand; no party ever does, and no assistant."""
WRITTEN_IN = Period(amount=5, unit=Unit.WORKING_DAYS)
"""Within this the decision is written once the committee has decided (COL 14)."""
UNDECIDED = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}
MINUTED_AT = UNDECIDED | {*MINUTED_AFTER}
"""The judges' meeting holds up no decision: what was said there is still written, signed and filed after it."""


@guard("COL 12")
def a_panel_asks(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A panel asks, and not while what it asked for runs."""
    if not panel_rules.is_panel(sitting, case):
        return T("One judge decides this case alone; a panel puts a case before the committee.")
    return T("A meeting on this case is already under way.") if meetings_of(sitting.session, case, *RUNS) else None


class AskMeetingInput(CourtModel):
    """Before whom, why, and the question."""

    body: Annotated[Body, Choice(Body), field(T("Before whom?"))]
    ground: Annotated[Ground, Choice(Ground), field(T("Why?"))]
    question: Annotated[
        str,
        CourtText(10, 4000),
        field(
            T("The question, and what the panel’s members think of it"),
            T("It stands in the closed part of the file; no party reads it."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Ask that a case be put before the committee or the judges’ meeting"),
    input=AskMeetingInput,
    by={Role.JUDGE},
    at=UNDECIDED,
    guard=(a_panel_asks, nothing_rests),
    while_stayed=True,
    seen_by=Audience.NAMED,
    source=law("COL 5, 6, 12", "COURT meeting"),
    topic=Topic.DECISION,
    in_record=False,
    help=T("The president decides whether it is held. It moves no time limit."),
)
def ask_for_meeting(sitting: Sitting, case: Case, given: AskMeetingInput, *, actor: Actor, now: datetime) -> Recorded:
    """The presiding judge asks the president, for the panel, to put the case before a body of the court (COL 6(5), 12)."""
    meeting = _asked(sitting, case, given.body, given.ground, given.question)
    words = T(
        "%(name)s asks that the case be put before: %(body)s. %(ground)s",
        name=actor.name,
        body=given.body.label,
        ground=given.ground.label,
    )
    return Recorded(words, {"meeting": meeting.reference}, named=READERS)


def _asked(sitting: Sitting, case: Case, body: Body, ground: Ground, question: str, *, again: bool = False) -> Meeting:
    meeting = Meeting(
        case_id=case.id,
        body=body,
        ground=ground,
        question=question,
        again=again,
        asked_entry=sitting.next_number(case),
    )
    sitting.session.add(meeting)
    sitting.session.flush()
    title = T("The panel asks that the case be put before: %(body)s", body=body.label)
    sitting.open_task(case, Role.PRESIDENT, desks.MEETING_ASKED, title, risk=50, subject=meeting.reference)
    return meeting


@guard("COL 13")
def objects_once(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The committee is asked once to look at a decision of its again, after it has decided; on another question it decides anew."""
    if meetings_of(sitting.session, case, *RUNS):
        return T("A meeting on this case is already under way.")
    decided = decided_by_committee(sitting.session, case)
    if not decided:
        return T("The committee has decided nothing in this case.")
    last = decided[-1]
    since = last.filed_entry or 0
    asked = last.again or any(one.again and one.asked_entry > since for one in meetings_of(sitting.session, case))
    return T("The committee was asked once already to look at its decision again.") if asked else None


class ObjectInput(CourtModel):
    """What the panel has against the committee's decision."""

    reasons: Annotated[str, CourtText(10, 4000), field(T("What the panel has against the decision"), widget="textarea")]


@act(
    title=T("Ask the committee to look at its decision once more"),
    input=ObjectInput,
    by={Role.JUDGE},
    at=UNDECIDED,
    guard=(objects_once, nothing_rests),
    while_stayed=True,
    seen_by=Audience.NAMED,
    source=law("COL 13"),
    topic=Topic.DECISION,
    in_record=False,
)
def ask_committee_again(sitting: Sitting, case: Case, given: ObjectInput, *, actor: Actor, now: datetime) -> Recorded:
    """The panel objects to a decision of the committee; the president may put it there once more, and no further (COL 13)."""
    before = decided_by_committee(sitting.session, case)[-1]
    meeting = _asked(sitting, case, Body.COMMITTEE, before.ground, given.reasons, again=True)
    words = T("%(name)s asks for the panel that the committee look at its decision once more", name=actor.name)
    return Recorded(words, {"meeting": meeting.reference}, named=READERS)


@choice_source("meetings_asked")
def meetings_asked(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Meetings the president has not answered."""
    return _options(meetings_of(sitting.session, case, MeetingState.ASKED))


@choice_source("meetings_to_minute")
def meetings_to_minute(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Meetings to be held, or whose minutes not everybody has signed."""
    return _options(meetings_of(sitting.session, case, MeetingState.SUBMITTED, MeetingState.MINUTED))


def _options(found: object) -> list[Option]:
    return [Option(one.reference, one.body.label, one.ground.label) for one in found]  # type: ignore[attr-defined]


@resolver("meeting")
def find_meeting(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Meeting | None:
    """A meeting on the case."""
    return next((one for one in meetings_of(sitting.session, case) if one.reference == reference), None)


@guard("COL 12")
def a_meeting_is_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to answer."""
    asked = meetings_of(sitting.session, case, MeetingState.ASKED)
    return None if asked else T("Nobody has asked for a meeting on this case.")


class AnswerMeetingInput(CourtModel):
    """Whether the case is put before the body that was asked for."""

    meeting: Annotated[str, RefTo("meeting"), field(T("Which meeting?"), choices="meetings_asked")]
    answer: Annotated[
        Literal["submitted", "declined"],
        field(
            T("What do you decide?"),
            options={
                "submitted": T("The case is put before it"),
                "declined": T("The panel decides by itself"),
            },
        ),
    ]
    reasons: Annotated[str, CourtText(5, 2000), field(T("Why?"), widget="textarea")]


@act(
    title=T("Answer whether a case is put before the committee or the judges’ meeting"),
    input=AnswerMeetingInput,
    by={Role.PRESIDENT},
    at=UNDECIDED,
    guard=a_meeting_is_asked,
    while_stayed=True,
    seen_by=Audience.NAMED,
    source=law("COL 12, 13", "COURT meeting"),
    desk=desks.MEETING_ASKED,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.DECISION,
    in_record=False,
)
def answer_meeting(sitting: Sitting, case: Case, given: AnswerMeetingInput, *, actor: Actor, now: datetime) -> Recorded:
    """The president puts the case before the body, or leaves it to the panel (COL 12). Raises ActNotOpen where that was
    answered already.
    """
    meeting: Meeting = sitting.resolved("meeting", given.meeting)
    if meeting.state is not MeetingState.ASKED:
        raise ActNotOpen(T("This was answered already."))
    meeting.state = MeetingState(given.answer)
    meeting.answered_entry = sitting.next_number(case)
    sitting.close_tasks(case, desks.MEETING_ASKED, meeting.reference)
    if meeting.state is MeetingState.SUBMITTED:
        title = T("Minutes to write: %(body)s", body=meeting.body.label)
        sitting.open_task(case, Role.CLERK, desks.MEETING_MINUTES, title, risk=30, subject=meeting.reference)
        words = T(
            "%(name)s puts the case before: %(body)s. “%(reasons)s”",
            name=actor.name,
            body=meeting.body.label,
            reasons=given.reasons,
        )
    else:
        words = T("%(name)s leaves the decision to the panel. “%(reasons)s”", name=actor.name, reasons=given.reasons)
    return Recorded(words, {"meeting": meeting.reference, "answer": given.answer}, named=READERS)


TAKEN_BACK_BY = {Role.JUDGE: (MeetingState.ASKED,), Role.PRESIDENT: (MeetingState.ASKED, MeetingState.SUBMITTED)}
"""Who takes back what: the panel a request that is not answered, the president also what was not held yet."""


def _to_take_back(sitting: Sitting, case: Case, actor: Actor) -> Sequence[Meeting]:
    states = TAKEN_BACK_BY.get(actor.role, ())
    return meetings_of(sitting.session, case, *states) if states else ()


@guard("COL 5, 12")
def something_to_take_back(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to take back: nothing waits, or it was held already."""
    return None if _to_take_back(sitting, case, actor) else T("No meeting on this case can be taken back.")


@choice_source("meetings_to_take_back")
def meetings_to_take_back(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Meetings that were asked for or are to be held."""
    return _options(_to_take_back(sitting, case, actor))


class TakeMeetingBackInput(CourtModel):
    """Which meeting is not held after all, and why."""

    meeting: Annotated[
        str, RefTo("meeting"), field(T("Which meeting is not held after all?"), choices="meetings_to_take_back")
    ]
    reasons: Annotated[str, CourtText(5, 2000), field(T("Why?"), widget="textarea")]


@act(
    title=T("Take back that a case is put before the committee or the judges’ meeting"),
    input=TakeMeetingBackInput,
    by={Role.JUDGE, Role.PRESIDENT},
    at=UNDECIDED,
    guard=something_to_take_back,
    while_stayed=True,
    seen_by=Audience.NAMED,
    source=law("COL 5, 12", "COURT meeting"),
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.DECISION,
    in_record=False,
    help=T("The panel then decides by itself. What was held already is minuted and cannot be taken back."),
)
def take_meeting_back(
    sitting: Sitting, case: Case, given: TakeMeetingBackInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The panel withdraws its request, or the president a submission that was not held: the case stalls before nobody.
    Raises ActNotOpen for a meeting that was held, or that the actor cannot take back.
    """
    meeting: Meeting = sitting.resolved("meeting", given.meeting)
    if meeting.state not in TAKEN_BACK_BY.get(actor.role, ()):
        raise ActNotOpen(T("No meeting on this case can be taken back."))
    meeting.state = MeetingState.TAKEN_BACK
    for desk in (desks.MEETING_ASKED, desks.MEETING_MINUTES):
        sitting.close_tasks(case, desk, meeting.reference)
    words = T(
        "%(name)s takes back that the case is put before: %(body)s. “%(reasons)s”",
        name=actor.name,
        body=meeting.body.label,
        reasons=given.reasons,
    )
    return Recorded(words, {"meeting": meeting.reference}, named=READERS)


@choice_source("meeting_people")
def meeting_people(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who may attend a meeting on the case."""
    return [Option(one.reference, one.name) for one in people(sitting, case)]


@guard("COL 12")
def a_meeting_is_held(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there are no minutes to write."""
    held = meetings_of(sitting.session, case, MeetingState.SUBMITTED, MeetingState.MINUTED)
    return None if held else T("No meeting on this case is to be held.")


class ViewInput(CourtModel):
    """Somebody who attended, and what they said."""

    who: Annotated[str, CourtText(1, 26, one_line=True), field(T("Who attended"), choices="meeting_people")]
    view: Annotated[str, CourtText(2, 4000), field(T("What they said, with their reasons"), widget="textarea")]


class MinutesInput(CourtModel):
    """Minutes of a meeting."""

    meeting: Annotated[str, RefTo("meeting"), field(T("Which meeting?"), choices="meetings_to_minute")]
    held_on: Annotated[CourtDate, field(T("Held on"))]
    views: Annotated[
        list[ViewInput],
        Field(min_length=1, max_length=30),
        field(T("Who attended, and what each said"), T("Views of the minority too."), ready=3),
    ]
    conclusion: Annotated[
        str,
        CourtText(5, 4000),
        field(T("What the meeting came to"), T("Of the committee its decision, by the majority."), widget="textarea"),
    ]


@act(
    title=T("Write the minutes of a meeting on the case"),
    input=MinutesInput,
    by={Role.CLERK},
    at=MINUTED_AT,
    guard=a_meeting_is_held,
    while_stayed=True,
    seen_by=Audience.NAMED,
    source=law("COL 11, 12", "COURT meeting"),
    desk=desks.MEETING_MINUTES,
    topic=Topic.DECISION,
    in_record=False,
)
def write_meeting_minutes(
    sitting: Sitting, case: Case, given: MinutesInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Write down who attended, what each said and what came of it; everybody who attended signs it then. Written anew before
    all have signed, every signature is given anew. Raises InvalidInput for somebody who may not attend, or a day to come.
    """
    meeting: Meeting = sitting.resolved("meeting", given.meeting)
    if meeting.state not in (MeetingState.SUBMITTED, MeetingState.MINUTED):
        raise InvalidInput.at("meeting", T("No minutes of this meeting can be written now."))
    if given.held_on > now.astimezone(sitting.court.settings.tz).date():
        raise InvalidInput.at("held_on", T("This day is still to come."))
    may = {one.reference: one for one in people(sitting, case)}
    names = [row.who for row in given.views]
    if len(set(names)) != len(names) or not set(names) <= may.keys():
        raise InvalidInput.at("views", T("Name each judge who attended once, and nobody who is barred from this case."))
    meeting.minutes = {
        "meeting": meeting.reference,
        "body": meeting.body.value,
        "question": meeting.question,
        "held_on": given.held_on.isoformat(),
        "views": [{"account": may[r.who].id, "name": may[r.who].name, "view": r.view} for r in given.views],
        "conclusion": given.conclusion,
        "clerk": actor.name,
    }
    meeting.minutes_sha256, meeting.held_on = digest_of(meeting.minutes), given.held_on
    meeting.minutes_entry, meeting.state = sitting.next_number(case), MeetingState.MINUTED
    sitting.close_tasks(case, desks.MEETING_MINUTES, meeting.reference)
    title = T("Minutes that wait for signatures: %(body)s", body=meeting.body.label)
    sitting.close_tasks(case, desks.MEETING_SIGNATURES, meeting.reference)
    sitting.open_task(case, Role.CLERK, desks.MEETING_SIGNATURES, title, risk=10, subject=meeting.reference)
    words = T(
        "Minutes written of: %(body)s, held on %(day)s, attended by %(names)s",
        body=meeting.body.label,
        day=given.held_on,
        names=side_by_side([may[who].name for who in names]),
    )
    return Recorded(words, {"meeting": meeting.reference, "sha256": meeting.minutes_sha256}, named=READERS)


class FileMinutesInput(CourtModel):
    """Minutes everybody has signed."""

    meeting: Annotated[str, RefTo("meeting")]
    sha256: str


@act(
    title=T("The minutes of a meeting were signed"),
    input=FileMinutesInput,
    by={Role.CLOCK},
    at=MINUTED_AT,
    listed=False,
    while_stayed=True,
    seen_by=Audience.NAMED,
    prepare=papers.prepare_minutes,
    source=law("COL 11, 12", "COURT meeting"),
    in_record=False,
)
def file_meeting_minutes(
    sitting: Sitting, case: Case, given: FileMinutesInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take the minutes that everybody who attended has signed into the closed part of the file, as a sealed paper (COL 11).

    Raises ActNotOpen where a signature is missing or the text is another.
    """
    meeting: Meeting = sitting.resolved("meeting", given.meeting)
    signed = signed_by(sitting.session, meeting)
    everybody = {view["account"] for view in attended(meeting)}
    if (
        meeting.state is not MeetingState.MINUTED
        or given.sha256 != meeting.minutes_sha256
        or signed.keys() != everybody
    ):
        raise ActNotOpen(T("Not everybody who attended has signed these minutes."))
    paper = sitting.prepared.get(PDF)
    if not isinstance(paper, SealedPaper) or paper.text_sha256 != given.sha256:
        raise ActNotOpen(T("The sealed paper was not prepared."))
    title = words_of(papers.KINDS[meeting.body])
    document = keep_document(
        sitting,
        case,
        paper.content,
        paper.reference,
        kind="meeting_minutes",
        title=title,
        locale=paper.language,
        audience=Audience.NAMED,
    )
    document.named = list(READERS)
    meeting.state, meeting.filed_entry = MeetingState.SIGNED, sitting.next_number(case)
    sitting.close_tasks(case, desks.MEETING_SIGNATURES, meeting.reference)
    if meeting.body is Body.COMMITTEE:
        _tell_the_panel(sitting, case)
    names = side_by_side([signed[view["account"]].name for view in attended(meeting)])
    words = T("Minutes signed by %(names)s: %(body)s", names=names, body=meeting.body.label)
    result = {"meeting": meeting.reference, "document": document.reference, "sha256": document.sha256}
    return Recorded(words, result, named=READERS)


def _tell_the_panel(sitting: Sitting, case: Case) -> None:
    """What the committee decided lies on the presiding judge's desk with the day by which the decision is written (COL 14)."""
    if case.stage is not Stage.DELIBERATION:
        return
    sitting.close_tasks(case, desks.DRAFT_DECISION)
    title = T("The committee has decided. Read its minutes, and write the decision that carries them out.")
    pack = sitting.pack(case)
    due = reckon(pack, WRITTEN_IN, sitting.now, article="COL 14").due_at
    sitting.open_task(case, Role.JUDGE, desks.DRAFT_DECISION, title, risk=60, due_at=due)
