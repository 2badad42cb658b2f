"""With security and the creditor's consent an enforcement waits, and unpaid it goes on against the security too (CPL 242; CPI 467 to 469)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn, strategies as st
from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Case, Stage
from odr.docket.queries import entries_of
from odr.evidence.models import Blob, Upload, UploadState
from odr.ground.db import new_reference
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.judgment.enforcement.case_views import halted
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.enforcement_remedies.deferral.models import EnforcementSecurity, SecurityState
from odr.judgment.enforcement_remedies.deferral.panel import deferral_panel
from odr.judgment.enforcement_remedies.objections.audit import audit_case_objections
from odr.judgment.queries import obligations_of
from odr.procedure.case.next_box import next_box
from odr.procedure.models import Task
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.reckoning import reckon
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.judgment.test_enforcement_halted import paper, running
from tests.judgment.test_enforcement_settlement import enforced
from tests.judgment.test_retrial_ending import end, ordered
from tests.kept import kept

CAR: dict[str, Any] = {"kind": "own", "what": "The delivery van with the plate 浙A12345, pledge registered."}
WAITS: dict[str, Any] = {"answer": "wait", "reasons": "The security is enough."}
MEASURE = {"what": "An account was frozen."}
ADDRESS = "8 Canal Road, Hangzhou"


def undertaking(bench: Bench) -> str:
    """The guarantor's paper, as the debtor sent it."""
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        party = next(one for one in case.parties if one.label == "respondent/1")
        at = bench.clock.now()
        digest = new_reference()
        blob = Blob(sha256=digest.ljust(64, "0"), size=3, media_type="image/png", content=b"abc", created_at=at)
        session.add(blob)
        session.flush()
        upload = Upload(
            account_id=party.account_id or 0,
            filename="undertaking.png",
            size=blob.size,
            offset=blob.size,
            sha256="e" * 64,
            media_type="image/png",
            state=UploadState.ANCHORED,
            created_at=at,
            expires_at=at,
            completed_at=at,
            receipt=new_reference(),
            blob_id=blob.id,
        )
        session.add(upload)
        session.flush()
        return upload.reference


def guaranteed(bench: Bench, **more: Any) -> dict[str, Any]:
    """A guarantor of 3,000."""
    return {
        "kind": "guarantor",
        "what": "Answers with all she owns.",
        "bound": "3,000.00",
        "giver": "Zhou Lan",
        "address": ADDRESS,
        "able": "She owns a flat without a mortgage.",
        "undertaking": undertaking(bench),
        **more,
    }


def day(bench: Bench, days: int) -> str:
    """A day so many days from today."""
    return (date.fromisoformat(bench.today) + timedelta(days=days)).isoformat()


def row(bench: Bench) -> EnforcementSecurity:
    """The newest security."""
    with bench.court.database.read() as session:
        found = session.scalars(select(EnforcementSecurity).order_by(EnforcementSecurity.id.desc())).first()
        assert found is not None
        session.expunge(found)
        return found


def desks(bench: Bench) -> set[str]:
    """What waits on desks."""
    with bench.court.database.read() as session:
        return set(session.scalars(select(Task.kind).where(Task.case_id == bench.case_id, Task.done_at.is_(None))))


def sound(bench: Bench) -> None:
    """The rows say what the docket says."""
    with bench.court.database.read() as session:
        assert list(audit_case_objections(bench.court, session, session.get_one(Case, bench.case_id))) == []


def steps(bench: Bench) -> dict[str, str]:
    """What each side reads first."""
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        boxes = {who: next_box(look, case, bench.actor(who)) for who in ("claimant/1", "respondent/1")}
        return {
            who: f"{box.owed and box.owed.words.render('en')} {box.owed and box.owed.otherwise}"
            for who, box in boxes.items()
        }


@kept
def agreed(bench: Bench) -> None:
    """The debtor offers a van, the creditor consents."""
    enforced(bench)
    bench.do("respondent/1", "offer_enforcement_security", CAR)
    bench.do("claimant/1", "answer_enforcement_security", {"answer": "consent"})


