"""People no docket knows, told by the words around them: whoever is found here is for a person to decide on.

A rule never hides anything by itself. It errs on the side of asking: an office ("快递员", "the courier") before words
that can be a name, a name before what people do, names one after another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from odr.procedure.rules.redaction import Private
from odr.register.redaction.finds import Find, Weight
from odr.register.redaction.folding import Folded, folded, narrow, tight
from odr.register.redaction.known import Source, Standing
from odr.register.redaction.latin import surname_pinyin
from odr.register.redaction.naming import DOTS, Person
from odr.register.redaction.structure import BlockKind, PublicText
from odr.register.redaction.surnames import (
    AFTER_NAMES,
    BEFORE_NAMES,
    BESIDE_NAMES,
    CITIES,
    COMPOUND,
    CROSSING,
    ENGLISH_BEFORE,
    ENGLISH_GIVEN,
    ENGLISH_GIVEN_ALONE,
    ENGLISH_NEVER,
    JAPANESE,
    MADE_OF,
    NAME_PARTICLES,
    NEVER_NAMES,
    OF_FOREIGN_NAMES,
    OF_GIVEN_NAMES,
    ORGANISED,
    RARELY_SURNAMES,
    SURNAMES,
    WORDLIKE,
    phrases,
)

_HAN = "\u4e00-\u9fff"
_STOPS = frozenset("，。；：、！？,.;:!?()（）【】[]“”\"'‘’「」『』《》<>/\\|\n…—")
_PARTICLES = frozenset(
    "的了在是与和及对向从将把被由以称说曾并均系已未于因其该至到给让但而或则也都又就还再只不没有我你他她它这那哪此每各某等个件份次位元地得着过"
)
_WEAK_AFTER = frozenset("的之地得中上下里内外等不有")
_SKIPPED = frozenset({BlockKind.COURT, BlockKind.KIND, BlockKind.NUMBER, BlockKind.HEADING, BlockKind.DATE})
_INSIDE_NEVER = (
    "原告 被告 法院 本院 平台 公司 店铺 商品 包裹 快递 账户 账号 合同 订单 客服 卖家 买家 网店 直播 视频 支付 付款 货款 货物 产品 证据 协议 双方 当事".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Named:
    """A span of the view that reads like a name, and by what."""

    start: int
    end: int
    what: str
    rank: int = 2
    """0: told by an office or a title, 1: by another name beside it, 2: by where it stands, 3 and 4: by itself."""


@cache
def _longest_first(words: frozenset[str]) -> tuple[tuple[int, frozenset[str]], ...]:
    lengths = sorted({len(word) for word in words}, reverse=True)
    return tuple((length, frozenset(word for word in words if len(word) == length)) for length in lengths)


def _starts(words: frozenset[str], text: str, at: int) -> str:
    """The longest of some words with which the text goes on; ""."""
    return next((text[at : at + n] for n, of in _longest_first(words) if text[at : at + n] in of), "")


def _ends(words: frozenset[str], text: str, at: int) -> str:
    """The longest of some words that ends right before a place; ""."""
    return next((text[at - n : at] for n, of in _longest_first(words) if at >= n and text[at - n : at] in of), "")


def _follows(text: str, at: int) -> float:
    """How well what stands behind a name fits: the end or a stop, a verb of two signs, a particle, nothing."""
    if at >= len(text) or text[at] in _STOPS:
        return 3
    if text[at].isascii():
        return 1.5
    word = _starts(AFTER_NAMES, text, at)
    return {0: 0.0, 1: 2.0, 2: 3.2}.get(len(word), 3.5)


def _is_never(words: str) -> bool:
    """Whether words that begin with a surname are something else."""
    return (
        bool(_starts(NEVER_NAMES, words, 0))
        or bool(_starts(BEFORE_NAMES, words, 0))
        or any(each in words for each in _INSIDE_NEVER)
        or any(words.startswith(city) for city in CITIES)
    )


def _score(text: str, start: int, surname: int, length: int) -> float:
    given = text[start + surname : start + length]
    bad = sum(sign in _PARTICLES for sign in given)
    return _follows(text, start + length) - 2 * bad + (0.4 if length - surname == 2 else 0)


def _han_name(text: str, start: int) -> tuple[int, float] | None:
    """End and score of the best reading of a Han name that begins here."""
    best: tuple[int, float] | None = None
    surnames = [2] if text[start : start + 2] in COMPOUND else []
    if text[start : start + 1] in SURNAMES:
        surnames.append(1)
    for surname in surnames:
        for given in (1, 2):
            end = start + surname + given
            if end > len(text) or not all("\u4e00" <= sign <= "\u9fff" for sign in text[start:end]):
                continue
            score = _score(text, start, surname, surname + given) + (1 if surname == 2 else 0)
            if best is None or score > best[1]:
                best = end, score
    if (
        best
        and text[start] in RARELY_SURNAMES
        and text[start : start + 2] not in COMPOUND
        and _follows(text, best[0]) < (2 if best[0] - start == 3 and text[start + 1] in OF_GIVEN_NAMES else 3)
    ):
        return None
    if best and (_is_never(text[start : best[0] + 1]) and text[start : start + 2] not in COMPOUND):
        return None
    return best


_DOTTED = re.compile(f"[{_HAN}]{{1,10}}(?:[-－][{_HAN}]{{1,6}})?(?:[{DOTS}][{_HAN}]{{1,10}}){{1,4}}")
_NICK = re.compile(
    rf"[小老阿][{_HAN}]{{1,2}}|[老小][{_HAN}]头|[{_HAN}]{{1,2}}[妈爸]|大[{_HAN}]|二[{_HAN}]|[{_HAN}][哥姐姨叔嫂婶伯爷总妹弟]"
)
_NICK_NEVER = frozenset("小店 小区 小时 老板 老师 大家 阿里".split()) | NEVER_NAMES | BEFORE_NAMES  # noqa: SIM905


_IN_PAIRS = frozenset("彼得 不都 大卫 约翰 汉斯 罗夫 诺夫 洛夫 科夫 耶夫 托夫 柯夫 切夫 斯基 夫娜 尔夫".split())  # noqa: SIM905
"""Signs that write foreign names only behind certain others."""


def _foreign_run(text: str, start: int) -> int:
    """End of a run of signs with which foreign names are written; a name is at least two of them."""
    end = start
    while (
        end < len(text) and end - start < 8 and (text[end] in OF_FOREIGN_NAMES or text[end - 1 : end + 1] in _IN_PAIRS)
    ):
        end += 1
    best = max(range(start + 2, end + 1), key=lambda at: (_follows(text, at) >= 2, at), default=start)
    return best if best - start >= 2 and _follows(text, best) >= 2 else start


def _dotted(text: str, start: int) -> int:
    """End of a name with dots that begins here; its last part ends before what follows names."""
    match = _DOTTED.match(text, start)
    if not match or any(sign in "由与和向被将的在及从给" for sign in re.split(f"[{DOTS}]", match[0])[0]):
        return start
    last = max(match[0].rfind(dot) for dot in DOTS) + start + 1
    ends = range(last + 1, match.end() + 1)
    good = [at for at in ends if _follows(text, at) >= 2]
    run = last
    while run < match.end() and (text[run] in OF_FOREIGN_NAMES or text[run : run + 2] == "不都"):
        run += 1
    fitting = [at for at in good if at >= run] or ([run] if run > last + 1 else good)
    return min(fitting, default=match.end())


def _begins_dotted(text: str, start: int) -> bool:
    """Whether a long first part is all of signs of foreign names: otherwise words stand before the name."""
    first = re.split(f"[{DOTS}]", text[start : start + 12])[0]
    return len(first) <= 3 or all(sign in OF_FOREIGN_NAMES for sign in first)


def _japanese(text: str, start: int) -> int:
    word = _starts(JAPANESE, text, start)
    if not word:
        return start
    ends = [start + len(word) + given for given in (2, 1, 3) if _follows(text, start + len(word) + given) >= 2]
    fitting = [end for end in ends if end <= len(text)]
    return fitting[0] if fitting else start


def _tibetan(text: str) -> Iterator[Named]:
    """Names put together from the words of which Tibetan and Mongolian names are made: 卓玛央宗, 格桑次仁."""
    at = 0
    while at < len(text):
        end, parts = at, 0
        while word := _starts(MADE_OF, text, end):
            end, parts = end + len(word), parts + 1
        if parts >= 2:
            yield Named(at, end, "", 1)
        at = max(end, at + 1)


def _is_twice(piece: str) -> bool:
    """薇薇, 毛毛."""
    return piece[:1] == piece[1:] and "\u4e00" <= piece[:1] <= "\u9fff"


def _nick(text: str, start: int) -> int:
    ends = []
    for length in (3, 2):
        piece = text[start : start + length]
        called = _NICK.fullmatch(piece) or (length == 2 and _is_twice(piece))
        if len(piece) == length and called and _follows(text, start + length) >= 2:
            ends.append(start + length)
    good = [end for end in ends if not _starts(_NICK_NEVER, text, start) and text[end - 1] not in _PARTICLES]
    return min(good, key=lambda end: (-_follows(text, end), end), default=start)


_RUN = re.compile(f"[{_HAN}]+")


def _after_office(text: str, at: int) -> int:
    """End of whatever name stands after an office; ``at`` where there is none."""
    run = _RUN.match(text, at)
    if run and len(run[0]) == 4 and run[0][0] in SURNAMES and text[at - 1] in ":：" and not _is_never(run[0]):
        return run.end()
    for find in (_dotted, _japanese):
        if (end := find(text, at)) > at:
            return end
    han = _han_name(text, at)
    foreign = _foreign_run(text, at)
    if han and han[1] >= 2:
        return foreign if foreign > han[0] and text[at : at + 2] not in COMPOUND else han[0]
    word = at + 2 if text[at : at + 2] in WORDLIKE - NEVER_NAMES and _follows(text, at + 2) >= 3 else at
    for end in (foreign, _nick(text, at), word, han[0] if han and han[1] >= 0.4 else at):
        if end > at:
            return end
    return at


_OPENING = re.compile(r"(?:原为|现为|均为|分别为|分别是|一栏写有|[:：]|为|是|系|叫|名为)?[“\"「『(（【]?")
_NO_OFFICE = re.compile("员|费[用一二三四五六七八九十百千万两0-9]")
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{1,12})[”\"」』]")


def _anywhere(text: str) -> Iterator[Named]:
    """What reads like a name whatever stands around it: dots inside, a compound surname, a surname before two signs of
    given names, a long run of signs of foreign names.
    """
    for at in range(len(text)):
        if (end := _dotted(text, at)) > at and not _starts(BEFORE_NAMES, text, at) and _begins_dotted(text, at):
            yield Named(at, end, "", 3)
            continue
        two = text[at : at + 2]
        if two in COMPOUND and two not in WORDLIKE and (han := _han_name(text, at)) and han[1] >= 1:
            yield Named(at, han[0], "", 3)
            continue
        if (end := _weighed(text, at)) > at:
            yield Named(at, end, "", 4)
        foreign = _foreign_run(text, at)
        if foreign - at >= 4 and not _is_never(text[at : foreign + 1]):
            yield Named(at, foreign, "", 4)


_OFFICE_ENDS = frozenset("人员者商师长手主客民工户友")
"""Signs with which words for people end: 牧民, 处理人, 取件者."""
LEAST = 2.0
"""Evidence a name needs that no office tells of: 0.8 for each sign of given names, up to 1.75 for what follows, 1.2 for
where it begins. Chosen by what 170,000 signs of law texts and 140,000 of the court's own Chinese words ask: one in
several thousand.
"""


def _weighed(text: str, at: int) -> int:
    """End of a Han name for which there is enough evidence; ``at`` where there is none."""
    if text[at] not in SURNAMES or text[at] in RARELY_SURNAMES or text[at - 1 : at + 1] in CROSSING:
        return at
    begins = 1.2 if _at_boundary(text, at) or _ends(BESIDE_NAMES, text, at) else 0.0
    begins = begins or (1.0 if at and text[at - 1] in _OFFICE_ENDS else 0.0)
    best, found = LEAST, at
    for length in (3, 2):
        name = text[at : at + length]
        if len(name) < length or not all("\u4e00" <= sign <= "\u9fff" for sign in name):
            continue
        given = sum(sign in OF_GIVEN_NAMES for sign in name[1:])
        particles = sum(sign in _PARTICLES for sign in name[1:])
        weight = 0.8 * given + _follows(text, at + length) / 2 + begins - (0.6 if length == 2 else 0) - particles
        fits = name[-1] not in _PARTICLES and not _is_never(text[at : at + length + 1])
        is_word = name in WORDLIKE or _crosses_word(text, at, length) or _is_word_and_sign(text, at, at + length)
        if weight >= best and fits and not is_word:
            best, found = weight, at + length
    return found


def _is_word_and_sign(text: str, at: int, end: int) -> bool:
    """Whether a word that can be a name stands there with the first sign of the next one: 东方 and 雪莲, 金子 and 做的."""
    if end - at != 3 or text[at : at + 2] not in WORDLIKE:
        return False
    return text[end - 1] not in OF_GIVEN_NAMES or _follows(text, end) < 3


def _crosses_word(text: str, at: int, length: int) -> bool:
    """Whether a name's last sign begins a word that goes on, its first ends one, or its signs make one."""
    last, ahead = text[at + length - 1 : at + length + 1], text[at - 1 : at + 1] if at else ""
    inner = text[at + 1 : at + 3] if length == 3 else ""
    return any(word in phrases() for word in (last, inner, ahead, text[at : at + 2]) if len(word) == 2)


