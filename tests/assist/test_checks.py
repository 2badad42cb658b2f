"""The check of a draft finds errors that were put in, and leaves sound drafts alone."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from hypothesis import given, strategies as st

from odr.assist.checks.kinds import CHECKS, check
from odr.assist.checks.nearness import is_one_slip
from odr.assist.checks.numerals import chinese_whole, english_whole, figures, formal_amount
from odr.assist.checks.statutes import cited, statutes
from odr.procedure.rules.citation import chinese_number
from tests.assist.drafts import ERRORS, draft, formal

EACH = 200 if os.environ.get("ODR_PROVE") else 20
"""Drafts of each kind and language: 20 kinds, so eight hundred errors."""
LANGUAGES = ("zh-Hans", "en")


def test_every_check_has_an_error_of_its_kind() -> None:
    """No check is without drafts in which it has something to find."""
    assert list(ERRORS) == list(CHECKS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sound_draft_raises_nothing(language: str) -> None:
    """Two hundred drafts without a fault: no remark on any."""
    dice = random.Random(20260901)
    for _ in range(10 * EACH):
        sound, _ = draft(language, dice)
        assert [(one.kind, one.excerpt) for one in check(sound)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nineteen_of_twenty_errors_are_found_and_nothing_besides(language: str) -> None:
    """Each kind of error is found in at least 95 of 100 drafts it was put into, with at most one other remark on a draft."""
    dice, missed = random.Random(7), Counter[str]()
    for kind, put in ERRORS.items():
        for _ in range(EACH):
            sound, made = draft(language, dice)
            found = check(put(sound, made, dice))
            if kind not in {one.kind for one in found}:
                missed[kind] += 1
            others = [one for one in found if one.kind != kind]
            assert len(others) <= 1, (kind, [(one.kind, one.excerpt) for one in others])
    assert all(count <= EACH // 20 for count in missed.values()), missed


@given(st.integers(min_value=1, max_value=99_999_999))
def test_sums_in_formal_figures_are_read(whole: int) -> None:
    """What a receipt writes is the sum it was written from."""
    assert formal_amount(formal(whole)) == whole * 100


@given(st.integers(min_value=1, max_value=9_999))
def test_numbers_of_articles_are_read(number: int) -> None:
    """As statutes write them."""
    assert chinese_whole(chinese_number(number)) == number


@given(st.integers(min_value=0, max_value=999_999_999), st.integers(min_value=0, max_value=99))
def test_figures_are_read_to_the_cent(whole: int, cents: int) -> None:
    """With and without thousands, with wide signs."""
    assert figures(f"{whole:,}.{cents:02}") == figures(f"{whole}.{cents:02}") == whole * 100 + cents
    assert figures(f"{whole:,}".replace(",", "，")) == whole * 100


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("one thousand two hundred and five", 1205),
        ("twenty-one", 21),
        ("three million and four", 3_000_004),
        ("a pound", None),
        ("", None),
        ("ninety nine thousand nine hundred ninety nine", 99_999),
    ],
)
def test_numbers_in_english_words_are_read(words: str, number: int | None) -> None:
    """And what is no number is none."""
    assert english_whole(words) == number


@given(st.text(alphabet="云图信息技术有限公司abc ", min_size=2, max_size=12), st.data())
def test_a_slip_is_a_slip_and_the_name_is_none(name: str, data: st.DataObject) -> None:
    """One sign changed, left out, put in or exchanged with its neighbour; never the name itself."""
    at = data.draw(st.integers(min_value=0, max_value=len(name) - 1))
    assert not is_one_slip(name, name)
    for other in (name[:at] + "谬" + name[at + 1 :], name[:at] + name[at + 1 :], name[:at] + "谬" + name[at:]):
        assert is_one_slip(other, name) and is_one_slip(name, other)
    exchanged = name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
    assert exchanged == name or is_one_slip(exchanged, name)


@given(st.text(max_size=300))
def test_no_words_break_the_reading_of_citations(words: str) -> None:
    """Whatever a judge types."""
    for pack in ("cn", "ew"):
        assert list(cited(words, statutes(pack))) is not None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("依照《中华人民共和国民法典》第五百零九条、第五百七十七条，", [("民法典", 509), ("民法典", 577)]),
        ("根据民法典第1179条规定", [("民法典", 1179)]),
        (
            "《最高人民法院关于适用〈中华人民共和国民事诉讼法〉的解释》第九十条",
            [("最高人民法院关于适用《民事诉讼法》的解释", 90)],
        ),
        (
            "《中华人民共和国民事诉讼法》（2023年修正）第六十七条第一款和第一百四十七条",
            [("民事诉讼法", 67), ("民事诉讼法", 147)],
        ),
        ("网络侵权责任法第三条", []),
        (
            "sections 9, 10(2) and 11 of the Consumer Rights Act 2015",
            [("Consumer Rights Act 2015", n) for n in (9, 10, 11)],
        ),
        ("the Limitation Act 1980, section 5", [("Limitation Act 1980", 5)]),
        ("the Consumer Rights Act 2015 protects buyers", []),
    ],
)
def test_citations_are_found_as_judges_write_them(words: str, found: list[tuple[str, int]]) -> None:
    """With brackets or without, several after one law, the law inside another's name not counted."""
    known = (*statutes("cn"), *statutes("ew"))
    assert [(one.statute.names[0], one.number) for one in cited(words, known)] == found
