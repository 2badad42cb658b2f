"""What the search for property came to, and who agreed that the enforcement ends for now (CPI 517)."""

from __future__ import annotations

import enum
from datetime import date

from sqlalchemy import Date, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, enum_column, new_reference
from odr.ground.text import T, Text as Words


class SearchState(enum.Enum):
    """Whether an enforcement may end for now after a search that found nothing (CPI 517)."""

    TOLD = "told"  # the creditor was told of the result, and has not answered
    SIGNED = "signed"  # the creditor signed
    NOT_SIGNED = "not_signed"  # the creditor does not sign
    CHECKED = "checked"  # a panel examined it; the president has to approve
    APPROVED = "approved"  # the president approved
    NOT_APPROVED = "not_approved"  # the president did not approve: the search goes on

    @property
    def label(self) -> Words:
        """The state in words."""
        return STATE_WORDS[self]


STATE_WORDS = {
    SearchState.TOLD: T("The creditor was told of the result of the search"),
    SearchState.SIGNED: T("The creditor signed"),
    SearchState.NOT_SIGNED: T("The creditor does not sign"),
    SearchState.CHECKED: T("Examined by a panel, before the president"),
    SearchState.APPROVED: T("Examined by a panel, approved by the president"),
    SearchState.NOT_APPROVED: T("Not approved by the president"),
}

MAY_END = (SearchState.SIGNED, SearchState.APPROVED)
"""With which the judge may end the enforcement for now."""

LIVES_ON = T(
    "If it ends for now, what is owed stays owed: once property is found, the creditor applies again at any time, at no new fee [CPI 517]."
)
"""What both sides are told before and after."""


class EnforcementSearch(Base):
    """The result of one search for property in an enforcement, and what was said to it; the newest of an enforcement counts."""

    __tablename__ = "enforcement_search"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    enforcement_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    result: Mapped[str] = mapped_column(Text)
    """What was searched, and what was found."""
    searched_on: Mapped[date] = mapped_column(Date)
    state: Mapped[SearchState] = mapped_column(enum_column(SearchState))
    entry_number: Mapped[int]
    answer: Mapped[str | None] = mapped_column(Text)
    """What the creditor says to it."""
    answered_by: Mapped[int | None]
    members: Mapped[str | None] = mapped_column(Text)
    """Who sat on the panel that examined it, a line for each."""
    examined: Mapped[str | None] = mapped_column(Text)
    """What the panel examined, and why it holds that nothing is to be found."""
    examined_by: Mapped[int | None]
    why: Mapped[str | None] = mapped_column(Text)
    """Why the president approves, or not."""
    decided_by: Mapped[int | None]
