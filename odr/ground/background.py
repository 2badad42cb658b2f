"""Work that follows a request without keeping it waiting: one thread of each process does it for all requests.

Nothing rests on it. What it works from is committed before it is told, and the
worker's rounds do the same: a process that dies loses a moment, not the work.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

log = logging.getLogger("odr.ground.background")
Thing = TypeVar("Thing")


class Beside:
    """Does one step whenever it is told that there is something to do.

    ``gather`` seconds pass before it begins, so that what comes in a burst is done in
    one go and the burst itself is not slowed down. ``rest`` seconds pass after it, in
    which more gathers while the first of a burst need not wait; and ``longer`` ones
    more as long as nobody waits to see it done.
    """

    def __init__(
        self, name: str, step: Callable[[], object], *, gather: float = 0.0, rest: float = 0.0, longer: float = 0.0
    ) -> None:
        self._name, self._step, self._gather, self._rest, self._longer = name, step, gather, rest, longer
        self._told, self._awaited = threading.Event(), threading.Event()
        self._starting = threading.Lock()
        self._process = 0
        self._rounds = threading.Condition()
        self._begun = self._ended = 0
        """Rounds that began so far, and the last of them that ended well."""

    def soon(self) -> None:
        """Have the step done; returns at once. Never raises: what fails stays committed and waits."""
        self._told.set()
        if self._process == os.getpid():
            return
        with self._starting:
            # A forked child has no thread of its own yet.
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def awaited(self) -> None:
        """Have the step done, since somebody waits to see it done."""
        self._awaited.set()
        self.soon()

    def rounds_from_now(self, seconds: float) -> Iterator[bool]:
        """Have the step done, and tell of each round that ends well within so many seconds: whether it began after now.
        Nobody asks the database meanwhile.
        """
        until = time.monotonic() + seconds
        with self._rounds:
            wanted, seen = self._begun + 1, self._ended
            self.awaited()
        while (ended := self._next_end(seen, until)) is not None:
            seen = ended
            yield seen >= wanted

    def _next_end(self, seen: int, until: float) -> int | None:
        with self._rounds:
            if self._rounds.wait_for(lambda: self._ended > seen, until - time.monotonic()):
                return self._ended
        return None

    def _run(self) -> None:
        while True:
            self._told.wait()
            time.sleep(self._gather)
            self._told.clear()
            self._awaited.clear()
            with self._rounds:
                self._begun = number = self._begun + 1
            try:
                self._step()
                with self._rounds:
                    self._ended = number
                    self._rounds.notify_all()
                time.sleep(self._rest)
                self._awaited.wait(self._longer)
            except Exception:
                log.exception("%s failed; what it is about stays committed and waiting", self._name)
                time.sleep(1)


def each_alone(things: Iterable[Thing], do: Callable[[Thing], int | None], failed: str) -> int:
    """One round's work: ``do`` for each of what was found, so that one thing over which it fails keeps no other waiting. That one is
    found again in the next round; ``failed`` says in the operators' log what could not be done.

    Gives what ``do`` gave, together. Raises what no thing is to blame for: that the database does not answer.
    """
    done = 0
    for thing in things:
        try:
            done += int(do(thing) or 0)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("%s; it is tried again in the next round", failed)
    return done


def told_to_stop(stop: threading.Event | None = None) -> threading.Event:
    """An event that is set when this process is told to end (SIGTERM, SIGINT); for the main thread of a process that works on
    until then.
    """
    stop = stop or threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
