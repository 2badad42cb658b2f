"""Speaking with a browser over its debugging pipe: JSON with a zero byte after each message, on two descriptors."""

from __future__ import annotations

import json
import os
import select
import time
from typing import Any

Message = dict[str, Any]
LONGEST = 256 * 2**20


class NoAnswer(Exception):
    """The browser did not answer in time, or is gone."""


class Failed(Exception):
    """The browser refused a command."""


class DevTools:
    """One conversation. Events that come between are kept in ``events`` and told to ``heed``."""

    def __init__(self, into: int, out: int, heed: Any) -> None:
        self._into, self._out, self._heed = into, out, heed
        self._buffer, self._last = bytearray(), 0
        self.session: str | None = None

    def ask(self, method: str, seconds: float, /, **given: Any) -> Message:
        """Send a command and wait for its answer. Raises NoAnswer, Failed."""
        number = self.tell(method, **given)
        until = time.monotonic() + seconds
        while True:
            message = self._next(until)
            if message.get("id") == number:
                if "error" in message:
                    raise Failed(f"{method}: {message['error'].get('message')}")
                result: Message = message["result"]
                return result

    def tell(self, method: str, **given: Any) -> int:
        """Send a command and do not wait."""
        self._last += 1
        message: Message = {"id": self._last, "method": method, "params": given}
        if self.session is not None:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._into, data) :]
        return self._last

    def listen(self, seconds: float) -> bool:
        """Take in what comes for so long; whether anything came."""
        try:
            self._next(time.monotonic() + seconds)
        except TimeoutError:
            return False
        return True

    def _next(self, until: float) -> Message:
        while (end := self._buffer.find(b"\0")) < 0:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._out], [], [], left)[0]:
                raise TimeoutError("the browser is silent")
            data = os.read(self._out, 2**20)
            if not data or len(self._buffer) > LONGEST:
                raise NoAnswer("the browser is gone")
            self._buffer += data
        message: Message = json.loads(self._buffer[:end])
        del self._buffer[: end + 1]
        if "method" in message:
            self._heed(message["method"], message.get("params", {}))
        return message
