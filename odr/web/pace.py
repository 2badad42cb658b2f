"""How often somebody may ask: so that nobody reads the court empty by a program, or keeps it from answering others.

Counted in each process for itself, in memory: a court with four workers lets somebody ask up to four times as often. A
person is counted by account, whoever is not signed in by network. Tries at passwords, codes and letters have limits
of their own, which are kept (:mod:`odr.identity.sign_in.rate_limits`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from odr.ground.errors import TooMany
from odr.ground.text import T

MOST_KNOWN = 20_000
"""How many people and networks are remembered; who asked longest ago is forgotten first."""


class Pace:
    """A bucket for each who asks: full it holds ``a_minute`` requests, and as many flow in within a minute."""

    def __init__(self, a_minute: int, seconds: Callable[[], float]) -> None:
        if a_minute < 1:
            raise ValueError("at least one request a minute")
        self._a_minute, self._seconds = a_minute, seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def take(self, who: str) -> None:
        """Count a request. Raises TooMany with the seconds to wait."""
        now = self._seconds()
        with self._one_at_a_time:
            left, at = self._left.pop(who, (float(self._a_minute), now))
            left = min(float(self._a_minute), left + max(0.0, now - at) * self._a_minute / 60)
            allowed = left >= 1
            self._left[who] = (left - 1 if allowed else left, now)
            while len(self._left) > MOST_KNOWN:
                self._left.popitem(last=False)
        if not allowed:
            raise TooMany(
                T("You have asked for very many pages within a minute."),
                T(
                    "Wait a minute, then go on. What you typed is still in your browser. A program reads the API in pages."
                ),
            )

    def __len__(self) -> int:
        return len(self._left)
