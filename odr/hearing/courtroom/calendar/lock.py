"""One who fixes a hearing at a time: what was free for both would be taken twice."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

NUMBER = 7_190_144
"""Of the lock, the same in every process of a court."""


def one_at_a_time(session: Session) -> None:
    """Wait for whoever fixes a hearing or sets hours now, until this transaction ends. SQLite's writers queue anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": NUMBER})
