"""``flask certifier``: whose signed statements the court takes."""

from __future__ import annotations

import base64
import binascii
from typing import cast

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from odr.procedure.court import Court
from odr.settlement.models import Certifier

group = AppGroup("certifier", help="Authorities and businesses whose signed statements the court takes.")


def _court() -> Court:
    return cast(Court, current_app.extensions["court"])


def _kinds() -> set[str]:
    court = _court()
    return {kind for pack in court.packs.versions(court.settings.pack) if pack.certified for kind in pack.certified.kinds}


@group.command("accredit")
@click.argument("key")
@click.argument("name")
@click.option("--kind", "kinds", multiple=True, required=True, help="What it may certify, as the rule pack calls it; may be repeated.")
@click.option("--public-key", required=True, help="Ed25519 public key, base64 of its 32 bytes.")
def accredit(key: str, name: str, kinds: tuple[str, ...], public_key: str) -> None:
    """Accredit a certifier under a short KEY; its public key is compared with the certifier by another channel first."""
    court = _court()
    unknown = set(kinds) - _kinds()
    if unknown:
        raise click.ClickException(f"the pack knows no certifier called {', '.join(sorted(unknown))}; it knows {', '.join(sorted(_kinds()))}")
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    except (ValueError, binascii.Error):
        raise click.ClickException("this is not the base64 of an Ed25519 public key") from None
    with court.database.write() as session:
        if session.scalar(select(Certifier).where(Certifier.key == key)) is not None:
            raise click.ClickException(f"{key} stands in the list already; a new key gets a new name")
        session.add(Certifier(key=key, name=name, kinds=sorted(kinds), public_key=public_key, accredited_at=court.clock.now()))
    click.echo(f"accredited {key}")


@group.command("revoke")
@click.argument("key")
def revoke(key: str) -> None:
    """Revoke an accreditation: its statements are taken no more, and figures it certified count no more."""
    court = _court()
    with court.database.write() as session:
        found = session.scalar(select(Certifier).where(Certifier.key == key, Certifier.revoked_at.is_(None)))
        if found is None:
            raise click.ClickException(f"no accredited certifier is called {key}")
        found.revoked_at = court.clock.now()
    click.echo(f"revoked {key}")


@group.command("list")
def listed() -> None:
    """Everybody who is or was accredited."""
    with _court().database.read() as session:
        for one in session.scalars(select(Certifier).order_by(Certifier.key)):
            state = f"revoked {one.revoked_at.date()}" if one.revoked_at else f"since {one.accredited_at.date()}"
            click.echo(f"{one.key}\t{one.name}\t{','.join(one.kinds)}\t{state}")
