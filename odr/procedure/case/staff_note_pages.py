"""Pages of the notes between people of the court: those of a case, and all that wait for oneself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from odr.docket.models import Case
from odr.ground.errors import FieldFault, InvalidInput
from odr.identity.actors import Actor
from odr.procedure.case.act_drafts import PageForm
from odr.procedure.case.staff_notes import WRITERS, StaffNoteInput, close, notes_for, notes_of, write
from odr.procedure.forms import fields as forms, once
from odr.web.guards import case_page, current_court, current_locale, current_session, staff
from odr.web.lists import after_asked
from odr.web.numbers import number_in
from odr.web.pages import Page, kept_answer, my_account_id, throw_away, typed_before

staff_notes = Blueprint("staff_notes", __name__)
FORM = PageForm("staff_note", StaffNoteInput)


@staff_notes.get("/notes")
@staff(*WRITERS)
def mine() -> Page:
    """Open notes of colleagues for one's seats."""
    return render_template(
        "procedure/notes_mine.html", desk=True, found=notes_for(current_session(), my_account_id(), after_asked())
    )


@staff_notes.get("/cases/<reference>/notes")
@case_page(*WRITERS)
def of_case(case: Case, actor: Actor) -> Page:
    """The notes of a case, open ones first, and a form for another."""
    return _page(case, actor, typed_before(case, actor, FORM) or forms.with_defaults(StaffNoteInput, {}), [])


def _page(case: Case, actor: Actor, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    session, entry = current_session(), _entry()
    fields = forms.fields_of(StaffNoteInput, current_locale(), values, faults)
    return render_template(
        "procedure/notes.html",
        case=case,
        actor=actor,
        tab="docket",
        desk=True,
        entry=entry,
        open=notes_of(session, case, after_asked(), entry),
        closed=notes_of(session, case, after_asked("closed"), entry, closed=True),
        fields=fields,
        faults=forms.summary(fields),
        once=once.given(values),
    ), status


def _entry() -> int | None:
    return number_in(request.args, "entry")


@staff_notes.post("/cases/<reference>/notes")
@case_page(*WRITERS)
def add(case: Case, actor: Actor) -> Page:
    """Enter a note; nothing typed is lost where it cannot be entered."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(StaffNoteInput, values)
        with court.database.write() as session:
            write(
                session, session.get_one(Case, case.id), actor, given, court.clock.now(), _entry(), once.given(values)
            )
    except InvalidInput as error:
        return _page(case, actor, values, error.faults, 422)
    throw_away(case, actor, FORM)
    return redirect(_here(case), 303)


@staff_notes.post("/cases/<reference>/notes/draft")
@case_page(*WRITERS)
def keep(case: Case, actor: Actor) -> Page:
    """Keep what was typed, or throw it away; no note is entered."""
    return kept_answer(case, actor, FORM, _here(case), url_for("cases.overview", reference=case.reference))


@staff_notes.post("/cases/<reference>/notes/<note>/close")
@case_page(*WRITERS)
def done(case: Case, actor: Actor, note: str) -> Response:
    """A note is dealt with."""
    court = current_court()
    with court.database.write() as session:
        close(session, session.get_one(Case, case.id), note, actor, court.clock.now())
    return redirect(_here(case), 303)


def _here(case: Case) -> str:
    return url_for("staff_notes.of_case", reference=case.reference, entry=_entry())
