"""Slips in English: a word that no dictionary holds, with the likeliest one near it. Needs ``symspellpy``, which not every court has.

Known are the words of its packaged list (82,765), of the court's own texts, of Debian's dictionaries for American and British English
where they are installed, and of the case. What begins with a capital letter in the middle of a sentence is a name.
"""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from odr.assist.wording.chinese import Slip
from odr.assist.wording.corpus import Corpus

HUNSPELL = tuple(Path("/usr/share/hunspell") / f"{name}.dic" for name in ("en_US", "en_GB"))
FAR = 2
"""Signs that a word may be away from what was meant."""
LEAST = 6.0
"""How likely a word is at least that is suggested: the logarithm of how often it is written, without what its distance costs."""
COST = 1.6
"""What each sign more takes from it."""
OWN = 400
"""How much more a word of the court's own texts counts than the packaged list has it."""
SHORTEST = 4
"""Letters of a word that is looked at; of five or fewer letters at most one is taken for a slip."""
_WORD = re.compile(r"(?<![\w@./-])[A-Za-z]+(?:[’'][a-z]+)?(?![\w@/-]|\.[a-z])")
_BEFORE_A_SENTENCE = frozenset(".?!:;“(")
MOST_UNKNOWN = 400
"""Different words of a text that no dictionary holds and that are looked near: a text with more of them is in another language."""


def is_there() -> bool:
    """Whether the library is installed."""
    return importlib.util.find_spec("symspellpy") is not None


class English:
    """The court's English, ready to be compared with."""

    def __init__(self, corpus: Corpus, least: float = LEAST) -> None:
        from symspellpy import SymSpell

        self._own, self._least = corpus.words, least
        self._list: Any = SymSpell(max_dictionary_edit_distance=FAR)
        self._list.load_dictionary(
            str(files("symspellpy") / "frequency_dictionary_en_82_765.txt"), term_index=0, count_index=1
        )
        for word, times in corpus.words.items():
            if times > 1 and len(word) >= SHORTEST and word.isalpha():
                self._list.create_dictionary_entry(word, times * OWN)
        self._words = self._list.words

    def knows(self, word: str) -> bool:
        """Whether a word, in small letters, stands in any dictionary."""
        bare = re.sub(r"[’']s?$|[’'](?:t|ll|d|re|ve)$", "", word)
        return any(one in self._words or one in self._own or one in hunspell() for one in {word, bare})

    def slips(self, text: str, told: Collection[str] = ()) -> Iterator[Slip]:
        """What may be a slip; ``told`` are words of the case's own papers, in small letters."""
        meant_by = dict[str, str | None]()
        for hit in _WORD.finditer(text):
            word, begins = hit[0], _begins(text, hit.start())
            small = word.casefold()
            if len(word) < SHORTEST or (word != small and not (begins and word[1:] == small[1:])):
                continue
            if small in told or self.knows(small):
                continue
            if small not in meant_by:
                if len(meant_by) == MOST_UNKNOWN:
                    return
                meant_by[small] = self._meant(small)
            meant = meant_by[small]
            if meant is not None and not (begins and word != small and meant not in self._own):
                meant = meant.capitalize() if word != small else meant
                yield Slip(hit.start(), hit.end(), word, meant)

    def _meant(self, word: str) -> str | None:
        from symspellpy import Verbosity

        far = 1 if len(word) <= SHORTEST + 1 else FAR
        near = [
            (math.log10(1 + one.count) + (0.5 if one.term in self._own else 0.0) - COST * (one.distance - 1), one.term)
            for one in self._list.lookup(word, Verbosity.ALL, max_edit_distance=far)
            if len(one.term) >= SHORTEST - 1
        ]
        if not near:
            return None
        likely, term = max(near)
        return term if likely >= self._least else None


def _begins(text: str, at: int) -> bool:
    """Whether a word begins a sentence or a line: what stands before it is looked at, never the whole text again."""
    end = at
    while end and text[end - 1].isspace():
        end -= 1
    return not end or "\n" in text[end:at] or text[end - 1] in _BEFORE_A_SENTENCE


# Debian's dictionaries

_RULE = re.compile(r"(?P<kind>[PS])FX (?P<flag>\S) (?P<strip>\S+) (?P<add>[^\s/]+)\S*(?: (?P<when>\S+))?")


@lru_cache(maxsize=1)
def hunspell(dictionaries: tuple[Path, ...] = HUNSPELL) -> frozenset[str]:
    """Every form of every word of the dictionaries that are installed, in small letters."""
    found: set[str] = set()
    for path in dictionaries:
        if path.is_file() and path.with_suffix(".aff").is_file():
            found.update(_forms(path))
    return frozenset(found)


def _forms(path: Path) -> Iterator[str]:
    rules: dict[str, list[tuple[bool, str, str, re.Pattern[str]]]] = {}
    for line in path.with_suffix(".aff").read_text("utf-8").splitlines():
        rule = _RULE.match(line)
        if rule is not None and not (rule["strip"] in "YN" and rule["add"].isdigit()):
            strip, add = ("" if one == "0" else one for one in (rule["strip"], rule["add"]))
            when, ends = rule["when"] or ".", rule["kind"] == "S"
            pattern = re.compile(f"(?:{when})$" if ends else f"^(?:{when})")
            rules.setdefault(rule["flag"], []).append((ends, strip, add, pattern))
    for line in path.read_text("utf-8").splitlines()[1:]:
        word, _, flags = line.split("\t")[0].strip().partition("/")
        yield word.casefold()
        for flag in flags:
            for ends, strip, add, pattern in rules.get(flag, ()):
                if pattern.search(word) is None:
                    continue
                if ends and word.endswith(strip):
                    yield (word[: len(word) - len(strip)] + add).casefold()
                elif not ends and word.startswith(strip):
                    yield (add + word[len(strip) :]).casefold()