_SLOT = rf"(?P<name>[{_HAN}]{{2,4}}?)"
_FRAMES = tuple(
    re.compile(each)
    for each in (
        rf"(?:通过|使用|借用|转入|汇入|打入|存入){_SLOT}的?(?:名下的?)?(?:个人)?(?:银行|微信|支付宝)?(?:账户|账号|银行卡|储蓄卡|手机|微信号)",
        rf"[与和跟同]{_SLOT}的?(?:微信|短信|电话|聊天|通话|沟通|往来|录音)(?:聊天)?(?:记录|内容|录音|截图|往来)",
        rf"(?:偿还|归还|清偿|退还|尚欠|欠付|支付给?|返还){_SLOT}的?(?:借款|欠款|货款|本金|押金|定金|工资|款项)",
        rf"(?:^|[，。；、]){_SLOT}向(?:本院|法院|法庭|原告|被告|公安|公安机关|仲裁委|平台)(?:出具|提交|提供|递交|作出|作证|陈述|表示|出示|说明|确认|支付|转账|主张)",
        rf"(?:^|[，。；]){_SLOT}[、和与及]?(?:、|及|和|与)(?:原告|被告|第三人)(?:、|及|和|与|三方|双方|均)",
        rf"(?:原告|被告|第三人)(?:、|及|和|与){_SLOT}(?:三方|三人|二人|两人|双方|之间|均)",
        rf"(?:^|[，。；])因?{_SLOT}(?:未|没有|拒不|已|均已|经通知)?(?:到庭|到场|出庭|当庭|作证|应诉|签字|签名)",
        rf"(?:^|[，。；]){_SLOT}(?:系|是)(?:原告|被告|第三人|本案|涉案|该|其)[^，。；]{{0,14}}(?:股东|员工|职员|客服|主管|经理|店长|店主|负责人|代表人|代理人|实际控制人|经营者|配偶|妻子?|丈夫|夫|[父母][亲女子]?|儿子|女儿|之[子女父母妻夫]|[兄弟姐妹哥]+|朋友|同事|同学|邻居|房东|证人|房客|租客)",
        rf"[与和跟]{_SLOT}(?:系|是|为)(?:同事|朋友|夫妻|同学|邻居|亲戚|兄[弟妹]|姐[妹弟]|父[子女]|母[子女]|恋人|合伙人?|雇佣)",
        rf"(?:妻子|丈夫|儿子|女儿|父亲|母亲|哥哥|弟弟|姐姐|妹妹|室友|邻居|同事|朋友|同学|房东|快递员|司机|主播|店长|店员){_SLOT}(?:于|将|把|在|向|已|曾|从|与|代为?|称|说|表示|签收|均)",
    )
)
"""Sentences in which only a person can stand at one place, so that also a word is a name there: 通过安静的银行账户."""
_FRAMED_SURNAMES = frozenset("区冼逄芈")
"""Surnames that are so often something else that only a whole sentence tells them."""
_BODIES = re.compile(
    "(?:局|部门?|处|所|院|会|社|厅|室|司|店|厂|行|组|队|站|馆|网|方|者|人|员|户|件|书|款|货|物|品|证|权|费|期|事|家|双方|各方|对方|机构|中心|公证|商城|客服)$"
)