@kept
def waiting(bench: Bench) -> None:
    """The enforcement waits for sixty days."""
    agreed(bench)
    bench.do("judge", "decide_on_deferral", {**WAITS, "until": day(bench, 60)})


def test_nothing_waits_without_security_consent_and_a_decision(bench: Bench) -> None:
    """Who owes offers, who is owed consents, the judge decides: each once, and in this order (CPL 242)."""
    enforced(bench)
    with pytest.raises(ActNotOpen, match="Only whoever still owes"):
        bench.do("claimant/1", "offer_enforcement_security", CAR)
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "answer_enforcement_security", {"answer": "consent"})
    with pytest.raises(ActNotOpen, match="creditor consents"):
        bench.do("judge", "decide_on_deferral", {**WAITS, "until": day(bench, 60)})
    bench.do("respondent/1", "offer_enforcement_security", CAR)
    with pytest.raises(ActNotOpen, match="offered already"):
        bench.do("respondent/1", "offer_enforcement_security", CAR)
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "answer_enforcement_security", {"answer": "consent"})
    with pytest.raises(ActNotOpen, match="creditor consents"):
        bench.do("judge", "decide_on_deferral", {**WAITS, "until": day(bench, 60)})
    bench.do("clerk", "record_measure", {**MEASURE, "on": bench.today})
    bench.do("claimant/1", "answer_enforcement_security", {"answer": "decline", "words": "The van is old."})
    assert row(bench).state is SecurityState.DECLINED and "enforcement_deferral" not in desks(bench)
    # Another offer may be made.
    bench.do("respondent/1", "offer_enforcement_security", CAR)
    bench.do("claimant/1", "answer_enforcement_security", {"answer": "consent"})
    assert "enforcement_deferral" in desks(bench)
    for who in ("clerk", "claimant/1", "respondent/1"):
        with pytest.raises(Forbidden):
            bench.do(who, "decide_on_deferral", {**WAITS, "until": day(bench, 60)})
    bench.do("judge", "decide_on_deferral", {"answer": "refuse", "reasons": "The van is old."})
    assert row(bench).state is SecurityState.REFUSED and "enforcement_deferral" not in desks(bench)
    bench.do("clerk", "record_measure", {**MEASURE, "on": bench.today})
    sound(bench)


def test_while_it_waits_nothing_is_enforced_and_both_read_the_day(bench: Bench) -> None:
    """No measure, no watch over inaction; the day stands on the page of both, and the ruling holds no other halt (CPL 242)."""
    waiting(bench)
    until = date.fromisoformat(day(bench, 60))
    assert row(bench).waits_until == until and "enforcement_deferral" not in desks(bench)
    with pytest.raises(ActNotOpen, match="no measure"):
        bench.do("clerk", "record_measure", {**MEASURE, "on": bench.today})
    assert "enforcement_inaction" not in running(bench) and "enforcement_deferral" in running(bench)
    with pytest.raises(ActNotOpen, match="waits for security"):
        bench.do("judge", "continue_enforcement", {"reasons": "The reason is gone."})
    with pytest.raises(ActNotOpen, match="halted already"):
        bench.do("judge", "halt_enforcement", {"ground": "creditor", "reasons": "The creditor waits longer."})
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        seen = {who: deferral_panel(look, case, bench.actor(who)) for who in ("claimant/1", "respondent/1", "judge")}
        assert halted(look, case) is None, "it is told once"
        packets = session.scalars(select(Packet.party_id).where(Packet.occasion == "decide_on_deferral")).all()
    assert len(set(packets)) == 2
    for who, panel in seen.items():
        assert panel is not None and str(until.year) in panel.data["state"].render("en"), who
    offered = {who: [act.name for act in panel.data["acts"]] for who, panel in seen.items() if panel}
    assert offered == {"claimant/1": ["report_moved_security"], "respondent/1": [], "judge": ["end_deferral"]}
    read = steps(bench)
    assert "waits for security until" in read["claimant/1"] and "Nothing is enforced until" in read["respondent/1"]
    sound(bench)


