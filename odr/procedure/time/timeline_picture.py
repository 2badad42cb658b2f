"""Laying out the picture of a case in time: lines of text and bars, in pixels down and percent across."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from odr.procedure.time.timeline import Span, Timeline

LINE, BAR, GAP, TOP = 20, 14, 14, 34
"""Height of a line of text, of a bar, of the space after it, and of the dates above."""
WIDEST = 34
"""A line of a label is at most so wide, in Latin letters: it fits the narrowest screen."""


@dataclass(frozen=True)
class Row:
    """One bar with its label above it; ``x`` and ``width`` in percent, the rest in pixels."""

    lines: tuple[tuple[int, str, bool], ...]
    """Baseline, words, and whether the line is a heading."""
    bar: int
    x: float
    width: float
    kind: str


@dataclass(frozen=True)
class Drawing:
    """The whole picture."""

    rows: tuple[Row, ...]
    height: int
    now: float


def draw(time: Timeline, labels: Sequence[tuple[Span, str, str]]) -> Drawing:
    """Place every span with its two lines of label one below the other."""
    rows, y = [], TOP
    for span, title, below in labels:
        words = [(line, True) for line in wrapped(title)] + [(line, False) for line in wrapped(below)]
        lines = tuple((y + LINE * (number + 1) - 5, line, bold) for number, (line, bold) in enumerate(words))
        y += LINE * len(words) + 3
        # What lasted a moment is still seen, and nothing is drawn beyond the edge.
        width = max(span.width, 1.0)
        rows.append(Row(lines, y, min(span.left, 100 - width), width, span.kind))
        y += BAR + GAP
    return Drawing(tuple(rows), y, time.now)


def wide(words: str) -> int:
    """Width of a line: a Chinese character is as wide as two Latin letters."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in words)


def wrapped(words: str, widest: int = WIDEST) -> list[str]:
    """The words in lines no wider than ``widest``, broken at spaces, or between Chinese characters."""
    lines, line = [], ""
    for piece in _pieces(words, widest):
        if line and wide(line + piece.rstrip()) > widest:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(words: str, widest: int) -> list[str]:
    pieces: list[str] = []
    for letter in words:
        joins = (
            pieces
            and not pieces[-1].endswith(" ")
            and wide(letter) == 1
            and wide(pieces[-1][-1]) == 1
            and wide(pieces[-1]) < widest
        )
        if joins:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces
