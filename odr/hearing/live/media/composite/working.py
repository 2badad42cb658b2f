"""The composite film of each piece is made once it has ended, by a process of its own, and kept beside everybody's own copy: of
an open piece as it is, of a sealed one under the piece's key.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from odr.docket.models import Case
from odr.ground.durable import alone_if_free
from odr.ground.errors import NotFound
from odr.hearing.live import journal
from odr.hearing.live.media.composite.making import CannotCompose, ToldToStop, compose
from odr.hearing.live.media.composite.sealed import SealedReader, SealedWriter
from odr.hearing.live.media.composite.telling import piece_of
from odr.hearing.live.media.hosts import written_pieces
from odr.hearing.live.media.reading import NotReadable, Segment
from odr.hearing.live.models import LiveRoom, LiveSegment
from odr.hearing.live.obeying import key_context
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Hearing
from odr.procedure.papers.language import language_of

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.hearing.live")
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(days=1)
"""How long a piece of which no film could be made is left alone: the first time, and at most; twice as long each time."""
AT_ONCE = 200
"""Hearings looked at together, the newest first; the ones before them follow."""


@dataclass(frozen=True)
class Due:
    """A piece of which no film lies ready."""

    hearing: Hearing
    room: LiveRoom
    piece: LiveSegment
    written: Segment
    following: Segment | None


@dataclass(frozen=True)
class Failed:
    """No film of a piece could be made so far: how often it was tried, when last (milliseconds since 1970), and why not, in a word."""

    times: int
    last_ms: int
    why: str

    @property
    def last(self) -> datetime:
        """When it was tried last."""
        return datetime.fromtimestamp(self.last_ms / 1000, UTC)

    @property
    def again(self) -> datetime:
        """When it is tried again."""
        return self.last + min(LONGEST_WAIT, FIRST_WAIT * (1 << min(self.times - 1, 30)))


def failed(court: Court, hearing: Hearing, piece: LiveSegment) -> Failed | None:
    """What is remembered of a piece whose film could not be made; None where it lies ready, or was not tried."""
    if lies_ready(court, hearing, piece):
        return None  # a process that was stopped after the film was there left its note
    try:
        said = json.loads(_failed_at(court, hearing, piece).read_bytes())
        return Failed(int(said["times"]), int(said["last_ms"]), str(said["why"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _failed_at(court: Court, hearing: Hearing, piece: LiveSegment) -> Path:
    return court.settings.data_dir / "played" / hearing.reference / f"{piece.number}.failed"


def _remember(court: Court, each: Due, error: Exception) -> None:
    """A piece failed once more: it waits, longer each time, and whoever looks after it is told."""
    before, now = failed(court, each.hearing, each.piece), court.clock.machine_now()
    found = Failed((before.times if before else 0) + 1, round(now.timestamp() * 1000), type(error).__name__)
    path = _failed_at(court, each.hearing, each.piece)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(found)))
    except OSError as full:
        # A disk that takes no film may take no note of it either: the other pieces are tried all the same.
        log.error(
            "that a film failed could not be noted (%s): it is tried again in the next round", type(full).__name__
        )
    log.error(
        "no film of piece %s of room %s (%s, tried %s times); it is tried again from %s on",
        *(each.piece.number, each.room.reference, found.why, found.times, f"{found.again:%F %T} UTC"),
    )


def kept_at(court: Court, hearing: Hearing, piece: LiveSegment) -> Path:
    """Where the film of a piece lies."""
    ending = "webm" if piece.key is None else "sealed"
    return court.settings.data_dir / "played" / hearing.reference / f"{piece.number}.{ending}"


def _name(room: LiveRoom, piece: LiveSegment) -> str:
    return f"{room.reference}/{piece.number}/whole"


def lies_ready(court: Court, hearing: Hearing, piece: LiveSegment) -> bool:
    """Whether the film of a piece can be seen."""
    return kept_at(court, hearing, piece).is_file()


def whole_film(court: Court, hearing: Hearing, room: LiveRoom, piece: LiveSegment) -> Path | SealedReader:
    """The film of a piece: its file, or a reader that opens the sealed one where it is read. Raises NotFound."""
    path = kept_at(court, hearing, piece)
    if not path.is_file():
        raise NotFound
    if piece.key is None:
        return path
    key = court.notary.vault.unseal(piece.key, key_context(room.reference, piece.number))
    try:
        return SealedReader(path, _name(room, piece), key)
    except (NotReadable, OSError):
        raise NotFound from None


def _held(court: Court, every: bool) -> Iterator[tuple[Hearing, LiveRoom, list[LiveSegment]]]:
    """Hearings that are over and whose recording is kept: those with a piece of which no film was made yet, or ``every`` one."""
    unmade = select(LiveSegment.room_id).where(LiveSegment.filmed_at.is_(None), LiveSegment.ended_at.is_not(None))
    before: int | None = None
    while True:
        over = (
            select(LiveRoom, Hearing)
            .join(Hearing, Hearing.id == LiveRoom.hearing_id)
            .where(LiveRoom.state == RoomState.CLOSED, LiveRoom.erased_at.is_(None))
            .where(LiveRoom.id < before if before is not None else LiveRoom.id.is_not(None))
            .order_by(LiveRoom.id.desc())
            .limit(AT_ONCE)
        )
        with court.database.read() as session:
            rows = [(row[0], row[1]) for row in session.execute(over if every else over.where(LiveRoom.id.in_(unmade)))]
            mine = select(LiveSegment).where(LiveSegment.room_id.in_([room.id for room, _ in rows]))
            pieces = list(session.scalars(mine.order_by(LiveSegment.number))) if rows else []
        for room, hearing in rows:
            yield hearing, room, [each for each in pieces if each.room_id == room.id]
        if len(rows) < AT_ONCE:
            return
        before = rows[-1][0].id


def due(court: Court, *, every: bool = False) -> Iterator[Due]:
    """Every piece of this machine, of a hearing that is over, of which a film is still to be made; the newest hearing first. With
    ``every``, those too of which one was made and lies here no more.
    """
    for hearing, room, pieces in _held(court, every):
        ended = [p for p in pieces if p.ended_at is not None and (every or p.filmed_at is None)]
        _note(court, [p for p in ended if p.filmed_at is None and lies_ready(court, hearing, p)], court.clock.now())
        waiting = [p for p in ended if _is_due(court, hearing, p)]
        if not waiting:
            continue
        by_number = written_pieces(court.settings, hearing.reference, pieces)
        for piece in waiting:
            own = by_number.get(piece.number)  # None where it is not on this machine, or damaged
            if own is None or not own.is_closed:
                continue
            if own.persons:
                if piece.filmed_at is not None:
                    # From now on it is still to be made, also where that fails this time.
                    _note(court, [piece], None)
                after = next((by_number[number] for number in sorted(by_number) if number > piece.number), None)
                yield Due(hearing, room, piece, own, after)
            elif piece.filmed_at is None:
                _note(court, [piece], court.clock.now())  # nobody was heard or seen in it


def _note(court: Court, pieces: list[LiveSegment], filmed_at: datetime | None) -> None:
    if pieces:
        mine = update(LiveSegment).where(LiveSegment.id.in_([piece.id for piece in pieces]))
        with court.database.write() as session:
            session.execute(mine.values(filmed_at=filmed_at))


def _is_due(court: Court, hearing: Hearing, piece: LiveSegment) -> bool:
    if lies_ready(court, hearing, piece):
        return False
    before = failed(court, hearing, piece)
    return before is None or before.again <= court.clock.machine_now()


def _never() -> bool:
    return False


def make_due(court: Court, stop: Callable[[], bool] = _never, *, every: bool = False) -> int:
    """One round: the film of every piece that waits, until told to ``stop``, also in the middle of one, which is begun anew another
    time. A piece that cannot be made keeps no other from being made, and is tried again later, each time after a longer while.
    With ``every``, it is looked whether what was made before lies here still. The number of films made. Raises CannotCompose.
    """
    made = 0
    for each in due(court, every=every):
        try:
            made += make(court, each, stop)
        except CannotCompose:
            raise
        except ToldToStop:
            break
        except Exception as error:
            _remember(court, each, error)
    return made


def make(court: Court, each: Due, stop: Callable[[], bool] = _never) -> bool:
    """The film of a piece; whether it was made here and lies ready then: while another process makes one nothing is made beside it,
    and of what was erased meanwhile nothing is left. Raises ToldToStop.
    """
    target = kept_at(court, each.hearing, each.piece)
    target.parent.mkdir(parents=True, exist_ok=True)
    with alone_if_free(target.parent.with_name("making")) as is_alone:
        if not is_alone or lies_ready(court, each.hearing, each.piece):
            return False
        return _made(court, each, target, stop)


def _made(court: Court, each: Due, target: Path, stop: Callable[[], bool]) -> bool:
    room, piece = each.room, each.piece
    key = None
    if piece.key is not None:
        key = court.notary.vault.unseal(piece.key, key_context(room.reference, piece.number))
    with court.database.read() as session:
        sitting = court.look(session)
        case = session.get_one(Case, room.case_id)
        asked = session.get_one(LiveRoom, room.id)
        zone, locale = sitting.pack(case).tz, language_of(sitting, case)
        lines, acks = journal.lines_of(session, asked), journal.acks_of(session, asked)
        drawn = piece_of(case, asked, each.written, each.following, lines, acks, zone, locale, key)
    beside = target.with_name(f"{target.name}.part")
    try:
        with beside.open("wb") as out:
            if key is None:
                compose(drawn, out, drawn.title, stop)
            else:
                sealed = SealedWriter(out, _name(room, piece), key)
                compose(drawn, sealed, drawn.title, stop)  # type: ignore[arg-type]
                sealed.finish()
        with court.database.write() as session:
            if session.get_one(LiveRoom, room.id, with_for_update=True).erased_at is not None:
                return False
            beside.replace(target)
            session.get_one(LiveSegment, piece.id).filmed_at = court.clock.now()
        _failed_at(court, each.hearing, piece).unlink(missing_ok=True)
    finally:
        beside.unlink(missing_ok=True)
    return True
