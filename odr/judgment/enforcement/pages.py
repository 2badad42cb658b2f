"""The page on which a creditor reads the questions of an application to enforce, before it opens and when it is open."""

from __future__ import annotations

from flask import Blueprint, render_template

from odr.docket.models import PARTY_ROLES, Case
from odr.ground.db import new_reference
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.enforcement.case_views import application
from odr.procedure.forms import fields as forms
from odr.web.guards import case_page, current_court, current_locale
from odr.web.pages import Page, begun, look

enforcement = Blueprint("enforcement", __name__, url_prefix="/cases/<reference>/enforcement")


@enforcement.get("")
@case_page(*PARTY_ROLES)
def page(case: Case, actor: Actor) -> Page:
    """Four questions: what is open, against whom, what one knows, and sending it. Most is filled in from the decision."""
    court, act = look(), current_court().table[names.APPLY_FOR_ENFORCEMENT]
    kept = begun(case, actor, act)
    asked = application(court, case, actor)
    return render_template(
        "judgment/enforcement.html",
        case=case,
        actor=actor,
        page=asked,
        fields=forms.fields_of(act.input, current_locale(), kept.values if kept is not None else {}, []),
        act=act,
        key=new_reference(),
        tab="decision",
    )
