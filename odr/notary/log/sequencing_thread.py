"""The thread that brings new leaves into the log beside the requests that wrote them.

An act is acknowledged once it is committed, its leaf with it; the place in the log
follows within a second. A hundred acts at once cost one signature and not a hundred.
"""

from __future__ import annotations

import time

from odr.ground.background import Beside
from odr.notary.notary import Notary

REST = 0.1
"""Seconds in which what comes after a signature gathers for the next. A single act never waits: its round begins at
once.
"""
LONGER = 0.3
"""Seconds more while nobody's page waits for its place in the log: many files sent by a program share their signatures.
"""


class BackgroundSequencer(Beside):
    """Takes waiting leaves into the log whenever it is told that there are some."""

    def __init__(self, notary: Notary) -> None:
        super().__init__("sequencing", notary.sequence, rest=REST, longer=LONGER)
        self._notary = notary

    def settle(self, seconds: float = 2.0) -> bool:
        """Wait until every leaf stands under a signed tree head, at most ``seconds``; whether that came about."""
        until = time.monotonic() + seconds
        while not self._notary.is_idle():
            self.awaited()
            if time.monotonic() > until:
                return False
            time.sleep(0.03)
        return True
