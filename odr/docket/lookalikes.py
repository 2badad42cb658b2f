"""Names whose letters only look like others: marked where a name is shown, so that nobody takes one for another's."""

from __future__ import annotations

import unicodedata

from odr.ground.text import T, Text

ALPHABETS = frozenset({"LATIN", "CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN"})
"""Alphabets some of whose letters look alike: an A may be Latin, Cyrillic or Greek."""
LIKE_LATIN = frozenset("асԁеһіјорԛѕԝухАВСЕНІЈКМОРԚЅТХУԜ" + "οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
"""Cyrillic and Greek letters that print as Latin ones (Unicode Technical Standard 39, confusables)."""


def alphabets(word: str) -> set[str]:
    """Which of these alphabets a word is written in."""
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()} & ALPHABETS


def is_mixed(name: str) -> bool:
    """Whether a word of the name is written in more than one alphabet."""
    return any(len(alphabets(word)) > 1 for word in name.split())


def mark_of(name: str) -> Text | None:
    """What to know about the letters of a name; None for a name that is what it looks like. A mark is no reproach, and
    no reason to refuse a name: a party is called what it is called.
    """
    if is_mixed(name):
        return T("A word of this name is written in letters of different alphabets, which may look alike.")
    words = [[letter for letter in word if letter.isalpha()] for word in name.split()]
    if any(len(word) > 1 and LIKE_LATIN.issuperset(word) for word in words):
        return T("A word of this name looks like Latin letters and is written in others.")
    if any(letter.isalnum() and unicodedata.normalize("NFKC", letter) != letter for letter in name):
        return T("This name is written in letters of an unusual form.")
    return None
