"""Which lines of the court the tests run: counted by the interpreter itself (``sys.monitoring``), each line once.

A line that has been seen is never looked at again, so it costs next to nothing (decision 0063). Asked for by the folder
in ``ODR_COVERED``: each process of pytest leaves a file there, and ``python -m tests.covered FOLDER`` prints what they
amount to. What runs only in programs that tests start (a web process, the vault, a page in a browser) is not counted:
the figure is the least there is, and never one to aim at.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

COURT = Path(__file__).resolve().parent.parent / "odr"
SHOWN = 10


class Lines:
    """The lines that were run, by file."""

    def __init__(self) -> None:
        self.seen: defaultdict[str, set[int]] = defaultdict(set)
        self._inside = f"{COURT}{os.sep}"

    def begin(self) -> None:
        """From now on every function of the court that begins is looked at, and each of its lines once."""
        seeing = sys.monitoring
        seeing.use_tool_id(seeing.COVERAGE_ID, "court")
        seeing.register_callback(seeing.COVERAGE_ID, seeing.events.PY_START, self._on_start)
        seeing.register_callback(seeing.COVERAGE_ID, seeing.events.LINE, self._on_line)
        seeing.set_events(seeing.COVERAGE_ID, seeing.events.PY_START)

    def _on_start(self, code: CodeType, _offset: int) -> Any:
        if code.co_filename.startswith(self._inside):
            sys.monitoring.set_local_events(sys.monitoring.COVERAGE_ID, code, sys.monitoring.events.LINE)
        return sys.monitoring.DISABLE

    def _on_line(self, code: CodeType, line: int) -> Any:
        self.seen[code.co_filename].add(line)
        return sys.monitoring.DISABLE

    def leave(self, folder: Path) -> None:
        """Write down what was seen."""
        folder.mkdir(parents=True, exist_ok=True)
        told = {name[len(self._inside) :]: sorted(lines) for name, lines in self.seen.items()}
        (folder / f"{os.getpid()}.json").write_text(json.dumps(told))


LINES = Lines()
IS_ASKED = bool(os.environ.get("ODR_COVERED")) and hasattr(sys, "monitoring")
if IS_ASKED:
    # A plugin named on the command line is read before the tests, and so before the court.
    LINES.begin()


def pytest_sessionfinish() -> None:
    """What this process saw."""
    if IS_ASKED:
        LINES.leave(Path(os.environ["ODR_COVERED"]))


def lines_of(file: Path) -> set[int]:
    """Every line of a file that can be run."""

    def inside(code: CodeType) -> Iterator[int]:
        yield from (line for _, _, line in code.co_lines() if line)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                yield from inside(constant)

    return set(inside(compile(file.read_bytes(), str(file), "exec")))


def report(folder: Path) -> Iterator[str]:
    """By room, then the files that are seen least; the last line is the whole."""
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for path in folder.glob("*.json"):
        for name, lines in json.loads(path.read_text()).items():
            seen[name].update(lines)
    rooms: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    files: list[tuple[int, int, str]] = []
    for file in sorted(COURT.rglob("*.py")):
        name = file.relative_to(COURT).as_posix()
        there = lines_of(file)
        run = len(there & seen[name])
        room = rooms[name.partition("/")[0]]
        room[0], room[1] = room[0] + run, room[1] + len(there)
        files.append((len(there) - run, len(there), name))
    for room, (run, there) in sorted(rooms.items()):
        yield f"{100 * run / max(there, 1):5.1f} %  odr/{room}"
    for left, there, name in sorted(files, reverse=True)[:SHOWN]:
        yield f"        {left} of {there} lines not run in odr/{name}"
    run, there = (sum(column) for column in zip(*rooms.values(), strict=True))
    yield f"{100 * run / there:.1f} % of {there} lines of the court run by tests in their own process"


if __name__ == "__main__":
    sys.stdout.write("\n".join(report(Path(sys.argv[1]))) + "\n")
