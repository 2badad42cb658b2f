"""How well slips of the pen are found, and how often sound words are remarked on: ``python -m bench wording``.

:mod:`bench.wording.texts` holds sound sentences and slips and knows nothing of the court. A remark is right where it stands on the slip
and what it suggests gives the sound sentence back; every other remark is wrong, on sound sentences too. F0.5 weighs being right twice as
much as finding everything. Thresholds are set on ``DEV``; ``FROZEN`` is only measured.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bench.checks import judgments
from bench.wording.texts import DEV, FROZEN, Planted
from odr.assist.wording import chinese, english
from odr.assist.wording.chinese import Chinese, Slip
from odr.assist.wording.corpus import corpus_of, rows_in
from odr.procedure.rules.registry import PackRegistry

DAY = date(2026, 11, 29)
Finding = Callable[..., Iterable[Slip]]
JUDGMENTS = 60
LEASTS = {"zh-Hans": (3.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 12.0, 15.0), "en": (4.0, 5.0, 5.5, 6.0, 6.5, 7.0, 8.0)}
"""Thresholds that are compared on the sentences to develop with."""


@dataclass(frozen=True)
class Counted:
    """Remarks that were right, remarks that were wrong, and slips that nobody found."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of the remarks that were made so many are right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of the slips so many are found and mended rightly."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def half(self) -> float:
        """F0.5."""
        below = 0.25 * self.precision + self.recall
        return 1.25 * self.precision * self.recall / below if below else 0.0


def of_one(one: Planted, find: Finding) -> Counted:
    """What one sentence adds."""
    found = list(find(one.words))
    right = [
        slip
        for slip in found
        if one.kind
        and slip.begin < one.end
        and one.begin < slip.end
        and one.words[: slip.begin] + slip.meant + one.words[slip.end :] == one.sound
    ]
    return Counted(bool(right), len(found) - len(right[:1]), bool(one.kind) and not right)


def summed(each: Iterable[Counted]) -> Counted:
    """All of them together."""
    rows = list(each)
    return Counted(sum(r.right for r in rows), sum(r.wrong for r in rows), sum(r.missed for r in rows))


def interval(each: Sequence[Counted], rounds: int = 1000) -> tuple[float, float]:
    """Between what F0.5 lies in nineteen of twenty samples of the same sentences; always the same draws."""
    draw = random.Random(20261129)
    values = sorted(summed(draw.choices(each, k=len(each))).half for _ in range(rounds))
    return values[int(0.025 * rounds)], values[int(0.975 * rounds) - 1]


def finder(language: str, least: float | None = None) -> Finding:
    """How slips of a language are found, with the product's threshold or another."""
    corpus = corpus_of(PackRegistry.load().in_force("cn", DAY), DAY)
    if language == "en":
        return english.English(corpus, english.LEAST if least is None else least).slips
    return Chinese(corpus, chinese.LEAST if least is None else least).slips


def lines(language: str, planted: Sequence[Planted], find: Finding, title: str) -> list[str]:
    """A row of the table, and the slips of each kind that were found."""
    each = [of_one(one, find) for one in planted]
    whole, (low, high) = summed(each), interval(each)
    sound = sum(one.wrong for one, text in zip(each, planted, strict=True) if not text.kind)
    kinds = Counter(text.kind for text in planted if text.kind)
    hits = Counter(text.kind for one, text in zip(each, planted, strict=True) if one.right)
    rows = [
        f"| {title} {language} | {whole.right + whole.missed} | {whole.precision:.3f} | {whole.recall:.3f} | **{whole.half:.3f}**"
        f" [{low:.2f}, {high:.2f}] | {sound} of {sum(not text.kind for text in planted)} |"
    ]
    rows += [f"| ↳ {kind} | {count} | | {hits[kind] / count:.3f} | | |" for kind, count in kinds.items()]
    return rows


def of_judgments(language: str, find: Finding) -> str:
    """How often a sound judgment of another hand is remarked on: those :mod:`bench.checks` plants its errors in."""
    dice, remarks = random.Random(20261129), list[int]()
    for _ in range(JUDGMENTS):
        judged = {"zh-Hans": judgments.chinese, "en": judgments.english}[language](dice)
        told = {judged.claimant, judged.respondent}
        rows = {row for name in told for row in rows_in(name) if len(row) == 2}
        words = {word.casefold() for name in told for word in re.findall("[A-Za-z]+", name)}
        remarks.append(sum(len(list(find(text, rows | words))) for _, text in judged.parts))
    return f"{language}: {sum(map(bool, remarks))} of {JUDGMENTS} sound judgments remarked on, {sum(remarks)} remarks"


def main(arguments: Sequence[str]) -> int:
    """The figures on the frozen set; with ``dev``, those of each threshold on the sentences to develop with."""
    languages = ["zh-Hans", *(["en"] if english.is_there() else [])]
    if "en" not in languages:
        print("symspellpy is not installed: English is not measured (requirements-extra.txt)")
    if arguments[:1] == ["dev"]:
        for language in languages:
            for least in LEASTS[language]:
                told = summed(of_one(one, find) for find in [finder(language, least)] for one in DEV[language])
                print(
                    f"{language} {least}: precision {told.precision:.3f} recall {told.recall:.3f} F0.5 {told.half:.3f}"
                )
        return 0
    print("| set | slips | precision | recall | F0.5 | sound sentences remarked on |\n|---|---|---|---|---|---|")
    for language in languages:
        find = finder(language)
        for title, planted in (("dev", DEV[language]), ("frozen", FROZEN[language])):
            print("\n".join(lines(language, planted, find, title)))
    print()
    for language in languages:
        print(of_judgments(language, finder(language)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
