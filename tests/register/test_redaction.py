"""What is hidden in a decision, by what it is replaced, and what a person must decide."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from odr.docket.papers import DecisionPaper, Finding, PartyLine, Reason, RulingPaper, clerk, judge
from odr.ground.text import Money, T, Text, write
from odr.procedure.rules.redaction import Holder, Private, RedactionRules, Style
from odr.register.redaction.apply import NoChoice, OtherText, StillOpen, apply
from odr.register.redaction.context import names_in
from odr.register.redaction.known import (
    Candidate,
    Choice,
    Known,
    Source,
    Standing,
    grouped,
    naming_of,
    open_candidates,
)
from odr.register.redaction.naming import Person, core_of, masked_organisation, masked_person, rename
from odr.register.redaction.patterns import identity_checks, luhn_checks
from odr.register.redaction.propose import Pointed, propose
from odr.register.redaction.structure import NOT_PUBLISHED, Block, BlockKind, Part, PublicText, cleaned, text_of
from tests.register.redaction_tables import cn_rules, cn_table, ew_rules, tables

HERE = Path(__file__).resolve().parent


def paper(**more: Any) -> DecisionPaper:
    """A small decision between 李雷 and 海云信息技术有限公司."""
    fields: dict[str, Any] = {
        "court": "杭州互联网法院",
        "case_number": "（2026）浙0192民初2260号",
        "subject": "网络购物合同纠纷",
        "issued_on": date(2026, 6, 1),
        "signatories": [judge("顾帆"), clerk("莫菲")],
        "parties": [PartyLine("原告", "李雷"), PartyLine("被告", "杭州海云信息技术有限公司")],
        "orders": ["杭州海云信息技术有限公司返还李雷货款。"],
        "appeal": "如不服本判决，可以上诉。",
    }
    return DecisionPaper(**(fields | more))


LI = Known(Private.PERSON, ("李雷",), "claimant")
HAIYUN = Known(Private.ORGANISATION, ("杭州海云信息技术有限公司",), "respondent")
GU = Known(Private.PERSON, ("顾帆",), "judge", keep=True)


def one(words: str, language: str = "zh-Hans") -> PublicText:
    """A text of one paragraph."""
    return PublicText("（2026）浙0192民初2260号", language, None, (Block(BlockKind.PARAGRAPH, (words,), Part.HISTORY),))


def proposed(
    words: str, *known: Known, rules: RedactionRules | None = None, language: str = "zh-Hans"
) -> tuple[Candidate, ...]:
    return propose(one(words, language), known, rules or cn_rules())


def read(words: str, *known: Known, rules: RedactionRules | None = None, language: str = "zh-Hans") -> str:
    """A paragraph as it would be published with what is open left."""
    text = one(words, language)
    candidates = propose(text, known, rules or cn_rules())
    return apply(text, candidates, dict.fromkeys(open_candidates(candidates, {}), Choice.LEAVE)).blocks[0].cells[0]


# The structured text.


def strings(value: Any, locale: str) -> list[str]:
    """Every string in a paper, as a reader of a language reads it."""
    if isinstance(value, Text | Money | date):
        return [write(value, locale)]
    if isinstance(value, str):
        return [value]
    if isinstance(value, bool):
        return []
    if dataclasses.is_dataclass(value):
        return [each for field in dataclasses.fields(value) for each in strings(getattr(value, field.name), locale)]
    return [each for item in value or () for each in strings(item, locale)]


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_nothing_of_the_paper_falls_out(locale: str) -> None:
    """Every string of every field stands in the text, but what leads to the sealed original."""
    full = paper(
        kind=T("Judgment"),
        history=["来历一", "来历二"], claims=["请求一"], answers=["答辩一"], issues=["争议一"],
        evidence=["举证一"], findings=[Finding("事实一", ["甲1", "甲2"], "异议一", "庭审一", T("relied on"))], basis="依照一",
        reasons=[Reason("理由一", "依据一")],
        costs=[Money(5000, "CNY")],
        late_performance="迟延一",
        limit="限制一",
        document_code="k7m2p9q4",
        check_url="https://court.example/check/k7m2p9q4",
        parties=[PartyLine("原告", "李雷", ["自然人", "住址一"]), PartyLine("第三人", "韩梅")],
    )  # fmt: skip
    everything = "\n".join(words for _, _, words in text_of(full, locale).cells())
    for field in dataclasses.fields(full):
        said = strings(getattr(full, field.name), locale)
        assert said, f"{field.name} is not filled in this test"
        for each in said:
            assert (each in everything) is (field.name not in NOT_PUBLISHED), (field.name, each)


def test_a_ruling_has_a_text_too() -> None:
    """Rulings are published as judgments are (JDP 3)."""
    ruling = RulingPaper(
        court="法院", case_number="1号", issued_on=date(2026, 6, 1), signatories=[judge("顾帆")],
        parties=[PartyLine("申请人", "李雷")], orders=["准许撤诉。"], reasons=[Reason("自愿。")], remedy="不得上诉。", history=["来历"],
    )  # fmt: skip
    words = [cell for _, _, cell in text_of(ruling, "zh-Hans").cells()]
    assert {"准许撤诉。", "自愿。", "不得上诉。", "来历", "李雷", "顾帆"} <= set(words)


def test_signs_nobody_sees_are_gone() -> None:
    """They could split a name or turn a line; joiners of scripts and emoji stay."""
    assert cleaned("李\u200b\u2060\ufeff\u00ad雷\u202e\x07\r\n二") == "李雷\n二"
    assert cleaned("👨\u200d👩") == "👨\u200d👩"


def test_a_text_is_kept_as_json() -> None:
    """A public text with its marks comes back as it was."""
    text = text_of(paper(), "zh-Hans")
    public = apply(text, propose(text, [LI, HAIYUN], cn_rules()), {})
    assert PublicText.from_json(public.as_json()) == public
    assert public.title.startswith("李某")
    assert any(block.marks for block in public.blocks)


# The rules.


def test_the_examples_of_the_rules_are_rules() -> None:
    """The tables in the docstring can be read, and the wider mode is in use."""
    cn, ew = (RedactionRules.from_table(each) for each in tables())
    assert (cn.mode, ew.used.style) == ("practice_2026", Style.PSEUDONYM)
    assert cn.in_mode("text_2016").used.provisional is False


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mode": "none"}, "no mode is called none"),
        ({"sign": "××"}, "redaction.sign"),
        ({"cuts": {"person": {"article": "JDP 10"}}}, "a name is replaced, not cut"),
        ({"cuts": {"phone": {"article": "JDP 10", "keep": "year"}}}, "of this no year can be kept"),
        ({"cuts": {"phone": {"article": "ten"}}}, "redaction.cuts.phone.article"),
        ({"cuts": {"shoe_size": {"article": "JDP 10"}}}, "redaction.cuts.shoe_size"),
        ({"never": {"of": [], "article": "JDP 8"}}, "redaction.never.of"),
        ({"colour": "red"}, "redaction.colour"),
    ],
)
def test_a_wrong_table_says_where(wrong: dict[str, Any], said: str) -> None:
    """Each place that is wrong, with what is wrong there."""
    with pytest.raises(ValueError, match=re.escape(said)):
        RedactionRules.from_table(cn_table() | wrong)


def test_the_text_of_2016_hides_only_those_of_article_8() -> None:
    """Parties of family cases, minors and their legal representatives; the practice of 2026 hides all parties."""
    words = "李雷、韩梅梅与杭州海云信息技术有限公司"
    child = Known(Private.PERSON, ("韩梅梅",), "claimant", minor=True)
    assert read(words, LI, child, HAIYUN, rules=cn_rules("text_2016")) == "李雷、韩某与杭州海云信息技术有限公司"
    assert read(words, LI, child, HAIYUN) == "李某、韩某与某信息技术公司"


def test_in_england_names_are_replaced_by_order_only() -> None:
    """By letters that say nothing of the person."""
    smith, jones = Known(Private.PERSON, ("John Smith",)), Known(Private.PERSON, ("Ann Ayre",), ordered=True)
    words = "Ann Ayre paid John Smith. Ms Ayre, witness Tom Hill says, paid by 07700 900123."
    assert read(words, smith, jones, rules=ew_rules(), language="en") == (
        "BB paid John Smith. Ms BB, witness Tom Hill says, paid by ×××."
    )


# New names.


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("李雷", "李某"), ("欧阳文博", "欧阳某"), ("阿依古丽·买买提", "阿某"), ("约翰·史密斯", "约某"), ("John Smith", "J"), ("單雄信", "单某"),
    ],
)  # fmt: skip
def test_what_stays_of_a_name(name: str, new: str) -> None:
    """Surname and 某; the first sign of names without one; the first letter of Latin ones (JDP 9)."""
    assert masked_person(name, "zh-Hans") == new


def test_names_in_english_texts() -> None:
    """The Chinese masking in Latin letters."""
    assert masked_person("欧阳文博", "en") == "Ouyang Mou"
    assert masked_organisation("杭州海云信息技术有限公司", "en") == "Mou Information Technology Co."


@pytest.mark.parametrize(
    ("name", "core", "new"),
    [
        ("杭州海云信息技术有限公司", "海云", "某信息技术公司"),
        ("浙江省杭州市西湖区百味食品有限责任公司", "百味", "某食品公司"),
        ("上海（集团）千帆电子商务股份有限公司", "千帆", "某电子商务公司"),
        ("云上花开旗舰店", "云上花开", "某旗舰店"),
        ("Haiyun Technology Co., Ltd.", "", "Mou Technology Co."),
    ],
)
def test_what_stays_of_an_organisation(name: str, core: str, new: str) -> None:
    """Business and form; the proper part goes."""
    assert (core_of(name) if core else "", masked_organisation(name, "zh-Hans")) == (core, new)


def test_names_that_would_read_the_same_are_numbered() -> None:
    """In the order of the docket; what an earlier decision used stays and is taken."""
    people = [Person(Private.PERSON, name) for name in ("孙一", "孙二", "李雷")]
    made = rename(people, Style.SURNAME_MOU, "zh-Hans", {})
    assert list(made.values()) == ["孙某1", "孙某2", "李某"]
    later = rename([Person(Private.PERSON, "李梅"), *people], Style.SURNAME_MOU, "zh-Hans", {people[2].key: "李某"})
    assert (later[people[2].key], later["李梅"]) == ("李某", "李某1")


# What is found.

SPELLINGS = [
    "李雷",
    "李 雷",
    "李\u3000雷",
    "李\u200b雷",
    "Li Lei",
    "LI LEI",
    "Lei Li",
    "lilei",
    "Lǐ Léi",
    "li3lei2",
    "ＬＩ　Ｌｅｉ",
    "Li, Lei",
    "Li-Lei",
    "lilei93",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_known_person_is_found_in_every_spelling(spelling: str) -> None:
    """Spaced, full-width, with signs nobody sees, in Latin letters with and without tones, in either order."""
    assert read(f"其后{spelling}付款。", LI) == "其后李某付款。"


@pytest.mark.parametrize(
    "spelling",
    ["李（雷）", "（李）雷", "李[雷]", "【李】雷", "李 ( 雷 )", "李+雷", "李＋雷", "(李)(雷)", "Li (Lei)", "[Li] Lei", "Lei+Li", "LI＋LEI"],
)  # fmt: skip
def test_a_name_with_brackets_or_plus_signs_within_is_found(spelling: str) -> None:
    """As a whole, with the brackets; a person may leave it."""
    (found,) = proposed(f"其后{spelling}付款。", LI)
    assert (found.surface, found.choice) == (spelling, Standing.PROPOSED)
    assert read(f"其后{spelling}付款。", LI) == "其后李某付款。"


@pytest.mark.parametrize(
    "words",
    [
        "李（雷雨天）未到。",
        "原告姓李（雷电交加时）离开。",
        "购买（李）、雷管。",
        "李）雷",
        "Li (Lei Ltd) paid.",
        "李、雷二人",
    ],
)
def test_brackets_that_hold_other_words_too_part_no_name(words: str) -> None:
    """What stands in them is not the rest of the name."""
    assert [one for one in proposed(words, LI) if one.source is Source.DOCKET] == []


def test_small_words_with_brackets_are_asked_about() -> None:
    """ "an (NA) value" is hardly 安娜; a person says."""
    an = Known(Private.PERSON, ("安娜",))
    assert [one.choice for one in proposed("It had an (NA) value.", an, language="en")] == [Standing.OPEN]
    assert [one.choice for one in proposed("An (Na) came.", an, language="en")] == [Standing.PROPOSED]


def test_a_company_with_brackets_within_its_name_is_found() -> None:
    """云海 alone would be asked about; the whole name with brackets is its name."""
    sea = Known(Private.ORGANISATION, ("杭州云海科技有限公司",))
    assert read("杭州（云海）科技有限公司已付款。", sea) == "某科技公司已付款。"


def test_a_name_split_by_the_end_of_a_line_is_found() -> None:
    """Across two paragraphs; since two words may only meet there, a person may leave it."""
    text = text_of(paper(history=["原告称李", "雷已经付款。"]), "zh-Hans")
    candidates = propose(text, [LI, HAIYUN], cn_rules())
    split = [each for each in candidates if each.surface in ("李", "雷")]
    assert [each.choice for each in split] == [Standing.PROPOSED] * 2
    cells = [cell for _, _, cell in apply(text, candidates, {}).cells()]
    assert "原告称李某" in cells
    assert "已经付款。" in cells
    left = apply(text, candidates, {})
    assert "雷" not in "".join(cell for _, _, cell in left.cells())


@pytest.mark.parametrize("words", ["原告称李子很甜。", "Bali leisure", "the lileith", "雷电交加，李子成熟。"])
def test_other_words_are_not_taken_for_a_known_name(words: str) -> None:
    """A known name in Latin letters stands for itself, not inside another word."""
    assert not [each for each in proposed(words, LI) if each.source is Source.DOCKET]


def test_a_known_name_that_is_a_word_may_be_left() -> None:
    """高兴 is a party here, and an adjective there; in the head of the paper there is nothing to ask."""
    happy = Known(Private.PERSON, ("高兴",))
    text = text_of(paper(parties=[PartyLine("原告", "高兴")], history=["原告收到货物很高兴。"]), "zh-Hans")
    by_place = {text.blocks[each.block].kind: each.choice for each in propose(text, [happy], cn_rules())}
    assert by_place[BlockKind.PARTY] is Standing.FIXED
    assert by_place[BlockKind.PARAGRAPH] is Standing.PROPOSED


def test_short_names_and_english_words() -> None:
    """马可 is "Ma Ke"; whether "make" is he, a person says."""
    ma = Known(Private.PERSON, ("马可",))
    found = {each.surface: each.choice for each in proposed("Ma Ke did not make it.", ma, language="en")}
    assert found == {"Ma Ke": Standing.FIXED, "make": Standing.OPEN}


def test_who_is_meant_by_part_of_a_name() -> None:
    """The given name alone, the proper part of a company, the first part of a name with dots."""
    ayi = Known(Private.PERSON, ("阿依古丽·买买提",))
    wen = Known(Private.PERSON, ("欧阳思博",))
    assert read("阿依古丽称，思博代表海云付款。", ayi, wen, HAIYUN) == "阿某称，欧阳某代表某信息技术公司付款。"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Private.ID_NUMBER, "证件号330106199003078518。"),
        (Private.ID_NUMBER, "号码 330106 19900307 8518 已核对"),
        (Private.ID_NUMBER, "旧证330106900307851。"),
        (Private.PHONE, "致电138 0571 2266未接"),
        (Private.PHONE, "致电+86-13805712266未接"),
        (Private.PHONE, "座机0571-88912345无人"),
        (Private.PHONE, "手机一三八零五七一二二六六"),
        (Private.PHONE, "拨打138 - 0571 - 2266后"),
        (Private.PHONE, "拨打138 – 0571 – 2266后"),
        (Private.PHONE, "拨打+86 138 - 0571 - 2266后"),
        (Private.PHONE, "拨打0571 - 8891 - 2345后"),
        (Private.PHONE, "座机0571 — 88912345无人"),
        (Private.PHONE, "call +44 20 - 7946 - 0958 now"),
        (Private.ID_NUMBER, "号码 330106 - 19900307 - 8518 已核对"),
        (Private.BANK_ACCOUNT, "转入6222 - 0212 - 0200 - 8889 - 991内"),
        (Private.BANK_ACCOUNT, "转入6222 0212 0200 8889 991内"),
        (Private.BANK_ACCOUNT, "账号为12345678901234"),
        (Private.EMAIL, "发至li.lei＠mail.example收悉"),
        (Private.EMAIL, "发至 li.lei @ mail . example 收悉"),
        (Private.PLATE, "驾驶浙A·12B45前往"),
        (Private.PLATE, "驾驶浙AD12345前往"),
        (Private.TITLE_DEED, "浙（2020）杭州市不动产权第0012345号"),
        (Private.TITLE_DEED, "杭房权证西移字第09876543号"),
        (Private.ADDRESS, "货物送至文一路88号3幢1402室。"),
        (Private.ADDRESS, "住杭州市西湖区学院街二十一号。"),
        (Private.ACCOUNT, "微信号guli_93已注销"),
        (Private.ACCOUNT, "QQ：445566778"),
        (Private.ACCOUNT, "昵称“风清扬”的卖家"),
        (Private.URL, "见https://shop.example/user/lilei93/home页面"),
        (Private.BIRTH_DATE, "1993年4月12日出生"),
        (Private.ORDER_NUMBER, "订单号SH20260109-55127"),
    ],
)
def test_private_data_are_told_by_their_form(kind: Private, words: str) -> None:
    """Without the docket knowing them: proposed, not fixed."""
    found = [each for each in proposed(words) if each.kind is kind]
    assert found
    assert found[0].choice is Standing.PROPOSED


@pytest.mark.parametrize(
    "words",
    [
        "价款为12345678.90元。", "2026年3月4日15时30分。", "《民法典》第1165条第2款。", "（2025）京0491民初12345号判决书", "版本号1.2.3.4", "货号A1234", "数量为13个。",
        "自2026年1月1日至2026年12月31日。", "单价13800 - 138000元之间。", "约1380 - 1390元。", "第130 - 1399条", "+5 - 10 - 15度", "2026 - 0571 - 22", "型号为iPhone 15 Pro Max 256GB。", "共计人民币1,380,571.22元",
    ],
)  # fmt: skip
def test_numbers_that_say_nothing_of_a_person_stay(words: str) -> None:
    """Sums, days, articles, case numbers."""
    assert [each.surface for each in proposed(words) if each.choice is not Standing.KEPT] == []


def test_what_stays_of_what_is_cut() -> None:
    """Of a day of birth the year, of an address the district (the pack says so)."""
    assert read("1993年4月12日出生，住浙江省杭州市西湖区文一路88号3幢1402室。") == "1993年出生，住浙江省杭州市西湖区。"


def test_whose_it_is_counts() -> None:
    """An organisation's address is no private datum of JDP 10(2), where the pack says so."""
    table = cn_table()
    table["cuts"]["address"]["of"] = ["person"]
    rules = RedactionRules.from_table(table)
    words = "住所为滨江大道九号院。"
    seat = Known(Private.ADDRESS, ("滨江大道九号院",), holder=Holder.ORGANISATION)
    home = dataclasses.replace(seat, holder=Holder.PERSON)
    assert not [each for each in proposed(words, seat, rules=rules) if each.source is Source.DOCKET]
    assert [each for each in proposed(words, home, rules=rules) if each.source is Source.DOCKET]


