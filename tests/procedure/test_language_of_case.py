"""A case is held in one language, and every paper, draft and letter of the court in it is too, whatever anybody's screen
shows (CPL 11).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from odr.docket.models import Case
from odr.ground.errors import InvalidInput
from odr.ground.text import LOCALES, written_in
from odr.ground.typeset import localized
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.judgment.decision.drafting import in_third_person, proposal
from odr.procedure.acts.table import TABLE, Act
from odr.procedure.papers.language import PAPER_WORDS, in_language_of_case, is_foreign, language_of
from odr.procedure.papers.rulings import written_ruling
from tests.scene import Scene, claim, claim_in_chinese

ROOT = Path(__file__).resolve().parents[2]
TOLD = {"en": claim, "zh-Hans": claim_in_chinese}
WORDS = {
    "en": "The grounds that were given hold, and nobody objected to them.",
    "zh-Hans": "所述理由成立，对方当事人未提出异议，本院予以采纳。",
}
OTHER = {"en": "zh-Hans", "zh-Hans": "en"}
"""Locale of the screen for the language of the case, at its worst."""

PAPER_IN_READERS_LANGUAGE = {"odr/payments/books/payment_receipts.py", "odr/payments/books/day_paper.py"}
"""Papers that are no act of a case but a service to one reader: the payer's receipt and the cashier's own day."""


def chooses_language(act: Act) -> bool:
    field = act.input.model_fields.get("language")
    return field is not None and field.default == "" and act.paper is None


def makes_paper(act: Act) -> bool:
    return act.paper is not None or chooses_language(act)


def papers() -> list[Act]:
    """Every act by which the court makes a paper of its own; the table is full once a court has been wired."""
    return sorted((act for act in TABLE if makes_paper(act)), key=lambda act: act.name)


def told_in(scene: Scene, language: str, screen: str) -> None:
    """The claim is lodged in a language, and everybody who serves the court reads the screen in another."""
    scene.lodge(TOLD[language]())
    scene.accept()
    with scene.court.database.write() as session:
        for who in scene.people.values():
            session.get_one(Account, who).locale = screen


def given_to(act: Act, words: str, **more: Any) -> Any:
    """An input of the act that says nothing but its words for the paper."""
    empty = {name: None for name, info in act.input.model_fields.items() if info.is_required()}
    said = {name: words for name in PAPER_WORDS if act.input.model_fields.get(name) is not None}
    said = {name: value for name, value in said.items() if act.input.model_fields[name].annotation is str}
    return act.input.model_construct(**{**empty, **said, **more})


def test_the_papers_are_all_there(small_scene: Scene) -> None:
    """More than forty acts make a paper of the court."""
    assert len(papers()) > 40


@pytest.mark.parametrize("language", LOCALES)
def test_a_paper_of_any_kind_is_in_the_language_of_the_case(small_scene: Scene, language: str) -> None:
    """Each act that makes a paper sets it in the language of the case for a writer of either locale; reasons in the other
    language are refused at their field, and so is the other language where a program asks for it.
    """
    told_in(small_scene, language, OTHER[language])
    for screen in LOCALES:
        refused = set()
        with small_scene.court.database.read() as session:
            look = small_scene.court.look(session)
            case = session.get_one(Case, small_scene.case_id)
            account = session.get_one(Account, small_scene.people["judge"])
            account.locale = screen
            for act in papers():
                assert language_of(look, case) == language, act.name
                good = in_language_of_case(look, case, act, given_to(act, WORDS[language]), typed=True)
                if act.paper is None:
                    assert good.language == language, act.name
                    with pytest.raises(InvalidInput):
                        wrong = given_to(act, WORDS[language], language=OTHER[language])
                        in_language_of_case(look, case, act, wrong, typed=True)
                if any(getattr(given_to(act, "x"), name, None) == "x" for name in PAPER_WORDS):
                    with pytest.raises(InvalidInput) as said:
                        in_language_of_case(look, case, act, given_to(act, WORDS[OTHER[language]]), typed=True)
                    assert all(fault.location[0] in PAPER_WORDS for fault in said.value.faults)
                    refused.add(act.name)
            session.rollback()
        assert len(refused) > 30


@pytest.mark.parametrize("language", LOCALES)
def test_a_ruling_says_nothing_in_another_language(small_scene: Scene, language: str) -> None:
    """The court's own words of a ruling, on a screen of the other language, are in that of the case."""
    told_in(small_scene, language, OTHER[language])
    judge = small_scene.actor("judge")
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        for name in (
            "rule_on_withdrawal",
            "rule_on_jurisdiction",
            "convert_track",
            "deem_withdrawn",
            "rule_on_extension",
        ):
            act = TABLE[name]
            spoken, paper = written_ruling(
                look, act, case, given_to(act, WORDS[language], answer="refuse"), _as_judge(judge)
            )
            assert spoken == language, name
            said = localized(paper, spoken)
            own = [said["kind"], said["basis"], said["remedy"], *said["history"], *said["orders"]]
            assert [written_in(_without_names(words)) for words in own if _without_names(words)] == [language] * len(
                [words for words in own if _without_names(words)]
            ), own


