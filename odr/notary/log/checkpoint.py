"""Checkpoints (C2SP tlog-checkpoint): which log, how many entries, which root."""

from __future__ import annotations

from dataclasses import dataclass

from odr.notary.log.strict import Malformed, b64, decimal, hash_value


@dataclass(frozen=True)
class Checkpoint:
    """A tree head. ``root`` is 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note text a log signs, three lines."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"

    @classmethod
    def parse(cls, text: str, *, extensions: bool = False) -> Checkpoint:
        """Read a note text. Raises :class:`Malformed`.

        Extension lines are refused: this notary writes none, and nobody audits them.
        Other logs may write some, which carry nothing here: with ``extensions`` they are passed over.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or (len(lines) > 4 and not extensions):
            raise Malformed("a checkpoint has three lines")
        return cls(lines[0], decimal(lines[1]), hash_value(lines[2]))