def test_checksums() -> None:
    """Of identity numbers and of cards."""
    assert identity_checks("33010619900307851X") is False
    assert sum(identity_checks(f"33010619900307851{last}") for last in "0123456789X") == 1
    assert sum(luhn_checks(f"622202120200888999{last}") for last in "0123456789") == 1


def test_a_pattern_made_of_a_known_name_goes_whole() -> None:
    """An e-mail address with the name in it: nothing of it stays, and nobody can leave it."""
    found = proposed("发至lilei@mail.example。", LI)
    assert [(each.surface, each.choice) for each in found] == [("lilei@mail.example", Standing.FIXED)]


# What a person decides.


def test_silence_never_decides() -> None:
    """Somebody no docket knows is open: nothing is published until a person has chosen."""
    text = one("包裹由快递员高原送达，高原未留电话。")
    candidates = propose(text, [], cn_rules())
    assert {each.surface for each in candidates} == {"高原"}
    assert len(grouped(candidates)) == 1
    with pytest.raises(StillOpen):
        apply(text, candidates, {})
    number = candidates[0].number
    assert (
        apply(text, candidates, {number: Choice.REPLACE}).blocks[0].cells[0] == "包裹由快递员高某送达，高某未留电话。"
    )
    assert apply(text, candidates, {number: Choice.LEAVE}).blocks[0].cells == text.blocks[0].cells
    assert apply(text, candidates, {number: Choice.CUT}).blocks[0].cells[0] == "包裹由快递员×××送达，×××未留电话。"


