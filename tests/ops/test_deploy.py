"""A sitting court as it is deployed: three users, a vault of its own, units and container file that agree with the
program.
"""

from __future__ import annotations

import configparser
import contextlib
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from odr.ground.config import Settings
from tests.patience import PATIENCE, accepts, until
from tests.peers import missing, needed
from tests.typed import typed_words

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
WEB, VAULT, SHARED = 65_101, 65_102, 65_103
"""User of web and worker, user of the vault, group of both."""


@contextmanager
def running(command: list[str], user: int, groups: list[int], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, user=user, group=groups[0], extra_groups=groups[1:], env=env, cwd=ROOT, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
        assert process.stderr is not None
        process.stderr.close()


def as_web(env: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        user=WEB,
        group=WEB,
        extra_groups=[SHARED],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=4 * PATIENCE,
    )


def answer(url: str) -> tuple[int, str]:
    """What a page says, once somebody answers."""
    said: list[tuple[int, str]] = []

    def answers() -> bool:
        try:
            with urlopen(url, timeout=PATIENCE) as reply:
                said.append((reply.status, reply.read().decode()))
        except HTTPError as error:
            with error:
                said.append((error.code, error.read().decode()))
        except (URLError, ConnectionError, TimeoutError):
            return False
        return True

    until(answers, f"somebody answers at {url}")
    return said[0]


def assert_it_has_a_pulse(database: Path) -> None:
    """A web process says that it takes requests, whether anybody asks or not."""

    def has() -> bool:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT who FROM pulse").fetchall() == [("web",)]

    until(has, "a pulse of the web process")


@pytest.fixture
def house() -> Iterator[tuple[dict[str, str], Path, Path]]:
    """Settings of a sitting court, its data folder and its vault, each with its owner."""
    if os.getuid() != 0:
        missing("leave to become other users", "run as root in a container")
    closed = [str(each) for each in (ROOT, *ROOT.parents) if not each.stat().st_mode & 0o001]
    if closed:
        missing("a clone that other users can read", f"{', '.join(closed)} is closed to them: clone elsewhere")
    folder = Path(tempfile.mkdtemp(prefix="odr-house-"))
    folder.chmod(0o711)
    for name, owner, mode in (("data", WEB, 0o750), ("vault", VAULT, 0o700), ("run", VAULT, 0o750)):
        (folder / name).mkdir(mode=mode)
        os.chown(folder / name, owner, SHARED)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("ODR_", "PYTEST"))},
        "PYTHONDONTWRITEBYTECODE": "1",
        "ODR_MODE": "production",
        "ODR_DATA_DIR": str(folder / "data"),
        "ODR_VAULT_DIR": str(folder / "vault"),
        "ODR_VAULT_SOCKET": str(folder / "run" / "v.sock"),
        "ODR_BASE_URL": "https://court.example",
        "ODR_SECRET_KEY": "k" * 40,
        "ODR_SMTP_URL": "smtp+plain://127.0.0.1:9",
        "PORT": str(port),
    }
    yield env, folder / "data", folder / "vault"
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_web_process_has_no_keys(house: tuple[dict[str, str], Path, Path]) -> None:
    """The guide's way from nothing to a sitting court, steps 4 to 7: upgrade, ceremony, web, administrator, worker and check-up
    run under the web's user; the vault signs for them from a network of its own; nothing that user does opens a key or the
    signer's memory.
    """
    env, data, vault = house
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    closed = as_web(env, *flask, "account", "list")
    assert closed.returncode == 1 and "flask db upgrade" in closed.stderr and "Traceback" not in closed.stderr
    assert as_web(env, *flask, "db", "upgrade").returncode == 0
    unreachable = as_web(env, *flask, "keys", "show")
    assert (
        unreachable.returncode == 1 and "flask doctor" in unreachable.stderr and "Traceback" not in unreachable.stderr
    )
    server = [sys.executable, "-m", "odr.notary.vault_server", str(vault), env["ODR_VAULT_SOCKET"], str(SHARED)]
    # As the unit has it: another user, the group of the socket, and a network of its own in which there is nobody.
    needed("setpriv")
    own = ["--reuid", str(VAULT), "--regid", str(SHARED), "--clear-groups"]
    with running(["unshare", "--net", "setpriv", *own, *server], 0, [0], env) as alone:
        until(accepts(Path(env["ODR_VAULT_SOCKET"])), "the vault listens")
        there = Path(f"/proc/{alone.pid}/net/dev").read_text().splitlines()[2:]
        assert [line.split(":")[0].strip() for line in there] == ["lo"], "the vault reaches nobody"
        assert f"Uid:\t{VAULT}\t{VAULT}" in Path(f"/proc/{alone.pid}/status").read_text()
        held = as_web(
            env,
            *flask,
            "keys",
            "ceremony",
            "--present",
            "One",
            "--present",
            "Two",
            "--record",
            str(data / "record.txt"),
        )
        assert held.returncode == 0, held.stderr[-2000:]
        assert "One: ____" in (data / "record.txt").read_text() and "BEGIN CERTIFICATE" in held.stdout
        base = f"http://127.0.0.1:{env['PORT']}"
        web = [
            sys.executable,
            "-m",
            "gunicorn",
            "--worker-class",
            "odr.web.patient_worker.PatientWorker",
            "--threads",
            "4",
            "--bind",
            f"127.0.0.1:{env['PORT']}",
            "wsgi:app",
        ]
        with running(web, WEB, [WEB, SHARED], env) as process:
            assert answer(f"{base}/health/ready") == (200, '{"status":"ready","wrong":[]}\n')
            status, checkpoint = answer(f"{base}/log/{datetime.now(UTC):%Y}/checkpoint")
            assert status == 200 and checkpoint.startswith("court.example/log/")
            assert_no_key_is_open(process.pid, vault)
            assert_it_has_a_pulse(data / "court.sqlite")
            made = as_web(env, *flask, "account", "create", "admin@court.example", "Name", "--role", "admin")
            assert made.returncode == 0 and "set the password within an hour" in made.stdout, made.stderr
            worked = as_web(env, *flask, "worker", "--once")
            assert worked.returncode == 0, worked.stderr
            told = as_web(env, *flask, *typed_words("court doctor"))
            bad = [line for line in told.stdout.splitlines() if line.startswith("BAD")]
            assert all("mail" in line for line in bad) and "Traceback" not in told.stderr, told.stdout
        assert sorted(path.suffix for path in vault.iterdir()).count(".key") == 4
        for path in (*vault.iterdir(), vault):
            tried = as_web(
                env,
                sys.executable,
                "-c",
                f"import os; (os.listdir if os.path.isdir({str(vault)!r}) and {path == vault} else open)({str(path)!r})",
            )
            assert tried.returncode == 1 and "PermissionError" in tried.stderr, path
    kept = as_web(env, *flask, "backup", str(data / "backup"))
    assert kept.returncode == 1 and "cannot be read by this user" in kept.stderr
    leaked = [path for path in data.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert leaked == []


def assert_no_key_is_open(pid: int, vault: Path) -> None:
    """Neither the web process nor its children hold a file of the vault's folder."""
    pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    assert len(pids) > 1
    opened = [os.readlink(link) for each in pids for link in Path(f"/proc/{each}/fd").iterdir() if link.is_symlink()]
    assert not [name for name in opened if name.startswith(str(vault))]


def test_a_sitting_court_uses_a_vault_of_its_own(tmp_path: Path) -> None:
    """In production keys never lie in the court's own process, whether a socket is set or not."""
    strict = {
        "ODR_MODE": "production",
        "ODR_SECRET_KEY": "k" * 32,
        "ODR_BASE_URL": "https://court.example",
        "ODR_SMTP_URL": "smtp://m",
        "ODR_DATA_DIR": str(tmp_path),
    }
    assert Settings.load(strict).vault_address == tmp_path / "vault.sock"
    assert Settings.load({**strict, "ODR_VAULT_SOCKET": "/run/v.sock"}).vault_address == Path("/run/v.sock")
    assert Settings.load({"ODR_DATA_DIR": str(tmp_path)}).vault_address is None


def test_units_are_sound(tmp_path: Path) -> None:
    """systemd reads every unit without a word, every command in them exists, and the vault's user reads no file of the
    court's.
    """
    needed("systemd-analyze")
    for path in DEPLOY.glob("court-*.*"):
        (tmp_path / path.name).write_text(
            path.read_text()
            .replace("/srv/court/app/.venv/bin", str(Path(sys.executable).parent))
            .replace("/srv/court/%i/.venv/bin", str(Path(sys.executable).parent))
            .replace("/srv/court/app", str(ROOT))
            .replace("/srv/court/%i", str(ROOT))
        )
    units = sorted(map(str, tmp_path.glob("court-*.*")))
    assert len(units) == 10
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )
    said = [line for line in done.stderr.splitlines() if "court-" in line]
    assert said == [], done.stderr


