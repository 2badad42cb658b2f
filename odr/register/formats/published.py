"""What is said of a published decision beside its text, and permanent names for it."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from odr.register.redaction.structure import Block, MarkKind, PublicText

LETTERS = "".join(sorted(set(string.digits + string.ascii_lowercase) - set("aeiou01ly")))
"""Without vowels, so that no word comes about by chance, and without what is taken for something else (0, 1, l, y)."""
LENGTH = 10
"""Signs of an identifier: 27^10, some 2·10¹⁴; the register still looks whether it is taken."""


def new_public_id() -> str:
    """A permanent name for a decision's page. It tells nothing of the number, so that a masked decision is not found by
    counting.
    """
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


@dataclass(frozen=True)
class Publication:
    """What the register says of a decision beside its text. None of it may come from the file but what is public.

    ``address`` is the page's permanent address, ``cause`` the kind of dispute in words, ``note`` the sentence that says
    what was replaced and cut and by which rules.
    """

    identifier: str
    version: int
    published_on: date
    address: str
    ecli: str = ""
    cause: str = ""
    country: str = ""
    """ISO 3166 letters of the court's country, small or large."""
    effective_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Segment:
    """A run of words of a cell; ``mark`` says whether it stands for something ("replaced", "cut") or is the decision's own
    ("").
    """

    words: str
    mark: str = ""
    article: str = ""


def segments(block: Block, cell: int) -> list[Segment]:
    """A cell in runs, as every format shows it."""
    return list(_segments(block, cell))


def _segments(block: Block, cell: int) -> Iterator[Segment]:
    words, at = block.cells[cell], 0
    for mark in sorted(each for each in block.marks if each.cell == cell):
        if mark.start > at:
            yield Segment(words[at : mark.start])
        yield Segment(words[mark.start : mark.end], mark.kind.value, mark.article)
        at = mark.end
    if at < len(words):
        yield Segment(words[at:])


@dataclass(frozen=True)
class Changed:
    """How often something was replaced or cut under one article."""

    kind: str
    private: str
    article: str
    things: int
    times: int


def changed(text: PublicText) -> list[Changed]:
    """What was replaced and cut, counted; ``things`` are different new names, for what is cut as many as times."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for block in text.blocks:
        for mark in block.marks:
            words = block.cells[mark.cell][mark.start : mark.end]
            found.setdefault((mark.kind.value, mark.private, mark.article), []).append(words)
    return [
        Changed(kind, private, article, len(set(words)) if kind == MarkKind.REPLACED else len(words), len(words))
        for (kind, private, article), words in sorted(found.items())
    ]
