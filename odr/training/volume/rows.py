"""``flask bench fill 1000000``: rows of as many cases as a country's court has in years, so that pages and the worker's rounds can
be timed among them: copies, written by the database itself, of one told case of every course. They have no dockets; a court that holds them is never audited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import click
from sqlalchemy import Table, UniqueConstraint, func, select, text
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground import migrate
from odr.ground.db import Base
from odr.hearing.courtroom.calendar.triggers import HEARINGS
from odr.identity.models import Account
from odr.insight.distribution.counted import count_anew as count_lots_anew
from odr.procedure.case.coming_dates.dates import gather_anew
from odr.procedure.case.coming_dates.triggers import LIMITS
from odr.procedure.case.desk_counts.counts import count_anew
from odr.procedure.court import Court
from odr.training.volume.courses import COURSES
from odr.training.volume.filling import FIRMS, NotFilled, fill, in_a_stopped_court

MOST = 10_000_000
"""How many cases may be asked for at once."""
UNPAID = "coalesce(o.subject, '') NOT IN (SELECT reference FROM fee_assessment WHERE id <= {fee_assessment} AND state IN ('due', 'deferred'))"
TABLES = {
    "account": "",
    "account_role": "o.role NOT IN ('president', 'cashier', 'admin')",
    "case": "",
    "party": "",
    "seat": "",
    "window": f"o.state NOT IN ('met', 'ended') AND {UNPAID}",
    "task": UNPAID,
    "fee_basis": "",
    "fee_assessment": "o.state NOT IN ('due', 'deferred')",
    "payment": "",
    "hearing": "",
    "service_packet": "o.id IN (SELECT packet_id FROM service_inbox WHERE id <= {service_inbox})",
    "service_attempt": "o.id IN (SELECT attempt_id FROM service_inbox WHERE id <= {service_inbox})",
    "service_inbox": "",
}
"""What is copied, owners first, and which of it: who takes part, what the cases are, what is open or unread in them;
not what waits for a few days only, nor a second president. In braces stands the last number of a table's told rows: what is laid is not gone through again."""
OWNERS = {"case_id": "case", "party_id": "party"}
"""Columns that name a row of another table without being bound to it."""
SUBJECTS = ("window", "task")
"""Whose subject is the reference of what they are about."""
PEOPLE = ("account", "account_role")
DATED = (LIMITS, HEARINGS)
"""What of a case has dates that its parties' accounts are told of."""
A_STAFF = 20
"""Copies of the told cases that one set of people has: a judge then has some hundred cases, as judges do. A platform has all of
its own.
"""
LENGTH = 26
"""Signs of a reference."""
AT_ONCE = 500
"""Copies that are laid in one transaction."""
PAGES_HELD = 500_000
"""KiB of its pages that SQLite holds while rows are laid: of tables and indexes that lie apart, it writes each page once."""


@dataclass(frozen=True)
class Pattern:
    """The told cases as the tables have them: the last number of each table, how many cases, and the accounts that stay the same
    in every copy.
    """

    top: Mapping[str, int]
    cases: int
    same: tuple[int, ...]


def pattern_of(session: Session) -> Pattern:
    """What is there now, to be copied."""
    top = {name: _last(session, name) for name in TABLES}
    firms = select(Account.id).where(Account.email.in_([f"{firm}@parties.example" for firm in FIRMS]))
    cases = session.scalar(select(func.count()).select_from(Case)) or 0
    return Pattern(top, cases, tuple(session.scalars(firms)))


def copies(table: Table, top: Mapping[str, int], owners: Mapping[str, str], where: str) -> str:
    """The statement that lays copies of a table's rows, each as many times as the numbers from ``:first`` to ``:last``.

    ``top`` has the last number of every copied table, by which each copy's numbers lie apart; ``owners`` says of columns that name
    an account, or of which a copy has its own value, what stands in them; ``where`` chooses rows ``o``.
    """
    ends = {
        column.name
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint) and len(constraint.columns) == 1
        for column in constraint.columns
    }
    ends |= {column.name for column in table.columns if column.unique}
    values = []
    for column in table.columns:
        of = next((key.column.table.name for key in column.foreign_keys), OWNERS.get(column.name, ""))
        if column.name in owners:
            values.append(owners[column.name])
        elif column.primary_key:
            values.append(f'o."{column.name}" + n.i * {top[table.name]}')
        elif of in top:
            values.append(f'o."{column.name}" + n.i * {top[of]}')
        elif column.name in ends:
            length = min(getattr(column.type, "length", None) or LENGTH, LENGTH)
            sign = _sign(table.name) if column.name == "reference" else ""
            values.append(_padded(f"o.id + n.i * {top[table.name]}", length, f'o."{column.name}"', sign))
        elif column.name == "subject" and table.name in SUBJECTS:
            values.append(_subject(top))
        else:
            values.append(f'o."{column.name}"')
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    # The names are those of our own tables.
    return (
        "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
        f'INSERT INTO "{table.name}" ({names}) SELECT {", ".join(values)} FROM n, "{table.name}" o WHERE {where} ORDER BY n.i, o.id'
    )