def _as_judge(actor: Actor) -> Actor:
    return actor


def _without_names(words: str) -> str:
    """Without what people are called: names stay as they are in either language."""
    for name in ("Haiyun Information Technology Co., Ltd.", "Li Wen", "8 Harbour Road", "1 Lake Road"):
        words = words.replace(name, "")
    return words.strip(" ,.;:，。")


@pytest.mark.parametrize("language", LOCALES)
def test_a_draft_begins_in_the_language_of_the_case(small_scene: Scene, language: str) -> None:
    """The prefill of a judgment, on a screen of the other language, is in that of the case and in the third person."""
    told_in(small_scene, language, OTHER[language])
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        draft = proposal(look, case)
        assert draft["language"] == language
        for part in ("history", "claims", "answers", "issues"):
            for line in draft[part].splitlines():
                assert written_in(_without_names(line)) in (language, None), line
        if language == "zh-Hans":
            assert "原告在被告的网店购买了" in draft["claims"] and "原告要求退货时" in draft["claims"]
            assert "事实1" not in draft["claims"] and draft["history"].endswith("本案现已审理终结。")


@pytest.mark.parametrize(
    ("told", "drafted"),
    [
        ("我在网店购买了胶囊，我们要求退款", "原告在网店购买了胶囊，原告要求退款"),
        ("李伟在微信里说：“我下个月还给你钱。”", "李伟在微信里说：“我下个月还给你钱。”"),
        ("我保存了「我方绝不退款」的截图", "原告保存了「我方绝不退款」的截图"),
        ("我买了《我们的土地》一书", "原告买了《我们的土地》一书"),
        ("被告回复：我们不退款", "“被告回复：我们不退款”"),
        ("被告表示我们不退款", "“被告表示我们不退款”"),
        ("被告回复：不退款。我们没有错", "“被告回复：不退款。我们没有错”"),
        ("客服说“不行”，我们没有错", "“客服说‘不行’，我们没有错”"),
        ("商品有质量问题，说明书也没有，我要求退货", "商品有质量问题，说明书也没有，原告要求退货"),
        ("我于10:30付款，我公司没有收到货", "原告于10:30付款，原告没有收到货"),
    ],
)
def test_the_draft_puts_nobodys_words_into_anothers_mouth(told: str, drafted: str) -> None:
    """A party's “I” becomes its role; somebody's very words stay theirs, and in doubt the whole is quoted."""
    assert in_third_person(told, "原告") == drafted


MARKS = ["“”", "‘’", "「」", "『』", "《》", '""']
PIECES = ["我", "我们", "本人", "我公司", "被告", "回复", "说", "：", "，", "。", "退款", "10:30", "a"]


