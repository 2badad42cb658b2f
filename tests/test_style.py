"""The style of letters, labels and messages: ``docs/style.md`` states the rules, this holds every message to them."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from odr.ground.text import T, Text, places, side_by_side
from odr.procedure.acts.table import TABLE, Everyone
from odr.procedure.time.written_working import text_from_json, text_to_json
from tests.parsed import files, nodes_of
from tests.service.test_what_letters_say import every_occasion
from tests.test_translations import translated, used

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
PACKS = TEMPLATES.parent / "odr" / "procedure" / "packs"

PAGE = Path(__file__).resolve().parent.parent / "docs" / "style.md"
PLACE = re.compile(r"%\(\w+\)s")


@dataclass(frozen=True)
class Rule:
    """A rule of the page: what it refuses in each language, and what is allowed all the same."""

    name: str
    english: re.Pattern[str] | None
    chinese: re.Pattern[str] | None
    unless: re.Pattern[str] | None

    def refuses(self, text: str, *, chinese: bool) -> bool:
        """Whether a text breaks the rule; what is allowed is taken out first."""
        pattern = self.chinese if chinese else self.english
        left = self.unless.sub("", text) if self.unless is not None else text
        return pattern is not None and pattern.search(left) is not None


@dataclass(frozen=True)
class Pair:
    """A text before and after, in both languages."""

    number: str
    rule: str
    before: str
    after: str
    before_zh: str
    after_zh: str


def rows(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head; a ``|`` in a cell is written ``\\|``."""
    part = PAGE.read_text("utf-8").split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def pattern(cell: str) -> re.Pattern[str] | None:
    """A regular expression of the page."""
    return None if cell == "–" else re.compile(cell.strip("`"))


@cache
def rules() -> list[Rule]:
    """The rules the page states."""
    return [
        Rule(name.strip("`"), pattern(en), pattern(zh), pattern(unless)) for name, _, _, en, zh, unless in rows("Rules")
    ]


@cache
def pairs() -> list[Pair]:
    """The pairs the page shows."""
    return [
        Pair(number, rule.strip("`"), before, after, before_zh, after_zh)
        for number, rule, _, before, after, before_zh, after_zh in rows("Pairs")
    ]


def broken(text: str, *, chinese: bool) -> list[str]:
    """Names of the rules a text breaks."""
    return [rule.name for rule in rules() if rule.refuses(text, chinese=chinese)]


def test_the_page_has_its_rules_and_pairs() -> None:
    """At least thirty pairs; each names a rule of the page or is for readers only."""
    names = {rule.name for rule in rules()}
    assert len(pairs()) >= 30 and len(names) == len(rules()) >= 12
    assert [pair.number for pair in pairs() if pair.rule not in names | {"–"}] == []


@pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair.number)
def test_a_pair_is_right_by_the_rules(pair: Pair) -> None:
    """What was refused is seen by its rule in at least one language; what stands now breaks none in either."""
    assert broken(pair.after, chinese=False) == [] and broken(pair.after_zh, chinese=True) == []
    if pair.rule != "–":
        seen = {*broken(pair.before, chinese=False), *broken(pair.before_zh, chinese=True)}
        assert pair.rule in seen


def test_every_rule_refuses_something_of_the_pairs() -> None:
    """A rule nobody has seen at work may have stopped working."""
    assert {rule.name for rule in rules()} - {pair.rule for pair in pairs()} == set()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_every_message_keeps_to_the_rule(rule: Rule) -> None:
    """All that templates and program say, in English and in Chinese."""
    wrong = []
    for message, where in used().items():
        if rule.refuses(message, chinese=False):
            wrong.append(f"{where}: {message}")
        for name, chinese in translated().get(message, {}).items():
            if name != "former.po" and rule.refuses(PLACE.sub("%s", chinese), chinese=True):
                wrong.append(f"{name}: {chinese}")
    assert wrong == []


def test_a_letter_names_what_came() -> None:
    """No letter of an act is called by a word that says nothing; two different papers have two names where they can."""
    titles = {act.name: act.letter.title.msgid for act in TABLE if act.serves is not Everyone.NOBODY and act.letter}
    assert [name for name, title in titles.items() if len(title.split()) < 2] == []


