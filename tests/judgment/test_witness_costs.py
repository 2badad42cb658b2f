"""What a witness is paid is part of the costs on which the decision disposes: the loser bears it, whoever advanced it (CPL 77)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role, Seat
from odr.ground.errors import ActNotOpen
from odr.hearing.courtroom.witness_costs.models import WitnessCost
from odr.hearing.models import Posting, Witness
from odr.hearing.vocabulary import PostingKind, RequestState, TestimonyManner as Manner
from odr.identity.models import AccountRole
from odr.judgment.decision.papers import cost_words
from odr.judgment.models import Decision
from odr.payments.books.ledger import balance, is_balanced, trial_balance
from odr.payments.models import LedgerAccount
from odr.procedure.models import Task
from tests.judgment.bench import Bench
from tests.judgment.test_attendance_costs import till


def heard(bench: Bench) -> None:
    """The court called somebody, who testified; the registry states what coming cost them."""
    president = bench.account("president").id
    now = bench.clock.now()
    with bench.court.database.write() as session:
        cashier = AccountRole(account_id=president, role=Role.CASHIER, granted_at=now)
        witness = Witness(
            case_id=bench.case_id,
            role=Role.WITNESS,
            name="Ding",
            email="ding@people.example",
            about="Who ordered the parcel.",
            manner=Manner.LIVE,
            state=RequestState.GRANTED,
            entry_number=1,
        )
        session.add_all(
            (witness, cashier, Seat(case_id=bench.case_id, account_id=president, role=Role.CASHIER, from_at=now))
        )
        session.flush()
        session.add(
            Posting(
                case_id=bench.case_id,
                witness_id=witness.id,
                kind=PostingKind.TESTIMONY,
                role=Role.WITNESS,
                speaker="Ding",
                words="It was sealed.",
                exhibits=[],
                uploads=[],
                entry_number=1,
                at=bench.clock.now(),
            )
        )
        reference = witness.reference
    stated = {"transport": "120", "lodging": "0", "meals": "80", "days_away": 1, "lost_days": 0, "words": "Tickets."}
    bench.do("clerk", "state_witness_costs", {"witness": reference, **stated})


def test_what_the_court_advanced_is_borne_by_the_loser(bench: Bench) -> None:
    """No decision is signed before the ruling; it names the sum, and in effect the loser is asked for it: the court's books are
    even in the end.
    """
    heard(bench)
    bench.findings()
    shares = [{"party": "claimant/1", "percent": "0"}, {"party": "respondent/1", "percent": "100"}]
    bench.do("judge", "draft_decision", bench.draft(costs=shares))
    with pytest.raises(ActNotOpen, match="not yet ruled on what the witness Ding is paid"):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    with bench.court.database.read() as session:
        cost = session.scalars(select(WitnessCost.reference)).one()
    allowed = {"transport": "120", "lodging": "0", "meals": "80", "lost_days": 0, "reasons": "The tickets show it."}
    bench.do("judge", "rule_on_witness_costs", {"cost": cost, **allowed})
    paid = {"cost": cost, "amount": "200", "channel": "transfer", "slip": "T-1"}
    bench.do("cashier", "pay_witness", paid, actor=till(bench))
    bench.do("judge", "draft_decision", bench.draft(costs=shares))
    reference = bench.draft_reference()
    bench.do("judge", "send_for_signing", {"decision": reference})
    bench.wait(hours=26)
    bench.do("judge", "issue_decision", {"decision": reference, "case_number": bench.number})
    bench.do("clerk", "countersign_decision", {"decision": reference})
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        decision = session.scalars(select(Decision).where(Decision.reference == reference)).one()
        assert (decision.costs["fee"], decision.costs["witnesses"]) == (20_000, 20_000)
        said = [words if isinstance(words, str) else words.render("en") for words in cost_words(case, decision)]
        assert any("what witnesses are paid" in one and "200.00" in one for one in said)
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    with bench.court.database.read() as session:
        owed = session.scalars(select(Task.title).where(Task.kind == "collect_costs")).all()
        assert len(owed) == 1 and "200.00" in owed[0]["en"]
    bench.do("cashier", "demand_costs", {"party": "respondent/1", "amount": "200"}, actor=till(bench))
    with bench.court.database.read() as session:
        assert is_balanced(trial_balance(session))
        for account in (LedgerAccount.DEFERRED, LedgerAccount.ENTRUSTED, LedgerAccount.INCOME):
            assert balance(session, account, "CNY", case_id=bench.case_id) == 0, account
