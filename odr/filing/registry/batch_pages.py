"""The registry's pages for claims of one sender, side by side."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import ReadBy, Role, Thing
from odr.filing import names
from odr.filing.bulk.models import BulkFiling
from odr.filing.claim.acts import ReturnInput
from odr.filing.registry.claims_of_one_sender import SHOWN, cases_of, compare, decide_together
from odr.filing.registry.queue import told_apart
from odr.filing.registry.refusing import RefuseInput
from odr.ground.db import new_reference
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.actors import actors_in
from odr.procedure.forms import fields as forms
from odr.procedure.forms.articles import articles_of
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.lists.lists import lists_waiting
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_session, staff
from odr.web.pages import Page, my_account, my_account_id, pack_today
from odr.web.readings import note

batch = Blueprint("batch", __name__)


class BatchWords(CourtModel):
    """What a clerk writes for all claims of one sender; which of the two counts is chosen beside."""

    defect: Annotated[
        str,
        CourtText(1, 2000),
        field(T("If returned: what is missing or wrong, and how to mend it"), widget="textarea"),
    ]
    reasons: Annotated[str, CourtText(1, 4000), field(T("If refused: reasons"), widget="textarea")]


DECIDING = form_outside("batch", BatchWords, "batch.review", T("Decision on the claims of one sender"), ("reference",))
ACTS = {"accept": names.ACCEPT_CLAIM, "return": names.RETURN_CLAIM, "refuse": names.PROPOSE_REFUSAL}


def _bulk(reference: str) -> BulkFiling:
    found = current_session().scalar(select(BulkFiling).where(BulkFiling.reference == reference))
    if found is None:
        raise NotFound
    return found


@batch.get("/registry/batch/<reference>")
@staff(Role.CLERK)
def review(reference: str) -> Page:
    """Claims of one sender side by side, the differences marked."""
    return _review_page(reference, typed(DECIDING, reference=reference), [])


def _review_page(reference: str, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    bulk, session = _bulk(reference), current_session()
    cases = cases_of(session, bulk, my_account_id())
    waits = lists_waiting(session, my_account_id())
    if not cases and not waits:
        raise NotFound
    for case in cases:
        for actor in actors_in(session, my_account(), case, current_court().clock.now())[:1]:
            note(current_court(), case, actor, ReadBy.PERSON, Thing.CLAIM)
    compared = compare(current_court().look(session), cases)
    chosen = values.get("case") or [row.case.reference for row in compared.rows if row.is_clean]
    asked = [(_anchor(f), f.message.render(current_locale())) for f in faults]
    shown = forms.fields_of(BatchWords, current_locale(), values)
    value = lambda name, default="": (values.get(name) or [default])[0]  # noqa: E731 - what was typed, for the template
    apart = told_apart(session, cases)
    page = render_template(
        "filing/batch.html",
        bulk=bulk,
        compared=compared,
        chosen=chosen,
        faults=asked,
        waits=waits,
        key=(values.get("key") or [new_reference()])[0],
        value=value,
        unsent=unsent(DECIDING, shown, values, reference=reference),
        most=SHOWN,
        apart=apart,
        articles=articles_of(pack_today()),
    )
    return page, status


def _anchor(fault: FieldFault) -> str:
    first = str(fault.location[0]) if fault.location else "decision"
    return {"defects": "defect", "case": "claims"}.get(first, first)


@batch.post("/registry/batch/<reference>")
@staff(Role.CLERK)
@keeps(DECIDING)
def decide(reference: str) -> Page:
    """Put one decision on the claims chosen on a list, which is performed a while later or when somebody says now."""
    values = request.form.to_dict(flat=False)
    decision = (values.get("decision") or [""])[0]
    try:
        if decision not in ACTS:
            raise InvalidInput.at("decision", T("Choose what you decide."))
        if not values.get("case"):
            raise InvalidInput.at("case", T("Choose at least one claim."))
        given, key = _given(decision, values), (values.get("key") or [new_reference()])[0][:60]
        made = decide_together(
            current_court(), _bulk(reference), my_account_id(), values["case"], ACTS[decision], given, key
        )
    except InvalidInput as error:
        return _review_page(reference, values, error.faults, 422)
    return redirect(url_for("lists.one", reference=made), 303)


def _given(decision: str, values: dict[str, Any]) -> CourtModel | None:
    one = {
        name: (values.get(name) or [""])[0] for name in ("part", "defect", "days", "reasons", "article", "elsewhere")
    }
    if decision == "accept":
        return None
    if decision == "refuse":
        found: RefuseInput = forms.parse(RefuseInput, {name: one[name] for name in ("reasons", "article", "elsewhere")})
        return found.model_copy(update={"article": pack_today().article(found.article)})
    if not one["defect"].strip():
        raise InvalidInput.at("defects", T("To return the claims, write what is missing or wrong and how to mend it."))
    returned: CourtModel = forms.parse(
        ReturnInput, {"defects-0-part": "other", "defects-0-what": one["defect"], "days": one["days"] or "7"}
    )
    return returned
