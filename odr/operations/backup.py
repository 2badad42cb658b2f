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
import tempfile
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
from odr.ground.durable import sync_folder, write_durably
from odr.ground.errors import NotFound
from odr.ground.silence import begin_silence
from odr.identity.sign_in.keys import keyring
from odr.notary.check.witness_refusals import REFUSALS
from odr.notary.log.sequencer import sequencer_lock
from odr.notary.vault import RESTORED

FORMAT = "court-backup/1"
MANIFEST = "manifest.json"
FOLDERS = ("log", "messages", "print-queue")
"""Folders of the data folder that belong to a backup, beside vault and files."""
RECORDINGS = "recordings"
"""What the recorder of hearings wrote, wherever the settings have it lie."""
JOURNAL = "restore.json"
"""In the data folder while a restore is not finished: of which backup, what stood before it, which steps are done."""
OF_THE_SERVER = ("EXTENSION", "COMMENT - EXTENSION", "SCHEMA - public", "COMMENT - SCHEMA")
"""Lines of a dump that belong to the database server's keeper and not to the court, which may not even repeat them."""
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
    """What a restore did. ``kept`` are folders that were still there, and newer, before it began; ``resumed`` says that
    an earlier try had broken off.
    """

    made_at: datetime
    files: int
    kept: list[str]
    pending: list[str]
    resumed: bool = False

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
        # A hearing may be going on: with the links of its chain copied first, all they name is there.
        others = (each.recordings for each in settings.every_media_host.values())
        for folder in dict.fromkeys((settings.recordings_folder, *others)):
            _copy_tree(folder, to / RECORDINGS, lambda path: path.name == "chain")
            _copy_tree(folder, to / RECORDINGS, lambda path: path.name != "chain")
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
    write_durably(to / MANIFEST, json.dumps(told, indent=1, sort_keys=True).encode())
    _sync_folders(to)
    size = sum(entry["size"] for entry in files.values())
    write_durably(
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


def restore(settings: Settings, folder: Path, *, now: datetime) -> Restored:
    """Put a backup back where nothing stands, all of it verified first. What broke off is carried on by the same call.

    A vault and a published log that were still there before it began are newer than any
    backup and stay. The database comes first: it alone can fail for reasons that lie
    outside this machine. What was laid down is written into a journal, so that a second
    try never takes half a folder for one that was there; the court opens on no unfinished
    restore, and is silent afterwards (:mod:`odr.ground.silence`). Raises
    :class:`BackupRefused` where a court's database or files stand already.
    """
    told = verify(folder)
    journal = Journal.read(settings)
    resumed = journal is not None
    if journal is None:
        _refuse(settings, told, folder)
        journal = Journal.begin(settings, told, _standing(settings))
    elif journal.backup != _mark(told):
        raise BackupRefused(
            f"a restore of the backup of {journal.made_at} has not ended: give that one again, or empty the data folder first"
        )
    begin_silence(settings, f"put back from the backup of {told['made_at']}", now)
    journal.step("database", lambda: _lay_database(settings, folder, told, resumed=resumed))
    journal.step("files", lambda: _restore_blobs(settings, folder / "blobs"))
    for name, place in _places(settings).items():
        if name not in journal.kept:
            journal.step(name, lambda name=name, place=place: _lay(folder / name, place))  # type: ignore[misc]
    if "vault" not in journal.kept:
        journal.step("vault", lambda: _lay_vault(settings, folder / "vault", told["made_at"]))
    _sync_folders(settings.data_dir)
    journal.end()
    made_at, count = datetime.fromisoformat(told["made_at"]), len(told["files"])
    return Restored(made_at, count, journal.kept, migrate.pending(settings.url), resumed)


@dataclass
class Journal:
    """How far a restore has come. ``kept`` is decided once, before anything is laid down."""

    path: Path
    backup: str
    made_at: str
    kept: list[str]
    done: list[str]

    @classmethod
    def read(cls, settings: Settings) -> Journal | None:
        """The journal of a restore that has not ended. Raises :class:`BackupRefused` where it cannot be read."""
        path = settings.data_dir / JOURNAL
        if not path.exists():
            return None
        try:
            told = json.loads(path.read_bytes())
            return cls(path, told["backup"], told["made_at"], list(told["kept"]), list(told["done"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupRefused(f"{path} cannot be read: empty the data folder and restore anew ({error})") from error

    @classmethod
    def begin(cls, settings: Settings, told: dict[str, Any], kept: list[str]) -> Journal:
        """The first thing a restore writes."""
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        journal = cls(settings.data_dir / JOURNAL, _mark(told), told["made_at"], kept, [])
        journal._write()
        return journal

    def step(self, name: str, do: Callable[[], None]) -> None:
        """Do a step that was not done yet; done again from its beginning where it broke off."""
        if name not in self.done:
            do()
            self.done.append(name)
            self._write()

    def end(self) -> None:
        """Nothing is missing any more."""
        self.path.unlink()
        sync_folder(self.path.parent)

    def _write(self) -> None:
        told = {"backup": self.backup, "made_at": self.made_at, "kept": self.kept, "done": self.done}
        write_durably(self.path, json.dumps(told).encode())


def _mark(told: dict[str, Any]) -> str:
    """One backup told from another."""
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _standing(settings: Settings) -> list[str]:
    """What is still there of a court that lost its database. A vault without a key is none: its process makes the lock."""
    there = ["vault"] if any(settings.vault_folder.glob("*.key")) else []
    places = _places(settings)
    return there + [name for name, place in places.items() if any(path.is_file() for path in place.rglob("*"))]


def _places(settings: Settings) -> dict[str, Path]:
    """Where each folder of a backup belongs."""
    return {name: settings.data_dir / name for name in FOLDERS} | {RECORDINGS: settings.recordings_folder}


def _lay(source: Path, target: Path) -> None:
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        _copy_tree(source, target)


def _lay_vault(settings: Settings, source: Path, made_at: str) -> None:
    """What these keys signed since the backup is unknown: until somebody answers for it they sign no tree. That is
    written before the first of them is laid down.
    """
    settings.vault_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = sorted(path.stem for path in source.glob("*.key"))
    write_durably(settings.vault_folder / RESTORED, json.dumps({"keys": keys, "backup_of": made_at}).encode())
    _copy_tree(source, settings.vault_folder)


def give_to_owners(settings: Settings) -> None:
    """Run as root: what was made in the data folder, the vault and the recordings belongs to who owns these folders, so
    that the court can use it.
    """
    if os.geteuid() != 0:
        return
    apart = (settings.vault_folder, settings.recordings_folder)
    for folder, spared in ((settings.data_dir, apart), *((each, ()) for each in apart)):
        if folder.is_dir():
            owner = folder.stat()
            for at, folders, files in os.walk(folder):
                folders[:] = [name for name in folders if Path(at, name) not in spared]
                for name in (*folders, *files):
                    # The court goes on meanwhile: what it renames or takes away is its own already.
                    with contextlib.suppress(FileNotFoundError):
                        os.chown(os.path.join(at, name), owner.st_uid, owner.st_gid, follow_symlinks=False)


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
    if not told["keys"] and "vault" not in _standing(settings):
        raise BackupRefused(f"this backup holds no keys: put the vault's own backup to {settings.vault_folder} first")
    lacking = _not_in_object_store(settings, folder / "blobs")
    if lacking:
        raise BackupRefused(
            f"{len(lacking)} files are not in the object store: restore its versions first ({', '.join(sorted(lacking)[:3])} …)"
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


def _lay_database(settings: Settings, folder: Path, told: dict[str, Any], *, resumed: bool) -> None:
    """All of the database or nothing. PostgreSQL may have kept it before the journal said so: then it is there."""
    if resumed and _has_tables(settings.url) and told["engine"] == "postgresql":
        if migrate.current(settings.url) != told["revision"]:
            raise BackupRefused("the database is not the one this restore was laying down: name an empty one")
        return
    _restore_database(settings, folder, told["engine"])


def _restore_database(settings: Settings, folder: Path, engine: str) -> None:
    if engine == "postgresql":
        dump = folder / "database.dump"
        listed = _postgres("pg_restore", None, "--list", str(dump)).splitlines()
        ours = [line for line in listed if not any(f" {kind}" in line for kind in OF_THE_SERVER)]
        with tempfile.NamedTemporaryFile("w", suffix=".list") as wanted:
            wanted.write("\n".join(ours) + "\n")
            wanted.flush()
            together = ("--no-owner", "--exit-on-error", "--single-transaction", f"--use-list={wanted.name}")
            _postgres("pg_restore", settings.url, *together, str(dump))
        return
    path = Path(settings.url.removeprefix("sqlite:///"))
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    _copy(folder / "court.sqlite", path)


def _postgres(program: str, url: str | None, *arguments: str) -> str:
    """What one of PostgreSQL's programs says; the password goes by the environment, where other users do not see it."""
    if url is None:
        return _run([find_program(program), *arguments], dict(os.environ))
    parts: URL = make_url(url).set(drivername="postgresql")
    env = {**os.environ, **({"PGPASSWORD": str(parts.password)} if parts.password else {})}
    address = parts.set(password=None).render_as_string(hide_password=False)
    return _run([find_program(program), f"--dbname={address}", *arguments], env)


def _run(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # nosec B603 # a found program, an address from the settings
    if done.returncode:
        raise BackupRefused(f"{Path(command[0]).name}: {done.stderr.strip()[-500:]}")
    return done.stdout


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
            with contextlib.suppress(FileNotFoundError):  # The court goes on: a letter was printed, a recording erased.
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


def _not_in_object_store(settings: Settings, source: Path) -> set[str]:
    """Files of a backup that the object store does not hold: it has versions of its own, and is restored by them."""
    store = open_store(settings.store_url, settings.data_dir)
    return set() if isinstance(store, FolderStore) else _blob_names(source) - set(store.names())


def _restore_blobs(settings: Settings, source: Path) -> None:
    store = open_store(settings.store_url, settings.data_dir)
    if isinstance(store, FolderStore):
        for key in sorted(_blob_names(source) - set(store.names())):
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


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def _sync_folders(root: Path) -> None:
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
        sync_folder(folder)


def _secret_mark(settings: Settings) -> str:
    """Tells one secret from another without saying anything of it."""
    return keyring(settings.secret_key).mac("backup", settings.origin)[:16]
