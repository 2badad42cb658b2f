"""Long lists in pages: a page begins after a line, named by what the list is sorted by, never after a number of lines.

So nothing is shown twice or left out when something comes or goes meanwhile, and the last page costs what the first
does. Every list shown on a page is cut by this module, and says how many lines there are in all, or that there are more than
anybody reads.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Select, and_, false, func, literal, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

FAR = datetime(9000, 1, 1, tzinfo=UTC)
"""Stands for “no day” where a list is sorted by days: what has none comes last."""
A_PAGE = 50
"""Lines on a page of a desk."""
COUNTED = 1000
"""Lines that are counted; of a longer list it is said that it has more. Counting all of it costs what it is long, each time it is
opened.
"""
LONGEST = 400
"""Characters a place may have in an address."""

Expression = ColumnElement[Any] | InstrumentedAttribute[Any]
Found = Select[*tuple[Any, ...]]
Value = int | str | datetime
Row = TypeVar("Row")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Key:
    """One thing a list is sorted by: its expression, of which kind its values are, and whether the greatest comes first.

    The last key of a list tells every line from every other.
    """

    expression: Expression
    kind: type[Value] = int
    descending: bool = False


class Lines(int):
    """How many lines a list has. More than were counted is one more than that, and is written as *1000+*; fewer are counted where
    each costs more than to be read.
    """

    counted: int

    def __new__(cls, number: int, counted: int = COUNTED) -> Self:
        """So many, of which as many as ``counted`` were counted at most."""
        made = super().__new__(cls, number)
        made.counted = counted
        return made

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted."""
        return self > self.counted

    def __str__(self) -> str:
        return f"{self.counted}+" if self.is_more else int.__repr__(self)


@dataclass(frozen=True)
class Listed(Generic[Row]):
    """Lines of a list, how many there are in all, and where the next page begins; None on the last."""

    rows: Sequence[Row]
    total: int
    next: str | None = None
    begun: bool = False
    """Whether lines come before these."""

    def of(self, rows: Sequence[Other]) -> Listed[Other]:
        """The same page of what its lines were made into."""
        return replace(self, rows=rows)  # type: ignore[arg-type, return-value]


def place(values: Sequence[Value]) -> str:
    """Where a page begins, as an address holds it."""
    plain = [["t", v.astimezone(UTC).isoformat()] if isinstance(v, datetime) else v for v in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def values_at(written: str | None, kinds: Sequence[type[Value]]) -> tuple[Value, ...] | None:
    """What a place of an address names; None for the beginning, and for what names no place of this list."""
    if not written or len(written) > LONGEST:
        return None
    try:
        plain = json.loads(base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True))
        values = tuple(_instant(v[1]) if isinstance(v, list) else v for v in plain)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
        return None
    sound = len(values) == len(kinds) and all(type(v) is kind for v, kind in zip(values, kinds, strict=True))
    sound = sound and all(abs(v) < 2**63 for v in values if isinstance(v, int))
    # PostgreSQL refuses to compare with what it cannot hold.
    return values if sound and all(_can_be_held(v) for v in values if isinstance(v, str)) else None


def _instant(written: str) -> datetime:
    """Raises ValueError for a time without its zone, OverflowError for one before all."""
    found = datetime.fromisoformat(written)
    if found.tzinfo is None:
        raise ValueError(written)
    return found.astimezone(UTC)


def _can_be_held(text: str) -> bool:
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def page_of(
    session: Session,
    query: Found,
    keys: Sequence[Key],
    after: str | None = None,
    size: int = A_PAGE,
    counted: int = COUNTED,
    lines: Found | None = None,
) -> Listed[Any]:
    """A page of what a query finds, in one statement where it has no other, and else in two. Rows are tuples of the query's columns.
    ``lines`` finds as many lines with less, and is counted in its own order: a database that may count in any order chooses one in
    which it comes past what is nobody's here.
    """
    begins = values_at(after, [key.kind for key in keys])
    wanted = query.add_columns(*(key.expression for key in keys)).order_by(None)
    wanted = wanted.order_by(*(key.expression.desc() if key.descending else key.expression for key in keys))
    if begins is not None:
        wanted = wanted.where(_after(keys, begins))
    found = session.execute(wanted.limit(size + 1)).all()
    if not found and begins is not None:
        # What stood on the last page is done: the list is shown from its beginning.
        return page_of(session, query, keys, None, size, counted, lines)
    is_all = begins is None and len(found) <= size
    total = (
        Lines(len(found)) if is_all else lines_of(session, query.order_by(None) if lines is None else lines, counted)
    )
    rows = [tuple(row)[: -len(keys)] for row in found[:size]]
    more = place(tuple(found[size - 1])[-len(keys) :]) if len(found) > size else None
    return Listed(rows, total, more, begins is not None)


