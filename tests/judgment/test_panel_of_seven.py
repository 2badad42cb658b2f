"""An action in the public interest is heard and decided by three judges and four assessors (LAJ 14, 16, 22, 23)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import DECIDING_ROLES, Case, Document, Role, Seat, Stage
from odr.filing.models import Claim, Request, RequestKind
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.decision.file_before_judge import case_file
from odr.judgment.panel.votes import Ballot, is_adopted, law_is_adopted
from odr.judgment.queries import current_draft
from odr.judgment.vocabulary import Vote
from odr.procedure.models import Task
from tests.filing.visitor import Visitor
from tests.scene import PAPERS, Scene
from tests.settlement.test_public_agreement import pend

JUDGES, ASSESSORS = ("ning", "zhu"), ("ann", "ben", "cai", "dan")
SEVEN: dict[str, Any] = {"size": 7, "reasons": "It is for the public."}
WHY = "The test report shows the additive."


def let_in(scene: Scene, *names: str, role: Role) -> None:
    """More people of the court, of whom the lot draws."""
    with scene.court.database.write() as session:
        for name in names:
            now = scene.clock.now()
            account = Account(email=f"{name}@court.example", name=name.title(), password_hash="")
            account.state, account.created_at, account.confirmed_at = AccountState.ACTIVE, now, now
            session.add(account)
            session.flush()
            session.add(AccountRole(account_id=account.id, role=role, granted_at=now))
            scene.people[name] = account.id


def convene(scene: Scene) -> None:
    """Seven sit: the judge of the case presides."""
    pend(scene)
    scene.pay()
    let_in(scene, *JUDGES, role=Role.JUDGE)
    let_in(scene, *ASSESSORS, role=Role.ASSESSOR)
    scene.do("convene_panel", "judge", **SEVEN)


def heard(scene: Scene) -> None:
    """The case before the seven is heard, found and drafted."""
    convene(scene)
    scene.do("file_answer", "haiyun", position="defend", statement="Nobody was harmed.")
    scene.later(days=20)
    scene.hear()
    drafts(scene)


def drafts(scene: Scene) -> None:
    """The presiding judge proposes what is found, and a text."""
    scene.do("record_findings", "judge", adopt_undisputed=True, findings=findings(scene))
    scene.do("draft_decision", "judge", **draft(scene))


def findings(scene: Scene) -> list[dict[str, Any]]:
    """Everything that is disputed is found as the claim says it."""
    with scene.court.database.read() as session:
        file = case_file(scene.court.look(session), session.get_one(Case, scene.case_id))
        exhibits = [one.label for one in file.exhibits]
        facts = [one.fact.number for one in file.facts]
    subjects = [f"exhibit/{one}" for one in exhibits] + [f"fact/{one}" for one in facts]
    return [
        {"subject": one, "result": "adopted", "reasons": WHY, "rests_on": exhibits if one.startswith("fact") else []}
        for one in subjects
    ]


def draft(scene: Scene) -> dict[str, Any]:
    """A judgment that allows the action."""
    with scene.court.database.read() as session:
        reference = session.scalars(select(Claim.reference).where(Claim.case_id == scene.case_id)).one()
    parties = {"debtor": "respondent/1", "creditor": "claimant/1"}
    return {
        "language": "en",
        "history": "Lodged by the procuratorate.",
        "claims": "Stop the sale and apologise.",
        "answers": "Nobody was harmed.",
        "issues": "Is the additive in the capsules?",
        "reasons": [{"text": WHY, "articles": "Civil Procedure Law, art. 58"}],
        "orders": [
            {"kind": "do", "relief": f"{reference}/1", "what": "Stop selling the capsules", **parties},
            {"kind": "do", "relief": f"{reference}/2", "what": "Apologise to the public", **parties},
        ],
    }


def drafted(scene: Scene) -> str:
    with scene.court.database.read() as session:
        decision = current_draft(session, session.get_one(Case, scene.case_id))
        assert decision is not None
        return decision.reference


def vote(scene: Scene, who: str, facts: str = "for", law: str | None = None) -> None:
    """A member's vote: of a judge on the law too."""
    of_judge = "for" if who in ("judge", *JUDGES) else None
    given_ = {"decision": drafted(scene), "vote": facts, "law": law or of_judge, "view": WHY}
    scene.do("vote_on_decision", who, premise=scene.premise("vote_on_decision", who, **given_), **given_)


