"""The order of a paper is that of its form: the table below is taken from the form of civil judgments of 2016 and the
articles, and compared with every paper as it is set, in both languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from odr.app import create_court
from odr.docket.papers import name_in, typeset
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.ground.text import write_paper_day, write_signed_day
from odr.ground.typeset import PaperLocale
from odr.identity.models import Account
from odr.training.paper_gallery import Shown, papers_in
from odr.training.story import Story, in_story_time
from odr.training.training_staff import make_accounts

AT = datetime(2026, 4, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

Order = list[tuple[str, str]]
"""What stands in a paper in this order: where the form has it, and the words by which one knows it."""

JUDGMENT: dict[str, Order] = {
    "zh-Hans": [
        ("JDF 标题：法院名称", "互联网法院"),
        ("JDF 标题：文书名称", "民事判决书"),
        ("JDF 标题：案号", "民初"),
        ("JDF 4: 诉讼地位后用冒号", "原告："),
        ("JDF 5: 住所", "住杭州"),
        ("JDF 4", "被告："),
        ("JDF 案件由来", "一案，本院于"),
        ("JDF 审理经过", "本案现已审理终结。"),
        ("CPL 155(1) 诉讼请求", "向本院提出诉讼请求："),
        ("CPL 155(1) 事实和理由", "事实和理由："),
        ("CPL 155(1) 答辩", "辩称："),
        ("CPL 155(1) 争议", "争议焦点"),
        ("JDF 证据", "当事人围绕诉讼请求依法提交了证据"),
        ("JDF 无异议的证据", "本院予以确认并在卷佐证"),
        ("JDF 认定", "本院认定如下："),
        ("JDF 理由", "本院认为，"),
        ("JDF 裁判依据; CIT 1", "综上所述，依照《中华人民共和国"),
        ("JDF 主文", "判决如下："),
        ("JDF 主文", "一、"),
        ("CPL 264 迟延履行", "如果未按本判决指定的期间履行给付金钱义务"),
        ("JDF 费用", "案件受理费"),
        ("CPL 155(4), 171 上诉", "递交上诉状，并按照对方当事人的人数提出副本"),
        ("JDF 7 落款", "审判员"),
        ("JDF 7 落款日期", "二〇二六年四月"),
        ("CPL 155", "书记员"),
    ],
    "en": [
        ("court", "InternetCourt"),
        ("kind", "Judgment"),
        ("parties", "Claimant:"),
        ("parties", "Respondent:"),
        ("history", "thiscourtregisteredtheclaimon"),
        ("claims", "asksthecourt:"),
        ("claims", "Factsandreasons:"),
        ("answers", "answers:"),
        ("issues", "Questionsindispute"),
        ("evidence", "Thepartiesputinevidence"),
        ("findings", "thecourtfindsasfollows:"),
        ("reasons", "Thecourt’sreasons"),
        ("law", "Forthesereasons,under"),
        ("orders", "thecourtdecidesasfollows:"),
        ("late performance", "Whoeverpayslateowes"),
        ("costs", "Costsoftheproceedings"),
        ("appeal", "Howtoappeal"),
        ("signatures", "Judge"),
        ("day", "April2026"),
        ("clerk", "Clerk"),
    ],
}
RULING: dict[str, Order] = {
    "zh-Hans": [
        ("JDF 标题", "互联网法院"),
        ("JDF 2: 区分判决和裁定", "民事裁定书"),
        ("JDF 4", "原告："),
        ("JDF 4", "被告："),
        ("JDF 案件由来", "一案，本院于"),
        ("CPL 157 理由", "本院认为，"),
        ("CPL 157; CIT 1", "依照《"),
        ("CPL 157", "裁定如下："),
        ("CPL 157", "一、"),
        ("JDF 落款", "审判员"),
        ("JDF 落款日期", "二〇二六年四月"),
        ("CPL 157", "书记员"),
    ],
    "en": [
        ("court", "InternetCourt"),
        ("kind", "Ruling"),
        ("parties", "Claimant:"),
        ("history", "thiscourtregisteredtheclaimon"),
        ("reasons", "Thecourt’sreasons"),
        ("law", "itisruledasfollows:"),
        ("remedy", "Whatcanbedoneagainstthisruling"),
        ("signatures", "Judge"),
        ("clerk", "Clerk"),
    ],
}
PRESERVATION: dict[str, Order] = {
    "zh-Hans": [
        ("文书名称", "民事裁定书"),
        ("CPL 103: 申请人", "申请人："),
        ("CPL 103: 被申请人", "被申请人："),
        ("CPL 103: 申请", "提出申请"),
        ("CPL 157", "本院认为，"),
        ("CPL 103, 105", "依照《中华人民共和国民事诉讼法》第一百零三条"),
        ("CPL 157", "裁定如下："),
        ("CPL 105: 限额; 期限", "期限一年"),
        ("CPL 103: 担保", "的担保后"),
        ("CPL 103: 立即执行", "立即开始执行"),
        ("CPL 111: 复议", "申请复议一次。复议期间不停止裁定的执行"),
        ("落款", "审判员"),
    ],
    "en": [
        ("applicant", "Applicant:"),
        ("respondent", "Respondenttotheapplication:"),
        ("law", "itisruledasfollows:"),
        ("security", "assoonastheapplicanthasgivensecurity"),
        ("review", "onereviewwithin"),
        ("signatures", "Judge"),
    ],
}
STATEMENT: dict[str, Order] = {
    "zh-Hans": [
        ("文书名称", "调解书"),
        ("CPL 100 当事人", "原告："),
        ("CPL 100 诉讼请求", "向本院提出诉讼请求："),
        ("CPL 100 调解结果", "自愿达成如下协议"),
        ("CPL 100", "一、"),
        ("FEE 15, 31 诉讼费用", "案件受理费"),
        ("CPL 100 签收", "签收后，即具有法律效力"),
        ("CPL 100 落款", "审判员"),
        ("CPL 100", "书记员"),
    ],
    "en": [
        ("kind", "Mediationstatement"),
        ("claims", "asksthecourt:"),
        ("agreement", "reachedthefollowingagreement"),
        ("fee", "Ofthecourtfee"),
        ("effect", "Effect"),
        ("signatures", "Judge"),
    ],
}
FORMS: dict[str, dict[str, Order]] = {
    "judgment": JUDGMENT,
    "judgment_simple": JUDGMENT,
    "rule_on_preservation": PRESERVATION,
    "sign_mediation": STATEMENT,
    "rule_on_withdrawal": RULING,
    "rule_on_jurisdiction": RULING,
    "deem_withdrawn": RULING,
    "refuse_claim": RULING,
    "transfer_case": RULING,
    "rule_on_evidence": RULING,
}
LABELS_OF_A_WEB_FORM = ("事实1", "Fact 1:", "自然人", "公司（法人）", "not disputed", "采信\n")

EXAMINED_BY_ALL = {
    "zh-Hans": ("本院组织当事人进行了证据交换和质证", "对当事人无异议的证据", "无异议", "无争议", "未提出异议"),
    "en": ("thecourthaditexchangedandexaminedbythem", "Thepartiesdonotdispute", "notdispute", "nobodydisputes"),
}
"""What no judgment against somebody who never came may say of the evidence."""


@pytest.fixture(scope="module")
def shown(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[dict[str, dict[str, tuple[Shown, str]]]]:
    """Every paper of the gallery with its text, by language and name."""
    folder = tmp_path_factory.mktemp("gallery")
    (folder / "court.sqlite").write_bytes(sqlite_template.read_bytes())
    settings = Settings(mode="training", data_dir=folder, argon2_cheap=True)
    database = Database(settings.url, synchronous="OFF")
    court = create_court(settings, FixedClock(AT), database)
    with court.database.write() as session:
        make_accounts(court, session)
    with court.database.read() as session:
        people = {account.email.partition("@")[0]: account.id for account in session.scalars(select(Account))}
    found: dict[str, dict[str, tuple[Shown, str]]] = {}
    languages: tuple[PaperLocale, ...] = ("zh-Hans", "en")
    for language in languages:
        told, clock = in_story_time(court, AT)
        made = papers_in(Story(told, clock, people), language)
        found[language] = {
            one.name: (one, text_of(typeset(court.ports.typesetter, one.paper, language, at=AT.astimezone(UTC))))
            for one in made
        }
    yield found
    database.dispose()


def text_of(pdf: bytes) -> str:
    """The words of a paper as its reader copies them out, without spaces and line ends."""
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
@pytest.mark.parametrize("name", FORMS)
def test_a_paper_has_the_parts_of_its_form_in_their_order(
    shown: dict[str, dict[str, tuple[Shown, str]]], name: str, language: str
) -> None:
    """Each part of the form stands in the paper after the one before it."""
    _, text = shown[language][name]
    at = 0
    for form, words in FORMS[name][language]:
        found = text.find(words.replace(" ", ""), at)
        assert found >= 0, (form, words, text[at : at + 300])
        at = found + len(words)


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_every_paper_has_head_law_and_signatures(shown: dict[str, dict[str, tuple[Shown, str]]], language: str) -> None:
    """More than forty kinds: court, number, parties, what leads to the orders, day and who signs; none is in the words of
    a web form, none says one thing in the other language.
    """
    assert len(shown[language]) > 40 and shown["en"].keys() == shown["zh-Hans"].keys()
    for name, (one, text) in shown[language].items():
        for label in LABELS_OF_A_WEB_FORM:
            assert label not in text, (name, label)
        if language == "zh-Hans":
            assert re.search("二〇二六年四月", text), name
            assert "原告：李文，住杭州市西湖区文三路1号。" in text or "申请人：李文" in text, name
            body = text.split("文书编码")[0]
            left = re.sub(r"[CR]-\d|SHA|CNY|NaN|https?\S+", "", body)
            assert not re.search("[A-Za-z]{3,}", left), (name, re.findall("[A-Za-z]{3,}", left))
        else:
            assert not re.search("[\u4e00-\u9fff]", re.sub(r"\(2026\)\S+?号", "", text)), name
        assert one.act, name


def test_default_and_small_claims_say_what_is_theirs(shown: dict[str, dict[str, tuple[Shown, str]]]) -> None:
    """In default: summoned, did not come, CPL 147; small claims: final, CPL 165; the short form has no reasons of fact."""
    papers = shown["zh-Hans"]
    assert "经本院传唤，无正当理由拒不到庭参加诉讼" in papers["judgment_default"][1]
    assert "第一百四十七条" in papers["judgment_default"][1] and "未作答辩" in papers["judgment_default"][1]
    assert "本判决为终审判决" in papers["judgment_small"][1] and "第一百六十五条" in papers["judgment_small"][1]
    assert "上诉状" not in papers["judgment_small"][1]
    assert "本院认定如下" not in papers["judgment_short"][1] and "判决如下" in papers["judgment_short"][1]
    assert "第一百五十六条" in papers["judgment_partial"][1]


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_a_judgment_in_default_says_of_nobody_that_they_examined_or_accepted(
    shown: dict[str, dict[str, tuple[Shown, str]]], language: str
) -> None:
    """Silence is no admission (EV 4): the court examined the evidence itself; the judgment after a debate says otherwise."""
    text, debated = shown[language]["judgment_default"][1], shown[language]["judgment"][1]
    for words in EXAMINED_BY_ALL[language]:
        assert words not in text, words
    assert all(words in debated for words in EXAMINED_BY_ALL[language][:2]), debated
    for words in {"zh-Hans": ("本院依法对证据进行了审查",), "en": ("Thecourtexaminedtheevidenceitself.",)}[language]:
        assert words in text, text


def test_laws_stand_in_their_order(shown: dict[str, dict[str, tuple[Shown, str]]]) -> None:
    """The law of the matter first, then that of procedure, interpretations last; articles of one law rise (CIT 2)."""
    text = shown["zh-Hans"]["judgment"][1]
    assert text.index("《中华人民共和国民法典》第五百七十七条") < text.index(
        "《中华人民共和国民事诉讼法》第一百五十五条"
    )
    text = shown["zh-Hans"]["rule_on_withdrawal"][1]
    assert "依照《中华人民共和国民事诉讼法》第一百四十八条、第一百五十七条、《最高人民法院关于适用" in text


def test_days_and_names_are_written_as_papers_write_them() -> None:
    """The day under a paper is in Chinese numerals; a day in its text has no weekday; a name is in the paper's language."""
    assert write_signed_day(date(2026, 10, 17), "zh-Hans") == "二〇二六年十月十七日"
    assert write_signed_day(date(2020, 2, 29), "zh-Hans") == "二〇二〇年二月二十九日"
    assert write_signed_day(date(2026, 12, 1), "en") == "1\u00a0December 2026"
    assert write_paper_day(date(2026, 12, 31), "zh-Hans") == "2026年12月31日"
    assert (name_in("陈瑶 Chen Yao", "zh-Hans"), name_in("陈瑶 Chen Yao", "en")) == ("陈瑶", "Chen Yao")
    assert name_in("海云信息技术有限公司", "en") == "海云信息技术有限公司" and name_in("Li Wen", "zh-Hans") == "Li Wen"
