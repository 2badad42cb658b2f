"""Who and what is taken when, of some days at once: hearings, rooms, hearing hours, leave and public holidays.

Read in a handful of statements, however many hearings there are; what is free is worked out from it in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat
from odr.filing.models import StaffLeave
from odr.ground.text import Text
from odr.hearing.courtroom.calendar.models import CourtRoom, DaysAway, RoomKind, WeeklyHours
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState, Mode
from odr.identity.models import Account
from odr.procedure.time.calendar import WorkingCalendar

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

BENCH = (Role.JUDGE, Role.PANEL_JUDGE, Role.ASSESSOR)
"""Who decides, and so must be there."""
HOLDS = (HearingState.SUMMONED, HearingState.ADJOURNING)
"""A hearing in these states keeps its room and its people."""
TAKES_UP = (*HOLDS, HearingState.HELD)
LONGEST = 600
"""Minutes a hearing may be kept room and people for on one day."""


@dataclass(frozen=True)
class Span:
    """A time with its end, in UTC."""

    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, begins: datetime, minutes: int) -> Span:
        """From a beginning on, so many minutes."""
        start = begins.astimezone(UTC)
        return cls(start, start + timedelta(minutes=minutes))

    def overlaps(self, other: Span) -> bool:
        """Whether both take place at one moment; one that ends when the other begins does not."""
        return self.begins < other.ends and other.begins < self.ends

    def within(self, other: Span) -> bool:
        """Whether it lies inside the other."""
        return other.begins <= self.begins and self.ends <= other.ends


@dataclass(frozen=True)
class Booked:
    """A hearing that keeps a room and its bench."""

    hearing: Hearing
    case: Case
    span: Span
    bench: tuple[tuple[Role, int, str], ...]
    """Role, account and name of those who decide, who presides first."""

    @property
    def key(self) -> str:
        """What tells its room from others."""
        return place_key(self.hearing.place)

    def has(self, account_id: int) -> bool:
        """Whether somebody decides in it."""
        return any(one == account_id for _, one, _ in self.bench)


@dataclass(frozen=True)
class Kept:
    """A time that is kept for a hearing somebody is about to fix: it waits on a list, or stands above on the page."""

    span: Span
    place: str
    bench: frozenset[int]


@dataclass(frozen=True)
class FreeSlot:
    """A time at which somebody hears cases and nothing is fixed yet, and the rooms that are free."""

    span: Span
    rooms: tuple[CourtRoom, ...]


@dataclass(frozen=True)
class Away:
    """Days on which somebody has told that they cannot come, and how they are known."""

    account_id: int
    email: str
    from_on: date
    until_on: date

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.from_on <= day <= self.until_on


def place_key(place: str) -> str:
    """Places written the same, whatever their capitals and spaces, are the same room."""
    return " ".join(place.split()).casefold()


def wall(day: date, minutes: int, zone: tzinfo) -> datetime:
    """The moment so many minutes after the beginning of a day, by the clock on the wall."""
    return (datetime.combine(day, time(), zone) + timedelta(minutes=minutes)).astimezone(UTC)


def in_force(row: CourtRoom | WeeklyHours, day: date) -> bool:
    """Whether something dated counts on a day."""
    return row.from_on <= day and (row.until_on is None or day <= row.until_on)


@dataclass(frozen=True)
class Diary:
    """Some days of the court."""

    first: date
    last: date
    zone: tzinfo
    working: WorkingCalendar
    rooms: Sequence[CourtRoom]
    """Those that are there on one of its days."""
    every_room: Sequence[CourtRoom]
    """Those of before and to come too."""
    hours: Sequence[WeeklyHours]
    leave: Sequence[StaffLeave]
    booked: Sequence[Booked]
    told: Sequence[Away] = ()
    """Days that people have told, of the court or not."""

    def days(self) -> Iterator[date]:
        """Its days in order."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)

    def away(self, account_id: int, day: date) -> StaffLeave | None:
        """The leave somebody is on that day."""
        return next((r for r in self.leave if r.account_id == account_id and r.from_on <= day <= r.until_on), None)

    def cannot_come(self, account_id: int, day: date) -> bool:
        """Whether somebody has told that they cannot come that day."""
        return any(row.account_id == account_id and row.holds(day) for row in self.told)

    def hours_of(self, account_id: int, day: date) -> list[WeeklyHours]:
        """When somebody hears cases that day, as their week says."""
        return [r for r in self.hours if r.account_id == account_id and r.weekday == day.weekday() and in_force(r, day)]

    def has_hours(self, account_id: int) -> bool:
        """Whether anything is known of when somebody hears cases."""
        return any(row.account_id == account_id for row in self.hours)

    def opening(self, room: CourtRoom, day: date) -> list[Span]:
        """When a room is open that day; one of which no hours are set is open all day."""
        if not in_force(room, day):
            return []
        rows = [row for row in self.hours if row.room_id == room.id and in_force(row, day)]
        if not rows:
            return [Span(wall(day, 0, self.zone), wall(day, 1440, self.zone))]
        return [
            Span(wall(day, row.begins, self.zone), wall(day, row.ends, self.zone))
            for row in rows
            if row.weekday == day.weekday()
        ]

    def day_of(self, span: Span) -> date:
        """The day on which it begins, where the court is."""
        return span.begins.astimezone(self.zone).date()

    def is_open(self, room: CourtRoom, span: Span) -> bool:
        """Whether a room is open all that time."""
        return any(span.within(one) for one in self.opening(room, self.day_of(span)))

    def taking(self, span: Span, *, leaving_out: int | None = None) -> list[Booked]:
        """Hearings at one moment with a time, but for one of them."""
        return [one for one in self.booked if one.span.overlaps(span) and one.hearing.id != leaving_out]

    def rooms_free(
        self, span: Span, *, leaving_out: int | None = None, besides: Iterable[Kept] = ()
    ) -> tuple[CourtRoom, ...]:
        """Rooms that are open and in which nothing is fixed; ``besides`` is kept otherwise."""
        taken = {one.key for one in self.taking(span, leaving_out=leaving_out)}
        taken |= {place_key(one.place) for one in besides if one.span.overlaps(span)}
        return tuple(room for room in self.rooms if place_key(room.name) not in taken and self.is_open(room, span))

    def is_free(self, account_id: int, span: Span, *, leaving_out: int | None = None) -> bool:
        """Whether somebody is here and decides in no hearing at that time."""
        day = self.day_of(span)
        if self.away(account_id, day) is not None or self.cannot_come(account_id, day):
            return False
        return not any(one.has(account_id) for one in self.taking(span, leaving_out=leaving_out))

    def slots(self, account_id: int, day: date, minutes: int | None = None) -> list[Span]:
        """The slots of somebody's hearing hours that day, none on a holiday, on leave or on a day they have told; where ``minutes`` are asked for,
        each is so long and ends within their hours.
        """
        is_here = self.away(account_id, day) is None and not self.cannot_come(account_id, day)
        if not self.working.is_working(day) or not is_here:
            return []
        found = []
        for row in self.hours_of(account_id, day):
            length = minutes or row.slot
            found += [
                Span(wall(day, start, self.zone), wall(day, start + length, self.zone))
                for start in range(row.begins, row.ends - length + 1, row.slot)
            ]
        return sorted(found, key=lambda one: one.begins)

    def free(
        self,
        account_id: int,
        day: date,
        *,
        minutes: int | None = None,
        others: Iterable[int] = (),
        leaving_out: int | None = None,
        besides: Sequence[Kept] = (),
    ) -> list[FreeSlot]:
        """Free slots of somebody that day; ``others`` decide with them and are free then too."""
        bench = (account_id, *others)
        return [
            FreeSlot(span, self.rooms_free(span, leaving_out=leaving_out, besides=besides))
            for span in self.slots(account_id, day, minutes)
            if all(self.is_free(one, span, leaving_out=leaving_out) for one in bench)
            and not any(one.span.overlaps(span) and one.bench & set(bench) for one in besides)
        ]


