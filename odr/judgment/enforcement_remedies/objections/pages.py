"""The page on which somebody outside objects to an enforcement, and reads what became of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T
from odr.judgment.enforcement_remedies.objections.from_outside import (
    ObjectFromOutsideInput,
    object_from_outside,
    objections_from_outside,
)
from odr.procedure.forms import fields as forms
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import count_named, current_court, current_locale, current_person, current_session, signed_in
from odr.web.pages import Page

objecting = Blueprint("objecting", __name__, url_prefix="/enforcement-objections")
OBJECTING = form_outside(
    "enforcement_objection", ObjectFromOutsideInput, "objecting.page", T("Objection to an enforcement of others")
)


@objecting.get("")
@signed_in
def page() -> Page:
    """Where somebody objects to an enforcement of others, and sees what became of it."""
    return _page(typed(OBJECTING), [])


def _page(values: dict[str, Any], faults: list[Any], status: int = 200, refused: Any = None) -> Page:
    person = current_person()
    assert person is not None
    start = values or {"name": person.name, "email": person.email}
    fields = forms.fields_of(ObjectFromOutsideInput, current_locale(), start, faults)
    return render_template(
        "judgment/objecting.html",
        fields=fields,
        faults=forms.summary(fields),
        sent=objections_from_outside(current_session(), person.account_id),
        refused=refused,
        unsent=unsent(OBJECTING, fields, values),
    ), status


@objecting.post("")
@signed_in
@keeps(OBJECTING)
def send() -> Page:
    """Put the objection before the judge of the case that is enforced."""
    values, person = request.form.to_dict(flat=False), current_person()
    assert person is not None
    try:
        given = forms.parse(ObjectFromOutsideInput, values)
        count_named(person.account_id)
        object_from_outside(current_court(), person.account_id, given)
    except InvalidInput as error:
        return _page(values, error.faults, 422)
    except ActNotOpen as error:
        return _page(values, [], error.status, error.message)
    return redirect(url_for("objecting.page"), 303)
