"""A long body is hashed and synced to disk in threads beside the one that receives it.

Order is kept: pieces are hashed as they come, a mark is synced and told only after every byte before it was written,
and whoever pours learns of a failure of either at the next mark or at the end, before anything more is acknowledged.

The bytes come into a few pieces of memory that go round: what was just received is still near the processor when it is
hashed and written, and no new memory is asked of the system for it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

Checkpoint = Callable[[int, list[Any]], None]
PIECE = 256 * 1024
"""Bytes received, hashed and written at once."""
ROUND = 4
"""Pieces of memory that go round: so many less one may wait to be hashed. Together they fit beside a processor."""
_Job = Callable[[], None]


class AtOnce:
    """Everything in turn, for a body too short to gain by more."""

    def __init__(self, hashers: list[Any]) -> None:
        self._hashers, self._room = hashers, bytearray(PIECE)

    def __enter__(self) -> AtOnce:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def room(self) -> bytearray:
        """Memory for the next piece; nobody needs the one before any more."""
        return self._room

    def feed(self, room: bytearray, count: int) -> None:
        """Hash what a room holds."""
        data = memoryview(room)[:count]
        for hasher in self._hashers:
            hasher.update(data)

    def mark(self, sync: _Job, checkpoint: Checkpoint, written: int) -> None:
        """Make what is written durable, then tell it."""
        sync()
        checkpoint(written, self._hashers)


class _Line:
    """A thread that does jobs in order and keeps the first failure; after one it only drains."""

    def __init__(self, name: str, most: int = 0) -> None:
        self._jobs: queue.Queue[tuple[_Job, _Job | None] | None] = queue.Queue(most)
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, job: _Job, after: _Job | None = None) -> None:
        """Have it done after what was put before, and then what comes after it, even where nothing is done any more;
        waits where too much does already.
        """
        self._jobs.put((job, after))

    def end(self) -> None:
        """Wait until everything is done."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (put := self._jobs.get()) is not None:
            job, after = put
            if self.failure is None:
                try:
                    job()
                except BaseException as failure:
                    self.failure = failure
            if after is not None:
                after()


class Alongside:
    """One line for hashing, one for syncing; leaving the block waits for both and raises what failed in them."""

    def __init__(self, hashers: list[Any]) -> None:
        self._hashers = hashers
        self._free: queue.SimpleQueue[bytearray] = queue.SimpleQueue()
        for _ in range(ROUND):
            self._free.put(bytearray(PIECE))
        self._hashing = _Line("upload-hash")
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

    def room(self) -> bytearray:
        """Memory for the next piece; waits until the oldest is hashed where all are in use."""
        return self._free.get()

    def feed(self, room: bytearray, count: int) -> None:
        """Hash what a room holds, later; until another room is asked for, whoever gave this one may read it too."""

        def update() -> None:
            for hasher in self._hashers:
                hasher.update(memoryview(room)[:count])

        self._hashing.put(update, lambda: self._free.put(room))

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
