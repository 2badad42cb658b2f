"""Fees: every row and worked example of the tariff, and rules that hold for any amount."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from odr.ground.errors import InvalidInput
from odr.ground.text import Money
from odr.payments.costs.rules import Allocation, allocate_costs, shares_by_success
from odr.payments.fee.fee_computation import (
    Assessment,
    FeeQuestion,
    FeeRelief,
    Matter,
    assess_filing,
    halving_grounds,
    top_up,
)
from odr.payments.fee.simulator import simulate
from odr.payments.refund.rules import RefundComputation, refund_for
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.rules.tariff import Ending, ReliefKind

PACKS = PackRegistry.load()
CN = PACKS.for_case("cn", date(2026, 1, 1))
EW = PACKS.for_case("ew", date(2026, 1, 1))


def yuan(amount: float | str) -> int:
    """Whole or decimal yuan as fen."""
    return int(Fraction(str(amount)) * 100)


def fee(**question: object) -> int:
    """The Chinese fee in fen."""
    return assess_filing(CN, FeeQuestion(**question)).total.minor  # type: ignore[arg-type]


PROPERTY = [
    (0, 50),
    (1, 50),
    (10_000, 50),
    (20_000, 300),
    (100_000, 2_300),
    (200_000, 4_300),
    (500_000, 8_800),
    (1_000_000, 13_800),
    (2_000_000, 22_800),
    (5_000_000, 46_800),
    (10_000_000, 81_800),
    (20_000_000, 141_800),
    (30_000_000, 191_800),
]
SHORTCUT = [
    (100_000, "0.025", -200),
    (200_000, "0.02", 300),
    (500_000, "0.015", 1_300),
    (1_000_000, "0.01", 3_800),
    (2_000_000, "0.009", 4_800),
    (5_000_000, "0.008", 6_800),
    (10_000_000, "0.007", 11_800),
    (20_000_000, "0.006", 21_800),
    (10**9, "0.005", 41_800),
]


@pytest.mark.parametrize(("claim", "expected"), PROPERTY)
def test_property_claims_cost_what_the_table_says(claim: int, expected: int) -> None:
    """Each band prices its own part of the claim (FEE 13(1))."""
    assert fee(amounts=(yuan(claim),)) == yuan(expected)


@given(st.integers(10_000_00, 10**9 * 100))
def test_bands_agree_with_the_shortcut_formula(claim: int) -> None:
    """Summing bands gives the same fee as claim × rate + constant, the way clerks compute it."""
    rate, constant = next((Fraction(rate), constant) for top, rate, constant in SHORTCUT if claim <= top * 100)
    assert abs(claim * rate + constant * 100 - fee(amounts=(claim,))) <= Fraction(1, 2)


WORKED = [
    ("500 refund, simple", {"amounts": (yuan(500),), "track": "simple"}, "25"),
    ("30,000, simple", {"amounts": (yuan(30_000),), "track": "simple"}, "275"),
    ("80,000, simple", {"amounts": (yuan(80_000),), "track": "simple"}, "900"),
    (
        "80,000, simple, then withdrawn",
        {"amounts": (yuan(80_000),), "track": "simple", "ending": Ending.WITHDRAWN},
        "900",
    ),
    ("80,000, ordinary", {"amounts": (yuan(80_000),), "track": "ordinary"}, "1800"),
    ("80,000, ordinary, mediated", {"amounts": (yuan(80_000),), "track": "ordinary", "ending": Ending.MEDIATED}, "900"),
    ("150,000, ordinary", {"amounts": (yuan(150_000),), "track": "ordinary"}, "3300"),
    ("300,000 copyright with amount", {"amounts": (yuan(300_000),), "kind": "intellectual_property"}, "5800"),
    ("copyright without amount", {"kind": "intellectual_property"}, "750"),
    ("1.2m", {"amounts": (yuan(1_200_000),)}, "15600"),
    ("8m", {"amounts": (yuan(8_000_000),)}, "67800"),
    ("counterclaim 50,000", {"matter": Matter.COUNTERCLAIM, "amounts": (yuan(50_000),), "joined": True}, "525"),
    (
        "counterclaim 50,000 in simple procedure",
        {"matter": Matter.COUNTERCLAIM, "amounts": (yuan(50_000),), "joined": True, "track": "simple"},
        "525",
    ),
    ("counterclaim 50,000 heard apart", {"matter": Matter.COUNTERCLAIM, "amounts": (yuan(50_000),)}, "1050"),
    ("third party 50,000", {"matter": Matter.THIRD_PARTY_CLAIM, "amounts": (yuan(50_000),), "joined": True}, "525"),
    ("appeal on 40,000 of 80,000", {"matter": Matter.APPEAL, "amounts": (yuan(40_000),)}, "800"),
    (
        "appeal from simple procedure is not halved",
        {"matter": Matter.APPEAL, "amounts": (yuan(40_000),), "track": "simple"},
        "800",
    ),
    ("appeal withdrawn", {"matter": Matter.APPEAL, "amounts": (yuan(40_000),), "ending": Ending.WITHDRAWN}, "400"),
    ("appeal against a ruling", {"matter": Matter.APPEAL_RULING}, "0"),
    ("personality right, 80,000 damages", {"kind": "personality", "amounts": (yuan(80_000),)}, "600"),
    ("personality right, 50,000 damages", {"kind": "personality", "amounts": (yuan(50_000),)}, "300"),
    ("personality right, 200,000 damages", {"kind": "personality", "amounts": (yuan(200_000),)}, "1300"),
    ("personality right, apology only", {"kind": "personality", "non_property_claims": 1}, "300"),
    ("several claims not about property", {"kind": "other_non_property", "non_property_claims": 3}, "80"),
    ("mixed claims", {"kind": "other_non_property", "non_property_claims": 1, "amounts": (yuan(30_000),)}, "550"),
    ("two property claims are summed", {"amounts": (yuan(30_000), yuan(50_000))}, "1800"),
    ("labour", {"kind": "labour", "amounts": (yuan(300_000),)}, "10"),
    ("jurisdiction objection that fails", {"matter": Matter.JURISDICTION_OBJECTION}, "100"),
    ("preservation 300,000", {"matter": Matter.PRESERVATION, "amounts": (yuan(300_000),)}, "2020"),
    ("preservation 1,000", {"matter": Matter.PRESERVATION, "amounts": (yuan(1_000),)}, "30"),
    ("preservation 100,000", {"matter": Matter.PRESERVATION, "amounts": (yuan(100_000),)}, "1020"),
    ("preservation without property", {"matter": Matter.PRESERVATION}, "30"),
    ("preservation 896,000, the cap", {"matter": Matter.PRESERVATION, "amounts": (yuan(896_000),)}, "5000"),
    ("preservation 10m, capped", {"matter": Matter.PRESERVATION, "amounts": (yuan(10_000_000),)}, "5000"),
    (
        "preservation in simple procedure is not halved",
        {"matter": Matter.PRESERVATION, "amounts": (yuan(300_000),), "track": "simple"},
        "2020",
    ),
    ("enforcement 50,000", {"matter": Matter.ENFORCEMENT, "amounts": (yuan(50_000),)}, "650"),
    ("enforcement 1m", {"matter": Matter.ENFORCEMENT, "amounts": (yuan(1_000_000),)}, "12400"),
    ("enforcement 5m", {"matter": Matter.ENFORCEMENT, "amounts": (yuan(5_000_000),)}, "52400"),
    ("enforcement 10m", {"matter": Matter.ENFORCEMENT, "amounts": (yuan(10_000_000),)}, "77400"),
    ("enforcement 12m", {"matter": Matter.ENFORCEMENT, "amounts": (yuan(12_000_000),)}, "79400"),
    ("enforcement without amount", {"matter": Matter.ENFORCEMENT}, "200"),
    ("payment order 30,000", {"matter": Matter.PAYMENT_ORDER, "amounts": (yuan(30_000),)}, "183.33"),
    ("confirmation of a mediated agreement", {"matter": Matter.CONFIRMATION}, "0"),
    ("refused", {"amounts": (yuan(80_000),), "ending": Ending.REFUSED}, "0"),
    ("dismissed", {"amounts": (yuan(80_000),), "ending": Ending.DISMISSED}, "0"),
]


@pytest.mark.parametrize(("question", "expected"), [row[1:] for row in WORKED], ids=[row[0] for row in WORKED])
def test_worked_examples(question: dict[str, object], expected: str) -> None:
    """Every worked example of the tariff comes out to the cent."""
    assert fee(**question) == yuan(expected)


def test_the_cause_names_the_kind_of_fee() -> None:
    """A cause of the pack decides which scale applies; an unknown one is refused."""
    assert fee(cause="online_shopping", amounts=(yuan(30_000),)) == yuan(550)
    assert fee(cause="domain_name") == yuan(750)
    with pytest.raises(NoSuchRule):
        fee(cause="sorcery", amounts=(1,))


def test_topping_up_after_conversion_and_increase() -> None:
    """What was paid counts: simple to ordinary costs the other half, a raised claim the difference (CPI 199, FEE 21)."""
    ordinary = FeeQuestion(amounts=(yuan(80_000),), track="ordinary")
    assert top_up(CN, Money(yuan(900), "CNY"), ordinary, "CPI 199").total == Money(yuan(900), "CNY")
    raised = FeeQuestion(amounts=(yuan(150_000),), track="ordinary")
    assert top_up(CN, Money(yuan(1_800), "CNY"), raised, "FEE 21(1)").total == Money(yuan(1_500), "CNY")
    assert top_up(CN, Money(yuan(9_999), "CNY"), raised, "FEE 21(1)").total == Money(0, "CNY")


ORDINARY = FeeQuestion(amounts=(yuan(80_000),), track="ordinary")
SIMPLE = FeeQuestion(amounts=(yuan(80_000),), track="simple")
REFUNDS = [
    (Ending.WITHDRAWN, 1_800, ORDINARY, 900, "FEE 15"),
    (Ending.WITHDRAWN, 900, SIMPLE, 0, "FEE 15"),
    (Ending.MEDIATED, 1_800, ORDINARY, 900, "FEE 15"),
    (Ending.MEDIATED, 900, SIMPLE, 0, "FEE 15"),
    (Ending.REFUSED, 1_800, ORDINARY, 1_800, "FEE 27; FEE 8(2)"),
    (Ending.DISMISSED, 900, SIMPLE, 900, "FEE 27; FEE 8(2)"),
    (Ending.CONVERSION_DEFAULT, 900, SIMPLE, 450, "CPI 199"),
    (Ending.REMITTED, 800, FeeQuestion(matter=Matter.APPEAL, amounts=(yuan(40_000),)), 800, "FEE 27"),
    (Ending.APPEAL_DISMISSED, 800, FeeQuestion(matter=Matter.APPEAL, amounts=(yuan(40_000),)), 800, "FEE 8(2)"),
    (Ending.REDUCED, 3_300, ORDINARY, 1_500, "FEE 21(2)"),
    (Ending.REDUCED_LATE, 3_300, ORDINARY, 0, "FEE 35"),
    (Ending.STAYED, 1_800, ORDINARY, 0, "FEE 26"),
    (Ending.ENDED_BY_DEATH, 1_800, ORDINARY, 0, "FEE 28"),
    (Ending.TRANSFERRED, 1_800, ORDINARY, 0, "FEE 24"),
    (Ending.CRIMINAL, 1_800, ORDINARY, 1_800, "FEE 25"),
]


@pytest.mark.parametrize(
    ("ending", "paid", "question", "back", "article"), REFUNDS, ids=[f"{row[0].value} {row[1]}" for row in REFUNDS]
)
def test_refunds_by_rule(ending: Ending, paid: int, question: FeeQuestion, back: int, article: str) -> None:
    """What goes back follows from how the claim ended, and names its article."""
    found = refund_for(CN, ending, Money(yuan(paid), "CNY"), question)
    assert found.refund == Money(yuan(back), "CNY")
    assert found.article == article
    assert RefundComputation.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_the_winner_gets_back_what_the_loser_bears() -> None:
    """The court refunds what the winner prepaid and need not bear (CPI 207)."""
    found = refund_for(CN, Ending.WON, Money(yuan(1_800), "CNY"), ORDINARY, borne=Money(yuan(600), "CNY"))
    assert found.refund == Money(yuan(1_200), "CNY")
    with pytest.raises(InvalidInput):
        refund_for(CN, Ending.WON, Money(yuan(1_800), "CNY"), ORDINARY)


def test_every_ending_has_a_refund_rule_in_china() -> None:
    """No way in which a case can end leaves the cashier without a rule."""
    assert set(CN.tariff.refunds) == set(Ending)


def test_relief_reduces_exempts_or_defers() -> None:
    """Exemption is for natural persons, a reduction at least 30%, deferral changes only when (FEE 44–47)."""
    question = replace(ORDINARY, relief=FeeRelief(ReliefKind.EXEMPTION))
    assert assess_filing(CN, question).total.minor == 0
    assert fee(amounts=(yuan(80_000),), relief=FeeRelief(ReliefKind.REDUCTION, Fraction(1, 2))) == yuan(900)
    deferred = assess_filing(CN, replace(ORDINARY, relief=FeeRelief(ReliefKind.DEFERRAL)))
    assert deferred.deferred
    assert deferred.total.minor == yuan(1_800)
    refused = [
        FeeRelief(ReliefKind.EXEMPTION, natural_person=False),
        FeeRelief(ReliefKind.REDUCTION, Fraction(29, 100)),
        FeeRelief(ReliefKind.REDUCTION, Fraction(101, 100)),
        FeeRelief(ReliefKind.INSTALMENTS),
    ]
    for relief in refused:
        with pytest.raises(InvalidInput):
            assess_filing(CN, replace(ORDINARY, relief=relief))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("0.01", "35"),
        ("300", "35"),
        ("300.01", "50"),
        ("500", "50"),
        ("500.01", "70"),
        ("1000", "70"),
        ("1500", "80"),
        ("1500.01", "115"),
        ("3000", "115"),
        ("5000", "205"),
        ("5000.01", "455"),
        ("10000", "455"),
        ("10000.01", "500"),
        ("10010", "500.50"),
        ("200000", "10000"),
        ("200000.01", "10000"),
        ("900000", "10000"),
    ],
)
def test_english_fees_jump_from_band_to_band(claim: str, expected: str) -> None:
    """The second tariff prices the whole claim by its band, in pounds, with no halving (CPFO 1.1)."""
    found = assess_filing(
        EW,
        FeeQuestion(cause="online_money_claim", amounts=(yuan(claim),), track="small_claims", ending=Ending.MEDIATED),
    )
    assert found.total == Money(yuan(expected), "GBP")


def test_the_english_fee_stays_with_the_court_on_settlement() -> None:
    """Where the pack gives nothing back, nothing goes back; what it does not price it refuses."""
    assert refund_for(EW, Ending.MEDIATED, Money(455_00, "GBP"), FeeQuestion(amounts=(10_000_00,))).refund.minor == 0
    with pytest.raises(NoSuchRule):
        refund_for(EW, Ending.CRIMINAL, Money(455_00, "GBP"), FeeQuestion(amounts=(10_000_00,)))
    with pytest.raises(InvalidInput):
        assess_filing(EW, FeeQuestion(matter=Matter.APPEAL, amounts=(10_000_00,)))


def test_impossible_questions_are_refused() -> None:
    """Negative sums, a property fee without amount, and foreign money get a clear answer."""
    with pytest.raises(InvalidInput):
        fee(amounts=(-1,))
    with pytest.raises(InvalidInput):
        fee(kind="property")
    with pytest.raises(InvalidInput):
        fee(kind="weather", amounts=(1,))
    with pytest.raises(InvalidInput):
        refund_for(CN, Ending.REFUSED, Money(100, "GBP"), ORDINARY)


def test_the_steps_are_shown_in_both_languages_and_kept() -> None:
    """An assessment names each step with its article, in the reader's language, and survives storage."""
    found = assess_filing(CN, replace(SIMPLE, ending=Ending.WITHDRAWN))
    assert [step.article for step in found.steps] == ["FEE 13(1)", "FEE 13(1)", "FEE 16", "CPI 206"]
    assert [step.amount.minor for step in found.steps] == [yuan(50), yuan(1_750), -yuan(900), 0]
    kept = Assessment.from_json(json.loads(json.dumps(found.to_json())))
    assert kept == found
    assert kept.steps[1].text.render("zh-Hans") == "超过10,000.00元至80,000.00元的部分，按2.5%计算。"
    assert (found.pack, found.version) == ("cn", "2025-11-01")


