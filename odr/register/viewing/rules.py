"""What the law has the court answer to who wants to read a decision (CPI 255). Pure."""

from __future__ import annotations

import enum

from odr.ground.text import T, Text
from odr.register.publication.models import Publication, PublicationState


class Answer(enum.Enum):
    """An answer to an application."""

    GUIDE = "guide"  # it is public: where it is read
    GRANT = "grant"  # it is not public and may be read: the redacted text
    REFUSE = "refuse"  # it may not be read


class Ground(enum.Enum):
    """Why a decision may not be read (CPI 255(3)–(5); CPL 159)."""

    NO_EFFECT = "no_effect"  # not in effect, or no more
    ELSEWHERE = "elsewhere"  # not of this court, or not to be found here
    PROTECTED = "protected"  # secrets of the state, of trade, or somebody's privacy
    NO_JUDGMENT = "no_judgment"  # a mediation statement: the law opens judgments and rulings

    @property
    def label(self) -> Text:
        """The ground in words."""
        return {
            Ground.NO_EFFECT: T("It is not in effect, or is no longer"),
            Ground.ELSEWHERE: T("It is not a decision of this court; ask the court that made it"),
            Ground.PROTECTED: T("It touches secrets of the state or of trade, or somebody’s privacy"),
            Ground.NO_JUDGMENT: T("It is not a judgment or ruling; only those are open to everybody"),
        }[self]

    @property
    def article(self) -> str:
        """On what it rests."""
        return "CPL 159" if self is Ground.NO_JUDGMENT else "CPI 255"


PRIVATE = {"state_secret", "minor_offence", "family"}
"""Reasons for which a decision is withheld from the public that keep it from an applicant too (CPI 255(5))."""
MEDIATED = "mediation"
"""The kind of paper that is neither judgment nor ruling."""


def must_refuse(row: Publication | None) -> Ground | None:
    """The ground on which the rule itself refuses, whoever answers; None where a decision can be read, now or once its
    public text is approved.
    """
    if row is None:
        return Ground.ELSEWHERE
    if row.effective_at is None or row.lost_at is not None:
        return Ground.NO_EFFECT
    if row.kind == MEDIATED:
        return Ground.NO_JUDGMENT
    withheld = row.state in (PublicationState.WITHHELD, PublicationState.WITHDRAWN)
    if withheld and row.reason in PRIVATE | {"masking", "never", "not_original"}:
        return Ground.PROTECTED
    return None


def is_readable(row: Publication) -> bool:
    """Whether an approved redacted text is there to be read by who was allowed to: nothing else is ever shown."""
    shown = row.state in (PublicationState.APPROVED, PublicationState.WITHHELD)
    return shown and row.approved_by is not None and row.proposed is not None and must_refuse(row) is None


def answers(row: Publication | None) -> tuple[Answer, ...]:
    """The answers the law leaves: one that is public is pointed to, one with an approved redacted text can be read, and
    what is secret in it can always be a ground to refuse.
    """
    if must_refuse(row) is not None or row is None:
        return (Answer.REFUSE,)
    if row.state is PublicationState.PUBLISHED:
        return (Answer.GUIDE,)
    return (Answer.GRANT, Answer.REFUSE) if is_readable(row) else (Answer.REFUSE,)
