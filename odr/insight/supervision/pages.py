"""Pages of supervision: what the president looks at, and what somebody is asked to answer. The public has none of it."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from odr.docket.models import Case, Role
from odr.ground.errors import ActNotOpen, Cited, FieldFault, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.models import Account
from odr.insight.supervision import answering
from odr.insight.supervision.answering import MatterAnswer, MatterClosing
from odr.insight.supervision.models import AuditDraw, MatterKind, SupervisionMatter
from odr.insight.workload.reckoning import rules_today
from odr.judgment.draft.by_standard import Found, reviewed
from odr.procedure.forms import fields as forms
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_session, signed_in, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, look, my_account_id

matters = Blueprint("matters", __name__)
ANSWERING = form_outside(
    "matter_answer", MatterAnswer, "matters.one_of_mine", T("Answer to the president of the court"), ("reference",)
)
CLOSING = form_outside(
    "matter_closing", MatterClosing, "matters.one", T("End of a matter of supervision"), ("reference",)
)


def _law() -> Cited | None:
    return answering.law_of(rules_today(current_court()))


@matters.get("/registry/matters")
@staff(Role.PRESIDENT)
def listing() -> Page:
    """What is laid before the president, the oldest first."""
    asked = request.args.get("kind", "")
    kind = next((one for one in MatterKind if one.value == asked), None)
    closed = request.args.get("closed") == "1"
    pack = rules_today(current_court())
    return render_template(
        "insight/matters.html",
        desk=True,
        found=answering.all_matters(current_session(), kind, closed=closed, after=after_asked()),
        kinds=list(MatterKind),
        kind=kind,
        closed=closed,
        words=lambda row: answering.words_of(row, pack),
        now=current_court().clock.now(),
        article=_law(),
        draws=current_session().scalars(select(AuditDraw).order_by(AuditDraw.month.desc()).limit(12)).all(),
    )


@matters.get("/registry/matters/<reference>")
@staff(Role.PRESIDENT)
def one(reference: str) -> Page:
    """One matter: the cases behind it, who is asked, and what they say."""
    return _one(reference, typed(CLOSING, reference=reference), [])


def _one(reference: str, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    session, court = current_session(), current_court()
    row = answering.one_matter(session, reference)
    fields = forms.fields_of(MatterClosing, current_locale(), values, faults)
    waits = answering.why_open(row, court.clock.now(), my_account_id())
    return render_template(
        "insight/matter.html",
        desk=True,
        shown=answering.shown(session, row),
        row=row,
        words=answering.words_of(row, rules_today(court)),
        who=session.get(Account, row.account_id) if row.account_id is not None else None,
        waits=waits,
        standard=_by_standard(row),
        mine=False,
        fields=fields,
        faults=forms.summary(fields),
        unsent=unsent(CLOSING, fields, values, reference=reference),
    ), status


def _by_standard(row: SupervisionMatter) -> list[Found]:
    """Of a case drawn to be read again: what was brought and found on each fact of its evidence standard, when it was decided."""
    if row.kind is not MatterKind.AUDIT:
        return []
    case = current_session().get(Case, row.cases[0])
    return (reviewed(look(), case) or []) if case is not None else []


@matters.post("/registry/matters/<reference>")
@staff(Role.PRESIDENT)
@keeps(CLOSING)
def close(reference: str) -> Page:
    """Close a matter with what was found."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given: MatterClosing = forms.parse(MatterClosing, values)
        with court.database.write() as session:
            row = answering.one_matter(session, reference, to_change=True)
            answering.close(session, row, given.words, my_account_id(), court.clock.now(), _law())
    except InvalidInput as error:
        return _one(reference, values, error.faults, 422)
    except ActNotOpen as error:
        return _one(reference, values, [FieldFault(("words",), error.message)], 409)
    return redirect(url_for("matters.listing"), 303)


@matters.get("/registry/matters/draws/<month>.json")
@staff(Role.PRESIDENT)
def audit_draw(month: str) -> Response:
    """The list of a month, its seed, and what was drawn, byte for byte as the log has their digests."""
    row = current_session().scalar(select(AuditDraw).where(AuditDraw.month == month))
    if row is None:
        raise NotFound
    return jsonify(
        list=row.record,
        list_receipt=row.receipt,
        seed=row.seed,
        log_size=row.log_size,
        count=json.loads(row.record)["count"],
        drawn=row.drawn,
        result=row.result,
        result_receipt=row.result_receipt,
    )


@matters.get("/matters")
@signed_in
def of_mine() -> Page:
    """What the president asks the reader about."""
    pack = rules_today(current_court())
    return render_template(
        "insight/my_matters.html",
        found=answering.mine(current_session(), my_account_id(), after_asked()),
        words=lambda row: answering.words_of(row, pack),
    )


@matters.get("/matters/<reference>")
@signed_in
def one_of_mine(reference: str) -> Page:
    """One of them: the cases behind it, and a form for the answer."""
    return _mine(reference, typed(ANSWERING, reference=reference), [])


def _mine(reference: str, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    session = current_session()
    row = answering.one_matter(session, reference, my_account_id())
    values = values or ({"words": [row.answer]} if row.answer else {})
    fields = forms.fields_of(MatterAnswer, current_locale(), values, faults)
    return render_template(
        "insight/matter.html",
        shown=answering.shown(session, row),
        row=row,
        words=answering.words_of(row, rules_today(current_court())),
        who=None,
        waits=None,
        standard=_by_standard(row),
        mine=True,
        fields=fields,
        faults=forms.summary(fields),
        unsent=unsent(ANSWERING, fields, values, reference=reference),
    ), status


@matters.post("/matters/<reference>")
@signed_in
@keeps(ANSWERING)
def answer(reference: str) -> Page:
    """Answer the president."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given: MatterAnswer = forms.parse(MatterAnswer, values)
        with court.database.write() as session:
            row = answering.one_matter(session, reference, my_account_id(), to_change=True)
            answering.answer(session, row, given.words, court.clock.now(), _law())
    except InvalidInput as error:
        return _mine(reference, values, error.faults, 422)
    except ActNotOpen as error:
        return _mine(reference, values, [FieldFault(("words",), error.message)], 409)
    return redirect(url_for("matters.of_mine"), 303)
