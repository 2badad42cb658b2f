"""What somebody began in a form that belongs to no case: looked at, gone on with, kept, thrown away."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.routing import BuildError

from odr.ground.errors import NotFound
from odr.procedure.case import act_drafts
from odr.procedure.forms.typed_again import typed_again
from odr.web.forms_outside import FORMS, FormOutside, me
from odr.web.guards import current_locale, signed_in
from odr.web.pages import Page, begun as begun_in, kept_answer

begun = Blueprint("begun", __name__, url_prefix="/begun")


def _form(name: str) -> FormOutside:
    """The form of this address. Raises NotFound where the address says nothing that a form could be about."""
    form = FORMS.get(name)
    if form is None or any(not request.args.get(part) for part in form.about):
        raise NotFound
    try:
        form.begun_at(request.args)
    except (ValueError, BuildError):
        raise NotFound from None
    return form


@begun.get("/<name>")
@signed_in
def one(name: str) -> Page:
    """The words as they are kept, also where the form itself is open no more."""
    form = _form(name)
    found = begun_in(None, me(), form)
    if found is None:
        raise NotFound
    texts = [act_drafts.answers_of(found), *act_drafts.asides_of(found)]
    return render_template(
        "generic/begun.html",
        form=form,
        found=found,
        texts=[typed_again([form.input], each, current_locale()) for each in texts],
        go_on=form.begun_at(request.args),
        keep_at=form.kept_at(request.args),
    )


@begun.post("/<name>")
@signed_in
def keep(name: str) -> Page:
    """Keep what was typed, or throw it away; nothing is sent."""
    form = _form(name)
    return kept_answer(None, me(), form, form.begun_at(request.args), url_for("register.home"))
