"""A session asks the database nothing twice, and never answers from memory what has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import Select, delete, event, exists, func, insert, select, text, update
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role
from odr.ground.db import Database
from odr.identity.models import Account, AccountRole
from odr.procedure.models import Task, Window, WindowState
from tests.patience import PATIENCE
from tests.scene import Scene


@contextmanager
def asked(database: Database) -> Iterator[list[tuple[str, str]]]:
    """Statements with their values while it lasts, with all parts of the program that ask."""
    seen: list[tuple[str, str]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, repr(values)))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def names(session: Session) -> list[str]:
    """What everybody is called, by a query that is always the same."""
    return list(session.scalars(select(Account.name).order_by(Account.id)))


def test_the_same_question_is_put_once(small_scene: Scene) -> None:
    """However often a condition asks, the database is asked once, and the rows are the same objects."""
    database = small_scene.court.database
    with database.read() as session, asked(database) as seen:
        first = names(session)
        assert [names(session) for _ in range(5)] == [first] * 5
        rows = session.scalars(select(Account).order_by(Account.id)).all()
        again = session.scalars(select(Account).order_by(Account.id)).all()
        assert all(one is other for one, other in zip(rows, again, strict=True))
    assert len([one for one in seen if "account.name" in one[0]]) == 2


def test_other_values_are_another_question(small_scene: Scene) -> None:
    """One value more, or another one, is never answered by what was found for others."""
    database = small_scene.court.database
    with database.read() as session:
        ids = list(session.scalars(select(Account.id).order_by(Account.id)))
        found = {number: session.scalar(select(Account.name).where(Account.id == number)) for number in ids}
        assert len(set(found.values())) > 1
        assert found == {number: session.scalar(select(Account.name).where(Account.id == number)) for number in ids}
        some = session.scalars(select(Account.id).where(Account.id.in_(ids[:2])).order_by(Account.id)).all()
        more = session.scalars(select(Account.id).where(Account.id.in_(ids[:3])).order_by(Account.id)).all()
        assert (list(some), list(more)) == (ids[:2], ids[:3])


def by_flush(session: Session, account: Account) -> None:
    """Changed as handlers change a row."""
    account.name = "Somebody else"


def by_statement(session: Session, account: Account) -> None:
    """Changed by a statement of its own."""
    session.execute(update(Account).where(Account.id == account.id).values(name="Somebody else"))


def by_the_connection(session: Session, account: Account) -> None:
    """Changed below the session."""
    session.connection().execute(text("UPDATE account SET name = 'Somebody else' WHERE id = :id"), {"id": account.id})


@pytest.mark.parametrize("change", [by_flush, by_statement, by_the_connection])
def test_what_was_written_is_asked_anew(small_scene: Scene, change: Callable[[Session, Account], None]) -> None:
    """By a flush, by a statement or below the session: after a change nothing older is told."""
    with small_scene.court.database.write() as session:
        before = names(session)
        change(session, session.get_one(Account, small_scene.people["li"]))
        after = names(session)
        assert "Somebody else" in after and "Somebody else" not in before


def by_a_row(session: Session, account: Account) -> None:
    """A row that is not written yet."""
    now = account.created_at
    session.add(Account(email="new@example.test", name="New", state=account.state, created_at=now, confirmed_at=now))


def by_words(session: Session, account: Account) -> None:
    """A statement nobody can see through."""
    session.execute(text("UPDATE account SET name = 'Somebody else' WHERE id = :id"), {"id": account.id})


@pytest.mark.parametrize("change", [by_flush, by_statement, by_the_connection, by_a_row, by_words])
def test_a_session_knows_what_it_wrote(small_scene: Scene, change: Callable[[Session, Account], None]) -> None:
    """Until something is changed, in whatever way, a table is as it was when the transaction began; a change is known before and
    after it is written, also where it was undone; the next transaction begins anew.
    """
    session = small_scene.court.database.sessions()
    try:
        account = session.get_one(Account, small_scene.people["li"])
        with session.no_autoflush:
            assert not session.has_written(Account)
            with session.begin_nested() as part:
                change(session, account)
                assert session.has_written(Account)
                session.flush()
                part.rollback()
        assert session.has_written(Account)
        session.rollback()
        assert not session.has_written(Account)
    finally:
        session.close()


def test_a_savepoint_undone_takes_its_answers_along(small_scene: Scene) -> None:
    """What was read in a part that was undone never happened."""
    with small_scene.court.database.write() as session:
        before = names(session)
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            session.get_one(Account, small_scene.people["li"]).name = "Somebody else"
            assert "Somebody else" in names(session)
            raise ZeroDivisionError
        assert names(session) == before


def test_a_row_that_is_locked_is_read_anew_and_so_is_all_after_it(scene: Scene) -> None:
    """Whoever waits for a lock wants what stands then; so does who reads anew, and a statement nobody can see through. On SQLite nobody waits:
    whoever writes holds the whole file.
    """
    database = scene.court.database
    with database.write() as session, asked(database) as seen:
        names(session)
        session.scalars(select(Account).where(Account.id == 1).with_for_update()).one()
        names(session)
        session.get(Account, 1, with_for_update=True, populate_existing=True)
        names(session)
        session.scalars(select(Account).where(Account.id == 1).execution_options(populate_existing=True)).one()
        names(session)
        session.execute(text("SELECT 1"))
        names(session)
    times = len([one for one in seen if one[0].startswith("SELECT account.name")])
    assert times == (2 if database.is_sqlite else 5)


def test_a_table_that_nobody_wrote_stays_known(small_scene: Scene) -> None:
    """A flush of one table leaves what is known of the others."""
    database = small_scene.court.database
    small_scene.lodge()
    with database.write() as session, asked(database) as seen:
        first = names(session)
        case = session.get_one(Case, small_scene.case_id)
        case.title = "Another title"
        session.flush()
        assert names(session) == first
    assert len([one for one in seen if one[0].startswith("SELECT account.name")]) == 1


def test_a_row_that_changed_is_given_again_without_asking(small_scene: Scene) -> None:
    """Found by its case and sorted by its number, a row is the same row however its state changes; a question by state is
    put again.
    """
    small_scene.lodge()
    database = small_scene.court.database
    with database.write() as session:
        mine = select(Window).where(Window.case_id == small_scene.case_id).order_by(Window.id)
        still_open = mine.where(Window.state == WindowState.OPEN)
        rows = session.scalars(mine).all()
        assert rows and session.scalars(still_open).all() == rows
        with asked(database) as seen:
            rows[0].state = WindowState.MET
            assert session.scalars(mine).all() == rows and rows[0].state is WindowState.MET
            assert not seen
            assert session.scalars(still_open).all() == rows[1:]
            assert len([one for one in seen if "answer_0" not in one[0]]) == 1  # beside what the case has none of
            subjects = list(session.scalars(select(Window.subject).where(Window.case_id == small_scene.case_id)))
            rows[0].subject = "another"
            assert sorted(
                map(str, session.scalars(select(Window.subject).where(Window.case_id == small_scene.case_id)))
            ) == (sorted(map(str, [*subjects[1:], "another"])))
        session.rollback()


OTHER = Task.__table__.alias()
QUESTIONS: list[Select[Any]] = [
    select(Task).order_by(Task.id),
    select(Task).where(Task.kind == "one").order_by(Task.id),
    select(Task).where(Task.done_at.is_(None)).order_by(Task.risk, Task.id),
    select(Task).order_by(Task.subject, Task.id.desc()),
    select(Task).where(Task.id.in_(select(Task.id).where(Task.risk > 1))).order_by(Task.id),
    select(Task).where(exists().where(OTHER.c.id != Task.id, OTHER.c.risk == Task.risk)).order_by(Task.id),
    select(Task).where(text("risk > 1")).order_by(Task.id),
    select(Task).join(Case, Case.id == Task.case_id).where(Case.title == "one").order_by(Task.id),
    select(Task.id).where(Task.risk < 2).order_by(Task.id),
]
"""Questions about tasks, each choosing or sorting by other columns, in its own words, by an alias, a join, a part."""
CHANGES = st.tuples(
    st.sampled_from(["kind", "subject", "risk", "done_at", "title", "add", "remove"]),
    st.integers(0, 3),
    st.integers(0, 3),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHANGES, max_size=8), first=st.lists(st.integers(0, len(QUESTIONS) - 1), max_size=9))
def test_whatever_changes_in_a_row_the_rows_given_are_the_database_s(
    small_scene: Scene, changes: list[tuple[str, int, int]], first: list[int]
) -> None:
    """Rows in hand are changed column by column; every question is compared with a session that remembers nothing."""
    scene = small_scene
    if not scene.case_id:
        scene.lodge()
    now = scene.clock.now()

    def task(number: int) -> Task:
        return Task(case_id=scene.case_id, role=Role.CLERK, kind="one", title={}, risk=number, opened_at=now)

    with scene.court.database.write() as session:
        rows = [task(number) for number in range(4)]
        session.add_all(rows)
        session.flush()
        for at in first:
            session.execute(QUESTIONS[at]).all()
        for column, at, value in changes:
            row = rows[at]
            if column == "add":
                session.add(task(value))
            elif column == "remove" and row in session:
                session.delete(row)
            elif column == "risk":
                row.risk = value
            elif column == "done_at":
                row.done_at = now if value % 2 else None
            elif column == "title":
                session.get_one(Case, scene.case_id).title = ("one", "two")[value % 2]
            elif column in ("kind", "subject"):
                setattr(row, column, ("one", "two")[value % 2])
            for question in QUESTIONS:
                mine = [getattr(found[0], "id", found[0]) for found in session.execute(question)]
                plain = question.with_only_columns(Task.id)
                assert mine == [number for (number,) in Session.connection(session).execute(plain)], str(question)
        session.rollback()


STEPS = st.lists(st.sampled_from(["ask", "add", "rename", "remove", "bulk", "undo"]), max_size=14)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_done_in_between_the_answers_are_the_database_s(small_scene: Scene, steps: list[str]) -> None:
    """Every answer is compared with that of the driver, which remembers nothing."""
    with small_scene.court.database.read() as session:
        mine, connection = small_scene.people["li"], session.connection()
        for number, step in enumerate(steps):
            if step == "add":
                session.add(AccountRole(account_id=mine, role="clerk", granted_at=small_scene.clock.now()))
            elif step == "rename":
                session.get_one(Account, mine).name = f"Li {number}"
            elif step == "remove":
                session.execute(delete(AccountRole).where(AccountRole.account_id == mine))
                session.expire_all()
            elif step == "bulk":
                values = {"account_id": mine, "role": "clerk", "granted_at": small_scene.clock.now()}
                session.execute(insert(AccountRole), [values, values])
            elif step == "undo":
                nested = session.begin_nested()
                session.get_one(Account, mine).name = "Nobody"
                names(session)
                nested.rollback()
            known = (
                names(session),
                session.scalar(select(func.count()).select_from(AccountRole).where(AccountRole.account_id == mine)),
                session.scalar(select(func.count()).select_from(AccountRole).join(Account)),
            )
            truly = (
                [row[0] for row in connection.execute(text("SELECT name FROM account ORDER BY id"))],
                connection.execute(text(f"SELECT count(*) FROM account_role WHERE account_id = {int(mine)}")).scalar(),
                connection.execute(
                    text("SELECT count(*) FROM account_role r JOIN account a ON a.id = r.account_id")
                ).scalar(),
            )
            assert known == truly


def test_who_waited_for_a_case_sees_the_parties_of_now(scene: Scene) -> None:
    """While one transaction waits for the lock on a case, another adds a party to it: who waited has the new party too, and
    not the parties of before the wait.
    """
    database = scene.court.database
    if database.is_sqlite:
        return  # One transaction writes at a time, and waits before it reads.
    scene.lodge()
    looked, locked, found = Event(), Event(), list[int]()

    def wait() -> None:
        with database.write() as session:
            case = session.get_one(Case, scene.case_id)
            found.append(len(case.parties))
            looked.set()
            locked.wait(PATIENCE)
            session.refresh(case, with_for_update=True)
            found.append(len(case.parties))

    waiting = Thread(target=wait)
    waiting.start()
    looked.wait(PATIENCE)
    with database.write() as session:
        case = session.get_one(Case, scene.case_id, with_for_update=True)
        made = {"role": Role.RESPONDENT, "ordinal": 9, "kind": case.parties[0].kind, "locale": "en", "details": {}}
        session.add(Party(case_id=case.id, name="Late Arrival", **made))
        session.flush()
        locked.set()
        with database.read() as other:
            blocked = text(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            for _ in range(3000):
                if other.execute(blocked).scalar_one():
                    break
                waiting.join(0.01)
    waiting.join(PATIENCE)
    assert found[1] == found[0] + 1
