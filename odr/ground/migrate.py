"""The database's form: brought up, taken down and compared, on both engines.

Called by the program itself, never by hand: ``upgrade`` at start, ``pending`` to
refuse to run on an old form. Whatever a migration does, the append-only triggers
stand again after each step (SQLite's way of changing a table drops them silently).

Two versions of the program run on one database while one takes over from the other
(decision 0063). A step says which kind it is: ``form = "expand"`` only adds, so the
version before it goes on; ``form = "contract"`` takes away, and ``not_before`` names
the oldest revision whose program no longer needs what goes. The database keeps the
oldest revision that may still run on it; a program older than that refuses it.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    Engine,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

import odr
from odr.ground.db import Base, UTCDateTime

# Alembic is loaded where a step is taken or looked at: a court that opens on a database of its own form needs nothing of it, and loading
# it would be an eighth of the start of every program.
if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
_ADVISORY_LOCK = 7_402_026
"""PostgreSQL's number for "this court's form is being changed"."""
BASELINE = "0146"
"""The first revision whose database says what may run on it; every later step is an expand or a contract one."""
PATIENCE, TRIES = "1s", 60
"""How long a step waits for a table that acts are using, and how often it tries: whoever acts never waits behind it for longer."""


def load_models() -> None:
    """Import every module that declares tables: ``odr/<room>/models*.py`` and what lies under ``models/``."""
    for name in _modules():
        if any(part.startswith("models") for part in name.split(".")[2:]):
            importlib.import_module(name)


@cache
def _modules() -> tuple[str, ...]:
    """Every module of the court: a program's own do not change while it runs, and each step of a migration asks."""
    return tuple(found.name for found in pkgutil.walk_packages(odr.__path__, "odr."))


def install_triggers(connection: Connection) -> None:
    """Put up every append-only trigger that does not stand, on the tables that exist now. May be repeated.

    One that stands is left alone, since putting it up again would make everybody wait who writes to its table: a
    trigger that says something else gets another name.

    A table whose rows are never changed says so itself: ``Table.info["append_only"]``.
    A room with finer rules has ``triggers.py`` with ``TRIGGERS``: dialect → statements.
    """
    there = set(inspect(connection).get_table_names())
    lacking = set(missing_triggers(connection))
    for each in _trigger_statements(connection.dialect.name):
        if (each.name is None or each.name in lacking) and each.tables <= there:
            connection.exec_driver_sql(each.statement)


def missing_triggers(connection: Connection) -> list[str]:
    """Names of triggers that should stand and do not, or were switched off; empty on a sound database."""
    names = {each.name for each in _trigger_statements(connection.dialect.name) if each.name is not None}
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return sorted(names - set(connection.exec_driver_sql(query).scalars()))


DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}
"""What ``DIFFERS`` in a condition is on each engine: unlike, and nothing is like nothing."""


@dataclass(frozen=True)
class Trigger:
    """Keeps a list of its own beside the rows it is made from: what is done (statements that each end with a semicolon) at which event
    of which table (``AFTER INSERT``, ``BEFORE DELETE``).

    ``when`` says for which rows, all of them where it is empty. ``first`` is done before on PostgreSQL, where others write at the same time.
    """

    name: str
    event: str
    table: str
    when: str
    done: str
    first: str = ""

    def statements(self, dialect: str, *needs: str) -> list[str]:
        """What puts it up on an engine; it is put up where there are the tables that it ``needs``: those it writes into, and those it
        reads that came later than its own.
        """
        condition = f"WHEN ({self.when.replace('DIFFERS', DIFFERS[dialect])}) " if self.when else ""
        needed = " ".join(f"/* needs {one} */" for one in needs)
        begins = f'{self.name} {needed} {self.event} ON "{self.table}"'
        if dialect == "sqlite":
            return [f"CREATE TRIGGER IF NOT EXISTS {begins} {condition}BEGIN {self.done} END"]
        # Before a row goes, what is given back says that it may; afterwards nobody looks at it.
        given = "OLD" if self.event == "BEFORE DELETE" else "NULL"
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {self.first}{self.done} RETURN {given}; END $$",
            f"CREATE OR REPLACE TRIGGER {begins} FOR EACH ROW {condition}EXECUTE FUNCTION {self.name}()",
        ]


