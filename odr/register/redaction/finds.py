"""Places found in a text before anything is decided, and which of them holds where several overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    """A pattern that holds a name the docket knows. What somebody points at goes after everything, see :func:`settled`."""
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
    loose: bool = False
    """A comma stands inside: what is found without one goes before it ("Li Lei, Li Mei" is no "Lei, Li")."""
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
    sign. What somebody pointed at is what no other find holds, in as many parts as are left: so nobody shows a known name
    or a number, and nobody hides a judge, by pointing at words around it.
    """
    by_cell: dict[tuple[int, int], list[Find]] = {}
    for each in finds:
        by_cell.setdefault((each.block, each.cell), []).append(each)
    kept: list[Find] = []
    for together in by_cell.values():
        for cluster in _clusters(together):
            kept += _of_cell(cluster)
    return sorted(kept, key=lambda each: (each.block, each.cell, each.start))


def _clusters(finds: list[Find]) -> Iterator[list[Find]]:
    """Finds of one cell in groups between which nothing overlaps, so that a long paragraph is not compared with itself."""
    group: list[Find] = []
    reach = 0
    for each in sorted(finds, key=lambda find: find.start):
        if group and each.start >= reach:
            yield group
            group = []
        group.append(each)
        reach = max(reach, each.end)
    if group:
        yield group


def _of_cell(finds: list[Find]) -> list[Find]:
    docket = [each for each in finds if each.weight is Weight.DOCKET]
    finds = [each for each in finds if not _is_no_number(each, docket)]
    pointed = [each for each in finds if each.source is Source.PERSON]
    found = [_raised(each, docket) for each in finds if each.source is not Source.PERSON]
    taken: set[int] = set()
    kept: list[Find] = []
    for each in sorted(found, key=lambda f: (-f.weight, f.loose, -f.length, f.start)):
        if taken.isdisjoint(range(each.start, each.end)):
            taken.update(range(each.start, each.end))
            kept.append(each)
    for each in sorted(pointed, key=lambda f: (-f.length, f.start)):
        free = [at for at in range(each.start, each.end) if at not in taken]
        taken.update(free)
        kept += [replace(each, start=start, end=end) for start, end in _runs(free)]
    return kept


def _is_no_number(find: Find, docket: list[Find]) -> bool:
    """Whether what reads like a case number holds the whole name of somebody, and so is none: （2020）李雷民间借贷12号."""
    is_number = find.weight is Weight.SHOWN and find.source is Source.PATTERN
    return is_number and any(
        find.holds(other) and other.person is not None and other.standing is Standing.FIXED for other in docket
    )


def _runs(places: list[int]) -> Iterator[tuple[int, int]]:
    """Places that follow each other, as start and end."""
    start = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[at - 1] + 1:
            yield places[start], places[at - 1] + 1
            start = at


def _raised(find: Find, docket: list[Find]) -> Find:
    if find.weight not in (Weight.STAFF, Weight.PATTERN):
        return find
    inside = [other for other in docket if find.holds(other)]
    if not inside:
        return find
    if find.weight is Weight.STAFF:
        if any(other.start <= find.start and find.end <= other.end for other in docket):
            return find
        return replace(find, weight=Weight.SHOWN)
    if find.weight is Weight.PATTERN and any(other.standing in (Standing.FIXED, Standing.PROPOSED) for other in inside):
        sure = any(other.standing is Standing.FIXED for other in inside)
        return replace(find, weight=Weight.POINTED, standing=Standing.FIXED if sure else Standing.PROPOSED)
    return find
