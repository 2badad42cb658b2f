"""A round of the worker in which nothing is due costs little: every court makes one every few seconds, for ever."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, event

from odr.operations import worker
from tests.scene import Scene

BUILT_ANEW = {
    "capture": "one query for two tables, of which one has kinds",
    "capture before filing": "the same",
    "terms of preservations": "what it asks of all is asked of one preservation too",
}
"""Steps of the worker that build a query each time, and why."""


def asked_by_each(scene: Scene) -> dict[str, list[Select[Any]]]:
    """One round: the queries that each step of it puts."""
    court, at_work = scene.court, [""]
    found: dict[str, list[Select[Any]]] = {}

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if isinstance(context.invoked_statement, Select):
            found.setdefault(at_work[0], []).append(context.invoked_statement)

    event.listen(court.database.engine, "before_cursor_execute", note)
    try:
        for at_work[0], step in {"windows": worker.sweep_windows, **court.hooks.sweeps}.items():
            step(court)
    finally:
        event.remove(court.database.engine, "before_cursor_execute", note)
    return found


def test_an_idle_round_builds_no_query_anew(small_scene: Scene) -> None:
    """The queries of one round are those of the round before, not others of the same words: building one costs three times what
    putting it does.
    """
    small_scene.lodge()
    small_scene.accept()
    small_scene.work(proofs=True)
    asked_by_each(small_scene)
    before = asked_by_each(small_scene)
    again = asked_by_each(small_scene)
    known = {id(query) for queries in before.values() for query in queries}
    anew = {
        (step, " ".join(str(query).split())[:120])
        for step, queries in again.items()
        for query in queries
        if id(query) not in known and step not in BUILT_ANEW
    }
    assert len(again) > 40, "the steps were not noted"
    assert not anew, "put them with built_once:\n" + "\n".join(map(str, sorted(anew)))
