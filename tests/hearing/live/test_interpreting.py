"""Who interprets has a channel beside the hearing; who listens chooses it, and is told whose it is and in which languages."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.hearing.live.vocabulary import Mic
from odr.hearing.models import Motion
from tests.hearing.live.conftest import BEGINS, Live
from tests.hearing.scene import CHEN, DING, HAIYUN, LI, WANG, Scene
from tests.hearing.test_pages import Browser

CHOICE = "The interpretation, with what is said quietly beneath"


@pytest.fixture
def app(live: Live) -> Flask:
    """The court's pages."""
    return create_app(court=live.scene.court)


def appointed(scene: Scene, *, asks: str = LI, name: str = DING, language: str = "Yi and Chinese") -> None:
    """Ding is to interpret for Li; or somebody else for somebody else."""
    scene.act(asks, "ask_hearing_order", kind="interpreter", words="I speak Yi only.")
    with scene.look() as (court, _):
        motion = court.session.scalars(select(Motion.reference).order_by(Motion.id.desc())).first()
    scene.act(CHEN, "rule_on_hearing_order", motion=motion, answer="allow", reasons="She does not speak Chinese.")
    scene.act(
        WANG,
        "appoint_interpreter",
        motion=motion,
        name=name,
        email=f"{name}@x.example".lower(),
        language=language,
        pay="court",
    )


def interpreted(live: Live) -> Live:
    """Ding is in the hearing."""
    appointed(live.scene)
    live.clock.set(BEGINS)
    live.opened()
    live.enters(DING)
    live.does(CHEN, "admit", DING)
    return live


def test_of_two_who_interpret_each_is_a_choice_with_its_languages(live: Live, app: Flask) -> None:
    """Ding for Li and Hua for Haiyun: a choice each, by name and languages; either of them is offered the other."""
    interpreted(live)
    live.scene.registers("Hua")
    appointed(live.scene, asks=HAIYUN, name="Hua", language="Uyghur and Chinese")
    live.enters("Hua")
    live.does(CHEN, "admit", "Hua")
    ding = "The interpretation of Ding, with what is said quietly beneath: Yi and Chinese"
    hua = "The interpretation of Hua, with what is said quietly beneath: Uyghur and Chinese"
    for who in (LI, HAIYUN, CHEN):
        page = Browser(app, live.scene, who).get("/live/room")
        assert ding in page and hua in page and CHOICE not in page
        for name in (DING, "Hua"):
            assert f'value="{live.person(name).reference}"' in page
    assert "听Hua的翻译" in Browser(app, live.scene, LI, "zh-Hans").get("/live/room")
    page = Browser(app, live.scene, DING).get("/live/room")
    assert CHOICE in page and f'value="{live.person("Hua").reference}"' in page and "interpretation of Ding" not in page


def test_everybody_whom_the_hearing_reaches_is_offered_the_interpretation(live: Live, app: Flask) -> None:
    """Both sides and the bench, in both languages; the interpreter reads who hears them, and not the choice."""
    interpreted(live)
    for who in (LI, HAIYUN, CHEN):
        page = Browser(app, live.scene, who).get("/live/room")
        assert f"{DING} interprets: Yi and Chinese" in page and CHOICE in page
    assert "听翻译，原声以较小音量保留" in Browser(app, live.scene, LI, "zh-Hans").get("/live/room")
    ding = Browser(app, live.scene, DING)
    page = ding.get("/live/room")
    assert "Only who chose the interpretation hears you" in page and CHOICE not in page
    live.does(CHEN, "floor", DING)
    assert "You have the floor: everybody hears you." in ding.get("/live/room/now?known=")
    assert CHOICE in Browser(app, live.scene, LI).get("/live/room/now?known=")


def test_a_muted_interpreter_is_not_told_that_anybody_hears_them(live: Live, app: Flask) -> None:
    """Muted by the court themselves, nobody does; unmuted, whoever chose the interpretation again."""
    interpreted(live)
    ding = Browser(app, live.scene, DING)
    live.does(CHEN, "mute", DING)
    page = ding.get("/live/room")
    assert "nobody hears you now" in page and "Only who chose the interpretation hears you" not in page
    live.does(CHEN, "unmute", DING)
    assert "Only who chose the interpretation hears you" in ding.get("/live/room/now?known=")


def test_their_microphone_stays_open_until_the_court_mutes_them_themselves(live: Live) -> None:
    """Let in they speak at once, with the floor to all, after it to whoever listens; a silence for all is not theirs."""
    interpreted(live)
    assert live.person(DING).mic is Mic.OPEN and live.person(LI).mic is Mic.MUTED
    live.does(CHEN, "floor", DING)
    live.does(CHEN, "floor", LI)
    assert live.person(DING).mic is Mic.OPEN
    live.does(CHEN, "floor", DING)
    live.does(CHEN, "floor-back")
    live.does(CHEN, "mute-all")
    assert (live.person(DING).mic, live.person(LI).mic) == (Mic.OPEN, Mic.MUTED)
    live.does(CHEN, "lock", DING)
    assert live.person(DING).mic is Mic.LOCKED


def test_without_an_interpreter_nothing_is_offered(live: Live, app: Flask) -> None:
    """Nobody chooses between one thing."""
    live.clock.set(BEGINS)
    live.opened()
    assert CHOICE not in Browser(app, live.scene, LI).get("/live/room")
