"""Security offered in an enforcement, and what became of it (CPL 242; CPI 467 to 469)."""

from __future__ import annotations

import enum
from datetime import date

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, enum_column, new_reference
from odr.ground.text import Money, T, Text as Words


class SecurityKind(enum.Enum):
    """What stands for the debt (CPI 468)."""

    OWN = "own"  # property of whoever owes
    OTHER = "other"  # property of somebody else
    GUARANTOR = "guarantor"  # somebody else answers with all they own, within a bound

    @property
    def label(self) -> Words:
        """The kind in words."""
        return KIND_WORDS[self]


KIND_WORDS = {
    SecurityKind.OWN: T("Property of my own"),
    SecurityKind.OTHER: T("Property of somebody else"),
    SecurityKind.GUARANTOR: T("A guarantor, with a written undertaking"),
}


class SecurityState(enum.Enum):
    """How far an offer of security is, and what became of the wait for it."""

    OFFERED = "offered"  # the creditor has to answer
    DECLINED = "declined"  # the creditor does not consent
    AGREED = "agreed"  # the creditor consents; the judge decides
    REFUSED = "refused"  # the judge does not let the enforcement wait
    HOLDS = "holds"  # the enforcement waits
    OVER = "over"  # the day has passed and not everything is performed: it is enforced against the security too
    MOVED = "moved"  # the security was being moved away: it is enforced at once
    FREE = "free"  # everything is performed, or the enforcement ended otherwise


LIABLE = (SecurityState.OVER, SecurityState.MOVED)
"""In which the security, or who guaranteed, is enforced against."""


class EnforcementSecurity(Base):
    """One offer of security in an enforcement; the newest of an enforcement counts."""

    __tablename__ = "enforcement_security"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    enforcement_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[SecurityKind] = mapped_column(enum_column(SecurityKind))
    giver: Mapped[str | None] = mapped_column(String(200))
    """Who else gives it, by name; None where it is the debtor's own."""
    address: Mapped[str | None] = mapped_column(String(400))
    """Where papers reach who gives it; in no entry, and shown to the court only."""
    what: Mapped[str] = mapped_column(Text)
    bound_minor: Mapped[int | None] = mapped_column(BigInt)
    """Up to what sum it answers; None for everything that is enforced."""
    currency: Mapped[str] = mapped_column(String(3))
    ends_on: Mapped[date | None] = mapped_column(Date)
    """The last day of the security; None where it has no term."""
    state: Mapped[SecurityState] = mapped_column(enum_column(SecurityState), default=SecurityState.OFFERED)
    entry_number: Mapped[int]
    answered_by: Mapped[int | None]
    decided_by: Mapped[int | None]
    waits_until: Mapped[date | None] = mapped_column(Date)
    """The last day on which nothing is enforced."""
    told_moved: Mapped[str | None] = mapped_column(Text)
    """What the creditor says of property that is being moved away."""
    ended_by: Mapped[int | None]
    ordered_minor: Mapped[int | None] = mapped_column(BigInt)
    """Up to what sum it was ruled that the property of the guarantor is enforced against (CPI 469)."""
    ordered_by: Mapped[int | None]

    @property
    def bound(self) -> Money | None:
        """Up to what sum it answers; None for everything."""
        return Money(self.bound_minor, self.currency) if self.bound_minor is not None else None
