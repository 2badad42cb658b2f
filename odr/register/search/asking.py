"""What an address asks of the search, and addresses that ask something else: every filter, order and page is a link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from odr.ground.errors import InvalidInput
from odr.ground.text import Text
from odr.register.search.language import MOST_SIGNS, Node, read, write
from odr.register.search.queries import FILTERS, Asked

LONGEST = 120
"""Signs of a filter in an address."""
ORDERS = ("best", "newest")


@dataclass(frozen=True)
class Asking:
    """An address of the search as it was read: what was typed, what narrows it down, and what is wrong with it."""

    typed: str
    filters: tuple[tuple[str, str], ...]
    order: str
    after: str | None
    exact: bool
    """Whether nothing else is to be shown in the place of a word that no decision holds."""
    question: Node | None = None
    fault: Text | None = None
    fault_at: str = "q"

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asking:
        """What was asked for; a question that cannot be read stays as it was typed, with what is wrong."""
        # A control sign is a blank, as the question reads it: a feed that repeated one would be no XML.
        typed = "".join(sign if sign.isprintable() else " " for sign in given.get("q", "")[: MOST_SIGNS + 100])
        filters = tuple((name, value) for name in FILTERS if (value := _plain(given.get(name, ""))))
        order = given.get("order", "")
        question, fault = None, None
        try:
            question = read(typed)
        except InvalidInput as error:
            fault = error.message
        if order not in ORDERS:
            order = "best" if question is not None else "newest"
        return cls(typed, filters, order, given.get("after") or None, given.get("exact") == "1", question, fault)

    @property
    def asked(self) -> Asked:
        """For the search."""
        best = self.order == "best" and self.question is not None
        return Asked(self.question, self.filters, best, self.after)

    @property
    def is_empty(self) -> bool:
        """Whether everything is asked for."""
        return not self.typed.strip() and not self.filters

    def value(self, name: str) -> str:
        """What a filter is set to."""
        return dict(self.filters).get(name, "")

    def parameters(self, **changes: str | None) -> list[tuple[str, str]]:
        """The parameters of an address like this one with some changed; a list that is another begins anew."""
        now: dict[str, str | None] = {"q": " ".join(self.typed.split()), **dict(self.filters)}
        if self.order != ("best" if self.question is not None else "newest"):
            now["order"] = self.order
        if self.exact:
            now["exact"] = "1"
        now |= changes
        return [(name, value) for name, value in now.items() if value]

    def address(self, path: str, **changes: str | None) -> str:
        """An address like this one with some parameters changed."""
        asked = urlencode(self.parameters(**changes))
        return f"{path}?{asked}" if asked else path

    def narrowed(self, path: str, name: str, values: Sequence[str], **changes: str | None) -> Iterator[str]:
        """Addresses like this one, each with another value of a filter that is not set yet."""
        kept = self.address(path, **changes)
        sign = "&" if "?" in kept else "?"
        return (f"{kept}{sign}{name}={quote_plus(value)}" for value in values)


def corrected_text(question: Node | None) -> str:
    """A question as it is shown and linked."""
    return write(question) if question is not None else ""


def _plain(value: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())[:LONGEST]
