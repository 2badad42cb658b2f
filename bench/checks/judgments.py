"""Sound judgments in both languages as plain data, and errors of twelve kinds put into them. Imports nothing of the court: what
the checks know of sums, days, names and laws is written here once more, in another way.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Exhibit:
    """An exhibit of the file: ``state`` is ``examined``, ``hidden`` (never open to the others) or ``withdrawn``."""

    state: str = "examined"
    disputed: bool = False
    adopted: bool = True
    reasoned: bool = True


@dataclass
class Ordered:
    """An order: the head of claim it answers (None for all the rest), what it is, its sum in cents, who owes whom."""

    head: int | None
    kind: str
    cents: int = 0
    debtor: str = "respondent"


@dataclass
class Judgment:
    """A judgment and its docket."""

    language: str
    law: str
    track: str
    claimant: str
    respondent: str
    bought: datetime.date
    filed: datetime.date
    heard: datetime.date
    decided: datetime.date
    asked: dict[int, int]
    orders: list[Ordered]
    fee: int
    short: bool = False
    exhibits: dict[str, Exhibit] = field(default_factory=dict)
    facts: int = 4
    appeal: tuple[int, ...] = ()
    parts: list[tuple[str, str]] = field(default_factory=list)
    """Name of the part and its words, one a paragraph."""

    def put(self, part: str, words: str) -> None:
        """One paragraph more."""
        self.parts.append((part, words))

    def change(self, part: str, old: str, new: str) -> None:
        """Other words in the first paragraph of a part that holds the old ones. Raises ValueError: nothing was planted."""
        for at, (name, words) in enumerate(self.parts):
            if name == part and old in words and old != new:
                self.parts[at] = (name, words.replace(old, new, 1))
                return
        raise ValueError(f"{part}: {old}")

    def drop(self, *names: str) -> None:
        """Without these parts."""
        self.parts = [one for one in self.parts if one[0] not in names]


# Sums and days as people write them

SIGNS = "零壹贰叁肆伍陆柒捌玖"
ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety"


def in_signs(yuan: int) -> str:
    """Whole yuan below a hundred million as receipts write them, from the left."""
    if yuan >= 10_000:
        high, low = divmod(yuan, 10_000)
        tail = "" if not low else ("零" if low < 1000 else "") + in_signs(low)
        return in_signs(high) + "万" + tail
    out, gap = "", False
    for unit, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = yuan // unit % 10
        if digit:
            out += ("零" if gap and out else "") + SIGNS[digit] + name
        gap = not digit
    return out


def in_words(number: int) -> str:
    """A whole number below a million in English words."""
    if number >= 1000:
        high, low = divmod(number, 1000)
        return f"{in_words(high)} thousand" + (f"{' and' if low < 100 else ''} {in_words(low)}" if low else "")
    if number >= 100:
        high, low = divmod(number, 100)
        return f"{ONES.split()[high]} hundred" + (f" and {in_words(low)}" if low else "")
    if number >= 20:
        high, low = divmod(number, 10)
        return TENS.split()[high] + (f"-{ONES.split()[low]}" if low else "")
    return ONES.split()[number]


def zh_day(day: datetime.date) -> str:
    """As Chinese papers write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def en_day(day: datetime.date) -> str:
    """As English papers write it."""
    return f"{day.day} {day:%B} {day.year}"


def grouped(yuan: int) -> str:
    """With commas."""
    return f"{yuan:,}"


# Chinese judgments

