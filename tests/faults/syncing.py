"""A court that files and hands in, and says so after each: run under ``strace`` by ``test_sync``.

Arguments: database, folder, ``synchronous`` of SQLite. Writes ``BEGIN n`` before and
``ACK n`` after each act, so that a trace shows what came between.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from tests.scene import claim, open_court


def main(url: str, folder: str, synchronous: str) -> None:
    clock = FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai")))
    scene = open_court(Database(url, synchronous=synchronous), clock, Path(folder), sequencing="at_once")
    steps = [
        lambda: scene.upload("li", b"small"),
        lambda: scene.upload("li", b"large" * 40_000),
        lambda: scene.lodge(claim()),
        scene.accept,
        lambda: scene.lodge(claim()),
    ]
    for number, step in enumerate(steps):
        os.write(1, f"BEGIN {number}\n".encode())
        step()
        os.write(1, f"ACK {number}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
