"""Every text people read is there in both languages, with the same facts in it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import babel_extract
from jinja2.lexer import TOKEN_DATA

from odr.ground.text import TRANSLATIONS, places
from odr.operations.docs.law_table import read_laws
from odr.procedure.rules.citation import places as places_of_law
from odr.procedure.rules.registry import PackRegistry
from tests.parsed import files, nodes_of

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
CATALOGUES = sorted((TRANSLATIONS / "zh_Hans" / "LC_MESSAGES").glob("*.po"))
EXTENSIONS = ("jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n")


@cache
def used() -> dict[str, str]:
    """Every message in the program and its templates → the first place it stands."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "odr").rglob("*.py")):
        with path.open("rb") as file:
            for line, _, message, _ in extract_python(file, {"T": None}, [], {"encoding": "utf-8"}):
                found.setdefault(_one(message), f"{path.relative_to(ROOT)}:{line}")
    options = {"extensions": ",".join(EXTENSIONS), "silent": "false", "encoding": "utf-8"}
    for path in template_files():
        with path.open("rb") as file:
            for line, _, message, _ in babel_extract(file, ("_", "gettext", "T"), [], options):
                found.setdefault(_one(message), f"{path.relative_to(ROOT)}:{line}")
    found.pop("", None)
    return found


def _one(message: str | tuple[str | None, ...]) -> str:
    return message if isinstance(message, str) else str(message[0])


def template_files() -> list[Path]:
    """The templates people read; typst documents get all their words as data."""
    return sorted(
        path
        for path in TEMPLATES.rglob("*")
        if path.suffix in (".html", ".txt", ".jinja") and "govuk_frontend_jinja" not in path.parts
    )