@dataclass(frozen=True)
class _Put:
    """A statement that puts up a trigger, or a function that triggers call."""

    statement: str
    name: str | None
    """Of the trigger; None for a function."""
    tables: frozenset[str]
    """Without which it is not put up."""

    @classmethod
    def of(cls, statement: str) -> _Put:
        """What a statement says of itself."""
        named = _TRIGGER_NAME.search(statement)
        on = _ON_TABLE.search(statement)
        tables = {*_NEEDS_TABLE.findall(statement), *([on[1]] if on is not None else [])}
        return cls(statement, named and named[1], frozenset(tables))


@cache
def _trigger_statements(dialect: str) -> tuple[_Put, ...]:
    """Each once, though many triggers call one function: every step of a migration goes through all of them."""
    load_models()
    statements = [
        line
        for table in Base.metadata.sorted_tables
        if table.info.get("append_only")
        for line in _frozen(table, dialect)
    ]
    for name in _modules():
        if name.endswith(".triggers"):
            statements += importlib.import_module(name).TRIGGERS[dialect]
    return tuple(map(_Put.of, dict.fromkeys(statements)))


_TRIGGER_NAME = re.compile(r'\bCREATE (?:OR REPLACE )?TRIGGER (?:IF NOT EXISTS )?"?(\w+)')
_ON_TABLE = re.compile(r'\bON "?(\w+)')
_NEEDS_TABLE = re.compile(r"/\* needs (\w+) \*/")
"""How a trigger says which other tables it needs."""


def _frozen(table: Table, dialect: str) -> list[str]:
    """Statements that refuse every change of the rows of ``table``."""
    name, message = table.name, f"{table.name} is append-only"
    if dialect == "postgresql":
        function = (
            "CREATE OR REPLACE FUNCTION court_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE integrity_constraint_violation USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
        )
        events = {"rows": ("UPDATE OR DELETE", "ROW"), "truncate": ("TRUNCATE", "STATEMENT")}
        return [function] + [
            f'CREATE OR REPLACE TRIGGER {name}_keeps_{what} BEFORE {when} ON "{name}" FOR EACH {each} EXECUTE FUNCTION court_append_only()'
            for what, (when, each) in events.items()
        ]
    # INSERT OR REPLACE deletes without waking the trigger of DELETE.
    taken = " OR ".join(
        f"({' AND '.join(f'{column} = NEW.{column}' for column in columns)})" for columns in _keys(table)
    )
    events = {
        "rows": ("UPDATE", ""),
        "row": ("DELETE", ""),
        "place": (
            "INSERT",
            f' WHEN EXISTS (SELECT 1 FROM "{name}" WHERE {taken})',  # nosec B608 # names of our own tables
        ),
    }
    return [
        f"CREATE TRIGGER IF NOT EXISTS {name}_keeps_{what} BEFORE {when} ON \"{name}\"{condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for what, (when, condition) in events.items()
    ]


def _keys(table: Table) -> list[list[str]]:
    """The column lists by which a row of ``table`` is the only one."""
    unique = [
        constraint
        for constraint in table.constraints
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint)
    ]
    return sorted([column.name for column in constraint.columns] for constraint in unique)


def upgrade(url: str, revision: str = "head", *, folder: Path = FOLDER) -> None:
    """Bring the database up to ``revision``; nothing happens when it stands there already."""
    if revision == "head" and (_stands_at_newest(url, folder) or (current(url) and not pending(url, folder=folder))):
        return
    for left in reversed(range(TRIES)):
        try:
            with _changing(url) as connection:
                _take_steps(connection, folder, revision)
            return
        except OperationalError as error:
            # Each step is whole or not there: the next try goes on with the one that had to wait.
            if not left or getattr(error.orig, "sqlstate", None) not in _HAD_TO_WAIT:
                raise


def _take_steps(connection: Connection, folder: Path, revision: str, *, down: bool = False) -> None:
    from alembic.runtime.environment import EnvironmentContext

    # As Alembic's own commands do, which would read every step anew.
    script = _steps(folder, _files(folder))

    def steps(at: Any, context: MigrationContext) -> Any:
        return script._downgrade_revs(revision, at) if down else script._upgrade_revs(revision, at)

    with EnvironmentContext(_config(connection, folder), script, fn=steps, destination_rev=revision):
        script.run_env()


