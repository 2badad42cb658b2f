"""The court of the bench as docs/operators.md has it on one machine, on a PostgreSQL that counts: gunicorn with two processes of eight
threads, the worker, the vault.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from bench.service import sink
from bench.steady_client import Asked, Client
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from tests.peers.postgres import PostgresCluster, find_binaries
from tests.scene import Scene, claim, open_court

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
CASES = 6
BASE = "https://court.example"
SECRET = token_hex(20)


@dataclass
class Served:
    """A court that is served, and whose processes are known."""

    cluster: PostgresCluster
    database: Database
    address: str
    processes: dict[str, subprocess.Popen[bytes]]

    def processor(self) -> dict[str, float]:
        """Seconds of the processor so far: web, worker, vault, database."""
        found = {name: used(process.pid) for name, process in self.processes.items()}
        found["database"] = used(int((self.cluster.data / "postmaster.pid").read_text().splitlines()[0]))
        found["client"] = time.process_time()
        return found

    def asked(self) -> dict[str, float]:
        """What PostgreSQL counted so far."""
        found = {}
        with self.cluster._connect("court") as connection:
            rows = connection.execute(
                "SELECT rolname, sum(calls), sum(calls) FILTER (WHERE query ~ '^BEGIN'), sum(total_exec_time) / 1000,"
                " sum(total_plan_time) / 1000,"
                " sum(calls) FILTER (WHERE query ~* '^(BEGIN|COMMIT|ROLLBACK|DEALLOCATE|LISTEN|SET)')"
                " FROM pg_stat_statements JOIN pg_roles ON pg_roles.oid = userid WHERE rolname IN ('web', 'worker')"
                " GROUP BY rolname"
            )
            for name, *counts in rows:
                for what, count in zip(
                    ("statements", "begins", "execution", "planning", "frames"), counts, strict=True
                ):
                    found[f"{name} {what}"] = float(count or 0)
        return found

    def forget(self) -> None:
        """Count statements anew."""
        with self.cluster._connect("court") as connection:
            connection.execute("SELECT pg_stat_statements_reset()")

    def waits(self) -> list[str]:
        """Locks that somebody waited for longer than half a second."""
        log = (self.cluster.folder / "server.log").read_text(errors="replace")
        return re.findall(r"still waiting for (\S+ on \S+ [^\n]*?) after", log)


def used(pid: int) -> float:
    """Seconds of the processor of a process and its children, ended ones too."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK + sum(_own(int(child)) for child in children)


