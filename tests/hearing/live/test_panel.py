"""A panel sits in a hearing held here: the judge presides, the members sit beside them, deliberate alone, and the judgment is
pronounced in the hearing before everybody goes (CPL 40, 45, 151; COL 2, 4, 10, 11).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from odr.app import create_app
from odr.docket.models import Track
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.live.vocabulary import RoomState, What
from odr.judgment.decision.checks import problems
from odr.judgment.queries import current_draft
from odr.procedure.models import WindowState
from tests.hearing.live.conftest import BEGINS, Live, fixed_here
from tests.hearing.live.panel_sits import ANN, BEN, convened, draft, drafted, votes
from tests.hearing.live.room_beside import RoomBeside
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG, accepted_case, whole_court
from tests.hearing.test_pages import Browser
from tests.kept import Shelf


@pytest.fixture
def live(sqlite_url: str, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Iterator[Live]:
    """A hearing by the court's own video before a panel, in ordinary procedure."""
    database = Database(sqlite_url, synchronous="OFF")
    court = whole_court(database, clock, tmp_path / "court", shelf)
    court.ports.media = media = RoomBeside(clock)
    scene = accepted_case(court, clock, track=Track.ORDINARY)
    scene.exhibits(1)
    convened(scene)
    fixed_here(scene)
    yield Live(scene, media)
    database.dispose()


@pytest.fixture
def app(live: Live) -> Flask:
    """The court's pages."""
    return create_app(court=live.scene.court)


def opened(live: Live) -> Live:
    """Everybody is there, the presiding judge opened and admitted both sides."""
    live.clock.set(BEGINS.replace(minute=20))
    for name in (WANG, CHEN, ANN, BEN):
        live.comes(name)
    live.enters(LI)
    live.enters(HAIYUN)
    live.clock.set(BEGINS)
    live.scene.act(CHEN, "open_live_hearing")
    for name in (LI, HAIYUN):
        live.does(CHEN, "admit", name)
    return live


def to_the_last_words(live: Live) -> Live:
    """Through all stages, none left out."""
    opened(live)
    for stage in ("investigation", "debate", "final"):
        live.does(CHEN, "stage")
        assert live.room().stage.value == stage
    return live


def decided(live: Live) -> Live:
    """The panel deliberates on a draft and adopts it by two of three."""
    to_the_last_words(live)
    live.does(CHEN, "deliberate")
    live.scene.act(CHEN, "draft_decision", **draft(live.scene))
    live.scene.act(ANN, "deliberate", words="The label was plainly untrue.")
    votes(live.scene, ANN)
    votes(live.scene, BEN, "against", view="I would dismiss the claim.")
    votes(live.scene, CHEN)
    live.does(CHEN, "reassemble")
    return live


def test_the_presiding_judge_alone_leads_the_hearing(live: Live, app: Flask) -> None:
    """Each is seen with what they sit as; a member has the floor when it is given, and steers nothing (COL 2, 6)."""
    opened(live)
    for who in (LI, ANN, WANG):
        page = Browser(app, live.scene, who).get("/live/room")
        assert "<span>presiding judge <" in page and page.count("<span>assessor <") == 2
    assert "<span>审判长 <" in Browser(app, live.scene, LI, "zh-Hans").get("/live/room")
    assert f'value="floor:{live.person(ANN).reference}"' in Browser(app, live.scene, CHEN).get("/live/room")
    member = Browser(app, live.scene, ANN).get("/live/room")
    assert 'name="do" value="' not in member.replace('value="message"', "")
    for do in ("admit", "mute", "floor", "stage", "deliberate", "note"):
        with pytest.raises(Forbidden):
            live.does(ANN, do, LI, words="Words")
    live.does(CHEN, "floor", ANN)
    assert live.said()[-1] == f"{ANN} has the floor."
    live.does(CHEN, "floor", LI)
    assert live.person(ANN).mic.value == "open", "whoever decides is never muted"


def test_the_panel_deliberates_alone_and_its_record_stays_with_it(live: Live, app: Flask) -> None:
    """Members and nobody else hear each other; each word and vote is theirs by name, and no party, clerk or assistant reads it."""
    to_the_last_words(live)
    live.does(CHEN, "deliberate")
    live.scene.act(CHEN, "draft_decision", **draft(live.scene))
    asked = next(line.orders for line in live.lines() if line.what is What.DELIBERATES)
    assert asked == [{"do": "deliberate", "persons": [live.person(name).reference for name in (CHEN, ANN, BEN)]}]
    page = Browser(app, live.scene, ANN).get("/live/room")
    assert "Vote in the panel" in page and "Speak in the deliberation" in page
    for who in (WANG, LI, HAIYUN):
        page = Browser(app, live.scene, who).get("/live/room")
        assert "The court deliberates" in page and "Vote in the panel" not in page
    spoken = live.scene.act(ANN, "deliberate", words="The label was plainly untrue.").number
    votes(live.scene, BEN, "against", view="I would dismiss the claim.")
    with live.scene.look() as (court, _):
        vote = live.scene.docket(court)[-1].number
    for entry in (spoken, vote):
        assert all(live.scene.reads(who, entry) for who in (CHEN, ANN, BEN))
        assert not any(live.scene.reads(who, entry) for who in (LI, HAIYUN, WANG))


