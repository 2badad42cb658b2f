"""What was said, as it reads now: the engine's words, or the clerk's in their place; for whom the piece is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.hearing.live.models import LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.transcript.making import open_words
from odr.hearing.live.transcript.models import Transcript, TranscriptChange
from odr.hearing.models import RecordCorrection

if TYPE_CHECKING:
    from odr.procedure.court import Court

AFTER_NAME = {"zh-Hans": "："}
"""What stands between a name and what is said, in the language in which it was said."""
UNSURE = 60
"""Below so many hundredths a sentence is marked: listen before you keep it."""


@dataclass(frozen=True)
class Changed:
    """How somebody of the court made a sentence read, and when."""

    words: str
    by_name: str
    at: datetime


@dataclass(frozen=True)
class Said:
    """One sentence: who, when, where in the recording, its words now, and what was made of them."""

    person: LivePerson
    segment: int
    number: int
    start_ms: int
    end_ms: int
    at: datetime
    heard: str
    sure: int
    is_sealed: bool
    language: str = "en"
    changes: tuple[Changed, ...] = ()
    room: str = ""

    @property
    def name(self) -> str:
        """What names it in the case: the room, the piece, the speaker, and its place in what they said there."""
        return f"{self.room}/{self.segment}/{self.person.reference}/{self.number}"

    @property
    def words(self) -> str:
        """As it reads now; empty where the clerk struck it."""
        return self.changes[-1].words if self.changes else self.heard

    @property
    def is_unsure(self) -> bool:
        """Whether nobody has listened yet to what the engine was not sure of."""
        return not self.changes and self.sure < UNSURE


def transcripts_of(session: Session, room: LiveRoom, segments: Sequence[int]) -> list[Transcript]:
    """The drafts of some pieces, in order."""
    return list(
        session.scalars(
            select(Transcript)
            .where(Transcript.room_id == room.id, Transcript.segment.in_(segments))
            .order_by(Transcript.segment, Transcript.id)
        )
    )


def said_in(court: Court, session: Session, room: LiveRoom, pieces: Sequence[LiveSegment]) -> list[Said]:
    """Everything said in these pieces, in the order in which it began."""
    begun = {piece.number: piece.begun_at for piece in pieces}
    people = {person.id: person for person in room.people}
    drafts = transcripts_of(session, room, list(begun))
    changes: dict[tuple[int, int], list[TranscriptChange]] = {}
    mine = select(TranscriptChange).where(TranscriptChange.transcript_id.in_([draft.id for draft in drafts]))
    for change in session.scalars(mine.order_by(TranscriptChange.id)):
        changes.setdefault((change.transcript_id, change.sentence), []).append(change)
    found = []
    for draft in drafts:
        person = people[draft.person_id]
        where = (room.reference, draft.segment, person.reference)
        lines = open_words(court, draft.sealed, *where) if draft.sealed is not None else draft.sentences or []
        for number, (start, end, words, sure) in enumerate(lines):
            later = tuple(
                Changed(
                    open_words(court, one.sealed, *where) if one.sealed is not None else one.words or "",
                    one.by_name,
                    one.at,
                )
                for one in changes.get((draft.id, number), ())
            )
            at = begun[draft.segment] + timedelta(milliseconds=start)
            sealed = draft.sealed is not None
            found.append(
                Said(
                    person,
                    draft.segment,
                    number,
                    start,
                    end,
                    at,
                    words,
                    sure,
                    sealed,
                    draft.language,
                    later,
                    room.reference,
                )
            )
    return sorted(found, key=lambda one: (one.segment, one.start_ms, one.person.id, one.number))


def sentence_named(court: Court, session: Session, case: Case, name: str) -> Said | None:
    """A sentence of an open part of a hearing of this case; what was said in a sealed one stands in no record that all read."""
    room_name, _, rest = name.partition("/")
    segment = rest.partition("/")[0]
    room = session.scalar(select(LiveRoom).where(LiveRoom.reference == room_name, LiveRoom.case_id == case.id))
    if room is None or room.erased_at is not None or not (segment.isascii() and segment.isdigit() and len(segment) < 5):
        return None
    pieces = session.scalars(
        select(LiveSegment).where(
            LiveSegment.room_id == room.id, LiveSegment.number == int(segment), LiveSegment.key.is_(None)
        )
    ).all()
    return next((one for one in said_in(court, session, room, pieces) if one.name == name), None)


def proposed_in(session: Session, room: LiveRoom) -> dict[str, list[RecordCorrection]]:
    """Corrections that were asked for beside a sentence of a hearing, by the sentence, in order."""
    mine = select(RecordCorrection).where(
        RecordCorrection.case_id == room.case_id, RecordCorrection.sentence.startswith(f"{room.reference}/")
    )
    found: dict[str, list[RecordCorrection]] = {}
    for one in session.scalars(mine.order_by(RecordCorrection.id)):
        found.setdefault(one.sentence or "", []).append(one)
    return found


def something_said(session: Session, room: LiveRoom, segments: Sequence[int]) -> bool:
    """Whether any sentence was heard in these pieces; read no further than the first that has one."""
    drafts = select(Transcript.sentences).where(Transcript.room_id == room.id, Transcript.segment.in_(segments))
    return any(session.scalars(drafts.order_by(Transcript.id).execution_options(yield_per=10)))


def as_text(said: Sequence[Said], zone: ZoneInfo, beside: Sequence[tuple[datetime, str]] = ()) -> str:
    """As it is entered in the record: a line a sentence, with its second and who spoke; what was struck is left out. Lines of
    ``beside`` stand where their moment is.
    """
    lines = [
        (
            one.at,
            f"{one.at.astimezone(zone):%H:%M:%S} {one.person.name}{AFTER_NAME.get(one.language, ': ')}{' '.join(one.words.split())}",
        )
        for one in said
        if one.words.strip()
    ]
    return "\n".join(line for _, line in sorted([*lines, *beside], key=lambda each: each[0]))


def as_captions(said: Sequence[Said]) -> str:
    """WebVTT of one person in one piece, beside their film."""
    cues = [
        f"{number}\n{_clock(one.start_ms)} --> {_clock(max(one.end_ms, one.start_ms + 1))}\n{_cue(one.words)}\n"
        for number, one in enumerate((one for one in said if one.words.strip()), 1)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _cue(words: str) -> str:
    """Words in a cue: on one line, and nothing in them that a player would take for markup or for a time."""
    plain = " ".join(words.split())
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def forget_drafts(session: Session, room: LiveRoom) -> None:
    """With picture and sound the drafts made of them go; what was entered in the record stays there."""
    mine = select(Transcript.id).where(Transcript.room_id == room.id)
    session.execute(delete(TranscriptChange).where(TranscriptChange.transcript_id.in_(mine)))
    session.execute(delete(Transcript).where(Transcript.room_id == room.id))
