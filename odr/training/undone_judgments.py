"""Two judgments that did not stand: one set aside on appeal and heard anew by others, one in default against somebody who
was never served.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from odr.docket.models import Stage
from odr.filing.inputs import ClaimInput
from odr.filing.models import StaffLeave
from odr.filing.registry.seats import LeaveInput, end_leave, grant_leave
from odr.service.models import Packet
from odr.service.vocabulary import PacketState
from odr.training import pictures
from odr.training.silent_respondent import heard_alone
from odr.training.story import Story

CHENGGUANG, SHANXING = "澄光数码有限公司", "山行户外用品有限公司"
OTHER_JUDGE, ASSESSORS = "lu", ("fang", "jiang")
WHY_AGREED = (
    "C-2摄于交付次日，霉斑已可见，而霉斑形成需要较长时间，应认定交付时已经存在；卖家依《民法典》第五百八十二条应当减少价款，同意文稿。",
    "R-2因反光不能显示后组无霉斑，不能推翻C-2；霉斑扩大与买家收货后的保存有关，扩大的损失依《民法典》第五百九十一条由其自担，同意文稿。",
)
HIGHER = "杭州市中级人民法院"


def lens(story: Story) -> None:
    """Sent back and heard anew: a used lens with mould inside; the first judgment was set aside, a panel decides again."""
    elsewhere(story)
    lens_claim(story)
    first_judgment(story)
    sent_back(story)
    heard_anew(story)


def lens_claim(story: Story) -> None:
    """The claim, the answer, and a picture of the lens before it was packed."""
    offer = story.file(
        "wu",
        "offer.png",
        pictures.screen(
            "二手镜头 70-200mm 订单 CG-0318-6620",
            ["99新，无霉、无划痕", "实付 6,800.00 元", "卖家 澄光数码", "支持验货"],
            colour="#23395b",
        ),
    )
    mould = story.file(
        "wu",
        "mould.jpg",
        pictures.photograph(["镜头后组", "可见霉斑一处", "序列号 771204"], taken="2026:01:09 20:11:40"),
        "image/jpeg",
    )
    story.lodge(
        "wu",
        ClaimInput.model_validate(
            {
                "matter": {
                    "cause": "online_shopping",
                    "platform": "百花市场",
                    "shop": "澄光数码",
                    "order_number": "CG-0318-6620",
                },
                "particulars": {
                    "ordered_on": "2026-01-04",
                    "goods": "二手镜头一支",
                    "price": "6,800.00",
                    "problem": "Not as described",
                },
                "respondents": [
                    {
                        "name": CHENGGUANG,
                        "kind": "company",
                        "email": "chengguang@parties.example",
                        "address": "杭州市西湖区古翠路30号",
                    }
                ],
                "facts": [
                    {"what": "我在被告网店购买二手镜头一支，页面写明无霉，付款6,800元。"},
                    {"what": "镜头送到时后组已有霉斑。"},
                ],
                "relief": [{"kind": "money", "what": "退还货款", "amount": "6,800.00"}],
                "claimant": {
                    "name": "吴敏",
                    "email": "wu@parties.example",
                    "phone": "+8613800000002",
                    "address": "杭州市上城区清波街9号",
                    "e_service": True,
                    "in_writing": True,
                },
                "exhibits": [
                    {"upload": offer, "title": "商品页面和订单", "proves": "页面写明无霉", "source": "本人手机截屏"},
                    {
                        "upload": mould,
                        "title": "霉斑照片",
                        "proves": "镜头有霉斑",
                        "source": "本人拍摄，镜头仍在本人处",
                    },
                ],
            }
        ),
    )
    story.later(days=1)
    story.accepted("simple")
    story.later(days=1)
    story.join("chengguang", CHENGGUANG)
    story.later(days=2)
    answers = [
        {"fact": story.fact(1), "stance": "admitted"},
        {"fact": story.fact(2), "stance": "denied", "words": "发货前的录像显示镜片清洁，霉斑是收货后保存不当形成的。"},
    ]
    story.do("file_answer", "chengguang", position="defend", facts=answers, statement="发货时镜头完好，不同意退款。")
    film = story.file(
        "chengguang",
        "packing.png",
        pictures.screen(
            "发货录像（截图）", ["序列号 771204", "后组镜片清洁", "封箱 2026-01-05 15:20"], colour="#0b5a40"
        ),
    )
    story.do(
        "submit_exhibit",
        "chengguang",
        upload=film,
        title="发货录像截图",
        category="audiovisual",
        proves="发货时没有霉斑",
        source="本公司仓库监控，原件在公司",
    )
    story.later(days=15)


def first_judgment(story: Story) -> None:
    """One judge decides on pictures alone, without looking at the lens: the whole price goes back."""
    story.do("open_examination", "judge", mode="offline")
    story.hear("原告出示C-1、C-2，被告出示R-1，双方逐一发表质证意见。双方辩论并作最后陈述。")
    story.until(Stage.DELIBERATION)
    findings = [
        {"subject": "exhibit/R-1", "result": "rejected", "reasons": "截图不能显示镜片后组的状况。"},
        {
            "subject": "fact/2",
            "result": "adopted",
            "reasons": "C-2显示镜头后组有霉斑。",
            "rests_on": ["C-1", "C-2"],
        },
    ]
    story.do("record_findings", "judge", adopt_undisputed=True, findings=findings)
    _draft(story, "judge", "6,800.00", "镜头有霉斑，与页面描述不符，货款应当退还。", 100)
    story.issue()


def _draft(story: Story, judge: str, amount: str, reasons: str, percent: int) -> None:
    story.draft(
        {
            "claims": "吴敏向本院提出诉讼请求：判令被告退还货款6,800元。\n事实和理由：镜头送到时已有霉斑。",
            "answers": "澄光数码有限公司辩称：发货时镜头完好，霉斑是收货后形成的。",
            "issues": "霉斑是否在交付前已经存在？",
        },
        reasons,
        amount,
        judge=judge,
        articles="CC 577, 582",
        percent=percent,
    )


def sent_back(story: Story) -> None:
    """The seller appeals; the higher court sets the judgment aside, since the fact on which it turns was not made clear."""
    story.do(
        "appeal_decision",
        "chengguang",
        asks="撤销一审判决，驳回原告的诉讼请求。",
        grounds="一审没有查验镜头，也没有查看录像全程，就认定霉斑在交付前已经存在。",
        challenged="6,800.00",
    )
    story.pay()
    story.later(days=16)
    story.do("send_file_up", "clerk", court=HIGHER)
    story.later(days=20)
    at_work(story)
    served_on = story.clock.now().astimezone(story.court.settings.tz).date().isoformat()
    story.do(
        "record_appeal_outcome",
        "clerk",
        outcome="sent_back",
        court=HIGHER,
        number="（2026）浙01民终2210号",
        decided_on=served_on,
        summary="霉斑在交付前是否存在，一审没有查验实物，认定基本事实不清，撤销原判决，发回重审。",
    )
    elsewhere(story)


def heard_anew(story: Story) -> None:
    """Another judge with two assessors: new time for evidence, in which the whole film
    comes, a new hearing in which the lens is looked at, and a judgment."""
    story.do("convene_panel", OTHER_JUDGE, size=3, reasons="发回重审的案件，应当另行组成合议庭。")
    whole = story.file(
        "chengguang",
        "whole.png",
        pictures.screen(
            "发货录像（后组特写）", ["序列号 771204", "后组边缘有反光", "封箱 2026-01-05 15:20"], colour="#0b5a40"
        ),
    )
    story.do(
        "submit_exhibit",
        "chengguang",
        upload=whole,
        title="发货录像全程（后组特写截图）",
        category="audiovisual",
        proves="发货时后组没有霉斑",
        source="本公司仓库监控，原件在公司",
    )
    story.later(days=16)
    story.do("open_examination", OTHER_JUDGE, mode="offline")
    at_work(story)
    story.hear(
        "合议庭当庭查验镜头实物并播放录像，双方对C-1、C-2、R-1、R-2逐一发表质证意见。双方辩论并作最后陈述。",
        OTHER_JUDGE,
    )
    elsewhere(story)
    story.until(Stage.DELIBERATION)
    findings = [
        {
            "subject": "exhibit/R-2",
            "result": "partly",
            "reasons": "录像真实，但后组边缘反光，不能显示该处有无霉斑。",
        },
        {
            "subject": "fact/2",
            "result": "partly",
            "reasons": "霉斑形成需要较长时间，交付次日拍摄的C-2已可见；其扩大与收货后的保存有关。",
            "rests_on": ["C-1", "C-2", "R-2"],
        },
    ]
    story.do("record_findings", OTHER_JUDGE, adopt_undisputed=True, findings=findings)
    _draft(
        story,
        OTHER_JUDGE,
        "4,000.00",
        "镜头交付时已有霉斑，与页面描述不符；原告收货后保存不当致其扩大，应自行承担部分损失。",
        60,
    )
    story.do("vote_on_decision", OTHER_JUDGE, decision=story.decision(), vote="for")
    for who, why in zip(ASSESSORS, WHY_AGREED, strict=True):
        story.do("vote_on_decision", who, decision=story.decision(), vote="for", view=why)
    story.issue(OTHER_JUDGE)
    story.later(days=18)


def at_work(story: Story) -> None:
    """The second judge takes new cases."""
    with story.court.database.write() as session:
        away = select(StaffLeave.id).where(
            StaffLeave.account_id == story.people[OTHER_JUDGE], StaffLeave.ended_at.is_(None)
        )
        for number in session.scalars(away).all():
            end_leave(session, number, story.clock.now())


def elsewhere(story: Story) -> None:
    """The second judge sits in another division: no new case falls to them, so that a newcomer's goes to the first."""
    today = story.clock.now().astimezone(story.court.settings.tz).date()
    year = timedelta(days=365)
    given = LeaveInput(email=f"{OTHER_JUDGE}@court.example", from_on=today - year, until_on=today + 2 * year)
    with story.court.database.write() as session:
        grant_leave(session, given, story.people["president"], story.clock.now())


