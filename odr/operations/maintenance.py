"""Commands that keep a court: check-up, database, log, keys, backup and restore.

They work without an open court, since they mend what keeps it from opening. Each opens
only what it needs: the settings, the database, the notary.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from cryptography.hazmat.primitives.serialization import Encoding
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from odr.app import create_app, open_notary, training_offset
from odr.evidence.retention.rules import erased_by_rule
from odr.ground import logs, migrate, silence
from odr.ground.clock import Clock, CourtClock
from odr.ground.config import Settings, SettingsError
from odr.ground.db import Database
from odr.notary.check import visit
from odr.notary.check.recovery import Lost, Unrecoverable, lost_lines
from odr.notary.check.witness_refusals import Answer, standing
from odr.notary.log.log_rows import open_log, tree_size
from odr.notary.log.receipts import leaf_line
from odr.notary.log.years import Closing
from odr.notary.models import Log, LogEntry, Receipt, SigningKey
from odr.notary.notary import Notary
from odr.notary.rehash import audit
from odr.notary.rehash.rounds import RoundRefused
from odr.notary.vault import FileVault, SignerAhead, SigningStopped, VaultRefused
from odr.operations import backup, doctor, drill, move, rehearsal
from odr.procedure.audit.receipt_audit import LOST_FOLDER, audit_receipts, known_lost_lines, named_entry, what_is_gone
from odr.procedure.court import Court
from odr.procedure.rules.cli import pack
from odr.training.reset import demo
from odr.training.volume.filling import volume_command
from odr.training.volume.rows import bench_group


class Keeping(AppGroup):
    """Commands whose known breaches are told in a line instead of a trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (OSError, LookupError, ValueError, VaultRefused, SQLAlchemyError) as error:
            said = str(error).splitlines()[0] if str(error) else ""
            raise click.ClickException(
                f"{type(error).__name__}: {said}\n`flask doctor` says how to mend it."
            ) from error


log = Keeping("log", help="The court's transparency log.")
database = Keeping("db", help="The database.")
keys = Keeping("keys", help="The court's keys.")

demo.add_command(volume_command)

WITHOUT_COURT = frozenset(
    {"doctor", "db", "log", "keys", "backup", "restore", "drill", "rehearse", "silence", "demo", "bench", "pack"}
)
_TAKES_VALUE = {"--app", "-A", "--env-file", "-e"}


def open_app() -> Flask:
    """The application for a WSGI server. For a command that mends the court, one that leaves it closed."""
    if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
        settings = Settings.load(os.environ)
        logs.configure(settings)
        return create_app(settings)
    try:
        settings = Settings.load(os.environ)
        logs.configure(settings)
        return closed_app(settings) if command_named(sys.argv[1:]) in WITHOUT_COURT else create_app(settings)
    except (SettingsError, SignerAhead) as error:
        raise click.ClickException(f"{error}\n`flask doctor` says how to mend it.") from error


def command_named(words: Sequence[str]) -> str | None:
    """The command among the words of ``flask``, whose options may stand before it."""
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in _TAKES_VALUE
            continue
        return word
    return None


def closed_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """Settings and the commands of this module, nothing else: no database is touched, no key used."""
    app = Flask("odr")
    app.extensions |= {"settings": settings, "clock": clock}
    for command in KEEPING:
        app.cli.add_command(command)
    return app


def _settings() -> Settings:
    court: Court | None = current_app.extensions.get("court")
    settings: Settings = court.settings if court else current_app.extensions["settings"]
    return settings


def _parts() -> tuple[Database, Clock, Notary]:
    court: Court | None = current_app.extensions.get("court")
    if court is not None:
        return court.database, court.clock, court.notary
    settings = _settings()
    found = Database(settings.url)
    clock = _clock(found)
    return found, clock, open_notary(settings, found, clock)


def _clock(found: Database) -> Clock:
    given: Clock | None = current_app.extensions.get("clock")
    return given or CourtClock(training_offset(found) if _settings().is_training else None, _settings().data_dir)


def _now() -> datetime:
    """Machine time, where no database may be there yet."""
    given: Clock | None = current_app.extensions.get("clock")
    return (given or CourtClock()).machine_now()


