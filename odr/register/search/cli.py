"""Commands of the public register."""

from __future__ import annotations

from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from odr.procedure.court import Court
from odr.register.search import keeping

index = AppGroup("index", help="The index of published decisions.")


@index.command("rebuild")
def rebuild() -> None:
    """Write the whole index anew from what is public now. Searching goes on with the old one meanwhile."""
    count = keeping.rebuild(cast(Court, current_app.extensions["court"]))
    if count is None:
        raise click.ClickException("the worker is writing the index just now; try again in a minute")
    click.echo(f"{count} published decisions are in the index")
