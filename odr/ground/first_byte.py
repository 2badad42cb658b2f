"""When the first byte of the request in hand reached the court: what it brings counts from then, however long it took."""

from __future__ import annotations

import re
from contextvars import ContextVar
from datetime import datetime, timedelta

LONGEST = timedelta(hours=1)
"""No request is under way longer: more than that is no transfer but a mistake of whoever counts."""
_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?\Z")
_took: ContextVar[timedelta] = ContextVar("took", default=timedelta())


def note(in_proxy: str | None, in_court: float) -> None:
    """How many seconds the request in hand has been under way: before the proxy passed it on (told by one that is
    trusted, as ``$request_time`` of nginx), and since its first byte reached this process.
    """
    before = float(in_proxy) if in_proxy is not None and _SECONDS.match(in_proxy) else 0.0
    _took.set(min(timedelta(seconds=before + max(in_court, 0.0)), LONGEST))


def arrived(now: datetime) -> datetime:
    """The instant of the first byte; ``now`` outside a request."""
    return now - _took.get()


def forget() -> None:
    """The request is answered."""
    _took.set(timedelta())
