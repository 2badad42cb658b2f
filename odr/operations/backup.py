"""Backup and restore of everything a court needs to go on: database, files, keys with the signer's memory, published
log.

The order makes a backup consistent while the court works. The database comes first;
then, while no leaf is sequenced, the signer's memory and the published log, which are
at least as new, so that whatever was signed can be read back; then exactly the
files that database names. The manifest carries the digest of every file.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess  # nosec B404 # PostgreSQL's own programs, found by name, without a shell
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from odr.evidence.models import Blob
from odr.evidence.store.s3 import open_store
from odr.evidence.store.store import FolderStore
from odr.ground import migrate
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.ground.errors import NotFound
from odr.identity.sign_in.keys import keyring
from odr.notary.check.witness_refusals import REFUSALS
from odr.notary.log.sequencer import sequencer_lock
from odr.notary.vault import RESTORED

FORMAT = "court-backup/1"
MANIFEST = "manifest.json"
FOLDERS = ("log", "messages", "print-queue")
"""Folders of the data folder that belong to a backup, beside vault and files."""
LAST = "last-backup.json"
"""Left in the data folder, so that the check-up knows the age of the last backup."""


class BackupRefused(Exception):
    """The backup or the restore cannot be done as asked; nothing of the court was changed."""


@dataclass
class Backup:
    """What a backup holds; ``gone`` are files that were erased while it was made."""

    folder: Path
    made_at: datetime
    files: int
    size: int
    gone: list[str] = field(default_factory=list)
    with_keys: bool = True


@dataclass
class Restored:
    """What a restore did. ``kept`` are folders that were still there and newer than the backup."""

    made_at: datetime
    files: int
    kept: list[str]
    pending: list[str]

    @property
    def keys_from_backup(self) -> bool:
        """Whether the signer's memory is that of the backup: what it signed since is not in it."""
        return "vault" not in self.kept


def back_up(settings: Settings, to: Path, *, now: datetime, keys: bool = True) -> Backup:
    """Copy the whole court into the empty folder ``to`` while it works.

    ``keys`` false leaves the vault out, where its user backs it up apart.
    Raises :class:`BackupRefused`.
    """
    if to.exists() and any(to.iterdir()):
        raise BackupRefused(f"{to} is not empty: name a new folder")
    if keys and not os.access(settings.vault_folder, os.R_OK | os.X_OK):
        raise BackupRefused(
            f"{settings.vault_folder} cannot be read by this user: run as root, or with --without-keys, and back it up apart right after"
        )
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    to.chmod(0o700)
    database = Database(settings.url)
    try:
        named = _copy_sqlite(database, to) if database.is_sqlite else _dump_postgres(settings.url, to)
        with sequencer_lock(database):
            if keys:
                _copy_vault(settings.vault_folder, to / "vault")
            for name in FOLDERS:
                _copy_tree(settings.data_dir / name, to / name)
        gone = _copy_blobs(settings, named, to / "blobs")
        revision = migrate.current(settings.url)
    finally:
        database.dispose()
    files = {str(path.relative_to(to)): _digest(path) for path in sorted(to.rglob("*")) if path.is_file()}
    told = {
        "format": FORMAT,
        "made_at": now.astimezone(UTC).isoformat(),
        "engine": "sqlite" if database.is_sqlite else "postgresql",
        "revision": revision,
        "origin": settings.origin,
        "keys": keys,
        "secret": _secret_mark(settings),
        "gone": gone,
        "files": files,
    }
    _write(to / MANIFEST, json.dumps(told, indent=1, sort_keys=True).encode())
    _sync_folders(to)
    size = sum(entry["size"] for entry in files.values())
    _write(
        settings.data_dir / LAST, json.dumps({"made_at": told["made_at"], "files": len(files), "size": size}).encode()
    )
    return Backup(to, now, len(files), size, gone, keys)


