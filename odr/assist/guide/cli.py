"""``flask guide``: what has to be reckoned once before the guide asks for meaning."""

from __future__ import annotations

from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from odr.assist.guide.asking import ranked_in
from odr.assist.guide.meaning import AT_ONCE, make, missing, path_of
from odr.assist.guide.passages import passages_of
from odr.procedure.court import Court

STEP = 500
"""Texts after which the command says how far it is."""

group = AppGroup("guide", help="The guide that answers in the court's own words.")


@group.command("vectors")
def vectors() -> None:
    """Reckon what today's passages mean; minutes the first time, later what has new words."""
    court = cast(Court, current_app.extensions["court"])
    today = court.clock.now().astimezone(court.settings.tz).date()
    ranked = ranked_in(passages_of(court.packs.in_force(court.settings.pack, today), today))
    lacks = missing(court.settings.data_dir, ranked)
    if lacks is None:
        click.echo(f"they are there: {path_of(court.settings.data_dir, ranked)}")
        return
    if not lacks.is_only_the_vectors:
        raise click.ClickException(f"{lacks.what}: {lacks.mend}")

    def told(done: int, of: int) -> None:
        if done == of or done // STEP > (done - AT_ONCE) // STEP:
            click.echo(f"{done} of {of}", err=True)

    click.echo(f"written: {make(court.settings.data_dir, ranked, told)}")
