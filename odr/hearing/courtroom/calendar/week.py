"""Weeks: what somebody hears and when they are free, and every hearing of the court by day, room and judge. No flask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import DECIDING_ROLES, Case, Role, Seat
from odr.ground.keyset import Listed, page_of, page_of_lines
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.courtroom.calendar.diary import Booked, Diary, FreeSlot, diary, place_key, place_shown
from odr.hearing.courtroom.calendar.models import CourtRoom
from odr.identity.actors import serving
from odr.identity.models import Account
from odr.procedure.case.waiting_for_me import BY_NEXT_DATE
from odr.procedure.models import Task
from odr.procedure.time.calendar import DayKind

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

DAYS = 7
AT_ONCE = 1000
"""Cases asked about in one statement."""
SLOTS = 20
"""Free slots on a page of the list."""


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class JudgeDay:
    """One day of somebody who hears cases."""

    day: date
    off: Text | None
    """Why no case is heard that day."""
    booked: Sequence[Booked]
    free: Sequence[FreeSlot]

    @property
    def lines(self) -> list[tuple[datetime, Booked | None, FreeSlot | None]]:
        """Hearings and free slots in the order of the day."""
        found: list[tuple[datetime, Booked | None, FreeSlot | None]] = [(b.span.begins, b, None) for b in self.booked]
        found += [(f.span.begins, None, f) for f in self.free]
        return sorted(found, key=lambda one: one[0])


@dataclass(frozen=True)
class JudgeWeek:
    """A week of somebody who hears cases."""

    monday: date
    days: Sequence[JudgeDay]
    has_hours: bool

    @property
    def hearings(self) -> int:
        """How many are fixed."""
        return sum(len(day.booked) for day in self.days)

    @property
    def free(self) -> int:
        """How many slots are free."""
        return sum(len(day.free) for day in self.days)


def day_off(days: Diary, account_id: int, day: date) -> Text | None:
    """Why somebody hears nothing that day: leave, a day they have told, or a day on which the court does not work."""
    if days.away(account_id, day) is not None:
        return T("On leave")
    if days.cannot_come(account_id, day):
        return T("Cannot come that day")
    if days.working.kind(day) is DayKind.HOLIDAY:
        return T("Public holiday")
    return None


def judges_week(sitting: Sitting, account_id: int, monday: date) -> JudgeWeek:
    """The week of somebody, from a Monday on; a day of the weekend only where something is fixed or could be."""
    days = diary(sitting, monday, monday + timedelta(days=DAYS - 1))
    found = []
    for day in days.days():
        booked = [one for one in days.booked if one.has(account_id) and days.day_of(one.span) == day]
        free = [slot for slot in days.free(account_id, day) if slot.span.begins > sitting.now]
        if booked or free or day.weekday() < 5:
            found.append(JudgeDay(day, day_off(days, account_id, day), booked, free))
    return JudgeWeek(monday, found, days.has_hours(account_id))


# -- the hearing list of the court ------------------------------------------------


@dataclass(frozen=True)
class Load:
    """What one day of somebody's week holds."""

    taken: int
    capacity: int
    off: Text | None


@dataclass(frozen=True)
class JudgeLine:
    """A judge's week in numbers."""

    account_id: int
    name: str
    days: Sequence[Load]
    ready: int
    """Cases whose hearing is to be fixed."""


@dataclass(frozen=True)
class ListLine:
    """A hearing in the list."""

    booked: Booked
    clash: Text | None
    caption: bool
    """Whether the reader serves in the case and reads who the parties are."""
    place: Text | str
    """Where it is held, as far as the reader is told."""


@dataclass(frozen=True)
class FreeLine:
    """A free slot, and whose it is."""

    account_id: int
    name: str
    slot: FreeSlot


@dataclass(frozen=True)
class HearingList:
    """The hearings of some days, with what is free."""

    first: date
    days: Sequence[date]
    page: Listed[ListLine]
    judges: Listed[JudgeLine]
    rooms: Sequence[CourtRoom]
    clashes: int
    ready: int
    slots: Listed[FreeLine]
    """Free slots still to come, by their hour."""
    people: Sequence[tuple[int, str]]
    """Judges by whom the list can be narrowed."""


def clash_of(one: Booked, others: Sequence[Booked]) -> Text | None:
    """What a fixed hearing meets: a seat may have been given to somebody else after both were fixed."""
    for other in others:
        if other.hearing.id == one.hearing.id or not other.span.overlaps(one.span):
            continue
        number = other.case.number or other.case.reference
        if other.key == one.key:
            return T("In this room %(number)s is heard at the same time", number=number)
        for _, account_id, name in one.bench:
            if other.has(account_id):
                return T("%(name)s hears %(number)s at the same time", name=name, number=number)
    return None


