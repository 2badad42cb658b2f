"""A new version rehearsed on a copy of the court: rolled to and back while people read, send files and get receipts.

A backup is put back into a folder of its own, served by the version that made this
command, and deploy/roll takes it to the newer one under load, then back. Every
answer counts: one that fails, or a receipt that is not there afterwards, is named.
The copy sends nothing and is taken away at the end.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess  # nosec B404 # deploy/roll and the proxy, by list
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from sqlalchemy import select

from odr.app import create_court, open_notary
from odr.evidence.models import Upload, UploadState
from odr.ground import migrate
from odr.ground.clock import CourtClock
from odr.ground.config import Mode, Settings
from odr.ground.db import Database
from odr.identity.accounts import accounts
from odr.identity.sign_in import program_tokens
from odr.identity.sign_in.program_tokens import Scope
from odr.notary.log.years import Closing
from odr.notary.vault import FileVault
from odr.operations import backup, rehearsed_units
from odr.operations.rehearsed_units import Machine
from odr.procedure.audit.docket_audit import audit

READERS, SENDERS = 2, 2
"""People who read public pages, and programs that send files, at one time."""
PROGRAMS = ("nginx", "curl", "ps")
PAGES = ("/", "/health/live", "/rules", "/account/sign-in")
PAUSE = 0.02
"""Seconds each of them waits between an answer and the next question."""
OPENS = 120.0
"""Seconds for a version to answer at all."""


@dataclass(frozen=True)
class Request:
    """One thing asked of the court."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Asks = Callable[[int], Request]
"""What somebody asks next, by the number of the question."""


class RehearsalRefused(Exception):
    """The rehearsal cannot be held here; nothing was left behind."""


class Load:
    """People at work: each asks, waits for the answer, and asks the next. A connection each, as strangers have."""

    def __init__(self, port: int, asking: list[Asks], pause: float) -> None:
        self.port, self.pause = port, pause
        self.answers = 0
        self.failed: list[str] = []
        self.receipts: list[str] = []
        self.slowest = 0.0
        self._told = threading.Lock()
        self._stop = threading.Event()
        self._people = [threading.Thread(target=self._work, args=(ask,), daemon=True) for ask in asking]

    def __enter__(self) -> Load:
        for one in self._people:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for one in self._people:
            one.join(OPENS)

    def _work(self, ask: Asks) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            request = ask(number)
            began = time.monotonic()
            said, receipt = self._ask(request)
            with self._told:
                self.answers += 1
                self.slowest = max(self.slowest, time.monotonic() - began)
                if said:
                    self.failed.append(f"{request.method} {request.path}: {said}")
                elif receipt:
                    self.receipts.append(receipt)
            self._stop.wait(self.pause)

    def _ask(self, request: Request) -> tuple[str, str | None]:
        """What was wrong with the answer, and the address of what was acknowledged."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=OPENS)
        try:
            line.request(request.method, request.path, request.body or None, request.headers | {"Connection": "close"})
            answer = line.getresponse()
            body = answer.read()
            if answer.status >= 400:
                return f"{answer.status} {body[:200]!r}", None
            return "", answer.getheader("Location") if answer.getheader("Upload-Receipt") else None
        except (OSError, HTTPException) as error:
            return type(error).__name__, None
        finally:
            line.close()


@dataclass(frozen=True)
class Rehearsed:
    """What a rehearsal found."""

    steps: list[str]
    answers: int
    failed: list[str]
    acknowledged: int
    lost: list[str]
    slowest: float
    seconds: dict[str, float]
    faults: list[str]

    @property
    def is_well(self) -> bool:
        """Whether nobody noticed anything."""
        return not (self.failed or self.lost or self.faults)

    def lines(self) -> list[str]:
        """For the keeper's record."""
        took = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.seconds.items())
        return [
            f"database steps taken beside the older version: {', '.join(self.steps) or 'none'}",
            f"{self.answers} answers, {len(self.failed)} failed, the slowest after {self.slowest:.1f} s",
            f"{self.acknowledged} files acknowledged, {len(self.lost)} lost; {took}",
            *self.failed[:20],
            *(f"acknowledged and not there: {one}" for one in self.lost),
            *self.faults,
            "nobody noticed" if self.is_well else "people would have noticed: do not roll",
        ]