AMOUNTS = st.integers(0, 10**12)
KINDS = st.sampled_from(["property", "personality", "intellectual_property", "other_non_property", "labour"])
MATTERS = st.sampled_from(
    [Matter.CLAIM, Matter.COUNTERCLAIM, Matter.APPEAL, Matter.ENFORCEMENT, Matter.PRESERVATION, Matter.PAYMENT_ORDER]
)
TRACKS = st.sampled_from([None, "small_claims", "simple", "ordinary"])
ENDINGS = st.sampled_from([None, *Ending])
SHARES = st.sampled_from([None, Fraction(3, 10), Fraction(1, 2), Fraction(1)])


@given(AMOUNTS, AMOUNTS, KINDS, MATTERS, TRACKS)
def test_a_larger_claim_never_costs_less(one: int, other: int, kind: str, matter: Matter, track: str | None) -> None:
    """The fee is monotone in the amount, whatever the matter."""
    less, more = sorted((one, other))
    assert fee(amounts=(less,), kind=kind, matter=matter, track=track) <= fee(
        amounts=(more,), kind=kind, matter=matter, track=track
    )


@given(AMOUNTS, AMOUNTS)
def test_a_larger_english_claim_never_costs_less(one: int, other: int) -> None:
    """Bands that jump still only ever jump upward."""
    less, more = sorted((one, other))
    assert (
        assess_filing(EW, FeeQuestion(amounts=(less,))).total <= assess_filing(EW, FeeQuestion(amounts=(more,))).total
    )


