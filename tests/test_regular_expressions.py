"""No regular expression of the court's can be made to run for ever: each is walked step by step on what suits it worst.

Counted are the steps of a plain backtracking matcher, never seconds, so the result is the same on every machine.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from odr.assist.checks import kinds, statutes
from odr.assist.wording import plain
from odr.filing.draft import evidence_list, pleading
from odr.procedure.rules import ecli
from odr.procedure.rules.redaction import Private
from odr.register.redaction import context
from odr.register.redaction.known import Known
from odr.register.redaction.patterns import PATTERNS
from odr.register.redaction.spellings import spellings
from odr.register.search import facts, snippets
from odr.register.search.tokens import phrase
from tests.parsed import files, nodes_of

c: Any = re._constants  # type: ignore[attr-defined]
parser: Any = re._parser  # type: ignore[attr-defined]

ROOT = Path(__file__).parents[1]
CALLS = {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
ANYWHERE = CALLS - {"compile", "match", "fullmatch"}
SHORT, LONG = 24, 48
MOST = 6.0
"""Twice the text may take so many times the steps: four is quadratic, eight cubic and a door for strangers."""
LIMIT = 200_000
END = "\x00"


WITH_LISTS = [each.pattern for each in vars(kinds).values() if isinstance(each, re.Pattern)]
"""Expressions into which lists of words are put: held to the rule with the lists in them."""
MADE_LATER = {
    "odr/assist/checks/statutes.py": [
        statutes._pattern(name).pattern for name in ("民法典", "Civil Code", "最高人民法院关于适用《民事诉讼法》的解释")
    ],
    "odr/assist/wording/english.py": ["(?:[^aeiou]y)$", "^(?:.)"],
    "odr/assist/wording/plain.py": [hard.pattern for rows in plain.hard_words().values() for hard, _ in rows],
    "odr/filing/draft/evidence_list.py": list(evidence_list._KNOWN.values()),
    "odr/filing/draft/pleading.py": [compiled.pattern for _, compiled in pleading._HEADS],
    "odr/procedure/rules/ecli.py": [ecli.form_of("({year}){court}民初{number}号")],
    "odr/register/search/facts.py": [
        facts.shape("({year}){court}民初{number}号"),
        facts.english_articles(["Civil Procedure Law", "Civil Code"]),
    ],
    "odr/register/search/snippets.py": [
        snippets.pattern_of(phrase(words)) for words in ("检验检疫", "food additive 8000", "a 合同 b")
    ],
    "odr/register/redaction/context.py": [
        *(each.pattern for each in context._FRAMES),
        *(each.pattern for each in (context._LATIN_NAME, context._SPACED, context._SMALL, context._TURNED)),
    ],
    "odr/register/redaction/patterns.py": [each.form.pattern for each in PATTERNS],
    "odr/register/redaction/docket.py": [
        each.pattern
        for kind, name in (
            (Private.PERSON, "欧阳文博"),
            (Private.PERSON, "阿依古丽·买买提"),
            (Private.PERSON, "Hans-Peter Schmidt"),
            (Private.ORGANISATION, "杭州海云信息技术有限公司"),
            (Private.ADDRESS, "浙江省杭州市西湖区文一路88号3幢1402室"),
            (Private.EMAIL, "li.lei@mail.example"),
            (Private.PHONE, "13805712266"),
        )
        for each in spellings(Known(kind, (name,)))
    ],
}
"""Expressions of a table, compiled in a loop, or made of names; of these some."""


class TooLong(Exception):
    """More steps than any honest expression takes on a text this short."""


def expressions() -> Iterator[tuple[str, str, bool]]:
    """Every regular expression in the court's source: where it stands, what it says, and whether it is looked for anywhere in
    a text rather than from its beginning.
    """
    trees = {path: nodes_of(path) for path in files()}
    sought = {
        node.value.id if isinstance(node.value, ast.Name) else node.value.attr
        for nodes in trees.values()
        for node in nodes
        if isinstance(node, ast.Attribute)
        and node.attr in ANYWHERE
        and isinstance(node.value, ast.Name | ast.Attribute)
    }
    for path, nodes in trees.items():
        said = constants(nodes)
        names = {
            id(node.value): node.targets[0].id
            for node in nodes
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in nodes:
            if not isinstance(node, ast.Call):
                continue
            given = node.args[0] if node.args and is_re(node.func) else None
            given = next((k.value for k in node.keywords if k.arg == "pattern"), given)
            if given is None:
                continue
            how = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            anywhere = how in ANYWHERE or (how == "compile" and names.get(id(node), "") in sought)
            yield f"{path.relative_to(ROOT)}:{node.lineno}", text_of(given, said), anywhere


def is_re(called: ast.expr) -> bool:
    return (
        isinstance(called, ast.Attribute)
        and called.attr in CALLS
        and isinstance(called.value, ast.Name)
        and called.value.id == "re"
    )


def constants(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Texts a module names, so that an expression put together from them is known whole."""
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            words = text_of(node.value, found)
            if words:
                found[node.targets[0].id] = words
    return found


