"""The second door: on grounds, past objections, approved for itself; witnesses and closed parts left out; seen again, withdrawn."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Role
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.hearing.live.models import LivePerson
from odr.hearing.live.seen.cut import SETTLES
from odr.hearing.live.seen.making import make_due
from odr.hearing.live.seen.models import Broadcast, BroadcastState, ShownPiece
from odr.hearing.live.seen.replaying import forget_withdrawn, kept_in, make_again
from odr.hearing.live.vocabulary import Mic, Place
from tests.hearing.live.conftest import Live
from tests.hearing.live.tape import moments, short
from tests.hearing.live.test_seen import CUT_BACK, passes, tape
from tests.hearing.scene import CHEN, DENG, HAIYUN, LI
from tests.judgment.web import ORIGIN

WHY = "Thousands bought the same bottle."


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court."""
    return create_app(court=live.scene.court)


def row(live: Live) -> Broadcast:
    """The broadcast as it stands."""
    with live.scene.court.database.read() as session:
        return session.scalars(select(Broadcast)).one()


def approved(live: Live, *, replay: bool = True) -> str:
    """Proposed, nobody minds, approved; its address."""
    live.scene.act(CHEN, "propose_broadcast", grounds=["influence"], why=WHY)
    live.clock.set(row(live).objections_until + timedelta(seconds=1))
    live.scene.act(DENG, "rule_on_broadcast", answer="allow", replay=replay, reasons="It matters to many.")
    return f"/broadcasts/{row(live).reference}"


def read(app: Flask, at: str, status: int = 200) -> str:
    """A page as anybody reads it."""
    answer = app.test_client().get(at, base_url=ORIGIN, headers={"Accept-Language": "en"})
    assert answer.status_code == status, answer.text
    return answer.text


def test_the_president_decides_when_the_parties_were_heard(live: Live, app: Flask) -> None:
    """Nobody decides while the parties may object; an objection is answered or the broadcast is not approved; refused, it is
    in no catalogue.
    """
    with pytest.raises(ActNotOpen):
        live.scene.act(CHEN, "end_broadcast", reasons="Nothing is broadcast yet.")
    live.scene.act(CHEN, "propose_broadcast", grounds=["influence", "education"], why=WHY)
    with pytest.raises(ActNotOpen):
        live.scene.act(CHEN, "propose_broadcast", grounds=["attention"], why=WHY)
    with pytest.raises(ActNotOpen):
        live.scene.act(DENG, "rule_on_broadcast", answer="allow", reasons="It matters to many.")
    live.scene.act(LI, "object_to_broadcast", words="My neighbours would see what I bought.")
    with pytest.raises(ActNotOpen):
        live.scene.act(LI, "object_to_broadcast", words="And once more, for the same reason.")
    live.clock.set(row(live).objections_until + timedelta(seconds=1))
    with pytest.raises(ActNotOpen):
        live.scene.act(HAIYUN, "object_to_broadcast", words="We do not want it either.")
    with pytest.raises(InvalidInput):
        live.scene.act(DENG, "rule_on_broadcast", answer="allow", reasons="It matters to many.")
    live.scene.act(DENG, "rule_on_broadcast", answer="refuse", reasons="Her reason is a sound one.")
    assert row(live).state is BroadcastState.REFUSED
    assert json.loads(read(app, "/broadcasts/catalogue.json"))["broadcasts"] == []
    read(app, f"/broadcasts/{row(live).reference}", 404)


def test_what_the_law_forbids_is_neither_proposed_nor_approved(live: Live) -> None:
    """A hearing somebody asks to be closed, and one in which a child is a party (LIV 2, 3): before the proposal and after."""
    live.scene.act(CHEN, "propose_broadcast", grounds=["influence"], why=WHY)
    live.scene.act(LI, "ask_hearing_order", kind="closed_doors", words="My address would be read out.")
    live.clock.set(row(live).objections_until + timedelta(seconds=1))
    with pytest.raises(ActNotOpen, match="not public"):
        live.scene.act(DENG, "rule_on_broadcast", answer="allow", reasons="It matters to many.")
    with live.scene.sit() as (sitting, case):
        sitting.session.delete(sitting.session.scalars(select(Broadcast)).one())
        party = case.party(live.scene.parties[LI])
        party.details = {**party.details, "guardian": {"name": "Li Min"}}
    with pytest.raises(ActNotOpen):
        live.scene.act(CHEN, "propose_broadcast", grounds=["influence"], why=WHY)


def test_everybody_sees_it_late_and_nobody_sees_a_witness(live: Live, app: Flask) -> None:
    """In the list of hearings and the catalogue; without signing in; pieces of the judge and the parties, none of a witness."""
    at = approved(live)
    assert at in read(app, "/broadcasts") and "Will be broadcast" in read(app, "/broadcasts")
    assert "Begins at 09:30" in read(app, at)
    live.opened()
    assert at in read(app, "/hearings")
    with live.scene.sit() as (sitting, _):
        now = live.clock.now()
        given = {"came_at": now, "proven_at": now, "place": Place.ROOM, "mic": Mic.OPEN, "may_stay": True}
        zhao = LivePerson(room_id=live.room().id, account_id=10**6, role=Role.WITNESS, name="Zhao Min", **given)
        sitting.session.add(zhao)
        sitting.session.flush()
        witness, number = zhao.reference, zhao.id
    one = tape(live, 1)
    began = one.ms
    until = passes(live, 40)
    one.talks(live.person(LI).reference, until)
    one.ms = began
    one.talks(witness, until).goes_to(until)
    passes(live, 45)
    make_due(live.scene.court)
    said = json.loads(read(app, f"{at}/en/now"))
    assert said["pieces"] and {piece["who"] for piece in said["pieces"]} == {live.person(LI).id}
    assert all(person["name"] == "" for person in said["people"])
    film = app.test_client().get(said["pieces"][0]["src"], base_url=ORIGIN)
    assert film.status_code == 200 and moments(film.data)
    with live.scene.court.database.read() as session:
        of_witness = session.scalars(select(ShownPiece.id).where(ShownPiece.person_id == number)).all()
    assert of_witness
    for piece in of_witness:
        read(app, f"{at}/{piece}.webm", 404)
    with live.scene.sit() as (sitting, _):
        sitting.session.get_one(LivePerson, number).place = Place.ISOLATED
    read(app, said["pieces"][0]["src"], 404)
    shut = json.loads(read(app, f"{at}/en/now"))
    assert shut["pieces"] == [] and "waits to be heard" in shut["html"] and "waits to be heard" in read(app, at)
    with live.scene.sit() as (sitting, _):
        sitting.session.get_one(LivePerson, number).place = Place.ROOM
    assert json.loads(read(app, f"{at}/en/now"))["pieces"]
    live.scene.act(CHEN, "end_broadcast", reasons="A party feels unwell before everybody.")
    read(app, at, 404)
    read(app, said["pieces"][0]["src"], 404)


