"""Decisions made up for the tests of the search, and a search without an index that shares no code with the one tested."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta

from odr.register.search.facts import Facts, Outcome

HAN = "合同买卖商品质量责任赔偿消费者网络平台检验检疫食品添加剂证据认定被告原告支付退还货款标准法院本案事实理由判决如下之日起内向的是不有"
LATIN = [
    "the",
    "court",
    "finds",
    "that",
    "seller",
    "goods",
    "label",
    "price",
    "buyer",
    "paid",
    "inspection",
    "additive",
    "food",
    "2026",
    "3c",
    "8000",
    "platform",
    "record",
    "rule",
]
SIGNS = ["，", "。", "；", " ", "“", "”", "、", ", ", ". ", "（", "）", "-", "《", "》"]
JUDGES = ["陈瑶", "陆清", "Chen Yao", "Mo Fei", "方圆"]
CAUSES = ["online_shopping", "online_service", None]


def text(lot: random.Random, length: int) -> str:
    """Some words in both languages with signs between them."""
    made: list[str] = []
    for _ in range(length):
        kind = lot.random()
        if kind < 0.04:
            made.append(lot.choice(["检验检疫", "食品添加剂", "消费者"]))
        elif kind < 0.6:
            made.append("".join(lot.choices(HAN, k=lot.randint(1, 6))))
        elif kind < 0.85:
            made.append(" " + " ".join(lot.choices(LATIN, k=lot.randint(1, 4))) + " ")
        else:
            made.append(lot.choice(SIGNS))
    return "".join(made)


def decisions(count: int, seed: int = 1) -> Iterator[Facts]:
    """Decisions with words of many lengths; every five hundredth is as long as a book."""
    lot = random.Random(seed)
    for number in range(1, count + 1):
        long = number % 500 == 7
        cells = [text(lot, lot.randint(3, 60)) for _ in range(lot.randint(1, 6))]
        if long:
            cells = [text(lot, 9_000), "隐藏很深的一句话 hidden deep in the book"]
        yield Facts(
            address=f"d{number}",
            ledger_number=number,
            sha256=f"{number:064x}",
            decided_on=date(2024, 1, 1) + timedelta(days=lot.randrange(900)),
            number=f"(2026)浙0192民初{number}号",
            court=lot.choice(["互联网法院", "Internet Court"]),
            cause=lot.choice(CAUSES),
            judges=tuple(dict.fromkeys(lot.choices(JUDGES, k=lot.randint(1, 3)))),
            articles=tuple(dict.fromkeys(f"CPL {lot.randint(1, 40)}" for _ in range(lot.randint(0, 4)))),
            outcome=lot.choice([*Outcome, None]),
            awarded=lot.choice([None, lot.randrange(10**7)]),
            cites=tuple({f"2026浙0192民初{lot.randint(1, count)}号" for _ in range(lot.randint(0, 2))}),
            words=tuple(cells),
        )


_WORD = re.compile(r"[\u4e00-\u9fff]|[a-z0-9]+|[，。；、]|[.,] ")


def plain(words: str) -> str:
    """A text with a blank around every word and a stroke for what ends a clause."""
    told: list[str] = []
    for each in _WORD.findall(words.lower() + " "):
        sign = "|" if each in "，。；、" or each in (". ", ", ") else each
        if sign != "|" or (told and told[-1] != "|"):
            told.append(sign)
    return " " + " ".join(told) + " "


def holds(facts: Facts, needle: str) -> bool:
    """Whether a decision holds words in a row; found by reading all of it."""
    wanted = plain(needle).strip(" |")
    return any(f" {wanted} " in plain(cell) for cell in facts.words)
