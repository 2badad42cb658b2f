"""PostgreSQL brings the worker word of new work; it need not keep asking, and nothing rests on the word."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, text

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.operations import worker
from odr.operations.listening import Listener
from odr.service.models import Packet, ServiceAttempt
from odr.service.vocabulary import AttemptState
from tests.patience import PATIENCE, until
from tests.scene import Scene, open_court

NEVER = 1e6
"""Seconds between the worker's own looks: no test lasts as long."""


class Heard(Listener):
    """Says when the worker has nothing to do and waits for a notification."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, tried=PATIENCE)
        self.quiet = threading.Event()

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """As ever."""
        self.quiet.set()
        return super().wait(seconds, stop)

    def again(self) -> None:
        """From now on."""
        self.quiet.clear()


@pytest.fixture
def served(postgres_court_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Scene]:
    """A court on PostgreSQL as it is served: what follows an act is done beside it."""
    database = Database(postgres_court_url)
    yield open_court(database, clock, tmp_path / "court", sequencing="background")
    database.dispose()


@contextlib.contextmanager
def worker_of(scene: Scene, listener: Listener, every: float = 0.01) -> Iterator[None]:
    """A worker that never looks by itself once it has nothing to do, while notifications come through."""
    stop = threading.Event()
    arguments = {"every": every, "quiet": NEVER, "stop": stop, "listener": listener}
    thread = threading.Thread(target=worker.run, args=(scene.court,), kwargs=arguments)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def sent(scene: Scene) -> int:
    """Letters that are on their way."""
    with scene.court.database.read() as session:
        states = session.scalars(select(ServiceAttempt.state)).all()
    return sum(state is AttemptState.SENT for state in states)


def test_a_letter_is_taken_up_by_the_notification(served: Scene) -> None:
    """The worker waits, and would for days; the act that brings a letter wakes it, and the letter leaves."""
    served.lodge()
    listener = Heard(served.court.database)
    with worker_of(served, listener):
        assert listener.quiet.wait(PATIENCE)
        before = sent(served)
        served.accept()
        until(lambda: sent(served) > before, "the letter of the acceptance leaves")
        assert listener.hears


def test_a_lost_connection_is_taken_up_again(served: Scene) -> None:
    """The server ends the connection on which notifications come: the worker looks by itself, listens anew, and is woken again."""
    served.lodge()
    listener = Heard(served.court.database)
    with worker_of(served, listener):
        assert listener.quiet.wait(PATIENCE)
        listener.again()
        with served.court.database.engine.connect() as connection:
            ended = connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                )
            ).all()
        assert len(ended) == 1
        assert listener.quiet.wait(PATIENCE)
        until(lambda: listener.hears, "the worker listens anew")
        before = sent(served)
        served.accept()
        until(lambda: sent(served) > before, "the letter of the acceptance leaves")


def test_behind_a_pool_that_brings_no_notification_the_worker_looks_every_time(served: Scene, told: StringIO) -> None:
    """A pool by transactions gives LISTEN and NOTIFY to whatever connection is free; here the first goes to another
    database of the server. The worker says so once, and goes round as often as ever.
    """
    database, rounds = Database(served.court.database.url), threading.Semaphore(0)
    first = iter(["postgres"])

    @event.listens_for(database.engine, "do_connect")
    def elsewhere(dialect: Any, record: Any, args: Any, given: dict[str, Any]) -> None:
        given["dbname"] = next(first, given["dbname"])

    def looked(court: object) -> int:
        rounds.release()
        return 0

    served.court.hooks.sweeps["looked"] = looked
    try:
        listener = Listener(database, tried=0.01)
        with worker_of(served, listener):
            for _ in range(4):
                assert rounds.acquire(timeout=PATIENCE)
            assert not listener.hears
    finally:
        del served.court.hooks.sweeps["looked"]
        database.dispose()
    assert told.getvalue().count("no notification comes through") == 1


def test_a_sitting_that_changes_nothing_wakes_nobody(served: Scene) -> None:
    """The worker sits in each round to see what is due; woken by that, it would never rest."""
    database = served.court.database
    served.lodge()
    with database.write() as session:
        session.execute(select(Packet.id).with_for_update()).all()
        assert not database.has_written(session)
        session.execute(text("UPDATE pulse SET who = who"))
        assert database.has_written(session)
