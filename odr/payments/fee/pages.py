"""Pages of the fee: what it is and why, going to pay, coming back, the simulator, and Stripe's webhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case
from odr.ground.errors import InvalidInput, NotFound
from odr.identity.actors import Actor
from odr.payments import names
from odr.payments.books.payment_receipts import receipt_pdf
from odr.payments.fee.case_views import SEES_FEES, at_end_view, fee_views, free_retrial, may_cost_yet
from odr.payments.fee.quote import QuoteInput, ask, rules_today
from odr.payments.models import FeeAssessment, Payment
from odr.payments.stripe.checkout import payment_page
from odr.payments.stripe.webhook import receive
from odr.procedure.acts.availability import acts_for
from odr.procedure.forms import fields as forms
from odr.web.guards import case_page, current_court, current_locale, current_session, public
from odr.web.numbers import number_in
from odr.web.pages import Page, look

payments = Blueprint("payments", __name__)
FEE_ACTS = (
    names.REQUEST_RELIEF,
    names.DECIDE_RELIEF,
    names.DEEM_WITHDRAWN,
    names.APPROVE_REFUND,
    names.DEMAND_COSTS,
    names.ASK_COSTS_REVIEW,
    names.REVIEW_COSTS,
    names.CORRECT_FEE,
    names.ASK_FEE_CORRECTION,
)


def _fee_page(case: Case, actor: Actor, **more: Any) -> str:
    court = look()
    acts = [a for a in acts_for(court, case, actor) if a.act.name in FEE_ACTS and a.is_open]
    online = bool(current_court().ports.payments.takes_online)
    return render_template(
        "payments/fee.html",
        may_cost=may_cost_yet(court, case, actor),
        case=case,
        actor=actor,
        tab="fee",
        fees=fee_views(court, case, actor),
        acts=acts,
        online=online,
        at_end=at_end_view(court, case),
        free_retrial=free_retrial(court, case),
        **{"again": 0, **more},
    )


@payments.get("/cases/<reference>/fee")
@case_page(*SEES_FEES)
def fee(case: Case, actor: Actor) -> Page:
    """Every fee of the case with its steps; what is to be paid, how, and by when."""
    return _fee_page(case, actor, came="")


@payments.post("/cases/<reference>/fee/pay")
@case_page(*PARTY_ROLES)
def pay(case: Case, actor: Actor) -> Page:
    """Go to Stripe's page for one's own fee."""
    row = current_session().scalar(
        select(FeeAssessment).where(
            FeeAssessment.case_id == case.id, FeeAssessment.reference == request.form.get("assessment", "")
        )
    )
    if row is None or row.party_id != actor.party_id:
        raise NotFound
    url = payment_page(current_court(), row.reference, locale=current_locale(), email=case.party(row.party_id).email)
    return redirect(url, 303)


@payments.get("/cases/<reference>/fee/return")
@case_page(*SEES_FEES)
def returned(case: Case, actor: Actor) -> Page:
    """Back from Stripe. Nothing is changed here: the fee is paid when Stripe's event says so."""
    return _fee_page(case, actor, came="done", again=number_in(request.args, "again", 0))


@payments.get("/cases/<reference>/fee/back")
@case_page(*SEES_FEES)
def backed_out(case: Case, actor: Actor) -> Page:
    """Back from Stripe without paying; the page can be opened again."""
    return _fee_page(case, actor, came="back")


@payments.get("/cases/<reference>/fee/receipt/<payment>.pdf")
@case_page(*SEES_FEES)
def receipt(case: Case, actor: Actor, payment: str) -> Response:
    """The receipt under the court's seal; for the payer and the court."""
    row = current_session().scalar(select(Payment).where(Payment.case_id == case.id, Payment.reference == payment))
    if row is None or (actor.role in PARTY_ROLES and row.party_id != actor.party_id):
        raise NotFound
    pdf = receipt_pdf(current_court(), row.reference)
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="receipt-{row.reference[:8]}.pdf"'},
    )


@payments.post("/payments/stripe")
@public(csrf=False)
def webhook() -> Response:
    """Stripe's events. Signed, stored first, applied once; only what is not Stripe's is refused."""
    receive(current_court(), request.get_data(cache=False), request.headers.get("Stripe-Signature"))
    return Response(status=200)


@payments.get("/fees")
@public
def simulator() -> Page:
    """What a claim costs and may come to cost, before anybody files; the address holds the question."""
    court = current_court()
    values: Mapping[str, str] = request.args
    asked = any(values.get(name, "").strip() for name in QuoteInput.model_fields)
    looking = court.look(current_session())
    choices = forms.choices_for(QuoteInput, looking, None, None)
    outlook, faults = None, []
    if asked:
        try:
            outlook = ask(court, forms.parse(QuoteInput, dict(values), currency=rules_today(court).currency))
        except InvalidInput as error:
            faults = error.faults
    fields = forms.fields_of(QuoteInput, current_locale(), dict(values), faults, choices)
    link = url_for(
        "payments.simulator", _external=False, **{k: v for k, v in values.items() if v and k in QuoteInput.model_fields}
    )
    page = render_template(
        "payments/simulator.html", fields=fields, faults=forms.summary(fields), outlook=outlook, link=link
    )
    return page, 422 if faults else 200
