"""Pages of mediation before a claim, of confirmation, and of the mediation that the judge leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role
from odr.filing.draft.drafts import open_draft
from odr.ground.db import new_reference
from odr.ground.errors import FieldFault, NotFound
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.forms import fields as forms
from odr.procedure.rules.pack import RulePack
from odr.settlement import names
from odr.settlement.before_filing.acts import dispute_of
from odr.settlement.before_filing.inputs import BeforeFilingInput
from odr.settlement.before_filing.opening_mediation import (
    knows_confirmation,
    knows_mediation,
    open_confirmation,
    open_mediation,
)
from odr.settlement.inputs import ConfirmationInput
from odr.settlement.mediation.judge import led_by_judge
from odr.settlement.models import Mediation, RoomMessage
from odr.settlement.offers.case_views import act_form
from odr.web.forms_outside import FormOutside, form_outside, keeps, typed, unsent
from odr.web.guards import case_page, current_court, current_locale, current_session, signed_in
from odr.web.pages import Page, about_applicant, look, open_case, pack_today, submit_act

mediation_pages = Blueprint("mediation", __name__)
MEDIATION = form_outside("mediation", BeforeFilingInput, "mediation.application", T("Mediation before a claim"))
CONFIRMATION = form_outside(
    "confirmation", ConfirmationInput, "mediation.confirmation", T("Confirmation of a mediated agreement")
)

JUDGE_ACTS = (names.AGREE_JUDGE_MEDIATES, names.SAY_TO_JUDGE, names.END_JUDGE_MEDIATION, names.OFFER_TO_MEDIATE)

PARTIES_AND_JUDGE = (Role.CLAIMANT, Role.RESPONDENT, Role.THIRD_PARTY, Role.JUDGE)


def _page(
    template: str,
    form: FormOutside,
    known: Callable[[RulePack], bool],
    values: dict[str, Any],
    faults: list[FieldFault],
    status: int = 200,
) -> Page:
    choices = forms.choices_for(form.input, look(), None, None)
    fields = forms.fields_of(form.input, current_locale(), values, faults, choices)
    key = values.get("idempotency_key", [new_reference()])
    return render_template(
        template,
        fields=fields,
        faults=forms.summary(fields),
        known=known(pack_today()),
        key=key[0] if isinstance(key, list) else key,
        unsent=unsent(form, fields, values),
    ), status


def _application(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    return _page("settlement/mediation.html", MEDIATION, knows_mediation, values, faults, status)


@mediation_pages.get("/mediation")
@signed_in
def application() -> Page:
    """Asking for mediation before any claim."""
    return _application(about_applicant() | typed(MEDIATION), [])


@mediation_pages.post("/mediation")
@signed_in
@keeps(MEDIATION)
def apply() -> Page:
    """Open the case and bring the person to it."""
    return open_case(BeforeFilingInput, open_mediation, _application)


def _confirmation(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    return _page("settlement/confirmation.html", CONFIRMATION, knows_confirmation, values, faults, status)


@mediation_pages.get("/confirmation")
@signed_in
def confirmation() -> Page:
    """Asking that an agreement made before a mediation organisation be confirmed."""
    return _confirmation(about_applicant() | typed(CONFIRMATION), [])


@mediation_pages.post("/confirmation")
@signed_in
@keeps(CONFIRMATION)
def confirm() -> Page:
    """Open the case and bring the person to it."""
    return open_case(ConfirmationInput, open_confirmation, _confirmation)


@mediation_pages.post("/cases/<reference>/claim-after-mediation")
@case_page(Role.CLAIMANT)
def claim_now(case: Case, actor: Actor) -> Page:
    """A draft of a claim filled with what was told for the mediation; nothing said in it goes along (OMR 18, 21)."""
    dispute = dispute_of(current_session(), case)
    if dispute is None or actor.account_id is None:
        raise NotFound
    others = [p for p in case.parties if p.role is Role.RESPONDENT]
    respondents = {
        f"respondents-{i}-{name}": getattr(p, name) or ""
        for i, p in enumerate(others)
        for name in ("name", "email", "phone", "address")
    } | {f"respondents-{i}-kind": p.kind.value for i, p in enumerate(others)}
    relief = {"relief-0-kind": "money" if dispute.amount is not None else "performance", "relief-0-what": dispute.asks}
    if dispute.amount is not None:
        relief["relief-0-amount"] = forms.money_text(dispute.amount.minor, dispute.amount.currency)
    values = {
        "matter": {"cause": case.cause},
        "respondents": respondents,
        "facts": {"facts-0-what": dispute.what[:2000]},
        "relief": relief,
    }
    with current_court().database.write() as session:
        reference = open_draft(session, actor.account_id, current_court().clock.now(), values).reference
    return redirect(url_for("filing.task_list", draft=reference), 303)


@mediation_pages.get("/cases/<reference>/judge-mediation")
@case_page(*PARTIES_AND_JUDGE)
def with_judge(case: Case, actor: Actor) -> Page:
    """The mediation that the judge leads, for the parties and this judge alone."""
    return _with_judge(case, actor, None, {}, [])


def _with_judge(
    case: Case,
    actor: Actor,
    tried: str | None,
    values: dict[str, Any],
    faults: list[Any],
    status: int = 200,
    moved_on: bool = False,
) -> Page:
    sitting = look()
    found = led_by_judge(sitting, case)
    if found is None and refusal(sitting, sitting.court.table[names.OFFER_TO_MEDIATE], case, actor) is not None:
        raise NotFound
    if found is not None and actor.role is Role.JUDGE and actor.account_id != found.mediator_id:
        raise NotFound
    open_acts = [n for n in JUDGE_ACTS if refusal(sitting, sitting.court.table[n], case, actor) is None]
    drawn = [
        act_form(sitting, case, actor, n, current_locale(), values if n == tried else {}, faults if n == tried else [])
        for n in open_acts
    ]
    return render_template(
        "settlement/with_judge.html",
        case=case,
        actor=actor,
        mediation=found,
        messages=said_to_judge(sitting.session, found) if found is not None else [],
        window=next(iter(sitting.windows(case, "mediation", subject=found.reference)), None)
        if found is not None
        else None,
        drawn=drawn,
        faults=next((f.faults for f in drawn if f.name == tried), []),
        moved_on=moved_on,
        tab="overview",
        key=new_reference(),
    ), status


@mediation_pages.post("/cases/<reference>/judge-mediation/<name>")
@case_page(*PARTIES_AND_JUDGE)
def act_with_judge(case: Case, actor: Actor, name: str) -> Page:
    """Do one of the acts of the page, and come back to it."""
    if name not in JUDGE_ACTS:
        raise NotFound
    values = request.form.to_dict(flat=False)
    act = current_court().table[name]
    page = submit_act(
        case,
        actor,
        act,
        values,
        lambda faults, status, moved: _with_judge(case, actor, name, values, faults, status, moved),
    )
    ended = name == names.END_JUDGE_MEDIATION or isinstance(page, tuple | str)
    return page if ended else redirect(url_for("mediation.with_judge", reference=case.reference), 303)


def said_to_judge(session: Session, mediation: Mediation) -> Sequence[RoomMessage]:
    """What was said in a mediation that the judge leads, in order."""
    return session.scalars(
        select(RoomMessage).where(RoomMessage.mediation_id == mediation.id).order_by(RoomMessage.id)
    ).all()
