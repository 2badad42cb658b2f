"""A claim before it is lodged: what can be seen for certain in its words, in both languages, and nothing else."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.assist.checks.claim import KINDS, look_at_claim
from odr.filing.inputs import ClaimInput, FactInput
from odr.filing.models import Draft
from odr.procedure.rules.registry import PackRegistry
from tests.filing.test_linking import ready
from tests.filing.visitor import Forms
from tests.scene import Scene, claim as claim_of_scene
from tests.test_bad_input import signed_in

PACK = PackRegistry.load().in_force("cn", date(2026, 4, 1))
TODAY = date(2026, 4, 1)
ENGLISH = (
    "On 11 November 2025 I bought 30 bottles from the respondent Haiyun Trading Company for CNY 88,000.00.",
    "On 20 November 2025 the respondent, Haiyun Trading Company, wrote that it does not take them back.",
    "By Civil Procedure Law, art. 67 I bring the order, the payment and the chat.",
)
CHINESE = (
    "2025年11月11日，原告李娜向被告海云贸易有限公司购买30瓶葡萄酒，付款88,000.00元（人民币捌万捌仟元整）。",
    "2025年11月20日，被告海云贸易有限公司拒绝退货。",
    "根据《中华人民共和国民事诉讼法》第六十七条，提交订单、付款凭证和聊天记录。",
)


def claim(words: tuple[str, ...], chinese: bool) -> ClaimInput:
    """A claim that tells these facts."""
    firm, person = ("海云贸易有限公司", "李娜") if chinese else ("Haiyun Trading Company", "Li Na")
    whole = claim_of_scene()
    return whole.model_copy(
        update={
            "facts": [FactInput(what=one) for one in words],
            "respondents": [whole.respondents[0].model_copy(update={"name": firm})],
            "claimant": whole.claimant.model_copy(update={"name": person}),
        }
    )


PLANTED: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "articles": (("art. 67", "art. {big}"), ("第六十七条", "第{big}条")),
    "roles": (("the respondent Haiyun", "the claimant Haiyun"), ("原告李娜", "被告李娜")),
    "days": (("11 November 2025", "31 November 2025"), ("2025年11月11日", "2025年11月31日")),
    "names": (
        ("Haiyun Trading Company, wrote", "Haiyun Tradign Company, wrote"),
        ("海云贸易有限公司拒绝", "海云贸昜有限公司拒绝"),
    ),
}


@pytest.mark.parametrize(("words", "chinese"), [(ENGLISH, False), (CHINESE, True)], ids=["en", "zh"])
def test_a_claim_without_a_mistake_raises_nothing(words: tuple[str, ...], chinese: bool) -> None:
    """No remark on a claim that agrees with itself."""
    looked = look_at_claim(PACK, claim(words, chinese), "zh-Hans" if chinese else "en", TODAY)
    assert list(looked.remarks) == [] and len(looked.at) == len(KINDS)


@pytest.mark.parametrize("kind", sorted(PLANTED))
@pytest.mark.parametrize(("words", "chinese"), [(ENGLISH, False), (CHINESE, True)], ids=["en", "zh"])
def test_a_planted_mistake_is_found(kind: str, words: tuple[str, ...], chinese: bool) -> None:
    """It is named where it stands, and nothing else is."""
    right, wrong = PLANTED[kind][chinese]
    wrong = wrong.format(big=random.Random(kind).randint(400, 900))
    assert any(right in one for one in words)
    spoilt = tuple(one.replace(right, wrong, 1) for one in words)
    looked = look_at_claim(PACK, claim(spoilt, chinese), "zh-Hans" if chinese else "en", TODAY)
    assert [one.kind for one in looked.remarks] == [kind]


def test_sums_in_words_and_figures_are_compared() -> None:
    """捌万捌仟元 beside 87,000.00元 is shown to whoever wrote it."""
    spoilt = tuple(one.replace("88,000.00元", "87,000.00元") for one in CHINESE)
    assert "amounts" in {one.kind for one in look_at_claim(PACK, claim(spoilt, True), "zh-Hans", TODAY).remarks}


def test_the_page_shows_it_and_refuses_nothing(small_scene: Scene) -> None:
    """An article that does not exist is shown on the page before lodging; the claim is lodged all the same."""
    reference = ready(small_scene)
    with small_scene.court.database.write() as session:
        draft = session.scalars(select(Draft).where(Draft.reference == reference)).one()
        key = next(name for name in draft.values["facts"] if name.endswith("-what"))
        told = draft.values["facts"] | {key: "They broke Civil Procedure Law, art. 967."}
        draft.values = {**draft.values, "facts": told}
    client, sends = signed_in(small_scene, create_app(court=small_scene.court), "li")
    page = client.get(f"/claim/{reference}/check-answers").text
    assert "Look at this before you lodge: 1" in page and "There is no such article" in page
    forms = Forms()
    forms.feed(page)
    lodged = client.post(f"/claim/{reference}/lodge", data=forms.found[f"/claim/{reference}/lodge"], headers=sends)
    assert lodged.status_code == 303 and "/cases/" in lodged.location
