"""How a round of hash renewal writes things: the leaves, the tree of SHA-512, the statement, the proof. Pure; no
database.

A leaf of an entry is one line, ``<log> <index> <what> <hex>``. What is ``file``, ``receipt`` or ``erased``, hex the
SHA-512 of

* ``SHA-512(receipt.json) ‖ SHA-512(the file)`` for ``file``;
* ``SHA-512(receipt.json)`` for ``receipt``;
* ``SHA-512(receipt.leaf) ‖ 64 random bytes`` for ``erased``.

The receipt's salt keeps anybody from guessing what a line stands for. A leaf of a checkpoint names its note, its time
tokens and its cosignatures with their SHA-512. The tree is RFC 6962's, with SHA-512 in the place of SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from odr.notary.log.merkle_tree import SubtreeReader, inclusion_ranges, peaks
from odr.notary.log.receipts import instant
from odr.notary.log.strict import Malformed, b64, base64_bytes, decimal
from odr.notary.vault import RENEWED

SIZE = 64
"""Bytes of a hash."""
PROOF = "odr-notary/renewed-proof@v1"


def sha512(data: bytes) -> bytes:
    """SHA-512."""
    return hashlib.sha512(data).digest()


# The leaves


def pair(receipt: bytes, file: bytes | None) -> bytes:
    """What binds a receipt, and the file with the SHA-512 ``file`` where there is one."""
    return sha512(sha512(receipt) + (file or b""))


def blinded(leaf: bytes, blind: bytes) -> bytes:
    """What binds the line of an entry whose receipt was erased."""
    return sha512(sha512(leaf) + blind)


def entry_leaf(origin: str, index: int, what: str, digest: bytes) -> bytes:
    """The leaf of a log entry."""
    return f"{origin} {index} {what} {digest.hex()}\n".encode()


def head_leaf(
    origin: str,
    size: int,
    note: bytes,
    tokens: Sequence[tuple[str, int, bytes]],
    cosignatures: Sequence[tuple[str, bytes]],
) -> bytes:
    """The leaf of a checkpoint: ``tokens`` are provider, number (0, then renewals) and response; ``cosignatures``
    witness and line.
    """
    start = f"{origin} {size}"
    lines = [f"{start} checkpoint {sha512(note).hex()}"]
    lines += [f"{start} token {provider} {number} {sha512(token).hex()}" for provider, number, token in tokens]
    lines += [f"{start} cosignature {witness} {sha512(line).hex()}" for witness, line in cosignatures]
    return "".join(f"{line}\n" for line in lines).encode()


# The tree


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of a leaf."""
    return sha512(b"\x00" + leaf)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha512(b"\x01" + left + right)


def full_root(part: bytes) -> bytes:
    """Root over a power of two of hashes, one behind the other."""
    while len(part) > SIZE:
        part = b"".join([sha512(b"\x01" + part[at : at + 2 * SIZE]) for at in range(0, len(part), 2 * SIZE)])
    return part


def range_root(reader: SubtreeReader, start: int, end: int) -> bytes:
    """Root of the leaves ``start..end``, as :func:`odr.notary.log.merkle_tree.range_root`."""
    parts = [reader(height, index) for height, index in peaks(start, end)]
    if not parts:
        return sha512(b"")
    root = parts.pop()
    while parts:
        root = node_hash(parts.pop(), root)
    return root


def path(reader: SubtreeReader, position: int, size: int) -> list[bytes]:
    """The inclusion proof of a leaf, from its sibling up."""
    return [range_root(reader, start, end) for start, end in inclusion_ranges(position, size)]


def root_from(leaf: bytes, position: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root a proof leads to. Raises :class:`Malformed` when it has hashes too many, too few or too short."""
    if not 0 <= position < size:
        raise Malformed("no such place in the tree")
    steps = inclusion_ranges(position, size)
    if len(steps) != len(proof) or any(len(item) != SIZE for item in proof):
        raise Malformed("a proof of another tree")
    value = leaf_hash(leaf)
    for (start, _), sibling in zip(steps, proof, strict=True):
        value = node_hash(sibling, value) if start < position else node_hash(value, sibling)
    return value


# What is signed and handed out


@dataclass(frozen=True)
class Head:
    """One log in a round: its entries ``start..size`` and the SHA-512 of the checkpoint at ``size``."""

    origin: str
    start: int
    size: int
    sha512: str


@dataclass(frozen=True)
class Statement:
    """What the court signs at the end of a round."""

    origin: str
    number: int
    rule_on: date
    rule: str
    begun_at: datetime
    heads: Sequence[Head]
    checkpoints: int
    root: bytes
    previous: Sequence[tuple[str, bytes]] = ()
    """Statement and tokens of the round before, with what each is called."""

    @property
    def text(self) -> str:
        """The signed text."""
        lines = [
            self.origin,
            f"round {self.number}",
            f"rule {self.rule_on.isoformat()} {self.rule}",
            f"begun {instant(self.begun_at)}",
        ]
        lines += [f"previous {name} {sha512(data).hex()}" for name, data in self.previous]
        lines += [f"log {head.origin} {head.start} {head.size} {head.sha512}" for head in self.heads]
        lines += [f"checkpoints {self.checkpoints}", f"root {b64(self.root)}"]
        return RENEWED + "".join(f"{line}\n" for line in lines)


def encode_proof(position: int, proof: Sequence[bytes], leaf: bytes) -> bytes:
    """The file ``renewal-N.entry`` or ``renewal-N.checkpoint``: place, path, and the leaf itself."""
    return "\n".join([PROOF, f"index {position}", *map(b64, proof), "", ""]).encode() + leaf


def parse_proof(data: bytes) -> tuple[int, list[bytes], bytes]:
    """Place, path and leaf, strictly. Raises :class:`Malformed`."""
    head, blank, leaf = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    if not blank or lines[0] != PROOF or len(lines) < 2 or not lines[1].startswith("index ") or len(lines) > 66:
        raise Malformed("not a proof of a renewal")
    return decimal(lines[1].removeprefix("index ")), [base64_bytes(line) for line in lines[2:]], leaf


def subtree_reader(hashes: Callable[[int, int], bytes], tile: Callable[[int, int], bytes]) -> SubtreeReader:
    """Reads complete subtrees: below 256 leaves from the leaves' own ``hashes(start, end)``, above from ``tile(level,
    index)``.
    """

    def read(height: int, index: int) -> bytes:
        level, above = divmod(height, 8)
        first = index << above
        if level == 0:
            part = hashes(first, first + (1 << above))
        else:
            offset = first % 256 * SIZE
            part = tile(level, first // 256)[offset : offset + (SIZE << above)]
        if len(part) != SIZE << above:
            raise LookupError(f"a hash of the renewal's tree is missing: {height}/{index}")
        return full_root(part)

    return read
