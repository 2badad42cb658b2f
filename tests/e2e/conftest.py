"""Opens walks of whole disputes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from odr.clock import FixedClock
from tests.e2e.walking import Walk, open_walk
from tests.peers.browser import OpenContext


@pytest.fixture
def walk_of(sqlite_url: str, clock: FixedClock, tmp_path: Path, serve: Callable[..., str], open_context: OpenContext) -> Iterator[Callable[..., Walk]]:
    """Opens a court with Stripe's peer beside it."""
    with ExitStack() as stack:
        yield partial(open_walk, stack, sqlite_url, clock, tmp_path, serve, open_context)
