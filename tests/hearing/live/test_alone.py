"""Talking alone: whose room a ticket opens, and when; what the rules say of a recording whose time is over."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import CaseReading, Outcome, Stage, Thing
from odr.evidence.models import Compilation, CompilationKind
from odr.ground.errors import ActNotOpen
from odr.hearing.live.keeping import recordings_due, take_away_erased
from odr.hearing.live.transcript.models import Transcript
from odr.hearing.models import Hearing
from odr.judgment.models import EnforcementCase
from odr.judgment.vocabulary import EnforcementState
from odr.register.volume.models import CaseVolume, VolumeState
from tests.hearing.live.conftest import BEGINS, Live, gathered
from tests.hearing.live.test_seen import passes, tape
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG
from tests.hearing.test_pages import ORIGIN, Browser


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court."""
    return create_app(court=live.scene.court)


def ticket(one: Browser, status: int = 200) -> dict[str, object]:
    """What a ticket says that one gets for talking alone."""
    page = one.get("/live")
    answer = one.post("/live/alone/ticket", page, status)
    if status != 200:
        return {}
    body = json.loads(answer)["ticket"].split(".")[0]
    said: dict[str, object] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return said


def test_a_ticket_opens_the_room_of_ones_own_side_and_only_while_the_hearing_stands_still(
    live: Live, app: Flask
) -> None:
    """Before the opening and in a break, each party its own, the judge the judges'; the clerk none; not while it runs."""
    gathered(live)
    li, wu, chen = (Browser(app, live.scene, who) for who in (LI, HAIYUN, CHEN))
    assert "Talk alone" in li.get("/live") and "Open the judges’ room" in chen.get("/live")
    page = li.get("/live/alone")
    assert "No recorder" in page and HAIYUN not in page
    mine, theirs, bench = ticket(li), ticket(wu), ticket(chen)
    assert str(mine["room"]).startswith("consult:") and mine["room"] != theirs["room"] and bench["room"] == "bench"
    assert mine["person"] == live.person(LI).reference and mine["rank"] == "participant"
    Browser(app, live.scene, WANG).get("/live/alone", 403)
    live.scene.act(CHEN, "open_live_hearing")
    ticket(li, 409)
    assert "Talk alone" not in li.get("/live") and '"stays":false' in li.get("/live/alone/now")
    live.does(CHEN, "pause")
    assert ticket(li)["room"] == mine["room"]
    assert not [what for do, what in live.media.asked if "consult" in json.dumps(what, default=str)]


def test_the_hearing_does_not_go_on_without_who_talks_alone(live: Live) -> None:
    """In a break a party goes to the room of its side: it is not in the hearing until it is back there, and of the talk no
    line is written.
    """
    live.opened()
    live.does(CHEN, "pause")
    lines = len(live.lines())
    li = live.person(LI).reference
    live.media.happens("entered", li, room=f"consult:{li}", moved=True)
    live.follow()
    assert len(live.lines()) == lines
    with pytest.raises(ActNotOpen, match="not back yet"):
        live.does(CHEN, "resume")
    live.media.happens("entered", li, room="hall", moved=True)
    live.follow()
    live.does(CHEN, "resume")


def recorded(live: Live) -> None:
    """A hearing is held, and its recording put on record."""
    live.opened()
    one = tape(live, 1)
    one.talks(live.person(LI).reference, passes(live, 10))
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    one.ends(live.clock.now())
    live.follow()


def handed_on(live: Live) -> None:
    """The volume of the case is closed, sealed and with the archive."""
    with live.scene.sit() as (sitting, case):
        now = sitting.now
        made = Compilation(
            case_id=case.id,
            account_id=live.scene.accounts[WANG],
            hat="clerk",
            kind=CompilationKind.CASE_FILE,
            locale="en",
            asked_at=now,
            touched_at=now,
        )
        sitting.session.add(made)
        sitting.session.flush()
        told = {"case_id": case.id, "number": 1, "state": VolumeState.HANDED_ON, "compilation_id": made.id}
        sitting.session.add(CaseVolume(**told, closed_at=now, closed_entry=1, handed_on_at=now))


def test_who_opened_a_recording_is_marked_and_noted(live: Live, app: Flask) -> None:
    """The picture carries the reader's name and the hour, and the case notes that they opened it."""
    recorded(live)
    page = Browser(app, live.scene, LI).get("/live/recording/1")
    assert f'court-mark">{LI},' in page and "How long it is kept" in page
    live.scene.court.readings.enter()
    with live.scene.court.database.read() as session:
        assert session.scalar(select(CaseReading.name).where(CaseReading.thing == Thing.RECORDING)) == LI


