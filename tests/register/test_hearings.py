"""The public list of hearings: announced by name as the law wants, forgotten when the day is over, silent on what is not
public (CPL 137, 139; OLR 27).
"""

from __future__ import annotations

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Party, Role
from odr.hearing.models import Hearing, Motion
from odr.hearing.vocabulary import HearingState, Mode, MotionKind, RequestState
from tests.kept import kept
from tests.procedure.test_asked_once import asked
from tests.scene import Scene

FEEDS = ("/hearings.json", "/hearings/en.ics", "/hearings/zh-Hans.ics", "/hearings/en.atom", "/hearings/zh-Hans.atom")


@pytest.fixture
def fixed(scene: Scene) -> Scene:
    """A case for which a hearing in the courtroom is fixed."""
    fix(scene)
    return scene


@kept
def fix(scene: Scene) -> None:
    """A case is brought to its hearing."""
    scene.pend()
    scene.pay()
    scene.later(days=16)
    scene.do("open_examination", "judge", mode="offline")
    day = (scene.clock.now() + timedelta(days=14)).date()
    scene.do("summon", "clerk", mode="offline", on=day.isoformat(), at="09:30", place="Courtroom 3", length=90)


def visitor(scene: Scene) -> FlaskClient:
    """Somebody who is signed in nowhere."""
    return create_app(court=scene.court).test_client()


def names(scene: Scene) -> list[str]:
    """The parties by name."""
    return [party.name for party in scene.case().parties if party.role in (Role.CLAIMANT, Role.RESPONDENT)]


def read(client: FlaskClient, address: str) -> str:
    """What an address answers anybody."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.headers["X-Robots-Tag"] == "noindex, noarchive"
    return json.dumps(answer.json, ensure_ascii=False) if answer.is_json else answer.get_data(as_text=True)


def test_a_hearing_is_announced_with_names_cause_time_and_place(fixed: Scene) -> None:
    """What the article asks for, for anybody; programs get the number of the case and no name (CPL 139)."""
    client = visitor(fixed)
    page = read(client, "/hearings")
    for wanted in (
        *names(fixed),
        "Courtroom 3",
        "09:30",
        "Civil Procedure Law, art. 139",
        fixed.case().number or "",
        "Open to the public",
    ):
        assert wanted in page, wanted
    for address in FEEDS:
        told = read(client, address)
        assert (fixed.case().number or "") in told.replace("\r\n ", ""), address
        assert not [name for name in names(fixed) if name in told], address


def test_a_name_leaves_the_list_when_the_day_is_over(fixed: Scene) -> None:
    """On the day it still stands there, whatever the hour; the day after nobody finds it."""
    client = visitor(fixed)
    fixed.clock.advance(timedelta(days=14, hours=9))
    assert names(fixed)[0] in read(client, "/hearings")
    fixed.clock.advance(timedelta(days=1))
    page = read(client, "/hearings")
    assert not [name for name in names(fixed) if name in page] and "No hearing is fixed at the moment" in page


def test_whoever_has_a_guardian_is_announced_without_a_name(fixed: Scene) -> None:
    """A child’s name stands in no announcement, as it stands in no published judgment (JDP 8); the other side is named."""
    mine, theirs = names(fixed)[:2]
    with fixed.court.database.write() as session:
        party = session.scalars(select(Party).where(Party.case_id == fixed.case_id, Party.name == mine)).one()
        party.details = {**party.details, "guardian": {"name": "Li Wen", "ties": "parent"}}
    page = read(visitor(fixed), "/hearings")
    assert mine not in page and "a party whose name is not announced" in page and theirs in page


@pytest.mark.parametrize("how", ["asked", "granted", "fixed"])
def test_what_is_not_public_keeps_its_hour_and_loses_its_names(fixed: Scene, how: str) -> None:
    """Closed by order, closed when the hearing was fixed, or asked for and not decided: the ground, and nobody's name;
    refused, it is open (CPL 137).
    """
    with fixed.court.database.write() as session:
        hearing = session.scalars(select(Hearing)).one()
        if how == "fixed":
            hearing.closed_doors = True
        else:
            party = fixed.case().parties[0].id
            session.add(
                Motion(
                    case_id=fixed.case_id,
                    party_id=party,
                    kind=MotionKind.CLOSED_DOORS,
                    words="It shows my home.",
                    state=RequestState.ASKED,
                    entry_number=hearing.summoned_by,
                )
            )
    client = visitor(fixed)
    if how == "granted":
        motion = _motion(fixed)
        fixed.do("rule_on_hearing_order", "judge", motion=motion, answer="allow", reasons="Privacy.")
    page = read(client, "/hearings")
    assert not [name for name in names(fixed) if name in page]
    assert "Courtroom 3" not in page and "09:30" in page and "Not open to the public" in page
    if how == "asked":
        fixed.do("rule_on_hearing_order", "judge", motion=_motion(fixed), answer="refuse", reasons="Nothing private.")
        assert names(fixed)[0] in read(client, "/hearings")


def _motion(scene: Scene) -> str:
    with scene.court.database.read() as session:
        return session.scalars(select(Motion.reference)).one()


@pytest.mark.parametrize("mode", ["LIVE", "HYBRID"])
@pytest.mark.parametrize("place", ["https://video.example/secret-room", "Courtroom 3, or secret-room 912 604 8812"])
def test_the_address_of_a_video_room_is_nobodys_business(fixed: Scene, mode: str, place: str) -> None:
    """The way into a video room is the parties' alone, also where the registry wrote it beside the courtroom (OLR 27)."""
    with fixed.court.database.write() as session:
        hearing = session.scalars(select(Hearing)).one()
        hearing.mode, hearing.place = Mode[mode], place
    client = visitor(fixed)
    for address in ("/hearings", *FEEDS):
        assert "secret-room" not in read(client, address), address