def lines_of(session: Session, query: Found, counted: int = COUNTED) -> Lines:
    """How many lines a query finds, as far as they are counted."""
    some = query.with_only_columns(literal(1), maintain_column_froms=True).limit(counted + 1)
    return Lines(session.scalar(select(func.count()).select_from(some.subquery())) or 0, counted)


def any_is_more(session: Session, queries: Sequence[Found]) -> bool:
    """Whether one of some queries finds more than are counted, asked in one statement."""
    some = [one.limit(COUNTED + 1).subquery() for one in queries]
    row = session.execute(select(*(select(func.count()).select_from(one).scalar_subquery() for one in some))).one()
    return any(number > COUNTED for number in row)


def page_among(
    session: Session,
    query: Found,
    key: Key,
    sources: Sequence[Found],
    after: str | None = None,
    size: int = A_PAGE,
    most: int = COUNTED,
) -> Listed[Any]:
    """A page of what a query finds by its number, among the numbers that some sources name: each source is read along its own index
    and no further than the page, so that a page of very many costs what one of few does.

    A source selects one column, of which an index holds the order within what the source is about. ``key`` is the query's number;
    ``most`` is how many lines are counted.
    """
    begins = values_at(after, [key.kind])
    found: set[int] = set()
    counted = []
    for source in sources:
        column = source.selected_columns[0]
        one = source.distinct().order_by(column.desc() if key.descending else column).limit(size + 1)
        if begins is not None:
            place_of = literal(begins[0], BigInteger())
            one = one.where(column < place_of if key.descending else column > place_of)
        found |= set(session.scalars(one))
        counted.append(source.distinct().limit(most + 1))
    if not found and begins is not None:
        return page_among(session, query, key, sources, None, size, most)
    if begins is None and len(found) <= size:
        total = Lines(len(found))
    else:
        every = (
            select(union(*(select(one.subquery()) for one in counted)).subquery()).limit(most + 1)
            if len(counted) > 1
            else counted[0]
        )
        total = Lines(session.scalar(select(func.count()).select_from(every.subquery())) or 0, most)
    numbers = sorted(found, reverse=key.descending)
    order = key.expression.desc() if key.descending else key.expression
    rows = session.execute(query.where(key.expression.in_(numbers[:size])).order_by(order)).all()
    more = place((numbers[size - 1],)) if len(numbers) > size else None
    return Listed([tuple(row) for row in rows], total, more, begins is not None)


def _after(keys: Sequence[Key], begins: Sequence[Value]) -> ColumnElement[bool]:
    """Whether a line stands after a place: alike in the first keys, and further on in the next."""
    found: ColumnElement[bool] = false()
    # A number of an address may be larger than its column: compared as the largest kind there is.
    bound = [literal(value, BigInteger()) if isinstance(value, int) else value for value in begins]
    for number, (key, value) in enumerate(zip(keys, bound, strict=True)):
        further = key.expression < value if key.descending else key.expression > value
        alike = (k.expression == v for k, v in zip(keys[:number], bound, strict=False))
        found = or_(found, and_(*alike, further))
    # Said of the first key alone it is a place in an index, from which on lines are read.
    first, value = keys[0], bound[0]
    return and_(first.expression <= value if first.descending else first.expression >= value, found)


def page_of_lines(
    lines: Sequence[Row], key: Callable[[Row], tuple[Value, ...]], after: str | None = None, size: int = A_PAGE
) -> Listed[Row]:
    """A page of lines that were sorted by ``key`` already, since no column tells their order."""
    kinds = [type(value) for value in key(lines[0])] if lines else []
    begins = values_at(after, kinds)
    rest = [line for line in lines if begins is None or key(line) > begins]
    if not rest and begins is not None:
        return page_of_lines(lines, key, None, size)
    more = place(key(rest[size - 1])) if len(rest) > size else None
    return Listed(rest[:size], Lines(min(len(lines), COUNTED + 1)), more, begins is not None)


def judged(column: Any) -> Any:
    """A column that is only judged: rows are found by others, and no index is chosen by it. For what is true of a share of all
    rows, of which a database without figures of its own believes that it is true of a few.
    """
    return func.coalesce(column, column)


def holds(words: str, *columns: Expression) -> ColumnElement[bool]:
    """Whether one of some columns holds words, however they are capitalised."""
    return or_(*(func.lower(column).contains(words.lower(), autoescape=True) for column in columns))
