"""The signed minutes of a meeting as a sealed paper of the closed part of the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import select

from odr.docket.models import Case
from odr.docket.papers import Block, FactsBlock, HeadingBlock, NoticePaper, ParagraphBlock, Signatory, Words, clerk
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.judgment.meetings.models import Body, Meeting
from odr.judgment.meetings.queries import attended, signed_by
from odr.procedure.papers.form import head
from odr.procedure.papers.frame import PDF, sealed_paper
from odr.procedure.papers.language import language_of

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

KINDS = {
    Body.COMMITTEE: T("Minutes of the adjudication committee"),
    Body.JUDGES: T("Minutes of the judges’ professional meeting"),
}


class MinutesNamed(Protocol):
    """Which minutes are taken into the file."""

    @property
    def meeting(self) -> str: ...
    @property
    def sha256(self) -> str: ...


def prepare_minutes(court: Court, case: Case, given: MinutesNamed, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the minutes before the Sitting."""
    with court.database.read() as session:
        look, mine = court.look(session), session.get_one(Case, case.id)
        meeting = session.scalar(select(Meeting).where(Meeting.case_id == mine.id, Meeting.reference == given.meeting))
        if meeting is None or meeting.minutes is None or meeting.minutes_sha256 != given.sha256:
            return {}
        language, paper = language_of(look, mine), minutes(look, mine, meeting)
    reason = T("Minutes, case %(number)s", number=mine.number or mine.reference)
    return {PDF: sealed_paper(court, paper, language, given.sha256, reason=reason, signer=court.settings.court_name)}


def minutes(sitting: Sitting, case: Case, meeting: Meeting) -> NoticePaper:
    """Question, who attended and what each said, what it came to, and who signed when."""
    text: Mapping[str, Any] = meeting.minutes or {}
    signed = signed_by(sitting.session, meeting)
    facts: list[tuple[Words, Words]] = [
        (T("Held on"), date.fromisoformat(text["held_on"])),
        (T("Minutes written by"), text["clerk"]),
    ]
    signatures: list[tuple[Words, Words]] = [(one.name, one.at) for one in signed.values()]
    blocks: list[Block] = [
        FactsBlock(facts),
        HeadingBlock(T("The question")),
        ParagraphBlock(text["question"]),
        HeadingBlock(T("Who attended, and what each said")),
        FactsBlock([(view["name"], view["view"]) for view in attended(meeting)]),
        HeadingBlock(T("What the meeting came to")),
        ParagraphBlock(text["conclusion"]),
        HeadingBlock(T("Signatures")),
        FactsBlock(signatures),
    ]
    return NoticePaper(
        **head(sitting, case, language_of(sitting, case), sitting.now),
        kind=KINDS[meeting.body],
        subject=sitting.subject_of(case),
        signatories=(
            *(Signatory(T("Attended"), view["name"]) for view in attended(meeting)),
            clerk(text["clerk"]),
        ),
        limit=T("For the closed part of the file. No party reads it [CPL 45]."),
        blocks=blocks,
    )
