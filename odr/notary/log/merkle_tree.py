"""The Merkle tree of RFC 6962: hashes, roots, and the two proofs, strictly verified.

Trees are given by ``reader(height, index)``, which returns the hash of the
complete subtree of 2^height leaves that starts at leaf ``index * 2^height``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from odr.notary.log.strict import HASH_SIZE

SubtreeReader = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


class ProofRefused(ValueError):
    """A proof does not lead to the root it is claimed for."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of a log entry. The first byte keeps entries and nodes apart, so no node passes as an entry."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root over any number of leaf hashes, by the recursive definition of RFC 6962 section 2.1."""
    count = len(leaf_hashes)
    if count == 0:
        return EMPTY_ROOT
    if count == 1:
        return leaf_hashes[0]
    split = 1 << ((count - 1).bit_length() - 1)
    return node_hash(root_of(leaf_hashes[:split]), root_of(leaf_hashes[split:]))


def peaks(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Complete subtrees ``(height, index)`` covering leaves ``start..end`` left to right.

    ``start`` is a multiple of the largest power of two not above ``end - start``,
    as it is for every right-hand side a proof needs.
    """
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def range_root(reader: SubtreeReader, start: int, end: int) -> bytes:
    """Root of the leaves ``start..end``; ``start`` aligned as in :func:`peaks`."""
    parts = [reader(height, index) for height, index in peaks(start, end)]
    if not parts:
        return EMPTY_ROOT
    root = parts.pop()
    while parts:
        root = node_hash(parts.pop(), root)
    return root


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Leaf ranges whose roots make the inclusion proof, from the leaf's sibling up."""
    if not 0 <= index < size:
        raise ValueError(f"no entry {index} in a tree of {size}")
    ranges: list[tuple[int, int]] = []
    start, end = 0, size
    while end - start > 1:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start = split
    return ranges[::-1]


def consistency_ranges(old: int, size: int) -> list[tuple[int, int]]:
    """Leaf ranges whose roots make the consistency proof of RFC 6962 section 2.1.2."""
    if not 0 <= old <= size:
        raise ValueError(f"no tree of {old} in a tree of {size}")
    if old in (0, size):
        return []
    ranges: list[tuple[int, int]] = []
    start, end, known = 0, size, True
    while old < end:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if old <= split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start, known = split, False
    if not known:
        ranges.append((start, end))
    return ranges[::-1]


def roots(reader: SubtreeReader, ranges: Iterable[tuple[int, int]]) -> list[bytes]:
    """Hash of every range, in order."""
    return [range_root(reader, start, end) for start, end in ranges]


def _check_lengths(proof: Sequence[bytes], *others: bytes) -> None:
    if any(len(item) != HASH_SIZE for item in (*proof, *others)):
        raise ProofRefused("a hash in a proof has 32 bytes")


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the entry with hash ``leaf`` stands at ``index`` of the tree ``(size, root)``.

    Raises :class:`ProofRefused`. Extra and missing hashes are refused alike.
    """
    _check_lengths(proof, leaf, root)
    if not 0 <= index < size:
        raise ProofRefused(f"no entry {index} in a tree of {size}")
    steps = inclusion_ranges(index, size)
    if len(steps) != len(proof):
        raise ProofRefused(f"the proof has {len(proof)} hashes where {len(steps)} belong")
    value = leaf
    for (start, _), sibling in zip(steps, proof, strict=True):
        value = node_hash(sibling, value) if start < index else node_hash(value, sibling)
    if value != root:
        raise ProofRefused("the proof does not lead to the root")


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree ``(size, root)`` continues the tree ``(old, old_root)``.

    Raises :class:`ProofRefused`. RFC 9162 section 2.1.4.2.
    """
    _check_lengths(proof, old_root, root)
    if not 0 <= old <= size:
        raise ProofRefused(f"a tree of {size} cannot continue one of {old}")
    if old in (0, size):
        expected = EMPTY_ROOT if old == 0 else root
        if proof or old_root != expected or (size == 0 and root != EMPTY_ROOT):
            raise ProofRefused("the trees differ at the same size")
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        raise ProofRefused("the proof is empty")
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for item in path[1:]:
        if sn == 0:
            raise ProofRefused("the proof has hashes too many")
        if fn & 1 or fn == sn:
            first, second = node_hash(item, first), node_hash(item, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, item)
        fn, sn = fn >> 1, sn >> 1
    if sn or first != old_root or second != root:
        raise ProofRefused("the proof does not join the two roots")
