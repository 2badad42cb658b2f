"""What is said in the phases, and the time for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, Role, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.hearing import desks, names
from odr.hearing.examination import phases
from odr.hearing.examination.acts import hearing_open, in_writing, the_hearing_goes_on
from odr.hearing.examination.choices import as_options, phase_options
from odr.hearing.examination.plan import RECORD, title_of
from odr.hearing.examination.statement_rows import voice_of, write_posting
from odr.hearing.models import Phase, Posting, Question
from odr.hearing.queries import examination_of, participants, questions_of, reads_posting, reads_question, row_named
from odr.hearing.sealed.words import seal_away
from odr.hearing.vocabulary import DutyState, PhaseState, PostingKind
from odr.identity.actors import Actor
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SPEAKING = ("opening", "pleadings", "issues", "debate", "final")
"""Phases in which a statement is what a party has to give."""


@guard("COURT plan")
def speaks_now(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no statement can be made: no phase for it has opened yet."""
    examination = examination_of(sitting.session, case)
    if examination is None or not any(p.opened_at is not None for p in examination.phases if p.key != RECORD):
        return T("No phase for statements is open yet.")
    return None


def _speaking_phase(sitting: Sitting, case: Case, given: StatementInput) -> Phase:
    if given.phase:
        chosen: Phase = sitting.resolved("exam_phase", given.phase)
        if chosen.opened_at is None or chosen.key == RECORD:
            raise InvalidInput.at("phase", T("This phase has not opened yet."))
        return chosen
    examination = examination_of(sitting.session, case)
    opened = [p for p in examination.phases if p.opened_at is not None and p.key != RECORD] if examination else []
    if not opened:
        raise ActNotOpen(T("No phase for statements is open yet."))
    return opened[-1]


def comes_late(phase: Phase, party: Party) -> bool:
    """Whether a posting in a phase is late: it is closed, or the party's own time in it ended without the other turn to
    come.
    """
    if phase.is_over:
        return True
    mine = [d for d in phase.duties if d.party_id == party.id and d.turn == phase.turn]
    return any(d.state is DutyState.LAPSED for d in mine) and not any(d.state is DutyState.WAITING for d in mine)


