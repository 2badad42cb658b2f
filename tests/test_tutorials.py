"""The tutorials in ``docs/contributing.md`` are run as they stand, in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
COPIED = ("odr", "templates", "translations", "migrations", "fonts", "static", "tests", "docs", "tools", "bench")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project as a contributor has it, without what was made in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for path in (*ROOT.glob("*.toml"), *ROOT.glob("*.md"), ROOT / "wsgi.py", ROOT / "Makefile"):
        shutil.copy(path, folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("heading", ["Add an act", "Add a pack"])
def test_tutorial(copy: Path, heading: str) -> None:
    """Every block is carried out in its order, and every command in it succeeds."""
    text = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    section = text.split(f"\n### {heading}\n", 1)[1].split("\n## ", 1)[0].split("\n### ", 1)[0]
    blocks = BLOCK.findall(section)
    assert len(blocks) >= 4
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("PYTEST")},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(copy),
    }
    for kind, name, body in blocks:
        if name:
            (copy / name).write_text(body, encoding="utf-8")
            continue
        assert kind == "sh"
        done = subprocess.run(
            ["sh", "-eu", "-c", body], cwd=copy, env=env, capture_output=True, text=True, check=False, timeout=280
        )
        assert done.returncode == 0, f"{body}\n{done.stdout[-3000:]}{done.stderr[-2000:]}"


def test_the_checklist_names_what_there_is() -> None:
    """Every test and place that the security checklist points to exists, and every item says how it stands."""
    text = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|odr|templates)/[\w/.]+)`", text))
    assert len(named) > 30 and [name for name in sorted(named) if not (ROOT / name).exists()] == []
    lines = [line.split("|") for line in text.splitlines() if re.match(r"\| \d", line)]
    assert len(lines) > 100 and {line[2].strip() for line in lines} == {"yes", "part", "operator", "no", "—"}
