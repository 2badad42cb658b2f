"""What an act asks of the database, counted: it does not depend on how fast the machine is, and not on how long the case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, select

from odr.docket.models import Case
from odr.ground.db import Database
from odr.hearing.models import Question
from odr.identity.actors import Actor
from tests.asked_twice import noting
from tests.scene import Scene

ACT, PLACE = 12, 12
"""Statements of a party's statement at the hearing, and of its place in the log where it comes alone."""
EXHIBIT, QUESTION, ANSWER = 26, 29, 21
"""Statements of the acts of a dispute that also write letters: to one party, to both; and of an answer."""
LOCKS = 5
"""On PostgreSQL besides: the case is locked, then read with its parties as they are after the wait, the account is locked and
read with its roles, and what was asked before that is asked anew, where SQLite holds the whole file."""


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
    """At the hearing a statement asks the database twelve times and its place in the log as often, the thirtieth as the first."""
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


def asked_by(scene: Scene, name: str, who: str, **values: Any) -> int:
    """How many statements an act takes from its first lock to its commit, preparation left out."""
    court, act = scene.court, scene.court.table[name]
    given, actor = act.input.model_validate(values), scene.actor(who)
    prepared = court.prepare(name, scene.case(), given, actor)
    with noting(court.database) as twice, counted(court.database) as seen, court.sit(prepared) as sitting:
        sitting.perform(name, sitting.session.get_one(Case, scene.case_id), given, actor=actor)
    assert twice.sittings and not twice.again and not twice.rows, (name, twice)
    return len(seen)


def test_the_acts_of_a_dispute_are_few_questions(small_scene: Scene) -> None:
    """An exhibit, a question to one party of two and its answer, the fifth of each as the first; none of them fetches a row
    again that it has in hand, or puts a question again whose answer stands.
    """
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.join()

    def show(number: int) -> int:
        upload = scene.upload("li", f"Page {number}".encode(), f"page-{number}.txt")
        values = {"title": f"Page {number}", "proves": "What was ordered", "source": "My phone"}
        return asked_by(scene, "submit_exhibit", "li", upload=upload.reference, **values)

    shown = [show(number) for number in range(5)]
    assert max(shown) <= EXHIBIT and shown[-1] == shown[1], shown
    scene.do("file_answer", "haiyun", position="defend", statement="The goods were as shown when they were sold.")
    scene.do("open_examination", "judge", mode="asynchronous")
    (li,) = (party.reference for party in scene.case().parties if party.account_id == scene.people["li"])
    put, answered = [], []
    for number in range(5):
        put.append(
            asked_by(scene, "put_question", "judge", addressees=[li], words=f"Question {number}: who took it in?")
        )
        with scene.court.database.read() as session:
            question = session.scalars(select(Question.reference).order_by(Question.id.desc())).first()
        answered.append(
            asked_by(scene, "answer_question", "li", question=question, words="My neighbour did, on Friday.")
        )
    assert max(put) <= QUESTION and put[-1] <= put[1], put
    assert max(answered) <= ANSWER and answered[-1] <= answered[1], answered
