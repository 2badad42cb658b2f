"""Which characters a face can print: the ``cmap`` table of a TrueType or OpenType file (ISO/IEC 14496-22, 5.2.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path


def covered(path: Path) -> frozenset[int]:
    """Code points for which the face has a glyph. Raises ValueError for a file without a readable ``cmap``."""
    data = path.read_bytes()
    try:
        start = _table(data, b"cmap")
        (count,) = struct.unpack_from(">H", data, start + 2)
        found: set[int] = set()
        for number in range(count):
            platform, encoding, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * number)
            if platform == 0 or (platform, encoding) in ((3, 1), (3, 10)):
                found.update(_subtable(data, start + offset))
    except struct.error as error:
        raise ValueError(f"{path.name} is not a face") from error
    if not found:
        raise ValueError(f"{path.name} has no Unicode characters")
    return frozenset(found)


def _table(data: bytes, name: bytes) -> int:
    (tables,) = struct.unpack_from(">H", data, 4)
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        if tag == name:
            return int(offset)
    raise ValueError(f"no table {name.decode()}")


def _subtable(data: bytes, at: int) -> Iterator[int]:
    (kind,) = struct.unpack_from(">H", data, at)
    if kind == 4:
        yield from _segments(data, at)
    elif kind == 12:
        (groups,) = struct.unpack_from(">I", data, at + 12)
        for number in range(groups):
            first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * number)
            yield from range(first if glyph else first + 1, last + 1)


def _segments(data: bytes, at: int) -> Iterator[int]:
    (double,) = struct.unpack_from(">H", data, at + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + double)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 2 * double)
    where = at + 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", data, where)
    for index, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", data, where + 2 * index + offset + 2 * (code - first))
            if (glyph + delta) & 0xFFFF if glyph or not offset else 0:
                yield code
