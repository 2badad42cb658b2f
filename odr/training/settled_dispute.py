"""Two disputes without a judgment: one that the parties settle in their private room, told in English, and a claim that is taken back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from odr.docket.models import Stage
from odr.filing.inputs import ClaimInput
from odr.filing.models import Request
from odr.judgment.models import Obligation
from odr.settlement.models import Agreement, Offer
from odr.training import pictures
from odr.training.story import Story

HAIYUN = "Haiyun Information Technology Co., Ltd."


def views(story: Story) -> None:
    """Settled: an advertisement in three stages, and two counts of who saw the third; half of the fee goes back."""
    contract = story.file(
        "li",
        "contract.png",
        pictures.screen(
            "Order AD-0603-118",
            [
                "Stage 1: 100,000 views, accepted",
                "Stage 2: 200,000 views, accepted",
                "Stage 3: 300,000 views",
                "Paid for stage 3: CNY 30,000.00",
            ],
        ),
    )
    count = story.file(
        "li",
        "count.png",
        pictures.screen(
            "Visits counted by my site, stage 3",
            ["Visits: 121,480", "Repeated from one address: 88,012", "Left within one second: 71%"],
            colour="#5b2a86",
        ),
    )
    talk = story.file(
        "li",
        "chat.png",
        pictures.chat(
            "Haiyun Ads",
            [
                (True, "My site counts less than half."),
                (False, "Our panel shows 300,412 views."),
                (True, "Whose count did we agree on?"),
            ],
        ),
    )
    story.lodge(
        "li",
        ClaimInput.model_validate(
            {
                "matter": {"cause": "online_service", "platform": "Haiyun Ads", "order_number": "AD-0603-118"},
                "particulars": {
                    "account": "li-wen",
                    "service": "Advertisement in three stages",
                    "started_on": "2026-06-03",
                    "price": "30,000.00",
                    "measure": "Billed the third stage by its own count, which no rule of the contract provides for.",
                },
                "respondents": [
                    {
                        "name": HAIYUN,
                        "kind": "company",
                        "email": "haiyun@parties.example",
                        "address": "8 Jiangnan Avenue, Hangzhou",
                    }
                ],
                "facts": [
                    {"what": "I ordered an advertisement in three stages and paid CNY 30,000.00 for the third."},
                    {
                        "what": "My site counted 121,480 visits in that stage; the contract does not say whose count decides."
                    },
                ],
                "relief": [{"kind": "money", "what": "The price of the third stage back", "amount": "30,000.00"}],
                "claimant": {"name": "Li Wen", "email": "li@parties.example", "e_service": True, "in_writing": True},
                "exhibits": [
                    {
                        "upload": contract,
                        "title": "Order",
                        "proves": "Stages, views and prices agreed",
                        "source": "Screenshot from my phone",
                    },
                    {
                        "upload": count,
                        "title": "Count of my own site",
                        "proves": "How many came in the third stage",
                        "source": "Report of my web server",
                    },
                    {
                        "upload": talk,
                        "title": "Chat with the seller",
                        "proves": "Two counts, and no rule between them",
                        "source": "Screenshot from my phone",
                    },
                ],
            }
        ),
    )
    story.later(days=1)
    story.accepted("ordinary")
    story.later(days=1)
    story.join("haiyun", HAIYUN)
    story.later(days=3)
    story.do(
        "file_answer",
        "haiyun",
        position="defend",
        statement="Our panel counted 300,412 views. We are ready to talk about the price.",
    )
    settle(story)
    perform(story)


def settle(story: Story) -> None:
    """One offer is declined, the next accepted; the judge makes the statement and both sign it."""
    offer(story, "9,000.00", "We would rather end this than argue about two counters.")
    story.do("decline_offer", "li", offer=story.newest(Offer), words="Not half of what was missing.")
    story.later(days=1)
    offer(story, "18,000.00", "The share that your own count misses.")
    story.do("accept_offer", "li", offer=story.newest(Offer))
    agreement = story.newest(Agreement)
    story.do("sign_mediation", "judge", agreement=agreement, case_number=story.case().number, language="en")
    story.later(days=1)
    for who in ("li", "haiyun"):
        story.do("sign_statement", who, agreement=agreement)


def offer(story: Story, amount: str, words: str) -> None:
    """The respondent offers a sum, payable within ten days."""
    by = (story.clock.now() + timedelta(days=10)).date().isoformat()
    story.do(
        "make_offer",
        "haiyun",
        to="claimant/1",
        amount=amount,
        payer="respondent/1",
        instalments=[{"on": by, "amount": amount}],
        words=words,
        days=7,
    )


def perform(story: Story) -> None:
    """The sum is paid and confirmed, half of the fee goes back, the clerk closes the case."""
    story.refund()
    story.later(days=4)
    with story.rows() as session:
        owed = session.query(Obligation).filter_by(case_id=story.case_id).one().reference
    paid_on = story.clock.now().astimezone(story.court.settings.tz).date().isoformat()
    story.do("record_performance", "haiyun", obligation=owed, amount="18,000.00", on=paid_on)
    story.do("confirm_performance", "li", obligation=owed, arrived=True)
    if story.case().stage is not Stage.CLOSED:
        story.do("close_case", "clerk")


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
