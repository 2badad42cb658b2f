"""What the search finds, counts and divides is what reading everything finds (README of the register, 2)."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
import tantivy

from odr.procedure.rules.registry import PackRegistry
from odr.register.publication.check_register import FIRST
from odr.register.redaction.structure import Block, BlockKind, Part, PublicText
from odr.register.search import shelves
from odr.register.search.facts import FactReader, Facts
from odr.register.search.hits import hit_of
from odr.register.search.keeping import Row, Version
from odr.register.search.language import read
from odr.register.search.meant import MOST_UNKNOWN
from odr.register.search.queries import FACETS, Asked, Compiler
from odr.register.search.searching import DEEPEST, Search
from odr.register.search.snippets import passages
from odr.register.search.tokens import phrase
from tests.register.generated_texts import decisions, holds, plain, text

COUNT = 20_000 if os.environ.get("ODR_PROVE") else 2_000
SHELF = 700
"""Decisions of a shelf here, so that every question goes over several."""
Written = tuple[list[Facts], Search]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Generated decisions, on shelves: the last ones added to a shelf that was there."""
    folder = tmp_path_factory.mktemp("search")
    known = list(decisions(COUNT))
    folders = {}
    for number, begin in enumerate(range(0, COUNT, SHELF)):
        mine = known[begin : begin + SHELF]
        name = shelves.write_shelf(folder, number, iter(mine[:-50]))
        assert name is not None and shelves.add(folder / name, iter(mine[-50:])) == 50
        folders[number] = name
    shelves.replace_list(folder, shelves.Shelves(0, FIRST, folders))
    found = shelves.reading(folder).now()
    assert found is not None
    rules = PackRegistry.load().in_force("cn", date(2026, 7, 1))
    return known, Search(Compiler(FactReader(rules), found))


@cache
def _plain(words: str) -> str:
    return plain(words)


def _holds(facts: Facts, needle: str) -> bool:
    wanted = plain(needle).strip(" |")
    return any(f" {wanted} " in _plain(cell) for cell in facts.words)


def _all_of(search: Search, asked: Asked) -> tuple[list[str], int]:
    """Every address of a list, page by page."""
    addresses: list[str] = []
    while True:
        page = search.find(asked, size=97, facets=False)
        addresses += page.addresses
        if page.next is None:
            return addresses, page.total
        asked = replace(asked, after=page.next)


def words_on_disk(folder: Path, prefix: str) -> set[str]:
    """Words that begin so in any index that lies in a folder, also one that is in no list any more. Fails for a file that
    no index knows: its words could not be told.
    """
    found: set[str] = set()
    for path in folder.iterdir():
        if path.is_dir():
            segments = json.loads((path / "meta.json").read_text())["segments"]
            known = {each["segment_id"].replace("-", "") for each in segments}
            others = {each.name for each in path.iterdir() if each.name.split(".")[0] not in known}
            assert all(name.startswith(".") or name == "meta.json" for name in others), others
            searcher = tantivy.Index.open(str(path)).searcher()
            for field in (shelves.WORDS, shelves.PAIRS):
                found |= {word for word, _ in searcher.terms_with_prefix(field, prefix)}
    return found


def _needles(known: list[Facts], lot: random.Random) -> Iterator[str]:
    """One character, two, many; one word, several, and both languages together; from texts and made up."""
    for _ in range(60):
        cell = lot.choice(lot.choice(known).words)
        begin = lot.randrange(len(cell))
        yield cell[begin : begin + lot.choice([1, 1, 2, 2, 3, 4, 7, 15])]
    for _ in range(25):
        yield text(lot, lot.choice([1, 1, 2]))
    yield from ("合", "责任", "inspection", "检验检疫", "food additive", "8000", "3c", "的 court")


def test_hits_and_counts_are_those_of_reading_everything(written: Written) -> None:
    """Phrases of every length in both languages, one-character questions among them: the same decisions, and the number."""
    known, search = written
    tried = 0
    for needle in _needles(known, random.Random(2)):
        if not plain(needle).strip(" |") or needle[:1].isalnum() is False or '"' in needle:
            continue
        # A word that was cut in the middle is another word, for both.
        expected = {facts.address for facts in known if _holds(facts, needle)}
        addresses, total = _all_of(search, Asked(read(f'"{needle}"')))
        assert total == len(expected) == len(addresses), needle
        assert set(addresses) == expected, needle
        tried += 1
    assert tried > 50


