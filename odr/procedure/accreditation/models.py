"""The columns of every table of those whose signed papers the court takes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import UTCDateTime


class Accredited:
    """What every table of accredited signers has."""

    __tablename__: Any

    key: Mapped[str] = mapped_column(String(60), unique=True)
    """Short name it signs under: ``hz-traffic-police``."""
    name: Mapped[str] = mapped_column(String(200))
    public_key: Mapped[str] = mapped_column(String(44))
    """Ed25519, base64."""
    accredited_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def state(self) -> str:
        """Since when it is accredited, or when that ended, for the operator's list."""
        return f"revoked {self.revoked_at.date()}" if self.revoked_at else f"since {self.accredited_at.date()}"
