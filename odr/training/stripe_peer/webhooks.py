"""Events on their way to the court: signed as Stripe signs, retried, and spoiled when a test asks for it."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from odr.ground import outgoing
from odr.training.stripe_peer.wire import Object


@dataclass(frozen=True)
class Faults:
    """What goes wrong on the way. All off by default."""

    duplicate: int = 0
    """Further deliveries of each event."""
    delay: float = 0.0
    """Seconds each event waits before it is sent."""
    reorder: int = 0
    """So many events are gathered and sent newest first."""
    drop: bool = False
    """Events are made, and listed, but never sent."""
    forge: bool = False
    """Before each event, one with another sum and a signature under another secret."""
    stale: bool = False
    """The signature is right and an hour old."""


def signature(body: bytes, secret: str, at: int) -> str:
    """The value of ``Stripe-Signature``: scheme v1 is HMAC-SHA-256 over time, dot and body."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


class Courier:
    """Takes events from the books to an address, one after another, on a thread of its own."""

    RETRIES = (0.2, 1.0, 5.0, 30.0)
    """Seconds before each further attempt when the address does not answer with 2xx."""

    def __init__(
        self, url: str | None, secret: str, now: Callable[[], datetime], on_delivered: Callable[[str], None]
    ) -> None:
        self.url = url
        self._secret = secret
        self._now = now
        self._on_delivered = on_delivered
        self.faults = Faults()
        self._waiting: queue.Queue[Object | None] = queue.Queue()
        self._gathered: list[Object] = []
        self._idle = threading.Condition()
        self._open = 0
        self.answers: list[tuple[str, int]] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stripe-peer-events", daemon=True)
        self._thread.start()

    def take(self, event: Object) -> None:
        """An event to be delivered."""
        if self.url is None or self.faults.drop:
            return
        with self._idle:
            self._open += 1
        self._waiting.put(event)

    def wait(self, timeout: float = 10.0) -> bool:
        """Until everything taken has been delivered or given up; says whether that came about."""
        with self._idle:
            return self._idle.wait_for(lambda: self._open == 0, timeout)

    def close(self) -> None:
        """Stop; what waits is not sent."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join(5)

    def _run(self) -> None:
        while (event := self._next()) is not None:
            if self.faults.reorder:
                self._gathered.append(event)
                if len(self._gathered) < self.faults.reorder and not self._is_last():
                    continue
                batch, self._gathered = self._gathered[::-1], []
            else:
                batch = [*self._gathered, event]
                self._gathered = []
            for each in batch:
                self._deliver(each)
                with self._idle:
                    self._open -= 1
                    self._idle.notify_all()

    def _is_last(self) -> bool:
        # What belongs together is recorded together, so a short wait tells whether more comes.
        time.sleep(0.05)
        return self._waiting.empty()

    def _next(self) -> Object | None:
        event = self._waiting.get()
        return None if self._closing.is_set() else event

    def _deliver(self, event: Object) -> None:
        faults = self.faults
        if faults.delay:
            self._closing.wait(faults.delay)
        if faults.forge:
            self._send(_forged(event), secret="whsec_of_somebody_else")
        for _ in range(1 + faults.duplicate):
            self._attempt(event, stale=faults.stale)

    def _attempt(self, event: Object, *, stale: bool) -> None:
        for pause in (*self.RETRIES, None):
            if 200 <= self._send(event, secret=self._secret, stale=stale) < 300:
                self._on_delivered(event["id"])
                return
            if pause is None or stale or self._closing.wait(pause):
                return

    def _send(self, event: Object, *, secret: str, stale: bool = False) -> int:
        body = json.dumps(event, ensure_ascii=False, indent=2).encode()
        at = int(self._now().timestamp()) - (3600 if stale else 0)
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature(body, secret, at)}
        try:
            with outgoing.ask(urllib.request.Request(str(self.url), body, headers), timeout=30) as answer:
                status = int(answer.status)
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
        except OSError:
            status = 0
        self.answers.append((event["id"], status))
        return status


def _forged(event: Object) -> Object:
    forged = copy.deepcopy(event)
    forged["id"] = "evt_forged" + event["id"][4:]
    about = forged["data"]["object"]
    for name in ("amount", "amount_total", "amount_received"):
        if name in about:
            about[name] = 1
    return forged
