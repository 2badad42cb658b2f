"""Opens walks of whole disputes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from odr.ground.clock import FixedClock
from tests.e2e.walking import Walk, open_walk
from tests.peers.browser import OpenContext


@pytest.fixture(scope="session")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by all processes of a run: what one has looked at, no other need."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "looked-at"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def walk_of(
    sqlite_url: str,
    clock: FixedClock,
    tmp_path: Path,
    looked_at: Path,
    serve: Callable[..., str],
    open_context: OpenContext,
) -> Iterator[Callable[..., Walk]]:
    """Opens a court with Stripe's peer beside it."""
    with ExitStack() as stack:
        yield partial(open_walk, stack, sqlite_url, clock, tmp_path, looked_at, serve, open_context)
