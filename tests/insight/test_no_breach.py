"""What may run out is no breach: a decision that rested, a term that was over. What was broken is said with days in words."""

from __future__ import annotations

import re
from datetime import date, timedelta

from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Role, Seat
from odr.filing.registry.seats import HEARD_BY_OTHERS
from odr.ground.text import Month, write
from odr.insight.supervision.answering import words_of
from odr.insight.supervision.models import MatterKind, SupervisionMatter
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.models import Window, WindowState
from odr.service.vocabulary import Channel
from tests.filing.visitor import Visitor
from tests.insight.test_supervision import look_through, rows
from tests.insight.test_workload import PACKS, TODAY
from tests.scene import Scene

PACK = PACKS.in_force("cn", TODAY)


def test_only_a_limit_somebody_had_to_keep_is_laid_before_the_president(small_scene: Scene) -> None:
    """Each of the court's own limits, lapsed yesterday: a question, unless its end is what it is for."""
    small_scene.lodge()
    kinds = {limit.kind: limit.may_run_out for limit in TIME_LIMITS if limit.nature is Nature.COURT}
    now = small_scene.clock.now()
    lapsed = {"state": WindowState.LAPSED, "opened_at": now - timedelta(days=9), "due_at": now - timedelta(days=1)}
    with small_scene.court.database.write() as session:
        session.add_all(
            Window(case_id=small_scene.case_id, kind=kind, opened_by=1, working={}, **lapsed) for kind in kinds
        )
    look_through(small_scene)
    asked = {row.facts["window"] for row in rows(small_scene, MatterKind.LATE) if "window" in row.facts}
    assert asked == {kind for kind, may_run_out in kinds.items() if not may_run_out}
    assert {kind for kind, may_run_out in kinds.items() if may_run_out} >= {"cooling_off", "listing_term"}


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.sampled_from(["en", "zh-Hans"]))
def test_a_month_is_said_in_words(day: date, locale: str) -> None:
    """No matter says a month as programs keep it."""
    facts = {"month": day.isoformat()[:7], "tried": 9, "failed": 4, "channel": Channel.EMAIL.value}
    for kind in (MatterKind.AUDIT, MatterKind.SERVICE):
        said = words_of(SupervisionMatter(kind=kind, facts=facts), PACK).render(locale)
        assert write(Month(day), locale) in said and not re.search(r"\d{4}-\d\d", said)


def test_why_somebody_else_sits_is_said_in_the_readers_language(small_scene: Scene) -> None:
    """What the program wrote as a reason is a sentence to whoever reads the page."""
    small_scene.lodge()
    small_scene.accept()
    with small_scene.court.database.write() as session:
        seat = session.scalars(select(Seat).where(Seat.role == Role.JUDGE)).one()
        seat.until_at, seat.reason = small_scene.clock.now(), HEARD_BY_OTHERS
    president = Visitor(create_app(court=small_scene.court), small_scene, "president")
    page = president.get("/registry/distribution")
    assert f"The case is {HEARD_BY_OTHERS} (Civil Procedure Law" in page
