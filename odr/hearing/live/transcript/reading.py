"""What was said, as it reads now: the engine's words, or the clerk's in their place; for whom the piece is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from odr.docket.models import HEARD_ROLES, Case, DocketEntry, Party
from odr.ground.text import LOCALES, T, Text
from odr.hearing.live.models import LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.transcript.making import open_words
from odr.hearing.live.transcript.models import Transcript, TranscriptChange
from odr.hearing.models import RecordCorrection
from odr.hearing.vocabulary import RequestState

if TYPE_CHECKING:
    from odr.procedure.court import Court

AFTER_NAME = {"zh-Hans": "："}
"""What stands between a name and what is said, in the language in which it was said."""
UNSURE = 60
"""Below so many hundredths a sentence is marked: listen before you keep it."""


@dataclass(frozen=True)
class Changed:
    """How a sentence was made to read, and when: by somebody of the court who listened, or by a ruling on what somebody proposed."""

    words: str
    by_name: str
    """Of the court; by a ruling, who proposed it."""
    at: datetime
    place: int = 0
    """Among changes of the same moment."""
    entry: int | None = None
    """Entry of the ruling; None for what the clerk corrected."""


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
    """In order; a ruling, where there is one, comes after everything the clerk did."""
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

    @property
    def before(self) -> str:
        """What it read before the last change."""
        return self.changes[-2].words if len(self.changes) > 1 else self.heard

    @property
    def ruled(self) -> Changed | None:
        """The ruling by which it reads as it does."""
        return next((one for one in reversed(self.changes) if one.entry is not None), None)


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
    ruled = _rulings(session, room)
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
                    one.id,
                )
                for one in changes.get((draft.id, number), ())
            )
            if draft.sealed is None:
                later += tuple(ruled.get(f"{room.reference}/{draft.segment}/{person.reference}/{number}", ()))
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


def _rulings(session: Session, room: LiveRoom) -> dict[str, list[Changed]]:
    """Corrections that a ruling made, by the sentence, in the order of the rulings."""
    rows = session.execute(
        select(RecordCorrection, Party.name, DocketEntry.effective_at)
        .join(Party, Party.id == RecordCorrection.party_id)
        .join(
            DocketEntry,
            and_(DocketEntry.case_id == RecordCorrection.case_id, DocketEntry.number == RecordCorrection.decided_by),
        )
        .where(
            RecordCorrection.case_id == room.case_id,
            RecordCorrection.state == RequestState.GRANTED,
            RecordCorrection.sentence.startswith(f"{room.reference}/"),
        )
        .order_by(RecordCorrection.decided_by)
    )
    found: dict[str, list[Changed]] = {}
    for one, name, at in rows:
        made = Changed(one.reads or one.words, name, at, one.decided_by or 0, one.decided_by)
        found.setdefault(one.sentence or "", []).append(made)
    return found


def _steps(said: Sequence[Said]) -> list[tuple[tuple[datetime, bool, int], int]]:
    """Every change of these sentences in the order in which they were made, each with the place of its sentence."""
    return sorted(
        ((each.at, each.entry is not None, each.place), place) for place, one in enumerate(said) for each in one.changes
    )


def version_of(said: Sequence[Said]) -> int:
    """Which version of the text this is: the first is the program’s, and every change of a sentence makes another."""
    return 1 + len(_steps(said))


def versions_in(session: Session, room: LiveRoom) -> dict[tuple[int, int], int]:
    """Which version the text of each speaker in each piece is, where it is not the first: by piece and person."""
    rows = session.execute(
        select(Transcript.segment, Transcript.person_id, func.count())
        .join(TranscriptChange, TranscriptChange.transcript_id == Transcript.id)
        .where(Transcript.room_id == room.id)
        .group_by(Transcript.segment, Transcript.person_id)
    )
    found = {(segment, person): 1 + count for segment, person, count in rows}
    people = {person.reference: person.id for person in room.people}
    for name, ruled in _rulings(session, room).items():
        _, segment, person, _ = name.split("/")
        mine = (int(segment), people[person])
        found[mine] = found.get(mine, 1) + len(ruled)
    return found


def as_of(said: Sequence[Said], version: int) -> list[Said]:
    """The same sentences as they read in an earlier version. Raises LookupError for one there is not."""
    steps = _steps(said)
    if not 1 <= version <= len(steps) + 1:
        raise LookupError(version)
    made = Counter(place for _, place in steps[: version - 1])
    return [replace(one, changes=one.changes[: made[place]]) for place, one in enumerate(said)]


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


def unread_in(session: Session, room: LiveRoom) -> frozenset[int]:
    """Pieces of which somebody's voice could not be read."""
    drafts = select(Transcript).where(Transcript.room_id == room.id, Transcript.sealed.is_(None))
    return frozenset(draft.segment for draft in session.scalars(drafts) if draft.is_unread)


