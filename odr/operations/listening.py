"""The worker's ear: PostgreSQL brings word from whoever committed an act, so that the worker need not keep asking.

Nothing rests on it. What it is about is committed already, and the worker looks by itself from time to time: a
notification that is lost costs a moment. On SQLite there is none.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError

from odr.ground.db import WORK, Database

log = logging.getLogger("odr.operations.listening")
SLICE = 0.5
"""Seconds after which whoever waits for a notification looks whether it was told to stop."""
TRIED = 5.0
"""Seconds in which a listener's own word must come back to it, or it does not rely on any."""
AGAIN = 60.0
"""Seconds until the next try where notifications do not come through."""


class Listener:
    """The worker's ear: a connection of its own, which is taken up again when it is lost.

    It trusts itself only after a word of its own came back: behind a pool that gives out connections by transactions
    whoever listens hears nothing and is told nothing of it.
    """

    def __init__(self, database: Database, *, tried: float = TRIED) -> None:
        self._database, self._tried = database, tried
        self._connection: psycopg.Connection[Any] | None = None
        self._next = 0.0
        self._told_deaf = False

    @property
    def hears(self) -> bool:
        """Whether notifications come through now."""
        return self._connection is not None

    def open(self) -> bool:
        """Listen, where it is not done already; whether notifications come through. What was told before is not heard:
        look once after it.
        """
        if self._database.is_sqlite or self._connection is not None or time.monotonic() < self._next:
            return self._connection is not None
        try:
            self._connection = self._listening()
        except (DBAPIError, psycopg.Error) as error:
            # The worker's round asks the same server and says what is wrong with it.
            log.info("the database cannot be listened to (%s); it is asked in every round", type(error).__name__)
            self._next = time.monotonic() + SLICE
            return False
        self._next = 0.0 if self._connection is not None else time.monotonic() + AGAIN
        if self._connection is None and not self._told_deaf:
            log.warning(
                "no notification comes through from PostgreSQL: is there a pool that gives out connections by "
                "transactions? The worker asks every second instead (docs/operators.md)"
            )
        self._told_deaf = self._connection is None
        return self._connection is not None

    def wait(self, seconds: float, stop: threading.Event) -> bool:
        """Wait for a notification, at most so long, or until told to stop or the connection is lost; whether it came."""
        until = time.monotonic() + seconds
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            connection = self._connection
            if connection is None:
                stop.wait(left)
                return False
            try:
                heard = list(connection.notifies(timeout=min(left, SLICE), stop_after=1))
            except psycopg.Error as error:
                log.warning(
                    "the connection on which notifications come is lost (%s); it is taken up again",
                    type(error).__name__,
                )
                self.close()
                return False
            if heard:
                return True
        return False

    def close(self) -> None:
        """Listen no more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()

    def _listening(self) -> psycopg.Connection[Any] | None:
        """A connection of its own that listens; None where its own word does not come back."""
        taken = self._database.engine.raw_connection()
        connection: psycopg.Connection[Any] = taken.driver_connection  # type: ignore[assignment]
        taken.detach()  # It is never given back: nobody else may get what it listens to.
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {WORK}")
            mine = secrets.token_hex(8)
            with self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
                other.exec_driver_sql("SELECT pg_notify(%s, %s)", (WORK, mine))
            until = time.monotonic() + self._tried
            while (left := until - time.monotonic()) > 0:
                if any(each.payload == mine for each in connection.notifies(timeout=left, stop_after=1)):
                    return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
        return None
