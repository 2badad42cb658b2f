"""Tables of the register."""

from __future__ import annotations

import enum
from datetime import date

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, enum_column, new_reference
from odr.ground.text import T, Text as Words


class Step(enum.Enum):
    """A step of a case after which its people are asked how it went."""

    LODGING = "lodging"  # the claim was lodged
    JOINING = "joining"  # a respondent or third party came in and the time to answer is over
    HEARING = "hearing"  # the examination and hearing are over
    ENDING = "ending"  # the case is decided or settled

    @property
    def label(self) -> Words:
        """The step in words."""
        return {
            Step.LODGING: T("Filing the claim"),
            Step.JOINING: T("Coming into the case and answering"),
            Step.HEARING: T("Examination and hearing"),
            Step.ENDING: T("How the case ended"),
        }[self]


class Clear(enum.Enum):
    """Whether somebody knew what they had to do."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"

    @property
    def label(self) -> Words:
        """The answer in words."""
        return {Clear.YES: T("Yes"), Clear.PARTLY: T("In part"), Clear.NO: T("No")}[self]


class Hindrance(enum.Enum):
    """What got in somebody's way most."""

    NOTHING = "nothing"
    WORDS = "words"
    NEXT = "next"
    FILES = "files"
    PAGE = "page"
    WAITING = "waiting"
    COST = "cost"
    OTHER = "other"

    @property
    def label(self) -> Words:
        """The answer in words."""
        return {
            Hindrance.NOTHING: T("Nothing stood in my way"),
            Hindrance.WORDS: T("Words I did not understand"),
            Hindrance.NEXT: T("I did not know what comes next"),
            Hindrance.FILES: T("Sending files and evidence"),
            Hindrance.PAGE: T("A page or a code that did not work"),
            Hindrance.WAITING: T("Waiting"),
            Hindrance.COST: T("The cost"),
            Hindrance.OTHER: T("Something else"),
        }[self]


class StepAsked(Base):
    """Somebody has answered, or does not want to, after a step of a case: they are not asked again. What they answered
    stands elsewhere and names nobody.
    """

    __tablename__ = "step_asked"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    step: Mapped[Step] = mapped_column(enum_column(Step))
    __table_args__ = (UniqueConstraint("account_id", "case_id", "step"),)


class StepAnswer(Base):
    """What somebody answered after a step: no account, no case, no hour, and in no order that tells of one."""

    __tablename__ = "step_answer"

    reference: Mapped[str] = mapped_column(Reference, primary_key=True, default=new_reference)
    step: Mapped[Step] = mapped_column(enum_column(Step))
    side: Mapped[str] = mapped_column(String(20))
    month: Mapped[date] = mapped_column(Date)
    """The first day of the month."""
    clear: Mapped[Clear] = mapped_column(enum_column(Clear))
    hindrance: Mapped[Hindrance] = mapped_column(enum_column(Hindrance))
    words: Mapped[str | None] = mapped_column(Text)
    """For the court alone; never published."""
