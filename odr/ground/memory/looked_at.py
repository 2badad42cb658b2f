"""What a query looks at: which tables, and by which columns it chooses and sorts the rows it gives.

A row in hand that changes is the same row: a query that gave it is asked anew only where it may choose or sort otherwise now,
or where it gave out plain values. Rows that come or go concern every query of their table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Column, MetaData, Select
from sqlalchemy.orm import PassiveFlag, attributes, object_mapper, registry
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause, TextClause
from sqlalchemy.sql.schema import Table

Changed = frozenset[tuple[str, str]]
"""Table and column of what changed."""


class Looked(NamedTuple):
    """What the answer to a query rests on."""

    tables: frozenset[str]
    columns: Changed | None
    """Columns by which rows are chosen and sorted; None where any column may matter."""

    def at(self, written: set[str], changed: Changed) -> bool:
        """Whether an answer may be another one, since rows of these tables came or went and these columns changed."""
        if not self.tables.isdisjoint(written):
            return True
        if self.columns is None:
            return any(table in self.tables for table, _ in changed)
        return not self.columns.isdisjoint(changed)


def changed_in(rows: Iterable[object]) -> Changed:
    """The columns of some rows whose values are about to be written."""
    found = set()
    for row in rows:
        # Only what was set since the row was read can have changed, and of some rows that is nothing.
        set_since = attributes.instance_state(row).committed_state
        for attribute in object_mapper(row).column_attrs if set_since else ():
            if attribute.key not in set_since:
                continue
            history = attributes.get_history(row, attribute.key, PassiveFlag.PASSIVE_NO_INITIALIZE)
            if history.has_changes():
                found |= {(one.table.name, one.name) for one in attribute.columns if isinstance(one, Column)}
    return frozenset(found)


def looked_at(statement: Select[Any]) -> Looked:
    """What a query looks at, in its parts and in what its loader options bring."""
    compiled = statement.compile()
    state: Any = compiled.compile_state
    parts = [compiled.statement, *([state.statement] if state is not None else [])]
    tables = {one for part in parts for one in visitors.iterate(part) if isinstance(one, Table)}
    names = frozenset(one.name for one in tables)
    if not _gives_rows(statement):
        return Looked(names, None)
    chosen = list(_columns([*statement._where_criteria, *statement._order_by_clauses]))
    if None in chosen:
        return Looked(names, None)
    mapped = statement._propagate_attrs["plugin_subject"].mapper.registry
    bound = (one for one in _bound_to_others(mapped, next(iter(tables)).metadata) if one[0] in names)
    return Looked(names, frozenset([*(one for one in chosen if one), *bound]))


def _gives_rows(statement: Select[Any]) -> bool:
    """Whether it gives out rows as they are in hand and nothing else, chosen by conditions of its own."""
    return (
        all(isinstance(one, Table) for one in statement._raw_columns)
        and not statement._setup_joins
        and not statement._from_obj
        and not statement._distinct
        and not statement._group_by_clauses
        and not statement._having_criteria
    )


def _columns(parts: Iterable[Any]) -> Iterator[tuple[str, str] | None]:
    """Columns that stand in conditions; None for one that is not plainly a table's own: an alias's, or words in SQL."""
    for part in parts:
        for one in visitors.iterate(part):
            if isinstance(one, Column) and isinstance(one.table, Table):
                yield one.table.name, one.name
            elif isinstance(one, (ColumnClause, TextClause)):
                yield None


@cache
def _bound_to_others(mapped: registry, metadata: MetaData) -> Changed:
    """Columns by which rows belong to each other, or stand in order among those that come with another: a query that loads
    some along looks at them without naming them.
    """
    found: set[tuple[str, str] | None] = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if column.primary_key or column.foreign_keys
    }
    for mapper in mapped.mappers:
        for relationship in mapper.relationships:
            joins = [relationship.primaryjoin, relationship.secondaryjoin]
            sorting = relationship.order_by or ()
            found.update(_columns(part for part in (*joins, *cast("Iterable[Any]", sorting)) if part is not None))
        for attribute in mapper.column_attrs:
            found.update(_columns(one for one in attribute.columns if not isinstance(one, Column)))
    return frozenset(one for one in found if one)
