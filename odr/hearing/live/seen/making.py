"""The worker's part in what the public sees: pieces are made from the recording once they may be shown, and not before.

So a file that is there may be seen, whoever serves it; of a sealed part none can be made, for its key is not asked for.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.db import insert_once
from odr.ground.memory.built_once import built_once
from odr.hearing.live.media.derive import frames_of
from odr.hearing.live.media.hosts import piece_folder
from odr.hearing.live.media.reading import HEAD, PLAIN, Kind, Recorded
from odr.hearing.live.media.webm import Frame, write_webm
from odr.hearing.live.models import LiveRoom, LiveSegment
from odr.hearing.live.seen.cut import Closure, Piece, edges, may_show, next_piece
from odr.hearing.live.seen.models import Broadcast, BroadcastState, ShownPiece, Watcher
from odr.hearing.live.seen.showing import STAYS, closures_of, is_closed_to_the_public, opened_at
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Hearing
from odr.procedure.rules.court_rules import WatchingRules

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.hearing.live")
AT_ONCE = 50
"""Hearings of one round of the worker."""
MOST_ROOMS = 1_000
"""Hearings among which their turn is given."""
ENDED = timedelta(hours=1)
"""How long after its end a hearing of which nothing was shown yet is looked at."""
FORGOTTEN = timedelta(days=2)
"""A hearing in which nothing was decided for so long, and that nobody closed, takes no turn from one that runs."""
MOST_PIECES = 50
"""Pieces of one person in one round; the rest in the next."""
BEFORE = timedelta(seconds=20)
"""Who comes late sees from then on, and so much before."""
LINGERS = timedelta(minutes=5)
"""After a hearing, until its last pieces are gone."""
TAIL = 64 * 1024
"""Bytes at the end of a chain among which its last link is."""


@dataclass(frozen=True)
class Written:
    """A piece of the recording on the disk, as far as its chain says."""

    folder: Path
    began: datetime
    ended_at: datetime | None


def folder_of(court: Court, hearing: Hearing) -> Path:
    """Where the pieces of a hearing lie that may be shown now."""
    return court.settings.data_dir / "shown" / hearing.reference


def make_due(court: Court) -> int:
    """For the worker: whatever may be shown by now of every hearing that somebody watches. The number of pieces made."""
    now = court.clock.machine_now()
    with court.database.read() as session:
        rooms = _whose_turn(session, court.clock.now())
    made = 0
    for room in rooms:
        try:
            made += make(court, room, now)
        except Exception:
            # A recording that cannot be read keeps the public out of one hearing, not out of every other.
            log.exception("what the public sees of room %s could not be made; it is tried again", room)
    return made


_SITS = select(Watcher.hearing_id).where(Watcher.left_at.is_(None), Watcher.sent_out_at.is_(None))
_SHOWN = select(Broadcast.hearing_id).where(Broadcast.state == BroadcastState.APPROVED)
"""Hearings in which somebody sits as a watcher, and those that are shown to everybody."""
_GOES_ON = LiveRoom.state.not_in((RoomState.WAITING, RoomState.CLOSED))
_NEWEST = select(ShownPiece.room_id, func.max(ShownPiece.made_at)).group_by(ShownPiece.room_id).limit(MOST_ROOMS)


def _whose_turn(session: Session, now: datetime) -> Sequence[int]:
    """Rooms to look at in this round: who was longest without a piece comes first, so that none is left out for ever."""
    since, ended = now - FORGOTTEN, now - ENDED
    last = {row[0]: row[1] for row in session.execute(_NEWEST)}
    asked = {
        *session.scalars(
            built_once(
                lambda: (
                    select(LiveRoom.id)
                    .where(or_(and_(_GOES_ON, LiveRoom.since > since), LiveRoom.closed_at > ended))
                    .where(LiveRoom.hearing_id.in_(_SITS))
                    .limit(MOST_ROOMS)
                )
            )
        ),
        *session.scalars(
            built_once(
                lambda: (
                    select(LiveRoom.id)
                    .where(or_(and_(_GOES_ON, LiveRoom.since > since), LiveRoom.closed_at > ended))
                    .where(LiveRoom.hearing_id.in_(_SHOWN))
                    .limit(MOST_ROOMS)
                )
            )
        ),
    }
    never = datetime.min.replace(tzinfo=UTC)
    return sorted({*asked, *last}, key=lambda room: (last.get(room, never), -room))[:AT_ONCE]


@dataclass(frozen=True)
class Ready:
    """A piece as it would be shown; whether it may is asked once more before it is."""

    segment: int
    person_id: int
    number: int
    since: datetime
    until: datetime
    after: int
    film: bytes
    """Empty where nothing of it can be played."""
    name: str


def make(court: Court, room_id: int, now: datetime) -> int:
    """Make what may be shown of a hearing at ``now`` by the machine's clock, and take away what was shown."""
    with court.database.read() as session:
        room = session.get_one(LiveRoom, room_id)
        rules = _rules(court, session, room)
        if rules is None or (room.closed_at is not None and _gone_by(court, room.closed_at, rules, now)):
            over, ready = True, []
        else:
            over, ready = False, list(_ready(court, session, room, rules, now))
        stale = session.scalar(select(ShownPiece.id).where(_old(room, now, over)).limit(1))
    if not ready and stale is None:
        return 0
    with court.database.write() as session:
        # Whoever closes a part holds the room: what is written here stands before their order, or knows of it.
        room = session.scalars(select(LiveRoom).where(LiveRoom.id == room_id).with_for_update()).one()
        hearing = session.get_one(Hearing, room.hearing_id)
        _take_away(court, session, room, hearing, now, over)
        closed = _closed(session, room, hearing, rules) if rules is not None else []
        return sum(
            _keep(court, session, room, hearing, each, closed, rules, now) for each in ready if rules is not None
        )


