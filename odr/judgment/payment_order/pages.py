"""The page on which a creditor applies for a payment order."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from odr.ground.db import new_reference
from odr.ground.errors import FieldFault
from odr.ground.text import T
from odr.judgment.payment_order.inputs import PaymentOrderInput
from odr.judgment.payment_order.opening import is_known, open_payment_order
from odr.procedure.forms import fields as forms
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_locale, signed_in
from odr.web.pages import Page, about_applicant, look, open_case, pack_today

payment_order = Blueprint("payment_order", __name__)
APPLICATION = form_outside(
    "payment_order", PaymentOrderInput, "payment_order.application", T("Apply for a payment order")
)


def _application(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    choices = forms.choices_for(PaymentOrderInput, look(), None, None)
    fields = forms.fields_of(PaymentOrderInput, current_locale(), values, faults, choices)
    key = values.get("idempotency_key", [new_reference()])
    return render_template(
        "judgment/payment_order.html",
        fields=fields,
        faults=forms.summary(fields),
        known=is_known(pack_today()),
        key=key[0] if isinstance(key, list) else key,
        unsent=unsent(APPLICATION, fields, values),
    ), status


@payment_order.get("/payment-order")
@signed_in
def application() -> Page:
    """What is asked for, of whom, and what shows it."""
    return _application(about_applicant() | typed(APPLICATION), [])


@payment_order.post("/payment-order")
@signed_in
@keeps(APPLICATION)
def apply() -> Page:
    """Open the case and bring the creditor to it."""
    return open_case(PaymentOrderInput, open_payment_order, _application)