@given(st.data())
def test_marginal_scales_do_not_jump(data: st.DataObject) -> None:
    """Where the pack says marginal, one cent more in the claim is at most one cent more in the fee, at band edges too."""
    scale = data.draw(st.sampled_from(sorted(CN.tariff.scales)))
    matter, kind = {
        "property": (Matter.CLAIM, "property"),
        "personality_damages": (Matter.CLAIM, "personality"),
        "enforcement": (Matter.ENFORCEMENT, None),
        "preservation": (Matter.PRESERVATION, None),
    }[scale]
    assert CN.tariff.scales[scale].marginal
    tops = [band.to for band in CN.tariff.scales[scale].bands if band.to]
    edge = data.draw(st.one_of(st.sampled_from(tops), AMOUNTS))
    assert 0 <= fee(amounts=(edge + 1,), matter=matter, kind=kind) - fee(amounts=(edge,), matter=matter, kind=kind) <= 1


@given(AMOUNTS, KINDS, MATTERS, TRACKS, ENDINGS, SHARES, st.booleans())
def test_fees_are_never_negative_and_their_steps_add_up(
    amount: int,
    kind: str,
    matter: Matter,
    track: str | None,
    ending: Ending | None,
    share: Fraction | None,
    joined: bool,
) -> None:
    """Whatever is combined, the fee is not below nothing, and the steps shown add up to it."""
    relief = FeeRelief(ReliefKind.REDUCTION, share) if share else None
    found = assess_filing(
        CN,
        FeeQuestion(
            matter=matter, kind=kind, amounts=(amount,), track=track, ending=ending, relief=relief, joined=joined
        ),
    )
    assert found.total.minor >= 0
    assert sum(step.amount.minor for step in found.steps) == found.total.minor


