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

from odr.ground.errors import NotFound
from odr.hearing.live.media.derive import frames_of
from odr.hearing.live.media.webm import write_webm
from odr.hearing.live.models import LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.rules import KEPT_APART
from odr.hearing.live.seen.cut import Closure
from odr.hearing.live.seen.making import packets_from, written_in
from odr.hearing.live.seen.models import Broadcast, BroadcastState
from odr.hearing.live.seen.showing import closures_of, is_closed_to_the_public
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Hearing
from odr.procedure.rules.court_rules import WatchingRules

if TYPE_CHECKING:
    from odr.procedure.court import Court


@dataclass(frozen=True)
class Again:
    """What can be seen again of somebody in a piece of the recording."""

    segment: int
    person: LivePerson
    begun_at: datetime


def can_be_seen_again(session: Session, row: Broadcast, hearing: Hearing, room: LiveRoom | None) -> bool:
    """Whether a hearing is over, was broadcast with leave to be seen again, and nothing speaks against it now."""
    approved = row.state is BroadcastState.APPROVED and row.replay
    over = room is not None and room.state is RoomState.CLOSED
    return approved and over and not is_closed_to_the_public(session, hearing)


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
        written = written_in(_folder(court, hearing, piece.number))
        if written is not None and written.ended_at is not None:
            names = sorted(path.stem for path in written.folder.glob("*.rtp"))
            found += [Again(piece.number, people[name], written.began) for name in names if name in people]
    return found


def _folder(court: Court, hearing: Hearing, number: int) -> Path:
    return court.settings.recordings_folder / hearing.reference / f"{number:04d}"


def kept_in(court: Court, hearing: Hearing) -> Path:
    """Where what can be seen again is kept."""
    return court.settings.data_dir / "again" / hearing.reference


def film_again(
    court: Court, session: Session, hearing: Hearing, room: LiveRoom, rules: WatchingRules, segment: int, person: int
) -> Path:
    """The file of somebody in an open piece, made when it is first asked for. Raises NotFound."""
    found = next(
        (a for a in seen_again(court, session, hearing, room) if a.segment == segment and a.person.id == person), None
    )
    if found is None:
        raise NotFound
    target = kept_in(court, hearing) / f"{segment}-{person}.webm"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(_folder(court, hearing, segment), found, closures_of(session, room, rules), target)
    return target


def _write(folder: Path, found: Again, closed: Sequence[Closure], target: Path) -> None:
    def is_open(ms: int) -> bool:
        at = found.begun_at + timedelta(milliseconds=ms)
        return not any(each.since <= at and (each.until is None or at <= each.until) for each in closed)

    packets = [each for each, _ in packets_from(folder / f"{found.person.reference}.rtp", 0) if is_open(each.ms)]
    frames = frames_of(packets)
    beside = target.with_name(f"{target.name}.part")
    with beside.open("wb") as out:
        write_webm(out, frames, length_ms=frames[-1].ms if frames else 0, title="")
    beside.replace(target)


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