def test_unit_and_container_name_settings_that_exist() -> None:
    """A setting in the example or the image that the program does not know would be silently ignored, so there is none;
    nor is there a secret.
    """
    known = {f"ODR_{name.upper()}" for name in Settings.model_fields}
    example = (DEPLOY / "court.env.example").read_text()
    others = [(DEPLOY / name).read_text() for name in ("media.env.example", "Containerfile")]
    named = set(re.findall(r"\bODR_[A-Z_]+", "".join([example, *others])))
    assert named and named <= known
    values = {line.split("=", 1)[0]: line.split("=", 1)[1] for line in example.splitlines() if line.startswith("ODR_")}
    with pytest.raises(Exception, match="SECRET_KEY"):
        Settings.load(values)
    assert Settings.load({**values, "ODR_SECRET_KEY": "k" * 32}).vault_folder == Path("/var/lib/court-vault")


def test_the_image_holds_what_the_program_reads() -> None:
    """Every folder of the project that the court reads at run time is copied, and nothing of tests."""
    copied = set(re.findall(r"^COPY (\w+) \w+$", (DEPLOY / "Containerfile").read_text(), re.M))
    assert copied == {"odr", "templates", "static", "translations", "fonts", "migrations"}
    assert all((ROOT / name).is_dir() for name in copied)


def test_what_is_told_is_carried_to_another_machine_over_tls() -> None:
    """systemd's own uploader, by options it has (journal-upload.conf(5)), to an address that is encrypted and verified."""
    read = configparser.ConfigParser()
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(DEPLOY / "journal-upload.conf")
    assert read.sections() == ["Upload"]
    told = dict(read["Upload"])
    assert set(told) == {"URL", "ServerKeyFile", "ServerCertificateFile", "TrustedCertificateFile"}
    assert told["URL"].startswith("https://")
    assert "`deploy/journal-upload.conf`" in (ROOT / "docs" / "operators.md").read_text()
