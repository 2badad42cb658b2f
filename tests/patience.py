"""How long a test waits for what must happen: longer than any machine with other work needs.

A wait ends when its event comes, so patience costs nothing where all is well; what is too slow is found by counts of
statements, syncs and processor time, never by a clock on the wall.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 240.0
"""Seconds."""


def until(happens: Callable[[], object], what: str | Callable[[], str], *, every: float = 0.05) -> None:
    """Wait for an event, looking every so many seconds; fails by its name, or by what can be said of it then, when patience ends."""
    ends = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < ends, f"it did not happen: {what if isinstance(what, str) else what()}"
        time.sleep(every)


def accepts(address: Path) -> Callable[[], bool]:
    """Whether somebody takes calls at a socket's file: the file is there a moment before its owner listens."""

    def called() -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            try:
                caller.connect(str(address))
            except (ConnectionRefusedError, FileNotFoundError):
                return False
        return True

    return called