def diary(sitting: Sitting, first: date, last: date) -> Diary:
    """What is known of the days from ``first`` to ``last``."""
    court, session = sitting.court, sitting.session
    zone = court.settings.tz
    every_room = session.scalars(select(CourtRoom).order_by(CourtRoom.name, CourtRoom.id)).all()
    rooms = [room for room in every_room if room.from_on <= last and (room.until_on is None or first <= room.until_on)]
    hours = session.scalars(
        select(WeeklyHours)
        .where(WeeklyHours.from_on <= last, or_(WeeklyHours.until_on.is_(None), WeeklyHours.until_on >= first))
        .order_by(WeeklyHours.weekday, WeeklyHours.begins, WeeklyHours.id)
    ).all()
    leave = session.scalars(
        select(StaffLeave).where(
            StaffLeave.ended_at.is_(None), StaffLeave.from_on <= last, StaffLeave.until_on >= first
        )
    ).all()
    pack = court.packs.in_force(court.settings.pack, sitting.now.astimezone(zone).date())
    booked = booked_between(session, wall(first, 0, zone), wall(last, 1440, zone))
    told = days_told(sitting, first, last)
    return Diary(first, last, zone, pack.working_calendar, rooms, every_room, hours, leave, booked, told)


def days_told(sitting: Sitting, first: date, last: date) -> list[Away]:
    """Days people have told on which they cannot come; asked once for all hearings that are looked at together."""

    def look() -> list[Away]:
        rows = sitting.session.execute(
            select(DaysAway.account_id, Account.email, DaysAway.from_on, DaysAway.until_on)
            .join(Account, Account.id == DaysAway.account_id)
            .where(DaysAway.ended_at.is_(None), DaysAway.from_on <= last, DaysAway.until_on >= first)
            .order_by(DaysAway.until_on, DaysAway.id)
        )
        return [Away(*row) for row in rows]

    return sitting.once(("days away", first, last), look)


