"""Mediation before a claim, and the court's word on what was agreed: a case of its own, no fee, enforced like a
judgment (OMR 8 to 25; CPL 205, 206).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Document, Outcome, Role, Seat, Stage
from odr.ground.db import new_reference
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound, OutOfTime
from odr.ground.text import LOCALES, T
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.vocabulary import Instrument
from odr.payments.models import FeeAssessment
from odr.procedure.case.next_box import NextBox
from odr.procedure.models import Task, Window
from odr.service.models import Packet
from odr.service.packet.packets import conclude_packet, record_fact
from odr.service.room import bring_to_docket
from odr.service.vocabulary import Channel, FactKind
from odr.settlement.before_filing.inputs import BeforeFilingInput
from odr.settlement.before_filing.opening_mediation import open_confirmation, open_mediation
from odr.settlement.inputs import ConfirmationInput
from odr.settlement.models import Agreement, AgreementState, Confirmation, Mediation, MediationState
from tests.box import looked_at
from tests.filing.visitor import Visitor
from tests.kept import kept
from tests.scene import PAPERS, Scene

HAIYUN = "Haiyun Information Technology Co., Ltd."
LI = {"name": "Li Wen", "email": "li@parties.example", "e_service": True}
ASKED = {
    "cause": "online_shopping",
    "applicant": LI,
    "respondents": [{"name": HAIYUN, "email": "post@haiyun.example", "address": "8 Harbour Road"}],
    "what": "Thirty bottles came with another label than shown.",
    "asks": "The price back.",
    "amount": "8,000.00",
}
TERMS = {
    "amount": "5,000.00",
    "payer": "respondent/1",
    "payee": "claimant/1",
    "instalments": [{"on": "2026-04-20", "amount": "2,000.00"}, {"on": "2026-05-20", "amount": "3,000.00"}],
    "accelerates": True,
}
NOTHING_TO_COME = {
    "decision": T("There is no claim in this case, and so no judgment."),
    "examination": T("There is no claim in this case, and so nothing to examine."),
    "fee": T("The court takes no fee for this."),
}
OUTSIDE = {
    "cause": "online_shopping",
    "applicant": LI,
    "other": {"name": HAIYUN, "email": "post@haiyun.example"},
    "organisation": "Lakeside Mediation Committee",
    "effective_on": "2026-02-20",
    "words": "The shop pays 5,000 yuan and the matter is closed.",
    "payer": "other",
    "amount": "5,000.00",
    "instalments": [{"on": "2026-03-20", "amount": "5,000.00"}],
}
RULING = {"reasons": "Lawful, clear and of their own will.", "language": "en"}


@kept
def asks(scene: Scene, key: str | None = None) -> str:
    """Li asks for mediation; the scene walks that case."""
    receipt = open_mediation(scene.court, scene.account("li"), BeforeFilingInput.model_validate(ASKED), key=key)
    return walk(scene, receipt.case_reference)


def walk(scene: Scene, reference: str) -> str:
    """The scene walks the case of this reference from now on."""
    with scene.court.database.read() as session:
        scene.case_id = session.scalars(select(Case.id).where(Case.reference == reference)).one()
    return reference


def row(scene: Scene, model: type[Any]) -> Any:
    """The newest row of a table."""
    with scene.court.database.read() as session:
        return session.scalars(select(model).order_by(model.id.desc())).first()


@kept
def agreed(scene: Scene) -> str:
    """Both mediate, choose together, and sign the mediator's text."""
    asks(scene)
    scene.join()
    scene.do("agree_mediation", "haiyun")
    for who in ("li", "haiyun"):
        scene.do("choose_mediator", who, mediator="mediator@court.example")
    scene.do("accept_mediation", "mediator", untied=True)
    scene.do("propose_text", "mediator", **TERMS)
    reference = str(row(scene, Agreement).reference)
    for who in ("li", "haiyun"):
        scene.do("sign_agreement", who, agreement=reference)
    return reference


