"""The guided start, for anybody: nothing is kept but in the visitor's own browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for

from odr.filing.draft.examples import QUESTIONS, Example, by_step
from odr.filing.draft.guide import COOKIE, KEPT_FOR, Advice, GuideInput, advise, seal_answers
from odr.ground.errors import FieldFault, InvalidInput
from odr.procedure.forms import fields as forms
from odr.web.guards import current_court, current_locale, is_secure, public
from odr.web.pages import Page, look

guide = Blueprint("guide", __name__)


def _page(values: dict[str, Any], faults: list[FieldFault], status: int = 200, advice: Advice | None = None) -> Page:
    choices = forms.choices_for(GuideInput, look(), None, None)
    fields = forms.fields_of(GuideInput, current_locale(), values, faults, choices)
    fee = None
    if advice is not None:
        amount = values.get("amount", "")
        fee = url_for(
            "payments.simulator",
            cause=advice.given.cause,
            track=advice.track.track,
            amount=amount[0] if isinstance(amount, list) else amount,
        )
    letter = advice.letter(current_locale()) if advice else ""
    return render_template(
        "filing/guide.html", fields=fields, faults=forms.summary(fields), advice=advice, fee=fee, letter=letter
    ), status


@guide.get("/examples")
@public
def hard_questions() -> Page:
    """Examples for the questions people find hard."""
    return render_template("filing/examples.html", questions=QUESTIONS)


@guide.app_template_global("examples_of")
def examples_of(step: str) -> Sequence[Example]:
    """Examples for a step of the claim; none for most."""
    return by_step().get(step, ())


@guide.get("/start/guide")
@public
def questions() -> Page:
    """The questions, in plain words."""
    return _page({"cause": request.args["cause"]} if request.args.get("cause") else {}, [])


@guide.post("/start/guide")
@public
def answers() -> Page:
    """What follows from the answers; they come along when a claim is begun, also after signing in."""
    values = request.form.to_dict(flat=False)
    try:
        given = forms.parse(GuideInput, values)
        advice = advise(current_court(), given)
    except InvalidInput as error:
        return _page(values, error.faults, 422)
    answer = make_response(_page(values, [], advice=advice))
    secure = is_secure(current_court().settings)
    answer.set_cookie(
        COOKIE,
        seal_answers(current_court(), given),
        max_age=KEPT_FOR,
        path=url_for("filing.begin"),
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
    return answer
