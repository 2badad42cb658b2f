"""The store: durable or refused, created once, found out when altered. The same rules for a folder and for S3."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odr.evidence.intake.upload import UploadDesk, UploadLimits
from odr.evidence.models import Blob, Upload
from odr.evidence.store import s3
from odr.evidence.store.integrity_check import FaultKind, check
from odr.evidence.store.s3 import S3Store, client, open_store
from odr.evidence.store.store import BlobStore, FolderStore, full_means_nothing
from odr.ground.db import Database, new_reference
from odr.ground.errors import NotFound, StorageFull
from tests.patience import PATIENCE
from tests.peers import needed

from .conftest import ALICE, NOW, Tus, sha256, text_of


@pytest.fixture(params=["folder", "s3"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    if request.param == "folder":
        yield FolderStore(tmp_path / "blobs")
        return
    peer = request.getfixturevalue("s3_peer")
    connection = client(peer.endpoint, peer.region, access_key=peer.access_key, secret_key=peer.secret_key)
    bucket = f"court-{new_reference()}"
    connection.create_bucket(Bucket=bucket)
    yield S3Store(connection, bucket, "evidence")
    connection.close()


def test_what_is_written_is_read_in_whole_and_in_part(any_store: BlobStore) -> None:
    """Every byte comes back, also from the middle, and the digest is the content's."""
    data = os.urandom(700_001)
    stored = any_store.write(io.BytesIO(data))
    assert (stored.sha256, stored.size, any_store.size(stored.key)) == (sha256(data), len(data), len(data))
    assert b"".join(any_store.open(stored.key)) == data
    assert b"".join(any_store.open(stored.key, 300_000)) == data[300_000:]
    assert b"".join(any_store.open(stored.key, 5, 300_000)) == data[5:300_005]
    assert b"".join(any_store.open(stored.key, 700_001)) == b"" == b"".join(any_store.open(stored.key, 0, 0))


def test_equal_files_are_kept_apart(any_store: BlobStore) -> None:
    """There is no deduplication: the same bytes twice are two names, and erasing one leaves the other."""
    first, second = (any_store.write(io.BytesIO(b"the same")) for _ in range(2))
    assert first.key != second.key and first.sha256 == second.sha256
    any_store.erase(first.key)
    any_store.erase(first.key)
    with pytest.raises(NotFound):
        any_store.open(first.key)
    assert b"".join(any_store.open(second.key)) == b"the same"
    assert list(any_store.names()) == [second.key]


def test_a_finished_file_is_adopted_and_its_path_left_to_its_owner(any_store: BlobStore, tmp_path: Path) -> None:
    """Adopting keeps the bytes under a new name and does not remove the part."""
    path = tmp_path / "one.part"
    path.write_bytes(text_of(100_000))
    stored = any_store.adopt(path, sha256(text_of(100_000)), 100_000)
    assert path.exists()
    path.unlink()
    assert b"".join(any_store.open(stored.key)) == text_of(100_000)


def test_a_large_object_goes_in_parts(request: pytest.FixtureRequest) -> None:
    """More than one S3 part is assembled, digested over the whole, and read by ranges across the seam."""
    peer = request.getfixturevalue("s3_peer")
    connection = client(peer.endpoint, peer.region, access_key=peer.access_key, secret_key=peer.secret_key)
    bucket = f"court-{new_reference()}"
    connection.create_bucket(Bucket=bucket)
    store, data = S3Store(connection, bucket), os.urandom(s3.PART * 2 + 12_345)
    stored = store.write(io.BytesIO(data))
    assert stored.sha256 == sha256(data)
    seam = s3.PART - 100
    assert b"".join(store.open(stored.key, seam, 200)) == data[seam : seam + 200]
    connection.close()


def test_an_s3_name_is_created_only_once_and_only_with_its_digest(request: pytest.FixtureRequest) -> None:
    """The store itself refuses a second object of a name and an object whose SHA-256 differs."""
    peer = request.getfixturevalue("s3_peer")
    connection = client(peer.endpoint, peer.region, access_key=peer.access_key, secret_key=peer.secret_key)
    bucket = f"court-{new_reference()}"
    connection.create_bucket(Bucket=bucket)
    store, key = S3Store(connection, bucket), new_reference()
    store._put(key, b"first")
    with pytest.raises(connection.exceptions.ClientError) as again:
        store._put(key, b"second")
    assert again.value.response["Error"]["Code"] == "PreconditionFailed"
    with pytest.raises(connection.exceptions.ClientError):
        connection.put_object(Bucket=bucket, Key=new_reference(), Body=b"x", ChecksumSHA256=s3._checksum(b"y"))
    assert b"".join(store.open(key)) == b"first"
    connection.close()


