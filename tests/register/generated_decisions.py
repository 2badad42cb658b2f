"""Decisions made up for the tests: people, companies and their data in many spellings, put into every part of a paper.

It shares no code and no table with what redacts: names come with their own readings, spellings are made by rules of its
own, and whether something leaked is told by a normaliser of its own.
"""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from odr.docket.papers import DecisionPaper, Finding, PartyLine, Reason, clerk, judge

SURNAMES = [
    ("李", "lǐ"), ("王", "wáng"), ("张", "zhāng"), ("刘", "liú"), ("陈", "chén"), ("杨", "yáng"), ("赵", "zhào"), ("黄", "huáng"), ("周", "zhōu"), ("吴", "wú"),
    ("徐", "xú"), ("孙", "sūn"), ("胡", "hú"), ("朱", "zhū"), ("高", "gāo"), ("林", "lín"), ("何", "hé"), ("郭", "guō"), ("马", "mǎ"), ("罗", "luó"), ("单", "shàn"),
    ("曾", "zēng"), ("解", "xiè"), ("仇", "qiú"), ("任", "rén"), ("区", "ōu"), ("吕", "lǚ"), ("欧阳", "ōu yáng"), ("司马", "sī mǎ"), ("诸葛", "zhū gě"), ("尉迟", "yù chí"),
    ("慕容", "mù róng"), ("上官", "shàng guān"), ("万俟", "mò qí"),
]  # fmt: skip
GIVEN = [
    ("伟", "wěi"), ("强", "qiáng"), ("丽", "lì"), ("娟", "juān"), ("海", "hǎi"), ("涛", "tāo"), ("晓", "xiǎo"), ("梅", "méi"), ("志", "zhì"), ("远", "yuǎn"), ("文", "wén"),
    ("博", "bó"), ("建", "jiàn"), ("国", "guó"), ("思", "sī"), ("雨", "yǔ"), ("浩", "hào"), ("然", "rán"), ("子", "zǐ"), ("涵", "hán"), ("静", "jìng"), ("宁", "níng"),
    ("云", "yún"), ("飞", "fēi"), ("乐", "lè"), ("行", "xíng"), ("长", "cháng"), ("朝", "zhāo"), ("绿", "lǜ"), ("女", "nǚ"), ("华", "huá"), ("龙", "lóng"), ("东", "dōng"),
    ("兰", "lán"), ("贵", "guì"), ("锋", "fēng"), ("铭", "míng"), ("瑶", "yáo"), ("凤", "fèng"), ("庆", "qìng"),
]  # fmt: skip
MINORITY = [
    "阿依古丽·买买提",
    "吐尔逊·阿不都热依木",
    "帕尔哈提·艾则孜",
    "古丽娜尔·托合提",
    "扎西·次仁",
    "热依扎·吾守尔",
]
LATIN = ["Margaret Thornton", "Ahmed Karimi", "Élodie Martin", "Hans-Peter Schmidt", "Priya Raghunathan"]
OLD = dict(zip("张刘陈杨赵黄吴孙马罗单区吕欧阳诸云飞乐长绿华龙东兰贵锋铭凤庆强丽涛晓远国静宁庐尔图", "張劉陳楊趙黃吳孫馬羅單區呂歐陽諸雲飛樂長綠華龍東蘭貴鋒銘鳳慶強麗濤曉遠國靜寧廬爾圖", strict=True))  # fmt: skip
REGIONS = ["杭州", "浙江", "北京", "深圳市", "上海市浦东新区"]
CORES = ["海云", "蓝鲸星", "拓野", "禾木森", "聚宝盆", "千帆渡", "优米多"]
TRADES = ["信息技术", "网络科技", "电子商务", "食品", "服饰", "文化传媒", "供应链管理", "商贸"]
NEUTRAL = [
    "本院认为，依法成立的合同受法律保护，双方均应当按照约定全面履行自己的义务。",
    "上述事实有订单页面、物流记录和付款凭证在案，足以认定。",
    "被告未在举证期限内提交证据，应当承担不利后果。",
    "涉案商品的页面标注与实物不符，足以使消费者产生误解。",
    "案件受理费五十元，减半收取二十五元。",
    "货物于次日到达分拨中心，外包装完好，并无破损。",
    "赠品不影响消费者主张惩罚性赔偿。",
    "七日无理由退货自签收之次日起算。",
]
JUDGES = ["顾帆", "岑望舒", "莫菲", "章若谷", "单于慧"]


