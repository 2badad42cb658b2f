"""The complaints desk: all complaints of the court with their day, and who answers them."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for

from odr.docket.models import Role
from odr.filing.complaints.naming import DutyInput, name_answerer
from odr.filing.complaints.queries import complaints as listed, duty, figures, office
from odr.filing.complaints.rules import ABOUT, Standing
from odr.ground.errors import FieldFault, InvalidInput
from odr.procedure.forms import fields as forms
from odr.web.guards import current_court, current_locale, current_session, staff
from odr.web.lists import after_asked, words_asked
from odr.web.pages import Page, my_account_id, pack_today

complaints = Blueprint("complaints", __name__)


@complaints.get("/registry/complaints")
@staff(Role.PRESIDENT)
def desk() -> Page:
    """Every complaint of the court, with its day, how old it is, on what it rests, and whether it was answered in time."""
    return _desk([])


@complaints.post("/registry/complaints/answerer")
@staff(Role.PRESIDENT)
def name() -> Page:
    """Name who answers the complaints that come from now on."""
    court = current_court()
    try:
        given: DutyInput = forms.parse(DutyInput, request.form.to_dict(flat=False))
        with court.database.write() as session:
            name_answerer(court.notary, session, given, my_account_id(), court.clock.now())
    except InvalidInput as error:
        return _desk(error.faults, 422)
    return redirect(url_for("complaints.desk"), 303)


def first_of_the_year(now: datetime) -> datetime:
    """Since when the figures count: the first day of the year at the court."""
    return now.astimezone(current_court().settings.tz).replace(
        month=1, day=1, hour=0, minute=0, second=0, microsecond=0
    )


def _desk(faults: list[FieldFault], status: int = 200) -> Page:
    court, session = current_court(), current_session()
    now = court.clock.now()
    asked, about = request.args.get("standing", ""), request.args.get("about", "")
    standing = next((one for one in Standing if one.value == asked), None)
    named = duty(session)
    return render_template(
        "filing/complaints.html",
        desk=True,
        now=now,
        today=now.astimezone(court.settings.tz).date(),
        found=listed(
            session,
            now,
            my_account_id(),
            standing=standing,
            about=about if about in ABOUT else None,
            words=words_asked(),
            after=after_asked(),
            today=now.astimezone(court.settings.tz).date(),
        ),
        figures=figures(session, now, first_of_the_year(now)),
        pack=pack_today(),
        standings=list(Standing),
        standing=standing,
        abouts=ABOUT,
        about=about,
        words=words_asked(),
        office=office(session),
        named=named.account_id if named is not None else None,
        faults=[("person", fault.message.render(current_locale())) for fault in faults],
    ), status