def place_shown(one: Booked, days: Diary, *, reads: bool) -> Text | str:
    """Where a hearing is held, for a reader of lists: a courtroom is told to all who work here, the way into a video room
    only to who may read the case. It is the parties’ alone (OLR 27).
    """
    if reads:
        return one.hearing.place
    kind = next((room.kind for room in days.every_room if place_key(room.name) == one.key), None)
    if kind is RoomKind.COURTROOM or (kind is None and one.hearing.mode is Mode.OFFLINE):
        return one.hearing.place
    return RoomKind.VIDEO.label


def booked_between(session: Session, begins: datetime, ends: datetime) -> list[Booked]:
    """Hearings that take up any moment of a time, the first to begin on top."""
    rows = session.execute(
        select(Hearing, Case)
        .join(Case, Case.id == Hearing.case_id)
        .where(
            Hearing.begins_at < ends,
            Hearing.begins_at > begins - timedelta(minutes=LONGEST),
            Hearing.state.in_(TAKES_UP),
        )
        .order_by(Hearing.begins_at, Hearing.id)
    ).all()
    asked = Span(begins, ends)
    found = [(hearing, case, Span.of(hearing.begins_at, hearing.length)) for hearing, case in rows]
    kept = [row for row in found if row[2].overlaps(asked)]
    bench = bench_of(session, {case.id for _, case, _ in kept})
    return [Booked(hearing, case, span, tuple(bench.get(case.id, ()))) for hearing, case, span in kept]


def bench_of(session: Session, cases: Iterable[int]) -> dict[int, list[tuple[Role, int, str]]]:
    """Who decides in each case, who presides first."""
    ids = list(cases)
    found: dict[int, list[tuple[Role, int, str]]] = {}
    if not ids:
        return found
    rows = session.execute(
        select(Seat.case_id, Seat.role, Seat.account_id, Account.name)
        .join(Account, Account.id == Seat.account_id)
        .where(Seat.case_id.in_(ids), Seat.role.in_(BENCH), Seat.until_at.is_(None))
        .order_by(Seat.id)
    ).all()
    for case_id, role, account_id, name in sorted(rows, key=lambda row: BENCH.index(row[1])):
        found.setdefault(case_id, []).append((role, account_id, name))
    return found


def fits(room: CourtRoom, kind: RoomKind | None) -> bool:
    """Whether a room is of a kind, where one is asked for."""
    return kind is None or room.kind is kind
