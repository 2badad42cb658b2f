"""Two disputes with somebody who never appears: a shop alone, and one of two respondents."""

from __future__ import annotations

from odr.docket.models import Stage
from odr.filing.inputs import ClaimInput
from odr.training import pictures
from odr.training.story import Story

MOYUN, FORMER = "墨韵书店有限公司", "赵成"


def lozenges(story: Story) -> None:
    """Decided in default: lozenges dated after their licence had ended; the shop never appears and is served by post."""
    order = story.file(
        "wu",
        "order.png",
        pictures.screen(
            "订单 QH-0412-3390", ["虫草含片 1盒", "实付 298.00 元", "卖家 青禾电商专营店", "已签收"], colour="#0b5a40"
        ),
    )
    box = story.file(
        "wu",
        "box.jpg",
        pictures.photograph(
            ["虫草含片", "生产日期 2026-02-09", "保质期 24个月", "生产许可证 SC-3301-0077"], taken="2026:04:15 18:20:05"
        ),
        "image/jpeg",
    )
    parcel = story.file(
        "wu",
        "parcel.png",
        pictures.delivery(
            "YT 5520 1187 2034",
            [("04-15 12:06", "已签收：本人"), ("04-14 08:31", "到达杭州转运中心"), ("04-12 19:40", "卖家已发货")],
        ),
    )
    notice = story.file(
        "wu",
        "notice.png",
        pictures.screen(
            "行政处罚决定书（摘要）",
            [
                "生产许可证有效期至 2023-12-16",
                "标注的生产日期不实",
                "进货时未查验许可证和合格证明",
                "没收违法所得并处罚款",
            ],
        ),
    )
    story.lodge(
        "wu",
        ClaimInput.model_validate(
            {
                "matter": {
                    "cause": "online_shopping",
                    "platform": "百花市场",
                    "shop": "青禾电商专营店",
                    "order_number": "QH-0412-3390",
                },
                "particulars": {
                    "ordered_on": "2026-04-12",
                    "goods": "虫草含片一盒",
                    "price": "298.00",
                    "problem": "Defective or unsafe",
                },
                "respondents": [
                    {"name": "青禾电子商务有限公司", "kind": "company", "address": "温州市鹿城区江滨路77号3楼"}
                ],
                "facts": [
                    {"what": "我在被告网店购买虫草含片一盒，付款298元。"},
                    {"what": "包装标注的生产日期晚于生产许可证的失效日期，被告进货时没有查验。"},
                ],
                "relief": [
                    {"kind": "money", "what": "退还货款", "amount": "298.00"},
                    {"kind": "money", "what": "十倍赔偿", "amount": "2,980.00"},
                ],
                "claimant": {
                    "name": "吴敏",
                    "email": "wu@parties.example",
                    "phone": "+8613800000002",
                    "address": "杭州市上城区清波街9号",
                    "e_service": True,
                    "in_writing": True,
                },
                "exhibits": [
                    {"upload": order, "title": "订单", "proves": "购买的商品和价款", "source": "本人手机截屏"},
                    {
                        "upload": box,
                        "title": "包装照片",
                        "proves": "标注的生产日期和许可证号",
                        "source": "本人拍摄，实物仍在本人处",
                    },
                    {
                        "upload": parcel,
                        "title": "物流记录",
                        "proves": "商品由被告发出并已签收",
                        "source": "快递公司查询页面",
                    },
                    {
                        "upload": notice,
                        "title": "行政处罚决定书",
                        "proves": "生产日期不实，被告未履行进货查验义务",
                        "source": "市场监督管理部门送达本人的副本",
                    },
                ],
            }
        ),
    )
    story.later(days=1)
    story.accepted("simple")
    story.later(days=2)
    story.post_returns("respondent/1", "claim", words="回执由法定代表人签收。")
    story.later(days=21)
    heard_alone(
        story,
        "书记员核对到庭人员：原告到庭，被告经传票传唤未到庭，未说明理由。"
        "原告陈述请求和事实，逐一出示C-1至C-4并说明来源；法庭当庭查看含片实物。原告作最后陈述。",
    )
    decide_in_default(story)


def heard_alone(story: Story, minutes: str) -> None:
    """Summons by post, the hour, an empty chair, the clerk's record of the hearing, its end."""
    story.do("open_examination", "judge", mode="offline")
    story.summon(7)
    story.later(days=2)
    story.post_returns("respondent/1", "summons")
    there = [
        {"who": story.party("claimant/1"), "presence": "courtroom", "identity": "document"},
        {"who": story.party("respondent/1"), "presence": "absent"},
    ]
    story.record(there, minutes)
    story.do("close_hearing", "judge", reasons="原告已陈述并出示全部证据，没有待查事项。")
    story.until(Stage.DELIBERATION)


