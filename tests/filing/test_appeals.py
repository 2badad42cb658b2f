"""Appeals on jurisdiction, complaints, and mistakes of the registry put right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Outcome, Stage, Track
from odr.docket.visibility import reads_entry
from odr.errors import ActNotOpen, Forbidden, InvalidInput, OutOfTime
from odr.filing.inputs_motions import JurisdictionAppealOutcome, MistakeInput
from odr.filing.models import RequestKind
from odr.procedure.models import Task, WindowState
from odr.service.models import Packet
from tests.filing.test_motions import acts, request_of, windows
from tests.scene import Scene


def ruled(scene: Scene) -> None:
    """In simple procedure an objection was raised and refused."""
    scene.do("convert_track", "judge", to="simple", reasons="The facts are disputed.")
    scene.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    asked = request_of(scene, RequestKind.JURISDICTION).reference
    scene.do("rule_on_jurisdiction", "judge", request=asked, answer="refuse", reasons="The goods were delivered here.")


def outcome(scene: Scene, **more: object) -> JurisdictionAppealOutcome:
    given = {"request": request_of(scene, RequestKind.APPEAL).reference, "number": "(2025) 19", "decided_on": scene.clock.now().date().isoformat()}
    return JurisdictionAppealOutcome.model_validate({**given, **more})


def test_evidence_stands_still_until_the_higher_court_has_ruled(pending: Scene) -> None:
    """The objector appeals once, within ten days; upheld, evidence runs again; nobody else appeals for her (CPL 171, EV 55)."""
    with pytest.raises(ActNotOpen):
        pending.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    ruled(pending)
    with pytest.raises(Forbidden):
        pending.do("appeal_jurisdiction", "li", words="The court is wrong.")
    pending.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    with pytest.raises(ActNotOpen):
        pending.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    pending.later(days=20)
    assert windows(pending, "evidence", WindowState.OPEN) == [] and pending.case().stage is Stage.PENDING
    with pytest.raises(Forbidden):
        pending.do("record_jurisdiction_appeal", "judge", outcome(pending, outcome="upheld"))
    tomorrow = (pending.clock.now() + timedelta(days=2)).date().isoformat()
    with pytest.raises(InvalidInput):
        pending.do("record_jurisdiction_appeal", "clerk", outcome(pending, outcome="upheld", decided_on=tomorrow))
    upheld = outcome(pending, outcome="upheld")
    pending.do("record_jurisdiction_appeal", "clerk", upheld)
    assert len(windows(pending, "evidence", WindowState.OPEN)) == 2
    with pytest.raises(ActNotOpen):
        pending.do("record_jurisdiction_appeal", "clerk", upheld)


def test_a_ruling_set_aside_sends_the_case_away(pending: Scene) -> None:
    """The court that hears it must be named; then the case is over here (CPL 178)."""
    ruled(pending)
    pending.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    with pytest.raises(InvalidInput):
        pending.do("record_jurisdiction_appeal", "clerk", outcome(pending, outcome="set_aside"))
    pending.do("record_jurisdiction_appeal", "clerk", outcome(pending, outcome="set_aside", court="Harbour District Court"))
    assert pending.case().outcome is Outcome.TRANSFERRED


def test_after_ten_days_the_ruling_on_jurisdiction_stands(pending: Scene) -> None:
    """Late is late (CPL 171), and evidence runs again by itself."""
    ruled(pending)
    pending.later(days=13)
    with pytest.raises(OutOfTime):
        pending.do("appeal_jurisdiction", "haiyun", words="The court is wrong.")
    assert windows(pending, "evidence", WindowState.HALTED) == []


def test_a_complaint_is_answered_in_fifteen_days(pending: Scene) -> None:
    """Read by the president and the one who complains only; unanswered it comes first; the answer is served on her alone (EXT 7)."""
    given = {"about": "delay", "words": "Nothing has happened for a month."}
    with pytest.raises(Forbidden):
        pending.do("complain", "judge", **given)
    complained = pending.do("complain", "li", **given)
    with pytest.raises(ActNotOpen):
        pending.do("complain", "li", **given)
    with pending.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.case_id == pending.case_id, DocketEntry.number == complained.number)).one()
        readers = {who for who in ("li", "haiyun", "judge", "clerk", "president") if reads_entry(pending.actor(who), entry)}
    assert readers == {"li", "president"}
    assert windows(pending, "complaint_reply", WindowState.OPEN)[0].due_at
    pending.later(days=20)
    with pending.court.database.read() as session:
        assert session.scalars(select(Task.risk).where(Task.kind == "complaint", Task.done_at.is_(None))).all() == [90]
    answer = {"request": request_of(pending, RequestKind.COMPLAINT).reference, "found": "founded", "words": "The file lay unread; it is heard next week."}
    with pytest.raises(Forbidden):
        pending.do("answer_complaint", "judge", **answer)
    answered = pending.do("answer_complaint", "president", **answer)
    with pytest.raises(ActNotOpen):
        pending.do("answer_complaint", "president", **answer)
    with pending.court.database.read() as session:
        sent = [p.party_id for p in session.scalars(select(Packet).where(Packet.case_id == pending.case_id)) if answered.number in p.entry_ids]
        assert sent == [session.get_one(Case, pending.case_id).parties[0].id]
    assert acts(pending)[-1] == "answer_complaint"


def mistake(scene: Scene, **given: object) -> None:
    scene.do("correct_registry_mistake", "clerk", MistakeInput.model_validate({"reasons": "Compared with the letter.", **given}))


def test_a_wrong_first_day_is_corrected_with_its_working(pending: Scene) -> None:
    """The window is reckoned again from the right day and says what stood before; nobody loses time she still has; the same twice is refused (CPL 85)."""
    answer = windows(pending, "answer", WindowState.OPEN)[0]
    today, zone = pending.clock.now(), pending.court.settings.tz
    first = today.astimezone(zone).date()
    with pytest.raises(Forbidden):
        pending.do("correct_registry_mistake", "haiyun", MistakeInput(what="day", window=answer.reference, day=first, reasons="I say so."))
    for wrong in (first, first + timedelta(days=1), first - timedelta(days=60)):
        with pytest.raises(InvalidInput):
            mistake(pending, what="day", window=answer.reference, day=wrong)
    with pytest.raises(InvalidInput):
        mistake(pending, what="day", day=first)
    pending.later(days=20)
    lapsed = windows(pending, "answer", WindowState.LAPSED)[0]
    right = first + timedelta(days=10)
    mistake(pending, what="day", window=lapsed.reference, day=right)
    after = windows(pending, "answer", WindowState.OPEN)[0]
    assert answer.due_at and after.due_at and answer.due_at + timedelta(days=8) <= after.due_at <= answer.due_at + timedelta(days=13)
    assert after.working["start"].startswith(right.isoformat()) or right.isoformat() in str(after.working["steps"][0])
    assert after.working["proof"] and after.working["proof"] != answer.working.get("proof")
    pending.do("file_answer", "haiyun", position="defend", statement="No.")


def test_a_wrong_name_and_a_wrong_procedure_are_corrected(pending: Scene) -> None:
    """The old name stays on record; the right procedure lengthens what it lengthens, shortens nothing, and the judge looks at the fee."""
    with pending.court.database.read() as session:
        party = session.get_one(Case, pending.case_id).parties[1]
    mistake(pending, what="name", party=party.reference, name="Haiyun Information Technology (Harbour) Co., Ltd.")
    with pytest.raises(InvalidInput):
        mistake(pending, what="name", party=party.reference, name="Haiyun Information Technology (Harbour) Co., Ltd.")
    before = {w.id: w.due_at for w in windows(pending, "evidence", WindowState.OPEN)}
    mistake(pending, what="track", track="ordinary")
    after = {w.id: w.due_at for w in windows(pending, "evidence", WindowState.OPEN)}
    assert after.keys() == before.keys() and all(after[i] and before[i] and after[i] > before[i] for i in after)
    with pytest.raises(InvalidInput):
        mistake(pending, what="track", track="ordinary")
    with pending.court.database.read() as session:
        case = session.get_one(Case, pending.case_id)
        assert case.track is Track.ORDINARY and case.parties[1].details["before"][0]["name"] == "Haiyun Information Technology Co., Ltd."
        assert "fee_after_correction" in session.scalars(select(Task.kind).where(Task.case_id == case.id, Task.done_at.is_(None))).all()
