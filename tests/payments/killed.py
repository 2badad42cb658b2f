"""A court that is killed while it takes events: run as a program, never imported by the court.

Arguments: address of the database, folder, path of a file with one JSON event a line.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from odr.clock import FixedClock
from odr.db import Database
from odr.payments.models import EventOrigin
from odr.payments.webhook import apply_waiting, store
from tests.payments.conftest import open_court

if __name__ == "__main__":
    url, folder, events = sys.argv[1:]
    court = open_court(Database(url), FixedClock(datetime(2026, 3, 2, 1, tzinfo=UTC)), Path(folder))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number, line in enumerate(Path(events).read_text().splitlines()):
        store(court, json.loads(line), EventOrigin.WEBHOOK)
        if number % 3 == 2:
            apply_waiting(court)
    apply_waiting(court)
