"""A judge who cannot decide yet hears the case further: nothing written is lost, nothing is pronounced meanwhile."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role, Stage, Track
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.hearing.models import Attendance, Examination, Hearing, Summons
from odr.hearing.vocabulary import HearingState, Mode, Presence
from odr.judgment.models import Decision, Finding
from odr.judgment.vocabulary import DecisionState
from odr.procedure.court import Court
from odr.procedure.models import Task
from tests.judgment.bench import Bench, lay_case
from tests.judgment.test_panel import FOR, panel, vote

__all__ = ["panel"]
FURTHER = {"reasons": "It is unclear who packed the goods."}


def at_one_hour(bench: Bench) -> None:
    """The case is heard with everybody at the same time."""
    with bench.court.database.write() as session:
        session.scalars(select(Examination)).one().mode = Mode.HYBRID


def waiting(bench: Bench) -> set[tuple[str, Role]]:
    """What waits on a desk, and on whose."""
    with bench.court.database.read() as session:
        mine = (Task.case_id == bench.case_id, Task.done_at.is_(None))
        return {(kind, role) for kind, role in session.execute(select(Task.kind, Task.role).where(*mine))}


def held_further(bench: Bench) -> None:
    """Another hearing was held, in which everybody had the last word, and recorded."""
    with bench.court.database.write() as session:
        case, first = session.get_one(Case, bench.case_id), session.scalars(select(Hearing)).one()
        entry = case.entry_count + 1
        again = Hearing(
            case_id=case.id,
            ordinal=2,
            mode=first.mode,
            begins_at=bench.clock.now(),
            place=first.place,
            state=HearingState.HELD,
            summoned_by=entry,
            begun_at=bench.clock.now(),
            ended_at=bench.clock.now(),
            minutes="Everybody was heard on who packed the goods.",
            recorded_by=entry,
            stages=["investigation", "final"],
        )
        again.summonses = [Summons(party_id=party.id, sent_by=entry) for party in case.parties]
        again.attendances = [
            Attendance(party_id=party.id, role=party.role, name=party.name, presence=Presence.COURTROOM)
            for party in case.parties
        ]
        session.add(again)


def test_what_is_signed_is_taken_back_first(whole_court: Court, clock: FixedClock) -> None:
    """A decision that rests would be pronounced meanwhile; taken back it stays a draft, with its findings, and cannot be signed
    before the hearing that follows was held.
    """
    bench = lay_case(whole_court, clock, track=Track.ORDINARY)
    at_one_hour(bench)
    reference = bench.sign()
    with pytest.raises(ActNotOpen, match="Take it back first"):
        bench.do("judge", "hear_further", FURTHER)
    bench.do("judge", "reopen_decision", {"decision": reference})
    with pytest.raises(InvalidInput, match="leave this empty"):
        bench.do("judge", "hear_further", FURTHER | {"phase": "anything"})
    bench.do("judge", "hear_further", FURTHER)
    assert bench.case().stage is Stage.HEARING
    assert ("summon", Role.CLERK) in waiting(bench) and "draft_decision" not in dict(waiting(bench))
    with whole_court.database.read() as session:
        assert session.scalars(select(Decision.state)).all() == [DecisionState.DRAFT]
        assert session.scalars(select(Finding).where(Finding.replaced_by.is_(None))).first() is not None
    with pytest.raises(ActNotOpen, match="not closed yet"):
        bench.do("judge", "send_for_signing", {"decision": reference})
    with pytest.raises(ActNotOpen, match="Last words"):
        bench.do("judge", "close_hearing", {"reasons": "Nothing more is needed."})
    held_further(bench)
    bench.do("judge", "close_hearing", {"reasons": "Everybody was heard on it."})
    assert bench.case().stage is Stage.DELIBERATION and ("draft_decision", Role.JUDGE) in waiting(bench)
    bench.do("judge", "send_for_signing", {"decision": reference})


def test_a_panel_votes_again(panel: Bench) -> None:
    """Votes on a text, though unchanged, were given before everything was heard."""
    at_one_hour(panel)
    reference = _voted(panel)
    panel.do("judge", "reopen_decision", {"decision": reference})
    panel.do("judge", "hear_further", FURTHER)
    held_further(panel)
    panel.do("judge", "close_hearing", {"reasons": "Everybody was heard on it."})
    with pytest.raises(ActNotOpen, match="has not voted on this text"):
        panel.do("judge", "send_for_signing", {"decision": reference})
    for who in ("ann", "ben", "judge"):
        vote(panel, who, FOR)
    panel.do("judge", "send_for_signing", {"decision": reference})


def _voted(panel: Bench) -> str:
    panel.findings()
    panel.do("judge", "draft_decision", panel.draft())
    reference = panel.draft_reference()
    for who in ("ann", "ben", "judge"):
        vote(panel, who, FOR)
    panel.do("judge", "send_for_signing", {"decision": reference})
    return reference
