"""Rows of very many cases: as many as asked for, on both engines, and the court goes on numbering behind them."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from odr.docket.models import Case, Party
from odr.ground.config import Mode
from odr.ground.db import Base, Database
from odr.hearing.models import Hearing
from odr.identity.models import Account
from odr.operations import worker
from odr.payments.models import FeeAssessment
from odr.procedure.models import Task, Window
from odr.service.models import InboxItem, Packet
from odr.training.volume.filling import NotFilled
from odr.training.volume.rows import _indexes, _indexes_afterwards, bench_group, fill_rows
from tests.full_court import NOW, opened

CASES = 400


@pytest.mark.slow
def test_rows_are_laid_and_the_court_goes_on(database: Database, tmp_path: Path) -> None:
    """Parties, windows and letters come with their own cases; nobody's account, number or reference stands twice; a round of the
    worker finds nothing to do in them, and a second filling is refused.
    """
    court = opened(tmp_path, database.url)
    laid = fill_rows(court, CASES)
    with database.read() as session:
        told = (session.scalar(select(func.count()).select_from(Case)) or 0) - laid
        assert told + laid >= CASES
        for kind in (Party, Window, InboxItem):
            of_told = select(func.count()).select_from(kind)
            whole = session.scalar(of_told) or 0
            assert whole > 10 * told, kind
        assert (
            session.scalar(
                select(func.count())
                .select_from(Party)
                .join(Window, Window.party_id == Party.id)
                .where(Window.case_id != Party.case_id)
            )
            == 0
        )
        about = 0
        owners: tuple[type[Base], ...] = (Party, FeeAssessment, Hearing, Packet, Window)
        for kind, of in itertools.product((Window.__table__, Task.__table__), (one.__table__ for one in owners)):
            own = select(of.c.case_id).where(of.c.reference == kind.c.subject).scalar_subquery()
            both = session.execute(select(kind.c.case_id, own).where(own.is_not(None))).all()
            assert [case for case, its in both if case != its] == [], (kind, of)
            about += len({case for case, _ in both})
        assert about > 10 * told
        accounts = (
            session.scalar(select(func.count(Account.id))),
            session.scalar(select(func.count(Account.email.distinct()))),
        )
        assert accounts[0] == accounts[1]
        last = session.scalar(select(func.max(Account.id))) or 0
    with database.write() as session:
        mine = Account(
            email="new@parties.example",
            name="New",
            state=session.get_one(Account, 1).state,
            locale="en",
            created_at=NOW,
        )
        session.add(mine)
        session.flush()
        assert mine.id > last
    worker.work_once(court)
    assert worker.sweep_windows(court) == 0
    with pytest.raises(NotFilled):
        fill_rows(court, CASES)


def test_indexes_are_laid_by_a_connection_that_knows_them_from_before(database: Database, tmp_path: Path) -> None:
    """Whichever connection of the pool lays an index again: each had looked at the tables while it stood."""
    court = opened(tmp_path, database.url)
    with ExitStack() as open_at_once:
        for _ in range(10):
            open_at_once.enter_context(court.database.read()).scalar(select(func.count()).select_from(Account))
    with court.database.read() as session:
        before = _indexes(session)
    with _indexes_afterwards(court, lambda words: None), court.database.read() as session:
        assert _indexes(session) == {}
    with court.database.read() as session:
        assert _indexes(session) == before


def test_a_sitting_court_is_not_filled(tmp_path: Path) -> None:
    """Neither by the command nor by what it calls."""
    answer = CliRunner(env={"ODR_MODE": "production"}).invoke(bench_group, ["fill", "10"])
    assert answer.exit_code != 0
    assert "this court sits" in answer.output
    court = opened(tmp_path)
    sits = replace(court, settings=court.settings.model_copy(update={"mode": Mode.PRODUCTION}))
    with pytest.raises(NotFilled):
        fill_rows(sits, 10)
