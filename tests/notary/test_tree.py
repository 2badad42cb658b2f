"""The Merkle tree and its proofs."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, strategies as st
from pymerkle import InmemoryTree

from odr.notary.log.merkle_tree import (
    EMPTY_ROOT,
    ProofRefused,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    root_of,
    roots,
    verify_consistency,
    verify_inclusion,
)
from odr.notary.log.strict import HASH_SIZE
from odr.notary.log.tiles import (
    WIDTH,
    CorruptTile,
    TileReader,
    bundle,
    extend,
    tile_path,
    tile_widths,
    tiles_for_inclusion,
    unbundle,
    width_at,
)

EDGES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 255, 256, 257, 511, 512, 513]
sizes = st.one_of(st.sampled_from(EDGES), st.integers(0, 700))


def leaf(number: int) -> bytes:
    return f"entry {number}\n".encode()


LEAVES = [leaf_hash(leaf(i)) for i in range(70_000)]


def grown(*steps: int) -> tuple[TileReader, dict[tuple[int, int], bytes]]:
    """Tiles of a tree grown to each size in turn."""
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in steps:
        tiles.update(extend(size, LEAVES[size:step], lambda level, index: tiles.get((level, index), b"")))
        size = step
    return TileReader(lambda level, index: tiles.get((level, index), b"")), tiles


READER, TILES = grown(70_000)


def inclusion(index: int, size: int) -> list[bytes]:
    return roots(READER, inclusion_ranges(index, size))


def consistency(old: int, size: int) -> list[bytes]:
    return roots(READER, consistency_ranges(old, size))


@given(st.lists(sizes, min_size=1, max_size=4).map(sorted))
def test_tiles_do_not_depend_on_the_batches_they_grew_in(steps: list[int]) -> None:
    """However leaves arrive, tiles and root are those of the recursive definition."""
    reader, tiles = grown(*steps)
    size = steps[-1]
    assert tiles == grown(size)[1]
    assert reader.root(size) == root_of(LEAVES[:size])
    assert {(level, index): len(data) // HASH_SIZE for (level, index), data in tiles.items()} == {
        (level, index): width_at(size, level, index)
        for level, last, _ in tile_widths(size)
        for index in range(last + 1)
    }


@given(sizes, st.data())
def test_root_and_proofs_agree_with_pymerkle(size: int, data: st.DataObject) -> None:
    """An independent implementation of RFC 9162 gives the same roots and paths."""
    other = InmemoryTree(algorithm="sha256")
    for number in range(size):
        other.append_entry(leaf(number))
    assert READER.root(size) == (other.get_root() if size else EMPTY_ROOT)
    if not size:
        return
    index = data.draw(st.integers(0, size - 1))
    theirs = other.prove_inclusion(index + 1)
    assert [bytes.fromhex(item) for item in theirs.serialize()["path"]][1:] == inclusion(index, size)


@given(sizes.filter(bool), st.data())
def test_inclusion_proof_verifies_for_its_entry_only(size: int, data: st.DataObject) -> None:
    """A proof holds for its index, tree and leaf, and no other."""
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion(index, size), READER.root(size)
    verify_inclusion(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(-2, size + 2).filter(lambda i: i != index))
    for bad in (
        (LEAVES[index], other, size, proof, root),
        (LEAVES[(index + 1) % 70_000], index, size, proof, root),
        (LEAVES[index], index, size, [*proof, bytes(32)], root),
        (LEAVES[index], index, size, proof, bytes(32)),
        (LEAVES[index], index, size, [*proof, b""], root),
    ):
        with pytest.raises(ProofRefused):
            verify_inclusion(*bad)
    for at in range(len(proof)):
        with pytest.raises(ProofRefused):
            verify_inclusion(LEAVES[index], index, size, proof[:at] + proof[at + 1 :], root)
        with pytest.raises(ProofRefused):
            verify_inclusion(LEAVES[index], index, size, [*proof[:at], bytes(32), *proof[at + 1 :]], root)


@given(sizes, sizes)
def test_consistency_proof_joins_two_trees(one: int, two: int) -> None:
    """A later tree is shown to continue an earlier one, the empty and the same tree included."""
    old, size = sorted((one, two))
    proof = consistency(old, size)
    verify_consistency(old, READER.root(old), size, READER.root(size), proof)
    bad = [
        (old, READER.root(old), size, READER.root(size), [*proof, bytes(32)]),
        (size + 1, READER.root(old), size, READER.root(size), proof),
    ]
    bad += [(old, bytes(32), size, READER.root(size), proof)]
    if old:
        bad += [(old, READER.root(old), size, bytes(32), proof)]
    bad += [(old, READER.root(old), size, READER.root(size), proof[:at] + proof[at + 1 :]) for at in range(len(proof))]
    bad += [
        (old, READER.root(old), size, READER.root(size), [*proof[:at], bytes(32), *proof[at + 1 :]])
        for at in range(len(proof))
    ]
    for case in bad:
        with pytest.raises(ProofRefused):
            verify_consistency(*case)


@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 399))
def test_rewritten_entry_cannot_be_made_consistent(old: int, more: int, at: int) -> None:
    """A tree in which an old entry was exchanged is no continuation, whatever proof it makes for itself."""
    at, size = at % old, old + more
    forged = [*LEAVES[:at], leaf_hash(b"forged"), *LEAVES[at + 1 : size]]
    tiles = extend(0, forged, lambda level, index: b"")
    reader = TileReader(lambda level, index: tiles.get((level, index), b""))
    with pytest.raises(ProofRefused):
        verify_consistency(old, READER.root(old), size, reader.root(size), roots(reader, consistency_ranges(old, size)))


def test_node_does_not_pass_as_leaf() -> None:
    """The two children of a node are not an entry with that node's hash (second preimage)."""
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])
    with pytest.raises(ProofRefused):
        verify_inclusion(leaf_hash(LEAVES[0] + LEAVES[1]), 0, 2, inclusion(0, 4)[1:], READER.root(4))


