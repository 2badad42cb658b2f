"""Small tables of a case, read whole: a second question about the same few rows is answered from those in hand.

A page asks ten times which time limits, fees and seats there are, each time by another condition. A table that says in its
``info`` by which columns it is asked is read once, all rows of the case; a question by those columns is then a choice among
them, made here as the database would make it.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, Null, Select, bindparam, select
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ColumnClause,
    Label,
    UnaryExpression,
)
from sqlalchemy.sql.functions import count
from sqlalchemy.sql.schema import Column, Table

ASKED_BY = "asked_by"
"""In a table's ``info``: the columns by which its rows are asked for."""
OPEN_WHILE = "open_while"
"""In a table's ``info``: a column that is empty while a row is of interest; only those rows are kept in hand, and only
questions that say so are answered from them.
"""
LIGHT = "light"
"""In a table's ``info``: its rows are heavy, and only those columns are kept in hand; questions for the rows are put."""
MOST = 200
"""Rows of one table of one case; where there are more, each question is put."""


@dataclass(frozen=True)
class Condition:
    """What one column of a row must be: ``at`` the place of the value among those of the query, None for an empty column."""

    column: int
    operator: Any
    at: int | None
    of: type[Any] = object
    """What the column holds."""


@dataclass(frozen=True)
class Form:
    """A question that can be answered from the rows of a case."""

    entity: Mapper[Any]
    conditions: tuple[Condition, ...]
    order: tuple[tuple[int, bool], ...]
    """Columns, and whether downward."""
    limit: int | None
    wanted: tuple[int, ...]
    """Columns asked for; -1 for the row itself."""
    counts: int = 0
    """How many counts it asks for, instead of columns."""

    def fits(self, values: Sequence[Any]) -> bool:
        """Whether each value is of the kind its column holds. A number asked for by its digits, or a kind by its word, is for
        the database to judge: one finds it, another refuses.
        """
        for one in self.conditions:
            value = values[one.at] if one.at is not None else None
            if not all(
                each is None or _is_a(each, one.of) for each in (value if isinstance(value, tuple) else (value,))
            ):
                return False
        return True

    def rows(self, all_rows: Sequence[Any], values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The answer: ``all_rows`` of the case, as :func:`query` gives them, in the order of their numbers."""
        found = [row for row in all_rows if all(_holds(one, row, values) for one in self.conditions)]
        if self.counts:
            return [(len(found),) * self.counts]
        for column, down in reversed(self.order):
            found.sort(key=lambda row: row[column], reverse=down)
        if self.limit is not None:
            found = found[: values[self.limit]]
        return [tuple(row[at] for at in self.wanted) for row in found]


def _holds(condition: Condition, row: Any, values: Sequence[Any]) -> bool:
    mine = row[condition.column]
    if condition.at is None:
        return (mine is None) is (condition.operator is operators.is_)
    value = values[condition.at]
    if condition.operator is operators.not_in_op:
        return not value or (mine is not None and None not in value and not any(_same(mine, one) for one in value))
    if mine is None:
        return False
    if condition.operator is operators.in_op:
        return any(_same(mine, one) for one in value)
    return _same(mine, value) is (condition.operator is operators.eq)


def _same(mine: Any, value: Any) -> bool:
    return value is not None and _plain(mine) == _plain(value)


def _is_a(value: Any, of: type[Any]) -> bool:
    return isinstance(value, of) and not (isinstance(value, bool) and of is not bool)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, enum.Enum) else value


def columns_of(table: Table) -> list[Column[Any]]:
    """The columns that are kept beside each row: its number, and those it is asked by."""
    key, *more = table.primary_key.columns
    return [key, *(table.c[name] for name in table.info.get(ASKED_BY, ()))] if not more else []


def asked_about(cases: Collection[int]) -> dict[str, Any]:
    """The values of :func:`query`."""
    return {"cases": list(cases), "most": (MOST + 1) * len(cases)}


@cache
def query(entity: Mapper[Any], owner: Column[Any]) -> Select[Any]:
    """All rows of some cases, as :meth:`Form.rows` takes them: their columns, the case, and the row itself."""
    table = entity.local_table
    assert isinstance(table, Table)
    found = select(*columns_of(table), owner, *([] if table.info.get(LIGHT) else [entity])).where(
        owner.in_(bindparam("cases", expanding=True))
    )
    still = table.info.get(OPEN_WHILE)
    found = found if still is None else found.where(table.c[still].is_(None))
    return found.order_by(next(iter(table.primary_key.columns))).limit(bindparam("most", type_=Integer))


def from_all(entity: Mapper[Any], rows: Collection[Any]) -> Sequence[Any] | None:
    """The same, of rows of one case that are in hand already, all of them; None where there are too many."""
    table = entity.local_table
    assert isinstance(table, Table)
    names = [entity.get_property_by_column(column).key for column in columns_of(table)]
    still = table.info.get(OPEN_WHILE)
    kept = [row for row in rows if still is None or getattr(row, still) is None]
    found = [(*(getattr(row, name) for name in names), None, row) for row in kept]
    return sorted(found, key=lambda row: row[0]) if len(found) <= MOST else None


def takes_all(statement: Select[Any], owner: str) -> Mapper[Any] | None:
    """Whose rows a query takes, where it takes all those of one case, whatever it loads with them."""
    entity = statement._propagate_attrs.get("plugin_subject")
    if not isinstance(entity, Mapper) or not isinstance(entity.local_table, Table):
        return None
    table = entity.local_table
    if (
        not table.info.get(ASKED_BY)
        or not _is_plain(statement, with_others=True)
        or statement._limit_clause is not None
    ):
        return None
    if len(statement._raw_columns) != 1 or not _is(statement._raw_columns[0], table):
        return None
    condition: Any = statement._where_criteria[0] if len(statement._where_criteria) == 1 else None
    named = isinstance(condition, BinaryExpression) and condition.operator in (operators.eq, operators.in_op)
    return entity if named and _of(condition.left, table) and condition.left.name == owner else None


def by_case(table: Table, rows: Sequence[Any], cases: Collection[int]) -> dict[int, Sequence[Any]]:
    """The rows of each case; of none where there were too many to be all."""
    if len(rows) >= (MOST + 1) * len(cases):
        return {}
    at = len(columns_of(table))
    found: dict[int, list[Any]] = {case: [] for case in cases}
    for row in rows:
        found[row[at]].append(row)
    return {case: mine for case, mine in found.items() if len(mine) <= MOST}


def form_of(statement: Select[Any], owner: str) -> Form | None:
    """How a query is answered from the rows of a case; None for one that has to be put."""
    if not _is_plain(statement):
        return None
    entity = statement._propagate_attrs.get("plugin_subject")
    if not isinstance(entity, Mapper) or not isinstance(entity.local_table, Table):
        return None
    table = entity.local_table
    if ASKED_BY not in table.info or owner not in table.c or entity.polymorphic_on is not None:
        return None
    places = {column.name: at for at, column in enumerate(columns_of(table))}
    key = statement._generate_cache_key()
    if not places or key is None or not all(_is(one, table) for one in statement._from_obj):
        return None
    values = {id(bind): at for at, bind in enumerate(key.bindparams)}
    conditions = _conditions(statement, table, places, values, owner)
    order = _order(statement, table, places)
    limit = statement._limit_clause
    wanted = _wanted(statement, table, places)
    counts = _counts(statement, table)
    if conditions is None or order is None or (limit is not None and id(limit) not in values) or not (wanted or counts):
        return None
    if counts and (limit is not None or order):
        return None
    return Form(entity, conditions, order, values[id(limit)] if limit is not None else None, wanted, counts)


def _wanted(statement: Select[Any], table: Table, places: dict[str, int]) -> tuple[int, ...]:
    """The columns asked for, -1 for the row; empty where they are not in hand."""
    columns: list[Any] = list(statement._raw_columns)
    if len(columns) == 1 and _is(columns[0], table):
        return () if table.info.get(LIGHT) else (-1,)
    known = all(_of(column, table) and column.name in places for column in columns)
    return tuple(places[column.name] for column in columns) if known else ()


def _counts(statement: Select[Any], table: Table) -> int:
    """How many counts of rows are asked for, and nothing else; a count of a column that may be empty is another number."""
    columns = [one.element if isinstance(one, Label) else one for one in statement._raw_columns]
    counted = [list(one.clauses) for one in columns if isinstance(one, count)]
    whole_rows = all(not of or all(_is_row(one, table) for one in of) for of in counted)
    return len(columns) if len(counted) == len(columns) and whole_rows else 0


def _is_row(counted: Any, table: Table) -> bool:
    if _of(counted, table):
        return not table.c[counted.name].nullable
    return isinstance(counted, ColumnClause) and counted.name == "*"


def _is_plain(statement: Select[Any], *, with_others: bool = False) -> bool:
    """Whether it is one table, chosen from, sorted and cut, and nothing else; ``with_others`` loaded with its rows or not."""
    return (
        type(statement) is Select
        and bool(statement._raw_columns)
        and not statement._setup_joins
        and (with_others or not statement._with_options)
        and not statement._distinct
        and not statement._group_by_clauses
        and not statement._having_criteria
        and not statement._prefixes
        and not statement._independent_ctes
        and statement._offset_clause is None
        and statement._fetch_clause is None
    )


def _is(table: Any, one: Table) -> bool:
    return isinstance(table, Table) and table.name == one.name


def _of(column: Any, table: Table) -> bool:
    return isinstance(column, Column) and isinstance(column.table, Table) and column.table.name == table.name


def _conditions(
    statement: Select[Any], table: Table, places: dict[str, int], values: dict[int, int], owner: str
) -> tuple[Condition, ...] | None:
    found, owned, still = [], False, table.info.get(OPEN_WHILE)
    is_open = still is None
    conditions: list[Any] = list(statement._where_criteria)
    while conditions:
        one = conditions.pop()
        if isinstance(one, BooleanClauseList) and one.operator is operators.and_:
            conditions += one.clauses
            continue
        if not isinstance(one, BinaryExpression) or not _of(one.left, table):
            return None
        name = one.left.name
        if name == still:
            if one.operator is not operators.is_ or not isinstance(one.right, Null):
                return None
            is_open = True
        elif name == owner:
            # Which case it is, and that it is one, the session has seen to.
            if one.operator not in (operators.eq, operators.in_op) or not isinstance(one.right, BindParameter):
                return None
            owned = True
        elif name not in places:
            return None
        elif isinstance(one.right, Null) and one.operator in (operators.is_, operators.is_not):
            found.append(Condition(places[name], one.operator, None))
        elif (
            one.operator in (operators.eq, operators.ne, operators.in_op, operators.not_in_op)
            and isinstance(one.right, BindParameter)
            and id(one.right) in values
        ):
            of = table.c[name].type.python_type
            found.append(Condition(places[name], one.operator, values[id(one.right)], of))
        else:
            return None
    return tuple(found) if owned and is_open else None


def _order(statement: Select[Any], table: Table, places: dict[str, int]) -> tuple[tuple[int, bool], ...] | None:
    """Numbers are sorted alike everywhere; words, and empty columns, are not."""
    found = []
    for one in statement._order_by_clauses:
        down = isinstance(one, UnaryExpression) and one.modifier is operators.desc_op
        column = one.element if isinstance(one, UnaryExpression) and (down or one.modifier is operators.asc_op) else one
        if not _of(column, table) or column.name not in places or table.c[column.name].nullable:
            return None
        if table.c[column.name].type.python_type is not int:
            return None
        found.append((places[column.name], down))
    return tuple(found)
