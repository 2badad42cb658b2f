"""Commands of the outage ledger: entered by the court's keepers, and listed."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup

from odr.ground.errors import InvalidInput
from odr.procedure.court import Court
from odr.procedure.outages import ledger
from odr.procedure.outages.models import Cause

outage = AppGroup("outage", help="The ledger of outages.")


def _court() -> Court:
    court: Court = current_app.extensions["court"]
    return court


@outage.command("tell")
@click.argument("began")
@click.argument("ended")
@click.option("--by", required=True, help="Your name, as it stands on the public page.")
def tell(began: str, ended: str, by: str) -> None:
    """Enter an outage nobody noticed: a line that was cut. BEGAN and ENDED as 2026-03-02T21:40+08:00."""
    try:
        times = [datetime.fromisoformat(one) for one in (began, ended)]
    except ValueError as error:
        raise click.ClickException("give both times as 2026-03-02T21:40+08:00") from error
    if any(one.tzinfo is None for one in times):
        raise click.ClickException("say in which zone: 2026-03-02T21:40+08:00")
    try:
        row = ledger.tell(_court(), Cause.TOLD, by, *(one.astimezone(UTC) for one in times))
    except InvalidInput as error:
        raise click.ClickException(str(error.message)) from error
    click.echo(f"outage {row.reference} is on the ledger; the worker gives the time back in its next round")


@outage.command("list")
def show() -> None:
    """The outages that ended last."""
    with _court().database.read() as session:
        for one in ledger.newest(session, 50):
            done = "done" if one.weighed_at else "in hand"
            click.echo(
                f"{one.began_at:%Y-%m-%d %H:%M} to {one.ended_at:%Y-%m-%d %H:%M} UTC, {one.cause.value}, by {one.seen_by}, {done}"
            )
