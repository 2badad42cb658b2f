"""A long body is hashed and synced to disk in threads beside the one that receives it.

Order is kept: pieces are hashed as they come, a mark is synced and told only after every byte before it was written,
and whoever pours learns of a failure of either at the next mark or at the end, before anything more is acknowledged.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

Checkpoint = Callable[[int, list[Any]], None]
AHEAD = 8
"""Pieces that may wait to be hashed: what bounds the memory of a body."""
_Job = Callable[[], None]


class AtOnce:
    """Everything in turn, for a body too short to gain by more."""

    def __init__(self, hashers: list[Any]) -> None:
        self._hashers = hashers

    def __enter__(self) -> AtOnce:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def feed(self, data: bytes) -> None:
        """Hash a piece."""
        for hasher in self._hashers:
            hasher.update(data)

    def mark(self, sync: _Job, checkpoint: Checkpoint, written: int) -> None:
        """Make what is written durable, then tell it."""
        sync()
        checkpoint(written, self._hashers)


class _Line:
    """A thread that does jobs in order and keeps the first failure; after one it only drains."""

    def __init__(self, name: str, room: int) -> None:
        self._jobs: queue.Queue[_Job | None] = queue.Queue(room)
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, job: _Job) -> None:
        """Have it done after what was put before; waits where too much does already."""
        self._jobs.put(job)

    def end(self) -> None:
        """Wait until everything is done."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self.failure is None:
                try:
                    job()
                except BaseException as failure:
                    self.failure = failure


class Alongside:
    """One line for hashing, one for syncing; leaving the block waits for both and raises what failed in them."""

    def __init__(self, hashers: list[Any]) -> None:
        self._hashers = hashers
        self._hashing = _Line("upload-hash", AHEAD)
        self._syncing = _Line("upload-sync", 1)

    def __enter__(self) -> Alongside:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Marks on their way are put by the hashing line, so that one ends first.
        self._hashing.end()
        self._syncing.end()
        if error is None:
            self._raise()

    def feed(self, data: bytes) -> None:
        """Hash a piece, later."""

        def update() -> None:
            for hasher in self._hashers:
                hasher.update(data)

        self._hashing.put(update)

    def mark(self, sync: _Job, checkpoint: Checkpoint, written: int) -> None:
        """Have what is written by now made durable and told, later. Raises what failed before."""
        self._raise()

        def hashed() -> None:
            states = [hasher.copy() for hasher in self._hashers]

            def tell() -> None:
                sync()
                checkpoint(written, states)

            self._syncing.put(tell)

        self._hashing.put(hashed)

    def _raise(self) -> None:
        for line in (self._hashing, self._syncing):
            if line.failure is not None:
                raise line.failure
