"""``docs/law.md``: every article that concerns this court, and where it stands in the program, with the test that shows it.

What is built is found: articles cited by acts, guards, bars, time limits, rules and code. What is not, and why, is told
in ``articles.toml`` beside this file; a line there for an article that is built, and a gap, are refused.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from odr.procedure.acts.reference import row
from odr.procedure.acts.table import ActTable, Bar

HOUSE = Path(__file__).resolve().parents[2]
TESTS = HOUSE.parent / "tests"
NAMES_ONLY = {"test_law_table.py", "test_tutorials.py"}
"""Tests that name articles and acts and show none of them."""
DATA = Path(__file__).with_name("articles.toml")
PACK = HOUSE / "procedure" / "packs" / "cn"
HEAD = """# The law and this court, article by article

Written by `make docs` from what acts, guards, bars, time limits, the rules of `cn` and the code cite, from the tests, and from
`odr/operations/docs/articles.toml`. Change those, not this page: a test compares.

*built* says where an article stands and which tests show it; *missing*, that it concerns this court and is not there yet;
*not applicable*, why it asks nothing of this program. What an article says is to be read in the article.
"""
STANDS = {"missing": "**missing**", "built": "built", "not_applicable": "not applicable"}
MOST = 4
"""Names in one cell; the rest is counted."""
Article = tuple[str, int]


class LawTableWrong(Exception):
    """The table of articles and the program do not agree; the message says where."""


@dataclass
class Standing:
    """Where one article stands in the program."""

    acts: list[str] = field(default_factory=list)
    guards: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def by_somebody(self) -> bool:
        """Whether an act or a guard rests on it, not only a rule or a remark."""
        return bool(self.acts or self.guards)

    @property
    def words(self) -> str:
        """Where it stands, acts first; code only where nothing else names it."""
        found = [*_cell("act", self.acts), *_cell("guard", self.guards), *_cell("rules", self.rules)]
        return "; ".join(found or _cell("code", self.files))


@dataclass(frozen=True)
class Rest:
    """A line of the data: articles nothing rests on by name."""

    numbers: tuple[int, ...]
    articles: str
    about: str
    stands: str
    why: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Law:
    """One law of the table."""

    tag: str
    title: str
    last: int
    rest: tuple[Rest, ...]
    shown_by: Mapping[int, tuple[str, ...]]
    """Tests of articles that no test names in its words."""


def law_page(table: ActTable, bars: Iterable[Bar], data: Path = DATA) -> str:
    """The whole page in Markdown. Raises LawTableWrong."""
    laws = read_laws(data)
    tags = {law.tag for law in laws}
    standing, tests = found_standing(table, bars, tags), TestsOfArticles(TESTS, tags)
    parts = [HEAD]
    for law in laws:
        parts += _law(law, {n: s for (tag, n), s in standing.items() if tag == law.tag}, tests)
    return "\n".join(parts).rstrip() + "\n"


def numbers(written: str) -> tuple[int, ...]:
    """``"45–48, 50 to 52, 211(10)"`` as numbers, up to what is no number any more."""
    found: list[int] = []
    for part in re.sub(r"\([^)]*\)", "", written).split(","):
        match = re.match(r"\s*(\d+)(?:\s*(?:–|-|to)\s*(\d+))?", part)
        if match is None:
            break
        first, last = int(match[1]), int(match[2] or match[1])
        found += range(first, last + 1) if first <= last else [first]
    return tuple(found)


def articles_in(text: str, tags: Iterable[str]) -> Iterator[Article]:
    """Every article a text cites by its tag."""
    for match in re.finditer(rf"\b({'|'.join(sorted(tags))}) (\d[\d ,()–-]*(?:to \d+)?)", text):
        yield from ((match[1], number) for number in numbers(match[2]))


def read_laws(path: Path = DATA) -> list[Law]:
    """The data, checked: no article twice, none beyond the last."""
    found = []
    for tag, law in tomllib.loads(path.read_text(encoding="utf-8")).items():
        rest = tuple(
            Rest(
                numbers(one["articles"]),
                one["articles"],
                one["about"],
                one["as"],
                one.get("why") or f"`{one['by']}`",
                tuple(one.get("tests", ())),
            )
            for one in law["rest"]
        )
        shown = {int(number): tuple(tests) for number, tests in law.get("shown_by", {}).items()}
        twice = [n for n, times in Counter(n for one in rest for n in one.numbers).items() if times > 1]
        if twice:
            raise LawTableWrong(f"{tag}: articles {twice} stand twice in {path.name}")
        found.append(Law(tag, law["title"], law["last"], rest, shown))
    return found


def found_standing(table: ActTable, bars: Iterable[Bar], tags: set[str]) -> dict[Article, Standing]:
    """Where every cited article stands."""
    found: dict[Article, Standing] = defaultdict(Standing)
    for act in table:
        for article in _in(act.source, tags):
            found[article].acts.append(act.name)
        for guard in act.guards:
            for article in _in(guard.source, tags):
                found[article].guards.append(guard.check.__name__)
    for bar in bars:
        for article in _in(bar.source, tags):
            found[article].guards.append(bar.check.__name__)
    for where, cited in _rules():
        for article in articles_in(cited, tags):
            found[article].rules.append(where)
    for path in sorted(HOUSE.rglob("*.py")):
        for article in set(articles_in(path.read_text(encoding="utf-8"), tags)):
            found[article].files.append(str(path.relative_to(HOUSE.parent)))
    return found


def _in(source: Iterable[str], tags: set[str]) -> set[Article]:
    return {article for cited in source for article in articles_in(cited, tags)}


def _rules() -> Iterator[tuple[str, str]]:
    """Every citation in the rules, with the section it stands in."""
    for path in sorted(PACK.rglob("*.toml")):
        if path.name != "law.toml":
            yield from _cited(tomllib.loads(path.read_text(encoding="utf-8")), ())


def _cited(value: Any, at: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _cited(inner, (*at, key))
    elif isinstance(value, list):
        for inner in value:
            yield from _cited(inner, at)
    elif isinstance(value, str) and re.match(r"[A-Z]{2,8} \d", value):
        yield ".".join(at[:3]).removeprefix("windows.rules."), value


def _cell(kind: str, names: list[str]) -> list[str]:
    once = sorted(set(names))
    more = f" and {len(once) - MOST} more" if len(once) > MOST else ""
    return [f"{kind} {', '.join(f'`{name}`' for name in once[:MOST])}{more}"] if once else []


class TestsOfArticles:
    """Which tests show an article: those that name it in their words, else those that do the act resting on it."""

    def __init__(self, folder: Path, tags: set[str]) -> None:
        self._named: dict[Article, Counter[str]] = defaultdict(Counter)
        self._texts: dict[str, str] = {}
        for path in sorted(path for path in folder.rglob("test_*.py") if path.name not in NAMES_ONLY):
            text, name = path.read_text(encoding="utf-8"), str(path.relative_to(folder))
            self._texts[name] = text
            for words in _docstrings(text):
                for article in articles_in(words, tags):
                    self._named[article][name] += 1

    def of(self, article: Article, standing: Standing) -> list[str]:
        """At most two files."""
        named = self._named.get(article)
        if named:
            return [name for name, _ in sorted(named.items(), key=lambda one: (-one[1], one[0]))[:2]]
        for names in (standing.acts, standing.rules):
            found = [
                name for name, text in self._texts.items() if any(f'"{one.split(".")[-1]}"' in text for one in names)
            ]
            if found:
                return sorted(found, key=lambda name: (len(self._texts[name]), name))[:1]
        return []


def _docstrings(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield ast.get_docstring(node) or ""


def _law(law: Law, standing: dict[int, Standing], tests: TestsOfArticles) -> Iterator[str]:
    told = {number: one for one in law.rest for number in one.numbers}
    wrong = sorted(number for number in told.keys() & standing.keys() if standing[number].by_somebody)
    standing = {number: one for number, one in standing.items() if number not in told}
    gaps = sorted(set(range(1, law.last + 1)) - told.keys() - standing.keys())
    beyond = sorted(number for number in {*told, *standing} if number > law.last)
    for what, found in (("are cited and told as not built", wrong), ("are missing", gaps), ("do not exist", beyond)):
        if found:
            raise LawTableWrong(f"{law.tag}: articles {found} {what} (odr/operations/docs/{DATA.name})")
    count = Counter({"built": len(standing)}) + Counter({one.stands: 0 for one in law.rest})
    for one in law.rest:
        count[one.stands] += len(one.numbers)
    yield f"## {law.tag}: {law.title}\n"
    yield ", ".join(f"{count[key]} {STANDS[key].strip('*')}" for key in ("built", "missing", "not_applicable")) + ".\n"
    yield row("Article", "Stands", "Where, or why", "Shown by")
    yield "|---|---|---|---|"
    lines = [(n, _built(law, n, one, tests)) for n, one in standing.items()]
    lines += [(one.numbers[0], _rest(law, one)) for one in law.rest]
    yield from (line for _, line in sorted(lines))
    yield ""


def _built(law: Law, number: int, standing: Standing, tests: TestsOfArticles) -> str:
    shown = list(law.shown_by.get(number, ())) or tests.of((law.tag, number), standing)
    return row(f"{law.tag} {number}", "built", standing.words, _shown(law, str(number), shown))


def _rest(law: Law, one: Rest) -> str:
    why = f"{one.about}: {one.why}"
    shown = _shown(law, one.articles, list(one.tests)) if one.stands == "built" else "–"
    return row(f"{law.tag} {one.articles}", STANDS[one.stands], why, shown)


def _shown(law: Law, articles: str, names: list[str]) -> str:
    gone = [name for name in names if not (TESTS / name).is_file()]
    if gone or not names:
        raise LawTableWrong(f"{law.tag} {articles}: " + (f"no test {gone}" if gone else "built, and no test shows it"))
    return ", ".join(f"`tests/{name}`" for name in names)
