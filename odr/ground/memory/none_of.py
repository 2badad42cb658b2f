"""What a case has none of: most questions about a case are about things it does not have, and one query answers them all.

A page, or an act, asks a case for objections, appeals, witnesses, agreements, and nine of ten cases have none of them.
One statement says of every table whether it has a row of the case; what it has none of need not be asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    Null,
    PrimaryKeyConstraint,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import registry
from sqlalchemy.engine import FrozenResult
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList, Label
from sqlalchemy.sql.functions import FunctionElement, count
from sqlalchemy.sql.schema import Column, Table

from odr.ground.memory import whole

OWNER = "case_id"
"""The column by which a row belongs to a case."""
OF = "of"
"""In a table's ``info``: the column by which a row belongs to a row of a case, or to another case,
and is asked for by it.
"""
STILL = "?"
"""Instead of a column: whether a table has a row still of interest."""
BELOW = "*"
"""Instead of a column, or before it: whether a table has a row of a row of the case, or of which kinds."""
KINDS = "kinds"
"""In a table's ``info``: names of its columns of few different values, by which most queries ask; these are told too."""
BITS = 60
"""Answers in one number of 64 bits."""
MOST_CASES = 2
"""Cases of which one session asks it: a list of many puts a question or two about each, and asks them as they are."""


class Bound(NamedTuple):
    """A value of a query, by its place among them: which table it is compared with, and which column."""

    table: str
    column: str
    at: int


class Below(NamedTuple):
    """A value of a query that is the number of a row of ``parent``, or several: which table's rows belong to it."""

    table: str
    parent: Mapper[Any]
    at: int
    name: str


@dataclass
class Kind:
    """A form of query: it has no answer where ``owners`` have no row, or none of the kinds asked for."""

    owners: tuple[Bound, ...]
    kinds: tuple[Bound, ...]
    metadata: MetaData
    parents: tuple[Below, ...] = ()
    below: tuple[str, ...] = ()
    """Tables whose rows belong to a row of the case, of which each row found has one."""
    still_open: tuple[str, ...] = ()
    """Tables of which only rows still of interest are asked for; see :data:`odr.ground.memory.whole.OPEN_WHILE`."""
    """Of tables whose rows belong to a row of a case."""
    form: whole.Form | None = None
    """How it is answered from the rows of the case in hand."""
    takes_all: Mapper[Any] | None = None
    """Whose rows it takes, where it takes all those of the case."""
    counts: int = 0
    """How many counts it asks for, and nothing else: where there is nothing, each of them is 0."""
    nothing: FrozenResult[Any] | None = None
    """The answer without rows, known from the first time it was given."""

    def learn(self, answer: FrozenResult[Any]) -> None:
        """Take the shape of an answer."""
        rows: list[Any] = [(0,) * self.counts] if self.counts else []
        self.nothing = answer.with_new_rows(rows)


def kind_of(statement: Select[Any]) -> Kind:
    """What must have a row for this query to have an answer. Empty for one that has another answer then than none, or 0."""
    values = {id(bind): at for at, bind in enumerate(_binds(statement))}
    owners: list[Bound] = []
    kinds: list[Bound] = []
    parents: list[Below] = []
    metadata = MetaData()
    counts = _counts(statement)
    if counts or not _always_answers(statement):
        for column, value in _equalities(statement):
            table = column.table
            at = values.get(id(value))
            if at is not None and column.name == OWNER:
                owners.append(Bound(table.name, OWNER, at))
                metadata = table.metadata
            elif at is not None and column.name in table.info.get(KINDS, ()):
                kinds.append(Bound(table.name, column.name, at))
            elif at is not None and column.name == table.info.get(OF):
                parents.append(Below(table.name, _parent(statement, column), at, value.key))
                metadata = table.metadata
    form = whole.form_of(statement, OWNER) if owners else None
    below = _joined_below(statement, {one.table for one in owners}) if owners else []
    takes_all = whole.takes_all(statement, OWNER) if owners else None
    return Kind(
        tuple(owners),
        tuple(kinds),
        metadata,
        tuple(parents),
        tuple(below),
        _still_open(statement),
        form,
        takes_all,
        counts,
    )


def _binds(statement: Select[Any]) -> list[BindParameter[Any]]:
    key = statement._generate_cache_key()
    return [] if key is None else list(key.bindparams)


def _always_answers(statement: Select[Any]) -> bool:
    """Whether it may give a row although nothing is found: an aggregate does."""
    return any(
        isinstance(part, FunctionElement) for column in statement._raw_columns for part in visitors.iterate(column)
    )


