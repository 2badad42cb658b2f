"""``flask films``: the process that makes the composite film of each hearing."""

from __future__ import annotations

from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from odr.ground.background import told_to_stop
from odr.hearing.live.media.composite.making import CannotCompose, missing
from odr.hearing.live.media.composite.working import make_due
from odr.procedure.court import Court

REMEDY = "pip install -r requirements-speech.txt"
group = AppGroup("films", help="Films of hearings held here: everybody side by side, with date and time of day.")


@group.command("work")
@click.option("--once", is_flag=True, help="One round, and end.")
@click.option("--every", default=10.0, show_default=True, help="Seconds between rounds.")
def work(once: bool, every: float) -> None:
    """Make what waits, until told to stop. A process of its own: a film of an hour takes some minutes of one processor."""
    court = cast(Court, current_app.extensions["court"])
    if missing():
        raise click.ClickException(f"{', '.join(missing())} is not installed: {REMEDY}")
    stop, every_one = told_to_stop(), True
    while not stop.is_set():
        try:
            # A backup that was put back, or a disk that was emptied, is noticed when the process begins.
            made = make_due(court, stop.is_set, every=every_one)
        except CannotCompose as error:
            raise click.ClickException(f"{error}: {REMEDY}") from None
        every_one = False
        if made:
            click.echo(f"{made} films made")
        if once:
            return
        stop.wait(every)
