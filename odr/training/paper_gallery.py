"""The papers of the court as it makes them, on one invented case told in each language: for the gallery of the documentation,
and for whoever compares them with their form. Nothing of it is kept.
"""

from __future__ import annotations

import enum
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from odr.docket.models import Case, Role, Seat, Stage, Track
from odr.docket.papers import Paper
from odr.evidence.models import Exhibit
from odr.evidence.requests.models import EvidenceRequest, RequestKind
from odr.evidence.requests.queries import ruling_on
from odr.filing.inputs import ClaimInput
from odr.filing.models import Fact, FactAnswer, FactStance
from odr.ground.text import T, Text
from odr.ground.typeset import PaperLocale
from odr.hearing.appraisal.models import Appraisal, AppraisalState
from odr.hearing.appraisal.queries import commission_paper
from odr.hearing.models import Opinion
from odr.hearing.vocabulary import Axis, Stance
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.judgment import names
from odr.judgment.decision.drafting import proposal
from odr.judgment.decision.inputs import DraftInput
from odr.judgment.decision.papers import decision_paper, ruling_paper
from odr.judgment.models import Decision, Finding, Motion, Ruling
from odr.judgment.queries import current_draft
from odr.judgment.vocabulary import DecisionKind, FindingResult, MotionKind, MotionState
from odr.procedure.acts.table import TABLE, Act
from odr.procedure.forms.faults import label_of
from odr.procedure.papers.rulings import written_ruling
from odr.procedure.sitting import Sitting
from odr.settlement.models import Agreement, AgreementState, Ending
from odr.settlement.statement.papers import statement_paper
from odr.training import pictures
from odr.training.story import Story

HAIYUN = {"zh-Hans": "海云信息技术有限公司", "en": "Haiyun Information Technology Co., Ltd."}
LI = {"zh-Hans": "李文", "en": "Li Wen"}
WHY = {
    "zh-Hans": "所述理由有证据证明，对方当事人未提出相反证据，依法应当予以采纳。",
    "en": "What is said is shown by the exhibits, and the other side put nothing against it.",
}
SAID: dict[str, dict[str, str]] = {
    "zh-Hans": {
        "bought": "我在被告网店购买三十瓶维生素胶囊，支付货款8,000元。",
        "label": "瓶身标签载明的抗结剂不允许用于此类食品。",
        "relief": "判令被告退还货款",
        "goods": "维生素胶囊三十瓶",
        "problem": "Not as described",
        "answer": "商品已经出入境检验检疫，不同意退款。",
        "order": "订单截图",
        "photo": "瓶身标签照片",
        "shows": "证明购买事实和商品标签",
        "from": "本人手机截图",
        "finding": "被告未提交允许使用该添加剂的依据，照片与平台页面一致。",
        "reason": "进口食品应当符合食品安全国家标准，出入境检验检疫本身不构成抗辩。",
        "freeze": "冻结海云信息技术有限公司名下银行存款8,000元，期限一年。",
        "ask": "冻结被申请人银行存款8,000元",
        "grounds": "被申请人正在转移店铺资金",
        "deed": "海云信息技术有限公司于本协议生效后更换商品页面。",
        "expert": "标签所载添加剂是否允许用于此类食品",
        "records": "平台留存的商品页面记录",
        "address": "杭州市西湖区文三路1号",
        "seat": "杭州市滨江区江南大道8号",
    },
    "en": {
        "bought": "I bought thirty bottles of capsules in the respondent’s shop and paid CNY 8,000.00.",
        "label": "The label names an additive that is not allowed in such food.",
        "relief": "The price back",
        "goods": "Capsules, thirty bottles",
        "problem": "Not as described",
        "answer": "The goods passed inspection at the border. We do not refund.",
        "order": "Order screen",
        "photo": "Photograph of the label",
        "shows": "That the goods were bought, and what the label says",
        "from": "Screenshot from my phone",
        "finding": "The respondent brought no rule that allows the additive, and the photograph agrees with the platform’s page.",
        "reason": "Imported food has to meet the food safety standards. Inspection at the border is no defence by itself.",
        "freeze": "The bank deposits of the respondent are frozen up to CNY 8,000.00 for one year.",
        "ask": "Freeze bank deposits of the respondent up to CNY 8,000.00",
        "grounds": "the respondent is moving the shop’s money away",
        "deed": "The respondent changes the page of the goods once this agreement binds.",
        "expert": "Whether the additive on the label is allowed in such food",
        "records": "The platform’s records of the page of the goods",
        "address": "1 Wensan Road, Hangzhou",
        "seat": "8 Jiangnan Avenue, Hangzhou",
    },
}