ZH_PEOPLE = ["孙丽华", "马超群", "司马文静", "刘一凡", "郑海燕", "古丽娜尔", "唐糖", "彭志明", "尹红梅", "贺建军"]
ZH_FIRMS = [
    "宁波海星网络科技有限公司",
    "北京万禾生鲜电子商务有限公司",
    "广州木棉服饰有限公司",
    "重庆火炉餐饮管理有限公司",
    "厦门鹭岛数码商行",
    "苏州织造工坊",
]
ZH_STORIES = [
    {
        "cause": "网络购物合同纠纷",
        "what": "一台净水器",
        "first": "退还货款",
        "second": "赔偿检测费",
        "facts": "收货后发现净水器滤芯与页面宣传的型号不符",
        "issue": ["净水器是否与宣传的型号一致", "检测费应否由被告承担"],
        "found": "净水器的滤芯型号与商品页面宣传的型号不一致，检测费是为查明这一点支出的合理费用",
        "law": ["《中华人民共和国民法典》第五百七十七条", "《中华人民共和国消费者权益保护法》第五十五条"],
    },
    {
        "cause": "网络服务合同纠纷",
        "what": "一年期在线课程",
        "first": "退还课程费",
        "second": "支付违约金",
        "facts": "开课两周后平台停止授课",
        "issue": ["停止授课是否构成违约", "违约金的数额是否过高"],
        "found": "停止授课使合同目的不能实现，违约金的数额没有超过约定",
        "law": ["《中华人民共和国民法典》第五百六十三条", "《中华人民共和国民法典》第五百六十六条"],
    },
    {
        "cause": "信息网络传播权纠纷",
        "what": "一组摄影作品的使用许可",
        "first": "赔偿经济损失",
        "second": "支付合理开支",
        "facts": "许可到期后被告仍在公众号中使用作品",
        "issue": ["许可到期后的使用是否侵权", "合理开支包括哪些"],
        "found": "许可到期后继续使用作品没有依据，公证费属于合理开支",
        "law": ["《中华人民共和国民法典》第一千一百六十五条", "《中华人民共和国电子商务法》第四十二条"],
    },
    {
        "cause": "产品责任纠纷",
        "what": "一辆儿童滑板车",
        "first": "赔偿医疗费",
        "second": "赔偿护理费",
        "facts": "使用第三天车把断裂，孩子手臂受伤",
        "issue": ["滑板车的车把是否存在缺陷", "护理费如何计算"],
        "found": "车把焊接处存在缺陷，护理费按照护理天数计算",
        "law": ["《中华人民共和国民法典》第一千二百零二条", "《中华人民共和国民法典》第一千二百零三条"],
    },
]
ZH_TRACK = {"ordinary": "普通程序", "simple": "简易程序", "small_claims": "小额诉讼程序"}


