"""The two clocks. Nothing else in the court reads the time.

Procedural time decides deadlines and can be moved in training; machine time
governs sessions, codes, leases and signatures and never can.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What the court asks for the time."""

    def now(self) -> datetime:
        """Procedural time, aware UTC."""
        ...

    def machine_now(self) -> datetime:
        """Machine time, aware UTC."""
        ...

    def was_set(self) -> timedelta:
        """By how much the machine's clock was set since somebody last answered for it; zero where it only ran."""
        ...


TOLERANCE = timedelta(minutes=1)
"""Less than that is a clock that NTP keeps right. Moving a clock gently slows both clocks alike and is never seen here."""


class ClockWatch:
    """Notices that the machine's clock was set by hand, by comparing it with the time since the machine started.

    What it compares with lies in a file, so that a process begun after the leap knows it
    too. After a start of the machine there is nothing to compare with but the last time
    that was seen: a clock that stands before it was set back; one far ahead may only have
    been switched off.
    """

    FILE = "clock.json"

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime],
        since_start: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
        start: Callable[[], str] = lambda: Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
    ) -> None:
        self._path, self._now, self._since_start, self._start = folder / self.FILE, now, since_start, start
        self._kept: tuple[int, dict[str, object]] | None = None

    def was_set(self) -> timedelta:
        """The leap nobody has answered for; zero where there is none, or nothing to compare with."""
        kept = self._read()
        if kept is None:
            return timedelta()
        now, at = self._now(), datetime.fromisoformat(str(kept["at"]))
        if kept["start"] == self._start():
            leap = now - at - timedelta(seconds=self._since_start() - float(str(kept["since_start"])))
        else:
            leap = min(now - at, timedelta())
        return leap if abs(leap) > TOLERANCE else timedelta()

    def see(self) -> None:
        """Note once a minute where both clocks stand; where one was set, the note stays until somebody answers."""
        kept = self._read()
        fresh = kept is not None and kept["start"] == self._start()
        if fresh and self._since_start() - float(str((kept or {})["since_start"])) < TOLERANCE.total_seconds():
            return
        if not self.was_set():
            self.answer()

    def answer(self) -> None:
        """The clock is right as it stands: compare with this instant from now on."""
        kept = {"start": self._start(), "since_start": self._since_start(), "at": self._now().isoformat()}
        temporary = self._path.with_name(f"{self.FILE}.{os.getpid()}")
        with temporary.open("w") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(json.dumps(kept))
        temporary.replace(self._path)

    def _read(self) -> dict[str, object] | None:
        try:
            stamp = self._path.stat().st_mtime_ns
            if self._kept is None or self._kept[0] != stamp:
                self._kept = stamp, _note(json.loads(self._path.read_text()))
            return self._kept[1]
        except (OSError, ValueError, TypeError, KeyError):
            return None


def _note(told: dict[str, object]) -> dict[str, object]:
    """What was noted of both clocks. Raises ValueError, TypeError or KeyError for anything else."""
    datetime.fromisoformat(str(told["at"])).astimezone(UTC)
    return {"at": told["at"], "start": str(told["start"]), "since_start": float(str(told["since_start"]))}


class CourtClock:
    """The running clock: machine time, with an offset for procedural time in training."""

    def __init__(self, offset: Callable[[], timedelta] | None = None, folder: Path | None = None) -> None:
        self._offset = offset
        self.watch = ClockWatch(folder, self.machine_now) if folder is not None else None

    def now(self) -> datetime:
        return self.machine_now() + (self._offset() if self._offset else timedelta())

    def machine_now(self) -> datetime:
        return datetime.now(UTC)

    def was_set(self) -> timedelta:
        return self.watch.was_set() if self.watch is not None else timedelta()


class FixedClock:
    """A clock that stands still until it is moved: tests and demonstrations."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware time")
        self._at = at.astimezone(UTC)
        self.leap = timedelta()
        """By how much it was set by hand, as tests of bad clocks say."""

    def now(self) -> datetime:
        return self._at

    def was_set(self) -> timedelta:
        return self.leap

    def machine_now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move forward (or back, in tests of bad clocks)."""
        self._at += by

    def set(self, at: datetime) -> None:
        """Stand at another instant."""
        self._at = at.astimezone(UTC)


# -- the first byte of a request: what it brings counts from then, however long it took --

LONGEST_REQUEST = timedelta(hours=1)
"""No request is under way longer: more than that is no transfer but a mistake of whoever counts."""
_SECONDS_TOLD = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?\Z")
_took: ContextVar[timedelta] = ContextVar("took", default=timedelta())


def note_arrival(in_proxy: str | None, in_court: float) -> None:
    """How many seconds the request in hand has been under way: before the proxy passed it on (told by one that is
    trusted, as ``$request_time`` of nginx), and since its first byte reached this process.
    """
    before = float(in_proxy) if in_proxy is not None and _SECONDS_TOLD.match(in_proxy) else 0.0
    _took.set(min(timedelta(seconds=before + max(in_court, 0.0)), LONGEST_REQUEST))


def arrived(now: datetime) -> datetime:
    """The instant of the first byte; ``now`` outside a request."""
    return now - _took.get()


def forget_arrival() -> None:
    """The request is answered."""
    _took.set(timedelta())
