"""Commands of the register."""

from __future__ import annotations

import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from odr.ground.errors import CourtError
from odr.procedure.court import Court
from odr.register.publication.mirror.making import publish, take_down
from odr.register.search.cli import index
from odr.register.statistics.counting import rebuild

group = AppGroup("register", help="What the public sees: the index it searches, statistics, and the copy of it all.")
group.add_command(index)


def _court() -> Court:
    court: Court = current_app.extensions["court"]
    return court


@group.command("statistics")
def statistics_command() -> None:
    """Read every docket again, compare with the running count, and write today's figures. Ends with 1 where they differed."""
    begun = time.monotonic()
    found = rebuild(_court())
    click.echo(f"{found.cases} dockets read in {time.monotonic() - begun:.1f} s, {found.differences} counted otherwise")
    if found.differences:
        raise click.exceptions.Exit(1)


@group.command("publish")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--taken-down", is_flag=True, help="Only where the copy shows what is public no more; quick, for every minute."
)
def publish_command(folder: Path, taken_down: bool) -> None:
    """Bring a copy of everything public in FOLDER up to date: files by digest and an index that stands in the log. Any web
    server serves it, with the court down as well; check_register.py --copy checks it.
    """
    try:
        made = take_down(_court(), folder) if taken_down else publish(_court(), folder)
    except CourtError as error:
        raise click.ClickException(str(error.message)) from error
    if made is None:
        return  # Run every minute, it writes to nobody's mailbox.
    if not made.is_new:
        click.echo(f"nothing public has changed; the copy has {made.files} files")
        return
    click.echo(f"{made.files} files, {made.written} new, {made.removed} taken away; the index stands in the log")
