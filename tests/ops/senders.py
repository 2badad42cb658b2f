"""People who keep acting while a keeper works: each act they were told of is remembered with its receipt."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from tests.patience import PATIENCE, until
from tests.scene import Scene

ACTING, SENDING = 2, 1
"""How many lodge claims, and how many send files."""


class Senders:
    """Programs that lodge claims, have them accepted, and send files, as fast as they are answered."""

    def __init__(self, scene: Scene) -> None:
        self.receipts: list[str] = []
        self.began: dict[str, float] = {}
        """When each of them was begun, by the machine's running time: it was asked for at no earlier moment."""
        self.refused: list[BaseException] = []
        self.first = threading.Event()
        """Set with the first act that is acknowledged."""
        self._stop = threading.Event()
        work = [self._act] * ACTING + [self._send] * SENDING
        self.threads = [
            threading.Thread(target=self._go_on, args=(one, replace(scene), number), daemon=True)
            for number, one in enumerate(work)
        ]

    def __enter__(self) -> Senders:
        for one in self.threads:
            one.start()
        return self

    def more(self, many: int) -> None:
        """Wait until so many acts more than now are acknowledged."""
        there = len(self.receipts)
        until(lambda: len(self.receipts) >= there + many, "people go on acting")

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for one in self.threads:
            one.join(PATIENCE)

    def _go_on(self, one: Callable[[Scene, str], list[str]], scene: Scene, number: int) -> None:
        turn = 0
        while not self._stop.is_set():
            turn += 1
            begins = time.monotonic()
            try:
                told = one(scene, f"{number}-{turn}")
            except Exception as error:
                self.refused.append(error)
                self._stop.wait(0.05)
                continue
            self.began |= dict.fromkeys(told, begins)
            self.receipts += told
            self.first.set()

    @staticmethod
    def _act(scene: Scene, name: str) -> list[str]:
        lodged = scene.lodge()
        return [lodged.receipt, scene.accept().receipt]

    @staticmethod
    def _send(scene: Scene, name: str) -> list[str]:
        kept = scene.upload("li", f"file {name} ".encode() * 40)
        return [str(kept.receipt)]
