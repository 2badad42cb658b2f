"""Has one page looked at in a bounded process, and believes nothing it leaves behind beyond its form and size."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from odr.evidence.sources.webpage.child import BEGINS
from odr.ground.errors import CourtError
from odr.ground.text import T, Text

SLACK = 15.0
"""Seconds the child has beyond its own limits before it is ended from outside."""
ROOT = Path(__file__).resolve().parents[4]
NAMES = ("chromium", "chromium-browser", "google-chrome")
WHY: dict[str, Text] = {
    "no_browser": T("The court has no browser installed that could look at a page."),
    "not_begun": T("The court’s browser did not start, so nobody looked at the page. Ask again in a while."),
    "internal": T("The address leads to a machine that is not on the public network. The court does not go there."),
    "certificate": T("The site’s certificate is not valid, so nobody can say whose page it is. Nothing was captured."),
    "download": T("At this address there is no page but a file. Fetch it yourself and submit it."),
    "unknown": T("There is no site of this name."),
    "unreachable": T("The site did not answer."),
    "never_rests": T("The page never came to rest, so no picture of it could be taken."),
    "crashed": T("The page brought the browser down. Nothing was captured."),
    "memory": T("The page took more memory than the court gives to one page. Nothing was captured."),
    "too_large": T("The page is larger than the court takes."),
    "decided": T("The case was decided before the page could be captured."),
    "stopped": T("You stopped it before anything was fetched."),
    "address": T("This is not the address of a web page. It begins with https:// or http://."),
}
"""Why a page could not be captured, in words for whoever asked."""


class NotCaptured(CourtError):
    """No capture came about; ``why`` is its key in :data:`WHY`."""

    status = 422
    problem = "page-not-captured"

    def __init__(self, why: str) -> None:
        super().__init__(WHY.get(why, WHY["unreachable"]))
        self.why = why


@dataclass(frozen=True)
class CaptureLimits:
    """What one look may use. Bytes and seconds."""

    seconds: float = 40.0
    """For the page, from the moment the browser is sent to it."""
    received: int = 64 * 2**20
    memory: int = 1536 * 2**20
    file: int = 128 * 2**20
    cpu: int = 60
    kept: int = 48 * 2**20
    """Largest of the files kept."""

    @property
    def longest(self) -> float:
        """Seconds after which a look has ended, whatever happened."""
        return BEGINS + self.seconds + SLACK


@dataclass(frozen=True)
class Captured:
    """A page as the court saw it."""

    screenshot: bytes
    archive: bytes
    """MHTML: the page with its pictures and styles in one file."""
    record: dict[str, Any]
    """Addresses, answers with their headers, certificates, connections, times in seconds from the beginning."""

    @property
    def certificate(self) -> str | None:
        """SHA-256 of the site's certificate, where the page came over TLS."""
        chain = self.record.get("certificates") or []
        return hashlib.sha256(base64.b64decode(chain[0])).hexdigest() if chain else None


def plain_address(address: str) -> str:
    """The address, if it is one of a page on the web. Raises NotCaptured."""
    try:
        parts = urlsplit(address.strip())
        sound = (
            parts.scheme in ("http", "https") and parts.hostname and parts.username is None and (parts.port or 80) > 0
        )
    except ValueError:
        sound = False
    if not sound or any(c <= " " or c == "\x7f" for c in address.strip()):
        raise NotCaptured("address")
    return address.strip()


@lru_cache(maxsize=1)
def browser() -> str | None:
    """The browser of this machine, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass(frozen=True)
class Capturer:
    """Looks at pages. ``allowed`` opens peers inside, ``flags`` are for the browser: both for tests and training only."""

    allowed: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    limits: CaptureLimits = field(default_factory=CaptureLimits)
    program: str | None = None

    def capture(self, url: str, locale: str = "en") -> Captured:
        """Look at one page. Raises NotCaptured."""
        program = self.program or browser()
        if program is None:
            raise NotCaptured("no_browser")
        limits = self.limits
        asked = {
            "url": plain_address(url),
            "locale": locale,
            "browser": program,
            "allowed": self.allowed,
            "flags": self.flags,
            "seconds": limits.seconds,
            "bytes": limits.received,
            "memory": limits.memory,
            "file": limits.file,
            "cpu": limits.cpu,
        }
        with tempfile.TemporaryDirectory(prefix="odr-capture-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            self._run(asked, folder)
            return self._result(folder)

    def _run(self, asked: dict[str, Any], folder: Path) -> None:
        begin = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from odr.evidence.sources.webpage.child import main; main()"
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "TZ": "UTC",
        }
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", begin],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=(folder / "trace").open("wb"),
            start_new_session=True,
        )
        try:
            child.communicate(json.dumps(asked).encode(), self.limits.longest)
        except subprocess.TimeoutExpired:
            (folder / "failed.json").write_text('{"why": "never_rests"}')
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def _result(self, folder: Path) -> Captured:
        failed = _read(folder / "failed.json", 10_000)
        if failed is not None:
            raise NotCaptured(str(_mapping(failed).get("why", "crashed")))
        picture, archive, record = (
            _read(folder / name, self.limits.kept) for name in ("screenshot.png", "page.mhtml", "record.json")
        )
        if picture is None or archive is None or record is None or not picture.startswith(b"\x89PNG\r\n\x1a\n"):
            raise NotCaptured("crashed")
        return Captured(picture, archive, _mapping(record))


def _mapping(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        raise NotCaptured("crashed") from None
    if not isinstance(found, dict):
        raise NotCaptured("crashed")
    return found


def _read(path: Path, most: int) -> bytes | None:
    """A file the child left: a plain one of a bounded size, or nothing. Raises NotCaptured when it is too large."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise NotCaptured("too_large")
    return data