@dataclass(frozen=True)
class Shown:
    """A paper of the gallery: a short name, what it is, by which act it is made, and the paper."""

    name: str
    title: Text
    act: str
    language: PaperLocale
    paper: Paper


class _Undone(Exception):
    """Takes back everything that was written for the gallery."""


def papers_in(story: Story, language: PaperLocale) -> list[Shown]:
    """Every decision, ruling and statement of the court on the case told in this language; what they need is written and
    taken back.
    """
    tell(story, language)
    shown: list[Shown] = []
    judge = _judge_of(story)
    try:
        with story.court.sit() as sitting:
            case = sitting.session.get_one(Case, story.case_id)
            shown += _rulings(sitting, case, judge, language)
            shown += _of_evidence(sitting, case, language)
            shown += _of_judgment(sitting, case, judge, language)
            raise _Undone
    except _Undone:
        return shown


def _judge_of(story: Story) -> Actor:
    """The judge whom the rule of allocation seated."""
    with story.rows() as session:
        query = select(Account).join(Seat, Seat.account_id == Account.id)
        account = session.scalars(query.where(Seat.case_id == story.case_id, Seat.role == Role.JUDGE)).one()
        return Actor(Role.JUDGE, account.id, account.name, story.case_id)


def tell(story: Story, language: str) -> None:
    """A claim over food bought online, accepted, paid, joined and answered, with two exhibits."""
    said = SAID[language]
    exhibits = [
        {
            "upload": story.file("li", name, pictures.screen(said[title], [said["goods"], "8,000.00"])),
            "title": said[title],
            "proves": said["shows"],
            "source": said["from"],
        }
        for name, title in (("order.png", "order"), ("label.png", "photo"))
    ]
    story.lodge(
        "li",
        ClaimInput.model_validate(
            {
                "matter": {
                    "cause": "online_shopping",
                    "platform": "Baihua Market",
                    "shop": "Haiyun",
                    "order_number": f"BH-{language}",
                },
                "particulars": {
                    "goods": said["goods"],
                    "ordered_on": story.clock.now().date().isoformat(),
                    "price": "8,000.00",
                    "problem": said["problem"],
                },
                "respondents": [
                    {
                        "name": HAIYUN[language],
                        "kind": "company",
                        "email": "haiyun@parties.example",
                        "address": said["seat"],
                    }
                ],
                "facts": [{"what": said["bought"]}, {"what": said["label"]}],
                "relief": [{"kind": "money", "what": said["relief"], "amount": "8,000.00"}],
                "claimant": {
                    "name": LI[language],
                    "email": "li@parties.example",
                    "e_service": True,
                    "in_writing": True,
                    "address": said["address"],
                },
                "exhibits": exhibits,
            }
        ),
    )
    story.later(days=1)
    story.accepted("ordinary")
    story.later(days=1)
    story.join("haiyun", HAIYUN[language])
    story.later(days=1)
    story.do("file_answer", "haiyun", position="defend", statement=said["answer"])
    story.later(days=1)


def _rulings(sitting: Sitting, case: Case, judge: Actor, language: PaperLocale) -> Iterator[Shown]:
    """Each ruling and written decision whose form stands in the table of acts."""
    for act in sorted((one for one in TABLE if one.paper is not None), key=lambda one: one.name):
        assert act.paper is not None
        _, paper = written_ruling(sitting, act, case, example_of(act, language), judge)
        yield Shown(act.name, act.paper.subject, act.name, language, paper)