def sign(scene: Scene) -> None:
    given_ = {"decision": drafted(scene)}
    scene.do("send_for_signing", "judge", premise=scene.premise("send_for_signing", "judge", **given_), **given_)


def seats(scene: Scene) -> list[tuple[Role, int]]:
    with scene.court.database.read() as session:
        held = select(Seat).where(Seat.case_id == scene.case_id, Seat.until_at.is_(None), Seat.role.in_(DECIDING_ROLES))
        return [(one.role, one.account_id) for one in session.scalars(held.order_by(Seat.id))]


def waiting(scene: Scene, role: Role) -> dict[str, str]:
    with scene.court.database.read() as session:
        mine = select(Task).where(Task.case_id == scene.case_id, Task.role == role, Task.done_at.is_(None))
        return {one.kind: str(one.title) for one in session.scalars(mine)}


def test_the_judge_is_led_to_convene_seven_and_no_other_panel(small_scene: Scene) -> None:
    """From acceptance it lies on the desk; no hearing begins before, and three are no panel for such a case (LAJ 16)."""
    pend(small_scene)
    let_in(small_scene, *JUDGES, role=Role.JUDGE)
    let_in(small_scene, *ASSESSORS, role=Role.ASSESSOR)
    assert "panel" in waiting(small_scene, Role.JUDGE)
    with pytest.raises(InvalidInput, match="by a panel of 7 and by no smaller one"):
        small_scene.do("convene_panel", "judge", size=3, reasons="Three will do.")
    small_scene.do("file_answer", "haiyun", position="defend", statement="Nobody was harmed.")
    with pytest.raises(ActNotOpen, match="Only a panel of 7 may hear this case"):
        small_scene.do("open_examination", "judge", mode="offline")
    page = Visitor(create_app(court=small_scene.court), small_scene, "judge")
    form = page.get(f"/cases/{small_scene.case().reference}/do/convene_panel")
    assert 'value="7"' in form and "It is an action in the public interest (" in form
    small_scene.do("convene_panel", "judge", **SEVEN)
    roles = [role for role, _ in seats(small_scene)]
    assert {role: roles.count(role) for role in roles} == {Role.JUDGE: 1, Role.PANEL_JUDGE: 2, Role.ASSESSOR: 4}
    assert len({account for _, account in seats(small_scene)}) == 7, "nobody takes two seats"
    assert "panel" not in waiting(small_scene, Role.JUDGE)
    with pytest.raises(ActNotOpen, match="sits already"):
        small_scene.do("convene_panel", "judge", **SEVEN)


def test_seven_sit_in_no_other_case(small_scene: Scene) -> None:
    """Where nobody sues for the public a panel has three members (LAJ 14, 16)."""
    small_scene.lodge()
    small_scene.accept("ordinary")
    with pytest.raises(InvalidInput, match="in an action in the public interest only"):
        small_scene.do("convene_panel", "judge", **SEVEN)


def test_whom_it_cannot_be_drawn_from_the_president_is_told(small_scene: Scene) -> None:
    """Who can sit does; the president learns which seats are empty, and later only those are drawn (LAJ 19)."""
    pend(small_scene)
    small_scene.pay()
    let_in(small_scene, *ASSESSORS[:3], role=Role.ASSESSOR)
    small_scene.do("convene_panel", "judge", **SEVEN)
    assert [role for role, _ in seats(small_scene)] == [Role.JUDGE, *[Role.ASSESSOR] * 3]
    with small_scene.court.database.read() as session:
        told = select(Task.title).where(Task.kind == "no_seat", Task.done_at.is_(None), Task.role == Role.PRESIDENT)
        titles = " ".join(str(one) for one in session.scalars(told))
    assert "sit as judge of the panel" in titles and "sit as assessor" in titles
    small_scene.do("file_answer", "haiyun", position="defend", statement="Nobody was harmed.")
    with pytest.raises(ActNotOpen, match="Only a panel of 7"):
        small_scene.do("open_examination", "judge", mode="offline")
    assert "panel" in waiting(small_scene, Role.JUDGE)
    before = set(seats(small_scene))
    let_in(small_scene, *JUDGES, role=Role.JUDGE)
    let_in(small_scene, ASSESSORS[3], role=Role.ASSESSOR)
    small_scene.do("convene_panel", "judge", **SEVEN)
    assert before < set(seats(small_scene)) and len(seats(small_scene)) == 7
    assert "no_seat" not in waiting(small_scene, Role.PRESIDENT)