GLUED = re.compile(
    r"(?:\}\}|</a>|</b>|</strong>|</bdi>|</code>)[:,;] (?=<|\{\{|\{%)| \(\{\{(?:(?!\}\}).)*\}\}\)"  # a sign after a value
    r"|\{% ?end\w+ ?%\}[:,;] |join\([\"'][:,;(]|\{\{ ?[\"'][:,;] [\"']|[\"'][:,;] [\"'] if |~ ?[\"'][:,;(]"  # written as a value
)


def test_no_template_glues_words_by_a_half_width_sign() -> None:
    """Between two parts of a line stands the sign of the reader's language, full-width in Chinese, never one of the page's."""
    wrong = [
        f"{path.relative_to(TEMPLATES)}:{number}"
        for path in sorted(TEMPLATES.rglob("*.*"))
        if path.suffix in (".html", ".txt") and path.parent.name != "letters"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if GLUED.search(line)
    ]
    assert wrong == []


SIGNS = re.compile(r"[,;:] | \(")
OF_MACHINES = re.compile(
    r"odr/(?:notary|operations|training|api|procedure/audit)/"  # logs, commands, the audit's list: one language, read by who runs the court
    r"|.*/(?:cli|audit|triggers|headers|declared|activation|mime|email|sms|seller|messenger|webpage/devtools)\.py$"
    r"|odr/(?:app|ground/(?:config|typeset|logs|db|migrate)|web/guards)\.py$"
    r"|odr/procedure/(?:acts/(?:reference|act_versions|table)|rules/(?:pack|certified_claims|citation)|outages/sweep|time/limitation)\.py$"
    r"|odr/evidence/(?:store/integrity_check|kit/(?:bag|verifier|received_case_files))\.py$|odr/payments/(?:stripe/.*|books/payment_receipts)\.py$"
    r"|odr/judgment/enforcement/audit\.py$|odr/service/sending/dispatch\.py$"
    r"|odr/insight/distribution/check_draw\.py$|odr/procedure/rules/insight\.py$"
    r"|odr/hearing/live/transcript/engine\.py$|odr/hearing/live/media/"  # the control channel, its operators' lines, and the verifier, which says each in both languages
    r"|odr/procedure/rules/redaction\.py$|odr/register/(?:publication/check_register|enforcement_list/check_list|redaction/(?:apply|names_model))\.py$"
)
"""Modules that put together what machines or operators read, or articles that a pack then writes in both languages."""


def glued_in(nodes: Iterable[ast.AST]) -> list[int]:
    """Lines where two values are put side by side with a half-width sign between them, by ``join`` or in an f-string."""
    found = []
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            between = [node.func.value]
        elif isinstance(node, ast.JoinedStr):
            between = [part for part in node.values[1:] if isinstance(part, ast.Constant)]
        else:
            continue
        if any(isinstance(part, ast.Constant) and SIGNS.fullmatch(str(part.value)) for part in between):
            found.append(node.lineno)
    return found


def test_no_program_glues_words_by_a_half_width_sign() -> None:
    """Exhibits and names one after another, and who says what, stand in Chinese with Chinese signs: ``side_by_side`` writes them."""
    for planted in ('", ".join(labels)', 'f"{who}: {words}"', 'f"{what} ({where})"'):
        assert glued_in(ast.walk(ast.parse(planted))) == [1]
    wrong = []
    for path in files():
        name = str(path.relative_to(TEMPLATES.parent))
        if not OF_MACHINES.match(name):
            wrong += [f"{name}:{line}" for line in glued_in(nodes_of(path))]
    assert wrong == []


BETWEEN = (
    re.compile(
        r"""[.?!”]"(?:, [^{}]*)?\) \}\}(?:</b>|</strong>|</a>|\{% ?(?:endif|endfor|else)[^%]*%\})*[ \n]+"""
        r"""(?:\{% ?if[^%]*%\})?(?:<a [^>]*>)?\{\{ ?_\("[A-Z“]"""
    ),
    re.compile(r"""\bhelp \| text \}\}[ \n]+\{\{ ?_\("[A-Z]"""),
)
"""A sentence, then a blank of the template, then the next: Chinese has nothing there."""


