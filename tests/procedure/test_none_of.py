"""What a case has none of is not asked for, and no answer differs from the one the database would give."""

from __future__ import annotations

import enum
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import (
    Enum,
    ForeignKey,
    Index,
    Select,
    String,
    create_engine,
    delete,
    event,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column

from odr.ground.clock import FixedClock
from odr.ground.db import Base as Court, Database as Ground
from odr.ground.memory import none_of, whole
from odr.ground.memory.asked_once import AskedOnce
from odr.ground.migrate import load_models
from tests.procedure.test_plans import noted
from tests.scene import open_court


class Base(DeclarativeBase):
    """Tables of this test alone."""


class Of(StrEnum):
    """Kinds of letters."""

    CLAIM = "claim"
    ANSWER = "answer"
    APPEAL = "appeal"


class Letter(Base):
    """Has kinds, and is found by its case."""

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(index=True)
    of: Mapped[Of] = mapped_column(String(20))
    __table_args__ = ({"info": {none_of.KINDS: ("of",)}},)


class Seat(Base):
    """Is found by its case."""

    __tablename__ = "seat"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    letter_id: Mapped[int | None]
    __table_args__ = (Index("ix_seat", "case_id", "letter_id"),)


class Remark(Base):
    """Belongs to a case and is not found by it: it is not told."""

    __tablename__ = "remark"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]


class State(enum.Enum):
    """An enumeration that is no word."""

    OPEN = "open"
    PAID = "paid"


class Fee(Base):
    """A small table, read whole; of interest until it is let go."""

    __tablename__ = "fee"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(index=True)
    party: Mapped[int | None]
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[State] = mapped_column(Enum(State, native_enum=False, length=10))
    matter: Mapped[str | None]
    gone: Mapped[int | None]
    __table_args__ = ({"info": {whole.ASKED_BY: ("party", "number", "state", "matter"), whole.OPEN_WHILE: "gone"}},)


class Page(Base):
    """Rows too heavy to be read for nothing: only what is asked by is kept."""

    __tablename__ = "page"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(index=True)
    number: Mapped[int]
    words: Mapped[str | None]
    __table_args__ = ({"info": {whole.ASKED_BY: ("number",), whole.LIGHT: True}},)


class Stamp(Base):
    """Belongs to a seat, which belongs to a case."""

    __tablename__ = "stamp"
    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seat.id"), index=True)
    kind: Mapped[Of] = mapped_column(String(20), default=Of.CLAIM)
    __table_args__ = ({"info": {none_of.OF: "seat_id", none_of.KINDS: ("kind",)}},)


other = aliased(Letter)
OUTER = select(Seat.id, Letter.id).outerjoin(Letter, Letter.id == Seat.letter_id)
CASES = st.integers(1, 2)
KINDS = st.sampled_from(Of)
SEATS = st.integers(1, 3)
PARTIES, MATTERS, STATES = st.none() | st.integers(1, 2), st.sampled_from(["claim", "appeal"]), st.sampled_from(State)


def _fees(
    conditions: list[Any], of: list[Any], case: int, down: bool, limit: int | None, of_interest: bool
) -> Select[Any]:
    found = select(*of).where(Fee.case_id == case, *conditions)
    found = found.where(Fee.gone.is_(None)) if of_interest else found
    found = found.order_by(*([Fee.number.desc(), Fee.id] if down else [Fee.id]))
    return found if limit is None else found.limit(limit)


