"""A media room for each test, and browsers to enter it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hearing.live.media.house import EMBEDDED, HAS_SECOND, House, Visitor, chosen, opened, short_folder
from tests.peers.browser import OpenContext

collect_ignore = [] if HAS_SECOND else ["test_second_driver.py"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name; see :func:`short_folder`."""
    made = short_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def driver(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings that choose what passes media on: the embedded driver, where a test is not for ``BOTH``."""
    return chosen(getattr(request, "param", EMBEDDED))


@pytest.fixture
def house(folder: Path, driver: dict[str, str]) -> Iterator[House]:
    """A room that answers, with one hearing open and its recorder running."""
    with opened(folder, **driver) as there:
        there.order("open")
        there.order("record", segment=1)
        yield there


@pytest.fixture
def visitor(house: House, open_context: OpenContext) -> Callable[..., Visitor]:
    """Somebody with a browser of their own, before they enter."""

    def make(name: str, script: str | None = None) -> Visitor:
        context = open_context(house.origin)
        context.grant_permissions(["camera", "microphone"])
        if script is not None:
            context.add_init_script(script)
        return Visitor(house, context, name)

    return make
