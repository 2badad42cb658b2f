"""From ``"CPL 128"`` to words a reader can look up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from odr.ground.text import Text
from odr.procedure.rules.base import citations
from odr.procedure.rules.court_rules import Source, SourceStyle
from odr.procedure.time.written_working import Bilingual

_DIGITS = "零一二三四五六七八九"
_PLACE = re.compile(r"^(\d+)(?:\((\d+)\))?$")
_RANGE = re.compile(r"^(\d+)[–-](\d+)$")


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
