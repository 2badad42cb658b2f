"""The public list of mediators, a mediator's own entry, and the president's desk for it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from odr.docket.models import Role
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.procedure.forms import fields as forms
from odr.settlement.mediators.entries import (
    SPEAKS,
    MediatorEntryInput,
    decide_entry,
    listed,
    own_entries,
    propose_entry,
    take_off,
    waiting_entries,
)
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_session, public, staff
from odr.web.pages import Page, look, my_account_id, pack_today

mediators = Blueprint("mediators", __name__)
MOST_REASON = 1000
ENTRY = form_outside("mediator_entry", MediatorEntryInput, "mediators.mine", T("My entry in the list of mediators"))


def _causes() -> dict[str, Any]:
    court, pack = current_court(), pack_today()
    return dict(pack.causes_on(court.clock.now().astimezone(pack.tz).date()))


@mediators.get("/mediators")
@public
def show() -> Page:
    """Who mediates for this court: fields, languages, cost, organisation, and what came of it (OMR 5)."""
    cause, speaks = request.args.get("cause", ""), request.args.get("language", "")
    causes = _causes()
    return render_template(
        "settlement/mediators.html",
        lines=listed(current_session(), cause if cause in causes else None, speaks if speaks in SPEAKS else None),
        causes=causes,
        speaks=SPEAKS,
        chosen={"cause": cause, "language": speaks},
    )


@mediators.get("/mediators/mine")
@staff(Role.MEDIATOR)
def mine() -> Page:
    """A mediator's own entry."""
    shown, other = own_entries(current_session(), my_account_id())
    newest = other if other is not None and other.decided_at is None else shown
    values = forms.flatten(newest.told) if newest is not None else {}
    return _mine(typed(ENTRY) or values, [])


def _mine(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    choices = forms.choices_for(MediatorEntryInput, look(), None, None)
    fields = forms.fields_of(MediatorEntryInput, current_locale(), values, faults, choices)
    shown, other = own_entries(current_session(), my_account_id())
    return render_template(
        "settlement/mediator_entry.html",
        fields=fields,
        faults=forms.summary(fields),
        shown=shown,
        other=other,
        unsent=unsent(ENTRY, fields, values),
    ), status


@mediators.post("/mediators/mine")
@staff(Role.MEDIATOR)
@keeps(ENTRY)
def propose() -> Page:
    """Send the entry to the president."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(MediatorEntryInput, values, currency=pack_today().currency)
        unknown = set(given.fields) - set(_causes())
        if unknown:
            raise InvalidInput.at("fields", T("Choose one of those listed."))
    except InvalidInput as error:
        return _mine(values, error.faults, 422)
    with court.database.write() as session:
        propose_entry(session, my_account_id(), given, court.clock.now())
    return redirect(url_for("mediators.mine"), 303)


@mediators.get("/mediators/desk")
@staff(Role.PRESIDENT)
def desk() -> Page:
    """Entries that wait for the president, and those that are published."""
    return _desk({})


def _desk(faults: dict[str, InvalidInput], status: int = 200, typed: dict[str, str] | None = None) -> Page:
    session = current_session()
    return render_template(
        "settlement/mediators_desk.html",
        waiting=waiting_entries(session),
        lines=listed(session),
        causes=_causes(),
        speaks=SPEAKS,
        faults={reference: error.faults[0].message for reference, error in faults.items()},
        typed=typed or {},
    ), status


@mediators.post("/mediators/<reference>/decide")
@staff(Role.PRESIDENT)
def decide(reference: str) -> Page:
    """Publish an entry, decline it, or take it off the list."""
    court, by, now = current_court(), my_account_id(), current_court().clock.now()
    reason, decision = request.form.get("reason", "").strip()[:MOST_REASON], request.form.get("decision", "")
    try:
        with court.database.write() as session:
            if decision == "off":
                take_off(session, reference, reason, by, now)
            else:
                decide_entry(session, reference, decision == "publish", reason or None, by, now)
    except InvalidInput as error:
        return _desk({reference: error}, 422, {reference: reason})
    return redirect(url_for("mediators.desk"), 303)
