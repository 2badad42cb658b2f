"""A million records: a round of the worker touches only what is due."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from sqlalchemy import event, func, insert, select, text
from sqlalchemy.orm import Session

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.service.models import Packet, ServiceAttempt
from odr.service.room import undocketed
from odr.service.sending.dispatch import ServicePorts, claim, dispatch_due
from odr.service.sending.due import conclude_due
from odr.service.vocabulary import AttemptState, Channel, PacketState
from tests.service.conftest import BOTH_ENGINES, Queue, packet_row

RECORDS = 1_000_000 if os.environ.get("ODR_PROVE") else 5_000
LARGE = {"service_packet", "service_attempt", "service_fact", "service_task", "notice_code"}
MOST_ROWS, MOST_BLOCKS = 300, 600


def fill(database: Database, clock: FixedClock, count: int) -> None:
    """Packets long since served and on the docket, each with its attempt."""
    old = clock.now() - timedelta(days=300)
    for start in range(0, count, 20_000):
        numbers = range(10**9 + start, 10**9 + min(start + 20_000, count))
        served = {"entry_ids": [1], "docketed_as": "served", "effective_at": old, "concluded_at": old}
        attempt = {
            "party_id": 1,
            "channel": Channel.EMAIL,
            "state": AttemptState.SENT,
            "starts_at": old,
            "tries": 1,
            "last_try_at": old,
        }
        with database.write() as session:
            session.execute(insert(Packet), [packet_row(old, **served, id=n, code=f"x{n}") for n in numbers])
            session.execute(insert(ServiceAttempt), [{**attempt, "id": n, "packet_id": n} for n in numbers])


def walked_sqlite(session: Session, statement: str, given: Any) -> list[str]:
    """Steps of SQLite's plan that walk through a large table."""
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    return [
        row[3]
        for row in plan
        if row[3].startswith("SCAN ") and row[3].split()[1] in LARGE and "undocketed" not in row[3]
    ]


def walked_postgresql(session: Session, statement: str, given: Any) -> list[str]:
    """Steps of PostgreSQL's execution that looked at more rows or blocks of a large table than a few hundred; what it
    changed is taken back.
    """
    with session.begin_nested() as nested:
        found = (
            session.connection()
            .exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", given)
            .scalar_one()
        )
        nested.rollback()
    steps, wide = [found[0]["Plan"]], []
    for step in steps:
        steps += step.get("Plans", [])
        rows = step["Actual Loops"] * sum(
            step.get(key, 0) for key in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
        )
        blocks = step.get("Shared Hit Blocks", 0) + step.get("Shared Read Blocks", 0)
        if step.get("Relation Name") in LARGE and (rows > MOST_ROWS or blocks > MOST_BLOCKS):
            wide.append(f"{step['Node Type']} {step['Relation Name']}: {rows} rows, {blocks} blocks")
    return wide


@BOTH_ENGINES
def test_a_round_of_the_worker_touches_only_what_is_due(
    ports: ServicePorts, database: Database, clock: FixedClock, queue: Queue
) -> None:
    """Among records long since finished three are sent and one is concluded; no statement of the round walks through a
    large table.
    """
    fill(database, clock, RECORDS)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    waiting = queue(9, email=None)
    for party in range(1, 4):
        queue(party)
    statements: list[tuple[str, Any]] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda c, cursor, statement, parameters, context, many: statements.append((statement, parameters)),
    )
    assert dispatch_due(ports, database, clock) == 3
    clock.advance(timedelta(days=6))
    assert conclude_due(database, clock)[0] == 1
    assert claim(ports, database, clock, "nobody", 100) == []
    with database.write() as session:
        assert {i for i, _ in session.execute(undocketed(256))} <= {
            waiting,
            waiting + 1,
            waiting + 2,
            waiting + 3,
        }
        looked = [s for s in statements if s[0].lstrip().upper().startswith(("SELECT", "UPDATE"))]
        assert len(looked) >= 10
        walked = walked_sqlite if database.engine.dialect.name == "sqlite" else walked_postgresql
        for statement, parameters in looked:
            assert walked(session, statement, parameters[0] if isinstance(parameters, list) else parameters) == [], (
                statement
            )
        assert (
            session.scalar(select(func.count()).select_from(Packet).where(Packet.state == PacketState.SERVED))
            == RECORDS + 3
        )
