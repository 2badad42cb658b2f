"""Drafts without a fault, in both languages, and one error of each kind put into them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from odr.assist.checks.draft import Draft, Passage, Standing
from odr.docket.models import Role, Track
from odr.ground.text import Money, T

PEOPLE_ZH = ("王建国", "李小梅", "欧阳志远", "陈思", "赵国强", "阿依古丽·买买提", "周晓彤", "何丽君")
FIRMS_ZH = (
    "杭州云图信息技术有限公司",
    "上海拾光电子商务有限公司",
    "深圳市南方优选贸易有限公司",
    "成都锦里食品有限责任公司",
)
PEOPLE_EN = (
    "Harriet Osgood",
    "Daniel Whitcombe",
    "Priya Raman",
    "Tomasz Zielinski",
    "Mary-Anne Doyle",
    "Owen Pritchard",
)
FIRMS_EN = (
    "Northgate Trading Limited",
    "Bluewater Outfitters Ltd",
    "Kestrel Home Goods Limited",
    "Harbour Lane Books Ltd",
)
_FORMAL = "零壹贰叁肆伍陆柒捌玖"


def formal(whole: int) -> str:
    """A sum of whole yuan as receipts write it; made otherwise than the court reads it: digit by digit, from the right."""
    out, zero = "", False
    for place, digit in enumerate(reversed(str(whole))):
        unit = ("", "拾", "佰", "仟")[place % 4]
        if place and place % 4 == 0:
            out, zero = ("万" if place == 4 else "亿") + out, False
        if digit == "0":
            if out and not zero and not out.startswith(("万", "亿")):
                out = "零" + out
            zero = True
        else:
            out, zero = _FORMAL[int(digit)] + unit + out, False
    return out + "元整"


@dataclass(frozen=True)
class Made:
    """What a draft was made of, for whoever puts an error into it."""

    claimant: str
    respondent: str
    price: int
    damages: int
    on: date

    @property
    def total(self) -> int:
        """Both sums together."""
        return self.price + self.damages


def draft(language: str, dice: random.Random) -> tuple[Draft, Made]:
    """A draft without a fault."""
    zh = language == "zh-Hans"
    claimant = dice.choice(PEOPLE_ZH if zh else PEOPLE_EN)
    respondent = dice.choice(FIRMS_ZH if zh else FIRMS_EN)
    made = Made(
        claimant,
        respondent,
        dice.randint(210, 98_000),
        dice.randint(100, 9_900),
        date(2026, 3, 2) + timedelta(dice.randint(0, 60)),
    )
    words = chinese(made) if zh else english(made)
    return (
        Draft(
            language=language,
            pack="cn" if zh else "ew",
            passages=[Passage(T("Reasons"), part, text) for part, text in words],
            names={Role.CLAIMANT: [claimant], Role.RESPONDENT: [respondent], Role.THIRD_PARTY: []},
            exhibits={
                "C-1": Standing.EXAMINED,
                "C-2": Standing.EXAMINED,
                "R-1": Standing.EXAMINED,
                "R-2": Standing.WITHDRAWN,
                "C-3": Standing.NOT_EXAMINED,
            },
            facts=frozenset({"1", "2", "3"}),
            awards=[made.price * 100, made.damages * 100],
            grants=True,
            dismisses=False,
            short=False,
            appeal_days=(15,) if zh else (21,),
            decided_on=date(2026, 9, 1),
            oldest=made.on,
            heads=frozenset({1, 2}),
            disputed=frozenset({"R-1"}),
            relied={"C-1": True, "C-2": True, "R-1": False},
            track=Track.ORDINARY if zh else Track.MULTI,
            late=frozenset({264}) if zh else None,
            fee=Money(50_00, "CNY" if zh else "GBP"),
            bears={Role.RESPONDENT: 50_00},
        ),
        made,
    )


def chinese(made: Made) -> list[tuple[str, str]]:
    """The words of a Chinese judgment."""
    day, later = made.on, made.on + timedelta(9)
    return [
        (
            "history",
            f"原告{made.claimant}与被告{made.respondent}网络购物合同纠纷一案，本院于{later.year}年{later.month}月{later.day}日立案后，依法适用普通程序，公开开庭进行了审理。本案现已审理终结。",
        ),
        (
            "claims",
            f"原告{made.claimant}向本院提出诉讼请求：1.判令被告退还货款{made.price}元；2.判令被告赔偿损失{made.damages}元。",
        ),
        ("answers", f"被告{made.respondent}辩称，商品符合约定，请求驳回原告的诉讼请求。"),
        ("issues", "一、涉案商品是否符合约定的质量标准\n二、货款应否退还"),
        (
            "reasons",
            f"根据C-1订单与C-2检测报告，{made.claimant}于{day.year}年{day.month}月{day.day}日在{made.respondent}经营的网店购买涉案商品，支付货款{made.price}元（人民币{formal(made.price)}）。事实1、事实2足以认定。",
        ),
        (
            "reasons",
            f"涉案商品不符合约定的质量标准，{made.respondent}的抗辩不能成立。依照《中华人民共和国民法典》第五百七十七条、第五百八十二条和《中华人民共和国电子商务法》第七十四条，原告有权要求退还货款。自{day.year}年{day.month}月{day.day}日起至{later.year}年{later.month}月{later.day}日，被告未作任何处理。",
        ),
        (
            "reasons",
            f"货款{made.price}元，损失{made.damages}元，合计{made.total}元，均有证据证明。原告的诉讼请求于法有据，本院予以支持。",
        ),
        ("articles", "《中华人民共和国民法典》第五百七十七条"),
    ]


MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def written(day: date) -> str:
    """A day as English papers write it."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def english(made: Made) -> list[tuple[str, str]]:
    """The words of an English judgment."""
    later = made.on + timedelta(9)
    return [
        (
            "history",
            f"The claim of {made.claimant} against {made.respondent} was issued on {written(later)} and heard on the papers.",
        ),
        ("claims", f"The claimant {made.claimant} asks for the price of £{made.price} and damages of £{made.damages}."),
        (
            "answers",
            f"The respondent {made.respondent} says that the goods were as described and asks that the claim be dismissed.",
        ),
        ("issues", "Were the goods of satisfactory quality?\nIs the price to be repaid?"),
        (
            "reasons",
            f"The order C-1 and the report C-2 show that {made.claimant} bought the goods from {made.respondent} on {written(made.on)} and paid £{made.price}. Fact 1 and fact 2 are found.",
        ),
        (
            "reasons",
            f"The goods were not of satisfactory quality. Under sections 9 and 20 of the Consumer Rights Act 2015 the price is repaid. From {written(made.on)} to {written(later)} nothing was offered.",
        ),
        (
            "reasons",
            f"The price of £{made.price} and damages of £{made.damages}, in total £{made.total}, are proved. The claim is well founded.",
        ),
        ("articles", "Consumer Rights Act 2015, section 20"),
    ]