def test_when_the_day_has_passed_unpaid_it_goes_on_against_the_security(bench: Bench) -> None:
    """By itself, and not on the day itself: measures again, the clerk asked, both told (CPI 469)."""
    waiting(bench)
    bench.wait(days=60)
    assert row(bench).state is SecurityState.HOLDS, "the day itself still belongs to the debtor"
    bench.wait(days=1)
    assert row(bench).state is SecurityState.OVER
    assert {"enforcement", "enforcement_security"} <= desks(bench) and "enforcement_guarantor" not in desks(bench)
    assert "enforcement_inaction" in running(bench) and "enforcement_deferral" not in running(bench)
    with bench.court.database.read() as session:
        packets = session.scalars(select(Packet.party_id).where(Packet.occasion == "go_on_after_deferral")).all()
    assert len(set(packets)) == 2
    with pytest.raises(ActNotOpen, match="No guarantor"):
        bench.do("judge", "order_guarantor", {"amount": "100.00", "reasons": "He answers for it."})
    bench.do("clerk", "record_measure", {"what": "The van was sold.", "on": bench.today})
    sound(bench)


def test_paid_in_time_the_security_is_free(bench: Bench) -> None:
    """Everything paid while it waits: nothing goes on when the day passes, and the security answers for nothing."""
    waiting(bench)
    bench.do(
        "claimant/1", "record_performance", {"obligation": obligation(bench), "amount": "9,999.00", "on": bench.today}
    )
    assert "enforcement_deferral" not in running(bench) and "enforcement_paid" in desks(bench)
    bench.wait(days=61)
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Everything is paid."})
    assert row(bench).state is SecurityState.FREE and bench.case().stage is Stage.CLOSED
    sound(bench)


def obligation(bench: Bench) -> str:
    """What is owed, by reference."""
    with bench.court.database.read() as session:
        return obligations_of(session, session.get_one(Case, bench.case_id))[0].reference


def test_a_security_with_a_term_sets_the_day_and_never_more_than_a_year(bench: Bench) -> None:
    """As long as the security holds, a year at most; without a term the judge says the day, a year at most (CPI 467)."""
    enforced(bench)
    with pytest.raises(InvalidInput, match="beyond today"):
        bench.do("respondent/1", "offer_enforcement_security", {**CAR, "ends_on": bench.today})
    bench.do("respondent/1", "offer_enforcement_security", {**CAR, "ends_on": day(bench, 40)})
    bench.do("claimant/1", "answer_enforcement_security", {"answer": "consent"})
    with pytest.raises(InvalidInput, match="has a term"):
        bench.do("judge", "decide_on_deferral", {**WAITS, "until": day(bench, 30)})
    bench.do("judge", "decide_on_deferral", WAITS)
    assert row(bench).waits_until == date.fromisoformat(day(bench, 40))
    bench.wait(days=41)
    bench.do("respondent/1", "offer_enforcement_security", {**CAR, "ends_on": day(bench, 900)})
    bench.do("claimant/1", "answer_enforcement_security", {"answer": "consent"})
    bench.do("judge", "decide_on_deferral", WAITS)
    assert row(bench).waits_until == date.fromisoformat(bench.today).replace(year=2027)
    bench.do("judge", "end_deferral", {"reasons": "The van was sold to a cousin."})
    bench.do("respondent/1", "offer_enforcement_security", CAR)
    bench.do("claimant/1", "answer_enforcement_security", {"answer": "consent"})
    with pytest.raises(InvalidInput, match="no term"):
        bench.do("judge", "decide_on_deferral", WAITS)
    for wrong in (0, 367):
        with pytest.raises(InvalidInput, match="lies after today"):
            bench.do("judge", "decide_on_deferral", {**WAITS, "until": day(bench, wrong)})
    said = paper(bench, "decide_on_deferral", {**WAITS, "until": day(bench, 60)})
    for words in ("The enforcement waits", "art. 242", "art. 467", "art. 469", "van"):
        assert words in said, (words, said)
    sound(bench)


