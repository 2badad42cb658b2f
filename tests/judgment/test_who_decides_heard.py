"""Only who has heard decides: what was heard before others is heard again before those who sit now (COL 3, 4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Role, Seat, Stage, Track
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen
from odr.hearing.models import Examination
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.models import Decision
from odr.judgment.vocabulary import DecisionState
from odr.procedure.court import Court
from odr.procedure.models import Task
from tests.judgment.bench import Bench, lay_case

FALLS_ILL = {"reasons": "Illness for three months."}


def let_in(court: Court, clock: FixedClock, name: str, role: Role) -> None:
    """Somebody more who may sit."""
    with court.database.write() as session:
        account = Account(
            email=f"{name}@people.example", name=name.title(), state=AccountState.ACTIVE, created_at=clock.now()
        )
        session.add(account)
        session.flush()
        session.add(AccountRole(account_id=account.id, role=role, granted_at=clock.now()))


def laid(court: Court, clock: FixedClock, track: Track) -> Bench:
    """A case heard by the judge, in a court with another judge and a president who sits."""
    bench = lay_case(court, clock, track=track)
    let_in(court, clock, "wen", Role.JUDGE)
    with court.database.write() as session:
        president = bench.account("president").id
        session.add(Seat(case_id=bench.case_id, account_id=president, role=Role.PRESIDENT, from_at=clock.now()))
    return bench


def replace_judge(bench: Bench) -> None:
    """The president gives the judge's seat to somebody else."""
    with bench.court.database.read() as session:
        mine = (Seat.case_id == bench.case_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None))
        seat = session.scalars(select(Seat.id).where(*mine)).one()
    bench.do("president", "reassign_seat", {"seat": str(seat), **FALLS_ILL})


def as_wen(bench: Bench, act: str, **given: object) -> None:
    """The new judge acts."""
    wen, judge = bench.account("wen"), bench.actor("judge")
    actor = type(judge)(Role.JUDGE, wen.id, wen.name, bench.case_id, strong_at=bench.clock.now())
    bench.do("judge", act, given, actor=actor)


def open_tasks(bench: Bench) -> set[str]:
    """Kinds of what waits on a desk."""
    with bench.court.database.read() as session:
        mine = (Task.case_id == bench.case_id, Task.done_at.is_(None))
        return set(session.scalars(select(Task.kind).where(*mine)))


def test_a_judge_who_did_not_hear_does_not_decide(whole_court: Court, clock: FixedClock) -> None:
    """Neither what the one before signed nor a draft of their own: the hearing is held again, and everything heard, found
    and drafted before others falls.
    """
    bench = laid(whole_court, clock, Track.ORDINARY)
    reference = bench.sign()
    replace_judge(bench)
    assert "not_heard_by_all" in open_tasks(bench)
    bench.wait(hours=26)
    with pytest.raises(ActNotOpen, match="Wen did not sit when the hearing was held"):
        as_wen(bench, "issue_decision", decision=reference, case_number=bench.number)
    as_wen(bench, "hold_hearing_again", reasons="I did not hear the parties.")
    assert bench.case().stage is Stage.PENDING
    assert not {"not_heard_by_all", "pronounce", "draft_decision"} & open_tasks(bench)
    assert "open_examination" in open_tasks(bench)
    with whole_court.database.read() as session:
        assert session.scalars(select(Decision.state)).all() == [DecisionState.DROPPED]
        assert session.scalars(select(Examination.replaced_by)).one() is not None


def test_who_heard_everything_hears_nothing_again(whole_court: Court, clock: FixedClock) -> None:
    """Nothing is held again where everybody who decides was there."""
    bench = laid(whole_court, clock, Track.ORDINARY)
    with pytest.raises(ActNotOpen, match="Everybody who decides sat when the case was heard"):
        bench.do("judge", "hold_hearing_again", FALLS_ILL)


def test_who_left_and_came_back_before_the_hearing_has_heard(whole_court: Court, clock: FixedClock) -> None:
    """A seat given up and taken again is the same person's: what counts is who sat at the hour of the hearing."""
    bench = laid(whole_court, clock, Track.ORDINARY)
    with whole_court.database.write() as session:
        seat = session.scalars(select(Seat).where(Seat.role == Role.JUDGE)).one()
        seat.until_at, seat.reason = clock.now() - timedelta(hours=1), "challenged"
        session.add(Seat(case_id=bench.case_id, account_id=seat.account_id, role=Role.JUDGE, from_at=clock.now()))
    bench.sign()


def test_what_was_heard_in_writing_is_read_by_who_comes(whole_court: Court, clock: FixedClock) -> None:
    """A hearing allowed in writing lies on file word for word: a new judge reads and decides it (OLR 20(2))."""
    bench = laid(whole_court, clock, Track.SIMPLE)
    replace_judge(bench)
    assert "not_heard_by_all" not in open_tasks(bench)
    with pytest.raises(ActNotOpen, match="Everybody who decides sat"):
        as_wen(bench, "hold_hearing_again", reasons="To be sure.")


def test_a_panel_convened_after_the_hearing_hears_the_case_itself(whole_court: Court, clock: FixedClock) -> None:
    """While the hearing goes on another day is fixed before all of them; it is not closed on what one of them heard."""
    for name in ("ann", "ben"):
        let_in(whole_court, clock, name, Role.ASSESSOR)
    bench = laid(whole_court, clock, Track.ORDINARY)
    with whole_court.database.write() as session:
        examination = session.scalars(select(Examination)).one()
        examination.closed_at = examination.closed_by = None
        examination.mode = type(examination.mode).OFFLINE
    bench.do("judge", "convene_panel", {"size": 3, "reasons": "A new kind of case."})
    assert "summon" in open_tasks(bench) and "not_heard_by_all" not in open_tasks(bench)
    with pytest.raises(ActNotOpen, match="Ann did not sit when the hearing was held"):
        bench.do("judge", "close_hearing", {"reasons": "Everybody was heard."})
