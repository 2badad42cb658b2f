"""A draft as its checks see it: its words by place, and what the docket knows of the case. No database, no flask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from odr.docket.models import Role, Track
from odr.ground.text import Money, Text


class Standing(StrEnum):
    """What became of an exhibit."""

    EXAMINED = "examined"
    NOT_EXAMINED = "not_examined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Passage:
    """A part of the draft: where it stands, which part it is (``history``, ``claims``, ``answers``, ``issues``, ``reasons``,
    ``articles``, ``orders``), and its words.
    """

    place: Text
    part: str
    words: str


@dataclass(frozen=True)
class Draft:
    """What is checked.

    ``names`` the parties by role; ``exhibits`` by label; ``facts`` the numbers of facts told; ``awards`` the sums ordered, in
    the currency's smallest unit; ``grants``, ``dismisses`` whether any order does so; ``appeal_days`` the days for an appeal,
    one number for parties here and one for parties abroad, empty where there is none; ``oldest`` the day of the oldest fact told.

    ``heads`` the numbers of what is asked for, empty where nobody numbered it; ``disputed`` the exhibits somebody objects to;
    ``relied`` whether the court relies on an exhibit, by label, where it found so in whole or not at all; ``track`` the procedure
    the case follows; ``late`` the articles of the procedure law that make whoever pays late owe more, None where no rule does;
    ``guiding`` the guiding cases parties rely on, each with who does; ``search_due`` whether a search for similar cases has to be on
    file and is not; ``told`` the words of the docket; ``fee`` the court fee, None where this decision leaves it open, and ``bears`` what each role bears of it.
    """

    language: str
    pack: str
    passages: Sequence[Passage]
    names: Mapping[Role, Sequence[str]]
    exhibits: Mapping[str, Standing]
    facts: frozenset[str]
    awards: Sequence[int]
    grants: bool
    dismisses: bool
    short: bool
    appeal_days: tuple[int, ...]
    decided_on: date
    oldest: date | None
    heads: frozenset[int] = frozenset()
    disputed: frozenset[str] = frozenset()
    relied: Mapping[str, bool] = field(default_factory=dict)
    track: Track | None = None
    late: frozenset[int] | None = None
    fee: Money | None = None
    bears: Mapping[Role, int] = field(default_factory=dict)
    guiding: Mapping[int, str] = field(default_factory=dict)
    search_due: bool = False
    told: Sequence[str] = ()

    def of(self, *parts: str) -> Iterator[Passage]:
        """Passages of these parts, in their order."""
        return (one for one in self.passages if one.part in parts)

    @property
    def is_chinese(self) -> bool:
        """Whether it is written in Chinese."""
        return self.language == "zh-Hans"
