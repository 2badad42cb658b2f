"""A question answered: by up to three passages word for word, by saying that it is not for the court, or that nothing fits."""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from odr.assist.guide.meaning import Meaning, missing, path_of
from odr.assist.guide.passages import Passage, Source, passages_of
from odr.assist.guide.ranking import Find, Ranking
from odr.assist.guide.scope import asks_for_a_judgment
from odr.assist.guide.tokens import is_chinese
from odr.ground.config import Settings
from odr.ground.text import Text
from odr.procedure.rules.pack import RulePack

LONGEST = 400
"""Signs of a question; a longer one tells a case."""
MOST = 3
"""Passages of an answer."""
ASIDE = 5
"""Questions for others that may stand between them."""
LEAST = {"en": 4.4, "zh-Hans": 6.8}
"""Below this sum the guide says that it does not know: calibrated on ``bench/guide/dev.tsv`` alone, with half of :data:`ELSEWHERE` left out
in turn, for what strangers ask is in no list. About nine in ten unanswerable questions are answered so.
"""
FULL, LEAST_FULL = 0.8, 2.0
"""A short question has few words to weigh: one that is found so fully is answered from this sum on."""
LEAST_ELSEWHERE = 0.25
"""How much of a question has to stand in what is asked elsewhere before that keeps our own passages back."""
WEIGHT, FLOOR = 80.0, 0.86
"""What it counts that a question means what a passage says: so much for each part of the cosine above the floor."""
LEAST_WITH_MEANING = {"en": 7.0, "zh-Hans": 11.5}
"""As :data:`LEAST`, where meaning counts too; weight, floor and these were set on ``bench/guide/dev.tsv`` alone, with half of
:data:`ELSEWHERE` left out in turn. What is asked elsewhere then holds back what is no nearer, by its sum or by what it means: of the rules that were
compared by cross-validation, this one found most at the same share of "I do not know" (decision 0097).
"""
POOL = 60
"""Passages found by words that meaning may move."""
ELSEWHERE = Path(__file__).parent / "elsewhere.toml"
"""What people ask that nothing here answers."""


class Outcome(enum.Enum):
    """What became of a question."""

    FOUND = "found"  # passages are quoted
    UNKNOWN = "unknown"  # nothing fits well enough, or it is a matter for somebody else
    NOT_OURS = "not_ours"  # chances and advice: no court tells them to one side


@dataclass(frozen=True)
class Answer:
    """What the guide says. ``locale`` is the language the question was asked in, and the one the passages were found in."""

    outcome: Outcome
    locale: str
    instead: Passage | None = None
    """Where nothing is known: the passage that says whom to ask in such matters."""
    finds: tuple[Find, ...] = ()


class KnowsMeaning(Protocol):
    """How near each passage is to a question in what it means, by its place among those that are ranked."""

    def near(self, question: str, locale: str) -> dict[int, float]:
        """Place → cosine."""