def tent(story: Story) -> None:
    """Undone: a default judgment against a shop that had left its address; it binds nobody, is served anew, and appealed."""
    tent_claim(story)
    heard_alone(
        story,
        "书记员核对到庭人员：原告到庭，被告经传票传唤未到庭，未说明理由。"
        "原告陈述请求和事实，逐一出示C-1、C-2并说明来源，作最后陈述。",
    )
    in_default(story)
    rebutted(story)
    served_anew(story)


def tent_claim(story: Story) -> None:
    """A tent that leaks; the papers go to an address where somebody signs for them."""
    order = story.file(
        "li",
        "order.png",
        pictures.screen(
            "订单 SX-0227-0915",
            ["双人帐篷 1顶", "实付 1,280.00 元", "卖家 山行户外", "标注防水 3000mm"],
            colour="#744000",
        ),
    )
    leak = story.file(
        "li",
        "leak.jpg",
        pictures.photograph(["帐篷接缝", "雨后渗水", "内帐积水"], taken="2026:03:02 07:45:10"),
        "image/jpeg",
    )
    story.lodge(
        "li",
        ClaimInput.model_validate(
            {
                "matter": {
                    "cause": "online_shopping",
                    "platform": "百花市场",
                    "shop": "山行户外",
                    "order_number": "SX-0227-0915",
                },
                "particulars": {
                    "ordered_on": "2026-02-20",
                    "goods": "双人帐篷一顶",
                    "price": "1,280.00",
                    "problem": "Not as described",
                },
                "respondents": [{"name": SHANXING, "kind": "company", "address": "丽水市莲都区中山街15号"}],
                "facts": [
                    {"what": "我在被告网店购买帐篷一顶，页面标注防水，付款1,280元。"},
                    {"what": "首次使用时接缝渗水，被告不予退货。"},
                ],
                "relief": [{"kind": "money", "what": "退还货款", "amount": "1,280.00"}],
                "claimant": {
                    "name": "李文",
                    "email": "li@parties.example",
                    "phone": "+8613800000001",
                    "address": "杭州市西湖区文三路1号",
                    "e_service": True,
                    "in_writing": True,
                },
                "exhibits": [
                    {"upload": order, "title": "订单", "proves": "商品、价款和防水标注", "source": "本人手机截屏"},
                    {"upload": leak, "title": "渗水照片", "proves": "接缝渗水", "source": "本人拍摄"},
                ],
            }
        ),
    )
    story.later(days=1)
    story.accepted("simple")
    story.later(days=2)
    story.post_returns("respondent/1", "claim", signer="mail_officer", words="回执由收发人员签收。")
    story.later(days=19)


