"""The public text of a decision as a sealed PDF, set from the redacted text and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from odr.docket.papers import Block, HeadingBlock, NoticePaper, ParagraphBlock, Signatory, StepsBlock
from odr.ground.text import T
from odr.procedure.papers.frame import SealedPaper, sealed_paper
from odr.register.redaction.structure import Block as Said, BlockKind, Part, PublicText

if TYPE_CHECKING:
    from odr.procedure.court import Court

NOT_THE_ORIGINAL = T(
    "This is the public text: names are replaced and private data cut, by the rules named on the court’s page of the decision. It is not the whole original, which the parties hold."
)


def sealed_pdf(court: Court, text: PublicText, digest: str, *, signer: str) -> SealedPaper:
    """Set a public text and seal it; ``digest`` is that of the text, ``signer`` who publishes it."""
    reason = T("Public text of the decision in case %(number)s", number=text.number)
    return sealed_paper(court, paper_of(text), text.language, digest, reason=reason, signer=signer)


def paper_of(text: PublicText) -> NoticePaper:
    """The public text as a paper: every block of it, in its order."""
    signed = [block for block in text.blocks if block.kind is BlockKind.SIGNATORY]
    return NoticePaper(
        court=text.court,
        kind=text.kind,
        case_number=text.number or None,
        subject=text.title,
        issued_on=text.issued_on or "",
        signatories=[Signatory(block.cells[0], block.cells[1]) for block in signed],
        limit=NOT_THE_ORIGINAL,
        blocks=list(_blocks(text)),
    )


def _blocks(text: PublicText) -> Iterator[Block]:
    for role, blocks in text.parts():
        if role in (Part.HEAD, Part.SIGNATURES):
            continue
        items: list[str] = []
        for block in blocks:
            if block.kind is BlockKind.HEADING:
                yield HeadingBlock(block.cells[0])
            elif block.kind is BlockKind.ITEM:
                items.append(block.cells[0])
            else:
                yield ParagraphBlock(said_of(block))
        if items:
            yield StepsBlock(items)


def said_of(block: Said) -> str:
    """A block as running words: what is said of a party, a finding with what it rests on."""
    return " ".join(cell for cell in block.cells if cell)
