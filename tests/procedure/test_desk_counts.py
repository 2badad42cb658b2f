"""What is kept of the things on desks is what going through every task finds, whatever acts and the worker did in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from threading import Thread

import pytest
from sqlalchemy import delete, event, func, insert, select, update
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.ground.db import Database
from odr.procedure.case.desk_counts.counts import count_anew, fold, lain_longer
from odr.procedure.case.desk_counts.models import DeskChange
from odr.procedure.models import Task
from tests.patience import PATIENCE
from tests.scene import Scene

ROLES = (Role.CLERK, Role.JUDGE, Role.CASHIER)
AGES = (0, 3, 10, 30)


def _recounted(session: Session, scene: Scene, role: Role) -> list[int]:
    """Gone through: what was opened in the hour in which an age ends is that old already."""
    numbers = [session.scalar(select(func.count()).where(Task.done_at.is_(None), Task.role == role)) or 0]
    for days in AGES:
        cut = (scene.clock.now() - timedelta(days=days, hours=-1)).replace(minute=0, second=0, microsecond=0)
        old = select(func.count()).where(Task.done_at.is_(None), Task.role == role, Task.opened_at < cut)
        numbers.append(session.scalar(old) or 0)
    return numbers


def _step(session: Session, scene: Scene, lot: Random) -> None:
    """Something that happens to tasks: one comes, one is done, opened again, given to another role, dated anew, or goes."""
    now = scene.clock.now()
    some = session.scalars(select(Task.id).order_by(Task.id)).all()
    one = Task.id == lot.choice(some) if some else Task.id == 0
    what = lot.randrange(7)
    if what < 2 or not some:
        opened = now - timedelta(
            hours=lot.choice((0, 1, 71, 72, 73, 240, 720, 721, 24 * 90)), minutes=lot.randrange(60)
        )
        done = now if lot.random() < 0.2 else None
        session.add(
            Task(case_id=scene.case_id, role=lot.choice(ROLES), kind="summon", title={}, opened_at=opened, done_at=done)
        )
        session.flush()
    elif what == 2:
        session.execute(update(Task).where(one).values(done_at=now))
    elif what == 3:
        session.execute(update(Task).where(one).values(done_at=None))
    elif what == 4:
        session.execute(update(Task).where(one).values(role=lot.choice(ROLES), risk=lot.randrange(9)))
    elif what == 5:
        session.execute(update(Task).where(one).values(opened_at=now - timedelta(days=lot.choice((0, 3, 70)))))
    else:
        session.execute(delete(Task).where(one))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_going_through_them_finds(scene: Scene, seed: int) -> None:
    """Of each role and each age, after every step: tasks that come, are done, change, go, and rounds that fold the changes."""
    lot = Random(seed)
    scene.lodge()
    for number in range(120):
        if number % 9 == 8:
            fold(scene.court.database, scene.clock.now(), at_least=1)
        if number % 30 == 29:
            scene.clock.advance(timedelta(days=lot.choice((1, 40)), minutes=lot.randrange(90)))
        with scene.court.database.write() as session:
            _step(session, scene, lot)
        with scene.court.database.read() as session:
            for role in ROLES:
                found = lain_longer(session, scene.clock.now(), AGES, [role])
                assert found == _recounted(session, scene, role), (number, role)
    while fold(scene.court.database, scene.clock.now(), at_least=1):
        pass
    with scene.court.database.read() as session:
        rows = session.scalars(select(DeskChange)).all()
        assert len({(row.role, row.hour) for row in rows}) == len(rows), "one row for each role and hour"
        assert all(row.folded and row.change > 0 for row in rows)
        kept = {(row.role, row.hour): row.change for row in rows if row.hour}
    with scene.court.database.write() as session:
        count_anew(session)
        anew = {(row.role, row.hour): row.change for row in session.scalars(select(DeskChange))}
    assert kept.items() <= anew.items()


def test_what_is_taken_back_was_never_counted(scene: Scene) -> None:
    """A transaction that fails leaves no change behind."""
    scene.lodge()
    with scene.court.database.read() as session:
        before = lain_longer(session, scene.clock.now(), AGES, ROLES)
    with pytest.raises(ZeroDivisionError), scene.court.database.write() as session:
        _step(session, scene, Random(0))
        session.add(Task(case_id=scene.case_id, role=Role.CLERK, kind="summon", title={}, opened_at=scene.clock.now()))
        session.flush()
        1 / 0  # noqa: B018
    with scene.court.database.read() as session:
        assert lain_longer(session, scene.clock.now(), AGES, ROLES) == before


def test_few_changes_are_left_as_they_are(scene: Scene) -> None:
    """A quiet court's worker writes nothing."""
    scene.lodge()
    with scene.court.database.write() as session:
        _step(session, scene, Random(0))
        session.add(Task(case_id=scene.case_id, role=Role.CLERK, kind="summon", title={}, opened_at=scene.clock.now()))
    with scene.court.database.read() as session:
        before = [row.id for row in session.scalars(select(DeskChange).order_by(DeskChange.id))]
    assert before and fold(scene.court.database, scene.clock.now()) == 0
    with scene.court.database.read() as session:
        assert [row.id for row in session.scalars(select(DeskChange).order_by(DeskChange.id))] == before


