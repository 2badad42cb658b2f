"""The public text out of the original, the candidates and what people decided about them."""

from __future__ import annotations

from collections.abc import Sequence

from odr.register.redaction.known import Candidate, Choice, Choices, Standing, grouped, open_candidates
from odr.register.redaction.structure import Mark, MarkKind, PublicText, with_cells


class StillOpen(ValueError):
    """Nothing is published while a person has still to decide about ``numbers``."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(f"open candidates: {', '.join(map(str, numbers))}")
        self.numbers = tuple(numbers)


class NoChoice(ValueError):
    """About ``number`` there is nothing to choose: what the docket knows is replaced, the court's staff is shown."""

    def __init__(self, number: int) -> None:
        super().__init__(f"no choice about candidate {number}")
        self.number = number


class OtherText(ValueError):
    """The candidates are not of this text."""


def choice_of(candidate: Candidate, choices: Choices) -> Choice:
    """What holds for one place. Raises StillOpen where nobody has decided."""
    default = candidate.by_default
    if candidate.choice in (Standing.FIXED, Standing.KEPT) and default is not None:
        return default
    chosen = choices.get(candidate.number, default)
    if chosen is None:
        raise StillOpen([candidate.number])
    return chosen


def apply(text: PublicText, candidates: Sequence[Candidate], choices: Choices) -> PublicText:
    """The public text, with a mark wherever something else stands than in the original.

    Raises StillOpen while one is open, NoChoice where somebody chose for what is fixed, OtherText where the candidates
    are of another text.
    """
    if still := open_candidates(candidates, choices):
        raise StillOpen(still)
    _check(text, candidates, choices)
    by_block: dict[int, list[Candidate]] = {}
    for each in candidates:
        by_block.setdefault(each.block, []).append(each)
    public = text
    for at, places in by_block.items():
        cells, marks = list(text.blocks[at].cells), []
        for cell in {each.cell for each in places}:
            cells[cell], made = _redacted(
                cells[cell], cell, sorted((p for p in places if p.cell == cell), key=lambda p: p.start), choices
            )
            marks += made
        public = with_cells(public, at, tuple(cells), tuple(sorted(marks)))
    return public


def _check(text: PublicText, candidates: Sequence[Candidate], choices: Choices) -> None:
    for number, places in grouped(candidates).items():
        if number in choices and all(each.choice in (Standing.FIXED, Standing.KEPT) for each in places):
            raise NoChoice(number)
    for each in candidates:
        try:
            words = text.blocks[each.block].cells[each.cell][each.start : each.end]
        except IndexError as error:
            raise OtherText(f"candidate {each.number} stands nowhere") from error
        if words != each.surface:
            raise OtherText(f"candidate {each.number} stands elsewhere")


def _redacted(words: str, cell: int, places: Sequence[Candidate], choices: Choices) -> tuple[str, list[Mark]]:
    made: list[str] = []
    marks: list[Mark] = []
    at, length = 0, 0
    for each in places:
        if each.start < at:
            raise OtherText(f"candidate {each.number} overlaps another")
        choice = choice_of(each, choices)
        before = words[at : each.start]
        instead = {Choice.LEAVE: each.surface, Choice.REPLACE: each.replacement, Choice.CUT: each.cut}[choice]
        made += [before, instead]
        start = length + len(before)
        length = start + len(instead)
        at = each.end
        if choice is not Choice.LEAVE and instead:
            kind = MarkKind.REPLACED if choice is Choice.REPLACE else MarkKind.CUT
            marks.append(Mark(cell, start, length, kind, each.article, each.kind.value))
    made.append(words[at:])
    return "".join(made), marks
