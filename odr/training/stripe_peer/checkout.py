"""Checkout Sessions and what a payer does on their page."""

from __future__ import annotations

import enum
import re
from typing import Any
from urllib.parse import urlsplit

from odr.training.stripe_peer.books import Books
from odr.training.stripe_peer.wire import Object, PeerError, integer, items, metadata, missing, only

_KNOWN = (
    "mode line_items success_url cancel_url client_reference_id customer_email metadata payment_intent_data expires_at locale "
    "payment_method_types payment_method_options submit_type currency ui_mode"
)
METHODS = ("card", "alipay", "wechat_pay")
_SMALLEST = {"usd": 50, "eur": 50, "gbp": 30, "hkd": 400, "jpy": 50, "cad": 50, "aud": 50, "sgd": 50, "chf": 50}
_CURRENCIES = {*_SMALLEST, "cny", "krw", "twd", "nzd", "sek", "nok", "dkk"}
HALF_HOUR, DAY = 1800, 86400


class Card(enum.Enum):
    """Test numbers that Stripe publishes, and what each does."""

    PAYS = "4242424242424242"
    """Accepted."""
    DECLINED = "4000000000000002"
    """Refused by the bank without a reason."""
    NO_FUNDS = "4000000000009995"
    """Refused: not enough money."""
    DISPUTED = "4000000000000259"
    """Accepted, then disputed by its holder as fraudulent."""
    REFUND_FAILS = "4000000000005126"
    """Accepted; a refund to it begins well and then fails."""
    REFUND_PENDS = "4000000000007726"
    """Accepted; a refund to it is pending first, then succeeds."""


_DECLINES = {Card.DECLINED: "generic_decline", Card.NO_FUNDS: "insufficient_funds"}


def create(books: Books, params: Object, origin: str, key: str | None) -> Object:
    """``POST /v1/checkout/sessions``: a page on which one sum can be paid once."""
    only(params, _KNOWN)
    if params.get("mode") != "payment":
        raise (
            missing("mode")
            if "mode" not in params
            else PeerError(400, "The simulation knows mode=payment only.", param="mode")
        )
    success, cancel = _address(params, "success_url", required=True), _address(params, "cancel_url", required=False)
    lines = [_line(line, f"line_items[{n}]") for n, line in enumerate(items(params.get("line_items"), "line_items"))]
    if not lines:
        raise missing("line_items")
    currency, total = lines[0]["currency"], sum(line["amount_total"] for line in lines)
    if any(line["currency"] != currency for line in lines):
        raise PeerError(400, "All line items must have the same currency.", param="line_items")
    if total < _SMALLEST.get(currency, 1):
        message = f"The Checkout Session's total amount must convert to at least the smallest charge in {currency}."
        raise PeerError(400, message, code="amount_too_small", param="line_items")
    intended = params.get("payment_intent_data") or {}
    session = books.add(
        "checkout.session",
        mode="payment",
        status="open",
        payment_status="unpaid",
        payment_intent=None,
        currency=currency,
        amount_subtotal=total,
        amount_total=total,
        client_reference_id=params.get("client_reference_id"),
        customer=None,
        customer_email=params.get("customer_email"),
        customer_details={"email": params["customer_email"]} if params.get("customer_email") else None,
        metadata=metadata(params.get("metadata")),
        success_url=success,
        cancel_url=cancel,
        expires_at=_expiry(params, books.now()),
        locale=params.get("locale"),
        payment_method_types=_methods(params),
        ui_mode=params.get("ui_mode", "hosted_page"),
        url=None,
    )
    session["url"] = f"{origin}/c/pay/{session['id']}"
    session["_lines"] = lines
    session["_intent"] = {
        "metadata": metadata(intended.get("metadata")),
        "description": intended.get("description"),
        "key": key,
    }
    return session


def _address(params: Object, name: str, *, required: bool) -> str | None:
    address = params.get(name)
    if not address:
        if required:
            raise missing(name)
        return None
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or len(address) > 5000:
        raise PeerError(400, "Not a valid URL", code="url_invalid", param=name)
    return str(address)


def _line(line: Any, param: str) -> Object:
    priced = line.get("price_data") if isinstance(line, dict) else None
    if not isinstance(priced, dict):
        raise missing(f"{param}[price_data]")
    currency = str(priced.get("currency", ""))
    if currency.lower() not in _CURRENCIES:
        raise PeerError(400, f"Invalid currency: {currency}.", param=f"{param}[price_data][currency]")
    name = (priced.get("product_data") or {}).get("name")
    if not name:
        raise missing(f"{param}[price_data][product_data][name]")
    unit = integer(priced.get("unit_amount"), f"{param}[price_data][unit_amount]")
    quantity = integer(line.get("quantity", "1"), f"{param}[quantity]", least=1)
    return {
        "object": "item",
        "description": name,
        "currency": currency.lower(),
        "quantity": quantity,
        "amount_total": unit * quantity,
    }


