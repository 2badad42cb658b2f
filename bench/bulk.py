"""Many claims at once against one after the other, and the memory of a thousand."""

from __future__ import annotations

import gc
import itertools
import tempfile
import time
import tracemalloc
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.frame import Ratio, compare, report
from odr.app import create_app
from odr.filing.bulk import lodging
from odr.filing.inputs import AboutYouStep
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.identity.models import Account
from odr.identity.sign_in import program_tokens
from odr.identity.sign_in.program_tokens import Scope
from tests.conftest import MORNING
from tests.scene import Scene, claim, open_court

LINES, SINGLES, LIMIT, MOST_MEMORY = 100, 25, 3.0, 1.2
NUMBERS = itertools.count(1)


def fresh(folder: Path) -> Scene:
    """A court on a new database, as durable as in production."""
    url = f"sqlite:///{folder / 'court.sqlite'}"
    migrate.upgrade(url)
    return open_court(Database(url), FixedClock(MORNING), folder / "court", sequencing="at_once")


def lines(count: int) -> list[dict[str, Any]]:
    """So many claims as a program sends them, each with an order of its own."""
    found = []
    for _ in range(count):
        one = claim().model_dump(mode="json", exclude={"claimant"})
        one["matter"]["order_number"] = f"B-{next(NUMBERS)}"
        found.append(one)
    return found


def many(scene: Scene, count: int = LINES) -> float:
    """Claims a second, sent as one bulk and lodged by the worker's step."""
    said, listed = AboutYouStep.model_validate(claim().claimant.model_dump(mode="json")), lines(count)
    began = time.perf_counter()
    kept = lodging.keep(scene.court, scene.people["li"], "bench", said, listed, is_table=False)
    while lodging.lodge_waiting(scene.court):
        pass
    taken = time.perf_counter() - began
    with scene.court.database.read() as session:
        counts = lodging.progress_of(session, session.get_one(lodging.BulkFiling, kept.id)).counts
    assert counts == {lodging.LineState.LODGED: count}, counts
    return count / taken


def run() -> list[Ratio]:
    """Bulk over single filings, both as a program files; then a thousand lines and what they held."""
    with tempfile.TemporaryDirectory() as folder:
        scene = fresh(Path(folder))
        with scene.court.database.write() as session:
            li = session.get_one(Account, scene.people["li"])
            token = program_tokens.issue(
                session,
                li,
                name="bench",
                scopes=list(Scope),
                lasts=timedelta(days=1),
                two_factor=True,
                now=scene.clock.machine_now(),
            )
        client = create_app(court=scene.court).test_client()

        def singles() -> float:
            listed = [{**one, "claimant": claim().claimant.model_dump(mode="json")} for one in lines(SINGLES)]
            began = time.perf_counter()
            for one in listed:
                answer = client.post("/api/v1/cases", json=one, headers={"Authorization": f"Bearer {token}"})
                assert answer.status_code == 201, answer.text
            return SINGLES / (time.perf_counter() - began)

        ratio = compare(
            "bulk filing",
            ("claims a second in one bulk", lambda: many(scene)),
            ("claims a second one by one over the API", singles),
            limit=LIMIT,
            at_least=True,
            tell=False,
        )
        report(ratio)
        memory = _memory(scene)
        report(memory)
        scene.court.database.dispose()
    return [ratio, memory]


def _memory(scene: Scene) -> Ratio:
    """Peak of Python's memory in each later Sitting of a thousand lines over that of a bulk of a hundred, which is one
    Sitting.
    """
    alone = _peaks(scene, LINES)[0]
    later = _peaks(scene, 1000)[1:10]
    ratio = Ratio(
        "memory of a bulk of 1,000",
        "MB in a later Sitting of it",
        "MB in the one Sitting of a bulk of 100",
        MOST_MEMORY,
        False,
    )
    ratio.pairs = [(peak, alone) for peak in later]
    ratio.notes.append(f"peak of memory: {alone:.2f} MB for 100 lines, {max(later):.2f} MB for 1,000")
    return ratio


def _peaks(scene: Scene, count: int) -> list[float]:
    """Peak in MB of each Sitting that lodges so many lines, sent beforehand."""
    said = AboutYouStep.model_validate(claim().claimant.model_dump(mode="json"))
    lodging.keep(scene.court, scene.people["li"], "bench", said, lines(count), is_table=False)
    peaks = []
    gc.collect()
    tracemalloc.start()
    while lodging.lodge_waiting(scene.court, sittings=1):
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        gc.collect()
        tracemalloc.reset_peak()
    tracemalloc.stop()
    return peaks
