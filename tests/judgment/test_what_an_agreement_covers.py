"""An agreement in an enforcement takes the place of what is enforced and of nothing else; an enforcement ends with what was
claimed in it (CPL 241; CPI 464 to 466).
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Stage
from odr.ground.errors import ActNotOpen
from odr.judgment.models import EnforcementCase, Obligation
from odr.judgment.vocabulary import EnforcementState, SettlementState
from tests.judgment.bench import Bench
from tests.judgment.test_after_judgment_of_several import open_tasks
from tests.judgment.test_enforcement_settlement import HALT, enforced, says, settlement
from tests.judgment.test_instalments import another_debtor, in_instalments
from tests.judgment.test_what_is_owed import box, lines
from tests.kept import kept

AGREED = {"amount": "1,800.00", "instalments": [{"on": "2026-05-08", "amount": "1,800.00"}]}


@kept
def one_part_enforced(bench: Bench) -> None:
    """Four monthly parts, none of which makes the rest due; the first is late, and Li has applied."""
    in_instalments(bench)
    with bench.court.database.write() as session:
        for row in session.scalars(select(Obligation)):
            row.accelerates = False
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})


def obligations(bench: Bench) -> list[Obligation]:
    """Everything that is owed, in order."""
    with bench.court.database.read() as session:
        return list(session.scalars(select(Obligation).order_by(Obligation.id)))


def paid(bench: Bench, row: Obligation, amount: str) -> None:
    """Li notes a payment of today."""
    given = {"obligation": row.reference, "amount": amount, "on": bench.today}
    bench.do("claimant/1", "record_performance", given)


def agree(bench: Bench, debtor: str, terms: dict[str, object] = AGREED) -> None:
    """A debtor proposes, Li signs."""
    bench.do(debtor, "propose_enforcement_settlement", terms)
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})


def claimed(bench: Bench) -> list[str]:
    """What the newest enforcement claims."""
    with bench.court.database.read() as session:
        found = session.scalars(select(EnforcementCase).order_by(EnforcementCase.id.desc())).first()
        assert found is not None
        return [row["obligation"] for row in found.claimed]


def test_an_agreement_on_one_late_part_leaves_the_later_parts_owed(bench: Bench) -> None:
    """Paid as agreed, the part that was enforced is done with; the parts of later months are owed as they were ordered."""
    one_part_enforced(bench)
    agree(bench, "respondent/1")
    bench.do("judge", "end_enforcement", HALT)
    assert "pay CNY 1,800.00" in says(bench, "respondent/1")
    assert "2,000.00" in str(lines(box(bench, "respondent/1"))), "the later parts stand beside it"
    paid(bench, obligations(bench)[0], "1,800.00")
    assert settlement(bench).state is SettlementState.PERFORMED
    assert [o.done_at is None for o in obligations(bench)] == [False, True, True, True]
    with pytest.raises(ActNotOpen, match="still owed"):
        bench.do("clerk", "close_case", {})


def test_what_falls_due_while_an_agreement_stands_is_applied_for_by_itself(bench: Bench) -> None:
    """The agreement on the first part blocks nothing of the second, and the application claims the second alone."""
    one_part_enforced(bench)
    agree(bench, "respondent/1", {"amount": "2,000.00", "instalments": [{"on": "2026-12-31", "amount": "2,000.00"}]})
    bench.do("judge", "end_enforcement", HALT)
    with pytest.raises(ActNotOpen, match="You settled"):
        bench.do("claimant/1", "apply_for_enforcement", {})
    bench.wait(days=30)
    bench.do("claimant/1", "apply_for_enforcement", {})
    assert claimed(bench) == [obligations(bench)[1].reference]


def test_what_is_resumed_is_what_was_enforced(bench: Bench) -> None:
    """Not kept, the part that was late is enforced again; what has a later day is not claimed before it."""
    one_part_enforced(bench)
    agree(bench, "respondent/1")
    bench.do("judge", "end_enforcement", HALT)
    bench.do("claimant/1", "resume_enforcement", {"ground": "deceived", "facts": "It was empty."})
    assert claimed(bench) == [obligations(bench)[0].reference]


def test_an_enforcement_of_one_part_ends_when_that_part_is_paid(bench: Bench) -> None:
    """The judge is asked to end it as performed; the later parts do not keep it open, and the case goes on for them."""
    one_part_enforced(bench)
    paid(bench, obligations(bench)[0], "2,050.00")
    assert "enforcement_paid" in open_tasks(bench)
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "The part is paid."})
    assert bench.case().stage is Stage.EFFECTIVE
    assert "must pay you CNY 1,9" in says(bench, "claimant/1")


def test_an_agreement_with_one_debtor_releases_no_other(bench: Bench) -> None:
    """Haiyun settles what it owes; what Mei owes by herself is enforced on, what she pays is paid on that, and the enforcement
    is not halted for her.
    """
    in_instalments(bench)
    another_debtor(bench)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    agree(bench, "respondent/1", {"amount": "6,000.00", "instalments": [{"on": "2026-05-20", "amount": "6,000.00"}]})
    assert "enforcement_settled" not in open_tasks(bench), "what Mei owes is enforced still"
    assert "The enforcement" not in lines(box(bench, "respondent/1"))
    with pytest.raises(ActNotOpen, match="another debtor owes"):
        bench.do("judge", "end_enforcement", HALT)
    assert "pay CNY 701.10" in says(bench, "respondent/2")
    theirs = [o for o in obligations(bench) if o.amount_minor == 70_000]
    paid(bench, theirs[0], "720.00")
    assert "CNY 6,000.00" in says(bench, "respondent/1"), "what Mei paid counts for nothing Haiyun agreed"
    assert "enforcement_settled" in open_tasks(bench), "nothing is left that is not agreed about"
    bench.do("judge", "end_enforcement", HALT)
    paid(bench, obligations(bench)[0], "6,000.00")
    still = [o.amount_minor for o in obligations(bench) if o.done_at is None]
    assert (settlement(bench).state, still) == (SettlementState.PERFORMED, [90_000])


def test_each_debtor_of_an_enforcement_settles_for_themselves(bench: Bench) -> None:
    """Li proposes to one after the other; resumed against one before the halt, what the other agreed stands."""
    in_instalments(bench)
    another_debtor(bench)
    bench.wait(days=20)
    bench.do("claimant/1", "apply_for_enforcement", {})
    for who, sum_ in (("respondent/1", "6,000.00"), ("respondent/2", "600.00")):
        part = {"amount": sum_, "instalments": [{"on": "2026-05-20", "amount": sum_}]}
        bench.do("claimant/1", "propose_enforcement_settlement", part)
        bench.do(who, "answer_enforcement_settlement", {"answer": "sign"})
    assert "enforcement_settled" in open_tasks(bench)
    assert "must pay you CNY 600.00" in str(lines(box(bench, "claimant/1"))) + says(bench, "claimant/1")
    with pytest.raises(ActNotOpen, match="already"):
        bench.do("claimant/1", "propose_enforcement_settlement", AGREED)
    bench.do("claimant/1", "resume_enforcement", {"ground": "deceived", "facts": "It was empty."})
    with bench.court.database.read() as session:
        states = list(session.scalars(select(EnforcementCase.state).order_by(EnforcementCase.id)))
    assert states == [EnforcementState.SETTLED, EnforcementState.OPEN]
    assert len(claimed(bench)) == 1, "the newest agreement fell, the other stands"


def test_nobody_signs_while_a_reported_payment_waits_for_an_answer(bench: Bench) -> None:
    """Whether what was paid before is part of what is agreed would be open: first it is said whether it arrived."""
    enforced(bench)
    row = obligations(bench)[0]
    report = {"obligation": row.reference, "amount": "3,000.00", "on": bench.today}
    bench.do("respondent/1", "record_performance", report)
    bench.do("respondent/1", "propose_enforcement_settlement", AGREED)
    with pytest.raises(ActNotOpen, match="whether it arrived"):
        bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    bench.do("claimant/1", "confirm_performance", {"obligation": row.reference, "arrived": True})
    bench.do("claimant/1", "answer_enforcement_settlement", {"answer": "sign"})
    assert "pay CNY 1,800.00" in says(bench, "respondent/1"), "what was paid before is not paid on the agreement"
