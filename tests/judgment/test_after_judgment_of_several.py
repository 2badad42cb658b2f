"""Several are owed something, agreements with more than a sum, enforcements that are resumed: what of one creditor does not
touch another's (CPL 241, 247; CPI 464 to 466).
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import DocketEntry, Outcome, Role, Stage
from odr.ground.errors import ActNotOpen
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.vocabulary import EnforcementState, SettlementState
from odr.payments.fee.fee_computation import Matter
from odr.payments.models import FeeAssessment
from odr.procedure.models import Task, WindowState
from tests.judgment.bench import Bench, lay_mei, to_the_cent
from tests.judgment.test_enforcement_settlement import (
    HALT,
    PROPOSAL,
    act_offered,
    enforced,
    pay,
    says,
    settlement,
    signed,
)
from tests.judgment.test_forgo_rest import owed
from tests.judgment.test_retrial import OUTCOME, retrial
from tests.judgment.test_what_is_owed import box, lines, page

BESIDES = PROPOSAL | {"deed": "Take the article down."}


def another_creditor(bench: Bench) -> str:
    """A second claimant is owed 700.00 under the same judgment; gives the reference of that."""
    with bench.court.database.write() as session:
        first = session.scalars(select(Obligation).order_by(Obligation.id)).first()
        assert first is not None
        mei = lay_mei(session, bench, Role.CLAIMANT, 2)
        theirs = Obligation(
            case_id=first.case_id,
            instrument=first.instrument,
            debtor_id=first.debtor_id,
            creditor_id=mei.id,
            amount_minor=70_000,
            currency="CNY",
            due_on=first.due_on,
            entry_number=first.entry_number,
        )
        session.add(theirs)
        session.flush()
        return theirs.reference


def two_creditors(bench: Bench) -> tuple[str, str]:
    """Li is owed 8,000.00 and Mei 700.00, both overdue, and Li has applied; the references of both."""
    bench.effective()
    mine, theirs = owed(bench), another_creditor(bench)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    return mine, theirs


def agree(bench: Bench) -> None:
    """The debtor proposes, Li signs, the judge halts."""
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    bench.do("judge", "end_enforcement", HALT)


def open_tasks(bench: Bench) -> list[str]:
    """What still lies on a desk about an enforcement."""
    with bench.court.database.read() as session:
        rows = session.scalars(select(Task).where(Task.case_id == bench.case_id, Task.done_at.is_(None)))
        return sorted(t.kind for t in rows if t.kind.startswith("enforcement") or t.kind == "close_case")


def test_an_agreement_with_one_creditor_leaves_what_is_owed_to_another(bench: Bench) -> None:
    """Paid as agreed, Li has everything; what Mei is owed was not agreed on by Mei, is not performed, and Mei may apply."""
    _, theirs = two_creditors(bench)
    agree(bench)
    today = bench.clock.now().date().isoformat()
    bench.do("claimant/2", "record_performance", {"obligation": theirs, "amount": "300.00", "on": today})
    waits = page(bench, "respondent/1", "").split("What it costs to wait")[1].split("</table>")[0]
    assert "40" in waits and "8,0" not in waits, "what waiting costs is told of Mei's alone"
    assert "2,000.00" in says(bench, "respondent/1"), "what is paid to Mei is not paid to Li"
    assert "to Mei. It was due" in lines(box(bench, "respondent/1"))["Besides"].replace("\u00a0", " ")
    pay(bench, "6,000.00")
    assert settlement(bench).state is SettlementState.PERFORMED
    with bench.court.database.read() as session:
        assert [o.done_at is None for o in session.scalars(select(Obligation).order_by(Obligation.id))] == [False, True]
    with pytest.raises(ActNotOpen, match="still owed"):
        bench.do("clerk", "close_case", {})
    bench.do("claimant/2", "apply_for_enforcement", {})
    assert bench.case().stage is Stage.ENFORCEMENT


def test_one_creditor_signed_and_another_still_applies_and_neither_ends_the_others(bench: Bench) -> None:
    """An agreement binds who signed it: Mei applies, and may settle too; Li cannot end Mei's enforcement by resuming."""
    two_creditors(bench)
    agree(bench)
    bench.do("claimant/2", "apply_for_enforcement", {})
    with pytest.raises(ActNotOpen, match="enforcing for Mei"):
        bench.do("claimant/1", "resume_enforcement", {"ground": "deceived", "facts": "It was empty."})
    part = {"amount": "600.00", "instalments": [{"on": "2026-06-30", "amount": "600.00"}]}
    bench.do("respondent/1", "propose_enforcement_settlement", part)
    bench.do("claimant/2", "answer_enforcement_settlement", {"answer": "sign"})
    bench.do("judge", "end_enforcement", HALT)
    bench.do("claimant/1", "resume_enforcement", {"ground": "deceived", "facts": "It was empty."})
    with bench.court.database.read() as session:
        rows = session.scalars(select(EnforcementCase).order_by(EnforcementCase.id)).all()
        assert [r.state for r in rows] == [EnforcementState.SETTLED, EnforcementState.SETTLED, EnforcementState.OPEN]


