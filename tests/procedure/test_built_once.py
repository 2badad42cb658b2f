"""A query that is built once finds with each value what it would find built for it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import Select, create_engine, event, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from odr.ground.memory.asked_once import AskedOnce
from odr.ground.memory.built_once import built_once
from tests.parsed import files, nodes_of

ODR = Path(__file__).resolve().parents[2] / "odr"


class Base(DeclarativeBase):
    """Tables of this test alone."""


class Colour(StrEnum):
    """Of a note."""

    RED = "red"
    BLUE = "blue"


class Note(Base):
    """A row of a case."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[int]
    words: Mapped[str | None]
    is_read: Mapped[bool]
    on: Mapped[date]
    colour: Mapped[Colour]


class Mark(Base):
    """A row of a case, of another table."""

    __tablename__ = "mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[int]


DAY = date(2026, 3, 2)
NOTES = [
    {"about": 1, "words": "first", "is_read": True, "on": DAY, "colour": Colour.RED},
    {"about": 1, "words": None, "is_read": False, "on": DAY + timedelta(days=1), "colour": Colour.BLUE},
    {"about": 2, "words": "first", "is_read": False, "on": DAY + timedelta(days=2), "colour": Colour.RED},
    {"about": 3, "words": "", "is_read": True, "on": DAY - timedelta(days=1), "colour": Colour.BLUE},
]
ENGINE = create_engine("sqlite://")
Base.metadata.create_all(ENGINE)
with AskedOnce(ENGINE) as first:
    first.add_all([Note(**each) for each in NOTES])
    first.add_all([Mark(about=2)])
    first.commit()


@pytest.fixture
def session() -> Iterator[AskedOnce]:
    """A session of a database with four notes and a mark; nothing was asked for yet."""
    with AskedOnce(ENGINE) as one:
        yield one


def numbers(session: AskedOnce, query: Any) -> list[int]:
    """Of the rows a query finds."""
    return [row.id for row in session.scalars(query)]


ABOUT = st.integers(0, 4)
WORDS = st.sampled_from(["first", "", "nothing", None])


@given(
    about=ABOUT,
    words=WORDS,
    is_read=st.booleans(),
    on=st.sampled_from([note["on"] for note in NOTES]),
    colours=st.lists(st.sampled_from(Colour)),
    some=st.one_of(st.lists(ABOUT), st.sets(ABOUT), st.frozensets(ABOUT), st.dictionaries(ABOUT, ABOUT)),
    limit=st.integers(1, 3),
)
def test_it_finds_what_a_query_of_its_own_finds(
    about: int, words: str | None, is_read: bool, on: date, colours: list[Colour], some: Any, limit: int
) -> None:
    """Whatever kinds of values come one after another: numbers, words or none, yes and no, days, kinds, several of them, none."""
    builds: list[Callable[[], Select[Any]]] = [
        lambda: select(Note).where(Note.about == about, Note.words == words),
        lambda: select(Note).where(Note.is_read == is_read, Note.about.in_(some)).order_by(Note.on),
        lambda: select(Note).where(Note.on >= on, Note.colour.in_(colours)).order_by(Note.id.desc()).limit(limit),
        lambda: select(Note).where(Note.words.is_not(words), Note.about.not_in(some)).order_by(Note.id).limit(limit),
        lambda: select(Note).where(Note.about.in_(select(Mark.about).where(Mark.about == about))),
    ]
    with AskedOnce(ENGINE) as once, AskedOnce(ENGINE) as anew:
        for build in builds:
            expected = numbers(anew, build())
            assert numbers(once, built_once(build)) == expected
            assert numbers(once, built_once(build)) == expected  # remembered


RAN: list[int] = []


def noted(kind: type[Note]) -> Select[tuple[Note]]:
    """Begin a query, and note that it was begun."""
    RAN.append(1)
    return select(kind)


def notes_of(session: AskedOnce, about: int) -> list[int]:
    """Notes of a case."""
    return numbers(session, built_once(lambda: noted(Note).where(Note.about == about)))


def test_the_lambda_runs_to_be_seen_and_to_be_built_and_never_again(session: AskedOnce) -> None:
    """However many values it is put with."""
    RAN.clear()
    assert [notes_of(session, about) for about in (1, 2, 3, 1)] == [[1, 2], [3], [4], [1, 2]]
    assert len(RAN) == 2