def test_the_president_fills_every_empty_seat_of_a_kind(small_scene: Scene) -> None:
    """As far as somebody is there; the rest stays on the desk, and once all seven sit the judge convenes nobody any more (LAJ 19)."""
    pend(small_scene)
    small_scene.pay()
    let_in(small_scene, *ASSESSORS[:2], role=Role.ASSESSOR)
    small_scene.do("convene_panel", "judge", **SEVEN)
    let_in(small_scene, *JUDGES, role=Role.JUDGE)
    small_scene.do("fill_seat", "president", role="panel_judge", reasons="Two judges came to the court.")
    let_in(small_scene, ASSESSORS[2], role=Role.ASSESSOR)
    small_scene.do("fill_seat", "president", role="assessor", reasons="One assessor was appointed.")
    assert len(seats(small_scene)) == 6
    assert "no_seat" in waiting(small_scene, Role.PRESIDENT) and "panel" in waiting(small_scene, Role.JUDGE)
    let_in(small_scene, ASSESSORS[3], role=Role.ASSESSOR)
    small_scene.do("fill_seat", "president", role="assessor", reasons="Another was appointed.")
    assert len(seats(small_scene)) == 7
    assert "no_seat" not in waiting(small_scene, Role.PRESIDENT) and "panel" not in waiting(small_scene, Role.JUDGE)


def test_who_sits_as_judge_beside_the_presiding_one_does_what_a_member_does(small_scene: Scene) -> None:
    """They read and vote, and lead nothing: they write no draft, sign nothing and fix nothing (CPL 44)."""
    convene(small_scene)
    assert small_scene.actor("ning").role is Role.PANEL_JUDGE
    for name, values in (("open_examination", {"mode": "offline"}), ("find_bar", {})):
        with pytest.raises((Forbidden, ValueError)):
            small_scene.do(name, "ning", **values)
    page = Visitor(create_app(court=small_scene.court), small_scene, "ning")
    assert "The panel’s room" in page.get(f"/cases/{small_scene.case().reference}/decision/panel")
    with small_scene.court.database.write() as session:
        offices = select(AccountRole).where(AccountRole.account_id == small_scene.people["ning"])
        session.scalars(offices).one().revoked_at = small_scene.clock.now()
    with pytest.raises(LookupError):
        small_scene.actor("ning")


def test_a_seat_in_it_is_challenged_and_given_to_somebody_else(small_scene: Scene) -> None:
    """The president decides on the challenge of a member; another is drawn, never one who sits already (CPL 47, 49; LAJ 18)."""
    convene(small_scene)
    let_in(small_scene, "ou", role=Role.JUDGE)
    let_in(small_scene, "eve", role=Role.ASSESSOR)
    for who, next_one in (("zhu", "ou"), ("ann", "eve")):
        with small_scene.court.database.read() as session:
            mine = select(Seat.id).where(
                Seat.account_id == small_scene.people[who], Seat.case_id == small_scene.case_id
            )
            seat = str(session.scalars(mine).one())
        small_scene.do("challenge", "haiyun", seat=seat, words="They wrote about our capsules.")
        with small_scene.court.database.read() as session:
            asked = select(Request.reference).where(Request.kind == RequestKind.RECUSAL).order_by(Request.id)
            request = session.scalars(asked).all()[-1]
        small_scene.do("decide_recusal", "president", request=request, answer="allow", reasons="They did.")
        sits = [account for _, account in seats(small_scene)]
        assert small_scene.people[next_one] in sits and small_scene.people[who] not in sits and len(sits) == 7


