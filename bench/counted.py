"""Statistics made anew from every docket: a case's share of the processor among many, beside the same among few. With
``ODR_PROVE`` they are made of a million cases.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path

from sqlalchemy import delete, func, select, text, update

from bench.frame import PAIRS, Ratio, cpu, report
from odr.docket.models import Case, DocketEntry
from odr.ground.db import Base
from odr.procedure.court import Court
from odr.register.statistics.counting import AT_ONCE, count_on, counted_acts, rebuild
from odr.register.statistics.models import CaseFacts, StatisticsReport, StatisticsTurn
from odr.training.volume.courses import COURSES
from odr.training.volume.filling import fill
from odr.training.volume.rows import copies
from tests.full_court import opened

FEW = 2_000
MANY = int(os.environ.get("ODR_BENCH_COUNTED") or (1_000_000 if os.environ.get("ODR_PROVE") else 20_000))
COPIES = 500
"""Copies of every told case that are laid in one transaction."""
LIMIT = 1.3


def laid(folder: Path, cases: int) -> Court:
    """A training court with a case of every course, told act by act, and copies of them up to so many cases: of their dockets
    what the statistics read.
    """
    court = opened(folder)
    fill(court, len(COURSES))
    rebuild(court)
    with court.database.read() as session:
        told, last = session.execute(select(func.count(), func.max(Case.id))).one()
        entry = session.scalar(select(func.max(DocketEntry.id)))
    acts = ", ".join(f"'{name}'" for name in sorted(counted_acts()))
    top = {"case": last or 0, "docket_entry": entry or 0}
    read = f"o.id <= {top['docket_entry']} AND (o.number = 1 OR o.act IN ({acts}))"
    case, entries = (Base.metadata.tables[name] for name in ("case", "docket_entry"))
    for first in range(1, -(-cases // told), COPIES):
        part = {"first": first, "last": min(-(-cases // told) - 1, first + COPIES - 1)}
        with court.database.write() as session:
            session.execute(text(copies(case, top, {}, f"o.id <= {top['case']}")), part)
            session.execute(text(copies(entries, top, {}, read)), part)
    return court


def forget(court: Court) -> int:
    """Nothing is counted yet, and every entry is known to the running count; how many cases there are."""
    with court.database.write() as session:
        session.execute(delete(CaseFacts))
        session.execute(delete(StatisticsReport))
        entry = session.scalar(select(func.max(DocketEntry.id)))
        session.execute(update(StatisticsTurn).values(last_entry=entry, begun_at=None))
        return session.scalar(select(func.count()).select_from(Case)) or 0


def turns(court: Court, most: int | None = None) -> int:
    """Turns of the night's reading, as the worker takes them, to the report or up to so many; the cases read."""
    read = 0
    while most is None or read < most * AT_ONCE:
        found = count_on(court)
        read += found
        if found < AT_ONCE:
            break
    return read


def run() -> list[Ratio]:
    """A case among many over a case among few."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        many, few = laid(Path(one), MANY), laid(Path(other), FEW)
        cases, fewer = forget(many), forget(few)
        stretch = cases // AT_ONCE // PAIRS
        ratio = Ratio("statistics made anew", f"a case among {cases:,}", f"a case among {fewer:,}", LIMIT, False)
        spent, began = 0.0, time.perf_counter()
        for _ in range(PAIRS):
            taken = cpu(lambda: turns(many, stretch))
            spent += taken
            clock = time.perf_counter()
            forget(few)
            beside = cpu(lambda: turns(few, fewer // AT_ONCE))
            began += time.perf_counter() - clock
            ratio.pairs.append((taken / (stretch * AT_ONCE) * 1000, beside / (fewer // AT_ONCE * AT_ONCE) * 1000))
        last = cpu(lambda: turns(many))
        seconds = time.perf_counter() - began
        with many.database.read() as session:
            shown = session.scalars(select(StatisticsReport)).one().body
        if shown["reading"]["cases"] != cases:
            raise AssertionError(f"{shown['reading']['cases']} of {cases} cases were read")
        ratio.notes.append(
            f"milliseconds of processor; all {cases:,}: {spent + last:.0f} s of processor, {seconds:.0f} s by the clock, "
            f"of them {last:.0f} s for the last cases and the report"
        )
        size = (Path(one) / "court.sqlite").stat().st_size / 1e9
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        ratio.notes.append(f"the database has {size:.2f} GB; the most memory this process had: {memory:.0f} MiB")
        for court in (many, few):
            court.database.dispose()
    report(ratio)
    return [ratio]
