"""What is preserved for a claim goes along when the claim goes on in another case (CPI 166, 221, 237)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.filing.models import Claim
from odr.ground.errors import CourtError
from odr.judgment.models import Motion, Preservation
from odr.judgment.preservation.measures import REVIEW, TERM
from odr.judgment.preservation.term import running as what_is_held
from odr.judgment.vocabulary import PreservationState
from odr.procedure.audit.docket_audit import audit
from odr.procedure.models import Task, Window, WindowState
from tests.filing.test_merging import join_them, two
from tests.filing.third import begun, leave, other_case, with_claim
from tests.scene import Scene

ASKED = {
    "kind": "preservation",
    "asks": "Freeze what the shop holds of the price.",
    "grounds": "It is being paid out.",
    "amount": "5,000.00",
}
RULED = {
    "result": "granted",
    "orders": "The account is frozen.",
    "reasons": "There is a risk of loss.",
    "language": "en",
}
LIFTED: dict[str, Any] = {
    "kind": "preservation_review",
    "result": "granted",
    "orders": "It is lifted.",
    "reasons": "The claim is decided.",
    "language": "en",
}


@pytest.fixture
def pending(small_scene: Scene) -> Scene:
    """A claim accepted in ordinary procedure and served; the respondent is there."""
    scene = begun(small_scene, "ordinary")
    scene.pay()
    return scene


def held(scene: Scene, who: str) -> Preservation:
    """Something is frozen for a party, and everybody has the ruling."""
    scene.do("ask_for_ruling", who, **ASKED)
    with scene.court.database.read() as session:
        motion = session.scalars(select(Motion.reference).order_by(Motion.id.desc())).first()
    scene.do("rule_on_preservation", "judge", motion=motion, **RULED)
    scene.do("execute_preservation", "clerk", preservation=the_row(scene).reference, kind="deposit", what="Frozen.")
    scene.later(days=1)
    return the_row(scene)


def the_row(scene: Scene) -> Preservation:
    """The newest preservation."""
    with scene.court.database.read() as session:
        row = session.scalars(select(Preservation).order_by(Preservation.id.desc())).first()
        assert row is not None
        session.expunge(row)
        return row


def windows(scene: Scene, case_id: int, kind: str) -> list[tuple[Any, Any]]:
    """State and end of the time limits of a kind in a case."""
    with scene.court.database.read() as session:
        rows = session.scalars(select(Window).where(Window.case_id == case_id, Window.kind == kind).order_by(Window.id))
        return [(w.state, w.due_at) for w in rows]


def on_desks(scene: Scene, kind: str) -> list[int]:
    """Cases for which something of a kind lies on a desk."""
    with scene.court.database.read() as session:
        return list(session.scalars(select(Task.case_id).where(Task.kind == kind, Task.done_at.is_(None))))


def test_what_is_held_for_a_third_party_is_held_in_the_case_their_claim_goes_on_in(pending: Scene) -> None:
    """The claim is withdrawn and hers goes on: nothing is lifted or undone, its term ends on the same day, and in the new case it is
    continued and lifted as if it had been ordered there (CPI 166, 237).
    """
    with_claim(pending)
    row = held(pending, "stranger")
    ((state, due),) = windows(pending, pending.case_id, TERM)
    assert state is WindowState.OPEN
    reviews = len(windows(pending, pending.case_id, REVIEW))
    leave(pending)
    new, moved = other_case(pending), the_row(pending)
    assert pending.case().stage is Stage.CLOSED
    assert (moved.reference, moved.case_id, moved.state) == (row.reference, new.id, PreservationState.EXECUTED)
    assert windows(pending, new.id, TERM) == [(WindowState.OPEN, due)]
    assert windows(pending, pending.case_id, TERM) == [(WindowState.ENDED, due)]
    assert on_desks(pending, "lift_preservation") == on_desks(pending, "undo_preservation") == []
    pending.later(days=2)
    assert len(windows(pending, new.id, REVIEW)) == reviews, "nobody's time to have it reviewed begins anew"
    old, pending.case_id = pending.case_id, new.id
    with pending.court.database.read() as session:
        case, look = session.get_one(Case, new.id), pending.court.look(session)
        mine = next(p for p in case.parties if p.role is Role.CLAIMANT)
        assert [found.reference for found, _ in what_is_held(look, case, mine.id)] == [row.reference]
        assert what_is_held(look, session.get_one(Case, old)) == []
    pending.do("ask_to_continue_preservation", "stranger", preservation=row.reference, reasons="It is not decided yet.")
    pending.do("give_ruling", "judge", **LIFTED)
    assert the_row(pending).state is PreservationState.LIFTED
    assert on_desks(pending, "undo_preservation") == [new.id]
    with pending.court.database.read() as session:
        assert audit(pending.court, session) == []


def test_a_review_that_was_asked_for_is_ruled_on_where_it_is_held(pending: Scene) -> None:
    """The other side has asked for a review: the judge of the new case rules on it, and it is asked for once (CPL 111; CPI 171)."""
    with_claim(pending)
    held(pending, "stranger")
    pending.do("ask_for_preservation_review", "haiyun", asks="Lift it.", grounds="The price was paid.")
    leave(pending)
    new = other_case(pending)
    pending.case_id = new.id
    assert on_desks(pending, "ruling_asked") == [new.id]
    with pytest.raises(CourtError):
        pending.do("ask_for_preservation_review", "haiyun", asks="Lift it.", grounds="The price was paid.")
    with pending.court.database.read() as session:
        asked = session.scalars(select(Motion.reference).order_by(Motion.id.desc())).first()
    pending.do("give_ruling", "judge", **{**LIFTED, "kind": None, "motion": asked})
    assert the_row(pending).state is PreservationState.LIFTED


def test_what_is_held_for_the_claimant_is_lifted_when_their_claim_is_withdrawn(pending: Scene) -> None:
    """It was held for a claim that nobody brings any more, and does not go along with another's (CPI 166)."""
    with_claim(pending)
    row = held(pending, "li")
    leave(pending)
    assert (the_row(pending).case_id, row.case_id) == (pending.case_id, pending.case_id)
    assert on_desks(pending, "lift_preservation") == [pending.case_id]


def test_what_is_held_for_a_counterclaim_goes_along_when_it_is_severed(pending: Scene) -> None:
    """The counterclaim is heard by itself, and what is held for it with it (CPI 221)."""
    relief = [{"kind": "money", "what": "Lost bottles", "amount": "900.00"}]
    pending.do("file_counterclaim", "haiyun", relief=relief, facts=[{"what": "Half the bottles came back empty."}])
    row = held(pending, "haiyun")
    with pending.court.database.read() as session:
        counter = session.scalars(select(Claim.reference).where(Claim.kind == "counterclaim")).one()
    pending.do("sever_claim", "judge", claim=counter, reasons="It rests on other deliveries.")
    moved = the_row(pending)
    assert moved.case_id == other_case(pending).id != row.case_id and moved.state is PreservationState.EXECUTED


def test_what_is_held_in_a_case_goes_along_when_the_case_goes_on_within_another(small_scene: Scene) -> None:
    """Two cases become one: what is held in the one that is over is held in the other, and nobody lifts it (CPI 221)."""
    first, second = two(small_scene)
    row = held(small_scene, "stranger")
    join_them(small_scene, first)
    moved = the_row(small_scene)
    assert (row.case_id, moved.case_id, moved.state) == (second, first, PreservationState.EXECUTED)
    assert on_desks(small_scene, "lift_preservation") == []
    assert [state for state, _ in windows(small_scene, first, TERM)] == [WindowState.OPEN]
