"""What the docket knows of the people of a case, and what is found of it and of others in a decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from odr.procedure.rules.redaction import NAMES, Holder, Private


@dataclass(frozen=True)
class Known:
    """Something the docket knows: one person, organisation or datum, with every spelling somebody has typed.

    ``names[0]`` is the name of the register, the others are aliases; ``role`` is told at the desk (claimant, judge, …, in
    the desk's language). ``minor``: not of age; ``represents_by_law``: a legal representative of a party of JDP 8;
    ``family``: party of a family or inheritance case; ``ordered``: an order of the court hides this name. ``keep`` is for
    judges, assistants and clerks, who are always shown. ``holder`` says whose a datum is, where the docket knows.
    """

    kind: Private
    names: tuple[str, ...]
    role: str = ""
    minor: bool = False
    represents_by_law: bool = False
    family: bool = False
    ordered: bool = False
    keep: bool = False
    holder: Holder | None = None

    def __post_init__(self) -> None:
        if not self.names or not all(name.strip() for name in self.names):
            raise ValueError("what is known needs a name, and none of its names may be empty")
        if self.keep and self.kind not in NAMES:
            raise ValueError("only people and organisations can be kept")

    @property
    def is_protected(self) -> bool:
        """Whether JDP 8 itself hides this name."""
        return self.minor or self.represents_by_law or self.family


class Source(StrEnum):
    """By what something was found."""

    DOCKET = "docket"
    PATTERN = "pattern"
    CONTEXT = "context"
    MODEL = "model"
    PERSON = "person"
    """Somebody pointed at it: the clerk at the desk, or a party that objected."""


class Standing(StrEnum):
    """What there is to decide about a candidate."""

    FIXED = "fixed"
    """The docket knows: always replaced."""
    PROPOSED = "proposed"
    """Replaced or cut unless a person decides otherwise."""
    OPEN = "open"
    """A person must decide before anything is published."""
    KEPT = "kept"
    """Court staff: always shown."""


class Choice(StrEnum):
    """What a person decides."""

    REPLACE = "replace"
    CUT = "cut"
    LEAVE = "leave"


@dataclass(frozen=True)
class Candidate:
    """One place of the text, ``surface`` at ``start:end`` of a cell, that may have to be hidden.

    ``number`` is that of the person or thing: all its places share it, and one choice decides them all. ``what`` tells in
    short what it is ("claimant", "after 快递员"). ``replacement`` stands there when it is replaced; "" leaves it out.
    ``article`` is the rule; ``by_default`` the choice that holds when nobody decides (None while it is open).
    ``passed_on`` is the key under which a name keeps its replacement in the appeal (:func:`naming_of`).
    """

    number: int
    block: int
    cell: int
    start: int
    end: int
    surface: str
    kind: Private
    source: Source
    article: str
    replacement: str
    choice: Standing
    by_default: Choice | None = None
    what: str = ""
    passed_on: str = ""
    provisional: bool = False
    cut: str = ""
    """What stands there when it is cut: the sign of the rules, or nothing."""


Choices = Mapping[int, Choice]
"""Decisions by a candidate's number."""


def grouped(candidates: Iterable[Candidate]) -> dict[int, tuple[Candidate, ...]]:
    """Candidates by number, each with all its places in reading order."""
    found: dict[int, list[Candidate]] = {}
    for each in candidates:
        found.setdefault(each.number, []).append(each)
    return {number: tuple(places) for number, places in sorted(found.items())}


def open_candidates(candidates: Iterable[Candidate], choices: Choices) -> tuple[int, ...]:
    """Numbers about which a person has still to decide."""
    return tuple(
        number
        for number, places in grouped(candidates).items()
        if any(each.choice is Standing.OPEN for each in places) and number not in choices
    )


def naming_of(candidates: Iterable[Candidate]) -> dict[str, str]:
    """By what each name was replaced, to be handed to :func:`~odr.register.redaction.propose.propose` for the appeal's
    text and for later rulings. It holds the names themselves: it is kept where the case is kept, never published.
    """
    return {each.passed_on: each.replacement for each in candidates if each.passed_on and each.replacement}
