"""The tutorials in ``docs/contributing.md`` are run as they stand, in a copy of the project."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from odr.procedure.acts.table import act
from tests.compiled import copied
from tests.patience import PATIENCE
from tests.typed import typed

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
COPIED = (
    "odr",
    "templates",
    "translations",
    "migrations",
    "fonts",
    "static",
    "tests",
    "docs",
    "tools",
    "bench",
    "deploy",
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project as a contributor has it: committed, its environment made, nothing begun."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in COPIED:
        copied(ROOT / name, folder / name, "__pycache__", "node_modules")
    for path in (
        *ROOT.glob("*.toml"),
        *ROOT.glob("*.md"),
        *ROOT.glob("*.txt"),
        ROOT / "wsgi.py",
        ROOT / "Makefile",
        ROOT / "LICENSE",
    ):
        shutil.copy(path, folder)
    (folder / ".gitignore").write_text(".venv\n__pycache__\n.*_cache\n", encoding="utf-8")
    _environment(folder)
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=A", "-c", "user.email=a@b.example", "commit", "-qm", "The project"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    return folder


def _environment(folder: Path) -> None:
    """``.venv`` of the copy is this environment, at the versions that the copy asks for."""
    made = folder / ".venv"
    made.mkdir()
    for path in Path(sys.prefix).iterdir():
        if not path.name.startswith(".installed"):
            (made / path.name).symlink_to(path)
    for requirements in folder.glob("requirements*.txt"):
        digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
        (made / f".installed-{requirements.name}").write_text(f"{digest}  -\n", encoding="utf-8")


def type_in(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command at the root of the copy, as a contributor types it."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "MAKE"))}
    env |= {"PATH": f"{folder / '.venv' / 'bin'}:{env['PATH']}", "PYTHONPATH": str(folder)}
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=2 * PATIENCE
    )


def changed(folder: Path) -> set[str]:
    """Files that differ from the commit, new ones too."""
    lines = type_in(folder, "git", "status", "--porcelain", "--untracked-files=all").stdout.splitlines()
    return {line[3:] for line in lines}


def follow(folder: Path, heading: str) -> None:
    """Carry out every block of a tutorial in its order; every command in it succeeds."""
    text = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    section = text.split(f"\n### {heading}\n", 1)[1].split("\n## ", 1)[0].split("\n### ", 1)[0]
    blocks = BLOCK.findall(section)
    assert len(blocks) >= 4
    for kind, name, body in blocks:
        if name:
            (folder / name).write_text(body, encoding="utf-8")
            continue
        assert kind == "sh"
        done = type_in(folder, "sh", "-eu", "-c", body)
        assert done.returncode == 0, f"{body}\n{done.stdout[-3000:]}{done.stderr[-2000:]}"


GENERATED = {
    "docs/README.md",
    "docs/law.md",
    "docs/architecture.md",
    "docs/clock.md",
    "docs/letters.md",
    "docs/procedure.md",
    "odr/filing/names.py",
    "tests/golden/2/announce_absence.v1.json",
}
BY_HAND = {"tests/permissions.tsv", "translations/zh_Hans/LC_MESSAGES/filing.po"}
WRITTEN = {"odr/filing/absence.py", "tests/filing/test_announce_absence.py"}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_act_is_added_by_the_guide_alone(copy: Path) -> None:
    """The tutorial as it stands makes a whole act: one source and one test file, two lists filled by hand, the rest made."""
    follow(copy, "Add an act")
    assert changed(copy) >= WRITTEN | BY_HAND
    assert changed(copy) - WRITTEN - BY_HAND <= GENERATED


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_documents_and_the_bill_are_made_by_the_commands_of_the_guide(copy: Path) -> None:
    """What is generated is what is committed; a document changed by hand is written over; the bill has its place."""
    (copy / "docs" / "clock.md").write_text("changed by hand", encoding="utf-8")
    assert changed(copy) == {"docs/clock.md"}
    made = type_in(copy, "sh", "-c", typed("make docs"))
    assert made.returncode == 0 and changed(copy) == set(), made.stderr
    made = type_in(copy, "sh", "-c", typed("make sbom"))
    assert made.returncode == 0, made.stderr
    assert json.loads((copy / "build" / "sbom.cdx.json").read_text())["bomFormat"] == "CycloneDX"


@pytest.mark.slow
def test_a_pack_is_added_by_the_guide_alone(copy: Path) -> None:
    """The tutorial as it stands makes a pack and a version of it."""
    follow(copy, "Add a pack")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_an_act_that_is_only_begun_fails_until_a_person_has_filled_it(copy: Path) -> None:
    """``make act`` leaves five tests that fail, an empty row and empty messages that fail, and a court that does not open.

    The act stands behind what its concept holds already, and nothing of another room is touched.
    """
    line = typed("make act", {"NAME=…": "NAME=announce_absence", "ROOM=…": "ROOM=filing"})
    begun = type_in(copy, "sh", "-c", f"{line} CONCEPT=parties/mandates")
    assert begun.returncode == 0, begun.stdout + begun.stderr
    source = (copy / "odr/filing/parties/mandates.py").read_text(encoding="utf-8")
    assert source.startswith((ROOT / "odr/filing/parties/mandates.py").read_text(encoding="utf-8").partition("\n\n")[0])
    assert "def appoint_representative(" in source and "def announce_absence(" in source
    lists = {*BY_HAND, "odr/filing/parties/mandates.py", "tests/filing/test_announce_absence.py"}
    assert lists <= changed(copy) <= lists | GENERATED
    assert "tests/golden/2/announce_absence.v1.json" in changed(copy)

    failing = {
        "tests/filing/test_announce_absence.py",
        "tests/test_permissions.py::test_every_line_has_a_basis_and_stands_once",
        "tests/test_translations.py::test_nothing_is_half_translated",
        "tests/test_architecture.py::test_nothing_is_left_to_be_written",
    }
    passing = "tests/golden/test_golden.py::test_every_version_of_every_act_has_its_payload"
    done = type_in(copy, "python", "-m", "pytest", "-q", "-n", "0", *sorted(failing), passing)
    assert "1 passed" in done.stdout, done.stdout[-3000:]
    assert len(re.findall(r"^(?:FAILED|ERROR) tests/filing/test_announce_absence", done.stdout, re.M)) == 5
    assert [name for name in failing if name not in done.stdout] == []
    assert "act announce_absence: cites LAW, which no pack names as a source" in done.stdout


@pytest.mark.slow
def test_make_act_refuses_what_would_not_be_an_act(copy: Path) -> None:
    """A name that is none, a room without acts, and a name that another room has are refused, and nothing is written."""
    for name, room, words in (
        ("Announce", "filing", "is no name of an act"),
        ("announce_absence", "ground", "is no room with acts"),
        ("sign_statement", "filing", "the room settlement has an act of this name"),
        ("complain", "filing", "give the CONCEPT where it is"),
    ):
        refused = type_in(copy, "make", "act", f"NAME={name}", f"ROOM={room}")
        assert refused.returncode != 0 and words in refused.stderr, refused.stderr
    assert changed(copy) == set()


def test_every_column_of_an_act_is_explained_to_who_begins_one() -> None:
    """What ``make act`` writes has every column of ``@act`` and no other, each with its meaning or a value that says it."""
    columns = set(inspect.signature(act).parameters)
    said = subprocess.run(
        [sys.executable, "-c", "import tools.act as a; print(*a.CHOSEN, *a.MEANINGS)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert set(said) == columns


def test_the_checklist_names_what_there_is() -> None:
    """Every test and place that the security checklist points to exists, and every item says how it stands."""
    text = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|odr|templates)/[\w/.]+)`", text))
    assert len(named) > 30 and [name for name in sorted(named) if not (ROOT / name).exists()] == []
    lines = [line.split("|") for line in text.splitlines() if re.match(r"\| \d", line)]
    assert len(lines) > 100 and {line[2].strip() for line in lines} == {"yes", "operator", "—"}
