"""The judge's week, the hearing list of the court, and the cases a free slot can be given to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from flask import Blueprint, redirect, render_template, request, url_for

from odr.docket.models import Role
from odr.ground.db import new_reference
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.hearing.courtroom.calendar.models import CourtRoom, RoomKind
from odr.hearing.courtroom.calendar.moving_many import A_PAGE as MOST_MOVED, LONGEST_TIME, move_together, moves
from odr.hearing.courtroom.calendar.suggested import A_PAGE, suggestions, summon_together
from odr.hearing.courtroom.calendar.week import DAYS, hearing_list, judges_week, monday_of, waiting_for_a_day
from odr.hearing.courtroom.inputs import SummonInput
from odr.hearing.courtroom.moving import MoveInput
from odr.hearing.vocabulary import Mode
from odr.procedure.forms.fields import fields_of, parse, summary
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.lists.lists import lists_waiting
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_session, staff
from odr.web.lists import after_asked
from odr.web.numbers import number_in
from odr.web.pages import Page, look, my_account_id

hearing_calendar = Blueprint("hearing_calendar", __name__)
ASKED = ("on", "at", "length", "place", "mode", "despite")
"""What a line of the suggested calendar gives to the summons."""
MOVED_FIELDS = ("on", "at", "place", "despite")
"""What a line of hearings to be moved gives to the act."""
FARTHEST = timedelta(days=3 * 366)
"""How far from today a calendar is shown."""
MODE_OF = {RoomKind.COURTROOM: Mode.OFFLINE, RoomKind.VIDEO: Mode.LIVE}
"""How a hearing is held in a room, until somebody chooses otherwise."""


def _today() -> date:
    court = current_court()
    return court.clock.now().astimezone(court.settings.tz).date()


def day_asked(name: str = "day") -> date:
    """The day an address names; today where it names none, or one far off."""
    try:
        day = date.fromisoformat(request.args.get(name, "")[:10])
    except ValueError:
        return _today()
    return day if abs(day - _today()) <= FARTHEST else _today()


@hearing_calendar.get("/today/calendar")
@staff(Role.JUDGE, Role.ASSESSOR)
def week() -> Page:
    """What one hears this week, and when one is free."""
    monday = monday_of(day_asked())
    return render_template(
        "hearing/week.html",
        desk=True,
        week=judges_week(look(), my_account_id(), monday),
        before=monday - timedelta(days=DAYS),
        then=monday + timedelta(days=DAYS),
        me=my_account_id(),
    )


@hearing_calendar.get("/registry/hearings")
@staff(Role.CLERK, Role.PRESIDENT)
def listing() -> Page:
    """Every hearing of a day or week; what was chosen stands in the address."""
    first, span = day_asked(), request.args.get("span", "")
    judge = number_in(request.args, "judge")
    room = " ".join(request.args.get("room", "").split())[:300] or None
    found = hearing_list(
        look(),
        my_account_id(),
        first,
        whole_week=span == "week",
        judge=judge,
        room=room,
        after=after_asked(),
        judges_after=after_asked("judges"),
        slots_after=after_asked("slots"),
    )
    return render_template(
        "hearing/list.html",
        desk=True,
        found=found,
        span="week" if span == "week" else "day",
        judge=judge,
        room=room,
        before=first - timedelta(days=DAYS if span == "week" else 1),
        then=first + timedelta(days=DAYS if span == "week" else 1),
    )


@hearing_calendar.get("/registry/hearings/slot")
@staff(Role.CLERK, Role.JUDGE)
def slot() -> Page:
    """Cases that wait for a day, of the judge whose slot is free: day, hour and room are filled in where one is chosen."""
    judge = number_in(request.args, "judge") or my_account_id()
    room = current_session().get(CourtRoom, number_in(request.args, "room") or 0)
    filled = {"on": day_asked("on").isoformat(), "at": request.args.get("at", "")[:5]}
    length = number_in(request.args, "length")
    if length is not None:
        filled["length"] = str(length)
    if room is not None:
        filled |= {"place": room.name, "mode": MODE_OF[room.kind].value}
    return render_template(
        "hearing/slot.html",
        desk=True,
        found=waiting_for_a_day(look(), my_account_id(), judge, after_asked()),
        filled=filled,
        on=day_asked("on"),
        room=room,
    )


# -- suggested from what is ready ---------------------------------------------------


@hearing_calendar.get("/registry/hearings/suggested")
@staff(Role.CLERK)
def suggested() -> Page:
    """Every case that waits for a day with the slot suggested for it."""
    return _suggested_page(None, [])


def _suggested_page(chosen: list[str] | None, faults: list[FieldFault], status: int = 200) -> Page:
    return render_template(
        "hearing/suggested.html",
        desk=True,
        found=suggestions(look(), my_account_id(), after_asked()),
        chosen=chosen,
        faults=[("case", fault.message.render(current_locale())) for fault in faults],
        waits=lists_waiting(current_session(), my_account_id()),
        key=(request.form.get("key") or new_reference())[:60],
    ), status


@hearing_calendar.post("/registry/hearings/suggested")
@staff(Role.CLERK)
def fix_suggested() -> Page:
    """Put the summons of each case that is ticked on a list."""
    chosen = list(dict.fromkeys(request.form.getlist("case")))[:A_PAGE]
    try:
        given = [(ref, parse(SummonInput, _of_line(ref, ASKED))) for ref in chosen]
        key = (request.form.get("key") or new_reference())[:60]
        made = summon_together(current_court(), my_account_id(), given, key)
    except InvalidInput as error:
        return _suggested_page(chosen, error.faults, 422)
    return redirect(url_for("lists.one", reference=made), 303)


# -- many moved at once ---------------------------------------------------------------


class MoveManyInput(CourtModel):
    """Why hearings are moved, as each notice says it."""

    reasons: Annotated[str, CourtText(10, 4000), field(T("Why, as the notice says it"), widget="textarea")]


MOVING = form_outside("moving", MoveManyInput, "hearing_calendar.move_many", T("Moving many hearings"))


@hearing_calendar.get("/registry/hearings/move")
@staff(Role.PRESIDENT)
def move_many() -> Page:
    """The hearings of a judge or room in some days, and where each could go."""
    return _move_page(None, [])


def _move_page(chosen: list[str] | None, faults: list[FieldFault], status: int = 200) -> Page:
    first = day_asked("from")
    last = min(max(day_asked("to"), first), first + timedelta(days=LONGEST_TIME))
    judge, room = number_in(request.args, "judge"), " ".join(request.args.get("room", "").split())[:300] or None
    asked = judge is not None or room is not None
    values = request.form.to_dict(flat=False) if request.method == "POST" else typed(MOVING)
    fields = fields_of(MoveManyInput, current_locale(), values, faults)
    return render_template(
        "hearing/move.html",
        desk=True,
        first=first,
        last=last,
        judge=judge,
        room=room,
        found=moves(look(), first, last, judge=judge, room=room, reader=my_account_id(), after=after_asked())
        if asked
        else None,
        whom=hearing_list(look(), my_account_id(), first, whole_week=True),
        chosen=chosen,
        fields=fields,
        unsent=unsent(MOVING, fields, values),
        faults=[
            *summary(fields),
            *(("case", one.message.render(current_locale())) for one in faults if one.location[:1] == ("case",)),
        ],
        waits=lists_waiting(current_session(), my_account_id()),
        key=(request.form.get("key") or new_reference())[:60],
    ), status


@hearing_calendar.post("/registry/hearings/move")
@staff(Role.PRESIDENT)
@keeps(MOVING)
def move_chosen() -> Page:
    """Put the moving of each hearing that is ticked on a list."""
    chosen = list(dict.fromkeys(request.form.getlist("case")))[:MOST_MOVED]
    try:
        reasons = parse(MoveManyInput, {"reasons": request.form.get("reasons", "")}).reasons
        given = [
            (ref, parse(MoveInput, {"hearing": ref, "reasons": reasons} | _of_line(ref, MOVED_FIELDS)))
            for ref in chosen
        ]
        made = move_together(current_court(), my_account_id(), given, (request.form.get("key") or new_reference())[:60])
    except InvalidInput as error:
        return _move_page(chosen, error.faults, 422)
    return redirect(url_for("lists.one", reference=made), 303)


def _of_line(reference: str, names: Sequence[str]) -> dict[str, str]:
    """What the form gives for one of its lines."""
    return {name: request.form.get(f"{name}-{reference}", "") for name in names}
