"""Later filings go through the clerk's hands: marked, mended, closed; nothing recorded changes and no moment is lost."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from odr.app import create_app
from odr.docket.models import Audience, Case, DocketEntry, Document, Outcome, Stage
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.filing.marked.models import Fault, FilingLook, FilingMark, FilingWaiting
from odr.filing.marked.queries import later_filings, marks_of, note_filing, note_in_order, to_look_at, unseen
from odr.ground.errors import ActNotOpen, CourtError, Forbidden, InvalidInput
from odr.procedure.models import Task, Window
from odr.service.models import Packet
from tests.filing.visitor import Visitor
from tests.scene import Scene

WORDS = "Page 3 of the scan is black. Scan it again, please."


@pytest.fixture
def app(pending: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=pending.court)


def filed(scene: Scene, who: str = "haiyun") -> int:
    """Something is filed after acceptance: more time for evidence is asked for."""
    return scene.do(
        "ask_extension", who, window=_window(scene), days=5, words="The archive is closed this week."
    ).number


def mark(scene: Scene, number: int, fault: str = "unreadable") -> str:
    """The clerk marks it; the reference of the mark comes back."""
    scene.do("mark_filing", "clerk", filing=str(number), fault=fault, words=WORDS)
    with scene.court.database.read() as session:
        return marks_of(session, session.get_one(Case, scene.case_id))[-1].reference


def test_a_mark_changes_nothing_that_was_recorded(pending: Scene) -> None:
    """Entry, payload, stage and time limits are as they were; the mark names the moment of receipt, and is no ruling."""
    number = filed(pending)
    pending.later(days=2)
    with pending.court.database.read() as session:
        before = session.scalars(select(DocketEntry).where(DocketEntry.number == number)).one()
        windows = [(w.reference, w.state, w.due_at) for w in session.scalars(select(Window).order_by(Window.id))]
        papers = {d.id for d in session.scalars(select(Document))}
        stage, payload, received = pending.case().stage, before.payload, before.recorded_at
    assert received < pending.clock.now()
    mark(pending, number)
    with pending.court.database.read() as session:
        after = session.scalars(select(DocketEntry).where(DocketEntry.number == number)).one()
        assert (after.payload, after.recorded_at, pending.case().stage) == (payload, received, stage)
        assert [
            (w.reference, w.state, w.due_at) for w in session.scalars(select(Window).order_by(Window.id))
        ] == windows
        made = [d for d in session.scalars(select(Document)) if d.id not in papers]
        assert {d.kind for d in made} <= {"notice", "service_copy"}, "letters, and no ruling"
        assert Audience.PARTIES_AND_COURT not in {d.audience for d in made}
        told = json.loads(entries_of(session, session.get_one(Case, pending.case_id), "mark_filing")[0].payload)
        assert told["result"]["received"] == received.isoformat() and told["result"]["entry"] == number
    assert pending.court.table["mark_filing"].paper is None


def test_only_the_filer_and_the_court_read_a_mark(pending: Scene) -> None:
    """The other side learns neither that something was marked nor why; the filer is written to."""
    number = filed(pending)
    mark(pending, number)
    pending.work()
    with pending.court.database.read() as session:
        case = session.get_one(Case, pending.case_id)
        entry = entries_of(session, case, "mark_filing")[0]
        assert entry.audience is Audience.NAMED
        for who, reads in (("haiyun", True), ("clerk", True), ("judge", True), ("li", False)):
            assert reads_entry(pending.actor(who, case.id), entry) is reads, who
        packets = session.scalars(select(Packet).where(Packet.occasion == "mark_filing")).all()
        assert {case.name_of(p.party_id) for p in packets} == {pending.case().parties[1].name}


def test_the_filer_mends_it_and_the_clerk_closes_the_mark(pending: Scene) -> None:
    """The answer names what mends it; both moments stand in the entry that closes the mark, and the desk is clear."""
    first = filed(pending)
    reference = mark(pending, first, "wrong_act")
    pending.later(days=1)
    second = pending.do("object_to_jurisdiction", "haiyun", ground="place", words="We sit in another city.").number
    pending.do("answer_filing_mark", "haiyun", mark=reference, by=str(second), words="Sent by the right form.")
    with pending.court.database.read() as session:
        tasks = session.scalars(select(Task).where(Task.kind == "filing_mark", Task.done_at.is_(None))).all()
        assert [task.risk for task in tasks] == [30], "what was answered stands before what still waits for its filer"
    pending.do("close_filing_mark", "clerk", mark=reference, ends="mended", words="Thank you.")
    with pending.court.database.read() as session:
        case = session.get_one(Case, pending.case_id)
        told = json.loads(entries_of(session, case, "close_filing_mark")[0].payload)["result"]
        assert (told["entry"], told["by"], told["ends"]) == (first, second, "mended")
        assert marks_of(session, case, open_only=True) == []
        assert not session.scalars(select(Task).where(Task.kind == "filing_mark", Task.done_at.is_(None))).all()
        both = {e.number: e.recorded_at for e in session.scalars(select(DocketEntry))}
        assert both[second] - both[first] >= timedelta(days=1)
    with pytest.raises(CourtError):
        pending.do("close_filing_mark", "clerk", mark=reference, ends="mended")


def _window(scene: Scene) -> str:
    with scene.court.database.read() as session:
        party = scene.case().parties[1].id
        return (
            session.scalars(select(Window).where(Window.kind == "evidence", Window.party_id == party)).one().reference
        )


def test_nobody_answers_the_mark_of_another_or_marks_what_is_no_later_filing(pending: Scene) -> None:
    """Another party, another role, the claim itself, the same filing twice, and an older filing as what mends it."""
    number = filed(pending)
    for who in ("li", "judge", "haiyun"):
        with pytest.raises(Forbidden):
            pending.do("mark_filing", who, filing=str(number), fault="unreadable", words=WORDS)
    with pytest.raises(CourtError):
        pending.do("mark_filing", "clerk", filing="1", fault="unreadable", words=WORDS)
    reference = mark(pending, number)
    with pytest.raises((InvalidInput, ActNotOpen)):
        pending.do("mark_filing", "clerk", filing=str(number), fault="wrong_case", words=WORDS)
    with pytest.raises(CourtError):
        pending.do("answer_filing_mark", "li", mark=reference, words="Not mine.")
    with pytest.raises(InvalidInput):
        pending.do("answer_filing_mark", "haiyun", mark=reference, by=str(number), words="By itself.")


def test_nothing_is_marked_before_acceptance(small_scene: Scene) -> None:
    """What comes before is the claim, which the registry reviews as a whole (OLR 9)."""
    small_scene.lodge()
    assert small_scene.case().stage is Stage.LODGED
    with pytest.raises(ActNotOpen):
        small_scene.do("mark_filing", "clerk", filing="1", fault="unreadable", words=WORDS)


def test_the_queue_is_left_by_a_look_or_a_mark(pending: Scene, app: Flask) -> None:
    """Each filing waits until somebody looked; "in order" leaves no trace on the docket, and is the clerk's alone."""
    number = filed(pending)
    clerk, reference = Visitor(app, pending, "clerk"), pending.case().reference
    count = pending.case().entry_count
    assert f"{reference}/{number}" in clerk.get("/registry/filings")
    for who in ("li", "judge", "president", "admin"):
        Visitor(app, pending, who).get("/registry/filings", 404)
    clerk.send(
        "/registry/filings", "/registry/filings", 303, filing=[f"{reference}/{number}", f"{reference}/1", "x/9", "x"]
    )
    assert "Nothing waits" in clerk.get("/registry/filings")
    assert pending.case().entry_count == count
    with pending.court.database.read() as session:
        assert [row.entry_number for row in session.scalars(select(FilingLook))] == [number]
    with pending.court.database.write() as session:
        assert note_in_order(session, pending.people["judge"], [f"{reference}/{number}"], pending.clock.now()) == 0
    # What was found in order can still be marked when somebody sees more in it later.
    mark(pending, number)
    assert "Close the mark" in clerk.get("/registry/filings")


