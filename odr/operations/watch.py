"""The watcher outside: asks whether the court can be reached, and tells it afterwards when it could not.

Run on another machine, on another line: ``python -m odr.operations.watch https://court.example``. It needs nothing of the
court but its address and ``ODR_WATCHER_TOKEN``; what it saw lies in a file until the court has taken it. It asks for the
page of outages, which the court answers as long as it can read its database.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

from odr.ground.clock import CourtClock
from odr.ground.durable import write_durably
from odr.ground.outgoing import ask

PATIENCE = 10.0
"""Seconds for an answer."""
TWICE = 2
"""Questions in a row without an answer before it is an outage: one lost packet is none."""


class Watcher:
    """What one watcher knows: since when nobody answered, and what it has still to tell."""

    def __init__(self, address: str, name: str, token: str, kept: Path, now: Callable[[], datetime]) -> None:
        self._address, self._name, self._token, self._kept, self._now = address, name, token, kept, now
        told = json.loads(kept.read_text()) if kept.exists() else {}
        self._since: str | None = told.get("since")
        self._missed: int = told.get("missed", 0)
        self._untold: list[dict[str, str]] = told.get("untold", [])

    def look(self) -> bool:
        """Ask once; whether the court answered that people can act. An outage that ended is told at once, or later."""
        asked = self._now().isoformat()
        well = self._answers()
        if not well:
            self._since, self._missed = self._since or asked, self._missed + 1
        elif self._since is not None:
            if self._missed >= TWICE:
                self._untold.append({"watcher": self._name, "began_at": self._since, "ended_at": asked})
            self._since, self._missed = None, 0
        self._keep()
        while well and self._untold and self._tell(self._untold[0]):
            self._untold.pop(0)
            self._keep()
        return well

    def _keep(self) -> None:
        told = {"since": self._since, "missed": self._missed, "untold": self._untold}
        write_durably(self._kept, json.dumps(told).encode())

    def _answers(self) -> bool:
        try:
            with ask(urllib.request.Request(urljoin(self._address, "/status.json")), timeout=PATIENCE) as answer:
                return bool(answer.status == 200)
        except (OSError, ValueError):
            return False

    def _tell(self, seen: dict[str, str]) -> bool:
        question = urllib.request.Request(
            urljoin(self._address, "/status/seen"),
            data=json.dumps(seen).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        try:
            with ask(question, timeout=PATIENCE):
                return True
        except urllib.error.HTTPError as error:
            sys.stderr.write(f"the court did not take what was seen: {error.code}\n")
            # What it refuses for its content it would refuse for ever.
            return error.code == 422
        except (OSError, ValueError):
            return False


def main() -> None:
    """Ask again and again until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="the court, such as https://court.example")
    parser.add_argument("--name", default="watcher", help="under which the court tells of it")
    parser.add_argument("--kept", default="watched.json", type=Path, help="where it keeps what it has still to tell")
    parser.add_argument("--every", default=30.0, type=float, help="seconds between two questions")
    given = parser.parse_args()
    token = os.environ.get("ODR_WATCHER_TOKEN", "")
    watcher = Watcher(given.address, given.name, token, given.kept, CourtClock().machine_now)
    while True:
        watcher.look()
        time.sleep(given.every)


if __name__ == "__main__":
    main()
