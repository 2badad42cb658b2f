"""Which failures are an outage and no defect: a database that refuses, a lock nobody gives back, a disk that is full."""

from __future__ import annotations

import errno

from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout

from odr.ground.errors import CourtError, StorageFull, Unavailable
from odr.ground.text import T

BUSY, DOWN = 5, 30
"""Seconds until trying again makes sense: where others are being served, and where nobody is."""
_FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SQLITE_FULL, _SQLITE_BUSY = 13, {5, 6}
_SQLITE_DOWN = {8, 10, 11, 14, 26}
"""Read only, failure of the disk, damaged, cannot be opened, no database."""
_POSTGRES_FULL = {"53100"}
_POSTGRES_BUSY = {"40001", "40P01", "53300", "55P03", "57014"}
"""Serialisation, deadlock, too many connections, a lock or a statement that took too long."""
_POSTGRES_DOWN = ("08", "57P", "58", "53", "XX")
"""Connections, shutdown, failures of the system, want of memory, damage."""


def breach_of(error: BaseException | None) -> CourtError | None:
    """What to answer for a failure that is an outage; None for one that is a defect of the program."""
    if isinstance(error, PoolTimeout):
        return Unavailable(BUSY)
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, OSError) and error.errno in _FULL_DISK:
        return no_room()
    if isinstance(error, ConnectionError | TimeoutError):
        return Unavailable(DOWN)
    return None


def no_room() -> StorageFull:
    """Nothing can be kept."""
    return StorageFull(
        T("The court has no room left. Nothing you sent was acknowledged."),
        T("Try again later. If it was the last day of a time limit, the page of outages says what follows."),
    )


def _of_database(error: DBAPIError) -> CourtError | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        plain = code & 0xFF  # the rest says where in SQLite
        if plain == _SQLITE_FULL:
            return no_room()
        return Unavailable(BUSY) if plain in _SQLITE_BUSY else Unavailable(DOWN) if plain in _SQLITE_DOWN else None
    state = getattr(error.orig, "sqlstate", None)
    if state in _POSTGRES_FULL:
        return no_room()
    if state in _POSTGRES_BUSY:
        return Unavailable(BUSY)
    # Without a state nobody answered at all, or the connection broke.
    is_gone = state is None and type(error.orig).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout")
    return Unavailable(DOWN) if is_gone or (state or "").startswith(_POSTGRES_DOWN) else None
