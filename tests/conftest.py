"""What every room's tests stand on: the two databases with the court's tables, and a clock that stands still."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings

from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Base, Database, unpooled
from odr.ground.logs import JsonLines
from tests.kept import Shelf
from tests.scene import Scene, open_court

pytest_plugins = [
    "tests.peers.statements",
    "tests.peers.postgres",
    "tests.peers.smtp",
    "tests.peers.s3",
    "tests.peers.http",
    "tests.peers.browser",
    "tests.peers.litewitness",
    "tests.peers.witness",
    "tests.peers.oidc",
]

# What is imported and collected from here on is garbage nowhere; what tests leave is collected in larger portions.
gc.set_threshold(200_000, 20, 100)

# The machines are shared and slow at times: a rule is not broken by taking long. CI tries the same examples each time.
settings.register_profile("court", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("court"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "court")

DRIVER = {"test_ground.py", "test_migrations.py", "test_walk.py"}
"""What shows that the driver and every type of PostgreSQL work on an interpreter: run on each."""

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
"""Monday 2 March 2026, when the registry opens."""


SECOND = Path(__file__).parent / "second_python.txt"
"""Written by tools/second_python.py: a module a line, then those of its tests that the second Python repeats."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which tests run here, where not all do."""
    parser.addoption(
        "--second-python",
        action="store_true",
        help="leave out what the first Python showed on the same lines of the court",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test that drives a browser is slow, whether it says so or not; one that repeats on PostgreSQL what runs on
    SQLite says that too.
    """
    for item in items:
        if {"browser", "open_page", "open_context"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
        if (
            "postgresql" in getattr(getattr(item, "callspec", None), "params", {}).values()
            and item.path.name not in DRIVER
        ):
            item.add_marker("again_on_postgresql")
    if config.getoption("second_python"):
        config.hook.pytest_deselected(items=[item for item in items if not is_repeated(item)])
        items[:] = [item for item in items if is_repeated(item)]
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers > 1:
        items[:] = long_ones_first(items, workers)


LONG = Path(__file__).parent / "long.txt"
"""What takes longest, a line each, the longest first; ``build/spent.txt`` of a whole run names it: a test by itself, and a file or
a folder whole where its tests share something dear, which would otherwise be made at each worker that has one of them.
"""


def long_ones_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """What each worker begins with, so that the end of a run waits for none of them on one processor.

    Every worker is given a stretch of the same list (``--dist worksteal``), and those that have ended theirs take from the
    ends of the others'.
    """
    named = [line for line in LONG.read_text().splitlines() if line and not line.startswith("#")]
    long = [[item for item in items if is_of(name, item.nodeid)] for name in named]
    together = {item.nodeid for each in long for item in each}
    rest = [item for item in items if item.nodeid not in together]
    spread: list[pytest.Item] = []
    for worker in range(workers):
        mine = [item for each in long[worker::workers] for item in each]
        # The stretches are as long as one another, but for the remainder, which the last ones have.
        size = (len(items) - len(spread)) // (workers - worker)
        spread += [*mine, *rest[: max(size - len(mine), 0)]]
        del rest[: max(size - len(mine), 0)]
    return [*spread, *rest]


def is_of(name: str, nodeid: str) -> bool:
    """Whether a line of the list means a test: by itself, or by its file or its folder."""
    return nodeid == name or nodeid.startswith(name if name.endswith("/") else f"{name}::")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A module of which the second Python repeats nothing need not be read there."""
    if not config.getoption("second_python") or collection_path.name in DRIVER:
        return None
    return True if chosen().get(collection_path.relative_to(config.rootpath).as_posix()) == {"-"} else None


@cache
def chosen() -> dict[str, set[str]]:
    """What the second Python repeats of each module of the list, a dash for nothing."""
    lines = [line.split("\t") for line in SECOND.read_text().splitlines() if not line.startswith("#")]
    return {module: set(names) for module, *names in lines}


def is_repeated(item: pytest.Item) -> bool:
    """Whether the second Python runs a test: the quick ones chosen, the drivers', and everything quick of a module that
    is not in the list yet.
    """
    if item.get_closest_marker("slow") or item.get_closest_marker("again_on_postgresql"):
        return False
    module, _, name = item.nodeid.partition("::")
    return module not in chosen() or name in chosen()[module] or item.path.name in DRIVER - {"test_migrations.py"}


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: the collector, which would take a quarter of the time, need not
    walk it again and again.
    """
    gc.collect()
    gc.freeze()


def lay_tables(url: str) -> None:
    """The court's tables as a running court has them: by migration, or from the models before there is any."""
    if migrate.revisions():
        migrate.upgrade(url)
        return
    migrate.load_models()
    engine = unpooled(url)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        migrate.install_triggers(connection)
    engine.dispose()


@pytest.fixture
def clock() -> FixedClock:
    """Stands at Monday 2 March 2026, 09:00 in Shanghai, until moved."""
    return FixedClock(MORNING)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the court's tables, to be copied: laid by the first worker who asks for it."""
    # A plugin of this file, whose asserts pytest could not rewrite if it were imported before.
    from tests.peers.postgres import only_one

    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    path = shared / "template.sqlite"
    with only_one(shared / "template.lock"):
        if not path.exists():
            draft = shared / "template-draft.sqlite"
            lay_tables(f"sqlite:///{draft}")
            # Of a thousand tables and indexes with hardly a row in them each is a page, and every test copies all of them.
            with contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as connection:
                for step in (
                    "PRAGMA journal_mode=DELETE",
                    "PRAGMA page_size=1024",
                    "VACUUM",
                    "PRAGMA journal_mode=WAL",
                ):
                    connection.execute(step)
            draft.rename(path)
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of a fresh SQLite file with the court's tables."""
    path = tmp_path / "court.sqlite"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_court_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a fresh PostgreSQL database with the court's tables."""
    cluster = request.getfixturevalue("postgres_cluster")
    template: Callable[[str, Callable[[str], None]], str] = request.getfixturevalue("postgres_template")
    with cluster.database(template("court", lay_tables)) as url:
        yield url


ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh database with the court's tables, once on each engine."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_court_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with the court's tables, once on each engine."""
    database = Database(database_url, synchronous="OFF")
    yield database
    database.dispose()


@pytest.fixture
def scene(database: Database, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Scene:
    """A court with its people, on both databases."""
    return open_court(database, clock, tmp_path / "court", shelf)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """The stories this process has told."""
    return Shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def small_scene(sqlite_url: str, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Iterator[Scene]:
    """The same on SQLite only, for what does not depend on the database; nothing waits for the disk, which tests/faults
    look after.
    """
    database = Database(sqlite_url, synchronous="OFF")
    yield open_court(database, clock, tmp_path / "court", shelf)
    database.dispose()


@pytest.fixture
def told() -> Iterator[StringIO]:
    """What the court tells as JSON lines while the test runs."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)
