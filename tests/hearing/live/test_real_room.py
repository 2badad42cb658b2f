"""The court's pages and the real media room: two browsers come to a hearing by the pages alone, are seen and heard as the
judge decides, and the recording that is put on record holds.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import update
from werkzeug.serving import make_server

from odr.app import create_app, create_court
from odr.docket.models import Role, Seat, Track
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.hearing.live import faults
from odr.hearing.live.media.control import PersonState
from odr.hearing.live.media.verify import verify
from odr.hearing.live.models import LivePerson
from odr.hearing.live.vocabulary import Place
from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.web.presence import session_cookie_name
from tests.hearing.live.conftest import BEGINS, Live, fixed_here
from tests.hearing.live.media.house import HANGS, SECRET, House, free_port, opened, until
from tests.hearing.live.panel_sits import convened
from tests.hearing.live.room_beside import RoomBeside
from tests.hearing.live.test_interpreting import appointed
from tests.hearing.scene import CHEN, DING, HAIYUN, LI, WANG, Scene, accepted_case
from tests.patience import PATIENCE
from tests.peers.browser import answered, patient


class HouseClock(FixedClock):
    """The court's time stands still, as in every test; the machine's goes on, which tickets and the room go by."""

    def machine_now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The room's process; the only page that may open it is the court's."""
    folder = tmp_path_factory.mktemp("room")
    port = free_port()
    with opened(folder, ODR_BASE_URL=f"http://127.0.0.1:{port}") as house:
        house.origin = f"http://127.0.0.1:{port}"
        yield house


@pytest.fixture
def held(sqlite_url: str, tmp_path: Path, house: House) -> Iterator[Live]:
    """A court with that room, its pages served, and a hearing fixed."""
    with served(sqlite_url, tmp_path, house) as live:
        yield live


@contextmanager
def served(sqlite_url: str, folder: Path, house: House, *, more_hosts: str = "", panel: bool = False) -> Iterator[Live]:
    """A court whose media room is this process, and more where they are named, with its pages served and a hearing fixed; in
    simple procedure before one judge, or in ordinary before a panel.
    """
    database, clock = Database(sqlite_url, synchronous="OFF"), HouseClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
    settings = Settings(
        mode="test",
        data_dir=folder / "court",
        argon2_cheap=True,
        base_url=house.origin,
        media_control=f"unix:{house.folder}/c",
        media_secret=SECRET,
        media_url=house.url,
        recordings_dir=str(house.recordings),
        media_hosts=more_hosts,
        # No hearing is suspended because the machine has other work: a host that is dead refuses at once. How soon a silent one is
        # found is shown in test_silent_host.py.
        media_patience=PATIENCE,
    )
    court = create_court(settings, clock, database)
    scene = accepted_case(court, clock, track=Track.ORDINARY if panel else Track.SIMPLE)
    scene.exhibits(1)
    if panel:
        convened(scene)
    fixed_here(scene)
    server = make_server("127.0.0.1", int(house.origin.rsplit(":", 1)[1]), create_app(court=court), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Live(scene, RoomBeside(clock))
    server.shutdown()
    database.dispose()


def visitor(scene: Scene, browser: Browser, house: House, name: str) -> tuple[BrowserContext, Page, str]:
    """Somebody signed in, in a browser of their own; and the address of the case."""
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.accounts[name])
        account.locale = "en"
        token, _ = open_session(
            session, account, scene.clock.machine_now(), device="test", address="127.0.0.1", two_factor=True
        )
    context = patient(browser, permissions=["camera", "microphone"])
    context.add_cookies([{"name": session_cookie_name(False), "value": token, "url": house.origin}])
    with scene.look() as (_, case):
        return context, context.new_page(), f"{house.origin}/cases/{case.reference}"


