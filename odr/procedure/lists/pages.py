"""Pages of one's own lists: what waits, taking it back, having it done now, and what came of each line."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from odr.docket.models import Role
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.lists.kinds import KINDS
from odr.procedure.lists.lists import list_of, lists_of, say_now, take_back
from odr.procedure.lists.models import LineState
from odr.web.guards import current_court, current_locale, current_session, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, my_account_id

lists = Blueprint("lists", __name__)
MAKERS = (Role.CLERK, Role.JUDGE, Role.PRESIDENT)


@lists.get("/lists")
@staff(*MAKERS)
def mine() -> Page:
    """The lists one has made, the newest first."""
    found = lists_of(current_session(), my_account_id(), after_asked())
    return render_template("lists/mine.html", desk=True, found=found, states=list(LineState))


@lists.get("/lists/<reference>")
@staff(*MAKERS)
def one(reference: str) -> Page:
    """One list: its lines, until when they can be taken back, and what came of each."""
    return _one(reference, [])


def _one(reference: str, faults: list[tuple[str, str]], status: int = 200) -> Page:
    made, shown = list_of(current_session(), my_account_id(), reference)
    kind, count = KINDS[made.kind], [one.line.state for one in shown]
    return render_template(
        "lists/one.html",
        desk=True,
        made=made,
        kind=kind,
        shown=shown,
        says=kind.says(made.act, len(shown), made.ticked),
        act=current_court().table[made.act],
        waiting=count.count(LineState.WAITS),
        done=count.count(LineState.DONE),
        refused=count.count(LineState.REFUSED),
        faults=faults,
    ), status


@lists.post("/lists/<reference>/now")
@staff(*MAKERS)
def now(reference: str) -> Page:
    """Do not wait longer."""
    say_now(current_court(), my_account_id(), reference)
    return redirect(url_for("lists.one", reference=reference), 303)


@lists.post("/lists/<reference>/back")
@staff(*MAKERS)
def back(reference: str) -> Page:
    """Take the ticked lines back, or all that wait."""
    numbers = [
        int(each) for each in request.form.getlist("line") if each.isascii() and each.isdigit() and len(each) < 6
    ]
    every = "all" in request.form
    if not numbers and not every:
        fault = InvalidInput.at("line", T("Tick the lines you take back."))
        return _one(reference, [("line", fault.message.render(current_locale()))], 422)
    take_back(current_court(), my_account_id(), reference, None if every else numbers)
    return redirect(url_for("lists.one", reference=reference), 303)
