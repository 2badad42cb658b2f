"""How the votes of a panel are counted (CPL 45; LAJ 22, 23). Pure: it knows no case and no database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from odr.judgment.vocabulary import Vote


@dataclass(frozen=True)
class Ballot:
    """A member's vote on a text: on what it finds of the facts and, of a judge in a panel of seven, on how it applies the law."""

    vote: Vote
    """In a panel of seven on the facts alone."""
    law: Vote | None = None


def is_adopted(ballots: Collection[Ballot]) -> bool:
    """Whether more than half of all who vote take the text, or in a panel of seven what it finds of the facts."""
    return 2 * sum(one.vote.takes_the_text for one in ballots) > len(ballots)


def law_is_adopted(ballots: Collection[Ballot], judges: int) -> bool:
    """Whether more than half of the ``judges`` of a panel of seven take how the text applies the law; whoever has no vote on that
    is not counted (LAJ 22).
    """
    return 2 * sum(one.law is not None and one.law.takes_the_text for one in ballots) > judges