@dataclass(frozen=True)
class Secret:
    """Something that must not be found: what it is, its register's form, aliases, and who it belongs to."""

    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    reading: tuple[str, ...] = ()
    """Syllables with tones: surname's, then the given name's, parted by ""."""


@dataclass
class Made:
    """A decision with what it hides."""

    paper: DecisionPaper
    secrets: list[Secret]
    court: list[str]
    neutral: list[str] = field(default_factory=list)


class Maker:
    """Makes decisions from a seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def person(self) -> Secret:
        kind = self.dice.random()
        if kind < 0.12:
            return Secret("person", self.dice.choice(MINORITY))
        if kind < 0.2:
            return Secret("person", self.dice.choice(LATIN))
        surname, read = self.dice.choice(SURNAMES)
        given = self.dice.sample(GIVEN, self.dice.choice((1, 2, 2)))
        return Secret(
            "person",
            surname + "".join(sign for sign, _ in given),
            (),
            (*read.split(), "", *(sound for _, sound in given)),
        )

    def company(self) -> Secret:
        region, core, trade = (self.dice.choice(each) for each in (REGIONS, CORES, TRADES))
        return Secret("organisation", f"{region}{core}{trade}有限公司", (f"{core}{trade}",))

    def digits(self, count: int) -> str:
        return "".join(self.dice.choice("0123456789") for _ in range(count))

    def phone(self) -> Secret:
        return Secret("phone", "1" + self.dice.choice("35789") + self.digits(9))

    def identity(self) -> Secret:
        head = f"330{self.dice.randint(101, 199)}{self.dice.randint(1950, 2005)}{self.dice.randint(1, 12):02}{self.dice.randint(1, 28):02}{self.digits(3)}"
        factors = [2**place % 11 for place in range(17, 0, -1)]
        rest = sum(int(sign) * factor for sign, factor in zip(head, factors, strict=True)) % 11
        return Secret("id_number", head + "10X98765432"[rest])

    def card(self) -> Secret:
        head = "62" + self.digits(16)
        total = sum(sum(divmod(int(sign) * (2 if at % 2 == 0 else 1), 10)) for at, sign in enumerate(reversed(head)))
        return Secret("bank_account", head + str(-total % 10))

    def email(self) -> Secret:
        return Secret(
            "email", f"{self.word()}{self.digits(2)}@{self.dice.choice(('post.example', 'mail.example', 'qq.example'))}"
        )

    def word(self) -> str:
        return "".join(self.dice.choice(("ka", "mo", "ti", "ru", "ze", "xi", "bo", "nu")) for _ in range(3))

    def account(self) -> Secret:
        return Secret("account", f"{self.word()}_{self.digits(2)}")

    def address(self) -> Secret:
        street = self.dice.choice(("文一路", "学院街", "滨江大道", "翠柏巷"))
        return Secret(
            "address",
            f"浙江省杭州市西湖区{street}{self.dice.randint(1, 399)}号{self.dice.randint(1, 30)}幢{self.dice.randint(101, 2804)}室",
        )

    # Spellings.

    def spelled(self, secret: Secret) -> str:
        ways = {
            "person": self.of_person,
            "organisation": self.of_company,
            "phone": self.of_digits,
            "id_number": self.of_digits,
            "bank_account": self.of_digits,
            "email": self.of_email,
            "account": self.of_account,
            "address": self.of_address,
        }
        return ways[secret.kind](secret)

    def of_person(self, secret: Secret) -> str:
        name, way = secret.name, self.dice.randrange(9)
        if secret.reading and way in (0, 1, 2):
            return self.in_pinyin(secret.reading)
        return {
            3: lambda: self.dice.choice((" ", "\u3000", "\u200b", "\u2060", "\ufeff", "\u00ad", "\n")).join(name),
            4: lambda: "".join(OLD.get(sign, sign) for sign in name),
            5: lambda: name.replace("·", self.dice.choice(("•", "・", " · ", "", "‧"))),
            6: lambda: wide(name),
            7: lambda: name.upper() if name.isascii() else name,
        }.get(way, lambda: name)()

    def in_pinyin(self, reading: tuple[str, ...]) -> str:
        cut = reading.index("")
        surname, given = list(reading[:cut]), list(reading[cut + 1 :])
        way = self.dice.randrange(8)
        if way not in (0, 1):
            surname, given = [plain(each) for each in surname], [plain(each) for each in given]
        first, last = "".join(surname), "".join(given)
        return {
            0: lambda: f"{first.capitalize()} {last.capitalize()}",
            1: lambda: f"{' '.join(surname)} {' '.join(given)}",
            2: lambda: f"{first.capitalize()} {last.capitalize()}",
            3: lambda: f"{last.capitalize()} {first.capitalize()}",
            4: lambda: f"{first.upper()}, {last.capitalize()}",
            5: lambda: f"{first.capitalize()} {'-'.join(given).capitalize()}",
            6: lambda: wide(f"{first} {last}"),
            7: lambda: "".join(f"{each}{self.dice.randint(1, 4)}" for each in (*surname, *given)),
        }[way]()

    def of_company(self, secret: Secret) -> str:
        name = secret.name
        return self.dice.choice(
            (
                name,
                name.replace("有限公司", "公司"),
                secret.aliases[0],
                " ".join(name),
                "".join(OLD.get(sign, sign) for sign in name),
                name[: len(name) // 2] + "\u200b" + name[len(name) // 2 :],
            )
        )

    def of_digits(self, secret: Secret) -> str:
        number = secret.name
        groups = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
        ways = [number, groups, groups.replace(" ", "-"), wide(number), number.lower(), " ".join(number)]
        if secret.kind == "phone":
            ways += [f"+86 {number}", f"{number[:3]}-{number[3:7]}-{number[7:]}", f"(86){number}"]
            ways += ["".join("零一二三四五六七八九"[int(sign)] for sign in number)]
        return self.dice.choice(ways)

    def of_email(self, secret: Secret) -> str:
        user, host = secret.name.split("@")
        return self.dice.choice(
            (
                secret.name,
                secret.name.upper(),
                f"{user} @ {host}",
                wide(secret.name),
                f"{user}＠{host}",
                f"{user}[at]{host}",
            )
        )

    def of_account(self, secret: Secret) -> str:
        return self.dice.choice((secret.name, secret.name.upper(), wide(secret.name), "\u200b".join(secret.name)))

    def of_address(self, secret: Secret) -> str:
        tail = secret.name.partition("区")[2]
        return self.dice.choice(
            (secret.name, tail, wide(secret.name), " ".join(tail), secret.name.replace("号", "号 "))
        )

    # The paper.

    def sentence(self, secret: Secret) -> str:
        said = self.spelled(secret)
        forms = {
            "person": ("原告称{}已经付款。", "其后{}再次联系客服。", "款项由{}支付，有记录可查。", "聊天记录中的“{}”即其本人。", "经查，{}（本人）在线签收。"),
            "organisation": ("涉案店铺由{}经营。", "原告向{}购买了涉案商品。", "{}未作答辩。"),
            "phone": ("联系电话{}无人接听。", "以{}联系未果。", "手机号：{}。"),
            "id_number": ("公民身份号码{}。", "证件号码为{}，已核对。"),
            "bank_account": ("转入{}的账户。", "卡号：{}。"),
            "email": ("邮件发至{}。", "邮箱{}已停用。"),
            "account": ("以账号{}下单。", "用户{}发表了评价。", "微信号{}已注销。"),
            "address": ("收货地址为{}。", "住{}。", "货物送至{}，无人签收。"),
        }  # fmt: skip
        return self.dice.choice(forms[secret.kind]).format(said)

    def split(self, secret: Secret) -> list[str]:
        """Two paragraphs, the end of the line inside the name."""
        at = self.dice.randrange(1, len(secret.name))
        return [f"原告称，当日{secret.name[:at]}", f"{secret.name[at:]}已经付款，{self.dice.choice(NEUTRAL)}"]

    def decision(self) -> Made:
        people = [self.person() for _ in range(self.dice.randint(2, 3))]
        people = list({each.name: each for each in people}.values())
        company = self.company()
        data = [
            self.phone(), self.identity(), self.card(), self.email(), self.account(), self.address(), self.phone(),
        ]  # fmt: skip
        secrets = [*people, company, *data]
        said = [self.sentence(each) for each in secrets for _ in range(2)]
        self.dice.shuffle(said)
        neutral = self.dice.sample(NEUTRAL, 4)
        whole = [f"{a}{b}" for a, b in zip(said, self.dice.choices(NEUTRAL, k=len(said)), strict=True)]
        staff = self.dice.sample(JUDGES, 2)
        han = [each for each in people if not each.name.isascii()]
        history = whole[:3] + (self.split(self.dice.choice(han)) if han else []) + neutral
        number = f"（2026）浙0192民初{self.dice.randint(1, 9999)}号"
        paper = DecisionPaper(
            court="杭州互联网法院",
            case_number=number,
            subject="网络购物合同纠纷",
            issued_on=date(2026, 6, 1),
            signatories=[judge(staff[0]), clerk(staff[1])],
            parties=[
                PartyLine("原告", people[0].name, ["自然人", f"住{data[5].name}"]),
                PartyLine("被告", company.name, [f"法定代表人{people[-1].name}"]),
            ],
            history=history,
            claims=whole[3:5],
            answers=whole[5:7],
            issues=[f"被告是否构成欺诈。{said[7]}"],
            findings=[Finding(whole[8], ["甲1"], said[9], said[10], "采信"), Finding(neutral[0], ["乙1"], whole[11])],
            reasons=[Reason(whole[12], said[13]), Reason(neutral[1], "《中华人民共和国民法典》第五百零九条")],
            orders=[f"{company.name}于判决生效之日起十日内向{people[0].name}返还货款。", whole[14] if len(whole) > 14 else neutral[2]],
            costs=[f"案件受理费由{company.name}负担。", *whole[15:]],
            appeal=f"如不服本判决，可以上诉。{said[0]}",
            late_performance=neutral[3],
            document_code="k7m2p9",
            check_url="https://court.example/check/k7m2p9",
            limit="本文不证明其他事项。",
        )  # fmt: skip
        return Made(paper, secrets, [*staff, number], neutral)


def wide(words: str) -> str:
    """Full-width signs where there are some."""
    return "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else "\u3000" if sign == " " else sign for sign in words
    )


def plain(reading: str) -> str:
    """A syllable without its tone; ü is written v."""
    return "".join(
        "v" if sign in "üǖǘǚǜ" else next((c for c in unicodedata.normalize("NFD", sign) if c.isalpha()), "")
        for sign in reading
    )


# Whether something leaked.

_NEW = {old: new for new, old in OLD.items()}
_NUMERALS = dict(zip("零〇一二三四五六七八九", "00123456789", strict=True))


@lru_cache(maxsize=4_000)
def pressed(words: str) -> str:
    """Words in the form in which spellings are compared: letters, digits and signs only, small, new forms, no tones."""
    found = []
    for sign in unicodedata.normalize("NFKD", words.replace("ü", "v")):
        if unicodedata.category(sign)[0] in "LN":
            found.append(_NEW.get(sign, sign).lower())
    return "".join(found)


@lru_cache(maxsize=4_000)
def in_digits(words: str) -> str:
    """Pressed words with every way to write a digit as that digit."""
    return "".join(_NUMERALS.get(sign, sign) for sign in pressed(words))


@lru_cache(maxsize=4_000)
def toneless(words: str) -> str:
    """Pressed words without the numbers of tones."""
    return re.sub(r"(?<=[a-z])[1-4]", "", pressed(words))


def leaks(secret: Secret, words: str) -> str | None:
    """What of a secret can be read in some words; None where nothing can."""
    seen = pressed(words)
    if secret.kind in ("phone", "id_number", "bank_account"):
        return secret.name if secret.name.lower() in in_digits(words) else None
    wanted = [secret.name, *secret.aliases]
    if secret.kind == "email":
        wanted.append(secret.name.replace("@", "at"))
    if secret.kind == "address":
        wanted.append(secret.name.partition("区")[2])
    for each in wanted:
        if pressed(each) in seen:
            return each
    if secret.reading:
        cut = secret.reading.index("")
        first, last = (
            "".join(plain(each) for each in part) for part in (secret.reading[:cut], secret.reading[cut + 1 :])
        )
        heard = toneless(words)
        for each in (first + last, last + first):
            if len(each) > 5 and re.search(rf"(?<![a-z]){each}(?![a-z])", heard):
                return each
    return None


def kept_share(original: list[str], public: list[str]) -> float:
    """Which share of the signs of some paragraphs still stands in others, in their order."""
    left = [sum(1 for sign in words if sign in set(other)) for words, other in zip(original, public, strict=True)]
    whole = sum(map(len, original))
    return sum(left) / whole if whole else 1.0
