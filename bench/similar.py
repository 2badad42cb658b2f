"""How well decisions like a case are found: ``python -m bench similar``, and ``python -m bench similar DATA_DIR`` for a court's own.

With a folder it asks the published decisions of that court, through its own index, for what they cite
(:mod:`odr.assist.similar.measuring`). Without one it asks a register made up here, because the training court publishes a handful
of decisions: disputes over things with something wrong, told by sentences that cases share in part, citing earlier decisions on
the same trouble with the same thing seven times of ten. Such a register shows that both ways work and what each is sensitive to; it is no measure of real texts.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

from odr.app import create_court
from odr.assist.similar.finding import Finder
from odr.assist.similar.measuring import Question, asked as ask, interval, questions
from odr.ground.config import Settings
from odr.procedure.rules.registry import PackRegistry
from odr.register.publication.check_register import FIRST
from odr.register.search import keeping, shelves
from odr.register.search.facts import FactReader, Facts, Outcome, compact
from odr.register.search.queries import Compiler
from odr.register.search.searching import Search

DECISIONS, SEED = 1_200, 20261129
THINGS = [
    "净水器",
    "课程",
    "手机",
    "羽绒服",
    "白酒",
    "机票",
    "猫粮",
    "滑板车",
    "面膜",
    "显卡",
    "婚纱照",
    "盲盒",
    "会员卡",
    "二手包",
    "民宿",
    "健身卡",
    "茶叶",
    "耳机",
    "床垫",
    "剧本",
]
TROUBLES = (
    ("型号不符", ("收到的型号与页面展示的不一致", "客服承认发错了型号", "包装上的型号被另贴的标签遮住"), "CC 577"),
    ("停止服务", ("平台未提前通知即停止提供服务", "余下的期限无法继续使用", "公告称业务已经调整"), "CC 563"),
    ("虚假宣传", ("直播间承诺的功效没有任何依据", "宣传页面使用绝对化用语", "检测报告否定了所称的功效"), "CC 148"),
    (
        "质量瑕疵",
        ("使用数日后出现裂纹并无法修复", "维修记录显示同一故障反复出现", "鉴定意见认为存在制造缺陷"),
        "CC 582",
    ),
    ("迟延交付", ("约定的发货时间届满后仍未发货", "物流信息长时间没有更新", "商家多次推迟交付的日期"), "CC 578"),
    ("拒绝退款", ("七日内申请退货被商家驳回", "商家以影响二次销售为由拒绝退款", "退款申请被系统自动关闭"), "CC 563"),
    ("账号封禁", ("账号因所谓违规被永久封禁", "平台没有说明违反了哪一条规则", "账号内的余额无法提取"), "CC 496"),
    ("信息泄露", ("订单信息被泄露后接到诈骗电话", "平台未采取必要的安全措施", "个人信息被提供给第三方"), "PIPL 69"),
)
CAUSES = ("online_shopping", "online_service", "product_liability", "personal_information")
COMMON = (
    "本院认为依法成立的合同受法律保护", "双方均应当按照约定全面履行自己的义务", "原告提交的证据能够相互印证", "被告未在举证期限内提交相反证据",
    "当事人对自己提出的主张有责任提供证据", "上述事实有订单页面和付款记录为证", "案件受理费由败诉一方负担", "双方经调解未能达成协议",
    "被告对真实性没有异议", "原告支付价款后多次与客服沟通", "本院依法适用简易程序在线审理", "综合全案证据可以认定",
)  # fmt: skip


def made(count: int = DECISIONS, seed: int = SEED) -> Iterator[Facts]:
    """Decisions made up, each after those it cites."""
    dice = random.Random(seed)
    alike: dict[tuple[int, str], list[str]] = {}
    everything: list[str] = []
    for number in range(1, count + 1):
        trouble = dice.randrange(len(TROUBLES))
        _, sentences, article = TROUBLES[trouble]
        thing, cause = dice.choice(THINGS), CAUSES[(trouble + (dice.random() < 0.3)) % len(CAUSES)]
        told = [f"原告购买{thing}一件", *dice.sample(sentences, dice.choice((1, 2)))]
        told += [f"{thing}的价款为{dice.randrange(20, 9000)}元", *dice.sample(COMMON, 6)]
        if dice.random() < 0.5:
            told.append(dice.choice(TROUBLES[dice.randrange(len(TROUBLES))][1]))
        dice.shuffle(told)
        cited: list[str] = []
        for _ in range(dice.choice((0, 0, 1, 2))):
            same = alike.get((trouble, thing), [])
            pool = same if same and dice.random() < 0.7 else everything
            if pool:
                cited.append(dice.choice(pool[-40:]))
        own = f"(2026)浙0192民初{number}号"
        articles = {article} if dice.random() < 0.8 else set()
        articles |= {f"CC {dice.choice((509, 577, 563, 584))}", "CPL 67"}
        yield Facts(
            address=f"d{number}", ledger_number=number, sha256=f"{number:064x}", decided_on=date(2024, 1, 1) + timedelta(days=number // 4),
            number=own, court="互联网法院", cause=cause, judges=("陈瑶",), articles=tuple(sorted(articles)), outcome=dice.choice(list(Outcome)[:3]),
            awarded=dice.randrange(10_000, 900_000), cites=tuple(dict.fromkeys(compact(one) for one in cited)), words=("，".join(told) + "。",),
        )  # fmt: skip
        alike.setdefault((trouble, thing), []).append(own)
        everything.append(own)


def search_of(folder: Path, known: Sequence[Facts], reader: FactReader) -> Search:
    """An index of some decisions, as the court would hold it."""
    by_shelf: dict[int, list[Facts]] = {}
    for one in known:
        by_shelf.setdefault(one.ledger_number // shelves.SHELF, []).append(one)
    names = {number: shelves.write_shelf(folder, number, iter(some)) for number, some in by_shelf.items()}
    shelves.replace_list(folder, shelves.Shelves(len(known), FIRST, {n: name for n, name in names.items() if name}))
    found = shelves.Reading(folder).now()
    assert found is not None
    return Search(Compiler(reader, found))


NAMES = (("hit@1", "hit_at_one"), ("MRR@10", "reciprocal"), ("nDCG@10", "ndcg"), ("recall@10", "recall"))


def table(search: Search, asked_for: Sequence[Question]) -> list[str]:
    """The lines of a table: each figure of both ways with its interval, and the difference question by question."""
    if not asked_for:
        return ["No published decision cites another: there is nothing to measure on."]
    finder = Finder(search)
    ours = [ask(finder, finder.matches, one) for one in asked_for]
    plain = [ask(finder, finder.plain, one) for one in asked_for]
    lines = ["| figure | words, articles and kind of case | plain BM25 | difference |", "|---|---|---|---|"]
    for title, name in NAMES:
        ways = [[getattr(one, name) for one in each] for each in (ours, plain)]
        ways.append([mine - other for mine, other in zip(*ways, strict=True)])
        told = [f"{fmean(each):.3f} [{low:.3f}, {high:.3f}]" for each in ways for low, high in [interval(each)]]
        lines.append(f"| {title} | " + " | ".join(told) + " |")
    return lines


def of_court(folder: Path) -> list[str]:
    """The figures of a court's own register, read from its data; nothing is written."""
    court = create_court(Settings.load({**os.environ, "ODR_DATA_DIR": str(folder)}), to_look=True)
    reader = FactReader(keeping.rules_today(court))
    found = shelves.reading(keeping.folder_of(court)).now()
    if found is None:
        return ["This court has no index of published decisions yet."]
    search = Search(Compiler(reader, found))
    with court.database.read() as session:
        asked = list(questions(search, reader, keeping.all_facts(session, reader)))
    return [f"{len(asked)} published decisions cite another of this register", *table(search, asked)]


def main(arguments: Sequence[str]) -> int:
    """The table of a court's own register, or of the one made up."""
    if arguments:
        lines = of_court(Path(arguments[0]))
    else:
        reader = FactReader(PackRegistry.load().in_force("cn", date(2026, 7, 1)))
        known = list(made())
        with tempfile.TemporaryDirectory() as folder:
            search = search_of(Path(folder), known, reader)
            asked = list(questions(search, reader, iter(known)))
            lines = [f"{len(known)} decisions made up, {len(asked)} of them cite another", *table(search, asked)]
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