def _framed(text: str) -> Iterator[Named]:
    """Names that are told by the whole sentence around them."""
    for frame in _FRAMES:
        for match in frame.finditer(text):
            start, end = match.span("name")
            name = match["name"]
            surname = name[:1] in SURNAMES or name[:1] in _FRAMED_SURNAMES or name[:2] in COMPOUND
            called = _NICK.fullmatch(name) is not None or (len(name) == 2 and _is_twice(name))
            if not (surname or called) or (surname and len(name) == 4 and name[:2] not in COMPOUND):
                continue
            kind = text[start : end + 1]
            known = name in WORDLIKE or not _is_never(name)
            if (
                known
                and not _BODIES.search(name)
                and not any(each in kind for each in _INSIDE_NEVER)
                and name[-1] not in _PARTICLES
                and not _starts(BEFORE_NAMES, name, 0)
            ):
                yield Named(start, end, "", 1)


_TITLES = frozenset("先生 女士 小姐 老师 医生 律师 师傅 阿姨 大姐 经理".split())  # noqa: SIM905


def _by_office(text: str) -> Iterator[Named]:
    for at in range(1, len(text)):
        office = _ends(BEFORE_NAMES, text, at)
        if not office or _starts(BEFORE_NAMES, text, at - len(office)) != office or _NO_OFFICE.match(text, at):
            continue
        if quoted := _QUOTED.match(text, at):
            yield Named(quoted.start(1), quoted.end(1), office, 0)
            continue
        opening = _OPENING.match(text, at)
        starts = {at, opening.end() if opening else at}
        for start in sorted(starts, reverse=True):
            if (end := _after_office(text, start)) > start:
                yield Named(start, end, office, 0)
                break