# The check-up


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Look at everything a court needs; each line that is not well says how to mend it. Ends with 1 where something is
    bad.
    """
    found = doctor.examine(_settings(), *_parts())
    for finding in found:
        click.echo(str(finding))
    bad = sum(finding.state is doctor.State.BAD for finding in found)
    worries = sum(finding.state is doctor.State.WORRY for finding in found)
    click.echo("the court is well" if not bad + worries else f"{bad} bad, {worries} to see to")
    sys.exit(1 if bad else 0)


# The database


def _url() -> str:
    """The database's address; a fresh SQLite court gets its folder."""
    settings = _settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings.url


@database.command("upgrade")
@click.option("--beside", is_flag=True, help="Only steps that leave the version running which the database is of now.")
def upgrade(beside: bool) -> None:
    """Bring the database into the form this version needs."""
    url = _url()
    lacking = migrate.pending(url)
    if beside and (ending := migrate.ending(url)):
        raise click.ClickException(
            f"{', '.join(ending)} would take away what the version that runs now still needs; nothing was changed. "
            "Roll to a version between the two first, or stop web and worker and leave --beside out."
        )
    migrate.upgrade(url)
    click.echo(f"the database is up to date ({'was already' if not lacking else 'took ' + ', '.join(lacking)})")


@database.command("downgrade")
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
def downgrade(revision: str, yes: bool) -> None:
    """Take the database back to REVISION, for an older version of the program. What the newer form alone could hold is
    lost.
    """
    if revision not in migrate.revisions():
        raise click.ClickException(f"there is no revision {revision}; there are {', '.join(migrate.revisions())}")
    if not yes:
        click.confirm("Is there a backup of now, and have web and worker been stopped?", abort=True)
    migrate.downgrade(_url(), revision)
    click.echo(f"the database stands at {revision}")


@database.command("copy")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
def copy_command(address: str, yes: bool) -> None:
    """Copy this database into the empty one at ADDRESS, of the same kind or the other, and compare every row."""
    if not yes:
        click.confirm("Have web and worker been stopped?", abort=True)
    try:
        moved = move.copy_database(_url(), address)
    except move.MoveRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{sum(moved.rows.values())} rows of {len(moved.rows)} tables are there, each the same as here")
    click.echo("now set ODR_DATABASE_URL to that address, and run `flask doctor` and `flask docket audit`")


@database.command("status")
def status() -> None:
    """Say at which revision the database stands and what it lacks. Ends with 1 when it lacks something."""
    url = _url()
    lacking = migrate.pending(url)
    click.echo(
        f"at {migrate.current(url) or 'nothing'}"
        + (f", lacks {', '.join(lacking)}: run `flask db upgrade`" if lacking else ", up to date")
        + (", of a newer version that this one runs beside" if migrate.is_newer(url) else "")
    )
    sys.exit(1 if lacking else 0)


# The log


@log.command("audit")
@click.argument("url", required=False)
@click.option(
    "--key", "vkey", metavar="VKEY", help="The verifier key of the log at URL, known from elsewhere than that address."
)
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    metavar="VKEY",
    help="Key of a witness whose cosignature is to be looked for.",
)
@click.option(
    "--memory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for what is remembered; `monitored/` of the data folder unless given.",
)
@click.option("--everything", is_flag=True, help="Read the whole log again, not only what is new.")
@click.option(
    "--tries", default=4, show_default=True, help="How often to ask before saying that the log does not answer."
)
def audit_log(
    url: str | None, vkey: str | None, witnesses: tuple[str, ...], memory: Path | None, everything: bool, tries: int
) -> None:
    """Check every tile, entry and checkpoint of this court's log; with URL be the independent monitor of anybody's C2SP
    log.

    Names what is wrong. Ends with 1 where something is, with 3 where the log at URL did not answer.
    """
    if url is not None:
        folder = memory or _settings().data_dir / "monitored"
        lines, code = visit.watch(url, vkey, folder, witnesses, everything=everything, tries=tries)
        for line in lines:
            click.echo(line)
        sys.exit(code)
    _, _, notary = _parts()
    with notary.database.read() as session:
        faults = [str(fault) for fault in notary.audit(session)]
        faults += audit_receipts(session, known_lost=known_lost_lines(_settings().data_dir), erasures=[erased_by_rule])
    for fault in faults:
        click.echo(fault)
    click.echo("the log is sound" if not faults else f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


@log.command("renew")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Every token, however long it still has: when a key or an algorithm is no longer believed.",
)
def renew_tokens(everything: bool) -> None:
    """Stamp anew, over checkpoint and token, what ends within 150 days. The worker does so by itself; ends with 1 where
    something could not be renewed.
    """
    _, _, notary = _parts()
    total = 0
    while True:
        done, wrong = notary.renew(everything=everything)
        total += done
        if everything or not done:
            break
    for line in wrong:
        click.echo(f"not renewed: {line}")
    click.echo(f"{total} time tokens renewed")
    sys.exit(1 if wrong else 0)


