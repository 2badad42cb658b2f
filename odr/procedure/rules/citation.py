"""From ``"CPL 128"`` to words a reader can look up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from odr.ground.text import Text
from odr.procedure.rules.base import citations
from odr.procedure.rules.court_rules import Source, SourceStyle
from odr.procedure.time.written_working import Bilingual

_DIGITS = "零一二三四五六七八九"
_PLACE = re.compile(r"^(\d+)(?:\((\d+)\))?$")
_WRITTEN = re.compile(rf"^第([{_DIGITS}十百千]+|\d{{1,4}})条(?:第?\(?([{_DIGITS}十百]+|\d{{1,3}})\)?项)?$")
_RANGE = re.compile(r"^(\d+)[–-](\d+)$")

_MOST_FIGURES = 20
"""Figures of a number that is looked at."""


def chinese_number(number: int) -> str:
    """A number under ten thousand as statutes write it: 128 → 一百二十八, 1179 → 一千一百七十九."""
    if not 0 < number < 10_000:
        raise ValueError("articles are numbered from 1 to 9999")
    if 10 <= number < 20:
        return "十" + (_DIGITS[number % 10] if number % 10 else "")
    written = ""
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            written += _DIGITS[digit] + unit
        elif written and number % place and not written.endswith("零"):
            written += "零"
    return written


def read_citation(sources: Mapping[str, Source], typed: str) -> str | None:
    """The citation somebody means who types it in short (``CPL 122``, ``cpl 127(2)``) or in full, in either language
    (``Civil Procedure Law, art. 122``, ``《中华人民共和国民事诉讼法》第一百二十七条第二项``); None where it is none.

    Several are parted by semicolons; one that begins with an article only is of the law before it.
    """
    found: list[str] = []
    tag: str | None = None
    for part in re.split("[;；]", typed):
        plain = _plain(part)
        named, rest = _named_source(sources, plain)
        tag = named or tag
        place = _read_places(rest, sources[tag].style) if tag is not None else None
        if place is None:
            return None
        found.append(f"{tag} {place}")
    return "; ".join(found)


def _plain(words: str) -> str:
    """Without what writers of laws put in or leave out: brackets of titles, spaces, the state's name, wide letters."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    return re.sub("[《》〈〉<>\\s]|中华人民共和国", "", folded)


def _named_source(sources: Mapping[str, Source], plain: str) -> tuple[str | None, str]:
    """The source that some words begin with, by its longest name, and what follows it."""
    names = [
        (_plain(name), tag)
        for tag, source in sources.items()
        for name in (tag, source.title.render("en"), source.title.render("zh-Hans"))
    ]
    for name, tag in sorted(names, key=lambda one: -len(one[0])):
        if plain.startswith(name):
            return tag, plain[len(name) :]
    return None, plain


def _read_places(rest: str, style: SourceStyle) -> str | None:
    if style is not SourceStyle.ARTICLE:
        return rest.lstrip(",:.：，") or None
    rest = re.sub(r"^[,.:，：]*(arts?\.?|articles?)?", "", rest)
    parts = [_read_place(part) for part in re.split("[,、，]", rest)]
    return ", ".join(part for part in parts if part is not None) if parts and None not in parts else None


def _can_be_written(*numbers: str) -> bool:
    """Whether statutes have articles of these numbers: from 1 to 9999."""
    return all(len(number) <= _MOST_FIGURES and 0 < int(number) < 10_000 for number in numbers)


def _read_place(part: str) -> str | None:
    if (single := _PLACE.match(part)) is not None:
        if not _can_be_written(single[1], single[2] or "1"):
            return None
        return f"{int(single[1])}({int(single[2])})" if single[2] else str(int(single[1]))
    if (span := _RANGE.match(part)) is not None:
        return part.replace("–", "-") if _can_be_written(span[1], span[2]) else None
    if "至" in part:
        first, last = (_read_place(one) for one in part.split("至", 1))
        return f"{first}-{last}" if first and last and first.isdigit() and last.isdigit() else None
    written = _WRITTEN.match(part)
    if written is None:
        return None
    article, item = article_number(written[1]), article_number(written[2]) if written[2] else 0
    if not article or item is None:
        return None
    return f"{article}({item})" if item else str(article)


_WRITTEN_OUT = {chinese_number(number): number for number in range(1, 2000)}


def article_number(written: str) -> int | None:
    """A number in figures or as statutes write it; None for what is none."""
    if written.isascii() and written.isdigit():
        return int(written)
    return _WRITTEN_OUT.get(written)


def places(sources: Mapping[str, Source], *articles: str) -> Iterator[tuple[str, str]]:
    """Tag and single place of everything cited: ``"CPL 87, 88"`` gives two, ``"CPL 20-22"`` three."""
    for tag, place in (one for article in articles for one in citations(article)):
        if tag in sources and sources[tag].style is not SourceStyle.ARTICLE:
            yield tag, place
            continue
        for part in (one.strip() for one in place.split(",")):
            span = _RANGE.match(part)
            yield from (
                ((tag, str(number)) for number in range(int(span[1]), int(span[2]) + 1)) if span else [(tag, part)]
            )


def write_citation(sources: Mapping[str, Source], article: str) -> Text:
    """The sources behind a citation with their titles, in both languages.

    Raises KeyError for a tag the pack has no source for.
    """
    english, chinese = [], []
    for tag, place in citations(article):
        source = sources[tag]
        en, zh = _write_place(source, place)
        english.append(f"{source.title.render('en')}{en}")
        chinese.append(f"《{source.title.render('zh-Hans')}》{zh}")
    return Bilingual("; ".join(english), {}, {"zh-Hans": "；".join(chinese)})


def _write_place(source: Source, place: str) -> tuple[str, str]:
    if source.style is SourceStyle.NAMED:
        words = source.places.get(place)
        if words is None:
            return f": {place}", f"（{place}）"
        return f": {words.render('en')}", f"：{words.render('zh-Hans')}"
    if source.style is SourceStyle.RULE:
        return f", {place}" if not place[0].isdigit() else f", rule {place}", f"第{place}条" if place[
            0
        ].isdigit() else f" {place}"
    parts = [part.strip() for part in place.split(",")]
    label = "arts." if len(parts) > 1 or _RANGE.match(parts[0]) else "art."
    return f", {label} {', '.join(parts)}", "、".join(_chinese_article(part) for part in parts)


def _chinese_article(part: str) -> str:
    span = _RANGE.match(part)
    if span:
        return f"第{chinese_number(int(span[1]))}条至第{chinese_number(int(span[2]))}条"
    single = _PLACE.match(part)
    if single is None:
        return f"第{part}条"
    item = f"第（{chinese_number(int(single[2]))}）项" if single[2] else ""
    return f"第{chinese_number(int(single[1]))}条{item}"
