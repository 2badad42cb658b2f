"""A lookup in the list of persons who do not perform: the page among a million entries against the same page among a thousand.
With ``ODR_PROVE`` it is asked among 45,090,000, as many as the largest list there is has.
"""

from __future__ import annotations

import os
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from bench.frame import Ratio, compare_together, cpu, report
from odr.app import create_app, create_court
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.register.enforcement_list.models import ListingHead
from tests.conftest import MORNING
from tests.judgment.bench import lay_case, people
from tests.register.listing import CODE, NAME, listed

FEW = 1_000
MANY = int(os.environ.get("ODR_BENCH_LISTED") or (45_090_000 if os.environ.get("ODR_PROVE") else 1_000_000))
AT_ONCE = 500_000
LIMIT = 1.3
TURNS = 20

_COPY = """
WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)
INSERT INTO listing (id, reference, number, case_id, enforcement_id, party_id, state, grounds, facts, sealed, masked, sex, born_on,
 head, until, decided_by, decided_at, decided_entry, served_at, salt, entry_number)
SELECT i, printf('%026d', i), i, case_id, enforcement_id, party_id, state, grounds, facts, sealed, masked, sex, born_on, head, until,
 decided_by, decided_at, decided_entry, served_at, salt, entry_number FROM n, listing WHERE listing.id = 1
"""
_KEYS = """
WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)
INSERT INTO listing_key (key, listing_id)
SELECT printf('%012x', (2 * i + half) * :apart) || lower(hex(randomblob(26))), i
FROM n, (SELECT 0 AS half UNION ALL SELECT 1) ORDER BY i, half
"""
"""As evenly spread as digests are, and laid in their order: the same tree, without a disk's page for every row."""


def laid(folder: Path, entries: int) -> tuple[Flask, Database]:
    """A court whose list has so many entries: one told act by act, the others laid beside it, each found by two numbers."""
    url = f"sqlite:///{folder / 'court.sqlite'}"
    migrate.upgrade(url)
    clock, database = FixedClock(MORNING), Database(url, synchronous="OFF")
    settings = Settings(mode="test", data_dir=folder / "court", argon2_cheap=True, base_url="http://court.test")
    court = create_court(settings, clock, database)
    people(court, clock)
    listed(lay_case(court, clock))
    for first in range(2, entries + 1, AT_ONCE):
        part = {"first": first, "last": min(entries, first + AT_ONCE - 1)}
        with database.write() as session:
            session.execute(text(_COPY), part)
            session.execute(text(_KEYS), {**part, "apart": (1 << 48) // (2 * entries + 2)})
    with database.write() as session:
        session.get_one(ListingHead, 1).listed = entries
        session.execute(text("PRAGMA analysis_limit = 1000"))
        session.execute(text("ANALYZE"))
    return create_app(court=court), database


def asker(app: Flask, networks: Any) -> Any:
    """The page of one entry as its reader's browser gets it, each from a network of its own, as none may ask often."""
    client = app.test_client()
    client.get("/enforcement-list")
    page = client.get("/enforcement-list").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"name": NAME, "number": CODE, "csrf_token": token}

    def once() -> None:
        where = next(networks)
        address = f"10.{where >> 16 & 255}.{where >> 8 & 255}.{where & 255}"
        answer = client.post("/enforcement-list", data=form, environ_overrides={"REMOTE_ADDR": address})
        assert answer.status_code == 200 and NAME in answer.get_data(as_text=True), answer.status_code

    def ask() -> float:
        return cpu(once)

    return ask


def run() -> list[Ratio]:
    """The page among many over the page among few."""
    networks = count(1)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        many, few = laid(Path(one), MANY), laid(Path(other), FEW)
        size = (Path(one) / "court.sqlite").stat().st_size / 1e9
        ratio = compare_together(
            f"lookup in a list of {MANY:,} entries",
            (f"among {MANY:,}", asker(many[0], networks)),
            (f"among {FEW:,}", asker(few[0], networks)),
            limit=LIMIT,
            at_least=False,
            turns=TURNS,
        )
        ratio.notes.append(f"seconds of processor for the whole page; the database of the many has {size:.2f} GB")
        for _, database in (many, few):
            database.dispose()
    report(ratio)
    return [ratio]
