"""A decision as structured text: what is published is made from this, never from the sealed PDF."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from odr.docket.papers import DecisionPaper, PartyLine, RulingPaper, Words
from odr.ground.text import T, write
from odr.register.redaction.folding import prints_nothing

NOT_PUBLISHED = frozenset({"document_code", "check_url"})
"""What of a paper is no part of its public text: they lead to the sealed original."""
_JOINERS = "\u200c\u200d"


class BlockKind(StrEnum):
    """What a block is; it says what its cells are (:data:`CELLS`)."""

    TITLE = "title"
    COURT = "court"
    KIND = "kind"
    NUMBER = "number"
    SUBJECT = "subject"
    HEADING = "heading"
    PARTY = "party"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    FINDING = "finding"
    REASON = "reason"
    SIGNATORY = "signatory"
    DATE = "date"


CELLS: Mapping[BlockKind, tuple[str, ...]] = {
    BlockKind.PARTY: ("role", "name", "details"),
    BlockKind.FINDING: ("found", "result", "exhibits", "objection", "heard"),
    BlockKind.REASON: ("text", "rests_on"),
    BlockKind.SIGNATORY: ("role", "name"),
}
"""Names of the cells of a kind; any other kind has one cell, ``text``. A party may have several of ``details``."""


class Part(StrEnum):
    """The part of the decision a block stands in."""

    HEAD = "head"
    PARTIES = "parties"
    HISTORY = "history"
    CLAIMS = "claims"
    ANSWERS = "answers"
    ISSUES = "issues"
    FINDINGS = "findings"
    REASONS = "reasons"
    ORDERS = "orders"
    COSTS = "costs"
    APPEAL = "appeal"
    SIGNATURES = "signatures"


class MarkKind(StrEnum):
    """What was done at a place of the public text."""

    REPLACED = "replaced"
    CUT = "cut"


@dataclass(frozen=True, order=True)
class Mark:
    """A place of the public text where something else stands than in the original; it tells nothing of what stood there."""

    cell: int
    start: int
    end: int
    kind: MarkKind
    article: str
    private: str
    """Which kind of thing, a value of :class:`~odr.procedure.rules.redaction.Private`."""


@dataclass(frozen=True)
class Block:
    """A paragraph, row or line: its kind, its cells, the part it stands in, its number among items, and, in a public
    text, where something was replaced.
    """

    kind: BlockKind
    cells: tuple[str, ...]
    role: Part
    number: int | None = None
    marks: tuple[Mark, ...] = ()

    def name_of(self, cell: int) -> str:
        """What a cell is."""
        names = CELLS.get(self.kind, ("text",))
        return names[min(cell, len(names) - 1)]

    def named(self) -> dict[str, list[str]]:
        """The cells by name, empty ones left out."""
        found: dict[str, list[str]] = {}
        for at, cell in enumerate(self.cells):
            if cell:
                found.setdefault(self.name_of(at), []).append(cell)
        return found


@dataclass(frozen=True)
class PublicText:
    """A decision as blocks. ``number`` and ``language`` ("zh-Hans", "en") are no private data; the title is a block, so
    that it is redacted as everything else.
    """

    number: str
    language: str
    issued_on: date | None
    blocks: tuple[Block, ...]
    salt: str = ""
    """Goes into the digest of a public text, so that nobody tells from the digest of a text that was taken away what stood
    in it, by trying names. It is given out with the words and taken away with them.
    """

    @property
    def title(self) -> str:
        """What the decision is called: parties and subject, as the blocks say."""
        return next((block.cells[0] for block in self.blocks if block.kind is BlockKind.TITLE), self.number)

    @property
    def kind(self) -> str:
        """Judgment, ruling, as the paper calls it."""
        return next((block.cells[0] for block in self.blocks if block.kind is BlockKind.KIND), "")

    @property
    def court(self) -> str:
        """The court's name."""
        return next((block.cells[0] for block in self.blocks if block.kind is BlockKind.COURT), "")

    def cells(self) -> Iterator[tuple[int, int, str]]:
        """Every cell with its block and place, in reading order."""
        for at, block in enumerate(self.blocks):
            for cell, words in enumerate(block.cells):
                yield at, cell, words

    def parts(self) -> list[tuple[Part, list[Block]]]:
        """The blocks by part, in their order, without the title."""
        found: list[tuple[Part, list[Block]]] = []
        for block in self.blocks:
            if block.kind is BlockKind.TITLE:
                continue
            if not found or found[-1][0] is not block.role:
                found.append((block.role, []))
            found[-1][1].append(block)
        return found

    def as_json(self) -> dict[str, Any]:
        """Plain data from which :meth:`from_json` makes the same text."""
        return {
            "number": self.number,
            "language": self.language,
            "issued_on": self.issued_on.isoformat() if self.issued_on else None,
            **({"salt": self.salt} if self.salt else {}),
            "blocks": [
                {
                    "kind": block.kind.value,
                    "role": block.role.value,
                    "cells": list(block.cells),
                    **({"number": block.number} if block.number is not None else {}),
                    **(
                        {"marks": [[m.cell, m.start, m.end, m.kind.value, m.article, m.private] for m in block.marks]}
                        if block.marks
                        else {}
                    ),
                }
                for block in self.blocks
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PublicText:
        """What :meth:`as_json` wrote."""
        day = data["issued_on"]
        return cls(
            data["number"],
            data["language"],
            date.fromisoformat(day) if day else None,
            tuple(
                Block(
                    BlockKind(each["kind"]),
                    tuple(each["cells"]),
                    Part(each["role"]),
                    each.get("number"),
                    tuple(Mark(c, s, e, MarkKind(k), a, p) for c, s, e, k, a, p in each.get("marks", ())),
                )
                for each in data["blocks"]
            ),
            data.get("salt", ""),
        )


def text_of(paper: DecisionPaper | RulingPaper, locale: str) -> PublicText:
    """A decision's paper as structured text in the language it was given in ("zh-Hans" or "en"): the original beside
    which a public text is made. Nothing of the paper falls out but what leads to the sealed file.
    """
    return _Writer(paper, locale).text()


def cleaned(words: str) -> str:
    """Words composed (NFC) and without signs that cannot be seen: they could split a name, or turn a line around. The
    sealed paper shows them; XML could not hold them.
    """
    plain = unicodedata.normalize("NFC", words.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        sign
        for sign in plain
        if sign in "\n\t"
        or sign in _JOINERS
        or (unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn") and not prints_nothing(sign))
    )


class _Writer:
    """Writes a paper's fields as blocks, in the order in which the paper is set."""

    def __init__(self, paper: DecisionPaper | RulingPaper, locale: str) -> None:
        self.paper = paper
        self.locale = locale
        self.blocks: list[Block] = []

    def words(self, words: Words | None) -> str:
        return "" if words is None else cleaned(write(words, self.locale)).strip()

    def add(self, kind: BlockKind, role: Part, *cells: Words | None, number: int | None = None) -> None:
        written = tuple(self.words(cell) for cell in cells)
        if any(written):
            self.blocks.append(Block(kind, written, role, number))

    def part(self, role: Part, label: str, kind: BlockKind, items: Sequence[Words]) -> None:
        """A part under its heading; items are numbered, paragraphs are not."""
        if not items:
            return
        self.heading(role, label)
        for number, item in enumerate(items, 1):
            self.add(kind, role, item, number=number if kind is BlockKind.ITEM else None)

    def heading(self, role: Part, label: str) -> None:
        self.add(BlockKind.HEADING, role, self.paper.labels[label])

    def text(self) -> PublicText:
        paper = self.paper
        self.add(BlockKind.TITLE, Part.HEAD, self.title())
        self.add(BlockKind.COURT, Part.HEAD, paper.court)
        self.add(BlockKind.KIND, Part.HEAD, paper.kind)
        self.add(BlockKind.NUMBER, Part.HEAD, paper.case_number)
        self.add(BlockKind.SUBJECT, Part.HEAD, paper.subject)
        for party in paper.parties:
            self.party(party)
        self.part(Part.HISTORY, "history", BlockKind.PARAGRAPH, paper.history)
        if isinstance(paper, DecisionPaper):
            self.part(Part.CLAIMS, "claims", BlockKind.PARAGRAPH, paper.claims)
            self.part(Part.ANSWERS, "answers", BlockKind.PARAGRAPH, paper.answers)
            self.part(Part.ISSUES, "issues", BlockKind.ITEM, paper.issues)
            self.findings(paper)
        self.reasons()
        self.add(BlockKind.PARAGRAPH, Part.REASONS, paper.basis)
        if isinstance(paper, DecisionPaper):
            self.part(Part.ORDERS, "orders", BlockKind.ITEM, paper.orders)
            self.part(Part.COSTS, "costs", BlockKind.PARAGRAPH, paper.costs)
            self.add(BlockKind.PARAGRAPH, Part.COSTS, paper.late_performance)
            self.part(Part.APPEAL, "appeal", BlockKind.PARAGRAPH, [paper.appeal] if paper.appeal else [])
        else:
            self.part(Part.ORDERS, "ruled", BlockKind.ITEM, paper.orders)
            for words in paper.costs:
                self.add(BlockKind.PARAGRAPH, Part.ORDERS, words)
            self.part(Part.APPEAL, "remedy", BlockKind.PARAGRAPH, [paper.remedy] if paper.remedy else [])
        self.add(BlockKind.PARAGRAPH, Part.APPEAL, paper.limit)
        for each in paper.signatories:
            self.add(BlockKind.SIGNATORY, Part.SIGNATURES, each.role, each.name)
        self.add(BlockKind.DATE, Part.SIGNATURES, paper.issued_on)
        day = paper.issued_on
        return PublicText(
            self.words(paper.case_number), self.locale, day if isinstance(day, date) else None, tuple(self.blocks)
        )

    def title(self) -> Words:
        """Parties, subject and kind of paper, as the register calls a decision."""
        sides: dict[str, list[str]] = {}
        for party in self.paper.parties:
            sides.setdefault(self.words(party.role), []).append(self.words(party.name))
        joined = [("、" if self.locale == "zh-Hans" else ", ").join(names) for names in sides.values()][:2]
        subject, kind = self.words(self.paper.subject), self.words(self.paper.kind)
        if len(joined) < 2 or not subject:
            return T("%(number)s, %(kind)s", number=self.words(self.paper.case_number), kind=kind)
        if all(names in subject for names in joined):
            return T("%(subject)s, %(kind)s", subject=subject, kind=kind)
        return T(
            "%(claimant)s v %(respondent)s, %(subject)s: %(kind)s",
            claimant=joined[0],
            respondent=joined[1],
            subject=subject,
            kind=kind,
        )

    def party(self, party: PartyLine) -> None:
        self.add(BlockKind.PARTY, Part.PARTIES, party.role, party.name, *party.details)

    def findings(self, paper: DecisionPaper) -> None:
        if paper.findings:
            self.heading(Part.FINDINGS, "findings")
        for words in paper.evidence:
            self.add(BlockKind.PARAGRAPH, Part.FINDINGS, words)
        for number, each in enumerate(paper.findings, 1):
            exhibits = ("、" if self.locale == "zh-Hans" else ", ").join(self.words(label) for label in each.exhibits)
            self.add(
                BlockKind.FINDING,
                Part.FINDINGS,
                each.found,
                each.result,
                exhibits,
                each.objection,
                each.heard,
                number=number,
            )

    def reasons(self) -> None:
        if self.paper.reasons:
            self.heading(Part.REASONS, "reasons")
        for number, each in enumerate(self.paper.reasons, 1):
            self.add(BlockKind.REASON, Part.REASONS, each.text, each.rests_on, number=number)


def with_cells(text: PublicText, at: int, cells: tuple[str, ...], marks: tuple[Mark, ...]) -> PublicText:
    """The text with one block's words and marks replaced."""
    blocks = list(text.blocks)
    blocks[at] = replace(blocks[at], cells=cells, marks=marks)
    return replace(text, blocks=tuple(blocks))
