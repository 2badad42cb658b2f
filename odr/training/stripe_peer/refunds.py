"""Refunds: never more than was paid, and not always at once."""

from __future__ import annotations

from odr.training.stripe_peer.books import Books
from odr.training.stripe_peer.checkout import Card
from odr.training.stripe_peer.wire import Object, PeerError, integer, metadata, missing, only

_REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(books: Books, params: Object, key: str | None) -> Object:
    """``POST /v1/refunds``: give back all or part of a charge."""
    only(params, "charge payment_intent amount reason metadata")
    charge = _charge(books, params)
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise PeerError(400, f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"]:
        raise PeerError(
            400, f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    amount = integer(params["amount"], "amount", least=1) if "amount" in params else left
    if amount > left:
        message = f"Refund amount ({_major(amount)}) is greater than unrefunded amount on charge ({_major(left)})"
        raise PeerError(400, message, code="amount_too_large", param="amount")
    reason = params.get("reason")
    if reason is not None and reason not in _REASONS:
        raise PeerError(400, f"Invalid reason: must be one of {', '.join(_REASONS)}", param="reason")
    pends = charge["_card"] == Card.REFUND_PENDS.value
    refund = books.add(
        "refund",
        amount=amount,
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        reason=reason,
        metadata=metadata(params.get("metadata")),
        status="pending" if pends else "succeeded",
        failure_reason=None,
    )
    before = charge["amount_refunded"]
    charge["amount_refunded"] = before + amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    books.record("refund.created", refund, key)
    books.record("charge.refunded", charge, key, previous={"amount_refunded": before})
    return refund


def settle(books: Books, refund: Object) -> None:
    """What the bank says later: a pending refund succeeds, one to a closed account fails and is given back to the
    charge.
    """
    charge = books.get("charge", refund["charge"])
    if refund["status"] == "pending":
        refund["status"] = "succeeded"
        books.record("refund.updated", refund, previous={"status": "pending"})
    elif charge["_card"] == Card.REFUND_FAILS.value and refund["status"] == "succeeded":
        refund.update(status="failed", failure_reason="expired_or_canceled_card")
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        books.record("refund.updated", refund, previous={"status": "succeeded"})
        books.record("refund.failed", refund)


def _charge(books: Books, params: Object) -> Object:
    if "charge" in params:
        charge = books.get("charge", params["charge"], "charge")
    elif "payment_intent" in params:
        intent = books.get("payment_intent", params["payment_intent"], "payment_intent")
        if intent["status"] != "succeeded":
            message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            raise PeerError(400, message, code="payment_intent_unexpected_state", param="payment_intent")
        charge = books.get("charge", intent["latest_charge"])
    else:
        raise missing("payment_intent")
    if charge["status"] != "succeeded":
        raise PeerError(400, f"Charge {charge['id']} did not succeed and cannot be refunded.", param="charge")
    return charge


def _major(amount: int) -> str:
    return f"{amount / 100:,.2f}"
