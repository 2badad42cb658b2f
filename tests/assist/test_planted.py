"""Errors planted by a generator that shares nothing with the checks (`python -m bench checks`, shortened), and what raises no remark."""

from __future__ import annotations

import ast
import random

import pytest

from bench.checks import LANGUAGES, draft_of, look, measure
from bench.checks.judgments import KINDS, in_signs, in_words
from odr.assist.checks.draft import Passage
from odr.assist.checks.kinds import check
from odr.assist.checks.numerals import english_whole, formal_amount
from odr.docket.models import Role, Track
from odr.ground.text import Money, T
from tests.assist.test_false_alarms import found
from tests.parsed import ROOT, tree_of

EACH, SEED = 10, 41
"""Of each kind and language: 240 documents; the bench plants 504."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_nineteen_of_twenty_planted_errors_are_found_with_at_most_one_other_remark(language: str) -> None:
    """Twelve kinds; as many judgments left sound raise nothing."""
    kinds, sound = measure(language, EACH, SEED)
    planted = sum(one.planted for one in kinds.values())
    assert planted == EACH * len(KINDS) == 120
    assert sum(one.found for one in kinds.values()) >= 0.95 * planted, {k: one.missed for k, one in kinds.items()}
    assert all(one.found >= 0.8 * one.planted for one in kinds.values()), {k: one.missed for k, one in kinds.items()}
    beside = [alarm for one in kinds.values() for alarm in one.alarms]
    assert max(number for one in kinds.values() for number in one.others) <= 1, beside
    assert sound.alarms == []


def test_the_generator_shares_nothing_with_the_court() -> None:
    """What plants errors imports the standard library alone."""
    tree = tree_of(ROOT / "bench/checks/judgments.py")
    names = {one.module for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    names |= {alias.name for one in ast.walk(tree) if isinstance(one, ast.Import) for alias in one.names}
    assert names == {"__future__", "collections.abc", "dataclasses", "datetime", "random"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_planting_changes_a_judgment(language: str) -> None:
    """No error counts as found that was not put in: before it, the same document raised nothing."""
    for kind, (_, plant) in KINDS.items():
        for seed in range(5):
            made, again = (LANGUAGES[language](random.Random(seed)) for _ in range(2))
            assert look(made) == [] and made == again
            plant(made, random.Random(seed))
            assert made != again, kind


def test_both_write_sums_alike() -> None:
    """What the generator writes in signs and words is what the checks read."""
    dice = random.Random(3)
    for whole in [1, 10, 105, 1_005, 10_000, 10_010, 100_500, *(dice.randrange(1, 900_000) for _ in range(300))]:
        assert formal_amount(in_signs(whole) + "元整") == whole * 100
        assert english_whole(in_words(whole)) == whole


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_judgment_alone_is_read_as_the_desk_reads_it(language: str) -> None:
    """A judgment as data becomes a draft with its parts in order."""
    made = LANGUAGES[language](random.Random(1))
    draft = draft_of(made)
    assert [one.words for one in draft.passages] == [words for _, words in made.parts] and check(draft) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh-Hans",
            "双方约定的条款写明“The seller shall deliver the goods within seven days of payment”，被告未履行。",
        ),
        ("zh-Hans", "原告在Brooks Brothers与Haiyun Ltd的网店下单。"),
        ("en", "The chat reads “商品已经发出，请您耐心等待，谢谢您的支持” and was sent on 2 May 2025."),
        ("zh-Hans", "被告对C-1的异议不予采纳。"),
        ("zh-Hans", "被告认为C-1不应予以采信，该意见没有依据。"),
        ("zh-Hans", "案件受理费减半收取25元，由原告与被告各负担一半。"),
        ("en", "The respondent asks that the court fee be borne by the claimant."),
        (
            "zh-Hans",
            "如果未按期履行，应当依照《中华人民共和国民事诉讼法》第二百六十四条，加倍支付迟延履行期间的债务利息。",
        ),
    ],
)
def test_what_is_quoted_reported_or_right_raises_nothing(language: str, words: str) -> None:
    """Sentences near to what the newer checks look for."""

    assert (
        found(
            language,
            words,
            disputed=frozenset({"C-1"}),
            relied={"C-1": True},
            late=frozenset({264}),
            fee=Money(5_000, "CNY"),
            bears={Role.RESPONDENT: 5_000},
        )
        == []
    )


def test_a_case_that_went_over_names_both_procedures() -> None:
    """Only where that of the case is not among them is something wrong; a hearing before the case came here is."""

    both = "本院于2025年3月1日立案，适用简易程序；后裁定转为普通程序，于2025年5月8日公开开庭。"
    history = [Passage(T("How the case came here"), "history", both)]
    assert found("zh-Hans", "", passages=history, track=Track.ORDINARY) == []
    assert found("zh-Hans", "", passages=history, track=Track.SMALL) == ["procedure"]
    early = [Passage(T("How the case came here"), "history", both.replace("5月8日", "2月8日"))]
    assert found("zh-Hans", "", passages=early, track=Track.ORDINARY) == ["days"]