def chinese(dice: random.Random) -> Judgment:
    """A judgment in Chinese."""
    made = _docket("zh-Hans", "cn", dice, ZH_PEOPLE, ZH_FIRMS)
    story, a, b = dice.choice(ZH_STORIES), made.claimant, made.respondent
    first, second = made.asked[1] // 100, made.asked[2] // 100
    sums = (lambda n: grouped(n)) if dice.random() < 0.4 else str
    track = ZH_TRACK[made.track]
    made.put(
        "history",
        dice.choice(
            [
                f"原告{a}与被告{b}{story['cause']}一案，本院于{zh_day(made.filed)}立案，适用{track}，于{zh_day(made.heard)}公开开庭审理了本案。现已审理终结。",
                f"本院于{zh_day(made.filed)}立案受理原告{a}诉被告{b}{story['cause']}一案，依法适用{track}审理，{zh_day(made.heard)}在线开庭，双方均到庭参加诉讼。",
            ]
        ),
    )
    made.put(
        "claims",
        dice.choice(
            [
                f"{a}请求：一、判令被告{story['first']}{sums(first)}元；二、判令被告{story['second']}{sums(second)}元。事实和理由：{zh_day(made.bought)}，原告在被告处购买{story['what']}，{story['facts']}。",
                f"原告{a}提出两项诉讼请求：1.{story['first']}{sums(first)}元；2.{story['second']}{sums(second)}元。原告称，{story['facts']}。",
            ]
        ),
    )
    made.put(
        "answers",
        dice.choice(
            [
                f"{b}辩称：原告所述不实，不同意原告的全部诉讼请求。",
                f"被告{b}答辩：对购买的事实没有异议，但不同意承担责任，请求驳回原告的诉讼请求。",
            ]
        ),
    )
    made.put("issues", "\n".join(f"{n}、{words}" for n, words in zip("一二", story["issue"], strict=True)))
    agreed, doubted = _agreed(made), _doubted(made)
    made.put(
        "reasons",
        dice.choice(
            [
                f"双方对{'、'.join(agreed)}没有异议，本院予以确认。被告对{doubted}的关联性提出异议，但{doubted}与其他证据能够互相印证，本院予以采信。",
                f"{'、'.join(agreed)}，当事人无异议，本院予以采信。关于{doubted}，被告认为系单方制作；经查，{doubted}记载的内容与事实2相符，本院予以采信。",
            ]
        ),
    )
    made.put(
        "reasons",
        f"{zh_day(made.bought)}，{a}向{b}支付{sums(first)}元（大写：人民币{in_signs(first)}元整）购买{story['what']}。此后{story['facts']}，由事实1、事实3可以认定。",
    )
    made.put(
        "reasons",
        f"自{zh_day(made.bought)}起至{zh_day(made.filed)}，被告未作处理。{story['found']}。依照{'、'.join(story['law'])}的规定，被告应当承担责任。",
    )
    total = first + second
    made.put(
        "reasons",
        dice.choice(
            [
                f"因此，{b}应当{story['first']}{sums(first)}元、{story['second']}{sums(second)}元，共计{sums(total)}元。",
                f"以上{sums(first)}元和{sums(second)}元，合计{sums(total)}元，被告应当支付。原告的诉讼请求有事实和法律依据，本院予以支持。",
            ]
        ),
    )
    made.put("articles", story["law"][0])
    return made


# English judgments

EN_PEOPLE = [
    "Rosalind Achebe",
    "Gareth Llewellyn",
    "Ines Carvalho",
    "Thomas O'Hara",
    "Beatrix Lindqvist",
    "Samir Haddad",
    "Joan Fairweather",
]
EN_FIRMS = [
    "Tidewater Electronics Limited",
    "Old Mill Furniture Company",
    "Larkspur Digital Ltd",
    "Pennine Cycle Works",
    "Saltmarsh Foods Limited",
]
EN_STORIES = [
    {
        "what": "an espresso machine",
        "first": "repayment of the price",
        "second": "the cost of an inspection",
        "facts": "The boiler leaked on the second day",
        "issues": ["Was the boiler defective on delivery?", "Is the cost of the inspection recoverable?"],
        "found": "The boiler was defective on delivery, and the inspection was a reasonable expense",
    },
    {
        "what": "an online language course",
        "first": "the fee of the course",
        "second": "the agreed penalty",
        "facts": "The lessons stopped after three weeks",
        "issues": ["Did the stopping of the lessons breach the contract?", "Is the penalty excessive?"],
        "found": "Stopping the lessons breached the contract, and the penalty is what was agreed",
    },
    {
        "what": "a used bicycle",
        "first": "the price",
        "second": "the cost of repair",
        "facts": "The frame cracked within a month",
        "issues": ["Did the frame conform to the listing?", "Who bears the cost of repair?"],
        "found": "The frame did not conform to the listing, and the repair was needed because of it",
    },
]
EN_LAW = {
    "cn": ["Civil Code, art. 577", "Civil Code, art. 582", "E-Commerce Law, art. 74"],
    "ew": [
        "sections 9 and 10 of the Consumer Rights Act 2015",
        "section 14 of the Sale of Goods Act 1979",
        "Consumer Rights Act 2015, section 19",
    ],
}
EN_TRACK = {
    "ordinary": "ordinary procedure",
    "simple": "simple procedure",
    "small_claims": "small claims procedure",
    "multi": "multi-track",
    "fast": "fast track",
    "small": "small claims track",
}


