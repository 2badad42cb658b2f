"""A whole court on loopback with its payment service, and programs of the people in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odr.app import create_app
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.training.stripe_peer.app import Peer, serve as serve_stripe
from odr.training.stripe_peer.wire import PERMISSIONS
from tests.api.caller import Caller, Contract, caller
from tests.scene import Scene, open_court

KEY, SIGNING = "rk_test_court", "whsec_of_the_tests"


@pytest.fixture
def api_scene(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[Scene, Peer]]:
    """A court at the machine's own time, since the payment service signs with it; paid by Stripe's peer."""
    peer = Peer(keys={KEY: PERMISSIONS}, webhook_secret=SIGNING)
    database = Database(sqlite_url, synchronous="OFF")
    with serve_stripe(peer) as stripe:
        settings = {
            "stripe_api_key": KEY,
            "stripe_webhook_secret": SIGNING,
            "stripe_api_base": stripe,
            "stripe_methods": "card,alipay",
        }
        yield (
            open_court(database, FixedClock(datetime.now(UTC).replace(microsecond=0)), tmp_path / "court", **settings),
            peer,
        )
    database.dispose()


@pytest.fixture
def callers(api_scene: tuple[Scene, Peer], serve: Callable[..., str]) -> dict[str, Caller]:
    """Everybody's program, by name."""
    scene, peer = api_scene
    origin = serve(create_app(court=scene.court))
    peer.send_events_to(f"{origin}/payments/stripe")
    contract = Contract(origin)
    return {who: caller(scene, origin, contract, who) for who in ("li", "haiyun", "stranger", "clerk", "judge")}
