"""How long the court waits for a media host that answers nothing: within five seconds it is found silent."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from odr.ground.db import Database
from odr.hearing.live import faults
from odr.hearing.live.media.control import JSONObject, Media, MediaAway
from odr.hearing.live.vocabulary import RoomState
from odr.operations import worker
from odr.operations.listening import Listener
from tests.hearing.live.conftest import BEGINS, Live, gathered
from tests.hearing.live.room_beside import RoomBeside
from tests.hearing.scene import CHEN, LI
from tests.patience import PATIENCE

FOUND_WITHIN = 5.0
ROUND = 1.0
"""Seconds between two rounds of the worker while a hearing is on."""
NEVER = 1e6
"""Seconds between the worker's own looks where nothing is to be done: no test lasts as long."""


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


class Ear(Listener):
    """The worker's ear where notifications come through, but none does."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.waits = threading.Event()

    def open(self) -> bool:
        """It hears."""
        return True

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Nobody says anything."""
        self.waits.set()
        return stop.wait(seconds)


@pytest.mark.parametrize("is_open", [False, True])
def test_while_a_hearing_is_on_the_worker_waits_for_no_notification(live: Live, is_open: bool) -> None:
    """A host that dies commits nothing, so nothing tells of it: from when the doors are open the rounds go on until the hearing is
    over, and rest then; a media room that asks whether the court is there hears it as often.
    """
    court, rounds, stop = live.scene.court, threading.Semaphore(0), threading.Event()
    assert not faults.is_any_on(court)
    if is_open:
        live.opened()
    else:
        gathered(live)

    def looked(court: object) -> int:
        rounds.release()
        return 0

    while any(worker.work_once(court).values()):
        pass
    court.hooks.sweeps["looked"] = looked
    ear = Ear(court.database)
    arguments = {"every": 0.01, "quiet": NEVER, "stop": stop, "listener": ear}
    thread = threading.Thread(target=worker.run, args=(court,), kwargs=arguments)
    thread.start()
    try:
        for _ in range(3):
            assert rounds.acquire(timeout=PATIENCE) and not ear.waits.is_set()
        if is_open:
            live.does(CHEN, "stage")
            live.scene.act(CHEN, "close_live_hearing", goes_on="courtroom", in_courtroom=[])
        else:
            live.clock.set(BEGINS + timedelta(days=2))
        assert ear.waits.wait(PATIENCE)
    finally:
        stop.set()
        thread.join(PATIENCE)
        del court.hooks.sweeps["looked"]
    assert not thread.is_alive()