def test_security_that_has_run_out_before_the_decision_lets_nothing_wait(bench: Bench) -> None:
    """The judge came too late: the enforcement goes on."""
    enforced(bench)
    bench.do("respondent/1", "offer_enforcement_security", {**CAR, "ends_on": day(bench, 3)})
    bench.do("claimant/1", "answer_enforcement_security", {"answer": "consent"})
    bench.wait(days=3)
    with pytest.raises(ActNotOpen, match="run out"):
        bench.do("judge", "decide_on_deferral", WAITS)


def test_moved_away_it_goes_on_at_once(bench: Bench) -> None:
    """The creditor tells it once, the judge looks, and the enforcement goes on before its day (CPI 467)."""
    waiting(bench)
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "report_moved_security", {"words": "The van is gone."})
    bench.do("claimant/1", "report_moved_security", {"words": "The van is for sale online."})
    with pytest.raises(ActNotOpen, match="told it already"):
        bench.do("claimant/1", "report_moved_security", {"words": "The van is for sale online."})
    assert "enforcement_moved" in desks(bench)
    bench.do("judge", "end_deferral", {"reasons": "The van was sold to a cousin."})
    assert row(bench).state is SecurityState.MOVED and "enforcement_moved" not in desks(bench)
    assert "enforcement_deferral" not in running(bench) and "enforcement_security" in desks(bench)
    bench.do("clerk", "record_measure", {**MEASURE, "on": bench.today})
    with pytest.raises(ActNotOpen, match="not put off"):
        bench.do("judge", "end_deferral", {"reasons": "The van was sold to a cousin."})
    sound(bench)


def test_a_guarantor_answers_by_ruling_and_within_the_undertaking(bench: Bench) -> None:
    """With a written undertaking, of which the creditor gets a copy; up to its sum and what is owed (CPI 468, 469)."""
    enforced(bench)
    for missing in ("giver", "address", "able", "undertaking"):
        with pytest.raises(ValidationError):
            bench.do("respondent/1", "offer_enforcement_security", guaranteed(bench, **{missing: None}))
    with pytest.raises(ValidationError):
        bench.do("respondent/1", "offer_enforcement_security", {**CAR, "giver": "Zhou Lan"})
    bench.do("respondent/1", "offer_enforcement_security", guaranteed(bench))
    with bench.court.database.read() as session:
        entries = entries_of(session, session.get_one(Case, bench.case_id), "offer_enforcement_security")
        assert ADDRESS not in entries[-1].payload, "where she lives stands in no entry"
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        seen = {who: deferral_panel(look, case, bench.actor(who)) for who in ("claimant/1", "clerk")}
    assert {who: panel and panel.data["address"] for who, panel in seen.items()} == {
        "claimant/1": None,
        "clerk": ADDRESS,
    }
    assert "Say whether you consent" in steps(bench)["claimant/1"]
    bench.do("claimant/1", "answer_enforcement_security", {"answer": "consent"})
    bench.do("judge", "decide_on_deferral", {**WAITS, "until": day(bench, 20)})
    with pytest.raises(ActNotOpen, match="No guarantor"):
        bench.do("judge", "order_guarantor", {"amount": "100.00", "reasons": "She answers for it."})
    bench.wait(days=21)
    assert "enforcement_guarantor" in desks(bench)
    with pytest.raises(InvalidInput):
        bench.do("judge", "order_guarantor", {"amount": "3,000.01", "reasons": "She answers for it."})
    said = paper(bench, "order_guarantor", {"amount": "3,000.00", "reasons": "She answers for it."})
    for words in ("Zhou Lan", "3,000.00", "art. 469"):
        assert words in said, (words, said)
    bench.do("judge", "order_guarantor", {"amount": "3,000.00", "reasons": "She answers for it."})
    with pytest.raises(ActNotOpen, match="ruled already"):
        bench.do("judge", "order_guarantor", {"amount": "1.00", "reasons": "She answers for it."})
    assert "enforcement_guarantor" not in desks(bench) and "enforcement_security" in desks(bench)
    sound(bench)


