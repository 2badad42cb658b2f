"""Places in exhibits: a page, a moment of a recording, a region of a page."""

from __future__ import annotations

import io
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from PIL import Image
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import DocketEntry, Track
from odr.evidence.models import Exhibit
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import InvalidInput
from odr.hearing.examination.exhibit_places import LONGEST, moment_words, read_moment, read_region
from odr.procedure.forms.reading import Unreadable
from tests.hearing.scene import BAIHUA, CHEN, HAIYUN, LI, ORIGIN, Scene, accepted_case, whole_court
from tests.hearing.test_pages import Browser


@given(st.integers(min_value=0, max_value=LONGEST))
def test_a_moment_reads_as_a_player_shows_it(seconds: int) -> None:
    """Whatever second of a recording is kept, its words read back as the same second."""
    assert read_moment(moment_words(seconds)) == seconds == read_moment(moment_words(seconds).replace(":", "："))


@given(st.lists(st.integers(min_value=-5, max_value=120), min_size=4, max_size=4))
def test_a_region_lies_within_its_page(numbers: list[int]) -> None:
    """A region is kept exactly when it is some part of the page, and reads back as itself."""
    left, top, width, height = numbers
    written = ", ".join(map(str, numbers))
    if left >= 0 and top >= 0 and width > 0 and height > 0 and left + width <= 100 and top + height <= 100:
        assert read_region(str(read_region(written))) == read_region(written)
    else:
        with pytest.raises(Unreadable):
            read_region(written)


@pytest.mark.parametrize("written", ["", "1:60", "a", "1:2:3:4", "-1", "100:00:00", "٣"])
def test_what_is_no_moment_is_refused(written: str) -> None:
    """Minutes and seconds end at 59, and nothing but digits and colons is read."""
    with pytest.raises(Unreadable):
        read_moment(written)


def sound() -> bytes:
    """A second of silence."""
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(struct.pack("<h", 0) * 8000)
    return made.getvalue()


def picture() -> bytes:
    """A small picture."""
    made = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(made, "PNG")
    return made.getvalue()


def fill(scene: Scene, exhibit: str, data: bytes, media_type: str) -> None:
    """Give an exhibit another file."""
    with scene.court.database.write() as session:
        upload = session.scalars(select(Exhibit).where(Exhibit.reference == exhibit)).one().upload
        upload.media_type, upload.size = media_type, len(data)
        assert upload.blob is not None
        upload.blob.content, upload.blob.size = data, len(data)


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Scene]:
    """A picture and a recording under examination."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = accepted_case(whole_court(database, clock, tmp_path / "court"), clock, track=Track.SIMPLE, third=True)
    for owner, data, kind in ((LI, picture(), "image/png"), (HAIYUN, sound(), "audio/wav")):
        scene.refs[owner, 1] = scene.exhibit(owner, 1)
        fill(scene, scene.refs[owner, 1], data, kind)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    yield scene
    database.dispose()


def test_a_question_opens_the_exhibit_at_its_place(scene: Scene) -> None:
    """A region is drawn on the page the question names, a recording begins at its second; the record tells both, and
    only readers of the question get there.
    """
    scene.act(
        CHEN,
        "put_question",
        addressees=[scene.party(LI)],
        words="What is this stain?",
        exhibit=scene.refs[LI, 1],
        page=1,
        region="10 20 50 8",
    )
    scene.act(
        CHEN,
        "put_question",
        addressees=[scene.party(HAIYUN)],
        words="Who speaks here?",
        exhibit=scene.refs[HAIYUN, 1],
        moment="0:41",
    )
    scene.act(
        LI,
        "ask_leave_for_question",
        addressee=scene.party(HAIYUN),
        words="Whose voice is it?",
        exhibit=scene.refs[HAIYUN, 1],
        moment="1:02:03",
    )
    app = create_app(court=scene.court)
    li, haiyun = Browser(app, scene, LI), Browser(app, scene, HAIYUN, locale="zh-Hans")
    page = li.get("/examination")
    assert "page 1, region from 10% and 20%, 50% wide, 8% high" in page and "/examination/questions/1/place" in page
    assert '<rect x="10" y="20" width="50" height="8"/>' in li.get("/examination/questions/1/place")
    shown = li.client.get(f"{li.base}/examination/questions/1/place.png", base_url=ORIGIN)
    assert (
        shown.status_code == 200
        and shown.data.startswith(b"\x89PNG")
        and "sandbox" in shown.headers["Content-Security-Policy"]
    )
    there = haiyun.get("/examination/questions/2/place")
    assert "#t=41" in there and "0:41" in there
    part = haiyun.client.get(
        f"{haiyun.base}/examination/questions/2/recording", base_url=ORIGIN, headers={"Range": "bytes=4-7"}
    )
    assert (
        part.status_code == 206
        and part.data == sound()[4:8]
        and part.headers["Content-Range"] == f"bytes 4-7/{len(sound())}"
    )
    li.get("/examination/questions/2/place.png", status=404)
    haiyun.get("/examination/questions/1/recording", status=404)
    assert "#t=3723" in li.get("/examination/questions/3/place")
    haiyun.get("/examination/questions/3/place", status=404)
    Browser(app, scene, BAIHUA).get("/examination/questions/3/place", status=404)
    assert {"page": 1, "region": "10,20,50,8"}.items() <= next(
        scene.payload(e.number)["input"] for e in entries(scene) if e.act == "put_question"
    ).items()


def entries(scene: Scene) -> list[DocketEntry]:
    """Entries of the case."""
    with scene.look() as (court, _):
        return list(scene.docket(court))


@pytest.mark.parametrize(
    ("owner", "where", "field"),
    [
        (LI, {"page": 2}, "page"),
        (LI, {"moment": "0:01"}, "moment"),
        (HAIYUN, {"region": "0,0,10,10"}, "region"),
        (HAIYUN, {"page": 1}, "page"),
        (None, {"page": 1}, "exhibit"),
    ],
)
def test_a_place_the_file_cannot_have_is_refused(
    scene: Scene, owner: str | None, where: dict[str, object], field: str
) -> None:
    """No second page of a picture, no moment of what is no recording, no region of a sound, no place without its
    exhibit.
    """
    exhibit = {"exhibit": scene.refs[owner, 1]} if owner else {}
    with pytest.raises(InvalidInput) as refused:
        scene.act(CHEN, "put_question", addressees=[scene.party(LI)], words="Look at this.", **exhibit, **where)
    assert refused.value.faults[0].location == (field,)
