"""Exhibits and words as the public gets them: only what the judge let it see, as late as the pictures, nothing of what is closed."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from PIL import Image
from sqlalchemy import select, update

from odr.app import create_app
from odr.docket.models import Role
from odr.evidence.models import Blob, Exhibit, ExhibitSeal, ExhibitState, SealState
from odr.evidence.store.ports import desk_of
from odr.ground.errors import Forbidden, InvalidInput
from odr.hearing.live.models import LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.seen.cut import SETTLES, Closure
from odr.hearing.live.seen.exhibits import Shown, forget_closed, pages_shown, stretches
from odr.hearing.live.seen.making import folder_of
from odr.hearing.live.seen.replaying import make_again
from odr.hearing.live.transcript.models import Transcript, TranscriptChange
from odr.hearing.live.vocabulary import Mic, Place
from tests.hearing.live.conftest import Live
from tests.hearing.live.test_broadcast import approved, read
from tests.hearing.live.test_seen import CUT_BACK, passes, tape
from tests.hearing.live.test_watching import ANN, Reader, app as public_app, seat
from tests.hearing.scene import CHEN, DENG, HAIYUN, LI, WANG
from tests.hearing.test_pages import Browser
from tests.judgment.web import ORIGIN

__all__ = ["public_app"]
DELAY = timedelta(seconds=60)
START = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court."""
    return create_app(court=live.scene.court)


def label(live: Live, who: str = LI) -> str:
    """Somebody's first exhibit."""
    with live.scene.look() as (_, case):
        return case.party(live.scene.parties[who]).letter + "-1"


def drawn(live: Live, who: str = LI) -> str:
    """The same, its file a picture."""
    made = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(made, "PNG")
    scene, named = live.scene, label(live, who)
    kept = desk_of(scene.court).receive(scene.accounts[who], "paper.png", "image/png", io.BytesIO(made.getvalue()))
    assert kept is not None
    with scene.court.database.write() as session:
        session.execute(update(Exhibit).where(Exhibit.label == named).values(upload_id=kept.id))
    return named


def told(app: Flask, at: str) -> list[dict[str, Any]]:
    """What the script of a broadcast is told of exhibits."""
    answer = app.test_client().get(f"{at}/en/now", base_url=ORIGIN)
    assert answer.status_code == 200, answer.text
    return list(json.loads(answer.text)["exhibits"])


def got(app: Flask, at: str) -> int:
    """What anybody who asks for an address is answered."""
    return app.test_client().get(at, base_url=ORIGIN).status_code


def test_a_page_is_shown_by_the_word_of_the_judge_alone_and_late(live: Live, app: Flask) -> None:
    """A page shown in court is to the public a line of words. One that the judge opens is a picture, a minute later, until it is
    off the screens; an order that seals the exhibit meanwhile, or excludes it, shuts it at once.
    """
    at = approved(live)
    live.opened()
    with pytest.raises(Forbidden):
        live.does(WANG, "show", exhibit=drawn(live), page=1, public=True)
    live.does(WANG, "show", exhibit=label(live), page=1)
    passes(live, 20)
    live.does(CHEN, "show", exhibit=drawn(live), page=1, public=True)
    assert any("the public sees it too" in words for words in live.said())
    opened = live.clock.now()
    assert told(app, at) == []
    passes(live, 45)
    (kept,) = told(app, at)
    assert kept["src"] is None, "the page before it"
    assert kept["number"] is None, "nor which of how many"
    # Whoever has no script reads the same.
    assert '<p class="govuk-body">An exhibit is shown in court.' in read(app, at)
    passes(live, 30)
    kept, page = told(app, at)
    plain = read(app, at)
    assert f'href="{page["src"]}">An exhibit that the court shows, page 1</a>' in plain
    assert '<p class="govuk-body">An exhibit is shown in court.' not in plain
    assert kept["src"] is None and kept["until"] <= page["from"] == round(opened.timestamp() * 1000)
    assert page["until"] == round((live.clock.now() - DELAY).timestamp() * 1000), "nothing is told before its time"
    answer = app.test_client().get(page["src"], base_url=ORIGIN)
    assert answer.status_code == 200 and answer.data.startswith(b"\x89PNG") and answer.mimetype == "image/png"
    assert answer.headers["Cache-Control"] == "no-store"
    number = int(page["src"].rsplit("/", 1)[1].removesuffix(".png"))
    for other in (number - 1, number + 1, 10**6):
        assert got(app, f"{at}/exhibit/{other}.png") == 404
    with live.scene.court.database.write() as session:
        exhibit = session.scalars(select(Exhibit).where(Exhibit.label == label(live))).unique().one()
        exhibit.state = ExhibitState.EXCLUDED
    assert got(app, page["src"]) == 404 and [each["src"] for each in told(app, at)] == [None, None]
    with live.scene.court.database.write() as session:
        session.execute(update(Exhibit).values(state=ExhibitState.SUBMITTED))
    assert got(app, page["src"]) == 200
    with live.scene.court.database.write() as session:
        exhibit = session.scalars(select(Exhibit).where(Exhibit.label == label(live))).unique().one()
        blob = session.get_one(Blob, exhibit.upload.blob_id)
        blob.erased_at = live.clock.now()
    assert got(app, page["src"]) == 404, "a picture that was made of it before is given to nobody"
    with live.scene.court.database.write() as session:
        session.execute(update(Blob).values(erased_at=None))
    live.does(CHEN, "show-off")
    off = live.clock.now()
    passes(live, 61)
    assert told(app, at)[-1]["until"] == round(off.timestamp() * 1000)
    passes(live, 91)
    assert told(app, at) == [] and got(app, page["src"]) == 404, "nobody goes back"


