"""What a witness states that coming cost them, and what became of it."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.ground.db import Base, BigInt, Reference, enum_column, new_reference
from odr.ground.text import Money, T, Text as Words
from odr.hearing.models import Witness


class WitnessCostState(enum.Enum):
    """How far a statement of a witness's costs is."""

    STATED = "stated"  # waits for the judge
    REFUSED = "refused"  # nothing of it is paid
    AWAITED = "awaited"  # the party who called them is asked to advance it
    READY = "ready"  # the money is there, or the court advances it: the pay desk pays
    PAID = "paid"  # the witness has it
    ENDED = "ended"  # they did not come after all; what came in goes back

    @property
    def label(self) -> Words:
        """The state in words."""
        return STATE_WORDS[self]


STATE_WORDS = {
    WitnessCostState.STATED: T("Waits for the judge"),
    WitnessCostState.REFUSED: T("Nothing of it is paid"),
    WitnessCostState.AWAITED: T("The party who called the witness is asked to advance it"),
    WitnessCostState.READY: T("The pay desk pays it"),
    WitnessCostState.PAID: T("The witness was paid"),
    WitnessCostState.ENDED: T("The witness did not come"),
}

TO_PAY = (WitnessCostState.AWAITED, WitnessCostState.READY)
"""Allowed and not paid yet."""


class WitnessCost(Base):
    """What coming costs one witness, by kind, in minor units: as stated, and as allowed once the judge has ruled (CPL 77).

    ``lost_days`` are days on which no wage was earned; what one counts the rules say, not the witness (CPI 118).
    """

    __tablename__ = "witness_cost"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    witness_id: Mapped[int] = mapped_column(ForeignKey("witness.id"), index=True)
    transport_minor: Mapped[int] = mapped_column(BigInt)
    lodging_minor: Mapped[int] = mapped_column(BigInt)
    meals_minor: Mapped[int] = mapped_column(BigInt)
    days_away: Mapped[int]
    lost_days: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    words: Mapped[str] = mapped_column(Text)
    hardship: Mapped[str | None] = mapped_column(Text)
    """Why it is to be paid before they come; nothing where they ask for it afterwards, as is the rule (EV 75)."""
    state: Mapped[WitnessCostState] = mapped_column(enum_column(WitnessCostState))
    entry_number: Mapped[int]
    ruled_by: Mapped[int | None]
    why: Mapped[str | None] = mapped_column(Text)
    working: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """The steps of what is allowed, each with its article; they add up to it."""
    allowed_minor: Mapped[int | None] = mapped_column(BigInt)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("fee_assessment.id"))
    """The notice to the party who called them; none where the court called them and advances it itself (CPL 77)."""
    paid_minor: Mapped[int | None] = mapped_column(BigInt)
    paid_by: Mapped[int | None]
    __table_args__ = (
        CheckConstraint("transport_minor >= 0 AND lodging_minor >= 0 AND meals_minor >= 0", name="not_negative"),
        CheckConstraint("days_away >= 0 AND lost_days >= 0", name="days_not_negative"),
    )

    witness: Mapped[Witness] = relationship(lazy="joined")

    @property
    def allowed(self) -> Money:
        """What the judge allowed; nothing before the ruling."""
        return Money(self.allowed_minor or 0, self.currency)

    @property
    def paid(self) -> Money | None:
        """What the witness was paid."""
        return Money(self.paid_minor, self.currency) if self.paid_minor is not None else None

    @property
    def stated(self) -> dict[str, Money]:
        """What was stated, by kind."""
        return {
            kind: Money(getattr(self, f"{kind}_minor"), self.currency) for kind in ("transport", "lodging", "meals")
        }
