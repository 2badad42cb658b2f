"""Commands of the evidence room."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from odr.evidence.kit.received_case_files import NotProven, ReceivedBefore, receive
from odr.evidence.retention.decisions import listed
from odr.evidence.retention.rules import prepare
from odr.evidence.sources.models import Platform
from odr.evidence.store import bucket
from odr.evidence.store.integrity_check import FaultKind, check
from odr.evidence.store.s3 import S3Store, open_store
from odr.procedure.accreditation import signers
from odr.procedure.court import Court

store = AppGroup("store", help="The store of files.")


@store.command("check")
def check_store() -> None:
    """Hash every file again; names each that is missing, altered or unclaimed. Ends with 1 when evidence is damaged."""
    court = cast(Court, current_app.extensions["court"])
    with court.database.read() as session:
        faults = check(court.ports.store, session, court.notary.vault)
    for fault in faults:
        click.echo(str(fault))
    # Unclaimed bytes are what a crash before a commit leaves: told, but no evidence is damaged.
    damaged = [fault for fault in faults if fault.kind is not FaultKind.UNCLAIMED]
    click.echo("every file is whole" if not damaged else f"{len(damaged)} files are damaged")
    sys.exit(1 if damaged else 0)


@store.command("prepare")
@click.option("--days", default=bucket.DAYS, show_default=True, help="How long what was erased can be brought back.")
def prepare_bucket(days: int) -> None:
    """Make the bucket of an object store, with versions, lock and policy; needs the rights of its owner."""
    settings = cast(Court, current_app.extensions["court"]).settings
    files = open_store(settings.store_url, settings.data_dir)
    if not isinstance(files, S3Store):
        raise click.ClickException("the files lie in a folder: ODR_STORE_URL names no bucket")
    if days < 1:
        raise click.ClickException("a lock lasts a day at least")
    try:
        bucket.prepare(files, days)
    except (OSError, files.place[0].exceptions.ClientError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"the bucket keeps every version, locked for {days} days; what was erased goes for good after them")


retention = AppGroup("retention", help="What the rules no longer have kept.")


@retention.command("prepare")
def prepare_erasure() -> None:
    """Put exhibits whose time has run on the list and on the judges' desks; nothing is erased by this."""
    court = cast(Court, current_app.extensions["court"])
    found = prepare(court)
    for each in found:
        click.echo(f"{each.case.number or each.case.reference} {each.exhibit.label}: kept until {each.on.isoformat()}")
    click.echo(f"{len(found)} exhibits wait for a decision; nothing was erased")


@retention.command("unsubmitted")
def list_unsubmitted() -> None:
    """Files that nobody submitted and whose time has run: whether their senders were told, and which may be erased;
    nothing is erased by this.
    """
    court = cast(Court, current_app.extensions["court"])
    with court.database.read() as session:
        lines, count = listed(court, session)
        for line in lines:
            told = line.notice.told_at.isoformat() if line.notice.told_at else f"not told, {line.notice.tries} tries"
            why = line.reason.render("en") if line.reason is not None else "may be erased"
            click.echo(f"{line.notice.reference}\t{line.notice.due_on.isoformat()}\t{told}\t{why}")
    click.echo(
        f"{count} files on the list, {sum(1 for line in lines if line.reason is None)} may be erased; nothing was erased"
    )


casefile = AppGroup("casefile", help="Case files of other courts.")


@casefile.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--log-key-fingerprint",
    "fingerprints",
    multiple=True,
    required=True,
    metavar="HEX",
    help="SHA-256 of that court's log key, from outside the file.",
)
@click.option(
    "--time-authority-fingerprint",
    "authority",
    metavar="HEX",
    help="SHA-256 of the root certificate of its time authority.",
)
@click.option("--at-least", default=0, metavar="N", help="Number of the latest entry you know of.")
def import_case_file(file: Path, fingerprints: tuple[str, ...], authority: str | None, at_least: int) -> None:
    """Verify a case file and open it to be read only; names each item that fails and takes nothing then."""
    court = cast(Court, current_app.extensions["court"])
    plain = {"".join(text.split()).replace(":", "").lower() for text in fingerprints}
    try:
        row = receive(court, file, plain, authority=authority, at_least=at_least)
    except NotProven as error:
        for line in error.lines():
            click.echo(line)
        click.echo(error.message.render("en"))
        sys.exit(1)
    except ReceivedBefore as error:
        click.echo(error.message.render("en"))
        sys.exit(1)
    for line in row.proven:
        click.echo(line)
    click.echo(f"received: {court.settings.base_url.rstrip('/')}/casefiles/{row.reference}")


platform = AppGroup("platform", help="Platforms whose signed records the court takes at a party's request.")


def _court() -> Court:
    return cast(Court, current_app.extensions["court"])


@platform.command("accredit")
@click.argument("key")
@click.argument("name")
@click.option("--public-key", required=True, help="Ed25519 public key, base64 of its 32 bytes.")
def accredit_platform(key: str, name: str, public_key: str) -> None:
    """Accredit a platform under a short KEY; its public key is compared with the platform by another channel first."""
    signers.accredit(_court(), Platform, key, name, public_key)


@platform.command("revoke")
@click.argument("key")
def revoke_platform(key: str) -> None:
    """Revoke an accreditation: its records are taken no more; those taken stay, with the key they were signed with."""
    signers.revoke(_court(), Platform, key)


@platform.command("list")
def list_platforms() -> None:
    """Every platform that is or was accredited."""
    for one in signers.listed(_court(), Platform):
        click.echo(f"{one.key}\t{one.name}\t{one.state}")