def gone_through(session: Session) -> list[datetime]:
    """When each later filing came that nobody looked at, by every entry of every case."""
    entry = DocketEntry
    found = (
        select(entry.recorded_at)
        .join(Case, Case.id == entry.case_id)
        .where(
            *later_filings(),
            ~exists().where(FilingLook.case_id == entry.case_id, FilingLook.entry_number == entry.number),
            ~exists().where(FilingMark.case_id == entry.case_id, FilingMark.entry_number == entry.number),
        )
    )
    return sorted(session.scalars(found))


def test_what_waits_is_what_going_through_every_case_finds(pending: Scene) -> None:
    """After each filing, each look, each mark, when the case is over, and when it goes on all the same."""

    def same() -> int:
        with pending.court.database.read() as session:
            waits = gone_through(session)
            assert unseen(session) == (len(waits), waits[0] if waits else None)
            return len(waits)

    assert same() == 0
    said = "The label was lawful when the goods were sold."
    answer = pending.do("file_answer", "haiyun", position="defend", statement=said)
    numbers = [answer.number, filed(pending)]
    assert same() == 2
    with pending.court.database.write() as session:
        chosen = [f"{pending.case().reference}/{numbers[0]}"]
        assert note_in_order(session, pending.people["clerk"], chosen, pending.clock.now()) == 1
    assert same() == 1
    mark(pending, numbers[1])
    assert same() == 0
    pending.do("withdraw_claim", "li", reasons="We have settled.")
    assert same() == 1
    with pending.court.database.write() as session:
        case = session.get_one(Case, pending.case_id)
        case.stage, case.outcome, case.closed_at = Stage.CLOSED, Outcome.WITHDRAWN, pending.clock.now()
        note_filing(pending.court.look(session), case, session.scalars(select(DocketEntry).limit(1)).one())
        assert session.scalars(select(FilingWaiting)).all() == []
        case.stage, case.outcome, case.closed_at = Stage.PENDING, None, None
        stages = json.dumps({"stage": {"before": "closed", "after": "pending"}}).encode()
        note_filing(pending.court.look(session), case, DocketEntry(act="rule_on_retrial", number=99, payload=stages))
    assert same() == 1
    with pending.court.database.write() as session:
        # As the version before looks: of the row that waits it knows nothing.
        number = session.scalars(select(FilingWaiting.entry_number)).one()
        session.add(
            FilingLook(case_id=pending.case_id, entry_number=number, account_id=1, looked_at=pending.clock.now())
        )
    assert same() == 0


