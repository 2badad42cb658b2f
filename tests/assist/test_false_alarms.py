"""Ordinary sentences of judgments raise no remark, what is wrong is still seen, and long fields are looked at at once."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from odr.assist.checks.draft import Draft, Passage, Standing
from odr.assist.checks.kinds import check
from odr.docket.models import Role
from odr.ground.text import T

FULL = 8_000
"""Signs of the longest field."""


def found(language: str, words: str, **more: Any) -> list[str]:
    """Kinds of what is remarked on in these reasons."""
    chinese = language == "zh-Hans"
    given: dict[str, Any] = {
        "language": language,
        "pack": "cn" if chinese else "ew",
        "passages": [Passage(T("Reasons"), "reasons", words)],
        "names": {
            Role.CLAIMANT: ["李明华", "Brooks Brothers", "O'Brien Foods"],
            Role.RESPONDENT: ["杭州海云科技有限公司", "Haiyun Ltd"],
        },
        "exhibits": {"C-1": Standing.EXAMINED},
        "facts": frozenset({"1"}),
        "awards": [],
        "grants": True,
        "dismisses": False,
        "appeal_days": (15,) if chinese else (21,),
        "decided_on": date(2026, 11, 20),
        "oldest": date(2025, 3, 1),
    }
    return [one.kind for one in check(Draft(short=False, **given | more)) if one.kind != "formula"]


@pytest.mark.parametrize(
    "words",
    [
        "被告应返还货款3万元（30,000元），并赔偿运费200元、公证费300元，合计30,500元。",
        "单价100元的杯子20个、单价50元的碟子10个，合计2,500元，原告已付清。",
        "应付服务费10,000元，扣除已付3,000元，共计7,000元。",
        "被告认为应驳回原告诉讼请求，该意见与证据C-1不符，本院不予采纳。",
        "被告欠付租金人民币叁仟（3,000）元、两仟元（2,000元）、三万元（30,000元）、十万元整（100,000元）。",
    ],
)
def test_chinese_reasons_that_grant(words: str) -> None:
    """万元, a price for each, what is taken off, and what a party wants are no errors."""
    assert found("zh-Hans", words) == []


@pytest.mark.parametrize(
    "words",
    [
        "According to the claimant, Haiyun Ltd promised delivery within a week. In fact 3 parcels never arrived.",
        "Brooks Brothers’ invoice was paid. Brooks\nBrothers kept the receipt, and O’Brien Foods took no part.",
        "Three chairs at £120 and a table at £300, in total £660, were ordered.",
        "The respondent says that the claim must be dismissed for delay. It was brought on 4 June 2025.",
        "The counter-claimant Haiyun Ltd relies on Case C-131/12 and on the refrigerant R-410A.",
    ],
)
def test_english_reasons_that_grant(words: str) -> None:
    """Two parties side by side, ends of names and lines, a price for each, what a party says, and other courts’ numbers."""
    assert found("en", words) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The claim is not well founded: the claimant had seen the goods on 2 May 2025."),
        ("zh-Hans", "原告的诉讼请求缺乏事实依据，不应予以支持。"),
        ("zh-Hans", "原告的诉讼请求难以成立，本院无法予以支持。"),
    ],
)
def test_reasons_that_dismiss(language: str, words: str) -> None:
    """What is said not to be well founded is not upheld."""
    assert found(language, words, grants=False, dismisses=True) == []


def test_a_line_that_leads_to_the_questions_asks_none() -> None:
    """本案的争议焦点为： is no question."""
    issues = Passage(T("Questions in dispute"), "issues", "本案的争议焦点为：\n一、被告是否违约；")
    reasons = Passage(T("Reasons"), "reasons", "被告交付的手机屏幕有裂痕，构成违约。")
    assert found("zh-Hans", "", passages=[issues, reasons]) == []


def test_a_sum_told_in_ten_thousands_or_in_signs_is_told() -> None:
    """3万元 and 伍佰元 stand in the reasons; what stands nowhere is still remarked on."""
    words = "被告应返还货款3万元，赔偿伍佰元，另付20元。"
    assert found("zh-Hans", words, awards=[3_000_000, 50_000]) == []
    assert found("zh-Hans", words, awards=[3_000_000, 70_000]) == ["awards"]
    assert found("en", "The price was 1,200 pounds and the carriage £15.", awards=[120_000, 1_500]) == []


@pytest.mark.parametrize(
    ("language", "words", "kind"),
    [
        ("zh-Hans", "货款3万元、运费200元，合计30,300元。", "sums"),
        ("zh-Hans", "三万元（20,000元）", "amounts"),
        ("zh-Hans", "人民币叁仟（2,000）元", "amounts"),
        ("zh-Hans", "本案应适用民法典第一千三百条。", "articles"),
        ("zh-Hans", "该约定违反合同法第五十条或民法典第1300条。", "articles"),
        ("zh-Hans", "原告的诉讼请求没有依据，应予驳回。", "result"),
        ("zh-Hans", "本院认为，应当驳回原告的诉讼请求。", "result"),
        ("en", "The claim is dismissed.", "result"),
        ("en", "The claimant, Haiyun Ltd, paid on 2 May 2025.", "roles"),
        ("en", "The claimant Haiyun Ltd paid on 2 May 2025.", "roles"),
        ("en", "Brooks Brothrs’ invoice was paid.", "names"),
        ("en", "This is fact 3 of the claim.", "facts"),
    ],
)
def test_errors_beside_them_are_still_seen(language: str, words: str, kind: str) -> None:
    """The same forms with something wrong in them."""
    assert set(found(language, words)) == {kind}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-Hans", "原告诉讼请求有理，"),
        ("zh-Hans", "1元合计1元"),
        ("zh-Hans", "驳回诉请，"),
        ("en", "the claim of this party stands and "),
        ("en", "£1 (one hundred "),
    ],
)
def test_a_full_field_without_a_full_stop_is_looked_at_at_once(language: str, words: str) -> None:
    """Work grows with the length alone; it took minutes where a sentence was as long as the field."""
    text = (words * FULL)[:FULL]
    for grants in (True, False):
        begun = time.process_time()
        found(language, text, grants=grants, dismisses=not grants)
        assert time.process_time() - begun < 20, "a hundred times what it takes, a tenth of what it took"