def rehearse(
    settings: Settings, kept: Path, newer: Path, into: Path, address: str, *, seconds: float, pause: float = PAUSE
) -> Rehearsed:
    """Put the backup ``kept`` back into ``into`` (and the empty database ``address``), and roll it to ``newer`` and back.

    Raises :class:`RehearsalRefused` and :class:`odr.operations.backup.BackupRefused`; ``into`` is the caller's to remove.
    """
    for program in PROGRAMS:
        if shutil.which(program) is None:
            raise RehearsalRefused(f"{program} is not installed here: rehearse where the court's proxy can run")
    here = migrate.FOLDER.parent
    if not (newer / "wsgi.py").exists() or newer.resolve() == here:
        raise RehearsalRefused(f"{newer} holds no other version of the court")
    with _taken_away_if_killed(into):
        return _rehearse(settings, kept, newer, into, address, seconds, pause)


@contextmanager
def _taken_away_if_killed(into: Path) -> Iterator[None]:
    """Beside the rehearsal waits a process that hears its end, however it ends, and takes away what it left."""
    words = [sys.executable, rehearsed_units.__file__, "stand-by", str(into)]
    beside = subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        beside.communicate(rehearsed_units.ENDED)


def _rehearse(
    settings: Settings, kept: Path, newer: Path, into: Path, address: str, seconds: float, pause: float
) -> Rehearsed:
    copy = _copy_of(settings, into, address)
    token = _put_back(copy, kept)
    older, later, proxy = (str(_free_port()) for _ in range(3))
    _lay_out(copy, into, {older: migrate.FOLDER.parent, later: newer.resolve()}, proxy)
    took: dict[str, float] = {}
    with _standing(into, older) as roll, Load(int(proxy), _asking(token), pause) as load:
        time.sleep(seconds)
        for name, port in (("rolled to the newer", later), ("and back", older)):
            began = time.monotonic()
            roll(port)
            took[name] = time.monotonic() - began
            time.sleep(seconds)
    at = migrate.current(copy.url)
    steps = [str(at)] if migrate.is_newer(copy.url) else []
    lost, faults = _after(copy, load.receipts)
    return Rehearsed(steps, load.answers, load.failed, len(load.receipts), lost, load.slowest, took, faults)


@dataclass(frozen=True)
class Standing:
    """A copy of the court that stands: its machine, settings, the port of its web process and of its proxy, a token."""

    machine: Machine
    copy: Settings
    web: str
    proxy: int
    token: str

    @contextmanager
    def at_work(self, pause: float = PAUSE) -> Iterator[Load]:
        """People read pages and send files as long as the block lasts."""
        with Load(self.proxy, _asking(self.token), pause) as load:
            yield load

    def answers(self) -> None:
        """Wait until the court is ready. Raises RehearsalRefused."""
        _until(lambda: _answers(int(self.web)), "the court")

    def after(self, load: Load) -> tuple[list[str], list[str]]:
        """What was acknowledged and is not there, and what the audits find."""
        return _after(self.copy, load.receipts)


@contextmanager
def standing_copy(settings: Settings, kept: Path, into: Path, address: str) -> Iterator[Standing]:
    """The backup ``kept`` put back into ``into``, with vault, web, worker and proxy of this version, for a drill; ``into``
    is the caller's to remove.
    """
    with _taken_away_if_killed(into):
        copy = _copy_of(settings, into, address)
        token = _put_back(copy, kept)
        web, proxy = str(_free_port()), _free_port()
        _lay_out(copy, into, {web: migrate.FOLDER.parent}, str(proxy))
        with _standing(into, web):
            yield Standing(Machine(into), copy, web, proxy, token)


