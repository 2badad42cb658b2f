"""What stands in for systemd while a new version is rehearsed: it starts and stops what the units of `deploy/` name.

Run by its path under the names of two programs, with the folder of the rehearsal in
``REHEARSAL``; it needs nothing but Python, since either version's units may be meant.
Under a third name it waits beside the rehearsal, and takes everything away should that
be killed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess  # nosec B404 # what the units of deploy/ name, by list
import sys
import time
from pathlib import Path

MARK = "REHEARSAL"
"""In the environment of every process of a rehearsal: its folder."""
ENDED = b"ended"
"""What a rehearsal says when it has taken everything away itself."""
STOPS = 60.0
"""Seconds in which a process ends what is under way, before it is killed."""


class Machine:
    """A folder that is the machine of a rehearsal: versions, settings, and what runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.versions = folder / "srv"
        lines = (folder / "court.env").read_text().splitlines()
        self.settings = dict(line.split("=", 1) for line in lines if "=" in line)

    def command_of(self, unit: str) -> tuple[Path, list[str]]:
        """Where a unit runs, and what."""
        name, _, instance = unit.partition("@")
        version = self.versions / (instance or "app")
        file = version / "deploy" / (f"{name}@.service" if instance else f"{name}.service")
        found = re.search(r"^ExecStart=(.+)$", file.read_text(), re.M)
        if found is None:
            raise SystemExit(f"{file} starts nothing")
        words = shlex.split(found[1].replace("%i", instance))
        places = {
            "/var/lib/court-vault": str(self.folder / "vault"),
            "/run/court-vault/vault.sock": self.settings["ODR_VAULT_SOCKET"],
        }
        words = [places.get(word, word) for word in words if word != "court"]
        return version, self.with_python_of([word.replace("/srv/court", str(self.versions)) for word in words], version)

    def with_python_of(self, words: list[str], version: Path) -> list[str]:
        """The same with the Python of a version, or with this one where it has none of its own."""
        program = Path(words[0])
        if program.parent.name != "bin" or program.parent.parent.name != ".venv":
            return words
        own = version.resolve() / ".venv" / "bin" / "python"
        python = str(own) if own.exists() else sys.executable
        return [python, *(words[1:] if program.name == "python" else ["-m", program.name, *words[1:]])]

    def env(self) -> dict[str, str]:
        """What a unit's process sees: the settings, and nothing of the court this one is rehearsed for."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("ODR_", "FLASK_", "PYTEST"))}
        return {**own, **self.settings, MARK: str(self.folder)}

    def begin_unit(self, unit: str) -> None:
        """As ``systemctl start``."""
        version, words = self.command_of(unit)
        with (self.folder / f"{unit}.log").open("ab") as told:
            process = subprocess.Popen(
                words, cwd=version.resolve(), env=self.env(), stdout=told, stderr=told, start_new_session=True
            )
        (self.folder / f"{unit}.pid").write_text(str(process.pid))

    def end_unit(self, unit: str) -> None:
        """As ``systemctl stop``: told to end, and waited for."""
        file = self.folder / f"{unit}.pid"
        if not file.exists():
            return
        pid = int(file.read_text())
        file.unlink()
        until = time.monotonic() + STOPS
        if is_running(pid):
            os.kill(pid, signal.SIGTERM)
        while is_running(pid):
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def of_rehearsal(folder: Path) -> set[int]:
    """Every process of the rehearsal in this folder but this one: by its environment, and the proxy by its file, since
    that one writes over its environment.
    """
    found: set[int] = set()
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"{MARK}={folder}".encode() in (place / "environ").read_bytes().split(b"\0"):
                found.add(int(place.name))
    with contextlib.suppress(OSError, ValueError):
        proxy = (folder / "nginx.pid").read_text().strip()
        found |= {int(proxy), *map(int, Path(f"/proc/{proxy}/task/{proxy}/children").read_text().split())}
    return {pid for pid in found if pid != os.getpid() and is_running(pid)}


def stand_by(folder: Path) -> None:
    """Wait for the rehearsal's word on standard input. Where it ends without one it was killed: then all it started is
    killed too, and its folder goes.
    """
    if sys.stdin.buffer.read() == ENDED:
        return
    until = time.monotonic() + STOPS
    while (left := of_rehearsal(folder)) and time.monotonic() < until:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


def main(program: str, *words: str) -> int:
    """``systemctl`` as far as deploy/roll uses it, and ``systemd-run``."""
    if program == "stand-by":
        stand_by(Path(words[0]))
        return 0
    machine = Machine(Path(os.environ[MARK]))
    if program == "systemd-run":
        folder = next(word.partition("=")[2] for word in words if word.startswith("WorkingDirectory="))
        begins = next(place for place, word in enumerate(words) if word.startswith("/"))
        command = machine.with_python_of(list(words[begins:]), Path(folder))
        return subprocess.run(command, cwd=folder, env=machine.env(), check=False).returncode
    verb, *units = [word for word in words if not word.startswith("--")]
    if verb == "is-enabled":
        # A rehearsal has the units it began, and none that a court may have besides.
        return int(not all((machine.folder / f"{unit}.pid").exists() for unit in units))
    for unit in units:
        if verb in ("stop", "disable", "restart"):
            machine.end_unit(unit)
        if verb in ("start", "enable", "restart"):
            machine.begin_unit(unit)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
