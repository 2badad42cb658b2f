"""Investigation and debate are heard together only when every party agreed on record (CPI 230; IC 13)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.docket.models import Case
from odr.filing.models import RequestKind
from odr.filing.parties.joinder import JoinderInput
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen, Forbidden
from odr.hearing.models import Examination
from odr.hearing.ripeness.basis import missing_stages
from tests.filing.test_joinder import ASKED
from tests.filing.test_motions import request_of
from tests.hearing.test_basis import ANSWER, record
from tests.scene import Scene, open_court

WHY = {"reasons": "The facts and the law of each point hang together."}


@pytest.fixture
def heard(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Scene]:
    """An ordinary case whose examination is open, in the courtroom."""
    database = Database(sqlite_url, synchronous="OFF")
    court = open_court(database, clock, tmp_path / "court")
    court.lodge()
    court.accept("ordinary")
    court.work()
    court.join()
    court.do("file_answer", "haiyun", **ANSWER)
    court.do("open_examination", "judge", mode="offline")
    court.later(days=20)
    yield court
    database.dispose()


def merged(court: Scene) -> bool:
    """Whether both stages are heard together now."""
    with court.court.database.read() as session:
        return session.scalars(select(Examination)).one().merged_by is not None


def test_merge_stages_needs_the_agreement_of_everybody(heard: Scene) -> None:
    """Refused until both have agreed, with who is missing, who mends it and the article (CPI 230)."""
    with pytest.raises(ActNotOpen, match="has not agreed") as refused:
        heard.do("merge_stages", "judge", **WHY)
    assert "230" in str(refused.value.source)
    heard.do("answer_merging", "li", agrees="yes")
    heard.do("answer_merging", "haiyun", agrees="no")
    with pytest.raises(ActNotOpen, match="has not agreed"):
        heard.do("merge_stages", "judge", **WHY)
    assert not merged(heard)
    heard.do("answer_merging", "haiyun", agrees="yes")
    heard.do("merge_stages", "judge", **WHY)
    assert merged(heard)


def test_an_agreement_taken_back_before_the_hearing_ends_the_merging(heard: Scene) -> None:
    """Until a hearing was held it can be taken back; afterwards what was done stands."""
    for who in ("li", "haiyun"):
        heard.do("answer_merging", who, agrees="yes")
    heard.do("merge_stages", "judge", **WHY)
    heard.do("answer_merging", "li", agrees="no")
    assert not merged(heard)
    heard.do("answer_merging", "li", agrees="yes")
    heard.do("merge_stages", "judge", **WHY)
    record(heard, debated="yes", last_words="yes")
    with pytest.raises(ActNotOpen, match="held already"):
        heard.do("answer_merging", "li", agrees="no")
    heard.do("close_hearing", "judge", reasons="Enough was said.")


def test_a_merged_debate_counts_only_where_everybody_had_agreed(heard: Scene) -> None:
    """Who came into the case after the merging and has not agreed is owed a debate of their own."""
    for who in ("li", "haiyun"):
        heard.do("answer_merging", who, agrees="yes")
    heard.do("merge_stages", "judge", **WHY)
    record(heard, debated="yes", last_words="yes")
    heard.do("ask_for_joinder", "haiyun", JoinderInput.model_validate(ASKED))
    asked = request_of(heard, RequestKind.JOINDER).reference
    heard.do("rule_on_joinder", "judge", request=asked, answer="allow", reasons="It concerns them.")
    with heard.court.database.read() as session:
        look, case = heard.court.look(session), session.get_one(Case, heard.case_id)
        reasons = list(missing_stages(look, case, session.scalars(select(Examination)).one()))
        assert any("Debate" in str(reason) for reason in reasons)


def test_merge_stages_is_refused_to_others_and_twice(heard: Scene) -> None:
    """Only the judge orders it, only a party agrees, and it is ordered once."""
    for who in ("li", "haiyun"):
        heard.do("answer_merging", who, agrees="yes")
    for name, who, given in (("merge_stages", "li", WHY), ("answer_merging", "clerk", {"agrees": "yes"})):
        with pytest.raises(Forbidden):
            heard.do(name, who, **given)
    first = heard.do("merge_stages", "judge", key="one", **WHY)
    assert heard.do("merge_stages", "judge", key="one", **WHY).number == first.number
    with pytest.raises(ActNotOpen, match="already"):
        heard.do("merge_stages", "judge", **WHY)
    with pytest.raises(ActNotOpen, match="already done"):
        heard.do("answer_merging", "li", agrees="yes")
