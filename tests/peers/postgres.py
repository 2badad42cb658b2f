"""A throwaway PostgreSQL cluster from the installed binaries, without fsync, on a Unix socket only.

One cluster serves the whole run, all xdist workers included; the first test that
needs it starts it and the controlling process stops it. Each test gets its own
database, copied from a template that already has the court's tables.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.patience import until
from tests.peers import missing

CLUSTER_FOLDER = "ODR_TEST_CLUSTER"
"""Environment variable by which the controlling process tells its workers where the shared cluster lives."""
REMEDY = "apt install postgresql"


def find_binaries() -> Path | None:
    """Folder of ``postgres`` and ``initdb``: Debian's newest version first, else the PATH."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0),
        reverse=True,
    )
    if versions:
        return versions[0].parent
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def _ordinary_user() -> str | None:
    """The user PostgreSQL runs as; None when we are an ordinary user already, as it refuses root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return None


# The server ends with the run it belongs to, even when that run was killed.
_KEEPER = """
"$1" -D "$2" -k "$3" -h "" -F -c full_page_writes=off -c synchronous_commit=off -c max_connections=200 &
server=$!
while [ -d "/proc/$4" ] && kill -0 $server 2>/dev/null; do sleep 0.5; done
kill -INT $server 2>/dev/null
wait $server
"""


class PostgresCluster:
    """A PostgreSQL server of its own in ``folder`` (short: a socket's path has 107 bytes at most)."""

    def __init__(self, folder: Path, binaries: Path, owner_pid: int | None = None) -> None:
        self.folder = folder
        self.binaries = binaries
        self.owner_pid = owner_pid or os.getpid()
        self.user = _ordinary_user()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy URL of a database in this cluster."""
        return f"postgresql+psycopg://court@/{database}?host={self.folder}"

    def _as_user(self, *command: str) -> list[str]:
        return ["runuser", "-u", self.user, "--", *command] if self.user else list(command)

    def create(self) -> None:
        """Lay the cluster's files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self.folder.chmod(0o700)
        command = [
            str(self.binaries / "initdb"),
            "-D",
            str(self.data),
            "-U",
            "court",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ]
        subprocess.run(self._as_user(*command), check=True, capture_output=True, cwd="/")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        keeper = self._as_user(
            "sh",
            "-c",
            _KEEPER,
            "keeper",
            str(self.binaries / "postgres"),
            str(self.data),
            str(self.folder),
            str(self.owner_pid),
        )
        with (self.folder / "server.log").open("ab") as log:
            subprocess.run(
                ["setsid", "--fork", *keeper], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", check=True
            )
        until(self._answers, lambda: (self.folder / "server.log").read_text(errors="replace")[-2000:])

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT disconnects everybody and shuts down, SIGQUIT is a crash."""
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int(pid_file.read_text().splitlines()[0]), how)
        until(lambda: not self._alive(), "the server has ended", every=0.02)

    def _alive(self) -> bool:
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return False
        return Path(f"/proc/{pid}").exists()

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop and start again: every connection is lost."""
        self.stop(how)
        self.start()

    def remove(self) -> None:
        """Stop the server and throw its files away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), user="court", dbname=database, autocommit=True, connect_timeout=10
        )

    def as_operated(self, name: str) -> None:
        """A database whose commits are written before they are acknowledged, as docs/operators.md asks: for a crash of the
        server that loses none of them. Otherwise tests save the wait.
        """
        with self._connect() as connection:
            connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = on").format(sql.Identifier(name)))

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make a database and give back its URL."""
        with self._connect() as connection:
            # Nothing is synced here, and so copying the files costs half of writing each page to the journal, the way since 15.
            how = " STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}" + how).format(sql.Identifier(name), sql.Identifier(template))
            )
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Throw a database away, whoever is connected."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def has_database(self, name: str) -> bool:
        """Whether there is a database of that name."""
        with self._connect() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    @contextlib.contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """URL of a database that lasts as long as the block."""
        name = f"t_{secrets.token_hex(6)}"
        yield self.create_database(name, template)
        self.drop_database(name)


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process chooses where the run's shared cluster will live."""
    if not hasattr(config, "workerinput"):
        os.environ[CLUSTER_FOLDER] = f"{tempfile.mkdtemp(prefix='odr-pg-')}:{os.getpid()}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controlling process stops the cluster if any test has started it."""
    if not hasattr(config, "workerinput") and CLUSTER_FOLDER in os.environ:
        folder = Path(os.environ.pop(CLUSTER_FOLDER).split(":")[0])
        binaries = find_binaries()
        if binaries and (folder / "c" / "data").exists():
            PostgresCluster(folder / "c", binaries).remove()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Queue on a lock file, so that of all workers one prepares what all use."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgres_binaries() -> Path:
    """Where PostgreSQL is installed."""
    binaries = find_binaries()
    if binaries is None:
        missing("PostgreSQL", REMEDY)
    if os.getuid() == 0 and shutil.which("runuser") is None:
        missing("runuser", "apt install util-linux")
    return binaries


@pytest.fixture(scope="session")
def postgres_cluster(postgres_binaries: Path) -> PostgresCluster:
    """The cluster all tests of the run share. Do not stop it: see ``own_postgres``."""
    parent, pid = os.environ[CLUSTER_FOLDER].split(":")
    folder = Path(parent)
    folder.chmod(0o711)
    cluster = PostgresCluster(folder / "c", postgres_binaries, owner_pid=int(pid))
    with only_one(folder / "lock"):
        if not cluster.data.exists():
            cluster.create()
            cluster.start()
    return cluster


@pytest.fixture
def postgres_url(postgres_cluster: PostgresCluster) -> Iterator[str]:
    """URL of an empty database."""
    with postgres_cluster.database() as url:
        yield url


@pytest.fixture
def own_postgres(postgres_binaries: Path) -> Iterator[PostgresCluster]:
    """A cluster for this test alone, to be stopped, crashed and restarted."""
    folder = Path(tempfile.mkdtemp(prefix="odr-own-"))
    cluster = PostgresCluster(folder, postgres_binaries)
    cluster.create()
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: PostgresCluster) -> Callable[[str, Callable[[str], None]], str]:
    """Gives the name of a template database, filled by the first who asks for it."""

    def template(name: str, fill: Callable[[str], None]) -> str:
        with only_one(postgres_cluster.folder.parent / f"{name}.lock"):
            if not postgres_cluster.has_database(name):
                fill(postgres_cluster.create_database(f"{name}_draft"))
                with postgres_cluster._connect() as connection:
                    connection.execute(
                        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                            sql.Identifier(f"{name}_draft"), sql.Identifier(name)
                        )
                    )
        return name

    return template