def test_two_browsers_hold_a_hearing(held: Live, house: House, browser: Browser) -> None:
    """Entered, opened, admitted, given the floor: Li is seen on the judge's page; locked, she is not heard; closed, the
    recording holds and stands in the docket with its closing link.
    """
    scene = held.scene
    scene.clock.set(BEGINS)
    _, chen, base = visitor(scene, browser, house, CHEN)
    _, li, _ = visitor(scene, browser, house, LI)
    shown = list[str]()
    chen.on("websocket", lambda way: way.on("framesent", lambda frame: shown.append(str(frame))))
    held.comes(WANG)
    held.enters(LI)
    held.enters(HAIYUN)
    chen.goto(f"{base}/live")
    with answered(chen):
        chen.get_by_role("button", name="Enter the hearing").click()
    li.goto(f"{base}/live/room")
    with chen.context.expect_page() as beside:
        chen.get_by_role("link", name="Open the hearing").click()
    with answered(beside.value):
        beside.value.get_by_role("button", name="Open the hearing", exact=True).click()
    beside.value.close()
    chen.reload()
    chen.goto(f"{base}/live/room")
    expect(chen.locator("[data-part=bar]")).to_contain_text("Running")
    me = held.person(LI).reference
    until(lambda: any(p.person == me and p.present for p in _people(held)), "Li is at the door of the room")
    chen.get_by_role("button", name=f"Let in {LI}").click()
    expect(li.locator("[data-part=bar]")).to_contain_text("Muted by the court", timeout=PATIENCE * 1000)
    chen.get_by_role("button", name=f"Give the floor {LI}").click()
    expect(li.locator("[data-part=bar]")).to_contain_text("Has the floor", timeout=PATIENCE * 1000)
    seen = f"document.querySelector('[data-person=\"{me}\"] video')?.videoWidth > 0"
    until(lambda: chen.evaluate(seen), "the judge sees her")
    chen.get_by_role("button", name=f"Mute and lock {LI}").click()
    expect(li.locator("[data-part=mybar]")).to_contain_text("by the court", timeout=PATIENCE * 1000)
    until(lambda: any(p.person == me and p.locked for p in _people(held)), "the room locked her")
    expect(chen.locator("[data-part=alarms]")).not_to_contain_text("Not confirmed yet")
    held.does(CHEN, "admit", HAIYUN)
    scene.act(CHEN, "close_live_hearing", goes_on="no")
    faults.watch(scene.court)
    until(lambda: faults.watch(scene.court) >= 0 and held.hearing().recording_sha256, "the closing link is kept")
    report = verify(house.recordings / held.hearing().reference)
    assert report.holds, report
    assert held.entry("keep_recording")[0]["result"]["sha256"] == held.hearing().recording_sha256
    expect(li.locator("[data-part=alarms]")).to_contain_text("The hearing is closed", timeout=PATIENCE * 1000)
    tickets = [json.loads(each) for each in shown if '"enter"' in each]
    assert len(tickets) > 1
    assert len({each["device"] for each in tickets}) == 1, "the room takes a page opened anew for another device"
    li.goto(f"{base}/live/recording/1")
    playing = f"document.querySelector('video[data-who=\"{me}\"]')?.videoWidth > 0"
    until(lambda: li.evaluate(playing), "her film is shown")
    floor = li.locator("li", has_text=f"{LI} has the floor.").get_by_role("link")
    second = float(floor.get_attribute("data-second") or 0)
    floor.click()
    at = f"document.querySelector('video[data-who=\"{me}\"]').currentTime"
    until(lambda: second <= li.evaluate(at) <= second + 3, "the second of the line is played")


def test_whoever_waits_is_told_though_the_network_was_away(held: Live, house: House, browser: Browser) -> None:
    """A phone changes its network: one question is never answered, one fails; the page asks again, and says that they are let in."""
    scene = held.scene
    scene.clock.set(BEGINS)
    held.comes(WANG)
    held.comes(CHEN)
    held.enters(LI)
    _, li, base = visitor(scene, browser, house, LI)
    li.goto(f"{base}/live")
    ways: list[Callable[[Route], None]] = [lambda route: None, lambda route: route.abort()]
    li.route(f"{base}/live", lambda route: ways.pop(0)(route) if ways else route.continue_())
    held.enters(HAIYUN)
    scene.act(CHEN, "open_live_hearing")
    held.does(CHEN, "admit", LI)
    expect(li.locator("main")).to_contain_text("You are admitted", timeout=PATIENCE * 1000)
    assert ways == []


def test_whoever_cannot_be_let_in_reads_what_to_do_and_tries_again(held: Live, house: House, browser: Browser) -> None:
    """Where the court gives no ticket for a while the page does not go on trying for ever: it says what can be done, and a button
    does it; in the hearing and where a side talks alone.
    """
    scene = held.scene
    scene.clock.set(BEGINS)
    for who in (WANG, CHEN):
        held.comes(who)
    for who in (LI, HAIYUN):
        held.enters(who)
    _, li, base = visitor(scene, browser, house, LI)
    _, wu, _ = visitor(scene, browser, house, HAIYUN)
    pages = ((li, f"{base}/live/room"), (wu, f"{base}/live/alone"))
    for page, address in pages:
        page.route(f"{address}/ticket", lambda route: route.abort())
        page.goto(address)
    for page, address in pages:
        again = page.get_by_role("button", name="Try again", exact=True)
        expect(page.get_by_role("status").filter(has_text="Check your network and try again.")).to_be_visible()
        expect(again).to_be_visible()
        page.unroute(f"{address}/ticket")
        again.click()
        expect(again).to_be_hidden()
    here = {held.person(who).reference for who in (LI, HAIYUN)}
    until(lambda: here == {each.person for each in _people(held) if each.present}, "both are in")


