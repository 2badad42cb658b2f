"""A question answered: by up to three passages word for word, by saying that it is not for the court, or that nothing fits."""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from odr.assist.guide.passages import Passage, Source, passages_of
from odr.assist.guide.ranking import Find, Ranking
from odr.assist.guide.scope import asks_for_a_judgment
from odr.assist.guide.tokens import is_chinese
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


class Guide:
    """The passages of a court, ready to be asked in both languages."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = tuple(passages)
        self._rankings = {locale: Ranking((*passages, *_elsewhere(locale)), locale) for locale in LEAST}

    def ranked(self, question: str) -> list[Find]:
        """The passages nearest to a question, however far; none where something that is asked elsewhere is nearer."""
        finds = self._rankings[language_of(question)].find(question[:LONGEST], MOST + ASIDE)
        ours = [one for one in finds if one.passage.source is not Source.ELSEWHERE][:MOST]
        theirs = next((one for one in finds if one.passage.source is Source.ELSEWHERE), None)
        if theirs is not None and theirs.sure >= LEAST_ELSEWHERE and (not ours or theirs.score > ours[0].score):
            return []
        return ours

    def ask(self, question: str) -> Answer:
        """The answer to a question in one's own words."""
        locale = language_of(question)
        if asks_for_a_judgment(question[:LONGEST]):
            return Answer(Outcome.NOT_OURS, locale)
        finds = self.ranked(question)
        if not finds or not _is_sure(finds[0], locale):
            return Answer(Outcome.UNKNOWN, locale)
        if finds[0].passage.sends_away:
            return Answer(Outcome.UNKNOWN, locale, finds[0].passage)
        return Answer(Outcome.FOUND, locale, finds=tuple(one for one in finds if one.score >= finds[0].score / 3))


def _is_sure(find: Find, locale: str) -> bool:
    return find.score >= LEAST[locale] or (find.sure >= FULL and find.score >= LEAST_FULL)


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
def _guide(passages: tuple[Passage, ...]) -> Guide:
    return Guide(passages)


def guide_of(pack: RulePack, today: date) -> Guide:
    """The guide of a court on a day; made once for the same passages."""
    return _guide(passages_of(pack, today))
