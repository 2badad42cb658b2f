"""A stay halts what runs and what begins meanwhile, and nothing of what runs on whatever happens (CPL 153)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case
from odr.payments.models import AssessmentState, FeeAssessment
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task, Window, WindowState
from odr.service.models import Packet
from tests.scene import Scene

RULING: dict[str, Any] = {
    "result": "granted",
    "reasons": "A party has died and her heirs are looked for.",
    "language": "en",
}
STAY = {**RULING, "kind": "stay", "orders": "The case is stayed."}
RESUME = {**RULING, "kind": "resume", "orders": "The case goes on."}


def windows(scene: Scene, kind: str) -> list[Window]:
    """The time limits of a kind, the oldest first."""
    with scene.court.database.read() as session:
        mine = select(Window).where(Window.case_id == scene.case_id, Window.kind == kind)
        return list(session.scalars(mine.order_by(Window.id)))


def told(scene: Scene) -> list[str]:
    """What an audit says of the rows of the case."""
    with scene.court.database.read() as session:
        return list(audit_projections(scene.court, session, session.get_one(Case, scene.case_id)))


def test_time_that_begins_in_a_stay_begins_to_run_with_the_case(small_scene: Scene) -> None:
    """Served while the case stands still, the respondent has all their days to answer when it goes on; the letter names no
    day that does not hold.
    """
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.work()
    scene.do("give_ruling", "judge", **STAY)
    scene.later(days=2)
    signed = {"way": "post", "what": "signed", "signer": "legal_representative"}
    day = scene.clock.now().date().isoformat()
    scene.do("record_outcome", "clerk", packet=claim_letter(scene).reference, happened_on=day, **signed)
    (answer,) = windows(scene, "answer")
    assert answer.state is WindowState.HALTED
    scene.later(days=60)
    scene.do("give_ruling", "judge", **RESUME)
    (answer,) = windows(scene, "answer")
    assert answer.state is WindowState.OPEN and answer.due_at is not None
    assert (answer.due_at - scene.clock.now()).days >= 14, "not a day of it is used up"
    scene.join()
    scene.later(days=1)
    scene.do("file_answer", "haiyun", position="defend", statement="It was inspected.")
    assert told(scene) == []


def test_a_letter_written_in_a_stay_names_no_day(small_scene: Scene) -> None:
    """How long the time is, it says; which day it ends with nobody knows before the case goes on."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    assert "the time ends with" in str(claim_letter(scene).reckoned)
    scene.work()
    scene.do("give_ruling", "judge", **STAY)
    scene.do("serve_again", "clerk", packet=claim_letter(scene).reference)
    assert "counted from the day after" in str(claim_letter(scene).reckoned)
    assert "the time ends with" not in str(claim_letter(scene).reckoned)


@pytest.mark.parametrize("overdue", [False, True])
def test_what_an_older_program_let_run_in_a_stay_stands_still_too(small_scene: Scene, overdue: bool) -> None:
    """During an update a time limit may have begun to run in a stayed case: its end ends nothing, and its days are whole."""
    scene = small_scene
    scene.pend()
    scene.do("give_ruling", "judge", **STAY)
    with scene.court.database.write() as session:
        (row,) = session.scalars(select(Window).where(Window.kind == "answer")).all()
        ends = scene.clock.now() + timedelta(days=15)
        row.state, row.halted_at, row.opened_at, row.due_at = WindowState.OPEN, None, scene.clock.now(), ends
        row.working = {**row.working, "start": scene.clock.now().isoformat(), "due_at": ends.isoformat()}
        session.get_one(Case, scene.case_id).next_due_at = ends
    if overdue:
        scene.later(days=20)
        assert [w.state for w in windows(scene, "answer")] == [WindowState.HALTED]
    else:
        scene.later(days=5)
    scene.do("give_ruling", "judge", **RESUME)
    (answer,) = windows(scene, "answer")
    assert answer.state is WindowState.OPEN and answer.due_at is not None
    assert (answer.due_at - scene.clock.now()).days >= 14


def claim_letter(scene: Scene, *, first: bool = False) -> Packet:
    """The newest letter with the claim, or the first."""
    with scene.court.database.read() as session:
        mine = select(Packet).where(Packet.case_id == scene.case_id, Packet.occasion == "claim")
        found = session.scalars(mine.order_by(Packet.id)).all()
        return found[0] if first else found[-1]


def test_what_is_paid_in_a_stay_is_not_asked_for_after_it(small_scene: Scene) -> None:
    """The time to pay stood still when the money came: it is met all the same, and nobody finds the claim withdrawn (CPI 213)."""
    scene = small_scene
    scene.pend()
    scene.do("give_ruling", "judge", **STAY)
    assert [w.state for w in windows(scene, "fee_payment")] == [WindowState.HALTED]
    assert scene.pay() == 1
    assert [w.state for w in windows(scene, "fee_payment")] == [WindowState.MET]
    scene.do("give_ruling", "judge", **RESUME)
    scene.later(days=30)
    with scene.court.database.read() as session:
        assert [f.state for f in session.scalars(select(FeeAssessment))] == [AssessmentState.PAID]
        assert "fee_unpaid" not in session.scalars(select(Task.kind)).all()
    assert told(scene) == []


def test_what_waits_for_an_objection_goes_on_waiting_after_a_stay(small_scene: Scene) -> None:
    """The time for evidence stands still for the objection, not for the stay: it runs when the objection is ruled on (EV 55(1))."""
    scene = small_scene
    scene.pend()
    scene.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    scene.later(hours=1)
    scene.do("give_ruling", "judge", **STAY)
    scene.later(days=5)
    scene.do("give_ruling", "judge", **RESUME)
    assert {w.state for w in windows(scene, "evidence")} == {WindowState.HALTED}
    assert {w.state for w in windows(scene, "answer")} == {WindowState.OPEN}
    assert told(scene) == []