def test_a_judgment_is_pronounced_in_the_hearing_and_sent_within_ten_days(live: Live, app: Flask) -> None:
    """The orders of the text the panel adopted are read by everybody in the room, with how one appeals and by when the written
    judgment comes; dissent is nowhere; the orders then stand (CPL 45, 151).
    """
    decided(live)
    live.scene.act(CHEN, "pronounce_judgment", grounds="The label was not true.")
    for who in (LI, HAIYUN, ANN, WANG):
        page = Browser(app, live.scene, who).get("/live/room")
        assert "The judgment is pronounced" in page and "8,000" in page and "The label was not true." in page
        assert "19\u00a0March 2026" in page and "may appeal" in page
        assert "dismiss the claim" not in page
    (entry,) = live.entry("pronounce_judgment")
    assert entry["result"]["sent_by"] == "2026-03-19"
    with live.scene.look() as (court, case):
        (window,) = court.windows(case, "send_judgment", state=WindowState.OPEN)
        assert window.due_at is not None and window.due_at - BEGINS >= timedelta(days=10)
    with pytest.raises(ActNotOpen, match="was pronounced"):
        live.scene.act(CHEN, "pronounce_judgment", grounds="Once more.")
    with pytest.raises(ActNotOpen, match="nothing more is decided"):
        live.does(CHEN, "deliberate")
    with pytest.raises(ActNotOpen, match="only before that"):
        live.scene.act(LI, "withdraw_claim")
    with pytest.raises(InvalidInput):
        live.scene.act(CHEN, "close_live_hearing", goes_on="another_day")
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    assert "The judgment is pronounced." in (live.hearing().minutes or "")
    changed = draft(live.scene)
    changed["orders"][0]["amount"] = "7,000.00"
    live.scene.act(
        CHEN,
        "draft_decision",
        **changed,
    )
    assert any("not those that were pronounced" in why for why in standing_in_the_way(live))
    live.scene.act(CHEN, "draft_decision", **draft(live.scene))
    assert not any("not those that were pronounced" in why for why in standing_in_the_way(live))


def standing_in_the_way(live: Live) -> list[str]:
    """What keeps the draft from being signed."""
    with live.scene.look() as (court, case):
        decision = current_draft(court.session, case)
        assert decision is not None
        return [why.render("en") for why in problems(court, case, decision)]


@pytest.mark.parametrize("what", ["sealed", "early", "nobody", "split", "away", "deliberating"])
def test_nothing_is_pronounced_before_it_may_be(live: Live, what: str) -> None:
    """In public, after everybody's last words, before the whole bench and both sides, and only what a majority adopted."""
    scene = live.scene
    if what == "early":
        opened(live)
        reason = "last words first"
    elif what == "split":
        to_the_last_words(live)
        scene.act(CHEN, "draft_decision", **draft(scene))
        votes(scene, ANN, "against", view="I would dismiss it.")
        votes(scene, BEN)
        reason = "has not voted"
    else:
        decided(live)
        reason = ""
    if what == "sealed":
        scene.act(CHEN, "seal_part", reason="secret", outside=[live.person(HAIYUN).reference], words="A secret.")
        reason = "always pronounced in public"
    if what == "nobody":
        step(live, HAIYUN)
        reason = "is not here"
    if what == "away":
        live.media.happens("left", live.person(BEN).reference)
        live.follow()
        reason = "is not here yet"
    if what == "deliberating":
        live.does(CHEN, "deliberate")
        reason = "No hearing is open here now"
    with pytest.raises(ActNotOpen, match=reason):
        scene.act(CHEN, "pronounce_judgment", grounds="It follows from the label.")
    assert What.PRONOUNCED not in {line.what for line in live.lines()}


def step(live: Live, who: str) -> None:
    """Somebody is removed from the room, rung by rung."""
    for rung in ("warned", "admonished", "ordered_out"):
        live.scene.act(CHEN, "keep_order", who=live.person(who).reference, step=rung, words="Leave, please.")


def test_nobody_but_the_presiding_judge_pronounces(live: Live) -> None:
    """A member votes, and does not speak for the panel (CPL 44; COL 6)."""
    decided(live)
    for who in (ANN, WANG, LI):
        with pytest.raises(Forbidden):
            live.scene.act(who, "pronounce_judgment", grounds="It follows from the label.")
    assert live.room().state is RoomState.OPEN and drafted(live.scene)
