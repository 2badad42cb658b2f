"""Resumable upload: the protocol's promises, and what a lying or broken sender gets."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select

from odr.evidence.intake.tus import options, refusal_headers
from odr.evidence.intake.upload import UploadDesk, UploadLimits
from odr.evidence.intake.upload_errors import (
    BadUploadRequest,
    BodyCut,
    ChecksumMismatch,
    DigestMismatch,
    EmptyFile,
    FileTooLarge,
    OffsetConflict,
    UploadBusy,
    UploadGone,
    UploadKept,
    UploadVersion,
)
from odr.evidence.models import Upload, UploadState
from odr.evidence.store.integrity_check import check
from odr.evidence.store.store import FolderStore
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import CourtError, NotFound, TooMany
from odr.notary.models import Receipt
from odr.notary.notary import Notary
from odr.notary.vault import FileVault
from tests.patience import PATIENCE

from .conftest import ALICE, BOB, Tus, metadata, sha256, text_of


class Breaking:
    """A body whose connection breaks after so many bytes."""

    def __init__(self, data: bytes, after: int) -> None:
        self.data, self.left, self.at = data, after, 0

    def read(self, size: int = -1) -> bytes:
        if self.left == 0:
            raise BodyCut
        taken = self.data[self.at : self.at + min(size, self.left, 700)]
        self.at += len(taken)
        self.left -= len(taken)
        return taken


def test_a_file_sent_in_pieces_is_anchored_with_its_digest(tus: Tus, desk: UploadDesk) -> None:
    """The last piece of a file anchors it: same bytes, court's digest, receipt in the log."""
    data = text_of(10_000)
    reference = tus.create(len(data), sha256=sha256(data))
    assert tus.patch(reference, 0, data[:3000]).headers["Upload-Offset"] == "3000"
    assert tus("HEAD", reference).headers["Upload-Offset"] == "3000"
    reply = tus.patch(reference, 3000, data[3000:])
    upload = desk.find(ALICE, reference)
    assert (reply.status, upload.state, upload.sha256, upload.media_type) == (
        204,
        UploadState.ANCHORED,
        sha256(data),
        "text/plain",
    )
    assert b"".join(desk.contents(upload)) == data
    assert reply.headers["Upload-Receipt"] == upload.receipt
    assert reply.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"
    with desk.database.read() as session:
        receipt = session.get_one(Receipt, upload.receipt)
        assert receipt.body and sha256(data).encode() in receipt.body and reference.encode() in receipt.body
    assert not list(desk.parts.folder.iterdir())


def test_a_small_file_with_its_creation_lives_in_the_database(tus: Tus, desk: UploadDesk) -> None:
    """A small file sent with its creation is anchored in one commit and touches no folder."""
    data = b"paid in full, thank you\n"
    reply = tus(
        "POST",
        body=data,
        Upload_Length=str(len(data)),
        Content_Type="application/offset+octet-stream",
        Upload_Metadata=metadata(filename="chat.txt"),
    )
    upload = desk.find(ALICE, reply.headers["Location"].rsplit("/", 1)[-1])
    assert (reply.status, reply.headers["Upload-Offset"], upload.state) == (201, str(len(data)), UploadState.ANCHORED)
    assert upload.blob is not None and upload.blob.content == data and upload.blob.key is None
    assert list(desk.store.names()) == []


def test_creation_with_upload_takes_a_first_piece(tus: Tus, desk: UploadDesk) -> None:
    """A creation may carry the first bytes of a file, small or large, and the rest follows."""
    for size in (900, 9000):
        data = text_of(size)
        reply = tus("POST", body=data[:500], Upload_Length=str(size), Content_Type="application/offset+octet-stream")
        assert reply.headers["Upload-Offset"] == "500"
        tus.patch(reply.headers["Location"].rsplit("/", 1)[-1], 500, data[500:])
        upload = desk.find(ALICE, reply.headers["Location"].rsplit("/", 1)[-1])
        assert upload.sha256 == sha256(data)


