"""A panel puts its case before the committee or the judges' meeting; the minutes are signed, and no party ever reads them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Audience, Case, DocketEntry, Document, Role, Seat, Stage
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_document, reads_entry
from odr.filing.models import Request, RequestKind, RequestState
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, CaseMovedOn, CourtError, Forbidden, InvalidInput, NotFound
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.meetings.models import Body, Ground, Meeting, MeetingState
from odr.judgment.meetings.signing import file_signed, sign
from odr.procedure.court import Court
from odr.procedure.models import Task
from tests.judgment.bench import Bench
from tests.judgment.test_panel import FOR, panel, vote
from tests.judgment.web import Visitor

__all__ = ["panel"]

QUESTION = "Does the platform answer for a label it never saw? Two of us say no."
VIEW = "It answers, for it chose the goods it recommended."
ASKED = {"body": "committee", "ground": "divided", "question": QUESTION}


@pytest.fixture
def others(panel: Bench, whole_court: Court, clock: FixedClock) -> dict[str, str]:
    """Two judges who do not sit in the case."""
    with whole_court.database.write() as session:
        for name in ("yan", "zhou"):
            account = Account(
                email=f"{name}@people.example", name=name.title(), state=AccountState.ACTIVE, created_at=clock.now()
            )
            session.add(account)
            session.flush()
            session.add(AccountRole(account_id=account.id, role=Role.JUDGE, granted_at=clock.now()))
    return {name: panel.account(name).reference for name in ("yan", "zhou")}


def meeting(bench: Bench) -> Meeting:
    """The newest meeting on the case."""
    with bench.court.database.read() as session:
        found = session.scalars(select(Meeting).order_by(Meeting.id.desc())).first()
        assert found is not None
        session.expunge_all()
        return found


def asked(bench: Bench, **more: Any) -> str:
    """The panel has asked, and the president put the case before the body."""
    bench.do("judge", "ask_for_meeting", {**ASKED, **more})
    reference = meeting(bench).reference
    bench.do("president", "answer_meeting", {"meeting": reference, "answer": "submitted", "reasons": "It matters."})
    return reference


def minuted(bench: Bench, others: dict[str, str], **more: Any) -> str:
    """Minutes are written of two who attended."""
    reference = meeting(bench).reference
    views = [{"who": who, "view": VIEW} for who in others.values()]
    given = {"meeting": reference, "held_on": bench.clock.now().date(), "views": views, "conclusion": "It answers."}
    bench.do("clerk", "write_meeting_minutes", {**given, **more})
    return reference


def signed(bench: Bench, *names: str) -> None:
    """They sign the minutes as they stand."""
    one = meeting(bench)
    for name in names:
        account = bench.account(name)
        with bench.court.database.write() as session:
            sign(session, account.id, account.name, one.reference, one.minutes_sha256 or "", bench.clock.now())


def test_the_minutes_are_signed_by_all_and_stand_in_the_closed_part(panel: Bench, others: dict[str, str]) -> None:
    """Asked, submitted, written, signed by each: a sealed paper that the court reads and no party does."""
    reference = asked(panel)
    minuted(panel, others)
    signed(panel, "yan")
    assert file_signed(panel.court) == 0 and meeting(panel).state is MeetingState.MINUTED
    signed(panel, "zhou")
    assert file_signed(panel.court) == 1 and meeting(panel).state is MeetingState.SIGNED
    assert file_signed(panel.court) == 0, "once"
    with panel.court.database.read() as session:
        case = session.get_one(Case, panel.case_id)
        paper = session.scalars(select(Document).where(Document.kind == "meeting_minutes")).one()
        assert paper.audience is Audience.NAMED and paper.content.startswith(b"%PDF")
        acts = ("ask_for_meeting", "answer_meeting", "write_meeting_minutes", "file_meeting_minutes")
        entries = [entry for act in acts for entry in entries_of(session, case, act)]
        assert len(entries) == 4
        for who in ("claimant/1", "respondent/1"):
            assert not any(reads_entry(panel.actor(who), entry) for entry in entries)
            assert not reads_document(panel.actor(who), paper)
        assert not reads_document(panel.actor("assistant"), paper)
        for who in ("judge", "clerk", "president"):
            assert all(reads_entry(panel.actor(who), entry) for entry in entries)
            assert reads_document(panel.actor(who), paper)
        assert not session.scalars(
            select(Task)
            .where(Task.kind.in_(("meeting_asked", "meeting_minutes", "meeting_signatures")))
            .where(Task.done_at.is_(None))
        ).all()
        filed = json.loads(entries[3].payload)
        assert filed["result"]["meeting"] == reference


def test_no_page_of_a_party_has_a_word_of_it(panel: Bench, others: dict[str, str]) -> None:
    """Neither the case, its docket, its decision page nor its copies; whoever attended reads their own minutes alone."""
    reference = asked(panel)
    minuted(panel, others)
    app = create_app(court=panel.court)
    for who in ("li", "haiyun", "stranger"):
        with panel.court.database.read() as session:
            if session.scalar(select(Account.id).where(Account.email == f"{who}@people.example")) is None:
                continue
        party = Visitor(app, panel, who)
        base = party.base
        for path in ("", "/docket", "/decision", "/copies", "/meetings", "/timeline"):
            text = party.client.get(base + path, base_url="http://court.test").text
            assert QUESTION not in text and VIEW not in text, (who, path)
        assert party.client.get(f"/meetings/{reference}", base_url="http://court.test").status_code == 404
    judge = Visitor(app, panel, "judge")
    assert QUESTION in judge.get("/meetings") and VIEW in judge.get("/meetings")
    assert judge.client.get(f"/meetings/{reference}", base_url="http://court.test").status_code == 404
    assert VIEW in Visitor(app, panel, "yan").page(f"/meetings/{reference}")


def test_it_is_signed_on_the_page(panel: Bench, others: dict[str, str]) -> None:
    """The last signature files the minutes; before, each sees whose are missing."""
    reference = asked(panel)
    minuted(panel, others)
    app = create_app(court=panel.court)
    yan, zhou = Visitor(app, panel, "yan"), Visitor(app, panel, "zhou")
    assert "Your signature is missing." in yan.page("/meetings")
    assert yan.post(f"/meetings/{reference}", {}).status_code == 303
    assert "Signatures that are missing: 1" in yan.page("/meetings")
    assert zhou.post(f"/meetings/{reference}", {}).status_code == 303
    assert meeting(panel).state is MeetingState.SIGNED
    assert "No minutes wait for you." in zhou.page("/meetings")


def test_a_signature_counts_for_its_text_alone(panel: Bench, others: dict[str, str]) -> None:
    """Minutes written anew are signed anew; an older text is signed by nobody, nor by who did not attend."""
    asked(panel)
    minuted(panel, others)
    old = meeting(panel).minutes_sha256 or ""
    signed(panel, "yan")
    minuted(panel, others, conclusion="It answers in part.")
    signed(panel, "zhou")
    assert file_signed(panel.court) == 0
    with panel.court.database.write() as session:
        yan, judge, reference = panel.account("yan"), panel.account("judge"), meeting(panel).reference
        with pytest.raises(CaseMovedOn):
            sign(session, yan.id, yan.name, reference, old, panel.clock.now())
        with pytest.raises(NotFound):
            sign(session, judge.id, judge.name, reference, meeting(panel).minutes_sha256 or "", panel.clock.now())
    signed(panel, "yan")
    assert file_signed(panel.court) == 1


def test_the_committee_looks_once_more_and_no_further(panel: Bench, others: dict[str, str]) -> None:
    """The panel objects once to what the committee decided (COL 13), before it has decided not at all, and to what it decides on
    another question once more.
    """
    with pytest.raises(ActNotOpen, match="decided nothing"):
        panel.do("judge", "ask_committee_again", {"reasons": "We see it otherwise."})
    for first in (True, False):
        if first:
            asked(panel)
        else:
            panel.do("judge", "ask_committee_again", {"reasons": "We see it otherwise."})
            answer = {"meeting": meeting(panel).reference, "answer": "submitted", "reasons": "Once more."}
            panel.do("president", "answer_meeting", answer)
        minuted(panel, others)
        signed(panel, "yan", "zhou")
        assert file_signed(panel.court) == 1
    with pytest.raises(ActNotOpen, match="once already"):
        panel.do("judge", "ask_committee_again", {"reasons": "Still otherwise."})
    asked(panel, question="May the interest be counted from the day of the order?")
    minuted(panel, others)
    signed(panel, "yan", "zhou")
    assert file_signed(panel.court) == 1
    panel.do("judge", "ask_committee_again", {"reasons": "We see this one otherwise too."})
    answer = {"meeting": meeting(panel).reference, "answer": "declined", "reasons": "Nothing new is said."}
    panel.do("president", "answer_meeting", answer)
    with pytest.raises(ActNotOpen, match="once already"):
        panel.do("judge", "ask_committee_again", {"reasons": "Still otherwise."})


def test_who_may_do_what(panel: Bench, others: dict[str, str]) -> None:
    """The presiding judge asks, the president answers, the clerk writes; each alone, and in this order."""
    for who in ("clerk", "president", "claimant/1", "assistant"):
        with pytest.raises((Forbidden, NotFound)):  # the president has no seat yet
            panel.do(who, "ask_for_meeting", ASKED)
    with pytest.raises(CourtError):
        panel.do("president", "answer_meeting", {"meeting": "x" * 26, "answer": "declined", "reasons": "None there."})
    asked(panel, body="judges")
    with pytest.raises(ActNotOpen, match="already under way"):
        panel.do("judge", "ask_for_meeting", ASKED)
    one = {"held_on": panel.clock.now().date(), "conclusion": "It answers.", "meeting": meeting(panel).reference}
    barred = panel.account("mei").reference
    for views in ([{"who": barred, "view": VIEW}], [{"who": others["yan"], "view": VIEW}] * 2):
        with pytest.raises(InvalidInput):
            panel.do("clerk", "write_meeting_minutes", {**one, "views": views})
    with pytest.raises(Forbidden):
        panel.do("judge", "write_meeting_minutes", {**one, "views": [{"who": others["yan"], "view": VIEW}]})


def test_one_judge_asks_no_committee(bench: Bench) -> None:
    """The committee is asked by a panel (COL 12)."""
    with pytest.raises(ActNotOpen, match="One judge decides"):
        bench.do("judge", "ask_for_meeting", ASKED)


def test_a_case_left_to_the_panel_is_put_before_nobody(panel: Bench) -> None:
    """Declined, no minutes can be written, and no time limit has moved."""
    before = panel.case().next_due_at
    panel.do("judge", "ask_for_meeting", ASKED)
    given = {"meeting": meeting(panel).reference, "answer": "declined", "reasons": "The panel can decide."}
    panel.do("president", "answer_meeting", given)
    assert meeting(panel).state is MeetingState.DECLINED and panel.case().next_due_at == before
    with panel.court.database.read() as session:
        served = session.scalars(select(DocketEntry).where(DocketEntry.act == "answer_meeting")).one()
        assert served.audience is Audience.NAMED


def ready(bench: Bench) -> dict[str, str]:
    """Found, drafted and adopted by every member: it could be signed."""
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    adopt(bench)
    return {"decision": bench.draft_reference()}


def adopt(bench: Bench) -> None:
    """Every member votes for the text."""
    for who in ("judge", "ann", "ben"):
        vote(bench, who, FOR)


def test_nothing_is_signed_while_the_case_lies_before_the_committee(panel: Bench, others: dict[str, str]) -> None:
    """Asked, submitted or minuted, the decision waits; once it has decided, each member looks at the text again, by the day
    the law gives (COL 5(8), 14, 15).
    """
    signing = ready(panel)
    app = create_app(court=panel.court)
    panel.do("judge", "ask_for_meeting", ASKED)
    reference = meeting(panel).reference

    def waits() -> None:
        with pytest.raises(ActNotOpen, match="before the adjudication committee"):
            panel.do("judge", "send_for_signing", signing)
        text = Visitor(app, panel, "judge").get("/decision/desk")
        assert "before the adjudication committee" in text and "Ready to be signed" not in text

    waits()
    panel.do("president", "answer_meeting", {"meeting": reference, "answer": "submitted", "reasons": "It matters."})
    waits()
    minuted(panel, others)
    signed(panel, "yan")
    waits()
    signed(panel, "zhou")
    assert file_signed(panel.court) == 1
    with pytest.raises(ActNotOpen, match="has not voted"):
        panel.do("judge", "send_for_signing", signing)
    adopt(panel)
    panel.do("judge", "send_for_signing", signing)
    with pytest.raises(ActNotOpen, match="waiting to be pronounced"):
        panel.do("judge", "ask_committee_again", {"reasons": "We see it otherwise."})
    # Asked before such a request was refused, it holds up what rests already.
    with panel.court.database.write() as session:
        session.add(
            Meeting(case_id=panel.case_id, body=Body.COMMITTEE, ground=Ground.OTHER, question=QUESTION, asked_entry=1)
        )
    panel.wait(days=3)
    with pytest.raises(ActNotOpen, match="before the adjudication committee"):
        panel.do("judge", "issue_decision", {**signing, "case_number": panel.number})


def test_the_panel_is_told_with_the_day_to_write(panel: Bench, others: dict[str, str]) -> None:
    """In deliberation the presiding judge's desk says that the committee has decided, and until when it is written (COL 14)."""
    signing = ready(panel)
    panel.do("judge", "send_for_signing", signing)
    panel.do("judge", "reopen_decision", signing)
    assert panel.case().stage is Stage.DELIBERATION
    asked(panel)
    minuted(panel, others)
    signed(panel, "yan", "zhou")
    assert file_signed(panel.court) == 1
    with panel.court.database.read() as session:
        (task,) = session.scalars(select(Task).where(Task.kind == "draft_decision", Task.done_at.is_(None))).all()
        assert "committee has decided" in str(task.title)
        assert task.due_at is not None and timedelta(days=5) < task.due_at - panel.clock.now() < timedelta(days=14)


