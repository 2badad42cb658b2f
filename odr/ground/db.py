"""The database: typed rows, two engines, and the two ways into it.

``Database.read()`` opens a snapshot; ``Database.write()`` is the only way to
change anything. On SQLite writers queue on a lock file and open ``BEGIN
IMMEDIATE``; on PostgreSQL the rows a Sitting needs are locked by itself.
"""

from __future__ import annotations

import base64
import contextlib
import enum
import fcntl
import os
import re
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    String,
    create_engine,
    event,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeDecorator

from odr.ground.errors import Unavailable
from odr.ground.memory.asked_once import AskedOnce

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

LOCK_PATIENCE = 20.0
"""Seconds for a lock somebody else holds: then the act is refused and may be sent again, nobody waits for ever."""
RANDOM_PAGE_COST = 1.1
"""What PostgreSQL reckons a page by its number to cost beside the next one. It supposes a disk with an arm, 4: of a thousand cases
by number it then reads all forty thousand. Disks have none any more, and what is read often is in memory.
"""
PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 40_000,
    "options": f"-c lock_timeout={int(LOCK_PATIENCE)}s -c statement_timeout=120s -c random_page_cost={RANDOM_PAGE_COST}",
}
"""How long PostgreSQL is waited for: to connect, for an answer of its machine, for a lock, for one statement."""

PREPARED = 400
"""Statements that a connection to PostgreSQL keeps prepared: somewhat more than the pages of a case and the lists have."""
PREPARED_AFTER = 1
"""How often a statement is put on a connection before it is prepared there. PostgreSQL plans it anew five times more before it
keeps a plan, and each of many connections goes through all of that.
"""
HELD = "court held"
"""The connection that a session on PostgreSQL took."""
WORK = "court_work"
"""The channel on which PostgreSQL tells the worker of work."""
WROTE = "court wrote"
"""Whether a transaction said anything to PostgreSQL but a SELECT."""

BigInt = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive times; gives back aware UTC on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive time given to the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(kind: type[enum.Enum], length: int = 40) -> Enum:
    """A column that holds an enum's value as plain text, the same on both engines."""
    return Enum(
        kind, native_enum=False, create_constraint=False, length=length, values_callable=lambda e: [m.value for m in e]
    )


Reference = String(26)
"""Column type of an unguessable public reference."""


REFERENCE_FORM = re.compile(r"[a-z2-7]{26}")
"""What such a reference looks like."""


