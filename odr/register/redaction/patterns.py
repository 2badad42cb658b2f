"""Private data told by their form: numbers with a checksum, telephones, cards, mail, plates, addresses, deeds, accounts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from odr.procedure.rules.redaction import NeverHidden, Private, RedactionRules, Remains
from odr.register.redaction.finds import Find, Weight
from odr.register.redaction.folding import Folded, folded, narrow
from odr.register.redaction.known import Source, Standing
from odr.register.redaction.spellings import district_of
from odr.register.redaction.structure import BlockKind, Part, PublicText

Check = Callable[[str], bool]
Remainder = Callable[[re.Match[str]], "str | None"]
Span = Callable[[str, int, int], "tuple[int, int, int] | None"]


@dataclass(frozen=True)
class Pattern:
    """A form of private data. The group ``it`` is what is hidden; ``remainder`` what stays of it under the rules."""

    kind: Private
    form: re.Pattern[str]
    what: str
    check: Check | None = None
    standing: Standing = Standing.PROPOSED
    remains: Remains = Remains.NOTHING
    remainder: Remainder | None = None
    span: Span | None = None
    """Finds the whole around what the form matched; the first of three places is where the district begins."""


def _re(form: str, flags: str = "") -> re.Pattern[str]:
    """An expression that may be written with blanks between its parts; ``flags`` as they stand in an expression. A blank
    that is looked for may be one at which no line breaks: the court writes days and sums so.
    """
    return re.compile("".join(("(?x", flags, ")", _any_blank(form.strip()))))


def _any_blank(form: str) -> str:
    """The expression, each of its escaped blanks also standing for one that does not break; within a class as without."""
    found, inside, at = [], False, 0
    while at < len(form):
        sign = form[at : at + 2] if form[at] == "\\" else form[at]
        at += len(sign)
        if sign == "\\ ":
            sign = r"\ \xa0" if inside else r"[\ \xa0]"
        elif sign in "[]":
            inside = sign == "["
        found.append(sign)
    return "".join(found)


def digits_of(words: str) -> str:
    """The digits of a number as it was typed."""
    return "".join(sign for sign in words if sign.isdigit() and sign.isascii())


def _is_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return 1880 <= day.year <= 2100


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_checks(words: str) -> bool:
    """Whether a resident identity number's last sign fits the others (GB 11643)."""
    signs = re.sub(r"[^0-9Xx]", "", words).upper()
    if not re.fullmatch(r"\d{17}[\dX]", signs):
        return False
    total = sum(int(sign) * weight for sign, weight in zip(signs[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == signs[17]


def _is_identity(words: str) -> bool:
    """A checksum that fits, or, for one mistyped, a day of birth in its place."""
    signs = re.sub(r"[^0-9Xx]", "", words)
    if len(signs) == 15:
        return signs.isdigit() and _is_day("19" + signs[6:12]) and signs[0] in "12345678"
    return identity_checks(words) or (len(signs) == 18 and _is_day(signs[6:14]) and signs[0] in "12345678")


def luhn_checks(words: str) -> bool:
    """Whether a card's last digit fits the others (ISO/IEC 7812)."""
    digits = digits_of(words)
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return bool(digits) and total % 10 == 0 and len(set(digits)) > 1


def iban_checks(words: str) -> bool:
    """Whether an IBAN's two digits fit (ISO 13616)."""
    plain = re.sub(r"\s", "", words).upper()
    if not 15 <= len(plain) <= 34:
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


_S = r"[ \-‐-―./]?"
"""What people put between the digits of a number."""
_T = r"(?:[ \-‐-―./]|\ {1,2}[\-‐-―]\ {1,2})?"
"""The same, or a hyphen between blanks: only where the number is told by its groups or a checksum, for sums have it too ("13800 - 13900")."""
_HAN = "\u4e00-\u9fff"
_N = "0-9零〇一二三四五六七八九十百"
_LINK = r"\s{0,2}(?:(?:[:：]|为|是|系|即|叫|名为)\s{0,2})?[“\"'「『(（]?"
_PLACE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼港澳使领学警"
_ROAD = "路|街|大道|道|巷|弄|胡同|村|镇|乡|里|庄|小区|花园|公寓|大厦|苑|坊|新村|社区|广场|园区|工业园"
_UNIT = "号楼|号院|号|弄|幢|栋|座|单元|室|层|楼|户|组|社"
_HOUSE = f"[A-Za-z]?[{_N}]{{1,8}}(?:[-－][{_N}A-Za-z]{{1,6}})?\\s?(?:{_UNIT})"


def _is_address_of_mail(words: str) -> bool:
    """Whether " at " is meant as a sign of mail: beside it stands a dot written out, or brackets."""
    return "@" in words or "艾特" in words or bool(re.search(r"[(\[{]|\bdot\b", words, re.IGNORECASE))


def _year(match: re.Match[str]) -> str:
    return match["year"] + match["tail"]


_LEADS = re.compile("住所|住址|地址|位于|[为是在到至于往从住：:，,]")
"""Words before an address that are no part of it."""
_UNITS = re.compile(rf"[{_N}A-Za-z](?:{_UNIT})|.(?:村|小区|花园|苑)")
_IN_ADDRESS = re.compile(rf"[{_HAN}0-9A-Za-z\-]")
LONGEST_BEFORE = 28
"""Signs of province, city, district and street before the word for a street."""


def _with_street(words: str, start: int, end: int) -> tuple[int, int, int] | None:
    """The address around a street and a house: back to where words, not places, stand."""
    begin = start
    while begin > 0 and start - begin < LONGEST_BEFORE and _IN_ADDRESS.match(words[begin - 1]):
        begin -= 1
    leads = [each.end() for each in _LEADS.finditer(words, begin, start) if each.end() < start]
    begin = leads[-1] if leads else begin
    district, _ = district_of(words[begin:end])
    return begin, begin + len(district), end


def _as_far_as_address(words: str, start: int, end: int) -> tuple[int, int, int] | None:
    """What stands after "address", to its last word for a house, a village or a quarter."""
    start += max((each.end() for each in _LEADS.finditer(words[start:end]) if each.end() < 6), default=0)
    last = max((each.end() for each in _UNITS.finditer(words[start:end])), default=0)
    number = re.match(r"[0-9]{1,5}", words[start + last : end])
    if not last:
        return None
    last += number.end() if number else 0
    district, rest = district_of(words[start : start + last])
    return (start, start + len(district), start + last) if len(rest) > 1 else None


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        Private.ID_NUMBER,
        _re(rf"(?<![\dA-Za-z])(?P<it>\d(?:{_T}\d){{16}}{_T}[\dXx])(?![\dA-Za-z])"),
        "identity number",
        _is_identity,
    ),
    Pattern(
        Private.ID_NUMBER, _re(rf"(?<![\dA-Za-z])(?P<it>\d(?:{_S}\d){{14}})(?!{_S}\d)"), "identity number", _is_identity
    ),
    Pattern(
        Private.ID_NUMBER,
        _re(rf"(?:身份证|身份证号|身份证号码|公民身份号码|证件号码?|护照号?码?|passport(?:\ no\.?|\ number)?){_LINK}(?P<it>[A-Za-z]?\d[\dXx*\ \-]{{5,24}}[\dXx])", "i"),
        "after “identity number”",
    ),
    Pattern(
        Private.ID_NUMBER,
        _re(r"(?<![A-Z0-9])(?P<it>[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\ ?\d{2}\ ?\d{2}\ ?\d{2}\ ?[A-D])(?![A-Z0-9])"),
        "National Insurance number",
    ),
    Pattern(
        Private.PHONE,
        _re(rf"(?<![\d.])(?P<it>(?:[(（]?(?:\+|00)\s?86[)）]?{_S}|86{_S})?1[3-9](?:{_S}\d){{9}})(?!{_S}\d)"),
        "mobile telephone",
    ),
    Pattern(
        Private.PHONE,
        _re(rf"(?<![\d.])(?P<it>(?:[(（]?(?:\+|00)?\s?86[)）]?{_T})?1[3-9]\d{_T}\d{{4}}{_T}\d{{4}})(?!{_T}\d)"),
        "mobile telephone",
    ),
    Pattern(
        Private.PHONE,
        _re(r"(?<![\d.])(?P<it>(?:\+?86[\ \-]?)?[(（]?0\d{2,3}[)）]?(?:[\ \-‐-―]|\ [\-‐-―]\ )?[2-9]\d{2,3}(?:[\ \-‐-―]|\ [\-‐-―]\ )?\d{4}(?:[\ \-转]+\d{1,5})?)(?![\d年])"),
        "telephone",
        lambda words: 10 <= len(digits_of(words)) <= 18,
    ),
    Pattern(
        Private.PHONE,
        _re(r"(?<![\d.])(?P<it>(?:\+44\s?(?:\(0\)\s?)?|0)(?:7\d{3}\s?\d{3}\s?\d{3}|1\d{3}\s?\d{6}|2\d\s?\d{4}\s?\d{4}|1\d{2}\s?\d{3}\s?\d{4}))(?!\d)"),
        "telephone",
    ),
    Pattern(Private.PHONE, _re(r"(?<![\d\w])(?P<it>\+\d{1,3}(?:[\ \-.()]{0,2}\d{2,5}){2,5})(?!\d)"), "telephone"),
    Pattern(
        Private.PHONE,
        _re(r"(?<![\d\w])(?P<it>\+\d{1,3}(?:[\ \-‐-―.()]{0,3}\d{2,5}){2,5})(?!\d)"),
        "telephone",
        lambda words: len(digits_of(words)) >= 9,
    ),
    Pattern(
        Private.PHONE,
        _re(rf"(?:电话|手机|手机号码?|联系方式|座机|传真|热线|tel(?:ephone)?|phone|mobile){_LINK}(?P<it>[\d零〇一幺二两三四五六七八九][\d零〇一幺二两三四五六七八九\ \-‐-―]{{5,16}}[\d零〇一幺二三四五六七八九])", "i"),
        "after “telephone”",
    ),
    Pattern(
        Private.BANK_ACCOUNT,
        _re(rf"(?<!\d)(?P<it>[3-9]\d(?:{_T}\d){{13,17}})(?!{_T}\d)"),
        "bank card",
        luhn_checks,
    ),
    Pattern(
        Private.BANK_ACCOUNT,
        _re(rf"(?:卡号|银行卡|储蓄卡|信用卡|银行账[号户]|账[号户]|帐[号户]|account(?:\ no\.?|\ number)|sort\ code){_LINK}(?P<it>\d(?:[\ \-]?\d){{5,29}})", "i"),
        "after “account”",
    ),
    Pattern(
        Private.BANK_ACCOUNT,
        _re(r"(?<![A-Z0-9])(?P<it>[A-Z]{2}\d{2}(?:\ ?[A-Z0-9]{4}){2,7}(?:\ ?[A-Z0-9]{1,3})?)(?![A-Z0-9])"),
        "IBAN",
        iban_checks,
    ),
    Pattern(Private.BANK_ACCOUNT, _re(r"(?<!\d)(?P<it>\d{2}-\d{2}-\d{2},?\s+(?:account\s+)?\d{8})(?!\d)", "i"), "sort code and account"),
    Pattern(
        Private.EMAIL,
        _re(
            r"""(?<![\w.+\-])(?P<it>[A-Za-z0-9][\w.+\-]*\s*(?:@|\s[(\[{]?at[)\]}]?\s|[(\[]at[)\]]|艾特)\s*
            [A-Za-z0-9\-]+(?:\s*(?:\.|\s[(\[{]?dot[)\]}]?\s|[(\[]dot[)\]])\s*[A-Za-z0-9\-]+)*
            \s*(?:\.|\s[(\[{]?dot[)\]}]?\s|[(\[]dot[)\]])\s*(?:com|cn|net|org|edu|gov|uk|io|me|co|info|biz|example|test|[a-z]{2}))(?![A-Za-z0-9])""",
            "ia",
        ),
        "e-mail address",
        _is_address_of_mail,
    ),
    Pattern(
        Private.PLATE,
        _re(rf"(?P<it>[{_PLACE}]\s?[A-HJ-NP-Z]\s?[·•・.\-]?\s?(?:[A-HJ-NP-Z0-9]\s?){{4,5}}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Za-z0-9])"),
        "number plate",
        lambda words: sum(map(str.isdigit, words)) >= 1,
    ),
    Pattern(
        Private.PLATE,
        _re(r"(?:registration|plate|vehicle)\W+(?:\w+\W+){0,2}?(?P<it>[A-Z]{2}\d{2}\s?[A-Z]{3})(?![A-Z0-9])"),
        "number plate",
    ),
    Pattern(
        Private.TITLE_DEED,
        _re(rf"(?P<it>[{_HAN}]?\s?[(（]\s?\d{{4}}\s?[)）]\s?[{_HAN}]{{2,14}}?不动产权第\s?\d{{4,12}}\s?号?)"),
        "title deed",
    ),
    Pattern(
        Private.TITLE_DEED,
        _re(rf"(?P<it>[{_HAN}]{{0,6}}(?:房权证|房产证|房地证|土地证|国用|集用|林权证|房地权证)[{_HAN}]{{0,8}}(?:[(（]\d{{4}}[)）])?字?第?\s?[\dA-Za-z\-]{{3,20}}\s?号)"),
        "title deed",
    ),
    Pattern(
        Private.TITLE_DEED,
        _re(rf"(?:不动产权证书?号?|产权证号|权证号|车架号|车辆识别代号|发动机号|title\ number|vin){_LINK}(?P<it>[A-Za-z0-9\-]{{5,24}})", "i"),
        "after “deed”",
    ),
    Pattern(
        Private.BIRTH_DATE,
        _re(r"(?P<it>(?P<year>(?:19|20)\d{2}\s?年)\s?\d{1,2}\s?月\s?\d{1,2}\s?日\s?(?P<tail>出生|生(?=[，,。；;、)）])))"),
        "date of birth",
        remains=Remains.YEAR,
        remainder=_year,
    ),
    Pattern(
        Private.BIRTH_DATE,
        _re(r"(?:出生日期|出生年月日?|出生于|生于|生日|date\ of\ birth|born\ on)\s*[:：]?\s*(?P<it>(?P<year>(?:19|20)\d{2}\s?年?)[\-./\s]?\s?\d{1,2}\s?[月\-./]\s?\d{1,2}\s?日?(?P<tail>))", "i"),
        "date of birth",
        remains=Remains.YEAR,
        remainder=_year,
    ),
    Pattern(
        Private.BIRTH_DATE,
        _re(r"(?:born\ (?:on\ )?|date\ of\ birth\W+)(?P<it>(?:\d{1,2}(?:st|nd|rd|th)?\ [A-Z][a-z]+|[A-Z][a-z]+\ \d{1,2},?)\ (?P<year>(?:19|20)\d{2})(?P<tail>))", "i"),
        "date of birth",
        remains=Remains.YEAR,
        remainder=_year,
    ),
    Pattern(
        Private.ADDRESS,
        _re(rf"(?P<it>(?:{_ROAD})[{_HAN}]{{0,4}}{_HOUSE}(?:[{_HAN}，,\ ]{{0,3}}{_HOUSE}){{0,6}})"),
        "address",
        span=_with_street,
    ),
    Pattern(
        Private.ADDRESS,
        _re(
            rf"(?:住址|住所地|住所|家住|户籍地|户籍所在地|收货地址|寄件地址|地址|居住于|(?<=[，。；,;（(\s])住|^住){_LINK}(?P<it>[{_HAN}0-9A-Za-z\-]{{4,40}})"
        ),
        "after “address”",
        span=_as_far_as_address,
    ),
    Pattern(
        Private.ADDRESS,
        _re(
            r"""(?P<it>(?:(?:Flat|Apartment|Apt\.?|Unit|Room|Suite|No\.?)\s*\w{1,5},?\s+)?\d{1,5}[A-Za-z]?,?\s+(?:[A-Z][\w’']+\s+){1,4}
            (?:Street|St|Road|Rd|Lane|Avenue|Ave|Drive|Close|Court|Crescent|Way|Square|Terrace|Place|Gardens|Grove|Hill|Park|Row|Mews)\b
            (?:,\s{0,2}[A-Z][a-z]{2,20}\b)?(?:,?\s*[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b)?)"""
        ),
        "address",
    ),
    Pattern(Private.ADDRESS, _re(r"(?<![A-Z0-9])(?P<it>[A-Z]{1,2}\d[A-Z\d]?\ \d[A-Z]{2})(?![A-Z0-9])"), "postcode"),
    Pattern(
        Private.URL,
        _re(
            r"""(?P<it>(?:https?://|www\.)[^\s，。；、“”"'<>（）()]*(?:[/?&=](?:u|user|users|uid|userid|people|profile|space|member|home|id|author|seller|shop|store|@\w)[/=]|/@)
            [^\s，。；、“”"'<>（）()]+)""",
            "ia",
        ),
        "address of a user’s page",
    ),
    Pattern(
        Private.URL,
        _re(r"(?<![A-Za-z0-9.])(?P<it>(?:https?://)?(?:www\.|m\.)?(?:weibo|twitter|x|instagram|facebook|tiktok|douyin|github|zhihu|xiaohongshu)\.(?:com|cn)/[^\s，。；、“”\"'<>（）()]+)", "ia"),
        "address of a user’s page",
    ),
    Pattern(
        Private.ACCOUNT,
        _re(
            rf"""(?:微信|微信号|微信账号|QQ|QQ号码?|支付宝|支付宝账[号户]|淘宝|淘宝账[号户]|抖音|抖音号|快手号?|小红书号?|微博|会员名|会员号|用户名|用户|账号|帐号|账户名?|帐户名?|登录名|昵称|网名|旺旺|旺旺号)
            {_LINK}(?P<it>[A-Za-z0-9_][A-Za-z0-9_.\-]{{1,38}}[A-Za-z0-9_])""",
            "i",
        ),
        "after “account”",
        lambda words: bool(re.search(r"[0-9_]", words)) or words.islower(),
    ),
    Pattern(
        Private.ACCOUNT,
        _re(
            rf"""(?:WeChat(?:\s?ID)?|Alipay(?:\s?account)?|user\s?name|account(?:\s?name)?|user(?:\s?ID)?|handle|nickname)(?![A-Za-z])
            {_LINK}(?P<it>[A-Za-z0-9_][A-Za-z0-9_.\-]{{1,38}}[A-Za-z0-9_])""",
            "ia",
        ),
        "after “account”",
        lambda words: bool(re.search(r"[0-9_]", words)),
    ),
    Pattern(
        Private.ACCOUNT,
        _re(
            r"""(?:昵称|网名|用户名|会员名|账号|帐号|账户名?|微信名|微信|抖音号?|店铺用户|用户|user\s?name|nickname|handle)
            \s*(?:为|是|叫|名为|[:：])?\s*[“"「『‘'](?P<it>[^”"」』’']{1,30})[”"」』’']""",
            "i",
        ),
        "after “account”",
    ),
    Pattern(Private.ACCOUNT, _re(rf"(?<![\w.])(?P<it>@[\w{_HAN}][\w{_HAN}\-]{{1,29}})"), "handle"),
    Pattern(
        Private.ORDER_NUMBER,
        _re(
            rf"""(?:订单|订单号码?|订单编号|运单号?|快递单号|物流单号|单号|交易号|交易单号|流水号|支付单号|商户单号|包裹号|order(?:\s(?:no\.?|number|id))?|tracking(?:\s(?:no\.?|number))|parcel(?:\s(?:no\.?|number)))
            {_LINK}(?P<it>(?=[A-Za-z0-9\-]*\d)[A-Za-z0-9][A-Za-z0-9\-]{{5,40}})""",
            "ia",
        ),
        "order number",
    ),
    Pattern(
        Private.HEALTH,
        _re(rf"(?:患有?|确诊(?:为|患有)?|诊断为|罹患|感染了?|查出)(?P<it>[{_HAN}A-Za-z]{{2,12}}?(?:病|症|炎|癌|瘤|障碍|综合征|艾滋|阳性|骨折|感染|中风|透析))"),
        "state of health",
        standing=Standing.OPEN,
    ),
)  # fmt: skip

_CASE_NUMBER = re.compile(
    rf"[（(]\s?\d{{4}}\s?[)）]\s?[{_HAN}0-9A-Z]{{1,10}}(?:民|刑|行|执|知|财|破|仲|督|催|特|诉前|商|赔|司)(?:(?!第)[{_HAN}]){{0,6}}(?:(?<=字)第)?\d+号(?:之[一二三四五六七八九十]+)?"
)
_STAYS = frozenset({BlockKind.NUMBER, BlockKind.COURT, BlockKind.KIND, BlockKind.HEADING, BlockKind.DATE})


def find_patterns(text: PublicText, rules: RedactionRules) -> Iterator[Find]:
    """Every private datum of a kind that the rules cut, told by its form; and case numbers, which are never hidden."""
    for block, cell, words in text.cells():
        here = text.blocks[block]
        view = narrow(words)
        if NeverHidden.CASE_NUMBER in rules.never.of:
            for match in _CASE_NUMBER.finditer(view.words):
                yield _number(block, cell, view, match)
        if here.kind in _STAYS or here.role is Part.SIGNATURES:
            continue
        for pattern in PATTERNS:
            if pattern.kind in rules.cuts:
                yield from _found(block, cell, words, view, pattern, rules)


def _number(block: int, cell: int, view: Folded, match: re.Match[str]) -> Find:
    start, end = view.span(*match.span())
    return Find(block, cell, start, end, Private.OTHER, Source.PATTERN, Standing.KEPT, Weight.SHOWN, "number")


def _found(block: int, cell: int, words: str, view: Folded, pattern: Pattern, rules: RedactionRules) -> Iterator[Find]:
    cut = rules.cuts[pattern.kind]
    for match in pattern.form.finditer(view.words):
        it = match["it"]
        if not it.strip() or (pattern.check is not None and not pattern.check(it)):
            continue
        first, last = match.span("it")
        remains = None
        if pattern.span is not None:
            around = pattern.span(view.words, first, last)
            if around is None:
                continue
            whole, first, last = around
            if cut.keep is Remains.DISTRICT:
                remains = "" if first > whole else None
            else:
                first = whole
        elif pattern.remainder is not None and cut.keep is pattern.remains:
            remains = pattern.remainder(match)
        start, end = view.span(first, last)
        while end > start and words[end - 1].isspace():
            end -= 1
        yield Find(
            block,
            cell,
            start,
            end,
            pattern.kind,
            Source.PATTERN,
            pattern.standing,
            Weight.PATTERN,
            f"{pattern.kind.value}:{folded(words[start:end])}",
            pattern.what,
            remains=remains,
        )
