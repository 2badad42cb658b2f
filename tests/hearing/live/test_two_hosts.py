"""Two real media hosts: one is killed in the middle of a hearing, and the browsers go on at the other one by themselves, each
exactly as the court decided; the gap is named to the second, and what the dead one had recorded is there when it is back.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from odr.hearing.live import faults
from odr.hearing.live.media import moving
from odr.hearing.live.media.control import Media, MediaRefused, PersonState, Ticket, issue
from odr.hearing.live.media.hosts import media_on
from odr.hearing.live.media.reading import Kind, open_segment
from odr.hearing.live.media.verify import verify
from odr.hearing.live.models import LivePerson
from odr.hearing.live.queries import segments_of
from odr.hearing.live.views import Lies, where_they_lie
from odr.hearing.live.vocabulary import RoomState
from tests.hearing.live.conftest import BEGINS, Live
from tests.hearing.live.media.house import SECRET, House, free_port, opened, until
from tests.hearing.live.media.knock import Knock, Said, talk
from tests.hearing.live.media.test_room import DEAF
from tests.hearing.live.test_real_room import served, visitor
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG
from tests.patience import PATIENCE

Opens = Callable[..., Awaitable[Knock]]
COUNTS = """
window.peers = [];
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer { constructor(...given) { super(...given); window.peers.push(this); } };
window.inbound = async () => {
  let count = 0;
  for (const peer of window.peers) {
    if (peer.connectionState === "closed") continue;
    for (const report of (await peer.getStats()).values()) if (report.type === "inbound-rtp" && report.kind === "audio") count += report.packetsReceived;
  }
  return count;
};
"""
"""Packets of sound that reached a page over the connections it has now."""


@pytest.fixture
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    """Two processes of the same court, each with its own folder."""
    origin = f"http://127.0.0.1:{free_port()}"
    with (
        opened(tmp_path_factory.mktemp("a"), ODR_BASE_URL=origin) as first,
        opened(tmp_path_factory.mktemp("b"), ODR_BASE_URL=origin, ODR_MEDIA_NAME="second") as second,
    ):
        first.origin = second.origin = origin
        yield first, second


@pytest.fixture
def held(sqlite_url: str, tmp_path: Path, hosts: tuple[House, House]) -> Iterator[Live]:
    """A court with both, its pages served, and a hearing fixed."""
    first, second = hosts
    named = f"second unix:{second.folder}/c {second.url} {second.recordings}"
    with served(sqlite_url, tmp_path, first, more_hosts=named) as live:
        yield live


def seen(held: Live, name: str) -> PersonState | None:
    """Somebody as the host sees them that holds the hearing now; None while that host was not told of the hearing yet."""
    media = media_on(held.scene.court, held.room().host)
    assert media is not None
    try:
        people = media.state(held.hearing().reference).people
    except MediaRefused:
        return None
    return next((p for p in people if p.person == held.person(name).reference and p.present), None)


def sound(house: House, held: Live, name: str, segment: int) -> int:
    """Packets of somebody's sound in a piece of the recording."""
    piece = open_segment(house.recordings / held.hearing().reference / f"{segment:04d}")
    who = held.person(name).reference
    return sum(p.kind is Kind.AUDIO for p in piece.packets(who)) if who in piece.persons else 0


def lies(held: Live) -> list[Lies]:
    """Where each piece lies, and the gap after it."""
    with held.scene.look() as (court, _):
        return where_they_lie(held.room(), segments_of(court.session, held.room()), held.lines())


