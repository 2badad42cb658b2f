"""Judgments and rulings say to which court, until when and with how many copies one appeals (CPL 151, 155, 173)."""

from __future__ import annotations

from odr.docket.models import Case, Track
from odr.ground.clock import FixedClock
from odr.judgment.decision.papers import appeal_words
from odr.procedure.court import Court
from odr.procedure.papers import rulings
from tests.judgment.bench import Bench, lay_case


def test_the_judgment_names_court_period_and_copies(bench: Bench) -> None:
    """In both languages; a ruling from which one may appeal does the same."""
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        for words, days in (
            (appeal_words(look, case), "15 days"),
            (rulings.appeal_words(look, case, "appeal_dismissal"), "10 days"),
        ):
            assert words is not None
            said = words.render("en")
            assert bench.court.settings.appeal_court in said and days in said and "30 days" in said
            assert "1 for a claimant, 1 for a respondent" in said
            assert bench.court.settings.appeal_court_zh in words.render("zh-Hans")


def test_small_claims_say_that_they_are_final(whole_court: Court, clock: FixedClock) -> None:
    """There is no court to name (CPL 165)."""
    bench = lay_case(whole_court, clock, track=Track.SMALL)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        assert "final" in appeal_words(look, case).render("en")
        assert rulings.appeal_words(look, case, "appeal_judgment") is None
