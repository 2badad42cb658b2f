"""A hundred messages of a catalogue, drawn with a seed, to be read with fresh eyes: ``tools/random_messages.py zh-Hans 3``.

The style page (docs/style.md) says what a reader looks for. The same seed draws the same messages as long as the catalogue
stays as it is; what is mended is drawn again with another seed.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from odr.ground.text import LOCALES, T
from tests.test_translations import used

COUNT = 100


def drawn(locale: str, seed: int, count: int = COUNT) -> list[tuple[str, str]]:
    """Place and words of messages drawn at random: of all that templates and program say."""
    messages = sorted(used().items())
    chosen = random.Random(f"{locale}/{seed}").sample(messages, count)  # a sample to read, no secret
    return [(where, message if locale == "en" else _chinese(message)) for message, where in chosen]


def _chinese(message: str) -> str:
    return T(message).render("zh-Hans")


if __name__ == "__main__":
    locale, seed = sys.argv[1], int(sys.argv[2])
    if locale not in LOCALES:
        raise SystemExit(f"one of {', '.join(LOCALES)}")
    for number, (where, words) in enumerate(drawn(locale, seed), 1):
        sys.stdout.write(f"{number}. {words}\n   {where}\n")
