"""Which moments of a hearing the public may see, and when: pure, so that whoever holds the journal reckons the same.

The recorder writes a sealed part under another key, and in a deliberation, a break or a fault nothing at all. This rule
comes before that: what the judge closed is closed from a little before the order, whatever the media room did and when.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from odr.hearing.live.media.derive import read_rtp, vp8_payload
from odr.hearing.live.media.reading import Kind, Recorded

CHUNK_MS, LONGEST_MS, SILENT_MS = 4_000, 10_000, 2_000
"""How long a piece is at least and at most, and after what silence it ends."""
_MS = timedelta(milliseconds=1)
SETTLES = timedelta(seconds=2)
"""After the doors are open again: what was still on its way when they opened belongs to what was closed."""


@dataclass(frozen=True)
class Closure:
    """A stretch the public does not see, by the media room's clock; ``until`` None: it goes on."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Moment:
    """A line of the journal that shuts or opens the door: when it was decided, and when the media room did it."""

    shuts: bool
    at: datetime
    done_at: datetime | None
    cuts_back: bool = False
    """Whether what was said just before goes with it: a secret is out before the judge can close the part."""


def closures(moments: Iterable[Moment], cut_back: timedelta, settles: timedelta = SETTLES) -> list[Closure]:
    """What one door shuts out, from its lines of the journal in order. It opens when the media room did it, never by the
    order alone.
    """
    found: list[Closure] = []
    since: datetime | None = None
    for moment in moments:
        if moment.shuts:
            begins = moment.at - (cut_back if moment.cuts_back else timedelta())
            since = begins if since is None else min(since, begins)
        elif since is not None and moment.done_at is not None:
            found.append(Closure(since, max(moment.done_at, moment.at) + settles))
            since = None
    return [*found, Closure(since, None)] if since is not None else found


def may_show(since: datetime, until: datetime, closed: Sequence[Closure], delay: timedelta, now: datetime) -> bool:
    """Whether a stretch may be shown now: late enough, and no moment of it closed."""
    late = until + delay <= now
    return late and not any(until >= each.since and (each.until is None or since <= each.until) for each in closed)


@dataclass(frozen=True)
class Piece:
    """Packets of one person that make a piece: it can be played by itself."""

    packets: tuple[Recorded, ...]
    after: int
    """Where in the file the next one begins."""

    @property
    def first_ms(self) -> int:
        """When its first packet came, in the segment."""
        return self.packets[0].ms

    @property
    def last_ms(self) -> int:
        """When its last came."""
        return self.packets[-1].ms


def begins_picture(each: Recorded) -> bool:
    """Whether a picture can be begun with this packet: the first of a key frame."""
    if each.kind is not Kind.VIDEO or (packet := read_rtp(each.data)) is None:
        return False
    part = vp8_payload(packet[4])
    return part is not None and part[0] and not part[1][0] & 1


def edges(closed: Iterable[Closure], began: datetime) -> list[int]:
    """The first milliseconds, in a piece of the recording that began then, of what the public does not see and of what it
    sees again: what is shown is parted there, so that nothing goes unseen only because a closed moment stood beside it.
    """
    found = set()
    for each in closed:
        if each.since > began:
            found.add(math.ceil((each.since - began) / _MS))
        if each.until is not None and each.until >= began:
            found.add(math.floor((each.until - began) / _MS) + 1)
    return sorted(found)


def next_piece(
    packets: Iterator[tuple[Recorded, int]], horizon_ms: int, *, ended: bool, parted: Sequence[int] = ()
) -> Piece | None:
    """The next piece of a file, each packet with the place after it; None while more of it may come before ``horizon_ms``,
    up to which the recorder has surely written. ``ended``: nothing follows what is there. No piece goes over a millisecond
    of ``parted``.
    """
    found: list[Recorded] = []
    after, pictured = 0, False
    for each, place in packets:
        if found:
            length, silent = each.ms - found[0].ms, each.ms - found[-1].ms > SILENT_MS
            fits = length >= CHUNK_MS and (not pictured or begins_picture(each))
            edge = bisect_right(parted, each.ms) != bisect_right(parted, found[-1].ms)
            # A clock that is set back: what lies between first and last is all that is asked about a piece.
            back = each.ms < found[-1].ms
            if silent or fits or edge or back or length >= LONGEST_MS:
                return Piece(tuple(found), after)
        if each.ms > horizon_ms:
            return None
        found.append(each)
        after, pictured = place, pictured or each.kind is Kind.VIDEO
    if found and (ended or horizon_ms - found[-1].ms > SILENT_MS):
        return Piece(tuple(found), after)
    return None