@given(AMOUNTS, KINDS, MATTERS, TRACKS, st.sampled_from([None, Ending.MEDIATED, Ending.WITHDRAWN]), st.booleans())
def test_a_fee_is_halved_at_most_once(
    amount: int, kind: str, matter: Matter, track: str | None, ending: Ending | None, joined: bool
) -> None:
    """However many grounds meet, half of the full fee is the least (CPI 206)."""
    question = FeeQuestion(matter=matter, kind=kind, amounts=(amount,), track=track, ending=ending, joined=joined)
    found = assess_filing(CN, question)
    expected = Fraction(found.full.minor, 2) if halving_grounds(CN, question) else Fraction(found.full.minor)
    assert abs(found.total.minor - expected) <= 1


@given(AMOUNTS, st.integers(0, 10**11), TRACKS, st.sampled_from(list(Ending)), st.integers(0, 10**11))
def test_a_refund_is_never_above_what_was_paid(
    amount: int, paid: int, track: str | None, ending: Ending, borne: int
) -> None:
    """Kept and refunded add up to what was paid, and neither is below nothing."""
    found = refund_for(
        CN, ending, Money(paid, "CNY"), FeeQuestion(amounts=(amount,), track=track), borne=Money(borne, "CNY")
    )
    assert 0 <= found.refund.minor <= paid
    assert found.refund.minor + found.kept.minor == paid


