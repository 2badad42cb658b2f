"""The upload desk: a file is begun, resumed, finished, given up or expired.

No write transaction is ever open while bytes are read from a sender. Bytes are
synced before their offset is committed, and only a committed offset is told.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, func, insert, literal_column, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, undefer
from sqlalchemy.orm.attributes import set_committed_value

from odr.evidence.intake.anchoring import (
    Judged,
    Recorder,
    Whole,
    anchor,
    judge,
    keeping,
    settled,
    still_open,
    subject_of,
)
from odr.evidence.intake.belonging import Belongs, row_of
from odr.evidence.intake.media import WINDOW, MediaPolicy
from odr.evidence.intake.part_files import Hashes, Part, Parts
from odr.evidence.intake.scan import Clamd, ScannerUnavailable
from odr.evidence.intake.sent_again import brought, name_files, once_from, same
from odr.evidence.intake.shared_commits import Together
from odr.evidence.intake.upload_errors import (
    BodyCut,
    ChecksumMismatch,
    EmptyFile,
    FileTooLarge,
    OffsetConflict,
    TooLargeAmongMany,
    UploadBusy,
    UploadGone,
    UploadKept,
)
from odr.evidence.models import SMALL, Blob, Upload, UploadState
from odr.evidence.store.integrity_check import Unwraps, contents
from odr.evidence.store.store import CHUNK, BlobStore, Reader, digest_of, read_into
from odr.ground.background import each_alone
from odr.ground.clock import Clock
from odr.ground.db import Database, new_reference, reserve_ids_of
from odr.ground.errors import CourtError, NotFound, NoTurn, TooMany
from odr.ground.memory.built_once import built_once
from odr.ground.text import T

OPEN = (UploadState.RECEIVING, UploadState.COMPLETE)
STRAY = timedelta(hours=6)
"""How long nothing was written into a part file before it may be one that a killed process has left."""

_NEW_BLOB, _NEW_UPLOAD = (insert(cast(Table, kind.__table__)) for kind in (Blob, Upload))
_BLOB_WRITTEN = ("id", "sha256", "size", "media_type", "content", "created_at")


@dataclass(frozen=True)
class UploadLimits:
    """Settings of the desk. Sizes in bytes."""

    max_size: int = 10 * 2**30
    """Largest file taken."""
    small: int = SMALL
    """Files up to this size live in the database, so that file, entry and leaf share one sync."""
    keep: timedelta = timedelta(days=7)
    """How long an unfinished upload may rest between two pieces."""
    open_uploads: int = 1000
    """Unfinished uploads of one account."""
    open_bytes: int = 200 * 2**30
    """Announced bytes of the unfinished uploads of one account."""
    unsubmitted_bytes: int = 200 * 2**30
    """Bytes of the large files of one account that are here whole and in no case."""
    checkpoint: int = 64 * 2**20
    """Bytes after which a long piece is synced and its offset committed."""


@dataclass(frozen=True)
class Announced:
    """What a sender says of a file before sending it."""

    filename: str
    size: int
    declared_type: str | None = None
    sha256: str | None = None
    belongs: Belongs | None = None
    sent_as: str | None = None
    """What marks it where its request has a name (:mod:`odr.evidence.intake.sent_again`)."""


@dataclass
class Checksum:
    """A digest the sender gave for one piece (tus checksum extension)."""

    algorithm: str
    digest: bytes
    hasher: Any = field(init=False)

    def __post_init__(self) -> None:
        self.hasher = hashlib.new(self.algorithm, usedforsecurity=False)


@dataclass
class SmallFile:
    """A small file that is judged and waits to be kept; ``upload`` is its row once it is."""

    class Row(NamedTuple):
        """What its row will say that its receipt says too."""

        reference: str
        account_id: int
        filename: str
        declared_sha256: str | None

    row: dict[str, Any]
    described: Row
    whole: Whole
    judged: Judged
    data: bytes
    sent_as: str | None
    upload: Upload | None = None


class UploadDesk:
    """Everything done to uploads. Each public method checks that the upload belongs to the account."""

    def __init__(
        self,
        database: Database,
        store: BlobStore,
        parts: Path,
        notary: Recorder,
        clock: Clock,
        limits: UploadLimits | None = None,
        policy: MediaPolicy | None = None,
        scanner: Clamd | None = None,
        vault: Unwraps | None = None,
    ) -> None:
        self.database = database
        self.store = store
        self.parts = Parts(parts)
        self.notary = notary
        self.clock = clock
        self.limits = limits or UploadLimits()
        self.policy = policy or MediaPolicy()
        self.scanner = scanner
        self.vault = vault
        self._hashes = Hashes()
        self._together = Together(database, self._keep_small)

    # -- beginning

    def begin(self, account_id: int, announced: Announced) -> Upload:
        """Open an upload, or find the one that the same request opened before. Raises EmptyFile, FileTooLarge, TooMany."""
        self._admit(announced.size)
        if (known := self._brought(account_id, announced)) is not None:
            return known
        row = self._row(account_id, announced)
        try:
            with keeping(self.database) as session:
                self._within_quota(session, account_id, announced.size)
                upload = Upload(**row)
                session.add(upload)
                session.flush()
                name_files(session, [(announced.sent_as, upload.id)])
        except IntegrityError:
            # The same request came twice at the same moment.
            if (known := self._brought(account_id, announced)) is None:
                raise
            return known
        return upload

    def hand_in(self, account_id: int, announced: Announced, body: Reader, checksum: Checksum | None = None) -> Upload:
        """Open an upload with its first bytes (tus creation-with-upload).

        A small file that arrives whole is kept, anchored and acknowledged in one commit.
        """
        self._admit(announced.size)
        known = self._brought(account_id, announced)
        is_here = known is not None and known.state is not UploadState.RECEIVING
        if announced.size > self.limits.small:
            if known is not None and is_here:
                return known
            upload = self.begin(account_id, announced)
            if upload.offset:
                return upload  # some of it came before: its sender goes on from there
            try:
                return self.append(account_id, upload.reference, 0, body, checksum)
            except NoTurn:
                # Nobody is told its address: it would only count as one of the unfinished.
                self.give_up(account_id, upload.reference)
                raise
        data, cut = read_up_to(body, announced.size + 1)
        if len(data) > announced.size:
            raise FileTooLarge(T("More bytes came than were announced."))
        _compare(checksum, data, cut)
        if known is not None and is_here:
            return same(known, known.filename, len(data), hashlib.sha256(data).hexdigest())
        if len(data) == announced.size and known is None:
            return self._small(account_id, announced, data)
        upload = self.begin(account_id, announced)
        return self.append(account_id, upload.reference, 0, Pieces(data)) if data and not upload.offset else upload

    def receive(
        self,
        account_id: int,
        filename: str,
        declared_type: str | None,
        body: Reader,
        belongs: Belongs | None = None,
        sent_as: str | None = None,
        page: str | None = None,
    ) -> Upload:
        """Take a file whose size nobody announced (the plain form, whose ``page`` has a reference). A broken connection keeps
        nothing.
        """
        data, cut = read_up_to(body, self.limits.small + 1)
        if cut:
            raise BodyCut
        if not data:
            raise EmptyFile
        announced = Announced(filename, len(data), declared_type, belongs=belongs, sent_as=sent_as)
        if known := brought(self.database, account_id, [sent_as], self.clock.machine_now()):
            return same(
                known[sent_as or ""], plain_name(filename), *_measured(Pieces(data, body), self.limits.max_size)
            )
        if len(data) <= self.limits.small:
            mark = sent_as or once_from(account_id, page, plain_name(filename), hashlib.sha256(data).hexdigest())
            announced = replace(announced, sent_as=mark)
            return self._brought(account_id, announced) or self._small(account_id, announced, data)
        upload = Upload(**self._row(account_id, announced))
        with self.parts.locked(upload.reference) as part:
            try:
                hasher = hashlib.sha256()
                poured = part.pour(Pieces(data, body), self.limits.max_size, [hasher])
                if poured.cut:
                    raise BodyCut
                if poured.overflow:
                    raise self._too_large()
                part.sync()
                upload.size = poured.size
                with self.database.read() as session:
                    self._within_quota(session, account_id, poured.size)
                mark = sent_as or once_from(account_id, page, upload.filename, hasher.hexdigest())
                announced = Announced(filename, poured.size, sha256=hasher.hexdigest(), sent_as=mark)
                try:
                    return self._brought(account_id, announced) or self._finish(upload, part, hasher, mark)
                except IntegrityError:
                    if (found := self._brought(account_id, announced)) is None:
                        raise
                    return found
            finally:
                part.remove()

    def receive_many(
        self, account_id: int, files: Sequence[Announced], data: Sequence[bytes]
    ) -> list[Upload | CourtError]:
        """Take small files that came together, as many in one commit as fit; gives what became of each, in their order.

        One that is refused keeps no other from being taken. Raises what is nobody's file's fault, and InvalidInput where other
        files came under the same name before.
        """
        known = brought(self.database, account_id, [one.sent_as for one in files], self.clock.machine_now())
        for one, content in zip(files, data, strict=True):
            if one.sent_as in known:
                same(known[one.sent_as], plain_name(one.filename), len(content), hashlib.sha256(content).hexdigest())
        found = [
            known.get(one.sent_as or "") or self._judged(account_id, one, content)
            for one, content in zip(files, data, strict=True)
        ]
        judged = [one for one in found if isinstance(one, SmallFile)]
        breaches = iter(self._together.keep_all(judged))
        return [self._kept(one, next(breaches)) if isinstance(one, SmallFile) else one for one in found]

    # -- going on

    def find(self, account_id: int, reference: str) -> Upload:
        """The account's upload. Raises NotFound for anybody else's, as if there were none."""
        with self.database.read() as session:
            found = select(Upload).where(Upload.reference == reference, Upload.account_id == account_id)
            upload = session.scalar(found.options(joinedload(Upload.blob).options(undefer(Blob.content))))
            session.expunge_all()  # the snapshot ends here; its rows are read on
        if upload is None:
            raise NotFound
        return upload

    def resumable(self, account_id: int, reference: str) -> Upload:
        """The upload, if it is finished or may be gone on with. Raises NotFound, UploadGone."""
        upload = self.find(account_id, reference)
        if upload.state in {UploadState.REFUSED, UploadState.EXPIRED, UploadState.ERASED}:
            raise UploadGone
        if upload.state is UploadState.RECEIVING and self.clock.machine_now() >= upload.expires_at:
            raise UploadGone
        return upload

    def append(
        self, account_id: int, reference: str, offset: int, body: Reader, checksum: Checksum | None = None
    ) -> Upload:
        """Write a piece at ``offset`` and acknowledge what is durable; the last piece anchors the file.

        Raises OffsetConflict, UploadBusy, FileTooLarge, ChecksumMismatch, StorageFull,
        UploadGone, and what :func:`~odr.evidence.intake.anchoring.judge` refuses.
        """
        self.find(account_id, reference)  # a stranger makes no file and takes no lock
        with self.parts.locked(reference) as part:
            try:
                upload = self.resumable(account_id, reference)
                if offset != upload.offset:
                    raise OffsetConflict(upload.offset)
                if upload.state is UploadState.RECEIVING:
                    self._take(upload, part, body, checksum)
            except NotFound:
                part.remove()
                raise
            finally:
                if self._finished(reference):
                    part.remove()
        return self.find(account_id, reference)

    def give_up(self, account_id: int, reference: str) -> None:
        """Forget an unfinished upload (tus termination). Raises UploadKept once it is anchored."""
        self.find(account_id, reference)
        with self.parts.locked(reference) as part:
            upload = self.resumable(account_id, reference)
            if upload.state is UploadState.ANCHORED:
                raise UploadKept
            with self.database.write() as session:
                session.delete(still_open(session, upload.id))
            part.remove()
        self._hashes.drop(reference)

    def contents(self, upload: Upload, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes of an anchored upload from ``start``. Raises NotFound before any byte."""
        if upload.blob is None:
            raise NotFound
        return contents(self.store, upload.blob, start, length, self.vault)

    # -- by the clock

    def expire_due(self, most: int = 256) -> int:
        """Expire unfinished uploads whose time has run out, and forget their bytes; how many."""
        now = self.clock.machine_now()
        with self.database.read() as session:
            due = session.scalars(
                built_once(
                    lambda: (
                        select(Upload)
                        .where(Upload.state == UploadState.RECEIVING, Upload.expires_at <= now)
                        .order_by(Upload.expires_at)
                        .limit(most)
                    )
                )
            ).all()
            session.expunge_all()
        return each_alone(
            due, lambda one: self._expire(one.id, one.reference, now), "an unfinished upload could not be expired"
        )

    def finish_waiting(self, most: int = 64) -> int:
        """Try again to finish uploads that waited for the malware scanner; how many are settled now."""
        settled, after = 0, 0
        while not self.scanner or self.scanner.answers():
            with self.database.read() as session:
                waiting = session.scalars(
                    built_once(
                        lambda: (
                            select(Upload)
                            .where(Upload.state == UploadState.COMPLETE, Upload.id > after)  # noqa: B023
                            .order_by(Upload.id)
                            .limit(most)
                        )
                    )
                ).all()
                session.expunge_all()
            if not waiting:
                break
            # Files over which the scanner fails each time keep none behind them from being looked at.
            settled, after = settled + sum(self._settle(upload) for upload in waiting), waiting[-1].id
        return settled

    def forget_strays(self) -> int:
        """Remove part files that belong to no unfinished upload: the process that received them was killed. How many."""
        before = (self.clock.machine_now() - STRAY).timestamp()
        found = [reference for reference in self.parts.resting_since(before) if self._finished(reference)]
        return each_alone(found, self._forget_stray, "what a killed process left of an upload could not be removed")

    # -- inside

    def _brought(self, account_id: int, announced: Announced) -> Upload | None:
        """What the same request brought before. Raises InvalidInput where it was another file."""
        known = brought(self.database, account_id, [announced.sent_as], self.clock.machine_now())
        upload = known.get(announced.sent_as or "")
        if upload is None:
            return None
        return same(upload, plain_name(announced.filename), announced.size, announced.sha256)

    def _admit(self, size: int) -> None:
        if size == 0:
            raise EmptyFile
        if size > self.limits.max_size:
            raise self._too_large()

    def _too_large(self) -> FileTooLarge:
        return FileTooLarge(
            T("The file is larger than the court takes (%(limit)s MiB).", limit=self.limits.max_size // 2**20),
            T("Send it in parts, or ask the clerk how to hand it in on a data carrier."),
        )

    def _within_quota(self, session: Session, account_id: int, size: int) -> None:
        open_now = select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(
            Upload.account_id == account_id, Upload.state.in_(OPEN)
        )
        count, total = session.execute(open_now).one()
        if count >= self.limits.open_uploads or total + size > self.limits.open_bytes:
            raise TooMany(T("You have too many unfinished uploads."), T("Finish or give up some of them first."))
        if size > SMALL:
            kept = select(func.coalesce(func.sum(Upload.size), 0)).where(
                Upload.account_id == account_id,
                Upload.state == UploadState.ANCHORED,
                Upload.used_at.is_(None),
                Upload.size > literal_column(str(SMALL)),
            )
            if session.scalars(kept).one() + size > self.limits.unsubmitted_bytes:
                raise TooMany(
                    T(
                        "You have sent files of %(limit)s GiB that are in no case, and more are not taken.",
                        limit=self.limits.unsubmitted_bytes // 2**30,
                    ),
                    T("Submit what you need in its case first, or ask the clerk how to hand it in on a data carrier."),
                )

    def _row(self, account_id: int, announced: Announced) -> dict[str, Any]:
        now = self.clock.machine_now()
        return {
            "reference": new_reference(),
            "account_id": account_id,
            "filename": plain_name(announced.filename),
            "declared_type": announced.declared_type[:100] if announced.declared_type else None,
            "size": announced.size,
            "declared_sha256": announced.sha256,
            "offset": 0,
            "state": UploadState.RECEIVING,
            "created_at": now,
            "expires_at": now + self.limits.keep,
            **row_of(self.database, account_id, announced.belongs),
        }

    def _judged(self, account_id: int, announced: Announced, data: bytes) -> SmallFile | Upload | CourtError:
        """One of many: to be kept, waiting for the scanner, or refused."""
        try:
            self._admit(len(data))
            if len(data) > self.limits.small:
                raise TooLargeAmongMany(self.limits.small)
            return self._small_judged(account_id, announced, data)
        except CourtError as breach:
            return breach

    def _kept(self, file: SmallFile, breach: BaseException | None) -> Upload | CourtError:
        if isinstance(breach, CourtError):
            return breach
        if isinstance(breach, IntegrityError):
            return self._at_the_same_moment(file, breach)
        if breach is not None:
            raise breach
        assert file.upload is not None
        return file.upload

    def _at_the_same_moment(self, file: SmallFile, breach: IntegrityError) -> Upload:
        """The file that the same request brought while this one was judged. Raises the breach where there is none."""
        mark, account_id = file.sent_as, file.described.account_id
        known = brought(self.database, account_id, [mark], self.clock.machine_now())
        if mark not in known:
            raise breach
        return same(known[mark], file.described.filename, file.whole.size, file.whole.sha256)

    def _small(self, account_id: int, announced: Announced, data: bytes) -> Upload:
        judged = self._small_judged(account_id, announced, data)
        if isinstance(judged, Upload):
            return judged
        (breach,) = self._together.keep_all([judged])
        kept = self._kept(judged, breach)
        if isinstance(kept, CourtError):
            raise kept
        return kept

    def _small_judged(self, account_id: int, announced: Announced, data: bytes) -> SmallFile | Upload:
        """A small file that may be kept; its upload where it waits for the scanner. Raises what refuses it."""
        row = self._row(account_id, announced)
        whole = Whole(hashlib.sha256(data).hexdigest(), len(data), data[:WINDOW], data[-WINDOW:], lambda: iter((data,)))
        described = SmallFile.Row(**{name: row[name] for name in SmallFile.Row._fields})
        try:
            judged = judge(described, whole, self.policy, self.scanner)
        except ScannerUnavailable:
            return self._small_waits(Upload(**row), data, announced.sent_as)
        return SmallFile(row, described, whole, judged, data, announced.sent_as)

    def _keep_small(self, session: Session, files: Sequence[SmallFile]) -> None:
        now = self.clock.now()
        blobs = [self._blob(file.whole, file.judged, content=file.data) for file in files]
        subjects = [subject_of(file.described, blob, file.judged.scan) for file, blob in zip(files, blobs, strict=True)]
        entries, of_blobs, of_uploads = reserve_ids_of(session, ("log_entry", "blob", "upload"), len(files))
        receipts = self.notary.record_many(session, subjects, now=now, entries=entries)
        for blob, number in zip(blobs, of_blobs, strict=True):
            blob.id = number
        # Nobody looks at the rows again in this transaction: they are written as plain rows, past what maps objects.
        connection = session.connection()
        connection.execute(_NEW_BLOB, [{name: getattr(blob, name) for name in _BLOB_WRITTEN} for blob in blobs])
        rows = [
            {**file.row, "id": number, **settled(blob, receipt, now)}
            for file, number, blob, receipt in zip(files, of_uploads, blobs, receipts, strict=True)
        ]
        connection.execute(_NEW_UPLOAD, rows)
        name_files(session, [(file.sent_as, number) for file, number in zip(files, of_uploads, strict=True)])
        for file, row, blob in zip(files, rows, blobs, strict=True):
            file.upload = Upload(**row)
            set_committed_value(file.upload, "blob", blob)

    def _small_waits(self, upload: Upload, data: bytes, sent_as: str | None) -> Upload:
        with self.parts.locked(upload.reference) as part:
            part.pour(Pieces(data), len(data), [])
            part.sync()
            self.parts.name_durable()
            with keeping(self.database) as session:
                upload.state, upload.offset = UploadState.COMPLETE, len(data)
                session.add(upload)
                session.flush()
                name_files(session, [(sent_as, upload.id)])
        return upload

    def _take(self, upload: Upload, part: Part, body: Reader, checksum: Checksum | None) -> None:
        if part.size < upload.offset:
            # Acknowledged bytes are gone: the disk was restored or somebody removed them.
            self._refuse(upload, "part-lost")
            raise UploadGone
        part.rewind(upload.offset)
        if upload.offset == 0:
            self.parts.name_durable()
        before, hasher = upload.offset, self._hashes.take(upload.reference, upload.offset)
        feed = [h for h in (hasher, checksum.hasher if checksum else None) if h is not None]

        def checkpoint(written: int, states: list[Any]) -> None:
            self._acknowledge(upload, before + written, states[0] if hasher is not None else None)

        try:
            every = 0 if checksum else self.limits.checkpoint
            poured = part.pour(body, upload.size - before, feed, every, checkpoint)
            if poured.overflow:
                raise FileTooLarge(T("More bytes came than were announced."))
            if checksum and (poured.cut or checksum.hasher.digest() != checksum.digest):
                raise ChecksumMismatch
            part.sync()
        except CourtError:
            part.rewind(upload.offset)
            raise
        if before + poured.size == upload.size:
            self._finish(upload, part, hasher)
        elif poured.size:
            self._acknowledge(upload, before + poured.size, hasher)

    def _acknowledge(self, upload: Upload, offset: int, hasher: Any | None) -> None:
        with keeping(self.database) as session:
            row = still_open(session, upload.id)
            row.offset = offset
            row.expires_at = self.clock.machine_now() + self.limits.keep
        upload.offset = offset
        if hasher is not None:
            self._hashes.put(upload.reference, offset, hasher)

    def _finish(self, upload: Upload, part: Part, hasher: Any | None, sent_as: str | None = None) -> Upload:
        """Judge the whole and anchor it, or refuse it and keep nothing, or let it wait for the scanner."""
        state = hasher if hasher is not None else digest_of(part.path)
        head, tail = part.window(WINDOW)
        whole = Whole(state.hexdigest(), part.size, head, tail, lambda: _read(part.path))
        try:
            judged = judge(upload, whole, self.policy, self.scanner)
        except ScannerUnavailable:
            return self._wait(upload, hasher)
        except CourtError as breach:
            self._refuse(upload, breach.problem)
            raise
        if whole.size <= self.limits.small:
            blob = self._blob(whole, judged, content=b"".join(_read(part.path)))
        else:
            blob = self._blob(whole, judged, key=self.store.adopt(part.path, whole.sha256, whole.size).key)
        try:
            with keeping(self.database) as session:
                row = still_open(session, upload.id) if upload.id else upload
                session.add(row)
                anchor(session, row, blob, judged, self.notary, now=self.clock.now())
                name_files(session, [(sent_as, row.id)])
        except IntegrityError:
            # The same request has brought it meanwhile, and this is not committed: no row names these bytes.
            if blob.key is not None:
                self.store.erase(blob.key)
            raise
        self._hashes.drop(upload.reference)
        return self.find(upload.account_id, upload.reference)

    def _wait(self, upload: Upload, hasher: Any | None) -> Upload:
        if not upload.id:
            raise TooMany(
                T("The malware scanner does not answer at the moment, and nothing was kept."),
                T("Send the file again in a few minutes."),
            )
        with keeping(self.database) as session:
            row = still_open(session, upload.id)
            row.state, row.offset = UploadState.COMPLETE, row.size
        return row

    def _refuse(self, upload: Upload, problem: str) -> None:
        if upload.id:
            with self.database.write() as session:
                row = still_open(session, upload.id)
                row.state, row.refusal = UploadState.REFUSED, problem
        self._hashes.drop(upload.reference)

    def _settle(self, upload: Upload) -> bool:
        try:
            with self.parts.locked(upload.reference) as part:
                with contextlib.suppress(CourtError):  # refused: the row says why
                    if part.size == upload.size:
                        self._finish(upload, part, None)
                    else:
                        # It was whole when it was acknowledged: the disk was restored, or lost some of it.
                        self._refuse(upload, "part-lost")
                settled = self._finished(upload.reference)
                if settled:
                    part.remove()
                return settled
        except UploadBusy:
            return False

    def _expire(self, upload_id: int, reference: str, now: datetime) -> bool:
        try:
            with self.parts.locked(reference) as part, self.database.write() as session:
                row = session.get(Upload, upload_id)
                if row is None or row.state is not UploadState.RECEIVING or row.expires_at > now:
                    return False
                row.state = UploadState.EXPIRED
                part.remove()
        except UploadBusy:
            return False  # a piece is coming in: it gives the upload new time
        self._hashes.drop(reference)
        return True

    def _forget_stray(self, reference: str) -> bool:
        try:
            with self.parts.locked(reference) as part:
                stray = self._finished(reference)
                if stray:
                    part.remove()
                return stray
        except UploadBusy:
            return False  # a file that is sent in one request has no row before it is whole

    def _finished(self, reference: str) -> bool:
        with self.database.read() as session:
            state = session.scalar(select(Upload.state).where(Upload.reference == reference))
        return state not in OPEN

    def _blob(self, whole: Whole, judged: Judged, *, key: str | None = None, content: bytes | None = None) -> Blob:
        return Blob(
            sha256=whole.sha256,
            size=whole.size,
            media_type=judged.media.type,
            key=key,
            content=content,
            created_at=self.clock.now(),
        )


class Pieces:
    """Bytes already read, then the rest of the source they came from."""

    def __init__(self, data: bytes, rest: Reader | None = None) -> None:
        self._data = data
        self._rest = rest

    def read(self, size: int = CHUNK, /) -> bytes:
        """The next bytes, fewer than ``size`` when it suits."""
        if self._data:
            taken, self._data = self._data[:size], self._data[size:]
            return taken
        return self._rest.read(size) if self._rest else b""

    def readinto(self, room: memoryview, /) -> int:
        """The same, put where they are wanted."""
        if self._data or self._rest is None:
            data = self.read(len(room))
            room[: len(data)] = data
            return len(data)
        return read_into(self._rest, room)


def read_up_to(body: Reader, size: int) -> tuple[bytes, bool]:
    """At most ``size`` bytes, and whether the connection broke before the end."""
    data = bytearray()
    try:
        while len(data) < size and (chunk := body.read(size - len(data))):
            data += chunk
    except BodyCut:
        return bytes(data), True
    return bytes(data), False


def _measured(body: Reader, most: int) -> tuple[int, str]:
    """Size and SHA-256 of what is read to its end, or to where it is larger than any file. Raises BodyCut."""
    hasher, size = hashlib.sha256(), 0
    while size <= most and (chunk := body.read(CHUNK)):
        hasher.update(chunk)
        size += len(chunk)
    return size, hasher.hexdigest()


def _compare(checksum: Checksum | None, data: bytes, cut: bool) -> None:
    if checksum is not None:
        checksum.hasher.update(data)
        if cut or checksum.hasher.digest() != checksum.digest:
            raise ChecksumMismatch


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while data := file.read(CHUNK):
            yield data


_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')


def plain_name(filename: str) -> str:
    """The last component of a sender's file name, without what could mislead a reader or a file system.

    Control and direction-changing characters go (``exe.gpj`` shown as ``jpg.exe``), so do paths;
    at most 255 bytes, the ending kept.
    """
    name = unicodedata.normalize("NFC", filename.replace("\\", "/")).rsplit("/", 1)[-1]
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
    name = _FORBIDDEN.sub("_", name).strip(" .") or "file"
    stem, dot, ending = name.rpartition(".")
    room = 255 - len((dot + ending).encode())
    if len(name.encode()) <= 255 or room <= 0:
        return name.encode()[:255].decode("utf-8", "ignore")
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + ending
