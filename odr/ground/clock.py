"""The two clocks. Nothing else in the court reads the time.

Procedural time decides deadlines and can be moved in training; machine time
governs sessions, codes, leases and signatures and never can.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the court asks for the time."""

    def now(self) -> datetime:
        """Procedural time, aware UTC."""
        ...

    def machine_now(self) -> datetime:
        """Machine time, aware UTC."""
        ...


class CourtClock:
    """The running clock: machine time, with an offset for procedural time in training."""

    def __init__(self, offset: Callable[[], timedelta] | None = None) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return self.machine_now() + (self._offset() if self._offset else timedelta())

    def machine_now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved: tests and demonstrations."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware time")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def machine_now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move forward (or back, in tests of bad clocks)."""
        self._at += by

    def set(self, at: datetime) -> None:
        """Stand at another instant."""
        self._at = at.astimezone(UTC)
