"""A public text as plain text."""

from __future__ import annotations

from odr.register.formats.published import Publication
from odr.register.redaction.structure import Block, BlockKind, PublicText

_AWAY = frozenset({BlockKind.TITLE})


def as_text(text: PublicText, publication: Publication | None = None) -> str:
    """The decision line by line, an empty line before each heading; at the end where it came from."""
    lines: list[str] = []
    for block in text.blocks:
        if block.kind in _AWAY:
            continue
        if block.kind is BlockKind.HEADING:
            lines.append("")
        lines += line_of(block).split("\n")
    if publication is not None:
        lines += ["", *(each for each in (publication.ecli, publication.address, publication.note) if each)]
    return "\n".join(lines).strip() + "\n"


def line_of(block: Block) -> str:
    """A block as one line."""
    cells = [cell for cell in block.cells if cell]
    if block.kind in (BlockKind.PARTY, BlockKind.SIGNATORY):
        return " ".join(cells)
    if block.kind is BlockKind.FINDING or block.kind is BlockKind.ITEM:
        return f"{block.number}. " + " | ".join(cells)
    return "\n".join(cells)