def _rules(court: Court, session: Session, room: LiveRoom) -> WatchingRules | None:
    live = court.look(session).pack(session.get_one(Case, room.case_id)).live
    return live.watching if live is not None else None


def _gone_by(court: Court, closed_at: datetime, rules: WatchingRules, now: datetime) -> bool:
    """Whether a hearing is over for so long that its last pieces are gone too; its hour is the court's, not the machine's."""
    ahead = now - court.clock.machine_now()
    return court.clock.now() + ahead > closed_at + timedelta(seconds=rules.delay_seconds) + LINGERS


def _closed(session: Session, room: LiveRoom, hearing: Hearing, rules: WatchingRules) -> list[Closure]:
    """What the public does not see. A hearing closed as a whole is passed over, and what was passed over is never shown,
    whatever is decided afterwards.
    """
    if is_closed_to_the_public(session, hearing):
        return [Closure(datetime.min.replace(tzinfo=UTC), None)]
    return closures_of(session, room, rules)


def _ready(court: Court, session: Session, room: LiveRoom, rules: WatchingRules, now: datetime) -> Iterator[Ready]:
    hearing = session.get_one(Hearing, room.hearing_id)
    horizon = now - timedelta(seconds=rules.delay_seconds)
    newest = (
        select(func.max(ShownPiece.id))
        .where(ShownPiece.room_id == room.id)
        .group_by(ShownPiece.segment, ShownPiece.person_id)
    )
    places = {
        (row.segment, row.person_id): (row.number, row.after)
        for row in session.scalars(select(ShownPiece).where(ShownPiece.id.in_(newest)))
    }
    opened = opened_at(session, room)
    if opened is None:
        return
    closed = _closed(session, room, hearing, rules)
    open_ones = select(LiveSegment).where(LiveSegment.room_id == room.id, LiveSegment.key.is_(None))
    for recorded in session.scalars(open_ones.order_by(LiveSegment.number)).all():
        segment, written = recorded.number, written_in(piece_folder(court.settings, hearing.reference, recorded))
        if written is None or (written.ended_at is not None and written.ended_at < horizon - STAYS):
            continue
        for person in room.people:
            path = written.folder / f"{person.reference}.rtp"
            if not path.is_file():
                continue
            number, place = places.get((segment, person.id), (0, None))
            if place is None:
                place = _begins(written, person.reference, horizon - BEFORE)
            for piece in _pieces(path, place, written, opened, horizon, closed):
                number += 1
                yield _made(segment, person.id, person.reference, number, written, piece)


def _pieces(
    path: Path, place: int, written: Written, opened: datetime, horizon: datetime, closed: Sequence[Closure]
) -> Iterator[Piece]:
    until = int((horizon - written.began).total_seconds() * 1000)
    begin = (opened - written.began).total_seconds() * 1000
    ended = written.ended_at is not None and written.ended_at <= horizon
    parted = edges(closed, written.began)
    for _ in range(MOST_PIECES):
        heard = (each for each in packets_from(path, place) if each[0].ms >= begin)
        piece = next_piece(heard, until, ended=ended, parted=parted)
        if piece is None:
            return
        yield piece
        place = piece.after