FEES = st.builds(
    _fees,
    st.lists(
        st.one_of(
            PARTIES.map(lambda party: Fee.party == party),
            PARTIES.map(lambda party: Fee.party != party),
            st.lists(PARTIES, max_size=2).map(Fee.party.in_),
            st.just(Fee.matter.is_not(None)),
            MATTERS.map(lambda matter: Fee.matter == matter),
            MATTERS.map(lambda matter: Fee.matter != matter),
            st.lists(MATTERS, max_size=2).map(Fee.matter.in_),
            st.lists(MATTERS, max_size=2).map(Fee.matter.not_in),
            st.lists(PARTIES, max_size=2).map(Fee.party.not_in),
            STATES.map(lambda state: Fee.state == state),
            STATES.map(lambda state: Fee.state.in_([state])),
            st.tuples(STATES, MATTERS).map(lambda o: (Fee.state == o[0]) & (Fee.matter == o[1])),
            st.tuples(STATES, MATTERS).map(lambda o: (Fee.state == o[0]) | (Fee.matter == o[1])),
            st.integers(0, 2).map(lambda number: Fee.number > number),
        ),
        max_size=3,
    ),
    st.sampled_from(
        [[Fee], [Fee.id], [Fee.state, Fee.matter], [Fee.gone], [func.count(Fee.number), func.min(Fee.id)]]
    ).map(list),
    CASES,
    st.booleans(),
    st.none() | st.integers(0, 2),
    st.booleans(),
).filter(lambda query: "count(" not in str(query) or "ORDER BY" not in str(query))
PAGES = [
    select(Page.id),
    select(Page),
    select(Page.number, Page.id),
    select(Page.words),
    select(func.count(Page.words)),
]
LIGHTS = st.tuples(st.sampled_from(PAGES), CASES, st.integers(1, 2)).map(
    lambda o: o[0].where(Page.case_id == o[1], Page.number == o[2])
)
SELECTS = st.one_of(
    CASES.map(lambda case: select(Letter.id).where(Letter.case_id == case).order_by(Letter.id)),
    CASES.map(lambda case: select(Letter).where(Letter.case_id == case).order_by(Letter.id).limit(1)),
    CASES.map(lambda case: select(Seat.id).where(Seat.case_id == case).order_by(Seat.id)),
    CASES.map(lambda case: select(Seat.id).where(Seat.case_id.in_([case])).order_by(Seat.id)),
    st.lists(CASES, max_size=2).map(lambda some: select(Seat.id).where(Seat.case_id.in_(some)).order_by(Seat.id)),
    CASES.map(lambda case: select(Remark.id).where(Remark.case_id == case).order_by(Remark.id)),
    st.tuples(CASES, KINDS).map(lambda o: select(Letter.id).where(Letter.case_id == o[0], Letter.of == o[1])),
    st.tuples(CASES, st.lists(KINDS, max_size=3)).map(
        lambda o: select(Letter.id).where(Letter.case_id == o[0], Letter.of.in_(o[1])).order_by(Letter.id)
    ),
    st.tuples(CASES, KINDS).map(lambda o: select(Letter.id).where((Letter.case_id == o[0]) & (Letter.of != o[1]))),
    st.tuples(CASES, KINDS).map(lambda o: select(Letter.id).where(Letter.of == o[1]).order_by(Letter.id)),
    st.tuples(CASES, CASES).map(
        lambda o: select(Letter.id).where(or_(Letter.case_id == o[0], Letter.case_id == o[1])).order_by(Letter.id)
    ),
    st.tuples(CASES, CASES).map(
        lambda o: (
            select(Letter.id, Seat.id)
            .where(Letter.case_id == o[0], Seat.case_id == o[1], Seat.letter_id == Letter.id)
            .order_by(Letter.id, Seat.id)
        )
    ),
    CASES.map(lambda case: select(func.count()).select_from(Letter).where(Letter.case_id == case)),
    CASES.map(lambda case: select(func.count(Letter.id)).where(Letter.case_id == case).group_by(Letter.of)),
    CASES.map(lambda case: select(func.count(), func.count(Seat.id).label("n")).where(Seat.case_id == case)),
    CASES.map(lambda case: select(func.count(), func.max(Seat.id)).where(Seat.case_id == case)),
    st.tuples(CASES, KINDS).map(
        lambda o: select(func.count()).select_from(Letter).where(Letter.case_id == o[0], Letter.of == o[1])
    ),
    SEATS.map(lambda seat: select(Stamp).where(Stamp.seat_id == seat).order_by(Stamp.id)),
    SEATS.map(lambda seat: select(func.count()).select_from(Stamp).where(Stamp.seat_id == seat)),
    st.lists(SEATS, max_size=3).map(lambda some: select(Stamp.id).where(Stamp.seat_id.in_(some)).order_by(Stamp.id)),
    CASES.map(lambda case: select(Seat).where(Seat.case_id == case).order_by(Seat.id)),
    CASES.map(lambda case: select(Stamp.id).join(Seat, Seat.id == Stamp.seat_id).where(Seat.case_id == case)),
    st.tuples(CASES, KINDS).map(
        lambda o: (
            select(Stamp.id)
            .join(Seat, Seat.id == Stamp.seat_id)
            .where(Seat.case_id == o[0], Stamp.kind == o[1])
            .order_by(Stamp.id)
        )
    ),
    st.tuples(CASES, KINDS).map(
        lambda o: (
            select(Stamp.id, Seat.id)
            .where(Seat.case_id == o[0], Stamp.kind == o[1], (Stamp.seat_id == Seat.id) | (Stamp.id == Seat.id))
            .order_by(Stamp.id, Seat.id)
        )
    ),
    CASES.map(lambda case: select(Fee).where(Fee.case_id == case).order_by(Fee.id)),
    CASES.map(lambda case: select(Fee).where(Fee.case_id.in_([case])).order_by(Fee.number.desc(), Fee.id)),
    CASES.map(lambda case: select(Page).where(Page.case_id == case).order_by(Page.id)),
    CASES.map(lambda case: select(Stamp.id).join(Seat, Seat.id != Stamp.seat_id).where(Seat.case_id == case)),
    CASES.map(
        lambda case: (
            select(Seat.id, Stamp.id).outerjoin(Stamp, Stamp.seat_id == Seat.id).where(Seat.case_id == case)
        ).order_by(Seat.id, Stamp.id)
    ),
    CASES.map(lambda case: select(Seat.id).where(Seat.case_id == case, Seat.id == Stamp.seat_id).order_by(Seat.id)),
    CASES.map(lambda case: select(func.count()).select_from(Fee).where(Fee.case_id == case, Fee.gone.is_(None))),
    CASES.map(lambda case: select(func.count(Fee.party)).where(Fee.case_id == case, Fee.gone.is_(None))),
    FEES,
    LIGHTS,
    CASES.map(lambda case: select(func.max(Letter.id)).where(Letter.case_id == case)),
    CASES.map(lambda case: select(exists().where(Letter.case_id == case))),
    CASES.map(lambda case: OUTER.where(Seat.case_id == case).order_by(Seat.id)),
    CASES.map(lambda case: OUTER.where(Letter.case_id == case).order_by(Seat.id)),
    CASES.map(lambda case: select(other.id).where(other.case_id == case).order_by(other.id)),
    CASES.map(
        lambda case: (
            select(Seat.id)
            .where(~exists().where(Letter.case_id == case, Letter.id == Seat.letter_id))
            .order_by(Seat.id)
        )
    ),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.lists(SELECTS, min_size=1, max_size=8)),
        st.tuples(st.just("letter"), st.tuples(CASES, KINDS)),
        st.tuples(st.just("bulk"), st.tuples(CASES, KINDS)),
        st.tuples(st.just("seat"), st.tuples(CASES, st.none() | st.integers(1, 4))),
        st.tuples(st.just("together"), st.sets(CASES)),
        st.tuples(st.just("remark"), CASES),
        st.tuples(st.just("stamp"), st.tuples(SEATS, KINDS)),
        st.tuples(st.just("page"), st.tuples(CASES, st.integers(1, 2))),
        st.tuples(st.just("fee"), st.tuples(CASES, PARTIES, st.integers(1, 2), STATES, st.none() | MATTERS)),
        st.tuples(st.just("paid"), CASES),
        st.tuples(st.just("gone"), CASES),
        st.tuples(st.just("new matter"), MATTERS),
        st.tuples(st.just("rename"), KINDS),
        st.tuples(st.just("move"), CASES),
        st.tuples(st.just("delete"), CASES),
        st.tuples(st.just("undo"), CASES),
    ),
    max_size=14,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A database of each kind."""
    found: str = request.getfixturevalue("postgres_url") if request.param == "postgresql" else "sqlite://"
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_answer_differs_from_the_one_the_database_gives(url: str, steps: list[tuple[str, Any]]) -> None:
    """Whatever is asked and done in between: a session with the memory and one without say the same."""
    engine = create_engine(url)
    with engine.connect() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
        with AskedOnce(connection, reading=True) as session, Session(connection, autoflush=False) as plain:
            for step, value in steps:
                _do(session, step, value)
                for query in value if step == "ask" else ():
                    session.flush()
                    assert _told(session, query) == _told(plain, query), str(query)
        connection.rollback()
    engine.dispose()


def _told(session: Session, query: Select[Any]) -> list[Any]:
    return [[getattr(one, "id", one) for one in row] for row in session.execute(query)]


def test_a_small_table_is_read_once_and_what_belongs_to_nothing_is_not_asked_for() -> None:
    """Five questions about the fees of a case are one statement; stamps of its seats, none; too many fees, each its own."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    of_case = select(Fee).where(Fee.case_id == 1, Fee.gone.is_(None))
    forms: list[Select[Any]] = [
        of_case.order_by(Fee.id),
        of_case.where(Fee.party == 2).order_by(Fee.number.desc()).limit(1),
        of_case.where(Fee.state == State.PAID),
        select(Fee.id, Fee.matter).where(Fee.case_id == 1, Fee.gone.is_(None), Fee.matter.is_not(None)),
        select(Seat).where(Seat.case_id == 1),
        select(Stamp).where(Stamp.seat_id == 1),
        select(func.count()).select_from(Stamp).where(Stamp.seat_id == 1),
    ]
    with Session(engine) as filled:
        filled.add(Fee(case_id=1, party=2, state=State.OPEN, matter="claim"))
        filled.add(Seat(case_id=1))
        filled.commit()
        with AskedOnce(engine) as session:
            for form in forms:  # each form is learnt by putting it once
                session.execute(form)
        seen: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda c, cursor, statement, *rest: seen.append(statement))
        with AskedOnce(engine, reading=True) as session:
            told = [_told(session, form) for form in forms]
        assert told == [[[1]], [[1]], [], [[1, "claim"]], [[1]], [], [[0]]]
        assert ["EXISTS" if "EXISTS" in one else one.split("FROM ")[1].split()[0] for one in seen] == [
            "EXISTS",
            "fee",
            "seat",
        ], seen
        filled.add_all([Fee(case_id=1, state=State.OPEN) for _ in range(whole.MOST)])
        filled.commit()
        seen.clear()
        with AskedOnce(engine, reading=True) as session:
            assert len(_told(session, forms[0])) == whole.MOST + 1
            assert _told(session, forms[1]) == [[1]]
        assert sum("FROM fee" in one for one in seen) >= 2


