"""What the evidence room needs of the outside, opened once from the settings."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from odr.evidence.exhibits.preview import Previewer
from odr.evidence.intake.scan import Clamd
from odr.evidence.intake.upload import STRAY, UploadDesk, UploadLimits
from odr.evidence.sources.webpage.capturer import CaptureLimits, Capturer
from odr.evidence.store import s3
from odr.evidence.store.store import BlobStore
from odr.ground.config import Settings

if TYPE_CHECKING:
    from odr.ground.db import Database
    from odr.procedure.court import Court

PREVIEWER = Previewer()
"""One for the process: it bounds how many previews are drawn at the same time."""

_desks: WeakKeyDictionary[Database, UploadDesk] = WeakKeyDictionary()
_opening = threading.Lock()


def open_store(settings: Settings) -> BlobStore:
    """The blob store of ``ODR_STORE_URL``: a folder of the data directory, or S3."""
    return s3.open_store(settings.store_url, settings.data_dir)


def desk_of(court: Court) -> UploadDesk:
    """The court's upload desk; one for each court of a process, since it remembers unfinished hashes."""
    with _opening:
        desk = _desks.get(court.database)
        if desk is None:
            settings = court.settings
            desk = _desks[court.database] = UploadDesk(
                court.database,
                court.ports.store,
                settings.data_dir / "parts",
                court.notary,
                court.clock,
                UploadLimits(max_size=settings.max_upload_bytes, unsubmitted_bytes=settings.max_unsubmitted_bytes),
                scanner=Clamd(settings.clamd) if settings.clamd else None,
                vault=court.notary.vault,
            )
        return desk


def capturer_of(court: Court) -> Capturer:
    """The court's browser for pages. A peer inside, and a browser without its sandbox, there is only outside
    production.
    """
    settings = court.settings
    flags = ("--no-sandbox",) if settings.is_training and os.geteuid() == 0 else ()
    return Capturer(tuple(settings.capture_allow.split()), flags, CaptureLimits(seconds=settings.capture_seconds))


def expire_uploads(court: Court) -> int:
    """For the worker: forget unfinished uploads whose time has run out, and what killed processes have left of others."""
    desk, before = desk_of(court), (court.clock.machine_now() - STRAY).timestamp()
    return desk.expire_due() + desk.forget_strays() + desk.store.forget_strays(before)


def finish_uploads(court: Court) -> int:
    """For the worker: anchor uploads that waited for the malware scanner."""
    return desk_of(court).finish_waiting()
