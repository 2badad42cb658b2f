"""What was enforced on a judgment that fell goes back by a ruling, which is enforced like any (CPL 244)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Party, PartyKind, Role, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.ground.text import Text
from odr.judgment import desks
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.enforcement_remedies.reversal.models import Reversal, ReversalState
from odr.judgment.models import Decision, Obligation, Performance
from odr.judgment.vocabulary import Instrument
from odr.procedure.audit.docket_audit import audit_case
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.papers.rulings import written_ruling
from tests.judgment.bench import Bench
from tests.judgment.test_gate import serve
from tests.judgment.test_retrial import OUTCOME
from tests.judgment.test_service_fell import contested
from tests.kept import kept

ASKS: dict[str, Any] = {"giver": "claimant/1", "words": "It was taken from my account."}
RULES: dict[str, Any] = {
    "giver": "claimant/1",
    "receiver": "respondent/1",
    "answer": "order",
    "amount": "3,000.00",
    "reasons": "The judgment was never served, and binds nobody.",
}


def paid(bench: Bench, amount: str = "3,000.00") -> None:
    """The respondent paid something of what the judgment in effect orders."""
    with bench.court.database.read() as session:
        newest = select(Obligation.reference).where(Obligation.ended_at.is_(None)).order_by(Obligation.id.desc())
        owed = session.scalars(newest).first()
    bench.do("claimant/1", "record_performance", {"obligation": owed, "amount": amount, "on": bench.today})


@kept
def fell(bench: Bench) -> None:
    """3,000 yuan were paid on a judgment that turned out never to have been served."""
    bench.effective()
    paid(bench)
    contested(bench, "decision", "not_received")


def on_desk(bench: Bench, desk: Any) -> list[str]:
    """On whose desk a kind of task waits."""
    waiting = select(Task).where(Task.kind == desk.kind, Task.done_at.is_(None))
    with bench.court.database.read() as session:
        return [task.role.value for task in session.scalars(waiting)]


def returned(bench: Bench) -> list[Obligation]:
    """What is owed by a ruling to give back."""
    with bench.court.database.read() as session:
        query = select(Obligation).where(Obligation.instrument == Instrument.RETURNED, Obligation.ended_at.is_(None))
        return list(session.scalars(query))


def test_what_was_paid_on_a_judgment_that_fell_is_ruled_to_go_back(bench: Bench) -> None:
    """The court is asked to rule by itself; who paid asks too, and once; what is ruled is owed (CPL 244)."""
    fell(bench)
    assert on_desk(bench, desks.REVERSAL_DUE) == ["judge"]
    with pytest.raises(ActNotOpen, match="Nothing was taken from you"):
        bench.do("claimant/1", "ask_for_reversal", {**ASKS, "giver": "respondent/1"})
    with pytest.raises(InvalidInput, match="At most"):
        bench.do("respondent/1", "ask_for_reversal", {**ASKS, "amount": "3,000.01"})
    bench.do("respondent/1", "ask_for_reversal", ASKS)
    with pytest.raises(ActNotOpen, match="asked for it already"):
        bench.do("respondent/1", "ask_for_reversal", ASKS)
    with bench.court.database.read() as session:
        asked = session.scalars(select(Reversal)).one()
    assert (asked.amount_minor, on_desk(bench, desks.REVERSAL_ASKED)) == (300_000, ["judge"])
    with pytest.raises(InvalidInput, match="At most"):
        bench.do("judge", "rule_on_reversal", {**RULES, "amount": "3,000.01"})
    with pytest.raises(InvalidInput, match="Nothing went"):
        bench.do("judge", "rule_on_reversal", {**RULES, "giver": "respondent/1", "receiver": "claimant/1"})
    with pytest.raises(InvalidInput, match="amount, or something else"):
        bench.do("judge", "rule_on_reversal", {**RULES, "amount": None})
    bench.do("judge", "rule_on_reversal", {**RULES, "request": asked.reference})
    (owed,) = returned(bench)
    assert owed.amount_minor == 300_000 and owed.due_on > bench.clock.now().date()
    assert on_desk(bench, desks.REVERSAL_ASKED) == on_desk(bench, desks.REVERSAL_DUE) == []
    with pytest.raises(ActNotOpen):
        bench.do("judge", "rule_on_reversal", RULES)
    with bench.court.database.read() as session:
        assert audit_case(session, bench.case()) == []
        told = audit_projections(bench.court, session, bench.case())
        assert not [words for words in told if "owed" in words or "obligation" in words]


def test_what_is_not_given_back_is_enforced(bench: Bench) -> None:
    """An enforcement of its own, wherever the case stands meanwhile; paid, it is over (CPL 244)."""
    fell(bench)
    bench.do("judge", "rule_on_reversal", {**RULES, "days": 5})
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "apply_for_enforcement", {})
    bench.wait(days=10)
    assert bench.case().stage is Stage.PRONOUNCED
    bench.do("respondent/1", "apply_for_enforcement", {})
    with bench.court.database.read() as session:
        found = open_enforcement(session, session.get_one(Case, bench.case_id))
        assert found is not None and [row["principal"] for row in found.claimed] == [300_000]
    bench.do("clerk", "record_measure", {"what": "An account was looked at.", "on": bench.today})
    (owed,) = returned(bench)
    given = {"obligation": owed.reference, "amount": "3,100.00", "on": bench.today}
    bench.do("respondent/1", "record_performance", given)
    bench.do("judge", "end_enforcement", {"state": "done", "reasons": "Everything came back."})
    assert bench.case().stage is Stage.PRONOUNCED
    with bench.court.database.read() as session:
        assert open_enforcement(session, session.get_one(Case, bench.case_id)) is None
        running = session.scalars(select(Window.kind).where(Window.state == WindowState.OPEN)).all()
    assert not {"performance", "enforcement_application"} & set(running)


def test_a_ruling_to_give_back_outlasts_the_next_judgment_that_falls(bench: Bench) -> None:
    """It rests on no judgment: what is heard again ends what that judgment ordered, and not what goes back."""
    fell(bench)
    bench.do("judge", "rule_on_reversal", {**RULES, "days": 60})
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        entry = session.scalars(select(Decision)).one().served_entry
        assert entry is not None
        packet = serve(session, case, case.parties[1], "decision", entry, bench.clock.now())
        packet.docketed_as = None
    bench.serve("respondent/1")
    bench.wait(days=20)
    assert bench.case().stage is Stage.EFFECTIVE
    paid(bench, "1,000.00")
    ordered = {**OUTCOME, "ordered": True}
    bench.do(
        "respondent/1",
        "apply_for_retrial",
        {"grounds": ["law"], "facts": "The law was read wrongly.", "asks": "Dismiss the claim."},
    )
    bench.do("clerk", "record_retrial_outcome", ordered)
    (owed,) = returned(bench)
    assert owed.amount_minor == 300_000 and on_desk(bench, desks.REVERSAL_DUE) == ["judge"]
    with bench.court.database.read() as session:
        query = select(Window).where(Window.kind == "performance", Window.state == WindowState.OPEN)
        assert len(session.scalars(query).all()) == 1


def test_what_was_reported_and_never_answered_counts(bench: Bench) -> None:
    """Once the judgment fell nobody can confirm it any more: the judge finds on it, and is asked to."""
    bench.effective()
    with bench.court.database.read() as session:
        owed = session.scalars(select(Obligation.reference)).one()
    bench.do("respondent/1", "record_performance", {"obligation": owed, "amount": "500.00", "on": bench.today})
    contested(bench, "decision", "not_received")
    assert on_desk(bench, desks.REVERSAL_DUE) == ["judge"]
    bench.do("judge", "rule_on_reversal", {**RULES, "amount": "500.00"})
    assert [one.amount_minor for one in returned(bench)] == [50_000]


def test_nothing_is_given_back_while_the_judgment_binds(bench: Bench) -> None:
    """What was paid on what binds is owed (CPL 244): nobody asks for it, and no judge rules on it."""
    bench.effective()
    paid(bench)
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "ask_for_reversal", ASKS)
    with pytest.raises(ActNotOpen):
        bench.do("judge", "rule_on_reversal", RULES)
    assert on_desk(bench, desks.REVERSAL_DUE) == []


def test_a_judge_refuses_with_reasons_and_nobody_else_rules(bench: Bench) -> None:
    """Refused, nothing is owed and no desk waits; clerk and parties rule on nothing."""
    fell(bench)
    bench.do("respondent/1", "ask_for_reversal", ASKS)
    with bench.court.database.read() as session:
        asked = session.scalars(select(Reversal.reference)).one()
    for who in ("clerk", "claimant/1"):
        with pytest.raises(Forbidden):
            bench.do(who, "rule_on_reversal", {**RULES, "request": asked})
    with pytest.raises(InvalidInput, match="between the same two"):
        bench.do("judge", "rule_on_reversal", {**RULES, "request": "nothing"})
    bench.do("judge", "rule_on_reversal", {**RULES, "request": asked, "answer": "refuse", "amount": None})
    with bench.court.database.read() as session:
        assert session.scalars(select(Reversal.state)).one() is ReversalState.REFUSED
    assert returned(bench) == [] and on_desk(bench, desks.REVERSAL_DUE) == on_desk(bench, desks.REVERSAL_ASKED) == []


def fallen(bench: Bench, debtor: int, creditor: int, minor: int, *jointly: int) -> None:
    """So much was paid on something that fell."""
    with bench.court.database.write() as session:
        now = bench.clock.now()
        row = Obligation(
            case_id=bench.case_id,
            instrument=Instrument.DECISION,
            debtor_id=debtor,
            creditor_id=creditor,
            joint_ids=list(jointly) or None,
            amount_minor=minor,
            currency="CNY",
            due_on=now.date(),
            ended_at=now,
            entry_number=1,
        )
        session.add(row)
        session.flush()
        session.add(
            Performance(obligation_id=row.id, amount_minor=minor, on=now.date(), confirmed=True, entry_number=1)
        )


def second(bench: Bench) -> int:
    """Another respondent."""
    with bench.court.database.write() as session:
        party = Party(
            case_id=bench.case_id,
            role=Role.RESPONDENT,
            ordinal=2,
            name="Chen Mo",
            kind=PartyKind.PERSON,
            locale="en",
            details={},
        )
        session.add(party)
        session.flush()
        return party.id


def test_what_goes_back_is_taken_off_once(bench: Bench) -> None:
    """Somebody paid one sum alone and another with others: what is ruled of the one takes nothing off the other."""
    fell(bench)
    claimant, respondent = (party.id for party in bench.case().parties[:2])
    fallen(bench, respondent, claimant, 200_000, second(bench))
    bench.do("judge", "rule_on_reversal", RULES)
    bench.do("judge", "rule_on_reversal", {**RULES, "amount": "2,000.00"})
    with pytest.raises(ActNotOpen):
        bench.do("judge", "rule_on_reversal", {**RULES, "amount": "0.01"})
    assert [one.amount_minor for one in returned(bench)] == [300_000, 200_000]


def test_what_is_refused_to_one_still_waits_for_another(bench: Bench) -> None:
    """The court rules by itself on what each of them gave: a refusal to the one takes the other off no desk (CPL 244)."""
    fell(bench)
    claimant = bench.case().parties[0].id
    fallen(bench, second(bench), claimant, 200_000)
    bench.do("judge", "rule_on_reversal", {**RULES, "answer": "refuse", "amount": None})
    assert on_desk(bench, desks.REVERSAL_DUE) == ["judge"]
    bench.do("judge", "rule_on_reversal", {**RULES, "receiver": "respondent/2", "amount": "2,000.00"})
    assert on_desk(bench, desks.REVERSAL_DUE) == []


def test_the_ruling_says_who_gives_back_what_until_when(bench: Bench) -> None:
    """By which article, how much, within how many days, and that it is enforced otherwise (CPL 244)."""
    fell(bench)
    with bench.court.database.read() as session:
        look, act = bench.court.look(session), bench.court.table["rule_on_reversal"]
        given = act.input.model_validate({**RULES, "days": 7}, context={"currency": "CNY"})
        _, paper = written_ruling(look, act, session.get_one(Case, bench.case_id), given, bench.actor("judge"))
    said = "\n".join(line.render("en") if isinstance(line, Text) else str(line) for line in paper.orders)
    for words in ("Li", "Haiyun", "3,000.00", "within 7 days", "it is enforced"):
        assert words in said, (words, said)
