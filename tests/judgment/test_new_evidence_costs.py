"""Whoever brings evidence only in the retrial bears what that costs the others, where the judgment is changed on it (CPI 409)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import ValidationError
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.judgment.decision.new_evidence_costs import ITEMS, AskNewEvidenceCostsInput
from odr.judgment.models import Decision, NewEvidenceCost, Obligation
from odr.judgment.vocabulary import OrderKind
from tests.judgment.bench import Bench
from tests.judgment.retried import drafted, found, heard, in_effect, judged, ordered, signed, sits
from tests.judgment.test_retrial_judgment import paper, whole
from tests.judgment.web import Visitor

COSTS = {
    "against": "respondent/1",
    "travel": "120.00",
    "lodging": "200.00",
    "lost_work": "80.50",
    "words": "They had the film from the first day on. Tickets and the hotel's bill are in the file.",
}
WHY = "The film was theirs from the first day on, and the trip was necessary."


@pytest.fixture
def again(bench: Bench) -> Bench:
    """A retrial on the respondent's new evidence."""
    bench.effective()
    ordered(bench, grounds=["new_evidence"], outcome={"new_evidence": True})
    return bench


@pytest.fixture
def asked(again: Bench) -> Bench:
    """The claimant asks for what it cost, and the retrial is heard and found on."""
    again.do("claimant/1", "ask_new_evidence_costs", COSTS)
    heard(again)
    found(again)
    return again


def reference(bench: Bench) -> str:
    with bench.court.database.read() as session:
        return session.scalars(select(NewEvidenceCost)).one().reference


def find(bench: Bench, granted: str) -> None:
    sits(bench, "find_new_evidence_costs", costs=reference(bench), granted=granted, reasons=WHY)


def less(bench: Bench) -> list[dict[str, Any]]:
    """Orders that award less than the first judgment."""
    first, rest = bench.draft()["orders"]
    return [{**first, "amount": "5,000.00"}, rest]


def test_what_it_cost_is_asked_of_whoever_brought_it(again: Bench) -> None:
    """Of nobody else, by nobody else, and once; the other side reads it on the page of the case."""
    with pytest.raises(InvalidInput, match="those listed"):
        again.do("claimant/1", "ask_new_evidence_costs", {**COSTS, "against": "claimant/1"})
    with pytest.raises(ActNotOpen, match="Nobody else applied"):
        again.do("respondent/1", "ask_new_evidence_costs", {**COSTS, "against": "claimant/1"})
    with pytest.raises(InvalidInput, match="currency"):
        again.do("claimant/1", "ask_new_evidence_costs", {**COSTS, "travel": {"minor": 100, "currency": "EUR"}})
    again.do("claimant/1", "ask_new_evidence_costs", COSTS)
    with pytest.raises(ActNotOpen, match="asked for it already"):
        again.do("claimant/1", "ask_new_evidence_costs", COSTS)
    with again.court.database.read() as session:
        row = session.scalars(select(NewEvidenceCost)).one()
        assert (row.asked.minor, row.items) == (40_050, {"travel": 12_000, "lodging": 20_000, "lost_work": 8_050})
    app = create_app(court=again.court)
    assert "400.50" in Visitor(app, again, "haiyun").get("")
    chinese = Visitor(app, again, "haiyun", "zh-Hans").get("")
    assert "400.50" in chinese and "Civil Procedure Law" not in chinese


def test_a_retrial_on_another_ground_costs_nobody_so(bench: Bench) -> None:
    """Only new evidence does."""
    bench.effective()
    with pytest.raises(ActNotOpen, match="Not at this point"):
        bench.do("claimant/1", "ask_new_evidence_costs", COSTS)
    ordered(bench)
    with pytest.raises(ActNotOpen, match="with new evidence"):
        bench.do("claimant/1", "ask_new_evidence_costs", COSTS)


def test_the_judgment_answers_what_is_asked(asked: Bench) -> None:
    """Not found on, the judgment is not signed; found, it orders the sum by itself, with the reasons, and it is owed."""
    orders = less(asked)
    drafted(asked, first_judgment="changed", first_why="The film shows it.", orders=orders)
    with pytest.raises(ActNotOpen, match="Nothing is found yet"):
        signed(asked)
    with pytest.raises(InvalidInput, match="More than was asked"):
        find(asked, "400.51")
    find(asked, "400.50")
    find(asked, "300.00")
    judged(asked, first_judgment="changed", first_why="The film shows it.", orders=orders)
    told = paper(asked)
    assert len(told["orders"]) == 4 and "300.00" in told["orders"][-1] and "lost work" in told["orders"][-1]
    assert WHY in told["reasons"] and "409" in told["basis"]
    assert "误工" in paper(asked, "zh-Hans")["orders"][-1]
    in_effect(asked)
    with asked.court.database.read() as session:
        owed = session.scalars(select(Obligation).where(Obligation.ended_at.is_(None)).order_by(Obligation.id)).all()
        assert [(one.debtor_id, one.creditor_id, one.amount_minor) for one in owed] == [(2, 1, 500_000), (2, 1, 30_000)]
    whole(asked)


def test_a_finding_after_the_draft_changes_its_orders(asked: Bench) -> None:
    """The draft orders at once what is found, and nothing any more where nothing is."""
    drafted(asked, first_judgment="changed", first_why="The film shows it.", orders=less(asked))

    def costs() -> list[int | None]:
        with asked.court.database.read() as session:
            decision = session.scalars(select(Decision).order_by(Decision.id)).all()[-1]
            return [one.amount_minor for one in decision.orders if one.new_evidence_cost is not None]

    for granted, then in (("300.00", [30_000]), ("100.00", [10_000]), ("0", [])):
        find(asked, granted)
        assert costs() == then
    signed(asked)


def test_nothing_is_awarded_where_the_first_judgment_is_upheld(asked: Bench) -> None:
    """New evidence that changes nothing costs its party nothing so; refused with its reasons, the judgment upholds the first."""
    find(asked, "300.00")
    drafted(asked, first_judgment="upheld")
    with pytest.raises(ActNotOpen, match="not changed"):
        signed(asked)
    find(asked, "0")
    judged(asked, first_judgment="upheld")
    told = paper(asked)
    assert len(told["orders"]) == 1 and WHY in told["reasons"]
    with pytest.raises(ActNotOpen):
        find(asked, "100.00")
    with asked.court.database.read() as session:
        decision = session.scalars(select(Decision).order_by(Decision.id)).all()[-1]
        assert [one.kind for one in decision.orders] == [OrderKind.PAY, OrderKind.DISMISS]
        assert session.get_one(Case, asked.case_id).pronounced_at is not None


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(sorted(ITEMS)), st.integers(0, 10**9)))
def test_what_is_asked_is_the_sum_of_its_items(items: dict[str, int]) -> None:
    """Items of nothing are left out, and a request for nothing is none."""
    values: dict[str, Any] = {**COSTS, **dict.fromkeys(ITEMS)}
    values |= {name: {"minor": minor, "currency": "CNY"} for name, minor in items.items()}
    if not sum(items.values()):
        with pytest.raises(ValidationError):
            AskNewEvidenceCostsInput.model_validate(values)
        return
    sums = AskNewEvidenceCostsInput.model_validate(values).sums
    assert {name: money.minor for name, money in sums.items()} == {n: m for n, m in items.items() if m}
    row = NewEvidenceCost(items={name: money.minor for name, money in sums.items()}, currency="CNY")
    assert row.asked.minor == sum(items.values())
