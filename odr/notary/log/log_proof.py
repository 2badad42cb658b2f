"""The proof handed to a person (C2SP tlog-proof@v1): index, path, and the signed checkpoint, in one text file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from odr.notary.log.strict import Malformed, b64, base64_bytes, decimal, hash_value

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Proof:
    """A proof file taken apart. ``note`` is the signed checkpoint's bytes."""

    index: int
    path: tuple[bytes, ...]
    note: bytes

    def encode(self) -> bytes:
        """The file ``receipt.leaf.tlog-proof``."""
        lines = [HEADER, f"index {self.index}", *map(b64, self.path), "", ""]
        return "\n".join(lines).encode() + self.note

    def encode_spicy(self) -> bytes:
        """The file ``receipt.leaf.spicy``: the same without the header line, as litetlog reads it."""
        return self.encode().split(b"\n", 1)[1]

    @classmethod
    def parse(cls, data: bytes) -> Proof:
        """Read a proof file, strictly. Raises :class:`Malformed`."""
        head, blank, note = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise Malformed("a proof's first part is ASCII") from error
        if not blank or len(lines) < 2 or lines[0] != HEADER:
            raise Malformed("not a tlog-proof@v1 file")
        rest: Sequence[str] = lines[1:]
        if rest[0].startswith("extra "):
            base64_bytes(rest[0].removeprefix("extra "))
            rest = rest[1:]
        if not rest or not rest[0].startswith("index "):
            raise Malformed("a proof names the entry's index")
        if len(rest) > 64:
            raise Malformed("a path has at most 63 hashes")
        return cls(decimal(rest[0].removeprefix("index ")), tuple(map(hash_value, rest[1:])), note)
