"""What lets somebody read without signing in anew, and ends when the owner ends everything: higher rooms enter theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

Ending = Callable[[Session, int, datetime], None]
"""(session, account, instant) → every way in of that kind is ended."""
OTHERS: list[Ending] = []


def ends_with_everything(ending: Ending) -> Ending:
    """Declare that a way in, such as a secret address, ends with the sessions and tokens of its owner."""
    if ending not in OTHERS:
        OTHERS.append(ending)
    return ending


def end_others(session: Session, account_id: int, now: datetime) -> None:
    """End every other way in of an account."""
    for ending in OTHERS:
        ending(session, account_id, now)