def test_a_link_for_download_is_an_attachment_and_needs_no_key(request: pytest.FixtureRequest) -> None:
    """A presigned address serves the bytes as an opaque attachment under the file's own name."""
    peer = request.getfixturevalue("s3_peer")
    connection = client(peer.endpoint, peer.region, access_key=peer.access_key, secret_key=peer.secret_key)
    bucket = f"court-{new_reference()}"
    connection.create_bucket(Bucket=bucket)
    store = S3Store(connection, bucket)
    stored = store.write(io.BytesIO(b"<script>alert(1)</script>"))
    link = store.link_for(stored.key, "合同.html", 60)
    assert link is not None
    with urllib.request.urlopen(link, timeout=PATIENCE) as answer:
        assert answer.read() == b"<script>alert(1)</script>"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    connection.close()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a" * 25, "A" * 26, "a" * 26 + "/..", "", "aa/" + "a" * 23, "1" * 26]
)
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    """Anything that is not a name of the store's own making does not exist."""
    store = FolderStore(tmp_path / "blobs")
    for attempt in (store.open, store.size, store.erase):
        with pytest.raises(NotFound):
            attempt(name)


def test_a_folder_is_its_owners_only(tmp_path: Path) -> None:
    """Nobody else on the machine reads evidence."""
    store = FolderStore(tmp_path / "blobs")
    path = store.path(store.write(io.BytesIO(b"secret")).key)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700 == store.root.stat().st_mode & 0o777


def test_the_file_and_its_folder_are_synced_before_the_answer(tmp_path: Path) -> None:
    """File, then name: both are synced, in this order, before a write returns (traced at the kernel)."""
    needed("strace")
    program = """
import io, os, sys
from pathlib import Path
from odr.evidence.store.store import FolderStore
store = FolderStore(Path(sys.argv[1]))
os.write(1, b"begin")
key = store.write(io.BytesIO(b"x" * 9)).key
os.write(1, b"answer")
"""
    trace = tmp_path / "trace"
    calls = "trace=fsync,link,linkat,write,mkdir"
    subprocess.run(
        ["strace", "-f", "-o", str(trace), "-e", calls, sys.executable, "-c", program, str(tmp_path / "b")],
        check=True,
        capture_output=True,
    )
    text = trace.read_text()
    between = text[text.index('"begin"') : text.index('"answer"')]
    kinds = re.findall(r"\b(fsync|link|mkdir|write)\(", between)
    # the bytes; the new folder and the name of it; the name; and only then the answer
    assert kinds == ["write", "fsync", "mkdir", "fsync", "link", "fsync", "write"]