def _do(session: AskedOnce, step: str, value: Any) -> None:
    match step:
        case "letter":
            session.add(Letter(case_id=value[0], of=value[1].value))
        case "bulk":
            session.execute(insert(Letter), [{"case_id": value[0], "of": value[1].value}])
        case "seat":
            session.add(Seat(case_id=value[0], letter_id=value[1]))
        case "remark":
            session.add(Remark(case_id=value))
        case "stamp":
            if session.get(Seat, value[0]) is not None:
                session.add(Stamp(seat_id=value[0], kind=value[1]))
        case "together":
            session.together(value)
        case "page":
            session.add(Page(case_id=value[0], number=value[1]))
        case "fee":
            case, party, number, state, matter = value
            session.add(Fee(case_id=case, party=party, number=number, state=state, matter=matter))
        case "paid":
            session.execute(update(Fee).where(Fee.case_id == value).values(state=State.PAID))
        case "gone":
            for fee in session.scalars(select(Fee).where(Fee.case_id == value).order_by(Fee.id).limit(1)).all():
                fee.gone = 1
        case "new matter":
            session.execute(update(Fee.__table__).values(matter=value))  # type: ignore[arg-type]
        case "rename":
            session.execute(update(Letter).values(of=value.value))
        case "move":
            for one in session.scalars(select(Seat)).all():
                one.case_id = value
        case "delete":
            session.execute(delete(Letter).where(Letter.case_id == value))
        case "undo":
            nested = session.begin_nested()
            session.add(Letter(case_id=value, of=Of.APPEAL.value))
            session.flush()
            _told(session, select(Letter.id).where(Letter.case_id == value))
            nested.rollback()


