"""Every document that ``make docs`` writes, wholly or between two marks."""

from __future__ import annotations

from pathlib import Path

from odr import wiring
from odr.ground.text import applies
from odr.operations.docs.clock_catalogue import clock_page
from odr.operations.docs.law_table import law_page
from odr.operations.docs.letter_catalogue import letters_page
from odr.operations.docs.room_map import room_map
from odr.procedure.acts.reference import procedure_page, row
from odr.procedure.acts.table import TABLE
from odr.procedure.acts.windows import TIME_LIMITS
from odr.procedure.hooks import Hooks
from odr.procedure.rules.registry import PackRegistry

DOCS = Path(__file__).resolve().parents[3] / "docs"


def documents() -> dict[Path, str]:
    """Path → what it should say, from the table of acts, the rule packs, the rooms and the decisions."""
    hooks = Hooks()
    for room in wiring.rooms():
        wiring.declarations(room.name)
        room.join(hooks)
    packs = PackRegistry.load()
    applies(packs.versions("cn")[-1])
    architecture, readme = DOCS / "architecture.md", DOCS / "README.md"
    return {
        DOCS / "procedure.md": procedure_page(TABLE, packs),
        DOCS / "letters.md": letters_page(TABLE),
        DOCS / "law.md": law_page(TABLE, hooks.bars),
        DOCS / "clock.md": clock_page(TABLE, packs, TIME_LIMITS, hooks),
        architecture: between_marks(architecture, "rooms", room_map(wiring.LAYERS, wiring.BESIDE)),
        readme: between_marks(readme, "decisions", decisions()),
    }


def between_marks(path: Path, name: str, text: str) -> str:
    """A document with ``text`` between its marks of that name. Raises ValueError where it has no such marks."""
    begin, end = f"<!-- {name}: written by make docs -->", f"<!-- end of {name} -->"
    whole = path.read_text(encoding="utf-8")
    head, found, rest = whole.partition(begin)
    _, also_found, tail = rest.partition(end)
    if not (found and also_found):
        raise ValueError(f"{path.name} has no place for its {name}: {begin} … {end}")
    return f"{head}{begin}\n\n{text}\n\n{end}{tail}"


def decisions() -> str:
    """The list of decisions, by their numbers and titles."""
    lines = [row("No.", "Decision"), "|---|---|"]
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        lines.append(row(f"[{path.name[:4]}](decisions/{path.name})", title_of(path)))
    return "\n".join(lines)


def title_of(path: Path) -> str:
    """A decision's title: its first line without mark and number."""
    line = path.read_text(encoding="utf-8").partition("\n")[0]
    return line.lstrip("#0123456789:. ").strip()
