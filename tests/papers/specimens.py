"""One specimen of each paper, after the story of the capsules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from odr.docket.papers import (
    Attendance,
    BundleEntry,
    BundlePaper,
    BundleSection,
    CodeBlock,
    DecisionPaper,
    FactsBlock,
    Finding,
    HeadingBlock,
    ListBlock,
    NoticePaper,
    Paper,
    ParagraphBlock,
    PartyLine,
    PostingLine,
    ProofOfServicePaper,
    Reason,
    ReceiptItem,
    ReceiptPaper,
    RecordPaper,
    RulingPaper,
    StepsBlock,
    TableBlock,
    TrailEvent,
    clerk,
    judge,
)
from odr.ground.text import Money, T, Text

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
ON = date(2026, 6, 1)
DIGEST = "86ae35d58a6aa3b5742df94ef9d7162219f0106a911ae1954c1f0604aaec805d"
COURT = T("Internet Court")
NUMBER = "（2026）网民初4471号"
JUDGE, CLERK = judge("陈瑶"), clerk("孙洁")
PARTIES = (
    PartyLine(T("Claimant"), "李敏", ("女，1990年3月2日出生，住上海市徐汇区漕溪北路1号。",)),
    PartyLine(
        T("Respondent"),
        "海云进出口贸易有限公司",
        ("法定代表人：赵喆，经理。", "Haiyun Import & Export Trading Co., Ltd."),
    ),
)


def common(kind: Text) -> dict[str, object]:
    """What every specimen has."""
    return {
        "court": COURT,
        "kind": kind,
        "case_number": NUMBER,
        "issued_on": ON,
        "document_code": "7K4Q-9M2X-PT6D",
        "check_url": "https://court.example/check/7K4Q-9M2X-PT6D",
        "limit": T("Timestamped by the court only. No outside witness yet."),
    }


def decision(**changes: object) -> Paper:
    fields: dict[str, object] = common(T("Judgment")) | {
        "signatories": (JUDGE, CLERK),
        "subject": "网络购物合同纠纷",
        "parties": PARTIES,
        "history": (
            "原告李敏与被告海云进出口贸易有限公司网络购物合同纠纷一案，本院于2026年3月16日立案后，依法适用简易程序，在线进行了审理。本案现已审理终结。",
        ),
        "claims": ("被告退还货款8,000.00元。", "被告支付价款十倍的赔偿金80,000.00元。"),
        "answers": (
            "涉案商品已经入境检验检疫，原告提交的网页截图并非2025年11月6日的页面，检测报告系单方取样，不应采信。",
        ),
        "issues": ("2025年11月6日的商品页面是否载明该抗结剂？", "入境检验检疫证明能否作为食品合法的依据？"),
        "findings": (
            Finding("双方对购买事实和价款没有争议。", ("C-1", "C-4", "R-2"), "", "举证质证，4月16日至22日"),
            Finding(
                "2025年11月6日的商品页面载明含有该抗结剂。平台留存的页面快照版本号虽不同，但配料表一致。由中立第三方平台保存的记录，除有相反证据足以反驳外，推定为真实。",
                ("C-2", "T-1"),
                "海云：C-2不真实，已在此处理",
                "问题1、2，4月22日至27日",
                "部分采信C-2",
            ),
            Finding(
                "所交付的瓶身标签载有相同的配料表。本院于5月12日查看了一瓶未开封商品。",
                ("C-3", "R-3"),
                "李敏：R-3不真实，已在此处理",
                "问题3，4月27日前密封",
            ),
            Finding("不采信检测报告。原告单方取样且未留存备份样品。", (), "海云：C-5不真实、无关联，成立", ""),
        ),
        "reasons": (
            Reason(
                "进口食品应当符合食品安全国家标准。食品添加剂使用标准未将该抗结剂列入此类食品，被告亦未证明已获许可。",
                "事实2、3；食品安全法第九十二条、第一百四十八条",
            ),
            Reason(
                "出入境检验检疫本身不构成抗辩。该证明只表明货物获准入境，并不表明其成分，销售者不能仅以此免责。",
                "R-1；食品安全民事纠纷司法解释（一）第十二条",
            ),
        ),
        "orders": (
            "被告于本判决生效之日起十日内退还原告货款8,000.00元；",
            "被告于本判决生效之日起十日内支付原告赔偿金80,000.00元；",
            "原告将未开封的27瓶商品退还被告，运费由被告负担；不能退还的，每瓶折抵266.67元。",
        ),
        "costs": (
            T(
                "The court fee of %(fee)s is borne by the respondent and paid to the court; the court returns what the claimant paid.",
                fee=Money(100000, "CNY"),
            ),
        ),
        "late_performance": T("Whoever pays late owes double interest for the delay (Civil Procedure Law, art. 264)."),
        "appeal": T(
            "Each party may appeal within 15 days of receiving this judgment, by filing the appeal with this court."
        ),
    }
    return DecisionPaper(**(fields | changes))  # type: ignore[arg-type]


def ruling(**changes: object) -> Paper:
    fields: dict[str, object] = common(T("Ruling")) | {
        "signatories": (JUDGE, CLERK),
        "parties": PARTIES,
        "history": ("被告于答辩期内提出管辖权异议。",),
        "reasons": (Reason("收货地在本院辖区，本院有管辖权。", "民事诉讼法第三十五条"),),
        "orders": ("驳回被告对管辖权提出的异议。",),
        "remedy": T("Each party may appeal against this ruling within 10 days of receiving it."),
    }
    return RulingPaper(**(fields | changes))  # type: ignore[arg-type]


def proof_of_service(**changes: object) -> Paper:
    at = datetime(2026, 3, 20, 6, 2, tzinfo=UTC)
    fields: dict[str, object] = common(T("Proof of service")) | {
        "signatories": (CLERK,),
        "proof_number": "POS-2026-004471-01",
        "paper": T("Claim with exhibits C-1 to C-5, and notice to answer"),
        "paper_digest": DIGEST,
        "recipient": "海云进出口贸易有限公司",
        "recipient_detail": "统一社会信用代码 91310115MA1H7XXXX2",
        "channel": T("Email to an address the recipient confirmed"),
        "address": "service@haiyun.example",
        "attribution": T("Named by the recipient on the service confirmation form on %(day)s.", day=date(2026, 3, 18)),
        "consent": T("Consent given in the proceedings on %(day)s, not withdrawn.", day=date(2026, 3, 18)),
        "trail": (
            TrailEvent(
                at,
                T("Handed to the recipient’s mail system"),
                T("Answer of the receiving server"),
                "250 2.0.0 Ok: queued as 4F1B2C0A7D",
            ),
            TrailEvent(at.replace(hour=7), T("Opened on the court’s platform"), T("Sign-in of the recipient"), DIGEST),
        ),
        "rule": T(
            "Service by electronic means is complete when the paper reaches the recipient’s own system (CPL 90; OLR 31)."
        ),
        "conclusion": T("The paper reached the recipient’s own system. Service is complete."),
        "served_at": at,
    }
    return ProofOfServicePaper(**(fields | changes))  # type: ignore[arg-type]


def notice(**changes: object) -> Paper:
    fields: dict[str, object] = common(T("Notice to answer")) | {
        "signatories": (CLERK,),
        "recipient": ("海云进出口贸易有限公司", "上海市浦东新区世纪大道100号"),
        "blocks": (
            ParagraphBlock(T("A claim has been made against you. You may answer it.")),
            FactsBlock(
                (
                    (T("Claimant"), "李敏"),
                    (T("Amount claimed"), Money(8800000, "CNY")),
                    (T("Answer by the end of"), date(2026, 4, 7)),
                )
            ),
            HeadingBlock(T("What you can do")),
            StepsBlock(
                (T("Open the court’s site and type the code."), T("Read the claim."), T("Answer, or ask for paper."))
            ),
            CodeBlock(T("Your code"), "HY4K-92QD"),
            ListBlock((T("Answering costs nothing."), T("If you do nothing, the court may decide without you."))),
            TableBlock((T("Exhibit"), T("Title")), (("C-1", "订单与付款记录"), ("C-2", "商品页面截图"))),
        ),
    }
    return NoticePaper(**(fields | changes))  # type: ignore[arg-type]


def receipt(**changes: object) -> Paper:
    fields: dict[str, object] = common(T("Receipt for court fees")) | {
        "signatories": (CLERK,),
        "receipt_number": "RCP-2026-000812",
        "payer": "李敏",
        "paid_at": AT,
        "method": T("Card"),
        "payment_reference": "pi_3QxT4Z2eZvKYlo2C",
        "items": (ReceiptItem(T("Filing fee"), "FEE 13(1), 16", Money(100000, "CNY")),),
        "total": Money(100000, "CNY"),
        "notes": (T("The fee is prepaid by the claimant. Who bears it is decided with the case."),),
    }
    return ReceiptPaper(**(fields | changes))  # type: ignore[arg-type]


def record(**changes: object) -> Paper:
    fields: dict[str, object] = common(T("Record of the hearing")) | {
        "signatories": (JUDGE, CLERK),
        "hearing": T("Hearing by postings over time"),
        "opened_at": datetime(2026, 4, 16, 1, 0, tzinfo=UTC),
        "closed_at": datetime(2026, 4, 27, 15, 59, tzinfo=UTC),
        "present": (
            Attendance(T("Judge"), "陈瑶", T("on the platform")),
            Attendance(T("Claimant"), "李敏", T("on the platform, identity verified")),
        ),
        "postings": tuple(
            PostingLine(
                f"P-{n}",
                datetime(2026, 4, 22, 1, n, tzinfo=UTC),
                "陈瑶" if n % 2 else "李敏",
                T("Judge") if n % 2 else T("Claimant"),
                "请说明截图的形成时间。" if n % 2 else "截图于2025年11月6日在收货当日以手机取得，原始载体仍在。",
                DIGEST,
                T("late") if n == 4 else None,
            )
            for n in range(1, 9)
        ),
        "corrections": ("P-2中“收货当日”应为“下单当日”。",),
        "closing": (T("The parties read the record and signed it."),),
    }
    return RecordPaper(**(fields | changes))  # type: ignore[arg-type]


def bundle(**changes: object) -> Paper:
    fields: dict[str, object] = common(T("Bundle of exhibits")) | {
        "signatories": (),
        "introduction": (
            T(
                "Every exhibit of the case that may be shown to %(name)s, up to entry %(number)s of the docket.",
                name="李敏",
                number=12,
            ),
        ),
        "sections": (
            BundleSection(
                "李敏",
                (
                    BundleEntry(
                        "C-1",
                        "订单页面",
                        date(2026, 3, 3),
                        "李敏",
                        DIGEST,
                        ((T("What it is to show"), "我买了胶囊。"),),
                        slots=2,
                    ),
                    BundleEntry("C-2", "聊天记录", date(2026, 3, 3), "李敏", DIGEST, text="你好\nhello"),
                ),
            ),
            BundleSection(
                "海云进出口贸易有限公司",
                tuple(
                    BundleEntry(
                        f"R-{n}",
                        f"证据{n}",
                        date(2026, 3, 3),
                        note=T("Sealed: only those whom the judge names may open it."),
                    )
                    for n in (1, 2, 3)
                ),
            ),
        ),
        "days": ((date(2025, 11, 6), "我买了30瓶胶囊。", "1"),),
    }
    return BundlePaper(**(fields | changes))  # type: ignore[arg-type]


SPECIMENS: dict[str, Callable[..., Paper]] = {
    each.__name__: each for each in (decision, ruling, proof_of_service, notice, receipt, record, bundle)
}
