"""Work on a stranger's file in a program of its own, with limits: the web process never parses one.

The child gets a bounded life, memory, output and number of files; it has none of the
court's modules, keys or settings in reach, and nothing it leaves is followed or believed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

FRAME = Path(__file__).with_name("bounded_child.py")


class ChildFailed(Exception):
    """The child refused the file, ran into a limit or left nothing; ``code`` is its exit code, None where its time ran
    out.
    """

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Bounds:
    """What a child may use. Bytes and seconds."""

    memory: int = 2**30
    cpu: int = 20
    wall: float = 40.0
    output: int = 32 * 2**20
    files: int = 64
    """Files open at once."""


def run_bounded(program: Path, arguments: list[str], folder: Path, bounds: Bounds) -> None:
    """Run one of our programs in ``folder`` until it is done, in the frame of :mod:`odr.ground.bounded_child`. Raises
    ChildFailed.
    """
    limits = [str(each) for each in (bounds.memory, bounds.cpu, bounds.output, bounds.files)]
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }
    child = subprocess.Popen(
        [sys.executable, "-I", str(FRAME), str(program), *limits, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = child.wait(bounds.wall)
    except subprocess.TimeoutExpired:
        raise ChildFailed(None) from None
    finally:
        # Whatever the child started ends with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if code != 0:
        raise ChildFailed(code)


def opened_left(path: Path) -> IO[bytes]:
    """What the child left behind. It may have been taken over by the file: nothing it left is followed. Raises
    ChildFailed.
    """
    try:
        return open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except OSError:
        raise ChildFailed(0) from None
