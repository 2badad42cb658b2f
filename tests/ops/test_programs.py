"""What tests, tools, guides and the court itself run is installed by somebody: nobody's machine is the measure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from tests.programs import Call, PythonCalls, guide_programs, shell_programs

ROOT = Path(__file__).resolve().parents[2]
EVERYWHERE = {
    *(
        "apt",
        "apt-get",
        "awk",
        "base64",
        "bash",
        "cat",
        "chmod",
        "cp",
        "cut",
        "date",
        "dd",
        "df",
        "dirname",
        "find",
        "grep",
        "groupadd",
        "head",
        "id",
        "install",
        "ln",
        "ls",
        "mkdir",
    ),
    *("mktemp", "nproc", "rm", "sed", "sh", "sha256sum", "sha512sum", "tail", "tee", "timeout", "useradd"),
}
"""What the smallest Debian has (``debootstrap --variant=minbase``)."""
ASKED_FOR = {"make", "python3"}
"""What the README asks for, and ``.ci/run`` installs."""
FROM_PYPI = {"aics-tlog", "aics-witness", "flask", "pyhanko", "python", "weed"}
"""What the environment's own folder holds, from the requirement files."""
OTHER_BROWSERS = {"chromium-browser", "google-chrome"}
"""Looked for where there is no ``chromium``; never needed."""
BY_HAND = {"npm", "meson", "ninja", "pkg-config", "c++", "flatc"}
"""Only of ``tools/vendor.py``, with which a contributor fetches newer libraries for the browser, and of ``tools/media_worker``,
with which an operator builds what many hearings at a time need; no test runs them.
"""
UNFOLLOWED = {
    "bench/casefile.py": {"sha256sum"},
    "tests/ops/test_compose.py": {"weed"},
    "tests/guide.py": {"awk", "bash", "curl", "openssl", "pdfsig", "sha256sum"},
    "tests/peers/postgres.py": {"runuser", "initdb"},
    "tests/peers/s3.py": {"weed"},
}
"""Where a command is put together so that its first word cannot be read out of the text, with what it can be; one call
each.
"""


def packages() -> dict[str, set[str]]:
    """What ``tools/install_test_programs`` installs: a package's programs that it makes sure of."""
    lines = re.findall(r"^need (\S+) (.+)$", (ROOT / "tools/install_test_programs").read_text(), re.M)
    return {package: set(programs.split()) for package, programs in lines}


def installed() -> set[str]:
    """Every program of these packages."""
    return set().union(*packages().values())


def unlisted(calls: Iterable[Call], listed: set[str]) -> list[str]:
    """Programs that are run and stand in no list, with the places."""
    return sorted(
        f"{call.place} runs {call.program}" for call in calls if call.program is not None and call.program not in listed
    )


def of_python(*folders: str) -> set[Call]:
    """What the Python files of some folders run."""
    return PythonCalls([path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))], ROOT).found()


def test_every_program_that_tests_and_tools_run_is_installed() -> None:
    """A new program goes into ``tools/install_test_programs``, and a command is written so that one can read which
    program it runs.
    """
    calls = of_python("tests", "tools", "bench")
    assert len({call.program for call in calls}) > 25
    assert unlisted(calls, EVERYWHERE | ASKED_FOR | FROM_PYPI | OTHER_BROWSERS | BY_HAND | installed()) == []
    unclear = [call.place for call in calls if call.program is None]
    assert sorted(place.partition(":")[0] for place in unclear) == sorted(UNFOLLOWED), unclear
    assert set().union(*UNFOLLOWED.values()) <= EVERYWHERE | FROM_PYPI | installed()
    scripts = {
        path: shell_programs(path.read_text())
        for path in (ROOT / ".ci/run", *(ROOT / "tools").iterdir())
        if _is_script(path)
    }
    assert len(scripts) == 6
    assert (
        unlisted(
            (Call(name, path.name) for path, names in scripts.items() for name in names),
            EVERYWHERE | ASKED_FOR | installed(),
        )
        == []
    )


def _is_script(path: Path) -> bool:
    return (
        path.is_file()
        and path.read_bytes().startswith(b"#!")
        and b"sh\n" in path.read_bytes().splitlines(keepends=True)[0]
    )


def test_every_program_of_a_guide_is_installed() -> None:
    """What a reader is told to type is tried by the tests on a machine that was given it, not on one that happened to
    have it.
    """
    calls = {
        call for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) for call in guide_programs(page)
    }
    assert {"curl", "openssl", "pdfsig", "pyhanko", "systemctl", "make"} <= {call.program for call in calls}
    assert unlisted(calls, EVERYWHERE | ASKED_FOR | FROM_PYPI | installed()) == []


def test_the_operators_guide_installs_what_it_and_the_court_run() -> None:
    """On a bare Debian the guide's own ``apt install`` lines bring every program that its commands and the court's
    processes run.
    """
    guide = ROOT / "docs/operators.md"
    named = {word for line in re.findall(r"apt install ([a-z0-9 .+-]+)", guide.read_text()) for word in line.split()}
    there = EVERYWHERE | FROM_PYPI | {"make", "python3", "systemctl", "systemd-run"}
    there |= {program for package, programs in packages().items() if package in named for program in programs}
    court = {call for call in of_python("odr") if call.program is not None}
    assert {"pdftoppm", "pg_dump"} <= {call.program for call in court}
    assert unlisted({*guide_programs(guide), *court}, there | OTHER_BROWSERS) == []


def test_a_program_is_found_however_it_is_run(tmp_path: Path) -> None:
    """Through a name, a loop, a function that passes it on, a fixture, a shell; a command that cannot be followed is
    told.
    """
    (tmp_path / "some.py").write_text("""
import os, shutil, subprocess, pytest
words = ["by-name", "-x"]
subprocess.run([*words, "more"])
for command in (["in-loop", "1"], ["also-in-loop"]):
    subprocess.Popen(command)
def passes_on(where, *command):
    return subprocess.run(command, cwd=where)
passes_on("/", "passed-on", "-x")
@pytest.fixture
def runner():
    def run(*command):
        subprocess.run(command)
    return run
def test_it(runner):
    runner("by-fixture", "-x")
    subprocess.check_output(["sh", "-c", "one < in | two && X=1 three $(four) 'five | six'"])
    [shutil.which(name) for name in ("looked-for",)]
    os.posix_spawnp("spawned", [], {})
    subprocess.run(unknown(), check=True)
""")
    page = [
        "Text `inline`.",
        "    typed --now | into   # not this",
        "and",
        "    made = 'toml'",
        "```sh\nfenced <<'X'\nnot-this\nX\n```\n",
    ]
    (tmp_path / "page.md").write_text("\n\n".join(page))
    found = PythonCalls([tmp_path / "some.py"], tmp_path).found()
    words = {
        "by-name",
        "in-loop",
        "also-in-loop",
        "passed-on",
        "by-fixture",
        "sh",
        "one",
        "two",
        "three",
        "four",
        "looked-for",
        "spawned",
        None,
    }
    assert {call.program for call in found} == words
    assert {call.program for call in guide_programs(tmp_path / "page.md")} == {"typed", "into", "fenced"}
