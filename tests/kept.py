"""Stories that are told once: what a court goes through before a test comes to its point is kept and copied.

A story is a function of a scene that performs real acts. The first test of a process that needs it sees it told;
afterwards its end is kept: the database, the court's folder with keys, log and messages, the instant, and what the
story gave. A later test whose scene stands where that story began gets a copy and goes on from there. A scene does
not stand there any more as soon as anything was committed, its clock moved or another port put in: then the story is
told like any other function. So tests differ in nothing but the time they take.

Of SQLite the file is kept. Of PostgreSQL it is the rows, and how far its numbers were given out: a database for each
story would take 25 MB, and longer to lay.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from psycopg import sql
from sqlalchemy import Connection, event, select

from odr.docket.models import Case
from odr.ground.clock import FixedClock
from odr.ground.db import WROTE, Database
from odr.procedure.audit.docket_audit import audit_case
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.court import Court

Key = tuple[Hashable, ...]


class Stage(Protocol):
    """A dataclass with a court, a clock that stands still, and plain values."""

    court: Court
    clock: FixedClock


S = TypeVar("S", bound=Stage)
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Rows:
    """What stands in the tables of a PostgreSQL database."""

    of: dict[str, bytes]
    """By table, as the server copies them."""
    given_out: dict[str, int]
    """The last number of each sequence that gave any."""

    @classmethod
    def of_database(cls, database: Database) -> Rows:
        """All of them, as one look sees them."""
        with _by_itself(database) as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            found = {}
            for table in _filled(cursor):
                with cursor.copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))) as parts:
                    found[table] = b"".join(parts)
            numbers = cursor.execute(
                "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
            )
            return cls(found, dict(numbers.fetchall()))

    def lay(self, database: Database) -> None:
        """Put them in the place of those that are there. The rules of the tables are as they were afterwards: what keeps a row
        from being changed does not keep a superuser from laying it, who says so for one transaction.
        """
        with _by_itself(database) as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            if there := _filled(cursor):
                cursor.execute(
                    sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(one)) for one in there)
                )
            for table, rows in self.of.items():
                with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))) as part:
                    part.write(rows)
            for sequence, last in self.given_out.items():
                cursor.execute(sql.SQL("SELECT setval({}, {})").format(sql.Literal(sequence), sql.Literal(last)))


@contextmanager
def _by_itself(database: Database) -> Iterator[psycopg.Cursor[Any]]:
    """A transaction of the driver's own, which nobody who listens to the court's takes for one of the court."""
    borrowed = database.engine.raw_connection()
    try:
        connection = borrowed.driver_connection
        assert isinstance(connection, psycopg.Connection)
        with connection.transaction(), connection.cursor() as cursor:
            yield cursor
    finally:
        borrowed.close()


def _filled(cursor: psycopg.Cursor[Any]) -> list[str]:
    """The tables in which there is anything."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND pg_relation_size(oid) > 0 ORDER BY relname"
    )
    return [name for (name,) in cursor.fetchall()]


@dataclass(frozen=True)
class Volume:
    """The end of a story: copies of the files, the instant, pickled what the scene held and the story gave, and the rows where
    the database is no file.
    """

    folder: Path
    instant: datetime
    values: bytes
    rows: Rows | None

    @property
    def database(self) -> Path:
        """The SQLite file, whole."""
        return self.folder / "court.sqlite"

    def lay(self, database: Database, folder: Path) -> None:
        """Put copies in the place of a database nobody has open and of a court's folder."""
        if self.rows is not None:
            self.rows.lay(database)
        else:
            assert database.path is not None
            database.dispose()
            for end in ("-wal", "-shm"):
                database.path.with_name(database.path.name + end).unlink(missing_ok=True)
            shutil.copyfile(self.database, database.path)
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(self.folder / "court", folder)


