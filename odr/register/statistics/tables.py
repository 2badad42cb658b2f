"""The numbers of a report one by one, and as CSV. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

TABLES = ("months", "by_track", "by_cause", "endings", "channels", "appeals", "relief", "waited", "quality")


def as_csv(rows: Sequence[Sequence[object]]) -> str:
    """Rows as CSV under a heading."""
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\n")
    written.writerow(("table", "row", "column", "value"))
    written.writerows(rows)
    return out.getvalue()


def lines(told: Mapping[str, Any], table: str) -> Iterator[tuple[str, str, str, object]]:
    """The numbers of a table one by one; a hidden one says how it is hidden."""
    found = told[table]
    if found is None:
        return
    if table == "endings":
        for key, cells in zip([*found["rows"], "all"], found["cells"], strict=True):
            for column, value in zip([*found["columns"], "all"], cells, strict=True):
                yield table, key or "other", column, value
    elif table in ("appeals", "relief"):
        for column, value in zip([*found["columns"], "all"], found["cells"], strict=True):
            yield table, "all", column, value
    elif table == "waited":
        for who, share in found["shares"].items():
            yield table, who, "per_cent", share
    elif table == "quality":
        for what, value in found.items():
            yield table, "all", what, value
    else:
        for each in found:
            key = str(next(iter(each.values()))) or "other"
            for column, value in list(each.items())[1:]:
                yield table, key, column, value
