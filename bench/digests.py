"""Hash first: ten thousand digests with receipts and one checkpoint, against a raw insert of the same rows."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bench.acts import fresh
from bench.frame import Ratio, compare, cpu, report, timed
from odr.evidence.sources import digests
from odr.evidence.sources.models import DigestBatch, DigestLine
from odr.ground.db import Database, unpooled
from odr.notary.models import LogCheckpoint, LogEntry, Receipt
from tests.conftest import lay_tables
from tests.scene import Scene

COUNT = 10_000


def listed(run: int, count: int) -> list[digests.Given]:
    """A list that was never sent before."""
    return [
        digests.Given(hashlib.sha256(f"{run}/{n}".encode()).hexdigest(), f"log-{n}.txt", n, "2025-11-06", "of the shop")
        for n in range(count)
    ]


def rows_of(scene: Scene, batch: DigestBatch) -> dict[type[Any], list[dict[str, Any]]]:
    """The very rows a batch left behind, to be inserted raw."""
    with scene.court.database.read() as session:
        lines = session.scalars(
            select(DigestLine).where(DigestLine.batch_id == batch.id).order_by(DigestLine.position)
        ).all()
        receipts = (
            session.scalars(select(Receipt).where(Receipt.reference.in_([line.receipt for line in lines]))).all()
            if len(lines) < 900
            else []
        )
        receipts = receipts or [session.get_one(Receipt, line.receipt) for line in lines]
        entries = [session.get_one(LogEntry, receipt.entry_id) for receipt in receipts]
        given = ("position", "sha256", "name", "size", "made_at", "note", "receipt")
        return {
            LogEntry: [{"leaf": entry.leaf} for entry in entries],
            Receipt: [{"reference": r.reference, "body": r.body} for r in receipts],
            DigestLine: [{name: getattr(line, name) for name in given} for line in lines],
        }


def insert_raw(database: Database, rows: dict[type[Any], list[dict[str, Any]]], run: int) -> None:
    """The same rows through the same driver, in one transaction, durably: no digest, receipt, tree or signature is
    computed.
    """
    with database.write() as session:
        batch = {
            "reference": f"{run:026d}",
            "account_id": 1,
            "title": "raw",
            "count": len(rows[DigestLine]),
            "list_sha256": f"{run:064d}",
        }
        key = session.execute(insert(DigestBatch).values(**batch, received_at=_NOW)).inserted_primary_key
        assert key is not None
        first = run * len(rows[LogEntry]) + 1
        connection = session.connection()
        connection.execute(insert(LogEntry), [{**row, "id": n} for n, row in enumerate(rows[LogEntry], first)])
        receipts = [
            {**row, "reference": f"{run:04d}{row['reference'][4:]}", "entry_id": n}
            for n, row in enumerate(rows[Receipt], first)
        ]
        connection.execute(insert(Receipt), receipts)
        connection.execute(insert(DigestLine), [{**row, "batch_id": key[0]} for row in rows[DigestLine]])


_NOW: Any = None


def run(count: int = COUNT) -> list[Ratio]:
    """Digests a second, each with its receipt proven under one checkpoint, against rows a second. Raises when a batch
    has another number of checkpoints.
    """
    global _NOW
    with tempfile.TemporaryDirectory() as folder:
        scene = fresh(Path(folder))
        _NOW = scene.clock.now()
        account, runs = scene.people["li"], itertools.count(1)

        def batch() -> float:
            given = listed(next(runs), count)
            before = checkpoints(scene)
            rate = count / timed(lambda: digests.file_batch(scene.court, account, "bench", given))
            if checkpoints(scene) - before != 1:
                raise AssertionError("a batch is covered by one checkpoint")
            return rate

        batch()
        with scene.court.database.read() as session:
            newest = digests.batches_of(session, account)[0]
        rows = rows_of(scene, newest)
        url = f"sqlite:///{Path(folder) / 'raw.sqlite'}"
        lay_tables(url)
        raw, raws = Database(url), itertools.count(1)
        unpooled(url).dispose()
        ratio = compare(
            f"batch of {count} digests with receipts and one checkpoint, a second",
            ("digests anchored", batch),
            ("the same rows inserted raw", lambda: count / timed(lambda: insert_raw(raw, rows, next(raws)))),
            limit=0.3,
            at_least=True,
            tell=False,
        )
        cpus = [
            cpu(lambda: digests.file_batch(scene.court, account, "bench", listed(next(runs), count))) for _ in range(3)
        ]
        raw_cpus = [cpu(lambda: insert_raw(raw, rows, next(raws))) for _ in range(3)]
        ratio.notes.append(f"CPU {min(cpus):.2f} s against {min(raw_cpus):.2f} s raw: {min(raw_cpus) / min(cpus):.2f}")
        seconds = sorted(count / a for a, _ in ratio.pairs)[len(ratio.pairs) // 2]
        ratio.notes.append(
            f"{seconds:.2f} s for {count} digests, each with a receipt, in one transaction and one checkpoint (median)"
        )
        report(ratio)
        raw.dispose()
        return [ratio]


def checkpoints(scene: Scene) -> int:
    """Signed tree heads so far."""
    with scene.court.database.read() as session:
        return len(session.execute(select(LogCheckpoint.size)).all())
