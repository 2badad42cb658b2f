"""How well the guide answers: questions in a folder, asked of the court's own passages, beside BM25 without anything of the guide's.

A folder holds ``questions.tsv`` (language, question, topic, passages that answer it; ``-`` where none does) or any other ``.tsv`` of that
form. The thresholds are those of the product, calibrated on ``dev.tsv`` alone; ``frozen.tsv`` was written by somebody who had not
seen the retriever, and is never tuned on; what it missed showed which help pages were missing, so ``held_out.tsv`` was written after that.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from odr.assist.guide.asking import LEAST, LEAST_WITH_MEANING, Guide, ranked_in
from odr.assist.guide.meaning import Meaning, path_of
from odr.assist.guide.passages import Passage, passages_of
from odr.assist.guide.ranking import K
from odr.assist.guide.scope import asks_for_a_judgment
from odr.procedure.rules.registry import PackRegistry
from odr.register.search.tokens import units

FOLDER = Path(__file__).parent
MISSING = "missing"
"""Label of a question that should be answered and is not yet, by any passage: always a miss."""
DAY = date(2026, 11, 29)
LOCALE = {"en": "en", "zh": "zh-Hans"}


@dataclass(frozen=True)
class Question:
    """A question, and which passages answer it; none where nothing here does."""

    language: str
    words: str
    topic: str
    answered_by: frozenset[str]


def questions(path: Path) -> list[Question]:
    """The questions of a file; lines that begin with # are none."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            language, words, topic, *answers = line.split("\t")
            named = answers[0].split() if answers and answers[0] != "-" else []
            found.append(Question(language, words, topic, frozenset(named)))
    return found


class Plain:
    """BM25 with nothing of the guide's: the passage's title and text as one, words in a row and single Han characters, no list."""

    def __init__(self, passages: Sequence[Passage], locale: str) -> None:
        self.passages = passages
        self._texts = [self._terms(f"{one.title.render(locale)} {one.text.render(locale)}") for one in passages]
        self._mean = sum(map(len, self._texts)) / len(self._texts)
        self._holding: dict[str, int] = {}
        for text in self._texts:
            for term in set(text):
                self._holding[term] = self._holding.get(term, 0) + 1

    @staticmethod
    def _terms(text: str) -> list[str]:
        return [one.words for one in units(text)]

    def names(self, question: str, most: int = 3) -> list[str]:
        """The names of the passages that fit best."""
        sums = []
        for place, text in enumerate(self._texts):
            total = 0.0
            for term in set(self._terms(question)):
                times = text.count(term)
                if times:
                    holding = self._holding[term]
                    rarity = math.log(1 + (len(self._texts) - holding + 0.5) / (holding + 0.5))
                    total += rarity * times * (K + 1) / (times + K * (0.25 + 0.75 * len(text) / self._mean))
            sums.append((-total, place))
        return [self.passages[place].name for total, place in sorted(sums)[:most] if total < 0]


@dataclass(frozen=True)
class Figures:
    """What was right, of how many."""

    first: int
    among_three: int
    answerable: int
    unknown: int
    unanswerable: int
    wrongly_unknown: int


def measure(
    asked: Sequence[Question], names: Callable[[Question], list[str]], says_no: Callable[[Question], bool]
) -> Figures:
    """Ask everything. A passage counts as found only where it is shown: not where the guide says that it does not know."""
    first = three = unknown = wrongly = 0
    for one in asked:
        no = says_no(one)
        if not one.answered_by:
            unknown += no
            continue
        wrongly += no
        shown = [] if no else names(one)
        first += bool(set(shown[:1]) & one.answered_by)
        three += bool(set(shown[:3]) & one.answered_by)
    answerable = sum(bool(one.answered_by) for one in asked)
    return Figures(first, three, answerable, unknown, len(asked) - answerable, wrongly)


