"""Commands of insight: playing a year through, fitting coefficients from notes of time, reckoning all cases anew."""

from __future__ import annotations

import time
from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from odr.insight.distribution.recorded import weights_of
from odr.insight.distribution.simulate import MOST_CASES, MOST_JUDGES, Rule, Year, play
from odr.insight.workload.fitting import fit
from odr.insight.workload.models import WorkTurn
from odr.insight.workload.reckoning import notes_by_kind, reckon_new, rules_today
from odr.procedure.court import Court

insight = AppGroup("insight", help="The court's own work: weights, draws, a year played through.")


def _court() -> Court:
    return cast(Court, current_app.extensions["court"])


@insight.command("simulate")
@click.option("--cases", type=click.IntRange(1, MOST_CASES), default=10_000, show_default=True)
@click.option("--judges", type=click.IntRange(1, MOST_JUDGES), default=20, show_default=True)
@click.option(
    "--fewer", type=click.IntRange(0, MOST_JUDGES), default=0, help="Judges who leave in the middle of the year."
)
@click.option("--away", type=click.IntRange(0, 300), default=35, show_default=True, help="Days of leave of each.")
@click.option(
    "--minutes", type=click.IntRange(1, 600), default=300, show_default=True, help="Work of each on a working day."
)
@click.option("--rule", type=click.Choice([one.value for one in Rule]), default=Rule.LOT.value, show_default=True)
@click.option("--seed", default="year", show_default=True)
def simulate(cases: int, judges: int, fewer: int, away: int, minutes: int, rule: str, seed: str) -> None:
    """Play a year through, from the weights that were recorded."""
    court = _court()
    pack = rules_today(court)
    if pack.workload is None or pack.distribution is None:
        raise click.ClickException("the rules of this court have no workload or no distribution")
    if fewer >= judges:
        raise click.BadParameter("somebody has to stay", param_hint="--fewer")
    with court.database.read() as session:
        weights, recorded = weights_of(session, pack.workload)
    begun = time.process_time()
    came = play(Year(cases, judges, weights, Rule(rule), away, minutes, fewer, seed), pack.distribution)
    spent = time.process_time() - begun
    click.echo(f"weights: of {recorded} recorded cases" if recorded else "weights: of the rules, nobody measured them")
    click.echo(f"filed {came.filed}, ended {came.ended}, waiting {came.waiting}")
    click.echo(f"days: half within {came.half_days}, nine in ten within {came.nine_days}")
    click.echo(
        f"open work: middle desk {came.usual_load} min; apart {came.apart_at_end} min at the end, {came.most_apart} at most"
    )
    click.echo(f"processor: {spent:.2f} s")


@insight.command("fit")
def fit_notes() -> None:
    """Coefficients from the notes of time, as lines for a rule pack. Kinds with too few notes are left out, and named."""
    court = _court()
    pack = rules_today(court)
    if pack.workload is None:
        raise click.ClickException("the rules of this court have no workload")
    with court.database.read() as session:
        found = fit(notes_by_kind(session), pack.workload.minimum)
    for kind, one in found.items():
        if one.low is None:
            click.echo(f"# {kind}: {one.notes} notes, fewer than {pack.workload.minimum}: not known")
        else:
            click.echo(f"[workload.events.{kind}]\nlow = {one.low}\nhigh = {one.high}\nsample = {one.notes}")
    if not found:
        click.echo("# no time was noted yet")


@insight.command("reckon")
def reckon() -> None:
    """Reckon the work of all cases anew from their dockets."""
    court = _court()
    with court.database.write() as session:
        turn = session.get(WorkTurn, 1)
        if turn is not None:
            turn.last_entry = 0
    count = 0
    while done := reckon_new(court):
        count += done
    click.echo(f"{count} dockets were read")
