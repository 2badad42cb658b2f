"""The words found, with some around them, from the redacted text that is public now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from odr.register.redaction.structure import BlockKind, Part, PublicText
from odr.register.search.tokens import Phrase, fold, is_han, places, units

AROUND = 42
"""Signs before and after a place in Chinese; twice as many in other languages."""
MOST = 2
"""Passages that are shown."""
LOOKED = 2_000
"""Signs that are cut into words where a text has wide signs that become several."""
BEHIND = 300
"""Signs behind the first place, beyond which nothing of a cell is shown."""
TRIED = 8
"""Places of a cell that are looked at."""
AROUND_A_WORD = 8
"""Signs beside a place, so that a word that goes on is seen to go on."""
_NOT_SHOWN = frozenset({BlockKind.TITLE, BlockKind.COURT, BlockKind.KIND, BlockKind.NUMBER, BlockKind.HEADING})


@dataclass(frozen=True)
class Piece:
    """Some words of a passage; ``found`` when they are what was looked for."""

    words: str
    found: bool = False


def passages(text: PublicText, needles: Sequence[Phrase]) -> list[list[Piece]]:
    """The passages in which most of what was looked for stands; without anything looked for, the first reason."""
    around = AROUND * (1 if text.language.startswith("zh") else 2)
    cells = [
        (block.role, cell) for block in text.blocks if block.kind not in _NOT_SHOWN for cell in block.cells if cell
    ]
    patterns = [re.compile(pattern_of(needle)) for needle in needles]
    found = []
    for place, cell, folded in _likely([cell for _, cell in cells], patterns):
        if marks := _marks(cell, folded, list(zip(needles, patterns, strict=True))):
            found.append((place, list(_cut(cell, marks, around))))
        if len(found) == MOST:
            break
    if found:
        return [each for _, each in sorted(found, key=lambda one: one[0])]
    first = next((cell for role, cell in cells if role is Part.REASONS), cells[0][1] if cells else "")
    return [[Piece(_shortened(first, 2 * around))]] if first else []


def _likely(cells: Sequence[str], patterns: Sequence[re.Pattern[str]]) -> Iterator[tuple[int, str, str]]:
    """Cells in which something may stand, with their place and as they are compared: where most different things do first,
    otherwise in the order of the text; what is looked for alone needs no look at the rest.
    """
    several = []
    for place, cell in enumerate(cells) if patterns else ():
        folded = fold(cell)
        different = sum(pattern.search(folded) is not None for pattern in patterns)
        if different and len(patterns) == 1:
            yield place, cell, folded
        elif different:
            several.append((-different, place, cell, folded))
    yield from ((place, cell, folded) for _, place, cell, folded in sorted(several))


def _marks(cell: str, folded: str, needles: Sequence[tuple[Phrase, re.Pattern[str]]]) -> list[tuple[int, int, int]]:
    """Places in a cell: first and last sign, and which of the needles stands there. Where one may stand is found fast, and
    only what is around it is cut into words.
    """
    if len(folded) != len(cell):
        words = units(cell[:LOOKED])
        marks = sorted(
            (*where, number) for number, (needle, _) in enumerate(needles) for where in places(needle, words)
        )
    else:
        marks = sorted(
            (*where, number)
            for number, (needle, pattern) in enumerate(needles)
            for where in _near(cell, folded, needle, pattern)
        )
    kept: list[tuple[int, int, int]] = []
    for mark in marks:
        if not kept or mark[0] >= kept[-1][1]:
            kept.append(mark)
    return kept


def pattern_of(needle: Phrase) -> str:
    """Where words may stand in a row: each sign of them, with a comma in a sum and a few other signs between words."""
    return r"[\W_]{0,9}".join(r",?".join(map(re.escape, word)) for _, word in needle)


def _near(cell: str, folded: str, needle: Phrase, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    shown: int | None = None
    only_han = all(len(word) == 1 and is_han(word) for _, word in needle)
    for turn, match in enumerate(pattern.finditer(folded)):
        if turn >= TRIED or (shown is not None and match.start() > shown):
            return
        if only_han and match.end() - match.start() == len(needle):
            # Each Han character is a word for itself: nothing before or behind can make it another.
            shown = match.start() + BEHIND if shown is None else shown
            yield match.start(), match.end()
            continue
        begin = max(0, match.start() - AROUND_A_WORD)
        for first, last in places(needle, units(cell[begin : match.end() + AROUND_A_WORD])):
            if begin + first == match.start():
                shown = match.start() + BEHIND if shown is None else shown
                yield begin + first, begin + last


def _cut(cell: str, marks: Sequence[tuple[int, int, int]], around: int) -> Iterator[Piece]:
    begin = max(0, marks[0][0] - around)
    if begin and (blank := cell.find(" ", begin, marks[0][0])) >= 0:
        begin = blank + 1
    end = min(len(cell), marks[0][1] + 2 * around)
    if end < len(cell) and (blank := cell.rfind(" ", marks[0][1], end)) >= 0:
        end = blank
    at = begin
    if begin:
        yield Piece("… ")
    for first, last, _ in marks:
        if last > end:
            break
        if first > at:
            yield Piece(cell[at:first])
        yield Piece(cell[first:last], found=True)
        at = last
    if at < end:
        yield Piece(cell[at:end])
    if end < len(cell):
        yield Piece(" …")


def _shortened(words: str, most: int) -> str:
    if len(words) <= most:
        return words
    blank = words.rfind(" ", most // 2, most)
    return words[: blank if blank > 0 else most] + " …"