def _made(segment: int, person_id: int, person: str, number: int, written: Written, piece: Piece) -> Ready:
    frames = [
        Frame(each.track, max(0, each.ms - piece.first_ms), each.is_key, each.data)
        for each in frames_of(each for each in piece.packets)
    ]
    film = BytesIO()
    if frames:
        write_webm(film, frames, length_ms=max(piece.last_ms - piece.first_ms, frames[-1].ms) + 20, title="")
    return Ready(
        segment,
        person_id,
        number,
        written.began + timedelta(milliseconds=piece.first_ms),
        written.began + timedelta(milliseconds=piece.last_ms),
        piece.after,
        film.getvalue(),
        f"{segment}-{person}-{number}.webm",
    )


def _keep(
    court: Court,
    session: Session,
    room: LiveRoom,
    hearing: Hearing,
    each: Ready,
    closed: list[Closure],
    rules: WatchingRules,
    now: datetime,
) -> int:
    may = may_show(each.since, each.until, closed, timedelta(seconds=rules.delay_seconds), now)
    shown = may and bool(each.film)
    row = ShownPiece(
        room_id=room.id,
        segment=each.segment,
        person_id=each.person_id,
        number=each.number,
        from_at=each.since,
        until_at=each.until,
        made_at=now,
        after=each.after,
        left_out=not may,
        name=each.name if shown else None,
    )
    if not insert_once(session, row) or not shown:
        return 0
    folder = folder_of(court, hearing)
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{each.name}.part"
    beside.write_bytes(each.film)
    beside.replace(folder / each.name)
    return 1


def _old(room: LiveRoom, now: datetime, over: bool) -> ColumnElement[bool]:
    """Pieces whose file goes now. Once the hearing is over, all; before, the newest row says where the next begins."""
    mine = ShownPiece.room_id == room.id
    return mine if over else and_(mine, ShownPiece.name.is_not(None), ShownPiece.made_at <= now - STAYS)


def _take_away(court: Court, session: Session, room: LiveRoom, hearing: Hearing, now: datetime, over: bool) -> None:
    folder = folder_of(court, hearing)
    if over:
        session.execute(delete(ShownPiece).where(ShownPiece.room_id == room.id))
        shutil.rmtree(folder, ignore_errors=True)
        return
    for row in session.scalars(select(ShownPiece).where(_old(room, now, over))).all():
        (folder / str(row.name)).unlink(missing_ok=True)
        row.name = None


def written_in(folder: Path) -> Written | None:
    """When a piece of the recording began and ended, by the two ends of its chain; None where it is not on this machine, or
    is sealed.
    """
    try:
        with (folder / "chain").open("rb") as chain:
            begin = json.loads(chain.readline())
            size = chain.seek(0, SEEK_END)
            chain.seek(max(0, size - TAIL))
            last = json.loads(chain.read().rstrip(b"\n").rsplit(b"\n", 1)[-1])
    except (OSError, ValueError):
        return None
    if begin.get("kind") != "begin" or begin.get("sealed"):
        return None
    ended = last.get("last", last["at"]) if last.get("kind") in ("end", "cut") else None
    return Written(folder, _instant(begin["at"]), _instant(ended) if ended is not None else None)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _begins(written: Written, person: str, since: datetime) -> int:
    """Where in somebody's file what came since then begins: links end with whole packets."""
    until = int((since - written.began).total_seconds() * 1000)
    place = 0
    with (written.folder / "chain").open("rb") as chain:
        for line in chain:
            try:
                link = json.loads(line)
            except ValueError:
                break
            if link.get("kind") == "data" and link["ms"] > until:
                break
            part = link.get("streams", {}).get(person) if link.get("kind") == "data" else None
            place = part["from"] + part["length"] if part is not None else place
    return place


def packets_from(path: Path, place: int) -> Iterator[tuple[Recorded, int]]:
    """Packets of an open file from a place on, each with the place after it; nothing of a sealed one."""
    with path.open("rb") as file:
        if file.read(len(PLAIN)) != PLAIN:
            return
        place = max(place, len(PLAIN))
        file.seek(place)
        while len(head := file.read(HEAD.size)) == HEAD.size:
            ms, kind, length = HEAD.unpack(head)
            data = file.read(length)
            if len(data) < length:
                return
            place += HEAD.size + length
            yield Recorded(ms, Kind(kind), data), place
