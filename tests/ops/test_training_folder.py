"""What a training court keeps is for nobody else on the machine."""

from __future__ import annotations

import ast
import inspect
import stat
from pathlib import Path

from odr.training import run


def test_the_folder_of_a_training_court_is_its_owners_alone(tmp_path: Path) -> None:
    """A new folder, and one that an earlier version left open to everybody."""
    for folder in (tmp_path / "new", tmp_path / "old"):
        if folder.name == "old":
            folder.mkdir(mode=0o755)
            (folder / "court.sqlite").touch()
        run.prepare(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_whatever_it_writes_is_its_owners_alone() -> None:
    """The mask is set before anything is written or started."""
    body = ast.parse(inspect.getsource(run.run)).body[0]
    assert isinstance(body, ast.FunctionDef)
    calls = [
        ast.unparse(node.func) + repr([ast.unparse(a) for a in node.args])
        for node in ast.walk(body)
        if isinstance(node, ast.Call)
    ]
    first = [call for call in calls if call.startswith(("os.umask", "prepare", "House"))]
    assert first[0] == "os.umask['63']"
