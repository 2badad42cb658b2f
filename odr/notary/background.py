"""Bringing new leaves into the log beside the requests that wrote them.

An act is acknowledged once it is committed, its leaf with it; the place in the log
follows within a second. One thread of each process serves all its requests, so a
hundred acts at once cost one signature and not a hundred.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from odr.notary.notary import Notary

log = logging.getLogger("odr.notary")


class BackgroundSequencer:
    """Takes waiting leaves into the log whenever it is told that there are some."""

    def __init__(self, notary: Notary) -> None:
        self._notary = notary
        self._told = threading.Event()
        self._starting = threading.Lock()
        self._process = 0

    def soon(self) -> None:
        """Have what waits taken into the log; returns at once. Never raises: what fails stays committed and waits."""
        self._told.set()
        if self._process == os.getpid():
            return
        with self._starting:
            # A forked child has no thread of its own yet.
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._run, name="sequencer", daemon=True).start()

    def settle(self, seconds: float = 2.0) -> bool:
        """Wait until every leaf stands under a signed tree head, at most ``seconds``; whether that came about."""
        until = time.monotonic() + seconds
        while not self._notary.is_idle():
            self.soon()
            if time.monotonic() > until:
                return False
            time.sleep(0.03)
        return True

    def _run(self) -> None:
        while True:
            self._told.wait()
            self._told.clear()
            try:
                self._notary.sequence()
            except Exception:
                log.exception("sequencing failed; the leaves stay committed and waiting")
                time.sleep(1)
