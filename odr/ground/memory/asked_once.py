"""A session that asks the database nothing twice: what a query found is remembered until a table it reads is written.

One act, or one page, judges a hundred conditions, and many of them ask for the same rows. A condition stays a function
that asks for what it needs; that the answer is known already is the session's to notice.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Sized
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Executable, GenerativeSelect, Select, UpdateBase, bindparam, event, inspect, select
from sqlalchemy.engine import FrozenResult, Result, ScalarResult
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Mapper, Session, UOWTransaction, joinedload, object_mapper
from sqlalchemy.orm.attributes import instance_state as object_state
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.sql.schema import Table

from odr.ground.memory import none_of, whole
from odr.ground.memory.built_once import Put
from odr.ground.memory.looked_at import Changed, Looked, changed_in, looked_at


class Form:
    """A form of query, whatever its values: one object for each the program has, so that two are the same or are not."""

    __slots__ = ("_kind", "_looked")

    def __init__(self) -> None:
        self._kind: none_of.Kind | None = None
        self._looked: Looked | None = None

    def kind_of(self, statement: Select[Any]) -> none_of.Kind:
        """What must have a row for a query of this form to have an answer."""
        if self._kind is None:
            self._kind = none_of.kind_of(statement)
        return self._kind

    def looked_at_by(self, statement: Select[Any]) -> Looked:
        """What a query of this form looks at."""
        if self._looked is None:
            self._looked = looked_at(statement)
        return self._looked


Asked = tuple[Form, tuple[Any, ...]]
"""A query: its form, and its values with their types."""

MOST_ROWS = 500
"""An answer of more rows is handed on and not kept."""
MOST_ANSWERS = 2_000
"""Answers kept in one session; at more, all are let go of."""
_FORMS: dict[Hashable, Form] = {}
"""By what SQLAlchemy knows them by. There are as many as the program has queries; see :data:`MOST_FORMS`."""
Places = list[tuple[str, Any]]
_OF_QUERY: WeakKeyDictionary[Executable, tuple[Form, Places]] = WeakKeyDictionary()
"""Of queries that are put again and again, and were built once."""
MOST_FORMS = 5_000
Found = TypeVar("Found")
How = ParamSpec("How")
WITH_ROWS = "primary_keys"
"""The value by which SQLAlchemy loads what belongs to rows just read (``lazy="selectin"``)."""


class AskedOnce(Session):
    """A session with a memory.

    It forgets what rests on a table when a row of that table comes or goes or a statement writes it, and everything where
    it cannot know: a row that is locked or read anew where others may write meanwhile, a savepoint undone, the end of the
    transaction. A row in hand that changed makes it forget only what looked at the columns that changed (:mod:`odr.ground.memory.looked_at`): rows found
    by others are the same rows.

    So what others wrote since is never seen by asking the same again in a transaction that writes: whoever wants to know it
    locks a row first, or looks in a session of its own.
    """

    def __init__(self, *args: Any, reading: bool = False, **how: Any) -> None:
        super().__init__(*args, **how)
        self.is_reading = reading
        self._answers: dict[Asked, tuple[Looked, FrozenResult[Any]]] = {}
        self._found: dict[Hashable, Any] = {}
        self._none_of: dict[int, none_of.NoneOf] = {}
        self._wholes: dict[tuple[str, int], Sequence[Any] | None] = {}
        self._alls: dict[tuple[str, int], Sequence[Any]] = {}
        self._together: tuple[int, ...] = ()
        self._got: set[object] = set()
        self._expected: dict[type[Any], set[int]] = {}
        self._wrote: set[str] | None = set()
        """Tables written in this transaction; None where a statement was put whose tables are not known."""

    def once(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """What ``find`` finds by asking this session alone, given again until anything at all is written, locked or read anew.
        Not even the query is built again, which costs more than a remembered answer to it. Long lists are handed on and not kept.
        """
        if not self._is_clean():
            if not self.autoflush:
                return find()
            self.flush()
        try:
            return cast(Found, self._found[key])
        except KeyError:
            found = find()
        is_long = isinstance(found, Sized) and len(found) > MOST_ROWS
        if len(self._found) < MOST_ANSWERS and not is_long:
            self._found[key] = found
        return found

    def has_written(self, entity: type[Any]) -> bool:
        """Whether a row of a class may have come, gone or changed here since the transaction began, written yet or not: where
        none has, what was true of its table when the transaction began still is.
        """
        if self._wrote is None or cast(Table, inspect(entity).local_table).name in self._wrote:
            return True
        return any(isinstance(row, entity) for rows in (self.new, self.dirty, self.deleted) for row in rows)

    def expect(self, entity: type[Any], numbers: Iterable[int | None]) -> None:
        """Rows that may be wanted one by one: with the first of them that is, all come in one statement."""
        self._expected.setdefault(entity, set()).update(number for number in numbers if number is not None)

    def _bring_expected(self, args: tuple[Any, ...], how: dict[str, Any]) -> None:
        entity, number = (*args, None, None)[:2]
        expected = self._expected.get(entity) if not how else None
        if expected is None or number not in expected:
            return
        del self._expected[entity]
        if self.identity_map.get(inspect(entity).identity_key_from_primary_key((number,))) is not None:
            self._expected[entity] = expected - {number}
            return
        if len(expected) > 1:
            rows = super().execute(_by_numbers(entity), {"numbers": sorted(expected)}).scalars()
            self._got.update(rows.unique())

    def execute(self, statement: Executable, params: Any = None, **how: Any) -> Result[Any]:
        """As ``Session.execute``; the answer to a query put before is given again.

        A query that is built once, with places for its values, costs less than one built each time it is put.
        """
        given: object = statement
        if isinstance(given, Put):
            statement, params = given
        asked = None if how else _asked(statement, params)
        if asked is None:
            self._note(statement)
            return self._execute_with(statement, params, **how)
        if not self._is_clean() and self.autoflush:
            self.flush()
        known = self._answers.get(asked)
        if known is not None:
            return known[1]()
        form = asked[0]
        kind = form.kind_of(cast("Select[Any]", statement))
        answer = self._known_without(kind, asked) if kind.nothing is not None else None
        if answer is None and len(kind.owners) == 1 and self._together:
            answer = self._for_all(cast("Select[Any]", statement), params, kind, asked)
        if answer is not None:
            return answer()
        answer = _each_once(super().execute(statement, params))
        if (kind.owners or kind.parents) and kind.nothing is None:
            kind.learn(answer)
        if len(answer.data) <= MOST_ROWS:
            if len(self._answers) >= MOST_ANSWERS:
                self.forget()
            self._answers[asked] = (form.looked_at_by(cast("Select[Any]", statement)), answer)
            self._note_all(kind, asked, answer)
        return answer()

    def _note_all(self, kind: none_of.Kind, asked: Asked, answer: FrozenResult[Any]) -> None:
        """Where all rows of a case are in hand, a question about some of them need not be put."""
        owner = none_of.owner_of(kind, asked[1]) if kind.takes_all is not None and self.is_reading else None
        if kind.takes_all is not None and owner is not None:
            self._alls[cast(Table, kind.takes_all.local_table).name, owner] = answer().scalars().unique().all()

    def _execute_with(self, statement: Executable, params: Any, **how: Any) -> Result[Any]:
        """Put a query with values of its own; what belongs to rows of a case and is loaded with them, where there is any."""
        if not isinstance(params, dict) or tuple(params) != (WITH_ROWS,) or not isinstance(statement, Select):
            return super().execute(statement, params, **how)
        key = statement._generate_cache_key()
        if key is None:
            return super().execute(statement, params, **how)
        form = _form(key)
        kind = form.kind_of(statement)
        at = kind.parents[0].at if len(kind.parents) == 1 and not kind.owners else None
        is_below = at is not None and WITH_ROWS in kind.parents[0].name
        values = tuple(_plain(params.get(one.key, one.effective_value)) for one in key.bindparams)
        if is_below and kind.nothing is not None and self._has_none_below(kind, values):
            return kind.nothing()
        # A row that another question finds brings along again what it brought the first time.
        known = self._answers.get((form, values))
        if known is not None:
            return known[1]()
        answer: Any = super().execute(statement, params, **how)
        if answer.context is None or answer.context.requires_uniquing:
            return cast("Result[Any]", answer)
        frozen: FrozenResult[Any] = answer.freeze()
        if is_below and kind.nothing is None:
            kind.learn(frozen)
        if len(frozen.data) <= MOST_ROWS and len(self._answers) < MOST_ANSWERS:
            self._answers[form, values] = (form.looked_at_by(statement), frozen)
        return frozen()

    def scalars(self, statement: Executable, params: Any = None, **how: Any) -> ScalarResult[Any]:
        """As ``Session.scalars``; see :meth:`execute`."""
        return self.execute(statement, params, **how).scalars()

    def scalar(self, statement: Executable, params: Any = None, **how: Any) -> Any:
        """As ``Session.scalar``; see :meth:`execute`."""
        return self.execute(statement, params, **how).scalar()

    def _known_without(self, kind: none_of.Kind, asked: Asked) -> FrozenResult[Any] | None:
        """The answer to a query that need not be put; None for one that has to be."""
        if (kind.owners and self._has_none(kind, asked)) or (kind.parents and self._has_none_below(kind, asked[1])):
            return kind.nothing
        if kind.form is None or not self.is_reading or kind.nothing is None:
            return None
        owner, values = none_of.owner_of(kind, asked[1]), [_value(one) for one in asked[1]]
        rows = self._whole(kind.form.entity, owner) if owner is not None and kind.form.fits(values) else None
        if rows is None:
            return None
        chosen: list[Any] = kind.form.rows(rows, values)
        return kind.nothing.with_new_rows(chosen)

    def _whole(self, entity: Mapper[Any], owner: int) -> Sequence[Any] | None:
        """All rows of a small table of a case; None where there are too many. See :mod:`odr.ground.memory.whole`."""
        table = cast(Table, entity.local_table)
        if (table.name, owner) not in self._wholes and (table.name, owner) in self._alls:
            self._wholes[table.name, owner] = whole.from_all(entity, self._alls[table.name, owner])
        if (table.name, owner) not in self._wholes:
            cases = self.beside(owner)
            rows = super().execute(whole.query(entity, table.c[none_of.OWNER]), whole.asked_about(cases)).all()
            found = whole.by_case(table, rows, cases)
            self._wholes.update({(table.name, case): found.get(case) for case in (cases if found else (owner,))})
        return self._wholes[table.name, owner]

    def together(self, cases: Iterable[int]) -> None:
        """Cases that are looked at one after another: what is asked about one of them is asked about all at once."""
        self._together = tuple(sorted(set(cases)))

    def beside(self, owner: int) -> tuple[int, ...]:
        """The cases that are looked at with one, itself among them."""
        return self._together if owner in self._together else (owner,)

    def _for_all(
        self, statement: Select[Any], params: Any, kind: none_of.Kind, asked: Asked
    ) -> FrozenResult[Any] | None:
        """The answer to a query about one of several cases, put about all of them; None where it cannot be."""
        owner = none_of.owner_of(kind, asked[1])
        if owner is None or kind.nothing is None or len(self.beside(owner)) == 1:
            return None
        about_all = none_of.about_all(statement, self.beside(owner))
        if about_all is None:
            return None
        (bound,) = kind.owners
        answer: Any = super().execute(about_all, params)
        rows = (answer.unique() if answer.context.requires_uniquing else answer).all()
        for case in self.beside(owner):
            mine: list[Any] = [row[:-1] for row in rows if row[-1] == case]
            values = (*asked[1][: bound.at], _plain(case), *asked[1][bound.at + 1 :])
            self._answers[asked[0], values] = (asked[0].looked_at_by(statement), kind.nothing.with_new_rows(mine))
        return self._answers[asked][1]

    def _has_none_below(self, kind: none_of.Kind, values: Mapping[int, Any] | Sequence[Any]) -> bool:
        """Whether a query is about rows of a case in hand, none of which has what it asks for."""
        for below in kind.parents:
            owners = {self._owner_of(below.parent, number) for number in none_of.all_of(values[below.at])}
            owner = owners.pop() if len(owners) == 1 else None
            known = self._none_of.get(owner) if owner is not None else None
            if known is not None and known.has_none_below(below):
                return True
        return False

    def _owner_of(self, parent: Mapper[Any], number: Any) -> int | None:
        """The case of a row that is in hand; which case a row belongs to never changes."""
        if none_of.OWNER not in cast(Table, parent.local_table).c:
            return cast(int, number)
        row = self.identity_map.get(parent.identity_key_from_primary_key((number,)))
        return None if row is None else row.__dict__.get(none_of.OWNER)

    def _has_none(self, kind: none_of.Kind, asked: Asked) -> bool:
        """Whether the case a query asks about is known to have nothing of the kind; see :mod:`odr.ground.memory.none_of`."""
        owner = none_of.owner_of(kind, asked[1])
        if owner is None:
            return False
        found = self._none_of.get(owner)
        if found is None:
            cases = self.beside(owner)
            if len(cases) == 1 and len(self._none_of) >= none_of.MOST_CASES:
                return False
            if len(cases) == 1:
                self._none_of[owner] = none_of.ask(super().connection(), kind.metadata, owner)
            else:
                self._none_of.update(none_of.ask_of_all(super().connection(), kind.metadata, cases))
            found = self._none_of[owner]
        return found.answers(kind, asked[1], owner)

    def forget(self) -> None:
        """Ask anew from here on."""
        self._answers.clear()
        self._found.clear()
        self._none_of.clear()
        self._wholes.clear()
        self._alls.clear()

    def _note(self, statement: Executable) -> None:
        """Before a statement that is not remembered: one that only reads leaves the memory as it is."""
        if isinstance(statement, UpdateBase) and isinstance(statement.table, Table):
            self._written({statement.table.name})
        elif not isinstance(statement, GenerativeSelect):
            self.forget()
            self._wrote = None
        elif statement._for_update_arg is not None or statement._execution_options.get("populate_existing"):
            self._newer()

    def _newer(self) -> None:
        """Before rows are locked or read anew: they may be newer than what is remembered, and so may all the rest.

        Not on SQLite: whoever writes there holds the whole file from the beginning, and whoever reads has a snapshot, so that
        nobody else's rows come in between.
        """
        if self.get_bind().dialect.name != "sqlite":
            self.forget()

    def _written(self, tables: set[str], changed: Changed = frozenset()) -> None:
        """Forget what rests on tables that were written, and on columns of rows in hand that changed."""
        self._found.clear()
        for asked in [asked for asked, (looked, _) in self._answers.items() if looked.at(tables, changed)]:
            del self._answers[asked]
        tables = tables | {table for table, _ in changed}
        if self._wrote is not None:
            self._wrote |= tables
        for found in self._none_of.values():
            found.forget(tables)
        for found_whole in (self._wholes, self._alls):
            for whole_of in [whole_of for whole_of in found_whole if whole_of[0] in tables]:
                del found_whole[whole_of]

    # Ways to come to newer rows, or to lose hold of older ones.

    def get(self, *args: Any, **how: Any) -> Any:
        """As ``Session.get``; the row stays in hand, where it would otherwise be let go of and fetched again.

        A row class that is never looked at without others names them in ``__got_with__``: they come in the same statement.
        """
        self._bring_expected(args, how)
        if (how and not self._is_locked(how)) or len(args) != 2 or type(args[1]) is not int:
            return self._hold(super().get, *args, **_with_others(args, how))
        found = self._get_by_number(*args)
        if found is not None:
            self._got.add(found)
        return found

    def get_one(self, *args: Any, **how: Any) -> Any:
        """As ``Session.get_one``; see :meth:`get`."""
        if (how and not self._is_locked(how)) or len(args) != 2 or type(args[1]) is not int:
            self._bring_expected(args, how)
            return self._hold(super().get_one, *args, **_with_others(args, how))
        found = self.get(*args, **how)
        if found is None:
            raise NoResultFound(f"no {args[0].__name__} has the number {args[1]}")
        return found

    def _is_locked(self, how: dict[str, Any]) -> bool:
        """Whether no more than a lock is asked for that is held already: whoever writes on SQLite holds the whole file."""
        return tuple(how) == ("with_for_update",) and not self.is_reading and self.get_bind().dialect.name == "sqlite"

    def _get_by_number(self, entity: Any, number: int) -> Any:
        """The row of a number: the one in hand, or by a query that is built once for its class."""
        query, key = _by_number(entity)
        row = self.identity_map.get(key((number,)))
        if row is None:
            return super().execute(query, {"number": number}).unique().scalar_one_or_none()
        # Whether a row in hand has to be read anew is SQLAlchemy's to say.
        return row if not object_state(row).expired and isinstance(row, entity) else super().get(entity, number)

    def _hold(self, get: Callable[..., Any], *args: Any, **how: Any) -> Any:
        if how.get("with_for_update") or how.get("populate_existing"):
            self._newer()
        found = get(*args, **how)
        if found is not None:
            self._got.add(found)
        return found

    def refresh(self, instance: object, *args: Any, **how: Any) -> None:
        """As ``Session.refresh``; a row that is to be locked is locked first and read then, with those read with it.

        In one statement PostgreSQL would give the row as it is after the wait for the lock, and the others as they were
        before it.
        """
        self._newer()
        lock = how.pop("with_for_update", None)
        if lock:
            mapper = object_mapper(instance)
            key = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
            super().refresh(instance, key, with_for_update=lock)
        super().refresh(instance, *args, **how)

    def look_anew(self, is_older: Callable[[object], bool]) -> None:
        """After a wait for a lock: what is in hand from before is read anew where it is looked at, for others may have written it
        meanwhile. What was changed here and is not written yet stays as it is.
        """
        for row in list(self.identity_map.values()):
            if not object_state(row).modified and is_older(row):
                super().expire(row)
        self._newer()

    def connection(self, *args: Any, **how: Any) -> Any:
        """As ``Session.connection``; what is done on it is not seen here."""
        self.forget()
        if self.in_transaction():  # Whoever begins the transaction by it has written nothing on it yet.
            self._wrote = None
        return super().connection(*args, **how)

    def expire(self, *args: Any, **how: Any) -> None:
        """As ``Session.expire``."""
        self.forget()
        super().expire(*args, **how)

    def expire_all(self) -> None:
        """As ``Session.expire_all``."""
        self.forget()
        super().expire_all()

    def expunge(self, instance: object) -> None:
        """As ``Session.expunge``."""
        self.forget()
        super().expunge(instance)

    def expunge_all(self) -> None:
        """As ``Session.expunge_all``."""
        self.forget()
        self._got.clear()
        super().expunge_all()


def remembered(find: Callable[Concatenate[Session, How], Found]) -> Callable[Concatenate[Session, How], Found]:
    """A function that asks a session for rows, by what it is given and by nothing else: a second call of the same session gives
    the same again (:meth:`AskedOnce.once`), a list as a new list. Its arguments are rows, numbers and words.
    """

    @wraps(find)
    def ask(session: Session, /, *args: How.args, **how: How.kwargs) -> Found:
        if not isinstance(session, AskedOnce):
            return find(session, *args, **how)
        found = session.once((find, args, *how.items()), lambda: find(session, *args, **how))
        return cast(Found, list(found)) if isinstance(found, list) else found

    return ask


@event.listens_for(AskedOnce, "after_flush")
def _after_flush(session: AskedOnce, context: UOWTransaction) -> None:
    came_or_went = {
        table.name for rows in (session.new, session.deleted) for row in rows for table in row.__mapper__.tables
    }
    session._written(came_or_went, changed_in(session.dirty))


@event.listens_for(AskedOnce, "after_soft_rollback")
def _after_rollback(session: AskedOnce, ended: object) -> None:
    session.forget()
    session._got.clear()  # what was undone never was: a row held on to would stand in the way of the next of its number


@event.listens_for(AskedOnce, "after_transaction_end")
def _after_end(session: AskedOnce, ended: Any) -> None:
    if ended.parent is None:
        session.forget()
        session._wrote = set()


@cache
def _by_number(entity: Any) -> tuple[Select[Any], Callable[[tuple[int]], Any]]:
    """How the row of a number is asked for, with the others it is looked at with; and its place among those in hand."""
    mapper = inspect(entity)
    (key,) = mapper.primary_key
    query = select(entity).where(key == bindparam("number")).options(*_others_of(entity))
    return query, mapper.identity_key_from_primary_key


@cache
def _by_numbers(entity: Any) -> Select[Any]:
    """As :func:`_by_number`, of several."""
    (key,) = inspect(entity).primary_key
    return select(entity).where(key.in_(bindparam("numbers", expanding=True))).options(*_others_of(entity))


@cache
def _others_of(entity: Any) -> tuple[Any, ...]:
    return tuple(joinedload(getattr(entity, name)) for name in getattr(entity, "__got_with__", ()))


def _each_once(result: Result[Any]) -> FrozenResult[Any]:
    """An answer to give again; rows that came with others, once for each of these, are in it once."""
    frozen = result.freeze()
    if frozen._source_supports_scalars and result.context.requires_uniquing:  # type: ignore[attr-defined]
        frozen.data = list({id(row): row for row in frozen.data}.values())
    return frozen


def _with_others(args: tuple[Any, ...], how: dict[str, Any]) -> dict[str, Any]:
    entity = args[0] if args else how.get("entity")
    others = _others_of(entity) if isinstance(entity, type) else ()
    # A row that is locked is locked alone: PostgreSQL locks no outer side of a join.
    if not others or how.get("with_for_update"):
        return how
    return {**how, "options": [*(how.get("options") or ()), *others]}


def _asked(statement: Executable, params: Any = None) -> Asked | None:
    """What tells a query from every other: its form and its values; None for what is not remembered."""
    if params is not None and (not isinstance(params, dict) or WITH_ROWS in params):
        return None
    known = _OF_QUERY.get(statement) or _known_by(statement)
    if known is None:
        return None
    form, places = known
    given = params or {}
    values = tuple(_plain(given.get(name, value)) for name, value in places)
    try:
        hash(values)
    except TypeError:
        return None
    return (form, values)


def _known_by(statement: Executable) -> tuple[Form, Places] | None:
    """The form of a query, and the names of its values with those it has already; None for what is not remembered."""
    if (
        not isinstance(statement, Select)
        or statement._for_update_arg is not None
        or statement._execution_options
        or statement._propagate_attrs.get("compile_state_plugin") != "orm"
    ):
        return None
    is_put_again = "_generate_cache_key" in statement.__dict__
    key = statement._generate_cache_key()
    if key is None:
        return None
    known = _form(key), [(one.key, one.effective_value) for one in key.bindparams]
    if is_put_again:
        _OF_QUERY[statement] = known
    return known


def _form(key: CacheKey) -> Form:
    known = _FORMS.get(key.key)
    if known is None:
        if len(_FORMS) >= MOST_FORMS:
            _FORMS.clear()
        known = _FORMS[key.key] = Form()
    return known


def _plain(value: Any) -> Any:
    """1, 1.0 and True are three values, a list of values is one; what cannot be told apart refuses to be hashed."""
    if isinstance(value, (list, tuple)):
        return tuple(_plain(one) for one in value)
    return (type(value), value)


def _value(plain: Any) -> Any:
    """The value told from others by :func:`_plain`, or the values."""
    return plain[1] if plain and isinstance(plain[0], type) else tuple(_value(one) for one in plain)
