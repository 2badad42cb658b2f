"""How seats came about is what going through every draw and every seat finds, whatever acts and the worker did in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat
from odr.filing.registry.drawing import DrawRecord, DrawSeed
from odr.ground.db import new_reference
from odr.insight.distribution.counted import count_anew, fold
from odr.insight.distribution.departures import Counts, a_year_before, counts_since, departures
from odr.insight.distribution.models import LotChange
from tests.scene import Scene


def _gone_through(session: Session, since: datetime) -> tuple[Counts, int]:
    draws = [one for one in session.scalars(select(DrawRecord)) if one.role is Role.JUDGE and one.at >= since]
    seats = [one for one in session.scalars(select(Seat)) if one.role is Role.JUDGE and one.from_at >= since]
    drawn = {(one.case_id, one.account_id, one.at) for one in draws}
    by_lot = [one for one in seats if (one.case_id, one.account_id, one.from_at) in drawn]
    anchored = sum(one.anchored for one in draws)
    counts = Counts(anchored, len(draws) - anchored, len(seats) - len(by_lot))
    return counts, sum(one.until_at is not None for one in by_lot)


def _seated(session: Session, scene: Scene, lot: Random, at: datetime) -> None:
    """Somebody is seated, mostly by a draw, which is written before the seat or after it; some sit no more."""
    role, account = lot.choice([Role.JUDGE, Role.JUDGE, Role.CLERK]), scene.people[lot.choice(["judge", "clerk"])]
    until = at + timedelta(hours=1) if lot.random() < 0.3 else None
    rows: list[Seat | DrawRecord] = [
        Seat(case_id=scene.case_id, account_id=account, role=role, from_at=at, until_at=until)
    ]
    if lot.random() < 0.6:
        seed = session.scalars(select(DrawSeed.id).limit(1)).one()
        draw = {"case_id": scene.case_id, "seed_id": seed, "account_id": account, "role": role, "at": at}
        rows.append(DrawRecord(**draw, anchored=lot.random() < 0.5, record="{}", receipt=new_reference()))
    lot.shuffle(rows)
    for row in rows:
        session.add(row)
        session.flush()


@pytest.mark.parametrize("seed", range(2))
def test_what_is_counted_is_what_going_through_them_finds(scene: Scene, seed: int) -> None:
    """After each seat and each round; a year ago and longer ago is not counted; counted anew it is the same."""
    lot = Random(seed)
    scene.lodge()
    scene.accept()
    since = a_year_before(scene.clock.now())
    assert since.astimezone(UTC).hour == 0
    for number in range(40):
        with scene.court.database.write() as session:
            at = scene.clock.now() - timedelta(days=lot.choice((0, 1, 100, 364, 366, 400)), minutes=number)
            _seated(session, scene, lot, at)
        if number % 7 == 6:
            fold(scene.court.database, at_least=1)
        with scene.court.database.read() as session:
            counts, departed = _gone_through(session, since)
            assert counts_since(session, since) == counts, number
            assert departures(session, since).total == departed, number
    while fold(scene.court.database, at_least=1):
        pass
    with scene.court.database.write() as session:
        rows = session.scalars(select(LotChange)).all()
        assert all(row.folded for row in rows) and len({(row.what, row.day) for row in rows}) == len(rows)
        count_anew(session)
        assert counts_since(session, since) == _gone_through(session, since)[0]
        assert session.scalars(select(Case)).one()