def of_a_kind(session: AskedOnce, kind: Any, row: Any) -> list[int]:
    """Rows of a class that belong to the same as another."""
    return numbers(session, built_once(lambda: select(kind).where(kind.about == row.about)))


def test_a_class_is_another_query_and_a_row_gives_its_columns(session: AskedOnce) -> None:
    """One lambda serves tables of one shape, and takes of a row what it compares."""
    one, three = session.get_one(Note, 1), session.get_one(Note, 3)
    assert [of_a_kind(session, Note, one), of_a_kind(session, Mark, one)] == [[1, 2], []]
    assert [of_a_kind(session, Note, three), of_a_kind(session, Mark, three)] == [[3], [1]]


def test_two_lambdas_alike_are_two(session: AskedOnce) -> None:
    """Code of the same words on the same line of another module is another query."""
    told = []
    for table in ("Note", "Mark"):
        around = {"select": select, "Thing": {"Note": Note, "Mark": Mark}[table], "built_once": built_once}
        exec("def ask(about):\n    return built_once(lambda: select(Thing).where(Thing.about == about))", around)
        told.append(numbers(session, around["ask"](2)))
    assert told == [[3], [1]]


def of_both(session: AskedOnce, row: Any, row_about: int) -> list[int]:
    """Notes of what a row belongs to, or of a case."""
    return numbers(session, built_once(lambda: select(Note).where(Note.about.in_([row.about, row_about]))))


def later_of_case(session: AskedOnce, row: Any, row_about: int) -> list[int]:
    """The notes of a row's case from a number on."""
    return numbers(session, built_once(lambda: select(Note).where(Note.about == row.about, Note.id >= row_about)))


def test_a_column_and_a_name_that_read_alike_are_two_values(session: AskedOnce) -> None:
    """Else one of them would be asked for in the place of the other."""
    one, three = session.get_one(Note, 1), session.get_one(Note, 3)
    assert [later_of_case(session, one, 2), later_of_case(session, three, 1)] == [[2], [3]]
    assert of_both(session, one, 3) == [1, 2, 4]


def worded_as(session: AskedOnce, colour: Colour) -> list[int]:
    """Notes whose words are those of a kind."""
    return numbers(session, built_once(lambda: select(Note).where(Note.words == colour.value)))


def of_the_day_of(session: AskedOnce, moment: datetime) -> list[int]:
    """Notes of the day of a moment."""
    return numbers(session, built_once(lambda: select(Note).where(Note.on == moment.date())))


def test_what_is_read_of_a_value_is_the_values(session: AskedOnce) -> None:
    """And not that of the place where it belongs, which has a value of its own: none."""
    session.add_all([Note(**{**NOTES[0], "words": word}) for word in ("red", "blue")])
    assert [worded_as(session, colour) for colour in (Colour.RED, Colour.BLUE, Colour.RED)] == [[5], [6], [5]]
    session.rollback()
    days = [datetime.combine(day, time(9)) for day in (DAY, DAY + timedelta(days=1), DAY)]
    assert [of_the_day_of(session, day) for day in days] == [[1], [2], [1]]


def about_so_much(session: AskedOnce, about: Any) -> list[int]:
    """Notes of a case, whatever kind of number it is."""
    return numbers(session, built_once(lambda: select(Note).where(Note.about == about)))


def test_a_value_without_a_place_is_asked_for_as_it_is(session: AskedOnce) -> None:
    """Also where it is the first that comes by."""
    told = [about_so_much(session, about) for about in (Decimal(1), 2, Decimal(3), None, 1)]
    assert told == [[1, 2], [3], [4], [], [1, 2]]


def test_one_name_for_two_types_is_refused(session: AskedOnce) -> None:
    """A kind is written as its name in one column and as its word in another: one place cannot hold both."""
    red = Colour.RED
    with pytest.raises(TypeError, match="two types"):
        numbers(session, built_once(lambda: select(Note).where(or_(Note.words == red, Note.colour == red))))
    again = red
    assert numbers(session, built_once(lambda: select(Note).where(or_(Note.words == again, Note.colour == red)))) == [
        1,
        3,
    ]


