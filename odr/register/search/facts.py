"""What the search knows of a published decision beside its words: court, cause, judges, articles, outcome, sum awarded.

All of it is read from the redacted text and from what the public ledger says of its number; nothing comes from a case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from odr.ground.text import T, Text
from odr.procedure.rules.citation import article_number, read_citation
from odr.register.redaction.structure import Block, BlockKind, Part, PublicText
from odr.register.search.tokens import fold, units

if TYPE_CHECKING:
    from odr.procedure.rules.pack import RulePack


class Outcome(StrEnum):
    """How a decision ends, as its orders say."""

    GRANTED = "granted"
    GRANTED_IN_PART = "granted_in_part"
    REFUSED = "refused"
    NO_MERITS = "no_merits"

    @property
    def label(self) -> Text:
        """It in words."""
        return {
            Outcome.GRANTED: T("Claim granted"),
            Outcome.GRANTED_IN_PART: T("Claim granted in part"),
            Outcome.REFUSED: T("Claim refused"),
            Outcome.NO_MERITS: T("Ended without a decision on the merits"),
        }[self]


@dataclass(frozen=True)
class Facts:
    """A published decision as it goes into the index."""

    address: str
    ledger_number: int
    sha256: str
    """Of the public text."""
    decided_on: date
    number: str
    court: str
    cause: str | None
    """Key of the pack's causes, where the text names one."""
    judges: tuple[str, ...]
    articles: tuple[str, ...]
    """Each as ``CPL 155``, or in its words where the rules of this court have no such law."""
    outcome: Outcome | None
    awarded: int | None
    """In the smallest unit of the currency."""
    cites: tuple[str, ...]
    """Numbers of other cases, as :func:`compact` writes them."""
    words: tuple[str, ...]
    """Every cell of the text; none where the facts come from the index, which gives no text back."""

    def as_kept(self) -> bytes:
        """What the index gives back with a hit, so that a list need not read it off the text again."""
        told = {name: getattr(self, name) for name in _KEPT}
        told |= {"decided_on": self.decided_on.isoformat(), "outcome": self.outcome and self.outcome.value}
        return json.dumps(told, ensure_ascii=False).encode()

    @classmethod
    def from_kept(cls, kept: bytes) -> Facts:
        """What :meth:`as_kept` wrote."""
        told = json.loads(kept)
        told |= {name: tuple(told[name]) for name in _SEVERAL}
        told |= {"decided_on": date.fromisoformat(told["decided_on"]), "words": ()}
        return cls(**told | {"outcome": Outcome(told["outcome"]) if told["outcome"] else None})


_KEPT = tuple(each.name for each in fields(Facts) if each.name not in ("words", "decided_on", "outcome"))
_SEVERAL = ("judges", "articles", "cites")

JUDGED = "judgment"
"""The kind of the ledger in which claims are decided on."""
ENDINGS = frozenset({"ruling", "mediation", "confirmation", "not_confirmed"})
"""Kinds that end a case without deciding on its claim; every other, such as a fine or a ruling on the way, ends none."""
DECIDING = frozenset({JUDGED, "payment_order", *ENDINGS})
"""Kinds that somebody means who names a case, before whatever else was ruled in it."""
_NOT_JUDGES = frozenset({"书记员", "法官助理", "clerk", "judge’s assistant", "assistant"})
_DISMISSED = re.compile(r"^\s*(?:驳回)|is dismissed\b")
_SUM = re.compile(
    r"(?<![\d,.])(\d{1,3}(?:,\d{3})*|\d+)\.(\d\d)元|\b[A-Z]{3}[ \u00a0](\d{1,3}(?:,\d{3})*|\d+)\.(\d\d)\b"
)
_ONE = r"第[零〇一二三四五六七八九十百千\d]+条(?:第[零一二三四五六七八九十百\d]+[款项])*"
_CHINESE = re.compile(rf"《((?:[^《》]|《[^》]*》){{2,60}})》((?:{_ONE}[、和及,，]?)+)")
_ARTICLE = re.compile(r"第([零〇一二三四五六七八九十百千\d]+)条")
_ENGLISH_ARTICLES = r", ?(?:arts?\.|articles?) ([\d(][\d(), –-]*)"
_SHORT = re.compile(r"[A-Z]{2,8} \d[\d(), –-]*")
_ARTICLE_IN_WORDS = re.compile(r"《?([^《》]{2,60}?)》?第([零〇一二三四五六七八九十百千\d]+)条.*")
_REASONED = (Part.REASONS, Part.ORDERS, Part.COSTS, Part.FINDINGS)
_MOST_KNOWN = 20_000
"""Citations that are remembered as they were read."""
_MOST = 60
"""Articles and decisions of one decision that are kept."""


