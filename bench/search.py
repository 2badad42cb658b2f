"""A search among a hundred thousand published decisions: the court's own part against the engine alone with the same question,
and the page as a browser gets it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
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
)
from odr.register.search import keeping, shelves
from odr.register.search.facts import FactReader, Facts
from odr.register.search.language import read
from odr.register.search.queries import FACETS, Asked, Compiler
from odr.register.search.searching import Search
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


def one_index(folder: Path, known: list[Facts]) -> tantivy.Searcher:
    """The same decisions in one index, as the engine alone would hold them."""
    name = shelves.write_shelf(folder, 0, iter(known))
    assert name is not None
    return tantivy.Index.open(str(folder / name)).searcher()


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


def lay(scene: Scene, known: list[Facts]) -> None:
    """Rows of the published decisions, as the page reads them; without the papers that belong to them in a court."""
    engine = create_engine(scene.court.database.url)
    with engine.begin() as connection:
        for begin in range(0, len(known), 2_000):
            part = known[begin : begin + 2_000]
            connection.execute(insert(Publication), [_row(one, scene) for one in part])
            connection.execute(insert(PublicationVersion), [_version(one, scene) for one in part])
            texts = [{"version_id": one.ledger_number, "text": _text(one)} for one in part]
            connection.execute(insert(PublishedText), texts)
    engine.dispose()


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


def run(count: int = DECISIONS) -> list[Ratio]:
    """The own part of a question against the engine, and the page. Raises where they do not find the same."""
    with tempfile.TemporaryDirectory() as folder:
        scene = fresh(Path(folder))
        known = list(decisions(count))
        index = keeping.folder_of(scene.court)
        index.mkdir(parents=True)
        taken = cpu(lambda: _shelve(index, known))
        (Path(folder) / "one").mkdir()
        alone = one_index(Path(folder) / "one", known)
        found = shelves.Reading(index).now()
        assert found is not None
        rules = PackRegistry.load().in_force("cn", date(2026, 7, 1))
        search = Search(Compiler(FactReader(rules), found))
        asked = Asked(read(QUESTION), best=True)
        if search.count(asked) != alone.search(_query(), 1).count:  # type: ignore[attr-defined]
            raise AssertionError("the shelves do not find what one index finds")

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
            turns=20,
        )
        size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
        signs = sum(len(cell) for one in known for cell in one.words)
        ratio.notes.append(
            f"{search.count(asked):,} found; index of {size / 2**20:,.0f} MB for {signs / 1e6:,.0f} million signs on {len(found.searchers)} shelves, written in {taken:,.0f} s of processor; open and asked once it takes {memory:,.1f} MB of a process"
        )
        report(ratio)
        lay(scene, known)
        # A court that serves holds no list of what it published: the collector of this process need not walk through it.
        known.clear()
        gc.collect()
        return [ratio, _page(scene, alone)]


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


def _page(scene: Scene, alone: tantivy.Searcher) -> Ratio:
    client = create_app(court=scene.court).test_client()

    def page() -> None:
        answer = client.get("/decisions", query_string={"q": QUESTION})
        if answer.status_code != 200 or answer.text.count("<mark>") < 20:
            raise AssertionError("the page shows no hits")

    ratio = compare_together(
        "page of a ranked search beyond tantivy alone, CPU",
        ("page − tantivy", lambda: cpu(page) - cpu(lambda: bare(alone))),
        ("8 ms", lambda: MOST_MORE),
        limit=1,
        at_least=False,
        turns=20,
    )
    open_here = shelves.reading(keeping.folder_of(scene.court)).now()
    assert open_here is not None

    def first() -> None:
        # The account of the month below the list is no part of the question: it stays until the ledger changes.
        for key in [key for key in open_here.told if "account" not in key]:  # type: ignore[operator]
            del open_here.told[key]
        page()

    more = statistics.median(cpu(first) - cpu(lambda: bare(alone)) for _ in range(40))
    with asked_of_the_database() as asked:
        page()
    ratio.notes.append(
        "how many there are and how they divide is remembered from the first turn, as while the index stays; "
        f"asked for the first time the page takes {1000 * more:,.1f} ms more than the engine alone; {len(asked)} statements a page"
    )
    report(ratio)
    return ratio


def _shelve(folder: Path, known: list[Facts]) -> None:
    made: dict[int, str] = {}
    for number in range(len(known) // shelves.SHELF + 1):
        mine = [one for one in known if one.ledger_number // shelves.SHELF == number]
        name = shelves.write_shelf(folder, number, iter(mine)) if mine else None
        if name is not None:
            made[number] = name
    shelves.replace_list(folder, shelves.Shelves(0, FIRST, made))
