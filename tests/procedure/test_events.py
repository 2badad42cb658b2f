"""What rooms tell each other: every event is a class, told somewhere and wanted somewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from odr.docket.models import Case
from odr.procedure.acts.events import CaseClosed, ClaimAccepted, Event
from odr.procedure.hooks import Hooks, Room, on
from odr.procedure.sitting import Sitting
from odr.wiring import ROOMS
from tests.parsed import files, nodes_of
from tests.scene import Scene

ROOT = Path(__file__).parents[2] / "odr"
EVENTS = {kind.__name__: kind for kind in Event.__subclasses__()}
TOLD_BY_NOBODY: set[str] = set()
WANTED_BY_NOBODY: set[str] = set()


def nodes() -> Iterator[ast.AST]:
    """Every node of the court's own source but the declarations of events."""
    for path in files():
        if path != ROOT / "procedure" / "events.py":
            yield from nodes_of(path)


def test_events_reach_the_rooms_that_want_them_in_the_order_of_the_rooms(small_scene: Scene) -> None:
    """Lower rooms hear first, a room's handlers in the order it names them, and nobody hears of another event."""
    heard: list[tuple[str, Event]] = []

    def hears(name: str) -> Any:
        return lambda sitting, event: heard.append((name, event))

    hooks = Hooks()
    for room in (
        Room("lower", on_event=(on(ClaimAccepted, hears("lower"), hears("lower too")),)),
        Room("higher", on_event=(on(CaseClosed, hears("of the end")), on(ClaimAccepted, hears("higher")))),
    ):
        room.join(hooks)
    case = Case(cause="network_shopping")
    with small_scene.court.database.read() as session:
        Sitting(replace(small_scene.court, hooks=hooks), session, small_scene.clock.now()).announce(ClaimAccepted(case))
    assert [name for name, _ in heard] == ["lower", "lower too", "higher"]
    assert all(event == ClaimAccepted(case) for _, event in heard)


def test_the_courts_own_rooms_hear_the_lower_first(small_scene: Scene) -> None:
    """Whoever wants an event hears of it after the rooms below: service has served before the fee is asked for."""
    heights = {
        kind: [ROOMS.index(handler.__module__.split(".")[1]) for handler in handlers]
        for kind, handlers in small_scene.court.hooks.on_event.items()
    }
    assert max(len(set(rooms)) for rooms in heights.values()) > 2
    assert {kind for kind, rooms in heights.items() if rooms != sorted(rooms)} == set()


@pytest.mark.parametrize("kind", ["claim_accepted", Case, Event, ClaimAccepted(Case())])
def test_what_is_no_kind_of_event_is_refused_at_boot(kind: Any) -> None:
    """A room that wants to hear of a word, a row, of every event at once or of a single one stops the court."""
    with pytest.raises(ValueError, match="is no kind of event"):
        on(kind, lambda sitting, event: None)


def test_every_event_is_told_and_wanted(small_scene: Scene) -> None:
    """No event is declared that no room announces, or that no room waits for."""
    made = {node.func.id for node in nodes() if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    wanted = {kind.__name__ for kind, handlers in small_scene.court.hooks.on_event.items() if handlers}
    assert EVENTS.keys() - made == TOLD_BY_NOBODY
    assert EVENTS.keys() - wanted == WANTED_BY_NOBODY


def test_an_event_tells_what_somebody_asks_for_in_types_of_its_own() -> None:
    """Each says in words what happened; no field is of any type at all, and each is read by who hears of it."""
    read = {
        node.attr
        for node in nodes()
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "event"
    }
    for name, kind in EVENTS.items():
        assert kind.__doc__ and not kind.__doc__.startswith(f"{name}("), name
        assert [f.name for f in fields(kind) if "Any" in str(f.type) or f.name not in read] == [], name
