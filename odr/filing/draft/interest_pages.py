"""Working out interest for a claim being written, and taking it over as something asked for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from odr.filing.draft import drafts
from odr.filing.draft.claimed_interest import InterestInput, Worked, add_to, work_out
from odr.filing.models import DraftState
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T
from odr.procedure.forms import fields as forms
from odr.web.guards import current_court, current_locale, current_session, signed_in
from odr.web.pages import Page, my_account_id, pack_today

interest = Blueprint("interest", __name__)


@interest.get("/claim/<draft>/interest")
@signed_in
def ask(draft: str) -> Page:
    """From what sum, when and at which rate."""
    return _page(draft, {}, [], None)


def _page(
    draft: str, values: dict[str, Any], faults: list[FieldFault], worked: Worked | None, status: int = 200
) -> Page:
    found = drafts.find_draft(current_session(), my_account_id(), draft)
    fields = forms.fields_of(InterestInput, current_locale(), values, faults)
    return render_template(
        "filing/interest.html", draft=found, fields=fields, faults=forms.summary(fields), worked=worked
    ), status


@interest.post("/claim/<draft>/interest")
@signed_in
def work(draft: str) -> Page:
    """Show the working, or take the sum over into what the claim asks for."""
    values, court = request.form.to_dict(flat=False), current_court()
    pack = pack_today()
    try:
        worked = work_out(forms.parse(InterestInput, values, currency=pack.currency))
    except InvalidInput as error:
        return _page(draft, values, error.faults, None, 422)
    if "take" not in request.form:
        return _page(draft, values, [], worked)
    with court.database.write() as session:
        found = drafts.find_draft(session, my_account_id(), draft)
        if found.state is not DraftState.OPEN:
            raise ActNotOpen(T("This claim was already lodged."))
        add_to(session, found, worked, current_locale(), court.clock.now(), my_account_id())
    return redirect(url_for("filing.step", draft=draft, step="relief"), 303)
