"""A peer that behaves as Stripe's published API, for training and for tests.

Checkout Sessions with their hosted page, PaymentIntents, Charges, Refunds,
Disputes and Events; restricted keys, API versions, idempotency keys; events
signed as Stripe signs them, which can be duplicated, delayed, reordered, dropped
and forged. No money moves. The official library talks to it by
``StripeClient(key, base_addresses={"api": origin})``.
"""

from odr.training.stripe_peer.app import Peer, serve
from odr.training.stripe_peer.webhooks import Faults

__all__ = ["Faults", "Peer", "serve"]