def test_a_review_is_of_the_member_who_was_challenged(small_scene: Scene) -> None:
    """Of several who sit alike the one is looked at whom the challenge named, not who came last (CPL 50)."""
    convene(small_scene)
    with small_scene.court.database.read() as session:
        mine = select(Seat.id).where(Seat.case_id == small_scene.case_id, Seat.role == Role.ASSESSOR).order_by(Seat.id)
        first = str(session.scalars(mine).all()[0])
    small_scene.do("challenge", "haiyun", seat=first, words="They wrote about our capsules.")
    with small_scene.court.database.read() as session:
        request = session.scalars(select(Request.reference).where(Request.kind == RequestKind.RECUSAL)).one()
    small_scene.do("decide_recusal", "president", request=request, answer="refuse", reasons="They did not.")
    small_scene.do("ask_recusal_review", "haiyun", request=request, words="They did, and here it is.")
    small_scene.do("decide_recusal", "president", request=request, answer="allow", reasons="They did.")
    with small_scene.court.database.read() as session:
        ended = select(Seat.id).where(Seat.case_id == small_scene.case_id, Seat.until_at.is_not(None))
        assert [str(one) for one in session.scalars(ended)] == [first]


def test_all_vote_on_the_facts_and_the_judges_alone_on_the_law(small_scene: Scene) -> None:
    """Four of seven carry the facts, two of three judges the law; assessors speak on it and have no vote (LAJ 22, 23)."""
    heard(small_scene)
    small_scene.do("deliberate", "ann", words="I would ask for damages too.")
    with pytest.raises(InvalidInput, match="no vote on the law"):
        vote(small_scene, "ann", law="for")
    given_ = {"decision": drafted(small_scene), "vote": "for", "view": WHY}
    with pytest.raises(InvalidInput, match="Vote on the law too"):
        small_scene.do(
            "vote_on_decision", "judge", premise=small_scene.premise("vote_on_decision", "judge", **given_), **given_
        )
    for who in ASSESSORS:
        vote(small_scene, who, "against")
    for who in ("judge", *JUDGES):
        vote(small_scene, who)
    with pytest.raises(ActNotOpen, match="what this text finds of the facts"):
        sign(small_scene)
    vote(small_scene, "ann")
    vote(small_scene, "ning", law="against")
    vote(small_scene, "zhu", law="against")
    with pytest.raises(ActNotOpen, match="how this text applies the law"):
        sign(small_scene)
    page = Visitor(create_app(court=small_scene.court), small_scene, "ann")
    room = page.get(f"/cases/{small_scene.case().reference}/decision/panel")
    assert "I would apply the law otherwise" in room and 'name="law"' not in room
    assert 'name="law"' in Visitor(create_app(court=small_scene.court), small_scene, "zhu").get(
        f"/cases/{small_scene.case().reference}/decision/panel"
    )
    vote(small_scene, "zhu")
    sign(small_scene)


def test_fewer_than_the_seven_decide_nothing(small_scene: Scene) -> None:
    """A member left and nobody is free: no judgment is signed, for a court composed otherwise gives one that falls (CPL 211)."""
    heard(small_scene)
    for who in ("judge", *JUDGES, *ASSESSORS):
        vote(small_scene, who)
    with small_scene.court.database.write() as session:
        mine = select(Seat).where(Seat.account_id == small_scene.people["dan"], Seat.case_id == small_scene.case_id)
        session.scalars(mine).one().until_at = small_scene.clock.now()
    assert len(seats(small_scene)) == 6
    with pytest.raises(ActNotOpen, match="not all of them sit"):
        sign(small_scene)


def decide(scene: Scene) -> None:
    """Of a case that was heard: text, votes, signatures."""
    drafts(scene)
    for who in ("judge", *JUDGES, *ASSESSORS):
        vote(scene, who)
    reference = drafted(scene)
    sign(scene)
    scene.later(hours=26)
    given_ = {"decision": reference, "case_number": scene.case().number}
    scene.do("issue_decision", "judge", premise=scene.premise("issue_decision", "judge", **given_), **given_)
    scene.do("countersign_decision", "clerk", decision=reference)


