"""A statement that took effect before it could be heard again: its time is recorded since it took effect, and told (CPI 382)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from odr.app import create_court
from odr.docket.models import DocketEntry, Document
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen, Forbidden, OutOfTime
from odr.identity.actors import CLOCK_ACTOR
from odr.judgment.enforcement.effect import RETRIAL
from odr.judgment.remedies.statement_time import record_times
from odr.procedure.models import Window, WindowState
from odr.service.models import Packet
from tests.judgment.bench import Bench, lay_case, people
from tests.judgment.mediated import AGAINST, settled
from tests.judgment.test_statement_retrial import as_the_docket_says

ACT = "record_statement_time"


def of_before(bench: Bench) -> str:
    """A statement in effect, as one of before stands in the tables: without a time for a retrial. Gives its reference."""
    settled(bench)
    with bench.court.database.write() as session:
        session.execute(delete(Window).where(Window.kind == RETRIAL))
        return session.scalars(select(Document.reference).where(Document.kind == "mediation_statement")).one()


def times(bench: Bench) -> list[Window]:
    """The times for a retrial."""
    with bench.court.database.read() as session:
        return list(session.scalars(select(Window).where(Window.kind == RETRIAL).order_by(Window.party_id)))


def letters(bench: Bench) -> list[Packet]:
    """Letters that tell a party of its time."""
    with bench.court.database.read() as session:
        return list(session.scalars(select(Packet).where(Packet.occasion == ACT)))


def test_the_time_runs_since_the_statement_took_effect(bench: Bench) -> None:
    """Shut out before, each party applies in what is left of the six months; both are told until when, and once."""
    reference = of_before(bench)
    effective_at = bench.case().effective_at
    assert effective_at is not None
    bench.wait(days=40)
    with pytest.raises(ActNotOpen, match="not started"):
        bench.do("respondent/1", "apply_for_retrial", AGAINST)
    assert record_times(bench.court) == 1
    assert record_times(bench.court) == 0
    found = times(bench)
    assert [one.state for one in found] == [WindowState.OPEN, WindowState.OPEN]
    assert {one.subject for one in found} == {reference}
    due = {one.due_at for one in found}
    assert len(due) == 1
    last = next(iter(due))
    assert last is not None and 180 <= (last - effective_at).days <= 185
    with bench.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.act == ACT)).one()
        assert json.loads(entry.payload)["result"] == {"statement": reference}
    assert len(letters(bench)) == 2
    assert all("Until the end of" in json.dumps(one.what_next) for one in letters(bench))
    as_the_docket_says(bench)
    bench.do("respondent/1", "apply_for_retrial", AGAINST)


def test_the_sweep_finds_it_on_both_databases(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    """What has no time is found and recorded on SQLite as on PostgreSQL, and a second round finds nothing."""
    settings = Settings(mode="test", data_dir=tmp_path / "data", argon2_cheap=True, base_url="http://court.test")
    court = create_court(settings, clock, database)
    people(court, clock)
    bench = lay_case(court, clock)
    reference = of_before(bench)
    assert [record_times(court) for _ in range(3)] == [1, 0, 0]
    assert {(one.subject, one.state) for one in times(bench)} == {(reference, WindowState.OPEN)}


def test_what_is_over_is_over(bench: Bench) -> None:
    """Nothing lengthens the six months: recorded later, the time has ended, nobody is written to, and the page says that it ended
    (CPI 127).
    """
    of_before(bench)
    bench.wait(days=200)
    assert record_times(bench.court) == 1
    assert letters(bench) == []
    with pytest.raises(OutOfTime):
        bench.do("respondent/1", "apply_for_retrial", AGAINST)


def test_a_statement_of_today_has_its_time_already(bench: Bench) -> None:
    """Where the time began with effect, nothing is recorded a second time, in no round and by no hand."""
    settled(bench)
    before = len(times(bench))
    assert record_times(bench.court) == 0 and len(times(bench)) == before
    reference = times(bench)[0].subject
    assert reference is not None
    with pytest.raises(ActNotOpen, match="is recorded"):
        bench.do("clock", ACT, {"statement": reference}, actor=CLOCK_ACTOR)


def test_record_statement_time_is_the_clocks(bench: Bench) -> None:
    """No party and nobody of the court opens a time by hand."""
    reference = of_before(bench)
    for who in ("claimant/1", "clerk", "judge"):
        with pytest.raises(Forbidden):
            bench.do(who, ACT, {"statement": reference})


def test_a_judgment_has_no_such_time(bench: Bench) -> None:
    """Only a mediation statement is looked for; a case with a judgment in effect is left as it is."""
    bench.effective()
    before = len(times(bench))
    assert record_times(bench.court) == 0 and len(times(bench)) == before
