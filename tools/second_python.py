"""Choose anew which tests the second Python repeats, and write tests/second_python.txt.

Usage: .venv/bin/python tools/second_python.py          (Python 3.12 or newer; takes as long as the quick tests)
       .venv/bin/python tools/second_python.py --new    (modules that are not in the list yet; as long as the second Python's tests)

Every quick test is run with its reach recorded: the lines of functions under odr/ that ran while it did. Kept are the
tests of properties, whose values differ where two Pythons do, and of the others the fewest seconds of processor that
reach 97 of a hundred lines the quick tests reach together: the last three would cost as much again. With ``--new`` what the
list names stays, and those of other modules are chosen for what it does not reach.
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
from collections.abc import Collection
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


def record(folder: Path, *more: str) -> list[Reach]:
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
        *more,
    ]
    paths = os.pathsep.join([str(ROOT / "tools"), os.environ.get("PYTHONPATH", "")])
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths, "ODR_REACH": str(folder)}, check=False)
    found = [json.loads(line) for file in sorted(folder.iterdir()) for line in file.read_text().splitlines()]
    return [Reach(each["test"], each["seconds"], each["property"], frozenset(each["lines"])) for each in found]


def choose(reached: list[Reach], named: Collection[str] = ()) -> set[str]:
    """The tests of modules ``named`` in the list, the tests of properties, then greedily whichever test reaches most lines not yet
    reached in a second.
    """
    kept = {
        each.test for each in reached if (each.is_property and each.seconds <= LONG) or module_of(each.test) in named
    }
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


def module_of(test: str) -> str:
    """The path of the file in which a test stands."""
    return test.partition("::")[0]


def listed() -> dict[str, list[str]]:
    """The list as it is: what is repeated of each module."""
    lines = [line.split("\t") for line in CHOICE.read_text().splitlines() if not line.startswith("#")]
    return {module: [name for name in names if name != "-"] for module, *names in lines if (ROOT / module).is_file()}


def write(reached: list[Reach], kept: set[str], before: dict[str, list[str]]) -> None:
    """One line a module: its path, then the tests kept of it, or a dash; as ``before`` where it stood there."""
    modules: dict[str, list[str]] = defaultdict(list, before)
    for each in reached:
        module, _, name = each.test.partition("::")
        if module not in before:
            modules[module] += [name] if each.test in kept else []
    lines = [f"{module}\t{chr(9).join(sorted(names)) or '-'}\n" for module, names in sorted(modules.items())]
    CHOICE.write_text(
        "# Written by tools/second_python.py: what the second Python repeats of each module it knows.\n"
        + "".join(lines)
    )


def main() -> None:
    """Record, choose, write and say what it comes to."""
    before, more = (listed(), ["--second-python"]) if "--new" in sys.argv[1:] else ({}, [])
    with tempfile.TemporaryDirectory() as folder:
        reached = record(Path(folder), *more)
    kept = choose(reached, before)
    write(reached, kept, before)
    seconds = [sum(each.seconds for each in reached if every or each.test in kept) for every in (True, False)]
    print(f"{len(kept)} of {len(reached)} tests, {seconds[1]:.0f} of {seconds[0]:.0f} s")


if __name__ == "__main__":
    main()