def test_around_a_part_of_a_query_it_is_built_anew(session: AskedOnce) -> None:
    """Conditions that come from elsewhere are part of it each time."""
    told = []
    for condition in (Note.about == 1, Note.about == 3):
        told.append(numbers(session, built_once(lambda: select(Note).where(condition))))  # noqa: B023
    assert told == [[1, 2], [4]]


def worked_out_there(session: AskedOnce, day: date, words: str, about: list[int]) -> list[Callable[[], object]]:
    """Queries with values that are reckoned while they are built."""
    return [
        lambda: numbers(session, built_once(lambda: select(Note).where(Note.on > day - timedelta(days=1)))),
        lambda: numbers(session, built_once(lambda: select(Note).where(Note.words == f"the {words}"))),
        lambda: numbers(session, built_once(lambda: select(Note).where(Note.about.in_(sorted(about))))),
        lambda: numbers(session, built_once(lambda: select(Note).where(Note.about == about[0]))),
        lambda: numbers(session, built_once(lambda: select(Note).limit(len(about)))),
        lambda: numbers(session, built_once(lambda: select(Note).where(day <= Note.on))),
    ]


def test_what_would_be_reckoned_once_for_all_is_refused(session: AskedOnce) -> None:
    """Also the first time, so that any test that comes by sees it."""
    for put in worked_out_there(session, DAY, "first", [1, 2])[:-1]:
        with pytest.raises(TypeError):
            put()


def test_a_query_that_goes_on_from_another_is_another(session: AskedOnce) -> None:
    """What is known of a query put before is not known of what is made of it."""
    query = select(Note.id).where(Note.about == 1)
    for _ in range(3):
        assert session.scalars(query).all() == [1, 2]
    for _ in range(3):
        assert session.scalars(query.limit(1)).all() == [1]
        assert session.scalars(query.where(Note.words == "first").limit(1)).all() == [1]


def test_what_is_remembered_is_forgotten_as_ever(session: AskedOnce) -> None:
    """A row that comes is found by the same query."""
    asked: list[str] = []
    event.listen(ENGINE, "before_cursor_execute", lambda *told: asked.append(told[2]))
    one = session.get_one(Note, 1)
    for _ in range(2):
        assert of_a_kind(session, Mark, one) == []
    assert len(asked) == 2
    session.add(Mark(about=1))
    assert of_a_kind(session, Mark, one) == [2]
    session.rollback()


BUILDS_ALONE = {
    "select",
    "or_",
    "and_",
    "not_",
    "exists",
    "aliased",
    "literal",
    "joinedload",
    "selectinload",
    "case",
    "judged",
}
"""Functions of SQLAlchemy that make a part of a query of what they are given."""


def wrong_in(nodes: Iterable[ast.AST]) -> list[str]:
    """What in lambdas given to ``built_once`` is decided once for all and should be each time."""
    found = []
    for node in nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "built_once"):
            continue
        (build,) = node.args
        if not isinstance(build, ast.Lambda):
            found.append(f"{node.lineno}: not a lambda")
        for part in ast.walk(build):
            is_choice = isinstance(part, (ast.IfExp, ast.BoolOp, ast.comprehension, ast.NamedExpr))
            is_choice |= isinstance(part, ast.Compare) and any(
                isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for op in part.ops
            )
            calls = isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id not in BUILDS_ALONE
            if is_choice or calls:
                found.append(f"{part.lineno if hasattr(part, 'lineno') else node.lineno}: {ast.unparse(part)}")
    return found


def test_every_lambda_of_the_court_only_compares() -> None:
    """What Python decides while a query is built would be decided once for all: a choice, a function that is called."""
    seen = 0
    for path in files():
        seen += path.read_text(encoding="utf-8").count("built_once(")
        assert not wrong_in(nodes_of(path)), path
    assert seen > 50


@pytest.mark.parametrize(
    "wrong",
    [
        "built_once(lambda: select(A) if b else select(C))",
        "built_once(lambda: select(A).where(A.b == (c or d)))",
        "built_once(lambda: select(A).where(A.b.in_([c for c in d])))",
        "built_once(lambda: select(A).where(A.b == now()))",
        "built_once(lambda: select(A).where(A.b is None))",
        "built_once(query)",
    ],
)
def test_the_house_sees_what_is_decided_too_early(wrong: str) -> None:
    """Else nobody would."""
    assert wrong_in(ast.walk(ast.parse(wrong)))
