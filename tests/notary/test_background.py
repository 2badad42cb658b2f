"""Leaves that are taken into the log beside the requests that wrote them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from odr.app import create_app
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.notary.log.sequencer import sequencer_lock
from odr.notary.models import LogCheckpoint, LogEntry
from tests.patience import PATIENCE
from tests.scene import open_court


@contextlib.contextmanager
def counted(database: Database, thread: int, asked: list[str]) -> Iterator[None]:
    """What a thread asks of the database while it lasts."""

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if threading.get_ident() == thread:
            asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield
    event.remove(database.engine, "before_cursor_execute", note)


def test_acts_are_acknowledged_first_and_share_one_signature(
    sqlite_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    """Twenty acts at once are all in the log a moment after, under fewer tree heads than acts; what waits at a stop is
    taken at the next start.
    """
    database = Database(sqlite_url)
    scene = open_court(database, clock, tmp_path / "court", sequencing="background")
    scene.lodge()
    people = [
        threading.Thread(target=scene.do, args=("change_consent", "li"), kwargs={"agrees": True}) for _ in range(20)
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert scene.court.settle()
    with database.read() as session:
        leaves, heads = (
            session.scalar(select(func.count()).select_from(model)) or 0 for model in (LogEntry, LogCheckpoint)
        )
        assert leaves >= 21 and heads < leaves
        assert session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.log_index.is_(None))) == 0
    database.dispose()


def test_a_reader_does_not_wait_for_ever(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> None:
    """When the vault's files cannot be written the act stands, waits, and the page comes all the same; mended, it is
    taken.
    """
    database = Database(sqlite_url)
    scene = open_court(database, clock, tmp_path / "court", sequencing="background")
    scene.lodge()
    assert scene.court.settle()
    published = scene.court.notary.log_dir
    assert published is not None
    aside = published.with_name("aside")
    published.rename(aside)
    published.write_text("in the way")
    scene.do("change_consent", "li", agrees=True)
    assert not scene.court._background.settle(0.3)
    published.unlink()
    aside.rename(published)
    assert scene.court._background.settle(10)
    database.dispose()


def test_who_waits_for_a_place_in_the_log_does_not_keep_asking(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    """Another process has the log in hand: whoever waits looks once, and is told when the round has ended."""
    scene = open_court(database, clock, tmp_path / "court", sequencing="background")
    scene.lodge()
    assert scene.court.settle()
    court, me, asked = scene.court, threading.get_ident(), list[str]()
    with sequencer_lock(database):
        scene.do("change_consent", "li", agrees=True)
        assert court.notary.sequence_if_free() is None
        with counted(database, me, asked):
            assert not court._background.settle(1.0)
        # Once at first, and once where a round that had found nothing before ends now.
        assert sum("log_index IS NULL" in each for each in asked) <= 2, asked
    assert court._background.settle(PATIENCE)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.log_index.is_(None))) == 0


def test_a_worker_that_does_one_round_waits_for_the_log(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    """Somebody has the log in hand while it comes to it: what waits has its place when the process ends, which would take any
    thread of its own along.
    """
    scene = open_court(database, clock, tmp_path / "court", sequencing="background")
    held, is_near = threading.Event(), threading.Event()

    def hold() -> None:
        with sequencer_lock(database):
            held.set()
            assert is_near.wait(PATIENCE)
            threading.Event().wait(0.5)

    def near(court: object) -> int:
        is_near.set()
        return 0

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(PATIENCE)
    with database.write() as session:
        scene.court.notary.record(session, {"sha256": "0" * 64}, now=clock.now())
    scene.court.hooks.sweeps["near"] = near
    try:
        done = create_app(court=scene.court).test_cli_runner().invoke(args=["worker", "--once"])
        assert done.exit_code == 0, done.output
        with database.read() as session:
            assert session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.log_index.is_(None))) == 0
    finally:
        del scene.court.hooks.sweeps["near"]
        holder.join(PATIENCE)
    assert not holder.is_alive()
