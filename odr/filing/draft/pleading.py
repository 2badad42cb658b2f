"""A pleading written elsewhere, taken apart: parties, what is asked for, facts, evidence.

Chinese and English statements of claim follow a fixed order with known headings (CPL
124). What is recognised goes into the parts of a draft for the person to look at;
every other line is kept beside it. Nothing is dropped and nothing is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from odr.docket.models import PartyKind
from odr.filing.models import ReliefKind
from odr.procedure.forms.form_data import money_text
from odr.procedure.forms.reading import Unreadable, read_day, read_money

FACTS, RELIEF, RESPONDENTS, FACT_LENGTH, RELIEF_LENGTH = 100, 30, 20, 2000, 1000
_WHICH = r"\s*(?:[一二三四五六七八九十\d]{1,3}\s*)?(?:[（(][^）)]{0,40}[）)]\s*)?[:：]\s*"
"""After the name of a side: which one, in brackets what it is called from there on."""
_HEADS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (part, re.compile(pattern, re.IGNORECASE))
    for part, pattern in (
        ("claimant", rf"(?:原告|起诉人|claimant|plaintiff){_WHICH}"),
        ("respondent", rf"(?:被告|respondent|defendant){_WHICH}"),
        (
            "relief",
            r"(?:诉讼请求|请求事项|诉请|relief(?: sought)?|what (?:i|we) ask for|claims?|remedy sought)\s*(?:[:：]\s*|$)",
        ),
        (
            "facts",
            r"(?:事实(?:和|与|及|、)?(?:理由)?|理由|facts(?: and (?:grounds|reasons|law))?|what happened|particulars(?: of claim)?|grounds)"
            r"\s*(?:[:：]\s*|$)",
        ),
        (
            "evidence",
            r"(?:证据(?:和|与|及|、)?(?:证据)?(?:来源)?(?:清单|目录)?|evidence|list of (?:evidence|exhibits)|exhibits)\s*(?:[:：]\s*|$)",
        ),
        (
            "end",
            r"(?:此\s*致|具状人|起诉人(?:签名|签字)|附[:：]|yours faithfully|signed|statement of truth|dated?\s*[:：])",
        ),
        ("title", r"(?:民事)?起\s*诉\s*(?:状|书)$|(?:statement of claim|claim form|complaint)$"),
    )
)
_NUMBERED = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）.、．]|[一二三四五六七八九十\d]{1,2}\s*[、.．]|[-•·●*])\s*"
)
_DAY = re.compile(
    r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日|(\d{4})-(\d{1,2})-(\d{1,2})|"
    r"(\d{1,2}\s+(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{4})"
)
_MONEY = re.compile(
    r"(?:(?:CNY|RMB|¥|￥|人民币)\s*)?\d[\d,，]*(?:\.\d{1,2})?\s*(?:万\s*)?元|(?:CNY|RMB|¥|￥|人民币|GBP|£)\s*\d[\d,]*(?:\.\d{1,2})?"
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\d])(?:\+?86[- ]?)?1\d{10}(?!\d)|(?<![\d])0\d{2,3}-?\d{7,8}(?!\d)|\+\d[\d -]{7,16}\d")
_ADDRESS = re.compile(
    r"(?:住\s*所\s*地|住\s*址|住\s*所|地\s*址|现住|住)\s*[:：]?\s*([^，,；;。|]+)|"
    r"address\s*[:：]?\s*([^；;。|]+?)(?=,?\s*(?:phone|tel|e-?mail)|[；;。|]|$)",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"(?:订单(?:编?号)?|order(?: number| no\.?)?)\s*[:：#]?\s*([A-Za-z0-9][A-Za-z0-9-]{5,40})", re.IGNORECASE
)
_COMPANY = re.compile(r"公司|集团|企业|银行|\b(?:Ltd|Limited|Inc|LLC|Corp|plc|Company|Co\.)\b", re.IGNORECASE)
_BODY = re.compile(r"协会|中心|学校|医院|委员会|商行|经营部|\b(?:association|society|school|hospital)\b", re.IGNORECASE)
_COSTS = re.compile(r"诉讼费|受理费|costs? of (?:the|these) (?:proceedings|suit|action)|court fees?", re.IGNORECASE)
_KINDS: tuple[tuple[ReliefKind, re.Pattern[str]], ...] = (
    (ReliefKind.APOLOGY, re.compile(r"赔礼道歉|道歉|apolog", re.IGNORECASE)),
    (ReliefKind.DECLARATION, re.compile(r"确认|宣告|declar", re.IGNORECASE)),
    (ReliefKind.REMOVAL, re.compile(r"删除|下架|停止|断开|remove|take down|stop|cease|delete", re.IGNORECASE)),
)


@dataclass
class ReadParty:
    """A party as the document tells of them."""

    name: str
    kind: PartyKind
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass
class ReadRelief:
    """One thing asked for, with the first amount in it."""

    kind: ReliefKind
    what: str
    amount: str = ""


@dataclass
class Pleading:
    """What was recognised, and every line that was not."""

    claimants: list[ReadParty] = field(default_factory=list)
    respondents: list[ReadParty] = field(default_factory=list)
    relief: list[ReadRelief] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    """Day as 2025-11-06 or nothing, and what happened."""
    rest: list[str] = field(default_factory=list)
    """Lines to be looked at by the person: evidence named, a second claimant, what stands outside every part."""


def read_pleading(lines: Iterable[str], currency: str = "CNY") -> Pleading:
    """Take a document's lines apart by their headings."""
    found, part = Pleading(), ""
    for line in lines:
        head, words = _head(line)
        part = head or part
        if head in ("claimant", "respondent"):
            _party(found, head, words)
        elif head and not words:
            if head in ("end", "title"):
                found.rest.append(line)
        elif part in ("claimant", "respondent"):
            _more_of_party(found, part, line)
        elif part == "relief":
            _ask(found, words, currency)
        elif part == "facts":
            _tell(found, words)
        else:
            found.rest.append(line)
    return found


