"""Standard sentences a judge starts from and inserts, per cause, and references to the file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from odr.ground.text import T, Text
from odr.judgment.decision.file_before_judge import CaseFile

GAP = "[…]"
"""A place in a sentence that the judge fills in."""


@dataclass(frozen=True)
class Insertion:
    """Something the editor puts into a paragraph: what the list calls it, and the words it becomes."""

    key: str
    label: str | Text
    words: str


@cache
def _causes() -> Mapping[str, Mapping[str, list[dict[str, str]]]]:
    found: dict[str, Any] = tomllib.loads((Path(__file__).parent / "wording.toml").read_text(encoding="utf-8"))
    return found["causes"]  # type: ignore[no-any-return]


def _lines(cause: str, part: str, language: str) -> list[str]:
    return [line["zh" if language == "zh-Hans" else "en"] for line in _causes().get(cause, {}).get(part, [])]


def questions(cause: str, language: str) -> list[str]:
    """What is usually in dispute in a case of this cause."""
    return _lines(cause, "questions", language)


def sentences(cause: str, language: str) -> list[str]:
    """Sentences for the reasons of a case of this cause; "[…]" is filled in by the judge."""
    return _lines(cause, "sentences", language)


def objection(label: str, language: str) -> str:
    """How a text names the objection to an exhibit, so that the reader gets a link to it."""
    return T("objection to %(label)s", label=label).render(language)


def insertions(file: CaseFile, cause: str, language: str) -> list[Insertion]:
    """Everything the editor inserts: exhibits, facts, objections, and the sentences of the cause."""
    found = [Insertion(f"exhibit/{e.label}", f"{e.label} {e.exhibit.title}", e.label) for e in file.exhibits]
    found += [
        Insertion(
            f"fact/{f.label}",
            T("Fact %(number)s: %(what)s", number=f.label, what=f.fact.what),
            T("fact %(number)s", number=f.label).render(language),
        )
        for f in file.facts
    ]
    found += [
        Insertion(f"objection/{e.label}", T("Objection to %(label)s", label=e.label), objection(e.label, language))
        for e in file.exhibits
        if e.is_disputed
    ]
    return found + [Insertion(f"sentence/{n}", words, words) for n, words in enumerate(sentences(cause, language), 1)]


def insert(written: str, words: str) -> str:
    """The paragraph with the words at its end, a space between where English needs one."""
    kept = written.rstrip()
    return f"{kept} {words}" if kept and kept[-1].isascii() else kept + words