def test_the_loser_bears_the_costs_and_pays_the_court() -> None:
    """A claimant who won gets the fee back from the court; the loser owes it to the court (FEE 29, CPI 207)."""
    found = allocate_costs(
        CN,
        Money(yuan(900), "CNY"),
        {"claimant": Money(yuan(900), "CNY")},
        {"claimant": Fraction(0), "respondent": Fraction(1)},
    )
    assert found.of("claimant").refund == Money(yuan(900), "CNY")
    assert found.of("respondent").owes_court == Money(yuan(900), "CNY")
    assert found.reimbursements == ()
    assert found.articles == ("FEE 29", "CPI 207")
    assert Allocation.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_winner_may_agree_to_be_paid_directly() -> None:
    """With the winner's consent, and always where the pack has no refund, the loser pays the winner."""
    half = {"claimant": Fraction(1, 4), "respondent": Fraction(3, 4)}
    found = allocate_costs(CN, Money(yuan(900), "CNY"), {"claimant": Money(yuan(900), "CNY")}, half, directly=True)
    assert [(one.debtor, one.creditor, one.amount.minor) for one in found.reimbursements] == [
        ("respondent", "claimant", yuan(675))
    ]
    assert found.of("respondent").owes_court.minor == 0
    english = allocate_costs(EW, Money(455_00, "GBP"), {"claimant": Money(455_00, "GBP")}, {"respondent": Fraction(1)})
    assert english.reimbursements[0].amount == Money(455_00, "GBP")


