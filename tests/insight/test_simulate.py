"""A year of ten thousand cases played through: the same again for the same seed, and fairer by the court's lot than without weights."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import given, settings, strategies as st

from odr.app import create_app
from odr.insight.distribution.simulate import Rule, Year, play
from tests.insight.browser import signed_in
from tests.insight.test_distribution import RULES
from tests.scene import Scene

WEIGHTS = (60, 120, 240, 240, 480, 900)


def test_ten_thousand_cases_are_the_same_year_again() -> None:
    """A seed is a year; another is another."""
    year = Year(10_000, 40, WEIGHTS, minutes=240)
    first, second, other = (
        play(year, RULES),
        play(year, RULES),
        play(Year(10_000, 40, WEIGHTS, minutes=240, seed="b"), RULES),
    )
    assert first == second != other
    assert first.filed == first.ended + first.waiting == 10_000


def test_the_courts_lot_keeps_desks_nearer_than_chance() -> None:
    """Of ten thousand cases: the fullest and the emptiest desk are nearer by the weighted lot than when everybody is drawn alike."""
    apart = {rule: play(Year(10_000, 30, WEIGHTS, rule, minutes=300), RULES) for rule in Rule}
    assert apart[Rule.LOT].most_apart < apart[Rule.EVEN].most_apart
    assert apart[Rule.LOT].apart_at_end < apart[Rule.EVEN].apart_at_end


def test_fewer_judges_or_more_leave_end_no_more_cases() -> None:
    """With judges who leave in the middle of the year, or stay away longer, more waits at its end."""
    full = play(Year(4000, 12, WEIGHTS, minutes=300), RULES)
    fewer = play(Year(4000, 12, WEIGHTS, minutes=300, fewer=4), RULES)
    away = play(Year(4000, 12, WEIGHTS, away=120, minutes=300), RULES)
    assert fewer.waiting > full.waiting and away.waiting > full.waiting


@settings(max_examples=25)
@given(st.integers(1, 200), st.integers(1, 9), st.sampled_from(Rule), st.integers(0, 300), st.integers(0, 8))
def test_no_case_is_lost(cases: int, judges: int, rule: Rule, away: int, fewer: int) -> None:
    """Whatever is played: every case ended or waits, and no desk is below nothing."""
    if fewer >= judges:
        with pytest.raises(ValueError, match="judges"):
            play(Year(cases, judges, WEIGHTS, rule, away, fewer=fewer), RULES)
        return
    came = play(Year(cases, judges, WEIGHTS, rule, away, fewer=fewer), RULES)
    assert came.ended + came.waiting == cases and came.apart_at_end >= 0 and came.usual_load >= 0
    assert (came.half_days is None) == (came.ended == 0)


def test_the_command_and_the_page_say_what_it_took(small_scene: Scene) -> None:
    """Both say that nothing was recorded yet, and how long the processor worked; nonsense is refused at its field."""
    app = create_app(court=small_scene.court)
    told = app.test_cli_runner().invoke(args=["insight", "simulate", "--cases", "10000", "--judges", "30"])
    assert told.exit_code == 0, told.output
    assert "filed 10000" in told.output and "processor:" in told.output and "nobody measured them" in told.output
    assert app.test_cli_runner().invoke(args=["insight", "fit"]).output == "# no time was noted yet\n"
    assert isinstance(app.test_cli_runner(), CliRunner)
    president = signed_in(app, small_scene, "president")
    assert president.get("/registry/what-if").status_code == 200
    asked = "cases=500&judges=5&fewer=1&away=35&minutes=300&rule=lot"
    page = president.get(f"/registry/what-if?{asked}")
    assert page.status_code == 200 and "What came of the year" in page.text and "s of the processor" in page.text
    assert president.get(f"/registry/what-if?{asked.replace('fewer=1', 'fewer=5')}").status_code == 422
    assert president.get("/registry/what-if?cases=0&judges=x").status_code == 422
    assert signed_in(app, small_scene, "judge").get("/registry/what-if").status_code == 404
