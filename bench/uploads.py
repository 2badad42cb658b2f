"""Bringing files in over HTTP: a gigabyte against hashing, writing and syncing it here; small exhibits against one
synced file at a time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import statistics
import tempfile
import threading
import urllib.parse
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse
from itertools import count
from pathlib import Path

from sqlalchemy import select

from bench.acts import Gunicorn, fresh
from bench.frame import Ratio, compare, report, timed
from odr.evidence.models import Upload, UploadState
from odr.ground.db import Database
from odr.identity.models import Account
from odr.identity.sign_in import program_tokens
from odr.identity.sign_in.program_tokens import Scope
from tests.scene import Scene

LARGE = 2**30
PIECE = 256 * 1024
SMALL, MANY, SENDERS = 16 * 1024, 400, 8
"""Bytes of a small exhibit, how many each time, and how many people send at once."""
TOGETHER = 50
"""Small exhibits in one request, where they are sent together."""
AIM = round(0.5 / 1.2, 2)
"""Of one synced file after another: a small exhibit in 1.2 ms on a disk that syncs in half a millisecond, whatever the disk here."""
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}


class Sender:
    """A program with a token, on one kept connection."""

    def __init__(self, base: str, secret: str) -> None:
        address = urllib.parse.urlsplit(base)
        self.connection = HTTPConnection(address.hostname or "", address.port, timeout=300, blocksize=2**20)
        self.headers = {**TUS, "Authorization": f"Bearer {secret}"}

    def ask(self, method: str, path: str, body: object, **headers: str) -> HTTPResponse:
        """One request; anything but success raises."""
        self.connection.request(
            method, path, body, {**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        )  # type: ignore[arg-type]
        answer = self.connection.getresponse()
        said = answer.read()
        if answer.status not in (201, 204):
            raise AssertionError(f"{answer.status} {said[:300]!r}")
        return answer

    def together(self, files: Sequence[bytes]) -> None:
        """Many files as the parts of one form, each acknowledged with its receipt."""
        boundary = "the-end-of-a-part"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="note.txt"\r\nContent-Type: text/plain\r\n\r\n'
        body = b"".join(head.encode() + data + b"\r\n" for data in files) + f"--{boundary}--\r\n".encode()
        headers = {
            "Authorization": self.headers["Authorization"],
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        }
        self.connection.request("POST", "/api/v1/uploads", body, headers)
        answer = self.connection.getresponse()
        said = json.loads(answer.read())
        assert answer.status == 201, said
        assert all(one["receipt"] for one in said["files"]) and len(said["files"]) == len(files)

    def large(self, path: Path) -> None:
        """A file created and sent in one piece from this machine's disk."""
        size = path.stat().st_size
        made = self.ask(
            "POST",
            "/api/v1/uploads",
            b"",
            Upload_Length=str(size),
            Upload_Metadata=_named("film.txt"),
            Content_Length="0",
        )
        with path.open("rb", buffering=0) as file:
            done = self.ask(
                "PATCH",
                urllib.parse.urlsplit(made.getheader("Location") or "").path,
                file,
                Upload_Offset="0",
                Content_Length=str(size),
            )
        assert done.getheader("Upload-Receipt")


class Line:
    """The same by bare bytes on one kept connection: sender and court share this machine's processors, and what a request costs
    its sender is not the court's.
    """

    def __init__(self, base: str, secret: str) -> None:
        address = urllib.parse.urlsplit(base)
        self.socket = socket.create_connection((address.hostname or "", address.port or 80), timeout=300)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        told = {
            **TUS,
            "Host": address.netloc,
            "Authorization": f"Bearer {secret}",
            "Upload-Metadata": _named("note.txt"),
        }
        self.head = "POST /api/v1/uploads HTTP/1.1\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in told.items()
        )

    def small(self, data: bytes) -> None:
        """A file sent with its creation and acknowledged with its receipt."""
        sizes = f"Upload-Length: {len(data)}\r\nContent-Length: {len(data)}\r\n\r\n"
        self.socket.sendall((self.head + sizes).encode() + data)
        said = b""
        while b"\r\n\r\n" not in said:
            piece = self.socket.recv(65536)
            if not piece:
                raise AssertionError(f"the line was closed after {said[:300]!r}")
            said += piece
        head, _, body = said.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 201 ") or b"\r\nUpload-Receipt: " not in head or body:
            raise AssertionError(repr(said[:300]))


def _named(name: str) -> str:
    return f"filename {b64encode(name.encode()).decode()}"


@contextmanager
def opened(folder: Path, processes: int = 1) -> Iterator[tuple[Scene, Gunicorn, str]]:
    """A court as so many web processes serve it, and a token of one of its people that may upload."""
    scene = fresh(folder)
    with scene.court.database.write() as session:
        account, now = session.get_one(Account, scene.people["li"]), scene.clock.machine_now()
        secret = program_tokens.issue(
            session, account, name="bench", scopes=[Scope.UPLOAD], lasts=timedelta(days=1), two_factor=True, now=now
        )
    with Gunicorn(folder, "background", processes) as served:
        yield scene, served, secret