def example_of(act: Act, language: str) -> Any:
    """An input of the act with its choice and reasons, and nothing else."""
    assert act.paper is not None
    fields = act.input.model_fields
    given: dict[str, Any] = {name: None for name, info in fields.items() if info.is_required()}
    if "reasons" in fields:
        given["reasons"] = WHY[language]
    if act.paper.result in fields:
        info = fields[act.paper.result]
        label, kinds = label_of(info), typing.get_args(info.annotation)
        if label is not None and label.options:
            given[act.paper.result] = next(iter(label.options))
        elif isinstance(info.annotation, type) and issubclass(info.annotation, enum.Enum):
            given[act.paper.result] = next(iter(info.annotation))
        elif kinds and isinstance(kinds[0], str):
            given[act.paper.result] = kinds[0]
    return act.input.model_construct(**given)


def _of_evidence(sitting: Sitting, case: Case, language: PaperLocale) -> Iterator[Shown]:
    """A ruling on evidence, and the letter by which an expert is commissioned."""
    said, claimant = SAID[language], case.parties[0]
    request = EvidenceRequest(case_id=case.id, party_id=claimant.id, kind=RequestKind.COLLECTION, what=said["records"])
    order = T("What was asked for is granted.")
    paper = ruling_on(sitting, case, request, order, WHY[language], language, sitting.now)
    yield Shown("rule_on_evidence", T("Ruling on a request about evidence"), "rule_on_evidence", language, paper)
    row = Appraisal(
        case_id=case.id,
        bears_id=claimant.id,
        fact=said["expert"],
        questions=said["expert"],
        state=AppraisalState.CHOOSING,
    )
    orders = [T("Time for the report: %(days)s days", days=30)]
    commission = commission_paper(sitting, case, row, orders, language, sitting.now)
    yield Shown("appoint_expert", T("Letter of commission"), "appoint_expert", language, commission)


def _of_judgment(sitting: Sitting, case: Case, judge: Actor, language: PaperLocale) -> Iterator[Shown]:
    """Judgments of each kind, the ruling on a preservation, and the mediation statement."""
    said = SAID[language]
    claimant, respondent = case.parties[0], case.parties[1]
    agreement = Agreement(
        case_id=case.id,
        payer_id=respondent.id,
        payee_id=claimant.id,
        amount_minor=600000,
        currency="CNY",
        instalments=[{"minor": 600000, "on": (sitting.now + timedelta(days=20)).date().isoformat()}],
        deed=said["deed"],
        doer_id=respondent.id,
        ending=Ending.STATEMENT,
        state=AgreementState.SIGNED,
        entry_number=1,
    )
    yield Shown(
        "sign_mediation",
        T("Mediation statement"),
        names_of("sign_mediation"),
        language,
        statement_paper(sitting, case, agreement, language),
    )
    motion = Motion(
        case_id=case.id,
        party_id=claimant.id,
        kind=MotionKind.PRESERVATION,
        asks=said["ask"],
        grounds=said["grounds"],
        urgent=False,
        entry_number=1,
    )
    sitting.session.add(motion)
    sitting.session.flush()
    ruling = Ruling(
        case_id=case.id,
        motion_id=motion.id,
        ordinal=1,
        kind=MotionKind.PRESERVATION,
        result=MotionState.GRANTED,
        orders=[said["freeze"]],
        reasons=WHY[language],
        security_minor=240000,
        appealable=False,
        entry_number=1,
    )
    yield Shown(
        "rule_on_preservation",
        T("Ruling on a preservation"),
        names.RULE_ON_PRESERVATION,
        language,
        ruling_paper(sitting, case, ruling, language, sitting.now),
    )
    _find(sitting, case, said)
    decision = _draft(sitting, case, judge, said)
    kinds: list[tuple[str, Text, dict[str, Any], Track]] = [
        ("judgment", T("Judgment, ordinary procedure"), {}, Track.ORDINARY),
        ("judgment_simple", T("Judgment, simple procedure"), {}, Track.SIMPLE),
        ("judgment_small", T("Judgment, small claims"), {}, Track.SMALL),
        ("judgment_short", T("Judgment in the short form"), {"short": True}, Track.SMALL),
        ("judgment_partial", T("Partial judgment"), {"kind": DecisionKind.PARTIAL}, Track.ORDINARY),
        ("judgment_default", T("Judgment in default"), {"by_default": True}, Track.ORDINARY),
    ]
    told = dict(decision.parts)
    for name, title, changes, track in kinds:
        case.track = track
        decision.parts = told
        if name == "judgment_default":
            decision.parts = told | _unanswered(case, told, language)
            _silent(sitting, case)
        for field, value in {"short": False, "by_default": False, "kind": DecisionKind.JUDGMENT, **changes}.items():
            setattr(decision, field, value)
        yield Shown(name, title, names.ISSUE_DECISION, language, decision_paper(sitting, case, decision, sitting.now))


