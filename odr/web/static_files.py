"""Styles, scripts and fonts under addresses that say their content, so that a browser asks for each of them once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from flask import Flask, Response

from odr.ground.canonical import sha256_hex

DIGITS = 16
"""Hexadecimal digits of a digest in an address: 64 bits, enough to tell versions apart; nothing is proven by them."""
_ADDRESS = re.compile(rf"([0-9a-f]{{{DIGITS}}})/(.+)")
AGE = 365 * 24 * 3600
"""How long a browser keeps what cannot change under its address, in seconds (RFC 8246)."""


@dataclass(frozen=True)
class Folder:
    """The files of one folder: what they hold together, and each one's size and time of change when that was read.

    One digest for all of them, since scripts and styles name each other by relative addresses.
    """

    digest: str
    seen: Mapping[str, tuple[int, int]]


@cache
def read(folder: Path) -> Folder:
    """Take the digest over all files that lie directly in ``folder``, once for the process."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    # Before the files are read: one that is changed meanwhile is not the one its address says.
    seen = {path.name: state(path) for path in files}
    whole = b"".join(f"{path.name} {sha256_hex(path.read_bytes())}\n".encode() for path in files)
    return Folder(sha256_hex(whole)[:DIGITS], seen)


def state(path: Path) -> tuple[int, int]:
    """Size and time of change: another file has others."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def part(address: str) -> tuple[str | None, str]:
    """Digest and name in an address below ``/static/``; no digest where it has none."""
    found = _ADDRESS.fullmatch(address)
    return (found[1], found[2]) if found else (None, address)


@lru_cache(maxsize=1_000)
def addressed(root: Path, name: str) -> str:
    """The address of a file with its digest; the name alone where there is no such file. Asked ten times by every page, and
    the same for as long as the process lives.
    """
    path = root / name
    known = read(path.parent) if path.parent.is_dir() else None
    return f"{known.digest}/{name}" if known is not None and path.name in known.seen else name


def is_as_addressed(root: Path, digest: str | None, name: str) -> bool:
    """Whether the file is the one its address says.

    It is not while an old page asks a new process during an upgrade, or where a file was changed under a process that
    runs: it is sent all the same, and kept by nobody.
    """
    path = root / name
    # A way round through other folders would be read as a folder of its own, again for each way.
    if digest is None or ".." in path.parts or not path.is_file():
        return False
    known = read(path.parent)
    return known.digest == digest and known.seen.get(path.name) == state(path)


class KeptFiles(Flask):
    """Flask with files of ``static/`` that are kept a year under the address that says their content."""

    def send_static_file(self, filename: str) -> Response:
        """Send one; a whole year to keep where the address says what it is, else asked for again each time."""
        digest, name = part(filename)
        answer = super().send_static_file(name)
        if is_as_addressed(Path(self.static_folder or ""), digest, name):
            answer.cache_control.no_cache = None
            answer.cache_control.public, answer.cache_control.max_age, answer.cache_control.immutable = True, AGE, True
        return answer
