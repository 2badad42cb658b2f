"""The media hosts of the court: which holds a hearing, and where the pieces of its recording lie.

One is the rule, and needs no setting of its own. Where the operator declares more, a new hearing goes to the one that holds
the fewest; it stays there unless that host dies (decision 0102).
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.ground.config import MediaHost, Settings
from odr.hearing.live.media.control import Media
from odr.hearing.live.media.reading import NotReadable, Segment, open_segment
from odr.hearing.live.models import LiveRoom, LiveSegment
from odr.hearing.live.vocabulary import RoomState

if TYPE_CHECKING:
    from odr.procedure.court import Court


def open_media(settings: Settings) -> Media | None:
    """The court's own media room; None where hearings by the court's own video are not set up."""
    return _media(settings, settings.media_control) if settings.has_media_room else None


def open_hosts(settings: Settings) -> dict[str, Media]:
    """Every further media host, by name."""
    others = [each for each in settings.every_media_host.values() if each.name != settings.media_name]
    return {each.name: _media(settings, each.control) for each in others}


def _media(settings: Settings, control: str) -> Media:
    return Media(control, settings.media_secret.encode(), says_within=settings.media_patience)


def media_of(court: Court) -> Media | None:
    """The court's own media room, where one is set up; without it none of the others is asked."""
    return cast("Media | None", court.ports.media)


def media_on(court: Court, name: str | None) -> Media | None:
    """The media room on a host; None for a host that is not declared any more."""
    if name is None or name == court.settings.media_name:
        return media_of(court)
    return cast("dict[str, Media]", court.ports.media_hosts or {}).get(name)


def name_of(court: Court, room: LiveRoom) -> str:
    """The host that holds a hearing."""
    return room.host or court.settings.media_name


def host_of(court: Court, room: LiveRoom) -> MediaHost | None:
    """Where browsers reach the host of a hearing; None for one that is not declared any more."""
    return court.settings.every_media_host.get(name_of(court, room))


def address_of(court: Court, room: LiveRoom) -> str:
    """WebSocket address at which browsers come to a hearing."""
    host = host_of(court, room)
    return host.url if host is not None else court.settings.media_address


def are_several(court: Court) -> bool:
    """Whether the operator declared more than one."""
    return bool(court.ports.media_hosts)


def by_load(court: Court, session: Session, *, without: str | None = None) -> list[str]:
    """Every host but one, that with the fewest hearings first, then by name; last those that left a hearing and have not
    answered since.
    """
    own = court.settings.media_name
    names = [own, *(court.ports.media_hosts or {})]
    held = dict.fromkeys(names, 0)
    going_on = select(LiveRoom.host, func.count()).where(LiveRoom.state != RoomState.CLOSED).group_by(LiveRoom.host)
    for name, count in session.execute(going_on):
        held[name or own] = held.get(name or own, 0) + count
    left = session.scalars(select(LiveRoom.left_hosts).where(LiveRoom.left_hosts != "")).all()
    dead = {name for each in left for name in each.split()}
    return sorted((n for n in names if n != without), key=lambda name: (name in dead, held[name], name))


def piece_folder(settings: Settings, hearing: str, piece: LiveSegment) -> Path:
    """Where a piece of a recording lies: on the host that wrote it, else where it was laid since; the court's own where it lies on
    none that can be read here.
    """
    name = f"{piece.number:04d}"
    for folder in hearing_folders(settings, hearing, first=piece.host):
        if (folder / name / "chain").is_file():
            return folder / name
    return settings.recordings_folder / hearing / name


def hearing_folders(settings: Settings, hearing: str, *, first: str | None = None) -> list[Path]:
    """Every folder in which something of a hearing may lie: that of the ``first`` host, where there is one of that name, the
    court's own, and the others.
    """
    every = {settings.media_name: settings.recordings_folder}
    every |= {each.name: each.recordings for each in settings.every_media_host.values() if each.name not in every}
    names = sorted(every, key=lambda name: (name != first, name != settings.media_name))
    return [every[name] / hearing for name in names]


def written_pieces(settings: Settings, hearing: str, pieces: Iterable[LiveSegment]) -> dict[int, Segment]:
    """Every one of these pieces that a recorder wrote, by its number; one that is damaged hides no other. Of a folder that is not
    there, none.
    """
    found: dict[int, Segment] = {}
    for piece in pieces:
        with suppress(OSError, NotReadable, KeyError, TypeError, AttributeError):
            found[piece.number] = open_segment(piece_folder(settings, hearing, piece))
    return found
