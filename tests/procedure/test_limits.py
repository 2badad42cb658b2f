"""The trial limit, limitation of actions, and the tracks a case may follow."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from odr.ground.errors import ActNotOpen
from odr.ground.text import Money
from odr.procedure.rules.cases import Bar
from odr.procedure.rules.pack import NoSuchRule
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.rules.tracks import announcement_allowed, conversion, most_amount, propose_track, track_findings
from odr.procedure.time.limitation import Excluded, limitation, plan_end, require_plan_fits, trial_limit

PACKS = PackRegistry.load()
CN = PACKS.for_case("cn", date(2026, 1, 1))
EW = PACKS.for_case("ew", date(2026, 1, 1))
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: str) -> datetime:
    """Ten in the morning of a local day."""
    return datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=SHANGHAI)


LIMITS = [
    ("ordinary", "2026-01-15", 0, "2026-07-15"),
    ("ordinary", "2026-01-15", 1, "2027-01-15"),
    ("simple", "2026-01-31", 0, "2026-04-30"),
    ("simple", "2026-01-31", 1, "2026-06-01"),
    ("small_claims", "2026-03-10", 0, "2026-05-11"),
    ("small_claims", "2026-03-10", 1, "2026-06-10"),
]


@pytest.mark.parametrize(("track", "accepted", "extensions", "ends"), LIMITS)
def test_trial_limits_by_track(track: str, accepted: str, extensions: int, ends: str) -> None:
    """Six, three or two months from acceptance, once extended by the president (CPL 152, 164, 168)."""
    clock = trial_limit(CN, track, at(accepted), extensions=extensions)
    assert clock is not None
    assert clock.ends.result == date.fromisoformat(ends)


def test_an_extension_is_asked_for_fifteen_and_decided_five_days_before_the_end() -> None:
    """The president decides in time, on a request made in time (EXT 1), and no plan comes too close."""
    clock = trial_limit(CN, "ordinary", at("2026-01-15"))
    assert clock is not None
    assert (clock.ask_by, clock.decide_by, clock.latest_plan_end) == (
        date(2026, 6, 30),
        date(2026, 7, 10),
        date(2026, 7, 5),
    )
    with pytest.raises(ActNotOpen):
        trial_limit(CN, "ordinary", at("2026-01-15"), extensions=2)


def test_announcement_and_appraisal_do_not_count() -> None:
    """Excluded spans push the limit on, by ground and article (CPI 243); unknown grounds are refused."""
    away = Excluded("announcement", at("2026-02-01"), at("2026-03-03"))
    clock = trial_limit(CN, "ordinary", at("2026-01-15"), excluded=[away])
    assert clock is not None
    # 31 days are touched; 15 July becomes Saturday 15 August, that is Monday the 17th.
    assert clock.ends.result == date(2026, 8, 17)
    assert "CPI 243" in clock.ends.articles
    with pytest.raises(NoSuchRule):
        trial_limit(CN, "ordinary", at("2026-01-15"), excluded=[Excluded("lunch", at("2026-02-01"), at("2026-02-02"))])


def test_foreign_related_cases_have_no_trial_limit() -> None:
    """CPL 287 exempts them, and then any plan fits."""
    assert trial_limit(CN, "ordinary", at("2026-01-15"), foreign=True) is None
    require_plan_fits(CN, "ordinary", at("2026-01-15"), None)
    with pytest.raises(NoSuchRule):
        trial_limit(CN, "sprint", at("2026-01-15"))


def test_no_plan_is_opened_that_cannot_end_in_time() -> None:
    """A plan must leave ten days before the trial limit."""
    clock = trial_limit(CN, "small_claims", at("2026-03-10"))
    # Sixteen working days after 10 March: Tomb-Sweeping Monday is off, so Wednesday 1 April is the sixteenth.
    assert plan_end(CN, "small_claims", at("2026-03-10")) == date(2026, 4, 1)
    require_plan_fits(CN, "small_claims", at("2026-03-10"), clock)
    with pytest.raises(ActNotOpen):
        require_plan_fits(CN, "small_claims", at("2026-04-20"), clock)


@pytest.mark.parametrize(
    ("rule", "known", "interrupted", "violated", "ends"),
    [
        ("general", "2023-03-13", [], None, "2026-03-13"),
        ("general", "2021-03-10", ["2023-03-13"], None, "2026-03-13"),
        ("general", "2022-10-03", [], None, "2025-10-09"),
        ("international_sale", "2022-03-11", [], None, "2026-03-11"),
        ("general", "2025-01-10", [], "2006-03-11", "2026-03-11"),
    ],
)
def test_limitation_runs_from_knowledge_or_the_last_interruption(
    rule: str, known: str, interrupted: list[str], violated: str | None, ends: str
) -> None:
    """Three years from knowledge, anew from an interruption, never beyond twenty from the violation (CC 188, 195)."""
    found = limitation(
        CN,
        rule,
        at(known),
        violated_at=at(violated) if violated else None,
        interrupted_at=[at(day) for day in interrupted],
    )
    assert found.result == date.fromisoformat(ends)


def test_an_unknown_limitation_is_refused() -> None:
    """What the pack does not know it does not invent."""
    with pytest.raises(NoSuchRule):
        limitation(CN, "eternal", at("2026-01-01"))


FILED = date(2026, 3, 2)
TRACKS = [
    (62_055_00, [], False, "small_claims"),
    (62_055_01, [], False, "simple"),
    (248_220_00, [], True, "small_claims"),
    (248_220_01, [], True, "simple"),
    (500_00, [Bar.FOREIGN], False, "simple"),
    (500_00, [Bar.COUNTERCLAIM], False, "simple"),
    (500_00, [Bar.APPRAISAL], True, "simple"),
    (500_00, [Bar.WHEREABOUTS_UNKNOWN], False, "ordinary"),
    (500_00, [Bar.DISPUTED], False, "ordinary"),
    (500_00, [Bar.MANY_PARTIES], True, "ordinary"),
    (10**12, [], False, "simple"),
]


@pytest.mark.parametrize(("amount", "bars", "agreed", "track"), TRACKS)
def test_the_shortest_open_track_is_proposed(amount: int, bars: list[Bar], agreed: bool, track: str) -> None:
    """Half the average wage, twice by agreement, unless a bar stands in the way (CPL 165–166, CPI 257)."""
    assert propose_track(CN, amount, bars, FILED, agreed=agreed).track == track


def test_why_a_track_is_not_open_is_said() -> None:
    """Each track answers with a reason and an article, in both languages."""
    small, simple, ordinary = track_findings(CN, 500_00, [Bar.WHEREABOUTS_UNKNOWN], FILED)
    assert (small.open, simple.open, ordinary.open) == (False, False, True)
    assert small.reason.render("zh-Hans") == "不得适用：一方当事人下落不明。"
    assert simple.article == "CPL 42; CPI 257, 308"


def test_without_any_published_wage_nothing_is_small() -> None:
    """Where no figure is known the claim follows simple procedure, not a guess."""
    assert most_amount(CN, CN.track("small_claims"), date(2024, 1, 2)) == Money(0, "CNY")
    assert propose_track(CN, 1, [], date(2024, 1, 2)).track == "simple"


def test_english_tracks_are_limited_by_sums() -> None:
    """Ten and twenty-five thousand pounds, from data."""
    assert [propose_track(EW, amount, [], FILED).track for amount in (10_000_00, 10_000_01, 25_000_00, 25_000_01)] == [
        "small_claims",
        "fast",
        "fast",
        "multi",
    ]


def test_never_back_to_simple_once_the_hearing_opened() -> None:
    """Small to simple to ordinary at any time; ordinary to simple only before the hearing (CPI 260)."""
    assert conversion(CN, "ordinary", "simple", hearing_opened=False) is not None
    assert conversion(CN, "ordinary", "simple", hearing_opened=True) is None
    assert conversion(CN, "simple", "small_claims", hearing_opened=False) is None
    to_ordinary = conversion(CN, "simple", "ordinary", hearing_opened=True)
    assert to_ordinary is not None
    assert (to_ordinary.by_ruling, to_ordinary.tops_up, to_ordinary.article) == (True, True, "CPL 170; CPI 258")


def test_announcement_closes_simple_procedure() -> None:
    """Service by announcement is for ordinary procedure, a switch of the pack (CPI 140; IC 18)."""
    assert [announcement_allowed(CN, track) for track in CN.tracks.list] == [False, False, True]


@given(st.integers(0, 10**12), st.sets(st.sampled_from(list(Bar))), st.booleans())
def test_some_track_is_always_open(amount: int, bars: set[Bar], agreed: bool) -> None:
    """However a case is barred, the ordinary procedure takes it."""
    for pack in (CN, EW):
        assert propose_track(pack, amount, bars, FILED, agreed=agreed).open
        assert track_findings(pack, amount, bars, FILED)[-1].track == pack.tracks.default
