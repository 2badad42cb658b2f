"""Interleaved pairs, medians, raw values printed and kept."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
PAIRS = 7
Measure = Callable[[], float]


@dataclass
class Ratio:
    """One figure: what was measured over what it is compared with, pair by pair."""

    name: str
    of: str
    to: str
    limit: float
    at_least: bool
    pairs: list[tuple[float, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median of the ratios of the pairs."""
        return statistics.median(a / b for a, b in self.pairs)

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        return self.median >= self.limit if self.at_least else self.median <= self.limit


def compare(
    name: str,
    of: tuple[str, Measure],
    to: tuple[str, Measure],
    *,
    limit: float,
    at_least: bool,
    pairs: int = PAIRS,
    tell: bool = True,
) -> Ratio:
    """Measure both in turn, once unrecorded, then ``pairs`` times; ``tell=False`` leaves the report to a caller who has
    notes to add.
    """
    ratio = Ratio(name, of[0], to[0], limit, at_least)
    of[1](), to[1]()
    for _ in range(pairs):
        ratio.pairs.append((of[1](), to[1]()))
    if tell:
        report(ratio)
    return ratio


def compare_together(
    name: str,
    of: tuple[str, Measure],
    to: tuple[str, Measure],
    *,
    limit: float,
    at_least: bool,
    turns: int,
    pairs: int = PAIRS,
) -> Ratio:
    """As :func:`compare`, for measures of milliseconds: each pair is the mean of so many turns, one of each after the
    other. Not reported yet.
    """

    def both() -> tuple[float, float]:
        taken = [(of[1](), to[1]()) for _ in range(turns)]
        return statistics.fmean(a for a, _ in taken), statistics.fmean(b for _, b in taken)

    both()
    return Ratio(name, of[0], to[0], limit, at_least, [both() for _ in range(pairs)])


def report(ratio: Ratio) -> None:
    """Print a figure with its raw values."""
    sign = "≥" if ratio.at_least else "≤"
    print(f"{'ok  ' if ratio.holds else 'MISS'} {ratio.name}: {ratio.median:.3f} (limit {sign} {ratio.limit})")
    print(f"     {ratio.of} ÷ {ratio.to}: " + ", ".join(f"{a:.4g}/{b:.4g}" for a, b in ratio.pairs))
    for note in ratio.notes:
        print(f"     {note}")


def keep(ratios: list[Ratio], names: Sequence[str] = ()) -> None:
    """Write the results, newest first; ``names`` are the modules that ran, where not all did."""
    what = f": {', '.join(names)}" if names else ""
    lines = [
        f"## {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {platform.machine()}{what}",
        "",
        "| figure | median | limit | pairs |",
        "|---|---|---|---|",
    ]
    for r in ratios:
        raw = json.dumps([[round(a, 5), round(b, 5)] for a, b in r.pairs])
        lines.append(
            f"| {r.name}: {r.of} ÷ {r.to} | {r.median:.3f}{'' if r.holds else ' **missed**'} | {'≥' if r.at_least else '≤'} {r.limit} | `{raw}` |"
        )
        lines += [f"| ↳ {note} | | | |" for note in r.notes]
    old = (
        RESULTS.read_text(encoding="utf-8").partition("\n## ")
        if RESULTS.exists()
        else (
            "# Results\n\nMade by `make bench`. Each figure is the median of at least seven interleaved pairs.\n",
            "",
            "",
        )
    )
    RESULTS.write_text(
        old[0].rstrip() + "\n\n" + "\n".join(lines) + "\n" + (("\n## " + old[2]) if old[2] else ""), encoding="utf-8"
    )


def timed(act: Callable[[], object]) -> float:
    """Seconds of wall time."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def cpu(act: Callable[[], object]) -> float:
    """Seconds of this process's CPU."""
    began = time.process_time()
    act()
    return time.process_time() - began