def test_a_page_is_kept_whole_and_no_longer_than_it_may_be_seen(live: Live, app: Flask) -> None:
    """Another process writes the same picture at that moment: each gives a whole one. Once the exhibit is sealed, none lies there
    in the clear any more.
    """
    at, court = approved(live), live.scene.court
    live.opened()
    live.does(CHEN, "show", exhibit=drawn(live), page=1, public=True)
    passes(live, 75)
    (page,) = told(app, at)
    folder = folder_of(court, live.hearing())
    folder.mkdir(parents=True, exist_ok=True)
    name = page["src"].rsplit("/", 1)[1]
    with (folder / f"page-{name}.part").open("wb") as other:
        assert got(app, page["src"]) == 200
        other.write(b"another")
    assert (folder / f"page-{name}").read_bytes().startswith(b"\x89PNG")
    assert forget_closed(court) == 0
    with court.database.write() as session:
        exhibit = session.scalars(select(Exhibit).where(Exhibit.label == label(live))).unique().one()
        session.add(ExhibitSeal(exhibit_id=exhibit.id, state=SealState.ASKED, why="A secret.", readers=[], whole=True))
    assert forget_closed(court) == 1 and not list(folder.glob("*.png"))


def test_what_is_sealed_is_no_picture_whatever_the_judge_ticks(live: Live) -> None:
    """An exhibit under a seal, one the judge has not decided on, one that is excluded, and any in a sealed part."""
    live.opened()
    drawn(live)
    drawn(live, HAIYUN)
    with live.scene.court.database.write() as session:
        exhibit = session.scalars(select(Exhibit).where(Exhibit.label == label(live))).unique().one()
        seal = ExhibitSeal(exhibit_id=exhibit.id, state=SealState.ASKED, why="A trade secret.", readers=[], whole=True)
        session.add(seal)
    with pytest.raises(InvalidInput):
        live.does(CHEN, "show", exhibit=label(live), page=1, public=True)
    live.does(CHEN, "show", exhibit=label(live), page=1)
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    with pytest.raises(InvalidInput):
        live.does(CHEN, "show", exhibit=label(live, HAIYUN), page=1, public=True)
    live.does(CHEN, "show", exhibit=label(live, HAIYUN), page=1)
    with live.scene.look() as (sitting, _):
        assert [(each.page, each.exhibit) for each in pages_shown(sitting.session, live.room())] == [(1, None)]