@log.command("renew-hash")
@click.option("--rule", metavar="TEXT", help="Begin a round, on this rule or setting; in one line.")
@click.option("--on", "rule_on", type=click.DateTime(["%Y-%m-%d"]), help="The day of that rule.")
@click.option("--by", metavar="NAME", help="Who begins it.")
def renew_hash(rule: str | None, rule_on: datetime | None, by: str | None) -> None:
    """Say how hash renewal stands; with --rule, --on and --by begin a round, which the worker carries on.

    A round binds with SHA-512 every receipt, file, checkpoint and time token there is, before SHA-256 weakens. Ends
    with 1 where a file was damaged.
    """
    _, _, notary = _parts()
    given = (rule, rule_on, by)
    if any(given) and not all(given):
        raise click.UsageError("a round needs --rule, --on and --by")
    if rule and rule_on and by:
        try:
            row = notary.begin_round(rule=rule, rule_on=rule_on.date(), by=by)
        except RoundRefused as error:
            raise click.ClickException(str(error)) from error
        click.echo(
            f"round {row.number} begins: {row.entries} entries, {row.checkpoints} checkpoints; `flask worker` carries it on"
        )
    with notary.database.read() as session:
        stands = audit.standing(session)
    click.echo(f"{stands.ended} rounds ended, {stands.waiting} entries bound by none")
    if stands.wanted:
        click.echo(f"round {stands.rounds} under way: {stands.done} of {stands.wanted} bound")
    for place in stands.damaged:
        click.echo(f"damaged: the file of {place} is missing or not the one received; its receipt alone was bound")
    sys.exit(1 if stands.damaged else 0)


@log.command("recover")
def recover_log() -> None:
    """After an old backup: read back what was signed for and is lost, and name each lost line."""
    _, _, notary = _parts()
    lost = recover(_settings(), notary)
    for line in lost:
        click.echo(f"lost: log {line.log} entry {line.index}: {line.leaf}")
    click.echo(_told_lost(len(lost)))


def _told_lost(count: int) -> str:
    return (
        f"{count} acknowledged acts or files are lost: ask their authors for the receipts and enter them again"
        if count
        else "nothing signed for is lost"
    )


def recover(settings: Settings, notary: Notary) -> list[Lost]:
    """Recover the log; what is lost is also kept in ``lost/`` of the data folder. Raises ClickException where it cannot
    be.
    """
    with notary.database.read() as session:
        opened = open_log(session)
        start = tree_size(session, opened.id) if opened else 0
    try:
        count = notary.recover()
        _sequence(notary)
    except Unrecoverable as error:
        raise click.ClickException(
            f"{error}\nThe log must be closed and a successor opened: `flask log close --breach`"
        ) from error
    except VaultRefused as error:
        raise click.ClickException(str(error)) from error
    if opened is None or not count:
        return []
    with notary.database.read() as session:
        lost = [line for line in lost_lines(session, opened.id, start) if line.index < start + count]
    if lost:
        folder = settings.data_dir / LOST_FOLDER
        folder.mkdir(exist_ok=True)
        (folder / f"{opened.id}-{start}.json").write_text(json.dumps([asdict(line) for line in lost], indent=1))
    return lost


@log.command("resume")
@click.option("--by", metavar="NAME", help="Who answers for it.")
@click.option("--why", metavar="TEXT", help="What was found, and why signing may go on; in one line.")
def resume_signing(by: str | None, why: str | None) -> None:
    """Say which witnesses have refused this court's tree heads; with --by and --why answer for it, and let the vault
    sign again.

    It is done at the vault's own folder, as root or as the vault's user. Ends with 1 while signing is stopped.
    """
    if bool(by) != bool(why):
        raise click.UsageError("an answer needs --by and --why")
    _, clock, notary = _parts()
    if by and why:
        folder = _settings().vault_folder
        if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise click.ClickException(
                f"{folder} is not open to this user: run this as root, with ODR_VAULT_DIR naming the vault's folder"
            )
        for refusal in FileVault(folder).answer_refusals(Answer(by, why, clock.machine_now())):
            click.echo(f"answered: {refusal}")
    refusals = notary.vault.refusals()
    for refusal in refusals:
        click.echo(
            f"{refusal}; "
            + (
                f"{refusal.answer.by} on {refusal.answer.at:%F %T} UTC: {refusal.answer.why}"
                if refusal.answer
                else "NOT ANSWERED"
            )
        )
    stopped = standing(refusals)
    click.echo("signing is stopped" if stopped else "the vault signs")
    sys.exit(1 if stopped else 0)


