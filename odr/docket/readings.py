"""Who has read a case: every reading leaves a trace which those the case concerns can read.

A page waits for no sync of the database. Before an answer leaves, a line is appended to a journal in the data
folder; a moment later the lines of many readers are entered in the table in one transaction. The line is the
kernel's as soon as the answer leaves, so a process that dies loses none; a power cut loses those of the last seconds
that are in no table yet. Opening a sealed file does not rest on this: it is committed before the first byte leaves.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from odr.docket.models import CaseReading, ReadBy, Role, Thing
from odr.ground.background import Beside
from odr.ground.db import Database, new_reference
from odr.ground.durable import alone
from odr.ground.errors import StorageFull
from odr.ground.text import T

log = logging.getLogger("odr.docket.readings")
FOLDER = "readings"
MOST_KNOWN = 50_000
"""Readings of the running hour a process remembers, so that it does not write them again."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Reading:
    """Somebody was shown something of a case. ``item`` names it within its kind: an entry's number, an exhibit's label,
    a paper's reference.
    """

    case_id: int
    account_id: int
    name: str
    role: Role
    party_id: int | None
    represents: bool
    by: ReadBy
    thing: Thing
    item: str
    at: datetime


class ReadingBook:
    """The journal of one machine, and the way from it into the table.

    ``beside``: whether a thread of this process enters what was noted; otherwise the worker does, or who looks.
    """

    def __init__(self, database: Database, folder: Path, *, beside: bool) -> None:
        self._database, self._folder = database, folder
        self._known: set[tuple[Any, ...]] = set()
        self._hour: datetime | None = None
        self._lock = threading.Lock()
        self._later = Beside("readings", self.enter, gather=1.0) if beside else None

    def note(self, reading: Reading) -> None:
        """Leave the trace; the same thing read again by the same person in the same hour leaves no second one.

        Raises StorageFull where it cannot be left: then nothing is shown.
        """
        hour = reading.at.replace(minute=0, second=0, microsecond=0)
        who = (reading.case_id, reading.account_id, reading.role, reading.party_id, reading.by)
        key = (*who, reading.thing, reading.item)
        with self._lock:
            if hour != self._hour or len(self._known) >= MOST_KNOWN:
                self._known.clear()
                self._hour = hour
            if key in self._known:
                return
        self._append(_written(reading))
        with self._lock:
            self._known.add(key)
        if self._later is not None:
            self._later.soon()

    def enter(self) -> int:
        """Enter what was noted on this machine, by whichever process; returns how many traces were new."""
        if not self._folder.is_dir():
            return 0
        entered = 0
        with alone(self._folder / "enter.lock"):
            with alone(self._folder / "append.lock"), contextlib.suppress(FileNotFoundError):
                os.rename(self._folder / "journal", self._folder / f"{new_reference()}.taken")
            for taken in sorted(self._folder.glob("*.taken")):
                entered += self._keep(list(_read(taken)))
                # Only what is committed is forgotten; entered twice after a crash, a line is known by its reference.
                taken.unlink()
        return entered

    def _append(self, line: bytes) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with alone(self._folder / "append.lock", with_others=True):
                flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
                journal = os.open(self._folder / "journal", flags, 0o600)
                try:
                    if os.write(journal, line) != len(line):
                        raise OSError(errno.ENOSPC, "the journal of readings is full")
                finally:
                    os.close(journal)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            raise StorageFull(T("The court has no space left. Nothing was shown; try again later.")) from error

    def _keep(self, rows: list[dict[str, Any]]) -> int:
        if not rows:
            return 0
        with self._database.write() as session:
            named = [row["reference"] for row in rows]
            known = {
                reference
                for start in range(0, len(named), 500)
                for reference in session.scalars(
                    select(CaseReading.reference).where(CaseReading.reference.in_(named[start : start + 500]))
                )
            }
            fresh = [row for row in rows if row["reference"] not in known]
            if fresh:
                session.execute(insert(CaseReading.__table__), fresh)  # type: ignore[arg-type]
        return len(fresh)


def _written(reading: Reading) -> bytes:
    """A line of the journal. It begins with the line break, so that one torn by a full disk spoils no other."""
    told = asdict(reading) | {
        "reference": new_reference(),
        "role": reading.role.value,
        "by": reading.by.value,
        "thing": reading.thing.value,
        "at": reading.at.isoformat(),
    }
    return b"\n" + json.dumps(told, ensure_ascii=False).encode()


def _read(journal: Path) -> Iterator[dict[str, Any]]:
    for line in journal.read_bytes().splitlines():
        if not line:
            continue
        try:
            told = json.loads(line)
            yield told | {
                "name": told["name"][:200],
                "item": told["item"][:80],
                "role": Role(told["role"]),
                "by": ReadBy(told["by"]),
                "thing": Thing(told["thing"]),
                "at": datetime.fromisoformat(told["at"]),
            }
        except (ValueError, KeyError, TypeError):
            log.warning("a torn line of the journal of readings was passed over")