def test_about_what_the_docket_knows_there_is_no_choice() -> None:
    """A party cannot be left, a judge cannot be hidden, and candidates of another text are refused."""
    text = one("李雷与审判员顾帆")
    candidates = propose(text, [LI, GU], cn_rules())
    for each in candidates:
        with pytest.raises(NoChoice):
            apply(text, candidates, {each.number: Choice.CUT})
    assert {each.surface: each.choice for each in candidates} == {"李雷": Standing.FIXED, "顾帆": Standing.KEPT}
    with pytest.raises(OtherText):
        apply(one("别的文字"), candidates, {})


@pytest.mark.parametrize("words", ["李雷", "李雷在", "李雷在家透析，电话13812345678。顾帆", "2345678。顾", "雷在家"])
def test_pointing_at_words_shows_and_hides_nothing_else(words: str) -> None:
    """Whoever points at words around a known name, a number or a judge decides about the rest of them alone: left, the
    others stay hidden; cut, the judge stays shown (JDP 8, 10).
    """
    text = one("李雷在家透析，电话13812345678。顾帆说明。")
    pointed = [Pointed(words, Private.OTHER, "objected"), Pointed("透析，电", Private.OTHER, "objected")]
    candidates = propose(text, [LI, GU], cn_rules(), pointed=pointed)
    mine = {each.number for each in candidates if each.source is Source.PERSON}
    for choice in (Choice.LEAVE, Choice.CUT):
        public = apply(text, candidates, dict.fromkeys(mine, choice)).blocks[0].cells[0]
        assert not re.search("雷|3812345678|2345|1381", public), public
        assert "顾帆" in public and ("透析" in public) is (choice is Choice.LEAVE), public