def new_reference() -> str:
    """An unguessable reference of 128 bits, 26 lower-case letters and digits."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


class Database:
    """One engine and the ways to open it.

    ``url`` is an SQLAlchemy URL: ``sqlite:////path/court.sqlite`` or
    ``postgresql+psycopg://…``.
    """

    def __init__(
        self, url: str, *, synchronous: str = "FULL", pool_size: int = 10, lock_patience: float = LOCK_PATIENCE
    ) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._local = threading.local()
        self._lock_patience = lock_patience
        # A request holds its snapshot while its act waits for a second connection: with a limit, enough requests
        # at once would wait for each other for ever. The web server's threads are what bounds them.
        if self.is_sqlite:
            path = url.removeprefix("sqlite:///")
            self.path: Path | None = Path(path)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock_path = self.path.with_suffix(self.path.suffix + ".lock")
            self.engine = create_engine(
                url,
                isolation_level=None,
                connect_args={"timeout": LOCK_PATIENCE, "check_same_thread": False},
                pool_size=pool_size,
                max_overflow=-1,
            )
            self._prepare_sqlite(self.engine, synchronous)
        else:
            self.path = None
            self.engine = create_engine(
                url,
                isolation_level="READ COMMITTED",
                pool_size=pool_size,
                max_overflow=-1,
                pool_pre_ping=True,
                pool_use_lifo=True,  # what is prepared on a connection is used again
                connect_args=PATIENCE,
            )
            self._prepare_postgresql(self.engine)
        # Of the same pool; the level goes with the BEGIN, not in a statement of its own.
        self._still = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )
        self.sessions = sessionmaker(self.engine, class_=AskedOnce, expire_on_commit=False, autoflush=True)
        if not self.is_sqlite:
            event.listen(self.sessions, "after_begin", _hold)

    @staticmethod
    def _prepare_sqlite(engine: Engine, synchronous: str) -> None:
        @event.listens_for(engine, "connect")
        def on_connect(connection: Any, record: Any) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute(f"PRAGMA synchronous={synchronous}")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute(f"PRAGMA busy_timeout={int(LOCK_PATIENCE * 1000)}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def on_begin(connection: Any) -> None:
            # The driver would open a deferred transaction late; the court says which kind it wants.
            # Every page begins with it, so it goes straight to the driver.
            mode = connection.get_execution_options().get("court_mode", "BEGIN")
            if mode:
                connection.connection.cursor().execute(mode)

    @staticmethod
    def _prepare_postgresql(engine: Engine) -> None:
        @event.listens_for(engine, "connect")
        def on_connect(connection: Any, record: Any) -> None:
            connection.prepared_max = PREPARED
            connection.prepare_threshold = PREPARED_AFTER

        @event.listens_for(engine, "begin")
        def on_begin(connection: Any) -> None:
            connection.info[WROTE] = False

        @event.listens_for(engine, "before_cursor_execute")
        def on_statement(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith("SELECT"):
                connection.info[WROTE] = True

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A session to look with; anything written in it is thrown away. All of it is one snapshot, so what stands on a page
        fits together.
        """
        session = self.sessions(reading=True, bind=self._still)
        try:
            yield session
            self._keep_prepared(session)
        finally:
            # What was read stays readable afterwards; the rollback that closing brings would empty it.
            session.expunge_all()
            session.close()

    @contextlib.contextmanager
    def glance(self) -> Iterator[Connection]:
        """A connection for one question that stands by itself: no snapshot is opened for it, and none is held afterwards,
        which somebody who sends a file for an hour would keep the database from tidying up.
        """
        with self.engine.connect().execution_options(court_mode="") as connection:
            yield connection
            connection.commit()  # at a ROLLBACK PostgreSQL's driver would forget what was prepared

    def _keep_prepared(self, session: Session) -> None:
        """The driver forgets what the server prepared for it at every ROLLBACK, and would have each page's statements read
        and planned anew: where nothing was written there is nothing to throw away.
        """
        connection: Connection | None = session.info.get(HELD)
        if self.is_sqlite or connection is None or connection.closed or connection.invalidated:
            return
        session.expunge_all()
        # What was read was read, whether or not the server still answers when the look is over.
        with contextlib.suppress(DBAPIError):
            if session.is_active and not connection.info.get(WROTE):
                session.commit()

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits when the block ends well and rolls back when it does not.

        On SQLite the caller queues on a lock file, so writers are served in turn
        instead of spinning on the busy timeout. Not re-entrant.
        """
        if getattr(self._local, "writing", False):
            raise RuntimeError("a write transaction is already open on this thread")
        self._local.writing = True
        try:
            with self._queue():
                session = self.sessions()
                if self.is_sqlite:
                    session.connection(execution_options={"court_mode": "BEGIN IMMEDIATE"})
                try:
                    yield session
                    session.commit()
                except BaseException:
                    session.rollback()
                    raise
                finally:
                    session.close()
        finally:
            self._local.writing = False

    def tell_of_work(self) -> None:
        """Tell the worker that there is work it would find by itself a few seconds later. On SQLite nobody listens."""
        if not self.is_sqlite:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql(f"NOTIFY {WORK}")

    def has_written(self, session: Session) -> bool:
        """Whether a transaction that is about to end changed anything; not known on SQLite, where it may have."""
        session.flush()
        connection: Connection | None = session.info.get(HELD)
        return self.is_sqlite or (connection is not None and bool(connection.info.get(WROTE)))

    @contextlib.contextmanager
    def _queue(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        descriptor = os.open(self._lock_path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            _lock(descriptor, self._lock_patience)
            yield
        finally:
            os.close(descriptor)

    def empty_journal(self) -> bool:
        """Fold SQLite's write-ahead log into the file and cut it to nothing; False where somebody still reads what it
        holds.

        Nobody is waited for: a request that asks would be waiting for its own snapshot.
        """
        if not self.is_sqlite:
            return True
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            try:
                return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0] == 0)
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _hold(session: Session, transaction: object, connection: Connection) -> None:
    session.info[HELD] = connection


def insert_once(session: Session, row: Base) -> bool:
    """Insert a row that somebody may insert in the same moment; whether it is this one that stands. Where it is not, nothing
    else of the transaction is undone, and whoever needs the other reads it.
    """
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def reserve_ids(session: Session, table: str, count: int) -> list[int]:
    """Numbers of so many rows to come of a table, in order, so that thousands are written without asking back for each.

    On SQLite the write transaction keeps others out until it ends; PostgreSQL's sequence never gives one twice. The
    table is a name of this program, never of anybody else.
    """
    (numbers,) = reserve_ids_of(session, (table,), count)
    return numbers


def reserve_ids_of(session: Session, tables: Sequence[str], count: int) -> list[list[int]]:
    """The same of several tables that get as many rows each, with one question."""
    connection = session.connection()
    if session.get_bind().dialect.name == "postgresql":
        # In the order of the rows: a sequence in a list of columns moves on once for each of them.
        next_ones = ", ".join("nextval(pg_get_serial_sequence(%s, 'id'))" for _ in tables)
        query = f"SELECT {next_ones} FROM generate_series(1, %s)"  # nosec B608 - our own names
        rows = connection.exec_driver_sql(query, (*tables, count)).all()
        return [[int(row[at]) for row in rows] for at in range(len(tables))]
    lasts = ", ".join(f"(SELECT max(id) FROM {table})" for table in tables)
    row = connection.exec_driver_sql(f"SELECT {lasts}").one()  # nosec B608 - our own names
    return [list(range((last or 0) + 1, (last or 0) + 1 + count)) for last in row]


def _lock(descriptor: int, patience: float) -> None:
    """Queue for the lock file. Raises Unavailable where it is not free in time: somebody who holds it stands still."""
    until, pause = time.monotonic() + patience, 0.0005
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Unavailable(5) from None
        time.sleep(pause)
        pause = min(pause * 2, 0.01)


def unpooled(url: str) -> Engine:
    """An engine for migrations and drills that keeps no connection."""
    return create_engine(url, poolclass=NullPool)