def test_the_supervisor_sees_what_waits(pending: Scene, app: Flask) -> None:
    """The president reads how many filings nobody looked at, since when, and each mark that is not closed."""
    number = filed(pending)
    president = Visitor(app, pending, "president")
    assert "Not looked at by anybody yet: 1" in president.get("/registry/supervision")
    mark(pending, number)
    page = president.get("/registry/supervision")
    assert "Every filing was looked at." in page and "It cannot be read" in page and "Close the mark" not in page
    with pending.court.database.read() as session:
        assert unseen(session) == (0, None) and to_look_at(session, pending.people["clerk"]).total == 0


def test_the_filer_reads_on_their_case_how_to_mend_it(pending: Scene, app: Flask) -> None:
    """In plain words, with the moment it keeps and the way to answer; the other side's page has none of it."""
    mark(pending, filed(pending))
    here = f"/cases/{pending.case().reference}"
    mine, theirs = Visitor(app, pending, "haiyun").get(here), Visitor(app, pending, "li").get(here)
    assert "Filings that are marked" in mine and "It keeps this moment" in mine and "answer_filing_mark" in mine
    assert "Filings that are marked" not in theirs and WORDS not in theirs


def test_every_fault_says_how_it_is_mended() -> None:
    """Each fault has its own way to mend it, in both languages."""
    for fault in Fault:
        assert fault.mend.render("en") and fault.mend.render("zh-Hans") != fault.mend.render("en")
    assert FilingMark.__table__.c.received_at.nullable is False
