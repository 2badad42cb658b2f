"""Small numbers are not shown, and others are held back so that no small one can be worked out from the sums. Pure.

A cell from 1 to 4 is *few*. Where a few cell could still be found from the rows, columns and sums that are shown, another cell
of at least 5 is *held*; both sums and single cells may be. Whoever knows these two rules still finds for each hidden cell at
least two numbers that fit everything shown: that is what is worked out here, exactly, since rows and columns with their sums
are a network in which whole numbers move along closed ways.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FEW = 4
"""The largest number that is hidden for its own sake; none at all is no secret."""


class Shown(enum.Enum):
    """How a cell is shown."""

    NUMBER = "number"  # as it is
    FEW = "few"  # from one to four
    HELD = "held"  # five or more, hidden so that a few cannot be worked out


@dataclass(frozen=True)
class Masked:
    """A table with its sums, row by row: the last cell of a row is its sum, the last row the sums of the columns."""

    cells: tuple[tuple[int, ...], ...]
    shown: tuple[tuple[Shown, ...], ...]

    def at(self, row: int, column: int) -> int | Shown:
        """A number that is shown, or how it is hidden."""
        state = self.shown[row][column]
        return self.cells[row][column] if state is Shown.NUMBER else state


def masked(numbers: Sequence[Sequence[int]], *, total_is_known: bool = False) -> Masked | None:
    """The table as it may be shown; None where nothing of it may: too little is left to hide behind.

    Every hidden cell keeps at least two values that fit all that is shown, the rules of hiding included. ``total_is_known``
    where the sum of everything is told elsewhere: it is shown whatever it is.
    """
    cells = _with_sums(numbers)
    shown = [[Shown.FEW if 0 < cell <= FEW else Shown.NUMBER for cell in row] for row in cells]
    if total_is_known:
        shown[-1][-1] = Shown.NUMBER
    while (known := _known(cells, shown)) is not None:
        other = _to_hold(cells, shown, *known, total_is_known=total_is_known)
        if other is None:
            return None
        shown[other[0]][other[1]] = Shown.HELD
    return Masked(tuple(map(tuple, cells)), tuple(map(tuple, shown)))


def _with_sums(numbers: Sequence[Sequence[int]]) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in numbers]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def _known(cells: Sequence[Sequence[int]], shown: Sequence[Sequence[Shown]]) -> tuple[int, int] | None:
    """A hidden cell of which only one value fits, or None."""
    for row, states in enumerate(shown):
        for column, state in enumerate(states):
            if state is not Shown.NUMBER and not _can_move(cells, shown, row, column):
                return row, column
    return None


def _can_move(cells: Sequence[Sequence[int]], shown: Sequence[Sequence[Shown]], row: int, column: int) -> bool:
    """Whether a hidden cell may be one more, or one less, with everything shown still true: the change goes round along hidden
    cells of rows and columns. Sums count the other way than what they add up.
    """
    up, down = _turns(cells, shown, row, column)
    return (up and _reaches(cells, shown, (row, column), from_row=False)) or (
        down and _reaches(cells, shown, (row, column), from_row=True)
    )


def _turns(
    cells: Sequence[Sequence[int]], shown: Sequence[Sequence[Shown]], row: int, column: int
) -> tuple[bool, bool]:
    """Whether a cell may count one more, and one less, in its row and column."""
    state, number = shown[row][column], cells[row][column]
    if state is Shown.NUMBER:
        return False, False
    more, less = (number < FEW, number > 1) if state is Shown.FEW else (True, number > FEW + 1)
    is_sum = (row == len(cells) - 1) is not (column == len(cells[0]) - 1)
    return (less, more) if is_sum else (more, less)


def _reaches(
    cells: Sequence[Sequence[int]], shown: Sequence[Sequence[Shown]], without: tuple[int, int], *, from_row: bool
) -> bool:
    """Whether the change of a cell is made good elsewhere. One more in it: from its column, by a cell that counts less, to a
    row, by one that counts more, and so on to its row; one less: the other way about.
    """
    row, column = without
    start, goal = (("row", row), ("column", column)) if from_row else (("column", column), ("row", row))
    seen, waiting = {start}, deque([start])
    while waiting:
        kind, place = waiting.popleft()
        for other in _onward(cells, shown, kind, place, without):
            if other == goal:
                return True
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return False


def _onward(
    cells: Sequence[Sequence[int]], shown: Sequence[Sequence[Shown]], kind: str, place: int, without: tuple[int, int]
) -> Iterator[tuple[str, int]]:
    lines = range(len(cells[0])) if kind == "row" else range(len(cells))
    for other in lines:
        at = (place, other) if kind == "row" else (other, place)
        more, less = _turns(cells, shown, *at)
        if at != without and (more if kind == "row" else less):
            yield ("column", other) if kind == "row" else ("row", other)


def _to_hold(
    cells: Sequence[Sequence[int]],
    shown: Sequence[Sequence[Shown]],
    row: int,
    column: int,
    *,
    total_is_known: bool,
) -> tuple[int, int] | None:
    """The next cell to hold back: single cells before sums; where a hidden one stands alone in its row or column, one beside
    it, best one that helps two; of those the smallest.
    """
    last_row, last_column = len(cells) - 1, len(cells[0]) - 1
    hidden = [[state is not Shown.NUMBER for state in states] for states in shown]
    rows = {r for r, states in enumerate(hidden) if sum(states) == 1}
    columns = {c for c, states in enumerate(zip(*hidden, strict=True)) if sum(states) == 1}
    found = [
        (
            (r == last_row) + (c == last_column),
            -(r in rows) - (c in columns),
            r != row and c != column,
            cells[r][c],
            r,
            c,
        )
        for r in range(len(cells))
        for c in range(len(cells[0]))
        if not hidden[r][c] and cells[r][c] > FEW and not (total_is_known and (r, c) == (last_row, last_column))
    ]
    return min(found)[4:] if found else None
