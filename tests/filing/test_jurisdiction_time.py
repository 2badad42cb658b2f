"""Until when one objects to the court: each respondent in their own time, other grounds later (CPL 130; CPI 39, 216, 247)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odr.docket.models import Stage
from odr.filing.models import RequestKind
from odr.ground.errors import ActNotOpen, OutOfTime
from tests.filing.test_evidence_periods import TWO, served
from tests.filing.test_motions import request_of
from tests.hearing.test_basis import record
from tests.scene import Scene, claim

WORDS = "We agreed on arbitration in Shanghai."


def open_hearing(scene: Scene) -> None:
    scene.later(days=20)
    scene.do("open_examination", "judge", mode="live")


def test_who_is_served_late_objects_in_their_own_time(small_scene: Scene) -> None:
    """A respondent whose own time to answer runs objects also after the hearing was opened for the others (CPL 130)."""
    small_scene.lodge(claim(respondents=TWO))
    small_scene.accept("simple")
    small_scene.work()
    served(small_scene, "respondent/2")
    small_scene.later(days=20)
    small_scene.join()
    with small_scene.court.database.write() as session:
        from odr.docket.models import Case

        session.get_one(Case, small_scene.case_id).stage = Stage.HEARING
    small_scene.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")


def test_after_the_own_time_the_place_is_no_ground_any_more(pending: Scene) -> None:
    """The refusal says that the time has ended (CPL 130)."""
    pending.later(days=20)
    with pytest.raises(OutOfTime, match="time to answer has ended"):
        pending.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")


def test_arbitration_is_raised_until_the_first_hearing(pending: Scene) -> None:
    """Also by who has answered, and after the time to answer (CPI 216)."""
    pending.do("file_answer", "haiyun", position="defend", statement="No.")
    pending.clock.advance(timedelta(days=20))
    pending.do("object_to_jurisdiction", "haiyun", ground="arbitration", words=WORDS)
    with pytest.raises(ActNotOpen, match="already objected"):
        pending.do("object_to_jurisdiction", "haiyun", ground="elsewhere", words=WORDS)


def test_after_the_first_hearing_no_agreement_to_arbitrate_is_raised(pending: Scene) -> None:
    """Once a hearing was held the court hears the case, whatever was agreed (CPI 216)."""
    pending.do("file_answer", "haiyun", position="defend", statement="No.")
    pending.pay()
    pending.clock.advance(timedelta(days=20))
    pending.do("open_examination", "judge", mode="offline")
    record(pending, debated="yes", last_words="yes")
    with pytest.raises(OutOfTime, match="before the first hearing"):
        pending.do("object_to_jurisdiction", "haiyun", ground="arbitration", words=WORDS)


def test_what_was_decided_already_is_raised_at_any_time(pending: Scene) -> None:
    """That the same dispute was decided has no limit of time, and a second ground is not lost by a first (CPI 247)."""
    pending.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    asked = request_of(pending, RequestKind.JURISDICTION).reference
    pending.do("rule_on_jurisdiction", "judge", request=asked, answer="refuse", reasons="Delivered here.")
    pending.do("file_answer", "haiyun", position="defend", statement="No.")
    pending.pay()
    open_hearing(pending)
    pending.do("object_to_jurisdiction", "haiyun", ground="elsewhere", words="Decided in Ningbo last year.")


def test_an_answer_beside_the_objection_does_not_take_it_back(pending: Scene) -> None:
    """Who objects in time and answers the claim as well is ruled on all the same (CPI 223(1))."""
    pending.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    pending.do("file_answer", "haiyun", position="defend", statement="No.")
    asked = request_of(pending, RequestKind.JURISDICTION).reference
    with pytest.raises(ActNotOpen):
        open_hearing(pending)
    pending.do("rule_on_jurisdiction", "judge", request=asked, answer="refuse", reasons="Delivered here.")
