"""Places found in a text before anything is decided, and which of them holds where several overlap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from odr.procedure.rules.redaction import Private
from odr.register.redaction.known import Source, Standing
from odr.register.redaction.naming import Person


class Weight(IntEnum):
    """What goes before what where two finds overlap."""

    MODEL = 0
    CONTEXT = 1
    PATTERN = 2
    STAFF = 3
    """A name of the court's staff in the body of the text."""
    DOCKET = 4
    POINTED = 5
    SHOWN = 6
    """Case numbers, and who signs: never hidden."""


@dataclass(frozen=True)
class Find:
    """A place, what seems to stand there, and how sure that is. ``thing`` names what all places of one share."""

    block: int
    cell: int
    start: int
    end: int
    kind: Private
    source: Source
    standing: Standing
    weight: Weight
    thing: str
    what: str = ""
    person: Person | None = None
    remains: str | None = None
    """What stays when it is cut; None: the sign of the rules."""
    continues: bool = False
    """The rest of something that a line's end split; its first part carries the new name."""

    @property
    def length(self) -> int:
        """In signs."""
        return self.end - self.start

    def overlaps(self, other: Find) -> bool:
        """Whether both have a sign in common."""
        return (
            (self.block, self.cell) == (other.block, other.cell) and self.start < other.end and other.start < self.end
        )

    def holds(self, other: Find) -> bool:
        """Whether the other lies in this one and is shorter."""
        return (
            self.overlaps(other) and self.start <= other.start and other.end <= self.end and self.length > other.length
        )


def settled(finds: Iterable[Find]) -> list[Find]:
    """Those that hold, in reading order, none overlapping.

    Something with a pattern that holds a known name (an e-mail address made of it) goes as a whole, as surely as the name.
    A known name inside a longer name of the court's staff is theirs; one that is the same is the party's, but where they
    sign.
    """
    by_cell: dict[tuple[int, int], list[Find]] = {}
    for each in finds:
        by_cell.setdefault((each.block, each.cell), []).append(each)
    kept: list[Find] = []
    for together in by_cell.values():
        kept += _of_cell(together)
    return sorted(kept, key=lambda each: (each.block, each.cell, each.start))


def _of_cell(finds: list[Find]) -> list[Find]:
    ranked = sorted((_raised(each, finds) for each in finds), key=lambda f: (-f.weight, -f.length, f.start))
    kept: list[Find] = []
    for each in ranked:
        if not any(each.overlaps(other) for other in kept):
            kept.append(each)
    return kept


def _raised(find: Find, finds: list[Find]) -> Find:
    inside = [other for other in finds if find.holds(other) and other.weight is Weight.DOCKET]
    if not inside:
        return find
    if find.weight is Weight.STAFF:
        if any(other.start <= find.start and find.end <= other.end for other in finds if other.weight is Weight.DOCKET):
            return find
        return replace(find, weight=Weight.SHOWN)
    if find.weight is Weight.PATTERN and any(other.standing in (Standing.FIXED, Standing.PROPOSED) for other in inside):
        sure = any(other.standing is Standing.FIXED for other in inside)
        return replace(find, weight=Weight.POINTED, standing=Standing.FIXED if sure else Standing.PROPOSED)
    return find
