"""Earlier proofs attached to exhibits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.evidence.earlier import ProofKind, ProofResult, found_words
from odr.evidence.models import Upload
from odr.text import Text as Words


class EarlierProof(Base):
    """A proof from before the court, with what its examination found when it was attached."""

    __tablename__ = "earlier_proof"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    exhibit_id: Mapped[int] = mapped_column(ForeignKey("exhibit.id"), index=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"))
    beside_id: Mapped[int | None] = mapped_column(ForeignKey("upload.id"))
    """What the log holds, where that is a statement of its own."""
    kind: Mapped[ProofKind] = mapped_column(enum_column(ProofKind))
    result: Mapped[ProofResult] = mapped_column(enum_column(ProofResult))
    issuer: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The time that was attested."""
    entry_number: Mapped[int]
    examined_at: Mapped[datetime] = mapped_column(UTCDateTime)

    upload: Mapped[Upload] = relationship(foreign_keys=[upload_id], lazy="joined")
    beside: Mapped[Upload | None] = relationship(foreign_keys=[beside_id], lazy="joined")

    @property
    def words(self) -> Words:
        """What was found, in a sentence."""
        return found_words(self.kind, self.result, self.issuer, self.at)
