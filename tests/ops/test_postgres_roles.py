"""A court on PostgreSQL as deploy/ sets it up: two roles of the least rights, TLS, and nobody else."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.operations.worker import work_once
from tests.ops.conftest import Keeper
from tests.ops.test_backup import faults, work
from tests.ops.test_point_in_time import give
from tests.patience import PATIENCE, until
from tests.peers import needed
from tests.peers.postgres import PostgresCluster
from tests.scene import open_court
from tests.typed import typed

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FORBIDDEN = (
    "DROP TABLE docket_entry",
    "TRUNCATE docket_entry",
    "ALTER TABLE docket_entry DISABLE TRIGGER ALL",
    "CREATE TABLE mine (id int)",
    "CREATE ROLE friend",
    "SET session_replication_role = replica",
    "COPY docket_entry TO PROGRAM 'cat'",
    "ALTER TABLE docket_entry OWNER TO court_office",
)
"""What whoever holds the password of web and worker tries."""


def lay_roles(cluster: PostgresCluster) -> None:
    """As the guide has it."""
    instead = {"office_password=…": "office_password=office", "keeper_password=…": "keeper_password=keeper"}
    line = typed("createdb court && psql", instead)
    env = {**os.environ, "PGHOST": str(cluster.folder), "PGUSER": "court"}
    for program in ("createdb", "psql"):
        needed(program)
    subprocess.run(["sh", "-c", line], check=True, capture_output=True, cwd=ROOT, env=env)


def as_role(cluster: PostgresCluster, role: str) -> str:
    """URL of the database for a role."""
    return cluster.url("court").replace("court@", f"{role}@")


@pytest.mark.slow
def test_web_and_worker_can_change_no_table(own_postgres: PostgresCluster, clock: FixedClock, tmp_path: Path) -> None:
    """The keeper lays the tables; the office holds a whole court on them, its audits are clean, and with its password
    nobody drops, empties or changes a table, takes a trigger down, or reaches the machine.
    """
    lay_roles(own_postgres)
    migrate.upgrade(as_role(own_postgres, "court_keeper"))
    office = as_role(own_postgres, "court_office")
    scene = open_court(Database(office), clock, tmp_path / "court", sequencing="at_once")
    work(scene)
    scene.join()
    scene.do("file_answer", "haiyun", position="defend", statement="The goods were as described.")
    work_once(scene.court)
    scene.court.notary.sequence()
    assert faults(scene) == [] and not migrate.pending(office)
    assert "private keys" in Keeper(scene.court.settings, clock).well("backup", str(tmp_path / "backup"))
    with psycopg.connect(office.replace("+psycopg", ""), autocommit=True) as taken:
        for statement in FORBIDDEN:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                taken.execute(statement.encode())
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            taken.execute("UPDATE docket_entry SET payload = ''")
        rights = taken.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname LIKE 'court\\_%'"
        )
        assert rights.fetchall() == [(False,) * 4] * 2
    scene.court.database.dispose()


def certificate(folder: Path) -> None:
    """Key and certificate of the database, as the guide has them made."""
    line = typed("openssl req -x509", {"/etc/court/secrets": str(folder)})
    subprocess.run(["sh", "-c", line], check=True, capture_output=True)


@pytest.fixture
def deployed(own_postgres: PostgresCluster) -> Iterator[tuple[int, Path]]:
    """The server started as deploy/compose.yaml starts it; gives its port and its certificate."""
    lay_roles(own_postgres)
    own_postgres.stop()
    folder = own_postgres.folder
    certificate(folder)
    (folder / "pg_hba.conf").write_text((DEPLOY / "pg_hba.conf").read_text())
    give(own_postgres, folder)
    command = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["database"]["command"]
    assert command[0] == "postgres"
    told = [word.replace("/run/secrets", str(folder)).replace("/etc/court", str(folder)) for word in command[1:]]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(own_postgres.binaries / "postgres"), "-D", str(own_postgres.data), "-k", str(folder)]
    words += ["-h", "127.0.0.1", "-p", str(port), "-F", *told]
    server = subprocess.Popen(
        ["sh", "-c", 'exec "$@"', "server", *own_postgres._as_user(*words)],
        cwd="/",
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port, folder / "database_certificate"
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait(PATIENCE)


def test_the_database_of_the_compose_file_takes_the_two_roles_by_tls_alone(deployed: tuple[int, Path]) -> None:
    """With its certificate verified and the right password; not in the open, not by another name or password, not as the
    server's superuser.
    """
    port, root = deployed
    address = "postgresql://{}:{}@database:{}/{}?hostaddr=127.0.0.1&sslmode={}&sslrootcert={}"
    office = address.format("court_office", "office", port, "court", "verify-full", root)

    def has_started() -> bool:
        try:
            psycopg.connect(office).close()
        except psycopg.OperationalError as error:
            assert re.search("refused|starting up", str(error)), error
            return False
        return True

    until(has_started, "the database takes calls", every=0.1)
    with psycopg.connect(office) as there:
        asked = there.execute("SELECT ssl, current_user FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert asked.fetchone() == (True, "court_office")
    psycopg.connect(address.format("court_keeper", "keeper", port, "court", "verify-full", root)).close()
    for role, password, database, mode in (
        ("court_office", "office", "court", "disable"),
        ("court_office", "keeper", "court", "verify-full"),
        ("court_office", "office", "postgres", "verify-full"),
        ("court", "office", "court", "verify-full"),
        ("postgres", "office", "court", "verify-full"),
    ):
        with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry|password authentication failed"):
            psycopg.connect(address.format(role, password, port, database, mode, root))