def test_programs_can_read_what_they_get(fixed: Scene) -> None:
    """A calendar that moves with what is put off, and a feed whose entry is new when the state is."""
    client = visitor(fixed)
    (event,) = Calendar.from_ical(read(client, "/hearings/en.ics")).walk("VEVENT")
    assert event["status"] == "CONFIRMED" and str(event["location"]) == "Courtroom 3"
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(minutes=90), "as long as it is planned"
    before = ElementTree.fromstring(read(client, "/hearings/en.atom"))
    with fixed.court.database.write() as session:
        session.scalars(select(Hearing)).one().state = HearingState.ADJOURNING
    (event,) = Calendar.from_ical(read(client, "/hearings/en.ics")).walk("VEVENT")
    assert event["status"] == "TENTATIVE", "the president may still have it take place"
    assert json.loads(read(client, "/hearings.json"))["hearings"][0]["takes_place"] is None
    with fixed.court.database.write() as session:
        session.scalars(select(Hearing)).one().state = HearingState.ADJOURNED
    (event,) = Calendar.from_ical(read(client, "/hearings/en.ics")).walk("VEVENT")
    assert event["status"] == "CANCELLED"
    after = ElementTree.fromstring(read(client, "/hearings/en.atom"))
    atom = {"a": "http://www.w3.org/2005/Atom"}
    ids = [root.findtext("a:entry/a:id", namespaces=atom) for root in (before, after)]
    assert ids[0] != ids[1] and all(ids)
    for needed in ("a:id", "a:title", "a:updated", "a:author/a:name", "a:entry/a:updated", "a:entry/a:title"):
        assert after.findtext(needed, namespaces=atom), needed
    assert "Put off" in read(client, "/hearings")


def test_many_hearings_cost_no_more_than_one(fixed: Scene) -> None:
    """The same statements, and one that says how many there are where another page follows; pages of fifty leave none out."""
    client = visitor(fixed)
    client.get("/hearings")
    with asked(fixed.court.database) as one:
        client.get("/hearings")
    with fixed.court.database.write() as session:
        hearing = session.scalars(select(Hearing)).one()
        for ordinal in range(2, 71):
            session.add(
                Hearing(
                    case_id=fixed.case_id,
                    ordinal=ordinal,
                    mode=hearing.mode,
                    begins_at=hearing.begins_at + timedelta(hours=ordinal),
                    place=f"Courtroom {1000 + ordinal}",
                    state=HearingState.SUMMONED,
                    summoned_by=hearing.summoned_by,
                )
            )
    with asked(fixed.court.database) as many:
        first = read(client, "/hearings")
    assert len(many) <= len(one) + 1
    assert "Courtroom 1050" in first and "Courtroom 1051" not in first and "70 in all" in first
    after = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = read(client, after)
    assert "Courtroom 1051" in rest and "Courtroom 1070" in rest and "Courtroom 1050" not in rest
