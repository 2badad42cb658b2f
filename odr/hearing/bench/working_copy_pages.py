"""Pages of a judge's working copy: marks of one case, what a judge before left, and what one has of cases one left."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from odr.docket.models import BENCH_ROLES, Case, Role
from odr.ground.errors import FieldFault, InvalidInput
from odr.hearing.bench.working_copy import (
    MarkInput,
    add_mark,
    behind,
    destroy,
    keep_back,
    leave,
    left_by,
    marks_of,
    note_of,
    of_mine,
    offered_to,
    remove_mark,
    save_note,
    seen_note,
    take_over,
)
from odr.identity.actors import Actor
from odr.procedure.forms import fields as forms, once
from odr.web.guards import case_page, current_court, current_locale, current_session, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, my_account_id

working_copy = Blueprint("working_copy", __name__)
HERE = "/cases/<reference>/working-copy"
NOTES = "case-notes"
"""The field of the notes on a page."""


@working_copy.get(HERE)
@case_page(*BENCH_ROLES)
def of_case(case: Case, actor: Actor) -> Page:
    """One's own notes and marks, a form for another mark, and what a judge before left."""
    about = request.args.get("about", "")[:20]
    return _page(case, actor, forms.with_defaults(MarkInput, {"about": about}), [])


def _page(
    case: Case,
    actor: Actor,
    values: dict[str, Any],
    faults: list[FieldFault],
    status: int = 200,
    typed: str | None = None,
) -> Page:
    """``typed``: the notes as they were typed where they could not be saved; their faults are those given."""
    session, me = current_session(), my_account_id()
    fields = forms.fields_of(MarkInput, current_locale(), values, faults if typed is None else [])
    note = note_of(session, case.id, me)
    told = [(NOTES, f.message.render(current_locale())) for f in faults] if typed is not None else []
    about = request.args.get("about", "")[:20]
    judge = actor.role is Role.JUDGE
    return render_template(
        "hearing/working_copy.html",
        case=case,
        actor=actor,
        tab="examination",
        desk=True,
        about=about,
        note=note,
        typed=typed,
        note_faults=told,
        seen=seen_note(note),
        marks=marks_of(session, case, me, after_asked(), about),
        left=left_by(session, case.id, me) if judge else None,
        offered=offered_to(session, case, me) if judge else [],
        judge=judge,
        fields=fields,
        faults=[*forms.summary(fields), *told],
        once=once.given(values),
    ), status


def _back(case: Case) -> Response:
    return redirect(url_for("working_copy.of_case", reference=case.reference), 303)


@working_copy.post(HERE)
@case_page(*BENCH_ROLES)
def add(case: Case, actor: Actor) -> Page:
    """Enter a mark; nothing typed is lost where it cannot be entered."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(MarkInput, values)
        with court.database.write() as session:
            again = session.get_one(Case, case.id)
            add_mark(court.look(session), again, actor, given, court.clock.now(), once.given(values))
    except InvalidInput as error:
        return _page(case, actor, values, error.faults, 422)
    return _back(case)


@working_copy.post(f"{HERE}/notes")
@case_page(*BENCH_ROLES)
def notes(case: Case, actor: Actor) -> Page:
    """Keep one's notes on the case; nothing typed is lost where they cannot be kept."""
    court, words = current_court(), request.form.get("words", "")
    try:
        with court.database.write() as session:
            save_note(session, case.id, my_account_id(), words, court.clock.now(), request.form.get("seen"))
    except InvalidInput as error:
        return _page(case, actor, forms.with_defaults(MarkInput, {}), error.faults, 422, words)
    return _back(case)


@working_copy.post(f"{HERE}/marks/<mark>/remove")
@case_page(*BENCH_ROLES)
def remove(case: Case, actor: Actor, mark: str) -> Response:
    """A mark of one's own goes for good."""
    with current_court().database.write() as session:
        remove_mark(session, case, my_account_id(), mark)
    return _back(case)


@working_copy.post(f"{HERE}/left")
@case_page(Role.JUDGE)
def leave_it(case: Case, actor: Actor) -> Response:
    """Let whoever follows have it, or nobody after all."""
    _choose(case, request.form.get("to", ""))
    return _back(case)


def _choose(case: Case, to: str) -> None:
    court, me = current_court(), my_account_id()
    with court.database.write() as session:
        if to == "successor":
            leave(session, case, me, court.clock.now())
        elif to == "nobody":
            keep_back(session, case, me)
        elif to == "destroyed":
            destroy(session, case, me)


@working_copy.post(f"{HERE}/taken/<int:number>")
@case_page(Role.JUDGE)
def take(case: Case, actor: Actor, number: int) -> Response:
    """Take over what a judge before left."""
    court = current_court()
    with court.database.write() as session:
        take_over(session, session.get_one(Case, case.id), actor, number, court.clock.now())
    return _back(case)


@working_copy.get("/working-copies")
@staff(Role.JUDGE)
def mine() -> Page:
    """Working copies of cases in which one sits no more."""
    found = behind(current_session(), my_account_id(), after_asked())
    return render_template("hearing/working_copies.html", desk=True, found=found)


@working_copy.post("/working-copies/<reference>")
@staff(Role.JUDGE)
def choose(reference: str) -> Response:
    """Leave one to whoever follows, to nobody, or destroy it."""
    case = of_mine(current_session(), my_account_id(), reference)
    _choose(case, request.form.get("to", ""))
    return redirect(url_for("working_copy.mine"), 303)
