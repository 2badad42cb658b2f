"""deploy/roll, typed as the operators' guide has it, before programs that write down what they are asked: which step comes
when, and what is left as it was where one fails.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import PATIENCE, until
from tests.typed import typed

ROOT = Path(__file__).resolve().parents[2]
ASKED = {"systemctl", "systemd-run", "nginx", "curl", "ps"}
TAKES_OVER = [
    "systemd-run --quiet --pipe --wait --uid=court --gid=court -p EnvironmentFile=/etc/court/court.env"
    " -p EnvironmentFile=-/etc/court/keeper.env -p WorkingDirectory=SRV/8001 SRV/8001/.venv/bin/flask --app wsgi db upgrade --beside",
    "systemctl restart court-vault",
    "systemctl enable --now court-web@8001",
    "curl --fail --silent --output /dev/null http://127.0.0.1:8001/health/ready",
    "ps -o pid= --ppid 4711",
    "systemctl stop court-worker",
    "nginx -s reload",
    "systemctl disable --now court-web@8000",
    "systemctl start court-worker",
    "systemctl --quiet is-enabled court-line",
    "systemctl restart court-line",
    "systemctl --quiet is-enabled court-text",
    "systemctl restart --no-block court-text",
    "systemctl --quiet is-enabled court-captions",
    "systemctl restart --no-block court-captions",
    "systemctl --quiet is-enabled court-film",
    "systemctl restart --no-block court-film",
]
OPTIONAL = {
    "systemctl restart court-line",
    "systemctl restart --no-block court-text",
    "systemctl restart --no-block court-captions",
    "systemctl restart --no-block court-film",
}
"""Of units that a court need not have."""


@dataclass
class Machine:
    """Two versions beside each other, and what was asked of the machine's programs."""

    folder: Path

    @property
    def srv(self) -> Path:
        return self.folder / "srv"

    @property
    def serves(self) -> str:
        return (self.srv / "app").readlink().name

    @property
    def upstream(self) -> str:
        return (self.folder / "upstream.conf").read_text()

    def asked(self) -> list[str]:
        lines = (self.folder / "asked").read_text().splitlines() if (self.folder / "asked").exists() else []
        return [line.replace(str(self.srv), "SRV") for line in lines]

    def env(self, failing: str) -> dict[str, str]:
        """``failing`` is the beginning of what fails."""
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "COURT": str(self.srv),
            "UPSTREAM": str(self.folder / "upstream.conf"),
            "NGINX_PID": str(self.folder / "nginx.pid"),
            "PATIENCE": "2",
            "FAILING": failing or "nothing",
        }


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """The version in 8000 serves."""
    (tmp_path / "srv").mkdir()
    for port in ("8000", "8001"):
        (tmp_path / "srv" / port).symlink_to(ROOT)
    (tmp_path / "srv" / "app").symlink_to("8000")
    (tmp_path / "upstream.conf").write_text("server 127.0.0.1:8000;\n")
    (tmp_path / "nginx.pid").write_text("4711\n")
    (tmp_path / "leading").touch()
    (tmp_path / "bin").mkdir()
    for name in ASKED:
        program = tmp_path / "bin" / name
        program.write_text(
            f'#!/bin/sh\nsaid="{name} $*"\nprintf "%s\\n" "$said" >>"{tmp_path}/asked"\n'
            'case "$said" in "$FAILING"*) exit 1 ;; esac\n'
            f'case "$said" in ps*) cat "{tmp_path}/leading" ;; esac\n'
            f'case "$said" in *disable*8000) for one in $(cat "{tmp_path}/leading"); do'
            f' if [ -d "/proc/$one" ]; then echo "cut off $one" >>"{tmp_path}/asked"; fi; done ;; esac\n'
        )
        program.chmod(0o755)
    return Machine(tmp_path)