def interval(hits: Sequence[bool], rounds: int = 2000) -> tuple[float, float]:
    """Between what a share lies in nineteen of twenty samples of the same questions (bootstrap, always the same draws)."""
    draw = random.Random(20261129)
    shares = sorted(sum(draw.choices(hits, k=len(hits))) / len(hits) for _ in range(rounds)) if hits else [0.0]
    return shares[int(0.025 * len(shares))], shares[int(0.975 * (len(shares) - 1))]


def evaluate(path: Path, vectors: Path | None = None) -> list[str]:
    """The lines of a report on a file of questions; by meaning too where a folder holds the vectors of the passages."""
    pack = PackRegistry.load().in_force("cn", DAY)
    passages = passages_of(pack, DAY)
    guide = Guide(passages, Meaning(path_of(vectors, ranked_in(passages))) if vectors is not None else None)
    plain = {locale: Plain(passages, locale) for locale in LOCALE.values()}
    asked = questions(path)
    unnamed = {name for one in asked for name in one.answered_by} - {one.name for one in passages} - {MISSING}
    if unnamed:
        raise SystemExit(f"{path}: no such passage: {', '.join(sorted(unnamed))}")

    ranked = {one.words: [find.passage.name for find in guide.ranked(one.words)] for one in asked}
    known = {one.words: bool(guide.ask(one.words).finds) for one in asked}

    def found(one: Question) -> list[str]:
        return ranked[one.words]

    lines = [
        f"{path.name}: {len(asked)} questions, {len(passages)} passages, thresholds {LEAST if vectors is None else LEAST_WITH_MEANING}"
    ]
    for label, chosen in (("en", ["en"]), ("zh", ["zh"]), ("both", ["en", "zh"])):
        part = [one for one in asked if one.language in chosen]
        if not part:
            continue
        ours = measure(part, found, lambda one: not known[one.words])
        open_ours = measure(part, found, lambda _: False)
        beside = measure(part, lambda one: plain[LOCALE[one.language]].names(one.words), lambda _: False)
        hits = [bool(set(found(one)) & one.answered_by) and known[one.words] for one in part if one.answered_by]
        low, high = interval(hits)
        total = max(1, ours.answerable)
        lines.append(
            f"{label}: shown among three {ours.among_three}/{ours.answerable} = {ours.among_three / total:.3f} [{low:.2f}, {high:.2f}],"
            f" first {ours.first / total:.3f}; without threshold three {open_ours.among_three / total:.3f} first {open_ours.first / total:.3f};"
            f" plain BM25 three {beside.among_three / total:.3f} first {beside.first / total:.3f};"
            f" does not know, rightly {ours.unknown}/{ours.unanswerable} = {ours.unknown / max(1, ours.unanswerable):.3f},"
            f" wrongly {ours.wrongly_unknown}/{ours.answerable}"
        )
    return lines


def misses(path: Path) -> list[str]:
    """What went wrong on a file to develop with: never called for a frozen one."""
    pack = PackRegistry.load().in_force("cn", DAY)
    guide = Guide(passages_of(pack, DAY))
    found = []
    for one in questions(path):
        ranked = guide.ranked(one.words)
        told = " ".join(f"{find.passage.name}:{find.sure:.2f}/{find.score:.1f}" for find in ranked)
        knows = bool(guide.ask(one.words).finds)
        right = (
            knows and bool({find.passage.name for find in ranked} & one.answered_by) if one.answered_by else not knows
        )
        if not right:
            found.append(
                f"{one.language} {one.words} → {' '.join(one.answered_by) or '-'} | {told} | {asks_for_a_judgment(one.words)}"
            )
    return found


def main(arguments: Sequence[str]) -> int:
    """``python -m bench guide [FOLDER [DATA_DIR]]``: the figures of every file of questions in a folder; by meaning too with the vectors
    that ``flask guide vectors`` wrote into a data folder.
    """
    folder = Path(arguments[0]) if arguments else FOLDER
    for path in sorted(folder.glob("*.tsv")):
        for line in evaluate(path, Path(arguments[1]) if len(arguments) > 1 else None):
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
