"""Pages of preservation before a claim: the application, and the judges on duty."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from odr.docket.models import Role
from odr.ground.db import new_reference
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.judgment.preservation import duty_judge
from odr.judgment.preservation.case_without_claim import is_known, open_before_claim
from odr.judgment.preservation.duty_judge import DutyInput
from odr.judgment.preservation.inputs import BeforeClaimEvidenceInput, BeforeClaimInput, OpeningInput
from odr.procedure.forms import fields as forms
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_person, signed_in, staff
from odr.web.lists import words_asked
from odr.web.pages import Page, about_applicant, look, open_case, pack_today

before = Blueprint("before", __name__)
PRESERVING = form_outside("preservation", BeforeClaimInput, "before.application", T("Preservation before a claim"))
EVIDENCE = form_outside(
    "evidence", BeforeClaimEvidenceInput, "before.evidence", T("Preservation of evidence before a claim")
)


def _application(
    values: dict[str, Any], faults: list[FieldFault], status: int = 200, *, model: type[OpeningInput] = BeforeClaimInput
) -> Page:
    choices = forms.choices_for(model, look(), None, None)
    fields = forms.fields_of(model, current_locale(), values, faults, choices)
    key = values.get("idempotency_key", [new_reference()])
    return render_template(
        "judgment/before.html",
        fields=fields,
        faults=forms.summary(fields),
        known=is_known(pack_today()),
        key=key[0] if isinstance(key, list) else key,
        evidence=model is BeforeClaimEvidenceInput,
        unsent=unsent(EVIDENCE if model is BeforeClaimEvidenceInput else PRESERVING, fields, values),
    ), status


@before.get("/preservation")
@signed_in
def application() -> Page:
    """What is asked for before a claim, and of whom."""
    return _application(about_applicant() | typed(PRESERVING), [])


@before.post("/preservation")
@signed_in
@keeps(PRESERVING)
def apply() -> Page:
    """Open the case and bring the person to it."""
    return _apply(BeforeClaimInput)


@before.get("/preservation/evidence")
@signed_in
def evidence() -> Page:
    """What is asked for to preserve evidence before a claim (CPL 84)."""
    return _application(about_applicant() | typed(EVIDENCE), [], model=BeforeClaimEvidenceInput)


@before.post("/preservation/evidence")
@signed_in
@keeps(EVIDENCE)
def apply_for_evidence() -> Page:
    """Open the case and bring the person to it."""
    return _apply(BeforeClaimEvidenceInput)


def _apply(model: type[OpeningInput]) -> Page:
    return open_case(model, open_before_claim, partial(_application, model=model))


def _duty(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    sitting = look()
    words = words_asked()
    named = duty_judge.judges_in_office(sitting.session, words, "".join(values.get("judge", [])))
    choices = {duty_judge.JUDGES: named.options}
    fields = forms.fields_of(DutyInput, current_locale(), values, faults, choices)
    today = sitting.today
    on = duty_judge.on_duty(sitting.session, today)
    return render_template(
        "judgment/duty.html",
        fields=fields,
        faults=forms.summary(fields),
        turns=duty_judge.turns(sitting.session, today),
        on=on,
        words=words,
        are_more=named.are_more,
    ), status


@before.get("/court/duty")
@staff(Role.PRESIDENT)
def duty_roster() -> Page:
    """Who is on duty for what cannot wait."""
    return _duty({}, [])


@before.post("/court/duty")
@staff(Role.PRESIDENT)
def put_on_duty() -> Page:
    """Put a judge on duty."""
    court, person, values = current_court(), current_person(), request.form.to_dict(flat=False)
    assert person is not None
    try:
        given = forms.parse(DutyInput, values)
        with court.database.write() as session:
            duty_judge.set_turn(session, given, person.account_id, court.clock.now())
    except InvalidInput as error:
        return _duty(values, error.faults, 422)
    return redirect(url_for("before.duty_roster"), 303)