def _conditions(statement: Select[Any]) -> Iterator[Any]:
    """Conditions that hold for each row it finds, its own and those of its inner joins."""
    conditions = [*statement._where_criteria, *(on for _, on, _, how in statement._setup_joins if not how["isouter"])]
    while conditions:
        condition = conditions.pop()
        if isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
            conditions += condition.clauses
        else:
            yield condition


def _joined_below(statement: Select[Any], owners: set[str]) -> list[str]:
    """Tables of which each row it finds has a row that belongs to one of the case."""
    found = []
    if all(how["isouter"] is False and how["full"] is False for _, _, _, how in statement._setup_joins):
        for one in _conditions(statement):
            if isinstance(one, BinaryExpression) and one.operator is operators.eq:
                for mine, other in ((one.left, one.right), (one.right, one.left)):
                    if _is_of(mine, other, owners):
                        found.append(mine.table.name)
    return found


def _is_of(mine: Any, other: Any, owners: set[str]) -> bool:
    """Whether a condition joins a row to the row of the case it belongs to."""
    if not (isinstance(mine, Column) and isinstance(mine.table, Table) and mine.name == mine.table.info.get(OF)):
        return False
    (key,) = mine.table.metadata.tables[mine.table.name].c[mine.name].foreign_keys
    if not isinstance(other, Column) or not isinstance(other.table, Table) or other.table.name not in owners:
        return False
    return (other.table.name, other.name) == (key.column.table.name, key.column.name)


def _still_open(statement: Select[Any]) -> tuple[str, ...]:
    return tuple(
        one.left.table.name
        for one in _conditions(statement)
        if isinstance(one, BinaryExpression)
        and one.operator is operators.is_
        and isinstance(one.right, Null)
        and isinstance(one.left, Column)
        and isinstance(one.left.table, Table)
        and one.left.table.info.get(whole.OPEN_WHILE) == one.left.name
    )


def _parent(statement: Select[Any], column: Column[Any]) -> Mapper[Any]:
    """The class of the rows whose number a column holds."""
    (key,) = column.foreign_keys
    mappers = statement._propagate_attrs["plugin_subject"].mapper.registry.mappers
    return next(one for one in mappers if one.local_table is key.column.table)


def _counts(statement: Select[Any]) -> int:
    """How many columns it asks for, where each is a count over all rows it finds: then there is one row always."""
    if statement._group_by_clauses or statement._having_criteria or statement._limit_clause is not None:
        return 0
    columns = [one.element if isinstance(one, Label) else one for one in statement._raw_columns]
    return len(columns) if all(isinstance(one, count) for one in columns) else 0


def _equalities(statement: Select[Any]) -> Iterator[tuple[Column[Any], BindParameter[Any]]]:
    """Conditions of a query that a column of a table is a value, or one of some; all of them hold in each row."""
    conditions = list(statement._where_criteria)
    while conditions:
        condition = conditions.pop()
        if isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
            conditions += condition.clauses
        elif (
            isinstance(condition, BinaryExpression)
            and condition.operator in (operators.eq, operators.in_op)
            and isinstance(condition.left, Column)
            and isinstance(condition.left.table, Table)
            and isinstance(condition.right, BindParameter)
        ):
            yield condition.left, condition.right


def told_by(metadata: MetaData) -> Iterator[Column[Any]]:
    """Columns of the case, of the tables whose rows belong to one and are found by it."""
    for table in metadata.sorted_tables:
        owner = table.c.get(OWNER)
        if owner is not None and _is_found_by(table, owner):
            yield owner


def _is_found_by(table: Table, owner: Column[Any]) -> bool:
    keys = (one for one in table.constraints if isinstance(one, (PrimaryKeyConstraint, UniqueConstraint)))
    return any(next(iter(one.columns), None) is owner for one in (*table.indexes, *keys))


@dataclass
class NoneOf:
    """What one case has: tables that have a row of it, or of a row of it, and of some also which kinds."""

    has: set[str] = field(default_factory=set)
    kinds: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """By table and column."""
    known: set[str] = field(default_factory=set)
    """Tables of which it is known; one that was written since is not."""
    below: set[str] = field(default_factory=set)
    """Tables that have a row of a row of the case."""
    still_open: set[str] = field(default_factory=set)
    """Tables that have a row still of interest, of those that tell them apart."""
    known_below: dict[str, str] = field(default_factory=dict)
    """Tables of which that is known, with the table of the rows theirs belong to."""

    def answers(self, kind: Kind, values: tuple[Any, ...], owner: int) -> bool:
        """Whether a query of this form and these values is known to find nothing."""
        mine = {one.table for one in kind.owners if _one(values[one.at]) == owner} & self.known
        if any(one in self.known_below and one not in self.below for one in kind.below):
            return True
        if any(one in mine and one not in self.still_open for one in kind.still_open):
            return True
        told = mine | {one for one in kind.below if one in self.known_below}
        return not mine <= self.has or any(
            kinds.isdisjoint(str(getattr(value, "value", value)) for value in all_of(values[one.at]))
            for one in kind.kinds
            if one.table in told and (kinds := self.kinds.get((one.table, one.column))) is not None
        )

    def has_none_below(self, below: Below) -> bool:
        """Whether no row of the case has such a row, so that none of those asked for has."""
        return below.table in self.known_below and below.table not in self.below

    def forget(self, tables: set[str]) -> None:
        """What was written is not known any more; nor what belongs to a row that came or changed hands."""
        self.known -= tables
        self.known_below = {
            table: parent for table, parent in self.known_below.items() if table not in tables and parent not in tables
        }


