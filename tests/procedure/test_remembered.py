"""What a function asked a session for is given again only while it is still so, and each caller has a list of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, delete, event, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from odr.ground.memory.asked_once import MOST_ROWS, AskedOnce, remembered
from odr.ground.text import write_instant


class Base(DeclarativeBase):
    """Tables of this test alone."""


class Note(Base):
    """A row of a case."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[int]
    words: Mapped[str]


built: list[int] = []


@remembered
def notes_of(session: Session, case_id: int, *, words: str | None = None) -> list[Note]:
    """Notes of a case, all or those of these words."""
    built.append(case_id)
    query = select(Note).where(Note.about == case_id).order_by(Note.id)
    return list(session.scalars(query if words is None else query.where(Note.words == words)))


@pytest.fixture
def session() -> Iterator[AskedOnce]:
    """A session of a database with two notes of one case; nothing was asked for yet."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with AskedOnce(engine) as one:
        one.add_all([Note(about=1, words="first"), Note(about=1, words="second")])
        one.commit()
        built.clear()
        yield one


def test_a_second_call_builds_no_query_and_gives_a_list_of_its_own(session: AskedOnce) -> None:
    """Whoever changes the list they were given changes nobody else's."""
    found = notes_of(session, 1)
    found.pop()
    assert [note.words for note in notes_of(session, 1)] == ["first", "second"]
    assert built == [1]


def test_other_arguments_are_another_question(session: AskedOnce) -> None:
    """By position or by name: each question has its own answer."""
    assert [len(notes_of(session, case)) for case in (1, 2)] == [2, 0]
    assert [note.words for note in notes_of(session, 1, words="second")] == ["second"]
    assert [note.words for note in notes_of(session, 1, words="first")] == ["first"]


def changed(session: AskedOnce) -> None:
    session.get_one(Note, 1).words = "changed"


WRITES: dict[str, Callable[[AskedOnce], object]] = {
    "a row that comes": lambda session: session.add(Note(about=1, words="third")),
    "a row that goes": lambda session: session.delete(session.get_one(Note, 2)),
    "a row in hand that changes": changed,
    "a statement that changes": lambda session: session.execute(update(Note).values(words="all")),
    "a statement that takes away": lambda session: session.execute(delete(Note).where(Note.id == 2)),
    "words in SQL": lambda session: session.execute(text("UPDATE note SET about = 2 WHERE id = 2")),
    "the connection itself": lambda session: session.connection().exec_driver_sql("DELETE FROM note WHERE id = 1"),
    "what is undone": lambda session: session.rollback(),
    "what is let go of": lambda session: session.expire_all(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))
def test_whatever_is_written_it_is_asked_for_anew(session: AskedOnce, write: Callable[[AskedOnce], object]) -> None:
    """What is remembered is what stands now, however it was written."""
    notes_of(session, 1)
    notes_of(session, 1, words="first")
    write(session)
    query = select(Note.words).where(Note.about == 1).order_by(Note.id)
    told = [note.words for note in notes_of(session, 1)]
    assert told == list(Session.scalars(session, query))
    assert [note.words for note in notes_of(session, 1, words="first")] == [one for one in told if one == "first"]
    assert built == [1, 1, 1, 1]


def test_what_is_not_written_yet_counts(session: AskedOnce) -> None:
    """Where nothing is flushed by itself, nothing is remembered of a time before it."""
    notes_of(session, 1)
    session.autoflush = False
    session.get_one(Note, 1).words = "changed"
    notes_of(session, 1)
    assert built == [1, 1]


def test_a_long_list_is_handed_on_and_not_kept(session: AskedOnce) -> None:
    """As with queries: a session that goes over many large cases holds none of their rows longer than it looks at them."""
    session.add_all([Note(about=3, words="one of many") for _ in range(MOST_ROWS + 1)])
    session.add_all([Note(about=4, words="one of many") for _ in range(MOST_ROWS)])
    for _ in range(2):
        assert [len(notes_of(session, case)) for case in (3, 4)] == [MOST_ROWS + 1, MOST_ROWS]
    assert built == [3, 4, 3]


def test_another_session_asks_for_itself(session: AskedOnce) -> None:
    """Nothing is carried from one request, or one person, to the next."""
    notes_of(session, 1)
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *told: asked.append(told[2]))
    with AskedOnce(session.get_bind()) as other:
        assert len(notes_of(other, 1)) == 2
    assert len(asked) == 1


def test_an_instant_is_written_for_each_zone() -> None:
    """The words of an instant are kept; those of another zone, or language, are not given for them."""
    at = datetime(2026, 4, 27, 20, 30, tzinfo=UTC)
    shanghai, berlin = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
    for _ in range(2):
        assert write_instant(at, "en", shanghai) == "28\u00a0April 2026, 04:30"
        assert write_instant(at.astimezone(shanghai), "en", berlin) == "27\u00a0April 2026, 22:30"
        assert write_instant(at.replace(tzinfo=None), "zh-Hans", shanghai) == "2026年4月28日 04:30"


def test_no_time_is_never_written_as_now() -> None:
    """The library writes the present moment where it is given none: a page of the court fails rather than say that."""
    with pytest.raises(AttributeError):
        write_instant(None, "en")  # type: ignore[arg-type]