@cache
def translated() -> dict[str, dict[str, str]]:
    """Message → catalogue → its Chinese."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                if message.id and message.string:
                    found[_one(message.id)][path.name] = str(message.string)
    return found


def test_every_message_has_its_chinese() -> None:
    """No reader of Chinese meets an English sentence: each message stands in a catalogue."""
    assert [f"{where}: {message}" for message, where in used().items() if message not in translated()] == []


def test_a_translation_has_the_same_places() -> None:
    """A translation names every fact its message names, and no other: no sum or date is lost on the way."""
    wrong = [
        f"{name}: {message}"
        for message, by_file in translated().items()
        for name, chinese in by_file.items()
        if places(message) != places(chinese)
    ]
    assert wrong == []


def test_a_catalogue_has_no_sentence_that_nobody_says() -> None:
    """What the court says no more is in no catalogue of a room; what it may have kept in its records stands with the former ones."""
    said = used()
    assert [
        f"{name}: {message}"
        for message, by_file in translated().items()
        if message not in said
        for name in by_file
        if name != "former.po"
    ] == []


LAW = re.compile(r"\[=?([A-Z]{2,8} \d[^\[\]]*)\]")
"""Where a sentence names its law (odr.ground.text.with_law)."""
BY_ITSELF = re.compile(
    r"\b[Aa]rt(?:icles?|s?\.) ?\d|》第[一二三四五六七八九十百零]+条|第[一二三四五六七八九十百零]{2,}条"
)
"""A sentence that writes an article out."""
EXAMPLES = {"For example CPL 122."}
"""What may be typed, in the Chinese of its reader."""


def test_no_sentence_writes_its_law_out() -> None:
    """The law of a country is in its rules: a sentence marks the article, and readers of a court that applies no such law are not
    told of it.
    """
    mine = {message: translated()[message].values() for message in used() if message in translated()}
    assert [
        message
        for message, chinese in mine.items()
        if message not in EXAMPLES and any(BY_ITSELF.search(one) for one in (message, *chinese))
    ] == []


def test_a_translation_names_the_same_law() -> None:
    """Every article a sentence names stands in its Chinese, and no other; each is of a law of the rules, and there is such an article."""
    sources = PackRegistry.load().versions("cn")[-1].sources
    last = {one.tag: one.last for one in read_laws()}
    named = {message: LAW.findall(message) for message in used() if LAW.search(message)}
    assert len(named) > 250
    for message, marks in named.items():
        for chinese in translated()[message].values():
            assert sorted(LAW.findall(chinese)) == sorted(marks), message
        for tag, place in (one for mark in marks for one in places_of_law(sources, mark)):
            assert tag in sources, message
            article = re.fullmatch(r"(\d+)(\(\d+\))?", place)
            assert article and int(article[1]) <= last.get(tag, 9999), message


A_TIME = re.compile(r"\[time ([a-z_.]+)\]")
"""Where a sentence tells a length of time that the rules set."""
NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
        ]
    )
} | {"twenty": 20, "thirty": 30, "forty": 40, "forty-eight": 48, "sixty": 60, "ninety": 90}
LENGTH = re.compile(
    rf"(?<![-\w])(\d+|{'|'.join(sorted(set(NUMBERS) - {'zero', 'one'}, key=len, reverse=True))})(?:[ -](?!or\b)\w+)??"
    r"[ -](second|minute|hour|day|week|month|year)s?\b",
    re.IGNORECASE,
)
"""A length of time that a sentence writes out."""
IN_CHINESE = re.compile(r"(?:\d+|[二两三四五六七八九十百]+) ?(?:个工作日|日内|天内|小时内|个月|年内)")
DAYS = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30.5, "year": 365}
LENGTHS = ROOT / "tests" / "lengths.tsv"


def lengths_by_hand() -> dict[str, str]:
    """The beginning of a sentence that writes a length out → where the number is kept, or why it is no rule."""
    lines = LENGTHS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))


def told_lengths(message: str) -> list[timedelta]:
    """The lengths a sentence writes out, in days of twenty-four hours."""
    return [
        timedelta(days=DAYS[unit.lower()] * (NUMBERS[number.lower()] if number.lower() in NUMBERS else int(number)))
        for number, unit in LENGTH.findall(message)
    ]


def kept_at(place: str) -> timedelta:
    """What stands at ``module:NAME`` or ``module:NAME[KEY]``."""
    module, name, key = re.fullmatch(r"([\w.]+):(\w+)(?:\[(\w+)\])?", place).groups()  # type: ignore[union-attr]
    found = getattr(import_module(module), name)
    if key is not None:
        found = next(value for each, value in found.items() if each.name == key)
    assert isinstance(found, timedelta), place
    return found


def test_no_sentence_tells_a_length_that_is_kept_somewhere_else() -> None:
    """A length of time that a law sets is in the rules, and a sentence marks it; of one that is the house's own the sentence and the
    place where it is kept say the same. Nobody who changes the one leaves the other behind.
    """
    by_hand, seen = lengths_by_hand(), set()
    for message in used():
        told = told_lengths(message)
        if not told and not any(IN_CHINESE.search(one) for one in translated().get(message, {}).values()):
            continue
        begun = next((each for each in by_hand if message.startswith(each)), None)
        assert begun is not None, f"mark the length as the rules set it, [time …], or say where it is kept: {message}"
        seen.add(begun)
        if ":" in (where := by_hand[begun]) and not where.startswith("-"):
            kept = [kept_at(place) for place in where.split(", ")]
            # Three months are kept as 92 days.
            assert len(told) == len(kept), message
            assert all(abs(one - other) <= other / 50 for one, other in zip(told, kept, strict=True)), message
    assert seen == set(by_hand), "a line of the list that no sentence needs"


def test_a_translation_tells_the_same_time() -> None:
    """Every length of time that a sentence marks stands in its Chinese, and no other; the rules of this court set each."""
    pack = PackRegistry.load().versions("cn")[-1]
    marked = {message: A_TIME.findall(message) for message in used() if A_TIME.search(message)}
    assert len(marked) > 80
    for message, marks in marked.items():
        assert all(pack.length(mark) is not None for mark in marks), message
        for chinese in translated()[message].values():
            assert sorted(A_TIME.findall(chinese)) == sorted(marks), message


def test_a_length_is_told_with_its_unit() -> None:
    """The figure of a time limit is no number of days: the rules may count working days, months or hours."""
    assert [
        f"{where}: {keyword.arg}"
        for where, node in messages_in_python()
        for keyword in node.keywords
        if isinstance(keyword.value, ast.Attribute)
        and keyword.value.attr == "amount"
        and keyword.arg in ("days", "months", "time", "length", "abroad")
    ] == []


def test_a_translation_is_chinese() -> None:
    """A translation has Chinese characters in it, unless the message itself has no word to translate."""
    wrong = []
    for message, by_file in translated().items():
        words = re.sub(r"%\(\w+\)s", "", message)
        for name, chinese in by_file.items():
            if re.search(r"[a-z]{3}", words) and not re.search(r"[\u4e00-\u9fff]", chinese):
                wrong.append(f"{name}: {message}")
    assert wrong == []


def test_no_two_catalogues_contradict_each_other() -> None:
    """The same message reads the same everywhere: rooms that share one agree on its Chinese."""
    assert [
        f"{message}: {by_file}" for message, by_file in translated().items() if len(set(by_file.values())) > 1
    ] == []


def test_nothing_is_half_translated() -> None:
    """No translation is marked as uncertain (fuzzy), left empty, or given twice in one catalogue."""
    wrong = []
    for path in CATALOGUES:
        with path.open("rb") as file:
            wrong += [
                f"{path.name}: {message.id}"
                for message in read_po(file, locale="zh_Hans")
                if message.id and (message.fuzzy or not message.string)
            ]
        ids = [
            _joined(block)
            for block in re.findall(r'^msgid ((?:".*"\n)+)', path.read_text(encoding="utf-8"), re.MULTILINE)
        ]
        wrong += [f"{path.name}: twice {each}" for each in sorted({each for each in ids if ids.count(each) > 1})]
    assert wrong == []


LOOKED_FOR = {"get_by_label", "get_by_text", "get_by_title", "to_contain_text", "not_to_contain_text", "to_have_text"}
"""By which a test of the browser finds its place by words, the first of what is given."""
NOT_OF_THE_COURT = {
    "海云信息技术有限公司",
    "Wang Li",
    "Haiyun",
    "8,000",
    "“main” held this hearing",
    "I would dismiss it.",
    "The label was not true.",
    # Put together by the page's script, or of whole messages.
    "0 of 1 file",
    "1 of 1 file",
    "60 seconds behind",
    "interprets",
    "Yi and Chinese, with what is said quietly beneath",
    "Uyghur and Chinese, with what is said quietly beneath",
}
"""What tests of the browser look for that somebody typed, or that stands in no catalogue as it is read."""


def test_the_words_a_browser_is_looked_through_for_are_words_of_the_court() -> None:
    """Whoever renames a button finds here, in seconds, every walk in the browser that presses it by the old name; and no test says
    of words which no page has any more that they are not there.
    """
    whole = {text for message, by_file in translated().items() for text in (message, *by_file.values())}
    # A word alone is a message; of several in a row it is enough that they stand in one.
    own = "\n".join(whole) + "\n".join(path.read_text(encoding="utf-8") for path in template_files())
    filled = [_begun(message) for message in translated() if re.match(r"[^%]*\w{3}[^%]*%\(", message)]
    strange = [
        f"{path.name}: {words}"
        for path in files("tests")
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        for words in _looked_for(node, node.func.attr)
        if words not in NOT_OF_THE_COURT
        and words not in whole
        and not ((" " in words or not words.isascii()) and words in own)
        and not any(each.match(words) for each in filled)
    ]
    assert strange == []


def _looked_for(call: ast.Call, by: str) -> list[str]:
    """The words by which a call looks for something on a page; of words with a value in them, those around it."""
    given = [
        each.value
        for each in call.keywords
        if each.arg in (("name", "has_text") if by == "get_by_role" else ("has_text",))
    ]
    given += call.args[:1] if by in LOOKED_FOR else []
    parts = [part for each in given for part in (each.values if isinstance(each, ast.JoinedStr) else [each])]
    found = [part.value.strip() for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return [words for words in found if len(words) > 2]


def _begun(message: str) -> re.Pattern[str]:
    """A message with anything in its places, whole or its beginning as far as one of them; it begins with words of its own."""
    first, *rest = [re.escape(each.strip()) for each in re.split(r"%\(\w+\)s", message)]
    pattern = ""
    for each in reversed(rest):
        pattern = rf"(?:.+?{each}{pattern}|$)"
    return re.compile(rf"{first}\s*{pattern}$", re.DOTALL)


def _joined(block: str) -> str:
    """The message id of a block of quoted lines."""
    return "".join(ast.literal_eval(line) for line in block.splitlines())


@cache
def messages_in_python() -> list[tuple[str, ast.Call]]:
    """Every ``T(...)`` in the program with the place it stands."""
    found = []
    for path in sorted((ROOT / "odr").rglob("*.py")):
        for node in nodes_of(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "T":
                found.append((f"{path.relative_to(ROOT)}:{node.lineno}", node))
    return found


@pytest.mark.slow
def test_a_message_is_written_out_where_it_is_used() -> None:
    """``T(...)`` is given the sentence itself: one put together at run time is in no catalogue."""
    written_out = [
        where for where, node in messages_in_python() if node.args and isinstance(node.args[0], ast.Constant)
    ]
    assert [where for where, _ in messages_in_python() if where not in written_out] == []


def test_a_message_is_given_the_facts_it_names() -> None:
    """``T("… %(fee)s", fee=…)`` gives exactly the facts its sentence names, so rendering never fails before a person."""
    wrong = []
    for where, node in messages_in_python():
        message, named = node.args[0], {keyword.arg for keyword in node.keywords}
        if isinstance(message, ast.Constant) and None not in named and places(str(message.value)) != named:
            wrong.append(f"{where} {message.value}")
    assert wrong == []


WRITTEN = "\ue000"
"""Stands for what a template writes at run time."""
SAME_EVERYWHERE = {
    "PDF",
    "SHA-256",
    "API",
    "JSON",
    "QR",
    "ID",
    "HTML",
    "CSV",
    "OpenAPI",
    "RFC",
    "URL",
    "English",
    "Apache-2.0",
    "UTC",
    "XML",
    "ZIP",
}
"""Names that are the same in both languages, and the language's own name for itself."""
READ_ALOUD = {"alt", "title", "placeholder", "aria-label", "aria-description", "data-label", "content-text"}


