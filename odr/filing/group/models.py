"""An action of many: what was announced, who registered, who conducts the case (CPL 56, 57)."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class GroupAction(Base):
    """The announcement of an action of many, and how its representatives were found.

    ``about`` is what the case is about, ``asked`` what is sought, ``until`` the last instant to register; ``how`` is
    ``elected``, ``agreed`` or ``appointed`` (CPI 77). Each is None until it is announced, or until representatives
    are named.
    """

    __tablename__ = "group_action"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), unique=True)
    about: Mapped[str | None] = mapped_column(Text)
    asked: Mapped[str | None] = mapped_column(Text)
    announced_entry: Mapped[int | None]
    until: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    how: Mapped[str | None] = mapped_column(String(20))
    named_entry: Mapped[int | None]


class MemberState(enum.Enum):
    """What became of a registration."""

    ASKED = "asked"  # the registry looks at it
    REGISTERED = "registered"  # a claimant; the judgment is for and against them
    REFUSED = "refused"  # tie or harm not shown: they may sue by themselves (CPI 80)

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            MemberState.ASKED: T("Being looked at"),
            MemberState.REGISTERED: T("Registered"),
            MemberState.REFUSED: T("Not registered"),
        }[self]


class GroupMember(Base):
    """Somebody who registered for an action of many, and what they claim, in minor units.

    ``party_id`` is the claimant they became; None unless they are registered.
    """

    __tablename__ = "group_member"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[MemberState] = mapped_column(enum_column(MemberState), default=MemberState.ASKED)
    reasons: Mapped[str | None] = mapped_column(Text)
    asked_entry: Mapped[int]
    decided_entry: Mapped[int | None]
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    __table_args__ = (Index("ix_group_member_case_id_state", "case_id", "state"),)