def verify(folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose every file is whole. Raises :class:`BackupRefused` naming what is not."""
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError) as error:
        raise BackupRefused(f"{folder} is no finished backup: {error}") from error
    if told.get("format") != FORMAT:
        raise BackupRefused(f"{folder}: this version does not read the format {told.get('format')!r}")
    wrong = [
        name
        for name, entry in told["files"].items()
        if not (folder / name).is_file() or _digest(folder / name) != entry
    ]
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    wrong += sorted(there - told["files"].keys())
    if wrong:
        raise BackupRefused("missing, altered or added in the backup: " + ", ".join(sorted(wrong)[:10]))
    return told


def restore(settings: Settings, folder: Path) -> Restored:
    """Put a backup back where nothing stands, all of it verified first.

    A vault and a published log that are still there are newer than any backup and
    stay. Raises :class:`BackupRefused` where a court's database or files stand already.
    """
    told = verify(folder)
    _refuse(settings, told, folder)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    kept = []
    for name, source in {"vault": folder / "vault", **{name: folder / name for name in FOLDERS}}.items():
        target = settings.vault_folder if name == "vault" else settings.data_dir / name
        if target.is_dir() and any(target.iterdir()):
            kept.append(name)
        elif source.is_dir():
            target.mkdir(parents=True, exist_ok=True, mode=0o700)
            _copy_tree(source, target)
    if "vault" not in kept and not told["keys"]:
        raise BackupRefused(f"this backup holds no keys: put the vault's own backup to {settings.vault_folder} first")
    if "vault" not in kept:
        # What these keys signed since the backup is unknown: until somebody answers for it they sign no tree.
        keys = sorted(path.stem for path in settings.vault_folder.glob("*.key"))
        _write(settings.vault_folder / RESTORED, json.dumps({"keys": keys, "backup_of": told["made_at"]}).encode())
    _restore_blobs(settings, folder / "blobs")
    _restore_database(settings, folder, told["engine"])
    _sync_folders(settings.data_dir)
    return Restored(datetime.fromisoformat(told["made_at"]), len(told["files"]), kept, migrate.pending(settings.url))


def give_to_owners(settings: Settings) -> None:
    """Run as root: what was made in the data folder and the vault belongs to who owns these folders, so that the court
    can use it.
    """
    if os.geteuid() != 0:
        return
    for folder, spared in ((settings.data_dir, settings.vault_folder), (settings.vault_folder, None)):
        if folder.is_dir():
            owner = folder.stat()
            for path in folder.rglob("*"):
                if spared is None or (path != spared and spared not in path.parents):
                    os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _refuse(settings: Settings, told: dict[str, Any], folder: Path) -> None:
    engine = "sqlite" if settings.url.startswith("sqlite") else "postgresql"
    if told["engine"] != engine:
        raise BackupRefused(f"the backup is of {told['engine']}, ODR_DATABASE_URL names {engine}")
    if told["secret"] != _secret_mark(settings):
        raise BackupRefused("ODR_SECRET_KEY is not the one of this backup: second factors and links would not open")
    if told["origin"] != settings.origin:
        raise BackupRefused(f"the backup's log is {told['origin']}, these settings say {settings.origin}")
    if _has_tables(settings.url):
        raise BackupRefused(
            f"there is a database already: move it away, or name an empty one ({make_url(settings.url).render_as_string()})"
        )


# The database


def _copy_sqlite(database: Database, to: Path) -> set[str]:
    if database.path is None or not database.path.is_file():
        raise BackupRefused(f"there is no database at {database.path}")
    target = to / "court.sqlite"
    with (
        contextlib.closing(sqlite3.connect(database.path)) as source,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
        # The copy stands alone, without a write-ahead log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        keys = {key for (key,) in copy.execute("SELECT key FROM blob WHERE key IS NOT NULL AND erased_at IS NULL")}
    target.chmod(0o600)
    return keys


def _dump_postgres(url: str, to: Path) -> set[str]:
    """Dump and list of files of one and the same moment."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        moment = str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
        keys = {
            str(key)
            for key in connection.execute(
                select(Blob.key).where(Blob.key.is_not(None), Blob.erased_at.is_(None))
            ).scalars()
        }
        _postgres(
            "pg_dump", url, "--format=custom", "--no-owner", f"--snapshot={moment}", f"--file={to / 'database.dump'}"
        )
    (to / "database.dump").chmod(0o600)
    return keys


def _restore_database(settings: Settings, folder: Path, engine: str) -> None:
    if engine == "postgresql":
        _postgres(
            "pg_restore",
            settings.url,
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            str(folder / "database.dump"),
        )
        return
    path = Path(settings.url.removeprefix("sqlite:///"))
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    _copy(folder / "court.sqlite", path)


def _postgres(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, where other users do not see it."""
    parts: URL = make_url(url).set(drivername="postgresql")
    env = {**os.environ, **({"PGPASSWORD": str(parts.password)} if parts.password else {})}
    address = parts.set(password=None).render_as_string(hide_password=False)
    command = [find_program(program), f"--dbname={address}", *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # nosec B603 # a found program, an address from the settings
    if done.returncode:
        raise BackupRefused(f"{program}: {done.stderr.strip()[-500:]}")


def find_program(name: str) -> str:
    """Where a program of PostgreSQL is: the newest of Debian's, else in the PATH. Raises :class:`BackupRefused`."""
    newest = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    found = str(newest[-1]) if newest else shutil.which(name)
    if found is None:
        raise BackupRefused(f"{name} is missing: install postgresql-client")
    return found


def _has_tables(url: str) -> bool:
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return False
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return bool(inspect(connection).get_table_names())


# Files


def _copy_vault(folder: Path, to: Path) -> None:
    """Copy keys and memory while the vault signs nothing."""
    lock = os.open(folder / "lock", os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _copy_tree(
            folder,
            to,
            wanted=lambda path: path.suffix in {".key", ".state", ".rounds", ".bin"} or path.name == REFUSALS,
        )
    finally:
        os.close(lock)


def _copy_tree(
    source: Path, to: Path, wanted: Callable[[Path], bool] = lambda path: not path.name.endswith(".new")
) -> None:
    if not source.is_dir():
        return
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in sorted(source.rglob("*")):
        if path.is_file() and wanted(path):
            _copy(path, to / path.relative_to(source))


def _copy_blobs(settings: Settings, keys: set[str], to: Path) -> list[str]:
    """Copy the files the database names; gives those that were erased meanwhile."""
    store, gone = open_store(settings.store_url, settings.data_dir), []
    for key in sorted(keys):
        target = to / key[:2] / key
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with target.open("wb") as file:
                for data in store.open(key):
                    file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except NotFound:
            target.unlink()
            gone.append(key)
    return gone


def _restore_blobs(settings: Settings, source: Path) -> None:
    store = open_store(settings.store_url, settings.data_dir)
    there = set(store.names())
    missing = _blob_names(source) - there
    if not isinstance(store, FolderStore):
        if missing:
            raise BackupRefused(
                f"{len(missing)} files are not in the object store: restore its versions first ({', '.join(sorted(missing)[:3])} …)"
            )
        return
    for key in sorted(missing):
        _copy(source / key[:2] / key, store.path(key))


def _blob_names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("??/*")}


def _copy(source: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = to.with_name(to.name + ".new")
    with source.open("rb") as reading, temporary.open("wb") as writing:
        os.fchmod(writing.fileno(), 0o600)
        shutil.copyfileobj(reading, writing)
        writing.flush()
        os.fsync(writing.fileno())
    os.replace(temporary, to)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def _sync_folders(root: Path) -> None:
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _secret_mark(settings: Settings) -> str:
    """Tells one secret from another without saying anything of it."""
    return keyring(settings.secret_key).mac("backup", settings.origin)[:16]
