"""Small files of several people kept in one commit, so that they share its sync: a disk syncs far fewer times a second than people send."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from odr.db import Database
from odr.evidence.anchoring import keeping, named

MOST = 64
"""Files kept in one commit at most."""
Write = Callable[[Session], None]


@dataclass
class _Turn:
    write: Write
    is_done: bool = False
    breach: BaseException | None = None


class Together:
    """Whoever is first writes for all who came while the commit before was under way; alone, nobody waits for anybody."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Turn] = []
        self._list = threading.Lock()
        self._writing = threading.Lock()

    def keep(self, write: Write) -> None:
        """Have ``write`` done and committed; returns when it is durable. Raises what it raised, or what kept it from being committed."""
        turn = _Turn(write)
        with self._list:
            self._waiting.append(turn)
        while not turn.is_done:
            with self._writing:
                if not turn.is_done:
                    self._commit(self._next())
        if turn.breach is not None:
            raise turn.breach

    def _next(self) -> list[_Turn]:
        with self._list:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        return batch

    def _commit(self, batch: list[_Turn]) -> None:
        try:
            with keeping(self._database) as session:
                for turn in batch:
                    _write(session, turn)
        except BaseException as breach:
            # Nothing of this commit is durable: nobody in it may be told otherwise.
            for turn in batch:
                turn.breach = turn.breach or breach
        for turn in batch:
            turn.is_done = True


def _write(session: Session, turn: _Turn) -> None:
    """One file's rows; what is refused of it is undone alone."""
    try:
        with session.begin_nested():
            turn.write(session)
    except OperationalError as error:
        turn.breach = named(error)
    except Exception as breach:
        turn.breach = breach
