"""Reading somebody else's log over HTTP (C2SP tlog-tiles): bounded, patient with the network, trusting nothing."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from odr.ground import outgoing
from odr.notary.log.tiles import WIDTH, tile_path

CHECKPOINT_BYTES = 1_000_000
TILE_BYTES = 8_192
BUNDLE_BYTES = WIDTH * (2 + 65_535)
"""What each resource may weigh at most; a log that sends more is not read on."""
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_AGENT = "court-log-monitor/1"


class NotReached(Exception):
    """The log did not answer; nothing is said of it either way."""


class TooLong(Exception):
    """A resource is longer than the standard lets it be."""


class Source(Protocol):
    """Where a log is read from."""

    def get(self, path: str, most: int) -> bytes | None:
        """A resource of at most ``most`` bytes, None where there is none. Raises :class:`NotReached`, :class:`TooLong`."""
        ...


class HttpSource:
    """A log under an address, such as ``https://court.example/log/2026``."""

    def __init__(
        self, url: str, *, timeout: float = 20.0, tries: int = 4, pause: Callable[[float], None] = time.sleep
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an address of a log: {url!r} (it begins with https:// or http://)")
        self.url = url.rstrip("/")
        self._timeout, self._tries, self._pause = timeout, tries, pause

    def get(self, path: str, most: int) -> bytes | None:
        """Ask, and where the network or the server fails for a moment ask again."""
        for attempt in range(self._tries):
            if attempt:
                self._pause(min(8.0, 0.3 * 2**attempt))
            try:
                return self._once(path, most)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code in (404, 410):
                        return None
                    last = f"answered {error.code}"
                    if error.code not in _PASSING:
                        break
            except (OSError, http.client.HTTPException) as error:
                last = str(error) or type(error).__name__
        raise NotReached(f"{self.url}/{path}: {last}")

    def _once(self, path: str, most: int) -> bytes:
        request = urllib.request.Request(
            f"{self.url}/{path}", headers={"User-Agent": _AGENT, "Accept-Encoding": "identity"}
        )
        with outgoing.ask(request, timeout=self._timeout) as answer:
            data: bytes = answer.read(most + 1)
            if len(data) > most:
                raise TooLong(path)
            if answer.length:
                raise http.client.IncompleteRead(data, answer.length)
            return data


def fetch_tile(source: Source, level: int | None, index: int, width: int) -> tuple[str, bytes | None]:
    """A tile (an entry bundle where ``level`` is None) and the path it came from.

    A partial one may be gone once the log has grown; then the full one, which begins with it, serves.
    """
    most = BUNDLE_BYTES if level is None else TILE_BYTES
    path = tile_path(level, index, width)
    data = source.get(path, most)
    if data is None and width != WIDTH:
        path = tile_path(level, index)
        data = source.get(path, most)
    return path, data
