"""``flask pack``: what a folder of rules says and lacks, what a version changes, and laying one before the
administrators. No court is opened.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import inspect, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from odr.ground.clock import CourtClock
from odr.ground.config import Settings, SettingsError
from odr.ground.db import Database
from odr.ground.errors import CourtError
from odr.procedure.rules import activation
from odr.procedure.rules.base import Applies
from odr.procedure.rules.models import LaidState, LaidVersion
from odr.procedure.rules.pack import NoSuchRule, PackError, RulePack
from odr.procedure.rules.registry import Change, ChangeKind, Files, Laid, PackRegistry, files_in, pack_diff, sections_of

MARKS = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-", ChangeKind.CHANGED: "~"}
REACH = {
    Applies.FILED_FROM: "for claims filed from {day}; pending cases keep the rule they began with",
    Applies.ACTS_FROM: "for every act from {day}, in pending cases too",
}
EVERYWHERE = "with the version of {day}"


@click.group("pack")
def pack() -> None:
    """Rule packs: check a folder, compare versions, lay one before the administrators."""


@pack.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="The day for which the pack must be complete; today unless given."
)
def check(folder: Path | None, on: datetime | None) -> None:
    """Check the court's packs, with those in FOLDER (``<id>/<version>/*.toml``). Ends with 1 where a key cannot be a
    rule or something is missing.
    """
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
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of the court's own versions.",
)
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


@pack.command("activate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--why", default="", help="What changed in the law, for the administrators and the record.")
def activate(folder: Path, why: str) -> None:
    """Lay the versions in FOLDER (``<id>/<version>/*.toml``) before the administrators; or say how far they are.

    Each governs from its own ``effective_from``, a day still to come, once two administrators have approved it under
    ``/administration/rules``. Whoever runs the machine approves nothing.
    """
    with _database() as database:
        for path in sorted(one for one in folder.glob("*/*") if one.is_dir()):
            for line in _lay(database, f"{path.parent.name}/{path.name}", _files(path), why):
                click.echo(line)


def _files(path: Path) -> Files:
    try:
        return files_in(path)
    except PackError as error:
        raise _told(error) from error


def _lay(database: Database, named: str, files: Files, why: str) -> Iterator[str]:
    """Lay one version, or tell of the one that lies there; raises ClickException for what cannot be laid."""
    now, settings = CourtClock().machine_now(), Settings.load(os.environ)
    pack_id, _, version = named.partition("/")
    with database.write() as session:
        same = select(LaidVersion).where(
            LaidVersion.pack_id == pack_id,
            LaidVersion.version == version,
            LaidVersion.sha256 == activation.digest_of(files),
        )
        known = session.scalar(same.order_by(LaidVersion.id.desc()).limit(1))
        if known is not None and known.state is not LaidState.DECLINED:
            yield _standing(known, len(activation.standing(session, known)))
            return
        try:
            row = activation.lay(session, files, why=why, by=None, now=now, today=now.astimezone(settings.tz).date())
            new, packs = activation.checked(session, files, now.astimezone(settings.tz).date())
        except CourtError as error:
            raise _told(error) from error
        before = [one for one in packs.versions(new.id) if one.version < new.version]
        yield from told(before[-1], new) if before else [summary(new)]
        yield _standing(row, 0)


def _standing(row: LaidVersion, approved: int) -> str:
    if row.state is LaidState.ACTIVATED:
        return f"{row.pack_id} {row.version}: approved by {activation.NEEDED}, in force from {row.effective_from}"
    given = f"{approved} of {activation.NEEDED} administrators approved; they do so under /administration/rules"
    return f"{row.pack_id} {row.version}, SHA-256 {row.sha256}: {given}"


def _told(error: CourtError) -> click.ClickException:
    return click.ClickException(f"{error.message}" + (f"\n{error.way_out}" if error.way_out else ""))


@contextlib.contextmanager
def _database() -> Iterator[Database]:
    try:
        database = Database(Settings.load(os.environ).url)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    try:
        yield database
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"the court's database cannot be used: {str(error).splitlines()[0]}\n`flask db upgrade` makes it"
        ) from error
    finally:
        database.dispose()


def in_force_here() -> Laid:
    """What the administrators of the court whose settings these are have put in force; nothing where there is no court
    yet.
    """
    settings = Settings.load(os.environ)
    address = make_url(settings.url)
    if address.drivername.startswith("sqlite") and not Path(address.database or "").exists():
        return {}
    with _database() as database:
        if not inspect(database.engine).has_table(LaidVersion.__tablename__):
            return {}
        with database.read() as session:
            return activation.activated(session)


def _load(folder: Path | None) -> PackRegistry:
    try:
        return PackRegistry.load(*([folder] if folder else []), laid=in_force_here())
    except PackError as error:
        raise _told(error) from error


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