@pytest.mark.parametrize("reading", [True, False])
def test_nothing_is_asked_that_a_case_has_none_of(reading: bool) -> None:
    """Before the first question it is asked what there is, by a page and by an act, and then only that is asked for."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    seen: list[str] = []
    forms = [
        select(Letter.id).where(Letter.case_id == 1),
        select(Letter.of).where(Letter.case_id == 1),
        select(Letter.id).where(Letter.case_id == 1, Letter.of == Of.APPEAL),
        select(Seat.id).where(Seat.case_id == 1),
        select(Seat.letter_id).where(Seat.case_id == 1),
    ]
    with AskedOnce(engine) as session:
        for form in forms:  # each form is learnt by putting it once
            session.execute(form)
    event.listen(engine, "before_cursor_execute", lambda c, cursor, statement, *rest: seen.append(statement))
    with AskedOnce(engine, reading=reading) as session:
        for form in forms:
            assert session.execute(form).all() == []
        session.add(Letter(case_id=1, of=Of.CLAIM.value))
        assert session.scalars(forms[0]).all() == [1]
    asked = [statement for statement in seen if statement.startswith("SELECT")]
    assert len(asked) == 2, seen  # what there is, and the letter that was written since
    assert "EXISTS" in asked[0], seen
    assert sum("EXISTS" in statement for statement in asked) == 1


def test_every_column_of_kinds_always_has_a_value() -> None:
    """A row without a kind would be told as no row at all; a kind with a comma, as two."""
    load_models()
    told = {owner.table for owner in none_of.told_by(Court.metadata)}
    assert len(told) >= 60
    for table in Court.metadata.sorted_tables:
        for name in table.info.get(none_of.KINDS, ()):
            assert (table in told or none_of.OF in table.info) and not table.c[name].nullable
            assert not any("," in one for one in getattr(table.c[name].type, "enums", None) or ())


@given(
    of=st.sampled_from(["party", "number", "matter", "state"]),
    how=st.sampled_from(["eq", "ne", "in_", "not_in"]),
    value=st.sampled_from([1, "1", 1.0, True, "claim", "open", "OPEN", State.OPEN, Of.CLAIM, None]),
    down=st.booleans(),
)
def test_a_value_of_another_kind_is_judged_by_the_database(of: str, how: str, value: Any, down: bool) -> None:
    """A number by its digits, a word by a number, a kind by its word: what the database finds, or refuses, so does the memory."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as filled:
        filled.add(Fee(case_id=1, party=1, number=1, state=State.OPEN, matter="claim"))
        filled.add(Fee(case_id=1, party=2, number=2, state=State.PAID, matter="1"))
        filled.add(Fee(case_id=1, party=None, number=3, state=State.PAID, matter=None))
        filled.commit()
    column = getattr(Fee, of)
    told = {"eq": column == value, "ne": column != value, "in_": column.in_([value]), "not_in": column.not_in([value])}
    order = Fee.id.desc() if down else Fee.id
    asked = select(Fee).where(Fee.case_id == 1, Fee.gone.is_(None), told[how]).order_by(order)
    with AskedOnce(engine, reading=True) as session, Session(engine) as plain:
        session.execute(select(Fee).where(Fee.case_id == 1, Fee.gone.is_(None)))
        for _ in range(2):
            assert _or_refused(session, asked) == _or_refused(plain, asked)