def test_two_workers_fold_each_change_once(postgres_court_url: str) -> None:
    """One comes to the hours that nobody asks for any more while another has just read them."""
    database, now = Database(postgres_court_url, synchronous="OFF"), datetime(2026, 6, 15, 9, tzinfo=UTC)
    with database.write() as session:
        session.add(DeskChange(role="clerk", hour="2026-01-02 08", change=5, folded=True))
        session.add(DeskChange(role="clerk", hour="2026-06-15 08", change=1))
    other = Thread(target=fold, args=(database, now, 1))

    @event.listens_for(database.engine, "after_cursor_execute")
    def meanwhile(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "desk_change.hour <" in statement and statement.startswith("SELECT") and other.ident is None:
            other.start()
            other.join(PATIENCE)

    fold(database, now, 1)
    assert other.ident is not None and not other.is_alive()
    with database.read() as session:
        kept = {row.hour: row.change for row in session.scalars(select(DeskChange))}
    database.dispose()
    assert kept == {"": 5, "2026-06-15 08": 1}


def test_two_workers_lay_the_row_of_an_hour_once(postgres_court_url: str) -> None:
    """Neither fails where both find that it does not stand yet."""
    database, now = Database(postgres_court_url, synchronous="OFF"), datetime(2026, 6, 15, 9, tzinfo=UTC)

    def change() -> None:
        with database.write() as session:
            session.add(DeskChange(role="clerk", hour="2026-06-15 08", change=1))

    def other_worker() -> None:
        change()
        fold(database, now, 1)

    change()
    other = Thread(target=other_worker)

    @event.listens_for(database.engine, "after_cursor_execute")
    def meanwhile(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("UPDATE desk_change") and other.ident is None:
            other.start()
            other.join(PATIENCE)

    fold(database, now, 1)
    assert other.ident is not None and not other.is_alive()
    with database.read() as session:
        kept = [(row.hour, row.change, row.folded) for row in session.scalars(select(DeskChange))]
    database.dispose()
    assert kept == [("2026-06-15 08", 2, True)]


def test_a_change_that_is_committed_late_is_folded_later(postgres_court_url: str) -> None:
    """Its number is lower than those of changes that were folded before it could be seen."""
    database, now = Database(postgres_court_url, synchronous="OFF"), datetime(2026, 6, 15, 9, tzinfo=UTC)
    with database.engine.connect() as slow:
        slow.execute(insert(DeskChange).values(role="clerk", hour="2026-06-15 08", change=1, folded=False))
        with database.write() as session:
            session.add(DeskChange(role="clerk", hour="2026-06-15 08", change=1))
        assert fold(database, now, 1) == 1
        slow.commit()
    with database.read() as session:
        assert lain_longer(session, now, AGES, [Role.CLERK])[0] == 2
    assert fold(database, now, 1) == 1
    with database.read() as session:
        assert [row.change for row in session.scalars(select(DeskChange))] == [2]
    database.dispose()