def test_a_party_can_point_at_words() -> None:
    """What an objection names becomes a candidate, wherever it stands."""
    text = one("迟延使其母亲透析期间无法使用。母亲透析至今。")
    candidates = propose(text, [], cn_rules(), pointed=[Pointed("母亲透析", Private.HEALTH, "objection")])
    mine = [each for each in candidates if each.source is Source.PERSON]
    assert len(mine) == 2
    assert mine[0].by_default is Choice.CUT


def test_the_same_name_in_the_appeal() -> None:
    """The naming handed on keeps 李某1 and 李某2 apart, whoever is named first in the second text."""
    other = Known(Private.PERSON, ("李梅",))
    first = propose(one("李雷与李梅"), [LI, other], cn_rules())
    second = propose(one("李梅与李雷"), [other, LI], cn_rules(), naming=naming_of(first))
    new = {each.surface: each.replacement for each in first}
    assert {each.surface: each.replacement for each in second} == new == {"李雷": "李某1", "李梅": "李某2"}


def test_a_judge_whose_name_holds_a_partys_given_name_is_shown() -> None:
    """王思博 judges, 李思博 is a party."""
    words = "审判员王思博询问李思博。"
    known = [Known(Private.PERSON, ("李思博",)), Known(Private.PERSON, ("王思博",), keep=True)]
    assert read(words, *known) == "审判员王思博询问李某。"


