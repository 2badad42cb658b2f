"""A panel decides by majority, its deliberation stays with it, and the clerk signs after the judge (CPL 40, 44, 45,
155).
"""

from __future__ import annotations

import json

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Document, Role, Seat, Stage, Track
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.filing.claim.procedure_bars import the_panel_sits
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.models import Hearing
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.models import Decision
from odr.judgment.vocabulary import DecisionState
from odr.procedure.court import Court
from odr.procedure.models import Task
from tests.judgment.bench import Bench, lay_case
from tests.judgment.web import Forms, Visitor
from tests.scene import PAPERS

FOR = {"vote": "for", "view": "The label was untrue, as exhibit 1 shows; so the sale was a deceit."}
BARE = {"vote": "for"}
AGAINST = {"vote": "against", "view": "The label was true; I would dismiss the claim."}


@pytest.fixture
def panel(whole_court: Court, clock: FixedClock) -> Bench:
    """A case in ordinary procedure before a judge and two assessors drawn by lot."""
    with whole_court.database.write() as session:
        for name in ("ann", "ben"):
            account = Account(
                email=f"{name}@people.example", name=name.title(), state=AccountState.ACTIVE, created_at=clock.now()
            )
            session.add(account)
            session.flush()
            session.add(AccountRole(account_id=account.id, role=Role.ASSESSOR, granted_at=clock.now()))
    bench = lay_case(whole_court, clock, track=Track.ORDINARY)
    with pytest.raises(InvalidInput, match="do not know a panel of 5"):
        bench.do("judge", "convene_panel", {"size": 5, "reasons": "A new kind of case."})
    with pytest.raises(InvalidInput, match="in an action in the public interest only"):
        bench.do("judge", "convene_panel", {"size": 7, "reasons": "A new kind of case."})
    bench.do("judge", "convene_panel", {"size": 3, "reasons": "A new kind of case."})
    with whole_court.database.write() as session:
        heard = session.scalars(select(Hearing)).one()
        heard.begins_at = heard.begun_at = clock.now()
    return bench


def sit(bench: Bench, who: str, act: str, **values: object) -> None:
    """A member acts under her own name."""
    account = bench.account(who)
    role = Role.JUDGE if who == "judge" else Role.ASSESSOR
    actor = type(bench.actor("judge"))(role, account.id, account.name, bench.case_id, strong_at=bench.clock.now())
    bench.do(who, act, values, actor=actor)


def vote(bench: Bench, who: str, how: dict[str, str]) -> None:
    """A member votes on the draft."""
    sit(bench, who, "vote_on_decision", decision=bench.draft_reference(), **how)


def test_the_majority_decides_and_dissent_stays_secret(panel: Bench) -> None:
    """Two of three carry the text; a changed text needs new votes; nobody but the panel ever reads a vote, and the
    paper names all and no dissent.
    """
    panel.findings()
    panel.do("assistant", "draft_decision", panel.draft())
    signing = {"decision": panel.draft_reference()}
    sit(panel, "ann", "deliberate", words="Is the label really untrue?")
    vote(panel, "ann", AGAINST)
    vote(panel, "ben", FOR)
    with pytest.raises(ActNotOpen, match="Judge has not voted"):
        panel.do("judge", "send_for_signing", signing)
    vote(panel, "judge", AGAINST)
    with pytest.raises(ActNotOpen, match="by a majority"):
        panel.do("judge", "send_for_signing", signing)
    panel.do("judge", "draft_decision", panel.draft(issues="Was the label untrue?"))
    with pytest.raises(ActNotOpen, match="has not voted"):
        panel.do("judge", "send_for_signing", signing)
    for who, how in (("ann", AGAINST), ("ben", FOR), ("judge", FOR)):
        vote(panel, who, how)
    panel.do("judge", "send_for_signing", signing)
    panel.wait(hours=26)
    panel.do("judge", "issue_decision", signing | {"case_number": panel.number})
    with panel.court.database.read() as session:
        case = session.get_one(Case, panel.case_id)
        secret = [e for name in ("deliberate", "vote_on_decision") for e in entries_of(session, case, name)]
        assert len(secret) == 7
        for who in ("claimant/1", "respondent/1", "clerk", "assistant"):
            assert not any(reads_entry(panel.actor(who), e) for e in secret), who
        assert all(reads_entry(panel.actor("judge"), e) for e in secret)
        issued = json.loads(entries_of(session, case, "issue_decision")[0].payload)
        paper = session.scalars(PAPERS.where(Document.kind == "decision")).one()
    text = "".join(p.extract_text() for p in PdfReader(_file(paper.content)).pages)
    assert "Presiding judge" in text and "Ann" in text and "Ben" in text
    assert "dismiss the claim" not in text + json.dumps(issued)