def test_partial_success_splits_by_what_was_lost() -> None:
    """A proposal: half awarded, half borne; two respondents share theirs by interest, and liability may be joint (CPI
    203).
    """
    shares = shares_by_success(yuan(80_000), yuan(40_000), "claimant", {"shop": Fraction(2), "platform": Fraction(1)})
    assert shares == {"claimant": Fraction(1, 2), "shop": Fraction(1, 3), "platform": Fraction(1, 6)}
    found = allocate_costs(CN, Money(yuan(900), "CNY"), {"claimant": Money(yuan(900), "CNY")}, shares, jointly=True)
    assert [share.bears.minor for share in found.shares] == [yuan(450), yuan(300), yuan(150)]
    assert found.articles == ("FEE 29", "FEE 29; CPI 203", "CPI 207")


def test_endings_without_a_decision_have_their_own_article() -> None:
    """Who withdraws bears the fee (FEE 34); after mediation the parties agree on it (FEE 31)."""
    paid = {"claimant": Money(yuan(450), "CNY")}
    alone = allocate_costs(CN, Money(yuan(450), "CNY"), paid, {"claimant": Fraction(1)}, ending=Ending.WITHDRAWN)
    assert alone.articles[0] == "FEE 34"
    agreed = allocate_costs(
        CN,
        Money(yuan(450), "CNY"),
        paid,
        {"claimant": Fraction(1, 2), "respondent": Fraction(1, 2)},
        ending=Ending.MEDIATED,
    )
    assert agreed.articles[0] == "FEE 31"