def compact(number: str) -> str:
    """A case number without signs between its letters and digits, so that it is found however it was typed."""
    return "".join(one.words for one in units(number))


class FactReader:
    """Reads facts off texts, with the causes and laws of some rules."""

    def __init__(self, pack: RulePack) -> None:
        self.pack = pack
        titles = {
            fold(cause.title.render(locale)): key
            for key, cause in pack.causes.list.items()
            for locale in ("zh-Hans", "en")
        }
        self.causes = sorted(titles.items(), key=lambda one: -len(one[0]))
        names = sorted({source.title.render("en") for source in pack.sources.values()}, key=len, reverse=True)
        self.english = re.compile(english_articles(names))
        shapes = {shape(each) for each in _number_forms(pack)}
        self._read: dict[str, list[str]] = {}
        self._words: dict[str, Text | str] = {}
        self.numbers = re.compile("|".join(sorted(shapes, key=len, reverse=True))) if shapes else None

    def facts(
        self, text: PublicText, *, address: str, ledger_number: int, sha256: str, kind: str, decided_on: date
    ) -> Facts:
        """What the index holds of a text."""
        own = compact(text.number)
        return Facts(
            address=address,
            ledger_number=ledger_number,
            sha256=sha256,
            decided_on=decided_on,
            number=text.number,
            court=text.court,
            cause=self.cause(text),
            judges=judges(text),
            articles=self.articles(text),
            outcome=outcome(text, kind),
            awarded=awarded(text, kind),
            cites=tuple(each for each in self.cited(text) if each != own),
            words=tuple(cell for _, _, cell in text.cells() if cell),
        )

    def facts_of_text(self, text: PublicText, kind: str) -> Facts:
        """The same of a text whose place in the ledger is of no interest."""
        day = text.issued_on or date.min
        return self.facts(text, address="", ledger_number=0, sha256="", kind=kind, decided_on=day)

    def cause(self, text: PublicText) -> str | None:
        """The cause the text names: in its subject, or in the first paragraph of its history."""
        places = [block.cells[0] for block in text.blocks if block.kind is BlockKind.SUBJECT]
        places += [block.cells[0] for block in text.blocks if block.role is Part.HISTORY][:2]
        for words in map(fold, places):
            for title, key in self.causes:
                if title in words:
                    return key
        return None

    def articles(self, text: PublicText) -> tuple[str, ...]:
        """Articles on which the reasons, findings and orders rest, each once."""
        found: dict[str, None] = {}
        for block in text.blocks:
            if block.role in _REASONED:
                found.update(dict.fromkeys(each for cell in block.cells for each in self.articles_in(cell)))
        return tuple(found)[:_MOST]

    def articles_in(self, words: str) -> Iterator[str]:
        """The articles some words name, in full or in short."""
        for match in _CHINESE.finditer(words):
            for number in _ARTICLE.findall(match[2]):
                yield from self.article(f"《{match[1]}》第{number}条")
        for match in self.english.finditer(words):
            yield from self._in_short(match[0].rstrip(" ,(–-"))
        for match in _SHORT.finditer(words):
            yield from self._in_short(match[0].rstrip(" ,(–-"))

    def _in_short(self, typed: str) -> list[str]:
        known = self._read.get(typed)
        if known is None:
            if len(self._read) > _MOST_KNOWN:
                self._read.clear()
            known = self._read[typed] = []
            for part in (read_citation(self.pack.sources, typed) or "").split("; "):
                tag, _, places = part.partition(" ")
                known += [f"{tag} {place.partition('(')[0]}" for place in places.split(", ") if place]
        return known

    def article(self, typed: str) -> list[str]:
        """An article as it is kept; none for what names no article."""
        found = self._in_short(typed)
        if found:
            return found
        match = _ARTICLE_IN_WORDS.fullmatch(typed.strip())
        if match is None:
            return []
        law = match[1].replace("中华人民共和国", "").strip()
        number = article_number(match[2])
        return [f"《{law}》第{number}条"] if law and number else []

    def article_words(self, key: str) -> Text | str:
        """An article in words; lists name the same ones again and again."""
        known = self._words.get(key)
        if known is None:
            if len(self._words) > _MOST_KNOWN:
                self._words.clear()
            known = self._words[key] = article_words(self.pack, key)
        return known

    def cited(self, text: PublicText) -> tuple[str, ...]:
        """Numbers of cases that reasons, findings and orders name, as they are compared."""
        return tuple(map(compact, self.cited_as_written(text)))

    def cited_as_written(self, text: PublicText) -> tuple[str, ...]:
        """The same as they stand there, each once."""
        found: dict[str, str] = {}
        for block in text.blocks if self.numbers is not None else ():
            if block.role in _REASONED or block.role is Part.HISTORY:
                for cell in block.cells:
                    for match in self.numbers.findall(cell) if self.numbers is not None else ():
                        found.setdefault(compact(match), match)
        return tuple(found.values())[:_MOST]


