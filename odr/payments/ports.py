"""Which payment service stands behind the court's port, by settings alone."""

from __future__ import annotations

from odr.ground.config import Settings
from odr.ground.silence import silence
from odr.payments.stripe.gateway import Gateway, PayDeskGateway, StripeGateway


def open_gateway(settings: Settings) -> Gateway:
    """Stripe where there is a key; otherwise the pay desk only."""
    if not settings.stripe_api_key:
        return PayDeskGateway()
    methods = tuple(name.strip() for name in settings.stripe_methods.split(",") if name.strip())
    return StripeGateway(
        settings.stripe_api_key,
        settings.stripe_webhook_secret,
        api_base=settings.stripe_api_base,
        methods=methods or ("card",),
        is_silent=lambda: silence(settings) is not None,
    )
