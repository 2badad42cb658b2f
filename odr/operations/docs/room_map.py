"""The map of the rooms in ``docs/architecture.md``: layers, rooms, concepts, each in its own first sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence, Set as AbstractSet
from pathlib import Path

from odr.operations.docs.clock_catalogue import first_sentence

HOUSE = Path(__file__).resolve().parents[2]
SAME_IN_EVERY_ROOM = frozenset(
    {"choices", "cli", "desks", "inputs", "models", "names", "queries", "room", "rules", "time_limits", "vocabulary"}
)
"""Files of a room that hold no concept of their own."""


def room_map(layers: Sequence[AbstractSet[str]], beside: Sequence[str]) -> str:
    """The map in Markdown, lowest layer first."""
    lines: list[str] = []
    for height, rooms in enumerate(layers, 1):
        for room in sorted(rooms):
            lines += [f"**{height}. `{room}`**: {_said(HOUSE / room / '__init__.py')}", "", *_concepts(room), ""]
    for package in beside:
        lines += [f"**Beside: `{package}`**: {_said(HOUSE / package / '__init__.py')}", "", *_concepts(package), ""]
    return "\n".join(lines).rstrip()


def _concepts(room: str) -> Iterator[str]:
    for path in sorted((HOUSE / room).iterdir(), key=lambda each: each.stem):
        if (path / "__init__.py").is_file():
            yield f"- `{path.name}/`: {_said(path / '__init__.py')}"
        elif path.suffix == ".py" and path.stem not in {*SAME_IN_EVERY_ROOM, "__init__"}:
            yield f"- `{path.name}`: {_said(path)}"


def _said(path: Path) -> str:
    return first_sentence(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
