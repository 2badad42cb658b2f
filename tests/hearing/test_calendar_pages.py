"""The week of a judge, the hearing list, and what is set, suggested and moved on their pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Track
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.courtroom.calendar.models import CourtRoom, WeeklyHours
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import Mode
from odr.procedure.lists.models import ActListLine
from tests.hearing.scene import CHEN, DENG, LI, ORIGIN, WANG, Scene, accepted_case, whole_court
from tests.hearing.test_pages import Browser
from tests.kept import Shelf


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Iterator[Scene]:
    """A case that waits for the day of its hearing in the courtroom."""
    database = Database(sqlite_url, synchronous="OFF")
    made = accepted_case(whole_court(database, clock, tmp_path / "court", shelf), clock, track=Track.ORDINARY)
    made.act(CHEN, "open_examination", mode="offline")
    yield made
    database.dispose()


@pytest.fixture
def app(scene: Scene) -> Flask:
    """The application of the scene's court."""
    return create_app(court=scene.court)


def get(browser: Browser, path: str, status: int = 200) -> str:
    """A page of the court, as text."""
    answer = browser.client.get(path, base_url=ORIGIN)
    assert answer.status_code == status, (path, answer.status_code, answer.text[:1500])
    return unescape(answer.text)


def post(browser: Browser, path: str, status: int = 303, **values: Any) -> str:
    """What a form of the page sends, with its token; gives where it leads, or the page again."""
    token = re.findall(r'name="csrf_token" value="([^"]+)"', get(browser, path.removesuffix("/end")))[-1]
    data = {"csrf_token": token, **{name.replace("__", "-"): value for name, value in values.items()}}
    answer = browser.client.post(path, base_url=ORIGIN, data=data, headers={"Origin": ORIGIN})
    assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
    return answer.location or unescape(answer.text)


WEEKLY = {"weekdays": ["0", "1", "2", "3", "4"], "begins": "09:00", "ends": "12:00", "from_on": "2026-01-01"}


def furnished(app: Flask, scene: Scene) -> Browser:
    """The president sets a room, the judge their hours; gives the judge's browser."""
    president, judge = Browser(app, scene, DENG), Browser(app, scene, CHEN)
    there = post(
        president,
        "/registry/hearings/rooms",
        name="Courtroom 3",
        kind="courtroom",
        seats="20",
        from_on="2026-01-01",
    )
    post(president, there, **WEEKLY)
    assert "Monday, 09:00 to 12:00" in get(president, there)
    post(judge, "/today/calendar/hours", slot="60", **WEEKLY)
    return judge


def test_hours_are_set_and_ended_on_their_pages(app: Flask, scene: Scene) -> None:
    """A fault is said at its field; what ends counts until its day is over; a party finds nothing there."""
    judge, president = furnished(app, scene), Browser(app, scene, DENG)
    assert "overlap others" in post(judge, "/today/calendar/hours", 422, slot="60", **WEEKLY)
    assert "of this name" in post(
        president,
        "/registry/hearings/rooms",
        422,
        name="courtroom 3",
        kind="courtroom",
        seats="1",
        from_on="2026-01-01",
    )
    assert "No judge or assessor" in post(
        president, "/registry/hearings/hours", 422, email="nobody@x.example", slot="60", **WEEKLY
    )
    with scene.court.database.read() as session:
        line = session.scalars(select(WeeklyHours.id).where(WeeklyHours.account_id == scene.accounts[CHEN])).first()
    token = re.findall(r'name="csrf_token" value="([^"]+)"', get(judge, "/today/calendar/hours"))[-1]
    for who, path, status in (
        (president, f"/registry/hearings/rooms/{10**9}/end", 404),
        (judge, f"/today/calendar/hours/{line}/end", 303),
        (judge, f"/today/calendar/hours/{10**9}/end", 404),
    ):
        token = re.findall(r'name="csrf_token" value="([^"]+)"', get(who, "/home"))[-1]
        answer = who.client.post(path, base_url=ORIGIN, data={"csrf_token": token}, headers={"Origin": ORIGIN})
        assert answer.status_code == status, path
    with scene.court.database.read() as session:
        assert session.get_one(WeeklyHours, line).until_on is not None
        assert session.scalars(select(CourtRoom)).one().until_on is None
    get(Browser(app, scene, LI), "/registry/hearings", 404)
    get(Browser(app, scene, WANG), "/registry/hearings/rooms", 404)