def test_advice_holds_up_nothing(panel: Bench) -> None:
    """The judges' professional meeting advises: the panel may decide before it is held."""
    signing = ready(panel)
    asked(panel, body="judges")
    panel.do("judge", "send_for_signing", signing)


def test_what_waits_is_taken_back_and_nothing_stalls(panel: Bench, others: dict[str, str]) -> None:
    """The panel withdraws what nobody answered, the president what was not held; what was held stays."""
    signing = ready(panel)
    panel.do("judge", "ask_for_meeting", ASKED)
    back = {"meeting": meeting(panel).reference, "reasons": "We have agreed."}
    panel.do("judge", "take_meeting_back", back)
    assert meeting(panel).state is MeetingState.TAKEN_BACK
    back["meeting"] = asked(panel)
    with pytest.raises(ActNotOpen, match="can be taken back"):
        panel.do("judge", "take_meeting_back", back)
    panel.do("president", "take_meeting_back", back)
    with panel.court.database.read() as session:
        open_kinds = set(session.scalars(select(Task.kind).where(Task.done_at.is_(None))))
        assert not {"meeting_asked", "meeting_minutes"} & open_kinds
        told = session.scalars(select(DocketEntry).where(DocketEntry.act == "answer_meeting")).one()
        assert "It matters." in str(json.loads(told.payload)["words"]), (
            "why the president submitted it is read on the docket"
        )
    assert (
        Visitor(create_app(court=panel.court), panel, "judge").get("/meetings").count("The request was taken back") == 2
    )
    back["meeting"] = asked(panel)
    minuted(panel, others)
    with pytest.raises(ActNotOpen, match="can be taken back"):
        panel.do("president", "take_meeting_back", back)
    signed(panel, "yan", "zhou")
    assert file_signed(panel.court) == 1
    adopt(panel)
    panel.do("judge", "send_for_signing", signing)