def hearing_list(
    sitting: Sitting,
    reader: int,
    first: date,
    *,
    whole_week: bool,
    judge: int | None = None,
    room: str | None = None,
    after: str | None = None,
    judges_after: str | None = None,
    slots_after: str | None = None,
) -> HearingList:
    """Every hearing of a day or a week by its hour, and the week of each judge in numbers; in a number of statements that
    does not grow with either.
    """
    monday = monday_of(first)
    days = diary(sitting, monday, monday + timedelta(days=DAYS - 1))
    shown = list(days.days()) if whole_week else [first]
    wanted = [
        one
        for one in days.booked
        if days.day_of(one.span) in shown
        and (judge is None or one.has(judge))
        and (room is None or one.key == place_key(room))
    ]
    clashing = {one.hearing.id: clash_of(one, days.booked) for one in wanted}
    page = page_of_lines(wanted, lambda one: (one.span.begins, one.hearing.id), after)
    mine = cases_served(sitting, reader, {one.case.id for one in page.rows})
    lines = [
        ListLine(one, clashing[one.hearing.id], one.case.id in mine, place_shown(one, days, reads=one.case.id in mine))
        for one in page.rows
    ]
    ready = _ready(sitting)
    people = _people(days, sitting, ready)
    chosen = [person for person in people if judge is None or person[0] == judge]
    free = sorted(
        (
            FreeLine(who, name, slot)
            for who, name in chosen
            for day in shown
            for slot in days.free(who, day)
            if slot.span.begins > sitting.now
            and (room is None or any(place_key(one.name) == place_key(room) for one in slot.rooms))
        ),
        key=lambda one: (one.slot.span.begins, one.name, one.account_id),
    )
    loads = page_of_lines(chosen, lambda one: (one[1], one[0]), judges_after)
    return HearingList(
        first,
        list(days.days()),
        page.of(lines),
        loads.of([JudgeLine(who, name, _loads(days, who), ready.get(who, 0)) for who, name in loads.rows]),
        days.rooms,
        sum(words is not None for words in clashing.values()),
        sum(ready.get(who, 0) for who, _ in chosen),
        page_of_lines(free, lambda one: (one.slot.span.begins, one.name, one.account_id), slots_after, SLOTS),
        people,
    )


def _loads(days: Diary, account_id: int) -> list[Load]:
    found = []
    for day in days.days():
        slots = days.slots(account_id, day)
        free = sum(days.is_free(account_id, slot) for slot in slots)
        found.append(Load(len(slots) - free, len(slots), day_off(days, account_id, day)))
    return found


def cases_served(sitting: Sitting, account_id: int, cases: Collection[int]) -> set[int]:
    """Those of some cases in which somebody has a seat."""
    return set(sitting.session.scalars(select(Seat.case_id).where(serving(account_id), Seat.case_id.in_(cases))))


def _ready(sitting: Sitting) -> dict[int, int]:
    """How many cases of each judge wait for a hearing to be fixed."""
    waits = select(Task.case_id).where(Task.kind == desks.SUMMON.kind, Task.done_at.is_(None)).distinct()
    cases = sitting.session.scalars(waits).all()
    found: Counter[int] = Counter()
    # Seats of these cases alone: PostgreSQL takes a kind of task for as frequent among open ones as among all, and for so many it
    # would go through every seat of the court.
    for begin in range(0, len(cases), AT_ONCE):
        theirs = select(Seat.case_id, Seat.account_id).where(
            Seat.case_id.in_(cases[begin : begin + AT_ONCE]), Seat.role == Role.JUDGE, Seat.until_at.is_(None)
        )
        found.update(account for _, account in set(map(tuple, sitting.session.execute(theirs))))
    return found


def _people(days: Diary, sitting: Sitting, ready: Collection[int]) -> list[tuple[int, str]]:
    """Everybody who hears cases that week, has hours for it, or has cases that wait for a day."""
    hears = {account_id for one in days.booked for _, account_id, _ in one.bench}
    hears |= {row.account_id for row in days.hours if row.account_id is not None} | set(ready)
    rows = sitting.session.execute(select(Account.id, Account.name).where(Account.id.in_(hears)))
    return sorted(((number, name) for number, name in rows), key=lambda one: (one[1], one[0]))


# -- what a free slot is used for ---------------------------------------------------


def waiting_for_a_day(sitting: Sitting, reader: int, judge: int, after: str | None = None) -> Listed[Case]:
    """Cases of a judge whose hearing is to be fixed, and in which the reader can fix it, by their next date."""
    waits = select(Task.case_id).where(Task.kind == desks.SUMMON.kind, Task.done_at.is_(None))
    heard = select(Seat.case_id).where(serving(judge, *DECIDING_ROLES))
    mine = select(Seat.case_id).where(serving(reader, Role.CLERK, Role.JUDGE))
    page = page_of(
        sitting.session,
        select(Case).where(Case.id.in_(waits), Case.id.in_(heard), Case.id.in_(mine)),
        BY_NEXT_DATE,
        after,
    )
    return page.of([row[0] for row in page.rows])
