"""How long something takes a person, by one formula: 200 words a minute are read (300 Chinese characters), 15 seconds go into
each choice, and 25 words a minute are typed on a phone (40 Chinese characters). Machines and networks take no time in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

WORDS, CHARACTERS = 200, 300
"""Read in a minute."""
TYPED_WORDS, TYPED_CHARACTERS = 25, 40
"""Typed in a minute: 25 words, or as much in Chinese, where a word has one or two characters."""
CHOICE = 15
"""Seconds for a choice: one of several answers, a file, a box to tick or not."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][\w.,:@/’'-]*")


def read_minutes(text: str) -> float:
    """Minutes to read a text in either language, or in both."""
    return len(_HAN.findall(text)) / CHARACTERS + len(_WORD.findall(_HAN.sub(" ", text))) / WORDS


def typed_minutes(text: str) -> float:
    """Minutes to type it."""
    return len(_HAN.findall(text)) / TYPED_CHARACTERS + len(_WORD.findall(_HAN.sub(" ", text))) / TYPED_WORDS


@dataclass
class Person:
    """Somebody at a phone who does this for the first time: each line they see is read once, whatever stands on it."""

    page: Page
    pictures: Path | None = None
    seen: set[str] = field(default_factory=set)
    reading: float = 0
    typing: float = 0
    choices: int = 0
    pages: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def minutes(self) -> float:
        """All of it."""
        return self.reading + self.typing + self.choices * CHOICE / 60

    def look(self) -> None:
        """Read what is new on the page."""
        self.pages += 1
        before = self.reading
        self.read(self.page.locator("main").inner_text())
        self.told.append(f"{self.page.url.rpartition('/')[2][:40]:40} {self.reading - before:5.2f}")
        if self.pictures is not None:
            self.page.screenshot(path=self.pictures / f"{self.pages:02}.png", full_page=True)
            words = self.page.locator("main").inner_text()
            (self.pictures / f"{self.pages:02}.txt").write_text(words, encoding="utf-8")

    def read(self, text: str) -> None:
        """Read lines not read before."""
        for line in (one.strip() for one in text.splitlines()):
            if line and line not in self.seen:
                self.seen.add(line)
                self.reading += read_minutes(line)

    def write(self, at: str, words: str) -> None:
        """Type into a field."""
        self.page.fill(at, words)
        self.seen.add(words)
        self.typing += typed_minutes(words)

    def choose(self, at: str) -> None:
        """Choose an answer, or tick a box; what it opens is read too."""
        self.page.check(at)
        self.decide()
        self.read(self.page.locator("main").inner_text())

    def decide(self) -> None:
        """Choose one of several ways on."""
        self.choices += 1

    def attach(self, at: str, *files: str) -> None:
        """Choose files."""
        self.page.set_input_files(at, list(files))
        self.choices += 1

    def press(self, at: str) -> None:
        """Press what leads on, and read what follows. The one way on is no choice."""
        self.finish(at)
        self.look()

    def finish(self, at: str) -> None:
        """Press what does it; what is shown then is no longer on the way there."""
        with self.page.expect_navigation():
            self.page.click(at)

    def sum(self) -> str:
        """In words, for whoever reads the output."""
        parts = f"{self.reading:.1f} reading, {self.typing:.1f} typing, {self.choices} choices"
        return "\n".join([f"{self.minutes:.1f} minutes on {self.pages} pages: {parts}", *self.told])
