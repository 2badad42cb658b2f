"""``flask pack``: what a folder of rules says, what it lacks, and what changes from one version to the next. No court is opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from odr.clock import CourtClock
from odr.procedure.pack import NoSuchRule, PackError, RulePack
from odr.procedure.packs import Change, ChangeKind, PackRegistry, pack_diff, sections_of
from odr.procedure.rules import Applies

MARKS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.CHANGED: "~"}
REACH = {
    Applies.FILED_FROM: "for claims filed from {day}; pending cases keep the rule they began with",
    Applies.ACTS_FROM: "for every act from {day}, in pending cases too",
}
EVERYWHERE = "with the version of {day}"


@click.group("pack")
def pack() -> None:
    """Rule packs: check a folder, compare versions."""


@pack.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day for which the pack must be complete; today unless given.")
def check(folder: Path | None, on: datetime | None) -> None:
    """Check the court's packs, with those in FOLDER (``<id>/<version>/*.toml``). Ends with 1 where a key cannot be a rule or something is missing."""
    registry = _load(folder)
    at = on.replace(tzinfo=UTC) if on else CourtClock().machine_now()
    lacking = 0
    for one in (registry.in_force(name, at.date()) for name in registry.ids()):
        click.echo(summary(one))
        for words in one.missing(at):
            lacking += 1
            click.echo(f"  missing: {words}")
    click.echo("every pack is complete" if not lacking else f"{lacking} missing")
    raise SystemExit(1 if lacking else 0)


@pack.command("diff")
@click.argument("name")
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A folder of the court's own versions.")
def diff(name: str, before: str | None, after: str | None, folder: Path | None) -> None:
    """What version AFTER of pack NAME says differently from BEFORE, and from when; the last two versions unless given."""
    registry = _load(folder)
    try:
        versions = registry.versions(name)
        older = registry.get(name, before) if before else versions[-2] if len(versions) > 1 else versions[-1]
        newer = registry.get(name, after) if after else versions[-1]
    except NoSuchRule as error:
        raise click.ClickException(str(error.message)) from error
    except ValueError as error:
        raise click.ClickException(f"a version is a day, for example 2025-11-01: {error}") from error
    for line in told(older, newer):
        click.echo(line)


def _load(folder: Path | None) -> PackRegistry:
    try:
        return PackRegistry.load(*([folder] if folder else []))
    except PackError as error:
        raise click.ClickException(f"{error.message}\n{error.way_out}") from error


def summary(one: RulePack) -> str:
    """One line about a pack: what it is, and how much it holds."""
    causes = len(one.causes_on(one.effective_from))
    held = f"{causes} causes, {len(one.tracks.list)} tracks, {len(one.windows.rules)} time limits, calendar to {max(one.calendar.years)}"
    return f"{one.id} {one.version} ({one.title}): {held}"


def told(older: RulePack, newer: RulePack) -> Iterator[str]:
    """The changes between two versions in lines: section by section, with the day from which each applies."""
    yield f"{newer.id}: {older.version} → {newer.version}, in force from {newer.effective_from}"
    reach = {name: REACH[section.applies_to] for name, section in sections_of(newer)}
    last = None
    count = 0
    for change in pack_diff(older, newer):
        section = change.path.partition(".")[0]
        if section in ("version", "effective_from"):
            continue
        if section != last:
            yield f"{section}, {reach.get(section, EVERYWHERE).format(day=newer.effective_from)}:"
            last = section
        count += 1
        yield f"  {MARKS[change.kind]} {change.path}: {_values(change)}"
    yield f"{count} changes" if count else "nothing else changes"


def _values(change: Change) -> str:
    return " → ".join(value for value in (change.before, change.after) if value is not None)
