"""``flask certifier``: whose signed statements the court takes."""

from __future__ import annotations

from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from odr.procedure.accreditation import signers
from odr.procedure.court import Court
from odr.settlement.models import Certifier

group = AppGroup("certifier", help="Authorities and businesses whose signed statements the court takes.")


def _court() -> Court:
    return cast(Court, current_app.extensions["court"])


def _kinds() -> set[str]:
    court = _court()
    return {
        kind for pack in court.packs.versions(court.settings.pack) if pack.certified for kind in pack.certified.kinds
    }


@group.command("accredit")
@click.argument("key")
@click.argument("name")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    required=True,
    help="What it may certify, as the rule pack calls it; may be repeated.",
)
@click.option("--public-key", required=True, help="Ed25519 public key, base64 of its 32 bytes.")
def accredit(key: str, name: str, kinds: tuple[str, ...], public_key: str) -> None:
    """Accredit a certifier under a short KEY; its public key is compared with the certifier by another channel first."""
    unknown = set(kinds) - _kinds()
    if unknown:
        raise click.ClickException(
            f"the pack knows no certifier called {', '.join(sorted(unknown))}; it knows {', '.join(sorted(_kinds()))}"
        )
    signers.accredit(_court(), Certifier, key, name, public_key, kinds=sorted(kinds))


@group.command("revoke")
@click.argument("key")
def revoke(key: str) -> None:
    """Revoke an accreditation: its statements are taken no more, and figures it certified count no more."""
    signers.revoke(_court(), Certifier, key)


@group.command("list")
def listed() -> None:
    """Everybody who is or was accredited."""
    for one in signers.listed(_court(), Certifier):
        click.echo(f"{one.key}\t{one.name}\t{','.join(one.kinds)}\t{one.state}")
