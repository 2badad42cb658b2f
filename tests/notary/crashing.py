"""A process that sequences and is killed on entering the function it is told: run by test_faults."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.notary.notary import Notary
from odr.notary.vault import FileVault


def kill_on_entering(function: str) -> None:
    """Kill this process when a function of the notary of this name is entered."""

    def on_call(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_name == function and "/notary/" in frame.f_code.co_filename:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(on_call)


if __name__ == "__main__":
    url, vault, origin, log_dir, now, function = sys.argv[1:]
    notary = Notary(
        Database(url),
        vault=FileVault(Path(vault)),
        origin=origin,
        clock=FixedClock(datetime.fromisoformat(now)),
        log_dir=Path(log_dir),
    )
    kill_on_entering(function)
    notary.sequence()