def test_a_guarantor_of_more_than_is_owed_answers_for_what_is_owed(bench: Bench) -> None:
    """Nobody pays more than the debt with its interest (CPI 469)."""
    enforced(bench)
    bench.do("respondent/1", "offer_enforcement_security", guaranteed(bench, bound=None))
    bench.do("claimant/1", "answer_enforcement_security", {"answer": "consent"})
    bench.do("judge", "decide_on_deferral", {**WAITS, "until": day(bench, 20)})
    bench.wait(days=21)
    with pytest.raises(InvalidInput, match="at most"):
        bench.do("judge", "order_guarantor", {"amount": "10,000.00", "reasons": "She answers for it."})
    bench.do("judge", "order_guarantor", {"amount": "8,000.00", "reasons": "She answers for it."})


def test_an_enforcement_that_ends_leaves_no_offer_and_no_desk(bench: Bench) -> None:
    """Ended for now while it waits: the security answers for nothing, and nothing goes on when the day passes."""
    waiting(bench)
    bench.do("claimant/1", "report_moved_security", {"words": "The van is for sale online."})
    bench.ends_for_now()
    assert row(bench).state is SecurityState.FREE and "enforcement_deferral" not in running(bench)
    assert not {one for one in desks(bench) if one.startswith("enforcement")}
    bench.wait(days=70)
    with bench.court.database.read() as session:
        assert open_enforcement(session, session.get_one(Case, bench.case_id)) is None
    sound(bench)


def test_only_where_the_rules_know_it() -> None:
    """In China a year at most, with the articles of the wait and of the guarantor (CPL 242; CPI 467, 469)."""
    pack = PackRegistry.load().in_force("cn", date(2026, 3, 2))
    assert pack.enforcement_halt is not None and pack.enforcement_halt.security is not None
    known = pack.enforcement_halt.security
    assert (known.most.amount, known.most.unit) == (12, Unit.TERM_MONTHS)
    assert [str(one) for one in (known.article, known.most_article, known.guarantor_article)] == [
        "CPL 242",
        "CPI 467",
        "CPI 469",
    ]


@drawn(st.dates(date(2026, 1, 5), date(2026, 12, 20)), st.integers(1, 366))
def test_a_term_in_days_ends_on_its_day_whatever_the_calendar(start: date, days: int) -> None:
    """No day off moves the end of what holds: it holds no longer than it was given for (CPI 467)."""
    pack = PackRegistry.load().in_force("cn", date(2026, 3, 2))
    at = datetime.combine(start, time(10), tzinfo=pack.tz)
    found = reckon(pack, Period(amount=days, unit=Unit.TERM_DAYS), at)
    assert found.result == start + timedelta(days=days)


def test_after_a_retrial_that_ended_it_waits_again_to_the_same_day(bench: Bench) -> None:
    """Heard again, nothing is enforced and the security is free; the retrial ends without a judgment, and it holds as before (CPI 404, 467)."""
    waiting(bench)
    until = row(bench).waits_until
    ordered(bench)
    assert row(bench).state is SecurityState.FREE
    bench.wait(days=10)
    bench.do("respondent/1", "withdraw_retrial", {})
    end(bench)
    assert (row(bench).state, row(bench).waits_until) == (SecurityState.HOLDS, until)
    with pytest.raises(ActNotOpen):
        bench.do("clerk", "record_measure", {**MEASURE, "on": bench.today})
    sound(bench)
    bench.wait(days=60)
    assert row(bench).state is SecurityState.OVER and "enforcement_security" in desks(bench)
    bench.do("clerk", "record_measure", {**MEASURE, "on": bench.today})
    sound(bench)