def all_of(value: Any) -> tuple[Any, ...]:
    """The values of one place, without the types that tell them apart: ``(type, value)``, or a tuple of these."""
    if value and isinstance(value[0], type):
        return (value[1],)
    return tuple(one for inner in value for one in all_of(inner))


def _one(value: Any) -> Any:
    """The value of a place that holds one; None where it holds several."""
    found = all_of(value)
    return found[0] if len(found) == 1 else None


def owner_of(kind: Kind, values: tuple[Any, ...]) -> int | None:
    """The case a query asks about; None where it is about none, or several."""
    found = {_one(values[bound.at]) for bound in kind.owners}
    owner = found.pop() if len(found) == 1 else None
    return owner if isinstance(owner, int) else None


@cache
def told_below(metadata: MetaData) -> list[tuple[Column[Any], Column[Any]]]:
    """Columns by which rows belong to a row of a case, each with the case of that row."""
    columns = (table.c[table.info[OF]] for table in metadata.sorted_tables if OF in table.info)
    return [(column, key.column.table.c.get(OWNER, key.column)) for column in columns for key in column.foreign_keys]


@cache
def query(metadata: MetaData) -> tuple[list[tuple[str, str]], Select[Any]]:
    """One statement that says of each table whether it has a row of the case ``owner``, or which kinds: table and column
    (empty for any row) of each of its answers, and itself.
    """
    answers: list[ColumnElement[Any]] = []
    meaning: list[tuple[str, str]] = []
    for owner in told_by(metadata):
        table = owner.table
        owned = owner == bindparam("owner", type_=owner.type)
        kinds = [table.c[name] for name in table.info.get(KINDS, ())]
        meaning += [(table.name, column.name) for column in kinds] or [(table.name, "")]
        answers += [_kinds_of(column, owned) for column in kinds] or [_any(owned)]
        if whole.OPEN_WHILE in table.info:
            meaning.append((table.name, STILL))
            answers.append(_any(owned, table.c[table.info[whole.OPEN_WHILE]].is_(None)))
    for column, owner in told_below(metadata):
        (key,) = column.foreign_keys
        mine = bindparam("owner", type_=owner.type)
        belongs = column == mine if owner is key.column else and_(column == key.column, owner == mine)
        kinds = [column.table.c[name] for name in column.table.info.get(KINDS, ())]
        meaning += [(column.table.name, f"{BELOW}{kind.name}") for kind in kinds] or [(column.table.name, BELOW)]
        answers += [_kinds_of(kind, belongs) for kind in kinds] or [_any(belongs)]
    return meaning, select(*(answer.label(f"answer_{at}") for at, answer in enumerate(answers)))


