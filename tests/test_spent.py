"""What a run of the tests is said to have cost: processor seconds, of programs that were started too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

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