def test_a_phrase_far_behind_in_a_long_text_is_found(written: Written) -> None:
    """Beyond the sixteen-thousandth word, where other engines lose the place of words."""
    known, search = written
    long = [facts for facts in known if len(_plain(facts.words[0]).split()) > 16_384]
    assert long
    for needle in ("隐藏很深的一句话", '"hidden deep in the book"', '"话 hidden"'):
        expected = [facts.address for facts in known if holds(facts, needle)]
        assert sorted(_all_of(search, Asked(read(needle)))[0]) == sorted(expected) and len(expected) >= len(long)
    tail = " ".join(_plain(long[0].words[0]).split()[-6:]).replace("|", "。")
    assert long[0].address in _all_of(search, Asked(read(f'"{tail}"')))[0]


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("责任 court", lambda f: _holds(f, "责任") and _holds(f, "court")),
        ("责任 AND NOT court", lambda f: _holds(f, "责任") and not _holds(f, "court")),
        ("NOT 责任", lambda f: not _holds(f, "责任")),
        ("赔偿 OR inspection", lambda f: _holds(f, "赔偿") or _holds(f, "inspection")),
        ("(赔偿 OR label) NOT (的 OR the)", lambda f: (_holds(f, "赔偿") or _holds(f, "label")) and not (_holds(f, "的") or _holds(f, "the"))),
        ("judge:陈瑶 货款", lambda f: "陈瑶" in f.judges and _holds(f, "货款")),
        ("judge:Chen", lambda f: "Chen Yao" in f.judges),
        ("法官:陆清", lambda f: "陆清" in f.judges),
        ("date:2025", lambda f: f.decided_on.year == 2025),
        ("date:2025-03", lambda f: (f.decided_on.year, f.decided_on.month) == (2025, 3)),
        ("date:2025-03-01..2025-12", lambda f: date(2025, 3, 1) <= f.decided_on <= date(2025, 12, 31)),
        ("date:..2024-02", lambda f: f.decided_on <= date(2024, 2, 29)),
        ("article:CPL12", lambda f: "CPL 12" in f.articles),
        ("article:《民事诉讼法》第十二条", lambda f: "CPL 12" in f.articles),
        ("outcome:refused", lambda f: f.outcome == "refused"),
        ("结果:部分支持", lambda f: f.outcome == "granted_in_part"),
        ("amount:1000..20000", lambda f: f.awarded is not None and 100_000 <= f.awarded <= 2_000_000),
        ("amount:..500.50", lambda f: f.awarded is not None and f.awarded <= 50_050),
        ('cause:"online shopping"', lambda f: f.cause == "online_shopping"),
        ("案由:网络服务", lambda f: f.cause == "online_service"),
        ("court:互联网法院", lambda f: f.court == "互联网法院"),
        ("number:(2026)浙0192民初15号", lambda f: f.number == "(2026)浙0192民初15号"),
        ("number:15", lambda f: f.ledger_number == 15),
    ],
)  # fmt: skip
def test_questions_mean_what_they_say(written: Written, question: str, meant: Callable[[Facts], bool]) -> None:
    """AND, OR, NOT, brackets and every field, against reading everything; ordered both ways."""
    known, search = written
    expected = {facts.address for facts in known if meant(facts)}
    addresses, total = _all_of(search, Asked(read(question)))
    assert total == len(expected) and set(addresses) == expected and len(addresses) == total
    best, total = _all_of(search, Asked(read(question), best=True))
    assert total == len(expected) and len(set(best)) == len(best) == min(total, DEEPEST) and set(best) <= expected


def test_the_newest_come_first_and_nothing_is_shown_twice(written: Written) -> None:
    """By day, then by ledger number, over all shelves and pages."""
    known, search = written
    addresses, total = _all_of(search, Asked())
    ordered = sorted(known, key=lambda one: (one.decided_on, one.ledger_number), reverse=True)
    assert addresses == [one.address for one in ordered] and total == len(known)


@pytest.mark.parametrize("question", ["", "责任", "NOT court", "inspection OR 检验"])
def test_the_number_of_a_facet_is_the_length_of_the_list_it_opens(written: Written, question: str) -> None:
    """For every value of every facet, alone and after another was chosen; and none is missing."""
    known, search = written
    asked = Asked(read(question))
    for name, values in search.find(asked).facets.items():
        for value, count in values:
            narrowed = Asked(asked.question, ((name, value),))
            page = search.find(narrowed, size=5)
            assert page.total == count, (name, value)
            if name in ("cause", "court"):
                assert len(_all_of(search, narrowed)[0]) == count
                for other, inner in page.facets.items():
                    for chosen, number in inner[:2]:
                        assert search.count(Asked(asked.question, ((name, value), (other, chosen)))) == number
    assert not question or set(FACETS) == set(search.find(asked).facets)
    if not question:
        facets = search.find(asked).facets
        assert dict(facets["judge"]) == Counter(name for f in known for name in f.judges)
        assert dict(facets["court"]) == Counter(f.court for f in known)
        assert dict(facets["outcome"]) == Counter(f.outcome.value for f in known if f.outcome)


