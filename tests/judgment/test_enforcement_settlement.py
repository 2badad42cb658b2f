"""Settling in an enforcement: signed it halts; performed it is over; not kept, the instrument is enforced again (CPL
241; CPI 464 to 466).
"""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Outcome, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.judgment.models import EnforcementCase, EnforcementSettlement, Obligation
from odr.judgment.vocabulary import EnforcementState, SettlementState
from tests.judgment.bench import Bench
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
