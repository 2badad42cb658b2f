"""Stripe, through its official library. Nothing here touches the court's database.

With a restricted key the account gives: Checkout Sessions write, Refunds write,
PaymentIntents read, Events read, Disputes read. Amounts on the wire are in Stripe's
units, which for a few currencies are not the minor units of ISO 4217.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, cast

from babel.numbers import get_currency_precision

from odr.ground.errors import CourtError
from odr.ground.text import Money, T, Text

if TYPE_CHECKING:
    import stripe

# The library is read where a court with a key at Stripe first asks for it: most processes and courts never do.

API_VERSION = "2026-10-28.endive"
"""Pinned: what Stripe sends keeps its form until the court has tried a newer one."""
TOLERANCE = 300
"""Seconds by which a signature may be old."""
WHOLE_UNITS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
"""Currencies Stripe takes in whole units; every other one in hundredths, also where ISO 4217 or usage knows no smaller
unit (ISK, UGX, RSD).
"""
THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""Currencies Stripe takes in thousandths, of which the last figure must be 0."""
LISTENED = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "payout.paid",
    "payout.failed",
)
"""Kinds of event the court acts on; Stripe lists at most twenty kinds in one request."""


class GatewayUnavailable(CourtError):
    """Stripe could not be reached, or failed on its side; trying again is safe."""

    status = 503
    problem = "payment-unavailable"


class GatewayRefused(CourtError):
    """Stripe understood and refused; trying the same again will not help. ``code`` is Stripe's."""

    status = 502
    problem = "payment-refused"

    def __init__(self, code: str, detail: str | Text) -> None:
        super().__init__(
            T("The payment service did not take this: %(why)s", why=detail),
            T("Pay by bank transfer or at the counter, or try again later."),
        )
        self.code = code


class SignatureRefused(CourtError):
    """What claims to be an event of Stripe's is not signed with our secret, or is too old."""

    status = 400
    problem = "signature-refused"


@dataclass(frozen=True)
class CheckoutOrder:
    """What the payment page is asked for. ``reference`` and ``attempt`` make the request happen once."""

    reference: str
    assessment: str
    amount: Money
    what: str
    locale: str
    done_url: str
    back_url: str
    email: str | None


@dataclass(frozen=True)
class RefundOrder:
    """Money to send back on one PaymentIntent."""

    reference: str
    intent: str
    amount: Money


class Gateway(Protocol):
    """What the court asks of a payment service."""

    takes_online: bool

    def create_checkout(self, order: CheckoutOrder) -> dict[str, Any]: ...
    def retrieve_checkout(self, stripe_id: str) -> dict[str, Any]: ...
    def expire_checkout(self, stripe_id: str) -> dict[str, Any]: ...
    def refund(self, order: RefundOrder) -> dict[str, Any]: ...
    def retrieve_refund(self, stripe_id: str) -> dict[str, Any]: ...
    def events_since(self, at: datetime) -> Iterator[dict[str, Any]]: ...
    def charges_since(self, at: datetime) -> Iterator[dict[str, Any]]: ...
    def verified(self, payload: bytes, signature: str | None) -> dict[str, Any]: ...


class StripeGateway:
    """The court at Stripe. One client for the life of the process; safe among threads."""

    takes_online = True

    def __init__(
        self,
        api_key: str,
        webhook_secret: str,
        *,
        api_base: str = "",
        methods: tuple[str, ...] = ("card",),
        retries: int = 2,
        is_silent: Callable[[], bool] = lambda: False,
    ) -> None:
        import stripe

        self._secret = webhook_secret
        self._methods = methods
        self._named = _Named(is_silent)
        addresses: Any = {"api": api_base.rstrip("/")} if api_base else None
        self._client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            base_addresses=addresses,
            max_network_retries=retries,
            http_client=stripe.RequestsClient(timeout=20),
        )

    def create_checkout(self, order: CheckoutOrder) -> dict[str, Any]:
        """A payment page for exactly this amount. The same ``reference`` gives the same page."""
        ours = {"assessment": order.assessment, "checkout": order.reference}
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": order.assessment,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": order.amount.currency.lower(),
                        "unit_amount": to_stripe(order.amount),
                        "product_data": {"name": order.what},
                    },
                }
            ],
            "payment_method_types": list(self._methods),
            "metadata": ours,
            "payment_intent_data": {"metadata": ours, "description": order.what},
            "locale": {"zh-Hans": "zh"}.get(order.locale, "en"),
            "success_url": order.done_url,
            "cancel_url": order.back_url,
        }
        if order.email:
            params["customer_email"] = order.email
        if "wechat_pay" in self._methods:
            params["payment_method_options"] = {"wechat_pay": {"client": "web"}}
        with self._named:
            return _plain(
                self._client.v1.checkout.sessions.create(
                    cast(Any, params), {"idempotency_key": f"checkout/{order.reference}"}
                )
            )

    def retrieve_checkout(self, stripe_id: str) -> dict[str, Any]:
        """The payment page as it stands at Stripe."""
        with self._named:
            return _plain(self._client.v1.checkout.sessions.retrieve(stripe_id))

    def expire_checkout(self, stripe_id: str) -> dict[str, Any]:
        """Close a page that must not be paid any more. Raises GatewayRefused where it is paid already."""
        with self._named:
            return _plain(self._client.v1.checkout.sessions.expire(stripe_id))

    def refund(self, order: RefundOrder) -> dict[str, Any]:
        """Send money back. The same ``reference`` sends it once."""
        params: dict[str, Any] = {
            "payment_intent": order.intent,
            "amount": to_stripe(order.amount),
            "metadata": {"refund": order.reference},
        }
        with self._named:
            return _plain(
                self._client.v1.refunds.create(cast(Any, params), {"idempotency_key": f"refund/{order.reference}"})
            )

    def retrieve_refund(self, stripe_id: str) -> dict[str, Any]:
        """The refund as it stands at Stripe."""
        with self._named:
            return _plain(self._client.v1.refunds.retrieve(stripe_id))

    def events_since(self, at: datetime) -> Iterator[dict[str, Any]]:
        """Every event we act on since ``at``, newest first as Stripe lists them. It keeps thirty days."""
        with self._named:
            found = self._client.v1.events.list(
                cast(Any, {"created": {"gte": int(at.timestamp())}, "types": list(LISTENED), "limit": 100})
            )
            for event in found.auto_paging_iter():
                yield _plain(event)

    def charges_since(self, at: datetime) -> Iterator[dict[str, Any]]:
        """Every PaymentIntent since ``at``, to be laid beside our books."""
        with self._named:
            found = self._client.v1.payment_intents.list(
                cast(Any, {"created": {"gte": int(at.timestamp())}, "limit": 100})
            )
            for intent in found.auto_paging_iter():
                yield _plain(intent)

    def verified(self, payload: bytes, signature: str | None) -> dict[str, Any]:
        """The event in ``payload`` once its signature holds. Raises SignatureRefused."""
        import stripe

        try:
            stripe.WebhookSignature.verify_header(payload, signature, self._secret, TOLERANCE)
            event = json.loads(payload)
        except (stripe.SignatureVerificationError, ValueError):
            raise SignatureRefused(T("The signature does not hold.")) from None
        if (
            not isinstance(event, dict)
            or not isinstance(event.get("id"), str)
            or not isinstance(event.get("data"), dict)
        ):
            raise SignatureRefused(T("This is not an event."))
        return event


