"""What the docket knows, found in every spelling: within a cell, and split by the end of a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from odr.procedure.rules.redaction import NAMES, NeverHidden, Private, RedactionRules, Remains, Who
from odr.register.redaction.finds import Find, Weight
from odr.register.redaction.folding import Folded, fold, is_han, narrow
from odr.register.redaction.known import Known, Source, Standing
from odr.register.redaction.naming import DOTS, Person, around_organisation
from odr.register.redaction.spellings import PARTING, Spelling, district_of, spellings
from odr.register.redaction.structure import BlockKind, Part, PublicText
from odr.register.redaction.surnames import ENGLISH_LIKE_PINYIN

LONGEST_WORDLIKE = 5
"""Letters up to which a name in small letters may be an English word."""
LONG_NUMBER = 7
"""Digits from which a number is known wherever it stands, also inside a longer one."""


def is_hidden(known: Known, rules: RedactionRules) -> bool:
    """Whether the rules hide something the docket knows."""
    if known.keep:
        return False
    if known.kind in NAMES:
        who = rules.used.who
        return who is Who.ALL or (known.is_protected if who is Who.PROTECTED else known.ordered)
    cut = rules.cuts.get(known.kind)
    return cut is not None and cut.hides(known.holder)


class Stream:
    """All cells folded, one after another, with the way back to cell and place."""

    def __init__(self, text: PublicText) -> None:
        self.text = text
        self.cells = [(block, cell, words, fold(words)) for block, cell, words in text.cells()]
        self.starts: list[int] = []
        at = 0
        for *_, view in self.cells:
            self.starts.append(at)
            at += len(view.words)
        self.whole = "".join(view.words for *_, view in self.cells)

    def cell_at(self, place: int) -> int:
        """The cell in which a sign of :attr:`whole` stands."""
        return bisect_right(self.starts, place) - 1

    def joined(self, first: int, last: int) -> bool:
        """Whether some cells stand in one part of the decision, one after another."""
        blocks = self.text.blocks
        return last - first <= 2 and all(
            blocks[self.cells[a][0]].role is blocks[self.cells[b][0]].role
            and BlockKind.HEADING not in (blocks[self.cells[a][0]].kind, blocks[self.cells[b][0]].kind)
            for a, b in pairwise(range(first, last + 1))
        )


@lru_cache(maxsize=8192)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def find_known(text: PublicText, known: Sequence[Known], rules: RedactionRules) -> Iterator[Find]:
    """Every place of everything known that the rules hide, and of the court's staff."""
    stream = Stream(text)
    for number, each in enumerate(known):
        if each.keep:
            yield from _staff(stream, each, number)
        elif is_hidden(each, rules):
            yield from _hidden(stream, each, number, rules)
    if NeverHidden.CASE_NUMBER in rules.never.of:
        yield from _case_number(text)


def _case_number(text: PublicText) -> Iterator[Find]:
    for block, cell, words in text.cells():
        at = words.find(text.number) if text.number else -1
        while at >= 0:
            yield Find(
                block,
                cell,
                at,
                at + len(text.number),
                Private.OTHER,
                Source.DOCKET,
                Standing.KEPT,
                Weight.SHOWN,
                "number",
            )
            at = words.find(text.number, at + 1)


def _staff(stream: Stream, known: Known, number: int) -> Iterator[Find]:
    for name in known.names:
        pattern = _compiled(re.escape(fold(name).words))
        for block, cell, _, view in stream.cells:
            signs = stream.text.blocks[block].role is Part.SIGNATURES
            for match in pattern.finditer(view.words):
                start, end = view.span(*match.span())
                weight = Weight.SHOWN if signs else Weight.STAFF
                yield Find(
                    block,
                    cell,
                    start,
                    end,
                    known.kind,
                    Source.DOCKET,
                    Standing.KEPT,
                    weight,
                    f"known:{number}",
                    known.role,
                )


