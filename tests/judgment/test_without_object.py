"""What nobody has ruled on when a case ends has no object any more: it ends by an entry, and whoever asked is told (CPL 104, 157)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry, Outcome, Stage
from odr.filing.models import Request
from odr.judgment import desks
from odr.judgment.models import Motion
from odr.judgment.vocabulary import MotionState
from odr.procedure.acts.events import SettlementReached
from odr.procedure.models import Window, WindowState
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.judgment.test_preservation_term import on_desk

FREEZE: dict[str, Any] = {
    "kind": "preservation",
    "asks": "Freeze the account.",
    "grounds": "It empties it.",
    "amount": "8,000.00",
    "urgent": True,
}
STAY = {"kind": "stay", "asks": "Wait for the other case.", "grounds": "It decides on the same."}
OTHER = {"kind": "other", "asks": "Give back the sample.", "grounds": "It is ours."}


def motion(bench: Bench) -> Motion:
    """The one motion."""
    with bench.court.database.read() as session:
        return session.scalars(select(Motion)).one()


def dropped(bench: Bench) -> list[DocketEntry]:
    """The entries by which motions ended."""
    with bench.court.database.read() as session:
        return list(session.scalars(select(DocketEntry).where(DocketEntry.act == "drop_motion")))


def told(bench: Bench) -> list[str]:
    """Who got the letter."""
    with bench.court.database.read() as session:
        packets = session.scalars(select(Packet).where(Packet.occasion == "drop_motion"))
        return [session.get_one(Case, bench.case_id).party(packet.party_id).label for packet in packets]


def withdrawn(bench: Bench) -> None:
    """The claim is withdrawn by leave."""
    bench.do("claimant/1", "withdraw_claim", {"reasons": "We agreed."})
    with bench.court.database.read() as session:
        request = session.scalars(select(Request.reference)).one()
    ruling = {"request": request, "answer": "allow", "reasons": "Nothing stands against it."}
    bench.do("judge", "rule_on_withdrawal", ruling)
    assert bench.case().stage is Stage.CLOSED


@pytest.mark.parametrize("asked", [FREEZE, STAY])
def test_what_was_asked_for_a_case_ends_with_it_and_is_told(bench: Bench, asked: dict[str, Any]) -> None:
    """Asked for and not ruled on, the case withdrawn: only whoever asked learns of it, no time runs and no desk waits."""
    bench.do("claimant/1", "ask_for_ruling", asked)
    withdrawn(bench)
    (entry,) = dropped(bench)
    assert motion(bench).state is MotionState.OVER and motion(bench).ruled_entry == entry.number
    assert told(bench) == ["claimant/1"] and entry.audience is Audience.NAMED
    assert not any(name.startswith("party/") and name != f"party/{motion(bench).party_id}" for name in entry.named)
    assert on_desk(bench, desks.RULING_ASKED.kind) == []
    with bench.court.database.read() as session:
        kinds = session.scalars(select(Window.kind).where(Window.state == WindowState.OPEN)).all()
    assert "preservation_ruling" not in kinds


def test_a_case_sent_away_takes_what_was_asked_along(bench: Bench) -> None:
    """The other court rules on it, and the entry says so (CPL 37)."""
    with bench.court.database.write() as session:
        session.get_one(Case, bench.case_id).stage = Stage.HEARING
    bench.do("claimant/1", "ask_for_ruling", FREEZE)
    given = {"ground": "exclusive", "court": "Harbour District Court", "reasons": "The ship lies there."}
    bench.do("judge", "transfer_case", given)
    (entry,) = dropped(bench)
    assert "another court, which rules on" in entry.payload


def test_what_has_an_object_after_the_case_stays_on_the_desk(bench: Bench) -> None:
    """Something else than for the sake of the case is ruled on afterwards all the same."""
    bench.do("respondent/1", "ask_for_ruling", OTHER)
    withdrawn(bench)
    assert dropped(bench) == [] and len(on_desk(bench, desks.RULING_ASKED.kind)) == 1
    ruling = {
        "motion": motion(bench).reference,
        "result": "granted",
        "orders": "Given back.",
        "reasons": "It is theirs.",
    }
    bench.do("judge", "give_ruling", {**ruling, "reasons": "The sample is theirs."})
    assert motion(bench).state is MotionState.GRANTED and on_desk(bench, desks.RULING_ASKED.kind) == []


def test_a_statement_that_leaves_nothing_to_perform_ends_it_too(bench: Bench) -> None:
    """No other event says that such a case is over."""
    bench.do("claimant/1", "ask_for_ruling", STAY)
    with bench.court.sit() as sitting:
        case = sitting.session.get_one(Case, bench.case_id)
        case.stage, case.outcome, case.closed_at = Stage.CLOSED, Outcome.SETTLED, sitting.now
        sitting.follow(case, lambda: sitting.announce(SettlementReached(case, "statement", ())))
    assert motion(bench).state is MotionState.OVER and len(dropped(bench)) == 1
