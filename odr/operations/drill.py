"""The drill: a backup is put back elsewhere, everything is audited, and the keeper learns how long it takes and what is lost.

The copy sends nothing, signs nothing and is taken away at the end. What it measures are
the two figures a court promises: how long it would be away (recovery time), and how much
of what it had acknowledged would be gone (recovery point).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from odr.app import create_court
from odr.docket.models import Case, DocketEntry
from odr.evidence.store.integrity_check import FaultKind, check
from odr.ground import migrate
from odr.ground.config import Mode, Settings
from odr.ground.db import Database
from odr.operations import backup
from odr.procedure.audit.docket_audit import audit
from odr.procedure.receipt_files import all_holdings


@dataclass(frozen=True)
class Drilled:
    """What a drill found. ``upgraded`` are the database steps the backup lacked; ``newest`` is its newest entry."""

    made_at: datetime
    age: timedelta
    newest: datetime | None
    cases: int
    entries: int
    files: int
    upgraded: list[str]
    seconds: dict[str, float]
    faults: list[str]

    def lines(self) -> list[str]:
        """For the keeper's record."""
        newest = f"{self.newest:%F %T} UTC" if self.newest else "none"
        steps = ", ".join(f"{name} {took:.1f} s" for name, took in self.seconds.items())
        return [
            f"backup of {self.made_at:%F %T} UTC, {self.age.total_seconds() / 3600:.1f} hours old; newest entry {newest}",
            f"{self.cases} cases, {self.entries} entries, {self.files} files; database steps taken: {len(self.upgraded)}",
            f"put back and audited in {sum(self.seconds.values()):.1f} s: {steps}",
            *self.faults,
            "every audit is clean" if not self.faults else f"{len(self.faults)} faults",
        ]


def drill(settings: Settings, folder: Path, into: Path, address: str, *, now: datetime) -> Drilled:
    """Put a backup back into ``into`` (and the empty database ``address``, for PostgreSQL), audit it, and say what it is.

    Raises :class:`odr.operations.backup.BackupRefused` where it cannot be put back; ``into`` is the caller's to remove.
    """
    copy = settings.model_copy(
        update={
            "mode": Mode.TEST,
            "data_dir": into,
            "database_url": address or f"sqlite:///{into / 'court.sqlite'}",
            "vault_dir": str(into / "vault"),
            "vault_socket": "",
            "witnesses": "",
            "external_tsa": "",
            "sequencing": "when_asked",
            "store_url": settings.store_url if settings.store_url.startswith("s3:") else "",
        }
    )
    seconds: dict[str, float] = {}
    began = time.monotonic()
    done = backup.restore(copy, folder, now=now)
    seconds["put back"] = time.monotonic() - began
    began = time.monotonic()
    migrate.upgrade(copy.url)
    seconds["brought to this version"] = time.monotonic() - began
    database = Database(copy.url)
    try:
        began = time.monotonic()
        court = create_court(copy, database=database, to_look=True)
        with database.read() as session:
            faults = audit(court, session) + [str(fault) for fault in court.notary.audit(session)]
            found = court.notary.audit_files(session, partial(all_holdings, court))
            faults += [str(fault) for fault in found if str(fault) not in faults]
            stored = check(court.ports.store, session)
            faults += [str(fault) for fault in stored if fault.kind is not FaultKind.UNCLAIMED]
            cases = session.scalar(select(func.count()).select_from(Case)) or 0
            entries = session.scalar(select(func.count()).select_from(DocketEntry)) or 0
            newest = session.scalar(select(func.max(DocketEntry.recorded_at)))
        seconds["audited"] = time.monotonic() - began
    finally:
        database.dispose()
    return Drilled(done.made_at, now - done.made_at, newest, cases, entries, done.files, done.pending, seconds, faults)