def test_an_enforcement_ends_when_its_own_creditor_is_paid_and_the_next_applies(bench: Bench) -> None:
    """Meanwhile the other reads for whom the court enforces; then the judge is asked to end it, the case stays open for
    what is owed to the other, and closes once that is performed too.
    """
    mine, theirs = two_creditors(bench)
    assert "The court is enforcing for Li; once that has ended" in says(bench, "claimant/2")
    assert act_offered(bench, "claimant/2") is None
    with pytest.raises(ActNotOpen, match="still owed"):
        bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Paid."})
    bench.do("claimant/1", "forgo_rest", {"obligation": mine})
    assert "everything is paid or done" in says(bench, "claimant/1")
    assert "enforcement_paid" in open_tasks(bench) and "close_case" not in open_tasks(bench)
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Paid."})
    assert bench.case().stage is Stage.EFFECTIVE and open_tasks(bench) == []
    assert act_offered(bench, "claimant/2") == "apply_for_enforcement"
    bench.do("claimant/2", "apply_for_enforcement", {})
    bench.do("claimant/2", "forgo_rest", {"obligation": theirs})
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Nothing is owed."})
    assert (bench.case().stage, bench.case().outcome) == (Stage.CLOSED, Outcome.ENFORCED)


def test_whoever_lets_the_rest_be_is_asked_for_nothing_under_an_agreement(bench: Bench) -> None:
    """Signed and halted, then let be: the agreement is over, no box asks for its payments, and it cannot be resumed."""
    signed(bench)
    bench.do("claimant/1", "forgo_rest", {"obligation": owed(bench)})
    assert settlement(bench).state is SettlementState.PERFORMED
    assert box(bench, "respondent/1").owed is None and box(bench, "claimant/1").owed is None
    bench.wait(days=200)
    with pytest.raises(ActNotOpen, match="No agreement in an enforcement is signed"):
        bench.do("claimant/1", "resume_enforcement", {"ground": "not_kept", "facts": "Nothing came."})
    bench.do("clerk", "close_case", {})


@pytest.mark.parametrize("answered", [False, True])
def test_everything_paid_while_an_agreement_is_on_its_way_leaves_nothing_to_answer_or_halt(
    bench: Bench, answered: bool
) -> None:
    """A proposal that was not answered, or one signed and not halted yet: the judge ends the enforcement, no desk keeps it."""
    enforced(bench)
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    if answered:
        bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    pay(bench, to_the_cent(bench.court, bench.case_id))
    assert settlement(bench).state is (SettlementState.PERFORMED if answered else SettlementState.DECLINED)
    assert "everything is paid or done" in says(bench, "claimant/1")
    with pytest.raises(ActNotOpen):
        bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Paid in full."})
    assert bench.case().stage is Stage.CLOSED and open_tasks(bench) == []