# Names of others: sentences written before the rules.


Finder = Callable[[str, str], Sequence[tuple[int, int, str]]]


LOOKED_AT, KEPT = slice(0, None, 2), slice(1, None, 2)
"""Of the fourth file: the lines that may teach, and those that were only counted."""


def measured(name: str, find: Finder = names_in, part: slice = slice(None)) -> tuple[float, float, float, int]:
    """Of a file of sentences: the share of marked names found, of finds that are no names, of sentences without names in
    which nothing was found; and how many sentences there are.
    """
    hits, names, over, finds, quiet, silent, sentences = 0, 0, 0, 0, 0, 0, 0
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    for line in [one for one in lines if not one.startswith("#")][part]:
        _, marked = line.split("\t", 1)
        words, spans = "", []
        for piece in re.split(r"(\{[^}]*\})", marked):
            if piece.startswith("{"):
                spans.append((len(words), len(words) + len(piece) - 2))
            words += piece.strip("{}") if piece.startswith("{") else piece
        found = find(words, "zh-Hans" if re.search("[\u4e00-\u9fff]", words) else "en")
        sentences += 1
        names += len(spans)
        finds += len(found)
        hits += sum(any(start <= a and b <= end for start, end, _ in found) for a, b in spans)
        over += sum(not any(start < b and a < end for a, b in spans) for start, end, _ in found)
        silent += not spans
        quiet += not spans and not found
    return hits / names, over / max(finds, 1), quiet / max(silent, 1), sentences


