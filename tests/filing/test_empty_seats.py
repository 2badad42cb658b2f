"""A seat that nobody could take: it stays on the president's desk until somebody takes it, and nobody who had to go does."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import DocketEntry, Role
from odr.filing.models import RequestKind
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.procedure.models import Task
from odr.service.models import Packet
from tests.filing.test_assignment import clerks, judges
from tests.filing.test_motions import request_of, seat
from tests.scene import Scene


def on_desk(scene: Scene) -> list[tuple[str, str | None]]:
    """What lies on the president's desk for the case."""
    with scene.court.database.read() as session:
        rows = session.scalars(
            select(Task).where(Task.case_id == scene.case_id, Task.role == Role.PRESIDENT, Task.done_at.is_(None))
        )
        return [(task.kind, task.subject) for task in rows if task.kind in ("no_seat", "reassignment")]


def steps_aside(scene: Scene) -> None:
    """The judge of the case is challenged, and has to go."""
    sitting = seat(scene, Role.JUDGE)
    assert sitting is not None
    scene.do("challenge", "li", seat=str(sitting.id), words="She dined with the other side.")
    asked = request_of(scene, RequestKind.RECUSAL).reference
    scene.do("decide_recusal", "president", request=asked, answer="allow", reasons="A picture shows it.")


def test_no_seat_is_emptied_by_giving_it_to_somebody_else(pending: Scene) -> None:
    """Where nobody else can take it, the clerk stays, the president is told what to do first, and the request stays on the desk."""
    mine = seat(pending, Role.CLERK)
    assert mine is not None
    pending.do("ask_reassignment", "clerk", seat=str(mine.id), reasons="On leave from tomorrow.")
    with pytest.raises(InvalidInput, match="Give somebody that role"):
        pending.do("reassign_seat", "president", seat=str(mine.id), reasons="On leave from tomorrow.")
    stays = seat(pending, Role.CLERK)
    assert stays is not None and stays.account_id == mine.account_id
    assert [kind for kind, _ in on_desk(pending)] == ["reassignment"]
    clerks(pending, "other")
    pending.do("reassign_seat", "president", seat=str(mine.id), reasons="On leave from tomorrow.")
    after = seat(pending, Role.CLERK)
    assert after is not None and after.account_id == pending.people["other"]
    assert on_desk(pending) == []


def test_an_empty_seat_is_filled_as_soon_as_somebody_can_take_it(pending: Scene) -> None:
    """The only judge had to go: nobody sits until another comes, who is drawn on record and told to the parties (CPL 131)."""
    steps_aside(pending)
    assert seat(pending, Role.JUDGE) is None and on_desk(pending) == [("no_seat", "judge")]
    with pytest.raises(InvalidInput, match="Give somebody that role"):
        pending.do("fill_seat", "president", role="judge", reasons="She may have changed her mind.")
    with pytest.raises(InvalidInput):
        pending.do("fill_seat", "president", role="clerk", reasons="The wrong seat altogether.")
    assert on_desk(pending) == [("no_seat", "judge")]
    judges(pending, "ava")
    pending.do("fill_seat", "president", role="judge", reasons="Ava Wen came to the court on Monday.")
    sits = seat(pending, Role.JUDGE)
    assert sits is not None and sits.account_id == pending.people["ava"] and on_desk(pending) == []
    with pending.court.database.read() as session:
        entry = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == pending.case_id, DocketEntry.act == "fill_seat")
        ).one()
        told = session.scalars(select(Packet).where(Packet.case_id == pending.case_id)).all()
        assert "draw" in entry.payload and sum(entry.id in one.entry_ids for one in told) == 2
    with pytest.raises(ActNotOpen, match="No seat of this case is empty"):
        pending.do("fill_seat", "president", role="judge", reasons="One more judge for the case.")


def test_who_had_to_go_is_not_drawn_into_the_case_again(pending: Scene) -> None:
    """Also when whoever came instead leaves too, and nobody else is there (CPL 47)."""
    judges(pending, "ava")
    steps_aside(pending)
    sits = seat(pending, Role.JUDGE)
    assert sits is not None and sits.account_id == pending.people["ava"]
    with pytest.raises(InvalidInput, match="Give somebody that role"):
        pending.do("reassign_seat", "president", seat=str(sits.id), reasons="Ill for two months.")
