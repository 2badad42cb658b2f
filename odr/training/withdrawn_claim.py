"""A claim that its claimant takes back, so that the case ends by a ruling."""

from __future__ import annotations

from sqlalchemy import select

from odr.filing.inputs import ClaimInput
from odr.filing.models import Request
from odr.training.story import Story


def parcel(story: Story) -> None:
    """Withdrawn: the seller sent the missing goods after all, and the judge gives leave to take the claim back."""
    story.lodge(
        "wu",
        ClaimInput.model_validate(
            {
                "matter": {
                    "cause": "online_shopping",
                    "platform": "百花集市",
                    "shop": "海云数码",
                    "order_number": "BH-0520-1177",
                },
                "particulars": {
                    "goods": "蓝牙音箱一台",
                    "ordered_on": "2026-05-02",
                    "price": "459.00",
                    "problem": "Not delivered",
                },
                "respondents": [
                    {
                        "name": "海云信息技术有限公司",
                        "kind": "company",
                        "email": "service@haiyun.example",
                        "address": "杭州市滨江区江南大道8号",
                    }
                ],
                "facts": [{"what": "我购买蓝牙音箱一台，付款459元，商品一直没有送达。"}],
                "relief": [{"kind": "money", "what": "退还货款", "amount": "459.00"}],
                "claimant": {"name": "吴敏", "email": "wu@parties.example", "e_service": True, "in_writing": True},
            }
        ),
    )
    story.later(days=1)
    story.accepted("small_claims")
    story.later(days=3)
    story.do("withdraw_claim", "wu", reasons="被告已补发商品，我不再要求退款。")
    with story.rows() as session:
        request = session.scalars(select(Request.reference).where(Request.case_id == story.case_id)).one()
    story.do(
        "rule_on_withdrawal",
        "judge",
        request=request,
        answer="allow",
        reasons="原告撤诉系其真实意思表示，不损害他人利益。",
    )
