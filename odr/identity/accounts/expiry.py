"""The worker removes sessions, links and tries of sign-in that have expired."""

from __future__ import annotations

from datetime import datetime

from odr.ground.db import Database
from odr.identity.accounts import links, outbox
from odr.identity.sign_in import rate_limits, sessions


def sweep(database: Database, machine_now: datetime) -> int:
    """Forget sessions, links and tries that nothing needs any more; gives their number."""
    with database.write() as session:
        return (
            sessions.sweep(session, machine_now)
            + links.sweep(session, machine_now)
            + rate_limits.sweep(session, machine_now)
            + outbox.sweep(session, machine_now)
        )
