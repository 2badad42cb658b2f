"""The film of a sealed piece as it lies on the disk: in blocks under the piece's own key, each of which opens in its own place
alone; so it is read in ranges, and never lies there in the clear.
"""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from odr.hearing.live.media.reading import NotReadable

BLOCK = 64 * 1024
"""Bytes of the film in a block."""
HEAD = struct.Struct(">Q")
NONCE, TAG = 12, 16
_WHOLE = NONCE + BLOCK + TAG


def _bound(name: str, block: int, length: int) -> bytes:
    return f"{name}/{block}/{length}".encode()


class SealedWriter(io.RawIOBase):
    """Takes a film as it is made, and writes it sealed. Its length is known at the end alone, and stands in the last block's seal."""

    def __init__(self, out: BinaryIO, name: str, key: bytes) -> None:
        self._out, self._name, self._key = out, name, AESGCM(key)
        self._waiting = bytearray()
        self._block, self._length = 0, 0

    def write(self, data: Any, /) -> int:
        """Take more of the film."""
        added = bytes(data)
        self._waiting += added
        self._length += len(added)
        while len(self._waiting) > BLOCK:
            self._put(bytes(self._waiting[:BLOCK]), 0)
            del self._waiting[:BLOCK]
        return len(added)

    def tell(self) -> int:
        """How much of the film was taken."""
        return self._length

    def finish(self) -> None:
        """Nothing more comes: the last block says how long the whole is."""
        self._put(bytes(self._waiting), self._length)
        self._waiting.clear()

    def _put(self, plain: bytes, length: int) -> None:
        nonce = os.urandom(NONCE)
        self._out.write(nonce + self._key.encrypt(nonce, plain, _bound(self._name, self._block, length)))
        self._block += 1


class SealedReader(io.RawIOBase):
    """A sealed film, opened block by block where it is read. Raises NotReadable."""

    def __init__(self, path: Path, name: str, key: bytes) -> None:
        self._file = path.open("rb")
        self._name, self._key = name, AESGCM(key)
        size = path.stat().st_size
        self._blocks = max(1, -(-size // _WHOLE))
        self.length = size - self._blocks * (NONCE + TAG)
        self._place = 0
        self._opened: tuple[int, bytes] = (-1, b"")
        try:
            self._at(self._blocks - 1)
        except NotReadable:
            self._file.close()
            raise

    def _at(self, block: int) -> bytes:
        if self._opened[0] != block:
            self._file.seek(block * _WHOLE)
            data = self._file.read(_WHOLE)
            length = self.length if block == self._blocks - 1 else 0
            try:
                plain = self._key.decrypt(data[:NONCE], data[NONCE:], _bound(self._name, block, length))
            except (InvalidTag, ValueError):
                raise NotReadable(f"{self._name}/{block}") from None
            self._opened = (block, plain)
        return self._opened[1]

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go on elsewhere."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.length}[whence]
        self._place = min(self.length, max(0, begin + offset))
        return self._place

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, of one block at most."""
        if self._place >= self.length or size == 0:
            return b""
        block, begin = divmod(self._place, BLOCK)
        found = self._at(block)[begin : begin + size if size > 0 else None]
        self._place += len(found)
        return found

    def close(self) -> None:
        """Close the file beneath."""
        if not self.closed:
            self._file.close()
        super().close()