def speaker(one: Said) -> str:
    """Who says a sentence, in the language in which it was said. Who is heard is named with their role: by a name alone nobody would
    know that a witness speaks.
    """
    who = one.person
    if who.role not in HEARD_ROLES:
        return who.name
    named = T("%(name)s (%(role)s)", role=who.role.label, name=who.name)
    return named.render(one.language if one.language in LOCALES else "en")


def as_text(said: Sequence[Said], zone: ZoneInfo, beside: Sequence[tuple[datetime, str]] = ()) -> str:
    """As it is entered in the record: a line a sentence, with its second and who spoke; what was struck is left out. Lines of
    ``beside`` stand where their moment is.
    """
    lines = [
        (
            one.at,
            f"{one.at.astimezone(zone):%H:%M:%S} {speaker(one)}{AFTER_NAME.get(one.language, ': ')}{' '.join(one.words.split())}",
        )
        for one in said
        if one.words.strip()
    ]
    return "\n".join(line for _, line in sorted([*lines, *beside], key=lambda each: each[0]))


def as_captions(said: Sequence[Said], zone: tzinfo) -> str:
    """WebVTT of one person in one piece, beside their film. A copy that somebody saved says by itself which version it is, who
    is heard in it, and of every sentence that was changed by whom and what it read at first.
    """
    blocks, number = ["WEBVTT\n"], 0
    if said:
        blocks.append(_note(_which(said, zone)))
    for one in said:
        if not one.words.strip():
            if one.changes:
                blocks.append(_note(_struck(one, zone)))
            continue
        number += 1
        if one.changes:
            blocks.append(_note(_why(one, number, zone)))
        times = f"{_clock(one.start_ms)} --> {_clock(max(one.end_ms, one.start_ms + 1))}"
        blocks.append(f"{number}\n{times}\n<v {_cue(speaker(one))}>{_cue(one.words)}\n")
    return "\n".join(blocks)


def cues_of(said: Iterable[Said]) -> str:
    """WebVTT for the public: each sentence as it reads now, under the role of who says it; no name, and nothing of what was
    corrected.
    """
    blocks = ["WEBVTT\n"]
    for one in said:
        if one.words.strip():
            role = one.person.role.label.render(one.language if one.language in LOCALES else "en")
            times = f"{_clock(one.start_ms)} --> {_clock(max(one.end_ms, one.start_ms + 1))}"
            blocks.append(f"{len(blocks)}\n{times}\n<v {_cue(role)}>{_cue(one.words)}\n")
    return "\n".join(blocks)


def _which(said: Sequence[Said], zone: tzinfo) -> Text:
    """Which version it is, of whose words, and since when."""
    steps = _steps(said)
    who = said[0].person
    if not steps:
        return T("%(name)s (%(role)s). Version 1: as a program heard it.", name=who.name, role=who.role.label)
    since = steps[-1][0][0].astimezone(zone)
    return T(
        "%(name)s (%(role)s). Version %(version)s, since %(at)s: with every correction until then.",
        name=who.name,
        role=who.role.label,
        version=len(steps) + 1,
        at=f"{since:%Y-%m-%d %H:%M:%S}",
    )


def _why(one: Said, number: int, zone: tzinfo) -> Text:
    """By whom a sentence was last changed, and what the program heard."""
    last = one.changes[-1]
    at = f"{last.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    if last.entry is not None:
        return T(
            "Sentence %(number)s: corrected by the ruling in entry %(entry)s of %(at)s, as %(name)s asked. The program heard: %(words)s",
            number=number,
            entry=last.entry,
            at=at,
            name=last.by_name,
            words=one.heard,
        )
    return T(
        "Sentence %(number)s: corrected by %(name)s on %(at)s. The program heard: %(words)s",
        number=number,
        name=last.by_name,
        at=at,
        words=one.heard,
    )


def _struck(one: Said, zone: tzinfo) -> Text:
    """By whom a sentence was struck that the program heard and nobody said."""
    last = one.changes[-1]
    return T(
        "A sentence was struck by %(name)s on %(at)s, for nobody said it. The program heard: %(words)s",
        name=last.by_name,
        at=f"{last.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        words=one.heard,
    )


def _note(words: Text) -> str:
    """A comment of the file, in both languages, each on its line; no player shows it (WebVTT, 4.1)."""
    return "\n".join(["NOTE", *(_cue(words.render(locale)) for locale in LOCALES), ""])


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
