"""Reading numbers and hashes exactly as the log's standards write them, and no other way.

``int()`` accepts ``" 1_000 "`` and full-width digits, and ``b64decode`` skips
what it does not know; a proof read so loosely would have many spellings.
"""

from __future__ import annotations

import base64
import binascii
import re

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,18})\Z")
HASH_SIZE = 32


class Malformed(ValueError):
    """Something handed in as a proof or note is not written as its standard says."""


def decimal(text: str) -> int:
    """An ASCII decimal without sign, spaces or leading zeroes, below 2^63."""
    if not _DECIMAL.match(text):
        raise Malformed(f"not a plain decimal: {text[:40]!r}")
    value = int(text)
    if value >= 2**63:
        raise Malformed("number beyond 2^63")
    return value


def base64_bytes(text: str) -> bytes:
    """Standard base64 (RFC 4648 section 4) in its only spelling: padded, no stray bits."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Malformed(f"not base64: {text[:60]!r}") from error
    if base64.b64encode(data).decode() != text:
        raise Malformed(f"not canonical base64: {text[:60]!r}")
    return data


def hash_value(text: str) -> bytes:
    """A SHA-256 hash in base64."""
    data = base64_bytes(text)
    if len(data) != HASH_SIZE:
        raise Malformed("a hash has 32 bytes")
    return data


def b64(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode()
