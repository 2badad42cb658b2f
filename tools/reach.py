"""A plugin of pytest for tools/second_python.py: which lines of the court's functions each test reaches.

Writes one line of JSON a test into the folder ODR_REACH. What runs when a module is imported is left out: it runs for
whichever test comes first.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Generator
from pathlib import Path
from types import CodeType

import pytest

from tests.spent import now

COURT = str(Path(__file__).resolve().parent.parent / "odr") + os.sep
TOOL = 3
lines: set[tuple[str, int]] = set()
failed: set[str] = set()


def seen(code: CodeType, line: int) -> object:
    """Note a line once a test."""
    if code.co_flags & inspect.CO_OPTIMIZED and code.co_filename.startswith(COURT):
        lines.add((code.co_filename, line))
    return sys.monitoring.DISABLE


def pytest_configure() -> None:
    """Begin to look."""
    sys.monitoring.use_tool_id(TOOL, "reach")
    sys.monitoring.register_callback(TOOL, sys.monitoring.events.LINE, seen)
    sys.monitoring.set_events(TOOL, sys.monitoring.events.LINE)


def pytest_unconfigure() -> None:
    """Look no more: what still runs while the interpreter ends is nobody's."""
    sys.monitoring.set_events(TOOL, sys.monitoring.events.NO_EVENTS)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What failed reached less than it does."""
    if report.failed:
        failed.add(report.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Each test begins with nothing reached."""
    lines.clear()
    sys.monitoring.restart_events()
    begun = now()
    answer = yield
    if item.nodeid in failed:
        return answer
    found = {
        "test": item.nodeid,
        "seconds": now() - begun,
        "property": bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False)),
        "lines": [f"{name.removeprefix(COURT)}:{line}" for name, line in sorted(lines)],
    }
    with (Path(os.environ["ODR_REACH"]) / os.environ.get("PYTEST_XDIST_WORKER", "one")).open("a") as file:
        file.write(json.dumps(found) + "\n")
    return answer