def _at_boundary(text: str, at: int) -> bool:
    after_day = at > 1 and text[at - 1] in "日月年时" and text[at - 2].isdigit()
    return at == 0 or text[at - 1] in _STOPS or after_day


def _alone(text: str) -> Iterator[Named]:
    """A name where a sentence begins, or after a word like 由, with an act behind it."""
    for at in range(len(text)):
        boundary = _at_boundary(text, at)
        beside = "" if boundary else _ends(BESIDE_NAMES, text, at)
        across = text[at - 1 : at + 1] if at else ""
        if (not boundary and not beside) or across in CROSSING or (beside and across in WORDLIKE):
            continue
        for find in (_dotted, _japanese):
            if (end := find(text, at)) > at and (end - at > 2):
                yield Named(at, end, beside)
                break
        else:
            yield from _alone_here(text, at, beside)


def _alone_here(text: str, at: int, beside: str) -> Iterator[Named]:
    han = _han_name(text, at)
    if han is not None and text[at] not in RARELY_SURNAMES:
        end, score = han
        word = text[at:end]
        if _is_word_and_sign(text, at, end):
            return
        firm = score >= 2 and not (
            end < len(text) and text[end] in _WEAK_AFTER and (end - at == 2 or word[:2] in WORDLIKE)
        )
        of_kin = text[end : end + 1] == "的" and bool(_starts(BEFORE_NAMES, text, end + 1))
        firm = firm or (of_kin and score >= 2)
        bare = end >= len(text) or text[end] in _STOPS
        if (
            firm
            and not (bare and not beside and end - at == 2)
            and not (bare and text[at:end] in WORDLIKE and not beside)
        ):
            yield Named(at, end, beside)
            return
    foreign = _foreign_run(text, at)
    if foreign - at >= 3 and not _starts(NEVER_NAMES, text, at):
        yield Named(at, foreign, beside)
        return
    nick = _nick(text, at)
    if nick > at and (
        text[at + 1] in SURNAMES or text[at] == text[at + 1] or text[at] in "阿二" or text[nick - 1] in "哥姐总婶姨叔嫂"
    ):
        yield Named(at, nick, beside)


