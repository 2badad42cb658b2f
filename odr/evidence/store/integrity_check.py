"""Re-hash everything the court keeps and name the culprit."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from odr.evidence.models import Blob, BytesToErase, Compilation, ReceivedFile, Upload
from odr.evidence.store.envelope import Damaged, open_range
from odr.evidence.store.store import BlobStore
from odr.ground.errors import NotFound
from odr.notary.vault import VaultRefused


class FaultKind(enum.Enum):
    """What is wrong with something kept."""

    MISSING = "missing"
    """The row is there, the bytes are not."""
    SIZE = "size"
    """The bytes are more or fewer than recorded."""
    ALTERED = "altered"
    """As many bytes as recorded, but other ones."""
    DISAGREES = "disagrees"
    """The upload and its blob record different digests: a row was changed."""
    UNCLAIMED = "unclaimed"
    """Bytes in the store that no row names: left by a crash before the commit, or planted."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong: its kind, what it is (blob number or name in the store), and the two facts that differ."""

    kind: FaultKind
    culprit: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.culprit}: expected {self.expected}, found {self.found}"


class Unwraps(Protocol):
    """The part of the vault that opens the key of a sealed file."""

    def unseal(self, sealed: bytes, context: bytes) -> bytes: ...


def contents(
    store: BlobStore, blob: Blob, start: int = 0, length: int | None = None, vault: Unwraps | None = None
) -> Iterator[bytes]:
    """The bytes of a blob, wherever they lie, a sealed file opened through the vault. Raises NotFound when erased or
    missing, Damaged where its key does not open or, while they are read, its bytes do not.
    """
    if blob.erased_at is not None:
        raise NotFound
    if blob.wrapped is not None and blob.key is not None:
        if vault is None:
            raise NotFound
        key = blob.key
        return open_range(
            _opened(vault, blob),
            blob.size,
            lambda at, count: store.open(key, at, count),
            start,
            length,
        )
    if blob.content is not None:
        end = None if length is None else start + length
        return iter((blob.content[start:end],))
    if blob.key is None:
        raise NotFound
    return store.open(blob.key, start, length)


def _opened(vault: Unwraps, blob: Blob) -> bytes:
    try:
        return vault.unseal(blob.wrapped or b"", seal_context(blob))
    except VaultRefused as error:
        raise Damaged("its key") from error


def seal_context(blob: Blob) -> bytes:
    """What binds a wrapped key to its file: put beside another file's bytes it does not open."""
    return f"exhibit {blob.sha256} {blob.size}".encode()


def check(store: BlobStore, session: Session, vault: Unwraps | None = None) -> list[Fault]:
    """Hash every blob again and compare with its row; look for rows changed and names unclaimed."""
    faults: list[Fault] = []
    claimed: set[str] = set()
    every = select(Blob, Upload.reference, Upload.sha256).outerjoin(Upload, Upload.blob_id == Blob.id).order_by(Blob.id)
    rows = session.execute(every.options(undefer(Blob.content)).execution_options(yield_per=100))
    for blob, reference, sha256 in rows:
        if blob.key:
            claimed.add(blob.key)
        if blob.erased_at is None:
            culprit = (
                f"blob {blob.id}"
                + (f" ({blob.key})" if blob.key else "")
                + (f" of upload {reference}" if reference else "")
            )
            faults += _examine(store, blob, culprit, vault)
            if sha256 is not None and sha256 != blob.sha256:
                faults.append(Fault(FaultKind.DISAGREES, culprit, sha256, blob.sha256))
    claimed |= {key for key in session.scalars(select(Compilation.key)) if key}
    claimed |= {*session.scalars(select(ReceivedFile.key)), *session.scalars(select(BytesToErase.key))}
    faults += [
        Fault(FaultKind.UNCLAIMED, key, "a blob that names it", "none") for key in store.names() if key not in claimed
    ]
    return faults


def _examine(store: BlobStore, blob: Blob, culprit: str, vault: Unwraps | None) -> list[Fault]:
    hasher, size = hashlib.sha256(), 0
    try:
        for data in contents(store, blob, vault=vault):
            hasher.update(data)
            size += len(data)
    except NotFound:
        return [Fault(FaultKind.MISSING, culprit, f"{blob.size} bytes", "nothing")]
    except Damaged as error:
        return [Fault(FaultKind.ALTERED, culprit, blob.sha256, f"sealed bytes that do not open at {error}")]
    if size != blob.size:
        return [Fault(FaultKind.SIZE, culprit, f"{blob.size} bytes", f"{size} bytes")]
    if hasher.hexdigest() != blob.sha256:
        return [Fault(FaultKind.ALTERED, culprit, blob.sha256, hasher.hexdigest())]
    return []
