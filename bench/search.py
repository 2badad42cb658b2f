"""A search among a hundred thousand published decisions: the court's own part against the engine alone with the same question,
and the page as a browser gets it.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import tantivy
from sqlalchemy import Engine, create_engine, event, insert

from bench.acts import fresh
from bench.frame import Ratio, compare_together, cpu, report
from odr.app import create_app
from odr.ground.db import new_reference
from odr.procedure.rules.registry import PackRegistry
from odr.register.publication.check_register import FIRST
from odr.register.publication.models import (
    Change,
    Publication,
    PublicationState,
    PublicationVersion,
    PublishedText,
    RegisterHead,
)
from odr.register.search import keeping, shelves
from odr.register.search.facts import FactReader, Facts
from odr.register.search.language import read
from odr.register.search.queries import FACETS, Asked, Compiler
from odr.register.search.searching import Facets, Search
from tests.register.generated_texts import decisions
from tests.scene import Scene

DECISIONS = int(os.environ.get("ODR_BENCH_DECISIONS") or (1_000_000 if os.environ.get("ODR_PROVE") else 100_000))
QUESTION = "检验检疫"
MOST_MORE = 0.008
"""Seconds of processor that the page may take beyond the engine alone."""


_READER = """
import sys
from datetime import date
from pathlib import Path
from odr.procedure.rules.registry import PackRegistry
from odr.register.search import shelves
from odr.register.search.facts import FactReader
from odr.register.search.language import read
from odr.register.search.queries import Asked, Compiler
from odr.register.search.searching import Search

def own():
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("RssAnon")).split()[1]) / 1024