@log.command("clock")
@click.option("--by", required=True, help="Your name.")
@click.option("--why", required=True, help="What set the clock, and how you know that it is right now.")
@with_appcontext
def answer_for_clock(by: str, why: str) -> None:
    """The machine's clock was set, and is right as it stands: tree heads are stamped again, entries say no more of it."""
    settings = _settings()
    watch = CourtClock(folder=settings.data_dir).watch
    leap = watch.was_set() if watch is not None else None
    if watch is None or not leap:
        raise click.ClickException("the clock was not set since somebody last answered for it")
    line = {"at": _now().isoformat(), "leap_seconds": leap.total_seconds(), "by": by, "why": why}
    with (settings.data_dir / "clock-answers.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    watch.answer()
    backup.give_to_owners(settings)
    click.echo(f"answered: the clock was set by {leap}; tree heads are stamped from the worker's next round on")


@log.command("lost")
@click.argument("receipts", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def lost_command(receipts: tuple[Path, ...]) -> None:
    """List lines whose acts a restore lost. With RECEIPTS (receipt.json that people hold): say of each what it is, and
    whether it or its entry is lost.
    """
    found, _, _ = _parts()
    if not receipts:
        for path in sorted((_settings().data_dir / LOST_FOLDER).glob("*.json")):
            for line in json.loads(path.read_text()):
                click.echo(f"log {line['log']} entry {line['index']}: {line['leaf']}")
        return
    with found.read() as session:
        for path in receipts:
            body = path.read_bytes()
            entry = session.scalars(
                select(LogEntry).where(LogEntry.leaf == leaf_line(body)).order_by(LogEntry.id.desc())
            ).first()
            if entry is None:
                click.echo(f"{path}: not in this court's log")
                continue
            held = session.scalar(select(Receipt.reference).where(Receipt.entry_id == entry.id))
            told = json.loads(body)
            named = named_entry(told)
            gone = what_is_gone(session, named) if named is not None else None
            stands = "LOST" if not held else "TAKEN OFF THE DOCKET" if gone else "held by the court"
            what = ", ".join(
                f"{name} {told[name]}"
                for name in ("case", "entry", "filename", "received_at")
                if told.get(name) is not None
            )
            click.echo(f"{path}: log {entry.log_id} entry {entry.log_index}: {stands}: {gone or what}")


@log.command("close")
@click.option("--breach", is_flag=True, help="The log cannot go on: entries that were signed for cannot be recovered.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def close_log(breach: bool, yes: bool) -> None:
    """Close the log with a signed statement and open its successor under a new key."""
    _close(Closing.BREACH if breach else Closing.ROTATION, yes)


@log.command("rotate")
@click.option("--yes", is_flag=True, help="Do not ask.")
def rotate_log(yes: bool) -> None:
    """Give the log a new key: the old log ends whole, its proofs stay valid."""
    _close(Closing.ROTATION, yes)


def _close(reason: Closing, yes: bool) -> None:
    _, _, notary = _parts()
    if not yes:
        click.confirm(f"Close the log for ever, reason {reason.value}?", abort=True)
    try:
        successor = notary.close_log(reason)
        click.echo(_closed(notary, successor))
        _sequence(notary)
    except VaultRefused as error:
        raise click.ClickException(str(error)) from error


def _sequence(notary: Notary) -> None:
    """Sign what waits; a refusal that stands keeps only that from happening, not what the command has done."""
    try:
        notary.sequence()
    except SigningStopped as error:
        click.echo(f"nothing is signed yet: {error}; `flask log resume` answers for it")


def _closed(notary: Notary, successor: Log) -> str:
    with notary.database.read() as session:
        before = session.scalars(
            select(Log).where(Log.closed_at.is_not(None)).order_by(Log.closed_at.desc(), Log.opened_at.desc())
        ).first()
        statement = bytes(before.closing_note).decode() if before and before.closing_note else ""
    return f"{statement}\nPublish this statement. The successor's key is\n  {notary.log_public_key_vkey(successor.id)}"


# Keys


@keys.command("ceremony")
@click.option("--present", multiple=True, required=True, help="Name of a person who is present; at least two.")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="File for the record that they sign.",
)
def ceremony(present: tuple[str, ...], record: Path) -> None:
    """Make the court's keys before witnesses: root, time authority, seal and log. The record names every key for
    signature and publication.
    """
    if len(present) < 2:
        raise click.ClickException("two persons at least are present at a key ceremony")
    _, clock, notary = _parts()
    with notary.database.read() as session:
        if session.scalars(select(SigningKey)).first() is not None:
            raise click.ClickException(
                "this court has keys; `flask keys show` prints them, `flask log rotate` gives the log a new one"
            )
    notary.seal_key()
    notary.sequence()
    lines = [
        f"Key ceremony of {_settings().court_name}, {clock.machine_now():%F %T} UTC, on {platform.node()}",
        "",
        *key_lines(notary),
        "",
        "The private keys were made on this machine and lie only in the vault. We were present and compared the above:",
        *(f"\n{name}: ______________________________" for name in present),
    ]
    record.write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo("\n".join(lines))


@keys.command("show")
def show_keys() -> None:
    """Print the public side of every key, to be compared with the record of the ceremony."""
    _, _, notary = _parts()
    click.echo("\n".join(key_lines(notary)))


def key_lines(notary: Notary) -> list[str]:
    """Every key with its use, state and the SHA-256 of its public side; the log's verifier keys; the root certificate."""
    from hashlib import sha256

    with notary.database.read() as session:
        rows = session.scalars(select(SigningKey).order_by(SigningKey.not_before, SigningKey.id)).all()
        root = notary.authority.root(session).public_bytes(Encoding.PEM).decode().strip()
    lines = [
        f"{row.id:<16} {row.use.value:<10} {row.state.value:<8} SHA-256 {sha256(bytes(row.public)).hexdigest()}"
        for row in rows
    ]
    return [*lines, "", *(f"log key  {vkey}" for vkey in notary.log_vkeys()), "", root]


# Backup and restore


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--without-keys", is_flag=True, help="Leave the vault out; its own user backs it up right after this.")
@with_appcontext
def backup_command(folder: Path, without_keys: bool) -> None:
    """Copy database, files, published log, keys and the signer's memory into the empty FOLDER while the court works."""
    try:
        made = backup.back_up(
            _settings(), folder, now=_clock(Database(_settings().url)).machine_now(), keys=not without_keys
        )
    except backup.BackupRefused as error:
        raise click.ClickException(str(error)) from error
    finally:
        backup.give_to_owners(_settings())
    click.echo(f"{made.files} files, {made.size / 1e6:.1f} MB in {folder}")
    for key in made.gone:
        click.echo(f"erased while the backup was made: {key}")
    click.echo(
        "the folder holds private keys: encrypt it before it leaves this machine"
        if made.with_keys
        else "without keys: now back up the vault's folder"
    )


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--nothing-signed-since",
    is_flag=True,
    help="You vouch that the court was stopped from the backup on: the log goes on under its keys.",
)
@with_appcontext
def restore_command(folder: Path, nothing_signed_since: bool) -> None:
    """Put the backup in FOLDER back where no database stands; then recover the log, or close it where nobody knows what
    was signed since.
    """
    settings = _settings()
    try:
        done = backup.restore(settings, folder, now=_now())
    except (backup.BackupRefused, SQLAlchemyError) as error:
        raise click.ClickException(str(error)) from error
    if done.resumed:
        click.echo("an earlier restore had broken off: carried on from where it stood")
    click.echo(f"restored the backup of {done.made_at:%F %T} UTC: {done.files} files, verified")
    if done.kept:
        click.echo(f"still there and newer, so kept: {', '.join(done.kept)}")
    backup.give_to_owners(settings)
    click.echo("this court sends nothing until you say that it is the court: `flask silence end --by … --why …`")
    if done.pending:
        click.echo(
            f"the backup is of an older version: run `flask db upgrade`, then `flask log {'close --breach' if done.keys_from_backup else 'recover'}`"
        )
        return
    _resume(settings, done, nothing_signed_since)


def _resume(settings: Settings, done: backup.Restored, vouched: bool) -> None:
    found = Database(settings.url)
    vault = FileVault(settings.vault_folder)
    notary = open_notary(settings, found, _clock(found), vault)
    if done.keys_from_backup and vouched:
        vault.vouch()
    try:
        if done.keys_from_backup and not vouched:
            successor = notary.close_log(Closing.BREACH)
            click.echo(
                "what these keys signed after the backup is unknown, so their log is closed:\n"
                + _closed(notary, successor)
            )
            _sequence(notary)
            return
        lost = recover(settings, notary)
        for line in lost:
            click.echo(f"lost: log {line.log} entry {line.index}: {line.leaf}")
        click.echo(_told_lost(len(lost)))
    finally:
        found.dispose()
        backup.give_to_owners(settings)


@click.command("drill")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--into", required=True, type=click.Path(path_type=Path), help="A new folder; taken away at the end.")
@click.option("--database", "address", default="", help="An empty PostgreSQL database for a backup of PostgreSQL.")
@with_appcontext
def drill_command(folder: Path, into: Path, address: str) -> None:
    """Try the backup in FOLDER: put it back elsewhere, audit everything, say how long it took and what would be lost."""
    if into.exists():
        raise click.ClickException(f"{into} is there already: name a new folder")
    try:
        found = drill.drill(_settings(), folder, into, address, now=_now())
    except (backup.BackupRefused, SQLAlchemyError, VaultRefused, OSError, LookupError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        shutil.rmtree(into, ignore_errors=True)
    for line in found.lines():
        click.echo(line)
    if found.faults:
        sys.exit(1)


@click.command("rehearse")
@click.argument("newer", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--backup",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A backup of this court.",
)
@click.option("--into", required=True, type=click.Path(path_type=Path), help="A new folder; taken away at the end.")
@click.option("--database", "address", default="", help="An empty PostgreSQL database for a backup of PostgreSQL.")
@click.option("--seconds", default=20.0, show_default=True, help="Load before, between and after the two changes.")
@click.option("--pause", default=rehearsal.PAUSE, show_default=True, help="What each waits before the next question.")
@with_appcontext
def rehearse_command(newer: Path, folder: Path, into: Path, address: str, seconds: float, pause: float) -> None:
    """Roll a copy of the court to the version in the folder NEWER and back under load, and say what people would have
    noticed. Ends with 1 where they would.
    """
    if into.exists():
        raise click.ClickException(f"{into} is there already: name a new folder")
    try:
        found = rehearsal.rehearse(_settings(), folder, newer, into.absolute(), address, seconds=seconds, pause=pause)
    except (rehearsal.RehearsalRefused, backup.BackupRefused, SQLAlchemyError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        shutil.rmtree(into, ignore_errors=True)
    for line in found.lines():
        click.echo(line)
    if not found.is_well:
        sys.exit(1)


# Silence


silence_group = Keeping("silence", help="Whether the court sends anything.")


@silence_group.command("status")
@with_appcontext
def silence_status() -> None:
    """Say since when and why nothing is sent."""
    stands = silence.silence(_settings())
    click.echo(f"silent since {stands.since:%F %T} UTC: {stands.why}" if stands else "the court speaks")


@silence_group.command("begin")
@click.option("--why", required=True, help="What for: a drill, a copy for training, a database put back by hand.")
@with_appcontext
def silence_begin(why: str) -> None:
    """From now on nothing is sent: no mail, no text message, no refund, no question to a witness."""
    silence.begin_silence(_settings(), why, _now())
    backup.give_to_owners(_settings())
    click.echo("the court is silent; acts are recorded, and what is due waits")


@silence_group.command("end")
@click.option("--by", required=True, help="Your name.")
@click.option("--why", required=True, help="Why this is the court, and no other copy of it runs.")
@with_appcontext
def silence_end(by: str, why: str) -> None:
    """This is the court: what waited leaves in the worker's next round. Name and reason are kept."""
    ended = silence.end_silence(_settings(), by=by, why=why, now=_now())
    backup.give_to_owners(_settings())
    click.echo(f"the silence since {ended.since:%F %T} UTC has ended; what waited leaves in the worker's next round")


KEEPING: tuple[click.Command, ...] = (
    doctor_command,
    database,
    log,
    keys,
    backup_command,
    restore_command,
    drill_command,
    rehearse_command,
    silence_group,
    bench_group,
    demo,
    pack,
)
