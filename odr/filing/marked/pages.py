"""The queue of later filings: looked at by the clerk, in order or marked, and the marks that wait."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from odr.docket.models import Role
from odr.filing.marked.queries import marked, note_in_order, to_look_at
from odr.web.guards import current_court, current_session, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, my_account_id

filings = Blueprint("filings", __name__)


@filings.get("/registry/filings")
@staff(Role.CLERK)
def queue() -> Page:
    """Later filings in one's cases that nobody has looked at, the oldest first, and marks that wait."""
    session, me = current_session(), my_account_id()
    return render_template(
        "filing/filings.html",
        desk=True,
        found=to_look_at(session, me, after_asked()),
        marks=marked(session, after_asked("marks"), clerk=me),
    )


@filings.post("/registry/filings")
@staff(Role.CLERK)
def in_order() -> Response:
    """Nothing is to be marked in what is ticked; nothing is recorded on any docket."""
    court = current_court()
    with court.database.write() as session:
        note_in_order(session, my_account_id(), request.form.getlist("filing")[:200], court.clock.now())
    return redirect(url_for("filings.queue"), 303)
