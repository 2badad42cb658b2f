"""What a case has none of: most questions about a case are about things it does not have, and one query answers them all.

A page, or an act, asks a case for objections, appeals, witnesses, agreements, and nine of ten cases have none of them.
One statement says of every table whether it has a row of the case; what it has none of need not be asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    cast,
    exists,
    func,
    select,
)
from sqlalchemy.engine import FrozenResult
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.schema import Column, Table

OWNER = "case_id"
"""The column by which a row belongs to a case."""
KINDS = "kinds"
"""In a table's ``info``: names of its columns of few different values, by which most queries ask; these are told too."""
MOST_CASES = 2
"""Cases of which one session asks it: a list of many puts a question or two about each, and asks them as they are."""
WORTH_IT, WORTH_IT_READING = 5, 2
"""Different questions about one case, from which on it is asked what the case has none of: an act puts few, a page many."""


class Bound(NamedTuple):
    """A value of a query, by its place among them: which table it is compared with, and which column."""

    table: str
    column: str
    at: int


@dataclass
class Kind:
    """A form of query: it has no answer where ``owners`` have no row, or none of the kinds asked for."""

    owners: tuple[Bound, ...]
    kinds: tuple[Bound, ...]
    metadata: MetaData
    nothing: FrozenResult[Any] | None = None
    """The answer without rows, known from the first time it was given."""


def kind_of(statement: Select[Any]) -> Kind:
    """What must have a row for this query to have an answer. Empty for one that answers always, as a count does."""
    values = {id(bind): at for at, bind in enumerate(_binds(statement))}
    owners: list[Bound] = []
    kinds: list[Bound] = []
    metadata = MetaData()
    if not _always_answers(statement):
        for column, value in _equalities(statement):
            table = column.table
            at = values.get(id(value))
            if at is not None and column.name == OWNER:
                owners.append(Bound(table.name, OWNER, at))
                metadata = table.metadata
            elif at is not None and column.name in table.info.get(KINDS, ()):
                kinds.append(Bound(table.name, column.name, at))
    return Kind(tuple(owners), tuple(kinds), metadata)


def _binds(statement: Select[Any]) -> list[BindParameter[Any]]:
    key = statement._generate_cache_key()
    return [] if key is None else list(key.bindparams)


def _always_answers(statement: Select[Any]) -> bool:
    """Whether it may give a row although nothing is found: an aggregate does."""
    return any(
        isinstance(part, FunctionElement) for column in statement._raw_columns for part in visitors.iterate(column)
    )


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
    """What one case has: tables that have a row of it, and of some also which kinds."""

    has: set[str] = field(default_factory=set)
    kinds: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """By table and column."""
    known: set[str] = field(default_factory=set)
    """Tables of which it is known; one that was written since is not."""

    def answers(self, kind: Kind, values: tuple[Any, ...], owner: int) -> bool:
        """Whether a query of this form and these values is known to find nothing."""
        mine = {one.table for one in kind.owners if _one(values[one.at]) == owner} & self.known
        return not mine <= self.has or any(
            kinds.isdisjoint(str(getattr(value, "value", value)) for value in _all(values[one.at]))
            for one in kind.kinds
            if one.table in mine and (kinds := self.kinds.get((one.table, one.column))) is not None
        )


def _all(value: Any) -> tuple[Any, ...]:
    """The values of one place, without the types that tell them apart: ``(type, value)``, or a tuple of these."""
    if value and isinstance(value[0], type):
        return (value[1],)
    return tuple(one for inner in value for one in _all(inner))


def _one(value: Any) -> Any:
    """The value of a place that holds one; None where it holds several."""
    found = _all(value)
    return found[0] if len(found) == 1 else None


def owner_of(kind: Kind, values: tuple[Any, ...]) -> int | None:
    """The case a query asks about; None where it is about none, or several."""
    found = {_one(values[bound.at]) for bound in kind.owners}
    owner = found.pop() if len(found) == 1 else None
    return owner if isinstance(owner, int) else None


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
        answers += [_kinds_of(column, owned) for column in kinds] or [exists().where(owned)]
    return meaning, select(*(answer.label(f"answer_{at}") for at, answer in enumerate(answers)))


def _kinds_of(column: Column[Any], owned: ColumnElement[bool]) -> ColumnElement[Any]:
    found = select(column).where(owned, column.is_not(None)).distinct().subquery()
    return select(func.aggregate_strings(cast(found.c[column.name], String), ",")).scalar_subquery()


def read(meaning: list[tuple[str, str]], row: Any) -> NoneOf:
    """What that statement's row says."""
    found = NoneOf()
    for (table, column), value in zip(meaning, row, strict=True):
        found.known.add(table)
        if value:
            found.has.add(table)
        if column:
            found.kinds[table, column] = set(value.split(",")) if value else set()
    return found
