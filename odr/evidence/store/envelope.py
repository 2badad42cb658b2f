"""A file encrypted under a key of its own: pieces of fixed size, each sealed with its place and whether it is the last.

A piece cannot be changed, moved, left out or cut off unseen, and any range can be
read without the rest. The key itself is wrapped by the vault.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE = 256 * 1024
TAG = 16
PREFIX = 7
"""Random bytes at the beginning of the file, the first part of every piece's nonce."""


class Damaged(Exception):
    """The sealed bytes are not those that were sealed under this key."""


def new_key() -> bytes:
    """A fresh key of 256 bits."""
    return AESGCM.generate_key(256)


def sealed_size(size: int) -> int:
    """Bytes that ``size`` bytes take when sealed."""
    return PREFIX + size + TAG * max(1, -(-size // PIECE))


def seal_stream(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The sealed bytes of a file."""
    cipher, prefix = AESGCM(key), secrets.token_bytes(PREFIX)
    yield prefix
    number, held = 0, b""
    for chunk in chunks:
        held += chunk
        # One byte more than a piece must be here before it is known not to be the last.
        while len(held) > PIECE:
            yield cipher.encrypt(_nonce(prefix, number, False), held[:PIECE], None)
            number, held = number + 1, held[PIECE:]
    yield cipher.encrypt(_nonce(prefix, number, True), held, None)


def open_range(
    key: bytes, size: int, read: Callable[[int, int], Iterator[bytes]], start: int = 0, length: int | None = None
) -> Iterator[bytes]:
    """Bytes of the file of ``size`` bytes from ``start``; ``read(offset, count)`` gives sealed bytes. Raises Damaged."""
    stop = size if length is None else min(size, start + length)
    cipher, last = AESGCM(key), max(0, -(-size // PIECE) - 1)
    prefix = b"".join(read(0, PREFIX))
    if size == 0 or start < stop:
        for number in range(start // PIECE, (max(stop, 1) - 1) // PIECE + 1):
            at = number * PIECE
            held = min(PIECE, size - at)
            sealed = b"".join(read(PREFIX + number * (PIECE + TAG), held + TAG))
            try:
                piece = cipher.decrypt(_nonce(prefix, number, number == last), sealed, None)
            except (InvalidTag, ValueError) as error:
                raise Damaged(f"piece {number}") from error
            shown = piece[max(0, start - at) : stop - at]
            if shown:
                yield shown


def _nonce(prefix: bytes, number: int, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if is_last else b"\x00")
