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

    It has no link and no attachment. ``site`` is the court's address as a person types it; ``code`` what they enter there,
    ``page`` where they go after signing in. One of the two at most.
    """

    to: str
    subject: Text
    paragraphs: tuple[Text, ...]
    locale: str
    site: str = ""
    code: str | None = None
    page: Text | None = None

    @property
    def text(self) -> str:
        """The letter as plain text."""
        parts = [p.render(self.locale) for p in self.paragraphs]
        parts[1:1] = [way.render(self.locale) for way in self._way()]
        parts.append(
            T(
                "This message has no link and no attachment: follow no link that claims to come from the court. Nobody from the court asks you for a password or a code."
            ).render(self.locale)
        )
        return "\n\n".join(parts) + "\n"

    def _way(self) -> list[Text]:
        """How one gets to the page, by typing."""
        if self.code is not None:
            return [
                T(
                    "Type %(site)s into your browser yourself, choose “I received a letter or message” and enter this code: %(code)s",
                    site=self.site,
                    code=self.code,
                )
            ]
        if self.page is not None:
            return [
                T(
                    "Type %(site)s into your browser yourself, sign in and choose “%(page)s”.",
                    site=self.site,
                    page=self.page,
                )
            ]
        return []


def site_of(base_url: str) -> str:
    """The court's address as people type it: without the scheme, so that no mail program makes a link of it."""
    return base_url.split("://", 1)[-1].rstrip("/")
