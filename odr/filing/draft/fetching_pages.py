"""Pages on which somebody who writes a claim lets the court fetch evidence: a web page, or records of a platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from pydantic import BaseModel

from odr.docket.models import Role
from odr.filing.draft import drafts
from odr.filing.draft.draft_versions import need_writable
from odr.filing.draft.files_along import fetches_of
from odr.filing.draft.inputs import PageToFetch, RecordsToFetch
from odr.filing.draft.sharing import EXHIBITS
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.forms import fields as forms
from odr.procedure.forms.form_data import parse
from odr.procedure.hooks import EarlyFetches
from odr.procedure.sitting import Sitting
from odr.web.forms_outside import FormOutside, form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_person, current_session, signed_in
from odr.web.pages import Page, look

fetching = Blueprint("fetching", __name__, url_prefix="/claim/<draft>/fetch")
PAGE, RECORDS = "page", "records"
MODELS: dict[str, type[BaseModel]] = {PAGE: PageToFetch, RECORDS: RecordsToFetch}
FETCHED = {
    PAGE: form_outside("fetch_page", PageToFetch, "fetching.form", T("A web page to be captured"), ("draft", "kind")),
    RECORDS: form_outside(
        "fetch_records", RecordsToFetch, "fetching.form", T("Records to be fetched from a platform"), ("draft", "kind")
    ),
}


def _fetched() -> FormOutside:
    """The form of this address."""
    return FETCHED[(request.view_args or {})["kind"]]


def _me() -> Actor:
    person = current_person()
    assert person is not None
    return Actor(Role.CLAIMANT, person.account_id, person.name)


def _early() -> EarlyFetches:
    early = current_court().hooks.early_fetches
    if early is None:
        raise NotFound
    return early


@fetching.get("/<any(page, records):kind>")
@signed_in
def form(draft: str, kind: str) -> Page:
    """What the court is to fetch; ``?again=`` begins with what was asked for before."""
    found = drafts.find_draft(current_session(), _me().account_id or 0, draft)
    begun = typed(FETCHED[kind], draft=found.reference, kind=kind)
    return _form(found, kind, _asked_before(found, kind) or begun, [])


def _asked_before(draft: Any, kind: str) -> dict[str, Any]:
    """What one wrote when one asked for it the first time; of somebody else's nothing."""
    me, wanted = _me().account_id or 0, request.args.get("again", "")
    mine = fetches_of(current_court(), current_session(), draft, [me]) if wanted else ()
    for each in mine:
        if each.reference == wanted and each.is_page is (kind == PAGE):
            return {"url": each.url, "title": each.title, "order_number": each.order_number, "proves": each.proves}
    return {}


def _form(
    draft: Any, kind: str, values: dict[str, Any], faults: list[FieldFault], status: int = 200, why: Text | None = None
) -> Page:
    need_writable(draft)
    sitting, me = look(), _me()
    closed = _early().why_no_page(sitting, me.account_id or 0) if kind == PAGE else _early().why_no_records(sitting)
    model = MODELS[kind]
    fields = forms.fields_of(model, current_locale(), values, faults, forms.choices_for(model, sitting, None, me))
    page = render_template(
        "filing/fetch.html",
        draft=draft,
        kind=kind,
        fields=fields,
        faults=forms.summary(fields),
        closed=why or closed,
        unsent=unsent(FETCHED[kind], fields, values, draft=draft.reference, kind=kind),
    )
    return page, status


@fetching.post("/<any(page, records):kind>")
@signed_in
@keeps(_fetched)
def ask(draft: str, kind: str) -> Page:
    """Ask for it; what was typed stands there again where it cannot be."""
    values, me, early = request.form.to_dict(flat=False), _me().account_id or 0, _early()
    found = drafts.find_draft(current_session(), me, draft)
    need_writable(found)
    try:
        given = parse(MODELS[kind], values)
        with current_court().sit() as sitting:
            need_writable(drafts.find_draft(sitting.session, me, draft))
            if isinstance(given, PageToFetch):
                early.page(sitting, me, found.reference, given.url, given.title, given.proves)
            else:
                early.records(
                    sitting, me, found.reference, given.platform, given.order_number, given.kinds, given.proves
                )
    except InvalidInput as error:
        return _form(found, kind, values, error.faults, 422)
    except ActNotOpen as error:
        return _form(found, kind, values, [], 409, error.message)
    return _back(draft)


@fetching.post("/<reference>/again")
@signed_in
def again(draft: str, reference: str) -> Page:
    """Ask once more for what did not come."""
    return _on_own(draft, reference, _early().again)


@fetching.post("/<reference>/stop")
@signed_in
def stop(draft: str, reference: str) -> Page:
    """Fetch it no more."""
    return _on_own(draft, reference, _early().stop)


def _on_own(draft: str, reference: str, do: Callable[[Sitting, int, str, str], None]) -> Page:
    me = _me().account_id or 0
    with current_court().sit() as sitting:
        found = drafts.find_draft(sitting.session, me, draft)
        need_writable(found)
        do(sitting, me, found.reference, reference)
    return _back(draft)


def _back(draft: str) -> Page:
    return redirect(url_for("filing.step", draft=draft, step=EXHIBITS, _anchor="fetched"), 303)