def _head(line: str) -> tuple[str, str]:
    """The part a line opens, if it does, and its words without the heading."""
    bare = _NUMBERED.sub("", line) if len(line) < 40 else line
    for part, pattern in _HEADS:
        match = pattern.match(bare)
        if match:
            return part, line if part in ("end", "title") else bare[match.end() :].strip()
    return "", line.strip()


def _party(found: Pleading, part: str, words: str) -> None:
    name = re.split(r"[，,；;。|]|\s{2,}", words, maxsplit=1)[0].strip()[:200]
    kept = found.claimants if part == "claimant" else found.respondents
    if not name or (part == "respondent" and len(kept) >= RESPONDENTS):
        found.rest.append(words)
        return
    kind = (
        PartyKind.COMPANY
        if _COMPANY.search(words.split("，")[0])
        else PartyKind.ORGANISATION
        if _BODY.search(name)
        else PartyKind.PERSON
    )
    if kind is PartyKind.COMPANY and not re.search(r"[一-鿿]", name):
        # "Haiyun Technology Co., Ltd." carries a comma of its own.
        more = re.match(r"[^，；;。|]*?\b(?:Ltd|Limited|Inc|LLC|Corp|plc)\b\.?", words)
        name = more.group(0).strip()[:200] if more else name
    kept.append(ReadParty(name, kind))
    _details(kept[-1], words)
    if words[len(name) :].strip(" ，,；;。|"):
        found.rest.append(words)


def _more_of_party(found: Pleading, part: str, line: str) -> None:
    kept = found.claimants if part == "claimant" else found.respondents
    if kept:
        _details(kept[-1], line)
    found.rest.append(line)


def _details(party: ReadParty, words: str) -> None:
    email, phone, address = _EMAIL.search(words), _PHONE.search(words), _ADDRESS.search(words)
    party.email = party.email or (email.group(0) if email else "")
    party.phone = party.phone or (phone.group(0).strip() if phone else "")
    party.address = party.address or (next(g for g in address.groups() if g).strip(" :：，,")[:400] if address else "")


def _ask(found: Pleading, words: str, currency: str) -> None:
    for piece in re.split(r"[；;]\s*(?=\S)", words):
        what = _NUMBERED.sub("", piece).strip().rstrip("；;")
        if not what:
            continue
        if (_COSTS.search(what) and len(what) < 80) or len(found.relief) >= RELIEF:
            # The court decides on its costs anyway (FEE 29).
            found.rest.append(what)
            continue
        amount = _amount(what, currency)
        named = next((kind for kind, pattern in _KINDS if pattern.search(what)), None)
        kind = ReliefKind.MONEY if amount and named in (None, ReliefKind.REMOVAL) else named or ReliefKind.PERFORMANCE
        first, *more = _pieces(what, RELIEF_LENGTH)
        found.relief.append(ReadRelief(kind, first, amount if kind is ReliefKind.MONEY else ""))
        found.rest += more


def _amount(words: str, currency: str) -> str:
    match = _MONEY.search(words)
    if match is None:
        return ""
    try:
        money = read_money(re.sub(r"\s+", "", match.group(0)), currency)
    except Unreadable:
        return ""
    return money_text(money.minor, money.currency) if money.minor else ""


def _tell(found: Pleading, words: str) -> None:
    for piece in _pieces(_NUMBERED.sub("", words).strip(), FACT_LENGTH):
        if len(found.facts) >= FACTS:
            found.rest.append(piece)
        else:
            found.facts.append((_day(piece), piece))


def _day(words: str) -> str:
    match = _DAY.search(words)
    if match is None:
        return ""
    try:
        return read_day(re.sub(r"\s*(年|月|日)\s*", r"\1", match.group(0))).isoformat()
    except Unreadable:
        return ""


def _pieces(words: str, most: int) -> list[str]:
    """A long passage cut after a sentence, no piece longer than ``most``."""
    pieces: list[str] = []
    while len(words) > most:
        cut = max((words.rfind(mark, 0, most) for mark in "。.；;!！?？"), default=-1) + 1 or most
        pieces.append(words[:cut].strip())
        words = words[cut:].strip()
    return [piece for piece in (*pieces, words) if piece]


def as_steps(read: Pleading, email: str) -> dict[str, dict[str, str]]:
    """The same as the raw values of a draft's steps; a step of which nothing was found is left out."""
    steps = {
        "respondents": _rows("respondents", [_party_values(p) for p in read.respondents]),
        "facts": _rows("facts", [{"happened_on": day, "what": what} for day, what in read.facts]),
        "relief": _rows("relief", [{"kind": r.kind.value, "what": r.what, "amount": r.amount} for r in read.relief]),
    }
    order = next((match[1] for _, what in read.facts if (match := _ORDER.search(what))), None)
    if order is not None and any(c.isdigit() for c in order):
        steps["matter"] = {"order_number": order}
    if read.claimants:
        values = _party_values(read.claimants[0])
        steps["claimant"] = values | {"email": values["email"] or email}
    return {key: values for key, values in steps.items() if values}


def _party_values(party: ReadParty) -> dict[str, str]:
    return {
        "name": party.name,
        "kind": party.kind.value,
        "email": party.email,
        "phone": party.phone,
        "address": party.address,
    }


def _rows(group: str, rows: Sequence[dict[str, str]]) -> dict[str, str]:
    return {f"{group}-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
