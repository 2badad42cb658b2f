"""The catalogue of broadcasts: what was approved, what can be seen now or again, and what was ended or withdrawn, and when.
No name stands in it. Whatever was shown to everybody keeps its line.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing.live.models import LiveRoom
from odr.hearing.live.seen.models import Broadcast, BroadcastState
from odr.hearing.live.seen.replaying import can_be_seen_again
from odr.hearing.live.seen.showing import is_for_everybody
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

ATOM = "http://www.w3.org/2005/Atom"
TITLE = T("Broadcasts of hearings")
SIZE = 50


class Stands(enum.Enum):
    """How a broadcast stands."""

    AHEAD = "ahead"
    LIVE = "live"
    AGAIN = "again"
    OVER = "over"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Text:
        """In words."""
        return {
            Stands.AHEAD: T("Will be broadcast"),
            Stands.LIVE: T("Live"),
            Stands.AGAIN: T("Can be seen again"),
            Stands.OVER: T("Over"),
            Stands.WITHDRAWN: T("Ended or withdrawn"),
        }[self]


@dataclass(frozen=True)
class Line:
    """One line of the catalogue."""

    reference: str
    number: str
    cause: Text
    begins_at: datetime
    approved_at: datetime
    stands: Stands
    ended_at: datetime | None

    @property
    def can_be_opened(self) -> bool:
        """Whether there is something to see or to wait for."""
        return self.stands in (Stands.AHEAD, Stands.LIVE, Stands.AGAIN)

    @property
    def changed_at(self) -> datetime:
        """When the line last changed."""
        return self.ended_at or self.approved_at


def catalogue(sitting: Sitting, after: str | None = None, size: int = SIZE) -> Listed[Line]:
    """Every broadcast that was approved, the newest first."""
    query = (
        select(Broadcast, Hearing, Case, LiveRoom)
        .join(Hearing, Hearing.id == Broadcast.hearing_id)
        .join(Case, Case.id == Broadcast.case_id)
        .outerjoin(LiveRoom, LiveRoom.hearing_id == Hearing.id)
        .where(Broadcast.state.in_((BroadcastState.APPROVED, BroadcastState.ENDED)))
    )
    found = page_of(sitting.session, query, (Key(Broadcast.id, descending=True),), after, size)
    return found.of([line_of(sitting, *row) for row in found.rows])


def broadcast_now(session: Session, hearings: Sequence[str]) -> dict[str, str]:
    """Of these hearings those that everybody may see: reference of the hearing → of its broadcast."""
    rows = session.execute(
        built_once(
            lambda: (
                select(Hearing.reference, Broadcast.reference)
                .join(Broadcast, Broadcast.hearing_id == Hearing.id)
                .where(Hearing.reference.in_(hearings), Broadcast.state == BroadcastState.APPROVED)
            )
        )
    )
    return {row[0]: row[1] for row in rows}


def line_of(sitting: Sitting, row: Broadcast, hearing: Hearing, case: Case, room: LiveRoom | None) -> Line:
    """One broadcast as anybody reads of it."""
    cause = sitting.pack(case).causes.list.get(case.cause)
    return Line(
        row.reference,
        case.number or case.reference,
        cause.title if cause is not None else T("Civil dispute"),
        hearing.begins_at,
        row.decided_at or row.proposed_at,
        _stands(sitting, row, hearing, room),
        row.ended_at,
    )


def _stands(sitting: Sitting, row: Broadcast, hearing: Hearing, room: LiveRoom | None) -> Stands:
    if row.state is BroadcastState.ENDED:
        return Stands.WITHDRAWN
    if not is_for_everybody(sitting.session, row, hearing):
        return Stands.OVER
    if room is not None and room.state is RoomState.CLOSED:
        again = can_be_seen_again(sitting.session, row, hearing, room)
        return Stands.AGAIN if again else Stands.OVER
    if hearing.state is not HearingState.SUMMONED:
        return Stands.OVER
    begun = room is not None and room.state is not RoomState.WAITING
    return Stands.LIVE if begun else Stands.AHEAD


def plain(line: Line, locale: str) -> Mapping[str, Any]:
    """For programs."""
    return {
        "broadcast": line.reference,
        "case": line.number,
        "cause": line.cause.render(locale),
        "begins_at": line.begins_at.isoformat(),
        "approved_at": line.approved_at.isoformat(),
        "state": line.stands.value,
        "ended_at": line.ended_at.isoformat() if line.ended_at is not None else None,
    }


def atom(found: Listed[Line], host: str, page: str, mine: str, now: datetime, locale: str) -> bytes:
    """For feed readers: a line that changes is an entry of its own."""
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": locale})

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        made = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        made.text = text or None
        return made

    add(feed, "id", f"tag:{host},2026:broadcasts:{locale}")
    add(feed, "title", TITLE.render(locale))
    add(feed, "updated", now.astimezone(UTC).isoformat(timespec="seconds"))
    add(feed, "link", rel="self", href=mine)
    add(feed, "link", rel="alternate", href=page, type="text/html")
    add(add(feed, "author"), "name", host)
    for line in found.rows:
        entry = add(feed, "entry")
        add(entry, "id", f"tag:{host},2026:broadcast:{line.reference}:{line.stands.value}")
        words = T("%(number)s, %(cause)s: %(state)s", number=line.number, cause=line.cause, state=line.stands.label)
        add(entry, "title", words.render(locale))
        add(entry, "updated", line.changed_at.astimezone(UTC).isoformat(timespec="seconds"))
        add(entry, "link", rel="alternate", href=page)
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))
