"""What was found before somebody waited for a case is looked at anew once it is theirs: others have acted meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, select

from odr.docket.models import Case
from odr.procedure.models import Window, WindowState
from odr.procedure.sitting import Sitting
from tests.scene import Scene

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
OPEN = select(Window).where(Window.state == WindowState.OPEN).order_by(Window.id).limit(1)


def close_one(scene: Scene) -> None:
    """Somebody holds the case and ends the first time limit that runs in it."""
    with scene.court.sit() as sitting:
        sitting.follow(sitting.session.get_one(Case, scene.case_id), lambda: _close(sitting))


def _close(sitting: Sitting) -> None:
    row = sitting.session.scalars(OPEN).one()
    row.state = WindowState.LAPSED


@ON_POSTGRESQL
def test_a_row_found_before_is_the_row_as_it_is_now(scene: Scene) -> None:
    """Whichever room found it, and though nobody reads it with a query of their own again."""
    scene.pend()
    with scene.court.sit() as sitting:
        mine = sitting.session.scalars(OPEN).one()
        assert mine.state is WindowState.OPEN
        with ThreadPoolExecutor(1) as other:
            other.submit(close_one, scene).result()
        sitting.follow(sitting.session.get_one(Case, scene.case_id), lambda: None)
        assert mine.state is WindowState.LAPSED
        assert sitting.session.scalars(OPEN).one().id != mine.id


@ON_POSTGRESQL
def test_a_case_is_locked_once_in_a_transaction(scene: Scene) -> None:
    """Who holds it is the only one to write in it: nothing is read anew for the next act; what a savepoint locked and was undone
    is locked again.
    """
    scene.pend()
    locks: list[str] = []
    event.listen(
        scene.court.database.engine,
        "before_cursor_execute",
        lambda *given: locks.append(given[2]) if "FOR UPDATE" in given[2] else None,
    )
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        with pytest.raises(ZeroDivisionError), sitting.savepoint():
            sitting.follow(case, lambda: 1 // 0)  # type: ignore[arg-type, return-value]
        assert len(locks) == 1
        for _ in range(3):
            sitting.follow(case, lambda: None)
    assert len(locks) == 2
