"""What the court installs is what it runs on: no import without a pin, no pin without a use."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.parsed import files, nodes_of

ROOT = Path(__file__).parent.parent
RUNTIME, EXTRA, DEVELOPMENT = "requirements.txt", "requirements-extra.txt", "requirements-dev.txt"
SPEECH = "requirements-speech.txt"
"""For one process alone; tried on one Python."""
GUIDE = "requirements-guide.txt"
"""What the guide asks for meaning with, by digest; tried on one Python."""
ONLY_SPEECH = {"av", "faster_whisper", "numpy", "opencc"}
"""Libraries that are not installed beside the second Python."""
NOT_IMPORTED = {}
"""Pins that the court needs and no module imports, each with its reason."""


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(file: str) -> dict[str, Requirement]:
    lines = (ROOT / file).read_text().splitlines()
    pins = [Requirement(line.partition(" --hash=")[0]) for line in lines if line and not line.startswith("#")]
    return {_plain(pin.name): pin for pin in pins}


def _court_files() -> Iterator[Path]:
    for folder in ("odr", "migrations"):
        yield from files(folder)
    yield ROOT / "wsgi.py"


@cache
def _imports() -> dict[str, str]:
    """Each library that the court imports, with a file that does."""
    found: dict[str, str] = {}
    for file in _court_files():
        for node in nodes_of(file):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            found |= {name.split(".")[0]: str(file.relative_to(ROOT)) for name in names}
    return {name: file for name, file in found.items() if name not in {*sys.stdlib_module_names, "odr"}}


_providers = cache(packages_distributions)


def _distributions(library: str) -> set[str]:
    return {_plain(name) for name in _providers().get(library, [])}


def _with_what_they_need(names: set[str], pins: dict[str, Requirement]) -> set[str]:
    """These pins, and those that they need themselves on any Python and any system."""
    known: set[str] = set()
    while names := names - known:
        known |= names
        needed = {name: [Requirement(line) for line in requires(name) or []] for name in names}
        names = {_plain(each.name) for name, all_ in needed.items() for each in all_ if _applies(each, pins[name])}
        names &= set(pins)
    return known


def _applies(needed: Requirement, pin: Requirement) -> bool:
    """Whether it belongs to what is pinned: always, or with one of the extras that the pin names."""
    marker = str(needed.marker or "")
    extras = re.findall(r"extra == \"([^\"]+)\"", marker)
    return not extras or bool(set(extras) & pin.extras)


def test_each_library_that_is_imported_is_pinned() -> None:
    """Whoever installs the requirements of the court can import all that it imports."""
    pinned = {*_pins(RUNTIME), *_pins(EXTRA), *_pins(SPEECH)}
    there = _providers().keys() | {name for name in _imports() if name not in ONLY_SPEECH}
    asked = {name: file for name, file in _imports().items() if name in there}
    assert {name: file for name, file in asked.items() if not _distributions(name) & pinned} == {}


def test_each_pin_of_the_court_is_used_by_it() -> None:
    """What only tests use is installed for tests only: each pin of the court is imported, needed by one that is, or has
    its reason.
    """
    pins = _pins(RUNTIME) | _pins(EXTRA)
    imported = {name for library in _imports() for name in _distributions(library)}
    used = _with_what_they_need((imported | set(NOT_IMPORTED)) & set(pins), pins)
    assert set(pins) - used == set()


def test_a_reason_is_given_only_where_it_is_needed() -> None:
    """The list of pins that nobody imports names nothing that is imported or no longer pinned."""
    imported = {name for library in _imports() for name in _distributions(library)}
    assert set(NOT_IMPORTED) - set(_pins(RUNTIME)) == set() and set(NOT_IMPORTED) & imported == set()


@pytest.mark.parametrize(("first", "second"), [(RUNTIME, EXTRA), (RUNTIME, DEVELOPMENT), (EXTRA, DEVELOPMENT)])
def test_no_library_is_pinned_twice(first: str, second: str) -> None:
    """A version stands in one file, so that no two disagree."""
    assert set(_pins(first)) & set(_pins(second)) == set()


@pytest.mark.parametrize("optional", [SPEECH, GUIDE])
def test_what_is_optional_is_of_the_same_version_everywhere(optional: str) -> None:
    """A library that tests or the court use as well is there once, whoever installs what."""
    mine = _pins(optional)
    for other in {RUNTIME, EXTRA, DEVELOPMENT, SPEECH, GUIDE} - {optional}:
        theirs = _pins(other)
        differ = {name for name, pin in mine.items() if name in theirs and theirs[name].specifier != pin.specifier}
        assert differ == set(), (optional, other)


def test_nothing_that_is_optional_goes_untried() -> None:
    """Whoever runs the tests gets everything installed that a test of it asks for, on one Python at least."""
    installed = (ROOT / "tools/run_tests").read_text()
    assert {file for file in (RUNTIME, EXTRA, DEVELOPMENT, SPEECH, GUIDE) if file not in installed} == set()