def test_a_proposal_ends_with_its_enforcement_and_blocks_no_later_one(bench: Bench) -> None:
    """Nobody answered and the enforcement ended: in the next one both may settle."""
    enforced(bench)
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    bench.do("judge", "end_enforcement", {"state": "ended", "reasons": "Nothing was found."})
    assert settlement(bench).state is SettlementState.DECLINED
    bench.do("claimant/1", "apply_for_enforcement", {})
    bench.do("claimant/1", "propose_enforcement_settlement", PROPOSAL)
    bench.do("respondent/1", "answer_enforcement_settlement", {"answer": "sign"})
    assert settlement(bench).state is SettlementState.SIGNED


def test_resumed_before_the_halt_the_first_number_is_watched_no_longer(bench: Bench) -> None:
    """Its notice, its six months and its desk end with it; those of the new number run."""
    enforced(bench)
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    bench.do("claimant/1", "resume_enforcement", {"ground": "deceived", "facts": "The account was empty."})
    assert open_tasks(bench) == ["enforcement"]
    with bench.court.database.read() as session:
        look, newest = bench.court.look(session), session.scalars(select(EnforcementCase).order_by(-EnforcementCase.id))
        reference = newest.first().reference  # type: ignore[union-attr]
        for kind in ("enforcement_notice", "enforcement_inaction"):
            running = look.windows(bench.case(), kind, state=WindowState.OPEN)
            assert [w.subject for w in running] == [reference], kind


def test_what_is_resumed_costs_no_second_fee_and_the_end_tells_what_of_it_is_unpaid(bench: Bench) -> None:
    """One application, one fee, paid after the enforcement (FEE 14, 20): the docket does not say only that nothing came."""
    signed(bench)
    bench.wait(days=120)
    bench.do("claimant/1", "resume_enforcement", {"ground": "not_kept", "facts": "Nothing came."})
    with bench.court.database.read() as session:
        (fee,) = session.scalars(select(FeeAssessment).where(FeeAssessment.matter == Matter.ENFORCEMENT))
        assert fee.amount_minor == 5_000
    bench.do("claimant/1", "forgo_rest", {"obligation": owed(bench)})
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Nothing is owed."})
    with bench.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.act == "settle_fees")).all()[-1]
        assert "still to be paid" in entry.payload and "50.00" in entry.payload


def test_what_else_was_agreed_is_said_to_be_done_or_not_done(bench: Bench) -> None:
    """All is paid, the article still stands: after the last day the creditor may go back to the judgment; once it is down,
    they let the rest be, and the agreement is performed.
    """
    enforced(bench)
    bench.do("respondent/1", "propose_enforcement_settlement", BESIDES)
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    bench.do("judge", "end_enforcement", HALT)
    pay(bench, "6,000.00")
    assert "Take the article down." in says(bench, "respondent/1") and act_offered(bench, "respondent/1") is None
    offered = {act.name for _, act in box(bench, "claimant/1").ifs if act is not None}
    assert "forgo_rest" in offered and "resume_enforcement" not in offered
    bench.wait(days=100)
    offered = {act.name for _, act in box(bench, "claimant/1").ifs if act is not None}
    assert {"forgo_rest", "resume_enforcement"} <= offered
    bench.do("claimant/1", "resume_enforcement", {"ground": "not_kept", "facts": "It still stands."})
    assert settlement(bench).state is SettlementState.BROKEN and bench.case().stage is Stage.ENFORCEMENT