@given(
    st.lists(
        st.one_of(
            st.sampled_from(PIECES),
            st.tuples(st.sampled_from(MARKS), st.lists(st.sampled_from(PIECES), max_size=5)).map(
                lambda one: one[0][0] + "".join(one[1]) + one[0][1]
            ),
        ),
        max_size=10,
    )
)
def test_nothing_between_marks_of_quotation_ever_changes(pieces: list[str]) -> None:
    """Whatever else stands around it."""
    kept = [piece[1:-1] for piece in pieces if piece[0] + piece[-1] in MARKS]
    drafted, at = in_third_person("".join(pieces), "原告"), 0
    for words in kept:
        at = drafted.find(words, at)
        assert at >= 0, drafted
        at += len(words)


@pytest.mark.parametrize(
    ("words", "language", "foreign"),
    [
        (
            "删除网络店铺链接 https://item.shop.example.com/goods/of/the/respondent?id=9938&from=search",
            "zh-Hans",
            False,
        ),
        ("删除 item.shop.example.com/goods/of/the/respondent/and/more", "zh-Hans", False),
        ("停止使用“Blue Ocean Premium Coffee House”标识", "zh-Hans", False),
        ("停止使用Blue Ocean Premium Coffee House标识", "zh-Hans", False),
        (
            "双方约定“Any dispute shall be brought before the court at the seat of the seller”，该约定有效。",
            "zh-Hans",
            False,
        ),
        ("见C-1。", "zh-Hans", False),
        ("C-1, C-2", "zh-Hans", False),
        ("“所述理由成立。”", "zh-Hans", False),
        ("8,000.00", "zh-Hans", False),
        ("The grounds hold.", "zh-Hans", True),
        ("“The grounds hold.”", "zh-Hans", True),
        ("The sign “蓝海” must be removed.", "zh-Hans", True),
        ("Remove the page https://item.shop.example.com/goods/9938", "zh-Hans", True),
        ("删除https://item.shop.example.com/goods/of/the/respondent并告知service@shop.example.com", "zh-Hans", False),
        ("Stop using “蓝海优选咖啡馆旗舰店官方授权标识及其图案” here.", "en", False),
        ("Pay 杭州海云信息技术有限公司", "en", False),
        ("The contract says “因本合同发生的一切争议由卖方所在地人民法院管辖”; this holds.", "en", False),
        ("所述理由成立，本院予以采纳。", "en", True),
        ("停止使用“Blue Ocean Premium Coffee House”标识", "en", True),
    ],
)
def test_addresses_signs_and_quotations_do_not_decide_the_language(words: str, language: str, foreign: bool) -> None:
    """A lawful order is taken as it is written; the court's own words in another language are not."""
    assert is_foreign(words, language, ["杭州海云信息技术有限公司"]) is foreign


def test_an_order_with_an_address_is_taken_by_its_act(small_scene: Scene) -> None:
    """The reasons of a ruling in a Chinese case name a link and quote a clause."""
    told_in(small_scene, "zh-Hans", "en")
    words = "删除链接 https://item.shop.example.com/goods/9938 并停止使用“Blue Ocean Premium Coffee House”标识"
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        for act in papers():
            assert in_language_of_case(look, case, act, given_to(act, words), typed=True)


def test_no_paper_is_set_by_anybodys_locale() -> None:
    """Where a paper is set or kept, no language is taken from an account, a party or a request."""
    asks = re.compile(r"current_locale\(|(account|payer|party|owner|row)\.locale\b")
    sets = re.compile(r"sealed_paper\(|keep_prepared\(|keep_document\(|(Ruling|Decision|Notice|Statement)Paper\(")
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "odr").rglob("*.py")
        if sets.search(text := path.read_text(encoding="utf-8")) and asks.search(text)
    }
    assert found <= PAPER_IN_READERS_LANGUAGE, found