def _unanswered(case: Case, told: dict[str, Any], language: str) -> dict[str, str]:
    """What a judgment in default says instead: nothing was answered, nobody came."""
    who = case.parties[1].name
    silent = T("%(names)s filed no answer.", names=who).render(language)
    away = T("%(names)s, summoned by the court, did not come and gave no good reason.", names=who).render(language)
    over = T("The hearing of the case is now concluded.").render(language)
    return {
        "answers": silent,
        "history": told["history"].replace(over, f"{away}{'' if language == 'zh-Hans' else ' '}{over}"),
    }


def _silent(sitting: Sitting, case: Case) -> None:
    """Takes back what the respondent said on facts and exhibits: in default nobody did."""
    facts = select(Fact.id).where(Fact.case_id == case.id)
    sitting.session.execute(delete(Opinion).where(Opinion.case_id == case.id))
    sitting.session.execute(delete(FactAnswer).where(FactAnswer.fact_id.in_(facts)))


def names_of(act: str) -> str:
    """The act, as the table names it. Raises KeyError for one the court does not know."""
    return TABLE[act].name


def _find(sitting: Sitting, case: Case, said: dict[str, str]) -> None:
    """The judge's findings: the purchase nobody disputes, the label on the photograph."""
    exhibits = sitting.session.scalars(select(Exhibit).where(Exhibit.case_id == case.id).order_by(Exhibit.id)).all()
    facts = sitting.session.scalars(select(Fact).where(Fact.case_id == case.id).order_by(Fact.number)).all()
    respondent = case.parties[1]
    said_to = {"case_id": case.id, "party_id": respondent.id, "entry_number": 1}
    admitted = FactAnswer(fact_id=facts[0].id, party_id=respondent.id, stance=FactStance.ADMITTED, entry_number=1)
    sitting.session.add(admitted)
    for axis in Axis:
        opinion = {"exhibit_id": exhibits[0].id, "axis": axis, "stance": Stance.ACCEPT, "at": sitting.now}
        sitting.session.add(Opinion(**opinion, **said_to))
    common = {"case_id": case.id, "result": FindingResult.ADOPTED, "entry_number": 1}
    sitting.session.add_all(
        [
            Finding(exhibit_id=exhibits[0].id, undisputed=True, **common),
            Finding(exhibit_id=exhibits[1].id, reasons=said["finding"], **common),
            Finding(fact_id=facts[0].id, undisputed=True, rests_on=[exhibits[0].label], **common),
            Finding(fact_id=facts[1].id, reasons=said["finding"], rests_on=[exhibits[1].label], **common),
        ]
    )
    sitting.session.flush()


def _draft(sitting: Sitting, case: Case, judge: Actor, said: dict[str, str]) -> Decision:
    """The draft as its prefill proposes it, with one paragraph of reasons."""
    case.stage = Stage.DELIBERATION
    proposed = proposal(sitting, case) | {"reasons": [{"text": said["reason"], "articles": "CC 577"}]}
    given = DraftInput.model_validate(proposed)
    TABLE[names.DRAFT_DECISION].handler(sitting, case, given, actor=judge, now=sitting.now)
    found = current_draft(sitting.session, case)
    assert found is not None
    return found