def test_a_full_disk_keeps_nothing(tmp_path: Path) -> None:
    """When the disk is full the write is refused as a whole (507) and no half file stays."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.geteuid() == 0
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True
        ).returncode
        == 0
    ):
        try:
            store = FolderStore(disk / "blobs")
            kept = store.write(io.BytesIO(text_of(300_000)))
            with pytest.raises(StorageFull) as error:
                store.write(io.BytesIO(text_of(2_000_000)))
            assert error.value.status == 507
            assert list(store.names()) == [kept.key] and not list((disk / "blobs" / "tmp").iterdir())
            assert store.write(io.BytesIO(text_of(300_000))).size == 300_000
        finally:
            subprocess.run(["umount", str(disk)], check=True)
        return
    program = textwrap.dedent(
        """
        import io, resource, sys
        from pathlib import Path
        from odr.ground.errors import StorageFull
        from odr.evidence.store.store import FolderStore
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        store = FolderStore(Path(sys.argv[1]))
        try:
            store.write(io.BytesIO(bytes(2_000_000)))
        except StorageFull:
            assert not list(store.names()) and not list((store.root / "tmp").iterdir())
            sys.exit(7)
        """
    )
    assert subprocess.run([sys.executable, "-c", program, str(disk / "blobs")]).returncode == 7


def test_an_upload_meets_a_full_disk_and_goes_on_later(tmp_path: Path, database: Database, make_desk: Any) -> None:
    """A piece that does not fit is refused with 507, the acknowledged offset stands, and after room is made the upload
    finishes.
    """
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True).returncode
    ):
        pytest.skip("needs the right to mount a small disk")
    try:
        (disk / "ballast").write_bytes(bytes(600_000))
        desk: UploadDesk = make_desk(
            store=FolderStore(disk / "blobs"), parts=disk / "parts", limits=UploadLimits(checkpoint=2**30)
        )
        tus, data = Tus(desk), text_of(500_000)
        reference = tus.create(len(data), sha256=sha256(data))
        tus.patch(reference, 0, data[:100_000])
        with pytest.raises(StorageFull):
            tus.patch(reference, 100_000, data[100_000:])
        assert tus("HEAD", reference).headers["Upload-Offset"] == "100000"
        assert desk.parts.path(reference).stat().st_size == 100_000
        (disk / "ballast").unlink()
        tus.patch(reference, 100_000, data[100_000:])
        assert desk.find(ALICE, reference).sha256 == sha256(data)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_only_a_full_disk_is_storage_full() -> None:
    """Other faults of the disk keep their own name, so that nobody is told to wait for what will not mend."""
    with pytest.raises(OSError, match="Input/output"), full_means_nothing():
        raise OSError(5, "Input/output error")


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.chmod(0o600)
    path.write_bytes(data)


def test_check_names_the_culprit(database: Database, make_desk: Any, store: FolderStore) -> None:
    """One flipped bit, a truncated, an appended, a missing, a planted file and a changed row are each found and named."""
    desk: UploadDesk = make_desk(limits=UploadLimits(small=100))
    tus = Tus(desk)
    refs = []
    for number in range(7):
        data = b"%d" % number + text_of(50 if number == 6 else 2000)
        refs.append(tus.create(len(data)))
        tus.patch(refs[-1], 0, data)
    uploads = [desk.find(ALICE, ref) for ref in refs]
    with database.read() as session:
        assert check(store, session) == []
    keys = [u.blob.key if u.blob and u.blob.key else "" for u in uploads]
    flip(store.path(keys[0]), 1000)
    os.truncate(store.path(keys[1]), 1999)
    with store.path(keys[2]).open("ab") as file:
        file.write(b"+")
    store.erase(keys[3])
    planted = store.write(io.BytesIO(b"planted")).key
    with database.write() as session:
        session.get_one(Upload, uploads[4].id).sha256 = "0" * 64
        session.get_one(Blob, uploads[6].blob_id).content = b"6" + text_of(49) + b"!"
    with database.read() as session:
        faults = {(fault.kind, fault.culprit) for fault in check(store, session)}
    expected = {FaultKind.ALTERED: (0, 6), FaultKind.SIZE: (1, 2), FaultKind.MISSING: (3,), FaultKind.DISAGREES: (4,)}
    named = {(kind, culprit.rsplit(" ", 1)[-1]) for kind, culprit in faults if kind is not FaultKind.UNCLAIMED}
    assert named == {(kind, refs[n]) for kind, numbers in expected.items() for n in numbers}
    assert [culprit for kind, culprit in faults if kind is FaultKind.UNCLAIMED] == [planted]


def test_a_database_refuses_a_blob_in_two_places_or_none(database: Database) -> None:
    """A blob's bytes are in the row or in the store, never both, never neither."""
    from sqlalchemy.exc import IntegrityError

    for key, content in ((None, None), (new_reference(), b"x")):
        with pytest.raises(IntegrityError), database.write() as session:
            session.add(
                Blob(
                    sha256=hashlib.sha256(b"x").hexdigest(),
                    size=1,
                    media_type="text/plain",
                    key=key,
                    content=content,
                    created_at=NOW,
                )
            )


def test_a_store_is_named_by_one_setting(tmp_path: Path) -> None:
    """Nothing means a folder of the data directory; an unknown scheme is refused by name."""
    assert isinstance(open_store("", tmp_path), FolderStore)
    assert isinstance(open_store("s3://bucket/prefix?endpoint=http://127.0.0.1:1&region=x", tmp_path), S3Store)
    with pytest.raises(ValueError, match="ftp"):
        open_store("ftp://x", tmp_path)