def test_a_bare_yes_is_not_enough(panel: Bench) -> None:
    """Who agrees says why, with the vote or before it in the deliberation on this decision; who wrote the text has said it there
    (COL 10).
    """
    panel.findings()
    panel.do("judge", "draft_decision", panel.draft())
    with pytest.raises(InvalidInput) as refused:
        vote(panel, "ben", BARE)
    assert [fault.location for fault in refused.value.faults] == [("view",)]
    vote(panel, "judge", BARE)
    vote(panel, "ben", FOR)
    sit(panel, "ann", "deliberate", words="Exhibit 1 shows that the label was untrue.")
    vote(panel, "ann", BARE)
    panel.do("judge", "draft_decision", panel.draft(issues="Was the label untrue?"))
    vote(panel, "ben", BARE)


def test_whoever_presides_and_did_not_write_the_text_says_why_too(panel: Bench) -> None:
    """An assistant's words are not the judge's reasons: the judge says why, or writes the text (COL 10)."""
    panel.findings()
    panel.do("judge", "draft_decision", panel.draft(issues="Was the label untrue?"))
    panel.do("assistant", "draft_decision", panel.draft())
    with pytest.raises(InvalidInput, match="a bare yes is not enough"):
        vote(panel, "judge", BARE)
    vote(panel, "judge", FOR)
    panel.do("assistant", "draft_decision", panel.draft(issues="Was the label untrue?"))
    vote(panel, "judge", BARE)


def test_what_was_said_against_it_is_no_reason_to_agree(panel: Bench) -> None:
    """Whoever would have dismissed the claim and now votes for it says why they agree (COL 10)."""
    panel.findings()
    panel.do("judge", "draft_decision", panel.draft())
    vote(panel, "ann", AGAINST)
    with pytest.raises(InvalidInput, match="a bare yes is not enough"):
        vote(panel, "ann", BARE)
    vote(panel, "ann", FOR)


def test_what_was_typed_on_a_draft_that_fell_can_be_voted_on_the_new_one(panel: Bench) -> None:
    """The page that refuses it has the words, and names the draft that it shows."""
    panel.findings()
    panel.do("judge", "draft_decision", panel.draft())
    fallen = panel.draft_reference()
    with panel.court.database.write() as session:
        session.scalars(select(Decision)).one().state = DecisionState.DROPPED
    panel.do("judge", "draft_decision", panel.draft(issues="Was the label untrue?"))
    ann = Visitor(create_app(court=panel.court), panel, "ann")
    room, typed = "/decision/panel", {"vote": "against", "view": "I would dismiss it."}
    forms = Forms()
    forms.feed(ann.send(room, "/decision/panel/vote", status=409, decision=fallen, premise="what fell", **typed))
    shown = next(values for action, values in forms.found if action.endswith("/panel/vote"))
    assert shown["view"] == typed["view"] and shown["decision"] == panel.draft_reference() != fallen


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_what_was_said_on_a_draft_that_fell_is_read_by_those_who_sat_then(panel: Bench, locale: str) -> None:
    """Below the deliberation on the text that lies there now, with the votes as they were cast, also when no draft lies there; by
    each who sat, whether they spoke or not, and never by who came later.
    """
    panel.findings()
    app = create_app(court=panel.court)
    ann, ben = (Visitor(app, panel, who, locale) for who in ("ann", "ben"))
    panel.do("judge", "draft_decision", panel.draft())
    vote(panel, "ann", AGAINST)
    assert "<details" not in ben.get("/decision/panel").partition('id="minutes"')[2].partition("</section>")[0]
    with panel.court.database.write() as session:
        session.scalars(select(Decision)).one().state = DecisionState.DROPPED
    assert AGAINST["view"] in ben.get("/decision/panel")
    panel.do("judge", "draft_decision", panel.draft(issues="Was the label untrue?"))
    vote(panel, "ben", FOR)
    for visitor in (ann, ben):
        now, _, before = visitor.get("/decision/panel").partition('id="minutes"')[2].partition("<details")
        assert FOR["view"] in now and AGAINST["view"] not in now
        assert AGAINST["view"] in before and FOR["view"] not in before
        assert ("Not issued" if locale == "en" else "未签发") in before
    with panel.court.database.write() as session:
        later = Account(email="cai@people.example", name="Cai", state=AccountState.ACTIVE, created_at=panel.clock.now())
        session.add(later)
        session.flush()
        session.add(AccountRole(account_id=later.id, role=Role.ASSESSOR, granted_at=panel.clock.now()))
        seat = session.scalars(select(Seat).where(Seat.account_id == panel.account("ben").id)).one()
        seat.until_at = panel.clock.now()
        session.add(Seat(case_id=panel.case_id, account_id=later.id, role=Role.ASSESSOR, from_at=panel.clock.now()))
    cai = Visitor(app, panel, "cai", locale).get("/decision/panel")
    assert FOR["view"] in cai and AGAINST["view"] not in cai


def _file(content: bytes) -> object:
    from io import BytesIO

    return BytesIO(content)


def test_only_those_who_decide_vote(panel: Bench) -> None:
    """The assistant drafts and the clerk records; neither has a vote."""
    panel.findings()
    panel.do("judge", "draft_decision", panel.draft())
    for who in ("assistant", "clerk"):
        with pytest.raises(Forbidden):
            panel.do(who, "vote_on_decision", {"decision": panel.draft_reference(), **FOR})


