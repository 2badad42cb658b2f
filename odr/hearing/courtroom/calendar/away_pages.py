"""Where everybody tells on which days they cannot come to a hearing."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from odr.ground.errors import FieldFault, InvalidInput
from odr.hearing.courtroom.calendar.away import AwayInput, take_back, tell, told_by
from odr.procedure.forms import fields as forms
from odr.web.guards import current_court, current_locale, current_session, signed_in
from odr.web.lists import after_asked
from odr.web.pages import Page, my_account_id

days_away = Blueprint("days_away", __name__)


@days_away.get("/account/away")
@signed_in
def mine() -> Page:
    """The days one has told, and a form for more."""
    return _page({}, [])


def _page(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    fields = forms.fields_of(AwayInput, current_locale(), values, faults)
    found = told_by(current_session(), my_account_id(), _today(), after_asked())
    return render_template("hearing/days_away.html", fields=fields, faults=forms.summary(fields), found=found), status


def _today() -> date:
    court = current_court()
    return court.clock.now().astimezone(court.settings.tz).date()


@days_away.post("/account/away")
@signed_in
def add() -> Page:
    """Tell more days; nothing typed is lost where they cannot be taken."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(AwayInput, values)
        with court.database.write() as session:
            tell(session, my_account_id(), given, _today(), court.clock.now())
    except InvalidInput as error:
        return _page(values, error.faults, 422)
    return redirect(url_for("days_away.mine"), 303)


@days_away.post("/account/away/<int:number>/end")
@signed_in
def end(number: int) -> Page:
    """One can come after all."""
    court = current_court()
    with court.database.write() as session:
        take_back(session, my_account_id(), number, court.clock.now())
    return redirect(url_for("days_away.mine"), 303)
