"""How much, and how slowly, somebody may send before anybody looks at it."""

from __future__ import annotations

MOST_BODY = 2**20
"""Bytes of a request that carries no file. A route that takes a file says how many it reads (``most`` of its guard)."""
MOST_GATHERED = 2 * MOST_BODY
"""Bytes of a body that the patient worker gathers before a thread sees it: as many as any route takes of a stranger."""
FIRST_SECONDS = 10.0
"""Within which a request, or the reading of an answer, has to get going."""
BYTES_A_SECOND = 20_000
"""At least so fast, after the first seconds, a body is sent and an answer is read: a telephone where the network is poor."""


class TooSlow(TimeoutError):
    """The other side sends or reads more slowly than a body of that length may."""


def seconds_for(count: int) -> float:
    """How long the transfer of ``count`` bytes may take."""
    return FIRST_SECONDS + count / BYTES_A_SECOND
