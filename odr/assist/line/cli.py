"""``flask line``: the telephone's keypad, and what has to be recorded for it."""

from __future__ import annotations

import ipaddress
import sys
import threading
from pathlib import Path
from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from odr.assist.line.keypad import LineServer
from odr.assist.line.prompts import lacking, recordings
from odr.ground.background import told_to_stop
from odr.procedure.court import Court

group = AppGroup("line", help="The telephone's keypad.")


def _court() -> Court:
    return cast(Court, current_app.extensions["court"])


@group.command("serve")
def serve() -> None:
    """Take the calls that an exchange passes on (FastAGI), until told to stop."""
    court = _court()
    host, _, port = court.settings.line_agi.rpartition(":")
    if not host or not port.isdecimal():
        raise click.ClickException("ODR_LINE_AGI is an address and a port, such as 127.0.0.1:4573")
    if not court.settings.line_agi_key and not _is_here(host):
        raise click.ClickException("ODR_LINE_AGI is open to other machines: set ODR_LINE_AGI_KEY")
    with LineServer(court, (host.strip("[]"), int(port))) as server:
        stop = told_to_stop()
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        click.echo("calls are taken at {}:{}".format(*server.server_address[:2]))
        stop.wait()
        server.shutdown()
        serving.join()


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@group.command("prompts")
@click.option(
    "--check", "folder", type=click.Path(path_type=Path, exists=True), help="Name what is missing in this folder."
)
def prompts(folder: Path | None) -> None:
    """What has to be recorded, in both languages: a file and its words a line. With a folder, what is missing there, and
    after it the file that holds older words of the same sentence.
    """
    court = _court()
    listed = recordings(court.packs.versions(court.settings.pack))
    if folder is None:
        for one in listed:
            click.echo(f"{one.path}\t{one.words}")
        return
    missing = lacking(folder, listed)
    for each in missing:
        click.echo(
            "\t".join([each.recording.path, each.recording.words, *([f"older: {each.older}"] if each.older else [])])
        )
    sys.exit(1 if missing else 0)
