"""litewitness from Debian's ``litetlog``: a witness nobody here wrote, with its key in an ssh-agent, on loopback.

Debian 13's build has two faults. Go takes its pattern "POST /add-checkpoint" for a path, which a setting mends. And it
breaks off when it stores a tree head, after it has judged it good: its binding to SQLite cannot write an array. So from
that build there is no cosignature; its judgement there is, and where it accepts it says so by breaking off in that
place.
Real cosignatures of a stranger come from the witness of :mod:`tests.peers.witness`.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from odr.notary.log.note import NoteKey, SignatureType
from tests.patience import PATIENCE, accepts, until
from tests.peers import missing

NAME = "witness.example/litewitness"
REMEDY = "apt install litetlog openssh-client"


@dataclass
class LiteWitness:
    """A running witness; it cosigns only for logs it was told of."""

    folder: Path
    url: str
    key: NoteKey

    def trust(self, log: NoteKey) -> None:
        """Tell it of a log and its key, as its operator does."""
        for command in (["add-log"], ["add-key", "-key", log.vkey]):
            words = ["witnessctl", command[0], "-db", str(self.folder / "db"), "-origin", log.name, *command[1:]]
            subprocess.run(words, check=True, capture_output=True)

    def known(self) -> str:
        """What it remembers of the logs, as its own tool prints it."""
        return subprocess.run(
            ["witnessctl", "list-logs", "-db", str(self.folder / "db")], check=True, capture_output=True, text=True
        ).stdout

    def remembers(self, origin: str, size: int, root: bytes) -> None:
        """Set what it saw last, where its build cannot do so itself."""
        with contextlib.closing(sqlite3.connect(self.folder / "db", timeout=PATIENCE)) as connection, connection:
            connection.execute(
                "UPDATE log SET tree_size = ?, tree_hash = ? WHERE origin = ?",
                [size, base64.b64encode(root).decode(), origin],
            )

    @property
    def broke_off_storing(self) -> int:
        """How often it judged a tree head good and then could not store it."""
        return (self.folder / "said").read_text().count("witness.(*Witness).persistTreeHead(")


@pytest.fixture
def litewitness() -> Iterator[LiteWitness]:
    """A witness with a fresh key that lasts as long as the test."""
    if not all(map(shutil.which, ("litewitness", "witnessctl", "ssh-agent", "ssh-add", "ssh-keygen"))):
        missing("litewitness", REMEDY)
    folder = Path(tempfile.mkdtemp(prefix="odr-lw-"))
    agent = witness = None
    try:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")], check=True)
        public = base64.b64decode((folder / "key.pub").read_text().split()[1])[-32:]
        fingerprint = subprocess.run(
            ["ssh-keygen", "-lf", str(folder / "key.pub")], check=True, capture_output=True, text=True
        ).stdout.split()[1]
        agent = subprocess.Popen(
            ["ssh-agent", "-D", "-a", str(folder / "agent")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(accepts(folder / "agent"), "the agent listens")
        subprocess.run(
            ["ssh-add", "-q", str(folder / "key")],
            check=True,
            env={**os.environ, "SSH_AUTH_SOCK": str(folder / "agent")},
            capture_output=True,
        )
        port = free_port()
        words = [
            "litewitness",
            "-db",
            str(folder / "db"),
            "-name",
            NAME,
            "-key",
            fingerprint,
            "-ssh-agent",
            str(folder / "agent"),
        ]
        environment = {**os.environ, "GODEBUG": "httpmuxgo121=0"}
        with (folder / "said").open("wb") as said:
            witness = subprocess.Popen(
                [*words, "-listen", f"127.0.0.1:{port}"], stdout=said, stderr=said, cwd=folder, env=environment
            )
        until(lambda: listens(port), "the witness listens")
        yield LiteWitness(folder, f"http://127.0.0.1:{port}", NoteKey(NAME, SignatureType.COSIGNATURE, public))
    finally:
        for process in (witness, agent):
            if process is not None:
                process.terminate()
                process.wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port of loopback that nobody holds now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether somebody answers there."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