class PayDeskGateway:
    """A court without a key at Stripe: bank transfer and counter only."""

    takes_online = False

    def create_checkout(self, order: CheckoutOrder) -> dict[str, Any]:
        raise self._closed()

    def retrieve_checkout(self, stripe_id: str) -> dict[str, Any]:
        raise self._closed()

    def expire_checkout(self, stripe_id: str) -> dict[str, Any]:
        raise self._closed()

    def refund(self, order: RefundOrder) -> dict[str, Any]:
        raise self._closed()

    def retrieve_refund(self, stripe_id: str) -> dict[str, Any]:
        raise self._closed()

    def events_since(self, at: datetime) -> Iterator[dict[str, Any]]:
        return iter(())

    def charges_since(self, at: datetime) -> Iterator[dict[str, Any]]:
        return iter(())

    def verified(self, payload: bytes, signature: str | None) -> dict[str, Any]:
        raise SignatureRefused(T("This court takes no online payments."))

    def _closed(self) -> GatewayUnavailable:
        return GatewayUnavailable(
            T("This court takes no online payments."), T("Pay by bank transfer or at the counter.")
        )


class _Named:
    """Stripe's exceptions as breaches of ours: which may be tried again, and which not."""

    def __init__(self, is_silent: Callable[[], bool]) -> None:
        self._is_silent = is_silent

    def __enter__(self) -> None:
        if self._is_silent():
            raise GatewayUnavailable(
                T("This court was put back from a backup and asks no payment service yet."),
                T("Nothing was charged. Pay by bank transfer or at the counter, or try again later."),
            )

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        import stripe

        busy = isinstance(error, stripe.StripeError) and error.code in ("idempotency_key_in_use", "lock_timeout")
        if busy or isinstance(error, stripe.APIConnectionError | stripe.RateLimitError | stripe.APIError):
            raise GatewayUnavailable(
                T("The payment service cannot be reached just now."),
                T("Nothing was charged. Try again in a few minutes, or pay by bank transfer."),
            ) from error
        if isinstance(error, stripe.StripeError):
            raise GatewayRefused(str(error.code or type(error).__name__), str(error.user_message or error)) from error


def _plain(found: stripe.StripeObject) -> dict[str, Any]:
    return dict(found.to_dict())


def to_stripe(money: Money) -> int:
    """Our minor units in Stripe's. Raises GatewayRefused for a sum finer than Stripe takes: it is paid another way."""
    shift = _places(money.currency) - get_currency_precision(money.currency)
    amount = int(money.minor * 10**shift if shift >= 0 else money.minor // 10**-shift)
    if (money.currency in THOUSANDTHS and amount % 10) or (shift < 0 and money.minor % 10**-shift):
        raise GatewayRefused("amount_too_fine", T("it does not take %(amount)s to the last figure", amount=money))
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """Stripe's units in our minor units."""
    code = currency.upper()
    shift = _places(code) - get_currency_precision(code)
    return Money(amount // 10**shift if shift >= 0 else amount * 10**-shift, code)


def _places(currency: str) -> int:
    return 0 if currency in WHOLE_UNITS else 3 if currency in THOUSANDTHS else 2


def metadata(found: Mapping[str, Any]) -> Mapping[str, str]:
    """What we wrote beside an object of Stripe's."""
    kept = found.get("metadata")
    return kept if isinstance(kept, Mapping) else {}
