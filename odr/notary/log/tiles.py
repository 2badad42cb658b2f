"""The tree cut into tiles of 256 hashes (C2SP tlog-tiles): paths, growing, and reading subtrees from tiles."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from odr.notary.log.merkle_tree import inclusion_ranges, peaks, range_root
from odr.notary.log.strict import HASH_SIZE

WIDTH = 256
HEIGHT = 8
FULL = WIDTH * HASH_SIZE
MAX_ENTRY = 2**16 - 1

TileLoader = Callable[[int, int], bytes]
"""``(level, index)`` → stored bytes of the tile, empty when there is none."""


class CorruptTile(Exception):
    """A stored tile is not what the tree says it must be."""

    def __init__(self, level: int, index: int, why: str) -> None:
        super().__init__(f"tile {level}/{index}: {why}")
        self.level = level
        self.index = index


def tile_widths(size: int) -> list[tuple[int, int, int]]:
    """The right edge of a tree of ``size``: ``(level, index, width)`` of every partial or last tile."""
    edge: list[tuple[int, int, int]] = []
    level = 0
    while count := size >> (HEIGHT * level):
        last = (count - 1) // WIDTH
        edge.append((level, last, count - last * WIDTH))
        level += 1
    return edge


def width_at(size: int, level: int, index: int) -> int:
    """How many hashes the tile has in a tree of ``size``; 0 when it is beyond it."""
    count = size >> (HEIGHT * level)
    return max(0, min(WIDTH, count - index * WIDTH))


def tile_path(level: int | None, index: int, width: int = WIDTH) -> str:
    """Path below the log's prefix; ``level`` None is an entry bundle. ``tile/0/x001/x234/067.p/8``."""
    groups = [f"{index % 1000:03d}"]
    rest = index // 1000
    while rest:
        groups.insert(0, f"x{rest % 1000:03d}")
        rest //= 1000
    suffix = "" if width == WIDTH else f".p/{width}"
    return f"tile/{'entries' if level is None else level}/{'/'.join(groups)}{suffix}"


def part_root(part: bytes) -> bytes:
    """Root over a power of two of hashes, one behind the other."""
    while len(part) > HASH_SIZE:
        part = b"".join(
            [hashlib.sha256(b"\x01" + part[i : i + 2 * HASH_SIZE]).digest() for i in range(0, len(part), 2 * HASH_SIZE)]
        )
    return part


# Every proof passes through the upper tiles and along the right edge. Known by its very bytes, a root can be neither
# stale nor of another log,
# and a flipped bit is another part. The tiles of entries are as many as the log is long: of them only the edge stays
# among the few remembered.
_upper_root, _edge_root = lru_cache(16_384)(part_root), lru_cache(64)(part_root)


def tile_root(tile: bytes) -> bytes:
    """Root of a full tile, which stands in the tile above."""
    return part_root(tile)


def extend(size: int, leaf_hashes: Sequence[bytes], load: TileLoader) -> dict[tuple[int, int], bytes]:
    """Tiles that change when ``leaf_hashes`` are added to a tree of ``size``.

    Raises :class:`CorruptTile` when a tile to be continued is not exactly as long as ``size`` says.
    """
    changed: dict[tuple[int, int], bytes] = {}
    level, count, new = 0, size, list(leaf_hashes)
    while new:
        index, kept = divmod(count, WIDTH)
        stored = load(level, index)
        if len(stored) != kept * HASH_SIZE:
            raise CorruptTile(level, index, f"has {len(stored) // HASH_SIZE} hashes where the tree has {kept}")
        data = stored + b"".join(new)
        new = []
        for at in range(0, len(data), FULL):
            tile = data[at : at + FULL]
            changed[level, index + at // FULL] = tile
            if len(tile) == FULL:
                new.append(tile_root(tile))
        count = index
        level += 1
    return changed


class TileReader:
    """Subtree hashes out of tiles; remembers the tiles and nodes it has read."""

    def __init__(self, load: TileLoader) -> None:
        self._load = load
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}

    def seed(self, tiles: dict[tuple[int, int], bytes]) -> None:
        """Give tiles read beforehand in one go."""
        self._tiles.update(tiles)

    def __call__(self, height: int, index: int) -> bytes:
        """Hash of the complete subtree (see :mod:`odr.notary.log.merkle_tree`). Raises :class:`CorruptTile`."""
        known = self._nodes.get((height, index))
        if known is not None:
            return known
        level, above = divmod(height, HEIGHT)
        first = index << above
        tile_index, offset = divmod(first, WIDTH)
        key = (level, tile_index)
        if key not in self._tiles:
            self._tiles[key] = self._load(level, tile_index)
        part = self._tiles[key][offset * HASH_SIZE : (offset + (1 << above)) * HASH_SIZE]
        if len(part) != HASH_SIZE << above:
            raise CorruptTile(level, tile_index, "is shorter than the tree says")
        known_root = part_root if above < 3 else _upper_root if level else _edge_root
        value = self._nodes[height, index] = known_root(part)
        return value

    def root(self, size: int) -> bytes:
        """Root of the tree of the first ``size`` entries."""
        return range_root(self, 0, size)


def tiles_of(ranges: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Tiles that have to be read for the roots of these leaf ranges."""
    needed: set[tuple[int, int]] = set()
    for start, end in ranges:
        for height, index in peaks(start, end):
            level, above = divmod(height, HEIGHT)
            needed.add((level, (index << above) // WIDTH))
    return needed


def tiles_for_inclusion(index: int, size: int) -> set[tuple[int, int]]:
    """Tiles needed for one inclusion proof: a handful, whatever the size."""
    return tiles_of(inclusion_ranges(index, size))


def bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: every entry behind its length in two bytes."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unbundle(data: bytes) -> list[bytes]:
    """Entries of a bundle. Raises ``ValueError`` when it is cut short."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise ValueError("entry bundle cut short")
        (length,) = struct.unpack_from(">H", data, at)
        entry = data[at + 2 : at + 2 + length]
        if len(entry) != length:
            raise ValueError("entry bundle cut short")
        entries.append(entry)
        at += 2 + length
    return entries
