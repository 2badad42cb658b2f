"""What a claim comes to on certified figures."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, strategies as st

from odr.payments.fee.scales import half_up
from odr.procedure.rules.registry import PackRegistry
from odr.settlement.one_key.calculator import calculate
from tests.settlement.certifiers import OWED, TRAFFIC

PACK = PackRegistry.load().versions("cn")[-1]
assert PACK.certified is not None
ROAD, SHOP = PACK.certified.causes["road_traffic"], PACK.certified.causes["online_shopping"]
ALL = {name: value for figures in TRAFFIC.values() for name, value in figures.items()}
AMOUNTS = st.integers(0, 10**9)
FIGURES = st.fixed_dictionaries(
    {"share": st.integers(0, 100)},
    optional={
        "medical_cost": AMOUNTS,
        "repair": AMOUNTS,
        "lost_value": AMOUNTS,
        "advanced": AMOUNTS,
        "days_off_work": st.integers(0, 400),
        "daily_income": AMOUNTS,
    },
)


def test_the_traffic_claim_worked_out_by_hand() -> None:
    """Limits first and in full, beyond them by the share of the fault, less what was advanced; every step carries its
    article.
    """
    found = calculate(ROAD, ALL, "CNY")
    assert (found.total.minor, found.missing, found.is_complete) == (OWED, (), True)
    assert [step.rule for step in found.steps] == [
        "medical",
        "lost_income",
        "care",
        "vehicle",
        "depreciation",
        "medical",
        "property",
        "share",
        "advanced",
    ]
    assert [step.amount.minor for step in found.steps[-4:]] == [-2_100_00, -2_340_00, -900_00, -5_000_00]
    assert found.steps[1].text.render("en") == "Lost income: 20 days at CNY\xa0320.00"


def test_what_is_missing_is_named() -> None:
    """Half a head is asked for, a head that nobody certified is not, and without the share nothing is offered."""
    found = calculate(ROAD, {"days_off_work": 3}, "CNY")
    assert found.missing == ("daily_income", "share")
    assert not found.is_complete


def test_a_refund_bears_no_fault() -> None:
    """What the platform certifies is owed in full, less what went back already."""
    assert calculate(SHOP, {"price": 499_00, "return_cost": 12_00, "refunded": 100_00}, "CNY").total.minor == 411_00
    assert not calculate(SHOP, {"price": 10_00, "refunded": 500_00}, "CNY").is_complete


@given(FIGURES)
def test_the_steps_add_up_to_the_total(figures: dict[str, int]) -> None:
    """Rounded steps always sum to the rounded total, which never falls below nothing or rises above the whole loss."""
    found = calculate(ROAD, figures, "CNY")
    gross = sum(step.amount.minor for step in found.steps if step.amount.minor > 0)
    assert sum(step.amount.minor for step in found.steps) == found.total.minor
    assert 0 <= found.total.minor <= gross


@given(FIGURES)
def test_the_total_is_limits_in_full_and_the_rest_by_share(figures: dict[str, int]) -> None:
    """The same sum by another road: each group's smaller of loss and limit, and the share of what lies beyond."""
    share, groups = Fraction(figures["share"], 100), {name: group.limit for name, group in ROAD.groups.items()}
    income = (
        figures.get("days_off_work", 0) * figures["daily_income"]
        if {"days_off_work", "daily_income"} <= set(figures)
        else 0
    )
    losses = [
        ("medical", figures.get("medical_cost", 0)),
        ("injury", income),
        ("property", figures.get("repair", 0)),
        (None, figures.get("lost_value", 0)),
    ]
    owed = sum(
        (
            min(loss, groups.get(group or "", 0)) + share * max(loss - groups.get(group or "", 0), 0)
            for group, loss in losses
        ),
        Fraction(0),
    ) - figures.get("advanced", 0)
    assert calculate(ROAD, figures, "CNY").total.minor == half_up(max(owed, Fraction(0)))


@given(FIGURES, st.integers(0, 100))
def test_a_higher_share_never_pays_less(figures: dict[str, int], share: int) -> None:
    """Whoever bears more of the fault pays at least as much."""
    low, high = sorted((figures["share"], share))
    first, second = (calculate(ROAD, figures | {"share": one}, "CNY").total.minor for one in (low, high))
    assert first <= second