def _hidden(stream: Stream, known: Known, number: int, rules: RedactionRules) -> Iterator[Find]:
    person = Person(known.kind, known.names[0]) if known.kind in NAMES else None
    for spelling in dict.fromkeys(spellings(known)):
        pattern = _compiled(spelling.pattern)
        for match in pattern.finditer(stream.whole):
            if match.end() == match.start():
                continue  # a name without a sign that counts
            first, last = stream.cell_at(match.start()), stream.cell_at(match.end() - 1)
            places = (
                _inside(stream, spelling, match, first)
                if first == last
                else _split(stream, spelling, match, first, last)
            )
            for order, (cell_at, start, end, standing) in enumerate(places):
                block, cell, words, _ = stream.cells[cell_at]
                if known.kind is Private.ORGANISATION and first == last:
                    start, end = around_organisation(words, start, end, known.names[0])
                yield Find(
                    block,
                    cell,
                    start,
                    end,
                    known.kind,
                    Source.DOCKET,
                    _in_place(stream, block, cell, standing),
                    Weight.DOCKET,
                    f"known:{number}",
                    known.role,
                    person,
                    _remains(known, words[start:end], rules),
                    spelling.script == "latin" and "," in match[0] and is_han(known.names[0]),
                    order > 0,
                )


def _in_place(stream: Stream, block: int, cell: int, standing: Standing) -> Standing:
    """In the head of the paper, where a party is named as a party, there is nothing to ask."""
    here = stream.text.blocks[block]
    is_name = here.kind is BlockKind.TITLE or (here.kind is BlockKind.PARTY and here.name_of(cell) == "name")
    return Standing.FIXED if is_name and standing is Standing.PROPOSED else standing


def _remains(known: Known, surface: str, rules: RedactionRules) -> str | None:
    if known.kind is not Private.ADDRESS or not is_han(surface):
        return None
    district, _ = district_of(surface)
    return district or None if rules.cuts[Private.ADDRESS].keep is Remains.DISTRICT else None


def _inside(
    stream: Stream, spelling: Spelling, match: re.Match[str], at: int
) -> Iterator[tuple[int, int, int, Standing]]:
    _, _, words, view = stream.cells[at]
    first, last = match.start() - stream.starts[at], match.end() - stream.starts[at]
    start, end = view.span(first, last)
    standing = _fits(spelling, words, view, first, last, stream.text.language)
    if standing is not None and spelling.script.endswith("parted"):
        around = _with_brackets(words, start, end)
        if around is not None:
            yield at, *around, standing
    elif standing is not None:
        end = _whole_token(words, end) if spelling.script in ("latin", "token") else end
        yield at, start, end, standing


_CLOSES = dict(zip("([{<【〔〖「『《〈", ")]}>】〕〗」』》〉", strict=True))


def _with_brackets(words: str, start: int, end: int) -> tuple[int, int] | None:
    """A name with brackets or plus signs within, and the brackets that close or open right beside it; None where there is none
    within, or one of them holds other words too: 李（雷雨天…）is no name.
    """
    signs = [narrow(sign).words for sign in words[start:end]]
    if not any(sign and sign in PARTING for sign in signs):
        return None
    opened: list[str] = []
    for sign in signs:
        if sign in _CLOSES:
            opened.append(sign)
        elif sign and sign in _CLOSES.values():
            if opened and _CLOSES[opened[-1]] == sign:
                opened.pop()
            else:
                before = words[:start].rstrip()
                if not before or _CLOSES.get(narrow(before[-1]).words) != sign:
                    return None
                start = len(before) - 1
    for sign in reversed(opened):
        after = words[end:].lstrip()
        if not after or narrow(after[0]).words != _CLOSES[sign]:
            return None
        end = len(words) - len(after) + 1
    return start, end


