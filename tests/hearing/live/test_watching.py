"""The first door: who has a place enters by who they are, sees late what is open and nothing else, and is nobody to those inside."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Role
from odr.hearing import vocabulary
from odr.hearing.live.seen.making import make_due
from odr.hearing.live.seen.models import Watcher
from odr.hearing.models import Witness
from odr.identity.models import Account, AccountState
from odr.identity.sign_in.sessions import open_session
from odr.register.calendar.attending.models import PlaceRecord, PlaceRequest, PlaceState
from odr.web.presence import session_cookie_name
from tests.hearing.live.conftest import BEGINS, Live, gathered
from tests.hearing.live.tape import moments
from tests.hearing.live.test_seen import passes, tape
from tests.hearing.scene import CHEN, LI, WANG
from tests.hearing.test_pages import Browser
from tests.judgment.web import ORIGIN, Options

ANN, BO = "ann", "bo"


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court; two people of the public, of whom the court knows one."""
    with live.scene.court.database.write() as session:
        now = live.clock.now()
        for name in (ANN, BO):
            account = Account(
                email=f"{name}@people.example",
                name=name.title(),
                state=AccountState.ACTIVE,
                created_at=now,
                confirmed_at=now,
                identity_verified_at=now if name == ANN else None,
                locale="en",
            )
            session.add(account)
            session.flush()
            live.scene.accounts[name] = account.id
    return create_app(court=live.scene.court)


class Reader:
    """Somebody signed in, on a device."""

    def __init__(self, app: Flask, live: Live, who: str) -> None:
        self.client = app.test_client()
        with live.scene.court.database.write() as session:
            account = session.get_one(Account, live.scene.accounts[who])
            account.locale = "en"
            token, _ = open_session(
                session, account, live.clock.machine_now(), device="test", address="127.0.0.1", two_factor=True
            )
        self.client.set_cookie(session_cookie_name(False), token, domain="court.test")

    def page(self, at: str, status: int = 200) -> str:
        """A page."""
        answer = self.client.get(at, base_url=ORIGIN)
        assert answer.status_code == status, answer.text
        return answer.text

    def sends(self, at: str, to: str, status: int = 303, **values: str) -> str:
        """The form on a page that goes somewhere, sent."""
        forms = Options()
        forms.feed(self.page(at))
        sent = {**next(form for action, form in forms.found if action == to), **values}
        answer = self.client.post(to, base_url=ORIGIN, data=sent, headers={"Origin": ORIGIN})
        assert answer.status_code == status, answer.text
        return answer.text


def seat(app: Flask, live: Live, who: str) -> tuple[Reader, str]:
    """Somebody asks for a place before the day, and gets one."""
    at = f"/attending/{live.hearing().reference}"
    Reader(app, live, who).sends(at, at, name=who.title(), tie="none")
    return Reader(app, live, who), f"{at}/watch"


def test_from_the_list_to_the_seat(live: Live, app: Flask) -> None:
    """The list offers fifty seats; who has one takes it on the day, having shown who they are; the bench reads a number, the
    parties nothing; and on a second device the first is ended.
    """
    ann, watch = seat(app, live, ANN)
    assert "seats of the public are free" in ann.page("/hearings")
    assert "The doors open half an hour before" in ann.page(watch)
    gathered(live)
    ann = Reader(app, live, ANN)
    assert "Begins at 09:30" in ann.page(watch)
    ann.sends(watch, watch)
    page = ann.page(watch)
    assert "Seat 1, Ann" in page and "60 seconds behind" in page and "Nothing is shown before the judge opens" in page
    live.scene.act(CHEN, "open_live_hearing")
    live.does(CHEN, "admit", LI)
    assert "Watching as the public: 1." in Browser(app, live.scene, CHEN).get("/live/room")
    for one in (LI, WANG):
        assert "Ann" not in Browser(app, live.scene, one).get("/live/room")
    assert "Watching as the public" not in Browser(app, live.scene, LI).get("/live/room")
    other = Reader(app, live, ANN)
    assert "taken on another device" in other.page(watch)
    ann.page(f"{watch}/now")
    other.sends(watch, watch)
    assert "another device" in ann.page(f"{watch}/now", 403)
    other.page(f"{watch}/now")
    with live.scene.court.database.read() as session:
        assert session.scalar(select(Watcher.id)) is not None
        records = session.scalars(select(PlaceRecord.record)).all()
    assert any('"check_pass"' in record for record in records) and not any("Ann" in record for record in records)
    assert not [what for do, what in live.media.asked if "Ann" in json.dumps(what, default=str)]


def test_who_is_not_known_or_not_admitted_learns_why_and_may_object(live: Live, app: Flask) -> None:
    """Bo's identity was never seen: the registry sees it first. Refused, he objects; who refused does not answer, another does."""
    bo, watch = seat(app, live, BO)
    live.clock.set(BEGINS)
    bo = Reader(app, live, BO)
    assert "The court has not seen who you are yet" in bo.sends(watch, watch, 409)
    clerk = Reader(app, live, WANG)
    with live.scene.court.database.read() as session:
        request = session.scalars(select(PlaceRequest)).one().reference
    desk = f"/attending/desk/requests/{request}"
    clerk.sends(desk, f"{desk}/answer", answer="refuse", ground="disorder", words="Shouted last time.")
    page = bo.page(watch)
    assert "There is reason to fear for the court or its order" in page and "Shouted last time." in page
    bo.page(f"{watch}/now", 403)
    bo.sends(watch, f"{watch}/objection", words="It was not me who shouted.")
    assert "Waits for an answer" in bo.page(watch)
    clerk.sends(f"{desk}/seat", f"{desk}/objection", 403, upheld="yes", answer="It was another person.")
    with live.scene.court.database.write() as session:
        row = session.scalars(select(PlaceRequest)).one()
        row.answered_by = 10**6
    clerk.sends(f"{desk}/seat", f"{desk}/objection", upheld="yes", answer="It was another person.")
    with live.scene.court.database.read() as session:
        assert session.scalars(select(PlaceRequest)).one().state is PlaceState.GIVEN
    clerk.sends(desk, f"{desk}/door", entered="came", words="")
    bo.sends(watch, watch)
    assert "Seat 1, Bo" in bo.page(watch)


