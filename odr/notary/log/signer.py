"""Signing a committed tree: recompute what is new from the entries themselves, prove continuity, sign.

A public log once ended because one bit flipped in a stored hash was signed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_rows import WrittenLog
from odr.notary.log.merkle_tree import consistency_ranges, leaf_hash, roots
from odr.notary.log.note import Note, NoteKey, SignatureLine, SignatureType
from odr.notary.log.strict import HASH_SIZE
from odr.notary.log.tiles import WIDTH, CorruptTile, TileReader, extend, width_at
from odr.notary.models import Log
from odr.notary.vault import Remembered, SignerAhead, Vault

STRIDE = 65_536
"""Leaves recomputed at a time."""


def log_key(log: Log) -> NoteKey:
    """The verifier key of a log."""
    return NoteKey(log.origin, SignatureType.ED25519, log.key.public)


# A tile that is not full is looked at in every round, with a leaf or two more each time. Known by the entry's very bytes, as
# the database has them now, a hash cannot be that of another.
_edge_hash = lru_cache(4 * WIDTH)(leaf_hash)


def _hashes(entries: Sequence[bytes]) -> list[bytes]:
    known = _edge_hash if len(entries) <= WIDTH else leaf_hash
    return [known(entry) for entry in entries]


def check_growth(written: WrittenLog, old: int, size: int) -> None:
    """Compare the stored tiles that hold entries ``old..size`` with those the entries give.

    Raises :class:`CorruptTile`.
    """
    for start, end in _strides(old, size):

        def as_of_start(level: int, index: int, start: int = start) -> bytes:
            return written.tile(level, index)[: width_at(start, level, index) * HASH_SIZE]

        # From the tile's first entry on: the same rows are published and make the right edge, and are read once.
        first = start // WIDTH * WIDTH
        hashes = _hashes(written.leaves(first, end))[start - first :]
        for (level, index), data in extend(start, hashes, as_of_start).items():
            stored = written.tile(level, index)
            if stored[: len(data)] != data:
                raise CorruptTile(level, index, "does not agree with the entries")
            if len(stored) != width_at(size, level, index) * HASH_SIZE:
                raise CorruptTile(level, index, "reaches beyond the tree")


def _strides(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = min(end, (start // STRIDE + 1) * STRIDE)
        yield start, stop
        start = stop


def check_right_edge(written: WrittenLog, size: int) -> None:
    """The last tile of entries must be what its entries give, also when nothing is new."""
    start = max(0, size - 1) // WIDTH * WIDTH
    if written.tile(0, start // WIDTH) != b"".join(_hashes(written.leaves(start, size))):
        raise CorruptTile(0, start // WIDTH, "does not agree with the entries")


def sign_tree(
    written: WrittenLog, log: Log, vault: Vault, size: int, remembered: Remembered
) -> tuple[Checkpoint, Note]:
    """Sign the tree of ``size`` entries as it is committed; ``remembered`` is what the vault has said it signed before.

    Raises :class:`CorruptTile` when stored tiles and entries disagree,
    :class:`SignerAhead` and other :class:`VaultRefused` when the vault has signed another tree.
    """
    if size < remembered.size:
        raise SignerAhead(f"signed {remembered.size} entries before, the database has {size}")
    check_growth(written, remembered.size, size)
    check_right_edge(written, size)
    reader = TileReader(written.tile)
    checkpoint = Checkpoint(log.origin, size, reader.root(size))
    consistency = roots(reader, consistency_ranges(remembered.size, size))
    # Whatever was remembered, the vault compares with its own memory, under its own lock.
    signature = vault.sign_checkpoint(log.key_id, checkpoint, consistency)
    return checkpoint, Note(checkpoint.text, (SignatureLine(log.origin, log_key(log).id, signature),))