@kept
def confirming(scene: Scene) -> str:
    """Both ask for confirmation; the scene then walks the case of confirmation."""
    agreement = agreed(scene)
    for who in ("li", "haiyun"):
        scene.do("apply_for_confirmation", who, agreement=agreement)
    with scene.court.database.read() as session:
        own = session.get_one(Case, row(scene, Confirmation).case_id).reference
    return walk(scene, own)


def box(scene: Scene, who: str) -> NextBox:
    """What a party sees first, with what always holds of it looked at."""
    with scene.court.database.read() as session:
        return looked_at(scene.court.look(session), session.get_one(Case, scene.case_id), scene.actor(who))


def test_each_side_of_a_mediation_reads_what_is_asked_of_them(small_scene: Scene) -> None:
    """Asked, choosing, having chosen, waiting for the mediator, settled: nobody who has something to say is told that there is
    nothing to do, and nobody waits without being told for whom.
    """
    scene = small_scene
    asks(scene)
    assert "the other side is asked" in str(box(scene, "li").waits)
    scene.join()
    asked = box(scene, "haiyun")
    assert str(asked.waits) == "Next for you: say whether you would mediate with Li Wen" and not asked.is_quiet
    assert asked.owed_act is not None and asked.owed_act.name == "agree_mediation"
    scene.do("agree_mediation", "haiyun")
    for who in ("li", "haiyun"):
        step = box(scene, who).step
        assert step is not None and step.act is not None and step.act.name == "choose_mediator" and step.consequence
    scene.do("choose_mediator", "li", mediator="mediator@court.example")
    done = box(scene, "li")
    assert done.step is None and "the other side’s choice of a mediator" in str(done.waits) and done.until is not None
    assert box(scene, "haiyun").step is not None
    scene.do("choose_mediator", "haiyun", mediator="mediator@court.example")
    assert "whether they take it on" in str(box(scene, "haiyun").waits)
    with scene.court.database.read() as session:
        task = session.scalars(select(Task).where(Task.kind == "mediator_acceptance")).one()
        window = session.scalars(select(Window).where(Window.kind == "mediator_acceptance")).one()
        assert task.due_at == window.due_at, "the mediator reads one day on every page"
    scene.do("disclose_tie", "mediator", tie="other", words="We were at school together.")
    for who in ("li", "haiyun"):
        step = box(scene, who).step
        assert step is not None and step.act is not None and step.act.name == "keep_mediator"
        scene.do("keep_mediator", who)
    scene.do("propose_text", "mediator", **TERMS)
    reference = str(row(scene, Agreement).reference)
    for who in ("li", "haiyun"):
        scene.do("sign_agreement", who, agreement=reference)
    for who in ("li", "haiyun"):
        over = box(scene, who)
        assert over.is_quiet and "pays Li Wen CNY\u00a05,000.00" in str(over.waits), str(over.waits)
        assert [step.act.name for step in over.remedies if step.act] == ["apply_for_confirmation"]


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_nobody_who_is_asked_to_mediate_is_spoken_to_as_if_a_claim_had_been_made(
    small_scene: Scene, locale: str
) -> None:
    """Joining leads to the mediation and asks nothing about a hearing; nobody stands there as respondent, and no claim counts
    as lodged. The page of ways to answer a claim is none of such a case.
    """
    scene = small_scene
    reference = asks(scene)
    scene.work()
    app = create_app(court=scene.court)
    other = Visitor(app, scene, "haiyun", locale)
    code = row(scene, Packet).code
    details = f"/join/{code}/details"
    assert 'name="in_writing"' not in other.get(details) and 'name="e_service"' in other.get(details)
    answer = other.send(details, details)
    assert answer.status_code == 303 and answer.headers["Location"] == f"/cases/{reference}"
    page = other.get(f"/cases/{reference}")
    wrong = {"en": ("Claimant", "Respondent", "Lodged<"), "zh-Hans": ("原告", "被告", "已提交起诉")}[locale]
    assert not [each for each in wrong if each in page]
    assert {"en": "Other side", "zh-Hans": "被申请人"}[locale] in page
    assert f'/cases/{reference}/settlement?act=agree_mediation#do"' in page, "the button leads to what it says"
    room = other.get(f"/cases/{reference}/settlement?act=make_offer")
    assert not [each for each in (*wrong, "The claim asks for", "原告共请求") if each in room]
    pages = {page: other.get(f"/cases/{reference}/{page}") for page in NOTHING_TO_COME}
    assert all(words.render(locale) in pages[page] for page, words in NOTHING_TO_COME.items())
    away = other.raw(f"/cases/{reference}/choose")
    assert away.status_code == 303 and away.headers["Location"] == f"/cases/{reference}"


