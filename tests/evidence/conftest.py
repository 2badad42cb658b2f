"""A desk on a real database and a real folder, with the log's receipts, and a clock that stands still."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import Headers

from odr.evidence.intake.tus import TusReply, TusRequest, handle
from odr.evidence.intake.upload import UploadDesk, UploadLimits
from odr.evidence.store.store import FolderStore
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.notary.notary import Notary
from odr.notary.vault import FileVault

ALICE, BOB = 7, 8
NOW = datetime(2026, 4, 27, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    # Durability is traced at the kernel in test_store; here the disk need not be waited for.
    database = Database(sqlite_url, synchronous="OFF")
    yield database
    database.dispose()


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "blobs")


@pytest.fixture
def notary(database: Database, clock: FixedClock, tmp_path: Path) -> Notary:
    """The court's notary with its own keys; its log is opened by ``notary.establish()``."""
    return Notary(database, vault=FileVault(tmp_path / "vault"), origin="court.test/log", clock=clock, log_dir=None)


@pytest.fixture
def make_desk(
    database: Database, store: FolderStore, notary: Notary, clock: FixedClock, tmp_path: Path
) -> Callable[..., UploadDesk]:
    def make(**changes: Any) -> UploadDesk:
        given = {
            "database": database,
            "store": store,
            "parts": tmp_path / "parts",
            "notary": notary,
            "clock": clock,
            **changes,
        }
        return UploadDesk(**given)

    return make


@pytest.fixture
def desk(make_desk: Callable[..., UploadDesk]) -> UploadDesk:
    return make_desk(limits=UploadLimits(max_size=2**20, small=1024, checkpoint=4096))


@dataclass
class Tus:
    """Speaks the protocol to a desk as one account."""

    desk: UploadDesk
    account: int = ALICE

    def __call__(
        self, method: str, reference: str | None = None, body: Any = b"", length: int | None = None, **headers: str
    ) -> TusReply:
        given = Headers({"Tus-Resumable": "1.0.0"})
        if isinstance(body, bytes):
            given["Content-Length"] = str(len(body) if length is None else length)
            body = io.BytesIO(body)
        for name, value in headers.items():
            given[name.replace("_", "-")] = value
        return handle(
            self.desk, TusRequest(method, reference, self.account, given, body), lambda ref: f"/uploads/{ref}"
        )

    def create(self, size: int, filename: str = "note.txt", sha256: str | None = None, **headers: str) -> str:
        """A new upload's reference."""
        reply = self(
            "POST", Upload_Length=str(size), Upload_Metadata=metadata(filename=filename, sha256=sha256), **headers
        )
        return reply.headers["Location"].rsplit("/", 1)[-1]

    def patch(self, reference: str, offset: int, body: Any, **headers: str) -> TusReply:
        """A piece at an offset."""
        return self(
            "PATCH",
            reference,
            body,
            Content_Type="application/offset+octet-stream",
            Upload_Offset=str(offset),
            **headers,
        )


def metadata(**values: str | None) -> str:
    """A tus metadata header."""
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items() if value is not None
    )


@pytest.fixture
def tus(desk: UploadDesk) -> Tus:
    return Tus(desk)


def text_of(size: int) -> bytes:
    """A plain text of so many bytes, different at every place."""
    line = b"".join(b"%07d\n" % number for number in range(size // 8 + 1))
    return line[:size]


def sha256(data: bytes) -> str:
    """The digest in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
