"""``flask demo reset``: the training court is emptied and its disputes are told anew."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from odr.ground import migrate
from odr.ground.config import Settings
from odr.training import run


class NotReset(Exception):
    """The court is left as it is, and why."""


def refuse(settings: Settings, folder: Path) -> None:
    """Raise :class:`NotReset` for a sitting court, a folder that no training court made, or one that is open now."""
    if not settings.is_training:
        raise NotReset("this court sits: what was filed here is never emptied")
    if not (folder / run.OPENED).exists() and not (folder / run.UNFINISHED).exists():
        raise NotReset(f"{folder} was not made by the training court; nothing in it was touched")
    for address in {settings.vault_address or folder / "vault.sock", folder / "vault.sock"}:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(os.path.relpath(address))
            except OSError:
                continue
        raise NotReset("the court is open: stop it with Ctrl-C first")


def reset(environ: Mapping[str, str], tell: Callable[[Mapping[str, str], Path], object] = run.tell_disputes) -> None:
    """Empty the training court that ``environ`` names, and tell its disputes anew with fresh keys and a fresh log."""
    env = {name: value for name, value in environ.items() if name != "ODR_VAULT_SOCKET"}
    settings, folder = Settings.load(dict(environ)), Path(env["ODR_DATA_DIR"])
    refuse(settings, folder)
    (folder / run.UNFINISHED).touch()
    (folder / run.OPENED).unlink(missing_ok=True)
    if settings.database_url:
        migrate.downgrade(settings.url, "base")
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != run.UNFINISHED:
            path.unlink()
    tell(env, folder)


@click.group("demo")
def demo() -> None:
    """The training court's people and disputes."""


@demo.command("reset")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset_command(yes: bool) -> None:
    """Empty the training court and tell its disputes anew. A sitting court refuses."""
    if os.environ.get("ODR_MODE") == "production":
        raise click.ClickException("this court sits: what was filed here is never emptied")
    env = run.environment()
    try:
        refuse(Settings.load(env), Path(env["ODR_DATA_DIR"]))
        if not yes:
            click.confirm(f"Everything in {env['ODR_DATA_DIR']} is emptied and told anew. Go on?", abort=True)
        reset(env)
        click.echo("the court is as on its first day")
    except NotReset as error:
        raise click.ClickException(str(error)) from error