@resolver("exam_phase")
def find_phase(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Phase | None:
    """A phase of the plan."""
    return row_named(sitting, case, Phase, reference)


@resolver("posting")
def find_posting(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Posting | None:
    """A posting the actor may read."""
    posting = row_named(sitting, case, Posting, reference)
    return posting if posting is not None and reads_posting(actor, posting) else None


@choice_source("speaking_phases")
def speaking_phases(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Phases in which something can be said, in time or late."""
    return list(reversed(phase_options(sitting, case, PhaseState.OPEN, PhaseState.CLOSED)))


@choice_source("own_postings")
def own_postings(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """A party's own postings."""
    rows = sitting.session.scalars(
        select(Posting)
        .where(Posting.case_id == case.id, Posting.party_id == actor.party_id, Posting.words != "")
        .order_by(Posting.id.desc())
        .limit(50)
    )
    return [Option(p.reference, side_by_side((p.entry_number, p.words[:60]), ":")) for p in rows]


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


@act(
    title=T("Make a statement"),
    input=StatementInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(hearing_open, in_writing, speaks_now),
    source=law("CPL 141, 144"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def post_statement(sitting: Sitting, case: Case, given: StatementInput, *, actor: Actor, now: datetime) -> Recorded:
    """Say what one has to say in a phase: pleading, comment on the issues, argument, final statement.

    Append-only: a correction is another statement. After the phase it is kept and
    marked late.
    """
    party = sitting.party_of(case, actor)
    phase = _speaking_phase(sitting, case, given)
    corrects: Posting | None = sitting.resolved("posting", given.corrects) if given.corrects else None
    if corrects is not None and corrects.party_id != party.id:
        raise InvalidInput.at("corrects", T("You can correct only your own posting."))
    sitting.late = comes_late(phase, party)
    seal = phases.seal_of(sitting, phase)
    if seal is not None:
        recorded = seal_away(sitting, case, actor, names.POST_STATEMENT, given, seal, party)
    else:
        exhibits = [sitting.resolved("exhibit", r).id for r in given.exhibits]
        voice = voice_of(sitting, case, actor, now)
        write_posting(
            sitting,
            case,
            voice,
            PostingKind.STATEMENT,
            given.words,
            phase_id=phase.id,
            exhibits=exhibits,
            corrects=corrects.id if corrects else None,
        )
        recorded = Recorded(
            T("%(party)s: statement in “%(phase)s”", party=party.name, phase=title_of(phase)),
            {"phase": phase.key, "round": phase.round},
        )
    if phase.key in SPEAKING and phase.state is PhaseState.OPEN:
        phases.done(sitting, case, phases.turn_duty(sitting, phase, party.id))
    return recorded


def _post(
    sitting: Sitting,
    case: Case,
    actor: Actor,
    kind: PostingKind,
    words: str,
    now: datetime,
    *,
    phase: Phase | None = None,
    **more: object,
) -> None:
    write_posting(
        sitting, case, voice_of(sitting, case, actor, now), kind, words, phase_id=phase.id if phase else None, **more
    )


def _current(sitting: Sitting, case: Case) -> Phase | None:
    examination = examination_of(sitting.session, case)
    return examination.current if examination else None


@guard("COURT plan")
def has_a_turn(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is asked of the actor in the turn that runs."""
    phase = _current(sitting, case)
    if phase is None or phases.turn_duty(sitting, phase, actor.party_id) is None:
        return T("Nothing waits for you in this phase.")
    if phase.sealed and actor.party_id is not None:
        return T(
            "This phase is sealed: say so in a posting like any other, so that nobody can tell from outside that you have nothing to add."
        )
    return T("The record is signed, or the refusal to sign is noted.") if phase.key == RECORD else None


class NothingInput(CourtModel):
    """Nothing to add in this turn."""

    words: Annotated[str | None, CourtText(0, 500), field(T("A word on it, if you want"))] = None


@act(
    title=T("I have nothing to add in this phase"),
    input=NothingInput,
    by=set(PARTY_ROLES) | {Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, has_a_turn),
    source=law("OLR 20"),
    seen_by=Audience.HEARING,
    desk=desks.PUT_QUESTIONS,
    topic=Topic.HEARING,
    in_record=True,
)
def finish_turn(sitting: Sitting, case: Case, given: NothingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Say that one has acted in this turn, so that nobody waits for the window. It admits nothing."""
    phase = _current(sitting, case)
    if phase is None:
        raise ActNotOpen(T("No phase is open."))
    _post(sitting, case, actor, PostingKind.NOTHING, given.words or "", now, phase=phase)
    phases.done(sitting, case, phases.turn_duty(sitting, phase, actor.party_id))
    sitting.close_tasks(case, desks.PUT_QUESTIONS, phase.reference)
    name = sitting.party_of(case, actor).name if actor.party_id else actor.name
    return Recorded(
        T("%(name)s has nothing to add in “%(phase)s”", name=name, phase=title_of(phase)), {"phase": phase.key}
    )


@choice_source("questions_put")
def questions_put(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Questions that were put."""
    return as_options(
        [q for q in questions_of(sitting.session, case) if q.put_by is not None and reads_question(actor, q)]
    )


class ObjectionInput(CourtModel):
    """An objection to a question or to the course of the hearing."""

    question: Annotated[
        str | None, RefTo("question"), field(T("To a question"), choices="questions_put", widget="select")
    ] = None
    words: Annotated[str, CourtText(5, 2000), field(T("What do you object to, and why?"), widget="textarea")]


@act(
    title=T("Raise an objection"),
    input=ObjectionInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(hearing_open, the_hearing_goes_on),
    source=law("CPL 142", "EV 78"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def raise_objection(sitting: Sitting, case: Case, given: ObjectionInput, *, actor: Actor, now: datetime) -> Recorded:
    """Object to a question or to the course of the hearing; the judge answers in the record."""
    question: Question | None = sitting.resolved("question", given.question) if given.question else None
    _post(
        sitting,
        case,
        actor,
        PostingKind.OBJECTION,
        given.words,
        now,
        phase=_current(sitting, case),
        question_id=question.id if question else None,
    )
    party = sitting.party_of(case, actor)
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.OBJECTION,
        T("%(party)s objects. Answer in the record.", party=party.name),
        risk=25,
        subject=f"entry/{sitting.next_number(case)}",
    )
    return Recorded(T("%(party)s objected", party=party.name), {"question": question.number if question else None})


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


@act(
    title=T("List the issues"),
    input=IssuesInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=hearing_open,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("What the dispute turns on: the judge’s list"),
        T(
            "Read the list. When it is your turn to comment on it, a letter names the day; if you say nothing, the case goes on."
        ),
        when_due=T("Read the list. %(limits)s If you say nothing, the case goes on.", limits=LIMITS),
    ),
    source=law("CPI 226"),
    seen_by=Audience.HEARING,
    desk=desks.LIST_ISSUES,
    topic=Topic.HEARING,
    in_record=True,
)
def list_issues(sitting: Sitting, case: Case, given: IssuesInput, *, actor: Actor, now: datetime) -> Recorded:
    """State what the dispute turns on; in the phase for it, who has not commented gets their full time anew (CPI 226)."""
    phase = _current(sitting, case)
    _post(sitting, case, actor, PostingKind.ISSUES, "\n".join(given.issues), now, phase=phase)
    if phase is not None and phase.key == "issues" and phase.state is PhaseState.OPEN:
        waiting = {d.party_id for d in phase.duties if d.state is DutyState.WAITING}
        phases.end_duties(sitting, case, phase)
        for party in participants(case):
            if party.id in waiting:
                phases.add_duty(sitting, case, phase, party, phase.turns[phase.turn]["days"], now)
    sitting.close_tasks(case, desks.LIST_ISSUES)
    numbered = [T("(%(number)s) %(what)s", number=n, what=what) for n, what in enumerate(given.issues, 1)]
    return Recorded(T("Issues listed: %(issues)s", issues=side_by_side(numbered, ";")), {"issues": list(given.issues)})


class NoteInput(CourtModel):
    """A word of the judge for the record."""

    words: Annotated[str, CourtText(3, 4000), field(T("Note"), widget="textarea")]


@act(
    title=T("Write a note for the record"),
    input=NoteInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=hearing_open,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("A note of the judge for the record"),
        T("Read it. There is nothing you have to do unless the note says so."),
    ),
    source=law("CPL 142, 150"),
    seen_by=Audience.HEARING,
    desk=desks.OBJECTION,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=True,
)
def note_in_record(sitting: Sitting, case: Case, given: NoteInput, *, actor: Actor, now: datetime) -> Recorded:
    """A word of the judge for the record: what they rule on an objection, what they told the parties."""
    _post(sitting, case, actor, PostingKind.NOTICE, given.words, now, phase=_current(sitting, case))
    sitting.close_tasks(case, desks.OBJECTION)
    return Recorded(T("Note of the judge for the record"))