def _split(
    stream: Stream, spelling: Spelling, match: re.Match[str], first: int, last: int
) -> Iterator[tuple[int, int, int, Standing]]:
    """A spelling with the end of a line inside: its parts. A person may leave it, since two words may only meet there."""
    long = sum(sign.isdigit() for sign in match[0]) >= LONG_NUMBER if spelling.script == "digits" else True
    sure = spelling.standing is Standing.FIXED or spelling.is_whole
    whole = spelling.script == "latin" and spelling.is_whole and _parted_by_words(stream, match, first, last)
    if (spelling.script not in ("han", "digits") and not whole) or not sure or not long:
        return
    if not stream.joined(first, last):
        return
    for at in range(first, last + 1):
        view = stream.cells[at][3]
        begin = max(match.start() - stream.starts[at], 0)
        stop = min(match.end() - stream.starts[at], len(view.words))
        if begin < stop:
            start, end = view.span(begin, stop)
            yield at, start, end, Standing.PROPOSED


def _parted_by_words(stream: Stream, match: re.Match[str], first: int, last: int) -> bool:
    """Whether a name in Latin letters, split by the end of a line, begins and ends as a word and begins with a capital."""
    _, _, words, view = stream.cells[first]
    begin = match.start() - stream.starts[first]
    behind = stream.cells[last][3]
    stop = match.end() - stream.starts[last]
    return (
        words[view.at[begin]].isupper()
        and not _glued(words, view, begin, begin - 1).isalpha()
        and not _glued(stream.cells[last][2], behind, stop - 1, stop).isalpha()
    )


def _whole_token(words: str, end: int) -> int:
    """A name in Latin letters goes with the digits that hang on it: lilei93."""
    while end < len(words) and (words[end].isdigit() or words[end] == "_") and words[end].isascii():
        end += 1
    return end


def _glued(words: str, view: Folded, here: int, there: int) -> str:
    """The folded sign beside a match where nothing seen stands between; "" otherwise."""
    if not 0 <= there < len(view.words):
        return ""
    low, high = sorted((view.at[here], view.at[there]))
    between = words[low + 1 : high]
    return "" if any(_seen(sign) for sign in between) else view.words[there]


def _seen(sign: str) -> bool:
    return bool(narrow(sign).words)


def _fits(spelling: Spelling, words: str, view: Folded, first: int, last: int, language: str) -> Standing | None:
    """How sure a match is where it stands; None where it is part of another word."""
    before, after = _glued(words, view, first, first - 1), _glued(words, view, last - 1, last)
    start, end = view.span(first, last)
    surface = words[start:end]
    script = spelling.script
    if script in ("han", "nick", "parted"):
        return spelling.standing
    if script == "part":
        beside = (words[start - 1 : start], words[end : end + 1])
        return None if any(sign and sign in DOTS for sign in beside) else spelling.standing
    if script == "digits":
        short = sum(sign.isdigit() for sign in surface) < LONG_NUMBER
        return None if short and (before.isdigit() or after.isdigit()) else spelling.standing
    latin = [sign for sign in (before, after) if sign.isalpha() and not is_han(sign)]
    if latin or (script == "token" and (before.isdigit() or after.isdigit())):
        return None
    if script in ("word", "initial") and not surface[0].isupper():
        return None
    if language == "en" and script == "latin":
        return _in_english(spelling.standing, surface)
    letters = "".join(filter(str.isalpha, surface))
    if script == "latin parted" and len(letters) <= LONGEST_WORDLIKE and not letters[0].isupper():
        return Standing.OPEN  # "an (NA) value" is hardly 安娜
    return spelling.standing


def _in_english(standing: Standing, surface: str) -> Standing:
    """Short Chinese names in Latin letters are also English words ("make"): a person says which it is."""
    if surface.casefold() in ENGLISH_LIKE_PINYIN:
        return Standing.OPEN
    short = sum(map(str.isalpha, surface)) <= LONGEST_WORDLIKE
    return Standing.PROPOSED if short and surface.islower() and standing is Standing.FIXED else standing