def _any(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a row. Asked for no column, SQLite looks into the index alone: every table opened beside it
    makes all that are opened after it dearer.
    """
    return select(literal_column("1")).where(*conditions).exists()


def ask(connection: Connection, metadata: MetaData, owner: int) -> NoneOf:
    """What a case has, asked of the database."""
    places, statement = _for_driver(metadata, connection.dialect.name)
    return read(metadata, _told(places, tuple(connection.exec_driver_sql(statement, (owner,)).one())))


def ask_of_all(connection: Connection, metadata: MetaData, cases: Sequence[int]) -> dict[int, NoneOf]:
    """What each of some cases has, in one question whose text is the same however many they are: of a text that grows with them
    PostgreSQL plans each anew, 30 ms a case, and SQLite needs time with the square of their number.
    """
    places, statement = _for_driver(metadata, connection.dialect.name, all_of_them=True)
    owners = json.dumps(list(cases)) if connection.dialect.name == "sqlite" else list(cases)
    rows = connection.exec_driver_sql(statement, (owners,))
    return {row[-1]: read(metadata, _told(places, row[:-1])) for row in map(tuple, rows)}


def _told(places: Sequence[tuple[int, int | None]], row: Sequence[Any]) -> list[Any]:
    return [row[at] if bit is None else row[at] >> bit & 1 for at, bit in places]


FROM = {
    "sqlite": ("", "json_each(?1) AS asked"),
    "postgresql": ("(SELECT CAST(%s AS BIGINT) AS owner) AS asked", "unnest(CAST(%s AS BIGINT[])) AS asked (owner)"),
}
"""Where each driver takes one case's number from, or those of several."""


@cache
def _for_driver(
    metadata: MetaData, name: str, *, all_of_them: bool = False
) -> tuple[list[tuple[int, int | None]], str]:
    """As :func:`query`, for the driver: a hundred columns and a hundred values cost more to hand over than to find, so it takes
    one value and gives yes and no as bits of a few numbers. Where each answer stands: column and bit. ``all_of_them`` takes a
    list of cases, on SQLite as JSON, and each row ends with its case.
    """
    meaning, one = query(metadata)
    dialect = registry.load(name)(paramstyle="named")
    owner = ("asked.value" if all_of_them else "?1") if name == "sqlite" else "asked.owner"
    # PostgreSQL has a kind of its own for yes and no.
    bit_of = "({} << {})" if name == "sqlite" else "(CAST(CAST({} AS INTEGER) AS BIGINT) << {})"
    words: list[str] = []
    bits: list[list[str]] = []
    places: list[tuple[int, int | None]] = []
    for (_, column), answer in zip(meaning, one.selected_columns, strict=True):
        asked = re.sub(r":owner\b(::\w+)?", lambda _: owner, str(answer.element.compile(dialect=dialect)))
        if column in ("", STILL, BELOW):
            if not bits or len(bits[-1]) == BITS:
                bits.append([])
            places.append((len(bits) - 1, len(bits[-1])))
            bits[-1].append(bit_of.format(asked, len(bits[-1])))
        else:
            places.append((-1 - len(words), None))
            words.append(asked)
    columns = [" + ".join(of) for of in bits] + words[::-1]
    named = [f"{column} AS answer_{at}" for at, column in enumerate(columns)]
    told = f"SELECT {','.join(named)}" + (f",{owner} AS owner" if all_of_them else "")
    taken_from = FROM[name][all_of_them]
    return places, f"{told} FROM {taken_from}" if taken_from else told


def about_all(statement: Select[Any], cases: Collection[int]) -> Select[Any] | None:
    """The query about one case as one about several, with the case of each row at its end; None for one that counts, cuts
    or sorts out what is alike: of these each case has its own.
    """
    if (
        _always_answers(statement)
        or statement._limit_clause is not None
        or statement._offset_clause is not None
        or statement._distinct
        or statement._group_by_clauses
    ):
        return None
    rest, owner = [], None
    for condition in statement._where_criteria:
        parts = condition.clauses if isinstance(condition, BooleanClauseList) else [condition]
        named = isinstance(condition, BooleanClauseList) and condition.operator is not operators.and_
        for part in [condition] if named else parts:
            if owner is None and _names_case(part):
                owner = part.left
            else:
                rest.append(part)
    if owner is None:
        return None
    found = statement._clone()
    found._where_criteria = tuple(rest)
    return found.where(owner.in_(cases)).add_columns(owner)


def _names_case(part: Any) -> bool:
    return (
        isinstance(part, BinaryExpression)
        and part.operator is operators.eq
        and isinstance(part.left, Column)
        and isinstance(part.left.table, Table)
        and part.left.name == OWNER
        and isinstance(part.right, BindParameter)
    )


def _kinds_of(column: Column[Any], owned: ColumnElement[bool]) -> ColumnElement[Any]:
    found = select(column).where(owned, column.is_not(None)).distinct().subquery()
    # The comma is part of the statement, which is then ready to be put as it stands.
    comma: Any = literal_column("','")
    return select(func.aggregate_strings(cast(found.c[column.name], String), comma)).scalar_subquery()


def read(metadata: MetaData, row: Any) -> NoneOf:
    """What that statement's row says."""
    found = NoneOf()
    meaning, _ = query(metadata)
    parents = {column.table.name: owner.table.name for column, owner in told_below(metadata)}
    for (table, column), value in zip(meaning, row, strict=True):
        if column.startswith(BELOW):
            found.known_below[table] = parents[table]
            if value:
                found.below.add(table)
            if column != BELOW:
                found.kinds[table, column.removeprefix(BELOW)] = set(value.split(",")) if value else set()
            continue
        if column == STILL:
            if value:
                found.still_open.add(table)
            continue
        found.known.add(table)
        if value:
            found.has.add(table)
        if column:
            found.kinds[table, column] = set(value.split(",")) if value else set()
    return found