def english(dice: random.Random) -> Judgment:
    """A judgment in English."""
    law = dice.choice(["cn", "ew"])
    made = _docket("en", law, dice, EN_PEOPLE, EN_FIRMS)
    story, a, b = dice.choice(EN_STORIES), made.claimant, made.respondent
    first, second = made.asked[1] // 100, made.asked[2] // 100
    sign = "£" if law == "ew" else "CNY "
    sums = (lambda n: sign + grouped(n)) if dice.random() < 0.5 else (lambda n: f"{sign}{n}")
    track, cited = EN_TRACK[made.track], dice.choice(EN_LAW[law])
    made.put(
        "history",
        dice.choice(
            [
                f"The claim of {a} against {b} was accepted on {en_day(made.filed)} and heard on {en_day(made.heard)} in the {track}. Both sides attended.",
                f"{a} lodged this claim against {b}. It was accepted on {en_day(made.filed)}; the case followed the {track} and was heard on {en_day(made.heard)}.",
            ]
        ),
    )
    made.put(
        "claims",
        dice.choice(
            [
                f"The claimant {a} asks for {story['first']}, {sums(first)}, and for {story['second']}, {sums(second)}. {story['facts']}.",
                f"{a} claims (1) {story['first']} of {sums(first)} and (2) {story['second']} of {sums(second)}. On {en_day(made.bought)} the claimant bought {story['what']}.",
            ]
        ),
    )
    made.put(
        "answers",
        dice.choice(
            [
                f"The respondent {b} denies this and asks that the claim be dismissed.",
                f"{b} accepts that the contract was made and says that it owes nothing.",
            ]
        ),
    )
    made.put("issues", "\n".join(story["issues"]))
    agreed, doubted = _agreed(made), _doubted(made)
    made.put(
        "reasons",
        dice.choice(
            [
                f"The parties do not dispute {' and '.join(agreed)}; the court relies on them. The respondent doubts {doubted}. It agrees with fact 2, and the court relies on {doubted}.",
                f"Neither side disputes {' or '.join(agreed)}, and the court relies on them. As to {doubted}, the respondent says that one side made it; it is borne out by fact 2, and the court adopts {doubted}.",
            ]
        ),
    )
    both = f"{sign}{first} ({in_words(first)} {'pounds' if law == 'ew' else 'yuan'})"
    made.put(
        "reasons",
        f"On {en_day(made.bought)} {a} paid {b} {both} for {story['what']}. {story['facts']}. Fact 1 and fact 3 show this.",
    )
    made.put(
        "reasons",
        f"From {en_day(made.bought)} to {en_day(made.filed)} the respondent did nothing. {story['found']}. The court applies {cited}.",
    )
    made.put(
        "reasons",
        dice.choice(
            [
                f"{b} therefore owes {sums(first)} and {sums(second)}, in total {sums(first + second)}.",
                f"The claimant is owed {sums(first)} and {sums(second)}, together {sums(first + second)}. The claim is well founded.",
            ]
        ),
    )
    made.put("articles", cited)
    return made


def _docket(language: str, law: str, dice: random.Random, people: list[str], firms: list[str]) -> Judgment:
    claimant, respondent = dice.choice(people), dice.choice(firms)
    bought = datetime.date(2025, 3, 3) + datetime.timedelta(days=dice.randrange(500))
    filed = bought + datetime.timedelta(days=dice.randrange(30, 70))
    heard = filed + datetime.timedelta(days=dice.randrange(20, 40))
    first = dice.choice([dice.randrange(300, 2000), dice.randrange(2000, 60000), dice.randrange(1, 90) * 1000])
    second = dice.randrange(120, 4000)
    while second == first:
        second += 1
    track = dice.choice(["ordinary", "simple", "small_claims"] if law == "cn" else ["small_claims", "fast", "multi"])
    exhibits = {f"C-{n}": Exhibit() for n in range(1, dice.randrange(3, 6))}
    exhibits["R-1"] = Exhibit()
    exhibits[_last(exhibits)].disputed = True
    exhibits["R-2"] = Exhibit("withdrawn")
    exhibits["R-3"] = Exhibit("hidden")
    return Judgment(
        language,
        law,
        track,
        claimant,
        respondent,
        bought,
        filed,
        heard,
        heard + datetime.timedelta(days=dice.randrange(5, 30)),
        {1: first * 100, 2: second * 100},
        [Ordered(1, "pay", first * 100), Ordered(2, "pay", second * 100)],
        dice.randrange(50, 900) * 100,
        exhibits=exhibits,
        appeal=() if track == "small_claims" and law == "cn" else (15,) if law == "cn" else (21,),
    )


