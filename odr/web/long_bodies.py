"""A long body of known length, read from the connection straight into the memory of who reads it.

gunicorn's own reader puts a piece together from what came, and copies it again for each of its layers. For a form that
is nothing; of a file of a gigabyte it was more than hashing and writing it.
"""

from __future__ import annotations

import errno
import io
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any, Never, Protocol

from odr.ground.errors import NoOwnTurn, NoTurn

MOST_OF_ONE = 8
"""Long bodies that one account sends to one process at a time: half of those that it takes in."""


def streams(environ: Mapping[str, Any]) -> bool:
    """Whether a thread has a request before its body is there, and would wait for the rest."""
    line = environ.get("gunicorn.socket")
    return bool(getattr(getattr(line, "arriving", None), "streams", False))


class Turns:
    """Who sends long bodies to this process at this moment, so that nobody alone keeps everybody else waiting."""

    def __init__(self) -> None:
        self._held: Counter[int] = Counter()
        self._one_at_a_time = threading.Lock()

    def take(self, account_id: int) -> None:
        """Count one more. Raises NoOwnTurn."""
        with self._one_at_a_time:
            if self._held[account_id] >= MOST_OF_ONE:
                raise NoOwnTurn
            self._held[account_id] += 1

    def held(self, account_id: int) -> int:
        """How many of an account's come in at this moment."""
        with self._one_at_a_time:
            return self._held[account_id]

    def give_back(self, account_id: int) -> None:
        """One of them has ended."""
        with self._one_at_a_time:
            self._held[account_id] -= 1
            self._held += Counter()  # whoever sends nothing is forgotten


class Source(Protocol):
    """Where the bytes come from: a connection."""

    def recv_into(self, room: memoryview, /) -> int: ...


class LongBody(io.RawIOBase):
    """What a route reads (``wsgi.input``, PEP 3333): ``ahead`` has come with the head, the rest comes from the source.

    Every reading fills the room it was given; fewer bytes mean that the body ends there, or that the next reading raises.
    """

    def __init__(self, source: Source, ahead: bytes, length: int) -> None:
        self._source, self._ahead, self._left = source, memoryview(ahead), length
        self._failure: OSError | None = None

    @property
    def failed(self) -> bool:
        """Whether the connection broke, so that nobody knows where the next request on it begins: gunicorn asks."""
        return self._failure is not None

    @property
    def is_over(self) -> bool:
        """Whether it was read to its end, so that the next request begins there."""
        return self._left == 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer. Raises what broke the connection, also where the other side has just gone, but first gives what
        came before: half a file is no file.
        """
        room = memoryview(buffer).cast("B")[: self._left]
        filled = min(len(room), len(self._ahead))
        room[:filled] = self._ahead[:filled]
        self._ahead = self._ahead[filled:]
        if self._failure is not None:
            raise self._failure
        try:
            while filled < len(room):
                filled += self._next(room[filled:])
        except OSError as failure:
            self._failure = failure
            if not filled:
                raise
        self._left -= filled
        return filled

    def _next(self, room: memoryview) -> int:
        count = self._source.recv_into(room)
        if not count:
            raise ConnectionResetError(errno.ECONNRESET, "the connection ended before the body did")
        return count


class TurnedAway(io.RawIOBase):
    """What a route reads of a long body for which no thread became free. Its guard looks at who sends it as always."""

    failed = True
    """Nobody knows how much of it still comes: the connection takes no further request."""

    def __init__(self, why: type[NoTurn] = NoTurn) -> None:
        self._why = why

    def readable(self) -> bool:
        """It is, to say why there is nothing."""
        return True

    def readinto(self, _buffer: Any, /) -> Never:
        """Nothing. Raises NoTurn, or NoOwnTurn."""
        raise self._why
