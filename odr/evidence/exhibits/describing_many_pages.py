"""The page on which many uploads are described at once and become exhibits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case
from odr.evidence import names
from odr.evidence.exhibits.describing_many import MOST, ManyInput, exhibit_of
from odr.evidence.exhibits.sealing import sealed_files
from odr.evidence.intake.belonging import along, stands_alone
from odr.evidence.models import Exhibit, Upload, UploadState
from odr.ground.db import new_reference
from odr.ground.errors import CaseMovedOn, FieldFault, InvalidInput
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refuse_role
from odr.procedure.case.act_drafts import PageForm
from odr.procedure.forms import fields as forms
from odr.procedure.forms.form_data import Raw
from odr.procedure.sitting import ActReceipt
from odr.web.guards import case_page, current_court, current_locale, current_session
from odr.web.pages import Page, is_overtaken, keep_begun, keeping, kept_answer, look, throw_away, typed_before

many = Blueprint("many", __name__, url_prefix="/cases/<reference>/exhibits")
FORM = PageForm("describe_many", ManyInput)
JUST_NOW, PAUSE = timedelta(hours=2), timedelta(minutes=30)
"""What arrived so lately, without a pause so long, is ticked and stands first: it is what the person came to describe.
"""


def waiting(actor: Actor) -> list[Upload]:
    """Files the person has sent that are no exhibit yet, the newest first."""
    mine = (
        Upload.account_id == actor.account_id,
        Upload.state == UploadState.ANCHORED,
        Exhibit.id.is_(None),
        stands_alone(),
    )
    return list(
        current_session().scalars(
            select(Upload)
            .outerjoin(Exhibit, Exhibit.upload_id == Upload.id)
            .where(*mine)
            .order_by(Upload.id.desc())
            .limit(200)
        )
    )


@many.get("/many")
@case_page(*PARTY_ROLES)
def page(case: Case, actor: Actor) -> Page:
    """The files that wait, those that have just come ticked; each with its picture."""
    return _page(case, actor, _with_new(waiting(actor), typed_before(case, actor, FORM)), [])


def _with_new(sent: list[Upload], typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed before, with rows for the files that came since; a file that waits no more is left out."""
    if not typed:
        return {}
    raw, here = Raw(typed), {u.reference for u in sent}
    rows = {row: raw.one(f"files-{row}-upload") for row in raw.rows("files")}
    gone = tuple(f"files-{row}-" for row, upload in rows.items() if upload not in here)
    values = {name: value for name, value in typed.items() if not name.startswith(gone)} if gone else dict(typed)
    number = max(rows, default=-1) + 1
    for upload in sent[: MOST - len(rows) + len(gone)]:
        if upload.reference not in rows.values():
            values[f"files-{number}-upload"] = upload.reference
            number += 1
    return values


@many.post("/many/draft")
@case_page(*PARTY_ROLES)
def keep(case: Case, actor: Actor) -> Page:
    """Keep what was typed about the files, or throw it away; nothing is submitted."""
    here = url_for("many.page", reference=case.reference)
    return kept_answer(case, actor, FORM, here, url_for("cases.overview", reference=case.reference))


def _page(
    case: Case,
    actor: Actor,
    values: dict[str, Any],
    faults: list[FieldFault],
    status: int = 200,
    moved_on: bool = False,
) -> Page:
    sitting, sent = look(), waiting(actor)
    values = values or _new_rows(sent[:MOST])
    fields = forms.fields_of(
        ManyInput, current_locale(), values, faults, forms.choices_for(ManyInput, sitting, case, actor)
    )
    by_name = {f.name: f for f in fields}
    for row in by_name["files"].rows:
        for each in row.fields:
            # A file that is ticked must say what it shows; only then is it asked for.
            each.required = each.required or each.name.endswith("-proves")
    key = values.get("idempotency_key") or new_reference()
    return render_template(
        "evidence/many.html",
        case=case,
        actor=actor,
        fields=by_name,
        faults=forms.summary(fields),
        moved_on=moved_on,
        tab="exhibits",
        sent={u.reference: u for u in sent},
        along=along(current_session(), [u.reference for u in sent]),
        more=max(0, len(sent) - MOST),
        key=key[0] if isinstance(key, list) else key,
        **keeping(case, actor, FORM, fields, values),
    ), status


def _new_rows(sent: list[Upload]) -> dict[str, Any]:
    """The files that came last, in the order in which they were sent and ticked; then those that wait longer, the
    newest first.
    """
    lately, values = just_sent(sent, current_court().clock.machine_now()), {}
    for i, upload in enumerate([*reversed(lately), *sent[len(lately) :]]):
        values[f"files-{i}-upload"] = upload.reference
        if upload in lately:
            values[f"files-{i}-take"] = "true"
    return values


def just_sent(sent: list[Upload], now: datetime) -> list[Upload]:
    """Of files in the order of their coming, the newest first, those that came just now, one soon after the other."""
    found: list[Upload] = []
    for upload in sent:
        next_at = found[-1].created_at if found else now
        if upload.created_at < now - JUST_NOW or (found and next_at - upload.created_at > PAUSE):
            break
        found.append(upload)
    return found


@many.post("/many")
@case_page(*PARTY_ROLES)
def send(case: Case, actor: Actor) -> Page:
    """Submit every file that is ticked, all or none of them; nothing typed is lost when one cannot be."""
    refuse_role(current_court().table[names.SUBMIT_EXHIBIT], actor)
    values = request.form.to_dict(flat=False)
    try:
        if is_overtaken(case, actor, FORM, values, {}):
            keep_begun(case, actor, FORM, values)
            return _page(case, actor, values, [], 409)
        given: ManyInput = forms.parse(ManyInput, values)
        made = _submit(case, actor, given, request.form.get("idempotency_key", ""))
    except InvalidInput as error:
        keep_begun(case, actor, FORM, values)
        return _page(case, actor, values, error.faults, 422)
    except CaseMovedOn:
        keep_begun(case, actor, FORM, values)
        return _page(case, actor, values, [], 409, moved_on=True)
    throw_away(case, actor, FORM)
    current_court().settle()
    return redirect(url_for("exhibits.listing", reference=case.reference, since=made[0].number), 303)


def _submit(case: Case, actor: Actor, given: ManyInput, key: str) -> list[ActReceipt]:
    kinds = {u.reference: u.media.group for u in waiting(actor)}
    asked = {line.upload: line.secret for line in given.files if line.take and line.why_secret}
    made = []
    with current_court().sit(sealed_files(current_court(), [actor.account_id or 0], asked)) as sitting:
        mine = sitting.session.get_one(Case, case.id)
        for i, line in enumerate(given.files):
            if not line.take:
                continue
            exhibit = exhibit_of(given, line, kinds.get(line.upload), current_locale())
            try:
                made.append(
                    sitting.perform(names.SUBMIT_EXHIBIT, mine, exhibit, actor=actor, key=f"{key}/{i}" if key else None)
                )
            except InvalidInput as error:
                raise InvalidInput(
                    [FieldFault(("files", i, *fault.location), fault.message) for fault in error.faults]
                ) from None
    return made