def _subject(top: Mapping[str, int]) -> str:
    """The reference of what a copy's limit or task is about: of the same copy where that is copied, else as it was told.

    Without it every copy of a fee's limit is about the one told fee, and what is asked for it grows with the court.
    """
    tables = [name for name in top if "reference" in Base.metadata.tables[name].columns]
    found = [
        f'(SELECT {_padded(f"s.id + n.i * {top[name]}", LENGTH, "s.reference", _sign(name))} FROM "{name}" s WHERE s.reference = o.subject)'
        for name in tables
    ]
    # The names are those of our own tables.
    return f"coalesce({', '.join(found)}, o.subject)"  # nosec B608


def _sign(name: str) -> str:
    """With which the references of a table's copies begin: no two tables have the same."""
    return chr(ord("a") + list(TABLES).index(name))


def _padded(number: str, length: int, told: str, sign: str = "") -> str:
    """A number as text of that length, the same on both engines; nothing where the told row has nothing."""
    zeros = "0" * length
    written = f"'{zeros}' || CAST({number} AS varchar(30))"
    after = length - len(sign)
    return f"CASE WHEN {told} IS NULL THEN NULL ELSE '{sign}' || substr({written}, length({written}) - {after - 1}) END"


def lay_people(session: Session, pattern: Pattern, first: int, last: int) -> None:
    """Sets of people from ``first`` to ``last``, each for :data:`A_STAFF` copies. A set stands together in lists by name, so that a page
    of them shows the same people among few and among many.
    """
    names = {"email": "'c' || n.i || '-' || o.email", "name": "CAST(n.i AS varchar(20)) || ' ' || o.name"}
    _lay(session, pattern, PEOPLE, names, first, last)


def lay(session: Session, pattern: Pattern, first: int, last: int) -> None:
    """Copies from ``first`` to ``last`` of every told case, with their people where they have some of their own."""
    same = f"o.account_id IN ({', '.join(map(str, pattern.same)) or '0'})"
    staff = f"o.account_id + (n.i / {A_STAFF}) * {pattern.top['account']}"
    name = f"CASE WHEN {same} OR n.i < {A_STAFF} THEN o.name ELSE o.name || ' ' || CAST(n.i / {A_STAFF} AS varchar(20)) END"
    owners = {"account_id": f"CASE WHEN {same} THEN o.account_id ELSE {staff} END", "name": name}
    _lay(session, pattern, [one for one in TABLES if one not in PEOPLE], owners, first, last)


def _lay(
    session: Session, pattern: Pattern, names: Collection[str], owners: Mapping[str, str], first: int, last: int
) -> None:
    for name in names:
        where = " AND ".join(filter(None, (f"o.id <= {pattern.top[name]}", TABLES[name].format(**pattern.top))))
        statement = copies(Base.metadata.tables[name], pattern.top, owners, where)
        session.execute(text(statement), {"first": first, "last": last})