def text_of(node: ast.expr, said: dict[str, str]) -> str:
    """What an expression says; what is put in at run time stands as a word, for it is escaped or a constant."""
    match node:
        case ast.Constant(value=str(words)):
            return words
        case ast.Constant(value=bytes(raw)):
            return raw.decode("latin-1")
        case ast.Name(id=name):
            return said.get(name, "")
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return text_of(left, said) + text_of(right, said)
        case ast.JoinedStr(values=values):
            return "".join(text_of(value, said) for value in values)
        case ast.FormattedValue(value=value):
            return text_of(value, said) or "word"
    return ""


class Matcher:
    """A backtracking matcher that counts its steps; it knows what the court's expressions use."""

    def __init__(self, pattern: str) -> None:
        self.tree = parser.parse(pattern)
        self.steps = 0

    def count(self, text: str, *, anywhere: bool = True) -> int:
        """Steps of looking for the expression in the text, from its beginning or from each place."""
        self.steps = 0
        for start in range(len(text) if anywhere else 1):
            if next(self._all(list(self.tree), 0, text, start), None) is not None:
                break
        return self.steps

    def _all(self, items: list[Any], place: int, text: str, at: int) -> Iterator[int]:
        if place == len(items):
            yield at
            return
        self.steps += 1
        if self.steps > LIMIT:
            raise TooLong
        for end in self._one(items[place], text, at):
            yield from self._all(items, place + 1, text, end)

    def _one(self, item: Any, text: str, at: int) -> Iterator[int]:
        kind, value = item
        if kind in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
            if at < len(text) and suits(item, text[at]):
                yield at + 1
        elif kind is c.BRANCH:
            for way in value[1]:
                yield from self._all(list(way), 0, text, at)
        elif kind is c.SUBPATTERN:
            yield from self._all(list(value[3]), 0, text, at)
        elif kind is c.ATOMIC_GROUP:
            end = next(self._all(list(value), 0, text, at), None)
            if end is not None:
                yield end
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            ends = self._repeat(list(value[2]), value[0], value[1], text, at, greedy=kind is not c.MIN_REPEAT)
            yield from ends if kind is not c.POSSESSIVE_REPEAT else [e for e in [next(ends, None)] if e is not None]
        elif kind in (c.ASSERT, c.ASSERT_NOT):
            found = value[0] > 0 and next(self._all(list(value[1]), 0, text, at), None) is not None
            if value[0] < 0 or found is (kind is c.ASSERT):
                yield at
        elif kind is c.AT:
            if value not in (c.AT_END, c.AT_END_STRING) or at >= len(text):
                yield at
        else:
            raise NotImplementedError(str(kind))

    def _repeat(self, body: list[Any], least: int, most: int, text: str, at: int, *, greedy: bool) -> Iterator[int]:
        self.steps += 1
        if self.steps > LIMIT:
            raise TooLong
        if not greedy and least == 0:
            yield at
        if most > 0:
            for end in self._all(body, 0, text, at):
                if end > at or least > 0:
                    yield from self._repeat(body, max(0, least - 1), most - 1, text, end, greedy=greedy)
        if greedy and least == 0:
            yield at


def suits(item: Any, sign: str) -> bool:
    """Whether one sign suits an item."""
    kind, value = item
    if kind is c.LITERAL:
        return ord(sign) == value
    if kind is c.NOT_LITERAL:
        return ord(sign) != value
    if kind is c.ANY:
        return sign != "\n"
    negated = value[0][0] is c.NEGATE
    return any(in_set(part, sign) for part in value if part[0] is not c.NEGATE) is not negated


CATEGORIES: dict[Any, Callable[[str], bool]] = {
    c.CATEGORY_DIGIT: str.isdecimal,
    c.CATEGORY_NOT_DIGIT: lambda sign: not sign.isdecimal(),
    c.CATEGORY_SPACE: str.isspace,
    c.CATEGORY_NOT_SPACE: lambda sign: not sign.isspace(),
    c.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
    c.CATEGORY_NOT_WORD: lambda sign: not (sign.isalnum() or sign == "_"),
}


def in_set(part: Any, sign: str) -> bool:
    kind, value = part
    if kind is c.LITERAL:
        return ord(sign) == value
    if kind is c.RANGE:
        return bool(value[0] <= ord(sign) <= value[1])
    return CATEGORIES[value](sign)


SIGNS = "0a A-_.,:;/\n\t\"'()<>[]{}=%|\\#@+*?!&第条年月日元，。、（）一"