def decide_in_default(story: Story) -> None:
    """Findings with reasons although nobody denied, the draft, its rest, the signatures; the paper goes out by post."""
    reasons = "开庭时出示并由法庭核对，被告收到起诉状后没有提出不同意见。"
    story.do(
        "record_findings",
        "judge",
        adopt_undisputed=True,
        findings=[
            {"subject": "fact/1", "result": "adopted", "reasons": reasons, "rests_on": ["C-1", "C-3"]},
            {
                "subject": "fact/2",
                "result": "adopted",
                "reasons": "包装照片与处罚决定书相互印证。",
                "rests_on": ["C-2", "C-4"],
            },
        ],
    )
    story.draft(
        {
            "claims": "吴敏向本院提出诉讼请求：1.判令被告退还货款298元；2.判令被告支付价款十倍的赔偿金2,980元。",
            "issues": "未查验许可证而售出日期不实的食品，是否属于明知？",
        },
        "销售食品应当查验供货者的许可证和合格证明。被告未经查验即委托他人直接发货，应当认定其明知食品不符合安全标准。",
        "298.00",
        "2,980.00",
        articles="《中华人民共和国食品安全法》第五十三条、第一百四十八条",
    )
    story.issue()


def books(story: Story) -> None:
    """Before its hearing: a bookshop answers, its former employee to whom most was paid stays silent."""
    talk = story.file(
        "li",
        "chat.png",
        pictures.chat(
            "墨韵书店客服 小赵",
            [
                (True, "平台额度不够，还差12,000元。"),
                (False, "转给我就可以，一样发货。"),
                (True, "书单改了，先别发。"),
                (False, "好的，多的会退您。"),
            ],
        ),
    )
    paid = story.file(
        "li",
        "paid.png",
        pictures.screen(
            "转账记录",
            ["平台订单 10,172.00 元（已退）", "转账给 小赵 12,000.00 元", "改后书款 1,223.00 元", "未退 10,777.00 元"],
            colour="#2e7d32",
        ),
    )
    story.lodge(
        "li",
        ClaimInput.model_validate(
            {
                "matter": {
                    "cause": "online_shopping",
                    "platform": "百花市场",
                    "shop": "墨韵书店",
                    "order_number": "MY-0825-1172",
                },
                "particulars": {
                    "ordered_on": "2025-08-25",
                    "goods": "图书一批",
                    "price": "22,172.00",
                    "problem": "Return refused",
                },
                "respondents": [
                    {
                        "name": MOYUN,
                        "kind": "company",
                        "email": "moyun@parties.example",
                        "address": "杭州市拱墅区运河路12号",
                    },
                    {"name": FORMER, "kind": "person", "address": "杭州市余杭区荷花塘5幢402室"},
                ],
                "facts": [
                    {"what": "我向墨韵书店的网店订书，通过平台付款10,172元，按客服要求另转账12,000元给客服赵成。"},
                    {"what": "书单和价格后来改为1,223元，平台付款已退回，转账余款10,777元至今未退。"},
                ],
                "relief": [{"kind": "money", "what": "退还购书款", "amount": "10,777.00"}],
                "claimant": {
                    "name": "李文",
                    "email": "li@parties.example",
                    "phone": "+8613800000001",
                    "e_service": True,
                    "in_writing": True,
                },
                "exhibits": [
                    {
                        "upload": talk,
                        "title": "与店铺客服的聊天",
                        "proves": "客服以店铺名义要求转账并同意退款",
                        "source": "本人手机截屏",
                    },
                    {
                        "upload": paid,
                        "title": "付款和转账记录",
                        "proves": "付款数额和未退数额",
                        "source": "本人手机截屏",
                    },
                ],
            }
        ),
    )
    story.later(days=1)
    story.accepted("simple")
    story.later(days=1)
    story.join("moyun", MOYUN)
    story.later(days=2)
    story.post_returns("respondent/2", "claim", signer="household", words="同住成年家属签收。")
    answers = [
        {"fact": story.fact(1), "stance": "partly", "words": "转账给赵成个人，本店账上没有该款。"},
        {"fact": story.fact(2), "stance": "denied", "words": "本店收到的款项已经全部退回。"},
    ]
    story.do("file_answer", "moyun", position="defend", facts=answers, statement="赵成已离职，其私下收款与本店无关。")
    story.later(days=18)
    story.do("open_examination", "judge", mode="hybrid")
    story.do(
        "summon",
        "clerk",
        mode="hybrid",
        on=story.working_day(14).isoformat(),
        at="14:30",
        place="第三法庭",
        despite=True,
    )
    story.later(hours=2)
    story.later(days=1)
    story.post_returns("respondent/2", "summons", signer="household")
