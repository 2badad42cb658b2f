"""A public text as PDF/A and PDF/UA, set by the court's own typesetter from the public text alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, cast

from odr.docket.papers import Paper, Signatory, Words, typeset
from odr.ground.typeset import PaperLocale, Typesetter
from odr.register.formats.published import Publication, Segment, segments
from odr.register.redaction.structure import Block, BlockKind, Part, PublicText


@dataclass(frozen=True)
class SetCell:
    """A cell with its name and runs, as the layout reads it."""

    name: str
    runs: Sequence[Segment]


@dataclass(frozen=True)
class SetBlock:
    """A block as the layout reads it."""

    kind: str
    number: int | None
    cells: Sequence[SetCell]


@dataclass(frozen=True, kw_only=True)
class PublishedPaper(Paper):
    """A decision as it is published."""

    template: ClassVar[str] = "published"
    kind: Words
    blocks: Sequence[SetBlock]


def as_pdf(typesetter: Typesetter, text: PublicText, publication: Publication, *, at: datetime) -> bytes:
    """The decision to print and to keep. Raises MissingGlyph when a character cannot be printed."""
    return typeset(typesetter, paper_of(text, publication), cast(PaperLocale, text.language), at=at)


def paper_of(text: PublicText, publication: Publication) -> PublishedPaper:
    """The decision as a paper: every block of its public text."""
    return PublishedPaper(
        court=text.court,
        kind=text.kind,
        case_number=text.number,
        subject=next((block.cells[0] for block in text.blocks if block.kind is BlockKind.SUBJECT), None),
        issued_on=next((block.cells[0] for block in text.blocks if block.kind is BlockKind.DATE), ""),
        signatories=[
            Signatory(block.cells[0], block.cells[1]) for block in text.blocks if block.kind is BlockKind.SIGNATORY
        ],
        check_url=publication.address,
        document_code=publication.ecli or publication.identifier,
        limit=publication.note or None,
        blocks=[_set(block) for block in text.blocks if block.role not in (Part.HEAD, Part.SIGNATURES)],
    )


def _set(block: Block) -> SetBlock:
    return SetBlock(
        block.kind.value,
        block.number,
        [SetCell(block.name_of(at), segments(block, at)) for at, cell in enumerate(block.cells) if cell],
    )
