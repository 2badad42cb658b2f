"""Volumes: each time the file of a case was closed, what was sealed, and to whom it was handed on."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class VolumeState(enum.Enum):
    """How far a volume is."""

    BINDING = "binding"  # closed; the worker puts the archive together
    SEALED = "sealed"  # its digest stands in the docket and the log; it is to be handed on
    HANDED_ON = "handed_on"  # whoever keeps it gave a receipt
    REOPENED = "reopened"  # something had to be added: another volume is closed later
    FAILED = "failed"  # the archive could not be put together: it is closed again

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            VolumeState.BINDING: T("Closed; the archive is being put together"),
            VolumeState.SEALED: T("Sealed; to be handed on"),
            VolumeState.HANDED_ON: T("Handed on"),
            VolumeState.REOPENED: T("Opened again"),
            VolumeState.FAILED: T("The archive could not be put together"),
        }[self]


CLOSED = (VolumeState.BINDING, VolumeState.SEALED, VolumeState.HANDED_ON)
"""States in which the volume takes no more papers."""


class CaseVolume(Base):
    """The file of a case as it was closed (OLR 35)."""

    __tablename__ = "case_volume"
    __table_args__ = (UniqueConstraint("case_id", "number"), Index("ix_case_volume_state", "state", "id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int]
    """The first, or one closed after the file had been opened again."""
    state: Mapped[VolumeState] = mapped_column(enum_column(VolumeState))
    compilation_id: Mapped[int] = mapped_column(ForeignKey("compilation.id"))
    """What the worker puts together: the whole file as the registry may see it."""
    closed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_entry: Mapped[int]
    upto: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(BigInt)
    sealed_entry: Mapped[int | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The court's certificate of the archive."""
    handed_on_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    handed_entry: Mapped[int | None]
    taken_by: Mapped[str | None] = mapped_column(Text)
    """Who took it, and by which receipt."""
    reopened_entry: Mapped[int | None]