def _by_title(text: str) -> Iterator[Named]:
    for at in range(2, len(text)):
        if not _starts(_TITLES, text, at):
            continue
        for length in (4, 3, 2):
            start = at - length
            surname = 2 if text[start : start + 2] in COMPOUND else 1
            fits = start >= 0 and (surname == 2 or text[start : start + 1] in SURNAMES) and length - surname in (1, 2)
            inside = text[max(start, 0) : at]
            if fits and not any(sign in _PARTICLES or sign in _STOPS for sign in inside) and not _is_never(inside):
                before = start == 0 or text[start - 1] in _STOPS or _ends(BESIDE_NAMES | BEFORE_NAMES, text, start)
                if before:
                    yield Named(start, at, "", 0)
                    break


_AND = re.compile("、|和|与|及|以及")


def _in_rows(text: str, found: list[Named]) -> Iterator[Named]:
    """Names joined to a name that was found: A、B和C."""
    ends = [each.end for each in found]
    seen = {each.start for each in found}
    while ends:
        end = ends.pop()
        joint = _AND.match(text, end)
        if joint is None or joint.end() in seen:
            continue
        stop = _after_office(text, joint.end())
        if stop > joint.end() and not _is_never(text[joint.end() : stop + 1]):
            yield Named(joint.end(), stop, "", 1)
            seen.add(joint.end())
            ends.append(stop)