def test_seen_again_without_what_was_closed_and_withdrawn_with_a_line(live: Live, app: Flask) -> None:
    """After the hearing everybody can see the open parts again; withdrawn, page, films and files are gone and a line stays."""
    at = approved(live)
    live.opened()
    li = live.person(LI).reference
    one = tape(live, 1)
    one.talks(li, passes(live, 40)).goes_to(live.clock.now())
    order = live.clock.now()
    live.media.away = True
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    one.talks(li, passes(live, 3)).goes_to(live.clock.now())
    live.media.away = False
    live.follow()
    one.ends(live.clock.now())
    tape(live, 2, sealed=True).talks(li, passes(live, 20))
    live.scene.act(CHEN, "end_sealed_part")
    again = live.clock.now()
    three = tape(live, 3)
    three.talks(li, passes(live, 20)).goes_to(live.clock.now())
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    three.ends(live.clock.now())
    person = live.person(LI).id
    assert "as soon as the court has made the films" in read(app, at)
    read(app, f"{at}/again/1/{person}.webm", 404)
    assert not kept_in(live.scene.court, live.hearing()).exists(), "nobody's question has a film made"
    assert [make_again(live.scene.court) for _ in range(3)] == [1, 1, 0]
    page = read(app, at)
    assert "Can be seen again" in page and "seen again on" in page and LI not in page
    seen: list[int] = []
    for segment in (1, 3):
        film = app.test_client().get(f"{at}/again/{segment}/{person}.webm", base_url=ORIGIN)
        assert film.status_code == 200
        seen += moments(film.data)
    read(app, f"{at}/again/2/{person}.webm", 404)
    assert seen and not [m for m in seen if short(order - CUT_BACK) <= m <= short(again + SETTLES)]
    assert list(kept_in(live.scene.court, live.hearing()).iterdir())
    live.scene.act(DENG, "end_broadcast", reasons="A witness is threatened because of it.")
    read(app, at, 404)
    read(app, f"{at}/again/1/{person}.webm", 404)
    assert forget_withdrawn(live.scene.court) == 1
    assert not kept_in(live.scene.court, live.hearing()).exists()
    (line,) = json.loads(read(app, "/broadcasts/catalogue.json"))["broadcasts"]
    assert line["state"] == "withdrawn" and line["ended_at"]
    assert "withdrawn" in read(app, "/broadcasts/en.atom")
    assert live.entry("end_broadcast")[0]["result"]["broadcasts"] == [row(live).reference]


def test_who_opens_the_page_after_the_closing_word_still_sees_the_last_of_it(live: Live, app: Flask) -> None:
    """The hearing is over and its last seconds are on their way: the page shows them, and then that it can be seen again."""
    at = approved(live)
    live.opened()
    one = tape(live, 1)
    one.talks(live.person(LI).reference, passes(live, 25)).goes_to(live.clock.now())
    closed = live.clock.now()
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    one.ends(live.clock.now())
    passes(live, 61)
    make_due(live.scene.court)
    assert "page-watch.js" in read(app, at)
    films = [piece["src"] for piece in json.loads(read(app, f"{at}/en/now"))["pieces"]]
    came = [m for src in films for m in moments(app.test_client().get(src, base_url=ORIGIN).data)]
    assert short(closed) - max(came) <= 20
    passes(live, 100)
    page = read(app, at)
    assert "page-watch.js" not in page and "It can be seen again here" in page


@pytest.mark.parametrize("change", ["asked to be closed", "a child has become a party"])
def test_an_approval_binds_no_longer_than_the_facts(live: Live, app: Flask, change: str) -> None:
    """Approved and running: what was shown a second ago cannot be fetched once the law forbids the broadcast, and the page
    says that there is nothing to see.
    """
    at = approved(live)
    live.opened()
    one = tape(live, 1)
    one.talks(live.person(LI).reference, passes(live, 40)).goes_to(live.clock.now())
    passes(live, 45)
    make_due(live.scene.court)
    film = json.loads(read(app, f"{at}/en/now"))["pieces"][0]["src"]
    assert app.test_client().get(film, base_url=ORIGIN).status_code == 200
    if change == "asked to be closed":
        live.scene.act(LI, "ask_hearing_order", kind="closed_doors", words="My address would be read out.")
    else:
        with live.scene.sit() as (_, case):
            party = case.party(live.scene.parties[LI])
            party.details = {**party.details, "guardian": {"name": "Li Min"}}
    read(app, film, 404)
    read(app, f"{at}/en/now", 404)
    assert "nothing to see" in read(app, at)
