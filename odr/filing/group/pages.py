"""Announcements of actions of many, open to everybody, and registering for one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from odr.filing.group.inputs import RegistrationInput
from odr.filing.group.registration import find_announcement, open_announcements, register, registrations_of
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T
from odr.procedure.forms import fields as forms
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_person, current_session, public, signed_in
from odr.web.pages import Page, look

group = Blueprint("group", __name__)
REGISTRATION = form_outside(
    "registration", RegistrationInput, "group.form", T("Registration for an action of many"), ("reference",)
)


@group.get("/registrations")
@public
def listing() -> Page:
    """Actions of many for which one may register now."""
    person = current_person()
    mine = registrations_of(current_session(), person.account_id) if person is not None else []
    return render_template("filing/registrations.html", found=open_announcements(look()), mine=mine)


@group.get("/registrations/<reference>")
@public
def announcement(reference: str) -> Page:
    """One announcement: what the case is about, what is asked for, until when, and what follows for whom."""
    return render_template("filing/registration.html", one=find_announcement(look(), reference))


@group.get("/registrations/<reference>/register")
@signed_in
def form(reference: str) -> Page:
    """What somebody who registers is asked."""
    return _page(reference, typed(REGISTRATION, reference=reference), [])


def _page(
    reference: str, values: dict[str, Any], faults: list[FieldFault], status: int = 200, refused: Any = None
) -> Page:
    person = current_person()
    assert person is not None
    one = find_announcement(look(), reference)
    fields = forms.fields_of(
        RegistrationInput, current_locale(), values or {"name": person.name, "email": person.email}, faults
    )
    return render_template(
        "filing/register_for.html",
        one=one,
        fields=fields,
        faults=forms.summary(fields),
        refused=refused,
        unsent=unsent(REGISTRATION, fields, values, reference=reference),
    ), status


@group.post("/registrations/<reference>/register")
@signed_in
@keeps(REGISTRATION)
def send(reference: str) -> Page:
    """Put the registration before the registry."""
    values, person = request.form.to_dict(flat=False), current_person()
    assert person is not None
    try:
        register(current_court(), person.account_id, reference, forms.parse(RegistrationInput, values))
    except InvalidInput as error:
        return _page(reference, values, error.faults, 422)
    except ActNotOpen as error:
        return _page(reference, values, [], error.status, error.message)
    return redirect(url_for("group.listing"), 303)