def test_one_judge_decides_small_claims_and_simple_procedure(bench: Bench) -> None:
    """Where the rules know one judge only, no panel is convened and nobody votes (CPL 40)."""
    with pytest.raises(ActNotOpen, match="one judge decides alone"):
        bench.do("judge", "convene_panel", {"size": 3, "reasons": "It is hard."})
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    with pytest.raises(ActNotOpen, match="decides this case alone"):
        bench.do("judge", "vote_on_decision", {"decision": bench.draft_reference(), **BARE})


def asked_for_a_panel(bench: Bench) -> int:
    """How often it lies before the judge that a panel is to be convened."""
    with bench.court.database.read() as session:
        mine = select(Task).where(Task.case_id == bench.case_id, Task.kind == "panel", Task.done_at.is_(None))
        return len(session.scalars(mine).all())


@pytest.mark.parametrize("kind", ["public_interest", "wide_effect", "new_or_complex", "unfit_for_one"])
def test_what_one_judge_may_not_hear_alone_is_decided_by_a_panel(
    whole_court: Court, clock: FixedClock, kind: str
) -> None:
    """Found once, it lies on the judge's desk, and no judgment of one judge is signed (CPL 42, 43)."""
    bench = lay_case(whole_court, clock, track=Track.ORDINARY)
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    found = {"bar": kind, "reasons": "Many people follow it, and nobody decided one like it."}
    bench.do("judge", "find_bar", found | {"holds": "yes"})
    assert asked_for_a_panel(bench) == 1
    with pytest.raises(ActNotOpen, match="One judge may not decide this case alone"):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    bench.do("judge", "find_bar", found | {"holds": "no"})
    assert asked_for_a_panel(bench) == 0
    bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})


def test_a_case_for_a_panel_is_not_examined_before_it_sits(whole_court: Court, clock: FixedClock) -> None:
    """The examination opens before those who decide (CPL 42; CPI 45)."""
    bench = lay_case(whole_court, clock, track=Track.ORDINARY)
    with whole_court.database.read() as session:
        look, case = whole_court.look(session), session.get_one(Case, bench.case_id)
        assert the_panel_sits(look, case, bench.actor("judge")) is None
    bench.do("judge", "find_bar", {"bar": "new_or_complex", "holds": "yes", "reasons": "Nobody decided one like it."})
    with whole_court.database.read() as session:
        look, case = whole_court.look(session), session.get_one(Case, bench.case_id)
        why = the_panel_sits(look, case, bench.actor("judge"))
        assert why is not None and "Only a panel may hear this case" in why.render("en")


def test_simple_procedure_is_closed_to_what_needs_a_panel(bench: Bench) -> None:
    """One judge decides there: the case moves to ordinary procedure, and a panel is asked for (CPL 42, 160)."""
    bench.do("judge", "find_bar", {"bar": "wide_effect", "holds": "yes", "reasons": "Thousands bought the same tea."})
    assert asked_for_a_panel(bench) == 0
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    with pytest.raises(ActNotOpen, match="can no longer follow the simple procedure"):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    bench.do("judge", "convert_track", {"to": "ordinary", "reasons": "One judge may not hear it alone."})
    assert asked_for_a_panel(bench) == 1


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_a_panel_votes_in_the_browser(panel: Bench, locale: str) -> None:
    """Each member opens the room, reads, speaks and votes; the clerk signs after the judge; assistant and parties do
    not enter.
    """
    panel.findings()
    panel.do("judge", "draft_decision", panel.draft())
    app = create_app(court=panel.court)
    judge, ann, assistant, li, clerk = (
        Visitor(app, panel, who, locale) for who in ("judge", "ann", "assistant", "li", "clerk")
    )
    for visitor in (assistant, li, clerk):
        visitor.get("/decision/panel", 403)
    ann.send("/decision/panel", "/decision/panel/words", words="<b>Was it true?</b>")
    refused = ann.send("/decision/panel", "/decision/panel/vote", status=422, vote="against")
    assert ("Say what you would decide" if locale == "en" else "不同意见") in refused
    ann.send("/decision/panel", "/decision/panel/vote", vote="against", view="I would dismiss it.")
    page = judge.get("/decision/panel")
    assert "I would dismiss it." in page and "&lt;b&gt;" in page
    assert "I would dismiss it." not in assistant.get("/decision/desk")
    for who in ("ben", "judge"):
        vote(panel, who, FOR)
    reference = panel.draft_reference()
    panel.do("judge", "send_for_signing", {"decision": reference})
    panel.wait(hours=26)
    panel.do("judge", "issue_decision", {"decision": reference, "case_number": panel.number})
    assert panel.case().stage is Stage.PRONOUNCED
    clerk = Visitor(app, panel, "clerk", locale)
    clerk.send("/decision/countersign", "/decision/countersign")
    with panel.court.database.read() as session:
        assert entries_of(session, session.get_one(Case, panel.case_id), "countersign_decision")
    clerk.get("/decision/countersign", 409)
