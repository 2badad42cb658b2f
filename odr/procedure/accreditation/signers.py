"""Whose signed papers the court takes: accredited by the operator under a short key, until it is revoked. One way for
all rooms.
"""

from __future__ import annotations

import base64
import binascii
from typing import TypeVar

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from odr.procedure.accreditation.models import Accredited
from odr.procedure.court import Court

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
        row = kind()
        for field, value in {
            "key": key,
            "name": name,
            "public_key": public_key,
            "accredited_at": court.clock.now(),
            **more,
        }.items():
            setattr(row, field, value)
        session.add(row)
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
