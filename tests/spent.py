"""Processor seconds of the tests, by folder: what a whole run costs, whoever else uses the machine.

Asked for by the folder in ``ODR_SPENT``: each process of pytest leaves a file there, and ``python -m tests.spent FOLDER``
prints what they amount to. Programs that a test starts are counted once it has waited for their end. What several tests
share is counted with the first of them; a browser or a server that all tests of a worker share is waited for when its last one
is over, and is no doing of that one: it has a line of its own.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

SHOWN = 15
"""Tests that are named, the dearest first."""
SHARED = "what a worker's tests share/to the end::browser and servers"
"""The line of what is taken down when the last test is over."""
_FOLDER = os.environ.get("ODR_SPENT")
_SPENT: dict[str, float] = {}


def now() -> float:
    """Processor seconds of this process and of the programs it has waited for."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test with what it sets up and takes down."""
    begun = now()
    try:
        return (yield)  # type: ignore[return-value]
    finally:
        _SPENT[item.nodeid] = _SPENT.get(item.nodeid, 0.0) + now() - begun


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """The end of the last test is the end of all that was shared."""
    begun = now()
    try:
        return (yield)  # type: ignore[return-value]
    finally:
        if nextitem is None:
            ended = now() - begun
            _SPENT[SHARED] = _SPENT.get(SHARED, 0.0) + ended
            _SPENT[item.nodeid] = _SPENT.get(item.nodeid, 0.0) - ended


def pytest_sessionfinish() -> None:
    """What this process spent."""
    if _FOLDER and _SPENT:
        folder = Path(_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{os.getpid()}.json").write_text(json.dumps(_SPENT))


def report(folder: Path) -> Iterator[str]:
    """The folders, the dearest first, then the dearest tests; the last line is the whole."""
    spent: defaultdict[str, float] = defaultdict(float)
    for path in folder.glob("*.json"):
        for name, seconds in json.loads(path.read_text()).items():
            spent[name] += seconds
    folders: defaultdict[str, list[float]] = defaultdict(list)
    tests = len(spent.keys() - {SHARED})
    for name, seconds in spent.items():
        folders[str(Path(name.partition("::")[0]).parent)].append(seconds)
    for place, each in sorted(folders.items(), key=lambda one: -sum(one[1])):
        many = len(each) if place != str(Path(SHARED).parent) else 0
        yield f"{sum(each):8.0f} s  {many:5} tests  {place}"
    for name, seconds in sorted(spent.items(), key=lambda one: -one[1])[:SHOWN]:
        yield f"{seconds:8.0f} s  {name}"
    yield f"{sum(spent.values()):.0f} seconds of processor for {tests} tests"


if __name__ == "__main__":
    sys.stdout.write("\n".join(report(Path(sys.argv[1]))) + "\n")
