"""Claims of the volume court: kinds of dispute, and the words people write for each, drawn by lot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from odr.filing.inputs import ClaimInput

if TYPE_CHECKING:
    from odr.training.volume.courses import VolumeStory

SMALL, LARGER = ("small_claims", "small_claims", "simple"), ("simple", "ordinary")
GOODS = ("蓝牙耳机", "儿童书包", "电饭煲", "羽绒服", "运动鞋", "坚果礼盒", "台灯", "手机壳")
SHOPS = ("百花市场", "青柚商城", "远山优选")
STREETS = ("文三路", "运河路", "清波街", "古翠路", "江滨路", "中山街")


@dataclass(frozen=True)
class Cause:
    """A kind of dispute with what is written in it: facts, what is asked for besides money, and the form of its pack."""

    key: str
    tracks: tuple[str, ...]
    facts: tuple[str, ...]
    relief: str
    particulars: Mapping[str, str]
    sums: tuple[int, int]
    """Least and most that is asked for, in yuan."""


CAUSES = (
    Cause(
        "online_shopping",
        SMALL,
        (
            "我在被告网店购买{goods}，付款{sum}元，商品已经签收。",
            "商品与页面描述不符，我在七日内申请退货，被告拒绝。",
        ),
        "判令被告退还货款",
        {"goods": "{goods}", "price": "{sum}", "problem": "Not as described", "ordered_on": "{day}"},
        (60, 9_000),
    ),
    Cause(
        "online_shopping",
        SMALL,
        ("我在被告网店购买{goods}，付款{sum}元。", "卖家说：“三天内发货”，商品一直没有送达，被告不退款。"),
        "判令被告退还货款",
        {"goods": "{goods}", "price": "{sum}", "problem": "Not delivered", "ordered_on": "{day}"},
        (60, 9_000),
    ),
    Cause(
        "online_service",
        SMALL,
        ("我通过被告的平台预订境外酒店，付款{sum}元。", "行程取消后我按页面规则申请退订，被告不予退款。"),
        "判令被告退还服务费",
        {"account": "user-{lot}", "service": "酒店预订", "measure": "取消订单后不退还费用。", "price": "{sum}"},
        (200, 20_000),
    ),
    Cause(
        "virtual_property",
        LARGER,
        ("我在被告运营的游戏中购买道具，价值{sum}元。", "被告未经通知封停账号，道具无法使用。"),
        "判令被告赔偿道具损失",
        {"account": "user-{lot}", "property": "游戏账号内的道具", "acquired": "向被告购买和游戏所得。"},
        (500, 40_000),
    ),
    Cause(
        "personal_information",
        LARGER,
        (
            "被告在我注销账号之后仍然保存我的通讯录和位置信息。",
            "我要求删除，被告三十日内没有答复，我支出取证费{sum}元。",
        ),
        "判令被告赔偿取证费",
        {
            "processor": "{firm}",
            "information": "通讯录和位置信息，在注销账号后继续保存。",
            "noticed_on": "{day}",
            "asked": "要求删除，没有答复。",
        },
        (300, 6_000),
    ),
    Cause(
        "online_data",
        LARGER,
        ("我整理的商品评价数据被被告批量抓取，并在其网站展示。", "数据由我投入{sum}元采集和整理，被告没有取得许可。"),
        "判令被告赔偿数据整理费用",
        {
            "data": "商品评价数据，共一万二千条。",
            "holder": "{firm}",
            "source": "本人经平台许可采集并整理。",
            "act": "批量抓取后在其网站展示。",
        },
        (3_000, 60_000),
    ),
)


def volume_claim(story: VolumeStory, cause: Cause, name: str, lot: Random) -> ClaimInput:
    """A claim of that kind: what is bought, for how much and when comes by lot, and so does how many exhibits it has."""
    sum_asked = f"{lot.randint(*cause.sums)}.00"
    day = (story.clock.now() - timedelta(days=lot.randint(5, 60))).date().isoformat()
    words = {"goods": lot.choice(GOODS), "sum": sum_asked, "day": day, "lot": lot.randint(1000, 9999)}
    words["firm"] = story.firm_name
    told = [fact.format(**words) for fact in cause.facts]
    titles = (("订单截图", "付款和商品"), ("与客服的聊天", "被告拒绝退款"), ("物流记录", "签收的日期"))
    exhibits = [
        {
            "upload": story.file(story.claimant, f"{number}.txt", f"{title}：{told[0]}（{lot.random()}）".encode()),
            "title": title,
            "proves": proves,
            "source": "本人手机截屏",
        }
        for number, (title, proves) in enumerate(titles[: lot.randint(1, 3)], 1)
    ]
    story.anchored()
    given: dict[str, Any] = {
        "matter": {
            "cause": cause.key,
            "platform": lot.choice(SHOPS),
            "shop": story.firm_name,
            "order_number": f"{lot.choice('ABCDEF')}{lot.randint(10_000_000, 99_999_999)}",
        },
        "particulars": {key: value.format(**words) for key, value in cause.particulars.items()},
        "respondents": [
            {
                "name": story.firm_name,
                "kind": "company",
                "address": f"杭州市{lot.choice(STREETS)}{lot.randint(1, 99)}号",
                **({"email": f"{story.firm}@parties.example"} if story.reachable else {}),
            }
        ],
        "facts": [{"what": fact} for fact in told],
        "relief": [{"kind": "money", "what": cause.relief, "amount": sum_asked}],
        "claimant": {
            "name": name,
            "email": f"{story.claimant}@parties.example",
            "phone": "+8613800000003",
            "address": f"杭州市{lot.choice(STREETS)}{lot.randint(1, 99)}号",
            "e_service": True,
            "in_writing": True,
        },
        "exhibits": exhibits,
    }
    return ClaimInput.model_validate(given)
