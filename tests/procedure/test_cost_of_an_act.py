"""What an act asks of the database, counted: it does not depend on how fast the machine is, and not on how long the case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from odr.docket.models import Case
from odr.ground.db import Database
from odr.identity.actors import Actor
from tests.scene import Scene

ACT, PLACE = 16, 12
"""Statements of a party's statement at the hearing, and of its place in the log where it comes alone."""
LOCKS = 4
"""On PostgreSQL besides: the case is locked, then read with its parties as they are after the wait, and the account is locked and
read with its roles, where SQLite holds the whole file."""


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Statements put meanwhile."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def say(scene: Scene, actor: Actor, number: int) -> None:
    """The claimant says something."""
    act = scene.court.table["post_statement"]
    given = act.input.model_validate({"words": f"The goods were not as shown, for the {number}th time."})
    with scene.court.sit() as sitting:
        sitting.perform(act.name, sitting.session.get_one(Case, scene.case_id), given, actor=actor, premise=None)


def costs(scene: Scene, number: int) -> tuple[list[str], list[str]]:
    """What a statement asks, and then its place in the log."""
    actor = scene.actor("li")
    with counted(scene.court.database) as act:
        say(scene, actor, number)
    with counted(scene.court.database) as place:
        assert scene.court.notary.sequence() == 1
    return act, place


def test_a_statement_and_its_place_in_the_log_are_few_questions(scene: Scene) -> None:
    """At the hearing a statement asks the database sixteen times and its place in the log twelve, the thirtieth as the first."""
    scene.lodge()
    scene.accept()
    scene.join()
    scene.do("file_answer", "haiyun", position="defend", statement="The goods were as shown when they were sold.")
    scene.do("open_examination", "judge", mode="asynchronous")
    more = 0 if scene.court.database.is_sqlite else LOCKS
    say(scene, scene.actor("li"), 0)
    scene.court.notary.sequence()
    act, place = costs(scene, 1)
    assert len(act) <= ACT + more, "\n".join(act)
    assert len(place) <= PLACE + (0 if more == 0 else 2), "\n".join(place)
    for number in range(2, 30):
        say(scene, scene.actor("li"), number)
    scene.court.notary.sequence()
    act_again, place_again = costs(scene, 30)
    assert (len(act_again), len(place_again)) == (len(act), len(place))