def test_options_says_what_is_spoken(desk: UploadDesk) -> None:
    """OPTIONS names the version, the extensions, the largest file and the checksums."""
    headers = options(desk).headers
    assert headers["Tus-Version"] == "1.0.0"
    assert set(headers["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "expiration",
        "checksum",
        "termination",
    }
    assert headers["Tus-Max-Size"] == str(2**20)
    assert set(headers["Tus-Checksum-Algorithm"].split(",")) == {"sha256", "sha1"}


def test_another_version_is_refused_before_anything(tus: Tus) -> None:
    """A sender of another protocol version is told which one is spoken."""
    with pytest.raises(UploadVersion) as error:
        tus("POST", Tus_Resumable="0.2.2", Upload_Length="1")
    assert error.value.status == 412 and refusal_headers(error.value)["Tus-Version"] == "1.0.0"


@pytest.mark.parametrize("offset", [0, 2999, 3001, 10_000])
def test_a_lying_offset_is_a_conflict(tus: Tus, offset: int) -> None:
    """A piece at another place than the acknowledged one is refused with 409 and the true offset."""
    data = text_of(10_000)
    reference = tus.create(len(data))
    tus.patch(reference, 0, data[:3000])
    with pytest.raises(OffsetConflict) as error:
        tus.patch(reference, offset, data[offset : offset + 100])
    assert error.value.status == 409 and refusal_headers(error.value)["Upload-Offset"] == "3000"
    assert tus("HEAD", reference).headers["Upload-Offset"] == "3000"


@pytest.mark.parametrize("value", ["", " 5", "+5", "-1", "1_000", "５", "5.0", "0x5", "9" * 19, "5\n"])
def test_numbers_are_strict_decimals(tus: Tus, value: str) -> None:
    """What ``int()`` would accept but the protocol does not write is refused."""
    with pytest.raises(BadUploadRequest):
        tus("POST", Upload_Length=value.rstrip("\n") if value != "5\n" else "5 ")
    reference = tus.create(10)
    with pytest.raises(BadUploadRequest):
        tus(
            "PATCH",
            reference,
            b"x",
            Content_Type="application/offset+octet-stream",
            Upload_Offset=value.rstrip("\n") if value != "5\n" else "5 ",
        )


def test_resumed_with_other_bytes_is_found_by_the_whole_digest(tus: Tus, desk: UploadDesk) -> None:
    """A file resumed with the bytes of another one is refused as a whole, and nothing of it is kept."""
    data = text_of(8000)
    reference = tus.create(len(data), sha256=sha256(data))
    tus.patch(reference, 0, data[:4000])
    with pytest.raises(DigestMismatch) as error:
        tus.patch(reference, 4000, data[4000:-1] + b"X")
    assert sha256(data) in str(error.value)
    assert desk.find(ALICE, reference).state is UploadState.REFUSED
    assert desk.find(ALICE, reference).refusal == "digest-mismatch"
    assert not list(desk.parts.folder.iterdir()) and not list(desk.store.names())
    with pytest.raises(UploadGone):
        tus("HEAD", reference)


def test_one_altered_bit_of_a_small_file_is_found(tus: Tus) -> None:
    """Browser digest and server digest must agree, also for a file of one request."""
    data = text_of(100)
    with pytest.raises(DigestMismatch):
        tus(
            "POST",
            body=bytes([data[0] ^ 1]) + data[1:],
            Upload_Length="100",
            Content_Type="application/offset+octet-stream",
            Upload_Metadata=metadata(filename="a.txt", sha256=sha256(data)),
        )


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_damaged_piece_is_460_and_not_kept(tus: Tus, algorithm: str) -> None:
    """A piece whose checksum differs is thrown away; the right piece is then accepted."""
    data = text_of(6000)
    reference = tus.create(len(data))
    tus.patch(reference, 0, data[:2000])
    good = f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data[2000:]).digest()).decode()}"
    with pytest.raises(ChecksumMismatch) as error:
        tus.patch(reference, 2000, data[2000:-1] + b"?", Upload_Checksum=good)
    assert error.value.status == 460
    assert tus("HEAD", reference).headers["Upload-Offset"] == "2000"
    assert tus.patch(reference, 2000, data[2000:], Upload_Checksum=good).headers["Upload-State"] == "anchored"


