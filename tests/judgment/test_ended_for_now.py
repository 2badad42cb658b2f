"""An enforcement ends for now with the creditor's signature after being told of the search, or examined by a panel and approved by
the president; the claim lives on (CPI 517).
"""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Stage
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.judgment.enforcement.case_views import halted
from odr.judgment.enforcement_remedies.for_now.models import LIVES_ON, EnforcementSearch, SearchState
from odr.judgment.enforcement_remedies.for_now.queries import search_panel
from odr.procedure.case.next_box import next_box
from odr.procedure.models import Task
from odr.procedure.rules.registry import PackRegistry
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.kept import kept

ENDS = {"state": "for_now", "reasons": "Nothing was found."}
PANEL = {"members": "Judge One\nJudge Two\nJudge Three", "examined": "Bank, land and vehicle searches of today."}


@kept
def searched(bench: Bench) -> None:
    """The creditor has applied, and the clerk tells what the search came to."""
    bench.effective()
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    tell(bench)


def tell(bench: Bench) -> None:
    """The result of a search."""
    bench.do("clerk", "tell_search_result", {"on": bench.today, "result": "Accounts, land and vehicles: nothing."})


def state(bench: Bench) -> SearchState:
    """How far the newest search is."""
    with bench.court.database.read() as session:
        rows = select(EnforcementSearch.state).order_by(EnforcementSearch.id.desc())
        return session.scalars(rows).first()  # type: ignore[return-value]


def desks(bench: Bench) -> set[str]:
    """What waits about it."""
    with bench.court.database.read() as session:
        rows = session.scalars(select(Task.kind).where(Task.case_id == bench.case_id, Task.done_at.is_(None)))
        return {kind for kind in rows if kind.startswith("ending")}


def test_nobody_ends_it_for_now_alone(bench: Bench) -> None:
    """Neither before the creditor was told, nor while nobody has signed or approved."""
    bench.effective()
    bench.wait(days=20)
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "tell_search_result", {"on": bench.today, "result": "Accounts, land: nothing."})
    bench.do("claimant/1", "apply_for_enforcement", {})
    with pytest.raises(ActNotOpen, match="517"):
        bench.do("judge", "end_enforcement", ENDS)
    tell(bench)
    with pytest.raises(ActNotOpen, match="517"):
        bench.do("judge", "end_enforcement", ENDS)
    assert bench.case().stage is Stage.ENFORCEMENT


def test_the_creditor_signs(bench: Bench) -> None:
    """Only who applied is told and answers, once; the judge then ends it, and both sides read that the claim lives on."""
    searched(bench)
    with bench.court.database.read() as session:
        told = session.scalars(select(Packet.party_id).where(Packet.occasion == "tell_search_result")).all()
    assert len(set(told)) == 1
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        first = {who: next_box(look, case, bench.actor(who)) for who in ("claimant/1", "respondent/1")}
    acts = {who: box.owed_act.name if box.owed_act is not None else None for who, box in first.items()}
    assert acts["claimant/1"] == "answer_search_result" != acts["respondent/1"], (
        "it is what comes first for the creditor"
    )
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "answer_search_result", {"answer": "sign"})
    bench.do("claimant/1", "answer_search_result", {"answer": "sign"})
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "answer_search_result", {"answer": "not"})
    with pytest.raises(ActNotOpen):
        bench.do("judge", "check_search_result", PANEL)
    assert state(bench) is SearchState.SIGNED and desks(bench) == {"ending_for_now"}
    bench.do("judge", "end_enforcement", ENDS)
    assert desks(bench) == set() and bench.case().stage is Stage.EFFECTIVE
    with bench.court.database.read() as session:
        seen = halted(bench.court.look(session), session.get_one(Case, bench.case_id))
    assert seen is not None and seen.lives_on is LIVES_ON
    bench.wait(days=900)
    bench.do("claimant/1", "apply_for_enforcement", {})
    with pytest.raises(ActNotOpen, match="517"):
        bench.do("judge", "end_enforcement", ENDS)


def test_a_panel_and_the_president_instead(bench: Bench) -> None:
    """Where the creditor does not sign, three examine it and the president approves; not approved, the search goes on."""
    searched(bench)
    bench.do("claimant/1", "answer_search_result", {"answer": "not", "words": "There is a boat."})
    assert desks(bench) == {"ending_for_now"}
    with pytest.raises(InvalidInput):
        bench.do("judge", "check_search_result", {**PANEL, "members": "Judge One\nJudge Two"})
    bench.do("judge", "check_search_result", PANEL)
    assert desks(bench) == {"ending_to_approve"}
    with pytest.raises(Forbidden):
        bench.do("judge", "approve_ending_for_now", {"answer": "approve", "reasons": "Everything was searched."})
    with pytest.raises(ActNotOpen, match="517"):
        bench.do("judge", "end_enforcement", ENDS)
    bench.do("president", "approve_ending_for_now", {"answer": "not", "reasons": "Look for the boat."})
    assert state(bench) is SearchState.NOT_APPROVED and desks(bench) == {"ending_for_now"}
    bench.do("judge", "check_search_result", PANEL)
    bench.do("president", "approve_ending_for_now", {"answer": "approve", "reasons": "Everything was searched."})
    bench.do("judge", "end_enforcement", ENDS)
    assert bench.case().stage is Stage.EFFECTIVE


def test_a_newer_search_is_answered_anew(bench: Bench) -> None:
    """What was said to an older result counts no more."""
    searched(bench)
    bench.do("claimant/1", "answer_search_result", {"answer": "sign"})
    tell(bench)
    assert desks(bench) == set() and state(bench) is SearchState.TOLD
    with pytest.raises(ActNotOpen, match="517"):
        bench.do("judge", "end_enforcement", ENDS)


def test_whoever_owes_does_not_read_where_was_searched(bench: Bench) -> None:
    """Nor what the creditor knows of property: it would be gone. The creditor and the judge read it with what each may do."""
    searched(bench)
    with pytest.raises(InvalidInput):
        bench.do("clerk", "tell_search_result", {"on": "2099-01-01", "result": "Accounts, land and vehicles: nothing."})
    bench.do("claimant/1", "answer_search_result", {"answer": "not", "words": "There is a boat in the harbour."})
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        panels = {who: search_panel(look, case, bench.actor(who)) for who in ("claimant/1", "respondent/1", "judge")}
        entries = [
            one
            for act in ("tell_search_result", "answer_search_result")
            for one in entries_of(session, case, act)
            if reads_entry(bench.actor("respondent/1"), one)
        ]
    acts = {who: [act.name for act in panel.data["acts"]] for who, panel in panels.items() if panel is not None}
    assert acts.keys() == {"claimant/1", "judge"} and "check_search_result" in acts["judge"]
    assert entries == []


def test_a_country_that_asks_nobody() -> None:
    """Only where the rules name the article is anybody's word needed."""
    rules = PackRegistry.load().in_force("cn", date(2026, 3, 2)).enforcement_halt
    assert rules is not None and str(rules.for_now_article) == "CPI 517"
