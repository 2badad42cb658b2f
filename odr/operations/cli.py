"""Commands of an open court: the clock in training, the docket, the worker. What mends a closed one is in ``maintenance``."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from functools import partial

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from odr.procedure.court import Court
from odr.procedure.models import ClockOffset

clock = AppGroup("clock", help="The procedural clock (training only).")
docket = AppGroup("docket", help="The docket.")


def _court() -> Court:
    court: Court = current_app.extensions["court"]
    return court


@clock.command("advance")
@click.argument("by")
def advance(by: str) -> None:
    """Move procedural time forward, for example ``15d`` or ``36h``; what falls due is then performed by the worker."""
    court = _court()
    if not court.settings.is_training:
        raise click.ClickException("the clock of a sitting court cannot be moved")
    match = re.fullmatch(r"(\d+)([dhm])", by)
    if not match:
        raise click.ClickException("say how far, for example 15d, 36h or 10m")
    move_clock(court, timedelta(**{{"d": "days", "h": "hours", "m": "minutes"}[match[2]]: int(match[1])}))
    click.echo(f"procedural time is now {court.clock.now():%Y-%m-%d %H:%M} UTC")


def move_clock(court: Court, by: timedelta) -> None:
    """Move procedural time of a training court."""
    with court.database.write() as session:
        row = session.get(ClockOffset, 1)
        if row is None:
            row = ClockOffset(id=1, seconds=0)
            session.add(row)
        row.seconds += int(by.total_seconds())


@docket.command("audit")
@click.option("--files", is_flag=True, help="Hash again every file that a round of hash renewal bound.")
def audit_docket(files: bool) -> None:
    """Check every case's chain of entries and its projections against the log; names what is wrong."""
    from odr.procedure.audit.docket_audit import audit
    from odr.procedure.audit.receipt_audit import known_lost_lines
    from odr.procedure.outages.sweep import audit as outage_faults
    from odr.procedure.receipt_files import all_holdings
    from odr.procedure.rules.activation import audit as rules_faults

    court = _court()
    with court.database.read() as session:
        faults = audit(court, session)
        faults += rules_faults(session)
        faults += outage_faults(session)
        faults += [str(f) for f in court.notary.audit(session)]
        if files:
            faults += [
                str(f) for f in court.notary.audit_files(session, partial(all_holdings, court)) if str(f) not in faults
            ]
        lost = len(known_lost_lines(court.settings.data_dir))
    for fault in faults:
        click.echo(fault)
    if lost:
        click.echo(
            f"{lost} lines are known as lost since a restore, see `flask log lost`; they are no faults of the docket"
        )
    click.echo("every docket is whole" if not faults else f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


@click.command("worker")
@click.option("--once", is_flag=True, help="One round, then stop.")
@click.option("--every", default=1.0, help="Seconds between rounds.")
@with_appcontext
def worker(once: bool, every: float) -> None:
    """Send what acts queued and perform what time makes due."""
    from odr.operations.worker import run, work_once

    if once:
        click.echo(work_once(_court(), comes_again=False))
    else:
        run(_court(), every=every)


@click.group()
def main() -> None:
    """Commands that need no court: ``python -m odr.operations.cli``."""


@main.command("docs")
def docs() -> None:
    """Write every document that is made from the court itself."""
    from odr.operations.docs.documents import documents

    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path.name}")


if __name__ == "__main__":
    main()