@pytest.mark.parametrize(
    "checksum",
    ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha256", "sha256 AAAA", "sha256 !!!!", "sha1  2jmj7l5rSw0yVb/vlWAYkK/YBwk=", ""],
)
def test_an_unreadable_checksum_is_refused(tus: Tus, checksum: str) -> None:
    """A checksum of another algorithm, length or alphabet is a bad request, never ignored."""
    reference = tus.create(10)
    with pytest.raises(BadUploadRequest):
        tus.patch(reference, 0, b"x", Upload_Checksum=checksum)


def test_a_second_writer_is_locked_out(tus: Tus, desk: UploadDesk) -> None:
    """While one request writes to an upload, another gets 423 and changes nothing."""
    data = text_of(5000)
    reference = tus.create(len(data), sha256=sha256(data))
    reading, go_on = threading.Event(), threading.Event()

    class Slow:
        def __init__(self) -> None:
            self.left = [data[:2500], data[2500:]]

        def read(self, size: int = -1) -> bytes:
            reading.set()
            go_on.wait(PATIENCE)
            return self.left.pop(0) if self.left else b""

    writer = threading.Thread(target=lambda: desk.append(ALICE, reference, 0, Slow()))
    writer.start()
    reading.wait(PATIENCE)
    for attempt in (lambda: tus.patch(reference, 0, b"Y" * 5000), lambda: tus("DELETE", reference)):
        with pytest.raises(UploadBusy) as error:
            attempt()
        assert error.value.status == 423
    go_on.set()
    writer.join()
    assert desk.find(ALICE, reference).sha256 == sha256(data)


def test_what_came_before_the_connection_broke_is_kept(tus: Tus, desk: UploadDesk) -> None:
    """A broken connection loses nothing that arrived; with a checksum the piece counts whole or not at all."""
    data = text_of(9000)
    reference = tus.create(len(data), sha256=sha256(data))
    desk.append(ALICE, reference, 0, Breaking(data, 5001))
    assert tus("HEAD", reference).headers["Upload-Offset"] == "5001"
    with pytest.raises(ChecksumMismatch):
        tus.patch(
            reference,
            5001,
            Breaking(data[5001:], 100),
            Upload_Checksum=f"sha1 {base64.b64encode(hashlib.sha1(data[5001:]).digest()).decode()}",
        )
    assert tus("HEAD", reference).headers["Upload-Offset"] == "5001"
    tus.patch(reference, 5001, data[5001:])
    assert desk.find(ALICE, reference).sha256 == sha256(data)


def test_a_broken_small_creation_is_resumed(tus: Tus, desk: UploadDesk) -> None:
    """A small file cut during its creation is opened with what came, and finished later."""
    data = text_of(800)
    reply = tus("POST", body=Breaking(data, 300), Upload_Length="800", Content_Type="application/offset+octet-stream")
    assert reply.headers["Upload-Offset"] == "300"
    reference = reply.headers["Location"].rsplit("/", 1)[-1]
    tus.patch(reference, 300, data[300:])
    assert b"".join(desk.contents(desk.find(ALICE, reference))) == data


def test_another_process_goes_on_without_the_remembered_hash(tus: Tus, desk: UploadDesk, make_desk: object) -> None:
    """A server started anew reads the part again and comes to the same digest."""
    data = text_of(9000)
    reference = tus.create(len(data), sha256=sha256(data))
    tus.patch(reference, 0, data[:5000])
    fresh = make_desk(limits=desk.limits)  # type: ignore[operator]
    Tus(fresh).patch(reference, 5000, data[5000:])
    assert fresh.find(ALICE, reference).sha256 == sha256(data)


def test_bytes_written_but_never_acknowledged_do_not_count(tus: Tus, desk: UploadDesk) -> None:
    """After a crash between writing and commit, the unacknowledged tail is dropped."""
    data = text_of(6000)
    reference = tus.create(len(data), sha256=sha256(data))
    tus.patch(reference, 0, data[:1000])
    with desk.parts.path(reference).open("ab") as file:
        file.write(b"garbage of a process that died" * 50)
    tus.patch(reference, 1000, data[1000:])
    assert desk.find(ALICE, reference).sha256 == sha256(data)


