"""Case files received from other courts: verified with a fingerprint given from outside, then only read."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.evidence.kit.kit import DOCKET
from odr.evidence.kit.verifier import REASONS, Failure, verify
from odr.evidence.models import ReceivedCase, ReceivedFile
from odr.evidence.store.store import BlobStore, digest_of
from odr.ground.errors import CourtError, NotFound
from odr.ground.text import T

if TYPE_CHECKING:
    from odr.procedure.court import Court

UNKNOWN_NUMBER = "–"


class NotProven(CourtError):
    """The file does not hold; nothing of it was taken. ``failures`` names every item and its reason."""

    status = 422
    problem = "case-file-not-proven"

    def __init__(self, failures: list[Failure]) -> None:
        super().__init__(T("The case file does not hold. Nothing of it was taken."))
        self.failures = failures

    def lines(self) -> Iterator[str]:
        """Each failure in both languages."""
        for failure in self.failures:
            english, chinese = REASONS[failure.reason]
            yield f"{failure.item}: {english} / {chinese}"


class ReceivedBefore(CourtError):
    """The same file is here already."""

    status = 409
    problem = "case-file-received-before"


@dataclass(frozen=True)
class ReceivedEntry:
    """A docket entry of a received case; ``payload`` is None where it was not given to us."""

    number: int
    payload: Mapping[str, Any] | None

    def words(self, locale: str) -> str | None:
        """What it says, in the reader's language where it has it."""
        if self.payload is None:
            return None
        said = self.payload.get("words", {})
        return str(said.get(locale) or said.get("en") or "")


def receive(
    court: Court, place: Path, fingerprints: set[str], *, authority: str | None = None, at_least: int = 0
) -> ReceivedCase:
    """Verify a case file and keep it. Raises NotProven, ReceivedBefore."""
    sha256 = str(digest_of(place).hexdigest())
    with court.database.read() as session:
        if session.scalar(select(ReceivedCase.id).where(ReceivedCase.sha256 == sha256)) is not None:
            raise ReceivedBefore(T("This case file was received before."))
    failures, proven = verify(place, fingerprints, authority, None, at_least)
    with zipfile.ZipFile(place) if not failures else _nothing(failures) as archive:
        row = _row(archive, sha256, sorted(fingerprints)[0], proven, court.clock.now())
        if not row.contents["entries"]:
            raise NotProven([Failure("contents.json", "contents")])
        files = [
            _keep(court.ports.store, archive, row.contents["top"], name)
            for name in _payload(archive, row.contents["top"])
        ]
    with court.database.write() as session:
        session.add(row)
        session.flush()
        for each in files:
            each.case_id = row.id
            session.add(each)
        session.flush()
        session.refresh(row)
        session.expunge(row)
    return row


def _nothing(failures: list[Failure]) -> zipfile.ZipFile:
    raise NotProven(failures)


def _payload(archive: zipfile.ZipFile, top: str) -> list[str]:
    start = f"{top}data/"
    return sorted(
        name.removeprefix(top) for name in archive.namelist() if name.startswith(start) and not name.endswith("/")
    )


def _row(archive: zipfile.ZipFile, sha256: str, fingerprint: str, proven: list[str], now: datetime) -> ReceivedCase:
    top = archive.namelist()[0].split("/")[0] + "/"
    contents = json.loads(archive.read(f"{top}contents.json"))
    info = dict(
        line.split(": ", 1) for line in archive.read(f"{top}bag-info.txt").decode().splitlines() if ": " in line
    )
    kept = {
        "top": top,
        "entries": contents["entries"],
        "left_out": contents.get("left_out", []),
        "files": contents["files"],
    }
    return ReceivedCase(
        origin_case=contents["case"] or "",
        court=info.get("Source-Organization", "")[:200],
        number=(info.get("Internal-Sender-Identifier") or UNKNOWN_NUMBER)[:80],
        title=info.get("External-Description", "")[:300],
        entries=len(contents["entries"]),
        proven=proven,
        contents=kept,
        sha256=sha256,
        fingerprint=fingerprint,
        received_at=now,
    )


def _keep(store: BlobStore, archive: zipfile.ZipFile, top: str, name: str) -> ReceivedFile:
    with archive.open(top + name) as source:
        stored = store.write(source)
    return ReceivedFile(path=name.removeprefix("data/"), key=stored.key, size=stored.size, sha256=stored.sha256)


def received_case(session: Session, reference: str) -> ReceivedCase:
    """One received case. Raises NotFound."""
    found = session.scalar(select(ReceivedCase).where(ReceivedCase.reference == reference))
    if found is None:
        raise NotFound
    return found


def docket_of(store: BlobStore, row: ReceivedCase) -> list[ReceivedEntry]:
    """The docket as it was received, hidden entries as gaps with their numbers; the bytes are hashed again before they
    are read.
    """
    file = next((f for f in row.files if f.path == DOCKET), None)
    data = b"".join(store.open(file.key)) if file is not None else b""
    if file is not None and hashlib.sha256(data).hexdigest() != file.sha256:
        raise CourtError(
            T("The stored docket of this case file is damaged. Tell the administrator; nothing of it is shown.")
        )
    lines = data.split(b"\n")[:-1]
    return [
        ReceivedEntry(int(e["number"]), json.loads(lines[e["line"] - 1]) if e["line"] is not None else None)
        for e in row.contents["entries"]
    ]
