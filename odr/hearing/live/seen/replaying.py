"""A broadcast hearing seen again (REC 12): made from the open pieces of the recording, without what was closed and without
who is only heard. Withdrawn, its files are gone; the recording itself stays what it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.errors import NotFound
from odr.ground.memory.built_once import built_once
from odr.hearing.live.media.derive import write_film
from odr.hearing.live.media.hosts import piece_folder
from odr.hearing.live.models import LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.rules import KEPT_APART
from odr.hearing.live.seen.cut import Closure
from odr.hearing.live.seen.making import packets_from, written_in
from odr.hearing.live.seen.models import Broadcast, BroadcastState
from odr.hearing.live.seen.showing import closures_of, is_for_everybody
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Hearing

if TYPE_CHECKING:
    from odr.procedure.court import Court

RUNS = timedelta(hours=12)
"""For how long a hearing counts as one that runs, since it last opened, paused or went on."""
AT_ONCE = 50
"""Broadcasts looked at in one round of the worker: the newest."""


@dataclass(frozen=True)
class Again:
    """What can be seen again of somebody in a piece of the recording."""

    segment: int
    person: LivePerson
    begun_at: datetime
    folder: Path


def can_be_seen_again(session: Session, row: Broadcast, hearing: Hearing, room: LiveRoom | None) -> bool:
    """Whether a hearing is over, was broadcast with leave to be seen again, its recording still lies there, and nothing speaks
    against it now.
    """
    over = room is not None and room.state is RoomState.CLOSED and room.erased_at is None
    return row.replay and over and is_for_everybody(session, row, hearing)


def seen_again(court: Court, session: Session, hearing: Hearing, room: LiveRoom) -> list[Again]:
    """Everybody who can be seen again, piece by piece; nothing where the recordings lie on another machine."""
    people = {p.reference: p for p in room.people if p.role not in KEPT_APART}
    pieces = session.scalars(
        select(LiveSegment)
        .where(LiveSegment.room_id == room.id, LiveSegment.key.is_(None))
        .order_by(LiveSegment.number)
    )
    found = []
    for piece in pieces:
        written = written_in(piece_folder(court.settings, hearing.reference, piece))
        if written is not None and written.ended_at is not None:
            names = sorted(path.stem for path in written.folder.glob("*.rtp"))
            found += [
                Again(piece.number, people[name], written.began, written.folder) for name in names if name in people
            ]
    return found


def kept_in(court: Court, hearing: Hearing) -> Path:
    """Where what can be seen again is kept."""
    return court.settings.data_dir / "again" / hearing.reference


def _kept(court: Court, hearing: Hearing, each: Again) -> Path:
    return kept_in(court, hearing) / f"{each.segment}-{each.person.id}.webm"


def made_again(court: Court, session: Session, hearing: Hearing, room: LiveRoom) -> list[Again]:
    """Of whom a film lies ready; the others are made by the worker."""
    return [each for each in seen_again(court, session, hearing, room) if _kept(court, hearing, each).is_file()]


def film_again(court: Court, session: Session, hearing: Hearing, room: LiveRoom, segment: int, person: int) -> Path:
    """The file of somebody in an open piece. A stranger's question has nothing made. Raises NotFound."""
    for each in made_again(court, session, hearing, room):
        if (each.segment, each.person.id) == (segment, person):
            return _kept(court, hearing, each)
    raise NotFound


def make_again(court: Court) -> int:
    """For the worker: one film of those that may be seen again and are not made yet, while no hearing runs that would have
    to wait for it. The number of films made.
    """
    recent = court.clock.now() - RUNS
    runs = built_once(
        lambda: (
            select(LiveRoom.id)
            .where(LiveRoom.erased_at.is_(None), LiveRoom.closed_at.is_(None))
            .where(LiveRoom.state != RoomState.WAITING, LiveRoom.since > recent)
            .limit(1)
        )
    )
    asked = built_once(
        lambda: (
            select(Broadcast, Hearing, LiveRoom)
            .join(Hearing, Hearing.id == Broadcast.hearing_id)
            .join(LiveRoom, LiveRoom.hearing_id == Hearing.id)
            .where(Broadcast.state == BroadcastState.APPROVED, Broadcast.replay.is_(True))
            .where(LiveRoom.state == RoomState.CLOSED, LiveRoom.erased_at.is_(None))
            .order_by(Broadcast.id.desc())
            .limit(AT_ONCE)
        )
    )
    with court.database.read() as session:
        if session.scalar(runs) is not None:
            return 0
        for row, hearing, room in session.execute(asked):
            live = court.look(session).pack(session.get_one(Case, room.case_id)).live
            if live is None or live.watching is None or not can_be_seen_again(session, row, hearing, room):
                continue
            for each in seen_again(court, session, hearing, room):
                target = _kept(court, hearing, each)
                if not target.is_file():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    closed = closures_of(session, room, live.watching)
                    _write(each.folder, each, closed, target)
                    return 1
    return 0


def _write(folder: Path, found: Again, closed: Sequence[Closure], target: Path) -> None:
    def is_open(ms: int) -> bool:
        at = found.begun_at + timedelta(milliseconds=ms)
        return not any(each.since <= at and (each.until is None or at <= each.until) for each in closed)

    path = folder / f"{found.person.reference}.rtp"
    write_film(lambda: (each for each, _ in packets_from(path, 0) if is_open(each.ms)), target)


def forget_withdrawn(court: Court) -> int:
    """For the worker: files of what was withdrawn are gone. The number of hearings."""
    root = court.settings.data_dir / "again"
    folders = {path.name: path for path in root.iterdir() if path.is_dir()} if root.is_dir() else {}
    if not folders:
        return 0
    with court.database.read() as session:
        kept = set(
            session.scalars(
                select(Hearing.reference)
                .join(Broadcast, Broadcast.hearing_id == Hearing.id)
                .where(
                    Hearing.reference.in_(folders),
                    Broadcast.state == BroadcastState.APPROVED,
                    Broadcast.replay.is_(True),
                )
            )
        )
    gone = [path for name, path in folders.items() if name not in kept]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return len(gone)
