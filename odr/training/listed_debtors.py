"""A judgment against two who do not perform: enforced, property asked for, both warned and listed; one performs and comes off."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from odr.docket.models import Case, Stage
from odr.filing.inputs import ClaimInput
from odr.judgment.enforcement.effect import interest_left, left_of
from odr.judgment.queries import obligations_of
from odr.register.enforcement_list.models import Listing, ListingState
from odr.training import pictures
from odr.training.published import make_public
from odr.training.story import Story

LISTED, NUMBER = "金穗家电有限公司", "91330200MA5JS0711X"
"""Whom a newcomer finds on the list, and by which number together with the name."""
PERFORMED, OTHER_NUMBER = "快羽物流有限公司", "91330200MA5KY0622P"
"""Who was listed and has performed since: nobody finds them any more."""
DEBTORS = ((LISTED, NUMBER), (PERFORMED, OTHER_NUMBER))
BOTH = ("respondent/1", "respondent/2")


def washer(story: Story) -> None:
    """Not performed: a washing machine that never came; shop and carrier owe, are listed, and the carrier pays and comes off."""
    washer_claim(story)
    decided(story)
    make_public(story, until=story.clock.now() + timedelta(days=30))
    enforced(story)
    listed(story)
    performed(story)


def washer_claim(story: Story) -> None:
    """The claim against the shop that took the price and the carrier that took the fee; both are served by post."""
    order = story.file(
        "wu",
        "order.png",
        pictures.screen(
            "订单 JS-0119-4407",
            ["滚筒洗衣机 1台", "实付 3,600.00 元", "送装费 400.00 元（快羽物流）", "卖家 金穗家电"],
            colour="#5b3a0b",
        ),
    )
    parcel = story.file(
        "wu",
        "parcel.png",
        pictures.delivery("KY 7741 0093 58", [("01-28 09:15", "包裹遗失，处理中"), ("01-21 18:02", "已揽收")]),
    )
    story.lodge(
        "wu",
        ClaimInput.model_validate(
            {
                "matter": {
                    "cause": "online_shopping",
                    "platform": "百花市场",
                    "shop": "金穗家电",
                    "order_number": "JS-0119-4407",
                },
                "particulars": {
                    "ordered_on": "2026-01-19",
                    "goods": "滚筒洗衣机一台",
                    "price": "3,600.00",
                    "problem": "Not delivered",
                },
                "respondents": [
                    {"name": LISTED, "kind": "company", "address": "宁波市鄞州区百丈路21号"},
                    {"name": PERFORMED, "kind": "company", "address": "宁波市江北区通途路96号"},
                ],
                "facts": [
                    {"what": "我在被告网店购买洗衣机一台，付款3,600元，另付送装费400元，至今没有收到。"},
                    {"what": "承运人查询页面显示包裹遗失，两被告均不退款。"},
                ],
                "relief": [
                    {"kind": "money", "what": "退还货款", "amount": "3,600.00"},
                    {"kind": "money", "what": "退还送装费", "amount": "400.00"},
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
                    {"upload": order, "title": "订单", "proves": "购买的商品、价款和送装费", "source": "本人手机截屏"},
                    {"upload": parcel, "title": "物流记录", "proves": "包裹遗失", "source": "快递公司查询页面"},
                ],
            }
        ),
    )
    story.later(days=1)
    story.accepted("simple")
    story.later(days=2)
    served(story, "claim")
    story.later(days=21)


def served(story: Story, occasion: str, *labels: str) -> None:
    """The post brings back the signed returns of both, or of those named."""
    for label in labels or BOTH:
        story.post_returns(label, occasion)


def decided(story: Story) -> None:
    """Both stay away from the hearing; each is to pay back what it took; nobody appeals."""
    story.do("open_examination", "judge", mode="offline")
    story.summon(7)
    story.later(days=2)
    served(story, "summons")
    there = [{"who": story.party("claimant/1"), "presence": "courtroom", "identity": "document"}]
    there += [{"who": story.party(label), "presence": "absent"} for label in BOTH]
    story.record(
        there,
        "书记员核对到庭人员：原告到庭，两被告经传票传唤未到庭，未说明理由。原告逐一出示C-1、C-2并说明来源，作最后陈述。",
    )
    story.do("close_hearing", "judge", reasons="原告已陈述并出示全部证据，没有待查事项。")
    story.until(Stage.DELIBERATION)
    reasons = "开庭时出示并由法庭核对，两被告没有提出不同意见。"
    findings = [
        {"subject": f"fact/{n}", "result": "adopted", "reasons": reasons, "rests_on": ["C-1", "C-2"]} for n in (1, 2)
    ]
    story.do("record_findings", "judge", adopt_undisputed=True, findings=findings)
    orders = [
        {"kind": "pay", "relief": story.relief(n), "amount": amount, "debtor": label, "creditor": "claimant/1"}
        for n, (amount, label) in enumerate(zip(("3,600.00", "400.00"), BOTH, strict=True), 1)
    ]
    story.do(
        "draft_decision",
        "judge",
        claims="吴敏向本院提出诉讼请求：1.判令金穗家电退还货款3,600元；2.判令快羽物流退还送装费400元。",
        issues="商品是否交付？",
        reasons=[
            {
                "text": "商品在运输途中遗失，没有交付，原告可以解除合同，两被告各自返还所收款项。",
                "articles": "CC 563, 566",
            }
        ],
        orders=orders,
        costs=[{"party": "claimant/1", "percent": 0}, {"party": "respondent/1", "percent": 100}],
        days=10,
    )
    story.issue()
    story.later(days=2)
    served(story, "decision")
    story.later(days=17)
    story.until(Stage.EFFECTIVE)


def enforced(story: Story) -> None:
    """Nothing comes within the ten days; the buyer has it enforced, and both are ordered to report what they own."""
    story.until_due()
    story.later(days=2)
    story.do("apply_for_enforcement", "wu")
    for label in BOTH:
        debtor = story.party(label)
        story.do("order_property_report", "clerk", debtor=debtor, since="2025-01-01")
    story.later(days=2)
    served(story, "order_property_report")
    story.later(days=16)


def listed(story: Story) -> None:
    """Neither reports. The judge warns both, nobody answers, the president puts both on the list, and both are served."""
    for label, number, head in zip(BOTH, (NUMBER, OTHER_NUMBER), ("秦岭", "马骏"), strict=True):
        story.do(
            "propose_listing",
            "judge",
            debtor=story.party(label),
            grounds=["report"],
            bar="none",
            facts="收到报告财产令后没有报告财产，也没有说明理由。",
            number=number,
            head=head,
        )
    story.later(days=2)
    served(story, "propose_listing")
    story.later(days=9)
    for reference in _proposed(story):
        story.do(
            "decide_listing",
            "president",
            listing=reference,
            answer="list",
            reasons="被执行人收到报告财产令后拒不报告，经告知后没有答复，符合纳入条件。",
        )
    story.later(days=2)
    served(story, "decide_listing")


def _proposed(story: Story) -> list[str]:
    with story.rows() as session:
        mine = Listing.case_id == story.case_id, Listing.state == ListingState.PROPOSED
        return list(session.scalars(select(Listing.reference).where(*mine).order_by(Listing.id)))


def performed(story: Story) -> None:
    """The carrier pays what it owes to the day; the buyer says so, and its entry is gone in the same act."""
    story.later(days=3)
    with story.rows() as session:
        sitting, case = story.court.look(session), session.get_one(Case, story.case_id)
        owed = next(o for o in obligations_of(session, case) if case.name_of(o.debtor_id) == PERFORMED)
        left = left_of(sitting, owed)
        assert left is not None
        amount = f"{Decimal(left.minor + interest_left(sitting, case, owed)) / 100:.2f}"
        reference = owed.reference
    story.do(
        "record_performance",
        "wu",
        obligation=reference,
        amount=amount,
        on=story.clock.now().astimezone(story.court.settings.tz).date().isoformat(),
    )
