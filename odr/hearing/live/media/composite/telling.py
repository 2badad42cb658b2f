"""What the journal tells a composite film: names and roles, who has the floor, what stands on the screens, what is not recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from odr.docket.models import Case
from odr.ground.text import T, Text
from odr.hearing.live import journal
from odr.hearing.live.media.composite.making import Face, Piece, Told
from odr.hearing.live.media.reading import Segment
from odr.hearing.live.models import LiveAck, LiveLine, LivePerson, LiveRoom
from odr.hearing.live.rules import COURT, KEPT_APART
from odr.hearing.live.seen.showing import TAKES_THE_FLOOR
from odr.hearing.live.vocabulary import CARRIED_OVER, What

STOPS = frozenset({What.PAUSED, What.SUSPENDED, What.RECORDER_STOPPED, What.DELIBERATES, What.CLOSED})
GOES_ON = frozenset({What.OPENED, What.RESUMED, What.REASSEMBLED, What.UNSEALED})
CARRIED = frozenset({What.FLOOR, What.PAGE, What.PAGE_OFF, What.SEALED, *STOPS, *GOES_ON, *TAKES_THE_FLOOR})
AT_ONCE = timedelta(seconds=1)
"""The recorder begins its next piece a moment before the media room says that it did."""
WHY: Mapping[What, Text] = {
    What.PAUSED: T("Break: not recorded"),
    What.SUSPENDED: T("Fault: not recorded"),
    What.RECORDER_STOPPED: T("Fault: not recorded"),
    What.DELIBERATES: T("Deliberation: never recorded"),
    What.SEALED: T("Sealed part: recorded apart"),
    What.UNSEALED: T("The sealed part is over."),
    What.CLOSED: T("The hearing here is closed."),
}
"""What follows on a piece, by the last line that stands before the next."""


def told(lines: Sequence[LiveLine], acks: Mapping[int, LiveAck], segment: Segment, locale: str) -> list[Told]:
    """What holds from when on in a piece. What was shown in a sealed part is told in its own piece alone."""
    found: list[Told] = []
    floor: tuple[str, str] | None = None
    page: Text | None = None
    gap: Text | None = None
    for line in lines:
        ack = acks.get(line.id)
        if line.what not in CARRIED or ack is None or ack.refused not in (None, CARRIED_OVER):
            continue
        ms = _moment(ack, segment)
        if ms > segment.length_ms:
            break
        floor = _floor(line, floor)
        if line.what in (What.PAGE_OFF, What.SEALED, What.UNSEALED):
            page = None
        elif line.what is What.PAGE:
            page = journal.sentence(line) if not line.sealed or segment.is_sealed else None
        gap = WHY[line.what] if line.what in STOPS else None if line.what in GOES_ON else gap
        says = T("%(name)s has the floor.", name=floor[1]) if floor is not None else None
        words = "  ".join(each.render(locale) for each in (says, page) if each is not None)
        found.append(
            Told(ms, floor[0] if floor is not None else None, words, gap.render(locale) if gap is not None else "")
        )
    return sorted(found, key=lambda each: each.ms)


def _moment(ack: LiveAck, segment: Segment) -> int:
    """When the media room did what a line asked, in milliseconds of a piece; 0 where that was before it."""
    if ack.segment == segment.number:
        return ack.media_ms
    return max(0, round(ack.at.timestamp() * 1000) - segment.began_ms)


def _floor(line: LiveLine, before: tuple[str, str] | None) -> tuple[str, str] | None:
    if line.what is What.FLOOR:
        return str(line.person_id), line.facts.get("name", "")
    if line.what in TAKES_THE_FLOOR and (
        line.person_id is None or before == (str(line.person_id), before and before[1])
    ):
        return None
    return before


def after(
    segment: Segment, following: Segment | None, lines: Sequence[LiveLine], acks: Mapping[int, LiveAck], zone: ZoneInfo
) -> tuple[Text, str] | None:
    """Why a piece is followed by nothing, or by another piece, and from when until when nothing was recorded."""
    ended = datetime.fromtimestamp(segment.began_ms / 1000, UTC) + timedelta(milliseconds=segment.length_ms)
    begins = datetime.fromtimestamp(following.began_ms / 1000, UTC) if following is not None else None
    past = [
        line for line in lines if line.what in WHY and (begins is None or _by_clock(line, acks) <= begins + AT_ONCE)
    ]
    why = WHY[past[-1].what] if past else None
    if why is None:
        return None
    since = f"{ended.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return why, since if begins is None else f"{since} – {begins.astimezone(zone):%H:%M:%S}"


def _by_clock(line: LiveLine, acks: Mapping[int, LiveAck]) -> datetime:
    said, ack = line.facts.get("clock"), acks.get(line.id)
    return datetime.fromisoformat(said) if said else ack.at if ack is not None else line.at


def _rank(person: LivePerson) -> tuple[int, int]:
    return (0 if person.role in COURT else 2 if person.role in KEPT_APART else 1, person.id)


def piece_of(
    case: Case,
    room: LiveRoom,
    segment: Segment,
    following: Segment | None,
    lines: Sequence[LiveLine],
    acks: Mapping[int, LiveAck],
    zone: ZoneInfo,
    locale: str,
    key: bytes | None,
) -> Piece:
    """A piece of the recording as the film draws it, in the language of the case."""
    written = set(segment.persons)
    people = sorted((p for p in room.people if p.reference in written), key=_rank)
    by_id = {str(p.id): p.reference for p in room.people}
    holds = told(lines, acks, segment, locale)
    follows = after(segment, following, lines, acks, zone)
    parts = [T("piece %(number)s", number=segment.number), *([T("Sealed part")] if key is not None else [])]
    number = case.number or case.caption.render(locale)
    return Piece(
        title="  ".join([number, *(part.render(locale) for part in parts)]),
        began_ms=segment.began_ms,
        length_ms=segment.length_ms,
        zone=zone,
        locale=locale,
        faces=[_face(segment, person, locale, key) for person in people],
        told=[replace(each, floor=by_id.get(each.floor or "")) for each in holds],
        after=(follows[0].render(locale), follows[1]) if follows is not None else (),
    )


def _face(segment: Segment, person: LivePerson, locale: str, key: bytes | None) -> Face:
    name = f"{person.name} · {person.role.label.render(locale)}"
    return Face(person.reference, name, lambda: segment.packets(person.reference, key))