def test_whoever_gets_no_sound_and_picture_reads_that_they_are_connected_again(
    held: Live, house: House, browser: Browser
) -> None:
    """A connection that never stands is no silence on the page: it says what happens, and when it is over."""
    scene = held.scene
    scene.clock.set(BEGINS)
    for who in (CHEN, WANG):
        held.comes(who)
    for who in (LI, HAIYUN):
        held.enters(who)
    scene.act(CHEN, "open_live_hearing")
    held.does(CHEN, "admit", LI)
    context, li, base = visitor(scene, browser, house, LI)
    context.add_init_script(HANGS)
    li.goto(f"{base}/live/room")
    status = li.locator("[data-connection]")
    expect(status).to_have_text(
        "Sound and picture do not come through yet. They are being connected; you need not do anything."
    )
    expect(status).to_have_text("Sound and picture are connected.")


def _people(held: Live) -> tuple[PersonState, ...]:
    state = held.scene.court.ports.media.state(held.hearing().reference)
    people: tuple[PersonState, ...] = state.people
    return people


def test_an_interpreter_is_heard_over_those_who_speak_by_whoever_chose_it(
    held: Live, house: House, browser: Browser
) -> None:
    """Li chooses the interpretation: she hears Ding, and the judge quietly beneath; back at the original, the judge as loud
    as before and no sound of Ding.
    """
    scene = held.scene
    appointed(scene)
    scene.clock.set(BEGINS)
    _, chen, base = visitor(scene, browser, house, CHEN)
    _, li, _ = visitor(scene, browser, house, LI)
    _, ding, _ = visitor(scene, browser, house, DING)
    held.all_come(DING)
    scene.act(CHEN, "open_live_hearing")
    for who in (LI, HAIYUN, DING):
        held.does(CHEN, "admit", who)
    for page in (chen, li, ding):
        page.goto(f"{base}/live/room")
    judge, interpreter = held.person(CHEN).reference, held.person(DING).reference
    loud = f"document.querySelector('[data-person=\"{judge}\"] video')?.volume"
    sound = f"document.querySelector('[data-person=\"{interpreter}\"] video')?.srcObject?.getAudioTracks().length"
    until(lambda: li.evaluate(sound) == 1 and li.evaluate(loud) == 1, "she sees both")
    li.get_by_label("The interpretation, with what is said quietly beneath").check()
    until(lambda: li.evaluate(loud) < 1, "the judge goes down beneath the interpreter")
    li.reload()
    until(lambda: li.evaluate(sound) == 1 and li.evaluate(loud) == 1, "a page opened again hears the original")
    li.get_by_label("The interpretation, with what is said quietly beneath").check()
    until(lambda: li.evaluate(loud) < 1, "and she may choose again")
    li.get_by_label("What is said, as it is said").check()
    until(lambda: li.evaluate(loud) == 1, "the judge is as loud as before")
    with scene.court.database.write() as session:
        session.execute(update(LivePerson).where(LivePerson.reference == interpreter).values(place=Place.OUT))
    held.does(CHEN, "note", words="Ding was called away.")
    # What she chose has the focus still.
    expect(li.get_by_text(f"{DING} interprets")).to_have_count(0, timeout=PATIENCE * 1000)


def test_a_called_witness_hears_who_speaks_and_is_shown_nobody(held: Live, house: House, browser: Browser) -> None:
    """No tile but their own stands on a witness's page; the judge's questions are heard there all the same."""
    scene = held.scene
    appointed(scene)
    with scene.court.database.write() as session:
        session.execute(update(Seat).where(Seat.account_id == scene.accounts[DING]).values(role=Role.WITNESS))
    scene.clock.set(BEGINS)
    _, chen, base = visitor(scene, browser, house, CHEN)
    _, ding, _ = visitor(scene, browser, house, DING)
    held.all_come(DING)
    scene.act(CHEN, "open_live_hearing")
    held.does(CHEN, "call", DING)
    assert held.person(DING).role is Role.WITNESS
    for page in (chen, ding):
        page.goto(f"{base}/live/room")
    judge = f"document.querySelector('audio[data-voice=\"{held.person(CHEN).reference}\"]')"
    until(lambda: ding.evaluate(f"{judge}?.currentTime > 0.5"), "the witness hears the judge")
    expect(ding.locator("[data-person]")).to_have_count(1)
