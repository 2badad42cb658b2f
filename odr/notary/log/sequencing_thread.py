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


BUSY = 0.05
"""Seconds until it is tried again while another process takes leaves in: it may have begun before ours was written."""


class BackgroundSequencer(Beside):
    """Takes waiting leaves into the log whenever it is told that there are some."""

    def __init__(self, notary: Notary) -> None:
        super().__init__("sequencing", self._take, rest=REST, longer=LONGER)
        self._notary = notary

    def settle(self, seconds: float = 2.0) -> bool:
        """Wait until every leaf committed before now stands under a signed tree head, at most ``seconds``; whether that came
        about.
        """
        is_idle = self._notary.is_idle
        return is_idle() or any(is_after or is_idle() for is_after in self.rounds_from_now(seconds))

    def _take(self) -> None:
        while self._notary.sequence_if_free() is None:
            time.sleep(BUSY)