class Shelf:
    """What one process keeps, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.volumes: dict[Key, Volume] = {}

    def open(
        self, beginning: Key, database: Database, folder: Path, make: Callable[[], Court], first: Callable[[Court], R]
    ) -> tuple[Court, R]:
        """A court in ``folder`` from which stories are kept, and what ``first`` gave.

        The first of a ``beginning`` is made and ``first`` done in it; the others, with the same keys and people,
        are opened on copies. What began on one engine goes on on no other.
        """
        beginning = (database.engine.dialect.name, *beginning)
        volume = self.volumes.get(beginning)
        if volume is not None:
            volume.lay(database, folder)
        court = make()
        given: R = pickle.loads(volume.values) if volume is not None else first(court)
        if volume is not None or self.keep(beginning, court, court.clock.now(), pickle.dumps(given)):
            _PLACES[database] = Place(self, court, beginning)
        return court, given

    def keep(self, key: Key, court: Court, instant: datetime, values: bytes) -> bool:
        """Copy a court as it stands; False, and nothing is kept, while somebody still reads it."""
        database = court.database
        if database.engine.pool.checkedout() or not database.empty_journal():  # type: ignore[attr-defined]
            return False
        rows = None if database.is_sqlite else Rows.of_database(database)
        volume = Volume(self.folder / str(len(self.volumes)), instant, values, rows)
        shutil.copytree(court.settings.data_dir, volume.folder / "court")
        if database.path is not None:
            shutil.copyfile(database.path, volume.database)
        self.volumes[key] = volume
        return True


class Place:
    """Where a court stands: at the end of what was kept, as long as nothing was done since."""

    def __init__(self, shelf: Shelf, court: Court, told: Key) -> None:
        self.shelf = shelf
        self.commits = 0
        self.stand(court, told)
        event.listen(court.database.engine, "commit", self._count)

    def _count(self, connection: Connection) -> None:
        # On PostgreSQL a look ends with COMMIT too.
        self.commits += bool(connection.info.get(WROTE, True))

    def stand(self, court: Court, told: Key) -> None:
        """The court has just come here."""
        self.told, self.seen, self.held = told, self.commits, _held(court)

    def holds(self, court: Court) -> bool:
        """Whether the court still stands here, and nobody is reading from its database."""
        return self.seen == self.commits and self.held == _held(court) and court.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


_PLACES: WeakKeyDictionary[Database, Place] = WeakKeyDictionary()


_LAYS: set[str] = set()
"""Stories that lay rows beside their acts, by name."""


def lays_rows(tell: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Say of a kept story that it lays rows which no act made: the audit would find them, there and in what goes on from there."""
    _LAYS.add(_name_of(tell))
    return tell


def _name_of(tell: Callable[..., Any]) -> str:
    return f"{tell.__module__}.{tell.__qualname__}"


def _lies_on_laid_rows(key: Key) -> bool:
    told: Any = key
    while isinstance(told[0], tuple):
        if told[1] in _LAYS:
            return True
        told = told[0]
    return False


def kept(tell: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Keep a story whose arguments are plain words and numbers, and whose result, if any, can be pickled."""
    name = _name_of(tell)

    @wraps(tell)
    def story(stage: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        place = _PLACES.get(stage.court.database)
        given = (*args, *kwargs.values())
        if (
            place is None
            or not place.holds(stage.court)
            or not all(isinstance(value, str | int | Enum | None) for value in given)
        ):
            return tell(stage, *args, **kwargs)
        key = (
            place.told,
            name,
            args,
            tuple(kwargs.items()),
            stage.clock.now(),
            type(stage),
            pickle.dumps(_values(stage)),
        )
        volume = place.shelf.volumes.get(key)
        if volume is None:
            result = tell(stage, *args, **kwargs)
            if getattr(stage, "by_acts_alone", False) and not _lies_on_laid_rows(key):
                _is_whole(stage.court)
            if place.shelf.keep(key, stage.court, stage.clock.now(), pickle.dumps((_values(stage), result))):
                place.stand(stage.court, key)
            return result
        volume.lay(stage.court.database, stage.court.settings.data_dir)
        stage.clock.set(volume.instant)
        values, result = pickle.loads(volume.values)
        for field, value in values.items():
            setattr(stage, field, value)
        place.stand(stage.court, key)
        given_back: R = result
        return given_back

    return story


def _is_whole(court: Court) -> None:
    """The court's own audit finds nothing in any case of a story that acts alone have told: else it would find as much in every
    court where the same is done, and nobody would look at what it finds any more.
    """
    with court.database.read() as session:
        for case in session.scalars(select(Case)):
            assert [*audit_case(session, case), *audit_projections(court, session, case)] == []


def _values(stage: Stage) -> dict[str, Any]:
    """What a scene holds besides its court and clock."""
    return {field.name: getattr(stage, field.name) for field in fields(stage) if field.name not in ("court", "clock")}  # type: ignore[arg-type]


def _held(court: Court) -> list[tuple[str, int]]:
    """Which ports, settings and peers a court has: putting in another begins another story."""
    return [(name, id(value)) for thing in (court, court.notary, court.ports) for name, value in vars(thing).items()]
