"""Everybody tells on a page of their own account on which days they cannot come."""

from __future__ import annotations

from sqlalchemy import select

from odr.app import create_app
from odr.hearing.courtroom.calendar.models import DaysAway
from tests.filing.visitor import Visitor
from tests.scene import Scene

HERE = "/account/away"


def test_days_are_told_and_taken_back(small_scene: Scene) -> None:
    """Told by day, listed, taken back by whoever told them; what is wrong is said at the field, in both languages."""
    app = create_app(court=small_scene.court)
    for who, locale in (("li", "en"), ("judge", "zh-Hans")):
        visitor = Visitor(app, small_scene, who, locale)
        visitor.send(HERE, HERE, 303, first="2027-04-06", last="2027-04-09")
        assert "2027" in visitor.get(HERE)
        visitor.send(HERE, HERE, 422, first="2027-04-09", last="2027-04-06")
    with small_scene.court.database.read() as session:
        rows = {row.account_id: row.id for row in session.scalars(select(DaysAway))}
        assert len(rows) == 2
    li = Visitor(app, small_scene, "li")
    li.send(HERE, f"{HERE}/{rows[small_scene.people['li']]}/end", 303)
    assert "I can come after all" not in li.get(HERE)
    assert Visitor(app, small_scene, "judge").get(HERE).count("I can come after all") == 1
