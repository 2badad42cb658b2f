"""The clerk's part: a sentence is made to read as it was said, and the text is entered in the record (REC 6; IC 20)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy import func, select

from odr.docket.models import Audience, Case, DocketEntry, Role, Stage
from odr.ground.canonical import sha256_hex
from odr.ground.errors import ActNotOpen, CaseMovedOn, NotFound
from odr.ground.text import LOCALES, T, Text
from odr.hearing import names
from odr.hearing.live.models import LiveRoom, LiveSegment
from odr.hearing.live.queries import here, room_of, segments_of
from odr.hearing.live.transcript.engine import is_on
from odr.hearing.live.transcript.making import seal_words
from odr.hearing.live.transcript.models import Transcript, TranscriptChange
from odr.hearing.live.transcript.reading import Said, as_text, said_in, something_said, transcripts_of
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Hearing, RecordCorrection
from odr.hearing.record.papers import signatures_of
from odr.hearing.vocabulary import RequestState
from odr.identity.actors import Actor
from odr.procedure.acts.table import Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

MOST_SIGNS = 400_000
"""Of one text in the record; a hearing of many hours is entered day by day, as it was held."""
WAITS_FOR_PROGRAM = timedelta(days=1)
"""So long after the hearing the clerk leaves the program to write down what is left; then what it has counts, and the text says what
it did not hear."""
NOT_HEARD = T("No program wrote this part down; the recording counts.")


class ChangeInput(CourtModel):
    """How a sentence of the draft reads as it was said."""

    words: Annotated[
        str,
        CourtText(0, 2000),
        field(
            T("What was said"),
            T(
                "Listen, then write it as it was said. Leave it empty if nobody said it. The program’s words stay beside it."
            ),
            widget="textarea",
        ),
    ] = ""
    seen: Annotated[int, Field(ge=0, le=1_000_000), field(T("Corrections you have read"), widget="hidden")] = 0


def change(court: Court, room: LiveRoom, piece: LiveSegment, one: Said, given: ChangeInput, actor: Actor) -> None:
    """Keep how a sentence reads. Raises ActNotOpen once the text stands in the record, CaseMovedOn where somebody else corrected
    the sentence since it was read.
    """
    with court.sit() as sitting:
        case = sitting.session.get_one(Case, room.case_id, with_for_update=True)
        if entered_of(sitting, case, room) is not None:
            raise ActNotOpen(T("The text stands in the record. Ask for a correction of the record instead."))
        draft = sitting.session.scalar(
            select(Transcript).where(
                Transcript.room_id == room.id,
                Transcript.segment == piece.number,
                Transcript.person_id == one.person.id,
            )
        )
        if draft is None:
            raise NotFound
        if _is_ruled_on(sitting, case, one):
            raise ActNotOpen(T("The judge has ruled how this sentence reads."))
        made = select(func.count()).where(
            TranscriptChange.transcript_id == draft.id, TranscriptChange.sentence == one.number
        )
        if sitting.session.scalar(made) != given.seen:
            raise CaseMovedOn(
                T("Somebody else corrected this sentence since you opened it."),
                T("Read how it stands now, then correct it."),
            )
        closed = None
        if piece.key is not None:
            closed = seal_words(court, given.words, room.reference, piece.number, one.person.reference)
        sitting.session.add(
            TranscriptChange(
                transcript_id=draft.id,
                sentence=one.number,
                words=None if closed is not None else given.words,
                sealed=closed,
                by_role=actor.role,
                by_name=actor.name,
                account_id=actor.account_id,
                at=sitting.now,
            )
        )


def _is_ruled_on(sitting: Sitting, case: Case, one: Said) -> bool:
    """Whether a ruling says how a sentence reads; asked while the case is held, for it may have come since the sentence was read."""
    mine = select(RecordCorrection.id).where(
        RecordCorrection.case_id == case.id,
        RecordCorrection.sentence == one.name,
        RecordCorrection.state == RequestState.GRANTED,
    )
    return sitting.session.scalar(mine.limit(1)) is not None


def entered_of(sitting: Sitting, case: Case, room: LiveRoom) -> int | None:
    """The entry by which the text of a hearing was entered in the record; None where it was not."""
    rows = sitting.session.execute(
        select(DocketEntry.number, DocketEntry.payload).where(
            DocketEntry.case_id == case.id, DocketEntry.act == names.ENTER_TRANSCRIPT
        )
    )
    return next(
        (number for number, payload in rows if json.loads(payload)["result"].get("room") == room.reference), None
    )


def _open(sitting: Sitting, case: Case) -> list[tuple[Hearing, LiveRoom]]:
    """Hearings whose text can be entered: over, drafted as far as it ever will be, and not entered yet."""
    found = []
    for hearing in here(sitting.session, case):
        room = room_of(sitting.session, hearing)
        if room is None or room.state is not RoomState.CLOSED or room.erased_at is not None:
            continue
        pieces = _public(segments_of(sitting.session, room))
        heard = [piece.number for piece in pieces if piece.heard_at is not None]
        ready = len(heard) == len(pieces) or not _is_awaited(sitting, room)
        if heard and ready and entered_of(sitting, case, room) is None and something_said(sitting.session, room, heard):
            found.append((hearing, room))
    return found


def _is_awaited(sitting: Sitting, room: LiveRoom) -> bool:
    """Whether the program may still write down what it has not: it is set up, and the hearing was just now. A piece that is lost,
    or a program that was turned off, keeps no text out of the record.
    """
    return is_on(sitting.court.settings) and (
        room.closed_at is None or sitting.now < room.closed_at + WAITS_FOR_PROGRAM
    )


def _unheard(
    pieces: list[LiveSegment], drafts: list[Transcript], names: dict[int, str], zone: ZoneInfo
) -> list[tuple[datetime, int, str]]:
    """A line for each piece that no program wrote down, or of which it could not read somebody's voice, with when it began: the
    text leaves no gap unsaid.
    """
    found = []
    for piece in pieces:
        gaps = [NOT_HEARD] if piece.heard_at is None else []
        gaps += [
            T("No program could read what %(name)s said here; the recording counts.", name=names[one.person_id])
            for one in _unread_in(piece, drafts)
        ]
        for gap in gaps:
            said = " / ".join(gap.render(locale) for locale in LOCALES)
            found.append((piece.begun_at, piece.number, f"{piece.begun_at.astimezone(zone):%H:%M:%S} [{said}]"))
    return found


def _unread_in(piece: LiveSegment, drafts: list[Transcript]) -> list[Transcript]:
    return [each for each in drafts if each.segment == piece.number and each.is_unread]


def _public(pieces: list[LiveSegment]) -> list[LiveSegment]:
    """Words of a sealed part stay with whoever was in it: the record holds none of them."""
    return [piece for piece in pieces if piece.key is None]


@guard("REC 6", "IC 20")
def text_can_be_entered(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no text of a hearing is entered: none is drafted to the end, it stands there, or the record is signed."""
    if signatures_of(sitting, case):
        return T("The record has been signed or refused by somebody: nothing is put into it any more.")
    if not _open(sitting, case):
        return T("No hearing held here is over whose text is drafted to the end and not in the record yet.")
    return None


