"""Rulings of every room as sealed papers, by one way."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pypdf import PdfReader
from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry, Document, Role
from odr.docket.visibility import document_audience, may_read, party_named
from odr.filing.claim.withdrawing import RequestRuling
from odr.filing.models import Request
from odr.ground.canonical import sha256_hex
from odr.ground.errors import ActNotOpen, CaseMovedOn
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.notary.seal.seal_check import SealState, validate_pdf
from odr.procedure.acts.table import TABLE, Act, Everyone
from odr.service.models import Packet
from tests.scene import PAPERS, Scene, claim_in_chinese

NO_PAPER = {
    "decide_erasure": "the court’s own keeping of records: no party asks, nothing is ruled between them",
    "decide_registration": "registry work, mostly the clerk’s, on somebody who is no party yet",
    "rule_on_refused_questioning": "said in the hearing and written into its record; the judgment weighs it (EV 66)",
}
"""Acts named like rulings that give none as a paper, and why."""
OF_ITS_OWN_MOTION = {
    "transfer_case",
    "convert_track",
    "substitute_party",
    "bring_in_party",
    "join_into_case",
    "sever_claim",
    "deem_withdrawn",
    "order_appraisal",
    "allow_agreed_withdrawal",
    "end_enforcement",
}
"""What a judge rules without anybody having asked for it on the docket."""
WHY = "The goods were delivered here."
REASONS = {"en": WHY, "zh-Hans": "申请人自愿提出，不损害国家利益、社会公共利益和他人合法权益。"}
OTHER = {"en": "zh-Hans", "zh-Hans": "en"}
"""The screen of whoever rules shows the other language: a ruling is in that of the case."""


def rulings() -> list[Act]:
    bench = {Role.JUDGE, Role.PRESIDENT}
    return [a for a in TABLE if a.name.startswith(("rule_on_", "decide_")) and a.by & bench]


def test_every_ruling_is_a_sealed_paper(small_scene: Scene) -> None:
    """Whatever a judge or president rules or decides on declares its paper, or is on the short list with a reason."""
    bare = {a.name for a in rulings() if a.paper is None and a.prepare is None}
    assert bare == NO_PAPER.keys() and len(rulings()) > 20


def test_what_the_court_rules_of_its_own_motion_is_a_sealed_paper_too(small_scene: Scene) -> None:
    """Each says itself what is ruled, and goes out to everybody (CPL 157)."""
    own = [a for a in TABLE if a.name in OF_ITS_OWN_MOTION]
    assert len(own) == len(OF_ITS_OWN_MOTION)
    assert [a.name for a in own if a.paper is None or a.paper.ruled is None or a.serves is not Everyone.PARTIES] == []


def test_what_a_ruling_is_read_from_is_in_its_form(small_scene: Scene) -> None:
    """Each form has the choice its paper tells, or says itself what is ruled; and the reasons (CPL 157)."""
    made = [a for a in TABLE if a.paper is not None]
    assert {"refuse_claim", "review_costs", "rule_on_lateness"} <= {a.name for a in made}
    for each in made:
        assert each.paper is not None and (each.paper.why is not None or "reasons" in each.input.model_fields), (
            each.name
        )
        assert set(each.paper.omits) <= set(each.input.model_fields), each.name
        assert each.paper.ruled is not None or each.paper.result in each.input.model_fields, each.name


def asked(scene: Scene) -> str:
    with scene.court.database.read() as session:
        return session.scalars(
            select(Request.reference).where(Request.case_id == scene.case_id).order_by(Request.id.desc())
        ).first() or pytest.fail("none")


def made(scene: Scene, number: int) -> tuple[Document, DocketEntry, bytes]:
    """The paper of an entry, the entry, and the root to check the seal by."""
    with scene.court.database.read() as session:
        paper = session.scalars(
            PAPERS.where(Document.case_id == scene.case_id, Document.entry_number == number, Document.kind == "ruling")
        ).one()
        entry = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == scene.case_id, DocketEntry.number == number)
        ).one()
        session.expunge_all()
        return paper, entry, scene.court.notary.authority.root(session).public_bytes(Encoding.PEM)


def text_of(content: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


@pytest.fixture
def pending(small_scene: Scene, request: pytest.FixtureRequest) -> Scene:
    """A small claim, accepted, the respondent there; in the ``language`` of the test, if it names one."""
    call = getattr(request.node, "callspec", None)
    if call is not None and call.params.get("language") == "zh-Hans":
        small_scene.lodge(claim_in_chinese())
        small_scene.accept()
        small_scene.work()
        small_scene.join()
        small_scene.work()
    else:
        small_scene.pend()
    return small_scene


CASES = [
    (
        "en",
        ("withdraw_claim", "li", {}),
        "rule_on_withdrawal",
        "judge",
        {"answer": "refuse"},
        ["Ruling", "Leavetowithdrawtheclaimisnotgiven.", "Noappeallies"],
    ),
    (
        "zh-Hans",
        ("withdraw_claim", "li", {}),
        "rule_on_withdrawal",
        "judge",
        {"answer": "allow"},
        ["民事裁定书", "撤诉", "准许撤回起诉", "依照《中华人民共和国民事诉讼法》", "对本裁定不得上诉"],
    ),
    (
        "en",
        ("object_to_jurisdiction", "haiyun", {"ground": "place", "words": "Our seat is elsewhere."}),
        "rule_on_jurisdiction",
        "judge",
        {"answer": "allow", "court": "Harbour District Court"},
        ["Theobjectionisright", "HarbourDistrictCourt"],
    ),
]


@pytest.mark.parametrize(("language", "motion", "act", "who", "more", "words"), CASES)
def test_a_ruling_is_set_sealed_and_kept_with_its_entry(
    pending: Scene,
    language: str,
    motion: tuple[str, str, dict[str, str]],
    act: str,
    who: str,
    more: dict[str, str],
    words: list[str],
) -> None:
    """The paper says what is ruled, why and what can be done, in the language of the case; a changed byte is refused; it goes out with
    the notice.
    """
    with pending.court.database.write() as session:
        session.get_one(Account, pending.people[who]).locale = OTHER[language]
    pending.do(motion[0], motion[1], **motion[2])
    number = pending.do(act, who, request=asked(pending), reasons=REASONS[language], **more).number
    paper, entry, trust = made(pending, number)
    result = json.loads(entry.payload)["result"]
    assert (result["document"], result["sha256"], result["document_receipt"]) == (
        paper.reference,
        paper.sha256,
        paper.receipt,
    )
    assert sha256_hex(paper.content) == paper.sha256 and paper.audience is entry.audience and paper.locale == language
    assert validate_pdf(paper.content, trust).state is SealState.SEALED
    changed = bytearray(paper.content)
    changed[len(changed) // 2] ^= 1
    assert validate_pdf(bytes(changed), trust).state is not SealState.SEALED
    said = text_of(paper.content)
    assert all(each in said for each in ["".join(REASONS[language].split()), *words]), said
    with pending.court.database.read() as session:
        sent = [
            p.documents
            for p in session.scalars(select(Packet).where(Packet.case_id == pending.case_id))
            if number in p.entry_ids
        ]
    assert [[d["sha256"] for d in documents] for documents in sent] == [[paper.sha256]] * 2


OWN = [
    (
        "en",
        "transfer_case",
        {"ground": "exclusive", "court": "Harbour District Court"},
        ["Transfertoanothercourt", "HarbourDistrictCourt", "Noappealliesagainstthisruling."],
        [],
    ),
    ("zh-Hans", "convert_track", {"to": "simple"}, ["程序转换", "简易程序"], []),
    (
        "en",
        "bring_in_party",
        {
            "role": "third_party",
            "name": "Wan Li Carriers",
            "kind": "company",
            "email": "post@wanli.example",
            "phone": "13900000000",
            "address": "4 Dock Road",
        },
        ["WanLiCarriers", "4DockRoad", "raisedtogetherwithanappeal"],
        ["wanli.example", "13900000000"],
    ),
    (
        "en",
        "order_appraisal",
        {"fact": "Who made the label", "questions": "Is it genuine?", "bears": "claimant/1"},
        ["Whomadethelabel"],
        [],
    ),
]


@pytest.mark.parametrize(("language", "act", "given", "words", "kept_out"), OWN)
def test_a_ruling_nobody_asked_for_is_set_sealed_and_served(
    pending: Scene, language: str, act: str, given: dict[str, str], words: list[str], kept_out: list[str]
) -> None:
    """It names what is ruled, why, and what can be done; how somebody is reached does not stand in it."""
    with pending.court.database.write() as session:
        session.get_one(Account, pending.people["judge"]).locale = OTHER[language]
    number = pending.do(
        act, "judge", pending.court.table[act].input.model_validate({"reasons": REASONS[language], **given})
    ).number
    paper, _, trust = made(pending, number)
    said = text_of(paper.content)
    assert validate_pdf(paper.content, trust).state is SealState.SEALED
    assert all(each in said for each in ["".join(REASONS[language].split()), *words]), said
    assert not any(each in said for each in kept_out), said
    with pending.court.database.read() as session:
        sent = [
            p.documents
            for p in session.scalars(select(Packet).where(Packet.case_id == pending.case_id))
            if number in p.entry_ids
        ]
    assert len(sent) >= 2 and all(paper.sha256 in {d["sha256"] for d in documents} for documents in sent)


def test_a_ruling_sealed_for_other_words_is_not_kept(pending: Scene) -> None:
    """Between seal and entry a party was renamed: nothing is ruled; and a ruling without its paper is none."""
    pending.do("withdraw_claim", "li")
    given = RequestRuling(request=asked(pending), answer="refuse", reasons=WHY)
    judge = pending.actor("judge")
    prepared = pending.court.prepare("rule_on_withdrawal", pending.case(), given, judge)
    with pending.court.database.write() as session:
        session.get_one(Case, pending.case_id).parties[0].name = "Somebody Else"
    with pytest.raises(CaseMovedOn), pending.court.sit(prepared) as sitting:
        sitting.perform("rule_on_withdrawal", sitting.session.get_one(Case, pending.case_id), given, actor=judge)
    with pytest.raises(ActNotOpen, match="not prepared"), pending.court.sit() as sitting:
        sitting.perform("rule_on_withdrawal", sitting.session.get_one(Case, pending.case_id), given, actor=judge)
    with pending.court.database.read() as session:
        assert session.scalars(select(Document).where(Document.kind == "ruling")).all() == []


def test_the_paper_is_read_by_who_reads_the_entry() -> None:
    """Of an entry for one party and the court the other side opens nothing; of one for several parties each of them."""
    one, several = ("party/7", "judge", "clerk"), ("party/7", "party/8", "judge", "clerk")
    mine, other = Actor(Role.CLAIMANT, 1, "Li", 1, 7), Actor(Role.RESPONDENT, 2, "Haiyun", 1, 8)
    for named, expected in ((one, [True, False]), (several, [True, True])):
        audience, readers = document_audience(Audience.NAMED, named)
        assert [may_read(v, audience, party_named(named), readers) for v in (mine, other)] == expected
    assert document_audience(Audience.PARTIES_AND_COURT, ()) == (Audience.PARTIES_AND_COURT, [])
