"""How long the court waits for a media host that answers nothing: within five seconds it is found silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from odr.hearing.live import faults
from odr.hearing.live.media.control import JSONObject, Media, MediaAway
from odr.hearing.live.vocabulary import RoomState
from tests.hearing.live.conftest import Live
from tests.hearing.live.room_beside import RoomBeside
from tests.hearing.scene import CHEN, LI

FOUND_WITHIN = 5.0
ROUND = 1.0
"""Seconds between two rounds of the worker."""


class Nobody(Media):
    """A line to a machine that is gone: whatever is asked, the time for an answer goes by."""

    def __init__(self, waited: list[float]) -> None:
        super().__init__("http://127.0.0.1:9", b"s" * 16)
        self._waited = waited

    def _ask(self, method: str, path: str, given: Mapping[str, Any] | None = None) -> JSONObject:
        self._waited.append(self._within[method])
        raise MediaAway("no answer")


class Found(set[str]):
    """Hosts found silent, and what was waited for until then."""

    def __init__(self, waited: list[float]) -> None:
        super().__init__()
        self._waiting, self.waited = waited, list[float]()

    def add(self, name: str, /) -> None:
        """A host is silent."""
        super().add(name)
        self.waited = self.waited or list(self._waiting)


@pytest.mark.parametrize("waits_to_be_told", [False, True])
def test_a_silent_host_is_found_within_five_seconds(live: Live, waits_to_be_told: bool) -> None:
    """Also where the court has something to tell it: that this went unanswered is the first of two questions in vain."""
    second = RoomBeside(live.clock)
    live.scene.court.ports.media_hosts = {"second": second}
    live.opened()
    waited: list[float] = []
    live.scene.court.ports.media = Nobody(waited)
    if waits_to_be_told:
        live.does(CHEN, "floor", LI)
        waited.clear()
    silent = Found(waited)
    faults.follow(live.scene.court, live.room().id, silent)
    assert live.room().host == "second" and live.room().state is RoomState.SUSPENDED
    assert silent == {"main"} and len(silent.waited) == 2, "one question in vain says nothing"
    assert ROUND + sum(silent.waited) <= FOUND_WITHIN
