"""Settling in an enforcement: signed it halts; performed it is over; not kept, the instrument is enforced again (CPL
241; CPI 464 to 466).
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Case, Outcome, Role, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.judgment.models import EnforcementCase, EnforcementSettlement, Obligation
from odr.judgment.vocabulary import EnforcementState, SettlementState
from odr.procedure.models import Task
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.test_what_is_owed import box, lines, page
from tests.kept import kept

PROPOSAL = {
    "amount": "6,000.00",
    "instalments": [{"on": "2026-05-20", "amount": "2,000.00"}, {"on": "2026-06-20", "amount": "4,000.00"}],
}
HALT = {"state": "settled", "reasons": "Both signed it into the record."}


@kept
def enforced(bench: Bench) -> None:
    """A decision in effect, not performed: the creditor has applied."""
    bench.effective()
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert bench.case().stage is Stage.ENFORCEMENT


@kept
def signed(bench: Bench) -> None:
    """The debtor proposes, the creditor signs, the judge halts the enforcement."""
    enforced(bench)
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    bench.do("judge", "end_enforcement", HALT)
    assert bench.case().stage is Stage.EFFECTIVE


def settlement(bench: Bench) -> EnforcementSettlement:
    """The newest agreement."""
    with bench.court.database.read() as session:
        return session.scalars(select(EnforcementSettlement).order_by(EnforcementSettlement.id.desc())).first()  # type: ignore[return-value]


def pay(bench: Bench, amount: str) -> None:
    """The creditor notes a payment of today."""
    with bench.court.database.read() as session:
        owed = session.scalars(
            select(Obligation.reference).where(Obligation.ended_at.is_(None)).order_by(Obligation.id)
        ).first()
    day = bench.clock.now().date().isoformat()
    bench.do("claimant/1", "record_performance", {"obligation": owed, "amount": amount, "on": day})


def test_only_what_both_signed_halts_an_enforcement(bench: Bench) -> None:
    """The other of the two signs or declines; nobody else does; without a signed agreement nothing is settled; parts
    must add up and lie ahead.
    """
    enforced(bench)
    with pytest.raises(ActNotOpen, match="No agreement"):
        bench.do("judge", "end_enforcement", HALT)
    with pytest.raises((InvalidInput, ValidationError)):
        bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL | {"amount": "5,000.00"})
    with pytest.raises(InvalidInput):
        bench.do(
            "respondent/1",
            "propose_enforcement_settlement",
            {"amount": "1.00", "instalments": [{"on": "2020-01-01", "amount": "1.00"}]},
        )
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    with pytest.raises(ActNotOpen, match="already"):
        bench.do("claimant/1", "propose_enforcement_settlement", PROPOSAL)
    with pytest.raises(ActNotOpen, match="proposes no agreement"):
        bench.do("respondent/1", "answer_enforcement_settlement", {"answer": "sign"})
    with pytest.raises(Forbidden):
        bench.do("clerk", "answer_enforcement_settlement", {"answer": "sign"})
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "decline"})
    assert settlement(bench).state is SettlementState.DECLINED and bench.case().stage is Stage.ENFORCEMENT


def test_a_proposal_whose_day_of_payment_is_past_is_not_signed(bench: Bench) -> None:
    """Nobody is late with what they sign just now: it is declined, and later days are proposed."""
    enforced(bench)
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    bench.wait(days=60)
    with pytest.raises(ActNotOpen, match="is past"):
        bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "decline"})


def test_what_is_kept_ends_the_matter(bench: Bench) -> None:
    """Paid in full as agreed, the rest of the instrument is not enforced any more, and the case closes (CPI 465)."""
    signed(bench)
    with pytest.raises(ActNotOpen, match="Have it resumed"):
        bench.do("claimant/1", "apply_for_enforcement", {})
    pay(bench, "2,000.00")
    with pytest.raises(ActNotOpen, match="kept so far"):
        bench.do("claimant/1", "resume_enforcement", {"ground": "not_kept", "facts": "Nothing came."})
    pay(bench, "4,000.00")
    assert settlement(bench).state is SettlementState.PERFORMED
    bench.do("clerk", "close_case", {})
    assert bench.case().outcome is Outcome.PERFORMED


def test_whoever_paid_as_agreed_and_said_so_is_not_told_to_pay_again(bench: Bench) -> None:
    """Until the creditor answers, the debtor reads that they are asked; denied, the payment is asked for as before."""
    signed(bench)
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation.reference)).one()
    bench.do("respondent/1", "record_performance", {"obligation": owed, "amount": "2,000.00", "on": bench.today})
    assert "You have reported CNY 2,000.00" in says(bench, "respondent/1") and box(bench, "respondent/1").is_quiet
    assert "say whether CNY 2,000.00 arrived" in says(bench, "claimant/1")
    bench.do("claimant/1", "confirm_performance", {"obligation": owed, "arrived": False})
    assert "pay CNY 2,000.00 to Li" in says(bench, "respondent/1")


def test_what_is_not_kept_is_enforced_as_it_was_ordered(bench: Bench) -> None:
    """One part paid, the other late: enforcement of the judgment goes on with one act, what was paid taken off, under a
    number of its own (CPL 241).
    """
    signed(bench)
    pay(bench, "2,000.00")
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "resume_enforcement", {"ground": "not_kept", "facts": "I cannot pay."})
    bench.wait(days=120)
    bench.do("claimant/1", "resume_enforcement", {"ground": "not_kept", "facts": "The second part did not come."})
    with bench.court.database.read() as session:
        first, again = session.scalars(select(EnforcementCase).order_by(EnforcementCase.id)).all()
    assert (first.state, again.state, first.number != again.number) == (
        EnforcementState.SETTLED,
        EnforcementState.OPEN,
        True,
    )
    assert again.claimed[0]["principal"] == 600_000 and again.claimed[0]["late"] > 0
    assert (settlement(bench).state, bench.case().stage) == (SettlementState.BROKEN, Stage.ENFORCEMENT)


def test_who_was_deceived_need_not_wait(bench: Bench) -> None:
    """Deception or threat lets the creditor go back to the instrument though nothing is late yet, also before the halt
    (CPL 241).
    """
    enforced(bench)
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    bench.do("claimant/1", "resume_enforcement", {"ground": "deceived", "facts": "The account it showed me was empty."})
    assert settlement(bench).state is SettlementState.BROKEN and bench.case().stage is Stage.ENFORCEMENT


def says(bench: Bench, who: str) -> str:
    """The sentence a party reads first."""
    return str(box(bench, who).waits).replace("\u00a0", " ")


def act_offered(bench: Bench, who: str) -> str | None:
    """The act the button in the box does."""
    found = box(bench, who).owed_act
    return found.name if found is not None else None


def test_each_side_reads_in_the_box_what_is_proposed_signed_late_and_resumed(bench: Bench) -> None:
    """A proposal is the next step of whoever it was made to, with its terms, also on the page of the answer; signed, its sums
    and days are what is owed; late, the creditor is led to what helps.
    """
    enforced(bench)
    bench.do("respondent/1", "propose_enforcement_settlement", PROPOSAL)
    assert "answer Haiyun Ltd" in says(bench, "claimant/1") and "6,000.00" in says(bench, "claimant/1")
    assert act_offered(bench, "claimant/1") == "answer_enforcement_settlement"
    assert "has not answered yet" in lines(box(bench, "respondent/1"))["Your proposal"]
    form = page(bench, "claimant/1", "/do/answer_enforcement_settlement")
    for term in (
        "CNY 2,000.00 by the end of Wednesday 20 May 2026",
        "CNY 4,000.00 by the end of Saturday 20 June 2026",
    ):
        assert term in form
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    assert "The enforcement" in lines(box(bench, "respondent/1")), "the judge has still to halt it"
    bench.do("judge", "end_enforcement", HALT)
    assert "pay CNY 2,000.00 to Li by the end of Wednesday 20 May 2026, as agreed" in says(bench, "respondent/1")
    assert "must pay you CNY 2,000.00" in says(bench, "claimant/1") and box(bench, "claimant/1").is_quiet
    assert "4,000.00" in lines(box(bench, "respondent/1"))["Then"]
    whole = page(bench, "respondent/1", "")
    assert "What it costs to wait" not in whole, "nothing is added while the agreement is kept"
    assert "read the questions of an application" not in page(bench, "claimant/1", "")
    pay(bench, "2,000.00")
    assert "CNY 4,000.00 to Li by the end of Saturday 20 June 2026" in says(bench, "respondent/1")
    bench.wait(days=100)
    assert says(bench, "respondent/1").startswith("You are late: pay CNY 4,000.00")
    assert act_offered(bench, "claimant/1") == "resume_enforcement"
    shown = page(bench, "claimant/1", "/enforcement")
    assert "You cannot send this now" in shown and "This opens on" not in shown and "You can send" not in shown


def test_paid_in_an_enforcement_the_judge_is_asked_to_end_it_and_no_time_runs_on(bench: Bench) -> None:
    """Both sides read that nothing is left to do; nobody is told of a notice to come or of two years that still run."""
    enforced(bench)
    pay(bench, to_the_cent(bench.court, bench.case_id))
    for who in ("claimant/1", "respondent/1"):
        assert "everything is paid or done" in says(bench, who) and box(bench, who).is_quiet
    with bench.court.database.read() as session:
        (task,) = session.scalars(select(Task).where(Task.kind == "enforcement_paid"))
        assert task.role is Role.JUDGE and task.done_at is None
        look, case = bench.court.look(session), bench.case()
        assert not look.windows(case, "enforcement_application")
    for who in ("claimant/1", "respondent/1"):
        with pytest.raises(ActNotOpen, match="nothing is left to settle"):
            bench.do(who, "propose_enforcement_settlement", PROPOSAL)
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Paid in full."})
    assert bench.case().stage is Stage.CLOSED
    with bench.court.database.read() as session:
        assert not session.scalars(select(Task).where(Task.kind == "enforcement_paid", Task.done_at.is_(None))).all()


def test_in_an_enforcement_each_side_reads_what_the_court_does_by_when_and_what_it_costs(bench: Bench) -> None:
    """First the notice and its day; after a measure until when the next one; and the fee, whoever bears it (FEE 38)."""
    enforced(bench)
    for who in ("claimant/1", "respondent/1"):
        told = lines(box(bench, who))
        assert told["What the court does"].startswith("It sends the notice of enforcement by the end of"), told
        assert "borne by Haiyun Ltd" in told["What it costs"] and "50.00" in told["What it costs"]
    measure = {"what": "The account was frozen.", "on": bench.clock.now().date().isoformat()}
    bench.do("clerk", "record_measure", measure)
    for who in ("claimant/1", "respondent/1"):
        assert "may turn to the higher court" in lines(box(bench, who))["What the court does"]


def test_every_page_names_one_figure_for_one_day(bench: Bench) -> None:
    """The box of each side, the table of what waiting costs, the form and the application: the same sum to the cent, and no
    day on which nobody can pay any more.
    """
    bench.effective()
    bench.wait(days=47)
    whole = f"CNY {Decimal(to_the_cent(bench.court, bench.case_id)):,.2f}"
    assert whole in says(bench, "respondent/1")
    assert lines(box(bench, "claimant/1"))["With interest, today"].replace("\u00a0", " ").startswith(whole)
    table = page(bench, "respondent/1", "").split("What it costs to wait")[1].split("</table>")[0]
    assert whole in table and "in time" not in table and "by the end of" not in table
    assert whole in page(bench, "respondent/1", "/do/record_performance")
    bench.do("claimant/1", "apply_for_enforcement", {})
    with bench.court.database.read() as session:
        (row,) = session.scalars(select(EnforcementCase)).one().claimed
    assert f"CNY {Decimal(row['principal'] + row['interest'] + row['late']) / 100:,.2f}" == whole


def test_a_creditor_whose_time_had_passed_is_not_told_to_ask_again(bench: Bench) -> None:
    """Ruled so on the debtor's word, it stays owed and is not enforced: the box says that, and offers no application."""
    enforced(bench)
    with bench.court.database.write() as session:
        session.scalars(select(EnforcementCase)).one().state = EnforcementState.BARRED
        session.get_one(Case, bench.case_id).stage = Stage.EFFECTIVE
    assert "is not enforced" in says(bench, "claimant/1") and box(bench, "claimant/1").is_quiet
    assert act_offered(bench, "claimant/1") is None
    lost = box(bench, "respondent/1")
    assert lost.owed is not None and "does not enforce it" in str(lost.owed.otherwise)


