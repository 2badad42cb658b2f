"""A bar on costly consumption is lifted against security that holds, or because the creditor agrees (RHC 9)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.procedure.models import Task
from odr.register import desks
from odr.register.enforcement_list.models import ConsumptionLifting, ConsumptionOrder
from odr.register.enforcement_list.panel import listing_panel
from odr.service.models import Packet
from tests.judgment.bench import Bench, to_the_cent
from tests.judgment.test_enforcement_settlement import enforced, pay
from tests.register.listing import bars, debtor, listed

SECURITY: dict[str, Any] = {
    "rests_on": "security",
    "security": "A bank stands for 20,000.00 yuan until the end of the year.",
    "words": "We have to visit our buyers.",
}
CONSENT: dict[str, Any] = {"rests_on": "consent", "words": "We have agreed."}


def barred(bench: Bench) -> str:
    """The debtor is barred in an enforcement; the reference of the bar."""
    enforced(bench)
    bench.do("claimant/1", "ask_for_consumption_bar", {"debtor": debtor(bench), "words": "Its head flies every week."})
    ordered = {"debtor": debtor(bench), "answer": "bar", "people": "Zhou Yi, head", "reasons": "It spends."}
    bench.do("president", "decide_consumption_bar", ordered)
    with bench.court.database.read() as session:
        return session.scalars(select(ConsumptionOrder.reference)).one()


def asked(bench: Bench) -> str:
    """The newest request to lift it."""
    with bench.court.database.read() as session:
        return (
            session.scalars(select(ConsumptionLifting.reference).order_by(ConsumptionLifting.id.desc())).first() or ""
        )


def on_desk(bench: Bench) -> int:
    """How many requests wait for the judge."""
    waiting = select(Task).where(Task.kind == desks.CONSUMPTION_LIFTING.kind, Task.done_at.is_(None))
    with bench.court.database.read() as session:
        return len(session.scalars(waiting).all())


def rule(bench: Bench, answer: str) -> None:
    """The judge decides on the newest request."""
    bench.do("judge", "rule_on_lifting", {"request": asked(bench), "answer": answer, "reasons": "It was looked at."})


def letters(bench: Bench, act: str) -> int:
    """How many letters an act sent."""
    with bench.court.database.read() as session:
        return len(session.scalars(select(Packet).where(Packet.occasion == act)).all())


def test_ask_to_lift_bar_is_recorded_and_the_judge_lifts_it(bench: Bench) -> None:
    """Security is named, the creditor gets it and the judge decides; until then it stands and is not asked again."""
    barred(bench)
    bench.do("respondent/1", "ask_to_lift_bar", SECURITY)
    assert (bars(bench), on_desk(bench), letters(bench, "ask_to_lift_bar")) == (["ordered"], 1, 1)
    with pytest.raises(ActNotOpen, match="asked already"):
        bench.do("respondent/1", "ask_to_lift_bar", SECURITY)
    with bench.court.database.read() as session:
        case, look = session.get_one(Case, bench.case_id), bench.court.look(session)
        panel = listing_panel(look, case, bench.actor("claimant/1"))
    assert panel is not None and "answer_lifting" in [act.name for act in panel.data["acts"]]
    assert "judge decides" in str(panel.data["told"][-1].next)
    rule(bench, "lift")
    assert (bars(bench), on_desk(bench), letters(bench, "rule_on_lifting")) == (["lifted"], 0, 2)
    with pytest.raises(ActNotOpen, match="not barred"):
        bench.do("respondent/1", "ask_to_lift_bar", SECURITY)


def test_security_that_does_not_hold_lifts_nothing_and_may_be_offered_anew(bench: Bench) -> None:
    """Refused, the bar stands, both learn why, and other security may be offered."""
    barred(bench)
    bench.do("respondent/1", "ask_to_lift_bar", SECURITY)
    rule(bench, "keep")
    assert (bars(bench), on_desk(bench), letters(bench, "rule_on_lifting")) == (["ordered"], 0, 2)
    with pytest.raises(ActNotOpen, match="Nobody has asked"):
        rule(bench, "lift")
    bench.do("respondent/1", "ask_to_lift_bar", SECURITY)
    assert on_desk(bench) == 1


def test_answer_lifting_without_a_request_and_of_one(bench: Bench) -> None:
    """The creditor agrees also where nobody asked; what a debtor says of their word lifts nothing without it (RHC 9)."""
    order = barred(bench)
    with pytest.raises(InvalidInput, match="Nobody has asked"):
        bench.do("claimant/1", "answer_lifting", {"order": order, "agrees": False})
    bench.do("respondent/1", "ask_to_lift_bar", CONSENT)
    with pytest.raises(InvalidInput, match="has not agreed"):
        rule(bench, "lift")
    bench.do("claimant/1", "answer_lifting", {"order": order, "agrees": False, "words": "We agreed on nothing."})
    with pytest.raises(InvalidInput, match="has not agreed"):
        rule(bench, "lift")
    with pytest.raises(ActNotOpen, match="said so already"):
        bench.do("claimant/1", "answer_lifting", {"order": order, "agrees": True})
    rule(bench, "keep")
    bench.do("claimant/1", "answer_lifting", {"order": order, "agrees": True})
    assert on_desk(bench) == 1
    rule(bench, "lift")
    assert bars(bench) == ["lifted"]


def test_what_is_asked_falls_away_when_everything_is_performed(bench: Bench) -> None:
    """The bar ends by itself, and nothing waits for the judge."""
    barred(bench)
    bench.do("respondent/1", "ask_to_lift_bar", SECURITY)
    pay(bench, to_the_cent(bench.court, bench.case_id))
    assert (bars(bench), on_desk(bench)) == (["lifted"], 0)


def test_no_security_lifts_the_bar_of_the_list(bench: Bench) -> None:
    """Whoever is on the list is barred as long as the entry stands (RHC 1): the entry comes off first."""
    listed(bench)
    assert bars(bench) == ["ordered"]
    with pytest.raises(ActNotOpen, match="on the list"):
        bench.do("respondent/1", "ask_to_lift_bar", SECURITY)
    with bench.court.database.read() as session:
        order = session.scalars(select(ConsumptionOrder.reference)).one()
    with pytest.raises(InvalidInput, match="on the list"):
        bench.do("judge", "lift_consumption_bar", {"order": order, "ground": "security", "reasons": "A bank stands."})
    bench.do("claimant/1", "answer_lifting", {"order": order, "agrees": True})
    with pytest.raises(InvalidInput, match="on the list"):
        rule(bench, "lift")
    assert bars(bench) == ["ordered"]


def test_lifting_is_refused_to_others_and_without_what_it_rests_on(bench: Bench) -> None:
    """The debtor asks, the creditor answers and the judge decides, nobody for another; security is named."""
    order = barred(bench)
    with pytest.raises(ActNotOpen, match="not barred for you"):
        bench.do("claimant/1", "ask_to_lift_bar", SECURITY)
    with pytest.raises(ActNotOpen, match="owed to you"):
        bench.do("respondent/1", "answer_lifting", {"order": order, "agrees": True})
    with pytest.raises(Forbidden):
        bench.do("clerk", "ask_to_lift_bar", SECURITY)
    for given in ({**SECURITY, "security": None}, {**CONSENT, "security": "A bank."}):
        with pytest.raises(InvalidInput):
            bench.do("respondent/1", "ask_to_lift_bar", given)
    bench.do("respondent/1", "ask_to_lift_bar", SECURITY)
    with pytest.raises(Forbidden):
        bench.do(
            "president",
            "rule_on_lifting",
            {"request": asked(bench), "answer": "lift", "reasons": "The security holds."},
        )


def test_lifting_is_refused_before_there_is_an_enforcement(bench: Bench) -> None:
    """Before the judgment binds nobody is barred."""
    with pytest.raises(ActNotOpen, match="Not at this point"):
        bench.do("respondent/1", "ask_to_lift_bar", SECURITY)