def _own(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK


def machine() -> float:
    """Seconds of the processor of the whole machine that were spent on anything."""
    fields = [int(each) for each in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / TICK


@contextmanager
def postgresql(kept: Path | None) -> Iterator[tuple[PostgresCluster, Path]]:
    """A server that counts statements and tells of whoever waits half a second for a lock, with the court's database; and the
    court's folder. Laid once, where there is a folder to keep them in.
    """
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="odr-load-") as parent:
        Path(parent).chmod(0o711)
        cluster, folder = PostgresCluster(Path(parent) / "c", binaries), Path(parent) / "court"
        if kept is not None and kept.exists():
            subprocess.run(["cp", "-a", *map(str, (kept / "c", kept / "court")), parent], check=True)
            (cluster.folder / "server.log").unlink()
            cluster.start()
        else:
            cluster.create()
            with (cluster.data / "postgresql.conf").open("a") as file:
                file.write(
                    "shared_preload_libraries = 'pg_stat_statements'\nlog_lock_waits = on\npg_stat_statements.track_planning = on\ndeadlock_timeout = '500ms'\n"
                )
            cluster.start()
            lay(cluster, folder)
            if kept is not None:
                cluster.stop()
                kept.mkdir()
                subprocess.run(["cp", "-a", str(cluster.folder), str(folder), str(kept)], check=True)
                cluster.start()
        try:
            yield cluster, folder
        finally:
            cluster.stop()


def lay(cluster: PostgresCluster, folder: Path) -> None:
    """Disputes in their written examination, each with exhibits, letters and words of both sides."""
    url = cluster.create_database("court")
    cluster.as_operated("court")
    with cluster._connect("court") as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        for name in ("web", "worker"):
            connection.execute(f"CREATE ROLE {name} SUPERUSER LOGIN")
    migrate.upgrade(url)
    database, clock = Database(url), FixedClock(datetime.now(UTC))
    first = open_court(database, clock, folder, sequencing="when_asked", secret_key=SECRET, base_url=BASE)
    for number in range(CASES):
        scene = Scene(first.court, first.clock, first.people)
        scene.lodge(claim())
        scene.accept()
        scene.work()
        scene.join()
        for who in ("li", "haiyun"):
            for page in range(4):
                kept = scene.upload(who, f"Page {page} of {who} in {number}".encode(), f"page-{page}.txt")
                told = {"title": f"Page {page}", "proves": "What was ordered", "source": "My phone"}
                scene.do("submit_exhibit", who, upload=kept.reference, **told)
        scene.do("file_answer", "haiyun", position="defend", statement="The label was lawful when it was sold. " * 5)
        scene.do("open_examination", "judge", mode="asynchronous")
        for said in range(6):
            for who in ("li", "haiyun"):
                scene.do("post_statement", who, words=f"On point {said}: the parcel came on the day the page shows.")
    # Letters were sent on the way; their proofs are made now, so that the worker begins with nothing to do.
    while first.work(proofs=True)["proofs"]:
        pass
    database.dispose()


@contextmanager
def served(cluster: PostgresCluster, folder: Path, more: dict[str, str]) -> Iterator[Served]:
    """The court's processes, as the units of deploy/ begin them; web and worker with a role each, so that what they ask
    is told apart.
    """
    socket = folder / "vault.sock"
    vault = ["odr.notary.vault_server", str(folder / "vault"), str(socket), getpass.getuser()]
    web = ["gunicorn", "--worker-class", "odr.web.patient_worker.PatientWorker"]
    web += ["--workers", "2", "--threads", "8", "--bind", "127.0.0.1:0", "wsgi:app"]
    worker = ["flask", "--app", "wsgi", "worker"]
    processes: dict[str, subprocess.Popen[bytes]] = {}
    log = folder / "processes.log"
    log.unlink(missing_ok=True)

    def begin(name: str, module: list[str], env: dict[str, str], is_there: Callable[[], object]) -> None:
        env = {**env, "ODR_DATABASE_URL": cluster.url("court").replace("court@", f"{name}@")}
        with log.open("ab") as told:
            processes[name] = subprocess.Popen(
                [sys.executable, "-m", *module], cwd=ROOT, env=env, stdout=told, stderr=told
            )
        deadline = time.monotonic() + 120
        while not is_there():
            if processes[name].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not come up: {log.read_text()[-2000:]}")
            time.sleep(0.05)

    def address() -> str:
        found = re.search(r"Listening at: http://(\S+)", log.read_text())
        return found[1] if found else ""

    def answers() -> bool:
        try:
            return Client(address()).ask(Asked("", "", "GET", "/health/live", {}))[0] == 200
        except OSError:
            return False

    database = Database(cluster.url("court"))
    try:
        with sink() as post:
            env = {**os.environ, **settings(folder, socket, post), **more}
            begin("vault", vault, env, socket.exists)
            begin("web", web, env, lambda: address() and answers())
            begin("worker", worker, env, lambda: True)
            yield Served(cluster, database, address(), processes)
            for process in reversed(processes.values()):
                process.terminate()
    finally:
        if os.environ.get("ODR_BENCH_LOG"):
            shutil.copy(log, os.environ["ODR_BENCH_LOG"])
        for process in processes.values():
            process.terminate()
            process.wait(60)
        database.dispose()


def settings(folder: Path, socket: Path, post: int) -> dict[str, str]:
    """Of a sitting court, behind a proxy that speaks TLS."""
    return {
        "ODR_MODE": "production",
        "ODR_DATA_DIR": str(folder),
        "ODR_SECRET_KEY": SECRET,
        "ODR_BASE_URL": BASE,
        "ODR_SMTP_URL": f"smtp+plain://127.0.0.1:{post}",
        "ODR_REQUESTS_PER_MINUTE": "0",
        "ODR_VAULT_SOCKET": str(socket),
    }