def test_lost_acknowledged_bytes_end_the_upload(tus: Tus, desk: UploadDesk) -> None:
    """If acknowledged bytes are gone from the disk the sender is told to start again, never given a hole."""
    data = text_of(6000)
    reference = tus.create(len(data))
    tus.patch(reference, 0, data[:3000])
    desk.parts.path(reference).write_bytes(data[:10])
    with pytest.raises(UploadGone):
        tus.patch(reference, 3000, data[3000:])
    assert desk.find(ALICE, reference).refusal == "part-lost"


def test_more_bytes_than_announced_are_refused(tus: Tus, desk: UploadDesk) -> None:
    """Neither a longer Content-Length nor a longer stream goes past the announced size."""
    reference = tus.create(5000)
    with pytest.raises(FileTooLarge):
        tus.patch(reference, 0, text_of(5001))
    with pytest.raises(FileTooLarge):
        tus.patch(reference, 0, Breaking(text_of(6000), 6000))
    assert int(tus("HEAD", reference).headers["Upload-Offset"]) < 5000


def test_limits_are_told_before_any_byte(tus: Tus, make_desk: object) -> None:
    """Too large, empty, too many: refused at creation."""
    with pytest.raises(FileTooLarge):
        tus.create(2**20 + 1)
    with pytest.raises(EmptyFile):
        tus.create(0)
    few = Tus(make_desk(limits=UploadLimits(open_uploads=2, open_bytes=10_000)))  # type: ignore[operator]
    few.create(10)
    with pytest.raises(TooMany):
        few.create(9_999)
    few.create(10)
    with pytest.raises(TooMany):
        few.create(10)


def test_what_lies_in_no_case_has_a_limit(make_desk: Callable[..., UploadDesk]) -> None:
    """Sent piece by piece or by the plain form: refused once there is too much, and taken again when some of it is in a case.

    Small files do not count: a platform sends hundreds of thousands, and they fill no disk.
    """
    large = 80_000
    desk = make_desk(limits=UploadLimits(unsubmitted_bytes=2 * large + 100))
    tus = Tus(desk)
    for _ in range(2):
        tus.patch(tus.create(large), 0, text_of(large))
    with pytest.raises(TooMany, match="in no case"):
        tus.create(large)
    with pytest.raises(TooMany, match="in no case"):
        desk.receive(ALICE, "notes.txt", None, io.BytesIO(text_of(large)))
    assert not list(desk.parts.folder.iterdir()), "what was refused is not kept"
    desk.receive(ALICE, "note.txt", None, io.BytesIO(text_of(5000)))
    assert Tus(desk, BOB).create(large)
    with desk.database.write() as session:
        session.scalars(select(Upload).where(Upload.size == large)).first().used_at = desk.clock.now()  # type: ignore[union-attr]
    assert tus.create(large)


