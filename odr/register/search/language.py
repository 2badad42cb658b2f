"""The language of questions: words, “phrases”, AND, OR, NOT, brackets, and field:value, read into a tree and written again.

Every question is read or refused with words that say how to mend it; none costs more than :data:`MOST_PARTS` parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.register.search.tokens import is_han, phrase

MOST_SIGNS = 300
"""Signs a question may have."""
MOST_PARTS = 24
"""Words, phrases and fields a question may have."""
DEEPEST = 8
"""Brackets within brackets."""
FIELDS = {
    "court": "法院",
    "cause": "案由",
    "date": "日期",
    "judge": "法官",
    "number": "案号",
    "article": "法条",
    "outcome": "结果",
    "amount": "金额",
}
"""Fields that can be named in a question, with their Chinese names."""
_NAMES = {**{name: name for name in FIELDS}, **{chinese: name for name, chinese in FIELDS.items()}}
_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“", "«": "»", "「": "」", "『": "』", "＂": "＂"}
_CASE_NUMBER = re.compile(r"[(（]\d{4}[)）][^\s()（）\"“”]*")
_FIELD = re.compile(r"([A-Za-z_]{2,20}|[\u4e00-\u9fff]{2})[:：](?!//)")
_WORD = re.compile(r"[^\s()\"“”„«»「」『』＂]+")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True)
class Words:
    """A word or phrase of the text; ``quoted`` when it was typed as a phrase."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Field:
    """What a field must hold."""

    name: str
    value: str


@dataclass(frozen=True)
class Not:
    """What must not be there."""

    of: Node


@dataclass(frozen=True)
class And:
    """What must all be there."""

    of: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    """Of which one at least must be there."""

    of: tuple[Node, ...]


Node = Words | Field | Not | And | Or


def _fault(message: Text) -> InvalidInput:
    """A question that cannot be read, and how to mend it."""
    return InvalidInput.at("q", message)


@dataclass(frozen=True)
class _Token:
    kind: str  # "word", "quoted", "field", "(", ")", "AND", "OR", "NOT"
    text: str
    value: str = ""


def read(typed: str) -> Node | None:
    """A question as a tree; None for an empty one. Raises InvalidInput with how to mend it."""
    # A character of a name that is newer than this Python's tables counts as none there, and stands in decisions all the same.
    plain = "".join(sign if sign.isspace() or sign.isprintable() or is_han(sign) else " " for sign in typed)
    plain = unicodedata.normalize("NFC", plain).strip()
    if len(plain) > MOST_SIGNS:
        raise _fault(T("A question may have %(most)s signs. Leave some words out.", most=MOST_SIGNS))
    tokens = [token for token in _tokens(plain) if token.kind != "word" or phrase(token.text)]
    if not tokens:
        if plain:
            raise _fault(T("There is no word in this question. Type a word, a case number or an article."))
        return None
    if sum(token.kind in ("word", "quoted", "field") for token in tokens) > MOST_PARTS:
        raise _fault(T("A question may have %(most)s words and phrases. Leave some out.", most=MOST_PARTS))
    return _Reader(tokens).question()


def _tokens(plain: str) -> Iterator[_Token]:
    at = 0
    while at < len(plain):
        if blank := _BLANK.match(plain, at):
            at = blank.end()
        elif number := _CASE_NUMBER.match(plain, at):
            yield _Token("word", number[0])
            at = number.end()
        elif plain[at] in "()":
            yield _Token(plain[at], plain[at])
            at += 1
        elif plain[at] in _QUOTES:
            inside, at = _quoted(plain, at)
            yield _Token("quoted", inside)
        elif plain[at] in "»」』":
            raise _fault(T("A quotation mark is closed that was not opened. Put one on each side of the phrase."))
        elif field := _FIELD.match(plain, at):
            token, at = _field(plain, field)
            yield token
        else:
            word = _WORD.match(plain, at)
            assert word is not None
            yield _Token(word[0] if word[0] in ("AND", "OR", "NOT") else "word", word[0])
            at = word.end()


def _quoted(plain: str, at: int) -> tuple[str, int]:
    end = plain.find(_QUOTES[plain[at]], at + 1)
    if end < 0 and plain[at] in "“„”":
        end = next((place for place in range(at + 1, len(plain)) if plain[place] in '“”"'), -1)
    if end < 0:
        raise _fault(T("A quotation mark is not closed. Put one on each side of the phrase."))
    inside = plain[at + 1 : end]
    if not phrase(inside):
        raise _fault(T("There is nothing between two quotation marks. Write a phrase there, or take the marks away."))
    return inside, end + 1


