"""A president hands over the whole desk of somebody who is away: what runs is listed, and somebody else is drawn for each."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import DocketEntry, Role, Seat
from odr.filing.registry.handing_over import runs
from odr.filing.registry.seats import LeaveInput, grant_leave
from tests.filing.visitor import Visitor
from tests.model.hands import let_in_more
from tests.scene import Scene

REASONS = "Ill until the end of April."


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=small_scene.court)


def away(scene: Scene) -> int:
    """Two accepted claims of the one judge there is; others come, and the judge falls ill."""
    for _ in range(2):
        scene.lodge()
        scene.accept("simple")
    let_in_more(scene)
    today = scene.clock.now().date()
    with scene.court.database.write() as session:
        given = LeaveInput(email=scene.account("judge").email, from_on=today, until_on=today + timedelta(days=30))
        return grant_leave(session, given, scene.people["president"], scene.clock.now()).id


def test_a_whole_desk_is_handed_over(small_scene: Scene, app: Flask) -> None:
    """Both cases are listed; with one reason somebody else sits in each, by lot and on its docket."""
    number = away(small_scene)
    president, here = Visitor(app, small_scene, "president"), f"/registry/leave/{number}/desk"
    seats = re.findall(r'name="seat" value="(\d+)"', president.get(here))
    assert len(seats) == 2
    again = president.send(here, here, 422, seat=seats[:1], reasons="").text
    assert re.findall(r'name="seat" value="(\d+)" checked', again) == seats[:1], "what was not ticked stays so"
    for reasons in ("Ill until April.\x0bMore", "x" * 5000):
        assert reasons[:9] in president.send(here, here, 422, seat=seats, reasons=reasons).text
    listed = president.send(here, here, 303, seat=seats, reasons=REASONS).headers["Location"]
    assert "You hand over 2 of 2 seats ticked" in president.get(listed)
    president.send(listed, f"{listed}/now", 303)
    assert "all 2 that were not taken back" in president.get(listed)
    with small_scene.court.database.read() as session:
        assert runs(session, small_scene.people["judge"]).total == 0
        sits = session.scalars(select(Seat).where(Seat.role == Role.JUDGE, Seat.until_at.is_(None))).all()
        assert len(sits) == 2 and small_scene.people["judge"] not in {seat.account_id for seat in sits}
        told = session.scalars(select(DocketEntry).where(DocketEntry.act == "reassign_seat")).all()
        assert len(told) == 2 and all(REASONS in entry.payload for entry in told)


def test_a_seat_that_is_not_theirs_is_not_handed_over(small_scene: Scene, app: Flask) -> None:
    """Naming another seat changes nothing; who is no president finds no such page."""
    number = away(small_scene)
    here = f"/registry/leave/{number}/desk"
    with small_scene.court.database.read() as session:
        clerk = session.scalars(select(Seat).where(Seat.role == Role.CLERK, Seat.until_at.is_(None))).first()
        assert clerk is not None
    Visitor(app, small_scene, "president").send(here, here, 422, seat=str(clerk.id), reasons=REASONS)
    with small_scene.court.database.read() as session:
        assert session.get_one(Seat, clerk.id).until_at is None
        assert runs(session, small_scene.people["judge"]).total == 2
    Visitor(app, small_scene, "clerk").get(here, 404)