def test_names_no_docket_knows() -> None:
    """Over three hundred sentences: how many names are asked about, and how often nobody was meant. The bounds are below
    what was measured (0.98 and 0.01); the rules were made with these sentences in view, so the second file says more.
    """
    recall, over, quiet, sentences = measured("other_names.tsv")
    sys.stdout.write(
        f"names no docket knows: {sentences} sentences, recall {recall:.3f}, over-asked {over:.3f}, quiet {quiet:.3f}\n"
    )
    assert sentences >= 300
    assert recall >= 0.95
    assert over <= 0.05
    assert quiet >= 0.95


def test_names_in_sentences_the_rules_were_not_made_for() -> None:
    """The second file was written after the rules and looked at once: 0.59 at first sight, 0.81 after what it taught."""
    recall, over, quiet, sentences = measured("other_names_unseen.tsv")
    sys.stdout.write(
        f"second file: {sentences} sentences, recall {recall:.3f}, over-asked {over:.3f}, quiet {quiet:.3f}\n"
    )
    assert sentences >= 70
    assert recall >= 0.78
    assert over <= 0.08
    assert quiet >= 0.9


def test_names_in_sentences_by_somebody_who_had_not_seen_the_rules() -> None:
    """The third file: compound, minority, transliterated, word-like, spaced, full-width, pinyin, nicknames; 0.827 at first
    sight, 0.977 after kinds of rules were mended. The bounds keep what was reached.
    """
    recall, over, quiet, sentences = measured("other_names_third.tsv")
    sys.stdout.write(
        f"third file: {sentences} sentences, recall {recall:.3f}, over-asked {over:.3f}, quiet {quiet:.3f}\n"
    )
    assert sentences >= 370
    assert recall >= 0.96
    assert over <= 0.02
    assert quiet >= 0.95


