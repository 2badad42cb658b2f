"""A place in an exhibit: a page, a second of a recording, a region in hundredths of the page's width and height."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from odr.evidence.intake.media import Group
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T, Text
from odr.procedure.forms.inputs import CourtText
from odr.procedure.forms.reading import Unreadable

if TYPE_CHECKING:
    from odr.evidence.models import Exhibit

PAGED = frozenset({Group.PDF, Group.OFFICE, Group.TEXT})
SEEN = frozenset({Group.PDF, Group.IMAGE})
"""Of these the court makes pictures in which a region can be shown."""
PLAYED = frozenset({Group.AUDIO, Group.VIDEO})
LONGEST = 99 * 3600 + 3599


@dataclass(frozen=True)
class Region:
    """Left, top, width and height, in hundredths of the page."""

    left: int
    top: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.left},{self.top},{self.width},{self.height}"


def read_region(text: str) -> Region:
    """Four whole numbers, with commas or spaces between. Raises Unreadable for others, or a region beyond the page."""
    parts = text.replace("%", " ").replace("，", ",").replace(",", " ").split()
    try:
        left, top, width, height = (int(part) for part in parts)
    except ValueError:
        raise Unreadable(
            "region_unreadable", T("Write four whole numbers: left, top, width, height, for example 10, 20, 50, 8.")
        ) from None
    if not (0 <= left < left + width <= 100 and 0 <= top < top + height <= 100):
        raise Unreadable(
            "region_outside",
            T("The region must lie within the page: each number from 0 to 100, and the sums not over 100."),
        )
    return Region(left, top, width, height)


def read_moment(text: str) -> int:
    """Seconds from "41", "0:41" or "1:02:03". Raises Unreadable."""
    parts = text.strip().replace("：", ":").split(":")
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) <= 5 for part in parts):
        raise Unreadable("moment_unreadable", T("Write the moment like 0:41 or 1:02:03, or in seconds."))
    numbers = [int(part) for part in parts]
    if any(number > 59 for number in numbers[1:]):
        raise Unreadable("moment_unreadable", T("Write the moment like 0:41 or 1:02:03, or in seconds."))
    seconds = 0
    for number in numbers:
        seconds = seconds * 60 + number
    if seconds > LONGEST:
        raise Unreadable("moment_unreadable", T("Write the moment like 0:41 or 1:02:03, or in seconds."))
    return seconds


def moment_words(seconds: int) -> str:
    """Seconds as a player shows them."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class CourtRegion(CourtText):
    """A region as people write it, kept as ``left,top,width,height``."""

    def read(self, text: str) -> str:
        return str(read_region(super().read(text)))


class CourtMoment(CourtText):
    """A moment of a recording as people write it, kept as a player shows it."""

    def read(self, text: str) -> str:
        return moment_words(read_moment(super().read(text)))


@dataclass(frozen=True)
class Place:
    """Where in an exhibit; nothing given is the whole."""

    page: int | None = None
    second: int | None = None
    region: Region | None = None

    @property
    def is_somewhere(self) -> bool:
        """Whether it says more than the exhibit."""
        return self.page is not None or self.second is not None or self.region is not None

    @property
    def words(self) -> list[Text]:
        """The place in words."""
        found = []
        if self.page is not None:
            found.append(T("page %(page)s", page=self.page))
        if self.second is not None:
            found.append(T("at %(moment)s of the recording", moment=moment_words(self.second)))
        if self.region is not None:
            r = self.region
            found.append(
                T(
                    "region from %(left)s%% and %(top)s%%, %(width)s%% wide, %(height)s%% high",
                    left=r.left,
                    top=r.top,
                    width=r.width,
                    height=r.height,
                )
            )
        return found


def place_of(page: int | None, moment: str | None, region: str | None, exhibit: Exhibit | None) -> Place:
    """The place that was given, where the exhibit's file has such places. Raises InvalidInput."""
    place = Place(page, read_moment(moment) if moment else None, read_region(region) if region else None)
    if not place.is_somewhere:
        return place
    if exhibit is None:
        raise InvalidInput.at("exhibit", T("Choose the exhibit in which the place is."))
    group = exhibit.upload.media.group
    faults = []
    if page is not None and group not in PAGED and not (group is Group.IMAGE and page == 1):
        faults.append(FieldFault(("page",), T("This file has no such page.")))
    if moment is not None and group not in PLAYED:
        faults.append(FieldFault(("moment",), T("This file is not a recording.")))
    if region is not None and group not in SEEN:
        faults.append(FieldFault(("region",), T("The court shows no picture of this file, so no region in it.")))
    if faults:
        raise InvalidInput(faults)
    return place
