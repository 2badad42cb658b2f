"""A court that is killed while it takes events: run as a program, never imported by the court.

Arguments: address of the database, folder, path of a file with one JSON event a line. For
each line on standard input it forks a court, says that court's process id when it begins,
and ``ended`` when it is gone.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.payments.models import EventOrigin
from odr.payments.stripe.webhook import apply_waiting, store
from odr.procedure.court import Court
from tests.payments.conftest import open_court


def take(court: Court, events: Path) -> None:
    """Store and apply everything, as far as one lives."""
    court.database.engine.dispose(close=False)
    tell(str(os.getpid()))
    for number, line in enumerate(events.read_text().splitlines()):
        store(court, json.loads(line), EventOrigin.WEBHOOK)
        if number % 3 == 2:
            apply_waiting(court)
    apply_waiting(court)


def tell(word: str) -> None:
    """A line to whoever started this."""
    os.write(1, f"{word}\n".encode())


def main(url: str, folder: str, events: str) -> None:
    court = open_court(
        Database(url), FixedClock(datetime(2026, 3, 2, 1, tzinfo=UTC)), Path(folder), sequencing="at_once"
    )
    court.database.dispose()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                take(court, Path(events))
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        tell("ended")


if __name__ == "__main__":
    main(*sys.argv[1:])