def _last(exhibits: dict[str, Exhibit]) -> str:
    return [label for label in exhibits if label.startswith("C-")][-1]


def _agreed(made: Judgment) -> list[str]:
    return [label for label, one in made.exhibits.items() if one.state == "examined" and not one.disputed][:2]


def _doubted(made: Judgment) -> str:
    return next(label for label, one in made.exhibits.items() if one.disputed)


# Errors

Plant = Callable[[Judgment, random.Random], None]


def _zh(made: Judgment) -> bool:
    return made.language == "zh-Hans"


def article(made: Judgment, dice: random.Random) -> None:
    """An article that does not exist, or of a law that was not in force."""
    if _zh(made):
        made.put(
            "reasons",
            dice.choice(
                [
                    "本案参照《中华人民共和国民法典》第一千三百一十条处理。",
                    "依照《中华人民共和国合同法》第六十条第一款，当事人应当全面履行义务。",
                    "《中华人民共和国电子商务法》第九十八条对此也有规定。",
                    "依据《中华人民共和国侵权责任法》第六条，被告有过错。",
                    "另见《中华人民共和国消费者权益保护法》第70条。",
                    "程序上适用《中华人民共和国民事诉讼法》第三百二十条。",
                ]
            ),
        )
    elif made.law == "cn":
        made.put(
            "reasons",
            dice.choice(
                [
                    "Civil Code, art. 1301 says the same.",
                    "By art. 60 of the Contract Law the debt is due.",
                    "See E-Commerce Law, art. 97.",
                    "The Tort Liability Law, art. 6, leads to the same result.",
                ]
            ),
        )
    else:
        made.put(
            "reasons",
            dice.choice(
                [
                    "Section 140 of the Consumer Rights Act 2015 says the same.",
                    "See the Sale of Goods Act 1979, s. 78.",
                    "The Limitation Act 1980, section 52, is no bar.",
                    "Consumer Rights Act 2015, ss. 9 and 111, apply.",
                ]
            ),
        )


def name(made: Judgment, dice: random.Random) -> None:
    """A slip in the name of a party: one sign left out, put in, exchanged or another."""
    right = made.respondent if _zh(made) or dice.random() < 0.5 else made.claimant
    at = dice.randrange(2, len(right) - 2)
    while not right[at].isalnum() or not right[at + 1].isalnum() or right[at] == right[at + 1]:
        at = dice.randrange(1, len(right) - 2)
    extra = "科" if _zh(made) else "e"
    wrong = dice.choice(
        [
            right[:at] + right[at + 1 :],
            right[:at] + right[at + 1] + right[at] + right[at + 2 :],
            right[:at] + ("华" if _zh(made) else "u") + right[at + 1 :],
            right[:at] + extra + right[at:],
        ]
    )
    if wrong == right:
        wrong = right[:at] + right[at + 1 :]
    spots = [n for n, (part, words) in enumerate(made.parts) if right in words]
    spot = dice.choice(spots)
    part, words = made.parts[spot]
    made.parts[spot] = (part, words.replace(right, wrong, 1))


