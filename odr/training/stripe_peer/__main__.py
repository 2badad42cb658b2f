"""``python -m odr.training.stripe_peer``: the peer as a process of its own, beside a training court."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from odr.ground.background import told_to_stop
from odr.training.stripe_peer.app import Peer, serve
from odr.training.stripe_peer.wire import PERMISSIONS


def main() -> int:
    """Serve until told to stop. Key and secret are those of the court's settings."""
    parser = argparse.ArgumentParser(description="A simulated Stripe on loopback. No money moves.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--webhook", help="address that gets the events")
    parser.add_argument("--state", type=Path, help="file in which everything is kept across restarts")
    arguments = parser.parse_args()
    key = os.environ.get("ODR_STRIPE_API_KEY", "rk_test_training")
    secret = os.environ.get("ODR_STRIPE_WEBHOOK_SECRET", "whsec_training")
    peer = Peer(keys={key: PERMISSIONS}, webhook=arguments.webhook, webhook_secret=secret, state=arguments.state)
    done = told_to_stop()
    with serve(peer, arguments.port):
        done.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
