"""Choose anew which tests the second Python repeats, and write tests/second_python.txt.

Usage: .venv/bin/python tools/second_python.py      (Python 3.12 or newer; takes as long as the quick tests)

Every quick test is run with its reach recorded: the lines of functions under odr/ that ran while it did. Kept are the
tests of properties, whose values differ where two Pythons do, and of the others the fewest seconds of processor that
reach 97 of a hundred lines the quick tests reach together: the last three would cost as much again.
Why: docs/decisions/0033-second-interpreter.md.
"""

from __future__ import annotations

import heapq
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHOICE = ROOT / "tests" / "second_python.txt"
QUICK = "not slow and not again_on_postgresql"
SHARE = 0.97
"""Of the lines that all quick tests reach."""
LONG = 1.0
"""Seconds: a test of a property that takes longer is kept only for the lines it alone reaches."""


@dataclass(frozen=True)
class Reach:
    """What one test reached in how many seconds."""

    test: str
    seconds: float
    is_property: bool
    lines: frozenset[str]


def record(folder: Path) -> list[Reach]:
    """Run the quick tests with their reach recorded; what fails is told by pytest, and is no choice."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "reach",
        "-n",
        str((os.cpu_count() or 1) + 1),
        "--dist",
        "worksteal",
        "-m",
        QUICK,
    ]
    paths = os.pathsep.join([str(ROOT / "tools"), os.environ.get("PYTHONPATH", "")])
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths, "ODR_REACH": str(folder)}, check=False)
    found = [json.loads(line) for file in sorted(folder.iterdir()) for line in file.read_text().splitlines()]
    return [Reach(each["test"], each["seconds"], each["property"], frozenset(each["lines"])) for each in found]


def choose(reached: list[Reach]) -> set[str]:
    """The tests of properties, then greedily whichever test reaches most lines not yet reached in a second."""
    kept = {each.test for each in reached if each.is_property and each.seconds <= LONG}
    every = set().union(*(each.lines for each in reached))
    left = every - set().union(*(each.lines for each in reached if each.test in kept))
    waiting = [
        (-len(each.lines & left) / (each.seconds + 0.01), number)
        for number, each in enumerate(reached)
        if each.test not in kept
    ]
    heapq.heapify(waiting)
    while len(left) > (1 - SHARE) * len(every) and waiting:
        _, number = heapq.heappop(waiting)
        each = reached[number]
        worth = -len(each.lines & left) / (each.seconds + 0.01)
        if waiting and worth > waiting[0][0]:
            heapq.heappush(waiting, (worth, number))
        elif worth:
            kept.add(each.test)
            left -= each.lines
    return kept


def write(reached: list[Reach], kept: set[str]) -> None:
    """One line a module: its path, then the tests kept of it, or a dash."""
    modules: dict[str, list[str]] = defaultdict(list)
    for each in reached:
        module, _, name = each.test.partition("::")
        modules[module] += [name] if each.test in kept else []
    lines = [f"{module}\t{chr(9).join(sorted(names)) or '-'}\n" for module, names in sorted(modules.items())]
    CHOICE.write_text(
        "# Written by tools/second_python.py: what the second Python repeats of each module it knows.\n"
        + "".join(lines)
    )


def main() -> None:
    """Record, choose, write and say what it comes to."""
    with tempfile.TemporaryDirectory() as folder:
        reached = record(Path(folder))
    kept = choose(reached)
    write(reached, kept)
    seconds = [sum(each.seconds for each in reached if every or each.test in kept) for every in (True, False)]
    print(f"{len(kept)} of {len(reached)} tests, {seconds[1]:.0f} of {seconds[0]:.0f} s")


if __name__ == "__main__":
    main()