def role(made: Judgment, dice: random.Random) -> None:
    """A party called by the other side's role."""
    if _zh(made):
        made.put(
            "reasons",
            dice.choice(
                [
                    f"被告{made.claimant}没有提交证据。",
                    f"原告{made.respondent}在庭审中认可收到款项。",
                    f"本院认为，被告{made.claimant}应当承担责任。",
                    f"原告{made.respondent}已经履行了告知义务。",
                ]
            ),
        )
    else:
        made.put(
            "reasons",
            dice.choice(
                [
                    f"The respondent {made.claimant} put in no evidence.",
                    f"The claimant {made.respondent} confirmed receipt at the hearing.",
                    f"It is for the defendant, {made.claimant}, to pay.",
                    f"The plaintiff {made.respondent} told nobody.",
                ]
            ),
        )


def amount(made: Judgment, dice: random.Random) -> None:
    """A sum in words that is not the sum in figures."""
    first = made.asked[1] // 100
    other = dice.choice([first + 1, first + 10, first + 100, first * 10, max(1, first - 100)])
    if _zh(made):
        made.change("reasons", f"人民币{in_signs(first)}元整", f"人民币{in_signs(other)}元整")
    else:
        made.change("reasons", f"({in_words(first)} ", f"({in_words(other)} ")


def total(made: Judgment, dice: random.Random) -> None:
    """A total that does not add up."""
    right = (made.asked[1] + made.asked[2]) // 100
    wrong = right + dice.choice([-9, 9, 10, -10, 100, 1000, 1])
    for part, words in list(made.parts):
        for shape in (grouped, str):
            if (
                part == "reasons"
                and any(mark in words for mark in ("共计", "合计", "in total", "together"))
                and shape(right) in words
            ):
                at = words.rindex(shape(right))
                made.parts[made.parts.index((part, words))] = (
                    part,
                    words[:at] + shape(wrong) + words[at + len(shape(right)) :],
                )
                return
    raise ValueError("no total")


def order(made: Judgment, dice: random.Random) -> None:
    """Orders that do not answer what was asked, head by head, or over another sum than the reasons name."""
    way = dice.randrange(7)
    if way == 0:  # A head that nobody decides on.
        made.orders.pop()
    elif way == 1:  # More than was asked.
        made.orders[0].cents += dice.choice([100, 5000, 100_000])
    elif way == 2:  # Less, and the rest not dismissed.
        made.orders[1].cents -= dice.choice([100, 2000])
    elif way == 3:  # Against whoever asked.
        made.orders[0].debtor = "claimant"
    elif way == 4:  # Something that answers nothing.
        made.orders.append(Ordered(None, "pay", 50_000))
    elif way == 5:  # In full, and dismissed as well.
        made.orders.append(Ordered(1, "dismiss"))
    elif _zh(made):
        made.put(
            "reasons",
            dice.choice(
                [
                    "原告的第三项诉讼请求没有依据。",
                    "关于第5项诉讼请求，本院予以支持。",
                    "对原告的诉讼请求第四项，不予支持。",
                ]
            ),
        )
    else:
        made.put(
            "reasons",
            dice.choice(
                [
                    "Head 3 of the claim fails.",
                    "On claim no. 4 the court finds for the claimant.",
                    "The third head of the claim has no ground.",
                ]
            ),
        )


def day(made: Judgment, dice: random.Random) -> None:
    """A day in no calendar, to come, or out of order."""
    way = dice.randrange(4)
    if way == 0:
        words = (
            dice.choice(["2026年2月29日", "2025年11月31日", "2025年6月31日", "2026年13月5日"])
            if _zh(made)
            else dice.choice(["29 February 2026", "31 November 2025", "31 June 2025"])
        )
        made.put("reasons", f"{words}，被告曾答复原告。" if _zh(made) else f"The respondent wrote back on {words}.")
    elif way == 1:
        later = made.decided + datetime.timedelta(days=dice.choice([9, 90, 365]))
        words = zh_day(made.heard) if _zh(made) else en_day(made.heard)
        made.change("history", words, zh_day(later) if _zh(made) else en_day(later))
    elif way == 2:
        before = made.bought - datetime.timedelta(days=dice.randrange(2, 40))
        if _zh(made):
            made.change("reasons", f"起至{zh_day(made.filed)}", f"起至{zh_day(before)}")
        else:
            made.change("reasons", f"to {en_day(made.filed)}", f"to {en_day(before)}")
    else:
        early = made.filed - datetime.timedelta(days=dice.randrange(3, 30))
        made.change(
            "history",
            zh_day(made.heard) if _zh(made) else en_day(made.heard),
            zh_day(early) if _zh(made) else en_day(early),
        )


