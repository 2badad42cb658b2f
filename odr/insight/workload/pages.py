"""Pages of the workload: what each kind of event takes, on how many notes that rests, and noting one's own time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from odr.docket.models import Case, Role
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.identity.actors import Actor
from odr.insight.workload.beside import beside
from odr.insight.workload.fitting import fit
from odr.insight.workload.noting import TimeNoteInput, keep_note
from odr.insight.workload.reckoning import hours, notes_by_kind, rules_today
from odr.procedure.forms import fields as forms
from odr.procedure.rules.insight import WorkloadRules
from odr.web.guards import case_page, current_court, current_locale, current_session, staff
from odr.web.pages import Page, look

workload = Blueprint("workload", __name__)
NOTES_TIME = (Role.JUDGE, Role.ASSESSOR, Role.PRESIDENT)


def _rules() -> WorkloadRules:
    rules = rules_today(current_court()).workload
    if rules is None:
        raise NotFound
    return rules


@workload.get("/workload")
@staff(*NOTES_TIME)
def overview() -> Page:
    """What a case weighs, and on what that rests."""
    return _page({}, [])


def _page(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    rules, pack = _rules(), rules_today(current_court())
    choices = forms.choices_for(TimeNoteInput, look(), None, None)
    fields = forms.fields_of(TimeNoteInput, current_locale(), values, faults, choices)
    return render_template(
        "insight/workload.html",
        desk=True,
        rules=rules,
        version=pack.version_of("workload"),
        article=pack.cited(rules.article),
        found=fit(notes_by_kind(current_session()), rules.minimum),
        fields=fields,
        faults=forms.summary(fields),
    ), status


@workload.post("/workload")
@staff(*NOTES_TIME)
def note() -> Page:
    """Note how long one thing took; nobody has to."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        keep_note(court, forms.parse(TimeNoteInput, values), court.clock.now())
    except InvalidInput as error:
        return _page(values, error.faults, 422)
    return redirect(url_for("workload.overview"), 303)


@workload.get("/workload.json")
@staff(*NOTES_TIME)
def as_json() -> Response:
    """The coefficients, and what the notes of time come to, for programs."""
    rules, pack = _rules(), rules_today(current_court())
    found = fit(notes_by_kind(current_session()), rules.minimum)
    return jsonify(
        rules=pack.version_of("workload").isoformat(),
        minimum=rules.minimum,
        events=[
            {
                "kind": key,
                "minutes": None if event.low is None else {"low": event.low, "high": event.high},
                "sample": event.sample,
                "counted_at_most": event.most,
                "usual": event.usual,
                "noted": {"notes": found[key].notes, "low": found[key].low, "high": found[key].high}
                if key in found
                else None,
            }
            for key, event in rules.events.items()
        ],
        more=[
            {
                "kind": key,
                "percent": None if more.low is None else {"low": more.low, "high": more.high},
                "sample": more.sample,
            }
            for key, more in rules.more.items()
        ],
    )


@workload.get("/cases/<reference>/beside")
@case_page(Role.JUDGE)
def of_case(case: Case, actor: Actor) -> Page:
    """How the case stands beside such cases that ended: for its judge alone."""
    found = beside(look(), case)
    if found is None:
        raise NotFound
    return render_template(
        "insight/beside.html", case=case, actor=actor, tab="beside", desk=True, found=found, hours=hours
    )