@choice_source("hearings_with_text")
def hearings_with_text(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Hearings whose text can be entered."""
    return [Option(h.reference, T("The hearing of %(at)s", at=h.begins_at)) for h, _ in _open(sitting, case)]


class EnterTranscriptInput(CourtModel):
    """Which hearing's text goes into the record."""

    hearing: Annotated[
        str,
        RefTo("hearing"),
        field(
            T("Hearing"),
            T(
                "Its text as it reads now, with every correction. Parties read it in the record, ask for corrections and sign."
            ),
            choices="hearings_with_text",
        ),
    ]


@act(
    title=T("Enter the text of a hearing in the record"),
    input=EnterTranscriptInput,
    by={Role.CLERK},
    at={Stage.HEARING},
    guard=text_can_be_entered,
    source=law("REC 6", "IC 20"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=True,
)
def enter_transcript(
    sitting: Sitting, case: Case, given: EnterTranscriptInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Enter what a program heard and the clerk corrected; checked and signed by everybody, it is the record (REC 6)."""
    hearing: Hearing = sitting.resolved("hearing", given.hearing)
    room = next((room for one, room in _open(sitting, case) if one.id == hearing.id), None)
    if room is None:
        raise ActNotOpen(T("The text of this hearing is not drafted to the end, or stands in the record."))
    pieces = _public(segments_of(sitting.session, room))
    said = said_in(sitting.court, sitting.session, room, pieces)
    drafts = transcripts_of(sitting.session, room, [piece.number for piece in pieces])
    unheard = _unheard(pieces, drafts, {p.id: p.name for p in room.people}, sitting.pack(case).tz)
    text = as_text(said, sitting.pack(case).tz, [(at, line) for at, _, line in unheard])
    if len(text) > MOST_SIGNS:
        raise ActNotOpen(T("This text is longer than an entry can be. Take the record by hand."))
    return Recorded(
        T(
            "The text of the hearing of %(at)s is in the record, drafted by a program and read by the clerk",
            at=hearing.begins_at,
        ),
        {
            "room": room.reference,
            "recording": hearing.recording_sha256,
            "engines": sorted({f"{d.engine}, model {d.model_sha256}" for d in drafts if not d.is_unread}),
            "sentences": len(said),
            "changed": sum(bool(one.changes) for one in said),
            "unheard": sorted({number for _, number, _ in unheard}),
            "transcript": text,
            "sha256": sha256_hex(text.encode()),
        },
    )
