"""Names found by a model: an extra behind a port. The court works without one, and the desk says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from odr.procedure.rules.redaction import Private
from odr.register.redaction.finds import Find, Weight
from odr.register.redaction.folding import folded
from odr.register.redaction.known import Source, Standing
from odr.register.redaction.naming import Person
from odr.register.redaction.structure import PublicText


@dataclass(frozen=True)
class NamedPlace:
    """A name a model found: start and end in the words, and how sure it is (0 to 1)."""

    start: int
    end: int
    sure: float


class NamesModel(Protocol):
    """A model that marks names of people in running text."""

    name: str
    digest: str
    """SHA-256 of its file: the desk says by which model a proposal was made."""

    def names(self, words: str) -> Sequence[NamedPlace]:
        """Names in one paragraph."""
        ...


def find_by_model(text: PublicText, model: NamesModel) -> Iterable[Find]:
    """What a model finds is always for a person to decide."""
    for block, cell, words in text.cells():
        for each in model.names(words):
            surface = words[each.start : each.end]
            if surface.strip():
                yield Find(
                    block,
                    cell,
                    each.start,
                    each.end,
                    Private.PERSON,
                    Source.MODEL,
                    Standing.OPEN,
                    Weight.MODEL,
                    f"person:{folded(surface)}",
                    f"{model.name}, {each.sure:.2f}",
                    Person(Private.PERSON, surface),
                )