class Loose(HTMLParser):
    """Collects the words of a template that no translation reaches."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[tuple[int, str]] = []
        self._quiet: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        silent = tag in ("script", "style", "code", "kbd", "samp", "pre") or ("translate", "no") in attrs
        void = tag in ("br", "hr", "img", "input", "link", "meta", "source", "wbr", "col", "area", "track")
        if not void and (silent or self._quiet):
            self._quiet.append(tag)
        for name, value in attrs:
            if name in READ_ALOUD and value and not self._quiet:
                self._look(value)

    def handle_endtag(self, tag: str) -> None:
        if self._quiet and tag in self._quiet:
            while self._quiet.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self._look(data)

    def _look(self, text: str) -> None:
        for part in text.split(WRITTEN):
            left = [word for word in re.findall(r"[A-Za-z][\w.\-]+", part) if word not in SAME_EVERYWHERE]
            if left:
                self.words.append((self.getpos()[0], " ".join(left)))


def loose_words(source: str) -> Iterator[tuple[int, str]]:
    """Line and words outside ``_()`` in a template's own text."""
    environment = Environment(extensions=EXTENSIONS)
    text = ""
    depth = 0
    for _, kind, value in environment.lexer.tokeniter(source, None):
        if kind == TOKEN_DATA and depth == 0:
            text += value
            continue
        depth += {"variable_begin": 1, "variable_end": -1}.get(kind, 0)
        text += WRITTEN if kind == "variable_begin" else "\n" * value.count("\n")
    parser = Loose()
    parser.feed(text)
    parser.close()
    yield from parser.words