_HAD_TO_WAIT = ("55P03", "40P01")
"""PostgreSQL's states for a lock that was not given in time, and for two that waited for each other."""


def add_index(name: str, table: str, columns: list[str], where: str | None = None) -> None:
    """In an expand step that does nothing else: an index on a table that acts are using, built beside them on
    PostgreSQL; with ``where``, of the rows of which that is true. May be repeated.
    """
    from alembic import op

    context = op.get_context()
    some = text(where) if where is not None else None
    if context.dialect.name != "postgresql":
        op.create_index(name, table, columns, sqlite_where=some)
        return
    with context.autocommit_block():
        # It keeps nobody waiting, so it may wait itself, for the transactions that are under way.
        op.execute("SET lock_timeout = 0")
        # One that was broken off stands there invalid, and would be taken for the whole.
        op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
        op.create_index(name, table, columns, postgresql_concurrently=True, postgresql_where=some)
        op.execute(f"SET lock_timeout = '{PATIENCE}'")


def take_down(triggers: Mapping[str, str]) -> None:
    """In a step back: triggers, each of a table, with the function of their name that PostgreSQL calls."""
    from alembic import op

    postgresql = op.get_context().dialect.name == "postgresql"
    for name, table in triggers.items():
        op.execute(f"DROP TRIGGER IF EXISTS {name}" + (f' ON "{table}"' if postgresql else ""))
        if postgresql:
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")


def _stands_at_newest(url: str, folder: Path) -> bool:
    there = not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()
    return there and current(url) == _newest(folder)


def stands_at_newest(engine: Engine) -> bool:
    """Whether a database that is open needs no step: one question, for a court that opens.

    A file with nothing in it is left to whoever brings it up, one at a time: the court's own connections switch SQLite's
    journal on, and two that do so at once on a new file do not wait for each other but fail.
    """
    file = Path(engine.url.database) if engine.dialect.name == "sqlite" and engine.url.database else None
    if file is not None and not (file.exists() and file.stat().st_size):
        return False
    with engine.connect() as connection:
        try:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        except (OperationalError, ProgrammingError):
            return False
    return list(found) == [_newest(FOLDER)]


def _newest(folder: Path) -> str | None:
    """The last revision, as the name of its file begins; None where there is none."""
    return max((name.split("_")[0] for name, _ in _files(folder)), default=None)


def downgrade(url: str, revision: str, *, folder: Path = FOLDER) -> None:
    """Take the database down to ``revision``, or to "base": no tables."""
    with _changing(url) as connection:
        _take_steps(connection, folder, revision, down=True)