def test_such_a_case_comes_to_a_sealed_judgment_of_seven(small_scene: Scene) -> None:
    """It is issued and sealed, and under it stand who presides, the judges and the assessors; no vote stands in it."""
    convene(small_scene)
    small_scene.do("file_answer", "haiyun", position="defend", statement="Nobody was harmed.")
    small_scene.later(days=20)
    small_scene.hear()
    decide(small_scene)
    assert small_scene.case().stage is Stage.PRONOUNCED
    with small_scene.court.database.read() as session:
        paper = session.scalars(
            PAPERS.where(Document.kind == "decision", Document.case_id == small_scene.case_id)
        ).one()
        record = session.scalars(
            PAPERS.where(Document.kind == "record", Document.case_id == small_scene.case_id)
        ).all()[-1]
    text, heard_by = (
        "".join(page.extract_text() for page in PdfReader(BytesIO(one.content)).pages) for one in (paper, record)
    )
    assert all(name.title() in heard_by for name in ("judge", *JUDGES, *ASSESSORS)), "the record names all who sat"
    assert "Presiding judge" in text
    assert all(name.title() in text for name in (*JUDGES, *ASSESSORS))


def test_what_holds_for_such_an_action_holds_until_its_judgment(small_scene: Scene) -> None:
    """On the way to its judgment no counterclaim is brought, what the respondent admits is still found by the court, and once the
    debate has ended nobody withdraws it (CPI 92, 233, 288).
    """
    convene(small_scene)
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        known = [one.fact.reference for one in case_file(look, case).facts]
    admitted = [{"fact": one, "stance": "admitted"} for one in known]
    small_scene.do("file_answer", "haiyun", position="admit", statement="All of it is so.", facts=admitted)
    own = {"facts": [{"what": "It says false things."}], "relief": [{"kind": "apology", "what": "Apologise"}]}
    with pytest.raises(ActNotOpen, match="No counterclaim"):
        small_scene.do("file_counterclaim", "haiyun", **own)
    small_scene.later(days=20)
    small_scene.hear()
    assert small_scene.case().stage is Stage.DELIBERATION
    with pytest.raises(ActNotOpen, match="not withdrawn any more"):
        small_scene.do("withdraw_claim", "li")
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        assert not any(one.undisputed for one in case_file(look, case).facts)
    decide(small_scene)
    assert small_scene.case().stage is Stage.PRONOUNCED


BALLOTS = st.lists(st.sampled_from([Vote.FOR, Vote.AGAINST]), min_size=4, max_size=4)
OF_JUDGES = st.lists(st.tuples(*[st.sampled_from([Vote.FOR, Vote.AGAINST])] * 2), min_size=3, max_size=3)


@given(BALLOTS, OF_JUDGES)
def test_votes_are_counted_apart(assessors: list[Vote], judges: list[tuple[Vote, Vote]]) -> None:
    """On the facts more than half of all seven, on the law more than half of the judges; no assessor's vote moves the law, no vote on
    the law the facts, and one more vote for a text never takes its majority away.
    """
    ballots = [Ballot(one) for one in assessors] + [Ballot(facts, law) for facts, law in judges]
    on_facts = [*assessors, *(facts for facts, _ in judges)].count(Vote.FOR)
    on_law = [law for _, law in judges].count(Vote.FOR)
    assert is_adopted(ballots) is (on_facts >= 4)
    assert law_is_adopted(ballots, 3) is (on_law >= 2)
    assert is_adopted([Ballot(Vote.FOR), *ballots[1:]]) >= is_adopted(ballots)
    turned = [Ballot(Vote.AGAINST) for _ in assessors] + ballots[4:]
    assert law_is_adopted(turned, 3) is law_is_adopted(ballots, 3)
    assert is_adopted([Ballot(one.vote, None) for one in ballots]) is is_adopted(ballots)
