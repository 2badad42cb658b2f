"""An action of an outsider: which decision in effect a claim attacks, and what became of it (CPL 59; CPI 290 to 298)."""

from __future__ import annotations

import enum
from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, enum_column, new_reference
from odr.ground.text import T, Text as Words


class Absence(enum.Enum):
    """Why an outsider could not take part, without fault of theirs (CPI 293)."""

    UNAWARE = "unaware"  # knew nothing of the case
    REFUSED = "refused"  # asked to take part and was refused
    PREVENTED = "prevented"  # knew of it and was kept away by what nobody can help
    OTHER = "other"  # another reason that is not their fault

    @property
    def label(self) -> Words:
        """The reason in words."""
        return {
            Absence.UNAWARE: T("I did not know of the case"),
            Absence.REFUSED: T("I asked to take part, and it was refused"),
            Absence.PREVENTED: T("I knew of it and was prevented by something outside my power"),
            Absence.OTHER: T("Another reason that is not my fault"),
        }[self]


UNTOLD = "given IS NOT NULL"


class OutsiderAction(Base):
    """A claim that attacks a decision in effect of another case of this court.

    ``case_id`` is the claim's own case, ``attacked_id`` the case whose decision it attacks.
    """

    __tablename__ = "outsider_action"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), unique=True)
    attacked_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    absence: Mapped[Absence] = mapped_column(enum_column(Absence))
    known_on: Mapped[date] = mapped_column(Date)
    """When the outsider learned, or ought to have learned, that their rights are harmed."""
    until_on: Mapped[date] = mapped_column(Date)
    """The last of the six months; nobody extends them (CPI 127)."""
    named_entry: Mapped[int]
    """In the action's own case: by which entry the decision was named."""
    given: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What is still to be put on the docket of the attacked case; None while nothing is."""
    told_entry: Mapped[int | None]
    """In the attacked case: by which entry its parties learn of the action."""
    taken_entry: Mapped[int | None]
    """In the action's own case: by which entry the court took the action; None while it did not."""
    halted_entry: Mapped[int | None]
    """In the attacked case: by which entry its enforcement was halted for the action (CPI 297)."""
    outcome: Mapped[str | None] = mapped_column(String(20))
    """``changed``, ``set_aside`` or ``stands``; None while it is not on the docket of the attacked case (CPI 298)."""
    outcome_entry: Mapped[int | None]
    __table_args__ = (
        Index("ix_outsider_action_untold", "id", sqlite_where=text(UNTOLD), postgresql_where=text(UNTOLD)),
    )