def current(url: str) -> str | None:
    """The revision the database stands at; None when it has none."""
    from alembic.runtime.migration import MigrationContext

    with _reading(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def revisions(folder: Path = FOLDER) -> list[str]:
    """Every revision there is, oldest first."""
    return list(_revisions(folder, _files(folder)))


@lru_cache
def _revisions(folder: Path, files: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    return tuple(step.revision for step in reversed(list(_steps(folder, files).walk_revisions())))


@lru_cache(maxsize=2)
def _steps(folder: Path, files: tuple[tuple[str, int], ...]) -> ScriptDirectory:
    """Alembic runs every migration's module to see their order: once for what ``files`` there are."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(None, folder))


def _files(folder: Path) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((path.name, path.stat().st_mtime_ns) for path in (folder / "versions").glob("*.py")))


def pending(url: str, *, folder: Path = FOLDER) -> list[str]:
    """The revisions the database still lacks, oldest first; none where a newer program's database says that this one
    may go on beside it.

    Raises ValueError when it stands at a revision this program does not know and
    lacks something this program needs.
    """
    known = revisions(folder)
    at = current(url)
    if at is None:
        return known
    if at not in known:
        if oldest(url) in known:
            return []
        raise ValueError(f"the database stands at revision {at}, which this version of the program does not know")
    return known[known.index(at) + 1 :]


def ending(url: str, *, folder: Path = FOLDER) -> list[str]:
    """Of the steps the database lacks, those after which the version it is of now could not go on."""
    at, known = current(url), revisions(folder)
    if at not in known:
        return []
    script = _steps(folder, _files(folder))
    return [name for name in pending(url, folder=folder) if known.index(_runs_from(script, name)) > known.index(at)]


def _runs_from(script: ScriptDirectory, revision: str) -> str:
    """The oldest revision whose program runs after this step, as far as the step alone says."""
    module = script.get_revision(revision).module
    if getattr(module, "form", None) == "expand":
        return BASELINE
    return str(getattr(module, "not_before", revision))


def is_newer(url: str, *, folder: Path = FOLDER) -> bool:
    """Whether the database has what this program does not know of, though it may run on it."""
    at = current(url)
    return at is not None and at not in revisions(folder)


def oldest(url: str) -> str | None:
    """The oldest revision whose program runs on this database, as the database says; None where it does not say."""
    with _reading(url) as connection:
        if not inspect(connection).has_table("database_form"):
            return None
        found: str | None = connection.scalar(text("SELECT oldest FROM database_form"))
        return found


def note_oldest(connection: Connection, script: ScriptDirectory, revision: str | None) -> None:
    """Write down, with a step, what the steps up to ``revision`` leave able to run."""
    taken = [] if revision is None else [step.revision for step in script.iterate_revisions(revision, "base")]
    if BASELINE not in taken:
        return
    later = taken[: taken.index(BASELINE)]
    said = min((BASELINE, *(_runs_from(script, name) for name in later)), key=taken.index)
    connection.execute(text("DELETE FROM database_form"))
    connection.execute(text("INSERT INTO database_form (id, oldest) VALUES (1, :oldest)"), {"oldest": said})


def differences(url: str) -> list[Any]:
    """What the models have and the database has not, or otherwise; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    load_models()
    with _reading(url) as connection:
        context = MigrationContext.configure(connection, opts=comparison())
        return list(compare_metadata(context, Base.metadata))


def draft(url: str, message: str, *, folder: Path = FOLDER) -> None:
    """Write a new revision from what the models have and the database at ``url`` has not. To be read before it is kept."""
    from alembic import command

    load_models()
    number = int(_newest(folder) or 0) + 1
    with _changing(url) as connection:
        command.revision(_config(connection, folder), message, autogenerate=True, rev_id=f"{number:04d}")


def comparison() -> dict[str, Any]:
    """How models and database are compared, and how a type of ours is written in a migration."""
    return {
        "compare_type": True,
        "compare_server_default": False,
        "render_as_batch": True,
        "render_item": _render_item,
        "user_module_prefix": "odr.ground.db.",
        "include_object": _is_ours,
    }


def _render_item(kind: str, item: Any, context: Any) -> str | bool:
    if kind == "type" and isinstance(item, UTCDateTime):
        context.imports.add("import odr.ground.db")
        return "odr.ground.db.UTCDateTime()"
    return False


def _is_ours(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Whether a table or index is the models' affair; ``search_`` ones are made by the engine's own full-text commands,
    and what a database says of its own form is this module's.
    """
    if name == "database_form":
        return False
    return not (reflected and compare_to is None and name is not None and name.startswith("search_"))


def _config(connection: Connection | None, folder: Path) -> Config:
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


@contextlib.contextmanager
def _reading(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextlib.contextmanager
def _changing(url: str) -> Iterator[Connection]:
    """A connection on which the form may be changed, by one process at a time, all or nothing."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with _alone(url):
            if engine.dialect.name == "sqlite":
                _prepare_sqlite(engine)
            with engine.connect() as connection:
                if engine.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _ADVISORY_LOCK})
                    connection.execute(text(f"SET lock_timeout = '{PATIENCE}'"))
                    connection.commit()
                yield connection
                connection.commit()
    finally:
        engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    """Make changes of form transactional: the driver would otherwise keep them outside the transaction."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        # A table is changed by copying it; its children must not notice while it is away.
        connection.execute("PRAGMA foreign_keys=OFF")
        # Nor may triggers of other tables that read it, or the copy could not take its name.
        connection.execute("PRAGMA legacy_alter_table=ON")
        connection.execute("PRAGMA busy_timeout=30000")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextlib.contextmanager
def _alone(url: str) -> Iterator[None]:
    """On SQLite queue with the court's writers, on the same lock file as ``odr.ground.db.Database``."""
    if not url.startswith("sqlite:///"):
        yield
        return
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_suffix(path.suffix + ".lock")
    lock.touch(mode=0o600)
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
