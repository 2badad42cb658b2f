"""The pulse of one process: written as long as it works, so that whoever comes back knows how long nobody did."""

from __future__ import annotations

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
        self._full: tuple[datetime, datetime] | None = None
        """From the first refusal for want of space to the last moment at which it was so."""

    def start(self) -> None:
        """Beat in a thread of its own, for as long as the process lives; returns at once. A forked child has none yet."""
        if self._process != os.getpid():
            self._process = os.getpid()
            threading.Thread(target=self._run, name="heart", daemon=True).start()

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
        self._full = (self._full[0] if self._full else now, now)

    def _tell_full(self) -> None:
        if self._full is None:
            return
        (since, until), now = self._full, self._court.clock.machine_now()
        if not _fits(self._court.settings.data_dir):
            self._full = since, now
        elif now - until > ledger.SILENT:
            # Files may lie on another machine that is full: no refusal for a while is what says that it is over.
            if until - since > ledger.SILENT:
                ledger.tell(self._court, Cause.FULL, ledger.ITSELF, since, until)
            self._full = None

    def _run(self) -> None:
        while True:
            self.beat_if_due()
            time.sleep(SOON)


def _fits(folder: Path) -> bool:
    trial = folder / "room-for-files"
    try:
        write_durably(trial, bytes(ROOM))
    except OSError:
        return False
    finally:
        trial.unlink(missing_ok=True)
    return True
