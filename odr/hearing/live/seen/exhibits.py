"""Exhibits as the public sees them: a page stood on everybody's screen, the judge said that the public may see it too, and the
moment may be seen. Of every other page the public is told that one is shown, and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.evidence.exhibits.access import is_sealed
from odr.evidence.models import Exhibit, ExhibitState
from odr.evidence.retention.rules import is_erased
from odr.evidence.store.ports import PREVIEWER, desk_of
from odr.ground.errors import NotFound
from odr.hearing.examination.exhibit_places import SEEN
from odr.hearing.live.media.derive import put_whole
from odr.hearing.live.models import LiveAck, LiveLine, LiveRoom
from odr.hearing.live.seen.cut import Closure
from odr.hearing.live.vocabulary import CARRIED_OVER, What
from odr.hearing.models import Hearing

if TYPE_CHECKING:
    from odr.procedure.court import Court

ENDS = frozenset({What.PAGE, What.PAGE_OFF, What.SEALED, What.UNSEALED, What.CLOSED})
"""After each of them what stood on the screens stands there no more, or is not the public's any more."""
PICTURE = "image/png"
KEPT_IN = ("shown", "again")
"""Folders of what the public sees now, and again."""


@dataclass(frozen=True)
class Shown:
    """A page that stood on everybody's screen in an open part, by the media room's clock."""

    number: int
    """Of its line in the journal."""
    since: datetime
    until: datetime | None
    page: int
    """Which page of the exhibit; told to the public with its picture alone."""
    exhibit: str | None
    """The exhibit's reference, where the judge let the public see the page."""


def pages_shown(session: Session, room: LiveRoom) -> list[Shown]:
    """Every page that stood on the screens in an open part, in order; only what the media room confirmed, or what another was
    told when it died.
    """
    done = or_(LiveAck.refused.is_(None), LiveAck.refused == CARRIED_OVER)
    rows = session.execute(
        select(LiveLine, LiveAck)
        .join(LiveAck, LiveAck.line_id == LiveLine.id)
        .where(LiveLine.room_id == room.id, LiveLine.what.in_(ENDS), done)
        .order_by(LiveLine.number)
    ).all()
    found = []
    for place, (line, ack) in enumerate(rows):
        if line.what is not What.PAGE or line.sealed:
            continue
        after = rows[place + 1][1].at if place + 1 < len(rows) else None
        reference = line.orders[0]["exhibit"] if line.facts.get("public") and line.orders else None
        found.append(Shown(line.number, ack.at, after, line.facts["page"], reference))
    return found


def stretches(
    shown: Shown, closed: Sequence[Closure], first: datetime, last: datetime
) -> list[tuple[datetime, datetime]]:
    """When between two moments a page was there to be seen by the public: nothing of what is closed."""
    since, until = max(shown.since, first), last if shown.until is None else min(shown.until, last)
    parts = [(since, until)] if since < until else []
    for each in closed:
        cut = [
            (begin, end)
            for begins, ends in parts
            for begin, end in (
                (begins, min(ends, each.since)),
                (ends if each.until is None else max(begins, each.until), ends),
            )
        ]
        parts = [(begin, end) for begin, end in cut if begin < end]
    return parts


def for_the_public(session: Session, room: LiveRoom, shown: Shown) -> Exhibit | None:
    """The exhibit of a page, if the public may see it now: the judge said so, and since then it was not sealed or excluded."""
    if shown.exhibit is None:
        return None
    mine = select(Exhibit).where(Exhibit.case_id == room.case_id, Exhibit.reference == shown.exhibit)
    found = session.scalars(mine).unique().one_or_none()
    return found if found is not None and may_be_public(found) else None


def may_be_public(exhibit: Exhibit) -> bool:
    """Whether a page of an exhibit can be shown to the public at all: a picture, neither kept from anybody nor excluded, taken
    back or erased since.
    """
    stands = exhibit.state in (ExhibitState.SUBMITTED, ExhibitState.LATE) and not is_erased(exhibit)
    return stands and not is_sealed(exhibit) and exhibit.upload.media.group in SEEN


def picture(court: Court, exhibit: Exhibit, shown: Shown, folder: Path) -> Path:
    """The page as a picture, made once and kept with what the public sees of the hearing. Raises NotFound."""
    kept = folder / f"page-{shown.number}.png"
    if kept.is_file():
        return kept
    upload = exhibit.upload
    made = PREVIEWER.make(upload.media, upload.size, lambda: desk_of(court).contents(upload), shown.page)
    if made.content_type != PICTURE:
        raise NotFound
    folder.mkdir(parents=True, exist_ok=True)
    with put_whole(kept) as out:
        out.write(made.data)
    return kept


def forget_closed(court: Court) -> int:
    """For the worker: pictures of pages that the public sees no more, since their exhibit was sealed, excluded, taken back or
    erased, lie nowhere any more. Their number.
    """
    kept: dict[str, list[Path]] = {}
    for path in (path for name in KEPT_IN for path in (court.settings.data_dir / name).glob("*/page-*.png")):
        kept.setdefault(path.parent.name, []).append(path)
    if not kept:
        return 0
    closed: list[Path] = []
    with court.database.read() as session:
        rooms = select(Hearing.reference, LiveRoom).join(LiveRoom, LiveRoom.hearing_id == Hearing.id)
        for reference, room in session.execute(rooms.where(Hearing.reference.in_(kept))):
            shown = pages_shown(session, room)
            seen = {f"page-{each.number}.png" for each in shown if for_the_public(session, room, each) is not None}
            closed += [path for path in kept[reference] if path.name not in seen]
    for path in closed:
        path.unlink(missing_ok=True)
    return len(closed)


def within(
    session: Session, room: LiveRoom, closed: Sequence[Closure], first: datetime, last: datetime
) -> Iterator[tuple[Shown, datetime, datetime, bool]]:
    """Every page there was to be seen between two moments, with each stretch of it and whether its picture may be seen."""
    for shown in pages_shown(session, room):
        parts = stretches(shown, closed, first, last)
        is_open = bool(parts) and for_the_public(session, room, shown) is not None
        for since, until in parts:
            yield shown, since, until, is_open


def one_within(
    session: Session, room: LiveRoom, closed: Sequence[Closure], number: int, first: datetime, last: datetime
) -> tuple[Shown, Exhibit]:
    """One page that the public may see between two moments, and its exhibit. Raises NotFound."""
    shown = next((each for each in pages_shown(session, room) if each.number == number), None)
    exhibit = for_the_public(session, room, shown) if shown is not None else None
    if shown is None or exhibit is None or not stretches(shown, closed, first, last):
        raise NotFound
    return shown, exhibit
