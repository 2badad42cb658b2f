"""How far the cases of the volume court come, and what goes wrong in them: each course is what ordinary people of a case do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

from sqlalchemy import select

from odr.docket.models import Case, Role, Seat, Stage
from odr.evidence.models import Exhibit
from odr.evidence.requests.models import EvidenceRequest, RequestKind, RequestState
from odr.evidence.store.ports import desk_of
from odr.filing.draft import drafts
from odr.filing.inputs import ClaimInput
from odr.filing.models import Claim, Relief
from odr.ground.errors import InvalidInput
from odr.ground.text import Money
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState
from odr.identity.models import Account
from odr.payments.books.paydesk import take_statement
from odr.payments.books.statements import StatementLine
from odr.payments.models import FeeAssessment
from odr.procedure.models import Window, WindowState
from odr.service.models import Packet
from odr.service.vocabulary import PacketState
from odr.training.story import HOURS, Story

SEATED = {
    "clerk": Role.CLERK,
    "judge": Role.JUDGE,
}
"""Whoever sits in the case acts, whichever of them the draw fell on."""
ROOMS = ("第一法庭", "第三法庭")


class ReachedToday(Exception):
    """The story of a case has come to the present: here it stands."""


@dataclass
class VolumeStory(Story):
    """One case of the volume court, told up to today and no further."""

    ROUND = ("papers", "send", "service_docket", "appointed")
    """What the worker does for a case while it is told; the whole round follows after some cases."""

    until_at: datetime | None = None
    lot: Random = field(default_factory=Random)
    claimant: str = "li"
    firm: str = "haiyun"
    firm_name: str = ""
    track: str = "small_claims"
    reachable: bool = True

    def later(self, days: float = 0, hours: float = 0) -> None:
        """Time goes by, and the worker does what this case needs of it. Raises ReachedToday."""
        by = timedelta(days=days, hours=hours)
        if self.until_at is not None and self.clock.now() + by > self.until_at:
            raise ReachedToday
        self.clock.advance(by)
        with self.court.sit() as sitting:
            sitting.perform_due(sitting.session.get_one(Case, self.case_id))
        for name in self.ROUND:
            self.court.hooks.sweeps[name](self.court)

    def file(self, who: str, name: str, content: bytes, kind: str = "text/plain") -> str:
        """A file sent; all of a case are anchored together before they are used (:meth:`anchored`)."""
        kept = desk_of(self.court).receive(self.people[who], name, kind, BytesIO(content))
        if kept is None:
            raise RuntimeError(f"{name} was not kept")
        return kept.reference

    def anchored(self) -> None:
        """What was sent gets its place in the log."""
        self.court.sequence_now()

    def actor(self, who: str) -> Any:
        """Somebody in their capacity in the case; of the court, whoever sits in it."""
        role = SEATED.get(who)
        if role is None:
            return super().actor(who)
        with self.rows() as session:
            sits = select(Account.email).join(Seat, Seat.account_id == Account.id)
            sits = sits.where(Seat.case_id == self.case_id, Seat.role == role, Seat.until_at.is_(None))
            email = session.scalars(sits).first()
        return super().actor(str(email).split("@")[0])

    def lodge_once(self, claim: ClaimInput, key: str) -> None:
        """Lodge the claim under a key by which it is known again."""
        with self.rows() as session:
            account = session.get_one(Account, self.people[self.claimant])
        receipt = drafts.lodge(self.court, account, claim, key=key)
        with self.rows() as session:
            self.case_id = session.scalars(select(Case.id).where(Case.reference == receipt.case_reference)).one()
        self.later(hours=2)

    def summon(self, days: int) -> None:
        """The clerk fixes the hearing at the first hour at which judge and a room are free."""
        for day in range(days, days + 30):
            on = self.working_day(day).isoformat()
            for hour in HOURS:
                for place in ROOMS:
                    try:
                        self.do("summon", "clerk", mode="offline", on=on, at=hour, place=place)
                    except InvalidInput:
                        continue
                    return
        raise RuntimeError("no hour is free for a month")


@dataclass(frozen=True)
class Course:
    """What happens in a case, how often it is so, how many days ago such cases began, and in which procedure."""

    key: str
    title: str
    goes: Callable[[VolumeStory], None]
    weight: int
    days_ago: tuple[float, float]
    tracks: tuple[str, ...] = ()


def waits_in_registry(story: VolumeStory) -> None:
    """Nothing has been done yet."""


def sent_back(story: VolumeStory) -> None:
    """Something is missing, and the claimant is told so once."""
    story.later(days=1)
    defects = [
        {"part": "evidence", "what": "请提交付款记录。"},
        {"part": "parties", "what": "请补充被告的营业执照信息。"},
    ]
    story.do("return_claim", "clerk", defects=defects[: story.lot.randint(1, 2)])


def taken(story: VolumeStory, pays: bool = True) -> None:
    """The registry accepts the claim, and the fee is paid, or not."""
    story.later(days=story.lot.choice((1, 1, 2)))
    story.do("accept_claim", "clerk", track=story.track)
    if pays:
        story.later(days=1)
        story.pay()


def fee_unpaid(story: VolumeStory) -> None:
    """The fee does not come, nor after the reminder, so that a ruling is asked for."""
    taken(story, pays=False)
    story.later(days=12)
    story.later(days=14)


def money_without_code(story: VolumeStory) -> None:
    """The fee comes, but the transfer does not name it: the cashier has to find out whose it is."""
    taken(story, pays=False)
    story.later(days=2)
    with story.rows() as session:
        fee = session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == story.case_id)).first()
        amount, name = fee.amount if fee is not None else Money(5000, "CNY"), story.case().title
    line = StatementLine(
        booked_on=story.clock.now().date(), amount=amount, payer=name.split(" ")[0], purpose="诉讼费", account="6222"
    )
    with story.court.sit() as sitting:
        take_statement(sitting, [line])
    story.later(days=9)


def served(story: VolumeStory) -> None:
    """The respondent comes by the code of the letter."""
    taken(story)
    story.later(days=2)
    story.join(story.firm, story.firm_name)


def service_failed(story: VolumeStory) -> None:
    """The post brings the papers back."""
    taken(story)
    story.later(days=4)
    what = story.lot.choice(("nobody_there", "refused", "returned"))
    on = story.clock.now().astimezone(story.court.settings.tz).date().isoformat()
    for packet in packets_out(story):
        story.do("record_outcome", "clerk", packet=packet, way="post", what=what, happened_on=on, words="邮局退回。")


def packets_out(story: VolumeStory) -> list[str]:
    """Papers by post that are still out."""
    with story.rows() as session:
        out = select(Packet.reference).where(Packet.case_id == story.case_id, Packet.state == PacketState.OUT)
        return list(session.scalars(out.order_by(Packet.id)))


def silent(story: VolumeStory) -> None:
    """Somebody signed for the papers, and nobody answers."""
    taken(story)
    story.later(days=3)
    story.post_returns("respondent/1", "claim")
    story.later(days=20)


def answered(story: VolumeStory) -> None:
    """The respondent denies one of the facts."""
    served(story)
    story.later(days=story.lot.randint(3, 9))
    facts = [
        {"fact": story.fact(1), "stance": "admitted"},
        {"fact": story.fact(2), "stance": "denied", "words": "商品符合页面描述，原告超过期限才提出。"},
    ]
    story.do("file_answer", story.firm, position="defend", facts=facts, statement="不同意原告的诉讼请求。")


def admitted(story: VolumeStory) -> None:
    """The respondent admits the claim."""
    served(story)
    story.later(days=3)
    facts = [{"fact": story.fact(n), "stance": "admitted"} for n in (1, 2)]
    story.do("file_answer", story.firm, position="admit", facts=facts, statement="认可原告的诉讼请求，愿意付款。")


def says_another_court(story: VolumeStory) -> None:
    """The respondent says that another court hears this."""
    served(story)
    story.later(days=2)
    story.do("object_to_jurisdiction", story.firm, ground="place", words="本公司住所地在外省，合同履行地不在本市。")


def asks_for_time(story: VolumeStory) -> None:
    """A party asks for longer to bring its evidence."""
    served(story)
    story.later(days=2)
    with story.rows() as session:
        window = session.scalars(
            select(Window.reference).where(
                Window.case_id == story.case_id,
                Window.kind == "evidence",
                Window.state == WindowState.OPEN,
                Window.party_id.is_not(None),
            )
        ).first()
    if window is not None:
        with story.rows() as session:
            mine = session.scalars(select(Window).where(Window.reference == window)).one().party_id
            who = story.claimant if story.case().parties[0].id == mine else story.firm
        story.do("ask_extension", who, window=window, days=5, words="证据原件在外地，需要时间取回。")


def freezes(story: VolumeStory) -> None:
    """The claimant asks that money be frozen before the decision."""
    answered(story)
    story.later(days=1)
    story.do(
        "ask_for_ruling",
        story.claimant,
        kind="preservation",
        asks="冻结被告名下银行存款。",
        grounds="被告正在转移店铺资金。",
        amount="500.00",
    )


def wants_records(story: VolumeStory) -> None:
    """The claimant asks that the other side produce what it holds."""
    answered(story)
    story.later(days=1)
    story.do(
        "ask_evidence_order",
        story.claimant,
        kind="production",
        against="respondent/1",
        what="平台后台的发货记录",
        content="实际发货日期",
        fact="被告没有按时发货",
        grounds="记录由被告保存，我无法取得。",
    )


def challenges(story: VolumeStory) -> None:
    """A party challenges the judge."""
    answered(story)
    story.later(days=1)
    with story.rows() as session:
        sits = select(Seat.id).where(Seat.case_id == story.case_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None))
        seat = session.scalars(sits).first()
    story.do("challenge", story.firm, seat=str(seat), words="审判员与原告代理人是同学。")


def withdraws(story: VolumeStory) -> None:
    """The claimant takes the claim back."""
    served(story)
    story.later(days=3)
    story.do("withdraw_claim", story.claimant, reasons="双方已经自行解决。")


def brings_more(story: VolumeStory) -> None:
    """Both sides answer and bring evidence."""
    answered(story)
    story.later(days=1)
    upload = story.file(story.firm, "record.txt", f"发货记录 {story.lot.random()}".encode())
    story.anchored()
    story.do(
        "submit_exhibit",
        story.firm,
        upload=upload,
        title="发货记录",
        category="document",
        proves="商品按时发出，与描述相符",
        source="本公司系统导出",
    )


def goes_to_judgment(story: VolumeStory) -> None:
    """Heard at one hour, found on, decided, signed and sent; where today comes first, it stands there."""
    brings_more(story)
    story.later(days=16)
    story.do("open_examination", "judge", mode="offline")
    story.summon(7)
    held(story)
    story.until(Stage.DELIBERATION)
    find(story)
    story.later(days=story.lot.choice((1, 2, 5)))
    sum_asked = relief_sum(story)
    story.draft(
        {
            "claims": "原告向本院提出诉讼请求：判令被告支付所请求的款项。",
            "answers": "被告辩称：商品符合页面描述。",
            "issues": "商品是否与页面描述相符？",
        },
        "被告未能证明所售商品与页面描述相符，应当承担退款责任。",
        sum_asked,
        articles="CC 577",
    )
    story.later(days=story.lot.choice((0.1, 1, 4)))
    story.issue()
    story.later(days=30)


def held(story: VolumeStory) -> None:
    """The hearing takes place, everybody is there, and the judge closes it."""
    with story.rows() as session:
        fixed = Hearing.case_id == story.case_id, Hearing.state == HearingState.SUMMONED
        begins = session.scalars(select(Hearing).where(*fixed)).one().begins_at
    if story.until_at is not None and begins + timedelta(hours=8) > story.until_at:
        raise ReachedToday
    there = [{"who": p.reference, "presence": "courtroom", "identity": "document"} for p in story.case().parties]
    story.record(there, "双方对全部证据发表质证意见，进行辩论，并作最后陈述。")
    rule_on_late(story)
    story.do("close_hearing", "judge", reasons="双方已充分陈述和辩论，没有待查事项。")


def rule_on_late(story: VolumeStory) -> None:
    """What came after its time is admitted with a reprimand (CPI 101, 102)."""
    with story.rows() as session:
        late = select(EvidenceRequest.reference).where(
            EvidenceRequest.case_id == story.case_id,
            EvidenceRequest.kind == RequestKind.LATE,
            EvidenceRequest.state == RequestState.OPEN,
        )
        waiting = list(session.scalars(late))
    for request in waiting:
        story.do(
            "rule_on_late_evidence",
            "judge",
            request=request,
            fault="slight",
            reasons="逾期系当事人不熟悉期限所致，予以训诫后采纳。",
        )


def find(story: VolumeStory) -> None:
    """The judge finds on what is disputed and adopts the rest."""
    with story.rows() as session:
        exhibits = list(
            session.scalars(select(Exhibit.label).where(Exhibit.case_id == story.case_id).order_by(Exhibit.id))
        )
    why = "与其他证据相互印证，庭审中未提出相反证据，予以采信。"
    story.do(
        "record_findings",
        "judge",
        findings=[
            *({"subject": f"exhibit/{label}", "result": "adopted", "reasons": why} for label in exhibits),
            *({"subject": f"fact/{n}", "result": "adopted", "reasons": why, "rests_on": exhibits[:1]} for n in (1, 2)),
        ],
    )


def relief_sum(story: VolumeStory) -> str:
    """What the claimant asks for, as it is written in a draft."""
    with story.rows() as session:
        rows = select(Relief.amount_minor).join(Claim).where(Claim.case_id == story.case_id)
        return f"{(session.scalars(rows).first() or 0) / 100:.2f}"


COURSES = (
    Course("registry", "waits in the registry", waits_in_registry, 6, (0.1, 4)),
    Course("back", "sent back to be corrected", sent_back, 4, (2, 6)),
    Course("unpaid", "the fee was not paid", fee_unpaid, 9, (30, 38)),
    Course("unmatched", "money came that names no fee", money_without_code, 4, (5, 12)),
    Course("failed", "the papers came back", service_failed, 8, (8, 20), ("simple", "small_claims")),
    Course("silent", "nobody answers", silent, 9, (15, 45), ("simple", "small_claims")),
    Course("answered", "answered, not yet opened", answered, 10, (12, 28)),
    Course("admitted", "the claim is admitted", admitted, 4, (9, 20)),
    Course("jurisdiction", "said to belong elsewhere", says_another_court, 4, (7, 16)),
    Course("time", "more time is asked for", asks_for_time, 4, (7, 14)),
    Course("freezing", "money is to be frozen", freezes, 4, (16, 24)),
    Course("records", "the other side is to produce records", wants_records, 4, (16, 24)),
    Course("challenge", "the judge is challenged", challenges, 3, (16, 22)),
    Course("withdrawn", "the claim is taken back", withdraws, 3, (9, 16)),
    Course("judgment", "on the way to a judgment", goes_to_judgment, 24, (30, 95), ("small_claims", "simple")),
)
"""Every course, what most often happens with more weight."""
