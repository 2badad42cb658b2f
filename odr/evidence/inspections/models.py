"""Inspections as they are asked for, ordered and recorded, with what the parties say for them and who signed the record."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.evidence.models import Exhibit
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class InspectionManner(enum.Enum):
    """How the court looks at it."""

    ONLINE = "online"  # an account, a page, a shop's back-end, or a device shown by live picture
    ON_SITE = "on_site"  # at the place, or where the thing is kept

    @property
    def label(self) -> Words:
        """The manner in words."""
        return MANNER_WORDS[self]


MANNER_WORDS = {
    InspectionManner.ONLINE: T("Online: an account, a page, a shop’s back end, or a thing shown by live picture"),
    InspectionManner.ON_SITE: T("On site: at the place, or where the thing is kept"),
}


class OwnGround(enum.Enum):
    """Why the court inspects without being asked: what it collects itself has five grounds, and what a party has put before
    it as evidence it may look at (CPI 96, 124; EV 12, 13).
    """

    BROUGHT = "brought"  # an exhibit shows a thing or place that is to be looked at itself (CPI 124; EV 12, 13)
    PUBLIC_INTEREST = "public_interest"  # harm to the interest of the State or the public (CPI 96(1))
    STATUS = "status"  # family or personal status (CPI 96(2))
    PUBLIC_ACTION = "public_action"  # an action in the public interest (CPI 96(3))
    COLLUSION = "collusion"  # parties may have colluded to harm others (CPI 96(4))
    PROCEDURE = "procedure"  # a question of procedure: joinder, stay, end, stepping aside (CPI 96(5))

    @property
    def label(self) -> Words:
        """The ground in words."""
        return GROUND_WORDS[self]


GROUND_WORDS = {
    OwnGround.BROUGHT: T(
        "A party has put the thing or place before the court as evidence, and it is to be looked at itself"
    ),
    OwnGround.PUBLIC_INTEREST: T("The interest of the State or of the public may be harmed"),
    OwnGround.STATUS: T("It bears on somebody’s personal status"),
    OwnGround.PUBLIC_ACTION: T("It is an action in the public interest"),
    OwnGround.COLLUSION: T("The parties may have colluded to harm others"),
    OwnGround.PROCEDURE: T("It bears on a question of procedure, such as who is to be joined"),
}


class InspectionState(enum.Enum):
    """How far an inspection is."""

    ASKED = "asked"  # a party asks; the judge has to rule
    REFUSED = "refused"  # not granted
    ORDERED = "ordered"  # fixed; everybody is told where and when
    RECORDED = "recorded"  # held; its record is an exhibit
    CALLED_OFF = "called_off"  # ordered, and not held after all

    @property
    def label(self) -> Words:
        """The state in words."""
        return INSPECTION_STATE_WORDS[self]


INSPECTION_STATE_WORDS = {
    InspectionState.ASKED: T("Before the judge"),
    InspectionState.REFUSED: T("Not granted"),
    InspectionState.ORDERED: T("Ordered, not held yet"),
    InspectionState.RECORDED: T("Held; the record is an exhibit"),
    InspectionState.CALLED_OFF: T("Called off"),
}


class Inspection(Base):
    """One inspection, from the request or the court’s own order to its record."""

    __tablename__ = "inspection"
    __table_args__ = (CheckConstraint("state <> 'ordered' OR begins_at IS NOT NULL", name="ordered_at_an_hour"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """Who asked for it; None where the court ordered it of its own motion."""
    request_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_request.id"))
    """The request it came of, with what the others said to it."""
    exhibit_id: Mapped[int | None] = mapped_column(ForeignKey("exhibit.id"))
    """The exhibit that shows the thing or place, where there is one."""
    manner: Mapped[InspectionManner] = mapped_column(enum_column(InspectionManner))
    own_ground: Mapped[OwnGround | None] = mapped_column(enum_column(OwnGround))
    what: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    """Where it is: a place, or the address, account or device that is looked at."""
    fact: Mapped[str] = mapped_column(Text)
    """What it is to show."""
    begins_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    inspectors: Mapped[str | None] = mapped_column(Text)
    invited: Mapped[str | None] = mapped_column(Text)
    """Whom of the local organisation or of a party’s unit the court invites (CPL 83)."""
    care: Mapped[str | None] = mapped_column(Text)
    """How privacy and dignity of others are kept (CPI 124)."""
    state: Mapped[InspectionState] = mapped_column(enum_column(InspectionState))
    entry_number: Mapped[int]
    ordered_by: Mapped[int | None]
    """Number of the entry that fixed the hour in force."""
    recorded_by: Mapped[int | None]
    told: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Label of a party → when it was told of the hour in force: before that the court does not hold it against them that they
    were not there (EV 43).
    """
    record: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the record says, as it was entered (EV 43), and the labels of its exhibits."""

    about: Mapped[Exhibit | None] = relationship(lazy="joined")
    notes: Mapped[list[InspectionNote]] = relationship(order_by="InspectionNote.id", lazy="selectin")
    signatures: Mapped[list[InspectionSignature]] = relationship(order_by="InspectionSignature.id", lazy="selectin")


class InspectionNote(Base):
    """What a party explains for an inspection, or asks the court to mind (EV 43)."""

    __tablename__ = "inspection_note"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    words: Mapped[str] = mapped_column(Text)
    entry_number: Mapped[int]


class InspectionSignature(Base):
    """A party’s signature under the record of an inspection, or why it does not sign (CPL 83; EV 43)."""

    __tablename__ = "inspection_signature"
    __table_args__ = (UniqueConstraint("inspection_id", "party_id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    signed: Mapped[bool]
    words: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(200))
    """Who signed for the party."""
    entry_number: Mapped[int]
