"""The pictures of the statistics as shapes with coordinates: drawn twice from the same numbers, wide and slim. Pure.

Ink against white, never colour alone; every number is in the table below. What a shape is is an SVG element's attributes,
which the template writes: no style, no script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel.dates import format_date

INK, SOFT, LINE, PAPER, EDGE = "#14233f", "#4b4f57", "#d9d4c7", "#f6f4ee", "#7c7667"


@dataclass(frozen=True)
class Rect:
    """A bar."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str | None = None


@dataclass(frozen=True)
class Words:
    """A short text: literal, or the number of a row whose name the template writes."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    bold: bool = False
    row: int | None = None


@dataclass(frozen=True)
class Way:
    """A line."""

    d: str
    stroke: str
    width: float = 1


@dataclass
class Drawing:
    """One picture at one width."""

    name: str
    width: int
    height: int
    ways: list[Way] = field(default_factory=list)
    rects: list[Rect] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)


def step_of(most: int, lines: int) -> int:
    """The distance of the lines behind a picture: 1, 2 or 5 with zeros, so that at most ``lines`` of them are needed."""
    step = 1
    while most > step * lines:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step


YEAR = 40
"""Room a year needs under a picture."""


def months(rows: Sequence[Mapping[str, Any]], locale: str) -> list[Drawing]:
    """Two bars for each month: filed is white with an edge, ended is ink."""
    return [
        _months(rows, locale, "wide", 640, 290, 44, 1, 7),
        _months(rows, locale, "slim", 300, 250, 36, 3, 4),
    ]


def _months(
    rows: Sequence[Mapping[str, Any]],
    locale: str,
    name: str,
    width: int,
    height: int,
    left: int,
    every: int,
    lines: int,
) -> Drawing:
    drawn, ground, top = Drawing(name, width, height), height - 46, 16
    most = max([1, *(max(one["filed"], one["ended"]) for one in rows)])
    step = step_of(most, lines)
    highest = -(-most // step) * step
    for value in range(0, highest + 1, step):
        y = round(ground - (ground - top) * value / highest, 1)
        drawn.ways.append(Way(f"M{left} {y}H{width - 4}", INK if not value else LINE, 1.5 if not value else 1))
        drawn.words.append(Words(left - 8, y + 5, f"{value:,}", "end"))
    slot = (width - 4 - left) / len(rows)
    for place, one in enumerate(rows):
        middle, bar = left + slot * (place + 0.5), slot * 0.36
        for value, x, fill, stroke in (
            (one["filed"], middle - bar - 0.5, "#fff", INK),
            (one["ended"], middle + 0.5, INK, None),
        ):
            high = round((ground - top) * value / highest, 1)
            drawn.rects.append(Rect(round(x, 1), round(ground - high, 1), round(bar, 1), high, fill, stroke))
        day = date.fromisoformat(f"{one['month']}-01")
        if place % every == every // 2:
            tag = locale.replace("-", "_")
            drawn.words.append(Words(round(middle, 1), ground + 19, format_date(day, "LLL", tag), "middle"))
        # The year the picture begins in is told where the next one leaves it room.
        soon = {date.fromisoformat(f"{each['month']}-01").month for each in rows[1 : 1 + int(YEAR // slot)]}
        if day.month == 1 or (place == 0 and 1 not in soon):
            at = min(left + slot * place + 2, width - YEAR)
            drawn.words.append(Words(round(at, 1), ground + 38, str(day.year)))
            if day.month == 1 and place:
                x = round(left + slot * place, 1)
                drawn.ways.append(Way(f"M{x} {ground}v42", EDGE))
    return drawn


def bars(parts: Sequence[tuple[int, int]]) -> list[Drawing]:
    """One bar a row: the whole is an edge, the part is ink, the share stands behind it."""
    return [_bars(parts, "wide", 640, 220, 368, 40), _bars(parts, "slim", 300, 0, 244, 46)]


def _bars(parts: Sequence[tuple[int, int]], name: str, width: int, left: int, full: int, row: int) -> Drawing:
    drawn = Drawing(name, width, row * max(1, len(parts)) + 4)
    for place, (part, whole) in enumerate(parts):
        y = row * place + (0 if left else 20)
        share = part / whole if whole else 0
        drawn.words.append(
            Words(left - 10 if left else 0, y + 19 if left else y - 6, "", "end" if left else "start", row=place)
        )
        drawn.rects.append(Rect(left + 0.5, y + 2.5, full, 20, PAPER, EDGE))
        drawn.rects.append(Rect(left, y + 2, round(full * share, 1), 21, INK))
        drawn.words.append(Words(left + full + 8, y + 18, f"{100 * share:.0f}%", bold=True))
    return drawn


def spans(rows: Sequence[Mapping[str, Any]]) -> list[Drawing]:
    """One line a row, from the fastest quarter to the slowest tenth; a block from quarter to three quarters, a stroke at half."""
    return [_spans(rows, "wide", 640, 176, 44, 7), _spans(rows, "slim", 300, 4, 52, 4)]


def _spans(rows: Sequence[Mapping[str, Any]], name: str, width: int, left: int, row: int, lines: int) -> Drawing:
    bottom = row * max(1, len(rows))
    drawn = Drawing(name, width, bottom + 26)
    most = max([1, *(int(one["p90"]) for one in rows)])
    step = step_of(most, lines)
    highest = -(-most // step) * step
    full = width - left - 20

    def at(days: int) -> float:
        return round(left + full * days / highest, 1)

    for value in range(0, highest + 1, step):
        drawn.ways.append(Way(f"M{at(value)} 0V{bottom}", INK if not value else LINE, 1.5 if not value else 1))
        drawn.words.append(Words(at(value), bottom + 18, f"{value:,}", "middle" if value or left > 20 else "start"))
    for place, one in enumerate(rows):
        y = row * place + (10 if left > 20 else 26)
        drawn.words.append(
            Words(
                left - 10 if left > 20 else 8,
                y + 15 if left > 20 else y - 8,
                "",
                "end" if left > 20 else "start",
                row=place,
            )
        )
        drawn.ways.append(Way(f"M{at(one['p75'])} {y + 10}H{at(one['p90'])}", INK, 2))
        drawn.rects.append(Rect(at(one["p25"]), y, max(2.0, round(at(one["p75"]) - at(one["p25"]), 1)), 20, PAPER, INK))
        drawn.rects.append(Rect(round(at(one["p50"]) - 2, 1), y - 2, 4, 24, INK))
    return drawn
