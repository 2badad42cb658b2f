"""The disputes of the training court, told after published cases with invented names, parties and sums."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Stage
from odr.filing.inputs import ClaimInput
from odr.identity.models import Account
from odr.training import pictures
from odr.training.listed_debtors import washer
from odr.training.published import make_public
from odr.training.settled_dispute import parcel, views
from odr.training.silent_respondent import books, lozenges
from odr.training.story import Story, in_story_time
from odr.training.training_staff import PEOPLE
from odr.training.undone_judgments import lens, tent

if TYPE_CHECKING:
    from odr.procedure.court import Court

SHOWN_A_DAY = "抗结剂"
"""What the public text of the capsules showed for a day: taken for a trade secret afterwards."""
HAIYUN = "海云信息技术有限公司"


def tell(court: Court, say: Callable[[str], object] = lambda words: None) -> int:
    """Tell every dispute, saying which; gives how many."""
    with court.database.read() as session:
        people = {
            email.split("@")[0]: session.scalars(select(Account.id).where(Account.email == email)).one()
            for email, _, _, _ in PEOPLE
        }
    told = 0
    for days_ago, telling in (
        (160, lens),
        (130, washer),
        (100, tent),
        (75, capsules),
        (50, lozenges),
        (40, views),
        (30, books),
        (25, parcel),
        (20, hotel),
        (1, membership),
    ):
        say(f"{telling.__name__}: {(telling.__doc__ or '').partition(':')[0].lower()}")
        story_court, clock = in_story_time(court, court.clock.now() - timedelta(days=days_ago))
        story = Story(story_court, clock, people)
        telling(story)
        make_public(story, until=court.clock.now(), corrected=SHOWN_A_DAY if telling is capsules else None)
        told += 1
    return told


def _claim(story: Story, who: str, **parts: object) -> ClaimInput:
    return ClaimInput.model_validate(parts)


def capsules(story: Story) -> None:
    """Finished: capsules bought online with an additive the seller could not justify; the judge orders the price back."""
    order = story.file(
        "li",
        "order.png",
        pictures.screen(
            "我的订单 BH-1106-8842",
            ["维生素胶囊 30瓶", "实付 8,000.00 元", "2026-08-06 21:10 付款成功", "卖家 海云海外专营店"],
        ),
    )
    label = story.file(
        "li",
        "label.png",
        pictures.screen("瓶身标签（照片）", ["配料：乳糖、抗结剂", "原产国：见瓶底", "批号 A2605"], colour="#744000"),
    )
    story.lodge(
        "li",
        _claim(
            story,
            "li",
            matter={
                "cause": "online_shopping",
                "platform": "百花市场",
                "shop": "海云海外专营店",
                "order_number": "BH-1106-8842",
            },
            particulars={
                "ordered_on": "2026-08-06",
                "goods": "维生素胶囊30瓶",
                "price": "8,000.00",
                "problem": "Defective or unsafe",
            },
            respondents=[
                {
                    "name": HAIYUN,
                    "kind": "company",
                    "email": "service@haiyun.example",
                    "phone": "+8657155500142",
                    "address": "杭州市滨江区江南大道8号",
                }
            ],
            facts=[
                {"what": "我在被告网店购买30瓶维生素胶囊，支付货款8,000元。"},
                {"what": "瓶身标签载明含有抗结剂，食品安全国家标准不允许在此类食品中使用。"},
            ],
            relief=[{"kind": "money", "what": "退还货款", "amount": "8,000.00"}],
            claimant={
                "name": "李文",
                "email": "li@parties.example",
                "phone": "+8613800000001",
                "address": "杭州市西湖区文三路1号",
                "e_service": True,
                "in_writing": True,
            },
            exhibits=[
                {
                    "upload": order,
                    "title": "订单和付款记录",
                    "proves": "购买的商品、时间和价款",
                    "source": "本人手机，打开“我的订单”截屏",
                },
                {
                    "upload": label,
                    "title": "瓶身标签照片",
                    "proves": "标签载明含有抗结剂",
                    "source": "本人手机拍摄，商品仍在本人处",
                },
            ],
        ),
    )
    story.later(days=1)
    story.accepted("small_claims")
    story.later(days=1)
    story.join("haiyun", HAIYUN)
    story.later(days=2)
    answers = [
        {"fact": story.fact(1), "stance": "admitted"},
        {"fact": story.fact(2), "stance": "denied", "words": "商品已经检验检疫合格。"},
    ]
    story.do(
        "file_answer",
        "haiyun",
        position="defend",
        facts=answers,
        statement="涉案商品已经出入境检验检疫，手续齐全，不同意退款。",
    )
    certificate = story.file(
        "haiyun",
        "inspection.png",
        pictures.screen(
            "入境货物检验检疫证明", ["品名：维生素胶囊", "数量：600瓶", "结论：准予销售使用"], colour="#0b5a40"
        ),
    )
    story.do(
        "submit_exhibit",
        "haiyun",
        upload=certificate,
        title="入境货物检验检疫证明",
        category="document",
        proves="货物经检验检疫合格",
        source="海关签发，原件在公司档案",
    )
    story.later(days=3)
    examine(story)
    decide(story)


def examine(story: Story) -> None:
    """The exchange about the capsules in writing, phase by phase; what is disputed is then heard with everybody at the same time."""
    story.do("open_examination", "judge", mode="asynchronous")
    for _ in range(40):
        phase = story.phase()
        if phase is None:
            break
        _play(story, phase)
        story.until_due()
    story.hear(
        "法庭说明双方在线交换证据的情况，对无争议的证据不再重复质证。围绕抗结剂是否允许用于此类食品，原告、被告先后发表辩论意见，并作最后陈述。"
    )


_done: set[tuple[int, str]] = set()


def _play(story: Story, phase: tuple[str, str]) -> None:
    """What the parties and the judge do in a phase; whatever nobody does lapses by itself."""
    key, reference = phase
    if (story.case_id, reference) in _done:
        return
    _done.add((story.case_id, reference))
    if "exhibit" in key or "examin" in key or "cross" in key:
        story.do(
            "put_question",
            "judge",
            addressees=[story.party("respondent")],
            words="哪一项许可允许在此类食品中使用该抗结剂？",
        )
        view = {"authenticity": "accept", "legality": "accept", "relevance": "accept"}
        for label in ("C-1", "C-2"):
            story.do(
                "give_opinion",
                "haiyun",
                exhibit=story.exhibit(label),
                **{**view, **({"authenticity": "dispute", "reason": "照片未显示拍摄时间。"} if label == "C-2" else {})},
            )
        story.do(
            "give_opinion",
            "li",
            exhibit=story.exhibit("R-1"),
            **{**view, "relevance": "dispute", "reason": "准予入境不说明配料合法。"},
        )
        story.do(
            "answer_question", "haiyun", question=story.question(1), words="我方依据检验检疫证明，没有另外的许可。"
        )


def decide(story: Story) -> None:
    """Findings, draft, a day to sleep on it, the number typed, the decision served."""
    story.until(Stage.DELIBERATION)
    story.do(
        "record_findings",
        "judge",
        adopt_undisputed=True,
        findings=[
            {
                "subject": "exhibit/C-2",
                "result": "adopted",
                "reasons": "被告未否认标签即为其所售商品的标签，庭审中亦未提交不同的标签，照片可以采信。",
            },
            {
                "subject": "exhibit/R-1",
                "result": "partly",
                "reasons": "证明真实，但只表明货物获准入境，不表明其配料符合食品安全国家标准。",
            },
            {
                "subject": "fact/2",
                "result": "adopted",
                "reasons": "C-2可以证明，被告未提供允许使用的依据。",
                "rests_on": ["C-2"],
            },
        ],
    )
    story.draft(
        {
            "claims": "李文向本院提出诉讼请求：判令被告退还货款8,000元。\n事实和理由：商品标签载明的抗结剂不得用于此类食品。",
            "answers": "海云信息技术有限公司辩称：商品已经出入境检验检疫。",
            "issues": "出入境检验检疫能否作为食品合法的依据？",
        },
        "进口食品应当符合食品安全国家标准。出入境检验检疫本身不构成抗辩。",
        "8,000.00",
        articles="《中华人民共和国食品安全法》第一百四十八条",
    )
    story.issue()
    story.later(days=1)


def hotel(story: Story) -> None:
    """Under way: a room paid in advance although the offer said to pay on arrival; served, answered, before its
    examination.
    """
    terms = story.file(
        "wu",
        "offer.png",
        pictures.screen(
            "星旅旅行 订单 XL-0214-7731", ["境外酒店 2晚", "支付方式：到店支付", "扣款 3,240.00 元"], colour="#8d1c1c"
        ),
    )
    talk = story.file(
        "wu",
        "chat.png",
        pictures.chat(
            "客服",
            [(True, "写明到店支付，为什么已扣款？"), (False, "条款写有部分酒店预收房费。"), (True, "请取消并退款。")],
        ),
    )
    story.lodge(
        "wu",
        _claim(
            story,
            "wu",
            matter={"cause": "online_service", "platform": "星旅旅行", "order_number": "XL-0214-7731"},
            particulars={"account": "li-wen-88", "service": "酒店预订", "measure": "取消订单后不退还房费。"},
            respondents=[
                {
                    "name": HAIYUN,
                    "kind": "company",
                    "email": "service@haiyun.example",
                    "address": "杭州市滨江区江南大道8号",
                }
            ],
            facts=[
                {"what": "我预订境外房间，页面写明到店支付。"},
                {"what": "下单后即被扣款3,240元，我没有入住，被告拒绝退款。"},
            ],
            relief=[{"kind": "money", "what": "退还房款", "amount": "3,240.00"}],
            claimant={"name": "吴敏", "email": "wu@parties.example", "e_service": True, "in_writing": True},
            exhibits=[
                {"upload": terms, "title": "订单页面", "proves": "页面写明到店支付并已扣款", "source": "本人手机截屏"},
                {"upload": talk, "title": "与客服的聊天", "proves": "被告拒绝退款的理由", "source": "本人手机截屏"},
            ],
        ),
    )
    story.later(days=2)
    story.accepted("small_claims")
    story.later(days=1)
    story.join("haiyun", HAIYUN)
    story.later(days=4)
    story.do("file_answer", "haiyun", position="defend", statement="服务条款已说明部分酒店预先收取全额预订费用。")


def membership(story: Story) -> None:
    """Just lodged: an account closed without notice; it waits in the registry."""
    story.lodge(
        "li",
        _claim(
            story,
            "li",
            matter={"cause": "virtual_property", "platform": "Skyfield Games", "order_number": "SG-77120"},
            particulars={
                "account": "li-wen",
                "property": "Items of a game account",
                "acquired": "Bought from the publisher and won in play.",
            },
            respondents=[{"name": "Skyfield Games Ltd.", "kind": "company", "email": "support@skyfield.example"}],
            facts=[{"what": "My account with items worth CNY 1,200.00 was closed without notice."}],
            relief=[
                {"kind": "performance", "what": "Open the account again"},
                {"kind": "money", "what": "Items that cannot be restored", "amount": "1,200.00"},
            ],
            claimant={"name": "李文 Li Wen", "email": "li@parties.example", "e_service": True, "in_writing": True},
        ),
    )
