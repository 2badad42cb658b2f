"""Small files that several people send at the same time are kept in one commit and share its sync to disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from odr.evidence.intake.anchoring import keeping
from odr.ground.db import Database

MOST = 64
"""Files kept in one commit at most."""
File = TypeVar("File")


@dataclass
class _Turn(Generic[File]):
    file: File
    is_done: bool = False
    breach: BaseException | None = None


class Together(Generic[File]):
    """Whoever is first writes for all who came while the commit before was under way; alone, nobody waits for anybody.

    ``write`` writes the rows of all of them; it is called anew for each alone where that fails, so it makes its rows
    itself.
    """

    def __init__(self, database: Database, write: Callable[[Session, Sequence[File]], None]) -> None:
        self._database, self._write = database, write
        self._waiting: list[_Turn[File]] = []
        self._list = threading.Lock()
        self._writing = threading.Lock()

    def keep(self, file: File) -> None:
        """Have a file written and committed; returns when it is durable. Raises what kept it from being so."""
        (breach,) = self.keep_all([file])
        if breach is not None:
            raise breach

    def keep_all(self, files: Sequence[File]) -> list[BaseException | None]:
        """The same for files that came together; gives for each what kept it from being durable, in their order."""
        turns = [_Turn(file) for file in files]
        with self._list:
            self._waiting += turns
        for turn in turns:
            while not turn.is_done:
                with self._writing:
                    if not turn.is_done:
                        self._commit(self._next())
        return [turn.breach for turn in turns]

    def _next(self) -> list[_Turn[File]]:
        with self._list:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        return batch

    def _commit(self, batch: list[_Turn[File]]) -> None:
        try:
            with keeping(self._database) as session:
                self._write(session, [turn.file for turn in batch])
        except BaseException as breach:
            # Nothing of this commit is durable. What is refused of one takes no other with it: each is tried alone.
            if len(batch) > 1 and isinstance(breach, Exception):
                for turn in batch:
                    self._commit([turn])
                return
            for turn in batch:
                turn.breach = breach
        for turn in batch:
            turn.is_done = True
