"""An enforcement is halted by a ruling and goes on; such rulings, and one that ends it, hold when they are served (CPL 267 to 269)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.ground.text import Text
from odr.judgment.enforcement.case_views import halted, halted_panel
from odr.judgment.enforcement.halting import halt_grounds
from odr.judgment.enforcement.queries import open_enforcement
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.rulings import written_ruling
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_settlement import enforced

WAITS: dict[str, Any] = {"ground": "creditor", "reasons": "The creditor agrees to wait until the harvest."}
MEASURE = {"what": "An account was frozen."}


def told(bench: Bench) -> str:
    """What a reader reads of it."""
    with bench.court.database.read() as session:
        look = bench.court.look(session)
        found = halted(look, session.get_one(Case, bench.case_id))
        return "" if found is None else f"{found.what.render('en')} {found.since.render('en')}"


def running(bench: Bench) -> set[str]:
    """Which times run."""
    with bench.court.database.read() as session:
        return set(session.scalars(select(Window.kind).where(Window.state == WindowState.OPEN)))


def paper(bench: Bench, name: str, given: dict[str, Any]) -> str:
    """What the ruling of an act says."""
    with bench.court.database.read() as session:
        look, act = bench.court.look(session), bench.court.table[name]
        model = act.input.model_validate(given)
        _, found = written_ruling(look, act, session.get_one(Case, bench.case_id), model, bench.actor("judge"))
    return "\n".join(line.render("en") if isinstance(line, Text) else str(line) for line in found.orders)


def test_a_halted_enforcement_stands_still_until_its_reason_is_gone(bench: Bench) -> None:
    """No measure, no watch over inaction; then it goes on (CPL 237, 267)."""
    enforced(bench)
    assert "enforcement_inaction" in running(bench)
    with pytest.raises(ActNotOpen, match="No enforcement is halted"):
        bench.do("judge", "continue_enforcement", {"reasons": "It is gone."})
    # What is ruled on in another case, against security, is neither offered nor taken here (CPI 297).
    with bench.court.database.read() as session:
        offered = halt_grounds(bench.court.look(session), session.get_one(Case, bench.case_id), bench.actor("judge"))
    assert "creditor" in {one.value for one in offered} and "outsider_action" not in {one.value for one in offered}
    with pytest.raises(InvalidInput, match="those listed"):
        bench.do("judge", "halt_enforcement", {**WAITS, "ground": "outsider_action"})
    bench.do("judge", "halt_enforcement", WAITS)
    with pytest.raises(ActNotOpen, match="halted already"):
        bench.do("judge", "halt_enforcement", WAITS)
    with pytest.raises(ActNotOpen, match="no measure"):
        bench.do("clerk", "record_measure", {**MEASURE, "on": bench.today})
    assert not {"enforcement_inaction", "enforcement_notice"} & running(bench)
    assert bench.case().stage is Stage.ENFORCEMENT
    bench.wait(days=400)
    bench.do("judge", "continue_enforcement", {"reasons": "The harvest is in."})
    assert "enforcement_inaction" in running(bench)
    bench.do("clerk", "record_measure", {**MEASURE, "on": bench.today})
    assert told(bench) == ""


def test_the_ruling_holds_once_it_reached_everybody(bench: Bench) -> None:
    """Sealed, served on all, and in effect with the last service (CPL 269); the page says so before and after."""
    enforced(bench)
    bench.do("judge", "halt_enforcement", WAITS)
    with bench.court.database.read() as session:
        packets = session.scalars(select(Packet).where(Packet.occasion == "halt_enforcement")).all()
        assert len(packets) == 2
    assert "is halted: The creditor agrees" in told(bench) and "takes effect when it is served" in told(bench)
    bench.serve("claimant/1")
    assert "takes effect when it is served" in told(bench)
    bench.serve("respondent/1")
    assert "holds since it was served" in told(bench)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        seen = {who: halted_panel(look, case, bench.actor(who)) for who in ("judge", "claimant/1")}
    assert seen["judge"] is not None and [act.name for act in seen["judge"].data["acts"]] == ["continue_enforcement"]
    assert seen["claimant/1"] is not None and seen["claimant/1"].data["acts"] == []


def test_the_ruling_that_ends_it_holds_once_it_is_served_too(bench: Bench) -> None:
    """Also out of a halt (CPL 268, 269)."""
    enforced(bench)
    bench.do("judge", "halt_enforcement", WAITS)
    bench.ends_for_now()
    assert "ended" in told(bench) and "takes effect when it is served" in told(bench)
    for who in ("claimant/1", "respondent/1"):
        bench.serve(who)
    assert "holds since it was served" in told(bench)
    with bench.court.database.read() as session:
        assert open_enforcement(session, session.get_one(Case, bench.case_id)) is None


def test_both_rulings_say_from_when_they_hold_and_by_which_article(bench: Bench) -> None:
    """The ground with its article, and that it takes effect when served (CPL 267, 269)."""
    enforced(bench)
    said = paper(bench, "halt_enforcement", {**WAITS, "ground": "death"})
    for words in ("is halted", "art. 267(3)", "A party died", "takes effect when it is served", "art. 269"):
        assert words in said, (words, said)
    ends = paper(bench, "end_enforcement", {"state": "for_now", "reasons": "Nothing was found."})
    assert "takes effect when it is served" in ends and "art. 269" in ends


def test_only_a_judge_halts_on_a_ground_of_the_law_and_only_what_is_under_way(bench: Bench) -> None:
    """CPL 267; before there is an enforcement nothing is halted."""
    bench.effective()
    with pytest.raises(ActNotOpen):
        bench.do("judge", "halt_enforcement", WAITS)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    for who in ("clerk", "claimant/1", "respondent/1"):
        with pytest.raises(Forbidden):
            bench.do(who, "halt_enforcement", WAITS)
        with pytest.raises(Forbidden):
            bench.do(who, "continue_enforcement", {"reasons": "It is gone."})
    with pytest.raises(InvalidInput, match="Choose one"):
        bench.do("judge", "halt_enforcement", {**WAITS, "ground": "weather"})


def test_a_notice_that_a_halt_came_before_is_still_to_be_sent(bench: Bench) -> None:
    """Halted before the debtor was sent the notice, it is due again when the enforcement goes on (CPL 251)."""
    enforced(bench)
    bench.do("judge", "halt_enforcement", WAITS)
    bench.wait(days=30)
    bench.do("judge", "continue_enforcement", {"reasons": "The reason is gone."})
    assert {"enforcement_notice", "enforcement_inaction"} <= running(bench)
    bench.do("clerk", "record_measure", {"what": "The notice was sent.", "on": bench.today})
    bench.do("judge", "halt_enforcement", WAITS)
    bench.do("judge", "continue_enforcement", {"reasons": "The reason is gone."})
    assert "enforcement_notice" not in running(bench), "it was sent"


def test_no_measure_is_recorded_for_a_day_to_come(bench: Bench) -> None:
    """What was done was done on a day that is not still to come."""
    enforced(bench)
    day = (bench.clock.now().date() + timedelta(days=2)).isoformat()
    with pytest.raises(InvalidInput, match="still to come"):
        bench.do("clerk", "record_measure", {"what": "The account was frozen.", "on": day})
