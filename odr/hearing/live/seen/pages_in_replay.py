"""Which page of an exhibit stood on everybody's screen at which second of the recording: what a replay shows beside the films."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.evidence.exhibits.access import why_closed
from odr.evidence.models import Exhibit
from odr.evidence.retention.rules import is_erased
from odr.hearing.examination.exhibit_places import SEEN
from odr.hearing.live.models import LiveAck, LiveLine, LiveSegment
from odr.hearing.live.vocabulary import CARRIED_OVER, What
from odr.identity.actors import Actor

ENDS = frozenset({What.PAGE, What.PAGE_OFF, What.UNSEALED, What.CLOSED})
"""With each of them what stood on the screens stands there no more."""


@dataclass(frozen=True)
class ShownPage:
    """A page that stood on the screens, in one piece of the recording."""

    segment: int
    since: int
    """Milliseconds of the piece."""
    until: int | None
    """None where it stood to the end of the piece."""
    exhibit: Exhibit
    page: int
    is_picture: bool
    """Whether the page shows as a picture that the viewer may open now."""


def pages_of(
    session: Session,
    case: Case,
    lines: Sequence[LiveLine],
    acks: dict[int, LiveAck],
    pieces: Sequence[LiveSegment],
    actor: Actor,
) -> list[ShownPage]:
    """Every page in the pieces that somebody may see, in order. A page stays on the screens through breaks and into the next
    piece until another takes its place; what a sealed part showed is off when it ends.
    """
    known = {e.reference: e for e in session.scalars(select(Exhibit).where(Exhibit.case_id == case.id)).unique()}
    numbers = [piece.number for piece in pieces]
    found: list[ShownPage] = []
    standing: tuple[Exhibit, int] | None = None
    begun = (0, 0)
    for line in lines:
        ack = acks.get(line.id)
        if line.what not in ENDS:
            continue
        if line.what is What.UNSEALED:
            # It was taken off before the piece began in which everybody is back, whether or not the media room has said so.
            at = (next(order["segment"] for order in line.orders if order["do"] == "unseal"), 0)
        elif ack is None or ack.refused not in (None, CARRIED_OVER):
            continue
        else:
            # When the hearing is closed no piece runs any more: what stood there stood to the end of the last one.
            at = (ack.segment, ack.media_ms) if ack.segment is not None else (max(numbers, default=0) + 1, 0)
        if standing is not None:
            found += _stretches(standing, begun, at, numbers, actor)
        begun = at
        named = known.get(line.orders[0]["exhibit"]) if line.what is What.PAGE and line.orders else None
        standing = (named, line.facts["page"]) if named is not None else None
    return found


def _stretches(
    standing: tuple[Exhibit, int], begun: tuple[int, int], ends: tuple[int, int], numbers: Sequence[int], actor: Actor
) -> list[ShownPage]:
    exhibit, page = standing
    is_picture = exhibit.upload.media.group in SEEN and not is_erased(exhibit) and why_closed(actor, exhibit) is None
    found = []
    for number in (n for n in numbers if begun[0] <= n <= ends[0]):
        since = begun[1] if number == begun[0] else 0
        until = ends[1] if number == ends[0] else None
        if until is None or until > since:
            found.append(ShownPage(number, since, until, exhibit, page, is_picture))
    return found