def test_a_free_slot_leads_to_the_summons_with_everything_filled_in(app: Flask, scene: Scene) -> None:
    """From the judge's week over the cases that wait for a day to the form of the act."""
    judge = furnished(app, scene)
    week = get(judge, "/today/calendar?day=2026-03-18")
    assert "Fix a hearing in Courtroom 3" in week and 'aria-current="page">Calendar' in week
    slot = re.findall(
        r'href="(/registry/hearings/slot\?[^"]+at=10:00[^"]*|/registry/hearings/slot\?[^"]+at=10%3A00[^"]*)"', week
    )[0]
    chooser = get(judge, slot)
    form = get(judge, re.findall(r'href="(/cases/[^"]+/do/summon\?[^"]+)"', chooser)[0])
    for wanted in ('value="10:00"', 'value="60"', "Courtroom 3", "2026"):
        assert wanted in form, wanted
    scene.act(CHEN, "summon", mode="offline", on="2026-03-18", at="10:00", place="Courtroom 3")
    after = get(judge, "/today/calendar?day=2026-03-18")
    assert "(2026) 1" in after and after.count("Fix a hearing in") == week.count("Fix a hearing in") - 1


def test_the_list_keeps_its_filter_in_the_address(app: Flask, scene: Scene) -> None:
    """A clerk reads names where they serve, the president the number alone; nonsense in the address is today."""
    furnished(app, scene)
    scene.act(WANG, "summon", mode="offline", on="2026-03-18", at="10:00", place="Courtroom 3")
    clerk, president = Browser(app, scene, WANG), Browser(app, scene, DENG)
    shown = get(clerk, "/registry/hearings?day=2026-03-18&span=day&room=Courtroom+3")
    assert "Li Wen" in shown and "1 hearings" in shown and "1 of 3" in shown and "room=Courtroom" in shown
    assert "Li Wen" not in get(president, "/registry/hearings?day=2026-03-18&span=week")
    assert "No hearing is fixed" in get(clerk, "/registry/hearings?day=2026-03-19")
    for nonsense in ("day=9999-99-99", "day=2999-01-01", "judge=x", "judge=" + "9" * 30, "after=%00", "room=%00"):
        get(clerk, f"/registry/hearings?{nonsense}")


def test_what_is_suggested_is_ticked_and_waits_on_a_list(app: Flask, scene: Scene) -> None:
    """Nothing ticked is said; what is ticked leads to the list, and is suggested no more."""
    furnished(app, scene)
    clerk = Browser(app, scene, WANG)
    page = get(clerk, "/registry/hearings/suggested")
    assert "(2026) 1" in page and "Courtroom 3" in page
    assert "Choose at least one case" in post(clerk, "/registry/hearings/suggested", 422)
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z]+-[a-z0-9]+)" value="([^"]*)">', page))
    ref = re.findall(r'name="case" value="([a-z0-9]+)" checked', page)[0]
    there = post(clerk, "/registry/hearings/suggested", case=ref, key="k", **hidden)
    assert "(2026) 1" in get(clerk, there) and "You fix 1 of 1" in get(clerk, there)
    assert "No case of yours is waiting" in get(clerk, "/registry/hearings/suggested")


def test_hearings_of_a_judge_are_looked_at_and_moved(app: Flask, scene: Scene) -> None:
    """The new day is shown first; without a reason nothing is put on the list."""
    furnished(app, scene)
    scene.act(WANG, "summon", mode="offline", on="2026-03-18", at="10:00", place="Courtroom 3")
    president = Browser(app, scene, DENG)
    address = f"/registry/hearings/move?judge={scene.accounts[CHEN]}&from=2026-03-18&to=2026-03-18"
    page = get(president, address)
    with scene.court.database.read() as session:
        ref = session.scalars(select(Hearing.reference)).one()
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z]+-[a-z0-9]+)" value="([^"]*)">', page))
    assert hidden[f"on-{ref}"] == "2026-03-19" and hidden[f"at-{ref}"] == "09:00"
    again = post(president, address, 422, case=ref, key="k", **hidden)
    assert "Why, as the notice says it" in again
    post(president, address, case=ref, key="k", reasons="The judge has fallen ill.", **hidden)
    with scene.court.database.read() as session:
        assert session.scalars(select(ActListLine.subject)).all() == [f"moved/{ref}"]
    assert "No hearing to come is fixed" in get(president, address)


def test_the_way_into_a_video_room_is_told_only_who_reads_the_case(app: Flask, scene: Scene) -> None:
    """It is the parties’ alone (OLR 27): other people of the court see that it is a video room, and a courtroom by its
    name.
    """
    scene.act(WANG, "summon", mode="offline", on="2026-03-17", at="09:00", place="Courtroom 3", despite="yes")
    address = "https://video.court.example/r/83hf7"
    path, moved = "/registry/hearings?day=2026-03-17", "/registry/hearings/move?from=2026-03-17&to=2026-03-17&judge="
    moved += str(scene.accounts[CHEN])
    clerk, president = Browser(app, scene, WANG), Browser(app, scene, DENG)
    assert "Courtroom 3" in get(president, path) and "Courtroom 3" in get(president, moved)
    with scene.court.database.write() as session:
        hearing = session.scalars(select(Hearing)).one()
        hearing.mode, hearing.place = Mode.LIVE, address
    assert address in get(clerk, path)
    for page in (get(president, path), get(president, moved)):
        assert address not in page and "Video room" in page