def worst(pattern: str) -> Iterator[tuple[str, str]]:
    """Beginnings and what to repeat after them: for each repetition of the expression, its shortest way there, and what
    its body takes.
    """
    for before, body in repetitions(list(parser.parse(pattern)), ""):
        signs = {sign for sign in SIGNS if any(suits(item, sign) for item in leaves(body))}
        pumps = signs | {shortest(body)} | {shortest(body) + sign for sign in signs} if signs else {shortest(body)}
        for pump in sorted(pumps - {""}):
            yield before, pump


def repetitions(items: list[Any], before: str) -> Iterator[tuple[str, list[Any]]]:
    for item in items:
        kind, value = item
        if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            if value[1] > 8:
                yield before, list(value[2])
            yield from repetitions(list(value[2]), before)
        elif kind is c.BRANCH:
            for way in value[1]:
                yield from repetitions(list(way), before)
        elif kind is c.SUBPATTERN:
            yield from repetitions(list(value[3]), before)
        before += shortest([item])


def shortest(items: list[Any]) -> str:
    """A short text that suits items in order."""
    found = ""
    for kind, value in items:
        if kind in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
            found += next((sign for sign in SIGNS if suits((kind, value), sign)), "") or first(kind, value)
        elif kind is c.BRANCH:
            found += min((shortest(list(way)) for way in value[1]), key=len)
        elif kind is c.SUBPATTERN:
            found += shortest(list(value[3]))
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            found += shortest(list(value[2])) * value[0]
    return found


def first(kind: Any, value: Any) -> str:
    if kind is c.LITERAL:
        return chr(value)
    if kind is c.IN:
        part = value[0]
        return chr(part[1] if part[0] is c.LITERAL else part[1][0]) if part[0] in (c.LITERAL, c.RANGE) else ""
    return ""


def leaves(items: list[Any]) -> Iterator[Any]:
    """Every item that a sign suits or not, looked at from wherever it stands."""
    for item in items:
        kind, value = item
        if kind in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
            yield item
        elif kind is c.BRANCH:
            for way in value[1]:
                yield from leaves(list(way))
        elif kind is c.SUBPATTERN:
            yield from leaves(list(value[3]))
        elif kind is c.ATOMIC_GROUP:
            yield from leaves(list(value))
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            yield from leaves(list(value[2]))
        elif kind in (c.ASSERT, c.ASSERT_NOT):
            yield from leaves(list(value[1]))


def as_seen(text: str, items: list[Any]) -> tuple[tuple[bool, ...], ...]:
    """What an expression of these items sees of a text. Two texts of which it sees the same take the same steps."""
    return tuple(tuple(suits(item, sign) for item in items) for sign in text)


def growth(pattern: str, *, anywhere: bool = True) -> float:
    """How many times the steps twice the text takes, at the worst."""
    found = 1.0
    matcher = Matcher(pattern)
    items = list(leaves(list(matcher.tree)))
    alike = {(as_seen(before, items), as_seen(pump, items)): (before, pump) for before, pump in worst(pattern)}
    for before, pump in alike.values():
        try:
            few = matcher.count(before + pump * SHORT + END, anywhere=anywhere)
            many = matcher.count(before + pump * LONG + END, anywhere=anywhere)
        except TooLong:
            return float("inf")
        found = max(found, many / max(few, 1))
    return found


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(\d|\d\d)*x", r"(\s*a\s*)*b", r"^(\w+\s?)*$", r"a*a*a*a*b", r"(a|a)*c"]
)
def test_an_expression_that_runs_for_ever_is_known(pattern: str) -> None:
    """The check itself: each of these is found out."""
    assert growth(pattern) > MOST


@pytest.mark.parametrize("pattern", [r"^[a-z2-7]{26}$", r"\d+-\d+", r"<[^>]*>", r"(?:ab)+c", r"第[一二三]+条"])
def test_an_honest_expression_passes(pattern: str) -> None:
    """What every page uses is not called a danger."""
    assert growth(pattern) <= MOST


def test_no_expression_of_the_court_runs_for_ever() -> None:
    """Each expression in the source, whoever's text it is held against."""
    known, wrong = list(expressions()), []
    assert {where.partition(":")[0] for where, pattern, _ in known if not pattern} == set(MADE_LATER)
    known += [(where, pattern, False) for where, patterns in MADE_LATER.items() for pattern in patterns]
    known += [("odr/assist/checks/kinds.py", pattern, False) for pattern in WITH_LISTS]
    for where, pattern, anywhere in known:
        worst_of_it = growth(pattern, anywhere=anywhere) if pattern else 0
        if worst_of_it > MOST:
            wrong.append(f"{where}: {pattern[:80]} ({worst_of_it:.1f} times)")
    assert wrong == []
    assert len([pattern for _, pattern, _ in known if pattern]) > 90