def _before_rows(text: str) -> Iterator[Named]:
    """Two names with 、 between, where nothing else tells of them."""
    for at in (match.start() for match in re.finditer("、", text)):
        for length in (3, 2):
            start = at - length
            if start >= 0 and _at_boundary(text, start):
                first, second = _han_name(text, start), _han_name(text, at + 1)
                if first and second and first[0] == at and second[1] >= 2:
                    yield Named(start, at, "", 1)
                    yield Named(at + 1, second[0], "", 1)
                    break


# Latin letters.

_LETTERS = [chr(at) for at in (*range(0x41, 0x250), *range(0x1E00, 0x1F00))]
_UP = "".join(sign for sign in _LETTERS if sign.isupper())
_LOW = "".join(sign for sign in _LETTERS if sign.islower())
_CAPITAL = (
    rf"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.|[{_UP}][{_LOW}'’]+(?:['’][{_UP}][{_LOW}]+)?(?:-[{_LOW}]{{2,}})?|[{_UP}]{{2,}}|(?:[{_UP}]\.)+"
    rf"|(?:al|de|van|von|bin|O)[-'’ ]?[{_UP}][{_LOW}]+)"
)
_JOINT = rf"(?:[ \-/]|(?: (?:{'|'.join(sorted(NAME_PARTICLES))}))+ )"
_LATIN_NAME = re.compile(rf"(?<![{_UP}{_LOW}0-9@/.]){_CAPITAL}(?:{_JOINT}{_CAPITAL})*(?![{_UP}{_LOW}0-9@])")
_SPACED = re.compile(rf"(?<![\w@])[{_UP}](?: {{1,3}}[{_UP}{_LOW}](?![\w@])){{4,}}")
_SMALL = re.compile(r"(?<![A-Za-z0-9@./_-])(?=([a-z]{2,}) ([a-z]{2,}(?:-[a-z]{2,})?)(?![A-Za-z0-9@/_-]))")
_SYLLABLE = re.compile(
    r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|er|a|o|e|i|u|v))+"
)
_TITLED = frozenset("mr mrs ms miss dr prof".split())  # noqa: SIM905


