"""Laws that judgments cite: how they are written, how many articles they have, and when they were in force."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from odr.assist.checks.numerals import chinese_whole

FOLDER = Path(__file__).parent / "statutes"
_ZH_PLACE = re.compile(r"第([零〇一二三四五六七八九十百千两]{1,9}|\d{1,4})条")
_ZH_MORE = re.compile(
    r"(?:第[零一二三四五六七八九十百]{1,5}款)?(?:第?[（(]?[零一二三四五六七八九十百\d]{1,5}[)）]?项)?(?:[、，,和及与至]|以及)\s*(?=第[零〇一二三四五六七八九十百千两\d]{1,9}条)"
)
_EN_AFTER = re.compile(
    r",?\s*(?:arts?\.?|articles?|sections?|ss?\.)\s*((?:\d{1,4}(?:\(\d+\))*(?:\s*(?:,|and|to|–|-)\s*)?)+)"
)
_EN_PLACES = frozenset({"art", "arts", "article", "articles", "section", "sections", "s", "ss"})
_EN_NUMBER = re.compile(r"\d{1,4}(?:\(\d+\))*")


@dataclass(frozen=True)
class Statute:
    """A law. ``names`` as people write it, the first is its own; ``last`` the number of its last article; ``until`` the first
    day it was no longer in force. ``amended``: before ``since`` it was in force with other articles.
    """

    names: tuple[str, ...]
    last: int
    since: date
    until: date | None = None
    amended: bool = False


@dataclass(frozen=True)
class Cited:
    """A citation found in a text: the law, the article, and the words."""

    statute: Statute
    number: int
    words: str


@cache
def statutes(pack: str) -> tuple[Statute, ...]:
    """The laws the courts under a rule pack cite; none where nobody has listed them."""
    path = FOLDER / f"{pack}.toml"
    if not path.is_file():
        return ()
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["statutes"]
    return tuple(
        Statute(tuple(row["names"]), row["last"], row["since"], row.get("until"), row.get("before") == "amended")
        for row in rows
    )


def _plain(words: str) -> str:
    """As long as before, so that places in the text stay: narrow signs, one kind of bracket."""
    folded = "".join(
        unicodedata.normalize("NFKC", sign) if len(unicodedata.normalize("NFKC", sign)) == 1 else sign for sign in words
    )
    return folded.replace("〈", "《").replace("〉", "》")


def cited(text: str, known: Sequence[Statute]) -> Iterator[Cited]:
    """Every article of a known law a text cites; one law written inside another's name is not cited by it."""
    plain = _plain(text)
    taken: list[tuple[int, int]] = []
    names = sorted(
        ((_plain(name), statute) for statute in known for name in statute.names), key=lambda one: -len(one[0])
    )
    for name, statute in names:
        for hit in re.finditer(_pattern(name), plain):
            if any(start < hit.end() and hit.start() < end for start, end in taken):
                continue
            taken.append(hit.span())
            for number, end in _places(plain, hit.start(), hit.end()):
                yield Cited(statute, number, text[hit.start() : end].strip())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    if name.isascii():
        return re.compile(rf"\b{re.escape(name)}\b", re.I)
    # Followed by an article, and no end of another law's longer name.
    before = "(?:(?<=中华人民共和国)|(?<=[依照据按用反合系是和及与或、《])|(?<![\u4e00-\u9fff]))"
    words = re.escape(name).replace("《", "《(?:中华人民共和国)?")
    return re.compile(rf"{before}{words}》?(?=\s*(?:（[^）]{{0,20}}）|\([^)]{{0,20}}\))?\s*第)")


def _places(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    before = _named_before(plain[max(0, start - 80) : start])
    if before:
        yield from ((number, end) for number in before)
        return
    after = _EN_AFTER.match(plain, end)
    if after is not None:
        yield from ((int(number), after.end()) for number in re.findall(r"(?<!\()\b\d{1,4}\b", after[1]))
        return
    at = end
    note = re.compile(r"\s*(?:（[^）]{0,20}）|\([^)]{0,20}\))?\s*").match(plain, at)
    at = note.end() if note else at
    while (place := _ZH_PLACE.match(plain, at)) is not None:
        number = int(place[1]) if place[1].isdigit() else chinese_whole(place[1])
        if number is not None:
            yield number, place.end()
        more = _ZH_MORE.match(plain, place.end())
        if more is None:
            return
        at = more.end()


def _named_before(words: str) -> list[int]:
    """The articles of ``sections 9, 10(2) and 11 of the``."""
    tokens = words.casefold().split()
    if tokens[-2:] != ["of", "the"]:
        return []
    found: list[int] = []
    for token in reversed(tokens[:-2]):
        plain = token.strip(",.")
        if plain in _EN_PLACES:
            return found[::-1]
        if _EN_NUMBER.fullmatch(plain):
            found.append(int(plain.partition("(")[0]))
        elif plain not in {"and", "to", "–", "-"}:
            return []
    return []