@pytest.mark.parametrize("agreed", [False, True])
def test_when_the_judgment_falls_its_enforcement_and_agreements_end(bench: Bench, agreed: bool) -> None:
    """A retrial is ordered: nothing is carried out any more, nothing lies on a desk or runs, and no agreement on what fell
    stands in the way of a new judgment's enforcement.
    """
    enforced(bench)
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    if agreed:
        bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    retrial(bench, "law")
    bench.do("clerk", "send_retrial_file", {"court": "Intermediate Court"})
    bench.do("clerk", "record_retrial_outcome", {**OUTCOME, "ordered": True})
    with bench.court.database.read() as session:
        assert session.scalars(select(EnforcementCase)).one().state is EnforcementState.ENDED
        look = bench.court.look(session)
        for kind in ("enforcement_notice", "enforcement_inaction", "enforcement_application"):
            assert not look.windows(bench.case(), kind, state=WindowState.OPEN)
    assert settlement(bench).state in {SettlementState.BROKEN, SettlementState.DECLINED} and open_tasks(bench) == []


def test_whoever_it_is_owed_to_has_the_last_word_on_what_was_reported(bench: Bench) -> None:
    """A deed was reported and not answered: the creditor's own word settles it. Nothing that is settled is asked about."""
    pay_too = {"kind": "pay", "relief": bench.relief(1), "amount": "5,000.00"}
    sides = {"debtor": "respondent/1", "creditor": "claimant/1"}
    deed = {"kind": "do", "what": "Take the article down.", "relief": bench.relief(1)}
    bench.issue(orders=[deed | sides, pay_too | sides, {"kind": "dismiss"}])
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.wait(days=20)
    today = bench.clock.now().date().isoformat()
    with bench.court.database.read() as session:
        rows = session.scalars(select(Obligation).order_by(Obligation.id)).all()
        down, money = (next(o.reference for o in rows if (o.what is None) is paid) for paid in (False, True))
    bench.do("respondent/1", "record_performance", {"obligation": down, "on": today})
    with bench.court.database.read() as session:
        assert session.scalars(select(Obligation.done_at).where(Obligation.reference == down)).one() is None
    bench.do("claimant/1", "record_performance", {"obligation": down, "on": today})
    with bench.court.database.read() as session:
        assert session.scalars(select(Obligation.done_at).where(Obligation.reference == down)).one() is not None
    paid = {"obligation": money, "amount": "5,000.00", "on": today}
    bench.do("respondent/1", "record_performance", paid)
    bench.do("claimant/1", "forgo_rest", {"obligation": money})
    assert "reported, not confirmed" not in page(bench, "claimant/1", "")
    with pytest.raises(ActNotOpen, match="Nobody has reported"):
        bench.do("claimant/1", "confirm_performance", {"obligation": money, "arrived": True})
    bench.do("clerk", "close_case", {})


def test_where_another_sum_was_agreed_the_form_names_no_other(bench: Bench) -> None:
    """Late before it was signed: the judgment's sum with its interest is not what is open now."""
    enforced(bench)
    assert "With its interest to today" in page(bench, "respondent/1", "/do/record_performance")
    agree(bench)
    assert "With its interest to today" not in page(bench, "respondent/1", "/do/record_performance")


def test_a_debtor_is_told_of_enforcement_only_for_whom_the_court_enforces(bench: Bench) -> None:
    """Li's is enforced, Mei's is not; and what is owed to nobody by name is enforced for nobody."""
    mine, _ = two_creditors(bench)
    lost = box(bench, "respondent/1").owed
    assert lost is not None and "The court is enforcing" in str(lost.otherwise)
    bench.do("claimant/1", "forgo_rest", {"obligation": mine})
    lost = box(bench, "respondent/1").owed
    assert (
        lost is not None and "to Mei" in str(lost.words) and "Mei can ask the court to enforce" in str(lost.otherwise)
    )
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Nothing is owed to Li."})
    with bench.court.database.write() as session:
        for row in session.scalars(select(Obligation)):
            row.creditor_id = None
    lost = box(bench, "respondent/1").owed
    assert lost is not None and "The court is enforcing" not in str(lost.otherwise)
