"""A client that keeps to its schedule: every request is sent when it is due, whether or not those before were answered."""

from __future__ import annotations

import http.client
import queue
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """One request: what it is counted as, and what is sent."""

    kind: str
    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None = None


@dataclass
class Answered:
    """Seconds from when each request was due to the last byte of its answer, and what went wrong."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    pages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)
    sent_late: int = 0
    """Sent by the client more than 50 ms after they were due: its own lateness, within what was counted."""


class Client:
    """Sends by the schedule, over connections that stay open as a proxy keeps them."""

    def __init__(self, address: str) -> None:
        self.host, _, port = address.partition(":")
        self.port = int(port)
        self._free: queue.LifoQueue[tuple[float, http.client.HTTPConnection]] = queue.LifoQueue()
        self._lock = threading.Lock()

    def ask(self, asked: Asked) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request and its whole answer."""
        connection = None
        while not self._free.empty():
            try:
                at, found = self._free.get_nowait()
            except queue.Empty:
                break
            if time.monotonic() - at < 1:
                connection = found
                break
            found.close()
        connection = connection or http.client.HTTPConnection(self.host, self.port, timeout=60)
        connection.request(asked.method, asked.path, asked.body, asked.headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.will_close:
            connection.close()
        else:
            self._free.put((time.monotonic(), connection))
        return answer.status, answer.headers, body

    def run(self, plan: list[tuple[float, Asked]], within: float) -> Answered:
        """Send each when it is due; ``within`` seconds after the last one everything must be answered."""
        done = Answered()

        def one(due: float, asked: Asked) -> None:
            late = time.monotonic() - due
            try:
                status, _, _ = self.ask(asked)
            except (OSError, http.client.HTTPException) as error:
                status, told = 0, type(error).__name__
            else:
                told = "" if status < 400 else f"{status} {asked.name}"
            took = time.monotonic() - due
            with self._lock:
                done.took[asked.kind].append(took)
                done.pages[asked.name].append(took)
                done.sent_late += late > 0.05
                if told:
                    done.wrong[told] += 1

        with ThreadPoolExecutor(256) as pool:
            began = time.monotonic() + 0.2
            for at, asked in plan:
                time.sleep(max(0.0, began + at - time.monotonic()))
                pool.submit(one, began + at, asked)
        return done