Planting = Callable[[Draft, Made, random.Random], Draft]


def swap(draft: Draft, old: str, new: str) -> Draft:
    """The draft with the first ``old`` as ``new``. Raises ValueError where there is none: an error that was not put in."""
    for at, passage in enumerate(draft.passages):
        if old in passage.words:
            mended = replace(passage, words=passage.words.replace(old, new, 1))
            return replace(draft, passages=[*draft.passages[:at], mended, *draft.passages[at + 1 :]])
    raise ValueError(old)


def add(draft: Draft, part: str, words: str) -> Draft:
    """The draft with one passage more."""
    return replace(draft, passages=[*draft.passages, Passage(T("Reasons"), part, words)])


def wrong_article(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """An article past the last one, or of a law that had ended."""
    if draft.is_chinese:
        old, new = dice.choice(
            (
                ("《中华人民共和国民法典》第五百七十七条、", "《中华人民共和国民法典》第一千五百七十七条、"),
                ("《中华人民共和国电子商务法》第七十四条", "《中华人民共和国电子商务法》第九十四条"),
                ("《中华人民共和国电子商务法》第七十四条", "《中华人民共和国合同法》第一百零七条"),
            )
        )
        return swap(draft, old, new)
    return swap(draft, "sections 9 and 20", dice.choice(("sections 9 and 120", "sections 109 and 20")))


def slip(name: str, dice: random.Random) -> str:
    """The name with one sign other than the first changed."""
    at = dice.choice([n for n in range(1, len(name)) if name[n] not in " ·-"])
    other = dice.choice([c for c in ("图途拾石优尤锦景国果" if not name.isascii() else "aeinort") if c != name[at]])
    return name[:at] + other + name[at + 1 :]


def wrong_name(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """A slip in the name of a party where it stands first."""
    name = made.respondent
    return swap(
        draft,
        f"被告{name}" if draft.is_chinese else name,
        f"被告{slip(name, dice)}" if draft.is_chinese else slip(name, dice),
    )


def wrong_role(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """The parties called by each other's role."""
    if draft.is_chinese:
        return (
            swap(draft, f"原告{made.claimant}与", f"原告{made.respondent}与")
            if dice.random() < 0.5
            else swap(draft, f"被告{made.respondent}辩称", f"被告{made.claimant}辩称")
        )
    return (
        swap(draft, f"The claimant {made.claimant}", f"The claimant {made.respondent}")
        if dice.random() < 0.5
        else swap(draft, f"The respondent {made.respondent}", f"The respondent {made.claimant}")
    )


def wrong_words(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """Words and figures of a sum that differ."""
    other = made.price + dice.choice((1, 10, 100, 9))
    if draft.is_chinese:
        return swap(draft, formal(made.price), formal(other))
    return add(
        draft,
        "reasons",
        f"The price was £{dice.choice((1200, 1250))} (one thousand {dice.choice(('three hundred', 'two hundred and five'))} pounds).",
    )


def wrong_total(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """A total that is not the sum."""
    other = made.total + dice.choice((-10, 9, 90, 100))
    return swap(
        draft,
        f"合计{made.total}元" if draft.is_chinese else f"in total £{made.total}",
        f"合计{other}元" if draft.is_chinese else f"in total £{other}",
    )


def wrong_award(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """An order over a sum of which the reasons know nothing."""
    return replace(draft, awards=[made.price * 100 + dice.choice((700, 50, 123_45)), made.damages * 100])


def wrong_day(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """A day in no calendar, or a stretch that runs backwards."""
    later = made.on + timedelta(9)
    if draft.is_chinese:
        if dice.random() < 0.5:
            return swap(
                draft,
                f"{made.on.year}年{made.on.month}月{made.on.day}日在",
                f"{made.on.year}年{dice.choice(('2月30日', '4月31日', '13月2日'))}在",
            )
        return swap(draft, f"自{made.on.year}年", f"自{later.year + 1}年")
    if dice.random() < 0.5:
        return swap(draft, f"on {written(made.on)} and paid", "on 31 April 2026 and paid")
    return swap(draft, f"From {written(made.on)} to", f"From {written(later + timedelta(5))} to")


def wrong_exhibit(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """An exhibit that is not there, was withdrawn, or was not examined."""
    return swap(draft, "C-2", dice.choice(("C-9", "R-2", "C-3", "R-14")))


def wrong_fact(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """A fact nobody told."""
    number = dice.randint(4, 40)
    return swap(
        draft, "事实2" if draft.is_chinese else "fact 2", f"事实{number}" if draft.is_chinese else f"fact {number}"
    )


def no_answer(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """A question to which the reasons do not speak."""
    zh = ("平台经营者有无审核过错", "直播间虚假宣传如何认定", "鉴定费用由谁负担")
    en = ("Did the marketplace warn its customers?", "Was the advertisement misleading?", "Is interest recoverable?")
    return add(draft, "issues", dice.choice(zh if draft.is_chinese else en))


def bare(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """Reasons that fit every case."""
    zh = ("经审理查明，案件清楚，证据充分，应予处理。", "综上，双方所述，本院已经注意，依法判决。")
    en = (
        "Having considered everything the court decides as below.",
        "On balance the evidence suffices and judgment follows.",
    )
    kept = [p for p in draft.passages if p.part not in ("reasons", "articles", "issues")]
    return add(replace(draft, passages=kept), "reasons", dice.choice(zh if draft.is_chinese else en))


def opposite(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """Reasons that say the opposite of the orders."""
    if dice.random() < 0.5:
        return replace(draft, grants=False, dismisses=True, awards=[])
    return add(
        draft,
        "reasons",
        "综上，原告的诉讼请求缺乏依据，应予驳回。" if draft.is_chinese else "The claim is therefore dismissed.",
    )


def wrong_remedy(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """An appeal that is another one, or none where there is one."""
    if dice.random() < 0.5:
        return add(draft, "reasons", "本判决为终审判决。" if draft.is_chinese else "This judgment is final.")
    return add(
        draft,
        "reasons",
        "如不服本判决，可以在判决书送达之日起十日内向本院递交上诉状。"
        if draft.is_chinese
        else "The parties may appeal within 14 days.",
    )


def wrong_head(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """A head of the claim nobody asked for."""
    zh = ("第三项诉讼请求没有依据。", "诉讼请求第5项应当另案处理。")
    en = ("Head 3 of the claim fails.", "There is no ground for the fourth head of claim.")
    return add(draft, "reasons", dice.choice(zh if draft.is_chinese else en))


def wrong_weight(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """An exhibit relied on, refused, or called undisputed, and the finding says otherwise."""
    zh = ("R-1内容真实，本院予以采信。", "C-1来源不明，本院不予采信。", "双方对R-1没有异议。")
    en = ("The court relies on R-1.", "The court does not rely on C-1.", "R-1 is not disputed.")
    return add(draft, "reasons", dice.choice(zh if draft.is_chinese else en))


def other_language(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """A sentence in another language than the decision's."""
    zh = ("被告交付的商品与约定不符。", "本院对此不予支持，理由如下。")
    en = ("The goods delivered were not as agreed.", "For these reasons the court so decides.")
    return add(draft, dice.choice(("reasons", "orders")), dice.choice(en if draft.is_chinese else zh))


def other_procedure(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """Another procedure than the case follows."""
    if draft.is_chinese:
        return swap(draft, "适用普通程序", dice.choice(("适用简易程序", "适用小额诉讼程序")))
    return add(
        draft, "history", dice.choice(("The case followed the fast track.", "It was a small claims track case."))
    )


def wrong_costs(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """Another fee, or borne by another."""
    zh = ("案件受理费60元，由被告负担。", "案件受理费50元，由原告负担。")
    en = ("The court fee of £60 is borne by the respondent.", "The claimant bears the court fee.")
    return add(draft, "reasons", dice.choice(zh if draft.is_chinese else en))


def wrong_lateness(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """An article on paying late that is another one by now, or where there is none."""
    article = dice.choice(("二百五十三", "二百二十九", "二百六十"))
    zh = f"应当依照《中华人民共和国民事诉讼法》第{article}条规定，加倍支付迟延履行期间的债务利息。"
    return add(draft, "orders", zh if draft.is_chinese else "Whoever pays late owes double interest.")


def unanswered_guiding(draft: Draft, made: Made, dice: random.Random) -> Draft:
    """A guiding case a party relies on, without a word on it; or a search that is not on file."""
    if dice.random() < 0.3:
        return replace(draft, search_due=True)
    return replace(draft, guiding={dice.randint(1, 200): made.claimant})


ERRORS: Mapping[str, Planting] = MappingProxyType(
    {
        "articles": wrong_article,
        "names": wrong_name,
        "roles": wrong_role,
        "amounts": wrong_words,
        "sums": wrong_total,
        "awards": wrong_award,
        "days": wrong_day,
        "exhibits": wrong_exhibit,
        "facts": wrong_fact,
        "answered": no_answer,
        "formula": bare,
        "result": opposite,
        "remedy": wrong_remedy,
        "heads": wrong_head,
        "weighed": wrong_weight,
        "language": other_language,
        "procedure": other_procedure,
        "costs": wrong_costs,
        "late": wrong_lateness,
        "guiding": unanswered_guiding,
    }
)
