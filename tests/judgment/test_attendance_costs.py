"""An expert who was heard: what the attendance cost is borne by the loser, and what counts as given up lies before the
judge (EV 38, 39).
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role
from odr.evidence.models import Exhibit
from odr.ground.errors import ActNotOpen
from odr.hearing.appraisal.models import Appraisal, AppraisalState, CallState, ExpertCall, ReportObjection
from odr.hearing.models import Posting, Witness
from odr.hearing.vocabulary import PostingKind, RequestState, TestimonyManner as Manner
from odr.identity.actors import Actor
from odr.identity.models import AccountRole
from odr.judgment.decision.case_views import desk
from odr.judgment.decision.papers import decision_paper
from odr.judgment.models import Decision
from odr.payments.books.ledger import balance, is_balanced, trial_balance
from odr.payments.books.paydesk import cashier
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import PaymentInput
from odr.payments.models import Channel, FeeAssessment, LedgerAccount, Refund, ReliefRequest, ReliefState
from odr.procedure.models import Task
from odr.procedure.rules.tariff import ReliefKind
from tests.judgment.bench import Bench
from tests.kept import kept


def till(bench: Bench) -> Actor:
    """Whoever sits at the pay desk."""
    return Actor(Role.CASHIER, bench.account("president").id, "Cashier", bench.case_id, strong_at=bench.clock.now())


@kept
def expert(bench: Bench, *, prepays: str = "claimant/1") -> None:
    """A report (C-1) to which one still objects, the expert called and prepaid for: 300.00."""
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        party = next(p for p in case.parties if p.label == prepays)
        report = session.scalars(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.label == "C-1")).one()
        about: dict[str, Any] = {"case_id": case.id, "entry_number": 1}
        witness = Witness(
            role=Role.EXPERT,
            name="Lake Laboratory",
            email="lab@people.example",
            about="Which?",
            manner=Manner.WRITTEN,
            state=RequestState.GRANTED,
            **about,
        )
        session.add(witness)
        session.flush()
        asked = {
            "fact": "An additive",
            "questions": "Which?",
            "why": "Only a laboratory can tell",
            "bears_id": report.party_id,
        }
        appraisal = Appraisal(
            state=AppraisalState.REPORTED, exhibit_id=report.id, witness_id=witness.id, **asked, **about
        )
        session.add(appraisal)
        session.flush()
        for party_id, kept in ((party.id, True), (case.parties[-1].id, False)):
            given = {
                "words": "Page 2 shows another bottle.",
                "is_kept": kept,
                "at": bench.clock.now(),
                "entry_number": 1,
            }
            session.add(
                ReportObjection(
                    appraisal_id=appraisal.id, party_id=party_id, **given, **({} if kept else {"given_up_by": 1})
                )
            )
        reference = appraisal.reference
    bench.do("judge", "call_expert", {"appraisal": reference, "travel": "100", "board": "100", "earnings": "100"})
    with bench.court.sit() as sitting:
        case = sitting.session.get_one(Case, bench.case_id)
        notice = sitting.session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.ATTENDANCE)).one()
        sitting.session.add(
            AccountRole(account_id=bench.account("president").id, role=Role.CASHIER, granted_at=sitting.now)
        )
        me = cashier(sitting.session, case, bench.account("president").id, "Cashier", sitting.now, sitting.now)
        given = PaymentInput(
            assessment=notice.reference,
            channel=Channel.COUNTER,
            amount=notice.amount,
            source="counter/17",
            received_at=sitting.now,
        )
        sitting.perform("record_payment", case, given, actor=me)


def heard(bench: Bench) -> None:
    """The expert testified, and the judge finds that."""
    with bench.court.database.write() as session:
        witness = session.scalars(select(Witness).where(Witness.case_id == bench.case_id)).one()
        said = {
            "kind": PostingKind.TESTIMONY,
            "role": Role.EXPERT,
            "speaker": witness.name,
            "words": "It was sealed.",
            "exhibits": [],
            "uploads": [],
        }
        session.add(Posting(case_id=bench.case_id, witness_id=witness.id, entry_number=1, at=bench.clock.now(), **said))
        call = session.scalars(select(ExpertCall)).one().reference
    bench.do("judge", "settle_attendance", {"call": call, "outcome": "heard", "reasons": "She testified."})


def test_loser_bears_it_and_the_winner_gets_it_back(bench: Bench) -> None:
    """The costs decision holds it; in effect the court returns it to the winner who prepaid it and asks the loser; the
    expert keeps it (EV 39; CPI 207).
    """
    expert(bench)
    heard(bench)
    with bench.court.database.read() as session:
        call = session.scalars(select(ExpertCall)).one().reference
    bench.do(
        "judge",
        "record_findings",
        {"findings": [{"subject": "exhibit/C-1", "result": "adopted", "reasons": "The expert explained page 2."}]},
    )
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    with pytest.raises(ActNotOpen, match="cost is not known yet"):
        bench.do("judge", "send_for_signing", {"decision": bench.draft_reference()})
    bench.do(
        "cashier",
        "pass_on_attendance_fee",
        {"call": call, "amount": "300", "channel": "transfer", "slip": "T-1"},
        actor=till(bench),
    )
    shares = [{"party": "claimant/1", "percent": "0"}, {"party": "respondent/1", "percent": "100"}]
    bench.do("judge", "draft_decision", bench.draft(costs=shares))
    reference = bench.draft_reference()
    bench.do("judge", "send_for_signing", {"decision": reference})
    bench.wait(hours=26)
    bench.do("judge", "issue_decision", {"decision": reference, "case_number": bench.number})
    bench.do("clerk", "countersign_decision", {"decision": reference})
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        decision = session.scalars(select(Decision).where(Decision.reference == reference)).one()
        assert (decision.costs["fee"], decision.costs["attendance"]) == (30_000, 30_000)
        from odr.judgment.decision.papers import cost_words

        said = [words.render("en") if not isinstance(words, str) else words for words in cost_words(case, decision)]
        assert any("collected for the expert" in one and "300.00" in one for one in said)
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    with bench.court.database.read() as session:
        back = session.scalars(select(Refund).where(Refund.case_id == bench.case_id)).all()
        assert [(r.amount_minor, r.ending.value if r.ending else None) for r in back] == [(30_000, "won")]
        owed = session.scalars(select(Task.title).where(Task.kind == "collect_costs")).all()
        assert len(owed) == 1 and "300.00" in owed[0]["en"]
        assert balance(session, LedgerAccount.ENTRUSTED, "CNY", case_id=bench.case_id) == 0
    bench.do("cashier", "demand_costs", {"party": "respondent/1", "amount": "300"}, actor=till(bench))
    with bench.court.database.read() as session:
        assert is_balanced(trial_balance(session))
        assert balance(session, LedgerAccount.DEFERRED, "CNY", case_id=bench.case_id) == 0
        assert balance(session, LedgerAccount.INCOME, "CNY", case_id=bench.case_id) == 0  # never the court's own


def test_no_decision_is_signed_while_an_expert_is_called(bench: Bench) -> None:
    """It is found first how the attendance ended: the costs depend on it (EV 39)."""
    expert(bench)
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    reference = bench.draft_reference()
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert any("Lake Laboratory" in words.render("en") for words in desk(look, case, None).problems)
    with pytest.raises(ActNotOpen):
        bench.do("judge", "send_for_signing", {"decision": reference})


def test_judge_sees_what_stands_against_a_report_and_what_was_given_up(bench: Bench) -> None:
    """An objection that stands makes the report disputed; one that counts as given up is shown as such and disputes
    nothing (EV 38).
    """
    expert(bench, prepays="respondent/1")
    with bench.court.database.write() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        item = desk(look, case, "exhibit/C-1").chosen
        assert (
            item is not None
            and hasattr(item, "given_up")
            and item.is_disputed
            and (len(item.to_report), len(item.given_up)) == (2, 1)
        )
        for objection in session.scalars(select(ReportObjection)):
            objection.given_up_by = 1
        session.flush()
        session.expire_all()
        item = desk(look, case, "exhibit/C-1").chosen
        assert item is not None and not item.is_disputed
    with bench.court.database.read() as session:
        assert session.scalars(select(ExpertCall.state)).one() is CallState.COMING


def test_the_decision_says_whose_fee_was_waived_or_reduced(bench: Bench) -> None:
    """What the court forwent stands in the paper; what is only put off does not (FEE 51)."""
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        for party, kind, percent in zip(
            case.parties, (ReliefKind.EXEMPTION, ReliefKind.REDUCTION), (None, 40), strict=False
        ):
            session.add(
                ReliefRequest(
                    case_id=case.id,
                    party_id=party.id,
                    kind=kind,
                    ground="poor",
                    state=ReliefState.GRANTED,
                    granted_kind=kind,
                    granted_percent=percent,
                    asked_at=bench.clock.now(),
                    decided_at=bench.clock.now(),
                )
            )
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    with bench.court.database.read() as session:
        case, decision = session.get_one(Case, bench.case_id), session.scalars(select(Decision)).one()
        paper = decision_paper(bench.court.look(session), case, decision, bench.clock.now())
        said = " ".join(words if isinstance(words, str) else words.render("en") for words in paper.costs)
    assert f"waived the court fee for {case.parties[0].name}" in said
    assert f"reduced the court fee for {case.parties[1].name} by 40 percent" in said
