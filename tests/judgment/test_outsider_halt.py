"""A halt that is ruled in an outsider's action reaches every enforcement of the decision, until the action is over (CPI 297)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Outcome, Role, Stage
from odr.ground.errors import ActNotOpen
from odr.judgment import desks
from odr.judgment.enforcement_remedies.outsider_action.put import put_actions
from odr.judgment.models import EnforcementCase
from odr.procedure.models import Window, WindowState
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_settlement import enforced
from tests.judgment.test_outsider_action import REASONS, attack, brought, carried, on_desk, panel, sound
from tests.judgment.test_retrial import OUTCOME, retrial
from tests.judgment.test_retrial_ending import end
from tests.judgment.test_retrial_here import let_in

ASK = {"security": "8,000 yuan at a bank.", "grounds": "It would be gone."}
HALT = {"answer": "halt", "reasons": "The security covers what may be lost.", "security": "8,000 yuan at a bank."}
SOLD: dict[str, Any] = {"what": "The lorry was sold."}


def asked(bench: Bench) -> Bench:
    """The decision is enforced; an outsider's action was taken, and its claimant asks for a halt."""
    enforced(bench)
    action = brought(bench)
    attack(action)
    action.do("judge", "take_outsider_action", {"reasons": REASONS})
    action.do("claimant/1", "ask_to_halt_for_action", ASK)
    return action


def newest(bench: Bench) -> EnforcementCase:
    """The newest enforcement of the decision."""
    with bench.court.database.read() as session:
        found = session.scalars(select(EnforcementCase).order_by(EnforcementCase.id.desc())).first()
        assert found is not None
        session.expunge_all()
        return found


def told(bench: Bench, act: str) -> list[str]:
    """Who got the letter of an act, by label."""
    with bench.court.database.read() as session:
        packets = session.scalars(select(Packet).where(Packet.occasion == act, Packet.case_id == bench.case_id))
        return sorted(session.get_one(Case, bench.case_id).party(packet.party_id).label for packet in packets)


def withdrawn(action: Bench) -> None:
    """The action is over: its claim was withdrawn."""
    with action.court.database.write() as session:
        mine = session.get_one(Case, action.case_id)
        mine.stage, mine.outcome = Stage.CLOSED, Outcome.WITHDRAWN


@pytest.mark.parametrize("ruled_before", [True, False])
def test_an_enforcement_that_begins_later_stands_still_at_once(bench: Bench, ruled_before: bool) -> None:
    """Ruled while another was under way, or between two: the next one stands still in the moment it begins, its parties and whoever
    enforces are told, no watch runs; over, it goes on by itself (CPI 297).
    """
    action = asked(bench)
    if ruled_before:
        action.do("judge", "rule_on_halt_for_action", HALT)
    bench.ends_for_now()
    if not ruled_before:
        action.do("judge", "rule_on_halt_for_action", HALT)
    put_actions(bench.court)
    assert newest(bench).halted_entry is None and told(bench, "halt_for_action") == []
    for who in ("claimant/1", "judge"):
        assert "also where an enforcement begins later" in panel(bench, who)
    assert "8,000 yuan at a bank." in panel(action, "claimant/1")
    bench.do("claimant/1", "apply_for_enforcement", {})
    found = newest(bench)
    assert (found.halt_ground, on_desk(bench, desks.ENFORCEMENT), on_desk(bench, desks.OUTSIDER_HALTED)) == (
        "outsider_action",
        0,
        1,
    )
    assert told(bench, "halt_for_action") == ["claimant/1", "respondent/1"]
    with bench.court.database.read() as session:
        runs = select(Window.kind).where(Window.subject == found.reference, Window.state == WindowState.OPEN)
        assert session.scalars(runs).all() == []
    with pytest.raises(ActNotOpen, match="halted"):
        bench.do("clerk", "record_measure", {**SOLD, "on": bench.today})
    assert not sound(bench)
    withdrawn(action)
    carried(bench, "stands")
    assert newest(bench).halted_entry is None
    assert (on_desk(bench, desks.ENFORCEMENT), on_desk(bench, desks.OUTSIDER_HALTED)) == (1, 0)
    bench.do("clerk", "record_measure", {**SOLD, "on": bench.today})
    assert not sound(bench)


def test_whoever_enforces_is_told_of_the_first_halt_too(bench: Bench) -> None:
    """The judge of the enforcement learns by which case it stands still and cannot let it go on; with the action it ends (CPI 297)."""
    action = asked(bench)
    action.do("judge", "rule_on_halt_for_action", HALT)
    put_actions(bench.court)
    assert on_desk(bench, desks.OUTSIDER_HALTED) == 1
    with pytest.raises(ActNotOpen, match="ruled on in another case"):
        bench.do("judge", "continue_enforcement", {"reasons": "We go on all the same."})
    withdrawn(action)
    carried(bench, "stands")
    assert on_desk(bench, desks.OUTSIDER_HALTED) == 0


def test_what_stood_still_for_another_reason_stands_still_on(bench: Bench) -> None:
    """Halted by its own judge when the ruling came: their reason gone, the halt of the action holds (CPI 297)."""
    action = asked(bench)
    bench.do("judge", "halt_enforcement", {"ground": "outsider", "reasons": "An outsider has shown a right in it."})
    action.do("judge", "rule_on_halt_for_action", HALT)
    put_actions(bench.court)
    assert newest(bench).halt_ground == "outsider" and told(bench, "halt_for_action") == ["claimant/1", "respondent/1"]
    assert not sound(bench)
    bench.do("judge", "continue_enforcement", {"reasons": "That reason is gone."})
    assert newest(bench).halt_ground == "outsider_action" and not sound(bench)


def test_refused_or_over_nothing_is_halted(bench: Bench) -> None:
    """Refused, the next enforcement goes on; so does one that begins when the action is over."""
    action = asked(bench)
    action.do("judge", "rule_on_halt_for_action", {**HALT, "answer": "refuse", "security": ""})
    bench.ends_for_now()
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert newest(bench).halted_entry is None
    action.do("claimant/1", "ask_to_halt_for_action", ASK)
    bench.ends_for_now()
    action.do("judge", "rule_on_halt_for_action", HALT)
    withdrawn(action)
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert newest(bench).halted_entry is None and on_desk(bench, desks.OUTSIDER_HALTED) == 0


def test_an_enforcement_that_lives_again_after_a_retrial_stands_still(bench: Bench) -> None:
    """The halt was ruled while the decision was heard again; the retrial ends, and its enforcement does not go on (CPI 297, 404)."""
    action = asked(bench)
    let_in(bench, "other", Role.JUDGE)
    retrial(bench, "law")
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    action.do("judge", "rule_on_halt_for_action", HALT)
    put_actions(bench.court)
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    assert bench.case().stage is Stage.ENFORCEMENT and newest(bench).halt_ground == "outsider_action"
    with bench.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.act == "halt_for_action")).one()
        assert json.loads(entry.payload)["input"]["reasons"] == HALT["reasons"]
    assert on_desk(bench, desks.ENFORCEMENT) == 0 and on_desk(bench, desks.OUTSIDER_HALTED) == 1