def test_templates_have_no_words_of_their_own() -> None:
    """Every word in a template goes through ``_()``: what is typed straight into it is never translated."""
    wrong = []
    for path in template_files():
        wrong += [
            f"{path.relative_to(ROOT)}:{line} {words}" for line, words in loose_words(path.read_text(encoding="utf-8"))
        ]
    assert wrong == []


LATIN_STOP = re.compile(r"(?<!number )\}\}\.(?=[ <{])")


def test_no_sentence_ends_in_a_stop_typed_into_a_template() -> None:
    """Chinese ends a sentence with another mark: the stop after a value is translated; after a list number it stands."""
    assert LATIN_STOP.search("{{ a }}. {{ b }}") and not LATIN_STOP.search("{{ r.number }}. {{ b }}")
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in template_files()
        if path.parent.name != "letters"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if LATIN_STOP.search(line)
    ]
    assert wrong == []


def test_the_search_for_loose_words_finds_them() -> None:
    """The check above sees text, attributes and text behind a tag, and not what is translated, code or a name."""
    source = (
        '{% set a = "not read" %}\n<p title="Loose one">{{ _("fine") }} loose {{ two }}</p>\n'
        '<code>sha256sum -c</code><b translate="no">Brand</b> PDF {# no #}<i alt="{{ x }}">三</i>'
    )
    assert list(loose_words(source)) == [(2, "Loose one"), (2, "loose")]


def test_extraction_sees_python_and_templates() -> None:
    """Messages are really found: one of the ground's own errors is among them."""
    assert "There is nothing here, or it is not yours to see." in used()
