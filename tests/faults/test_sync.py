"""Power loss: what is acknowledged was synced before. A kill does not show this, a trace of system calls does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.peers import missing, needed

ACTS = 5
CALL = re.compile(r"(?P<name>pwrite64|write|fsync|fdatasync|rename\w*|link\w*)\((?:\d+<(?P<path>[^>]*)>)?(?P<rest>.*)")


def trace(url: str, folder: Path, synchronous: str) -> list[str]:
    """System calls that write, sync and acknowledge, of a court that files and hands in."""
    needed("strace")
    out = folder / f"trace-{synchronous}"
    calls = "trace=pwrite64,write,fsync,fdatasync"
    court = [sys.executable, "-m", "tests.faults.syncing", url, str(folder / f"court-{synchronous}"), synchronous]
    done = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-y", "-s", "16", "-o", str(out), "-e", calls, *court],
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    if "PTRACE" in done.stderr.decode():
        missing("leave to trace", "allow ptrace in this container")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return out.read_text().splitlines()


def unsynced(lines: list[str]) -> list[str]:
    """Acknowledgements before which something the act wrote had not been synced; ``none`` where the act wrote nothing
    at all.
    """
    found, dirty, wrote, acknowledged = [], set[str](), False, 0
    for line in lines:
        call = CALL.search(line)
        if call is None:
            continue
        path, name = call["path"] or "", call["name"]
        if "BEGIN" in call["rest"]:
            dirty, wrote = set(), False
        elif "ACK" in call["rest"]:
            acknowledged += 1
            if dirty or not wrote:
                found.append(f"{call['rest'][:12]}: {sorted(dirty) or 'none'}")
        elif name in ("pwrite64", "write") and is_kept(path):
            dirty.add(path)
            wrote = True
        elif name in ("fsync", "fdatasync"):
            dirty.discard(path)
    assert acknowledged == ACTS
    return found


def is_kept(path: str) -> bool:
    """Files whose bytes an acknowledgement vouches for: the write-ahead log and the files handed in."""
    return path.endswith(".sqlite-wal") or "/blobs/" in path or "/uploads/" in path


def test_every_acknowledgement_comes_after_its_sync(sqlite_url: str, tmp_path: Path) -> None:
    """Filing, accepting and handing in, small and large: the last byte is synced before anybody is told."""
    lines = trace(sqlite_url, tmp_path, "FULL")
    assert unsynced(lines) == []


@pytest.mark.parametrize("synchronous", ["OFF"])
@pytest.mark.slow
def test_a_court_that_does_not_sync_is_caught(sqlite_url: str, tmp_path: Path, synchronous: str) -> None:
    """The same court without syncing fails the check: it is the check that is shown to work."""
    assert len(unsynced(trace(sqlite_url, tmp_path, synchronous))) == ACTS