def _copy_of(settings: Settings, into: Path, address: str) -> Settings:
    """The settings of a copy that stands alone: no way out of the machine, and a vault of its own."""
    (into / "vault").mkdir(parents=True, mode=0o700)
    return Settings(
        mode=Mode.TEST,
        data_dir=into / "data",
        database_url=address or f"sqlite:///{into / 'data' / 'court.sqlite'}",
        vault_dir=str(into / "vault"),
        log_origin=settings.origin,
        pack=settings.pack,
        zone=settings.zone,
        store_url=settings.store_url if settings.store_url.startswith("s3:") else "",
        secret_key=settings.secret_key,
        argon2_cheap=True,
    )


def _put_back(copy: Settings, kept: Path) -> str:
    """The backup, its log ended and a successor begun, so that the copy contradicts nothing; gives a token of somebody new."""
    now = CourtClock().machine_now()
    (copy.vault_folder).rmdir()
    backup.restore(copy, kept, now=now)
    migrate.upgrade(copy.url)
    database = Database(copy.url)
    try:
        notary = open_notary(copy, database, CourtClock(None, copy.data_dir), FileVault(copy.vault_folder))
        notary.close_log(Closing.BREACH)
        notary.sequence()
        with database.write() as session:
            somebody = accounts.create(
                session, email="somebody@rehearsal.example", name="Somebody", locale="en", now=now
            )
            return program_tokens.issue(
                session,
                somebody,
                name="rehearsal",
                scopes=[Scope.UPLOAD],
                lasts=timedelta(days=1),
                two_factor=True,
                now=now,
            )
    finally:
        database.dispose()


def _lay_out(copy: Settings, into: Path, versions: dict[str, Path], proxy: str) -> None:
    """The machine: each version under its port, the settings, the proxy's configuration, and what stands in for systemd."""
    (into / "srv").mkdir()
    for port, folder in versions.items():
        (into / "srv" / port).symlink_to(folder)
    (into / "srv" / "app").symlink_to(next(iter(versions)))
    settings = {
        "ODR_MODE": "test",
        "ODR_DATA_DIR": str(copy.data_dir),
        "ODR_DATABASE_URL": copy.url,
        "ODR_VAULT_SOCKET": str(into / "v.sock"),
        "ODR_LOG_ORIGIN": copy.origin,
        "ODR_PACK": copy.pack,
        "ODR_ZONE": copy.zone,
        "ODR_STORE_URL": copy.store_url,
        "ODR_SECRET_KEY": copy.secret_key,
        "ODR_ARGON2_CHEAP": "1",
        "ODR_TRUSTED_PROXIES": "1",
    }
    (into / "court.env").write_text("".join(f"{name}={value}\n" for name, value in settings.items() if value))
    (into / "court.env").chmod(0o600)
    text = (migrate.FOLDER.parent / "deploy" / "nginx.conf").read_text().partition("\nserver {\n    listen 80;")[0]
    text = re.sub(r"^ +(ssl_|http2 |listen \[::\]|error_log ).*\n", "", text, flags=re.M)
    text = text.replace("/var/lib/nginx/", f"{into}/")
    (into / "court.conf").write_text(text.replace("listen 443 ssl;", f"listen 127.0.0.1:{proxy};"))
    (into / "court-upstream.conf").write_text(f"server 127.0.0.1:{next(iter(versions))};\n")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {into}/{kind};" for kind in kinds)
    (into / "nginx.conf").write_text(
        f"pid {into}/nginx.pid; error_log {into}/nginx.log crit; events {{}} "
        f"http {{ access_log off; {places} include {into}/court.conf; }}\n"
    )
    (into / "bin").mkdir()
    stands_in = f'exec "{sys.executable}" "{rehearsed_units.__file__}"'
    programs = {name: f"{stands_in} {name}" for name in ("systemctl", "systemd-run")}
    programs["nginx"] = f'exec "{shutil.which("nginx")}" -p "{into}" -c "{into}/nginx.conf" -e "{into}/nginx.log"'
    for name, line in programs.items():
        (into / "bin" / name).write_text(f'#!/bin/sh\n{line} "$@"\n')
        (into / "bin" / name).chmod(0o755)


