"""Several media hosts: a hearing is given one, and goes to another when that dies, exactly as it stood. What real ones do is
shown in test_two_hosts.py.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.app import create_app
from odr.ground.config import Settings, SettingsError
from odr.hearing.live import faults, journal
from odr.hearing.live.media.composite.telling import told
from odr.hearing.live.media.hosts import by_load, piece_folder
from odr.hearing.live.media.moving import WAITS, waits_until
from odr.hearing.live.media.reading import Segment
from odr.hearing.live.models import LiveRoom, LiveSegment
from odr.hearing.live.seen.exhibits import pages_shown
from odr.hearing.live.vocabulary import RoomState, What
from odr.notary.models import LogEntry
from tests.hearing.live.conftest import Live, gathered, pieces
from tests.hearing.live.room_beside import RoomBeside
from tests.hearing.scene import CHEN, HAIYUN, LI
from tests.hearing.test_pages import Browser
from tests.procedure.test_plans import noted, read_through


@pytest.fixture
def second(live: Live) -> RoomBeside:
    """Another media host of the same court."""
    other = RoomBeside(live.clock)
    live.scene.court.ports.media_hosts = {"second": other}
    return other


def dies(live: Live) -> None:
    """The first host answers no more, and the worker takes its round."""
    live.media.away = True
    live.follow()


def all_back(live: Live, host: RoomBeside) -> None:
    """Every device comes to the other host."""
    for who in live.room().people:
        host.happens("entered", who.reference)
    live.follow()


def test_a_hearing_is_given_the_host_with_the_fewest(live: Live, second: RoomBeside) -> None:
    """By name where they hold as many; it stands in the journal, and the next hearing goes to the other one."""
    with live.scene.look() as (court, _):
        assert by_load(live.scene.court, court.session) == ["main", "second"]
    gathered(live)
    assert live.room().host == "main"
    assert live.said()[0] == "The hearing is held on the media host “main”."
    with live.scene.look() as (court, _):
        assert by_load(live.scene.court, court.session) == ["second", "main"]


def test_with_one_host_nothing_is_said_of_it(live: Live) -> None:
    """No setting, no line, and nothing to go to when it is away."""
    live.opened()
    assert What.HELD_ON not in {line.what for line in live.lines()}
    dies(live)
    assert live.room().state is RoomState.SUSPENDED
    assert What.HOST_LEFT not in {line.what for line in live.lines()}


def test_it_goes_on_at_another_host_as_it_stood(live: Live, second: RoomBeside) -> None:
    """Who is locked comes in locked, the floor and the exhibit are as before, a new piece is recorded; and it stands still
    until the judge goes on and everybody is back.
    """
    live.opened()
    with live.scene.look() as (_, case):
        label = case.party(live.scene.parties[LI]).letter + "-1"
    live.does(CHEN, "show", exhibit=label, page=1)
    live.does(CHEN, "lock", HAIYUN)
    live.does(CHEN, "floor", LI)
    assert second.asked == []
    dies(live)
    room = live.room()
    assert (room.host, room.left_hosts, room.state) == ("second", "main", RoomState.SUSPENDED)
    doing = [do for do, _ in second.asked]
    assert doing[:3] == ["open", "pause", "reassemble"] and doing[-2:] == ["floor", "page"]
    assert dict(second.asked)["open"]["gap"]["after"] == 1
    names = {who.reference: who.name for who in room.people}
    muted = {names[order["person"]]: order.get("muted", False) for order in second.orders("admit")}
    assert muted[HAIYUN] is True and muted[LI] is False
    assert [names[order["person"]] for order in second.orders("mute") if order["lock"]] == [HAIYUN]
    assert [(piece.number, piece.host) for piece in pieces(live)] == [(1, "main"), (2, "second")]
    with pytest.raises(Exception, match="is not back yet"):
        live.does(CHEN, "resume")
    all_back(live, second)
    live.does(CHEN, "resume")
    live.follow()
    assert live.room().state is RoomState.OPEN and second.segment == 2 and second.paused is None
    assert any("“main” does not answer" in said for said in live.said())


def test_orders_that_the_dead_host_never_confirmed_are_carried_over(live: Live, second: RoomBeside) -> None:
    """What was decided while it was dead holds on the other one; the orders themselves go to nobody and alarm nobody."""
    live.opened()
    live.media.away = True
    live.does(CHEN, "lock", LI)
    live.follow()
    assert [order["person"] for order in second.orders("mute") if order["lock"]] == [live.person(LI).reference]
    assert [do for do, _ in second.asked].index("open") == 0
    before = len(second.asked)
    live.follow()
    assert len(second.asked) == before, "nothing waits to be told to the new host a second time"


def test_a_page_taken_off_while_the_host_was_dead_is_off(live: Live, second: RoomBeside) -> None:
    """Neither the public nor the film of everybody is told that it still stands there."""
    live.opened()
    with live.scene.look() as (_, case):
        label = case.party(live.scene.parties[LI]).letter + "-1"
    live.does(CHEN, "show", exhibit=label, page=1)
    live.media.away = True
    live.does(CHEN, "show-off")
    live.follow()
    assert live.room().host == "second" and second.orders("page") == []
    with live.scene.look() as (court, _):
        (page,) = pages_shown(court.session, live.room())
        lines, acks = journal.lines_of(court.session, live.room()), journal.acks_of(court.session, live.room())
    assert page.until is not None
    began = round(live.clock.machine_now().timestamp() * 1000)
    film = told(lines, acks, Segment(Path(), 2, "", began, 60_000, False, True, ()), "en")
    assert film and film[-1].words == ""


def test_a_sealed_part_goes_over_sealed(live: Live, second: RoomBeside) -> None:
    """The other host is shut under a new key before anybody is let in."""
    live.opened()
    he = live.person(HAIYUN).reference
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[he], words="A secret is shown.")
    dies(live)
    doing = [do for do, _ in second.asked]
    order = dict(second.asked)["seal"]
    assert he not in order["stay"] and len(order["key"]) == 32
    assert doing.index("seal") < doing.index("admit") and "record" not in doing and "unseal" not in doing


def test_the_bench_goes_on_deliberating_alone(live: Live, second: RoomBeside) -> None:
    """Nobody is let in on the other host before it knows that only the bench is there, and nothing is recorded."""
    live.opened()
    live.does(CHEN, "deliberate")
    dies(live)
    doing = [do for do, _ in second.asked]
    assert live.room().state is RoomState.DELIBERATING and second.deliberating
    assert doing[:2] == ["open", "deliberate"] and not {"record", "seal", "unseal", "reassemble"} & set(doing)


def test_nobody_is_at_the_door_of_a_dead_host(live: Live, second: RoomBeside) -> None:
    """Before the opening too: whoever looks at the page finds it, and the judge opens on the other host."""
    gathered(live)
    live.media.away = True
    faults.follow(live.scene.court, live.room().id)
    assert live.room().host == "second" and live.room().state is RoomState.WAITING
    all_back_in_waiting(live, second)
    live.scene.act(CHEN, "open_live_hearing")
    assert second.segment == 1 and live.room().state is RoomState.OPEN


def all_back_in_waiting(live: Live, host: RoomBeside) -> None:
    """The worker does not look after a hearing that is not opened; whoever looks at its page does."""
    for who in live.room().people:
        host.happens("entered", who.reference)
    faults.follow(live.scene.court, live.room().id)


def test_what_it_had_recorded_is_handed_over_when_it_answers(live: Live, second: RoomBeside) -> None:
    """The piece gets its last link, the journal says so, and nobody is left in the hearing over there."""
    live.opened()
    dies(live)
    live.media.dies()
    live.media.away = False
    live.follow()
    assert live.room().left_hosts == "" and pieces(live)[0].head is not None
    assert not live.media.is_open
    assert live.said()[-1] == "The media host “main” answers again, and what it had recorded of this hearing is whole."
    assert live.media.orders("forget") == [{}] and second.orders("forget") == []


def closed_without(live: Live, second: RoomBeside) -> None:
    """Closed on the second host, while the first is still dead."""
    live.opened()
    dies(live)
    all_back(live, second)
    live.does(CHEN, "resume")
    live.scene.act(CHEN, "close_live_hearing", goes_on="another_day")
    live.follow()


def test_a_recording_waits_for_a_piece_of_a_dead_host(live: Live, second: RoomBeside) -> None:
    """It is put on record when the piece is there, with all its links."""
    closed_without(live, second)
    assert live.hearing().recording_sha256 is None
    live.media.dies()
    live.media.away = False
    live.follow()
    live.follow()
    kept = live.entry("keep_recording")[0]["result"]["pieces"]
    assert [(p["host"], p["head"] is not None, p.get("missing")) for p in kept] == [
        ("main", True, None),
        ("second", True, None),
    ]


def test_a_host_forgets_what_is_on_record(live: Live, second: RoomBeside) -> None:
    """Not while a piece of another host is waited for; once all is there each of them, and it is told so once."""
    closed_without(live, second)
    live.follow()
    assert second.orders("close") == [{}] and second.orders("forget") == []
    live.media.dies()
    live.media.away = False
    for _ in range(4):
        faults.watch(live.scene.court)
    assert live.hearing().recording_sha256 is not None
    assert live.media.orders("forget") == [{}] == second.orders("forget")


def test_a_piece_that_never_comes_is_named_as_missing(live: Live, second: RoomBeside) -> None:
    """After three days the docket says so; should it come after that, as what stands in the log."""
    closed_without(live, second)
    live.clock.advance(WAITS + timedelta(minutes=1))
    live.follow()
    kept = live.entry("keep_recording")[0]["result"]["pieces"]
    assert kept[0] == {"segment": 1, "sealed": False, "head": None, "host": "main", "missing": True}
    with live.scene.court.database.read() as session:
        before = len(session.scalars(select(LogEntry.id)).all())
    live.media.dies()
    live.media.away = False
    live.follow()
    with live.scene.court.database.read() as session:
        assert len(session.scalars(select(LogEntry.id)).all()) == before + 1
        assert session.scalars(select(LiveRoom.left_hosts)).one() == ""
    assert pieces(live)[0].head is not None


def test_where_no_other_host_lives_it_waits(live: Live, second: RoomBeside) -> None:
    """Stopped as with one host; as soon as any of them lives it is there."""
    live.opened()
    second.away = True
    dies(live)
    assert live.room().host == "main" and live.room().state is RoomState.SUSPENDED
    second.away = False
    live.follow()
    assert live.room().host == "second"


def test_a_hearing_of_a_host_that_is_declared_no_more(live: Live, second: RoomBeside) -> None:
    """Its line is taken out of the setting too early, and one host is left: that one holds the hearing."""
    live.media.away = True
    gathered(live)
    faults.follow(live.scene.court, live.room().id)
    assert live.room().host == "second"
    live.media.away = False
    live.follow()
    assert live.room().left_hosts == ""
    live.scene.court.ports.media_hosts = {}
    faults.follow(live.scene.court, live.room().id)
    assert live.room().host == "main"
    all_back_in_waiting(live, live.media)
    live.scene.act(CHEN, "open_live_hearing")
    assert live.media.segment == 1


def test_a_host_that_is_back_without_what_it_recorded(live: Live, second: RoomBeside) -> None:
    """Its disk is not mounted: nobody is told that the piece is whole. It is asked on, and taken when it is there."""
    live.opened()
    dies(live)
    live.media.dies()
    kept, live.media.pieces, live.media.away = live.media.pieces, [], False
    live.follow()
    assert live.room().left_hosts == "main" and pieces(live)[0].head is None
    assert What.HOST_BACK not in {line.what for line in live.lines()}
    live.media.pieces = kept
    live.follow()
    assert live.room().left_hosts == "" and pieces(live)[0].head is not None
    assert What.HOST_BACK in {line.what for line in live.lines()}


def test_a_piece_that_a_living_host_lost_is_missing(live: Live, second: RoomBeside) -> None:
    """It answers before the three days are over, with an empty disk: the docket names the piece as missing all the same."""
    closed_without(live, second)
    live.media.dies()
    live.media.pieces, live.media.away = [], False
    live.follow()
    assert live.hearing().recording_sha256 is None
    live.clock.advance(WAITS + timedelta(minutes=1))
    live.follow()
    assert live.entry("keep_recording")[0]["result"]["pieces"][0].get("missing") is True


class Broken(RoomBeside):
    """Answers with what nobody can read."""

    def state(self, hearing: str) -> NoReturn:
        """No state at all."""
        raise KeyError(hearing)


def test_a_hearing_that_cannot_be_looked_after_keeps_no_other(live: Live) -> None:
    """Its own host says what nobody can read; what else is owed in this round is asked for all the same."""
    second = Broken(live.clock)
    live.scene.court.ports.media_hosts = {"second": second}
    live.opened()
    dies(live)
    assert live.room().left_hosts == "main"
    live.media.dies()
    live.media.away = False
    with pytest.raises(KeyError):
        live.follow()
    assert live.room().left_hosts == "" and pieces(live)[0].head is not None


def test_a_round_goes_through_no_hearing_that_is_over(live: Live) -> None:
    """Rooms that are open, waited in, or closed without a recording on record are found by index, however many there ever were."""
    live.opened()
    with noted(live.scene.court.database) as seen:
        live.follow()
    assert sum("FROM live_room" in statement for statement in seen) >= 4
    assert {"live_room", "hearing"}.isdisjoint(read_through(live.scene.court.database, seen))


def test_every_hearing_that_goes_on_is_asked_about(live: Live) -> None:
    """However few of those that are over are looked at in a round: a media room that is not asked about a hearing ends it."""
    live.opened()
    live.media.dies()
    faults.watch(live.scene.court, limit=0)
    assert live.room().state is RoomState.SUSPENDED


@pytest.mark.parametrize("others", [False, True])
def test_a_hearing_closed_while_its_own_host_is_dead(live: Live, others: bool) -> None:
    """With one host or several: the docket waits three days for it too, and then names its piece as missing, with the last link that
    was anchored while it was recorded. Should it come after that, its own last link stands in the log.
    """
    if others:
        live.scene.court.ports.media_hosts = {"second": RoomBeside(live.clock, away=True)}
    live.opened()
    live.media.happens("head", head="ab" * 32, link=60)
    live.follow()
    live.media.away = True
    live.scene.act(CHEN, "close_live_hearing", goes_on="another_day")
    live.follow()
    live.follow()
    room = live.room()
    assert (room.left_hosts, waits_until(room)) == ("main", room.closed_at and room.closed_at + WAITS)
    live.clock.advance(WAITS - timedelta(minutes=1))
    live.follow()
    assert live.hearing().recording_sha256 is None
    live.clock.advance(timedelta(minutes=2))
    live.follow()
    live.follow()
    kept = live.entry("keep_recording")[0]["result"]
    assert kept["sha256"] == "ab" * 32
    assert kept["pieces"] == [{"segment": 1, "sealed": False, "head": None, "host": "main", "missing": True}]
    live.media.dies()
    live.media.away = False
    live.follow()
    assert live.room().left_hosts == "" and pieces(live)[0].head is not None
    assert len(live.entry("keep_recording")) == 1


def test_a_recording_of_which_nothing_came_is_on_no_record(live: Live) -> None:
    """Its only host died before a minute was over: no link is there to be named, and none is invented. After three days the page says
    so in both languages, and no longer that the docket waits; should the host come, its link goes on record.
    """
    app = create_app(court=live.scene.court)
    live.opened()
    live.media.away = True
    live.scene.act(CHEN, "close_live_hearing", goes_on="another_day")
    live.follow()
    assert "The docket waits for it until" in Browser(app, live.scene, LI).get("/live/recording/1")
    live.clock.advance(WAITS + timedelta(minutes=1))
    live.follow()
    live.clock.advance(faults.LOOKED_FOR)
    live.follow()
    assert live.hearing().recording_sha256 is None and live.entry("keep_recording") == []
    seen = Browser(app, live.scene, LI).get("/live/recording/1")
    assert "it is not on record" in seen and "The docket waits for it until" not in seen
    assert "故尚未入卷" in Browser(app, live.scene, LI, "zh-Hans").get("/live/recording/1")
    live.media.dies()
    live.media.away = False
    live.follow()
    (kept,) = live.entry("keep_recording")
    assert kept["result"]["sha256"] == pieces(live)[0].head


def test_a_host_that_is_back_soon_after_the_closing_owes_nothing(live: Live) -> None:
    """Away for a moment while the hearing was closed: its piece is put on record as if nothing had been."""
    live.opened()
    live.media.away = True
    live.scene.act(CHEN, "close_live_hearing", goes_on="another_day")
    live.follow()
    live.media.away = False
    live.follow()
    live.follow()
    (kept,) = live.entry("keep_recording")
    assert kept["result"]["pieces"][0].get("missing") is None and kept["result"]["sha256"] == pieces(live)[0].head
    assert live.room().left_hosts == ""


def test_a_piece_is_read_where_its_host_wrote_it(tmp_path: Path) -> None:
    """Something of the same name lies in another host's folder too; what was laid into the first one's since is found there."""
    line = f"second http://127.0.0.1:5012 wss://media2.court.example/live/room {tmp_path / 'second'}"
    told = {"mode": "test", "media_control": "unix:/run/c", "media_secret": "x" * 32, "media_hosts": line}
    settings = Settings(**told, recordings_dir=str(tmp_path / "first"))
    for folder, number in (("first", 1), ("second", 1), ("first", 2)):
        (tmp_path / folder / "h" / f"{number:04d}").mkdir(parents=True)
        (tmp_path / folder / "h" / f"{number:04d}" / "chain").write_text("")
    found = [
        piece_folder(settings, "h", LiveSegment(number=number, host=host)).relative_to(tmp_path).parts[0]
        for number, host in ((1, "second"), (1, "main"), (1, None), (1, "gone"), (2, "second"))
    ]
    assert found == ["second", "first", "first", "first", "first"]


def test_however_many_hosts_a_hearing_left_their_names_fit(live: Live) -> None:
    """Each name has forty characters at most; how many were ever declared nobody knows."""
    assert getattr(LiveRoom.__table__.c.left_hosts.type, "length", None) is None


class Asked(RoomBeside):
    """Counts how often it is waited for in vain."""

    waits = 0

    def health(self) -> dict[str, Any]:
        """In vain where it is away."""
        self.waits += self.away
        return super().health()


def test_a_round_waits_for_a_dead_host_once(live: Live) -> None:
    """However many hearings have to go on elsewhere: a machine that is gone answers each question after seconds."""
    other = Asked(live.clock, away=True)
    live.scene.court.ports.media_hosts = {"second": other}
    live.opened()
    live.media.away = True
    silent, tried = set[str](), set[str]()
    for _ in range(3):
        faults.follow(live.scene.court, live.room().id, silent, tried)
    assert other.waits == 1 and silent == {"main"}, "of its own hearings one question in vain says nothing"


def test_hosts_are_declared_by_a_setting() -> None:
    """Name, control address, public address and folder; a name twice, or a line that lacks one, is refused."""
    line = "second http://127.0.0.1:5012 wss://media2.court.example/live/room /srv/second"
    settings = Settings(mode="test", media_control="unix:/run/c", media_secret="x" * 32, media_hosts=line)
    assert list(settings.every_media_host) == ["main", "second"]
    assert settings.every_media_host["second"].recordings == Path("/srv/second")
    for wrong in ("second http://127.0.0.1:5012", f"{line}; {line}", line.replace("second", "main", 1), f"B{line}"):
        with pytest.raises(ValidationError, match="media_hosts"):
            Settings(mode="test", media_control="unix:/run/c", media_secret="x" * 32, media_hosts=wrong)


@pytest.mark.parametrize(
    ("media", "court", "fits"), [(1.5, 20, True), (5, 20, True), (5.5, 20, False), (60, 240, True)]
)
def test_one_dead_host_never_makes_the_others_take_the_court_for_silent(media: float, court: int, fits: bool) -> None:
    """However patient the court is with a media host, it is back at the others before they end their hearings by themselves."""
    told = {
        "ODR_MODE": "production",
        "ODR_SECRET_KEY": "k" * 64,
        "ODR_BASE_URL": "https://court.example",
        "ODR_SMTP_URL": "smtp://mail.example",
        "ODR_MEDIA_CONTROL": "unix:/run/c",
        "ODR_MEDIA_SECRET": "x" * 32,
        "ODR_MEDIA_PATIENCE": str(media),
        "ODR_COURT_PATIENCE": str(court),
    }
    if fits:
        assert Settings.load(told).media_patience == media
    else:
        with pytest.raises(SettingsError, match="more than a quarter of court_patience"):
            Settings.load(told)