def exhibit(made: Judgment, dice: random.Random) -> None:
    """An exhibit that is not there, was withdrawn, was never examined, or is not answered for as it was found."""
    way, doubted = dice.randrange(5), _doubted(made)
    if way == 0:
        label = dice.choice(["C-8", "C-17", "R-9"])
    elif way == 1:
        label = "R-2"
    elif way == 2:
        label = "R-3"
    elif way == 3:
        made.put("reasons", f"双方对{doubted}均无异议。" if _zh(made) else f"The parties do not dispute {doubted}.")
        return
    else:
        label = _agreed(made)[0]
        made.exhibits[label].adopted = False
        return  # The reasons rely on it; the finding rejects it.
    made.put(
        "reasons",
        dice.choice([f"{label}也证明了这一点。", f"上述事实有{label}佐证。"])
        if _zh(made)
        else dice.choice([f"{label} shows the same.", f"This is borne out by {label}."]),
    )


def issue(made: Judgment, dice: random.Random) -> None:
    """A question to which no word of the reasons speaks."""
    zh = [
        "涉案域名的注册是否具有恶意",
        "平台是否应当承担连带保证义务",
        "诉讼时效是否经过",
        "仲裁条款的效力",
        "格式合同的管辖约定有效吗",
    ]
    en = [
        "Was the domain registered in bad faith?",
        "Is the platform jointly liable as guarantor?",
        "Has the limitation period expired?",
        "Does the arbitration clause bind consumers?",
    ]
    made.change("issues", made.parts[3][1], made.parts[3][1] + "\n" + dice.choice(zh if _zh(made) else en))


def formula(made: Judgment, dice: random.Random) -> None:
    """Reasons that would fit every case."""
    made.drop("reasons", "articles", "issues")
    zh = [
        "本院经审查，综合全案情况，作出如下判决。",
        "双方的意见，本院均已充分考虑，理由成立的予以采纳。",
        "案件事实清楚，证据确实充分，责任明确，应依法处理。",
        "根据查明的事实和有关法律规定，本院认定责任成立。",
    ]
    en = [
        "The court has weighed everything that was said and decides accordingly.",
        "Having read the file and heard both sides, the court reaches the following result.",
        "The facts are clear, the evidence is sufficient, and the law is plain.",
        "In accordance with the relevant provisions the court so finds.",
    ]
    made.put("reasons", dice.choice(zh if _zh(made) else en))


def language(made: Judgment, dice: random.Random) -> None:
    """A paragraph or an order in another language than the decision's."""
    other = english(dice) if _zh(made) else chinese(dice)
    while other.heard > made.decided:
        other = english(dice) if _zh(made) else chinese(dice)
    part = dice.choice(["history", "reasons", "issues"])
    words = dice.choice(
        [words for name, words in other.parts if name == part and len(words) > 20] or [other.parts[0][1]]
    )
    for kept in (other.claimant, other.respondent):
        words = words.replace(kept, made.claimant if kept == other.claimant else made.respondent)
    short = ["It is so ordered, and the respondent shall deliver the goods.", "The respondent takes the pictures down."]
    if dice.random() < 0.3:
        made.put(
            "orders",
            dice.choice(short)
            if _zh(made)
            else dice.choice(["被告应当将滑板车取回，并承担运费。", "被告删除公众号中的全部图片。"]),
        )
    else:
        made.put("reasons" if part == "issues" else part, words)


