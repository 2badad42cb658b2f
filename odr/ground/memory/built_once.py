"""A query is built once for all times it is put: what differs from one time to the next are its values."""

from __future__ import annotations

from collections.abc import Callable, KeysView
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from types import CellType, CodeType, FunctionType
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import BindParameter, ClauseElement, Executable
from sqlalchemy.orm import QueryableAttribute

Query = TypeVar("Query", bound=Executable)
PLAIN = (int, float, str, bytes, date, datetime, Enum)
"""Values that have a place in a query. Of yes and no, nothing and a class the query itself is another."""
SEVERAL = (list, tuple, set, frozenset, dict, KeysView)
_WHOLE = (type(None), bool, type, *PLAIN, *SEVERAL, ClauseElement, QueryableAttribute, FunctionType)
"""What is taken as it is; of anything else its columns are taken."""


@dataclass
class _Build:
    """A place in the program that builds a query, with the queries it built so far."""

    code: CodeType
    """Held on to, so that no other code is ever found by its number."""
    taken: tuple[tuple[int, str, str], ...]
    """What the lambda takes of what is around it: the place among its cells, a column there or nothing, and a name in the query."""
    queries: dict[tuple[Any, ...], Executable] = field(default_factory=dict)


_BUILDS: dict[int, _Build] = {}


class Put(NamedTuple):
    """A query as it is put: built before, with its values now. Only the court's sessions know it."""

    query: Executable
    values: dict[str, Any]


def built_once(build: Callable[[], Query]) -> Query:
    """A query for the court's session to put: ``session.scalars(built_once(lambda: select(Case).where(Case.id == number)))``.

    The lambda runs once, with places where the values of the names around it belong: numbers, words, days, moments, kinds, lists of
    these, and columns of rows. A column is compared with them; whatever else is done with them there is a TypeError, and
    ``tests/procedure/test_built_once.py`` holds every lambda to what no place can notice. Around what is itself a part of a query it is built anew each time.
    """
    function = cast(FunctionType, build)
    known = _BUILDS.get(id(function.__code__)) or _seen(function)
    cells = function.__closure__ or ()
    form: list[Any] = []
    values: dict[str, Any] = {}
    for at, column, name in known.taken:
        value = cells[at].cell_contents
        if column:
            value = getattr(value, column)
        if value is None or isinstance(value, (bool, type)):
            form.append(value)
        elif isinstance(value, PLAIN):
            form.append(PLAIN)
            values[name] = value
        elif isinstance(value, SEVERAL) and all(isinstance(one, PLAIN) for one in value):
            form.append(SEVERAL)
            values[name] = list(value)
        else:
            return build()
    query = known.queries.get(tuple(form))
    if query is None:
        query = _with_places(function, known, form)
        known.queries[tuple(form)] = query
    return cast(Query, Put(query, values))


class _Place(BindParameter[Any]):
    """A value to come. A column may be compared with it; what would be reckoned with it here would be reckoned once for all."""

    inherit_cache = True

    def operate(self, op: Any, *other: Any, **how: Any) -> Any:
        raise TypeError(f"{self.key}: work it out before the query is built, or write the column first")

    def __format__(self, how: str) -> str:
        raise TypeError(f"{self.key}: put the words together before the query is built")


class _Columns:
    """Stands where a row does, while a query is built."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read

    def __getattr__(self, name: str) -> Any:
        return self._read(name)


def _seen(function: FunctionType) -> _Build:
    """What a lambda takes of what is around it, seen by running it."""
    taken: dict[tuple[int, str, str], None] = {}

    def noting(at: int, name: str, value: Any) -> Any:
        if isinstance(value, _WHOLE) and not hasattr(value, "_fields"):
            taken[at, "", name] = None
            return value

        def read(column: str) -> Any:
            taken[at, column, f"{name}_{column}"] = None
            return getattr(value, column)

        return _Columns(read)

    cells = enumerate(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    _run(function, [noting(at, name, cell.cell_contents) for at, (name, cell) in cells])
    return _BUILDS.setdefault(id(function.__code__), _Build(function.__code__, tuple(taken)))


def _with_places(function: FunctionType, known: _Build, form: list[Any]) -> Executable:
    """The query, with a place for each of its values."""
    given: dict[int, dict[str, Any]] = {}
    for (at, column, name), kind in zip(known.taken, form, strict=True):
        is_place = kind is PLAIN or kind is SEVERAL
        given.setdefault(at, {})[column] = _Place(name, expanding=kind is SEVERAL, required=True) if is_place else kind
    around = [one[""] if "" in one else _Columns(one.__getitem__) for _, one in sorted(given.items())]
    query: Executable = _run(function, around)
    return query


def _run(function: FunctionType, around: list[Any]) -> Any:
    return FunctionType(function.__code__, function.__globals__, closure=tuple(map(CellType, around)))()
