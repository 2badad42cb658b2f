"""aics-witness from PyPI: a witness nobody here wrote, that keeps what it saw in SQLite and cosigns, on loopback.

It follows C2SP tlog-witness 1.1.0. It needs Python 3.12 or newer; tests on an older one run it from the environment of
the other interpreter.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from odr.notary.log.note import NoteKey
from tests.patience import PATIENCE, until
from tests.peers import missing
from tests.peers.litewitness import free_port, listens

NAME = "witness.example/aics"
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class AicsWitness:
    """A witness; it cosigns only for logs it was told of, while it runs."""

    folder: Path
    url: str
    key: NoteKey
    process: subprocess.Popen[bytes] | None = None

    @property
    def broke_off_storing(self) -> int:
        """Never: it stores what it judged good."""
        return 0

    def trust(self, log: NoteKey) -> None:
        """Tell it of a log and its key, as its operator does, while it runs."""
        self._run("add-log", "--origin", log.name, "--vkey", log.vkey)
        if self.process is not None:
            before = self._said("reloaded")
            self.process.send_signal(signal.SIGHUP)
            until(lambda: self._said("reloaded") > before, "the witness has read its logs anew")

    def known(self, origin: str) -> dict[str, Any]:
        """What it remembers of a log, as its own tool prints it: size, root, cosigned_at, evidence."""
        listed = json.loads(self._run("status", "--json"))["logs"]
        found: dict[str, Any] = next(each for each in listed if each["origin"] == origin)
        return found

    def evidence(self) -> list[tuple[int, int]]:
        """Each lie it kept as evidence: the size it was asked from, and the size it knew."""
        return [(each["old_size"], each["witness_size"]) for each in json.loads(self._run("evidence"))]

    def start(self) -> None:
        """Start it; it answers when this returns."""
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                [program("aics-witness"), "serve"], stdout=said, stderr=said, cwd=self.folder
            )
        until(lambda: listens(int(self.url.rpartition(":")[2])), "the witness listens")

    def stop(self) -> None:
        """Stop it; what it remembers outlasts it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def _said(self, word: str) -> int:
        return (self.folder / "said").read_text().count(word)

    def _run(self, *words: str) -> str:
        return subprocess.run(
            [program("aics-witness"), *words], cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout


def program(name: str) -> str:
    """Where a program of this witness's authors is; without it the test is skipped, in CI failed."""
    places = [Path(sys.executable).parent, *(folder / "bin" for folder in sorted(ROOT.glob(".venv*")))]
    found = next((str(place / name) for place in places if (place / name).exists()), None) or shutil.which(name)
    if found is None and sys.version_info < (3, 12):
        pytest.skip(f"{name} runs on Python 3.12 or newer only")
    return found or missing(name, "pip install -r requirements-dev.txt")


@pytest.fixture
def aics_witness() -> Iterator[AicsWitness]:
    """A running witness with a fresh key and an empty memory, that lasts as long as the test."""
    folder = Path(tempfile.mkdtemp(prefix="odr-aw-"))
    witness = None
    try:
        port = free_port()
        words = [program("aics-witness"), "init", "--name", NAME, "--listen", f"127.0.0.1:{port}"]
        vkey = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
        witness = AicsWitness(folder, f"http://127.0.0.1:{port}", NoteKey.parse(vkey))
        witness.start()
        yield witness
    finally:
        if witness is not None:
            witness.stop()
        shutil.rmtree(folder, ignore_errors=True)