def test_shares_that_are_not_a_whole_are_refused() -> None:
    """Costs are split entirely, by shares that are not negative."""
    for shares in ({"a": Fraction(1, 2)}, {"a": Fraction(3, 2), "b": Fraction(-1, 2)}, {}):
        with pytest.raises(InvalidInput):
            allocate_costs(CN, Money(100, "CNY"), {}, shares)
    with pytest.raises(InvalidInput):
        shares_by_success(100, 101, "claimant", {"respondent": Fraction(1)})


@given(
    st.integers(0, 10**10),
    st.lists(st.integers(0, 100), min_size=1, max_size=5),
    st.lists(st.integers(0, 10**10), max_size=3),
    st.booleans(),
)
def test_costs_lose_and_make_no_cent(amount: int, weights: list[int], prepaid: list[int], directly: bool) -> None:
    """What is borne adds up to the fee, and every party's account closes."""
    whole = sum(weights) or 1
    shares = (
        {f"p{place}": Fraction(weight, whole) for place, weight in enumerate(weights)}
        if sum(weights)
        else {"p0": Fraction(1)}
    )
    paid = {f"p{place}": Money(sum_, "CNY") for place, sum_ in enumerate(prepaid)}
    found = allocate_costs(CN, Money(amount, "CNY"), paid, shares, directly=directly)
    assert sum(share.bears.minor for share in found.shares) == amount
    for share in found.shares:
        out = sum(one.amount.minor for one in found.reimbursements if one.debtor == share.party)
        back = sum(one.amount.minor for one in found.reimbursements if one.creditor == share.party)
        assert share.prepaid.minor + share.owes_court.minor + out - share.refund.minor - back == share.bears.minor


def test_the_simulator_shows_every_way() -> None:
    """80,000 in simple procedure: 900 now, nothing more on settlement, 900 on conversion, 1,800 on appeal."""
    found = simulate(CN, yuan(80_000), "online_shopping", "simple")
    assert found.filing.total.minor == found.on_settlement.total.minor == found.on_withdrawal.total.minor == yuan(900)
    assert found.back_on_withdrawal.refund.minor == 0
    assert found.conversion is not None
    assert found.conversion.total.minor == yuan(900)
    assert found.appeal is not None
    assert found.appeal.total.minor == yuan(1_800)
    assert found.counterclaim.total.minor == yuan(900)
    assert len(found.relief) == 3


def test_the_simulator_knows_where_there_is_no_appeal() -> None:
    """Small claims have no appeal, ordinary procedure no conversion, and another country its own ways."""
    assert simulate(CN, yuan(500), "online_shopping", "small_claims").appeal is None
    ordinary = simulate(CN, yuan(80_000), "online_shopping", "ordinary")
    assert ordinary.conversion is None
    assert ordinary.back_on_settlement.refund.minor == yuan(900)
    english = simulate(EW, 10_000_00, "online_money_claim", "small_claims")
    assert (english.filing.total, english.appeal, english.conversion) == (Money(455_00, "GBP"), None, None)
    assert simulate(CN, None, "domain_name", "ordinary").filing.total.minor == yuan(750)


def test_a_pack_with_another_figure_gives_another_fee() -> None:
    """Figures are data: a local setting in the pack moves the fee, and no code."""
    kind = CN.tariff.kinds["personality"]
    assert kind.base is not None
    local = kind.model_copy(update={"base": kind.base.model_copy(update={"set": 100_00})})
    other: RulePack = CN.model_copy(
        update={"tariff": CN.tariff.model_copy(update={"kinds": {**CN.tariff.kinds, "personality": local}})}
    )
    assert assess_filing(other, FeeQuestion(kind="personality", amounts=(yuan(80_000),))).total.minor == yuan(400)