def fill_rows(court: Court, cases: int, say: Callable[[str], object] = lambda words: None) -> int:
    """Bring a training court to at least so many cases; how many rows of cases were laid now. Raises NotFilled for a court that
    sits, and for one that was filled so before.
    """
    if not court.settings.is_training:
        raise NotFilled("this court sits: nothing invented is filed here")
    fill(court, len(COURSES))
    with court.database.read() as session:
        pattern = pattern_of(session)
        if session.scalar(select(Account.id).where(Account.email.startswith("c1-")).limit(1)) is not None:
            raise NotFilled("this court is filled with rows already: empty it first (flask demo reset)")
    times = max(0, -(-(cases - pattern.cases) // pattern.cases))
    with _indexes_afterwards(court, say):
        for first in range(1, times // A_STAFF + 1, AT_ONCE):
            with _many_rows(court) as session:
                lay_people(session, pattern, first, min(times // A_STAFF, first + AT_ONCE - 1))
        for first in range(1, times + 1, AT_ONCE):
            last = min(times, first + AT_ONCE - 1)
            with _many_rows(court) as session:
                lay(session, pattern, first, last)
            say(f"{(last + 1) * pattern.cases} cases")
    _go_on_numbering(court)
    return times * pattern.cases


@contextmanager
def _many_rows(court: Court) -> Iterator[Session]:
    """A transaction in which a great many rows are written."""
    with court.database.write() as session:
        connection = session.connection()
        if not court.database.is_sqlite:
            yield session
            return
        # A connection of the pool may know the indexes from before they were taken off; SQLite lets go of that at a question,
        # not at a CREATE INDEX, which it then refuses as being there already.
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        held = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
        connection.exec_driver_sql(f"PRAGMA cache_size=-{PAGES_HELD}")
        try:
            yield session
        finally:
            connection.exec_driver_sql(f"PRAGMA cache_size={held}")


@contextmanager
def _indexes_afterwards(court: Court, say: Callable[[str], object]) -> Iterator[None]:
    """The indexes of the tables are taken off while rows are laid and laid afterwards, sorted: kept row by row, each is a walk through
    all of itself, and the court grows slower with every row. Those of keys stay. So are the triggers that find the dates of a case
    by these indexes; the dates are gathered at the end. Whoever kills the filling empties the court.
    """
    with court.database.write() as session:
        laid = _indexes(session)
        for name in laid:
            session.execute(text(f'DROP INDEX "{name}"'))
        for name, table in _triggers_of_dates():
            on = "" if court.database.is_sqlite else f' ON "{table}"'
            session.execute(text(f"DROP TRIGGER {name}{on}"))
    try:
        yield
    finally:
        for name, statement in laid.items():
            say(f"index {name}")
            with _many_rows(court) as session:
                session.connection().exec_driver_sql(statement)
        with _many_rows(court) as session:
            migrate.install_triggers(session.connection())
            for of in DATED:
                gather_anew(session, of)


def _triggers_of_dates() -> Iterator[tuple[str, str]]:
    """Their names, each with its table."""
    for of in DATED:
        for statement in of.triggers()["sqlite"]:
            found = re.search(r'EXISTS (\w+) .* ON "(\w+)"', statement)
            assert found is not None
            yield found[1], found[2]


def _indexes(session: Session) -> dict[str, str]:
    """Indexes of what is copied, by name, each with the statement that lays it again; without those that a key brings."""
    if session.get_bind().dialect.name == "sqlite":
        query = "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    else:
        query = (
            "SELECT indexname, indexdef, tablename FROM pg_indexes WHERE schemaname = current_schema() "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY indexname"
        )
    return {name: statement for name, statement, table in session.execute(text(query)) if table in TABLES}


def _last(session: Session, name: str) -> int:
    return session.execute(text(f'SELECT max(id) FROM "{name}"')).scalar() or 0  # nosec B608 - our own names


def _go_on_numbering(court: Court) -> None:
    """Rows written with their numbers leave a sequence behind; what lies on desks is counted in one; and the planner is told how
    many there are.
    """
    with court.database.write() as session:
        count_anew(session)
        count_lots_anew(session)
        if not court.database.is_sqlite:
            for name in TABLES:
                last = {"table": f'"{name}"', "last": _last(session, name)}
                session.execute(text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"), last)
            session.execute(text("ANALYZE"))


@click.group("bench")
def bench_group() -> None:
    """Rows to time the court among."""


@bench_group.command("fill")
@click.argument("cases", type=click.IntRange(1, MOST))
def fill_command(cases: int) -> None:
    """Lay rows of CASES cases in the training court, with parties and windows, without dockets: it is never audited afterwards,
    only timed. A sitting court refuses.
    """
    laid = in_a_stopped_court(lambda court: fill_rows(court, cases, say=click.echo))
    click.echo(f"{laid} cases laid: rows without dockets, for timing alone. Never audit this court.")