def gigabyte(folder: Path, size: int = LARGE, pairs: int = 7) -> Ratio:
    """One large file: seconds over HTTP until it is anchored, against reading, hashing, writing and syncing it here."""
    source = folder / "source.txt"
    block = (b"It is hereby recorded that the parcel came on the day named. " * 20_000)[: 2**20]
    with source.open("wb") as file:
        for _ in range(size // len(block)):
            file.write(block)
    kept = folder / "court" / "blobs"

    with opened(folder) as (_, served, secret):

        def over_http() -> float:
            sender = Sender(served.base, secret)
            seconds = timed(lambda: sender.large(source))
            shutil.rmtree(kept)
            kept.mkdir(mode=0o700)
            return seconds

        def here() -> float:
            seconds = timed(lambda: hash_write_sync(source, folder / "copy"))
            (folder / "copy").unlink()
            return seconds

        ratio = compare(
            "1 GiB brought in, seconds",
            ("over HTTP", over_http),
            ("hash, write, sync here", here),
            limit=1.3,
            at_least=False,
            pairs=pairs,
            tell=False,
        )
        ratio.notes.append(f"largest memory of the web process afterwards: {peak(served.workers()[0])} MiB")
    report(ratio)
    return ratio


def peak(pid: int) -> int:
    """Largest resident memory a process ever had, in MiB."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def hash_write_sync(source: Path, target: Path) -> str:
    """What keeping a file costs at the least: read it, hash it, write it, sync it and its name."""
    digest, buffer = hashlib.sha256(), bytearray(PIECE)
    view = memoryview(buffer)
    with source.open("rb", buffering=0) as read, target.open("wb", buffering=0) as write:
        while taken := read.readinto(buffer):
            digest.update(view[:taken])
            write.write(view[:taken])
        os.fsync(write.fileno())
    sync_folder(target.parent)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a name durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)


def small_exhibits(folder: Path, many: int = MANY, pairs: int = 7, processes: int = 1, together: int = 1) -> Ratio:
    """Small files acknowledged a second, each hashed, kept, receipted and with its line for the log, against one synced
    file after another; ``together`` of them in a request.
    """
    numbers = count()
    alone = folder / "alone"
    alone.mkdir()

    def data() -> bytes:
        return f"Exhibit {next(numbers)}. ".encode() + b"What the photograph shows. " * (SMALL // 27)

    with opened(folder, processes) as (scene, served, secret), ThreadPoolExecutor(SENDERS) as people:
        of_thread = threading.local()

        def send(files: Sequence[bytes]) -> None:
            if not hasattr(of_thread, "sender"):
                of_thread.sender, of_thread.line = Sender(served.base, secret), Line(served.base, secret)
            if together == 1:
                of_thread.line.small(files[0])
            else:
                of_thread.sender.together(files)

        def over_http() -> float:
            requests = [[data() for _ in range(together)] for _ in range(many // together)]
            return many / timed(lambda: list(people.map(send, requests)))

        def one_by_one() -> float:
            bodies = [data() for _ in range(many // 4)]
            return len(bodies) / timed(
                lambda: [hash_and_keep(alone, body, number) for number, body in enumerate(bodies)]
            )

        ratio = compare(
            f"small exhibits acknowledged a second, web processes: {processes}, in a request: {together}",
            (f"over HTTP, {SENDERS} senders", over_http),
            ("one synced file at a time", one_by_one),
            limit=AIM if together == 1 else 1.0,
            at_least=True,
            pairs=pairs,
            tell=False,
        )
        each = statistics.median(1000 / one for one, _ in ratio.pairs)
        ratio.notes.append(f"one takes {each:.2f} ms; the aim is 1.2 on a disk that syncs in half a millisecond")
        before = served.cpu()
        over_http()
        ratio.notes.append(f"CPU of one in the web processes: {(served.cpu() - before) / many * 1000:.2f} ms")
        syncs = served.syncs(lambda: [send([data() for _ in range(together)]) for _ in range(20)])
        ratio.notes.append(
            f"syncs of a request, sent alone: {syncs / 20:.2f}" + ("; the aim is 3" if together == 1 else "")
            if syncs is not None
            else "syncs not counted: strace is not there or may not attach"
        )
        ratio.notes.append(f"all anchored: {anchored(scene.court.database)}")
    report(ratio)
    return ratio


def as_its_unit_serves_it(folder: Path) -> Ratio:
    """The same with two web processes, as many as the court's unit starts (``deploy/court-web@.service``)."""
    return small_exhibits(folder, processes=2)


def many_in_a_request(folder: Path) -> Ratio:
    """The same sent as a platform sends them: fifty in a request, by as many senders."""
    return small_exhibits(folder, many=SENDERS * 2 * TOGETHER, processes=2, together=TOGETHER)


def hash_and_keep(folder: Path, body: bytes, number: int) -> str:
    """One file, its digest known, durable under its name before the next."""
    fresh_name, name = folder / f"{number}.new", folder / f"{number}"
    digest = hashlib.sha256(body).hexdigest()
    with fresh_name.open("wb", buffering=0) as file:
        file.write(body)
        os.fsync(file.fileno())
    fresh_name.replace(name)
    sync_folder(folder)
    return digest


def anchored(database: Database) -> int:
    """How many uploads were acknowledged; raises where one is not."""
    with database.read() as session:
        states = [row.state for row in session.scalars(select(Upload))]
    assert all(state is UploadState.ANCHORED for state in states)
    return len(states)


def run() -> list[Ratio]:
    """Every figure of this module."""
    measures: list[Callable[[Path], Ratio]] = [small_exhibits, as_its_unit_serves_it, many_in_a_request, gigabyte]
    found = []
    for measure in measures:
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(Path(folder)))
    return found
