"""Tables of fines and detention: in an enforcement, and for what was done in a hearing or otherwise in the proceedings."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class SanctionState(enum.Enum):
    """How far a fine or a detention is."""

    ASKED = "asked"  # a creditor asks; a judge answers
    REFUSED = "refused"  # a judge proposes nothing
    PROPOSED = "proposed"  # the person is heard; the president decides
    DECLINED = "declined"  # the president orders nothing, or its ground fell before
    DECIDED = "decided"  # ordered (CPL 119)
    LIFTED = "lifted"  # the higher court revoked it (CPI 186)

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            SanctionState.ASKED: T("Asked for; a judge answers"),
            SanctionState.REFUSED: T("Not proposed"),
            SanctionState.PROPOSED: T("Proposed; the person can answer, then the president decides"),
            SanctionState.DECLINED: T("Nothing was ordered"),
            SanctionState.DECIDED: T("Ordered by the president"),
            SanctionState.LIFTED: T("Revoked by the higher court"),
        }[self]


class Custody(enum.Enum):
    """Where a detention stands."""

    NONE = "none"  # only a fine
    DUE = "due"  # ordered, and not carried out
    HELD = "held"  # under way
    OVER = "over"  # the person is free again
    DROPPED = "dropped"  # never carried out: there was no reason for it any more

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            Custody.NONE: T("No detention"),
            Custody.DUE: T("Detention ordered, not carried out"),
            Custody.HELD: T("In detention"),
            Custody.OVER: T("Detention over"),
            Custody.DROPPED: T("Detention not carried out"),
        }[self]


class SanctionedAs(enum.Enum):
    """As what somebody disturbed the hearing or obstructed the proceedings (CPL 113, 114: participants and others)."""

    PARTY = "party"  # a party, or an officer of an organisation that is one
    REPRESENTATIVE = "representative"  # acts for a party: answers for their own conduct, not the party for it
    WITNESS = "witness"
    EXPERT = "expert"
    INTERPRETER = "interpreter"
    PUBLIC = "public"  # watched the hearing
    OTHER = "other"  # nobody of these

    @property
    def label(self) -> Words:
        """The capacity in words."""
        return {
            SanctionedAs.PARTY: T("party"),
            SanctionedAs.REPRESENTATIVE: T("representative"),
            SanctionedAs.WITNESS: T("witness"),
            SanctionedAs.EXPERT: T("expert"),
            SanctionedAs.INTERPRETER: T("interpreter"),
            SanctionedAs.PUBLIC: T("somebody of the public"),
            SanctionedAs.OTHER: T("somebody else"),
        }[self]


class Order(enum.Enum):
    """What the bench had done before to keep order (CTR 19; CPI 177)."""

    NONE = "none"
    WARNED = "warned"
    ADMONISHED = "admonished"
    ORDERED_OUT = "ordered_out"
    REMOVED = "removed"

    @property
    def label(self) -> Words:
        """The step in words."""
        return {
            Order.NONE: T("Nothing of it"),
            Order.WARNED: T("A warning"),
            Order.ADMONISHED: T("A warning and an admonition"),
            Order.ORDERED_OUT: T("Ordered to leave"),
            Order.REMOVED: T("Taken out of the room"),
        }[self]


class _Measure:
    """What a fine or a detention is, whatever it is for (CPL 118; CPI 183, 184)."""

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    state: Mapped[SanctionState] = mapped_column(enum_column(SanctionState))
    ground: Mapped[str] = mapped_column(String(40))
    facts: Mapped[str] = mapped_column(Text)
    done_on: Mapped[date] = mapped_column(Date)
    """When the conduct was, or was last: for the same conduct nobody is fined or detained twice (CPI 184)."""
    officer: Mapped[str | None] = mapped_column(String(200))
    """Of an organisation: who of it is fined or detained, with their place in it (CPL 114)."""
    fine_minor: Mapped[int] = mapped_column(BigInt, default=0)
    days: Mapped[int] = mapped_column(default=0)
    custody: Mapped[Custody] = mapped_column(enum_column(Custody), default=Custody.NONE)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("fee_assessment.id"))
    """The notice by which the fine is paid."""
    entry_number: Mapped[int]
    decided_entry: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    detained_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    free_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    release_asked: Mapped[str | None] = mapped_column(Text)
    """What whoever is detained says to be released early (CPL 118; CPI 182); None while nothing waits."""
    review: Mapped[str | None] = mapped_column(Text)
    """What the higher court is asked (CPL 119)."""
    review_answer: Mapped[str | None] = mapped_column(String(20))
    over_ground: Mapped[str | None] = mapped_column(String(40))
    over_entry: Mapped[int | None]


class Sanction(_Measure, Base):
    """A fine, a detention or both for one conduct of one debtor in one enforcement (CPL 114, 118; CPI 183, 184)."""

    __tablename__ = "sanction"
    __table_args__ = (Index("ix_sanction_case_id", "case_id"),)

    enforcement_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """The debtor; for an officer of an organisation, that organisation."""
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """The creditor who asked; None where a judge proposes it of the court's own motion."""
    asked_entry: Mapped[int | None]


class ConductSanction(_Measure, Base):
    """A fine, a detention or both for disturbing a hearing or obstructing the proceedings (CPL 113 to 115; CPI 176, 189).

    A table of its own: it is about no enforcement and perhaps about no party, which a row of ``sanction`` cannot say, and the
    version before reads none of it (decision 0159).
    """

    __tablename__ = "conduct_sanction"
    __table_args__ = (
        Index("ix_conduct_sanction_case_id", "case_id"),
        CheckConstraint("(role = 'party') = (party_id IS NOT NULL)", name="a_party_is_named"),
    )

    hearing_id: Mapped[int | None] = mapped_column(ForeignKey("hearing.id"))
    """The hearing it was in; None in the written examination, and outside of any."""
    in_hearing: Mapped[bool]
    """Whether the bench proposed it while the hearing or the written examination went on, so that its record says so."""
    role: Mapped[SanctionedAs] = mapped_column(enum_column(SanctionedAs))
    person: Mapped[str] = mapped_column(String(80))
    """Who it is, as the choice named them, so that the same person is known again: ``mandate/…``, ``witness/…``, a party."""
    name: Mapped[str] = mapped_column(String(200))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """The party; for an officer of an organisation, that organisation. None for whoever is no party."""
    order_before: Mapped[Order] = mapped_column(enum_column(Order))
    answer_by: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Of whoever is no party: until when they can answer, from the day the proposal was handed to them."""
    said: Mapped[str | None] = mapped_column(Text)
    """Of whoever is no party: what they said to it, as the registry took it down."""
    review_by: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Of whoever is no party: until when the higher court can be asked, from the day the decision was handed to them."""
    paid_minor: Mapped[int] = mapped_column(BigInt, default=0)
    """Of whoever is no party: what came in of the fine by a payment slip of the treasury, less what went back."""

    asked_entry = None
    """Nobody asks for it: the bench proposes it by itself."""


Measure = Sanction | ConductSanction
