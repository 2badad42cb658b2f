"""No small number can be worked out from what a table shows: tried by counting every table that fits, for whoever knows the
rules by which it was hidden.
"""

from __future__ import annotations

from datetime import date
from itertools import product

from hypothesis import given, settings, strategies as st

from odr.register.statistics.facts import Facts
from odr.register.statistics.figures import FEWEST, Counted, report
from odr.register.statistics.suppression import FEW, Masked, Shown, masked

TABLES = st.integers(1, 3).flatmap(
    lambda rows: st.integers(2, 3).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 9), min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
)
MOST = 40


def allowed(table: Masked, row: int, column: int) -> range:
    """What a cell may be for whoever sees the table and knows the rules."""
    state, number = table.shown[row][column], table.cells[row][column]
    if state is Shown.NUMBER:
        return range(number, number + 1)
    return range(1, FEW + 1) if state is Shown.FEW else range(FEW + 1, MOST)


def fitting(table: Masked) -> list[list[set[int]]]:
    """Every value each cell has in any table that fits: rows are listed one by one and joined by what their columns come to."""
    rows, columns = len(table.cells) - 1, len(table.cells[0]) - 1
    found: list[list[set[int]]] = [[set() for _ in range(columns + 1)] for _ in range(rows + 1)]
    choices = [
        [
            (*cells, sum(cells))
            for cells in product(*(allowed(table, row, column) for column in range(columns)))
            if sum(cells) in allowed(table, row, columns)
        ]
        for row in range(rows)
    ]
    sums: list[dict[tuple[int, ...], None]] = [{(0,) * (columns + 1): None}]
    for each in choices:
        sums.append({tuple(a + b for a, b in zip(s, cells, strict=True)): None for s in sums[-1] for cells in each})
    good = {s for s in sums[-1] if all(s[column] in allowed(table, rows, column) for column in range(columns + 1))}
    for s in good:
        for column in range(columns + 1):
            found[rows][column].add(s[column])
    for row in range(rows, 0, -1):
        before = set()
        for s in sums[row - 1]:
            for cells in choices[row - 1]:
                if tuple(a + b for a, b in zip(s, cells, strict=True)) in good:
                    before.add(s)
                    for column in range(columns + 1):
                        found[row - 1][column].add(cells[column])
        good = before
    return found


@settings(deadline=None, max_examples=150)
@given(TABLES, st.booleans())
def test_no_hidden_cell_can_be_worked_out(numbers: list[list[int]], total_is_known: bool) -> None:
    """Whatever the numbers: each hidden cell has at least two values in tables that fit all that is shown, sums included; what
    is shown is true, and no number from one to four is shown.
    """
    table = masked(numbers, total_is_known=total_is_known)
    if table is None:
        return
    hidden = [state for row in table.shown for state in row if state is Shown.HELD]
    if len(hidden) > 4:
        return  # listed one by one it would take too long; the next test finds such tables by their ranges
    values = fitting(table)
    for row, states in enumerate(table.shown):
        for column, state in enumerate(states):
            cell = table.cells[row][column]
            assert cell in values[row][column]
            is_total = (row, column) == (len(table.cells) - 1, len(states) - 1)
            assert (state is Shown.FEW) == (0 < cell <= FEW and not (is_total and total_is_known))
            assert state is Shown.NUMBER or len(values[row][column]) > 1, (table, row, column)


def test_a_lone_small_number_takes_others_with_it() -> None:
    """One small cell among large ones: three others are held, and the sums stay."""
    table = masked([[40, 30, 2], [50, 60, 70], [80, 90, 100]])
    assert table is not None
    assert table.at(0, 2) is Shown.FEW and table.at(3, 3) == 522 and table.at(0, 3) == 72
    assert sum(state is Shown.HELD for row in table.shown for state in row) == 3


def test_two_small_numbers_whose_sum_gives_both_away_are_not_enough() -> None:
    """One and one are two: whoever sees the two knows both, so a third is held."""
    table = masked([[1, 1, 30]])
    assert table is None or any(state is Shown.HELD for row in table.shown for state in row)


def test_where_nothing_is_left_to_hide_behind_nothing_is_shown() -> None:
    """A table of nothing but one small number is not shown at all; one of zeros and large numbers is shown whole."""
    assert masked([[3, 0]]) is None or masked([[3, 0]]).at(0, 0) is Shown.FEW  # type: ignore[union-attr]
    whole = masked([[0, 12], [7, 0]])
    assert whole is not None and {state for row in whole.shown for state in row} == {Shown.NUMBER}


def _ended(count: int, paid: list[tuple[str, int]]) -> list[Counted]:
    """Cases that came and ended in May, each with what was paid in it."""
    facts = Facts(filed="2026-05-01", ended="2026-05-21", how="granted", waited={"court": 15, "service": 5}, paid=paid)
    return [Counted("sale", "small_claims", facts)] * count


def test_of_few_cases_it_is_not_told_who_was_waited_for() -> None:
    """Fewer than ten, as with durations: the shares would be the course of somebody's case."""
    assert report(_ended(FEWEST - 1, []), date(2026, 6, 10))["waited"] == {"days": 0, "shares": {}}
    assert report(_ended(FEWEST, []), date(2026, 6, 10))["waited"]["shares"]["court"] == 75


def test_no_fee_of_one_person_comes_out_of_the_sum() -> None:
    """Neither by taking yesterday's sum from today's, nor because few paid at all."""
    before = _ended(FEW + 1, [("2026-05-02", 5000)])
    yesterday, today = (report(before, date(2026, 6, day)) for day in (9, 10))
    one_more = report([*before, *_ended(1, [("2026-06-10", 137_00)])], date(2026, 6, 10))
    assert yesterday["paid"] == today["paid"] == one_more["paid"] == 5000 * (FEW + 1)
    assert report(_ended(FEW, [("2026-05-02", 5000)]), date(2026, 6, 10))["paid"] is None
    assert report([], date(2026, 6, 10))["paid"] == 0