def standing_on(folder: Path, *each: Sequence[Facts]) -> Search:
    """A search in decisions that stand on shelves of their own."""
    folders = {}
    for number, known in enumerate(each):
        name = shelves.write_shelf(folder, number, iter(known))
        assert name is not None
        folders[number] = name
    shelves.replace_list(folder, shelves.Shelves(0, FIRST, folders))
    found = shelves.Reading(folder).now()
    assert found is not None
    return Search(Compiler(FactReader(PackRegistry.load().in_force("cn", date(2026, 7, 1))), found))


def test_more_values_than_are_asked_for_at_first_are_all_counted(tmp_path: Path) -> None:
    """Many judges, panels of them, courts, articles and citations on each shelf: none is missing, and each number is its own."""
    one = next(decisions(1))
    known = [
        replace(
            one,
            address=f"m{number}",
            ledger_number=number,
            cause=("online_shopping", None)[number % 2],
            court=f"第{number}法院",
            judges=(f"法官{number % 4_400}", f"Judge {number * 7 % 2_600}"),
            articles=(f"CPL {number % 2_300}", f"CC {number}"),
            cites=(f"2025浙0192民初{number % 2_100}号", f"2024浙0192民初{number}号"),
            words=("责任", "在后") if number % 3 else ("责任",),
        )
        for number in range(5_000)
    ]
    search = standing_on(tmp_path, known[:2_500], known[2_500:])
    for question in ("责任", "在后", ""):
        mine = [facts for facts in known if not question or question in facts.words]
        page = search.find(Asked(read(question)))
        assert page.total == len(mine)
        assert dict(page.facets["judge"]) == Counter(judge for facts in mine for judge in facts.judges)
        assert dict(page.facets["court"]) == Counter(facts.court for facts in mine)
        assert dict(page.facets["article"]) == Counter(article for facts in mine for article in facts.articles)
        assert dict(page.facets["cause"]) == Counter(facts.cause for facts in mine if facts.cause)
    assert dict(search.cited()["cites"]) == Counter(cited for facts in known for cited in facts.cites)


def test_a_shelf_that_cites_very_much_is_counted_too(tmp_path: Path) -> None:
    """More articles and decisions are cited than the engine counts in one answer: each is counted all the same."""
    one = next(decisions(1))
    known = [
        replace(
            one,
            address=f"m{number}",
            ledger_number=number,
            articles=tuple(f"CC {number * 100 + each}" for each in range(100)),
            cites=tuple(f"2024浙0192民初{number * 100 + each}号" for each in range(100)),
            words=("责任",),
        )
        for number in range(350)
    ]
    search = standing_on(tmp_path, known)
    assert {name: len(counts) for name, counts in search.cited().items()} == {"article": 35_000, "cites": 35_000}


def test_what_is_left_out_is_in_no_list_number_or_facet(written: Written) -> None:
    """Decisions that changed since the index was written count nowhere until it has caught up."""
    known, search = written
    gone = [facts for facts in known if _holds(facts, "责任")][::2]
    less = Search(search.compiler, [facts.address for facts in gone])
    asked = Asked(read("责任"))
    addresses, total = _all_of(less, asked)
    assert total == search.count(asked) - len(gone) and not set(addresses) & {one.address for one in gone}
    assert sum(count for _, count in less.find(asked).facets["court"]) == total


def test_only_published_words_are_suggested(written: Written) -> None:
    """A mistyped word gets the published word next to it, and a question that matches nothing gets none."""
    known, search = written
    for typed, better in (("inspecton", "inspection"), ("lable", "label"), ("检验检役", "检验检疫"), ("消者费", None)):
        found = search.meant(Asked(read(typed)))
        if better is None:
            assert found is None or any(_holds(f, found[0].question.text) for f in known)  # type: ignore[union-attr]
            continue
        assert found is not None, typed
        question = found[0].question
        assert question is not None and question.text == better, typed  # type: ignore[union-attr]
        gone = [facts.address for facts in known if _holds(facts, better)]
        assert Search(search.compiler, gone).meant(Asked(read(typed))) is None or len(gone) < len(known)
    assert search.meant(Asked(read("zzzzqqqq"))) is None


