"""What a complaint can be about, and what is said of it where it stands in a list. Pure."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

from odr.ground.text import T, Text

ABOUT = {
    "delay": T("Something takes too long"),
    "registration": T("How the court received or registered a claim"),
    "disclosure": T("What I am shown of the course of my case"),
    "conduct": T("How somebody of the court treated me"),
    "system": T("A page or a message that failed"),
    "other": T("Something else"),
}
"""What somebody complains of, as the form offers it."""

RESTS_ON = {"delay": "EXT 7", "registration": "REG 13", "disclosure": "PUB 15"}
"""The article behind a complaint, where a law speaks of it; behind the others stands the practice of the court."""

PRACTICE = "COURT complaint"


def article_of(about: str) -> str:
    """On what a complaint of this kind rests."""
    return RESTS_ON.get(about, PRACTICE)


class Standing(enum.Enum):
    """How a complaint stands, for the desk."""

    WAITS = "waits"  # to be answered, and there is time
    LATE = "late"  # to be answered, and the time is over
    ANSWERED = "answered"  # answered within its time
    ANSWERED_LATE = "answered_late"  # answered after it
    PASSED_ON = "passed_on"  # the higher court answers it

    @property
    def label(self) -> Text:
        """In words."""
        return STANDING_WORDS[self]


STANDING_WORDS = {
    Standing.WAITS: T("Waits for its answer"),
    Standing.LATE: T("Not answered, and late"),
    Standing.ANSWERED: T("Answered in time"),
    Standing.ANSWERED_LATE: T("Answered late"),
    Standing.PASSED_ON: T("Passed on to the higher court"),
}


@dataclass(frozen=True)
class Concerned:
    """Whom a complaint is about, and who was charged with answering it. Accounts by their numbers."""

    about: frozenset[int]
    charged: int | None = None


def may_answer(account: int | None, complaint: Concerned) -> bool:
    """Whether somebody who holds the president's office may answer: never whom the complaint is about (REG 13), and where
    somebody was charged with it, they alone.
    """
    if account is None or account in complaint.about:
        return False
    return complaint.charged is None or complaint.charged in complaint.about or complaint.charged == account


def who_answers(
    complaint: Concerned, *, named: int | None, seated: Collection[int], free: Collection[int]
) -> int | None:
    """Who is to answer: whoever is charged or named for complaints, then somebody who looks after the case already, then
    anybody of ``free``; None where everybody it could be is complained about.
    """
    at_court = [*seated, *free]
    first = [one for one in (complaint.charged, named) if one is not None and one in at_court]
    return next((one for one in [*first, *at_court] if may_answer(one, complaint)), None)