def test_names_in_a_fourth_file_of_which_half_is_kept() -> None:
    """Written by somebody who had read neither rules nor files. At first sight 0.911 of the names in the half that was then looked
    at and 0.889 in the kept one, over-asked 0.042 and 0.080; after kinds were mended 0.968 and 0.889, 0.016 and 0.073. What was
    learned from one half helped the other little: a fresh text gives what the kept half says.
    """
    looked, kept = (measured("other_names_fourth.tsv", part=part) for part in (LOOKED_AT, KEPT))
    for name, (recall, over, quiet, sentences) in (("looked at", looked), ("kept", kept)):
        sys.stdout.write(
            f"fourth file, {name}: {sentences} sentences, recall {recall:.3f}, over-asked {over:.3f}, quiet {quiet:.3f}\n"
        )
    assert looked[3] + kept[3] >= 300
    assert looked[0] >= 0.95 and looked[1] <= 0.04 and looked[2] >= 0.95
    assert kept[0] >= 0.87 and kept[1] <= 0.1 and kept[2] >= 0.88


def everything(words: str, language: str) -> list[tuple[int, int, str]]:
    """A build that masks every word."""
    return [(*match.span(), "") for match in re.finditer("[\u4e00-\u9fff]{1,3}|[^\\W\\d]+(?: [^\\W\\d]+)?", words)]


def whole_sentences(words: str, language: str) -> list[tuple[int, int, str]]:
    """A build that masks whole sentences."""
    return [(0, len(words), "")]


@pytest.mark.parametrize("build", [everything, whole_sentences, lambda words, language: []])
@pytest.mark.parametrize(
    "file", ["other_names.tsv", "other_names_unseen.tsv", "other_names_third.tsv", "other_names_fourth.tsv"]
)
def test_builds_that_mask_everything_or_nothing_are_refused(file: str, build: Finder) -> None:
    """Whoever masks every word, every sentence, or nothing is outside the bounds of each file."""
    recall, over, quiet, _ = measured(file, build)
    assert recall < 0.5 or over > 0.15
    assert recall < 0.5 or quiet < 0.5


def test_a_rule_that_asks_about_everything_is_refused() -> None:
    """The bounds above bite: whoever asks about each word finds every name and fails on over-asking."""
    sentences = [
        line.split("\t", 1)[1]
        for line in (HERE / "other_names.tsv").read_text(encoding="utf-8").splitlines()
        if "\t" in line
    ]
    named = sum(line.count("{") for line in sentences[1:])
    words = sum(len(re.findall("[\u4e00-\u9fff]{2}", line)) for line in sentences)
    assert 1 - named / words > 0.05


