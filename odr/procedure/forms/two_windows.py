"""Two pages of one draft, saved one after the other: each changes what was changed in it, and where both changed the
same, both are shown and neither is lost.

A page carries marks of what stood in the draft when it was opened, a mark for each part of the form: a field, the boxes of a
day, or a group with all its rows. No flask.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from odr.ground.canonical import canonical, sha256_hex

BUTTONS = frozenset(
    {"csrf_token", "add", "remove", "save", "continue", "later", "attach", "was", "idempotency_key", "premise", "next"}
)
"""Names in a form that are no answer of anybody's."""
_ROW = re.compile(r"^(.+?)-\d{1,4}-")
_DAY = re.compile(r"-(day|month|year)$")
MOST_MARKS = 4000
"""Characters of the marks that a page sends back; a longer line is none of ours."""
Values = Mapping[str, Any]
Theirs = Mapping[str, Mapping[str, list[str]]]
"""Part of a form → what stands there."""


@dataclass(frozen=True)
class Merged:
    """What stands in the draft after a save, and what in it somebody else wrote where this page wrote something else."""

    values: dict[str, Any]
    theirs: dict[str, dict[str, list[str]]]
    """Part of the form → what stands there and was not written over."""


def part_of(name: str) -> str:
    """The part of a form that a field belongs to."""
    row = _ROW.match(name)
    return row[1] if row is not None else _DAY.sub("", name)


def parts(values: Values) -> dict[str, dict[str, list[str]]]:
    """The answers of a form by part; what is blank counts as not there."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, value in values.items():
        written = [str(each) for each in (value if isinstance(value, list | tuple) else [value]) if str(each).strip()]
        if name not in BUTTONS and written:
            found.setdefault(part_of(name), {})[name] = written
    return found


def marks(values: Values) -> str:
    """What a page keeps of the draft it shows: a mark for each part."""
    return json.dumps({part: _mark(answers) for part, answers in parts(values).items()}, separators=(",", ":"))


def _mark(answers: Mapping[str, list[str]]) -> str:
    return sha256_hex(canonical(dict(answers)))[:12] if answers else ""


def merge(there: Values, typed: Values, was: str | None) -> Merged:
    """Put what was typed into what stands in the draft.

    ``was`` are the marks of the page; without them, as from a program, everything typed counts. A part that the page did
    not change keeps what stands there; one that only the page changed is taken; one that was changed on both sides
    stays, and is told.
    """
    known = _read(was)
    if known is None:
        return Merged({k: v for k, v in typed.items() if k not in BUTTONS}, {})
    here, now = parts(typed), parts(there)
    values: dict[str, Any] = {}
    theirs: dict[str, dict[str, list[str]]] = {}
    for part in dict.fromkeys([*now, *here]):
        mine, stands, before = here.get(part, {}), now.get(part, {}), known.get(part, "")
        if _mark(mine) == before or mine == stands:
            values |= stands
        elif _mark(stands) == before:
            values |= {name: value for name, value in typed.items() if part_of(name) == part and name not in BUTTONS}
        else:
            values |= stands
            theirs[part] = stands
    return Merged(values, theirs)


def _read(was: str | None) -> dict[str, str] | None:
    if not was or len(was) > MOST_MARKS:
        return None
    try:
        read = json.loads(was)
    except ValueError:
        return None
    return {str(part): str(mark) for part, mark in read.items()} if isinstance(read, dict) else None


def loses(earlier: Values, later: Values) -> bool:
    """Whether a text that was written is gone or mostly another: not when words were only added or a letter mended."""
    after = parts(later)
    for part, answers in parts(earlier).items():
        for name, written in answers.items():
            before, now = " ".join(written), " ".join(after.get(part, {}).get(name, ()))
            if before in now:
                continue
            beginning = _alike(before, now)
            end = _alike(before[beginning:][::-1], now[beginning:][::-1])
            if len(before) - beginning - end > max(20, len(before) // 3) or not now:
                return True
    return False


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
