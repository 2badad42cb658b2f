"""Pages of the two questions after each step: asking them, what they came to for everybody, the words for the court."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from odr.docket.models import Case, Role
from odr.ground.errors import FieldFault, InvalidInput
from odr.identity.actors import Actor
from odr.procedure.forms import fields as forms
from odr.register.feedback.answers import FEWEST, StepInput, as_csv, figures, keep_answer, step_to_ask, words_said
from odr.register.models import Clear, Hindrance
from odr.web.guards import case_page, current_court, current_locale, current_session, public, staff
from odr.web.pages import Page, pack_today

feedback = Blueprint("feedback", __name__)
PARTIES = (Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY)


@feedback.get("/cases/<reference>/asked")
@case_page(*PARTIES)
def asked(case: Case, actor: Actor) -> Page:
    """The two questions of the step that is behind the reader, or thanks."""
    return _asked(case, actor, {}, [])


def _asked(case: Case, actor: Actor, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    fields = forms.fields_of(StepInput, current_locale(), values, faults)
    return render_template(
        "register/asked.html",
        case=case,
        actor=actor,
        step=step_to_ask(current_session(), case, actor),
        fields=fields,
        faults=forms.summary(fields),
        tab="asked",
    ), status


@feedback.post("/cases/<reference>/asked")
@case_page(*PARTIES)
def answer(case: Case, actor: Actor) -> Page:
    """Keep the answer, apart from who gave it; or that somebody does not want to."""
    values, given = request.form.to_dict(flat=False), None
    if not request.form.get("skip"):
        try:
            given = forms.parse(StepInput, values, currency=pack_today().currency)
        except InvalidInput as error:
            return _asked(case, actor, values, error.faults, 422)
    with current_court().sit() as sitting:
        keep_answer(sitting, sitting.session.get_one(Case, case.id), actor, given)
    if given is None:
        return redirect(url_for("cases.overview", reference=case.reference), 303)
    return redirect(url_for("feedback.asked", reference=case.reference), 303)


@feedback.get("/what-people-said")
@public
def said() -> Page:
    """What people answered after each step, for everybody."""
    return render_template(
        "register/said.html", lines=figures(current_session()), fewest=FEWEST, clear=Clear, hindrances=Hindrance
    )


@feedback.get("/what-people-said.csv")
@public
def said_csv() -> Response:
    """The same for a spreadsheet."""
    return Response(as_csv(figures(current_session())), mimetype="text/csv")


@feedback.get("/what-people-said/words")
@staff(Role.PRESIDENT, Role.ADMIN)
def words() -> Page:
    """What was said in words, for the court alone."""
    return render_template("register/said_words.html", lines=words_said(current_session()))