def _number_forms(pack: RulePack) -> Iterator[str]:
    for value in pack.case_numbers.values():
        if "{number" in value:
            yield value


def english_articles(laws: Sequence[str]) -> str:
    """The expression that finds articles of some laws as English writes them."""
    return f"(?:{'|'.join(map(re.escape, laws))}){_ENGLISH_ARTICLES}"


def shape(form: str) -> str:
    """How case numbers of a form look: ``({year}){court}民初{number}号``."""
    found = ""
    for part in re.split(r"(\{[a-z]+(?::[^}]*)?\})", form):
        name = part.strip("{}").partition(":")[0] if part.startswith("{") else ""
        found += {
            "": "".join("[(（]" if sign == "(" else "[)）]" if sign == ")" else re.escape(sign) for sign in part),
            "year": r"\d{4}",
            "court": r"[\w]{1,12}?",
        }.get(name, r"\d{1,9}")
    return found


def judges(text: PublicText) -> tuple[str, ...]:
    """Who decided, as they signed; clerks and assistants did not."""
    signed = [block.cells for block in text.blocks if block.kind is BlockKind.SIGNATORY and len(block.cells) > 1]
    names = (cells[1].strip() for cells in signed if fold(cells[0].strip()) not in _NOT_JUDGES)
    return tuple(dict.fromkeys(name for name in names if name))


def _orders(text: PublicText) -> list[Block]:
    return [block for block in text.blocks if block.role is Part.ORDERS and block.kind is BlockKind.ITEM]


def outcome(text: PublicText, kind: str) -> Outcome | None:
    """How it ended, by its orders: what is dismissed and what is not."""
    if kind != JUDGED:
        return Outcome.NO_MERITS if kind in ENDINGS else None
    dismissed = [_DISMISSED.search(block.cells[0]) is not None for block in _orders(text)]
    if not dismissed:
        return None
    return Outcome.REFUSED if all(dismissed) else Outcome.GRANTED_IN_PART if any(dismissed) else Outcome.GRANTED


def awarded(text: PublicText, kind: str) -> int | None:
    """The sums of the orders to pay, together; None where none orders a sum."""
    if kind != JUDGED:
        return None
    sums = [
        match
        for block in _orders(text)
        if _DISMISSED.search(block.cells[0]) is None and (match := _SUM.search(block.cells[0])) is not None
    ]
    whole = [int((m[1] or m[3]).replace(",", "")) * 100 + int(m[2] or m[4]) for m in sums]
    return min(sum(whole), 2**53) if whole else None


def article_words(pack: RulePack, key: str) -> Text | str:
    """An article as it is kept, in words."""
    if key.startswith("《"):
        return key
    try:
        found = pack.cited(key)
    except ValueError:  # No statute has an article of this number: somebody typed it into an address.
        return key
    return found.words if found is not None else key


def outcomes_by_name() -> Mapping[str, Outcome]:
    """Every word somebody may write for an outcome."""
    found: dict[str, Outcome] = {}
    for each in Outcome:
        found[each.value] = each
        found |= {fold(each.label.render(locale)): each for locale in ("en", "zh-Hans")}
    return found