def is_written(live: Live) -> bool:
    """Whether the words of the draft stand anywhere in the database's files."""
    path = live.scene.court.database.path
    assert path is not None
    return any(b"that nobody may read any more" in part.read_bytes() for part in path.parent.glob(path.name + "*"))


def test_a_recording_goes_when_its_time_is_over_and_nothing_needs_it(live: Live, app: Flask) -> None:
    """Ten years after the case was closed, the volume handed on, no appeal open, and a judge says so: picture and sound are
    gone, the chain and its heads stay, and the page says it.
    """
    recorded(live)
    head = live.hearing().recording_sha256
    reference = live.hearing().reference
    folder = live.scene.court.settings.recordings_folder / reference
    film = folder / "0001" / f"{live.person(LI).reference}.rtp"
    erase = {"hearing": reference, "reasons": "Nobody needs it any more."}
    with pytest.raises(ActNotOpen):
        live.scene.act(CHEN, "erase_recording", **erase)
    with live.scene.sit() as (sitting, case):
        case.stage, case.outcome, case.closed_at = Stage.CLOSED, Outcome.PERFORMED, sitting.now
    assert recordings_due(live.scene.court) == 0
    with pytest.raises(ActNotOpen):
        live.scene.act(CHEN, "erase_recording", **erase)
    live.clock.set(BEGINS + timedelta(days=3660))
    assert recordings_due(live.scene.court) == 1
    assert recordings_due(live.scene.court) == 0
    live.scene.act(CHEN, "retain_recording", reasons="A claim for damages is expected.")
    assert film.is_file() and recordings_due(live.scene.court) == 0
    with pytest.raises(ActNotOpen, match="Nobody is asked now"):
        live.scene.act(CHEN, "retain_recording", reasons="Once more.")
    live.clock.set(BEGINS + timedelta(days=4000))
    assert recordings_due(live.scene.court) == 0
    live.clock.set(BEGINS + timedelta(days=4030))
    assert recordings_due(live.scene.court) == 1
    with pytest.raises(ActNotOpen, match="not handed to the archive"):
        live.scene.act(CHEN, "erase_recording", **erase)
    handed_on(live)
    with live.scene.sit() as (sitting, case):
        enforced = {"case_id": case.id, "number": "(2026) Enforcement 1", "party_id": live.scene.parties[LI]}
        sitting.session.add(EnforcementCase(**enforced, claimed=[], entry_number=1))
    with pytest.raises(ActNotOpen, match="enforcement"):
        live.scene.act(CHEN, "erase_recording", **erase)
    with live.scene.sit() as (sitting, _):
        sitting.session.scalars(select(EnforcementCase)).one().state = EnforcementState.DONE
    kept, played = film.read_bytes(), f"/live/recording/1/1/{live.person(LI).reference}"
    bench = Browser(app, live.scene, CHEN)

    def is_played() -> tuple[int, bool]:
        answer = bench.client.get(bench.base + played, base_url=ORIGIN)
        return answer.status_code, played in bench.get("/live/recording/1")

    assert is_played() == (200, True)
    with live.scene.court.database.write() as session:
        heard = [[0, 900, f"Sentence {number} that nobody may read any more.", 90] for number in range(200)]
        drafted = {"segment": 1, "language": "en", "engine": "test", "model_sha256": "0" * 64, "made_at": BEGINS}
        session.add(Transcript(room_id=live.room().id, person_id=live.person(LI).id, sentences=heard, **drafted))
    assert is_written(live)
    live.scene.act(CHEN, "erase_recording", **erase)
    assert not film.exists()
    film.write_bytes(kept)  # as it lies on another machine until that hears of it
    assert is_played() == (404, False)
    take_away_erased(live.scene.court)
    assert not is_written(live)
    assert not film.exists() and (folder / "0001/chain").is_file()
    film.write_bytes(b"what a process that was killed in between left")
    assert take_away_erased(live.scene.court) == 1 and not film.exists() and (folder / "0001/chain").is_file()
    assert take_away_erased(live.scene.court) == 0
    page = Browser(app, live.scene, CHEN).get("/live/recording/1")
    assert "Picture and sound were erased on" in page and str(head) in page
    with live.scene.court.database.read() as session:
        assert session.scalars(select(Hearing)).one().recording_sha256 == head
