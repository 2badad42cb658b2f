"""A public text for the page: what the macro ``templates/register/_published.html`` shows, and the same as one string."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from odr.register.formats.published import Segment, segments
from odr.register.redaction.structure import Block, BlockKind, Part, PublicText


@dataclass(frozen=True)
class CellShown:
    """A cell with its name and its runs."""

    name: str
    runs: list[Segment]


@dataclass(frozen=True)
class BlockShown:
    """A block for the page; ``anchor`` is its permanent place in this version, ``paragraph`` its number to cite it by."""

    kind: str
    number: int | None
    anchor: str
    cells: list[CellShown]


@dataclass(frozen=True)
class PartShown:
    """A part of the decision under its heading."""

    role: str
    heading: list[Segment]
    blocks: list[BlockShown]


def shown(text: PublicText) -> list[PartShown]:
    """The decision's parts for the page, without title, court, kind and number, which the page says itself."""
    return [_part(part, blocks) for part, blocks in text.parts() if part is not Part.HEAD]


def _part(part: Part, blocks: list[Block]) -> PartShown:
    heading = next((segments(block, 0) for block in blocks if block.kind is BlockKind.HEADING), [])
    rest = [block for block in blocks if block.kind is not BlockKind.HEADING]
    return PartShown(
        part.value,
        heading,
        [
            BlockShown(
                block.kind.value,
                block.number,
                f"{part.value}-{at}",
                [
                    CellShown(block.name_of(cell), segments(block, cell))
                    for cell, words in enumerate(block.cells)
                    if words
                ],
            )
            for at, block in enumerate(rest, 1)
        ],
    )


def run(segment: Segment, cut_words: str) -> Markup:
    """A run as HTML: a replaced name underlined with dots, a cut with a word for those who hear the page."""
    if segment.mark == "replaced":
        return Markup('<span class="court-masked">{}</span>').format(segment.words)
    if segment.mark == "cut":
        return Markup('<span class="court-cut">{}<span class="govuk-visually-hidden"> {}</span></span>').format(
            segment.words, cut_words
        )
    return Markup("<br>").join(escape(line) for line in segment.words.split("\n"))