def test_what_may_have_been_meant_is_looked_for_in_few_words_only(written: Written) -> None:
    """Three mistyped words are put right together; with more nothing is looked for, so that no question costs many seconds."""
    _, search = written
    found = search.meant(Asked(read("inspecton OR lable OR 检验检役")))
    assert found is not None and len(found[1]) == MOST_UNKNOWN
    assert search.meant(Asked(read("inspecton OR lable OR 检验检役 OR inspectoin"))) is None


def test_a_withdrawn_word_is_in_no_file_when_its_shelf_was_written_anew(tmp_path: Path) -> None:
    """The lists of words in every file are read, and no file lies there that belongs to no segment of the index."""
    known = list(decisions(30, seed=5))
    planted = Facts(**{**known[3].__dict__, "words": (*known[3].words, "planted xyzzyplant 龘靐齉")})
    name = shelves.write_shelf(tmp_path, 0, iter([*known[:3], planted, *known[4:]]))
    assert name is not None
    shelves.replace_list(tmp_path, shelves.Shelves(1, "a", {0: name}))

    def in_files() -> bool:
        return any(words_on_disk(tmp_path, prefix) for prefix in ("xyzzy", "龘"))

    assert in_files(), "the index does not hold what it should: the test looks for the wrong thing"
    again = shelves.write_shelf(tmp_path, 0, iter([*known[:3], *known[4:]]))
    assert again is not None and in_files()
    shelves.replace_list(tmp_path, shelves.Shelves(2, "b", {0: again}))
    assert not in_files() and {path.name for path in tmp_path.iterdir() if path.is_dir()} == {again}


def test_the_words_found_are_marked_where_they_stand() -> None:
    """In both languages, with sums, wide letters, words that only begin alike, and far behind in a long text."""
    blocks = (
        Block(BlockKind.TITLE, ("buyer v seller",), Part.HEAD),
        Block(BlockKind.PARAGRAPH, ("The buyers paid CNY 8,000.00. A buyer's label; BUYER again.",), Part.HISTORY),
        Block(BlockKind.REASON, ("货" * 30_000 + "，检验检疫合格。", ""), Part.REASONS, 1),
        Block(BlockKind.PARAGRAPH, ("ﬁrst ＣＮＹ ８",), Part.COSTS),
    )
    said = PublicText("1", "en", None, blocks)

    def marked(*needles: str) -> list[str]:
        found = passages(said, [phrase(each) for each in needles])
        return [piece.words for passage in found for piece in passage if piece.found]

    assert marked("buyer") == ["buyer", "BUYER"]
    assert marked("8000") == ["8,000"] and marked("cny 8000") == ["CNY 8,000"]
    assert marked("检验检疫") == ["检验检疫"] and marked("first cny") == ["ﬁrst ＣＮＹ"]
    assert marked("buyer", "合格") == ["buyer", "BUYER", "合格"] and marked("buy") == [] == marked("paid label")
    assert "".join(piece.words for piece in passages(said, [phrase("nowhere")])[0]).startswith("货货")
    assert all(len("".join(p.words for p in each)) < 400 for each in passages(said, [phrase("货"), phrase("paid")]))


def test_a_hit_brings_what_a_list_says_of_it(written: Written) -> None:
    """The facts that the index gives back are those it was given, without the text; other bytes are not taken for another
    version, whose facts are read off its text.
    """
    known, search = written
    by_address = {facts.address: replace(facts, words=()) for facts in known}
    found = search.find(Asked(read("检验检疫"), best=True)).facts
    assert found and all(facts == by_address[facts.address] for facts in found)
    assert all(Facts.from_kept(facts.as_kept()) == replace(facts, words=()) for facts in known)

    reader, one = search.compiler.reader, found[0]
    said = PublicText("(2026) 9", "en", date(2026, 5, 1), ())
    row = Row(1, one.address, one.ledger_number, "judgment", "en", one.decided_on)
    now = datetime(2026, 5, 2, tzinfo=UTC)
    same = hit_of(reader, row, Version(1, one.sha256, now), said.as_json(), (), one)
    other = hit_of(reader, row, Version(2, "0" * 64, now), said.as_json(), (), one)
    assert same.facts == one and other.facts.number == "(2026) 9" and other.facts.sha256 == "0" * 64