def test_another_accounts_upload_does_not_exist(tus: Tus, desk: UploadDesk) -> None:
    """A stranger gets 404 for reading, writing and deleting, and leaves no trace."""
    reference = tus.create(5000)
    stranger = Tus(desk, BOB)
    before = sorted(desk.parts.folder.iterdir())
    for attempt in (
        lambda: stranger("HEAD", reference),
        lambda: stranger.patch(reference, 0, b"x"),
        lambda: stranger("DELETE", reference),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert sorted(desk.parts.folder.iterdir()) == before


def test_an_unfinished_upload_is_given_up_and_an_anchored_one_is_kept(tus: Tus, desk: UploadDesk) -> None:
    """Termination forgets what was never finished; nothing anchored is deleted by its sender."""
    reference = tus.create(5000)
    tus.patch(reference, 0, text_of(100))
    assert tus("DELETE", reference).status == 204
    with pytest.raises(NotFound):
        tus("HEAD", reference)
    assert not list(desk.parts.folder.iterdir())
    done = tus.create(10)
    tus.patch(done, 0, b"0123456789")
    with pytest.raises(UploadKept):
        tus("DELETE", done)
    assert b"".join(desk.contents(desk.find(ALICE, done))) == b"0123456789"


def test_an_upload_at_rest_expires_and_each_piece_gives_it_time(tus: Tus, desk: UploadDesk, clock: FixedClock) -> None:
    """Expiry is told, renewed by each piece, and at its hour the bytes are forgotten."""
    reference = tus.create(5000)
    clock.advance(timedelta(days=6))
    told = tus.patch(reference, 0, text_of(100)).headers["Upload-Expires"]
    assert parsedate_to_datetime(told) == clock.now() + timedelta(days=7)
    clock.advance(timedelta(days=7) - timedelta(seconds=1))
    assert desk.expire_due() == 0 and tus("HEAD", reference).status == 200
    clock.advance(timedelta(seconds=1))
    with pytest.raises(UploadGone):
        tus("HEAD", reference)
    with pytest.raises(UploadGone):
        tus.patch(reference, 100, b"x")
    assert desk.expire_due() == 1 and desk.expire_due() == 0
    assert desk.find(ALICE, reference).state is UploadState.EXPIRED
    assert not list(desk.parts.folder.iterdir())


@pytest.mark.parametrize(
    "header",
    [
        "filename",
        "filename !!",
        "filename Zm9v,filename Zm9v",
        "filename Zm9v,,",
        "filename /w==",
        "filename Zm9",
        "filename Zm9v=",
        "x" * 9000,
        "filename Zh==",
    ],
)
def test_metadata_is_read_strictly(tus: Tus, header: str) -> None:
    """Metadata with a doubled or empty key, loose Base64 or broken UTF-8 is a bad request."""
    if header == "filename":
        assert (
            tus("POST", Upload_Length="5", Upload_Metadata=header).status == 201
        )  # a key without value is allowed by tus
        return
    with pytest.raises(BadUploadRequest):
        tus("POST", Upload_Length="5", Upload_Metadata=header)


def test_a_long_piece_is_acknowledged_on_the_way(tus: Tus, desk: UploadDesk) -> None:
    """A long piece commits its offset at checkpoints, so that a killed server loses little."""
    data = text_of(300_000)
    reference = tus.create(len(data))
    seen: list[str] = []

    class Watching(Breaking):
        def read(self, size: int = -1) -> bytes:
            if self.at >= 20_000 and not seen:
                seen.append(tus("HEAD", reference).headers["Upload-Offset"])
            return super().read(size)

    desk.append(ALICE, reference, 0, Watching(data, len(data)))
    assert 4096 <= int(seen[0]) <= 20_000


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_a_large_file_takes_little_memory(tus: Tus, make_desk: Any) -> None:
    """Memory grows by less than 64 MiB while 192 MiB (4 GiB in ``make prove``) come in, and the digest is that of every
    byte.
    """
    size = 4 * 2**30 if os.environ.get("ODR_PROVE") else 192 * 2**20
    large = Tus(make_desk(limits=UploadLimits(max_size=size)))
    block = text_of(2**20)
    hasher, most = hashlib.sha256(), 0

    class Flowing:
        left = size

        def read(self, wanted: int = -1) -> bytes:
            nonlocal most
            data = block[: min(wanted, self.left, len(block))]
            self.left -= len(data)
            hasher.update(data)
            if self.left % 2**24 < len(data):
                most = max(most, resident())
            return data

    reference = large.create(size)
    before = resident()
    large.patch(reference, 0, Flowing())
    kept = large.desk.find(ALICE, reference)
    assert (kept.state, kept.sha256, kept.size) == (UploadState.ANCHORED, hasher.hexdigest(), size)
    assert most - before < 64 * 2**20, f"{(most - before) / 2**20:.1f} MiB"


def resident() -> int:
    """Bytes this process holds in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


Step = st.tuples(st.sampled_from(["right", "behind", "ahead", "cut", "damaged", "head"]), st.integers(1, 2500))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(Step, max_size=12))
def test_any_sequence_of_pieces_keeps_exactly_what_was_acknowledged(
    desk: UploadDesk, steps: list[tuple[str, int]]
) -> None:
    """Whatever order of honest, lying, cut and damaged pieces comes, the offset never decreases and the bytes are the
    file's.
    """
    tus, data, offset = Tus(desk), text_of(7000), 0
    reference = tus.create(len(data), sha256=sha256(data))
    for kind, size in steps:
        piece = data[offset : offset + size]
        if offset == len(data):
            break
        if kind == "right":
            tus.patch(reference, offset, piece)
            offset += len(piece)
        elif kind in {"behind", "ahead"}:
            wrong = offset + size if kind == "ahead" else offset - size
            with pytest.raises(CourtError):
                tus.patch(reference, wrong, b"lie")
        elif kind == "cut":
            desk.append(ALICE, reference, offset, Breaking(data[offset:], size))
            offset = min(offset + size, len(data))
        elif kind == "damaged":
            with pytest.raises(ChecksumMismatch):
                tus.patch(reference, offset, piece, Upload_Checksum=f"sha1 {base64.b64encode(bytes(20)).decode()}")
        assert tus("HEAD", reference).headers["Upload-Offset"] == str(offset)
    if offset < len(data):
        tus.patch(reference, offset, data[offset:])
    assert desk.find(ALICE, reference).sha256 == sha256(data)


def test_the_same_on_postgresql(postgres_court_url: str, store: FolderStore, clock: FixedClock, tmp_path: Path) -> None:
    """Pieces, a broken connection, a small file and expiry behave alike on the other engine."""
    database = Database(postgres_court_url)
    notary = Notary(
        database, vault=FileVault(tmp_path / "pg-vault"), origin="court.test/log", clock=clock, log_dir=None
    )
    desk = UploadDesk(database, store, tmp_path / "pg-parts", notary, clock, UploadLimits(small=1024, checkpoint=4096))
    tus, data = Tus(desk), text_of(20_000)
    reference = tus.create(len(data), sha256=sha256(data))
    desk.append(ALICE, reference, 0, Breaking(data, 9001))
    tus.patch(reference, 9001, data[9001:])
    assert desk.find(ALICE, reference).state is UploadState.ANCHORED
    small = desk.receive(ALICE, "a.txt", None, io.BytesIO(b"hello\n"))
    assert b"".join(desk.contents(small)) == b"hello\n"
    with database.read() as session:
        assert check(store, session) == []
    tus.create(10)
    clock.advance(timedelta(days=8))
    assert desk.expire_due() == 1
    database.dispose()


def test_what_a_killed_process_left_is_removed_and_nothing_else(
    tus: Tus, desk: UploadDesk, store: FolderStore, clock: FixedClock
) -> None:
    """A file that came in one request, or was being kept, and whose process was killed: its bytes go once nobody has written to
    them for hours. What is unfinished, under way or fresh stays.
    """
    unfinished = tus.create(5000)
    tus.patch(unfinished, 0, text_of(3000))
    stray, fresh, under_way = ("a" * 25 + letter for letter in "bcd")
    now = clock.machine_now().timestamp()
    for reference in (unfinished, stray, fresh, under_way):
        desk.parts.path(reference).write_bytes(text_of(3000))
        os.utime(desk.parts.path(reference), (now, now - (0 if reference == fresh else 7 * 3600)))
    begun = store.root / "tmp" / ("e" * 26)
    begun.write_bytes(b"half a bundle")
    os.utime(begun, (now, now - 7 * 3600))
    with desk.parts.locked(under_way):
        assert desk.forget_strays() == 1
    assert sorted(path.stem for path in desk.parts.folder.iterdir()) == sorted([unfinished, fresh, under_way])
    assert store.forget_strays(now - 8 * 3600) == 0 and store.forget_strays(now - 6 * 3600) == 1 and not begun.exists()
    assert tus.patch(unfinished, 3000, text_of(5000)[3000:]).headers["Upload-State"] == "anchored"