def closing(made: Judgment, dice: random.Random) -> None:
    """What is said of late performance, costs, the appeal, the procedure or the short form is not what the rules make it."""
    zh, way = _zh(made), dice.randrange(6)
    if way == 0:  # The appeal.
        if made.appeal:
            words = (
                dice.choice(
                    [
                        "本判决为终审判决，自送达之日起生效。",
                        "如不服本判决，可在判决书送达之日起十日内提起上诉。",
                        "如不服本判决，可于三十日内向上一级法院上诉。",
                    ]
                )
                if zh
                else dice.choice(
                    [
                        "This judgment is final.",
                        "An appeal may be lodged within 10 days.",
                        "The parties may appeal within thirty days.",
                    ]
                )
            )
        else:
            words = (
                dice.choice(
                    [
                        "如不服本判决，可在判决书送达之日起十五日内，向本院递交上诉状。",
                        "如不服本判决，可以上诉于中级人民法院。",
                    ]
                )
                if zh
                else "The parties may appeal within fifteen days."
            )
        made.put("reasons", words)
    elif way == 1:  # Late performance (CPL 264).
        if not zh and made.law == "ew":
            made.put("orders", "Whoever pays late owes double interest under Civil Procedure Law, art. 264.")
            return
        number = dice.choice([("二百五十三", 253), ("二百六十", 260), ("二百二十九", 229)])
        made.put(
            "orders" if dice.random() < 0.5 else "reasons",
            f"如果未按本判决指定的期间履行给付金钱义务，应当依照《中华人民共和国民事诉讼法》第{number[0]}条之规定，加倍支付迟延履行期间的债务利息。"
            if zh
            else f"Whoever pays late owes double interest for the time of the delay (Civil Procedure Law, art. {number[1]}).",
        )
    elif way == 2:  # The fee.
        wrong = made.fee // 100 + dice.choice([1, 25, 50])
        made.put(
            "reasons",
            f"案件受理费{wrong}元，由被告{made.respondent}负担。"
            if zh
            else f"The court fee of {'£' if made.law == 'ew' else 'CNY '}{wrong} is borne by the respondent.",
        )
    elif way == 3:  # Who bears it.
        made.put(
            "reasons",
            f"案件受理费{made.fee // 100}元，由原告{made.claimant}负担。"
            if zh
            else "The court fee is borne by the claimant.",
        )
    elif way == 4:  # The procedure.
        tracks = {"ordinary", "simple", "small_claims"} if made.law == "cn" else {"small_claims", "fast", "multi"}
        other = dice.choice(sorted(tracks - {made.track}))
        table = ZH_TRACK if zh else EN_TRACK
        made.change("history", table[made.track], table[other])
    else:  # The short form, where the rules have none.
        made.short, made.track = True, "ordinary" if made.law == "cn" else "multi"
        made.appeal = (15,) if made.law == "cn" else (21,)
        table = ZH_TRACK if zh else EN_TRACK
        for part, words in list(made.parts):
            for track in table.values():
                if part == "history" and track in words:
                    made.parts[made.parts.index((part, words))] = (part, words.replace(track, table[made.track]))
                    return


KINDS: dict[str, tuple[str, Plant]] = {
    "articles": ("article that does not exist or was not in force", article),
    "names": ("name not as on the docket", name),
    "roles": ("roles exchanged", role),
    "amounts": ("sum in words and in figures differ", amount),
    "sums": ("total wrong", total),
    "orders": ("orders do not match the claims", order),
    "days": ("day impossible or out of order", day),
    "exhibits": ("exhibit not there, not examined, not answered for", exhibit),
    "answered": ("question unanswered", issue),
    "formula": ("reasons a bare formula", formula),
    "language": ("another language", language),
    "closing": ("late performance, costs, appeal, procedure, short form", closing),
}
"""Each kind with how a report calls it."""
