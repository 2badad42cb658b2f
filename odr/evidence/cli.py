"""Commands of the evidence room."""

from __future__ import annotations

import sys
from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from odr.evidence.store_check import FaultKind, check
from odr.procedure.court import Court

store = AppGroup("store", help="The store of files.")


@store.command("check")
def check_store() -> None:
    """Hash every file again; names each that is missing, altered or unclaimed. Ends with 1 when evidence is damaged."""
    court = cast(Court, current_app.extensions["court"])
    with court.database.read() as session:
        faults = check(court.ports.store, session)
    for fault in faults:
        click.echo(str(fault))
    # Unclaimed bytes are what a crash before a commit leaves: told, but no evidence is damaged.
    damaged = [fault for fault in faults if fault.kind is not FaultKind.UNCLAIMED]
    click.echo("every file is whole" if not damaged else f"{len(damaged)} files are damaged")
    sys.exit(1 if damaged else 0)
