"""Pages on which rooms and hearing hours are set: the president sets all, a judge or assessor their own hours."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from odr.docket.models import Role
from odr.ground.errors import FieldFault, InvalidInput
from odr.hearing.courtroom.calendar.hours import (
    WEEKDAYS,
    HearingHoursInput,
    OwnHoursInput,
    RoomHoursInput,
    RoomInput,
    add_hours,
    add_room,
    end_hours,
    end_room,
    hearing_hours,
    hours_of_rooms,
    room_named,
    rooms_of,
    who_hears,
)
from odr.procedure.forms import fields as forms
from odr.web.guards import current_court, current_locale, current_session, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, my_account_id

hearing_hours_pages = Blueprint("hearing_hours", __name__)
Values = dict[str, Any]


def _today() -> date:
    court = current_court()
    return court.clock.now().astimezone(court.settings.tz).date()


def clock_words(minutes: int) -> str:
    """Minutes since the day began, as a clock shows them."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


# -- rooms ----------------------------------------------------------------------


@hearing_hours_pages.get("/registry/hearings/rooms")
@staff(Role.PRESIDENT)
def rooms() -> Page:
    """The rooms of the court, and when each is open."""
    return _rooms_page({}, [])


def _rooms_page(values: Values, faults: list[FieldFault], status: int = 200) -> Page:
    session, today = current_session(), _today()
    found = rooms_of(session, today, after_asked())
    fields = forms.fields_of(RoomInput, current_locale(), values or {"from_on": today.isoformat()}, faults)
    return render_template(
        "hearing/rooms.html",
        desk=True,
        found=found,
        hours=hours_of_rooms(session, [room.id for room in found.rows], today),
        weekdays=WEEKDAYS,
        clock=clock_words,
        fields=fields,
        faults=forms.summary(fields),
    ), status


@hearing_hours_pages.post("/registry/hearings/rooms")
@staff(Role.PRESIDENT)
def new_room() -> Page:
    """A room is there from a day on."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(RoomInput, values)
        with court.database.write() as session:
            made = add_room(session, given, my_account_id(), court.clock.now()).id
    except InvalidInput as error:
        return _rooms_page(values, error.faults, 422)
    return redirect(url_for("hearing_hours.room", number=made), 303)


@hearing_hours_pages.get("/registry/hearings/rooms/<int:number>")
@staff(Role.PRESIDENT)
def room(number: int) -> Page:
    """One room: when it is open."""
    return _room_page(number, {}, [])


def _room_page(number: int, values: Values, faults: list[FieldFault], status: int = 200) -> Page:
    session, today = current_session(), _today()
    found = room_named(session, number)
    fields = forms.fields_of(RoomHoursInput, current_locale(), values or {"from_on": today.isoformat()}, faults)
    return render_template(
        "hearing/room.html",
        desk=True,
        room=found,
        hours=hours_of_rooms(session, [number], today).get(number, []),
        weekdays=WEEKDAYS,
        clock=clock_words,
        fields=fields,
        faults=forms.summary(fields),
    ), status


@hearing_hours_pages.post("/registry/hearings/rooms/<int:number>")
@staff(Role.PRESIDENT)
def open_room(number: int) -> Page:
    """A room is open at these hours, each week."""
    values, court = request.form.to_dict(flat=False), current_court()
    room_named(current_session(), number)
    try:
        given = forms.parse(RoomHoursInput, values)
        with court.database.write() as session:
            add_hours(session, given, my_account_id(), court.clock.now(), room_id=number)
    except InvalidInput as error:
        return _room_page(number, values, error.faults, 422)
    return redirect(url_for("hearing_hours.room", number=number), 303)


@hearing_hours_pages.post("/registry/hearings/rooms/<int:number>/end")
@staff(Role.PRESIDENT)
def close_room(number: int) -> Page:
    """No hearing is fixed in a room after today; what is fixed stays, and can be moved."""
    with current_court().database.write() as session:
        end_room(session, number, _today())
    return redirect(url_for("hearing_hours.rooms"), 303)


# -- hearing hours ----------------------------------------------------------------


@hearing_hours_pages.get("/registry/hearings/hours")
@staff(Role.PRESIDENT)
def everybody() -> Page:
    """When each judge and assessor hears cases."""
    return _everybody_page({}, [])


def _everybody_page(values: Values, faults: list[FieldFault], status: int = 200) -> Page:
    session, today = current_session(), _today()
    fields = forms.fields_of(HearingHoursInput, current_locale(), values or {"from_on": today.isoformat()}, faults)
    return render_template(
        "hearing/hours.html",
        desk=True,
        own=False,
        found=hearing_hours(session, today, after=after_asked()),
        weekdays=WEEKDAYS,
        clock=clock_words,
        fields=fields,
        faults=forms.summary(fields),
    ), status


@hearing_hours_pages.post("/registry/hearings/hours")
@staff(Role.PRESIDENT)
def set_hours() -> Page:
    """The hearing hours of somebody, each week."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(HearingHoursInput, values)
        with court.database.write() as session:
            account = who_hears(session, given.email)
            add_hours(session, given, my_account_id(), court.clock.now(), account_id=account.id)
    except InvalidInput as error:
        return _everybody_page(values, error.faults, 422)
    return redirect(url_for("hearing_hours.everybody"), 303)


@hearing_hours_pages.get("/today/calendar/hours")
@staff(Role.JUDGE, Role.ASSESSOR)
def own() -> Page:
    """When one hears cases oneself."""
    return _own_page({}, [])


def _own_page(values: Values, faults: list[FieldFault], status: int = 200) -> Page:
    session, today = current_session(), _today()
    fields = forms.fields_of(OwnHoursInput, current_locale(), values or {"from_on": today.isoformat()}, faults)
    return render_template(
        "hearing/hours.html",
        desk=True,
        own=True,
        found=hearing_hours(session, today, my_account_id(), after_asked()),
        weekdays=WEEKDAYS,
        clock=clock_words,
        fields=fields,
        faults=forms.summary(fields),
    ), status


@hearing_hours_pages.post("/today/calendar/hours")
@staff(Role.JUDGE, Role.ASSESSOR)
def set_own() -> Page:
    """One's own hearing hours, each week."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(OwnHoursInput, values)
        with court.database.write() as session:
            add_hours(session, given, my_account_id(), court.clock.now(), account_id=my_account_id())
    except InvalidInput as error:
        return _own_page(values, error.faults, 422)
    return redirect(url_for("hearing_hours.own"), 303)


@hearing_hours_pages.post("/today/calendar/hours/<int:number>/end")
@staff(Role.JUDGE, Role.ASSESSOR)
def end_own(number: int) -> Page:
    """A line of one's own hours ends with today."""
    with current_court().database.write() as session:
        end_hours(session, number, _today(), account_id=my_account_id())
    return redirect(url_for("hearing_hours.own"), 303)


@hearing_hours_pages.post("/registry/hearings/hours/<int:number>/end")
@staff(Role.PRESIDENT)
def end_any(number: int) -> Page:
    """A line of hours of a room or a person ends with today."""
    with current_court().database.write() as session:
        room_id = end_hours(session, number, _today())
    if room_id is not None:
        return redirect(url_for("hearing_hours.room", number=room_id), 303)
    return redirect(url_for("hearing_hours.everybody"), 303)