AS_IN_A_CLAIM = {
    "en": re.compile(r"\b(claimant|respondent|ordinary procedure)\b| v ", re.I),
    "zh-Hans": re.compile(r"原告|(?<!申请)被告|诉Haiyun|普通程序"),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("opened", [asks, confirming])
def test_a_case_without_a_claim_is_told_without_claimant_and_respondent_also_when_it_is_closed(
    small_scene: Scene, opened: Callable[[Scene], str], locale: str
) -> None:
    """While it is open and when it is over: its title, its people, its steps, its readings and its papers."""
    scene = small_scene
    reference = opened(scene)
    if opened is asks:
        scene.join()
    app = create_app(court=scene.court)
    for over in (False, True):
        if over and opened is asks:
            scene.do("end_mediation", "haiyun")
        elif over:
            rule(scene, "dismissed", ground="unclear")
        assert (scene.case().stage is Stage.CLOSED) is over
        for who in ("li", "haiyun"):
            visitor = Visitor(app, scene, who, locale)
            for page in ("", "/docket", "/readings", "/service", "/entries/1", "/deadlines"):
                answer = visitor.raw(f"/cases/{reference}{page}")
                text = " ".join(re.sub(r"<[^>]+>", "\n", answer.get_data(as_text=True).partition("<main")[2]).split())
                found = AS_IN_A_CLAIM[locale].search(text)
                assert found is None, (page, over, text[max(0, found.start() - 80) : found.end() + 80])


def rule(scene: Scene, result: str = "confirmed", **more: Any) -> None:
    """The judge rules, the number typed."""
    scene.do("rule_on_confirmation", "judge", **RULING, result=result, case_number=scene.case().number, **more)


def reads(scene: Scene, who: str) -> None:
    """Somebody reads what was sent to her on the platform."""
    now = scene.clock.now()
    with scene.court.database.write() as session:
        case = session.get_one(Case, scene.case_id)
        party = next(p for p in case.parties if p.account_id == scene.people[who])
        for packet in session.scalars(select(Packet).where(Packet.party_id == party.id, Packet.docketed_as.is_(None))):
            told = {
                "at": now,
                "recorded_at": now,
                "event_id": new_reference(),
                "channel": Channel.PLATFORM,
                "account_id": party.account_id,
            }
            record_fact(session, packet_id=packet.id, kind=FactKind.ACTED, **told)  # type: ignore[arg-type]
            conclude_packet(session, packet, now=now)
    bring_to_docket(scene.court)


@pytest.mark.slow
def test_what_was_agreed_before_a_claim_is_confirmed_and_enforced(small_scene: Scene) -> None:
    """Invited, agreed, signed: it binds; both ask within thirty days: a case of its own, no fee; confirmed by sealed
    ruling; a late instalment is enforced.
    """
    scene = small_scene
    confirming(scene)
    with scene.court.database.read() as session:
        before, own = session.scalars(select(Case).order_by(Case.id)).all()
        assert (
            (before.number or "").endswith("诉前调1号")
            and (own.number or "").endswith("诉前调确1号")
            and before.outcome is Outcome.SETTLED
        )
        assert session.scalar(select(Seat).where(Seat.case_id == before.id, Seat.role == Role.JUDGE)) is None
    rule(scene)
    case = scene.case()
    with scene.court.database.read() as session:
        paper = session.scalars(PAPERS.order_by(Document.id.desc()).limit(1)).one()
    assert case.stage is Stage.EFFECTIVE and paper.kind == "ruling" and paper.content.startswith(b"%PDF")
    with scene.court.database.read() as session:
        owed = session.scalars(select(Obligation).order_by(Obligation.id)).all()
        assert [(o.amount_minor, o.instrument, o.case_id) for o in owed] == [
            (a, Instrument.CONFIRMATION, case.id) for a in (200_000, 300_000)
        ]
        assert session.scalar(select(FeeAssessment)) is None, "without fee (CPL 205, FEE 8)"
    scene.later(days=60)
    scene.do("apply_for_enforcement", "li")
    assert [c["principal"] for c in row(scene, EnforcementCase).claimed] == [200_000, 300_000]


def test_the_judge_who_confirms_reads_nothing_of_the_talks(small_scene: Scene) -> None:
    """The case of confirmation has the terms alone; the mediation's own case is nobody's of the bench, and its talk is
    not in the other.
    """
    scene = small_scene
    asks(scene)
    scene.join()
    scene.do("say_in_room", "li", words="My lowest is five.")
    mediation = scene.case_id
    scene.do("agree_mediation", "haiyun")
    for who in ("li", "haiyun"):
        scene.do("choose_mediator", who, mediator="mediator@court.example")
    scene.do("accept_mediation", "mediator", untied=True)
    scene.do("propose_text", "mediator", **TERMS)
    agreement = row(scene, Agreement).reference
    for who in ("li", "haiyun"):
        scene.do("sign_agreement", who, agreement=agreement)
    for who in ("li", "haiyun"):
        scene.do("apply_for_confirmation", who, agreement=agreement)
    with pytest.raises(LookupError):
        scene.actor("judge", mediation)
    with scene.court.database.read() as session:
        own = session.get_one(Case, row(scene, Confirmation).case_id)
        told = [e.payload for e in session.scalars(select(DocketEntry).where(DocketEntry.case_id == own.id))]
    assert any("3,000" in p for p in told) and not any("My lowest" in p for p in told)


def test_a_mediator_comes_by_rule_and_the_time_ends_it(small_scene: Scene) -> None:
    """The other side says nothing: designated after three working days, thirty days from acceptance, longer as
    everybody agrees; then it is over.
    """
    scene = small_scene
    asks(scene)
    scene.join()
    scene.later(days=8)
    assert row(scene, Mediation).state is MediationState.ASSIGNED
    scene.do("accept_mediation", "mediator", untied=True)
    with pytest.raises(ActNotOpen, match="Not everybody"):
        scene.do("propose_text", "mediator", **TERMS)
    scene.do("agree_mediation", "haiyun")
    ends = "2026-06-30"
    with pytest.raises(InvalidInput):
        scene.do("extend_mediation", "li", until="2026-03-15")
    scene.do("extend_mediation", "li", until=ends)
    scene.do("extend_mediation", "haiyun", until=ends)
    scene.later(days=60)
    assert scene.case().stage is Stage.MEDIATING, "everybody agreed to a longer time (OMR 24)"
    scene.later(days=90)
    assert (scene.case().stage, scene.case().outcome) == (Stage.CLOSED, Outcome.NOT_AGREED)


def test_the_other_side_need_not_mediate(small_scene: Scene) -> None:
    """Who is asked may end it at once; and the registry sends back what does not belong here, with reasons (OMR 9, 15)."""
    scene = small_scene
    asks(scene)
    scene.join()
    scene.do("end_mediation", "haiyun")
    assert scene.case().outcome is Outcome.NOT_AGREED
    asks(scene)
    scene.do("return_mediation", "clerk", ground="other_court", reasons="The court at the seat of the shop hears this.")
    assert scene.case().outcome is Outcome.REFUSED
    with pytest.raises(ActNotOpen):
        scene.do("say_in_room", "li", words="Hello?")


def test_repeating_the_application_opens_no_second_case(small_scene: Scene) -> None:
    """The same key gives the first receipt, and another request under it is refused."""
    scene = small_scene
    assert asks(scene, "once") == asks(scene, "once")
    with pytest.raises(InvalidInput):
        open_mediation(
            scene.court, scene.account("li"), BeforeFilingInput.model_validate(ASKED | {"asks": "More."}), key="once"
        )


def test_confirmation_is_asked_for_by_everybody_in_time(small_scene: Scene) -> None:
    """One alone gets nothing; after thirty days nobody can ask any more (CPL 205)."""
    scene = small_scene
    agreement = agreed(scene)
    scene.do("apply_for_confirmation", "li", agreement=agreement)
    with pytest.raises(ActNotOpen):
        scene.do("apply_for_confirmation", "li", agreement=agreement)
    assert row(scene, Confirmation) is None
    scene.later(days=33)
    with pytest.raises(OutOfTime):
        scene.do("apply_for_confirmation", "haiyun", agreement=agreement)


@kept
def outside(scene: Scene, **changes: Any) -> None:
    """Li asks for the confirmation of an agreement made elsewhere."""
    given = ConfirmationInput.model_validate(OUTSIDE | changes)
    walk(scene, open_confirmation(scene.court, scene.account("li"), given).case_reference)


def test_an_agreement_made_elsewhere_needs_both(small_scene: Scene) -> None:
    """Nothing is confirmed before the other side has joined; then it is, and binds as it was written."""
    scene = small_scene
    with pytest.raises(InvalidInput, match="ended"):
        outside(scene, effective_on="2026-01-05")
    with pytest.raises(InvalidInput, match="to come"):
        outside(scene, effective_on="2026-12-05")
    outside(scene)
    with pytest.raises(ActNotOpen, match="Not everybody"):
        rule(scene)
    scene.join()
    scene.do("join_application", "haiyun")
    with pytest.raises(InvalidInput, match="not the number"):
        scene.do("rule_on_confirmation", "judge", **RULING, result="confirmed", case_number="(2026)网0192民初1号")
    scene.do("ask_about_agreement", "judge", what="The organisation's certificate.", days=5)
    scene.do("answer_about_agreement", "haiyun", words="It is among the exhibits.")
    rule(scene)
    assert scene.case().stage is Stage.EFFECTIVE and row(scene, Obligation).amount_minor == 500_000
    with pytest.raises(ActNotOpen):
        rule(scene)


@pytest.mark.parametrize(
    ("result", "ground", "outcome"),
    [
        ("dismissed", "unclear", Outcome.DISMISSED),
        ("not_accepted", "title", Outcome.REFUSED),
        ("withdrawn", None, Outcome.WITHDRAWN),
    ],
)
def test_what_cannot_be_confirmed_ends_with_reasons(
    small_scene: Scene, result: str, ground: str | None, outcome: Outcome
) -> None:
    """A ground of the rules is named, and one they do not know is refused; taken back only where somebody has; nothing
    is owed (CPI 355, 357, 358).
    """
    scene = small_scene
    outside(scene)
    scene.join()
    scene.do("join_application", "haiyun")
    if result == "withdrawn":
        with pytest.raises(ActNotOpen, match="Nobody"):
            rule(scene, result)
        scene.do("withdraw_confirmation", "li")
    else:
        with pytest.raises(InvalidInput):
            rule(scene, result, ground="because")
    rule(scene, result, **({"ground": ground} if ground else {}))
    assert (
        scene.case().outcome is outcome
        and row(scene, Obligation) is None
        and row(scene, Agreement).state is AgreementState.FAILED
    )


def test_an_objection_sets_a_confirmation_aside(small_scene: Scene) -> None:
    """Within fifteen days of receiving the ruling; upheld, nothing is owed under it any more (CPI 372)."""
    scene = small_scene
    outside(scene)
    scene.join()
    scene.do("join_application", "haiyun")
    rule(scene)
    with pytest.raises(ActNotOpen):
        scene.do("object_to_confirmation", "haiyun", words="I signed under threat.")
    reads(scene, "haiyun")
    scene.do("object_to_confirmation", "haiyun", words="I signed under threat.")
    scene.do(
        "rule_on_objection", "judge", result="set_aside", reasons="The threat is shown by the messages.", language="en"
    )
    assert scene.case().outcome is Outcome.DISMISSED and row(scene, Obligation).ended_at is not None


def test_nobody_else_gets_in(small_scene: Scene) -> None:
    """A stranger finds neither case."""
    asks(small_scene)
    with pytest.raises((LookupError, NotFound)):
        small_scene.actor("stranger")
