"""Bytes that no row names any more go from the store, also where the process ends or the store fails in between.

What is to go is written down in the transaction that lets go of it. It is erased once that is committed; what was not
is found by the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.evidence.models import BytesToErase
from odr.ground.background import each_alone
from odr.ground.memory.built_once import built_once

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

MOST = 256
"""Erased in one round of the worker."""


def let_go(session: Session, key: str) -> None:
    """Write down, in this transaction, that the bytes of this name are to be erased."""
    session.add(BytesToErase(key=key))


def erase_after(sitting: Sitting, key: str) -> None:
    """Let go of bytes in an act: they are erased once it is committed."""
    let_go(sitting.session, key)
    sitting.after_commit.append(lambda: erase_now(sitting.court, [key]))


def erase_now(court: Court, keys: Sequence[str]) -> None:
    """Erase what was let go of. Raises what the store raises; then the rest waits for the worker."""
    for key in keys:
        court.ports.store.erase(key)
        with court.database.write() as session:
            session.execute(delete(BytesToErase).where(BytesToErase.key == key))


def erase_waiting(court: Court) -> int:
    """For the worker: erase what was let go of and is still there; how many."""
    with court.database.read() as session:
        keys = session.scalars(
            built_once(lambda: select(BytesToErase.key).order_by(BytesToErase.key).limit(MOST))
        ).all()
    return each_alone(keys, partial(_erase, court), "what was let go of could not be erased from the store")


def _erase(court: Court, key: str) -> int:
    erase_now(court, [key])
    return 1