def test_what_was_held_is_filed_after_the_decision_too(panel: Bench, others: dict[str, str]) -> None:
    """Advice holds up no decision; its minutes are written and signed after it all the same, and leave the signers' list."""
    signing = ready(panel)
    asked(panel, body="judges")
    panel.do("judge", "send_for_signing", signing)
    panel.wait(days=3)
    panel.do("judge", "issue_decision", {**signing, "case_number": panel.number})
    assert panel.case().stage is Stage.PRONOUNCED
    minuted(panel, others)
    signed(panel, "yan", "zhou")
    assert file_signed(panel.court) == 1 and meeting(panel).state is MeetingState.SIGNED


def test_who_had_to_step_aside_attends_no_meeting(panel: Bench, others: dict[str, str]) -> None:
    """A judge whose challenge was granted does not speak in the committee on this case either (CPL 47)."""
    asked(panel)
    with panel.court.database.write() as session:
        now = panel.clock.now()
        seat = Seat(
            case_id=panel.case_id, account_id=panel.account("yan").id, role=Role.JUDGE, from_at=now, until_at=now
        )
        session.add(seat)
        session.flush()
        session.add(
            Request(
                case_id=panel.case_id,
                kind=RequestKind.RECUSAL,
                state=RequestState.GRANTED,
                subject=str(seat.id),
                words="She dined with the other side.",
                asked_entry=1,
            )
        )
    with pytest.raises(InvalidInput, match="barred from this case"):
        minuted(panel, others)
    minuted(panel, {"zhou": others["zhou"]})