def test_a_part_that_is_closed_takes_its_pages_with_it(live: Live, app: Flask) -> None:
    """A page stands on the screens when the judge closes the part: the seconds before the order go too, and none of it is told
    or given afterwards; what was before is.
    """
    at = approved(live)
    live.opened()
    live.does(CHEN, "show", exhibit=drawn(live), page=1, public=True)
    began = live.clock.now()
    passes(live, 40)
    order = live.clock.now()
    live.scene.act(CHEN, "seal_part", reason="privacy", outside=[], words="An illness.")
    live.does(CHEN, "show", exhibit=label(live), page=1)
    passes(live, 30)
    live.scene.act(CHEN, "end_sealed_part")
    again = live.clock.now()
    seen: set[tuple[int, int]] = set()
    for _ in range(30):
        passes(live, 5)
        seen |= {(each["from"], each["until"]) for each in told(app, at)}
    assert seen
    before, after = (round(each.timestamp() * 1000) for each in (order - CUT_BACK, again + SETTLES))
    assert min(since for since, _ in seen) == round(began.timestamp() * 1000)
    assert not [each for each in seen if each[1] > before and each[0] < after]
    assert max(until for _, until in seen) == before, "the page did not come back with the doors"


def test_a_hearing_that_is_not_public_now_shows_no_page(live: Live, app: Flask) -> None:
    """While a witness waits nobody is shown anything at the open door; once somebody asks that the hearing be closed, nothing is
    left of it.
    """
    at = approved(live)
    live.opened()
    live.does(CHEN, "show", exhibit=drawn(live), page=1, public=True)
    passes(live, 75)
    (page,) = told(app, at)
    with live.scene.sit() as (sitting, _):
        now = live.clock.now()
        held = {"came_at": now, "proven_at": now, "place": Place.ISOLATED, "mic": Mic.OPEN, "may_stay": True}
        sitting.session.add(LivePerson(room_id=live.room().id, account_id=9, role=Role.WITNESS, name="Zhao", **held))
    assert told(app, at) == [] and got(app, page["src"]) == 404
    with live.scene.sit() as (sitting, _):
        sitting.session.execute(update(LivePerson).where(LivePerson.name == "Zhao").values(place=Place.ROOM))
    assert got(app, page["src"]) == 200
    live.scene.act(HAIYUN, "ask_hearing_order", kind="closed_doors", words="My address would be read out.")
    assert got(app, page["src"]) == 404 and got(app, f"{at}/en/now") == 404


def test_who_sits_there_is_given_the_page_and_nobody_else(live: Live, public_app: Flask) -> None:
    """In their seat; with the same address and no seat, nothing."""
    ann, watch = seat(public_app, live, ANN)
    live.opened()
    ann = Reader(public_app, live, ANN)
    ann.sends(watch, watch)
    live.does(CHEN, "show", exhibit=drawn(live), page=1, public=True)
    passes(live, 75)
    (page,) = json.loads(ann.page(f"{watch}/now"))["exhibits"]
    assert ann.client.get(page["src"], base_url=ORIGIN).data.startswith(b"\x89PNG")
    assert public_app.test_client().get(page["src"], base_url=ORIGIN).status_code in (302, 303, 401)
    ann.sends(watch, f"{watch}/leave")
    assert ann.client.get(page["src"], base_url=ORIGIN).status_code == 403


def test_the_judge_has_a_box_for_it_and_the_clerk_none(live: Live, app: Flask) -> None:
    """By form, in both languages; a page shown without it stays with the court."""
    live.opened()
    chen = Browser(app, live.scene, CHEN)
    page = chen.get("/live/room")
    assert "The public sees this page too" in page and "同时向公众展示本页" in Browser(
        app, live.scene, CHEN, "zh-Hans"
    ).get("/live/room")
    assert "The public sees this page too" not in Browser(app, live.scene, WANG).get("/live/room")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
    form = {"csrf_token": token, "do": "show", "exhibit": drawn(live), "page": "1"}
    for ticked in ({}, {"public": "yes"}):
        sent = chen.client.post(
            f"{chen.base}/live/room", base_url=ORIGIN, data={**form, **ticked}, headers={"Origin": ORIGIN}
        )
        assert sent.status_code == 303, sent.text
    with live.scene.look() as (sitting, _):
        shown = pages_shown(sitting.session, live.room())
    assert [each.exhibit is not None for each in shown] == [False, True]


