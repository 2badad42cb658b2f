"""Pictures of the statistics: nothing in them lies on something else."""

from __future__ import annotations

from itertools import pairwise

import pytest

from odr.ground.text import LOCALES
from odr.register.statistics.charts import months


@pytest.mark.parametrize("begins", range(1, 13))
def test_years_under_the_picture_leave_each_other_room(begins: int) -> None:
    """In whichever month the twelve begin, in both widths: a year is told at each January, and no two lie on each other."""
    rows = [
        {"month": f"{2025 + (begins - 1 + n) // 12}-{(begins - 1 + n) % 12 + 1:02}", "filed": n, "ended": n}
        for n in range(12)
    ]
    for tag in LOCALES.values():
        for drawn in months(rows, tag):
            years = [(word.x, word.text) for word in drawn.words if word.text in ("2025", "2026")]
            assert "2026" in [text for _, text in years] or begins == 1
            assert all(right - left >= 40 for (left, _), (right, _) in pairwise(years))
            assert all(x + 36 <= drawn.width for x, _ in years)
