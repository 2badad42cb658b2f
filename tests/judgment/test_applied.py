"""An action of many decided: its fee at the end, and its judgment for somebody who had not registered (CPL 57; CPI 80,
194).
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Document, Party, PartyKind, Role, Seat, Stage, Track
from odr.docket.queries import entries_of
from odr.filing.group.models import GroupAction
from odr.filing.models import Claim, Relief, ReliefKind
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.identity.models import Account
from odr.judgment.group.models import AppliedJudgment
from odr.judgment.meetings.models import Body, Ground, Meeting, MeetingState
from odr.judgment.models import Obligation
from odr.judgment.queries import issued
from odr.payments.fee.assessment import assessments_of, keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import FeeBasis
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.events import ClaimAccepted
from odr.procedure.court import Court
from odr.procedure.models import Task, Window, WindowState
from tests.judgment.bench import Bench, lay_case
from tests.judgment.web import Visitor
from tests.kept import kept

OTHER = "(2026)网0192民初200号"
ORDERS = [{"debtor": "respondent/1", "amount": "500.00", "what": "The price back"}]
RULING: dict[str, Any] = {
    "limitation": "in_time",
    "orders": ORDERS,
    "reasons": "The same goods of the same batch; order and payment are shown.",
}


@pytest.fixture
def many(whole_court: Court, clock: FixedClock) -> Bench:
    """An action of two claimants in ordinary procedure, announced and examined: 10,000 and 5,000 are asked for, nothing
    was paid in advance.
    """
    bench = lay_case(whole_court, clock, track=Track.ORDINARY)
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        now, mei = (
            bench.clock.now(),
            session.scalars(select(Account).where(Account.email == "mei@people.example")).one(),
        )
        party = Party(
            case_id=case.id,
            role=Role.CLAIMANT,
            ordinal=2,
            name="Mei",
            kind=PartyKind.PERSON,
            account_id=mei.id,
            joined_at=now,
            online=True,
        )
        session.add(party)
        session.flush()
        claim = Claim(case_id=case.id, party_id=party.id, amount_minor=500_000, currency="CNY", entry_number=1)
        session.add(claim)
        session.flush()
        session.add(
            Relief(
                claim_id=claim.id,
                number=1,
                kind=ReliefKind.MONEY,
                what="the price back",
                amount_minor=500_000,
                currency="CNY",
            )
        )
        session.add(
            GroupAction(
                case_id=case.id, about="Capsules of one batch.", asked="The price back.", announced_entry=1, until=now
            )
        )
        session.add(
            FeeBasis(
                case_id=case.id,
                party_id=case.parties[0].id,
                matter=Matter.CLAIM,
                amounts=[1_000_000],
                at_end=True,
                since=now,
            )
        )
        session.flush()
        keep_basis(session, case, party, Matter.CLAIM, [500_000], 0, now)
    return bench


@kept
def decided(many: Bench) -> None:
    """Haiyun pays 8,000 to Li and 5,000 to Mei; the judgment binds."""
    with many.court.database.read() as session:
        keys = [
            c.reference for c in session.scalars(select(Claim).where(Claim.case_id == many.case_id).order_by(Claim.id))
        ]
    many.findings()
    pay = [
        {"kind": "pay", "relief": f"{key}/1", "debtor": "respondent/1", "creditor": f"claimant/{n}", "amount": amount}
        for n, (key, amount) in enumerate(zip(keys, ("8,000.00", "5,000.00"), strict=True), 1)
    ]
    whole = {
        "language": "en",
        "claims": "The price back.",
        "answers": "Lawful goods.",
        "issues": "Was the label true?",
        "history": "Lodged.",
    }
    reasons = [{"text": "The label was not true: see C-2 and fact 2.", "articles": "Civil Code, art. 577"}]
    many.do("judge", "draft_decision", {**whole, "reasons": reasons, "orders": [*pay, {"kind": "dismiss"}]})
    reference = many.draft_reference()
    many.do("judge", "send_for_signing", {"decision": reference})
    many.wait(hours=26)
    many.do("judge", "issue_decision", {"decision": reference, "case_number": many.number})
    many.do("clerk", "countersign_decision", {"decision": reference})
    for who in ("claimant/1", "claimant/2", "respondent/1"):
        many.serve_decision(who)
    many.wait(days=20)


def another(many: Bench, who: str = "stranger", answer: WindowState = WindowState.MET) -> Bench:
    """A later claim against the same respondent by somebody else, served."""
    mine = lay_case(many.court, many.clock, number=OTHER)
    with many.court.database.write() as session:
        case, main = session.get_one(Case, mine.case_id), session.get_one(Case, many.case_id)
        account = session.scalars(select(Account).where(Account.email == f"{who}@people.example")).one()
        case.parties[0].name, case.parties[0].account_id, case.cause = account.name, account.id, main.cause
        session.scalars(select(Window).where(Window.case_id == case.id, Window.kind == "answer")).one().state = answer
    return mine


def reference_of(many: Bench) -> str:
    with many.court.database.read() as session:
        return session.scalars(select(GroupAction.reference).where(GroupAction.case_id == many.case_id)).one()


def test_the_fee_of_many_is_one_sum_at_the_end_and_shows_its_working(many: Bench) -> None:
    """15,000 in dispute make 175, asked of nobody in advance; each bears where she lost (CPI 194; FEE 13, 29)."""
    decided(many)
    with many.court.database.read() as session:
        case = session.get_one(Case, many.case_id)
        entry = entries_of(session, case, "assess_fee_at_end")[0]
        assert assessments_of(session, case) == []
        found = json.loads(entry.payload)["result"]
        assert found["total"] == 17_500 and found["full"] == 17_500 and not found["prepaid"]
        assert {step["article"] for step in found["steps"]} >= {"CPI 194", "FEE 13(1)"} and input_of(entry)[
            "ending"
        ] is None
        shares = {one["party"]: one["bears"] for one in case_costs(session, case)}
        owed = session.scalars(
            select(Task.title).where(Task.case_id == case.id, Task.kind == "collect_costs", Task.done_at.is_(None))
        ).all()
    assert shares == {"claimant/1": 2_333, "claimant/2": 0, "respondent/1": 15_167} and len(owed) == 2


def case_costs(session: Any, case: Case) -> list[dict[str, Any]]:
    decision = issued(session, case)
    assert decision is not None
    shares: list[dict[str, Any]] = decision.costs["shares"]
    return shares


def test_whoever_did_not_register_gets_the_same_judgment_by_a_sealed_ruling(many: Bench) -> None:
    """The claim is right: what follows for it is owed at once, the loser bears the fee, and both dockets name the other
    (CPL 57; CPI 80).
    """
    decided(many)
    mine = another(many)
    judge = Visitor(create_app(court=many.court), mine, "judge", "zh-Hans")
    page = judge.get("/do/apply_group_judgment")
    assert many.number in page and "诉讼时效" in page and re.search("日[^0-9:]*作出的判决", page), (
        "a ruling names a day, not an hour"
    )
    mine.do("judge", "apply_group_judgment", {**RULING, "judgment": reference_of(many), "days": 15})
    assert many.number in judge.get("")
    with many.court.database.read() as session:
        case, main = session.get_one(Case, mine.case_id), session.get_one(Case, many.case_id)
        owed = session.scalars(select(Obligation).where(Obligation.case_id == case.id)).one()
        paper = session.scalars(select(Document).where(Document.case_id == case.id, Document.kind == "ruling")).one()
        link = session.scalars(select(AppliedJudgment)).one()
        note = input_of(entries_of(session, main, "note_applied_judgment")[0])
    assert case.stage is Stage.EFFECTIVE and case.effective_at is not None and owed.amount_minor == 50_000
    assert paper.sha256 and link.group_case_id == main.id and note["case"] == OTHER
    mine.do(
        "claimant/1",
        "record_performance",
        {"obligation": owed.reference, "amount": "500.00", "on": mine.clock.now().date().isoformat()},
    )


def test_a_judgment_is_applied_only_where_it_fits(many: Bench) -> None:
    """Not before it binds, not to somebody who took part, not while the respondent may answer, not by the clerk, not
    against a stranger to the case.
    """
    given = {**RULING, "judgment": reference_of(many)}
    early = another(many)
    with pytest.raises((ActNotOpen, InvalidInput)):
        early.do("judge", "apply_group_judgment", given)
    decided(many)
    with pytest.raises(Forbidden):
        early.do("clerk", "apply_group_judgment", given)
    with pytest.raises(InvalidInput) as fault:
        early.do("judge", "apply_group_judgment", {**given, "orders": [{**ORDERS[0], "debtor": "claimant/1"}]})
    assert fault.value.faults[0].location == ("orders", 0, "debtor")
    with many.court.database.write() as session:
        window = session.scalars(select(Window).where(Window.case_id == early.case_id, Window.kind == "answer")).one()
        window.state, window.due_at = WindowState.OPEN, many.clock.now() + timedelta(days=5)
    with pytest.raises(ActNotOpen):
        early.do("judge", "apply_group_judgment", given)
    with many.court.database.write() as session:
        session.scalars(
            select(Window).where(Window.case_id == early.case_id, Window.kind == "answer")
        ).one().state = WindowState.MET
        session.get_one(Case, early.case_id).parties[0].account_id = session.scalars(
            select(Account.id).where(Account.email == "mei@people.example")
        ).one()
    with pytest.raises((ActNotOpen, InvalidInput)):
        early.do("judge", "apply_group_judgment", given)


def before_a_body(bench: Bench, body: Body, state: MeetingState) -> None:
    """The case has been put before a body of the court."""
    with bench.court.database.write() as session:
        row = session.scalars(select(Meeting).where(Meeting.case_id == bench.case_id)).first()
        if row is None:
            row = Meeting(case_id=bench.case_id, ground=Ground.DIFFICULT, question="Is it of the kind?", asked_entry=1)
            session.add(row)
        row.body, row.state = body, state


@pytest.mark.parametrize("state", [MeetingState.ASKED, MeetingState.SUBMITTED, MeetingState.MINUTED])
def test_no_judgment_is_applied_while_the_case_lies_before_the_committee(many: Bench, state: MeetingState) -> None:
    """The panel carries out what the committee decides (COL 5, 12); what was declined, or is before the judges' meeting,
    holds up nothing.
    """
    decided(many)
    mine, given = another(many), {**RULING, "judgment": reference_of(many), "days": 15}
    before_a_body(mine, Body.COMMITTEE, state)
    with pytest.raises(ActNotOpen, match="adjudication committee") as refused:
        mine.do("judge", "apply_group_judgment", given)
    assert refused.value.source is not None and "COL" in refused.value.source
    assert mine.case().stage is not Stage.EFFECTIVE
    before_a_body(mine, Body.JUDGES, state)
    mine.do("judge", "apply_group_judgment", given)
    assert mine.case().stage is Stage.EFFECTIVE


def test_every_act_that_decides_waits_for_the_committee(many: Bench) -> None:
    """Written by hand: whoever adds an act that decides a case puts it here, or says in review why it need not wait."""
    waits = {act.name for act in many.court.table for g in act.guards if "the_committee_is_waited_for" in g.name}
    assert waits == {"apply_group_judgment", "send_for_signing", "issue_decision", "pronounce_judgment"}


def test_the_judge_of_a_later_claim_is_shown_the_judgment(many: Bench) -> None:
    """When the claim is accepted, a task names the action of many that was decided (CPL 57)."""
    decided(many)
    mine = another(many)
    with many.court.sit() as sitting:
        sitting.announce(ClaimAccepted(sitting.session.get_one(Case, mine.case_id)))
    with many.court.database.read() as session:
        task = session.scalars(select(Task).where(Task.case_id == mine.case_id, Task.kind == "apply_judgment")).one()
        seat = session.scalars(select(Seat).where(Seat.case_id == mine.case_id, Seat.role == Role.JUDGE)).first()
    assert many.number in task.title["en"] and seat is not None