@cache
def _pinyin_surnames() -> frozenset[str]:
    return frozenset(folded(each) for surname in SURNAMES | COMPOUND for each in surname_pinyin(surname)[:1])


def _is_pinyin(words: list[str]) -> bool:
    plain = [folded(word) for word in words]
    if len(plain) not in (2, 3) or not all(_SYLLABLE.fullmatch(word) for word in plain):
        return False
    return plain[0] in _pinyin_surnames() or plain[-1] in _pinyin_surnames()


def _without_never(text: str, start: int, end: int) -> tuple[int, int]:
    """A run of words with capitals without words of the language at either end."""
    words = [(match.start() + start, match.end() + start) for match in re.finditer(r"[^ /]+", text[start:end])]

    def never(span: tuple[int, int]) -> bool:
        word = text[span[0] : span[1]].casefold().strip(".")
        return word in ENGLISH_NEVER and not (word in ENGLISH_GIVEN and len(words) > 1)

    while words and never(words[0]):
        words.pop(0)
    while words and never(words[-1]):
        words.pop()
    return (words[0][0], words[-1][1]) if words else (start, start)


_DETERMINERS = frozenset("the a an this that his her its their our".split())  # noqa: SIM905


def _latin(text: str, language: str) -> Iterator[Named]:
    for match in _LATIN_NAME.finditer(text):
        start, end = match.span()
        by_office = (
            language == "en" and " " in match[0] and _office_before(text, start) in ENGLISH_BEFORE - _PREPOSITIONS
        )
        if not by_office or match[0].casefold().split(" ")[0] in _DETERMINERS:
            start, end = _without_never(text, start, end)
        words = re.split(r"[ \-/]", text[start:end])
        if start == end or words[-1].casefold() in ORGANISED or match[0].split(" ")[-1].casefold() in ORGANISED:
            continue
        yield from (
            _latin_in_english(text, start, end, words) if language == "en" else _latin_in_han(text, start, end, words)
        )


_TURNED = re.compile(rf", ([{_UP}][{_LOW}]+)(?= [{_LOW}])")
_PREPOSITIONS = frozenset("signed by to with that from".split())  # noqa: SIM905


def _office_before(text: str, start: int) -> str:
    before = re.search(r"([^\W\d]+)[\W\d]{1,3}$", text[:start])
    return before[1].casefold() if before else ""


def _small_latin(text: str, language: str) -> Iterator[Named]:
    """Names typed without capitals, or sign by sign."""
    for match in _SPACED.finditer(text):
        yield Named(*match.span(), "", 1)
    for match in _SMALL.finditer(text):
        first, last = match[1], match[2]
        if language == "en":
            fits = first in ENGLISH_GIVEN_ALONE and last not in ENGLISH_NEVER and last not in _VERBS
        else:
            fits = len(first + last) > 6 and _is_pinyin([first, last]) and first in _pinyin_surnames()
        if fits:
            yield Named(match.start(1), match.end(2), "", 1)