def test_pieces_are_for_who_sits_there_now(live: Live, app: Flask) -> None:
    """What can be fetched is a minute old; a stranger, who left, and who was sent out get nothing, from that moment."""
    ann, watch = seat(app, live, ANN)
    stranger = Reader(app, live, BO)
    live.opened()
    ann = Reader(app, live, ANN)
    ann.sends(watch, watch)
    li = live.person(LI).reference
    one = tape(live, 1)
    one.talks(li, passes(live, 40)).goes_to(live.clock.now())
    passes(live, 45)
    make_due(live.scene.court)
    ann, stranger = Reader(app, live, ANN), Reader(app, live, BO)
    ann.sends(watch, watch)
    said = json.loads(ann.page(f"{watch}/now"))
    assert said["people"][0]["name"] == LI and "html" in said
    assert "html" not in json.loads(ann.page(f"{watch}/now?known={said['tag']}"))
    films = [piece["src"] for piece in said["pieces"]]
    answer = ann.client.get(films[0], base_url=ORIGIN)
    assert answer.status_code == 200 and answer.mimetype == "video/webm" and moments(answer.data)
    assert "no-store" in answer.headers["Cache-Control"]
    began = time.process_time()
    for _ in range(50):
        ann.client.get(films[0], base_url=ORIGIN)
    spent = (time.process_time() - began) / 50
    assert spent < 0.2, "a piece costs no more than any small page"
    stranger.page(films[0], 403)
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    page = ann.page(watch)
    assert "This part is not public" in page and "A secret is shown." not in page
    live.scene.act(CHEN, "end_sealed_part")
    with live.scene.court.database.read() as session:
        request = session.scalars(select(PlaceRequest)).one().reference
    desk = f"/attending/desk/requests/{request}"
    out = {"words": "Took pictures of the screen."}
    refused = Reader(app, live, WANG).sends(f"{desk}/seat", f"{desk}/out", 422, **out)
    assert "Only the presiding judge sends somebody out" in refused
    assert ann.client.get(films[0], base_url=ORIGIN).status_code == 200
    Reader(app, live, WANG).sends(f"{desk}/seat", f"{desk}/out", ordered="true", **out)
    ann.page(films[0], 403)
    page = ann.page(watch)
    assert "You were sent out of this hearing." in page and "Took pictures of the screen." in page
    assert "Watching as the public: 0." in Browser(app, live.scene, CHEN).get("/live/room")


def test_the_hearing_asked_to_be_closed_ends_for_everybody(live: Live, app: Flask) -> None:
    """Who sits there sees nothing from the moment somebody asks that the hearing be not public."""
    ann, watch = seat(app, live, ANN)
    live.opened()
    ann = Reader(app, live, ANN)
    ann.sends(watch, watch)
    live.scene.act(LI, "ask_hearing_order", kind="closed_doors", words="My address would be read out.")
    ann.page(f"{watch}/now", 403)
    assert "not in public" in ann.page(watch)
    live.clock.advance(timedelta(seconds=1))


def test_who_is_named_a_witness_in_their_seat_gets_no_piece_by_its_address_either(live: Live, app: Flask) -> None:
    """Pieces are numbered in a row: whoever is not to hear the hearing any more cannot guess the next one."""
    ann, watch = seat(app, live, ANN)
    live.opened()
    ann = Reader(app, live, ANN)
    ann.sends(watch, watch)
    one = tape(live, 1)
    one.talks(live.person(LI).reference, passes(live, 40)).goes_to(live.clock.now())
    passes(live, 45)
    make_due(live.scene.court)
    ann = Reader(app, live, ANN)
    ann.sends(watch, watch)
    film = json.loads(ann.page(f"{watch}/now"))["pieces"][0]["src"]
    assert ann.client.get(film, base_url=ORIGIN).status_code == 200
    with live.scene.sit() as (sitting, case):
        sitting.session.add(
            Witness(
                case_id=case.id,
                role=Role.WITNESS,
                called_by=live.scene.parties[LI],
                name="Ann",
                email=f"{ANN}@people.example",
                about="What she saw.",
                manner=vocabulary.TestimonyManner.LIVE,
                state=vocabulary.RequestState.ASKED,
                entry_number=sitting.next_number(case),
            )
        )
    ann.page(f"{watch}/now", 403)
    ann.page(film, 403)


def test_the_public_stays_past_midnight_as_long_as_the_court_sits(live: Live, app: Flask) -> None:
    """Nobody is kept out of a hearing that goes on since the date changed: it would be held without its public."""
    ann, watch = seat(app, live, ANN)
    live.opened()
    ann = Reader(app, live, ANN)
    ann.sends(watch, watch)
    live.clock.advance(timedelta(hours=15))
    ann = Reader(app, live, ANN)
    ann.sends(watch, watch)
    ann.page(f"{watch}/now")
