"""What a run of the tests is said to have cost: processor seconds, of programs that were started too."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.conftest import LONG, long_ones_first
from tests.spent import report

ROOT = Path(__file__).resolve().parent.parent
SPIN = "import time\nwhile time.process_time() < 0.4: pass\n"
TESTS = f"""
import subprocess, sys, time

def test_here():
    until = time.process_time() + 0.4
    while time.process_time() < until:
        pass

def test_in_a_program():
    subprocess.run([sys.executable, "-c", {SPIN!r}], check=True)

def test_waits():
    time.sleep(0.2)
"""


def test_a_test_costs_what_it_and_its_programs_spent(tmp_path: Path) -> None:
    """A program that a test waited for counts, waiting does not; folders and the whole add up."""
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "test_some.py").write_text(TESTS, encoding="utf-8")
    env = {**os.environ, "ODR_SPENT": str(tmp_path / "spent"), "PYTHONPATH": str(ROOT)}
    options = ["-q", "-p", "no:cacheprovider", "-p", "tests.spent", "-c", os.devnull, "--rootdir", str(tmp_path)]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path / "room")], check=True, cwd=tmp_path, env=env
    )
    (kept,) = (tmp_path / "spent").glob("*.json")
    spent = {name.partition("::")[2]: seconds for name, seconds in json.loads(kept.read_text()).items()}
    assert spent["test_here"] >= 0.35 and spent["test_in_a_program"] >= 0.35
    assert spent["test_waits"] < spent["test_here"]
    told = list(report(tmp_path / "spent"))
    assert told[0].split()[2:] == ["3", "tests", "room"] and told[-1].endswith("seconds of processor for 3 tests")


def named() -> list[str]:
    """The tests that are begun with."""
    return [line for line in LONG.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def test_every_worker_begins_with_long_ones() -> None:
    """In its own stretch of the list, the longest first; nothing is lost or run twice, and the others stay in order."""
    names = named()
    for workers, others in ((2, 5), (3, 100), (4, 61), (8, 3)):
        items: list[Any] = [SimpleNamespace(nodeid=f"tests/test_{number:03}.py::test") for number in range(others)]
        items[1:1] = [SimpleNamespace(nodeid=name) for name in reversed(names)]
        order = [item.nodeid for item in long_ones_first(items, workers)]
        assert sorted(order) == sorted(item.nodeid for item in items)
        assert [name for name in order if name not in names] == [one.nodeid for one in items if one.nodeid not in names]
        if others < 50:
            continue
        left = list(order)
        for worker in range(workers):
            mine = left[: len(left) // (workers - worker)]
            del left[: len(mine)]
            begun_with = names[worker::workers]
            assert mine[: len(begun_with)] == begun_with and not set(mine[len(begun_with) :]) & set(names)


def test_the_long_ones_are_there() -> None:
    """A name that is no test any more would be begun with by nobody."""
    names = named()
    assert len(names) == len(set(names)) > 10
    for name in names:
        module, _, test = name.partition("::")
        tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
        there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert test.partition("[")[0] in there, name
