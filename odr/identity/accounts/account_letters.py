"""Letters about an account: what they say, and the port that takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from odr.ground.text import T, Text


class MailPort(Protocol):
    """Hands a letter to a mail server, and says what that said against it; None where it took the letter."""

    def send(self, to: str, subject: str, text: str, html: str | None, locale: str) -> str | None: ...


@dataclass(frozen=True)
class Letter:
    """A letter to one mailbox, in the reader's language; sent after the rows it speaks of are committed. One to nobody
    (``to`` is empty) is written and kept like any other, and goes nowhere.
    """

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