def test_words_and_pages_of_a_hearing_seen_again(live: Live, app: Flask) -> None:
    """What was said reads as it was corrected, by role; a sentence of which a moment is closed, what was struck and what a program
    heard first are not there. The page that the public saw stands beside; withdrawn, nothing is left.
    """
    at = approved(live)
    live.opened()
    li = live.person(LI)
    one = tape(live, 1)
    live.does(CHEN, "show", exhibit=drawn(live), page=1, public=True)
    one.talks(li.reference, passes(live, 60)).goes_to(live.clock.now())
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    one.ends(live.clock.now())
    tape(live, 2, sealed=True).talks(li.reference, passes(live, 10)).ends(live.clock.now())
    live.scene.act(CHEN, "end_sealed_part")
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    sentences = [
        [1_000, 3_000, "I ordered the fone.", 40],
        [5_000, 6_000, "Nobody said this.", 30],
        [40_000, 46_000, "It begins before what is closed.", 90],
        [50_000, 52_000, "The recipe is salt.", 90],
    ]
    with live.scene.court.database.write() as session:
        shared = {"room_id": live.room().id, "language": "en", "engine": "by heart", "model_sha256": "0" * 64}
        draft = Transcript(segment=1, person_id=li.id, made_at=live.clock.now(), sentences=sentences, **shared)
        session.add(draft)
        session.flush()
        for number, words in ((0, "I ordered the phone."), (1, "")):
            by = {"by_role": Role.CLERK, "by_name": WANG, "account_id": 1, "at": live.clock.now()}
            session.add(TranscriptChange(transcript_id=draft.id, sentence=number, words=words, **by))
        session.execute(update(LiveSegment).values(heard_at=live.clock.now(), ended_at=live.clock.now()))
    address = f"{at}/again/1/{li.id}"
    assert got(app, f"{address}.vtt") == 404, "no film of it lies ready"
    passes(live, 3_600)
    while make_again(live.scene.court):
        pass
    said = app.test_client().get(f"{address}.vtt", base_url=ORIGIN)
    assert said.status_code == 200 and said.mimetype == "text/vtt"
    assert said.text.count("-->") == 1 and "<v claimant>I ordered the phone." in said.text
    for hidden in ("fone", LI, "Nobody said", "recipe", "begins before"):
        assert hidden not in said.text
    assert got(app, f"{at}/again/2/{li.id}.vtt") == 404
    assert got(app, f"{at}/again/1/{live.person(CHEN).id}.vtt") == 404
    page = app.test_client().get(at, base_url=ORIGIN, headers={"Accept-Language": "en"}).text
    assert f"{address}.vtt" in page and "seconds 0 to 45 of the film" in page
    number = page.split("/again/exhibit/")[1].split(".png")[0]
    assert got(app, f"{at}/again/exhibit/{number}.png") == 200
    assert got(app, f"{at}/again/exhibit/{int(number) + 1}.png") == 404
    with live.scene.court.database.write() as session:
        session.execute(update(LiveRoom).values(erased_at=live.clock.now()))
    assert got(app, f"{address}.vtt") == 404 and got(app, f"{at}/again/exhibit/{number}.png") == 404
    assert "/again/" not in read(app, at) and "can be seen again" not in read(app, at)
    with live.scene.court.database.write() as session:
        session.execute(update(LiveRoom).values(erased_at=None))
    live.scene.act(DENG, "end_broadcast", reasons="A party feels unwell before everybody.")
    assert got(app, f"{address}.vtt") == 404 and got(app, f"{at}/again/exhibit/{number}.png") == 404


SPANS = st.lists(st.tuples(st.integers(0, 200), st.one_of(st.none(), st.integers(0, 80))), max_size=5)


@given(shown=st.tuples(st.integers(0, 200), st.one_of(st.none(), st.integers(0, 120))), closed=SPANS)
def test_no_moment_of_a_closed_stretch_is_in_any_that_is_shown(
    shown: tuple[int, int | None], closed: list[tuple[int, int | None]]
) -> None:
    """Second by second: seen is what stood on the screens in the window, and is not closed; all of it."""

    def at(second: float) -> datetime:
        return START + timedelta(seconds=second)

    since, lasts = shown
    page = Shown(1, at(since), None if lasts is None else at(since + lasts), 1, None)
    shut = [Closure(at(begin), None if length is None else at(begin + length)) for begin, length in closed]
    found = stretches(page, shut, at(20), at(150))
    for second in range(201):
        middle = at(second + 0.5)
        wanted = (
            20 <= second < 150
            and page.since <= middle
            and (page.until is None or middle < page.until)
            and not any(each.since <= middle and (each.until is None or middle <= each.until) for each in shut)
        )
        assert any(begin <= middle < end for begin, end in found) == wanted, second
