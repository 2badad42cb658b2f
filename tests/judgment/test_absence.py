"""A decision given in absence is set aside only where the rules know it (CPR 27.11)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Stage, Track
from odr.ground.errors import ActNotOpen, InvalidInput, OutOfTime
from odr.judgment.models import Decision
from odr.judgment.queries import motions_of
from odr.judgment.vocabulary import DecisionState, MotionState
from tests.judgment.bench import Bench

ASKS = {"asks": "Set it aside.", "grounds": "I was in hospital; the label was lawful."}
RULING = {
    "result": "granted",
    "orders": "The decision is set aside.",
    "reasons": "A good reason, and a case to make.",
    "language": "en",
}


def absent(bench: Bench, pack: tuple[str, str] | None, track: Track = Track.SMALL) -> None:
    """A decision by default was issued and reaches both sides, under the rules of a pack."""
    bench.issue()
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        case.track = track
        if pack is not None:
            case.pack_id, case.pack_version = pack
        session.scalars(select(Decision)).one().by_default = True
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)


def motion(bench: Bench) -> str:
    """The motion that waits."""
    with bench.court.database.read() as session:
        return motions_of(session, session.get_one(Case, bench.case_id), MotionState.OPEN)[-1].reference


def test_the_absent_party_has_it_set_aside(bench: Bench) -> None:
    """Asked within fourteen days by her, ruled on by the judge: the decision no longer stands and the case is heard
    again; nobody else's word does it.
    """
    absent(bench, ("ew", "2024-05-01"))
    with pytest.raises(InvalidInput, match="only when the absent party"):
        bench.do("judge", "give_ruling", RULING | {"kind": "set_aside"})
    with pytest.raises(InvalidInput, match="its own act"):
        bench.do("respondent/1", "ask_for_ruling", ASKS | {"kind": "set_aside"})
    bench.do("respondent/1", "ask_to_set_aside", ASKS)
    bench.do("judge", "give_ruling", RULING | {"motion": motion(bench)})
    with bench.court.database.read() as session:
        assert session.scalars(select(Decision)).one().state is DecisionState.SET_ASIDE
    assert bench.case().stage is Stage.HEARING and bench.case().pronounced_at is None
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "ask_to_set_aside", ASKS)


def test_refused_it_stands(bench: Bench) -> None:
    """Refused by ruling with reasons, the decision stands."""
    absent(bench, ("ew", "2024-05-01"))
    bench.do("respondent/1", "ask_to_set_aside", ASKS)
    bench.do("judge", "give_ruling", RULING | {"motion": motion(bench), "result": "refused"})
    with bench.court.database.read() as session:
        assert session.scalars(select(Decision)).one().state is DecisionState.ISSUED


def test_it_lapses(bench: Bench) -> None:
    """Fourteen days from the service of the judgment."""
    absent(bench, ("ew", "2024-05-01"))
    bench.wait(days=17)
    with pytest.raises((OutOfTime, ActNotOpen)):
        bench.do("respondent/1", "ask_to_set_aside", ASKS)


@pytest.mark.parametrize(("pack", "track"), [(None, Track.SMALL), (("ew", "2024-05-01"), Track.FAST)])
def test_rules_that_do_not_know_it_refuse_it(bench: Bench, pack: tuple[str, str] | None, track: Track) -> None:
    """In ``cn``, and on a track for which the rules give no such time, its time never starts."""
    absent(bench, pack, track)
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "ask_to_set_aside", ASKS)
