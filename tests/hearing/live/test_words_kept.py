"""What somebody typed is kept whole or given back, and a form sent twice is one step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from odr.app import create_app
from odr.ground.errors import ActNotOpen
from odr.hearing.live.moves import MOST_MESSAGES, MOST_WORDS
from odr.hearing.live.vocabulary import LiveStage, RoomState, What
from tests.hearing.live.conftest import Live, gathered
from tests.hearing.scene import CHEN, LI, WANG
from tests.hearing.test_pages import Browser


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court."""
    return create_app(court=live.scene.court)


def test_a_note_refused_is_given_back(live: Live, app: Flask) -> None:
    """The hearing was paused as the clerk typed: the words stand in the field again; too long, none is cut off."""
    live.opened()
    wang = Browser(app, live.scene, WANG)
    page = wang.get("/live/room")
    live.does(CHEN, "pause")
    assert "Li: the contract is &lt;void&gt;.</textarea>" in wang.post(
        "/live/room", page, 409, do="note", words="Li: the contract is <void>."
    )
    live.does(CHEN, "resume")
    long = "x" * MOST_WORDS + "END"
    refused = wang.post("/live/room", page, 422, do="note", words=long)
    assert "at most 2000 characters" in refused and "xEND</textarea>" in refused and 'href="#note"' in refused
    lines = "y\r\n" * (MOST_WORDS // 2 - 2) + "END"
    wang.post("/live/room", page, do="note", words=lines)
    noted = [line.words for line in live.lines() if line.what is What.NOTE]
    assert [str(words)[-3:] for words in noted] == ["END"]


def test_a_message_and_a_break_refused_are_given_back(live: Live, app: Flask) -> None:
    """Too long for a message, an hour that is none: what was written beside stays."""
    live.opened()
    li, chen = Browser(app, live.scene, LI), Browser(app, live.scene, CHEN)
    refused = li.post("/live/room", li.get("/live/room"), 422, do="message", words="m" * MOST_WORDS + "END")
    assert 'mEND"' in refused and "<details" in refused
    page = chen.get("/live/room")
    asked = chen.post("/live/room", page, 422, do="pause", sure="yes", until="soon", words="Until the power is back")
    assert "Write the hour like 09:30." in asked and 'value="Until the power is back"' in asked
    assert live.room().state is RoomState.OPEN


def test_a_form_sent_twice(live: Live, app: Flask) -> None:
    """Two clicks leave out no stage, and the same words are in the record once."""
    live.opened()
    chen, wang = Browser(app, live.scene, CHEN), Browser(app, live.scene, WANG)
    page, clerks = chen.get("/live/room"), wang.get("/live/room")
    assert 'value="stage:investigation"' in page
    for _ in range(2):
        chen.post("/live/room", page, do="stage:investigation")
        wang.post("/live/room", clerks, do="note", words="Li: yes.")
    assert live.room().stage is LiveStage.INVESTIGATION and live.room().stages == ["opening", "investigation"]
    chen.post("/live/room", page, 409, do="stage:final")
    assert [line.words for line in live.lines() if line.what is What.NOTE] == ["Li: yes."]
    live.clock.advance(timedelta(seconds=4))
    wang.post("/live/room", clerks, do="note", words="Li: yes.")
    assert len([line for line in live.lines() if line.what is What.NOTE]) == 2


def test_messages_have_an_end(live: Live) -> None:
    """Nobody fills the journal with messages; the clerk answers as often as it takes."""
    gathered(live)
    for number in range(MOST_MESSAGES):
        live.does(LI, "message", words=f"Message {number}")
    with pytest.raises(ActNotOpen, match="the clerk has them"):
        live.does(LI, "message", words="One more")
    live.does(WANG, "message", LI, words="Yes.")
