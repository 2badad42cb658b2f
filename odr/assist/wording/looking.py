"""What is suggested about the words of a text, and how plainly it is written. Off until the operator sets ``ODR_WORDING``.

Nothing is applied by itself and nothing is kept. Names, numbers, what is quoted, titles of laws, and the words of the docket are never
remarked on. What a court lacks for it is said on the page in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import islice
from threading import Lock

from odr.assist.wording import english
from odr.assist.wording.chinese import Chinese, Slip
from odr.assist.wording.corpus import Corpus, corpus_of, pairs_in
from odr.assist.wording.english import English
from odr.assist.wording.plain import score
from odr.ground.text import T, Text
from odr.procedure.hooks import Remark, Wording
from odr.procedure.rules.pack import RulePack

MOST = 30
"""Suggestions that are shown; in a text with more of them the reader reads it through anyway."""
LONGEST = 60_000
"""Characters that are looked at, of all parts of a text together: whoever waits for the page waits for them."""
_HAN = re.compile("[\u4e00-\u9fff]")
_CLOSED_BY = {"“": "”", "「": "」", "《": "》"}
_QUOTED = re.compile(r"\"[^\"\n]*\"|https?://\S+|[\w.%+-]{1,64}@[\w.-]+|[（(]\d{4}[)）][^，。；,;.\s]{0,40}号")
"""None of them reads on without an end: a text may hold nothing but beginnings."""
_WORD = re.compile(r"[A-Za-z]+(?:[’'][a-z]+)?")


@dataclass(frozen=True)
class Written:
    """A part of a text: where it stands, and its words."""

    place: Text
    words: str


def look_at_words(
    pack: RulePack, today: date, locale: str, parts: Sequence[Written], told: Sequence[str], *, plain: bool = True
) -> Wording:
    """What is suggested about a text; ``told`` are the papers of its case, whose words are right whatever they are."""
    with _ONE_MAKER:
        corpus = corpus_of(pack, today)
    whole, parts = parts, _beginning(parts)
    scores = [score(one.words) for one in parts] if plain else []
    return Wording(
        suggested=list(islice(_suggested(corpus, parts, told), MOST)),
        hard=[
            Remark("plain", part.place, one.words[:160], one.why)
            for part, each in zip(parts, scores, strict=False)
            for one in each.hard
        ][:MOST],
        sentences=sum(one.sentences for one in scores),
        plain=sum(one.plain for one in scores),
        minutes=-(-sum(one.seconds for one in scores) // 60),
        missing=[*missing(locale), *_not_looked_at(whole, parts)],
    )


def _beginning(parts: Sequence[Written]) -> list[Written]:
    """The parts up to :data:`LONGEST` characters together."""
    left, found = LONGEST, list[Written]()
    for one in parts:
        found.append(replace(one, words=one.words[:left]))
        left -= len(found[-1].words)
    return found


def _not_looked_at(whole: Sequence[Written], parts: Sequence[Written]) -> Iterator[Text]:
    if sum(len(one.words) for one in whole) > sum(len(one.words) for one in parts):
        yield T("Only the first %(count)s characters were looked at.", count=LONGEST)


def missing(locale: str) -> list[Text]:
    """What a court lacks to look at words in a language, and how it is added."""
    if locale == "en" and not english.is_there():
        return [
            T(
                "Spelling in English is not looked at: the library symspellpy is missing. Whoever runs the court installs it from requirements-extra.txt."
            )
        ]
    return []


def _suggested(corpus: Corpus, parts: Sequence[Written], told: Sequence[str]) -> Iterator[Remark]:
    rows = {row for one in told for row in pairs_in(one)}
    words = {hit.casefold() for one in told for hit in _WORD.findall(one)}
    seen: set[tuple[str, str, str]] = set()
    for part in parts:
        looked_at = _without(part.words, told)
        found: list[Slip] = list(_chinese(corpus).slips(looked_at, rows)) if _HAN.search(looked_at) else []
        if english.is_there() and _WORD.search(looked_at):
            found += _english(corpus).slips(looked_at, words)
        for one in sorted(found, key=lambda slip: slip.begin):
            key = (part.place.render("en"), one.written, one.meant)
            if key not in seen:
                seen.add(key)
                yield Remark("wording", part.place, one.written, T("Did you mean “%(meant)s”?", meant=one.meant))


def _without(words: str, told: Sequence[str]) -> str:
    """As long as before, with blanks for what is quoted and for names and other short words of the case."""
    for one in told:
        if 1 < len(one) <= 60 and one in words:
            words = words.replace(one, " " * len(one))
    for opens, closes in _CLOSED_BY.items():
        words = _without_quoted(words, opens, closes)
    return _QUOTED.sub(lambda hit: " " * len(hit[0]), words)


def _without_quoted(words: str, opens: str, closes: str) -> str:
    """With blanks from each sign that opens to the next that closes; read through once, however many never close."""
    kept, at = list[str](), 0
    while (begin := words.find(opens, at)) >= 0 and (end := words.find(closes, begin)) >= 0:
        kept += [words[at:begin], " " * (end + 1 - begin)]
        at = end + 1
    return "".join([*kept, words[at:]])


_ONE_MAKER = Lock()
"""Lists are made by one thread at a time: two that came together would each read in the whole list, and keep both until one is let go."""


def made_ready(pack: RulePack, today: date) -> None:
    """Make what the first text would wait for: the court's own words counted, and the English list read in, which takes seconds."""
    with _ONE_MAKER:
        corpus = corpus_of(pack, today)
    _chinese(corpus)
    if english.is_there():
        _english(corpus)
        english.hunspell()


def _chinese(corpus: Corpus) -> Chinese:
    with _ONE_MAKER:
        return _chinese_made(corpus)


def _english(corpus: Corpus) -> English:
    with _ONE_MAKER:
        return _english_made(corpus)


@lru_cache(maxsize=2)
def _chinese_made(corpus: Corpus) -> Chinese:
    return Chinese(corpus)


@lru_cache(maxsize=1)
def _english_made(corpus: Corpus) -> English:
    return English(corpus)