def test_no_template_puts_a_blank_between_two_sentences() -> None:
    """The reader's language says what stands between them: ``{{ " " | sign }}``, nothing in Chinese."""
    pages = [path for path in sorted(TEMPLATES.rglob("*.html")) if "letters" not in path.parts]
    written = {path: path.read_text("utf-8") for path in pages}
    assert sum(text.count('{{ " " | sign') for text in written.values()) > 100
    wrong = [
        f"{path.relative_to(TEMPLATES)}: {found[0][-60:]}"
        for path, text in written.items()
        for pattern in BETWEEN
        for found in pattern.finditer(text)
    ]
    assert wrong == []


def test_a_list_has_the_signs_of_its_reader() -> None:
    """C-1、C-2 in Chinese, C-1, C-2 in English; who says what has a full-width colon; amounts and labels are the reader's too."""
    said = side_by_side((side_by_side(("C-1", T("Authentic")), ":"), side_by_side(("C-2", T("Authentic")), ":")), ";")
    assert (
        side_by_side(["C-1", "C-2"]).render("en") == "C-1, C-2"
        and side_by_side(["C-1", "C-2"]).render("zh-Hans") == "C-1、C-2"
    )
    assert said.render("en").count("; ") == 1 and said.render("zh-Hans").startswith("C-1：")
    kept = text_from_json(text_to_json(T("Erased under a rule: %(labels)s", labels=side_by_side(["C-1", "C-2"]))))
    assert kept.render("zh-Hans").endswith("C-1、C-2")


def said_in(value: object) -> Iterator[tuple[str, str]]:
    """Every text of a pack's file with its language."""
    if isinstance(value, dict):
        for key, each in value.items():
            if isinstance(each, str) and key in ("en", "zh"):
                yield key, each
            else:
                yield from said_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from said_in(each)


@pytest.mark.parametrize("name", ["law-by-name"])
def test_what_a_pack_says_keeps_to_the_rule_too(name: str) -> None:
    """What silence costs, and the names of laws, reach people by letters and pages as messages do; a law within a law's name
    stands in single marks.
    """
    rule = next(each for each in rules() if each.name == name)
    wrong = []
    for path in sorted(PACKS.rglob("*.toml")):
        for language, text in said_in(tomllib.loads(path.read_text("utf-8"))):
            title = f"《{text}》" if language == "zh" and path.name == "pack.toml" and "《" in text else text
            if rule.refuses(title, chinese=language == "zh"):
                wrong.append(f"{path.relative_to(PACKS)}: {text}")
    assert wrong == []


def test_guides_speak_of_people_as_they() -> None:
    """What people of the court are told in a guide keeps to the rule for messages: *they*, not *she* or *he*."""
    they = next(rule for rule in rules() if rule.name == "they")
    guides = [*PAGE.parent.glob("for-*.md"), PAGE.parent / "operators.md", PAGE.parent / "glossary.md"]
    assert len(guides) >= 6
    said = [
        f"{guide.name}: {line}"
        for guide in guides
        for line in guide.read_text("utf-8").splitlines()
        if they.refuses(line, chinese=False)
    ]
    assert said == []


def test_the_last_day_of_a_letter_ends_at_its_end_in_both_languages() -> None:
    """What a letter asks for by a day is asked for by the end of it: “by the end of”, and 24时前 (CPL 85)."""
    found = []
    for occasion in every_occasion():
        for words in (occasion.what_next, occasion.when_due):
            if words is None or not {"day", "until"} & places(words.msgid):
                continue
            chinese = Text(words.msgid, {**words.params, "day": "DAY", "until": "DAY"}).render("zh-Hans")
            if re.search(r"\b(by|until) %\((day|until)\)s", words.msgid) or "DAY前" in chinese:
                found.append((occasion.key, words.msgid))
    assert found == []
