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

from tests.conftest import LONG, chosen, is_of, long_ones_first
from tests.parsed import tree_of
from tests.spent import SHARED, report

ROOT = Path(__file__).resolve().parent.parent
SPIN = "import time\nwhile time.process_time() < 0.4: pass\n"
TESTS = f"""
import subprocess, sys, time
import pytest

@pytest.fixture(scope="session")
def shared():
    with subprocess.Popen([sys.executable, "-c", {SPIN!r}]) as program:
        yield program

def test_here(shared):
    until = time.process_time() + 0.4
    while time.process_time() < until:
        pass

def test_in_a_program():
    subprocess.run([sys.executable, "-c", {SPIN!r}], check=True)

def test_waits(shared):
    subprocess.run(["sleep", "0.2"], check=True)
"""


def test_a_test_costs_what_it_and_its_programs_spent(tmp_path: Path) -> None:
    """A program that a test waited for counts, waiting does not, nor does the end of what all shared; folders and the whole add up."""
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
    assert spent["test_waits"] < spent["test_here"] and spent[SHARED.partition("::")[2]] >= 0.35
    told = [line.split() for line in report(tmp_path / "spent")]
    assert told[0][2:] == ["3", "tests", "room"] and told[1][2:4] == ["0", "tests"]
    assert " ".join(told[-1]).endswith("seconds of processor for 3 tests")


def named() -> list[str]:
    """What is begun with."""
    return [line for line in LONG.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def meant_by(name: str) -> list[str]:
    """A test that is named by itself, or two of a file or a folder that is named whole."""
    if "::" in name:
        return [name]
    file = f"{name}test_some.py" if name.endswith("/") else name
    return [f"{file}::test_a", f"{file}::test_b"]


def test_every_worker_begins_with_long_ones() -> None:
    """In its own stretch of the list, the longest first, and what is named whole together; nothing is lost or run twice, and the
    others stay in order.
    """
    names = named()
    begun_with = [test for name in names for test in meant_by(name)]
    for workers, others in ((2, 5), (3, 100), (4, 61), (8, 3)):
        items: list[Any] = [SimpleNamespace(nodeid=f"tests/test_{number:03}.py::test") for number in range(others)]
        items[1:1] = [SimpleNamespace(nodeid=name) for name in sorted(begun_with)]
        order = [item.nodeid for item in long_ones_first(items, workers)]
        assert sorted(order) == sorted(item.nodeid for item in items)
        assert [name for name in order if name not in begun_with] == [
            one.nodeid for one in items if one.nodeid not in begun_with
        ]
        if others < 50:
            continue
        left = list(order)
        for worker in range(workers):
            mine = left[: len(left) // (workers - worker)]
            del left[: len(mine)]
            its = [test for name in names[worker::workers] for test in meant_by(name)]
            assert mine[: len(its)] == its and not set(mine[len(its) :]) & set(begun_with)


def test_the_long_ones_are_there() -> None:
    """A name that is no test any more would be begun with by nobody."""
    names = named()
    assert len(names) == len(set(names)) > 10
    for name in names:
        module, _, test = name.partition("::")
        assert (ROOT / module).exists(), name
        if test:
            assert test.partition("[")[0] in functions(ROOT / module), name
            assert [whole for whole in names if whole != name and is_of(whole, name)] == []


def functions(file: Path) -> dict[str, ast.FunctionDef]:
    """What a file defines."""
    tree = tree_of(file)
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


CHEAP = {"looked_at"}
"""Shared, and made at once: an empty folder."""


def shared_in(file: Path) -> set[str]:
    """Fixtures of a file that more than one test has the same of, and what is made of these."""
    fixtures = {
        name: node
        for name, node in functions(file).items()
        if any("fixture" in ast.unparse(each) for each in node.decorator_list)
    }
    shared = {
        name
        for name, node in fixtures.items()
        if any(
            f"scope='{scope}'" in ast.unparse(each) for each in node.decorator_list for scope in ("module", "session")
        )
    } - CHEAP
    while more := {
        name for name, node in fixtures.items() if name not in shared and {each.arg for each in node.args.args} & shared
    }:
        shared |= more
    return shared


def test_what_tests_share_is_not_made_for_one_of_them_alone() -> None:
    """A long test that is moved to the front of a worker's stretch goes with the others of its file, or folder, with which it shares
    a court that takes long to fill: alone it would have it made a second time.
    """
    for name in named():
        module, _, test = name.partition("::")
        if test:
            its = {each.arg for each in functions(ROOT / module)[test.partition("[")[0]].args.args}
            around = [ROOT / module, (ROOT / module).with_name("conftest.py")]
            shared = {one for file in around if file.exists() for one in shared_in(file)}
            assert its & shared == set(), f"name {module} whole in {LONG.name}"
    assert "told" in shared_in(ROOT / "tests/demo/conftest.py") and "app" in shared_in(ROOT / "tests/e2e/test_crawl.py")


def test_the_second_python_knows_most_modules() -> None:
    """What its list does not name it runs whole, though the first Python showed it: some forty modules have slow tests alone and
    stand in no list, and a few may be new.
    """
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    unknown = sorted(files - chosen().keys())
    assert len(unknown) <= 80, f"tools/second_python.py --new puts on the list: {unknown}"
