"""The worker that is woken by what happens in the court goes on asking for what happens in a media room."""

from __future__ import annotations

import threading

from odr.hearing.live.faults import is_under_way
from odr.operations import worker
from odr.operations.listening import Listener
from tests.hearing.live.conftest import BEGINS, Live
from tests.hearing.scene import CHEN, WANG
from tests.patience import PATIENCE, until

NEVER = 1e6
"""Seconds between the worker's own looks: no test lasts as long."""


class Hears(Listener):
    """Notifications come through, and none comes."""

    def __init__(self, live: Live) -> None:
        super().__init__(live.scene.court.database)
        self.waits = threading.Event()

    def open(self) -> bool:
        """As on PostgreSQL."""
        return True

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """For days."""
        self.waits.set()
        stop.wait(seconds)
        return False


def test_a_hearing_is_asked_about_though_nobody_does_anything_in_the_court(live: Live) -> None:
    """A hand that is raised, a connection that is lost and a recorder that stopped bring no notification of the database: while a
    hearing goes on the worker waits for none, and when it is over it does.
    """
    court, rounds, stop = live.scene.court, threading.Semaphore(0), threading.Event()
    assert not is_under_way(court)
    live.clock.set(BEGINS.replace(minute=20))
    live.comes(WANG)
    assert is_under_way(court), "its doors are open"
    live.opened()
    for _ in range(20):
        if not any(worker.work_once(court).values()):
            break

    def looked(_: object) -> int:
        rounds.release()
        return 0

    court.hooks.sweeps["looked"] = looked
    listener = Hears(live)
    given = {"every": 0.01, "quiet": NEVER, "stop": stop, "listener": listener}
    thread = threading.Thread(target=worker.run, args=(court,), kwargs=given)
    thread.start()
    try:
        until(lambda: listener.waits.is_set() or rounds.acquire(blocking=False), "it looks, or waits to be told")
        for _ in range(3):
            until(lambda: listener.waits.is_set() or rounds.acquire(blocking=False), "it looks again")
        assert not listener.waits.is_set()
        live.scene.act(CHEN, "close_live_hearing", goes_on="no")
        assert listener.waits.wait(PATIENCE) and not is_under_way(court)
    finally:
        stop.set()
        thread.join(PATIENCE)
        del court.hooks.sweeps["looked"]
    assert not thread.is_alive()
