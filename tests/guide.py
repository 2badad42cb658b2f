"""The commands of docs/for-the-public.md, run as they are written, with the programs the guide names and no others."""

from __future__ import annotations

import atexit
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "for-the-public.md"
SHOWN = re.compile(r" {2,}# .*$")
"""A remark behind a command."""

RUN_BY = {
    # beginning of a command → the file of the tests that runs it
    "sha256sum decision.pdf": "tests/api/test_public_check.py",
    "pdfsig": "tests/api/test_public_check.py",
    "curl -fsS -o time-authority.pem": "tests/api/test_public_check.py",
    "pyhanko": "tests/api/test_public_check.py",
    "curl -fsS -o keys.txt": "tests/api/test_public_check.py",
    "grep '/2026+'": "tests/api/test_public_check.py",
    "python3 -c": "tests/api/test_public_check.py",
    "sha256sum -c receipt.leaf": "tests/api/test_public_check.py",
    "tail -n +2": "tests/api/test_public_check.py",
    "spicy-litetlog": "tests/api/test_public_check.py",
    "openssl ts -verify -data checkpoint -in checkpoint.tsr -CAfile time-authority.pem": "tests/api/test_public_check.py",
    "curl -fsS -o log.pem": "tests/api/test_public_check.py",
    "sed '/^$/": "tests/api/test_public_check.py",
    "grep '^—'": "tests/api/test_public_check.py",
    "openssl pkeyutl": "tests/api/test_public_check.py",
    "for n in 2 3 4 5": "tests/api/test_public_check.py",
    "cat checkpoint": "tests/evidence/test_guide_on_bags.py",
    "openssl ts -verify -data chain": "tests/evidence/test_guide_on_bags.py",
    "openssl ts -reply": "tests/evidence/test_guide_on_bags.py",
    "openssl dgst -sha512 -binary receipt.json": "tests/evidence/test_guide_on_bags.py",
    "curl -fsSO": "tests/evidence/test_guide_on_bags.py",
    "openssl ts -verify -data renewal-1.statement": "tests/evidence/test_guide_on_bags.py",
    "python3 verify.py": "tests/evidence/test_guide_on_bags.py",
    "sha256sum -c manifest-sha256.txt": "tests/evidence/test_guide_on_bags.py",
    "sha256sum -c tagmanifest-sha256.txt": "tests/evidence/test_guide_on_bags.py",
}


@cache
def commands() -> list[str]:
    """Every command of the guide, a loop as one, without remarks."""
    found: list[str] = []
    is_loop = False
    for line in GUIDE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("    "):
            is_loop = False
            continue
        said = SHOWN.sub("", line[4:])
        if is_loop:
            found[-1] += "\n" + said
        else:
            found.append(said)
        is_loop = (is_loop or said.startswith("for ")) and said != "done"
    return found


def command(beginning: str, ending: str = "") -> str:
    """The one command of the guide that begins and ends so."""
    found = {one for one in commands() if one.startswith(beginning) and one.endswith(ending)}
    assert len(found) == 1, (beginning, found)
    return found.pop()


def programs_named() -> set[str]:
    """The programs the guide says one needs."""
    told = GUIDE.read_text(encoding="utf-8").partition("They are, by Debian package:")[2].partition("\nTests run")[0]
    return {name for name in re.findall(r"`([a-z0-9-]+)`", told) if name != "pip"}


@cache
def machine() -> Path:
    """A folder with the named programs and nothing else: all of a machine's path."""
    folder = Path(mkdtemp(prefix="named-programs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in programs_named():
        own = {"python3": sys.executable, "pyhanko": str(Path(sys.executable).parent / name)}.get(name)
        found = shutil.which(own or name)
        if found is not None:
            (folder / name).write_text(f'#!/bin/sh\nexec {found} "$@"\n')
            (folder / name).chmod(0o755)
    return folder


def has(program: str) -> bool:
    """Whether this machine has a program of the guide."""
    return (machine() / program).exists()


def run(line: str, folder: Path, origin: str = "") -> tuple[bool, str]:
    """Whether a shell took the command, and what it said."""
    said = subprocess.run(
        ["bash", "-c", line.replace("https://court.example", origin)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(machine()), "HOME": str(folder), "LANG": "C.UTF-8"},
    )
    return said.returncode == 0, said.stdout + said.stderr


def changed(file: Path, at: int = -2) -> None:
    """One byte of a file becomes another."""
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(bytes(data))


def refuses_what_is_not_so(line: str, folder: Path, file: str, holds: str, at: int = -2) -> None:
    """A command takes what the court gave out, and refuses it with one byte changed, and where the file is missing."""
    good, said = run(line, folder)
    assert good and holds in said, (line, said)
    kept = (folder / file).read_bytes()
    changed(folder / file, at)
    good, said = run(line, folder)
    assert not good and holds not in said, f"{line} took a changed {file}: {said}"
    (folder / file).unlink()
    good, said = run(line, folder)
    assert not good and holds not in said, f"{line} took a missing {file}: {said}"
    (folder / file).write_bytes(kept)
