"""Words of the program that no person should have to read."""

from __future__ import annotations

import re

SNAKE = re.compile(r"(?<![\w/.?=&@-])[a-z]+(?:_[a-z]+)+(?![\w/.@-])")
"""A word as programs write it."""
NUMBERED = re.compile(
    r"\b(premise|inbox|packet|window|phase) \d+\b|\b(?:party|fact|respondent|claimant|exhibit|relief)/\d+"
)
"""Names of the program's own things, and its short references to parts of a case."""
REFERENCE = re.compile(r"(?<![\w=/])[a-z2-7]{26}(?![\w])")
"""A reference of a row. Codes and digests stand in papers under their label, for whoever checks them."""


def faults_in(words: str, *, codes: bool) -> list[str]:
    """Raw identifiers among the words; ``codes`` for a paper, whose code and digests are meant to be read."""
    found = [m[0] for m in SNAKE.finditer(words)] + [m[0] for m in NUMBERED.finditer(words)]
    return found if codes else found + [m[0] for m in REFERENCE.finditer(words)]
