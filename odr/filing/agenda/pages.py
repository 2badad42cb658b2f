"""The agenda across cases, and its calendar under a secret address."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, url_for

from odr.docket.models import ReadBy, Thing
from odr.filing.agenda.agenda import (
    account_of,
    calendar_of,
    end_feed,
    has_feed,
    new_feed,
    page_of_agenda,
    readers_of,
)
from odr.web.guards import current_court, current_session, public, signed_in
from odr.web.lists import after_asked
from odr.web.pages import Page, look, my_account_id
from odr.web.readings import note

agenda = Blueprint("agenda", __name__)


def _page(address: str | None = None) -> str:
    return render_template(
        "filing/agenda.html",
        found=page_of_agenda(look(), my_account_id(), after_asked()),
        subscribed=has_feed(current_session(), my_account_id()),
        address=address,
    )


@agenda.get("/agenda")
@signed_in
def show() -> Page:
    """Every time limit of every case one is in or acts in."""
    return _page()


@agenda.post("/agenda/feed")
@signed_in
def make_feed() -> Page:
    """A new secret address for calendar programs, shown once; the earlier one ends."""
    court = current_court()
    with court.database.write() as session:
        token = new_feed(session, my_account_id(), court.clock.machine_now())
    return _page(court.settings.base_url.rstrip("/") + url_for("agenda.feed", token=token))


@agenda.post("/agenda/feed/end")
@signed_in
def stop_feed() -> Page:
    """The address ends at once."""
    court = current_court()
    with court.database.write() as session:
        end_feed(session, my_account_id(), court.clock.machine_now())
    return redirect(url_for("agenda.show"), 303)


@agenda.get("/calendar/<token>.ics")
@public
def feed(token: str) -> Response:
    """The calendar behind a secret address; for programs, so without a cookie."""
    court = look()
    account = account_of(court.session, token)
    body = calendar_of(court, account, current_court().settings.base_url.rstrip("/"))
    for case, actor in readers_of(court, account):
        note(current_court(), case, actor, ReadBy.CALENDAR, Thing.DATES)
    return Response(body, mimetype="text/calendar", headers={"Cache-Control": "private, no-store"})
