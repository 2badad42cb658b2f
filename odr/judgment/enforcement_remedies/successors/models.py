"""Who is asked to be the debtor in another's place, and what was ruled (CPL 243; CPI 470, 472, 473)."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.docket.models import PartyKind
from odr.ground.db import Base, BigInt, Reference, enum_column, new_reference
from odr.ground.text import Money, T, Text as Words


class DebtorGround(enum.Enum):
    """Why somebody else, or only an estate, is enforced against."""

    HEIR = "heir"  # the debtor died, and this heir has not renounced (CPI 473)
    BODY = "body"  # an organisation was divided or merged (CPI 470)
    DISSOLVED = "dissolved"  # an organisation was struck off, and somebody succeeds it by law (CPI 470)
    RENAMED = "renamed"  # the same organisation under another name (CPI 472)
    ESTATE = "estate"  # the debtor died, and every heir has renounced (CPI 473)

    @property
    def label(self) -> Words:
        """The ground in words."""
        return GROUND_WORDS[self]


G = DebtorGround
GROUND_WORDS = {
    G.HEIR: T("The debtor died, and this heir has not renounced"),
    G.BODY: T("The organisation was divided or merged into this one"),
    G.DISSOLVED: T("The organisation was struck off, and this one succeeds it by law"),
    G.RENAMED: T("The organisation has another name"),
    G.ESTATE: T("The debtor died, and every heir has renounced"),
}
OF_A_PERSON = (G.HEIR, G.ESTATE)
"""Grounds for a debtor who is a natural person; all others are for an organisation."""


class ChangeState(enum.Enum):
    """What became of a request."""

    ASKED = "asked"
    REFUSED = "refused"
    ALLOWED = "allowed"
    FELL = "fell"  # the enforcement ended before it was decided


class DebtorChange(Base):
    """One request that somebody else be the debtor, or that an estate be enforced against, and the ruling on it."""

    __tablename__ = "debtor_change"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    enforcement_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    was: Mapped[str] = mapped_column(String(200))
    """Who was the debtor when it was asked."""
    ground: Mapped[DebtorGround] = mapped_column(enum_column(DebtorGround))
    name: Mapped[str | None] = mapped_column(String(200))
    """Who is to be the debtor; of an estate who looks after it, if anybody was named."""
    kind: Mapped[PartyKind | None] = mapped_column(enum_column(PartyKind))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(400))
    """Where they are reached: in no entry, and shown to the court only."""
    reasons: Mapped[str] = mapped_column(Text)
    state: Mapped[ChangeState] = mapped_column(enum_column(ChangeState), default=ChangeState.ASKED)
    worth_minor: Mapped[int | None] = mapped_column(BigInt)
    """What the heir got of the estate, as it was ruled: no more is enforced against them (CPI 473)."""
    currency: Mapped[str] = mapped_column(String(3))
    entry_number: Mapped[int]
    decided_by: Mapped[int | None]

    @property
    def worth(self) -> Money | None:
        """What the heir got of the estate; None on any other ground, and before it was ruled."""
        return Money(self.worth_minor, self.currency) if self.worth_minor is not None else None