reader = FactReader(PackRegistry.load().in_force("cn", date(2026, 7, 1)))
before = own()
Search(Compiler(reader, shelves.Reading(Path(sys.argv[1])).now())).find(Asked(read(sys.argv[2]), best=True))
print(own() - before)
"""


def own_memory(index: Path) -> float:
    """MB of its own that a process takes to open the index and ask once, without the files it has mapped; 0 where the system
    does not say.
    """
    if not Path("/proc/self/status").exists():
        return 0.0
    told = subprocess.run(
        [sys.executable, "-c", _READER, str(index), QUESTION], capture_output=True, text=True, check=True
    )
    return float(told.stdout)


def _query() -> tantivy.Query:
    return tantivy.Query.phrase_query(shelves.SCHEMA, shelves.PAIRS, [(0, "检验"), (2, "检疫")])


def bare(searcher: tantivy.Searcher) -> None:
    """The twenty best, how many there are, and how they divide, straight from the engine."""
    query = _query()
    hits = searcher.search(query, 20).hits
    searcher.aggregate(
        query, {name: {"terms": {"field": name, "size": 2_000, "segment_size": 2_000}} for name in FACETS}
    )
    for _, at in hits:
        searcher.doc(at)


def lay(engine: Engine, scene: Scene, known: list[Facts]) -> None:
    """Rows of the published decisions, as the page reads them; without the papers that belong to them in a court."""
    with engine.begin() as connection:
        for begin in range(0, len(known), 2_000):
            part = known[begin : begin + 2_000]
            connection.execute(insert(Publication), [_row(one, scene) for one in part])
            connection.execute(insert(PublicationVersion), [_version(one, scene) for one in part])
            texts = [{"version_id": one.ledger_number, "text": _text(one)} for one in part]
            connection.execute(insert(PublishedText), texts)


def _version(one: Facts, scene: Scene) -> dict[str, Any]:
    return {
        "id": one.ledger_number,
        "publication_id": one.ledger_number,
        "number": 1,
        "sha256": one.sha256,
        "change": Change.FIRST,
        "masked": [],
        "proposed_by": "a",
        "approved_by": "b",
        "entry_number": 1,
        "at": scene.clock.now(),
    }


def _row(one: Facts, scene: Scene) -> dict[str, Any]:
    return {
        "case_id": scene.case_id,
        "kind": "judgment",
        "rules": "cn",
        "language": "zh-Hans",
        "id": one.ledger_number,
        "reference": new_reference(),
        "address": one.address,
        "number": one.ledger_number,
        "document_id": 1_000_000 + one.ledger_number,
        "decided_on": one.decided_on,
        "original": {},
        "state": PublicationState.PUBLISHED,
        "since_at": scene.clock.now(),
        "effective_at": scene.clock.now(),
        "choices": {},
        "pointed": [],
        "naming": {},
        "masked": [],
    }


def _text(one: Facts) -> dict[str, Any]:
    blocks = [{"kind": "paragraph", "role": "reasons", "cells": [cell]} for cell in one.words]
    return {"number": one.number, "language": "zh-Hans", "issued_on": one.decided_on.isoformat(), "blocks": blocks}


@dataclass
class Laid:
    """What was written before anything is measured: a shelf at a time, so that no process holds all decisions at once."""

    signs: int = 0
    taken: float = 0.0
    """Seconds of processor for all shelves."""
    dearest: float = 0.0
    """For the dearest shelf."""


def lay_all(scene: Scene, count: int, index: Path, one: Path) -> Laid:
    """Decisions on the court's shelves, in one index as the engine alone would hold them, and in the court's database."""
    laid, made = Laid(), dict[int, str]()
    lot = decisions(count)
    engine = create_engine(scene.court.database.url)
    for number in range(count // shelves.SHELF + 1):
        # The first shelf has no number 0: a shelf ends before the number at which the next begins.
        part = list(islice(lot, shelves.SHELF - (number == 0)))
        began = time.process_time()
        name = shelves.write_shelf(index, number, iter(part)) if part else None
        taken = time.process_time() - began
        if name is None:
            continue
        made[number] = name
        laid.taken, laid.dearest = laid.taken + taken, max(laid.dearest, taken)
        laid.signs += sum(len(cell) for each in part for cell in each.words)
        shelves.add(one, iter(part), new=number == 0)
        lay(engine, scene, part)
    with engine.begin() as connection:
        # Where the ledger ends: every court that has published has this row.
        connection.execute(insert(RegisterHead), {"id": 1, "records": 0, "sha256": FIRST, "decisions": count})
    engine.dispose()
    shelves.replace_list(index, shelves.Shelves(0, FIRST, made))
    return laid


def run(count: int = DECISIONS) -> list[Ratio]:
    """The own part of a question against the engine, and the page. Raises where they do not find the same."""
    with tempfile.TemporaryDirectory() as folder:
        scene = fresh(Path(folder))
        index, one = keeping.folder_of(scene.court), Path(folder) / "one"
        index.mkdir(parents=True)
        one.mkdir()
        laid = lay_all(scene, count, index, one)
        alone = tantivy.Index.open(str(one)).searcher()
        found = shelves.Reading(index).now()
        assert found is not None
        rules = PackRegistry.load().in_force("cn", date(2026, 7, 1))
        search = Search(Compiler(FactReader(rules), found))
        asked = Asked(read(QUESTION), best=True)
        if search.count(asked) != alone.search(_query(), 1).count:  # type: ignore[attr-defined]
            raise AssertionError("the shelves do not find what one index finds")
        _same_facets(search.find(asked).facets, alone)

        memory = own_memory(index)

        def own() -> None:
            found.told.clear()
            search.find(asked)

        ratio = compare_together(
            f"question among {count:,} decisions, CPU",
            ("the court's own part", lambda: cpu(own)),
            ("tantivy alone", lambda: cpu(lambda: bare(alone))),
            limit=3,
            at_least=False,
            turns=_turns(count),
        )
        size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
        ratio.notes += [
            f"{search.count(asked):,} found; index of {size / 2**20:,.0f} MB for {laid.signs / 1e6:,.0f} million signs on {len(found.searchers)} shelves, written in {laid.taken:,.0f} s of processor; open and asked once it takes {memory:,.1f} MB of a process",
            f"a shelf of {shelves.SHELF:,} is written anew, where something on it is withdrawn, in {laid.dearest:,.1f} s at most, without reading its texts",
        ]
        report(ratio)
        return [ratio, *_pages(scene, alone, count)]


def _turns(count: int) -> int:
    """Turns of a pair: fewer where each takes long."""
    return 20 if count <= 100_000 else 4


def _same_facets(mine: Facets, alone: tantivy.Searcher) -> None:
    """Raises where the court counts otherwise than the engine does."""
    told = alone.aggregate(_query(), {name: {"terms": {"field": name, "size": 2_000}} for name in FACETS})
    for name in FACETS:
        if dict(mine[name]) != {each["key"]: each["doc_count"] for each in told[name]["buckets"]}:
            raise AssertionError(f"the shelves divide otherwise than one index: {name}")


@contextlib.contextmanager
def asked_of_the_database() -> Iterator[list[str]]:
    """The statements put to the court's database meanwhile."""
    asked: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def _pages(scene: Scene, alone: tantivy.Searcher, count: int) -> list[Ratio]:
    """The page as a browser gets it, asked for again and asked for the first time."""
    client = create_app(court=scene.court).test_client()

    def page() -> None:
        answer = client.get("/decisions", query_string={"q": QUESTION})
        if answer.status_code != 200 or answer.text.count("<mark>") < 20:
            raise AssertionError("the page shows no hits")

    page()
    open_here = shelves.reading(keeping.folder_of(scene.court)).now()
    assert open_here is not None

    def first() -> None:
        # The account of the month below the list is no part of the question: it stays until the ledger changes.
        for key in [key for key in open_here.told if "account" not in key]:  # type: ignore[operator]
            del open_here.told[key]
        page()

    made = []
    for name, act, note in (
        ("asked for the first time", first, "nothing about the question is remembered: it is counted and divided anew"),
        ("asked for again", page, "how many there are and how they divide is remembered, as while the index stays"),
    ):
        ratio = compare_together(
            f"page of a ranked search among {count:,}, {name}, CPU",
            ("page", lambda act=act: cpu(act)),  # type: ignore[misc]
            ("tantivy alone and 8 ms", lambda: cpu(lambda: bare(alone)) + MOST_MORE),
            limit=1,
            at_least=False,
            turns=_turns(count),
        )
        more = statistics.median(a - (b - MOST_MORE) for a, b in ratio.pairs)
        with asked_of_the_database() as asked:
            act()
        ratio.notes.append(f"{1000 * more:,.1f} ms more than the engine alone; {note}; {len(asked)} statements a page")
        report(ratio)
        made.append(ratio)
    return made