def test_a_hearing_survives_its_host(held: Live, hosts: tuple[House, House], browser: Browser) -> None:
    """Li, locked, has a program that no mute reaches: on the second host it goes on sending, and not one packet of it reaches the
    judge or the recording, from the first on; the judge is heard there.
    """
    scene, (first, second) = held.scene, hosts
    scene.clock.set(BEGINS)
    chens, chen, base = visitor(scene, browser, first, CHEN)
    lis, li, _ = visitor(scene, browser, first, LI)
    chens.add_init_script(COUNTS)
    lis.add_init_script(COUNTS)
    lis.add_init_script(DEAF)
    for name in (WANG, CHEN):
        held.comes(name)
    for name in (LI, HAIYUN):
        held.enters(name)
    assert held.room().host == "main"
    scene.act(CHEN, "open_live_hearing")
    held.does(CHEN, "admit", LI)
    held.does(CHEN, "lock", LI)
    for page in (chen, li):
        page.goto(f"{base}/live/room")
    until(lambda: (her := seen(held, LI)) and her.locked and her.held_back > 50, "her device sends on, for nobody")
    until(lambda: li.evaluate("window.inbound()") > 20, "she hears the judge")
    until(lambda: sound(first, held, CHEN, 1) > 20, "the judge is recorded")

    first.kill()
    until(lambda: faults.watch(scene.court) >= 0 and held.room().host == "second", "the other host holds it")
    assert held.room().state is RoomState.SUSPENDED and held.room().left_hosts == "main"
    until(lambda: seen(held, CHEN) and seen(held, LI), "both come to the other host by themselves")
    expect(chen.locator("[data-part=alarms]")).to_contain_text("“main” held this hearing", timeout=PATIENCE * 1000)
    assert [(p.piece.number, p.piece.host, p.missing) for p in lies(held)] == [
        (1, "main", True),
        (2, "second", False),
    ]
    with scene.court.database.write() as session:
        # Their devices are none of this test's: they are back.
        session.execute(update(LivePerson).where(LivePerson.name.in_((WANG, HAIYUN))).values(lost_at=None))
    until(
        lambda: faults.watch(scene.court) >= 0 and held.person(LI).lost_at is None is held.person(CHEN).lost_at, "back"
    )
    held.does(CHEN, "resume")
    until(lambda: li.evaluate("window.inbound()") > 20, "she hears the judge again")
    until(lambda: sound(second, held, CHEN, 2) > 50, "the judge is recorded")
    until(lambda: (her := seen(held, LI)) and her.locked and her.held_back > 50, "her device sends on, for nobody")
    assert chen.evaluate("window.inbound()") == 0, "packets of a muted device reached the judge"
    assert sound(second, held, LI, 2) == 0, "packets of a muted device were recorded"

    first.start(ODR_BASE_URL=first.origin)
    until(lambda: faults.watch(scene.court) >= 0 and not held.room().left_hosts, "the dead host hands over")
    chain = (first.recordings / held.hearing().reference / "0001/chain").read_text().splitlines()
    begin = json.loads((second.recordings / held.hearing().reference / "0002/chain").read_text().splitlines()[0])
    gap = lies(held)[0]
    assert gap.since is not None and gap.until is not None and not gap.missing
    assert begin["gap"]["after"] == 1 and json.loads(chain[-1])["kind"] == "cut"
    seconds = (begin["gap"]["until"] - json.loads(chain[-1])["last"]) / 1000
    assert abs((gap.until - gap.since).total_seconds() - seconds) < 1

    with scene.court.database.write() as session:
        session.execute(update(LivePerson).where(LivePerson.name == HAIYUN).values(lost_at=scene.clock.now()))
    scene.act(CHEN, "close_live_hearing", goes_on="another_day")
    until(lambda: faults.watch(scene.court) >= 0 and held.hearing().recording_sha256, "it is put on record")
    kept = held.entry("keep_recording")[0]["result"]["pieces"]
    assert [(p["host"], p["head"] is not None) for p in kept] == [("main", True), ("second", True)]
    for house in hosts:
        report = verify(house.recordings / held.hearing().reference)
        assert report.holds, report
    chen.goto(f"{base}/live/recording/1")
    expect(chen.get_by_text("After piece 1 nothing was recorded from")).to_be_visible()
    assert chen.locator("video[data-piece='1']").count() and chen.locator("video[data-piece='2']").count()


def test_a_host_that_was_only_cut_off_sends_nobody_home(
    held: Live, hosts: tuple[House, House], browser: Browser
) -> None:
    """The court does not reach the first host for a moment, and the browsers do: the hearing goes on at the second, and the first,
    reached again before any page has heard of that, closes what it had. Everybody comes to the second by themselves.
    """
    scene, (first, _) = held.scene, hosts
    scene.clock.set(BEGINS)
    _, chen, base = visitor(scene, browser, first, CHEN)
    _, li, _ = visitor(scene, browser, first, LI)
    for name in (WANG, CHEN):
        held.comes(name)
    for name in (LI, HAIYUN):
        held.enters(name)
    scene.act(CHEN, "open_live_hearing")
    held.does(CHEN, "admit", LI)
    for page in (chen, li):
        page.goto(f"{base}/live/room")
    until(lambda: seen(held, CHEN) and seen(held, LI), "both are in")
    for page in (chen, li):
        # Nothing of the page asks the court meanwhile: what the host says comes first.
        page.route("**/live/room/now*", lambda route: route.abort())

    reached, room = scene.court.ports.media, held.room().id
    scene.court.ports.media = Media(f"unix:{first.folder}/gone", SECRET.encode())
    faults.follow(scene.court, room)
    assert held.room().host == "second"
    scene.court.ports.media = reached
    assert moving.finish(scene.court, room) == 1
    # A host that was busy when it was told is told again in the next round of the court; so below.
    until(
        lambda: faults.watch(scene.court) >= 0 and seen(held, CHEN) and seen(held, LI), "both come to the second host"
    )


def test_whoever_has_another_page_before_them_comes_along(
    held: Live, hosts: tuple[House, House], browser: Browser
) -> None:
    """The court does not reach the first host any more, and a browser does whose page is hidden: it goes where the hearing is."""
    scene, (first, _) = held.scene, hosts
    scene.clock.set(BEGINS)
    lis, li, base = visitor(scene, browser, first, LI)
    lis.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true });")
    for name in (WANG, CHEN):
        held.comes(name)
    for name in (LI, HAIYUN):
        held.enters(name)
    scene.act(CHEN, "open_live_hearing")
    held.does(CHEN, "admit", LI)
    li.goto(f"{base}/live/room")
    until(lambda: seen(held, LI), "she is in")
    scene.court.ports.media = Media(f"unix:{first.folder}/gone", SECRET.encode())
    faults.follow(scene.court, held.room().id)
    assert held.room().host == "second"
    until(lambda: faults.watch(scene.court) >= 0 and seen(held, LI), "she comes to the second host")


def test_a_ticket_is_good_at_its_own_host_alone(hosts: tuple[House, House]) -> None:
    """The court's secret is the same on both; a ticket for the one opens nothing at the other."""
    first, second = hosts
    for house in hosts:
        house.order("open")
    now = datetime.now(UTC)
    tickets = {
        name: issue(SECRET.encode(), Ticket("h1", "li", "party", "hall", now, host=name), now)
        for name in ("main", "second")
    }

    for house, own, other in ((first, "main", "second"), (second, "second", "main")):

        async def enters(opens: Opens, names: tuple[str, str] = (other, own)) -> list[Said]:
            return [await (await opens()).enter(tickets[name]) for name in names]

        refused, let_in = talk(house, enters)
        assert (refused["type"], refused["why"]) == ("refused", "foreign")
        assert let_in["type"] == "in"