def test_two_equal_leaves_have_two_places() -> None:
    """The same entry twice in the log has two different proofs."""
    same = [LEAVES[0]] * 3
    tiles = extend(0, same, lambda level, index: b"")
    reader = TileReader(lambda level, index: tiles.get((level, index), b""))
    for index in range(3):
        verify_inclusion(LEAVES[0], index, 3, roots(reader, inclusion_ranges(index, 3)), root_of(same))


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 70_000])
def test_large_trees(size: int) -> None:
    """At the third level of tiles proofs still verify, and need but a handful of tiles."""
    for index in (0, 255, 256, 65_534, size - 1):
        verify_inclusion(LEAVES[index], index, size, inclusion(index, size), READER.root(size))
        assert len(tiles_for_inclusion(index, size)) <= 6
    verify_consistency(257, READER.root(257), size, READER.root(size), consistency(257, size))
    assert READER.root(size) == root_of(LEAVES[:size])


def test_proof_at_a_million_entries_reads_few_tiles() -> None:
    """Tiles, not nodes: a proof at 10^6 entries reads at most six rows."""
    assert max(len(tiles_for_inclusion(index, 1_000_003)) for index in (0, 1, 65_535, 499_999, 983_040, 1_000_002)) <= 6


def test_tile_longer_or_shorter_than_the_tree_is_refused() -> None:
    """A tile that does not end where the tree ends is not continued."""
    for wrong in (4, 6):
        with pytest.raises(CorruptTile):
            extend(5, LEAVES[5:6], lambda level, index, wrong=wrong: b"".join(LEAVES[:wrong]))  # type: ignore[misc]


def test_paths_are_those_of_the_standard() -> None:
    """Tile and bundle paths as C2SP tlog-tiles gives them."""
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(1, 0, 8) == "tile/1/000.p/8"
    assert tile_path(None, 1000, 3) == "tile/entries/x001/000.p/3"
    assert [(level, index, width) for level, index, width in tile_widths(70_000)] == [
        (0, 273, 112),
        (1, 1, 17),
        (2, 0, 1),
    ]
    assert tile_widths(WIDTH) == [(0, 0, 256), (1, 0, 1)]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_come_apart_as_they_were_put_together(entries: list[bytes]) -> None:
    """Entry bundles keep every byte, and a bundle cut short is refused."""
    data = bundle(entries)
    assert unbundle(data) == entries
    if entries:
        with pytest.raises(ValueError, match="cut short"):
            unbundle(data[:-1])


def test_empty_root_is_the_hash_of_nothing() -> None:
    """RFC 6962: the root of no entries."""
    assert READER.root(0) == hashlib.sha256(b"").digest()


@given(st.integers(0, 2**16 - 1), st.integers(0, WIDTH * HASH_SIZE - 1), st.integers(0, 7))
def test_what_was_proven_before_hides_no_flipped_bit_in_an_upper_tile(index: int, place: int, bit: int) -> None:
    """A root remembered of an upper tile is the root of its very bytes: after one bit of it flips, every proof that
    passes through it changes.
    """
    ranges = inclusion_ranges(index, 2**16)
    honest = roots(READER, ranges)
    bent = bytearray(TILES[1, 0])
    bent[place] ^= 1 << bit
    reader = TileReader(lambda level, number: bytes(bent) if (level, number) == (1, 0) else TILES[level, number])
    own = place // HASH_SIZE == index // WIDTH
    assert (roots(reader, ranges) == honest) is own, "only the hash above the entry's own tile is no part of its proof"
    assert roots(TileReader(lambda level, number: TILES[level, number]), ranges) == honest
