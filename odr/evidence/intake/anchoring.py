"""The last step of bringing a file in: judge the whole, keep it, and anchor it in the log, in one commit."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from odr.evidence.intake.media import Media, MediaPolicy, recognise
from odr.evidence.intake.scan import Clamd, Scan
from odr.evidence.intake.upload_errors import DigestMismatch, UploadGone
from odr.evidence.models import Blob, Upload, UploadState
from odr.evidence.store.store import storage_full
from odr.ground.db import Database
from odr.ground.errors import StorageFull
from odr.ground.unavailable import breach_of


class Recorded(Protocol):
    """What the log gives back."""

    @property
    def reference(self) -> str: ...


class Recorder(Protocol):
    """The part of the notary that is used here."""

    def record(self, session: Session, subject: Mapping[str, Any], *, now: datetime) -> Recorded: ...

    def record_many(
        self,
        session: Session,
        subjects: Sequence[Mapping[str, Any]],
        *,
        now: datetime,
        entries: Sequence[int] | None = None,
    ) -> list[str]: ...


class Described(Protocol):
    """What is known of a file before it is judged: its row, or what its row will say."""

    @property
    def reference(self) -> str: ...
    @property
    def account_id(self) -> int: ...
    @property
    def filename(self) -> str: ...
    @property
    def declared_sha256(self) -> str | None: ...


@dataclass(frozen=True)
class Whole:
    """A file of which every byte is here: its digest, its two ends, and a way to read it again."""

    sha256: str
    size: int
    head: bytes
    tail: bytes
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Judged:
    """A file that may be kept: what it is, and what is known about malware in it."""

    media: Media
    scan: Scan


def judge(upload: Described, whole: Whole, policy: MediaPolicy, scanner: Clamd | None) -> Judged:
    """Compare with what the sender announced, tell the type, scan.

    Raises DigestMismatch, TypeRefused, InfectedFile; ScannerUnavailable when it must wait.
    """
    if upload.declared_sha256 is not None and upload.declared_sha256 != whole.sha256:
        raise DigestMismatch(upload.declared_sha256, whole.sha256)
    media = policy.admit(recognise(whole.head, whole.tail, upload.filename))
    return Judged(media, scanner.scan(whole.chunks()) if scanner else Scan.NOT_SCANNED)


def subject_of(upload: Described, blob: Blob, scan: Scan) -> dict[str, Any]:
    """What the receipt says of an upload: bound to the upload's reference, not yet to any case."""
    return {
        "kind": "upload",
        "upload": upload.reference,
        "account": upload.account_id,
        "filename": upload.filename,
        "sha256": blob.sha256,
        "browser_sha256": upload.declared_sha256,
        "size": blob.size,
        "media_type": blob.media_type,
        "malware": scan.value,
    }


def anchor(session: Session, upload: Upload, blob: Blob, judged: Judged, notary: Recorder, *, now: datetime) -> None:
    """Write blob, receipt and state together; the caller's commit acknowledges all three or none."""
    receipt = notary.record(session, subject_of(upload, blob, judged.scan), now=now).reference
    session.add(blob)
    session.flush()
    upload.blob = blob
    for name, value in settled(blob, receipt, now).items():
        setattr(upload, name, value)
    session.flush()


def settled(blob: Blob, receipt: str, now: datetime) -> dict[str, Any]:
    """What the row of an upload says once it is kept, under which receipt."""
    return {
        "blob_id": blob.id,
        "offset": blob.size,
        "size": blob.size,
        "sha256": blob.sha256,
        "media_type": blob.media_type,
        "completed_at": now,
        "receipt": receipt,
        "state": UploadState.ANCHORED,
    }


@contextlib.contextmanager
def keeping(database: Database) -> Iterator[Session]:
    """A write transaction in which a full disk is StorageFull, not a failure without a name."""
    try:
        with database.write() as session:
            yield session
    except OperationalError as error:
        raise named(error) from error


def named(error: OperationalError) -> Exception:
    """The breach behind a database's failure: StorageFull where the disk is full, else the failure itself."""
    return storage_full() if isinstance(breach_of(error), StorageFull) else error


def still_open(session: Session, upload_id: int) -> Upload:
    """The upload's row, if it is still on its way. Raises UploadGone otherwise."""
    upload = session.get(Upload, upload_id)
    if upload is None or upload.state not in {UploadState.RECEIVING, UploadState.COMPLETE}:
        raise UploadGone
    return upload