def _or_refused(session: Session, query: Select[Any]) -> Any:
    try:
        return _told(session, query)
    except StatementError as error:
        return type(error)


def test_the_driver_is_told_of_each_table_what_the_statement_tells(
    database: Ground, clock: FixedClock, tmp_path: Path
) -> None:
    """Yes and no come as bits of a few numbers, kinds beside them: of each table and each case it is the same answer. On
    SQLite no table is opened where its index says it.
    """
    scene = open_court(database, clock, tmp_path / "court")
    scene.pend()
    first = scene.case_id
    scene.lodge()
    metadata, cases = Court.metadata, (first, scene.case_id, 10**9)
    with scene.court.database.read() as session:
        connection = Session.connection(session)
        for case in cases:
            alone = none_of.read(metadata, connection.execute(none_of.query(metadata)[1], {"owner": case}).one())
            assert none_of.ask(connection, metadata, case) == alone
            assert bool(alone.has and alone.below and alone.still_open) == (case != 10**9)
        places, statement = none_of._for_driver(metadata, connection.dialect.name)
        assert len({column for column, _ in places}) < len(places) / 4
        if not database.is_sqlite:
            return
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (first,))]
    for table in ("docket_entry", "service_packet", "party", "window"):
        looked = [line for line in plan if line.split()[1:2] == [table]]
        assert looked and all("USING COVERING INDEX" in line for line in looked), (table, looked)


def test_several_cases_are_one_question(database: Ground, clock: FixedClock, tmp_path: Path) -> None:
    """One text, however many cases: PostgreSQL plans it once, and SQLite needs no time with the square of their number. Each is
    told what it would be told alone.
    """
    scene = open_court(database, clock, tmp_path / "court")
    scene.pend()
    first = scene.case_id
    scene.lodge()
    metadata, cases = Court.metadata, (first, scene.case_id, 10**9)
    with database.read() as session:
        connection = Session.connection(session)
        with noted(database) as seen:
            for many in (2, 30, 60):
                none_of.ask_of_all(connection, metadata, range(10**9, 10**9 + many))
        assert len(seen) == 1
        alone = {case: none_of.ask(connection, metadata, case) for case in cases}
        assert none_of.ask_of_all(connection, metadata, cases) == alone
    assert alone[first].has > alone[scene.case_id].has > alone[10**9].has == set()