def test_a_version_takes_over_step_by_step(machine: Machine) -> None:
    """The database first, the proxy only once the newer version is ready, the older one's worker before it: and the same
    line with the other port takes it back. The port that serves already, or one where nothing lies, is refused.
    """
    line = typed("sh /srv/court/8001/deploy/roll 8001", {"/srv/court": str(machine.srv)})
    done = subprocess.run(["sh", "-c", line], env=machine.env(""), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [step for step in machine.asked() if step in TAKES_OVER] == machine.asked() == TAKES_OVER
    assert (machine.serves, machine.upstream) == ("8001", "server 127.0.0.1:8001;\n")
    again = subprocess.run(["sh", "-c", line], env=machine.env(""), capture_output=True, text=True, check=False)
    assert again.returncode == 2 and "nothing was done" in again.stderr and machine.asked() == TAKES_OVER
    back = line.replace("8001", "8000")
    done = subprocess.run(["sh", "-c", back], env=machine.env(""), capture_output=True, text=True, check=False)
    assert done.returncode == 0 and (machine.serves, machine.upstream) == ("8000", "server 127.0.0.1:8000;\n")
    (machine.srv / "8001").unlink()
    (machine.srv / "8001").mkdir()
    gone = ["sh", str(ROOT / "deploy" / "roll"), "8001"]
    done = subprocess.run(gone, env=machine.env(""), capture_output=True, text=True, check=False)
    assert done.returncode == 2 and machine.serves == "8000"


@pytest.mark.parametrize(
    ("failing", "until"),
    [
        ("systemd-run", 1),
        ("curl --fail", 3),
        ("ps -o pid", 4),
        ("nginx -s reload", 7),
    ],
)
def test_what_fails_before_the_proxy_is_told_leaves_the_older_version(
    machine: Machine, failing: str, until: int
) -> None:
    """A database that refuses, a version that is not ready, a proxy that does not take its file: the older one serves."""
    line = typed("sh /srv/court/8001/deploy/roll 8001", {"/srv/court": str(machine.srv)})
    done = subprocess.run(["sh", "-c", line], env=machine.env(failing), capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout
    assert (machine.serves, machine.upstream) == ("8000", "server 127.0.0.1:8000;\n")
    asked = machine.asked()
    assert asked[:until] == TAKES_OVER[:until] and "systemctl disable --now court-web@8000" not in asked
    if failing != "systemd-run":
        assert "8000 goes on" in done.stderr
        assert asked[-2:] == ["systemctl disable --now court-web@8001", "systemctl restart court-vault"]
    if failing.startswith("nginx"):
        assert "systemctl start court-worker" in asked


def test_nobody_under_way_is_cut_off_when_the_older_version_ends(machine: Machine) -> None:
    """The proxy's processes that still lead to the older version have ended before it is stopped, however late they are told
    to.
    """
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as leading:
        (machine.folder / "leading").write_text(f"{leading.pid}\n")
        line = typed("sh /srv/court/8001/deploy/roll 8001", {"/srv/court": str(machine.srv)})
        with subprocess.Popen(["sh", "-c", line], env=machine.env(""), stdout=subprocess.PIPE, bufsize=0) as rolling:
            assert rolling.stdout is not None
            until(lambda: b"version 8001 serves" in rolling.stdout.readline(), "the newer version serves")
            assert rolling.poll() is None and machine.asked()[-1] == "nginx -s reload"
            leading.communicate(timeout=PATIENCE)
            rolling.stdout.read()
    assert rolling.returncode == 0 and machine.asked() == TAKES_OVER


def test_a_court_without_a_telephone_and_speech_restarts_neither(machine: Machine) -> None:
    """Where a unit is not enabled nothing is begun, and the version takes over all the same."""
    line = typed("sh /srv/court/8001/deploy/roll 8001", {"/srv/court": str(machine.srv)})
    env = machine.env("systemctl --quiet is-enabled court-")
    done = subprocess.run(["sh", "-c", line], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert machine.asked() == [one for one in TAKES_OVER if one not in OPTIONAL]
