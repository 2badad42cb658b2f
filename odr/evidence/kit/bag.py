"""BagIt 1.0 (RFC 8493) written as one ZIP stream: same input, same bytes; nothing is collected in memory.

Stored, never compressed: the reader needs no trust in a decompressor, and
recordings do not shrink anyway.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, cast

MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_REFUSED = re.compile(r'[\x00-\x1f\x7f\\<>:"|?*%]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.I)


class UnsafePath(ValueError):
    """A path that some reader would write elsewhere, show otherwise, or confuse with another."""


def checked_path(path: str) -> str:
    """The path, if every system unpacks it to the same place under the same name. Raises UnsafePath."""
    parts = path.split("/")
    hidden = any(unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"} for letter in path)
    if hidden or _REFUSED.search(path) or unicodedata.normalize("NFC", path) != path or len(path.encode()) > 1000:
        raise UnsafePath(path)
    if any(part in {"", ".", ".."} or part != part.strip(" .") or _RESERVED.match(part) for part in parts):
        raise UnsafePath(path)
    return path


class _Sink:
    """What the ZIP writer writes to: keeps the bytes until they are taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        """The bytes since the last time."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken


class BagWriter:
    """Writes a bag named ``name``; each method yields bytes of the ZIP as they are ready.

    Order is the caller's: payload first, then tags, then :meth:`finish`.
    """

    def __init__(self, name: str) -> None:
        self._name = checked_path(name)
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(cast("IO[bytes]", self._sink), "w", zipfile.ZIP_STORED, allowZip64=True)
        self._payload: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._folded: set[str] = set()
        self._bytes = 0

    def payload(self, path: str, chunks: Iterable[bytes], sha256: str | None = None) -> Iterator[bytes]:
        """A file under ``data/``. Raises ValueError when its bytes are not those of ``sha256``, before the bag is
        whole.
        """
        hasher = hashlib.sha256()
        path = f"data/{path}"
        yield from self._member(path, _counted(chunks, hasher))
        self._bytes += self._zip.getinfo(f"{self._name}/{path}").file_size
        if sha256 is not None and hasher.hexdigest() != sha256:
            raise ValueError(f"{path} is not the file of its receipt")
        self._payload[path] = hasher.hexdigest()

    def tag(self, path: str, data: bytes) -> Iterator[bytes]:
        """A file beside the payload, listed in the tag manifest."""
        yield from self._member(path, [data])
        self._tags[path] = hashlib.sha256(data).hexdigest()

    def finish(self, info: Mapping[str, str]) -> Iterator[bytes]:
        """Declaration, information, manifests, and the end of the ZIP."""
        lines = {**info, "Payload-Oxum": f"{self._bytes}.{len(self._payload)}"}
        yield from self.tag("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        yield from self.tag(
            "bag-info.txt", "".join(f"{key}: {_one_line(value)}\n" for key, value in lines.items()).encode()
        )
        yield from self.tag(MANIFEST, _manifest(self._payload))
        yield from self._member(TAG_MANIFEST, [_manifest(self._tags)])
        self._zip.close()
        yield self._sink.take()

    def _member(self, path: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        folded = unicodedata.normalize("NFKC", checked_path(path)).casefold()
        if folded in self._folded:
            raise UnsafePath(f"{path}: another file has this name on some systems")
        self._folded.add(folded)
        entry = zipfile.ZipInfo(f"{self._name}/{path}", _EPOCH)
        entry.external_attr = 0o100644 << 16
        with self._zip.open(entry, "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)
                yield self._sink.take()
        yield self._sink.take()


def _counted(chunks: Iterable[bytes], hasher: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        hasher.update(chunk)
        yield chunk


def _manifest(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def _one_line(value: str) -> str:
    return " ".join(value.split())
