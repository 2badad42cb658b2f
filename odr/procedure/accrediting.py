"""Whose signed papers the court takes: accredited by the operator under a short key, until it is revoked. One way for all rooms."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import TypeVar

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from odr.db import Base, UTCDateTime
from odr.procedure.court import Court


class Accredited(Base):
    """What every table of accredited signers has."""

    __abstract__ = True

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


Row = TypeVar("Row", bound=Accredited)


def accredit(court: Court, kind: type[Accredited], key: str, name: str, public_key: str, **more: object) -> None:
    """Put a signer on its list.

    :raises click.ClickException: the key is no Ed25519 public key, or the short key stands in the list, revoked or not.
    """
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    except (ValueError, binascii.Error):
        raise click.ClickException("this is not the base64 of an Ed25519 public key") from None
    with court.database.write() as session:
        if session.scalar(select(kind).where(kind.key == key)) is not None:
            raise click.ClickException(f"{key} stands in the list already; a new key gets a new name")
        session.add(kind(key=key, name=name, public_key=public_key, accredited_at=court.clock.now(), **more))
    click.echo(f"accredited {key}")


def revoke(court: Court, kind: type[Accredited], key: str) -> None:
    """End an accreditation; the row stays, so that what was signed under it can still be checked.

    :raises click.ClickException: nobody accredited is called this.
    """
    with court.database.write() as session:
        found = session.scalar(select(kind).where(kind.key == key, kind.revoked_at.is_(None)))
        if found is None:
            raise click.ClickException(f"no accredited {kind.__tablename__} is called {key}")
        found.revoked_at = court.clock.now()
    click.echo(f"revoked {key}")


def listed(court: Court, kind: type[Row]) -> list[Row]:
    """Everybody who is or was accredited, by key."""
    with court.database.read() as session:
        return list(session.scalars(select(kind).order_by(kind.key)))
