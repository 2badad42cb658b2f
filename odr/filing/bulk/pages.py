"""Sending many claims at once, watching them being lodged, and taking the report home."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from odr.docket.models import PartyKind
from odr.filing.bulk import lodging
from odr.filing.bulk.claims_table import MOST_BYTES, MOST_LINES, read, template
from odr.filing.bulk.models import BulkFiling, LineState
from odr.filing.inputs import AboutYouStep
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.procedure.forms import fields as forms
from odr.web.guards import current_court, current_locale, current_person, current_session, signed_in
from odr.web.limits import MOST_BODY
from odr.web.lists import after_asked
from odr.web.numbers import number_in
from odr.web.pages import Page, file_answer, my_account_id

pages = Blueprint("bulk", __name__)
SHOWN = 100


def _found(reference: str) -> BulkFiling:
    return lodging.find_bulk(current_session(), my_account_id(), reference)


@pages.get("/bulk")
@signed_in
def choose() -> Page:
    """Where a table of claims is sent, with the templates and what was sent before."""
    person = current_person()
    assert person is not None
    return _choose_page({"name": person.name, "email": person.email, "kind": PartyKind.COMPANY.value}, [])


def _choose_page(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    pack = lodging.rules_today(current_court())
    today = current_court().clock.now().astimezone(pack.tz).date()
    fields = forms.fields_of(AboutYouStep, current_locale(), values, [f for f in faults if f.location != ("table",)])
    wrong = next((f.message.render(current_locale()) for f in faults if f.location == ("table",)), None)
    summary = ([("table", wrong)] if wrong else []) + forms.summary(fields)
    sent = lodging.bulks_of(current_session(), my_account_id(), after_asked())
    return render_template(
        "filing/bulk.html",
        fields=fields,
        faults=summary,
        wrong=wrong,
        causes=pack.causes_on(today),
        sent=sent,
        most=MOST_LINES,
    ), status


@pages.post("/bulk")
@signed_in(most=MOST_BYTES + MOST_BODY)
def send() -> Page:
    """Keep the table whole; the worker lodges its lines."""
    court, values = current_court(), request.form.to_dict(flat=False)
    pack = lodging.rules_today(court)
    faults: list[FieldFault] = []
    lines: list[dict[str, str]] = []
    file = request.files.get("table")
    try:
        if file is None or not file.filename:
            raise InvalidInput.at("table", T("Choose the file with the table."))
        lines = read(pack, file.stream.read(MOST_BYTES + 1), pack.causes.list)
    except InvalidInput as error:
        faults += error.faults
    try:
        claimant = forms.parse(AboutYouStep, values)
    except InvalidInput as error:
        return _choose_page(values, [*faults, *error.faults], 422)
    if faults:
        return _choose_page(values, faults, 422)
    kept = lodging.keep(court, my_account_id(), file.filename or "" if file else "", claimant, lines, is_table=True)
    return redirect(url_for("bulk.watch", reference=kept.reference), 303)


@pages.get("/bulk/template.csv")
@signed_in
def template_file() -> Response:
    """The table to fill in for one kind of dispute, with headings in the reader's language."""
    pack = lodging.rules_today(current_court())
    cause = request.args.get("cause", "")
    if cause not in pack.causes.list:
        cause = next(iter(pack.causes.list))
    return file_answer(template(pack, cause, current_locale()), f"claims-{cause}.csv", "text/csv; charset=utf-8")


@pages.get("/bulk/<reference>")
@signed_in
def watch(reference: str) -> Page:
    """How far it is, and what became of each line; looks again by itself until the last line had its turn."""
    found, session = _found(reference), current_session()
    only = LineState(request.args["state"]) if request.args.get("state") in {s.value for s in LineState} else None
    after = number_in(request.args, "after", 0)
    lines = lodging.report(session, found, after=after, limit=SHOWN + 1, state=only)
    more = lines[SHOWN - 1][0].number if len(lines) > SHOWN else None
    return render_template(
        "filing/bulk_watch.html",
        progress=lodging.progress_of(session, found),
        lines=lines[:SHOWN],
        more=more,
        only=only,
        states=list(LineState),
    )


@pages.post("/bulk/<reference>/again")
@signed_in
def again(reference: str) -> Response:
    """Lines the court failed on get another turn."""
    lodging.try_again(current_court(), _found(reference))
    return redirect(url_for("bulk.watch", reference=reference), 303)  # type: ignore[return-value]


@pages.get("/bulk/<reference>/report.csv")
@signed_in
def report(reference: str) -> Response:
    """Every line with its case or what to mend."""
    return file_answer(
        lodging.report_table(current_session(), _found(reference), current_locale()),
        "report.csv",
        "text/csv; charset=utf-8",
    )


@pages.get("/bulk/<reference>/to-mend.csv")
@signed_in
def to_mend(reference: str) -> Response:
    """The lines to be mended, as a table that can be sent again."""
    pack = lodging.rules_today(current_court())
    return file_answer(
        lodging.refused_table(current_session(), _found(reference), pack), "to-mend.csv", "text/csv; charset=utf-8"
    )
