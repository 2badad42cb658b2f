"""Appeals posted in time, taken back, and made again (CPL 85, 171, 180)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from odr.docket.models import Audience, Case, DocketEntry, Role, Stage
from odr.filing.counter import assisting
from odr.filing.counter.inputs import TakenInput
from odr.ground.errors import ActNotOpen
from odr.hearing.examination.plan import extensions_granted
from odr.hearing.models import TrialExtension
from odr.hearing.vocabulary import RequestState
from odr.judgment.models import AppealPetition, Decision, Finding, Obligation
from odr.judgment.vocabulary import AppealState, DecisionKind
from odr.procedure.acts.tasks import DESKS
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.judgment.test_evidence_preservation import sent
from tests.judgment.test_heard_again import OUTCOME, come_back, let_in, sat
from tests.judgment.test_partial import issue as issue_part, pay, served as serve_part
from tests.judgment.test_preservation import ASKED, RULING, motion_of

APPEAL = {"asks": "Dismiss the claim.", "grounds": "The label was right.", "challenged": "8,000.00"}


def bound(bench: Bench) -> None:
    """A judgment served on everybody, and the time to appeal."""
    bench.issue()
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)


def by_post(bench: Bench, posted_days_ago: int) -> Any:
    """An appeal on paper that comes today."""
    case, clerk = bench.case(), bench.actor("clerk")
    given = bench.court.table["appeal_decision"].input.model_validate(APPEAL)
    posted = (bench.clock.now() - timedelta(days=posted_days_ago)).date()
    about = TakenInput.model_validate(
        {
            "manner": "paper",
            "confirmation": "signature",
            "paper": sent(bench, b"The appeal, signed."),
            "received_on": bench.clock.now().date(),
            "posted_on": posted,
        }
    )
    party = next(p for p in case.parties if p.role is Role.RESPONDENT)
    return assisting.take(bench.court, case, party, "appeal_decision", given, about, clerk)


def test_an_appeal_posted_in_time_is_taken_though_the_judgment_had_taken_effect(bench: Bench) -> None:
    """The postmark keeps the time; what the clock made of the silence is undone (CPL 85(4), 171)."""
    bound(bench)
    bench.wait(days=18)
    assert bench.case().stage is Stage.EFFECTIVE
    with pytest.raises(ActNotOpen):
        by_post(bench, posted_days_ago=0)
    assert bench.case().stage is Stage.EFFECTIVE
    by_post(bench, posted_days_ago=10)
    assert bench.case().stage is Stage.APPEALED and bench.case().effective_at is None
    with bench.court.database.read() as session:
        assert session.scalars(select(AppealPetition.state)).all() == [AppealState.FILED]
        assert session.scalars(select(Decision)).one().effective_at is None
        assert not session.scalars(select(Obligation).where(Obligation.ended_at.is_(None))).all()


def taken_back(bench: Bench) -> None:
    with bench.court.database.read() as session:
        mine = session.scalars(select(AppealPetition.reference).order_by(AppealPetition.id.desc())).all()[0]
    bench.do("respondent/1", "withdraw_appeal", {"appeal": mine})


def test_who_takes_an_appeal_back_in_time_may_appeal_again(bench: Bench) -> None:
    """Their time runs to its last day; the second appeal stands like the first (CPL 171)."""
    bound(bench)
    bench.do("respondent/1", "appeal_decision", APPEAL)
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "withdraw_appeal", {"appeal": "x"})
    taken_back(bench)
    assert bench.case().stage is Stage.PRONOUNCED
    bench.do("respondent/1", "appeal_decision", APPEAL)
    assert bench.case().stage is Stage.APPEALED
    with bench.court.database.read() as session:
        states = session.scalars(select(AppealPetition.state).order_by(AppealPetition.id)).all()
        assert states == [AppealState.WITHDRAWN, AppealState.FILED]


def test_taken_back_and_not_made_again_the_judgment_takes_effect(bench: Bench) -> None:
    """At once where no time runs any more, else when it ends; once the file is up, the higher court rules (CPL 180)."""
    bound(bench)
    bench.do("respondent/1", "appeal_decision", APPEAL)
    bench.wait(days=18)
    assert bench.case().stage is Stage.APPEALED
    taken_back(bench)
    assert bench.case().stage is Stage.EFFECTIVE


def test_an_appeal_whose_file_is_up_is_not_taken_back_here(bench: Bench) -> None:
    """The higher court gives leave then (CPL 180)."""
    bound(bench)
    bench.do("respondent/1", "appeal_decision", APPEAL)
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    with pytest.raises(ActNotOpen, match="higher court"):
        taken_back(bench)


def test_a_part_sent_back_brings_the_case_before_others(bench: Bench) -> None:
    """Nobody goes on who sat: other judges, a panel to convene, nothing found any more (CPL 41; CPI 45)."""
    let_in(bench, other=Role.JUDGE, ann=Role.ASSESSOR, ben=Role.ASSESSOR)
    bench.findings()
    issue_part(bench, kind="partial", orders=[pay(bench, 1, "8,000.00")])
    serve_part(bench)
    bench.do("respondent/1", "appeal_decision", APPEAL)
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    bench.do("clerk", "record_appeal_outcome", {**OUTCOME, "decided_on": bench.today, "outcome": "sent_back"})
    assert bench.case().stage is Stage.PENDING and sat(bench, Role.JUDGE) == ["Other"]
    with bench.court.database.read() as session:
        assert not session.scalars(select(Finding).where(Finding.replaced_by.is_(None))).all()
        part = session.scalars(select(Decision).where(Decision.kind == DecisionKind.PARTIAL)).one()
        assert part.effective_at is None
        look = bench.court.look(session)
        assert look.tasks(session.get_one(Case, bench.case_id), DESKS["panel"])


def test_what_the_president_gave_before_does_not_count_when_a_case_comes_back(bench: Bench) -> None:
    """The trial limit that runs anew can be extended as often as any (CPL 41, 152)."""
    with bench.court.database.write() as session:
        session.add(
            TrialExtension(case_id=bench.case_id, reasons="Long facts.", state=RequestState.GRANTED, entry_number=1)
        )
    with bench.court.database.read() as session:
        assert extensions_granted(bench.court.look(session), session.get_one(Case, bench.case_id)) == 1
    come_back(bench)
    with bench.court.database.read() as session:
        assert extensions_granted(bench.court.look(session), session.get_one(Case, bench.case_id)) == 0


def test_the_review_of_a_refused_preservation_warns_nobody(bench: Bench) -> None:
    """Neither that it is asked for nor the ruling on it reaches the other side (CPL 103; CPI 171)."""
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    refused = RULING | {"motion": motion_of(bench), "result": "refused", "security": None}
    bench.do("judge", "rule_on_preservation", refused)
    bench.serve("claimant/1")
    bench.do("claimant/1", "ask_for_preservation_review", {"asks": "Order it.", "grounds": "They sell everything."})
    bench.do("judge", "give_ruling", {**refused, "motion": motion_of(bench), "orders": "It stays refused."})
    with bench.court.database.read() as session:
        about = ("ask_for_preservation_review", "give_ruling")
        told = session.scalars(select(DocketEntry).where(DocketEntry.act.in_(about))).all()
        assert len(told) == 2 and all(e.audience is Audience.NAMED and e.opened_by is None for e in told)
        other = next(p.id for p in bench.case().parties if p.role is Role.RESPONDENT)
        sent = select(func.count()).select_from(Packet).where(Packet.party_id == other, Packet.occasion.in_(about))
        assert session.scalar(sent) == 0


def test_a_judgment_sent_back_takes_the_review_of_its_costs_along(bench: Bench) -> None:
    """The decision on the costs fell with it: the president is asked for nothing any more (CPL 41; FEE 43)."""
    let_in(bench, other=Role.JUDGE, ann=Role.ASSESSOR, ben=Role.ASSESSOR)
    bound(bench)
    bench.do("claimant/1", "ask_costs_review", {"reasons": "The share of the fee is too large."})
    bench.do("respondent/1", "appeal_decision", APPEAL)
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    bench.do("clerk", "record_appeal_outcome", {**OUTCOME, "decided_on": bench.today, "outcome": "sent_back"})
    with bench.court.database.read() as session:
        look = bench.court.look(session)
        assert not look.tasks(session.get_one(Case, bench.case_id), DESKS["costs_review"])
