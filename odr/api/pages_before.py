"""Cases that begin without a claim: mediation before filing, confirmation of an agreement, a payment order, preservation before a claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify

from odr.api.pages import given_for, idempotency_key, receipt_answer
from odr.ground.text import words_of
from odr.identity.models import Account
from odr.identity.sign_in.program_tokens import Scope
from odr.judgment.payment_order.inputs import PaymentOrderInput
from odr.judgment.payment_order.opening import open_payment_order
from odr.judgment.preservation.case_without_claim import open_before_claim
from odr.judgment.preservation.inputs import BeforeClaimEvidenceInput, BeforeClaimInput
from odr.procedure.forms.inputs import CourtModel
from odr.procedure.sitting import ActReceipt
from odr.settlement.before_filing.inputs import BeforeFilingInput
from odr.settlement.before_filing.opening_mediation import open_confirmation, open_mediation
from odr.settlement.inputs import ConfirmationInput
from odr.settlement.mediators.entries import listed
from odr.web.guards import api as api_guard, current_court, current_person, current_session
from odr.web.pages import pack_today

api_before = Blueprint("api_before", __name__, url_prefix="/api/v1")


def _opened(model: type[CourtModel], begin: Callable[..., ActReceipt]) -> tuple[Response, int]:
    court, person = current_court(), current_person()
    assert person is not None
    pack = pack_today()
    given: Any = given_for(model, pack.currency)
    account, key = current_session().get_one(Account, person.account_id), idempotency_key()
    return receipt_answer(begin(court, account, given, key=key, sign_in=person.sign_in), 201)


@api_before.post("/mediations")
@api_guard(Scope.FILE)
def ask_before_filing() -> tuple[Response, int]:
    """Ask for mediation before a claim (OMR 8); the same key gives the first receipt."""
    return _opened(BeforeFilingInput, open_mediation)


@api_before.get("/mediators")
@api_guard(Scope.READ)
def list_mediators() -> Response:
    """The published list (OMR 5); ``mediator`` is what ``choose_mediator`` names, and ``cost`` null where it is free."""
    return jsonify(
        mediators=[
            {
                "mediator": line.account.email,
                "name": line.account.name,
                **{name: line.entry.told[name] for name in ("organisation", "fields", "good_at", "speaks")},
                "cost": line.entry.told["cost_words"] if line.entry.told["cost"] == "paid" else None,
                "full": line.is_full,
                "outcomes": words_of(line.outcomes.told),
            }
            for line in listed(current_session())
        ]
    )


@api_before.post("/confirmations")
@api_guard(Scope.FILE)
def ask_for_confirmation() -> tuple[Response, int]:
    """Ask that an agreement made before a mediation organisation be confirmed (CPL 205); the same key gives the first
    receipt.
    """
    return _opened(ConfirmationInput, open_confirmation)


@api_before.post("/payment-orders")
@api_guard(Scope.FILE)
def ask_for_payment_order() -> tuple[Response, int]:
    """Apply for a payment order (CPL 225); the same key gives the first receipt."""
    return _opened(PaymentOrderInput, open_payment_order)


@api_before.post("/preservations")
@api_guard(Scope.FILE)
def ask_before_claim() -> tuple[Response, int]:
    """Ask for preservation before a claim (CPL 104); the same key gives the first receipt."""
    return _opened(BeforeClaimInput, open_before_claim)


@api_before.post("/evidence-preservations")
@api_guard(Scope.FILE)
def ask_before_claim_for_evidence() -> tuple[Response, int]:
    """Ask for preservation of evidence before a claim (CPL 84); the same key gives the first receipt."""
    return _opened(BeforeClaimEvidenceInput, open_before_claim)