class Guide:
    """The passages of a court, ready to be asked in both languages; by words, and by meaning where there is ``meaning``."""

    def __init__(self, passages: Sequence[Passage], meaning: KnowsMeaning | None = None) -> None:
        self.passages, self._meaning = tuple(passages), meaning
        self._rankings = {locale: Ranking(ranked, locale) for locale, ranked in ranked_in(passages).items()}
        self._least = LEAST if meaning is None else LEAST_WITH_MEANING

    def ranked(self, question: str) -> list[Find]:
        """The passages nearest to a question, however far; none where something that is asked elsewhere is nearer."""
        words, locale = question[:LONGEST], language_of(question)
        if self._meaning is not None:
            return self._by_both(words, locale, self._meaning.near(words, locale))
        ours, theirs = _parted(self._rankings[locale].find(words, MOST + ASIDE))
        if theirs is not None and theirs.sure >= LEAST_ELSEWHERE and (not ours or theirs.score > ours[0].score):
            return []
        return ours

    def _by_both(self, question: str, locale: str, near: Mapping[int, float]) -> list[Find]:
        ranking = self._rankings[locale]
        by_words = {one.passage.name: one for one in ranking.find(question, POOL)}
        fused = list[tuple[float, int, float]]()
        for place, passage in enumerate(ranking.passages):
            found = by_words.get(passage.name)
            bonus = WEIGHT * max(0.0, near.get(place, 0.0) - FLOOR)
            score = (found.score if found is not None else 0.0) + bonus
            if score > 0:
                fused.append((-score, place, found.sure if found is not None else 0.0))
        fused.sort()
        ours, theirs = _parted([Find(ranking.passages[place], -score, sure) for score, place, sure in fused])
        if not ours or (theirs is not None and theirs.score > ours[0].score):
            return []
        places = {passage.name: place for place, passage in enumerate(ranking.passages)}
        elsewhere = [near.get(at, 0.0) for at, one in enumerate(ranking.passages) if one.source is Source.ELSEWHERE]
        return ours if near.get(places[ours[0].passage.name], 0.0) >= max(elsewhere, default=0.0) else []

    def ask(self, question: str) -> Answer:
        """The answer to a question in one's own words."""
        locale = language_of(question)
        if asks_for_a_judgment(question[:LONGEST]):
            return Answer(Outcome.NOT_OURS, locale)
        finds = self.ranked(question)
        if not finds or not self._is_sure(finds[0], locale):
            return Answer(Outcome.UNKNOWN, locale)
        if finds[0].passage.sends_away:
            return Answer(Outcome.UNKNOWN, locale, finds[0].passage)
        return Answer(Outcome.FOUND, locale, finds=tuple(one for one in finds if one.score >= finds[0].score / 3))

    def _is_sure(self, find: Find, locale: str) -> bool:
        return find.score >= self._least[locale] or (find.sure >= FULL and find.score >= LEAST_FULL)


def _parted(finds: Sequence[Find]) -> tuple[list[Find], Find | None]:
    """The first passages of the court, and the first of what is asked elsewhere."""
    ours = [one for one in finds if one.passage.source is not Source.ELSEWHERE][:MOST]
    return ours, next((one for one in finds if one.passage.source is Source.ELSEWHERE), None)


def ranked_in(passages: Sequence[Passage]) -> dict[str, tuple[Passage, ...]]:
    """What is ranked in each language: the passages, and what is asked elsewhere."""
    return {locale: (*passages, *_elsewhere(locale)) for locale in LEAST}


def language_of(question: str) -> str:
    """In which of its languages a question is asked."""
    return "zh-Hans" if is_chinese(question) else "en"


@lru_cache(maxsize=2)
def _elsewhere(locale: str) -> tuple[Passage, ...]:
    written = tomllib.loads(ELSEWHERE.read_text("utf-8"))["zh" if locale == "zh-Hans" else "en"]
    return tuple(
        Passage(f"elsewhere-{place}", Source.ELSEWHERE, Text(words), Text(""), date.min, "", asked={locale: (words,)})
        for place, words in enumerate(written)
    )


@lru_cache(maxsize=4)
def _guide(passages: tuple[Passage, ...], vectors: Path | None) -> Guide:
    return Guide(passages, Meaning(vectors) if vectors is not None else None)


def guide_of(pack: RulePack, today: date, settings: Settings | None = None) -> Guide:
    """The guide of a court on a day; made once for the same passages. It asks for meaning where the ``settings`` have it turned on and
    nothing of it is missing.
    """
    passages = passages_of(pack, today)
    return _guide(passages, vectors_of(passages, settings) if settings is not None and settings.guide_meaning else None)


def vectors_of(passages: tuple[Passage, ...], settings: Settings) -> Path | None:
    """Where the vectors of the passages lie; None where anything of it is missing."""
    ranked = ranked_in(passages)
    return None if missing(settings.data_dir, ranked) is not None else _path(settings.data_dir, passages)


@lru_cache(maxsize=4)
def _path(folder: Path, passages: tuple[Passage, ...]) -> Path:
    return path_of(folder, ranked_in(passages))
