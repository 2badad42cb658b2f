"""The pulse of one process: written as long as it works, so that whoever comes back knows how long nobody did."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from odr.ground.durable import write_durably
from odr.procedure.outages import ledger
from odr.procedure.outages.models import Cause

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.procedure.outages")
EVERY = 20.0
"""Seconds between two pulses."""
SOON = 2.0
"""Seconds until the next try where one could not be written."""
ROOM = 1 << 20
"""Bytes that must fit before files are taken again."""


class Heart:
    """One process of a kind. ``beat`` never raises: what cannot be written now is the outage that the next one finds."""

    def __init__(self, court: Court, who: str) -> None:
        self._court, self._who = court, who
        self._next = 0.0
        self._process = 0
        self._counting = threading.Lock()
        self._full: tuple[datetime, datetime] | None = None
        """From the first refusal for want of space to the last moment at which it was so."""

    def start(self, stop: threading.Event | None = None) -> threading.Thread | None:
        """Beat in a thread of its own until told to stop, or as long as the process lives, however long the work in hand
        takes; gives the thread, where it was not there. A forked child has none yet.
        """
        if self._process == os.getpid():
            return None
        self._process = os.getpid()
        thread = threading.Thread(target=self._run, args=(stop or threading.Event(),), name="heart", daemon=True)
        thread.start()
        return thread

    def beat_if_due(self) -> None:
        """Beat, where the last one is some time ago."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + (EVERY if self.beat() else SOON)

    def beat(self) -> bool:
        """Write the pulse, and what went wrong before; whether it could be written."""
        try:
            if ledger.beat(self._court, self._who) is not None:
                log.warning("the court could not be reached for a while; the ledger of outages says since when")
            self._tell_full()
        except Exception:
            log.exception("the pulse could not be written; the next one says how long that was")
            return False
        return True

    def refused_as_full(self) -> None:
        """A file was refused because nothing more could be kept: an outage from here until files are taken again."""
        now = self._court.clock.machine_now()
        with self._counting:
            since, until = self._full or (now, now)
            # Nobody asked for a while: whether files were taken meanwhile, nobody knows.
            self._full = (now if now - until > ledger.SILENT and self._was_told(since, until) else since, now)

    def _tell_full(self) -> None:
        with self._counting:
            if self._full is None:
                return
            (since, until), now = self._full, self._court.clock.machine_now()
            if not _fits(self._court.settings.data_dir):
                self._full = since, now
            elif now - until > ledger.SILENT and self._was_told(since, until):
                # Files may lie on another machine that is full: no refusal for a while is what says that it is over.
                self._full = None

    def _was_told(self, since: datetime, until: datetime) -> bool:
        """Whether the ledger has it now, or need not have it, since it was short."""
        try:
            if until - since > ledger.SILENT:
                ledger.tell(self._court, Cause.FULL, ledger.ITSELF, since, until)
        except Exception:
            log.exception("how long no files were taken could not be told; it is tried again")
            return False
        return True

    def _run(self, stop: threading.Event) -> None:
        self.beat_if_due()
        while not stop.wait(SOON):
            self.beat_if_due()


def _fits(folder: Path) -> bool:
    trial = folder / "room-for-files"
    try:
        write_durably(trial, bytes(ROOM))
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            trial.unlink(missing_ok=True)
    return True
