"""Setting rooms and hearing hours, each from a day on; ending them. The president sets all, a judge their own hours. No flask."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T
from odr.hearing.courtroom.calendar.diary import place_key
from odr.hearing.courtroom.calendar.lock import one_at_a_time
from odr.hearing.courtroom.calendar.models import CourtRoom, RoomKind, WeeklyHours
from odr.identity.models import Account
from odr.procedure.forms.inputs import Choice, CourtDate, CourtEmail, CourtModel, CourtText, field

WEEKDAYS = {
    "0": T("Monday"),
    "1": T("Tuesday"),
    "2": T("Wednesday"),
    "3": T("Thursday"),
    "4": T("Friday"),
    "5": T("Saturday"),
    "6": T("Sunday"),
}
HEARS = (Role.JUDGE, Role.ASSESSOR)
"""Whose hearing hours are set."""
MOST_ROOMS, MOST_HOURS = 60, 60
"""Rooms of a court, and lines of hours of one room or one person, at a time: no week needs more."""


class RoomInput(CourtModel):
    """A room for hearings, from a day on."""

    name: Annotated[
        str,
        CourtText(2, 300, one_line=True),
        field(
            T("Name, as the summons says it"),
            T("For example: Courtroom 3. Of a video room write the address too: the parties get in by it."),
        ),
    ]
    kind: Annotated[RoomKind, Choice(RoomKind), field(T("What is it?"))]
    seats: Annotated[int, Field(ge=0, le=5000), field(T("Seats for the public"))] = 0
    from_on: Annotated[CourtDate, field(T("From which day on"))]


class _Weekly(CourtModel):
    weekdays: Annotated[
        list[Literal["0", "1", "2", "3", "4", "5", "6"]],
        Field(min_length=1, max_length=7),
        field(T("On which days of the week?"), options=WEEKDAYS, widget="checkboxes"),
    ]
    begins: Annotated[str, CourtText(4, 5, one_line=True), field(T("From which hour"), T("For example 09:00."))]
    ends: Annotated[str, CourtText(4, 5, one_line=True), field(T("To"), T("For example 12:00."))]
    from_on: Annotated[CourtDate, field(T("From which day on"))]
    until_on: Annotated[CourtDate | None, field(T("Last day"), T("Leave it empty if there is none."))] = None


class RoomHoursInput(_Weekly):
    """When a room is open."""


class OwnHoursInput(_Weekly):
    """When somebody hears cases."""

    slot: Annotated[
        int,
        Field(ge=10, le=480),
        field(T("Minutes for each hearing"), T("The time is offered in slots of this length.")),
    ] = 60


class HearingHoursInput(OwnHoursInput):
    """When somebody of the court hears cases, set by the president."""

    email: Annotated[str, CourtEmail(), field(T("E-mail address of the judge or assessor"))]


def _minutes(hour: str, at: str) -> int:
    if hour in ("24:00", "2400"):
        return 1440
    try:
        read = time.fromisoformat(hour.zfill(5))
    except ValueError:
        raise InvalidInput.at(at, T("Write the hour like 09:30.")) from None
    return read.hour * 60 + read.minute


def add_room(session: Session, given: RoomInput, by: int, now: datetime) -> CourtRoom:
    """A room is there from a day on. Raises InvalidInput where one of that name is there then, or there are too many."""
    one_at_a_time(session)
    there = session.scalars(
        select(CourtRoom).where(or_(CourtRoom.until_on.is_(None), CourtRoom.until_on >= given.from_on))
    ).all()
    if any(place_key(room.name) == place_key(given.name) for room in there):
        raise InvalidInput.at("name", T("There is a room of this name. End it first, or choose another name."))
    if len(there) >= MOST_ROOMS:
        raise InvalidInput.at("name", T("A court has at most %(most)s rooms. End one first.", most=MOST_ROOMS))
    room = CourtRoom(name=given.name, kind=given.kind, seats=given.seats, from_on=given.from_on, set_by=by, at=now)
    session.add(room)
    session.flush()
    return room


def add_hours(
    session: Session,
    given: _Weekly,
    by: int,
    now: datetime,
    *,
    room_id: int | None = None,
    account_id: int | None = None,
) -> list[WeeklyHours]:
    """A line of hours for each weekday named. Raises InvalidInput where they overlap others of the same room or person."""
    one_at_a_time(session)
    begins, ends = _minutes(given.begins, "begins"), _minutes(given.ends, "ends")
    slot = given.slot if isinstance(given, OwnHoursInput) else ends - begins
    if ends <= begins:
        raise InvalidInput.at("ends", T("The end is not after the beginning."))
    if slot > ends - begins:
        raise InvalidInput.at("slot", T("A hearing is longer than this time. Write fewer minutes, or a longer time."))
    if given.until_on is not None and given.until_on < given.from_on:
        raise InvalidInput.at("until_on", T("The last day is before the first."))
    whose = WeeklyHours.room_id == room_id if room_id is not None else WeeklyHours.account_id == account_id
    there = session.scalars(
        select(WeeklyHours).where(whose, or_(WeeklyHours.until_on.is_(None), WeeklyHours.until_on >= given.from_on))
    ).all()
    if len(there) + len(given.weekdays) > MOST_HOURS:
        raise InvalidInput.at("weekdays", T("There are too many lines of hours. End one first."))
    days = sorted({int(day) for day in given.weekdays})
    for row in there:
        meets = given.until_on is None or row.from_on <= given.until_on
        if row.weekday in days and meets and row.begins < ends and begins < row.ends:
            raise InvalidInput.at("weekdays", T("These hours overlap others that are set. End those first."))
    rows = [
        WeeklyHours(
            room_id=room_id,
            account_id=account_id,
            weekday=day,
            begins=begins,
            ends=ends,
            slot=slot,
            from_on=given.from_on,
            until_on=given.until_on,
            set_by=by,
            at=now,
        )
        for day in days
    ]
    session.add_all(rows)
    session.flush()
    return rows


def who_hears(session: Session, email: str) -> Account:
    """The judge or assessor of an address. Raises InvalidInput."""
    account = session.scalar(select(Account).where(Account.email == email.casefold()))
    if account is None or not account.staff_roles & set(HEARS):
        raise InvalidInput.at("email", T("No judge or assessor of this court has that address."))
    return account


def end_row(row: CourtRoom | WeeklyHours, today: date) -> None:
    """It counts today for the last time; what has not begun never counts. What was fixed already stays fixed."""
    last = today if row.from_on <= today else row.from_on - timedelta(days=1)
    row.until_on = last if row.until_on is None else min(row.until_on, last)


def end_room(session: Session, number: int, today: date) -> None:
    """No hearing is fixed in a room after today. Raises NotFound."""
    room = session.get(CourtRoom, number)
    if room is None:
        raise NotFound
    end_row(room, today)


def end_hours(session: Session, number: int, today: date, *, account_id: int | None = None) -> int | None:
    """A line of hours ends with today, and gives the room it is of; with ``account_id``, only their own. Raises NotFound."""
    row = session.get(WeeklyHours, number)
    if row is None or (account_id is not None and row.account_id != account_id):
        raise NotFound
    end_row(row, today)
    return row.room_id


def room_named(session: Session, number: int) -> CourtRoom:
    """A room. Raises NotFound."""
    room = session.get(CourtRoom, number)
    if room is None:
        raise NotFound
    return room


def rooms_of(session: Session, today: date, after: str | None = None) -> Listed[CourtRoom]:
    """Rooms that are there or will be, by name."""
    there = select(CourtRoom).where(or_(CourtRoom.until_on.is_(None), CourtRoom.until_on >= today))
    page = page_of(session, there, (Key(CourtRoom.name, str), Key(CourtRoom.id)), after)
    return page.of([row[0] for row in page.rows])


def hours_of_rooms(session: Session, rooms: list[int], today: date) -> dict[int, list[WeeklyHours]]:
    """When each room is open, by weekday."""
    found: dict[int, list[WeeklyHours]] = {}
    for row in session.scalars(
        select(WeeklyHours)
        .where(WeeklyHours.room_id.in_(rooms), or_(WeeklyHours.until_on.is_(None), WeeklyHours.until_on >= today))
        .order_by(WeeklyHours.weekday, WeeklyHours.begins, WeeklyHours.id)
    ):
        found.setdefault(row.room_id or 0, []).append(row)
    return found


def hearing_hours(
    session: Session, today: date, account_id: int | None = None, after: str | None = None
) -> Listed[tuple[WeeklyHours, str]]:
    """Hearing hours that count or will, with whose they are: of one person, or of everybody."""
    query = (
        select(WeeklyHours, Account.name)
        .join(Account, Account.id == WeeklyHours.account_id)
        .where(or_(WeeklyHours.until_on.is_(None), WeeklyHours.until_on >= today))
    )
    if account_id is not None:
        query = query.where(WeeklyHours.account_id == account_id)
    keys = (Key(Account.name, str), Key(WeeklyHours.weekday), Key(WeeklyHours.begins), Key(WeeklyHours.id))
    return page_of(session, query, keys, after)