def _expiry(params: Object, now: int) -> int:
    if "expires_at" not in params:
        return now + DAY
    at = integer(params["expires_at"], "expires_at")
    # A minute of grace each way: Stripe's clock is not the client's.
    if not now + HALF_HOUR - 60 <= at <= now + DAY + 60:
        raise PeerError(
            400,
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return at


def _methods(params: Object) -> list[str]:
    methods = items(params.get("payment_method_types"), "payment_method_types") or ["card"]
    for method in methods:
        if method not in METHODS:
            raise PeerError(400, f"Invalid payment_method_types: {method}", param="payment_method_types")
    if (
        "wechat_pay" in methods
        and ((params.get("payment_method_options") or {}).get("wechat_pay") or {}).get("client") != "web"
    ):
        raise missing("payment_method_options[wechat_pay][client]")
    return list(methods)


def expire(books: Books, session: Object, key: str | None = None) -> Object:
    """``POST /v1/checkout/sessions/{id}/expire``: nobody can pay on it any more."""
    if session["status"] != "open":
        message = f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `{session["status"]}`.'
        raise PeerError(400, message)
    session.update(status="expired", url=None)
    books.record("checkout.session.expired", session, key)
    return session


def expire_due(books: Books) -> None:
    """Expire what has run out."""
    with books.change(keep=False):
        now = books.now()
        due = [each for each in books.all("checkout.session") if each["status"] == "open" and each["expires_at"] <= now]
        if due:
            with books.change():
                for session in due:
                    expire(books, session)


def pay(books: Books, session: Object, method: str, number: str) -> str | None:
    """A payer confirms. Gives the reason of a decline, None when it was paid (now or earlier).

    However often and from however many windows it is pressed, there is one charge.
    """
    if session["status"] != "open":
        return None if session["status"] == "complete" else "expired"
    digits = re.sub(r"\D", "", number)
    card = next((card for card in Card if card.value == digits), None) if method == "card" else Card.PAYS
    if card is None:
        return "incorrect_number"
    intent = _intent(books, session)
    decline = _DECLINES.get(card)
    charge = _charge(books, session, intent, method, digits, decline)
    intent["latest_charge"] = charge["id"]
    if decline is not None:
        failure = {
            "type": "card_error",
            "code": "card_declined",
            "decline_code": decline,
            "message": "Your card was declined.",
            "charge": charge["id"],
        }
        intent.update(status="requires_payment_method", last_payment_error=failure)
        books.record("charge.failed", charge)
        books.record("payment_intent.payment_failed", intent)
        return decline
    intent.update(status="succeeded", amount_received=intent["amount"], last_payment_error=None)
    session.update(status="complete", payment_status="paid", url=None)
    books.record("charge.succeeded", charge)
    books.record("payment_intent.succeeded", intent)
    books.record("checkout.session.completed", session, session["_intent"]["key"])
    if card is Card.DISPUTED:
        open_dispute(books, charge)
    return None


def _intent(books: Books, session: Object) -> Object:
    if session["payment_intent"] is not None:
        return books.get("payment_intent", session["payment_intent"])
    wish = session["_intent"]
    intent = books.add(
        "payment_intent",
        amount=session["amount_total"],
        amount_received=0,
        amount_capturable=0,
        currency=session["currency"],
        status="requires_payment_method",
        latest_charge=None,
        metadata=dict(wish["metadata"]),
        description=wish["description"],
        last_payment_error=None,
        canceled_at=None,
        capture_method="automatic_async",
        payment_method_types=list(session["payment_method_types"]),
        customer=None,
    )
    session["payment_intent"] = intent["id"]
    books.record("payment_intent.created", intent)
    return intent


def _charge(books: Books, session: Object, intent: Object, method: str, digits: str, decline: str | None) -> Object:
    details: Object = {
        "type": method,
        method: {"brand": "visa", "last4": digits[-4:], "country": "US"} if method == "card" else {},
    }
    charge = books.add(
        "charge",
        amount=intent["amount"],
        amount_captured=0 if decline else intent["amount"],
        amount_refunded=0,
        captured=decline is None,
        paid=decline is None,
        currency=intent["currency"],
        status="failed" if decline else "succeeded",
        refunded=False,
        disputed=False,
        payment_intent=intent["id"],
        failure_code="card_declined" if decline else None,
        failure_message="Your card was declined." if decline else None,
        metadata=dict(intent["metadata"]),
        description=intent["description"],
        payment_method_details=details,
        billing_details={"email": session["customer_email"], "name": None},
    )
    charge["_card"] = digits
    return charge


def open_dispute(books: Books, charge: Object, reason: str = "fraudulent") -> Object:
    """The holder of the card contests the charge with their bank."""
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise PeerError(400, "This charge cannot be disputed.")
    charge["disputed"] = True
    dispute = books.add(
        "dispute",
        amount=charge["amount"],
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="needs_response",
        is_charge_refundable=False,
        metadata={},
        evidence_details={
            "due_by": books.now() + 7 * DAY,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
    )
    books.record("charge.dispute.created", dispute)
    return dispute


def close_dispute(books: Books, dispute: Object, *, won: bool) -> Object:
    """The bank decides the dispute."""
    before = dispute["status"]
    dispute["status"] = "won" if won else "lost"
    books.record("charge.dispute.closed", dispute, previous={"status": before})
    return dispute