def test_whoever_owes_and_is_owed_reads_both(bench: Bench) -> None:
    """A judgment on claim and counterclaim: neither half hides the other."""
    bench.effective()
    with bench.court.database.write() as session:
        first = session.scalars(select(Obligation)).one()
        other = {"debtor_id": first.creditor_id, "creditor_id": first.debtor_id, "amount_minor": 70_000}
        same = {"case_id": first.case_id, "instrument": first.instrument, "currency": "CNY", "due_on": first.due_on}
        session.add(Obligation(**same, **other, entry_number=first.entry_number))
    bench.wait(days=60)
    for who, own, theirs in (("claimant/1", "to Haiyun", "8,000.00"), ("respondent/1", "to Li", "700.00")):
        assert says(bench, who).startswith("You are late: pay") and own in says(bench, who)
        assert theirs in lines(box(bench, who))["Besides"].replace("\u00a0", " "), (who, lines(box(bench, who)))


def test_what_is_resumed_after_two_years_is_accepted_and_the_debtor_may_object(bench: Bench) -> None:
    """The time to have it resumed is that to apply: late, the court takes it in, and looks at the time where the debtor says so
    (CPI 466, 481).
    """
    signed(bench)
    bench.wait(days=900)
    bench.do("claimant/1", "resume_enforcement", {"ground": "not_kept", "facts": "Nothing came."})
    assert bench.case().stage is Stage.ENFORCEMENT