_VERBS = frozenset("said says did was is had has told paid sent signed called asked and or of in on at".split())  # noqa: SIM905


def _latin_in_english(text: str, start: int, end: int, words: list[str]) -> Iterator[Named]:
    office = _office_before(text, start)
    told = office in ENGLISH_BEFORE or words[0].casefold().strip(".") in _TITLED
    if told and len(words) == 1 and (turned := _TURNED.match(text, end)) and turned[1].casefold() not in ENGLISH_NEVER:
        yield Named(start, turned.end(1), office, 0)
        return
    if len(words) == 1 and not told and words[0].casefold() in ENGLISH_GIVEN_ALONE:
        yield Named(start, end, "", 3)
    if len(words) > 1 or told:
        yield Named(start, end, office if told else "", 0 if told else 2)


def _latin_in_han(text: str, start: int, end: int, words: list[str]) -> Iterator[Named]:
    plain = re.sub('[:：为是有“"（(]+$', "", tight(text[:start]).words)
    told = _ends(BEFORE_NAMES | BESIDE_NAMES, plain, len(plain))
    sure = _is_pinyin(words) or (told and end - start > 2)
    if sure or (len(words) > 1 and _follows(tight(text[end:]).words, 0) >= 2):
        yield Named(start, end, told, 0 if told else 2)


def names_in(words: str, language: str) -> list[tuple[int, int, str]]:
    """Start, end and what stands before of everything in some words that reads like a person's name."""
    view, plain = tight(words), narrow(words)
    named = [*_by_office(view.words), *_by_title(view.words), *_before_rows(view.words)]
    named += [*_alone(view.words), *_anywhere(view.words), *_framed(view.words), *_tibetan(view.words)]
    named += _in_rows(view.words, named)
    found = [(each, *view.span(each.start, each.end)) for each in named]
    latin = [*_latin(plain.words, language), *_small_latin(plain.words, language)]
    found += [(each, *plain.span(each.start, each.end)) for each in latin]
    return _apart(found)


def _apart(found: list[tuple[Named, int, int]]) -> list[tuple[int, int, str]]:
    """Without those that overlap: what an office tells of goes first, then the longer."""
    taken: set[int] = set()
    kept: list[tuple[int, int, str]] = []
    for each, start, end in sorted(found, key=lambda f: (f[0].rank, f[1] - f[2], f[1])):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            kept.append((start, end, each.what))
    return sorted(kept)


def find_context(text: PublicText) -> Iterator[Find]:
    """Names of people about whom somebody has to decide, and every other place where the same name stands."""
    seen: dict[str, tuple[str, str]] = {}
    places: set[tuple[int, int, int, int]] = set()
    for block, cell, words in text.cells():
        if text.blocks[block].kind in _SKIPPED:
            continue
        for start, end, what in names_in(words, text.language):
            surface = words[start:end]
            plain = folded(surface)
            if not plain:
                continue
            seen.setdefault(plain, (surface, what))
            places.add((block, cell, start, end))
            yield _find(block, cell, start, end, plain, *seen[plain])
    for block, cell, words in text.cells():
        view = tight(words)
        for plain, (surface, what) in seen.items():
            if len(plain) > 1:
                for start, end in _again(view, tight(surface).words):
                    if (block, cell, start, end) not in places:
                        yield _find(block, cell, start, end, plain, surface, what)


def _again(view: Folded, name: str) -> Iterator[tuple[int, int]]:
    at = view.words.find(name) if name else -1
    while at >= 0:
        yield view.span(at, at + len(name))
        at = view.words.find(name, at + 1)


def _find(block: int, cell: int, start: int, end: int, plain: str, surface: str, what: str) -> Find:
    return Find(
        block,
        cell,
        start,
        end,
        Private.PERSON,
        Source.CONTEXT,
        Standing.OPEN,
        Weight.CONTEXT,
        f"person:{plain}",
        what,
        Person(Private.PERSON, surface),
    )