def in_default(story: Story) -> None:
    """The judge decides on what was shown; nobody appeals, the judgment takes effect, and the buyer wants it enforced."""
    reasons = "开庭时出示并由法庭核对，被告没有提出不同意见。"
    findings = [
        {"subject": f"fact/{n}", "result": "adopted", "reasons": reasons, "rests_on": ["C-1", "C-2"]} for n in (1, 2)
    ]
    story.do("record_findings", "judge", adopt_undisputed=True, findings=findings)
    story.draft(
        {
            "claims": "李文向本院提出诉讼请求：判令被告退还货款1,280元。\n事实和理由：帐篷渗水，与标注不符。",
            "issues": "商品是否与页面标注相符？",
        },
        "帐篷首次使用即渗水，与页面标注的防水性能不符，原告可以解除合同。",
        "1,280.00",
        articles="CC 563, 566, 582",
    )
    story.issue()
    story.later(days=2)
    story.post_returns("respondent/1", "decision", signer="mail_officer")
    story.later(days=17)
    story.until(Stage.EFFECTIVE)


def rebutted(story: Story) -> None:
    """The shop hears of the judgment, joins, and shows that it had left that address; the judge finds that nothing
    reached it, and what rested on the service falls.
    """
    story.join("shanxing", SHANXING)
    for occasion in ("claim", "decision"):
        with story.rows() as session:
            packet = session.scalars(
                select(Packet.reference).where(
                    Packet.case_id == story.case_id,
                    Packet.occasion == occasion,
                    Packet.recipient_name == SHANXING,
                    Packet.state == PacketState.SERVED,
                )
            ).one()
        story.do(
            "rebut_service",
            "shanxing",
            packet=packet,
            says="not_received",
            grounds="本公司去年十月已迁出该址并办理变更登记，签收人不是本公司员工，见登记信息。",
        )
        story.do(
            "decide_rebuttal",
            "judge",
            packet=packet,
            finding="not_received",
            reasons="登记信息显示被告于送达前已迁址，签收人受雇于他人，送达没有发生。",
        )


def served_anew(story: Story) -> None:
    """The judgment goes out again, to where the shop is now; its own time to appeal begins, and it appeals."""
    with story.rows() as session:
        packet = session.scalars(
            select(Packet.reference).where(
                Packet.case_id == story.case_id,
                Packet.occasion == "decision",
                Packet.recipient_name == SHANXING,
            )
        ).first()
    story.do("serve_again", "clerk", packet=packet)
    story.later(days=1)
    story.do(
        "appeal_decision",
        "shanxing",
        asks="撤销原判决，发回重审。",
        grounds="起诉状副本和传票均未送达，本公司未能到庭答辩和举证。",
        challenged="1,280.00",
    )
    story.pay()
