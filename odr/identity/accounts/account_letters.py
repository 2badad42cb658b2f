"""Letters about an account: what they say, and the port that takes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from odr.ground.text import T, Text


class MailPort(Protocol):
    """Takes a letter and brings it on its way, without keeping the caller waiting for a server."""

    def send(self, to: str, subject: str, text: str, html: str | None, locale: str) -> None: ...


@dataclass(frozen=True)
class Letter:
    """A letter to one mailbox, in the reader's language; sent after the rows it speaks of are committed."""

    to: str
    subject: Text
    paragraphs: tuple[Text, ...]
    locale: str
    link: str | None = None

    @property
    def text(self) -> str:
        """The letter as plain text."""
        parts = [p.render(self.locale) for p in self.paragraphs]
        if self.link:
            parts.insert(1, self.link)
        parts.append(T("The court never asks for your password or a code by mail or telephone.").render(self.locale))
        return "\n\n".join(parts) + "\n"


def post(port: MailPort, letters: Iterable[Letter]) -> None:
    """Hand the letters over."""
    for letter in letters:
        port.send(letter.to, letter.subject.render(letter.locale), letter.text, None, letter.locale)
