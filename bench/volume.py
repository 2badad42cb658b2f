"""Pages and the worker's rounds among very many cases, beside the same among a thousand, on both engines: what somebody looks at
is the same in both courts, what lies around it is not. With ``ODR_PROVE`` there are a million.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from bench.frame import PAIRS, Ratio, cpu, report, timed
from odr.app import create_app
from odr.docket.models import Case
from odr.operations import worker
from odr.procedure.court import Court
from odr.training.volume.courses import COURSES
from odr.training.volume.filling import fill
from odr.training.volume.rows import fill_rows
from tests.full_court import browser, case_of, opened, pages
from tests.peers.postgres import PostgresCluster, find_binaries

FEW = 1_000
LAID = os.environ.get("ODR_BENCH_VOLUME_LAID", "")
"""A folder with two courts that were filled before (``few``, ``many``): these are looked at on SQLite, and none is laid. A million
cases take longer to lay than to look at.
"""
MANY = int(os.environ.get("ODR_BENCH_VOLUME") or (1_000_000 if os.environ.get("ODR_PROVE") else 20_000))
LIMIT = 1.3
NOISE = 0.003
"""Seconds by which a page must be slower to be named: two looks at one page differ by as much on a machine at work."""
ALIKE = 0.02
"""By which part a page may be longer in one court than in the other: numbers have more digits there."""
PLATFORM = "chengguang"
PEOPLE = ("li", PLATFORM, "judge", "clerk", "president", "cashier", "admin")
"""A person and a platform of hundreds of thousands of cases; and who works at the court."""


@dataclass(frozen=True)
class Engine:
    """Where a new database of an engine is: an empty one, and one that is a copy of another."""

    empty: Callable[[str], str]
    copied: Callable[[str, str], str]


def told(folder: Path, url: str) -> None:
    """The court of which both are copies: the real cases are told by lot, and two tellings give somebody's desk other things."""
    # Without a thread beside: while one is connected to it PostgreSQL copies no database.
    court = opened(folder, url, "when_asked")
    fill(court, len(COURSES))
    court.settle()
    court.database.dispose()


def laid(told_folder: Path, folder: Path, url: str, cases: int) -> Court:
    """The told court with rows of so many cases."""
    court = opened(Path(shutil.copytree(told_folder, folder)), url)
    fill_rows(court, cases)
    return court


@contextmanager
def engines(folder: Path) -> Iterator[dict[str, Engine]]:
    """The engines that are here, by name."""

    def file_of(name: str) -> Path:
        return folder / f"{name}.sqlite"

    def copy_of_file(told: str, name: str) -> str:
        return f"sqlite:///{shutil.copyfile(file_of(told), file_of(name))}"

    found = {"SQLite": Engine(lambda name: f"sqlite:///{file_of(name)}", copy_of_file)}
    binaries = find_binaries()
    with ExitStack() as stack:
        if binaries is None:
            print("PostgreSQL is not installed: only SQLite is measured (apt install postgresql)")
        else:
            cluster = PostgresCluster(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pg"))), binaries)
            cluster.create()
            cluster.start()
            stack.callback(cluster.stop)
            found["PostgreSQL"] = Engine(
                cluster.create_database, lambda told, name: cluster.create_database(name, template=told)
            )
        yield found


def looked_at(engine: str, few: Court, many: Court, cases: int) -> list[Ratio]:
    """For everybody: the pages that open for them, all of them together; and each that is slower by itself."""
    apps = [create_app(court=court) for court in (many, few)]
    clock = cpu if engine == "SQLite" else timed
    found = []
    for who in PEOPLE:
        clients = [browser(app, court, who) for app, court in zip(apps, (many, few), strict=True)]
        lists = [pages(app, case_of(court, PLATFORM)) for app, court in zip(apps, (many, few), strict=True)]
        taken: dict[str, list[tuple[float, float]]] = {}
        unlike = []
        for (_, mine), (_, other) in zip(*lists, strict=True):
            answers = clients[0].get(mine), clients[1].get(other)
            if {one.status_code for one in answers} != {200}:
                continue
            long, short = (len(one.data) for one in answers)
            if abs(long - short) > ALIKE * short:
                unlike.append(f"{mine} {long:,}/{short:,}")
            taken[mine] = [
                (clock(partial(clients[0].get, mine)), clock(partial(clients[1].get, other))) for _ in range(PAIRS)
            ]
        sums = [
            (sum(pair[i][0] for pair in taken.values()), sum(pair[i][1] for pair in taken.values()))
            for i in range(PAIRS)
        ]
        whole = Ratio(
            f"{engine}: {len(taken)} pages of {who}", f"among {cases:,}", f"among {FEW:,}", LIMIT, False, sums
        )
        if unlike:
            whole.notes.append(f"bytes of pages that are not alike: {', '.join(unlike)}")
        found.append(whole)
        for page, pairs in taken.items():
            one = Ratio(f"{engine}: {page} of {who}", f"among {cases:,}", f"among {FEW:,}", LIMIT, False, pairs)
            if not one.holds and statistics.median(a - b for a, b in pairs) > NOISE:
                found.append(one)
    return found


def settled(court: Court) -> None:
    """Rounds until the worker has counted what it counts piece by piece, and one more."""
    while worker.work_once(court)["service_figures"]:
        pass
    worker.work_once(court)


def rounds(engine: str, few: Court, many: Court, cases: int) -> Ratio:
    """A round of the worker in which nothing is due, after one that did what there was."""
    clock = cpu if engine == "SQLite" else timed
    for court in (many, few):
        settled(court)
    pairs = [(clock(lambda: worker.work_once(many)), clock(lambda: worker.work_once(few))) for _ in range(PAIRS)]
    return Ratio(f"{engine}: a round of the worker", f"among {cases:,}", f"among {FEW:,}", LIMIT, False, pairs)


def run() -> list[Ratio]:
    """Every engine that is here."""
    found: list[Ratio] = []
    if LAID:
        few, many = (opened(Path(LAID) / name) for name in ("few", "many"))
        return compared("SQLite", few, many, "filled before")
    with tempfile.TemporaryDirectory() as place, engines(Path(place)) as databases:
        folder = Path(place)
        for engine, database in databases.items():
            first, small, large = (f"{size}_{engine.lower()}" for size in ("told", "few", "many"))
            told(folder / first, database.empty(first))
            few = laid(folder / first, folder / small, database.copied(first, small), FEW)
            began = time.perf_counter()
            many = laid(folder / first, folder / large, database.copied(first, large), MANY)
            seconds = time.perf_counter() - began
            found += compared(engine, few, many, f"laid in {seconds:.0f} s")
    return found


def compared(engine: str, few: Court, many: Court, laying: str) -> list[Ratio]:
    """The worker's round and everybody's pages in both courts, told at once."""
    with many.database.read() as session:
        cases = session.scalar(select(func.count()).select_from(Case)) or 0
    ratios = [rounds(engine, few, many, cases), *looked_at(engine, few, many, cases)]
    ratios[0].notes.append(f"{cases:,} cases with parties, seats, windows, tasks and fees, {laying}")
    for court in (few, many):
        court.database.dispose()
    for one in ratios:
        report(one)
    return ratios