def _field(plain: str, named: re.Match[str]) -> tuple[_Token, int]:
    name = _NAMES.get(named[1].lower())
    if name is None:
        raise _fault(
            T(
                "There is no field “%(name)s”. The fields are court, cause, date, judge, number, article, outcome and amount. If you look for these words, put them in quotation marks.",
                name=named[1],
            )
        )
    at = named.end()
    if at < len(plain) and plain[at] in _QUOTES:
        value, at = _quoted(plain, at)
    else:
        number, word = _CASE_NUMBER.match(plain, at), _WORD.match(plain, at)
        found = number or word
        value, at = (found[0], found.end()) if found is not None else ("", at)
    if not value:
        raise _fault(T("What should %(name)s be? Write it behind the colon, for example judge:Chen.", name=name))
    return _Token("field", name, value), at


class _Reader:
    """Reads tokens from left to right: OR binds least, then AND, which may be left out, then NOT."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0

    @property
    def next(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def question(self) -> Node:
        found = self.either(0)
        if self.next == ")":
            raise _fault(T("A bracket is closed that was not opened. Take it away, or open one before."))
        return found

    def either(self, depth: int) -> Node:
        parts = [self.both(depth)]
        while self.next == "OR":
            self.take()
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(_flat(parts, Or)))

    def both(self, depth: int) -> Node:
        parts = [self.one(depth)]
        while self.next not in ("", "OR", ")"):
            if self.next == "AND":
                self.take()
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(_flat(parts, And)))

    def one(self, depth: int) -> Node:
        kind = self.next
        if kind in ("", ")", "AND", "OR"):
            raise self._missing()
        token = self.take()
        if kind == "NOT":
            inner = self.one(depth)
            return inner.of if isinstance(inner, Not) else Not(inner)
        if kind == "(":
            if depth >= DEEPEST:
                raise _fault(T("There are too many brackets within brackets. Take some away."))
            inner = self.either(depth + 1)
            if self.next != ")":
                raise _fault(T("A bracket is not closed. Close it behind the last word that belongs in it."))
            self.take()
            return inner
        return Field(token.text, token.value) if kind == "field" else Words(token.text, kind == "quoted")

    def _missing(self) -> InvalidInput:
        before = self.tokens[self.at - 1].kind if self.at else ""
        if self.next == ")" and before == "(":
            return _fault(T("There is nothing between two brackets. Write a word there, or take them away."))
        sign = before if before in ("AND", "OR", "NOT") else self.next
        return _fault(
            T(
                "%(sign)s stands between nothing. Put a word on each side of it; if you look for the word itself, put it in quotation marks.",
                sign=sign,
            )
        )


def _flat(parts: list[Node], kind: type[And] | type[Or]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.of
        else:
            yield part


def write(node: Node) -> str:
    """The tree as a question; reading it gives the same tree."""
    return _write(node, 0)


def _write(node: Node, binding: int) -> str:
    if isinstance(node, Words):
        return _in_quotes(node.text) if node.quoted else node.text
    if isinstance(node, Field):
        plain = _WORD.fullmatch(node.value) or _CASE_NUMBER.fullmatch(node.value)
        return f"{node.name}:{node.value if plain else _in_quotes(node.value)}"
    if isinstance(node, Not):
        return f"NOT {_write(node.of, 2)}"
    own, sign = (1, " ") if isinstance(node, And) else (0, " OR ")
    written = sign.join(_write(each, own + 1) for each in node.of)
    return f"({written})" if binding > own else written


def _in_quotes(text: str) -> str:
    for opening, closing in _QUOTES.items():
        if closing not in text and (opening not in "“„”" or not any(sign in '“”"' for sign in text)):
            return f"{opening}{text}{closing}"
    return f'"{text}"'


def wanted(node: Node | None, *, inside_not: bool = False) -> Iterator[Words]:
    """The words and phrases that are to be found in a text, for what is marked there."""
    if isinstance(node, Words) and not inside_not:
        yield node
    elif isinstance(node, Not):
        yield from wanted(node.of, inside_not=not inside_not)
    elif isinstance(node, And | Or):
        for each in node.of:
            yield from wanted(each, inside_not=inside_not)


def replaced(node: Node, instead: dict[Words, Words]) -> Node:
    """The question with other words in the place of some."""
    if isinstance(node, Words):
        return instead.get(node, node)
    if isinstance(node, Not):
        return Not(replaced(node.of, instead))
    if isinstance(node, And | Or):
        return type(node)(tuple(replaced(each, instead) for each in node.of))
    return node