@contextmanager
def _standing(into: Path, serves: str) -> Iterator[Callable[[str], None]]:
    """Vault, web, worker and proxy of the older version; gives a way to roll to another."""
    machine = Machine(into)
    env = {
        **os.environ,
        "PATH": f"{into / 'bin'}:{os.environ['PATH']}",
        rehearsed_units.MARK: str(into),
        "COURT": str(into / "srv"),
        "UPSTREAM": str(into / "court-upstream.conf"),
        "NGINX_PID": str(into / "nginx.pid"),
    }

    def roll(port: str) -> None:
        # The script of the version that is to serve, as in docs/operators.md.
        script = into / "srv" / port / "deploy" / "roll"
        done = subprocess.run(["sh", str(script), port], env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            logs = [f"{log.name}: {log.read_text()[-1500:]}" for log in sorted(into.glob("*.log"))]
            raise RehearsalRefused("\n".join(["deploy/roll did not come through", done.stdout, done.stderr, *logs]))

    units = ["court-vault", f"court-web@{serves}", "court-worker"]
    try:
        for unit in units:
            machine.begin_unit(unit)
            if unit == "court-vault":
                _until(lambda: (into / "v.sock").exists(), "the vault")
        _until(lambda: _answers(int(serves)), "the older version")
        subprocess.run(["nginx"], check=True, env=env)
        yield roll
    finally:
        if (into / "nginx.pid").exists():
            subprocess.run(["nginx", "-s", "quit"], check=False, env=env)
        # The proxy takes its own file away when it ends, which may be at any moment from now.
        for file in into.glob("court-*.pid"):
            machine.end_unit(file.stem)


def _until(holds: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + OPENS
    while not holds():
        if time.monotonic() > ends:
            raise RehearsalRefused(f"{what} does not answer")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=OPENS)
    try:
        line.request("GET", "/health/ready")
        return line.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        line.close()


def _asking(token: str) -> list[Asks]:
    """What each of the people asks, one thing after another."""

    def read(number: int) -> Request:
        return Request("GET", PAGES[number % len(PAGES)], {"Accept-Language": "en"})

    def send(number: int) -> Request:
        body = f"File {number} of {threading.get_ident()}".encode()
        headers = {
            "Tus-Resumable": "1.0.0",
            "Content-Type": "application/offset+octet-stream",
            "Authorization": f"Bearer {token}",
            "Upload-Length": str(len(body)),
            "Upload-Metadata": f"filename {b64encode(b'note.txt').decode()}",
        }
        return Request("POST", "/api/v1/uploads", headers, body)

    people: list[Asks] = [read] * READERS
    return people + [send] * SENDERS


def _after(copy: Settings, acknowledged: list[str]) -> tuple[list[str], list[str]]:
    """What was acknowledged and is not there, and what the audits find, by the older version."""
    database = Database(copy.url)
    try:
        with database.read() as session:
            there = set(session.scalars(select(Upload.reference).where(Upload.state == UploadState.ANCHORED)))
        alone = copy.model_copy(update={"vault_socket": "", "sequencing": "when_asked"})
        court = create_court(alone, database=database, to_look=True)
        with database.read() as session:
            faults = audit(court, session) + [str(fault) for fault in court.notary.audit(session)]
    finally:
        database.dispose()
    return [one for one in acknowledged if one.rpartition("/")[2] not in there], faults


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
