"""The draft is made: piece by piece, once a piece of the recording has ended, by a process of its own."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from odr.docket.models import Case
from odr.ground.canonical import canonical
from odr.ground.db import insert_once
from odr.hearing.live.media.derive import Film
from odr.hearing.live.media.hosts import piece_folder
from odr.hearing.live.media.reading import NotReadable, Segment, open_segment
from odr.hearing.live.models import LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.obeying import key_context
from odr.hearing.live.transcript.engine import Engine, Heard
from odr.hearing.live.transcript.models import Transcript
from odr.hearing.live.transcript.sound import CannotDecode, samples_of
from odr.hearing.models import Hearing

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.hearing.live")
MOST = 500
"""Pieces read at once, the oldest first; those that lie on another machine are its to hear, and the ones after them are looked at."""
MOST_NAMES = 12
"""Names the engine is told beforehand."""


def due(court: Court, after: int = 0) -> list[tuple[LiveSegment, LiveRoom, Hearing]]:
    """Pieces that have ended, of which there is no draft yet; at most :data:`MOST`, those after the one with this number."""
    waiting = (
        select(LiveSegment, LiveRoom, Hearing)
        .join(LiveRoom, LiveRoom.id == LiveSegment.room_id)
        .join(Hearing, Hearing.id == LiveRoom.hearing_id)
        .where(LiveSegment.ended_at.is_not(None), LiveSegment.heard_at.is_(None), LiveRoom.erased_at.is_(None))
        .where(LiveSegment.id > after)
        .order_by(LiveSegment.id)
        .limit(MOST)
    )
    with court.database.read() as session:
        return [(row[0], row[1], row[2]) for row in session.execute(waiting)]


def _every_due(court: Court) -> Iterator[tuple[LiveSegment, LiveRoom, Hearing]]:
    after = 0
    while found := due(court, after):
        yield from found
        after = found[-1][0].id


def hear_due(court: Court, engine: Engine) -> int:
    """One round: every piece of this machine that waits. The number of pieces heard.

    A piece that cannot be heard, whatever is wrong with it, keeps no other from being heard: it is tried again in the next
    round. Raises CannotDecode where no piece can be.
    """
    made = 0
    for piece, room, hearing in _every_due(court):
        written = _written(court, hearing, piece)
        if written is None:
            continue
        try:
            hear(court, engine, piece, room, written)
        except CannotDecode:
            raise
        except Exception as error:
            # By its kind alone: what a library says of words may hold them.
            kind = type(error).__name__
            log.error("piece %s of room %s was not heard (%s); it waits", piece.number, room.reference, kind)
            continue
        _note_heard(court, piece)
        made += 1
    return made


def _written(court: Court, hearing: Hearing, piece: LiveSegment) -> Segment | None:
    """The piece as it lies on this machine, closed; its neighbours are not looked at, so that none that is broken hides it."""
    try:
        found = open_segment(piece_folder(court.settings, hearing.reference, piece))
    except (OSError, NotReadable, KeyError, TypeError, AttributeError):
        return None  # Not here, or its chain is damaged.
    return found if found is not None and found.is_closed else None


def hear(court: Court, engine: Engine, piece: LiveSegment, room: LiveRoom, written: Segment) -> None:
    """Draft what everybody said in a piece, each from their own sound: so the speaker is known, and nobody is guessed. Of whom
    nothing can be read there is no draft, and the text says so.
    """
    key = None
    if piece.key is not None:
        key = court.notary.vault.unseal(piece.key, key_context(room.reference, piece.number))
    with court.database.read() as session:
        case = session.get_one(Case, room.case_id)
        names = [party.name for party in case.parties][:MOST_NAMES]
    people = {person.reference: person for person in room.people}
    for reference in written.persons:
        if reference not in people:
            continue
        try:
            # Of a piece of hours its sound is held as samples, never its packets and pictures too.
            film = Film(lambda person=reference: written.packets(person, key))  # type: ignore[misc]
            language, heard = engine.hear(samples_of(film.frames(), written.length_ms), names)
        except NotReadable:
            log.warning("a voice in piece %s of room %s cannot be read; the text says so", piece.number, room.reference)
            _keep(court, engine, piece, room, people[reference], "", None)
            continue
        _keep(court, engine, piece, room, people[reference], language, heard)


def lines_of(heard: list[Heard]) -> list[list[Any]]:
    """Sentences as they are kept."""
    return [[one.start_ms, one.end_ms, one.words, round(one.confidence * 100)] for one in heard]


def context_of(room: str, segment: int, person: str) -> bytes:
    """What the words of a sealed piece are bound to in the vault."""
    return f"live transcript/{room}/{segment}/{person}".encode()


def seal_words(court: Court, words: Any, room: str, segment: int, person: str) -> bytes:
    """Words of a sealed piece, as they are kept."""
    return court.notary.vault.seal(canonical(words), context_of(room, segment, person))


def open_words(court: Court, sealed: bytes, room: str, segment: int, person: str) -> Any:
    """What :func:`seal_words` closed."""
    return json.loads(court.notary.vault.unseal(sealed, context_of(room, segment, person)))


def _keep(
    court: Court,
    engine: Engine,
    piece: LiveSegment,
    room: LiveRoom,
    person: LivePerson,
    language: str,
    heard: list[Heard] | None,
) -> None:
    """``heard`` is None where nothing of their sound could be read."""
    lines = lines_of(heard) if heard is not None else None
    is_sealed = piece.key is not None and lines is not None
    row = Transcript(
        room_id=room.id,
        segment=piece.number,
        person_id=person.id,
        language=language,
        engine=engine.name,
        model_sha256=engine.model_sha256,
        made_at=court.clock.now(),
        sentences=None if is_sealed else lines,
        sealed=seal_words(court, lines, room.reference, piece.number, person.reference) if is_sealed else None,
    )
    with court.database.write() as session:
        # A recording that was erased meanwhile leaves no words behind.
        if session.get_one(LiveRoom, room.id, with_for_update=True).erased_at is None:
            insert_once(session, row)


def _note_heard(court: Court, piece: LiveSegment) -> None:
    with court.database.write() as session:
        session.execute(update(LiveSegment).where(LiveSegment.id == piece.id).values(heard_at=court.clock.now()))