@pytest.mark.parametrize(
    ("words", "public"),
    [
        ("Mrs Thornton lived at Flat 3, 12 King Street, London.", "Mrs M lived at ×××."),
        ("Thornton, Margaret (m.thornton@mail.example, 07700 900 123) paid", "M (×××, ×××) paid"),
        ("BLUEBELL TRADING LIMITED, Bluebell Trading Co., Ltd and Bluebell paid", "Mou Trading Co., Mou Trading Co. and Mou Trading Co. paid"),
        ("Lei Li, LI Lei and lilei paid Hangzhou Haiyun Information Technology Co., Ltd", "Li Mou, Li Mou and Li Mou paid Mou Information Technology Co."),
        ("Lü Bu, Lv Bu, Lyu Bu, Lu Bu, LÜ BU", "Lü Mou, Lü Mou, Lü Mou, Lü Mou, Lü Mou"),
        ("Ouyang Wenbo, Ou Yang Wen Bo, Wenbo Ouyang, ouyangwenbo", "Ouyang Mou, Ouyang Mou, Ouyang Mou, Ouyang Mou"),
        ("Judge Gu Fan and 顾帆; Thorntonville is far.", "Judge Gu Fan and 顾帆; Thorntonville is far."),
    ],
)  # fmt: skip
def test_an_english_text(words: str, public: str) -> None:
    """Names of Latin and of Chinese people, companies with what stands around them, data."""
    known = [
        LI,
        HAIYUN,
        GU,
        Known(Private.PERSON, ("Margaret Thornton",)),
        Known(Private.ORGANISATION, ("Bluebell Trading Ltd",)),
        Known(Private.ADDRESS, ("Flat 3, 12 King Street, London SW1A 2AA",)),
        Known(Private.EMAIL, ("m.thornton@mail.example",)),
        Known(Private.PHONE, ("07700900123",)),
        Known(Private.PERSON, ("吕布",)),
        Known(Private.PERSON, ("欧阳文博",)),
    ]
    assert read(words, *known, language="en") == public


@pytest.mark.parametrize(
    "said",
    [
        "海云",
        "海云公司",
        "杭州海云",
        "海云信息",
        "海云信息技术公司",
        "杭州海云信息技术有限公司",
        "杭州 海云 信息技术 有限公司",
    ],
)
def test_an_organisation_in_part(said: str) -> None:
    """The new name does not meet the rest of the old one."""
    assert read(f"原告向{said}付款。", HAIYUN) == "原告向某信息技术公司付款。"


UNSEEN = [chr(at) for at in (0x034F, 0x115F, 0x180B, 0x2800, 0x3164, 0xFE00, 0xFE0F, 0xFFA0, 0xE0100, 0x200D)]


@pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
def test_no_sign_that_prints_nothing_splits_a_name(sign: str) -> None:
    """Whoever puts a filler or a selector into a name, on purpose or with a keyboard that does, does not make it public; nor
    with a ring around a sign, which stays where no name stands.
    """
    assert read(f"原告李{sign}雷与杭州海{sign}云信息技术有限公司", LI, HAIYUN) == "原告李某与某信息技术公司"
    assert read("原告李\u20dd雷、1\ufe0f\u20e338 0013 8000", LI) == "原告李某、×××"
    assert cleaned(f"葛{sign}城") == ("葛\u200d城" if sign == "\u200d" else "葛城")


@pytest.mark.parametrize(
    ("words", "public"),
    [
        ("（2020）李雷民间借贷合同第12号", "（2020）李某民间借贷合同第12号"),
        ("(2020)李雷民借12号", "(2020)李某民借12号"),
        ("（2026）浙0192民初2260号", "（2026）浙0192民初2260号"),
        ("（2014）杭滨知初字第123号", "（2014）杭滨知初字第123号"),
        ("（2021）最高法知民终5号之二", "（2021）最高法知民终5号之二"),
    ],
)
def test_what_reads_like_a_case_number_hides_nobody_s_name(words: str, public: str) -> None:
    """A contract is numbered in the way of a case, with who made it: the number of a case stays, a name never does. A given
    name that is a part of every number (民初) does not cut it.
    """
    known = Known(Private.PERSON, ("张民初",), "respondent")
    assert read(f"见{words}文书。", LI, known) == f"见{public}文书。"
